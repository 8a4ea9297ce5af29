//! What is a key, when it has a table, and how many have one.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use num_bigint::BigUint;
use p256::ProjectivePoint;

use super::super::field::P;
use super::super::point::Affine;
use super::super::prepared::{Budget, Prepared, WORTH_TABLE};
use super::numbers::big;
use super::support::{bytes, chosen, encoded, small};
use crate::p256::{InvalidPoint, InvalidSignature, PublicKey, Signature};

#[test]
fn only_the_uncompressed_form_of_a_point_on_the_curve_is_a_key() {
    let good = encoded(&(ProjectivePoint::GENERATOR * small(12345)));
    let key = PublicKey::from_sec1(&good).unwrap();
    assert_eq!((&key.x()[..], &key.y()[..]), (&good[1..33], &good[33..]));
    assert_eq!(PublicKey::from_coordinates(key.x(), key.y()).as_ref(), Ok(&key));

    let refused = |bytes: &[u8]| assert_eq!(PublicKey::from_sec1(bytes), Err(InvalidPoint));
    refused(&[]);
    refused(&[0]);
    refused(&[4]);
    refused(&good[..64]);
    refused(&[&good[..], &[0]].concat());
    for form in [0, 2, 3, 5, 6, 7] {
        refused(&[&[form], &good[1..]].concat());
        refused(&[&[form], &good[1..33]].concat());
    }
    for place in 1..65 {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        refused(&bytes);
    }
    refused(&[&[4][..], &[0; 64]].concat());
    // The opposite point is another key.
    let opposite = big(&P) - BigUint::from_bytes_be(key.y());
    let other = PublicKey::from_coordinates(key.x(), &bytes(&opposite)).unwrap();
    assert_ne!(other, key);
}

#[test]
fn coordinates_from_the_prime_on_are_refused_even_if_they_stand_for_a_point() {
    // x = 5 is on the curve; so is 5 + p modulo p.
    let (p, five) = (big(&P), BigUint::from(5_u8));
    let cube: BigUint = (five.pow(3) + &p * 3_u8 - 15_u8
        + BigUint::parse_bytes(
            b"5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
            16,
        )
        .unwrap())
        % &p;
    let y = cube.modpow(&((&p + 1_u8) >> 2_u32), &p);
    assert_eq!(&y * &y % &p, cube);
    assert!(PublicKey::from_coordinates(&bytes(&five), &bytes(&y)).is_ok());
    assert_eq!(PublicKey::from_coordinates(&bytes(&(five + &p)), &bytes(&y)), Err(InvalidPoint));
    for x in [&p - 1_u8, p.clone(), &p + 1_u8] {
        assert_eq!(PublicKey::from_coordinates(&bytes(&x), &[0xff; 32]), Err(InvalidPoint));
        assert_eq!(PublicKey::from_coordinates(&[0xff; 32], &bytes(&x)), Err(InvalidPoint));
    }
}

#[test]
fn a_key_is_equal_to_its_clone_and_shows_its_coordinate() {
    let key = PublicKey::from_sec1(&encoded(&ProjectivePoint::GENERATOR)).unwrap();
    let clone = key.clone();
    assert!(key.prepare());
    assert_eq!(key, clone);
    assert!(format!("{key:?}").starts_with("p256::PublicKey(6b17d1f2e12c4247"));
    assert_eq!(format!("{InvalidPoint}"), "not an uncompressed point of P-256");
}

#[test]
fn a_signature_has_sixty_four_bytes() {
    assert!(Signature::from_bytes(&[1; 64]).is_ok());
    for size in [0, 1, 32, 63, 65, 96, 128] {
        let bytes: Vec<u8> = (0..size).map(|_| 1).collect();
        assert_eq!(Signature::from_bytes(&bytes), Err(InvalidSignature));
    }
}

#[test]
fn a_key_gets_its_table_at_its_fifth_use_and_verdicts_stay() {
    let point = ProjectivePoint::GENERATOR * small(99);
    let key = PublicKey::from_sec1(&encoded(&point)).unwrap();
    let case = chosen(&point, small(1234), small(5678));
    let signature = Signature::from_bytes(&case.signature).unwrap();
    for _ in 0..WORTH_TABLE {
        assert_eq!(key.verify_prehash(&case.digest, &signature), Ok(()));
        assert!(key.prepared.get().is_none());
    }
    assert_eq!(key.verify_prehash(&case.digest, &signature), Ok(()));
    assert!(key.prepared.get().is_some());
    assert_eq!(key.verify_prehash(&[0; 32], &signature), Err(InvalidSignature));
    assert!(key.clone().prepared.get().is_some(), "a clone shares the table");
}

#[test]
fn no_more_keys_have_a_table_than_the_limit_says_and_a_dropped_one_gives_its_place_back() {
    let budget: &'static Budget = Box::leak(Box::new(Budget::new(2)));
    let point = Affine::GENERATOR;
    let keys: Vec<Prepared> = (0..3).map(|_| Prepared::within(budget)).collect();
    assert!(keys[0].force(&point).is_some() && keys[1].force(&point).is_some());
    assert!(keys[0].force(&point).is_some(), "it has one already");
    assert_eq!(budget.taken(), 2);
    for _ in 0..100 {
        assert!(keys[2].used(&point).is_none());
    }
    assert!(keys[2].force(&point).is_none());
    assert!(keys[0].used(&point).is_some(), "a warm key stays warm");
    assert_eq!(budget.taken(), 2);

    // A clone shares the table and its place, which is free when both are gone.
    let clone = keys[0].clone();
    assert_eq!(budget.taken(), 2);
    let mut keys = keys.into_iter();
    drop(keys.next());
    assert_eq!(budget.taken(), 2);
    assert!(clone.get().is_some());
    drop(clone);
    assert_eq!(budget.taken(), 1);
    let _warm = keys.next();
    let cold = keys.next().unwrap();
    assert!((0..16).any(|_| cold.used(&point).is_some()));
    assert_eq!(budget.taken(), 2);
}

#[test]
fn a_flood_of_keys_that_are_used_once_takes_no_table() {
    let budget: &'static Budget = Box::leak(Box::new(Budget::new(1)));
    for _ in 0..1000 {
        assert!(Prepared::within(budget).used(&Affine::GENERATOR).is_none());
    }
    assert_eq!(budget.taken(), 0);
}
