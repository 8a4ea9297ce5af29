//! Self-signed certificates (RFC 5280), just enough of them to carry a key and a validity.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{IssueError, Issuer as _, RsaIssuer};
use crate::crypto::Algorithm;
use crate::encoding::base64;
use crate::time::Time;

/// A self-signed version 1 certificate of an RSA key, signed with SHA-256.
///
/// ```
/// use countersign::testkit::{Certificate, Rng, RsaIssuer};
/// use countersign::{Time, jose::Jwk};
///
/// let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
/// let certificate = Certificate::self_signed(&issuer, "test", start, end).unwrap();
/// let key = Jwk::from_pem(certificate.to_pem().as_bytes())?;
/// assert_eq!(key.validity().unwrap().not_after, end);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate(Vec<u8>);

impl Certificate {
    /// Issues a certificate: subject and issuer are the common name, both ends of the validity are
    /// included.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] if the modulus has no room for the signature.
    pub fn self_signed(
        issuer: &RsaIssuer,
        common_name: &str,
        not_before: Time,
        not_after: Time,
    ) -> Result<Self, IssueError> {
        let name = element(
            SEQUENCE,
            &element(
                SET,
                &element(
                    SEQUENCE,
                    &[COMMON_NAME.to_vec(), element(UTF8_STRING, common_name.as_bytes())].concat(),
                ),
            ),
        );
        let fields = [
            SERIAL_NUMBER.to_vec(),
            SHA256_WITH_RSA.to_vec(),
            name.clone(),
            element(SEQUENCE, &[time(not_before), time(not_after)].concat()),
            name,
            issuer.public_key_der(),
        ];
        let fields = element(SEQUENCE, &fields.concat());
        let mut signature = alloc::vec![0]; // no unused bits
        signature.extend(issuer.sign_raw(&fields, Algorithm::Rs256)?);
        let parts = [fields, SHA256_WITH_RSA.to_vec(), element(BIT_STRING, &signature)];
        Ok(Self(element(SEQUENCE, &parts.concat())))
    }

    /// Returns the DER.
    #[must_use]
    pub fn to_der(&self) -> &[u8] {
        &self.0
    }

    /// Returns the DER in padded base64, as an element of `x5c` (RFC 7515 section 4.1.6).
    #[must_use]
    pub fn to_x5c(&self) -> String {
        base64::encode_standard(&self.0)
    }

    /// Returns PEM (RFC 7468 section 5).
    #[must_use]
    pub fn to_pem(&self) -> String {
        let text = self.to_x5c();
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, more) = rest.split_at_checked(64).unwrap_or((rest, ""));
            pem.push_str(line);
            pem.push('\n');
            rest = more;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        pem
    }
}

const BIT_STRING: u8 = 0x03;
const UTF8_STRING: u8 = 0x0c;
const GENERALIZED_TIME: u8 = 0x18;
const UTC_TIME: u8 = 0x17;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// INTEGER 1.
const SERIAL_NUMBER: &[u8] = &[0x02, 1, 1];

/// OBJECT IDENTIFIER 2.5.4.3 (RFC 5280 appendix A.1).
const COMMON_NAME: &[u8] = &[0x06, 3, 0x55, 4, 3];

/// The algorithm identifier of 1.2.840.113549.1.1.11 with its NULL (RFC 4055 section 5).
const SHA256_WITH_RSA: &[u8] =
    &[0x30, 13, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 0x05, 0];

/// Writes tag, length in its shortest form, and content (X.690 section 10.1).
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut element = alloc::vec![tag];
    match (length.as_slice(), u8::try_from(length.len())) {
        ([], _) => element.push(0),
        ([short @ ..=0x7f], _) => element.push(*short),
        (long, count) => {
            element.push(0x80 | count.unwrap_or_default());
            element.extend(long);
        }
    }
    element.extend(content);
    element
}

/// Two digits of the year before 2050, four from then on (RFC 5280 section 4.1.2.5).
fn time(time: Time) -> Vec<u8> {
    let text: String =
        format!("{time}").chars().filter(|c| c.is_ascii_digit() || *c == 'Z').collect();
    match text.get(2..) {
        Some(rest) if ("1950".."2050").contains(&text.as_str()) => {
            element(UTC_TIME, rest.as_bytes())
        }
        _ => element(GENERALIZED_TIME, text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Jwk;
    use crate::testkit::Rng;

    #[test]
    fn certificates_are_read_back_with_times_of_both_forms() {
        let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
        for end in [
            "1970-01-01T00:00:01Z",
            "2049-12-31T23:59:59Z",
            "2050-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            let (start, end) = (Time::from_unix(0).unwrap(), Time::parse_rfc3339(end).unwrap());
            let certificate = Certificate::self_signed(&issuer, "n", start, end).unwrap();
            let key = Jwk::from_pem(certificate.to_pem().as_bytes()).unwrap();
            let validity = key.validity().unwrap();
            assert_eq!((validity.not_before, validity.not_after), (start, end));
            assert_eq!(key.key().as_rsa().unwrap().modulus(), issuer.modulus());
        }
    }

    #[test]
    fn lengths_have_their_shortest_form() {
        for (length, header) in [
            (0, &[4, 0][..]),
            (127, &[4, 127]),
            (128, &[4, 0x81, 128]),
            (255, &[4, 0x81, 255]),
            (256, &[4, 0x82, 1, 0]),
        ] {
            assert!(element(4, &alloc::vec![9; length]).starts_with(header));
        }
    }
}
