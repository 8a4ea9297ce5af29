//! DVS certificates. What goes wrong in any JWS is in `jws.json`.

use countersign::Code::{self, *};
use countersign::encoding::hex;
use countersign::encoding::json::{Object, Value};
use countersign::{Algorithm, sha256};
use countersign_testkit::miracl::{certificate, certificate_answer, certificate_payload};
use countersign_testkit::{Issuer, join, signing_input};

use super::blocks;
use super::certified;
use super::format::{self, Case, Group};
use super::keys::{Keys, jwks, nameless, rs256};

const CREATED: i64 = 1_649_404_580;
const EXPIRES: i64 = CREATED + 10;
const DOCUMENT: &str = "sample document";
const HEADER: &str = r#"{"alg":"RS256","kid":"s1"}"#;

pub(crate) fn file(keys: &Keys) -> String {
    let groups = vec![
        main_group(keys),
        leeway(keys),
        weak(keys, None),
        weak(keys, Some("allow")),
        selection(keys),
        no_keys(keys),
        limits(keys),
        certified_group(keys),
    ];
    let header = &[
        "Certificates of MIRACL Trust's `POST /dvs/verify`, bare or inside the service's answer.",
        "`expected` is one of: a document, a hash, the body of the request, or unbound.",
    ];
    format::file("dvs-certificate", "schemas/dvs-certificate.json", header, groups)
}

fn hash() -> String {
    hex::encode(&sha256(DOCUMENT.as_bytes()))
}

fn expecting_hash(hash: impl Into<String>) -> Object<'static> {
    Object::new().with("hash", hash.into())
}

fn unbound() -> Object<'static> {
    Object::new().with("unbound", Value::Bool(true))
}

fn request(hash: &str, timestamp: i64) -> Object<'static> {
    let body = Object::new()
        .with("signature", Object::new().with("hash", hash))
        .with("timestamp", timestamp)
        .with("type", "verification");
    Object::new().with("request", body.to_string())
}

fn group(comment: &'static str, members: &Object<'static>) -> Group {
    let defaults = Object::new().with("at", CREATED + 5).with("expected", expecting_hash(hash()));
    Group::new(comment, members, &defaults)
}

fn with_keys(set: &[Object<'static>]) -> Object<'static> {
    Object::new().with("keys", jwks(set))
}

fn main_group(keys: &Keys) -> Group {
    let mut group = group("RSA with 2048 bits", &with_keys(&[keys.main.jwk().with("use", "sig")]));
    let token = certificate(&keys.main, CREATED, EXPIRES, &hash()).unwrap();
    let of = |payload: &str| rs256(&keys.main, HEADER, payload);
    let at =
        |created: i64, expires: i64| certificate(&keys.main, created, expires, &hash()).unwrap();
    let answer = certificate_answer(&token).to_string();
    group.extend([
        Case::new("bare certificate", &["Valid"], token.clone(), Ok),
        Case::new("answer", &["Valid", "Envelope"], answer.clone(), Ok),
        Case::new(
            "answer with white space and a further member",
            &["Valid", "Envelope"],
            format!(" {{\n\"certificate\": \"{token}\",\n\"x\": [] }}\r\n"),
            Ok,
        ),
        Case::new(
            "members in another order, and one more",
            &["Valid"],
            of(&format!(r#"{{"x":null,"hash":"{}","exp":{EXPIRES},"cAt":{CREATED}}}"#, hash())),
            Ok,
        ),
        Case::new("bound to its document", &["Valid", "Binding"], token.clone(), Ok)
            .expecting(Object::new().with("document", DOCUMENT)),
        Case::new("bound to its request", &["Valid", "Binding"], token.clone(), Ok)
            .expecting(request(&hash(), CREATED - 3019)),
        Case::new(
            "request signed in the second of the issue",
            &["Valid", "Binding", "TimeBoundary"],
            token.clone(),
            Ok,
        )
        .expecting(request(&hash(), CREATED)),
        Case::new("bound to nothing", &["Valid", "Binding"], token.clone(), Ok)
            .expecting(unbound()),
        Case::new("judged at cAt", &["Valid", "AsIssued"], token.clone(), Ok).issued(),
        Case::new("times beyond 32 bits", &["Valid"], at(4_102_444_800, 4_102_444_810), Ok)
            .at(4_102_444_805),
        Case::new(
            "times up to the end of 9999",
            &["Valid"],
            at(253_402_300_798, 253_402_300_799),
            Ok,
        )
        .issued(),
        Case::new(
            "hash in upper case, expected so",
            &["Valid", "Binding"],
            of(&certificate_payload(CREATED, EXPIRES, "AB")),
            Ok,
        )
        .expecting(expecting_hash("AB")),
        Case::new("lives an hour", &["TimeBoundary"], at(CREATED, CREATED + 3600), Ok),
        Case::new(
            "lives a second more than an hour",
            &["TimeBoundary"],
            at(CREATED, CREATED + 3601),
            TimestampWindow,
        ),
        Case::new(
            "lives until the end of 9999",
            &["TimeBoundary"],
            at(CREATED, 253_402_300_799),
            TimestampWindow,
        ),
        Case::new("one second before cAt", &["TimeBoundary"], token.clone(), NotYetValid)
            .at(CREATED - 1),
        Case::new("at cAt", &["TimeBoundary"], token.clone(), Ok).at(CREATED),
        Case::new("one second before exp", &["TimeBoundary"], token.clone(), Ok).at(EXPIRES - 1),
        Case::new("expired at exp", &["TimeBoundary"], token.clone(), Expired).at(EXPIRES),
        Case::new("years later", &["TimeBoundary"], token.clone(), Expired)
            .at(CREATED + 100_000_000),
        Case::new(
            "exp equals cAt, judged at cAt",
            &["TimeBoundary", "AsIssued"],
            at(CREATED, CREATED),
            Expired,
        )
        .issued(),
        Case::new(
            "exp before cAt, judged between them",
            &["TimeBoundary"],
            at(CREATED, CREATED - 10),
            NotYetValid,
        )
        .at(CREATED - 5),
        Case::new(
            "request signed one second after the issue",
            &["Binding", "TimeBoundary"],
            token.clone(),
            SignedAfterIssue,
        )
        .expecting(request(&hash(), CREATED + 1)),
        Case::new("another request", &["Binding"], token.clone(), HashMismatch)
            .expecting(request("74657374", CREATED)),
        Case::new("another document", &["Binding"], token.clone(), HashMismatch)
            .expecting(Object::new().with("document", "Sample document")),
        Case::new("another hash", &["Binding"], token.clone(), HashMismatch)
            .expecting(expecting_hash("74657374")),
        Case::new("hash in another letter case", &["Binding"], token.clone(), HashMismatch)
            .expecting(expecting_hash(hash().to_uppercase())),
        Case::new(
            "only the beginning of the hash is expected",
            &["Binding"],
            token.clone(),
            HashMismatch,
        )
        .expecting(expecting_hash(&hash()[..32])),
        Case::new("an empty hash is expected", &["Binding"], token.clone(), HashMismatch)
            .expecting(expecting_hash("")),
        Case::new(
            "certificate by another key",
            &["Modified"],
            rs256(&keys.other, HEADER, &certificate_payload(CREATED, EXPIRES, &hash())),
            SignatureMismatch,
        ),
    ]);
    group.extend(modified(&token));
    group.extend(algorithms(keys));
    group.extend(payloads(keys));
    group.extend(envelopes(&token));
    group.extend(other_kinds(keys));
    group
}

/// The genuine signature beside other content.
fn modified(token: &str) -> Vec<Case> {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = countersign::encoding::base64::decode_url(signature.as_bytes()).unwrap();
    let mut cases = Vec::new();
    for (comment, payload) in [
        ("exp put off", certificate_payload(CREATED, EXPIRES + 1000, &hash())),
        ("cAt put back", certificate_payload(CREATED - 1000, EXPIRES, &hash())),
        ("hash exchanged", certificate_payload(CREATED, EXPIRES, "74657374")),
    ] {
        let input = signing_input(HEADER.as_bytes(), payload.as_bytes());
        cases.push(Case::new(comment, &["Modified"], join(&input, &signature), SignatureMismatch));
    }
    let input = signing_input(br#"{"alg":"RS256"}"#, &payload_of(input));
    cases.push(Case::new(
        "kid removed",
        &["Modified"],
        join(&input, &signature),
        SignatureMismatch,
    ));
    cases
}

fn payload_of(input: &str) -> Vec<u8> {
    let (_, payload) = input.split_once('.').unwrap();
    countersign::encoding::base64::decode_url(payload.as_bytes()).unwrap()
}

fn algorithms(keys: &Keys) -> Vec<Case> {
    let payload = certificate_payload(CREATED, EXPIRES, &hash());
    let sign = |alg: &str, algorithm: Algorithm| {
        let header = format!(r#"{{"alg":"{alg}","kid":"s1"}}"#);
        keys.main.compact(header.as_bytes(), payload.as_bytes(), algorithm).unwrap()
    };
    vec![
        Case::new(
            "alg none",
            &["AlgorithmNone"],
            sign("none", Algorithm::Rs256),
            UnsupportedAlgorithm,
        ),
        Case::new(
            "alg none without a signature",
            &["AlgorithmNone"],
            format!("{}.", signing_input(br#"{"alg":"none"}"#, payload.as_bytes())),
            Malformed,
        ),
        Case::new(
            "RS512",
            &["AlgorithmConfusion"],
            sign("RS512", Algorithm::Rs512),
            AlgorithmMismatch,
        ),
        Case::new(
            "PS256",
            &["AlgorithmConfusion"],
            sign("PS256", Algorithm::Ps256),
            AlgorithmMismatch,
        ),
        Case::new(
            "says HS256",
            &["AlgorithmConfusion"],
            sign("HS256", Algorithm::Rs256),
            AlgorithmMismatch,
        ),
        Case::new(
            "crit",
            &["CriticalHeader"],
            rs256(&keys.main, r#"{"alg":"RS256","crit":["x"],"x":1}"#, &payload),
            CriticalHeader,
        ),
    ]
}

fn payloads(keys: &Keys) -> Vec<Case> {
    let of = |payload: &str| rs256(&keys.main, HEADER, payload);
    let member = |name: &str, value: &str| {
        let mut members = [
            ("cAt", CREATED.to_string()),
            ("exp", EXPIRES.to_string()),
            ("hash", format!("\"{}\"", hash())),
        ];
        for (own, text) in &mut members {
            if *own == name {
                value.clone_into(text);
            }
        }
        let members: Vec<String> = members
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("\"{name}\":{text}"))
            .collect();
        of(&format!("{{{}}}", members.join(",")))
    };
    let mut cases = Vec::new();
    let mut add = |comment: String, token: String, code: Code| {
        cases.push(Case::new(comment, &["ClaimType"], token, code).expecting(unbound()));
    };
    for name in ["cAt", "exp", "hash"] {
        add(format!("{name} is missing"), member(name, ""), MissingMember);
        add(format!("{name} is null"), member(name, "null"), WrongType);
    }
    for name in ["cAt", "exp"] {
        for (kind, value) in [
            ("a string", "\"1649404580\""),
            ("a fraction", "1649404580.0"),
            ("2^63", "9223372036854775808"),
        ] {
            add(format!("{name} is {kind}"), member(name, value), WrongType);
        }
        add(format!("{name} is negative"), member(name, "-1"), Malformed);
        add(format!("{name} is in the year 10000"), member(name, "253402300800"), Malformed);
    }
    add("hash is a number".into(), member("hash", "74657374"), WrongType);
    add("hash is empty".into(), member("hash", "\"\""), Malformed);
    add(
        "hash is repeated".into(),
        member("exp", &format!("{EXPIRES},\"hash\":\"00\"")),
        DuplicateMember,
    );
    add(
        "cAt is repeated with an escape".into(),
        member("cAt", &format!("{CREATED},\"c\\u0041t\":0")),
        DuplicateMember,
    );
    add(
        "cAt in another letter case".into(),
        of(&format!(r#"{{"cat":{CREATED},"exp":{EXPIRES},"hash":"00"}}"#)),
        MissingMember,
    );
    add("payload is empty".into(), of(""), Malformed);
    add("payload is text".into(), of("hash"), Malformed);
    add("payload is an array".into(), of("[]"), WrongType);
    add("payload is cut".into(), of(r#"{"cAt":1649404580"#), Malformed);
    add("payload is followed by another".into(), of("{}{}"), Malformed);
    cases
}

/// What the same issuer signs, and is no certificate.
fn other_kinds(keys: &Keys) -> Vec<Case> {
    [
        (
            "ID token",
            format!(r#"{{"iss":"i","sub":"s","aud":"a","iat":{CREATED},"exp":{EXPIRES}}}"#),
        ),
        ("access token with a hash", format!(r#"{{"exp":{EXPIRES},"hash":"{}"}}"#, hash())),
        ("nothing", "{}".to_owned()),
    ]
    .into_iter()
    .map(|(comment, payload)| {
        let token = rs256(&keys.main, HEADER, &payload);
        Case::new(format!("another kind: {comment}"), &["TokenKind"], token, MissingMember)
    })
    .chain(two_kinds(keys))
    .collect()
}

/// What is a certificate, and something else as well.
fn two_kinds(keys: &Keys) -> Vec<Case> {
    let with = |header: &str, more: &str| {
        let payload = format!(r#"{{"cAt":{CREATED},"exp":{EXPIRES},"hash":"{}"{more}}}"#, hash());
        rs256(&keys.main, &format!(r#"{{"alg":"RS256","kid":"s1"{header}}}"#), &payload)
    };
    let mut cases = vec![
        Case::new("typ is JWT", &["Valid", "TokenKind"], with(r#","typ":"JWT""#, ""), Ok),
        Case::new(
            "typ of another kind of token",
            &["TokenKind"],
            with(r#","typ":"at+jwt""#, ""),
            ContentMismatch,
        ),
        Case::new(
            "an authentication token as well",
            &["TokenKind"],
            with("", &format!(r#","iss":"i","sub":"s","aud":"a","iat":{CREATED}"#)),
            ContentMismatch,
        ),
    ];
    for member in ["iss", "sub", "aud", "cid", "projectID", "nonce"] {
        cases.push(Case::new(
            format!("{member}, which no certificate has"),
            &["TokenKind"],
            with("", &format!(r#","{member}":"a""#)),
            ContentMismatch,
        ));
    }
    cases
}

fn certified_group(keys: &Keys) -> Group {
    let (start, end) = (CREATED + 2, CREATED + 7);
    let mut group = group("keys with a certificate", &with_keys(&certified::set(keys, start, end)));
    let payload = certificate_payload(CREATED, EXPIRES, &hash());
    group.extend(certified::cases(start, end, |kid| {
        rs256(&keys.main, &format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#), &payload)
    }));
    group
}

fn envelopes(token: &str) -> Vec<Case> {
    let flattened = format!(r#"{{"payload":"AA","protected":"AA","signature":"{token}"}}"#);
    let mut cases = Vec::new();
    for (comment, body, code) in [
        ("answer without a certificate", "{}".to_owned(), MissingMember),
        ("certificate is null", r#"{"certificate":null}"#.to_owned(), WrongType),
        ("certificate is an object", r#"{"certificate":{}}"#.to_owned(), WrongType),
        ("certificate is empty", r#"{"certificate":""}"#.to_owned(), Malformed),
        ("certificate has two parts", r#"{"certificate":"ey.fQ"}"#.to_owned(), Malformed),
        ("certificate has one part", r#"{"certificate":"eyfQnD"}"#.to_owned(), Malformed),
        (
            "certificate has five parts",
            r#"{"certificate":"a.b.c.d.e"}"#.to_owned(),
            UnsupportedFormat,
        ),
        (
            "two certificates",
            format!(r#"{{"certificate":"{token}","certificate":"{token}"}}"#),
            DuplicateMember,
        ),
        (
            "certificate with a line break after it",
            format!(r#"{{"certificate":"{token}\n"}}"#),
            Malformed,
        ),
        ("answer is cut", format!(r#"{{"certificate":"{token}""#), Malformed),
        ("text after the answer", format!(r#"{{"certificate":"{token}"}}x"#), Malformed),
        ("JSON serialisation", flattened, MissingMember),
        ("array around the answer", format!(r#"[{{"certificate":"{token}"}}]"#), Malformed),
        ("nothing", String::new(), Malformed),
    ] {
        cases.push(Case::new(comment, &["Envelope"], body, code));
    }
    cases
}

fn leeway(keys: &Keys) -> Group {
    let policy = Object::new().with("leeway", 5_i64);
    let mut group =
        group("5 seconds of leeway", &with_keys(&[keys.main.jwk()]).with("policy", policy));
    let token = certificate(&keys.main, CREATED, EXPIRES, &hash()).unwrap();
    group.extend([
        Case::new("6 seconds before cAt", &["Leeway", "TimeBoundary"], token.clone(), NotYetValid)
            .at(CREATED - 6),
        Case::new("5 seconds before cAt", &["Leeway", "TimeBoundary"], token.clone(), Ok)
            .at(CREATED - 5),
        Case::new("4 seconds after exp", &["Leeway", "TimeBoundary"], token.clone(), Ok)
            .at(EXPIRES + 4),
        Case::new("5 seconds after exp", &["Leeway", "TimeBoundary"], token.clone(), Expired)
            .at(EXPIRES + 5),
        Case::new(
            "leeway is not for the time of the request",
            &["Leeway", "Binding"],
            token,
            SignedAfterIssue,
        )
        .expecting(request(&hash(), CREATED + 1)),
    ]);
    group
}

fn weak(keys: &Keys, opt_in: Option<&'static str>) -> Group {
    let set = [
        keys.weak.jwk(),
        keys.odd_size.jwk().with("kid", "1536"),
        keys.main.jwk().with("kid", "2048"),
    ];
    let (mut group, code) = match opt_in {
        None => (group("RSA with 1024 bits, refused", &with_keys(&set)), KeyTooSmall),
        Some(opt_in) => {
            let policy = Object::new().with("rsa1024", opt_in);
            (
                group(
                    "RSA with 1024 bits, accepted by an opt-in",
                    &with_keys(&set).with("policy", policy),
                ),
                Ok,
            )
        }
    };
    let payload = certificate_payload(CREATED, EXPIRES, &hash());
    group.add(Case::new("1024 bits", &["WeakKey"], rs256(&keys.weak, HEADER, &payload), code));
    group.add(Case::new(
        "1536 bits",
        &["WeakKey"],
        rs256(&keys.odd_size, r#"{"alg":"RS256","kid":"1536"}"#, &payload),
        KeyTooSmall,
    ));
    group.add(Case::new(
        "2048 bits",
        &["Valid"],
        rs256(&keys.main, r#"{"alg":"RS256","kid":"2048"}"#, &payload),
        Ok,
    ));
    if opt_in.is_some() {
        let input = signing_input(HEADER.as_bytes(), payload.as_bytes());
        for (defect, block) in blocks::padding_defects(input.as_bytes(), keys.weak.size()) {
            let signature = keys.weak.sign_block(&block).unwrap();
            group.add(Case::new(
                format!("1024 bits: {defect}"),
                &["Padding", "WeakKey"],
                join(&input, &signature),
                SignatureMismatch,
            ));
        }
        let signature = keys.weak.sign_raw(input.as_bytes(), Algorithm::Rs256).unwrap();
        for (defect, signature) in blocks::wrong_forms(&keys.weak, &signature) {
            group.add(Case::new(
                format!("1024 bits: signature: {defect}"),
                &["SignatureForm", "WeakKey"],
                join(&input, &signature),
                SignatureMismatch,
            ));
        }
    }
    group
}

fn selection(keys: &Keys) -> Group {
    let set = [
        keys.main.jwk(),
        keys.other.jwk(),
        keys.ec.jwk(),
        keys.main.jwk().with("kid", "twice"),
        keys.main.jwk().with("kid", "twice"),
        keys.main.jwk().with("kid", "rs512").with("alg", "RS512"),
        keys.main.jwk().with("kid", "enc").with("use", "enc"),
        nameless(&keys.main).with("kid", "private").with("d", "AQAB"),
    ];
    let mut group = group("several keys", &with_keys(&set));
    let payload = certificate_payload(CREATED, EXPIRES, &hash());
    for (comment, kid, flags, code) in [
        ("its kid", "s1", &["Valid", "KeySelection"][..], Ok),
        ("kid of another key", "s2", &["KeySelection"], SignatureMismatch),
        ("kid that no key has", "s9", &["KeySelection"], UnknownKey),
        ("kid that the same key has twice", "twice", &["Valid", "KeySelection"], Ok),
        ("kid of a P-256 key", "e1", &["KeySelection"], AlgorithmMismatch),
        ("kid of a key for RS512", "rs512", &["KeyUse"], AlgorithmMismatch),
        ("kid of a key for encryption", "enc", &["KeyUse"], KeyUse),
        ("kid of a private key", "private", &["UnusableKey"], KeyUnusable),
    ] {
        let header = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
        group.add(Case::new(comment, flags, rs256(&keys.main, &header, &payload), code));
    }
    group.add(Case::new(
        "no kid",
        &["KeySelection"],
        rs256(&keys.main, r#"{"alg":"RS256"}"#, &payload),
        AmbiguousKey,
    ));
    group
}

fn no_keys(keys: &Keys) -> Group {
    let mut group = group("no keys", &with_keys(&[]));
    let token = certificate(&keys.main, CREATED, EXPIRES, &hash()).unwrap();
    group.add(Case::new("nothing to verify with", &["KeySelection"], token.clone(), NoKey));
    group.add(
        Case::new("nothing to verify with, and long expired", &["KeySelection"], token, NoKey)
            .at(CREATED + 1000),
    );
    group.add(Case::new("what is malformed is so without a key", &["Structure"], "a.b", Malformed));
    group
}

fn limits(keys: &Keys) -> Group {
    let token = certificate(&keys.main, CREATED, EXPIRES, &hash()).unwrap();
    let answer = certificate_answer(&token).to_string();
    let limits = Object::new().with("tokenBytes", token.len()).with("messageBytes", answer.len());
    let members =
        with_keys(&[keys.main.jwk()]).with("policy", Object::new().with("limits", limits));
    let mut group = group("limits that these just fit", &members);
    let longer = certificate(&keys.main, CREATED, EXPIRES, &format!("{}00", hash())).unwrap();
    group.extend([
        Case::new("token at the limit", &["Limit"], token, Ok),
        Case::new("answer at the limit", &["Limit", "Envelope"], answer.clone(), Ok),
        Case::new("token beyond the limit", &["Limit"], longer, TooLarge),
        Case::new(
            "answer one byte beyond the limit",
            &["Limit", "Envelope"],
            format!("{answer} "),
            TooLarge,
        ),
    ]);
    group
}
