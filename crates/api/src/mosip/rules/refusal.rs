//! How a request is refused: by the server, or by this library alone.

use core::fmt;

use crate::mosip::error_code::{ErrorCode, ServiceError};
use countersign::Error;

/// Why a request is not accepted, and who says so.
///
/// ```
/// use countersign_api::mosip::ErrorCode;
/// use countersign_api::mosip::rules::{KernelVersion, Records, Server, ValidationRules};
///
/// let rules = ValidationRules::new(Server::Kernel { version: KernelVersion::V1_2_0 });
/// let body = br#"{"request": {"deviceCode": "c", "deviceServiceVersion": " "}}"#;
/// let refusal = rules.answer(body, &Records::default()).unwrap_err();
/// assert_eq!(refusal.http_status(), Some(200));
/// assert_eq!(refusal.errors()[0].code, ErrorCode::KerMsd999);
/// assert_eq!(refusal.as_str(), "server");
///
/// // The server would read the number as a text.
/// let body = br#"{"request": {"deviceCode": 1, "deviceServiceVersion": "1"}}"#;
/// let refusal = rules.answer(body, &Records::default()).unwrap_err();
/// assert_eq!(refusal.errors()[0].code, ErrorCode::AdmDpm001);
/// let body = br#"{"request": {"deviceCode": "c", "deviceCode": "d"}}"#;
/// let refusal = rules.answer(body, &Records::default()).unwrap_err();
/// assert_eq!(refusal.as_str(), "stricter-than-server");
/// assert_eq!(refusal.http_status(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The server refuses.
    Server {
        /// The HTTP status of its answer.
        http_status: u16,
        /// The elements of the answer's `errors` that have an `errorCode`. Empty if the server
        /// answers without a code, as partner management does for unexpected errors.
        errors: Vec<ServiceError>,
    },
    /// The server accepts everything checked so far, but this library refuses the request, because
    /// two readers could read it differently. What the server would do with the rest is unknown.
    StricterThanServer {
        /// Why this library refuses.
        error: Error,
    },
}

impl Refusal {
    /// Makes the refusal of a server that has one error.
    pub(super) fn one(http_status: u16, code: ErrorCode, message: &str) -> Self {
        Self::Server { http_status, errors: vec![ServiceError::new(code, message)] }
    }

    /// Returns who refuses: `server` or `stricter-than-server`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Server { .. } => "server",
            Self::StricterThanServer { .. } => "stricter-than-server",
        }
    }

    /// Returns the HTTP status of the server's answer, if the server refuses.
    #[must_use]
    pub const fn http_status(&self) -> Option<u16> {
        match self {
            Self::Server { http_status, .. } => Some(*http_status),
            Self::StricterThanServer { .. } => None,
        }
    }

    /// Returns the errors of the server's answer: those of the first stage that found any.
    #[must_use]
    pub fn errors(&self) -> &[ServiceError] {
        match self {
            Self::Server { errors, .. } => errors,
            Self::StricterThanServer { .. } => &[],
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server { http_status, errors } => {
                write!(f, "HTTP {http_status}, ")?;
                for (index, error) in errors.iter().enumerate() {
                    write!(f, "{}{error}", if index == 0 { "" } else { "; " })?;
                }
                if errors.is_empty() { f.write_str("no code") } else { Ok(()) }
            }
            Self::StricterThanServer { error } => write!(f, "stricter than the server: {error}"),
        }
    }
}

impl core::error::Error for Refusal {}
