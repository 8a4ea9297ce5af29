//! Messages of devices, from bytes to a verified value or a report: nested layers, each of which brings
//! the certificate of its key.
//!
//! `known` is always the same device, `twenty` are twenty devices in turn, and of `new` each has a key
//! that was never seen before. Authorities have RSA keys of 2048 bits, as those of MOSIP have.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a benchmark cannot set up, it cannot measure"
)]

mod support;

use countersign::mosip::device::{self, DigitalIdVerifier};
use countersign::mosip::sbi::{self, Scheme};
use countersign::mosip::trust::{Consumer, Domain, Rules, Trust, TrustStore};
use countersign::x509::{self, NegativeModulus};
use countersign::{Policy, Time};
use countersign_testkit::{self as testkit, Authority, Device, Rng, RsaIssuer, Template, mosip};
use criterion::Criterion;

use support::{BATCH, CpuTime, Who, bench_verifier};

/// Who makes devices, and a stranger with the same names.
struct Makers {
    trust: Trust,
    issuer: Vec<Device>,
    stranger: Vec<Device>,
}

/// An authority, and so many devices of it.
fn maker(rng: &mut Rng, devices: usize) -> (TrustStore, Vec<Device>) {
    let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
    let template = |name| Template::new(name, start, end);
    let mut key = || RsaIssuer::generate(rng, 2048, None).unwrap();
    let root = Authority::root(key(), &template("root").authority(None)).unwrap();
    let below = template("maker").organization("Maker").authority(Some(0));
    let below = root.subordinate(key(), &below).unwrap();
    let leaf = template("device").organization("Maker").authority(None);
    let device = |_| {
        let key = key();
        let certificate = below.issue(&key, &leaf).unwrap();
        Device::new(key, vec![certificate])
    };
    let devices = (0..devices).map(device).collect();
    let read = |certificate: &testkit::Certificate| {
        x509::Certificate::from_der(certificate.to_der(), NegativeModulus::Refuse).ok()
    };
    let store = TrustStore::new()
        .with_roots(Domain::Device, read(root.certificate()))
        .with_intermediates(Domain::Device, read(below.certificate()));
    (store, devices)
}

impl Makers {
    fn new() -> Self {
        let mut rng = Rng::from_seed(21);
        let (store, issuer) = maker(&mut rng, BATCH);
        let (_, stranger) = maker(&mut rng, 1);
        let rules = Rules::of(Consumer::RegistrationClient);
        Self { trust: Trust::new(store, rules), issuer, stranger }
    }

    fn of(&self, who: Who, index: usize, devices: usize) -> &Device {
        match who {
            Who::Issuer => &self.issuer[index % devices],
            Who::Stranger => &self.stranger[0],
        }
    }
}

const MANY: [(&str, usize); 3] = [("known", 1), ("twenty", 20), ("new", BATCH)];

fn digital_ids(criterion: &mut Criterion<CpuTime>, makers: &Makers) {
    let verifier = DigitalIdVerifier::new(makers.trust.clone(), Policy::default());
    for (name, devices) in MANY {
        let (name, expected) = (format!("device/digital-id-{name}"), device::Expected::new());
        bench_verifier(criterion, &name, &verifier, &expected, |who, index| {
            let id = mosip::digital_id(&index.to_string()).to_string();
            makers.of(who, index, devices).sign(&id).unwrap()
        });
    }
}

fn device_data(criterion: &mut Criterion<CpuTime>, makers: &Makers) {
    let verifier = device::Verifier::new(makers.trust.clone(), Policy::default());
    for (name, devices) in MANY {
        let (name, expected) = (format!("device/data-{name}"), device::Expected::new());
        bench_verifier(criterion, &name, &verifier, &expected, |who, index| {
            let device = makers.of(who, index, devices);
            let sign = |text: String| device.sign(&text).unwrap();
            let id = sign(mosip::digital_id(&index.to_string()).to_string());
            let info = sign(testkit::device_info(&id, "L0").to_string());
            sign(testkit::device_data(info).to_string())
        });
    }
}

fn captures(criterion: &mut Criterion<CpuTime>, makers: &Makers) {
    let verifier = sbi::RegistrationCaptureVerifier::new(makers.trust.clone(), Policy::default());
    let expected = sbi::Expected::new();
    bench_verifier(criterion, "device/capture-known", &verifier, &expected, |who, index| {
        let device = makers.of(who, index, 1);
        let values: [&[u8]; 2] = [&[1; 3000], &[2; 3000]];
        let elements = testkit::sbi::captured(device, device, &values, Scheme::Current).unwrap();
        testkit::sbi::answer(elements).to_string()
    });
}

fn main() {
    let mut criterion = support::criterion();
    let makers = Makers::new();
    digital_ids(&mut criterion, &makers);
    device_data(&mut criterion, &makers);
    captures(&mut criterion, &makers);
    criterion.final_summary();
}
