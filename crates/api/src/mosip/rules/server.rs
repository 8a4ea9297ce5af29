//! The server whose rules apply, and how it judges times.

use core::fmt;

use crate::mosip::error_code::ErrorCode;
use countersign::encoding::Fault;
use countersign::{Error, Time};

/// The server whose rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Server {
    /// Master data of the kernel from 1.0.7 on, later of the admin services.
    Kernel {
        /// The version.
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
    /// 1.0.7 and 1.0.8: a digital ID has `subType`; a validation has neither `timeStamp` nor
    /// `purpose`.
    V1_0_7,
    /// 1.0.9 to 1.1.5: a digital ID has `deviceSubType`.
    V1_0_9,
    /// 1.2.0 and later: strict base64, and the server's own errors have HTTP status 200.
    #[default]
    V1_2_0,
}

impl KernelVersion {
    /// Returns the first version with this behaviour.
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

    /// Parses the version of a release, such as `1.1.5.3` or `v1.2.0`, and returns its behaviour.
    /// In a part such as `0-rc1`, only the number counts.
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

/// How old a request may be, according to its `timeStamp`: the server's property
/// `masterdata.registerdevice.timestamp.validate`, as implemented and as documented.
///
/// Both ends of a window are exclusive. Milliseconds count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the property has two signs; two more for people")]
pub enum TimeRule {
    /// `+N`, as implemented: from two minutes before the current time to N minutes after it. So a
    /// request lives two minutes, whatever N is.
    Plus(u16),
    /// `-N`, as implemented: at least N minutes before the current time.
    Minus(u16),
    /// As documented: less than N minutes from the current time, in either direction.
    Documented(u16),
    /// No rule, as in kernel 1.0.6.
    Unchecked,
}

impl Default for TimeRule {
    /// The default of servers: `+5`.
    fn default() -> Self {
        Self::Plus(5)
    }
}

impl TimeRule {
    /// Parses the value of the property, `+N` or `-N`.
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
    pub(super) fn accepts(self, signed: i64, now: Time) -> bool {
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
    pub(super) const fn partner_code(self, signed: i64, now: Time) -> ErrorCode {
        match self {
            Self::Minus(_) => ErrorCode::PmsAut013,
            Self::Documented(_) if signed < now.unix() * 1000 => ErrorCode::PmsAut013,
            _ => ErrorCode::PmsAut012,
        }
    }
}
