//! Signatures of chosen equations, and every way to a verdict.

use alloc::vec;
use alloc::vec::Vec;

use num_bigint::BigUint;
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::{AffinePoint, FieldBytes, ProjectivePoint, Scalar};

use super::super::cold::{verify_cold, verify_completely};
use super::super::equation::{Claim, Warm};
use super::super::limbs;
use super::super::scalar::invert_all;
use crate::p256::{Item, PublicKey, Signature, verify_batch};

/// A number as a scalar of the oracle.
pub(super) fn scalar(number: &BigUint) -> Scalar {
    <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(bytes(number)))
}

pub(super) fn bytes(number: &BigUint) -> [u8; 32] {
    let digits = number.to_bytes_be();
    let mut bytes = [0; 32];
    bytes[32 - digits.len()..].copy_from_slice(&digits);
    bytes
}

pub(super) fn small(number: i64) -> Scalar {
    let scalar = Scalar::from(number.unsigned_abs());
    if number < 0 { -scalar } else { scalar }
}

/// The uncompressed form of a point that is not at infinity.
pub(super) fn encoded(point: &ProjectivePoint) -> Vec<u8> {
    AffinePoint::from(*point).to_sec1_point(false).as_bytes().to_vec()
}

/// A key, a digest, a signature, and whether it is one.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) key: Vec<u8>,
    pub(super) digest: [u8; 32],
    pub(super) signature: [u8; 64],
    pub(super) valid: bool,
}

pub(super) fn joined(r: &[u8; 32], s: &[u8; 32]) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(r);
    signature[32..].copy_from_slice(s);
    signature
}

/// The case whose equation has these factors. At infinity, there is no x-coordinate, and any `r` is
/// wrong.
pub(super) fn chosen(key: &ProjectivePoint, u1: Scalar, u2: Scalar) -> Case {
    let point = ProjectivePoint::GENERATOR * u1 + key * &u2;
    let x = if point == ProjectivePoint::IDENTITY {
        [5; 32]
    } else {
        encoded(&point)[1..33].try_into().unwrap()
    };
    let r = scalar(&BigUint::from_bytes_be(&x));
    let s = r * u2.invert().unwrap();
    let signature = joined(&r.to_bytes().into(), &s.to_bytes().into());
    let digest = (u1 * s).to_bytes().into();
    let valid = point != ProjectivePoint::IDENTITY;
    Case { key: encoded(key), digest, signature, valid }
}

/// What the crate `p256` says.
pub(super) fn oracle(key: &[u8], digest: &[u8; 32], signature: &[u8]) -> bool {
    use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).unwrap();
    p256::ecdsa::Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
}

/// The verdicts of every kernel on one signature in range.
pub(super) fn verdicts(key: &PublicKey, digest: &[u8; 32], signature: &Signature) -> [bool; 6] {
    let prepared = key.clone();
    assert!(prepared.prepare());
    let mut inverse = [signature.s];
    invert_all(&mut inverse, &mut [Default::default()]);
    let claim = Claim::new(&limbs::from_bytes(digest), signature.r, &inverse[0]);
    let bytes = joined(&be(&signature.r.0), &be(&signature.s.0));
    let item = |key| Item { key, digest, signature: &bytes };
    let mut together = [false; 2];
    verify_batch(&[item(&prepared); 2], &mut together);
    assert_eq!(together[0], together[1]);
    [
        verify_cold(&claim, &key.point),
        verify_completely(&claim, &key.point),
        prepared.verify_prehash(digest, signature).is_ok(),
        Warm::new(claim, prepared.prepared.get().unwrap()).decide_completely(),
        key.verify_prehash(digest, signature).is_ok(),
        together[0],
    ]
}

fn be(limbs: &limbs::Limbs) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, limb) in bytes.chunks_exact_mut(8).zip(limbs.iter().rev()) {
        chunk.copy_from_slice(&limb.to_be_bytes());
    }
    bytes
}

/// Asserts that every kernel has the verdict of a case, and the opposite of a valid one after a change of
/// the digest.
#[track_caller]
pub(super) fn assert_everywhere(key: &PublicKey, case: &Case) {
    let signature = Signature::from_bytes(&case.signature).unwrap();
    assert_eq!(verdicts(key, &case.digest, &signature), [case.valid; 6], "{:x?}", case.signature);
    let mut digest = case.digest;
    digest[7] ^= 4;
    assert_eq!(verdicts(key, &digest, &signature), [false; 6], "{:x?}", case.signature);
}

/// The verdicts of a batch of cases, each with the key at its index.
pub(super) fn batch(keys: &[PublicKey], cases: &[(usize, &Case)]) -> Vec<bool> {
    let items: Vec<Item<'_>> = cases
        .iter()
        .map(|(key, case)| Item {
            key: &keys[*key],
            digest: &case.digest,
            signature: &case.signature,
        })
        .collect();
    let mut valid = vec![true; items.len()];
    verify_batch(&items, &mut valid);
    valid
}
