//! What a report says beyond what the library has to say.

use countersign::{Check, Error, Report};

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
            report.refuse(*check, error.clone(), detail.clone());
        }
        report.hints.extend_from_slice(&self.hints);
        report.overrides.extend(self.overrides.iter().map(ToString::to_string));
    }
}
