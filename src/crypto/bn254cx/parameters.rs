//! The curve, for the generic BN code of `ark-ec`.
//!
//! Values: apache/incubator-milagro-crypto-c `src/rom_field_BN254CX.c`, `src/rom_curve_BN254CX.c`.
//! What follows from the BN parameter u is computed again in the tests.
#![allow(unexpected_cfgs, reason = "the derived `MontConfig` asks for a feature of its own crate")]

use ark_ec::bn::{Bn, BnConfig, TwistType};
use ark_ec::models::CurveConfig;
use ark_ec::short_weierstrass::{Affine, SWCurveConfig};
use ark_ff::MontFp;
use ark_ff::fields::{
    AdditiveGroup as _, Field as _, Fp2Config, Fp6Config, Fp12Config, Fp256, MontBackend,
    MontConfig,
};

/// p = 36u⁴ + 36u³ + 24u² + 6u + 1.
#[derive(MontConfig)]
#[modulus = "16283262549886230019726996094938013714788842227227418772989111988905620231603"]
#[generator = "2"]
pub(super) struct FpParameters;
pub(super) type Fp = Fp256<MontBackend<FpParameters, 4>>;

/// r = 36u⁴ + 36u³ + 18u² + 6u + 1, the order of both groups.
#[derive(MontConfig)]
#[modulus = "16283262549886230019726996094938013714661236339628584878026821447931088543597"]
#[generator = "2"]
pub(super) struct FrParameters;
pub(super) type Fr = Fp256<MontBackend<FrParameters, 4>>;

const fn real(a: Fp) -> Fp2 {
    Fp2::new(a, Fp::ZERO)
}

const fn imaginary(b: Fp) -> Fp2 {
    Fp2::new(Fp::ZERO, b)
}

const MINUS_ONE: Fp = MontFp!("-1");
/// ω = ξ^((p⁴ − 1) / 6): a cube root of one.
const OMEGA: Fp = MontFp!("0x480000000ca83f1440bddf6471ef875631e0931794235c97");
const OMEGA_2: Fp = MontFp!("0x2400000008702a0d68bddf646dbb27bee381f789a619b78b8c8590d7c7f7f91b");
const MINUS_OMEGA: Fp =
    MontFp!("0x2400000008702a0d68bddf646dbb27bee381f789a619b78b8c8590d7c7f7f91c");
const MINUS_OMEGA_2: Fp = MontFp!("0x480000000ca83f1440bddf6471ef875631e0931794235c98");
/// ξ^((p − 1) / 6).
const GAMMA: Fp2 = Fp2::new(
    MontFp!("0x1359082fa63a0164afe18b8aaca7189868677326f173f8215bd9083355c80ea3"),
    MontFp!("0x10a6f7d0623628a900dc53d9cdbc4e3abbd863c7269546c0628d1bbc06534710"),
);
/// ξ^((p³ − 1) / 6).
const GAMMA_3: Fp2 = Fp2::new(
    MontFp!("0x097dc5150bd27003b482802dac3f37f5e64ecf83499d4a45f92c88c8cd52ad20"),
    MontFp!("0x1a823aeafc9dba09fc3b5f36ce242edd3df1076ace6bf49bc5399b268ec8a893"),
);
/// ξ^((p⁵ − 1) / 6).
const GAMMA_5: Fp2 = Fp2::new(
    MontFp!("0x1a24bce56e0898acb55ed40779fb8630a227334a703291065bb9a484d3a5f430"),
    MontFp!("0x09db431a9a679160fb5f0b5d0067e0a28218a3a3a7d6addb62ac7f6a88756183"),
);

/// Six powers on, real and imaginary part change places.
const fn swapped(element: Fp2) -> Fp2 {
    Fp2::new(element.c1, element.c0)
}

/// Fp\[i\] / (i² + 1).
pub(super) type Fp2 = ark_ff::Fp2<Fp2Parameters>;
#[derive(Clone, Copy)]
pub(super) struct Fp2Parameters;

impl Fp2Config for Fp2Parameters {
    type Fp = Fp;
    const NONRESIDUE: Fp = MINUS_ONE;
    const FROBENIUS_COEFF_FP2_C1: &'static [Fp] = &[Fp::ONE, MINUS_ONE];

    fn mul_fp_by_nonresidue_in_place(element: &mut Fp) -> &mut Fp {
        element.neg_in_place()
    }
}

/// Fp2\[v\] / (v³ − ξ) with ξ = 1 + i.
pub(super) type Fp6 = ark_ff::Fp6<Fp6Parameters>;
#[derive(Clone, Copy)]
pub(super) struct Fp6Parameters;

impl Fp6Config for Fp6Parameters {
    type Fp2Config = Fp2Parameters;
    const NONRESIDUE: Fp2 = Fp2::new(Fp::ONE, Fp::ONE);
    /// ξ^((pⁿ − 1) / 3).
    const FROBENIUS_COEFF_FP6_C1: &'static [Fp2] = &[
        Fp2::ONE,
        imaginary(OMEGA_2),
        real(OMEGA),
        imaginary(Fp::ONE),
        real(OMEGA_2),
        imaginary(OMEGA),
    ];
    /// The squares of these.
    const FROBENIUS_COEFF_FP6_C2: &'static [Fp2] = &[
        Fp2::ONE,
        real(MINUS_OMEGA),
        real(OMEGA_2),
        real(MINUS_ONE),
        real(OMEGA),
        real(MINUS_OMEGA_2),
    ];
}

/// Fp6\[w\] / (w² − v).
#[derive(Clone, Copy)]
pub(super) struct Fp12Parameters;

impl Fp12Config for Fp12Parameters {
    type Fp6Config = Fp6Parameters;
    const NONRESIDUE: Fp6 = Fp6::new(Fp2::ZERO, Fp2::ONE, Fp2::ZERO);
    /// ξ^((pⁿ − 1) / 6).
    const FROBENIUS_COEFF_FP12_C1: &'static [Fp2] = &[
        Fp2::ONE,
        GAMMA,
        real(MINUS_OMEGA_2),
        GAMMA_3,
        real(OMEGA),
        GAMMA_5,
        real(MINUS_ONE),
        swapped(GAMMA),
        real(OMEGA_2),
        swapped(GAMMA_3),
        real(MINUS_OMEGA),
        swapped(GAMMA_5),
    ];
}

/// E: y² = x³ + 2 over Fp.
#[derive(Clone, Copy)]
pub(super) struct G1Parameters;

impl CurveConfig for G1Parameters {
    type BaseField = Fp;
    type ScalarField = Fr;
    const COFACTOR: &'static [u64] = &[1];
    const COFACTOR_INV: Fr = Fr::ONE;
}

impl SWCurveConfig for G1Parameters {
    const COEFF_A: Fp = Fp::ZERO;
    const COEFF_B: Fp = MontFp!("2");
    const GENERATOR: Affine<Self> = Affine::new_unchecked(MINUS_ONE, Fp::ONE);
    type ZeroFlag = bool;
}

/// E': y² = x³ + 2/ξ = x³ + (1 − i) over Fp2, a sextic twist of type D.
#[derive(Clone, Copy)]
pub(super) struct G2Parameters;

impl CurveConfig for G2Parameters {
    type BaseField = Fp2;
    type ScalarField = Fr;
    /// p − 1 + t, least significant part first.
    const COFACTOR: &'static [u64] = &[
        0xbeba_8738_814b_8bf9,
        0x843f_d6ee_2349_76f4,
        0xb0bd_df64_7a63_66d3,
        0x2400_0000_0870_2a0d,
    ];
    const COFACTOR_INV: Fr =
        MontFp!("0x1200000004381506905eefb230897454f1620c128ed4e0086cfe1b96fffa500f");
}

impl SWCurveConfig for G2Parameters {
    const COEFF_A: Fp2 = Fp2::ZERO;
    const COEFF_B: Fp2 = Fp2::new(Fp::ONE, MINUS_ONE);
    /// Milagro's; miracl/core has another one of the same name.
    const GENERATOR: Affine<Self> = Affine::new_unchecked(
        Fp2::new(
            MontFp!("0x19682d2c7053b256358b2500f5c34bbb907c85bfa03e2726c0851ceee4d2ec74"),
            MontFp!("0x1466b9ec3e19f64aa011c937a8e99743f81b97b0c209c30f47a58e8b2e29cfe1"),
        ),
        Fp2::new(
            MontFp!("0x0a79edd972332b8dd81e22157daee2096361b33d847ec1b30cfbfcebcf0be09f"),
            MontFp!("0x06160c39ecc4c09035c6e4512d8d3461c2864ea569d2edebed904b228898ee9d"),
        ),
    );
    type ZeroFlag = bool;
}

/// |u|; u is negative.
pub(super) const U: u64 = 0x4000_0000_03c0_12b1;

pub(super) struct Bn254Cx;
pub(super) type Curve = Bn<Bn254Cx>;

impl BnConfig for Bn254Cx {
    const X: &'static [u64] = &[U];
    const X_IS_NEGATIVE: bool = true;
    /// |6u + 2| in digits of the non-adjacent form, least significant first.
    const ATE_LOOP_COUNT: &'static [i8] = &[
        0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, -1, 0, -1, 0,
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, -1, 0, 1,
    ];
    const TWIST_TYPE: TwistType = TwistType::D;
    /// ξ^((p − 1) / 3).
    const TWIST_MUL_BY_Q_X: Fp2 = imaginary(OMEGA_2);
    /// ξ^((p − 1) / 2).
    const TWIST_MUL_BY_Q_Y: Fp2 = Fp2::new(GAMMA_3.c1, GAMMA_3.c1);
    type Fp = Fp;
    type Fp2Config = Fp2Parameters;
    type Fp6Config = Fp6Parameters;
    type Fp12Config = Fp12Parameters;
    type G1Config = G1Parameters;
    type G2Config = G2Parameters;
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ec::AffineRepr as _;
    use ark_ff::Zero as _;
    use ark_ff::{BigInt, PrimeField as _};
    use num_bigint::BigInt as Integer;

    fn integer<const N: usize>(limbs: BigInt<N>) -> Integer {
        num_bigint::BigUint::from(limbs).into()
    }

    fn u() -> Integer {
        -Integer::from(U)
    }

    #[test]
    fn primes_trace_cofactor_and_loop_follow_from_u() {
        let u = u();
        let polynomial = |quadratic: i32| {
            36 * u.pow(4) + 36 * u.pow(3) + quadratic * u.pow(2) + 6 * &u + Integer::from(1)
        };
        let (p, r, trace) = (polynomial(24), polynomial(18), 6 * u.pow(2) + 1);
        assert_eq!(integer(Fp::MODULUS), p);
        assert_eq!(integer(Fr::MODULUS), r);
        assert_eq!(&p + 1 - &trace, r, "the order of E, so that its cofactor is one");
        let cofactor: [u64; 4] = G2Parameters::COFACTOR.try_into().unwrap();
        assert_eq!(integer(BigInt(cofactor)), &p - 1 + &trace);
        assert_eq!(
            G2Parameters::COFACTOR_INV * Fr::from(num_bigint::BigUint::from(BigInt(cofactor))),
            Fr::ONE
        );
        let digits = Bn254Cx::ATE_LOOP_COUNT.iter().rev();
        let count = digits.fold(Integer::from(0), |sum, digit| 2 * sum + *digit);
        assert_eq!(-count, 6 * u + 2);
    }

    #[test]
    fn frobenius_constants_are_powers_of_xi() {
        let xi = Fp6Parameters::NONRESIDUE;
        let p = integer(Fp::MODULUS);
        let power = |exponent: Integer| xi.pow(exponent.to_biguint().unwrap().to_u64_digits());
        for (n, coefficient) in (0..).zip(Fp12Parameters::FROBENIUS_COEFF_FP12_C1) {
            assert_eq!(*coefficient, power((p.pow(n) - 1) / 6), "{n}");
        }
        let pairs =
            Fp6Parameters::FROBENIUS_COEFF_FP6_C1.iter().zip(Fp6Parameters::FROBENIUS_COEFF_FP6_C2);
        for (n, (first, second)) in (0..).zip(pairs) {
            assert_eq!(*first, power((p.pow(n) - 1) / 3), "{n}");
            assert_eq!(*second, power(2 * (p.pow(n) - 1) / 3), "{n}");
        }
        assert_eq!(Fp12Parameters::FROBENIUS_COEFF_FP12_C1.len(), 12);
        assert_eq!(Fp6Parameters::FROBENIUS_COEFF_FP6_C1.len(), 6);
        assert_eq!(Bn254Cx::TWIST_MUL_BY_Q_X, power((&p - 1) / 3));
        assert_eq!(Bn254Cx::TWIST_MUL_BY_Q_Y, power((&p - 1) / 2));
    }

    #[test]
    fn the_generators_are_on_their_curves_and_of_order_r() {
        let (one, two) = (Affine::<G1Parameters>::generator(), Affine::<G2Parameters>::generator());
        assert!(one.is_on_curve() && one.mul_bigint(Fr::MODULUS).is_zero());
        assert!(two.is_on_curve() && two.is_in_correct_subgroup_assuming_on_curve());
    }
}
