//! What the 52-bit kernels know about a key, for [the check](super::check) with
//! `R = 2^(260·tiles)`.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "lengths are multiples of the tile size, fixed when the key is made"
)]

use super::check::Terms;
use super::portable::{self, Limbs, MAX_LIMBS, Modulus, ONE};
use crate::Hash;
use crate::simd::{
    self, DIGIT_BITS, Ifma, LANES, MAX_TILES, OneCheck, OneNumber, SPREAD, Spread, TILE, TILE_BITS,
    Tile, fold_sizes,
};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// A digit's value bits.
const MASK: u64 = (1 << DIGIT_BITS) - 1;

/// A key in 52-bit digits, for exponent 65537.
#[derive(Clone)]
pub(super) struct Digits {
    tiles: usize,
    /// `-n⁻¹ mod 2^52`.
    inverse: u64,
    /// The modulus, `R²` and the folds, each of so many spreads as the tiles fill.
    numbers: Box<[Spread]>,
}

/// What the kernels check signatures with once a key is used often.
pub(super) type DigitTerms = Terms<Box<[Spread]>>;

impl Digits {
    /// Prepares a key of so many bits.
    pub(super) fn new(modulus: &Modulus, bits: usize) -> Self {
        let tiles = simd::tiles(bits);
        let each = tiles.div_ceil(LANES);
        let sizes: Vec<usize> = fold_sizes(tiles).collect();
        let mut numbers = vec![Spread::default(); (FOLDS + sizes.len()) * each].into_boxed_slice();
        let (fixed, folds) = numbers.split_at_mut(FOLDS * each);
        let mut fixed = fixed.chunks_exact_mut(each);
        let mut push = |limbs: &[u64]| {
            if let Some(place) = fixed.next() {
                spread(limbs, place);
            }
        };
        push(modulus.limbs());
        push(&modulus.doubled(&ONE, 2 * TILE_BITS * tiles));
        // From the smallest to the greatest, each of the one before.
        let (mut fold, mut halved) = (ONE, 0);
        for (place, &size) in folds.chunks_exact_mut(each).zip(&sizes).rev() {
            fold = modulus.halved(&fold, TILE_BITS * (size - halved));
            halved = size;
            spread(&fold, place);
        }
        Self { tiles, inverse: modulus.negated_inverse() & MASK, numbers }
    }

    /// Returns the terms of a key of so many bytes.
    pub(super) fn terms(&self, modulus: &Modulus, size: usize) -> DigitTerms {
        Terms::new(modulus, TILE_BITS * self.tiles, size).map(|limbs| {
            let mut spreads = vec![Spread::default(); self.tiles.div_ceil(LANES)];
            spread(limbs, &mut spreads);
            spreads.into_boxed_slice()
        })
    }

    /// Tiles of every number of the key.
    pub(super) const fn tiles(&self) -> usize {
        self.tiles
    }

    /// `-n⁻¹ mod 2^52`.
    pub(super) const fn inverse(&self) -> u64 {
        self.inverse
    }

    /// One of the numbers.
    fn number(&self, index: usize) -> &[Spread] {
        let each = self.tiles.div_ceil(LANES);
        &self.numbers[index * each..][..each]
    }

    /// The modulus.
    pub(super) fn modulus(&self) -> &[Spread] {
        self.number(0)
    }

    /// `2^(-260)` modulo the modulus, which is the last of the folds.
    pub(super) fn fold(&self) -> &[Spread] {
        let each = self.tiles.div_ceil(LANES);
        &self.numbers[self.numbers.len() - each..]
    }

    /// The modulus as the kernel for one number takes it.
    fn one_number(&self) -> OneNumber<'_> {
        let each = self.tiles.div_ceil(LANES);
        OneNumber {
            tiles: self.tiles,
            modulus: self.modulus(),
            folds: &self.numbers[FOLDS * each..],
            inverse: self.inverse,
        }
    }

    /// Whether a signature below the modulus opens to the encoding of a digest of the right size.
    pub(super) fn check(
        &self,
        ifma: Ifma,
        terms: &DigitTerms,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        let mut base = [Spread::default(); MAX_SPREADS];
        let base = &mut base[..self.tiles.div_ceil(LANES)];
        let (Some(digest), Some(signature)) = (portable::parse(digest), portable::parse(signature))
        else {
            return false;
        };
        spread(&signature, base);
        ifma.check_one(&OneCheck {
            number: self.one_number(),
            base,
            hash: &core::array::from_fn(|i| digit(&digest, i)),
            factor: &terms.factor,
            constant: terms.constant(hash),
        })
    }

    /// `base^65537 mod n`, fully reduced, for a base below the modulus.
    pub(super) fn power(&self, ifma: Ifma, modulus: &Modulus, base: &Limbs) -> Option<Limbs> {
        let mut power = [Spread::default(); MAX_SPREADS];
        let power = &mut power[..self.tiles.div_ceil(LANES)];
        spread(base, power);
        let form = self.number(FOLDS - 1);
        ifma.power_one(&self.one_number(), power, form).then(|| modulus.remainder(gather(power)))
    }
}

/// Numbers of a key before its folds.
const FOLDS: usize = 2;

/// Most spreads of a number.
const MAX_SPREADS: usize = MAX_TILES.div_ceil(LANES);

/// A digit below 2^52 of a number.
fn digit(limbs: &[u64], index: usize) -> u64 {
    let (limb, shift) = (index * DIGIT_BITS / 64, index * DIGIT_BITS % 64);
    let low = limbs.get(limb).copied().unwrap_or(0);
    let high = limbs.get(limb + 1).copied().unwrap_or(0);
    ((u128::from(high) << 64 | u128::from(low)) >> shift) as u64 & MASK
}

/// Writes all digits of a number.
fn spread(limbs: &[u64], out: &mut [Spread]) {
    for (i, out) in out.iter_mut().enumerate() {
        for (j, lanes) in out.iter_mut().enumerate() {
            for (l, place) in lanes.0.iter_mut().enumerate() {
                *place = digit(limbs, i * SPREAD + l * TILE + j);
            }
        }
    }
}

/// The number with these digits, with room for a few bits above the greatest modulus.
fn gather(spreads: &[Spread]) -> [u64; MAX_LIMBS + 1] {
    let mut out = [0; MAX_LIMBS + 1];
    for (i, spread) in spreads.iter().enumerate() {
        for (j, lanes) in spread.iter().enumerate() {
            for (l, &digit) in lanes.0.iter().enumerate() {
                let bit = (i * SPREAD + l * TILE + j) * DIGIT_BITS;
                let digit = u128::from(digit) << (bit % 64);
                if let Some(limb) = out.get_mut(bit / 64) {
                    *limb |= digit as u64;
                }
                if let Some(limb) = out.get_mut(bit / 64 + 1) {
                    *limb |= (digit >> 64) as u64;
                }
            }
        }
    }
    out
}

/// Copies a number of so many tiles into a lane.
pub(super) fn copy(spreads: &[Spread], lane: usize, out: &mut [Tile]) {
    for (spread, tiles) in spreads.iter().zip(out.chunks_mut(LANES)) {
        for (l, tile) in tiles.iter_mut().enumerate() {
            for (place, digits) in tile.iter_mut().zip(spread) {
                place.set(lane, digits.0[l]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pkcs1;
    use super::super::tests::pairs;
    use super::*;
    use crate::simd::SLACK_BITS;
    use num_bigint::BigUint;

    fn big(digits: &[u64]) -> BigUint {
        digits.iter().rev().fold(BigUint::ZERO, |acc, &digit| {
            assert!(digit <= MASK);
            (acc << 52) + digit
        })
    }

    fn big_spread(spreads: &[Spread]) -> BigUint {
        let digit = |i: usize| spreads[i / SPREAD][i % TILE].0[i % SPREAD / TILE];
        big(&(0..spreads.len() * SPREAD).map(digit).collect::<Vec<_>>())
    }

    #[test]
    fn prepared_numbers_are_what_their_names_say() {
        for pair in pairs() {
            let bits = pair.key.bits();
            let bytes = pair.n.to_bytes_be();
            let modulus = Modulus::new(&bytes);
            let digits = Digits::new(&modulus, bits);
            let n = &pair.n;
            let tiles = digits.tiles();
            assert_eq!(big_spread(digits.modulus()), *n);
            assert!(bits + SLACK_BITS <= tiles * TILE_BITS);
            let one = BigUint::from(1_u32);
            assert_eq!((big_spread(digits.fold()) << TILE_BITS) % n, one);
            let each = tiles.div_ceil(LANES);
            let number = digits.one_number();
            assert_eq!(number.folds.len(), each * fold_sizes(tiles).count());
            for (size, fold) in fold_sizes(tiles).zip(number.folds.chunks_exact(each)) {
                assert_eq!((big_spread(fold) << (TILE_BITS * size)) % n, one);
            }
            let r = &one << (tiles * TILE_BITS);
            assert_eq!(big_spread(digits.number(FOLDS - 1)), &r * &r % n);
            let scale = r.modpow(&BigUint::from(65535_u32), n);
            let terms = digits.terms(&modulus, bytes.len());
            assert_eq!((big_spread(&terms.factor) * &scale + &one) % n, BigUint::ZERO);
            for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
                let mut em = vec![0; bytes.len()];
                pkcs1::encode(hash, &[0; 64][..hash.size()], &mut em).unwrap();
                let p = BigUint::from_bytes_be(&em);
                assert_eq!((big_spread(terms.constant(hash)) * &scale + p) % n, BigUint::ZERO);
            }
            let inverse = u128::from(digits.inverse()) * u128::from(digits.modulus()[0][0].0[0]);
            assert_eq!((inverse + 1) as u64 & MASK, 0);
        }
    }

    #[test]
    fn fold_sizes_remove_all_tiles_but_one() {
        for tiles in 1..=MAX_TILES {
            assert_eq!(fold_sizes(tiles).sum::<usize>(), tiles - 1);
            assert!(fold_sizes(tiles).count() <= 5);
            assert!(tiles < 2 || fold_sizes(tiles).last() == Some(1));
        }
    }

    #[test]
    fn spreading_and_gathering_are_inverse() {
        let limbs: Vec<u64> =
            (1..=128_u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        let mut spreads = [Spread::default(); MAX_SPREADS];
        spread(&limbs, &mut spreads);
        assert_eq!(gather(&spreads)[..128], limbs);
        assert_eq!(gather(&spreads)[128], 0);
        let mut tiles = [Tile::default(); MAX_TILES];
        copy(&spreads, 5, &mut tiles);
        let digits: Vec<u64> = tiles.iter().flatten().map(|lanes| lanes.0[5]).collect();
        assert_eq!(big(&digits), big_spread(&spreads));
    }
}
