//! What a record of a stream says, beside what the run says.
//!
//! ```text
//! terms of the run ──┐
//!                    ├─ member by member: the same, more, less, something else ──► Terms, Remarks
//! record ────────────┘
//! ```
//!
//! Records may come from elsewhere than the command line, such as from whoever sends the artefacts.
//! So they add to what is checked, and take nothing away:
//!
//! | A member asks for | [`Records::Tighten`] | [`Records::Override`], by `--trust-records` |
//! |---|---|---|
//! | more | it is required in addition | the same |
//! | less | a hint; the verdict is by the terms of the run | it replaces the terms; named in `overrides` |
//! | something else | both cannot hold: the item fails | it replaces the terms; named in `overrides` |

use std::cmp::Ordering;

use countersign::{Check, Error, Rsa1024};

use crate::auditor::Auditor;
use crate::kind::{Content, Kind};
use crate::member::Member;
use crate::options::Records;
use crate::remarks::Remarks;
use crate::terms::{Binding, Overrides, Terms, Unbound};

/// How a member of a record stands to the terms of the run.
enum Standing {
    Same,
    /// It asks for more.
    More,
    /// It asks for less.
    Less,
    /// It asks for something else, so that no artefact complies with both.
    Else(Check, Error),
}

/// Chooses by which kind a record's artefact is judged, and with whose names.
///
/// `found` is what recognition makes of the artefact, unless the run names a kind. A record may name
/// what recognition cannot tell: a kind for what looks like none, and of which kind a token is that has
/// no marks.
pub(crate) fn choose_kind(
    auditor: &Auditor,
    found: Content,
    record: Kind,
    remarks: &mut Remarks,
) -> (Content, Option<Terms>) {
    let run = auditor.kind();
    let of_run = match (run, &found) {
        (_, Content::Known(kind)) if *kind == record => return (found, None),
        (None, Content::Known(kind)) if record.row().without_marks == Some(*kind) => {
            return (record.into(), more_precisely(auditor, *kind, record));
        }
        (None, Content::Unknown(_)) => return (record.into(), None),
        (_, Content::Empty) => return (found, None),
        (_, Content::Known(kind)) => Some(kind.name()),
        (_, Content::Unsupported(_) | Content::Refused(_) | Content::Unknown(_)) => None,
    };
    match (auditor.records(), of_run) {
        (Records::Override, _) => {
            remarks.overrides.push("kind");
            (record.into(), None)
        }
        (Records::Tighten, Some(name)) => {
            let error = Error::ContentMismatch { member: "kind" };
            let detail = format!("the record names the kind {}, but this is {name}", record.name());
            remarks.failures.push((Check::EXPECTATIONS, error, detail));
            remarks.hints.push(contradicts("kind"));
            (found, None)
        }
        (Records::Tighten, None) => {
            remarks.hints.push(not_followed("kind"));
            (found, None)
        }
    }
}

/// Returns the terms of a kind that a record names instead of what recognition takes it for. What is
/// expected of that is expected of this one, too, unless the policy's table of its own kind expects
/// something else of the same claim.
fn more_precisely(auditor: &Auditor, taken_for: Kind, named: Kind) -> Option<Terms> {
    let mut chosen = auditor.setting(named)?.terms().clone();
    chosen.names = chosen.names.or(&auditor.setting(taken_for)?.terms().names);
    Some(chosen)
}

fn not_followed(member: &str) -> String {
    format!(
        "`{member}` of the record was ignored, since the run decides; --trust-records lets \
         records decide"
    )
}

fn contradicts(member: &str) -> String {
    format!("`{member}` of the record differs from the run's; --trust-records lets records decide")
}

/// Adds what a record says to the terms of the run for a kind.
pub(crate) fn join(
    auditor: &Auditor,
    kind: Kind,
    terms: Terms,
    record: &Overrides,
    remarks: &mut Remarks,
) -> Terms {
    let mut join = Join { records: auditor.records(), remarks };
    let mut terms = terms;
    if let Some(at) = record.at {
        let same = auditor.at(at) == auditor.at(terms.at);
        if join.takes("at", if same { Standing::Same } else { Standing::Less }) {
            terms.at = at;
        }
    }
    if let Some(leeway) = record.leeway {
        let standing = match leeway.seconds().cmp(&terms.policy.leeway().seconds()) {
            Ordering::Less => Standing::More,
            Ordering::Equal => Standing::Same,
            Ordering::Greater => Standing::Less,
        };
        if join.takes("leeway", standing) {
            terms.policy = terms.policy.with_leeway(leeway);
        }
    }
    if let Some(rsa_1024) = record.rsa_1024 {
        let standing = match rsa_1024 {
            same if same == terms.policy.rsa_1024() => Standing::Same,
            Rsa1024::Deny => Standing::More,
            _ => Standing::Less,
        };
        if join.takes("allow-rsa-1024", standing) {
            terms.policy = terms.policy.with_rsa_1024(rsa_1024);
        }
    }
    join.binding(kind, &mut terms, record);
    join.audience(&mut terms.names.audiences, &record.names.audiences);
    let mismatches = [
        ("issuer", Check::ISSUER, Error::IssuerMismatch),
        ("subject", Check::SUBJECT, Error::SubjectMismatch),
        ("nonce", Check::NONCE, Error::NonceMismatch),
        ("typ", Check::TOKEN_KIND, Error::ContentMismatch { member: "typ" }),
    ];
    let mut names = record.names.clone();
    let names = names.each_mut().into_iter().zip(terms.names.each_mut());
    for ((given, own), (member, check, error)) in names.zip(mismatches) {
        join.expects(member, own, given.take(), (check, error));
    }
    let broken = (Check::HASH_CHAIN, Error::HashMismatch);
    join.expects("previous-hash", &mut terms.previous_hash, record.previous_hash.clone(), broken);
    if let Some(window) = record.window {
        let standing = match terms.window.map_or(Ordering::Less, |own| window.cmp(&own)) {
            Ordering::Less => Standing::More,
            Ordering::Equal => Standing::Same,
            Ordering::Greater => Standing::Less,
        };
        if join.takes("timestamp-window", standing) {
            terms.window = Some(window);
        }
    }
    terms
}

struct Join<'r> {
    records: Records,
    remarks: &'r mut Remarks,
}

impl Join<'_> {
    /// Tells whether a member takes the place of what the run says, and remarks on it.
    fn takes(&mut self, member: &'static str, standing: Standing) -> bool {
        match (standing, self.records) {
            (Standing::Same, _) => false,
            (Standing::More, _) => true,
            (Standing::Less | Standing::Else(..), Records::Override) => {
                self.remarks.overrides.push(member);
                true
            }
            (Standing::Less, Records::Tighten) => {
                self.remarks.hints.push(not_followed(member));
                false
            }
            (Standing::Else(check, error), Records::Tighten) => {
                let detail = format!("the record expects a different `{member}` than the run");
                self.remarks.failures.push((check, error, detail));
                self.remarks.hints.push(contradicts(member));
                false
            }
        }
    }

    /// Joins a text that is expected.
    fn expects(
        &mut self,
        member: &'static str,
        own: &mut Option<String>,
        given: Option<String>,
        mismatch: (Check, Error),
    ) {
        let standing = match (&own, &given) {
            (_, None) => return,
            (None, _) => Standing::More,
            (own, given) if *own == given => Standing::Same,
            _ => Standing::Else(mismatch.0, mismatch.1),
        };
        if self.takes(member, standing) {
            *own = given;
        }
    }

    /// Joins the audience of a record: one of several that the run accepts is more than any of them.
    fn audience(&mut self, own: &mut Vec<String>, given: &[String]) {
        let standing = match given {
            [] => return,
            given if *own == given => Standing::Same,
            given if own.is_empty() || given.iter().all(|name| own.contains(name)) => {
                Standing::More
            }
            _ => Standing::Else(Check::AUDIENCE, Error::AudienceMismatch),
        };
        if self.takes("audience", standing) {
            *own = given.to_vec();
        }
    }

    /// Joins what an artefact must be about.
    fn binding(&mut self, kind: Kind, terms: &mut Terms, record: &Overrides) {
        if kind.takes(Member::Binding)
            && let Some(binding) = &record.binding
        {
            let standing = terms.binding.as_ref().map_or(Standing::More, |own| stand(own, binding));
            if self.takes(binding.name(), standing) {
                terms.binding = Some(binding.clone());
            }
        }
        let Some(unbound) = record.unbound.filter(|_| kind.takes(Member::Unbound)) else {
            return;
        };
        let standing = match (unbound, terms.unbound) {
            (Unbound::Allow, Unbound::Allow) if terms.binding.is_none() => Standing::Same,
            (Unbound::Allow, _) => Standing::Less,
            (Unbound::Deny, Unbound::Allow) => Standing::More,
            (Unbound::Deny, Unbound::Deny) => Standing::Same,
        };
        if self.takes("unbound", standing) {
            terms.unbound = unbound;
            if unbound == Unbound::Allow {
                terms.binding = None;
            }
        }
    }
}

/// Compares what a record binds an artefact to with what the run does.
fn stand(own: &Binding, given: &Binding) -> Standing {
    match (own, given) {
        (own, given) if own.hash() != given.hash() => {
            Standing::Else(Check::HASH, Error::HashMismatch)
        }
        (Binding::Request(own), Binding::Request(given)) if own != given => {
            let error = Error::ContentMismatch { member: "timestamp" };
            Standing::Else(Check::SIGNING_TIME, error)
        }
        // A request says more than its hash.
        (Binding::Hash(_) | Binding::Document(_), Binding::Request(_)) => Standing::More,
        _ => Standing::Same,
    }
}
