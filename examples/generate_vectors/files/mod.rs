//! Every file, as text.

mod blocks;
mod dvs;
mod format;
mod jwk;
mod jws;
mod jwt;
mod keys;
mod mosip;
mod otp;
mod samples;

use keys::Keys;

/// A file that is generated.
pub(crate) enum File {
    /// In the folder of vectors.
    Vectors(&'static str),
    /// Below the root of the repository.
    At(&'static str),
}

/// Returns the place and the content of every file.
pub(crate) fn all() -> [(File, String); 6] {
    let keys = Keys::new();
    [
        (File::Vectors("dvs-certificate.json"), dvs::file(&keys)),
        (File::Vectors("jwk.json"), jwk::file(&keys)),
        (File::Vectors("jws.json"), jws::file(&keys)),
        (File::Vectors("mosip-registration.json"), mosip::file(&keys)),
        (File::Vectors("otp.json"), otp::file()),
        (File::At("crates/cli/src/bench/samples.json"), samples::file(&keys)),
    ]
}
