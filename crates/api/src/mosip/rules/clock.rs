//! The servers' times.

use countersign::Time;

/// Reads the one pattern of the servers' times, `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'`, as milliseconds.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let time = Time::parse_rfc3339(text).ok().filter(|_| text.len() == 24)?;
    let (date, rest) = text.strip_suffix('Z')?.split_at_checked(19)?;
    let fraction = rest.strip_prefix('.').filter(|_| date.contains('T'))?;
    Some(time.unix() * 1000 + fraction.parse::<i64>().ok()?)
}

/// Tells whether servers read a text in their pattern that names no real time: the JDK makes the
/// last day of the month of a later day up to 31, and the next midnight of 24:00. It has years
/// before 1970, which this library has not.
pub(super) fn resolves(text: &str) -> bool {
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
