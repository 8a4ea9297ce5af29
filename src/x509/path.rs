//! Paths of certificates (RFC 5280 section 6), from a signer to a root that the caller trusts.
//!
//! ```text
//! leaf ── issuer by name ──► may issue? ── signature, dates ──► its issuer ──► … ──► a root
//! ```
//!
//! The search goes depth first over the certificates with the issuer's name, roots before others.
//! How long a path may be is limited, and a [`Budget`] bounds what all searches for one message may
//! cost together.
//!
//! Two things differ from what browsers do, as they do in MOSIP's keymanager (Java's PKIX): the
//! leaf may call itself an issuer, because partner management writes `CA:TRUE` into every
//! certificate of a device; and no purpose (extended key usage) is asked for.
//!
//! Not supported: revocation, policies, constraints on names.

use alloc::vec::Vec;

use super::certificate::{Certificate, Role};
use super::vouchers::Memory;
use super::{key_size::allow_size, key_size::warn_of_key};
use crate::crypto::{PublicKey, SignatureBackend, work};
use crate::error::{ChainFault, Error};
use crate::limits::Limits;
use crate::policy::{Policy, Rsa1024};
use crate::report::Trail;
use crate::time::{Leeway, Time};

/// What the searches for the paths of one message may still cost, and what they found out.
///
/// A message brings as many signers as it likes, and each of them the certificates through which
/// the search goes. So the bound is one for all, hints included; and a signature that was verified
/// under a key is not verified again, whichever certificate holds the key. For what its own keys cost,
/// the message pays with its headers.
pub(crate) struct Budget {
    signatures: Allowance,
    steps: Allowance,
    effort: Allowance,
    /// Certificate, key and verdict. There are no more than [`Limits::chain_signatures`].
    verified: Vec<(Certificate, PublicKey, Result<(), Error>)>,
    memory: Memory,
}

/// So many of something, and what to say if there are more.
struct Allowance {
    left: usize,
    what: &'static str,
    limit: usize,
}

impl Allowance {
    const fn new(what: &'static str, limit: usize) -> Self {
        Self { left: limit, what, limit }
    }

    fn spend(&mut self, amount: usize) -> Result<(), Error> {
        let Self { left, what, limit } = self;
        *left = left.checked_sub(amount).ok_or(Error::TooLarge { what, limit: *limit })?;
        Ok(())
    }
}

impl Budget {
    /// What one message may cost that brings certificates in headers of so many bytes in all.
    pub(crate) fn new(limits: &Limits, header_bytes: usize, memory: Memory) -> Self {
        let signatures = limits.chain_signatures().into();
        let steps = limits.chain_steps().into();
        let effort = limits.checks_for(header_bytes);
        let of_effort = "cost of certificate signatures, in checks of RSA-2048,";
        Self {
            signatures: Allowance::new("number of certificate signatures", signatures),
            steps: Allowance::new("number of certificates tried as issuers", steps),
            effort: Allowance::new(of_effort, effort),
            verified: Vec::new(),
            memory,
        }
    }

    /// Verifies the signature of a certificate, or remembers that it was verified.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if nothing may be verified any more; the verdict is within.
    fn verify(
        &mut self,
        issued: &Certificate,
        issuer: &Certificate,
        key: &PublicKey,
        verify: impl FnOnce() -> Result<(), Error>,
    ) -> Result<Result<(), Error>, Error> {
        let known = self.verified.iter().find(|(certificate, under, _)| {
            certificate.sha256() == issued.sha256() && under == key
        });
        if let Some((.., verdict)) = known {
            return Ok(verdict.clone());
        }
        self.signatures.spend(1)?;
        if issuer.came_with_message() {
            self.effort.spend(key.effort())?;
        }
        let verdict = verify();
        self.verified.push((issued.clone(), key.clone(), verdict.clone()));
        Ok(verdict)
    }
}

/// One search for a path.
pub(crate) struct Search<'s, 'b> {
    roots: &'s [Certificate],
    intermediates: Vec<&'s Certificate>,
    at: Time,
    leeway: Leeway,
    rsa_1024: Rsa1024,
    backend: SignatureBackend,
    most_certificates: usize,
    budget: &'b mut Budget,
}

/// Why a way was no path.
enum DeadEnd {
    /// How far it led: of several ways, the one that led farthest says what is wrong.
    Here { progress: (usize, Step), error: Error },
    /// The search is over: it would go beyond the limits.
    Exhausted(Error),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Name,
    Issuer,
    Key,
    Signature,
    Dates,
}

impl<'s, 'b> Search<'s, 'b> {
    pub(crate) fn new(
        roots: &'s [Certificate],
        intermediates: impl Iterator<Item = &'s Certificate>,
        at: Time,
        policy: &Policy,
        budget: &'b mut Budget,
    ) -> Self {
        Self {
            roots,
            intermediates: intermediates.collect(),
            at,
            leeway: policy.leeway(),
            rsa_1024: policy.rsa_1024(),
            backend: policy.backend(),
            most_certificates: policy.limits().chain_certificates().into(),
            budget,
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
        match self.extend(leaf, &mut path) {
            Ok(()) => Ok(path),
            Err(DeadEnd::Here { error, .. } | DeadEnd::Exhausted(error)) => Err(error),
        }
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
        let mut farthest = ((length, Step::Name), Error::UntrustedChain { fault });
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
                return Err(DeadEnd::Exhausted(Error::TooLarge { what, limit }));
            }
            self.budget.steps.spend(1).map_err(DeadEnd::Exhausted)?;
            work::step();
            let found = match self.check(issuer, role, last, path) {
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
                Err(end) => Err(end),
            };
            match found {
                Ok(()) => return Ok(()),
                Err(end @ DeadEnd::Exhausted(_)) => return Err(end),
                Err(DeadEnd::Here { progress, error }) if progress > farthest.0 => {
                    farthest = (progress, error);
                }
                Err(DeadEnd::Here { .. }) => {}
            }
        }
        let (progress, error) = farthest;
        Err(DeadEnd::Here { progress, error })
    }

    /// Checks one step of a path: whether this issuer issued that certificate, and may have. What is
    /// cheap comes first, except for the dates: only a signature makes them those of the issuer.
    fn check(
        &mut self,
        issuer: &Certificate,
        role: Role,
        issued: &Certificate,
        path: &[&Certificate],
    ) -> Result<(), DeadEnd> {
        let end = |step, error| DeadEnd::Here { progress: (path.len(), step), error };
        let fault = |step, fault| end(step, Error::UntrustedChain { fault });
        // The leaf is no issuer, whatever it says of itself, and does not count.
        let below = path.iter().skip(1).filter(|issuer| !issuer.is_self_issued()).count();
        issuer
            .is_understood()
            .and_then(|()| issuer.may_issue(below, role))
            .map_err(|why| fault(Step::Issuer, why))?;
        let algorithm =
            issued.signature_algorithm().ok_or_else(|| fault(Step::Key, ChainFault::Algorithm))?;
        let key = issuer.key().map_err(|error| end(Step::Key, error))?;
        let allowed = key.as_rsa().map_or(Ok(()), |rsa| allow_size(rsa.bits(), self.rsa_1024));
        allowed.map_err(|error| end(Step::Key, error))?;
        if key.fits(algorithm).is_err() {
            return Err(fault(Step::Key, ChainFault::Signature));
        }
        let (backend, memory) = (self.backend, self.budget.memory);
        let verify = || issued.verify(key, algorithm, backend, memory);
        let verdict = self.budget.verify(issued, issuer, key, verify);
        verdict
            .map_err(DeadEnd::Exhausted)?
            .map_err(|_| fault(Step::Signature, ChainFault::Signature))?;
        let validity = issuer.validity();
        validity.check(self.at, self.leeway).map_err(|error| end(Step::Dates, error))
    }
}

/// Warns of weak keys among the issuers of a path. The leaf's own key is its verifier's to judge.
pub(crate) fn warn_of_issuers(trail: &mut Trail, path: &[&Certificate]) {
    for issuer in path.iter().skip(1) {
        if let Some(rsa) = issuer.key().ok().and_then(PublicKey::as_rsa) {
            warn_of_key(trail, rsa);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::spki::NegativeModulus;
    use countersign_testkit::{Authority, Critical, EcIssuer, Rng, RsaIssuer, Template};

    const NOW: i64 = 1_600_000_000;

    fn template(name: &str) -> Template {
        let [start, end] = [NOW - 10, NOW + 10].map(|at| countersign::Time::from_unix(at).unwrap());
        Template::new(name, start, end)
    }

    /// Keys by number; the same number is the same key.
    fn key(number: u64) -> EcIssuer {
        EcIssuer::generate(&mut Rng::from_seed(number), None)
    }

    fn read(certificate: &countersign_testkit::Certificate) -> Certificate {
        Certificate::from_der(certificate.to_der(), NegativeModulus::Refuse).unwrap()
    }

    fn own<K>(authority: &Authority<K>) -> Certificate
    where
        K: countersign_testkit::Issuer,
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
        let mut budget = Budget::new(&limits, 0, Memory::Keep);
        Search::new(roots, intermediates.iter(), at, &policy, &mut budget).find(leaf)
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

    /// Searches with what others left of a budget.
    fn find_within<'s>(
        leaf: &'s Certificate,
        roots: &'s [Certificate],
        budget: &mut Budget,
    ) -> Result<Vec<&'s Certificate>, Error> {
        let at = Time::from_unix(NOW).unwrap();
        Search::new(roots, [].iter(), at, &Policy::default(), budget).find(leaf)
    }

    #[test]
    fn a_signature_is_verified_once_under_a_key_whatever_certificates_hold_the_key() {
        let authority =
            |template: Template| own(&Authority::root(key(1), &template.authority(None)).unwrap());
        let expired = |serial| {
            let [start, end] =
                [NOW - 10, NOW - 5].map(|at| countersign::Time::from_unix(at).unwrap());
            authority(Template::new("root", start, end).serial(serial))
        };
        let roots = [expired(1), expired(2), authority(template("root"))];
        let leaf = leaf("root", 1);
        let limits = Limits::default().with_chain_signatures(1);
        assert_eq!(find(&leaf, &roots, &[], limits).unwrap(), [&leaf, &roots[2]]);

        // Another leaf is another signature, and another key another verdict.
        let other = read(
            &Authority::root(key(1), &template("root").authority(None))
                .unwrap()
                .issue(&key(9), &template("other"))
                .unwrap(),
        );
        let mut budget = Budget::new(&limits, 0, Memory::Keep);
        assert!(find_within(&leaf, &roots, &mut budget).is_ok());
        assert!(find_within(&leaf, &roots, &mut budget).is_ok());
        let error = find_within(&other, &roots, &mut budget).unwrap_err();
        assert_eq!(error.code(), crate::Code::TooLarge);
        let stranger = own(&Authority::root(key(2), &template("root").authority(None)).unwrap());
        let mut budget = Budget::new(&limits.with_chain_signatures(2), 0, Memory::Keep);
        for _ in 0..3 {
            let fault = ChainFault::Signature;
            let error =
                find_within(&leaf, core::slice::from_ref(&stranger), &mut budget).unwrap_err();
            assert_eq!(error, Error::UntrustedChain { fault });
            assert!(find_within(&leaf, &roots, &mut budget).is_ok());
        }
    }

    #[test]
    fn steps_are_counted_over_all_searches_with_one_budget() {
        let root = own(&Authority::root(key(1), &template("root").authority(None)).unwrap());
        let (leaf, roots) = (leaf("root", 1), [root]);
        for most in [0, 1, 2] {
            let mut budget =
                Budget::new(&Limits::default().with_chain_steps(most), 0, Memory::Keep);
            for _ in 0..most {
                assert!(find_within(&leaf, &roots, &mut budget).is_ok());
            }
            let error = find_within(&leaf, &roots, &mut budget).unwrap_err();
            let (what, limit) = ("number of certificates tried as issuers", most.into());
            assert_eq!(error, Error::TooLarge { what, limit });
            // A leaf that is a root needs no step.
            assert!(find_within(&roots[0], &roots, &mut budget).is_ok());
        }
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
