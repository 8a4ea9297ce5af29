//! Every kind refuses the others, and what is not as expected.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::sync::OnceLock;

use countersign::encoding::json::{Object, Value};
use countersign::jose::JwkSet;
use countersign::miracl::dvs;
use countersign::miracl::token::{Expected, access, activation, auth, id, new_user};
use countersign::{
    Algorithm, At, Check, Code, Leeway, Limits, Policy, Report, Time, Verdict, Warning,
};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer, jwk_set, miracl};

const ISSUER: &str = "https://api.mpin.io";
/// Project and client at once: the audience must not be what keeps the kinds apart.
const ME: &str = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
const ISSUED: i64 = 1_700_000_000;
/// Claims that mark a kind.
const MARKS: [&str; 8] = ["amr", "nonce", "cid", "scp", "scope", "projectID", "events", "cAt"];

fn issuer() -> &'static RsaIssuer {
    static ISSUER: OnceLock<RsaIssuer> = OnceLock::new();
    ISSUER.get_or_init(|| RsaIssuer::generate(&mut Rng::from_seed(5), 2048, Some("k1")).unwrap())
}

fn keys() -> JwkSet {
    let keys = jwk_set(&[issuer().jwk()]).to_string();
    JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Auth,
    Id,
    Access,
    Activation,
    NewUser,
}

const KINDS: [Kind; 5] = [Kind::Auth, Kind::Id, Kind::Access, Kind::Activation, Kind::NewUser];

fn claims(kind: Kind) -> Object<'static> {
    match kind {
        Kind::Auth => miracl::auth_claims(ISSUER, ME, "user", ISSUED),
        Kind::Id => miracl::id_claims(ISSUER, ME, "user", "n", ISSUED),
        Kind::Access => miracl::access_claims(ISSUER, ME, "user", &["openid"], ISSUED + 900),
        Kind::Activation => miracl::activation_claims(ISSUER, ME, "user", ISSUED),
        Kind::NewUser => miracl::new_user_claims(ISSUER, ME, "user", ISSUED),
    }
}

fn token(claims: &Object<'_>) -> String {
    miracl::token(issuer(), claims).unwrap()
}

fn expected() -> Expected {
    Expected::new(ISSUER, ME)
}

fn now() -> At {
    Time::from_unix(ISSUED).unwrap().into()
}

/// Verifies, and demands the same of explanation and batch.
fn judge_at(kind: Kind, policy: Policy, token: &str, expected: &Expected, at: At) -> Code {
    macro_rules! judge {
        ($verifier:ty) => {{
            let verifier = <$verifier>::new(keys(), policy);
            let verified = verifier.verify(token.as_bytes(), expected, at);
            let code = verified.as_ref().map_or_else(countersign::Error::code, |_| Code::Ok);
            let report = verifier.explain(token.as_bytes(), expected, at);
            assert_eq!(report.code(), code, "{:?}", report.checks);
            assert_eq!(report.kind, <$verifier>::KIND);
            assert_eq!(report.claims.is_some(), code == Code::Ok);
            let item = countersign::Item { input: token.as_bytes(), expected, at };
            assert_eq!(verifier.verify_batch(&[item, item]), [verified.clone(), verified]);
            assert_eq!(verifier.explain_batch(&[item]), [report]);
            code
        }};
    }
    match kind {
        Kind::Auth => judge!(auth::Verifier),
        Kind::Id => judge!(id::Verifier),
        Kind::Access => judge!(access::Verifier),
        Kind::Activation => judge!(activation::Verifier),
        Kind::NewUser => judge!(new_user::Verifier),
    }
}

fn judge(kind: Kind, claims: &Object<'_>, expected: &Expected) -> Code {
    judge_at(kind, Policy::default(), &token(claims), expected, now())
}

/// Claims without one of them.
fn without(claims: &Object<'static>, name: &str) -> Object<'static> {
    let mut rest = Object::new();
    for (other, value) in claims.iter().filter(|(other, _)| *other != name) {
        rest.set(other.to_string(), value.clone());
    }
    rest
}

/// Explains a token of a kind.
fn explain(kind: Kind, input: &[u8]) -> Report {
    let (expected, at, policy) = (expected(), now(), Policy::default());
    match kind {
        Kind::Auth => auth::Verifier::new(keys(), policy).explain(input, &expected, at),
        Kind::Id => id::Verifier::new(keys(), policy).explain(input, &expected, at),
        Kind::Access => access::Verifier::new(keys(), policy).explain(input, &expected, at),
        Kind::Activation => activation::Verifier::new(keys(), policy).explain(input, &expected, at),
        Kind::NewUser => new_user::Verifier::new(keys(), policy).explain(input, &expected, at),
    }
}

#[test]
fn whatever_is_wrong_a_report_names_every_check_that_all_kinds_have() {
    for kind in KINDS {
        let genuine = token(&claims(kind));
        let (head, signature) = genuine.rsplit_once('.').unwrap();
        let (header, payload) = head.split_once('.').unwrap();
        let sign = |payload: &[u8]| {
            let header = Object::new().with("alg", "RS256").with("kid", "k1");
            issuer().sign(&header, payload, Algorithm::Rs256).unwrap()
        };
        let of_genuine = explain(kind, genuine.as_bytes()).checks;
        // The nonce is a matter of ID tokens.
        let named = of_genuine.iter().map(|entry| entry.check).filter(|c| *c != Check::NONCE);
        let named: Vec<Check> = named.collect();
        assert!(named.contains(&Check::EXPIRY) && named.contains(&Check::TOKEN_KIND));
        for input in [
            String::new(),
            "a.b".into(),
            format!("{header}.{payload}.{signature}.{signature}"),
            format!("e30.{payload}.{signature}"),
            format!("{header}.{payload}.{}", "A".repeat(signature.len())),
            sign(b"[]"),
            sign(b"{}"),
            sign(b"no JSON"),
        ] {
            let report = explain(kind, input.as_bytes());
            assert_ne!(report.code(), Code::Ok);
            for check in &named {
                let is_named = report.checks.iter().any(|entry| entry.check == *check);
                assert!(is_named, "{kind:?} {check:?} {input}");
            }
        }
    }
}

#[test]
fn every_kind_accepts_its_own_token_and_refuses_each_of_the_others() {
    for made in KINDS {
        let claims = claims(made);
        for verifier in KINDS {
            let code = judge(verifier, &claims, &expected());
            if made == verifier {
                assert_eq!(code, Code::Ok, "{made:?}");
            } else {
                assert!(
                    matches!(code, Code::MissingMember | Code::ContentMismatch),
                    "{verifier:?} says {code} of {made:?}"
                );
            }
        }
        // Nor is any of them a DVS certificate.
        let certificate = dvs::Verifier::new(keys(), Policy::default());
        let refused =
            certificate.verify(token(&claims).as_bytes(), &dvs::Expected::unbound(), now());
        assert_eq!(refused.unwrap_err().code(), Code::MissingMember);
        // Not even with everything that a certificate has; nor is it its own kind then.
        let both = claims.with("cAt", ISSUED).with("exp", ISSUED + 10).with("hash", "00");
        let refused = certificate.verify(token(&both).as_bytes(), &dvs::Expected::unbound(), now());
        assert_eq!(refused.unwrap_err().code(), Code::ContentMismatch);
        assert_eq!(judge(made, &both, &expected()), Code::ContentMismatch, "{made:?}");
    }
    let certificate = miracl::certificate(issuer(), ISSUED, ISSUED + 10, "00").unwrap();
    for verifier in KINDS {
        let code = judge_at(verifier, Policy::default(), &certificate, &expected(), now());
        assert_eq!(code, Code::ContentMismatch);
    }
}

#[test]
fn every_mark_of_another_kind_is_refused_alone_and_whatever_its_type() {
    for kind in KINDS {
        let own: &[&str] = match kind {
            // Warnings, see below.
            Kind::Auth => &["aud", "nonce", "projectID", "scope"],
            Kind::Id => &["aud", "amr", "nonce"],
            Kind::Access => &["cid", "scp"],
            Kind::Activation => &["projectID", "scope"],
            Kind::NewUser => &["aud", "events"],
        };
        for mark in MARKS.into_iter().chain(["aud"]) {
            if own.contains(&mark) {
                continue;
            }
            // A foreign `nonce` has to be text for its type's sake, and `aud` text or an array.
            for value in [Value::from("n"), Value::Array(Vec::new()), Value::Null] {
                let claims = claims(kind).with(mark, value.clone());
                let code = judge(kind, &claims, &expected());
                let typed = matches!((mark, &value), ("nonce", Value::Array(_)))
                    || matches!((mark, &value), ("nonce" | "aud", Value::Null));
                let refused = if typed { Code::WrongType } else { Code::ContentMismatch };
                assert_eq!(code, refused, "{kind:?} with {mark} {value}");
            }
        }
    }
}

#[test]
fn a_token_that_does_not_say_when_it_was_issued_may_not_expire_far_ahead() {
    for kind in [Kind::Access, Kind::NewUser] {
        let made = without(&claims(kind), "iat");
        let judge = |left: i64, policy: Policy, expected: &Expected| {
            let claims = made.clone().with("exp", ISSUED + left);
            judge_at(kind, policy, &token(&claims), expected, now())
        };
        let strict = Policy::default();
        for (left, code) in [
            (1, Code::Ok),
            (3600, Code::Ok),
            (3601, Code::TimestampWindow),
            (253_402_300_799 - ISSUED, Code::TimestampWindow),
        ] {
            assert_eq!(judge(left, strict, &expected()), code, "{kind:?} {left}");
        }
        let longer = expected().longest_life(7200);
        assert_eq!(judge(7200, strict, &longer), Code::Ok);
        assert_eq!(judge(7201, strict, &longer), Code::TimestampWindow);
        // Clocks may disagree about when its life began.
        let lenient = strict.with_leeway(Leeway::from_seconds(5).unwrap());
        assert_eq!(judge(3605, lenient, &expected()), Code::Ok);
        assert_eq!(judge(3606, lenient, &expected()), Code::TimestampWindow);
        let report = |at: At| match kind {
            Kind::Access => access::Verifier::new(keys(), strict).explain(
                token(&made).as_bytes(),
                &expected(),
                at,
            ),
            _ => new_user::Verifier::new(keys(), strict).explain(
                token(&made).as_bytes(),
                &expected(),
                at,
            ),
        };
        let life = |report: &countersign::Report| {
            let mut lives = report.checks.iter().filter(|entry| entry.check == Check::LIFETIME);
            let life = lives.next().unwrap().outcome.clone();
            assert_eq!(lives.next(), None);
            life
        };
        assert_eq!(life(&report(now())), countersign::Outcome::Pass, "{kind:?}");
        // Without a time to judge at there is nothing to measure, and nothing is decided.
        let issued = report(At::Issued);
        assert_eq!(life(&issued), countersign::Outcome::Skip);
        assert_eq!(issued.code(), Code::NoTime);
        assert!(!format!("{:?}", issued.checks).contains("no `exp`"), "{issued:?}");
        // What is known to be wrong is said all the same.
        let foreign = made.clone().with("iss", "https://other.example");
        let judged = judge_at(kind, strict, &token(&foreign), &expected(), At::Issued);
        assert_eq!(judged, Code::IssuerMismatch);
    }
}

#[test]
fn a_token_with_the_marks_of_two_kinds_is_of_none() {
    for first in KINDS {
        for second in KINDS {
            let marks = |kind: Kind| {
                let own = claims(kind);
                MARKS.iter().any(|mark| own.member(mark).is_some())
            };
            if first == second || !marks(first) || !marks(second) {
                continue;
            }
            let mut both = claims(first);
            for (name, value) in claims(second).iter() {
                both.set(name.to_string(), value.clone());
            }
            for verifier in KINDS {
                let code = judge(verifier, &both, &expected());
                assert_eq!(code, Code::ContentMismatch, "{verifier:?}: {first:?} and {second:?}");
            }
        }
    }
}

#[test]
fn every_scope_that_is_expected_is_granted_or_the_token_is_refused() {
    let id = claims(Kind::Id).with("email", "a@b.example");
    let access = miracl::access_claims(ISSUER, ME, "user", &["openid", "email"], ISSUED + 900);
    for (kind, claims) in [(Kind::Id, id), (Kind::Access, access)] {
        let code = |scopes: &[&str]| {
            let expected = scopes.iter().fold(expected(), |expected, scope| expected.scope(*scope));
            judge(kind, &claims, &expected)
        };
        assert_eq!(code(&["openid", "email"]), Code::Ok, "{kind:?}");
        for scopes in [&["openid", "dvs"][..], &["dvs", "openid"], &["dvs"], &[""]] {
            assert_eq!(code(scopes), Code::ContentMismatch, "{kind:?} {scopes:?}");
        }
    }
}

#[test]
fn whatever_claims_are_mixed_a_token_is_of_one_kind_at_most() {
    let text = |text: &str| Value::from(text.to_string());
    let list = |texts: &[&str]| Value::Array(texts.iter().map(|t| text(t)).collect());
    let events = claims(Kind::NewUser).member("events").cloned().unwrap();
    let parts: [(&str, Vec<Value<'static>>); 17] = [
        ("iss", vec![text(ISSUER)]),
        ("sub", vec![text("user")]),
        ("exp", vec![(ISSUED + 10).into()]),
        ("iat", vec![ISSUED.into()]),
        ("aud", vec![text(ME), list(&[ME]), list(&["other", ME])]),
        ("azp", vec![text(ME)]),
        ("amr", vec![list(&["token"]), list(&["pwd"]), list(&[])]),
        ("nonce", vec![text("n")]),
        ("cid", vec![text(ME)]),
        ("scp", vec![list(&["openid"]), list(&[])]),
        ("scope", vec![text("verification"), text("openid"), list(&["a"])]),
        ("projectID", vec![text(ME)]),
        ("deviceName", vec![text("device")]),
        ("jti", vec![text("id")]),
        ("events", vec![events]),
        ("hash", vec![text("00")]),
        ("cAt", vec![ISSUED.into()]),
    ];
    let certificate =
        || Object::new().with("cAt", ISSUED).with("exp", ISSUED + 10).with("hash", "00");
    let mut rng = Rng::from_seed(41);
    let mut valid = [0; 6];
    for round in 0..180 {
        let mut mixed = KINDS.get(round % 6).map_or_else(certificate, |kind| claims(*kind));
        for (name, values) in &parts {
            match rng.bytes() {
                [0..16, which] => {
                    mixed.set(name.to_string(), values[usize::from(which) % values.len()].clone());
                }
                [16..24, _] => mixed = without(&mixed, name),
                _ => {}
            }
        }
        let kinds: Vec<usize> = KINDS
            .into_iter()
            .enumerate()
            .filter(|(_, kind)| judge(*kind, &mixed, &expected()) == Code::Ok)
            .map(|(index, _)| index)
            .collect();
        let verifier = dvs::Verifier::new(keys(), Policy::default());
        let input = token(&mixed);
        let of_dvs = verifier.verify(input.as_bytes(), &dvs::Expected::unbound(), now()).is_ok();
        assert!(kinds.len() + usize::from(of_dvs) <= 1, "{mixed}: {kinds:?} {of_dvs}");
        for index in kinds {
            valid[index] += 1;
        }
        valid[5] += usize::from(of_dvs);
    }
    assert!(valid.iter().all(|count| *count > 1), "{valid:?}");
}

#[test]
fn every_required_claim_is_missed() {
    for (kind, required) in [
        (Kind::Auth, &["iss", "sub", "aud", "iat", "exp"][..]),
        (Kind::Id, &["iss", "sub", "aud", "iat", "exp", "amr"]),
        (Kind::Access, &["iss", "sub", "cid", "exp", "scp"]),
        (
            Kind::Activation,
            &["iss", "sub", "projectID", "iat", "exp", "jti", "scope", "deviceName"],
        ),
        (Kind::NewUser, &["iss", "sub", "aud", "exp", "events"]),
    ] {
        for name in required {
            let code = judge(kind, &without(&claims(kind), name), &expected());
            assert_eq!(code, Code::MissingMember, "{kind:?} without {name}");
        }
        for (name, value) in claims(kind).iter() {
            // Numbers for texts, and a text for everything else.
            let wrong: Value<'_> = match value {
                Value::String(_) => Value::from(7_i64),
                _ => Value::from("7"),
            };
            let changed = claims(kind).with(name.to_string(), wrong);
            let code = judge(kind, &changed, &expected());
            if required.contains(&name) {
                assert_ne!(code, Code::Ok, "{kind:?} with another type of {name}");
            }
        }
    }
}

#[test]
fn issuer_audience_and_subject_are_those_that_are_expected() {
    for kind in KINDS {
        let claims = claims(kind);
        for (expected, code) in [
            (expected().subject("user"), Code::Ok),
            (expected().subject("User"), Code::SubjectMismatch),
            (Expected::new("https://api.mpin.io/", ME), Code::IssuerMismatch),
            (Expected::new("https://api.mpin", ME), Code::IssuerMismatch),
            (Expected::new(ISSUER, "another"), Code::AudienceMismatch),
            (Expected::new(ISSUER, ""), Code::AudienceMismatch),
        ] {
            assert_eq!(judge(kind, &claims, &expected), code, "{kind:?}");
        }
        // Only ID tokens have a nonce, so it is expected of no other in vain.
        let code = judge(kind, &claims, &expected().nonce("n"));
        assert_eq!(code, if kind == Kind::Id { Code::Ok } else { Code::MissingMember }, "{kind:?}");
        let code = judge(kind, &claims, &expected().scope("openid"));
        let has_scopes = matches!(kind, Kind::Id | Kind::Access);
        assert_eq!(code, if has_scopes { Code::Ok } else { Code::ContentMismatch }, "{kind:?}");
    }
    // `aud` as an array (trust-sdk-flutter-wrapper), and `cid` never.
    let array = || Value::Array(vec!["other".into(), ME.into()]);
    assert_eq!(judge(Kind::Auth, &claims(Kind::Auth).with("aud", array()), &expected()), Code::Ok);
    let cid = claims(Kind::Access).with("cid", array());
    assert_eq!(judge(Kind::Access, &cid, &expected()), Code::WrongType);
}

#[test]
fn times_and_lives_are_judged_to_the_second() {
    for (kind, life) in [
        (Kind::Auth, 60),
        (Kind::Id, 900),
        (Kind::Access, 900),
        (Kind::Activation, 90),
        (Kind::NewUser, 3600),
    ] {
        let token = token(&claims(kind));
        let at = |offset: i64| At::Time(Time::from_unix(ISSUED + offset).unwrap());
        let code = |offset| judge_at(kind, Policy::default(), &token, &expected(), at(offset));
        assert_eq!(code(life - 1), Code::Ok, "{kind:?}");
        assert_eq!(code(life), Code::Expired, "{kind:?}");
        if kind == Kind::Access {
            continue;
        }
        assert_eq!(code(-1), Code::NotYetValid, "{kind:?}");
        let lenient = Policy::default().with_leeway(Leeway::from_seconds(2).unwrap());
        assert_eq!(judge_at(kind, lenient, &token, &expected(), at(-2)), Code::Ok);
        assert_eq!(judge_at(kind, lenient, &token, &expected(), at(life + 1)), Code::Ok);
        assert_eq!(judge_at(kind, lenient, &token, &expected(), At::Issued), Code::Ok);
        let long = claims(kind).with("exp", ISSUED + 3601);
        assert_eq!(judge(kind, &long, &expected()), Code::TimestampWindow, "{kind:?}");
        assert_eq!(judge(kind, &long, &expected().longest_life(3601)), Code::Ok);
        let short = expected().longest_life(u32::try_from(life).unwrap() - 1);
        assert_eq!(judge(kind, &claims(kind), &short), Code::TimestampWindow);
        let later = claims(kind).with("nbf", ISSUED + 1);
        assert_eq!(judge(kind, &later, &expected()), Code::NotYetValid);
    }
}

#[test]
fn a_key_and_a_token_that_agree_on_another_algorithm_are_none_of_the_format() {
    use countersign::Algorithm;
    let keys = jwk_set(&[issuer().jwk().with("alg", "RS512")]).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    let sign = |payload: &str| {
        let header = issuer().header(Algorithm::Rs512);
        issuer().sign(&header, payload.as_bytes(), Algorithm::Rs512).unwrap()
    };
    let token = sign(&claims(Kind::Id).to_string());
    let verifier = id::Verifier::new(keys.clone(), Policy::default());
    let error = verifier.verify(token.as_bytes(), &expected(), now()).unwrap_err();
    assert_eq!(error.code(), Code::AlgorithmMismatch);
    assert_eq!(verifier.explain(token.as_bytes(), &expected(), now()).code(), error.code());
    let certificate = format!(r#"{{"cAt":{ISSUED},"exp":{},"hash":"00"}}"#, ISSUED + 10);
    let certificate = sign(&certificate);
    let verifier = dvs::Verifier::new(keys, Policy::default());
    let unbound = dvs::Expected::unbound();
    let error = verifier.verify(certificate.as_bytes(), &unbound, now()).unwrap_err();
    assert_eq!(error.code(), Code::AlgorithmMismatch);
    assert_eq!(verifier.explain(certificate.as_bytes(), &unbound, now()).code(), error.code());
}

#[test]
fn only_rs256_with_a_key_of_the_set_is_verified() {
    use countersign::Algorithm;
    for kind in KINDS {
        let payload = claims(kind).to_string();
        for algorithm in [Algorithm::Rs384, Algorithm::Rs512, Algorithm::Ps256] {
            let header = issuer().header(algorithm);
            let token = issuer().sign(&header, payload.as_bytes(), algorithm).unwrap();
            let code = judge_at(kind, Policy::default(), &token, &expected(), now());
            assert_eq!(code, Code::AlgorithmMismatch);
        }
        let sign = |header: Object<'_>| {
            issuer().sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap()
        };
        for (header, code) in [
            (issuer().header(Algorithm::Rs256).with("typ", "JWT"), Code::Ok),
            (issuer().header(Algorithm::Rs256).with("typ", "at+jwt"), Code::ContentMismatch),
            (issuer().header(Algorithm::Rs256).with("kid", "k2"), Code::UnknownKey),
        ] {
            let found = judge_at(kind, Policy::default(), &sign(header), &expected(), now());
            assert_eq!(found, code);
        }
        let mut changed = token(&claims(kind)).into_bytes();
        let last = changed.len() - 1;
        changed[last - 5] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        let code = judge_at(kind, Policy::default(), &changed, &expected(), now());
        assert!(matches!(code, Code::SignatureMismatch | Code::Malformed), "{code}");
    }
}

#[test]
fn an_id_token_says_what_its_scopes_bring() {
    let mpin_id = "7b22696174223a317d";
    let hash = countersign::encoding::hex::encode(&countersign::sha256(br#"{"iat":1}"#));
    let full = claims(Kind::Id)
        .with("email", "user@example.com")
        .with("email_verified", Value::Bool(true))
        .with("dvs_keys", Value::Array(vec!["k".into()]))
        .with("mpin_id", mpin_id)
        .with("hash_mpin_id", hash.clone());
    let all = ["openid", "email", "dvs", "mpin_id", "hash_mpin_id"]
        .into_iter()
        .fold(expected().nonce("n"), Expected::scope);
    assert_eq!(judge(Kind::Id, &full, &all), Code::Ok);
    let verifier = id::Verifier::new(keys(), Policy::default());
    let verified = verifier.verify(token(&full).as_bytes(), &all, now()).unwrap();
    assert_eq!(verified.methods(), ["token"]);
    assert_eq!(verified.email().as_deref(), Some("user@example.com"));
    assert_eq!(verified.email_verified(), Some(true));
    assert_eq!(verified.dvs_keys().unwrap().to_string(), r#"["k"]"#);
    assert_eq!(verified.hash_mpin_id(), Some(hash.as_str()));
    assert!(!format!("{verified:?}").contains("example.com"));

    for (name, value, code) in [
        ("email_verified", Value::from("True"), Code::Ok),
        ("email_verified", Value::from("False"), Code::Ok),
        ("email_verified", Value::from("false"), Code::Ok),
        ("email_verified", Value::from("yes"), Code::WrongType),
        ("email", Value::Null, Code::WrongType),
        ("hash_mpin_id", Value::from(hash.to_uppercase()), Code::HashMismatch),
        ("hash_mpin_id", Value::from("00"), Code::HashMismatch),
        ("mpin_id", Value::from("7b7d"), Code::HashMismatch),
        ("mpin_id", Value::from("7b7"), Code::Malformed),
        ("amr", Value::Array(vec![Value::from(1_i64)]), Code::WrongType),
        ("nonce", Value::from("m"), Code::NonceMismatch),
        ("azp", Value::from(ME), Code::Ok),
        ("azp", Value::from("another"), Code::AudienceMismatch),
        ("aud", Value::Array(vec![ME.into()]), Code::Ok),
        ("aud", Value::Array(vec![ME.into(), "b".into()]), Code::MissingMember),
    ] {
        let changed = full.clone().with(name, value);
        assert_eq!(judge(Kind::Id, &changed, &all), code, "{name}");
    }
    for (claim, scope) in [("email", "email"), ("dvs_keys", "dvs"), ("mpin_id", "mpin_id")] {
        let code = judge(Kind::Id, &without(&full, claim), &expected().scope(scope));
        assert_eq!(code, Code::ContentMismatch);
    }
    // One of the two alone cannot be compared with anything.
    assert_eq!(judge(Kind::Id, &without(&full, "mpin_id"), &expected()), Code::Ok);
}

#[test]
fn a_new_user_is_the_subject_of_the_token_and_comes_in_a_body() {
    let verifier = new_user::Verifier::new(keys(), Policy::default());
    let token = token(&claims(Kind::NewUser));
    let body = format!(r#"{{"new_user_token":"{token}"}}"#);
    let verified = verifier.verify(body.as_bytes(), &expected(), now()).unwrap();
    assert_eq!(verified, verifier.verify(token.as_bytes(), &expected(), now()).unwrap());
    assert_eq!(verified.subject(), "user");
    assert_eq!(verified.activation_key().len(), 32);
    let own = claims(Kind::NewUser);
    let event = own.member("events").unwrap().as_object().unwrap();
    let event = event.member("newUser").unwrap().as_object().unwrap();
    for (member, text) in [
        ("deviceName", verified.device_name()),
        ("hashMPinID", verified.hash_mpin_id()),
        ("activateKey", verified.activation_key()),
    ] {
        assert_eq!(event.string("", member).unwrap(), text, "{member}");
    }
    assert_eq!(verified.activation_key_expires_at().unix(), ISSUED + 3600);
    assert!(!format!("{verified:?}").contains(verified.activation_key()));
    for (body, code) in [
        ("{}", Code::MissingMember),
        (r#"{"new_user_token":7}"#, Code::WrongType),
        (r#"{"new_user_token":""}"#, Code::Malformed),
        ("{", Code::Malformed),
    ] {
        assert_eq!(judge_at(Kind::NewUser, Policy::default(), body, &expected(), now()), code);
    }
    let other = claims(Kind::NewUser).with("sub", "another");
    assert_eq!(judge(Kind::NewUser, &other, &expected()), Code::ContentMismatch);
    for (events, code) in [
        (Value::from("x"), Code::WrongType),
        (Value::from(Object::new()), Code::MissingMember),
        (Value::from(Object::new().with("newUser", 1_i64)), Code::WrongType),
        (Value::from(Object::new().with("newUser", Object::new())), Code::MissingMember),
    ] {
        let changed = claims(Kind::NewUser).with("events", events);
        assert_eq!(judge(Kind::NewUser, &changed, &expected()), code);
    }
}

#[test]
fn an_activation_token_is_for_verification_only() {
    let other = claims(Kind::Activation).with("scope", "auth");
    assert_eq!(judge(Kind::Activation, &other, &expected()), Code::ContentMismatch);
    let verifier = activation::Verifier::new(keys(), Policy::default());
    let token = token(&claims(Kind::Activation));
    let verified = verifier.verify(token.as_bytes(), &expected(), now()).unwrap();
    assert_eq!((verified.device_name(), verified.project_id().as_str()), ("test device", ME));
    let own = claims(Kind::Activation);
    assert_eq!(own.string("", "jti").unwrap(), verified.identifier());
    assert_eq!(verified.expires_at().unix(), ISSUED + 90);
}

#[test]
fn an_authentication_token_with_claims_of_other_kinds_is_refused_or_warned_of() {
    let verifier = auth::Verifier::new(keys(), Policy::default());
    let array = |scopes: &[&'static str]| {
        Value::Array(scopes.iter().map(|scope| Value::from(*scope)).collect())
    };
    let with = |name: &'static str, value: Value<'static>| claims(Kind::Auth).with(name, value);
    assert!(!warns(&verifier, &claims(Kind::Auth)));
    for (name, value) in [
        ("scope", Value::from("jwt")),
        ("scope", Value::from("")),
        ("scope", Value::from("verifications")),
        ("scope", array(&["jwt", "oidc"])),
        ("scope", array(&[])),
        ("nonce", Value::from("n")),
        ("projectID", Value::from(ME)),
    ] {
        let claims = with(name, value);
        assert_eq!(judge(Kind::Auth, &claims, &expected()), Code::Ok, "{claims}");
        assert!(warns(&verifier, &claims), "{claims}");
        // It is of no other kind by that.
        for kind in KINDS.into_iter().filter(|kind| *kind != Kind::Auth) {
            assert_ne!(judge(kind, &claims, &expected()), Code::Ok, "{kind:?}: {claims}");
        }
    }
    for (name, value, code) in [
        ("scope", Value::from("verification"), Code::ContentMismatch),
        ("scope", Value::from("jwt verification"), Code::ContentMismatch),
        ("scope", array(&["jwt", "verification"]), Code::ContentMismatch),
        ("scope", Value::from(1_i64), Code::WrongType),
        ("scope", Value::Null, Code::WrongType),
        ("nonce", Value::Null, Code::WrongType),
        ("amr", array(&["token"]), Code::ContentMismatch),
        ("cid", Value::from(ME), Code::ContentMismatch),
        ("scp", array(&["openid"]), Code::ContentMismatch),
        ("events", Object::new().into(), Code::ContentMismatch),
    ] {
        let claims = with(name, value);
        assert_eq!(judge(Kind::Auth, &claims, &expected()), code, "{claims}");
    }
    // The other kinds are as strict as they were.
    for kind in KINDS.into_iter().filter(|kind| *kind != Kind::Auth) {
        let own = claims(kind);
        for name in ["scope", "nonce", "projectID"] {
            if own.member(name).is_none() && !(kind == Kind::Id && name == "nonce") {
                let code = judge(kind, &own.clone().with(name, "x"), &expected());
                assert_eq!(code, Code::ContentMismatch, "{kind:?} {name}");
            }
        }
    }
    // What is expected is required, where a token may have it, too.
    let nonce = with("nonce", "n".into());
    assert_eq!(judge(Kind::Auth, &nonce, &expected().nonce("n")), Code::Ok);
    assert_eq!(judge(Kind::Auth, &nonce, &expected().nonce("m")), Code::NonceMismatch);
    let scope = with("scope", "jwt".into());
    assert_eq!(judge(Kind::Auth, &scope, &expected().scope("jwt")), Code::ContentMismatch);
}

fn warns(verifier: &auth::Verifier, claims: &Object<'_>) -> bool {
    let report = verifier.explain(token(claims).as_bytes(), &expected(), now());
    report.warnings.contains(&Warning::ForeignClaims)
}

#[test]
fn a_report_goes_on_after_a_failure_and_names_every_check_once() {
    let verifier = auth::Verifier::new(keys(), Policy::default());
    let token = token(&claims(Kind::Id));
    let report = verifier.explain(token.as_bytes(), &expected(), now());
    assert_eq!((report.code(), report.verdict()), (Code::ContentMismatch, Verdict::Invalid));
    let checks: Vec<_> = report.checks.iter().map(|entry| entry.check).collect();
    for check in
        [Check::SIGNATURE, Check::TOKEN_KIND, Check::ISSUER, Check::AUDIENCE, Check::EXPIRY]
    {
        assert_eq!(checks.iter().filter(|other| **other == check).count(), 1, "{check:?}");
    }
    for garbage in ["", "a.b.c", "e30.e30.AA", &token[..40]] {
        for kind in KINDS {
            let code = judge_at(kind, Policy::default(), garbage, &expected(), now());
            assert!(matches!(code, Code::Malformed | Code::MissingMember), "{garbage}: {code}");
        }
    }
    let nothing = auth::Verifier::new(JwkSet::default(), Policy::default());
    let report = nothing.explain(token.as_bytes(), &expected(), now());
    assert_eq!((report.code(), report.verdict()), (Code::NoKey, Verdict::Undecided));
}
