//! Errors of answers.

use core::fmt;

use http::{Response, StatusCode};

use countersign::encoding::Fault;
use countersign::{Code, Error};

/// Why a call has no answer. The HTTP status is always kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiError<R> {
    /// The body does not follow its documented shape.
    Body {
        /// The HTTP status.
        status: StatusCode,
        /// Where, and what is wrong there.
        misfit: Misfit,
    },
    /// The response does not have the specified media type.
    ContentType {
        /// The HTTP status.
        status: StatusCode,
        /// The media type found, cut to 64 characters.
        found: Option<String>,
    },
    /// The service refused with an error envelope.
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The refusal.
        refusal: R,
    },
    /// The status is not a success, and the body is not understood.
    Status {
        /// The HTTP status.
        status: StatusCode,
    },
}

impl<R> ApiError<R> {
    /// Returns the HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Body { status, .. }
            | Self::ContentType { status, .. }
            | Self::Refused { status, .. }
            | Self::Status { status } => *status,
        }
    }

    /// Returns the stable reason code: [`Code::ValidationFailed`] if the service refused,
    /// [`Code::Malformed`] if its answer cannot be understood, [`Code::TooLarge`] if it is too
    /// large to read.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Body { misfit, .. } => misfit.code(),
            Self::ContentType { .. } => Code::Malformed,
            Self::Refused { .. } | Self::Status { .. } => Code::ValidationFailed,
        }
    }

    /// Returns a function for `map_err` that adds the response's status to a misfit.
    pub fn body(response: &Response<Vec<u8>>) -> impl FnOnce(Misfit) -> Self + use<R> {
        let status = response.status();
        move |misfit| Self::Body { status, misfit }
    }
}

impl<R: fmt::Display> fmt::Display for ApiError<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body { status, misfit } => write!(f, "status {}: {misfit}", status.as_u16()),
            Self::ContentType { status, found } => {
                let found = found.as_deref().unwrap_or("no content type");
                write!(f, "status {}: {found}, not JSON", status.as_u16())
            }
            Self::Refused { status, refusal } => {
                write!(f, "status {}: {refusal}", status.as_u16())
            }
            Self::Status { status } => write!(f, "status {}", status.as_u16()),
        }
    }
}

impl<R: fmt::Debug + fmt::Display> core::error::Error for ApiError<R> {}

/// The fault of a value, and its place.
///
/// ```
/// use countersign::Code;
/// use countersign_api::{Misfit, Problem};
///
/// let misfit = Misfit::new(Problem::Missing).within(".createdAt").within("[0]").within(".list");
/// assert_eq!(misfit.path(), "$.list[0].createdAt");
/// assert_eq!(misfit.code(), Code::Malformed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    path: String,
    problem: Problem,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It is required but absent.
    Missing,
    /// The whole text is not strict JSON, or too large.
    Text(Error),
    /// It does not have this type.
    Type(&'static str),
    /// It has the right type, but not an allowed value.
    Value(Fault),
}

impl Misfit {
    /// Makes a misfit; [`within`](Self::within) adds its place.
    #[must_use]
    pub const fn new(problem: Problem) -> Self {
        Self { path: String::new(), problem }
    }

    /// Puts one step before the path: `.name` or `[0]`.
    #[must_use]
    pub fn within(mut self, step: impl fmt::Display) -> Self {
        self.path.insert_str(0, &step.to_string());
        self
    }

    /// Returns the place as a path from the root `$` ([RFC 9535]): `$.list[0].createdAt`.
    ///
    /// [RFC 9535]: https://www.rfc-editor.org/rfc/rfc9535
    #[must_use]
    pub fn path(&self) -> String {
        format!("${}", self.path)
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Returns [`Code::TooLarge`] if a limit is exceeded, otherwise [`Code::Malformed`].
    #[must_use]
    pub const fn code(&self) -> Code {
        match &self.problem {
            Problem::Text(Error::TooLarge { .. }) => Code::TooLarge,
            _ => Code::Malformed,
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Missing => write!(f, "${} is missing", self.path),
            Problem::Text(error) => write!(f, "{error}"),
            Problem::Type(expected) => write!(f, "${} is not {expected}", self.path),
            Problem::Value(fault) => write!(f, "${}: {fault}", self.path),
        }
    }
}

impl core::error::Error for Misfit {}
