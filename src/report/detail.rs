//! How much of a report is written.

use core::fmt;
use core::str::FromStr;

/// How much of a report is written. It concerns the output only: no verdict depends on it.
///
/// | Level | What [`Report::write_json`](crate::Report::write_json) writes |
/// |---|---|
/// | [`Full`](Self::Full) | everything |
/// | [`Failures`](Self::Failures) | everything but the checks of a valid artefact |
/// | [`None`](Self::None) | the name of the item, its kind, verdict and code, the key, the claims; warnings and overrides if there are any, since nobody must read "valid" without them |
///
/// ```
/// use countersign::Detail;
///
/// assert_eq!("failures".parse(), Ok(Detail::Failures));
/// assert_eq!(Detail::default().as_str(), "full");
/// assert!("some".parse::<Detail>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detail {
    /// Every check, with its outcome and what was found.
    #[default]
    Full,
    /// Checks only where the verdict is not valid.
    Failures,
    /// No checks, and nothing that only traces the verdict.
    None,
}

impl Detail {
    /// Every level, from the most to the least.
    pub const ALL: [Self; 3] = [Self::Full, Self::Failures, Self::None];

    /// Returns `full`, `failures` or `none`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Failures => "failures",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no such level of detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownDetail;

impl fmt::Display for UnknownDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be full, failures or none")
    }
}

impl core::error::Error for UnknownDetail {}

impl FromStr for Detail {
    type Err = UnknownDetail;

    fn from_str(text: &str) -> Result<Self, UnknownDetail> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or(UnknownDetail)
    }
}
