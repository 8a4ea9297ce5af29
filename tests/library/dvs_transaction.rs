//! A signature on its way through the service: every answer, and what is not even sent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use countersign::jose::JwkSet;
use countersign::miracl::dvs;
use countersign::miracl::dvs::signature::Expected;
use countersign::miracl::dvs::{Transaction, Verifier};
use countersign::{At, Code, Leeway, Limits, Policy, Report, Time, Verdict, Warning};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer, jwk_set, miracl};

const OBJECT: &[u8] = include_bytes!("../../test-vectors/seed/dvs-verify-request.json");
const PROJECT: &str = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
const SIGNED: i64 = 1_649_401_561;

fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

fn issuer() -> RsaIssuer {
    RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("s1")).unwrap()
}

fn verifier(issuer: &RsaIssuer) -> Verifier {
    let keys = jwk_set(&[issuer.jwk()]).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    Verifier::new(keys, Policy::default())
}

fn expected() -> Expected {
    Expected::new(dvs::Expected::hash("74657374"))
}

/// Verifies, and demands the same of the explanation.
fn code(transaction: &Transaction, verifier: &Verifier, status: u16, body: &str, at: Time) -> Code {
    let verified = transaction.verify(verifier, status, body.as_bytes(), at);
    let report = transaction.explain(verifier, status, body.as_bytes(), at);
    let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
    assert_eq!(report.code(), code);
    assert_eq!(report.claims.is_some(), code == Code::Ok);
    code
}

#[test]
fn one_verdict_binds_signature_document_project_and_certificate() {
    let (issuer, at) = (issuer(), time(SIGNED + 30));
    let verifier = verifier(&issuer);
    let fresh = expected().max_age(60).user_id("ivan.todinov@miracl.com");
    let transaction = Transaction::begin(&verifier, OBJECT, PROJECT, fresh, at).unwrap();
    let answer = |created, hash: &str| {
        let token = miracl::certificate(&issuer, created, created + 10, hash).unwrap();
        miracl::certificate_answer(&token).to_string()
    };
    let good = answer(SIGNED + 30, "74657374");
    let judge = |status, body: &str, at| code(&transaction, &verifier, status, body, at);
    assert_eq!(judge(200, &good, at), Code::Ok);
    assert_eq!(judge(200, &good, time(SIGNED + 39)), Code::Ok);
    for (status, body, at, code) in [
        (200, &good, time(SIGNED + 40), Code::Expired),
        (200, &good, time(SIGNED + 29), Code::NotYetValid),
        (200, &answer(SIGNED + 30, "74657375"), at, Code::HashMismatch),
        (200, &answer(SIGNED + 61, "74657374"), time(SIGNED + 61), Code::TimestampWindow),
        (200, &answer(SIGNED - 1, "74657374"), time(SIGNED), Code::SignedAfterIssue),
        (200, &"{}".to_string(), at, Code::MissingMember),
        (200, &String::new(), at, Code::Malformed),
        // A good certificate does not make up for the status.
        (401, &good, at, Code::SignatureRefused),
        (410, &good, at, Code::IdentityRevoked),
        (500, &good, at, Code::NoAnswer),
        (201, &good, at, Code::NoAnswer),
        (302, &good, at, Code::NoAnswer),
    ] {
        assert_eq!(judge(status, body, at), code, "{status} {body}");
    }
    assert_eq!(Verdict::from(Code::NoAnswer), Verdict::Undecided);
    let report = transaction.explain(&verifier, 200, good.as_bytes(), at);
    assert_eq!(report.warnings, [Warning::SignedBeforeIdentity]);
    let confirmed = transaction.verify(&verifier, 200, good.as_bytes(), at).unwrap();
    assert_eq!(confirmed.certificate().created_at(), at);
    assert_eq!(confirmed.signature(), transaction.signature());
}

#[test]
fn what_is_wrong_before_anyone_is_asked_is_not_sent() {
    let verifier = verifier(&issuer());
    let begin = |object: &[u8], project, expected, at: i64| {
        Transaction::begin(&verifier, object, project, expected, time(at))
            .map_or_else(|error| error.code(), |_| Code::Ok)
    };
    assert_eq!(begin(OBJECT, PROJECT, expected(), SIGNED), Code::Ok);
    let document = Expected::new(dvs::Expected::document(b"test"));
    let text = core::str::from_utf8(OBJECT).unwrap();
    let cut = text.replace("\"041f98", "\"0498");
    for (object, project, expected, at, code) in [
        (OBJECT, PROJECT, expected(), SIGNED - 1, Code::NotYetValid),
        (OBJECT, PROJECT, expected().max_age(9), SIGNED + 10, Code::TimestampWindow),
        (OBJECT, PROJECT, document, SIGNED, Code::HashMismatch),
        (OBJECT, "another", expected(), SIGNED, Code::ContentMismatch),
        (OBJECT, PROJECT, expected().user_id("eve"), SIGNED, Code::ContentMismatch),
        (cut.as_bytes(), PROJECT, expected(), SIGNED, Code::Malformed),
        (b"{}", PROJECT, expected(), SIGNED, Code::MissingMember),
    ] {
        assert_eq!(begin(object, project, expected, at), code);
    }
    // The project of the arguments counts, whatever the expectations say.
    let foreign = expected().project_id("another");
    assert_eq!(begin(OBJECT, PROJECT, foreign, SIGNED), Code::Ok);
}

#[test]
fn a_clock_that_is_ahead_within_the_leeway_passes_before_and_after_the_call() {
    let issuer = issuer();
    let keys = jwk_set(&[issuer.jwk()]).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    for leeway in [0_u16, 5] {
        let policy = Policy::default().with_leeway(Leeway::from_seconds(leeway).unwrap());
        let verifier = Verifier::new(keys.clone(), policy);
        let begin = |at| Transaction::begin(&verifier, OBJECT, PROJECT, expected(), time(at));
        let edge = SIGNED - i64::from(leeway);
        assert_eq!(begin(edge - 1).unwrap_err().code(), Code::NotYetValid, "{leeway}");
        let transaction = begin(edge).unwrap();
        let judge = |created| {
            let hash = transaction.signature().hash();
            let token = miracl::certificate(&issuer, created, created + 10, hash).unwrap();
            let body = miracl::certificate_answer(&token).to_string();
            // Late enough for the signature itself.
            code(&transaction, &verifier, 200, &body, time(edge))
        };
        assert_eq!(judge(edge), Code::Ok, "{leeway}");
        assert_eq!(judge(edge - 1), Code::SignedAfterIssue, "{leeway}");
    }
}

mod identities {
    use super::*;
    use countersign::encoding::hex;
    use countersign::miracl::dvs::signature;
    use countersign::{Secret, sha256};
    use countersign_testkit::miracl::{DvsAuthority, dtas, signature_object, signature_request};

    const AT: i64 = 1_700_000_000;
    const USER: &str = "user@example.com";
    /// As in September 2023.
    const MERGED: &str = r#"{"iat":1693553942,"userID":"user@example.com","cID":"86cd3e64-f641-416a-bf80-64b9b7eef8ea","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["auth"],"dta":[],"vt":"pv"}"#;
    const SIGNING: &str = r#"{"iat":1649404347,"userID":"user@example.com","cID":"86cd3e64-f641-416a-bf80-64b9b7eef8ea","salt":"hlVjKlHQ2kSK0JeBqbD0Xg","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;
    const FIRST: &str = r#"{"issuedAt":1497621167,"userID":"user@example.com","cID":"86cd3e64-f641-416a-bf80-64b9b7eef8ea","mobile":1,"salt":"00112233445566778899aabbccddeeff","v":1}"#;

    fn authority() -> DvsAuthority {
        DvsAuthority::generate(&mut Rng::from_seed(7))
    }

    /// What the client with this identity sends for the document, as today's SDK writes it.
    fn object(mpin_id: &str, names: &[&str]) -> String {
        let client = authority().register(mpin_id.as_bytes(), &[3; 32], 1234).unwrap();
        let signature = client.sign(&sha256(b"document"), AT, 1234, &[5; 32]).unwrap();
        signature_object(&signature, &dtas(names), AT).to_string()
    }

    /// The verdict of the service, which has the server secret.
    fn served(body: &str, expected: &Expected) -> Code {
        let secret = Secret::new(authority().server_secret().into_bytes());
        let secret = signature::ServerSecret::new(&secret).unwrap();
        let service = signature::Verifier::with_server_secret(secret, Policy::default());
        let verified = service.verify(body.as_bytes(), expected, time(AT));
        let code = verified.map_or_else(|error| error.code(), |_| Code::Ok);
        assert_eq!(service.explain(body.as_bytes(), expected, time(AT)).code(), code);
        code
    }

    fn document() -> Expected {
        Expected::new(dvs::Expected::document(b"document"))
    }

    /// Begins, has it certified, and verifies and explains the answer.
    fn whole(object: &str, expected: Expected) -> Result<Report, Code> {
        let (issuer, at) = (issuer(), time(AT));
        let verifier = verifier(&issuer);
        let begun = Transaction::begin(&verifier, object.as_bytes(), PROJECT, expected.clone(), at);
        let transaction = begun.map_err(|error| error.code())?;
        let sent = transaction.request_body().to_string();
        assert_eq!(served(&sent, &expected), Code::Ok);
        let hash = transaction.signature().hash();
        let token = miracl::certificate(&issuer, AT, AT + 10, hash).unwrap();
        let answer = miracl::certificate_answer(&token).to_string();
        assert_eq!(code(&transaction, &verifier, 200, &answer, at), Code::Ok);
        // Who was revoked is not let pass, whatever the identity.
        assert_eq!(code(&transaction, &verifier, 410, &answer, at), Code::IdentityRevoked);
        assert_eq!(code(&transaction, &verifier, 401, &answer, at), Code::SignatureRefused);
        Ok(transaction.explain(&verifier, 200, answer.as_bytes(), at))
    }

    #[test]
    fn identities_of_version_1_for_signing_and_of_today_are_certified_end_to_end() {
        let today = miracl::mpin_id(PROJECT, USER, AT - 9, &[0xfb; 16]);
        for mpin_id in [FIRST, SIGNING, MERGED, &today] {
            let object = object(mpin_id, &["DTA Node", "DTA Node"]);
            let hash = countersign::miracl::identity::hash_mpin_id(mpin_id.as_bytes());
            let right = document().user_id(USER).hash_mpin_id(&hash);
            let report = whole(&object, right).unwrap();
            assert_eq!(report.warnings, [Warning::UnusualDtas], "{mpin_id}");
            let claims = report.claims.unwrap();
            let claims = claims.to_object();
            assert_eq!(claims.string("claims", "hashMPinId"), Ok(hash.as_str()));
            let names = claims.member("dtas").unwrap().to_string();
            assert_eq!(names, r#"["DTA Node","DTA Node"]"#);
            for wrong in [
                document().user_id("another@example.com"),
                document().hash_mpin_id("00".repeat(32)),
            ] {
                assert_eq!(whole(&object, wrong).unwrap_err(), Code::ContentMismatch);
            }
        }
        let digests = ["c5".repeat(32), "7f".repeat(32)];
        let usual = object(MERGED, &[&digests[0], &digests[1]]);
        assert_eq!(whole(&usual, document()).unwrap().warnings, []);
    }

    #[test]
    fn the_scope_dvs_is_demanded_of_an_identity_on_request() {
        for (mpin_id, scope, code) in [
            (SIGNING, "dvs", Code::Ok),
            (MERGED, "auth", Code::Ok),
            (MERGED, "dvs", Code::ContentMismatch),
            (FIRST, "dvs", Code::ContentMismatch),
            (SIGNING, "", Code::ContentMismatch),
        ] {
            let object = object(mpin_id, &["a"]);
            let found = whole(&object, document().scope(scope)).map(|report| report.code());
            assert_eq!(found.unwrap_or_else(|code| code), code, "{mpin_id} {scope}");
        }
    }

    #[test]
    fn an_identity_for_neither_signing_nor_authentication_is_not_sent() {
        for (from, to) in [
            (r#"["auth"]"#, "[]"),
            (r#"["auth"]"#, r#"["oidc"]"#),
            (r#"["auth"]"#, r#"["Auth"]"#),
            (r#""scope":["auth"],"#, ""),
        ] {
            let object = object(&MERGED.replacen(from, to, 1), &["a"]);
            assert_eq!(whole(&object, document()).unwrap_err(), Code::ContentMismatch, "{to}");
            assert_eq!(served(&object, &document()), Code::ContentMismatch, "{to}");
        }
        // Version 1 may leave the project empty, and is of none then.
        let nowhere = object(&FIRST.replace(PROJECT, ""), &["a"]);
        assert_eq!(whole(&nowhere, document()).unwrap_err(), Code::ContentMismatch);
    }

    #[test]
    fn dtas_are_passed_on_as_they_came_and_null_as_nothing() {
        let verifier = verifier(&issuer());
        let sent = |object: &str| {
            let at = time(AT);
            Transaction::begin(&verifier, object.as_bytes(), PROJECT, document(), at)
                .map(|transaction| transaction.request_body().to_string())
                .map_err(|error| error.code())
        };
        // Spaces, escapes and order are the client's.
        let text = countersign::encoding::base64::encode_standard(br#"[ "b\/a" , "a" ]"#);
        let good = object(MERGED, &["a"]);
        let with = |dtas: &str| good.replace(&dtas_member(&good), dtas);
        let odd = with(&format!(r#""dtas":"{text}""#));
        assert!(sent(&odd).unwrap().contains(&text));
        let null = sent(&with(r#""dtas":null"#)).unwrap();
        assert!(!null.contains("dtas"), "{null}");
        assert_eq!(sent(&with(r#""dtas":"W10=""#)), Err(Code::WrongType));
        assert_eq!(sent(&with(r#""dtas":"WyIiXQ==""#)), Err(Code::Malformed));
        assert_eq!(sent(&with(r#""dtas":7"#)), Err(Code::WrongType));
    }

    fn dtas_member(object: &str) -> String {
        let rest = &object[object.find("\"dtas\"").unwrap()..];
        rest[..rest.find(',').unwrap()].into()
    }

    #[test]
    fn the_identity_of_the_ios_tests_is_certified_under_its_published_hash() {
        let digits = "7b22696174223a313631373237323435332c22757365724944223a22676c6f62616c406578616d706c652e636f6d222c22634944223a2236636134636133622d623663342d343262332d386536372d336432653038616532643765222c2273616c74223a226d30756558414b4162566234425756742b5461745a51222c2276223a352c2273636f7065223a5b2261757468225d2c22647461223a5b5d2c227674223a227076227d";
        let client = authority().register(&hex::decode(digits).unwrap(), &[3; 32], 1).unwrap();
        let signature = client.sign(&sha256(b"document"), AT, 1, &[5; 32]).unwrap();
        let body = signature_request(&signature, AT).to_string();
        let expected = document()
            .user_id("global@example.com")
            .hash_mpin_id("d3ddd84f90ff4497df43534e0ab0813f71838f5ea92ba98705a84a0d6f593c8d");
        assert_eq!(served(&body, &expected), Code::Ok);
        let project = "6ca4ca3b-b6c4-42b3-8e67-3d2e08ae2d7e";
        let issuer = issuer();
        let verifier = verifier(&issuer);
        let transaction =
            Transaction::begin(&verifier, body.as_bytes(), project, expected, time(AT)).unwrap();
        let hash = transaction.signature().hash();
        let token = miracl::certificate(&issuer, AT, AT + 10, hash).unwrap();
        assert_eq!(
            code(
                &transaction,
                &verifier,
                200,
                &miracl::certificate_answer(&token).to_string(),
                time(AT)
            ),
            Code::Ok
        );
    }
}

#[test]
fn points_off_the_curve_are_not_sent() {
    let verifier = verifier(&issuer());
    let text = core::str::from_utf8(OBJECT).unwrap().replace("\"041f98", "\"041f99");
    let begun = Transaction::begin(&verifier, text.as_bytes(), PROJECT, expected(), At::Issued);
    assert_eq!(begun.unwrap_err().code(), Code::PointNotOnCurve);
}

#[test]
fn an_explanation_lists_the_checks_of_both_halves() {
    let verifier = verifier(&issuer());
    let transaction =
        Transaction::begin(&verifier, OBJECT, PROJECT, expected(), At::Issued).unwrap();
    let report = transaction.explain(&verifier, 503, b"", At::Issued);
    let names: Vec<_> = report.checks.iter().map(|entry| entry.check.name()).collect();
    assert_eq!(
        names,
        [
            "points",
            "identity",
            "hash",
            "signing-time",
            "not-before",
            "timestamp-window",
            "status",
            "signature"
        ]
    );
    assert_eq!(report.kind, "dvs-transaction");
}
