//! What a verifier trusts, as chosen by its caller.

use alloc::sync::Arc;

use super::rules::Rules;
use super::store::TrustStore;
use crate::encoding::Fault;
use crate::error::Error;
use crate::limits::Limits;
use crate::x509::{Certificate, Known, KnownCertificates, Memory, NegativeModulus};

/// Whether to accept messages whose outermost layers are unsigned.
///
/// Device data and the elements of device information may have layers around a signed one that no
/// signature covers: plain base64 around a signed digital ID, for example. Anyone can put such a layer
/// around a genuine signed one. Captured data is never accepted without its signature, nor is a message
/// without any signature.
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
    /// The rules still require a signer for the data. If a digital ID is signed but nothing around it
    /// is, the verdict is [`untrusted-chain`](crate::Code::UntrustedChain); if the rules require an
    /// organisation, every element needs a signer of its data. Content that no signature covers is not
    /// part of the verified content.
    Allow,
}

/// A way in which devices deviate from their formats, accepted only if the caller names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Leniency {
    /// RSA moduli encoded as negative numbers; see
    /// [`NegativeModulus::ReadAsUnsigned`](crate::x509::NegativeModulus::ReadAsUnsigned).
    NegativeModulus,
    /// `x5c` in base64url, without padding, with line breaks, or as a string instead of an array.
    X5cEncoding,
    /// Outer layers without a signature: the name that lists of leniencies use for
    /// [`PartlySigned::Allow`].
    UnsignedLayers,
}

impl Leniency {
    /// Every leniency.
    pub const ALL: [Self; 3] = [Self::NegativeModulus, Self::X5cEncoding, Self::UnsignedLayers];

    /// Returns the name, in kebab case: the same as that of the warning that reports its use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NegativeModulus => "negative-modulus",
            Self::X5cEncoding => "x5c-encoding",
            Self::UnsignedLayers => "unsigned-layers",
        }
    }
}

/// How a verifier decides which signers to trust. Cloning is cheap.
///
/// ```
/// use countersign::mosip::trust::{Consumer, Rules, Trust, TrustStore};
///
/// let trust = Trust::new(TrustStore::new(), Rules::of(Consumer::Ida));
/// assert_ne!(trust, Trust::self_asserted());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    pub(super) basis: Option<Arc<Basis>>,
    pub(super) negative_modulus: bool,
    pub(super) x5c_encoding: bool,
    pub(super) partly_signed: PartlySigned,
    pub(super) no_roots: NoRoots,
    pub(super) memory: Memory,
}

/// Whom a verifier believes, and what it remembers of those whom it did believe.
#[derive(Debug)]
pub(super) struct Basis {
    pub(super) store: TrustStore,
    pub(super) rules: Rules,
    pub(super) known: Known,
}

impl PartialEq for Basis {
    fn eq(&self, other: &Self) -> bool {
        self.store == other.store && self.rules == other.rules
    }
}

impl Eq for Basis {}

/// What to report about signers if the store has no roots at all.
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
    /// No signer is trusted: [`untrusted-chain`](crate::Code::UntrustedChain), which is invalid.
    #[default]
    Untrusted,
    /// The caller has not configured whom to trust: [`no-key`](crate::Code::NoKey), which is undecided,
    /// as for a signature without keys. This check comes last, so it never hides a failure that does
    /// not depend on the roots.
    Undecided,
}

impl Trust {
    /// Trusts signers vouched for by the authorities in the store, under the rules.
    #[must_use]
    pub fn new(store: TrustStore, rules: Rules) -> Self {
        let known = Known::new();
        Self { basis: Some(Arc::new(Basis { store, rules, known })), ..Self::self_asserted() }
    }

    /// Accepts each signer's own certificate; no authority vouches for it. Signatures and dates are
    /// checked, and every report says that no authority vouches for them.
    ///
    /// *Not* checked: who owns the keys, and whether one key signed all layers of a message. Reports
    /// count the keys.
    #[must_use]
    pub const fn self_asserted() -> Self {
        Self {
            basis: None,
            negative_modulus: false,
            x5c_encoding: false,
            partly_signed: PartlySigned::Deny,
            no_roots: NoRoots::Untrusted,
            memory: Memory::Keep,
        }
    }

    /// Chooses whether to remember certificates that appear repeatedly.
    #[must_use]
    pub const fn with_memory(mut self, memory: Memory) -> Self {
        self.memory = memory;
        self
    }

    /// Chooses what to report if the store has no roots at all.
    #[must_use]
    pub const fn with_no_roots(mut self, no_roots: NoRoots) -> Self {
        self.no_roots = no_roots;
        self
    }

    /// Returns how often certificates in messages were already known from earlier messages. Clones
    /// share what they know, so they are counted together. With [`self_asserted`](Self::self_asserted),
    /// nothing is remembered.
    #[must_use]
    pub fn known_certificates(&self) -> KnownCertificates {
        self.basis.as_deref().map(|basis| basis.known.counts()).unwrap_or_default()
    }

    /// Reads a certificate of a message, or remembers it.
    pub(super) fn read_certificate(
        &self,
        der: &[u8],
        limits: &Limits,
    ) -> Result<Certificate, Error> {
        let modulus = self.modulus();
        let known = self.memory().and_then(|known| known.find(der, modulus, limits));
        known.map_or_else(|| Certificate::from_message(der, modulus, limits), Ok)
    }

    /// Remembers certificates of messages that were read within these limits and led to a root.
    pub(super) fn remember(&self, path: &[&Certificate], limits: &Limits) {
        let Some(known) = self.memory() else { return };
        for certificate in path.iter().filter(|certificate| certificate.came_with_message()) {
            known.keep(certificate, self.modulus(), limits);
        }
    }

    fn memory(&self) -> Option<&Known> {
        let basis = self.basis.as_deref().filter(|_| self.memory == Memory::Keep)?;
        Some(&basis.known)
    }

    const fn modulus(&self) -> NegativeModulus {
        if self.negative_modulus {
            NegativeModulus::ReadAsUnsigned
        } else {
            NegativeModulus::Refuse
        }
    }

    /// Returns the rules, unless signers are believed their own certificates.
    pub(super) fn rules(&self) -> Option<&Rules> {
        self.basis.as_deref().map(|basis| &basis.rules)
    }

    /// Tells whether nothing can be decided about signers, for want of roots.
    pub(super) fn is_undecided(&self) -> bool {
        let has_no_roots = self.basis.as_deref().is_some_and(|basis| basis.store.is_empty());
        has_no_roots && self.no_roots == NoRoots::Undecided
    }

    /// Chooses whether to accept messages whose outermost layers are unsigned.
    #[must_use]
    pub const fn with_partly_signed(mut self, partly_signed: PartlySigned) -> Self {
        self.partly_signed = partly_signed;
        self
    }

    /// Accepts one deviation from the format.
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

impl core::str::FromStr for Leniency {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let mut all = Self::ALL.into_iter();
        all.find(|leniency| leniency.as_str() == name)
            .ok_or(Error::Malformed { part: "leniency", fault: Fault::Value })
    }
}
