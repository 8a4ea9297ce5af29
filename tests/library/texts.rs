//! Every error once, provoked, with its text.
//!
//! The tables below have to name every variant: the variants are read out of the sources, so a new one
//! fails here until somebody has seen its text.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use countersign::encoding::json::{self, Document, Object};
use countersign::encoding::{Fault, base64, hex};
use countersign::jose::key_file::{self, KeyFileError};
use countersign::jose::{self, Header, Jwk, JwkSet, KeySource, Snapshot, jws};
use countersign::miracl::dvs::{self, SignatureRequest, Transaction, signature};
use countersign::miracl::otp::{self, KeyChoice};
use countersign::miracl::token::{self, access, id};
use countersign::mosip::device::{self, DigitalIdVerifier};
use countersign::mosip::registration;
use countersign::mosip::sbi::{self, DataVerifier, cbeff};
use countersign::mosip::trust::{Consumer, Domain, Rules, Trust, TrustStore};
use countersign::x509::{self, NegativeModulus};
use countersign::{
    Algorithm, At, ChainFault, Check, Code, Error, KeyFault, Limits, Policy, PublicKey, Report,
    Rsa1024, Secret, Time, Trail,
};
use countersign_testkit::mosip::digital_id;
use countersign_testkit::sbi::data as captured;
use countersign_testkit::{
    Authority, Critical, EcIssuer, Issuer, Pki, Rng, RsaIssuer, Template, jwk_set, miracl,
};

const NOW: i64 = 1_600_000_000;

static KEY: LazyLock<EcIssuer> =
    LazyLock::new(|| EcIssuer::generate(&mut Rng::from_seed(1), Some("k")));
static RSA: LazyLock<RsaIssuer> =
    LazyLock::new(|| RsaIssuer::generate(&mut Rng::from_seed(2), 2048, Some("k")).unwrap());

fn now() -> Time {
    Time::from_unix(NOW).unwrap()
}

fn limits() -> Limits {
    Limits::default()
}

/// The names of the variants of an enum, as its source has them.
fn variants(file: &str, name: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).unwrap();
    let start = format!("\npub enum {name} {{\n");
    let (_, body) = text.split_once(&start).unwrap_or_else(|| panic!("no {name} in {file}"));
    let (body, _) = body.split_once("\n}").unwrap();
    let names = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = names.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    names.map(variant).collect()
}

/// The name at the beginning of a variant, in the source or as `Debug` writes it.
fn variant(text: &str) -> String {
    text.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Compares the texts with those of the table, and the variants with those of the source.
fn check<E: Debug + Display>(file: &str, name: &str, table: &[(E, &str)]) {
    let mut seen = BTreeSet::new();
    for (error, text) in table {
        let shown = error.to_string();
        assert_eq!(shown, *text, "{error:?}");
        assert!(!shown.contains("``") && !shown.ends_with(['.', ' ']), "{shown}");
        assert!(!shown.is_empty() && shown.len() < 300, "{shown}");
        seen.insert(variant(&format!("{error:?}")));
    }
    assert_eq!(seen, variants(file, name), "the variants of {name}, and those provoked here");
}

/// Tells whether the recorded reports, which `tests/vectors` makes anew, hold a text.
fn is_recorded(text: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/reports");
    let mut files = fs::read_dir(folder).unwrap();
    files.any(|file| fs::read_to_string(file.unwrap().path()).unwrap().contains(text))
}

fn set(keys: &[Object<'static>]) -> JwkSet {
    JwkSet::parse(jwk_set(keys).to_string().as_bytes(), &limits()).unwrap()
}

/// The error of a token by the key, with this header beside `alg`.
fn refused(keys: JwkSet, header: &str, payload: &str, expected: &jws::Expected, at: At) -> Error {
    let header = [r#"{"alg":"ES256""#, header, "}"].concat();
    let token = KEY.compact(header.as_bytes(), payload.as_bytes(), Algorithm::Es256).unwrap();
    let verifier = jws::Verifier::new(keys, Policy::default());
    let error = verifier.verify(token.as_bytes(), expected, at).unwrap_err();
    assert_eq!(verifier.explain(token.as_bytes(), expected, at).code(), error.code());
    error
}

fn own(header: &str, payload: &str, expected: &jws::Expected) -> Error {
    refused(set(&[KEY.jwk()]), header, payload, expected, now().into())
}

fn keys(error: JwkSet) -> Error {
    refused(error, r#","kid":"k""#, "{}", &anything(), now().into())
}

fn anything() -> jws::Expected {
    jws::Expected::unbound().allow_no_expiry()
}

fn template(start: i64, end: i64) -> Template {
    let time = |seconds| Time::from_unix(seconds).unwrap();
    Template::new("x", time(start), time(end))
}

fn read(certificate: &countersign_testkit::Certificate) -> x509::Certificate {
    x509::Certificate::from_der(certificate.to_der(), NegativeModulus::Refuse).unwrap()
}

#[derive(Debug)]
struct Outage;

impl KeySource for Outage {
    fn snapshot(&self) -> Option<Snapshot> {
        None
    }
}

/// An error of one of MIRACL Trust's tokens.
fn token_error(claims: &Object<'_>, at: At) -> Error {
    let input = miracl::token(&*RSA, claims).unwrap();
    let expected = token::Expected::new("i", "me");
    let (set, policy) = (set(&[RSA.jwk()]), Policy::default());
    let error = match claims.member("scp") {
        Some(_) => access::Verifier::new(set, policy).verify(input.as_bytes(), &expected, at).err(),
        None => id::Verifier::new(set, policy).verify(input.as_bytes(), &expected, at).err(),
    };
    error.unwrap()
}

fn dvs_error(expected: dvs::Expected) -> Error {
    let input = miracl::certificate(&*RSA, NOW, NOW + 60, "00").unwrap();
    let verifier = dvs::Verifier::new(set(&[RSA.jwk()]), Policy::default());
    verifier.verify(input.as_bytes(), &expected, now()).unwrap_err()
}

/// What the service says to a signature.
fn answered(status: u16) -> Error {
    let (object, jwks) = (
        include_bytes!("../../test-vectors/seed/dvs-verify-request.json"),
        include_bytes!("../../test-vectors/seed/dvs-jwks.json"),
    );
    let keys = JwkSet::parse(jwks, &limits()).unwrap();
    let verifier = dvs::Verifier::new(keys, Policy::default().with_rsa_1024(Rsa1024::Allow));
    let project = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
    let expected = signature::Expected::new(dvs::Expected::hash("74657374"));
    let transaction = Transaction::begin(&verifier, object, project, expected, At::Issued).unwrap();
    transaction.verify(&verifier, status, b"", At::Issued).unwrap_err()
}

/// Errors of kinds that take a whole message to provoke are those of the recorded reports.
fn recorded(error: Error) -> Error {
    assert!(is_recorded(&format!(": {error} [")), "{error}");
    error
}

#[test]
fn every_error_is_provoked_once_and_reads_well() {
    let at = "2020-09-13T12:26:40Z";
    let two = [KEY.jwk(), EcIssuer::generate(&mut Rng::from_seed(9), Some("k")).jwk()];
    let expired = Authority::root(KEY.clone(), &template(1, 2)).unwrap();
    let bound = |claims| own("", claims, &jws::Expected::new("i", "me").allow_no_expiry());
    let request = |text: &str| SignatureRequest::parse(text.as_bytes(), &limits());
    let later = request(&format!(r#"{{"hash":"00","timestamp":{}}}"#, NOW + 1)).unwrap();
    let otp = include_bytes!("../../test-vectors/seed/otp-response.json");
    let opened = otp::Response::parse(otp, &limits()).unwrap().open(
        &Secret::new(b"a".to_vec()),
        KeyChoice::Auto,
        None,
    );
    let mut report = Report::of_failure("jws", b"", Check::KEY, Error::NoKey);
    let unused = Error::ExpectationUnused { expectation: "hash" };
    report.refuse(Check::EXPECTATIONS, unused.clone(), "no JWS states a hash");
    assert_eq!(report.code(), Code::ExpectationUnused);
    let answer = br#"{"response":null,"errors":[{"errorCode":"KER-1","message":"m"}]}"#;
    let registration = registration::Verifier::new(set(&[RSA.jwk()]), Policy::default()).verify(
        answer,
        &registration::Expected::new(),
        now(),
    );
    let unreachable = jws::Verifier::from_source(Outage, Policy::default()).verify(
        b"eyJhbGciOiJSUzI1NiJ9.e30.AA",
        &anything(),
        now(),
    );
    let mut trail = Trail::first_failure();
    assert_eq!(trail.settle::<()>(None), None);
    let defect = trail.into_error();
    let store = TrustStore::new();
    let weak = RsaIssuer::generate(&mut Rng::from_seed(3), 1024, Some("k")).unwrap();
    let small = {
        let token = weak.sign(&weak.header(Algorithm::Rs256), b"{}", Algorithm::Rs256).unwrap();
        let verifier = jws::Verifier::new(set(&[weak.jwk()]), Policy::default());
        verifier.verify(token.as_bytes(), &anything(), now()).unwrap_err()
    };
    check(
        "src/error.rs",
        "Error",
        &[
            (
                refused(set(&[RSA.jwk()]), "", "{}", &anything(), now().into()),
                "token uses ES256, but the key or format requires RS256",
            ),
            (keys(set(&two)), "2 keys match the token; exactly one must"),
            (bound(r#"{"iss":"i","aud":"you"}"#), "`aud` does not contain the expected audience"),
            (
                keys(Jwk::from_pem(expired.certificate().to_pem().as_bytes()).unwrap().into()),
                "certificate is valid from 1970-01-01T00:00:01Z to 1970-01-01T00:00:02Z, not at \
             2020-09-13T12:26:40Z",
            ),
            (own("", "{}", &anything().typ("at+jwt")), "signed `typ` is not as expected"),
            (
                request(r#"{"signature":{"hash":"00","timestamp":1},"timestamp":2}"#).unwrap_err(),
                "signature request: `timestamp` appears in two places, with different values",
            ),
            (
                own(r#","crit":["x"]"#, "{}", &anything()),
                "header has critical extensions \
                                                          (`crit`), which are not supported",
            ),
            (opened.unwrap_err(), "decryption failed"),
            (defect, "a bug in countersign: no check failed, but nothing was verified"),
            (own("", r#"{"a":1,"a":1}"#, &anything()), "payload: `a` is repeated"),
            (
                own("", r#"{"":1,"":1}"#, &anything()),
                "payload: the member with the empty name is repeated",
            ),
            (unused, "artefacts of this kind do not state the expected hash"),
            (
                own("", &format!(r#"{{"exp":{NOW}}}"#), &anything()),
                &format!("expired at {at}, 0 s before {at}"),
            ),
            (recorded(Error::HashChain { index: 0 }), "hash chain is broken at capture 0"),
            (dvs_error(dvs::Expected::hash("01")), "signed hash is not the expected one"),
            (answered(410), "service reports that the identity is revoked"),
            (bound(r#"{"iss":"j"}"#), "`iss` is not the expected issuer"),
            (small, "RSA key has only 1024 bits"),
            (
                keys(set(&[Object::new().with("kty", "oct").with("kid", "k")])),
                "key is unusable: key type is not supported",
            ),
            (
                keys(set(&[KEY.jwk().with("use", "enc")])),
                "`use`, `key_ops` or the certificate's key usage forbid signatures",
            ),
            (own("", "{", &anything()), "payload: not strict JSON at offset 1"),
            (bound("{}"), "payload: `iss` is missing"),
            (answered(503), "service answered with status 503"),
            (keys(JwkSet::default()), "no key was given"),
            (
                Document::parse("record", b"[]".to_vec(), &limits()).unwrap_err(),
                "record is an array, not a JSON object",
            ),
            (token_error(&without_iat(), At::Issued), "time of issue is unknown: `iat` is missing"),
            (
                own("", r#"{"nonce":"m"}"#, &anything().nonce("n")),
                "`nonce` is not the expected nonce",
            ),
            (
                own("", &format!(r#"{{"nbf":{}}}"#, NOW + 90), &anything()),
                "valid from 2020-09-13T12:28:10Z, 1 m 30 s after 2020-09-13T12:26:40Z",
            ),
            (PublicKey::p256(&[1; 32], &[1; 32]).unwrap_err(), "coordinates are not on the curve"),
            (
                refused(set(&[two[1].clone()]), "", "{}", &anything(), now().into()),
                "signature does not match the content",
            ),
            (answered(401), "service refused the signature, or the credentials of the call"),
            (
                dvs_error(dvs::Expected::request(&later)),
                "signed at 2020-09-13T12:26:41Z, 1 s after the certificate was issued",
            ),
            (
                own("", r#"{"sub":"v"}"#, &anything().subject("u")),
                "`sub` is not the expected subject",
            ),
            (
                token_error(
                    &miracl::id_claims("i", "me", "u", "n", NOW).with("exp", NOW + 3601),
                    now().into(),
                ),
                "signed time 2020-09-13T13:26:41Z is outside the accepted window around \
                 2020-09-13T12:26:40Z",
            ),
            (Jwk::from_pem(&[b' '; 65_537]).unwrap_err(), "the file exceeds the limit of 65536"),
            (
                device_error(r#""deviceSubType":"a""#),
                "digitalId: `deviceSubType` and `subType` are two names of one member",
            ),
            (
                own(r#","kid":"l""#, "{}", &anything()),
                "no key has the identifier named by the token",
            ),
            (unreachable.unwrap_err(), "no usable key set could be obtained"),
            (
                recorded(Error::UnsignedLayer { part: "deviceData" }),
                "deviceData is not signed, and no signature covers it",
            ),
            (
                store
                    .path(
                        &read(expired.certificate()),
                        Domain::Device,
                        Time::from_unix(1).unwrap(),
                        &Policy::default(),
                    )
                    .unwrap_err(),
                "chain is not trusted: no root certificate is given for this domain",
            ),
            (header_error(r#"{"alg":"none"}"#), "algorithm `none` is not supported"),
            (header_error(r#"{"alg":""}"#), "the algorithm name is empty"),
            (
                header_error(r#"{"alg":"ES256","enc":"x"}"#),
                "an encrypted or compressed token cannot be verified",
            ),
            (registration.unwrap_err(), "server refused with KER-1"),
            (recorded(Error::WrongSubgroup), "point is not in the subgroup of prime order"),
            (own("", r#"{"iss":7}"#, &anything()), "payload: `iss` is not a string"),
        ],
    );
    let nameless = Error::ValidationFailed { codes: Vec::new() };
    assert_eq!(nameless.to_string(), "server refused without a code");
}

fn without_iat() -> Object<'static> {
    let claims = miracl::access_claims("i", "me", "u", &["openid"], NOW + 900);
    let members = claims.iter().filter(|(name, _)| *name != "iat");
    members
        .fold(Object::new(), |all, (name, value)| all.with(name.to_owned(), value.clone()))
        .into_owned()
}

fn header_error(header: &str) -> Error {
    Header::parse(header.as_bytes(), &limits()).unwrap_err()
}

/// An error of a digital id with these members beside its own.
fn device_error(members: &str) -> Error {
    let id = digital_id("1").to_string();
    let text = id.replacen('{', &format!("{{{members},"), 1);
    let text = base64::encode_url(text.as_bytes());
    let decoded = device::DigitalId::decode(text.as_bytes(), &limits());
    decoded.unwrap_err()
}

#[test]
fn every_fault_of_a_key_is_provoked_once_and_reads_well() {
    let fault = |jwk: Object<'static>| match keys(set(&[jwk.with("kid", "k")])) {
        Error::KeyUnusable(fault) => fault,
        other => panic!("{other}"),
    };
    let alone = |jwk: &str| match Jwk::parse(jwk.as_bytes(), &limits()) {
        Err(Error::KeyUnusable(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let rsa = |name: &'static str, value: &str| fault(RSA.jwk().with(name, value.to_owned()));
    let number = |bytes: &[u8]| base64::encode_url(bytes);
    let n = RSA.modulus();
    let even = [&n[..255], &[n[255] & 0xfe]].concat();
    let roca =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors/jwk.json"))
            .unwrap();
    let roca = {
        let file = json::parse_object("vectors", roca.as_bytes(), &limits()).unwrap();
        let groups = file.member("testGroups").and_then(json::Value::as_array).unwrap();
        let tests = groups.iter().flat_map(|group| {
            group.as_object().unwrap().member("tests").and_then(json::Value::as_array).unwrap()
        });
        let mut tests = tests.map(|test| test.as_object().unwrap());
        let comment = "modulus with the fingerprint of ROCA";
        let test = tests.find(|test| test.string("test", "comment") == Ok(comment)).unwrap();
        test.string("test", "input").unwrap().to_owned()
    };
    let secret = jws::Verifier::with_secret(Secret::new(vec![7; 31]), Policy::default());
    let otp = include_bytes!("../../test-vectors/seed/otp-response.json");
    let derivation = otp::Response::parse(otp, &limits()).unwrap().open(
        &Secret::new(b"a".to_vec()),
        KeyChoice::Named(otp::Derivation::Raw),
        None,
    );
    let of = |error: Error| match error {
        Error::KeyUnusable(fault) => fault,
        other => panic!("{other}"),
    };
    let certificate = |key: &RsaIssuer| {
        let own = Authority::root(key.clone(), &template(0, NOW)).unwrap();
        json::Value::Array(vec![own.certificate().to_x5c().into()])
    };
    let other = RsaIssuer::generate(&mut Rng::from_seed(5), 2048, None).unwrap();
    check(
        "src/error.rs",
        "KeyFault",
        &[
            (rsa("kty", "oct"), "key type is not supported"),
            (fault(KEY.jwk().with("crv", "P-384")), "curve is not supported"),
            (rsa("n", &number(&even)), "RSA modulus is even"),
            (rsa("e", "AQ"), "RSA exponent is even or out of range"),
            (rsa("n", &number(&[0xff; 1025])), "RSA modulus has more than 8192 bits"),
            (alone(&roca), "RSA modulus has the ROCA fingerprint"),
            (rsa("d", "AQAB"), "it contains members of a private key"),
            (rsa("alg", "ES256"), "algorithm does not match the key type"),
            (of(secret.unwrap_err()), "HMAC key has fewer than 32 bytes"),
            (
                of(derivation.unwrap_err()),
                "secret does not suit the key derivation, or the request it needs is missing",
            ),
            (rsa("x5c", "AAAA"), "`x5c` is not an array of certificates in standard base64"),
            (
                fault(RSA.jwk().with("x5c", certificate(&other))),
                "the first certificate of `x5c` contains a different key",
            ),
            (
                fault(RSA.jwk().with("x5c", certificate(&RSA)).with("x5t", "AAAA")),
                "`x5t` or `x5t#S256` is not the thumbprint of the first certificate of `x5c`",
            ),
            (alone("7"), "it is a number, not a JSON object"),
            (fault(Object::new().with("kty", "RSA")), "`n` is missing"),
            (rsa_type(), "`n` is not a string"),
            (rsa("n", "AQ=="), "`n` is not base64url without padding: wrong padding"),
            (rsa("e", "AAEAAQ"), "`e` has leading zero bytes, which must be removed"),
            (fault(KEY.jwk().with("x", "AQ")), "`x` has 1 bytes; a coordinate of P-256 has 32"),
            (rsa("alg", "RSA-OAEP"), "`alg` is `RSA-OAEP`, which is not supported"),
            (fault(KEY.jwk().with("y", number(&[0; 32]))), "coordinates are not on the curve"),
            (
                alone(&RSA.jwk().with("kid", "k".repeat(257)).to_string()),
                "kid exceeds the limit of 256",
            ),
            (
                of(Jwk::from_pem(b"-----BEGIN PUBLIC KEY-----\n").unwrap_err()),
                "`-----BEGIN PUBLIC KEY-----` has no `-----END PUBLIC KEY-----` behind it: the file is \
             cut off or damaged",
            ),
        ],
    );
}

fn rsa_type() -> KeyFault {
    let key = RSA.jwk().with("n", 7_i64).to_string();
    match Jwk::parse(key.as_bytes(), &limits()) {
        Err(Error::KeyUnusable(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_fault_of_a_chain_is_provoked_once_and_reads_well() {
    let ec = |seed| EcIssuer::generate(&mut Rng::from_seed(seed), None);
    let named = |name: &str| Template::new(name, Time::from_unix(0).unwrap(), now());
    let root = Authority::root(RSA.clone(), &named("root").authority(None)).unwrap();
    let fault = |error: Error| match error {
        Error::UntrustedChain { fault } => fault,
        other => panic!("{other}"),
    };
    let path = |roots: Vec<x509::Certificate>,
                between: Vec<x509::Certificate>,
                leaf: &x509::Certificate| {
        let store = TrustStore::new()
            .with_roots(Domain::Device, roots)
            .with_intermediates(Domain::Device, between);
        let at = Time::from_unix(1).unwrap();
        fault(store.path(leaf, Domain::Device, at, &Policy::default()).unwrap_err())
    };
    let roots = || vec![read(root.certificate())];
    let leaf = root.issue(&ec(11), &named("leaf")).unwrap();
    let through = |template: &Template| {
        let between = root.subordinate(ec(12), template).unwrap();
        let leaf = between.issue(&ec(11), &named("leaf")).unwrap();
        path(roots(), vec![read(between.certificate())], &read(&leaf))
    };
    let unknown = named("between").authority(None).extension(&[0x2a, 3, 1], Critical::Yes, &[5, 0]);
    let narrow = Authority::root(RSA.clone(), &named("root").authority(Some(0))).unwrap();
    let long = {
        let between = narrow.subordinate(ec(12), &named("between").authority(None)).unwrap();
        let leaf = between.issue(&ec(11), &named("leaf")).unwrap();
        path(vec![read(narrow.certificate())], vec![read(between.certificate())], &read(&leaf))
    };
    let alien = {
        // The number of the algorithm, 1.2.840.113549.1.1.14 in both places: SHA-224.
        let mut der = leaf.to_der().to_vec();
        let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
        for place in 0..der.len() - oid.len() {
            if der[place..].starts_with(&oid) {
                der[place + 8] = 14;
            }
        }
        path(roots(), vec![], &x509::Certificate::from_der(&der, NegativeModulus::Refuse).unwrap())
    };
    let impostor = {
        let other = RsaIssuer::generate(&mut Rng::from_seed(13), 2048, None).unwrap();
        let other = Authority::root(other, &named("root").authority(None)).unwrap();
        path(roots(), vec![], &read(&other.issue(&ec(11), &named("leaf")).unwrap()))
    };
    let pki = Pki::generate(&mut Rng::from_seed(14), Time::from_unix(0).unwrap(), now()).unwrap();
    let other = {
        let id = pki.chip.sign(&digital_id("1").to_string()).unwrap();
        let data = pki.device.sign(&captured(&id, "Finger", "AAAA").to_string()).unwrap();
        let rules = Rules::of(Consumer::RegistrationProcessor).with_digital_id_domain(Domain::Ftm);
        let verifier = DataVerifier::new(Trust::new(pki.store(), rules), Policy::default());
        let at = Time::from_unix(1_578_919_842).unwrap();
        fault(verifier.verify(data.as_bytes(), &sbi::Expected::new(), at).unwrap_err())
    };
    let level = {
        let id = pki.device.sign(&digital_id("1").to_string()).unwrap();
        let rules = Rules::of(Consumer::ComplianceToolkit).with_organization(Pki::MAKER);
        let verifier = DigitalIdVerifier::new(Trust::new(pki.store(), rules), Policy::default());
        let at = Time::from_unix(1_578_919_842).unwrap();
        fault(verifier.verify(id.as_bytes(), &device::Expected::new(), at).unwrap_err())
    };
    let recorded = |fault: ChainFault| {
        recorded(Error::UntrustedChain { fault });
        fault
    };
    check(
        "src/error.rs",
        "ChainFault",
        &[
            (path(vec![], vec![], &read(&leaf)), "no root certificate is given for this domain"),
            (
                path(vec![read(pki.device_root.certificate())], vec![], &read(&leaf)),
                "issuer is not among the given certificates",
            ),
            (
                path(vec![read(pki.device_root.certificate())], vec![], &read(root.certificate())),
                "certificate is self-signed but not a root",
            ),
            (through(&named("between")), "issuer's certificate is not a CA certificate"),
            (long, "path is longer than an issuer allows"),
            (through(&unknown), "extension or constraint is not supported"),
            (alien, "signature algorithm of a certificate is not supported"),
            (impostor, "certificate is not signed by the issuer it names"),
            (recorded(ChainFault::Organization), "organisation is not the expected one"),
            (
                level,
                "level of the device, which the rules need, is unknown or not the expected one",
            ),
            (recorded(ChainFault::Unsigned), "not signed, although the trust rules require it"),
            (other, "its `x5c` has certificates that are not in the data around it"),
        ],
    );
}

#[test]
fn every_fault_of_an_encoding_is_provoked_once_and_reads_well() {
    let of = |error: Error| match error {
        Error::Malformed { fault, .. } => fault,
        other => panic!("{other}"),
    };
    let payload = |text: &str| of(own("", text, &anything()));
    let compact = |text: &str| of(jose::CompactJws::parse(text.as_bytes(), &limits()).unwrap_err());
    let der = |der: &[u8]| {
        of(x509::Certificate::from_der(der, NegativeModulus::Refuse).map(drop).unwrap_err())
    };
    let twice = |last| template(0, 1).extension(&[0x2a, 3, last], Critical::No, &[5, 0]);
    let repeated = twice(1).extension(&[0x2a, 3, 1], Critical::No, &[5, 0]);
    let certificate = |template: &Template| {
        Authority::root(RSA.clone(), template).unwrap().certificate().to_der().to_vec()
    };
    let negative = x509::Certificate::from_der(
        &certificate(&template(0, 1).negative_modulus()),
        NegativeModulus::Refuse,
    );
    let public = include_str!("../../test-vectors/keys/rsa-2048-public.pem");
    let body: String = public.lines().filter(|line| !line.starts_with('-')).collect();
    let mut parameters = base64::decode_standard(body.as_bytes()).unwrap();
    parameters[17] = 4;
    let curve = include_str!("../../test-vectors/keys/p256-public.pem");
    let body: String = curve.lines().filter(|line| !line.starts_with('-')).collect();
    let mut point = base64::decode_standard(body.as_bytes()).unwrap();
    point[26] = 2;
    let key = |der: &[u8]| match key_file::read_keys(der, &limits()) {
        Err(KeyFileError::Content(error)) => of(error),
        other => panic!("{other:?}"),
    };
    check(
        "src/encoding/mod.rs",
        "Fault",
        &[
            (hex::decode("0g").unwrap_err(), "illegal character at offset 1"),
            (hex::decode("0").unwrap_err(), "impossible length"),
            (base64::decode_url(b"AQ==").unwrap_err(), "wrong padding"),
            (base64::decode_url(b"AR").unwrap_err(), "trailing bits are not zero"),
            (payload("{"), "not strict JSON at offset 1"),
            (compact(""), "empty"),
            (of(json::parse("text", b"\"\xff\"", &limits()).map(drop).unwrap_err()), "not UTF-8"),
            (compact("a"), "wrong number of parts"),
            (payload(r#"{"exp":-1}"#), "not a valid time"),
            (der(&[0x30, 0]), "not the DER of a certificate or public key"),
            (der(&certificate(&repeated)), "an extension is repeated"),
            (
                der(&certificate(&twice(1).version_1())),
                "extensions in a certificate whose version is below 3",
            ),
            (
                of(negative.unwrap().key().unwrap_err()),
                "the modulus is encoded as a negative number: its leading zero byte is missing",
            ),
            (key(&parameters), "the algorithm parameters of the RSA key are not NULL"),
            (key(&point), "the point is compressed; only uncompressed points are supported"),
            (of("MOON".parse::<Domain>().unwrap_err()), "value is not allowed"),
            (
                of(cbeff::Packet::parse(b"<BIR><", &limits()).map(drop).unwrap_err()),
                "not strict XML at offset 6",
            ),
            // Of the command's records and inputs: `crates/cli/tests` provokes them.
            (Fault::Member, "unknown member"),
            (Fault::Kind, "not a known kind of artefact"),
        ],
    );
}

/// Why a file of keys cannot be read.
fn file(text: impl AsRef<[u8]>) -> KeyFileError {
    key_file::read_keys(text.as_ref(), &limits()).unwrap_err()
}

#[test]
fn every_fault_of_pem_is_provoked_once_and_reads_well() {
    let pem = |text: &str| match file(text) {
        KeyFileError::Pem(fault) => fault,
        other => panic!("{other:?}"),
    };
    check(
        "src/x509/pem.rs",
        "PemFault",
        &[
            (
                pem("-----BEGIN CERTIFICATE-----\nAAAA\n"),
                "`-----BEGIN CERTIFICATE-----` has no `-----END CERTIFICATE-----` behind it: the file is \
             cut off or damaged",
            ),
            (
                pem("-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----"),
                "the PEM block `CERTIFICATE` stands on one line: put a line break behind the BEGIN line \
             and before the END line",
            ),
            (
                pem("-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"),
                "PEM with `\\n` written as two characters: replace each `\\n` by a line break, as \
             `printf '%b'` does",
            ),
            (
                pem("-----BEGIN PUBLIC KEY-----\nA: b\n\nAAAA\n-----END PUBLIC KEY-----"),
                "the PEM block `PUBLIC KEY` has headers (RFC 1421), as only private keys do",
            ),
            (
                pem("-----BEGIN PUBLIC KEY-----\nAAA\n-----END PUBLIC KEY-----"),
                "base64 of the PEM block `PUBLIC KEY`: wrong padding",
            ),
        ],
    );
}

#[test]
fn every_error_of_a_key_file_is_provoked_once_and_reads_well() {
    let public = include_str!("../../test-vectors/keys/rsa-2048-public.pem");
    let curve = include_str!("../../test-vectors/keys/p256-public.pem");
    check(
        "src/jose/key_file.rs",
        "KeyFileError",
        &[
            (file(" "), "the file is empty"),
            (file(vec![b' '; 300_000]), "the file exceeds the limit of 262144"),
            (
                file("ssh-rsa AAAA me"),
                "an OpenSSH public key: convert it with `ssh-keygen -e -m PKCS8 -f FILE`",
            ),
            (
                file("-----BEGIN PUBLIC KEY-----\nAAA\n-----END PUBLIC KEY-----"),
                "base64 of the PEM block `PUBLIC KEY`: wrong padding",
            ),
            (
                file("-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----"),
                "PEM of `EC PARAMETERS`, which is neither a public key nor a certificate",
            ),
            (
                file([public, curve].concat()),
                "2 keys, where one is meant: keep one, or give a JWK Set with `kid`s",
            ),
            (
                file(r#"{"response":null,"errors":[{"errorCode":"KER-KMS-002","message":"m"}]}"#),
                "an error answer instead of a certificate: KER-KMS-002",
            ),
            (file(r#"{"keys":7}"#), "key set: `keys` is not an array"),
        ],
    );
    let certificate = include_str!("../../test-vectors/keys/rsa-2048-certificate.pem");
    for (text, says) in [
        (
            [certificate, public].concat(),
            "certificates (1) and other keys (1), where one key is meant: keep one",
        ),
        (
            r#"[{"kty":"RSA"}]"#.into(),
            "a JSON array: a JWK Set is an object, so write `{\"keys\":[…]}` around the array",
        ),
        ("<html>".into(), "HTML or XML, not a key: check what the server answered"),
    ] {
        assert_eq!(file(&text).to_string(), says);
    }
}

#[test]
fn everything_that_is_no_key_is_provoked_once_and_says_what_to_do() {
    use key_file::Foreign;
    let pem = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----");
    let bytes = |hexadecimal: &str| hex::decode(hexadecimal).unwrap();
    let pkcs = |version: &str| {
        [bytes(&format!("30820100{version}06092a864886f70d010702")), vec![0; 9]].concat()
    };
    let mut seen = BTreeSet::new();
    for (content, name, says) in [
        (b"hello".to_vec(), "Unknown", "expected PEM, DER, a JWK or a JWK Set"),
        (b"-\0-\0".to_vec(), "Utf16", "save it as UTF-8"),
        (bytes("1f8b08"), "Gzip", "gunzip"),
        (b"<html>".to_vec(), "Markup", "check what the server answered"),
        (pkcs(""), "Pkcs7", "openssl pkcs7"),
        (pkcs("020103"), "Pkcs12", "openssl pkcs12"),
        (bytes("feedfeed00"), "JavaKeyStore", "keytool -exportcert"),
        (pem("PRIVATE KEY").into(), "PrivateKey", "openssl pkey -pubout"),
        (pem("CERTIFICATE REQUEST").into(), "CertificateRequest", "give the issued certificate"),
        (pem("X509 CRL").into(), "RevocationList", "not a certificate"),
        (b"ssh-ed25519 AAAA".to_vec(), "OpenSshKey", "ssh-keygen -e"),
        (pem("PGP MESSAGE").into(), "OpenPgp", "OpenPGP"),
        (b"MIIBIjAN".to_vec(), "BareBase64", "BEGIN CERTIFICATE"),
        (b"eyJh.eyJi.AAAA".to_vec(), "Token", "give it as the input"),
        (br#"{"jwks_uri":"https://x"}"#.to_vec(), "Discovery", "jwks_uri"),
        (br#"{"a":1}"#.to_vec(), "Json", "a JWK has `kty`"),
        (b"[]".to_vec(), "JsonArray", "around the array"),
    ] {
        let KeyFileError::Foreign(foreign) = file(&content) else {
            panic!("{name}: {:?}", file(&content))
        };
        assert_eq!(format!("{foreign:?}"), name);
        assert!(foreign.to_string().contains(says), "{foreign}");
        seen.insert(name.to_owned());
    }
    let public = include_bytes!("../../test-vectors/keys/rsa-2048-public.pem");
    let bare = key_file::read_certificates(public, &limits()).unwrap_err();
    assert_eq!(bare, KeyFileError::Foreign(Foreign::Keys));
    assert_eq!(bare.to_string(), "a bare key, but a certificate is needed");
    seen.insert("Keys".to_owned());
    assert_eq!(seen, variants("src/jose/key_file.rs", "Foreign"));
}
