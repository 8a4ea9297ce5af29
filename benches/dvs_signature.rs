//! DVS signatures: what can be checked by anyone, and the pairing with the server secret.
#![expect(clippy::unwrap_used, reason = "what a benchmark cannot set up, it cannot measure")]

mod support;

use countersign::miracl::dvs;
use countersign::miracl::dvs::signature::{Expected, ServerSecret, Signature, Verifier};
use countersign::{At, Error, Limits, Policy, Secret, sha256};
use countersign_testkit::Rng;
use countersign_testkit::miracl::{DvsAuthority, signature_request};
use criterion::{Criterion, Throughput};

use support::{CpuTime, bench};

const SIGNED: i64 = 1_649_404_400;
const MPIN_ID: &[u8] = br#"{"iat":1649404347,"userID":"alice@example.com","cID":"00000000-0000-0000-0000-000000000000","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;

fn signatures(criterion: &mut Criterion<CpuTime>) {
    let mut rng = Rng::from_seed(1);
    let authority = DvsAuthority::generate(&mut rng);
    let client = authority.register(MPIN_ID, &rng.bytes(), 1234).unwrap();
    let object = client.sign(&sha256(b"hello"), SIGNED, 1234, &rng.bytes()).unwrap();
    let body = |timestamp| signature_request(&object, timestamp).to_string();
    let (valid, altered) = (body(SIGNED), body(SIGNED + 1));
    let digits = authority.server_secret();
    let secret = |digits: &str| ServerSecret::new(&Secret::new(digits.into()));
    let expected = Expected::new(dvs::Expected::document(b"hello"));

    let mut group = criterion.benchmark_group("dvs-signature/verify");
    group.throughput(Throughput::Elements(1));
    let verifier = Verifier::with_server_secret(secret(&digits).unwrap(), Policy::default());
    bench(&mut group, "pairing", valid.as_str(), altered.as_str(), |body| {
        verifier.verify(body.as_bytes(), &expected, At::Issued)
    });
    group.finish();

    // As far as anyone gets: points on the curve and in the subgroup, then `no-key`.
    let mut group = criterion.benchmark_group("dvs-signature/examine");
    group.throughput(Throughput::Elements(1));
    let blind = Verifier::new(Policy::default());
    let off_the_curve = valid.replacen("\"u\":\"040", "\"u\":\"041", 1);
    let off_the_curve = if off_the_curve == valid {
        valid.replacen("\"u\":\"041", "\"u\":\"040", 1)
    } else {
        off_the_curve
    };
    bench(&mut group, "points", valid.as_str(), off_the_curve.as_str(), |body| {
        blind.verify(body.as_bytes(), &expected, At::Issued) == Err(Error::NoKey)
    });
    group.finish();

    let mut group = criterion.benchmark_group("dvs-signature/parse");
    group.throughput(Throughput::Elements(1));
    let cut = valid.replacen("\"u\":\"04", "\"u\":\"", 1);
    bench(&mut group, "object", valid.as_str(), cut.as_str(), |body| {
        Signature::parse(body.as_bytes(), &Limits::default())
    });
    group.finish();

    let mut group = criterion.benchmark_group("dvs-signature/secret");
    group.throughput(Throughput::Elements(1));
    let zeros = "00".repeat(128);
    bench(&mut group, "import", digits.as_str(), zeros.as_str(), secret);
    group.finish();
}

fn main() {
    let mut criterion = support::criterion();
    signatures(&mut criterion);
    criterion.final_summary();
}
