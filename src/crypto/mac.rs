//! HMAC-SHA-256 ([RFC 2104]).
//!
//! [RFC 2104]: https://www.rfc-editor.org/rfc/rfc2104

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{secret::Secret, work};
use crate::error::{Error, KeyFault};

/// Computes the MAC of the concatenated parts.
pub(crate) fn hmac_sha256(key: &Secret, message: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    // HMAC takes a key of any length; the type has no way of saying so.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose()) else {
        return Zeroizing::new([0; 32]);
    };
    for part in message {
        work::hashed(part.len());
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// Compares in constant time; different lengths differ at once, as lengths are no secret.
pub(crate) fn equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Verifies a MAC, or a text of one, against the right one in constant time.
pub(crate) fn verify(right: &[u8], given: &[u8]) -> Result<(), Error> {
    if equal(right, given) { Ok(()) } else { Err(Error::SignatureMismatch) }
}

/// Verifies HS256 ([RFC 7518 §3.2]): at least 32 bytes of key, exactly 32 bytes of MAC.
///
/// [RFC 7518 §3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
pub(crate) fn verify_hs256(key: &Secret, message: &[&[u8]], mac: &[u8]) -> Result<(), Error> {
    if key.expose().len() < 32 {
        return Err(Error::KeyUnusable(KeyFault::ShortSecret));
    }
    verify(&*hmac_sha256(key, message), mac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::hex;

    #[test]
    fn rfc_4231_cases_give_their_macs() {
        for (key, message, mac) in [
            (
                alloc::vec![0x0b; 20],
                b"Hi There".to_vec(),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                alloc::vec![0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let (left, right) = message.split_at(3);
            let key = Secret::new(key);
            assert_eq!(hex::encode(&*hmac_sha256(&key, &[left, right])), mac);
        }
    }

    #[test]
    fn hs256_wants_a_long_key_and_the_whole_mac() {
        let key = Secret::new(alloc::vec![7; 32]);
        let mac = *hmac_sha256(&key, &[b"m"]);
        assert_eq!(verify_hs256(&key, &[b"m"], &mac), Ok(()));
        assert_eq!(verify_hs256(&key, &[b"m"], &mac[..31]), Err(Error::SignatureMismatch));
        assert_eq!(verify_hs256(&key, &[b"n"], &mac), Err(Error::SignatureMismatch));
        assert_eq!(verify_hs256(&key, &[b"m"], b""), Err(Error::SignatureMismatch));
        let short = Secret::new(alloc::vec![7; 31]);
        assert_eq!(
            verify_hs256(&short, &[b"m"], &mac),
            Err(Error::KeyUnusable(KeyFault::ShortSecret))
        );
    }
}
