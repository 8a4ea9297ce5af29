//! Base64 ([RFC 4648]), one strict decoder per profile.
//!
//! | Profile | Alphabet | Padding | Used by |
//! |---|---|---|---|
//! | [`decode_url`] | URL and file name safe | none | JWS, JWK ([RFC 7515 §2]) |
//! | [`decode_standard`] | standard | complete | MIRACL Trust OTP, `dtas`; MOSIP `deviceData` |
//! | [`decode_mosip`] | either, never mixed | complete or none | parts of MOSIP answers, which differ by version |
//! | [`decode_unpadded`] | either, never mixed | none | salts of MIRACL Trust's M-PIN IDs, which differ by age |
//!
//! All refuse white space, line breaks, characters of the other alphabet and trailing bits that are
//! not zero. Decoding itself is done by the crate `base64-simd`, which says yes or no; the crate `base64`
//! finds the fault.
//!
//! [RFC 4648]: https://www.rfc-editor.org/rfc/rfc4648
//! [RFC 7515 §2]: https://www.rfc-editor.org/rfc/rfc7515#section-2

use alloc::string::String;
use alloc::vec::Vec;

use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine as _};
use base64::{DecodeError, alphabet};
use base64_simd::Base64;

use super::Fault;

/// The decoders of one profile.
struct Profile {
    /// Says yes or no.
    fast: Base64,
    /// Accepts the same, and finds the fault.
    exact: GeneralPurpose,
}

static URL: Profile = Profile {
    fast: base64_simd::URL_SAFE_NO_PAD,
    exact: GeneralPurpose::new(&alphabet::URL_SAFE, unpadded()),
};
static STANDARD: Profile = Profile {
    fast: base64_simd::STANDARD,
    exact: GeneralPurpose::new(&alphabet::STANDARD, padded()),
};
static URL_PADDED: Profile = Profile {
    fast: base64_simd::URL_SAFE,
    exact: GeneralPurpose::new(&alphabet::URL_SAFE, padded()),
};
static STANDARD_UNPADDED: Profile = Profile {
    fast: base64_simd::STANDARD_NO_PAD,
    exact: GeneralPurpose::new(&alphabet::STANDARD, unpadded()),
};

const fn unpadded() -> GeneralPurposeConfig {
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
}

const fn padded() -> GeneralPurposeConfig {
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
}

/// Decodes base64url without padding.
///
/// # Errors
///
/// A [`Fault`]; for an illegal character, with its offset.
///
/// # Examples
///
/// ```
/// use countersign::encoding::{base64, Fault};
///
/// assert_eq!(base64::decode_url(b"-_8").unwrap(), [0xfb, 0xff]);
/// assert_eq!(base64::decode_url(b"-_8="), Err(Fault::Padding));
/// assert_eq!(base64::decode_url(b"+/8"), Err(Fault::Character { offset: 0 }));
/// assert_eq!(base64::decode_url(b"-_9"), Err(Fault::TrailingBits));
/// ```
pub fn decode_url(text: &[u8]) -> Result<Vec<u8>, Fault> {
    decode(&URL, text)
}

/// Decodes base64url without padding to the end of a buffer, and returns the buffer's new length.
pub(crate) fn decode_url_to(text: &[u8], buffer: &mut Vec<u8>) -> Result<usize, Fault> {
    if URL.fast.decode_append(text, buffer).is_err() {
        URL.exact.decode_vec(text, buffer).map_err(fault)?;
    }
    Ok(buffer.len())
}

/// Decodes standard base64 with complete padding.
///
/// # Errors
///
/// A [`Fault`]; for an illegal character, with its offset.
///
/// # Examples
///
/// ```
/// use countersign::encoding::{base64, Fault};
///
/// assert_eq!(base64::decode_standard(b"+/8=").unwrap(), [0xfb, 0xff]);
/// assert_eq!(base64::decode_standard(b"+/8"), Err(Fault::Padding));
/// ```
pub fn decode_standard(text: &[u8]) -> Result<Vec<u8>, Fault> {
    decode(&STANDARD, text)
}

/// Decodes base64 of either alphabet, with complete padding or none.
///
/// MOSIP's components write the same member in four ways (`CryptoUtil.decodeBase64` of
/// mosip/commons reads them all). A text must not mix the alphabets.
///
/// # Errors
///
/// A [`Fault`]; for an illegal character, with its offset.
///
/// ```
/// use countersign::encoding::base64;
///
/// assert_eq!(base64::decode_mosip(b"__8"), base64::decode_mosip(b"//8="));
/// assert!(base64::decode_mosip(b"_/8").is_err(), "mixed alphabets");
/// ```
pub fn decode_mosip(text: &[u8]) -> Result<Vec<u8>, Fault> {
    let url = memchr::memchr2(b'-', b'_', text).is_some();
    let profile = match (url, text.ends_with(b"=")) {
        (true, true) => &URL_PADDED,
        (true, false) => &URL,
        (false, true) => &STANDARD,
        (false, false) => &STANDARD_UNPADDED,
    };
    decode(profile, text)
}

/// Decodes base64 of either alphabet without padding. A text must not mix the alphabets.
///
/// # Errors
///
/// A [`Fault`]; for an illegal character, with its offset.
///
/// # Examples
///
/// ```
/// use countersign::encoding::{base64, Fault};
///
/// assert_eq!(base64::decode_unpadded(b"-_8"), base64::decode_unpadded(b"+/8"));
/// assert_eq!(base64::decode_unpadded(b"-/8"), Err(Fault::Character { offset: 1 }));
/// assert_eq!(base64::decode_unpadded(b"+/8="), Err(Fault::Padding));
/// ```
pub fn decode_unpadded(text: &[u8]) -> Result<Vec<u8>, Fault> {
    let url = memchr::memchr2(b'-', b'_', text).is_some();
    decode(if url { &URL } else { &STANDARD_UNPADDED }, text)
}

/// Encodes base64url without padding.
///
/// ```
/// assert_eq!(countersign::encoding::base64::encode_url(&[255; 2]), "__8");
/// ```
#[must_use]
pub fn encode_url(bytes: &[u8]) -> String {
    URL.exact.encode(bytes)
}

/// Encodes standard base64 with padding.
///
/// ```
/// assert_eq!(countersign::encoding::base64::encode_standard(&[255; 2]), "//8=");
/// ```
#[must_use]
pub fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.exact.encode(bytes)
}

fn decode(profile: &Profile, text: &[u8]) -> Result<Vec<u8>, Fault> {
    match profile.fast.decode_to_vec(text) {
        Ok(bytes) => Ok(bytes),
        Err(_) => profile.exact.decode(text).map_err(fault),
    }
}

const fn fault(error: DecodeError) -> Fault {
    match error {
        // `=` is padding in the wrong place, not a foreign character.
        DecodeError::InvalidByte(_, b'=') | DecodeError::InvalidPadding => Fault::Padding,
        DecodeError::InvalidByte(offset, _) => Fault::Character { offset },
        DecodeError::InvalidLength(_) => Fault::Length,
        _ => Fault::TrailingBits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_profile_reads_its_own_encoding_at_every_length() {
        for length in 0..70 {
            let bytes: Vec<u8> = (0..length).map(|i: u8| i.wrapping_mul(37) ^ 0xa5).collect();
            assert_eq!(decode_url(encode_url(&bytes).as_bytes()).unwrap(), bytes);
            assert_eq!(decode_standard(encode_standard(&bytes).as_bytes()).unwrap(), bytes);
            assert_eq!(decode_mosip(encode_url(&bytes).as_bytes()).unwrap(), bytes);
            assert_eq!(decode_mosip(encode_standard(&bytes).as_bytes()).unwrap(), bytes);
        }
    }

    #[test]
    fn the_fast_decoder_accepts_what_the_exact_one_accepts_and_nothing_else() {
        for (name, profile) in [
            ("url", &URL),
            ("standard", &STANDARD),
            ("url, padded", &URL_PADDED),
            ("standard, unpadded", &STANDARD_UNPADDED),
        ] {
            let compare = |text: &[u8], what: &str| {
                let (fast, exact) = (profile.fast.decode_to_vec(text), profile.exact.decode(text));
                assert_eq!(fast.ok(), exact.ok(), "{name}, {what}: {text:?}");
            };
            for length in 0..150 {
                let bytes: Vec<u8> = (0..length).map(|i: u8| i.wrapping_mul(91) ^ 0x3c).collect();
                let text = profile.exact.encode(&bytes).into_bytes();
                for cut in 0..3.min(text.len() + 1) {
                    compare(&text[..text.len() - cut], "cut");
                }
                for padding in ["=", "==", "==="] {
                    compare(&[&text, padding.as_bytes()].concat(), "padded");
                }
                // Every byte at the places where blocks begin, meet and end, and at some others.
                for place in (0..text.len()).filter(|at| at % 7 == 0 || at + 5 > text.len()) {
                    let mut text = text.clone();
                    for byte in 0..=255 {
                        text[place] = byte;
                        compare(&text, "altered");
                    }
                }
            }
        }
    }

    #[test]
    fn a_failed_decoding_leaves_nothing_behind() {
        let mut buffer = b"before".to_vec();
        assert_eq!(decode_url_to(b"AAAA", &mut buffer), Ok(9));
        assert_eq!(decode_url_to(b"AA*A", &mut buffer), Err(Fault::Character { offset: 2 }));
        assert_eq!(buffer.get(..6), Some(&b"before"[..]));
    }

    #[test]
    fn a_decoded_text_is_the_only_text_of_its_bytes() {
        // Every text of four characters over a small, nasty alphabet.
        let alphabet = b"AQZ-_+/= \n\0\xff";
        let index = |n: usize, place: u32| alphabet[n / alphabet.len().pow(place) % alphabet.len()];
        for n in 0..alphabet.len().pow(4) {
            let text = [index(n, 0), index(n, 1), index(n, 2), index(n, 3)];
            for length in 0..=4 {
                let text = &text[..length];
                if let Ok(bytes) = decode_url(text) {
                    assert_eq!(encode_url(&bytes).as_bytes(), text);
                }
                if let Ok(bytes) = decode_standard(text) {
                    assert_eq!(encode_standard(&bytes).as_bytes(), text);
                }
                if let Ok(bytes) = decode_unpadded(text) {
                    let standard = encode_standard(&bytes);
                    let standard = standard.trim_end_matches('=').as_bytes();
                    assert!(text == encode_url(&bytes).as_bytes() || text == standard, "{text:?}");
                }
                if decode_mosip(text).is_ok() {
                    let mixed = text.iter().any(|b| b"-_".contains(b))
                        && text.iter().any(|b| b"+/".contains(b));
                    assert!(!mixed, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_bad_character_is_found_at_every_place() {
        let good = encode_url(&[0x5a; 60]);
        for place in 0..good.len() {
            for bad in [b'+', b'/', b' ', b'\n', b'\0', b'.', 0x80] {
                let mut text = good.clone().into_bytes();
                text[place] = bad;
                assert_eq!(decode_url(&text), Err(Fault::Character { offset: place }));
            }
        }
    }
}
