//! Certificates and the paths between them: genuine ones, altered byte by byte.

use countersign::mosip::trust::{Domain, TrustStore};
use countersign::x509::{Certificate, NegativeModulus, Validity};
use countersign::{At, Policy, Time};
use countersign_testkit::accept_all;
use std::fmt::Write as _;
use x509_cert::der::Decode as _;
use x509_cert::name::Name;

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
    check_against_the_other_reader(&read);
    assert!(!read.has_negative_modulus() || modulus == NegativeModulus::ReadAsUnsigned);
    // A strict reader accepts no more than a lenient one, and the same.
    if modulus == NegativeModulus::Refuse {
        let again = Certificate::from_der(&der, NegativeModulus::ReadAsUnsigned)
            .expect("leniency accepts more");
        assert_eq!((again.subject(), again.validity()), (read.subject(), read.validity()));
    }
    Some(read)
}

/// Whatever is read without the crate `x509-cert` is what that crate reads.
fn check_against_the_other_reader(read: &Certificate) {
    let other = x509_cert::Certificate::from_der(read.der()).expect("that crate accepts more");
    let fields = other.tbs_certificate();
    let name = |name: &Name| {
        let mut text = String::new();
        // A name without a text form stays empty.
        if write!(text, "{name}").is_err() { String::new() } else { text }
    };
    let time = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
    assert_eq!(read.subject(), name(fields.subject()));
    assert_eq!(read.issuer(), name(fields.issuer()));
    let Validity { not_before, not_after, .. } = read.validity();
    let validity = [time(fields.validity().not_before), time(fields.validity().not_after)];
    assert_eq!([not_before, not_after].map(|time| time.unix().cast_unsigned()), validity);
    if let Ok(key) = read.key()
        && let Some(rsa) = key.as_rsa()
    {
        let bytes = fields.subject_public_key_info().subject_public_key.raw_bytes();
        assert!(bytes.windows(rsa.size()).any(|window| window == rsa.modulus()));
    }
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
