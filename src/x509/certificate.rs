//! Certificates, parsed but not yet trusted.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};
use core::ops::Range;

use x509_cert::certificate::Version;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::der::referenced::OwnedToRef as _;
use x509_cert::der::{self, Decode as _, Encode as _, Header, Reader as _, SliceReader};
use x509_cert::ext::pkix::name::DirectoryString;
use x509_cert::ext::pkix::{
    BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage, SubjectAltName,
};
use x509_cert::name::Name;
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::plain::{Extension, Plain};
use super::spki::{self, BAD_DER, NEGATIVE_MODULUS, NegativeModulus};
use super::vouchers::{Memory, Vouchers};
use crate::crypto::{Algorithm, PublicKey, SignatureBackend, sha256, work};
use crate::encoding::{Fault, hex};
use crate::error::{ChainFault, Error};
use crate::limits::Limits;
use crate::time::{Leeway, Time};

const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SHA384_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const SHA512_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ORGANIZATION_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");

/// The period in which a certificate is valid, including both ends
/// ([RFC 5280 §4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Validity {
    /// First instant.
    pub not_before: Time,
    /// Last instant.
    pub not_after: Time,
}

impl Validity {
    /// Tells whether a time is within, given that clocks may disagree.
    pub(crate) const fn check(self, at: Time, leeway: Leeway) -> Result<(), Error> {
        let Self { not_before, not_after } = self;
        if not_before.unix() <= at.plus(leeway) && at.unix() <= not_after.plus(leeway) {
            Ok(())
        } else {
            Err(Error::CertificateExpired { at, not_before, not_after })
        }
    }
}

/// A certificate as parsed: its own signature is *not* verified, and it is *not* trusted.
///
/// Checked: strict DER, the form of every extension that is used here, and that none occurs twice. A
/// key that cannot be used is kept as an error, so that a certificate with an unknown type of key can
/// appear among others. Cloning is cheap.
///
/// ```
/// use countersign::Limits;
/// use countersign::x509::Certificate;
///
/// # let pem = include_bytes!("../../test-vectors/keys/rsa-2048-certificate.pem");
/// let [certificate] = &Certificate::from_pem(pem, &Limits::default())?[..] else { panic!() };
/// assert_eq!(certificate.validity().not_after.to_string(), "2021-01-01T00:00:00Z");
/// assert_eq!(certificate.key()?.bits(), 2048);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct Certificate(Arc<Fields>);

struct Fields {
    der: Vec<u8>,
    sha256: [u8; 32],
    version: Version,
    issuer: Bytes,
    subject: Bytes,
    /// The value of the subject's organisation, if there is one that is meant.
    organization: Option<Bytes>,
    validity: Validity,
    key: Result<PublicKey, Error>,
    /// The modulus could be read as an unsigned number only.
    negative_modulus: bool,
    constraints: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
    /// An extension that nobody here understands, and must.
    not_understood: bool,
    source: Source,
    /// The algorithm of the certificate's own signature, if it is known.
    algorithm: Option<Algorithm>,
    signature: Option<Bytes>,
    vouchers: Vouchers,
}

/// Bytes of a certificate, in the form of DER.
enum Bytes {
    /// As they stand in it.
    Within(Range<usize>),
    /// Written again, where they had another form.
    Apart(Vec<u8>),
}

impl Bytes {
    fn of<'c>(&'c self, der: &'c [u8]) -> &'c [u8] {
        match self {
            Self::Within(place) => der.get(place.clone()).unwrap_or_default(),
            Self::Apart(bytes) => bytes,
        }
    }
}

/// What is used of a certificate, read in either way.
struct Parts<'c> {
    version: Version,
    algorithm: Option<Algorithm>,
    issuer: Bytes,
    validity: Validity,
    subject: Bytes,
    organization: Option<Bytes>,
    info: SubjectPublicKeyInfoRef<'c>,
    extensions: Vec<Extension<'c>>,
    signature: Option<Bytes>,
}

impl<'c> Parts<'c> {
    fn of_plain(plain: Plain<'c>) -> Result<Self, Error> {
        Ok(Self {
            version: plain.version,
            algorithm: Some(plain.algorithm),
            issuer: Bytes::Within(plain.issuer),
            validity: validity(plain.not_before, plain.not_after)?,
            subject: Bytes::Within(plain.subject),
            organization: plain.organization.map(Bytes::Within),
            info: plain.info,
            extensions: plain.extensions,
            signature: Some(Bytes::Within(plain.signature)),
        })
    }

    fn of_any(content: &'c x509_cert::Certificate) -> Result<Self, Error> {
        let fields = content.tbs_certificate();
        let written = |name: &Name| name.to_der().map(Bytes::Apart).map_err(|_| BAD_DER);
        let extension = |extension: &'c x509_cert::ext::Extension| Extension {
            id: extension.extn_id.as_bytes(),
            critical: extension.critical,
            value: extension.extn_value.as_bytes(),
        };
        let extensions = fields.extensions().map_or(&[][..], Vec::as_slice);
        Ok(Self {
            version: fields.version(),
            algorithm: signature_algorithm(content),
            issuer: written(fields.issuer())?,
            validity: validity(fields.validity().not_before, fields.validity().not_after)?,
            subject: written(fields.subject())?,
            organization: organization(fields.subject()),
            info: fields.subject_public_key_info().owned_to_ref(),
            extensions: extensions.iter().map(extension).collect(),
            signature: content.signature().as_bytes().map(|bits| Bytes::Apart(bits.to_vec())),
        })
    }
}

fn validity(
    not_before: x509_cert::time::Time,
    not_after: x509_cert::time::Time,
) -> Result<Validity, Error> {
    Ok(Validity { not_before: instant(not_before)?, not_after: instant(not_after)? })
}

/// Finds the organisation that is meant in a name; see [`Certificate::organization`].
fn organization(name: &Name) -> Option<Bytes> {
    let names = name.iter_rdn();
    let named = names.filter(|name| name.iter().any(|part| part.oid == ORGANIZATION_NAME));
    let last = named.last().filter(|name| name.len() == 1)?.iter().next()?;
    last.value.to_der().ok().map(Bytes::Apart)
}

pub(super) fn signature_algorithm(content: &x509_cert::Certificate) -> Option<Algorithm> {
    let outer = content.signature_algorithm();
    if outer != content.tbs_certificate().signature() {
        return None;
    }
    // RFC 4055 section 5: the parameters are NULL, and where they are missing, meant to be.
    let bare = outer.parameters.is_none();
    let null = outer.parameters.as_ref().is_none_or(|any| any.is_null());
    match outer.oid {
        SHA256_WITH_RSA if null => Some(Algorithm::Rs256),
        SHA384_WITH_RSA if null => Some(Algorithm::Rs384),
        SHA512_WITH_RSA if null => Some(Algorithm::Rs512),
        ECDSA_WITH_SHA256 if bare => Some(Algorithm::Es256),
        _ => None,
    }
}

/// Who gave a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Caller,
    /// A sender, who chooses what its key costs.
    Message,
}

impl Certificate {
    /// Parses one certificate from DER, within the default [`Limits`].
    ///
    /// # Errors
    ///
    /// See [`from_der_with`](Self::from_der_with).
    pub fn from_der(der: &[u8], negative: NegativeModulus) -> Result<Self, Error> {
        Self::from_der_with(der, negative, &Limits::default())
    }

    /// Parses one certificate from DER, within these limits.
    ///
    /// The size and the number of extensions are checked before anything is allocated for them.
    /// [`Limits::x5c_modulus_bits`] applies to messages only, and is ignored here.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] and [`Error::Malformed`], but no errors that concern the key; see
    /// [`key`](Self::key).
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::x509::{Certificate, NegativeModulus};
    /// use countersign::{Code, Limits};
    ///
    /// # let pem = include_bytes!("../../test-vectors/keys/rsa-2048-certificate.pem");
    /// let certificate = Certificate::from_pem(pem, &Limits::default())?.remove(0);
    /// let der = certificate.der();
    /// assert_eq!(Certificate::from_der_with(der, NegativeModulus::Refuse, &Limits::default())?, certificate);
    ///
    /// let small = Limits::default().with_certificate_bytes(der.len() - 1);
    /// let error = Certificate::from_der_with(der, NegativeModulus::Refuse, &small).unwrap_err();
    /// assert_eq!(error.code(), Code::TooLarge);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn from_der_with(
        der: &[u8],
        negative: NegativeModulus,
        limits: &Limits,
    ) -> Result<Self, Error> {
        Self::read(der, negative, limits, Source::Caller)
    }

    /// Reads a certificate that a message brings along. A modulus above
    /// [`Limits::x5c_modulus_bits`] makes the key [`Error::TooLarge`].
    pub(crate) fn from_message(
        der: &[u8],
        negative: NegativeModulus,
        limits: &Limits,
    ) -> Result<Self, Error> {
        Self::read(der, negative, limits, Source::Message)
    }

    fn read(
        der: &[u8],
        negative: NegativeModulus,
        limits: &Limits,
        source: Source,
    ) -> Result<Self, Error> {
        let limit = limits.certificate_bytes();
        if der.len() > limit {
            return Err(Error::TooLarge { what: "certificate", limit });
        }
        let limit = limits.certificate_extensions().into();
        if let Some(plain) = Plain::read(der, limit) {
            work::certificate();
            return Self::of(der, Parts::of_plain(plain)?, negative, limits, source);
        }
        let any = read_any(der, limit)?;
        Self::of(der, Parts::of_any(&any)?, negative, limits, source)
    }

    /// Checks what is used of a certificate, and keeps it.
    fn of(
        der: &[u8],
        parts: Parts<'_>,
        negative: NegativeModulus,
        limits: &Limits,
        source: Source,
    ) -> Result<Self, Error> {
        let (mut constraints, mut usage, mut not_understood) = (None, None, false);
        let extensions = &parts.extensions;
        let mut ids: Vec<_> = extensions.iter().map(|extension| extension.id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(malformed(Fault::RepeatedExtension));
        }
        for extension in extensions {
            let value = extension.value;
            match ObjectIdentifier::from_bytes(extension.id).map_err(|_| BAD_DER)? {
                BasicConstraints::OID => {
                    constraints = Some(BasicConstraints::from_der(value).map_err(|_| BAD_DER)?);
                }
                KeyUsage::OID => {
                    usage = Some(KeyUsage::from_der(value).map_err(|_| BAD_DER)?);
                }
                // Their issuers would restrict what was issued, and nothing here would obey.
                NAME_CONSTRAINTS => not_understood = true,
                // Neither the purposes nor the names that they hold are looked at, as in MOSIP's
                // keymanager; and where no policy is asked for, every policy will do.
                ExtendedKeyUsage::OID | SubjectAltName::OID | CertificatePolicies::OID => {}
                _ => not_understood |= extension.critical,
            }
        }
        if !extensions.is_empty() && parts.version != Version::V3 {
            return Err(malformed(Fault::ExtensionsBeforeVersion3));
        }
        // Last, as it is the most work.
        let most_bits = match source {
            Source::Caller => usize::MAX,
            Source::Message => limits.x5c_modulus_bits().into(),
        };
        let mut key = spki::public_key(&parts.info, NegativeModulus::Refuse, most_bits);
        let mut negative_modulus = false;
        if negative == NegativeModulus::ReadAsUnsigned && key == Err(NEGATIVE_MODULUS) {
            key = spki::public_key(&parts.info, negative, most_bits);
            negative_modulus = key.is_ok();
        }
        Ok(Self(Arc::new(Fields {
            der: der.to_vec(),
            sha256: sha256(der),
            version: parts.version,
            issuer: parts.issuer,
            subject: parts.subject,
            organization: parts.organization,
            validity: parts.validity,
            key,
            negative_modulus,
            constraints,
            usage,
            not_understood,
            source,
            algorithm: parts.algorithm,
            signature: parts.signature,
            vouchers: Vouchers::default(),
        })))
    }

    /// Returns the DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// Returns the SHA-256 of the DER.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.0.sha256
    }

    /// Returns the subject in the form of [RFC 4514](https://www.rfc-editor.org/rfc/rfc4514), for
    /// people.
    #[must_use]
    pub fn subject(&self) -> String {
        display(self.name())
    }

    /// Returns the issuer in the form of [RFC 4514](https://www.rfc-editor.org/rfc/rfc4514), for
    /// people.
    #[must_use]
    pub fn issuer(&self) -> String {
        display(self.issuer_name())
    }

    /// Returns the organisation (`O`) of the subject. If there are several, it is the last one, which
    /// comes first in the text form of
    /// [RFC 4514 §2.1](https://www.rfc-editor.org/rfc/rfc4514#section-2.1). MOSIP's components compare
    /// that one.
    ///
    /// `None` if it shares a relative distinguished name with other attributes: which of them a reader
    /// takes is then arbitrary.
    #[must_use]
    pub fn organization(&self) -> Option<String> {
        let value = self.0.organization.as_ref()?.of(self.der());
        Some(DirectoryString::from_der(value).ok()?.value().to_string())
    }

    /// Returns the period in which the certificate is valid.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.0.validity
    }

    /// Returns the key.
    ///
    /// # Errors
    ///
    /// Returns the reason why the key cannot be used: its type, its size, or a check of [`PublicKey`].
    pub fn key(&self) -> Result<&PublicKey, Error> {
        self.0.key.as_ref().map_err(Error::clone)
    }

    /// Returns whether the key could be read only because of [`NegativeModulus::ReadAsUnsigned`].
    #[must_use]
    pub fn has_negative_modulus(&self) -> bool {
        self.0.negative_modulus
    }

    /// Tells whether a message brought it along.
    pub(crate) fn came_with_message(&self) -> bool {
        self.0.source == Source::Message
    }

    /// Returns the subject in DER, in which equal names are equal.
    pub(crate) fn name(&self) -> &[u8] {
        self.0.subject.of(self.der())
    }

    /// Returns the issuer in DER.
    pub(crate) fn issuer_name(&self) -> &[u8] {
        self.0.issuer.of(self.der())
    }

    pub(crate) fn is_self_issued(&self) -> bool {
        self.name() == self.issuer_name()
    }

    /// Tells whether the key may sign what is no certificate (RFC 5280 section 4.2.1.3).
    pub(crate) fn may_sign(&self) -> Result<(), Error> {
        match &self.0.usage {
            Some(usage) if !usage.digital_signature() && !usage.non_repudiation() => {
                Err(Error::KeyUse)
            }
            _ => Ok(()),
        }
    }

    /// Tells whether nothing in the certificate restricts it in ways that are unknown here.
    pub(crate) fn is_understood(&self) -> Result<(), ChainFault> {
        if self.0.not_understood { Err(ChainFault::Extension) } else { Ok(()) }
    }

    /// Tells whether the certificate may issue others, with so many issuers between it and the
    /// last one (RFC 5280 section 6.1.4 k to n). A root need not be of version 3, but if it says
    /// what it is, it has to be an issuer.
    pub(crate) fn may_issue(&self, below: usize, role: Role) -> Result<(), ChainFault> {
        match &self.0.constraints {
            Some(BasicConstraints { ca: true, path_len_constraint }) => {
                if path_len_constraint.is_some_and(|most| below > usize::from(most)) {
                    return Err(ChainFault::PathLength);
                }
            }
            None if role == Role::Root && self.0.version != Version::V3 => {}
            _ => return Err(ChainFault::NotAnIssuer),
        }
        match &self.0.usage {
            Some(usage) if !usage.key_cert_sign() => Err(ChainFault::NotAnIssuer),
            _ => Ok(()),
        }
    }

    /// Returns the algorithm of the certificate's own signature.
    pub(crate) fn signature_algorithm(&self) -> Option<Algorithm> {
        self.0.algorithm
    }

    /// Verifies the certificate's own signature with the key of its issuer, or remembers that it did.
    /// The algorithm is what [`signature_algorithm`](Self::signature_algorithm) returned.
    pub(crate) fn verify(
        &self,
        key: &PublicKey,
        algorithm: Algorithm,
        backend: SignatureBackend,
        memory: Memory,
    ) -> Result<(), Error> {
        if memory == Memory::Keep && self.0.vouchers.has(key, backend) {
            return Ok(());
        }
        let signature = self.0.signature.as_ref().ok_or(Error::SignatureMismatch)?.of(self.der());
        let signed = signed_part(&self.0.der).map_err(|_| BAD_DER)?;
        if algorithm == Algorithm::Es256 {
            let signature = fixed_signature(signature).ok_or(Error::SignatureMismatch)?;
            key.verify_with(backend, algorithm, &[signed], &signature)?;
        } else {
            key.verify_with(backend, algorithm, &[signed], signature)?;
        }
        if memory == Memory::Keep {
            self.0.vouchers.add(key, backend);
        }
        Ok(())
    }
}

/// What a certificate is within a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Root,
    Intermediate,
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("issuer", &self.issuer())
            .field("sha256", &hex::encode(self.sha256()))
            .finish_non_exhaustive()
    }
}

fn instant(time: x509_cert::time::Time) -> Result<Time, Error> {
    i64::try_from(time.to_unix_duration().as_secs())
        .ok()
        .and_then(Time::from_unix)
        .ok_or(malformed(Fault::Time))
}

const fn malformed(fault: Fault) -> Error {
    Error::Malformed { part: "certificate", fault }
}

/// Writes a name. A name that has no such form stays empty: it is for people only.
fn display(name: &[u8]) -> String {
    let Ok(name) = Name::from_der(name) else { return String::new() };
    let mut text = String::new();
    match write!(text, "{name}") {
        Ok(()) => text,
        Err(_) => String::new(),
    }
}

/// Reads a certificate in any form, if it has at most so many extensions.
fn read_any(der: &[u8], most: usize) -> Result<x509_cert::Certificate, Error> {
    if count_extensions(der, most).map_err(|_| BAD_DER)? > most {
        let what = "number of extensions of a certificate";
        return Err(Error::TooLarge { what, limit: most });
    }
    work::certificate();
    x509_cert::Certificate::from_der(der).map_err(|_| BAD_DER)
}

/// Counts the extensions of a certificate, up to one more than there may be.
fn count_extensions(der: &[u8], most: usize) -> der::Result<usize> {
    /// `[3] EXPLICIT` (RFC 5280 section 4.1).
    const EXTENSIONS: u8 = 0xa3;
    let mut fields = SliceReader::new(content(signed_part(der)?)?)?;
    while !fields.is_finished() {
        let field = fields.tlv_bytes()?;
        if field.first() != Some(&EXTENSIONS) {
            continue;
        }
        let mut extensions = SliceReader::new(content(content(field)?)?)?;
        let mut count = 0;
        while !extensions.is_finished() && count <= most {
            extensions.tlv_bytes()?;
            count += 1;
        }
        return Ok(count);
    }
    Ok(0)
}

/// Returns what is within the first element.
fn content(element: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(element)?;
    let header = Header::decode(&mut reader)?;
    reader.read_slice(header.length())
}

/// Returns the `TBSCertificate` as it was received, within DER that was read before.
fn signed_part(der: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(der)?;
    Header::decode(&mut reader)?;
    reader.tlv_bytes()
}

/// Turns `ECDSA-Sig-Value` (RFC 5480 appendix A) into the form of RFC 7518 section 3.4.
fn fixed_signature(der: &[u8]) -> Option<[u8; 64]> {
    let mut reader = SliceReader::new(der).ok()?;
    let numbers = reader.sequence(|reader| {
        der::Result::Ok((UintRef::decode(reader)?.as_bytes(), UintRef::decode(reader)?.as_bytes()))
    });
    let (r, s) = numbers.ok()?;
    reader.finish().ok()?;
    let mut fixed = [0; 64];
    let (left, right) = fixed.split_at_mut(32);
    for (half, number) in [(left, r), (right, s)] {
        let place = half.len().checked_sub(number.len())?;
        half.get_mut(place..)?.copy_from_slice(number);
    }
    Some(fixed)
}

/// Says in one line which certificate is meant.
pub(crate) fn describe(certificate: &Certificate) -> String {
    let digest = hex::encode(certificate.sha256());
    let start = digest.get(..16).unwrap_or_default();
    format!("{}, SHA-256 {start}…", crate::error::shorten(&certificate.subject()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Time;
    use countersign_testkit::{Authority, Critical, EcIssuer, Issuer, Rng, RsaIssuer, Template};

    fn template() -> Template {
        Template::new("name", Time::from_unix(0).unwrap(), Time::from_unix(1000).unwrap())
    }

    fn issued(
        key: impl Issuer,
        template: &Template,
        choice: NegativeModulus,
    ) -> Result<Certificate, Error> {
        let own = Authority::root(key, template).unwrap();
        Certificate::from_der(own.certificate().to_der(), choice)
    }

    fn read(template: &Template) -> Result<Certificate, Error> {
        issued(EcIssuer::generate(&mut Rng::from_seed(1), None), template, NegativeModulus::Refuse)
    }

    #[test]
    fn no_extension_may_stand_twice() {
        let twice = || malformed(Fault::RepeatedExtension);
        let unknown =
            |template: Template, last| template.extension(&[0x2a, 3, last], Critical::No, &[5, 0]);
        assert!(read(&unknown(unknown(template().authority(None), 1), 2)).is_ok());
        assert_eq!(read(&unknown(unknown(template(), 1), 1)).unwrap_err(), twice());
        assert_eq!(read(&unknown(unknown(unknown(template(), 1), 2), 1)).unwrap_err(), twice());
        assert_eq!(read(&template().end_entity().authority(None)).unwrap_err(), twice());
    }

    #[test]
    fn only_version_3_has_extensions() {
        assert!(read(&template().version_1()).is_ok());
        assert!(read(&template().authority(None)).is_ok());
        let early = malformed(Fault::ExtensionsBeforeVersion3);
        assert_eq!(read(&template().authority(None).version_1()).unwrap_err(), early);
    }

    #[test]
    fn one_critical_extension_that_is_unknown_is_one_too_many_and_so_are_two() {
        let unknown = |template: Template, last, critical| {
            template.extension(&[0x2a, 3, last], critical, &[5, 0])
        };
        let one = |critical| unknown(template(), 1, critical);
        for (template, expected) in [
            (one(Critical::No), Ok(())),
            (one(Critical::Yes), Err(ChainFault::Extension)),
            (unknown(one(Critical::Yes), 2, Critical::Yes), Err(ChainFault::Extension)),
            (unknown(one(Critical::Yes), 2, Critical::No), Err(ChainFault::Extension)),
            (unknown(one(Critical::No), 2, Critical::No), Ok(())),
        ] {
            assert_eq!(read(&template).unwrap().is_understood(), expected, "{template:?}");
        }
    }

    #[test]
    fn only_a_modulus_that_is_written_as_negative_is_said_to_be() {
        let key = || RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
        let (plain, negative) = (template(), template().negative_modulus());
        for (template, choice, usable, marked) in [
            (&plain, NegativeModulus::Refuse, true, false),
            (&plain, NegativeModulus::ReadAsUnsigned, true, false),
            (&negative, NegativeModulus::Refuse, false, false),
            (&negative, NegativeModulus::ReadAsUnsigned, true, true),
        ] {
            let certificate = issued(key(), template, choice).unwrap();
            let found = (certificate.key().is_ok(), certificate.has_negative_modulus());
            assert_eq!(found, (usable, marked), "{template:?} {choice:?}");
        }
    }

    #[test]
    fn the_algorithm_of_the_signature_stands_twice_alike_and_has_no_parameters() {
        let key = RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
        let own = Authority::root(key, &template()).unwrap();
        let der = own.certificate().to_der();
        // An algorithm of PKCS#1 without the tag of its identifier, and its parameter.
        let rsa = |number, tag| [9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, number, tag, 0];
        let (null, octets) = (5, 4);
        let places: Vec<usize> =
            (0..der.len()).filter(|place| der[*place..].starts_with(&rsa(11, null))).collect();
        let [inner, outer] = places[..] else { panic!("{places:?}") };
        let read = |signed: [u8; 12], unsigned: [u8; 12]| {
            let mut der = der.to_vec();
            der[inner..inner + 12].copy_from_slice(&signed);
            der[outer..outer + 12].copy_from_slice(&unsigned);
            Certificate::from_der(&der, NegativeModulus::Refuse).unwrap().signature_algorithm()
        };
        for (number, algorithm) in
            [(11, Algorithm::Rs256), (12, Algorithm::Rs384), (13, Algorithm::Rs512)]
        {
            let good = rsa(number, null);
            assert_eq!(read(good, good), Some(algorithm));
            assert_eq!(read(rsa(number, octets), rsa(number, octets)), None, "{algorithm}");
            for other in [rsa(number, octets), rsa(14, null)] {
                assert_eq!((read(good, other), read(other, good)), (None, None), "{algorithm}");
            }
        }
        // RSASSA-PSS is none of them, and ECDSA with SHA-256 has no parameters at all.
        assert_eq!(read(rsa(10, null), rsa(10, null)), None);
        let ecdsa = [8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2, octets, 1, 0];
        assert_eq!(read(ecdsa, ecdsa), None);
    }
}
