//! One check of a report, and what follows of all.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use core::fmt;

use super::check::Check;
use super::finding::Finding;
use crate::code::{Category, Code};
use crate::error::Error;

/// The verdict on an artefact.
///
/// It follows from the [`Code`] that decided. To a service, [`Invalid`](Self::Invalid) is the fault of the
/// sender, who should be told no more than that, and [`Undecided`](Self::Undecided) is the service's own.
///
/// ```
/// use countersign::{Code, Verdict};
///
/// assert_eq!(Verdict::from(Code::UnknownKey), Verdict::Invalid);
/// assert_eq!(Verdict::from(Code::NoKey), Verdict::Undecided);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Every check passed.
    Valid,
    /// At least one check failed.
    Invalid,
    /// The caller did not provide enough to decide.
    Undecided,
}

impl Verdict {
    /// Returns `valid`, `invalid` or `undecided`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Undecided => "undecided",
        }
    }
}

impl From<Code> for Verdict {
    fn from(code: Code) -> Self {
        match code.category() {
            Category::Accepted => Self::Valid,
            Category::Unavailable => Self::Undecided,
            _ => Self::Invalid,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It passed.
    Pass,
    /// It failed.
    Fail(Error),
    /// It could not run because another check failed, or there was no expectation.
    Skip,
}

/// One check of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Which check.
    pub check: Check,
    /// The part of a nested artefact that was checked, such as `[0].deviceInfo.digitalId`; `None`
    /// for the whole.
    pub part: Option<Arc<str>>,
    /// Its outcome.
    pub outcome: Outcome,
    /// For people: what was found, or why the check failed or was skipped. May contain text from the
    /// input.
    pub detail: Finding,
    /// Where the check is defined; empty if this project defines it.
    pub reference: &'static str,
}

impl Entry {
    pub(super) fn failed(check: Check, error: Error) -> Self {
        let detail = error.to_string().into();
        Self {
            check,
            part: None,
            outcome: Outcome::Fail(error),
            detail,
            reference: check.reference(),
        }
    }
}
