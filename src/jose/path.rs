//! Paths of certificates (RFC 5280 section 6), from a signer to a root that the caller trusts.
//!
//! ```text
//! leaf ── issuer by name ──► may issue? ── signature, dates ──► its issuer ──► … ──► a root
//! ```
//!
//! The search goes depth first over the certificates with the issuer's name, roots before others.
//! How long a path may be and how many signatures a search may verify is limited.
//!
//! Two things differ from what browsers do, as they do in MOSIP's keymanager (Java's PKIX): the
//! leaf may call itself an issuer, because partner management writes `CA:TRUE` into every
//! certificate of a device; and no purpose (extended key usage) is asked for.
//!
//! Not supported: revocation, policies, constraints on names.

use alloc::vec::Vec;

use super::authenticate::allow_size;
use super::x509::{Certificate, Role};
use crate::crypto::SignatureBackend;
use crate::error::{ChainFault, Error};
use crate::policy::{Policy, Rsa1024};
use crate::time::{Leeway, Time};

/// One search for a path.
pub(crate) struct Search<'s> {
    roots: &'s [Certificate],
    intermediates: Vec<&'s Certificate>,
    at: Time,
    leeway: Leeway,
    rsa_1024: Rsa1024,
    backend: SignatureBackend,
    most_certificates: usize,
    most_signatures: usize,
    signatures: usize,
}

/// Why a way was no path, and how far it led: of several ways, the one that led farthest says what
/// is wrong.
struct DeadEnd {
    progress: (usize, Step),
    error: Error,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Name,
    Issuer,
    Key,
    Signature,
    Dates,
}

impl<'s> Search<'s> {
    pub(crate) fn new(
        roots: &'s [Certificate],
        intermediates: impl Iterator<Item = &'s Certificate>,
        at: Time,
        policy: &Policy,
    ) -> Self {
        let limits = policy.limits();
        Self {
            roots,
            intermediates: intermediates.collect(),
            at,
            leeway: policy.leeway(),
            rsa_1024: policy.rsa_1024(),
            backend: policy.backend(),
            most_certificates: limits.chain_certificates().into(),
            most_signatures: limits.chain_signatures().into(),
            signatures: 0,
        }
    }

    /// Returns the path from the leaf to a root, both included. A leaf that is itself one of the
    /// roots is its own path.
    ///
    /// The dates of every certificate behind the leaf are checked, those of the root as well; the
    /// leaf's are the caller's to check.
    ///
    /// # Errors
    ///
    /// [`Error::UntrustedChain`], [`Error::CertificateExpired`] where only time is in the way, and
    /// [`Error::TooLarge`] for a search beyond the limits.
    pub(crate) fn find(mut self, leaf: &'s Certificate) -> Result<Vec<&'s Certificate>, Error> {
        let fault = |fault| Error::UntrustedChain { fault };
        if self.roots.is_empty() {
            return Err(fault(ChainFault::NoRoot));
        }
        leaf.is_understood().map_err(fault)?;
        let mut path = alloc::vec![leaf];
        self.extend(leaf, &mut path).map_err(|end| end.error)?;
        Ok(path)
    }

    fn extend(
        &mut self,
        last: &'s Certificate,
        path: &mut Vec<&'s Certificate>,
    ) -> Result<(), DeadEnd> {
        if self.roots.contains(last) {
            return Ok(());
        }
        let length = path.len();
        let fault = if last.is_self_issued() { ChainFault::SelfSigned } else { ChainFault::NoPath };
        let error = Error::UntrustedChain { fault };
        let mut farthest = DeadEnd { progress: (length, Step::Name), error };
        let candidates: Vec<_> = self
            .roots
            .iter()
            .map(|root| (root, Role::Root))
            .chain(self.intermediates.iter().map(|issuer| (*issuer, Role::Intermediate)))
            .filter(|(issuer, _)| issuer.name() == last.issuer_name() && !path.contains(issuer))
            .collect();
        for (issuer, role) in candidates {
            if length >= self.most_certificates {
                let (what, limit) = ("number of certificates in a path", self.most_certificates);
                return Err(DeadEnd {
                    progress: (usize::MAX, Step::Dates),
                    error: Error::TooLarge { what, limit },
                });
            }
            let step = match self.check(issuer, role, last, path) {
                Ok(()) => {
                    path.push(issuer);
                    let found = match role {
                        Role::Root => Ok(()),
                        Role::Intermediate => self.extend(issuer, path),
                    };
                    if found.is_err() {
                        path.pop();
                    }
                    found
                }
                Err((step, error)) => Err(DeadEnd { progress: (length, step), error }),
            };
            match step {
                Ok(()) => return Ok(()),
                Err(end @ DeadEnd { error: Error::TooLarge { .. }, .. }) => return Err(end),
                Err(end) if end.progress > farthest.progress => farthest = end,
                Err(_) => {}
            }
        }
        Err(farthest)
    }

    /// Checks one step of a path: whether this issuer issued that certificate, and may have.
    fn check(
        &mut self,
        issuer: &Certificate,
        role: Role,
        issued: &Certificate,
        path: &[&Certificate],
    ) -> Result<(), (Step, Error)> {
        let fault = |fault| Error::UntrustedChain { fault };
        // The leaf is no issuer, whatever it says of itself, and does not count.
        let below = path.iter().skip(1).filter(|issuer| !issuer.is_self_issued()).count();
        issuer
            .is_understood()
            .and_then(|()| issuer.may_issue(below, role))
            .map_err(|end| (Step::Issuer, fault(end)))?;
        let algorithm =
            issued.signature_algorithm().ok_or((Step::Key, fault(ChainFault::Algorithm)))?;
        let key = issuer.key().map_err(|error| (Step::Key, error))?;
        let allowed = key.as_rsa().map_or(Ok(()), |rsa| allow_size(rsa.bits(), self.rsa_1024));
        allowed.map_err(|error| (Step::Key, error))?;
        if key.fits(algorithm).is_err() {
            return Err((Step::Key, fault(ChainFault::Signature)));
        }
        self.signatures += 1;
        if self.signatures > self.most_signatures {
            let (what, limit) = ("number of certificate signatures", self.most_signatures);
            return Err((Step::Signature, Error::TooLarge { what, limit }));
        }
        issued
            .verify(key, algorithm, self.backend)
            .map_err(|_| (Step::Signature, fault(ChainFault::Signature)))?;
        let validity = issuer.validity();
        validity.check(self.at, self.leeway).map_err(|error| (Step::Dates, error))
    }
}
