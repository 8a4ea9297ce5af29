//! One signature alone: the digits of one number in all lanes.
//!
//! # Layout
//!
//! A number is one or more [`Spread`]s of forty digits: digit `5·l + r` is in lane `l` of entry
//! `r`. So a lane holds a tile of five neighbouring digits, and multiplying by another tile, each
//! of its five digits broadcast, is the five-by-five product of the eight-lane kernel: nine low
//! and nine high accumulators, no shuffle. Entry `i` of the sums is then column `5·l + i` above
//! the place of the multiplying tile. To go on to the next tile, everything moves down one lane;
//! lane 0 of the first five entries falls out, finished.
//!
//! # Reduction
//!
//! The chain from one quotient digit to the next is what makes a single signature slow. Here whole
//! runs of tiles are *folded*: with `f = 2^(-260·j) mod n`, the lowest `j` tiles `q` of a product
//! are replaced by `q·f`, `j` tiles higher. Those `q` are known as soon as the columns of the
//! product are, all at once. Of `m` tiles that are left to remove, `m / 2` are folded at a time, so
//! that there are few steps that wait for each other; the last tile is removed the textbook way.
//! [`fold_sizes`] is the list.
//!
//! Folding `j` of `m` tiles adds less than `2^(260·j)·n`, which the steps after it divide by
//! `2^(260·(m - j))`: less than `n` each, and there are at most five. With the textbook step, the
//! result of a product below `49n²` is less than `n·49/2^6 + 5n + n < 7n`, as `n` is `2^6` times
//! smaller than its tiles. (What folds add to each other is below `2^-200` of that.) So numbers
//! stay below `7n`, and the hash term of the last product is as negligible as in the eight-lane
//! kernel.
//!
//! # Digits
//!
//! A column sums at most `5·32` low and as many high halves of the product, as many of all the
//! folds together, and ten of the hash: below `2·330·2^52 < 2^62`, as in the eight-lane kernel.
//! Factors must be exact digits below `2^52`, so carries ripple to the end after each product.

#![expect(
    clippy::indexing_slicing,
    reason = "constants below the length of an array, or tiles below their number"
)]

use super::ifma::{Ifma, add, carry, high, load, low, store};
use super::shape::{
    DIGIT_BITS, LANES, Lanes, MAX_TILES, OneCheck, OneNumber, Spread, TILE, fold_sizes,
};
use core::arch::x86_64::{
    __m512i, _mm_cvtsi64_si128, _mm512_alignr_epi64, _mm512_and_si512, _mm512_cmpeq_epi64_mask,
    _mm512_cmpgt_epu64_mask, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_zextsi128_si512,
};

/// A digit's value bits.
const MASK: u64 = (1 << DIGIT_BITS) - 1;

/// Squarings in a power of 65536.
const SQUARINGS: usize = 16;

/// No result is this multiple of the modulus or a greater one.
const MULTIPLES: u64 = 7;

/// The digits of one number, column sums, or carries.
type Vectors<const V: usize> = [[__m512i; TILE]; V];

impl Ifma {
    /// Decides whether `base^65537·R^(-65535) + hash·factor + constant ≡ 0 (mod modulus)` with
    /// `R = 2^(260·tiles)`.
    ///
    /// If the numbers of vectors do not fit the number of tiles, the answer is `false`.
    #[must_use]
    pub fn check_one(self, check: &OneCheck<'_>) -> bool {
        match check.number.tiles {
            // SAFETY: `self` proves that AVX-512 F and IFMA are there.
            1..=8 => unsafe { check_spread::<1>(check) },
            // SAFETY: as above.
            9..=16 => unsafe { check_spread::<2>(check) },
            // SAFETY: as above.
            17..=24 => unsafe { check_spread::<3>(check) },
            // SAFETY: as above.
            25..=MAX_TILES => unsafe { check_spread::<4>(check) },
            _ => None,
        }
        .unwrap_or(false)
    }

    /// Replaces `base` by a number below `7·modulus` that is `base^65537` modulo the modulus,
    /// given `form = R²` modulo the modulus with `R = 2^(260·tiles)`.
    ///
    /// Returns whether it did; if the numbers of vectors do not fit the number of tiles, it did
    /// not.
    #[must_use]
    pub fn power_one(self, number: &OneNumber<'_>, base: &mut [Spread], form: &[Spread]) -> bool {
        match number.tiles {
            // SAFETY: `self` proves that AVX-512 F and IFMA are there.
            1..=8 => unsafe { power_spread::<1>(number, base, form) },
            // SAFETY: as above.
            9..=16 => unsafe { power_spread::<2>(number, base, form) },
            // SAFETY: as above.
            17..=24 => unsafe { power_spread::<3>(number, base, form) },
            // SAFETY: as above.
            25..=MAX_TILES => unsafe { power_spread::<4>(number, base, form) },
            _ => None,
        }
        .is_some()
    }
}

/// What a reduction needs to know.
#[derive(Clone, Copy)]
struct Modulus<'a, const V: usize> {
    n: &'a [Spread; V],
    folds: &'a [[Spread; V]],
    inverse: u64,
    tiles: usize,
}

impl<'a, const V: usize> Modulus<'a, V> {
    fn new(number: &OneNumber<'a>) -> Option<Self> {
        let (folds, rest) = number.folds.as_chunks::<V>();
        let n = number.modulus.try_into().ok()?;
        let complete = rest.is_empty() && folds.len() == fold_sizes(number.tiles).count();
        let fits = (1..=V * 8).contains(&number.tiles);
        (complete && fits).then_some(Self {
            n,
            folds,
            inverse: number.inverse,
            tiles: number.tiles,
        })
    }
}

/// What the last product of a check adds.
struct Addend<'a, const V: usize> {
    hash: &'a [u64; 2 * TILE],
    factor: &'a [Spread; V],
    constant: &'a [Spread; V],
}

/// Memory of a product, kept from one to the next so that it is cleared only once.
struct Scratch<const V: usize> {
    lower: [[[Lanes; TILE]; LANES]; V],
    falling: [[[Lanes; TILE]; LANES]; V],
    quotient: [[[u64; TILE]; LANES]; V],
}

impl<const V: usize> Scratch<V> {
    const fn new() -> Self {
        let zero = Lanes([0; LANES]);
        Self {
            lower: [[[zero; TILE]; LANES]; V],
            falling: [[[zero; TILE]; LANES]; V],
            quotient: [[[0; TILE]; LANES]; V],
        }
    }
}

/// [`Ifma::check_one`] on `V` vectors.
#[target_feature(enable = "avx512f,avx512ifma")]
fn check_spread<const V: usize>(check: &OneCheck<'_>) -> Option<bool> {
    let modulus = Modulus::<V>::new(&check.number)?;
    let addend = Addend {
        hash: check.hash,
        factor: check.factor.try_into().ok()?,
        constant: check.constant.try_into().ok()?,
    };
    let base: &[Spread; V] = check.base.try_into().ok()?;
    let mut scratch = Scratch::new();
    let mut x = *base;
    for _ in 0..SQUARINGS {
        x = multiply(&x, &x, modulus, None, &mut scratch);
    }
    x = multiply(&x, base, modulus, Some(&addend), &mut scratch);
    Some(is_multiple(&x, modulus))
}

/// [`Ifma::power_one`] on `V` vectors.
#[target_feature(enable = "avx512f,avx512ifma")]
fn power_spread<const V: usize>(
    number: &OneNumber<'_>,
    base: &mut [Spread],
    form: &[Spread],
) -> Option<()> {
    let modulus = Modulus::<V>::new(number)?;
    let form = form.try_into().ok()?;
    let base: &mut [Spread; V] = base.try_into().ok()?;
    let mut scratch = Scratch::new();
    // Into Montgomery form; the last product, by the plain base, leaves it.
    let mut x = multiply(base, form, modulus, None, &mut scratch);
    for _ in 0..SQUARINGS {
        x = multiply(&x, &x, modulus, None, &mut scratch);
    }
    *base = multiply(&x, base, modulus, None, &mut scratch);
    Some(())
}

/// `(a·b + addend)/R mod n`, in exact digits.
#[target_feature(enable = "avx512f,avx512ifma")]
fn multiply<const V: usize>(
    a: &[Spread; V],
    b: &[Spread; V],
    modulus: Modulus<'_, V>,
    addend: Option<&Addend<'_, V>>,
    scratch: &mut Scratch<V>,
) -> [Spread; V] {
    let tiles = modulus.tiles;
    // Columns below R, in lane 0, and the others, spread.
    let Scratch { lower, falling, quotient } = scratch;
    let mut lower = &mut lower.as_flattened_mut()[..tiles];
    let falling = falling.as_flattened_mut();
    let quotient = quotient.as_flattened_mut();
    let mut upper = [[_mm512_setzero_si512(); TILE]; V];
    let digit = |tile: usize, i: usize| b[tile / LANES][i].0[tile % LANES];
    pass::<V, true>(a, digit, tiles, None, lower, falling, &mut upper);
    if let Some(Addend { hash, factor, constant }) = addend {
        let digit = |tile, i| hash[tile * TILE + i];
        let blocks = tiles.min(2);
        pass::<V, false>(factor, digit, blocks, Some(constant), lower, falling, &mut upper);
    }

    let mut over = 0;
    for (size, fold) in fold_sizes(tiles).zip(modulus.folds) {
        let (finished, rest) = lower.split_at_mut(size);
        for (digit, column) in quotient.as_flattened_mut().iter_mut().zip(finished.as_flattened()) {
            let sum = column.0[0] + over;
            over = sum >> DIGIT_BITS;
            *digit = sum & MASK;
        }
        let digit = |tile: usize, i: usize| quotient[tile][i];
        pass::<V, false>(fold, digit, size, None, rest, falling, &mut upper);
        lower = rest;
    }
    if let [last] = lower {
        let (quotient, over) = clear(&last.map(|column| column.0[0]), over, modulus);
        let digit = |_, i: usize| quotient[i];
        let cleared = core::slice::from_mut(last);
        pass::<V, true>(modulus.n, digit, 1, None, cleared, falling, &mut upper);
        let over = _mm512_zextsi128_si512(_mm_cvtsi64_si128(over.cast_signed()));
        upper[0][0] = add(upper[0][0], over);
    }
    ripple(&mut upper);
    let mut out = [[Lanes::default(); TILE]; V];
    for (out, digits) in out.as_flattened_mut().iter_mut().zip(upper.as_flattened()) {
        store(out, *digits);
    }
    out
}

/// The quotient digits that clear the last tile of columns the textbook way, and the carry out of
/// it. The high halves of the products in its last column are not in the carry: they belong to
/// the next column and come with the product of the quotient.
fn clear<const V: usize>(
    columns: &[u64; TILE],
    over: u64,
    modulus: Modulus<'_, V>,
) -> ([u64; TILE], u64) {
    let n = modulus.n[0].map(|digits| digits.0[0]);
    let mut quotient = [0; TILE];
    let mut sum = u128::from(over);
    for i in 0..TILE {
        let last = i + 1 == TILE;
        let part = |product: u128| {
            if last { product & u128::from(MASK) } else { product }
        };
        sum += u128::from(columns[i]);
        for j in 0..i {
            sum += part(u128::from(quotient[j]) * u128::from(n[i - j]));
        }
        quotient[i] = low_word(sum).wrapping_mul(modulus.inverse) & MASK;
        sum += part(u128::from(quotient[i]) * u128::from(n[0]));
        sum >>= DIGIT_BITS;
    }
    (quotient, low_word(sum))
}

/// The low half.
#[expect(clippy::as_conversions, reason = "truncation is meant")]
const fn low_word(value: u128) -> u64 {
    value as u64
}

/// Adds `start` and `a` times a number of `blocks` tiles, given by its digits, to columns: the
/// first `lower.len()` tiles of them, at least `blocks`, to lane 0 of `lower`, or if they are the
/// first there, in place of it, and the others to `upper`. What this does to the other lanes of
/// `lower` has no meaning.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn pass<const V: usize, const FIRST: bool>(
    a: &[Spread; V],
    digit: impl Fn(usize, usize) -> u64 + Copy,
    blocks: usize,
    start: Option<&[Spread; V]>,
    lower: &mut [[Lanes; TILE]],
    falling: &mut [[Lanes; TILE]],
    upper: &mut Vectors<V>,
) {
    for vector in (0..V).rev() {
        let start = start.map(|start| &start[vector]);
        let (a, upper) = (&a[vector], &mut upper[vector]);
        let falling = &mut falling[..lower.len()];
        match (vector + 1 == V, vector == 0) {
            (true, true) => vector_pass::<true, FIRST>(a, digit, blocks, start, lower, upper),
            (true, false) => vector_pass::<true, true>(a, digit, blocks, start, falling, upper),
            (false, false) => vector_pass::<false, true>(a, digit, blocks, start, falling, upper),
            (false, true) => {
                vector_pass::<false, true>(a, digit, blocks, start, falling, upper);
                let fallen = falling.as_flattened().iter();
                for (lower, fallen) in lower.as_flattened_mut().iter_mut().zip(fallen) {
                    let sum = if FIRST { load(fallen) } else { add(load(lower), load(fallen)) };
                    store(lower, sum);
                }
            }
        }
    }
}

/// One vector of a [`pass`]. What falls out of lane 0 goes to `falling`, added if it is not
/// `FIRST`; unless the vector is the `TOP`, what was there before enters lane 7.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn vector_pass<const TOP: bool, const FIRST: bool>(
    a: &Spread,
    digit: impl Fn(usize, usize) -> u64,
    blocks: usize,
    start: Option<&Spread>,
    falling: &mut [[Lanes; TILE]],
    upper: &mut [__m512i; TILE],
) {
    let zero = _mm512_setzero_si512();
    let a = [load(&a[0]), load(&a[1]), load(&a[2]), load(&a[3]), load(&a[4])];
    // Entry i of the low halves is column i, of the high halves column i + 1. What moved down a
    // lane is added only when the column is finished: nothing waits for the move.
    let mut lows = [zero; 2 * TILE - 1];
    let mut highs = [zero; 2 * TILE - 1];
    let mut moved = [zero; TILE];
    if let Some(start) = start {
        for (moved, start) in moved.iter_mut().zip(start) {
            *moved = load(start);
        }
    }
    for (block, falling) in falling.iter_mut().enumerate() {
        if block < blocks {
            for i in 0..TILE {
                let b = _mm512_set1_epi64(digit(block, i).cast_signed());
                for j in 0..TILE {
                    lows[i + j] = low(lows[i + j], a[j], b);
                }
                for j in 0..TILE {
                    highs[i + j] = high(highs[i + j], a[j], b);
                }
            }
        }
        for i in 0..TILE {
            let halves = if i > 0 { add(lows[i], highs[i - 1]) } else { lows[i] };
            let finished = add(halves, moved[i]);
            let entering = if TOP { zero } else { load(&falling[i]) };
            let before = if FIRST { zero } else { load(&falling[i]) };
            store(&mut falling[i], add(finished, before));
            moved[i] = _mm512_alignr_epi64::<1>(entering, finished);
        }
        lows[TILE] = add(lows[TILE], highs[TILE - 1]);
        for i in 0..TILE - 1 {
            lows[i] = lows[TILE + i];
            highs[i] = highs[TILE + i];
        }
        for i in TILE - 1..2 * TILE - 1 {
            lows[i] = zero;
            highs[i] = zero;
        }
    }
    for i in 0..TILE {
        let mut sum = add(moved[i], lows[i]);
        if i > 0 {
            sum = add(sum, highs[i - 1]);
        }
        upper[i] = add(upper[i], sum);
    }
}

/// Passes carries on until every column is a digit below 2^52.
#[inline]
#[target_feature(enable = "avx512f")]
fn ripple<const V: usize>(columns: &mut Vectors<V>) {
    let mask = _mm512_set1_epi64(MASK.cast_signed());
    loop {
        // Within each lane; then what leaves a lane enters the next, and what leaves the last
        // enters the next vector. Nothing leaves the last vector: the number fits.
        let mut below = _mm512_setzero_si512();
        let mut more = 0;
        for vector in columns.iter_mut() {
            let mut over = _mm512_setzero_si512();
            for column in vector.iter_mut() {
                let sum = add(*column, over);
                over = carry(sum);
                *column = _mm512_and_si512(sum, mask);
            }
            vector[0] = add(vector[0], _mm512_alignr_epi64::<7>(over, below));
            more |= _mm512_cmpgt_epu64_mask(vector[0], mask);
            below = over;
        }
        // A second round is rare: a digit within a carry of 2^52.
        if more == 0 {
            break;
        }
    }
}

/// Whether `x`, below [`MULTIPLES`] times the modulus and in exact digits, is a multiple of it.
#[target_feature(enable = "avx512f,avx512ifma")]
fn is_multiple<const V: usize>(x: &[Spread; V], modulus: Modulus<'_, V>) -> bool {
    // If x = k·n, the lowest digits tell k.
    let k = x[0][0].0[0].wrapping_mul(modulus.inverse.wrapping_neg()) & MASK;
    if k >= MULTIPLES {
        return false;
    }
    let k = _mm512_set1_epi64(k.cast_signed());
    let zero = _mm512_setzero_si512();
    let mut multiple = [[zero; TILE]; V];
    let mut below = zero;
    for (multiple, n) in multiple.iter_mut().zip(modulus.n) {
        let top = high(zero, load(&n[TILE - 1]), k);
        multiple[0] = low(_mm512_alignr_epi64::<7>(top, below), load(&n[0]), k);
        for i in 1..TILE {
            multiple[i] = low(high(zero, load(&n[i - 1]), k), load(&n[i]), k);
        }
        below = top;
    }
    ripple(&mut multiple);
    let mut pairs = x.as_flattened().iter().zip(multiple.as_flattened());
    pairs.all(|(x, multiple)| _mm512_cmpeq_epi64_mask(load(x), *multiple) == 0xff)
}

#[cfg(test)]
#[expect(clippy::as_conversions, reason = "small test indices")]
mod tests {
    use super::super::SPREAD;
    use super::*;
    use alloc::vec::Vec;
    use num_bigint::BigUint;

    fn big(digits: impl DoubleEndedIterator<Item = u64>) -> BigUint {
        digits.rev().fold(BigUint::ZERO, |acc, digit| {
            assert!(digit <= MASK);
            (acc << 52) + digit
        })
    }

    fn value(spreads: &[Spread]) -> BigUint {
        big((0..spreads.len() * SPREAD).map(|i| spreads[i / SPREAD][i % TILE].0[i % SPREAD / TILE]))
    }

    /// Operands far beyond what moduli can produce, as in the test of the eight-lane kernel.
    fn every_column_holds_the_sum_of_all_ones<const V: usize>(tiles: usize) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ u64::try_from(tiles).unwrap_or_default();
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let mut digit = move |kind: u64, i: usize| match kind {
            0..=3 => MASK,
            4 => 1 << (i % 52),
            5 => MASK - 1,
            6 => u64::from(i == 0),
            _ => random() & MASK,
        };
        for round in 0..64_u64 {
            // The kinds of the operands; the first rounds are all ones everywhere.
            let mut kind = round.wrapping_mul(0x2545_f491_4f6c_dd1d);
            let mut number = || {
                kind = kind.rotate_left(3);
                let mut out = [[Lanes::default(); TILE]; V];
                for i in 0..tiles * TILE {
                    out[i / SPREAD][i % TILE].0[i % SPREAD / TILE] =
                        digit(if round < 2 { 0 } else { kind % 8 }, i);
                }
                out
            };
            let (a, b, factor, constant) = (number(), number(), number(), number());
            let mut n = number();
            n[0][0].0[0] |= 1;
            let folds: Vec<[Spread; V]> = fold_sizes(tiles).map(|_| number()).collect();
            let n0 = n[0][0].0[0];
            let inverse = (0..6).fold(n0, |inverse: u64, _| {
                inverse.wrapping_mul(2_u64.wrapping_sub(n0.wrapping_mul(inverse)))
            });
            let inverse = inverse.wrapping_neg() & MASK;
            let hash = [MASK; 2 * TILE];
            let modulus = Modulus { n: &n, folds: &folds, inverse, tiles };
            let addend = Addend { hash: &hash, factor: &factor, constant: &constant };
            let mut scratch = Scratch::new();
            // SAFETY: the caller made a token.
            let (plain, more) = unsafe {
                (
                    multiply(&a, &b, modulus, None, &mut scratch),
                    multiply(&a, &b, modulus, Some(&addend), &mut scratch),
                )
            };
            let reduced = |mut t: BigUint| {
                for (size, fold) in fold_sizes(tiles).zip(&folds) {
                    let bits = 260 * size;
                    t = (&t >> bits) + (&t % (BigUint::from(1_u32) << bits)) * value(fold);
                }
                for _ in 0..TILE {
                    let low = (&t % (1_u64 << 52)).to_u64_digits().first().copied().unwrap_or(0);
                    t = (t + value(&n) * (low.wrapping_mul(inverse) & MASK)) >> 52;
                }
                t % (BigUint::from(1_u32) << (52 * SPREAD * V))
            };
            let product = value(&a) * value(&b);
            assert_eq!(value(&plain), reduced(product.clone()), "{tiles} {round}");
            let hash = big(hash.into_iter());
            let sum = product + hash * value(&factor) + value(&constant);
            assert_eq!(value(&more), reduced(sum), "{tiles} {round}");
        }
    }

    #[test]
    fn every_column_of_every_size_holds_the_sum_of_all_ones() {
        if Ifma::detect().is_none() {
            return;
        }
        (2..=8).for_each(every_column_holds_the_sum_of_all_ones::<1>);
        (9..=16).for_each(every_column_holds_the_sum_of_all_ones::<2>);
        (17..=24).for_each(every_column_holds_the_sum_of_all_ones::<3>);
        (25..=32).for_each(every_column_holds_the_sum_of_all_ones::<4>);
    }

    #[test]
    fn multiples_are_told_from_their_neighbours() {
        if Ifma::detect().is_none() {
            return;
        }
        // All ones, a single bit, and a mixture, six bits below the top of eight tiles.
        let shapes: [fn(usize) -> u64; 3] = [
            |_| MASK,
            |i| u64::from(i == 0),
            |i| 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(i as u64 + 3) & MASK | u64::from(i == 0),
        ];
        for shape in shapes {
            let mut n = [[Lanes::default(); TILE]];
            for i in 0..SPREAD {
                n[0][i % TILE].0[i / TILE] = shape(i);
            }
            n[0][TILE - 1].0[LANES - 1] >>= 6;
            n[0][TILE - 1].0[LANES - 1] |= 1 << 45;
            let n0 = n[0][0].0[0];
            let inverse = (0..6).fold(n0, |inverse: u64, _| {
                inverse.wrapping_mul(2_u64.wrapping_sub(n0.wrapping_mul(inverse)))
            });
            let inverse = inverse.wrapping_neg() & MASK;
            let modulus = Modulus { n: &n, folds: &[], inverse, tiles: 8 };
            for k in 0..MULTIPLES {
                let multiple = value(&n) * k;
                for bit in (0..2080).map(Some).chain([None]) {
                    let mut x = multiple.clone();
                    if let Some(bit) = bit {
                        x.set_bit(bit, !x.bit(bit));
                    }
                    let words = x.to_u64_digits();
                    let word = |i: usize| u128::from(words.get(i).copied().unwrap_or(0));
                    let mut spread = [[Lanes::default(); TILE]];
                    for i in 0..SPREAD {
                        let (at, shift) = (i * 52 / 64, i * 52 % 64);
                        spread[0][i % TILE].0[i / TILE] =
                            low_word((word(at) | word(at + 1) << 64) >> shift) & MASK;
                    }
                    // SAFETY: a token was made.
                    let verdict = unsafe { is_multiple(&spread, modulus) };
                    assert_eq!(verdict, (&x % value(&n)) == BigUint::ZERO, "{k} {bit:?}");
                }
            }
        }
    }
}
