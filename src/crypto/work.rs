//! Counts of work, for tests that hold it to the limits.
//!
//! Time is no measure on a machine that others use; steps are. With feature `testing`, which is for
//! tests, every step is counted for the whole process. Without it, nothing here does anything.

#[cfg(feature = "testing")]
use core::sync::atomic::Ordering;

macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        /// What was done so far, or between two moments.
        #[cfg(feature = "testing")]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Work {
            $($(#[doc = $doc])+ pub $name: usize,)+
        }

        #[cfg(feature = "testing")]
        mod counters {
            $(
                #[allow(non_upper_case_globals, reason = "named as the member that shows it")]
                pub(super) static $name: core::sync::atomic::AtomicUsize =
                    core::sync::atomic::AtomicUsize::new(0);
            )+
        }

        #[cfg(feature = "testing")]
        impl Work {
            /// Returns what the process did so far.
            #[must_use]
            pub fn so_far() -> Self {
                Self { $($name: counters::$name.load(Ordering::Relaxed),)+ }
            }

            /// Returns what the process did since an earlier moment.
            #[must_use]
            pub fn since(self) -> Self {
                let now = Self::so_far();
                Self { $($name: now.$name.wrapping_sub(self.$name),)+ }
            }
        }
    };
}

counters! {
    /// Equations of signatures that were computed, RSA and P-256 alike. What a comparison of lengths
    /// or numbers refuses is none.
    signatures;
    /// The same, weighed: a check of RSA with 2048 bits counts one, with 8192 bits sixteen.
    effort;
    /// RSA keys that were prepared for verification.
    keys;
    /// Certificates that were given to the parser.
    certificates;
    /// Certificates that were tried as issuers of others.
    steps;
    /// Bytes that were hashed.
    hashed;
}

macro_rules! count {
    ($counter:ident, $by:expr) => {
        #[cfg(feature = "testing")]
        counters::$counter.fetch_add($by, Ordering::Relaxed);
    };
}

/// Counts a signature under a key of this effort.
#[cfg_attr(not(feature = "testing"), expect(unused_variables, reason = "nothing is counted"))]
pub(crate) fn signature(effort: usize) {
    count!(signatures, 1);
    count!(effort, effort);
}

/// Counts an RSA key.
pub(crate) fn key() {
    count!(keys, 1);
}

/// Counts a certificate.
pub(crate) fn certificate() {
    count!(certificates, 1);
}

/// Counts a certificate that is tried as an issuer.
pub(crate) fn step() {
    count!(steps, 1);
}

/// Counts bytes of a message.
#[cfg_attr(not(feature = "testing"), expect(unused_variables, reason = "nothing is counted"))]
pub(crate) fn hashed(bytes: usize) {
    count!(hashed, bytes);
}
