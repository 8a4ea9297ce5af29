//! What the kernel for four lanes knows about a key, for [the check](super::check) with
//! `R = 2^(357·blocks)`.

#![expect(clippy::as_conversions, reason = "digits are the low bits of wider numbers")]

use super::check::Terms;
use super::portable::{MAX_LIMBS, Modulus, ONE};
use crate::simd::{QUAD_BLOCK, QUAD_BLOCK_BITS, QUAD_DIGIT_BITS, Quad, QuadBlock, quad_blocks};
use alloc::boxed::Box;

/// A digit's value bits.
const MASK: u64 = (1 << QUAD_DIGIT_BITS) - 1;

/// A key in 51-bit digits, for exponent 65537.
#[derive(Clone)]
pub(super) struct QuadDigits {
    blocks: usize,
    /// `-n⁻¹ mod 2^51`.
    inverse: u64,
    modulus: Box<[u64]>,
    /// `2^(-357)` modulo the modulus.
    fold: Box<[u64]>,
}

/// What the kernel checks signatures with once a key is used often.
pub(super) type QuadTerms = Terms<Box<[u64]>>;

impl QuadDigits {
    /// Prepares a key of so many bits.
    pub(super) fn new(modulus: &Modulus, bits: usize) -> Self {
        let blocks = quad_blocks(bits);
        Self {
            blocks,
            inverse: modulus.negated_inverse() & MASK,
            modulus: digits(modulus.limbs(), blocks),
            fold: digits(&modulus.halved(&ONE, QUAD_BLOCK_BITS), blocks),
        }
    }

    /// Returns the terms of a key of so many bytes.
    pub(super) fn terms(&self, modulus: &Modulus, size: usize) -> QuadTerms {
        Terms::new(modulus, self.shift(), size).map(|limbs| digits(limbs, self.blocks))
    }

    /// Blocks of every number of the key.
    pub(super) const fn blocks(&self) -> usize {
        self.blocks
    }

    /// The logarithm of `R`.
    pub(super) const fn shift(&self) -> usize {
        self.blocks.saturating_mul(QUAD_BLOCK_BITS)
    }

    /// `-n⁻¹ mod 2^51`.
    pub(super) const fn inverse(&self) -> u64 {
        self.inverse
    }

    /// The digits of the modulus.
    pub(super) const fn modulus(&self) -> &[u64] {
        &self.modulus
    }

    /// The digits of `2^(-357)` modulo the modulus.
    pub(super) const fn fold(&self) -> &[u64] {
        &self.fold
    }
}

/// The digits of a number of so many blocks.
fn digits(limbs: &[u64], blocks: usize) -> Box<[u64]> {
    (0..blocks.saturating_mul(QUAD_BLOCK)).map(|index| digit(limbs, index)).collect()
}

/// A digit below 2^51 of a number.
fn digit(limbs: &[u64], index: usize) -> u64 {
    let bit = index.saturating_mul(QUAD_DIGIT_BITS);
    let limb = bit / 64;
    let low = limbs.get(limb).copied().unwrap_or(0);
    let high = limbs.get(limb.saturating_add(1)).copied().unwrap_or(0);
    ((u128::from(high) << 64 | u128::from(low)) >> (bit % 64)) as u64 & MASK
}

/// Writes all digits of a number into a lane.
pub(super) fn spread(limbs: &[u64], lane: usize, out: &mut [QuadBlock]) {
    for (index, quad) in out.as_flattened_mut().iter_mut().enumerate() {
        quad.set(lane, digit(limbs, index));
    }
}

/// Copies digits into a lane, and zeros above them.
pub(super) fn copy(digits: &[u64], lane: usize, out: &mut [QuadBlock]) {
    let digits = digits.iter().copied().chain(core::iter::repeat(0));
    for (quad, digit) in out.as_flattened_mut().iter_mut().zip(digits) {
        quad.set(lane, digit);
    }
}

/// The number in a lane, with room for a few bits above the greatest modulus.
pub(super) fn gather(blocks: &[QuadBlock], lane: usize) -> [u64; MAX_LIMBS + 1] {
    let mut out = [0; MAX_LIMBS + 1];
    let (mut limbs, mut bits, mut filled) = (out.iter_mut(), 0_u128, 0);
    let digits = blocks.as_flattened().iter().map(|quad: &Quad| quad.get(lane));
    // One digit of zeros pushes out what is left.
    for digit in digits.chain([0, 0]) {
        bits |= u128::from(digit) << filled;
        filled += QUAD_DIGIT_BITS;
        if filled >= 64 {
            if let Some(limb) = limbs.next() {
                *limb = bits as u64;
            }
            bits >>= 64;
            filled -= 64;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::key::RsaPublicKey;
    use super::super::pkcs1;
    use super::*;
    use crate::Hash;
    use crate::simd::MAX_QUAD_BLOCKS;
    use alloc::{vec, vec::Vec};
    use num_bigint::BigUint;

    fn big(digits: &[u64]) -> BigUint {
        digits.iter().rev().fold(BigUint::ZERO, |acc, &digit| {
            assert!(digit <= MASK);
            (acc << QUAD_DIGIT_BITS) + digit
        })
    }

    #[test]
    fn numbers_of_a_key_satisfy_their_equations() {
        let one = BigUint::from(1_u32);
        for bits in [1024, 1065, 1066, 1500, 2048, 3072, 4096, 8192] {
            let n: BigUint = (&one << (bits - 1)) + 0x1234_5678_9abc_def1_u64;
            let key = RsaPublicKey::new(&n.to_bytes_be(), &[1, 0, 1]).unwrap();
            let modulus = &Modulus::new(&n.to_bytes_be());
            let digits = QuadDigits::new(modulus, bits);
            assert_eq!(digits.modulus().len(), digits.blocks() * QUAD_BLOCK);
            assert_eq!(big(digits.modulus()), n);
            assert_eq!((big(digits.fold()) << QUAD_BLOCK_BITS) % &n, one);
            assert_eq!(digits.modulus()[0].wrapping_mul(digits.inverse()) & MASK, MASK);
            let terms = digits.terms(modulus, key.size());
            let r = (&one << digits.shift()) % &n;
            let scale = r.modpow(&BigUint::from(65535_u32), &n);
            assert_eq!((big(&terms.factor) * &scale + &one) % &n, BigUint::ZERO);
            for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
                let mut em = vec![0; key.size()];
                pkcs1::encode(hash, &[0; 64][..hash.size()], &mut em).unwrap();
                let em = BigUint::from_bytes_be(&em);
                assert_eq!((big(terms.constant(hash)) * &scale + em) % &n, BigUint::ZERO);
            }
        }
    }

    #[test]
    fn spreading_and_gathering_are_inverse_in_every_lane() {
        let limbs: Vec<u64> =
            (1..=128_u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        for lane in 0..4 {
            let mut blocks = [QuadBlock::default(); MAX_QUAD_BLOCKS];
            spread(&limbs, lane, &mut blocks);
            assert_eq!(gather(&blocks, lane)[..128], limbs);
            assert_eq!(gather(&blocks, lane)[128], 0);
            assert_eq!(gather(&blocks, lane + 1), [0; 129]);
            let mut copied = [QuadBlock::default(); MAX_QUAD_BLOCKS];
            copy(&digits(&limbs, MAX_QUAD_BLOCKS), lane, &mut copied);
            assert_eq!(copied, blocks);
            copy(&[], lane, &mut copied);
            assert_eq!(gather(&copied, lane), [0; 129]);
        }
        let mut top = [QuadBlock::default(); MAX_QUAD_BLOCKS];
        top[MAX_QUAD_BLOCKS - 1][QUAD_BLOCK - 1].set(0, MASK);
        // 8160 bits are below it, half a limb less than 128 limbs.
        assert_eq!(gather(&top, 0)[127..], [MASK << 32, MASK >> 32]);
    }
}
