//! Every file of vectors, as text.

mod blocks;
mod dvs;
mod format;
mod jwk;
mod jws;
mod jwt;
mod keys;
mod mosip;
mod otp;

use keys::Keys;

/// Returns the name and the content of every file.
pub(crate) fn all() -> [(&'static str, String); 5] {
    let keys = Keys::new();
    [
        ("dvs-certificate.json", dvs::file(&keys)),
        ("jwk.json", jwk::file(&keys)),
        ("jws.json", jws::file(&keys)),
        ("mosip-registration.json", mosip::file(&keys)),
        ("otp.json", otp::file()),
    ]
}
