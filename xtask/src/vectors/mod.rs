//! The test vectors of this project and the samples of `countersign bench`, from fixed seeds.
//!
//! The expected verdicts are written by hand beside each case; no verifier is asked for them. The
//! same sources and `Cargo.lock` give the same bytes.

mod blocks;
mod certified;
mod device;
mod dvs;
mod format;
mod jwk;
mod jws;
mod jwt;
mod keys;
mod mosip;
mod mosip_rules;
mod otp;
mod samples;
mod signature;
mod token;

use keys::Keys;

/// Returns the place, below the root of the repository, and the content of every file.
pub(crate) fn all() -> [(&'static str, String); 10] {
    let keys = Keys::new();
    [
        ("test-vectors/dvs-certificate.json", dvs::file(&keys)),
        ("test-vectors/dvs-signature.json", signature::file()),
        ("test-vectors/jwk.json", jwk::file(&keys)),
        ("test-vectors/jws.json", jws::file(&keys)),
        ("test-vectors/miracl-token.json", token::file(&keys)),
        ("test-vectors/mosip-device.json", device::file(&keys)),
        ("test-vectors/mosip-registration.json", mosip::file(&keys)),
        ("test-vectors/mosip-rules.json", mosip_rules::file()),
        ("test-vectors/otp.json", otp::file()),
        ("crates/cli/src/bench/samples.json", samples::file(&keys)),
    ]
}
