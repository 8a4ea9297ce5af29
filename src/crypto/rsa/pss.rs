//! EMSA-PSS verification with SHA-256, MGF1-SHA-256 and a salt of 32 bytes,
//! [RFC 8017 section 9.1.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.1.2).
//!
//! The salt length is fixed, not recovered: JOSE (RFC 7518, 3.5) demands a salt as long as the
//! hash, and a verifier that accepts any length accepts messages the signer never encoded.
//!
//! Not supported: other hashes, other mask functions, other salt lengths.

use sha2::{Digest, Sha256};

/// Bytes of the hash and of the salt.
const HASH: usize = 32;

/// The final octet of every encoded message.
const TRAILER: u8 = 0xbc;

/// Decides whether `message` is an EMSA-PSS encoding of `digest`.
///
/// `message` is what the signature opens to, as many bytes as the modulus, and `modulus_bits` the
/// exact size of the modulus: the encoding has one bit fewer, which for sizes of 8k + 1 bits makes
/// it one byte shorter than the modulus.
pub(super) fn verify(digest: &[u8; HASH], message: &[u8], modulus_bits: usize) -> bool {
    check(digest, message, modulus_bits).is_some()
}

/// [`verify`] with `None` for every kind of mismatch.
fn check(digest: &[u8; HASH], message: &[u8], modulus_bits: usize) -> Option<()> {
    let encoded_bits = modulus_bits.checked_sub(1)?;
    let encoded_len = encoded_bits.div_ceil(8);
    let (surplus, encoded) = message.split_at_checked(message.len().checked_sub(encoded_len)?)?;
    if surplus.iter().any(|&byte| byte != 0) {
        return None;
    }
    let (&trailer, encoded) = encoded.split_last()?;
    if trailer != TRAILER {
        return None;
    }
    let (masked, hash) = encoded.split_last_chunk::<HASH>()?;
    // A first byte of 0xff >> unused keeps only the bits that exist.
    let first_bits = 0xff_u8 >> (8 * encoded_len).checked_sub(encoded_bits)?;
    if masked.first()? & !first_bits != 0 {
        return None;
    }

    // DB = padding 00..00 01 || salt, unmasked on the fly. `padding` ends with the 01.
    let (padding, salt) = masked.split_last_chunk::<HASH>()?;
    let mut mask = Mask::new(hash);
    let (one, zeros) = padding.split_last()?;
    let mut keep = first_bits;
    for &byte in zeros {
        if (byte ^ mask.next()) & keep != 0 {
            return None;
        }
        keep = 0xff;
    }
    if (one ^ mask.next()) & keep != 1 {
        return None;
    }
    let mut plain_salt = *salt;
    for byte in &mut plain_salt {
        *byte ^= mask.next();
    }

    let mut expected = Sha256::new();
    expected.update([0; 8]);
    expected.update(digest);
    expected.update(plain_salt);
    (expected.finalize().as_slice() == hash).then_some(())
}

/// MGF1 with SHA-256 (RFC 8017, B.2.1) as an endless stream of bytes.
struct Mask<'a> {
    seed: &'a [u8; HASH],
    counter: u32,
    block: core::array::IntoIter<u8, HASH>,
}

impl<'a> Mask<'a> {
    fn new(seed: &'a [u8; HASH]) -> Self {
        Self { seed, counter: 0, block: Self::block(seed, 0) }
    }

    fn block(seed: &[u8; HASH], counter: u32) -> core::array::IntoIter<u8, HASH> {
        let hash = Sha256::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize();
        <[u8; HASH]>::from(hash).into_iter()
    }

    fn next(&mut self) -> u8 {
        if let Some(byte) = self.block.next() {
            return byte;
        }
        // At most 1024 bytes are ever asked for, far from 2^32 blocks.
        self.counter = self.counter.wrapping_add(1);
        self.block = Self::block(self.seed, self.counter);
        self.block.next().unwrap_or_default()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    /// An independent EMSA-PSS-ENCODE (RFC 8017, 9.1.1), padded to whole modulus bytes.
    pub(in super::super) fn encode(digest: &[u8; 32], salt: &[u8], modulus_bits: usize) -> Vec<u8> {
        let bits = modulus_bits - 1;
        let len = bits.div_ceil(8);
        let hash: [u8; 32] = Sha256::new()
            .chain_update([0; 8])
            .chain_update(digest)
            .chain_update(salt)
            .finalize()
            .into();
        let mut db = vec![0; len - 33];
        let at = db.len() - salt.len();
        db[at - 1] = 1;
        db[at..].copy_from_slice(salt);
        for (i, chunk) in db.chunks_mut(32).enumerate() {
            let block = Sha256::new()
                .chain_update(hash)
                .chain_update(u32::try_from(i).unwrap().to_be_bytes())
                .finalize();
            chunk.iter_mut().zip(block).for_each(|(d, m)| *d ^= m);
        }
        db[0] &= 0xff >> (8 * len - bits);
        let mut out = vec![0; modulus_bits.div_ceil(8) - len];
        out.extend(db);
        out.extend(hash);
        out.push(0xbc);
        out
    }

    #[test]
    fn encodings_of_every_size_modulo_eight_are_accepted() {
        for bits in 1024..1024 + 17 {
            let message = encode(&[3; 32], &[9; 32], bits);
            assert!(verify(&[3; 32], &message, bits));
            assert!(!verify(&[4; 32], &message, bits));
        }
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        for bits in [1024, 1025, 1026, 1031] {
            let message = encode(&[3; 32], &[9; 32], bits);
            for i in 0..message.len() * 8 {
                let mut bad = message.clone();
                bad[i / 8] ^= 0x80 >> (i % 8);
                assert!(!verify(&[3; 32], &bad, bits), "{bits} {i}");
            }
        }
    }

    #[test]
    fn other_salt_lengths_are_refused() {
        for len in (0..64).filter(|&len| len != 32) {
            let message = encode(&[3; 32], &[9; 64][..len], 1024);
            assert!(!verify(&[3; 32], &message, 1024), "{len}");
        }
    }

    #[test]
    fn messages_of_any_other_length_are_refused_without_panic() {
        for len in 0..128 {
            assert!(!verify(&[3; 32], &[0; 128][..len], 1024));
            assert!(!verify(&[3; 32], &[0xbc; 128][..len], len * 8));
        }
        assert!(!verify(&[3; 32], &[], 0));
    }
}
