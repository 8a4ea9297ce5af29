//! What a byte of hostile input costs: CPU time for each KiB, of every entry point that reads what
//! somebody else sent.
//!
//! The inputs are those of `tests/work.rs`, which counts their steps: at the limits, with keys and
//! certificates of the largest size and the most expensive exponent, ladders and crowds of
//! authorities, key sets of 64 keys, elements as small as they can be. The sender chooses the message
//! and nothing else; the keys that the verifier has are of usual exponent. Every verdict is asserted,
//! and the ten inputs that cost most are printed. `--test` asserts the verdicts only.
#![allow(
    clippy::as_conversions,
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a benchmark cannot set up, it cannot measure"
)]

#[path = "../../../../tests/work/hostile.rs"]
mod hostile;

use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use countersign::encoding::base64::{self, encode_standard, encode_url};
use countersign::encoding::json::{self, Document, Object, Value};
use countersign::encoding::percent::{self, Plus};
use countersign::encoding::{Fault, hex};
use countersign::jose::{CompactJws, Header, Jwk, JwkSet, jws};
use countersign::miracl::dvs::{self, signature};
use countersign::miracl::identity::MpinId;
use countersign::miracl::otp;
use countersign::miracl::token::{
    self, CrossDeviceSignature, MaasToken, VerificationUrl, access, activation, auth, id, new_user,
};
use countersign::mosip::device::{self, DeviceData, DeviceInfo, DigitalId, DigitalIdVerifier};
use countersign::mosip::registration::{self, SignedRegistration};
use countersign::mosip::sbi::cbeff::{self, Segment};
use countersign::mosip::sbi::{
    self, CaptureVerifier, DataVerifier, Discovered, InfoExpected, InfoVerifier,
    RegistrationCaptureVerifier,
};
use countersign::mosip::trust::{Consumer, Rules, Trust, TrustStore};
use countersign::x509::{Certificate, NegativeModulus};
use countersign::{Algorithm, Code, Error, Item, Limits, Policy, Report, Secret, Time, Verify};
use countersign_api::mosip::rules::{
    KernelVersion, Records, RegistrationRules, Server, TimeRule, ValidationRules,
};
use countersign_cli::Stream;
use countersign_testkit::{
    self as testkit, Authority, EcIssuer, Issuer, Pki, Rng, RsaIssuer, miracl, mosip,
};
use cpu_time::ThreadTime;

use hostile::{NOW, Smooth, capture, crowd, digital_id, ladder, template, time};

/// What no input should exceed, in milliseconds for each KiB.
const AIM: f64 = 2.0;

/// How many of the worst are printed.
const WORST: usize = 10;

/// Inputs of one batch.
const BATCH: usize = 8;

/// CPU time that one case is measured for.
const ENOUGH: Duration = Duration::from_millis(60);

/// One input of one entry point, the verdict that has to come out, and how to get it.
struct Case {
    name: String,
    bytes: usize,
    expected: Code,
    run: Box<dyn Fn() -> Code>,
}

#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(
        &mut self,
        name: String,
        bytes: usize,
        expected: Code,
        run: impl Fn() -> Code + 'static,
    ) {
        self.0.push(Case { name, bytes, expected, run: Box::new(run) });
    }

    fn parser<T>(
        &mut self,
        entry: &str,
        inputs: Vec<(&str, Vec<u8>, Code)>,
        parse: impl Fn(&[u8]) -> Result<T, Error> + 'static,
    ) {
        let parse = Rc::new(parse);
        for (what, input, expected) in inputs {
            let (name, parse) = (format!("{entry}: {what}"), Rc::clone(&parse));
            self.add(name, input.len(), expected, move || code(&parse(&input)));
        }
    }

    /// All four ways of a verifier.
    fn verifier<V: Verify + 'static>(
        &mut self,
        kind: &str,
        verifier: V,
        expected: V::Expected,
        inputs: Vec<(&str, String, Code)>,
    ) {
        type Run<V> = fn(&V, Item<'_, <V as Verify>::Expected>) -> Code;
        let ways: [(&str, usize, Run<V>); 4] = [
            ("verify", 1, |v, item| code(&v.verify(item.input, item.expected, item.at))),
            ("explain", 1, |v, item| v.explain(item.input, item.expected, item.at).code()),
            ("verify_batch", BATCH, |v, item| {
                only(v.verify_batch(&[item; BATCH]).iter().map(code))
            }),
            ("explain_batch", BATCH, |v, item| {
                only(v.explain_batch(&[item; BATCH]).iter().map(Report::code))
            }),
        ];
        let (verifier, wanted) = (Rc::new(verifier), Rc::new(expected));
        for (what, input, code) in inputs {
            for (way, times, run) in ways {
                let (verifier, wanted) = (Rc::clone(&verifier), Rc::clone(&wanted));
                let (name, bytes) = (format!("{kind}, {way}: {what}"), times * input.len());
                let input = input.clone();
                self.add(name, bytes, code, move || {
                    let at = time(NOW).into();
                    run(&verifier, Item { input: input.as_bytes(), expected: &wanted, at })
                });
            }
        }
    }
}

fn code<T>(verdict: &Result<T, Error>) -> Code {
    verdict.as_ref().err().map_or(Code::Ok, Error::code)
}

/// A batch is of one input, so it has one verdict.
fn only(codes: impl IntoIterator<Item = Code>) -> Code {
    let codes: Vec<Code> = codes.into_iter().collect();
    assert!(codes.len() == BATCH && codes.iter().all(|code| *code == codes[0]), "{codes:?}");
    codes[0]
}

/// A set of 64 keys of RSA, or of P-256.
fn rsa_set(bits: usize) -> JwkSet {
    hostile::key_set(&hostile::set_of_strangers(bits, 64))
}

fn ec_set() -> JwkSet {
    let keys = hostile::ec(1, 64);
    let named = |(n, key): (usize, &EcIssuer)| key.jwk().with("kid", format!("k{n}"));
    hostile::key_set(&keys.iter().enumerate().map(named).collect::<Vec<_>>())
}

/// A token of these claims with a number in range for a signature.
fn forged(algorithm: &str, payload: &str, size: usize) -> String {
    let header = format!(r#"{{"alg":"{algorithm}","kid":"k0"}}"#);
    let input = testkit::signing_input(header.as_bytes(), payload.as_bytes());
    // Not text, as MOSIP's oldest signatures are.
    let mut number = vec![0xfe; size];
    number[0] = 1;
    testkit::join(&input, &number)
}

/// Claims that fill a token of 8 KiB.
fn many_claims(size: usize) -> String {
    let members: Vec<String> = (0..size / 8).map(|n| format!(r#""{n:03}":0"#)).collect();
    format!("{{{}}}", members.join(","))
}

fn tokens(cases: &mut Cases) {
    let mismatch = Code::SignatureMismatch;
    let expected = || jws::Expected::unbound().allow_no_expiry().issuer("i").audience("a");
    for (name, set, algorithm, size) in [
        ("jws, 64 keys of P-256", ec_set(), "ES256", 64),
        ("jws, 64 keys of 2048 bits", rsa_set(2048), "RS256", 256),
        ("jws, 64 keys of 8192 bits", rsa_set(8192), "RS256", 1024),
    ] {
        let inputs = vec![
            ("shortest", forged(algorithm, "{}", size), mismatch),
            ("usual", forged(algorithm, &many_claims(400), size), mismatch),
            ("longest", forged(algorithm, &many_claims(4000), size), mismatch),
        ];
        cases.verifier(name, jws::Verifier::new(set, Policy::default()), expected(), inputs);
    }
    let key = Smooth::new(1, 8192, 65_537).jwk().with("kid", "k0").with("alg", "PS256");
    let verifier = jws::Verifier::new(hostile::key_set(&[key]), Policy::default());
    let inputs = vec![("shortest", forged("PS256", "{}", 1024), mismatch)];
    cases.verifier("jws, PS256 of 8192 bits", verifier, expected(), inputs);
    let secret = Secret::new(vec![7; 32]);
    let verifier = jws::Verifier::with_secret(secret, Policy::default()).unwrap();
    let inputs = vec![
        ("shortest", forged("HS256", "{}", 32), mismatch),
        ("longest", forged("HS256", &many_claims(4000), 32), mismatch),
        ("no token", "A".repeat(8192), Code::Malformed),
        ("dots", ".".repeat(8192), Code::Malformed),
    ];
    cases.verifier("jws, HS256", verifier, expected(), inputs);

    // The kinds of MIRACL Trust: of all, the claims that are read come behind the signature.
    let inputs = || {
        let claims = miracl::auth_claims("i", "a", "s", NOW).to_string();
        let (short, long) = (forged("RS256", &claims, 256), many_claims(4000));
        vec![("forged", short, mismatch), ("longest", forged("RS256", &long, 256), mismatch)]
    };
    let wanted = || token::Expected::new("i", "a");
    let policy = Policy::default();
    let dvs = dvs::Verifier::new(rsa_set(2048), policy);
    cases.verifier("dvs-certificate", dvs, dvs::Expected::hash("00"), inputs());
    cases.verifier("auth-token", auth::Verifier::new(rsa_set(2048), policy), wanted(), inputs());
    let nonce = wanted().nonce("n");
    cases.verifier("id-token", id::Verifier::new(rsa_set(2048), policy), nonce, inputs());
    cases.verifier(
        "access-token",
        access::Verifier::new(rsa_set(2048), policy),
        wanted(),
        inputs(),
    );
    let verifier = activation::Verifier::new(rsa_set(2048), policy);
    cases.verifier("activation-token", verifier, wanted(), inputs());
    let verifier = new_user::Verifier::new(rsa_set(2048), policy);
    cases.verifier("new-user-token", verifier, wanted(), inputs());
}

const MPIN_ID: &[u8] = br#"{"iat":1,"userID":"u","cID":"p","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;

fn dvs_signatures(cases: &mut Cases) {
    let mut rng = Rng::from_seed(1);
    let authority = miracl::DvsAuthority::generate(&mut rng);
    let client = authority.register(MPIN_ID, &rng.bytes(), 1234).unwrap();
    let secret = Secret::new(authority.server_secret().into_bytes());
    let secret = signature::ServerSecret::new(&secret).unwrap();
    let verifier = signature::Verifier::with_server_secret(secret, Policy::default());
    let request = |pin| {
        let signed = client.sign(b"m", NOW, pin, &[7; 32]).unwrap();
        miracl::signature_request(&signed, NOW).to_string()
    };
    let expected = signature::Expected::new(dvs::Expected::hash(hex::encode(b"m")));
    let points = request(1234).replacen("\"u\":\"04", "\"u\":\"05", 1);
    let inputs = vec![
        ("another PIN: the pairing decides", request(1235), Code::SignatureMismatch),
        ("no point", points, Code::Malformed),
        ("genuine", request(1234), Code::Ok),
    ];
    cases.verifier("dvs-signature", verifier, expected, inputs);
}

fn registrations(cases: &mut Cases) {
    for bits in [2048, 4096, 8192] {
        let verifier = registration::Verifier::new(rsa_set(bits), Policy::default());
        let (small, large) = (encode_standard(b"{}"), encode_standard(&vec![b' '; 30_000]));
        let number = encode_standard(&vec![1; bits / 8]);
        let detached =
            format!("{}..{}", encode_url(br#"{"alg":"RS256"}"#), encode_url(&vec![1; bits / 8]));
        let long = mosip::wrap(b"{}", &large, number.as_bytes());
        let jws = forged("RS256", "{}", bits / 8);
        // What is too short to pay for trying all keys says so; what can pay does not fit.
        let all = bits == 2048;
        let inputs = vec![
            ("era A, shortest", hostile::forged_registration(bits), Code::TooLarge),
            ("era A, 40 KB", long, if all { Code::SignatureMismatch } else { Code::TooLarge }),
            ("era B", mosip::wrap(b"{}", &small, detached.as_bytes()), Code::TooLarge),
            ("era C", jws, Code::SignatureMismatch),
        ];
        let kind = format!("mosip-registration, 64 keys of {bits} bits");
        cases.verifier(&kind, verifier, registration::Expected::new(), inputs);
    }
}

fn pki() -> Pki {
    Pki::generate(&mut Rng::from_seed(7), time(NOW - 1000), time(NOW + 1000)).unwrap()
}

fn trusted(consumer: Consumer) -> Trust {
    Trust::new(pki().store(), Rules::of(consumer))
}

/// Chains of certificates that cost as much as can be, by what they are.
fn chains(key: &RsaIssuer) -> Vec<(&'static str, Vec<testkit::Certificate>, Code)> {
    let large = |bits, count: u64| -> Vec<Smooth> {
        (1..=count).map(|seed| Smooth::new(seed, bits, Smooth::WORST_EXPONENT)).collect()
    };
    let one = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let untrusted = Code::UntrustedChain;
    let extended = vec![hostile::extended(&one, key, 64); 8];
    vec![
        ("a ladder of 4 authorities with P-256", ladder(key, &hostile::ec(1, 4)), untrusted),
        ("a ladder of 6 authorities with P-256", ladder(key, &hostile::ec(1, 6)), Code::TooLarge),
        ("a ladder of 4 authorities with 4096 bits", ladder(key, &large(4096, 4)), untrusted),
        ("a ladder of 6 authorities with 2048 bits", ladder(key, &large(2048, 6)), untrusted),
        ("a ladder of 4 authorities with 8192 bits", ladder(key, &large(8192, 4)), Code::TooLarge),
        ("a crowd of 6 authorities with one key", crowd(key, &one, 6), Code::TooLarge),
        ("8 certificates of 64 extensions", extended, untrusted),
        ("40,000 extensions", vec![hostile::extended(&one, key, 40_000)], Code::TooLarge),
        ("700 attributes in one name", vec![hostile::named(&one, key, 700)], untrusted),
        ("500 names", vec![hostile::renamed(&one, key, 500)], untrusted),
    ]
}

fn devices(cases: &mut Cases) {
    let key = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let verifier = || DigitalIdVerifier::new(trusted(Consumer::KeymanagerV2), Policy::default());
    let inputs = chains(&key).into_iter().map(|(what, x5c, code)| {
        let token = digital_id(&key, &x5c);
        // Nobody sends more than a message has room for.
        let code = if token.len() > 1 << 16 { Code::TooLarge } else { code };
        (what, token, code)
    });
    cases.verifier("digital-id", verifier(), device::Expected::new(), inputs.collect());

    let own = |key: &Smooth| {
        let own = Authority::root(key.clone(), &template("leaf").end_entity()).unwrap();
        digital_id(key, &[own.certificate().clone()])
    };
    let leaf = |bits, exponent| own(&Smooth::new(1, bits, exponent));
    let asserted = || Trust::self_asserted();
    let inputs = vec![
        ("a leaf of 4096 bits", leaf(4096, Smooth::WORST_EXPONENT), Code::Ok),
        ("a leaf of 4096 bits, exponent 65537", leaf(4096, 65_537), Code::Ok),
        ("a leaf of 8192 bits", leaf(8192, Smooth::WORST_EXPONENT), Code::TooLarge),
    ];
    let verifier = DigitalIdVerifier::new(asserted(), Policy::default());
    cases.verifier("digital-id, self-asserted", verifier, device::Expected::new(), inputs);

    let ladder_of_6 = ladder(&key, &hostile::ec(1, 6));
    let id = digital_id(&key, &ladder_of_6);
    let info = hostile::sign(&key, &ladder_of_6, &testkit::device_info(&id, "L0").to_string());
    let data = testkit::device_data(info.as_str()).to_string();
    let data = hostile::sign(&key, &ladder_of_6, &data);
    let verifier = device::Verifier::new(trusted(Consumer::KeymanagerV2), Policy::default());
    let inputs = vec![("three layers, a ladder each", data, Code::UntrustedChain)];
    cases.verifier("device-data", verifier, device::Expected::new(), inputs);
}

/// XML around signed data, and XML that is large by itself.
fn packets(cases: &mut Cases, key: &RsaIssuer) {
    let segment = |n: u64, length| {
        let id = digital_id(key, &ladder(key, &hostile::ec(2 * n + 1, length)));
        let data = testkit::sbi::data(&id, "Finger", "AAAA").to_string();
        let data = hostile::sign(key, &ladder(key, &hostile::ec(2 * n + 2, length)), &data);
        testkit::sbi::segment(&data).unwrap()
    };
    let ladders: Vec<String> = (0..16).map(|n| segment(n, 6)).collect();
    let inside = |content: String| format!("<BIR><BIR>{content}</BIR></BIR>");
    let attributes: String = (0..64).map(|n| format!(" a{n}=''")).collect();
    let inputs = vec![
        ("16 segments, 32 ladders of 6", testkit::sbi::packet(&ladders), Code::UntrustedChain),
        ("elements", inside("<a/>".repeat(200_000)), Code::TooLarge),
        ("elements within the limit", inside("<a/>".repeat(100_000)), Code::UnsignedLayer),
        ("elements between texts", inside("t<a/>".repeat(100_000)), Code::UnsignedLayer),
        ("depth", inside("<a>".repeat(100_000)), Code::TooLarge),
        ("attributes", inside(format!("<a{attributes}/>")), Code::UnsignedLayer),
        ("entities", inside("&amp;".repeat(200_000)), Code::UnsignedLayer),
        (
            "exceptions",
            {
                let exception = "<Others><Key>EXCEPTION</Key><Value>true</Value></Others>";
                format!("<BIR>{}</BIR>", format!("<BIR>{exception}</BIR>").repeat(30_000))
            },
            Code::UnsupportedFormat,
        ),
    ];
    let trust = trusted(Consumer::KeymanagerV2);
    let verifier = cbeff::Verifier::new(trust, Policy::default());
    cases.verifier("cbeff", verifier, sbi::Expected::new(), inputs);
}

fn captures(cases: &mut Cases) {
    let key = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let v2 = || trusted(Consumer::KeymanagerV2);
    let one = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let inputs = |purpose| {
        let (p, values, scheme) = (pki(), [&b"value"[..]; 16], sbi::Scheme::Current);
        let above =
            [&p.device_intermediate, &p.device_root].map(|issuer| issuer.certificate().clone());
        let x5c = [p.device.x5c(), &above].concat();
        let device = testkit::Device::new(p.device.key().clone(), x5c);
        let genuine = testkit::sbi::captured_for(purpose, &device, &device, &values, scheme);
        let genuine = testkit::sbi::answer(genuine.unwrap()).to_string();
        let ladders =
            |length| capture(purpose, &key, 16, |n| ladder(&key, &hostile::ec(n + 1, length)));
        let crowds = capture(purpose, &key, 16, |_| crowd(&key, &one, 6));
        let wide = capture(purpose, &key, 1, |_| vec![hostile::extended(&one, &key, 80_000)]);
        let empty = format!(r#"{{"biometrics":[{}{{}}]}}"#, "{},".repeat(1000));
        vec![
            ("16 biometrics, 32 ladders of 6", ladders(6), Code::UntrustedChain),
            ("16 biometrics, 32 ladders of 1", ladders(1), Code::UntrustedChain),
            ("16 biometrics, 32 crowds of 6", crowds, Code::TooLarge),
            ("a certificate of 80,000 extensions", wide, Code::TooLarge),
            ("16 genuine biometrics", genuine, Code::Ok),
            ("no biometrics", empty, Code::TooLarge),
        ]
    };
    let verifier = RegistrationCaptureVerifier::new(v2(), Policy::default());
    cases.verifier("sbi-rcapture", verifier, sbi::Expected::new(), inputs("Registration"));
    let verifier = CaptureVerifier::new(v2(), Policy::default());
    cases.verifier("sbi-capture", verifier, sbi::Expected::new(), inputs("Auth"));

    let x5c = ladder(&key, &hostile::ec(1, 6));
    let id = digital_id(&key, &x5c);
    let data = hostile::sign(&key, &x5c, &testkit::sbi::data(&id, "Finger", "AAAA").to_string());
    let verifier = || DataVerifier::new(v2(), Policy::default());
    let inputs = vec![("two ladders of 6", data.clone(), Code::UntrustedChain)];
    cases.verifier("sbi-data", verifier(), sbi::Expected::new(), inputs);

    // As a packet keeps it; the value has been taken out, so that no signature fits.
    let [header, _, signature] = data.split('.').collect::<Vec<_>>()[..] else { unreachable!() };
    let sb = format!("{header}..{signature}");
    let payload = testkit::sbi::data(&id, "Finger", "<bioValue>").to_string();
    let (bytes, verifier) = (sb.len() + payload.len() + 4, verifier());
    cases.add("cbeff: two ladders of 6".into(), bytes, Code::SignatureMismatch, move || {
        let segment = Segment { sb: &sb, bdb: b"four", payload: &payload };
        code(&segment.verify(&verifier, &sbi::Expected::new(), time(NOW)))
    });

    packets(cases, &key);

    let info = |n: u64| {
        let id = digital_id(&key, &ladder(&key, &hostile::ec(2 * n + 1, 6)));
        let members = Object::new()
            .with("deviceStatus", "Ready")
            .with("certification", "L0")
            .with("specVersion", Value::Array(vec!["0.9.5".into()]))
            .with("env", "Staging")
            .with("digitalId", id);
        let x5c = ladder(&key, &hostile::ec(2 * n + 2, 6));
        let info = hostile::sign(&key, &x5c, &members.to_string());
        Value::from(Object::new().with("deviceInfo", info))
    };
    let devices = Value::Array((0..2).map(info).collect()).to_string();
    let verifier = InfoVerifier::new(v2(), Policy::default());
    let inputs = vec![("2 devices, 4 ladders of 6", devices.clone(), Code::UntrustedChain)];
    cases.verifier("sbi-device-info", verifier, InfoExpected::default(), inputs);
    let limits = Limits::default();
    let inputs = vec![("2 devices", devices.into_bytes(), Code::Ok)];
    cases.parser("sbi discovery", inputs, move |text| Discovered::parse(text, &limits));
}

/// Texts of JSON that are as expensive as they can be, one byte at a time.
fn json_texts() -> Vec<(&'static str, Vec<u8>, Code)> {
    let size = 64 << 10;
    let fill = |pattern: &str| pattern.repeat(size / pattern.len());
    let names: Vec<String> = (0..64).map(|n| format!(r#""{n}":0"#)).collect();
    let object = format!("{{{}}},", names.join(","));
    let alike: Vec<String> = (0..64).map(|n| format!(r#""{}{n:02}":0"#, "a".repeat(200))).collect();
    let alike = format!("{{{}}},", alike.join(","));
    let array = |content: String| format!(r#"{{"a":[{content}0]}}"#).into_bytes();
    vec![
        ("zeros", array(fill("0,")), Code::Ok),
        ("empty arrays", array(fill("[],")), Code::Ok),
        ("empty objects", array(fill("{},")), Code::Ok),
        ("objects of 64 members", array(fill(&object)), Code::Ok),
        ("objects of 64 long names that end differently", array(fill(&alike)), Code::Ok),
        ("escapes", format!(r#"{{"a":"{}"}}"#, fill(r"\u0061")).into_bytes(), Code::Ok),
        ("surrogates", format!(r#"{{"a":"{}"}}"#, fill(r"\ud83d\ude00")).into_bytes(), Code::Ok),
        ("digits", format!(r#"{{"a":{}}}"#, fill("1")).into_bytes(), Code::Ok),
        ("arrays within arrays", array(fill("[[[[[[[[[[[[]]]]]]]]]]]],")), Code::Ok),
        ("repeated names", format!("{{{}", fill(r#""a":0,"#)).into_bytes(), Code::DuplicateMember),
        ("brackets", fill("[").into_bytes(), Code::TooLarge),
    ]
}

fn parsers(cases: &mut Cases) {
    let limits = Limits::default();
    let arrays_are_no_objects = |texts: Vec<(&'static str, Vec<u8>, Code)>| -> Vec<_> {
        texts.into_iter().filter(|(what, ..)| *what != "brackets").collect()
    };
    cases.parser("json", json_texts(), move |text| json::parse("text", text, &limits).map(drop));
    cases.parser("json document", arrays_are_no_objects(json_texts()), move |text| {
        Document::parse("text", text.to_vec(), &limits)
    });
    let response = |text: &[u8]| {
        countersign_api::read_json(&http::Response::new(text.to_vec()), &Limits::default())
    };
    cases.parser("api answer", json_texts(), move |text| match response(text) {
        Ok(_) => Ok(()),
        Err(_) => json::parse("text", text, &limits).map(drop),
    });

    let malformed = |fault: Fault| Error::Malformed { part: "text", fault };
    let texts = |size: usize| {
        let text = |last: &str| format!("{}{last}", "A".repeat(size - 4)).into_bytes();
        vec![
            ("whole", text("AAAA"), Code::Ok),
            ("wrong at the end", text("AA?A"), Code::Malformed),
            ("wrong last bits", text("AAB"), Code::Malformed),
        ]
    };
    for (entry, decode) in [
        ("base64url", base64::decode_url as fn(&[u8]) -> Result<Vec<u8>, Fault>),
        ("base64", base64::decode_standard),
        ("base64 of MOSIP", base64::decode_mosip),
    ] {
        cases.parser(entry, texts(1 << 16), move |text| decode(text).map_err(malformed));
    }
    let text = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap();
    let hexes = vec![("whole", vec![b'0'; 1 << 16], Code::Ok)];
    cases.parser("hexadecimal", hexes, move |t| hex::decode(&text(t)).map_err(malformed));
    let percents = vec![("escapes", b"%41".repeat(20_000), Code::Ok)];
    cases.parser("percent", percents, move |t| {
        percent::decode(&text(t), Plus::Space).map(drop).map_err(malformed)
    });
    let times = vec![(
        "digits",
        [b"2020-01-13T07:20:42.".to_vec(), vec![b'0'; 4096]].concat(),
        Code::Malformed,
    )];
    cases.parser("time", times, move |t| Ok(Time::parse_rfc3339(&text(t))?));

    let long = || forged("RS256", &many_claims(4000), 256).into_bytes();
    let dots = || vec![b'.'; 8192];
    let inputs = vec![("longest", long(), Code::Ok), ("dots", dots(), Code::Malformed)];
    cases.parser("compact token", inputs, move |token| CompactJws::parse(token, &limits).map(drop));
    let spaces = [br#"{"alg":"RS256""#.to_vec(), vec![b' '; 30_000], b"}".to_vec()].concat();
    let members = |count| {
        let members: Vec<String> = (0..count).map(|n| format!(r#""{n:02}":0"#)).collect();
        format!(r#"{{"alg":"RS256",{}}}"#, members.join(",")).into_bytes()
    };
    let inputs = vec![("spaces", spaces, Code::Ok), ("members", members(63), Code::Ok)];
    cases.parser("header", inputs, move |header| Header::parse(header, &limits));

    key_parsers(cases);

    let request = include_str!("../../../../test-vectors/seed/registered-devices-request.json");
    let answer = include_str!("../../../../test-vectors/seed/registered-devices-response.json");
    let spaced = |text: &str, size: usize| [text.as_bytes(), &vec![b' '; size]].concat();
    let inputs = vec![
        ("an answer", answer.into(), Code::Ok),
        ("an answer and spaces", spaced(answer, 60_000), Code::Ok),
        ("a token of era A", hostile::forged_registration(8192).into_bytes(), Code::Ok),
    ];
    cases.parser("registration", inputs, move |t| SignedRegistration::parse(t, &limits));
    let inputs = vec![("a request", request.into(), Code::Ok)];
    cases.parser("device data in a request", inputs, move |t| DeviceData::from_request(t, &limits));
    let key = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let x5c = ladder(&key, &hostile::ec(1, 6));
    let id = digital_id(&key, &x5c);
    let info = hostile::sign(&key, &x5c, &testkit::device_info(&id, "L0").to_string());
    let data = hostile::sign(&key, &x5c, &testkit::device_data(info.as_str()).to_string());
    let one = |text: &str| vec![("a ladder of 6", text.as_bytes().to_vec(), Code::Ok)];
    cases.parser("device data", one(&data), move |text| DeviceData::decode(text, &limits));
    cases.parser("device info", one(&info), move |text| DeviceInfo::decode(text, &limits));
    cases.parser("digital id", one(&id), move |text| DigitalId::decode(text, &limits));
    rules(cases, request);

    let body = include_bytes!("../../../../test-vectors/seed/dvs-verify-request.json");
    let inputs = || vec![("a request", body.to_vec(), Code::Ok)];
    cases.parser("dvs request", inputs(), move |t| dvs::SignatureRequest::parse(t, &limits));
    cases.parser("dvs signature", inputs(), move |t| signature::Signature::parse(t, &limits));
    let inputs = vec![("an identity", MPIN_ID.to_vec(), Code::Ok)];
    cases.parser("mpin id", inputs, move |t| MpinId::parse(t, &limits));
    let encoded = encode_standard(body).into_bytes();
    let inputs = vec![("a request", encoded, Code::Ok)];
    cases.parser("cross-device signature", inputs, move |t| {
        CrossDeviceSignature::parse(&text(t), &limits)
    });
    let query: Vec<String> = (0..1000).map(|n| format!("{n}=%41")).collect();
    let url = format!("https://a.example/verification/confirmation?{}", query.join("&"));
    let inputs = vec![("1000 parameters", url.into_bytes(), Code::TooLarge)];
    cases.parser("verification url", inputs, move |t| VerificationUrl::parse(&text(t), &limits));
    let secret = || Secret::new(vec![7; 32]);
    let maas = MaasToken::sign(&secret(), "c", b"document").token().into_bytes();
    let inputs = vec![("a token", maas, Code::Ok)];
    cases.parser("maas token", inputs, move |t| {
        MaasToken::parse(&text(t), &limits)?.verify(&secret(), b"document")
    });
    one_time(cases);
}

fn key_parsers(cases: &mut Cases) {
    let limits = Limits::default();
    let set = |keys: &[Object<'static>]| testkit::jwk_set(keys).to_string().into_bytes();
    let ec: Vec<_> = hostile::ec(1, 64).iter().map(Issuer::jwk).collect();
    let many = format!(r#"{{"keys":[{}{{}}]}}"#, "{},".repeat(63)).into_bytes();
    let inputs = vec![
        ("64 keys of P-256", set(&ec), Code::Ok),
        ("64 keys of 2048 bits", set(&hostile::set_of_strangers(2048, 64)), Code::Ok),
        ("64 keys of 8192 bits", set(&hostile::set_of_strangers(8192, 64)), Code::Ok),
        ("64 empty objects", many, Code::Ok),
    ];
    cases.parser("key set", inputs, move |text| JwkSet::parse(text, &limits));
    let one = hostile::set_of_strangers(8192, 1)[0].to_string().into_bytes();
    let inputs = vec![("8192 bits", one, Code::Ok)];
    cases.parser("key", inputs, move |text| Jwk::parse(text, &limits));

    let authority = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let large = Smooth::new(1, 8192, 65_537);
    let ders = || {
        let der = |certificate: testkit::Certificate| certificate.to_der().to_vec();
        let issue = Authority::root(authority.clone(), &template("i")).unwrap();
        let too_many = hostile::extended(&authority, &authority, 40_000);
        vec![
            ("64 extensions", der(hostile::extended(&authority, &authority, 64)), Code::Ok),
            ("40,000 extensions", der(too_many), Code::TooLarge),
            (
                "700 attributes in one name",
                der(hostile::named(&authority, &authority, 700)),
                Code::Ok,
            ),
            ("500 names", der(hostile::renamed(&authority, &authority, 500)), Code::Ok),
            ("8192 bits", der(issue.issue(&large, &template("large")).unwrap()), Code::Ok),
            ("no DER", vec![0x30; 8192], Code::Malformed),
        ]
    };
    cases.parser("certificate", ders(), |der| Certificate::from_der(der, NegativeModulus::Refuse));
    let pems = ders().into_iter().filter(|(_, der, _)| der.len() < 32 << 10);
    let pems = pems.map(|(what, der, code)| {
        (what, testkit::Certificate::from_der(der).to_pem().into_bytes(), code)
    });
    let pems: Vec<_> = pems.collect();
    cases.parser("key in PEM", pems.clone(), Jwk::from_pem);
    cases.parser("certificates in PEM", pems, move |text| Certificate::from_pem(text, &limits));

    let key = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let x5c = crowd(&key, &authority, 6);
    let bytes = x5c.iter().map(|certificate| certificate.to_der().len()).sum();
    let all: Vec<Certificate> = x5c
        .iter()
        .map(|certificate| {
            Certificate::from_der(certificate.to_der(), NegativeModulus::Refuse).unwrap()
        })
        .collect();
    let store: TrustStore = pki()
        .store()
        .with_intermediates(countersign::mosip::trust::Domain::Device, all[1..].to_vec());
    cases.add("path: a crowd of 6".into(), bytes, Code::TooLarge, move || {
        let device = countersign::mosip::trust::Domain::Device;
        code(&store.path(&all[0], device, time(NOW), &Policy::default()))
    });
}

fn rules(cases: &mut Cases, request: &str) {
    let records = Rc::new(Records::default());
    let kernel = Server::Kernel { version: KernelVersion::V1_0_9 };
    for server in [kernel, Server::PartnerManagement] {
        let registering = RegistrationRules::new(server, TimeRule::Plus(5));
        let validating = ValidationRules::new(server);
        let bytes = request.len();
        for way in ["verify", "explain"] {
            let (records, request) = (Rc::clone(&records), request.to_string());
            let expected = code(&registering.verify(request.as_bytes(), &records, time(NOW)));
            let name = format!("rules of {server:?}, {way}: a registration");
            cases.add(name, bytes, expected, move || match way {
                "verify" => code(&registering.verify(request.as_bytes(), &records, time(NOW))),
                _ => registering.explain(request.as_bytes(), &records, time(NOW)).code(),
            });
        }
        for way in ["verify", "explain"] {
            let (records, request) = (Rc::clone(&records), request.to_string());
            let expected = code(&validating.verify(request.as_bytes(), &records));
            let name = format!("rules of {server:?}, {way}: a validation");
            cases.add(name, bytes, expected, move || match way {
                "verify" => code(&validating.verify(request.as_bytes(), &records)),
                _ => validating.explain(request.as_bytes(), &records).code(),
            });
        }
    }
}

fn one_time(cases: &mut Cases) {
    let limits = Limits::default();
    let secret = || Secret::new(b"MockClientSecret".to_vec());
    let request = otp::Request::sign(&secret(), "c", "u", "2022-04-08T08:05:03Z").unwrap();
    let body = request.to_json().to_string().into_bytes();
    let inputs = vec![("a request", body, Code::Ok)];
    cases.parser("otp request", inputs, move |text| {
        otp::Request::parse(text, &limits)?.verify(&secret())
    });
    let answer = |plaintext: usize| {
        let text = |bytes: usize| encode_standard(&vec![7; bytes]);
        Object::new()
            .with("ciphertext", text(plaintext))
            .with("tag", text(16))
            .with("iv", text(12))
            .to_string()
            .into_bytes()
    };
    let inputs = vec![
        ("sealed by nobody, shortest", answer(1), Code::DecryptFailed),
        ("sealed by nobody, longest", answer(48_000), Code::DecryptFailed),
    ];
    cases.parser("otp answer", inputs, move |text| {
        otp::Response::parse(text, &limits)?.open(&secret(), otp::KeyChoice::Auto, Some(&request))
    });
}

fn streams(cases: &mut Cases) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let write = |name: &str, set: &[Object<'static>]| {
        let file = folder.join(name);
        fs::write(&file, testkit::jwk_set(set).to_string()).expect("a file is written");
        file.display().to_string()
    };
    let named = |(n, key): (usize, &EcIssuer)| key.jwk().with("kid", format!("k{n}"));
    let ec: Vec<_> = hostile::ec(1, 64).iter().enumerate().map(named).collect();
    let ec = write("amplification-ec.json", &ec);
    let rsa = write("amplification-rsa.json", &hostile::set_of_strangers(8192, 64));
    let roots = folder.join("amplification-roots.pem");
    let root = pki().device_root.certificate().to_pem();
    fs::write(&roots, root).expect("a file is written");
    let roots = roots.display().to_string();
    let at = NOW.to_string();
    let stream = |kind: &str, options: &[&str]| {
        let fixed = ["--ndjson", "--at", &at, "--kind", kind];
        let arguments = [&fixed[..], options, &["-"]].concat();
        Rc::new(Stream::new(&arguments).expect("the arguments are right"))
    };
    let key = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let one = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let wide = digital_id(&key, &[hostile::extended(&one, &key, 40_000)]);
    let ladder = digital_id(&key, &ladder(&key, &hostile::ec(1, 6)));
    let record = |artefact: &str| format!("{{\"artefact\":\"{artefact}\"}}\n");
    let mut add = |what: &str, stream: &Rc<Stream>, line: &str, repeated: usize, expected: Code| {
        let (text, stream) = (line.repeat(repeated), Rc::clone(stream));
        let blank = line.trim().is_empty();
        let code = format!(r#""code":"{expected}""#);
        cases.add(format!("stream: {what}"), text.len(), expected, move || {
            let reports = stream.judge(text.as_bytes());
            assert_eq!(reports.len(), if blank { 1 } else { repeated });
            let wrong = reports.iter().find(|report| !report.contains(&code));
            wrong.map_or(expected, |report| {
                let (_, found) = report.split_once(r#""code":""#).unwrap();
                found.split('"').next().unwrap().parse().unwrap()
            })
        });
    };
    let jws = stream("jws", &["--jwks", &ec, "--issuer", "i", "--audience", "a"]);
    let registration = stream("mosip-registration", &["--jwks", &rsa]);
    let devices = stream("digital-id", &["--trust", &roots, "--trust-policy", "keymanager-v2"]);
    let forged_es256 = record(&forged("ES256", "{}", 64));
    let shortest = record(&hostile::forged_registration(8192));
    add("blank lines", &jws, "\n", 4096, Code::Unreadable);
    add("lines of one digit", &jws, "1\n", 4096, Code::WrongType);
    add("lines of one bracket", &jws, "{\n", 4096, Code::Malformed);
    add("empty records", &jws, "{}\n", 4096, Code::MissingMember);
    add("forged tokens of P-256", &jws, &forged_es256, 64, Code::SignatureMismatch);
    add("forged answers of era A", &registration, &shortest, 16, Code::TooLarge);
    add("digital ids with ladders of 6", &devices, &record(&ladder), 16, Code::TooLarge);
    add("a certificate of 40,000 extensions", &devices, &record(&wide), 1, Code::TooLarge);
}

/// Says what one check costs here: most figures are a few of them, so that a slower machine explains a
/// larger one.
fn reference() {
    let rsa = hostile::set_of_strangers(2048, 1)[0].to_string();
    let ec = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let signature = ec.sign_raw(b"", Algorithm::Es256).unwrap();
    for (name, jwk, signature) in
        [("RSA-2048", rsa, vec![1; 256]), ("P-256", ec.jwk().to_string(), signature)]
    {
        let key = Jwk::parse(jwk.as_bytes(), &Limits::default()).unwrap();
        let check = || {
            let start = ThreadTime::now();
            let _ = key.key().verify(key.algorithm(), &[b"message"], &signature);
            start.elapsed()
        };
        let least = (0..200).map(|_| check()).min().unwrap();
        println!("one check of {name}: {:.1} us", least.as_secs_f64() * 1e6);
    }
}

/// Milliseconds for each KiB: the least of some rounds, as others use the machine too.
fn measure(case: &Case) -> f64 {
    let (mut least, mut total) = (f64::INFINITY, Duration::ZERO);
    let mut rounds = 0;
    while total < ENOUGH || rounds < 3 {
        let start = ThreadTime::now();
        assert_eq!((case.run)(), case.expected, "{}", case.name);
        let took = start.elapsed();
        (total, rounds) = (total + took, rounds + 1);
        least = least.min(took.as_secs_f64());
    }
    let bytes: u32 = case.bytes.try_into().unwrap();
    least * 1e3 / (f64::from(bytes) / 1024.0)
}

fn main() {
    let mut cases = Cases::default();
    tokens(&mut cases);
    dvs_signatures(&mut cases);
    registrations(&mut cases);
    devices(&mut cases);
    captures(&mut cases);
    parsers(&mut cases);
    streams(&mut cases);
    let wrong = cases.0.iter().filter_map(|case| {
        let found = (case.run)();
        (found != case.expected).then(|| format!("{}: {found}, not {}", case.name, case.expected))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} inputs, every verdict as it should be", cases.0.len());
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    reference();
    let mut measured: Vec<(f64, &Case)> =
        cases.0.iter().map(|case| (measure(case), case)).collect();
    measured.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let all = std::env::args().any(|argument| argument == "--all");
    let shown = if all { measured.len() } else { WORST };
    println!("the worst, in ms of CPU time for each KiB; the aim is {AIM} at most:");
    for (cost, case) in measured.iter().take(shown) {
        let mark = if *cost > AIM { '!' } else { ' ' };
        println!("{mark} {cost:8.3}  {} ({} bytes)", case.name, case.bytes);
    }
}
