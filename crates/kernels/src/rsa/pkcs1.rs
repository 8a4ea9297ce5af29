//! EMSA-PKCS1-v1_5 encoding, [RFC 8017 section 9.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.2).
//!
//! A signature is checked by *encoding* the digest and comparing whole messages, never by parsing
//! what the signature opens to. One digest has exactly one accepted encoding, so there is no
//! parser to be lenient: BER lengths, a missing NULL, short padding and trailing bytes are all
//! just "a different message".
//!
//! Not supported: digests other than SHA-256, SHA-384 and SHA-512; the NULL-less `DigestInfo`.

use crate::Hash;

/// DER of `DigestInfo` up to the digest itself, for SHA-256 ([RFC 8017 §9.2], note 1).
///
/// [RFC 8017 §9.2]: https://www.rfc-editor.org/rfc/rfc8017#section-9.2
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// The same for SHA-384.
const SHA384_PREFIX: [u8; 19] = [
    0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05,
    0x00, 0x04, 0x30,
];

/// The same for SHA-512.
const SHA512_PREFIX: [u8; 19] = [
    0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05,
    0x00, 0x04, 0x40,
];

/// The shortest padding string [RFC 8017] permits.
///
/// [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017
const MIN_PADDING: usize = 8;

/// The `DigestInfo` prefix of `hash`.
pub(super) const fn prefix(hash: Hash) -> &'static [u8; 19] {
    match hash {
        Hash::Sha256 => &SHA256_PREFIX,
        Hash::Sha384 => &SHA384_PREFIX,
        Hash::Sha512 => &SHA512_PREFIX,
    }
}

/// Writes the encoded message for `digest` over all of `out`: `00 01 ff..ff 00 DigestInfo`.
///
/// Returns `None`, with `out` in an unspecified state, when `digest` has not the length of `hash`
/// or `out` is too short for eight bytes of padding.
pub(super) fn encode(hash: Hash, digest: &[u8], out: &mut [u8]) -> Option<()> {
    if digest.len() != hash.size() {
        return None;
    }
    let (rest, digest_out) = out.split_at_mut_checked(out.len().checked_sub(digest.len())?)?;
    let prefix = prefix(hash);
    let (padding, prefix_out) = rest.split_at_mut_checked(rest.len().checked_sub(prefix.len())?)?;
    let [zero, block_type, padding @ .., separator] = padding else {
        return None;
    };
    if padding.len() < MIN_PADDING {
        return None;
    }
    *zero = 0;
    *block_type = 1;
    padding.fill(0xff);
    *separator = 0;
    prefix_out.copy_from_slice(prefix);
    digest_out.copy_from_slice(digest);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_has_the_layout_of_the_standard() {
        let mut out = [0xaa; 128];
        encode(Hash::Sha256, &[7; 32], &mut out).unwrap();
        assert_eq!(out[..2], [0, 1]);
        assert!(out[2..128 - 52].iter().all(|&b| b == 0xff));
        assert_eq!(out[128 - 52], 0);
        assert_eq!(out[128 - 51..128 - 32], SHA256_PREFIX);
        assert_eq!(out[128 - 32..], [7; 32]);
    }

    #[test]
    fn prefixes_are_der_whose_lengths_add_up() {
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let p = prefix(hash);
            assert_eq!(usize::from(p[1]), p.len() - 2 + hash.size());
            assert_eq!(usize::from(p[18]), hash.size());
            // SEQUENCE { OID of nine bytes, NULL }, then the OCTET STRING.
            assert_eq!(p[2..6], [0x30, 13, 6, 9]);
            assert_eq!(p[15..18], [5, 0, 4]);
        }
    }

    #[test]
    fn wrong_digest_length_is_refused() {
        let mut out = [0; 128];
        assert!(encode(Hash::Sha256, &[0; 31], &mut out).is_none());
        assert!(encode(Hash::Sha256, &[0; 33], &mut out).is_none());
        assert!(encode(Hash::Sha384, &[0; 32], &mut out).is_none());
        assert!(encode(Hash::Sha512, &[], &mut out).is_none());
    }

    #[test]
    fn padding_of_eight_bytes_is_the_shortest_accepted() {
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let least = 11 + 19 + hash.size();
            let mut out = [0; 256];
            let digest = &[1; 64][..hash.size()];
            assert!(encode(hash, digest, &mut out[..least]).is_some());
            for short in 0..least {
                assert!(encode(hash, digest, &mut out[..short]).is_none());
            }
        }
    }
}
