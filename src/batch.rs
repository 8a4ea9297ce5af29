//! One verdict per item, equal to the single call.
//!
//! ```text
//! items ── begin, each ──► signatures to verify ── together ──► conclude, each ──► verdicts
//! ```
//!
//! A verification is a [`Procedure`]: everything before the signature, the signature, everything
//! after. A single call runs one, a batch many with the signatures in between at once. There is no
//! second way to a verdict, so single and batch cannot disagree.

use alloc::vec::Vec;

use crate::crypto::{Job, verify_jobs};
use crate::encoding::json::Object;
use crate::error::Error;
use crate::jose::{HeaderCache, KeySource, Snapshot};
use crate::report::{Explanation, FirstFailure, Report, Trail, Warning};
use crate::time::At;

/// One item of a batch: an input, what it is expected to say, and when it is judged.
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

/// A verification in two halves around its signature.
pub(crate) trait Procedure {
    const KIND: &'static str;
    type Expected;
    type Pending<'p>
    where
        Self: 'p;
    type Made;

    /// Returns where the keys come from, unless they were given once and for all.
    fn source(&self) -> Option<&dyn KeySource> {
        None
    }

    /// Returns the same verifier with the keys of one moment, if keys can come from a source.
    fn with_snapshot(&self, _: Snapshot) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Runs every check before the signature. `None` ends the verification.
    fn begin<'p>(
        &'p self,
        trail: &mut impl Trail,
        cache: &mut HeaderCache,
        item: Item<'p, Self::Expected>,
    ) -> Option<Self::Pending<'p>>;

    /// Returns the signature to verify, if there is one.
    fn job<'j>(&self, pending: &'j Self::Pending<'_>) -> Option<Job<'j>>;

    /// Runs every check from the signature on.
    fn conclude(
        &self,
        trail: &mut impl Trail,
        pending: Self::Pending<'_>,
        verified: Option<Result<(), Error>>,
    ) -> Option<Self::Made>;

    /// Returns what was signed, for the report.
    fn claims(made: &Self::Made) -> Object<'static>;
}

/// A verification whose signatures depend on each other, so that none can be verified together with
/// those of other items.
pub(crate) trait Immediate {
    const KIND: &'static str;
    type Expected;
    type Made;

    /// Runs every check. That an artefact is judged as at its own time is said already.
    fn decide(&self, trail: &mut impl Trail, item: Item<'_, Self::Expected>) -> Option<Self::Made>;

    /// Returns what was signed, for the report.
    fn claims(made: &Self::Made) -> Object<'static>;
}

impl<I: Immediate> Procedure for I {
    const KIND: &'static str = I::KIND;
    type Expected = I::Expected;
    type Pending<'p>
        = I::Made
    where
        I: 'p;
    type Made = I::Made;

    fn begin<'p>(
        &'p self,
        trail: &mut impl Trail,
        _: &mut HeaderCache,
        item: Item<'p, I::Expected>,
    ) -> Option<I::Made> {
        if item.at == At::Issued {
            trail.warn(Warning::AtIssued);
        }
        self.decide(trail, item)
    }

    fn job<'j>(&self, _: &'j I::Made) -> Option<Job<'j>> {
        None
    }

    fn conclude(
        &self,
        _: &mut impl Trail,
        made: I::Made,
        _: Option<Result<(), Error>>,
    ) -> Option<I::Made> {
        Some(made)
    }

    fn claims(made: &I::Made) -> Object<'static> {
        I::claims(made)
    }
}

/// Gives a verifier its public methods, which are the same for all. The first parameter says what
/// its input is, as in "a token".
macro_rules! entry_points {
    ($input:literal, $verifier:ty, $expected:ty, $made:ty) => {
        impl $verifier {
            #[doc = concat!("Verifies ", $input, " at a time.")]
            ///
            /// # Errors
            ///
            /// The first check that fails.
            pub fn verify(
                &self,
                input: &[u8],
                expected: &$expected,
                at: impl Into<$crate::At>,
            ) -> Result<$made, $crate::Error> {
                $crate::batch::verify(self, $crate::Item { input, expected, at: at.into() })
            }

            #[doc = concat!("Verifies ", $input, " and reports every check.")]
            ///
            /// The verdict is that of [`verify`](Self::verify).
            #[must_use]
            pub fn explain(
                &self,
                input: &[u8],
                expected: &$expected,
                at: impl Into<$crate::At>,
            ) -> $crate::Report {
                $crate::batch::explain(self, $crate::Item { input, expected, at: at.into() })
            }

            /// Verifies many items, with their RSA signatures checked together.
            ///
            /// Each result is, in order, what [`verify`](Self::verify) returns.
            #[must_use]
            pub fn verify_batch(
                &self,
                items: &[$crate::Item<'_, $expected>],
            ) -> alloc::vec::Vec<Result<$made, $crate::Error>> {
                $crate::batch::verify_many(self, items)
            }

            /// As [`verify_batch`](Self::verify_batch), on the threads of the current `rayon`
            /// pool: the caller chooses their number with `ThreadPool::install`. The results are
            /// the same at any.
            #[cfg(feature = "rayon")]
            #[must_use]
            pub fn par_verify_batch(
                &self,
                items: &[$crate::Item<'_, $expected>],
            ) -> alloc::vec::Vec<Result<$made, $crate::Error>> {
                $crate::batch::par_verify_many(self, items)
            }

            /// Verifies many items and reports every check of each.
            ///
            /// Each report is, in order, what [`explain`](Self::explain) returns.
            #[must_use]
            pub fn explain_batch(
                &self,
                items: &[$crate::Item<'_, $expected>],
            ) -> alloc::vec::Vec<$crate::Report> {
                $crate::batch::explain_many(self, items)
            }
        }
    };
}
pub(crate) use entry_points;

/// Verifies one item.
pub(crate) fn verify<P: Procedure>(
    procedure: &P,
    item: Item<'_, P::Expected>,
) -> Result<P::Made, Error> {
    let (trail, made): (FirstFailure, _) = with_keys(procedure, attempt(item));
    trail.finish(made)
}

/// Explains one item.
pub(crate) fn explain<P: Procedure>(procedure: &P, item: Item<'_, P::Expected>) -> Report {
    let (trail, made): (Explanation, _) = with_keys(procedure, attempt(item));
    trail.into_report(P::KIND, item.input, made.as_ref().map(P::claims))
}

/// Verifies many items.
pub(crate) fn verify_many<P: Procedure>(
    procedure: &P,
    items: &[Item<'_, P::Expected>],
) -> Vec<Result<P::Made, Error>> {
    many(procedure, items, |_, trail: FirstFailure, made| trail.finish(made))
}

/// Verifies many items on the threads of the current pool.
#[cfg(feature = "rayon")]
pub(crate) fn par_verify_many<P>(
    procedure: &P,
    items: &[Item<'_, P::Expected>],
) -> Vec<Result<P::Made, Error>>
where
    P: Procedure + Sync,
    P::Expected: Sync,
    P::Made: Send,
{
    use rayon::prelude::*;
    /// Enough chunks for one thread that handing them out costs nothing.
    const PART: usize = 8 * CHUNK;
    let parts: Vec<_> = items.par_chunks(PART).map(|part| verify_many(procedure, part)).collect();
    parts.into_iter().flatten().collect()
}

/// Explains many items.
pub(crate) fn explain_many<P: Procedure>(
    procedure: &P,
    items: &[Item<'_, P::Expected>],
) -> Vec<Report> {
    many(procedure, items, |item, trail: Explanation, made| {
        trail.into_report(P::KIND, item.input, made.as_ref().map(P::claims))
    })
}

/// Runs one procedure, on a trail of the caller's.
pub(crate) fn single<P: Procedure>(
    procedure: &P,
    trail: &mut impl Trail,
    item: Item<'_, P::Expected>,
) -> Option<P::Made> {
    let pending = procedure.begin(trail, &mut HeaderCache::default(), item)?;
    let verified = procedure.job(&pending).map(|job| job.verify());
    procedure.conclude(trail, pending, verified)
}

/// Runs an attempt with the keys that the verifier has at this moment, and once more if a key was
/// not found and their source has newer ones.
pub(crate) fn with_keys<P: Procedure, T: Trail, R>(
    procedure: &P,
    attempt: impl Fn(&P) -> (T, Option<R>),
) -> (T, Option<R>) {
    match bind(procedure) {
        None => attempt(procedure),
        Some(bound) => bound.retry(attempt(&bound.procedure), attempt),
    }
}

/// One attempt at one item, on a trail of its own.
fn attempt<P: Procedure, T: Trail + Default>(
    item: Item<'_, P::Expected>,
) -> impl Fn(&P) -> (T, Option<P::Made>) {
    move |procedure| {
        let mut trail = T::default();
        let made = single(procedure, &mut trail, item);
        (trail, made)
    }
}

/// A verifier bound to the keys that its source has at this moment.
struct Bound<'p, P> {
    procedure: P,
    source: &'p dyn KeySource,
    snapshot: Snapshot,
}

/// Binds a verifier to the keys of this moment. `None` if its keys were given, and if its source
/// has none: then the verifier itself, which has no keys either, says so.
fn bind<P: Procedure>(procedure: &P) -> Option<Bound<'_, P>> {
    let source = procedure.source()?;
    let snapshot = source.snapshot()?;
    Some(Bound { procedure: procedure.with_snapshot(snapshot.clone())?, source, snapshot })
}

impl<P: Procedure> Bound<'_, P> {
    /// Tells the source of a key that was not found, and tries again if it has newer keys.
    fn retry<T: Trail, R>(
        &self,
        (mut trail, made): (T, Option<R>),
        again: impl FnOnce(&P) -> (T, Option<R>),
    ) -> (T, Option<R>) {
        let missing = trail.take_missing_kid();
        let newer = missing.and_then(|kid| self.source.renew(&self.snapshot, &kid));
        match newer.and_then(|newer| self.procedure.with_snapshot(newer)) {
            Some(procedure) => again(&procedure),
            None => (trail, made),
        }
    }
}

/// Items whose signatures are verified together: enough to fill every lane of the widest kernel
/// with each of several key sizes, few enough to stay in the first-level cache.
const CHUNK: usize = 64;

/// Runs many verifications, each with a trail of its own, and finishes each.
fn many<P: Procedure, T: Trail + Default, R>(
    procedure: &P,
    items: &[Item<'_, P::Expected>],
    finish: impl Fn(&Item<'_, P::Expected>, T, Option<P::Made>) -> R,
) -> Vec<R> {
    let bound = bind(procedure);
    let procedure = bound.as_ref().map_or(procedure, |bound| &bound.procedure);
    let mut results = Vec::with_capacity(items.len());
    let mut cache = HeaderCache::default();
    for chunk in items.chunks(CHUNK) {
        let begun: Vec<(T, Option<P::Pending<'_>>)> = chunk
            .iter()
            .map(|item| {
                let mut trail = T::default();
                let pending = procedure.begin(&mut trail, &mut cache, *item);
                (trail, pending)
            })
            .collect();
        let jobs: Vec<Option<Job<'_>>> = begun
            .iter()
            .map(|(_, pending)| pending.as_ref().and_then(|pending| procedure.job(pending)))
            .collect();
        let verified = verify_jobs(&jobs);
        for ((item, (mut trail, pending)), verified) in chunk.iter().zip(begun).zip(verified) {
            let made =
                pending.and_then(|pending| procedure.conclude(&mut trail, pending, verified));
            let (trail, made) = match &bound {
                Some(bound) => bound.retry((trail, made), attempt(*item)),
                None => (trail, made),
            };
            results.push(finish(item, trail, made));
        }
    }
    results
}
