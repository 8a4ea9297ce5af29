//! Modular exponentiation on 64-bit limbs in safe Rust, for any CPU.
//!
//! Everything here is public data: a public key, a signature, a digest. Nothing needs to run in
//! constant time and nothing tries to.
//!
//! Limbs are little-endian. A modulus is padded to `k` limbs, a multiple of four, which fixes
//! `R = 2^(64k)`; products are Montgomery products `a·b·R⁻¹ mod n`. Operands and results are
//! *incompletely reduced*: anything below `R` is allowed, unless a function says that its result is
//! fully reduced.
//!
//! # How a product is reduced
//!
//! The textbook way finds one quotient digit after the other, each of which waits for the last.
//! Here most of the product is *folded* instead: with `f = 2^(-512) mod n`,
//!
//! ```text
//! T = T_low + 2^512·T_high   =>   T / 2^512  ≡  T_high + T_low·f   (mod n)
//! ```
//!
//! removes eight limbs with one 8-by-k product and no quotient at all. A fold leaves up to
//! `2^512·n`, so the last eight (or twelve) limbs go the textbook way, which divides that excess
//! away again. The bound is with [`Modulus::reduce`].

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "slices share the modulus' length, at most MAX_LIMBS; limbs are halves of products"
)]

use alloc::boxed::Box;
use alloc::vec;

/// Most limbs of a modulus: 8192 bits.
pub(super) const MAX_LIMBS: usize = 128;

/// A number of at most [`MAX_LIMBS`] limbs on the stack.
pub(super) type Limbs = [u64; MAX_LIMBS];

/// The number one.
pub(super) const ONE: Limbs = {
    let mut one = [0; MAX_LIMBS];
    one[0] = 1;
    one
};

/// Limbs taken together by one pass over the other operand.
const BLOCK: usize = 8;

/// The unreduced product of two numbers, one limb for carries above it, and room so that passes
/// over whole blocks stay inside.
type Wide = [u64; 2 * MAX_LIMBS + 1];

/// An odd modulus with what Montgomery multiplication needs to know about it.
#[derive(Clone)]
pub(super) struct Modulus {
    /// The modulus, zero-padded to a multiple of four limbs, sixteen or more.
    n: Box<[u64]>,
    /// `-n⁻¹ mod 2^64`.
    n0: u64,
    /// `2^(-512) mod n`.
    fold: Box<[u64]>,
    divisor: Divisor,
}

impl Modulus {
    /// Prepares the modulus with these big-endian bytes.
    ///
    /// It must be odd and have more than twelve and at most [`MAX_LIMBS`] limbs; the caller has
    /// checked.
    pub(super) fn new(bytes: &[u8]) -> Self {
        let k = bytes.len().div_ceil(8).next_multiple_of(4);
        let mut n = vec![0; k].into_boxed_slice();
        load(bytes, &mut n);
        let n0 = negated_inverse(n[0]);
        let divisor = Divisor::new(&n);
        let mut modulus = Self { n, n0, fold: vec![0; k].into_boxed_slice(), divisor };
        // One textbook step of eight limbs divides 1 by 2^512.
        let mut wide: Wide = [0; 2 * MAX_LIMBS + 1];
        wide[0] = 1;
        modulus.divide::<BLOCK>(&mut wide[..2 * k + 1]);
        modulus.fold.copy_from_slice(&wide[BLOCK..][..k]);
        modulus
    }

    /// `base^exponent mod n`, fully reduced, for `base` below `n` and an exponent that is not zero.
    ///
    /// Montgomery form, `base·R mod n`, comes of a plain division, which costs less than a product
    /// with `R²` would, and nothing to prepare.
    pub(super) fn power(&self, base: &Limbs, exponent: u64) -> Limbs {
        let k = self.n.len();
        let mut wide: Wide = [0; 2 * MAX_LIMBS + 1];
        let mut form = self.doubled(base, 64 * k);
        let (mut x, mut y) = (form, [0; MAX_LIMBS]);
        let (form, base) = (&mut form[..k], &base[..k]);
        let (mut acc, mut next) = (&mut x[..k], &mut y[..k]);
        // The last factor of an odd exponent is the plain base, which leaves Montgomery form on
        // the way; other exponents leave it by a factor of one.
        let top = 63 - (exponent | 1).leading_zeros();
        for bit in (0..top).rev() {
            self.square(next, acc, &mut wide);
            core::mem::swap(&mut acc, &mut next);
            if exponent >> bit & 1 == 1 {
                self.multiply(next, acc, if bit == 0 { base } else { form }, &mut wide);
                core::mem::swap(&mut acc, &mut next);
            }
        }
        if top == 0 || exponent & 1 == 0 {
            form.fill(0);
            form[0] = 1;
            self.multiply(next, acc, form, &mut wide);
            core::mem::swap(&mut acc, &mut next);
        }
        self.reduced(acc)
    }

    /// Decides whether `base^65537·R^(-65535) + digest·factor + constant ≡ 0 (mod n)`, for `base` below
    /// `n` and terms of this modulus.
    pub(super) fn check(
        &self,
        base: &Limbs,
        digest: &[u64; BLOCK],
        factor: &[u64],
        constant: &[u64],
    ) -> bool {
        let k = self.n.len();
        let mut wide: Wide = [0; 2 * MAX_LIMBS + 1];
        let (mut x, mut y) = ([0; MAX_LIMBS], [0; MAX_LIMBS]);
        let base = &base[..k];
        let (mut acc, mut next) = (&mut x[..k], &mut y[..k]);
        acc.copy_from_slice(base);
        for _ in 0..16 {
            self.square(next, acc, &mut wide);
            core::mem::swap(&mut acc, &mut next);
        }
        // Below R·n + B·n + n.
        let wide = &mut wide[..2 * k + 1];
        set_product(wide, acc, base);
        match halves(digest) {
            (low, [0, 0, 0, 0]) => add_product(wide, factor, low),
            _ => add_product(wide, factor, digest),
        }
        add(wide, constant);
        self.reduce(next, wide);
        self.reduced(next) == [0; MAX_LIMBS]
    }

    /// `base^65536·R^(-65535) mod n`, fully reduced, for `base` below `R`.
    pub(super) fn sixteen_squares(&self, base: &Limbs) -> Limbs {
        let k = self.n.len();
        let mut wide: Wide = [0; 2 * MAX_LIMBS + 1];
        let (mut x, mut y) = (*base, [0; MAX_LIMBS]);
        let (mut acc, mut next) = (&mut x[..k], &mut y[..k]);
        for _ in 0..16 {
            self.square(next, acc, &mut wide);
            core::mem::swap(&mut acc, &mut next);
        }
        self.reduced(acc)
    }

    /// `a·b mod n`, fully reduced, for numbers below `R`.
    pub(super) fn product(&self, a: &Limbs, b: &Limbs) -> Limbs {
        let k = self.n.len();
        let mut wide: Wide = [0; 2 * MAX_LIMBS + 1];
        let mut out = [0; MAX_LIMBS];
        let form = self.doubled(a, 64 * k);
        self.multiply(&mut out[..k], &form[..k], &b[..k], &mut wide);
        self.reduced(&mut out[..k])
    }

    /// `a·2^times mod n`, fully reduced, for `a` below `R`.
    pub(super) fn doubled(&self, a: &Limbs, times: usize) -> Limbs {
        self.divisor.remainder(&a[..self.n.len()], times)
    }

    /// `a·2^(-times) mod n`, fully reduced, for `a` below `n`.
    pub(super) fn halved(&self, a: &Limbs, times: usize) -> Limbs {
        let k = self.n.len();
        let mut value = [0; MAX_LIMBS + 5];
        value[..k].copy_from_slice(&a[..k]);
        // A multiple of n clears the lowest limbs, which are then left out.
        for _ in 0..times / 256 {
            self.divide::<4>(&mut value[..k + 5]);
            value.copy_within(4.., 0);
            value[k + 1..].fill(0);
        }
        for _ in 0..times % 256 / 64 {
            self.divide::<1>(&mut value[..k + 5]);
            value.copy_within(1.., 0);
        }
        let bits = times % 64;
        if bits > 0 {
            let quotient = value[0].wrapping_mul(self.n0) & ((1 << bits) - 1);
            add_product(&mut value[..k + 5], &self.n, &[quotient]);
            shift_down(&mut value[..k + 1], bits);
        }
        let mut rest = [0; MAX_LIMBS + 1];
        rest[..k + 1].copy_from_slice(&value[..k + 1]);
        self.remainder(rest)
    }

    /// `n - a`, for `a` below `n`.
    pub(super) fn negative(&self, a: &Limbs) -> Limbs {
        let k = self.n.len();
        let mut out = [0; MAX_LIMBS];
        out[..k].copy_from_slice(&self.n);
        subtract(&mut out[..k], &a[..k]);
        out
    }

    /// The modulus.
    pub(super) fn limbs(&self) -> &[u64] {
        &self.n
    }

    /// `-n⁻¹ mod 2^64`.
    pub(super) const fn negated_inverse(&self) -> u64 {
        self.n0
    }

    /// A number of a few times `n` at most, with one limb more than the greatest, reduced below
    /// `n`.
    pub(super) fn remainder(&self, mut value: [u64; MAX_LIMBS + 1]) -> Limbs {
        let k = self.n.len();
        let (low, top) = value.split_at_mut(k);
        while top[0] != 0 || !less(low, &self.n) {
            top[0] -= u64::from(subtract(low, &self.n));
        }
        let mut out = [0; MAX_LIMBS];
        out[..k].copy_from_slice(low);
        out
    }

    /// `acc`, a number below `R`, reduced below `n`.
    fn reduced(&self, acc: &mut [u64]) -> Limbs {
        while !less(acc, &self.n) {
            subtract(acc, &self.n);
        }
        widened(acc)
    }

    /// `out = a·b·R⁻¹ mod n`, below `R`.
    fn multiply(&self, out: &mut [u64], a: &[u64], b: &[u64], wide: &mut Wide) {
        let wide = &mut wide[..2 * self.n.len() + 1];
        set_product(wide, a, b);
        self.reduce(out, wide);
    }

    /// `out = a²·R⁻¹ mod n`, below `R`.
    fn square(&self, out: &mut [u64], a: &[u64], wide: &mut Wide) {
        let k = self.n.len();
        let wide = &mut wide[..2 * k + 1];
        wide.fill(0);
        // Each product of different limbs once, ...
        let (blocks, rest) = a.as_chunks::<BLOCK>();
        for (i, block) in blocks.iter().enumerate() {
            let at = i * BLOCK;
            let (low, high) = halves(block);
            add_triangle(&mut wide[2 * at..], low);
            add_product(&mut wide[2 * at + 4..], high, low);
            add_triangle(&mut wide[2 * at + 8..], high);
            add_product(&mut wide[2 * at + BLOCK..], &a[at + BLOCK..], block);
        }
        if let Some(last) = rest.first_chunk::<4>() {
            add_triangle(&mut wide[2 * blocks.len() * BLOCK..], last);
        }
        // ... then twice, and the squares.
        let mut carry = 0;
        let mut shifted_out = 0;
        for (pair, &limb) in wide.as_chunks_mut::<2>().0.iter_mut().zip(a) {
            let [low, high] = *pair;
            let square = u128::from(limb) * u128::from(limb);
            let sum = u128::from(square as u64) + u128::from(low << 1 | shifted_out) + carry;
            let upper = (square >> 64) + u128::from(high << 1 | low >> 63) + (sum >> 64);
            *pair = [sum as u64, upper as u64];
            carry = upper >> 64;
            shifted_out = high >> 63;
        }
        self.reduce(out, wide);
    }

    /// `out = wide·R⁻¹ mod n`, below `R`, for `wide < R² + 2·R·2^512` of `2k + 1` limbs.
    ///
    /// Write `B = 2^512`. A fold maps `T` to less than `T/B + B·n`, so after any number of them,
    /// covering `F` in all, less than `T/F + B·n·(1 + 1/B + 1/B² + ..)` remains. The textbook steps
    /// divide that by `R/F`, at least `B`, and add less than `n`: the result is below
    /// `T/R + n·(1 + 2/B) + n`. From `T < R² + 2·R·B` and `n < R` follows a result below `4R`: a
    /// carry of three at most, removed by a few subtractions of `n`. Nothing on the way needs more
    /// than the `2k + 1` limbs, as no step makes `T` grow above `R² + 2·R·B + R·B·n < 2^64·R²`,
    /// with each fold's addend below `B·n < R·n` and standing at most `k` limbs up.
    fn reduce(&self, out: &mut [u64], wide: &mut [u64]) {
        let k = self.n.len();
        let mut wide = wide;
        let mut left = k;
        while left >= 2 * BLOCK {
            let (low, rest) = wide.split_at_mut(BLOCK);
            if let Some(low) = low.first_chunk::<BLOCK>() {
                add_product(rest, &self.fold, low);
            }
            wide = rest;
            left -= BLOCK;
        }
        self.divide::<BLOCK>(wide);
        wide = &mut wide[BLOCK..];
        if left > BLOCK {
            self.divide::<4>(wide);
            wide = &mut wide[4..];
        }
        out.copy_from_slice(&wide[..k]);
        let mut top = wide[k];
        while top != 0 {
            top -= u64::from(subtract(out, &self.n));
        }
    }

    /// Adds the multiple of `n` that clears the low `B` limbs of `wide`.
    fn divide<const B: usize>(&self, wide: &mut [u64]) {
        let mut quotient = [0; B];
        let mut low = [0; B];
        low.copy_from_slice(&wide[..B]);
        for i in 0..B {
            quotient[i] = low[i].wrapping_mul(self.n0);
            let mut carry = 0;
            for (low, &n) in low[i..].iter_mut().zip(&self.n) {
                (*low, carry) = multiply_add(quotient[i], n, *low, carry);
            }
        }
        add_product(wide, &self.n, &quotient);
    }
}

/// The modulus as a divisor: without leading zero bits.
///
/// Quotient limbs are found with a reciprocal of the two highest limbs (N. Möller and T. Granlund,
/// "Improved division by invariant integers", IEEE Transactions on Computers 60, 2011, algorithms 4
/// and 5). They are right or one too large.
#[derive(Clone)]
struct Divisor {
    /// The modulus, shifted left until its highest bit is set; sixteen limbs or more.
    limbs: Box<[u64]>,
    shift: usize,
    /// `⌊(2^192 - 1) / d⌋ - 2^64`, where `d` are the two highest limbs.
    reciprocal: u64,
}

impl Divisor {
    /// Prepares a modulus that may have zero limbs on top.
    fn new(n: &[u64]) -> Self {
        let mut limbs: Box<[u64]> = n[..significant(n)].into();
        let len = limbs.len();
        let shift = limbs[len - 1].leading_zeros() as usize;
        shift_up(&mut limbs, shift);
        let reciprocal = reciprocal(limbs[len - 1], limbs[len - 2]);
        Self { limbs, shift, reciprocal }
    }

    /// `a·2^times` modulo the modulus.
    fn remainder(&self, a: &[u64], times: usize) -> Limbs {
        let len = self.limbs.len();
        // The remainder is as much larger as the divisor is, until the end.
        let up = times % 64 + self.shift;
        let mut dividend = [0; MAX_LIMBS + 2];
        dividend[up / 64..][..a.len()].copy_from_slice(a);
        shift_up(&mut dividend, up % 64);
        let dividend = &dividend[..significant(&dividend)];
        // Its highest limbs are their own remainder.
        let is_below =
            |part: &[u64]| part.len() < len || part.len() == len && less(part, &self.limbs);
        let left = if is_below(dividend) { 0 } else { dividend.len() + 1 - len };
        let (low, high) = dividend.split_at(left);
        let mut rest = [0; MAX_LIMBS];
        rest[..high.len()].copy_from_slice(high);
        for limb in low.iter().rev().copied().chain(core::iter::repeat_n(0, times / 64)) {
            self.push(&mut rest[..len], limb);
        }
        shift_down(&mut rest[..len], self.shift);
        rest
    }

    /// `rest = rest·2^64 + limb` modulo the divisor, for a remainder of it.
    fn push(&self, rest: &mut [u64], limb: u64) {
        let len = self.limbs.len();
        let divisor = [self.limbs[len - 1], self.limbs[len - 2]];
        let highest = [rest[len - 1], rest[len - 2], rest[len - 3]];
        let quotient = quotient(highest, divisor, self.reciprocal);
        let (mut below, mut carry, mut borrow) = (limb, 0, false);
        for (rest, &divisor) in rest.iter_mut().zip(&self.limbs) {
            let product = u128::from(quotient) * u128::from(divisor) + u128::from(carry);
            carry = (product >> 64) as u64;
            let (difference, b1) = below.overflowing_sub(product as u64);
            let (difference, b2) = difference.overflowing_sub(u64::from(borrow));
            borrow = b1 | b2;
            below = core::mem::replace(rest, difference);
        }
        // What is left on top is nothing, or borrowed by a quotient that was too large.
        if below != carry.wrapping_add(u64::from(borrow)) {
            add(rest, &self.limbs);
        }
    }
}

/// `⌊(2^192 - 1) / d⌋ - 2^64` for `d = 2^64·d1 + d0` with its highest bit set.
const fn reciprocal(d1: u64, d0: u64) -> u64 {
    let mut v = (((!d1 as u128) << 64 | u64::MAX as u128) / d1 as u128) as u64;
    let mut p = d1.wrapping_mul(v).wrapping_add(d0);
    if p < d0 {
        v = v.wrapping_sub(1);
        if p >= d1 {
            v = v.wrapping_sub(1);
            p = p.wrapping_sub(d1);
        }
        p = p.wrapping_sub(d1);
    }
    let t = d0 as u128 * v as u128;
    p = p.wrapping_add((t >> 64) as u64);
    if p < (t >> 64) as u64 {
        v = v.wrapping_sub(1);
        if p > d1 || p == d1 && t as u64 >= d0 {
            v = v.wrapping_sub(1);
        }
    }
    v
}

/// The quotient of three limbs by two, the greatest limb if it is none; highest limbs first. The
/// divisor has its highest bit set.
const fn quotient([u2, u1, u0]: [u64; 3], [d1, d0]: [u64; 2], reciprocal: u64) -> u64 {
    if u2 > d1 || u2 == d1 && u1 >= d0 {
        return u64::MAX;
    }
    let divisor = (d1 as u128) << 64 | d0 as u128;
    let estimate = (reciprocal as u128 * u2 as u128).wrapping_add((u2 as u128) << 64 | u1 as u128);
    let mut q = (estimate >> 64) as u64;
    let high = u1.wrapping_sub(q.wrapping_mul(d1));
    let mut rest = ((high as u128) << 64 | u0 as u128)
        .wrapping_sub(d0 as u128 * q as u128)
        .wrapping_sub(divisor);
    q = q.wrapping_add(1);
    if (rest >> 64) as u64 >= estimate as u64 {
        q = q.wrapping_sub(1);
        rest = rest.wrapping_add(divisor);
    }
    if rest >= divisor {
        q = q.wrapping_add(1);
    }
    q
}

/// How many limbs a number has without zeros on top.
fn significant(limbs: &[u64]) -> usize {
    limbs.len() - limbs.iter().rev().take_while(|&&limb| limb == 0).count()
}

/// `a <<= bits`, for fewer than 64 bits, of which none is lost.
fn shift_up(a: &mut [u64], bits: usize) {
    let mut below = 0;
    for limb in a {
        let up = (u128::from(*limb) << 64 | u128::from(below)) << bits >> 64;
        below = core::mem::replace(limb, up as u64);
    }
}

/// `a >>= bits`, for fewer than 64 bits.
fn shift_down(a: &mut [u64], bits: usize) {
    let mut above = 0;
    for limb in a.iter_mut().rev() {
        let down = (u128::from(above) << 64 | u128::from(*limb)) >> bits;
        above = core::mem::replace(limb, down as u64);
    }
}

/// A number with as many limbs as the greatest.
fn widened(limbs: &[u64]) -> Limbs {
    let mut out = [0; MAX_LIMBS];
    out[..limbs.len()].copy_from_slice(limbs);
    out
}

/// Reads a big-endian number, or `None` if it is longer than [`MAX_LIMBS`].
pub(super) fn parse(bytes: &[u8]) -> Option<Limbs> {
    let mut out = [0; MAX_LIMBS];
    if bytes.len() > 8 * MAX_LIMBS {
        return None;
    }
    load(bytes, &mut out);
    Some(out)
}

/// Reads big-endian bytes into limbs that are long enough for them.
fn load(bytes: &[u8], out: &mut [u64]) {
    let (rest, chunks) = bytes.as_rchunks::<8>();
    let mut out = out.iter_mut();
    for (chunk, out) in chunks.iter().rev().zip(&mut out) {
        *out = u64::from_be_bytes(*chunk);
    }
    if let Some(out) = out.next() {
        *out = rest.iter().fold(0, |acc, &byte| acc << 8 | u64::from(byte));
    }
}

/// Writes limbs as big-endian bytes, as many as `out` has.
pub(super) fn store(limbs: &[u64], out: &mut [u8]) {
    for (chunk, limb) in out.rchunks_mut(8).zip(limbs) {
        let bytes = limb.to_be_bytes();
        let skip = 8 - chunk.len();
        chunk.copy_from_slice(&bytes[skip..]);
    }
}

/// Whether `a < b`, for equal lengths.
fn less(a: &[u64], b: &[u64]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// `a -= b`, returning the borrow.
fn subtract(a: &mut [u64], b: &[u64]) -> bool {
    let mut borrow = false;
    for (a, &b) in a.iter_mut().zip(b) {
        let (d, b1) = a.overflowing_sub(b);
        let (d, b2) = d.overflowing_sub(u64::from(borrow));
        *a = d;
        borrow = b1 | b2;
    }
    borrow
}

/// `a += b`, for `a` at least as long as `b`. A carry beyond its end is lost.
#[inline]
fn add(a: &mut [u64], b: &[u64]) {
    let mut carry = false;
    for (a, &b) in a.iter_mut().zip(b) {
        let (sum, c1) = a.overflowing_add(b);
        let (sum, c2) = sum.overflowing_add(u64::from(carry));
        *a = sum;
        carry = c1 | c2;
    }
    let mut above = a.iter_mut().skip(b.len());
    while carry && let Some(a) = above.next() {
        (*a, carry) = a.overflowing_add(1);
    }
}

/// Low and high half of `a·b + c + d`, which at most equals `2^128 - 1`.
///
/// `d` is the carry of the product before, `c` the word added to. Adding them in this order and
/// the second in 64 bits leaves the compiler the least freedom to reorder: of the five spellings
/// tried, the others were up to 20 % slower or faster depending on codegen units and LTO.
#[inline(always)]
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let sum = u128::from(a) * u128::from(b) + u128::from(d);
    let (low, carry) = (sum as u64).overflowing_add(c);
    (low, ((sum >> 64) as u64).wrapping_add(u64::from(carry)))
}

/// The two halves of a block.
fn halves(block: &[u64; BLOCK]) -> (&[u64; 4], &[u64; 4]) {
    let [a, b] = block.as_chunks::<4>().0 else {
        return (&[0; 4], &[0; 4]);
    };
    (a, b)
}

/// `out = a·b`, where `out` is long enough, and `b` a multiple of four limbs.
fn set_product(out: &mut [u64], a: &[u64], b: &[u64]) {
    out.fill(0);
    let (blocks, rest) = b.as_chunks::<BLOCK>();
    for (i, block) in blocks.iter().enumerate() {
        add_product(&mut out[i * BLOCK..], a, block);
    }
    if let Some(last) = rest.first_chunk::<4>() {
        add_product(&mut out[blocks.len() * BLOCK..], a, last);
    }
}

/// `out += a·b`, where `out` is long enough for the sum.
///
/// One pass over `a`: each of its limbs meets all of `b` while the `B` limbs above the current one
/// stay in registers. Eight are more than there are registers and still fastest: about 1.7 cycles
/// per product of limbs against 2.0 for four and 2.4 for column sums (baseline x86-64, Sapphire
/// Rapids).
#[inline(never)]
fn add_product<const B: usize>(out: &mut [u64], a: &[u64], b: &[u64; B]) {
    let (low, high) = out.split_at_mut(a.len());
    let mut window = [0; B];
    for (out, &a) in low.iter_mut().zip(a) {
        let (sum, mut carry) = multiply_add(a, b[0], *out, window[0]);
        *out = sum;
        for i in 1..B {
            (window[i - 1], carry) = multiply_add(a, b[i], window[i], carry);
        }
        window[B - 1] = carry;
    }
    add(high, &window);
}

/// Adds the products of different limbs of `a`, each once, at their places in `out`.
fn add_triangle(out: &mut [u64], a: &[u64; 4]) {
    let mut sum = [0; 8];
    for i in 0..3 {
        let mut carry = 0;
        for j in i + 1..4 {
            (sum[i + j], carry) = multiply_add(a[i], a[j], sum[i + j], carry);
        }
        sum[i + 4] = carry;
    }
    add(out, &sum);
}

/// `-n⁻¹ mod 2^64` for odd `n`: each Newton step doubles the number of correct bits, from three.
const fn negated_inverse(n: u64) -> u64 {
    let mut inverse = n;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(n.wrapping_mul(inverse)));
        step += 1;
    }
    inverse.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use num_bigint::BigUint;

    fn value(limbs: &[u64]) -> BigUint {
        let words = limbs.iter().flat_map(|&limb| [limb as u32, (limb >> 32) as u32]);
        BigUint::new(words.collect())
    }

    fn limbs(value: &BigUint) -> Limbs {
        let mut out = [0; MAX_LIMBS];
        for (out, limb) in out.iter_mut().zip(value.to_u64_digits()) {
            *out = limb;
        }
        out
    }

    /// Moduli and operands on which carries run as far as they can: all ones, single bits, and the
    /// greatest operands below `R`, far above any modulus that is shorter than its limbs.
    #[test]
    fn products_of_the_greatest_operands_stay_below_r_and_are_right() {
        let one = BigUint::from(1_u32);
        for bits in [1024, 1025, 1088, 1279, 1280, 1281, 1536, 2047, 2048, 3000, 4096, 8191, 8192] {
            let shapes: [BigUint; 4] = [
                (&one << bits) - 1_u32,
                (&one << (bits - 1)) + 1_u32,
                (&one << bits) - (&one << (bits / 2)) + 1_u32,
                (((&one << bits) - 1_u32) / 3_u32) | (&one << (bits - 1)) | &one,
            ];
            for n in shapes {
                let modulus = Modulus::new(&n.to_bytes_be());
                let k = modulus.n.len();
                assert!(k * 64 >= bits && k.is_multiple_of(4) && k * 64 - bits < 256);
                let r = &one << (64 * k);
                assert_eq!(value(&modulus.fold) % &n * (&one << 512) % &n, one);
                let operands: Vec<Limbs> = [
                    &r - 1_u32,
                    &r - (&one << (64 * k - 1)),
                    &n - 1_u32,
                    n.clone(),
                    BigUint::ZERO,
                    one.clone(),
                    (&r - 1_u32) / 5_u32,
                ]
                .iter()
                .map(limbs)
                .collect();
                let mut wide: Wide = [0; 2 * MAX_LIMBS + 1];
                for a in &operands {
                    let mut out = [0; MAX_LIMBS];
                    modulus.square(&mut out[..k], &a[..k], &mut wide);
                    assert_eq!(value(&out) * &r % &n, value(a) * value(a) % &n, "{bits}");
                    for b in &operands {
                        modulus.multiply(&mut out[..k], &a[..k], &b[..k], &mut wide);
                        assert_eq!(value(&out) * &r % &n, value(a) * value(b) % &n, "{bits}");
                        assert_eq!(value(&modulus.product(a, b)), value(a) * value(b) % &n);
                    }
                }
                let base = limbs(&(&n - 2_u32));
                for exponent in [1, 2, 3, 4, 65536, 65537, 0x1_ffff_ffff] {
                    let expected = value(&base).modpow(&BigUint::from(exponent), &n);
                    assert_eq!(value(&modulus.power(&base, exponent)), expected, "{exponent}");
                }
                for times in [0, 1, 4, 63, 64, 65, 260, 511, 64 * k, 2 * 64 * k + 7] {
                    for a in &operands {
                        assert_eq!(value(&modulus.doubled(a, times)), (value(a) << times) % &n);
                        let a = modulus.doubled(a, 0);
                        let halved = value(&modulus.halved(&a, times));
                        assert!(halved < n, "{bits} {times}");
                        assert_eq!((halved << times) % &n, value(&a), "{bits} {times}");
                    }
                }
                let inverse = r.modinv(&n).unwrap();
                let x = value(&base).modpow(&BigUint::from(65536_u32), &n)
                    * inverse.modpow(&BigUint::from(65535_u32), &n);
                assert_eq!(value(&modulus.sixteen_squares(&base)), &x % &n);
                for digest in [[u64::MAX; 8], [u64::MAX, u64::MAX, u64::MAX, u64::MAX, 0, 0, 0, 0]]
                {
                    let factor = limbs(&(&n - 1_u32));
                    let sum = (&x * value(&base) + value(&digest) * value(&factor)) % &n;
                    let check = |constant: BigUint| {
                        modulus.check(&base, &digest, &factor[..k], &limbs(&constant)[..k])
                    };
                    assert!(check(&n - &sum), "{bits}");
                    assert!(!check((&n - &sum + 1_u32) % &n), "{bits}");
                    assert!(!check((&n - &sum + (&one << (bits - 2))) % &n), "{bits}");
                }
                let mut many = [0; MAX_LIMBS + 1];
                for (limb, word) in many.iter_mut().zip((&n * 7_u32 - 1_u32).to_u64_digits()) {
                    *limb = word;
                }
                assert_eq!(value(&modulus.remainder(many)), &n - 1_u32);
                assert_eq!(value(&modulus.negative(&base)), BigUint::from(2_u32));
            }
        }
    }

    /// Two and three limbs at the ends of what they can be, and those at which an estimate is wrong.
    #[test]
    fn quotients_of_three_limbs_by_two_are_exact() {
        let ends = [
            0,
            1,
            2,
            1 << 32,
            1 << 63,
            (1 << 63) - 1,
            u64::MAX - 1,
            u64::MAX,
            0x5555_5555_5555_5555,
        ];
        let wide =
            |limbs: &[u64]| limbs.iter().fold(BigUint::ZERO, |acc, &limb| (acc << 64) + limb);
        let mut state = 1_u64;
        let mut any = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            if state >> 61 == 0 {
                ends[(state >> 32) as usize % ends.len()]
            } else {
                state ^ state >> 29
            }
        };
        let check = |d1: u64, d0: u64, [u2, u1, u0]: [u64; 3]| {
            let (d1, divisor) = (d1 | 1 << 63, wide(&[d1 | 1 << 63, d0]));
            let v = reciprocal(d1, d0);
            let exact =
                ((BigUint::from(1_u32) << 192) - 1_u32) / &divisor - (BigUint::from(1_u32) << 64);
            assert_eq!(BigUint::from(v), exact, "{d1:x} {d0:x}");
            let found = quotient([u2, u1, u0], [d1, d0], v);
            let exact = wide(&[u2, u1, u0]) / &divisor;
            assert_eq!(
                BigUint::from(found),
                exact.min(BigUint::from(u64::MAX)),
                "{u2:x} {u1:x} {u0:x}"
            );
        };
        for d1 in ends {
            for d0 in ends {
                for u2 in ends {
                    for u1 in ends {
                        check(d1, d0, [u2, u1, any()]);
                        check(
                            d1,
                            d0,
                            [(d1 | 1 << 63).wrapping_sub(u2 & 1), d0.wrapping_sub(u1 & 3), any()],
                        );
                    }
                }
            }
        }
        for _ in 0..200_000 {
            check(any(), any(), [any(), any(), any()]);
        }
    }

    #[test]
    fn bytes_survive_parsing_and_storing() {
        for len in 0..=1024 {
            let bytes: Vec<u8> = (0..len).map(|i| (i * 7 + 1) as u8).collect();
            let mut out = alloc::vec![0; len];
            store(&parse(&bytes).unwrap_or([0; MAX_LIMBS]), &mut out);
            assert_eq!(out, bytes);
        }
        assert!(parse(&[0; 1025]).is_none());
    }

    #[test]
    fn negated_inverse_is_one_for_every_low_byte() {
        for n in (1..=u64::from(u16::MAX)).step_by(2).chain([u64::MAX, 1 << 63 | 1]) {
            assert_eq!(negated_inverse(n).wrapping_mul(n), u64::MAX);
        }
    }
}
