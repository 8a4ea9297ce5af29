//! Whom a device's signature is believed: `x5c`, domains, and the rules of those who consume it.
//!
//! ```text
//! header {"x5c":[…]} ──► signer's certificate ── domain by the rules ──► path to a root of the domain
//! ```
//!
//! A device signs with a key that its own token brings along, so that a signature alone proves
//! nothing. What counts is who issued the certificate, and *for what*: MOSIP's keymanager keeps
//! authorities in domains, and a device's certificate is not one of a secure chip. The components
//! that consume signed data ask for different domains: [`Consumer`] has a table, and what each of
//! them checks.
//!
//! Where they are lenient without need, this module is not: the algorithm is RS256 and nothing else,
//! dates are judged at the caller's time, for roots as well, and `x5t#S256` is compared with the
//! certificate instead of looked up. Judged [as at its own time](crate::At::Issued), each signer is
//! judged at the time that its own signed layer states.
//!
//! What a layer dates later than the time of judgement is [`not-yet-valid`](crate::Code::NotYetValid);
//! how old a message may be, a [`Window`](super::Window) says. A time that cannot be read is
//! [`malformed`](crate::Code::Malformed), whatever the time of judgement.
//!
//! The outermost layer of a message has to be signed. An inner layer may do without a signature of
//! its own where the signature around it is one of the domain that the rules ask for, and their
//! consumer does not verify the layer by itself. Messages whose
//! outer layers nobody signed are accepted by choice only: [`PartlySigned`].
//!
//! Without roots the verdict is [`untrusted-chain`](crate::Code::UntrustedChain): no signer is trusted.
//! Where nobody said whom to trust, [`NoRoots::Undecided`] says so instead.
//!
//! [`Trust::self_asserted`] accepts each signer's own certificate. That is what partner management
//! does with the requests that it registers, and it is reported as a warning. Such a message proves that the key in each layer's
//! certificate signed that layer. It proves neither whose the keys are nor that they belong together:
//! anyone can make keys, and devices with a secure chip sign with two. Reports count the keys, and
//! warn ([`OtherSigner`](crate::Warning::OtherSigner)) where different keys signed layers of one
//! domain, or one layer twice. Without rules, the layers of the device are all but the digital id, and
//! that as well if the message says L0.
//!
//! What a message can make a search do is limited: keys within `x5c` have 4096 bits at most
//! ([`Limits::x5c_modulus_bits`](crate::Limits::x5c_modulus_bits)), and all signers of a message share
//! [`Limits::chain_signatures`](crate::Limits::chain_signatures). A chain with a key of 1024 bits or
//! with a small exponent, where that is accepted, leaves a warning.
//!
//! Sources: those that [`Consumer`] names.
//!
//! Not supported: revocation (nor do the consumers check it), and what [`crate::jose`] says of
//! certificates.

mod coverage;
mod layer;
mod message;
mod rules;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::device::Certification;
use crate::encoding::Fault;
use crate::encoding::json::{Object, Value};
use crate::error::Error;
use crate::policy::Policy;
use crate::time::Time;
use crate::verify::Proven;
use crate::x509::Certificate;
use crate::x509::path::{Budget, Search};

pub(super) use layer::{Checker, Signed, Stated, Usage};
pub(super) use message::{Draft, Message, message};
pub use rules::{Consumer, Rules};

/// What an authority of a partner issues certificates for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Domain {
    /// Authentication partners.
    Auth,
    /// Devices.
    Device,
    /// Foundational trust modules: the secure chips of L1 devices.
    Ftm,
    /// Infrastructure service providers.
    Misp,
}

impl Domain {
    /// Every domain.
    pub const ALL: [Self; 4] = [Self::Auth, Self::Device, Self::Ftm, Self::Misp];

    /// Returns the name that keymanager has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "AUTH",
            Self::Device => "DEVICE",
            Self::Ftm => "FTM",
            Self::Misp => "MISP",
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::str::FromStr for Domain {
    type Err = Error;

    /// Reads a name in any letter case: consumers write `Device` and `DEVICE`.
    fn from_str(name: &str) -> Result<Self, Error> {
        let mut all = Self::ALL.into_iter();
        all.find(|domain| domain.as_str().eq_ignore_ascii_case(name))
            .ok_or(Error::Malformed { part: "domain", fault: Fault::Value })
    }
}

/// The authorities that a caller trusts, by domain.
///
/// ```
/// use countersign::Limits;
/// use countersign::x509::Certificate;
/// use countersign::mosip::trust::{Domain, TrustStore};
///
/// # let pem = include_bytes!("../../../test-vectors/keys/rsa-2048-certificate.pem");
/// let roots = Certificate::from_pem(pem, &Limits::default())?;
/// let store = TrustStore::new().with_roots(Domain::Device, roots);
/// assert_eq!(store.roots(Domain::Device).len(), 1);
/// assert!(store.roots(Domain::Ftm).is_empty());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustStore {
    roots: Vec<(Domain, Vec<Certificate>)>,
    intermediates: Vec<(Domain, Vec<Certificate>)>,
}

impl TrustStore {
    /// Makes a store that trusts nobody.
    #[must_use]
    pub const fn new() -> Self {
        Self { roots: Vec::new(), intermediates: Vec::new() }
    }

    /// Trusts these certificates, and what they issued, in a domain. They need not be self-signed.
    #[must_use]
    pub fn with_roots(
        mut self,
        domain: Domain,
        roots: impl IntoIterator<Item = Certificate>,
    ) -> Self {
        add(&mut self.roots, domain, roots);
        self
    }

    /// Adds certificates of authorities that are trusted if a root of the domain vouches for them.
    #[must_use]
    pub fn with_intermediates(
        mut self,
        domain: Domain,
        intermediates: impl IntoIterator<Item = Certificate>,
    ) -> Self {
        add(&mut self.intermediates, domain, intermediates);
        self
    }

    /// Returns the roots of a domain.
    #[must_use]
    pub fn roots(&self, domain: Domain) -> &[Certificate] {
        of(&self.roots, domain)
    }

    /// Returns the intermediates of a domain.
    #[must_use]
    pub fn intermediates(&self, domain: Domain) -> &[Certificate] {
        of(&self.intermediates, domain)
    }

    /// Finds the path from a certificate to a root of a domain, both included.
    ///
    /// Checked: the dates of all certificates, and the signatures, names and constraints of the
    /// path (RFC 5280 section 6.1). *Not* checked: revocation, and what the certificate is for. Weak
    /// keys that the policy accepts are no error here; verifiers warn of them.
    ///
    /// # Errors
    ///
    /// [`Error::CertificateExpired`], [`Error::UntrustedChain`], [`Error::KeyTooSmall`] for an
    /// issuer, or [`Error::TooLarge`] for a search beyond the limits.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::x509::Certificate;
    /// use countersign::mosip::trust::{Domain, TrustStore};
    /// use countersign::{Code, Limits, Policy, Time};
    ///
    /// # let pem = include_bytes!("../../../test-vectors/keys/rsa-2048-certificate.pem");
    /// let roots = Certificate::from_pem(pem, &Limits::default())?;
    /// let own = roots[0].clone();
    /// let store = TrustStore::new().with_roots(Domain::Device, roots);
    /// let at = Time::parse_rfc3339("2020-06-01T00:00:00Z")?;
    /// assert_eq!(store.path(&own, Domain::Device, at, &Policy::default())?, [own.clone()]);
    /// let elsewhere = store.path(&own, Domain::Ftm, at, &Policy::default());
    /// assert_eq!(elsewhere.unwrap_err().code(), Code::UntrustedChain);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn path(
        &self,
        certificate: &Certificate,
        domain: Domain,
        at: Time,
        policy: &Policy,
    ) -> Result<Vec<Certificate>, Error> {
        certificate.validity().check(at, policy.leeway())?;
        let intermediates = self.intermediates(domain).iter();
        let mut budget = Budget::new(policy.limits(), 0);
        let search = Search::new(self.roots(domain), intermediates, at, policy, &mut budget);
        let path = search.find(certificate)?;
        Ok(path.into_iter().cloned().collect())
    }
}

impl TrustStore {
    /// Tells whether no domain has a root, so that nothing is known of any signer.
    fn is_empty(&self) -> bool {
        self.roots.iter().all(|(_, roots)| roots.is_empty())
    }
}

fn add(
    kept: &mut Vec<(Domain, Vec<Certificate>)>,
    domain: Domain,
    certificates: impl IntoIterator<Item = Certificate>,
) {
    match kept.iter_mut().find(|(kept, _)| *kept == domain) {
        Some((_, kept)) => kept.extend(certificates),
        None => kept.push((domain, certificates.into_iter().collect())),
    }
}

fn of(kept: &[(Domain, Vec<Certificate>)], domain: Domain) -> &[Certificate] {
    kept.iter().find(|(kept, _)| *kept == domain).map_or(&[], |(_, kept)| kept)
}

/// Whether messages are accepted whose outermost layers nobody signed.
///
/// Device data and the elements of device information may have layers around a signed one that no
/// signature covers: plain base64 around a signed digital id, for example. Anyone can put such a layer
/// around a genuine signed one. Captured data is never accepted without its signature, and neither is
/// a message without any.
///
/// ```
/// use countersign::mosip::trust::{PartlySigned, Trust};
///
/// let trust = Trust::self_asserted().with_partly_signed(PartlySigned::Allow);
/// assert_ne!(trust, Trust::self_asserted());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartlySigned {
    /// Refuse them: [`unsigned-layer`](crate::Code::UnsignedLayer).
    #[default]
    Deny,
    /// Accept them, with a warning in every report.
    ///
    /// Rules ask for a signer of the data all the same: where a digital id is signed and nothing
    /// around it, the verdict is [`untrusted-chain`](crate::Code::UntrustedChain), and where an
    /// organisation is asked for, every element needs a signer of its data. What no signature covers
    /// is no part of the verified content.
    Allow,
}

/// A way in which devices break their formats, accepted only where it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Leniency {
    /// RSA moduli that are written as negative numbers; see
    /// [`Modulus::Unsigned`](crate::x509::Modulus::Unsigned).
    NegativeModulus,
    /// `x5c` in base64url, without padding, with line breaks, or as a string instead of an array.
    X5cEncoding,
    /// Outer layers without a signature: the name of [`PartlySigned::Allow`] in lists of
    /// leniencies.
    UnsignedLayers,
}

impl Leniency {
    /// Every leniency.
    pub const ALL: [Self; 3] = [Self::NegativeModulus, Self::X5cEncoding, Self::UnsignedLayers];

    /// Returns the name, in kebab case: that of the warning that tells of its use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NegativeModulus => "negative-modulus",
            Self::X5cEncoding => "x5c-encoding",
            Self::UnsignedLayers => "unsigned-layers",
        }
    }
}

/// How a verifier decides whom to believe. Cloning is cheap.
///
/// ```
/// use countersign::mosip::trust::{Consumer, Rules, Trust, TrustStore};
///
/// let trust = Trust::new(TrustStore::new(), Rules::of(Consumer::Ida));
/// assert_ne!(trust, Trust::self_asserted());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    basis: Option<Arc<(TrustStore, Rules)>>,
    negative_modulus: bool,
    x5c_encoding: bool,
    partly_signed: PartlySigned,
    no_roots: NoRoots,
}

/// What is said of signers where the store has no root at all.
///
/// ```
/// use countersign::mosip::device::{DigitalIdVerifier, Expected};
/// use countersign::mosip::trust::{Consumer, NoRoots, Rules, Trust, TrustStore};
/// use countersign_testkit::{Pki, Rng, mosip};
/// use countersign::{At, Code, Policy, Time};
///
/// let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
/// let pki = Pki::generate(&mut Rng::from_seed(1), start, end).unwrap();
/// let token = pki.device.sign(&mosip::digital_id("1").to_string()).unwrap();
/// let code = |no_roots| {
///     let trust = Trust::new(TrustStore::new(), Rules::of(Consumer::RegistrationClient));
///     let verifier = DigitalIdVerifier::new(trust.with_no_roots(no_roots), Policy::default());
///     verifier.verify(token.as_bytes(), &Expected::new(), At::Issued).unwrap_err().code()
/// };
/// assert_eq!(code(NoRoots::Untrusted), Code::UntrustedChain);
/// assert_eq!(code(NoRoots::Undecided), Code::NoKey);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoRoots {
    /// Nobody is trusted: [`untrusted-chain`](crate::Code::UntrustedChain), which is invalid.
    #[default]
    Untrusted,
    /// Nobody said whom to trust: [`no-key`](crate::Code::NoKey), which is undecided, as a signature
    /// without keys is. It is the last check of all, so that nothing that is wrong whatever the roots
    /// are hides behind it.
    Undecided,
}

impl Trust {
    /// Believes signers for whom the authorities of the store vouch, under the rules.
    #[must_use]
    pub fn new(store: TrustStore, rules: Rules) -> Self {
        Self { basis: Some(Arc::new((store, rules))), ..Self::self_asserted() }
    }

    /// Accepts each signer's own certificate; no authority vouches for it. Signatures and dates are
    /// checked, and every report says so.
    ///
    /// *Not* checked: whose the keys are, and whether the layers of a message were signed by one key.
    /// Reports count the keys.
    #[must_use]
    pub const fn self_asserted() -> Self {
        Self {
            basis: None,
            negative_modulus: false,
            x5c_encoding: false,
            partly_signed: PartlySigned::Deny,
            no_roots: NoRoots::Untrusted,
        }
    }

    /// Chooses what is said where the store has no root at all.
    #[must_use]
    pub const fn with_no_roots(mut self, no_roots: NoRoots) -> Self {
        self.no_roots = no_roots;
        self
    }

    /// Returns the rules, unless signers are believed their own certificates.
    fn rules(&self) -> Option<&Rules> {
        self.basis.as_deref().map(|(_, rules)| rules)
    }

    /// Tells whether nothing can be decided about signers, for want of roots.
    fn is_undecided(&self) -> bool {
        let has_no_roots = self.basis.as_deref().is_some_and(|(store, _)| store.is_empty());
        has_no_roots && self.no_roots == NoRoots::Undecided
    }

    /// Chooses what is done with messages whose outermost layers nobody signed.
    #[must_use]
    pub const fn with_partly_signed(mut self, partly_signed: PartlySigned) -> Self {
        self.partly_signed = partly_signed;
        self
    }

    /// Accepts one way of breaking the format.
    #[must_use]
    pub const fn with_leniency(mut self, leniency: Leniency) -> Self {
        match leniency {
            Leniency::NegativeModulus => self.negative_modulus = true,
            Leniency::X5cEncoding => self.x5c_encoding = true,
            Leniency::UnsignedLayers => self.partly_signed = PartlySigned::Allow,
        }
        self
    }
}

/// Who vouches for a signer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// A root of this domain.
    Rooted {
        /// The domain.
        domain: Domain,
        /// The root at the end of the path.
        root: Certificate,
    },
    /// Nobody, which the caller chose.
    SelfAsserted,
}

/// A part of a message that is signed by itself, and whose signature, certificate and trust passed
/// every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPart {
    part: String,
    certificate: Certificate,
    standing: Standing,
    at: Time,
}

impl SignedPart {
    /// Returns the name of the part, such as `deviceInfo` or `biometrics[0].data.digitalId`. The
    /// layers of a registration request have their own names only: `digitalId`.
    #[must_use]
    pub fn part(&self) -> &str {
        &self.part
    }

    /// Returns the certificate of the signer.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Returns who vouches for the signer.
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Returns the time at which the signer was judged: that of the caller, or as issued the one
    /// that the part states. A part that states none is judged at the time of the layer inside it.
    #[must_use]
    pub const fn at(&self) -> Time {
        self.at
    }
}

/// A message whose every signed part passed every check. Only verifiers make one.
///
/// At least one part is signed. What no signature covers is named, and is reachable only through
/// methods with `unauthenticated` in their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T>(Proven<Draft<T>>);

impl<T> Verified<T> {
    /// Returns the content that signatures cover.
    #[must_use]
    pub const fn content(&self) -> &T {
        &self.0.get().content
    }

    /// Returns the signed parts, outermost first.
    #[must_use]
    pub fn parts(&self) -> &[SignedPart] {
        &self.0.signed.parts
    }

    /// Names what no signature covers: layers, and what stands beside the signed ones of an answer's
    /// elements. Members around all elements, or around a request, are not looked at and not named.
    #[must_use]
    pub fn unauthenticated(&self) -> &[String] {
        &self.0.signed.unauthenticated
    }

    /// Tells whether a part is one of the message's layers and is covered by a signature, its own or
    /// one around it.
    #[must_use]
    pub fn is_authentic(&self, part: &str) -> bool {
        self.0.signed.covers(part)
    }

    /// Returns the time of judgement, as the report states it: that of the caller, or as issued that
    /// of the first part. Each part has its own: [`SignedPart::at`].
    #[must_use]
    pub const fn at(&self) -> Time {
        self.0.get().signed.at
    }

    /// Adds to the claims of a report what is no claim.
    pub(super) fn name_unauthenticated(&self, claims: &mut Object<'static>) {
        if !self.unauthenticated().is_empty() {
            let names = self.unauthenticated().iter().cloned().map(Value::from).collect();
            claims.set("unauthenticated", Value::Array(names));
        }
    }
}

impl core::str::FromStr for Leniency {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let mut all = Self::ALL.into_iter();
        all.find(|leniency| leniency.as_str() == name)
            .ok_or(Error::Malformed { part: "leniency", fault: Fault::Value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Trail;

    #[test]
    fn without_a_signature_there_is_nothing_to_hand_out() {
        let (trust, policy) = (Trust::self_asserted(), Policy::default());
        let mut trail = Trail::first_failure();
        let checker = Checker::new(&mut trail, &trust, &policy, 1);
        let at = Time::from_unix(1_578_919_842).unwrap();
        assert_eq!(checker.conclude(at.into(), None), None);
    }
}
