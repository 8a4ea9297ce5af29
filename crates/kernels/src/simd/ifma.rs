//! The AVX-512 IFMA token and the vector operations its kernels are made of.

use super::shape::Lanes;
use super::token::token;
use core::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_load_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_maskz_loadu_epi8, _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_srli_epi64,
    _mm512_store_si512,
};

token! {
    /// Proof that this CPU has AVX-512 F, BW, VBMI and IFMA. (Those with IFMA have the others.)
    Ifma: "avx512f", "avx512bw", "avx512vbmi", "avx512ifma"
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

/// Reads bytes into a vector, from its byte `place` on; the others are zero. What does not fit is
/// not read.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn load_bytes(bytes: &[u8], place: usize) -> __m512i {
    let room = 64_usize.saturating_sub(place);
    let count = bytes.len().min(room);
    if count == 0 {
        return _mm512_setzero_si512();
    }
    let mask = u64::MAX >> (64 - count) << place;
    let start = bytes.as_ptr().wrapping_sub(place);
    // SAFETY: byte `i` of the vector is `start + i`. The mask lets only `count` bytes from `place` on
    // be read, which are the first of `bytes`.
    unsafe { _mm512_maskz_loadu_epi8(mask, start.cast()) }
}

/// Quarter `q` of each of four vectors, in result `q`.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn transpose_quarters([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    /// Quarters 0 and 2 of each operand.
    const EVEN: i32 = 0x88;
    /// Quarters 1 and 3 of each operand.
    const ODD: i32 = 0xdd;
    let even = (_mm512_shuffle_i64x2::<EVEN>(a, b), _mm512_shuffle_i64x2::<EVEN>(c, d));
    let odd = (_mm512_shuffle_i64x2::<ODD>(a, b), _mm512_shuffle_i64x2::<ODD>(c, d));
    [
        _mm512_shuffle_i64x2::<EVEN>(even.0, even.1),
        _mm512_shuffle_i64x2::<EVEN>(odd.0, odd.1),
        _mm512_shuffle_i64x2::<ODD>(even.0, even.1),
        _mm512_shuffle_i64x2::<ODD>(odd.0, odd.1),
    ]
}
