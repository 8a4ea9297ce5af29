//! What a report says beside its checks: hints for operators, and warnings.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

use countersign::encoding::json::Object;
use countersign::jose::{Jwk, JwkSet, jws};
use countersign::miracl::dvs;
use countersign::{
    Algorithm, At, Check, Code, Entry, Limits, Policy, Report, Secret, Time, Warning,
};
use countersign_testkit::{EcIssuer, Issuer, Rng, RsaIssuer, hs256, jwk_set, miracl};

fn set(key: Object<'static>) -> JwkSet {
    JwkSet::parse(jwk_set(&[key]).to_string().as_bytes(), &Limits::default()).unwrap()
}

/// What is said of a token of this algorithm before a key that states that one, or none.
fn explained(issuer: &RsaIssuer, token: Algorithm, declared: Option<Algorithm>) -> Report {
    let key = match declared {
        Some(declared) => issuer.jwk().with("alg", declared.name()),
        None => issuer.jwk(),
    };
    let token = issuer.sign(&issuer.header(token), b"{}", token).unwrap();
    let verifier = jws::Verifier::new(set(key), Policy::default());
    verifier.explain(
        token.as_bytes(),
        &jws::Expected::unbound().allow_no_expiry(),
        Time::from_unix(0).unwrap(),
    )
}

#[test]
fn a_key_that_could_state_the_algorithm_of_the_token_is_pointed_out_and_no_other() {
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).unwrap();
    let report = explained(&issuer, Algorithm::Rs512, None);
    assert_eq!(report.code(), Code::AlgorithmMismatch);
    assert_eq!(
        report.hints,
        [
            r#"the key states no `alg`; if it is for RS512, use `--alg RS512`, `Policy::with_algorithm`, or `"alg":"RS512"` in the key"#
        ]
    );

    let report = explained(&issuer, Algorithm::Rs512, Some(Algorithm::Rs256));
    assert_eq!(report.code(), Code::AlgorithmMismatch);
    assert!(report.hints.is_empty(), "{:?}", report.hints);

    for declared in [None, Some(Algorithm::Rs256)] {
        let report = explained(&issuer, Algorithm::Rs256, declared);
        assert_eq!(report.code(), Code::Ok);
        assert!(report.hints.is_empty(), "{:?}", report.hints);
    }
}

#[test]
fn a_small_exponent_is_warned_of_and_the_usual_one_and_a_larger_one_are_not() {
    for (exponent, warnings) in [
        (3, &[Warning::SmallExponent, Warning::Unbound][..]),
        (65_535, &[Warning::SmallExponent, Warning::Unbound]),
        (65_537, &[Warning::Unbound]),
        (65_539, &[Warning::Unbound]),
    ] {
        let mut rng = Rng::from_seed(exponent);
        // Not every pair of primes suits an exponent that is no prime.
        let issuer = (0..20)
            .find_map(|_| RsaIssuer::generate_with_exponent(&mut rng, 2048, exponent, None).ok())
            .unwrap();
        let report = explained(&issuer, Algorithm::Rs256, None);
        assert_eq!(report.code(), Code::Ok, "{exponent}");
        assert_eq!(report.warnings, warnings, "{exponent}");
    }
}

#[test]
fn a_format_of_one_algorithm_refuses_another_even_with_a_key_that_is_bound_to_it() {
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).unwrap();
    let payload = miracl::certificate_payload(1000, 1010, "74657374");
    for algorithm in [Algorithm::Rs256, Algorithm::Rs512, Algorithm::Ps256] {
        let keys = set(issuer.jwk().with("alg", algorithm.name()));
        let verifier = dvs::Verifier::new(keys, Policy::default());
        let token = issuer.sign(&issuer.header(algorithm), payload.as_bytes(), algorithm).unwrap();
        let expected = dvs::Expected::hash("74657374");
        let code = verifier
            .verify(token.as_bytes(), &expected, At::Issued)
            .map_or_else(|error| error.code(), |_| Code::Ok);
        let right = if algorithm == Algorithm::Rs256 { Code::Ok } else { Code::AlgorithmMismatch };
        assert_eq!(code, right, "{algorithm}");
    }
}

fn entry(report: &Report, check: Check) -> &Entry {
    report.checks.iter().find(|entry| entry.check == check).unwrap()
}

#[test]
fn a_report_names_the_kind_of_a_key_and_the_section_of_the_algorithm_that_was_verified() {
    let ec = EcIssuer::generate(&mut Rng::from_seed(1), Some("k"));
    let rsa = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).unwrap();
    let (ec, rsa): (&dyn Issuer, &dyn Issuer) = (&ec, &rsa);
    let any = jws::Expected::unbound().allow_no_expiry();
    let judge = |issuer: &dyn Issuer, algorithm: Algorithm| {
        let jwk = issuer.jwk().with("alg", algorithm.name()).to_string();
        let key = Jwk::parse(jwk.as_bytes(), &Limits::default()).unwrap();
        let token = issuer.sign(&issuer.header(algorithm), b"{}", algorithm).unwrap();
        jws::Verifier::new(key.into(), Policy::default()).explain(
            token.as_bytes(),
            &any,
            Time::EPOCH,
        )
    };
    for (issuer, algorithm, kind, section) in [
        (ec, Algorithm::Es256, "k: EC P-256, 256 bits", "RFC 7518 §3.4"),
        (rsa, Algorithm::Rs512, "k: RSA, 2048 bits", "RFC 8017 §8.2.2"),
        (rsa, Algorithm::Ps256, "k: RSA, 2048 bits", "RFC 8017 §8.1.2"),
    ] {
        let report = judge(issuer, algorithm);
        assert_eq!(report.code(), Code::Ok);
        assert_eq!(entry(&report, Check::KEY).detail, kind);
        assert_eq!(entry(&report, Check::SIGNATURE).reference, section);
    }
    let secret = || Secret::new(vec![7; 32]);
    let header = Object::new().with("alg", "HS256");
    let verifier = jws::Verifier::with_secret(secret(), Policy::default()).unwrap();
    let report = verifier.explain(hs256(&secret(), &header, b"{}").as_bytes(), &any, Time::EPOCH);
    assert_eq!(entry(&report, Check::SIGNATURE).reference, "RFC 7518 §3.2");
}
