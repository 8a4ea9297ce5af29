//! Four signatures at once on CPUs with AVX2 and FMA: lane `l` of every vector belongs to number `l`.
//!
//! # Products of doubles
//!
//! Digits have 51 bits and are kept as doubles. With `C1 = 1.5·2^103` and `C2 = C1 + 3·2^51`, two
//! fused multiply-adds split the product of two digits without any error:
//!
//! ```text
//! h = fma(a, b, C1)          m = (h - C1) / 2^51
//! l = fma(a, b, C2 - h)      a·b = m·2^51 + r,  r = l - 3·2^51
//! ```
//!
//! *Proof, whatever the rounding mode is.* `0 <= a·b < 2^102`, so `C1 <= h < 2^104`: the exact sum lies
//! there, and for the upper end, `a·b <= (2^51 - 1)²` leaves a whole unit of the last place below
//! `2^104`. Between `2^103` and `2^104` doubles are the multiples of `2^51`. So `m` is an integer of
//! `0..=2^51`, and the bit pattern of `h` is that of `C1` plus `m`. `C2 - h = (3 - m)·2^51` is an
//! integer of at most 52 bits times a power of two, so the subtraction is exact. Rounding moved `h`
//! by less than a unit of the last place, hence `|r| < 2^51`, and the exact result of the second
//! multiply-add, `3·2^51 + r`, is an integer between `2^52` and `2^53`, where every integer is a double
//! and none is rounded. The bit pattern of `l` is that of `3·2^51` plus `r`. ∎
//!
//! No operand, intermediate value or result is subnormal, infinite or not a number, so the modes that
//! flush subnormal numbers to zero change nothing either. Only masked exceptions are presumed, as Rust
//! does everywhere: most of these multiply-adds are inexact.
//!
//! # Columns
//!
//! Bit patterns are summed as 64-bit integers, with two additions a product and nothing else: that of
//! `l` into the column of the digits, that of `h` into the next. A column therefore holds, besides
//! its value, the pattern of `3·2^51` once for each `l` and that of `C1` once for each `h` (`LOW` and
//! `HIGH` below). How many there are depends on the shape of the numbers only; they are subtracted
//! when the column is finished. Sums wrap around at `2^64`, and so does the subtraction: only the
//! value has to be small.
//!
//! *Bound.* A column has at most `161 + 161 + 14` terms `r` and as many terms `m` (161 digits of a
//! product, 161 of its reduction, 14 of the hash; what is doubled in a square counts twice), each at
//! most `2^51` in magnitude, one digit and a carry. Its value is below `2·336·2^51 + 2^52 < 2^61` in
//! magnitude. As `r` may be negative, so may the value: `2^62` is added, which makes it positive. Then
//! the low 51 bits are the digit, and a logical shift by 51 is the carry plus `2^11`, which the
//! constant of the next column takes away again. Digits are thus *fully* reduced: `0..2^51`.
//!
//! # Order of the work
//!
//! That of the kernel for eight lanes: product scanning, one *block column* of seven digit columns
//! after the other, with eight sums in registers: those of the seven columns, and of the halves `m` that
//! leave the last. Each digit of one factor makes a *row*, its products with seven digits of the other
//! that fall into the columns; seven rows, from one block, make a *tile*. At both ends of a number, and
//! along the diagonal of a square, tiles are triangles. In squares the products of two different digits are
//! added once and doubled, then the squares of digits are added.
//!
//! # Reduction
//!
//! As in the other kernels: with `f = 2^(-357) mod n`, each low block `q` of what is left of a product but
//! the last is replaced by `q·f`, a block higher. The last goes the textbook way, a digit at a time, with
//! a multiple `q·n` that clears it. (There the quotient digits are masked like all others: a negative one
//! would make the result negative.)
//!
//! For numbers below `3n` and `R = 2^(357·blocks) >= 2^6·n`, the sum `T` of a product is below
//! `9n² + 2^512·n + n`. Folding leaves less than `T·2^357/R + 2^357·n·(1 + 2^-356)`: each fold divides
//! what there was by `2^357` and adds less than `2^357·n`. The textbook step adds less than `2^357·n` and
//! divides by `2^357`. The result is below `9n²/R + 2n·(1 + 2^-356) + 1 < 3n`, as `2^512 + 1` is nothing
//! against `n > 2^1023`. So it is below `2^(357·blocks)`, and nothing is carried out of the last column.

#![expect(
    clippy::indexing_slicing,
    reason = "constants below the length of an array, or blocks below the common length of slices"
)]

use super::product::{Form, Last, Product, Square};
use super::quad::{DIGIT_MASK, FourPowers, MAX_QUAD_BLOCKS, QUAD, QUAD_BLOCK, Quad, QuadBlock};
use super::token::token;
use core::arch::asm;
use core::arch::x86_64::{
    __m256d, __m256i, _CMP_EQ_OQ, _mm256_add_epi64, _mm256_add_pd, _mm256_and_pd, _mm256_and_si256,
    _mm256_castpd_si256, _mm256_castsi256_pd, _mm256_cmp_pd, _mm256_fmadd_pd, _mm256_load_pd,
    _mm256_movemask_pd, _mm256_or_si256, _mm256_set1_epi64x, _mm256_set1_pd, _mm256_setzero_si256,
    _mm256_srli_epi64, _mm256_store_pd, _mm256_sub_pd,
};

token! {
    /// Proof that this CPU has AVX2 and FMA.
    Fma: "avx2", "fma"
}

/// Squarings in a power of 65536.
const SQUARINGS: usize = 16;

/// `C1`, whose last place is `2^51`.
const C1: f64 = f64::from_bits(HIGH.cast_unsigned());

/// `C2 = C1 + 3·2^51`.
const C2: f64 = f64::from_bits(HIGH.cast_unsigned() + 3);

/// `2^52`, whose last place is 1.
const TWO_TO_52: f64 = f64::from_bits(0x4330 << 48);

/// The bit pattern of `C1`.
const HIGH: i64 = 0x4668 << 48;

/// The bit pattern of `3·2^51`.
const LOW: i64 = 0x4338 << 48;

/// What makes the value of every column positive.
const POSITIVE: i64 = 1 << 62;

/// What that adds to the carry.
const POSITIVE_CARRY: i64 = 1 << 11;

/// The running sums of the columns of a block, and of what belongs to the column after.
type Sums = [__m256i; QUAD_BLOCK + 1];

impl Fma {
    /// Computes, in each lane, a number below `3·modulus` that is congruent to
    /// `start^65536·base·R^(-65536) + (hash·factor + constant)·R^(-1)`
    /// with `R = 2^(357·blocks)`, and returns its blocks. Digits are those of integers below 2^51.
    ///
    /// `scratch` is for the result and the quotient, twice as many blocks as a number has.
    ///
    /// If the slices differ in length, or there are too few or too many blocks, there is no result.
    #[must_use]
    pub fn power_four<'s>(
        self,
        powers: &FourPowers<'_>,
        scratch: &'s mut [QuadBlock],
    ) -> Option<&'s [QuadBlock]> {
        let blocks = powers.modulus.len();
        let lengths = [
            powers.fold.len(),
            powers.start.len(),
            powers.base.len(),
            powers.factor.len(),
            powers.constant.len(),
        ];
        if !(2..=MAX_QUAD_BLOCKS).contains(&blocks)
            || powers.hash.len() > 2
            || lengths != [blocks; 5]
            || scratch.len() != 2 * blocks
        {
            return None;
        }
        let (x, quotient) = scratch.split_at_mut(blocks);
        // SAFETY: `self` proves that AVX2 and FMA are there.
        unsafe { power(powers, x, quotient) };
        Some(x)
    }

    /// Decides, in each lane, whether a number below `3n` is 0, `n` or `2n`. Digits are those of integers
    /// below 2^51. Numbers of different lengths are not compared: the answer is `false`.
    #[must_use]
    pub fn multiples(self, x: &[QuadBlock], modulus: &[QuadBlock]) -> [bool; QUAD] {
        if x.len() != modulus.len() {
            return [false; QUAD];
        }
        let (x, n) = (x.as_flattened(), modulus.as_flattened());
        // SAFETY: `self` proves that AVX2 is there.
        let equal = unsafe { equal(x, n) };
        core::array::from_fn(|lane| {
            // Of valid signatures hardly one comes to anything but `n`.
            if equal >> lane & 1 == 1 {
                return true;
            }
            let (mut is_zero, mut is_twice_n, mut carry) = (true, true, 0);
            for (x, n) in x.iter().zip(n) {
                let (x, twice) = (x.get(lane), n.get(lane) << 1 | carry);
                is_zero &= x == 0;
                is_twice_n &= x == twice & DIGIT_MASK;
                carry = n.get(lane) >> 50;
            }
            is_zero || is_twice_n
        })
    }
}

/// Columns of a row of a full tile: the first, and the one after the last.
const fn all(_: usize) -> (usize, usize) {
    (0, QUAD_BLOCK)
}

/// Columns of row `r` where a number begins: below them is nothing.
const fn lower_end(r: usize) -> (usize, usize) {
    (r, QUAD_BLOCK)
}

/// Columns of row `r` where a number ends.
const fn upper_end(r: usize) -> (usize, usize) {
    (0, r)
}

/// Columns of row `r` whose second factor is above the first, if both are of the same block.
const fn above_same(r: usize) -> (usize, usize) {
    (2 * r + 1, QUAD_BLOCK)
}

/// The same, if the second factor of row 0 and column 0 is the lowest digit of the next block.
const fn above_next(r: usize) -> (usize, usize) {
    ((2 * r).saturating_sub(QUAD_BLOCK - 1), QUAD_BLOCK)
}

/// The same in the last block, where there is no next.
const fn above_last(r: usize) -> (usize, usize) {
    (above_next(r).0, r)
}

/// Adds the product of two digits, `a` and the one so many places behind `b`, to columns `t` and
/// `t + 1`.
///
/// This is inline assembly because the compiler would start many products of straight code before it adds
/// them, and run out of registers. It is a macro because only what is certainly inlined keeps the sums in
/// registers.
macro_rules! product {
    ($sums:ident, $constants:ident, $t:expr, $a:expr, $b:expr, $place:expr) => {{
        let b: &[Quad] = $b;
        // SAFETY: AVX2 and FMA are there, as this expands in functions with these features only. The
        // pointer is to an array of digits, which are aligned to 32 bytes, and `$place` is one of them: `row!`
        // asserts that for its arrays when it is compiled; all others pass blocks, of seven digits, or one
        // digit, and a place below. Nothing is written. Rounding sets an exception flag of the vector unit, so
        // flags are not declared as preserved.
        unsafe {
            asm!(
                "vmovapd {high}, {c1}",
                "vfmadd231pd {high}, {a}, [{b} + {place}]",
                "vsubpd {low}, {c2}, {high}",
                "vfmadd231pd {low}, {a}, [{b} + {place}]",
                "vpaddq {above}, {above}, {high}",
                "vpaddq {column}, {column}, {low}",
                high = out(ymm_reg) _,
                low = out(ymm_reg) _,
                c1 = in(ymm_reg) $constants.0,
                c2 = in(ymm_reg) $constants.1,
                a = in(ymm_reg) $a,
                b = in(reg) b.as_ptr(),
                place = const 32 * $place,
                column = inout(ymm_reg) $sums[$t],
                above = inout(ymm_reg) $sums[$t + 1],
                options(readonly, nostack)
            );
        }
    }};
}

/// Adds one row of a tile.
macro_rules! row {
    ($sums:ident, $constants:ident, $a:ident, $b:ident, $offset:literal, $digits:literal, $columns:path, $row:literal, $($t:literal)*) => {
        let digit = load(&$a[$row]);
        $(
            const {
                let place = $offset + $t - $row;
                let (from, to) = $columns($row);
                assert!($t < from || $t >= to || place >= 0 && place < $digits);
            }
            if const { let (from, to) = $columns($row); from <= $t && $t < to } {
                product!($sums, $constants, $t, digit, $b, ($offset + $t - $row));
            }
        )*
    };
}

/// Adds the products of a block `a` with the digits in `b` to the columns of a tile. That of row 0 and
/// column 0 is so many places behind the first.
macro_rules! tile {
    ($sums:ident, $constants:ident, $a:expr, $b:expr, $offset:literal of $digits:literal, $columns:path) => {{
        let (a, b): (&QuadBlock, &[Quad; $digits]) = ($a, $b);
        tile!($sums, $constants, a, b, $offset, $digits, $columns, 0 1 2 3 4 5 6);
    }};
    ($sums:ident, $constants:ident, $a:ident, $b:ident, $offset:literal, $digits:literal, $columns:path, $($row:literal)*) => {
        $(row!($sums, $constants, $a, $b, $offset, $digits, $columns, $row, 0 1 2 3 4 5 6);)*
    };
}

/// Counts the products of so many tiles.
macro_rules! count {
    ($counts:ident, $columns:path, $tiles:expr) => {{
        const COUNTS: [i64; QUAD_BLOCK] = {
            let mut counts = [0; QUAD_BLOCK];
            let mut row = 0;
            while row < QUAD_BLOCK {
                let (mut t, to) = $columns(row);
                while t < to {
                    counts[t] += 1;
                    t += 1;
                }
                row += 1;
            }
            counts
        };
        for (count, more) in $counts.iter_mut().zip(COUNTS) {
            *count += more * $tiles;
        }
    }};
}

/// Adds block column `column` of the product of two numbers, the first in blocks.
macro_rules! add_product {
    ($sums:ident, $counts:ident, $constants:ident, $a:expr, $b:expr, $column:expr) => {{
        let (a, b, column): (&[QuadBlock], &[Quad], usize) = ($a, $b, $column);
        let blocks = b.len() / QUAD_BLOCK;
        // A block of `a` meets the digits from so many blocks up in `b` on, and six below.
        if column >= blocks && column - blocks < a.len() {
            let end = digits(b, b.len() - 6);
            tile!($sums, $constants, &a[column - blocks], end, 6 of 6, upper_end);
            count!($counts, upper_end, 1);
        }
        let mut tiles = 0;
        for i in (column + 1).saturating_sub(blocks)..column.min(a.len()) {
            let window = digits(b, QUAD_BLOCK * (column - i) - 6);
            tile!($sums, $constants, &a[i], window, 6 of 13, all);
            tiles += 1;
        }
        count!($counts, all, tiles);
        if column < a.len() {
            tile!($sums, $constants, &a[column], digits(b, 0), 0 of 7, lower_end);
            count!($counts, lower_end, 1);
        }
    }};
}

/// Adds the square of a digit of a block to a column.
macro_rules! add_squares {
    ($sums:ident, $counts:ident, $constants:ident, $block:expr, $($digit:literal in $t:literal)*) => {{
        let block: &QuadBlock = $block;
        $(
            let digit = load(&block[$digit]);
            product!($sums, $constants, $t, digit, block, $digit);
            $counts[$t] += 1;
        )*
    }};
}

/// Adds block column `column` of the square of a number.
macro_rules! add_square {
    ($sums:ident, $counts:ident, $constants:ident, $x:expr, $column:expr) => {{
        let (x, column): (&[QuadBlock], usize) = ($x, $column);
        let (number, blocks, half) = (x.as_flattened(), x.len(), column / 2);
        // Blocks below the middle meet those above it, ...
        if column >= blocks && column + 1 < 2 * blocks {
            let end = digits(number, number.len() - 6);
            tile!($sums, $constants, &x[column - blocks], end, 6 of 6, upper_end);
            count!($counts, upper_end, 1);
        }
        let mut tiles = 0;
        for i in (column + 1).saturating_sub(blocks)..half {
            let window = digits(number, QUAD_BLOCK * (column - i) - 6);
            tile!($sums, $constants, &x[i], window, 6 of 13, all);
            tiles += 1;
        }
        count!($counts, all, tiles);
        // ... and in the middle, digits meet those above them.
        let middle = &x[half];
        if column.is_multiple_of(2) {
            tile!($sums, $constants, middle, middle, 0 of 7, above_same);
            count!($counts, above_same, 1);
        } else if half + 1 < blocks {
            let window = digits(number, QUAD_BLOCK * half + 1);
            tile!($sums, $constants, middle, window, 6 of 13, above_next);
            count!($counts, above_next, 1);
        } else {
            let end = digits(number, number.len() - 6);
            tile!($sums, $constants, middle, end, 6 of 6, above_last);
            count!($counts, above_last, 1);
        }
        for sum in &mut $sums {
            *sum = _mm256_add_epi64(*sum, *sum);
        }
        for count in &mut $counts {
            *count *= 2;
        }
        if column.is_multiple_of(2) {
            add_squares!($sums, $counts, $constants, middle, 0 in 0 1 in 2 2 in 4 3 in 6);
        } else {
            add_squares!($sums, $counts, $constants, middle, 4 in 1 5 in 3 6 in 5);
        }
    }};
}

/// Clears columns, lowest first, by adding a multiple of `n` the textbook way. Stores the quotient digits.
/// The products must be counted already.
macro_rules! clear {
    ($sums:ident, $corrections:ident, $before:ident, $constants:ident, $n:expr, $inverse:expr, $quotient:expr, $($t:literal)*) => {{
        let (n, quotient): (&QuadBlock, &mut QuadBlock) = ($n, $quotient);
        let inverse = load($inverse);
        $({
            let known = _mm256_add_epi64($corrections[$t], $before);
            let digit = to_double(_mm256_add_epi64($sums[$t], known));
            // What was added to the low half of the product is a multiple of 2^51.
            let high = _mm256_fmadd_pd(digit, inverse, $constants.0);
            let low = _mm256_fmadd_pd(digit, inverse, _mm256_sub_pd($constants.1, high));
            let q = to_double(_mm256_castpd_si256(low));
            store(&mut quotient[$t], q);
            clear!($sums, $constants, q, n, $t, 0 1 2 3 4 5 6);
            $before = carry(_mm256_add_epi64($sums[$t], known));
        })*
    }};
    ($sums:ident, $constants:ident, $q:ident, $n:ident, $row:literal, $($t:literal)*) => {
        $(
            if const { $t >= $row } {
                product!($sums, $constants, $t, $q, $n, ($t - $row));
            }
        )*
    };
}

/// `N` digits of a number.
#[inline]
fn digits<const N: usize>(number: &[Quad], from: usize) -> &[Quad; N] {
    &number[from..].as_chunks().0[0]
}

/// Reads one digit of four numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn load(quad: &Quad) -> __m256d {
    // SAFETY: `Quad` is 32 bytes, aligned to 32, and borrowed for the read.
    unsafe { _mm256_load_pd(core::ptr::from_ref(quad).cast()) }
}

/// Writes one digit of four numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn store(quad: &mut Quad, value: __m256d) {
    // SAFETY: `Quad` is 32 bytes, aligned to 32, and borrowed for the write.
    unsafe { _mm256_store_pd(core::ptr::from_mut(quad).cast(), value) }
}

/// The low 51 bits of integers.
#[inline]
#[target_feature(enable = "avx2")]
fn low_bits(value: __m256i) -> __m256i {
    _mm256_and_si256(value, _mm256_set1_epi64x(DIGIT_MASK.cast_signed()))
}

/// The low 51 bits of integers, as doubles. Exact, as they are the last places of numbers from `2^52`.
#[inline]
#[target_feature(enable = "avx2")]
fn to_double(value: __m256i) -> __m256d {
    let above = _mm256_set1_pd(TWO_TO_52);
    let above_and_digit = _mm256_or_si256(low_bits(value), _mm256_castpd_si256(above));
    _mm256_sub_pd(_mm256_castsi256_pd(above_and_digit), above)
}

/// Digits as integers.
#[inline]
#[target_feature(enable = "avx2")]
fn to_integer(digit: __m256d) -> __m256i {
    low_bits(_mm256_castpd_si256(_mm256_add_pd(digit, _mm256_set1_pd(TWO_TO_52))))
}

/// What a finished column hands to the next, with `POSITIVE_CARRY` in it.
#[inline]
#[target_feature(enable = "avx2")]
fn carry(column: __m256i) -> __m256i {
    _mm256_srli_epi64::<51>(column)
}

/// Finishes columns as digits.
macro_rules! finish {
    ($sums:ident, $corrections:ident, $before:ident, $out:expr) => {{
        let out: &mut QuadBlock = $out;
        for t in 0..QUAD_BLOCK {
            let sum = _mm256_add_epi64($sums[t], _mm256_add_epi64($corrections[t], $before));
            store(&mut out[t], to_double(sum));
            $before = carry(sum);
        }
    }};
}

/// What is to be added to columns with so many products in each before they are finished: minus the
/// patterns of both halves, and for all but the last what makes them positive.
#[inline]
#[target_feature(enable = "avx2")]
fn corrections(counts: [i64; QUAD_BLOCK]) -> Sums {
    let mut corrections = [_mm256_setzero_si256(); QUAD_BLOCK + 1];
    let mut below = 0_i64;
    for (correction, count) in corrections.iter_mut().zip(counts) {
        let low = LOW.wrapping_mul(count);
        let patterns = low.wrapping_add(HIGH.wrapping_mul(below));
        *correction = _mm256_set1_epi64x((POSITIVE - POSITIVE_CARRY).wrapping_sub(patterns));
        below = count;
    }
    corrections[QUAD_BLOCK] = _mm256_set1_epi64x(HIGH.wrapping_mul(below).wrapping_neg());
    corrections
}

/// [`Fma::power_four`], with as many blocks in `x` and the quotient as in all numbers.
#[target_feature(enable = "avx2,fma")]
fn power(powers: &FourPowers<'_>, x: &mut [QuadBlock], quotient: &mut [QuadBlock]) {
    x.copy_from_slice(powers.start);
    for _ in 0..SQUARINGS {
        multiply::<Square>(powers, x, quotient);
    }
    multiply::<Last>(powers, x, quotient);
}

/// `x = T/R mod n`.
#[target_feature(enable = "avx2,fma")]
fn multiply<P: Product>(powers: &FourPowers<'_>, x: &mut [QuadBlock], quotient: &mut [QuadBlock]) {
    let blocks = x.len();
    let last = blocks - 1;
    let (n, fold) = (powers.modulus.as_flattened(), powers.fold.as_flattened());
    let (base, factor) = (powers.base.as_flattened(), powers.factor.as_flattened());
    let constants = (_mm256_set1_pd(C1), _mm256_set1_pd(C2));
    let mut before = _mm256_set1_epi64x(POSITIVE_CARRY);
    for column in 0..2 * blocks {
        let mut sums = [_mm256_setzero_si256(); QUAD_BLOCK + 1];
        let mut counts = [0_i64; QUAD_BLOCK];
        match P::FORM {
            Form::Square => add_square!(sums, counts, constants, x, column),
            Form::Last => {
                if let Some(constant) = powers.constant.get(column) {
                    for (sum, digit) in sums.iter_mut().zip(constant) {
                        *sum = to_integer(load(digit));
                    }
                }
                add_product!(sums, counts, constants, x, base, column);
                add_product!(sums, counts, constants, powers.hash, factor, column);
            }
        }
        // The quotient digits so far are folded, to one block above their own.
        if column > 0 {
            let folded = &quotient[..last.min(column)];
            add_product!(sums, counts, constants, folded, fold, column - 1);
        }
        // The last quotient block is not folded and meets the modulus itself.
        if column == last {
            count!(counts, lower_end, 1);
            let corrections = corrections(counts);
            let (q, inverse) = (&mut quotient[last], powers.inverse);
            clear!(sums, corrections, before, constants, digits(n, 0), inverse, q, 0 1 2 3 4 5 6);
            before = _mm256_add_epi64(
                before,
                _mm256_add_epi64(sums[QUAD_BLOCK], corrections[QUAD_BLOCK]),
            );
        } else {
            if column > last {
                add_product!(sums, counts, constants, &quotient[last..], n, column - last);
            }
            let corrections = corrections(counts);
            let out = if column < last { &mut quotient[column] } else { &mut x[column - blocks] };
            finish!(sums, corrections, before, out);
            before = _mm256_add_epi64(
                before,
                _mm256_add_epi64(sums[QUAD_BLOCK], corrections[QUAD_BLOCK]),
            );
        }
    }
}

/// The lanes in which numbers of the same length are the same.
#[target_feature(enable = "avx2")]
fn equal(x: &[Quad], n: &[Quad]) -> i32 {
    let all = _mm256_castsi256_pd(_mm256_set1_epi64x(-1));
    let equal = x.iter().zip(n).fold(all, |equal, (x, n)| {
        _mm256_and_pd(equal, _mm256_cmp_pd::<_CMP_EQ_OQ>(load(x), load(n)))
    });
    _mm256_movemask_pd(equal)
}

// Behind the macros, which the tests use.
#[cfg(test)]
mod tests;
