//! Paths of certificates, as this library and as rustls-webpki judge them.
//!
//! The two agree wherever both have an opinion. Where they differ on purpose, there is a test of
//! its own: `webpki` knows no leaf that calls itself an authority, and MOSIP's partner management
//! issues no other.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::time::Duration;

use countersign::mosip::trust::{Domain, TrustStore};
use countersign::x509::{Certificate, NegativeModulus};
use countersign::{Algorithm, Policy, Time};
use countersign_testkit::{self as testkit, Authority, Critical, EcIssuer, Rng, Template};
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::ring::ECDSA_P256_SHA256;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

const NOW: i64 = 1_600_000_000;

fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

fn template(name: &str) -> Template {
    Template::new(name, time(NOW - 10), time(NOW + 10))
}

/// Keys by number; the same number is the same key.
fn key(number: u64) -> EcIssuer {
    EcIssuer::generate(&mut Rng::from_seed(number), None)
}

/// What both say of a leaf: whether it leads to the root.
fn verdicts(
    leaf: &testkit::Certificate,
    intermediates: &[testkit::Certificate],
    root: &testkit::Certificate,
) -> (bool, bool) {
    let read = |certificate: &testkit::Certificate| {
        Certificate::from_der(certificate.to_der(), NegativeModulus::Refuse)
    };
    let ours = || -> Result<(), countersign::Error> {
        let others = intermediates.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let store = TrustStore::new()
            .with_roots(Domain::Device, [read(root)?])
            .with_intermediates(Domain::Device, others);
        store.path(&read(leaf)?, Domain::Device, time(NOW), &Policy::default()).map(drop)
    };
    let theirs = || -> Result<(), webpki::Error> {
        let der = |certificate: &testkit::Certificate| {
            CertificateDer::from(certificate.to_der().to_vec())
        };
        let root = der(root);
        let anchors = [anchor_from_trusted_cert(&root)?];
        let others: Vec<_> = intermediates.iter().map(der).collect();
        let leaf = der(leaf);
        EndEntityCert::try_from(&leaf)?
            .verify_for_usage(
                &[ECDSA_P256_SHA256],
                &anchors,
                &others,
                UnixTime::since_unix_epoch(Duration::from_secs(NOW.unsigned_abs())),
                KeyUsage::client_auth(),
                None,
                None,
            )
            .map(drop)
    };
    (ours().is_ok(), theirs().is_ok())
}

/// Certificates of an authority, each with one property.
fn authorities(name: &str) -> Vec<(&'static str, Template, bool)> {
    let plain = || template(name);
    let unknown = |critical| plain().authority(None).extension(&[0x2a, 3], critical, &[5, 0]);
    let late = |from, to| Template::new(name, time(NOW + from), time(NOW + to)).authority(None);
    vec![
        ("an authority", plain().authority(None), true),
        ("an authority over leaves", plain().authority(Some(0)), true),
        ("an authority over one more", plain().authority(Some(1)), true),
        ("with an organisation", plain().organization("O").authority(None), true),
        ("without extensions", plain(), false),
        ("an end entity", plain().end_entity(), false),
        ("version 1", plain().version_1(), false),
        ("a critical unknown extension", unknown(Critical::Yes), false),
        ("an unknown extension", unknown(Critical::No), true),
        ("expired", late(-20, -1), false),
        ("from the future", late(1, 20), false),
        ("at its first second", late(0, 20), true),
        ("at its last second", late(-20, 0), true),
    ]
}

fn leaves() -> Vec<Template> {
    let plain = || template("leaf");
    let purposes = |oids: &[u8], critical| plain().extension(&[0x55, 29, 37], critical, oids);
    vec![
        plain(),
        plain().end_entity(),
        plain().serial(u64::MAX).organization("O"),
        plain().extension(&[0x2a, 3], Critical::Yes, &[5, 0]),
        plain().extension(&[0x2a, 3], Critical::No, &[5, 0]),
        // clientAuth, which both are content with.
        purposes(&[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2], Critical::Yes),
    ]
}

#[test]
fn one_intermediate_of_every_property_over_leaves_of_every_property() {
    let root = Authority::root(key(1), &template("root").authority(None)).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for (what, of, good) in authorities("intermediate") {
        let intermediate = root.subordinate(key(2), &of).unwrap();
        for leaf in leaves() {
            let issued = intermediate.issue(&key(3), &leaf).unwrap();
            let chain = [intermediate.certificate().clone()];
            let (ours, theirs) = verdicts(&issued, &chain, root.certificate());
            assert_eq!(ours, theirs, "{what}: {leaf:?}");
            assert!(good || !ours, "{what}");
            if ours { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(accepted > 30 && refused > 30, "{accepted} {refused}");
}

#[test]
fn two_intermediates_of_every_pair_of_properties_in_any_order() {
    let root = Authority::root(key(1), &template("root").authority(None)).unwrap();
    let mut accepted = 0;
    for (upper_is, upper, _) in authorities("upper") {
        let upper = root.subordinate(key(2), &upper).unwrap();
        for (lower_is, lower, _) in authorities("lower") {
            let lower = upper.subordinate(key(3), &lower).unwrap();
            let leaf = lower.issue(&key(4), &template("leaf").end_entity()).unwrap();
            let [upper, lower] = [&upper, &lower].map(|issuer| issuer.certificate().clone());
            for chain in [[upper.clone(), lower.clone()], [lower.clone(), upper.clone()]] {
                let (ours, theirs) = verdicts(&leaf, &chain, root.certificate());
                assert_eq!(ours, theirs, "{upper_is} over {lower_is}");
                accepted += usize::from(ours);
            }
            // One of the two is missing.
            for chain in [[upper.clone()], [lower.clone()]] {
                assert_eq!(verdicts(&leaf, &chain, root.certificate()), (false, false));
            }
        }
    }
    assert!(accepted > 40, "{accepted}");
}

#[test]
fn every_changed_byte_of_a_certificate_is_refused_by_both() {
    let root = Authority::root(key(1), &template("root").authority(None)).unwrap();
    let intermediate = root.subordinate(key(2), &template("i").authority(None)).unwrap();
    let leaf = intermediate.issue(&key(3), &template("leaf").end_entity()).unwrap();
    let genuine = [leaf.to_der(), intermediate.certificate().to_der()];
    let chain = [intermediate.certificate().clone()];
    assert_eq!(verdicts(&leaf, &chain, root.certificate()), (true, true));
    for which in [0, 1] {
        for place in 0..genuine[which].len() {
            for mask in [0x01, 0x80] {
                let mut ders = genuine.map(<[u8]>::to_vec);
                ders[which][place] ^= mask;
                let [leaf, intermediate] = ders.map(testkit::Certificate::from_der);
                let (ours, _) = verdicts(&leaf, &[intermediate], root.certificate());
                assert!(!ours, "certificate {which}, byte {place}, mask {mask}");
            }
        }
    }
}

#[test]
fn a_leaf_that_calls_itself_an_authority_is_where_the_two_differ() {
    let root = Authority::root(key(1), &template("root").authority(None)).unwrap();
    let leaf = root.issue(&key(3), &template("device").authority(None)).unwrap();
    assert_eq!(verdicts(&leaf, &[], root.certificate()), (true, false));
    // Purposes, which MOSIP's consumers do not ask for: emailProtection.
    let email = [0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 4];
    let leaf = template("device").extension(&[0x55, 29, 37], Critical::Yes, &email);
    let leaf = root.issue(&key(3), &leaf).unwrap();
    assert_eq!(verdicts(&leaf, &[], root.certificate()), (true, false));
    // The key of a root does not sign by SHA-512 just because a certificate says so.
    let rs512 = template("leaf").signed_with(Algorithm::Rs512);
    assert!(root.issue(&key(3), &rs512).is_err());
}
