//! Every limit fed with one less than it allows, exactly that, and one more.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy takes helpers of tests for library code"
)]

use countersign::encoding::base64::{encode_standard, encode_url};
use countersign::encoding::json::{self, Document, Object};
use countersign::jose::{CompactJws, Header, Jwk, JwkSet, jws};
use countersign::miracl::identity::{Dtas, MpinId};
use countersign::miracl::token::{
    CrossDeviceSession, CrossDeviceSignature, Expected, MaasToken, VerificationUrl, new_user,
};
use countersign::miracl::{dvs, otp};
use countersign::mosip::device::{self, DeviceData, DeviceInfo, DigitalId, DigitalIdVerifier};
use countersign::mosip::registration::{self, SignedRegistration};
use countersign::mosip::trust::Trust;
use countersign::x509::{Certificate, NegativeModulus};
use countersign::{
    Algorithm, At, Code, Error, KeyFault, Leeway, Limits, Policy, Rsa1024, Secret, Time,
};
use countersign_kernels::rsa::{RsaKeyError, RsaPublicKey};
use countersign_testkit::{
    self as testkit, Authority, Critical, Device, EcIssuer, Issuer, Rng, RsaIssuer, Template, mosip,
};
use num_bigint::BigUint;
use std::sync::LazyLock;

/// Feeds something of a size to what the limit guards.
type Feed = fn(usize, &Limits) -> Result<(), Error>;

struct Row {
    name: &'static str,
    default: usize,
    with: fn(Limits, usize) -> Limits,
    get: fn(&Limits) -> usize,
    /// Another value to set it to.
    other: usize,
    feeds: &'static [(&'static str, Feed)],
}

/// One row for a limit: its name makes getter and setter.
macro_rules! row {
    ($get:ident, $with:ident, $default:expr, $other:expr, $feeds:expr) => {
        Row {
            name: stringify!($with),
            default: $default,
            with: |limits, value| limits.$with(value.try_into().unwrap()),
            get: |limits| limits.$get().try_into().unwrap(),
            other: $other,
            feeds: $feeds,
        }
    };
}

const ROWS: &[Row] = &[
    row!(
        token_bytes,
        with_token_bytes,
        8192,
        2000,
        &[
            ("Compact", |size, limits| CompactJws::parse(&token(size), limits).map(drop)),
            ("HS256, verified", |size, limits| {
                let policy = Policy::default().with_limits(*limits);
                let verifier = jws::Verifier::with_secret(secret(), policy)?;
                let now = Time::from_unix(0).unwrap();
                verifier
                    .verify(&token(size), &jws::Expected::unbound().allow_no_expiry(), now)
                    .map(drop)
            }),
            ("DVS request", |size, limits| {
                let body = include_str!("../../test-vectors/seed/dvs-verify-request.json");
                dvs::SignatureRequest::parse(&spaced(minified(body), size), limits).map(drop)
            }),
            ("DVS signature", |size, limits| {
                let body = include_str!("../../test-vectors/seed/dvs-verify-request.json");
                dvs::signature::Signature::parse(&spaced(minified(body), size), limits).map(drop)
            }),
            ("M-PIN ID", |size, limits| {
                let id = r#"{"v":1,"issuedAt":1,"userID":"u","cID":"p","salt":""}"#;
                MpinId::parse(&spaced(id.into(), size), limits).map(drop)
            }),
            ("names of D-TAs", |size, limits| {
                Dtas::parse(&"A".repeat(size), limits).map(drop).or_else(unless_too_large)
            }),
            ("MAAS-HMAC token", |size, limits| {
                MaasToken::parse(&"A".repeat(size), limits).map(drop).or_else(unless_too_large)
            }),
            ("verification URL", |size, limits| {
                let url = "https://a.example/verification/confirmation?user_id=u&code=";
                let code = "c".repeat(size - url.len());
                VerificationUrl::parse(&[url, &code].concat(), limits).map(drop)
            }),
        ]
    ),
    row!(
        message_bytes,
        with_message_bytes,
        65_536,
        3000,
        &[
            ("registration", |size, limits| {
                let body = include_str!("../../test-vectors/seed/registered-devices-response.json");
                SignedRegistration::parse(&spaced(minified(body), size), limits).map(drop)
            }),
            ("DVS answer", |size, limits| {
                let keys = include_bytes!("../../test-vectors/seed/dvs-jwks.json");
                let policy = Policy::default().with_rsa_1024(Rsa1024::Allow).with_limits(*limits);
                let keys = JwkSet::parse(keys, &Limits::default())?;
                let body = include_str!("../../test-vectors/seed/dvs-verify-response.json");
                let body = spaced(minified(body), size);
                let unbound = dvs::Expected::unbound();
                dvs::Verifier::new(keys, policy).verify(&body, &unbound, At::Issued).map(drop)
            }),
            ("OTP request", |size, limits| {
                let request = otp::Request::sign(&secret(), "c", "u", "2022-04-08T08:05:03Z")?;
                otp::Request::parse(&spaced(request.to_json().to_string(), size), limits).map(drop)
            }),
            ("OTP response", |size, limits| {
                let body = include_str!("../../test-vectors/seed/otp-response.json");
                otp::Response::parse(&spaced(minified(body), size), limits).map(drop)
            }),
            ("body with a new user's token", |size, limits| {
                let policy = Policy::default().with_limits(*limits);
                let verifier = new_user::Verifier::new(JwkSet::default(), policy);
                let body = spaced(r#"{"new_user_token":""}"#.into(), size);
                let (expected, now) = (Expected::new("i", "a"), Time::from_unix(0).unwrap());
                verifier.verify(&body, &expected, now).map(drop).or_else(unless_too_large)
            }),
            ("session on another device", |size, limits| {
                let body = spaced(r#"{"status":"new"}"#.into(), size);
                CrossDeviceSession::parse(&body, limits).map(drop)
            }),
            ("signature of another device", |size, limits| {
                let text = "*".repeat(size);
                CrossDeviceSignature::parse(&text, limits).map(drop).or_else(unless_too_large)
            }),
            ("device data", |size, limits| {
                let body = include_str!("../../test-vectors/seed/registered-devices-request.json");
                DeviceData::from_request(&spaced(minified(body), size), limits).map(drop)
            }),
            ("device data's text", |size, limits| {
                DeviceData::decode(&vec![b'A'; size], limits).map(drop).or_else(unless_too_large)
            }),
            ("device info's text", |size, limits| {
                DeviceInfo::decode(&vec![b'A'; size], limits).map(drop).or_else(unless_too_large)
            }),
            ("digital id's text", |size, limits| {
                DigitalId::decode(&vec![b'A'; size], limits).map(drop).or_else(unless_too_large)
            }),
        ]
    ),
    row!(
        response_bytes,
        with_response_bytes,
        1 << 20,
        1000,
        &[("body of an API", |size, limits| {
            let response = http::Response::new(spaced("{}".into(), size));
            countersign_api::read_json(&response, limits).map(drop).map_err(|misfit| {
                assert!(misfit.to_string().contains("exceeds the limit"), "{misfit}");
                Error::TooLarge { what: "body", limit: limits.response_bytes() }
            })
        })]
    ),
    row!(
        key_set_bytes,
        with_key_set_bytes,
        262_144,
        500,
        &[
            ("key set", |size, limits| {
                JwkSet::parse(&spaced(r#"{"keys":[]}"#.into(), size), limits).map(drop)
            }),
            ("key", |size, limits| Jwk::parse(&spaced(jwk("k"), size), limits).map(drop)),
        ]
    ),
    row!(
        keys,
        with_keys,
        64,
        3,
        &[
            ("key set", |count, limits| {
                let keys = vec![r#"{"kty":"oct"}"#; count].join(",");
                JwkSet::parse(format!(r#"{{"keys":[{keys}]}}"#).as_bytes(), limits).map(drop)
            }),
            ("usable keys", |count, limits| {
                let keys = vec![jwk("k"); count].join(",");
                JwkSet::parse(format!(r#"{{"keys":[{keys}]}}"#).as_bytes(), limits).map(drop)
            }),
            ("certificates", |count, limits| {
                let pem = include_str!("../../test-vectors/keys/rsa-2048-certificate.pem");
                Certificate::from_pem(pem.repeat(count).as_bytes(), limits).map(drop)
            }),
        ]
    ),
    row!(
        kid_bytes,
        with_kid_bytes,
        256,
        3,
        &[
            ("header", |size, limits| {
                let header = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(size));
                Header::parse(header.as_bytes(), limits).map(drop)
            }),
            ("header, in letters of two bytes", |size, limits| {
                let kid = ["x".repeat(size % 2), "é".repeat(size / 2)].concat();
                let header = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
                Header::parse(header.as_bytes(), limits).map(drop)
            }),
            ("key", |size, limits| {
                Jwk::parse(jwk(&"k".repeat(size)).as_bytes(), limits).map(drop)
            }),
        ]
    ),
    row!(
        json_depth,
        with_json_depth,
        16,
        3,
        &[
            ("arrays", |depth, limits| {
                let text = ["[".repeat(depth), "]".repeat(depth)].concat();
                json::parse("text", text.as_bytes(), limits).map(drop)
            }),
            ("objects", |depth, limits| {
                json::parse("text", objects(depth).as_bytes(), limits).map(drop)
            }),
            ("document", |depth, limits| {
                Document::parse("text", objects(depth).into_bytes(), limits).map(drop)
            }),
        ]
    ),
    row!(
        json_members,
        with_json_members,
        64,
        3,
        &[
            ("object", |count, limits| {
                json::parse("text", members(count).as_bytes(), limits).map(drop)
            }),
            ("document", |count, limits| {
                Document::parse("text", members(count).into_bytes(), limits).map(drop)
            }),
            ("object within a document", |count, limits| {
                let text = format!(r#"{{"":{}}}"#, members(count));
                Document::parse("text", text.into_bytes(), limits).map(drop)
            }),
        ]
    ),
    row!(
        json_values,
        with_json_values,
        131_072,
        3,
        &[
            ("array", |count, limits| {
                let text = format!("[{}]", vec!["0"; count - 1].join(","));
                json::parse("text", text.as_bytes(), limits).map(drop)
            }),
            ("arrays", |count, limits| {
                let text = format!("[{}]", vec!["[]"; count - 1].join(","));
                json::parse("text", text.as_bytes(), limits).map(drop)
            }),
            ("document", |count, limits| {
                // The object and its member are two of them.
                let elements = vec!["0"; count.max(2) - 2].join(",");
                let text = if count == 1 { "{}".into() } else { format!(r#"{{"":[{elements}]}}"#) };
                Document::parse("text", text.into_bytes(), limits).map(drop)
            }),
        ]
    ),
    row!(layers, with_layers, 4, 2, &[("device data", nested)]),
    row!(
        header_bytes,
        with_header_bytes,
        32_768,
        100,
        &[
            ("Header", |size, limits| {
                Header::parse(&spaced(r#"{"alg":"RS256"}"#.into(), size), limits).map(drop)
            }),
            ("outer header of a registration", |size, limits| {
                let header = spaced("{}".into(), size);
                let token = mosip::wrap(&header, "e30=", encode_standard(b"\0").as_bytes());
                judge_registration(&[own_key().jwk()], &token, limits).or_else(unless_too_large)
            }),
        ]
    ),
    row!(
        certificate_bytes,
        with_certificate_bytes,
        8192,
        1000,
        &[
            ("Certificate", |size, limits| {
                Certificate::from_der_with(&certificate(size), NegativeModulus::Refuse, limits)
                    .map(drop)
            }),
            ("PEM", |size, limits| {
                let own = testkit::Certificate::from_der(certificate(size));
                Certificate::from_pem(own.to_pem().as_bytes(), limits).map(drop)
            }),
        ]
    ),
    row!(
        certificate_extensions,
        with_certificate_extensions,
        64,
        3,
        &[("Certificate", |count, limits| {
            let extension = |template: Template, n: usize| {
                let last = n.try_into().unwrap();
                template.extension(&[0x2a, 3, last], Critical::No, &[])
            };
            let der = self_issued(&(0..count).fold(template(), extension));
            Certificate::from_der_with(&der, NegativeModulus::Refuse, limits).map(drop)
        })]
    ),
    row!(
        x5c_modulus_bits,
        with_x5c_modulus_bits,
        4096,
        3000,
        &[("digital id", |bits, limits| {
            let own = Authority::root(Unsigned(bits), &template()).unwrap();
            let device = Device::new(own_key(), vec![own.certificate().clone()]);
            let token = device.sign("{}").unwrap();
            let policy = Policy::default().with_limits(*limits);
            let verifier = DigitalIdVerifier::new(Trust::self_asserted(), policy);
            let now = Time::from_unix(0).unwrap();
            let verdict = verifier.verify(token.as_bytes(), &device::Expected::new(), now);
            // Nobody signed it with such a key.
            verdict.map(drop).or_else(unless_too_large)
        })]
    ),
    row!(
        key_attempts,
        with_key_attempts,
        64,
        3,
        &[("registration", |count, limits| {
            // Of equal size, and the right one at the end.
            let strangers = vec![Unsigned(2048).jwk(); count - 1];
            let keys: Vec<_> = strangers.into_iter().chain([own_key().jwk()]).collect();
            judge_registration(&keys, &registration(&own_key()), limits)
        })]
    ),
];

/// Limits that are fed where the artefacts for it are made.
const ELSEWHERE: &[(&str, &str)] = &[
    ("with_signatures", include_str!("device_trust/mod.rs")),
    ("with_chain_certificates", include_str!("device_trust/chains.rs")),
    ("with_chain_signatures", include_str!("device_trust/chains.rs")),
    ("with_chain_steps", include_str!("device_trust/chains.rs")),
    ("with_bytes_per_check", include_str!("../work.rs")),
    ("with_capture_bytes", include_str!("sbi/mod.rs")),
    ("with_capture_segments", include_str!("sbi/mod.rs")),
];

/// One key of 2048 bits for all.
fn own_key() -> RsaIssuer {
    static KEY: LazyLock<RsaIssuer> =
        LazyLock::new(|| RsaIssuer::generate(&mut Rng::from_seed(3), 2048, None).unwrap());
    KEY.clone()
}

/// A key of so many bits with which nobody can sign.
#[derive(Clone, Copy)]
struct Unsigned(usize);

impl Issuer for Unsigned {
    fn jwk(&self) -> Object<'static> {
        let n = encode_url(&modulus(self.0));
        Object::new().with("kty", "RSA").with("n", n).with("e", "AQAB")
    }

    fn kid(&self) -> Option<&str> {
        None
    }

    fn sign_raw(&self, _: &[u8], _: Algorithm) -> Result<Vec<u8>, testkit::IssueError> {
        Ok(vec![1; self.0.div_ceil(8)])
    }
}

fn template() -> Template {
    Template::new("name", Time::from_unix(0).unwrap(), Time::from_unix(1000).unwrap())
}

fn self_issued(template: &Template) -> Vec<u8> {
    Authority::root(own_key(), template).unwrap().certificate().to_der().to_vec()
}

/// A certificate of exactly so many bytes of DER.
fn certificate(size: usize) -> Vec<u8> {
    let filled = |filling: usize| {
        self_issued(&template().extension(&[0x2a, 3], Critical::No, &vec![0; filling]))
    };
    let filling = size - filled(300).len() + 300;
    (filling.saturating_sub(8)..).map(filled).find(|der| der.len() >= size).unwrap()
}

/// The answer that registers a device, in the oldest era.
fn registration(issuer: &RsaIssuer) -> String {
    let (era, id) = (registration::Era::A, mosip::digital_id("1801160992"));
    let time_stamp = "2020-01-13T12:55:29.918Z";
    let payload = mosip::payload(issuer, era, &id, "code", "Staging", time_stamp).unwrap();
    mosip::answer(&mosip::token(issuer, era, payload.as_bytes()).unwrap()).to_string()
}

/// Judges an answer by a set of more keys than one may usually have.
fn judge_registration(
    keys: &[Object<'static>],
    answer: &str,
    limits: &Limits,
) -> Result<(), Error> {
    let set = testkit::jwk_set(keys).to_string();
    let keys = JwkSet::parse(set.as_bytes(), &Limits::default().with_keys(100)).unwrap();
    let policy = Policy::default().with_limits(limits.with_keys(100));
    let verifier = registration::Verifier::new(keys, policy);
    let (expected, now) = (registration::Expected::new(), Time::from_unix(0).unwrap());
    verifier.verify(answer.as_bytes(), &expected, now).map(drop)
}

fn unless_too_large(error: Error) -> Result<(), Error> {
    if error.code() == Code::TooLarge { Err(error) } else { Ok(()) }
}

fn secret() -> Secret {
    Secret::new(vec![7; 32])
}

/// A valid token of exactly so many bytes, for [`secret`].
fn token(size: usize) -> Vec<u8> {
    // White space in the header's JSON fills what the payload cannot.
    for spaces in 0..8 {
        let header = format!(r#"{{"alg":{}"HS256"}}"#, " ".repeat(spaces));
        let head = encode_url(header.as_bytes()).len() + 2 + encode_url(&[0; 32]).len();
        let payload = (size - head) / 4 * 3..=size - head;
        for payload in payload.take(4) {
            let payload = vec![b'x'; payload];
            let input = testkit::signing_input(header.as_bytes(), &payload);
            if input.len() + 44 == size {
                let header = json::parse_object("header", header.as_bytes(), &Limits::default());
                let header = header.unwrap();
                let signed = testkit::hs256(&secret(), &header, &payload);
                if signed.len() == size {
                    return signed.into_bytes();
                }
            }
        }
    }
    unreachable!("no token of {size} bytes")
}

fn minified(text: &str) -> String {
    json::parse("text", text.as_bytes(), &Limits::default()).unwrap().to_string()
}

/// JSON with white space behind it.
fn spaced(text: String, size: usize) -> Vec<u8> {
    let mut text = text.into_bytes();
    assert!(text.len() <= size, "{} bytes are more than {size}", text.len());
    text.resize(size, b' ');
    text
}

fn jwk(kid: &str) -> String {
    let issuer = EcIssuer::generate(&mut Rng::from_seed(1), None);
    issuer.jwk().with("kid", kid.to_owned()).to_string()
}

fn objects(depth: usize) -> String {
    [r#"{"":"#.repeat(depth - 1), "{}".into(), "}".repeat(depth - 1)].concat()
}

fn members(count: usize) -> String {
    let members: Vec<String> = (0..count).map(|i| format!(r#""{i}":0"#)).collect();
    format!("{{{}}}", members.join(","))
}

/// Device data of two encoded layers, or of three.
fn nested(layers: usize, limits: &Limits) -> Result<(), Error> {
    let all = Limits::default();
    let body = include_bytes!("../../test-vectors/seed/registered-devices-request.json");
    let data = DeviceData::from_request(body, &all)?;
    let info = data.device_info.origin().members().to_object().into_owned();
    let data = data.origin().members().to_object().into_owned();
    let data = if layers > 2 {
        data.with("deviceInfo", encode_standard(info.to_string().as_bytes()))
    } else {
        data.with("deviceInfo", info)
    };
    DeviceData::decode(encode_standard(data.to_string().as_bytes()).as_bytes(), limits).map(drop)
}

fn feed(row: &Row, limits: &Limits, limit: usize) {
    for (what, feed) in row.feeds {
        for size in [limit - 1, limit, limit + 1] {
            let result = feed(size, limits);
            let name = format!("{}({limit}), {what} of {size}: {result:?}", row.name);
            if size <= limit {
                assert!(result.is_ok(), "{name}");
            } else {
                let error = result.expect_err(&name);
                let fault = |fault: &KeyFault| matches!(fault, KeyFault::Limit { limit: l, .. } if *l == limit);
                let says = match &error {
                    Error::TooLarge { limit: l, .. } => *l == limit,
                    Error::KeyUnusable(of_key) => fault(of_key),
                    _ => false,
                };
                assert!(says, "{name}");
            }
        }
    }
}

#[test]
fn every_limit_allows_what_it_says_and_nothing_more() {
    for row in ROWS {
        let limits = Limits::default();
        assert_eq!((row.get)(&limits), row.default, "{}", row.name);
        // No artefact has as many layers as the default allows; two will do below.
        if row.name != "with_layers" {
            feed(row, &limits, row.default);
        }
        let changed = (row.with)(limits, row.other);
        assert_eq!((row.get)(&changed), row.other, "{}", row.name);
        feed(row, &changed, row.other);
    }
}

#[test]
fn every_limit_has_a_row_here() {
    let source = include_str!("../../src/limits.rs");
    let setters: Vec<&str> = source
        .lines()
        .filter_map(|line| line.trim().split_once(": ")?.0.split_once(", "))
        .filter_map(|(name, setter)| (setter.strip_prefix("with_")? == name).then_some(setter))
        .collect();
    assert!(setters.len() >= 8, "the limits were not found");
    for setter in &setters {
        let elsewhere = |(name, text): &(&str, &str)| name == setter && text.contains(*setter);
        let fed = ROWS.iter().any(|row| row.name == *setter) || ELSEWHERE.iter().any(elsewhere);
        assert!(fed, "{setter} is fed nowhere");
    }
    assert_eq!(setters.len(), ROWS.len() + ELSEWHERE.len());
}

#[test]
fn a_token_has_three_parts() {
    let limits = Limits::default();
    for (parts, code) in [
        (1, Some(Code::Malformed)),
        (2, Some(Code::Malformed)),
        (3, None),
        (4, Some(Code::Malformed)),
        (5, Some(Code::UnsupportedFormat)),
        (6, Some(Code::Malformed)),
        (8192 / 2, Some(Code::Malformed)),
    ] {
        let token = vec!["A".repeat(if parts > 8 { 1 } else { 4 }); parts].join(".");
        let error = CompactJws::parse(token.as_bytes(), &limits).err();
        assert_eq!(error.map(|error| error.code()), code, "{parts} parts");
    }
}

/// An odd number of exactly so many bits that is no key of anybody.
fn modulus(bits: usize) -> Vec<u8> {
    let mut n =
        BigUint::from_bytes_be(&vec![0x5a; bits.div_ceil(8)]) >> (bits.div_ceil(8) * 8 - bits);
    n.set_bit(u64::try_from(bits).unwrap() - 1, true);
    n.set_bit(0, true);
    n.to_bytes_be()
}

#[test]
fn rsa_keys_have_1024_to_8192_bits_and_policies_want_2048() {
    for bits in [1023, 1024, 1025, 2047, 2048, 2049, 8191, 8192, 8193] {
        let key = RsaPublicKey::new(&modulus(bits), &[1, 0, 1]);
        match bits {
            1023 => assert_eq!(key.unwrap_err(), RsaKeyError::TooSmall { bits }),
            8193 => assert_eq!(key.unwrap_err(), RsaKeyError::TooLarge { bits }),
            _ => assert_eq!(key.unwrap().bits(), bits),
        }
        if !(1024..=8192).contains(&bits) {
            continue;
        }
        let jwk =
            format!(r#"{{"kty":"RSA","n":"{}","e":"AQAB","kid":"k"}}"#, encode_url(&modulus(bits)));
        let key = Jwk::parse(jwk.as_bytes(), &Limits::default()).unwrap();
        let forged = testkit::signing_input(br#"{"alg":"RS256","kid":"k"}"#, b"x");
        let forged = testkit::join(&forged, &vec![1; bits.div_ceil(8)]);
        let code = |policy| {
            let now = Time::from_unix(0).unwrap();
            let verifier = jws::Verifier::new(key.clone().into(), policy);
            verifier
                .verify(forged.as_bytes(), &jws::Expected::unbound().allow_no_expiry(), now)
                .unwrap_err()
                .code()
        };
        let small = if bits < 2048 { Code::KeyTooSmall } else { Code::SignatureMismatch };
        assert_eq!(code(Policy::default()), small, "{bits} bits");
        let allowed = if bits == 1024 { Code::SignatureMismatch } else { small };
        let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
        assert_eq!(code(policy), allowed, "{bits} bits, 1024 allowed");
    }
}

#[test]
fn rsa_exponents_are_odd_and_between_3_and_2_to_the_33() {
    const TOP: u64 = 1 << 33;
    for exponent in [0, 1, 2, 3, 4, 5, 65_536, 65_537, TOP - 2, TOP - 1, TOP, TOP + 1, u64::MAX] {
        let key = RsaPublicKey::new(&modulus(2048), &exponent.to_be_bytes());
        let fine = exponent % 2 == 1 && (3..TOP).contains(&exponent);
        assert_eq!(key.is_ok(), fine, "{exponent}");
    }
    let long = [&[1; 1][..], &[0; 8], &[1]].concat();
    let error = RsaPublicKey::new(&modulus(2048), &long).unwrap_err();
    assert_eq!(error, RsaKeyError::ExponentOutOfRange, "longer than any number of ours");
}

#[test]
fn a_modulus_with_the_roca_fingerprint_is_denied_and_its_neighbour_is_not() {
    // Modulo every small prime it is 1, which is a power of 65537 everywhere.
    let primes = [
        2_u32, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
        89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    let product: BigUint = primes.iter().product();
    let top = BigUint::from(1_u32) << 2047;
    let n: BigUint = (&top / &product + 1_u32) * &product + 1_u32;
    let roca = RsaPublicKey::new(&n.to_bytes_be(), &[1, 0, 1]);
    assert_eq!(roca.unwrap_err(), RsaKeyError::Roca);
    assert!(RsaPublicKey::new(&(n + 2_u32).to_bytes_be(), &[1, 0, 1]).is_ok());
}

#[test]
fn hs256_keys_have_32_bytes_or_more() {
    for (size, fine) in [(0, false), (31, false), (32, true), (33, true)] {
        let verifier = jws::Verifier::with_secret(Secret::new(vec![7; size]), Policy::default());
        assert_eq!(verifier.err().map(|error| error.code()), (!fine).then_some(Code::KeyUnusable));
    }
}

#[test]
fn leeway_ends_at_300_seconds() {
    assert_eq!(Leeway::from_seconds(299).map(Leeway::seconds), Some(299));
    assert_eq!(Leeway::from_seconds(300).map(Leeway::seconds), Some(300));
    assert_eq!(Leeway::from_seconds(301), None);
}

#[test]
fn times_are_between_1970_and_9999_in_every_claim() {
    const LAST: i64 = 253_402_300_799;
    for (seconds, fine) in [
        (i64::MIN, false),
        (-1, false),
        (0, true),
        (1, true),
        (LAST - 1, true),
        (LAST, true),
        (LAST + 1, false),
        (i64::MAX, false),
    ] {
        assert_eq!(Time::from_unix(seconds).is_some(), fine);
        for claim in ["iat", "nbf", "exp"] {
            let payload = format!(r#"{{"{claim}":{seconds}}}"#);
            let header = json::Object::new().with("alg", "HS256");
            let token = testkit::hs256(&secret(), &header, payload.as_bytes());
            let verifier = jws::Verifier::with_secret(secret(), Policy::default()).unwrap();
            let judge = |at| {
                let at = Time::from_unix(at).unwrap();
                verifier
                    .verify(token.as_bytes(), &jws::Expected::unbound().allow_no_expiry(), at)
                    .map(drop)
            };
            // Before its end or after its start, whichever of the two it is.
            let results = [judge(0), judge(LAST)];
            let malformed = |result: &Result<(), Error>| matches!(result, Err(error) if error.code() == Code::Malformed);
            if fine {
                assert!(!results.iter().any(malformed), "{payload}: {results:?}");
            } else {
                assert!(results.iter().all(malformed), "{payload}: {results:?}");
            }
        }
    }
}

#[test]
fn a_pem_text_has_64_kib() {
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
    let pem = issuer.public_key_pem();
    for (size, code) in [(65_535, None), (65_536, None), (65_537, Some(Code::TooLarge))] {
        // What follows a block is explanation.
        let mut text = pem.clone().into_bytes();
        text.resize(size, b'x');
        assert_eq!(Jwk::from_pem(&text).err().map(|error| error.code()), code);
    }
    assert_eq!(Jwk::from_pem(pem.as_bytes()).unwrap().algorithm(), Algorithm::Rs256);
}
