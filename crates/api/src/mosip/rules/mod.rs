//! What a server decides about a request, decided offline: which check refuses, with which code.
//!
//! ```text
//! request body ──► members ──► rules of each object ──► time window ──► tables ──► Registrable
//!                                   │                        │            │
//!                                   └── Refusal: HTTP status, errorCodes ─┘
//! ```
//!
//! MOSIP's servers check a request in a fixed order and stop at the first stage that finds
//! something; within a stage they collect. [`RegistrationRules`] and [`ValidationRules`] keep that
//! order, the server's codes and its HTTP status, and read exactly the members that the parser of
//! that [`Server`] in that version reads. The server's tables, the time and the choice of the server
//! are arguments; nothing here is remembered, and nothing is signed or verified:
//!
//! - [`RegistrationRules::verify`] says whether a request would be accepted, with a reason of this
//!   library: `timestamp-window`, `validation-failed`, or what is wrong with the text.
//! - [`RegistrationRules::answer`] says it as the server would: with a [`Refusal`].
//! - [`RegistrationRules::explain`] lists every check.
//!
//! # Servers and versions
//!
//! | | kernel 1.0.7, 1.0.8 | kernel 1.0.9 to 1.1 | kernel 1.2.0 and later | partner management |
//! |---|---|---|---|---|
//! | unknown members | refused | refused | refused | ignored |
//! | sub-type | `subType` | `deviceSubType` | `deviceSubType` | `deviceSubType` |
//! | time of the request | `timeStamp` | `timeStamp` | `timeStamp` | `timestamp` |
//! | `deviceSubId` | text | text | text | array of texts, needed |
//! | `deviceInfo` | object | object | object | text: base64 or JWS |
//! | `digitalId` | base64 | base64 | base64 | base64 or JWS |
//! | lengths | trimmed | trimmed | trimmed | blanks count |
//! | blank time | `KER-MSD-999` | `KER-MSD-999` | `KER-MSD-999` | absent |
//! | no JSON in base64 | HTTP 500 | HTTP 500 | HTTP 500 | `PMS_AUT_016` |
//! | no base64 | read all the same | read all the same | HTTP 500 | read all the same |
//! | `MSD-RDS-001`, `KER-DPM-039`, `KER-DPR-002` | HTTP 500 | HTTP 500 | HTTP 200 | |
//! | what it did not foresee | `KER-MSD-500`, HTTP 500 | the same | the same | no code, HTTP 200 |
//!
//! No server knows an alias: a second name is an unknown member.
//!
//! # Stricter than the server
//!
//! Where two readers could disagree, this library refuses what a server reads, and says so with
//! [`Refusal::StricterThanServer`] rather than a code that the server would not send:
//!
//! - names repeated in one object, text after the object, a byte order mark, UTF-16, and halves of
//!   surrogate pairs;
//! - numbers and truth values where texts belong; arrays where partner management reads a time;
//! - base64 with foreign characters, of two alphabets or with padding that is not complete, and a
//!   JWS whose header or signature is not one;
//! - 30 February and 24:00, of which servers make another day, and times with blanks around them;
//! - what is larger than [`Limits`](countersign::Limits).
//!
//! Base64 and numbers are read on as the server reads them: where it refuses for another reason, its
//! answer is what [`RegistrationRules::answer`] says.
//!
//! # Sources
//!
//! - Kernel: mosip/commons 1.0.7, 1.0.8, 1.0.10 and v1.1.3, `kernel/kernel-masterdata-service`, and
//!   mosip/admin-services v1.1.5, v1.2.0 and v1.3.0, `admin/kernel-masterdata-service`:
//!   `service/impl/{RegisteredDeviceServiceImpl,DeviceProviderServiceImpl}`,
//!   `validator/StringTrimmer`, `validator/registereddevice`, `exception/ApiExceptionHandler`,
//!   `config/LocalDateLocalTimeConfig`, and the queries of `repository`.
//! - Partner management: mosip/partner-management-services v1.1.4, `partner/pmp-partner-service`,
//!   and v1.1.5 and v1.2.0-rc1, `partner/partner-management-service`:
//!   `authdevice/service/impl/RegisteredDeviceServiceImpl`,
//!   `regdevice/service/impl/{RegRegisteredDeviceServiceImpl,DeviceValidationServiceImpl}`,
//!   `exception/PartnerServiceResponseExceptionHandler`.
//! - `requesttime` and the rest of the wrapper: mosip/commons v1.1.3, `kernel/kernel-core`,
//!   `http/RequestWrapper`; the kernel reads `requesttime` in its one pattern of times.
//!
//! # Not supported
//!
//! Kernel 1.0.6, which has no rules for the members. `validate/history` of kernel 1.0.7 to 1.0.9 and
//! 1.1.0, and the looser queries of 1.0.9 and 1.1.0 for it: [`KernelVersion::V1_0_9`] validates as
//! 1.0.10 and 1.1.1 do. Kernel 1.2.0-rc1, which answers with the statuses of 1.2.0 and decodes base64 as
//! before. Signatures of the request, which the kernel never verifies and [`device`](countersign::mosip::device) is
//! for; failures of storing and signing; two rows where a server expects one.

mod change;
mod dialect;
mod reading;
mod records;
mod refusal;
mod registration;
mod validation;

#[cfg(test)]
mod tests;

use core::fmt;

pub use change::{Deregistration, check_deregistration, check_status_change};
pub use records::{
    Activity, Dated, Deletion, Device, DeviceDetail, DeviceService, DeviceStatus, History,
    MasterDevice, Provider, Records, TypeCode,
};
pub use refusal::Refusal;
pub use registration::{Registrable, RegistrationRules};
pub use validation::{ValidDevice, ValidationRules};

use self::dialect::{Ends, Replies, Reply};
use self::reading::{Misread, Reader, trim};
use super::error_code::{ErrorCode, ServiceError};
use countersign::encoding::Fault;
use countersign::{Check, Error, Time, Trail, Warning};

/// Whose rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Server {
    /// Master data of the kernel from 1.0.7 on, later of the admin services.
    Kernel {
        /// Which of them.
        version: KernelVersion,
    },
    /// Partner management from 1.1.4 to 1.2.0-rc1, the last that registers devices.
    PartnerManagement,
}

/// The versions of the kernel's master data that read or answer differently.
///
/// ```
/// use countersign_api::mosip::rules::KernelVersion;
///
/// assert_eq!("1.0.8".parse(), Ok(KernelVersion::V1_0_7));
/// assert_eq!("v1.1.5.3".parse(), Ok(KernelVersion::V1_0_9));
/// assert_eq!("1.3.0".parse(), Ok(KernelVersion::V1_2_0));
/// assert_eq!(KernelVersion::V1_0_9.as_str(), "1.0.9");
/// assert!("1.0.6".parse::<KernelVersion>().is_err(), "it has no rules for the members");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KernelVersion {
    /// 1.0.7 and 1.0.8: a digital id has `subType`; a validation has neither `timeStamp` nor
    /// `purpose`.
    V1_0_7,
    /// 1.0.9 to 1.1.5: a digital id has `deviceSubType`.
    V1_0_9,
    /// 1.2.0 and later: strict base64, and the server's own errors with HTTP 200.
    #[default]
    V1_2_0,
}

impl KernelVersion {
    /// Returns the first version that behaves so.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_0_7 => "1.0.7",
            Self::V1_0_9 => "1.0.9",
            Self::V1_2_0 => "1.2.0",
        }
    }
}

impl fmt::Display for KernelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::str::FromStr for KernelVersion {
    type Err = Error;

    /// Reads the version of a release, such as `1.1.5.3` or `v1.2.0`, and finds how it behaves. Of
    /// a part such as `0-rc1` only the number counts.
    fn from_str(text: &str) -> Result<Self, Error> {
        const UNKNOWN: Error = Error::Malformed { part: "version", fault: Fault::Value };
        let mut numbers = [0_u16; 3];
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        for number in &mut numbers {
            let Some(part) = parts.next() else { break };
            let digits = part.split_once('-').map_or(part, |(digits, _)| digits);
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            *number = digits.parse().ok().filter(|_| is_number).ok_or(UNKNOWN)?;
        }
        match numbers {
            [1, 0, 7 | 8] => Ok(Self::V1_0_7),
            [1, 0, 9..=u16::MAX] | [1, 1, _] => Ok(Self::V1_0_9),
            [1, 2..=u16::MAX, _] => Ok(Self::V1_2_0),
            _ => Err(UNKNOWN),
        }
    }
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
    /// use countersign_api::mosip::rules::TimeRule;
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

/// The members keep the server's rules.
pub const RULES: Check = Check::new("rules", "MOSIP kernel-masterdata-service dto");
/// The server's tables know what the request names, and nothing that stands against it.
pub const RECORDS: Check = Check::new("records", "MOSIP kernel-masterdata-service");

/// How far a server is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// As far as the trail wants: to the first failure, or through everything.
    TheTrailEnds,
    /// To the stage in which the server refuses, whatever this library objects to before.
    TheServerRefuses,
}

/// Follows a server through its stages: what is found goes to the trail, and what the first stage
/// with findings found is what the server answers.
struct Stages<'t> {
    trail: &'t mut Trail,
    until: Until,
    /// The HTTP status and the errors of the first stage with findings.
    refusal: Option<(u16, Vec<ServiceError>)>,
    /// Whether that stage is over.
    refused: bool,
    objection: Option<Error>,
}

impl<'t> Stages<'t> {
    const fn new(trail: &'t mut Trail, until: Until) -> Self {
        Self { trail, until, refusal: None, refused: false, objection: None }
    }

    /// Says in the report that acceptable is not authentic.
    fn say_nothing_is_verified(&mut self) {
        self.trail.skip(Check::SIGNATURE, "signatures are not judged by rules");
        self.trail.warn(Warning::Unauthenticated);
    }

    /// Records one check of the server.
    fn check(
        &mut self,
        check: Check,
        status: u16,
        findings: Vec<ServiceError>,
        passed: &'static str,
    ) {
        if findings.is_empty() {
            return self.trail.pass(check, || passed.into());
        }
        let codes = findings.iter().map(|finding| finding.code.as_str().into()).collect();
        self.fail(check, Error::ValidationFailed { codes }, status, findings);
    }

    /// Records a check that failed for a reason of this library, and what the server says to it.
    fn fail(&mut self, check: Check, error: Error, status: u16, findings: Vec<ServiceError>) {
        self.trail.fail(check, error);
        for finding in &findings {
            self.trail.hint(|| Some(format!("HTTP {status}, {finding}")));
        }
        if !self.refused {
            let (_, errors) = self.refusal.get_or_insert_with(|| (status, Vec::new()));
            errors.extend(findings);
        }
    }

    /// Records a check that failed, and the one error that the server has for it, if it has a code.
    fn reply(&mut self, check: Check, error: Error, reply: &Reply, message: String) {
        let status = reply.status;
        match &reply.code {
            Some(code) => {
                let findings = vec![ServiceError::new(code.clone(), message)];
                self.fail(check, error, status, findings);
            }
            None => {
                self.trail.fail(check, error);
                self.trail.hint(|| Some(format!("HTTP {status}, no code: {message}")));
                // What the stage found before is lost with it.
                if !self.refused {
                    self.refusal = Some((status, Vec::new()));
                }
            }
        }
    }

    /// Records what this library refuses and the server does not.
    fn object(&mut self, check: Check, error: Error) {
        self.trail.hint(|| Some(format!("stricter-than-server: {error}")));
        self.objection.get_or_insert_with(|| error.clone());
        self.trail.fail(check, error);
    }

    /// Records a reading.
    fn read<R>(
        &mut self,
        check: Check,
        reader: &mut Reader<'_>,
        replies: &Replies,
        result: Result<R, Misread>,
        passed: &'static str,
    ) -> Option<R> {
        match (result, reader.take_objection()) {
            (Ok(value), None) => {
                self.trail.pass(check, || passed.into());
                Some(value)
            }
            (Ok(value), Some(error)) => {
                self.object(check, error);
                Some(value)
            }
            (Err(Misread::Ours(error)), earlier) => {
                self.object(check, earlier.unwrap_or(error));
                None
            }
            (Err(Misread::Server { slip, error, message }), _) => {
                let message = message.unwrap_or_else(|| format!("{error}"));
                self.reply(check, error, replies.to(slip), message);
                None
            }
        }
    }

    /// Records a search in a table, which finds or has this code.
    fn find<R>(&mut self, found: Option<R>, code: ErrorCode, what: &'static str) -> Option<R> {
        let findings = match found {
            Some(_) => Vec::new(),
            None => vec![ServiceError::new(code, format!("not found: {what}"))],
        };
        self.check(RECORDS, 200, findings, what);
        found
    }

    /// Ends a stage: the server stops here if it found something.
    fn end(&mut self) -> bool {
        self.refused |= self.refusal.is_some();
        match self.until {
            Until::TheTrailEnds => self.trail.goes_on(),
            Until::TheServerRefuses => !self.refused,
        }
    }

    /// Makes the server's answer of what was decided. A decision that refused nothing and made
    /// nothing would be a defect, and is never an acceptance.
    fn answer<R>(self, made: Option<R>) -> Result<R, Refusal> {
        match (self.refusal, self.objection, made) {
            (Some((http_status, errors)), _, _) => Err(Refusal::Server { http_status, errors }),
            (None, Some(error), _) => Err(Refusal::StricterThanServer { error }),
            (None, None, Some(made)) => Ok(made),
            (None, None, None) => Err(Refusal::StricterThanServer { error: Error::Defect }),
        }
    }
}

/// A rule for the length of a text. The servers measure UTF-16.
pub(crate) struct Length {
    pub(crate) least: usize,
    pub(crate) most: usize,
}

const ID: Length = Length { least: 1, most: 36 };
const NAME: Length = Length { least: 1, most: 128 };
const SERIAL: Length = Length { least: 1, most: 64 };

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

    fn check_between(
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

/// Tells whether servers read a text in their pattern that names no real time: the JDK makes the
/// last day of the month of a later day up to 31, and the next midnight of 24:00. It has years
/// before 1970, which this library has not.
fn resolves(text: &str) -> bool {
    let shape = b"dddd-dd-ddTdd:dd:dd.dddZ";
    let fits = text.len() == shape.len()
        && text.bytes().zip(shape).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            _ => byte == *wanted,
        });
    let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<u16>().ok());
    let numbers = [0..4, 5..7, 8..10, 11..13, 14..16, 17..19, 20..23].map(number);
    let [Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second), Some(milli)] =
        numbers
    else {
        return false;
    };
    let midnight = hour == 24 && (minute, second, milli) == (0, 0, 0);
    fits && year > 0
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (hour < 24 || midnight)
        && minute < 60
        && second < 60
}
