//! Public keys out of PEM (RFC 7468): `CERTIFICATE` (RFC 5280) and `PUBLIC KEY` (RFC 5280 section
//! 4.1.2.7 with RFC 3279 section 2.3).

use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{self, Decode as _, Reader as _, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::jwk::Validity;
use crate::crypto::PublicKey;
use crate::encoding::Fault;
use crate::error::{Error, KeyFault};
use crate::time::Time;

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

const BAD_DER: Error = Error::Malformed { part: "key", fault: Fault::Der };
const BAD_PEM: Error = Error::Malformed { part: "key", fault: Fault::Pem };

/// Reads exactly one PEM block.
pub(super) fn parse(text: &[u8]) -> Result<(PublicKey, Option<Validity>), Error> {
    let (label, bytes) = der::pem::decode_vec(text).map_err(|_| BAD_PEM)?;
    match label {
        "CERTIFICATE" => {
            let certificate = Certificate::from_der(&bytes).map_err(|_| BAD_DER)?;
            let fields = certificate.tbs_certificate();
            let validity = Validity {
                not_before: instant(fields.validity().not_before)?,
                not_after: instant(fields.validity().not_after)?,
            };
            Ok((public_key(fields.subject_public_key_info())?, Some(validity)))
        }
        "PUBLIC KEY" => {
            let info = SubjectPublicKeyInfoOwned::from_der(&bytes).map_err(|_| BAD_DER)?;
            Ok((public_key(&info)?, None))
        }
        _ => Err(BAD_PEM),
    }
}

fn instant(time: x509_cert::time::Time) -> Result<Time, Error> {
    i64::try_from(time.to_unix_duration().as_secs()).ok().and_then(Time::from_unix).ok_or(BAD_DER)
}

fn public_key(info: &SubjectPublicKeyInfoOwned) -> Result<PublicKey, Error> {
    let key = info.subject_public_key.as_bytes().ok_or(BAD_DER)?;
    let parameters = info.algorithm.parameters.as_ref().ok_or(BAD_DER)?;
    match info.algorithm.oid {
        RSA_ENCRYPTION if parameters.is_null() => {
            let (n, e) = rsa_public_key(key).map_err(|_| BAD_DER)?;
            PublicKey::rsa(n.as_bytes(), e.as_bytes())
        }
        EC_PUBLIC_KEY => {
            if parameters.decode_as::<ObjectIdentifier>().map_err(|_| BAD_DER)? != PRIME256V1 {
                return Err(Error::KeyUnusable(KeyFault::Curve));
            }
            // SEC 1 section 2.3.3, uncompressed.
            let [4, point @ ..] = key else { return Err(BAD_DER) };
            match point.as_chunks() {
                ([x, y], []) => PublicKey::p256(x, y),
                _ => Err(BAD_DER),
            }
        }
        _ => Err(Error::KeyUnusable(KeyFault::KeyType)),
    }
}

/// RFC 8017 appendix A.1.1. A modulus that is written as a negative integer is refused.
fn rsa_public_key(bytes: &[u8]) -> der::Result<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(bytes)?;
    let key = reader
        .sequence(|reader| der::Result::Ok((UintRef::decode(reader)?, UintRef::decode(reader)?)))?;
    reader.finish()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use crate::error::{Code, Error};
    use crate::jose::Jwk;
    use alloc::string::{String, ToString};

    const CERTIFICATE: &str = include_str!("../../test-vectors/keys/rsa-2048-certificate.pem");
    const PUBLIC: &str = include_str!("../../test-vectors/keys/rsa-2048-public.pem");
    const P256: &str = include_str!("../../test-vectors/keys/p256-public.pem");
    const P384: &str = include_str!("../../test-vectors/keys/p384-public.pem");

    fn code(text: &str) -> Option<Code> {
        Jwk::from_pem(text.as_bytes()).err().map(|error: Error| error.code())
    }

    #[test]
    fn a_certificate_and_its_bare_key_are_the_same_key() {
        let certificate = Jwk::from_pem(CERTIFICATE.as_bytes()).unwrap();
        let public = Jwk::from_pem(PUBLIC.as_bytes()).unwrap();
        assert_eq!(certificate.key(), public.key());
        assert_eq!(certificate.thumbprint(), public.thumbprint());
        assert_eq!(public.validity(), None);
        let validity = certificate.validity().unwrap();
        assert_eq!(validity.not_before.to_string(), "2020-01-01T00:00:00Z");
        assert_eq!(validity.not_after.to_string(), "2021-01-01T00:00:00Z");
        assert_eq!((public.key().bits(), public.kid()), (2048, None));
    }

    #[test]
    fn p_256_is_read_and_other_curves_are_named_unusable() {
        assert_eq!(code(P256), None);
        assert_eq!(code(P384), Some(Code::KeyUnusable));
    }

    #[test]
    fn anything_but_exactly_one_block_is_refused() {
        let windows = PUBLIC.replace('\n', "\r\n");
        assert_eq!(code(&windows), None);
        for text in [
            String::new(),
            "-----BEGIN PUBLIC KEY-----".to_string(),
            [PUBLIC, PUBLIC].concat(),
            [CERTIFICATE, "trailing"].concat(),
            PUBLIC.replace("PUBLIC KEY", "PRIVATE KEY"),
            PUBLIC.replace("PUBLIC KEY", "RSA PUBLIC KEY"),
            PUBLIC.replacen('M', "N", 1),
            // A byte of DER less.
            P256.replace("bQ==", ""),
        ] {
            assert_eq!(code(&text), Some(Code::Malformed), "{text}");
        }
    }

    #[test]
    fn every_changed_character_gives_another_key_or_an_error() {
        for (place, old) in PUBLIC.char_indices() {
            let mut changed = PUBLIC.to_string();
            changed
                .replace_range(place..place + old.len_utf8(), if old == 'A' { "B" } else { "A" });
            if let Ok(key) = Jwk::from_pem(changed.as_bytes()) {
                assert_ne!(key, Jwk::from_pem(PUBLIC.as_bytes()).unwrap(), "place {place}");
            }
        }
    }
}
