//! PEM of certificates and public keys. DER has one text for one key, so a public key that was read
//! must be written back to the same bytes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::jose::Jwk;
use countersign::sha256;

use super::support::Input;

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A DER value with its tag and length (X.690 section 10.1).
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|b| **b == 0).count()..];
    let mut out = vec![tag];
    match length {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        _ => {
            out.push(0x80 | u8::try_from(length.len()).unwrap());
            out.extend(length);
        }
    }
    out.extend(content);
    out
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[bytes.iter().take_while(|b| **b == 0).count()..];
    let sign: &[u8] = if bytes.first().is_some_and(|b| *b >= 0x80) { &[0] } else { &[] };
    der(2, &[sign, bytes].concat())
}

/// The `SubjectPublicKeyInfo` of an RSA key (RFC 3279 section 2.3.1).
fn rsa_info(n: &[u8], e: u64) -> Vec<u8> {
    let algorithm = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let key = der(0x30, &[integer(n), integer(&e.to_be_bytes())].concat());
    let bits = der(3, &[&[0], &key[..]].concat());
    der(0x30, &[&algorithm[..], &bits].concat())
}

/// What stands before the point of a P-256 key (RFC 5480 section 2).
const P256: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\
    \x3d\x03\x01\x07\x03\x42\x00\x04";

fn check_public_key(key: &Jwk, info: &[u8]) {
    if let Some(rsa) = key.key().as_rsa() {
        assert_eq!(rsa_info(rsa.modulus(), rsa.exponent()), info, "two texts for one key");
        return;
    }
    let (x, y) = info.strip_prefix(P256).expect("a P-256 key").split_at(32);
    let encode = |bytes| URL_SAFE_NO_PAD.encode(bytes);
    let canonical =
        format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y));
    assert_eq!(key.thumbprint(), encode(&sha256(canonical.as_bytes())[..]));
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    match input.byte() {
        0 => {
            // As a file. What is read means the same in the usual form.
            if let Ok(key) = Jwk::from_pem(input.0)
                && let Some(rsa) = key.key().as_rsa()
            {
                let usual = pem("PUBLIC KEY", &rsa_info(rsa.modulus(), rsa.exponent()));
                let again = Jwk::from_pem(usual.as_bytes()).expect("the key was read before");
                assert_eq!(again.key(), key.key());
            }
        }
        1 => {
            if let Ok(key) = Jwk::from_pem(pem("PUBLIC KEY", input.0).as_bytes()) {
                assert_eq!(key.validity(), None);
                check_public_key(&key, input.0);
            }
        }
        _ => {
            if let Ok(key) = Jwk::from_pem(pem("CERTIFICATE", input.0).as_bytes()) {
                let validity = key.validity().expect("a certificate has a validity");
                assert!(validity.not_before.unix() >= 0 && validity.not_after.unix() >= 0);
                if let Some(rsa) = key.key().as_rsa() {
                    // Its key stands in it, in the one form there is.
                    let info = rsa_info(rsa.modulus(), rsa.exponent());
                    assert!(input.0.windows(info.len()).any(|window| window == info));
                }
            }
        }
    }
}
