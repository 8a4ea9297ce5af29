//! What is measured, and on what.

use std::num::NonZeroUsize;

use countersign::Algorithm;
use countersign_audit::Kind;

/// Everything that was measured.
pub(super) struct Results {
    pub(super) cores: NonZeroUsize,
    pub(super) seconds: u16,
    pub(super) artefacts: Vec<Artefacts>,
    pub(super) signatures: Vec<Signatures>,
}

/// Verifications a second, one by one and in batches.
#[derive(Clone, Copy)]
pub(super) struct Rates {
    pub(super) single: f64,
    pub(super) batch: f64,
}

/// Whole artefacts of one kind, under one algorithm and size of key.
pub(super) struct Artefacts {
    pub(super) kind: Kind,
    pub(super) algorithm: Algorithm,
    pub(super) bits: usize,
    pub(super) one_core: Rates,
    pub(super) all_cores: Rates,
    /// Of one core.
    pub(super) batch_to_single: f64,
}

/// The RSA operation of RS256 alone, from digest to verdict, on one core.
pub(super) struct Signatures {
    pub(super) bits: usize,
    pub(super) detected: Rates,
    pub(super) portable: Rates,
    pub(super) batch_to_single: f64,
    pub(super) detected_to_portable: Rates,
}

/// The features of this CPU that the library and what is below it make use of, and whether they are
/// there.
pub(super) fn features() -> Vec<(&'static str, bool)> {
    #[cfg(target_arch = "x86_64")]
    let features = vec![
        // RSA.
        ("avx512f", std::is_x86_feature_detected!("avx512f")),
        ("avx512ifma", std::is_x86_feature_detected!("avx512ifma")),
        // SHA-256.
        ("sha", std::is_x86_feature_detected!("sha")),
        // Base64, and the search for dots.
        ("avx2", std::is_x86_feature_detected!("avx2")),
        // AES-GCM.
        ("aes", std::is_x86_feature_detected!("aes")),
        ("pclmulqdq", std::is_x86_feature_detected!("pclmulqdq")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let features = Vec::new();
    features
}
