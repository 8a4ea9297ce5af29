//! What a verification writes while it decides.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::check::Check;
use super::claims::Claims;
use super::document::{KeyInfo, KeySetInfo, Report};
use super::entry::{Entry, Outcome};
use super::finding::Finding;
use super::warning::Warning;
use crate::encoding::json::Object;
use crate::error::Error;
use crate::time::Time;

/// Follows the checks of one verification, in one of two modes.
///
/// [`first_failure`](Self::first_failure) remembers the first check that fails and nothing else, for
/// `verify`; [`everything`](Self::everything) writes every check down, for `explain`. The code that
/// decides is the same for both: it holds each intermediate result as an `Option`, and goes on after
/// a failure only where [`goes_on`](Self::goes_on) asks it to.
///
/// ```
/// use countersign::{Check, Code, Error, Trail};
///
/// let decide = |trail: &mut Trail| {
///     trail.fail(Check::STRUCTURE, Error::NoKey);
///     if trail.goes_on() {
///         trail.skip(Check::SIGNATURE, "token cannot be read");
///     }
/// };
/// let mut trail = Trail::everything();
/// decide(&mut trail);
/// assert_eq!(trail.into_report("jws", b"", None).checks.len(), 2);
///
/// let mut trail = Trail::first_failure();
/// decide(&mut trail);
/// assert_eq!(trail.failure().map(Error::code), Some(Code::NoKey));
/// ```
#[derive(Debug, Default)]
pub struct Trail {
    failure: Option<Error>,
    missing_kid: Option<String>,
    /// What `explain` tells; `None` for `verify`.
    book: Option<Box<Book>>,
}

/// Room for the checks of a token: most reports have no more.
const CHECKS: usize = 16;

/// What is written down of a verification.
#[derive(Debug, Default)]
struct Book {
    checks: Vec<Entry>,
    warnings: Vec<Warning>,
    hints: Vec<String>,
    key: Option<KeyInfo>,
    key_set: Option<KeySetInfo>,
    at: Option<Time>,
    part: Option<Arc<str>>,
}

impl Trail {
    /// Remembers the first failure, and asks to stop there.
    #[must_use]
    pub fn first_failure() -> Self {
        Self::default()
    }

    /// Writes every check down, and asks to go on after failures.
    #[must_use]
    pub fn everything() -> Self {
        let book = Book { checks: Vec::with_capacity(CHECKS), ..Book::default() };
        Self { book: Some(Box::new(book)), ..Self::default() }
    }

    /// Tells whether further checks are wanted.
    #[inline]
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        self.failure.is_none() || self.book.is_some()
    }

    /// Returns the first failure.
    #[inline]
    #[must_use]
    pub const fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// Returns the first failure as the reason why nothing was verified.
    #[must_use]
    pub fn into_error(self) -> Error {
        self.failure.unwrap_or(Error::Defect)
    }

    /// Records a check that passed.
    #[inline]
    pub fn pass<D: Into<Finding>>(&mut self, check: Check, detail: impl FnOnce() -> D) {
        if let Some(book) = &mut self.book {
            book.push(check, Outcome::Pass, detail().into());
        }
    }

    /// Records a check that failed.
    pub fn fail(&mut self, check: Check, error: Error) {
        if let Some(book) = &mut self.book {
            let part = book.part.clone();
            book.checks.push(Entry { part, ..Entry::failed(check, error.clone()) });
        }
        self.failure.get_or_insert(error);
    }

    /// Records a check that cannot run, or need not.
    #[inline]
    pub fn skip(&mut self, check: Check, reason: &'static str) {
        if let Some(book) = &mut self.book {
            book.push(check, Outcome::Skip, reason.into());
        }
    }

    /// Records checks that cannot run.
    pub fn skip_all(&mut self, checks: &[Check], reason: &'static str) {
        for check in checks {
            self.skip(*check, reason);
        }
    }

    /// Records a result and hands on its value.
    #[inline]
    pub fn record<T, D: Into<Finding>>(
        &mut self,
        check: Check,
        result: Result<T, Error>,
        detail: impl FnOnce(&T) -> D,
    ) -> Option<T> {
        match result {
            Ok(value) => {
                self.pass(check, || detail(&value));
                Some(value)
            }
            Err(error) => {
                self.fail(check, error);
                None
            }
        }
    }

    /// Records a warning, once.
    #[inline]
    pub fn warn(&mut self, warning: Warning) {
        self.warn_if(warning, || true);
    }

    /// Warns on a condition that costs something to find out.
    #[inline]
    pub fn warn_if(&mut self, warning: Warning, condition: impl FnOnce() -> bool) {
        if let Some(book) = &mut self.book
            && !book.warnings.contains(&warning)
            && condition()
        {
            book.warnings.push(warning);
        }
    }

    /// Records what may help an operator after a near miss.
    #[inline]
    pub fn hint(&mut self, hint: impl FnOnce() -> Option<String>) {
        if let Some(book) = &mut self.book {
            book.hints.extend(hint());
        }
    }

    /// Names a better reference for the last check.
    #[inline]
    pub fn cite(&mut self, reference: &'static str) {
        if let Some(entry) = self.book.as_mut().and_then(|book| book.checks.last_mut()) {
            entry.reference = reference;
        }
    }

    /// Records the key that was chosen.
    #[inline]
    pub fn key(&mut self, key: impl FnOnce() -> KeyInfo) {
        if let Some(book) = &mut self.book {
            book.key = Some(key());
        }
    }

    /// Records the key set that was searched.
    #[inline]
    pub fn key_set(&mut self, set: Option<KeySetInfo>) {
        if let Some(book) = &mut self.book {
            book.key_set = set;
        }
    }

    /// Records the time of judgement.
    #[inline]
    pub fn at(&mut self, at: Option<Time>) {
        if let Some(book) = &mut self.book {
            book.at = at;
        }
    }

    /// Names the part of the artefact that the following checks are about; nothing, the whole.
    #[inline]
    pub fn part(&mut self, part: &str) {
        if let Some(book) = &mut self.book {
            book.part = (!part.is_empty()).then(|| part.into());
        }
    }

    /// Notes that the key set has no key of this name.
    pub(crate) fn missing_kid(&mut self, kid: &str) {
        self.missing_kid = Some(kid.into());
    }

    /// Takes back what [`missing_kid`](Self::missing_kid) noted.
    pub(crate) fn take_missing_kid(&mut self) -> Option<String> {
        self.missing_kid.take()
    }

    /// Ends a verification: hands on what was made, if no check failed.
    ///
    /// What fails nothing and makes nothing is a defect of the code that decides, and fails as
    /// [`Error::Defect`].
    #[inline]
    pub fn settle<D>(&mut self, made: Option<D>) -> Option<D> {
        if made.is_none() && self.failure.is_none() {
            self.fail(Check::CLAIMS, Error::Defect);
        }
        made.filter(|_| self.failure.is_none())
    }

    /// Makes the report. Claims are left out if a check failed.
    #[must_use]
    pub fn into_report(
        self,
        kind: &'static str,
        input: &[u8],
        claims: Option<Object<'static>>,
    ) -> Report {
        self.report(kind, input, claims.map(Claims::from))
    }

    /// As [`into_report`](Self::into_report), with claims that may be the text of a token.
    pub(crate) fn report(self, kind: &'static str, input: &[u8], claims: Option<Claims>) -> Report {
        let book = self.book.unwrap_or_default();
        Report {
            at: book.at,
            key: book.key,
            key_set: book.key_set,
            checks: book.checks,
            warnings: book.warnings,
            hints: book.hints,
            claims: claims.filter(|_| self.failure.is_none()),
            ..Report::empty(kind, input)
        }
    }
}

impl Book {
    fn push(&mut self, check: Check, outcome: Outcome, detail: Finding) {
        let (part, reference) = (self.part.clone(), check.reference());
        self.checks.push(Entry { check, part, outcome, detail, reference });
    }
}
