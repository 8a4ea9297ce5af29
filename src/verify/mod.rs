//! The common structure of every verification, single or in batches.
//!
//! ```text
//! bytes ── open ──► Opened ── signature ──► checked, alone or with others ── judge ──► Draft
//!                     ▲                                                        │        │ seal
//!                     └────────────── the layer inside, if there is one ───────┘        │
//!                                             clean Trail, or no verified value:  Proven ◄┘
//! ```
//!
//! [`Steps`] say how one kind of artefact is verified; every step writes its
//! checks to a [`Trail`]. [`Verifier`] runs them, for `verify` and `explain`, for one item and for many.
//! There is no second way to a verdict. A step makes drafts only: `seal` turns a draft into the
//! verified type, and only if no check failed.
//!
//! This module knows no format and no encoding of keys.

mod batch;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use crate::crypto::Job;
use crate::error::Error;
use crate::policy::Policy;
use crate::report::{Claims, Report, Trail};
use crate::time::At;

/// One item to verify: an input, what it is expected to say, and the time of judgement.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Item<'a, E> {
    /// The token or answer.
    pub input: &'a [u8],
    /// What it is expected to say.
    pub expected: &'a E,
    /// The time of judgement.
    pub at: At,
}

impl<E> Clone for Item<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Item<'_, E> {}

/// What was made by a verification whose every check passed. Only [`seal`] makes one, so that a type
/// around it is verified by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proven<D>(D);

impl<D> Proven<D> {
    pub(crate) const fn get(&self) -> &D {
        &self.0
    }

    /// Gives up the proof.
    pub(crate) fn into_inner(self) -> D {
        self.0
    }
}

impl<D> Deref for Proven<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.0
    }
}

/// Turns a draft into something proven, if no check failed: the only way to a verified value.
fn seal<D>(trail: &mut Trail, draft: Option<D>) -> Option<Proven<D>> {
    trail.settle(draft).map(Proven)
}

/// The keys of a verifier: given once, or those that their source has at each moment.
pub(crate) trait Held: Sized {
    /// Returns the keys of this moment. `None` if they never change, or if there are none now: then
    /// the keys themselves say so when they are used.
    fn now(&self) -> Option<Self> {
        None
    }

    /// Learns that the keys of a moment have none of this name, and returns newer ones if there are.
    fn newer(&self, _than: &Self, _kid: &str) -> Option<Self> {
        None
    }
}

/// One kind of artefact: its name, what a caller can expect of it, and its verified type.
///
/// How it is verified is internal to this crate; see [`Verify`] for code that is generic over kinds.
pub trait Format: Clone + fmt::Debug {
    /// The kind in reports, such as `dvs-certificate`.
    const KIND: &'static str;
    /// What the caller expects the artefact to say.
    type Expected;
    /// The verified artefact, once every check has passed. Only a verification creates one.
    type Verified;
}

/// What comes after a signature was checked.
pub(crate) enum Next<O, D> {
    /// A layer inside, up to its signature.
    Layer(O),
    /// The end.
    Made(D),
}

impl<O, D> Next<O, D> {
    /// Returns what is left to open, and what was made: one of both, or nothing at the end of a
    /// verification that failed.
    fn split(next: Option<Self>) -> (Option<O>, Option<D>) {
        match next {
            Some(Self::Layer(inside)) => (Some(inside), None),
            Some(Self::Made(made)) => (None, Some(made)),
            None => (None, None),
        }
    }
}

/// How one kind of artefact is verified, in steps.
pub(crate) trait Steps: Format {
    /// What a verifier of this format verifies with.
    type Keys: Held + Clone + fmt::Debug;
    /// What one item of a batch leaves to the next; it decides nothing.
    type Cache: Default;
    /// An input up to its signature, or to the next one of several.
    type Opened<'a>;
    /// What a verification makes. It is verified only when it is [`Proven`].
    type Draft;

    /// Reads an input, and checks everything before its signature. `None` ends the verification.
    fn open<'a>(
        verifier: &'a Verifier<Self>,
        trail: &mut Trail,
        cache: &mut Self::Cache,
        item: Item<'a, Self::Expected>,
    ) -> Option<Self::Opened<'a>>;

    /// Returns the signature to check, if there is one.
    fn signature<'o>(verifier: &Verifier<Self>, opened: &'o Self::Opened<'_>) -> Option<Job<'o>>;

    /// Checks everything from the signature on, up to the signature inside if there is one. `None` ends
    /// the verification.
    fn judge<'a>(
        verifier: &'a Verifier<Self>,
        trail: &mut Trail,
        opened: Self::Opened<'a>,
        signature: Option<Result<(), Error>>,
    ) -> Option<Next<Self::Opened<'a>, Self::Draft>>;

    /// Makes the verified value.
    fn verified(draft: Proven<Self::Draft>) -> Self::Verified;

    /// Returns what was signed, for the report.
    fn claims(verified: Self::Verified) -> Claims;
}

/// Verifies artefacts of one format. The verifier in each format's module documents what is checked and
/// what is not: [`dvs`](crate::miracl::dvs::Verifier), [`token`](crate::miracl::token),
/// [`registration`](crate::mosip::registration::Verifier), [`jws`](crate::jose::jws::Verifier) and
/// the others.
///
/// A verifier is immutable and can be shared between threads. Its four methods always agree, because
/// they run the same code.
#[derive(Clone, Debug)]
#[expect(private_bounds, reason = "the steps are this crate's own")]
pub struct Verifier<F: Steps> {
    pub(crate) format: F,
    pub(crate) keys: F::Keys,
    pub(crate) policy: Policy,
}

#[expect(private_bounds, reason = "the steps are this crate's own")]
impl<F: Steps> Verifier<F> {
    /// The kind in reports.
    pub const KIND: &'static str = F::KIND;

    /// Verifies an input at the given time.
    ///
    /// # Errors
    ///
    /// Returns the error of the first check that fails.
    pub fn verify(
        &self,
        input: &[u8],
        expected: &F::Expected,
        at: impl Into<At>,
    ) -> Result<F::Verified, Error> {
        let item = Item { input, expected, at: at.into() };
        let (trail, verified) = self.run(Trail::first_failure, item);
        result(trail, verified)
    }

    /// Verifies an input and reports every check. The verdict is the same as that of
    /// [`verify`](Self::verify).
    #[must_use]
    pub fn explain(&self, input: &[u8], expected: &F::Expected, at: impl Into<At>) -> Report {
        let item = Item { input, expected, at: at.into() };
        let (trail, verified) = self.run(Trail::everything, item);
        report::<F>(trail, input, verified)
    }

    /// Verifies many items, checking their RSA signatures together. The results are in order, and each
    /// is what [`verify`](Self::verify) returns.
    #[must_use]
    pub fn verify_batch(&self, items: &[Item<'_, F::Expected>]) -> Vec<Result<F::Verified, Error>> {
        self.run_many(Trail::first_failure, items, |_, trail, verified| result(trail, verified))
    }

    /// Verifies many items and reports every check of each. The reports are in order, and each is what
    /// [`explain`](Self::explain) returns.
    #[must_use]
    pub fn explain_batch(&self, items: &[Item<'_, F::Expected>]) -> Vec<Report> {
        self.run_many(Trail::everything, items, |item, trail, verified| {
            report::<F>(trail, item.input, verified)
        })
    }

    /// Runs the steps for one item, with the keys of this moment.
    fn run(
        &self,
        new_trail: fn() -> Trail,
        item: Item<'_, F::Expected>,
    ) -> (Trail, Option<F::Verified>) {
        self.with_keys(|verifier| {
            let mut trail = new_trail();
            let verified = verifier.follow(&mut trail, item);
            (trail, verified)
        })
    }

    /// Runs the steps for one item, on a trail of the caller's.
    pub(crate) fn follow(
        &self,
        trail: &mut Trail,
        item: Item<'_, F::Expected>,
    ) -> Option<F::Verified> {
        let mut opened = F::open(self, trail, &mut F::Cache::default(), item);
        let mut draft = None;
        while let Some(layer) = opened.take() {
            let signature = F::signature(self, &layer).map(|job| job.verify());
            (opened, draft) = Next::split(F::judge(self, trail, layer, signature));
        }
        seal(trail, draft).map(F::verified)
    }

    /// Makes an attempt with the keys of this moment, and once more if a key was not found and
    /// there are newer ones.
    pub(crate) fn with_keys<R>(&self, attempt: impl Fn(&Self) -> (Trail, R)) -> (Trail, R) {
        let Some(now) = self.keys.now() else { return attempt(self) };
        let bound = self.with(now);
        let (mut trail, made) = attempt(&bound);
        match self.renewed(&bound, &mut trail) {
            Some(newer) => attempt(&newer),
            None => (trail, made),
        }
    }

    /// Returns this verifier with newer keys, if a key was not found in those of a moment and there
    /// are.
    fn renewed(&self, bound: &Self, trail: &mut Trail) -> Option<Self> {
        let kid = trail.take_missing_kid()?;
        Some(self.with(self.keys.newer(&bound.keys, &kid)?))
    }

    fn with(&self, keys: F::Keys) -> Self {
        Self { format: self.format.clone(), keys, policy: self.policy }
    }
}

fn result<V>(trail: Trail, verified: Option<V>) -> Result<V, Error> {
    verified.ok_or_else(|| trail.into_error())
}

fn report<F: Steps>(trail: Trail, input: &[u8], verified: Option<F::Verified>) -> Report {
    trail.report(F::KIND, input, verified.map(F::claims))
}

/// What only this crate implements.
pub(crate) trait Sealed {}

impl<F: Steps> Sealed for Verifier<F> {}

/// The methods of every [`Verifier`], for code that is generic over the kind of artefact.
///
/// ```
/// use countersign::jose::{JwkSet, jws};
/// use countersign::{At, Code, Item, Policy, Verify};
///
/// /// Counts what is valid.
/// fn count<V: Verify>(verifier: &V, items: &[Item<'_, V::Expected>]) -> usize {
///     verifier.verify_batch(items).iter().filter(|result| result.is_ok()).count()
/// }
///
/// let verifier = jws::Verifier::new(JwkSet::default(), Policy::default());
/// let expected = jws::Expected::unbound();
/// let item = Item { input: b"e30.e30.AA", expected: &expected, at: At::Issued };
/// assert_eq!(count(&verifier, &[item]), 0);
/// ```
#[expect(private_bounds, reason = "sealed")]
pub trait Verify: Sealed {
    /// The kind in reports, such as `dvs-certificate`.
    const KIND: &'static str;
    /// What the caller expects the artefact to say.
    type Expected;
    /// The verified artefact, once every check has passed.
    type Verified;

    /// See [`Verifier::verify`].
    ///
    /// # Errors
    ///
    /// Returns the error of the first check that fails.
    fn verify(
        &self,
        input: &[u8],
        expected: &Self::Expected,
        at: At,
    ) -> Result<Self::Verified, Error>;

    /// See [`Verifier::explain`].
    fn explain(&self, input: &[u8], expected: &Self::Expected, at: At) -> Report;

    /// See [`Verifier::verify_batch`].
    fn verify_batch(
        &self,
        items: &[Item<'_, Self::Expected>],
    ) -> Vec<Result<Self::Verified, Error>>;

    /// See [`Verifier::explain_batch`].
    fn explain_batch(&self, items: &[Item<'_, Self::Expected>]) -> Vec<Report>;
}

impl<F: Steps> Verify for Verifier<F> {
    const KIND: &'static str = F::KIND;
    type Expected = F::Expected;
    type Verified = F::Verified;

    fn verify(&self, input: &[u8], expected: &F::Expected, at: At) -> Result<F::Verified, Error> {
        self.verify(input, expected, at)
    }

    fn explain(&self, input: &[u8], expected: &F::Expected, at: At) -> Report {
        self.explain(input, expected, at)
    }

    fn verify_batch(&self, items: &[Item<'_, F::Expected>]) -> Vec<Result<F::Verified, Error>> {
        self.verify_batch(items)
    }

    fn explain_batch(&self, items: &[Item<'_, F::Expected>]) -> Vec<Report> {
        self.explain_batch(items)
    }
}
