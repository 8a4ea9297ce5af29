//! The verifiers of the library, one for each kind, and many artefacts at once.
//!
//! ```text
//! kind ── Subject: which verifier, what it expects ──► Profile ── plan ──► Plan
//! artefact, terms ── add ──► group of one policy ── explain, a batch each ──► report, by its place
//! ```
//!
//! A verifier has one policy, so artefacts of one kind under one policy are verified together. As a
//! rule that is one group per kind. Each artefact has the report that it would have alone.

use std::borrow::Cow;
use std::fmt;

use countersign::jose::JwkSet;
use countersign::miracl::dvs::signature::ServerSecret;
use countersign::mosip::trust::{Consumer, NoRoots, Rules, Trust, TrustStore};
use countersign::{At, Check, Error, Item, Policy, Report, Verify};

use crate::member::Member;
use crate::terms::{Missing, Terms};

/// What verifiers are made of. Each kind takes what it needs: see [`Keys`](crate::kind::Keys).
#[derive(Clone, Debug)]
pub(crate) struct Material {
    pub(crate) keys: JwkSet,
    pub(crate) secret: Option<ServerSecret>,
    pub(crate) trust: Trust,
    pub(crate) for_authentication: Option<ForAuthentication>,
}

/// Whose signatures are believed of what was captured for authentication, where nothing is said about
/// the rules: taken out of its answer, it must not be held to fewer.
#[derive(Clone, Debug)]
pub(crate) struct ForAuthentication {
    pub(crate) trust: Trust,
    /// What is expected that those rules do not look at.
    pub(crate) unused: Option<Member>,
}

impl Default for Material {
    fn default() -> Self {
        let nobody = Trust::new(TrustStore::new(), Rules::of(Consumer::RegistrationClient));
        Self {
            keys: JwkSet::default(),
            secret: None,
            trust: nobody.with_no_roots(NoRoots::Undecided),
            for_authentication: None,
        }
    }
}

/// How one kind is verified: the library's verifier of it, and what terms mean to that.
pub(crate) trait Subject: fmt::Debug + Sized + 'static {
    type Verifier: Verify + Clone + fmt::Debug + Send + Sync;

    fn verifier(material: &Material, policy: Policy) -> Self::Verifier;

    /// Returns what an artefact must say, or what would have to be expected of it.
    fn expected(terms: &Terms) -> Result<Expected<Self>, Missing>;

    /// Explains artefacts under one policy.
    fn explain(
        profile: &Profile<Self>,
        policy: Policy,
        items: &[Item<'_, Expected<Self>>],
    ) -> Vec<Report> {
        profile.verifier(policy).explain_batch(items)
    }
}

pub(crate) type Expected<S> = <<S as Subject>::Verifier as Verify>::Expected;

/// Tells whether terms expect of a kind what has to be expected of it.
pub(crate) fn missing<S: Subject>(terms: &Terms) -> Option<Missing> {
    S::expected(terms).err()
}

/// Makes the profile of a kind.
pub(crate) fn open<S: Subject>(material: Material, terms: Terms) -> Box<dyn AnyProfile> {
    let verifier = S::verifier(&material, terms.policy);
    Box::new(Profile::<S> { verifier, material, terms })
}

/// The verifier of one kind, made once, with the terms that hold where an item says nothing.
#[derive(Debug)]
pub(crate) struct Profile<S: Subject> {
    verifier: S::Verifier,
    material: Material,
    terms: Terms,
}

impl<S: Subject> Profile<S> {
    /// Returns the verifier for a policy: the one that is there, unless an item has its own.
    pub(crate) fn verifier(&self, policy: Policy) -> Cow<'_, S::Verifier> {
        if policy == self.terms.policy {
            Cow::Borrowed(&self.verifier)
        } else {
            Cow::Owned(S::verifier(&self.material, policy))
        }
    }

    pub(crate) const fn material(&self) -> &Material {
        &self.material
    }
}

/// The profile of any kind.
pub(crate) trait AnyProfile: fmt::Debug + Send + Sync {
    fn terms(&self) -> &Terms;
    fn plan(&self) -> Box<dyn AnyPlan + '_>;
}

impl<S: Subject> AnyProfile for Profile<S> {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn plan(&self) -> Box<dyn AnyPlan + '_> {
        Box::new(Plan { profile: self, groups: Vec::new() })
    }
}

/// The artefacts of any kind.
pub(crate) trait AnyPlan {
    /// Adds an artefact, or tells what would have to be expected of it.
    fn add(&mut self, place: usize, artefact: &[u8], terms: &Terms, at: At) -> Result<(), Missing>;

    /// Hands out the report of each artefact, with its place.
    fn explain(&self, finish: &mut dyn FnMut(usize, &[u8], Report));
}

/// The artefacts of one kind, by policy.
struct Plan<'p, S: Subject> {
    profile: &'p Profile<S>,
    groups: Vec<Group<Expected<S>>>,
}

struct Group<E> {
    policy: Policy,
    tasks: Vec<Task<E>>,
}

/// An artefact that the library decides about.
struct Task<E> {
    place: usize,
    artefact: Vec<u8>,
    expected: E,
    at: At,
}

impl<E> Task<E> {
    fn item(&self) -> Item<'_, E> {
        Item { input: &self.artefact, expected: &self.expected, at: self.at }
    }
}

impl<S: Subject> AnyPlan for Plan<'_, S> {
    fn add(&mut self, place: usize, artefact: &[u8], terms: &Terms, at: At) -> Result<(), Missing> {
        let expected = S::expected(terms)?;
        let task = Task { place, artefact: artefact.to_vec(), expected, at };
        match self.groups.iter_mut().find(|group| group.policy == terms.policy) {
            Some(group) => group.tasks.push(task),
            None => self.groups.push(Group { policy: terms.policy, tasks: vec![task] }),
        }
        Ok(())
    }

    fn explain(&self, finish: &mut dyn FnMut(usize, &[u8], Report)) {
        for Group { policy, tasks } in &self.groups {
            let items: Vec<_> = tasks.iter().map(Task::item).collect();
            let mut reports = Answers::of(S::explain(self.profile, *policy, &items), tasks.len());
            for Task { place, artefact, .. } in tasks {
                let report = reports
                    .next(artefact)
                    .unwrap_or_else(|| defect(<S::Verifier as Verify>::KIND, artefact));
                finish(*place, artefact, report);
            }
        }
    }
}

/// The reports of a batch, each for one artefact: none is ever taken for another's.
struct Answers(std::vec::IntoIter<Report>);

impl Answers {
    /// Takes reports that are as many as the artefacts, or none of them.
    fn of(reports: Vec<Report>, artefacts: usize) -> Self {
        Self(if reports.len() == artefacts { reports } else { Vec::new() }.into_iter())
    }

    /// Returns the next report, if it is about an artefact of this size.
    fn next(&mut self, artefact: &[u8]) -> Option<Report> {
        self.0.next().filter(|report| report.input_bytes == artefact.len())
    }
}

/// The report of an artefact that nobody decided about.
pub(crate) fn defect(kind: &'static str, artefact: &[u8]) -> Report {
    Report::of_failure(kind, artefact, Check::INPUT, Error::Defect)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Code;

    fn report(artefact: &[u8]) -> Report {
        Report::of_failure("jws", artefact, Check::INPUT, Error::NoKey)
    }

    #[test]
    fn reports_that_are_too_few_or_too_many_are_taken_for_no_artefact() {
        for (count, taken) in [(0, false), (1, false), (2, true), (3, false)] {
            let mut answers = Answers::of(vec![report(b"a"); count], 2);
            assert_eq!(answers.next(b"a").is_some(), taken, "{count}");
        }
    }

    #[test]
    fn a_report_of_another_size_is_not_the_artefacts() {
        let mut answers = Answers::of(vec![report(b"a"), report(b"b"), report(b"c")], 3);
        assert!(answers.next(b"a").is_some());
        assert!(answers.next(b"bb").is_none());
        assert!(answers.next(b"c").is_some());
    }

    #[test]
    fn a_defect_is_invalid() {
        let report = defect("jws", b"a");
        assert_eq!((report.code(), report.kind), (Code::Defect, "jws"));
        assert_eq!(report.verdict(), countersign::Verdict::Invalid);
    }
}
