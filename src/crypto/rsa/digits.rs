//! What the 52-bit kernels know about a key, and the check they decide.
//!
//! # The check
//!
//! With `R = 2^(260·tiles)`, squaring the plain signature `s` sixteen times in Montgomery
//! arithmetic, without ever entering Montgomery form, gives `x = s^65536·R^(-65535) mod n`. The
//! signature is valid if `x·s ≡ EM·R^(-65535)`. The encoded message is a constant `P` plus the
//! digest `H`, its lowest bits, so with
//!
//! ```text
//! factor   = -R^(-65535)    mod n
//! constant = -P·R^(-65535)  mod n        (one for each digest algorithm)
//! ```
//!
//! it is valid if `x·s + H·factor + constant ≡ 0 (mod n)`. This still compares the whole encoded
//! message: it is determined by `H`, both sides are below `n`, and `R` is invertible.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "lengths are multiples of the tile size, fixed when the key is made"
)]

use super::portable::{self, Limbs, MAX_LIMBS, Modulus};
use super::{Hash, MAX_SIZE, pkcs1};
use crate::simd::{DIGIT_BITS, Lanes, SLACK_BITS, TILE, TILE_BITS};
use alloc::boxed::Box;
use alloc::vec;

/// The only exponent of the 52-bit kernels.
pub(super) const EXPONENT: u64 = 65537;

/// A digit's value bits.
const MASK: u64 = (1 << DIGIT_BITS) - 1;

/// A key in tiles of 52-bit digits, for exponent 65537.
#[derive(Clone)]
pub(super) struct Digits {
    tiles: usize,
    /// `-n⁻¹ mod 2^52`.
    inverse: u64,
    /// Six numbers in a row: modulus, fold, factor and three constants.
    numbers: Box<[u64]>,
}

impl Digits {
    /// Prepares a key of so many bits.
    pub(super) fn new(modulus: &Modulus, bits: usize) -> Self {
        let tiles = (bits + SLACK_BITS).div_ceil(TILE_BITS);
        let half = modulus.half();
        let fold = modulus.power(&half, TILE_BITS as u64);
        // R^(-65535) = ((((R⁻¹)^3)^5)^17)^257.
        let mut scale = modulus.power(&fold, tiles as u64);
        for exponent in [3, 5, 17, 257] {
            scale = modulus.power(&scale, exponent);
        }
        let factor = modulus.negative(&scale);
        let constant = |hash| modulus.product(&padding(hash, bits.div_ceil(8)), &factor);
        let mut numbers = vec![0; 6 * tiles * TILE].into_boxed_slice();
        let sources: [&[u64]; 6] = [
            modulus.limbs(),
            &fold,
            &factor,
            &constant(Hash::Sha256),
            &constant(Hash::Sha384),
            &constant(Hash::Sha512),
        ];
        for (out, limbs) in numbers.chunks_exact_mut(tiles * TILE).zip(sources) {
            write(limbs, out);
        }
        Self { tiles, inverse: modulus.negated_inverse() & MASK, numbers }
    }

    /// Tiles of every number of the key.
    pub(super) const fn tiles(&self) -> usize {
        self.tiles
    }

    /// `-n⁻¹ mod 2^52`.
    pub(super) const fn inverse(&self) -> u64 {
        self.inverse
    }

    fn number(&self, index: usize) -> &[u64] {
        let digits = self.tiles * TILE;
        &self.numbers[index * digits..][..digits]
    }

    /// The modulus.
    pub(super) fn modulus(&self) -> &[u64] {
        self.number(0)
    }

    /// `2^(-260)` modulo the modulus.
    pub(super) fn fold(&self) -> &[u64] {
        self.number(1)
    }

    /// What the digest is multiplied by.
    pub(super) fn factor(&self) -> &[u64] {
        self.number(2)
    }

    /// What is added for the padding of messages with this digest algorithm.
    pub(super) fn constant(&self, hash: Hash) -> &[u64] {
        self.number(match hash {
            Hash::Sha256 => 3,
            Hash::Sha384 => 4,
            Hash::Sha512 => 5,
        })
    }
}

/// The encoded message of a digest of zeros, `P`.
fn padding(hash: Hash, size: usize) -> Limbs {
    let mut bytes = [0; MAX_SIZE];
    let bytes = &mut bytes[..size];
    // Cannot fail: the smallest modulus has room for the longest digest and its padding.
    let _ = pkcs1::encode(hash, &[0; 64][..hash.size()], bytes);
    portable::parse(bytes).unwrap_or([0; MAX_LIMBS])
}

/// Writes limbs as digits below 2^52, as many as there are in `out`.
pub(super) fn write(limbs: &[u64], out: &mut [u64]) {
    for (i, out) in out.iter_mut().enumerate() {
        let (limb, shift) = (i * DIGIT_BITS / 64, i * DIGIT_BITS % 64);
        let low = limbs.get(limb).copied().unwrap_or(0);
        let high = limbs.get(limb + 1).copied().unwrap_or(0);
        *out = ((u128::from(high) << 64 | u128::from(low)) >> shift) as u64 & MASK;
    }
}

/// Writes a big-endian number into a lane, as digits below 2^52.
///
/// Digits of the number above the last of `out` are lost; the caller's numbers have none.
pub(super) fn read(bytes: &[u8], lane: usize, out: &mut [Lanes]) {
    // Thirteen bytes are two digits.
    let pair = |bytes: &[u8; 13]| {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m] = *bytes;
        let low = u64::from_be_bytes([f, g, h, i, j, k, l, m]) & MASK;
        [low, u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 12]
    };
    let (rest, whole) = bytes.as_rchunks::<13>();
    for (out, bytes) in out.chunks_exact_mut(2).zip(whole.iter().rev()) {
        let [low, high] = pair(bytes);
        out[0].set(lane, low);
        out[1].set(lane, high);
    }
    let mut top = [0; 13];
    top[13 - rest.len()..].copy_from_slice(rest);
    let top = pair(&top).into_iter().chain(core::iter::repeat(0));
    for (out, digit) in out.iter_mut().skip(2 * whole.len()).zip(top) {
        out.set(lane, digit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::pairs as key_pairs;
    use super::*;
    use alloc::vec::Vec;
    use num_bigint::BigUint;

    fn big(digits: &[u64]) -> BigUint {
        digits.iter().rev().fold(BigUint::ZERO, |acc, &digit| {
            assert!(digit <= MASK);
            (acc << 52) + digit
        })
    }

    #[test]
    fn prepared_numbers_are_what_their_names_say() {
        for pair in key_pairs() {
            let bits = pair.key.bits();
            let bytes = pair.n.to_bytes_be();
            let digits = Digits::new(&Modulus::new(&bytes), bits);
            let n = &pair.n;
            assert_eq!(big(digits.modulus()), *n);
            assert!(bits + SLACK_BITS <= digits.tiles() * TILE_BITS);
            let one = BigUint::from(1_u32);
            assert_eq!((big(digits.fold()) << TILE_BITS) % n, one);
            let r = &one << (digits.tiles() * TILE_BITS);
            let scale = r.modpow(&BigUint::from(65535_u32), n);
            assert_eq!((big(digits.factor()) * &scale + &one) % n, BigUint::ZERO);
            for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
                let mut em = vec![0; bytes.len()];
                pkcs1::encode(hash, &[0; 64][..hash.size()], &mut em).unwrap();
                let p = BigUint::from_bytes_be(&em);
                assert_eq!((big(digits.constant(hash)) * &scale + p) % n, BigUint::ZERO);
            }
            let inverse = u128::from(digits.inverse()) * u128::from(digits.modulus()[0]) + 1;
            assert_eq!(inverse as u64 & MASK, 0);
        }
    }

    #[test]
    fn digits_of_bytes_are_those_of_the_number() {
        for len in 0..=130_u8 {
            let bytes: Vec<u8> = (0..len).map(|i| i.wrapping_mul(41) ^ 0x9c).collect();
            for (lane, digits) in [(0, 20), (3, 21), (7, 25)] {
                let mut out = vec![Lanes([MASK; 8]); digits];
                read(&bytes, lane, &mut out);
                let digits: Vec<u64> = out.iter().map(|lanes| lanes.0[lane]).collect();
                assert_eq!(big(&digits), BigUint::from_bytes_be(&bytes));
                assert!(out.iter().all(|lanes| lanes.0[(lane + 1) % 8] == MASK));
            }
        }
    }
}
