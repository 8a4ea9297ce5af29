//! AES-GCM (NIST SP 800-38D) with 96-bit nonces and 128-bit tags, and no others.

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::aead::consts::U12;
use aes_gcm::aes::Aes192;
use aes_gcm::{Aes128Gcm, Aes256Gcm, AesGcm, KeyInit as _};

use crate::error::Error;

/// What stands beside the ciphertext of a sealed message.
#[derive(Clone, Copy)]
pub(crate) struct Seal<'a> {
    pub(crate) iv: &'a [u8; 12],
    pub(crate) tag: &'a [u8; 16],
}

/// A key of 16, 24 or 32 bytes, ready for use.
pub(crate) enum Key {
    Aes128(Aes128Gcm),
    Aes192(AesGcm<Aes192, U12>),
    Aes256(Aes256Gcm),
}

impl Key {
    /// Prepares a key; `None` for any other length.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Aes256Gcm::new_from_slice(key)
            .map(Self::Aes256)
            .or_else(|_| AesGcm::new_from_slice(key).map(Self::Aes192))
            .or_else(|_| Aes128Gcm::new_from_slice(key).map(Self::Aes128))
            .ok()
    }

    /// Opens a message in the place of its ciphertext, of which `text` is a copy. Where it does not
    /// open, the copy stays as it was.
    ///
    /// # Errors
    ///
    /// [`Error::DecryptFailed`], without detail.
    pub(crate) fn open(&self, aad: &[u8], seal: Seal<'_>, text: &mut [u8]) -> Result<(), Error> {
        let (iv, tag) = (seal.iv.into(), seal.tag.into());
        let opened = match self {
            Self::Aes128(cipher) => cipher.decrypt_inout_detached(iv, aad, text.into(), tag),
            Self::Aes192(cipher) => cipher.decrypt_inout_detached(iv, aad, text.into(), tag),
            Self::Aes256(cipher) => cipher.decrypt_inout_detached(iv, aad, text.into(), tag),
        };
        opened.map_err(|_| Error::DecryptFailed)
    }
}
