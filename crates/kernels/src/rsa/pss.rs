//! EMSA-PSS verification with one hash for message and mask, and a salt as long as the hash,
//! [RFC 8017 section 9.1.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.1.2).
//!
//! The salt length is fixed, not recovered: JOSE ([RFC 7518 §3.5]) demands a salt as long as the
//! hash, and a verifier that accepts any length accepts messages the signer never encoded.
//!
//! Not supported: other mask functions, other salt lengths.
//!
//! [RFC 7518 §3.5]: https://www.rfc-editor.org/rfc/rfc7518#section-3.5

use crate::Hash;
use sha2::digest::{Digest, Output};
use sha2::{Sha256, Sha384, Sha512};

/// Decides whether `message` is an EMSA-PSS encoding of `digest`.
///
/// `message` is what the signature opens to, as many bytes as the modulus, and `modulus_bits` the
/// exact size of the modulus: the encoding has one bit fewer, which for sizes of 8k + 1 bits makes
/// it one byte shorter than the modulus.
pub(super) fn verify(hash: Hash, digest: &[u8], message: &[u8], modulus_bits: usize) -> bool {
    let check = match hash {
        Hash::Sha256 => check::<Sha256>,
        Hash::Sha384 => check::<Sha384>,
        Hash::Sha512 => check::<Sha512>,
    };
    digest.len() == hash.size() && check(digest, message, modulus_bits).is_some()
}

/// [`verify`] with `None` for every kind of mismatch.
fn check<D: Digest>(digest: &[u8], message: &[u8], modulus_bits: usize) -> Option<()> {
    /// The final octet of every encoded message.
    const TRAILER: u8 = 0xbc;
    let size = <D as Digest>::output_size();
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
    let (masked, hash) = split_end(encoded, size)?;
    // A first byte of 0xff >> unused keeps only the bits that exist.
    let first_bits = 0xff_u8 >> (8 * encoded_len).checked_sub(encoded_bits)?;
    if masked.first()? & !first_bits != 0 {
        return None;
    }

    // DB = padding 00..00 01 || salt, unmasked on the fly. `padding` ends with the 01.
    let (padding, salt) = split_end(masked, size)?;
    let mut mask = Mask::<D>::new(hash);
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
    let mut plain_salt = Output::<D>::default();
    for (plain, byte) in plain_salt.iter_mut().zip(salt) {
        *plain = byte ^ mask.next();
    }

    let expected = D::new().chain_update([0; 8]).chain_update(digest).chain_update(plain_salt);
    (expected.finalize().as_slice() == hash).then_some(())
}

/// Splits off the last `size` bytes.
fn split_end(bytes: &[u8], size: usize) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(bytes.len().checked_sub(size)?)
}

/// MGF1 ([RFC 8017 appendix B.2.1]) as an endless stream of bytes.
///
/// [RFC 8017 appendix B.2.1]: https://www.rfc-editor.org/rfc/rfc8017#appendix-B.2.1
struct Mask<'a, D: Digest> {
    seed: &'a [u8],
    counter: u32,
    block: Output<D>,
    used: usize,
}

impl<'a, D: Digest> Mask<'a, D> {
    fn new(seed: &'a [u8]) -> Self {
        Self { seed, counter: 0, block: Self::block(seed, 0), used: 0 }
    }

    fn block(seed: &[u8], counter: u32) -> Output<D> {
        D::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize()
    }

    fn next(&mut self) -> u8 {
        if self.used == self.block.len() {
            // At most 1024 bytes are ever asked for, far from 2^32 blocks.
            self.counter = self.counter.wrapping_add(1);
            self.block = Self::block(self.seed, self.counter);
            self.used = 0;
        }
        let byte = self.block.get(self.used).copied().unwrap_or_default();
        self.used = self.used.saturating_add(1);
        byte
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    const HASHES: [Hash; 3] = [Hash::Sha256, Hash::Sha384, Hash::Sha512];

    /// An independent EMSA-PSS-ENCODE ([RFC 8017 §9.1.1]), padded to whole modulus bytes.
    ///
    /// [RFC 8017 §9.1.1]: https://www.rfc-editor.org/rfc/rfc8017#section-9.1.1
    pub(in super::super) fn encode(
        hash: Hash,
        digest: &[u8],
        salt: &[u8],
        modulus_bits: usize,
    ) -> Vec<u8> {
        fn hashed<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            D::digest(parts.concat()).to_vec()
        }
        let hashed = match hash {
            Hash::Sha256 => hashed::<Sha256>,
            Hash::Sha384 => hashed::<Sha384>,
            Hash::Sha512 => hashed::<Sha512>,
        };
        let size = hash.size();
        let bits = modulus_bits - 1;
        let len = bits.div_ceil(8);
        let hash = hashed(&[&[0; 8], digest, salt]);
        let mut db = vec![0; len - size - 1];
        let at = db.len() - salt.len();
        db[at - 1] = 1;
        db[at..].copy_from_slice(salt);
        for (i, chunk) in db.chunks_mut(size).enumerate() {
            let block = hashed(&[&hash, &u32::try_from(i).unwrap().to_be_bytes()]);
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
    fn encodings_of_every_hash_and_size_modulo_eight_are_accepted() {
        for hash in HASHES {
            let (digest, other) = ([3; 64], [4; 64]);
            let (digest, other) = (&digest[..hash.size()], &other[..hash.size()]);
            for bits in 1104..1104 + 17 {
                let message = encode(hash, digest, &[9; 64][..hash.size()], bits);
                assert!(verify(hash, digest, &message, bits));
                assert!(!verify(hash, other, &message, bits));
                assert!(!verify(hash, &digest[1..], &message, bits));
                for wrong in HASHES.into_iter().filter(|wrong| *wrong != hash) {
                    assert!(!verify(wrong, &[3; 64][..wrong.size()], &message, bits));
                }
            }
        }
    }

    #[test]
    fn a_modulus_without_room_for_hash_and_salt_is_refused() {
        // RFC 8017, 9.1.2, step 3: 1024 bits have room for 62 bytes of salt beside SHA-512.
        let message = encode(Hash::Sha512, &[3; 64], &[9; 62], 1024);
        assert_eq!(message.len(), 128);
        assert!(!verify(Hash::Sha512, &[3; 64], &message, 1024));
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        for (hash, bits) in HASHES.into_iter().zip([1024, 1025, 1111]) {
            let digest = &[3; 64][..hash.size()];
            let message = encode(hash, digest, &[9; 64][..hash.size()], bits);
            for i in 0..message.len() * 8 {
                let mut bad = message.clone();
                bad[i / 8] ^= 0x80 >> (i % 8);
                assert!(!verify(hash, digest, &bad, bits), "{bits} {i}");
            }
        }
    }

    #[test]
    fn other_salt_lengths_are_refused() {
        for hash in HASHES {
            let digest = &[3; 64][..hash.size()];
            for len in (0..80).filter(|&len| len != hash.size()) {
                let message = encode(hash, digest, &[9; 80][..len], 1280);
                assert!(!verify(hash, digest, &message, 1280), "{len}");
            }
        }
    }

    #[test]
    fn messages_of_any_other_length_are_refused_without_panic() {
        for hash in HASHES {
            let digest = &[3; 64][..hash.size()];
            for len in 0..128 {
                assert!(!verify(hash, digest, &[0; 128][..len], 1024));
                assert!(!verify(hash, digest, &[0xbc; 128][..len], len * 8));
            }
            assert!(!verify(hash, digest, &[], 0));
        }
    }
}
