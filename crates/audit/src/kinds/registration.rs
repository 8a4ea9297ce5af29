//! Registrations of devices, which MOSIP answers in the envelope of all its services.

use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::registration;
use countersign::{Limits, Policy};

use super::encoded::{decoded, shortened};
use crate::kind::{
    Bodies, Content, Family, Found, Keys, Kind, Needs, Row, Size, Unsupported, Verification,
};
use crate::member::Member;
use crate::profile::{Expected, Material, Subject};
use crate::terms::{Missing, Terms, add};

pub(crate) const KIND: Kind = Kind::of(&ROW);

static ROW: Row = Row {
    name: registration::Verifier::KIND,
    noun: "a device registration",
    keys: Keys::Set,
    takes: &[Member::Keys, Member::AllowRsa1024, Member::Alg, Member::TimestampWindow],
    needs: &Needs::NOTHING,
    size: Size::Message,
    bodies: Bodies::Read,
    without_marks: None,
    subject: Verification::of::<Registration>(),
};

pub(crate) static FAMILY: Family = Family { kinds: &[KIND], body, payload };

#[derive(Debug)]
struct Registration;

impl Subject for Registration {
    type Verifier = registration::Verifier;

    fn verifier(material: &Material, policy: Policy) -> registration::Verifier {
        registration::Verifier::new(material.keys.clone(), policy)
    }

    fn expected(terms: &Terms) -> Result<Expected<Self>, Missing> {
        let expected = registration::Expected::new();
        Ok(add(expected, terms.window(), registration::Expected::window))
    }
}

pub(crate) const ANSWER: Unsupported =
    Unsupported::new("the answer of a MOSIP service other than device registration")
        .hint("nothing in it is signed: trust it only as far as its TLS connection");
pub(crate) const TOKEN_ANSWER: Unsupported =
    Unsupported::new("the answer of a MOSIP service whose `response` is not a device registration")
        .hint("give only the token: `jq -r .response FILE`");
pub(crate) const KEY: Unsupported = Unsupported::new("a certificate from MOSIP's key manager")
    .hint("give it with --key, and the artefact that it signed as INPUT");

/// Recognises the answers of MOSIP's services, which share their envelope.
fn body(object: &Object<'_>, limits: &Limits, found: &mut Found) {
    let has = |name| object.member(name).is_some();
    if has("response") && (has("errors") || has("responsetime") || has("responseTime")) {
        found.add(envelope(object, limits));
    }
}

fn envelope(object: &Object<'_>, limits: &Limits) -> Content {
    let codes = codes_of_errors(object);
    match object.member("response") {
        Some(Value::String(text)) => response(text, limits),
        None | Some(Value::Null) if codes.is_empty() || is_of_devices(object, &codes) => {
            KIND.into()
        }
        _ if !codes.is_empty() => Content::Refused(codes),
        Some(Value::Object(response)) if response.member("certificate").is_some() => KEY.into(),
        _ => ANSWER.into(),
    }
}

/// Tells what the text within MOSIP's envelope is. What cannot be read is left to its verifier.
fn response(text: &str, limits: &Limits) -> Content {
    let mut parts = text.split('.');
    let (header, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is = |look: fn(&Object<'_>) -> bool, text: &str| decoded(text.as_bytes(), limits, look);
    let is_registration = |object: &Object<'_>| {
        ["deviceCode", "status"].iter().any(|name| object.member(name).is_some())
    };
    let says_jws = |object: &Object<'_>| object.member("type").is_some();
    let other = match is(is_registration, payload) {
        Some(is_registration) => !is_registration && is(says_jws, header) != Some(true),
        // An array is JSON, and no registration.
        None => base64::decode_mosip(payload.as_bytes()).is_ok_and(|bytes| bytes.starts_with(b"[")),
    };
    if other { TOKEN_ANSWER.into() } else { KIND.into() }
}

/// Returns the codes of MOSIP's envelope.
fn codes_of_errors(object: &Object<'_>) -> Vec<String> {
    let errors = object.member("errors").and_then(Value::as_array).unwrap_or_default();
    let code = |error: &Value<'_>| error.as_object()?.member("errorCode")?.as_str().map(shortened);
    errors.iter().filter_map(code).take(CODES).collect()
}

/// How many codes of a refusal are named.
const CODES: usize = 8;

/// Tells whether a refusal may be that of a registration: by its codes, or by what it calls itself.
fn is_of_devices(object: &Object<'_>, codes: &[String]) -> bool {
    const CODES: [&str; 6] = ["ADM-DPM-", "KER-MSD-", "MSD-RDS-", "KER-DP", "KER-ATH-", "PMS_"];
    let is_code = |code: &String| CODES.iter().any(|begin| code.starts_with(begin));
    let id = object.member("id").and_then(Value::as_str).unwrap_or_default();
    codes.iter().any(is_code) || id.to_ascii_lowercase().contains("device")
}

fn payload(object: &Object<'_>) -> Option<Content> {
    let has = |name| object.member(name).is_some();
    (has("deviceCode") && has("status")).then_some(KIND.into())
}

/// Tells whether a token calls itself what only registrations do.
pub(crate) fn is_header(header: &Object<'_>) -> bool {
    header.member("type").and_then(Value::as_str) == Some("JWS")
}
