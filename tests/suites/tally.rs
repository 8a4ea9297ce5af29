//! What became of the vectors of a suite.

use std::collections::BTreeMap;
use std::fmt::Display;

use countersign::Code;

/// The verdict that a suite publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Published {
    Valid,
    Invalid,
}

/// Counts agreement, collects what differs.
#[derive(Default)]
pub(crate) struct Tally {
    vectors: usize,
    agreed: usize,
    excluded: BTreeMap<&'static str, usize>,
    problems: Vec<String>,
}

impl Tally {
    /// Compares a verdict with the published one. If the library is known to differ, `reason` says
    /// why, and then it has to differ.
    pub(crate) fn judge(
        &mut self,
        id: impl Display,
        published: Published,
        found: Code,
        reason: Option<&'static str>,
    ) {
        self.vectors += 1;
        let agrees = (found == Code::Ok) == (published == Published::Valid);
        match (agrees, reason) {
            (true, None) => self.agreed += 1,
            (false, Some(reason)) => *self.excluded.entry(reason).or_default() += 1,
            (false, None) => self.problem(format!("{id} is {published:?}, found `{found}`")),
            (true, Some(reason)) => {
                self.problem(format!("{id} is excluded ({reason}), but `{found}` agrees"));
            }
        }
    }

    /// Leaves out a vector that the library has no way of being asked about.
    pub(crate) fn exclude(&mut self, reason: &'static str) {
        self.vectors += 1;
        *self.excluded.entry(reason).or_default() += 1;
    }

    /// Notes what must not be.
    pub(crate) fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    /// The suite's row in the table of `SECURITY.md`.
    pub(crate) fn row(&self, name: &str) -> String {
        let excluded: usize = self.excluded.values().sum();
        let mut reasons: Vec<String> =
            self.excluded.iter().map(|(reason, count)| format!("{reason} ({count})")).collect();
        if let ([_], 1) = (&reasons[..], self.excluded.len()) {
            reasons = self.excluded.keys().map(|reason| (*reason).to_owned()).collect();
        }
        let reasons = reasons.join("; ");
        format!("| `{name}` | {} | {} | {excluded} | {reasons} |", self.vectors, self.agreed)
            .replace("|  |", "| |")
    }

    /// Fails if something differed, and if nothing was there.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        let excluded: usize = self.excluded.values().sum();
        if self.vectors == 0 {
            return Err("no vectors".into());
        }
        if self.problems.is_empty() && self.agreed + excluded == self.vectors {
            return Ok(());
        }
        Err(format!("{} problems\n{}", self.problems.len(), self.problems.join("\n")))
    }
}

/// What the figures rest on: a tally fails without vectors, on every difference without a reason, on
/// every reason without a difference, and on what else was noted.
///
/// # Errors
///
/// The first of them that passes.
pub(crate) fn is_strict() -> Result<(), String> {
    let reason = Some("a reason");
    for (published, found, reason, passes) in [
        (Published::Valid, Code::Ok, None, true),
        (Published::Invalid, Code::Malformed, None, true),
        (Published::Valid, Code::Malformed, None, false),
        (Published::Invalid, Code::Ok, None, false),
        (Published::Valid, Code::Malformed, reason, true),
        (Published::Valid, Code::Ok, reason, false),
        (Published::Invalid, Code::Malformed, reason, false),
    ] {
        let mut tally = Tally::default();
        tally.judge(1, published, found, reason);
        if tally.verdict().is_ok() != passes {
            return Err(format!("{published:?}, `{found}`, {reason:?}: passes is not {passes}"));
        }
        tally.problem("noted".to_owned());
        if tally.verdict().is_ok() {
            return Err("what was noted is forgotten".to_owned());
        }
    }
    if Tally::default().verdict().is_ok() { Err("no vectors pass".to_owned()) } else { Ok(()) }
}
