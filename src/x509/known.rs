//! Certificates that messages bring along again and again, as every message of a device does.
//!
//! What is kept is a function of bytes: a certificate as it was read, with its key, and what its
//! [`Vouchers`](super::vouchers::Vouchers) say. No time, no trust and no verdict on a message is kept,
//! and every search for a path is made anew, within the same limits.
//!
//! Without the feature `std` nothing is kept, for want of a lock.

#[cfg(not(feature = "std"))]
pub(crate) use absent::Known;
#[cfg(feature = "std")]
pub(crate) use present::Known;

/// How often certificates in messages were already known.
///
/// ```
/// use countersign::mosip::trust::{Consumer, Rules, Trust, TrustStore};
///
/// let trust = Trust::new(TrustStore::new(), Rules::of(Consumer::Ida));
/// assert_eq!(trust.known_certificates().hits, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownCertificates {
    /// Certificates that were known and not parsed again.
    pub hits: usize,
    /// Certificates that were parsed.
    pub misses: usize,
}

#[cfg(feature = "std")]
mod present {
    use alloc::boxed::Box;
    use alloc::vec::Vec;
    use core::fmt;
    use core::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, MutexGuard};

    use crate::limits::Limits;
    use crate::x509::certificate::Certificate;
    use crate::x509::known::KnownCertificates;
    use crate::x509::spki::NegativeModulus;
    use crate::x509::vouchers::lock;

    /// Sets of certificates, and how many each has: at most 1024, a few KiB each.
    const SETS: usize = 128;
    const WAYS: usize = 8;

    /// Certificates of messages that were found to have a path to a root. The oldest of a set makes
    /// room.
    pub(crate) struct Known {
        sets: Box<[Mutex<Set>]>,
        hits: AtomicUsize,
        misses: AtomicUsize,
    }

    #[derive(Default)]
    struct Set {
        entries: Vec<Entry>,
        /// The entry that makes room next.
        oldest: usize,
    }

    /// A certificate, and how it was read.
    struct Entry {
        certificate: Certificate,
        modulus: NegativeModulus,
        limits: Limits,
    }

    impl Entry {
        fn is(&self, der: &[u8], modulus: NegativeModulus, limits: &Limits) -> bool {
            self.certificate.der() == der && self.modulus == modulus && self.limits == *limits
        }
    }

    impl Known {
        pub(crate) fn new() -> Self {
            let sets = (0..SETS).map(|_| Mutex::default()).collect();
            Self { sets, hits: AtomicUsize::new(0), misses: AtomicUsize::new(0) }
        }

        /// Returns the certificate with this DER, if it is known as read in this way.
        pub(crate) fn find(
            &self,
            der: &[u8],
            modulus: NegativeModulus,
            limits: &Limits,
        ) -> Option<Certificate> {
            let set = self.set(der)?;
            let found = set.entries.iter().find(|entry| entry.is(der, modulus, limits));
            let counter = if found.is_some() { &self.hits } else { &self.misses };
            counter.fetch_add(1, Ordering::Relaxed);
            found.map(|entry| entry.certificate.clone())
        }

        /// Keeps a certificate that was read in this way.
        pub(crate) fn keep(
            &self,
            certificate: &Certificate,
            modulus: NegativeModulus,
            limits: &Limits,
        ) {
            let Some(mut set) = self.set(certificate.der()) else { return };
            if set.entries.iter().any(|entry| entry.is(certificate.der(), modulus, limits)) {
                return;
            }
            let entry = Entry { certificate: certificate.clone(), modulus, limits: *limits };
            let oldest = set.oldest;
            match set.entries.get_mut(oldest) {
                Some(place) => *place = entry,
                None => set.entries.push(entry),
            }
            set.oldest = oldest.wrapping_add(1) % WAYS;
        }

        pub(crate) fn counts(&self) -> KnownCertificates {
            let load = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
            KnownCertificates { hits: load(&self.hits), misses: load(&self.misses) }
        }

        /// The set of a certificate: its last bytes are those of a signature, so any will do.
        fn set(&self, der: &[u8]) -> Option<MutexGuard<'_, Set>> {
            let (last, _) = der.split_last()?;
            Some(lock(self.sets.get(usize::from(*last) % SETS)?))
        }
    }

    impl fmt::Debug for Known {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.counts().fmt(f)
        }
    }
}

#[cfg(not(feature = "std"))]
mod absent {
    use crate::limits::Limits;
    use crate::x509::certificate::Certificate;
    use crate::x509::known::KnownCertificates;
    use crate::x509::spki::NegativeModulus;

    #[derive(Debug)]
    pub(crate) struct Known;

    impl Known {
        pub(crate) const fn new() -> Self {
            Self
        }

        pub(crate) fn find(&self, _: &[u8], _: NegativeModulus, _: &Limits) -> Option<Certificate> {
            None
        }

        pub(crate) fn keep(&self, _: &Certificate, _: NegativeModulus, _: &Limits) {}

        pub(crate) const fn counts(&self) -> KnownCertificates {
            KnownCertificates { hits: 0, misses: 0 }
        }
    }
}

#[cfg(test)]
mod tests;
