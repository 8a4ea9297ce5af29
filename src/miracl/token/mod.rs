//! Tokens of MIRACL Trust, and related messages.
//!
//! ```text
//! token + keys + Expected ── auth, id, access, activation, new_user ──► verified token
//! answer about a session       ── CrossDeviceSession::parse   ──► status, signature request
//! text of a URL                ── VerificationUrl::parse      ──► user, code       unsigned
//! secret + document            ── MaasToken::sign, verify     ◄─► authorization    of old services
//! ```
//!
//! | Kind | Module | Keys | The caller is named by | Distinguishing claims |
//! |---|---|---|---|---|
//! | authentication token | [`auth`] | `/.well-known/jwks` | `aud`: project | none; `nonce`, `scope` and `projectID` cause a warning |
//! | OIDC ID token | [`id`] | `/oidc/certs` | `aud`: client | `amr`, `nonce` |
//! | OIDC access token | [`access`] | `/oidc/certs` | `cid`: client | `cid`, `scp`; no `aud` |
//! | activation token | [`activation`] | not documented | `projectID` | `projectID`, `scope`; no `aud` |
//! | `new_user_token` | [`new_user`] | `/oidc/certs` | `aud`: project | `events` |
//!
//! **Every kind refuses the others**, even if the same key signed them for the same audience: a
//! token must have the distinguishing claims of its kind and none of another. The published example
//! of an authentication token is cut off after `iss`, so for that kind, claims that do not prove
//! another kind only cause a warning. All are RS256; `typ` is `JWT` or absent.
//!
//! Formats: MIRACL Trust documentation, `guides/authentication/jwt-verification` and
//! `apis-and-libraries/oidc`; miracl/trust-sdk-android `RegistrationTest.kt`; miracl/maas-sdk-go
//! `pkg/mfa/oidc.go`; miracl/maas-sdk-dotnet-core2 `MiraclClient.cs`.
//!
//! Not supported: RS384 and RS512, which the discovery document lists as well; signed user
//! information; activation tokens of older services, 32 hexadecimal digits with nothing to verify.

pub mod access;
pub mod activation;
pub mod auth;
pub mod id;
pub mod new_user;

mod cross_device;
mod expected;
mod maas;
pub(super) mod profile;
mod verification_url;

pub use cross_device::{CrossDeviceSession, CrossDeviceSignature, SessionStatus};
pub use expected::Expected;
pub use maas::MaasToken;
pub use profile::{Token, TokenFormat, Verifier};
pub use verification_url::VerificationUrl;
