//! What MIRACL Trust's service answers, and what its clients sign.

use super::issuer::{IssueError, Issuer};
use aes_gcm::aead::AeadInOut as _;
use aes_gcm::aead::consts::U12;
use aes_gcm::aes::Aes192;
use aes_gcm::{Aes128Gcm, Aes256Gcm, AesGcm, KeyInit as _};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::miracl::otp::{Aad, Derivation, Request};
use countersign::miracl::token::CrossDeviceSignature;
use countersign::{Algorithm, Secret};

#[cfg(feature = "dvs-signature")]
pub use super::dvs::{DvsAuthority, DvsClient, signature_request};

/// Returns a DVS certificate under RS256, as `POST /dvs/verify` gives it inside its answer.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::dvs::{Expected, Verifier};
/// use countersign_testkit::{Issuer, Rng, RsaIssuer, jwk_set, miracl};
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
/// let payload = countersign_testkit::miracl::certificate_payload(1000, 1010, "74657374");
/// assert_eq!(payload, r#"{"cAt":1000,"exp":1010,"hash":"74657374"}"#);
/// ```
#[must_use]
pub fn certificate_payload(created_at: i64, expires_at: i64, hash: &str) -> String {
    format!("{}", Object::new().with("cAt", created_at).with("exp", expires_at).with("hash", hash))
}

/// Returns the body that answers `POST /dvs/verify`.
///
/// ```
/// let answer = countersign_testkit::miracl::certificate_answer("h.p.s");
/// assert_eq!(answer.to_string(), r#"{"certificate":"h.p.s"}"#);
/// ```
#[must_use]
pub fn certificate_answer(certificate: &str) -> Object<'_> {
    Object::new().with("certificate", certificate)
}

/// Returns a token of these claims under RS256, of whatever kind they make it.
///
/// ```
/// use countersign_testkit::{Rng, RsaIssuer, miracl};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).unwrap();
/// let claims = miracl::auth_claims("https://api.mpin.io", "project", "user", 1000);
/// assert_eq!(miracl::token(&issuer, &claims).unwrap().split('.').count(), 3);
/// ```
///
/// # Errors
///
/// [`IssueError::Algorithm`] if the issuer has no RSA key.
pub fn token(issuer: &impl Issuer, claims: &Object<'_>) -> Result<String, IssueError> {
    let header = issuer.header(Algorithm::Rs256);
    issuer.sign(&header, claims.to_string().as_bytes(), Algorithm::Rs256)
}

/// Returns the claims of an authentication token, which lives a minute.
///
/// ```
/// let claims = countersign_testkit::miracl::auth_claims("i", "project", "user", 1000);
/// assert_eq!(claims.to_string(), r#"{"aud":"project","exp":1060,"iat":1000,"iss":"i","sub":"user"}"#);
/// ```
#[must_use]
pub fn auth_claims(issuer: &str, project: &str, user: &str, issued: i64) -> Object<'static> {
    Object::new()
        .with("aud", project.to_string())
        .with("exp", issued.saturating_add(60))
        .with("iat", issued)
        .with("iss", issuer.to_string())
        .with("sub", user.to_string())
}

/// Returns the claims of an ID token, which lives a quarter of an hour.
///
/// ```
/// let claims = countersign_testkit::miracl::id_claims("i", "client", "user", "n", 1000);
/// assert_eq!(
///     claims.to_string(),
///     r#"{"amr":["token"],"aud":"client","exp":1900,"iat":1000,"iss":"i","nonce":"n","sub":"user"}"#
/// );
/// ```
#[must_use]
pub fn id_claims(
    issuer: &str,
    client: &str,
    user: &str,
    nonce: &str,
    issued: i64,
) -> Object<'static> {
    Object::new()
        .with("amr", Value::Array([Value::from("token")].to_vec()))
        .with("aud", client.to_string())
        .with("exp", issued.saturating_add(900))
        .with("iat", issued)
        .with("iss", issuer.to_string())
        .with("nonce", nonce.to_string())
        .with("sub", user.to_string())
}

/// Returns the claims of an access token.
///
/// ```
/// let claims = countersign_testkit::miracl::access_claims("i", "client", "user", &["openid"], 1900);
/// assert_eq!(
///     claims.to_string(),
///     r#"{"cid":"client","exp":1900,"iss":"i","scp":["openid"],"sub":"user"}"#
/// );
/// ```
#[must_use]
pub fn access_claims(
    issuer: &str,
    client: &str,
    user: &str,
    scopes: &[&str],
    expires: i64,
) -> Object<'static> {
    let scopes = scopes.iter().map(|scope| Value::from(scope.to_string())).collect();
    Object::new()
        .with("cid", client.to_string())
        .with("exp", expires)
        .with("iss", issuer.to_string())
        .with("scp", Value::Array(scopes))
        .with("sub", user.to_string())
}

/// Returns the claims of an activation token, which lives a minute and a half.
///
/// ```
/// let claims = countersign_testkit::miracl::activation_claims("i", "project", "user", 1000);
/// assert_eq!(claims.string("claims", "scope"), Ok("verification"));
/// assert_eq!(claims.integer("claims", "exp"), Ok(1090));
/// ```
#[must_use]
pub fn activation_claims(issuer: &str, project: &str, user: &str, issued: i64) -> Object<'static> {
    Object::new()
        .with("deviceName", "test device")
        .with("exp", issued.saturating_add(90))
        .with("iat", issued)
        .with("iss", issuer.to_string())
        .with("jti", "00000000-0000-4000-8000-000000000001")
        .with("projectID", project.to_string())
        .with("scope", "verification")
        .with("sub", user.to_string())
}

/// Returns the claims of a `new_user_token`, which lives an hour, and so does its activation key.
///
/// ```
/// let claims = countersign_testkit::miracl::new_user_claims("i", "project", "user", 1000);
/// let event = claims.member("events").unwrap().as_object().unwrap().member("newUser").unwrap();
/// assert_eq!(event.as_object().unwrap().string("event", "userID"), Ok("user"));
/// ```
#[must_use]
pub fn new_user_claims(issuer: &str, project: &str, user: &str, issued: i64) -> Object<'static> {
    let expires = issued.saturating_add(3600);
    let event = Object::new()
        .with("userID", user.to_string())
        .with("deviceName", "test device")
        .with("hashMPinID", "00".repeat(32))
        .with("activateKey", "01".repeat(16))
        .with("expireTime", expires);
    Object::new()
        .with("aud", project.to_string())
        .with("events", Object::new().with("newUser", event))
        .with("exp", expires)
        .with("iat", issued)
        .with("iss", issuer.to_string())
        .with("sub", user.to_string())
}

/// Returns the JSON of an M-PIN ID as the platform has issued it since 2023: one identity that
/// authenticates and signs.
///
/// ```
/// let id = countersign_testkit::miracl::mpin_id("project", "user", 1000, &[0xfb; 16]);
/// assert_eq!(
///     id,
///     r#"{"iat":1000,"userID":"user","cID":"project","salt":"+/v7+/v7+/v7+/v7+/v7+w","v":5,"scope":["auth"],"dta":[],"vt":"pv"}"#
/// );
/// ```
#[must_use]
pub fn mpin_id(project: &str, user: &str, issued: i64, salt: &[u8; 16]) -> String {
    let salt = base64::encode_standard(salt);
    Object::new()
        .with("iat", issued)
        .with("userID", user)
        .with("cID", project)
        .with("salt", salt.trim_end_matches('='))
        .with("v", 5_i64)
        .with("scope", Value::Array([Value::from("auth")].to_vec()))
        .with("dta", Value::Array(Vec::new()))
        .with("vt", "pv")
        .to_string()
}

/// Returns `dtas` as the SDK for iOS builds it of the names of the D-TAs.
///
/// ```
/// let dtas = countersign_testkit::miracl::dtas(&["DTA Node", "DTA Node"]);
/// assert_eq!(dtas, "WyJEVEEgTm9kZSIsIkRUQSBOb2RlIl0=");
/// ```
#[must_use]
pub fn dtas(names: &[&str]) -> String {
    let names = Value::Array(names.iter().map(|name| Value::from(*name)).collect());
    base64::encode_standard(names.to_string().as_bytes())
}

/// Returns a signature object as today's SDK for Android writes it: with `dtas`, and `timestamp`
/// inside.
///
/// ```
/// use countersign::encoding::json::Object;
/// use countersign_testkit::miracl::{dtas, signature_object};
///
/// let signature = Object::new().with("u", "04").with("hash", "00");
/// let object = signature_object(&signature, &dtas(&["a"]), 7);
/// assert_eq!(object.to_string(), r#"{"u":"04","hash":"00","dtas":"WyJhIl0=","timestamp":7}"#);
/// ```
#[must_use]
pub fn signature_object(
    signature: &Object<'static>,
    dtas: &str,
    timestamp: i64,
) -> Object<'static> {
    signature.clone().with("dtas", dtas.to_string()).with("timestamp", timestamp)
}

/// Returns the body that answers `POST /rps/v2/access`; as long as nobody has signed, the signature
/// is empty.
///
/// ```
/// let body = countersign_testkit::miracl::session_state("new", None);
/// assert_eq!(body.to_string(), r#"{"status":"new","signature":""}"#);
/// ```
#[must_use]
pub fn session_state(status: &str, signature: Option<&Object<'_>>) -> Object<'static> {
    let signature = signature.map(CrossDeviceSignature::encode).unwrap_or_default();
    Object::new().with("status", status.to_string()).with("signature", signature)
}

/// Returns the body that answers `POST /otp` to the request, sealed with AES-GCM.
///
/// ```
/// use countersign::miracl::otp::{Aad, Derivation, KeyChoice, Request, Response};
/// use countersign_testkit::miracl;
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
    let tag = seal(&key, aad, iv, &mut text).ok_or(IssueError::Derivation)?;
    Ok(Object::new()
        .with("ciphertext", base64::encode_standard(&text))
        .with("tag", base64::encode_standard(&tag))
        .with("iv", base64::encode_standard(iv)))
}

/// Seals with a key of 16, 24 or 32 bytes, in place; returns the tag, or `None` for another length.
fn seal(key: &[u8], aad: &[u8], iv: &[u8; 12], text: &mut [u8]) -> Option<[u8; 16]> {
    let iv = iv.into();
    let sealed = if let Ok(cipher) = Aes256Gcm::new_from_slice(key) {
        cipher.encrypt_inout_detached(iv, aad, text.into())
    } else if let Ok(cipher) = AesGcm::<Aes192, U12>::new_from_slice(key) {
        cipher.encrypt_inout_detached(iv, aad, text.into())
    } else {
        Aes128Gcm::new_from_slice(key).ok()?.encrypt_inout_detached(iv, aad, text.into())
    };
    sealed.ok().map(Into::into)
}
