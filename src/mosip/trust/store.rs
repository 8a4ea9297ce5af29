//! The trusted authorities, each for a domain.

use alloc::vec::Vec;
use core::fmt;

use crate::encoding::Fault;
use crate::error::Error;
use crate::policy::Policy;
use crate::time::Time;
use crate::x509::Certificate;
use crate::x509::Memory;
use crate::x509::path::{Budget, Search};

/// What a partner's authority issues certificates for.
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

    /// Returns the name that keymanager uses for it.
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

    /// Parses a name, ignoring letter case: consumers write both `Device` and `DEVICE`.
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
    /// Creates a store that trusts no authority.
    #[must_use]
    pub const fn new() -> Self {
        Self { roots: Vec::new(), intermediates: Vec::new() }
    }

    /// Trusts these certificates, and those they issued, in a domain. They need not be self-signed.
    #[must_use]
    pub fn with_roots(
        mut self,
        domain: Domain,
        roots: impl IntoIterator<Item = Certificate>,
    ) -> Self {
        add(&mut self.roots, domain, roots);
        self
    }

    /// Adds intermediate certificates, which are trusted only if a root of the domain vouches for them.
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

    /// Finds the path from a certificate to a root of a domain, including both.
    ///
    /// Checked: the dates of all certificates, and the signatures, names and constraints of the path
    /// ([RFC 5280 §6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1)). *Not* checked:
    /// revocation, and the purpose of the certificate. Weak keys that the policy accepts are not an error
    /// here; verifiers warn about them.
    /// # Errors
    ///
    /// [`Error::CertificateExpired`], [`Error::UntrustedChain`], [`Error::KeyTooSmall`] for an
    /// issuer's key, or [`Error::TooLarge`] if the search exceeds the limits.
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
        let mut budget = Budget::new(policy.limits(), 0, Memory::Keep);
        let search = Search::new(self.roots(domain), intermediates, at, policy, &mut budget);
        let path = search.find(certificate)?;
        Ok(path.into_iter().cloned().collect())
    }
}

impl TrustStore {
    /// Tells whether no domain has a root, so that nothing is known of any signer.
    pub(super) fn is_empty(&self) -> bool {
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
