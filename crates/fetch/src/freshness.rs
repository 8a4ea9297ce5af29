//! How long an answer says that it is fresh ([RFC 9111]).
//!
//! [RFC 9111]: https://www.rfc-editor.org/rfc/rfc9111

use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL};

/// Returns for how many more seconds the answer is fresh; `None` if it does not say.
///
/// Read are `max-age`, `no-store` and `no-cache` of `Cache-Control`, and `Age`. A repeated or
/// damaged `max-age` means zero ([RFC 9111 §4.2.1]). `s-maxage` is for shared caches, `Expires`
/// for those of 1996.
///
/// [RFC 9111 §4.2.1]: https://www.rfc-editor.org/rfc/rfc9111#section-4.2.1
pub(crate) fn lifetime(headers: &HeaderMap) -> Option<u64> {
    let mut max_age = None;
    for value in headers.get_all(CACHE_CONTROL) {
        for directive in value.as_bytes().split(|byte| *byte == b',') {
            let (name, argument) = split(directive);
            if name.eq_ignore_ascii_case(b"no-store") || name.eq_ignore_ascii_case(b"no-cache") {
                return Some(0);
            }
            if name.eq_ignore_ascii_case(b"max-age") {
                let seconds = argument.and_then(seconds).filter(|_| max_age.is_none());
                max_age = Some(seconds.unwrap_or(0));
            }
        }
    }
    let age = headers.get(AGE).and_then(|value| seconds(value.as_bytes())).unwrap_or(0);
    max_age.map(|max_age| max_age.saturating_sub(age))
}

fn split(directive: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut parts = directive.splitn(2, |byte| *byte == b'=');
    let name = parts.next().unwrap_or_default().trim_ascii();
    (name, parts.next())
}

/// Reads `delta-seconds` ([RFC 9111 §1.2.2]); what is too large for it is as good as for ever.
///
/// [RFC 9111 §1.2.2]: https://www.rfc-editor.org/rfc/rfc9111#section-1.2.2
fn seconds(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let text = core::str::from_utf8(text).ok()?;
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn lifetimes_are_read_and_damaged_ones_are_short() {
        for (cache_control, age, expected) in [
            (None, None, None),
            (Some("public"), Some("5"), None),
            (Some("max-age=600"), None, Some(600)),
            (Some("public, Max-Age = 600, must-revalidate"), Some("100"), Some(500)),
            (Some("max-age=\"600\""), Some("700"), Some(0)),
            (Some("s-maxage=5, max-age=600"), Some("soon"), Some(600)),
            (Some("max-age=600, no-cache"), None, Some(0)),
            (Some("NO-STORE"), None, Some(0)),
            (Some("max-age=600, max-age=700"), None, Some(0)),
            (Some("max-age"), None, Some(0)),
            (Some("max-age=-1"), None, Some(0)),
            (Some("max-age=1e9"), None, Some(0)),
            (Some("max-age=99999999999999999999999"), None, Some(u64::MAX)),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = cache_control {
                headers.insert(CACHE_CONTROL, HeaderValue::from_static(value));
            }
            if let Some(value) = age {
                headers.insert(AGE, HeaderValue::from_static(value));
            }
            assert_eq!(lifetime(&headers), expected, "{cache_control:?} {age:?}");
        }
    }
}
