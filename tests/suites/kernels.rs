//! RSA and P-256 by every kernel and in every way of calling: they have one verdict.

use countersign::{Algorithm, PublicKey};
use countersign_kernels::p256;
use countersign_kernels::rsa::{Pkcs1Item, RsaPublicKey, verify_pkcs1_batch};
use countersign_kernels::{Hash, Kernel};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A signature to judge.
pub(crate) struct Signed<'a> {
    pub(crate) key: &'a PublicKey,
    pub(crate) algorithm: Algorithm,
    pub(crate) message: &'a [u8],
    pub(crate) signature: &'a [u8],
}

enum Scheme {
    Pkcs1,
    Pss,
}

fn scheme(algorithm: Algorithm) -> Option<(Scheme, Hash)> {
    Some(match algorithm {
        Algorithm::Rs256 => (Scheme::Pkcs1, Hash::Sha256),
        Algorithm::Rs384 => (Scheme::Pkcs1, Hash::Sha384),
        Algorithm::Rs512 => (Scheme::Pkcs1, Hash::Sha512),
        Algorithm::Ps256 => (Scheme::Pss, Hash::Sha256),
        Algorithm::Ps384 => (Scheme::Pss, Hash::Sha384),
        Algorithm::Ps512 => (Scheme::Pss, Hash::Sha512),
        _ => return None,
    })
}

fn digest(hash: Hash, message: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(message).to_vec(),
        Hash::Sha384 => Sha384::digest(message).to_vec(),
        Hash::Sha512 => Sha512::digest(message).to_vec(),
        other => panic!("{other:?}"),
    }
}

/// Judges each signature: as a caller does, with each kernel alone, and all together with each
/// kernel. What is not RSA is judged once.
///
/// # Errors
///
/// The first two ways that differ.
pub(crate) fn judge(signed: &[Signed<'_>]) -> Result<Vec<bool>, String> {
    let verdicts: Vec<bool> = signed
        .iter()
        .map(|s| s.key.verify(s.algorithm, &[s.message], s.signature).is_ok())
        .collect();
    let mut pkcs1 = Vec::new();
    for (index, s) in signed.iter().enumerate() {
        let (Some(key), Some((scheme, hash))) = (s.key.as_rsa(), scheme(s.algorithm)) else {
            continue;
        };
        let digest = digest(hash, s.message);
        for kernel in Kernel::available() {
            let alone = match scheme {
                Scheme::Pkcs1 => key.verify_pkcs1_with(kernel, hash, &digest, s.signature),
                Scheme::Pss => key.verify_pss_with(kernel, hash, &digest, s.signature),
            };
            if alone.is_ok() != verdicts[index] {
                return Err(format!("signature {index}: {} differs", kernel.name()));
            }
        }
        if let Scheme::Pkcs1 = scheme {
            pkcs1.push((index, key, hash, digest));
        }
    }
    judge_together(signed, &pkcs1, &verdicts)?;
    Ok(verdicts)
}

fn judge_together(
    signed: &[Signed<'_>],
    pkcs1: &[(usize, &RsaPublicKey, Hash, Vec<u8>)],
    verdicts: &[bool],
) -> Result<(), String> {
    // Few signatures are repeated, so that the lanes are used.
    let repeated: Vec<_> = pkcs1.iter().cycle().take(pkcs1.len().max(16)).collect();
    let items: Vec<Pkcs1Item<'_>> = repeated
        .iter()
        .map(|(index, key, hash, digest)| Pkcs1Item {
            key,
            hash: *hash,
            digest,
            signature: signed[*index].signature,
        })
        .collect();
    for kernel in Kernel::available() {
        let mut valid = vec![false; items.len()];
        verify_pkcs1_batch(kernel, &items, &mut valid);
        for ((index, ..), valid) in repeated.iter().zip(valid) {
            if valid != verdicts[*index] {
                return Err(format!("signature {index}: {} differs in a batch", kernel.name()));
            }
        }
    }
    Ok(())
}

/// Judges each message and signature of a P-256 key: under a new key, a prepared one, and all together.
pub(crate) fn judge_p256(point: &[u8], signed: &[(&[u8], &[u8])]) -> Vec<[bool; 3]> {
    let new = || p256::PublicKey::from_sec1(point).unwrap();
    let prepared = new();
    assert!(prepared.prepare());
    let items: Vec<p256::Message<'_>> = signed
        .iter()
        .map(|(message, signature)| p256::Message { key: &prepared, message, signature })
        .collect();
    let mut together = vec![false; items.len()];
    p256::verify_messages(&items, &mut together);
    let alone = |key: &p256::PublicKey, (message, signature): &(&[u8], &[u8])| {
        p256::Signature::from_bytes(signature)
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    };
    signed
        .iter()
        .zip(together)
        .map(|(one, together)| [alone(&new(), one), alone(&prepared, one), together])
        .collect()
}
