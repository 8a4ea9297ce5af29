//! One suite for every kernel: real signatures, malformed encodings, adversarial numbers.

#![expect(clippy::as_conversions, reason = "a test that panics has failed")]

use super::key::*;
use super::test_keys::KEYS;
use super::*;
use crate::hash::Hash;
use crate::kernel::Kernel;
use alloc::{format, string::ToString, vec, vec::Vec};
use num_bigint::BigUint;

const F4: &[u8] = &[1, 0, 1];

/// A key pair of big integers, the oracle of these tests.
pub(super) struct Pair {
    pub(super) n: BigUint,
    pub(super) d: BigUint,
    pub(super) e: u64,
    pub(super) key: RsaPublicKey,
}

impl Pair {
    pub(super) fn size(&self) -> usize {
        self.key.size()
    }

    /// The number that opens to `message`, as a signature.
    pub(super) fn sign_number(&self, message: &BigUint) -> Vec<u8> {
        to_bytes(&message.modpow(&self.d, &self.n), self.size())
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        assert_eq!(message.len(), self.size());
        self.sign_number(&BigUint::from_bytes_be(message))
    }

    pub(super) fn sign_pkcs1(&self, hash: Hash, digest: &[u8]) -> Vec<u8> {
        let mut em = vec![0; self.size()];
        pkcs1::encode(hash, digest, &mut em).unwrap();
        self.sign(&em)
    }
}

pub(super) fn to_bytes(number: &BigUint, size: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut out = vec![0; size - bytes.len()];
    out.extend(bytes);
    out
}

/// Every test key of openssl.
pub(super) fn pairs() -> Vec<Pair> {
    KEYS.iter()
        .map(|&(bits, n, d)| {
            let n = BigUint::parse_bytes(n.as_bytes(), 16).unwrap();
            let d = BigUint::parse_bytes(d.as_bytes(), 16).unwrap();
            let key = RsaPublicKey::new(&n.to_bytes_be(), F4).unwrap();
            assert_eq!(key.bits(), bits);
            Pair { n, d, e: 65537, key }
        })
        .collect()
}

/// A pair whose modulus is the *prime* `n`: signing needs no factors, so moduli of any shape do.
fn prime_pair(n: BigUint, e: u64) -> Option<Pair> {
    let d = BigUint::from(e).modinv(&(&n - 1_u32))?;
    let key = RsaPublicKey::new(&n.to_bytes_be(), &e.to_be_bytes()).ok()?;
    Some(Pair { n, d, e, key })
}

/// Primes that are all ones (Mersenne) or a single high bit and ones at the ends (Proth): the
/// digits on which carries run furthest and quotient digits are extreme.
pub(super) fn extreme_pairs() -> Vec<Pair> {
    let mersenne =
        [1279, 2203, 2281, 3217, 4253, 4423].map(|k| (BigUint::from(1_u32) << k) - 1_u32);
    let proth = [(3_u32, 2208), (3, 2816), (3, 3168), (3, 3912), (5, 1947), (5, 3313), (5, 4687)]
        .map(|(h, k)| (BigUint::from(h) << k) + 1_u32);
    mersenne.into_iter().chain(proth).map(|n| prime_pair(n, 65537).unwrap()).collect()
}

/// The kernels this CPU runs.
pub(super) fn kernels() -> Vec<Kernel> {
    Kernel::available().collect()
}

/// The verdict every kernel and every kind of call must agree on, for the key as it is, for one that
/// was never used, and for one that knows everything.
fn verdict(key: &RsaPublicKey, hash: Hash, digest: &[u8], signature: &[u8]) -> bool {
    let fresh = RsaPublicKey::new(key.modulus(), &key.exponent().to_be_bytes()).unwrap();
    assert!(fresh.is_fresh());
    let prepared = key.clone();
    kernels().into_iter().for_each(|kernel| prepared.prepare_for(kernel));
    assert!(!prepared.is_fresh() || key.exponent() != 65537);
    let first = verdict_of(&fresh, hash, digest, signature);
    assert_eq!(verdict_of(key, hash, digest, signature), first);
    assert_eq!(verdict_of(&prepared, hash, digest, signature), first);
    first
}

fn verdict_of(key: &RsaPublicKey, hash: Hash, digest: &[u8], signature: &[u8]) -> bool {
    let first = key.verify_pkcs1(hash, digest, signature).is_ok();
    for kernel in kernels() {
        let single = key.verify_pkcs1_with(kernel, hash, digest, signature).is_ok();
        assert_eq!(single, first, "{kernel:?}");
        // Lanes that are idle, full, and full with one left over, where kernels have lanes of their own.
        let counts: &[usize] = match kernel.name() {
            "avx512ifma" | "avx2+adx" => &[1, 3, 9],
            "avx2" => &[3],
            _ => &[2],
        };
        for &count in counts {
            let items = vec![Pkcs1Item { key, hash, digest, signature }; count];
            let mut valid = vec![!first; count];
            verify_pkcs1_batch(kernel, &items, &mut valid);
            assert_eq!(valid, vec![first; count], "{kernel:?}");
        }
    }
    first
}

fn digest_for(hash: Hash, seed: u8) -> Vec<u8> {
    (0..hash.size())
        .map(|i| seed.wrapping_mul(31).wrapping_add((i as u8).wrapping_mul(7)))
        .collect()
}

const HASHES: [Hash; 3] = [Hash::Sha256, Hash::Sha384, Hash::Sha512];

#[test]
fn signatures_of_every_size_and_hash_verify() {
    for pair in pairs().iter().chain(&extreme_pairs()) {
        for hash in HASHES {
            let digest = digest_for(hash, 1);
            let signature = pair.sign_pkcs1(hash, &digest);
            assert!(verdict(&pair.key, hash, &digest, &signature), "{:?}", pair.key);
            let mut other = digest.clone();
            for i in [0, 1, hash.size() / 2, hash.size() - 1] {
                other[i] ^= 0x80;
                assert!(!verdict(&pair.key, hash, &other, &signature), "{:?}", pair.key);
            }
        }
    }
}

#[test]
fn signatures_made_by_openssl_format_agree_with_the_rsa_crate() {
    use rsa::traits::SignatureScheme as _;
    for pair in pairs().iter().filter(|pair| pair.key.bits() <= 4096) {
        let n = rsa::BoxedUint::from_be_slice_vartime(&pair.n.to_bytes_be());
        let peer = rsa::PublicKey::new(n, rsa::BoxedUint::from(65537_u64)).unwrap();
        let digest = digest_for(Hash::Sha256, 5);
        let signature = pair.sign_pkcs1(Hash::Sha256, &digest);
        let scheme = rsa::pkcs1v15::Pkcs1v15Sign {
            hash_len: Some(32),
            prefix: (*pkcs1::prefix(Hash::Sha256)).into(),
        };
        scheme.verify(&peer, &digest, &signature).unwrap();
        assert!(verdict(&pair.key, Hash::Sha256, &digest, &signature));
    }
}

#[test]
fn any_wrong_length_is_refused() {
    for pair in pairs() {
        let digest = digest_for(Hash::Sha256, 2);
        let good = pair.sign_pkcs1(Hash::Sha256, &digest);
        let mut longer = good.clone();
        longer.insert(0, 0);
        assert!(!verdict(&pair.key, Hash::Sha256, &digest, &longer));
        let mut longer = good.clone();
        longer.push(0);
        assert!(!verdict(&pair.key, Hash::Sha256, &digest, &longer));
        for len in [0, 1, 8, good.len() - 8, good.len() - 1] {
            assert!(!verdict(&pair.key, Hash::Sha256, &digest, &good[..len]));
            assert!(!verdict(&pair.key, Hash::Sha256, &digest, &good[good.len() - len..]));
        }
        for len in [0, 31, 33, 48, 64] {
            assert!(!verdict(&pair.key, Hash::Sha256, &vec![0; len], &good));
        }
        assert!(!verdict(&pair.key, Hash::Sha384, &digest, &good));
    }
}

#[test]
fn a_signature_of_the_modulus_or_above_is_refused() {
    for pair in pairs().iter().chain(&extreme_pairs()) {
        let size = pair.size();
        let digest = digest_for(Hash::Sha256, 3);
        let mut em = vec![0; size];
        pkcs1::encode(Hash::Sha256, &digest, &mut em).unwrap();
        let s = BigUint::from_bytes_be(&pair.sign(&em));
        let top = BigUint::from(1_u32) << (8 * size);
        let mut tried = 0;
        let candidates = [&s + &pair.n, &s + &pair.n * 2_u32, &s + &pair.n * 3_u32];
        for number in candidates.into_iter().filter(|number| *number < top) {
            assert!(!verdict(&pair.key, Hash::Sha256, &digest, &to_bytes(&number, size)));
            tried += 1;
        }
        // Sizes with room in the first byte must have had candidates.
        assert!(tried > 0 || pair.n.bits() % 8 == 0);
        let zero = BigUint::ZERO;
        let ones = &top - 1_u32;
        let edges = [
            zero,
            BigUint::from(1_u32),
            BigUint::from(2_u32),
            &pair.n - 1_u32,
            pair.n.clone(),
            (&pair.n + 1_u32).min(ones.clone()),
            ones,
        ];
        for number in edges {
            assert!(!verdict(&pair.key, Hash::Sha256, &digest, &to_bytes(&number, size)));
        }
        // n - s opens to n - EM, as the exponent is odd.
        assert!(!verdict(&pair.key, Hash::Sha256, &digest, &to_bytes(&(&pair.n - &s), size)));
    }
}

/// Encodings that are wrong in one way each.
fn malformed(hash: Hash, digest: &[u8], size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let mut good = vec![0; size];
    pkcs1::encode(hash, digest, &mut good).unwrap();
    let info = size - hash.size() - 19;
    let with = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut message = good.clone();
        edit(&mut message);
        message
    };
    // 00 01 ff.. 00 || tail, padded to size.
    let padded = |tail: &[u8]| {
        let mut message = vec![0xff; size];
        message[0] = 0;
        message[1] = 1;
        let at = size - tail.len();
        message[at - 1] = 0;
        message[at..].copy_from_slice(tail);
        message
    };
    // 00 01 ff*8 00 || tail || zeros: the forgery of Bleichenbacher (2006).
    let trailing = |tail: &[u8], fill: u8| {
        let mut message = vec![fill; size];
        message[..2].copy_from_slice(&[0, 1]);
        message[2..10].fill(0xff);
        message[10] = 0;
        message[11..11 + tail.len()].copy_from_slice(tail);
        message
    };
    let mut der = good[info..].to_vec();
    let plain = der.clone();
    let body = hash.size() as u8;
    let prefix = pkcs1::prefix(hash);
    let mut out = vec![
        ("first byte not zero", with(&|m| m[0] = 1)),
        ("block type 0", with(&|m| m[1] = 0)),
        ("block type 2", with(&|m| m[1] = 2)),
        ("block type 0 with zero padding", with(&|m| m[1..info - 1].fill(0))),
        ("padding byte fe", with(&|m| m[2] = 0xfe)),
        ("last padding byte 00", with(&|m| m[info - 2] = 0)),
        ("separator missing", with(&|m| m[info - 1] = 0xff)),
        ("separator 01", with(&|m| m[info - 1] = 1)),
        ("trailing zeros", trailing(&plain, 0)),
        ("trailing ones", trailing(&plain, 0xff)),
        ("digest without DigestInfo", padded(digest)),
        ("last bit of the digest", with(&|m| m[size - 1] ^= 1)),
        ("first bit of the digest", with(&|m| m[size - digest.len()] ^= 0x80)),
        ("null replaced by an empty string", with(&|m| m[info + 15] = 4)),
        ("null with a length", with(&|m| m[info + 16] = 1)),
        ("long null length", {
            let mut t = prefix.to_vec();
            t[1] += 1;
            t[3] += 1;
            t[16] = 0x81;
            t.insert(17, 0);
            t.extend(digest);
            padded(&t)
        }),
        ("missing null", {
            let mut t = prefix.to_vec();
            t.drain(15..17);
            t[1] -= 2;
            t[3] -= 2;
            t.extend(digest);
            padded(&t)
        }),
        ("BER length of the sequence", {
            let mut t = vec![0x30, 0x81];
            t.extend(&plain[1..]);
            padded(&t)
        }),
        ("BER length of the digest", {
            let mut t = prefix[..18].to_vec();
            t[1] += 1;
            t.extend([0x81, body]);
            t.extend(digest);
            padded(&t)
        }),
        ("indefinite length", {
            let mut t = vec![0x30, 0x80];
            t.extend(&plain[2..]);
            t.extend([0, 0]);
            padded(&t)
        }),
        ("trailing bytes in the sequence", {
            let mut t = plain.clone();
            t[1] += 2;
            t.extend([5, 0]);
            padded(&t)
        }),
        ("trailing byte after the sequence", {
            let mut t = plain.clone();
            t.push(0);
            padded(&t)
        }),
        ("SHA-1 DigestInfo", {
            let mut t = vec![0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 0x14];
            t.extend(&digest[..20]);
            padded(&t)
        }),
        ("short digest", {
            let mut t = prefix.to_vec();
            t[1] -= 1;
            t[18] -= 1;
            t.extend(&digest[1..]);
            padded(&t)
        }),
    ];
    for i in 0..19 {
        der[i] ^= 1;
        out.push(("wrong DigestInfo byte", padded(&der)));
        der[i] ^= 1;
    }
    for other in HASHES.into_iter().filter(|&other| other != hash) {
        let mut t = pkcs1::prefix(other).to_vec();
        t.extend(digest);
        out.push(("prefix of another hash", padded(&t)));
        t[1] = plain[1];
        t[18] = plain[18];
        out.push(("object identifier of another hash", padded(&t)));
    }
    // One byte of padding fewer than a modulus one byte longer would need, and so on.
    for short in 1..=8 {
        let mut message = good.clone();
        message[2..2 + short].fill(0);
        out.push(("padding starts with zeros", message));
    }
    out
}

#[test]
fn malformed_encodings_signed_with_the_private_key_are_refused() {
    for pair in pairs().iter().filter(|pair| pair.key.bits() <= 4096) {
        let hash = Hash::Sha256;
        let digest = digest_for(hash, 4);
        for (name, message) in malformed(hash, &digest, pair.size()) {
            let number = BigUint::from_bytes_be(&message);
            if number >= pair.n {
                continue;
            }
            let signature = pair.sign(&message);
            assert!(!verdict(&pair.key, hash, &digest, &signature), "{name}");
        }
    }
    let pair = &pairs()[0];
    for hash in [Hash::Sha384, Hash::Sha512] {
        let digest = digest_for(hash, 4);
        for (name, message) in malformed(hash, &digest, pair.size()) {
            let number = BigUint::from_bytes_be(&message);
            if number >= pair.n {
                continue;
            }
            let signature = pair.sign(&message);
            assert!(!verdict(&pair.key, hash, &digest, &signature), "{name}");
        }
    }
}

#[test]
fn messages_equal_to_the_encoding_modulo_a_power_of_two_are_refused() {
    // Every single wrong bit of the encoding, at every position: no kernel may drop a digit.
    for pair in pairs().iter().filter(|pair| pair.key.bits() <= 1100) {
        let digest = digest_for(Hash::Sha256, 6);
        let mut em = vec![0; pair.size()];
        pkcs1::encode(Hash::Sha256, &digest, &mut em).unwrap();
        let step = if cfg!(debug_assertions) { 7 } else { 1 };
        for i in (0..pair.n.bits() - 1).step_by(step) {
            let message = BigUint::from_bytes_be(&em) ^ (BigUint::from(1_u32) << i);
            let signature = pair.sign_number(&message);
            assert!(!verdict(&pair.key, Hash::Sha256, &digest, &signature), "{i}");
        }
    }
}

#[test]
fn pss_signatures_of_every_size_verify_and_altered_ones_do_not() {
    for pair in pairs().iter().chain(&extreme_pairs()) {
        // 1024 bits have no room for SHA-512 and its salt.
        let all = [Hash::Sha256, Hash::Sha384, Hash::Sha512];
        let hash = if pair.size() < 130 { Hash::Sha256 } else { all[pair.size() / 8 % 3] };
        let mut digest = [5; 64];
        let digest = &mut digest[..hash.size()];
        let salt = &[8; 64][..hash.size()];
        let message = pss::tests::encode(hash, digest, salt, pair.key.bits());
        let signature = pair.sign(&message);
        for kernel in kernels() {
            pair.key.verify_pss_with(kernel, hash, digest, &signature).unwrap();
            for i in [0, 1, signature.len() / 2, signature.len() - 1] {
                let mut bad = signature.clone();
                bad[i] ^= 1;
                let verdict = pair.key.verify_pss_with(kernel, hash, digest, &bad);
                assert_eq!(verdict, Err(InvalidSignature));
            }
            digest[31] ^= 1;
            assert!(pair.key.verify_pss_with(kernel, hash, digest, &signature).is_err());
            digest[31] ^= 1;
            let short = &signature[1..];
            assert!(pair.key.verify_pss_with(kernel, hash, digest, short).is_err());
            let above = BigUint::from_bytes_be(&signature) + &pair.n;
            if above.bits() <= 8 * pair.size() as u64 {
                let above = to_bytes(&above, pair.size());
                assert!(pair.key.verify_pss_with(kernel, hash, digest, &above).is_err());
            }
        }
    }
}

#[test]
fn every_exponent_shape_verifies() {
    // A prime whose predecessor shares no factor with many odd exponents: 2^2203 - 1.
    let n: BigUint = (BigUint::from(1_u32) << 2203) - 1_u32;
    let shapes = [3, 5, 17, 257, 65535, 65537, 65539, 0xffff_ffff, 0x1_0000_0001, 0x1_ffff_ffff];
    let mut tried = 0;
    for e in shapes {
        let Some(pair) = prime_pair(n.clone(), e) else {
            continue;
        };
        tried += 1;
        assert_eq!(pair.key.exponent(), pair.e);
        let digest = digest_for(Hash::Sha256, 7);
        let signature = pair.sign_pkcs1(Hash::Sha256, &digest);
        assert!(verdict(&pair.key, Hash::Sha256, &digest, &signature), "{e}");
        let mut bad = signature.clone();
        bad[100] ^= 4;
        assert!(!verdict(&pair.key, Hash::Sha256, &digest, &bad), "{e}");
    }
    assert!(tried >= 4, "{tried}");
}

#[test]
fn any_modulus_size_between_the_bounds_is_accepted() {
    for bits in (1024..=1100).chain([2047, 2049, 4095, 4097, 8191, 8192]) {
        let n: BigUint = (BigUint::from(1_u32) << (bits - 1)) + 12345_u32;
        let key = RsaPublicKey::new(&n.to_bytes_be(), F4).unwrap();
        assert_eq!(key.bits(), bits);
        assert_eq!(key.size(), bits.div_ceil(8));
        assert_eq!(key.modulus(), n.to_bytes_be());
        // 1 opens to 1, which is no encoding.
        let mut signature = vec![0; key.size()];
        signature[key.size() - 1] = 1;
        assert!(!verdict(&key, Hash::Sha256, &[0; 32], &signature));
    }
}

#[test]
fn keys_out_of_bounds_are_refused_with_their_reason() {
    let odd = |bits: usize| ((BigUint::from(1_u32) << (bits - 1)) + 1_u32).to_bytes_be();
    let new = |n: &[u8], e: &[u8]| RsaPublicKey::new(n, e).map(|_| ());
    assert_eq!(new(&[], F4), Err(RsaKeyError::TooSmall { bits: 0 }));
    assert_eq!(new(&[0, 0], F4), Err(RsaKeyError::TooSmall { bits: 0 }));
    assert_eq!(new(&[1], F4), Err(RsaKeyError::TooSmall { bits: 1 }));
    assert_eq!(new(&odd(1023), F4), Err(RsaKeyError::TooSmall { bits: 1023 }));
    assert_eq!(new(&odd(8193), F4), Err(RsaKeyError::TooLarge { bits: 8193 }));
    let mut even = odd(2048);
    even[255] = 2;
    assert_eq!(new(&even, F4), Err(RsaKeyError::EvenModulus));
    let bad_exponents: [&[u8]; 10] = [
        &[],
        &[0],
        &[1],
        &[2],
        &[4],
        &[1, 0, 0],
        &[2, 0, 0, 0, 0],
        &[2, 0, 0, 0, 1],
        &[1, 0, 0, 0, 0, 0, 0, 0, 1],
        // 65537, if the first byte were lost.
        &[1, 0, 0, 0, 0, 0, 1, 0, 1],
    ];
    for e in bad_exponents {
        assert_eq!(new(&odd(2048), e), Err(RsaKeyError::ExponentOutOfRange), "{e:?}");
    }
    for e in [&[3][..], &[0, 3], &[0, 0, 0, 0, 0, 0, 1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
        assert_eq!(new(&odd(2048), e), Ok(()), "{e:?}");
    }
}

#[test]
fn leading_zeros_are_stripped_and_keys_compare_by_value() {
    let pair = &pairs()[4];
    let mut n = vec![0; 3];
    n.extend(pair.n.to_bytes_be());
    let padded = RsaPublicKey::new(&n, &[0, 0, 1, 0, 1]).unwrap();
    assert_eq!(padded, pair.key);
    assert_eq!(padded.modulus(), pair.n.to_bytes_be());
    let other = RsaPublicKey::new(&n, &[3]).unwrap();
    assert_ne!(other, pair.key);
    assert_eq!(padded.clone(), padded);
}

#[test]
fn moduli_of_the_flawed_generator_are_refused() {
    // p = k·M + 65537^a mod M with M the product of the first 126 primes (1024-bit primes), as
    // the flawed generator made them. Whether p is prime does not matter to the fingerprint.
    let mut primes: Vec<u32> = vec![];
    let mut candidate = 2;
    while primes.len() < 126 {
        if primes.iter().all(|p| candidate % p != 0) {
            primes.push(candidate);
        }
        candidate += 1;
    }
    let m: BigUint = primes.iter().map(|&p| BigUint::from(p)).product();
    let factor = |k: u64, a: u32| {
        BigUint::from(k >> 12 | 1 << 51) * &m
            + BigUint::from(65537_u32).modpow(&BigUint::from(a), &m)
    };
    for i in 0..20_u32 {
        let n = factor(0x9e37_79b9_7f4a_7c15 ^ u64::from(i), 1000 + i) * factor(7, 99 * i + 5);
        let refused = RsaPublicKey::new(&n.to_bytes_be(), F4);
        assert_eq!(refused, Err(RsaKeyError::Roca));
        assert!(RsaPublicKey::new(&(n + 2_u32).to_bytes_be(), F4).is_ok());
    }
}

#[test]
fn batches_give_single_verdicts_in_any_mix() {
    let pairs = pairs();
    let mut state = 0x1234_5678_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let digests: Vec<Vec<u8>> = HASHES.iter().map(|&hash| digest_for(hash, 9)).collect();
    let mut pool = vec![];
    for pair in pairs.iter().filter(|pair| pair.key.bits() <= 4096) {
        for (&hash, digest) in HASHES.iter().zip(&digests) {
            let good = pair.sign_pkcs1(hash, digest);
            let mut flipped = good.clone();
            flipped[pair.size() / 2] ^= 0x10;
            let above =
                to_bytes(&(BigUint::from(0xff_u32) << (8 * (pair.size() - 1))), pair.size());
            let short = good[1..].to_vec();
            for (signature, expected) in [
                (good.clone(), true),
                (good, true),
                (flipped, false),
                (above, false),
                (short, false),
                (vec![], false),
            ] {
                pool.push((pair, hash, digest, signature, expected));
            }
        }
    }
    for count in (0..=40).chain([100, 300]) {
        let chosen: Vec<_> = (0..count).map(|_| &pool[random() % pool.len()]).collect();
        let items: Vec<_> = chosen
            .iter()
            .map(|(pair, hash, digest, signature, _)| Pkcs1Item {
                key: &pair.key,
                hash: *hash,
                digest,
                signature,
            })
            .collect();
        let expected: Vec<bool> = chosen.iter().map(|chosen| chosen.4).collect();
        for kernel in kernels() {
            let mut valid = vec![true; count];
            verify_pkcs1_batch(kernel, &items, &mut valid);
            assert_eq!(valid, expected, "{kernel:?} {count}");
        }
    }
}

#[test]
fn lanes_are_reloaded_when_only_the_hash_or_only_the_key_changes() {
    // Keys of one number of tiles, so that one call of eight follows the other.
    let pairs = pairs();
    let pairs = [&pairs[4], &pairs[5]];
    assert_eq!(pairs.map(|pair| pair.key.bits()), [2047, 2048]);
    let mut signed = vec![];
    for pair in pairs {
        kernels().into_iter().for_each(|kernel| pair.key.prepare_for(kernel));
        for hash in HASHES {
            let digest = digest_for(hash, 13);
            signed.push((&pair.key, hash, pair.sign_pkcs1(hash, &digest), digest));
        }
    }
    for step in 1..signed.len() {
        let items: Vec<_> = (0..48)
            .map(|i| {
                // A lane holds another of the six in each call.
                let (key, hash, signature, digest) = &signed[(i / 8 * step + i) % signed.len()];
                Pkcs1Item { key, hash: *hash, digest, signature }
            })
            .collect();
        for kernel in kernels() {
            let mut valid = vec![false; items.len()];
            verify_pkcs1_batch(kernel, &items, &mut valid);
            assert_eq!(valid, vec![true; items.len()], "{kernel:?} {step}");
        }
    }
}

#[test]
fn one_bad_lane_among_good_ones_is_found_in_each_position() {
    for pair in pairs().iter().filter(|pair| pair.key.bits() <= 4096) {
        kernels().into_iter().for_each(|kernel| pair.key.prepare_for(kernel));
        let digest = digest_for(Hash::Sha256, 11);
        let good = pair.sign_pkcs1(Hash::Sha256, &digest);
        let mut bad = good.clone();
        let last = bad.len() - 1;
        bad[last] ^= 1;
        let above = vec![0xff; pair.size()];
        for count in (1..=13).chain([16, 17, 33]) {
            for position in 0..count {
                for wrong in [&bad, &above] {
                    let mut items = vec![
                        Pkcs1Item {
                            key: &pair.key,
                            hash: Hash::Sha256,
                            digest: &digest,
                            signature: &good
                        };
                        count
                    ];
                    items[position].signature = wrong;
                    for kernel in kernels() {
                        let mut valid = vec![false; count];
                        verify_pkcs1_batch(kernel, &items, &mut valid);
                        for (i, valid) in valid.iter().enumerate() {
                            assert_eq!(*valid, i != position, "{kernel:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_batch_with_too_few_or_too_many_verdicts_does_not_panic() {
    let pair = &pairs()[0];
    let digest = digest_for(Hash::Sha256, 12);
    let good = pair.sign_pkcs1(Hash::Sha256, &digest);
    let item = Pkcs1Item { key: &pair.key, hash: Hash::Sha256, digest: &digest, signature: &good };
    for kernel in kernels() {
        let mut valid = [false; 5];
        verify_pkcs1_batch(kernel, &[item; 10], &mut valid);
        assert_eq!(valid, [true; 5]);
        let mut valid = [true; 5];
        verify_pkcs1_batch(kernel, &[item; 2], &mut valid);
        assert_eq!(valid, [true, true, false, false, false]);
        verify_pkcs1_batch(kernel, &[], &mut valid);
        assert_eq!(valid, [false; 5]);
    }
}

#[test]
fn messages_get_the_verdicts_of_their_digests_alone_and_hashed_together() {
    use sha2::{Digest as _, Sha256, Sha384, Sha512};
    let pairs = pairs();
    let signed: Vec<_> = (0..66_u8)
        .map(|i| {
            let index = usize::from(i);
            // Sixteens of SHA-256, which are hashed together, and of others, which are not.
            let hash = match i {
                ..20 => Hash::Sha256,
                20..48 => HASHES[index % 3],
                _ => Hash::Sha512,
            };
            let message = vec![i; index * 29 % 200];
            let digest = match hash {
                Hash::Sha256 => Sha256::digest(&message).to_vec(),
                Hash::Sha384 => Sha384::digest(&message).to_vec(),
                Hash::Sha512 => Sha512::digest(&message).to_vec(),
            };
            let pair = &pairs[index % 2];
            (&pair.key, hash, message, pair.sign_pkcs1(hash, &digest))
        })
        .collect();
    for count in 0..signed.len() {
        let mut items: Vec<_> = signed[..count]
            .iter()
            .map(|(key, hash, message, signature)| Pkcs1Message {
                key,
                hash: *hash,
                message,
                signature,
            })
            .collect();
        // One has the message of another, at a place that moves with the count.
        let bad = count * 7 / 3 % count.max(1);
        if let Some(item) = items.get_mut(bad) {
            item.message = b"another message";
        }
        for kernel in kernels() {
            let mut valid = vec![false; count + 1];
            verify_pkcs1_messages(kernel, &items, &mut valid);
            for (i, valid) in valid.into_iter().enumerate() {
                assert_eq!(valid, i < count && i != bad, "{kernel:?} {i} of {count}");
            }
            let mut too_few = vec![false; count / 2];
            verify_pkcs1_messages(kernel, &items, &mut too_few);
            assert!(too_few.iter().enumerate().all(|(i, valid)| *valid == (i != bad)));
        }
    }
}

#[test]
fn texts_are_lower_case_without_full_stop() {
    let errors = [
        (RsaKeyError::EvenModulus, "RSA modulus is even"),
        (RsaKeyError::ExponentOutOfRange, "RSA public exponent is even, below 3 or above 33 bits"),
        (RsaKeyError::Roca, "RSA modulus has the ROCA fingerprint (CVE-2017-15361)"),
        (RsaKeyError::TooLarge { bits: 9000 }, "RSA modulus has 9000 bits, more than 8192"),
        (RsaKeyError::TooSmall { bits: 512 }, "RSA modulus has 512 bits, fewer than 1024"),
    ];
    for (error, text) in errors {
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(InvalidSignature.to_string(), "invalid signature");
    let key = &pairs()[0].key;
    assert_eq!(format!("{key:?}"), "RsaPublicKey { bits: 1024, exponent: 65537, .. }");
}

#[test]
fn kernels_have_the_names_that_users_read() {
    assert_eq!(Kernel::portable().name(), "portable");
    let adx_and_fma = (crate::simd::Adx::detect().is_some(), crate::simd::Fma::detect().is_some());
    let detected = match (crate::simd::Ifma::detect(), adx_and_fma) {
        (Some(_), _) => "avx512ifma",
        (None, (true, true)) => "avx2+adx",
        (None, (false, true)) => "avx2",
        (None, (true, false)) => "adx",
        (None, (false, false)) => "portable",
    };
    assert_eq!(Kernel::detect().name(), detected);
    let names: Vec<_> = kernels().into_iter().map(Kernel::name).collect();
    assert_eq!(names.first().zip(names.last()), Some((&"portable", &detected)));
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "{name}");
    }
}

#[test]
fn what_a_kernel_opens_is_the_power_of_big_integers() {
    for pair in pairs() {
        let signature = pair.sign_pkcs1(Hash::Sha256, &[7; 32]);
        let power = BigUint::from_bytes_be(&signature).modpow(&pair.e.into(), &pair.n);
        for kernel in kernels() {
            let opened = pair.key.open_with(kernel, &signature).unwrap();
            assert_eq!(BigUint::from_bytes_be(&opened), power, "{kernel:?}");
        }
    }
}

#[test]
fn a_key_that_comes_into_use_within_a_batch_keeps_its_verdicts_and_digests_their_length() {
    let pair = &pairs()[0];
    let digest = digest_for(Hash::Sha256, 4);
    let signature = pair.sign_pkcs1(Hash::Sha256, &digest);
    let longer = [&[0], &digest[..]].concat();
    for kernel in kernels() {
        let key = RsaPublicKey::new(&pair.n.to_bytes_be(), &[1, 0, 1]).unwrap();
        let items: Vec<_> = (0..200)
            .map(|i| if i % 5 == 3 { &longer } else { &digest })
            .map(|digest| Pkcs1Item {
                key: &key,
                hash: Hash::Sha256,
                digest,
                signature: &signature,
            })
            .collect();
        let mut valid = vec![false; items.len()];
        verify_pkcs1_batch(kernel, &items, &mut valid);
        let wanted: Vec<bool> = (0..items.len()).map(|i| i % 5 != 3).collect();
        assert_eq!(valid, wanted, "{kernel:?}");
    }
}
