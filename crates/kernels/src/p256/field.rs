//! The field of P-256: numbers modulo `p = 2^256 − 2^224 + 2^192 + 2^96 − 1`.
//!
//! # Representation
//!
//! Four 64-bit limbs in Montgomery form: the limbs hold `a·R mod p` with `R = 2^256`, *incompletely
//! reduced*: any number below `2^256` is allowed, and every class modulo `p` has one or two of them,
//! as `p < 2^256 < 2p`. Nothing but [`Fe::canonical`] makes the lesser one.
//!
//! # Bounds
//!
//! Every operation takes any operands below `2^256` and returns a number below `2^256`. Each argument
//! stands with its operation; all use `C = 2^256 − p < 2^224`, for which `2^256 ≡ C`.
//!
//! - A product: `p ≡ −1 (mod 2^64)`, so the quotient digit of a reduction step is the lowest limb, and
//!   four steps add some `m·p` with `m < 2^256`. What is left is
//!   `(a·b + m·p)/2^256 < 2^256 + p`. If it has a carry, adding `C` in its place leaves a number below
//!   `p + C = 2^256`.
//! - A sum of two products leaves less than `2·2^256 + p < 3·2^256`. The carry `k ≤ 2` is replaced by
//!   `k·C < 2^226`. This can carry once more, in one of 2^30 random cases; then what is left is below
//!   `2^226`, and adding `C` once more cannot carry.
//! - A sum, or a difference of up to three subtractions, in the same way: `k ≤ 3` carries or borrows are
//!   replaced by `k·C`, and at most one more by `C`.
#![expect(clippy::indexing_slicing, reason = "two bits choose one of four")]

use super::inverse::{self, Modulus};
use super::limbs::{self, Limbs, add_carry, is_below};

/// The field's prime.
pub(super) const P: Limbs =
    [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0, 0xffff_ffff_0000_0001];

/// The prime as its inverse is computed with it.
const MODULUS: Modulus = Modulus {
    digits: [0x3fff_ffff_ffff_ffff, 0x3_ffff_ffff, 0, 0x3fff_ffc0_0000_0040, 0xff],
    inverse: 0x3fff_ffff_ffff_ffff,
};

/// A number modulo `p` in Montgomery form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fe(pub(super) Limbs);

/// `k·C` for `k ≤ 3`, by `k`. Where `k` may be more than one, loading it costs least.
static TIMES_C: [Limbs; 4] = [
    [0; 4],
    [1, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_fffe],
    [2, 0xffff_fffe_0000_0000, 0xffff_ffff_ffff_ffff, 0x0000_0001_ffff_fffd],
    [3, 0xffff_fffd_0000_0000, 0xffff_ffff_ffff_ffff, 0x0000_0002_ffff_fffc],
];

/// `p` if there was a carry or borrow, else zero.
#[inline(always)]
fn p_if(carry: bool) -> Limbs {
    let all = u64::from(carry).wrapping_neg();
    [all, all >> 32, 0, all & P[3]]
}

/// What is left of `low + 2^256`, if there was a carry.
#[inline(always)]
fn without_carry(low: &Limbs, carry: bool) -> Fe {
    let (left, borrow) = limbs::sub(low, &p_if(carry));
    // Less than C below 2^256: the carry may still be there.
    if !low[3] >> 32 == 0 {
        rare();
        return Fe(limbs::sub(&left, &p_if(carry && !borrow)).0);
    }
    Fe(left)
}

/// What is left of `low − 2^256`, if there was a borrow.
#[inline(always)]
fn without_borrow(low: &Limbs, borrow: bool) -> Fe {
    let (left, carry) = limbs::add(low, &p_if(borrow));
    // Perhaps less than C: the borrow may still be there.
    if low[3] >> 32 == 0 {
        rare();
        return Fe(limbs::add(&left, &p_if(borrow && !carry)).0);
    }
    Fe(left)
}

/// What is left of `low + k·2^256`.
#[inline(always)]
fn without_carries(low: &Limbs, [first, second]: [bool; 2]) -> Fe {
    let k = usize::from(first) + usize::from(second);
    let (left, carry) = limbs::add(low, &TIMES_C[k & 3]);
    // Less than 3·C below 2^256.
    if !low[3] >> 34 == 0 {
        rare();
        return Fe(limbs::sub(&left, &p_if(carry)).0);
    }
    Fe(left)
}

/// What is left of `low − k·2^256`.
#[inline(always)]
fn without_borrows(low: &Limbs, [first, second, third]: [bool; 3]) -> Fe {
    let k = usize::from(first) + usize::from(second) + usize::from(third);
    let (left, borrow) = limbs::sub(low, &TIMES_C[k & 3]);
    // Perhaps less than 3·C.
    if low[3] >> 34 == 0 {
        rare();
        return Fe(limbs::add(&left, &p_if(borrow)).0);
    }
    Fe(left)
}

/// Says that a branch is hardly ever taken: in one of 2^30 cases or fewer, unless somebody chose the numbers.
#[cold]
#[inline(always)]
fn rare() {}

/// Adds the multiple of `p` that makes the four low limbs zero, and returns what is above them: four
/// limbs and a carry.
#[inline(always)]
fn reduce(t: [u64; 8]) -> (Limbs, bool) {
    let [mut t0, mut t1, mut t2, mut t3, t4, t5, t6, t7] = t;
    for _ in 0..4 {
        // t0·p = t0·(2^256 − 2^224 + 2^192) + t0·2^96 − t0
        let digit = t0;
        let (low, high) = limbs::multiply_add(0, digit, P[3], 0);
        let (u0, carry) = add_carry(t1, digit << 32, false);
        let (u1, carry) = add_carry(t2, digit >> 32, carry);
        let (u2, carry) = add_carry(t3, low, carry);
        // No carry: the high limb of a product is not the largest number.
        let (u3, _) = add_carry(high, 0, carry);
        (t0, t1, t2, t3) = (u0, u1, u2, u3);
    }
    limbs::add(&[t0, t1, t2, t3], &[t4, t5, t6, t7])
}

impl Fe {
    pub(super) const ZERO: Self = Self([0; 4]);
    /// `R mod p`.
    pub(super) const ONE: Self =
        Self([1, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_fffe]);
    /// `R² mod p` as limbs: a product with it makes Montgomery form.
    const R2: Self = Self([3, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x0000_0004_ffff_fffd]);
    /// `R³ mod p` as limbs.
    const R3: Self = Self([
        0xffff_fffd_0000_000a,
        0xffff_ffed_ffff_fff7,
        0x0000_0005_ffff_fffc,
        0x0000_0018_0000_0001,
    ]);

    /// Reads a number below `p`; others are refused.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let limbs = limbs::from_bytes(bytes);
        is_below(&limbs, &P).then(|| Self::from_limbs(&limbs))
    }

    /// Makes Montgomery form of any number below `2^256`.
    pub(super) fn from_limbs(limbs: &Limbs) -> Self {
        Self(*limbs).mul(&Self::R2)
    }

    /// Returns the number below `p` that this stands for, out of Montgomery form.
    pub(super) fn to_limbs(self) -> Limbs {
        self.mul(&Self([1, 0, 0, 0])).canonical().0
    }

    /// Returns the lesser number of the same class, still in Montgomery form.
    #[inline(always)]
    pub(super) fn canonical(&self) -> Self {
        let (less, borrow) = limbs::sub(&self.0, &P);
        if borrow { *self } else { Self(less) }
    }

    /// Tells whether this is zero modulo `p`.
    #[inline(always)]
    pub(super) fn is_zero(&self) -> bool {
        // Both numbers of this class have a limb that is zero, and hardly another number has it.
        self.0[2] == 0 && (self.0 == [0; 4] || self.0 == P)
    }

    /// Tells whether two numbers are equal modulo `p`.
    pub(super) fn equals(&self, other: &Self) -> bool {
        self.sub(other).is_zero()
    }

    #[inline(always)]
    pub(super) fn mul(&self, other: &Self) -> Self {
        let (low, carry) = reduce(limbs::product(&self.0, &other.0));
        Self(limbs::sub(&low, &p_if(carry)).0)
    }

    #[inline(always)]
    pub(super) fn square(&self) -> Self {
        let (low, carry) = reduce(limbs::square(&self.0));
        Self(limbs::sub(&low, &p_if(carry)).0)
    }

    /// `a·b + c·d`, with one reduction.
    #[inline(always)]
    pub(super) fn dot(a: &Self, b: &Self, c: &Self, d: &Self) -> Self {
        Self::reduced_sum(limbs::product(&a.0, &b.0), limbs::product(&c.0, &d.0))
    }

    /// `a·b + c²`, with one reduction.
    #[inline(always)]
    pub(super) fn mul_add_square(a: &Self, b: &Self, c: &Self) -> Self {
        Self::reduced_sum(limbs::product(&a.0, &b.0), limbs::square(&c.0))
    }

    #[inline(always)]
    fn reduced_sum(one: [u64; 8], other: [u64; 8]) -> Self {
        let (one_low, one_high) = halves(one);
        let (other_low, other_high) = halves(other);
        let (low, carry) = limbs::add(&one_low, &other_low);
        let (h0, carry) = add_carry(one_high[0], other_high[0], carry);
        let (h1, carry) = add_carry(one_high[1], other_high[1], carry);
        let (h2, carry) = add_carry(one_high[2], other_high[2], carry);
        let (h3, top) = add_carry(one_high[3], other_high[3], carry);
        let (left, carry) = reduce([low[0], low[1], low[2], low[3], h0, h1, h2, h3]);
        without_carries(&left, [top, carry])
    }

    #[inline(always)]
    pub(super) fn add(&self, other: &Self) -> Self {
        let (sum, carry) = limbs::add(&self.0, &other.0);
        without_carry(&sum, carry)
    }

    #[inline(always)]
    pub(super) fn sub(&self, other: &Self) -> Self {
        let (difference, borrow) = limbs::sub(&self.0, &other.0);
        without_borrow(&difference, borrow)
    }

    /// `self − b − c`.
    #[inline(always)]
    pub(super) fn sub_both(&self, b: &Self, c: &Self) -> Self {
        let (left, first) = limbs::sub(&self.0, &b.0);
        let (left, second) = limbs::sub(&left, &c.0);
        without_borrows(&left, [first, second, false])
    }

    /// `self − b − 2c`.
    #[inline(always)]
    pub(super) fn sub_with_double(&self, b: &Self, c: &Self) -> Self {
        let (left, first) = limbs::sub(&self.0, &b.0);
        let (left, second) = limbs::sub(&left, &c.0);
        let (left, third) = limbs::sub(&left, &c.0);
        without_borrows(&left, [first, second, third])
    }

    #[inline(always)]
    pub(super) fn negate(&self) -> Self {
        Self::ZERO.sub(self)
    }

    /// `self·3/2`. Half of an odd number `a` is `(a + p)/2 < 2^256`.
    #[inline(always)]
    pub(super) fn three_halves(&self) -> Self {
        let odd = (self.0[0] & 1).wrapping_neg();
        let (even, carry) = limbs::add(&self.0, &[P[0] & odd, P[1] & odd, P[2] & odd, P[3] & odd]);
        let half = Self([
            even[0] >> 1 | even[1] << 63,
            even[1] >> 1 | even[2] << 63,
            even[2] >> 1 | even[3] << 63,
            even[3] >> 1 | u64::from(carry) << 63,
        ]);
        self.add(&half)
    }

    /// Returns the inverse; of zero, zero.
    pub(super) fn invert(&self) -> Self {
        // (aR)⁻¹·R³/R = a⁻¹·R
        Self(inverse::invert(&self.canonical().0, &MODULUS)).mul(&Self::R3)
    }
}

/// The low limbs and the high ones.
#[inline(always)]
fn halves([t0, t1, t2, t3, t4, t5, t6, t7]: [u64; 8]) -> (Limbs, Limbs) {
    ([t0, t1, t2, t3], [t4, t5, t6, t7])
}
