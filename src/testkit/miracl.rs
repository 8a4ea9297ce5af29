//! What MIRACL Trust's service answers, and what its clients sign.

use alloc::string::String;

use super::{IssueError, Issuer};
use crate::crypto::{Algorithm, Secret, aead};
use crate::encoding::base64;
use crate::encoding::json::Object;
use crate::miracl::otp::{Aad, Derivation, Request};

#[cfg(feature = "dvs-signature")]
pub use super::dvs::{DvsAuthority, DvsClient, signature_request};

/// Returns a DVS certificate under RS256, as `POST /dvs/verify` gives it inside its answer.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::dvs::{Expected, Verifier};
/// use countersign::testkit::{Issuer, Rng, RsaIssuer, jwk_set, miracl};
/// use countersign::{At, Code, Limits, Policy};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("s1")).unwrap();
/// let certificate = miracl::certificate(&issuer, 1000, 1010, "74657374").unwrap();
/// let answer = miracl::certificate_answer(&certificate).to_string();
///
/// let keys = jwk_set(&[issuer.jwk()]).to_string();
/// let keys = JwkSet::parse(keys.as_bytes(), &Limits::default())?;
/// let verifier = Verifier::new(keys, Policy::default());
/// assert!(verifier.verify(answer.as_bytes(), &Expected::document(b"test"), At::Issued).is_err());
/// assert!(verifier.verify(answer.as_bytes(), &Expected::hash("74657374"), At::Issued).is_ok());
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// # Errors
///
/// [`IssueError::Algorithm`] if the issuer has no RSA key; for others use
/// [`Issuer::sign`] with [`certificate_payload`].
pub fn certificate(
    issuer: &impl Issuer,
    created_at: i64,
    expires_at: i64,
    hash: &str,
) -> Result<String, IssueError> {
    let payload = certificate_payload(created_at, expires_at, hash);
    let header = issuer.header(Algorithm::Rs256);
    issuer.sign(&header, payload.as_bytes(), Algorithm::Rs256)
}

/// Returns the payload of a DVS certificate.
///
/// ```
/// let payload = countersign::testkit::miracl::certificate_payload(1000, 1010, "74657374");
/// assert_eq!(payload, r#"{"cAt":1000,"exp":1010,"hash":"74657374"}"#);
/// ```
#[must_use]
pub fn certificate_payload(created_at: i64, expires_at: i64, hash: &str) -> String {
    alloc::format!(
        "{}",
        Object::new().with("cAt", created_at).with("exp", expires_at).with("hash", hash)
    )
}

/// Returns the body that answers `POST /dvs/verify`.
///
/// ```
/// let answer = countersign::testkit::miracl::certificate_answer("h.p.s");
/// assert_eq!(answer.to_string(), r#"{"certificate":"h.p.s"}"#);
/// ```
#[must_use]
pub fn certificate_answer(certificate: &str) -> Object<'_> {
    Object::new().with("certificate", certificate)
}

/// Returns the body that answers `POST /otp` to the request, sealed with AES-GCM.
///
/// ```
/// use countersign::miracl::otp::{Aad, Derivation, KeyChoice, Request, Response};
/// use countersign::testkit::miracl;
/// use countersign::{Limits, Secret};
///
/// let secret = Secret::new(b"MockClientSecret".to_vec());
/// let request = Request::sign(&secret, "client", "user", "2022-04-08T08:05:03Z")?;
/// let body = miracl::otp_response(
///     &secret, Derivation::Sha256, Aad::UserId, &request, br#"{"otp":"424242"}"#, &[7; 12],
/// ).unwrap();
///
/// let response = Response::parse(body.to_string().as_bytes(), &Limits::default())?;
/// let opened = response.open(&secret, KeyChoice::Auto, Some(&request))?;
/// assert_eq!(opened.otp().unwrap().value, "424242");
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// # Errors
///
/// [`IssueError::Derivation`] if the secret does not fit the derivation.
pub fn otp_response(
    secret: &Secret,
    derivation: Derivation,
    aad: Aad,
    request: &Request,
    plaintext: &[u8],
    iv: &[u8; 12],
) -> Result<Object<'static>, IssueError> {
    let key = derivation.key(secret, Some(request)).map_err(|_| IssueError::Derivation)?;
    let aad = aad.bytes(Some(request)).unwrap_or_default();
    let mut text = plaintext.to_vec();
    let tag = aead::seal(&key, aad, iv, &mut text).ok_or(IssueError::Derivation)?;
    Ok(Object::new()
        .with("ciphertext", base64::encode_standard(&text))
        .with("tag", base64::encode_standard(&tag))
        .with("iv", base64::encode_standard(iv)))
}
