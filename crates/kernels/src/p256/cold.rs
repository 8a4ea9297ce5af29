//! One signature under a key that nothing was prepared for.
//!
//! `u₂·Q` by doublings and a non-adjacent form; `u₁·G` is then added from the generator's table, without
//! doublings.

use super::equation::Claim;
use super::field::Fe;
use super::jacobian::Jacobian;
use super::point::{Affine, Complete};
use super::recode::naf;
use super::table::{GENERATOR_POINTS, GeneratorTable};

/// Odd multiples of the key up to 15, the largest digit.
const MULTIPLES: usize = 8;

/// Verifies a signature.
pub(super) fn verify_cold(claim: &Claim, key: &Affine) -> bool {
    let multiples = odd_multiples(key);
    let digits = naf(&claim.u2);
    let mut generator = [Affine::UNSET; GENERATOR_POINTS];
    GeneratorTable::generator().select(&claim.u1, &mut generator);

    let mut digits_down = digits.iter().rev().skip_while(|digit| **digit == 0);
    let verdict = digits_down.next().and_then(|first| {
        let mut sum = Jacobian::from(&multiple(&multiples, *first));
        // Each doubling and each addition turns the sign of the sum.
        let mut is_opposite = false;
        for digit in digits_down {
            sum = doubled(&sum);
            is_opposite = !is_opposite;
            if *digit != 0 {
                let point = multiple(&multiples, *digit).negated_if(!is_opposite);
                sum = added(&sum, &point);
                is_opposite = !is_opposite;
            }
        }
        let mut sum = sum.to_xyzz();
        if is_opposite {
            sum.w = sum.w.negate();
        }
        claim.decide(&sum.sum(&generator))
    });
    verdict.unwrap_or_else(|| verify_completely(claim, key))
}

#[inline(never)]
fn doubled(sum: &Jacobian) -> Jacobian {
    sum.double_opposite()
}

#[inline(never)]
fn added(sum: &Jacobian, point: &Affine) -> Jacobian {
    sum.reverse_sub(point)
}

/// The verdict by complete formulas.
#[cold]
pub(super) fn verify_completely(claim: &Claim, key: &Affine) -> bool {
    let multiples = odd_multiples(key);
    let mut generator = [Affine::UNSET; GENERATOR_POINTS];
    GeneratorTable::generator().select(&claim.u1, &mut generator);
    let key = naf(&claim.u2).iter().rev().fold(Complete::INFINITY, |sum, digit| match digit {
        0 => sum.double(),
        digit => sum.double().add(&multiple(&multiples, *digit)),
    });
    claim.decide_completely(key.sum(&generator))
}

/// The multiple for a digit, which is odd.
#[inline(always)]
fn multiple(multiples: &[Affine; MULTIPLES], digit: i8) -> Affine {
    let index = usize::from(digit.unsigned_abs() / 2);
    multiples.get(index).unwrap_or(&Affine::UNSET).negated_if(digit < 0)
}

/// The multiples 1, 3, …, 15 of a point.
///
/// They are additions of the double to points with the same denominator as it, which both get a new one
/// (Meloni's, five products and two squares). The denominators are products along the way, so the
/// inverse of the last gives all of them. No addition is exceptional, as the order is larger.
fn odd_multiples(point: &Affine) -> [Affine; MULTIPLES] {
    let Jacobian { x, w, z } = Jacobian::from(point).double_opposite();
    // The double is (x, w) for the denominator −y; the point is (x·y², −y⁴) for it.
    let square = z.square();
    let mut denominator = z.negate();
    let mut double = Affine { x, y: w };
    let mut sum = Affine { x: point.x.mul(&square), y: square.square().negate() };
    let mut sums = [Affine::UNSET; MULTIPLES];
    let mut steps = [Fe::ONE; MULTIPLES];
    for (to, step) in sums.iter_mut().zip(&mut steps).skip(1) {
        *step = double.x.sub(&sum.x);
        let c = step.square();
        let (w1, w2) = (double.x.mul(&c), sum.x.mul(&c));
        let a = double.y.mul(&w1.sub(&w2));
        let slope = double.y.sub(&sum.y);
        let x = slope.square().sub_both(&w1, &w2);
        sum = Affine { x, y: slope.mul(&w1.sub(&x)).sub(&a) };
        double = Affine { x: w1, y: a };
        denominator = denominator.mul(step);
        *to = sum;
    }
    let mut inverse = denominator.invert();
    for (sum, step) in sums.iter_mut().zip(&steps).skip(1).rev() {
        let Affine { x, y } = *sum;
        *sum = Jacobian { x, w: y, z: Fe::ONE }.to_affine(&inverse);
        inverse = inverse.mul(step);
    }
    if let Some(first) = sums.first_mut() {
        *first = *point;
    }
    sums
}
