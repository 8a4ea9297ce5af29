//! Every parser.

use countersign::Time;
use countersign::encoding::Fault;
use countersign::encoding::base64;
use countersign::encoding::json::Document;
use countersign::encoding::percent;
use countersign::jose::{CompactJws, Header};
use countersign::miracl::identity::MpinId;
use countersign::miracl::token::{CrossDeviceSignature, MaasToken, VerificationUrl};
use countersign::mosip::device::{DeviceData, DeviceInfo, DigitalId};
use countersign::mosip::registration::SignedRegistration;
use countersign::mosip::trust::TrustStore;
use countersign::x509::NegativeModulus;

use super::*;

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

pub(super) fn all(cases: &mut Cases) {
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
    edges::rules(cases, request);

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
    edges::one_time(cases);
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
