//! Keys with a certificate in `x5c`, which are the same for every kind of token.

use countersign::Code::*;
use countersign::Time;
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign_testkit::{Authority, Certificate, Critical, Issuer, RsaIssuer, Template};

use super::format::Case;
use super::keys::Keys;

/// A self-signed certificate that is valid between two times, both included.
pub(super) fn template(start: i64, end: i64) -> Template {
    let time = |seconds| Time::from_unix(seconds).unwrap();
    Template::new("signer", time(start), time(end))
}

pub(super) fn certificate(key: &RsaIssuer, template: &Template) -> Certificate {
    Authority::root(key.clone(), template).unwrap().certificate().clone()
}

/// The certificate of a key that may only encrypt other keys.
pub(super) fn for_encryption(key: &RsaIssuer, start: i64, end: i64) -> Certificate {
    let key_encipherment = [3, 2, 5, 0b0010_0000];
    let template = template(start, end);
    certificate(key, &template.extension(&[0x55, 29, 15], Critical::Yes, &key_encipherment))
}

/// The key with these certificates.
pub(super) fn with_x5c(key: &RsaIssuer, certificates: &[&Certificate]) -> Object<'static> {
    let x5c = certificates.iter().map(|certificate| certificate.to_x5c().into()).collect();
    key.jwk().with("x5c", Value::Array(x5c))
}

/// One key under several names, each with another certificate.
pub(super) fn set(keys: &Keys, start: i64, end: i64) -> Vec<Object<'static>> {
    let own = certificate(&keys.main, &template(start, end));
    let foreign = certificate(&keys.other, &template(start, end));
    let encrypts = for_encryption(&keys.main, start, end);
    let named = |certificate: &Certificate, kid: &'static str| {
        with_x5c(&keys.main, &[certificate]).with("kid", kid)
    };
    let thumbprint = base64::encode_url(&countersign::sha256(foreign.to_der()));
    vec![
        named(&own, "dated"),
        named(&foreign, "foreign"),
        named(&encrypts, "encrypts"),
        named(&own, "thumbprint").with("x5t#S256", thumbprint),
        named(&Certificate::from_der(own.to_der()[1..].to_vec()), "cut"),
    ]
}

/// A token of each key of the [`set`].
pub(super) fn cases(start: i64, end: i64, token: impl Fn(&str) -> String) -> Vec<Case> {
    let dated = token("dated");
    let mut cases = Vec::new();
    for (comment, at, code) in [
        ("one second before the certificate of the key is valid", start - 1, CertificateExpired),
        ("first second of the certificate of the key", start, Ok),
        ("last second of the certificate of the key", end, Ok),
        ("one second after the certificate of the key", end + 1, CertificateExpired),
    ] {
        let case = Case::new(comment, &["Certificate", "TimeBoundary"], dated.clone(), code);
        cases.push(case.at(at));
    }
    for (comment, kid, code) in [
        ("key whose certificate holds another", "foreign", KeyUnusable),
        ("key whose certificate is for encryption", "encrypts", KeyUse),
        ("key whose certificate has another thumbprint", "thumbprint", KeyUnusable),
        ("key whose certificate cannot be read", "cut", KeyUnusable),
    ] {
        cases.push(Case::new(comment, &["Certificate", "KeyUse"], token(kid), code).at(start));
    }
    cases
}
