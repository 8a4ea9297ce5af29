//! Hexadecimal text ([RFC 4648 §8]), either letter case, an even number of digits.
//!
//! [RFC 4648 §8]: https://www.rfc-editor.org/rfc/rfc4648#section-8

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Fault;

/// Decodes hexadecimal digits of either case.
///
/// # Errors
///
/// [`Fault::Length`] for an odd number of digits, [`Fault::Character`] for a character that is not
/// a digit.
///
/// # Examples
///
/// ```
/// use countersign::encoding::{hex, Fault};
///
/// assert_eq!(hex::decode("74657374").unwrap(), b"test");
/// assert_eq!(hex::decode("abc"), Err(Fault::Length));
/// assert_eq!(hex::decode("0x"), Err(Fault::Character { offset: 1 }));
/// ```
pub fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    if let Some(offset) = text.bytes().position(|b| !b.is_ascii_hexdigit()) {
        return Err(Fault::Character { offset });
    }
    base16ct::mixed::decode_vec(text).map_err(|_| Fault::Length)
}

/// Encodes in lower case.
///
/// ```
/// assert_eq!(countersign::encoding::hex::encode(&[0, 255]), "00ff");
/// ```
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// Writes a digest in lower case.
pub(crate) fn write(out: &mut impl fmt::Write, digest: &[u8; 32]) -> fmt::Result {
    let mut text = [0; 64];
    out.write_str(base16ct::lower::encode_str(digest, &mut text).map_err(|_| fmt::Error)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_goes_there_and_back_and_nothing_else_is_read() {
        let all: Vec<u8> = (0..=255).collect();
        let text = encode(&all);
        assert_eq!(decode(&text).unwrap(), all);
        assert_eq!(decode(&text.to_ascii_uppercase()).unwrap(), all);
        assert_eq!(decode("").unwrap(), b"");
        for byte in (0u8..128).filter(|b| !b.is_ascii_hexdigit()) {
            let text = String::from_utf8(alloc::vec![b'0', byte]).unwrap();
            assert_eq!(decode(&text), Err(Fault::Character { offset: 1 }));
        }
        assert_eq!(decode("0"), Err(Fault::Length));
    }
}
