//! Many additions of affine points, which share one inversion.
//!
//! An addition then costs five products and a square instead of eight and two. The products that the
//! trick makes wait for each other, so the additions are dealt to two chains, which do not.

use super::field::Fe;
use super::point::Affine;

/// Adds `count` pairs of points. `operands` finds a pair in the buffer, `store` puts its sum there, in
/// ascending order; `exceptional` is told of pairs of equal or opposite points, whose sums are of no use,
/// and do no harm to others. `products` has room for `count` entries: a product and a difference.
#[inline(always)]
pub(super) fn add_all<B: ?Sized>(
    count: usize,
    products: &mut [[Fe; 2]],
    buffer: &mut B,
    operands: impl Fn(&B, usize) -> [Affine; 2],
    store: impl Fn(&mut B, usize, Affine),
    mut exceptional: impl FnMut(usize),
) {
    let even = count & !1;
    let Some(products) = products.get_mut(..count).filter(|_| count > 0) else { return };
    // What the later differences of the same chain multiply to.
    let mut later = [Fe::ONE; 2];
    let (pairs, single) = products.as_chunks_mut::<2>();
    if !single.is_empty() {
        later[0] = difference(&operands(buffer, even)).unwrap_or_else(|substitute| {
            exceptional(even);
            substitute
        });
    }
    for (index, products) in pairs.iter_mut().enumerate().rev() {
        let factors = [0, 1].map(|chain| {
            let index = 2 * index + chain;
            difference(&operands(buffer, index)).unwrap_or_else(|substitute| {
                exceptional(index);
                substitute
            })
        });
        *products = [[later[0], factors[0]], [later[1], factors[1]]];
        later = [later[0].mul(&factors[0]), later[1].mul(&factors[1])];
    }
    let inverse = later[0].mul(&later[1]).invert();
    let mut inverses = [inverse.mul(&later[1]), inverse.mul(&later[0])];
    for (index, products) in pairs.iter().enumerate() {
        let points = [operands(buffer, 2 * index), operands(buffer, 2 * index + 1)];
        let [[first, one], [second, other]] = products;
        let own = [inverses[0].mul(first), inverses[1].mul(second)];
        inverses = [inverses[0].mul(one), inverses[1].mul(other)];
        let [one, other] = sums(&points, &own);
        store(buffer, 2 * index, one);
        store(buffer, 2 * index + 1, other);
    }
    if !single.is_empty() {
        let points = operands(buffer, even);
        store(buffer, even, sum(&points, &inverses[0]));
    }
}

/// The difference of the x-coordinates, or what takes its place if that is zero.
#[inline(always)]
fn difference([one, other]: &[Affine; 2]) -> Result<Fe, Fe> {
    let difference = other.x.sub(&one.x);
    if difference.is_zero() { Err(Fe::ONE) } else { Ok(difference) }
}

#[inline(always)]
fn sum([one, other]: &[Affine; 2], inverse: &Fe) -> Affine {
    let slope = other.y.sub(&one.y).mul(inverse);
    let x = slope.square().sub_both(&one.x, &other.x);
    Affine { x, y: slope.mul(&one.x.sub(&x)).sub(&one.y) }
}

/// Two independent sums, step by step.
#[inline(always)]
fn sums([a, b]: &[[Affine; 2]; 2], [first, second]: &[Fe; 2]) -> [Affine; 2] {
    let one = a[1].y.sub(&a[0].y).mul(first);
    let two = b[1].y.sub(&b[0].y).mul(second);
    let x = [one.square().sub_both(&a[0].x, &a[1].x), two.square().sub_both(&b[0].x, &b[1].x)];
    let one = one.mul(&a[0].x.sub(&x[0]));
    let two = two.mul(&b[0].x.sub(&x[1]));
    let [first, second] = x;
    [Affine { x: first, y: one.sub(&a[0].y) }, Affine { x: second, y: two.sub(&b[0].y) }]
}
