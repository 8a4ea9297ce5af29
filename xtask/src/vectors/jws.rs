//! Compact JWS, and JWT where the payload is a JSON object.

use countersign::Code::{self, *};
use countersign::encoding::hex;
use countersign::encoding::json::{Object, Value};
use countersign::{Algorithm, Secret};
use countersign_testkit::{Issuer, RsaIssuer, hs256, join, signing_input};

use super::blocks;
use super::certified;
use super::format::{self, Case, Group};
use super::jwt;
use super::keys::{HS256_SECRET, Keys, hs256_secret, jwks, nameless, rs256, rs256_of_texts, texts};

pub(super) const NOW: i64 = 1_649_404_585;
const HEADER: &str = r#"{"alg":"RS256","kid":"s1"}"#;
const PAYLOAD: &str = "{}";

pub(crate) fn file(keys: &Keys) -> String {
    let groups = vec![
        rs256_group(keys),
        other_algorithms(keys),
        several_keys(keys),
        key_choice(
            keys,
            "keys without an identifier",
            &[nameless(&keys.main)],
            &[
                ("key without `kid`, token with one", HEADER, Ok),
                ("key without `kid`, token without", r#"{"alg":"RS256"}"#, Ok),
            ],
        ),
        key_choice(
            keys,
            "two keys without an identifier",
            &[nameless(&keys.main), nameless(&keys.other)],
            &[
                ("two keys without `kid`, token with one", HEADER, UnknownKey),
                ("two keys without `kid`, token without", r#"{"alg":"RS256"}"#, AmbiguousKey),
            ],
        ),
        key_choice(
            keys,
            "no keys",
            &[],
            &[
                ("no keys at all", HEADER, NoKey),
                ("no keys at all, token without `kid`", r#"{"alg":"RS256"}"#, NoKey),
            ],
        ),
        cubic(keys),
        hs256_group(keys),
        jwt::claims(keys),
        jwt::expectations(keys),
        jwt::requirements(keys),
        certified_group(keys),
        published(),
        jwt::leeway(keys),
    ];
    let header = &[
        "Compact JWS (RFC 7515). A payload that is a JSON object is a set of JWT claims (RFC 7519).",
        "Each key of a group verifies one algorithm: its `alg`, or RS256 or ES256 by its type.",
        "A group with `secretHex` has one HMAC secret given by hand, and verifies HS256 only.",
        "What `expected` does not name is not expected: an issuer, an audience, and an `exp` at all. Of several audiences, any one suffices.",
    ];
    format::file("jws", "schemas/jws.json", header, groups)
}

pub(super) fn defaults() -> Object<'static> {
    Object::new().with("at", NOW).with("expected", Object::new())
}

pub(super) fn group(comment: &'static str, keys: &[Object<'static>]) -> Group {
    Group::new(comment, &Object::new().with("keys", jwks(keys)), &defaults())
}

fn rs256_group(keys: &Keys) -> Group {
    let key = &keys.main;
    let sign = |header: &str, payload: &str| rs256(key, header, payload);
    let mut group = group("RSA with 2048 bits, RS256", &[key.jwk()]);
    group.add(Case::new("payload is an empty object", &["Valid"], sign(HEADER, PAYLOAD), Ok));
    group.add(Case::new("payload is no JSON", &["Valid"], sign(HEADER, "\u{1}text"), Ok));
    group.add(Case::new("payload is empty", &["Valid"], sign(HEADER, ""), Ok));
    group.add(Case::new(
        "header with white space",
        &["Valid", "StrictJson"],
        sign(" {\n\"alg\" : \"RS256\"\t}\r\n", PAYLOAD),
        Ok,
    ));
    group.add(Case::new(
        "header without `kid`, one key",
        &["Valid", "KeySelection"],
        sign(r#"{"alg":"RS256"}"#, PAYLOAD),
        Ok,
    ));
    group.add(Case::new(
        "header with `typ` and unknown members",
        &["Valid"],
        sign(r#"{"alg":"RS256","kid":"s1","typ":"JWT","x":{"y":[1]}}"#, PAYLOAD),
        Ok,
    ));
    group.add(Case::new(
        "header with b64 true",
        &["Valid", "CriticalHeader"],
        sign(r#"{"alg":"RS256","b64":true}"#, PAYLOAD),
        Ok,
    ));
    for (comment, start) in [
        ("NUL", "\0"),
        ("a byte order mark", "\u{feff}"),
        ("a byte order mark and NUL", "\u{feff}\0"),
        ("a no-break space", "\u{a0}"),
    ] {
        group.add(Case::new(
            format!("payload is an object behind {comment}"),
            &["StrictJson"],
            sign(HEADER, &format!("{start}{{\"exp\":1}}")),
            Malformed,
        ));
    }
    let utf16: Vec<u8> = "{\"exp\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    group.add(Case::new(
        "payload is an object in UTF-16 behind a byte order mark",
        &["StrictJson"],
        key.compact(HEADER.as_bytes(), &[&[0xff, 0xfe], &utf16[..]].concat(), Algorithm::Rs256)
            .unwrap(),
        Malformed,
    ));
    group.extend(headers(keys));
    group.extend(structures(keys));
    group.extend(base64_defects(keys));

    let input = signing_input(HEADER.as_bytes(), PAYLOAD.as_bytes());
    for (defect, block) in blocks::padding_defects(input.as_bytes(), key.size()) {
        let signature = key.sign_block(&block).unwrap();
        group.add(Case::new(defect, &["Padding"], join(&input, &signature), SignatureMismatch));
    }
    let signature = key.sign_raw(input.as_bytes(), Algorithm::Rs256).unwrap();
    for (defect, signature) in blocks::wrong_forms(key, &signature) {
        group.add(Case::new(
            format!("signature: {defect}"),
            &["SignatureForm"],
            join(&input, &signature),
            SignatureMismatch,
        ));
    }
    // Not every signature leaves room for the modulus; count until one does.
    let (input, sum) = (0..)
        .find_map(|count| {
            let input = signing_input(HEADER.as_bytes(), format!("{count}").as_bytes());
            let signature = key.sign_raw(input.as_bytes(), Algorithm::Rs256).unwrap();
            blocks::plus_modulus(key, &signature).map(|sum| (input, sum))
        })
        .unwrap();
    group.add(Case::new(
        "signature plus modulus, of the same length",
        &["SignatureForm"],
        join(&input, &sum),
        SignatureMismatch,
    ));

    let token = sign(HEADER, PAYLOAD);
    let (_, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = texts(HEADER, PAYLOAD);
    let (other_header, other_payload) = texts(r#"{"alg":"RS256","kid":"s1" }"#, "{} ");
    let moved = key.sign_raw(payload.as_bytes(), Algorithm::Rs256).unwrap();
    group.extend([
        Case::new(
            "payload exchanged",
            &["Modified"],
            format!("{header}.{other_payload}.{signature}"),
            SignatureMismatch,
        ),
        Case::new(
            "header exchanged",
            &["Modified"],
            format!("{other_header}.{payload}.{signature}"),
            SignatureMismatch,
        ),
        Case::new(
            "signature by another key",
            &["Modified"],
            rs256(&keys.other, HEADER, PAYLOAD),
            SignatureMismatch,
        ),
        Case::new(
            "signature over the payload alone",
            &["Modified"],
            join(&format!("{header}.{payload}"), &moved),
            SignatureMismatch,
        ),
    ]);
    for algorithm in [Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256] {
        let token = key.compact(HEADER.as_bytes(), PAYLOAD.as_bytes(), algorithm).unwrap();
        group.add(Case::new(
            format!("says RS256, signed with {algorithm}"),
            &["AlgorithmConfusion"],
            token,
            SignatureMismatch,
        ));
        let header = format!(r#"{{"alg":"{algorithm}","kid":"s1"}}"#);
        let token = key.compact(header.as_bytes(), PAYLOAD.as_bytes(), algorithm).unwrap();
        group.add(Case::new(
            format!("says {algorithm} and is signed so, with a key for RS256"),
            &["AlgorithmConfusion"],
            token,
            AlgorithmMismatch,
        ));
    }
    let pem = key.public_key_pem();
    for (comment, secret) in [
        ("PEM", pem.clone().into_bytes()),
        ("PEM after a space", format!(" {pem}").into_bytes()),
        ("PEM without the last line break", pem.trim_end().into()),
        ("JWK", key.jwk().to_string().into_bytes()),
        ("modulus", key.modulus()),
    ] {
        let header = Object::new().with("alg", "HS256").with("kid", "s1");
        group.add(Case::new(
            format!("HS256 with the public key's {comment} as secret"),
            &["AlgorithmConfusion"],
            hs256(&Secret::new(secret), &header, b"{}"),
            AlgorithmMismatch,
        ));
    }
    let token = keys.ec.compact(br#"{"alg":"ES256","kid":"s1"}"#, b"{}", Algorithm::Es256).unwrap();
    group.add(Case::new("ES256 by another key", &["AlgorithmConfusion"], token, AlgorithmMismatch));
    group
}

fn headers(keys: &Keys) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |comment: &str, flags, header: &str, code| {
        cases.push(Case::new(comment, flags, rs256(&keys.main, header, PAYLOAD), code));
    };
    for name in ["none", "nOnE"] {
        add(
            &format!("alg {name}"),
            &["AlgorithmNone"],
            &format!(r#"{{"alg":"{name}"}}"#),
            UnsupportedAlgorithm,
        );
    }
    for (comment, name) in [
        ("alg in lower case", "rs256"),
        ("alg with a space after it", "RS256 "),
        ("alg with NUL after it", "RS256\\u0000"),
        ("alg empty", ""),
    ] {
        add(
            comment,
            &["Header"],
            &format!(r#"{{"alg":"{name}","kid":"s1"}}"#),
            UnsupportedAlgorithm,
        );
    }
    add("alg missing", &["Header"], r#"{"kid":"s1"}"#, MissingMember);
    add("Alg with a capital letter", &["Header"], r#"{"Alg":"RS256"}"#, MissingMember);
    for (kind, value) in [("null", "null"), ("a number", "256"), ("an array", r#"["RS256"]"#)] {
        add(&format!("alg is {kind}"), &["Header"], &format!(r#"{{"alg":{value}}}"#), WrongType);
    }
    for (comment, member) in [
        ("crit names an unknown extension", r#""crit":["exp"],"exp":1"#),
        ("crit names b64", r#""crit":["b64"],"b64":false"#),
        ("crit is empty", r#""crit":[]"#),
        ("crit is null", r#""crit":null"#),
        ("crit names a registered member", r#""crit":["alg"]"#),
        ("b64 false without crit", r#""b64":false"#),
    ] {
        add(
            comment,
            &["CriticalHeader"],
            &format!(r#"{{"alg":"RS256",{member}}}"#),
            CriticalHeader,
        );
    }
    add("enc", &["Header"], r#"{"alg":"RS256","enc":"A256GCM"}"#, UnsupportedFormat);
    add("zip", &["Header"], r#"{"alg":"RS256","zip":"DEF"}"#, UnsupportedFormat);
    add("kid is a number", &["Header"], r#"{"alg":"RS256","kid":1}"#, WrongType);
    add("typ is a number", &["Header"], r#"{"alg":"RS256","typ":1}"#, WrongType);
    for (comment, kid) in [
        ("kid that no key has", "s9"),
        ("kid in another letter case", "S1"),
        ("kid with a space after it", "s1 "),
        ("kid empty", ""),
        ("kid is a path", "../../../../dev/null"),
        ("kid is a query", "' OR '1'='1"),
        ("kid with NUL after it", "s1\\u0000"),
    ] {
        add(comment, &["KeySelection"], &format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#), UnknownKey);
    }
    add(
        "kid of 256 bytes",
        &["Limit"],
        &format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(256)),
        UnknownKey,
    );
    add(
        "kid of 257 bytes",
        &["Limit"],
        &format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(257)),
        TooLarge,
    );

    let jwk = keys.other.jwk();
    let embedded = format!(r#"{{"alg":"RS256","jwk":{jwk}}}"#);
    cases.push(Case::new(
        "signed by the key in `jwk`",
        &["EmbeddedKey"],
        rs256(&keys.other, &embedded, PAYLOAD),
        SignatureMismatch,
    ));
    let mut add = |comment: &str, flags, header: &str, code| {
        cases.push(Case::new(comment, flags, rs256(&keys.main, header, PAYLOAD), code));
    };
    add(
        "another key in `jwk`, signed by the trusted one",
        &["Valid", "EmbeddedKey"],
        &embedded,
        Ok,
    );
    add(
        "`jku` and `x5u` to somewhere",
        &["Valid", "EmbeddedKey"],
        r#"{"alg":"RS256","jku":"file:///etc/passwd","x5u":"http://169.254.169.254/"}"#,
        Ok,
    );
    add(
        "`x5c` of nonsense",
        &["Valid", "EmbeddedKey"],
        r#"{"alg":"RS256","x5c":["AA=="],"x5t":1}"#,
        Ok,
    );

    add("alg repeated", &["StrictJson"], r#"{"alg":"RS256","alg":"RS256"}"#, DuplicateMember);
    add(
        "alg repeated with an escape",
        &["StrictJson"],
        r#"{"alg":"RS256","\u0061lg":"none"}"#,
        DuplicateMember,
    );
    add(
        "member repeated in a nested object",
        &["StrictJson"],
        r#"{"alg":"RS256","x":{"y":1,"y":1}}"#,
        DuplicateMember,
    );
    for (comment, header) in [("header is an array", r#"["RS256"]"#), ("header is null", "null")] {
        add(comment, &["StrictJson"], header, WrongType);
    }
    for (comment, header) in [
        ("header is cut", r#"{"alg":"RS256""#),
        ("text after the header", r#"{"alg":"RS256"}x"#),
        ("comma after the last member", r#"{"alg":"RS256",}"#),
        ("comment in the header", r#"{"alg":"RS256"/**/}"#),
        ("byte order mark", "\u{feff}{\"alg\":\"RS256\"}"),
        ("line break in a string", "{\"alg\":\"RS256\",\"x\":\"\n\"}"),
        ("lone surrogate", r#"{"alg":"RS256","x":"\ud800"}"#),
        ("number with a leading zero", r#"{"alg":"RS256","x":01}"#),
    ] {
        add(comment, &["StrictJson"], header, Malformed);
    }
    let nested = |depth: usize| {
        format!(r#"{{"alg":"RS256","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth))
    };
    add("header with 16 levels", &["Limit"], &nested(15), Ok);
    add("header with 17 levels", &["Limit"], &nested(16), TooLarge);
    let members = |count: usize| {
        let more: Vec<String> = (1..count).map(|index| format!(r#","m{index}":1"#)).collect();
        format!(r#"{{"alg":"RS256"{}}}"#, more.concat())
    };
    add("header with 64 members", &["Limit"], &members(64), Ok);
    add("header with 65 members", &["Limit"], &members(65), TooLarge);

    let token = |header: &[u8]| keys.main.compact(header, b"{}", Algorithm::Rs256).unwrap();
    cases.push(Case::new(
        "header is not UTF-8",
        &["StrictJson"],
        token(b"{\"alg\":\"RS256\",\"x\":\"\xff\"}"),
        Malformed,
    ));
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    cases.push(Case::new("header is UTF-16", &["StrictJson"], token(&utf16), Malformed));
    cases.push(Case::new("header is empty", &["Structure"], token(b""), Malformed));
    cases
}

fn structures(keys: &Keys) -> Vec<Case> {
    let token = rs256(&keys.main, HEADER, PAYLOAD);
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = input.split_once('.').unwrap();
    let malformed = [
        ("nothing", String::new()),
        ("one part", header.into()),
        ("two parts", input.into()),
        ("four parts", format!("{token}.{signature}")),
        ("no header", format!(".{payload}.{signature}")),
        ("no signature", format!("{input}.")),
        ("space before it", format!(" {token}")),
        ("line break after it", format!("{token}\n")),
        ("`Bearer` before it", format!("Bearer {token}")),
        (
            "flattened JSON serialisation",
            format!(
                r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#
            ),
        ),
    ];
    let mut cases: Vec<Case> = malformed
        .into_iter()
        .map(|(comment, token)| Case::new(comment, &["Structure"], token, Malformed))
        .collect();
    cases.push(Case::new(
        "five parts, as JWE has",
        &["Structure"],
        format!("{token}.AA.AA"),
        UnsupportedFormat,
    ));
    cases.push(Case::new(
        "not UTF-8",
        &["Structure"],
        [token.as_bytes(), &[0xff]].concat(),
        Malformed,
    ));
    cases.push(Case::new("8192 bytes", &["Limit"], of_length(keys, 8192), Ok));
    cases.push(Case::new("8193 bytes", &["Limit"], of_length(keys, 8193), TooLarge));
    cases
}

/// A valid token of exactly this length, filled with white space.
fn of_length(keys: &Keys, length: usize) -> String {
    let encoded = |bytes: usize| (bytes * 4).div_ceil(3);
    let rest = 2 + encoded(keys.main.size());
    // No base64url has 1 character modulo 4, so the header has to be filled as well.
    let (header, payload) = (HEADER.len()..HEADER.len() + 3)
        .flat_map(|header| (PAYLOAD.len()..length).map(move |payload| (header, payload)))
        .find(|(header, payload)| encoded(*header) + encoded(*payload) + rest == length)
        .unwrap();
    let fill = |text: &str, length: usize| format!("{text:<length$}");
    rs256(&keys.main, &fill(HEADER, header), &fill(PAYLOAD, payload))
}

fn base64_defects(keys: &Keys) -> Vec<Case> {
    let key = &keys.main;
    // 26 and 11 bytes: two bits, and four, are left over at the end.
    let (header, payload) = texts(HEADER, "countersign");
    assert_eq!((header.len() % 4, payload.len() % 4), (3, 3), "texts need padding");
    let token = rs256(key, HEADER, "countersign");
    let (input, signature) = token.rsplit_once('.').unwrap();
    let last = |text: &str| {
        let mut text = text.to_owned();
        let last = text.pop().unwrap();
        // The next character of the alphabet differs in the lowest bit, which is not used.
        text.push(char::from_u32(u32::from(last) + 1).unwrap());
        text
    };
    let mut cases = Vec::new();
    let mut add = |comment: &str, header: &str, payload: &str| {
        cases.push(Case::new(
            comment,
            &["Base64"],
            rs256_of_texts(key, header, payload),
            Malformed,
        ));
    };
    add("padding after the header", &format!("{header}="), &payload);
    add("padding after the payload", &header, &format!("{payload}="));
    add("trailing bits in the header", &last(&header), &payload);
    add("trailing bits in the payload", &header, &last(&payload));
    add("line break in the payload", &header, &format!("{}\n{}", &payload[..4], &payload[4..]));
    add("one character too many in the payload", &header, &payload[..payload.len() - 2]);
    add("standard alphabet in the payload", &header, "Pz8/");
    let mut add = |comment: &str, signature: String| {
        cases.push(Case::new(comment, &["Base64"], format!("{input}.{signature}"), Malformed));
    };
    add("padding after the signature", format!("{signature}=="));
    add("trailing bits in the signature", last(signature));
    add("line break in the signature", format!("{}\r\n{}", &signature[..76], &signature[76..]));
    let standard: String = signature
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    assert_ne!(standard, signature, "the alphabets differ for it");
    add("standard alphabet in the signature", standard);
    cases
}

fn other_algorithms(keys: &Keys) -> Group {
    let main = |algorithm: Algorithm| {
        keys.main.jwk().with("kid", algorithm.name()).with("alg", algorithm.name())
    };
    let all =
        [Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512];
    let mut set: Vec<Object<'static>> = all.into_iter().map(main).collect();
    set.push(keys.ec.jwk());
    let mut group = group("one key for each of RS384, RS512, PS256, PS384, PS512 and ES256", &set);
    for algorithm in all {
        let header = format!(r#"{{"alg":"{algorithm}","kid":"{algorithm}"}}"#);
        let sign = |by: Algorithm| keys.main.compact(header.as_bytes(), b"{}", by).unwrap();
        group.add(Case::new(algorithm.name(), &["Valid"], sign(algorithm), Ok));
        group.add(Case::new(
            format!("{algorithm}, signed with RS256"),
            &["AlgorithmConfusion"],
            sign(Algorithm::Rs256),
            SignatureMismatch,
        ));
        let header = format!(r#"{{"alg":"RS256","kid":"{algorithm}"}}"#);
        group.add(Case::new(
            format!("RS256 with the key for {algorithm}"),
            &["AlgorithmConfusion"],
            rs256(&keys.main, &header, PAYLOAD),
            AlgorithmMismatch,
        ));
    }

    let input = signing_input(br#"{"alg":"PS256","kid":"PS256"}"#, b"{}");
    let mut pss = |comment: &str, salt: usize, code, change: &dyn Fn(&mut Vec<u8>)| {
        let block = blocks::pss_block(input.as_bytes(), salt, keys.main.size(), change);
        let signature = keys.main.sign_block(&block).unwrap();
        group.add(Case::new(
            format!("PS256: {comment}"),
            &["Padding"],
            join(&input, &signature),
            code,
        ));
    };
    pss("salt of 32 bytes", 32, Ok, &|_| ());
    for salt in [0, 20, 31, 33, 222] {
        pss(&format!("salt of {salt} bytes"), salt, SignatureMismatch, &|_| ());
    }
    pss("last byte is not bc", 32, SignatureMismatch, &|block| block[255] = 0xcc);
    pss("top bit is set", 32, SignatureMismatch, &|block| block[0] |= 0x80);
    pss("hash differs in one bit", 32, SignatureMismatch, &|block| block[254] ^= 1);
    pss("padding is not zero", 32, SignatureMismatch, &|block| block[1] ^= 1);
    pss("no 01 before the salt", 32, SignatureMismatch, &|block| block[190] ^= 1);

    let header = keys.ec.header(Algorithm::Es256).to_string();
    let input = signing_input(header.as_bytes(), b"{}");
    let signature = keys.ec.sign_raw(input.as_bytes(), Algorithm::Es256).unwrap();
    group.add(Case::new("ES256", &["Valid"], join(&input, &signature), Ok));
    for (defect, signature) in blocks::ec_forms(&signature) {
        let (flags, code): (&'static [&'static str], Code) = match defect {
            // ECDSA is malleable; RFC 7518 does not ask for the smaller one.
            "n - s" => (&["Valid", "EcRange"], Ok),
            _ if defect.contains('=') => (&["EcRange"], SignatureMismatch),
            _ => (&["SignatureForm"], SignatureMismatch),
        };
        group.add(Case::new(format!("ES256: {defect}"), flags, join(&input, &signature), code));
    }
    let token = keys.ec.compact(br#"{"alg":"RS256","kid":"e1"}"#, b"{}", Algorithm::Es256).unwrap();
    group.add(Case::new(
        "RS256 with the key for ES256",
        &["AlgorithmConfusion"],
        token,
        AlgorithmMismatch,
    ));
    group
}

fn several_keys(keys: &Keys) -> Group {
    let twice = keys.main.jwk().with("kid", "twice");
    let named = |issuer: Object<'static>, kid: &'static str| issuer.with("kid", kid);
    let even = {
        let mut modulus = keys.main.modulus();
        modulus[255] -= 1;
        named(
            keys.main.jwk().with("n", countersign::encoding::base64::encode_url(&modulus)),
            "even",
        )
    };
    let operations = |name: &'static str| Value::Array(vec![Value::from(name)]);
    let set = [
        keys.main.jwk(),
        keys.other.jwk(),
        twice.clone(),
        keys.other.jwk().with("kid", "twice"),
        named(keys.main.jwk().with("use", "enc"), "use-enc"),
        named(keys.main.jwk().with("key_ops", operations("sign")), "ops-sign"),
        named(keys.main.jwk().with("use", "sig").with("key_ops", operations("verify")), "for-this"),
        named(keys.main.jwk().with("alg", "RS512"), "alg-rs512"),
        named(keys.main.jwk().with("alg", "ES256"), "alg-es256"),
        named(keys.main.jwk().with("alg", "RSA-OAEP"), "alg-oaep"),
        named(keys.main.jwk().with("d", "AQAB"), "private"),
        Object::new().with("kty", "oct").with("k", "AAAA").with("kid", "symmetric"),
        Object::new()
            .with("kty", "OKP")
            .with("crv", "Ed25519")
            .with("x", "AAAA")
            .with("kid", "okp"),
        named(keys.weak.jwk(), "rsa-1024"),
        named(keys.odd_size.jwk(), "rsa-1536"),
        even,
    ];
    let mut group = group("a set of many keys, some of them unusable", &set);
    for (comment, kid, flags, code) in [
        ("first key", "s1", &["Valid", "KeySelection"][..], Ok),
        ("kid of another key of the set", "s2", &["KeySelection"], SignatureMismatch),
        ("kid that two keys have", "twice", &["KeySelection"], AmbiguousKey),
        ("kid that no key has", "none", &["KeySelection"], UnknownKey),
        ("key for encryption", "use-enc", &["KeyUse"], KeyUse),
        ("key for signing only", "ops-sign", &["KeyUse"], KeyUse),
        ("key that says it is for this", "for-this", &["Valid", "KeyUse"], Ok),
        ("key for RS512", "alg-rs512", &["KeyUse"], AlgorithmMismatch),
        ("key with the algorithm of another type", "alg-es256", &["KeyUse"], KeyUnusable),
        ("private key", "private", &["UnusableKey"], KeyUnusable),
        ("symmetric key", "symmetric", &["UnusableKey"], KeyUnusable),
        ("Ed25519 key", "okp", &["UnusableKey"], KeyUnusable),
        ("even modulus", "even", &["UnusableKey"], KeyUnusable),
    ] {
        let header = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
        group.add(Case::new(comment, flags, rs256(&keys.main, &header, PAYLOAD), code));
    }
    for (issuer, kid) in [(&keys.weak, "rsa-1024"), (&keys.odd_size, "rsa-1536")] {
        let header = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
        group.add(Case::new(kid, &["WeakKey"], rs256(issuer, &header, PAYLOAD), KeyTooSmall));
    }
    group.add(Case::new(
        "no kid",
        &["KeySelection"],
        rs256(&keys.main, r#"{"alg":"RS256"}"#, PAYLOAD),
        AmbiguousKey,
    ));
    group
}

fn key_choice(
    keys: &Keys,
    comment: &'static str,
    set: &[Object<'static>],
    cases: &[(&'static str, &'static str, Code)],
) -> Group {
    let mut group = group(comment, set);
    for (comment, header, code) in cases {
        group.add(Case::new(
            *comment,
            &["KeySelection"],
            rs256(&keys.main, header, PAYLOAD),
            *code,
        ));
    }
    group
}

fn cubic(keys: &Keys) -> Group {
    let key = &keys.cubic;
    let mut group = group("RSA with 2048 bits and the exponent 3", &[key.jwk()]);
    let input = signing_input(HEADER.as_bytes(), PAYLOAD.as_bytes());
    group.add(Case::new(
        "signed with the private key",
        &["Valid"],
        rs256(key, HEADER, PAYLOAD),
        Ok,
    ));
    for padding in [8, 1, 0] {
        let forged = blocks::cube_root_forgery(input.as_bytes(), key.size(), padding);
        group.add(Case::new(
            format!("cube root of a block with {padding} bytes of padding"),
            &["CubeRoot"],
            join(&input, &forged),
            SignatureMismatch,
        ));
    }
    group
}

fn certified_group(keys: &Keys) -> Group {
    let (start, end) = (NOW - 10, NOW + 10);
    let mut group = group("keys with a certificate", &certified::set(keys, start, end));
    group.extend(certified::cases(start, end, |kid| {
        rs256(&keys.main, &format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#), PAYLOAD)
    }));
    let dated = |payload: &str| rs256(&keys.main, r#"{"alg":"RS256","kid":"dated"}"#, payload);
    for (comment, payload, code) in [
        ("certificate is valid as at iat", format!(r#"{{"iat":{start}}}"#), Ok),
        ("certificate is not valid as at iat", r#"{"iat":1000}"#.to_owned(), CertificateExpired),
        ("no iat to judge the certificate at", PAYLOAD.to_owned(), NoTime),
        ("no claims to judge the certificate at", "text".to_owned(), NoTime),
    ] {
        let case = Case::new(comment, &["Certificate", "AsIssued"], dated(&payload), code);
        group.add(case.issued());
    }
    group
}

fn published() -> Group {
    let pem = include_str!("../../../test-vectors/keys/rfc7515-a2-private.pem");
    let key = RsaIssuer::from_pkcs8_pem(pem, Some("s1")).unwrap();
    let mut group = group("the key of RFC 7515 appendix A.2", &[key.jwk()]);
    group.add(Case::new(
        "signed by whoever has read the RFC",
        &["Valid", "PublishedKey"],
        rs256(&key, HEADER, PAYLOAD),
        Ok,
    ));
    group
}

fn hs256_group(keys: &Keys) -> Group {
    let secret = Object::new().with("secretHex", hex::encode(HS256_SECRET));
    let mut group =
        Group::new("HMAC secret given by hand", &Object::new().with("keys", secret), &defaults());
    let header = Object::new().with("alg", "HS256");
    let token = hs256(&hs256_secret(), &header, b"{}");
    let (input, _) = token.rsplit_once('.').unwrap();
    let mac =
        countersign::encoding::base64::decode_url(&token.as_bytes()[input.len() + 1..]).unwrap();
    let mut flipped = mac.clone();
    flipped[31] ^= 1;
    group.extend([
        Case::new("HS256", &["Valid"], token.clone(), Ok),
        Case::new(
            "HS256 with a kid",
            &["Valid", "KeySelection"],
            hs256(&hs256_secret(), &header.clone().with("kid", "any"), b"{}"),
            Ok,
        ),
        Case::new(
            "MAC by another secret",
            &["Modified"],
            hs256(&Secret::new(vec![7; 32]), &header, b"{}"),
            SignatureMismatch,
        ),
        Case::new(
            "MAC with the last bit flipped",
            &["Modified"],
            join(input, &flipped),
            SignatureMismatch,
        ),
        Case::new(
            "MAC cut to 16 bytes",
            &["SignatureForm"],
            join(input, &mac[..16]),
            SignatureMismatch,
        ),
        Case::new(
            "MAC with a zero byte after it",
            &["SignatureForm"],
            join(input, &[mac.as_slice(), &[0]].concat()),
            SignatureMismatch,
        ),
        Case::new("no MAC", &["Structure"], format!("{input}."), Malformed),
        Case::new(
            "alg none and no MAC",
            &["AlgorithmNone"],
            format!("{}.", signing_input(br#"{"alg":"none"}"#, b"{}")),
            Malformed,
        ),
        Case::new(
            "HS384",
            &["AlgorithmConfusion"],
            hs256(&hs256_secret(), &Object::new().with("alg", "HS384"), b"{}"),
            UnsupportedAlgorithm,
        ),
        Case::new(
            "RS256 by an RSA key",
            &["AlgorithmConfusion"],
            rs256(&keys.main, HEADER, PAYLOAD),
            AlgorithmMismatch,
        ),
        Case::new(
            "says RS256, MAC with the secret",
            &["AlgorithmConfusion"],
            hs256(&hs256_secret(), &Object::new().with("alg", "RS256"), b"{}"),
            AlgorithmMismatch,
        ),
    ]);
    group
}
