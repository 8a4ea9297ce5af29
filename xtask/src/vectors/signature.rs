//! DVS signature objects, for the holder of the server secret and for everybody else.

use countersign::Code::{self, *};
use countersign::encoding::json::{Object, Value};
use countersign::encoding::{base64, hex};
use countersign::sha256;
use countersign_testkit::Rng;
use countersign_testkit::miracl::{self, DvsAuthority, DvsClient, signature_request};

use super::format::{self, Case, Group};

const SIGNED: i64 = 1_649_404_400;
const DOCUMENT: &str = "hello";
const PIN: u32 = 1234;
const MPIN_ID: &str = r#"{"iat":1649404347,"userID":"alice@example.com","cID":"00000000-0000-0000-0000-000000000000","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;
const SECRET: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9000102030405060708090a0b0c0d0e0f";
const USER_KEY: &str = "1122334455667788990011223344556677889900112233445566778899001122";
const COMMITMENT: &str = "0fedcba9876543210fedcba9876543210fedcba9876543210fedcba987654321";
/// On the twist, and not of order r.
const OUTSIDE: &str = "0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000106176ba3f4107d10dc2d7a0c88dd70faa0306a3e24df47d599fa9617bdef3808136c845f160873c58cc37c8b63bb5387cf8a6b8eb0c60ede20cf3f6f9ba73ca4";
/// p itself.
const PRIME: &str = "2400000008702a0db0bddf647a6366d3243fd6ee18093ee1be6623ef5c1b55b3";

/// Of 2017.
const OLD: &str = r#"{"issuedAt":1497621167,"userID":"u","cID":"","mobile":1,"salt":"00112233445566778899aabbccddeeff","v":1}"#;
/// As in September 2023.
const MERGED: &str = r#"{"iat":1693553942,"userID":"user@example.com","cID":"86cd3e64-f641-416a-bf80-64b9b7eef8ea","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["auth"],"dta":[],"vt":"pv"}"#;
/// Of miracl/trust-sdk-ios `RegistratorTests.swift`.
const IOS: &str = r#"{"iat":1617272453,"userID":"global@example.com","cID":"6ca4ca3b-b6c4-42b3-8e67-3d2e08ae2d7e","salt":"m0ueXAKAbVb4BWVt+TatZQ","v":5,"scope":["auth"],"dta":[],"vt":"pv"}"#;

pub(crate) fn file() -> String {
    let authority = DvsAuthority::from_secret_scalar(&scalar(SECRET)).unwrap();
    let groups = vec![decided(&authority), leeway(&authority), foreign(), undecided()];
    let header = &[
        "Signature objects of MIRACL Trust's clients, as the body of `POST /dvs/verify` or alone.",
        "With `serverSecret` the signature is decided; without it, what is not wrong is undecided.",
        "`expected` is one of document, hash, request and unbound, and any of the others.",
    ];
    format::file("dvs-signature", "schemas/dvs-signature.json", header, groups)
}

fn scalar(digits: &str) -> [u8; 32] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

fn client(authority: &DvsAuthority, mpin_id: &str) -> DvsClient {
    authority.register(mpin_id.as_bytes(), &scalar(USER_KEY), PIN).unwrap()
}

fn sign(client: &DvsClient, timestamp: i64, pin: u32) -> Object<'static> {
    client.sign(&sha256(DOCUMENT.as_bytes()), timestamp, pin, &scalar(COMMITMENT)).unwrap()
}

/// The body of the request, signed at [`SIGNED`].
fn body(signature: &Object<'static>) -> String {
    signature_request(signature, SIGNED).to_string()
}

fn digits<'o>(signature: &'o Object<'static>, name: &str) -> &'o str {
    signature.member(name).unwrap().as_str().unwrap()
}

fn about_document() -> Object<'static> {
    Object::new().with("document", DOCUMENT)
}

fn group(comment: &'static str, members: &Object<'static>) -> Group {
    let defaults = Object::new().with("at", SIGNED + 5).with("expected", about_document());
    Group::new(comment, members, &defaults)
}

fn with_secret(authority: &DvsAuthority) -> Object<'static> {
    Object::new().with("serverSecret", authority.server_secret())
}

fn decided(authority: &DvsAuthority) -> Group {
    let mut group = group("with the server secret", &with_secret(authority));
    let client = client(authority, MPIN_ID);
    let good = sign(&client, SIGNED, PIN);
    group.extend(valid(authority, &good));
    group.extend(modified(&client, &good));
    group.extend(points(&good));
    group.extend(encodings(&good));
    group.extend(expectations(authority, &good));
    group.extend(times(&good));
    group
}

fn valid(authority: &DvsAuthority, good: &Object<'static>) -> Vec<Case> {
    let upper = good.iter().fold(Object::new(), |all, (name, value)| {
        all.with(name.to_owned(), value.as_str().unwrap().to_ascii_uppercase())
    });
    let ids = format!(r#"["{0}","{0}"]"#, "c5".repeat(32));
    let dtas = good.clone().with("dtas", base64::encode_standard(ids.as_bytes()));
    let inside = good.clone().with("timestamp", SIGNED).to_string();
    let old = sign(&client(authority, OLD), SIGNED, PIN);
    let named = body(&good.clone().with("dtas", miracl::dtas(&["DTA Node", "DTA Node"])));
    let merged = sign(&client(authority, MERGED), SIGNED, PIN);
    let ios = sign(&client(authority, IOS), SIGNED, PIN);
    let today = || {
        let identity = miracl::mpin_id("p", "alice@example.com", SIGNED - 60, &[0xfb; 16]);
        let signature = sign(&client(authority, &identity), SIGNED, PIN);
        let dtas = miracl::dtas(&["one", "two"]);
        miracl::signature_object(&signature, &dtas, SIGNED).to_string()
    };
    let zero = signature_request(&sign(&client(authority, MPIN_ID), 0, PIN), 0).to_string();
    vec![
        Case::new("every number known", &["Valid", "Published"], body(good), Ok),
        Case::new("upper-case digits", &["Valid", "Encoding"], body(&upper), Ok),
        Case::new("timestamp inside the object", &["Valid"], inside, Ok),
        Case::new("with the D-TAs", &["Valid"], body(&dtas), Ok),
        Case::new("D-TAs by name", &["Valid"], named, Ok),
        Case::new("D-TAs are null", &["Valid"], body(&good.clone().with("dtas", Value::Null)), Ok),
        Case::new("identity of version 1", &["Valid"], body(&old), Ok),
        Case::new("identity of today", &["Valid"], today(), Ok),
        Case::new("identity that authenticates and signs", &["Valid"], body(&merged), Ok),
        Case::new(
            "identity of the tests of trust-sdk-ios, by its published hash",
            &["Valid", "Published"],
            body(&ios),
            Ok,
        )
        .expecting(
            about_document().with("userId", "global@example.com").with(
                "hashMPinId",
                "d3ddd84f90ff4497df43534e0ab0813f71838f5ea92ba98705a84a0d6f593c8d",
            ),
        ),
        Case::new("timestamp zero", &["Valid"], zero, Ok),
        Case::new("member that nobody knows", &["Valid"], body(&good.clone().with("x", 1i64)), Ok),
    ]
}

fn modified(client: &DvsClient, good: &Object<'static>) -> Vec<Case> {
    let case = |comment: &str, body: String| {
        Case::new(comment, &["Modified"], body, SignatureMismatch)
            .expecting(Object::new().with("unbound", Value::Bool(true)))
    };
    let with = |name: &'static str, value: String| body(&good.clone().with(name, value));
    let identity = |from: &str, to: &str| {
        let changed = MPIN_ID.replacen(from, to, 1);
        assert_ne!(changed, MPIN_ID);
        with("mpinId", hex::encode(changed.as_bytes()))
    };
    let seed = include_str!("../../../test-vectors/seed/dvs-verify-request.json");
    let foreign = seed.split("\"publicKey\": \"").nth(1).unwrap().split('"').next().unwrap();
    vec![
        case("timestamp one second later", signature_request(good, SIGNED + 1).to_string()),
        case("timestamp one second earlier", signature_request(good, SIGNED - 1).to_string()),
        case("timestamp set to zero", signature_request(good, 0).to_string()),
        case("another hash", with("hash", hex::encode(&sha256(b"hellO")))),
        case("shorter hash", with("hash", "00".into())),
        case("another user", identity("alice", "alicf")),
        case("identity with members in another order", {
            identity(r#""v":5,"scope":["dvs"],"#, r#""scope":["dvs"],"v":5,"#)
        }),
        case("identity with a space", identity("{", "{ ")),
        case("wrong PIN", body(&sign(client, SIGNED, PIN + 1))),
        case("u and v exchanged", {
            let exchanged = good.clone().with("u", digits(good, "v").to_owned());
            body(&exchanged.with("v", digits(good, "u").to_owned()))
        }),
        case("v is u", with("v", digits(good, "u").to_owned())),
        case("another public key", with("publicKey", foreign.to_owned())),
    ]
}

fn points(good: &Object<'static>) -> Vec<Case> {
    let case = |comment: &str, name: &'static str, value: String, code: Code| {
        let body = body(&good.clone().with(name, value));
        Case::new(comment, &["InvalidPoint"], body, code)
    };
    let key = digits(good, "publicKey");
    let (xa, xb, ya, yb) = (&key[..64], &key[64..128], &key[128..192], &key[192..]);
    let mut cases = vec![
        case("public key outside the subgroup", "publicKey", OUTSIDE.into(), WrongSubgroup),
        case("public key of zeros", "publicKey", "00".repeat(128), PointNotOnCurve),
        case(
            "public key with its parts exchanged",
            "publicKey",
            format!("{xb}{xa}{yb}{ya}"),
            PointNotOnCurve,
        ),
        case(
            "public key with a coordinate from the prime on",
            "publicKey",
            format!("{PRIME}{xb}{ya}{yb}"),
            PointNotOnCurve,
        ),
    ];
    for name in ["u", "v"] {
        let genuine = digits(good, name);
        // 04, X, Y.
        let (x, y) = (&genuine[2..66], &genuine[66..]);
        for (comment, value) in [
            ("of zeros", format!("04{}", "00".repeat(64))),
            ("with its coordinates exchanged", format!("04{y}{x}")),
            ("with X at the prime", format!("04{PRIME}{y}")),
            ("with Y above every prime", format!("04{x}{}", "ff".repeat(32))),
        ] {
            cases.push(case(&format!("{name} {comment}"), name, value, PointNotOnCurve));
        }
    }
    cases
}

fn encodings(good: &Object<'static>) -> Vec<Case> {
    let mut cases = Vec::new();
    let u = digits(good, "u");
    for (comment, name, value, code) in [
        ("u cut off", "u", u[..128].to_owned(), Malformed),
        ("u with a byte after it", "u", format!("{u}00"), Malformed),
        ("odd number of digits", "u", u[1..].to_owned(), Malformed),
        ("compressed point", "u", format!("02{}", &u[2..66]), Malformed),
        ("another prefix", "u", format!("06{}", &u[2..]), Malformed),
        ("v empty", "v", String::new(), Malformed),
        ("public key with a prefix", "publicKey", format!("04{}", digits(good, "publicKey")), {
            Malformed
        }),
        ("hash empty", "hash", String::new(), Malformed),
        ("hash of letters", "hash", "0x00".into(), Malformed),
        ("identity is no JSON", "mpinId", "00".into(), Malformed),
        ("identity without members", "mpinId", "7b7d".into(), MissingMember),
        ("identity is an array", "mpinId", "5b5d".into(), WrongType),
        ("identity of another version", "mpinId", hex::encode(br#"{"v":4}"#), UnsupportedFormat),
        ("D-TAs without padding", "dtas", "W10".into(), Malformed),
        ("no D-TA", "dtas", "W10=".into(), WrongType),
        ("D-TA without a name", "dtas", miracl::dtas(&["one", ""]), Malformed),
        ("D-TA is a number", "dtas", base64::encode_standard(br#"["one",2]"#), WrongType),
        ("D-TAs are an object", "dtas", base64::encode_standard(br#"{"a":"one"}"#), WrongType),
    ] {
        let flags: &'static [&'static str] = &["Encoding"];
        cases.push(Case::new(comment, flags, body(&good.clone().with(name, value)), code));
    }
    for name in ["mpinId", "u", "v", "publicKey", "hash"] {
        let rest = good.iter().filter(|(other, _)| *other != name);
        let rest =
            rest.fold(Object::new(), |all, (name, value)| all.with(name.to_owned(), value.clone()));
        let flags: &'static [&'static str] = &["ClaimType"];
        cases.push(Case::new(format!("{name} is missing"), flags, body(&rest), MissingMember));
        let number = body(&good.clone().with(name, 7i64));
        cases.push(Case::new(format!("{name} is a number"), flags, number, WrongType));
    }
    let text = body(good);
    cases.extend([
        Case::new(
            "timestamps beside and inside the object differ",
            &["ClaimType"],
            body(&good.clone().with("timestamp", SIGNED + 1)),
            DuplicateMember,
        ),
        Case::new(
            "timestamp of more than 32 bits",
            &["ClaimType"],
            signature_request(good, 1 << 32).to_string(),
            Malformed,
        ),
        Case::new(
            "timestamp is negative",
            &["ClaimType"],
            signature_request(good, -1).to_string(),
            Malformed,
        ),
        Case::new(
            "u is repeated",
            &["StrictJson"],
            text.replacen("\"u\":", "\"u\":\"\",\"u\":", 1),
            DuplicateMember,
        ),
        Case::new("text after the object", &["StrictJson"], format!("{text}x"), Malformed),
        Case::new("not an object", &["StrictJson"], "[]", WrongType),
        Case::new("larger than a token may be", &["Limit"], " ".repeat(8193), TooLarge),
    ]);
    cases
}

fn expectations(authority: &DvsAuthority, good: &Object<'static>) -> Vec<Case> {
    const HASH_MPIN_ID: &str = "453e796b6473d57a509df26225735f0954f62478e331a1cf28e31bc15cb363df";
    let hash = hex::encode(&sha256(DOCUMENT.as_bytes()));
    let request = |timestamp: i64| {
        let request = Object::new().with("hash", hash.clone()).with("timestamp", timestamp);
        Object::new().with("request", request.to_string())
    };
    let project = "00000000-0000-0000-0000-000000000000";
    let everything = about_document()
        .with("userId", "alice@example.com")
        .with("projectId", project)
        .with("hashMPinId", HASH_MPIN_ID);
    let unbound = Object::new().with("unbound", Value::Bool(true));
    let mut cases = Vec::new();
    for (comment, expected, code) in [
        ("all that is expected", everything.clone(), Ok),
        ("hash in upper case", Object::new().with("hash", hash.to_ascii_uppercase()), Ok),
        ("bound to its request", request(SIGNED), Ok),
        ("bound to nothing", unbound, Ok),
        ("another document", Object::new().with("document", "hellO"), HashMismatch),
        ("another hash expected", Object::new().with("hash", "00"), HashMismatch),
        ("request of another time", request(SIGNED + 1), ContentMismatch),
        ("another user expected", everything.clone().with("userId", "Alice"), ContentMismatch),
        ("another project expected", everything.clone().with("projectId", ""), ContentMismatch),
        (
            "another identity expected",
            everything.with("hashMPinId", HASH_MPIN_ID.to_ascii_uppercase()),
            ContentMismatch,
        ),
    ] {
        cases.push(Case::new(comment, &["Expectation"], body(good), code).expecting(expected));
    }
    let of = |identity: &str| body(&sign(&client(authority, identity), SIGNED, PIN));
    let scope = |scope: &'static str| about_document().with("scope", scope);
    let merged = || of(MERGED);
    for (comment, body, expected, code) in [
        ("scope dvs expected of an identity for signing", body(good), scope("dvs"), Ok),
        ("scope auth expected of an identity for both", merged(), scope("auth"), Ok),
        ("scope dvs expected of an identity for both", merged(), scope("dvs"), ContentMismatch),
        ("scope dvs expected of version 1", of(OLD), scope("dvs"), ContentMismatch),
        (
            "identity for both, of another user than expected",
            merged(),
            about_document().with("userId", "eve@example.com"),
            ContentMismatch,
        ),
    ] {
        cases.push(Case::new(comment, &["Expectation"], body, code).expecting(expected));
    }
    for (comment, scope) in [
        ("identity without a scope", "[]"),
        ("identity of another scope", r#"["oidc"]"#),
        ("identity of a scope in upper case", r#"["AUTH"]"#),
    ] {
        let identity = MERGED.replacen(r#"["auth"]"#, scope, 1);
        cases.push(Case::new(comment, &["Expectation"], of(&identity), ContentMismatch));
    }
    cases
}

fn times(good: &Object<'static>) -> Vec<Case> {
    let case = |comment: &str, at: i64, code: Code| {
        let fresh = about_document().with("maxAge", 60i64);
        Case::new(comment, &["TimeBoundary"], body(good), code).at(at).expecting(fresh)
    };
    vec![
        case("judged when it was signed", SIGNED, Ok),
        case("judged a second before it was signed", SIGNED - 1, NotYetValid),
        case("as old as it may be", SIGNED + 60, Ok),
        case("a second too old", SIGNED + 61, TimestampWindow),
        Case::new("years later, with no greatest age", &["Valid"], body(good), Ok)
            .at(4_102_444_800),
        Case::new("judged as at its own time", &["Valid", "AsIssued"], body(good), Ok).issued(),
    ]
}

fn leeway(authority: &DvsAuthority) -> Group {
    let members = with_secret(authority).with("policy", Object::new().with("leeway", 5i64));
    let mut group = group("five seconds of leeway", &members);
    let good = sign(&client(authority, MPIN_ID), SIGNED, PIN);
    for (comment, at, code) in [
        ("future within the leeway", SIGNED - 5, Ok),
        ("future beyond the leeway", SIGNED - 6, NotYetValid),
        ("age within the leeway", SIGNED + 65, Ok),
        ("age beyond the leeway", SIGNED + 66, TimestampWindow),
    ] {
        let case = Case::new(comment, &["Leeway", "TimeBoundary"], body(&good), code);
        group.add(case.at(at).expecting(about_document().with("maxAge", 60i64)));
    }
    group
}

fn foreign() -> Group {
    let another = DvsAuthority::generate(&mut Rng::from_seed(60));
    let mut group = group("with the server secret of somebody else", &with_secret(&another));
    let authority = DvsAuthority::from_secret_scalar(&scalar(SECRET)).unwrap();
    let good = sign(&client(&authority, MPIN_ID), SIGNED, PIN);
    group.add(Case::new("another authority's", &["Modified"], body(&good), SignatureMismatch));
    group
}

fn undecided() -> Group {
    let mut group = group("without the server secret", &Object::new());
    let authority = DvsAuthority::from_secret_scalar(&scalar(SECRET)).unwrap();
    let good = sign(&client(&authority, MPIN_ID), SIGNED, PIN);
    let seed = include_str!("../../../test-vectors/seed/dvs-verify-request.json");
    let wrong_pin = sign(&client(&authority, MPIN_ID), SIGNED, PIN + 1);
    group.extend([
        Case::new("published object", &["NoSecret", "Published"], seed, NoKey)
            .issued()
            .expecting(Object::new().with("hash", "74657374")),
        Case::new("what would be valid", &["NoSecret"], body(&good), NoKey),
        Case::new("what would be invalid", &["NoSecret"], body(&wrong_pin), NoKey),
        Case::new("what is wrong for anyone to see", &["NoSecret"], body(&good), HashMismatch)
            .expecting(Object::new().with("document", "hellO")),
        Case::new(
            "points that anyone can refuse",
            &["NoSecret", "InvalidPoint"],
            body(&good.with("publicKey", OUTSIDE)),
            WrongSubgroup,
        ),
    ]);
    group
}
