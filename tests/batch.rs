//! A batch gives, item by item, what the single call gives: verdict, error and report.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy takes helpers of tests for library code"
)]

use std::sync::LazyLock;

use countersign::jose::{JwkSet, jws};
use countersign::miracl::dvs;
use countersign::mosip::trust::{PartlySigned, Trust};
use countersign::mosip::{device, sbi};
use countersign::{Algorithm, At, Code, Error, Item, Limits, Policy, Rsa1024, Time, Verify};
use countersign_testkit::{self as testkit, EcIssuer, Issuer as _, Pki, Rng, RsaIssuer, mosip};
use proptest::prelude::*;

const NOW: i64 = 1_700_000_000;

struct World {
    keys: JwkSet,
    /// Tokens of every kind and defect.
    tokens: Vec<Vec<u8>>,
    expected: [jws::Expected; 2],
}

/// Keys of several sizes and types, and with each of them tokens good, altered, expired, misnamed.
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let mut rng = Rng::from_seed(7);
    let rsa: Vec<RsaIssuer> = [(1024, "a"), (2048, "b"), (2048, "c"), (3072, "d"), (2056, "e")]
        .iter()
        .map(|(bits, kid)| RsaIssuer::generate(&mut rng, *bits, Some(kid)).unwrap())
        .collect();
    let ec = EcIssuer::generate(&mut rng, Some("p"));
    let mut jwks: Vec<_> = rsa.iter().map(|issuer| issuer.jwk()).collect();
    jwks.push(ec.jwk());
    let pss = RsaIssuer::generate(&mut rng, 2048, Some("s")).unwrap();
    jwks.push(pss.jwk().with("alg", "PS256"));
    let keys = testkit::jwk_set(&jwks).to_string();

    let payloads = [
        format!(r#"{{"exp":{},"iss":"i"}}"#, NOW + 1),
        format!(r#"{{"exp":{NOW}}}"#),
        r#"{"exp":"soon"}"#.to_owned(),
        "not JSON".to_owned(),
    ];
    let mut tokens: Vec<Vec<u8>> = vec![Vec::new(), b"a.b".to_vec(), b"a.b.c.d.e".to_vec()];
    for payload in &payloads {
        let payload = payload.as_bytes();
        let mut good: Vec<String> = rsa
            .iter()
            .map(|issuer| {
                issuer.sign(&issuer.header(Algorithm::Rs256), payload, Algorithm::Rs256).unwrap()
            })
            .collect();
        good.push(ec.sign(&ec.header(Algorithm::Es256), payload, Algorithm::Es256).unwrap());
        good.push(pss.sign(&pss.header(Algorithm::Ps256), payload, Algorithm::Ps256).unwrap());
        // A header that names the next key.
        let wrong = rsa[1].header(Algorithm::Rs256).with("kid", "c");
        good.push(rsa[1].sign(&wrong, payload, Algorithm::Rs256).unwrap());
        let unknown = rsa[1].header(Algorithm::Rs256).with("kid", "zzz");
        good.push(rsa[1].sign(&unknown, payload, Algorithm::Rs256).unwrap());
        for token in good {
            let mut altered = token.clone().into_bytes();
            let place = altered.len() - 20;
            altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
            tokens.push(altered);
            tokens.push(token.as_bytes()[..token.len() - 4].to_vec());
            tokens.push(token.into_bytes());
        }
    }
    World {
        keys: JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap(),
        tokens,
        expected: [
            jws::Expected::unbound().allow_no_expiry(),
            jws::Expected::unbound().allow_no_expiry().issuer("i"),
        ],
    }
});

fn at(choice: u8) -> At {
    match choice {
        0 => At::Issued,
        n => At::Time(Time::from_unix(NOW - 1 + i64::from(n) % 3).unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_mix_of_tokens_is_judged_as_each_alone(
        choices in prop::collection::vec((any::<prop::sample::Index>(), 0..2_usize, 0..4_u8), 0..200),
        rsa_1024 in prop::sample::select(vec![Rsa1024::Allow, Rsa1024::Deny]),
    ) {
        let world = &*WORLD;
        let verifier =
            jws::Verifier::new(world.keys.clone(), Policy::default().with_rsa_1024(rsa_1024));
        let items: Vec<Item<'_, jws::Expected>> = choices
            .iter()
            .map(|(which, expected, time)| Item {
                input: &world.tokens[which.index(world.tokens.len())],
                expected: &world.expected[*expected],
                at: at(*time),
            })
            .collect();
        let together = verifier.verify_batch(&items);
        let reports = verifier.explain_batch(&items);
        prop_assert_eq!(together.len(), items.len());
        prop_assert_eq!(reports.len(), items.len());
        for ((item, together), report) in items.iter().zip(together).zip(reports) {
            let alone = verifier.verify(item.input, item.expected, item.at);
            prop_assert_eq!(
                alone.as_ref().map_or_else(|error| error.code(), |_| Code::Ok),
                report.code()
            );
            prop_assert_eq!(&together, &alone);
            prop_assert_eq!(report, verifier.explain(item.input, item.expected, item.at));
        }
    }
}

#[test]
fn the_mix_holds_every_verdict_that_matters() {
    let world = &*WORLD;
    let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
    let verifier = jws::Verifier::new(world.keys.clone(), policy);
    let items: Vec<Item<'_, jws::Expected>> = world
        .tokens
        .iter()
        .map(|token| Item { input: token, expected: &world.expected[0], at: at(1) })
        .collect();
    let codes: Vec<Code> = verifier.explain_batch(&items).iter().map(|r| r.code()).collect();
    for code in [
        Code::Ok,
        Code::Malformed,
        Code::UnsupportedFormat,
        Code::SignatureMismatch,
        Code::UnknownKey,
        Code::WrongType,
    ] {
        assert!(codes.contains(&code), "no item is {code}");
    }
}

#[test]
fn every_number_of_certificates_is_judged_as_each_alone() {
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(3), 2048, Some("s1")).unwrap();
    let keys = testkit::jwk_set(&[issuer.jwk()]).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    let verifier = dvs::Verifier::new(keys, Policy::default());
    let expected = dvs::Expected::hash("74657374");
    let inputs: Vec<String> = (0..150)
        .map(|n| {
            // Every seventh is over another hash, every fifth inside an answer.
            let hash = if n % 7 == 3 { "00" } else { "74657374" };
            let token = testkit::miracl::certificate(&issuer, NOW + n, NOW + n + 10, hash).unwrap();
            if n % 5 == 0 { testkit::miracl::certificate_answer(&token).to_string() } else { token }
        })
        .collect();
    for count in (0..20).chain([63, 64, 65, 127, 128, 129, 150]) {
        let items: Vec<Item<'_, dvs::Expected>> = inputs[..count]
            .iter()
            .map(|input| Item { input: input.as_bytes(), expected: &expected, at: At::Issued })
            .collect();
        let results = verifier.verify_batch(&items);
        assert_eq!(results.len(), count);
        for (n, (item, result)) in items.iter().zip(results).enumerate() {
            assert_eq!(result, verifier.verify(item.input, &expected, At::Issued));
            assert_eq!(result.is_ok(), n % 7 != 3, "item {n} of {count}");
        }
    }
}

#[test]
fn any_number_of_es256_tokens_is_judged_as_each_alone_whatever_stands_between_them() {
    let mut rng = Rng::from_seed(4);
    let ec = ["p", "q"].map(|kid| EcIssuer::generate(&mut rng, Some(kid)));
    let rsa = RsaIssuer::generate(&mut rng, 2048, Some("r")).unwrap();
    let keys = testkit::jwk_set(&[ec[0].jwk(), ec[1].jwk(), rsa.jwk()]).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    let verifier = jws::Verifier::new(keys, Policy::default());
    let expected = jws::Expected::unbound().allow_no_expiry();
    let inputs: Vec<String> = (0..140)
        .map(|n: usize| {
            let payload = format!(r#"{{"jti":"{n}"}}"#);
            if n % 6 == 5 {
                let header = rsa.header(Algorithm::Rs256);
                return rsa.sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap();
            }
            let issuer = &ec[n % 2];
            let header = issuer.header(Algorithm::Es256);
            let token = issuer.sign(&header, payload.as_bytes(), Algorithm::Es256).unwrap();
            let (input, _) = token.rsplit_once('.').unwrap();
            match n % 9 {
                4 => altered(&token),
                // Neither number is in range.
                7 => testkit::join(input, &[0; 64]),
                8 => testkit::join(input, &[1; 65]),
                _ => token,
            }
        })
        .collect();
    for count in (0..20).chain([63, 64, 65, 127, 128, 129, 140]) {
        let codes = codes_of(&verifier, &inputs[..count], &expected);
        for (n, code) in codes.into_iter().enumerate() {
            let is_valid = n % 6 == 5 || ![4, 7, 8].contains(&(n % 9));
            let wanted = if is_valid { Code::Ok } else { Code::SignatureMismatch };
            assert_eq!(code, wanted, "{n} of {count}");
        }
    }
}

#[cfg(feature = "rayon")]
#[test]
fn any_number_of_threads_gives_the_same_results_in_order() {
    let world = &*WORLD;
    let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
    let verifier = jws::Verifier::new(world.keys.clone(), policy);
    let items: Vec<Item<'_, jws::Expected>> = (0..2000)
        .map(|n| Item {
            input: &world.tokens[n * 7 % world.tokens.len()],
            expected: &world.expected[n % 2],
            at: at(1),
        })
        .collect();
    let single = verifier.verify_batch(&items);
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| verifier.par_verify_batch(&items)), single);
    }
}

#[test]
fn a_batch_asks_the_backend_of_its_policy_and_no_other() {
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(9), 2048, None).unwrap();
    let set = testkit::jwk_set(&[issuer.jwk()]).to_string();
    let keys = JwkSet::parse(set.as_bytes(), &Limits::default()).unwrap();
    let input = testkit::signing_input(br#"{"alg":"RS256"}"#, b"{}");
    let forged = testkit::join(&input, &[1; 256]);
    let (expected, at) =
        (jws::Expected::unbound().allow_no_expiry(), At::from(Time::from_unix(NOW).unwrap()));
    let items = [Item { input: forged.as_bytes(), expected: &expected, at }; 9];
    for (policy, code) in [
        (Policy::default(), Code::SignatureMismatch),
        (Policy::default().with_backend(testkit::accept_all()), Code::Ok),
    ] {
        let verifier = jws::Verifier::new(keys.clone(), policy);
        for result in verifier.verify_batch(&items) {
            let found = result.map_or_else(|error| error.code(), |_| Code::Ok);
            assert_eq!(found, code);
        }
    }
}

/// Alters the signature of a token, which is the text's end.
fn altered(token: &str) -> String {
    let (rest, end) = token.split_at(token.len() - 2);
    format!("{rest}{}", if end == "AA" { "BA" } else { "AA" })
}

/// Verifies inputs alone and together, and returns the codes of both ways.
fn codes_of<V: Verify>(verifier: &V, inputs: &[String], expected: &V::Expected) -> Vec<Code>
where
    V::Verified: PartialEq + core::fmt::Debug,
{
    let at = At::Issued;
    let items: Vec<_> =
        inputs.iter().map(|input| Item { input: input.as_bytes(), expected, at }).collect();
    let alone: Vec<_> =
        items.iter().map(|item| verifier.verify(item.input, expected, item.at)).collect();
    assert_eq!(verifier.verify_batch(&items), alone);
    let reports: Vec<_> =
        items.iter().map(|item| verifier.explain(item.input, expected, item.at)).collect();
    assert_eq!(verifier.explain_batch(&items), reports);
    let codes: Vec<Code> =
        alone.iter().map(|one| one.as_ref().map_or_else(Error::code, |_| Code::Ok)).collect();
    assert_eq!(reports.iter().map(|report| report.code()).collect::<Vec<_>>(), codes);
    codes
}

#[test]
fn messages_with_any_number_of_layers_are_judged_together_as_each_alone() {
    let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
    let pki = Pki::generate(&mut Rng::from_seed(9), start, end).unwrap();
    let id = pki.chip.sign(&mosip::digital_id("1").to_string()).unwrap();
    let of_device = |text: String| pki.device.sign(&text).unwrap();
    let info = |id: &str| of_device(testkit::device_info(id, "L1").to_string());
    let data = |info: &str| of_device(testkit::device_data(info.to_owned()).to_string());
    let good = data(&info(&id));
    let inputs = [
        good.clone(),
        altered(&good),
        data(&altered(&info(&id))),
        data(&info(&altered(&id))),
        testkit::device_data(info(&id)).to_string(),
        countersign::encoding::base64::encode_url(
            testkit::device_data(info(&id)).to_string().as_bytes(),
        ),
        data("no layer"),
        String::new(),
    ];
    // More than are checked together at once, and no two neighbours alike.
    let inputs: Vec<String> = (0..72).map(|n| inputs[n * 3 % inputs.len()].clone()).collect();
    for partly_signed in [PartlySigned::Deny, PartlySigned::Allow] {
        let trust = Trust::self_asserted().with_partly_signed(partly_signed);
        let verifier = device::Verifier::new(trust, Policy::default());
        let codes = codes_of(&verifier, &inputs, &device::Expected::new());
        let count = |code| codes.iter().filter(|found| **found == code).count();
        assert_eq!(count(Code::SignatureMismatch), 27, "{codes:?}");
        let lenient = partly_signed == PartlySigned::Allow;
        assert_eq!(count(Code::Ok), if lenient { 18 } else { 9 }, "{codes:?}");
    }

    let biometric = |data: &str| testkit::sbi::biometric(data, "");
    let captured = |id: &str| {
        of_device(testkit::sbi::data(id, "Finger", "AAAA").with("purpose", "Auth").to_string())
    };
    let capture = |data: &[&str]| {
        testkit::sbi::answer(data.iter().map(|data| biometric(data)).collect()).to_string()
    };
    let (one, broken) = (captured(&id), captured(&altered(&id)));
    let inputs = [
        capture(&[&one]),
        capture(&[&one, &one, &one]),
        capture(&[&one, &broken]),
        capture(&[&altered(&one), &one]),
        capture(&[&one, &one, &one, &altered(&one)]),
        capture(&[]),
    ];
    let inputs: Vec<String> = (0..66).map(|n| inputs[n * 5 % inputs.len()].clone()).collect();
    let verifier = sbi::CaptureVerifier::new(Trust::self_asserted(), Policy::default());
    let codes = codes_of(&verifier, &inputs, &sbi::Expected::new());
    let count = |code| codes.iter().filter(|found| **found == code).count();
    assert_eq!((count(Code::Ok), count(Code::SignatureMismatch)), (22, 33), "{codes:?}");

    // Captured data alone, packets of it, information of devices, and a single layer.
    let datas: Vec<String> = (0..66)
        .map(|n| [one.clone(), broken.clone(), altered(&one), id.clone()][n % 4].clone())
        .collect();
    let verifier = sbi::DataVerifier::new(Trust::self_asserted(), Policy::default());
    let codes = codes_of(&verifier, &datas, &sbi::Expected::new());
    assert_eq!(codes.iter().filter(|code| **code == Code::Ok).count(), 17, "{codes:?}");

    let segment = |token: &str| testkit::sbi::segment(token).unwrap();
    let packets: Vec<String> = (0..66)
        .map(|n| {
            let segments = [[&one, &one], [&one, &broken], [&broken, &one]][n % 3];
            testkit::sbi::packet(&segments.map(|token| segment(token)))
        })
        .collect();
    let verifier = sbi::cbeff::Verifier::new(Trust::self_asserted(), Policy::default());
    let codes = codes_of(&verifier, &packets, &sbi::Expected::new());
    assert_eq!(codes.iter().filter(|code| **code == Code::Ok).count(), 22, "{codes:?}");

    let answer = testkit::sbi::info(&pki.device, &pki.chip, "L1").unwrap();
    let infos: Vec<String> = (0..66)
        .map(|n| if n % 3 == 0 { answer.replace("eyJ4", "eyJ5") } else { answer.clone() })
        .collect();
    let verifier = sbi::InfoVerifier::new(Trust::self_asserted(), Policy::default());
    let codes = codes_of(&verifier, &infos, &sbi::InfoExpected::new());
    assert_eq!(codes.iter().filter(|code| **code == Code::Ok).count(), 44, "{codes:?}");

    let snapshot = of_device(testkit::sbi::snapshot().to_string());
    let snapshots: Vec<String> =
        (0..66).map(|n| if n % 3 == 0 { altered(&snapshot) } else { snapshot.clone() }).collect();
    let verifier = sbi::ManagementVerifier::new(Trust::self_asserted(), Policy::default());
    let codes = codes_of(&verifier, &snapshots, &sbi::ManagementExpected::new());
    assert_eq!(codes.iter().filter(|code| **code == Code::Ok).count(), 44, "{codes:?}");
}
