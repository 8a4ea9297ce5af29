//! Tokens of every algorithm, and what can be done to them.

use std::sync::LazyLock;

use countersign::Algorithm;
use countersign::encoding::base64::encode_url;
use countersign::encoding::json::Object;
use countersign_testkit::{EcIssuer, Issuer, Rng, RsaIssuer, join, signing_input};
use num_bigint::BigUint;

/// A token, and the key and algorithm under which it is judged.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) algorithm: Algorithm,
    pub(crate) jwk: Object<'static>,
    pub(crate) token: String,
    /// What this library has to say.
    pub(crate) valid: bool,
    /// Everything but the signature is as it was signed.
    pub(crate) only_signature: bool,
}

const PAYLOAD: &[u8] = br#"{"sub":"u","n":12345678901234567890,"text":"caf\u00e9"}"#;

const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Es256,
    Algorithm::Hs256,
];

static RSA: LazyLock<RsaIssuer> =
    LazyLock::new(|| RsaIssuer::generate(&mut Rng::from_seed(31), 2048, None).unwrap());
static OTHER_RSA: LazyLock<RsaIssuer> =
    LazyLock::new(|| RsaIssuer::generate(&mut Rng::from_seed(32), 2048, None).unwrap());
static EC: LazyLock<EcIssuer> = LazyLock::new(|| EcIssuer::generate(&mut Rng::from_seed(33), None));

const SECRET: [u8; 32] = [0x5c; 32];

fn mac(secret: &[u8], message: &str) -> Vec<u8> {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    ring::hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
}

fn sign(algorithm: Algorithm, message: &str) -> Vec<u8> {
    match algorithm {
        Algorithm::Hs256 => mac(&SECRET, message),
        Algorithm::Es256 => EC.sign_raw(message.as_bytes(), algorithm).unwrap(),
        _ => RSA.sign_raw(message.as_bytes(), algorithm).unwrap(),
    }
}

fn jwk(algorithm: Algorithm) -> Object<'static> {
    let jwk = match algorithm {
        Algorithm::Hs256 => Object::new().with("kty", "oct").with("k", encode_url(&SECRET)),
        Algorithm::Es256 => EC.jwk(),
        _ => RSA.jwk(),
    };
    jwk.with("alg", algorithm.name())
}

/// Every token.
pub(crate) fn all() -> Vec<Case> {
    ALGORITHMS.into_iter().flat_map(of_algorithm).collect()
}

fn of_algorithm(algorithm: Algorithm) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name, token: String, valid, only_signature| {
        let jwk = jwk(algorithm);
        cases.push(Case { name, algorithm, jwk, token, valid, only_signature });
    };
    let alg = algorithm.name();
    let header = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
    let input = signing_input(header.as_bytes(), PAYLOAD);
    let signature = sign(algorithm, &input);
    let token = join(&input, &signature);

    add("valid", token.clone(), true, true);
    signatures(algorithm, &signature, |name, altered, valid| {
        add(name, join(&input, &altered), valid, true);
    });

    // What is signed says something else than what is read.
    let signed = |header: &str, payload: &[u8]| {
        let input = signing_input(header.as_bytes(), payload);
        let signature = sign(algorithm, &input);
        join(&input, &signature)
    };
    let other_payload = signing_input(header.as_bytes(), br#"{"sub":"v"}"#);
    add("another payload", join(&other_payload, &signature), false, true);
    let spaced = format!(r#"{{"alg": "{alg}","typ":"JWT"}}"#);
    add(
        "another header",
        join(&signing_input(spaced.as_bytes(), PAYLOAD), &signature),
        false,
        true,
    );

    // The header, signed as it is.
    let nested = format!(r#"{{"alg":"{alg}","x":{}1{}}}"#, "[".repeat(20), "]".repeat(20));
    let members: String = (0..70).map(|i| format!(r#","{i}":0"#)).collect();
    let embedded = OTHER_RSA.jwk();
    for (name, header, valid) in [
        ("header with white space", format!("{{\r\n \"alg\" : \"{alg}\" }}"), true),
        ("header with an escaped name", format!(r#"{{"\u0061lg":"{alg}"}}"#), true),
        ("unknown member in the header", format!(r#"{{"alg":"{alg}","x":null}}"#), true),
        ("kid that the key does not have", format!(r#"{{"alg":"{alg}","kid":"../../k"}}"#), true),
        ("key in the header", format!(r#"{{"alg":"{alg}","jwk":{embedded}}}"#), true),
        ("address of a key in the header", format!(r#"{{"alg":"{alg}","jku":"file:///"}}"#), true),
        ("no alg", r#"{"typ":"JWT"}"#.into(), false),
        ("alg in lower case", format!(r#"{{"alg":"{}"}}"#, alg.to_lowercase()), false),
        ("alg none", r#"{"alg":"none"}"#.into(), false),
        ("alg null", r#"{"alg":null}"#.into(), false),
        ("alg in an array", format!(r#"{{"alg":["{alg}"]}}"#), false),
        ("alg with a space", format!(r#"{{"alg":"{alg} "}}"#), false),
        ("alg of another family", format!(r#"{{"alg":"{}"}}"#, another(algorithm)), false),
        ("alg twice", format!(r#"{{"alg":"{alg}","alg":"{alg}"}}"#), false),
        ("alg twice, none first", format!(r#"{{"alg":"none","alg":"{alg}"}}"#), false),
        ("alg twice, none last", format!(r#"{{"alg":"{alg}","\u0061lg":"none"}}"#), false),
        ("unknown crit", format!(r#"{{"alg":"{alg}","crit":["x"],"x":1}}"#), false),
        ("empty crit", format!(r#"{{"alg":"{alg}","crit":[]}}"#), false),
        ("crit that is no array", format!(r#"{{"alg":"{alg}","crit":"x","x":1}}"#), false),
        (
            "b64 false and critical",
            format!(r#"{{"alg":"{alg}","b64":false,"crit":["b64"]}}"#),
            false,
        ),
        ("b64 false", format!(r#"{{"alg":"{alg}","b64":false}}"#), false),
        ("zip", format!(r#"{{"alg":"{alg}","zip":"DEF"}}"#), false),
        ("enc", format!(r#"{{"alg":"{alg}","enc":"A128GCM"}}"#), false),
        ("kid that is a number", format!(r#"{{"alg":"{alg}","kid":1}}"#), false),
        ("typ that is a number", format!(r#"{{"alg":"{alg}","typ":1}}"#), false),
        ("kid of 300 bytes", format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, "k".repeat(300)), false),
        ("header of 20 levels", nested, false),
        ("header of 71 members", format!(r#"{{"alg":"{alg}"{members}}}"#), false),
        ("header with a byte order mark", format!("\u{feff}{header}"), false),
        ("header with a trailing comma", format!(r#"{{"alg":"{alg}",}}"#), false),
        ("header with a comment", format!(r#"{{"alg":"{alg}"/**/}}"#), false),
        ("header twice", format!("{header}{header}"), false),
        ("header with a lone surrogate", format!(r#"{{"alg":"{alg}","x":"\ud800"}}"#), false),
        ("header that is an array", format!(r#"["alg","{alg}"]"#), false),
        ("header that is a string", format!(r#""{alg}""#), false),
    ] {
        add(name, signed(&header, PAYLOAD), valid, false);
    }
    add("payload twice the same name", signed(&header, br#"{"a":1,"a":2}"#), false, false);
    add("payload of no claims", signed(&header, b"{}"), true, true);
    add(
        "token of 9 KB",
        signed(&header, format!(r#"{{"x":"{}"}}"#, "x".repeat(6800)).as_bytes()),
        false,
        false,
    );

    texts(&token, |name, text| add(name, text, false, false));

    // The key as a secret: what RSA and ECDSA publish, anyone can use as HMAC key.
    if algorithm != Algorithm::Hs256 {
        let input = signing_input(br#"{"alg":"HS256"}"#, PAYLOAD);
        for (name, secret) in [
            ("HS256 with the key's PEM", RSA.public_key_pem()),
            ("HS256 with the key's JWK", jwk(algorithm).to_string()),
            ("HS256 with an empty secret", String::new()),
        ] {
            add(name, join(&input, &mac(secret.as_bytes(), &input)), false, false);
        }
    }
    cases
}

/// An algorithm that the key does not have.
const fn another(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Rs256 => "PS256",
        Algorithm::Es256 | Algorithm::Ps256 => "RS256",
        Algorithm::Hs256 => "HS512",
        _ => "ES256",
    }
}

/// Signatures made of a genuine one.
fn signatures(
    algorithm: Algorithm,
    genuine: &[u8],
    mut add: impl FnMut(&'static str, Vec<u8>, bool),
) {
    let input = signing_input(
        format!(r#"{{"alg":"{}","typ":"JWT"}}"#, algorithm.name()).as_bytes(),
        PAYLOAD,
    );
    for (name, place) in
        [("first bit", 0), ("middle bit", genuine.len() / 2), ("last bit", genuine.len() - 1)]
    {
        let mut altered = genuine.to_vec();
        altered[place] ^= if place == 0 { 0x80 } else { 1 };
        add(name, altered, false);
    }
    add("signature cut by a byte", genuine[..genuine.len() - 1].to_vec(), false);
    add("signature with a byte more", [genuine, &[0]].concat(), false);
    add("signature with a leading zero", [&[0], genuine].concat(), false);
    add("signature of zeros", vec![0; genuine.len()], false);
    add("signature of ones", vec![0xff; genuine.len()], false);
    add("signature of one byte", vec![1], false);
    let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
    let sized = |number: BigUint, size: usize| {
        let bytes = number.to_bytes_be();
        [vec![0; size.saturating_sub(bytes.len())], bytes].concat()
    };
    match algorithm {
        Algorithm::Hs256 => add("MAC of another secret", mac(&[1; 32], &input), false),
        Algorithm::Es256 => {
            let (r, s) = genuine.split_at(32);
            let order = number(&ORDER);
            let negated = sized(&order - number(s), 32);
            // Nothing in RFC 7518 asks for the smaller of the two.
            add("the other s of the same r", [r, &negated].concat(), true);
            add("r plus the order", [sized(number(r) + &order, 32), s.to_vec()].concat(), false);
            add("s plus the order", [r.to_vec(), sized(number(s) + &order, 32)].concat(), false);
            add("r is zero", [&[0; 32], s].concat(), false);
            add("s is zero", [r, &[0; 32]].concat(), false);
            add("r is the order", [&ORDER[..], s].concat(), false);
            add("s is the order", [r, &ORDER[..]].concat(), false);
            add("r and s swapped", [s, r].concat(), false);
            add("DER instead of two numbers", der(r, s), false);
        }
        _ => {
            let n = number(&RSA.modulus());
            add("signature plus the modulus", sized(number(genuine) + &n, genuine.len()), false);
            add("modulus minus the signature", sized(&n - number(genuine), genuine.len()), false);
            add("signature is the modulus", sized(n.clone(), genuine.len()), false);
            add("signature is one", sized(BigUint::from(1_u8), genuine.len()), false);
            add("signature is the modulus less one", sized(n - 1_u8, genuine.len()), false);
            for other in [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256] {
                if other != algorithm {
                    let name = match other {
                        Algorithm::Rs256 => "signed with RS256",
                        Algorithm::Rs384 => "signed with RS384",
                        Algorithm::Rs512 => "signed with RS512",
                        _ => "signed with PS256",
                    };
                    add(name, RSA.sign_raw(input.as_bytes(), other).unwrap(), false);
                }
            }
            add(
                "signed by another key",
                OTHER_RSA.sign_raw(input.as_bytes(), algorithm).unwrap(),
                false,
            );
            let raw = RSA.sign_block(&vec![1; genuine.len()][..]);
            add("signature of a block without a format", raw.unwrap(), false);
        }
    }
}

/// Texts that are no longer the token, and that a tolerant reader might take for it.
fn texts(token: &str, mut add: impl FnMut(&'static str, String)) {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { unreachable!("a token has three parts") };
    let padded = |text: &str| format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
    add(
        "padded header",
        format!(
            "{}.{payload}.{signature}",
            padded(header) + if header.len() % 4 == 0 { "=" } else { "" }
        ),
    );
    add(
        "padded signature",
        format!(
            "{header}.{payload}.{}",
            padded(signature) + if signature.len() % 4 == 0 { "=" } else { "" }
        ),
    );
    let standard = |text: &str| text.replace('-', "+").replace('_', "/");
    let other = standard(signature);
    if other != signature {
        add("signature in the standard alphabet", format!("{header}.{payload}.{other}"));
    }
    add("space before", format!(" {token}"));
    add("space behind", format!("{token} "));
    add("line break behind", format!("{token}\n"));
    add(
        "line break in the signature",
        format!("{header}.{payload}.{}\n{}", &signature[..8], &signature[8..]),
    );
    add(
        "line break in the payload",
        format!("{header}.{}\n{}.{signature}", &payload[..8], &payload[8..]),
    );
    add("NUL behind", format!("{token}\0"));
    add("letter behind", format!("{token}A"));
    add("dot behind", format!("{token}."));
    add("dot before", format!(".{token}"));
    add("no signature", format!("{header}.{payload}."));
    add("two parts", format!("{header}.{payload}"));
    add("five parts", format!("{header}.{payload}.{signature}.AA.AA"));
    add("comma for a dot", format!("{header},{payload},{signature}"));
    add("percent-encoded dots", token.replace('.', "%2E"));
    add("bearer", format!("Bearer {token}"));
    add(
        "JSON serialisation",
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#),
    );
    add("unsecured", format!("{}.{payload}.", encode_url(br#"{"alg":"none"}"#)));
    if signature.len() % 4 != 0 {
        // The last letter has bits that belong to no byte; set the lowest.
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let (start, last) = signature.split_at(signature.len() - 1);
        let place = alphabet.find(last).unwrap();
        let next = &alphabet[place + 1..place + 2];
        add("trailing bits of the signature", format!("{header}.{payload}.{start}{next}"));
    }
}

/// Order of the group of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// `ECDSA-Sig-Value` (RFC 3279 section 2.2.3).
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let bytes = BigUint::from_bytes_be(bytes).to_bytes_be();
        let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
        let length = u8::try_from(sign.len() + bytes.len()).unwrap();
        [&[2, length], sign, &bytes].concat()
    };
    let content = [integer(r), integer(s)].concat();
    [vec![0x30, u8::try_from(content.len()).unwrap()], content].concat()
}
