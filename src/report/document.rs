//! The report as a whole.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::check::Check;
use super::claims::Claims;
use super::detail::Detail;
use super::entry::{Entry, Outcome, Verdict};
use super::finding::Finding;
use super::warning::Warning;
use crate::code::Code;
use crate::crypto::sha256;
use crate::encoding::json::{self, Object};
use crate::error::Error;
use crate::limits::Limits;
use crate::time::Time;

/// The key set that was consulted: it lets a verdict be traced to the bytes it is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct KeySetInfo {
    /// SHA-256 of the set's bytes.
    pub sha256: [u8; 32],
    /// When the set was last known to be the published one; `None` for a set from the caller.
    pub fetched: Option<Time>,
}

/// The key that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// Its identifier in the key set.
    pub kid: Option<Arc<str>>,
    /// The algorithm that it was used with.
    pub algorithm: crate::crypto::Algorithm,
    /// Bits of the modulus or field; `None` for a secret.
    pub bits: Option<usize>,
    /// [RFC 7638] thumbprint, base64url of SHA-256; `None` for a secret.
    ///
    /// [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638
    pub thumbprint: Option<Arc<str>>,
    /// The set that it came from; `None` for a key given alone.
    pub set: Option<KeySetInfo>,
}

/// Everything about one verification, reproducible byte for byte from the same input, keys, policy
/// and time.
///
/// [`write_json`](Self::write_json) writes schema `countersign.report/1`.
///
/// ```
/// use countersign::{Check, Code, Error, Report, Verdict};
///
/// let report = Report::of_failure("jws", b"", Check::KEY, Error::NoKey);
/// assert_eq!((report.verdict(), report.code()), (Verdict::Undecided, Code::NoKey));
/// assert_eq!(report.to_json().string("report", "schema"), Ok("countersign.report/1"));
/// assert_eq!(Report::of_unreadable("no such file".into()).code(), Code::Unreadable);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The name that the caller gave the item.
    pub id: Option<String>,
    /// Where the caller found the item, such as `INPUT:LINE` for a line of a stream. Unlike
    /// [`id`](Self::id), which may be the sender's, it names one item only.
    pub place: Option<String>,
    /// The kind of artefact, such as `dvs-certificate`.
    pub kind: &'static str,
    /// The time of judgement; `None` if it was the artefact's own time, which is unknown. For a
    /// message whose signers are each judged at their own time, it is that of the first signer: the
    /// outermost signed layer of the first part.
    pub at: Option<Time>,
    /// SHA-256 of the input.
    pub input_sha256: [u8; 32],
    /// Length of the input in bytes.
    pub input_bytes: usize,
    /// The key that was chosen.
    pub key: Option<KeyInfo>,
    /// The key set that was searched; `None` if the keys are not those of one set.
    pub key_set: Option<KeySetInfo>,
    /// Every check, in order.
    pub checks: Vec<Entry>,
    /// What a reader of the verdict must know.
    pub warnings: Vec<Warning>,
    /// Advice after a near miss; for operators, never for an answer to a client.
    pub hints: Vec<String>,
    /// The signed content, if the verdict is valid.
    pub claims: Option<Claims>,
    /// The members by which the item overrode the policy, if the caller allows that.
    pub overrides: Vec<String>,
    /// SHA-256 of the policy, supplied by the caller.
    pub policy_sha256: Option<[u8; 32]>,
}

/// The schema that [`Report::write_json`] writes.
pub const SCHEMA: &str = "countersign.report/1";

impl Report {
    /// Returns a report in which nothing is said.
    pub(super) fn empty(kind: &'static str, input: &[u8]) -> Self {
        Self {
            id: None,
            place: None,
            kind,
            at: None,
            input_sha256: sha256(input),
            input_bytes: input.len(),
            key: None,
            key_set: None,
            checks: Vec::new(),
            warnings: Vec::new(),
            hints: Vec::new(),
            claims: None,
            overrides: Vec::new(),
            policy_sha256: None,
        }
    }

    /// Returns a report on an input that could not be examined.
    #[must_use]
    pub fn of_failure(kind: &'static str, input: &[u8], check: Check, error: Error) -> Self {
        let mut report = Self::empty(kind, input);
        report.checks.push(Entry::failed(check, error));
        report
    }

    /// Returns a report on an input that could not be read: [`Code::Unreadable`].
    #[must_use]
    pub fn of_unreadable(detail: String) -> Self {
        let mut report = Self::empty("unknown", b"");
        let (check, outcome, detail) = (Check::INPUT, Outcome::Skip, detail.into());
        report.checks.push(Entry { check, part: None, outcome, detail, reference: "" });
        report
    }

    /// Puts a failure found by the caller before all checks, with a text for people, and removes
    /// the claims. Such a failure, which does not depend on the artefact, must not hide behind
    /// `undecided`.
    ///
    /// ```
    /// use countersign::{Check, Code, Error, Report};
    ///
    /// let mut report = Report::of_failure("jws", b"", Check::KEY, Error::NoKey);
    /// let unused = Error::ExpectationUnused { expectation: "hash" };
    /// report.refuse(Check::EXPECTATIONS, unused, "no JWS states a hash");
    /// assert_eq!(report.code(), Code::ExpectationUnused);
    /// ```
    pub fn refuse(&mut self, check: Check, error: Error, detail: impl Into<Finding>) {
        let detail = detail.into();
        self.checks.insert(0, Entry { detail, ..Entry::failed(check, error) });
        self.claims = None;
    }

    /// Returns the code of the first check that failed, or [`Code::Ok`].
    ///
    /// A report without any passed or failed check is [`Code::Unreadable`].
    #[must_use]
    pub fn code(&self) -> Code {
        let mut code = Code::Unreadable;
        for entry in &self.checks {
            match &entry.outcome {
                Outcome::Fail(error) => return error.code(),
                Outcome::Pass => code = Code::Ok,
                Outcome::Skip => {}
            }
        }
        code
    }

    /// Returns the verdict that follows from the code.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::from(self.code())
    }

    /// Returns the report as a JSON object of schema `countersign.report/1`: what
    /// [`write_json`](Self::write_json) writes, read again.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        // Claims may be nested as deeply as any text, so they are not read once more.
        let claims = self.claims.as_ref().map(|_| Object::new().into());
        let mut text = String::new();
        Self { claims, ..self.clone() }.write_json(&mut text, Detail::Full);
        let report = json::parse_object("report", text.as_bytes(), &Limits::unlimited_json());
        let mut report = report.map(Object::into_owned).unwrap_or_default();
        if let Some(claims) = &self.claims {
            report.set("claims", claims.to_object().into_owned().into_owned());
        }
        report
    }
}
