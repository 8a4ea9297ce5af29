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
mod issuer;
mod rng;
mod rsa;
pub mod sbi;

use countersign::encoding::json::{Object, Value};

pub use certificate::{Authority, Certificate, Critical, Template};
#[cfg(feature = "testing")]
pub use countersign::internals::Work;
pub use device::{Device, Pki, device_data, device_info};
pub use ec::EcIssuer;
pub use issuer::{IssueError, Issuer, hs256, join, signing_input};
pub use rng::Rng;
pub use rsa::RsaIssuer;

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
