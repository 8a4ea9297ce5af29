//! Keys that come with a certificate, and keys that are published, before every verifier that takes
//! keys.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::sync::LazyLock;

use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::jose::{Jwk, JwkSet, jws};
use countersign::miracl::dvs;
use countersign::miracl::token::{self, access, activation, auth, id, new_user};
use countersign::mosip::device::{self, DigitalIdVerifier};
use countersign::mosip::registration::{self, Era};
use countersign::mosip::trust::{Consumer, Domain, Rules, Trust, TrustStore};
use countersign::x509::NegativeModulus;
use countersign::{
    Algorithm, At, Check, Code, Error, Item, Leeway, Limits, Outcome, Policy, Report, Time, Warning,
};
use countersign_testkit::{
    Authority, Certificate, Critical, Device, EcIssuer, Issuer, Rng, RsaIssuer, Template, jwk_set,
    miracl, mosip,
};

/// When everything here was issued.
const ISSUED: i64 = 1_600_000_000;
const ME: &str = "me";

static KEY: LazyLock<RsaIssuer> =
    LazyLock::new(|| RsaIssuer::generate(&mut Rng::from_seed(31), 2048, None).unwrap());
static OTHER: LazyLock<RsaIssuer> =
    LazyLock::new(|| RsaIssuer::generate(&mut Rng::from_seed(32), 2048, None).unwrap());

fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

/// Every kind that takes keys.
const KINDS: [&str; 11] = [
    "jws",
    "dvs",
    "auth",
    "id",
    "access",
    "activation",
    "new-user",
    "registration-a",
    "registration-a'",
    "registration-b",
    "registration-c",
];

/// An artefact of the kind by this key, which lives from [`ISSUED`] for at least a minute.
fn artefact(kind: &str, key: &RsaIssuer) -> String {
    let token = |claims: Object<'_>| miracl::token(key, &claims).unwrap();
    match kind {
        "jws" => token(miracl::auth_claims("i", ME, "u", ISSUED)),
        "dvs" => miracl::certificate(key, ISSUED, ISSUED + 60, "00").unwrap(),
        "auth" => token(miracl::auth_claims("i", ME, "u", ISSUED)),
        "id" => token(miracl::id_claims("i", ME, "u", "n", ISSUED)),
        "access" => token(miracl::access_claims("i", ME, "u", &["openid"], ISSUED + 900)),
        "activation" => token(miracl::activation_claims("i", ME, "u", ISSUED)),
        "new-user" => token(miracl::new_user_claims("i", ME, "u", ISSUED)),
        _ => {
            let era = era(kind);
            let (id, stamp) = (mosip::digital_id("1"), time(ISSUED).to_string());
            let payload = mosip::payload(key, era, &id, "code", "env", &stamp).unwrap();
            mosip::token(key, era, payload.as_bytes()).unwrap()
        }
    }
}

fn era(kind: &str) -> Era {
    match kind {
        "registration-a" => Era::A,
        "registration-a'" => Era::APrime,
        "registration-b" => Era::B,
        "registration-c" => Era::C,
        other => panic!("{other}"),
    }
}

/// Judges in all four ways, which have to agree.
fn judge(kind: &str, keys: &JwkSet, policy: Policy, input: &str, at: At) -> Report {
    macro_rules! judge {
        ($verifier:ty, $expected:expr) => {{
            let (verifier, expected) = (<$verifier>::new(keys.clone(), policy), $expected);
            let verified = verifier.verify(input.as_bytes(), &expected, at);
            let report = verifier.explain(input.as_bytes(), &expected, at);
            let code = verified.as_ref().map_or_else(Error::code, |_| Code::Ok);
            assert_eq!(report.code(), code, "{kind}: {:?}", report.checks);
            let item = Item { input: input.as_bytes(), expected: &expected, at };
            assert_eq!(verifier.verify_batch(&[item, item]), [verified.clone(), verified]);
            assert_eq!(verifier.explain_batch(&[item]).first(), Some(&report));
            report
        }};
    }
    match kind {
        "jws" => judge!(jws::Verifier, jws::Expected::new("i", ME)),
        "dvs" => judge!(dvs::Verifier, dvs::Expected::hash("00")),
        "auth" => judge!(auth::Verifier, token::Expected::new("i", ME)),
        "id" => judge!(id::Verifier, token::Expected::new("i", ME)),
        "access" => judge!(access::Verifier, token::Expected::new("i", ME)),
        "activation" => judge!(activation::Verifier, token::Expected::new("i", ME)),
        "new-user" => judge!(new_user::Verifier, token::Expected::new("i", ME)),
        _ => judge!(registration::Verifier, registration::Expected::new()),
    }
}

fn code(kind: &str, keys: &JwkSet, at: impl Into<At>) -> Code {
    judge(kind, keys, Policy::default(), &artefact(kind, &KEY), at.into()).code()
}

/// A template whose certificate is valid from one time to another.
fn template(start: i64, end: i64) -> Template {
    Template::new("signer", time(start), time(end))
}

fn certificate(key: &RsaIssuer, template: &Template) -> Certificate {
    Authority::root(key.clone(), template).unwrap().certificate().clone()
}

fn from_pem(certificate: &Certificate) -> Result<JwkSet, Code> {
    Jwk::from_pem(certificate.to_pem().as_bytes()).map(JwkSet::from).map_err(|error| error.code())
}

/// The key with this certificate in `x5c`.
fn with_x5c(certificate: &Certificate) -> Object<'static> {
    KEY.jwk().with("x5c", Value::Array(vec![certificate.to_x5c().into()]))
}

fn set(jwk: &Object<'static>) -> JwkSet {
    let text = jwk_set(std::slice::from_ref(jwk)).to_string();
    JwkSet::parse(text.as_bytes(), &Limits::default()).unwrap()
}

/// `keyUsage` (2.5.29.15) with these bits of its first byte.
fn for_usage(template: Template, bits: u8) -> Template {
    template.extension(&[0x55, 29, 15], Critical::Yes, &[3, 2, 0, bits])
}

fn outcome(report: &Report, check: Check) -> Option<&Outcome> {
    report.checks.iter().find(|entry| entry.check == check).map(|entry| &entry.outcome)
}

#[test]
fn a_certificate_as_key_counts_between_its_dates_and_not_a_second_beside_for_every_kind() {
    let own = certificate(&KEY, &template(ISSUED + 10, ISSUED + 20));
    for kind in KINDS {
        for keys in [from_pem(&own).unwrap(), set(&with_x5c(&own))] {
            for (offset, expected) in [
                (9, Code::CertificateExpired),
                (10, Code::Ok),
                (20, Code::Ok),
                (21, Code::CertificateExpired),
            ] {
                assert_eq!(code(kind, &keys, time(ISSUED + offset)), expected, "{kind} {offset}");
            }
            let input = artefact(kind, &KEY);
            let lenient = Policy::default().with_leeway(Leeway::from_seconds(2).unwrap());
            for (offset, expected) in [
                (7, Code::CertificateExpired),
                (8, Code::Ok),
                (22, Code::Ok),
                (23, Code::CertificateExpired),
            ] {
                let report = judge(kind, &keys, lenient, &input, time(ISSUED + offset).into());
                assert_eq!(report.code(), expected, "{kind} {offset}");
            }
            let at = time(ISSUED + 15).into();
            let report = judge(kind, &keys, Policy::default(), &input, at);
            assert_eq!(outcome(&report, Check::KEY_CERTIFICATE), Some(&Outcome::Pass), "{kind}");
        }
        // The bare key is good for ever.
        let bare = set(&KEY.jwk());
        assert_eq!(code(kind, &bare, time(ISSUED + 21)), Code::Ok, "{kind}");
    }
}

#[test]
fn as_at_its_own_time_an_artefact_is_judged_with_the_certificate_of_that_time() {
    let (then, later) = (template(0, ISSUED), template(ISSUED + 1, ISSUED + 100));
    for kind in KINDS.into_iter().filter(|kind| *kind != "access") {
        for (template, expected) in [(&then, Code::Ok), (&later, Code::CertificateExpired)] {
            let own = certificate(&KEY, template);
            for keys in [from_pem(&own).unwrap(), set(&with_x5c(&own))] {
                assert_eq!(code(kind, &keys, At::Issued), expected, "{kind}");
            }
        }
    }
}

#[test]
fn without_a_time_of_its_own_nothing_is_valid_under_a_certificate_as_issued() {
    let own = from_pem(&certificate(&KEY, &template(0, 1))).unwrap();
    let expected = jws::Expected::unbound().allow_no_expiry();
    let judge = |keys: &JwkSet, payload: &[u8]| {
        let token = KEY.sign(&KEY.header(Algorithm::Rs256), payload, Algorithm::Rs256).unwrap();
        let verifier = jws::Verifier::new(keys.clone(), Policy::default());
        let verified = verifier.verify(token.as_bytes(), &expected, At::Issued);
        let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
        assert_eq!(verifier.explain(token.as_bytes(), &expected, At::Issued).code(), code);
        code
    };
    for payload in [&b"{}"[..], b"text"] {
        assert_eq!(judge(&own, payload), Code::NoTime);
        assert_eq!(judge(&set(&KEY.jwk()), payload), Code::Ok);
    }
    assert_eq!(judge(&own, br#"{"iat":1}"#), Code::Ok);
    assert_eq!(judge(&own, br#"{"iat":2}"#), Code::CertificateExpired);
}

#[test]
fn an_expired_certificate_that_may_only_encrypt_is_a_key_for_nothing() {
    // keyEncipherment alone, expired for decades.
    let own = certificate(&KEY, &for_usage(template(1, 2), 0b0010_0000));
    assert_eq!(from_pem(&own), Err(Code::KeyUse));
    let renewed = certificate(&KEY, &for_usage(template(1, ISSUED + 100), 0b0010_0000));
    for kind in KINDS {
        for certificate in [&own, &renewed] {
            let jwk = with_x5c(certificate).with("kid", "k");
            assert_eq!(code(kind, &set(&jwk), time(ISSUED)), Code::KeyUse, "{kind}");
        }
        let expired = certificate(&KEY, &template(1, 2));
        let keys = from_pem(&expired).unwrap();
        assert_eq!(code(kind, &keys, time(ISSUED)), Code::CertificateExpired, "{kind}");
    }
}

#[test]
fn key_usage_has_to_allow_signatures_where_a_certificate_states_it() {
    for (bits, expected) in [
        (0b1000_0000, None),
        (0b0100_0000, None),
        (0b1110_0000, None),
        (0b0010_0000, Some(Code::KeyUse)),
        (0b0001_1000, Some(Code::KeyUse)),
        // keyCertSign and cRLSign: an authority that signs nothing else.
        (0b0000_0110, Some(Code::KeyUse)),
    ] {
        let own = certificate(&KEY, &for_usage(template(0, ISSUED + 100), bits));
        assert_eq!(from_pem(&own).err(), expected, "{bits:b}");
        let jwk = Jwk::parse(with_x5c(&own).to_string().as_bytes(), &Limits::default());
        assert_eq!(jwk.err().map(|error| error.code()), expected, "{bits:b}");
    }
}

#[test]
fn the_first_certificate_of_x5c_holds_the_key_or_the_key_is_unusable() {
    let own = certificate(&KEY, &template(0, ISSUED + 100));
    let foreign = certificate(&OTHER, &template(0, ISSUED + 100));
    let ec = Authority::root(
        EcIssuer::generate(&mut Rng::from_seed(33), None),
        &template(0, ISSUED + 100),
    )
    .unwrap();
    let parse = |x5c: Value<'static>| {
        let jwk = KEY.jwk().with("x5c", x5c).to_string();
        Jwk::parse(jwk.as_bytes(), &Limits::default()).err().map(|error| error.to_string())
    };
    let text = |certificate: &Certificate| Value::from(certificate.to_x5c());
    let list = |elements: &[Value<'static>]| Value::Array(elements.to_vec());
    // What stands behind the first is not looked at, as long as it is base64.
    for behind in [&[][..], &[text(&foreign)], &["AAAA".into()], &[text(&own), text(&foreign)]] {
        assert_eq!(parse(list(&[&[text(&own)], behind].concat())), None);
    }
    let another = "key is unusable: the first certificate of `x5c` contains a different key";
    for certificate in [&foreign, ec.certificate()] {
        assert_eq!(parse(list(&[text(certificate)])).as_deref(), Some(another));
        assert_eq!(parse(list(&[text(certificate), text(&own)])).as_deref(), Some(another));
    }
    let cut = own.to_x5c()[..40].to_owned();
    let url = base64::encode_url(own.to_der());
    let spaced = format!("{} ", own.to_x5c());
    for malformed in [
        list(&[]),
        own.to_x5c().into(),
        Object::new().into(),
        list(&[7_i64.into()]),
        list(&["".into()]),
        list(&["AAAA".into()]),
        list(&[cut.into()]),
        list(&[url.into()]),
        list(&[spaced.into()]),
        list(&["AAAA".into(), text(&own)]),
        list(&[text(&own), 7_i64.into()]),
        list(&[text(&own), "!".into()]),
        list(&vec![text(&own); 9]),
    ] {
        let error = parse(malformed.clone()).unwrap_or_default();
        assert!(error.contains("`x5c` is not"), "{malformed}: {error}");
    }
    // Its thumbprints have to be its own; without an `x5c` there is nothing to compare.
    let sha256 = base64::encode_url(&countersign::sha256(own.to_der()));
    let sha1 = sha1_of(&own);
    let with = |name: &'static str, value: Value<'static>| {
        let jwk = with_x5c(&own).with(name, value).to_string();
        Jwk::parse(jwk.as_bytes(), &Limits::default()).err().map(|error| error.code())
    };
    for (name, value, expected) in [
        ("x5t#S256", sha256.as_str(), None),
        ("x5t", sha1.as_str(), None),
        ("x5t#S256", sha1.as_str(), Some(Code::KeyUnusable)),
        ("x5t", sha256.as_str(), Some(Code::KeyUnusable)),
        ("x5t", "", Some(Code::KeyUnusable)),
    ] {
        assert_eq!(with(name, value.to_owned().into()), expected, "{name} {value}");
    }
    assert_eq!(with("x5t", Value::Null), None);
    assert_eq!(with("x5t", 1_i64.into()), Some(Code::KeyUnusable));
    let bare = KEY.jwk().with("x5t", "other").with("x5t#S256", Value::Null).to_string();
    assert!(Jwk::parse(bare.as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn the_certificate_of_x5c_keeps_the_limits_of_the_caller() {
    let own = certificate(&KEY, &for_usage(template(0, ISSUED + 100), 0b1000_0000));
    let jwk = with_x5c(&own).to_string();
    let parse = |limits: &Limits| Jwk::parse(jwk.as_bytes(), limits).err().map(|e| e.to_string());
    let size = own.to_der().len();
    assert_eq!(parse(&Limits::default().with_certificate_bytes(size)), None);
    for small in [
        Limits::default().with_certificate_bytes(size - 1),
        Limits::default().with_certificate_extensions(0),
        Limits::default().with_chain_certificates(0),
    ] {
        let error = parse(&small).unwrap_or_default();
        assert!(error.contains("`x5c` is not"), "{error}");
    }
}

/// SHA-1 by another implementation than the library's.
fn sha1_of(certificate: &Certificate) -> String {
    let digest =
        ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, certificate.to_der());
    base64::encode_url(digest.as_ref())
}

#[test]
fn an_unusable_key_of_a_set_keeps_its_reason_and_leaves_the_others_alone() {
    let foreign = certificate(&OTHER, &template(0, ISSUED + 100));
    let bad = with_x5c(&foreign).with("kid", "bad");
    let good = KEY.jwk().with("kid", "good");
    let keys = jwk_set(&[bad, good]).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    let verifier = jws::Verifier::new(keys, Policy::default());
    let expected = jws::Expected::new("i", ME);
    let judge = |kid: &'static str| {
        let header = KEY.header(Algorithm::Rs256).with("kid", kid);
        let claims = miracl::auth_claims("i", ME, "u", ISSUED).to_string();
        let token = KEY.sign(&header, claims.as_bytes(), Algorithm::Rs256).unwrap();
        let verified = verifier.verify(token.as_bytes(), &expected, time(ISSUED));
        verified.map_or_else(|error| error.code(), |_| Code::Ok)
    };
    assert_eq!((judge("good"), judge("bad")), (Code::Ok, Code::KeyUnusable));
}

/// RFC 7515 appendix A.2, whose private half stands in the RFC.
fn published() -> RsaIssuer {
    let pem = include_str!("../../test-vectors/keys/rfc7515-a2-private.pem");
    RsaIssuer::from_pkcs8_pem(pem, None).unwrap()
}

#[test]
fn whatever_verifies_under_a_published_key_is_warned_of_and_nothing_else_is() {
    let published = published();
    for kind in KINDS {
        for (key, warned) in [(&published, true), (&*KEY, false)] {
            let own = certificate(key, &template(0, ISSUED + 100));
            for keys in [set(&key.jwk()), from_pem(&own).unwrap()] {
                let input = artefact(kind, key);
                let report = judge(kind, &keys, Policy::default(), &input, time(ISSUED).into());
                assert_eq!(report.code(), Code::Ok, "{kind}");
                let found = report.warnings.contains(&Warning::PublishedKey);
                assert_eq!(found, warned, "{kind}: {:?}", report.warnings);
            }
        }
    }
}

#[test]
fn a_device_with_a_published_key_or_under_a_published_root_is_warned_of() {
    // RFC 7515 appendix A.3.
    let scalar = base64::decode_url(b"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI").unwrap();
    let scalar: [u8; 32] = scalar.try_into().unwrap();
    let root_template = Template::new("root", time(0), time(ISSUED + 100)).authority(None);
    let root = |key: EcIssuer| Authority::root(key, &root_template).unwrap();
    let own_root = || root(EcIssuer::generate(&mut Rng::from_seed(34), None));
    let published_root = root(EcIssuer::from_secret_scalar(&scalar, None).unwrap());
    for (root, key, warned) in [
        (own_root(), KEY.clone(), false),
        (own_root(), published(), true),
        (published_root, KEY.clone(), true),
    ] {
        let leaf = template(0, ISSUED + 100).end_entity();
        let device = Device::new(key.clone(), vec![root.issue(&key, &leaf).unwrap()]);
        let id = device.sign(&mosip::digital_id("1").to_string()).unwrap();
        let read = countersign::x509::Certificate::from_der(
            root.certificate().to_der(),
            NegativeModulus::Refuse,
        );
        let store = TrustStore::new().with_roots(Domain::Device, read);
        let trust = Trust::new(store, Rules::of(Consumer::RegistrationClient));
        let verifier = DigitalIdVerifier::new(trust, Policy::default());
        let report = verifier.explain(id.as_bytes(), &device::Expected::new(), time(ISSUED));
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(report.warnings.contains(&Warning::PublishedKey), warned);
    }
}

#[test]
fn a_certificate_of_a_jwk_has_the_callers_limits() {
    let own = certificate(&KEY, &template(0, ISSUED));
    let text = jwk_set(&[with_x5c(&own)]).to_string();
    for (bytes, usable) in [(own.to_der().len(), true), (own.to_der().len() - 1, false)] {
        let limits = Limits::default().with_certificate_bytes(bytes);
        let keys = JwkSet::parse(text.as_bytes(), &limits).unwrap();
        assert_eq!(keys.keys().len(), usize::from(usable), "{bytes}");
    }
}

#[test]
fn a_renewed_certificate_or_the_bare_key_beside_an_expired_one_is_as_good_and_another_key_is_not() {
    let (old, new) = (template(0, ISSUED - 1), template(ISSUED, ISSUED + 100).serial(2));
    let (old, new) = (with_x5c(&certificate(&KEY, &old)), with_x5c(&certificate(&KEY, &new)));
    let foreign = certificate(&OTHER, &template(ISSUED, ISSUED + 100));
    let foreign = OTHER.jwk().with("x5c", Value::Array(vec![foreign.to_x5c().into()]));
    let set = |keys: &[Object<'static>]| {
        JwkSet::parse(jwk_set(keys).to_string().as_bytes(), &Limits::default()).unwrap()
    };
    for kind in KINDS {
        for (keys, expected) in [
            (vec![old.clone()], Code::CertificateExpired),
            (vec![old.clone(), old.clone()], Code::CertificateExpired),
            (vec![old.clone(), new.clone()], Code::Ok),
            (vec![new.clone(), old.clone()], Code::Ok),
            (vec![old.clone(), KEY.jwk()], Code::Ok),
            // For encryption it is another matter, valid or not.
            (vec![old.clone(), new.clone().with("use", "enc")], Code::CertificateExpired),
        ] {
            assert_eq!(code(kind, &set(&keys), time(ISSUED + 1)), expected, "{kind}: {keys:?}");
        }
        // Older registrations try all keys; nothing else does.
        let both = set(&[old.clone(), foreign.clone()]);
        let expected = match kind.starts_with("registration") {
            true => Code::CertificateExpired,
            false => Code::AmbiguousKey,
        };
        assert_eq!(code(kind, &both, time(ISSUED + 1)), expected, "{kind}");
    }
}

#[test]
fn the_thumbprint_of_a_given_certificate_selects_its_key_and_proves_nothing() {
    let [own, foreign] = [&KEY, &OTHER].map(|key| certificate(key, &template(0, ISSUED + 100)));
    let sha256 =
        |certificate: &Certificate| base64::encode_url(&countersign::sha256(certificate.to_der()));
    let mut keys = from_pem(&own).unwrap();
    keys.extend(from_pem(&foreign).unwrap());
    let judge = |keys: &JwkSet, header: Object<'static>| {
        let header = header.with("alg", "RS256");
        let token = KEY.sign(&header, b"{}", Algorithm::Rs256).unwrap();
        let verifier = jws::Verifier::new(keys.clone(), Policy::default());
        let expected = jws::Expected::unbound().allow_no_expiry();
        let verified = verifier.verify(token.as_bytes(), &expected, time(ISSUED));
        let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
        let report = verifier.explain(token.as_bytes(), &expected, time(ISSUED));
        assert_eq!(report.code(), code);
        (code, report.hints.join("\n"))
    };
    let header = |name: &'static str, value: String| Object::new().with(name, value);
    for (header, expected) in [
        (header("x5t#S256", sha256(&own)), Code::Ok),
        (header("x5t", sha1_of(&own)), Code::Ok),
        (header("x5t#S256", sha256(&own)).with("x5t", sha1_of(&foreign)), Code::Ok),
        // The key of the certificate that is named has to have signed.
        (header("x5t#S256", sha256(&foreign)), Code::SignatureMismatch),
        (header("x5t", sha1_of(&foreign)), Code::SignatureMismatch),
        // In hexadecimal, or of a certificate that was not given, it names nothing.
        (header("x5t", "00".repeat(20)), Code::AmbiguousKey),
        (header("x5t#S256", sha1_of(&own)), Code::AmbiguousKey),
        // A certificate that the token brings is none of the verifier's own.
        (Object::new().with("x5c", Value::Array(vec![own.to_x5c().into()])), Code::AmbiguousKey),
        (Object::new(), Code::AmbiguousKey),
        (header("x5t#S256", sha256(&own)).with("kid", "other"), Code::UnknownKey),
    ] {
        let (code, hints) = judge(&keys, header.clone());
        assert_eq!(code, expected, "{header}");
        if code == Code::AmbiguousKey {
            let thumbprint = Jwk::from_pem(own.to_pem().as_bytes()).unwrap();
            assert!(hints.contains(thumbprint.thumbprint()), "{hints}");
        }
    }
    // One key alone is meant by whatever thumbprint, as it is without any.
    let alone = from_pem(&own).unwrap();
    assert_eq!(judge(&alone, header("x5t#S256", sha256(&foreign))).0, Code::Ok);
    let alone = from_pem(&foreign).unwrap();
    assert_eq!(judge(&alone, header("x5t#S256", sha256(&own))).0, Code::SignatureMismatch);
}

#[test]
fn the_sign_byte_of_a_modulus_is_warned_of_for_every_kind_and_makes_no_other_difference() {
    let jwk = |zeros: usize| {
        let n = [vec![0; zeros], KEY.modulus()].concat();
        KEY.jwk().with("n", base64::encode_url(&n))
    };
    for kind in KINDS {
        let input = artefact(kind, &KEY);
        let report = |keys: &Object<'static>, input: &str| {
            judge(kind, &set(keys), Policy::default(), input, time(ISSUED).into())
        };
        let warns = |report: &Report| report.warnings.contains(&Warning::LeadingZero);
        let [plain, signed, damaged] = [0, 1, 2].map(|zeros| report(&jwk(zeros), &input));
        assert_eq!(
            [&plain, &signed].map(|r| (r.code(), warns(r))),
            [(Code::Ok, false), (Code::Ok, true)]
        );
        assert_eq!(damaged.code(), Code::KeyUnusable, "{kind}: {:?}", damaged.checks);
        let forged = report(&jwk(1), &artefact(kind, &OTHER));
        assert_eq!(forged.code(), Code::SignatureMismatch, "{kind}");
    }
}

#[test]
fn keys_without_alg_can_be_given_one_and_others_keep_theirs() {
    let key = |alg: Option<&'static str>| match alg {
        Some(alg) => KEY.jwk().with("alg", alg),
        None => KEY.jwk(),
    };
    let ec = EcIssuer::generate(&mut Rng::from_seed(9), None);
    let judge = |keys: &[Object<'static>], given: Option<Algorithm>, token: Algorithm| {
        let keys = JwkSet::parse(jwk_set(keys).to_string().as_bytes(), &Limits::default()).unwrap();
        let policy = given.map_or_else(Policy::default, |g| Policy::default().with_algorithm(g));
        let issuer: &dyn Issuer = if token == Algorithm::Es256 { &ec } else { &*KEY };
        let header = Object::new().with("alg", token.name());
        let input = issuer.sign(&header, b"{}", token).unwrap();
        let verifier = jws::Verifier::new(keys, policy);
        let expected = jws::Expected::unbound().allow_no_expiry();
        let verified = verifier.verify(input.as_bytes(), &expected, time(ISSUED));
        let code = verified.as_ref().map_or_else(Error::code, |_| Code::Ok);
        let report = verifier.explain(input.as_bytes(), &expected, time(ISSUED));
        assert_eq!(report.code(), code);
        if let Ok(verified) = verified {
            assert_eq!(verified.key().algorithm, token);
        }
        let hinted = report.hints.iter().any(|hint| hint.contains("`--alg PS256`"));
        (code, hinted)
    };
    use Algorithm::{Es256, Ps256, Ps512, Rs256};
    let mismatch = Code::AlgorithmMismatch;
    for (declared, given, token, expected) in [
        (None, None, Rs256, Code::Ok),
        (None, None, Ps256, mismatch),
        (None, Some(Ps256), Ps256, Code::Ok),
        (None, Some(Ps256), Rs256, mismatch),
        (None, Some(Ps256), Ps512, mismatch),
        (Some("RS256"), Some(Ps256), Rs256, Code::Ok),
        (Some("RS256"), Some(Ps256), Ps256, mismatch),
        (Some("PS256"), Some(Rs256), Ps256, Code::Ok),
        // What does not fit the type of key changes nothing.
        (None, Some(Es256), Rs256, Code::Ok),
        (None, Some(Algorithm::Hs256), Rs256, Code::Ok),
    ] {
        let (found, hinted) = judge(&[key(declared)], given, token);
        assert_eq!(found, expected, "{declared:?} {given:?} {token}");
        assert_eq!(hinted, (declared, given, token) == (None, None, Ps256));
    }
    assert_eq!(judge(&[ec.jwk()], Some(Ps256), Es256).0, Code::Ok);
    // Nor does it bind a key anew that states its algorithm in another of its writings.
    for keys in [[key(None), key(Some("RS256"))], [key(Some("RS256")), key(None)]] {
        assert_eq!(judge(&keys, Some(Ps256), Ps256).0, mismatch);
        assert_eq!(judge(&keys, Some(Ps256), Rs256).0, Code::Ok);
    }
    // Registrations have the algorithm of their era; a key that is given another one is not for it.
    let given = Policy::default().with_algorithm(Ps256);
    for kind in KINDS {
        let set = set(&KEY.jwk());
        let report = judge_with(kind, &set, given);
        assert_eq!(report.code(), mismatch, "{kind}");
    }
}

fn judge_with(kind: &str, keys: &JwkSet, policy: Policy) -> Report {
    judge(kind, keys, policy, &artefact(kind, &KEY), time(ISSUED).into())
}
