//! Signed device registrations of every era.

mod artefacts;
mod contents;
mod eras;

use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::registration::Era;
use countersign::{Algorithm, Time};
use countersign_testkit::Issuer as _;
use countersign_testkit::mosip::{digital_id, payload};
use countersign_testkit::{Certificate, RsaIssuer};

use super::certified;
use super::format::{self, Case, Group};
use super::keys::{Keys, nameless};

use artefacts::{
    CODE, ERAS, NOW, SIGNED, full, genuine, genuine_payload, group, short_id, with_keys,
};
use contents::contents;
use eras::eras;

pub(crate) fn file(keys: &Keys) -> String {
    let groups = vec![
        eras(keys),
        contents(keys),
        expectations(keys),
        windows(keys, 0),
        windows(keys, 5),
        certificates(keys),
        certified_group(keys),
        key_set(
            keys,
            "a key that says RS512",
            &[nameless(&keys.main).with("alg", "RS512")],
            &[
                (Era::A, "era A with a key for RS512", &["Valid", "KeyUse"], Ok),
                (Era::B, "era B with a key for RS512", &["KeyUse"], AlgorithmMismatch),
                (Era::C, "era C with a key for RS512", &["KeyUse"], AlgorithmMismatch),
            ],
        ),
        key_set(
            keys,
            "a key that says RS256",
            &[nameless(&keys.main).with("alg", "RS256")],
            &[
                (Era::A, "era A with a key for RS256", &["KeyUse"], AlgorithmMismatch),
                (Era::B, "era B with a key for RS256", &["Valid", "KeyUse"], Ok),
            ],
        ),
        key_set(
            keys,
            "another key before the right one",
            &[keys.other.jwk(), nameless(&keys.main)],
            &[
                (Era::A, "era A names no key, so both are tried", &["Valid", "KeySelection"], Ok),
                (Era::B, "era B names no key, so both are tried", &["Valid", "KeySelection"], Ok),
            ],
        ),
        key_set(
            keys,
            "somebody else's key",
            &[keys.other.jwk()],
            &[
                (Era::A, "era A by another key", &["Modified"], SignatureMismatch),
                (Era::APrime, "era A' by another key", &["Modified"], SignatureMismatch),
                (Era::B, "era B by another key", &["Modified"], SignatureMismatch),
                (Era::C, "era C by a key of another name", &["KeySelection"], UnknownKey),
            ],
        ),
        key_set(
            keys,
            "no keys",
            &[],
            &[(Era::B, "nothing to verify with", &["KeySelection"], NoKey)],
        ),
        key_set(
            keys,
            "a P-256 key",
            &[keys.ec.jwk()],
            &[(Era::B, "no RSA key", &["KeySelection"], KeyUnusable)],
        ),
        key_set(
            keys,
            "a key for encryption",
            &[nameless(&keys.main).with("use", "enc")],
            &[(Era::B, "key for encryption", &["KeyUse"], KeyUse)],
        ),
        weak(keys, None),
        weak(keys, Some("allow")),
    ];
    let header = &[
        "Answers of MOSIP's device registration, bare or inside the server's answer.",
        "Eras A, A' and B carry a signature that does not cover their outer header; era C is a JWS.",
    ];
    format::file("mosip-registration", "schemas/mosip-registration.json", header, groups)
}

fn expectations(keys: &Keys) -> Group {
    let id = |serial: &str| base64::encode_standard(digital_id(serial).to_string().as_bytes());
    let all = Object::new()
        .with("status", "Registered")
        .with("deviceCode", CODE)
        .with("env", "Staging")
        .with("digitalId", id("1801160992"));
    let members = with_keys(&[nameless(&keys.main)]);
    let defaults = Object::new().with("at", NOW).with("expected", all.clone());
    let mut group =
        Group::new("status, code, environment and digital id are expected", &members, &defaults);
    for era in ERAS {
        group.add(Case::new(
            format!("{era}, all as expected"),
            &["Valid", "Expectation"],
            full(&keys.main, era),
            Ok,
        ));
    }
    let token = full(&keys.main, Era::B);
    for (comment, member, value) in [
        ("a deregistration is expected", "status", "success".to_owned()),
        ("another status is expected", "status", "Pending".to_owned()),
        ("another code is expected", "deviceCode", CODE.to_uppercase()),
        ("another environment is expected", "env", "staging".to_owned()),
        ("another digital id is expected", "digitalId", id("1801160993")),
    ] {
        group.add(
            Case::new(comment, &["Expectation"], token.clone(), ContentMismatch)
                .expecting(all.clone().with(member, value)),
        );
    }
    for (comment, time, code) in [
        ("the request's time is expected", SIGNED, Ok),
        ("another time is expected", "2020-01-13T07:25:29.917Z", ContentMismatch),
    ] {
        let expected = Object::new().with("timeStamp", time);
        group.add(Case::new(comment, &["Expectation"], token.clone(), code).expecting(expected));
    }
    let deregistration = Object::new()
        .with("status", "success")
        .with("deviceCode", CODE)
        .with("env", "Staging")
        .with("timeStamp", SIGNED);
    let token = countersign_testkit::mosip::token(
        &keys.main,
        Era::B,
        deregistration.to_string().as_bytes(),
    )
    .unwrap();
    group.add(Case::new(
        "deregistration instead of a registration",
        &["Expectation"],
        token.clone(),
        ContentMismatch,
    ));
    group.add(
        Case::new(
            "deregistration where a digital id is expected",
            &["Expectation"],
            token,
            ContentMismatch,
        )
        .expecting(Object::new().with("digitalId", id("1801160992"))),
    );
    group
}

fn windows(keys: &Keys, leeway: i64) -> Group {
    let expected =
        Object::new().with("window", Object::new().with("before", 120_i64).with("after", 300_i64));
    let (comment, flags): (_, &'static [&'static str]) = if leeway == 0 {
        ("a window of two minutes before and five after", &["Window", "TimeBoundary"])
    } else {
        ("a window of two minutes before and five after, and leeway", &["Window", "Leeway"])
    };
    let members =
        with_keys(&[nameless(&keys.main)]).with("policy", Object::new().with("leeway", leeway));
    let defaults = Object::new().with("at", NOW).with("expected", expected);
    let mut group = Group::new(comment, &members, &defaults);
    let token = genuine(&keys.main, Era::B);
    for (comment, distance, code) in [
        ("signed at the time of judgement", 0, Ok),
        ("signed one second inside the earlier end", -119 - leeway, Ok),
        ("signed at the earlier end", -120 - leeway, TimestampWindow),
        ("signed one second inside the later end", 299 + leeway, Ok),
        ("signed at the later end", 300 + leeway, TimestampWindow),
    ] {
        group.add(Case::new(comment, flags, token.clone(), code).at(NOW - distance));
    }
    if leeway == 0 {
        group.add(
            Case::new("no distance to its own time", &["Window", "AsIssued"], token, Ok).issued(),
        );
        let payload = payload(&keys.main, Era::B, &short_id(), "c", "local", "13.01.2020").unwrap();
        let token =
            countersign_testkit::mosip::token(&keys.main, Era::B, payload.as_bytes()).unwrap();
        group.add(Case::new("signed at no time", &["Window", "ClaimType"], token, Malformed));
    }
    group
}

fn certificates(keys: &Keys) -> Group {
    let time = |seconds| Time::from_unix(seconds).unwrap();
    let (start, end) = (NOW - 1000, NOW + 1000);
    let certificate =
        Certificate::self_signed(&keys.main, "www.mosip.example-SIGN", time(start), time(end))
            .unwrap();
    let keys_member = Object::new().with("pem", Value::Array(vec![certificate.to_pem().into()]));
    let mut group = group("a key from a certificate", &Object::new().with("keys", keys_member));
    for era in [Era::A, Era::C] {
        let token = genuine(&keys.main, era);
        for (comment, at, code) in [
            ("one second before the certificate is valid", start - 1, CertificateExpired),
            ("first second of the certificate", start, Ok),
            ("last second of the certificate", end, Ok),
            ("one second after the certificate", end + 1, CertificateExpired),
        ] {
            group.add(
                Case::new(
                    format!("{era}: {comment}"),
                    &["Certificate", "TimeBoundary"],
                    token.clone(),
                    code,
                )
                .at(at),
            );
        }
    }
    let token = genuine(&keys.main, Era::C);
    group.add(
        Case::new("as at its own time", &["Valid", "Certificate", "AsIssued"], token, Ok).issued(),
    );
    let header = Object::new()
        .with("x5c", Value::Array(vec![certificate.to_x5c().into()]))
        .with("alg", "RS256");
    let payload = genuine_payload(&keys.main, Era::C);
    let signed =
        |issuer: &RsaIssuer| issuer.sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap();
    group.add(Case::new(
        "era C with its certificate in x5c",
        &["Valid", "EmbeddedKey"],
        signed(&keys.main),
        Ok,
    ));
    let own =
        Certificate::self_signed(&keys.other, "www.mosip.example-SIGN", time(start), time(end))
            .unwrap();
    let header = header.with("x5c", Value::Array(vec![own.to_x5c().into()]));
    let forged = keys.other.sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap();
    group.add(Case::new(
        "era C by the key in x5c, which nobody trusts",
        &["EmbeddedKey"],
        forged,
        SignatureMismatch,
    ));
    group
}

fn certified_group(keys: &Keys) -> Group {
    let (start, end) = (NOW - 10, NOW + 10);
    let members = with_keys(&certified::set(keys, start, end));
    let mut group = group("keys with a certificate in x5c", &members);
    let payload = genuine_payload(&keys.main, Era::C);
    group.extend(certified::cases(start, end, |kid| {
        let header = Object::new().with("alg", "RS256").with("kid", kid);
        keys.main.sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap()
    }));
    group
}

fn key_set(
    keys: &Keys,
    comment: &'static str,
    set: &[Object<'static>],
    cases: &[(Era, &'static str, &'static [&'static str], Code)],
) -> Group {
    let mut group = group(comment, &with_keys(set));
    for (era, comment, flags, code) in cases {
        group.add(Case::new(*comment, flags, genuine(&keys.main, *era), *code));
    }
    group
}

fn weak(keys: &Keys, opt_in: Option<&'static str>) -> Group {
    let members = with_keys(&[nameless(&keys.weak)]);
    let (mut group, code) = match opt_in {
        None => (group("RSA with 1024 bits, refused", &members), KeyTooSmall),
        Some(opt_in) => {
            let policy = Object::new().with("rsa1024", opt_in);
            (
                group("RSA with 1024 bits, accepted by an opt-in", &members.with("policy", policy)),
                Ok,
            )
        }
    };
    for era in [Era::A, Era::B] {
        group.add(Case::new(
            format!("{era} with 1024 bits"),
            &["WeakKey"],
            genuine(&keys.weak, era),
            code,
        ));
    }
    group
}
