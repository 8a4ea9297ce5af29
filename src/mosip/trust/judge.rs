//! What is judged once every layer is open: dates, who vouches for the signers, and what they cover.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::choice::{Basis, Trust};
use super::coverage::{self, Levels};
use super::record::{Record, Statement};
use super::rules::Intermediates;
use super::signed::{Signed, SignedPart, Standing};
use super::signer::{Signer, Stated, Usage};
use super::store::Domain;
use crate::code::Code;
use crate::crypto::Algorithm;
use crate::error::Error;
use crate::jose::is_published;
use crate::mosip::Window;
use crate::mosip::device::object::Certification;
use crate::policy::Policy;
use crate::report::{Check, Trail, Warning};
use crate::time::{At, Leeway, Time};
use crate::x509::path::{Budget, Search, warn_of_issuers};
use crate::x509::{self, Certificate};

const NO_ROOTS: &str = "no authority is given: trust some (`TrustStore::with_roots`, `--trust \
                        [DOMAIN=]FILE`), or accept each signer's own certificate \
                        (`Trust::self_asserted`, `--trust-policy self-asserted`)";

const SENT: &str = "the rules take intermediates from `x5c` without its last member, and none from the \
                    store";

impl Record {
    /// Returns the time at which a signer is judged. As issued, that is what its own layer states,
    /// or else the next layer inside, which its signature covers as well.
    fn time_of(&self, signer: &Signer, at: At) -> Stated {
        if let Some(at) = at.resolve(None) {
            return Some(Ok(at));
        }
        let times = &self.statements.get(signer.group)?.times;
        let inwards = times.iter().skip_while(|(layer, ..)| *layer != signer.member);
        inwards.filter_map(|(.., time)| time.clone()).next()
    }

    /// Checks the times that the layers state, that everything that has to be signed is, and the
    /// dates and trust of every signer.
    ///
    /// The time of judgement is the first signer's, if each is judged at its own.
    pub(super) fn conclude(
        self,
        trail: &mut Trail,
        (trust, policy): (&Trust, &Policy),
        at: At,
        window: Option<Window>,
    ) -> Option<Signed> {
        let times: Vec<Stated> =
            self.signers.iter().map(|signer| self.time_of(signer, at)).collect();
        let Self { statements, outside, signers, unsigned, header_bytes, .. } = self;
        let first = times.first().and_then(|time| time.as_ref()?.as_ref().ok());
        let of_report = at.resolve(first.copied());
        trail.at(of_report);
        let mut unauthenticated =
            coverage::check_outermost(trail, trust.partly_signed, &signers, &unsigned);
        if !trail.goes_on() {
            return None;
        }
        let stated = statements.iter().map(|statement| statement.level.clone());
        let levels = Levels::new(stated, &unsigned);
        let mut budget = Budget::new(policy.limits(), header_bytes, trust.memory);
        let judged = signers.iter().zip(times).map(|(signer, time)| {
            if !trail.goes_on() {
                return None;
            }
            trail.part(&signer.part);
            let level = levels.of(signer.group);
            let Some(Ok(at)) = time else {
                trail.skip_all(&[Check::KEY_CERTIFICATE, Check::TRUST], "no time to judge at");
                return None;
            };
            let validity = signer.certificate.validity();
            let dates = validity.check(at, policy.leeway());
            trail.record(Check::KEY_CERTIFICATE, dates, |()| {
                let (start, end) = (validity.not_before, validity.not_after);
                format!("valid from {start} to {end}, judged at {at}")
            });
            let standing = check_trust(trail, trust, policy, signer, level, at, &mut budget)?;
            let (part, certificate) = (signer.part.clone(), signer.certificate.clone());
            Some(SignedPart { part, certificate, standing, at })
        });
        let parts: Vec<Option<SignedPart>> = judged.collect();
        let covered = coverage::check_covered(trail, trust, &signers, &unsigned, &levels);
        coverage::check_data_signers(trail, trust, &signers, &unsigned, &levels);
        coverage::check_certificates(trail, trust, &signers);
        check_times(trail, &statements, at, window, policy.leeway());
        unauthenticated.extend(outside);
        trail.part("");
        coverage::compare_keys(trail, &signers, &parts, &levels);
        if trust.is_undecided() && !signers.is_empty() {
            // The last check of all: nothing that is wrong whatever the roots are hides behind it.
            trail.fail(Check::TRUST, Error::NoKey);
            trail.hint(|| Some(NO_ROOTS.into()));
        }
        let parts: Vec<SignedPart> = parts.into_iter().collect::<Option<_>>()?;
        // Whoever opened nothing says why; without a signature there is nothing to hand out.
        let complete = trail.goes_on() && !parts.is_empty();
        complete.then_some(Signed { parts, covered, unauthenticated, at: of_report? })
    }
}

/// Checks that every time that is stated can be read, is not later than the time of judgement, and
/// is in the window, if one is expected. Clocks may disagree by the leeway.
fn check_times(
    trail: &mut Trail,
    statements: &[Statement],
    at: At,
    window: Option<Window>,
    leeway: Leeway,
) {
    for Statement { times, .. } in statements {
        for (_, part, time) in times {
            let Some(time) = time else { continue };
            trail.part(part);
            match (time, at.resolve(None)) {
                (Err(error), _) => trail.fail(Check::CLAIMS, error.clone()),
                (Ok(_), None) => {}
                (Ok(signed), Some(at)) => {
                    let is_future = signed.unix() > at.plus(leeway);
                    let start = *signed;
                    let past =
                        if is_future { Err(Error::NotYetValid { at, start }) } else { Ok(()) };
                    trail.record(Check::NOT_BEFORE, past, |()| {
                        format!("dated {start}, judged at {at}")
                    });
                    trail.cite("");
                    if window.is_some() {
                        Window::check(window, trail, start, at.into(), leeway);
                    }
                }
            }
        }
    }
    trail.part("");
    match (at, window) {
        (At::Issued, _) => {
            trail.skip_all(&[Check::NOT_BEFORE, Check::WINDOW], Window::AS_ISSUED);
        }
        (_, None) => trail.skip(Check::WINDOW, Window::NOT_EXPECTED),
        _ => {}
    }
}

fn check_trust(
    trail: &mut Trail,
    trust: &Trust,
    policy: &Policy,
    signer: &Signer,
    level: Option<&Certification>,
    at: Time,
    budget: &mut Budget,
) -> Option<Standing> {
    let Some(Basis { store, rules, .. }) = trust.basis.as_deref() else {
        trail.skip(Check::TRUST, "nobody vouches for the signer, by choice");
        trail.warn(Warning::SelfAsserted);
        return Some(Standing::SelfAsserted);
    };
    if !trail.goes_on() {
        return None;
    }
    let wanted = rules
        .domain(signer.usage, level)
        .and_then(|domain| match signer.usage {
            Usage::Data => rules.check_organization(&signer.certificate).map(|()| domain),
            Usage::DigitalId => Ok(domain),
        })
        .map_err(|fault| Error::UntrustedChain { fault });
    if trust.is_undecided() {
        // No search for a path would accept it, whatever the roots.
        let understood = signer.certificate.is_understood();
        let understood = understood.map_err(|fault| Error::UntrustedChain { fault });
        match wanted.and(understood) {
            Ok(()) => trail.skip(Check::TRUST, "no authority is given"),
            Err(error) => trail.fail(Check::TRUST, error),
        }
        hint_at_issuer(trail, signer);
        return None;
    }
    let mut search = |domain| {
        let intermediates = match rules.intermediates() {
            Intermediates::Stored => store.intermediates(domain),
            Intermediates::Sent => &signer.sent,
        };
        let search = Search::new(store.roots(domain), intermediates.iter(), at, policy, budget);
        search.find(&signer.certificate)
    };
    let found = wanted.clone().and_then(|domain| Ok((domain, search(domain)?)));
    let refused = found.as_ref().err().cloned();
    let found = trail.record(Check::TRUST, found, |(domain, path)| {
        let steps = path.len().saturating_sub(1);
        let root = path.last().map_or_else(String::new, |root| x509::describe(root));
        format!("{domain}, by the rules of {rules}: {steps} up to {root}")
    });
    if let Some(error) = refused {
        trail.hint(|| {
            // Nothing is left to search with.
            if error.code() == Code::TooLarge {
                return None;
            }
            let mut others = Domain::ALL.into_iter().filter(|domain| wanted != Ok(*domain));
            let other = others.find(|domain| search(*domain).is_ok())?;
            Some(format!("{}: an authority of {other} vouches for the signer", signer.part))
        });
        hint_at_issuer(trail, signer);
        if rules.intermediates() == Intermediates::Sent {
            trail.hint(|| Some(format!("{}: {SENT}", signer.part)));
        }
    }
    let (domain, path) = found?;
    trust.remember(&path, policy.limits());
    for issuer in &path {
        trail.warn_if(Warning::PublishedKey, || issuer.key().is_ok_and(is_published));
        trail.warn_if(Warning::NegativeModulus, || issuer.has_negative_modulus());
    }
    warn_of_issuers(trail, &path);
    let sha2 = |issued: &&Certificate| {
        matches!(issued.signature_algorithm(), Some(Algorithm::Rs384 | Algorithm::Rs512))
    };
    if path.iter().any(sha2) {
        trail.hint(|| {
            let why = "a certificate of its path is signed with SHA-384 or SHA-512";
            Some(format!("{}: {why}, which keymanager refuses (KER-PCM-014)", signer.part))
        });
    }
    Some(Standing::Rooted { domain, root: (*path.last()?).clone() })
}

fn hint_at_issuer(trail: &mut Trail, signer: &Signer) {
    trail.hint(|| {
        let issuer = crate::error::shorten(&signer.certificate.issuer());
        Some(format!("{}: the signer's certificate names as issuer: {issuer}", signer.part))
    });
}
