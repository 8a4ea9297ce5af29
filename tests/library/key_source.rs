//! Verifiers whose keys come from a source, and sets of verifiers: which keys decide, and that a
//! verdict does not depend on where they came from.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::encoding::json::Object;
use countersign::jose::{Issuers, JwkSet, KeySource, Snapshot, jws};
use countersign::miracl::dvs;
use countersign::mosip::registration;
use countersign::{Algorithm, At, Code, Item, Limits, Policy, Rsa1024, Time, Verdict, Warning};
use countersign_testkit::{EcIssuer, Issuer, Rng, RsaIssuer, jwk_set, miracl, mosip};
use proptest::prelude::*;

const NOW: i64 = 1_700_000_000;

fn now() -> Time {
    Time::from_unix(NOW).expect("in range")
}

fn issuer(seed: u64, kid: &str) -> EcIssuer {
    EcIssuer::generate(&mut Rng::from_seed(seed), Some(kid))
}

fn snapshot(keys: &[Object<'static>], fetched: i64) -> Snapshot {
    let text = jwk_set(keys).to_string();
    Snapshot::parse(text.as_bytes(), Time::from_unix(fetched), &Limits::default()).expect("a set")
}

fn token(issuer: &impl Issuer, algorithm: Algorithm, claims: &str) -> Vec<u8> {
    issuer.sign(&issuer.header(algorithm), claims.as_bytes(), algorithm).expect("signs").into()
}

/// Whose tokens these are makes no difference here.
fn anything() -> jws::Expected {
    jws::Expected::unbound().allow_no_expiry()
}

fn es256(issuer: &EcIssuer) -> Vec<u8> {
    token(issuer, Algorithm::Es256, r#"{"iss":"a"}"#)
}

/// Verifies and explains, one at a time and in a batch, and demands the same of all.
fn code(verifier: &jws::Verifier, input: &[u8]) -> Code {
    let expected = anything();
    let items = [Item { input, expected: &expected, at: At::Time(now()) }; 3];
    let single = verifier.verify(input, &expected, now());
    let report = verifier.explain(input, &expected, now());
    let code = single.as_ref().map_or_else(|error| error.code(), |_| Code::Ok);
    assert_eq!(report.code(), code);
    assert!(verifier.verify_batch(&items).iter().all(|verdict| *verdict == single));
    assert!(verifier.explain_batch(&items).iter().all(|other| *other == report));
    code
}

/// A source whose keys the test replaces, and which can be told what to do about an unknown key.
#[derive(Debug, Default)]
struct Script {
    current: Mutex<Option<Snapshot>>,
    next: Mutex<Option<Snapshot>>,
    asked: AtomicUsize,
    unknown: Mutex<Vec<String>>,
}

impl KeySource for Script {
    fn snapshot(&self) -> Option<Snapshot> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.current.lock().expect("lock").clone()
    }

    fn renew(&self, than: &Snapshot, kid: &str) -> Option<Snapshot> {
        self.unknown.lock().expect("lock").push(kid.to_owned());
        self.next.lock().expect("lock").clone().filter(|next| next != than)
    }
}

fn script(current: Option<Snapshot>) -> std::sync::Arc<Script> {
    std::sync::Arc::new(Script { current: Mutex::new(current), ..Script::default() })
}

#[test]
fn a_verdict_says_which_snapshot_decided() {
    let key = issuer(1, "k1");
    let set = snapshot(&[key.jwk()], NOW - 60);
    let verifier = jws::Verifier::from_source(set.clone(), Policy::default());
    let verified = verifier.verify(&es256(&key), &anything(), now()).expect("valid");
    let info = verified.key().set.expect("a set");
    assert_eq!((info.sha256, info.fetched), (set.sha256(), Time::from_unix(NOW - 60)));
    assert_eq!(set.sha256(), countersign::sha256(set.text()));
    assert_eq!(set.age(now()), Some(60));

    // A refusal says which set was searched in vain.
    let report = verifier.explain(&es256(&issuer(2, "k2")), &anything(), now());
    assert_eq!((report.code(), report.key_set), (Code::UnknownKey, Some(info)));
    let json = report.to_json().to_string();
    let member = format!(
        r#""key_set":{{"sha256":"{}","fetched":"2023-11-14T22:12:20Z"}}"#,
        countersign::encoding::hex::encode(&set.sha256())
    );
    assert!(json.contains(&member), "{json}");
}

#[test]
fn the_keys_of_a_source_are_those_of_the_moment_and_a_removed_key_is_refused_at_once() {
    let (old, new) = (issuer(1, "old"), issuer(2, "new"));
    let source = script(Some(snapshot(&[old.jwk()], NOW)));
    let verifier = jws::Verifier::from_source(source.clone(), Policy::default());
    assert_eq!(code(&verifier, &es256(&old)), Code::Ok);
    assert_eq!(code(&verifier, &es256(&new)), Code::UnknownKey);
    *source.current.lock().expect("lock") = Some(snapshot(&[new.jwk()], NOW));
    assert_eq!(code(&verifier, &es256(&old)), Code::UnknownKey);
    assert_eq!(code(&verifier, &es256(&new)), Code::Ok);
}

#[test]
fn without_a_usable_set_every_verifier_is_undecided_and_no_token_can_claim_that() {
    let key = issuer(1, "k1");
    let outage = script(None);
    let verifier = jws::Verifier::from_source(outage.clone(), Policy::default());
    assert_eq!(code(&verifier, &es256(&key)), Code::Unreachable);
    assert_eq!(Verdict::from(Code::Unreachable), Verdict::Undecided);

    let at = At::Time(now());
    let dvs = dvs::Verifier::from_source(outage.clone(), Policy::default());
    let certificate = include_bytes!("../../test-vectors/seed/dvs-verify-response.json");
    let refused = dvs.verify(certificate, &dvs::Expected::unbound(), at);
    assert_eq!(refused.map(|_| ()).map_err(|error| error.code()), Err(Code::Unreachable));
    let registration = registration::Verifier::from_source(outage, Policy::default());
    let answer = include_bytes!("../../test-vectors/seed/registered-devices-response.json");
    let refused = registration.verify(answer, &registration::Expected::new(), at);
    assert_eq!(refused.map(|_| ()).map_err(|error| error.code()), Err(Code::Unreachable));

    // With a usable set, whatever a token holds is the token's fault.
    let verifier = jws::Verifier::from_source(snapshot(&[key.jwk()], NOW), Policy::default());
    let good = es256(&key);
    for place in 0..good.len() {
        for byte in [b'A', b'.', b'"', 0xff] {
            let mut changed = good.clone();
            changed[place] = byte;
            let code = verifier
                .verify(&changed, &anything(), now())
                .map_or_else(|error| error.code(), |_| Code::Ok);
            assert_ne!(Verdict::from(code), Verdict::Undecided, "{code}");
        }
    }
}

#[test]
fn a_newer_set_is_tried_once_and_only_for_a_key_that_was_not_found() {
    let (old, new) = (issuer(1, "old"), issuer(2, "new"));
    let source = script(Some(snapshot(&[old.jwk()], NOW)));
    let verifier = jws::Verifier::from_source(source.clone(), Policy::default());
    let verify = |input: &[u8]| {
        let result = verifier.verify(input, &anything(), now());
        result.map_or_else(|error| error.code(), |_| Code::Ok)
    };
    let mut forged = es256(&old);
    forged.truncate(forged.len() - 4);
    forged.extend_from_slice(b"AAAA");
    assert_eq!(verify(&forged), Code::SignatureMismatch);
    assert_eq!(source.unknown.lock().expect("lock").len(), 0, "only an unknown key is told");

    *source.next.lock().expect("lock") = Some(snapshot(&[new.jwk()], NOW));
    assert_eq!(verify(&es256(&new)), Code::Ok);
    // Still unknown in the newer set: told once, refused, and not asked for ever again.
    assert_eq!(verify(&es256(&issuer(3, "never"))), Code::UnknownKey);
    assert_eq!(*source.unknown.lock().expect("lock"), ["new", "never"]);
}

#[test]
fn certificates_and_registrations_are_verified_with_the_newer_set_too() {
    let other = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, Some("other")).expect("a key");
    let changing = |next: Snapshot| {
        let source = script(Some(snapshot(&[other.jwk()], NOW)));
        *source.next.lock().expect("lock") = Some(next);
        source
    };
    let key = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).expect("a key");
    let newer = snapshot(&[key.jwk()], NOW);
    let at = At::Time(now());

    let source = changing(newer.clone());
    let verifier = dvs::Verifier::from_source(source.clone(), Policy::default());
    let input = miracl::certificate(&key, NOW, NOW + 10, "00").expect("a certificate");
    let expected = dvs::Expected::unbound();
    let items = [Item { input: input.as_bytes(), expected: &expected, at }];
    let single = verifier.verify(input.as_bytes(), &expected, at).expect("valid");
    assert_eq!(single.key().set.map(|set| set.sha256), Some(newer.sha256()));
    assert_eq!(verifier.verify_batch(&items), [Ok(single)]);
    assert_eq!(*source.unknown.lock().expect("lock"), ["k", "k"]);

    let source = changing(newer.clone());
    let verifier = registration::Verifier::from_source(source.clone(), Policy::default());
    let (era, id) = (registration::Era::C, mosip::digital_id("1801160992"));
    let payload = mosip::payload(&key, era, &id, "c", "e", "2020-01-13T12:55:29.918Z");
    let input = mosip::token(&key, era, payload.expect("a payload").as_bytes()).expect("a token");
    let expected = registration::Expected::new();
    let items = [Item { input: input.as_bytes(), expected: &expected, at }];
    let single = verifier.verify(input.as_bytes(), &expected, at).expect("valid");
    assert_eq!(single.key().set.map(|set| set.sha256), Some(newer.sha256()));
    assert_eq!(verifier.verify_batch(&items), [Ok(single)]);
    assert_eq!(*source.unknown.lock().expect("lock"), ["k", "k"]);
}

#[test]
fn a_transaction_whose_signature_is_wrong_asks_for_no_newer_keys() {
    const SIGNED: i64 = 1_649_401_561;
    let object = include_bytes!("../../test-vectors/seed/dvs-verify-request.json");
    let project = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
    let key = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).expect("a key");
    let other = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, Some("other")).expect("a key");
    let source = script(Some(snapshot(&[other.jwk()], NOW)));
    *source.next.lock().expect("lock") = Some(snapshot(&[key.jwk()], NOW));
    let verifier = dvs::Verifier::from_source(source.clone(), Policy::default());
    let expected = || dvs::signature::Expected::new(dvs::Expected::hash("74657374"));
    let begun = dvs::Transaction::begin(&verifier, object, project, expected(), At::Issued);
    let transaction = begun.expect("nothing wrong yet");
    let token = miracl::certificate(&key, SIGNED, SIGNED + 10, "74657374").expect("a certificate");
    let verify = |at| {
        let at = Time::from_unix(at).expect("in range");
        let verdict = transaction.verify(&verifier, 200, token.as_bytes(), at);
        verdict.map_or_else(|error| error.code(), |_| Code::Ok)
    };
    assert_eq!(verify(SIGNED - 1), Code::NotYetValid);
    assert_eq!(source.unknown.lock().expect("lock").len(), 0);
    assert_eq!(verify(SIGNED), Code::Ok);
    assert_eq!(*source.unknown.lock().expect("lock"), ["k"]);
}

#[test]
fn a_batch_asks_its_source_once_and_has_the_verdicts_of_single_calls() {
    let keys: Vec<_> = (0..3).map(|seed| issuer(seed, &format!("k{seed}"))).collect();
    let tokens: Vec<_> = keys.iter().cycle().take(200).map(es256).collect();
    let source = script(Some(snapshot(&[keys[0].jwk(), keys[1].jwk()], NOW)));
    let verifier = jws::Verifier::from_source(source.clone(), Policy::default());
    let expected = anything();
    let items: Vec<_> = tokens
        .iter()
        .map(|input| Item { input: input.as_slice(), expected: &expected, at: At::Time(now()) })
        .collect();
    let batch = verifier.verify_batch(&items);
    assert_eq!(source.asked.load(Ordering::Relaxed), 1);
    for (item, verdict) in items.iter().zip(batch) {
        assert_eq!(verifier.verify(item.input, &expected, item.at), verdict);
    }
}

#[test]
fn an_export_is_the_same_snapshot_again_and_an_altered_one_is_refused() {
    let limits = Limits::default();
    let set = snapshot(&[issuer(1, "k\u{e9}\"\\").jwk()], NOW);
    let exported = set.export();
    assert_eq!(Snapshot::import(exported.as_bytes(), &limits), Ok(set.clone()));
    let confirmed = set.confirmed(now());
    assert_eq!((confirmed.sha256(), confirmed.text()), (set.sha256(), set.text()));
    let code = |text: &str| Snapshot::import(text.as_bytes(), &limits).map_err(|e| e.code());
    let altered = |from: &str, to: &str| {
        assert!(exported.contains(from), "{exported}");
        code(&exported.replacen(from, to, 1)).map(|_| ())
    };
    assert_eq!(altered("P-256", "P-257"), Err(Code::ContentMismatch));
    assert_eq!(altered("key-set/1", "key-set/2"), Err(Code::UnsupportedFormat));
    assert_eq!(altered("2023-11", "2023-13"), Err(Code::Malformed));
    assert_eq!(altered("\"sha256\"", "\"sha512\""), Err(Code::MissingMember));
    let large = limits.with_key_set_bytes(10);
    assert_eq!(
        Snapshot::import(exported.as_bytes(), &large).map_err(|e| e.code()),
        Err(Code::TooLarge)
    );
}

#[test]
fn an_export_is_read_up_to_twice_the_size_of_a_key_set_and_one_kibibyte() {
    let set = snapshot(&[issuer(1, "k").jwk()], NOW);
    let limits = Limits::default().with_key_set_bytes(set.text().len());
    let limit = 2 * set.text().len() + 1024;
    let mut exported = set.export().into_bytes();
    exported.resize(limit, b' ');
    assert_eq!(Snapshot::import(&exported, &limits), Ok(set));
    exported.push(b' ');
    let error = Snapshot::import(&exported, &limits).expect_err("too large");
    assert_eq!(error, countersign::Error::TooLarge { what: "exported key set", limit });
}

/// Two issuers that use the same `kid`, one of them with a key of 1024 bits and the opt-in for it.
fn two_issuers() -> (RsaIssuer, EcIssuer, Issuers<jws::Verifier>) {
    let weak = RsaIssuer::generate(&mut Rng::from_seed(7), 1024, Some("k")).expect("a key");
    let strong = issuer(8, "k");
    let set = |jwk| {
        let text = jwk_set(&[jwk]).to_string();
        JwkSet::parse(text.as_bytes(), &Limits::default()).expect("a set")
    };
    let allow = Policy::default().with_rsa_1024(Rsa1024::Allow);
    let mut issuers = Issuers::new();
    issuers.add("weak", jws::Verifier::new(set(weak.jwk()), allow)).expect("new");
    issuers.add("strong", jws::Verifier::new(set(strong.jwk()), Policy::default())).expect("new");
    (weak, strong, issuers)
}

#[test]
fn a_token_never_chooses_the_keys_or_the_opt_in_of_another_issuer() {
    let (weak, strong, issuers) = two_issuers();
    let none = anything();
    let code = |input: &[u8], expected: &jws::Expected| {
        let result = issuers.verify(input, expected, now());
        let code = result.map_or_else(|error| error.code(), |_| Code::Ok);
        assert_eq!(issuers.explain(input, expected, now()).code(), code);
        code
    };
    let by_weak = |claims| token(&weak, Algorithm::Rs256, claims);
    let by_strong = |claims| token(&strong, Algorithm::Es256, claims);
    assert_eq!(code(&by_weak(r#"{"iss":"weak"}"#), &none), Code::Ok);
    assert_eq!(code(&by_strong(r#"{"iss":"strong"}"#), &none), Code::Ok);
    // Signed by one, naming the other.
    assert_eq!(code(&by_weak(r#"{"iss":"strong"}"#), &none), Code::AlgorithmMismatch);
    assert_eq!(code(&by_strong(r#"{"iss":"weak"}"#), &none), Code::AlgorithmMismatch);
    // Naming nobody, both, a stranger, or nearly somebody.
    for (claims, expected) in [
        ("{}", Code::MissingMember),
        (r#"{"iss":"weak","iss":"strong"}"#, Code::DuplicateMember),
        (r#"{"iss":["weak","strong"]}"#, Code::WrongType),
        (r#"{"iss":"other"}"#, Code::IssuerMismatch),
        (r#"{"iss":"strong "}"#, Code::IssuerMismatch),
        (r#"{"iss":"Strong"}"#, Code::IssuerMismatch),
        (r#"{"iss":""}"#, Code::IssuerMismatch),
        ("strong", Code::Malformed),
    ] {
        assert_eq!(code(&by_strong(claims), &none), expected, "{claims}");
    }
    assert_eq!(code(b"e30.e30", &none), Code::Malformed);
    // The issuer that a token names is expected of it, so that a token for me is bound.
    let input = by_weak(r#"{"iss":"weak","aud":"me"}"#);
    let report = issuers.explain(&input, &anything().audience("me"), now());
    assert_eq!((report.code(), report.warnings), (Code::Ok, vec![Warning::Rsa1024]));
    // What the caller expects is stronger than what the token says.
    let strong_only = anything().issuer("strong");
    assert_eq!(code(&by_weak(r#"{"iss":"weak"}"#), &strong_only), Code::AlgorithmMismatch);
    let stranger = anything().issuer("other");
    assert_eq!(code(&by_weak(r#"{"iss":"weak"}"#), &stranger), Code::IssuerMismatch);
}

#[test]
fn the_limits_of_an_issuer_hold_for_its_tokens_whatever_those_of_the_others_are() {
    let strong = issuer(8, "k");
    let set = JwkSet::parse(jwk_set(&[strong.jwk()]).to_string().as_bytes(), &Limits::default());
    let set = set.expect("a set");
    let deep = Limits::default().with_json_depth(20);
    let long = Limits::default().with_json_depth(2).with_token_bytes(16 * 1024);
    let mut issuers = Issuers::new();
    for (name, limits) in [("deep", deep), ("long", long)] {
        let policy = Policy::default().with_limits(limits);
        issuers.add(name, jws::Verifier::new(set.clone(), policy)).expect("new");
    }
    let code = |claims: &str| {
        let input = token(&strong, Algorithm::Es256, claims);
        let result = issuers.verify(&input, &anything(), now());
        let code = result.map_or_else(|error| error.code(), |_| Code::Ok);
        assert_eq!(issuers.explain(&input, &anything(), now()).code(), code);
        code
    };
    let nested = ["[".repeat(18), "]".repeat(18)].concat();
    let text = "a".repeat(9000);
    for (name, long, expected) in [
        ("deep", false, Code::Ok),
        ("long", false, Code::TooLarge),
        ("long", true, Code::Ok),
        ("deep", true, Code::TooLarge),
    ] {
        let value = if long { format!("\"{text}\"") } else { nested.clone() };
        assert_eq!(code(&format!(r#"{{"iss":"{name}","x":{value}}}"#)), expected, "{name} {long}");
    }
}

#[test]
fn an_outage_of_one_issuer_is_not_an_outage_of_another_and_names_are_unique() {
    let (_, strong, mut issuers) = two_issuers();
    let gone = jws::Verifier::from_source(script(None), Policy::default());
    issuers.add("gone", gone.clone()).expect("new");
    assert!(issuers.add("gone", gone).is_err());
    let code = |claims| {
        let input = token(&strong, Algorithm::Es256, claims);
        let result = issuers.verify(&input, &anything(), now());
        result.map_or_else(|error| error.code(), |_| Code::Ok)
    };
    assert_eq!(code(r#"{"iss":"gone"}"#), Code::Unreachable);
    assert_eq!(code(r#"{"iss":"strong"}"#), Code::Ok);
    assert_eq!(
        issuers.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["gone", "strong", "weak"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same set, given or from a source, gives the same verdict about anything.
    #[test]
    fn a_verdict_does_not_depend_on_where_the_same_set_came_from(
        seeds in proptest::collection::vec(0u64..4, 0..4),
        signer in 0u64..5,
        named in any::<bool>(),
        place in any::<prop::sample::Index>(),
        byte in prop::option::of(any::<u8>()),
    ) {
        let keys: Vec<_> = seeds.iter().map(|seed| issuer(*seed, &format!("k{seed}")).jwk()).collect();
        let text = jwk_set(&keys).to_string();
        let given = JwkSet::parse(text.as_bytes(), &Limits::default()).expect("a set");
        let given = jws::Verifier::new(given, Policy::default());
        let source = jws::Verifier::from_source(script(Some(snapshot(&keys, NOW - 5))), Policy::default());
        let signer = if named {
            issuer(signer, &format!("k{signer}"))
        } else {
            EcIssuer::generate(&mut Rng::from_seed(signer), None)
        };
        let mut input = es256(&signer);
        if let Some(byte) = byte {
            let place = place.index(input.len());
            input[place] = byte;
        }
        prop_assert_eq!(code(&given, &input), code(&source, &input));
    }
}
