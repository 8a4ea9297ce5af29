//! What a biometric device answers: information and captures, signed and chained.
//!
//! ```text
//! digital id by the chip ──► data ── signed by the device, hash by the chain ──► biometric ──► answer
//! ```

use super::device::Device;
use super::issuer::IssueError;
use super::mosip::digital_id;
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::sbi::{HashChain, Scheme, thumbprint};

/// When everything here says to have been captured.
pub const TIMESTAMP: &str = "2020-01-13T12:50:42Z";

/// The transaction of everything captured here.
pub const TRANSACTION_ID: &str = "1234567890";

/// Returns the payload of one biometric, around a digital ID as text and a value that is encoded
/// already.
///
/// ```
/// let data = countersign_testkit::sbi::data("e30", "Finger", "AAAA");
/// assert_eq!(data.member("bioType").unwrap().as_str(), Some("Finger"));
/// ```
#[must_use]
pub fn data<'a>(digital_id: &'a str, bio_type: &'a str, bio_value: &'a str) -> Object<'a> {
    Object::new()
        .with("digitalId", digital_id)
        .with("deviceCode", "device-1")
        .with("deviceServiceVersion", "0.9.5")
        .with("bioType", bio_type)
        .with("bioSubType", "UNKNOWN")
        .with("purpose", "Registration")
        .with("env", "Staging")
        .with("domainUri", "https://example.org")
        .with("bioValue", bio_value)
        .with("transactionId", TRANSACTION_ID)
        .with("timestamp", TIMESTAMP)
        .with("requestedScore", "40")
        .with("qualityScore", "80")
}

/// Returns one element of an answer.
///
/// ```
/// let element = countersign_testkit::sbi::biometric("h.p.s", "E3B0");
/// assert_eq!(element.member("data").unwrap().as_str(), Some("h.p.s"));
/// ```
#[must_use]
pub fn biometric(data: &str, hash: &str) -> Object<'static> {
    let success = Object::new().with("errorCode", "0").with("errorInfo", "Success");
    Object::new()
        .with("specVersion", "0.9.5")
        .with("data", data.to_string())
        .with("hash", hash.to_string())
        .with("error", success)
}

/// Returns an answer of these elements.
///
/// ```
/// assert_eq!(countersign_testkit::sbi::answer(vec![]).to_string(), r#"{"biometrics":[]}"#);
/// ```
#[must_use]
pub fn answer(biometrics: Vec<Object<'_>>) -> Object<'_> {
    let biometrics = biometrics.into_iter().map(Value::from).collect();
    Object::new().with("biometrics", Value::Array(biometrics))
}

/// Returns the elements of a capture for registration: one for each value, signed by the device
/// around a digital ID by its chip, chained from the beginning.
///
/// # Errors
///
/// [`IssueError`] if a key cannot sign.
///
/// # Examples
///
/// ```
/// use countersign::mosip::sbi::{Expected, RegistrationCaptureVerifier, Scheme};
/// use countersign::mosip::trust::{Consumer, Rules, Trust};
/// use countersign_testkit::{Pki, Rng, sbi};
/// use countersign::{At, Policy, Time};
///
/// let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
/// let pki = Pki::generate(&mut Rng::from_seed(1), start, end).unwrap();
/// let elements =
///     sbi::captured(&pki.device, &pki.chip, &[b"left", b"right"], Scheme::Current).unwrap();
/// let trust = Trust::new(pki.store(), Rules::of(Consumer::Ida));
/// let verifier = RegistrationCaptureVerifier::new(trust, Policy::default());
/// let answer = sbi::answer(elements).to_string();
/// let found = verifier.verify(answer.as_bytes(), &Expected::new(), At::Issued)?;
/// assert_eq!(found.content().scheme, Some(Scheme::Current));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn captured(
    device: &Device,
    chip: &Device,
    values: &[&[u8]],
    scheme: Scheme,
) -> Result<Vec<Object<'static>>, IssueError> {
    captured_for("Registration", device, chip, values, scheme)
}

/// Returns the elements of a capture for this purpose, as [`captured`] does: `Auth` or
/// `Registration`.
///
/// # Errors
///
/// [`IssueError`] if a key cannot sign.
pub fn captured_for(
    purpose: &str,
    device: &Device,
    chip: &Device,
    values: &[&[u8]],
    scheme: Scheme,
) -> Result<Vec<Object<'static>>, IssueError> {
    let id = chip.sign(&digital_id("1801160992").to_string())?;
    let mut chain = HashChain::new(scheme);
    let element = |value: &&[u8]| {
        let value_text = base64::encode_url(value);
        let mut payload = data(&id, "Finger", &value_text);
        payload.set("purpose", purpose);
        let payload = payload.to_string();
        chain.extend(match scheme {
            Scheme::Legacy => payload.as_bytes(),
            _ => value,
        });
        Ok(biometric(&device.sign(&payload)?, &chain.hash()))
    };
    values.iter().map(element).collect()
}

/// Adds what stands beside an encrypted value in the element of a capture for authentication.
///
/// ```
/// use countersign_testkit::sbi;
///
/// let element = sbi::encrypted(sbi::biometric("h.p.s", ""), b"certificate");
/// assert!(element.member("sessionKey").is_some());
/// ```
#[must_use]
pub fn encrypted(element: Object<'static>, certificate: &[u8]) -> Object<'static> {
    element
        .with("sessionKey", base64::encode_url(&[7; 256]))
        .with("thumbprint", thumbprint(certificate))
}

/// Returns the segment of a packet that keeps a signed `data`: its value apart from its payload.
/// `None` for a text that is no such token.
///
/// ```
/// use countersign_testkit::{Rng, RsaIssuer, Issuer, sbi};
/// use countersign::Algorithm;
///
/// let key = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
/// let payload = sbi::data("e30", "Finger", "dmFsdWU").to_string();
/// let token = key.sign(&key.header(Algorithm::Rs256), payload.as_bytes(), Algorithm::Rs256).unwrap();
/// let segment = sbi::segment(&token).unwrap();
/// assert!(segment.contains("<BDB>dmFsdWU=</BDB>") && segment.contains("&lt;bioValue&gt;"));
/// ```
#[must_use]
pub fn segment(token: &str) -> Option<String> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { return None };
    let payload = String::from_utf8(base64::decode_url(payload.as_bytes()).ok()?).ok()?;
    let (before, rest) = payload.split_once("\"bioValue\":\"")?;
    let (value, after) = rest.split_once('"')?;
    let value = base64::encode_standard(&base64::decode_mosip(value.as_bytes()).ok()?);
    let payload = format!("{before}\"bioValue\":\"<bioValue>\"{after}");
    let payload = payload.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let sb = base64::encode_standard(format!("{header}..{signature}").as_bytes());
    Some(format!(
        "<BIR><BDBInfo><Type>Finger</Type></BDBInfo><BDB>{value}</BDB><SB>{sb}</SB>\
         <Others><Key>PAYLOAD</Key><Value>{payload}</Value></Others></BIR>"
    ))
}

/// Returns the XML of a packet with these segments.
///
/// ```
/// let packet = countersign_testkit::sbi::packet(&["<BIR/>".into()]);
/// assert!(packet.ends_with("<BIR/></BIR>"));
/// ```
#[must_use]
pub fn packet(segments: &[String]) -> String {
    let segments = segments.concat();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <BIR xmlns=\"http://standards.iso.org/iso-iec/19785/-3/ed-2/\">{segments}</BIR>"
    )
}

/// Returns what a management server signs about the state of a device.
///
/// ```
/// let snapshot = countersign_testkit::sbi::snapshot();
/// assert!(snapshot.member("snapshotValidity").is_some());
/// ```
#[must_use]
pub fn snapshot() -> Object<'static> {
    Object::new()
        .with("isDeviceRegistered", "true")
        .with("mandatoryKeyRotation", "false")
        .with("keyExpiryTimeStamp", TIMESTAMP)
        .with("snapshotValidity", TIMESTAMP)
        .with("responseCode", "0")
        .with("timeStamp", TIMESTAMP)
}

/// Returns what a management server signs with a device's new certificate.
///
/// ```
/// let rotation = countersign_testkit::sbi::key_rotation("MIIB");
/// assert!(rotation.member("signedDeviceCertificate").is_some());
/// ```
#[must_use]
pub fn key_rotation(certificate: &str) -> Object<'_> {
    Object::new()
        .with("signedDeviceCertificate", certificate)
        .with("responseCode", "0")
        .with("timeStamp", TIMESTAMP)
}

/// Returns the `deviceInfo` of a device service, of a device with this level, around a digital ID as
/// text.
///
/// ```
/// let info = countersign_testkit::sbi::service_info("e30", "L0");
/// assert_eq!(info.member("deviceStatus").unwrap().as_str(), Some("Ready"));
/// ```
#[must_use]
pub fn service_info<'a>(digital_id: &'a str, level: &'a str) -> Object<'a> {
    Object::new()
        .with("deviceStatus", "Ready")
        .with("deviceId", 1_i64)
        .with("firmware", "1.0")
        .with("certification", level)
        .with("serviceVersion", "0.9.5")
        .with("deviceSubId", Value::Array(vec!["0".into()]))
        .with("callbackId", "http://127.0.0.1:4501/")
        .with("digitalId", digital_id)
        .with("deviceCode", "device-1")
        .with("env", "Staging")
        .with("purpose", "Registration")
        .with("specVersion", Value::Array(vec!["0.9.5".into()]))
}

/// Returns the answer to a request for information, of a device with this level.
///
/// # Errors
///
/// [`IssueError`] if a key cannot sign.
///
/// # Examples
///
/// ```
/// use countersign::mosip::sbi::{InfoExpected, InfoVerifier};
/// use countersign::mosip::trust::Trust;
/// use countersign_testkit::{Pki, Rng, sbi};
/// use countersign::{At, Policy, Time};
///
/// let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
/// let pki = Pki::generate(&mut Rng::from_seed(1), start, end).unwrap();
/// let answer = sbi::info(&pki.device, &pki.chip, "L1").unwrap();
/// let verifier = InfoVerifier::new(Trust::self_asserted(), Policy::default());
/// let found = verifier.verify(answer.as_bytes(), &InfoExpected::default(), At::Issued)?;
/// assert_eq!(found.content()[0].info().unwrap().device_status.as_deref(), Some("Ready"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn info(device: &Device, chip: &Device, level: &str) -> Result<String, IssueError> {
    let id = chip.sign(&digital_id("1801160992").to_string())?;
    let info = device.sign(&service_info(&id, level).to_string())?;
    let error = Object::new().with("errorCode", "0").with("errorInfo", "Success");
    let element = Object::new().with("deviceInfo", info).with("error", error);
    Ok(Value::Array(vec![element.into()]).to_string())
}
