//! How old a signed message may be.

use alloc::format;

use crate::error::Error;
use crate::report::{Check, Trail};
use crate::time::{At, Leeway, Time};

/// The check of a signed time.
impl Check {
    /// The signed time is within the window.
    pub const WINDOW: Self = Self::new("timestamp-window", "MOSIP Device Management APIs");
}

/// How far a signed time may be from the time of judgement. Both ends are exclusive.
///
/// Device messages from the future are refused whatever the window: see
/// [`trust`](crate::mosip::trust).
///
/// ```
/// use countersign::mosip::Window;
///
/// assert_eq!(Window::as_servers_do(5), Window { before: 120, after: 300 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two ends are all that a window has")]
pub struct Window {
    /// Seconds by which the signed time may be earlier.
    pub before: u32,
    /// Seconds by which the signed time may be later.
    pub after: u32,
}

impl Window {
    /// Makes the window that MOSIP's servers apply to requests if
    /// `masterdata.registerdevice.timestamp.validate` is `+minutes`: from two minutes before to
    /// that many minutes after (`RegisteredDeviceServiceImpl`).
    #[must_use]
    pub const fn as_servers_do(minutes: u16) -> Self {
        #[expect(clippy::as_conversions, reason = "u16 to u32 cannot lose bits")]
        let after = minutes as u32 * 60;
        Self { before: 120, after }
    }

    /// Makes a window of the same length on both sides, as the API's documentation describes it.
    #[must_use]
    pub const fn symmetric(seconds: u32) -> Self {
        Self { before: seconds, after: seconds }
    }

    /// Why no age is judged.
    pub(super) const NOT_EXPECTED: &str = "no window is expected, so age was not judged";
    /// Why none can be.
    pub(super) const AS_ISSUED: &str = "judged as of its own time";

    /// Tells whether the signed time is inside, given that clocks may disagree.
    fn contains(self, signed: Time, at: Time, leeway: Leeway) -> bool {
        let distance = signed.unix() - at.unix();
        -i64::from(self.before) - leeway.seconds() < distance
            && distance < i64::from(self.after) + leeway.seconds()
    }

    /// Checks the age of what was signed at a time, and tells whether it is refused.
    pub(super) fn check(
        window: Option<Self>,
        trail: &mut Trail,
        signed: Time,
        at: At,
        leeway: Leeway,
    ) -> bool {
        let (window, at) = match (window, at) {
            (None, _) => {
                trail.skip(Check::WINDOW, Self::NOT_EXPECTED);
                return false;
            }
            (_, At::Issued) => {
                trail.skip(Check::WINDOW, Self::AS_ISSUED);
                return false;
            }
            (Some(window), At::Time(at)) => (window, at),
        };
        let inside = window.contains(signed, at, leeway);
        let result = if inside { Ok(signed) } else { Err(Error::TimestampWindow { signed, at }) };
        trail.record(Check::WINDOW, result, |signed| format!("signed at {signed}, judged at {at}"));
        !inside
    }
}
