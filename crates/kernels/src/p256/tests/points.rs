//! Points and tables against the crate `p256`, and additions that are exceptional.

use alloc::vec;
use alloc::vec::Vec;

use num_bigint::BigUint;
use p256::ProjectivePoint;

use super::super::affine::add_all;
use super::super::field::Fe;
use super::super::jacobian::Jacobian;
use super::super::point::{Affine, Complete, Xyzz};
use super::super::scalar::Scalar;
use super::super::table::{GENERATOR_POINTS, GeneratorTable, KEY_POINTS, KeyTable};
use super::numbers::{Random, big, limbs};
use super::support::{encoded, scalar, small};

fn affine(point: &ProjectivePoint) -> Affine {
    let bytes = encoded(point);
    let (x, y) = bytes[1..].split_at(32);
    Affine::from_coordinates(x.try_into().unwrap(), y.try_into().unwrap()).unwrap()
}

fn multiple(number: i64) -> Affine {
    affine(&(ProjectivePoint::GENERATOR * small(number)))
}

fn is_same(one: &Affine, other: &Affine) -> bool {
    one.x.equals(&other.x) && one.y.equals(&other.y)
}

/// The coordinates of a sum that has some.
fn finite(sum: Xyzz) -> Affine {
    Affine { x: sum.x.mul(&sum.zz.invert()), y: sum.w.mul(&sum.zzz.invert()) }
}

#[test]
fn the_generator_is_that_of_the_oracle() {
    assert!(is_same(&Affine::GENERATOR, &affine(&ProjectivePoint::GENERATOR)));
}

#[test]
fn complete_sums_and_doubles_are_those_of_the_oracle_in_every_case() {
    let numbers = [1, -1, 2, -2, 3, 4, -4, 5, 100, -101];
    for a in numbers {
        let start = Complete::INFINITY.add(&multiple(a));
        assert!(is_same(&finite(start.double().finite().unwrap()), &multiple(2 * a)));
        for b in numbers {
            let sum = start.add(&multiple(b)).finite();
            match a + b {
                0 => assert!(sum.is_none()),
                sum_of => assert!(is_same(&finite(sum.unwrap()), &multiple(sum_of)), "{a} {b}"),
            }
            // With a denominator that is not one.
            let sum = start.double().add(&multiple(b)).finite();
            match 2 * a + b {
                0 => assert!(sum.is_none()),
                sum_of => assert!(is_same(&finite(sum.unwrap()), &multiple(sum_of)), "{a} {b}"),
            }
        }
    }
    assert!(Complete::INFINITY.double().finite().is_none());
    assert!(Complete::INFINITY.sum(&[]).finite().is_none());
}

#[test]
fn fast_sums_are_right_up_to_their_sign_and_have_denominator_zero_after_an_exceptional_addition() {
    for numbers in [&[1, 2][..], &[1, 2, 4], &[5, -3, 7, 11], &[1, 2, 4, 8, 16, -40], &[9]] {
        let points: Vec<Affine> = numbers.iter().map(|n| multiple(*n)).collect();
        let sum = finite(Xyzz::from(&points[0]).sum(&points[1..]));
        let wanted = multiple(numbers.iter().sum());
        assert!(is_same(&sum, &wanted.negated_if(numbers.len() % 2 == 0)), "{numbers:?}");
    }
    for numbers in [&[1, 1][..], &[1, -1], &[1, 2, 3], &[1, 2, -3, 5], &[4, 4, 5, 6, 7, 8, 9]] {
        let points: Vec<Affine> = numbers.iter().map(|n| multiple(*n)).collect();
        let sum = Xyzz::from(&points[0]).sum(&points[1..]);
        assert!(sum.zz.is_zero() && sum.zzz.is_zero(), "{numbers:?}");
    }
}

#[test]
fn jacobian_doubles_and_sums_are_right_up_to_their_sign_and_zero_stays() {
    let one = Jacobian::from(&Affine::GENERATOR);
    let affine = |point: Jacobian| point.to_affine(&point.z.invert());
    let double = one.double_opposite();
    assert!(is_same(&affine(double), &multiple(-2)));
    assert!(is_same(&affine(double.double_opposite()), &multiple(4)));
    assert!(is_same(&affine(double.reverse_sub(&multiple(5))), &multiple(7)));
    let xyzz = double.double_opposite().reverse_sub(&multiple(1)).to_xyzz();
    assert!(is_same(&finite(xyzz), &multiple(-3)));
    for exceptional in [-2, 2] {
        let sum = double.reverse_sub(&multiple(exceptional));
        assert!(sum.z.is_zero(), "{exceptional}");
        let later = sum.double_opposite().reverse_sub(&multiple(77)).to_xyzz();
        assert!(later.zz.is_zero() && later.zzz.is_zero());
    }
}

#[test]
fn many_additions_are_right_for_any_number_of_them_and_those_that_are_exceptional_are_named() {
    for count in 0..12_usize {
        for bad in (0..count).map(Some).chain([None]) {
            let pair = |index: usize| {
                let a = i64::try_from(index).unwrap() + 1;
                let b = if bad == Some(index) { [a, -a][index % 2] } else { 50 - 2 * a };
                [a, b]
            };
            let points: Vec<Affine> = (0..count).flat_map(pair).map(multiple).collect();
            let (mut found, mut sums) = (Vec::new(), points);
            add_all(
                count,
                &mut vec![[Fe::ZERO; 2]; count],
                &mut sums[..],
                |points, index| [points[2 * index], points[2 * index + 1]],
                |points, index, sum| points[index] = sum,
                |index| found.push(index),
            );
            assert_eq!(found, Vec::from_iter(bad));
            for (index, sum) in sums.iter().enumerate().take(count) {
                if bad != Some(index) {
                    assert!(is_same(sum, &multiple(pair(index).iter().sum())), "{count} {index}");
                }
            }
        }
    }
}

#[test]
fn points_that_are_selected_from_a_table_sum_up_to_the_multiple() {
    let mut random = Random(31);
    let secret = scalar(&big(&random.limbs()));
    let point = ProjectivePoint::GENERATOR * secret;
    let (table, generator) = (KeyTable::new(&affine(&point)), GeneratorTable::generator());
    let powers = (0..256_u32).step_by(3).map(|bit| BigUint::from(1_u8) << bit);
    let numbers: Vec<BigUint> = (1..40_u32)
        .map(BigUint::from)
        .chain(powers)
        .chain((0..60).map(|_| big(&random.limbs())))
        .collect();
    for number in numbers {
        let factor = scalar(&number);
        let own = Scalar(limbs(&BigUint::from_bytes_be(&factor.to_bytes())));
        let mut points = [Affine::UNSET; KEY_POINTS];
        table.select(&own, &mut points);
        let sum = finite(Complete::INFINITY.sum(&points).finite().unwrap());
        assert!(is_same(&sum, &affine(&(point * factor))), "{number}");
        assert!(points.iter().all(Affine::is_on_curve));
        let mut points = [Affine::UNSET; GENERATOR_POINTS];
        generator.select(&own, &mut points);
        let sum = finite(Complete::INFINITY.sum(&points).finite().unwrap());
        assert!(is_same(&sum, &affine(&(ProjectivePoint::GENERATOR * factor))), "{number}");
    }
    let mut points = [Affine::UNSET; KEY_POINTS];
    table.select(&Scalar::default(), &mut points);
    assert!(Complete::INFINITY.sum(&points).finite().is_none(), "zero times a point");
}
