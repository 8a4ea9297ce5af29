//! The same for ES256: under keys with and without a table, alone and in a batch.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use countersign::Algorithm;
use countersign_kernels::p256::{Item, PublicKey, Signature, verify_batch};
use countersign_testkit::{EcIssuer, Issuer as _, Rng};
use sha2::{Digest as _, Sha256};

use crate::Random;

/// Messages signed with each key.
const SIGNED: usize = 128;

/// The order of the group.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

struct Signer {
    key: PublicKey,
    prepared: PublicKey,
    peer: ParsedPublicKey,
    signed: Vec<([u8; 32], [u8; 64])>,
}

impl Signer {
    /// A random key, or that of a small number or its opposite.
    fn new(rng: &mut Rng, index: usize) -> Self {
        let issuer = if index.is_multiple_of(2) {
            EcIssuer::generate(rng, None)
        } else {
            let small = 1 + index as u8 / 4;
            let mut secret = [0; 32];
            if index % 4 == 1 {
                secret[31] = small;
            } else {
                secret = N;
                secret[31] -= small;
            }
            EcIssuer::from_secret_scalar(&secret, None).expect("below the order")
        };
        let signed = (0..SIGNED)
            .map(|_| {
                let message = rng.bytes::<16>();
                let signature = issuer.sign_raw(&message, Algorithm::Es256).expect("a P-256 key");
                (Sha256::digest(message).into(), signature.try_into().expect("64 bytes"))
            })
            .collect();
        let jwk =
            serde_json::from_str::<serde_json::Value>(&issuer.jwk().to_string()).expect("JSON");
        let mut point = vec![4];
        for member in ["x", "y"] {
            let text = jwk[member].as_str().expect("a coordinate").as_bytes();
            point.extend(countersign::encoding::base64::decode_url(text).expect("base64"));
        }
        let key = PublicKey::from_sec1(&point).expect("a usable key");
        let prepared = PublicKey::from_sec1(&point).expect("a usable key");
        assert!(prepared.prepare());
        let peer = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).expect("a usable key");
        Self { key, prepared, peer, signed }
    }
}

struct Case<'a> {
    signer: &'a Signer,
    digest: [u8; 32],
    signature: Vec<u8>,
}

/// A signature as it was made, or altered in one of several ways.
fn case<'a>(signers: &'a [Signer], random: &mut Random) -> Case<'a> {
    let signer = &signers[random.below(signers.len())];
    let (mut digest, signature) = signer.signed[random.below(SIGNED)];
    let mut signature = signature.to_vec();
    match random.below(12) {
        0 => signature[random.below(64)] ^= 1 << random.below(8),
        1 => digest[random.below(32)] ^= 1 << random.below(8),
        2 => signature.fill_with(|| random.below(256) as u8),
        // Runs of ones and zeros, also in the digest.
        3 => {
            let (from, to) = (random.below(64), random.below(64));
            let byte = [0, 0xff][random.below(2)];
            signature[from.min(to)..from.max(to)].fill(byte);
            digest[random.below(32)..].fill(byte);
        }
        4 => signature.copy_from_slice(&signer.signed[random.below(SIGNED)].1),
        // Numbers near the order, and small ones.
        5 => {
            let half = 32 * random.below(2);
            signature[half..half + 32].copy_from_slice(&N);
            signature[half + 31] =
                signature[half + 31].wrapping_add(random.below(5) as u8).wrapping_sub(2);
        }
        6 => {
            let half = 32 * random.below(2);
            signature[half..half + 31].fill(0);
            signature[half + 31] = random.below(4) as u8;
        }
        // The other signature of the same message: `(r, n − s)`.
        7 => {
            let mut borrow = 0;
            for index in (0..32).rev() {
                let difference = i32::from(N[index]) - i32::from(signature[32 + index]) - borrow;
                borrow = i32::from(difference < 0);
                signature[32 + index] = difference.rem_euclid(256) as u8;
            }
        }
        8 if random.below(8) == 0 => {
            signature.pop();
        }
        _ => {}
    }
    Case { signer, digest, signature }
}

/// Runs some cases, and ends the process at the first disagreement.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) {
    let cases: u64 = arguments.next().map_or(20_000, |text| text.parse().expect("a count"));
    let seed: u64 = arguments.next().map_or(1, |text| text.parse().expect("a seed"));
    let mut rng = Rng::from_seed(seed);
    let signers: Vec<Signer> = (0..16).map(|index| Signer::new(&mut rng, index)).collect();
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (mut done, mut valid) = (0, 0);
    let mut verdicts = Vec::new();
    while done < cases {
        let batch: Vec<Case<'_>> =
            (0..1 + random.below(96)).map(|_| case(&signers, &mut random)).collect();
        let items: Vec<Item<'_>> = batch
            .iter()
            .map(|Case { signer, digest, signature }| Item {
                key: &signer.prepared,
                digest,
                signature,
            })
            .collect();
        verdicts.clear();
        verdicts.resize(batch.len(), false);
        verify_batch(&items, &mut verdicts);
        for (index, (case, together)) in batch.iter().zip(&verdicts).enumerate() {
            let Case { signer, digest, signature } = case;
            let imported =
                aws_lc_rs::digest::Digest::import_less_safe(digest, &aws_lc_rs::digest::SHA256);
            let theirs =
                signer.peer.verify_digest_sig(&imported.expect("a digest"), signature).is_ok();
            // Clones of a key without a table have none either.
            let alone = [signer.key.clone(), signer.prepared.clone()].map(|key| {
                Signature::from_bytes(signature)
                    .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok())
            });
            assert!(
                alone == [theirs; 2] && *together == theirs,
                "seed {seed}, case {}: aws-lc-rs {theirs}, cold and warm {alone:?}, batch {together}",
                done + index as u64
            );
            valid += u64::from(theirs);
        }
        done += batch.len() as u64;
    }
    println!(
        "{done} cases of ES256, seed {seed}: {valid} valid, {} refused, by cold, warm, batch and aws-lc-rs",
        done - valid
    );
    assert!(valid > 0 && valid < done, "all cases were alike");
}
