//! Every era: its shape, its envelope, and the shapes of the others.

use countersign::Algorithm;
use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::registration::Era;
use countersign_testkit::Issuer as _;
use countersign_testkit::RsaIssuer;
use countersign_testkit::mosip::{OUTER_HEADER, answer, error_answer, signature_text, wrap};

use super::super::format::{Case, Group};
use super::super::keys::{Keys, nameless, without};
use super::artefacts::{ERAS, full, genuine, genuine_payload, group, with_keys};

pub(super) fn eras(keys: &Keys) -> Group {
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
