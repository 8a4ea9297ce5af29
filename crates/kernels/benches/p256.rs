//! ES256 over messages of 250 bytes: one signature under a key without a table and with one, many at
//! once, and a key with its table made for one signature. The peer is the crate `p256`.
//!
//! The digest of the message is part of every figure.
#![expect(clippy::unwrap_used, reason = "what a benchmark cannot set up, it cannot measure")]

mod support;

use countersign_kernels::p256::{Message, PublicKey, Signature, verify_messages};
use criterion::{Criterion, Throughput};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{SigningKey, VerifyingKey};

use support::{BATCH, CpuTime, bench};

struct Signed {
    message: Vec<u8>,
    signature: [u8; 64],
}

/// Messages, each signed, and again with one bit of each signature flipped.
fn signed(signer: &SigningKey) -> [Vec<Signed>; 2] {
    [0, 1].map(|flip| {
        let case = |index: usize| {
            let message: Vec<u8> = (index..index + 250).map(|n| n.to_le_bytes()[0]).collect();
            let signature: p256::ecdsa::Signature = signer.sign(&message);
            let mut signature: [u8; 64] = signature.to_bytes().into();
            signature[40] ^= flip;
            Signed { message, signature }
        };
        (0..BATCH).map(case).collect()
    })
}

fn verify_one(key: &PublicKey, Signed { message, signature }: &Signed) -> bool {
    Signature::from_bytes(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
}

fn verify_many(key: &PublicKey, cases: &[Signed]) -> Vec<bool> {
    let items: Vec<Message<'_>> = cases
        .iter()
        .map(|Signed { message, signature }| Message { key, message, signature })
        .collect();
    let mut verdicts = vec![false; cases.len()];
    verify_messages(&items, &mut verdicts);
    verdicts
}

fn es256(criterion: &mut Criterion<CpuTime>) {
    let signer = SigningKey::from_slice(&[0x17; 32]).unwrap();
    let peer = VerifyingKey::from(&signer);
    let point = peer.to_sec1_point(false);
    let new = || PublicKey::from_sec1(point.as_bytes()).unwrap();
    let prepared = || {
        let key = new();
        assert!(key.prepare());
        key
    };
    let key = prepared();
    let [valid, altered] = signed(&signer);
    let (Some(one), Some(bad)) = (valid.first(), altered.first()) else { return };

    let mut group = criterion.benchmark_group("p256/es256");
    group.throughput(Throughput::Elements(1));
    bench(&mut group, "new-key", one, bad, |case| verify_one(&new(), case));
    bench(&mut group, "prepared-key", one, bad, |case| verify_one(&key, case));
    bench(&mut group, "prepare", one, bad, |case| verify_one(&prepared(), case));
    bench(&mut group, "p256", one, bad, |case: &Signed| {
        p256::ecdsa::Signature::from_slice(&case.signature)
            .and_then(|signature| peer.verify(&case.message, &signature))
    });
    group.throughput(Throughput::Elements(u64::try_from(BATCH).unwrap()));
    let name = format!("prepared-key-batch-of-{BATCH}");
    bench(&mut group, &name, &valid, &altered, |cases| verify_many(&key, cases));
    group.finish();
}

fn main() {
    let mut criterion = support::criterion();
    es256(&mut criterion);
    criterion.final_summary();
}
