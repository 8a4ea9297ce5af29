//! Whole tokens and answers, from bytes to a verified value or a report.
//!
//! Every kind is measured one by one, in batches, and explained. Altered ones are signed by a
//! stranger under the same `kid`: nothing but the signature tells them apart.
#![expect(clippy::unwrap_used, reason = "what a benchmark cannot set up, it cannot measure")]

mod support;

use countersign::encoding::json::Object;
use countersign::jose::{JwkSet, jws};
use countersign::miracl::dvs;
use countersign::mosip::registration::{self, Era};
use countersign::{Algorithm, Limits, Policy, Rsa1024};
use countersign_testkit::{self as testkit, Issuer as _, Rng, RsaIssuer, miracl, mosip};
use criterion::Criterion;

use support::{CpuTime, Who, bench_verifier};

/// Keys of one size.
struct Keys {
    issuer: RsaIssuer,
    stranger: RsaIssuer,
}

impl Keys {
    fn new(bits: usize) -> Self {
        let generate = |seed| RsaIssuer::generate(&mut Rng::from_seed(seed), bits, Some("s1"));
        Self { issuer: generate(11).unwrap(), stranger: generate(12).unwrap() }
    }

    const fn of(&self, who: Who) -> &RsaIssuer {
        match who {
            Who::Issuer => &self.issuer,
            Who::Stranger => &self.stranger,
        }
    }

    /// The issuer's key between two others, which neither of the two has.
    fn set_of_three(&self) -> JwkSet {
        let other = RsaIssuer::generate(&mut Rng::from_seed(13), 2048, None).unwrap();
        let other = |kid| other.jwk().with("kid", kid);
        key_set(&[other("s0"), self.issuer.jwk(), other("s2")])
    }
}

fn key_set(keys: &[Object<'static>]) -> JwkSet {
    let keys = testkit::jwk_set(keys).to_string();
    JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap()
}

/// The answer around a certificate, under a key as short as MIRACL Trust's.
fn certificates(criterion: &mut Criterion<CpuTime>) {
    let keys = Keys::new(1024);
    let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
    let verifier = dvs::Verifier::new(keys.set_of_three(), policy);
    let expected = dvs::Expected::hash("74657374");
    bench_verifier(criterion, "dvs/certificate", &verifier, &expected, |who, index| {
        let time = i64::try_from(index).unwrap();
        let certificate = miracl::certificate(keys.of(who), time, time + 10, "74657374").unwrap();
        miracl::certificate_answer(&certificate).to_string()
    });
}

/// The answer of each era that a server can have, around a token. The token of most names no key, so
/// there is one.
fn registrations(criterion: &mut Criterion<CpuTime>) {
    let keys = Keys::new(2048);
    let verifier = registration::Verifier::new(key_set(&[keys.issuer.jwk()]), Policy::default());
    let id = mosip::digital_id("1801160992");
    for (name, era) in [
        ("mosip/era-a", Era::A),
        ("mosip/era-a-prime", Era::APrime),
        ("mosip/era-b", Era::B),
        ("mosip/era-c", Era::C),
    ] {
        let expected = registration::Expected::new().env("Staging");
        bench_verifier(criterion, name, &verifier, &expected, |who, index| {
            let (issuer, code) = (keys.of(who), format!("code-{index}"));
            let time_stamp = "2020-01-13T12:55:29.918Z";
            let payload = mosip::payload(issuer, era, &id, &code, "Staging", time_stamp).unwrap();
            mosip::answer(&mosip::token(issuer, era, payload.as_bytes()).unwrap()).to_string()
        });
    }
}

fn tokens(criterion: &mut Criterion<CpuTime>) {
    let keys = Keys::new(2048);
    let verifier = jws::Verifier::new(keys.set_of_three(), Policy::default());
    let expected = jws::Expected::new("https://identity.example", "backend");
    bench_verifier(criterion, "jws/token", &verifier, &expected, |who, index| {
        let issuer = keys.of(who);
        let time = i64::try_from(index).unwrap();
        let claims = Object::new()
            .with("iss", "https://identity.example")
            .with("aud", "backend")
            .with("sub", format!("user-{index:08}"))
            .with("iat", time)
            .with("exp", time + 300)
            .with("email", format!("user-{index:08}@example.com"))
            .with("scope", "openid email profile");
        let header = issuer.header(Algorithm::Rs256).with("typ", "JWT");
        issuer.sign(&header, claims.to_string().as_bytes(), Algorithm::Rs256).unwrap()
    });
}

fn main() {
    let mut criterion = support::criterion();
    certificates(&mut criterion);
    registrations(&mut criterion);
    tokens(&mut criterion);
    criterion.final_summary();
}
