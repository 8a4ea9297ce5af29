//! One-time passwords: signing and verifying a request, opening a response.
#![expect(clippy::unwrap_used, reason = "what a benchmark cannot set up, it cannot measure")]

mod support;

use countersign::miracl::otp::{Aad, Derivation, KeyChoice, Request, Response};
use countersign::{Limits, Secret};
use countersign_testkit::miracl;
use criterion::{Criterion, Throughput};

use support::{CpuTime, bench};

const EXPIRES: &str = "2022-04-08T08:05:03Z";

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

fn signed(expires: &str) -> Result<Request, countersign::Error> {
    Request::sign(&secret("MockClientSecret"), "MockClientId", "test@example.com", expires)
}

fn requests(criterion: &mut Criterion<CpuTime>) {
    let secret = secret("MockClientSecret");

    let mut group = criterion.benchmark_group("otp/sign");
    group.throughput(Throughput::Elements(1));
    // A time without an offset is not signed.
    bench(&mut group, "hmac", EXPIRES, "2022-04-08T08:05:03", |expires| {
        Request::sign(&secret, "MockClientId", "test@example.com", expires)
    });
    group.finish();

    let valid = signed(EXPIRES).unwrap();
    let altered = valid.to_json().with("user_id", "toast@example.com").to_string();
    let altered = Request::parse(altered.as_bytes(), &Limits::default()).unwrap();
    let mut group = criterion.benchmark_group("otp/verify");
    group.throughput(Throughput::Elements(1));
    bench(&mut group, "hmac", &valid, &altered, |request| request.verify(&secret));
    group.finish();
}

fn responses(criterion: &mut Criterion<CpuTime>) {
    let (ours, theirs) = (secret("MockClientSecret"), secret("AnotherSecret"));
    let request = signed(EXPIRES).unwrap();
    let response = |secret, derivation, aad| {
        let text = br#"{"otp":"424242","expireTime":"2022-04-08T08:05:03Z","ttlSeconds":180}"#;
        miracl::otp_response(secret, derivation, aad, &request, text, &[7; 12]).unwrap().to_string()
    };
    let open = |body: &str, choice| {
        let response = Response::parse(body.as_bytes(), &Limits::default())?;
        response.open(&ours, choice, Some(&request))
    };

    let mut group = criterion.benchmark_group("otp/open");
    group.throughput(Throughput::Elements(1));
    for (name, derivation, aad, choice) in [
        ("named-derivation", Derivation::Sha256, Aad::Empty, KeyChoice::Named(Derivation::Sha256)),
        // The last of what is tried.
        ("every-derivation", Derivation::RequestHmac, Aad::Signature, KeyChoice::Auto),
    ] {
        let valid = response(&ours, derivation, aad);
        let altered = response(&theirs, derivation, aad);
        bench(&mut group, name, valid.as_str(), altered.as_str(), |body| open(body, choice));
    }
    group.finish();
}

fn main() {
    let mut criterion = support::criterion();
    requests(&mut criterion);
    responses(&mut criterion);
    criterion.final_summary();
}
