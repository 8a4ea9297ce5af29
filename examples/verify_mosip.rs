//! Verifies a captured answer of MOSIP's device registration against the request that caused it,
//! and shows what kind of signature it was.
//!
//! ```text
//! cargo run --example verify_mosip
//! ```

use countersign::jose::{Jwk, JwkSet};
use countersign::mosip::device::DeviceData;
use countersign::mosip::registration::{Expected, Status, Verifier};
use countersign::{Code, Limits, Policy, Time, Verdict};

const SIGNER: &[u8] = include_bytes!("../test-vectors/seed/mosip-signer.jwk.json");
const REQUEST: &[u8] = include_bytes!("../test-vectors/seed/registered-devices-request.json");
const RESPONSE: &str = include_str!("../test-vectors/seed/registered-devices-response.json");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The server's key, given by hand: MOSIP's tokens name none that could be trusted.
    let limits = Limits::default();
    let key = Jwk::parse(SIGNER, &limits)?;
    let verifier = Verifier::new(JwkSet::from(key), Policy::default());

    // The answer must be about the device of the request. The request itself is decoded only.
    let request = DeviceData::from_request(REQUEST, &limits)?;
    let expected = Expected::new().status(Status::Registered).request(&request);

    let captured = Time::parse_rfc3339("2020-01-13T07:25:29.764Z")?;
    let registration = verifier.verify(RESPONSE.as_bytes(), &expected, captured)?;
    println!("device {} in {}", registration.device_code(), registration.env());
    println!("{}: {}", registration.era(), registration.era().algorithm());

    // The same answer for another environment: signed, but not what was expected.
    let production = expected.env("Production");
    let report = verifier.explain(RESPONSE.as_bytes(), &production, captured);
    println!("{}: {}", report.verdict(), report.code());
    assert_eq!((report.verdict(), report.code()), (Verdict::Invalid, Code::ContentMismatch));

    // One changed character in the token, and nothing is left of it.
    let altered = RESPONSE.replacen(".eyJzdGF0dXMi", ".eyJzdGF0dXMj", 1);
    let report = verifier.explain(altered.as_bytes(), &Expected::new(), captured);
    println!("altered: {}", report.code());
    assert_eq!(report.code(), Code::SignatureMismatch);
    Ok(())
}
