//! What an input is, judged by its shape alone.
//!
//! Recognition decides nothing: it chooses the verifier that decides, and that verifier reads the
//! input again, strictly. What is recognised but cannot be verified is never valid.
//!
//! The sender writes most of what is looked at here. That must not help a forgery:
//!
//! - Kinds exclude each other by what is signed. A bare token is recognised by its payload before
//!   its header, and an envelope chooses a verifier that refuses what is of another kind.
//! - The two kinds of captures share their format, and one is held to fewer rules. So only the
//!   `purpose` that every element signs tells them apart, and where it does not, the caller has to.
//! - An object with the marks of several kinds would be verified in part. It is refused.
//! - `x5c` in a header marks a message of a device, which needs no key of the caller's: what is
//!   damaged in it must not become a token without a key, which is undecided.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use countersign::encoding::json::{self, Object, Value};
use countersign::encoding::{Fault, base64};
use countersign::jose::{Compact, jws};
use countersign::miracl::dvs::{self, signature};
use countersign::miracl::token::{access, activation, auth, id, new_user};
use countersign::mosip::registration;
use countersign::mosip::sbi::cbeff::{Packet, Padding, Segment};
use countersign::{Error, Limits, danger};

use crate::device::Device;
use crate::input::strip_line_break;
use crate::wrapper;

/// The kind of report about an input that is none of the known kinds.
pub(crate) const UNKNOWN: &str = "unknown";

/// A kind that this command verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    DvsCertificate,
    DvsSignature,
    MosipRegistration,
    Token(Token),
    Device(Device),
    Jws,
}

/// A kind of token of MIRACL Trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Auth,
    Id,
    Access,
    Activation,
    NewUser,
}

impl Kind {
    pub(crate) const ALL: [Self; 17] = [
        Self::DvsCertificate,
        Self::DvsSignature,
        Self::MosipRegistration,
        Self::Token(Token::Auth),
        Self::Token(Token::Id),
        Self::Token(Token::Access),
        Self::Token(Token::Activation),
        Self::Token(Token::NewUser),
        Self::Device(Device::Data),
        Self::Device(Device::DigitalId),
        Self::Device(Device::Info),
        Self::Device(Device::Capture),
        Self::Device(Device::RegistrationCapture),
        Self::Device(Device::Captured),
        Self::Device(Device::Packet),
        Self::Device(Device::Management),
        Self::Jws,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::DvsCertificate => dvs::Verifier::KIND,
            Self::DvsSignature => signature::Verifier::KIND,
            Self::MosipRegistration => registration::Verifier::KIND,
            Self::Token(Token::Auth) => auth::Verifier::KIND,
            Self::Token(Token::Id) => id::Verifier::KIND,
            Self::Token(Token::Access) => access::Verifier::KIND,
            Self::Token(Token::Activation) => activation::Verifier::KIND,
            Self::Token(Token::NewUser) => new_user::Verifier::KIND,
            Self::Device(device) => device.name(),
            Self::Jws => jws::Verifier::KIND,
        }
    }

    /// Tells whether it is bound to a hash.
    pub(crate) const fn is_dvs(self) -> bool {
        matches!(self, Self::DvsCertificate | Self::DvsSignature)
    }

    /// Tells whether it is the answer to a capture, with hashes.
    pub(crate) const fn is_capture(self) -> bool {
        matches!(self, Self::Device(device) if device.is_capture())
    }

    /// Tells whether it states a time whose distance can be expected: other tokens expire.
    pub(crate) const fn has_age(self) -> bool {
        matches!(self, Self::DvsSignature | Self::MosipRegistration | Self::Device(_))
    }

    /// Tells whether it holds biometrics, which may have megabytes.
    pub(crate) const fn holds_biometrics(self) -> bool {
        matches!(self, Self::Device(device) if device.holds_biometrics())
    }

    /// Says which options it needs, if it needs any.
    pub(crate) fn needs(self) -> String {
        let options = match self {
            Self::DvsCertificate | Self::DvsSignature => {
                "--document, --hash, --request or --unbound"
            }
            Self::Jws => "--issuer and --audience, or --unbound",
            _ => "--issuer and --audience",
        };
        format!("{} needs {options}", self.noun())
    }

    /// Says the same of the members of a record.
    pub(crate) fn needs_of_record(self) -> String {
        let members = match self {
            Self::DvsCertificate | Self::DvsSignature => {
                "`hash` or `request`, or --unbound for the whole run"
            }
            Self::Jws => "`issuer` and `audience`, or --unbound for the whole run",
            _ => "`issuer` and `audience`",
        };
        format!("{} needs {members}", self.noun())
    }

    /// Names it in a sentence.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::DvsCertificate => "a DVS certificate",
            Self::DvsSignature => "a DVS signature",
            Self::MosipRegistration => "a device registration",
            Self::Token(Token::Auth) => "an authentication token",
            Self::Token(Token::Id) => "an ID token",
            Self::Token(Token::Access) => "an access token",
            Self::Token(Token::Activation) => "an activation token",
            Self::Token(Token::NewUser) => "a `new_user_token`",
            Self::Device(_) => "a message of a device",
            Self::Jws => "a token",
        }
    }
}

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// A kind that is known by name and shape, and cannot be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported {
    pub(crate) name: &'static str,
    /// Starts the sentence "… cannot be verified".
    what: &'static str,
    pub(crate) hint: Option<&'static str>,
}

impl Unsupported {
    pub(crate) const fn error(&self) -> Error {
        Error::UnsupportedFormat { what: self.what }
    }
}

const fn unsupported(name: &'static str, what: &'static str) -> Unsupported {
    Unsupported { name, what, hint: None }
}

const DEVICE_DATA: Kind = Kind::Device(Device::Data);
const DIGITAL_ID: Kind = Kind::Device(Device::DigitalId);
const OTP_RESPONSE: Unsupported = Unsupported {
    name: "otp-response",
    what: "an OTP response",
    hint: Some("open it with `countersign otp open`"),
};
const SBI_CAPTURE: Kind = Kind::Device(Device::Capture);
/// A capture whose signed content does not say what it was captured for.
const CAPTURE_WITHOUT_PURPOSE: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "a capture whose elements do not all sign the purpose `Auth`, or all `Registration`,",
    hint: Some("name its kind: --kind sbi-rcapture (for registration) or --kind sbi-capture"),
};
const SEVERAL_KINDS: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "an object with the members of several kinds",
    hint: Some("name the kind to verify it as with --kind"),
};
const OTHER_DEVICE_MESSAGE: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "a token with `x5c` whose payload is none that devices sign",
    hint: Some("if it is no message of a device, name its kind: --kind jws"),
};
const SBI_DEVICE_INFO: Kind = Kind::Device(Device::Info);
const SBI_RCAPTURE: Kind = Kind::Device(Device::RegistrationCapture);
const SBI_DATA: Kind = Kind::Device(Device::Captured);
const CBEFF: Kind = Kind::Device(Device::Packet);
const SBI_MANAGEMENT: Kind = Kind::Device(Device::Management);
/// Captured data whose signed content does not say what it was captured for.
const DATA_WITHOUT_PURPOSE: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "captured data that signs neither the purpose `Auth` nor `Registration`",
    hint: Some("name its kind, --kind sbi-data, and whose rules hold, --trust-policy"),
};
/// Packets are made of what was captured for registration, and their rules are for that.
const PACKET_FOR_ANOTHER_PURPOSE: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "a packet whose segments do not all sign the purpose `Registration`",
    hint: Some("name its kind, --kind cbeff, and whose rules hold, --trust-policy"),
};
const XML: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "XML other than the `BIR` of a registration packet",
    hint: None,
};
const DISCOVERY: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "the answer to a discovery of devices, in which nothing is signed,",
    hint: Some("the answer to a request for device information is signed: `deviceInfo`"),
};
const TOKEN_ANSWER: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "a token endpoint's answer with two tokens, of which one verdict tells nothing,",
    hint: Some("name the token to verify: --kind id-token or --kind access-token"),
};
const OPAQUE_ACCESS_TOKEN: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "an access token without a signature",
    hint: Some("only the server that issued an opaque token can tell what it means"),
};
const MOSIP_ANSWER: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "the answer of a MOSIP service other than the registration of devices",
    hint: Some("nothing in it is signed: it can be trusted only as far as its TLS connection"),
};
const MOSIP_TOKEN_ANSWER: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "the answer of a MOSIP service whose `response` is not a device registration",
    hint: Some("give the token alone: `jq -r .response FILE`"),
};
const MOSIP_KEY: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "a certificate from MOSIP's key manager",
    hint: Some("give it with --key, and what it signed as INPUT"),
};
const DISCOVERY_DOCUMENT: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "an OpenID discovery document",
    hint: Some("its `jwks_uri` says where the keys are: give that with --jwks URL"),
};
const KEYS: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "a set of keys",
    hint: Some("give it with --jwks FILE, and what its keys signed as INPUT"),
};
const KEY: Unsupported = Unsupported {
    name: UNKNOWN,
    what: "a key",
    hint: Some("give it with --key FILE, and what it signed as INPUT"),
};

/// Every kind that cannot be verified, for records that name one.
pub(crate) const UNSUPPORTED: [Unsupported; 1] = [OTP_RESPONSE];

/// What recognition found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing but white space.
    Empty,
    /// A kind that can be verified.
    Known(Kind),
    /// A kind that cannot.
    Unsupported(Unsupported),
    /// A service's refusal of a request, with its codes.
    Refused(Vec<String>),
    /// No kind at all, and why.
    Unknown(Error),
}

impl Content {
    /// Tells whether it holds biometrics, which may have megabytes.
    pub(crate) fn holds_biometrics(&self) -> bool {
        const LARGE: [Unsupported; 3] =
            [CAPTURE_WITHOUT_PURPOSE, DATA_WITHOUT_PURPOSE, PACKET_FOR_ANOTHER_PURPOSE];
        match self {
            Self::Known(kind) => kind.holds_biometrics(),
            Self::Unsupported(kind) => LARGE.contains(kind),
            Self::Empty | Self::Refused(_) | Self::Unknown(_) => false,
        }
    }
}

impl From<Kind> for Content {
    fn from(kind: Kind) -> Self {
        Self::Known(kind)
    }
}

impl From<Unsupported> for Content {
    fn from(kind: Unsupported) -> Self {
        Self::Unsupported(kind)
    }
}

/// The error of an input that is none of the known kinds.
pub(crate) const UNKNOWN_KIND: Error = Error::Malformed { part: "input", fault: Fault::Kind };

/// Tells whether a large input may be of a kind that holds biometrics. Of XML, recognition says what is
/// wrong with it.
pub(crate) fn may_hold_biometrics(input: &[u8], limits: &Limits) -> bool {
    input.trim_ascii_start().starts_with(b"<") || recognise(input, limits).holds_biometrics()
}

/// Tells what the input is.
pub(crate) fn recognise(input: &[u8], limits: &Limits) -> Content {
    let trimmed = input.trim_ascii();
    if trimmed.is_empty() {
        return Content::Empty;
    }
    // Biometrics may have megabytes; everything else has the limit of a message.
    let limit = limits.capture_bytes();
    if input.len() > limit {
        return Content::Unknown(Error::TooLarge { what: "input", limit });
    }
    match trimmed.first() {
        Some(b'{' | b'[') => match json::parse("input", input, limits) {
            Ok(Value::Object(object)) => recognise_object(&object, limits),
            Ok(Value::Array(elements)) => recognise_array(&elements),
            Ok(_) => Content::Unknown(UNKNOWN_KIND),
            Err(error) => Content::Unknown(error),
        },
        Some(b'<') => recognise_xml(input, limits),
        _ => {
            let found = recognise_text(strip_line_break(input), limits);
            let limit = limits.message_bytes();
            if input.len() > limit && !found.holds_biometrics() {
                return Content::Unknown(Error::TooLarge { what: "input", limit });
            }
            found
        }
    }
}

fn recognise_object(object: &Object<'_>, limits: &Limits) -> Content {
    let has = |name| object.member(name).is_some();
    let inner = |name| object.member(name).and_then(Value::as_object);
    let captured = match object.member("biometrics") {
        Some(Value::Array(biometrics)) => Some(recognise_capture(biometrics, limits)),
        _ => None,
    };
    let is_device_data = has("deviceData")
        || inner("request").is_some_and(|request| request.member("deviceData").is_some());
    let is_dvs_signature = has("mpinId")
        || inner("signature").is_some_and(|signature| signature.member("mpinId").is_some());
    let is_json_jws = has("payload") && (has("signature") || has("signatures"));
    let found = [
        has("certificate").then_some(Kind::DvsCertificate.into()),
        has("new_user_token").then_some(Kind::Token(Token::NewUser).into()),
        recognise_envelope(object, limits),
        is_device_data.then_some(DEVICE_DATA.into()),
        is_dvs_signature.then_some(Kind::DvsSignature.into()),
        (has("ciphertext") && has("tag") && has("iv")).then_some(OTP_RESPONSE.into()),
        captured,
        is_json_jws.then_some(unsupported(Kind::Jws.name(), "a JWS in JSON serialisation").into()),
        (has("keyRotation") || has("snapShot")).then_some(SBI_MANAGEMENT.into()),
        recognise_token_answer(object),
        recognise_refusal(object),
        (has("issuer") && has("jwks_uri")).then_some(DISCOVERY_DOCUMENT.into()),
        matches!(object.member("keys"), Some(Value::Array(_))).then_some(KEYS.into()),
        has("kty").then_some(KEY.into()),
        recognise_plain(object),
    ];
    let mut found = found.into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(content), None) => content,
        (Some(_), Some(_)) => SEVERAL_KINDS.into(),
        (None, _) => Content::Unknown(UNKNOWN_KIND),
    }
}

/// Recognises an object that is neither encoded nor within anything.
fn recognise_plain(object: &Object<'_>) -> Option<Content> {
    let is_discovered =
        object.member("deviceStatus").is_some() && object.member("deviceInfo").is_none();
    if is_discovered { Some(DISCOVERY.into()) } else { recognise_content(object) }
}

/// Recognises the answers of MOSIP's services, which share their envelope.
fn recognise_envelope(object: &Object<'_>, limits: &Limits) -> Option<Content> {
    let has = |name| object.member(name).is_some();
    let is_envelope =
        has("response") && (has("errors") || has("responsetime") || has("responseTime"));
    if !is_envelope {
        return None;
    }
    let codes = codes_of_errors(object);
    Some(match object.member("response") {
        Some(Value::String(text)) => recognise_response(text, limits),
        None | Some(Value::Null) if codes.is_empty() || is_of_devices(object, &codes) => {
            Kind::MosipRegistration.into()
        }
        _ if !codes.is_empty() => Content::Refused(codes),
        Some(Value::Object(response)) if response.member("certificate").is_some() => {
            MOSIP_KEY.into()
        }
        _ => MOSIP_ANSWER.into(),
    })
}

/// Tells what the text within MOSIP's envelope is. What cannot be read is left to its verifier.
fn recognise_response(text: &str, limits: &Limits) -> Content {
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
    if other { MOSIP_TOKEN_ANSWER.into() } else { Kind::MosipRegistration.into() }
}

/// Returns the codes of MOSIP's envelope.
fn codes_of_errors(object: &Object<'_>) -> Vec<String> {
    let errors = object.member("errors").and_then(Value::as_array).unwrap_or_default();
    let code = |error: &Value<'_>| error.as_object()?.member("errorCode")?.as_str().map(shortened);
    errors.iter().filter_map(code).take(CODES).collect()
}

/// How many codes of a refusal are named.
const CODES: usize = 8;

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Tells whether a refusal may be that of a registration: by its codes, or by what it calls itself.
fn is_of_devices(object: &Object<'_>, codes: &[String]) -> bool {
    const CODES: [&str; 6] = ["ADM-DPM-", "KER-MSD-", "MSD-RDS-", "KER-DP", "KER-ATH-", "PMS_"];
    let is_code = |code: &String| CODES.iter().any(|begin| code.starts_with(begin));
    let id = object.member("id").and_then(Value::as_str).unwrap_or_default();
    codes.iter().any(is_code) || id.to_ascii_lowercase().contains("device")
}

/// Recognises what the services of MIRACL Trust and of OAuth 2.0 (RFC 6749 section 5.2) answer when
/// they refuse.
fn recognise_refusal(object: &Object<'_>) -> Option<Content> {
    let code = match object.member("error")? {
        Value::String(code) if !code.is_empty() => code,
        Value::Object(error) => error.member("code")?.as_str()?,
        _ => return None,
    };
    Some(Content::Refused(vec![shortened(code)]))
}

/// Recognises what a token endpoint answers (RFC 6749 section 5.1). One verdict is about one token.
fn recognise_token_answer(object: &Object<'_>) -> Option<Content> {
    let text = |name| object.member(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let access_is_opaque = |text: &str| !wrapper::is_token(text);
    Some(match (text("id_token"), text("access_token")) {
        (Some(_), None) => Kind::Token(Token::Id).into(),
        (Some(_), Some(access)) if access_is_opaque(access) => Kind::Token(Token::Id).into(),
        (Some(_), Some(_)) => TOKEN_ANSWER.into(),
        (None, Some(access)) if access_is_opaque(access) => OPAQUE_ACCESS_TOKEN.into(),
        (None, Some(_)) => Kind::Token(Token::Access).into(),
        (None, None) => return None,
    })
}

/// Recognises the packet of a registration, by what its segments sign.
fn recognise_xml(input: &[u8], limits: &Limits) -> Content {
    let packet = match Packet::parse(input, limits) {
        Ok(packet) => packet,
        Err(Error::UnsupportedFormat { .. }) => return XML.into(),
        Err(error) => return Content::Unknown(error),
    };
    // As it was signed, and not as the packet writes it: there the sender chose what is left out.
    let is_foreign = |segment: &Segment<'_>, padding| {
        let signed = segment.token(padding).map(|token| purpose(&token, limits));
        // What is not signed at all, or cannot be read, its verifier may explain.
        !matches!(signed, Ok(Purpose::Registration | Purpose::Unreadable) | Err(_))
    };
    let paddings = [Padding::Absent, Padding::Present];
    if packet.segments().any(|segment| paddings.iter().any(|one| is_foreign(&segment, *one))) {
        PACKET_FOR_ANOTHER_PURPOSE.into()
    } else {
        CBEFF.into()
    }
}

/// What a capture was made for, as its signed data say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Authentication,
    Registration,
    /// Something else, or nothing.
    Unknown,
    /// The data cannot be read, which its verifier will not accept.
    Unreadable,
}

/// Tells captures for registration from those for authentication.
fn recognise_capture(elements: &[Value<'_>], limits: &Limits) -> Content {
    let data = elements.iter().filter_map(|element| {
        let data = element.as_object()?.member("data")?;
        data.as_str().filter(|token| !token.is_empty())
    });
    let purposes: Vec<Purpose> = data.map(|token| purpose(token, limits)).collect();
    let all = |purpose| purposes.iter().all(|found| *found == purpose);
    // What is empty or unreadable is verified by the stricter of the two, which says what is wrong.
    if all(Purpose::Registration) || purposes.contains(&Purpose::Unreadable) {
        SBI_RCAPTURE.into()
    } else if all(Purpose::Authentication) {
        SBI_CAPTURE.into()
    } else {
        CAPTURE_WITHOUT_PURPOSE.into()
    }
}

fn purpose(token: &str, limits: &Limits) -> Purpose {
    let limits = &limits.with_token_bytes(limits.capture_bytes());
    let Ok(token) = Compact::parse(token.as_bytes(), limits) else { return Purpose::Unreadable };
    // Some devices encode the payload once more.
    let payload = danger::unverified_payload(&token);
    let inner = match payload.trim_ascii_start().first() {
        Some(b'{') => None,
        _ => base64::decode_mosip(payload).ok(),
    };
    purpose_of(inner.as_deref().unwrap_or(payload), limits)
}

/// Tells what a payload says that it was captured for.
fn purpose_of(payload: &[u8], limits: &Limits) -> Purpose {
    match json::parse_object("data", payload, limits) {
        Ok(data) => purpose_in(&data),
        Err(_) => Purpose::Unreadable,
    }
}

fn purpose_in(data: &Object<'_>) -> Purpose {
    match data.member("purpose").and_then(Value::as_str) {
        Some(text) if text.eq_ignore_ascii_case("Auth") => Purpose::Authentication,
        Some(text) if text.eq_ignore_ascii_case("Registration") => Purpose::Registration,
        _ => Purpose::Unknown,
    }
}

/// Tells whether captured data says that it was captured for authentication.
pub(crate) fn is_for_authentication(token: &[u8], limits: &Limits) -> bool {
    let token = std::str::from_utf8(token).unwrap_or_default();
    purpose(token, limits) == Purpose::Authentication
}

fn recognise_array(elements: &[Value<'_>]) -> Content {
    let has = |name| {
        let has = |item: &Value<'_>| item.as_object().is_some_and(|i| i.member(name).is_some());
        elements.iter().any(has)
    };
    if has("deviceInfo") {
        SBI_DEVICE_INFO.into()
    } else if has("deviceStatus") {
        DISCOVERY.into()
    } else {
        Content::Unknown(UNKNOWN_KIND)
    }
}

/// Recognises what stands within base64, with a signature or without.
fn recognise_content(object: &Object<'_>) -> Option<Content> {
    let has = |name| object.member(name).is_some();
    if has("cAt") && has("hash") {
        Some(Kind::DvsCertificate.into())
    } else if has("deviceCode") && has("status") {
        Some(Kind::MosipRegistration.into())
    } else if let Some(token) = recognise_token(object) {
        Some(Kind::Token(token).into())
    } else if has("bioValue") && has("digitalId") {
        Some(match purpose_in(object) {
            Purpose::Unknown => DATA_WITHOUT_PURPOSE.into(),
            _ => SBI_DATA.into(),
        })
    } else if has("deviceStatus") && has("digitalId") {
        Some(SBI_DEVICE_INFO.into())
    } else if has("signedDeviceCertificate") || has("snapshotValidity") {
        Some(SBI_MANAGEMENT.into())
    } else if has("deviceInfo") {
        Some(if has("purpose") { DEVICE_DATA } else { SBI_DEVICE_INFO }.into())
    } else if has("serialNo") && has("make") && has("model") {
        Some(DIGITAL_ID.into())
    } else {
        None
    }
}

/// Recognises the tokens of MIRACL Trust that say what they are. Authentication tokens do not: they
/// have no claim that other JWTs do not have, too.
fn recognise_token(object: &Object<'_>) -> Option<Token> {
    let has = |name| object.member(name).is_some();
    let is_id = || object.member("amr").is_some_and(|amr| amr.to_string() == r#"["token"]"#);
    if !has("iss") {
        None
    } else if has("cid") && has("scp") && !has("aud") {
        Some(Token::Access)
    } else if has("projectID") && has("scope") {
        Some(Token::Activation)
    } else if has("nonce") && is_id() {
        Some(Token::Id)
    } else {
        let events = object.member("events").and_then(Value::as_object)?;
        events.member("newUser").map(|_| Token::NewUser)
    }
}

/// A token, or base64 of an object.
fn recognise_text(text: &[u8], limits: &Limits) -> Content {
    let legal = |b: &u8| b.is_ascii_alphanumeric() || b"-_+/=.".contains(b);
    if let Some(offset) = text.iter().position(|b| !legal(b)) {
        let fault = Fault::Character { offset };
        return Content::Unknown(Error::Malformed { part: "input", fault });
    }
    let mut parts = text.split(|b| *b == b'.');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let Some(payload) = second else {
        // Without a signature nothing is to verify, unless there is one further inside.
        return match decoded(first, limits, recognise_content).flatten() {
            Some(found @ Content::Known(Kind::Device(_))) => found,
            _ => Content::Unknown(UNKNOWN_KIND),
        };
    };
    // Signed, so not for the generic verifier: it would not look at the layers within.
    if let Some(found) = decoded(payload, limits, recognise_content).flatten() {
        return found;
    }
    let header = |look: fn(&Object<'_>) -> bool| decoded(first, limits, look) == Some(true);
    if header(|header| header.member("x5c").is_some()) {
        // Some devices encode the payload once more.
        let inner = base64::decode_mosip(payload).unwrap_or_default();
        decoded(&inner, limits, recognise_content).flatten().unwrap_or(OTHER_DEVICE_MESSAGE.into())
    } else if header(|header| header.member("type").and_then(Value::as_str) == Some("JWS")) {
        Kind::MosipRegistration.into()
    } else {
        Kind::Jws.into()
    }
}

/// Looks into base64 of an object, in whatever dialect.
fn decoded<T>(text: &[u8], limits: &Limits, look: impl FnOnce(&Object<'_>) -> T) -> Option<T> {
    let bytes = base64::decode_mosip(text).ok()?;
    json::parse_object("input", &bytes, limits).ok().map(|object| look(&object))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(input: &str) -> Content {
        recognise(input.as_bytes(), &Limits::default())
    }

    fn token(header: &str, payload: &str) -> String {
        let encode = |text: &str| base64::encode_url(text.as_bytes());
        format!("{}.{}.c2lnbmF0dXJl", encode(header), encode(payload))
    }

    #[test]
    fn answers_and_requests_are_recognised_by_their_members() {
        for (input, expected) in [
            (r#"{"certificate":"a.b.c"}"#, Content::from(Kind::DvsCertificate)),
            (" {\"certificate\" : 7}\n", Kind::DvsCertificate.into()),
            (r#"{"response":"a.b.c","errors":null}"#, Kind::MosipRegistration.into()),
            (r#"{"responsetime":"","response":null}"#, Kind::MosipRegistration.into()),
            (r#"{"request":{"deviceData":"e30="}}"#, DEVICE_DATA.into()),
            (r#"{"deviceId":"","purpose":"","deviceInfo":{}}"#, DEVICE_DATA.into()),
            (r#"{"signature":{"mpinId":"7b7d"},"timestamp":1}"#, Kind::DvsSignature.into()),
            (r#"{"mpinId":"7b7d","u":"04"}"#, Kind::DvsSignature.into()),
            (r#"{"ciphertext":"","tag":"","iv":""}"#, OTP_RESPONSE.into()),
            (r#"{"biometrics":[]}"#, SBI_RCAPTURE.into()),
            (r#"{"biometrics":[{"data":"","sessionKey":""}]}"#, SBI_RCAPTURE.into()),
            (r#"[{"deviceInfo":"a.b.c","error":{}}]"#, SBI_DEVICE_INFO.into()),
            (r#"{"serialNo":"1","make":"m","model":"n"}"#, DIGITAL_ID.into()),
        ] {
            assert_eq!(kind(input), expected, "{input}");
        }
        let Content::Unsupported(json) = kind(r#"{"payload":"","signatures":[]}"#) else {
            panic!("the JSON serialisation is not verified");
        };
        assert_eq!(json.name, "jws");
    }

    #[test]
    fn tokens_are_recognised_by_what_they_carry() {
        let header = r#"{"alg":"RS256"}"#;
        for (header, payload, expected) in [
            (header, r#"{"cAt":1,"exp":2,"hash":"00"}"#, Content::from(Kind::DvsCertificate)),
            (header, r#"{"iss":"a","hash":"00"}"#, Kind::Jws.into()),
            (header, "not JSON", Kind::Jws.into()),
            ("not JSON", "{}", Kind::Jws.into()),
            (
                header,
                r#"{"iss":"i","aud":"c","amr":["token"],"nonce":"n"}"#,
                Kind::Token(Token::Id).into(),
            ),
            (header, r#"{"iss":"i","aud":"c","amr":["pwd"],"nonce":"n"}"#, Kind::Jws.into()),
            (header, r#"{"iss":"i","aud":"c","amr":["token"]}"#, Kind::Jws.into()),
            (header, r#"{"iss":"i","cid":"c","scp":[]}"#, Kind::Token(Token::Access).into()),
            (
                header,
                r#"{"iss":"i","projectID":"p","scope":"verification"}"#,
                Kind::Token(Token::Activation).into(),
            ),
            (
                header,
                r#"{"iss":"i","aud":"p","events":{"newUser":{}}}"#,
                Kind::Token(Token::NewUser).into(),
            ),
            (header, r#"{"iss":"i","aud":"p","sub":"u","iat":1,"exp":2}"#, Kind::Jws.into()),
            (
                header,
                r#"{"status":"Registered","digitalId":"","deviceCode":"1"}"#,
                Kind::MosipRegistration.into(),
            ),
            (r#"{"alg":"RS256","type":"JWS"}"#, "{}", Kind::MosipRegistration.into()),
            (header, r#"{"serialNo":"1","make":"m","model":"n"}"#, DIGITAL_ID.into()),
            (header, r#"{"purpose":"Auth","deviceInfo":{}}"#, DEVICE_DATA.into()),
            // The payload is signed wherever there is a signature, the header is not in all eras.
            (r#"{"type":"JWS","x5c":[]}"#, r#"{"cAt":1,"hash":""}"#, Kind::DvsCertificate.into()),
            (r#"{"x5c":[]}"#, r#"{"status":"","deviceCode":""}"#, Kind::MosipRegistration.into()),
            (r#"{"x5c":[]}"#, r#"{"serialNo":"1","make":"m","model":"n"}"#, DIGITAL_ID.into()),
            (r#"{"x5c":null}"#, r#"{"iss":"i"}"#, OTHER_DEVICE_MESSAGE.into()),
            (r#"{"type":"JWS","x5c":[]}"#, "{}", OTHER_DEVICE_MESSAGE.into()),
            (r#"{"alg":"RS256","x5c":[]}"#, "not JSON", OTHER_DEVICE_MESSAGE.into()),
        ] {
            let token = token(header, payload);
            assert_eq!(kind(&token), expected, "{payload}");
            assert_eq!(kind(&format!("{token}\r\n")), expected, "{payload}");
        }
        // Five parts, two parts: the verifier says what is wrong.
        assert_eq!(kind("a.b.c.d.e"), Kind::Jws.into());
        assert_eq!(kind("a.b"), Kind::Jws.into());
        // MOSIP's standard alphabet with padding.
        let encode = |text: &str| base64::encode_standard(text.as_bytes());
        let registration = format!("{}.{}.AA==", encode(r#"{"type":"JWS"}"#), encode("{}"));
        assert_eq!(kind(&registration), Kind::MosipRegistration.into());
    }

    #[test]
    fn a_capture_is_of_the_kind_that_every_element_signs_whatever_stands_beside() {
        let element = |payload: &str| {
            format!(r#"{{"data":"{}","sessionKey":"x"}}"#, token(r#"{"alg":"RS256"}"#, payload))
        };
        let twice = base64::encode_standard(br#"{"purpose":"Auth"}"#);
        let (auth, registration) = (r#"{"purpose":"AUTH"}"#, r#"{"purpose":"Registration"}"#);
        for (payloads, expected) in [
            (&[auth][..], Content::from(SBI_CAPTURE)),
            (&[auth, &twice], SBI_CAPTURE.into()),
            (&[registration], SBI_RCAPTURE.into()),
            (&[registration, registration], SBI_RCAPTURE.into()),
            (&[auth, registration], CAPTURE_WITHOUT_PURPOSE.into()),
            (&[auth, "{}"], CAPTURE_WITHOUT_PURPOSE.into()),
            (&["{}"], CAPTURE_WITHOUT_PURPOSE.into()),
            (&[r#"{"purpose":["Auth"]}"#], CAPTURE_WITHOUT_PURPOSE.into()),
            // What the verifier refuses as well, it may explain.
            (&[auth, "not JSON"], SBI_RCAPTURE.into()),
            (&[auth, r#"{"purpose":"Auth","purpose":"Auth"}"#], SBI_RCAPTURE.into()),
        ] {
            let elements: Vec<String> = payloads.iter().map(|payload| element(payload)).collect();
            let answer = format!(r#"{{"biometrics":[{}]}}"#, elements.join(","));
            assert_eq!(kind(&answer), expected, "{payloads:?}");
            let without = answer.replace(r#","sessionKey":"x""#, "");
            assert_ne!(without, answer);
            assert_eq!(kind(&without), expected, "{payloads:?}");
            // Nothing was captured in these.
            let more = answer.replace("[{", r#"[{"error":{}},{"data":""},{"data":null},{"#);
            assert_eq!(kind(&more), expected, "{payloads:?}");
        }
    }

    #[test]
    fn an_object_with_the_marks_of_several_kinds_is_refused() {
        let envelopes = [
            r#""certificate":"a.b.c""#,
            r#""new_user_token":"a.b.c""#,
            r#""response":"a.b.c","errors":null"#,
            r#""deviceData":"e30=""#,
            r#""mpinId":"7b7d""#,
            r#""ciphertext":"","tag":"","iv":"""#,
            r#""biometrics":[]"#,
            r#""payload":"","signatures":[]"#,
        ];
        let contents = [r#""deviceInfo":"a.b.c""#, r#""serialNo":"1","make":"m","model":"n""#];
        for (index, one) in envelopes.iter().enumerate() {
            assert_ne!(kind(&format!("{{{one}}}")), SEVERAL_KINDS.into(), "{one}");
            for other in envelopes[index + 1..].iter().chain(&contents) {
                let both = format!("{{{one},{other}}}");
                assert_eq!(kind(&both), SEVERAL_KINDS.into(), "{both}");
            }
        }
    }

    #[test]
    fn no_changed_character_makes_a_generic_token_of_a_message_of_a_device() {
        let text = include_str!("../../cli/tests/cmd/data/digital-id.jwt").trim_end();
        let signature = text.rfind('.').unwrap();
        for position in 0..signature {
            let mut changed = text.as_bytes().to_vec();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let found = recognise(&changed, &Limits::default());
            // Without one of its dots it is no token, which is malformed whoever verifies it.
            let is_token = text.as_bytes()[position] != b'.';
            let is_generic = found == Kind::Jws.into();
            assert!(!is_token || !is_generic, "{position}: {found:?}");
        }
    }

    #[test]
    fn base64_without_a_signature_is_never_of_a_kind_that_verifies() {
        let encode = |text: &str| base64::encode_standard(text.as_bytes());
        let device_data = encode(r#"{"purpose":"AUTH","deviceInfo":{}}"#);
        assert_eq!(kind(&device_data), DEVICE_DATA.into());
        let claims = encode(r#"{"cAt":1,"exp":2,"hash":"00"}"#);
        assert_eq!(kind(&claims), Content::Unknown(UNKNOWN_KIND));
    }

    #[test]
    fn what_is_nothing_known_says_why() {
        for input in ["", " ", "\n", "\r\n\t"] {
            assert_eq!(kind(input), Content::Empty);
        }
        for input in ["{}", "[]", "[1]", r#"{"keys":1}"#, r#"{"response":"a.b.c"}"#, "abc"] {
            assert_eq!(kind(input), Content::Unknown(UNKNOWN_KIND), "{input}");
        }
        let fault = Fault::Character { offset: 5 };
        let error = Error::Malformed { part: "input", fault };
        assert_eq!(kind("hello world"), Content::Unknown(error));
        let Content::Unknown(error) = kind(r#"{"certificate":"a","certificate":"b"}"#) else {
            panic!("repeated members are refused");
        };
        assert_eq!(error.code(), countersign::Code::DuplicateMember);
        let Content::Unknown(error) = kind(&"a".repeat(100_000)) else {
            panic!("large inputs are refused");
        };
        assert_eq!(error.code(), countersign::Code::TooLarge);
    }

    #[test]
    fn what_is_no_artefact_is_named_with_the_way_out() {
        let registration = token(r#"{"alg":"RS256"}"#, r#"{"status":"a","deviceCode":"1"}"#);
        let array = token(r#"{"alg":"RS256"}"#, "[{}]");
        let other = token(r#"{"alg":"RS256"}"#, r#"{"iss":"i"}"#);
        let envelope = |response: &str| format!(r#"{{"response":{response},"errors":null}}"#);
        for (input, expected) in [
            (envelope(r#"{"status":"Valid"}"#), MOSIP_ANSWER),
            (envelope("[]"), MOSIP_ANSWER),
            (envelope("true"), MOSIP_ANSWER),
            (r#"{"responseTime":"","response":{"authStatus":true}}"#.into(), MOSIP_ANSWER),
            (envelope(r#"{"certificate":"-----BEGIN"}"#), MOSIP_KEY),
            (envelope(&format!("\"{array}\"")), MOSIP_TOKEN_ANSWER),
            (envelope(&format!("\"{other}\"")), MOSIP_TOKEN_ANSWER),
            (r#"{"issuer":"i","jwks_uri":"u","scopes_supported":[]}"#.into(), DISCOVERY_DOCUMENT),
            (r#"{"keys":[]}"#.into(), KEYS),
            (r#"{"keys":[{"kty":"RSA"}]}"#.into(), KEYS),
            (r#"{"kty":"RSA","n":"","e":"AQAB"}"#.into(), KEY),
            (r#"[{"deviceStatus":"Ready","digitalId":"e30"}]"#.into(), DISCOVERY),
            (r#"{"deviceStatus":"Ready","digitalId":"e30"}"#.into(), DISCOVERY),
            (r#"{"access_token":"opaque","token_type":"Bearer"}"#.into(), OPAQUE_ACCESS_TOKEN),
            ("<html></html>".into(), XML),
        ] {
            assert_eq!(kind(&input), expected.into(), "{input}");
        }
        for input in [
            envelope(&format!("\"{registration}\"")),
            // What cannot be read is left to the verifier of registrations.
            envelope("\"a.b.c\""),
            envelope("null"),
        ] {
            assert_eq!(kind(&input), Kind::MosipRegistration.into(), "{input}");
        }
    }

    #[test]
    fn refusals_of_the_services_carry_their_codes() {
        let refused = |codes: &[&str]| {
            Content::Refused(codes.iter().map(|code| (*code).to_owned()).collect())
        };
        let mosip = |id: &str, response: &str, codes: &[&str]| {
            let errors = codes.iter().map(|code| format!(r#"{{"errorCode":"{code}"}}"#));
            let errors = errors.collect::<Vec<_>>().join(",");
            format!(r#"{{"id":{id},"response":{response},"errors":[{errors}]}}"#)
        };
        let auth = "\"mosip.identity.auth\"";
        for (input, expected) in [
            (r#"{"error":"UNAUTHORIZED","info":"i"}"#.into(), refused(&["UNAUTHORIZED"])),
            (
                r#"{"requestID":"r","error":{"code":"MPINID_REVOKED","context":{}}}"#.into(),
                refused(&["MPINID_REVOKED"]),
            ),
            (
                r#"{"error":"invalid_grant","error_description":"d"}"#.into(),
                refused(&["invalid_grant"]),
            ),
            (
                mosip(auth, "null", &["IDA-MLC-009", "IDA-BIA-014"]),
                refused(&["IDA-MLC-009", "IDA-BIA-014"]),
            ),
            (mosip(auth, r#"{"authStatus":false}"#, &["IDA-MLC-009"]), refused(&["IDA-MLC-009"])),
            (mosip("null", "null", &["KER-KMS-002"]), refused(&["KER-KMS-002"])),
            // What may be the answer to a registration, its verifier names.
            (mosip("null", "null", &["ADM-DPM-043"]), Kind::MosipRegistration.into()),
            (mosip("\"io.mosip.deviceregister\"", "null", &["X"]), Kind::MosipRegistration.into()),
            (mosip(auth, "null", &[]), Kind::MosipRegistration.into()),
            // These are no refusals.
            (r#"{"error":""}"#.into(), Content::Unknown(UNKNOWN_KIND)),
            (r#"{"error":{"errorCode":"0"}}"#.into(), Content::Unknown(UNKNOWN_KIND)),
            (r#"{"error":null}"#.into(), Content::Unknown(UNKNOWN_KIND)),
            (r#"{"error":"X","certificate":"a.b.c"}"#.into(), SEVERAL_KINDS.into()),
        ] {
            assert_eq!(kind(&input), expected, "{input}");
        }
        let long = format!(r#"{{"error":"{}"}}"#, "X".repeat(100));
        assert_eq!(kind(&long), refused(&["X".repeat(64).as_str()]));
    }

    #[test]
    fn an_answer_of_a_token_endpoint_is_of_the_kind_of_its_one_token() {
        let (id, access) =
            (Content::from(Kind::Token(Token::Id)), Kind::Token(Token::Access).into());
        let jwt = token(r#"{"alg":"RS256"}"#, r#"{"iss":"i"}"#);
        for (members, expected) in [
            (format!(r#""id_token":"{jwt}""#), id.clone()),
            (format!(r#""access_token":"opaque","id_token":"{jwt}""#), id.clone()),
            (format!(r#""access_token":null,"id_token":"{jwt}""#), id.clone()),
            (r#""access_token":"opaque","id_token":"damaged""#.into(), id),
            (format!(r#""access_token":"{jwt}""#), access),
            (format!(r#""access_token":"{jwt}","id_token":"{jwt}""#), TOKEN_ANSWER.into()),
            (format!(r#""access_token":"{jwt}","id_token":"damaged""#), TOKEN_ANSWER.into()),
            (r#""access_token":"opaque""#.into(), OPAQUE_ACCESS_TOKEN.into()),
            (format!(r#""id_token":"{jwt}","certificate":"a.b.c""#), SEVERAL_KINDS.into()),
        ] {
            assert_eq!(kind(&format!("{{{members}}}")), expected, "{members}");
        }
    }

    #[test]
    fn what_devices_sign_is_recognised_without_what_stands_around_it() {
        let header = r#"{"alg":"RS256","x5c":[]}"#;
        let data =
            |purpose: &str| format!(r#"{{"digitalId":"a.b.c","bioValue":"",{purpose}"a":1}}"#);
        let (registration, auth) = (r#""purpose":"registration","#, r#""purpose":"Auth","#);
        let twice = base64::encode_url(data(registration).as_bytes());
        for (payload, expected) in [
            (data(registration), Content::from(SBI_DATA)),
            (data(auth), SBI_DATA.into()),
            (data(r#""purpose":"Other","#), DATA_WITHOUT_PURPOSE.into()),
            (data(""), DATA_WITHOUT_PURPOSE.into()),
            (twice, SBI_DATA.into()),
            (r#"{"deviceStatus":"","digitalId":""}"#.into(), SBI_DEVICE_INFO.into()),
            (r#"{"digitalId":"","certification":"L0"}"#.into(), OTHER_DEVICE_MESSAGE.into()),
            (r#"{"signedDeviceCertificate":""}"#.into(), SBI_MANAGEMENT.into()),
            (r#"{"snapshotValidity":""}"#.into(), SBI_MANAGEMENT.into()),
        ] {
            assert_eq!(kind(&token(header, &payload)), expected, "{payload}");
        }
        let unsigned = base64::encode_url(br#"{"deviceStatus":"","digitalId":""}"#);
        assert_eq!(kind(&unsigned), SBI_DEVICE_INFO.into());
        for (body, expected) in [
            (r#"{"keyRotation":"a.b.c"}"#, Content::from(SBI_MANAGEMENT)),
            (r#"{"snapShot":"a.b.c"}"#, SBI_MANAGEMENT.into()),
            (r#"{"snapShot":"a.b.c","certificate":"a.b.c"}"#, SEVERAL_KINDS.into()),
        ] {
            assert_eq!(kind(body), expected, "{body}");
        }
    }

    #[test]
    fn a_packet_is_recognised_by_what_every_segment_signs() {
        let segment = |payload: &str| {
            let (sb, payload) = (base64::encode_standard(b"e30..AA"), payload.replace('<', "&lt;"));
            format!(
                "<BIR><BDB>AA==</BDB><SB>{sb}</SB><Others><Key>PAYLOAD</Key><Value>{payload}</Value>\
                 </Others></BIR>"
            )
        };
        let data = |purpose: &str| format!(r#"{{"bioValue":"<bioValue>","purpose":"{purpose}"}}"#);
        let (registration, auth, other) = (data("Registration"), data("Auth"), data(""));
        let (registration, auth) = (registration.as_str(), auth.as_str());
        for (payloads, expected) in [
            (&[registration][..], Content::from(CBEFF)),
            (&[registration, registration], CBEFF.into()),
            (&[registration, auth], PACKET_FOR_ANOTHER_PURPOSE.into()),
            (&[other.as_str()], PACKET_FOR_ANOTHER_PURPOSE.into()),
            // The sender chose where the payload has its placeholder.
            (
                &[r#"{"bioValue":"","<bioValue>":0,"purpose":"Auth"}"#],
                PACKET_FOR_ANOTHER_PURPOSE.into(),
            ),
            // What the verifier refuses as well, it may explain.
            (&["not JSON"], CBEFF.into()),
            (&[""], CBEFF.into()),
            (&[], CBEFF.into()),
        ] {
            let segments: String = payloads.iter().map(|payload| segment(payload)).collect();
            assert_eq!(kind(&format!("\n<BIR>{segments}</BIR>")), expected, "{payloads:?}");
        }
        assert!(matches!(kind("<BIR>"), Content::Unknown(Error::Malformed { .. })));
    }

    #[test]
    fn only_what_holds_biometrics_may_be_large() {
        let large = "A".repeat(1 << 17);
        let header = r#"{"alg":"RS256","x5c":[]}"#;
        let data = format!(r#"{{"digitalId":"","purpose":"Auth","bioValue":"{large}"}}"#);
        let claims = format!(r#"{{"iss":"{large}"}}"#);
        let packet = format!("<BIR><BDB>{large}</BDB></BIR>");
        assert_eq!(kind(&token(header, &data)), SBI_DATA.into());
        assert_eq!(kind(&packet), CBEFF.into());
        let limit = Limits::default().message_bytes();
        let too_large = Content::Unknown(Error::TooLarge { what: "input", limit });
        assert_eq!(kind(&token(r#"{"alg":"RS256"}"#, &claims)), too_large);
    }

    #[test]
    fn names_of_kinds_are_unique() {
        let mut names: Vec<_> = UNSUPPORTED.iter().map(|kind| kind.name).collect();
        names.extend(Kind::ALL.map(Kind::name));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), UNSUPPORTED.len() + Kind::ALL.len());
    }
}
