//! Many artefacts at once, each with the report that it would have alone.
//!
//! ```text
//! tasks ── by kind and policy ──► groups ── a batch each ──► reports ── in order of the tasks
//! ```
//!
//! A verifier has one policy, so artefacts of one kind under one policy are verified together. As a
//! rule that is one group per kind.

use countersign::jose::jws;
use countersign::miracl::dvs::{self, signature};
use countersign::miracl::token;
use countersign::mosip::registration;
use countersign::{At, Check, Code, Error, Item, Limits, Policy, Report};

use crate::config::{Config, Profile, Verify};
use crate::device::{self, Device};
use crate::kind::{self, Content, Token};
use crate::wrapper;

/// An artefact that the library decides about.
pub(crate) struct Task {
    pub(crate) artefact: Vec<u8>,
    pub(crate) expected: Expected,
    pub(crate) policy: Policy,
    pub(crate) at: At,
    pub(crate) remarks: Remarks,
}

/// What a report says beyond what the library has to say.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// What is wrong whatever the artefact holds, in words as well.
    pub(crate) failures: Vec<(Check, Error, String)>,
    pub(crate) hints: Vec<String>,
    /// The members of a record that took the place of what the run says.
    pub(crate) overrides: Vec<&'static str>,
}

impl Remarks {
    /// Notes that something is expected which artefacts of the kind do not state.
    pub(crate) fn unused(&mut self, expectation: &'static str) {
        let error = Error::ExpectationUnused { expectation };
        let detail = error.to_string();
        self.failures.push((Check::EXPECTATIONS, error, detail));
    }

    /// Adds everything to a report.
    pub(crate) fn apply(&self, report: &mut Report) {
        for (check, error, detail) in self.failures.iter().rev() {
            report.refuse(*check, error.clone(), detail.as_str());
        }
        report.hints.extend_from_slice(&self.hints);
        report.overrides.extend(self.overrides.iter().map(ToString::to_string));
    }
}

/// The kind of an artefact, and what it is expected to say.
pub(crate) enum Expected {
    DvsCertificate(dvs::Expected),
    DvsSignature(signature::Expected),
    MosipRegistration(registration::Expected),
    Token(Token, token::Expected),
    Device(Device, device::Expected),
    Jws(jws::Expected),
}

/// Explains every artefact. The reports are in the order of the tasks.
pub(crate) fn explain<'t>(
    config: &Config,
    tasks: impl Iterator<Item = &'t Task> + Clone,
) -> Vec<Report> {
    let (mut dvs, mut registration, mut jws) = (Plan::new(), Plan::new(), Plan::new());
    let mut signature = Plan::new();
    let (mut auth, mut id, mut access) = (Plan::new(), Plan::new(), Plan::new());
    let (mut activation, mut new_user) = (Plan::new(), Plan::new());
    let mut devices = Device::ALL.map(|kind| (kind, Plan::new()));
    for (place, task) in tasks.clone().enumerate() {
        match &task.expected {
            Expected::DvsCertificate(expected) => dvs.add(place, task, expected),
            Expected::DvsSignature(expected) => signature.add(place, task, expected),
            Expected::MosipRegistration(expected) => registration.add(place, task, expected),
            Expected::Token(Token::Auth, expected) => auth.add(place, task, expected),
            Expected::Token(Token::Id, expected) => id.add(place, task, expected),
            Expected::Token(Token::Access, expected) => access.add(place, task, expected),
            Expected::Token(Token::Activation, expected) => activation.add(place, task, expected),
            Expected::Token(Token::NewUser, expected) => new_user.add(place, task, expected),
            Expected::Device(kind, expected) => {
                let mut plans = devices.iter_mut();
                if let Some((_, plan)) = plans.find(|(planned, _)| planned == kind) {
                    plan.add(place, task, expected);
                }
            }
            Expected::Jws(expected) => jws.add(place, task, expected),
        }
    }
    let mut placed = dvs.explain(&config.dvs);
    placed.extend(signature.explain(&config.signature));
    placed.extend(registration.explain(&config.registration));
    placed.extend(auth.explain(&config.auth));
    placed.extend(id.explain(&config.id));
    placed.extend(access.explain(&config.access));
    placed.extend(activation.explain(&config.activation));
    placed.extend(new_user.explain(&config.new_user));
    for (kind, plan) in devices {
        placed
            .extend(plan.explain_with(|policy, items| config.devices.explain(kind, policy, items)));
    }
    placed.extend(jws.explain(&config.jws));
    debug_assert_eq!(placed.len(), tasks.clone().count(), "one report per task");
    placed.sort_unstable_by_key(|(place, _)| *place);
    let finished = placed.into_iter().zip(tasks).map(|((_, mut report), task)| {
        if !reads_bodies(&task.expected) || !is_json(&task.artefact) {
            hint_at_wrapper(&mut report, &task.artefact, &config.limits);
        }
        hint_at_refusal(&mut report, &task.artefact, &config.limits);
        task.remarks.apply(&mut report);
        report
    });
    finished.collect()
}

/// Tells whether artefacts of a kind may be JSON, in which tokens are members as they have to be.
const fn reads_bodies(expected: &Expected) -> bool {
    !matches!(
        expected,
        Expected::Jws(_)
            | Expected::Token(Token::Auth | Token::Activation, _)
            | Expected::Device(Device::Captured, _)
    )
}

fn is_json(artefact: &[u8]) -> bool {
    matches!(artefact.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Says what a malformed artefact is wrapped in.
pub(crate) fn hint_at_wrapper(report: &mut Report, artefact: &[u8], limits: &Limits) {
    if matches!(report.code(), Code::Malformed | Code::TooLarge) {
        report.hints.extend(wrapper::find(artefact, limits).map(|wrapper| wrapper.to_string()));
    }
}

/// Names the codes of a service that refused, where an artefact of a named kind is looked for in its
/// answer.
fn hint_at_refusal(report: &mut Report, artefact: &[u8], limits: &Limits) {
    if report.code() == Code::MissingMember
        && is_json(artefact)
        && let Content::Refused(codes) = kind::recognise(artefact, limits)
    {
        report.hints.push(format!("a service refused, and answered: {}", codes.join(", ")));
    }
}

/// The artefacts of one kind, by policy.
struct Plan<'t, E> {
    groups: Vec<Group<'t, E>>,
}

struct Group<'t, E> {
    policy: Policy,
    places: Vec<usize>,
    items: Vec<Item<'t, E>>,
}

impl<'t, E> Plan<'t, E> {
    const fn new() -> Self {
        Self { groups: Vec::new() }
    }

    fn add(&mut self, place: usize, task: &'t Task, expected: &'t E) {
        let item = Item { input: &task.artefact, expected, at: task.at };
        match self.groups.iter_mut().find(|group| group.policy == task.policy) {
            Some(group) => {
                group.places.push(place);
                group.items.push(item);
            }
            None => self.groups.push(Group {
                policy: task.policy,
                places: vec![place],
                items: vec![item],
            }),
        }
    }

    /// Returns the reports, each with the place of its task.
    fn explain<V: Verify<Expected = E>>(self, profile: &Profile<V>) -> Vec<(usize, Report)> {
        self.explain_with(|policy, items| profile.verifier(policy).explain_batch(items))
    }

    /// As [`explain`](Self::explain), by whatever makes reports under a policy.
    fn explain_with(
        self,
        explain: impl Fn(Policy, &[Item<'t, E>]) -> Vec<Report>,
    ) -> Vec<(usize, Report)> {
        let groups = self.groups.into_iter();
        let explained = groups.flat_map(|Group { policy, places, items }| {
            places.into_iter().zip(explain(policy, &items))
        });
        explained.collect()
    }
}
