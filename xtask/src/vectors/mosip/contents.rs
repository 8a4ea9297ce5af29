//! What the payload says, and the digital id in it.

use countersign::Algorithm;
use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::registration::Era;
use countersign_testkit::Issuer as _;
use countersign_testkit::RsaIssuer;
use countersign_testkit::mosip::{digital_id_text, token};

use super::super::format::{Case, Group};
use super::super::keys::{Keys, nameless, without};
use super::artefacts::{SIGNED, genuine_payload, group, short_id, with_keys};

pub(super) fn contents(keys: &Keys) -> Group {
    let key = &keys.main;
    let mut group = group("what the payload says", &with_keys(&[nameless(key)]));
    let b = |payload: &str| token(key, Era::B, payload.as_bytes()).unwrap();
    let json = genuine_payload(key, Era::B);
    let limits = countersign::Limits::default();
    let good = countersign::encoding::json::parse_object("payload", json.as_bytes(), &limits)
        .unwrap()
        .into_owned();
    let mut add = |comment: &str, flags, payload: String, code: Code| {
        group.add(Case::new(comment, flags, b(&payload), code));
    };
    for name in ["status", "digitalId", "deviceCode", "env", "timeStamp"] {
        add(
            &format!("{name} is missing"),
            &["ClaimType"],
            without(&good, name).to_string(),
            MissingMember,
        );
        add(
            &format!("{name} is a number"),
            &["ClaimType"],
            good.clone().with(name, 1_i64).to_string(),
            WrongType,
        );
    }
    add(
        "status in lower case",
        &["Valid"],
        good.clone().with("status", "registered").to_string(),
        Ok,
    );
    add(
        "timestamp instead of timeStamp",
        &["Valid"],
        without(&good, "timeStamp").with("timestamp", SIGNED).to_string(),
        Ok,
    );
    add(
        "timeStamp and timestamp",
        &["ClaimType"],
        good.clone().with("timestamp", SIGNED).to_string(),
        DuplicateMember,
    );
    add(
        "timeStamp is no time, and nobody asks",
        &["Structure"],
        good.clone().with("timeStamp", "yesterday").to_string(),
        Malformed,
    );
    add(
        "deregistration, which has no digital id",
        &["Valid"],
        without(&good, "digitalId").with("status", "success").to_string(),
        Ok,
    );
    add(
        "deviceCode repeated",
        &["StrictJson"],
        format!(r#"{},"deviceCode":""}}"#, json.strip_suffix('}').unwrap()),
        DuplicateMember,
    );
    for (comment, payload) in [
        ("another kind: DVS certificate", r#"{"cAt":1,"exp":4102444800,"hash":"00"}"#),
        ("another kind: ID token", r#"{"iss":"i","sub":"s","aud":"a","exp":4102444800}"#),
    ] {
        add(comment, &["TokenKind"], payload.to_owned(), MissingMember);
    }
    add("payload is an array", &["ClaimType"], "[]".to_owned(), WrongType);
    add("payload is text", &["ClaimType"], "text".to_owned(), Malformed);
    add("payload is cut", &["ClaimType"], json[..json.len() - 1].to_owned(), Malformed);
    let id = short_id();
    let with_id = |text: &str| good.clone().with("digitalId", text.to_owned()).to_string();
    add(
        "digital id in padded base64",
        &["Valid"],
        with_id(&base64::encode_standard(id.to_string().as_bytes())),
        Ok,
    );
    add(
        "digital id with deviceSubType",
        &["Valid"],
        with_id(&base64::encode_url(
            without(&id, "subType").with("deviceSubType", "1").to_string().as_bytes(),
        )),
        Ok,
    );
    add("digital id is no base64", &["ClaimType"], with_id("*"), Malformed);
    add("digital id is no JSON", &["ClaimType"], with_id("AAAA"), Malformed);
    add("digital id is an array", &["ClaimType"], with_id("W10"), WrongType);
    for name in ["serialNo", "deviceProviderId", "subType"] {
        let text = base64::encode_url(without(&id, name).to_string().as_bytes());
        add(&format!("digital id without {name}"), &["ClaimType"], with_id(&text), MissingMember);
    }
    group.extend(timeless(&good, &id, b));
    group.add(
        Case::new(
            "timeStamp is no time, judged as at it",
            &["AsIssued", "ClaimType"],
            b(&good.with("timeStamp", "yesterday").to_string()),
            Malformed,
        )
        .issued(),
    );
    group.extend(nested(keys, &id));
    group
}

/// Answers that say `null` where a time belongs, as servers do that stored none.
fn timeless(good: &Object<'static>, id: &Object<'_>, b: impl Fn(&str) -> String) -> Vec<Case> {
    let none = || Value::Null;
    let no_stamp = b(&good.clone().with("timeStamp", none()).to_string());
    let deregistration = without(good, "digitalId").with("status", "success");
    let deregistration = b(&deregistration.with("timeStamp", none()).to_string());
    let text = base64::encode_url(id.clone().with("dateTime", none()).to_string().as_bytes());
    let no_date = b(&good.clone().with("digitalId", text).to_string());
    let window = Object::new().with("before", 120_i64).with("after", 300_i64);
    let sent = base64::encode_standard(id.to_string().as_bytes());
    let case =
        |comment: &str, flags, input: &str, code| Case::new(comment, flags, input.to_owned(), code);
    let (valid, expected): (&[_], &[_]) = (&["Valid"], &["Expectation"]);
    vec![
        case("timeStamp is null", valid, &no_stamp, Ok),
        case("deregistration whose timeStamp is null", valid, &deregistration, Ok),
        case("digital id whose dateTime is null", valid, &no_date, Ok),
        case("timeStamp is null, and one is expected", expected, &no_stamp, ContentMismatch)
            .expecting(Object::new().with("timeStamp", SIGNED)),
        case("timeStamp is null, and a window is expected", &["Window"], &no_stamp, MissingMember)
            .expecting(Object::new().with("window", window)),
        case("timeStamp is null, judged as at it", &["AsIssued"], &no_stamp, NoTime).issued(),
        case("dateTime is null, and another is expected", expected, &no_date, ContentMismatch)
            .expecting(Object::new().with("digitalId", sent)),
    ]
}

/// Era C: the digital id is a JWS of its own.
fn nested(keys: &Keys, id: &Object<'_>) -> Vec<Case> {
    let key = &keys.main;
    let id = id.to_string();
    let c = |digital_id: &str| {
        let payload = Object::new()
            .with("status", "Registered")
            .with("digitalId", digital_id)
            .with("deviceCode", "c")
            .with("env", "local")
            .with("timeStamp", SIGNED);
        token(key, Era::C, payload.to_string().as_bytes()).unwrap()
    };
    let jws = |issuer: &RsaIssuer, header: &str, algorithm| {
        issuer.compact(header.as_bytes(), id.as_bytes(), algorithm).unwrap()
    };
    let genuine = digital_id_text(key, Era::C, id.as_bytes()).unwrap();
    let (input, _) = genuine.rsplit_once('.').unwrap();
    let unsigned = base64::encode_url(id.as_bytes());
    let mut cases = Vec::new();
    for (comment, text, code) in [
        ("era C with an unsigned digital id", unsigned, Ok),
        (
            "era C, digital id by another key",
            jws(&keys.other, r#"{"alg":"RS256"}"#, Algorithm::Rs256),
            SignatureMismatch,
        ),
        (
            "era C, digital id with RS512",
            jws(key, r#"{"alg":"RS512"}"#, Algorithm::Rs512),
            AlgorithmMismatch,
        ),
        (
            "era C, digital id with alg none",
            jws(key, r#"{"alg":"none"}"#, Algorithm::Rs256),
            UnsupportedAlgorithm,
        ),
        (
            "era C, digital id with crit",
            jws(key, r#"{"alg":"RS256","crit":["x"]}"#, Algorithm::Rs256),
            CriticalHeader,
        ),
        ("era C, digital id without its signature", format!("{input}."), Malformed),
        ("era C, digital id with a short signature", format!("{input}.AA"), SignatureMismatch),
        ("era C, digital id with padding", format!("{genuine}=="), Malformed),
    ] {
        let flags: &'static [&'static str] =
            if code == Ok { &["Valid", "NestedSignature"] } else { &["NestedSignature"] };
        cases.push(Case::new(comment, flags, c(&text), code));
    }
    cases
}
