//! Rules for the lengths of texts, and for texts that are missing.

use super::dialect::Ends;
use super::reading::trim;
use crate::mosip::error_code::{ErrorCode, ServiceError};

/// A rule for the length of a text. The servers measure UTF-16.
pub(crate) struct Length {
    pub(crate) least: usize,
    pub(crate) most: usize,
}

pub(super) const ID: Length = Length { least: 1, most: 36 };

pub(super) const NAME: Length = Length { least: 1, most: 128 };

pub(super) const SERIAL: Length = Length { least: 1, most: 64 };

impl Length {
    /// Returns what is wrong by the kernel's rule, which does not count blanks at the ends. An
    /// absent text passes: the servers' rules accept null.
    pub(crate) fn check(
        &self,
        code: &ErrorCode,
        member: &str,
        text: Option<&str>,
    ) -> Option<ServiceError> {
        self.check_between(Ends::Trimmed, code, member, text)
    }

    pub(super) fn check_between(
        &self,
        ends: Ends,
        code: &ErrorCode,
        member: &str,
        text: Option<&str>,
    ) -> Option<ServiceError> {
        let text = match ends {
            Ends::Trimmed => trim(text?),
            Ends::Counted => text?,
        };
        let fits = (self.least..=self.most).contains(&text.encode_utf16().count());
        (!fits).then(|| {
            let Self { least, most } = self;
            let rule = format!("{member} must be {least} to {most} characters long");
            ServiceError::new(code.clone(), rule)
        })
    }
}

pub(super) fn missing(code: &ErrorCode, member: &str) -> ServiceError {
    ServiceError::new(code.clone(), format!("{member} is missing"))
}
