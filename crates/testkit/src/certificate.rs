//! Certificates ([RFC 5280]): self-signed ones, and those of authorities, valid or faulty.
//!
//! ```text
//! Template ── Authority::root ──► root ── subordinate ──► intermediate ── issue ──► Certificate
//! ```
//!
//! [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280

use super::issuer::{IssueError, Issuer};
use super::rsa::RsaIssuer;
use countersign::encoding::base64;
use countersign::{Algorithm, Time};

/// A self-signed version 1 certificate of an RSA key, signed with SHA-256.
///
/// ```
/// use countersign_testkit::{Certificate, Rng, RsaIssuer};
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
    /// Issues a certificate. Subject and issuer are the common name; both ends of the validity are
    /// inclusive.
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
        let template = Template::new(common_name, not_before, not_after).version_1();
        Authority::root(issuer.clone(), &template).map(Authority::into_certificate)
    }

    /// Wraps any bytes as a certificate.
    ///
    /// ```
    /// let certificate = countersign_testkit::Certificate::from_der(b"none".to_vec());
    /// assert_eq!(certificate.to_x5c(), "bm9uZQ==");
    /// ```
    #[must_use]
    pub const fn from_der(der: Vec<u8>) -> Self {
        Self(der)
    }

    /// Returns the DER.
    #[must_use]
    pub fn to_der(&self) -> &[u8] {
        &self.0
    }

    /// Returns the DER in padded base64, as an element of `x5c` ([RFC 7515 §4.1.6]).
    ///
    /// [RFC 7515 §4.1.6]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.6
    #[must_use]
    pub fn to_x5c(&self) -> String {
        base64::encode_standard(&self.0)
    }

    /// Returns PEM ([RFC 7468 §5]).
    ///
    /// [RFC 7468 §5]: https://www.rfc-editor.org/rfc/rfc7468#section-5
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

/// The content of a certificate. Nothing is added implicitly.
///
/// ```
/// use countersign::Time;
/// use countersign_testkit::Template;
///
/// let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
/// let root = Template::new("root", start, end).authority(None);
/// let device = Template::new("device", start, end).organization("Maker");
/// assert_ne!(root, device);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    common_name: String,
    organizations: Vec<String>,
    serial: u64,
    not_before: Time,
    not_after: Time,
    version_1: bool,
    negative_modulus: bool,
    algorithm: Option<Algorithm>,
    extensions: Vec<Vec<u8>>,
}

impl Template {
    /// Starts with the subject and the validity, both ends inclusive: a version 3 certificate
    /// without extensions.
    #[must_use]
    pub fn new(common_name: &str, not_before: Time, not_after: Time) -> Self {
        Self {
            common_name: common_name.into(),
            organizations: Vec::new(),
            serial: 1,
            not_before,
            not_after,
            version_1: false,
            negative_modulus: false,
            algorithm: None,
            extensions: Vec::new(),
        }
    }

    /// Adds an organisation to the subject, after existing ones.
    #[must_use]
    pub fn organization(mut self, name: &str) -> Self {
        self.organizations.push(name.into());
        self
    }

    /// Sets the serial number; the default is 1.
    #[must_use]
    pub const fn serial(mut self, serial: u64) -> Self {
        self.serial = serial;
        self
    }

    /// Makes it a CA certificate, with at most this many CAs below it. Partner management does so
    /// for every device.
    #[must_use]
    pub fn authority(self, path_length: Option<u8>) -> Self {
        let mut constraints = TRUE.to_vec();
        constraints.extend(path_length.into_iter().flat_map(|most| integer(&[most])));
        // digitalSignature and keyCertSign
        let usage = element(BIT_STRING, &[2, 0b1000_0100]);
        self.extension(BASIC_CONSTRAINTS, Critical::Yes, &element(SEQUENCE, &constraints))
            .extension(KEY_USAGE, Critical::Yes, &usage)
    }

    /// Makes it an end-entity certificate for signing.
    #[must_use]
    pub fn end_entity(self) -> Self {
        let usage = element(BIT_STRING, &[7, 0b1000_0000]);
        self.extension(BASIC_CONSTRAINTS, Critical::Yes, &element(SEQUENCE, &[])).extension(
            KEY_USAGE,
            Critical::Yes,
            &usage,
        )
    }

    /// Adds an extension: the content of its object identifier, and the DER of its value.
    #[must_use]
    pub fn extension(mut self, oid: &[u8], critical: Critical, value: &[u8]) -> Self {
        let critical = match critical {
            Critical::Yes => TRUE,
            Critical::No => &[],
        };
        let parts =
            [element(OBJECT_IDENTIFIER, oid), critical.to_vec(), element(OCTET_STRING, value)];
        self.extensions.push(element(SEQUENCE, &parts.concat()));
        self
    }

    /// Makes it a version 1 certificate, and keeps extensions, although version 1 does not allow
    /// them.
    #[must_use]
    pub const fn version_1(mut self) -> Self {
        self.version_1 = true;
        self
    }

    /// Encodes the modulus without its leading zero byte, like some devices of 2020.
    #[must_use]
    pub const fn negative_modulus(mut self) -> Self {
        self.negative_modulus = true;
        self
    }

    /// Makes the issuer sign with this algorithm, instead of its key's algorithm with SHA-256.
    #[must_use]
    pub const fn signed_with(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    fn name(&self) -> Vec<u8> {
        let organizations = self.organizations.iter().map(|name| (ORGANIZATION, name.as_str()));
        let parts = organizations.chain([(COMMON_NAME, self.common_name.as_str())]);
        let parts = parts.map(|(oid, text)| {
            let pair = [element(OBJECT_IDENTIFIER, oid), element(UTF8_STRING, text.as_bytes())];
            element(SET, &element(SEQUENCE, &pair.concat()))
        });
        element(SEQUENCE, &parts.collect::<Vec<_>>().concat())
    }

    /// Writes the certificate.
    fn sign(
        &self,
        key: &impl Issuer,
        issuer_name: &[u8],
        issuer: &impl Issuer,
    ) -> Result<Certificate, IssueError> {
        let (algorithm, identifier) = match (self.algorithm, issuer.jwk().member("crv")) {
            (None | Some(Algorithm::Es256), Some(_)) => {
                (Algorithm::Es256, element(OBJECT_IDENTIFIER, ECDSA_WITH_SHA256))
            }
            (None | Some(Algorithm::Rs256), _) => (Algorithm::Rs256, with_rsa(11)),
            (Some(Algorithm::Rs384), _) => (Algorithm::Rs384, with_rsa(12)),
            (Some(Algorithm::Rs512), _) => (Algorithm::Rs512, with_rsa(13)),
            _ => return Err(IssueError::Algorithm),
        };
        let identifier = element(SEQUENCE, &identifier);
        let mut fields = Vec::new();
        if !self.version_1 {
            fields.extend(element(0xa0, &integer(&[2])));
        }
        fields.extend(integer(&self.serial.to_be_bytes()));
        fields.extend_from_slice(&identifier);
        fields.extend_from_slice(issuer_name);
        let validity = [time(self.not_before), time(self.not_after)];
        fields.extend(element(SEQUENCE, &validity.concat()));
        fields.extend(self.name());
        fields.extend(public_key_info(key, self.negative_modulus)?);
        if !self.extensions.is_empty() {
            fields.extend(element(0xa3, &element(SEQUENCE, &self.extensions.concat())));
        }
        let fields = element(SEQUENCE, &fields);
        let mut signature = vec![0]; // no unused bits
        let raw = issuer.sign_raw(&fields, algorithm)?;
        match raw.split_at_checked(32) {
            Some((r, s)) if algorithm == Algorithm::Es256 => {
                signature.extend(element(SEQUENCE, &[integer(r), integer(s)].concat()));
            }
            _ => signature.extend(raw),
        }
        let parts = [fields, identifier, element(BIT_STRING, &signature)];
        Ok(Certificate(element(SEQUENCE, &parts.concat())))
    }
}

/// Whether an extension must be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Critical {
    /// Yes.
    Yes,
    /// No: it may be ignored.
    No,
}

/// A key with the certificate that makes it an authority, or pretends to.
///
/// ```
/// use countersign::x509::{Certificate, NegativeModulus};
/// use countersign_testkit::{Authority, EcIssuer, Rng, RsaIssuer, Template};
/// use countersign::Time;
///
/// let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
/// let key = EcIssuer::generate(&mut Rng::from_seed(1), None);
/// let root = Authority::root(key, &Template::new("root", start, end).authority(None)).unwrap();
/// let device = RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
/// let issued = root.issue(&device, &Template::new("device", start, end)).unwrap();
/// let read = Certificate::from_der(issued.to_der(), NegativeModulus::Refuse)?;
/// assert_eq!((read.subject().as_str(), read.issuer().as_str()), ("CN=device", "CN=root"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Authority<K> {
    key: K,
    name: Vec<u8>,
    certificate: Certificate,
}

impl<K: Issuer> Authority<K> {
    /// Signs its own certificate.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if the key cannot sign with the template's algorithm.
    pub fn root(key: K, template: &Template) -> Result<Self, IssueError> {
        let name = template.name();
        let certificate = template.sign(&key, &name, &key)?;
        Ok(Self { key, name, certificate })
    }

    /// Issues a certificate for somebody's key.
    ///
    /// # Errors
    ///
    /// The same as [`root`](Self::root).
    pub fn issue(&self, key: &impl Issuer, template: &Template) -> Result<Certificate, IssueError> {
        template.sign(key, &self.name, &self.key)
    }

    /// Issues a certificate for another authority.
    ///
    /// # Errors
    ///
    /// The same as [`root`](Self::root).
    pub fn subordinate<L: Issuer>(
        &self,
        key: L,
        template: &Template,
    ) -> Result<Authority<L>, IssueError> {
        let certificate = self.issue(&key, template)?;
        Ok(Authority { key, name: template.name(), certificate })
    }

    /// Returns the authority's own certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn into_certificate(self) -> Certificate {
        self.certificate
    }
}

/// `SubjectPublicKeyInfo` ([RFC 5280 §4.1.2.7]).
///
/// [RFC 5280 §4.1.2.7]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7
fn public_key_info(key: &impl Issuer, negative_modulus: bool) -> Result<Vec<u8>, IssueError> {
    let jwk = key.jwk();
    let number = |member| {
        let text = jwk.member(member).and_then(|value| value.as_str());
        base64::decode_url(text.unwrap_or_default().as_bytes()).map_err(|_| IssueError::Key)
    };
    let (algorithm, key) = if jwk.member("crv").is_some() {
        let oids = [EC_PUBLIC_KEY, PRIME256V1].map(|oid| element(OBJECT_IDENTIFIER, oid));
        (oids.concat(), [vec![0, 4], number("x")?, number("y")?].concat())
    } else {
        let n = number("n")?;
        let n = if negative_modulus { element(INTEGER, &n) } else { integer(&n) };
        let key = element(SEQUENCE, &[n, integer(&number("e")?)].concat());
        (with_rsa(1), [vec![0], key].concat())
    };
    Ok(element(SEQUENCE, &[element(SEQUENCE, &algorithm), element(BIT_STRING, &key)].concat()))
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const GENERALIZED_TIME: u8 = 0x18;
const UTC_TIME: u8 = 0x17;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// BOOLEAN TRUE.
const TRUE: &[u8] = &[0x01, 1, 0xff];

/// 2.5.4.3 and 2.5.4.10 ([RFC 5280 appendix A.1]).
///
/// [RFC 5280 appendix A.1]: https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];

/// 2.5.29.19 and 2.5.29.15 ([RFC 5280 §4.2.1]).
///
/// [RFC 5280 §4.2.1]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 29, 19];
const KEY_USAGE: &[u8] = &[0x55, 29, 15];

/// 1.2.840.10045.4.3.2, 1.2.840.10045.2.1 and 1.2.840.10045.3.1.7 ([RFC 5480]).
///
/// [RFC 5480]: https://www.rfc-editor.org/rfc/rfc5480
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const PRIME256V1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// An algorithm of PKCS#1, 1.2.840.113549.1.1, with its NULL ([RFC 4055 §5]).
///
/// [RFC 4055 §5]: https://www.rfc-editor.org/rfc/rfc4055#section-5
fn with_rsa(number: u8) -> Vec<u8> {
    let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, number];
    [element(OBJECT_IDENTIFIER, &oid), vec![0x05, 0]].concat()
}

/// Writes a positive number in its shortest form.
fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = number.get(zeros..).unwrap_or_default();
    let sign = if digits.first().is_none_or(|first| *first >= 0x80) { &[0][..] } else { &[] };
    element(INTEGER, &[sign, digits].concat())
}

/// Writes tag, length in its shortest form, and content (X.690 section 10.1).
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut element = vec![tag];
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

/// Two digits of the year before 2050, four from then on ([RFC 5280 §4.1.2.5]).
///
/// [RFC 5280 §4.1.2.5]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5
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
    use crate::rng::Rng;
    use countersign::jose::Jwk;

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
            assert!(element(4, &vec![9; length]).starts_with(header));
        }
    }
}
