//! The AVX-512 IFMA token and the vector operations its kernels are made of.

use super::Lanes;
use core::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_load_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_srli_epi64, _mm512_store_si512,
};

/// Proof that this CPU has AVX-512 F and IFMA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ifma(());

impl Ifma {
    /// The token, if the CPU has the instructions.
    ///
    /// Without the `std` feature only what the build was told about the CPU counts. A build with
    /// `--cfg countersign_portable` has no token anywhere.
    #[must_use]
    pub fn detect() -> Option<Self> {
        if cfg!(countersign_portable) {
            return None;
        }
        #[cfg(feature = "std")]
        let found =
            std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512ifma");
        #[cfg(not(feature = "std"))]
        let found = cfg!(all(target_feature = "avx512f", target_feature = "avx512ifma"));
        found.then_some(Self(()))
    }
}

/// Reads one digit of eight numbers.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load(lanes: &Lanes) -> __m512i {
    // SAFETY: `Lanes` is 64 bytes, aligned to 64, and borrowed for the read.
    unsafe { _mm512_load_si512(core::ptr::from_ref(lanes).cast()) }
}

/// Writes one digit of eight numbers.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store(lanes: &mut Lanes, value: __m512i) {
    // SAFETY: `Lanes` is 64 bytes, aligned to 64, and borrowed for the write.
    unsafe { _mm512_store_si512(core::ptr::from_mut(lanes).cast(), value) }
}

/// `acc` plus the low 52 bits of the products of the low 52 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn low(acc: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_madd52lo_epu64(acc, a, b)
}

/// `acc` plus the high 52 bits of the products of the low 52 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn high(acc: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_madd52hi_epu64(acc, a, b)
}

/// `a + b`.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn add(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi64(a, b)
}

/// What a column hands to the next.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn carry(column: __m512i) -> __m512i {
    _mm512_srli_epi64::<52>(column)
}
