//! What MOSIP's registration service answers, in each of its eras.
//!
//! ```text
//! digital_id ──► digital_id_text ──► payload ──► signature_text ──► wrap ──► token ──► answer
//! ```
//!
//! [`token`] does the two steps before it, as the era wants them; the steps alone make tokens that
//! no server would.

use super::issuer::{IssueError, Issuer};
use countersign::Algorithm;
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::registration::Era;

/// The header around the token of the eras before C: not signed, and in era A not true.
pub const OUTER_HEADER: &str = r#"{"alg":"RS256","type":"JWS"}"#;

/// Returns a digital ID of a made-up device.
///
/// ```
/// let digital_id = countersign_testkit::mosip::digital_id("1801160992");
/// assert_eq!(digital_id.member("serialNo").unwrap().as_str(), Some("1801160992"));
/// ```
#[must_use]
pub fn digital_id(serial_number: &str) -> Object<'_> {
    Object::new()
        .with("serialNo", serial_number)
        .with("deviceProvider", "Test Vendor")
        .with("deviceProviderId", "TEST.VENDOR.01")
        .with("make", "TEST1")
        .with("model", "MODEL1")
        .with("dateTime", "2020-01-13T07:20:42.195Z")
        .with("type", "Fingerprint")
        .with("subType", "Single")
}

/// Returns how an era writes a digital ID into the payload: unsigned base64url, or in era C a JWS
/// by the same issuer.
///
/// # Errors
///
/// [`IssueError::Algorithm`] if the issuer has no RSA key.
///
/// # Examples
///
/// ```
/// use countersign::mosip::registration::Era;
/// use countersign_testkit::{EcIssuer, IssueError, Rng, mosip};
///
/// let issuer = EcIssuer::generate(&mut Rng::from_seed(1), None);
/// assert_eq!(mosip::digital_id_text(&issuer, Era::B, b"{}").unwrap(), "e30");
/// assert_eq!(mosip::digital_id_text(&issuer, Era::C, b"{}"), Err(IssueError::Algorithm));
/// ```
pub fn digital_id_text(
    issuer: &impl Issuer,
    era: Era,
    digital_id: &[u8],
) -> Result<String, IssueError> {
    match era {
        Era::C => issuer.sign(&issuer.header(Algorithm::Rs256), digital_id, Algorithm::Rs256),
        _ => Ok(base64::encode_url(digital_id)),
    }
}

/// Returns the payload of a registration: `status` as the servers of the era write it, then the
/// other members in their order.
///
/// # Errors
///
/// As [`digital_id_text`].
///
/// # Examples
///
/// ```
/// use countersign::mosip::registration::Era;
/// use countersign_testkit::{Rng, RsaIssuer, mosip};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
/// let id = mosip::digital_id("1801160992");
/// let payload =
///     mosip::payload(&issuer, Era::B, &id, "code", "Staging", "2020-01-13T12:55:29.918Z").unwrap();
/// assert!(payload.starts_with(r#"{"status":"REGISTERED","digitalId":"ey"#));
/// ```
pub fn payload(
    issuer: &impl Issuer,
    era: Era,
    digital_id: &Object<'_>,
    device_code: &str,
    env: &str,
    time_stamp: &str,
) -> Result<String, IssueError> {
    let status = if era == Era::C { "Registered" } else { "REGISTERED" };
    let digital_id = digital_id_text(issuer, era, digital_id.to_string().as_bytes())?;
    let payload = Object::new()
        .with("status", status)
        .with("digitalId", digital_id)
        .with("deviceCode", device_code)
        .with("env", env)
        .with("timeStamp", time_stamp);
    Ok(payload.to_string())
}

/// Returns the token that a server of this era makes of a payload.
///
/// # Errors
///
/// [`IssueError::Algorithm`] if the issuer has no RSA key.
///
/// # Examples
///
/// ```
/// use countersign::jose::Jwk;
/// use countersign::mosip::registration::{Era, Expected, Verifier};
/// use countersign_testkit::{Issuer, Rng, RsaIssuer, mosip};
/// use countersign::{At, Limits, Policy};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
/// let key = Jwk::parse(issuer.jwk().to_string().as_bytes(), &Limits::default())?;
/// let verifier = Verifier::new(key.into(), Policy::default());
/// let id = mosip::digital_id("1801160992");
/// for era in [Era::A, Era::APrime, Era::B, Era::C] {
///     let payload = mosip::payload(&issuer, era, &id, "c", "e", "2020-01-13T12:55:29.918Z").unwrap();
///     let token = mosip::token(&issuer, era, payload.as_bytes()).unwrap();
///     let answer = mosip::answer(&token).to_string();
///     let registration = verifier.verify(answer.as_bytes(), &Expected::new(), At::Issued)?;
///     assert_eq!(registration.era(), era);
/// }
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn token(issuer: &impl Issuer, era: Era, payload: &[u8]) -> Result<String, IssueError> {
    if era == Era::C {
        return issuer.sign(&issuer.header(Algorithm::Rs256), payload, Algorithm::Rs256);
    }
    let payload = base64::encode_standard(payload);
    let signature = signature_text(issuer, era, &payload)?;
    Ok(wrap(OUTER_HEADER.as_bytes(), &payload, signature.as_bytes()))
}

/// Returns what the signing service of this era gives for a text: base64 of a signature in era A, a
/// detached JWS in era B, an attached one in the others.
///
/// The text is the payload in base64. Era C signs no such text; what it gets is a JWS all the same.
///
/// # Errors
///
/// [`IssueError::Algorithm`] if the issuer has no RSA key.
///
/// # Examples
///
/// ```
/// use countersign::mosip::registration::Era;
/// use countersign_testkit::{Rng, RsaIssuer, mosip};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
/// let detached = mosip::signature_text(&issuer, Era::B, "e30=").unwrap();
/// assert!(detached.starts_with("eyJhbGciOiJSUzI1NiJ9.."));
/// ```
pub fn signature_text(issuer: &impl Issuer, era: Era, payload: &str) -> Result<String, IssueError> {
    let header = Object::new().with("alg", Algorithm::Rs256.name());
    match era {
        Era::A => issuer
            .sign_raw(payload.as_bytes(), Algorithm::Rs512)
            .map(|signature| base64::encode_standard(&signature)),
        Era::APrime | Era::C => issuer.sign(&header, payload.as_bytes(), Algorithm::Rs256),
        Era::B => {
            let attached = issuer.sign(&header, payload.as_bytes(), Algorithm::Rs256)?;
            let (head, rest) = attached.split_once('.').unwrap_or_default();
            let (_, signature) = rest.split_once('.').unwrap_or_default();
            Ok(format!("{head}..{signature}"))
        }
        _ => Err(IssueError::Algorithm),
    }
}

/// Joins the three parts of a token before era C: the payload's base64 as it is, the others encoded.
///
/// ```
/// assert_eq!(countersign_testkit::mosip::wrap(b"{}", "e30=", b"text"), "e30=.e30=.dGV4dA==");
/// ```
#[must_use]
pub fn wrap(outer_header: &[u8], payload: &str, signature_text: &[u8]) -> String {
    let [header, signature] = [outer_header, signature_text].map(base64::encode_standard);
    format!("{header}.{payload}.{signature}")
}

/// Returns the body around a token.
///
/// ```
/// let answer = countersign_testkit::mosip::answer("h.p.s");
/// assert_eq!(answer.member("response").unwrap().as_str(), Some("h.p.s"));
/// ```
#[must_use]
pub fn answer(token: &str) -> Object<'_> {
    body(token.into(), Value::Null)
}

/// Returns the body of a server that refuses, with codes and messages.
///
/// ```
/// use countersign::mosip::registration::SignedRegistration;
/// use countersign::{Code, Limits};
///
/// let answer = countersign_testkit::mosip::error_answer(&[("ADM-DPM-032", "not registered")]);
/// let answer = SignedRegistration::parse(answer.to_string().as_bytes(), &Limits::default());
/// assert_eq!(answer.unwrap_err().code(), Code::ValidationFailed);
/// ```
#[must_use]
pub fn error_answer<'a>(errors: &[(&'a str, &'a str)]) -> Object<'a> {
    let errors = errors.iter().map(|(code, message)| {
        Object::new().with("errorCode", *code).with("message", *message).into()
    });
    body(Value::Null, Value::Array(errors.collect()))
}

fn body<'a>(response: Value<'a>, errors: Value<'a>) -> Object<'a> {
    Object::new()
        .with("id", "io.mosip.masterdata.device.create")
        .with("version", "1.0")
        .with("responsetime", "2020-01-13T07:25:29.764Z")
        .with("metadata", Value::Null)
        .with("response", response)
        .with("errors", errors)
}
