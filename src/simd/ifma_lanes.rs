//! Eight signatures at once: lane `l` of every vector belongs to number `l`.
//!
//! # Product scanning in tiles
//!
//! A number is a row of tiles of five digits of 52 bits. A product is computed one *block column*
//! of five digit columns after the other: all pairs of tiles that meet in it are multiplied, five
//! by five digits, into accumulators that stay in registers. Low and high product halves have
//! accumulators of their own (nine and nine; a high half belongs one column up), so that each is
//! touched once per row of a tile and the latency of `vpmadd52` is hidden behind the nine others.
//! Then five columns are finished, and the four unfinished ones move down for the next block.
//!
//! # Digits
//!
//! `vpmadd52` ignores everything above bit 52 of its factors, so finished digits are stored with
//! whatever stands above and only their carry is passed on. They are masked where they are
//! compared.
//!
//! A column sums at most `5·(32 + 32 + 2)` low halves and as many high halves, each below `2^52`
//! (32 tile pairs of the product, 32 of the reduction, 2 of the hash), one digit and a carry:
//! less than `2·330·2^52 + 2^52 + 2^10 < 2^62`. Nothing overflows.
//!
//! # Reduction
//!
//! The portable kernel explains it: with `f = 2^(-260) mod n`, the low tile `q` of what is left
//! of a product is replaced by `q·f`, a tile higher. No quotient is computed, and `q` is just the
//! tile as it was finished. Only the last tile is removed the textbook way, digit by digit.
//!
//! For numbers below `3n` and `R = 2^(260·tiles) >= 2^6·n`, the sum `T` of a product is below
//! `9n² + 2^520·n + n`, and the result below `T/R + n·(1 + 2^-259) + n < 3n`: the folded tiles
//! leave less than `2^260·n·(1 + 2^-259)` of excess, the last step divides that by `2^260` and
//! adds less than `n`. (The hash term is below `2^520·n`, and `n > 2^1000` makes it negligible.)

#![expect(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "constants below the length of an array, or tiles below the common length of slices"
)]

use super::ifma::{Ifma, add, carry, high, load, low, store};
use super::{EightChecks, LANES, Lanes, MAX_TILES, TILE, Tile};
use core::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_cmpeq_epi64_mask, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srli_epi64, _mm512_ternarylogic_epi64,
};

/// Squarings in a power of 65536.
const SQUARINGS: usize = 16;

impl Ifma {
    /// Decides, in each lane, whether
    /// `base^65537·R^(-65535) + hash·factor + constant ≡ 0 (mod modulus)`
    /// with `R = 2^(260·tiles)`.
    ///
    /// If the slices differ in length, or there are none or too many tiles, the answer is `false`.
    #[must_use]
    pub fn check_eight(self, checks: &EightChecks<'_>) -> [bool; LANES] {
        let tiles = checks.modulus.len();
        let lengths = [checks.fold.len(), checks.base.len(), checks.factor.len()];
        if checks.hash.len() > 2
            || checks.hash.len() > tiles
            || checks.constant.len() != tiles
            || lengths != [tiles; 3]
        {
            return [false; LANES];
        }
        // Three sizes of buffer, as clearing the greatest would cost small moduli a few percent.
        let zero = match tiles {
            // SAFETY: `self` proves that AVX-512 F and IFMA are there.
            1..=8 => unsafe { check::<8>(checks) },
            // SAFETY: as above.
            9..=16 => unsafe { check::<16>(checks) },
            // SAFETY: as above.
            17..=MAX_TILES => unsafe { check::<MAX_TILES>(checks) },
            _ => 0,
        };
        core::array::from_fn(|lane| zero >> lane & 1 == 1)
    }
}

/// What a reduction needs to know.
#[derive(Clone, Copy)]
struct Modulus<'a> {
    n: &'a [Tile],
    fold: &'a [Tile],
    inverse: &'a Lanes,
}

/// [`Ifma::check_eight`] for at most `CAP` tiles, as a mask of lanes.
#[target_feature(enable = "avx512f,avx512ifma")]
fn check<const CAP: usize>(checks: &EightChecks<'_>) -> u8 {
    let tiles = checks.modulus.len();
    let zero = [Lanes([0; LANES]); TILE];
    let (mut x, mut twice, mut quotient) = ([zero; CAP], [zero; CAP], [zero; CAP]);
    let (Some(x), Some(twice), Some(quotient)) =
        (x.get_mut(..tiles), twice.get_mut(..tiles), quotient.get_mut(..tiles))
    else {
        return 0;
    };
    let modulus = Modulus { n: checks.modulus, fold: checks.fold, inverse: checks.inverse };
    x.copy_from_slice(checks.base);
    double(x, twice);
    for _ in 0..SQUARINGS {
        square(x, twice, quotient, modulus);
    }
    last_product(x, twice, quotient, checks, modulus);
    zero_or_multiple(x, modulus.n)
}

/// The running sums of nine columns: `low[i]` belongs to column `i`, `high[i]` to `i + 1`.
struct Columns {
    low: [__m512i; 2 * TILE - 1],
    high: [__m512i; 2 * TILE - 1],
    carry: __m512i,
}

impl Columns {
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn new() -> Self {
        let zero = _mm512_setzero_si512();
        Self { low: [zero; 2 * TILE - 1], high: [zero; 2 * TILE - 1], carry: zero }
    }

    /// Adds the product of digits `i` and `j` of two tiles.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn digit_product(&mut self, at: usize, a: __m512i, b: __m512i) {
        self.low[at] = low(self.low[at], a, b);
        self.high[at] = high(self.high[at], a, b);
    }

    /// Adds the product of two tiles.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn product(&mut self, a: &Tile, b: &Tile) {
        let b = [load(&b[0]), load(&b[1]), load(&b[2]), load(&b[3]), load(&b[4])];
        for i in 0..TILE {
            let a = load(&a[i]);
            for j in 0..TILE {
                self.low[i + j] = low(self.low[i + j], a, b[j]);
            }
            for j in 0..TILE {
                self.high[i + j] = high(self.high[i + j], a, b[j]);
            }
        }
    }

    /// Finishes the lowest five columns and moves the others down.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn finish(&mut self) -> [__m512i; TILE] {
        let mut out = [_mm512_setzero_si512(); TILE];
        for i in 0..TILE {
            // The carry last: it arrives last.
            let halves = if i > 0 { add(self.low[i], self.high[i - 1]) } else { self.low[i] };
            let sum = add(halves, self.carry);
            out[i] = sum;
            self.carry = carry(sum);
        }
        self.shift();
        out
    }

    /// Moves the four unfinished columns down to the place of the five finished ones.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn shift(&mut self) {
        let zero = _mm512_setzero_si512();
        self.low[TILE] = add(self.low[TILE], self.high[TILE - 1]);
        for i in 0..TILE - 1 {
            self.low[i] = self.low[TILE + i];
            self.high[i] = self.high[TILE + i];
        }
        for i in TILE - 1..2 * TILE - 1 {
            self.low[i] = zero;
            self.high[i] = zero;
        }
    }

    /// Clears the lowest five columns by adding a multiple of `n`, the textbook way, and moves the
    /// others down. `n` is the lowest tile of the modulus. Returns the quotient digits.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn clear(&mut self, n: &Tile, inverse: &Lanes) -> [__m512i; TILE] {
        let zero = _mm512_setzero_si512();
        let inverse = load(inverse);
        let n = [load(&n[0]), load(&n[1]), load(&n[2]), load(&n[3]), load(&n[4])];
        let mut out = [zero; TILE];
        for i in 0..TILE {
            let halves = if i > 0 { add(self.low[i], self.high[i - 1]) } else { self.low[i] };
            let sum = add(halves, self.carry);
            let q = low(zero, sum, inverse);
            out[i] = q;
            self.carry = carry(low(sum, q, n[0]));
            self.high[i] = high(self.high[i], q, n[0]);
            for j in 1..TILE {
                self.digit_product(i + j, q, n[j]);
            }
        }
        self.shift();
        out
    }
}

/// `x = T/R mod n`, and `twice` the digits of twice that.
///
/// `lower` and `upper` add one block column of `T` to the sums, given `x` and `twice`: column `c`
/// and column `tiles + c`. The upper columns overwrite `x` and `twice` from below: `upper` must not
/// need the tiles below `c` any more.
///
/// What takes `Columns` is called from a single place, or is small: only what the compiler inlines
/// keeps the sums in registers, and passing them through memory costs 40 %.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn montgomery(
    x: &mut [Tile],
    twice: &mut [Tile],
    quotient: &mut [Tile],
    modulus: Modulus<'_>,
    lower: impl Fn(&mut Columns, usize, &[Tile], &[Tile]),
    upper: impl Fn(&mut Columns, usize, &[Tile], &[Tile]),
) {
    let last = x.len() - 1;
    let mut sums = Columns::new();
    for column in 0..=last {
        lower(&mut sums, column, x, twice);
        // The quotient tiles so far are folded: tile i meets tile column - 1 - i.
        for (q, f) in quotient[..column].iter().zip(modulus.fold[..column].iter().rev()) {
            sums.product(q, f);
        }
        let digits =
            if column < last { sums.finish() } else { sums.clear(&modulus.n[0], modulus.inverse) };
        put(&mut quotient[column], digits);
    }
    let mut before = _mm512_setzero_si512();
    for column in 0..=last {
        upper(&mut sums, column, x, twice);
        for (q, f) in quotient[column..last].iter().zip(modulus.fold[column..].iter().rev()) {
            sums.product(q, f);
        }
        // The last quotient tile is not folded and meets the modulus itself.
        if column < last {
            sums.product(&quotient[last], &modulus.n[column + 1]);
        }
        let digits = sums.finish();
        put(&mut x[column], digits);
        before = put_twice(&mut twice[column], digits, before);
    }
}

/// `x = x²/R mod n`, and the same for `twice` with the digits of `2x`.
///
/// Each pair of tiles is multiplied once, with the digits of `2x` for the upper.
#[target_feature(enable = "avx512f,avx512ifma")]
fn square(x: &mut [Tile], twice: &mut [Tile], quotient: &mut [Tile], modulus: Modulus<'_>) {
    montgomery(
        x,
        twice,
        quotient,
        modulus,
        |sums, column, x, twice| {
            let half = column / 2;
            for (a, b) in x[..half].iter().zip(twice[..=column].iter().rev()) {
                sums.product(a, b);
            }
            if column.is_multiple_of(2) {
                square_tile(sums, &x[half], &twice[half]);
            } else {
                neighbours(sums, &x[half], &x[half + 1], &twice[half + 1]);
            }
        },
        |sums, column, x, twice| {
            // Tiles column + 1 to the last, from both ends.
            let (x, twice) = (&x[column + 1..], &twice[column + 1..]);
            let Some(top) = x.len().checked_sub(1) else {
                return;
            };
            let half = top / 2;
            for (a, b) in x[..half].iter().zip(twice.iter().rev()) {
                sums.product(a, b);
            }
            if top.is_multiple_of(2) {
                square_tile(sums, &x[half], &twice[half]);
            } else {
                neighbours(sums, &x[half], &x[half + 1], &twice[half + 1]);
            }
        },
    );
}

/// Adds the square of a tile.
///
/// A digit of `2x` may hold a bit that came from the digit below. In the sum of the products of
/// `x[i]` with the doubles of all digits above it, there is no digit below the first, so the
/// product with the next digit takes that digit doubled by itself. The bit that it loses at the
/// top is in the digit after, where it belongs.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn square_tile(sums: &mut Columns, x: &Tile, twice: &Tile) {
    let x = [load(&x[0]), load(&x[1]), load(&x[2]), load(&x[3]), load(&x[4])];
    let alone = [add(x[1], x[1]), add(x[2], x[2]), add(x[3], x[3]), add(x[4], x[4])];
    let twice = [load(&twice[2]), load(&twice[3]), load(&twice[4])];
    // In an order that returns to a column as late as possible.
    sums.digit_product(0, x[0], x[0]);
    sums.digit_product(1, x[0], alone[0]);
    sums.digit_product(2, x[0], twice[0]);
    sums.digit_product(3, x[0], twice[1]);
    sums.digit_product(4, x[0], twice[2]);
    sums.digit_product(5, x[1], twice[2]);
    sums.digit_product(6, x[2], twice[2]);
    sums.digit_product(7, x[3], alone[3]);
    sums.digit_product(8, x[4], x[4]);
    sums.digit_product(2, x[1], x[1]);
    sums.digit_product(3, x[1], alone[1]);
    sums.digit_product(4, x[1], twice[1]);
    sums.digit_product(5, x[2], alone[2]);
    sums.digit_product(6, x[3], x[3]);
    sums.digit_product(4, x[2], x[2]);
}

/// Adds twice the product of neighbouring tiles `a` and, above it, `b`; see [`square_tile`].
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn neighbours(sums: &mut Columns, a: &Tile, b: &Tile, twice: &Tile) {
    let first = load(&b[0]);
    let alone = add(first, first);
    let b = [load(&twice[0]), load(&twice[1]), load(&twice[2]), load(&twice[3]), load(&twice[4])];
    for i in 0..TILE {
        let a = load(&a[i]);
        let first = if i + 1 == TILE { alone } else { b[0] };
        sums.low[i] = low(sums.low[i], a, first);
        for j in 1..TILE {
            sums.low[i + j] = low(sums.low[i + j], a, b[j]);
        }
        sums.high[i] = high(sums.high[i], a, first);
        for j in 1..TILE {
            sums.high[i + j] = high(sums.high[i + j], a, b[j]);
        }
    }
}

/// `x = (x·base + hash·factor + constant)/R mod n`, and the same for `twice`.
#[target_feature(enable = "avx512f,avx512ifma")]
fn last_product(
    x: &mut [Tile],
    twice: &mut [Tile],
    quotient: &mut [Tile],
    checks: &EightChecks<'_>,
    modulus: Modulus<'_>,
) {
    let EightChecks { base, hash, factor, constant, .. } = checks;
    montgomery(
        x,
        twice,
        quotient,
        modulus,
        |sums, column, x, _| {
            for (a, b) in x[..=column].iter().zip(base[..=column].iter().rev()) {
                sums.product(a, b);
            }
            for (a, b) in hash.iter().zip(factor[..=column].iter().rev()) {
                sums.product(a, b);
            }
            for (sum, digit) in sums.low.iter_mut().zip(&constant[column]) {
                *sum = add(*sum, load(digit));
            }
        },
        |sums, column, x, _| {
            for (a, b) in x[column + 1..].iter().zip(base.iter().rev()) {
                sums.product(a, b);
            }
            for (a, b) in hash[hash.len().min(column + 1)..].iter().zip(factor.iter().rev()) {
                sums.product(a, b);
            }
        },
    );
}

/// Stores a tile of digits with whatever stands above them.
#[inline]
#[target_feature(enable = "avx512f")]
fn put(tile: &mut Tile, digits: [__m512i; TILE]) {
    for (place, digit) in tile.iter_mut().zip(digits) {
        store(place, digit);
    }
}

/// Stores the doubled digits, given the digit before the first, and returns the last digit.
#[inline]
#[target_feature(enable = "avx512f")]
fn put_twice(tile: &mut Tile, digits: [__m512i; TILE], mut before: __m512i) -> __m512i {
    let one = _mm512_set1_epi64(1);
    for (place, digit) in tile.iter_mut().zip(digits) {
        let shifted = _mm512_slli_epi64::<1>(digit);
        let crossing = _mm512_srli_epi64::<51>(before);
        // shifted | (crossing & one)
        store(place, _mm512_ternarylogic_epi64::<0xf8>(shifted, crossing, one));
        before = digit;
    }
    before
}

/// Writes the digits of `2x` to `twice`.
#[target_feature(enable = "avx512f")]
fn double(x: &[Tile], twice: &mut [Tile]) {
    let mut before = _mm512_setzero_si512();
    for (tile, x) in twice.iter_mut().zip(x) {
        let digits = [load(&x[0]), load(&x[1]), load(&x[2]), load(&x[3]), load(&x[4])];
        before = put_twice(tile, digits, before);
    }
}

/// The lanes in which `x`, a number below `3n`, is 0, `n` or `2n`.
#[target_feature(enable = "avx512f")]
fn zero_or_multiple(x: &[Tile], n: &[Tile]) -> u8 {
    let mask = _mm512_set1_epi64((1 << 52) - 1);
    let zero = _mm512_setzero_si512();
    let (mut is_zero, mut is_n, mut is_twice_n) = (0xff, 0xff, 0xff);
    let mut before = zero;
    for (x, n) in x.iter().flatten().zip(n.iter().flatten()) {
        let (x, n) = (_mm512_and_si512(load(x), mask), load(n));
        let twice = _mm512_or_si512(_mm512_slli_epi64::<1>(n), _mm512_srli_epi64::<51>(before));
        is_zero &= _mm512_cmpeq_epi64_mask(x, zero);
        is_n &= _mm512_cmpeq_epi64_mask(x, n);
        is_twice_n &= _mm512_cmpeq_epi64_mask(x, _mm512_and_si512(twice, mask));
        before = n;
    }
    is_zero | is_n | is_twice_n
}

#[cfg(test)]
#[expect(clippy::as_conversions, reason = "a quotient digit is the low half of a product")]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use num_bigint::BigUint;

    const MASK: u64 = (1 << 52) - 1;

    fn big(tiles: &[Tile], lane: usize) -> BigUint {
        let digits = tiles.iter().flatten().rev();
        digits.fold(BigUint::ZERO, |acc, digit| (acc << 52) + (digit.0[lane] & MASK))
    }

    /// The reduction of `T` as this module's documentation describes it.
    fn reduced(mut t: BigUint, n: &BigUint, fold: &BigUint, inverse: u64, tiles: usize) -> BigUint {
        let tile = BigUint::from(1_u32) << 260;
        for _ in 1..tiles {
            t = &t / &tile + (&t % &tile) * fold;
        }
        for _ in 0..TILE {
            let low = (&t % (1_u64 << 52)).to_u64_digits().first().copied().unwrap_or(0);
            let q = (u128::from(low) * u128::from(inverse)) as u64 & MASK;
            t = (t + n * q) >> 52;
        }
        t % (BigUint::from(1_u32) << (260 * tiles))
    }

    /// Operands far beyond what moduli can produce: every digit all ones in some lanes, random or
    /// single bits in others. If a column overflowed, or a bit were counted twice or lost at the
    /// border of a tile, the digits would differ.
    #[test]
    fn every_column_holds_the_sum_of_all_ones() {
        let Some(_) = Ifma::detect() else { return };
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for tiles in (1..=9).chain([16, 31, 32]) {
            let mut number = |kind: usize| -> Vec<Tile> {
                let mut out = vec![Tile::default(); tiles];
                for (i, digit) in out.iter_mut().flatten().enumerate() {
                    for (lane, digit) in digit.0.iter_mut().enumerate() {
                        *digit = match (lane + kind) % 8 {
                            0..=2 => MASK,
                            3 => 1 << (i % 52),
                            4 => MASK - 1,
                            5 if i == 0 => 1,
                            5 => 0,
                            _ => random() & MASK,
                        };
                    }
                }
                out
            };
            let mut n = number(0);
            n[0][0].0.iter_mut().for_each(|digit| *digit |= 1);
            let fold = number(0);
            // Twice x must fit.
            let mut x = number(0);
            x[tiles - 1][TILE - 1].0.iter_mut().for_each(|digit| *digit >>= 1);
            let (base, factor, constant) = (number(0), number(0), number(0));
            let hash = number(0);
            let hash = &hash[..tiles.min(2)];
            let inverse = Lanes(core::array::from_fn(|lane| {
                let n0 = n[0][0].0[lane];
                let mut inverse = n0;
                for _ in 0..5 {
                    inverse = inverse.wrapping_mul(2_u64.wrapping_sub(n0.wrapping_mul(inverse)));
                }
                inverse.wrapping_neg() & MASK
            }));
            let checks = EightChecks {
                modulus: &n,
                fold: &fold,
                inverse: &inverse,
                base: &base,
                hash,
                factor: &factor,
                constant: &constant,
            };
            let modulus = Modulus { n: &n, fold: &fold, inverse: &inverse };
            let (mut squared, mut product) = (x.clone(), x.clone());
            let mut twice = vec![Tile::default(); tiles];
            let mut quotient = vec![Tile::default(); tiles];
            let mut ignored = twice.clone();
            // SAFETY: the token was made.
            unsafe {
                double(&x, &mut twice);
                square(&mut squared, &mut twice, &mut quotient, modulus);
                last_product(&mut product, &mut ignored, &mut quotient, &checks, modulus);
            }
            for lane in 0..LANES {
                let value = |tiles: &[Tile]| big(tiles, lane);
                let reduced = |t| reduced(t, &value(&n), &value(&fold), inverse.0[lane], tiles);
                let square = value(&x) * value(&x);
                assert_eq!(value(&squared), reduced(square), "{tiles} {lane}");
                let doubled = (value(&squared) << 1_u32) % (BigUint::from(1_u32) << (260 * tiles));
                assert_eq!(value(&twice), doubled);
                let t = value(&x) * value(&base) + value(hash) * value(&factor) + value(&constant);
                assert_eq!(value(&product), reduced(t), "{tiles} {lane}");
            }
        }
    }
}
