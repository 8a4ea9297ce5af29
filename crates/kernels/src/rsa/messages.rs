//! Hashing many messages together, before their signatures are verified together.

use super::batch::verify_each;
use super::item::Pkcs1Item;
use super::key::RsaPublicKey;
use crate::simd::MESSAGES;
use crate::{Hash, Kernel};
use alloc::vec::Vec;

/// One signature of a batch, with its message.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Pkcs1Message<'a> {
    /// The key that should have made the signature.
    pub key: &'a RsaPublicKey,
    /// The digest algorithm.
    pub hash: Hash,
    /// The signed message.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

/// Hashes many messages and verifies their signatures: `valid[i]` becomes whether `items[i]`
/// verifies.
///
/// Items are treated as in [`verify_pkcs1_batch`](super::verify_pkcs1_batch), and the verdicts are
/// those for the digests of the messages.
///
/// # Examples
///
/// ```
/// use countersign_kernels::rsa::{Pkcs1Message, RsaKeyError, RsaPublicKey, verify_pkcs1_messages};
/// use countersign_kernels::{Hash, Kernel};
///
/// let key = RsaPublicKey::new(&[0xc5; 256], &[1, 0, 1])?;
/// let item = |message, signature| Pkcs1Message { key: &key, hash: Hash::Sha256, message, signature };
/// let mut valid = [true; 2];
/// let items = [item(&b"one"[..], &[7; 256][..]), item(b"two", b"too short")];
/// verify_pkcs1_messages(Kernel::detect(), &items, &mut valid);
/// assert_eq!(valid, [false; 2]);
/// # Ok::<(), RsaKeyError>(())
/// ```
pub fn verify_pkcs1_messages(kernel: Kernel, items: &[Pkcs1Message<'_>], valid: &mut [bool]) {
    let items = items.get(..valid.len()).unwrap_or(items);
    let digests = hash_all(kernel, items);
    let item = |index: usize| {
        let (&Pkcs1Message { key, hash, signature, .. }, digest) =
            items.get(index).zip(digests.get(index))?;
        Some(Pkcs1Item { key, hash, digest: digest.get(..hash.size())?, signature })
    };
    verify_each(kernel, item, valid);
}

/// Fewest messages that are worth a call for sixteen, which costs the same however few they are.
/// Measured on Sapphire Rapids: it costs as much as 8.2 alone at 250 bytes, and 8.4 at 660.
const WORTH_SIXTEEN: usize = 9;

/// Hashes every message, those for SHA-256 in sixteens where the CPU can. Digests are in front.
fn hash_all(kernel: Kernel, items: &[Pkcs1Message<'_>]) -> Vec<[u8; 64]> {
    let mut digests = Vec::with_capacity(items.len());
    for items in items.chunks(MESSAGES) {
        let together =
            items.len() >= WORTH_SIXTEEN && items.iter().all(|item| item.hash == Hash::Sha256);
        match kernel.ifma() {
            Some(ifma) if together => {
                let message =
                    |lane| items.get(lane).map_or(&[][..], |item: &Pkcs1Message<'_>| item.message);
                let sixteen = ifma.sha256_sixteen(&core::array::from_fn(message));
                digests.extend(sixteen.iter().take(items.len()).map(|hashed| {
                    let mut digest = [0; 64];
                    let (front, _) = digest.split_at_mut(hashed.len());
                    front.copy_from_slice(hashed);
                    digest
                }));
            }
            _ => digests.extend(items.iter().map(|item| {
                let mut digest = [0; 64];
                item.hash.digest(&[item.message], &mut digest);
                digest
            })),
        }
    }
    digests
}
