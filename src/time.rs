//! Instants as arguments: this library never reads a clock.

use core::fmt;

/// An instant in whole seconds since 1970-01-01T00:00:00Z, between the years 1970 and 9999.
///
/// This is the `NumericDate` of [RFC 7519 §2] without fractions. The bounds keep every sum
/// with a [`Leeway`] far from overflow.
///
/// ```
/// use countersign::Time;
///
/// let issued = Time::from_unix(1_649_404_580).unwrap();
/// assert_eq!(issued.to_string(), "2022-04-08T07:56:20Z");
/// assert_eq!(Time::parse_rfc3339("2022-04-08T09:56:20+02:00"), Ok(issued));
/// assert_eq!(Time::from_unix(-1), None);
/// ```
///
/// [RFC 7519 §2]: https://www.rfc-editor.org/rfc/rfc7519#section-2
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// 9999-12-31T23:59:59Z, the last second that [RFC 3339] can write.
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
const LAST: i64 = 253_402_300_799;

impl Time {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// 9999-12-31T23:59:59Z, the last second that [RFC 3339] can write.
    ///
    /// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
    pub const LAST: Self = Self(LAST);

    /// Makes an instant of Unix seconds, or `None` outside `0 ..= 253402300799`.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Option<Self> {
        if seconds < 0 || seconds > LAST { None } else { Some(Self(seconds)) }
    }

    /// Returns the Unix seconds.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Reads an [RFC 3339] date-time: `YYYY-MM-DDTHH:MM:SS`, an optional fraction of up to nine
    /// digits (cut off, not rounded), and `Z` or an offset.
    ///
    /// `t` and `z` in lower case are the same ([RFC 3339 section 5.6]); leap seconds (`:60`) are
    /// refused. MOSIP's devices write all three forms of offset; see [`crate::mosip`].
    ///
    /// [RFC 3339 section 5.6]: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
    ///
    /// # Errors
    ///
    /// If the text has another shape or names no real date in range.
    ///
    /// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
    pub fn parse_rfc3339(text: &str) -> Result<Self, InvalidTime> {
        parse(text.as_bytes()).ok_or(InvalidTime)
    }

    /// Returns the distance from an earlier instant, for messages.
    pub(crate) const fn since(self, earlier: Self) -> Distance {
        Distance(self.0.saturating_sub(earlier.0))
    }

    pub(crate) const fn plus(self, leeway: Leeway) -> i64 {
        self.0.saturating_add(leeway.seconds())
    }
}

/// The text is no time of [RFC 3339], or none in range.
///
/// As an [`Error`](crate::Error) it is [`Malformed`](crate::Error::Malformed).
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidTime;

impl fmt::Display for InvalidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 time from 1970 to 9999, such as 2022-04-08T07:56:20Z")
    }
}

impl core::error::Error for InvalidTime {}

impl fmt::Display for Time {
    /// Writes [RFC 3339] in UTC with whole seconds.
    ///
    /// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl Time {
    /// Writes what [`Display`](fmt::Display) shows.
    pub(crate) fn write(self, out: &mut impl fmt::Write) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(86_400));
        let second = self.0.rem_euclid(86_400);
        let [[y1, y2], [y3, y4]] = [year / 100, year % 100].map(two_digits);
        let [[m1, m2], [d1, d2]] = [month, day].map(two_digits);
        let [[h1, h2], [n1, n2], [s1, s2]] =
            [second / 3600, second / 60 % 60, second % 60].map(two_digits);
        // No year of the range has five digits.
        let text = [
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2,
            b'Z',
        ];
        out.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

/// Writes a number below 100.
fn two_digits(number: i64) -> [u8; 2] {
    let digit = |number: i64| b'0' + u8::try_from(number % 10).unwrap_or_default();
    [digit(number / 10), digit(number)]
}

/// A length of time for people: its two largest units.
pub(crate) struct Distance(i64);

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (d, h, m, s) = (self.0 / 86_400, self.0 / 3600 % 24, self.0 / 60 % 60, self.0 % 60);
        match (d, h, m) {
            (0, 0, 0) => write!(f, "{s} s"),
            (0, 0, _) => write!(f, "{m} m {s} s"),
            (0, _, _) => write!(f, "{h} h {m} m"),
            _ => write!(f, "{d} d {h} h"),
        }
    }
}

/// How far clocks may disagree: at most 300 seconds, zero by default.
///
/// ```
/// use countersign::Leeway;
///
/// assert_eq!(Leeway::default().seconds(), 0);
/// assert_eq!(Leeway::from_seconds(300).unwrap().seconds(), 300);
/// assert_eq!(Leeway::from_seconds(301), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Leeway(u16);

impl Leeway {
    /// Makes a leeway, or `None` above 300 seconds: more would double the life of most artefacts.
    #[must_use]
    pub const fn from_seconds(seconds: u16) -> Option<Self> {
        if seconds > 300 { None } else { Some(Self(seconds)) }
    }

    /// Returns the seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        // A lossless widening; `i64::from` is not `const`.
        #[expect(clippy::as_conversions, reason = "u16 to i64 cannot lose bits")]
        let seconds = self.0 as i64;
        seconds
    }
}

/// The time at which an artefact is judged.
///
/// Archives hold artefacts whose life is over: a DVS certificate lives ten seconds. They are judged
/// as at the time of their capture, or as at the time they state themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum At {
    /// This instant: the present for a service, the time of capture for an auditor.
    Time(Time),
    /// The artefact's own time: `cAt`, `iat` or `timeStamp`. This believes the signer about time,
    /// so it says nothing about freshness. Only signed times count, and each signer of a message is
    /// judged at the time that its own layer states.
    Issued,
}

impl From<Time> for At {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}

impl At {
    /// Returns the instant, given the artefact's own time where it is known.
    pub(crate) const fn resolve(self, issued: Option<Time>) -> Option<Time> {
        match self {
            Self::Time(time) => Some(time),
            Self::Issued => issued,
        }
    }
}

/// Parses the byte form; `None` for anything else.
fn parse(text: &[u8]) -> Option<Time> {
    let (date, rest) = text.split_at_checked(19)?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T' | b't',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
    ] = *date
    else {
        return None;
    };
    let year = number(&[y1, y2, y3, y4])?;
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 || digits > 9 {
                return None;
            }
            fraction.get(digits..)?
        }
        None => rest,
    };
    let offset = match *rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[h1, h2])?, number(&[m1, m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            if sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    let days = days_from_civil(year, month, day);
    if civil(days) != (year, month, day) {
        return None;
    }
    Time::from_unix(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |value, &digit| {
        digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0'))
    })
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. The year is taken to begin
/// in March, so that the leap day is its last; 146,097 days are 400 years.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`].
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_day_of_the_range_is_its_own_inverse() {
        let mut previous = (1969, 12, 31);
        for days in 0..=LAST / 86_400 {
            let date = civil(days);
            assert_eq!(days_from_civil(date.0, date.1, date.2), days);
            assert!(date > previous, "{date:?} follows {previous:?}");
            previous = date;
        }
        assert_eq!(previous, (9999, 12, 31));
    }

    #[test]
    fn printing_reads_back() {
        for unix in [0, 951_782_400, 1_582_934_400, 1_649_404_580, LAST] {
            let time = Time::from_unix(unix).unwrap();
            assert_eq!(Time::parse_rfc3339(&time.to_string()), Ok(time));
        }
    }

    #[test]
    fn offsets_and_fractions_are_understood() {
        let time = Time::from_unix(1_578_900_042).ok_or(());
        for text in [
            "2020-01-13T07:20:42Z",
            "2020-01-13T07:20:42.195Z",
            "2020-01-13T12:50:42.999999999+05:30",
            "2020-01-12T23:20:42-08:00",
            "2020-01-13t07:20:42z",
            "2020-01-13t12:50:42.5+05:30",
        ] {
            assert_eq!(Time::parse_rfc3339(text).map_err(|_| ()), time, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2020-01-13",
            "2020-01-13T07:20:42",
            "2020-01-13 07:20:42Z",
            "2020-13-01T00:00:00Z",
            "2021-02-29T00:00:00Z",
            "2020-01-32T00:00:00Z",
            "2020-01-00T00:00:00Z",
            "2020-01-13T24:00:00Z",
            "2020-01-13T07:60:42Z",
            "2020-01-13T07:20:60Z",
            "2020-01-13T07:20:42.Z",
            "2020-01-13T07:20:42.1234567890Z",
            "2020-01-13T07:20:42+0530",
            "2020-01-13T07:20:42+24:00",
            "2020-01-13T07:20:42ZZ",
            "1969-12-31T23:59:59Z",
            "9999-12-31T23:59:59-00:01",
            "+020-01-13T07:20:42Z",
        ] {
            assert!(Time::parse_rfc3339(text).is_err(), "{text}");
        }
    }

    #[test]
    fn distances_name_two_units() {
        let zero = Time::from_unix(0).unwrap();
        for (seconds, text) in
            [(5, "5 s"), (125, "2 m 5 s"), (11_040, "3 h 4 m"), (180_000, "2 d 2 h")]
        {
            assert_eq!(Time::from_unix(seconds).unwrap().since(zero).to_string(), text);
        }
    }
}
