//! Access to unverified content, for tools that show it and mark it as unverified.
//!
//! Never base a decision on it. You have to name this module to use it, so its uses are easy to
//! find.

use crate::jose::CompactJws;
use crate::mosip::registration::SignedRegistration;

/// Returns the payload of a token whose signature was *not* checked.
///
/// ```
/// use countersign::{Limits, danger, jose::CompactJws};
///
/// let token = CompactJws::parse(b"eyJhbGciOiJSUzI1NiJ9.e30.AA", &Limits::default())?;
/// assert_eq!(danger::unverified_payload(&token), b"{}");
/// # Ok::<(), countersign::Error>(())
/// ```
#[must_use]
pub fn unverified_payload<'t>(token: &'t CompactJws<'_>) -> &'t [u8] {
    token.payload()
}

/// Returns the payload of a registration answer whose signature was *not* checked.
///
/// ```
/// use countersign::{Limits, danger, mosip::registration::SignedRegistration};
///
/// # let body = include_bytes!("../test-vectors/seed/registered-devices-response.json");
/// let answer = SignedRegistration::parse(body, &Limits::default())?;
/// assert!(danger::unverified_registration(&answer).starts_with(b"{\"status\":\"REGISTERED\""));
/// # Ok::<(), countersign::Error>(())
/// ```
#[must_use]
pub fn unverified_registration(answer: &SignedRegistration) -> &[u8] {
    &answer.payload
}
