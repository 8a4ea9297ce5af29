//! What a server decides about a request, decided offline: which check refuses, with which code.
//!
//! ```text
//! request body ──► members ──► rules of each object ──► time window ──► tables ──► Registrable
//!                                   │                        │            │
//!                                   └── ServiceError: errorCode, message ─┘
//! ```
//!
//! MOSIP's servers check a request in a fixed order and stop at the first stage that finds
//! something; within a stage they collect. [`RegistrationRules`] and [`ValidationRules`] keep that
//! order and the server's codes. The server's tables, the time and the choice of the server are
//! arguments; nothing here is remembered, and nothing is signed or verified:
//!
//! - [`RegistrationRules::verify`] says whether a request would be accepted, with a reason of this
//!   library: `timestamp-window`, `validation-failed`, or what is wrong with the text.
//! - [`RegistrationRules::answer`] says it as the server would, with its codes.
//! - [`RegistrationRules::explain`] lists every check.
//!
//! Reading is stricter than a server's where two readers could disagree: base64, repeated names,
//! numbers where texts belong.
//!
//! Sources: mosip/commons and mosip/admin-services, kernel-masterdata-service,
//! `RegisteredDeviceServiceImpl` and `DeviceProviderServiceImpl`; mosip/partner-management-services,
//! `device/authdevice`; MOSIP "Device Management APIs" 1.1.5.
//!
//! Not supported: kernel 1.0.6, which has no rules for the members; signatures of the request, which
//! the kernel never verifies and [`device`](super::device) is for; failures of storing and signing.

mod change;
mod records;
mod registration;
mod validation;

#[cfg(test)]
mod tests;

use alloc::format;
use alloc::vec::Vec;

pub use change::{check_deregistration, check_status_change};
pub use records::{
    Activity, Dated, Device, DeviceDetail, DeviceService, DeviceStatus, History, MasterDevice,
    Provider, Records, TypeCode,
};
pub use registration::{Registrable, RegistrationRules};
pub use validation::{ValidDevice, ValidationRules};

use super::error_code::{ErrorCode, ServiceError};
use crate::error::Error;
use crate::report::{Check, Trail, Warning};
use crate::time::Time;

/// Whose rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Server {
    /// Master data of the kernel from 1.0.7 on, later of the admin services.
    Kernel,
    /// Partner management from 1.1.4 on.
    PartnerManagement,
}

/// How old a request may be, by its `timeStamp`: the server's property
/// `masterdata.registerdevice.timestamp.validate`, and what is written about it.
///
/// Both ends of a window are excluded. Milliseconds count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the property has two signs; two more for people")]
pub enum TimeRule {
    /// `+N`, as the servers do it: from two minutes before the present to N minutes after it. So a
    /// request lives two minutes, whatever N is.
    Plus(u16),
    /// `-N`, as the servers do it: at least N minutes before the present.
    Minus(u16),
    /// As the documentation has it: less than N minutes from the present, on either side.
    Documented(u16),
    /// No rule, as in kernel 1.0.6.
    Unchecked,
}

impl Default for TimeRule {
    /// What servers do that are not configured: `+5`.
    fn default() -> Self {
        Self::Plus(5)
    }
}

impl TimeRule {
    /// Reads the value of the property, `+N` or `-N`.
    ///
    /// ```
    /// use countersign::mosip::rules::TimeRule;
    ///
    /// assert_eq!(TimeRule::from_property("+10"), Some(TimeRule::Plus(10)));
    /// assert_eq!(TimeRule::from_property("-5"), Some(TimeRule::Minus(5)));
    /// assert_eq!(TimeRule::from_property("5"), None);
    /// ```
    #[must_use]
    pub fn from_property(text: &str) -> Option<Self> {
        let (sign, digits) = text.split_at_checked(1)?;
        let minutes = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
        match sign {
            "+" => Some(Self::Plus(minutes)),
            "-" => Some(Self::Minus(minutes)),
            _ => None,
        }
    }

    /// Tells whether a request of this time, in milliseconds since 1970, is accepted.
    fn accepts(self, signed: i64, now: Time) -> bool {
        const MINUTE: i64 = 60_000;
        let distance = signed - now.unix() * 1000;
        match self {
            Self::Plus(minutes) => -2 * MINUTE < distance && distance < i64::from(minutes) * MINUTE,
            Self::Minus(minutes) => distance <= -i64::from(minutes) * MINUTE,
            Self::Documented(minutes) => distance.abs() < i64::from(minutes) * MINUTE,
            Self::Unchecked => true,
        }
    }

    /// The code that partner management has for the two signs.
    const fn partner_code(self, signed: i64, now: Time) -> ErrorCode {
        match self {
            Self::Minus(_) => ErrorCode::PmsAut013,
            Self::Documented(_) if signed < now.unix() * 1000 => ErrorCode::PmsAut013,
            _ => ErrorCode::PmsAut012,
        }
    }
}

/// Follows a server through its stages: what is found goes to the trail, and what the first stage
/// with findings found is what the server answers.
struct Stages<'t, T> {
    trail: &'t mut T,
    refusal: Vec<ServiceError>,
    refused: bool,
}

impl<'t, T: Trail> Stages<'t, T> {
    const fn new(trail: &'t mut T) -> Self {
        Self { trail, refusal: Vec::new(), refused: false }
    }

    /// Says in the report that acceptable is not authentic.
    fn say_nothing_is_verified(&mut self) {
        self.trail.skip(Check::Signature, "signatures are not judged by rules");
        self.trail.warn(Warning::Unauthenticated);
    }

    /// Records one check of the server.
    fn check(&mut self, check: Check, findings: Vec<ServiceError>, passed: &'static str) {
        if findings.is_empty() {
            return self.trail.pass(check, || passed.into());
        }
        let codes = findings.iter().map(|finding| finding.code.as_str().into()).collect();
        self.fail(check, Error::ValidationFailed { codes }, findings);
    }

    /// Records a check that failed for a reason of this library, and what the server says to it.
    fn fail(&mut self, check: Check, error: Error, findings: Vec<ServiceError>) {
        self.trail.fail(check, error);
        for finding in &findings {
            self.trail.hint(|| Some(format!("{finding}")));
        }
        if !self.refused {
            self.refusal.extend(findings);
        }
    }

    /// Records a reading: what is malformed has this code.
    fn read<R>(
        &mut self,
        check: Check,
        code: &ErrorCode,
        result: Result<R, Error>,
        passed: &'static str,
    ) -> Option<R> {
        match result {
            Ok(value) => {
                self.trail.pass(check, || passed.into());
                Some(value)
            }
            Err(error) => {
                let finding = ServiceError::new(code.clone(), format!("{error}"));
                self.fail(check, error, alloc::vec![finding]);
                None
            }
        }
    }

    /// Records a search in a table, which finds or has this code.
    fn find<R>(&mut self, found: Option<R>, code: ErrorCode, what: &'static str) -> Option<R> {
        let findings = match found {
            Some(_) => Vec::new(),
            None => alloc::vec![ServiceError::new(code, format!("not found: {what}"))],
        };
        self.check(Check::Records, findings, what);
        found
    }

    /// Ends a stage: the server stops here if it found something.
    fn end(&mut self) -> bool {
        self.refused |= !self.refusal.is_empty();
        self.trail.goes_on()
    }

    /// Makes the server's answer of what was decided.
    fn answer<R>(self, made: Option<R>) -> Result<R, Vec<ServiceError>> {
        match (made, self.refusal.is_empty()) {
            (Some(made), true) => Ok(made),
            _ => Err(self.refusal),
        }
    }
}

/// A rule for the length of a text, blanks at its ends not counted. The servers measure UTF-16.
pub(in crate::mosip) struct Length {
    pub(in crate::mosip) least: usize,
    pub(in crate::mosip) most: usize,
}

const ID: Length = Length { least: 1, most: 36 };
const NAME: Length = Length { least: 1, most: 128 };
const SERIAL: Length = Length { least: 1, most: 64 };

impl Length {
    /// Returns what is wrong. An absent text passes: the servers' rule accepts null.
    pub(in crate::mosip) fn check(
        &self,
        code: &ErrorCode,
        member: &str,
        text: Option<&str>,
    ) -> Option<ServiceError> {
        let length = text?.trim_matches(|c: char| c <= ' ').encode_utf16().count();
        let fits = (self.least..=self.most).contains(&length);
        (!fits).then(|| {
            let Self { least, most } = self;
            let rule = format!("{member} has not between {least} and {most} characters");
            ServiceError::new(code.clone(), rule)
        })
    }
}

fn missing(code: &ErrorCode, member: &str) -> ServiceError {
    ServiceError::new(code.clone(), format!("{member} is missing"))
}

/// Reads the one pattern of the servers' times, `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'`, as milliseconds.
fn milliseconds(text: &str) -> Option<i64> {
    let time = Time::parse_rfc3339(text).ok().filter(|_| text.len() == 24)?;
    let (date, rest) = text.strip_suffix('Z')?.split_at_checked(19)?;
    let fraction = rest.strip_prefix('.').filter(|_| date.contains('T'))?;
    Some(time.unix() * 1000 + fraction.parse::<i64>().ok()?)
}
