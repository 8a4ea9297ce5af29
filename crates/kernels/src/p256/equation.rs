//! The equation of a signature: the x-coordinate of `u₁·G + u₂·Q` is `r` modulo `n`, where
//! `u₁ = e/s` and `u₂ = r/s` ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5) section 6.4.2).

use super::affine::add_all;
use super::field::{Fe, P};
use super::limbs::{self, Limbs, is_below};
use super::point::{Affine, Complete, Xyzz};
use super::scalar::{N, Scalar};
use super::table::{GENERATOR_POINTS, GeneratorTable, KEY_POINTS, KeyTable};

/// Points that are summed up for one signature under a prepared key.
pub(super) const POINTS: usize = GENERATOR_POINTS + KEY_POINTS;

/// The two factors of the equation, and what it claims.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) u1: Scalar,
    pub(super) u2: Scalar,
    r: Scalar,
}

impl Claim {
    /// Makes the factors of a digest, and of a signature whose `s` is given by `2^256/s`. A digest may be
    /// any number below `2^256`.
    pub(super) fn new(digest: &Limbs, r: Scalar, inverse: &Scalar) -> Self {
        Self { u1: inverse.product(digest), u2: inverse.product(&r.0), r }
    }

    /// Tells whether a coordinate, a number below `p`, is `r` modulo `n`.
    fn is_met_by(&self, x: &Limbs) -> bool {
        // p < 2n, so there are at most two such numbers.
        *x == self.r.0 || !is_below(x, &N) && limbs::sub(x, &N).0 == self.r.0
    }

    /// Tells whether the claim is right, by the sum up to its sign; `None` if an addition was
    /// exceptional.
    pub(super) fn decide(&self, sum: &Xyzz) -> Option<bool> {
        if sum.zz.is_zero() {
            return None;
        }
        let has_x = |x: &Limbs| Fe::from_limbs(x).mul(&sum.zz).equals(&sum.x);
        let (next, carry) = limbs::add(&self.r.0, &N);
        Some(has_x(&self.r.0) || !carry && is_below(&next, &P) && has_x(&next))
    }

    /// Tells whether the claim is right, by complete formulas.
    pub(super) fn decide_completely(&self, sum: Complete) -> bool {
        sum.finite().is_some_and(|sum| self.decide(&sum) == Some(true))
    }
}

/// A claim about a signature under a prepared key.
pub(super) struct Warm<'a> {
    pub(super) claim: Claim,
    pub(super) table: &'a KeyTable,
    pub(super) exceptional: bool,
}

impl<'a> Warm<'a> {
    pub(super) fn new(claim: Claim, table: &'a KeyTable) -> Self {
        Self { claim, table, exceptional: false }
    }

    /// Writes the points that sum up to the point of the equation.
    #[inline(always)]
    fn select(&self, points: &mut [Affine]) {
        let Some((generator, key)) = points.split_at_mut_checked(GENERATOR_POINTS) else { return };
        GeneratorTable::generator().select(&self.claim.u1, generator);
        self.table.select(&self.claim.u2, key);
    }

    /// The verdict by complete formulas.
    #[cold]
    pub(super) fn decide_completely(&self) -> bool {
        let mut points = [Affine::UNSET; POINTS];
        self.select(&mut points);
        self.claim.decide_completely(Complete::INFINITY.sum(&points))
    }
}

/// Fewest additions that are worth an inversion, which costs as much as about ninety products. Each of them
/// saves four.
const WORTH_INVERSION: usize = 24;

/// Working memory for some signatures.
pub(super) struct Scratch<'a> {
    /// [`POINTS`] for each.
    pub(super) points: &'a mut [Affine],
    /// Half as many for each.
    pub(super) products: &'a mut [[Fe; 2]],
}

/// Verifies signatures under prepared keys: `decide` gets the index of each and the verdict.
///
/// The points of all signatures are added in pairs, then their sums, with one inversion for all of them,
/// as long as there are enough to be worth one. What is left of each signature is summed up alone.
pub(super) fn verify_warm(
    warm: &mut [Warm<'_>],
    scratch: Scratch<'_>,
    mut decide: impl FnMut(usize, bool),
) {
    let Scratch { points, products } = scratch;
    for (warm, points) in warm.iter().zip(points.chunks_exact_mut(POINTS)) {
        warm.select(points);
    }
    let mut left = POINTS;
    while left > 1 && warm.len() * (left / 2) >= WORTH_INVERSION {
        let pairs = left / 2;
        add_pairs(warm, pairs, points, products);
        if left % 2 == 1 {
            for points in points.chunks_exact_mut(POINTS).take(warm.len()) {
                points.copy_within(2 * pairs..=2 * pairs, pairs);
            }
        }
        left -= pairs;
    }
    for (index, (warm, points)) in warm.iter().zip(points.chunks_exact(POINTS)).enumerate() {
        let verdict = match points.get(..left) {
            _ if warm.exceptional => None,
            Some([sum]) => Some(warm.claim.is_met_by(&sum.x.to_limbs())),
            Some([first, rest @ ..]) => warm.claim.decide(&Xyzz::from(first).sum(rest)),
            _ => None,
        };
        decide(index, verdict.unwrap_or_else(|| warm.decide_completely()));
    }
}

/// Adds the first pairs of points of every signature.
#[expect(clippy::indexing_slicing, reason = "below POINTS for each signature")]
fn add_pairs(warm: &mut [Warm<'_>], pairs: usize, points: &mut [Affine], products: &mut [[Fe; 2]]) {
    let place = |index: usize| (index / pairs * POINTS, index % pairs);
    add_all(
        warm.len() * pairs,
        products,
        points,
        |points, index| {
            let (start, pair) = place(index);
            [points[start + 2 * pair], points[start + 2 * pair + 1]]
        },
        |points, index, sum| {
            let (start, pair) = place(index);
            points[start + pair] = sum;
        },
        |index| warm[index / pairs].exceptional = true,
    );
}
