//! What an input is, judged by its shape alone.
//!
//! Recognition decides nothing: it chooses the verifier that decides, and that verifier reads the
//! input again, strictly. What is recognised but cannot be verified is never valid.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use countersign::encoding::json::{self, Object, Value};
use countersign::encoding::{Fault, base64};
use countersign::jose::jws;
use countersign::miracl::dvs::{self, signature};
use countersign::miracl::token::{access, activation, auth, id, new_user};
use countersign::mosip::registration;
use countersign::{Error, Limits};

use crate::device::Device;
use crate::input::strip_line_break;

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
    pub(crate) const ALL: [Self; 14] = [
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
const SBI_DEVICE_INFO: Kind = Kind::Device(Device::Info);
const SBI_RCAPTURE: Kind = Kind::Device(Device::RegistrationCapture);

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
    /// No kind at all, and why.
    Unknown(Error),
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

/// Tells what the input is.
pub(crate) fn recognise(input: &[u8], limits: &Limits) -> Content {
    let trimmed = input.trim_ascii();
    if trimmed.is_empty() {
        return Content::Empty;
    }
    let is_json = matches!(trimmed.first(), Some(b'{' | b'['));
    // Captures are bodies, and may have megabytes; everything else has its verifier's limits.
    let limit = if is_json { limits.capture_bytes() } else { limits.message_bytes() };
    if input.len() > limit {
        return Content::Unknown(Error::TooLarge { what: "input", limit });
    }
    if is_json {
        return match json::parse("input", input, limits) {
            Ok(Value::Object(object)) => recognise_object(&object),
            Ok(Value::Array(elements)) => recognise_array(&elements),
            Ok(_) => Content::Unknown(UNKNOWN_KIND),
            Err(error) => Content::Unknown(error),
        };
    }
    recognise_text(strip_line_break(input), limits)
}

fn recognise_object(object: &Object<'_>) -> Content {
    let has = |name| object.member(name).is_some();
    let inner = |name| object.member(name).and_then(Value::as_object);
    if has("certificate") {
        Kind::DvsCertificate.into()
    } else if has("new_user_token") {
        Kind::Token(Token::NewUser).into()
    } else if has("response") && (has("errors") || has("responsetime")) {
        Kind::MosipRegistration.into()
    } else if has("deviceData")
        || inner("request").is_some_and(|r| r.member("deviceData").is_some())
    {
        DEVICE_DATA.into()
    } else if has("mpinId") || inner("signature").is_some_and(|s| s.member("mpinId").is_some()) {
        Kind::DvsSignature.into()
    } else if has("ciphertext") && has("tag") && has("iv") {
        OTP_RESPONSE.into()
    } else if let Some(Value::Array(biometrics)) = object.member("biometrics") {
        let encrypted = |item: &Value<'_>| {
            item.as_object().is_some_and(|item| item.member("sessionKey").is_some())
        };
        if biometrics.iter().any(encrypted) { SBI_CAPTURE } else { SBI_RCAPTURE }.into()
    } else if has("payload") && (has("signature") || has("signatures")) {
        unsupported(Kind::Jws.name(), "a JWS in JSON serialisation").into()
    } else {
        recognise_content(object)
    }
}

fn recognise_array(elements: &[Value<'_>]) -> Content {
    let is_info =
        |item: &Value<'_>| item.as_object().is_some_and(|item| item.member("deviceInfo").is_some());
    if elements.iter().any(is_info) {
        SBI_DEVICE_INFO.into()
    } else {
        Content::Unknown(UNKNOWN_KIND)
    }
}

/// Recognises what stands within base64, with a signature or without.
fn recognise_content(object: &Object<'_>) -> Content {
    let has = |name| object.member(name).is_some();
    if has("cAt") && has("hash") {
        Kind::DvsCertificate.into()
    } else if has("deviceCode") && has("status") {
        Kind::MosipRegistration.into()
    } else if let Some(token) = recognise_token(object) {
        Kind::Token(token).into()
    } else if has("deviceInfo") {
        if has("purpose") { DEVICE_DATA } else { SBI_DEVICE_INFO }.into()
    } else if has("serialNo") && has("make") && has("model") {
        DIGITAL_ID.into()
    } else {
        Content::Unknown(UNKNOWN_KIND)
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
        return match decoded(first, limits, recognise_content) {
            Some(found @ (Content::Unsupported(_) | Content::Known(Kind::Device(_)))) => found,
            _ => Content::Unknown(UNKNOWN_KIND),
        };
    };
    let says_type =
        |header: &Object<'_>| header.member("type").and_then(Value::as_str) == Some("JWS");
    if decoded(first, limits, says_type) == Some(true) {
        return Kind::MosipRegistration.into();
    }
    match decoded(payload, limits, recognise_content) {
        // Signed, so not for the generic verifier: it would not look at the layers within.
        Some(found @ (Content::Known(_) | Content::Unsupported(_))) => found,
        _ => Kind::Jws.into(),
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
            (r#"{"biometrics":[{"data":"","sessionKey":""}]}"#, SBI_CAPTURE.into()),
            (r#"{"biometrics":[{"data":""}]}"#, SBI_RCAPTURE.into()),
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
        for input in ["{}", "[]", "[1]", r#"{"keys":[]}"#, r#"{"response":"a.b.c"}"#, "abc"] {
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
    fn names_of_kinds_are_unique() {
        let mut names: Vec<_> = UNSUPPORTED.iter().map(|kind| kind.name).collect();
        names.extend(Kind::ALL.map(Kind::name));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), UNSUPPORTED.len() + Kind::ALL.len());
    }
}
