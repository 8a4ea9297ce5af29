//! Work is bounded by what the sender pays: counted in steps, over what a hostile sender can make.
//!
//! The steps are those of [`Work`], which counts for the whole process, so that one test runs at a
//! time. What they cost is measured by the benchmark `amplification`, over the same messages.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy takes helpers of tests for library code"
)]

#[path = "work/hostile.rs"]
mod hostile;

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use countersign::encoding::base64::encode_standard;
use countersign::jose::{JwkSet, jws};
use countersign::mosip::device::{self, DigitalIdVerifier};
use countersign::mosip::registration::{self, Era};
use countersign::mosip::sbi::{self, RegistrationCaptureVerifier};
use countersign::mosip::trust::{Consumer, Domain, Rules, Trust, TrustStore};
use countersign::x509::{Certificate, Memory, NegativeModulus};
use countersign::{
    Algorithm, ChainFault, Code, Error, Item, Limits, Policy, Report, Rsa1024, Warning,
};
use countersign_testkit::{
    self as testkit, Authority, Certificate as Issued, EcIssuer, Issuer as _, Pki, Rng, RsaIssuer,
    Work, mosip,
};
use hostile::{NOW, Smooth, capture, crowd, digital_id, ladder, template, time};

static ONE: Mutex<()> = Mutex::new(());

/// Keeps other tests from working while this one counts.
fn alone() -> MutexGuard<'static, ()> {
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work<R>(run: impl FnOnce() -> R) -> (R, Work) {
    let before = Work::so_far();
    let result = run();
    (result, before.since())
}

/// What one message costs, verified and explained, and what is said about it.
struct Cost {
    code: Code,
    error: Option<Error>,
    report: Report,
    verify: Work,
    explain: Work,
}

macro_rules! cost {
    ($verifier:expr, $input:expr, $expected:expr) => {{
        let (verifier, input, expected) = (&$verifier, $input.as_bytes(), &$expected);
        let (result, verify) = work(|| verifier.verify(input, expected, time(NOW)).map(drop));
        let (report, explain) = work(|| verifier.explain(input, expected, time(NOW)));
        let code = result.as_ref().err().map_or(Code::Ok, Error::code);
        assert_eq!(report.code(), code, "`verify` and `explain`");
        // A batch costs what its items do.
        let item = Item { input, expected, at: time(NOW).into() };
        let (batch, of_three) = work(|| verifier.verify_batch(&[item; 3]));
        assert!(batch.into_iter().all(|one| one.map(drop) == result));
        assert_eq!(of_three.signatures, 3 * verify.signatures);
        // Once for each signature, of which a message has its own, and a few times as a whole.
        for work in [verify, explain] {
            assert!(work.hashed <= (5 + work.signatures) * input.len() + 1024, "{work:?}");
        }
        Cost { code, error: result.err(), report, verify, explain }
    }};
}

fn pki() -> &'static Pki {
    static PKI: LazyLock<Pki> = LazyLock::new(|| {
        Pki::generate(&mut Rng::from_seed(7), time(NOW - 1000), time(NOW + 1000)).unwrap()
    });
    &PKI
}

/// A key of 2048 bits.
fn rsa() -> RsaIssuer {
    static KEY: LazyLock<RsaIssuer> =
        LazyLock::new(|| RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap());
    KEY.clone()
}

fn read(certificate: &Issued) -> Certificate {
    Certificate::from_der(certificate.to_der(), NegativeModulus::Refuse).unwrap()
}

/// What a message costs that nobody remembers: the most.
fn trusted(store: TrustStore, consumer: Consumer) -> Trust {
    Trust::new(store, Rules::of(consumer)).with_memory(Memory::Forget)
}

fn limited(limits: Limits) -> Policy {
    Policy::default().with_limits(limits)
}

/// Judges a digital id by the rules that use what `x5c` brings.
fn judge_id(store: TrustStore, policy: Policy, token: &str) -> Cost {
    let verifier = DigitalIdVerifier::new(trusted(store, Consumer::KeymanagerV2), policy);
    cost!(verifier, token, device::Expected::new())
}

/// A store that has nothing to do with what is sent.
fn unrelated() -> TrustStore {
    pki().store()
}

// Certificates.

#[test]
fn a_certificate_with_more_extensions_than_64_is_refused_before_it_is_parsed() {
    let _alone = alone();
    let key = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let extended = |count| hostile::extended(&key, &key, count).to_der().to_vec();
    let what = "number of extensions of a certificate";
    for (count, expected, parsed) in [
        (0, Ok(()), 1),
        (64, Ok(()), 1),
        (65, Err(Error::TooLarge { what, limit: 64 }), 0),
        (500, Err(Error::TooLarge { what, limit: 64 }), 0),
    ] {
        let der = extended(count);
        let (read, cost) = work(|| Certificate::from_der(&der, NegativeModulus::Refuse));
        assert_eq!((read.map(drop), cost.certificates), (expected, parsed), "{count}");
        assert_eq!(cost.hashed, parsed * der.len());
    }
    let limits = Limits::default().with_certificate_extensions(70).with_certificate_bytes(1 << 20);
    let read =
        |count| Certificate::from_der_with(&extended(count), NegativeModulus::Refuse, &limits);
    assert!(read(70).is_ok() && read(71).is_err());
}

#[test]
fn a_certificate_of_more_than_8_kib_is_refused_before_its_extensions_are_counted() {
    let _alone = alone();
    let key = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let der = hostile::extended(&key, &key, 40_000).to_der().to_vec();
    assert!(der.len() > 400_000);
    let (read, cost) = work(|| Certificate::from_der(&der, NegativeModulus::Refuse));
    let limit = 8192;
    assert_eq!(read.map(drop), Err(Error::TooLarge { what: "certificate", limit }));
    assert_eq!(cost, Work::default());
}

#[test]
fn a_message_with_such_certificates_costs_no_signature() {
    let _alone = alone();
    let (key, ec) = (rsa(), EcIssuer::generate(&mut Rng::from_seed(1), None));
    for (count, what) in [
        (65, "number of extensions of a certificate"),
        (1000, "certificate"),
        (3000, "header"),
        (40_000, "header"),
    ] {
        let token = digital_id(&key, &[hostile::extended(&ec, &key, count)]);
        let limits = Limits::default().with_token_bytes(1 << 20).with_message_bytes(1 << 20);
        let cost = judge_id(unrelated(), limited(limits), &token);
        assert!(
            matches!(cost.error, Some(Error::TooLarge { what: w, .. }) if w == what),
            "{count}"
        );
        for work in [cost.verify, cost.explain] {
            assert_eq!((work.certificates, work.signatures, work.keys), (0, 0, 0), "{count}");
        }
    }
}

#[test]
fn a_header_of_eight_certificates_with_keys_of_4096_bits_is_not_too_large() {
    let _alone = alone();
    let keys: Vec<Smooth> = (1..7).map(|seed| Smooth::new(seed, 4096, 65_537)).collect();
    let key = rsa();
    let x5c = ladder(&key, &keys);
    assert_eq!(x5c.len(), 8);
    let root = Authority::root(keys[0].clone(), &template("same").authority(None)).unwrap();
    let store = TrustStore::new().with_roots(Domain::Device, [read(root.certificate())]);
    let cost = judge_id(store, Policy::default(), &digital_id(&key, &x5c));
    assert_eq!(cost.code, Code::Ok);
}

// Keys that come with a message.

#[test]
fn a_modulus_above_4096_bits_that_comes_with_a_message_is_too_large_and_not_prepared() {
    let _alone = alone();
    let leaf = |bits| {
        let key = Smooth::new(1, bits, Smooth::WORST_EXPONENT);
        let own = Authority::root(key.clone(), &template("leaf").end_entity()).unwrap();
        digital_id(&key, &[own.certificate().clone()])
    };
    let judge = |bits: usize, policy| {
        let verifier = DigitalIdVerifier::new(Trust::self_asserted(), policy);
        let token = leaf(bits);
        cost!(verifier, token, device::Expected::new())
    };
    assert_eq!(judge(4096, Policy::default()).code, Code::Ok);
    let what = "number of bits of an RSA modulus in `x5c`";
    for bits in [4096 + 64, 8192] {
        let cost = judge(bits, Policy::default());
        assert_eq!(cost.error, Some(Error::TooLarge { what, limit: 4096 }));
        for work in [cost.verify, cost.explain] {
            assert_eq!((work.keys, work.signatures), (0, 0), "{bits}");
        }
    }
    let limits = |bits| limited(Limits::default().with_x5c_modulus_bits(bits));
    assert_eq!(judge(8192, limits(8192)).code, Code::Ok);
    assert_eq!(judge(2112, limits(2048)).code, Code::TooLarge);
}

#[test]
fn keys_of_the_verifiers_own_store_may_have_8192_bits() {
    let _alone = alone();
    let (key, authority) = (rsa(), Smooth::new(1, 8192, 65_537));
    let root = Authority::root(authority, &template("root").authority(None)).unwrap();
    let store = || TrustStore::new().with_roots(Domain::Device, [read(root.certificate())]);
    let own = root.issue(&key, &template("leaf").end_entity()).unwrap();
    let token = digital_id(&key, std::slice::from_ref(&own));
    assert_eq!(judge_id(store(), Policy::default(), &token).code, Code::Ok);

    // An intermediate of that size is no way to the root, and one of the store is.
    let between = Smooth::new(2, 8192, 65_537);
    let between = root.subordinate(between, &template("i").authority(None)).unwrap();
    let own = between.issue(&key, &template("leaf").end_entity()).unwrap();
    let sent = [own.clone(), between.certificate().clone(), hostile::last_of_x5c()];
    let token = digital_id(&key, &sent);
    let cost = judge_id(store(), Policy::default(), &token);
    assert_eq!((cost.code, cost.verify.keys), (Code::TooLarge, 1));
    // Another domain would vouch for the signer; nobody searches for it after `too-large`.
    let elsewhere = store()
        .with_roots(Domain::Ftm, [read(root.certificate())])
        .with_intermediates(Domain::Ftm, [read(between.certificate())]);
    let cost = judge_id(elsewhere, Policy::default(), &token);
    assert_eq!((cost.code, cost.explain.signatures), (Code::TooLarge, 1));
    assert!(!cost.report.hints.iter().any(|hint| hint.contains("vouches")));
    let stored = store().with_intermediates(Domain::Device, [read(between.certificate())]);
    let verifier =
        DigitalIdVerifier::new(trusted(stored, Consumer::KeymanagerV1), Policy::default());
    assert_eq!(cost!(verifier, token, device::Expected::new()).code, Code::Ok);
}

// Paths.

#[test]
fn the_same_chain_in_sixteen_biometrics_costs_once() {
    let _alone = alone();
    let p = pki();
    for (id, chains) in [(&p.device, 1), (&p.chip, 2)] {
        let mut rules = Rules::of(Consumer::RegistrationClient);
        if chains == 2 {
            rules = rules.with_digital_id_domain(Domain::Ftm);
        }
        let values = [&b"value"[..]; 16];
        let elements = testkit::sbi::captured(&p.device, id, &values, sbi::Scheme::Current);
        let body = testkit::sbi::answer(elements.unwrap()).to_string();
        let verifier = RegistrationCaptureVerifier::new(
            Trust::new(p.store(), rules).with_memory(Memory::Forget),
            Policy::default(),
        );
        let cost = cost!(verifier, body, sbi::Expected::new());
        assert_eq!(cost.code, Code::Ok);
        for work in [cost.verify, cost.explain] {
            // Of each chain, that of the leaf and that of the intermediate.
            assert_eq!(work.signatures, 32 + 2 * chains);
            assert_eq!((work.certificates, work.keys, work.steps), (32, 32, 64));
        }
    }
}

#[test]
fn a_ladder_is_climbed_once_and_hints_do_not_climb_it_again() {
    let _alone = alone();
    let key = rsa();
    for count in [1, 4, 6] {
        let keys: Vec<Smooth> = (1..=count).map(|seed| Smooth::new(seed, 2048, 65_537)).collect();
        let token = digital_id(&key, &ladder(&key, &keys));
        // Roots that nobody here has to do with, so that every domain is searched.
        let store = Domain::ALL.into_iter().fold(unrelated(), |store, domain| {
            store.with_roots(domain, [read(pki().ftm_root.certificate())])
        });
        let cost = judge_id(store, Policy::default(), &token);
        assert_eq!(cost.code, Code::UntrustedChain);
        let count = usize::try_from(count).unwrap();
        let rungs = count * (count + 1) / 2;
        assert_eq!((cost.verify.signatures, cost.verify.steps), (1 + rungs, rungs));
        // Three more domains: the same steps, and no signature.
        assert_eq!((cost.explain.signatures, cost.explain.steps), (1 + rungs, 4 * rungs));
        assert_eq!(cost.explain.certificates, 1 + count + 1);
    }
}

#[test]
fn a_message_pays_for_the_keys_that_it_brings_with_the_bytes_of_its_headers() {
    let _alone = alone();
    let key = rsa();
    let ec = ladder(&key, &hostile::ec(1, 6));
    let large: Vec<_> =
        (1..=6).map(|seed| Smooth::new(seed, 4096, Smooth::WORST_EXPONENT)).collect();
    for (x5c, each) in [(ec, 12), (ladder(&key, &large), 15)] {
        let token = digital_id(&key, &x5c);
        let header = token.split('.').next().unwrap().len() * 3 / 4;
        for bytes in [8, 16, 100] {
            let limits = Limits::default().with_bytes_per_check(bytes);
            let cost = judge_id(unrelated(), limited(limits), &token);
            let paid = header / usize::from(bytes) / each;
            if paid < 21 {
                let what = "cost of certificate signatures, in checks of RSA-2048,";
                assert!(matches!(cost.error, Some(Error::TooLarge { what: w, .. }) if w == what));
            }
            for work in [cost.verify, cost.explain] {
                assert_eq!(work.signatures, 1 + paid.min(21), "{each} for {bytes} bytes");
            }
        }
        // Who wants no such bound has the other ones.
        let limits = Limits::default().with_bytes_per_check(0);
        let cost = judge_id(unrelated(), limited(limits), &token);
        assert_eq!((cost.code, cost.verify.signatures), (Code::UntrustedChain, 1 + 21));
    }
}

#[test]
fn keys_of_the_verifiers_own_store_are_not_for_the_message_to_pay() {
    let _alone = alone();
    let p = pki();
    let token = p.device.sign(&mosip::digital_id("1").to_string()).unwrap();
    let limits = Limits::default().with_bytes_per_check(255);
    let trust = trusted(p.store(), Consumer::RegistrationClient);
    let verifier = DigitalIdVerifier::new(trust, limited(limits));
    assert_eq!(cost!(verifier, token, device::Expected::new()).code, Code::Ok);
}

#[test]
fn all_signers_of_a_message_share_one_budget() {
    let _alone = alone();
    let key = rsa();
    let keys = |n| (8 * n..8 * n + 6).map(|seed| Smooth::new(seed + 1, 2048, 65_537));
    let body = capture("Registration", &key, 16, |n| ladder(&key, &keys(n).collect::<Vec<_>>()));
    let verifier = RegistrationCaptureVerifier::new(
        trusted(unrelated(), Consumer::KeymanagerV2),
        Policy::default(),
    );
    let cost = cost!(verifier, body, sbi::Expected::new());
    assert_eq!(cost.code, Code::UntrustedChain);
    // Who asks for a verdict gets it from the first signer that is not trusted.
    assert_eq!((cost.verify.signatures, cost.verify.steps), (32 + 21, 21));
    assert_eq!(cost.explain.signatures, 32 + 32);
    assert!(cost.explain.steps <= 256);
    assert_eq!(cost.explain.certificates, 32 * 8);
    assert!(
        cost.report
            .checks
            .iter()
            .any(|entry| entry.detail.to_string().contains("exceeds the limit of 32"))
    );
}

#[test]
fn a_crowd_of_certificates_with_one_key_costs_no_more_steps_than_the_limit() {
    let _alone = alone();
    let (key, authority) = (rsa(), EcIssuer::generate(&mut Rng::from_seed(1), None));
    let token = digital_id(&key, &crowd(&key, &authority, 6));
    let what = "number of certificates tried as issuers";
    for limit in [10, 256] {
        let limits = Limits::default().with_chain_steps(limit);
        let cost = judge_id(unrelated(), limited(limits), &token);
        let limit = limit.into();
        assert_eq!(cost.error, Some(Error::TooLarge { what, limit }));
        for work in [cost.verify, cost.explain] {
            assert_eq!(work.steps, limit);
            // Eight certificates, one key.
            assert!(work.signatures <= 1 + 8);
        }
    }
}

#[test]
fn no_hint_is_searched_for_after_too_large() {
    let _alone = alone();
    let p = pki();
    let token = p.device.sign(&mosip::digital_id("1").to_string()).unwrap();
    let judge = |consumer, signatures| {
        let limits = Limits::default().with_chain_signatures(signatures);
        let verifier = DigitalIdVerifier::new(trusted(p.store(), consumer), limited(limits));
        cost!(verifier, token, device::Expected::new())
    };
    let hinted = |cost: &Cost| cost.report.hints.iter().any(|hint| hint.contains("vouches"));
    let own = judge(Consumer::RegistrationClient, 1);
    assert_eq!((own.code, own.explain.signatures), (Code::TooLarge, 1 + 1));
    assert!(!hinted(&own));
    // Of another domain: the hint has what the search has left.
    for (signatures, found) in [(0, false), (1, false), (2, true)] {
        let cost = judge(Consumer::Ida, signatures);
        let fault = ChainFault::NoPath;
        assert_eq!(cost.error, Some(Error::UntrustedChain { fault }));
        assert_eq!(cost.verify.signatures, 1);
        assert_eq!(cost.explain.signatures, 1 + usize::from(signatures));
        assert_eq!(hinted(&cost), found, "{signatures}");
    }
}

#[test]
fn whoever_wants_only_a_verdict_gets_it_before_any_path_is_searched() {
    let _alone = alone();
    let p = pki();
    // Expired, and under a chain that would cost.
    let key = rsa();
    let old = testkit::Template::new("old", time(1), time(2)).end_entity();
    let own = p.device_intermediate.issue(&key, &old).unwrap();
    let token = digital_id(&key, &[own]);
    let verifier =
        DigitalIdVerifier::new(trusted(p.store(), Consumer::RegistrationClient), Policy::default());
    let cost = cost!(verifier, token, device::Expected::new());
    assert_eq!(cost.code, Code::CertificateExpired);
    assert_eq!((cost.verify.signatures, cost.explain.signatures), (1, 3));
}

#[test]
fn weak_keys_anywhere_in_a_chain_are_warned_of() {
    let _alone = alone();
    let key = rsa();
    let small = Smooth::new(1, 1024, 65_537);
    let three = Smooth::new(2, 2048, 257);
    let strong = Smooth::new(3, 2048, 65_537);
    let expected = |mut warnings: Vec<Warning>| {
        warnings.sort_by_key(|warning| warning.as_str());
        warnings
    };
    for (root, between, warnings) in [
        (&strong, &strong, vec![]),
        (&small, &strong, vec![Warning::Rsa1024]),
        (&strong, &small, vec![Warning::Rsa1024]),
        (&three, &strong, vec![Warning::SmallExponent]),
        (&strong, &three, vec![Warning::SmallExponent]),
        (&small, &three, vec![Warning::Rsa1024, Warning::SmallExponent]),
    ] {
        let root = Authority::root(root.clone(), &template("root").authority(None)).unwrap();
        let between = root.subordinate(between.clone(), &template("i").authority(None)).unwrap();
        let own = between.issue(&key, &template("leaf").end_entity()).unwrap();
        let sent = [own, between.certificate().clone(), hostile::last_of_x5c()];
        let token = digital_id(&key, &sent);
        let store = || TrustStore::new().with_roots(Domain::Device, [read(root.certificate())]);
        let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
        let cost = judge_id(store(), policy, &token);
        assert_eq!((cost.code, expected(cost.report.warnings)), (Code::Ok, expected(warnings)));
    }
    // Without the opt-in they are refused, not warned of.
    let root = Authority::root(small, &template("root").authority(None)).unwrap();
    let own = root.issue(&key, &template("leaf").end_entity()).unwrap();
    let store = TrustStore::new().with_roots(Domain::Device, [read(root.certificate())]);
    let cost = judge_id(store, Policy::default(), &digital_id(&key, &[own]));
    assert_eq!((cost.code, cost.report.warnings.len()), (Code::KeyTooSmall, 0));
}

// Key sets.

fn registration(keys: JwkSet, input: &str) -> Cost {
    let verifier = registration::Verifier::new(keys, Policy::default());
    cost!(verifier, input, registration::Expected::new())
}

const TRIED: &str = "cost of trying keys, in checks of RSA-2048,";

#[test]
fn a_set_of_64_large_keys_is_tried_as_far_as_the_message_pays_for() {
    let _alone = alone();
    for bits in [2048, 3072, 4096, 8192] {
        let keys = hostile::key_set(&hostile::set_of_strangers(bits, 64));
        let token = hostile::forged_registration(bits);
        let limit = (token.len() / 16).min(64);
        let cost = registration(keys, &token);
        assert_eq!(cost.error, Some(Error::TooLarge { what: TRIED, limit }), "{bits}");
        for work in [cost.verify, cost.explain] {
            assert!(work.effort <= limit.max(bits * bits / (2048 * 2048)), "{bits}: {work:?}");
        }
        assert_eq!(cost.verify.effort, cost.explain.effort, "{bits}");
    }
}

#[test]
fn keys_of_another_size_than_the_signatures_cost_nothing() {
    let _alone = alone();
    let issuer = rsa();
    let mut keys = hostile::set_of_strangers(8192, 63);
    let payload = payload(&issuer, Era::A);
    let token = mosip::token(&issuer, Era::A, payload.as_bytes()).unwrap();
    keys.push(issuer.jwk().with("kid", "own"));
    let cost = registration(hostile::key_set(&keys), &token);
    assert_eq!((cost.code, cost.verify.signatures), (Code::Ok, 1));
}

fn payload(issuer: &RsaIssuer, era: Era) -> String {
    let id = mosip::digital_id("1801160992");
    mosip::payload(issuer, era, &id, "code", "Staging", "2020-01-13T12:50:42.195Z").unwrap()
}

#[test]
fn a_whole_set_of_usual_keys_is_tried_for_a_message_of_usual_length() {
    let _alone = alone();
    let issuer = rsa();
    for era in [Era::A, Era::APrime, Era::B] {
        let payload = payload(&issuer, era);
        let token = mosip::token(&issuer, era, payload.as_bytes()).unwrap();
        let body = mosip::answer(&token).to_string();
        assert!(body.len() > 1024, "{}", body.len());
        let mut keys = hostile::set_of_strangers(2048, 63);
        // Nobody can know that it is none of the first 63.
        keys.push(issuer.jwk().with("kid", "own"));
        let cost = registration(hostile::key_set(&keys), &body);
        assert_eq!((cost.code, cost.verify.signatures), (Code::Ok, 64), "{era}");
    }
}

#[test]
fn a_hint_repeats_no_check_and_spends_what_is_left() {
    let _alone = alone();
    let expected = jws::Expected::unbound().allow_no_expiry();
    // One key of P-256: the token is forged, and there is nothing else to try.
    let ec = EcIssuer::generate(&mut Rng::from_seed(1), Some("k"));
    let header = br#"{"alg":"ES256","kid":"k"}"#;
    let forged = testkit::join(&testkit::signing_input(header, b"{}"), &[1; 64]);
    let verifier = jws::Verifier::new(hostile::key_set(&[ec.jwk()]), Policy::default());
    let cost = cost!(verifier, forged, expected);
    assert_eq!(cost.code, Code::SignatureMismatch);
    assert_eq!((cost.verify.signatures, cost.explain.signatures), (1, 1));

    // Sixty-four of them: so short a token does not pay for a second one.
    let keys: Vec<_> = hostile::ec(1, 64);
    let named = |n: usize, key: &EcIssuer| key.jwk().with("kid", format!("k{n}"));
    let jwks: Vec<_> = keys.iter().enumerate().map(|(n, key)| named(n, key)).collect();
    let judge = |length: usize, header: &[u8], size: usize, keys: JwkSet| {
        let payload = format!(r#"{{"a":"{}"}}"#, "x".repeat(length));
        let input = testkit::signing_input(header, payload.as_bytes());
        let forged = testkit::join(&input, &vec![1; size]);
        let verifier = jws::Verifier::new(keys, Policy::default());
        (cost!(verifier, forged, expected), forged.len())
    };
    let header = br#"{"alg":"ES256","kid":"k0"}"#;
    let set = hostile::key_set(&jwks);
    for length in [0, 100, 300, 1000, 5000] {
        let (cost, bytes) = judge(length, header, 64, set.clone());
        assert_eq!((cost.code, cost.verify.signatures), (Code::SignatureMismatch, 1));
        let (each, paid) = (cost.verify.effort, (bytes / 16).min(64));
        assert_eq!(cost.explain.signatures, (paid / each).max(1), "{bytes} bytes");
    }
    // Of 8192 bits, four; of 2048 bits, all.
    let header = br#"{"alg":"RS256","kid":"k0"}"#;
    for (bits, most) in [(8192, 4), (4096, 16), (2048, 64)] {
        let set = hostile::key_set(&hostile::set_of_strangers(bits, 64));
        let (cost, _) = judge(1000, header, bits / 8, set);
        assert_eq!((cost.code, cost.verify.signatures), (Code::SignatureMismatch, 1));
        assert_eq!((cost.explain.signatures, cost.explain.effort), (most, 64), "{bits}");
    }
}

#[test]
fn a_registration_answer_tries_each_key_once_and_a_hint_names_one_under_another_name() {
    let _alone = alone();
    let key = |seed, kid| RsaIssuer::generate(&mut Rng::from_seed(seed), 2048, kid).unwrap();
    let issuer = key(9, Some("x"));
    let token = mosip::token(&issuer, Era::C, payload(&issuer, Era::C).as_bytes()).unwrap();
    let mut keys = vec![key(7, None).jwk(), key(8, None).jwk()];
    let cost = registration(hostile::key_set(&keys), &token);
    assert_eq!(cost.code, Code::SignatureMismatch);
    // An explanation goes on to the digital id, which is signed as well.
    assert_eq!((cost.verify.signatures, cost.explain.signatures), (2, 2 + 1));
    // The token names another key than the set does, and every nameless one could be meant.
    keys.push(issuer.jwk().with("kid", "y"));
    let cost = registration(hostile::key_set(&keys), &token);
    assert_eq!(cost.code, Code::SignatureMismatch);
    assert_eq!((cost.verify.signatures, cost.explain.signatures), (2, 3 + 1));
    let fits = "fits another key of the set: y";
    assert!(cost.report.hints.iter().any(|hint| hint.contains(fits)), "{:?}", cost.report.hints);
}

#[test]
fn a_hint_still_names_the_key_that_fits() {
    let _alone = alone();
    let issuer = rsa();
    let mut keys = hostile::set_of_strangers(2048, 3);
    keys.push(issuer.jwk().with("kid", "own"));
    let header = issuer.header(Algorithm::Rs256).with("kid", "k1");
    let payload = format!(r#"{{"a":"{}"}}"#, "x".repeat(100));
    let token = issuer.sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap();
    let verifier = jws::Verifier::new(hostile::key_set(&keys), Policy::default());
    let cost = cost!(verifier, token, jws::Expected::unbound().allow_no_expiry());
    assert_eq!(cost.code, Code::SignatureMismatch);
    assert_eq!(cost.report.hints, ["signature fits another key of the set: own: RSA, 2048 bits"]);
    assert_eq!(cost.explain.signatures, 1 + 3);
}

#[test]
fn keys_that_are_for_another_algorithm_are_found_by_a_hint_and_paid_for_alike() {
    let _alone = alone();
    let issuer = rsa();
    let other = Smooth::new(1, 2048, 65_537);
    let keys = [other.jwk().with("kid", "a"), issuer.jwk().with("kid", "b").with("alg", "RS256")];
    // Era A is RS512: a key that declares RS256 is not meant.
    let token = mosip::token(&issuer, Era::A, payload(&issuer, Era::A).as_bytes()).unwrap();
    let cost = registration(hostile::key_set(&keys), &token);
    assert_eq!(cost.code, Code::SignatureMismatch);
    assert_eq!((cost.verify.signatures, cost.explain.signatures), (1, 2));
    assert!(cost.report.hints[1].contains("another key of the set: b"), "{:?}", cost.report.hints);
}

// What is nested.

#[test]
fn sixteen_biometrics_are_sixteen_times_the_work_of_one_and_no_more() {
    let _alone = alone();
    let key = rsa();
    let leaf = Authority::root(key.clone(), &template("leaf").end_entity()).unwrap();
    let x5c = [leaf.certificate().clone()];
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let judge = |count| {
        let body = capture("Registration", &key, count, |_| x5c.to_vec());
        cost!(verifier, body, sbi::Expected::new())
    };
    let (one, sixteen) = (judge(1), judge(16));
    assert_eq!((one.code, sixteen.code), (Code::Ok, Code::Ok));
    assert_eq!((one.verify.signatures, sixteen.verify.signatures), (2, 32));
    assert_eq!((one.verify.certificates, sixteen.verify.certificates), (2, 32));
    assert_eq!(judge(17).code, Code::TooLarge);
}

#[test]
fn the_first_forged_biometric_or_segment_ends_what_a_verdict_costs() {
    let _alone = alone();
    let key = rsa();
    let leaf = Authority::root(key.clone(), &template("leaf").end_entity()).unwrap();
    let x5c = [leaf.certificate().clone()];
    let body = capture("Registration", &key, 16, |_| x5c.to_vec());
    let token = body.split('"').find(|text| text.starts_with("eyJ")).unwrap();
    // Another value than the one that was signed, of the same length.
    let segment = testkit::sbi::segment(token).unwrap().replace("<BDB>AAAA", "<BDB>BBBB");
    let packet = testkit::sbi::packet(&vec![segment; 16]);
    let verifier = sbi::cbeff::Verifier::new(Trust::self_asserted(), Policy::default());
    let packet = cost!(verifier, packet, sbi::Expected::new());
    let forged = format!("{}AAAA", &token[..token.len() - 4]);
    let body = body.replace(token, &forged);
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let answer = cost!(verifier, body, sbi::Expected::new());
    for (cost, explained) in [(packet, 16 + 16), (answer, 16 + 16)] {
        assert_eq!(cost.code, Code::SignatureMismatch);
        assert_eq!((cost.verify.signatures, cost.explain.signatures), (1, explained));
    }
}

#[test]
fn what_is_no_capture_costs_no_signature() {
    let _alone = alone();
    let verifier = RegistrationCaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let padded = encode_standard(&vec![0; 1 << 16]);
    for body in ["", "{}", "[]", r#"{"biometrics":[]}"#, padded.as_str()] {
        let cost = cost!(verifier, body, sbi::Expected::new());
        assert_eq!((cost.verify.signatures, cost.explain.signatures), (0, 0));
    }
}
