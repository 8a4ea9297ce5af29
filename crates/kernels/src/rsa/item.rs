//! What a batch is made of, and how its items wait for each other.

use super::key::RsaPublicKey;
use crate::{Hash, Kernel};

/// One signature of a batch.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Pkcs1Item<'a> {
    /// The key that should have made the signature.
    pub key: &'a RsaPublicKey,
    /// The digest algorithm.
    pub hash: Hash,
    /// The digest of the signed message.
    pub digest: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

/// Verifies an item of a batch alone.
pub(super) fn verify_one<'a>(
    kernel: Kernel,
    item_of: &impl Fn(usize) -> Option<Pkcs1Item<'a>>,
    index: usize,
    valid: &mut [bool],
) {
    if let (Some(item), Some(valid)) = (item_of(index), valid.get_mut(index)) {
        let Pkcs1Item { key, hash, digest, signature } = item;
        *valid = key.verify_pkcs1_with(kernel, hash, digest, signature).is_ok();
    }
}

/// Indices of items that wait for a call of `N`.
#[derive(Clone, Copy)]
pub(super) struct Queue<const N: usize> {
    waiting: [usize; N],
    len: usize,
}

impl<const N: usize> Default for Queue<N> {
    fn default() -> Self {
        Self { waiting: [0; N], len: 0 }
    }
}

impl<const N: usize> Queue<N> {
    /// Adds an item and returns whether the queue is full.
    pub(super) fn push(&mut self, index: usize) -> bool {
        if let Some(place) = self.waiting.get_mut(self.len) {
            *place = index;
            self.len = self.len.saturating_add(1);
        }
        self.len == N
    }

    /// Takes out all items.
    pub(super) fn take(&mut self) -> ([usize; N], usize) {
        let Self { waiting, len } = core::mem::take(self);
        (waiting, len)
    }
}
