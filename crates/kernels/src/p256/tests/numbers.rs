//! Field, scalars, inverses and recoding against big integers.

use alloc::vec;
use alloc::vec::Vec;

use num_bigint::{BigInt, BigUint};

use super::super::field::{Fe, P};
use super::super::limbs::Limbs;
use super::super::recode::{Windows, naf};
use super::super::scalar::{N, Scalar, invert_all};

/// Xorshift64*, and numbers with long runs of equal bits.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn limb(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.limb() >> 33).unwrap() % bound
    }

    pub(super) fn limbs(&mut self) -> Limbs {
        let mut limbs = [0; 4].map(|_: u64| self.limb());
        if self.below(2) == 0 {
            for limb in &mut limbs {
                match self.below(6) {
                    0 => *limb = 0,
                    1 | 2 => *limb = u64::MAX,
                    3 => *limb = u64::MAX << self.below(64),
                    _ => {}
                }
            }
        }
        limbs
    }
}

pub(super) fn big(limbs: &Limbs) -> BigUint {
    let halves = limbs.iter().flat_map(|limb| [*limb & 0xffff_ffff, limb >> 32]);
    BigUint::new(halves.map(|half| u32::try_from(half).unwrap()).collect())
}

pub(super) fn limbs(number: &BigUint) -> Limbs {
    let mut limbs = [0; 4];
    let digits: Vec<u64> = number.iter_u64_digits().collect();
    limbs[..digits.len()].copy_from_slice(&digits);
    limbs
}

fn p() -> BigUint {
    big(&P)
}

fn n() -> BigUint {
    big(&N)
}

/// Of the field's operands: all limbs of ones, the least, the largest, and those around `p` and `2^256 − p`.
fn edges() -> Vec<Limbs> {
    let whole = BigUint::from(1_u8) << 256_u32;
    let mut edges = vec![[0; 4], [1, 0, 0, 0], [2, 0, 0, 0], [u64::MAX; 4], Fe::ONE.0];
    for around in [p(), n(), &whole - p(), (&whole - p()) * 2_u8, (&whole - p()) * 3_u8] {
        for step in 0..4_u8 {
            edges.push(limbs(&((&around + step) % &whole)));
            edges.push(limbs(&(&around - step)));
        }
    }
    edges.push([u64::MAX, u64::MAX, u64::MAX, 0]);
    edges.push([0, 0, 0, u64::MAX]);
    edges.push([u64::MAX - 1, u64::MAX, u64::MAX, u64::MAX]);
    edges.push([0, u64::MAX, 0, u64::MAX]);
    edges
}

/// Operands whose sum of two products carries twice, and once more when the carries are replaced, though
/// what is left is not among the largest `2^224` numbers.
///
/// With `B = 2^256` and `C = B − p`, the products of `B−1−t`, `B−1` and of `B−1`, `B−1` add up to
/// `B·(2B−4−t) + 2 + t`. For `2 + t = p − mC`, reducing the low half leaves `p − m`, as `B ≡ C`. So what is left
/// of the whole is `2B` and `B − C − t − 4 − m`, which is above `B − 2C`.
fn second_carry() -> [Limbs; 4] {
    let whole = BigUint::from(1_u8) << 256_u32;
    let t = (p() - 2_u8) % (&whole - p());
    [limbs(&(whole - 1_u8 - t)), [u64::MAX; 4], [u64::MAX; 4], [u64::MAX; 4]]
}

/// Numbers of operands of every formula: all edges with each other, then random ones.
fn operands(count: usize) -> Vec<[Limbs; 4]> {
    let mut random = Random(7);
    let edges = edges();
    let mut cases = Vec::new();
    for one in &edges {
        for other in &edges {
            let (third, fourth) =
                (edges[random.below(edges.len())], edges[random.below(edges.len())]);
            cases.push([*one, *other, third, fourth]);
            cases.push([third, *one, *other, [u64::MAX; 4]]);
        }
        cases.push([*one; 4]);
    }
    cases.push(second_carry());
    cases.extend((0..count).map(|_| [0; 4].map(|_: u8| random.limbs())));
    cases
}

/// Whether a number is this one modulo `p`, which may be negative.
#[track_caller]
fn same(found: Fe, wanted: &BigInt, case: &[Limbs; 4]) {
    let p = BigInt::from(p());
    let wanted = ((wanted % &p) + &p) % &p;
    assert_eq!(BigInt::from(big(&found.0)) % &p, wanted, "{case:x?}");
}

#[test]
fn every_formula_of_the_field_is_that_of_big_integers_for_any_operands_below_two_to_the_256() {
    let inverse_r = {
        let p = p();
        BigInt::from((BigUint::from(1_u8) << 256_u32).modpow(&(&p - 2_u8), &p))
    };
    let half = BigInt::from((p() + 1_u8) / 2_u8);
    for case in operands(20_000) {
        let [a, b, c, d] = case.map(|limbs| BigInt::from(big(&limbs)));
        let [fa, fb, fc, fd] = case.map(Fe);
        same(fa.mul(&fb), &(&a * &b * &inverse_r), &case);
        same(fa.square(), &(&a * &a * &inverse_r), &case);
        same(Fe::dot(&fa, &fb, &fc, &fd), &((&a * &b + &c * &d) * &inverse_r), &case);
        same(Fe::mul_add_square(&fa, &fb, &fc), &((&a * &b + &c * &c) * &inverse_r), &case);
        same(fa.add(&fb), &(&a + &b), &case);
        same(fa.sub(&fb), &(&a - &b), &case);
        same(fa.sub_both(&fb, &fc), &(&a - &b - &c), &case);
        same(fa.sub_with_double(&fb, &fc), &(&a - &b - &c * 2), &case);
        same(fa.negate(), &-&a, &case);
        same(fa.three_halves(), &(&a * 3 * &half), &case);
        same(fa.canonical(), &a, &case);
        assert!(big(&fa.canonical().0) < p());
        assert_eq!(fa.is_zero(), &a % BigInt::from(p()) == BigInt::ZERO);
        assert_eq!(fa.equals(&fb), (&a - &b) % BigInt::from(p()) == BigInt::ZERO);
    }
}

#[test]
fn montgomery_form_is_entered_and_left_and_inverses_are_inverses() {
    let p = p();
    for case in operands(500).iter().map(|[a, ..]| a) {
        let form = Fe::from_limbs(case);
        assert_eq!(big(&form.to_limbs()), big(case) % &p);
        assert_eq!(big(&form.canonical().0), (big(case) << 256_u32) % &p);
        let inverse = form.invert();
        let wanted = big(case).modpow(&(&p - 2_u8), &p);
        assert_eq!(big(&inverse.to_limbs()), wanted, "{case:x?}");
        let one = form.mul(&inverse);
        assert!(form.is_zero() && one.is_zero() || one.equals(&Fe::ONE));
    }
}

#[test]
fn only_numbers_below_the_prime_are_read_as_coordinates() {
    let bytes = |number: BigUint| -> [u8; 32] {
        let bytes = number.to_bytes_be();
        let mut padded = [0; 32];
        padded[32 - bytes.len()..].copy_from_slice(&bytes);
        padded
    };
    let largest = Fe::from_bytes(&bytes(p() - 1_u8)).unwrap();
    assert_eq!(big(&largest.to_limbs()), p() - 1_u8);
    assert!(Fe::from_bytes(&bytes(p())).is_none());
    assert!(Fe::from_bytes(&bytes(p() + 1_u8)).is_none());
    assert!(Fe::from_bytes(&[0xff; 32]).is_none());
    assert!(Fe::from_bytes(&[0; 32]).unwrap().is_zero());
    assert_eq!(Scalar::from_bytes(&bytes(n() - 1_u8)).map(|s| big(&s.0)), Some(n() - 1_u8));
    assert_eq!(Scalar::from_bytes(&bytes(1_u8.into())).map(|s| s.0), Some([1, 0, 0, 0]));
    for refused in [n(), n() + 1_u8, BigUint::ZERO] {
        assert_eq!(Scalar::from_bytes(&bytes(refused)), None);
    }
    assert_eq!(Scalar::from_bytes(&[0xff; 32]), None);
}

#[test]
fn products_of_scalars_take_any_number_below_two_to_the_256_and_are_below_the_order() {
    let n = n();
    let inverse_r = (BigUint::from(1_u8) << 256_u32).modpow(&(&n - 2_u8), &n);
    for [a, b, ..] in operands(20_000) {
        let scalar = Scalar(limbs(&(big(&a) % &n)));
        let found = scalar.product(&b);
        assert_eq!(big(&found.0), big(&scalar.0) * big(&b) * &inverse_r % &n, "{a:x?} {b:x?}");
        assert_eq!(big(&scalar.complement()), &n - big(&scalar.0));
    }
}

#[test]
fn inverses_of_many_scalars_are_those_of_each_whatever_their_number() {
    let (n, mut random) = (n(), Random(5));
    let mut edges: Vec<Scalar> = edges().iter().map(|e| Scalar(limbs(&(big(e) % &n)))).collect();
    edges.retain(|scalar| scalar.0 != [0; 4]);
    for count in (0..70).chain([500]) {
        let numbers: Vec<Scalar> = (0..count)
            .map(|_| match random.below(3) {
                0 => edges[random.below(edges.len())],
                _ => Scalar(limbs(&(big(&random.limbs()) % (&n - 1_u8) + 1_u8))),
            })
            .collect();
        let mut inverses = numbers.clone();
        invert_all(&mut inverses, &mut vec![Scalar::default(); count]);
        for (number, inverse) in numbers.iter().zip(&inverses) {
            let wanted = (big(&number.0).modpow(&(&n - 2_u8), &n) << 256_u32) % &n;
            assert_eq!(big(&inverse.0), wanted);
        }
    }
}

/// Scalars that are recoded.
fn scalars() -> Vec<Scalar> {
    let mut random = Random(11);
    let mut numbers: Vec<BigUint> = edges().iter().map(big).collect();
    numbers.extend((0..256_u32).map(|bit| BigUint::from(1_u8) << bit));
    numbers.extend((0..256_u32).map(|bit| n() - 1_u8 - (BigUint::from(1_u8) << bit) % n()));
    numbers.extend((0..2000).map(|_| big(&random.limbs())));
    numbers.iter().map(|number| Scalar(limbs(&(number % n())))).collect()
}

fn windows_are<const W: usize>() {
    let n = BigInt::from(n());
    for scalar in scalars() {
        let windows = Windows::<W>::new(&scalar);
        let mut sum = BigInt::ZERO;
        let mut count = 0;
        for digit in windows.digits() {
            assert!(digit.index < 1 << (W - 1));
            let value = BigInt::from(2 * digit.index + 1) << (W * count);
            sum += if digit.negative { -value } else { value };
            count += 1;
        }
        assert_eq!(count, Windows::<W>::COUNT);
        assert_eq!((sum - BigInt::from(big(&scalar.0))) % &n, BigInt::ZERO, "{scalar:x?}");
    }
}

#[test]
fn windows_of_five_and_eight_bits_stand_for_the_scalar_modulo_the_order() {
    windows_are::<5>();
    windows_are::<8>();
}

#[test]
fn a_non_adjacent_form_stands_for_the_scalar_with_odd_digits_and_four_zeros_after_each() {
    for scalar in scalars() {
        let digits = naf(&scalar);
        let mut sum = BigInt::ZERO;
        let mut last = None;
        for (index, digit) in digits.iter().enumerate().filter(|(_, digit)| **digit != 0) {
            assert!(digit % 2 != 0 && digit.abs() <= 15);
            assert!(last.is_none_or(|last| index >= last + 5));
            last = Some(index);
            sum += BigInt::from(*digit) << index;
        }
        assert_eq!(sum, BigInt::from(big(&scalar.0)));
    }
}
