//! Eight big-endian numbers into digits of 52 bits: lane `l` of every vector belongs to number `l`.
//!
//! Eight digits of a number are 52 of its bytes. These are read into one vector, which a permutation
//! of bytes, shifts and a mask turn into the digits; eight such vectors are then transposed.

#![expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "constants, computed when the crate is compiled"
)]

use super::ifma::{Ifma, load, load_bytes, store, transpose_quarters};
use super::shape::{DIGIT_BITS, LANES, Lanes};
use core::arch::x86_64::{
    __m512i, _mm512_and_si512, _mm512_permutexvar_epi8, _mm512_set1_epi64, _mm512_setr_epi64,
    _mm512_srlv_epi64, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

/// Bytes of eight digits.
const BYTES: usize = 8 * DIGIT_BITS / 8;

impl Ifma {
    /// Writes eight big-endian numbers, one a lane, as digits below 2^52.
    ///
    /// Digits above the last of `out` are lost.
    pub fn read_eight(self, numbers: &[&[u8]; LANES], out: &mut [Lanes]) {
        // SAFETY: `self` proves that AVX-512 F, BW and VBMI are there.
        unsafe { read(numbers, out) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn read(numbers: &[&[u8]; LANES], out: &mut [Lanes]) {
    let mut ends = numbers.map(<[u8]>::len);
    for out in out.chunks_mut(LANES) {
        let mut rows = [_mm512_set1_epi64(0); LANES];
        for ((row, number), end) in rows.iter_mut().zip(numbers).zip(&mut ends) {
            let start = end.saturating_sub(BYTES);
            *row = digits(number.get(start..*end).unwrap_or_default());
            *end = start;
        }
        for (out, column) in out.iter_mut().zip(transpose(rows)) {
            store(out, column);
        }
    }
}

/// The eight digits of a number of at most [`BYTES`] bytes, the lowest in lane 0.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn digits(number: &[u8]) -> __m512i {
    // The last byte is the lowest. Digit `2·i` begins with byte `13·i` from there, and digit
    // `2·i + 1` in the middle of the sixth after that.
    const PLACES: Lanes = Lanes(places());
    let bytes = load_bytes(number, BYTES.saturating_sub(number.len()));
    let words = _mm512_permutexvar_epi8(load(&PLACES), bytes);
    let shifted = _mm512_srlv_epi64(words, _mm512_setr_epi64(0, 4, 0, 4, 0, 4, 0, 4));
    _mm512_and_si512(shifted, _mm512_set1_epi64((1 << DIGIT_BITS) - 1))
}

/// For each byte of the digits, lowest first, where it comes from.
const fn places() -> [u64; LANES] {
    let mut places = [0; LANES];
    let mut digit = 0;
    while digit < LANES {
        let first = BYTES - 1 - 13 * (digit / 2) - 6 * (digit % 2);
        let mut byte = 0;
        // The eighth byte is above every digit.
        while byte < 7 {
            places[digit] |= ((first - byte) as u64) << (8 * byte);
            byte += 1;
        }
        digit += 1;
    }
    places
}

/// Turns the digits of each number into the vectors of each digit.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose([a, b, c, d, e, f, g, h]: [__m512i; LANES]) -> [__m512i; LANES] {
    let (low, high) = (_mm512_unpacklo_epi64, _mm512_unpackhi_epi64);
    let even = transpose_quarters([low(a, b), low(c, d), low(e, f), low(g, h)]);
    let odd = transpose_quarters([high(a, b), high(c, d), high(e, f), high(g, h)]);
    [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use num_bigint::BigUint;

    #[test]
    fn digits_of_bytes_are_those_of_the_number() {
        let Some(ifma) = Ifma::detect() else { return };
        let bytes: Vec<u8> = (0..=200_u8).map(|i| i.wrapping_mul(41) ^ 0x9c).collect();
        for len in 0..=140 {
            let numbers = core::array::from_fn(|lane| &bytes[lane..lane + (len + lane) % 141]);
            for digits in [1, 8, 20, 21, 25] {
                let mut out = vec![Lanes([u64::MAX; 8]); digits];
                ifma.read_eight(&numbers, &mut out);
                for (lane, number) in numbers.iter().enumerate() {
                    let value = out.iter().rev().fold(BigUint::ZERO, |value, lanes| {
                        assert!(lanes.0[lane] < 1 << DIGIT_BITS);
                        (value << DIGIT_BITS) + lanes.0[lane]
                    });
                    let room = BigUint::from(1_u32) << (DIGIT_BITS * digits);
                    assert_eq!(value, BigUint::from_bytes_be(number) % room, "{len} {lane}");
                }
            }
        }
    }
}
