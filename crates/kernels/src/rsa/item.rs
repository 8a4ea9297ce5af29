//! What a batch is made of, and how its items wait for each other.

use super::key::{InvalidSignature, RsaPublicKey};
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

impl Pkcs1Item<'_> {
    /// The verdict on this item alone.
    pub(super) fn verify(&self, kernel: Kernel) -> Result<(), InvalidSignature> {
        self.key.verify_pkcs1_with(kernel, self.hash, self.digest, self.signature)
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
