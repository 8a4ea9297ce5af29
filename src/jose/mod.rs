//! JSON Object Signing: keys ([RFC 7517]), key sets, compact JWS ([RFC 7515]) and JWT claims ([RFC 7519]).
//!
//! ```text
//! bytes ── CompactJws::parse ──► CompactJws         untrusted; only its header can be looked at
//! bytes ── jws::Verifier::verify ──► Verified the payload, after every check
//!                 │ keys: a JwkSet, or the Snapshot that a KeySource has at this moment
//! ```
//!
//! Not supported, on purpose: the JSON serialisation, unencoded payloads ([RFC 7797]), JWE, `none`,
//! symmetric keys inside key sets, and keys that a token carries or points to (`jwk`, `jku`, `x5u`,
//! `x5c`): these header members are ignored; `x5t` and `x5t#S256` select among the verifier's own
//! keys. (For formats that are built on `x5c`, their own verifier states when it is trusted; see
//! [`crate::mosip::trust`].)
//!
//! [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
//! [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515
//! [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519
//! [RFC 7797]: https://www.rfc-editor.org/rfc/rfc7797

mod authenticate;
mod certified;
pub(crate) mod claims;
mod compact;
mod expected;
mod issuers;
pub mod jwk;
pub mod jws;
pub mod key_file;
mod published;
mod purpose;
mod selection;
mod signer;
mod source;
mod thumbprint;

pub(crate) use authenticate::{
    Attempts, HeaderCache, Opened, authenticate, describe, open, selection_hint, signature_hint,
    warn_of_writing,
};
pub use compact::{CompactJws, Header};
pub use issuers::{Issuers, RepeatedIssuer};
pub use jwk::{Jwk, JwkSet, KeyProblem};
pub use jws::Verified;
pub(crate) use published::is_published;
pub(crate) use signer::{NO_TIME, check_certificate, check_certificates};
pub(crate) use source::Keys;
pub use source::{KeySource, Snapshot};
