//! Server rules, one-time passwords and the command's streams.

use std::fs;
use std::path::Path;

use countersign::miracl::otp;
use countersign_api::mosip::rules::{
    KernelVersion, Records, RegistrationRules, Server, TimeRule, ValidationRules,
};
use countersign_cli::Stream;

use super::*;

pub(super) fn rules(cases: &mut Cases, request: &str) {
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

pub(super) fn one_time(cases: &mut Cases) {
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

pub(super) fn streams(cases: &mut Cases) {
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
