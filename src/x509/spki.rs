//! Public keys out of DER: `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7 with RFC 3279 section 2.3)
//! and `RSAPublicKey` (RFC 8017 appendix A.1.1).

use x509_cert::der::asn1::{IntRef, ObjectIdentifier, UintRef};
use x509_cert::der::{self, Decode as _, Reader as _, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use crate::crypto::{PublicKey, modulus_bits};
use crate::encoding::Fault;
use crate::error::{Error, KeyFault};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

pub(crate) const BAD_DER: Error = malformed(Fault::Der);

/// How to treat an RSA modulus that is encoded in DER as a negative integer, without the zero byte
/// that its highest bit needs before it.
///
/// Some devices of 2020 encode theirs this way, and OpenSSL accepts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NegativeModulus {
    /// The key is unusable, as
    /// [RFC 8017 §A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1) allows only positive
    /// integers.
    #[default]
    Refuse,
    /// The bytes are read as an unsigned number; [`Certificate::has_negative_modulus`] reports this.
    ///
    /// [`Certificate::has_negative_modulus`]: super::Certificate::has_negative_modulus
    ReadAsUnsigned,
}

/// A modulus with the highest bit set and no zero byte before it.
pub(crate) const NEGATIVE_MODULUS: Error = malformed(Fault::NegativeModulus);

const fn malformed(fault: Fault) -> Error {
    Error::Malformed { part: "key", fault }
}

/// Reads the key of a certificate or of its own file. A modulus of more than so many bits is not
/// prepared, which is most of the work; [`PublicKey::rsa`] has a limit of its own.
pub(crate) fn public_key(
    info: &SubjectPublicKeyInfoRef<'_>,
    negative: NegativeModulus,
    most_bits: usize,
) -> Result<PublicKey, Error> {
    let key = info.subject_public_key.as_bytes().ok_or(BAD_DER)?;
    let parameters = info.algorithm.parameters.as_ref();
    match info.algorithm.oid {
        RSA_ENCRYPTION if parameters.is_some_and(|any| any.is_null()) => {
            let (n, e) = rsa_public_key(key, negative)?;
            if modulus_bits(n) > most_bits {
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
            let point = match key {
                [4, point @ ..] => point,
                [2 | 3, ..] => return Err(malformed(Fault::CompressedPoint)),
                _ => return Err(BAD_DER),
            };
            match point.as_chunks() {
                ([x, y], []) => PublicKey::p256(x, y),
                _ => Err(BAD_DER),
            }
        }
        RSA_ENCRYPTION => Err(malformed(Fault::KeyParameters)),
        _ => Err(Error::KeyUnusable(KeyFault::KeyType)),
    }
}

/// RFC 8017 appendix A.1.1, but for a negative modulus that is read as unsigned.
pub(crate) fn rsa_public_key(
    bytes: &[u8],
    negative: NegativeModulus,
) -> Result<(&[u8], &[u8]), Error> {
    let read = || {
        let mut reader = SliceReader::new(bytes)?;
        let key = reader.sequence(|reader| {
            let n = IntRef::decode(reader)?.as_bytes();
            der::Result::Ok((n, UintRef::decode(reader)?.as_bytes()))
        })?;
        reader.finish()?;
        der::Result::Ok(key)
    };
    let (n, e) = read().map_err(|_| BAD_DER)?;
    match (n, negative) {
        ([0, n @ ..], _) => Ok((n, e)),
        ([0x80..=0xff, ..], NegativeModulus::Refuse) => Err(NEGATIVE_MODULUS),
        (n, _) => Ok((n, e)),
    }
}

#[cfg(test)]
mod tests {
    use super::der;
    use crate::code::Code;
    use crate::error::Error;
    use crate::jose::Jwk;
    use crate::limits::Limits;
    use crate::x509::certificate::Certificate;
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
    fn anything_but_exactly_one_key_is_refused_in_words() {
        let pkcs1 = {
            let (_, der) = der::pem::decode_vec(PUBLIC.as_bytes()).unwrap();
            der::pem::encode_string("RSA PUBLIC KEY", der::pem::LineEnding::LF, &der[24..]).unwrap()
        };
        for text in [
            PUBLIC.replace('\n', "\r\n"),
            [PUBLIC, PUBLIC].concat(),
            ["before\n", CERTIFICATE, "behind"].concat(),
            pkcs1,
        ] {
            assert_eq!(code(&text), None, "{text}");
        }
        for (text, says) in [
            (String::new(), "the file is empty"),
            ("-----BEGIN PUBLIC KEY-----".to_string(), "no `-----END PUBLIC KEY-----`"),
            ([PUBLIC, P256].concat(), "2 keys, where one is meant"),
            ([PUBLIC, CERTIFICATE].concat(), "certificates (1) and other keys (1)"),
            (PUBLIC.replace("PUBLIC KEY", "PRIVATE KEY"), "private key"),
            (PUBLIC.replacen('M', "N", 1), "not the DER"),
            (PUBLIC.replace("PUBLIC KEY", "RSA PUBLIC KEY"), "not the DER"),
            (P256.replace("==", "="), "padding"),
            (r#"{"kty":"RSA"}"#.to_string(), "neither a key nor a certificate"),
        ] {
            let error = Jwk::from_pem(text.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(says), "{text}: {error}");
            let code = if says == "not the DER" { Code::Malformed } else { Code::KeyUnusable };
            assert_eq!(error.code(), code, "{text}");
        }
    }

    #[test]
    fn every_changed_character_gives_another_key_or_an_error() {
        // What stands behind the block is no part of it.
        for (place, old) in PUBLIC.trim_end().char_indices() {
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
    fn numbers_of_a_bare_rsa_key_are_written_in_one_way_only() {
        use super::{BAD_DER, NEGATIVE_MODULUS, NegativeModulus, rsa_public_key};
        let key = |n: &[u8], e: &[u8]| {
            let element = |tag: u8, content: &[u8]| {
                [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
            };
            element(0x30, &[element(2, n), element(2, e)].concat())
        };
        let read = |n: &[u8], e: &[u8], negative| {
            let der = key(n, e);
            rsa_public_key(&der, negative).map(|(n, e)| (n.to_vec(), e.to_vec()))
        };
        for negative in [NegativeModulus::Refuse, NegativeModulus::ReadAsUnsigned] {
            let read = |n: &[u8], e: &[u8]| read(n, e, negative);
            assert_eq!(read(&[0, 0x81], &[3]), Ok((Vec::from([0x81]), Vec::from([3]))));
            assert_eq!(read(&[0x7f, 1], &[3]), Ok((Vec::from([0x7f, 1]), Vec::from([3]))));
            for (n, e) in [
                (&[][..], &[3][..]),
                (&[0, 0x7f], &[3]),
                (&[0, 0, 0x81], &[3]),
                (&[0x7f], &[0, 3]),
                (&[0x7f], &[0x81]),
            ] {
                assert_eq!(read(n, e), Err(BAD_DER), "{n:x?} {e:x?}");
            }
        }
        let unsigned = Ok((Vec::from([0x81]), Vec::from([3])));
        assert_eq!(read(&[0x81], &[3], NegativeModulus::Refuse), Err(NEGATIVE_MODULUS));
        assert_eq!(read(&[0x81], &[3], NegativeModulus::ReadAsUnsigned), unsigned);
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
            assert_eq!(count(&text), Err(Code::KeyUnusable), "{text}");
        }
    }
}
