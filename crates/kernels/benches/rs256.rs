//! RSASSA-PKCS1-v1_5 with SHA-256 over messages of 250 bytes: one signature, many at once, a new key.
//!
//! `portable` is safe Rust, `detected` the fastest kernel that this CPU can run. Others that it can run
//! are between them, by name. The digest of the
//! message is part of every figure. Preparing the key is a part of `new-key` only.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a benchmark cannot set up, it cannot measure"
)]

mod support;
#[path = "../src/rsa/test_keys.rs"]
mod test_keys;

use countersign_kernels::rsa::{Pkcs1Item, RsaPublicKey, verify_pkcs1_batch};
use countersign_kernels::{Hash, Kernel};
use criterion::{Criterion, Throughput};
use num_bigint::BigUint;
use test_keys::KEYS;

use support::{BATCH, CpuTime, bench};

const EXPONENT: &[u8] = &[1, 0, 1];

struct Signed {
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// A private key of the tests.
struct Signer {
    n: BigUint,
    d: BigUint,
}

impl Signer {
    fn new(bits: usize) -> Self {
        let (_, n, d) = KEYS.iter().find(|(size, ..)| *size == bits).unwrap();
        let number = |text: &str| BigUint::parse_bytes(text.as_bytes(), 16).unwrap();
        Self { n: number(n), d: number(d) }
    }

    fn key(&self) -> RsaPublicKey {
        RsaPublicKey::new(&self.n.to_bytes_be(), EXPONENT).unwrap()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        // RFC 8017 section 9.2, with note 1's prefix of SHA-256.
        let prefix =
            [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
        let size = self.n.to_bytes_be().len();
        let mut block = vec![0xff; size - 52];
        block[..2].copy_from_slice(&[0, 1]);
        block.push(0);
        block.extend(prefix);
        block.extend(digest(message));
        let signature = BigUint::from_bytes_be(&block).modpow(&self.d, &self.n).to_bytes_be();
        [vec![0; size - signature.len()], signature].concat()
    }

    /// Messages, each signed, and again with one bit of each signature flipped.
    fn signed(&self, count: usize) -> [Vec<Signed>; 2] {
        [0, 1].map(|flip| {
            let case = |index: usize| {
                let message: Vec<u8> = (index..index + 250).map(|n| n.to_le_bytes()[0]).collect();
                let mut signature = self.sign(&message);
                let middle = signature.len() / 2;
                signature[middle] ^= flip;
                Signed { message, signature }
            };
            (0..count).map(case).collect()
        })
    }
}

fn digest(message: &[u8]) -> [u8; 32] {
    let mut buffer = [0; 64];
    Hash::Sha256.digest(&[message], &mut buffer).try_into().unwrap()
}

/// Those of this CPU, by name; the last one is what is detected.
fn kernels() -> impl Iterator<Item = (&'static str, Kernel)> {
    Kernel::available()
        .map(|kernel| (if kernel == Kernel::detect() { "detected" } else { kernel.name() }, kernel))
}

fn verify_one(key: &RsaPublicKey, kernel: Kernel, case: &Signed) -> bool {
    let digest = digest(&case.message);
    key.verify_pkcs1_with(kernel, Hash::Sha256, &digest, &case.signature).is_ok()
}

fn verify_many(key: &RsaPublicKey, kernel: Kernel, cases: &[Signed]) -> Vec<bool> {
    let digests: Vec<[u8; 32]> = cases.iter().map(|case| digest(&case.message)).collect();
    let items: Vec<Pkcs1Item<'_>> = cases
        .iter()
        .zip(&digests)
        .map(|(Signed { signature, .. }, digest)| Pkcs1Item {
            key,
            hash: Hash::Sha256,
            digest,
            signature,
        })
        .collect();
    let mut verdicts = vec![false; cases.len()];
    verify_pkcs1_batch(kernel, &items, &mut verdicts);
    verdicts
}

fn rs256(criterion: &mut Criterion<CpuTime>) {
    for bits in [1024, 2048, 3072, 4096] {
        let signer = Signer::new(bits);
        let (key, modulus) = (signer.key(), signer.n.to_bytes_be());
        let [valid, altered] = signer.signed(BATCH);

        let mut group = criterion.benchmark_group(format!("rsa/rs256-{bits}"));
        group.throughput(Throughput::Elements(1));
        for (name, kernel) in kernels() {
            bench(&mut group, name, &valid[0], &altered[0], |case| verify_one(&key, kernel, case));
        }
        bench(&mut group, "new-key", &valid[0], &altered[0], |case| {
            let key = RsaPublicKey::new(&modulus, EXPONENT).unwrap();
            verify_one(&key, Kernel::detect(), case)
        });
        group.throughput(Throughput::Elements(u64::try_from(BATCH).unwrap()));
        for (name, kernel) in kernels() {
            let name = format!("{name}-batch-of-{BATCH}");
            bench(&mut group, &name, &valid, &altered, |cases| verify_many(&key, kernel, cases));
        }
        group.finish();
    }
}

fn main() {
    let mut criterion = support::criterion();
    rs256(&mut criterion);
    criterion.final_summary();
}
