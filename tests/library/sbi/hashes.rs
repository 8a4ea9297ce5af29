//! The chain of hashes through an answer.

use super::*;

#[test]
fn both_schemes_of_hashes_are_detected_and_can_be_demanded() {
    for (scheme, other) in [(Scheme::Current, Scheme::Legacy), (Scheme::Legacy, Scheme::Current)] {
        let body = answer(elements(scheme)).to_string();
        let verifier = RegistrationCaptureVerifier::new(trust(Consumer::Ida), Policy::default());
        let verify = |expected: &Expected| verifier.verify(body.as_bytes(), expected, now());
        let found = verify(&Expected::new()).unwrap();
        assert_eq!(found.content().scheme, Some(scheme));
        assert_eq!(found.content().biometrics[2].data.as_ref().unwrap().bio_value, VALUES[2]);
        assert!(verify(&Expected::new().scheme(HashScheme::Only(scheme))).is_ok());
        let wrong = verify(&Expected::new().scheme(HashScheme::Only(other)));
        assert_eq!(wrong.unwrap_err(), Error::HashChain { index: 0 });
    }
}

#[test]
fn a_chain_breaks_at_the_first_altered_moved_or_missing_item_and_says_which() {
    for scheme in [Scheme::Current, Scheme::Legacy] {
        let genuine = elements(scheme);
        assert_eq!(explain(&genuine, &Expected::new()).code(), Code::Ok);
        let mut cases: Vec<(Vec<Object<'static>>, usize)> = Vec::new();
        for index in 0..3 {
            // Another value, genuinely signed, under the hash of the one before.
            let mut replaced = genuine.clone();
            let other = captured(&pki().device, &pki().chip, &[b"other"], scheme).unwrap();
            replaced[index].set("data", other[0].member("data").unwrap().clone());
            cases.push((replaced, index));
            let mut altered = genuine.clone();
            let hash = altered[index].string("t", "hash").unwrap().replace('0', "1");
            altered[index].set("hash", hash);
            cases.push((altered, index));
            let mut lower = genuine.clone();
            let hash = lower[index].string("t", "hash").unwrap().to_ascii_lowercase();
            lower[index].set("hash", hash);
            cases.push((lower, index));
        }
        let mut swapped = genuine.clone();
        swapped.swap(1, 2);
        cases.push((swapped, 1));
        cases.push((genuine[1..].to_vec(), 0));
        cases.push((vec![genuine[0].clone(), genuine[2].clone()], 1));
        for (elements, index) in cases {
            let report = explain(&elements, &Expected::new());
            let (part, error) = failure(&report).unwrap();
            assert_eq!(*error, Error::HashChain { index });
            assert_eq!(part, format!("biometrics[{index}]"));
            assert_eq!(report.code(), Code::HashMismatch);
        }
        // What is cut off behind cannot be noticed; what goes on before is the caller's to say.
        assert_eq!(explain(&genuine[..2], &Expected::new()).code(), Code::Ok);
        let first = genuine[0].string("t", "hash").unwrap();
        let rest = explain(&genuine[1..], &Expected::new().previous_hash(first));
        assert_eq!(rest.code(), Code::Ok);
        let malformed = explain(&genuine, &Expected::new().previous_hash("00"));
        assert_eq!(malformed.code(), Code::Malformed);
        let mut missing = genuine.clone();
        missing[1] = Object::new().with("data", genuine[1].member("data").unwrap().clone());
        assert_eq!(explain(&missing, &Expected::new()).code(), Code::MissingMember);
    }
}

#[test]
fn encrypted_values_are_chained_by_what_they_were_before() {
    let verifier = CaptureVerifier::new(trust(Consumer::Ida), Policy::default());
    // The hashes are those of `VALUES`, and the signed data hold something else.
    let ciphertexts: [&[u8]; 3] = [b"x", b"y", b"z"];
    let mut current =
        captured_for("Auth", &pki().device, &pki().chip, &ciphertexts, Scheme::Current).unwrap();
    for (element, plain) in current.iter_mut().zip(elements(Scheme::Current)) {
        element.set("hash", plain.member("hash").unwrap().clone());
        *element = encrypted(element.clone(), b"certificate");
    }
    let body = answer(current).to_string();
    let judge = |expected: &Expected| verifier.explain(body.as_bytes(), expected, now());
    let values = || VALUES.iter().map(|value| value.to_vec()).collect::<Vec<_>>();

    let report = judge(&Expected::new());
    assert_eq!(report.code(), Code::Ok);
    let hashes = report.checks.iter().find(|entry| entry.check.name() == "hash-chain").unwrap();
    assert_eq!(hashes.outcome, Outcome::Skip);
    let found = verifier.verify(body.as_bytes(), &Expected::new(), now()).unwrap();
    assert_eq!(found.content().scheme, None);
    let beside = found.content().biometrics[0].unauthenticated();
    assert_eq!(beside.thumbprint.as_deref(), Some(thumbprint(b"certificate").as_str()));

    let expected = Expected::new().decrypted_values(values());
    let found = verifier.verify(body.as_bytes(), &expected, now()).unwrap();
    assert_eq!(found.content().scheme, Some(Scheme::Current));
    let mut wrong = values();
    wrong[2].push(0);
    let report = judge(&Expected::new().decrypted_values(wrong));
    assert_eq!(failure(&report), Some(("biometrics[2]", &Error::HashChain { index: 2 })));
    // As many as there are captures: one more would be left over, and one less looked for.
    let mut more = values();
    more.push(b"bdb-4".to_vec());
    for (wrong, index) in [(more, 3), (values()[..2].to_vec(), 3), (Vec::new(), 3)] {
        let report = judge(&Expected::new().decrypted_values(wrong));
        assert_eq!(failure(&report), Some(("", &Error::HashChain { index })));
        assert!(report.hints[0].contains("not as many"), "{:?}", report.hints);
    }
    let legacy = Expected::new().scheme(HashScheme::Only(Scheme::Legacy));
    assert_eq!(judge(&legacy).code(), Code::HashMismatch);

    // The legacy scheme needs no secrets.
    let legacy = captured_for("Auth", &pki().device, &pki().chip, VALUES, Scheme::Legacy).unwrap();
    let legacy = legacy.into_iter().map(|element| encrypted(element, b""));
    let body = answer(legacy.collect()).to_string();
    let found = verifier.verify(body.as_bytes(), &Expected::new(), now()).unwrap();
    assert_eq!(found.content().scheme, Some(Scheme::Legacy));
}

#[test]
fn a_chain_that_goes_on_after_an_earlier_answer_asks_for_its_last_hash() {
    for scheme in [Scheme::Current, Scheme::Legacy] {
        let all = elements(scheme);
        let hash = |index: usize| all[index].string("t", "hash").unwrap().to_string();
        let rest = || all[1..].to_vec();
        let report = explain(&rest(), &Expected::new());
        assert_eq!(failure(&report).unwrap().1, &Error::HashChain { index: 0 });
        let asks = |report: &Report, what| {
            let is_asked = |hint: &String| hint.contains(what) && hint.contains("--previous-hash");
            report.hints.iter().any(is_asked)
        };
        let hint = |report: &Report| asks(report, "");
        assert!(asks(&report, "give the last hash of that one"), "{:?}", report.hints);
        let report = explain(&rest(), &Expected::new().previous_hash(hash(0)));
        assert_eq!((report.code(), report.hints.len()), (Code::Ok, 0));
        let report = explain(&rest(), &Expected::new().previous_hash(hash(1)));
        assert_eq!(report.code(), Code::HashMismatch);
        assert!(
            asks(&report, "does not follow from the previous hash given"),
            "{:?}",
            report.hints
        );
        // Elsewhere than at the beginning, no previous hash helps.
        let report = explain(&[all[0].clone(), all[2].clone()], &Expected::new());
        assert!(report.code() == Code::HashMismatch && !hint(&report));
        let mut without = rest();
        without[0].set("hash", Value::Null);
        let report = explain(&without, &Expected::new());
        assert!(report.code() == Code::MissingMember && !hint(&report));
    }
}

#[test]
fn what_is_expected_of_hashes_that_cannot_be_followed_is_refused_and_never_dropped() {
    let verifier = CaptureVerifier::new(trust(Consumer::Ida), Policy::default());
    let ciphertexts: [&[u8]; 2] = [b"x", b"y"];
    let mut elements =
        captured_for("Auth", &pki().device, &pki().chip, &ciphertexts, Scheme::Current).unwrap();
    // The hashes are those of the values before they were encrypted.
    for (element, plain) in elements.iter_mut().zip(self::elements(Scheme::Current)) {
        element.set("hash", plain.member("hash").unwrap().clone());
    }
    let token = elements[0].string("t", "data").unwrap().to_string();
    let body = answer(elements).to_string();
    let judge = |expected: &Expected| {
        let report = verifier.explain(body.as_bytes(), expected, now());
        let verdict = verifier.verify(body.as_bytes(), expected, now());
        assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
        failure(&report).map(|(_, error)| error.clone())
    };
    let unused = |expectation| Some(Error::ExpectationUnused { expectation });
    let before = || Expected::new().previous_hash("00".repeat(32));
    let current = || Expected::new().scheme(HashScheme::Only(Scheme::Current));
    let values = || Expected::new().decrypted_values(vec![b"bdb-1".to_vec()]);
    assert_eq!(judge(&Expected::new()), None);
    assert_eq!(judge(&Expected::new().previous_hash("")), None);
    assert_eq!(judge(&before()), unused("previous-hash"));
    assert_eq!(judge(&current()), unused("hash-scheme"));
    let plain = VALUES[..2].iter().map(|value| value.to_vec()).collect();
    assert_eq!(judge(&current().decrypted_values(plain)), None);
    // A single `data` has no hashes at all.
    let verifier = DataVerifier::new(trust(Consumer::Ida), Policy::default());
    for (expected, error) in [
        (Expected::new(), None),
        (before(), unused("previous-hash")),
        (current(), unused("hash-scheme")),
        (values(), unused("decrypted-values")),
    ] {
        let report = verifier.explain(token.as_bytes(), &expected, now());
        assert_eq!(failure(&report).map(|(_, error)| error.clone()), error);
        let verdict = verifier.verify(token.as_bytes(), &expected, now());
        assert_eq!(verdict.err(), error);
    }
}

#[test]
fn no_chain_is_followed_where_a_biometric_cannot_be_read_and_the_report_says_so() {
    for scheme in [Scheme::Current, Scheme::Legacy] {
        let mut elements = elements(scheme);
        elements[1].set("hash", 1_i64);
        let report = explain(&elements, &Expected::new());
        let error = Error::WrongType { part: "biometrics", member: "hash", expected: "a string" };
        assert_eq!(failure(&report), Some(("biometrics[1]", &error)));
        let chain = report.checks.iter().filter(|entry| entry.check == Check::HASH_CHAIN);
        let chain: Vec<_> =
            chain.map(|entry| (entry.part.as_deref(), &entry.outcome, &entry.detail)).collect();
        let unread = Finding::from("a biometric cannot be read");
        assert_eq!(chain, [(None, &Outcome::Skip, &unread)]);
    }
}
