//! Blocks and signatures that are almost right.

use countersign::encoding::hex;
use countersign::sha256;
use countersign_testkit::RsaIssuer;
use num_bigint::BigUint;

/// `DigestInfo` of SHA-256 up to the digest (RFC 8017 section 9.2, note 1).
const SHA256_PREFIX: &str = "3031300d060960864801650304020105000420";

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn digest_info(prefix: &str, digest: &[u8]) -> Vec<u8> {
    [bytes(prefix), digest.to_vec()].concat()
}

/// 00 01, ff to fill up, 00, and what follows.
fn block(size: usize, tail: &[u8]) -> Vec<u8> {
    let fill = size - tail.len() - 3;
    [&[0, 1], vec![0xff; fill].as_slice(), &[0], tail].concat()
}

/// Blocks that are not EMSA-PKCS1-v1_5 of the message, each by its defect.
pub(crate) fn padding_defects(message: &[u8], size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let digest = sha256(message);
    let info = digest_info(SHA256_PREFIX, &digest);
    let good = block(size, &info);
    let changed = |place: usize, value: u8| {
        let mut block = good.clone();
        block[place] = value;
        block
    };
    let end_of_padding = size - info.len() - 1;
    let filled = |count: usize, fill: u8| {
        let start = [&[0, 1], vec![0xff; count].as_slice(), &[0], &info].concat();
        [start.as_slice(), &vec![fill; size - start.len()]].concat()
    };
    vec![
        ("parameters are missing instead of NULL", {
            block(size, &digest_info("302f300b06096086480165030402010420", &digest))
        }),
        ("parameters are an OCTET STRING instead of NULL", {
            block(size, &digest_info("3031300d060960864801650304020104000420", &digest))
        }),
        ("NULL is written with a long length", {
            block(size, &digest_info("3032300e06096086480165030402010581000420", &digest))
        }),
        ("DigestInfo is written with a long length", {
            block(size, &digest_info("308131300d060960864801650304020105000420", &digest))
        }),
        ("digest is written with a long length", {
            block(size, &digest_info("3032300d06096086480165030402010500048120", &digest))
        }),
        ("algorithm identifier is that of SHA-384", {
            block(size, &digest_info("3031300d060960864801650304020205000420", &digest))
        }),
        ("algorithm identifier is that of SHA-1", {
            block(size, &digest_info("302d300906052b0e03021a05000420", &digest))
        }),
        ("DigestInfo is missing", block(size, &digest)),
        ("digest is one byte short", {
            block(size, &digest_info("3030300d06096086480165030402010500041f", &digest[..31]))
        }),
        ("a byte follows the digest inside DigestInfo", {
            let longer = [digest.as_slice(), &[0]].concat();
            block(size, &digest_info("3032300d060960864801650304020105000421", &longer))
        }),
        ("a zero byte follows DigestInfo", block(size, &[info.as_slice(), &[0]].concat())),
        ("8 bytes of padding, zeros after DigestInfo", filled(8, 0)),
        ("8 bytes of padding, ff after DigestInfo", filled(8, 0xff)),
        ("no padding, zeros after DigestInfo", filled(0, 0)),
        ("block type 0", changed(1, 0)),
        ("block type 2", changed(1, 2)),
        ("first byte is 1", changed(0, 1)),
        ("first byte of padding is not ff", changed(2, 0xfe)),
        ("last byte of padding is not ff", changed(end_of_padding - 1, 0x7f)),
        ("padding ends in the middle", changed(size / 2, 0)),
        ("no zero byte before DigestInfo", changed(end_of_padding, 0xff)),
        ("zeros instead of padding", {
            let mut block = good.clone();
            block[2..end_of_padding].fill(0);
            block
        }),
        ("digest of another message", block(size, &digest_info(SHA256_PREFIX, &sha256(b"other")))),
    ]
}

/// A number whose cube begins like a block of the message, made without any private key.
pub(crate) fn cube_root_forgery(message: &[u8], size: usize, padding: usize) -> Vec<u8> {
    let info = digest_info(SHA256_PREFIX, &sha256(message));
    let start = [&[0, 1], vec![0xff; padding].as_slice(), &[0], &info].concat();
    let wanted = [start.as_slice(), &vec![0; size - start.len()]].concat();
    let root = BigUint::from_bytes_be(&wanted).nth_root(3) + 1_u32;
    let cube = left_padded(&root.pow(3), size);
    assert_eq!(cube[..start.len()], start, "the cube does not begin like the block");
    left_padded(&root, size)
}

fn left_padded(number: &BigUint, size: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; size.saturating_sub(bytes.len())], bytes].concat()
}

/// The signature plus the modulus, if that is no longer than the modulus.
pub(crate) fn plus_modulus(issuer: &RsaIssuer, signature: &[u8]) -> Option<Vec<u8>> {
    let sum = BigUint::from_bytes_be(signature) + BigUint::from_bytes_be(&issuer.modulus());
    let bytes = sum.to_bytes_be();
    (bytes.len() == issuer.size()).then_some(bytes)
}

/// Forms of a signature that are not its bytes, each by its defect.
pub(crate) fn wrong_forms(issuer: &RsaIssuer, signature: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let modulus = issuer.modulus();
    let number = |small: u8| left_padded(&BigUint::from(small), signature.len());
    let mut below = modulus.clone();
    below[modulus.len() - 1] -= 1;
    let mut flipped = signature.to_vec();
    flipped[signature.len() - 1] ^= 1;
    vec![
        ("a zero byte before it", [&[0], signature].concat()),
        ("a zero byte after it", [signature, &[0]].concat()),
        ("first byte cut off", signature[1..].to_vec()),
        ("last byte cut off", signature[..signature.len() - 1].to_vec()),
        ("bytes reversed", signature.iter().rev().copied().collect()),
        ("0", number(0)),
        ("1", number(1)),
        ("modulus - 1", below),
        ("modulus", modulus),
        ("all bits set", vec![0xff; signature.len()]),
        ("last bit flipped", flipped),
        ("one byte", vec![1]),
    ]
}

/// EMSA-PSS of the message with SHA-256 (RFC 8017 section 9.1.1) and a salt of any length, changed
/// before it is signed.
pub(crate) fn pss_block(
    message: &[u8],
    salt_length: usize,
    size: usize,
    change: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    let salt = vec![0x5a; salt_length];
    let hash = sha256(&[&[0; 8], sha256(message).as_slice(), &salt].concat());
    let length = size - hash.len() - 1;
    let mut masked = vec![0; length - salt.len() - 1];
    masked.push(1);
    masked.extend(&salt);
    let mask =
        (0_u32..).flat_map(|counter| sha256(&[hash.as_slice(), &counter.to_be_bytes()].concat()));
    for (byte, mask) in masked.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    // The modulus has a multiple of 8 bits, the block has one fewer.
    masked[0] &= 0x7f;
    masked.extend(hash);
    masked.push(0xbc);
    change(&mut masked);
    masked
}

/// The order of P-256 (SEC 2 section 2.4.2).
const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/// ES256 signatures out of range or form; the last one is the other valid one.
pub(crate) fn ec_forms(signature: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let order = bytes(P256_ORDER);
    let (r, s) = signature.split_at(32);
    let zero = [0; 32];
    let negated = BigUint::from_bytes_be(&order) - BigUint::from_bytes_be(s);
    // SEQUENCE of two positive INTEGERs, as other formats write it.
    let integer = |bytes: &[u8]| {
        let sign = if bytes[0] & 0x80 == 0 { vec![] } else { vec![0] };
        let content = [sign.as_slice(), bytes].concat();
        [&[2, u8::try_from(content.len()).unwrap()], content.as_slice()].concat()
    };
    let integers = [integer(r), integer(s)].concat();
    let der = [&[0x30, u8::try_from(integers.len()).unwrap()], integers.as_slice()].concat();
    vec![
        ("r = s = 0", [zero, zero].concat()),
        ("r = 0", [&zero, s].concat()),
        ("s = 0", [r, &zero].concat()),
        ("r = n", [&order, s].concat()),
        ("s = n", [r, &order].concat()),
        ("r and s exchanged", [s, r].concat()),
        ("DER instead of two numbers", der),
        ("a zero byte after it", [signature, &[0]].concat()),
        ("last byte cut off", signature[..63].to_vec()),
        ("n - s", [r, &left_padded(&negated, 32)].concat()),
    ]
}
