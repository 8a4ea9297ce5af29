//! Signatures of issuers that were verified before.
//!
//! Without the feature `std` none is remembered, for want of a lock.

#[cfg(feature = "std")]
use alloc::vec::Vec;
#[cfg(feature = "std")]
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::crypto::{PublicKey, SignatureBackend};

/// Whether to remember certificates that appear repeatedly, and issuers' signatures that were verified.
///
/// ```
/// use countersign::mosip::trust::{Consumer, Rules, Trust, TrustStore};
/// use countersign::x509::Memory;
///
/// let trust = Trust::new(TrustStore::new(), Rules::of(Consumer::Ida)).with_memory(Memory::Forget);
/// assert_eq!(trust.known_certificates().misses, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Memory {
    /// Remember them. The verdicts are the same, but faster.
    #[default]
    Keep,
    /// Parse and verify everything each time, as if for the first time.
    Forget,
}

/// The keys under which a certificate's own signature was verified, each with the backend that did it.
/// Signatures that did not verify are not remembered.
#[derive(Default)]
pub(super) struct Vouchers {
    #[cfg(feature = "std")]
    keys: Mutex<Vec<(PublicKey, SignatureBackend)>>,
}

#[cfg(feature = "std")]
impl Vouchers {
    /// Issuers have few keys.
    const MOST: usize = 4;

    pub(super) fn has(&self, key: &PublicKey, backend: SignatureBackend) -> bool {
        lock(&self.keys).iter().any(|(under, by)| under == key && *by == backend)
    }

    pub(super) fn add(&self, key: &PublicKey, backend: SignatureBackend) {
        let mut keys = lock(&self.keys);
        // Another thread may have been faster.
        let is_known = keys.iter().any(|(under, by)| under == key && *by == backend);
        if !is_known && keys.len() < Self::MOST {
            keys.push((key.clone(), backend));
        }
    }
}

#[cfg(not(feature = "std"))]
#[expect(clippy::unused_self, reason = "as with the feature")]
impl Vouchers {
    pub(super) const fn has(&self, _: &PublicKey, _: SignatureBackend) -> bool {
        false
    }

    pub(super) const fn add(&self, _: &PublicKey, _: SignatureBackend) {}
}

/// Takes a lock. Whoever panicked under it left nothing half done: entries are pushed or replaced
/// whole.
#[cfg(feature = "std")]
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
