//! Verifying many signatures.
//!
//! Groups of signatures share the inversion of `s`. Those under prepared keys then share the inversions of
//! their additions ([`verify_warm`]); the others are computed one by one. A signature that is
//! malformed, or whose additions are exceptional, changes nothing for the others.

use alloc::vec;
use alloc::vec::Vec;

use super::cold::verify_cold;
use super::equation::{Claim, POINTS, Scratch, Warm, verify_warm};
use super::field::Fe;
use super::key::PublicKey;
use super::limbs;
use super::point::Affine;
use super::scalar::{Scalar, invert_all};
use super::signature::Signature;
use crate::hash::Hash;

/// Signatures that share inversions. More would save little, and what is worked on, 8 KiB for each,
/// should stay in the second cache.
const GROUP: usize = 64;

/// One signature of a batch.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Item<'a> {
    /// The key that should have made the signature.
    pub key: &'a PublicKey,
    /// The digest of the signed message.
    pub digest: &'a [u8; 32],
    /// The signature, `r ‖ s`.
    pub signature: &'a [u8],
}

/// One signature of a batch, with its message.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Message<'a> {
    /// The key that should have made the signature.
    pub key: &'a PublicKey,
    /// The signed message.
    pub message: &'a [u8],
    /// The signature, `r ‖ s`.
    pub signature: &'a [u8],
}

/// Verifies many signatures: `valid[i]` becomes whether `items[i]` verifies.
///
/// Keys and faults may be mixed freely; every verdict is that of [`Signature::from_bytes`] and
/// [`PublicKey::verify_prehash`]. Entries of `valid` without an item become `false`, and items without an
/// entry are not verified.
///
/// ```
/// use countersign_kernels::p256::{Item, verify_batch};
/// # use countersign_kernels::p256::{InvalidPoint, PublicKey};
/// # let x = [
/// #     0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
/// #     0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
/// # ];
/// # let y = [
/// #     0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
/// #     0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
/// # ];
/// # let key = PublicKey::from_coordinates(&x, &y)?;
///
/// let item = |signature| Item { key: &key, digest: &[0; 32], signature };
/// let mut valid = [true; 3];
/// verify_batch(&[item(&[7; 64][..]), item(b"too short")], &mut valid);
/// assert_eq!(valid, [false; 3]);
/// # Ok::<(), InvalidPoint>(())
/// ```
pub fn verify_batch<'a>(items: &[Item<'a>], valid: &mut [bool]) {
    let parts = |item: &Item<'a>| (item.key, item.signature);
    verify_each(items, parts, |item| *item.digest, valid);
}

/// Hashes many messages with SHA-256 and verifies their signatures (ES256): `valid[i]` becomes whether
/// `items[i]` verifies.
///
/// Items are treated as in [`verify_batch`], and the verdicts are those for the digests of the messages.
pub fn verify_messages<'a>(items: &[Message<'a>], valid: &mut [bool]) {
    let parts = |item: &Message<'a>| (item.key, item.signature);
    let digest = |item: &Message<'a>| {
        let mut buffer = [0; 64];
        let digest = Hash::Sha256.digest(&[item.message], &mut buffer);
        digest.first_chunk().copied().unwrap_or_default()
    };
    verify_each(items, parts, digest, valid);
}

/// What is pending of an item.
struct Pending<'a> {
    index: usize,
    key: &'a PublicKey,
    digest: [u8; 32],
    r: Scalar,
}

fn verify_each<'a, T>(
    items: &[T],
    parts: impl Fn(&T) -> (&'a PublicKey, &'a [u8]),
    digest: impl Fn(&T) -> [u8; 32],
    valid: &mut [bool],
) {
    valid.fill(false);
    let count = items.len().min(valid.len()).min(GROUP);
    let mut points = vec![Affine::UNSET; count * POINTS];
    let mut products = vec![[Fe::ZERO; 2]; count * POINTS / 2];
    let mut pending = Vec::with_capacity(count);
    let mut inverses = Vec::with_capacity(count);
    let mut before = vec![Scalar::default(); count];
    let mut warm = Vec::with_capacity(count);
    let mut places = Vec::with_capacity(count);
    for (items, valid) in items.chunks(GROUP).zip(valid.chunks_mut(GROUP)) {
        pending.clear();
        inverses.clear();
        for (index, item) in items.iter().enumerate().take(valid.len()) {
            let (key, signature) = parts(item);
            let Ok(Signature { r, s }) = Signature::from_bytes(signature) else { continue };
            pending.push(Pending { index, key, digest: digest(item), r });
            inverses.push(s);
        }
        invert_all(&mut inverses, &mut before);
        warm.clear();
        places.clear();
        for (pending, inverse) in pending.iter().zip(&inverses) {
            let claim = Claim::new(&limbs::from_bytes(&pending.digest), pending.r, inverse);
            let key: &'a PublicKey = pending.key;
            match key.prepared.used(&key.point) {
                Some(table) => {
                    warm.push(Warm::new(claim, table));
                    places.push(pending.index);
                }
                None => {
                    if let Some(valid) = valid.get_mut(pending.index) {
                        *valid = verify_cold(&claim, &key.point);
                    }
                }
            }
        }
        let scratch = Scratch { points: &mut points, products: &mut products };
        verify_warm(&mut warm, scratch, |index, verdict| {
            let place = places.get(index).and_then(|place: &usize| valid.get_mut(*place));
            if let Some(valid) = place {
                *valid = verdict;
            }
        });
    }
}
