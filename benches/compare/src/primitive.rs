//! RS256 with the key parsed beforehand where the contender can do that; SHA-256 of a message of
//! 250 bytes included.

use std::hint::black_box;

use countersign::Algorithm;
use countersign::crypto::rsa::{Hash, Kernel, Pkcs1Item, RsaPublicKey, verify_pkcs1_batch};
use countersign::testkit::{Issuer as _, Rng, RsaIssuer};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use sha2::{Digest as _, Sha256};

use crate::{Contender, Race};

const CASES: usize = 64;

struct Case {
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// One key, and messages signed with it, one of them wrongly.
pub(crate) struct Material {
    bits: usize,
    cases: Vec<Case>,
    modulus: Vec<u8>,
    /// RSAPublicKey of RFC 8017 appendix A.1.1.
    der: Vec<u8>,
}

impl Material {
    pub(crate) fn new(bits: usize) -> Self {
        let issuer = RsaIssuer::generate(&mut Rng::from_seed(bits as u64), bits, None)
            .expect("a key of this size");
        let case = |index: usize| {
            let message: Vec<u8> = (0..250).map(|byte| (index * 7 + byte * 13) as u8).collect();
            let mut signature = issuer.sign_raw(&message, Algorithm::Rs256).expect("an RSA key");
            signature[bits / 16] ^= u8::from(index == CASES / 2);
            Case { message, signature }
        };
        let modulus = issuer.modulus();
        let der = sequence(&[integer(&modulus), integer(&[1, 0, 1])].concat());
        Self { bits, cases: (0..CASES).map(case).collect(), modulus, der }
    }

    fn valid(&self, count: usize) -> Vec<bool> {
        (0..count).map(|index| index != CASES / 2).collect()
    }

    /// Everybody.
    pub(crate) fn race(&self) -> Race<'_> {
        let mut contenders = vec![self.aws_lc_rs(), self.ring()];
        if self.bits >= 2048 {
            contenders.push(self.graviola());
        }
        contenders.push(self.openssl());
        contenders.push(self.rsa());
        contenders.push(self.single("countersign, portable", Kernel::portable()));
        contenders.push(self.single("countersign, one by one", Kernel::detect()));
        contenders.push(self.batch("countersign, batch", CASES));
        let name = format!("RS256, {} bits", self.bits);
        Race { name, valid: self.valid(CASES), contenders }
    }

    /// A batch of this many against as many single calls.
    pub(crate) fn batch_of(&self, count: usize) -> Race<'_> {
        let contenders = vec![
            self.each("one by one", count, {
                let key = self.key();
                move |case| {
                    let digest = Sha256::digest(&case.message);
                    key.verify_pkcs1(Hash::Sha256, &digest, &case.signature).is_ok()
                }
            }),
            self.batch("batch", count),
        ];
        let name = format!("RS256, {} bits, {count} at once", self.bits);
        Race { name, valid: self.valid(count), contenders }
    }

    fn key(&self) -> RsaPublicKey {
        RsaPublicKey::new(&self.modulus, &[1, 0, 1]).expect("a usable key")
    }

    fn each<'a>(
        &'a self,
        name: &'static str,
        count: usize,
        verify: impl Fn(&Case) -> bool + 'a,
    ) -> Contender<'a> {
        Contender::new(name, move |verdicts| {
            verdicts.extend(self.cases[..count].iter().map(|case| verify(black_box(case))));
        })
    }

    fn single(&self, name: &'static str, kernel: Kernel) -> Contender<'_> {
        let key = self.key();
        self.each(name, CASES, move |case| {
            let digest = Sha256::digest(&case.message);
            key.verify_pkcs1_with(kernel, Hash::Sha256, &digest, &case.signature).is_ok()
        })
    }

    fn batch(&self, name: &'static str, count: usize) -> Contender<'_> {
        let (key, kernel) = (self.key(), Kernel::detect());
        Contender::new(name, move |verdicts| {
            let cases = black_box(&self.cases[..count]);
            let digests: Vec<_> = cases.iter().map(|case| Sha256::digest(&case.message)).collect();
            let items: Vec<Pkcs1Item<'_>> = cases
                .iter()
                .zip(&digests)
                .map(|(case, digest)| Pkcs1Item {
                    key: &key,
                    hash: Hash::Sha256,
                    digest,
                    signature: &case.signature,
                })
                .collect();
            verdicts.resize(count, false);
            verify_pkcs1_batch(kernel, &items, verdicts);
        })
    }

    fn aws_lc_rs(&self) -> Contender<'_> {
        use aws_lc_rs::signature as aws;
        let algorithm = if self.bits < 2048 {
            &aws::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        } else {
            &aws::RSA_PKCS1_2048_8192_SHA256
        };
        let key = aws::ParsedPublicKey::new(algorithm, &self.der).expect("a usable key");
        self.each("aws-lc-rs, parsed key", CASES, move |case| {
            key.verify_sig(&case.message, &case.signature).is_ok()
        })
    }

    fn ring(&self) -> Contender<'_> {
        let algorithm = if self.bits < 2048 {
            &ring::signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        } else {
            &ring::signature::RSA_PKCS1_2048_8192_SHA256
        };
        let key = ring::signature::UnparsedPublicKey::new(algorithm, &self.der);
        self.each("ring", CASES, move |case| key.verify(&case.message, &case.signature).is_ok())
    }

    fn graviola(&self) -> Contender<'_> {
        let key =
            graviola::signing::rsa::VerifyingKey::from_pkcs1_der(&self.der).expect("a usable key");
        self.each("graviola", CASES, move |case| {
            key.verify_pkcs1_sha256(&case.signature, &case.message).is_ok()
        })
    }

    fn openssl(&self) -> Contender<'_> {
        let key = openssl::rsa::Rsa::public_key_from_der_pkcs1(&self.der).expect("a usable key");
        let key: PKey<Public> = PKey::from_rsa(key).expect("a usable key");
        self.each("openssl, EVP", CASES, move |case| {
            let mut verifier =
                openssl::sign::Verifier::new(MessageDigest::sha256(), &key).expect("a context");
            verifier.verify_oneshot(&case.signature, &case.message).unwrap_or(false)
        })
    }

    fn rsa(&self) -> Contender<'_> {
        let key = rsa::RsaPublicKey::new(
            rsa::BoxedUint::from_be_slice_vartime(&self.modulus),
            rsa::BoxedUint::from(65_537_u64),
        )
        .expect("a usable key");
        self.each("rsa 0.10", CASES, move |case| {
            let scheme = rsa::pkcs1v15::Pkcs1v15Sign::new::<Sha256>();
            key.verify(scheme, &Sha256::digest(&case.message), &case.signature).is_ok()
        })
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
