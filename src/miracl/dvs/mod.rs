//! Designated Verifier Signatures, and the certificates that the service issues for them.
//!
//! ```text
//! client ── signature object ──► relying party ── POST /dvs/verify ──► service
//!                                     ▲                                   │
//!                                     └────── certificate (JWS, RS256) ◄──┘
//! certificate + JWKS + what was expected ── Verifier::verify ──► Certificate
//! ```
//!
//! A certificate says that *somebody's* signature over a hash was valid at `cAt`. It names no user,
//! project or device, so it must be bound to the request that caused it: see [`Expected`].
//!
//! Formats: MIRACL Trust "Backend API" (`POST /dvs/verify`, `GET /dvs/jwks`), and the official SDKs
//! miracl/maas-sdk-go `pkg/dvs/dvs.go` and miracl/maas-sdk-dotnet-core2 `DVS.cs`.
//!
//! The signature object itself is in [`signature`]; [`Transaction`] covers the whole decision, from
//! the client's object to one verdict.

mod certificate;
pub(super) mod request;
pub mod signature;
mod transaction;

pub use certificate::{Certificate, CertificateFormat, Expected, Verifier};
pub use request::SignatureRequest;
pub use transaction::{Confirmed, Transaction};
