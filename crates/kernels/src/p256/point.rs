//! Points of the curve `y² = x³ − 3x + b`, and their additions.
//!
//! # Exceptional additions
//!
//! The usual formulas for a sum are wrong if the two points are equal or opposite. The fast ones here
//! ([`Xyzz::reverse_sub`], [`super::jacobian`]) do not look: then, and only then, the sum gets the
//! denominator zero, and as every later denominator is a product with it, it stays zero. The curve has a prime
//! number of points, so nothing else makes a denominator zero. Who uses them looks once, at
//! the end, and computes the same sum again with [`Complete`] if it must.
//!
//! # Signs
//!
//! `Y₃ = R·(Q − X₃) − Y·PPP` would have a negative product. Its opposite is a sum of two products if
//! `R` is computed for the opposite second point. So the fast formulas return the opposite of
//! a sum, and the signs of points alternate. A signature depends on the x-coordinate alone.

use super::field::Fe;

/// A point that is not the one at infinity, by its coordinates: one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Affine {
    pub(super) x: Fe,
    pub(super) y: Fe,
}

impl Affine {
    /// The generator of the group.
    pub(super) const GENERATOR: Self = Self {
        x: Fe([
            0x79e7_30d4_18a9_143c,
            0x75ba_95fc_5fed_b601,
            0x79fb_732b_7762_2510,
            0x1890_5f76_a537_55c6,
        ]),
        y: Fe([
            0xddf2_5357_ce95_560a,
            0x8b4a_b8e4_ba19_e45c,
            0xd2e8_8688_dd21_f325,
            0x8571_ff18_2588_5d85,
        ]),
    };

    /// The coefficient `b` of the curve.
    const B: Fe = Fe([
        0xd89c_df62_29c4_bddf,
        0xacf0_05cd_7884_3090,
        0xe5a2_20ab_f721_2ed6,
        0xdc30_061d_0487_4834,
    ]);

    /// What stands where a point is written before it is read.
    pub(super) const UNSET: Self = Self { x: Fe::ZERO, y: Fe::ZERO };

    /// Reads coordinates: both below `p`, and on the curve.
    pub(super) fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        let point = Self { x: Fe::from_bytes(x)?, y: Fe::from_bytes(y)? };
        point.is_on_curve().then_some(point)
    }

    pub(super) fn is_on_curve(&self) -> bool {
        let Self { x, y } = self;
        let cube = x.square().mul(x).add(&Self::B);
        y.square().equals(&cube.sub_with_double(x, x))
    }

    #[inline(always)]
    pub(super) fn negated_if(&self, negative: bool) -> Self {
        let opposite = self.y.negate();
        Self { x: self.x, y: if negative { opposite } else { self.y } }
    }
}

/// A point as `X/ZZ` and `±W/ZZZ`, where `ZZ³ = ZZZ²`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Xyzz {
    pub(super) x: Fe,
    pub(super) w: Fe,
    pub(super) zz: Fe,
    pub(super) zzz: Fe,
}

/// The second point of a sum, or its opposite.
#[derive(Clone, Copy)]
pub(super) enum Second {
    AsIs,
    Opposite,
}

impl From<&Affine> for Xyzz {
    fn from(point: &Affine) -> Self {
        Self { x: point.x, w: point.y, zz: Fe::ONE, zzz: Fe::ONE }
    }
}

impl Xyzz {
    /// `±point − self`: [EFD's `madd-2008-s`](https://www.hyperelliptic.org/EFD/g1p/auto-shortw-xyzz.html)
    /// with the sign of the sum turned. Products that do not wait for each other stand side by side, as a
    /// CPU sees about one and a half ahead.
    #[inline(always)]
    pub(super) fn reverse_sub(&self, point: &Affine, second: Second) -> Self {
        let u = point.x.mul(&self.zz);
        let s = point.y.mul(&self.zzz);
        let p = u.sub(&self.x);
        let r = match second {
            Second::AsIs => self.w.add(&s),
            Second::Opposite => self.w.sub(&s),
        };
        let pp = p.square();
        let rr = r.square();
        let ppp = pp.mul(&p);
        let q = pp.mul(&self.x);
        let zz = pp.mul(&self.zz);
        let x = rr.sub_with_double(&ppp, &q);
        let zzz = ppp.mul(&self.zzz);
        let w = Fe::dot(&r, &q.sub(&x), &self.w, &ppp);
        Self { x, w, zz, zzz }
    }

    /// The sum of points up to its sign; `ZZ` is zero if an addition was exceptional.
    pub(super) fn sum(self, points: &[Affine]) -> Self {
        let mut sum = self;
        let (pairs, last) = points.as_chunks::<2>();
        for [one, other] in pairs {
            sum = sum.reverse_sub(one, Second::Opposite).reverse_sub(other, Second::AsIs);
        }
        match last {
            [last] => sum.reverse_sub(last, Second::Opposite),
            _ => sum,
        }
    }
}

/// Any point, the one at infinity too, added by formulas that look at every case.
#[derive(Clone, Copy)]
pub(super) struct Complete(Option<Xyzz>);

impl Complete {
    pub(super) const INFINITY: Self = Self(None);

    /// `self + point`.
    pub(super) fn add(self, point: &Affine) -> Self {
        let Some(one) = self.0 else { return Self(Some(point.into())) };
        let p = point.x.mul(&one.zz).sub(&one.x);
        let r = point.y.mul(&one.zzz).sub(&one.w);
        if p.is_zero() {
            return if r.is_zero() { Self(Some(point.into())).double() } else { Self::INFINITY };
        }
        let pp = p.square();
        let ppp = pp.mul(&p);
        let q = pp.mul(&one.x);
        let x = r.square().sub_with_double(&ppp, &q);
        let w = r.mul(&q.sub(&x)).sub(&one.w.mul(&ppp));
        Self(Some(Xyzz { x, w, zz: one.zz.mul(&pp), zzz: one.zzz.mul(&ppp) }))
    }

    /// `2·self`. No point but infinity is its own opposite, as their number is odd.
    pub(super) fn double(self) -> Self {
        let Some(one) = self.0 else { return self };
        let u = one.w.add(&one.w);
        let v = u.square();
        let w = u.mul(&v);
        let s = v.mul(&one.x);
        let square = one.x.sub(&one.zz).mul(&one.x.add(&one.zz));
        let m = square.add(&square).add(&square);
        let x = m.square().sub_both(&s, &s);
        let y = m.mul(&s.sub(&x)).sub(&w.mul(&one.w));
        Self(Some(Xyzz { x, w: y, zz: v.mul(&one.zz), zzz: w.mul(&one.zzz) }))
    }

    /// The sum of points.
    pub(super) fn sum<'a>(self, points: impl IntoIterator<Item = &'a Affine>) -> Self {
        points.into_iter().fold(self, Self::add)
    }

    /// Returns the point, or `None` at infinity.
    pub(super) fn finite(self) -> Option<Xyzz> {
        self.0
    }
}
