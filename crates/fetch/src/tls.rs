//! The cryptography of TLS: a value that is handed to the client, never the process's default.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// Returns Graviola, if this machine has what it needs: it is written for x86-64 and AArch64, and
/// needs no C compiler.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) fn provider() -> Option<Arc<CryptoProvider>> {
    #[cfg(target_arch = "x86_64")]
    let suffices = std::is_x86_feature_detected!("aes")
        && std::is_x86_feature_detected!("ssse3")
        && std::is_x86_feature_detected!("pclmulqdq")
        && std::is_x86_feature_detected!("avx")
        && std::is_x86_feature_detected!("avx2")
        && std::is_x86_feature_detected!("adx")
        && std::is_x86_feature_detected!("bmi1")
        && std::is_x86_feature_detected!("bmi2");
    #[cfg(target_arch = "aarch64")]
    let suffices = std::arch::is_aarch64_feature_detected!("neon")
        && std::arch::is_aarch64_feature_detected!("aes")
        && std::arch::is_aarch64_feature_detected!("pmull")
        && std::arch::is_aarch64_feature_detected!("sha2");
    suffices.then(|| Arc::new(rustls_graviola::default_provider()))
}

/// Elsewhere the caller brings a provider.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) const fn provider() -> Option<Arc<CryptoProvider>> {
    None
}
