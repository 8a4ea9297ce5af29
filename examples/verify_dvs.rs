//! Verifies a captured DVS certificate, twice: as an auditor, and as a service would.
//!
//! ```text
//! cargo run --example verify_dvs
//! ```

use countersign::jose::JwkSet;
use countersign::miracl::dvs::{Expected, SignatureRequest, Verifier};
use countersign::{At, Code, Limits, Outcome, Policy, Rsa1024, Time};

const JWKS: &[u8] = include_bytes!("../test-vectors/seed/dvs-jwks.json");
const REQUEST: &[u8] = include_bytes!("../test-vectors/seed/dvs-verify-request.json");
const RESPONSE: &[u8] = include_bytes!("../test-vectors/seed/dvs-verify-response.json");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Once: the keys of `GET /dvs/jwks`, and the opt-in for their 1024 bits.
    let keys = JwkSet::parse(JWKS, &Limits::default())?;
    let verifier = Verifier::new(keys, Policy::default().with_rsa_1024(Rsa1024::Allow));

    // Per certificate: bind it to the request that caused it.
    let request = SignatureRequest::parse(REQUEST, &Limits::default())?;
    let expected = Expected::request(&request);

    // An auditor judges it as at its own time.
    let certificate = verifier.verify(RESPONSE, &expected, At::Issued)?;
    println!("hash {} was certified at {}", certificate.hash(), certificate.created_at());

    // A service judges it now, and sees that its ten seconds are over.
    let now = Time::from_unix(1_700_000_000).ok_or("not a time")?;
    match verifier.verify(RESPONSE, &expected, now) {
        Ok(_) => return Err("an old certificate was accepted".into()),
        Err(error) => println!("at {now}: {} ({error})", error.code()),
    }

    // The same checks, written down.
    let report = verifier.explain(RESPONSE, &expected, now);
    assert_eq!(report.code(), Code::Expired);
    for entry in report.checks {
        let mark = match entry.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail(_) => "FAIL",
            _ => "skip",
        };
        println!("{mark}  {:<14} {}", entry.check.name(), entry.detail);
    }
    Ok(())
}
