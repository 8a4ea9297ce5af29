//! Doublings, and additions between them: points as `X/Z²` and `±W/Z³`.
//!
//! Denominators are products here too, so an exceptional addition leaves `Z = 0` for good
//! ([`super::point`]).

use super::field::Fe;
use super::point::{Affine, Xyzz};

/// A point or its opposite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jacobian {
    pub(super) x: Fe,
    pub(super) w: Fe,
    pub(super) z: Fe,
}

impl From<&Affine> for Jacobian {
    fn from(point: &Affine) -> Self {
        Self { x: point.x, w: point.y, z: Fe::ONE }
    }
}

impl Jacobian {
    /// `−2·self`, with `Z₃ = WZ`, half of what is usual: then `X₃ = a² − 2β` and
    /// `Y₃ = a(β − X₃) − W⁴` with `a = 3/2·(X − Z²)(X + Z²)` and `β = XW²`.
    #[inline(always)]
    pub(super) fn double_opposite(&self) -> Self {
        let delta = self.z.square();
        let gamma = self.w.square();
        let z = self.w.mul(&self.z);
        let a = self.x.sub(&delta).mul(&self.x.add(&delta).three_halves());
        let beta = self.x.mul(&gamma);
        let x = a.square().sub_both(&beta, &beta);
        let w = Fe::mul_add_square(&a, &x.sub(&beta), &gamma);
        Self { x, w, z }
    }

    /// `point − self`.
    #[inline(always)]
    pub(super) fn reverse_sub(&self, point: &Affine) -> Self {
        let zz = self.z.square();
        let u = point.x.mul(&zz);
        let s = point.y.mul(&self.z.mul(&zz));
        let h = u.sub(&self.x);
        let r = self.w.add(&s);
        let hh = h.square();
        let rr = r.square();
        let hhh = hh.mul(&h);
        let v = hh.mul(&self.x);
        let z = self.z.mul(&h);
        let x = rr.sub_with_double(&hhh, &v);
        let w = Fe::dot(&r, &v.sub(&x), &self.w, &hhh);
        Self { x, w, z }
    }

    pub(super) fn to_xyzz(self) -> Xyzz {
        let zz = self.z.square();
        Xyzz { x: self.x, w: self.w, zz, zzz: zz.mul(&self.z) }
    }

    /// Returns the coordinates, given the inverse of `Z`.
    pub(super) fn to_affine(self, inverse: &Fe) -> Affine {
        let square = inverse.square();
        Affine { x: self.x.mul(&square), y: self.w.mul(&square.mul(inverse)) }
    }
}
