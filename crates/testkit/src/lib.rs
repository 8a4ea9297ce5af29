//! The issuer's side: keys, and artefacts of every kind, for the tests of a relying party.
//!
//! ```text
//! Rng::from_seed ──► RsaIssuer, EcIssuer ── jwk ──► jwk_set ──► the verifier under test
//!                       │ sign, compact, sign_raw
//!                       ▼
//!                    miracl::{certificate, otp_response, …}, mosip::{registration, answer, …}
//! ```
//!
//! A backend can be tested without an account at either platform: mint a key, give its public half
//! to the backend, and feed it what the platform would have sent. Every function takes the parts of
//! an artefact as they shall be and checks none of them, so that malformed artefacts can be issued
//! too. The same seed and the same input give the same bytes, for as long as the version of this
//! crate is the same.
//!
//! **The private keys made here are for tests only.** They come from a seed that anyone can try,
//! are computed in variable time, and are not wiped.
//!
//! Not supported: issuing for production.
//!
//! Verification is the crate [`countersign`]'s; this one belongs into `dev-dependencies`.
#![forbid(unsafe_code)]

/// The README's example, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod miracl;
pub mod mosip;

mod certificate;
mod device;
#[cfg(feature = "dvs-signature")]
mod dvs;
mod ec;
mod rng;
mod rsa;
pub mod sbi;

use core::fmt;

use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::{Algorithm, Secret};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

pub use certificate::{Authority, Certificate, Critical, Template};
#[cfg(feature = "testing")]
pub use countersign::internals::Work;
pub use device::{Device, Pki, device_data, device_info};
pub use ec::EcIssuer;
pub use rng::Rng;
pub use rsa::RsaIssuer;

/// What an issuer cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssueError {
    /// The algorithm is not one of the key's type.
    Algorithm,
    /// The numbers or bytes make no private key.
    Key,
    /// The block to sign has not the length of the modulus, or is not below it.
    Block,
    /// The AES key cannot be derived from this secret.
    Derivation,
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "the key's type has no such algorithm",
            Self::Key => "not a private key",
            Self::Block => "block does not fit the modulus",
            Self::Derivation => "secret does not fit the key derivation",
        })
    }
}

impl core::error::Error for IssueError {}

/// Somebody who signs, and whose public key others know.
pub trait Issuer {
    /// Returns the public key as a JWK: type, parameters and the `kid`, if it has one.
    ///
    /// Add `alg`, `use` or whatever else is wanted with [`Object::with`].
    fn jwk(&self) -> Object<'static>;

    /// Returns the identifier of the key.
    fn kid(&self) -> Option<&str>;

    /// Signs a message; the same message has always the same signature.
    ///
    /// # Errors
    ///
    /// [`IssueError::Algorithm`] if the algorithm is not one of the key's type.
    fn sign_raw(&self, message: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, IssueError>;

    /// Returns a JWS header with `alg`, and with `kid` if the key has one.
    fn header(&self, algorithm: Algorithm) -> Object<'static> {
        let header = Object::new().with("alg", algorithm.name());
        match self.kid() {
            Some(kid) => header.with("kid", kid.to_string()),
            None => header,
        }
    }

    /// Signs a compact JWS (RFC 7515 section 7.1). The header need not name the algorithm that is
    /// used.
    ///
    /// # Errors
    ///
    /// As [`sign_raw`](Self::sign_raw).
    fn sign(
        &self,
        header: &Object<'_>,
        payload: &[u8],
        algorithm: Algorithm,
    ) -> Result<String, IssueError> {
        self.compact(header.to_string().as_bytes(), payload, algorithm)
    }

    /// Signs a compact JWS whose header is any bytes.
    ///
    /// # Errors
    ///
    /// As [`sign_raw`](Self::sign_raw).
    fn compact(
        &self,
        header: &[u8],
        payload: &[u8],
        algorithm: Algorithm,
    ) -> Result<String, IssueError> {
        let input = signing_input(header, payload);
        let signature = self.sign_raw(input.as_bytes(), algorithm)?;
        Ok(join(&input, &signature))
    }
}

/// Returns a key set of these keys; what is wrong with them stays wrong.
///
/// ```
/// use countersign::jose::{JwkSet, jws};
/// use countersign_testkit::{EcIssuer, Issuer, Rng, jwk_set};
/// use countersign::{Algorithm, Code, Limits, Policy, Time};
///
/// let issuer = EcIssuer::generate(&mut Rng::from_seed(1), Some("k1"));
/// let keys = jwk_set(&[issuer.jwk()]).to_string();
/// let keys = JwkSet::parse(keys.as_bytes(), &Limits::default())?;
///
/// let header = issuer.header(Algorithm::Es256);
/// let token = issuer.sign(&header, br#"{"exp":1000}"#, Algorithm::Es256).unwrap();
///
/// let verifier = jws::Verifier::new(keys, Policy::default());
/// let (expected, at) = (jws::Expected::unbound(), |seconds| Time::from_unix(seconds).unwrap());
/// assert!(verifier.verify(token.as_bytes(), &expected, at(999)).is_ok());
/// let late = verifier.verify(token.as_bytes(), &expected, at(1000));
/// assert_eq!(late.unwrap_err().code(), Code::Expired);
/// # Ok::<(), countersign::Error>(())
/// ```
#[must_use]
pub fn jwk_set(keys: &[Object<'static>]) -> Object<'static> {
    Object::new().with("keys", Value::Array(keys.iter().cloned().map(Value::from).collect()))
}

/// Returns a compact JWS under HS256 (RFC 7518 section 3.2). Short secrets are used as they are.
///
/// ```
/// use countersign::encoding::json::Object;
/// use countersign::jose::jws;
/// use countersign_testkit::hs256;
/// use countersign::{Policy, Secret, Time};
///
/// let secret = || Secret::new(vec![7; 32]);
/// let token = hs256(&secret(), &Object::new().with("alg", "HS256"), b"{}");
/// let verifier = jws::Verifier::with_secret(secret(), Policy::default())?;
/// let (any, now) = (jws::Expected::unbound().allow_no_expiry(), Time::from_unix(0).unwrap());
/// assert!(verifier.verify(token.as_bytes(), &any, now).is_ok());
/// # Ok::<(), countersign::Error>(())
/// ```
#[must_use]
pub fn hs256(secret: &Secret, header: &Object<'_>, payload: &[u8]) -> String {
    let input = signing_input(header.to_string().as_bytes(), payload);
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose())
        .map(|mac| mac.chain_update(&input).finalize().into_bytes());
    join(&input, mac.as_deref().unwrap_or_default())
}

/// Returns a backend that finds every signature of a public key valid that has the length, and is in
/// the range, of the key: for tests of what comes after the signature.
///
/// **A verifier with this backend verifies nothing.** It exists with the feature `testing` only, so
/// that no production build has a way to it.
///
/// ```
/// use countersign::jose::{Jwk, jws};
/// use countersign_testkit::{EcIssuer, Issuer, Rng, accept_all, join, signing_input};
/// use countersign::{Limits, Policy, Time};
///
/// let key = EcIssuer::generate(&mut Rng::from_seed(1), None).jwk().to_string();
/// let key = Jwk::parse(key.as_bytes(), &Limits::default())?;
/// let forged = join(&signing_input(br#"{"alg":"ES256"}"#, b"{}"), &[1; 64]);
/// let (any, now) = (jws::Expected::unbound().allow_no_expiry(), Time::from_unix(0).unwrap());
/// let judge = |policy| {
///     let verifier = jws::Verifier::new(key.clone().into(), policy);
///     verifier.verify(forged.as_bytes(), &any, now)
/// };
/// assert!(judge(Policy::default()).is_err());
/// assert!(judge(Policy::default().with_backend(accept_all())).is_ok());
/// # Ok::<(), countersign::Error>(())
/// ```
#[cfg(feature = "testing")]
#[must_use]
pub const fn accept_all() -> countersign::SignatureBackend {
    countersign::internals::accept_all()
}

/// Returns what a JWS signs: both parts in base64url, and the dot between them.
///
/// ```
/// assert_eq!(countersign_testkit::signing_input(b"{}", b"?"), "e30.Pw");
/// ```
#[must_use]
pub fn signing_input(header: &[u8], payload: &[u8]) -> String {
    format!("{}.{}", base64::encode_url(header), base64::encode_url(payload))
}

/// Returns a compact JWS of its signing input and any bytes as signature.
///
/// ```
/// assert_eq!(countersign_testkit::join("e30.Pw", b"?"), "e30.Pw.Pw");
/// ```
#[must_use]
pub fn join(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", base64::encode_url(signature))
}
