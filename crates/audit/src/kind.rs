//! What makes a kind: one row of the table in [`kinds`](crate::kinds).
//!
//! A row says everything about a kind that is not in the library: its name and noun, which keys it is
//! verified with, what can be expected of it, how its report is made. Kinds of one module form a
//! family, which recognises them.

use std::fmt;
use std::ptr;

use countersign::encoding::json::Object;
use countersign::mosip::trust::Consumer;
use countersign::{Error, Limits};

use crate::member::Member;
use crate::profile::{AnyProfile, Material, Subject, missing, open};
use crate::terms::{Missing, Overrides, Terms};

/// The kind in reports on inputs of no known kind.
pub const UNKNOWN: &str = "unknown";

/// A kind of artefact that can be verified: a row of the table.
///
/// ```
/// use countersign_audit::Kind;
///
/// let kind = Kind::from_name("dvs-certificate").expect("a kind");
/// assert_eq!(kind.noun(), "a DVS certificate");
/// assert!(Kind::all().any(|each| each == kind));
/// assert_eq!(Kind::from_name("sbi-stream"), None);
/// ```
#[derive(Clone, Copy)]
pub struct Kind(&'static Row);

/// A row of the table of kinds.
pub(crate) struct Row {
    /// What the library's verifier calls it.
    pub(crate) name: &'static str,
    /// Names it in a sentence.
    pub(crate) noun: &'static str,
    /// What it is verified with.
    pub(crate) keys: Keys,
    /// What can be said of it, beyond what can be said of every kind.
    pub(crate) takes: &'static [Member],
    /// What has to be expected of it.
    pub(crate) needs: &'static Needs,
    pub(crate) size: Size,
    pub(crate) bodies: Bodies,
    /// What recognition takes it for where it has no marks of its own, and what a record may name more
    /// precisely.
    pub(crate) without_marks: Option<Kind>,
    pub(crate) subject: Verification,
}

/// What a kind is verified with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keys {
    /// Keys by name.
    Set,
    /// A secret of the service.
    Secret,
    /// Authorities, and the rules of who consumes such messages where none are named.
    Trust {
        consumer: Consumer,
        /// Whose rules hold instead for what says that it was captured for authentication.
        for_authentication: Option<Consumer>,
    },
}

/// The options and the members of a record of which a kind needs some.
#[derive(Debug)]
pub(crate) struct Needs {
    options: &'static str,
    members: &'static str,
}

impl Needs {
    pub(crate) const NOTHING: Self = Self { options: "nothing", members: "nothing" };
    pub(crate) const BINDING: Self = Self {
        options: "--document, --hash, --request or --unbound",
        members: "`hash` or `request`, or --unbound for the whole run",
    };
    pub(crate) const NAMES: Self =
        Self { options: "--issuer and --audience", members: "`issuer` and `audience`" };
    pub(crate) const NAMES_OR_UNBOUND: Self = Self {
        options: "--issuer and --audience, or --unbound",
        members: "`issuer` and `audience`, or --unbound for the whole run",
    };
}

/// How large an artefact may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Message,
    /// It holds biometrics, which may have megabytes.
    Biometrics,
}

/// Whether an artefact may be JSON, in which tokens are members as they have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bodies {
    Read,
    /// The verifier reads bare tokens only.
    Refused,
}

/// The verifier of a kind.
pub(crate) struct Verification {
    /// Tells what would have to be expected.
    pub(crate) missing: fn(&Terms) -> Option<Missing>,
    pub(crate) open: fn(Material, Terms) -> Box<dyn AnyProfile>,
}

impl Verification {
    pub(crate) const fn of<S: Subject>() -> Self {
        Self { missing: missing::<S>, open: open::<S> }
    }
}

/// Kinds that are recognised together.
pub(crate) struct Family {
    pub(crate) kinds: &'static [Kind],
    /// Looks at an object that is an answer or a request.
    pub(crate) body: fn(&Object<'_>, &Limits, &mut Found),
    /// Looks at what stands within base64, with a signature or without.
    pub(crate) payload: fn(&Object<'_>) -> Option<Content>,
}

impl Family {
    /// Of kinds that are not recognised by what is signed.
    pub(crate) const fn no_payload(_: &Object<'_>) -> Option<Content> {
        None
    }
}

/// What the families find in an object: one thing, or marks of several, which nobody verifies in
/// part.
#[derive(Debug, Default)]
pub(crate) enum Found {
    #[default]
    Nothing,
    One(Content),
    Several,
}

impl Found {
    pub(crate) fn add(&mut self, content: impl Into<Content>) {
        *self = match self {
            Self::Nothing => Self::One(content.into()),
            Self::One(_) | Self::Several => Self::Several,
        };
    }

    pub(crate) fn add_if(&mut self, is_found: bool, content: impl Into<Content>) {
        if is_found {
            self.add(content);
        }
    }
}

impl Kind {
    pub(crate) const fn of(row: &'static Row) -> Self {
        Self(row)
    }

    pub(crate) const fn row(self) -> &'static Row {
        self.0
    }

    /// Returns the name in policies, records and reports, such as `dvs-certificate`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Names it in a sentence.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        self.0.noun
    }

    /// Returns a sentence about the options that it needs.
    #[must_use]
    pub fn needs(self) -> String {
        format!("{} needs {}", self.noun(), self.0.needs.options)
    }

    /// Says the same of the members of a record.
    pub(crate) fn needs_of_record(self) -> String {
        format!("{} needs {}", self.noun(), self.0.needs.members)
    }

    /// Tells whether this can be said of it.
    pub(crate) fn takes(self, member: Member) -> bool {
        self.0.takes.contains(&member)
    }

    /// Tells whether it holds biometrics, which may have megabytes.
    pub(crate) fn holds_biometrics(self) -> bool {
        self.0.size == Size::Biometrics
    }

    /// Names what is expected that a verifier of this kind does not look at. A verdict without it
    /// would let a reader believe that it was checked.
    pub(crate) fn unused(self, overrides: &Overrides, trust: &[Member]) -> Vec<&'static str> {
        let trust = trust.iter().map(|member| (*member, member.name()));
        let expected = overrides.expected().chain(trust);
        expected.filter(|(member, _)| !self.takes(*member)).map(|(_, name)| name).collect()
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self.0, other.0)
    }
}

impl Eq for Kind {}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kind").field(&self.name()).finish()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A kind with a known name and shape that cannot be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported {
    pub(crate) name: &'static str,
    /// Starts the sentence "… cannot be verified".
    pub(crate) what: &'static str,
    pub(crate) hint: Option<&'static str>,
    pub(crate) size: Size,
}

impl Unsupported {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self { name: UNKNOWN, what, hint: None, size: Size::Message }
    }

    pub(crate) const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub(crate) const fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub(crate) const fn holding_biometrics(self) -> Self {
        Self { size: Size::Biometrics, ..self }
    }

    pub(crate) const fn error(&self) -> Error {
        Error::UnsupportedFormat { what: self.what }
    }
}

/// The result of [`recognise`](crate::recognise()).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Nothing but white space.
    Empty,
    /// A kind that can be verified.
    Known(Kind),
    /// A kind that cannot.
    Unsupported(Unsupported),
    /// A service's refusal of a request, with its codes.
    Refused(Vec<String>),
    /// Not a known kind, with the reason.
    Unknown(Error),
}

impl Content {
    /// Returns the name of the kind, or [`UNKNOWN`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Known(kind) => kind.name(),
            Self::Unsupported(kind) => kind.name,
            Self::Empty | Self::Refused(_) | Self::Unknown(_) => UNKNOWN,
        }
    }

    /// Tells whether it holds biometrics, which may have megabytes.
    pub(crate) fn holds_biometrics(&self) -> bool {
        match self {
            Self::Known(kind) => kind.holds_biometrics(),
            Self::Unsupported(kind) => kind.size == Size::Biometrics,
            Self::Empty | Self::Refused(_) | Self::Unknown(_) => false,
        }
    }
}

impl From<Kind> for Content {
    fn from(kind: Kind) -> Self {
        Self::Known(kind)
    }
}

impl From<Unsupported> for Content {
    fn from(kind: Unsupported) -> Self {
        Self::Unsupported(kind)
    }
}
