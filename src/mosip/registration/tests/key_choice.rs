//! Which key verifies, and whether it may.

use super::*;
use crate::policy::Rsa1024;

#[test]
fn every_key_of_the_set_is_tried_and_only_rsa_keys_for_the_era() {
    let (signer, _) = own();
    let (own, other) = (signer.key(), Signer::new(3072).key());
    let p256 = include_bytes!("../../../../test-vectors/keys/p256-public.pem");
    let p256 = Jwk::from_pem(p256).unwrap();
    let problem = || JwkSet::parse(br#"{"keys":[{"kty":"oct","k":"AA"}]}"#, &limits()).unwrap();
    let mut with_problem = problem();
    with_problem.push(own.clone());
    let mut two_problems = problem();
    two_problems.extend(problem());
    for era in ERAS {
        let token = signer.answer(era, &plain());
        let wrong_alg = if era == Era::A { "RS256" } else { "RS512" };
        let declared = |alg: &str| signer.jwk(&format!(r#","alg":"{alg}""#));
        for (keys, expected) in [
            (set([other.clone(), p256.clone(), own.clone()]), Code::Ok),
            (set([own.clone(), own.clone()]), Code::Ok),
            (with_problem.clone(), Code::Ok),
            (set([declared(wrong_alg), declared(era.algorithm().name())]), Code::Ok),
            (set([declared(wrong_alg)]), Code::AlgorithmMismatch),
            // What a key declares binds it where it is written without.
            (set([declared(wrong_alg), signer.jwk("")]), Code::AlgorithmMismatch),
            (set([signer.jwk(r#","kid":"a""#), declared(wrong_alg)]), Code::AlgorithmMismatch),
            (set([declared(wrong_alg), other.clone()]), Code::SignatureMismatch),
            (set([other.clone()]), Code::SignatureMismatch),
            (set([]), Code::NoKey),
            (problem(), Code::KeyUnusable),
            (two_problems.clone(), Code::UnknownKey),
            (set([p256.clone()]), Code::KeyUnusable),
            (set([p256.clone(), p256.clone()]), Code::UnknownKey),
        ] {
            assert_eq!(code(&verifier(keys.clone()), &token), expected, "{era} {keys:?}");
        }
        for (most, expected) in [(1, Code::TooLarge), (2, Code::Ok)] {
            let policy = Policy::default().with_limits(limits().with_keys(most));
            let both = Verifier::new(set([other.clone(), own.clone()]), policy);
            assert_eq!(code(&both, &token), expected, "{era}");
        }
    }
    // A near miss says which key was excluded.
    let token = signer.answer(Era::B, &plain());
    let keys = set([signer.jwk(r#","alg":"RS512""#), other]);
    let report = explain(&verifier(keys), token);
    assert!(report.hints.iter().any(|hint| hint.contains("fits another key")));
}

#[test]
fn what_none_of_several_keys_verifies_is_refused() {
    let [weak, own, other] = [1024, 2048, 3072].map(Signer::new);
    for era in ERAS {
        let (token, foreign) = (own.answer(era, &plain()), weak.answer(era, &plain()));
        for keys in [[own.key(), other.key()], [other.key(), own.key()], [own.key(), own.key()]] {
            assert_eq!(code(&verifier(set(keys.clone())), &token), Code::Ok, "{era}");
            assert_eq!(code(&verifier(set(keys)), &foreign), Code::SignatureMismatch, "{era}");
        }
    }
}

#[test]
fn a_kid_of_an_unusable_key_means_that_key_and_no_nameless_one() {
    let signer = Signer::new(2048);
    let token = signer.jws(r#"{"alg":"RS256","kid":"a"}"#, plain().as_bytes());
    let with_unusable = |kid: &str| {
        let text = format!(r#"{{"keys":[{{"kty":"oct","k":"AA","kid":"{kid}"}}]}}"#);
        let mut keys = JwkSet::parse(text.as_bytes(), &limits()).unwrap();
        keys.push(signer.key());
        verifier(keys)
    };
    assert_eq!(code(&with_unusable("a"), &token), Code::KeyUnusable);
    assert_eq!(code(&with_unusable("b"), &token), Code::Ok);
}

#[test]
fn a_kid_of_era_c_chooses_its_key_if_the_set_has_it() {
    let signer = Signer::new(2048);
    let named = |kid: &str| signer.jwk(&format!(r#","kid":"{kid}""#));
    let other = |kid: &str| Signer::new(3072).jwk(&format!(r#","kid":"{kid}""#));
    let token = signer.jws(r#"{"alg":"RS256","kid":"a"}"#, plain().as_bytes());
    for (keys, expected) in [
        (set([named("a"), other("b")]), Code::Ok),
        (set([named("b"), other("a")]), Code::SignatureMismatch),
        (set([named("a"), other("a")]), Code::AmbiguousKey),
        (set([named("x"), other("y")]), Code::UnknownKey),
        (set([signer.key(), other("y")]), Code::Ok),
        (set([signer.key()]), Code::Ok),
    ] {
        assert_eq!(code(&verifier(keys.clone()), &token), expected, "{keys:?}");
    }
    let p256 = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
    let p256 = JwkSet::parse(p256.as_bytes(), &limits()).unwrap();
    assert_eq!(code(&verifier(p256), &token), Code::KeyUnusable);
    // In the other eras the `kid` of a header means nothing.
    let part2 = encode_standard(plain().as_bytes());
    let inner = signer.jws(r#"{"alg":"RS256","kid":"a"}"#, part2.as_bytes());
    let token = wrap(&plain(), &detach(&inner));
    assert_eq!(code(&verifier(set([named("b"), other("a")])), token), Code::Ok);
}

#[test]
fn a_small_key_needs_the_opt_in() {
    let signer = Signer::new(1024);
    for era in ERAS {
        let token = signer.answer(era, &plain());
        assert_eq!(code(&verifier(signer.key()), &token), Code::KeyTooSmall, "{era}");
        let weak = Policy::default().with_rsa_1024(Rsa1024::Allow);
        let weak = Verifier::new(signer.key().into(), weak);
        assert_eq!(code(&weak, &token), Code::Ok, "{era}");
        assert!(explain(&weak, &token).warnings.contains(&Warning::Rsa1024));
    }
}

#[test]
fn the_certificate_of_the_key_is_judged_at_the_time_with_leeway() {
    let token = Signer::new(2048).answer(Era::B, &plain());
    let [old, renewed] = CERTIFICATES.map(|pem| Jwk::from_pem(pem).unwrap());
    let leeway = |seconds| Policy::default().with_leeway(Leeway::from_seconds(seconds).unwrap());
    let expired = Code::CertificateExpired;
    for (at, seconds, expected) in [
        ("2019-12-31T23:59:59Z", 0, expired),
        ("2019-12-31T23:59:59Z", 1, Code::Ok),
        ("2020-01-01T00:00:00Z", 0, Code::Ok),
        ("2021-01-01T00:00:00Z", 0, Code::Ok),
        ("2021-01-01T00:00:01Z", 0, expired),
        ("2021-01-01T00:00:01Z", 1, Code::Ok),
        ("2021-01-01T00:00:02Z", 1, expired),
    ] {
        let verifier = Verifier::new(old.clone().into(), leeway(seconds));
        let result = verdict(&verifier, token.as_bytes(), &Expected::new(), time(at));
        assert_eq!(code_of(result), expected, "{at} {seconds}");
    }
    // The order of a key's certificates makes no difference, and a bare key has no end.
    let bare = Signer::new(2048).key();
    let late = time("2021-06-01T00:00:00Z");
    for (keys, expected) in [
        (set([old.clone(), renewed.clone()]), Code::Ok),
        (set([renewed.clone(), old.clone()]), Code::Ok),
        (set([old.clone(), bare]), Code::Ok),
        (set([old.clone(), old.clone()]), expired),
        // Another key of the set, which has no end, does not stand in for this one.
        (set([old.clone(), Signer::new(3072).key()]), expired),
        (set([Signer::new(3072).key(), old.clone()]), expired),
    ] {
        let result = verdict(&verifier(keys), token.as_bytes(), &Expected::new(), late);
        assert_eq!(code_of(result), expected);
    }
    // As at its own time, an old answer needs no other.
    let result = verdict(&verifier(old.clone()), token.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(result.unwrap().at(), time("2020-08-02T23:46:25Z"));
    let result = verdict(&verifier(renewed), token.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(code_of(result), expired);
    let report = verifier(old).explain(token.as_bytes(), &Expected::new(), At::Issued);
    assert!(report.warnings.contains(&Warning::AtIssued));
}
