//! Percent-encoding of the parts of a URL ([RFC 3986 §2]).
//!
//! Only unreserved characters are left unencoded, so no value can end its part: `/`, `?`, `#`, `&`,
//! `=`, `+`, `;` and everything outside ASCII are encoded. The crate `percent-encoding` does the
//! encoding; its decoder ignores broken triplets, so they are refused first.
//!
//! Not supported: other sets of characters, and other charsets than UTF-8.
//!
//! [RFC 3986 §2]: https://www.rfc-editor.org/rfc/rfc3986#section-2

use alloc::borrow::Cow;
use alloc::string::String;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::Fault;

/// Everything but the unreserved characters of [RFC 3986 §2.3].
///
/// [RFC 3986 §2.3]: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether `+` stands for a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Plus {
    /// It stands for itself, as everywhere in a URL ([RFC 3986]).
    ///
    /// [RFC 3986]: https://www.rfc-editor.org/rfc/rfc3986
    Literal,
    /// It stands for a space, as in the query of an HTML form (WHATWG URL section 5).
    Space,
}

/// Encodes every character that is not unreserved.
///
/// # Examples
///
/// ```
/// use countersign::encoding::percent;
///
/// assert_eq!(percent::encode("a b+c@x.y/é"), "a%20b%2Bc%40x.y%2F%C3%A9");
/// ```
#[must_use]
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).collect()
}

/// Decodes triplets.
///
/// # Errors
///
/// [`Fault::Character`] at a `%` that two hexadecimal digits do not follow, [`Fault::Utf8`] if the
/// bytes are not UTF-8.
///
/// # Examples
///
/// ```
/// use countersign::encoding::Fault;
/// use countersign::encoding::percent::{Plus, decode};
///
/// assert_eq!(decode("a%20b+c", Plus::Literal).unwrap(), "a b+c");
/// assert_eq!(decode("a%20b+c%2B", Plus::Space).unwrap(), "a b c+");
/// assert_eq!(decode("100%", Plus::Literal), Err(Fault::Character { offset: 3 }));
/// ```
pub fn decode(text: &str, plus: Plus) -> Result<Cow<'_, str>, Fault> {
    for (offset, _) in text.match_indices('%') {
        let digits = text.as_bytes().get(offset + 1..offset + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(Fault::Character { offset });
        }
    }
    if plus == Plus::Space && text.contains('+') {
        let spaced = text.replace('+', "%20");
        let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| Fault::Utf8)?;
        return Ok(Cow::Owned(decoded.into_owned()));
    }
    percent_decode_str(text).decode_utf8().map_err(|_| Fault::Utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_goes_there_and_back_and_only_unreserved_ones_stay() {
        for c in (0..0x800).filter_map(char::from_u32) {
            let text = String::from(c);
            let encoded = encode(&text);
            let unreserved = c.is_ascii_alphanumeric() || "-._~".contains(c);
            assert_eq!(encoded == text, unreserved, "{c:?}");
            assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            for plus in [Plus::Literal, Plus::Space] {
                assert_eq!(decode(&encoded, plus).unwrap(), text);
            }
        }
    }

    #[test]
    fn broken_triplets_and_broken_text_are_refused() {
        for (text, fault) in [
            ("%", Fault::Character { offset: 0 }),
            ("a%2", Fault::Character { offset: 1 }),
            ("%zz", Fault::Character { offset: 0 }),
            ("%41%4g", Fault::Character { offset: 3 }),
            ("%é", Fault::Character { offset: 0 }),
            ("%ff", Fault::Utf8),
            ("+%c3", Fault::Utf8),
        ] {
            assert_eq!(decode(text, Plus::Literal), Err(fault), "{text}");
            assert_eq!(decode(text, Plus::Space), Err(fault), "{text}");
        }
    }
}
