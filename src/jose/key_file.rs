//! Files of keys and certificates, in the forms that people have.
//!
//! | Form | [`read_keys`] | [`read_certificates`] |
//! |---|---|---|
//! | JWK Set ([RFC 7517 §5]) | every key | refused |
//! | JWK ([RFC 7517 §4]) | the key | refused |
//! | JSON object of key identifiers and PEM certificates | every key, with its identifier | every certificate |
//! | answer of MOSIP's `getCertificate` and `getAllCertificates` | every key | every certificate |
//! | PEM `CERTIFICATE` ([RFC 5280]) | the key of one | every certificate |
//! | PEM `PUBLIC KEY` ([RFC 5280]), `RSA PUBLIC KEY` ([RFC 8017 appendix A.1.1]) | the key of one | refused |
//! | DER of each of the three | the key | the certificate |
//!
//! PEM is read as leniently as [RFC 7468 section 2](https://www.rfc-editor.org/rfc/rfc7468#section-2)
//! allows: lines of any width, white space, text around the blocks. A byte order mark before a text
//! is skipped. DER and JSON are read as strictly as everywhere else.
//!
//! Everything else is refused. Known forms are named, with advice. Private keys are also refused: a
//! verifier needs none.
//!
//! [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
//! [RFC 7517 §4]: https://www.rfc-editor.org/rfc/rfc7517#section-4
//! [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280
//! [RFC 8017 appendix A.1.1]: https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1

#[cfg(test)]
mod tests;

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use x509_cert::der::asn1::AnyRef;
use x509_cert::der::{self, Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::jwk::{Jwk, JwkSet, KeyProblem};
use crate::code::Code;
use crate::crypto::{PublicKey, sha256};
use crate::encoding::json::{self, Object, Value};
use crate::error::{Error, KeyFault, shorten};
use crate::limits::Limits;
use crate::report::KeySetInfo;
use crate::x509::pem::{Block, blocks};
use crate::x509::spki::{self, BAD_DER};
use crate::x509::{Certificate, NegativeModulus};

pub use crate::x509::pem::PemFault;

/// Reads the trusted keys of a file.
///
/// Checked: what [`JwkSet::parse`] and [`Jwk::from_pem`] check. *Not* checked: who issued a
/// certificate. Single keys of a set that cannot be used are among its
/// [`problems`](JwkSet::problems).
///
/// # Errors
///
/// [`KeyFileError`], which says what was found and what to do about it.
///
/// # Examples
///
/// ```
/// use countersign::Limits;
/// use countersign::jose::key_file::{Foreign, KeyFileError, read_keys};
///
/// # let pem = include_bytes!("../../test-vectors/keys/rsa-2048-public.pem");
/// let limits = Limits::default();
/// assert_eq!(read_keys(pem, &limits)?.keys()[0].key().bits(), 2048);
///
/// let ssh = read_keys(b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB me@host", &limits);
/// assert_eq!(ssh, Err(KeyFileError::Foreign(Foreign::OpenSshKey)));
/// # Ok::<(), KeyFileError>(())
/// ```
pub fn read_keys(file: &[u8], limits: &Limits) -> Result<JwkSet, KeyFileError> {
    match open(file, limits)? {
        Content::Set(set) => Ok(set),
        Content::Named(named) => named_keys(named, file),
        Content::Material(material) => only_key(material),
    }
}

/// Reads every certificate of a file, in its order.
///
/// Checked: what [`Certificate::from_der`] checks. *Not* checked: who issued them.
///
/// # Errors
///
/// [`KeyFileError`], which says what was found and what to do about it.
///
/// # Examples
///
/// ```
/// use countersign::Limits;
/// use countersign::jose::key_file::read_certificates;
///
/// # let pem = include_bytes!("../../test-vectors/keys/rsa-2048-certificate.pem");
/// let twice = [b"the root:\r\n", &pem[..], b"and once more\n", &pem[..]].concat();
/// assert_eq!(read_certificates(&twice, &Limits::default())?.len(), 2);
/// # Ok::<(), countersign::jose::key_file::KeyFileError>(())
/// ```
pub fn read_certificates(file: &[u8], limits: &Limits) -> Result<Vec<Certificate>, KeyFileError> {
    let material = match open(file, limits)? {
        Content::Set(_) => return Err(KeyFileError::Foreign(Foreign::Keys)),
        Content::Named(named) => {
            let all = named.into_iter().map(|(_, material)| material);
            all.collect::<Result<Vec<_>, _>>()?
        }
        Content::Material(material) => material,
    };
    material.into_iter().map(Material::into_certificate).collect()
}

/// Reads UTF-8 text and skips a byte order mark.
///
/// # Errors
///
/// [`Foreign::Utf16`] and [`Foreign::Gzip`], or [`Foreign::Unknown`] for anything else that is not
/// text.
///
/// ```
/// use countersign::jose::key_file::{Foreign, KeyFileError, read_text};
///
/// assert_eq!(read_text(b"\xef\xbb\xbfkey"), Ok("key"));
/// assert_eq!(read_text(b"\x1f\x8b\x08"), Err(KeyFileError::Foreign(Foreign::Gzip)));
/// ```
pub fn read_text(file: &[u8]) -> Result<&str, KeyFileError> {
    let foreign = match file {
        [0xff, 0xfe, ..]
        | [0xfe, 0xff, ..]
        | [0, 0x21..0x7f, 0, ..]
        | [0x21..0x7f, 0, _, 0, ..] => Foreign::Utf16,
        [0x1f, 0x8b, ..] => Foreign::Gzip,
        _ => Foreign::Unknown,
    };
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    match (core::str::from_utf8(text), foreign) {
        (Ok(text), Foreign::Unknown) => Ok(text),
        _ => Err(KeyFileError::Foreign(foreign)),
    }
}

/// Bytes of one PEM text. The largest key is below 2 KiB, and certificates are rarely above 4.
const PEM_BYTES: usize = 64 * 1024;

impl Jwk {
    /// Reads a key from PEM: one `CERTIFICATE` or `PUBLIC KEY` ([RFC 5280]), or one `RSA PUBLIC KEY`
    /// ([RFC 8017 appendix A.1.1]), as leniently as
    /// [`key_file`](crate::jose::key_file) does.
    ///
    /// A certificate's key usage must allow signatures ([RFC 5280 §4.2.1.3]). Its validity is kept
    /// and checked at verification. Its signature, issuer and other extensions are *not* checked:
    /// the caller trusts the key because the caller gave it.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] above 64 KiB, [`Error::KeyUse`] for a certificate for other purposes,
    /// [`Error::Malformed`] for damaged DER, the errors of [`PublicKey`], and
    /// [`Error::KeyUnusable`] if there is not exactly one such key.
    ///
    /// [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280
    /// [RFC 8017 appendix A.1.1]: https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1
    /// [RFC 5280 §4.2.1.3]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3
    pub fn from_pem(text: &[u8]) -> Result<Self, Error> {
        read_pem_key(text).map_err(KeyFileError::into_error)
    }
}

impl Certificate {
    /// Reads every certificate of a PEM file, of which there must be at least one, as leniently as
    /// [`key_file`](crate::jose::key_file) does.
    ///
    /// # Errors
    ///
    /// [`Error::KeyUnusable`] for any other content of a PEM block, [`Error::TooLarge`] for more
    /// than [`Limits::keys`] certificates, and the errors of
    /// [`from_der_with`](Self::from_der_with).
    pub fn from_pem(text: &[u8], limits: &Limits) -> Result<Vec<Self>, Error> {
        read_pem_certificates(text, limits).map_err(KeyFileError::into_error)
    }
}

/// Reads the one key of a PEM text.
fn read_pem_key(text: &[u8]) -> Result<Jwk, KeyFileError> {
    check_size(text, PEM_BYTES)?;
    let material = open_pem(read_text(text)?, &Limits::default())?;
    Ok(only(material)?.into_jwk()?)
}

/// Reads the certificates of a PEM text.
fn read_pem_certificates(text: &[u8], limits: &Limits) -> Result<Vec<Certificate>, KeyFileError> {
    check_size(text, limits.key_set_bytes())?;
    let material = open_pem(read_text(text)?, limits)?;
    material.into_iter().map(Material::into_certificate).collect()
}

/// What was found instead of a key or certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Foreign {
    /// Unknown content.
    Unknown,
    /// Text in UTF-16.
    Utf16,
    /// Data compressed with gzip.
    Gzip,
    /// HTML or XML.
    Markup,
    /// PKCS#7 or CMS ([RFC 5652]), which often holds certificates.
    ///
    /// [RFC 5652]: https://www.rfc-editor.org/rfc/rfc5652
    Pkcs7,
    /// PKCS#12 ([RFC 7292]), which holds a private key and certificates.
    ///
    /// [RFC 7292]: https://www.rfc-editor.org/rfc/rfc7292
    Pkcs12,
    /// A Java key store.
    JavaKeyStore,
    /// A private key, in any form.
    PrivateKey,
    /// A certificate request ([RFC 2986]).
    ///
    /// [RFC 2986]: https://www.rfc-editor.org/rfc/rfc2986
    CertificateRequest,
    /// A certificate revocation list ([RFC 5280 §5]).
    ///
    /// [RFC 5280 §5]: https://www.rfc-editor.org/rfc/rfc5280#section-5
    RevocationList,
    /// An OpenSSH public key, including the form of [RFC 4716].
    ///
    /// [RFC 4716]: https://www.rfc-editor.org/rfc/rfc4716
    OpenSshKey,
    /// An OpenPGP key or message.
    OpenPgp,
    /// Base64 of DER without its PEM lines.
    BareBase64,
    /// A compact JWS or JWT.
    Token,
    /// An OpenID Connect discovery document, which names a key set.
    Discovery,
    /// JSON without a key.
    Json,
    /// A JSON array; a key set is an object.
    JsonArray,
    /// A bare key, although a certificate is needed.
    Keys,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => {
                "neither a key nor a certificate; expected PEM, DER, a JWK or a JWK Set"
            }
            Self::Utf16 => {
                "text in UTF-16: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"
            }
            Self::Gzip => "compressed with gzip: decompress it first with `gunzip`",
            Self::Markup => "HTML or XML, not a key: check what the server answered",
            Self::Pkcs7 => {
                "a PKCS#7 container: extract the certificates with `openssl pkcs7 -print_certs \
                 -in FILE` (`-inform DER` for a binary file)"
            }
            Self::Pkcs12 => {
                "a PKCS#12 container, which also holds a private key: extract the certificate \
                 with `openssl pkcs12 -in FILE -nokeys -clcerts`"
            }
            Self::JavaKeyStore => {
                "a Java key store: extract the certificate with `keytool -exportcert -rfc \
                 -keystore FILE -alias ALIAS`"
            }
            Self::PrivateKey => {
                "a private key, which a verifier does not need: keep it secret and give the \
                 public key, for example from `openssl pkey -pubout`"
            }
            Self::CertificateRequest => "a certificate request: give the issued certificate",
            Self::RevocationList => "a certificate revocation list, not a certificate",
            Self::OpenSshKey => {
                "an OpenSSH public key: convert it with `ssh-keygen -e -m PKCS8 -f FILE`"
            }
            Self::OpenPgp => "OpenPGP data; OpenPGP keys sign none of these artefacts",
            Self::BareBase64 => {
                "base64 without its PEM lines: add `-----BEGIN CERTIFICATE-----` (or `PUBLIC \
                 KEY`) before it and the END line after it, or decode it to DER"
            }
            Self::Token => "a token, not a key: give it as the input",
            Self::Discovery => {
                "an OpenID Connect discovery document: give the key set that its `jwks_uri` names"
            }
            Self::Json => {
                "JSON without a key: a JWK has `kty`, a JWK Set has `keys`, an array of JWKs"
            }
            Self::JsonArray => {
                "a JSON array: a JWK Set is an object, so write `{\"keys\":[…]}` around the array"
            }
            Self::Keys => "a bare key, but a certificate is needed",
        })
    }
}

/// Why no key or certificate could be read from a file.
///
/// ```
/// use countersign::jose::key_file::read_keys;
/// use countersign::{Code, Limits};
///
/// let error = read_keys(b"[]", &Limits::default()).unwrap_err();
/// assert_eq!(error.code(), Code::Malformed);
/// assert!(error.to_string().starts_with("a JSON array: a JWK Set is an object"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file is empty.
    Empty,
    /// The file, or what it holds, is larger than the limits allow.
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Something else was found.
    Foreign(Foreign),
    /// The PEM is damaged.
    Pem(PemFault),
    /// A PEM block has a label that is not of a key or certificate.
    Label {
        /// The label, cut to 64 characters.
        label: String,
    },
    /// More than one key, without a way to tell them apart.
    Several {
        /// How many are certificates.
        certificates: usize,
        /// How many are bare keys.
        keys: usize,
    },
    /// The file is an answer of MOSIP's server with errors.
    Refused {
        /// The error codes, each cut to 64 characters.
        codes: Vec<String>,
    },
    /// The JSON, the certificate or the key is faulty.
    Content(Error),
}

impl KeyFileError {
    /// Returns the stable reason code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::TooLarge { .. } => Code::TooLarge,
            Self::Foreign(Foreign::PrivateKey) => Code::KeyUnusable,
            Self::Several { .. } => Code::AmbiguousKey,
            Self::Refused { .. } => Code::ValidationFailed,
            Self::Content(error) => error.code(),
            _ => Code::Malformed,
        }
    }

    /// For functions that read a text of nothing but keys: whatever it is instead is a fault of the
    /// key.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Content(error) => error,
            Self::TooLarge { what, limit } => Error::TooLarge { what, limit },
            Self::Foreign(Foreign::PrivateKey) => Error::KeyUnusable(KeyFault::PrivateKey),
            other => Error::KeyUnusable(KeyFault::Text { detail: other.to_string() }),
        }
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::TooLarge { what, limit } => write!(f, "{what} exceeds the limit of {limit}"),
            Self::Foreign(foreign) => foreign.fmt(f),
            Self::Pem(fault) => fault.fmt(f),
            Self::Label { label } => {
                write!(f, "PEM of `{label}`, which is neither a public key nor a certificate")
            }
            Self::Several { certificates, keys: 0 } => {
                write!(
                    f,
                    "{certificates} certificates, where one key is meant: keep that of the \
                     signer"
                )
            }
            Self::Several { certificates: 0, keys } => {
                write!(
                    f,
                    "{keys} keys, where one is meant: keep one, or give a JWK Set with \
                     `kid`s"
                )
            }
            Self::Several { certificates, keys } => write!(
                f,
                "certificates ({certificates}) and other keys ({keys}), where one key is meant: \
                 keep one"
            ),
            Self::Refused { codes } => {
                write!(f, "an error answer instead of a certificate: {}", codes.join(", "))
            }
            Self::Content(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for KeyFileError {}

impl From<Error> for KeyFileError {
    fn from(error: Error) -> Self {
        Self::Content(error)
    }
}

impl From<PemFault> for KeyFileError {
    fn from(fault: PemFault) -> Self {
        Self::Pem(fault)
    }
}

impl From<Foreign> for KeyFileError {
    fn from(foreign: Foreign) -> Self {
        Self::Foreign(foreign)
    }
}

/// One key or certificate.
#[derive(Debug, PartialEq, Eq)]
enum Material {
    Certificate(Certificate),
    Key(PublicKey),
}

impl Material {
    fn into_certificate(self) -> Result<Certificate, KeyFileError> {
        match self {
            Self::Certificate(certificate) => Ok(certificate),
            Self::Key(_) => Err(KeyFileError::Foreign(Foreign::Keys)),
        }
    }

    fn into_jwk(self) -> Result<Jwk, Error> {
        match self {
            Self::Certificate(certificate) => Jwk::from_certificate(&certificate),
            Self::Key(key) => Ok(key.into()),
        }
    }
}

type Named = Vec<(Option<String>, Result<Material, KeyFileError>)>;

/// What a file holds.
enum Content {
    Set(JwkSet),
    /// Certificates and keys that may have identifiers.
    Named(Named),
    Material(Vec<Material>),
}

fn open(file: &[u8], limits: &Limits) -> Result<Content, KeyFileError> {
    check_size(file, limits.key_set_bytes())?;
    if let Some(foreign) = binary(file) {
        return Err(foreign.into());
    }
    if is_der(file) {
        return Ok(Content::Material(alloc::vec![from_der(file, limits)?]));
    }
    let text = read_text(file)?;
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'{' | b'[') => open_json(text, file, limits),
        _ => open_pem(text, limits).map(Content::Material),
    }
}

fn check_size(file: &[u8], limit: usize) -> Result<(), KeyFileError> {
    if file.len() > limit {
        return Err(KeyFileError::TooLarge { what: "the file", limit });
    }
    if file.trim_ascii().is_empty() { Err(KeyFileError::Empty) } else { Ok(()) }
}

/// Tells whether a file is one SEQUENCE of DER: `0`, and behind it a byte that no text has, or just
/// the length of the rest.
fn is_der(file: &[u8]) -> bool {
    match file {
        [0x30, 0x80..=0x84, ..] => true,
        [0x30, length, rest @ ..] => usize::from(*length) == rest.len(),
        _ => false,
    }
}

/// Names what a file is by its first bytes.
fn binary(file: &[u8]) -> Option<Foreign> {
    match file {
        [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..] => Some(Foreign::JavaKeyStore),
        // PKCS#7 and PKCS#12 are often BER, so that no reader of DER gets this far.
        [0x30, 0x80..=0x84, ..] => {
            // 1.2.840.113549.1.7
            const PKCS7: [u8; 10] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];
            let start = file.get(..32).unwrap_or(file);
            let place = start.windows(PKCS7.len()).position(|part| part == PKCS7)?;
            let version_3 = start.get(..place)?.windows(3).any(|part| part == [2, 1, 3]);
            Some(if version_3 { Foreign::Pkcs12 } else { Foreign::Pkcs7 })
        }
        _ => None,
    }
}

fn open_pem(text: &str, limits: &Limits) -> Result<Vec<Material>, KeyFileError> {
    let most = limits.keys();
    let blocks = blocks(text, most.saturating_add(1))?;
    if blocks.len() > most {
        return Err(KeyFileError::TooLarge { what: "number of PEM blocks", limit: most });
    }
    if blocks.is_empty() {
        return Err(without_pem(text).into());
    }
    // A private key beside its certificate is the commonest mistake, and the one to be told of.
    let foreign = blocks.iter().filter_map(|block| labelled(block.label));
    if let Some(foreign) = foreign.clone().find(|f| *f == Foreign::PrivateKey) {
        return Err(foreign.into());
    }
    if let Some(foreign) = foreign.into_iter().next() {
        return Err(foreign.into());
    }
    blocks.iter().map(|block| from_block(block, limits)).collect()
}

/// Names what a block is by its label.
fn labelled(label: &str) -> Option<Foreign> {
    match label {
        "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => Some(Foreign::Pkcs7),
        "PKCS12" => Some(Foreign::Pkcs12),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Some(Foreign::CertificateRequest),
        "X509 CRL" => Some(Foreign::RevocationList),
        "SSH2 PUBLIC KEY" => Some(Foreign::OpenSshKey),
        _ if label.ends_with("PRIVATE KEY") => Some(Foreign::PrivateKey),
        _ if label.starts_with("PGP ") => Some(Foreign::OpenPgp),
        _ => None,
    }
}

/// Names a text without a PEM block.
fn without_pem(text: &str) -> Foreign {
    let text = text.trim_ascii();
    let first = text.split_ascii_whitespace().next().unwrap_or_default();
    let only = |legal: &str| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || legal.as_bytes().contains(&b))
    };
    let is_base64 = || only("+/=-_ \t\r\n");
    if ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|name| first.starts_with(name))
        || text.starts_with("---- BEGIN SSH2")
    {
        Foreign::OpenSshKey
    } else if text.starts_with('<') {
        Foreign::Markup
    } else if text.matches('.').count() >= 2 && only("-_.=+/") {
        Foreign::Token
    } else if text.starts_with("MI") && is_base64() {
        Foreign::BareBase64
    } else {
        Foreign::Unknown
    }
}

fn from_block(block: &Block<'_>, limits: &Limits) -> Result<Material, KeyFileError> {
    match block.label {
        // RFC 7468 section 5.1 names the second and third, which old tools write.
        "CERTIFICATE" | "X509 CERTIFICATE" | "X.509 CERTIFICATE" => {
            let certificate =
                Certificate::from_der_with(&block.decode()?, NegativeModulus::Refuse, limits)?;
            Ok(Material::Certificate(certificate))
        }
        "PUBLIC KEY" => Ok(Material::Key(public_key(&block.decode()?)?)),
        "RSA PUBLIC KEY" => Ok(Material::Key(rsa_public_key(&block.decode()?)?)),
        label => Err(KeyFileError::Label { label: shorten(label) }),
    }
}

/// Reads DER, which says by its shape what it is.
fn from_der(der: &[u8], limits: &Limits) -> Result<Material, KeyFileError> {
    const INTEGER: Tag = Tag::Integer;
    const SEQUENCE: Tag = Tag::Sequence;
    let elements = elements(der).map_err(|_| BAD_DER)?;
    let tags: Vec<Tag> = elements.iter().map(AnyRef::tag).collect();
    match tags[..] {
        [SEQUENCE, Tag::BitString] => Ok(Material::Key(public_key(der)?)),
        [INTEGER, INTEGER] => Ok(Material::Key(rsa_public_key(der)?)),
        [SEQUENCE, SEQUENCE, Tag::BitString] => {
            let certificate = Certificate::from_der_with(der, NegativeModulus::Refuse, limits);
            certificate.map(Material::Certificate).map_err(|error| match elements.first() {
                Some(content) if is_request(content) => Foreign::CertificateRequest.into(),
                _ => KeyFileError::from(error),
            })
        }
        // PKCS#1 and SEC 1, PKCS#8, and PKCS#8 encrypted.
        [INTEGER, INTEGER, ..]
        | [INTEGER, Tag::OctetString, ..]
        | [INTEGER, SEQUENCE, Tag::OctetString, ..]
        | [SEQUENCE, Tag::OctetString] => Err(Foreign::PrivateKey.into()),
        _ => Err(BAD_DER.into()),
    }
}

/// Returns the elements of the SEQUENCE that is all of the DER.
fn elements(der: &[u8]) -> der::Result<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(der)?;
    let elements = reader.sequence(rest)?;
    reader.finish()?;
    Ok(elements)
}

fn rest<'d>(reader: &mut SliceReader<'d>) -> der::Result<Vec<AnyRef<'d>>> {
    let mut elements = Vec::new();
    while !reader.is_finished() {
        elements.push(AnyRef::decode(reader)?);
    }
    Ok(elements)
}

/// [RFC 2986 §4.1]: version, subject, key and attributes. A certificate has at least six
/// elements.
fn is_request(content: &AnyRef<'_>) -> bool {
    let elements = SliceReader::new(content.value()).and_then(|mut reader| rest(&mut reader));
    let tags: Vec<Tag> = elements.unwrap_or_default().iter().map(AnyRef::tag).collect();
    matches!(tags[..], [Tag::Integer, Tag::Sequence, Tag::Sequence, ..]) && tags.len() <= 4
}

fn public_key(der: &[u8]) -> Result<PublicKey, Error> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| BAD_DER)?;
    spki::public_key(&info, NegativeModulus::Refuse, usize::MAX)
}

fn rsa_public_key(der: &[u8]) -> Result<PublicKey, Error> {
    let (n, e) = spki::rsa_public_key(der, NegativeModulus::Refuse)?;
    PublicKey::rsa(n, e)
}

fn open_json(text: &str, file: &[u8], limits: &Limits) -> Result<Content, KeyFileError> {
    const PART: &str = "key file";
    let object = match json::parse(PART, text.as_bytes(), limits)? {
        Value::Object(object) => object,
        Value::Array(_) => return Err(Foreign::JsonArray.into()),
        _ => return Err(Foreign::Json.into()),
    };
    let has = |name| object.member(name).is_some();
    if has("keys") {
        let mut set = JwkSet::parse(text.as_bytes(), limits)?;
        set.identify(KeySetInfo { sha256: sha256(file), fetched: None });
        Ok(Content::Set(set))
    } else if has("kty") {
        Ok(Content::Set(Jwk::parse(text.as_bytes(), limits)?.into()))
    } else if has("response") || has("errors") {
        open_answer(&object, limits).map(Content::Named)
    } else if has("jwks_uri") {
        Err(Foreign::Discovery.into())
    } else {
        open_map(&object, limits).map(Content::Named)
    }
}

/// Reads a map of key identifiers to PEM, as some large issuers publish their keys.
fn open_map(object: &Object<'_>, limits: &Limits) -> Result<Named, KeyFileError> {
    let texts: Option<Vec<_>> =
        object.iter().map(|(kid, value)| Some((kid, value.as_str()?))).collect();
    let texts = texts.filter(|texts| texts.iter().any(|(_, text)| text.contains("-----BEGIN ")));
    let Some(texts) = texts else { return Err(Foreign::Json.into()) };
    let limit = limits.kid_bytes();
    if texts.iter().any(|(kid, _)| kid.len() > limit) {
        return Err(KeyFileError::TooLarge { what: "kid", limit });
    }
    let one = |text| open_pem(text, limits).and_then(only);
    Ok(texts.into_iter().map(|(kid, text)| (Some(kid.to_string()), one(text))).collect())
}

/// Reads the answer to MOSIP's `getCertificate`, whose `response` has one `certificate`, or to
/// `getAllCertificates`, whose `response` has `allCertificates` with `certificateData` each
/// (mosip/keymanager, `KeyPairGenerateResponseDto`, `AllCertificatesDataResponseDto`).
fn open_answer(answer: &Object<'_>, limits: &Limits) -> Result<Named, KeyFileError> {
    const PART: &str = "response";
    if let Some(Value::Array(errors)) = answer.member("errors")
        && !errors.is_empty()
    {
        let code = |error: &Value<'_>| {
            let code = error.as_object().and_then(|error| error.member("errorCode"));
            code.and_then(Value::as_str).map_or_else(|| "without a code".to_string(), shorten)
        };
        return Err(KeyFileError::Refused { codes: errors.iter().map(code).collect() });
    }
    let Some(response) = answer.member(PART).and_then(Value::as_object) else {
        return Err(Foreign::Json.into());
    };
    let one = |text: &str| open_pem(text, limits).and_then(only);
    match response.member("allCertificates") {
        Some(Value::Array(all)) => {
            let limit = limits.keys();
            if all.len() > limit {
                return Err(KeyFileError::TooLarge { what: "number of certificates", limit });
            }
            let read = |entry: &Value<'_>| {
                let entry = entry.as_object().ok_or(Foreign::Json)?;
                one(entry.string(PART, "certificateData")?)
            };
            Ok(all.iter().map(|entry| (None, read(entry))).collect())
        }
        _ if response.member("certificate").is_some() => {
            Ok(alloc::vec![(None, Ok(one(response.string(PART, "certificate")?)?))])
        }
        _ => Err(Foreign::Json.into()),
    }
}

/// Makes a set of keys that may have identifiers. One that cannot be used does not spoil the rest.
fn named_keys(named: Named, file: &[u8]) -> Result<JwkSet, KeyFileError> {
    let alone = named.len() == 1;
    let private = KeyFileError::Foreign(Foreign::PrivateKey);
    if named.iter().any(|(_, material)| material.as_ref() == Err(&private)) {
        return Err(private);
    }
    let mut set = JwkSet::default();
    for (index, (kid, material)) in named.into_iter().enumerate() {
        let key = material.and_then(|material| Ok(material.into_jwk()?));
        match key {
            Ok(key) => set.push(match &kid {
                Some(kid) => key.with_kid(kid),
                None => key,
            }),
            Err(error) if alone => return Err(error),
            Err(error) => {
                let error = error.into_error().of_key();
                set.note(KeyProblem { kid, ..KeyProblem::nameless(index, error) });
            }
        }
    }
    set.identify(KeySetInfo { sha256: sha256(file), fetched: None });
    Ok(set)
}

/// Makes a set of the one key of a file. One key that is written twice is one key.
fn only_key(material: Vec<Material>) -> Result<JwkSet, KeyFileError> {
    Ok(only(material)?.into_jwk().map(JwkSet::from)?)
}

fn only(mut material: Vec<Material>) -> Result<Material, KeyFileError> {
    let mut index = 1;
    while index < material.len() {
        let (before, from) = material.split_at(index);
        if from.first().is_some_and(|this| before.contains(this)) {
            material.remove(index);
        } else {
            index += 1;
        }
    }
    let all = material.len();
    let certificates = material.iter().filter(|m| matches!(m, Material::Certificate(_))).count();
    match (material.pop(), all) {
        (Some(one), 1) => Ok(one),
        (None, _) => Err(KeyFileError::Empty),
        _ => Err(KeyFileError::Several { certificates, keys: all - certificates }),
    }
}
