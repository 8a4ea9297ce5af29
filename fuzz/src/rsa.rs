//! Every RSA kernel against big integers.

use countersign_kernels::rsa::{Pkcs1Item, RsaKeyError, RsaPublicKey, verify_pkcs1_batch};
use countersign_kernels::{Hash, Kernel};
use num_bigint::BigUint;

use super::support::Input;

const BITS: [usize; 12] = [1024, 1025, 1032, 1536, 2047, 2048, 2049, 2050, 3072, 4096, 1023, 1664];
const EXPONENTS: [u64; 8] = [65_537, 3, 5, 17, 257, 65_539, (1 << 33) - 1, 1 << 33 | 1];

/// Fills a number with the input, over and over, so that few bytes make many kinds of digits.
fn number(pattern: &[u8], bits: usize) -> BigUint {
    let pattern = if pattern.is_empty() { &[0xff] } else { pattern };
    let bytes: Vec<u8> = pattern.iter().copied().cycle().take(bits.div_ceil(8)).collect();
    BigUint::from_bytes_be(&bytes) & ((BigUint::from(1_u8) << bits) - 1_u8)
}

fn padded(number: &BigUint, size: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let zeros = size.saturating_sub(bytes.len());
    [vec![0; zeros], bytes].concat()
}

/// `EMSA-PKCS1-v1_5` (RFC 8017 section 9.2), with the prefixes of its notes.
fn encode(hash: Hash, digest: &[u8], size: usize) -> Vec<u8> {
    let (arc, length) = match hash {
        Hash::Sha256 => (1, 32),
        Hash::Sha384 => (2, 48),
        _ => (3, 64),
    };
    let mut info = vec![0x30, 17 + length, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, arc];
    info.extend([5, 0, 4, length]);
    info.extend(digest);
    let mut block = vec![0, 1];
    block.resize(size - info.len() - 1, 0xff);
    block.push(0);
    block.extend(info);
    block
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let bits = *input.pick(&BITS);
    let exponent = *input.pick(&EXPONENTS);
    let hash = *input.pick(&[Hash::Sha256, Hash::Sha384, Hash::Sha512]);
    let pattern = input.byte();
    let mut n = number(input.take(usize::from(pattern)), bits);
    n.set_bit(u64::try_from(bits - 1).unwrap(), true);
    n.set_bit(0, true);
    let key = match RsaPublicKey::new(&n.to_bytes_be(), &exponent.to_be_bytes()) {
        Ok(key) => key,
        Err(RsaKeyError::TooSmall { .. }) => return assert!(bits < 1024),
        Err(RsaKeyError::ExponentOutOfRange) => return assert!(exponent >> 33 != 0),
        // Every residue of the fingerprint is a power of 65537; an ordinary number has not that.
        Err(RsaKeyError::Roca) => return,
        Err(error) => panic!("{error}"),
    };
    assert_eq!((key.bits(), key.exponent()), (bits, exponent));
    let size = key.size();
    // Of the signatures that can be made without the private key, the oracle says what they open to.
    let mut signatures = vec![padded(&(number(input.0, bits) % &n), size)];
    signatures.push(padded(&(&n - 1_u8), size));
    signatures.push(padded(&BigUint::from(1_u8), size));
    signatures.push(vec![0; size]);
    let opened: Vec<Vec<u8>> = signatures
        .iter()
        .map(|s| padded(&BigUint::from_bytes_be(s).modpow(&BigUint::from(exponent), &n), size))
        .collect();
    let digest = vec![pattern; hash.size()];
    let block = encode(hash, &digest, size);
    for kernel in Kernel::available() {
        for (signature, opened) in signatures.iter().zip(&opened) {
            assert_eq!(
                key.open_with(kernel, signature).as_ref(),
                Some(opened),
                "{}",
                kernel.name()
            );
            let valid = key.verify_pkcs1_with(kernel, hash, &digest, signature).is_ok();
            assert_eq!(valid, *opened == block);
        }
        // Out of range: the modulus, a number above it, and other lengths.
        let above = padded(&(&n + 2_u8), size);
        for signature in [n.to_bytes_be(), above, vec![1; size - 1], vec![0; size + 1], vec![]] {
            assert_eq!(key.open_with(kernel, &signature), None);
            assert!(key.verify_pkcs1_with(kernel, hash, &digest, &signature).is_err());
        }
        let items: Vec<Pkcs1Item<'_>> = signatures
            .iter()
            .chain(&signatures)
            .chain(&signatures)
            .map(|signature| Pkcs1Item { key: &key, hash, digest: &digest, signature })
            .collect();
        let mut valid = vec![true; items.len()];
        verify_pkcs1_batch(kernel, &items, &mut valid);
        for (valid, opened) in valid.iter().zip(opened.iter().cycle()) {
            assert_eq!(*valid, *opened == block, "{} in a batch", kernel.name());
        }
    }
}
