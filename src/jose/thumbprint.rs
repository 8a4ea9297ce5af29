//! Thumbprints of keys ([RFC 7638]).
//!
//! [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638

use alloc::string::{String, ToString as _};

use crate::crypto::{PublicKey, sha256};
use crate::encoding::base64;
use crate::encoding::json::Object;

/// [RFC 7638 §3]: the required members in alphabetical order, without white space.
pub(super) fn thumbprint(key: &PublicKey) -> String {
    let members = key.as_rsa().map_or_else(
        || {
            let (x, y) = key.as_p256().unwrap_or_default();
            Object::new()
                .with("crv", "P-256")
                .with("kty", "EC")
                .with("x", base64::encode_url(&x))
                .with("y", base64::encode_url(&y))
        },
        |rsa| {
            let exponent = rsa.exponent().to_be_bytes();
            let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
            Object::new()
                .with("e", base64::encode_url(exponent.get(zeros..).unwrap_or_default()))
                .with("kty", "RSA")
                .with("n", base64::encode_url(rsa.modulus()))
        },
    );
    base64::encode_url(&sha256(members.to_string().as_bytes()))
}
