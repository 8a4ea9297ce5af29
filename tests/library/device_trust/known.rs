//! Certificates that came before: what is remembered of them, and what never is.

use super::*;
use countersign::Limits;

fn code(trust: &Trust, policy: Policy, token: &str, at: i64) -> Code {
    let verifier = DigitalIdVerifier::new(trust.clone(), policy);
    let verdict = verifier.verify(token.as_bytes(), &Expected::new(), time(at));
    verdict.map_or_else(|error| error.code(), |_| Code::Ok)
}

fn trust() -> Trust {
    Trust::new(pki().store(), rules(Consumer::RegistrationClient))
}

#[test]
fn a_certificate_that_came_before_is_not_read_again_and_judged_as_if_it_were() {
    let (trust, policy) = (trust(), Policy::default());
    let good = pki().device.sign(&id_text()).unwrap();
    assert_eq!(code(&trust, policy, &good, NOW), Code::Ok);
    let counts = trust.known_certificates();
    assert_eq!((counts.hits, counts.misses), (0, 1));
    assert_eq!(code(&trust, policy, &good, NOW), Code::Ok);
    assert_eq!(
        (trust.known_certificates().hits, trust.clone().known_certificates().misses),
        (1, 1)
    );

    // Time is not remembered, neither the leaf's nor its issuers'.
    assert_eq!(code(&trust, policy, &good, NOW + 2000), Code::CertificateExpired);
    // Nor is a signature of the device.
    let other = Device::new(other_key().clone(), pki().device.x5c().to_vec());
    let foreign = other.sign(&id_text()).unwrap();
    assert_eq!(code(&trust, policy, &foreign, NOW), Code::SignatureMismatch);
    // Nor limits: who allows less is not told what somebody else read.
    let narrow = |limits| code(&trust, policy.with_limits(limits), &good, NOW);
    assert_eq!(narrow(Limits::default().with_certificate_bytes(100)), Code::TooLarge);
    assert_eq!(narrow(Limits::default().with_x5c_modulus_bits(2047)), Code::TooLarge);
    assert_eq!(narrow(Limits::default().with_chain_signatures(1)), Code::TooLarge);
    assert_eq!(narrow(Limits::default()), Code::Ok);
}

#[test]
fn what_one_verifier_knows_says_nothing_to_another_with_other_roots() {
    let good = pki().device.sign(&id_text()).unwrap();
    let known = trust();
    assert_eq!(code(&known, Policy::default(), &good, NOW), Code::Ok);
    let chips = TrustStore::new()
        .with_roots(Domain::Device, [read(pki().ftm_root.certificate())])
        .with_intermediates(Domain::Device, [read(pki().ftm_intermediate.certificate())]);
    let other = Trust::new(chips, rules(Consumer::RegistrationClient));
    assert_eq!(code(&other, Policy::default(), &good, NOW), Code::UntrustedChain);
}

#[test]
fn what_led_to_no_root_is_not_remembered() {
    let trust = trust();
    let own = testkit::Certificate::self_signed(other_key(), "x", start(), end()).unwrap();
    let unknown = by(other_key(), vec![own]);
    for _ in 0..2 {
        assert_eq!(code(&trust, Policy::default(), &unknown, NOW), Code::UntrustedChain);
    }
    assert_eq!(trust.known_certificates().hits, 0);
}

#[test]
fn a_signature_that_a_backend_accepted_is_not_one_that_another_verified() {
    // Somebody with a key of their own and the names of the authorities.
    let impostor = Pki::generate(&mut Rng::from_seed(99), start(), end()).unwrap();
    let forged = impostor.device.sign(&id_text()).unwrap();
    // The store is one, so its certificates are the same objects for all.
    let trust = trust();
    let credulous = Policy::default().with_backend(testkit::accept_all());
    assert_eq!(code(&trust, credulous, &forged, NOW), Code::Ok);
    assert_eq!(code(&trust, Policy::default(), &forged, NOW), Code::UntrustedChain);
    assert_eq!(code(&trust, credulous, &forged, NOW), Code::Ok);
}

#[test]
fn devices_beyond_what_is_remembered_are_judged_all_the_same() {
    let (trust, policy) = (trust(), Policy::default());
    let p = pki();
    let leaf = Template::new("device", start(), end()).organization(Pki::MAKER).authority(None);
    let make = |n: u8| {
        let template = leaf.clone().extension(&[0x2a, n], Critical::No, &[5, 0]);
        let certificate = p.device_intermediate.issue(p.device.key(), &template).unwrap();
        by(p.device.key(), vec![certificate])
    };
    // Enough of them that some meet in one place.
    let tokens: Vec<String> = (0..127).map(make).collect();
    for _ in 0..2 {
        for token in &tokens {
            assert_eq!(code(&trust, policy, token, NOW), Code::Ok);
        }
    }
    let counts = trust.known_certificates();
    assert_eq!(counts.hits + counts.misses, 2 * tokens.len());
    assert!(counts.hits > 0, "{counts:?}");
}

#[test]
fn whoever_wants_nothing_remembered_gets_the_same_verdicts() {
    let trust = trust().with_memory(x509::Memory::Forget);
    let good = pki().device.sign(&id_text()).unwrap();
    for _ in 0..3 {
        assert_eq!(code(&trust, Policy::default(), &good, NOW), Code::Ok);
    }
    let counts = trust.known_certificates();
    assert_eq!((counts.hits, counts.misses), (0, 0));
}
