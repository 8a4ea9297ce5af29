//! Every artefact that the testkit makes before every verifier: valid only where it belongs.
//!
//! One key signs everything, and everything brings the certificate of that key, so that no verifier
//! can refuse for want of a key, a signature or trust: what tells the kinds apart is what is signed.
//! One secret does the same for everything with a MAC. Exceptions have a reason each, and one that
//! does not occur fails the test.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::jose::{JwkSet, jws};
use countersign::miracl::dvs::{self, signature};
use countersign::miracl::otp;
use countersign::miracl::token::{
    self, MaasToken, VerificationUrl, access, activation, auth, id, new_user,
};
use countersign::mosip::device;
use countersign::mosip::registration::{self, Era};
use countersign::mosip::sbi::cbeff::{self, Segment};
use countersign::mosip::sbi::{self, HashChain, Scheme};
use countersign::mosip::trust::{Consumer, Domain, Rules, Trust, TrustStore};
use countersign::x509::{Certificate, NegativeModulus};
use countersign::{Algorithm, Code, Error, Limits, Policy, Report, Secret, Time, sha256};
use countersign_testkit::miracl::{DvsAuthority, signature_request};
use countersign_testkit::{
    self as testkit, Authority, Device, EcIssuer, IssueError, Issuer, Rng, RsaIssuer, Template,
    device_data, device_info, hs256, jwk_set, miracl, mosip,
};

/// When everything was issued, and is judged: 2020-01-13T12:50:42Z, as the testkit's devices say.
const NOW: i64 = 1_578_919_842;
const ISSUER: &str = "https://issuer.example";
/// Project and client at once: the audience must not be what keeps the kinds apart.
const ME: &str = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
const DOCUMENT: &[u8] = b"document";

/// Pairs of artefact and verifier that are valid off the diagonal, and why that is right.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("auth-token", "jws", GENERIC),
    ("id-token", "jws", GENERIC),
    ("new-user-token", "jws", GENERIC),
];

const GENERIC: &str = "the generic verifier knows no kinds: whoever expects one names its `typ`, or \
                       uses its verifier";

/// What a verifier that is bound to nothing, and accepts what never expires, takes: every compact JWS
/// under RS256. The caller chose that.
const ANY_JWS: &[&str] = &[
    "dvs-certificate",
    "auth-token",
    "id-token",
    "access-token",
    "activation-token",
    "new-user-token",
    "mosip-registration, era C",
    "mosip-registration, era C, deregistered",
    "device-data, every layer signed",
    "device-data, signed around objects",
    "device-data, signed around base64",
    "device-data, its deviceInfo alone",
    "device-data, around SBI's deviceInfo",
    "device-data, around captured data",
    "device-data, around an era C answer",
    "device-data, around a digital id",
    "digital-id",
    "sbi-device-info, its deviceInfo alone",
    "sbi-data",
    "sbi-management, bare snapShot",
    "sbi-management, bare keyRotation",
    "jws",
    "jws, opaque",
];

struct Artefact {
    name: &'static str,
    /// The verifier that accepts it; none for what nobody may accept.
    kind: &'static str,
    bytes: Vec<u8>,
}

/// The one key, with the certificate of one root that is trusted for everything.
struct Signer {
    device: Device,
    root: testkit::Certificate,
}

static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    let (start, end) = (time(NOW - 1000), time(NOW + 1000));
    let root = EcIssuer::generate(&mut Rng::from_seed(41), None);
    let root = Authority::root(root, &Template::new("root", start, end).authority(None)).unwrap();
    let key = RsaIssuer::generate(&mut Rng::from_seed(42), 2048, None).unwrap();
    let leaf = root.issue(&key, &Template::new("leaf", start, end).end_entity()).unwrap();
    Signer { device: Device::new(key, vec![leaf]), root: root.certificate().clone() }
});

impl Issuer for Signer {
    fn jwk(&self) -> Object<'static> {
        self.device.key().jwk()
    }

    fn kid(&self) -> Option<&str> {
        None
    }

    fn sign_raw(&self, message: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, IssueError> {
        self.device.key().sign_raw(message, algorithm)
    }

    /// Whoever issues it, it brings the certificate, as devices do.
    fn header(&self, _: Algorithm) -> Object<'static> {
        self.device.header()
    }
}

static AUTHORITY: LazyLock<DvsAuthority> =
    LazyLock::new(|| DvsAuthority::generate(&mut Rng::from_seed(43)));

fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

fn secret() -> Secret {
    Secret::new(b"one secret for everything with a MAC".to_vec())
}

fn otp_request() -> otp::Request {
    otp::Request::sign(&secret(), "client", "user", time(NOW + 60).to_string()).unwrap()
}

fn artefacts() -> Vec<Artefact> {
    let mut all = Vec::new();
    miracl_artefacts(&mut |name, kind, text: String| {
        all.push(Artefact { name, kind, bytes: text.into_bytes() });
    });
    registrations(&mut |name, kind, text| {
        all.push(Artefact { name, kind, bytes: text.into_bytes() });
    });
    devices(&mut |name, kind, text| {
        all.push(Artefact { name, kind, bytes: text.into_bytes() });
    });
    let signer = &*SIGNER;
    let sign = |payload: &[u8]| {
        signer.sign(&signer.header(Algorithm::Rs256), payload, Algorithm::Rs256).unwrap()
    };
    let claims =
        Object::new().with("iss", ISSUER).with("aud", ME).with("exp", NOW + 60).to_string();
    let header = Object::new().with("alg", "HS256");
    for (name, kind, text) in [
        ("jws", "jws", sign(claims.as_bytes())),
        ("jws, opaque", "jws, unbound", sign(b"text")),
        ("jws, HS256", "jws, HS256", hs256(&secret(), &header, claims.as_bytes())),
    ] {
        all.push(Artefact { name, kind, bytes: text.into_bytes() });
    }
    all
}

type Add<'a> = &'a mut dyn FnMut(&'static str, &'static str, String);

fn miracl_artefacts(add: Add<'_>) {
    let signer = &*SIGNER;
    let certificate = miracl::certificate(signer, NOW, NOW + 60, "74657374").unwrap();
    let answer = miracl::certificate_answer(&certificate).to_string();
    add("dvs-certificate", "dvs-certificate", certificate);
    add("dvs-certificate, answer", "dvs-certificate", answer);

    let mut rng = Rng::from_seed(44);
    let identity = br#"{"iat":1578919000,"userID":"u@example.com","cID":"p","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;
    let client = AUTHORITY.register(identity, &rng.bytes(), 1234).unwrap();
    let signature = client.sign(&sha256(DOCUMENT), NOW, 1234, &[7; 32]).unwrap();
    add("dvs-signature", "dvs-signature", signature_request(&signature, NOW).to_string());

    let token = |claims: &Object<'_>| miracl::token(signer, claims).unwrap();
    add("auth-token", "auth-token", token(&miracl::auth_claims(ISSUER, ME, "u", NOW)));
    add("id-token", "id-token", token(&miracl::id_claims(ISSUER, ME, "u", "n", NOW)));
    let access = miracl::access_claims(ISSUER, ME, "u", &["openid"], NOW + 900);
    add("access-token", "access-token", token(&access));
    let id = token(&miracl::id_claims(ISSUER, ME, "u", "n", NOW));
    let answer = Object::new().with("access_token", "opaque").with("id_token", id.as_str());
    add("id-token, answer", "id-token", answer.with("token_type", "Bearer").to_string());
    let access = token(&access);
    let answer = Object::new().with("access_token", access.as_str()).with("expires_in", 900_i64);
    add("access-token, answer", "access-token", answer.to_string());
    let activation = miracl::activation_claims(ISSUER, ME, "u", NOW);
    add("activation-token", "activation-token", token(&activation));
    let new_user = token(&miracl::new_user_claims(ISSUER, ME, "u", NOW));
    let body = Object::new().with("new_user_token", new_user.as_str()).to_string();
    add("new-user-token", "new-user-token", new_user);
    add("new-user-token, body", "new-user-token", body);

    add("maas-token", "maas-token", MaasToken::sign(&secret(), "client", DOCUMENT).header());
    let url = VerificationUrl::new("https://api.mpin.io", "user", "code").unwrap();
    add("verification-url", "verification-url", url.to_string());
    add("otp-request", "otp-request", otp_request().to_json().to_string());
    let (derivation, aad) = (otp::Derivation::Sha256, otp::Aad::UserId);
    let plaintext = br#"{"otp":"424242"}"#;
    let response =
        miracl::otp_response(&secret(), derivation, aad, &otp_request(), plaintext, &[7; 12]);
    add("otp-response", "otp-response", response.unwrap().to_string());
}

fn registrations(add: Add<'_>) {
    const KIND: &str = "mosip-registration";
    let signer = &*SIGNER;
    let stamp = time(NOW).to_string();
    for (era, name, deregistered) in [
        (Era::A, "mosip-registration, era A", "mosip-registration, era A, deregistered"),
        (Era::APrime, "mosip-registration, era A'", "mosip-registration, era A', deregistered"),
        (Era::B, "mosip-registration, era B", "mosip-registration, era B, deregistered"),
        (Era::C, "mosip-registration, era C", "mosip-registration, era C, deregistered"),
    ] {
        let id = mosip::digital_id("1");
        let payload = mosip::payload(signer, era, &id, "code", "env", &stamp).unwrap();
        add(name, KIND, mosip::token(signer, era, payload.as_bytes()).unwrap());
        let gone = Object::new()
            .with("status", "success")
            .with("deviceCode", "code")
            .with("env", "env")
            .with("timeStamp", stamp.as_str());
        let gone = mosip::token(signer, era, gone.to_string().as_bytes()).unwrap();
        add(deregistered, KIND, gone);
        if era == Era::C {
            let token = mosip::token(signer, era, payload.as_bytes()).unwrap();
            add("mosip-registration, answer", KIND, mosip::answer(&token).to_string());
        }
    }
}

fn devices(add: Add<'_>) {
    let device = &SIGNER.device;
    let sign = |payload: &Object<'_>| device.sign(&payload.to_string()).unwrap();
    let id = sign(&mosip::digital_id("1"));
    let plain_id = base64::encode_url(mosip::digital_id("1").to_string().as_bytes());

    const DATA: &str = "device-data";
    let info = sign(&device_info(&id, "L1"));
    let plain_info = base64::encode_url(device_info(&plain_id, "L1").to_string().as_bytes());
    let every = sign(&device_data(info.as_str()));
    let request = Object::new()
        .with("id", "io.mosip.device.register")
        .with("version", "1.0")
        .with("requesttime", time(NOW).to_string())
        .with("request", Object::new().with("deviceData", every.as_str()));
    add("device-data, request", DATA, request.to_string());
    add("device-data, every layer signed", DATA, every);
    let objects = sign(&device_data(Value::Object(device_info(&id, "L1"))));
    add("device-data, signed around objects", DATA, objects);
    add("device-data, signed around base64", DATA, sign(&device_data(plain_info.as_str())));
    let nothing = base64::encode_url(device_data(plain_info.as_str()).to_string().as_bytes());
    add("device-data, nothing signed", "", nothing);
    let inside = device_data(info.as_str()).to_string();
    add("device-data, outside not signed", "", base64::encode_url(inside.as_bytes()));
    let inside = device_data(Value::Object(device_info(&id, "L1"))).to_string();
    add("device-data, only the digital id signed", "", base64::encode_url(inside.as_bytes()));

    let sbi_info = testkit::sbi::info(device, device, "L1").unwrap();
    let sbi_device_info = device_info_of(&sbi_info);
    add("sbi-device-info", "sbi-device-info", sbi_info);
    let value = b"value";
    let data = sign(&testkit::sbi::data(&id, "Finger", &base64::encode_url(value)));
    let (header, rest) = data.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let payload = testkit::sbi::data(&id, "Finger", "<bioValue>").to_string();
    let segment = Object::new()
        .with("SB", format!("{header}..{signature}"))
        .with("BDB", base64::encode_standard(value))
        .with("PAYLOAD", payload);
    add("cbeff", "cbeff", segment.to_string());
    // Signed objects of one message in the place of those of another.
    let era_c = mosip::payload(&*SIGNER, Era::C, &mosip::digital_id("1"), "c", "e", "t").unwrap();
    let era_c = mosip::token(&*SIGNER, Era::C, era_c.as_bytes()).unwrap();
    for (name, inner) in [
        ("sbi-device-info, of a registration's deviceInfo", &info),
        ("sbi-device-info, of captured data", &data),
        ("sbi-device-info, of an era C answer", &era_c),
        ("sbi-device-info, of a digital id", &id),
    ] {
        let element = Object::new().with("deviceInfo", inner.as_str());
        add(name, "", Value::Array(vec![element.into()]).to_string());
    }
    for (name, inner) in [
        ("device-data, around SBI's deviceInfo", &sbi_device_info),
        ("device-data, around captured data", &data),
        ("device-data, around an era C answer", &era_c),
        ("device-data, around a digital id", &id),
    ] {
        add(name, "", sign(&device_data(inner.as_str())));
    }
    for (name, inner) in [
        ("sbi-rcapture, of SBI's deviceInfo", &sbi_device_info),
        ("sbi-rcapture, of a registration's deviceInfo", &info),
        ("sbi-rcapture, of an era C answer", &era_c),
        ("sbi-rcapture, of a digital id", &id),
    ] {
        let mut chain = HashChain::new(Scheme::Current);
        chain.extend(b"");
        let element = testkit::sbi::biometric(inner, &chain.hash());
        add(name, "", testkit::sbi::answer(vec![element]).to_string());
    }
    let packet = testkit::sbi::packet(&[testkit::sbi::segment(&data).unwrap()]);
    add("cbeff, packet", "cbeff, packet", packet);
    for (name, inner) in [
        ("cbeff, packet of a registration's deviceInfo", &info),
        ("cbeff, packet of an era C answer", &era_c),
        ("cbeff, packet of a digital id", &id),
    ] {
        let (header, rest) = inner.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        let payload = base64::decode_url(payload.as_bytes()).unwrap();
        let payload = String::from_utf8(payload).unwrap();
        let sb = base64::encode_standard(format!("{header}..{signature}").as_bytes());
        let segment = format!(
            "<BIR><BDB/><SB>{sb}</SB><Others><Key>PAYLOAD</Key><Value>{payload}</Value></Others></BIR>"
        );
        add(name, "", testkit::sbi::packet(&[segment]));
    }
    add("sbi-data", "sbi-data", data);
    add("device-data, its deviceInfo alone", "", info);
    add("sbi-device-info, its deviceInfo alone", "sbi-device-info", sbi_device_info);
    let snapshot = sign(&testkit::sbi::snapshot());
    let rotation = sign(&testkit::sbi::key_rotation("MIIB"));
    let answer = Object::new().with("snapShot", snapshot.as_str()).to_string();
    add("sbi-management, snapShot", "sbi-management", answer);
    let answer = Object::new().with("keyRotation", rotation.as_str()).to_string();
    add("sbi-management, keyRotation", "sbi-management", answer);
    let answer = Object::new().with("keyRotation", snapshot.as_str()).to_string();
    add("sbi-management, one for the other", "", answer);
    let answer = Object::new().with("snapShot", id.as_str()).to_string();
    add("sbi-management, of a digital id", "", answer);
    add("sbi-management, bare snapShot", "sbi-management", snapshot);
    add("sbi-management, bare keyRotation", "sbi-management", rotation);

    let captured = |purpose| {
        let values = &[&b"left"[..], b"right"];
        testkit::sbi::captured_for(purpose, device, device, values, Scheme::Current).unwrap()
    };
    let plain = captured("Registration");
    add("sbi-rcapture", "sbi-rcapture", testkit::sbi::answer(plain).to_string());
    let elements = captured("Auth").into_iter();
    let elements = elements.map(|element| testkit::sbi::encrypted(element, b"certificate"));
    add("sbi-capture", "sbi-capture", testkit::sbi::answer(elements.collect()).to_string());
    add("digital-id", "digital-id", id);
}

/// Takes the signed object out of the answer of a device.
fn device_info_of(answer: &str) -> String {
    let start = answer.find("eyJ").unwrap();
    answer[start..].split('"').next().unwrap().to_owned()
}

fn keys() -> JwkSet {
    let keys = jwk_set(&[SIGNER.jwk()]).to_string();
    JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap()
}

/// The root is one of devices and of chips.
fn trust() -> Trust {
    let root = || Certificate::from_der(SIGNER.root.to_der(), NegativeModulus::Refuse);
    let store =
        TrustStore::new().with_roots(Domain::Device, root()).with_roots(Domain::Ftm, root());
    Trust::new(store, Rules::of(Consumer::KeymanagerV1))
}

fn code<T>(verdict: &Result<T, Error>) -> Code {
    verdict.as_ref().map_or_else(Error::code, |_| Code::Ok)
}

type Verify = Box<dyn Fn(&[u8]) -> Code>;

/// Every verifier by its name.
fn verifiers() -> Vec<(&'static str, Verify)> {
    let mut all: Vec<(&'static str, Verify)> = Vec::new();
    let policy = Policy::default();
    let now = time(NOW);
    macro_rules! add {
        ($name:literal, $verifier:expr, $expected:expr) => {{
            let (verifier, expected) = ($verifier, $expected);
            all.push((
                $name,
                Box::new(move |input| {
                    let found = code(&verifier.verify(input, &expected, now));
                    let report: Report = verifier.explain(input, &expected, now);
                    assert_eq!(report.code(), found, "{}: {:?}", $name, report.checks);
                    found
                }),
            ));
        }};
    }
    let caller = || token::Expected::new(ISSUER, ME);
    add!("dvs-certificate", dvs::Verifier::new(keys(), policy), dvs::Expected::unbound());
    let server = Secret::new(AUTHORITY.server_secret().into_bytes());
    let server = signature::ServerSecret::new(&server).unwrap();
    add!(
        "dvs-signature",
        signature::Verifier::with_server_secret(server, policy),
        signature::Expected::new(dvs::Expected::unbound())
    );
    add!("auth-token", auth::Verifier::new(keys(), policy), caller());
    add!("id-token", id::Verifier::new(keys(), policy), caller());
    add!("access-token", access::Verifier::new(keys(), policy), caller());
    add!("activation-token", activation::Verifier::new(keys(), policy), caller());
    add!("new-user-token", new_user::Verifier::new(keys(), policy), caller());
    let nothing = registration::Expected::new();
    add!("mosip-registration", registration::Verifier::new(keys(), policy), nothing);
    let nothing = device::Expected::new;
    add!("device-data", device::Verifier::new(trust(), policy), nothing());
    add!("digital-id", device::DigitalIdVerifier::new(trust(), policy), nothing());
    let nothing = sbi::InfoExpected::default();
    add!("sbi-device-info", sbi::InfoVerifier::new(trust(), policy), nothing);
    let nothing = sbi::Expected::new;
    add!("sbi-capture", sbi::CaptureVerifier::new(trust(), policy), nothing());
    add!("sbi-rcapture", sbi::RegistrationCaptureVerifier::new(trust(), policy), nothing());
    add!("sbi-data", sbi::DataVerifier::new(trust(), policy), nothing());
    add!("cbeff, packet", cbeff::Verifier::new(trust(), policy), nothing());
    let nothing = sbi::ManagementExpected::default();
    add!("sbi-management", sbi::ManagementVerifier::new(trust(), policy), nothing);
    let (bound, unbound) = (jws::Expected::new(ISSUER, ME), jws::Expected::unbound());
    add!("jws", jws::Verifier::new(keys(), policy), bound.clone());
    add!("jws, unbound", jws::Verifier::new(keys(), policy), unbound.allow_no_expiry());
    add!("jws, HS256", jws::Verifier::with_secret(secret(), policy).unwrap(), bound);
    all.extend(small_verifiers());
    all
}

/// Those without a report.
fn small_verifiers() -> Vec<(&'static str, Verify)> {
    let limits = Limits::default();
    let text = |input: &[u8]| String::from_utf8_lossy(input).into_owned();
    let maas = move |input: &[u8]| {
        let token = MaasToken::parse(&text(input), &limits);
        code(&token.and_then(|token| token.verify(&secret(), DOCUMENT)))
    };
    let url = move |input: &[u8]| code(&VerificationUrl::parse(&text(input), &limits));
    let request = move |input: &[u8]| {
        let request = otp::Request::parse(input, &limits);
        code(&request.and_then(|request| request.verify(&secret())))
    };
    let response = move |input: &[u8]| {
        let response = otp::Response::parse(input, &limits);
        let choice = otp::KeyChoice::Auto;
        code(&response.and_then(|sealed| sealed.open(&secret(), choice, Some(&otp_request()))))
    };
    let segment = move |input: &[u8]| {
        let parse = || {
            let parts = countersign::encoding::json::parse_object("segment", input, &limits)?;
            let part = |name| parts.string("segment", name);
            let value = base64::decode_standard(part("BDB")?.as_bytes()).unwrap_or_default();
            let segment = Segment { sb: part("SB")?, bdb: &value, payload: part("PAYLOAD")? };
            let verifier = sbi::DataVerifier::new(trust(), Policy::default());
            segment.verify(&verifier, &sbi::Expected::new(), time(NOW)).map(drop)
        };
        code(&parse())
    };
    vec![
        ("maas-token", Box::new(maas)),
        ("verification-url", Box::new(url)),
        ("otp-request", Box::new(request)),
        ("otp-response", Box::new(response)),
        ("cbeff", Box::new(segment)),
    ]
}

/// Tells why a pair may be valid, if it may.
fn reason(artefact: &Artefact, verifier: &str) -> Option<&'static str> {
    if artefact.kind == verifier {
        return Some("its own kind");
    }
    if verifier == "jws, unbound" && ANY_JWS.contains(&artefact.name) {
        return Some("not bound to a document, by choice");
    }
    let mut listed =
        EXCEPTIONS.iter().filter(|(name, other, _)| *name == artefact.name && *other == verifier);
    listed.next().map(|(.., reason)| *reason)
}

#[test]
fn every_artefact_is_valid_for_its_own_verifier_alone_and_every_exception_has_a_reason() {
    let (artefacts, verifiers) = (artefacts(), verifiers());
    let mut wrong = Vec::new();
    for artefact in &artefacts {
        for (verifier, verify) in &verifiers {
            let found = verify(&artefact.bytes);
            match (found, reason(artefact, verifier)) {
                (Code::Ok, Some(_)) => {}
                (Code::Ok, None) => {
                    wrong.push(format!("{verifier} accepts {}", artefact.name));
                }
                (code, Some(reason)) => {
                    wrong.push(format!("{verifier}: {code} of {} ({reason})", artefact.name));
                }
                (_, None) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_verifier_has_an_artefact_of_its_own() {
    let artefacts = artefacts();
    for (verifier, _) in verifiers() {
        assert!(artefacts.iter().any(|artefact| artefact.kind == verifier), "{verifier}");
    }
}

/// Otherwise a refusal would say nothing about the kinds.
#[test]
fn no_artefact_is_refused_for_its_key_its_signature_its_signer_or_its_time() {
    const OTHER_REASONS: &[Code] = &[
        Code::SignatureMismatch,
        Code::NoKey,
        Code::UnknownKey,
        Code::AmbiguousKey,
        Code::KeyUnusable,
        Code::KeyUse,
        Code::KeyTooSmall,
        Code::UntrustedChain,
        Code::CertificateExpired,
        Code::NotYetValid,
        Code::Expired,
        Code::IssuerMismatch,
        Code::AudienceMismatch,
        Code::DecryptFailed,
    ];
    let mut wrong = Vec::new();
    for artefact in artefacts() {
        for (verifier, verify) in verifiers() {
            let found = verify(&artefact.bytes);
            if OTHER_REASONS.contains(&found) {
                wrong.push(format!("{verifier}: {found} of {}", artefact.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_kind_has_an_artefact_and_every_exception_names_two_that_exist() {
    let (artefacts, verifiers) = (artefacts(), verifiers());
    let names: BTreeSet<&str> = artefacts.iter().map(|artefact| artefact.name).collect();
    let kinds: BTreeSet<&str> = artefacts.iter().map(|artefact| artefact.kind).collect();
    let all: BTreeSet<&str> = verifiers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), artefacts.len(), "names are unique");
    let own: BTreeSet<&str> = kinds.into_iter().filter(|kind| !kind.is_empty()).collect();
    assert_eq!(own, all);
    for (artefact, verifier, _) in EXCEPTIONS {
        assert!(names.contains(artefact) && all.contains(verifier), "{artefact}, {verifier}");
    }
    assert!(ANY_JWS.iter().all(|name| names.contains(name)));
}
