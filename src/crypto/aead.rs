//! AES-GCM (NIST SP 800-38D) with 96-bit nonces and 128-bit tags, and no others.

use alloc::vec::Vec;

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::aead::consts::U12;
use aes_gcm::aes::Aes192;
use aes_gcm::{Aes128Gcm, Aes256Gcm, AesGcm, KeyInit as _};
use zeroize::Zeroizing;

use crate::error::Error;

/// A sealed message with its parts apart.
#[derive(Clone, Copy)]
pub(crate) struct Sealed<'a> {
    pub(crate) iv: &'a [u8; 12],
    pub(crate) ciphertext: &'a [u8],
    pub(crate) tag: &'a [u8; 16],
}

/// Opens with a key of 16, 24 or 32 bytes.
///
/// # Errors
///
/// [`Error::DecryptFailed`], without detail and without any plaintext.
pub(crate) fn open(
    key: &[u8],
    aad: &[u8],
    sealed: Sealed<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut text = Zeroizing::new(sealed.ciphertext.to_vec());
    let (iv, tag) = (sealed.iv.into(), sealed.tag.into());
    let opened = if let Ok(cipher) = Aes256Gcm::new_from_slice(key) {
        cipher.decrypt_inout_detached(iv, aad, text.as_mut_slice().into(), tag)
    } else if let Ok(cipher) = AesGcm::<Aes192, U12>::new_from_slice(key) {
        cipher.decrypt_inout_detached(iv, aad, text.as_mut_slice().into(), tag)
    } else if let Ok(cipher) = Aes128Gcm::new_from_slice(key) {
        cipher.decrypt_inout_detached(iv, aad, text.as_mut_slice().into(), tag)
    } else {
        return Err(Error::DecryptFailed);
    };
    opened.map(|()| text).map_err(|_| Error::DecryptFailed)
}
