//! The published signature, and one whose every number is known.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use proptest::prelude::*;

use countersign::encoding::hex;
use countersign::encoding::json::{self, Object};
use countersign::miracl::dvs;
use countersign::miracl::dvs::SignatureRequest;
use countersign::miracl::dvs::signature::*;
use countersign::{
    At, Check, Code, Error, Leeway, Limits, Outcome, Policy, Secret, Time, Verdict, Warning, sha256,
};
use countersign_testkit::Rng;
use countersign_testkit::miracl::{DvsAuthority, DvsClient, signature_request};

const PUBLISHED: &[u8] = include_bytes!("../../test-vectors/seed/dvs-verify-request.json");

/// Numbers that anyone can compute with again: the signature of `hello` at [`SIGNED`], accepted by
/// apache/incubator-milagro-crypto-js `MPIN.SERVER`.
mod known {
    pub(super) const S: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9000102030405060708090a0b0c0d0e0f";
    pub(super) const Z: &str = "1122334455667788990011223344556677889900112233445566778899001122";
    pub(super) const X: &str = "0fedcba9876543210fedcba9876543210fedcba9876543210fedcba987654321";
    pub(super) const MPIN_ID: &str = r#"{"iat":1649404347,"userID":"alice@example.com","cID":"00000000-0000-0000-0000-000000000000","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;
    pub(super) const PUBLIC_KEY: &str = "077a88cc3d7837536b32d3aff8ce366a9f1aa46d6465f259a89c041d941e1977224d585b5995842e6b35becce2f651264d9f4b6c05693667f6ec2ee5cd028342105fc33fb3f8342abbb77355f207fc82b13c1bbe2ddb39a8679700521a0ae79919da5d453771f0570c96c0dca81ab0ac35bf8af248a2f414d82ec22a81e9de12";
    pub(super) const SERVER_SECRET: &str = "21d743735c98bf116fbe9528379791bd0803c2c3d88e9d7edd2563eceaef9eea1803d034ecdeb2d216ea25761486da701a28a399302a7defa26d09ce470f6e87113baae78176625f235b077cccb18d41d0dcade0d6a01d21752a36b6e3112044070b4ada478c024680ac711d7ac05d2c4e2e2040b64713f4fae1ba1b065d83bb";
    pub(super) const SIGNED: i64 = 1_649_404_400;
    pub(super) const U: &str = "040840e427b30f790ec439355847efc5b73d10288b690b95d6eb5f6f25cffbff171bfaf89926c28c8d26d5f5b79294eb8f92592516229e0889e184cc7256c552f6";
    pub(super) const V: &str = "041f99357986fbccf78b52f74bbc7eeef538c4697f84cb1f0b2aa1a72ac1db6350141770b12dea6939473d4ec6c4f06c4882126a636720acd97dd22b340b9a1e7c";
    pub(super) const V_WITH_WRONG_PIN: &str = "040dfff1a7d804a3ee4b54e26777785d04628e7f3872abe29e7bdf5cd4d90e1e751b5448a89fd52f4941ad7b6b3efff2ab77198f5121d02e8fde51d1a3f61a81e9";
    pub(super) const HASH_MPIN_ID: &str =
        "453e796b6473d57a509df26225735f0954f62478e331a1cf28e31bc15cb363df";
}
use known::SIGNED;

fn scalar(digits: &str) -> [u8; 32] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

fn client() -> DvsClient {
    let authority = DvsAuthority::from_secret_scalar(&scalar(known::S)).unwrap();
    authority.register(known::MPIN_ID.as_bytes(), &scalar(known::Z), 1234).unwrap()
}

/// The object whose every number is known.
fn object() -> Object<'static> {
    Object::new()
        .with("mpinId", hex::encode(known::MPIN_ID.as_bytes()))
        .with("u", known::U)
        .with("v", known::V)
        .with("publicKey", known::PUBLIC_KEY)
        .with("hash", hex::encode(&sha256(b"hello")))
}

fn body(object: &Object<'static>, timestamp: i64) -> String {
    signature_request(object, timestamp).to_string()
}

fn secret(digits: &str) -> ServerSecret {
    ServerSecret::new(&Secret::new(digits.as_bytes().to_vec())).unwrap()
}

fn verifier() -> Verifier {
    Verifier::with_server_secret(secret(known::SERVER_SECRET), Policy::default())
}

fn anything() -> Expected {
    Expected::new(dvs::Expected::unbound())
}

/// Verifies, and demands the same of the explanation.
fn code(verifier: &Verifier, body: &str, expected: &Expected, at: impl Into<At>) -> Code {
    let at = at.into();
    let verified = verifier.verify(body.as_bytes(), expected, at);
    let report = verifier.explain(body.as_bytes(), expected, at);
    let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
    assert_eq!(report.code(), code);
    assert_eq!(report.claims.is_some(), code == Code::Ok);
    code
}

fn issued(body: &str) -> Code {
    code(&verifier(), body, &anything(), At::Issued)
}

#[test]
fn the_published_object_has_valid_points_its_identity_and_no_verdict() {
    let limits = Limits::default();
    let signature = Signature::parse(PUBLISHED, &limits).unwrap();
    assert_eq!((signature.hash(), signature.message()), ("74657374", &b"test"[..]));
    let hash = "38b9109369336cb0b8956a1a2f62c8c24d9fb763c02074aae5c83ca90c2fb990";
    assert_eq!(signature.mpin_id().hash(), hash);
    assert_eq!(signature.mpin_id().as_bytes().len(), 172);
    assert!(signature.dtas().unwrap().ids()[0].starts_with("c5a4222a"));

    let verifier = Verifier::new(Policy::default());
    let expected = |binding| {
        Expected::new(binding)
            .user_id("ivan.todinov@miracl.com")
            .project_id("86cd3e64-f641-416a-bf80-64b9b7eef8ea")
            .hash_mpin_id(hash)
    };
    let document = expected(dvs::Expected::document(b"test"));
    // The published hash is of the text itself, not of its SHA-256.
    assert_eq!(
        code(&verifier, core::str::from_utf8(PUBLISHED).unwrap(), &document, At::Issued),
        Code::HashMismatch
    );
    let expected = expected(dvs::Expected::hash("74657374"));
    let report = verifier.explain(PUBLISHED, &expected, At::Issued);
    assert_eq!((report.verdict(), report.code()), (Verdict::Undecided, Code::NoKey));
    assert!(report.checks.iter().any(|entry| entry.check == Check::POINTS));
    assert!(report.warnings.contains(&Warning::SignedBeforeIdentity), "1649404347 > 1649401561");
    assert!(report.claims.is_none());
    for entry in &report.checks {
        let fine = match entry.check {
            Check::KEY => matches!(entry.outcome, Outcome::Fail(Error::NoKey)),
            Check::SIGNATURE | Check::SIGNING_TIME | Check::WINDOW => {
                entry.outcome == Outcome::Skip
            }
            _ => entry.outcome == Outcome::Pass,
        };
        assert!(fine, "{entry:?}");
    }
    assert!(report.hints.iter().any(|hint| hint.contains("POST /dvs/verify")));
    let verified = verifier.verify(PUBLISHED, &expected, At::Issued);
    assert_eq!(verified.unwrap_err(), Error::NoKey);
}

#[test]
fn the_published_object_is_bound_to_the_published_certificate() {
    let limits = Limits::default();
    let keys = include_bytes!("../../test-vectors/seed/dvs-jwks.json");
    let answer = include_bytes!("../../test-vectors/seed/dvs-verify-response.json");
    let keys = countersign::jose::JwkSet::parse(keys, &limits).unwrap();
    let policy = Policy::default().with_rsa_1024(countersign::Rsa1024::Allow);
    let verifier = dvs::Verifier::new(keys, policy);
    let signature = Signature::parse(PUBLISHED, &limits).unwrap();
    let expected = dvs::Expected::request(&signature.to_request());
    assert!(verifier.verify(answer, &expected, At::Issued).is_ok());
    let other = Signature::parse(body(&object(), SIGNED).as_bytes(), &limits).unwrap();
    let refused = verifier.verify(answer, &dvs::Expected::request(&other.to_request()), At::Issued);
    assert_eq!(refused.unwrap_err().code(), Code::HashMismatch);
}

#[test]
fn a_request_is_sent_on_with_its_members_as_they_were() {
    let limits = Limits::default();
    let signature = Signature::parse(PUBLISHED, &limits).unwrap();
    let published = json::parse_object("published", PUBLISHED, &limits).unwrap();
    let sorted = |object: &Object<'_>| {
        let mut members: Vec<_> =
            object.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        members.sort_unstable();
        members
    };
    let sent = signature.to_json();
    let inner =
        |object: &Object<'_>| sorted(object.member("signature").unwrap().as_object().unwrap());
    assert_eq!(inner(&sent), inner(&published));
    assert_eq!(sent.member("timestamp"), published.member("timestamp"));
    assert_eq!(sent.member("type"), published.member("type"));

    // What a client adds is not sent on, and the spelling of the SDK for .NET is put right.
    let mut odd = object().with("timestamp", SIGNED).with("admin", "yes");
    let id = odd.member("mpinId").unwrap().clone();
    odd = odd
        .iter()
        .filter(|(name, _)| *name != "mpinId")
        .fold(Object::new().with("mpinid", id.clone()), |all, (name, value)| {
            all.with(name.to_string(), value.clone())
        });
    let sent = Signature::parse(odd.to_string().as_bytes(), &limits).unwrap().to_json().to_string();
    assert!(!sent.contains("admin") && !sent.contains("mpinid"));
    assert_eq!(issued(&sent), Code::Ok);
    let both = odd.with("mpinId", id).to_string();
    assert_eq!(issued(&both), Code::DuplicateMember);
}

#[test]
fn the_known_numbers_make_the_known_signature_and_it_is_valid() {
    let made = client().sign(&sha256(b"hello"), SIGNED, 1234, &scalar(known::X)).unwrap();
    assert_eq!(made, object());
    let authority = DvsAuthority::from_secret_scalar(&scalar(known::S)).unwrap();
    assert_eq!(authority.server_secret(), known::SERVER_SECRET);

    let expected = Expected::new(dvs::Expected::document(b"hello"))
        .user_id("alice@example.com")
        .hash_mpin_id(known::HASH_MPIN_ID);
    let body = body(&object(), SIGNED);
    assert_eq!(code(&verifier(), &body, &expected, At::Issued), Code::Ok);
    let report = verifier().explain(body.as_bytes(), &expected, At::Issued);
    assert_eq!(report.warnings, [Warning::AtIssued]);
    let claims = report.claims.unwrap();
    let claims = claims.to_object();
    assert_eq!(claims.string("claims", "hashMPinId"), Ok(known::HASH_MPIN_ID));
    let verified = verifier().verify(body.as_bytes(), &expected, At::Issued).unwrap();
    assert_eq!(verified.signature().timestamp().unix(), SIGNED);
}

#[test]
fn an_identity_of_unusual_form_or_from_after_the_signature_is_valid_with_a_warning() {
    const ISSUED: i64 = 1_649_404_347;
    let authority = DvsAuthority::from_secret_scalar(&scalar(known::S)).unwrap();
    let warnings = |mpin_id: &str, signed| {
        let client = authority.register(mpin_id.as_bytes(), &scalar(known::Z), 1234).unwrap();
        let object = client.sign(&sha256(b"hello"), signed, 1234, &scalar(known::X)).unwrap();
        let expected = Expected::new(dvs::Expected::document(b"hello"));
        let at = Time::from_unix(signed).unwrap();
        let report = verifier().explain(body(&object, signed).as_bytes(), &expected, at);
        assert_eq!(report.code(), Code::Ok);
        report.warnings
    };
    assert_eq!(warnings(known::MPIN_ID, ISSUED + 1), []);
    assert_eq!(warnings(known::MPIN_ID, ISSUED), []);
    assert_eq!(warnings(known::MPIN_ID, ISSUED - 1), [Warning::SignedBeforeIdentity]);
    let short = known::MPIN_ID.replace("AAAAAAAAAAAAAAAAAAAAAA", "AAAA");
    assert_eq!(warnings(&short, SIGNED), [Warning::UnusualIdentity]);
}

#[test]
fn another_time_hash_identity_pin_key_or_secret_is_refused() {
    let object = object();
    let changed = |name: &'static str, value: &str| object.clone().with(name, value.to_string());
    let wrong = Code::SignatureMismatch;
    for time in [SIGNED + 1, SIGNED - 1, 0, u32::MAX.into()] {
        assert_eq!(issued(&body(&object, time)), wrong, "{time}");
    }
    for hash in [hex::encode(&sha256(b"hellO")), "00".into(), hex::encode(b"hello")] {
        assert_eq!(issued(&body(&changed("hash", &hash), SIGNED)), wrong);
    }
    let other = known::MPIN_ID.replace("alice", "alicf");
    let other = body(&changed("mpinId", &hex::encode(other.as_bytes())), SIGNED);
    assert_eq!(issued(&other), wrong);
    // The same members in another order are another identity.
    let reordered =
        known::MPIN_ID.replace(r#""v":5,"scope":["dvs"],"#, r#""scope":["dvs"],"v":5,"#);
    let reordered = body(&changed("mpinId", &hex::encode(reordered.as_bytes())), SIGNED);
    assert_eq!(issued(&reordered), wrong);
    assert_eq!(issued(&body(&changed("v", known::V_WITH_WRONG_PIN), SIGNED)), wrong);
    for pin in [1233, 1235, 0] {
        let object = client().sign(&sha256(b"hello"), SIGNED, pin, &scalar(known::X)).unwrap();
        assert_eq!(issued(&body(&object, SIGNED)), wrong, "{pin}");
    }
    // Exchanged, doubled, and the key of somebody else.
    assert_eq!(issued(&body(&changed("u", known::V), SIGNED)), wrong);
    assert_eq!(issued(&body(&changed("v", known::U), SIGNED)), wrong);
    let published = Signature::parse(PUBLISHED, &Limits::default()).unwrap();
    let foreign = hex::encode(published.public_key());
    assert_eq!(issued(&body(&changed("publicKey", &foreign), SIGNED)), wrong);
    let another = DvsAuthority::generate(&mut Rng::from_seed(9)).server_secret();
    let another = Verifier::with_server_secret(secret(&another), Policy::default());
    assert_eq!(code(&another, &body(&object, SIGNED), &anything(), At::Issued), wrong);
}

#[test]
fn a_pin_counts_modulo_a_million() {
    for (registered, typed) in [(1234, 1_001_234), (1_001_234, 1234)] {
        let authority = DvsAuthority::generate(&mut Rng::from_seed(3));
        let client = authority.register(known::MPIN_ID.as_bytes(), &[3; 32], registered).unwrap();
        let object = client.sign(b"m", SIGNED, typed, &[5; 32]).unwrap();
        let verifier =
            Verifier::with_server_secret(secret(&authority.server_secret()), Policy::default());
        assert_eq!(code(&verifier, &body(&object, SIGNED), &anything(), At::Issued), Code::Ok);
    }
}

#[test]
fn every_altered_bit_is_refused() {
    let verifier = verifier();
    let object = object();
    let mut tried = 0;
    for name in ["u", "v", "publicKey", "mpinId", "hash"] {
        let genuine = hex::decode(object.string("object", name).unwrap()).unwrap();
        for bit in 0..8 * genuine.len() {
            let mut altered = genuine.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            let body = body(&object.clone().with(name, hex::encode(&altered)), SIGNED);
            assert!(
                verifier.verify(body.as_bytes(), &anything(), At::Issued).is_err(),
                "{name} {bit}"
            );
            tried += 1;
        }
    }
    for bit in 0..32 {
        let body = body(&object, SIGNED ^ (1 << bit));
        assert!(verifier.verify(body.as_bytes(), &anything(), At::Issued).is_err(), "time {bit}");
    }
    assert!(tried > 3000);
}

#[test]
fn points_off_the_curve_or_outside_the_subgroup_are_named() {
    let object = object();
    let outside = concat!(
        "0000000000000000000000000000000000000000000000000000000000000002",
        "0000000000000000000000000000000000000000000000000000000000000001",
        "06176ba3f4107d10dc2d7a0c88dd70faa0306a3e24df47d599fa9617bdef3808",
        "136c845f160873c58cc37c8b63bb5387cf8a6b8eb0c60ede20cf3f6f9ba73ca4",
    );
    for (name, value, expected) in [
        ("publicKey", outside.to_string(), Code::WrongSubgroup),
        ("publicKey", "00".repeat(128), Code::PointNotOnCurve),
        ("u", format!("04{}", "00".repeat(64)), Code::PointNotOnCurve),
        ("v", format!("04{}", "ff".repeat(64)), Code::PointNotOnCurve),
    ] {
        let body = body(&object.clone().with(name, value), SIGNED);
        // With the secret or without: what is wrong is never "undecided".
        assert_eq!(issued(&body), expected);
        let blind = Verifier::new(Policy::default());
        assert_eq!(code(&blind, &body, &anything(), At::Issued), expected);
    }
    for (digits, expected) in [
        (outside.to_string(), Code::WrongSubgroup),
        (known::SERVER_SECRET.replacen('2', "3", 1), Code::PointNotOnCurve),
        (known::SERVER_SECRET[2..].to_string(), Code::Malformed),
        (format!("04{}", known::SERVER_SECRET), Code::Malformed),
        (format!("{}\n", known::SERVER_SECRET), Code::Malformed),
        (String::new(), Code::Malformed),
    ] {
        let error = ServerSecret::new(&Secret::new(digits.into_bytes())).unwrap_err();
        assert_eq!(error.code(), expected);
    }
    let upper = known::SERVER_SECRET.to_ascii_uppercase();
    assert_eq!(format!("{:?}", secret(&upper)), "ServerSecret(..)");
}

#[test]
fn encodings_are_strict_and_the_letter_case_is_free() {
    let object = object();
    let long = format!("{}00", known::U);
    let compressed = format!("02{}", &known::U[2..66]);
    let other_prefix = format!("06{}", &known::U[2..]);
    for (name, value, expected) in [
        ("u", &known::U[..128], Code::Malformed),
        ("u", &long, Code::Malformed),
        ("u", &known::U[1..], Code::Malformed),
        ("u", &compressed, Code::Malformed),
        ("u", &other_prefix, Code::Malformed),
        ("v", "", Code::Malformed),
        ("publicKey", &format!("04{}", known::PUBLIC_KEY), Code::Malformed),
        ("hash", "", Code::Malformed),
        ("hash", "abc", Code::Malformed),
        ("hash", "0x00", Code::Malformed),
        ("mpinId", "7b7d", Code::MissingMember),
        ("mpinId", "00", Code::Malformed),
        ("dtas", "W10", Code::Malformed),
        ("dtas", "W10=", Code::WrongType),
    ] {
        let body = body(&object.clone().with(name, value.to_string()), SIGNED);
        assert_eq!(issued(&body), expected, "{name} {value}");
    }
    for name in ["mpinId", "u", "v", "publicKey", "hash"] {
        let missing = object.iter().filter(|(other, _)| *other != name);
        let missing = missing
            .fold(Object::new(), |all, (name, value)| all.with(name.to_string(), value.clone()));
        assert_eq!(issued(&body(&missing, SIGNED)), Code::MissingMember, "{name}");
        let number = object.clone().with(name, 7i64);
        assert_eq!(issued(&body(&number, SIGNED)), Code::WrongType, "{name}");
        let digits = object.string("object", name).unwrap().to_ascii_uppercase();
        assert_eq!(issued(&body(&object.clone().with(name, digits), SIGNED)), Code::Ok, "{name}");
    }
    let large = body(&object, i64::from(u32::MAX) + 1);
    assert_eq!(issued(&large), Code::Malformed);
    let inside = object.with("timestamp", SIGNED).to_string();
    assert_eq!(issued(&inside), Code::Ok);
    assert_eq!(issued(&" ".repeat(9000)), Code::TooLarge);
}

#[test]
fn expectations_are_compared_before_the_equation() {
    let body = body(&object(), SIGNED);
    let hash = dvs::Expected::hash(hex::encode(&sha256(b"hello")).to_ascii_uppercase());
    let right = Expected::new(hash)
        .user_id("alice@example.com")
        .project_id("00000000-0000-0000-0000-000000000000")
        .hash_mpin_id(known::HASH_MPIN_ID);
    assert_eq!(code(&verifier(), &body, &right, At::Issued), Code::Ok);
    for wrong in [
        right.clone().user_id("Alice@example.com"),
        right.clone().project_id(""),
        right.clone().hash_mpin_id(known::HASH_MPIN_ID.to_ascii_uppercase()),
    ] {
        assert_eq!(code(&verifier(), &body, &wrong, At::Issued), Code::ContentMismatch);
        let blind = Verifier::new(Policy::default());
        assert_eq!(code(&blind, &body, &wrong, At::Issued), Code::ContentMismatch);
    }
    let request = |time: i64| {
        let text = format!(r#"{{"hash":"{}","timestamp":{time}}}"#, hex::encode(&sha256(b"hello")));
        let request = SignatureRequest::parse(text.as_bytes(), &Limits::default()).unwrap();
        Expected::new(dvs::Expected::request(&request))
    };
    assert_eq!(code(&verifier(), &body, &request(SIGNED), At::Issued), Code::Ok);
    let later = code(&verifier(), &body, &request(SIGNED + 1), At::Issued);
    assert_eq!(later, Code::ContentMismatch);
}

#[test]
fn identities_for_authentication_sign_and_those_for_nothing_do_not_even_with_a_fitting_equation() {
    let authority = DvsAuthority::from_secret_scalar(&scalar(known::S)).unwrap();
    let signed = |from: &str, to: &str| {
        let id = known::MPIN_ID.replacen(from, to, 1);
        let client = authority.register(id.as_bytes(), &[9; 32], 1).unwrap();
        body(&client.sign(b"m", SIGNED, 1, &[8; 32]).unwrap(), SIGNED)
    };
    let both = r#"["dvs"],"dta":[],"vt":"dvs""#;
    let merged = signed(both, r#"["auth"],"dta":[],"vt":"pv""#);
    let dvs = anything().scope("dvs");
    let blind = Verifier::new(Policy::default());
    assert_eq!(issued(&merged), Code::Ok);
    assert_eq!(code(&verifier(), &merged, &dvs, At::Issued), Code::ContentMismatch);
    assert_eq!(code(&verifier(), &body(&object(), SIGNED), &dvs, At::Issued), Code::Ok);
    assert_eq!(code(&blind, &merged, &anything(), At::Issued), Code::NoKey);
    assert_eq!(code(&blind, &merged, &dvs, At::Issued), Code::ContentMismatch);
    for scope in [r#"[],"dta":[],"vt":"pv""#, r#"["x"],"dta":[],"vt":"auth""#] {
        assert_eq!(issued(&signed(both, scope)), Code::ContentMismatch, "{scope}");
    }
}

#[test]
fn d_tas_of_another_form_leave_a_warning() {
    let warnings = |ids: &str| {
        let dtas = countersign::encoding::base64::encode_standard(ids.as_bytes());
        let body = body(&object().with("dtas", dtas), SIGNED);
        let report = verifier().explain(body.as_bytes(), &anything(), At::Issued);
        assert_eq!(report.code(), Code::Ok, "{ids}");
        report.warnings
    };
    let usual = format!(r#"["{0}","{0}"]"#, "c5".repeat(32));
    assert!(!warnings(&usual).contains(&Warning::UnusualDtas));
    for unusual in [r#"["DTA Node","DTA Node"]"#, r#"["c5"]"#] {
        assert!(warnings(unusual).contains(&Warning::UnusualDtas), "{unusual}");
    }
}

#[test]
fn times_are_judged_to_the_second() {
    let body = body(&object(), SIGNED);
    let at = |offset| Time::from_unix(SIGNED + offset).unwrap();
    let fresh = anything().max_age(60);
    let blind = Verifier::new(Policy::default());
    for (offset, expected) in [
        (-1, Code::NotYetValid),
        (0, Code::NoKey),
        (60, Code::NoKey),
        (61, Code::TimestampWindow),
        (1_000_000, Code::TimestampWindow),
    ] {
        assert_eq!(code(&blind, &body, &fresh, at(offset)), expected, "{offset}");
    }
    assert_eq!(code(&blind, &body, &anything(), at(1_000_000)), Code::NoKey);
    let leeway = Policy::default().with_leeway(Leeway::from_seconds(5).unwrap());
    let lenient = Verifier::new(leeway);
    for (offset, expected) in
        [(-6, Code::NotYetValid), (-5, Code::NoKey), (65, Code::NoKey), (66, Code::TimestampWindow)]
    {
        assert_eq!(code(&lenient, &body, &fresh, at(offset)), expected, "{offset}");
    }
}

#[test]
fn a_batch_judges_each_as_alone() {
    let (good, bad) = (body(&object(), SIGNED), body(&object(), SIGNED + 1));
    let expected = anything();
    let item = |body| countersign::Item { input: body, expected: &expected, at: At::Issued };
    let items = [item(good.as_bytes()), item(b"?"), item(bad.as_bytes())];
    let codes: Vec<_> = verifier()
        .verify_batch(&items)
        .into_iter()
        .map(|result| result.map_or_else(|error| error.code(), |_| Code::Ok))
        .collect();
    assert_eq!(codes, [Code::Ok, Code::Malformed, Code::SignatureMismatch]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_client_signs_is_valid_and_no_other_pin_is(
        seed: u64, message in prop::collection::vec(any::<u8>(), 1..80), time: u32, pin: u16, off in 1u16..,
    ) {
        let mut rng = Rng::from_seed(seed);
        let authority = DvsAuthority::generate(&mut rng);
        let client =
            authority.register(known::MPIN_ID.as_bytes(), &rng.bytes(), pin.into()).unwrap();
        let verifier =
            Verifier::with_server_secret(secret(&authority.server_secret()), Policy::default());
        let time = i64::from(time);
        let sign = |pin: u16| body(&client.sign(&message, time, pin.into(), &[1; 32]).unwrap(), time);
        prop_assert_eq!(code(&verifier, &sign(pin), &anything(), At::Issued), Code::Ok);
        let wrong = sign(pin.wrapping_add(off));
        prop_assert_eq!(
            code(&verifier, &wrong, &anything(), At::Issued),
            Code::SignatureMismatch
        );
    }

    #[test]
    fn any_members_are_judged_without_panic(
        name in prop::sample::select(vec!["u", "v", "publicKey", "mpinId", "hash", "dtas"]),
        text in "[0-9a-fA-F]{0,300}|\\PC{0,40}",
        time: i64,
    ) {
        let changed = object().with(name, text);
        prop_assert_ne!(issued(&body(&changed, time)), Code::Ok);
        prop_assert_ne!(issued(&body(&changed, SIGNED)), Code::Ok);
    }

    #[test]
    fn any_bytes_are_judged_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let report = verifier().explain(&bytes, &anything(), At::Issued);
        prop_assert_eq!(report.verdict(), Verdict::Invalid);
    }
}
