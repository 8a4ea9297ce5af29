//! Bytes that nobody should see.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

/// A secret of the caller: wiped when dropped, never printed, never compared in variable time.
///
/// It implements neither `Clone` nor `Display` nor `PartialEq`; `Debug` shows nothing, not even the
/// length.
///
/// ```
/// use countersign::Secret;
///
/// let secret = Secret::new(b"MockClientSecret".to_vec());
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// ```
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes ownership of the bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Returns the bytes, for code that computes with them or sends them. The caller must wipe any
    /// copies.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
