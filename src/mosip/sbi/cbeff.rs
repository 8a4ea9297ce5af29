//! Signed data as registration packets keep it: split over the parts of a CBEFF segment.
//!
//! ```text
//! SB      header..signature ─────────────┐
//! Others  PAYLOAD, "<bioValue>" inside ──┼──► header.payload.signature ──► DataVerifier
//! BDB     the biometric value ───────────┘
//! ```
//!
//! The packet keeps the value once, in `BDB`, and leaves a placeholder in the payload. The token is
//! put together again byte for byte; devices wrote the value in base64url with padding or without,
//! and the signature alone tells which.
//!
//! Sources: mosip/bio-utils, `BiometricsSignatureHelper`; mosip/registration-client, `BIRBuilder`.
//!
//! Not supported: the XML around the parts, which the caller takes apart.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Data, DataVerifier, Expected};
use crate::encoding::{Fault, base64};
use crate::error::{Code, Error};
use crate::mosip::trust::Verified;
use crate::time::At;

/// How a device wrote the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Padding {
    /// Base64url without padding.
    Absent,
    /// Base64url with padding.
    Present,
}

/// The parts of a segment, *untrusted*.
///
/// ```
/// use countersign::mosip::sbi::cbeff::{Padding, Segment};
///
/// let segment = Segment {
///     sb: "e30..AAAA",
///     bdb: b"value",
///     payload: r#"{"bioValue":"<bioValue>"}"#,
/// };
/// let token = segment.token(Padding::Absent)?;
/// assert_eq!(token, "e30.eyJiaW9WYWx1ZSI6ImRtRnNkV1UifQ.AAAA");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Segment<'a> {
    /// The text of `SB`, decoded from its base64: header, two dots, signature.
    pub sb: &'a str,
    /// `BDB`, decoded from its base64: the biometric value.
    pub bdb: &'a [u8],
    /// The value of `Others` with the key `PAYLOAD`, byte for byte.
    pub payload: &'a str,
}

impl Segment<'_> {
    /// Puts the token together as it was signed.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if `sb` has not exactly one empty part in the middle, or the payload not
    /// exactly one placeholder.
    pub fn token(&self, padding: Padding) -> Result<String, Error> {
        const PLACEHOLDER: &str = "<bioValue>";
        let malformed = |part| Error::Malformed { part, fault: Fault::Segments };
        let parts: Vec<&str> = self.sb.split('.').collect();
        let [header, "", signature] = parts[..] else { return Err(malformed("SB")) };
        let pieces: Vec<&str> = self.payload.split(PLACEHOLDER).collect();
        let [before, behind] = pieces[..] else { return Err(malformed("PAYLOAD")) };
        let mut value = base64::encode_url(self.bdb);
        if padding == Padding::Present {
            while !value.len().is_multiple_of(4) {
                value.push('=');
            }
        }
        let payload = base64::encode_url(format!("{before}{value}{behind}").as_bytes());
        Ok(format!("{header}.{payload}.{signature}"))
    }

    /// Verifies the token, without padding or else with it, and returns which it was.
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token) and [`DataVerifier::verify`]; if neither verifies, what is said
    /// about the token without padding.
    pub fn verify(
        &self,
        verifier: &DataVerifier,
        expected: &Expected,
        at: impl Into<At>,
    ) -> Result<(Verified<Data>, Padding), Error> {
        let at = at.into();
        let verify = |padding| -> Result<_, Error> {
            let token = self.token(padding)?;
            Ok((verifier.verify(token.as_bytes(), expected, at)?, padding))
        };
        match verify(Padding::Absent) {
            Err(error)
                if error.code() == Code::SignatureMismatch && !self.bdb.len().is_multiple_of(3) =>
            {
                verify(Padding::Present).or(Err(error))
            }
            verdict => verdict,
        }
    }
}
