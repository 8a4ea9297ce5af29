//! Numbers modulo the order of the group, `n`.
//!
//! Four 64-bit limbs. A product here is `a·b/2^256 mod n` (Montgomery's), fully reduced: for any two
//! factors of which one is below `n` and the other below `2^256`, four steps leave less than
//! `(n·2^256 + 2^256·n)/2^256 = 2n`, so one subtraction is enough.

use super::inverse::{self, Modulus};
use super::limbs::{self, Limbs, add_carry, is_below, multiply_add};

/// The order of the group.
pub(super) const N: Limbs =
    [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000];

/// `−n⁻¹ mod 2^64`.
const NEGATED_INVERSE: u64 = 0xccd1_c8aa_ee00_bc4f;

/// `2^512 mod n`.
const R2: Scalar = Scalar([
    0x8324_4c95_be79_eea2,
    0x4699_799c_49bd_6fa6,
    0x2845_b239_2b6b_ec59,
    0x66e1_2d94_f3d9_5620,
]);

/// The order as inverses are computed with it.
const MODULUS: Modulus = Modulus {
    digits: [
        0x33b9_cac2_fc63_2551,
        0x339b_eab6_9c5e_7a13,
        0x3fff_ffff_ffff_fffb,
        0x3fff_ffc0_0000_003f,
        0xff,
    ],
    inverse: 0x332e_3755_11ff_43b1,
};

/// A number below `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scalar(pub(super) Limbs);

impl Scalar {
    /// Reads a number from 1 to `n − 1`; others are refused.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let limbs = limbs::from_bytes(bytes);
        (limbs != [0; 4] && is_below(&limbs, &N)).then_some(Self(limbs))
    }

    /// `self·other/2^256 mod n`, for any other number below `2^256`.
    pub(super) fn product(&self, other: &Limbs) -> Self {
        let [mut t0, mut t1, mut t2, mut t3, t4, t5, t6, t7] = limbs::product(&self.0, other);
        let mut high = [t4, t5, t6, t7];
        let mut top = false;
        for step in &mut high {
            let digit = t0.wrapping_mul(NEGATED_INVERSE);
            let (_, carry) = multiply_add(t0, digit, N[0], 0);
            let (u0, carry) = multiply_add(t1, digit, N[1], carry);
            let (u1, carry) = multiply_add(t2, digit, N[2], carry);
            let (u2, carry) = multiply_add(t3, digit, N[3], carry);
            let (u3, out) = add_carry(*step, carry, top);
            (t0, t1, t2, t3, top) = (u0, u1, u2, u3, out);
        }
        let left = [t0, t1, t2, t3];
        let (less, borrow) = limbs::sub(&left, &N);
        Self(if borrow && !top { left } else { less })
    }

    /// `n − self`, which for zero is `n`.
    pub(super) fn complement(&self) -> Limbs {
        limbs::sub(&N, &self.0).0
    }

    /// `self⁻¹ mod n`; of zero, zero.
    fn invert(&self) -> Self {
        Self(inverse::invert(&self.0, &MODULUS))
    }
}

/// Replaces every number by `2^256` times its inverse, with one inversion (Montgomery's trick). None of
/// them may be zero. `scratch` has room for as many numbers.
pub(super) fn invert_all(numbers: &mut [Scalar], scratch: &mut [Scalar]) {
    let Some((first, rest)) = numbers.split_first() else { return };
    let mut whole = *first;
    for (number, before) in rest.iter().zip(scratch.iter_mut().skip(1)) {
        *before = whole;
        whole = whole.product(&number.0);
    }
    // With s·2^(-256) written [s], a product is that of [a] and [b]; so `inverse` is 1/[s1]/[s2]…
    let mut inverse = whole.invert().product(&R2.0);
    for (number, before) in numbers.iter_mut().zip(scratch).skip(1).rev() {
        let this = inverse.product(&before.0);
        inverse = inverse.product(&number.0);
        *number = this;
    }
    if let Some(first) = numbers.first_mut() {
        *first = inverse;
    }
}
