//! The pairing-friendly curve BN254CX of MIRACL Trust's clients.
//!
//! ```text
//! bytes ── on the curve? of order r? ──► G1, G2 ── Σ e(G1, G2) = 1? ──► yes or no
//! ```
//!
//! Fields, groups and pairing are those of `ark-ec`, given the curve's [`parameters`]. Encodings,
//! checks and the map to the curve are ours. Everything here takes variable time in its public
//! inputs.
//!
//! Security is about 100 bits: fields of BN curves of this size were weakened by the number field
//! sieve of Kim and Barbulescu (2016). Nothing but compatibility speaks for this curve.

mod parameters;

use ark_ec::pairing::Pairing as _;
use ark_ec::{AdditiveGroup as _, AffineRepr as _, CurveGroup as _};
use ark_ff::{BigInt, BigInteger as _, Field as _, One as _, PrimeField as _};
use zeroize::Zeroize as _;

use crate::error::Error;
use parameters::{Curve, Fp, Fp2, Fr, G1Parameters, G2Parameters};

type G1Affine = ark_ec::short_weierstrass::Affine<G1Parameters>;
type G2Affine = ark_ec::short_weierstrass::Affine<G2Parameters>;

/// Bytes of an uncompressed point of G1: `04`, X, Y.
pub(crate) const G1_BYTES: usize = 65;
/// Bytes of a point of G2: the real and imaginary parts of X and Y, without a prefix.
pub(crate) const G2_BYTES: usize = 128;

/// A number modulo r.
#[derive(Clone, Copy, PartialEq)]
pub struct Scalar(Fr);

impl Scalar {
    /// Reduces a big-endian number.
    pub fn reduce(bytes: &[u8; 32]) -> Self {
        Self(Fr::from_be_bytes_mod_order(bytes))
    }
}

/// A point of E other than infinity. Its cofactor is one, so that it is of order r.
#[derive(Clone, Copy)]
pub struct G1(G1Affine);

impl G1 {
    /// Decodes and checks a point.
    ///
    /// # Errors
    ///
    /// [`Error::PointNotOnCurve`], also for a coordinate from p on or another prefix than `04`.
    pub fn decode(bytes: &[u8; G1_BYTES]) -> Result<Self, Error> {
        let Some(([4], coordinates)) = bytes.split_first_chunk() else {
            return Err(Error::PointNotOnCurve);
        };
        let [x, y] = elements(coordinates)?;
        let point = G1Affine::new_unchecked(x, y);
        if point.is_on_curve() { Ok(Self(point)) } else { Err(Error::PointNotOnCurve) }
    }

    /// Maps a hash to the curve as Milagro does: x is the hash modulo p, plus one until x³ + 2 is
    /// a square; y is the even root.
    ///
    /// `None` if that takes more than 256 steps, which no hash anyone can find does.
    pub fn map(hash: &[u8; 32]) -> Option<Self> {
        let mut x = Fp::from_be_bytes_mod_order(hash);
        for _ in 0..256 {
            if let Some(root) = (x * x * x + Fp::from(2u64)).sqrt() {
                let y = if root.into_bigint().is_even() { root } else { -root };
                return Some(Self(G1Affine::new_unchecked(x, y)));
            }
            x += Fp::ONE;
        }
        None
    }

    /// Returns `self + factor · point`, or `None` for infinity.
    pub fn plus(self, factor: Scalar, point: Self) -> Option<Self> {
        let sum = point.0.mul_bigint(factor.0.into_bigint()) + self.0;
        let sum = sum.into_affine();
        (!sum.is_zero()).then_some(Self(sum))
    }
}

/// A point of E' of order r, other than infinity.
#[derive(Clone, Copy)]
pub struct G2(G2Affine);

impl G2 {
    /// Decodes and checks a point.
    ///
    /// # Errors
    ///
    /// [`Error::PointNotOnCurve`], also for a coordinate from p on; [`Error::WrongSubgroup`].
    pub fn decode(bytes: &[u8; G2_BYTES]) -> Result<Self, Error> {
        let [xa, xb, ya, yb] = elements(bytes)?;
        let point = G2Affine::new_unchecked(Fp2::new(xa, xb), Fp2::new(ya, yb));
        if !point.is_on_curve() {
            return Err(Error::PointNotOnCurve);
        }
        if !point.is_in_correct_subgroup_assuming_on_curve() {
            return Err(Error::WrongSubgroup);
        }
        Ok(Self(point))
    }

    /// Overwrites the point.
    pub fn wipe(&mut self) {
        self.0.zeroize();
    }
}

/// Tells whether the product of the pairings is one.
pub(crate) fn product_is_one(pairs: [(G1, &G2); 2]) -> bool {
    let (left, right) = (pairs.map(|(point, _)| point.0), pairs.map(|(_, point)| point.0));
    let product = Curve::final_exponentiation(Curve::multi_miller_loop(left, right));
    product.is_some_and(|product| product.0.is_one())
}

/// Reads numbers of 32 bytes, each of which must be below p.
fn elements<const N: usize>(bytes: &[u8]) -> Result<[Fp; N], Error> {
    let mut elements = [Fp::ZERO; N];
    let (numbers, rest) = bytes.as_chunks::<32>();
    if numbers.len() != N || !rest.is_empty() {
        return Err(Error::PointNotOnCurve);
    }
    for (element, number) in elements.iter_mut().zip(numbers) {
        let mut limbs = [0; 4];
        for (limb, bytes) in limbs.iter_mut().rev().zip(number.as_chunks::<8>().0) {
            *limb = u64::from_be_bytes(*bytes);
        }
        *element = Fp::from_bigint(BigInt(limbs)).ok_or(Error::PointNotOnCurve)?;
    }
    Ok(elements)
}

/// What signers need, in variable time: for tests only, and those of `countersign-testkit`.
mod signing {
    use super::*;

    impl Scalar {
        pub fn plus(self, other: Self) -> Self {
            Self(self.0 + other.0)
        }

        pub fn minus(self) -> Self {
            Self(-self.0)
        }

        /// `None` for zero.
        pub fn inverse(self) -> Option<Self> {
            self.0.inverse().map(Self)
        }
    }

    impl From<u32> for Scalar {
        fn from(number: u32) -> Self {
            Self(number.into())
        }
    }

    impl G1 {
        /// `None` for infinity.
        pub fn times(self, factor: Scalar) -> Option<Self> {
            let product = self.0.mul_bigint(factor.0.into_bigint()).into_affine();
            (!product.is_zero()).then_some(Self(product))
        }

        pub fn encode(&self) -> [u8; G1_BYTES] {
            let mut bytes = [4; G1_BYTES];
            let (_, coordinates) = bytes.split_at_mut(1);
            write(coordinates, &[self.0.x, self.0.y]);
            bytes
        }
    }

    impl G2 {
        /// Returns a multiple of Milagro's generator; `None` for infinity.
        pub fn generator_times(factor: Scalar) -> Option<Self> {
            let product = G2Affine::generator().mul_bigint(factor.0.into_bigint()).into_affine();
            (!product.is_zero()).then_some(Self(product))
        }

        pub fn encode(&self) -> [u8; G2_BYTES] {
            let mut bytes = [0; G2_BYTES];
            write(&mut bytes, &[self.0.x.c0, self.0.x.c1, self.0.y.c0, self.0.y.c1]);
            bytes
        }
    }

    fn write(bytes: &mut [u8], elements: &[Fp]) {
        for (number, element) in bytes.as_chunks_mut::<32>().0.iter_mut().zip(elements) {
            let limbs = element.into_bigint().0;
            for (bytes, limb) in number.as_chunks_mut::<8>().0.iter_mut().zip(limbs.iter().rev()) {
                *bytes = limb.to_be_bytes();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::hex;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn bytes<const N: usize>(digits: &str) -> [u8; N] {
        hex::decode(digits).unwrap().try_into().unwrap()
    }

    /// On the twist, and not of order r.
    const OUTSIDE: &str = concat!(
        "0000000000000000000000000000000000000000000000000000000000000002",
        "0000000000000000000000000000000000000000000000000000000000000001",
        "06176ba3f4107d10dc2d7a0c88dd70faa0306a3e24df47d599fa9617bdef3808",
        "136c845f160873c58cc37c8b63bb5387cf8a6b8eb0c60ede20cf3f6f9ba73ca4",
    );

    fn generators() -> (G1, G2) {
        let one = Scalar::from(1);
        (G1(G1Affine::generator()), G2::generator_times(one).unwrap())
    }

    #[test]
    fn the_pairing_is_bilinear_and_not_constant() {
        let (p, q) = generators();
        let [a, b] = [0x1234_5678, 0x9abc_def0].map(Scalar::from);
        let minus = |point: G1| G1(-point.0);
        let (ap, bq) = (p.times(a).unwrap(), G2::generator_times(b).unwrap());
        let abp = ap.times(b).unwrap();
        assert!(product_is_one([(ap, &bq), (minus(abp), &q)]));
        assert!(!product_is_one([(ap, &bq), (abp, &q)]));
        assert!(!product_is_one([(ap, &bq), (minus(ap), &q)]));
        assert!(!product_is_one([(p, &q), (p, &q)]));
        assert!(product_is_one([(p, &q), (minus(p), &q)]));
    }

    #[test]
    fn points_go_there_and_back() {
        let (p, q) = generators();
        for factor in [1, 2, 77, u32::MAX].map(Scalar::from) {
            let (p, q) = (p.times(factor).unwrap(), G2::generator_times(factor).unwrap());
            assert_eq!(G1::decode(&p.encode()).unwrap().0, p.0);
            assert_eq!(G2::decode(&q.encode()).unwrap().0, q.0);
        }
        assert!(p.times(Scalar(Fr::from(0u8))).is_none());
        assert!(p.plus(Scalar::from(1).minus(), p).is_none());
        assert_eq!(q.encode().len(), G2_BYTES);
    }

    #[test]
    fn coordinates_off_the_curve_above_the_prime_or_at_infinity_are_refused() {
        let off = Some(Error::PointNotOnCurve);
        let (p, q) = generators();
        // (p − 1, 1) written as (2p − 1, 1), which is below 2^256.
        let prime: [u8; 32] = Fp::MODULUS.to_bytes_be().try_into().unwrap();
        for place in [1, 33] {
            let mut large = p.encode();
            large[place..place + 32].copy_from_slice(&prime);
            assert_eq!(G1::decode(&large).err(), off);
            large[place..place + 32].copy_from_slice(&[0xff; 32]);
            assert_eq!(G1::decode(&large).err(), off);
        }
        for prefix in [0, 2, 3, 5, 6, 0xff] {
            let mut other = p.encode();
            other[0] = prefix;
            assert_eq!(G1::decode(&other).err(), off);
        }
        let mut infinity = [0; G1_BYTES];
        infinity[0] = 4;
        assert_eq!(G1::decode(&infinity).err(), off);
        assert_eq!(G2::decode(&[0; G2_BYTES]).err(), off);
        for place in [0, 32, 64, 96] {
            let mut large = q.encode();
            large[place..place + 32].copy_from_slice(&prime);
            assert_eq!(G2::decode(&large).err(), off);
        }
        // With real and imaginary parts exchanged, as some libraries write them.
        let encoded = q.encode();
        let parts: Vec<&[u8]> = encoded.chunks(32).collect();
        let swapped = [parts[1], parts[0], parts[3], parts[2]].concat();
        assert_eq!(G2::decode(&swapped.try_into().unwrap()).err(), off);
    }

    #[test]
    fn a_point_of_the_twist_outside_the_subgroup_is_refused() {
        let outside = bytes(OUTSIDE);
        assert_eq!(G2::decode(&outside).err(), Some(Error::WrongSubgroup));
    }

    #[test]
    fn the_map_gives_the_even_root_of_the_first_square() {
        // SHA-256 of the ID of MIRACL's published signature object.
        let hash = bytes("10d9957688722c02da5ac47253afdda57d678349c291408f8d7a32dc001089d6");
        assert_eq!(
            hex::encode(&G1::map(&hash).unwrap().encode()),
            "0410d9957688722c02da5ac47253afdda57d678349c291408f8d7a32dc001089d6\
             1dba3a08cf9c37be468984c8b88adc7a772857bafd64d122fe146e6c34b902a2"
        );
        // A hash above p, whose first x is no square.
        let hash = bytes("edb13f7743bc4445ed05c0e6e9535de7ef93afdb2f4a3ba83a944c254205d7a1");
        assert_eq!(
            hex::encode(&G1::map(&hash).unwrap().encode()),
            "0415b13f77111b47f3c892848c0afef4f51614a6469f12c25dc42f74891961d56f\
             08afe2544cf5b0b1d2833218d7c6fd09ef02027a943cbbd25b137061a7c9ff00"
        );
        // Of the square roots that are computed first, some are odd.
        for byte in 0..16 {
            let point = G1::map(&[byte; 32]).unwrap();
            assert_eq!(point.encode()[G1_BYTES - 1] % 2, 0, "{byte}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bytes_are_judged_without_panic(
            g1 in prop::collection::vec(any::<u8>(), G1_BYTES),
            g2 in prop::collection::vec(any::<u8>(), G2_BYTES),
            hash: [u8; 32],
        ) {
            let g1: [u8; G1_BYTES] = g1.try_into().unwrap();
            prop_assert!(G1::decode(&g1).is_err());
            prop_assert!(G2::decode(&g2.try_into().unwrap()).is_err());
            let mapped = G1::map(&hash).unwrap().encode();
            prop_assert!(G1::decode(&mapped).is_ok());
        }
    }
}
