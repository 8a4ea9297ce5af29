//! Eight signatures at once: lane `l` of every vector belongs to number `l`.
//!
//! # Product scanning in blocks
//!
//! A number is a row of blocks of ten digits of 52 bits. A product is computed one *block column*
//! of ten digit columns after the other, with eleven sums that stay in registers: those of the ten
//! columns, and of the high halves that leave the last. One factor is taken digit by digit; each
//! digit makes one *row*, of the products with ten digits of the other factor that fall into the
//! columns. The next row needs the same ten but one, so these slide through ten registers, and a
//! row costs two loads for its twenty multiply-adds. (With square tiles of five by five digits it
//! would be two for ten, which slows the multiply-adds down by 5 %.) At both ends of a number rows
//! are shorter.
//!
//! # Squares
//!
//! The products of two different digits are added once, the sums are doubled, and the squares of
//! digits are added. So no doubled number has to be kept, with its bits that cross digit borders.
//!
//! # Digits
//!
//! `vpmadd52` ignores everything above bit 52 of its factors, so finished digits are stored with
//! whatever stands above and only their carry is passed on. They are masked where they are
//! compared.
//!
//! A column sums at most `160 + 160 + 10` low halves and as many high halves, each below `2^52`
//! (160 digits of the product, 160 of the reduction, 10 of the hash; what is doubled counts
//! twice), one digit and a carry: less than `2·330·2^52 + 2^52 + 2^10 < 2^62`. Nothing overflows.
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
    reason = "constants below the length of an array, or blocks below the common length of slices"
)]

use super::ifma::{Ifma, add, carry, high, load, low, store};
use super::product::{Form, Last, Product, Square};
use super::shape::{EightChecks, LANES, Lanes, MAX_TILES, TILE, Tile};
use core::arch::asm;
use core::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_cmpeq_epi64_mask, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srli_epi64,
};

/// Squarings in a power of 65536.
const SQUARINGS: usize = 16;

/// Digits of a block: two tiles.
const BLOCK: usize = 2 * TILE;

/// One block of eight numbers.
type Block = [Lanes; BLOCK];

/// The running sums of the columns of a block, and of what belongs to the column after.
type Sums = [__m512i; BLOCK + 1];

/// The digits that slide past the rows: in row `r`, that of column `t` is in place `t - r` modulo
/// ten.
type Window = [__m512i; BLOCK];

impl Ifma {
    /// Decides, in each lane, whether
    /// `base^65537·R^(-65535) + hash·factor + constant ≡ 0 (mod modulus)`
    /// with `R = 2^(260·tiles)`.
    ///
    /// `scratch` is for `x` and the quotient, twice as many tiles as a number has. (Buffers of its own
    /// would have to be cleared for every call, which costs a few percent.)
    ///
    /// If the slices differ in length, or there are none, too many or an odd number of tiles, the
    /// answer is `false`.
    #[must_use]
    pub fn check_eight(self, checks: &EightChecks<'_>, scratch: &mut [Tile]) -> [bool; LANES] {
        let tiles = checks.modulus.len();
        let lengths = [checks.fold.len(), checks.base.len(), checks.factor.len()];
        if !(1..=2).contains(&checks.hash.len())
            || !(2..=MAX_TILES).contains(&tiles)
            || !tiles.is_multiple_of(2)
            || checks.constant.len() != tiles
            || lengths != [tiles; 3]
            || scratch.len() != 2 * tiles
        {
            return [false; LANES];
        }
        // SAFETY: `self` proves that AVX-512 F and IFMA are there.
        let zero = unsafe { check(checks, scratch) };
        core::array::from_fn(|lane| zero >> lane & 1 == 1)
    }
}

/// [`Ifma::check_eight`], as a mask of lanes.
#[target_feature(enable = "avx512f,avx512ifma")]
fn check(checks: &EightChecks<'_>, scratch: &mut [Tile]) -> u8 {
    let (x, quotient) = scratch.split_at_mut(checks.modulus.len());
    let (x, quotient) = (blocks(x), blocks(quotient));
    x.as_flattened_mut().copy_from_slice(checks.base.as_flattened());
    for _ in 0..SQUARINGS {
        multiply::<Square>(checks, x, quotient);
    }
    multiply::<Last>(checks, x, quotient);
    zero_or_multiple(x.as_flattened(), checks.modulus.as_flattened())
}

/// The blocks of an even number of tiles.
fn blocks(tiles: &mut [Tile]) -> &mut [Block] {
    tiles.as_flattened_mut().as_chunks_mut().0
}

/// A block column of the lower or the upper half of a product, by a number from 0 on.
///
/// Of columns that it knows, the compiler makes straight code. Jumps between rows cost about five
/// cycles each (measured): without them a check of 2048 bits takes 6 % less time.
trait Column: Copy {
    fn block(self) -> usize;

    /// How many columns there are in a half, the blocks of a number.
    fn blocks(self) -> usize;
}

/// A column that the compiler knows.
#[derive(Clone, Copy)]
struct Known<const BLOCKS: usize, const BLOCK: usize>;

impl<const BLOCKS: usize, const BLOCK: usize> Column for Known<BLOCKS, BLOCK> {
    fn block(self) -> usize {
        BLOCK
    }

    fn blocks(self) -> usize {
        BLOCKS
    }
}

/// Any other column.
#[derive(Clone, Copy)]
struct Any {
    blocks: usize,
    block: usize,
}

impl Column for Any {
    fn block(self) -> usize {
        self.block
    }

    fn blocks(self) -> usize {
        self.blocks
    }
}

/// The digits of a number of so many blocks.
fn number(tiles: &[Tile], blocks: usize) -> &[Lanes] {
    &tiles.as_flattened()[..BLOCK * blocks]
}

/// Adds rows to sums: for each row, the products of that digit of `a` with the window.
///
/// `columns` gives the first column of a row and the one after its last. Where the first is column
/// 0, its digit enters the window: the one of `b` so many places below `top` as the row's number.
///
/// This is a macro because only what is certainly inlined keeps the sums in registers; passing them
/// through memory costs 40 %.
macro_rules! rows {
    ($sums:ident, $window:ident, $a:expr, $b:expr, $top:expr, $columns:expr, $($row:literal)*) => {
        let (a, b) = ($a, $b);
        $({
            let digit = load(&a[$row]);
            let (from, to): (usize, usize) = $columns($row);
            if from == 0 {
                $window[(BLOCK - $row) % BLOCK] = load(&b[usize::wrapping_sub($top, $row)]);
            }
            for t in from..to {
                $sums[t] = low($sums[t], digit, $window[(t + BLOCK - $row) % BLOCK]);
            }
            for t in from..to {
                $sums[t + 1] = high($sums[t + 1], digit, $window[(t + BLOCK - $row) % BLOCK]);
            }
            settle(&mut $sums);
        })*
    };
}

/// Keeps the compiler from moving multiply-adds and loads from one row into another.
///
/// It would sort straight code by sums, of which each is a chain of instructions that wait for one
/// another, and take 40 % longer.
#[inline]
#[target_feature(enable = "avx512f")]
fn settle(sums: &mut Sums) {
    // SAFETY: there is no instruction.
    unsafe {
        asm!(
            "/* {} {} {} {} {} {} {} {} {} {} {} */",
            inout(zmm_reg) sums[0],
            inout(zmm_reg) sums[1],
            inout(zmm_reg) sums[2],
            inout(zmm_reg) sums[3],
            inout(zmm_reg) sums[4],
            inout(zmm_reg) sums[5],
            inout(zmm_reg) sums[6],
            inout(zmm_reg) sums[7],
            inout(zmm_reg) sums[8],
            inout(zmm_reg) sums[9],
            inout(zmm_reg) sums[10],
            options(nostack, preserves_flags)
        );
    }
}

/// Columns of a full row.
const ALL: (usize, usize) = (0, BLOCK);

/// Columns of row `r` where the window leaves the lower end of `b`.
const fn lower_end(r: usize) -> (usize, usize) {
    (r, BLOCK)
}

/// Columns of row `r` where the window comes from the upper end of `b`.
const fn upper_end(r: usize) -> (usize, usize) {
    (0, r)
}

/// Columns of row `r` whose second factor is above the first, if those of row 0 and column 0 are
/// the same digit.
const fn above_same(r: usize) -> (usize, usize) {
    (2 * r + 1, BLOCK)
}

/// The same, if the second of row 0 and column 0 is a block above.
const fn above_next(r: usize) -> (usize, usize) {
    ((2 * r).saturating_sub(BLOCK - 1), BLOCK)
}

/// `N` digits of a number.
#[inline]
fn digits<const N: usize>(number: &[Lanes], from: usize) -> &[Lanes; N] {
    &number[from..].as_chunks().0[0]
}

/// The window before row 0, whose column 0 has the digit before `from`.
#[inline]
#[target_feature(enable = "avx512f")]
fn window(number: &[Lanes], from: usize) -> Window {
    let mut window = [_mm512_setzero_si512(); BLOCK];
    let digits: &[Lanes; BLOCK - 1] = digits(number, from);
    for i in 1..BLOCK {
        window[i] = load(&digits[i - 1]);
    }
    window
}

/// The window before a row 0 in which columns 1 to 4 have the highest digits of a number.
#[inline]
#[target_feature(enable = "avx512f")]
fn top_window(number: &[Lanes]) -> Window {
    let mut window = [_mm512_setzero_si512(); BLOCK];
    let digits: &[Lanes; TILE - 1] = digits(number, number.len() - (TILE - 1));
    for i in 1..TILE {
        window[i] = load(&digits[i - 1]);
    }
    window
}

/// Stores finished columns and returns what they hand on.
#[inline]
#[target_feature(enable = "avx512f")]
fn finish(sums: &[__m512i], digits: &mut [Lanes], mut before: __m512i) -> __m512i {
    for (sum, digit) in sums.iter().zip(digits) {
        let sum = add(*sum, before);
        store(digit, sum);
        before = carry(sum);
    }
    before
}

/// Clears the upper five columns by adding a multiple of `n`, the textbook way. Stores the quotient
/// digits and returns what the columns hand on.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn clear(
    sums: &mut Sums,
    quotient: &mut [Lanes],
    mut before: __m512i,
    n: &[Lanes],
    inverse: &Lanes,
) -> __m512i {
    let inverse = load(inverse);
    let n: &[Lanes; TILE] = digits(n, 0);
    let n = [load(&n[0]), load(&n[1]), load(&n[2]), load(&n[3]), load(&n[4])];
    for i in TILE..BLOCK {
        let sum = add(sums[i], before);
        let q = low(_mm512_setzero_si512(), sum, inverse);
        store(&mut quotient[i - TILE], q);
        before = carry(low(sum, q, n[0]));
        sums[i + 1] = high(sums[i + 1], q, n[0]);
        for j in 1..BLOCK - i {
            sums[i + j] = low(sums[i + j], q, n[j]);
            sums[i + j + 1] = high(sums[i + j + 1], q, n[j]);
        }
    }
    before
}

/// Doubles the sums and adds the squares of five digits to every other column.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn double_and_add_squares(sums: &mut Sums, x: &[Lanes; TILE]) {
    for sum in sums.iter_mut() {
        *sum = add(*sum, *sum);
    }
    for i in 0..TILE {
        let digit = load(&x[i]);
        sums[2 * i] = low(sums[2 * i], digit, digit);
        sums[2 * i + 1] = high(sums[2 * i + 1], digit, digit);
    }
}

/// Block column `block` of `x²`.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn lower_square(column: impl Column, x: &[Block], out: &mut Sums) {
    let block = column.block();
    let x = &x[..column.blocks()];
    let mut sums = [_mm512_setzero_si512(); BLOCK + 1];
    let number = x.as_flattened();
    let half = block / 2;
    let mut w = window(number, BLOCK * block + 1);
    for (i, a) in x[..half].iter().enumerate() {
        let b: &Block = digits(number, BLOCK * (block - i) - 9);
        rows!(sums, w, a, b, 9, |_| ALL, 0 1 2 3 4 5 6 7 8 9);
    }
    let a = &x[half];
    if block.is_multiple_of(2) {
        rows!(sums, w, a, a, 0, above_same, 0 1 2 3 4);
    } else {
        let b: &[Lanes; TILE] = digits(number, BLOCK * half + 6);
        rows!(sums, w, a, b, 4, above_next, 0 1 2 3 4 5 6 7 8 9);
    }
    double_and_add_squares(&mut sums, digits(number, TILE * block));
    *out = sums;
}

/// Block column `blocks + block` of `x²`, from the blocks of `x` that are not below `block`.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn upper_square(column: impl Column, x: &[Block], out: &mut Sums) {
    let block = column.block();
    let x = &x[..column.blocks()];
    let mut sums = [_mm512_setzero_si512(); BLOCK + 1];
    let squares: &[Lanes; TILE] = digits(x.as_flattened(), TILE * (x.len() + block));
    // The digits of the others meet in lower columns: blocks from both ends of these.
    let x = &x[block..];
    let (number, half) = (x.as_flattened(), x.len() / 2);
    let mut w = [_mm512_setzero_si512(); BLOCK];
    let (a, b) = (&x[0], &x[x.len() - 1]);
    if half == 0 {
        let columns = |r| (above_next(r).0, r);
        rows!(sums, w, a, b, 10, columns, 1 2 3 4 5 6 7 8);
    } else {
        rows!(sums, w, a, b, 10, upper_end, 1 2 3 4 5 6 7 8 9);
        for i in 1..half {
            let b: &Block = digits(number, BLOCK * (x.len() - i) - 9);
            rows!(sums, w, &x[i], b, 9, |_| ALL, 0 1 2 3 4 5 6 7 8 9);
        }
        let a = &x[half];
        if x.len().is_multiple_of(2) {
            rows!(sums, w, a, a, 0, above_same, 0 1 2 3 4);
        } else {
            let b: &[Lanes; TILE] = digits(number, BLOCK * half + 6);
            rows!(sums, w, a, b, 4, above_next, 0 1 2 3 4 5 6 7 8 9);
        }
    }
    double_and_add_squares(&mut sums, squares);
    *out = sums;
}

/// Block column `block` of `x·base + hash·factor + constant`.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn lower_last(column: impl Column, x: &[Block], checks: &EightChecks<'_>, out: &mut Sums) {
    let block = column.block();
    let x = &x[..column.blocks()];
    let (base, factor) = (number(checks.base, x.len()), number(checks.factor, x.len()));
    let (hash, constant) = (checks.hash.as_flattened(), checks.constant.as_flattened());
    let mut sums = [_mm512_setzero_si512(); BLOCK + 1];
    let constant: &Block = digits(constant, BLOCK * block);
    for i in 0..BLOCK {
        sums[i] = load(&constant[i]);
    }
    let mut w = window(base, BLOCK * block + 1);
    for (i, a) in x[..block].iter().enumerate() {
        let b: &Block = digits(base, BLOCK * (block - i) - 9);
        rows!(sums, w, a, b, 9, |_| ALL, 0 1 2 3 4 5 6 7 8 9);
    }
    rows!(sums, w, &x[block], base, 0, lower_end, 0 1 2 3 4 5 6 7 8 9);
    let mut w = window(factor, BLOCK * block + 1);
    if block == 0 {
        rows!(sums, w, hash, factor, 0, lower_end, 0 1 2 3 4);
        if hash.len() > TILE {
            rows!(sums, w, hash, factor, 0, lower_end, 5 6 7 8 9);
        }
    } else {
        let b: &Block = digits(factor, BLOCK * block - 9);
        rows!(sums, w, hash, b, 9, |_| ALL, 0 1 2 3 4);
        if hash.len() > TILE {
            rows!(sums, w, hash, b, 9, |_| ALL, 5 6 7 8 9);
        }
    }
    *out = sums;
}

/// Block column `blocks + block` of `x·base + hash·factor + constant`, from the blocks of `x`
/// that are not below `block`.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn upper_last(column: impl Column, x: &[Block], checks: &EightChecks<'_>, out: &mut Sums) {
    let block = column.block();
    let x = &x[..column.blocks()];
    let (base, factor) = (number(checks.base, x.len()), number(checks.factor, x.len()));
    let hash = checks.hash.as_flattened();
    let length = base.len();
    let mut sums = [_mm512_setzero_si512(); BLOCK + 1];
    let mut w = [_mm512_setzero_si512(); BLOCK];
    let b: &Block = digits(base, length - BLOCK);
    rows!(sums, w, &x[block], b, 10, upper_end, 1 2 3 4 5 6 7 8 9);
    for (i, a) in x[block + 1..].iter().enumerate() {
        let b: &Block = digits(base, length - BLOCK * i - 19);
        rows!(sums, w, a, b, 9, |_| ALL, 0 1 2 3 4 5 6 7 8 9);
    }
    if block == 0 {
        let b: &Block = digits(factor, length - BLOCK);
        rows!(sums, w, hash, b, 10, upper_end, 1 2 3 4);
        if hash.len() > TILE {
            rows!(sums, w, hash, b, 10, upper_end, 5 6 7 8 9);
        }
    }
    *out = sums;
}

/// Finishes block column `block` of `T`, one of the lower half, as quotient digits. Takes and returns
/// what the columns hand on.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn lower<P: Product>(
    column: impl Column,
    checks: &EightChecks<'_>,
    x: &[Block],
    quotient: &mut [Block],
    mut before: __m512i,
) -> __m512i {
    let mut sums = [_mm512_setzero_si512(); BLOCK + 1];
    match P::FORM {
        Form::Square => lower_square(column, x, &mut sums),
        Form::Last => lower_last(column, x, checks, &mut sums),
    }
    let (block, blocks) = (column.block(), column.blocks());
    let quotient = &mut quotient[..blocks];
    let (n, fold) = (number(checks.modulus, blocks), number(checks.fold, blocks));
    let last = blocks - 1;
    // The quotient digits so far are folded, to five columns above their own.
    if block > 0 {
        let mut w = window(fold, BLOCK * block - 4);
        for (i, q) in quotient[..block - 1].iter().enumerate() {
            let f: &Block = digits(fold, BLOCK * (block - i) - 14);
            rows!(sums, w, q, f, 9, |_| ALL, 0 1 2 3 4 5 6 7 8 9);
        }
        let (q, f): (_, &[Lanes; 6]) = (&quotient[block - 1], digits(fold, 0));
        let columns = |r: usize| (r.saturating_sub(TILE), BLOCK);
        rows!(sums, w, q, f, 5, columns, 0 1 2 3 4 5 6 7 8 9);
    }
    let (q, next) = quotient[block].split_at_mut(TILE);
    before = finish(&sums[..TILE], q, before);
    let f: &[Lanes; TILE] = digits(fold, 0);
    let mut w = [_mm512_setzero_si512(); BLOCK];
    for i in 0..TILE {
        w[TILE + i] = load(&f[i]);
    }
    rows!(sums, w, &*q, f, 0, |r: usize| (TILE + r, BLOCK), 0 1 2 3 4);
    before = if block < last {
        finish(&sums[TILE..BLOCK], next, before)
    } else {
        clear(&mut sums, next, before, n, checks.inverse)
    };
    add(before, sums[BLOCK])
}

/// Finishes block column `blocks + block` of `T`, as block `block` of `x`. Takes and returns what the
/// columns hand on.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn upper<P: Product>(
    column: impl Column,
    checks: &EightChecks<'_>,
    x: &mut [Block],
    quotient: &mut [Block],
    mut before: __m512i,
) -> __m512i {
    let mut sums = [_mm512_setzero_si512(); BLOCK + 1];
    match P::FORM {
        Form::Square => upper_square(column, x, &mut sums),
        Form::Last => upper_last(column, x, checks, &mut sums),
    }
    let (block, blocks) = (column.block(), column.blocks());
    let (x, quotient) = (&mut x[..blocks], &mut quotient[..blocks]);
    let (n, fold) = (number(checks.modulus, blocks), number(checks.fold, blocks));
    let (last, length) = (blocks - 1, n.len());
    let mut w = top_window(fold);
    if block > 0 {
        let (q, f): (_, &Block) = (&quotient[block - 1], digits(fold, length - BLOCK));
        rows!(sums, w, q, f, 15, |r: usize| (0, r - TILE), 6 7 8 9);
    }
    // The last quotient tile is not folded and meets the modulus itself.
    let (q, unfolded) = quotient[last].split_at(TILE);
    if block < last {
        let (q_own, f): (_, &Block) = (&quotient[block], digits(fold, length - 14));
        let columns = |r: usize| (0, if r < TILE { TILE + r } else { BLOCK });
        rows!(sums, w, q_own, f, 9, columns, 0 1 2 3 4 5 6 7 8 9);
        for i in block + 1..last {
            let f: &Block = digits(fold, length + BLOCK * block - BLOCK * i - 14);
            rows!(sums, w, &quotient[i], f, 9, |_| ALL, 0 1 2 3 4 5 6 7 8 9);
        }
        let f: &[Lanes; TILE] = digits(fold, BLOCK * block + 1);
        rows!(sums, w, q, f, 4, |_| ALL, 0 1 2 3 4);
        let mut w = window(n, BLOCK * block + 6);
        let n: &[Lanes; TILE] = digits(n, BLOCK * block + 1);
        rows!(sums, w, unfolded, n, 4, |_| ALL, 0 1 2 3 4);
    } else {
        let columns = |r: usize| (0, TILE + r);
        let f: &[Lanes; TILE] = digits(fold, length - 9);
        rows!(sums, w, q, f, 4, columns, 0 1 2 3 4);
        let mut w = top_window(n);
        let n: &[Lanes; TILE] = digits(n, length - 9);
        rows!(sums, w, unfolded, n, 4, columns, 0 1 2 3 4);
    }
    before = finish(&sums[..BLOCK], &mut x[block], before);
    add(before, sums[BLOCK])
}

/// `x = T/R mod n`.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn multiply<P: Product>(checks: &EightChecks<'_>, x: &mut [Block], quotient: &mut [Block]) {
    let mut before = _mm512_setzero_si512();
    macro_rules! straight {
        ($blocks:literal: $($block:literal)*) => {{
            $(before = lower::<P>(Known::<$blocks, $block>, checks, x, quotient, before);)*
            $(before = upper::<P>(Known::<$blocks, $block>, checks, x, quotient, before);)*
        }};
    }
    match x.len() {
        2 => straight!(2: 0 1),
        4 => straight!(4: 0 1 2 3),
        blocks => {
            for block in 0..blocks {
                before = lower::<P>(Any { blocks, block }, checks, x, quotient, before);
            }
            for block in 0..blocks {
                before = upper::<P>(Any { blocks, block }, checks, x, quotient, before);
            }
        }
    }
}

/// The lanes in which `x`, a number below `3n`, is 0, `n` or `2n`.
#[target_feature(enable = "avx512f")]
fn zero_or_multiple(x: &[Lanes], n: &[Lanes]) -> u8 {
    let mask = _mm512_set1_epi64((1 << 52) - 1);
    let zero = _mm512_setzero_si512();
    // Of valid signatures hardly one comes to anything but `n`.
    let is_n = x.iter().zip(n).fold(0xff, |is_n, (x, n)| {
        is_n & _mm512_cmpeq_epi64_mask(_mm512_and_si512(load(x), mask), load(n))
    });
    if is_n == 0xff {
        return is_n;
    }
    let (mut is_zero, mut is_twice_n) = (0xff, 0xff);
    let mut before = zero;
    for (x, n) in x.iter().zip(n) {
        let (x, n) = (_mm512_and_si512(load(x), mask), load(n));
        let twice = _mm512_or_si512(_mm512_slli_epi64::<1>(n), _mm512_srli_epi64::<51>(before));
        is_zero &= _mm512_cmpeq_epi64_mask(x, zero);
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

    fn big(digits: &[Lanes], lane: usize) -> BigUint {
        digits.iter().rev().fold(BigUint::ZERO, |acc, digit| (acc << 52) + (digit.0[lane] & MASK))
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
        for tiles in (2..=18).step_by(2).chain([30, 32]) {
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
            let x = number(0);
            let (base, factor, constant) = (number(0), number(0), number(0));
            let hash = number(0);
            let hash = &hash[..1 + tiles / 2 % 2];
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
            let (blocks, _) = x.as_flattened().as_chunks();
            let (mut squared, mut product) = (blocks.to_vec(), blocks.to_vec());
            let mut quotient = vec![[Lanes::default(); BLOCK]; tiles / 2];
            // SAFETY: the token was made.
            unsafe {
                multiply::<Square>(&checks, &mut squared, &mut quotient);
                multiply::<Last>(&checks, &mut product, &mut quotient);
            }
            let (squared, product) = (squared.as_flattened(), product.as_flattened());
            let (n, fold, x) = (n.as_flattened(), fold.as_flattened(), x.as_flattened());
            let (base, factor) = (base.as_flattened(), factor.as_flattened());
            let (hash, constant) = (hash.as_flattened(), constant.as_flattened());
            for lane in 0..LANES {
                let value = |digits: &[Lanes]| big(digits, lane);
                let reduced = |t| reduced(t, &value(n), &value(fold), inverse.0[lane], tiles);
                let square = value(x) * value(x);
                assert_eq!(value(squared), reduced(square), "{tiles} {lane}");
                let t = value(x) * value(base) + value(hash) * value(factor) + value(constant);
                assert_eq!(value(product), reduced(t), "{tiles} {lane}");
            }
        }
    }

    #[test]
    fn zero_and_two_multiples_are_told_from_their_neighbours_in_every_lane() {
        let Some(_) = Ifma::detect() else { return };
        let one = BigUint::from(1_u32);
        let n: BigUint = (&one << 1000) + (&one << 52_u32) + &one;
        let right = [BigUint::ZERO, n.clone(), &n + &n];
        let mut wrong =
            vec![&n - &one, &n + &one, &n + &n - &one, &n + &n + &one, one.clone() + &one];
        wrong.extend((0..20).map(|digit| &n ^ (&one << (52 * digit + 51))));
        let put = |number: &BigUint, lane: usize, junk: u64, out: &mut [Lanes]| {
            for (i, out) in out.iter_mut().enumerate() {
                let digit = (number >> (52 * i)) % (&one << 52_u32);
                out.0[lane] = u64::try_from(digit).unwrap() | junk << 52;
            }
        };
        let verdict = |values: &[&BigUint; LANES]| {
            let (mut x, mut modulus) = (vec![Lanes::default(); 20], vec![Lanes::default(); 20]);
            for (lane, value) in values.iter().enumerate() {
                put(value, lane, 5, &mut x);
                put(&n, lane, 0, &mut modulus);
            }
            // SAFETY: the token was made.
            unsafe { zero_or_multiple(&x, &modulus) }
        };
        for value in &right {
            assert_eq!(verdict(&[value; LANES]), 0xff);
        }
        for (index, value) in wrong.iter().chain(&right[..1]).enumerate() {
            for lane in 0..LANES {
                let mut values: [&BigUint; LANES] =
                    core::array::from_fn(|lane| &right[(lane + index) % 3]);
                values[lane] = value;
                let bad = u8::from(index < wrong.len()) << lane;
                assert_eq!(verdict(&values), !bad, "{index} {lane}");
                assert_eq!(verdict(&values.map(|v| if v == value { v } else { &n })), !bad);
            }
        }
    }
}
