//! Signed device registrations of every era.

use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::registration::Era;
use countersign::{Algorithm, Time};
use countersign_testkit::mosip::{
    OUTER_HEADER, answer, digital_id, digital_id_text, error_answer, payload, signature_text,
    token, wrap,
};
use countersign_testkit::{Certificate, Issuer, RsaIssuer};

use super::certified;
use super::format::{self, Case, Group};
use super::keys::{Keys, jwks, nameless, without};

/// 2020-01-13T07:25:29Z.
const NOW: i64 = 1_578_900_329;
const SIGNED: &str = "2020-01-13T07:25:29.918Z";
const CODE: &str = "8cd42864-2cdc-4067-8d11-40b25ff8c760";
const ERAS: [Era; 4] = [Era::A, Era::APrime, Era::B, Era::C];

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

fn group(comment: &'static str, members: &Object<'static>) -> Group {
    let defaults = Object::new().with("at", NOW).with("expected", Object::new());
    Group::new(comment, members, &defaults)
}

fn with_keys(set: &[Object<'static>]) -> Object<'static> {
    Object::new().with("keys", jwks(set))
}

/// A digital id with short values: it is in almost every vector.
fn short_id() -> Object<'static> {
    const MEMBERS: [&str; 8] = [
        "serialNo",
        "deviceProvider",
        "deviceProviderId",
        "make",
        "model",
        "dateTime",
        "type",
        "subType",
    ];
    MEMBERS.into_iter().fold(Object::new(), |id, name| id.with(name, "1"))
}

fn genuine_payload(issuer: &RsaIssuer, era: Era) -> String {
    payload(issuer, era, &short_id(), "c", "local", SIGNED).unwrap()
}

/// A token as it looks on the platform.
fn full(issuer: &RsaIssuer, era: Era) -> String {
    let id = digital_id("1801160992");
    let payload = payload(issuer, era, &id, CODE, "Staging", SIGNED).unwrap();
    token(issuer, era, payload.as_bytes()).unwrap()
}

/// A token with short content.
fn genuine(issuer: &RsaIssuer, era: Era) -> String {
    token(issuer, era, genuine_payload(issuer, era).as_bytes()).unwrap()
}

fn eras(keys: &Keys) -> Group {
    let mut group = group("RSA with 2048 bits", &with_keys(&[nameless(&keys.main)]));
    for era in ERAS {
        let whole = answer(&full(&keys.main, era)).to_string();
        let token = genuine(&keys.main, era);
        group.extend([
            Case::new(format!("{era}, answer"), &["Valid"], whole, Ok),
            Case::new(format!("{era}, token"), &["Valid"], token.clone(), Ok),
            Case::new(format!("{era}, as at its own time"), &["Valid", "AsIssued"], token, Ok)
                .issued(),
        ]);
    }
    group.extend(confusions(&keys.main));
    group.extend(unsigned_headers(&keys.main));
    group.extend(structures(&keys.main));
    group.extend(envelopes(&keys.main));
    group
}

/// Signatures of one scheme in the shape of another.
fn confusions(key: &RsaIssuer) -> Vec<Case> {
    let json = genuine_payload(key, Era::B);
    let text = base64::encode_standard(json.as_bytes());
    let outer = |signature: &str| wrap(OUTER_HEADER.as_bytes(), &text, signature.as_bytes());
    let raw = |message: &str, algorithm| key.sign_raw(message.as_bytes(), algorithm).unwrap();
    let bare = |message: &str, algorithm| outer(&base64::encode_standard(&raw(message, algorithm)));
    let header = base64::encode_standard(OUTER_HEADER.as_bytes());
    let inner = |header: &str, algorithm| {
        let attached = key.compact(header.as_bytes(), text.as_bytes(), algorithm).unwrap();
        let (head, rest) = attached.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        outer(&format!("{head}..{signature}"))
    };
    let attached = |payload: &str| {
        let header = Object::new().with("alg", "RS256");
        outer(&key.sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap())
    };
    let jws = |header: &str, algorithm| {
        key.compact(header.as_bytes(), json.as_bytes(), algorithm).unwrap()
    };
    let in_c = |signature: &[u8]| {
        countersign_testkit::join(
            &countersign_testkit::signing_input(OUTER_HEADER.as_bytes(), json.as_bytes()),
            signature,
        )
    };
    let mut cases = Vec::new();
    let mut add = |comment: &str, token: String, code: Code| {
        cases.push(Case::new(comment, &["EraConfusion"], token, code));
    };
    add(
        "era A's shape, SHA-256 over the payload's text",
        bare(&text, Algorithm::Rs256),
        SignatureMismatch,
    );
    add(
        "era A's shape, SHA-384 over the payload's text",
        bare(&text, Algorithm::Rs384),
        SignatureMismatch,
    );
    add(
        "era A's shape, SHA-512 over the payload's JSON",
        bare(&json, Algorithm::Rs512),
        SignatureMismatch,
    );
    add(
        "era A's shape, SHA-512 over both parts",
        bare(&format!("{header}.{text}"), Algorithm::Rs512),
        SignatureMismatch,
    );
    add(
        "era A's shape, SHA-256 over both parts, as the header says",
        bare(&format!("{header}.{text}"), Algorithm::Rs256),
        SignatureMismatch,
    );
    add(
        "era B's shape with RS512",
        inner(r#"{"alg":"RS512"}"#, Algorithm::Rs512),
        AlgorithmMismatch,
    );
    add(
        "era B's shape says RS256, signed with SHA-512",
        inner(r#"{"alg":"RS256"}"#, Algorithm::Rs512),
        SignatureMismatch,
    );
    add(
        "era B's shape with alg none",
        inner(r#"{"alg":"none"}"#, Algorithm::Rs256),
        UnsupportedAlgorithm,
    );
    add(
        "era B's shape with HS256",
        inner(r#"{"alg":"HS256"}"#, Algorithm::Rs256),
        AlgorithmMismatch,
    );
    add(
        "era B's shape with crit",
        inner(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#, Algorithm::Rs256),
        CriticalHeader,
    );
    add("era B's shape without alg", inner("{}", Algorithm::Rs256), MissingMember);
    add(
        "era B's shape, another header signed",
        outer(&signature_text(key, Era::B, &text).unwrap().replacen(
            "eyJhbGciOiJSUzI1NiJ9",
            "eyJhbGciOiJSUzI1NiIgfQ",
            1,
        )),
        SignatureMismatch,
    );
    add(
        "era B's shape, the payload's JSON signed",
        outer(&signature_text(key, Era::B, &json).unwrap()),
        SignatureMismatch,
    );
    add("era A' with another payload attached", attached("e30="), Malformed);
    add("era A' with the payload's JSON attached", attached(&json), Malformed);
    add("era C's shape with RS512", jws(r#"{"alg":"RS512"}"#, Algorithm::Rs512), AlgorithmMismatch);
    add(
        "era C's shape says RS256, signed with SHA-512",
        jws(r#"{"alg":"RS256"}"#, Algorithm::Rs512),
        SignatureMismatch,
    );
    add(
        "era C's shape with alg none",
        jws(r#"{"alg":"none"}"#, Algorithm::Rs256),
        UnsupportedAlgorithm,
    );
    add("era C's shape with PS256", jws(r#"{"alg":"PS256"}"#, Algorithm::Ps256), AlgorithmMismatch);
    add(
        "era C's shape with crit",
        jws(r#"{"alg":"RS256","crit":["x"]}"#, Algorithm::Rs256),
        CriticalHeader,
    );
    add(
        "era A's signature in the shape of era C",
        in_c(&raw(&text, Algorithm::Rs512)),
        SignatureMismatch,
    );
    add(
        "era A's signature encoded once",
        format!("{header}.{text}.{}", base64::encode_standard(&raw(&text, Algorithm::Rs512))),
        Malformed,
    );
    let (input, signature) = jws(r#"{"alg":"RS256"}"#, Algorithm::Rs256)
        .rsplit_once('.')
        .map(|(input, signature)| (input.to_owned(), signature.to_owned()))
        .unwrap();
    let bytes = base64::decode_url(signature.as_bytes()).unwrap();
    add(
        "era C with a padded signature",
        format!("{input}.{}", base64::encode_standard(&bytes)),
        Malformed,
    );
    add(
        "era C's signature as text",
        format!("{input}.{}", base64::encode_standard(signature.as_bytes())),
        Malformed,
    );
    cases
}

/// Outer headers of eras A, A' and B: what they say does not matter, but JSON they must be.
fn unsigned_headers(key: &RsaIssuer) -> Vec<Case> {
    let harmless = [
        (Era::A, "alg none", r#"{"alg":"none"}"#, Ok),
        (Era::APrime, "alg none", r#"{"alg":"none"}"#, Ok),
        (Era::B, "alg none", r#"{"alg":"none"}"#, Ok),
        (Era::A, "alg RS512, the one used", r#"{"alg":"RS512"}"#, Ok),
        (Era::B, "nothing", "{}", Ok),
        (Era::B, "crit", r#"{"alg":"RS256","crit":["x"]}"#, Ok),
        (Era::B, "a repeated name", r#"{"alg":"RS256","alg":"RS512"}"#, DuplicateMember),
        (Era::B, "no JSON", "alg", Malformed),
        (Era::B, "an array", "[]", WrongType),
    ];
    harmless
        .into_iter()
        .map(|(era, comment, header, code)| {
            let text = base64::encode_standard(genuine_payload(key, era).as_bytes());
            let signature = signature_text(key, era, &text).unwrap();
            let token = wrap(header.as_bytes(), &text, signature.as_bytes());
            let comment = format!("{era}, unsigned header: {comment}");
            Case::new(comment, &["UnsignedHeader"], token, code)
        })
        .collect()
}

fn structures(key: &RsaIssuer) -> Vec<Case> {
    let mut cases = Vec::new();
    for era in ERAS {
        let token = genuine(key, era);
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts.as_slice() else { panic!("{token}") };
        let mut add = |comment: &str, flags, token: String, code: Code| {
            cases.push(Case::new(format!("{era}: {comment}"), flags, token, code));
        };
        let middle = payload.len() / 2;
        let other = if payload.as_bytes()[middle] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &payload[..middle], &payload[middle + 1..]);
        // Era A' attaches the payload, which then is another.
        let code = if era == Era::APrime { Malformed } else { SignatureMismatch };
        add(
            "one character of the payload changed",
            &["Modified"],
            format!("{header}.{changed}.{signature}"),
            code,
        );
        if era != Era::C {
            add(
                "header without padding",
                &["Base64"],
                format!("{}.{payload}.{signature}", header.trim_end_matches('=')),
                Malformed,
            );
        }
        // The rest of what can be wrong does not depend on the era.
        if matches!(era, Era::A | Era::APrime) {
            continue;
        }
        for (comment, text) in [
            ("two parts", format!("{header}.{payload}")),
            ("four parts", format!("{token}.AA")),
            ("no header", format!(".{payload}.{signature}")),
            ("no payload", format!("{header}..{signature}")),
            ("no signature", format!("{header}.{payload}.")),
            ("line break after it", format!("{token}\n")),
        ] {
            add(comment, &["Structure"], text, Malformed);
        }
        add(
            "space in the payload",
            &["Base64"],
            format!("{header}.{} {}.{signature}", &payload[..8], &payload[8..]),
            Malformed,
        );
    }
    cases
}

fn envelopes(key: &RsaIssuer) -> Vec<Case> {
    let token = genuine(key, Era::B);
    let good = answer(&token).into_owned();
    let text = good.to_string();
    let error = error_answer(&[("KER-ATH-401", "Authentication Failed")]).into_owned();
    let mut cases = Vec::new();
    for (comment, body, code) in [
        (
            "errors are an empty array",
            good.clone().with("errors", Value::Array(vec![])).to_string(),
            Ok,
        ),
        ("errors are absent", without(&good, "errors").to_string(), Ok),
        ("the server answers with an error", error.to_string(), ValidationFailed),
        (
            "the server answers with two errors",
            error_answer(&[("ADM-DPM-032", "a"), ("ADM-DPM-026", "b")]).to_string(),
            ValidationFailed,
        ),
        (
            "an error beside a genuine answer",
            error.clone().with("response", token.clone()).to_string(),
            ValidationFailed,
        ),
        (
            "an error without a code",
            good.clone().with("errors", Value::Array(vec![Value::Null])).to_string(),
            ValidationFailed,
        ),
        ("errors are an object", good.clone().with("errors", Object::new()).to_string(), WrongType),
        (
            "errors are false",
            good.clone().with("errors", Value::Bool(false)).to_string(),
            WrongType,
        ),
        ("no response", without(&good, "response").to_string(), MissingMember),
        (
            "response is null, and no error",
            good.clone().with("response", Value::Null).to_string(),
            WrongType,
        ),
        (
            "response is an object",
            good.clone().with("response", Object::new()).to_string(),
            WrongType,
        ),
        ("response is empty", good.clone().with("response", "").to_string(), Malformed),
        (
            "two responses",
            format!(r#"{},"response":""}}"#, text.strip_suffix('}').unwrap()),
            DuplicateMember,
        ),
        ("answer is cut", text[..text.len() - 1].to_owned(), Malformed),
        ("text after the answer", format!("{text}x"), Malformed),
    ] {
        cases.push(Case::new(comment, &["Envelope"], body, code));
    }
    cases
}

fn contents(keys: &Keys) -> Group {
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
