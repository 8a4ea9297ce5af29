//! SHA-256 (FIPS 180-4) of sixteen messages at once: lane `l` of every vector belongs to message
//! `l`.
//!
//! The rounds are those of the standard, on vectors of 32-bit words: rotations and three-operand
//! logic are one instruction each. Blocks are read straight from the messages: what lies behind the
//! end of one is masked, and its padding is added to the vectors. A message that is finished keeps
//! its state while longer ones go on.

#![expect(
    clippy::indexing_slicing,
    reason = "constants and lanes below the length of an array; blocks within a message"
)]

use super::ifma::{Ifma, load_bytes, transpose_quarters};
use super::shape::MESSAGES;
use core::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_load_si512, _mm512_mask_add_epi32, _mm512_mask_mov_epi8,
    _mm512_mask_mov_epi32, _mm512_ror_epi32, _mm512_set1_epi8, _mm512_set1_epi32,
    _mm512_set4_epi32, _mm512_shuffle_epi8, _mm512_srli_epi32, _mm512_store_si512,
    _mm512_ternarylogic_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32,
    _mm512_unpacklo_epi64,
};

/// Bytes of a block.
const BLOCK: usize = 64;

/// One word of sixteen messages.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Words([u32; MESSAGES]);

/// FIPS 180-4 section 4.2.2.
const ROUND: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// FIPS 180-4 section 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

impl Ifma {
    /// Returns the SHA-256 of each message.
    #[must_use]
    pub fn sha256_sixteen(self, messages: &[&[u8]; MESSAGES]) -> [[u8; 32]; MESSAGES] {
        // SAFETY: `self` proves that AVX-512 F and BW are there.
        unsafe { hash(messages) }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn hash(messages: &[&[u8]; MESSAGES]) -> [[u8; 32]; MESSAGES] {
    let mut state = [splat(0); 8];
    for (state, word) in state.iter_mut().zip(INITIAL) {
        *state = splat(word);
    }
    // The bit `1` and eight bytes of length follow a message.
    let blocks = messages.map(|message| (message.len() + 9).div_ceil(BLOCK));
    let (mut upper, mut lower) = (Words([0; MESSAGES]), Words([0; MESSAGES]));
    for (lane, message) in messages.iter().enumerate() {
        let bits = u64::try_from(message.len()).unwrap_or(u64::MAX).wrapping_mul(8);
        let [a, b, c, d, e, f, g, h] = bits.to_be_bytes();
        upper.0[lane] = u32::from_be_bytes([a, b, c, d]);
        lower.0[lane] = u32::from_be_bytes([e, f, g, h]);
    }
    let (upper, lower) = (load(&upper), load(&lower));
    for index in 0..blocks.into_iter().max().unwrap_or_default() {
        let (mut active, mut last) = (0_u16, 0_u16);
        let mut rows = [splat(0); MESSAGES];
        for (lane, (row, message)) in rows.iter_mut().zip(messages).enumerate() {
            active |= u16::from(index < blocks[lane]) << lane;
            last |= u16::from(index + 1 == blocks[lane]) << lane;
            *row = load_words(message, index);
        }
        let mut words = transpose(rows);
        words[14] = _mm512_mask_mov_epi32(words[14], last, upper);
        words[15] = _mm512_mask_mov_epi32(words[15], last, lower);
        compress(&mut state, words, active);
    }
    let mut digests = [[0; 32]; MESSAGES];
    let mut row = Words([0; MESSAGES]);
    for (index, word) in state.iter().enumerate() {
        store(&mut row, *word);
        for (digest, word) in digests.iter_mut().zip(row.0) {
            digest[4 * index..][..4].copy_from_slice(&word.to_be_bytes());
        }
    }
    digests
}

/// Rounds, each with the word that `word` gives for it, in which the rounds have their numbers
/// modulo sixteen.
///
/// The state does not move through its eight names: `a` of round `i` is in place `-i` modulo eight,
/// `b` in the next, and so on. This is a macro because only what is certainly unrolled keeps state
/// and words in registers; a loop over the rounds takes a sixth longer.
macro_rules! rounds {
    ($state:ident, $constants:ident, $word:expr, $($i:literal)*) => {$({
        let place = |name: usize| (name + 16 - $i) % 8;
        let [a, b, c] = [0, 1, 2].map(|name| $state[place(name)]);
        let [e, f, g, h] = [4, 5, 6, 7].map(|name| $state[place(name)]);
        let key = add($word($i), splat($constants[$i]));
        // Choice and majority as truth tables of three operands.
        let choice = _mm512_ternarylogic_epi32::<0xca>(e, f, g);
        let majority = _mm512_ternarylogic_epi32::<0xe8>(a, b, c);
        let t1 = add(add(h, key), add(big::<6, 11, 25>(e), choice));
        let t2 = add(big::<2, 13, 22>(a), majority);
        $state[place(3)] = add($state[place(3)], t1);
        $state[place(7)] = add(t1, t2);
    })*};
}

/// FIPS 180-4 section 6.2.2, for the lanes that are active.
#[target_feature(enable = "avx512f")]
fn compress(before: &mut [__m512i; 8], mut w: [__m512i; 16], active: u16) {
    let mut state = *before;
    let ([first, rest @ ..], _) = ROUND.as_chunks::<16>() else { return };
    rounds!(state, first, |i: usize| w[i], 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    for constants in rest {
        let mut word = |i: usize| {
            let s0 = small::<7, 18, 3>(w[(i + 1) % 16]);
            let s1 = small::<17, 19, 10>(w[(i + 14) % 16]);
            w[i] = add(add(w[i], s0), add(w[(i + 9) % 16], s1));
            w[i]
        };
        rounds!(state, constants, word, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    }
    for (before, word) in before.iter_mut().zip(state) {
        *before = _mm512_mask_add_epi32(*before, active, *before, word);
    }
}

/// The exclusive or of three rotations.
#[inline]
#[target_feature(enable = "avx512f")]
fn big<const A: i32, const B: i32, const C: i32>(x: __m512i) -> __m512i {
    let (a, b, c) = (_mm512_ror_epi32::<A>(x), _mm512_ror_epi32::<B>(x), _mm512_ror_epi32::<C>(x));
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

/// The exclusive or of two rotations and a shift.
#[inline]
#[target_feature(enable = "avx512f")]
fn small<const A: i32, const B: i32, const C: u32>(x: __m512i) -> __m512i {
    let (a, b, c) = (_mm512_ror_epi32::<A>(x), _mm512_ror_epi32::<B>(x), _mm512_srli_epi32::<C>(x));
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(word: u32) -> __m512i {
    _mm512_set1_epi32(word.cast_signed())
}

/// Reads the sixteen big-endian words of a block, with the bit `1` behind the message's end.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_words(message: &[u8], index: usize) -> __m512i {
    let rest = message.get(BLOCK * index..).unwrap_or_default();
    let mut block = load_bytes(rest, 0);
    if index == message.len() / BLOCK {
        block = _mm512_mask_mov_epi8(block, 1 << rest.len(), _mm512_set1_epi8(i8::MIN));
    }
    // Bytes of a word in reverse, by their place in a quarter of the vector.
    let reverse = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    _mm512_shuffle_epi8(block, reverse)
}

/// Turns the words of each message into the vectors of each word.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose(mut rows: [__m512i; 16]) -> [__m512i; 16] {
    for pair in rows.as_chunks_mut::<2>().0 {
        let [a, b] = *pair;
        *pair = [_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b)];
    }
    for four in rows.as_chunks_mut::<4>().0 {
        let [a, b, c, d] = *four;
        *four = [
            _mm512_unpacklo_epi64(a, c),
            _mm512_unpackhi_epi64(a, c),
            _mm512_unpacklo_epi64(b, d),
            _mm512_unpackhi_epi64(b, d),
        ];
    }
    // Quarter `q` of vector `4·j + k` now holds word `4·q + k` of messages `4·j` to `4·j + 3`.
    let mut words = rows;
    for k in 0..4 {
        let columns = transpose_quarters([rows[k], rows[4 + k], rows[8 + k], rows[12 + k]]);
        for (q, column) in columns.into_iter().enumerate() {
            words[4 * q + k] = column;
        }
    }
    words
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(words: &Words) -> __m512i {
    // SAFETY: `Words` is 64 bytes, aligned to 64, and borrowed for the read.
    unsafe { _mm512_load_si512(core::ptr::from_ref(words).cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(words: &mut Words, value: __m512i) {
    // SAFETY: `Words` is 64 bytes, aligned to 64, and borrowed for the write.
    unsafe { _mm512_store_si512(core::ptr::from_mut(words).cast(), value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use sha2::{Digest as _, Sha256};

    fn bytes(length: usize, seed: u8) -> Vec<u8> {
        (0..=250).cycle().take(length).map(|byte: u8| byte ^ seed).collect()
    }

    fn check(ifma: Ifma, messages: &[Vec<u8>; MESSAGES]) {
        let inputs = core::array::from_fn(|lane| messages[lane].as_slice());
        for (message, digest) in messages.iter().zip(ifma.sha256_sixteen(&inputs)) {
            let expected: [u8; 32] = Sha256::digest(message).into();
            assert_eq!(digest, expected, "{} bytes", message.len());
        }
    }

    #[test]
    fn sixteen_digests_are_those_of_sha2_at_every_length_and_in_every_lane() {
        let Some(ifma) = Ifma::detect() else { return };
        for length in 0..300 {
            check(ifma, &core::array::from_fn(|lane| bytes(length + lane % 3, 0x5a)));
        }
        // Lanes that end at different blocks, each lane once the longest.
        for shift in 0..MESSAGES {
            let lengths = |lane: usize| (lane + shift) % MESSAGES * 61;
            check(ifma, &core::array::from_fn(|lane| bytes(lengths(lane), 0xa5)));
        }
        check(
            ifma,
            &core::array::from_fn(|lane| if lane == 7 { bytes(5000, 1) } else { Vec::new() }),
        );
    }

    #[test]
    fn the_padding_boundaries_of_one_long_lane_leave_the_others_alone() {
        let Some(ifma) = Ifma::detect() else { return };
        for length in [54, 55, 56, 57, 63, 64, 65, 119, 120, 121, 127, 128, 129] {
            for place in 0..MESSAGES {
                let of = |lane| if lane == place { length } else { 3 };
                check(ifma, &core::array::from_fn(|lane| bytes(of(lane), 0xff)));
            }
        }
    }
}
