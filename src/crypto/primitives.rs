//! Symmetric primitives as they are, for this project's own tests with public vectors. Not API.

use alloc::vec::Vec;

use super::{aead, mac, secret::Secret};

/// Tells whether the whole MAC is that of HMAC-SHA-256.
#[must_use]
pub fn verify_hmac_sha256(key: &Secret, message: &[u8], mac: &[u8]) -> bool {
    mac::equal(&*mac::hmac_sha256(key, &[message]), mac)
}

/// Opens AES-GCM with a key of 16, 24 or 32 bytes; `None` if anything is wrong.
#[must_use]
pub fn open_aes_gcm(
    key: &[u8],
    aad: &[u8],
    iv: &[u8; 12],
    ciphertext: &[u8],
    tag: &[u8; 16],
) -> Option<Vec<u8>> {
    let mut text = ciphertext.to_vec();
    aead::Key::new(key)?.open(aad, aead::Seal { iv, tag }, &mut text).ok()?;
    Some(text)
}
