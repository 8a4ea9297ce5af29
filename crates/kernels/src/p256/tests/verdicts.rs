//! Whole verifications against the crate `p256`, and where additions are exceptional.

use alloc::vec;
use alloc::vec::Vec;

use num_bigint::BigUint;
use p256::elliptic_curve::sec1::FromSec1Point as _;
use p256::{AffinePoint, ProjectivePoint, Scalar};

use super::super::field::P;
use super::super::scalar::N;
use super::numbers::{Random, big};
use super::support::{
    Case, assert_everywhere, batch, bytes, chosen, encoded, joined, oracle, scalar, small, verdicts,
};
use crate::p256::{Item, Message, PublicKey, Signature, verify_batch, verify_messages};

fn number(random: &mut Random) -> Scalar {
    scalar(&big(&random.limbs()))
}

fn key(point: &ProjectivePoint) -> PublicKey {
    PublicKey::from_sec1(&encoded(point)).unwrap()
}

#[test]
fn signatures_of_random_keys_are_accepted_and_altered_ones_refused_as_the_oracle_does() {
    let mut random = Random(3);
    for _ in 0..60 {
        let point = ProjectivePoint::GENERATOR * number(&mut random);
        let key = key(&point);
        for _ in 0..6 {
            let (u1, u2) = (number(&mut random), number(&mut random));
            let case = chosen(&point, u1, u2);
            assert!(oracle(&case.key, &case.digest, &case.signature));
            assert_everywhere(&key, &case);
            let mut signature = case.signature;
            signature[random.below(64)] ^= 1 << random.below(8);
            let wanted = oracle(&case.key, &case.digest, &signature);
            if let Ok(signature) = Signature::from_bytes(&signature) {
                assert_eq!(verdicts(&key, &case.digest, &signature), [wanted; 6]);
            }
        }
    }
}

/// Secrets whose keys stand in the tables, or next to them.
fn related_secrets() -> Vec<Scalar> {
    let mut secrets: Vec<Scalar> =
        (1..=9).chain([15, 16, 17, 31, 127, 128, 255, 256]).map(small).collect();
    for shift in [5, 8, 10, 16, 40, 64, 80, 128, 250, 255] {
        let power = scalar(&(BigUint::from(1_u8) << shift));
        secrets.extend([power, power * small(3), power * small(31)]);
    }
    secrets.extend([small(2).invert().unwrap(), small(3).invert().unwrap()]);
    let opposite: Vec<Scalar> = secrets.iter().map(|secret| -secret).collect();
    secrets.extend(opposite);
    secrets
}

#[test]
fn equations_with_equal_or_opposite_points_or_infinity_have_the_right_verdict_everywhere() {
    for (index, secret) in related_secrets().into_iter().enumerate() {
        let point = ProjectivePoint::GENERATOR * secret;
        let key = key(&point);
        let factors = [
            small(1),
            small(2),
            small(-1),
            small(-3),
            small(16),
            scalar(&(BigUint::from(1_u8) << 40)),
            scalar(&(BigUint::from(31_u8) << 85)),
            scalar(&(big(&N) >> 1)),
        ];
        for (place, u2) in factors.into_iter().enumerate() {
            // In turn: the sum of the key alone, a doubling at the end, infinity, and neighbours.
            let all = [
                small(0),
                u2 * secret,
                -(u2 * secret),
                u2,
                -u2,
                u2 * secret + small(1),
                -(u2 * secret) + small(2),
                small(1),
                small(-1),
                secret,
            ];
            let chosen_ones = all
                .into_iter()
                .enumerate()
                .filter(|(turn, _)| *turn < 3 || (turn + index + place) % 4 == 0);
            for (_, u1) in chosen_ones {
                assert_everywhere(&key, &chosen(&point, u1, u2));
            }
        }
    }
}

#[test]
fn a_sum_at_infinity_is_no_signature_and_a_key_without_part_in_the_sum_is_one() {
    let point = ProjectivePoint::GENERATOR * small(7);
    assert!(!chosen(&point, small(-7), small(1)).valid);
    let alone = chosen(&point, small(0), small(1));
    assert!(alone.valid && alone.digest == [0; 32]);
    assert_everywhere(&key(&point), &alone);
    assert!(oracle(&alone.key, &alone.digest, &alone.signature));
}

/// A point of this x-coordinate, if there is one.
fn lift(x: &BigUint) -> Option<ProjectivePoint> {
    let compressed = [&[2][..], &bytes(x)].concat();
    let point = p256::Sec1Point::from_bytes(compressed).ok()?;
    AffinePoint::from_sec1_point(&point).into_option().map(ProjectivePoint::from)
}

/// Asserts the verdict of a case that fills a group: only then are points added in affine form to the end,
/// and the last x-coordinate is looked at itself.
#[track_caller]
fn assert_in_a_full_group(case: &Case) {
    let key = PublicKey::from_sec1(&case.key).unwrap();
    assert!(key.prepare());
    assert_eq!(batch(&[key], &[(0, case); 64]), [case.valid; 64], "{:x?}", case.signature);
}

#[test]
fn both_numbers_that_are_r_modulo_the_order_are_accepted_as_coordinates_and_no_other() {
    let (n, p) = (big(&N), big(&P));
    let whole = BigUint::from(1_u8) << 256_u32;
    let mut random = Random(9);
    let starts = [n.clone(), BigUint::from(1_u8), &p - 60_u8, &p - &n - 30_u8, &n - 30_u8];
    let mut above = 0;
    for start in starts {
        for step in 0..60_u8 {
            let x = &start + step;
            let Some(target) = (x < p).then(|| lift(&x)).flatten() else { continue };
            let r = &x % &n;
            if r == BigUint::ZERO {
                continue;
            }
            above += u8::from(x > n);
            let (u1, u2) = (number(&mut random), number(&mut random));
            let point = (target - ProjectivePoint::GENERATOR * u1) * u2.invert().unwrap();
            let s = scalar(&r) * u2.invert().unwrap();
            let case = Case {
                key: encoded(&point),
                digest: (u1 * s).to_bytes().into(),
                signature: joined(&bytes(&r), &s.to_bytes().into()),
                valid: true,
            };
            assert!(oracle(&case.key, &case.digest, &case.signature), "{x}");
            assert_everywhere(&key(&point), &case);
            assert_in_a_full_group(&case);
            // The same equation, and a claim that is off by one, or by what is left of p or of 2^256 above n.
            for wrong in [&r + 1_u8, &r + (&p - &n), &r + (&whole - &n)] {
                if wrong >= n {
                    continue;
                }
                let wrong_s = scalar(&wrong) * u2.invert().unwrap();
                let digest: [u8; 32] = (u1 * wrong_s).to_bytes().into();
                let signature = joined(&bytes(&wrong), &wrong_s.to_bytes().into());
                assert!(!oracle(&case.key, &digest, &signature));
                let parsed = Signature::from_bytes(&signature).unwrap();
                assert_eq!(verdicts(&key(&point), &digest, &parsed), [false; 6]);
                let key = case.key.clone();
                assert_in_a_full_group(&Case { key, digest, signature, valid: false });
            }
        }
    }
    assert!(above > 20, "{above}");
}

#[test]
fn digests_of_zero_and_from_the_order_on_are_taken_modulo_the_order() {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::hazmat::PrehashSigner as _;
    let signer = SigningKey::from_slice(&[0x21; 32]).unwrap();
    let point = signer.verifying_key().to_sec1_point(false);
    let key = PublicKey::from_sec1(point.as_bytes()).unwrap();
    let n = big(&N);
    let largest = [0xff; 32];
    for digest in [[0; 32], bytes(&n), bytes(&(&n - 1_u8)), bytes(&(&n + 1_u8)), largest] {
        let signature: p256::ecdsa::Signature = signer.sign_prehash(&digest).unwrap();
        let signature: [u8; 64] = signature.to_bytes().into();
        let case = Case { key: point.as_bytes().to_vec(), digest, signature, valid: true };
        assert_everywhere(&key, &case);
    }
}

#[test]
fn numbers_at_the_ends_of_their_range_have_the_verdict_of_the_oracle() {
    let n = big(&N);
    let numbers = [
        BigUint::ZERO,
        BigUint::from(1_u8),
        BigUint::from(2_u8),
        &n - 1_u8,
        n.clone(),
        &n + 1_u8,
        (BigUint::from(1_u8) << 256_u32) - 1_u8,
    ];
    for secret in [small(1), small(-1), small(77)] {
        let point = ProjectivePoint::GENERATOR * secret;
        let (key, encoded) = (key(&point), encoded(&point));
        for r in &numbers {
            for s in &numbers {
                let bytes_of = joined(&bytes(r), &bytes(s));
                let in_range = |number: &BigUint| *number != BigUint::ZERO && *number < n;
                let parsed = Signature::from_bytes(&bytes_of);
                assert_eq!(parsed.is_ok(), in_range(r) && in_range(s));
                for digest in [[0; 32], [1; 32], [0xff; 32], bytes(&n)] {
                    let wanted = oracle(&encoded, &digest, &bytes_of);
                    if let Ok(parsed) = &parsed {
                        assert_eq!(verdicts(&key, &digest, parsed), [wanted; 6]);
                    } else {
                        assert!(!wanted);
                    }
                    let item = Item { key: &key, digest: &digest, signature: &bytes_of };
                    let mut valid = [!wanted];
                    verify_batch(&[item], &mut valid);
                    assert_eq!(valid, [wanted]);
                }
            }
        }
    }
}

/// Keys, some prepared, and for each some cases, of which some are exceptional.
fn mixture() -> (Vec<PublicKey>, Vec<(usize, Case)>) {
    let mut random = Random(21);
    let secrets =
        [small(1), number(&mut random), number(&mut random), small(-32), number(&mut random)];
    let points = secrets.map(|secret| ProjectivePoint::GENERATOR * secret);
    let keys: Vec<PublicKey> = points.iter().map(key).collect();
    assert!(keys[0].prepare() && keys[1].prepare() && keys[3].prepare());
    let mut cases = Vec::new();
    for index in 0..150 {
        let which = random.below(5);
        let secret = secrets[which];
        let mut case = match index % 7 {
            // Doublings and infinity.
            0 => chosen(&points[which], secret * small(3), small(3)),
            1 => chosen(&points[which], -secret, small(1)),
            _ => chosen(&points[which], number(&mut random), number(&mut random)),
        };
        match index % 5 {
            2 => {
                case.digest[3] ^= 1;
                case.valid = false;
            }
            // Out of range.
            3 if index % 2 == 0 => {
                case.signature[32..].fill(0);
                case.valid = false;
            }
            _ => {}
        }
        cases.push((which, case));
    }
    (keys, cases)
}

#[test]
fn a_batch_of_any_size_and_order_has_the_verdict_of_each_alone() {
    let (keys, cases) = mixture();
    let all: Vec<(usize, &Case)> = cases.iter().map(|(key, case)| (*key, case)).collect();
    assert!(cases.iter().filter(|(_, case)| case.valid).count() > 60);
    for (index, case) in &all {
        if Signature::from_bytes(&case.signature).is_ok() {
            let signature = Signature::from_bytes(&case.signature).unwrap();
            let fresh = PublicKey::from_sec1(&case.key).unwrap();
            assert_eq!(verdicts(&fresh, &case.digest, &signature), [case.valid; 6], "{index}");
        }
    }
    for size in (0..=20).chain([63, 64, 65, 127, 128, 129, 150]) {
        let mut some = all[150 - size..].to_vec();
        for _ in 0..3 {
            let wanted: Vec<bool> = some.iter().map(|(_, case)| case.valid).collect();
            assert_eq!(batch(&keys, &some), wanted, "{size}");
            some.rotate_left(size / 3);
            some.reverse();
        }
    }
}

#[test]
fn one_bad_signature_at_any_place_of_a_batch_changes_no_other_verdict() {
    let secret = small(1);
    let point = ProjectivePoint::GENERATOR * secret;
    let keys = [key(&point)];
    assert!(keys[0].prepare());
    let mut random = Random(2);
    let good: Vec<Case> =
        (0..17).map(|_| chosen(&point, number(&mut random), number(&mut random))).collect();
    let mut forged = good[0].clone();
    forged.digest[0] ^= 1;
    let mut malformed = good[1].clone();
    malformed.signature[..32].fill(0xff);
    let infinity = chosen(&point, small(-9), small(9));
    let doubling = chosen(&point, small(9), small(9));
    for odd in [&forged, &malformed, &infinity, &doubling] {
        for place in 0..17 {
            let mut cases: Vec<(usize, &Case)> = good.iter().map(|case| (0, case)).collect();
            cases[place] = (0, odd);
            let mut wanted = vec![true; 17];
            wanted[place] = core::ptr::eq(odd, &doubling);
            assert_eq!(batch(&keys, &cases), wanted, "{place}");
        }
        assert_eq!(batch(&keys, &[(0, odd); 8]), [core::ptr::eq(odd, &doubling); 8]);
    }
}

#[test]
fn an_exceptional_addition_at_a_late_level_of_a_full_group_has_the_right_verdict_and_harms_no_other()
 {
    let mut random = Random(41);
    let secret = number(&mut random);
    let point = ProjectivePoint::GENERATOR * secret;
    let keys = [key(&point)];
    assert!(keys[0].prepare());
    let good: Vec<Case> =
        (0..64).map(|_| chosen(&point, number(&mut random), number(&mut random))).collect();
    // The lower thirty-two digits of the key's factor are 7, the others are what is left.
    let power = |bit: u32| scalar(&(BigUint::from(1_u8) << bit));
    let (low, high) = (small(7), power(200) + power(160));
    let u2 = low + high;
    let factors = [
        // The sum of the generator's points is infinity.
        small(0),
        // It is the sum of the lower digits of the key, or its opposite.
        low * secret,
        -(low * secret),
        // The sum of both is the sum of the upper digits, or its opposite.
        (high - low) * secret,
        -(u2 * secret),
    ];
    for (index, u1) in factors.into_iter().enumerate() {
        let odd = chosen(&point, u1, u2);
        assert_eq!(odd.valid, index < 4);
        assert_eq!(batch(&keys, &[(0, &odd); 64]), [odd.valid; 64], "{index}");
        for place in [0, 1, 31, 62, 63] {
            let mut cases: Vec<(usize, &Case)> = good.iter().map(|case| (0, case)).collect();
            cases[place] = (0, &odd);
            let mut wanted = vec![true; 64];
            wanted[place] = odd.valid;
            assert_eq!(batch(&keys, &cases), wanted, "{index} {place}");
        }
    }
}

#[test]
fn messages_are_hashed_and_entries_without_an_item_are_false() {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer as _;
    let signer = SigningKey::from_slice(&[0x33; 32]).unwrap();
    let key = PublicKey::from_sec1(signer.verifying_key().to_sec1_point(false).as_bytes()).unwrap();
    let signature: p256::ecdsa::Signature = signer.sign(b"a message");
    let bytes: [u8; 64] = signature.to_bytes().into();
    let signature = Signature::from_bytes(&bytes).unwrap();
    assert_eq!(key.verify(b"a message", &signature), Ok(()));
    assert!(key.verify(b"another", &signature).is_err());
    let item = |message, signature| Message { key: &key, message, signature };
    let items = [
        item(&b"a message"[..], &bytes[..]),
        item(b"another", &bytes),
        item(b"a message", &bytes[..63]),
        item(b"a message", &[]),
        item(b"a message", &bytes),
    ];
    let mut valid = [true; 7];
    verify_messages(&items, &mut valid);
    assert_eq!(valid, [true, false, false, false, true, false, false]);
    let mut fewer = [false; 1];
    verify_messages(&items, &mut fewer);
    assert_eq!(fewer, [true]);
}
