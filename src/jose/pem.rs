//! Public keys out of PEM (RFC 7468): `CERTIFICATE` (RFC 5280) and `PUBLIC KEY` (RFC 5280 section
//! 4.1.2.7 with RFC 3279 section 2.3).

use alloc::vec::Vec;

use x509_cert::der::asn1::{IntRef, ObjectIdentifier, UintRef};
use x509_cert::der::{self, Decode as _, Reader as _, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::jwk::Validity;
use super::x509::{Certificate, Modulus};
use crate::crypto::PublicKey;
use crate::crypto::rsa::bit_length;
use crate::encoding::Fault;
use crate::error::{Error, KeyFault};
use crate::limits::Limits;

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

pub(super) const BAD_DER: Error = Error::Malformed { part: "key", fault: Fault::Der };
pub(super) const BAD_PEM: Error = Error::Malformed { part: "key", fault: Fault::Pem };

/// Bytes of one PEM text. The largest key is below 2 KiB, and certificates are rarely above 4.
const PEM_BYTES: usize = 64 * 1024;

/// Reads exactly one PEM block.
pub(super) fn parse(text: &[u8]) -> Result<(PublicKey, Option<Validity>), Error> {
    if text.len() > PEM_BYTES {
        return Err(Error::TooLarge { what: "PEM", limit: PEM_BYTES });
    }
    let (label, bytes) = der::pem::decode_vec(text).map_err(|_| BAD_PEM)?;
    match label {
        "CERTIFICATE" => {
            let certificate = Certificate::from_der(&bytes, Modulus::Strict)?;
            certificate.may_sign()?;
            Ok((certificate.key()?.clone(), Some(certificate.validity())))
        }
        "PUBLIC KEY" => {
            let info = SubjectPublicKeyInfoOwned::from_der(&bytes).map_err(|_| BAD_DER)?;
            Ok((public_key(&info, Modulus::Strict, usize::MAX)?, None))
        }
        _ => Err(BAD_PEM),
    }
}

/// Reads every certificate of a text; what stands between them is explanation (RFC 7468 section
/// 5.2).
pub(super) fn parse_certificates(text: &[u8], limits: &Limits) -> Result<Vec<Certificate>, Error> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END CERTIFICATE-----";
    let mut rest = core::str::from_utf8(text).map_err(|_| BAD_PEM)?;
    let mut certificates = Vec::new();
    while let Some(start) = rest.find(BEGIN) {
        let limit = limits.keys();
        if certificates.len() == limit {
            return Err(Error::TooLarge { what: "number of certificates", limit });
        }
        let block = rest.get(start..).unwrap_or_default();
        let length = block.find(END).ok_or(BAD_PEM)? + END.len();
        let (block, behind) = block.split_at_checked(length).unwrap_or_default();
        // The label at the beginning has to be that at the end.
        let (_, bytes) = der::pem::decode_vec(block.as_bytes()).map_err(|_| BAD_PEM)?;
        certificates.push(Certificate::from_der_with(&bytes, Modulus::Strict, limits)?);
        rest = behind;
    }
    if certificates.is_empty() { Err(BAD_PEM) } else { Ok(certificates) }
}

/// Reads the key of a certificate or of its own file. A modulus of more than so many bits is not
/// prepared, which is most of the work; [`PublicKey::rsa`] has a limit of its own.
pub(super) fn public_key(
    info: &SubjectPublicKeyInfoOwned,
    modulus: Modulus,
    most_bits: usize,
) -> Result<PublicKey, Error> {
    let key = info.subject_public_key.as_bytes().ok_or(BAD_DER)?;
    let parameters = info.algorithm.parameters.as_ref();
    match info.algorithm.oid {
        RSA_ENCRYPTION if parameters.is_some_and(|any| any.is_null()) => {
            let (n, e) = rsa_public_key(key, modulus).map_err(|_| BAD_DER)?;
            if bit_length(n) > most_bits {
                let what = "number of bits of an RSA modulus in `x5c`";
                return Err(Error::TooLarge { what, limit: most_bits });
            }
            PublicKey::rsa(n, e)
        }
        EC_PUBLIC_KEY => {
            let curve = parameters.ok_or(BAD_DER)?.decode_as::<ObjectIdentifier>();
            if curve.map_err(|_| BAD_DER)? != PRIME256V1 {
                return Err(Error::KeyUnusable(KeyFault::Curve));
            }
            // SEC 1 section 2.3.3, uncompressed.
            let [4, point @ ..] = key else { return Err(BAD_DER) };
            match point.as_chunks() {
                ([x, y], []) => PublicKey::p256(x, y),
                _ => Err(BAD_DER),
            }
        }
        RSA_ENCRYPTION => Err(BAD_DER),
        _ => Err(Error::KeyUnusable(KeyFault::KeyType)),
    }
}

/// RFC 8017 appendix A.1.1. A modulus that is written as a negative integer is refused, unless its
/// bytes shall be taken as they are.
pub(super) fn rsa_public_key(bytes: &[u8], modulus: Modulus) -> der::Result<(&[u8], &[u8])> {
    let mut reader = SliceReader::new(bytes)?;
    let key = reader.sequence(|reader| {
        let n = match modulus {
            Modulus::Strict => UintRef::decode(reader)?.as_bytes(),
            Modulus::Unsigned => {
                let n = IntRef::decode(reader)?.as_bytes();
                n.strip_prefix(&[0]).unwrap_or(n)
            }
        };
        der::Result::Ok((n, UintRef::decode(reader)?.as_bytes()))
    })?;
    reader.finish()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::der;
    use crate::error::{Code, Error};
    use crate::jose::{Certificate, Jwk};
    use crate::limits::Limits;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

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

    #[test]
    fn an_rsa_key_whose_algorithm_has_no_null_is_malformed() {
        let (_, der) = der::pem::decode_vec(PUBLIC.as_bytes()).unwrap();
        // SEQUENCE { SEQUENCE { OBJECT IDENTIFIER of 9 bytes, NULL }, BIT STRING }
        assert_eq!((&der[..6], &der[17..19]), (&[0x30, 0x82, 1, 0x22, 0x30, 13][..], &[5, 0][..]));
        let parse = |der: &[u8]| {
            code(&der::pem::encode_string("PUBLIC KEY", der::pem::LineEnding::LF, der).unwrap())
        };
        assert_eq!(parse(&der), None);
        let mut other: Vec<u8> = der.clone();
        other[17] = 4;
        assert_eq!(parse(&other), Some(Code::Malformed));
        let mut absent = [&der[..17], &der[19..]].concat();
        (absent[3], absent[5]) = (0x20, 11);
        assert_eq!(parse(&absent), Some(Code::Malformed));
    }

    #[test]
    fn a_text_of_certificates_holds_one_or_more_and_nothing_else_in_blocks() {
        let count = |text: &str| {
            let all = Certificate::from_pem(text.as_bytes(), &Limits::default());
            all.map(|all| all.len()).map_err(|error| error.code())
        };
        let two = ["two of them:\n", CERTIFICATE, "and\n", CERTIFICATE, "the end"].concat();
        assert_eq!((count(CERTIFICATE), count(&two)), (Ok(1), Ok(2)));
        for text in [
            String::new(),
            "nothing".to_string(),
            PUBLIC.to_string(),
            [PUBLIC, CERTIFICATE].concat(),
            [CERTIFICATE, PUBLIC].concat(),
            [CERTIFICATE, "-----BEGIN "].concat(),
            CERTIFICATE.replace("BEGIN CERTIFICATE", "BEGIN X509 CERTIFICATE"),
            CERTIFICATE.replace("BEGIN CERTIFICATE", "BEGIN "),
            CERTIFICATE.replace("END CERTIFICATE", "END X509 CERTIFICATE"),
        ] {
            assert_eq!(count(&text), Err(Code::Malformed), "{text}");
        }
    }
}
