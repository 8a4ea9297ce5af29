//! Modular exponentiation on 64-bit limbs in safe Rust, for any CPU.
//!
//! Everything here is public data: a public key, a signature, a digest. Nothing needs to run in
//! constant time and nothing tries to.
//!
//! Limbs are little-endian. A modulus of `k` limbs fixes `R = 2^(64k)`; products are Montgomery
//! products `a·b·R⁻¹ mod n`. Operands and results are *incompletely reduced*: anything below `R`
//! is allowed, and only [`Modulus::power`] reduces its result below `n`.

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

/// An odd modulus with what Montgomery multiplication needs to know about it.
#[derive(Clone)]
pub(super) struct Modulus {
    /// The modulus; the last limb is not zero.
    n: Box<[u64]>,
    /// `-n⁻¹ mod 2^64`.
    n0: u64,
    /// `R² mod n`.
    r2: Box<[u64]>,
}

impl Modulus {
    /// Prepares the modulus with these big-endian bytes.
    ///
    /// It must be odd and have between one and [`MAX_LIMBS`] limbs; the caller has checked.
    pub(super) fn new(bytes: &[u8]) -> Self {
        let k = bytes.len().div_ceil(8);
        let mut n = vec![0; k].into_boxed_slice();
        load(bytes, &mut n);
        let n0 = n.first().copied().map_or(0, negated_inverse);
        let mut modulus = Self { n, n0, r2: vec![0; k].into_boxed_slice() };
        modulus.r2 = modulus.compute_r2();
        modulus
    }

    /// Reads big-endian bytes, or `None` if they are not a number below `n`.
    pub(super) fn parse(&self, bytes: &[u8]) -> Option<Limbs> {
        let mut out = [0; MAX_LIMBS];
        let k = self.n.len();
        if bytes.len() > k * 8 {
            return None;
        }
        load(bytes, out.get_mut(..k)?);
        less(out.get(..k)?, &self.n).then_some(out)
    }

    /// `base^exponent mod n`, fully reduced. `exponent` is not zero and `base` is below `n`.
    pub(super) fn power(&self, base: &Limbs, exponent: u64) -> Limbs {
        let k = self.n.len();
        let mut form = [0; MAX_LIMBS];
        let mut acc = [0; MAX_LIMBS];
        let mut next = [0; MAX_LIMBS];
        self.multiply(&mut form[..k], &base[..k], &self.r2);
        acc[..k].copy_from_slice(&form[..k]);
        // The last step of an odd exponent multiplies by the plain base, which leaves Montgomery
        // form on the way.
        let top = 63 - (exponent | 1).leading_zeros();
        for bit in (0..top).rev() {
            self.multiply(&mut next[..k], &acc[..k], &acc[..k]);
            core::mem::swap(&mut acc, &mut next);
            if exponent >> bit & 1 == 1 && bit != 0 {
                self.multiply(&mut next[..k], &acc[..k], &form[..k]);
                core::mem::swap(&mut acc, &mut next);
            }
        }
        let last = if exponent & 1 == 1 && top != 0 { *base } else { one() };
        self.multiply(&mut next[..k], &acc[..k], &last[..k]);
        if !less(&next[..k], &self.n) {
            subtract(&mut next[..k], &self.n);
        }
        next
    }

    /// `out = a·b·R⁻¹ mod n`, below `R`.
    ///
    /// With `a, b < R` the sum `a·b + q·n` is below `R·(R + n)`, so after division by `R` one
    /// carry bit may stand above the `k` limbs, and subtracting `n` once removes it.
    fn multiply(&self, out: &mut [u64], a: &[u64], b: &[u64]) {
        let k = self.n.len();
        out.fill(0);
        let mut top = 0_u64;
        for &digit in b {
            let carry = add_product(out, a, digit);
            let q = out[0].wrapping_mul(self.n0);
            let carry_n = add_product(out, &self.n, q);
            out.copy_within(1.., 0);
            let sum = u128::from(top) + u128::from(carry) + u128::from(carry_n);
            out[k - 1] = sum as u64;
            top = (sum >> 64) as u64;
        }
        if top != 0 {
            subtract(out, &self.n);
        }
    }

    /// `R² mod n` by doublings and squarings.
    fn compute_r2(&self) -> Box<[u64]> {
        let k = self.n.len();
        // 2^(bits - 1), the greatest power of two below n.
        let mut value = vec![0; k].into_boxed_slice();
        let spare = self.n[k - 1].leading_zeros();
        value[k - 1] = 1 << (63 - spare);
        // Up to R, and on to 2^shift·R, the Montgomery form of 2^shift, ...
        let squarings = (64 * k).trailing_zeros();
        let shift = (64 * k) >> squarings;
        for _ in 0..(spare as usize + 1 + shift) {
            let carry = double(&mut value);
            if carry || !less(&value, &self.n) {
                subtract(&mut value, &self.n);
            }
        }
        // ... whose repeated squares end at the form of 2^(shift·2^squarings) = R.
        let mut next = vec![0; k].into_boxed_slice();
        for _ in 0..squarings {
            self.multiply(&mut next, &value, &value);
            core::mem::swap(&mut value, &mut next);
        }
        value
    }
}

/// The number one.
fn one() -> Limbs {
    let mut out = [0; MAX_LIMBS];
    out[0] = 1;
    out
}

/// Reads big-endian bytes into limbs that are long enough for them.
fn load(bytes: &[u8], out: &mut [u64]) {
    out.fill(0);
    for (limb, chunk) in out.iter_mut().zip(bytes.rchunks(8)) {
        *limb = chunk.iter().fold(0, |acc, &byte| acc << 8 | u64::from(byte));
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

/// `a -= b`, dropping the borrow.
fn subtract(a: &mut [u64], b: &[u64]) {
    let mut borrow = false;
    for (a, &b) in a.iter_mut().zip(b) {
        let (d, b1) = a.overflowing_sub(b);
        let (d, b2) = d.overflowing_sub(u64::from(borrow));
        *a = d;
        borrow = b1 | b2;
    }
}

/// `a += a`, returning the carry.
fn double(a: &mut [u64]) -> bool {
    let mut carry = 0;
    for limb in a {
        let out = *limb >> 63;
        *limb = *limb << 1 | carry;
        carry = out;
    }
    carry != 0
}

/// `out += a·digit` for equal lengths, returning the carry.
fn add_product(out: &mut [u64], a: &[u64], digit: u64) -> u64 {
    let mut carry = 0;
    for (out, &a) in out.iter_mut().zip(a) {
        let sum = u128::from(a) * u128::from(digit) + u128::from(*out) + u128::from(carry);
        *out = sum as u64;
        carry = (sum >> 64) as u64;
    }
    carry
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
