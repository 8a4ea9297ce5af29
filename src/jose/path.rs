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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Modulus;
    use crate::limits::Limits;
    use crate::testkit::{Authority, Critical, EcIssuer, Rng, RsaIssuer, Template};

    const NOW: i64 = 1_600_000_000;

    fn template(name: &str) -> Template {
        let [start, end] = [NOW - 10, NOW + 10].map(|at| Time::from_unix(at).unwrap());
        Template::new(name, start, end)
    }

    /// Keys by number; the same number is the same key.
    fn key(number: u64) -> EcIssuer {
        EcIssuer::generate(&mut Rng::from_seed(number), None)
    }

    fn read(certificate: &crate::testkit::Certificate) -> Certificate {
        Certificate::from_der(certificate.to_der(), Modulus::Strict).unwrap()
    }

    fn own<K>(authority: &Authority<K>) -> Certificate
    where
        K: crate::testkit::Issuer,
    {
        read(authority.certificate())
    }

    /// A leaf by the authority of this name and key.
    fn leaf(name: &str, number: u64) -> Certificate {
        let issuer = Authority::root(key(number), &template(name).authority(None)).unwrap();
        read(&issuer.issue(&key(9), &template("leaf")).unwrap())
    }

    fn find<'s>(
        leaf: &'s Certificate,
        roots: &'s [Certificate],
        intermediates: &'s [Certificate],
        limits: Limits,
    ) -> Result<Vec<&'s Certificate>, Error> {
        let policy = Policy::default().with_limits(limits);
        let at = Time::from_unix(NOW).unwrap();
        Search::new(roots, intermediates.iter(), at, &policy).find(leaf)
    }

    #[test]
    fn a_dead_end_leaves_nothing_in_the_path_that_is_found_after_it() {
        let root = Authority::root(key(1), &template("root").authority(None)).unwrap();
        let unknown = Authority::root(key(2), &template("unknown").authority(None)).unwrap();
        // The same name and key, by an authority that nobody trusts and by the root.
        let [dead, good] = [&unknown, &root].map(|issuer| {
            own(&issuer.subordinate(key(3), &template("i").authority(None)).unwrap())
        });
        let (leaf, root) = (leaf("i", 3), own(&root));
        for intermediates in [[dead.clone(), good.clone()], [good.clone(), dead]] {
            let roots = [root.clone()];
            let path = find(&leaf, &roots, &intermediates, Limits::default()).unwrap();
            assert_eq!(path, [&leaf, &good, &root]);
        }
    }

    #[test]
    fn the_way_that_leads_farthest_says_what_is_wrong_and_of_equals_the_first() {
        let root = Authority::root(key(1), &template("root").authority(None)).unwrap();
        let issuer =
            |number, template: Template| own(&root.subordinate(key(number), &template).unwrap());
        let unknown = template("i").authority(None).extension(&[0x2a, 3], Critical::Yes, &[5, 0]);
        let unknown = (issuer(2, unknown), ChainFault::Extension);
        let no_issuer = (issuer(2, template("i").end_entity()), ChainFault::NotAnIssuer);
        let other_key = (issuer(3, template("i").authority(None)), ChainFault::Signature);
        let (leaf, roots) = (leaf("i", 2), [own(&root)]);
        for (first, second, expected) in [
            (&unknown, &no_issuer, ChainFault::Extension),
            (&no_issuer, &unknown, ChainFault::NotAnIssuer),
            (&other_key, &no_issuer, ChainFault::Signature),
            (&no_issuer, &other_key, ChainFault::Signature),
        ] {
            let intermediates = [first.0.clone(), second.0.clone()];
            let error = find(&leaf, &roots, &intermediates, Limits::default()).unwrap_err();
            assert_eq!(error, Error::UntrustedChain { fault: expected });
        }
    }

    #[test]
    fn an_issuer_that_renewed_its_own_key_does_not_count_against_the_length_of_a_path() {
        let root = Authority::root(key(1), &template("root").authority(None)).unwrap();
        let old = root.subordinate(key(2), &template("i").authority(Some(0))).unwrap();
        let new = old.subordinate(key(3), &template("i").authority(Some(0))).unwrap();
        let other = old.subordinate(key(3), &template("j").authority(Some(0))).unwrap();
        let (roots, old, new, other) = ([own(&root)], own(&old), own(&new), own(&other));

        let (by_new, both) = (leaf("i", 3), [new.clone(), old.clone()]);
        let path = find(&by_new, &roots, &both, Limits::default()).unwrap();
        assert_eq!(path, [&by_new, &new, &old, &roots[0]]);

        let (by_other, both) = (leaf("j", 3), [other, old]);
        let error = find(&by_other, &roots, &both, Limits::default()).unwrap_err();
        assert_eq!(error, Error::UntrustedChain { fault: ChainFault::PathLength });
    }

    #[test]
    fn an_issuer_whose_key_is_of_another_type_costs_no_signature() {
        let same = template("root").authority(None);
        let rsa = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
        let roots = [
            own(&Authority::root(rsa, &same).unwrap()),
            own(&Authority::root(key(1), &same).unwrap()),
        ];
        let leaf = leaf("root", 1);
        let limits = |most| Limits::default().with_chain_signatures(most);
        assert_eq!(find(&leaf, &roots, &[], limits(1)).unwrap(), [&leaf, &roots[1]]);
        assert_eq!(find(&leaf, &roots, &[], limits(0)).unwrap_err().code(), crate::Code::TooLarge);
    }
}
