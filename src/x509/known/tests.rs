#![cfg(feature = "std")]

use super::*;
use crate::limits::Limits;
use crate::x509::{Certificate, NegativeModulus};
use alloc::vec::Vec;
use countersign_testkit::{Authority, EcIssuer, Rng, Template};

fn certificate(number: u64) -> Certificate {
    let [start, end] = [0, 10].map(|time| countersign::Time::from_unix(time).unwrap());
    let key = EcIssuer::generate(&mut Rng::from_seed(number), None);
    let issued = Authority::root(key, &Template::new("x", start, end).authority(None)).unwrap();
    let der = issued.certificate().to_der();
    Certificate::from_message(der, NegativeModulus::Refuse, &Limits::default()).unwrap()
}

#[test]
fn what_is_found_is_what_was_kept_byte_for_byte_and_read_in_the_same_way() {
    let (known, limits) = (Known::new(), Limits::default());
    let kept = certificate(1);
    known.keep(&kept, NegativeModulus::Refuse, &limits);
    let find = |der: &[u8], modulus, limits| known.find(der, modulus, limits);
    assert_eq!(find(kept.der(), NegativeModulus::Refuse, &limits), Some(kept.clone()));
    assert_eq!(find(kept.der(), NegativeModulus::ReadAsUnsigned, &limits), None);
    let other = limits.with_certificate_bytes(4000);
    assert_eq!(find(kept.der(), NegativeModulus::Refuse, &other), None);
    assert_eq!(find(&[], NegativeModulus::Refuse, &limits), None);
    for place in 0..kept.der().len() {
        let mut der = kept.der().to_vec();
        der[place] ^= 1;
        assert_eq!(find(&der, NegativeModulus::Refuse, &limits), None, "{place}");
    }
    let counts = known.counts();
    assert_eq!((counts.hits, counts.misses), (1, 2 + kept.der().len()));
}

#[test]
fn a_set_never_has_more_than_its_places_and_forgets_the_oldest_first() {
    let (known, limits) = (Known::new(), Limits::default());
    let place = |certificate: &Certificate| certificate.der().last().unwrap() % 128;
    let first = certificate(1);
    let same: Vec<Certificate> =
        (2_u64..).map(certificate).filter(|other| place(other) == place(&first)).take(8).collect();
    known.keep(&first, NegativeModulus::Refuse, &limits);
    for other in &same {
        assert!(known.find(first.der(), NegativeModulus::Refuse, &limits).is_some());
        // Twice is once.
        known.keep(other, NegativeModulus::Refuse, &limits);
        known.keep(other, NegativeModulus::Refuse, &limits);
    }
    assert_eq!(known.find(first.der(), NegativeModulus::Refuse, &limits), None);
    for other in &same {
        assert!(known.find(other.der(), NegativeModulus::Refuse, &limits).is_some());
    }
}
