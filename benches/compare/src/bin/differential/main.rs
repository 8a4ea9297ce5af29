//! Random signatures, good and bad, judged by every kernel and by aws-lc-rs: all must agree.
//!
//! ```text
//! cargo run --release --bin differential -- [CASES] [SEED]
//! cargo run --release --bin differential -- es256 [CASES] [SEED]
//! ```
//!
//! Cases come in batches of 1 to 64, with keys of several sizes mixed, so that lanes are filled
//! with strangers and leftovers go to the kernel for one. Each is judged by every kernel of this CPU, alone and in
//! its batch, and by aws-lc-rs. The first disagreement ends the run with
//! its seed. One that changes nothing is not counted as altered.

mod es256;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY};
use countersign::Algorithm;
use countersign_kernels::rsa::{Pkcs1Item, RsaPublicKey, verify_pkcs1_batch};
use countersign_kernels::{Hash, Kernel};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer};
use sha2::{Digest as _, Sha256};

/// Bits of the keys. Small ones are cheap, so most cases use them.
const SIZES: [usize; 8] = [1024, 1024, 1024, 1056, 1280, 1536, 2048, 3072];

/// Messages signed with each key.
const SIGNED: usize = 128;

struct Signer {
    key: RsaPublicKey,
    peer: ParsedPublicKey,
    /// Digest and signature.
    signed: Vec<([u8; 32], Vec<u8>)>,
}

impl Signer {
    fn new(rng: &mut Rng, bits: usize) -> Self {
        let issuer = RsaIssuer::generate(rng, bits, None).expect("a key of this size");
        let signed = (0..SIGNED)
            .map(|_| {
                let message = rng.bytes::<16>();
                let signature = issuer.sign_raw(&message, Algorithm::Rs256).expect("an RSA key");
                (Sha256::digest(message).into(), signature)
            })
            .collect();
        let modulus = issuer.modulus();
        let key = RsaPublicKey::new(&modulus, &[1, 0, 1]).expect("a usable key");
        let info = issuer.public_key_pem();
        let der = pem_body(&info);
        let peer = ParsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, &der)
            .expect("a usable key");
        Self { key, peer, signed }
    }
}

/// The DER inside a PEM block.
fn pem_body(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    countersign::encoding::base64::decode_standard(text.as_bytes()).expect("base64")
}

struct Case<'a> {
    signer: &'a Signer,
    digest: [u8; 32],
    signature: Vec<u8>,
}

/// A signature as it was made, or altered in one of several ways.
fn case<'a>(signers: &'a [Signer], random: &mut Random) -> Case<'a> {
    let signer = &signers[random.below(signers.len())];
    let (digest, signature) = &signer.signed[random.below(SIGNED)];
    let (mut digest, mut signature) = (*digest, signature.clone());
    let length = signature.len();
    match random.below(10) {
        0 => signature[random.below(length)] ^= 1 << random.below(8),
        1 => digest[random.below(32)] ^= 1 << random.below(8),
        // Any bytes: above the modulus about as often as below it.
        2 => signature.fill_with(|| random.below(256) as u8),
        // Numbers with runs of ones and zeros, where carries ripple.
        3 => {
            let (from, to) = (random.below(length), random.below(length));
            let byte = [0, 0xff][random.below(2)];
            signature[from.min(to)..from.max(to)].fill(byte);
        }
        // The signature of another message.
        4 => signature.clone_from(&signer.signed[random.below(SIGNED)].1),
        // Numbers near the modulus.
        5 => {
            signature.copy_from_slice(signer.key.modulus());
            let last = length - 1;
            signature[last] = signature[last].wrapping_add(random.below(5) as u8).wrapping_sub(2);
        }
        6 if random.below(8) == 0 => {
            signature.pop();
        }
        _ => {}
    }
    Case { signer, digest, signature }
}

/// Xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % bound as u64) as usize
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|argument| argument == "es256").is_some() {
        return es256::run(arguments);
    }
    let cases: u64 = arguments.next().map_or(20_000, |text| text.parse().expect("a count"));
    let seed: u64 = arguments.next().map_or(1, |text| text.parse().expect("a seed"));
    let mut rng = Rng::from_seed(seed);
    let signers: Vec<Signer> = SIZES.iter().map(|bits| Signer::new(&mut rng, *bits)).collect();
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let kernels: Vec<Kernel> = Kernel::available().collect();
    let (mut done, mut valid) = (0, 0);
    while done < cases {
        let batch: Vec<Case<'_>> =
            (0..1 + random.below(64)).map(|_| case(&signers, &mut random)).collect();
        let items: Vec<Pkcs1Item<'_>> = batch
            .iter()
            .map(|case| Pkcs1Item {
                key: &case.signer.key,
                hash: Hash::Sha256,
                digest: &case.digest,
                signature: &case.signature,
            })
            .collect();
        let together: Vec<Vec<bool>> = kernels
            .iter()
            .map(|kernel| {
                let mut verdicts = vec![false; batch.len()];
                verify_pkcs1_batch(*kernel, &items, &mut verdicts);
                verdicts
            })
            .collect();
        for (index, case) in batch.iter().enumerate() {
            let digest = aws_lc_rs::digest::Digest::import_less_safe(
                &case.digest,
                &aws_lc_rs::digest::SHA256,
            )
            .expect("a digest");
            let theirs = case.signer.peer.verify_digest_sig(&digest, &case.signature).is_ok();
            let alone = |kernel: Kernel| {
                let (key, signature) = (&case.signer.key, &case.signature);
                key.verify_pkcs1_with(kernel, Hash::Sha256, &case.digest, signature).is_ok()
            };
            for (kernel, together) in kernels.iter().zip(&together) {
                let (alone, together) = (alone(*kernel), together[index]);
                assert!(
                    alone == theirs && together == theirs,
                    "seed {seed}, case {}: aws-lc-rs {theirs}, {} alone {alone}, in its batch {together}",
                    done + index as u64,
                    kernel.name()
                );
            }
            valid += u64::from(theirs);
        }
        done += batch.len() as u64;
    }
    let names: Vec<&str> = kernels.into_iter().map(Kernel::name).collect();
    println!(
        "{done} cases, seed {seed}: {valid} valid, {} refused, by {names:?} alone and together, and by aws-lc-rs",
        done - valid
    );
    assert!(valid > 0 && valid < done, "all cases were alike");
}
