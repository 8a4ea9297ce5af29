//! Certificates and the paths between them: genuine ones, altered byte by byte.

use countersign::mosip::trust::{Domain, TrustStore};
use countersign::x509::{Certificate, NegativeModulus};
use countersign::{At, Policy, Time};
use countersign_testkit::accept_all;

use super::devices::{self, DEVICES};
use super::support::Input;

/// A certificate of the vectors, with some of its bytes replaced; or any bytes.
fn certificate(input: &mut Input<'_>) -> Option<Certificate> {
    let choice = input.byte();
    let modulus =
        if choice & 0x40 == 0 { NegativeModulus::Refuse } else { NegativeModulus::ReadAsUnsigned };
    let der = if choice & 0x80 == 0 {
        let mut der = DEVICES.certificates[input.word() % DEVICES.certificates.len()].clone();
        for _ in 0..choice & 3 {
            let (place, value) = (input.word() % der.len(), input.byte());
            der[place] = value;
        }
        der
    } else {
        let length = input.word() % 1024;
        input.take(length).to_vec()
    };
    let read = Certificate::from_der(&der, modulus).ok()?;
    assert_eq!(read.der(), der);
    assert!(!read.has_negative_modulus() || modulus == NegativeModulus::ReadAsUnsigned);
    // A strict reader accepts no more than a lenient one, and the same.
    if modulus == NegativeModulus::Refuse {
        let again = Certificate::from_der(&der, NegativeModulus::ReadAsUnsigned)
            .expect("leniency accepts more");
        assert_eq!((again.subject(), again.validity()), (read.subject(), read.validity()));
    }
    Some(read)
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let At::Time(at) = devices::at(&mut input) else { return };
    let Some(leaf) = certificate(&mut input) else { return };
    let mut store = TrustStore::new();
    for _ in 0..input.byte() % 4 {
        store = store.with_roots(Domain::Device, certificate(&mut input));
    }
    for _ in 0..input.byte() % 12 {
        store = store.with_intermediates(Domain::Device, certificate(&mut input));
    }
    let find = |at: Time, policy| store.path(&leaf, Domain::Device, at, &policy);
    let real = find(at, Policy::default());
    assert_eq!(real, find(at, Policy::default()));
    let believed = find(at, Policy::default().with_backend(accept_all()));
    let Ok(path) = real else { return };
    assert!(believed.is_ok(), "a backend that believes more accepts more");
    let (first, last) = (path.first().expect("a leaf"), path.last().expect("a root"));
    assert_eq!(*first, leaf);
    assert!(store.roots(Domain::Device).contains(last));
    // What stands below a root was signed, so it is as somebody wrote it.
    for issued in path.iter().rev().skip(1) {
        assert!(DEVICES.certificates.iter().any(|der| der == issued.der()), "a forged certificate");
    }
    for pair in path.windows(2) {
        assert_eq!(pair[0].issuer(), pair[1].subject());
    }
    assert!(path.iter().all(|certificate| {
        let validity = certificate.validity();
        validity.not_before <= at && at <= validity.not_after
    }));
}
