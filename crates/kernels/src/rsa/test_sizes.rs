//! Valid signatures under moduli of any number of bits, for every kernel.
//!
//! A modulus of many small primes is as good as one of two large ones, to whom only verifies: its owner takes
//! roots modulo each prime, so signing costs little at any size.

#![expect(clippy::as_conversions, reason = "numbers are small")]

use super::batch::verify_pkcs1_batch;
use super::item::Pkcs1Item;
use super::key::RsaPublicKey;
use super::pkcs1;
use super::tests::to_bytes;
use crate::{Hash, Kernel};
use alloc::{vec, vec::Vec};
use num_bigint::BigUint;

const EXPONENT: u64 = 65537;

/// A key with the factors of its modulus.
struct ManyPrimes {
    primes: Vec<u64>,
    n: BigUint,
    key: RsaPublicKey,
}

/// Odd primes below 2^16, the greatest first.
fn primes() -> Vec<u64> {
    let mut is_composite = vec![false; 1 << 16];
    let mut primes = vec![];
    for candidate in (3..1 << 16).step_by(2) {
        if !is_composite[candidate] {
            primes.push(candidate as u64);
            for multiple in (candidate * candidate..1 << 16).step_by(candidate) {
                is_composite[multiple] = true;
            }
        }
    }
    primes.reverse();
    primes
}

fn power(base: u64, exponent: u64, modulus: u64) -> u64 {
    (0..64).rev().fold(1, |power, bit| {
        let square = power * power % modulus;
        if exponent >> bit & 1 == 1 { square * base % modulus } else { square }
    })
}

fn remainder(number: &BigUint, modulus: u64) -> u64 {
    (number % modulus).to_u64_digits().first().copied().unwrap_or(0)
}

impl ManyPrimes {
    /// A key of exactly so many bits, from the primes after the first so many.
    fn new(all: &[u64], bits: u64, skip: usize) -> Self {
        for skip in skip.. {
            let (mut primes, mut n) = (vec![], BigUint::from(1_u32));
            for &prime in &all[skip..] {
                if n.bits() + 16 <= bits {
                    n *= prime;
                    primes.push(prime);
                } else if (&n * prime).bits() == bits {
                    n *= prime;
                    primes.push(prime);
                    break;
                }
            }
            if n.bits() == bits
                && let Ok(key) = RsaPublicKey::new(&n.to_bytes_be(), &EXPONENT.to_be_bytes())
            {
                return Self { primes, n, key };
            }
        }
        unreachable!("one of the primes leads to so many bits")
    }

    /// The signature of a digest: roots modulo each prime, and the number that has these remainders.
    fn sign(&self, hash: Hash, digest: &[u8]) -> Vec<u8> {
        let mut message = vec![0; self.key.size()];
        pkcs1::encode(hash, digest, &mut message).unwrap();
        let message = BigUint::from_bytes_be(&message);
        let (mut signature, mut product) = (BigUint::ZERO, BigUint::from(1_u32));
        for &prime in &self.primes {
            // 65537 is a prime above every factor, so it has an inverse.
            let inverse = BigUint::from(EXPONENT).modinv(&(prime - 1).into()).unwrap();
            let root = power(remainder(&message, prime), remainder(&inverse, prime), prime);
            let missing = (root + prime - remainder(&signature, prime)) % prime;
            let step = power(remainder(&product, prime), prime - 2, prime);
            signature += &product * (missing * step % prime);
            product *= prime;
        }
        assert_eq!(signature.modpow(&EXPONENT.into(), &self.n), message);
        to_bytes(&signature, self.key.size())
    }
}

/// Four keys of one size; every verdict with and without what is computed for keys in use, in any mix, with one
/// bad lane in each position.
fn check_size(all: &[u64], bits: u64) {
    let hash = [Hash::Sha256, Hash::Sha384, Hash::Sha512][(bits % 3) as usize];
    let digest = &[bits as u8; 64][..hash.size()];
    let owners: Vec<ManyPrimes> =
        (0..4).map(|i| ManyPrimes::new(all, bits, i * 300 + bits as usize % 50)).collect();
    let signatures: Vec<Vec<u8>> = owners.iter().map(|owner| owner.sign(hash, digest)).collect();
    let altered: Vec<Vec<u8>> = signatures
        .iter()
        .map(|signature| {
            let mut altered = signature.clone();
            let middle = altered.len() / 2;
            altered[middle] ^= 1;
            altered
        })
        .collect();
    for kernel in Kernel::available() {
        let keys: Vec<RsaPublicKey> = owners.iter().map(|owner| owner.key.clone()).collect();
        // None has been used, then one has, ..., then all.
        for used in 0..=keys.len() {
            if let Some(key) = used.checked_sub(1).map(|last| &keys[last]) {
                key.prepare_for(kernel);
            }
            for bad in 0..=keys.len() {
                let items: Vec<Pkcs1Item<'_>> = keys
                    .iter()
                    .enumerate()
                    .map(|(i, key)| {
                        let signature = if i == bad { &altered[i] } else { &signatures[i] };
                        Pkcs1Item { key, hash, digest, signature }
                    })
                    .collect();
                let mut valid = vec![false; items.len()];
                verify_pkcs1_batch(kernel, &items, &mut valid);
                for (i, valid) in valid.into_iter().enumerate() {
                    assert_eq!(
                        valid,
                        i != bad,
                        "{kernel:?}, {bits} bits, {used} used, {i} of {bad}"
                    );
                }
            }
            let [item, other] = [&signatures[0], &altered[0]]
                .map(|signature| keys[0].verify_pkcs1_with(kernel, hash, digest, signature));
            assert!(item.is_ok() && other.is_err(), "{kernel:?}, {bits} bits, {used} used");
        }
    }
}

#[test]
fn signatures_of_moduli_from_1024_to_8192_bits_verify_in_every_kernel_new_and_in_use() {
    let all = primes();
    // Where numbers become longer by a block of lanes, a half and a whole block of limbs, a limb and a byte.
    let borders = [
        1024, 1025, 1031, 1032, 1033, 1064, 1065, 1066, 1088, 1089, 1280, 1281, 1422, 1423, 1536,
        1537, 2047, 2048, 2049, 2136, 2137, 4095, 4096, 4097, 8184, 8185, 8191, 8192,
    ];
    let step = if cfg!(debug_assertions) { 977 } else { 131 };
    for bits in borders.into_iter().chain((1024..=8192).step_by(step)) {
        check_size(&all, bits);
    }
}
