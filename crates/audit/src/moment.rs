//! Times of judgement, as policies, records and command lines write them.

use std::str::FromStr;

use countersign::{At, Time};

/// A time of judgement, before the current time is known.
///
/// ```
/// use countersign::{At, Time};
/// use countersign_audit::Moment;
///
/// let now = Time::from_unix(1_649_404_585).expect("a time");
/// assert_eq!(Moment::Now.resolve(now), At::Time(now));
/// assert_eq!("2022-04-08T07:56:25Z".parse(), Ok(Moment::At(At::Time(now))));
/// assert_eq!("issued".parse(), Ok(Moment::At(At::Issued)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the present, or another time")]
pub enum Moment {
    /// The current time of the run.
    #[default]
    Now,
    /// A given time, or the artefact's own.
    At(At),
}

/// The error text for a text that is not a time.
pub const NO_TIME: &str = "must be RFC 3339 or Unix seconds";

impl Moment {
    /// Returns the time of judgement, given the current time of the run.
    #[must_use]
    pub const fn resolve(self, now: Time) -> At {
        match self {
            Self::Now => At::Time(now),
            Self::At(at) => at,
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "now" => Ok(Self::Now),
            "issued" => Ok(Self::At(At::Issued)),
            _ => parse_instant(text)
                .map(|time| Self::At(At::Time(time)))
                .ok_or_else(|| format!("{NO_TIME}, `now` or `issued`")),
        }
    }
}

/// Reads [RFC 3339] or Unix seconds.
///
/// ```
/// use countersign_audit::parse_instant;
///
/// assert_eq!(parse_instant("1649404585"), parse_instant("2022-04-08T07:56:25Z"));
/// assert_eq!(parse_instant("yesterday"), None);
/// ```
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
#[must_use]
pub fn parse_instant(text: &str) -> Option<Time> {
    match text.parse() {
        Ok(seconds) => Time::from_unix(seconds),
        Err(_) => Time::parse_rfc3339(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_five_ways() {
        let time = Time::from_unix(1_649_404_580).unwrap();
        for (text, moment) in [
            ("now", Moment::Now),
            ("issued", Moment::At(At::Issued)),
            ("1649404580", Moment::At(At::Time(time))),
            ("2022-04-08T07:56:20Z", Moment::At(At::Time(time))),
            ("2022-04-08T09:56:20+02:00", Moment::At(At::Time(time))),
        ] {
            assert_eq!(text.parse(), Ok(moment), "{text}");
        }
        for text in ["", "-1", "Issued", "2022-04-08", "1e9", "99999999999999"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
