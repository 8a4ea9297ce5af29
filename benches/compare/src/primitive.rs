//! RS256 with the key parsed beforehand where the contender can do that; SHA-256 of a message of
//! 250 bytes included.

use countersign::Algorithm;
use countersign_kernels::rsa::{Pkcs1Message, RsaPublicKey, verify_pkcs1_messages};
use countersign_kernels::{Hash, Kernel};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use sha2::{Digest as _, Sha256};

use crate::cases::{CASES, Case, Cases, MESSAGE_BYTES};
use crate::intel;
use crate::race::{Contender, Kind, Race, Title};

// Names of those whom a goal is about.
pub(crate) const AWS_LC_RS: &str = "aws-lc-rs, parsed key";
pub(crate) const AWS_LC_RS_COLD: &str = "aws-lc-rs, cold";
pub(crate) const BATCH: &str = "countersign, batch";
pub(crate) const COLD: &str = "countersign, cold";
pub(crate) const COLD_PORTABLE: &str = "countersign, portable, cold";
pub(crate) const INTEL: &str = "Intel, eight at once";
pub(crate) const ONE_BY_ONE: &str = "countersign, one by one";
pub(crate) const PORTABLE: &str = "countersign, portable";
pub(crate) const RSA: &str = "rsa 0.10";

/// One key, and messages signed with it.
pub(crate) struct Material {
    bits: usize,
    cases: Cases,
    modulus: Vec<u8>,
    /// RSAPublicKey of RFC 8017 appendix A.1.1.
    der: Vec<u8>,
}

impl Material {
    pub(crate) fn new(bits: usize) -> Self {
        let issuer = RsaIssuer::generate(&mut Rng::from_seed(bits as u64), bits, None)
            .expect("a key of this size");
        let sign = |message: &[u8]| issuer.sign_raw(message, Algorithm::Rs256).expect("an RSA key");
        let modulus = issuer.modulus();
        let der = sequence(&[integer(&modulus), integer(&[1, 0, 1])].concat());
        Self { bits, cases: Cases::new(sign), modulus, der }
    }

    fn race<'a>(
        &'a self,
        kind: Kind,
        batch: usize,
        contenders: Vec<Contender<'a, Case>>,
    ) -> Race<'a, Case> {
        let title = Title { kind, bits: self.bits, batch, bytes: MESSAGE_BYTES };
        Race {
            title,
            valid: &self.cases.valid[..batch],
            altered: &self.cases.altered[..batch],
            contenders,
        }
    }

    /// Everybody who is at hand. `aws-lc-rs` comes first, as what the others are compared with.
    pub(crate) fn everybody(&self) -> Race<'_, Case> {
        let mut contenders = vec![self.aws_lc_rs(), self.ring()];
        // It takes no keys below 2048 bits.
        if self.bits >= 2048 {
            contenders.push(self.graviola());
        }
        contenders.push(self.openssl());
        contenders.push(self.rsa());
        contenders.extend(self.intel());
        contenders.push(self.one_by_one(PORTABLE, Kernel::portable()));
        contenders.push(self.one_by_one(ONE_BY_ONE, Kernel::detect()));
        contenders.push(self.batch(BATCH, Kernel::detect()));
        self.race(Kind::Rs256, CASES, contenders)
    }

    /// Those who can take a modulus and an exponent, each time as if for the first time, and ourselves
    /// with a key that is kept.
    pub(crate) fn cold(&self) -> Race<'_, Case> {
        let mut contenders = vec![self.aws_lc_rs_cold(), self.ring_cold()];
        contenders.push(self.one_by_one_cold(COLD_PORTABLE, Kernel::portable()));
        contenders.push(self.one_by_one_cold(COLD, Kernel::detect()));
        contenders.push(self.one_by_one(ONE_BY_ONE, Kernel::detect()));
        self.race(Kind::Cold, CASES, contenders)
    }

    /// Every kernel of this CPU, one signature at a time and in a batch, with a key that is kept and with
    /// one that is new.
    pub(crate) fn kernels(&self) -> Race<'_, Case> {
        let mut contenders = vec![self.aws_lc_rs(), self.aws_lc_rs_cold()];
        for kernel in Kernel::available() {
            let [one, one_cold, batch, batch_cold] = kernel_names(kernel);
            contenders.push(self.one_by_one(one, kernel));
            contenders.push(self.one_by_one_cold(one_cold, kernel));
            contenders.push(self.batch(batch, kernel));
            contenders.push(self.batch_cold(batch_cold, kernel));
        }
        self.race(Kind::Kernels, CASES, contenders)
    }

    /// A batch of this many against as many single calls.
    pub(crate) fn batch_of(&self, count: usize) -> Race<'_, Case> {
        let contenders = vec![
            self.one_by_one("one by one", Kernel::detect()),
            self.batch("batch", Kernel::detect()),
        ];
        self.race(Kind::Lanes, count, contenders)
    }

    fn key(&self) -> RsaPublicKey {
        RsaPublicKey::new(&self.modulus, &[1, 0, 1]).expect("a usable key")
    }

    fn one_by_one(&self, name: &'static str, kernel: Kernel) -> Contender<'_, Case> {
        let key = self.key();
        Contender::each(name, move |case: &Case| {
            let digest = Sha256::digest(&case.message);
            key.verify_pkcs1_with(kernel, Hash::Sha256, &digest, &case.signature).is_ok()
        })
    }

    fn one_by_one_cold(&self, name: &'static str, kernel: Kernel) -> Contender<'_, Case> {
        Contender::each(name, move |case: &Case| {
            let digest = Sha256::digest(&case.message);
            let key = self.key();
            key.verify_pkcs1_with(kernel, Hash::Sha256, &digest, &case.signature).is_ok()
        })
    }

    fn batch(&self, name: &'static str, kernel: Kernel) -> Contender<'_, Case> {
        let key = self.key();
        Contender::together(name, move |cases: &[Case], verdicts| {
            let items: Vec<Pkcs1Message<'_>> = cases
                .iter()
                .map(|Case { message, signature }| Pkcs1Message {
                    key: &key,
                    hash: Hash::Sha256,
                    message,
                    signature,
                })
                .collect();
            verdicts.resize(cases.len(), false);
            verify_pkcs1_messages(kernel, &items, verdicts);
        })
    }

    /// A batch in which each signature has a key of its own, made from its bytes.
    fn batch_cold(&self, name: &'static str, kernel: Kernel) -> Contender<'_, Case> {
        Contender::together(name, move |cases: &[Case], verdicts| {
            let keys: Vec<RsaPublicKey> = cases.iter().map(|_| self.key()).collect();
            let items: Vec<Pkcs1Message<'_>> = cases
                .iter()
                .zip(&keys)
                .map(|(Case { message, signature }, key)| Pkcs1Message {
                    key,
                    hash: Hash::Sha256,
                    message,
                    signature,
                })
                .collect();
            verdicts.resize(cases.len(), false);
            verify_pkcs1_messages(kernel, &items, verdicts);
        })
    }

    fn aws_lc_rs(&self) -> Contender<'_, Case> {
        use aws_lc_rs::signature as aws;
        let algorithm = if self.bits < 2048 {
            &aws::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        } else {
            &aws::RSA_PKCS1_2048_8192_SHA256
        };
        let key = aws::ParsedPublicKey::new(algorithm, &self.der).expect("a usable key");
        Contender::each(AWS_LC_RS, move |case: &Case| {
            key.verify_sig(&case.message, &case.signature).is_ok()
        })
    }

    fn aws_lc_rs_cold(&self) -> Contender<'_, Case> {
        use aws_lc_rs::signature as aws;
        let algorithm = if self.bits < 2048 {
            &aws::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        } else {
            &aws::RSA_PKCS1_2048_8192_SHA256
        };
        Contender::each(AWS_LC_RS_COLD, move |case: &Case| {
            let key = aws::RsaPublicKeyComponents { n: &self.modulus[..], e: &[1, 0, 1][..] };
            key.verify(algorithm, &case.message, &case.signature).is_ok()
        })
    }

    fn ring_cold(&self) -> Contender<'_, Case> {
        let algorithm = if self.bits < 2048 {
            &ring::signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        } else {
            &ring::signature::RSA_PKCS1_2048_8192_SHA256
        };
        Contender::each("ring, cold", move |case: &Case| {
            let key =
                ring::signature::RsaPublicKeyComponents { n: &self.modulus[..], e: &[1, 0, 1][..] };
            key.verify(algorithm, &case.message, &case.signature).is_ok()
        })
    }

    fn ring(&self) -> Contender<'_, Case> {
        let algorithm = if self.bits < 2048 {
            &ring::signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        } else {
            &ring::signature::RSA_PKCS1_2048_8192_SHA256
        };
        let key = ring::signature::UnparsedPublicKey::new(algorithm, &self.der);
        Contender::each("ring", move |case: &Case| {
            key.verify(&case.message, &case.signature).is_ok()
        })
    }

    fn graviola(&self) -> Contender<'_, Case> {
        let key =
            graviola::signing::rsa::VerifyingKey::from_pkcs1_der(&self.der).expect("a usable key");
        Contender::each("graviola", move |case: &Case| {
            key.verify_pkcs1_sha256(&case.signature, &case.message).is_ok()
        })
    }

    fn openssl(&self) -> Contender<'_, Case> {
        let key = openssl::rsa::Rsa::public_key_from_der_pkcs1(&self.der).expect("a usable key");
        let key: PKey<Public> = PKey::from_rsa(key).expect("a usable key");
        Contender::each("openssl, EVP", move |case: &Case| {
            let mut verifier =
                openssl::sign::Verifier::new(MessageDigest::sha256(), &key).expect("a context");
            verifier.verify_oneshot(&case.signature, &case.message).unwrap_or(false)
        })
    }

    fn rsa(&self) -> Contender<'_, Case> {
        let key = rsa::PublicKey::new(
            rsa::BoxedUint::from_be_slice_vartime(&self.modulus),
            rsa::BoxedUint::from(65_537_u64),
        )
        .expect("a usable key");
        Contender::each(RSA, move |case: &Case| {
            let scheme = rsa::pkcs1v15::Pkcs1v15Sign::new::<Sha256>();
            key.verify(scheme, &Sha256::digest(&case.message), &case.signature).is_ok()
        })
    }

    /// Intel's library has only the power: around it, `sha2` hashes one message after the other, and
    /// whole encodings are compared (RFC 8017 section 8.2.2).
    fn intel(&self) -> Option<Contender<'_, Case>> {
        let mut kernel = intel::Kernel::new(self.bits)?;
        let modulus: Vec<u64> = self
            .modulus
            .rchunks_exact(8)
            .map(|word| u64::from_be_bytes(word.try_into().expect("eight bytes")))
            .collect();
        let mut encoded = vec![0xff; self.modulus.len()];
        let digest_at = encoded.len() - 32;
        encoded[..2].copy_from_slice(&[0, 1]);
        encoded[digest_at - 20..digest_at].copy_from_slice(&SHA256_PREFIX);
        let mut powers = std::array::from_fn(|_| vec![0; self.modulus.len()]);
        Some(Contender::together(INTEL, move |cases: &[Case], verdicts| {
            for eight in cases.chunks_exact(8) {
                let signatures = std::array::from_fn(|lane| eight[lane].signature.as_slice());
                kernel.powers(signatures, &modulus, &mut powers);
                for (case, power) in eight.iter().zip(&powers) {
                    encoded[digest_at..].copy_from_slice(&Sha256::digest(&case.message));
                    verdicts.push(*power == encoded);
                }
            }
        }))
    }
}

/// What stands before a digest of SHA-256 in an encoding: the end of the padding, and `DigestInfo`
/// without the digest (RFC 8017 section 9.2, note 1).
const SHA256_PREFIX: [u8; 20] = [
    0x00, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
    0x05, 0x00, 0x04, 0x20,
];

/// Names of a kernel with one signature and a batch, each also with a new key.
fn kernel_names(kernel: Kernel) -> [&'static str; 4] {
    match kernel.name() {
        "avx512ifma" => {
            ["avx512ifma", "avx512ifma, cold", "avx512ifma, batch", "avx512ifma, cold batch"]
        }
        "avx2+adx" => ["avx2+adx", "avx2+adx, cold", "avx2+adx, batch", "avx2+adx, cold batch"],
        "avx2" => ["avx2", "avx2, cold", "avx2, batch", "avx2, cold batch"],
        "adx" => ["adx", "adx, cold", "adx, batch", "adx, cold batch"],
        _ => ["portable", "portable, cold", "portable, batch", "portable, cold batch"],
    }
}

fn sequence(body: &[u8]) -> Vec<u8> {
    tagged(0x30, body)
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    if bytes[0] < 0x80 { tagged(2, bytes) } else { tagged(2, &[&[0], bytes].concat()) }
}

fn tagged(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = match body.len() {
        short @ 0..128 => vec![short as u8],
        medium @ 128..256 => vec![0x81, medium as u8],
        long => [&[0x82], &(long as u16).to_be_bytes()[..]].concat(),
    };
    [&[tag], length.as_slice(), body].concat()
}
