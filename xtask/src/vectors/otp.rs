//! OTP requests and responses.

use countersign::Code::{self, *};
use countersign::Secret;
use countersign::encoding::json::{Object, Value};
use countersign::encoding::{base64, hex};
use countersign::miracl::otp::{Aad, Derivation, Request};
use countersign_testkit::miracl::otp_response;

use super::format::{self, Case, Group};
use super::keys::without;

const SECRET: &str = "MockClientSecret";
const EXPIRES: &str = "2022-04-08T08:05:03Z";
const PLAINTEXT: &str = r#"{"otp":"424242421","expireTime":1649404580,"nowTime":1649404490}"#;

pub(crate) fn file() -> String {
    let groups = vec![requests(), derivations(), tags(), bodies()];
    let header = &[
        "Requests and responses of MIRACL Trust's `POST /otp`.",
        "Key derivation and additional data are not published: `derivation` says what is tried.",
    ];
    format::file("otp", "schemas/otp.json", header, groups)
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn request(text: &str) -> Request {
    Request::sign(&secret(text), "MockClientId", "test@example.com", EXPIRES).unwrap()
}

fn group(comment: &'static str, form: &'static str) -> Group {
    let defaults = Object::new().with("secret", SECRET);
    Group::new(comment, &Object::new().with("form", form), &defaults)
}

fn requests() -> Group {
    let mut group = group("requests", "request");
    let good = request(SECRET).to_json().into_owned();
    let changed =
        |name: &'static str, value: Value<'static>| good.clone().with(name, value).to_string();
    let signature = request(SECRET).signature().to_owned();
    let mut add = |comment: &str, flags, body: String, code: Code| {
        group.add(Case::new(comment, flags, body, code));
    };
    add(
        "signature computed by hand",
        &["Published"],
        changed(
            "signature",
            "f0fbae2fcf3a848bd35a408b5aa2aeea27e277923f6c2140edf54c666b89fe68".into(),
        ),
        Ok,
    );
    add("further member", &["Valid"], changed("x", Value::Null), Ok);
    // The three texts are joined without separators: the same message, and the same signature.
    add(
        "border between client and user moved",
        &["Valid", "Binding"],
        good.clone()
            .with("client_id", "MockClientIdtest")
            .with("user_id", "@example.com")
            .to_string(),
        Ok,
    );
    add(
        "another client",
        &["Modified"],
        changed("client_id", "mockClientId".into()),
        SignatureMismatch,
    );
    add("another user", &["Modified"], changed("user_id", "".into()), SignatureMismatch);
    add(
        "another time",
        &["Modified"],
        changed("expires", "2022-04-08T08:05:04Z".into()),
        SignatureMismatch,
    );
    add(
        "signature in upper case",
        &["SignatureForm"],
        changed("signature", signature.to_uppercase().into()),
        SignatureMismatch,
    );
    add(
        "signature cut",
        &["SignatureForm"],
        changed("signature", signature[..62].to_owned().into()),
        SignatureMismatch,
    );
    add(
        "signature with a digit after it",
        &["SignatureForm"],
        changed("signature", format!("{signature}0").into()),
        SignatureMismatch,
    );
    add("signature empty", &["SignatureForm"], changed("signature", "".into()), SignatureMismatch);
    add(
        "signature of OpenSSL with its label",
        &["SignatureForm"],
        changed("signature", format!("SHA2-256(stdin)= {signature}").into()),
        SignatureMismatch,
    );
    let raw = hex::decode(&signature).unwrap();
    add(
        "signature in base64",
        &["SignatureForm"],
        changed("signature", base64::encode_standard(&raw).into()),
        SignatureMismatch,
    );
    for (comment, expires) in [
        ("expires without a zone", "2022-04-08T08:05:03"),
        ("expires with a fraction", "2022-04-08T08:05:03.0Z"),
        ("expires with an offset", "2022-04-08T08:05:03+00:00"),
        ("expires on a day that is not", "2022-02-29T08:05:03Z"),
        ("expires in Unix seconds", "1649405103"),
    ] {
        add(comment, &["ClaimType"], changed("expires", expires.into()), Malformed);
    }
    for name in ["client_id", "user_id", "expires", "signature"] {
        add(
            &format!("{name} is missing"),
            &["ClaimType"],
            without(&good, name).to_string(),
            MissingMember,
        );
    }
    add("user_id is a number", &["ClaimType"], changed("user_id", 1_i64.into()), WrongType);
    add("user_id is null", &["ClaimType"], changed("user_id", Value::Null), WrongType);
    let text = good.to_string();
    add(
        "user_id is repeated",
        &["StrictJson"],
        format!(r#"{},"user_id":"root"}}"#, text.strip_suffix('}').unwrap()),
        DuplicateMember,
    );
    add("body is cut", &["StrictJson"], text[..text.len() - 1].to_owned(), Malformed);
    add("body is an array", &["StrictJson"], format!("[{text}]"), WrongType);
    group.add(
        Case::new("another secret", &["Modified"], text, SignatureMismatch)
            .with("secret", "MockClientSecret "),
    );
    group
}

/// Secrets that fit the derivations.
const SECRETS: &[(Derivation, &str)] = &[
    (Derivation::Sha256, "MockClientSecret?"),
    (Derivation::Raw, "MockSecretOf16By"),
    (Derivation::Raw, "MockSecretOf24BytesIsIt!"),
    (Derivation::Raw, "MockSecretOf32BytesIsThisOneHere"),
    (Derivation::Base64, "AAECAwQFBgcICQoLDA0O/w=="),
    (Derivation::Base64, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8"),
    (Derivation::Hex, "000102030405060708090a0b0c0d0e0f"),
    (Derivation::Truncate16, "MockClientSecret longer than the key"),
    (Derivation::Truncate32, "MockClientSecret longer than the key"),
    (Derivation::Sha256_128, "MockClientSecret?"),
    (Derivation::RequestHmac, "MockClientSecret?"),
    (Derivation::Explicit, "MockKeyOf16Bytes"),
];

fn derivations() -> Group {
    let mut group = group("responses, by derivation and additional data", "response");
    let opened = |derivation: Derivation, aad: Aad| {
        Object::new()
            .with("derivation", derivation.as_str())
            .with("aad", aad.as_str())
            .with("plaintextHex", hex::encode(PLAINTEXT.as_bytes()))
    };
    let aads = [Aad::Empty, Aad::ClientId, Aad::UserId, Aad::Signature];
    for (index, (derivation, text)) in SECRETS.iter().copied().enumerate() {
        let request = request(text);
        let aad = aads[index % aads.len()];
        let body =
            otp_response(&secret(text), derivation, aad, &request, PLAINTEXT.as_bytes(), &[7; 12])
                .unwrap();
        let name = derivation.as_str();
        let case = |comment: String, code| {
            Case::new(comment, &["Derivation", "AadCandidate"], body.to_string(), code)
                .with("secret", text.to_owned())
                .with("request", request.to_json().to_string())
        };
        let bytes = text.len();
        let named =
            case(format!("{name} of {bytes} characters, additional data {}", aad.as_str()), Ok);
        group.add(named.with("derivation", name).with("opened", opened(derivation, aad)));
        if derivation == Derivation::Explicit {
            continue;
        }
        let auto = case(format!("{name} of {bytes} characters, found"), Ok);
        group.add(auto.with("derivation", "auto").with("opened", opened(derivation, aad)));
        if derivation != Derivation::Sha256_128 {
            continue;
        }
        group.add(
            case(format!("{name} opened as sha256"), DecryptFailed).with("derivation", "sha256"),
        );
    }
    let body = |aad| {
        otp_response(
            &secret(SECRET),
            Derivation::Sha256,
            aad,
            &request(SECRET),
            PLAINTEXT.as_bytes(),
            &[7; 12],
        )
        .unwrap()
        .to_string()
    };
    for aad in &aads[1..] {
        group.add(
            Case::new(
                format!("additional data {} without the request", aad.as_str()),
                &["AadCandidate"],
                body(*aad),
                DecryptFailed,
            )
            .with("derivation", "auto"),
        );
    }
    for (comment, derivation, secret) in [
        ("15 characters are no raw key", "raw", "MockSecretOf15B"),
        ("15 bytes of hexadecimal are no key", "hex", "000102030405060708090a0b0c0d0e"),
        ("not hexadecimal", "hex", "MockClientSecretMockClientSecret"),
        ("not base64", "base64", "MockClientSecret?"),
        ("15 characters cannot be cut to 16", "truncate16", "MockSecretOf15B"),
        ("31 characters cannot be cut to 32", "truncate32", "MockSecretOf31BytesIsThisOneHer"),
        ("no request to derive from", "request-hmac", "MockClientSecret"),
        ("15 bytes are no explicit key", "explicit", "MockSecretOf15B"),
    ] {
        group.add(
            Case::new(comment, &["Derivation"], body(Aad::Empty), KeyUnusable)
                .with("secret", secret)
                .with("derivation", derivation),
        );
    }
    group
}

fn tags() -> Group {
    let mut group = group("responses that were altered", "response");
    let key = secret(SECRET);
    let good = otp_response(
        &key,
        Derivation::Sha256,
        Aad::Empty,
        &request(SECRET),
        PLAINTEXT.as_bytes(),
        &[7; 12],
    )
    .unwrap();
    let bytes = |name: &str| {
        base64::decode_standard(good.member(name).unwrap().as_str().unwrap().as_bytes()).unwrap()
    };
    let mut add = |comment: String, name: &'static str, value: &[u8], code: Code| {
        let body = good.clone().with(name, base64::encode_standard(value)).to_string();
        group.add(Case::new(comment, &["Tag"], body, code).with("derivation", "auto"));
    };
    for name in ["ciphertext", "tag", "iv"] {
        let genuine = bytes(name);
        let last = genuine.len() - 1;
        for (comment, place, bit) in [("first bit", 0, 0x80), ("last bit", last, 1)] {
            let mut flipped = genuine.clone();
            flipped[place] ^= bit;
            add(format!("{comment} of {name} flipped"), name, &flipped, DecryptFailed);
        }
        let cut = if name == "ciphertext" { DecryptFailed } else { Malformed };
        add(format!("last byte of {name} cut off"), name, &genuine[..last], cut);
        add(
            format!("{name} with a byte after it"),
            name,
            &[genuine.as_slice(), &[0]].concat(),
            cut,
        );
        add(format!("{name} empty"), name, &[], Malformed);
    }
    add("tag of 12 bytes".into(), "tag", &bytes("tag")[..12], Malformed);
    add("tag of 4 bytes".into(), "tag", &bytes("tag")[..4], Malformed);
    add("iv of 16 bytes".into(), "iv", &[7; 16], Malformed);
    add("tag of zeros".into(), "tag", &[0; 16], DecryptFailed);
    add(
        "only one byte of ciphertext".into(),
        "ciphertext",
        &bytes("ciphertext")[..1],
        DecryptFailed,
    );
    group
}

fn bodies() -> Group {
    let mut group = group("bodies of responses", "response");
    let seed = include_str!("../../../test-vectors/seed/otp-response.json");
    let mut add = |comment: &str, flags, body: String, code: Code| {
        group.add(Case::new(comment, flags, body, code).with("derivation", "auto"));
    };
    add(
        "published example, whose secret is unknown",
        &["Published"],
        seed.trim_end().to_owned(),
        DecryptFailed,
    );
    for (comment, from, to, code) in [
        ("padding missing", "cm+1V4/WBs+DyAZg7RZS/g==", "cm+1V4/WBs+DyAZg7RZS/g", Malformed),
        ("URL alphabet", "cm+1V4/WBs+DyAZg7RZS/g==", "cm-1V4_WBs-DyAZg7RZS_g==", Malformed),
        ("trailing bits", "cm+1V4/WBs+DyAZg7RZS/g==", "cm+1V4/WBs+DyAZg7RZS/h==", Malformed),
        ("line break", "UlAMbRE2", "UlAMbRE2\\n", Malformed),
        ("tag is missing", "\"tag\"", "\"Tag\"", MissingMember),
        ("iv is missing", "\"iv\"", "\"nonce\"", MissingMember),
        ("ciphertext is missing", "\"ciphertext\"", "\"text\"", MissingMember),
        ("iv is null", "\"UlAMbRE2iw1H/yuo\"", "null", WrongType),
        ("tag is a number", "\"cm+1V4/WBs+DyAZg7RZS/g==\"", "1", WrongType),
        ("iv is repeated", "\"tag\"", "\"iv\":\"\",\"tag\"", DuplicateMember),
    ] {
        let flags: &'static [&'static str] =
            if code == Malformed { &["Base64"] } else { &["ClaimType"] };
        let body = seed.trim_end().replacen(from, to, 1);
        assert_ne!(body, seed.trim_end(), "{comment}");
        add(comment, flags, body, code);
    }
    add("body is empty", &["StrictJson"], String::new(), Malformed);
    add("body is a string", &["StrictJson"], "\"\"".to_owned(), WrongType);
    group
}
