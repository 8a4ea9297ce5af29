//! Signatures as two numbers.

use super::scalar::Scalar;
use crate::rsa::InvalidSignature;

/// A signature whose two numbers are in range: from 1 to `n − 1`, for the order `n` of the group.
///
/// Both `s` and `n − s` are accepted: [RFC 7518] does not require the lesser one.
///
/// ```
/// use countersign_kernels::p256::{InvalidSignature, Signature};
///
/// assert!(Signature::from_bytes(&[1; 64]).is_ok());
/// for refused in [&[0; 64][..], &[0xff; 64], &[1; 63], &[1; 65]] {
///     assert_eq!(Signature::from_bytes(refused), Err(InvalidSignature));
/// }
/// ```
///
/// [RFC 7518]: https://www.rfc-editor.org/rfc/rfc7518#section-3.4
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    pub(super) r: Scalar,
    pub(super) s: Scalar,
}

impl Signature {
    /// Reads `r ‖ s`, 32 bytes each and big-endian, as in [RFC 7518].
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`] if there are not 64 bytes, or one of the numbers is zero or not below the order.
    ///
    /// [RFC 7518]: https://www.rfc-editor.org/rfc/rfc7518#section-3.4
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSignature> {
        let halves = bytes.as_chunks::<32>();
        let ([r, s], []) = halves else { return Err(InvalidSignature) };
        let r = Scalar::from_bytes(r).ok_or(InvalidSignature)?;
        let s = Scalar::from_bytes(s).ok_or(InvalidSignature)?;
        Ok(Self { r, s })
    }
}
