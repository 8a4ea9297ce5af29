//! Signatures, MACs and digests by themselves, of messages of 250 bytes. RS256 is measured where its
//! kernels are, in `crates/kernels/benches`.
//!
//! `portable` is safe Rust, `detected` the fastest kernel that this CPU can run. The digest of the
//! message is part of every signature's figure; parsing the key is not.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a benchmark cannot set up, it cannot measure"
)]

mod support;

use countersign::encoding::json::Object;
use countersign::jose::{Jwk, jws};
use countersign::{Algorithm, At, Limits, Policy, PublicKey, Secret, sha256};
use countersign_kernels::{Hash, Kernel};
use countersign_testkit::{self as testkit, EcIssuer, Issuer, Rng, RsaIssuer};
use criterion::{Criterion, Throughput};

use support::{CpuTime, bench};

struct Signed {
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// A message that is signed, and again with one bit of the signature flipped.
fn signed(issuer: &impl Issuer, algorithm: Algorithm) -> [Signed; 2] {
    [0, 1].map(|flip| {
        let message: Vec<u8> = (0..250).collect();
        let mut signature = issuer.sign_raw(&message, algorithm).unwrap();
        let middle = signature.len() / 2;
        signature[middle] ^= flip;
        Signed { message, signature }
    })
}

fn public_key(issuer: &impl Issuer) -> PublicKey {
    let jwk = issuer.jwk().to_string();
    Jwk::parse(jwk.as_bytes(), &Limits::default()).unwrap().key().clone()
}

fn kernels() -> [(&'static str, Kernel); 2] {
    [("portable", Kernel::portable()), ("detected", Kernel::detect())]
}

fn ps256(criterion: &mut Criterion<CpuTime>) {
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let key = public_key(&issuer);
    let key = key.as_rsa().unwrap();
    let [valid, altered] = signed(&issuer, Algorithm::Ps256);

    let mut group = criterion.benchmark_group("rsa/ps256-2048");
    group.throughput(Throughput::Elements(1));
    for (name, kernel) in kernels() {
        bench(&mut group, name, &valid, &altered, |case| {
            key.verify_pss_with(kernel, Hash::Sha256, &sha256(&case.message), &case.signature)
        });
    }
    group.finish();
}

fn es256(criterion: &mut Criterion<CpuTime>) {
    let issuer = EcIssuer::generate(&mut Rng::from_seed(3), None);
    let key = public_key(&issuer);
    let [valid, altered] = signed(&issuer, Algorithm::Es256);

    let mut group = criterion.benchmark_group("ecdsa/es256");
    group.throughput(Throughput::Elements(1));
    bench(&mut group, "kernels", &valid, &altered, |case| {
        key.verify(Algorithm::Es256, &[&case.message], &case.signature)
    });
    group.finish();
}

/// The MAC is not public API by itself, so the token around it is measured: the shortest there is.
fn hs256(criterion: &mut Criterion<CpuTime>) {
    let token = |byte| {
        let header = Object::new().with("alg", "HS256");
        testkit::hs256(&Secret::new(vec![byte; 32]), &header, b"{}")
    };
    let verifier = jws::Verifier::with_secret(Secret::new(vec![7; 32]), Policy::default()).unwrap();

    let mut group = criterion.benchmark_group("hmac/hs256-token");
    group.throughput(Throughput::Elements(1));
    bench(&mut group, "hmac", &token(7), &token(8), |token| {
        verifier.verify(token.as_bytes(), &jws::Expected::unbound().allow_no_expiry(), At::Issued)
    });
    group.finish();
}

fn sha_256(criterion: &mut Criterion<CpuTime>) {
    for size in [64, 250, 4096] {
        let message = vec![0x5a; size];
        let mut altered = message.clone();
        altered[size / 2] ^= 1;
        let digest = sha256(&message);

        let mut group = criterion.benchmark_group(format!("hash/sha256-{size}-bytes"));
        group.throughput(Throughput::Bytes(u64::try_from(size).unwrap()));
        bench(&mut group, "sha2", &message, &altered, |message| sha256(message) == digest);
        group.finish();
    }
}

fn main() {
    let mut criterion = support::criterion();
    ps256(&mut criterion);
    es256(&mut criterion);
    hs256(&mut criterion);
    sha_256(&mut criterion);
    criterion.final_summary();
}
