//! Many items: their signatures are checked together, between the steps of each.
//!
//! ```text
//! items ── open, each ──► signatures ── together ──► judge, each ──► verdicts
//!                             ▲                           │
//!                             └──── the layers inside ────┘
//! ```

use alloc::vec::Vec;

use super::{Held as _, Item, Next, Steps, Verifier, seal};
use crate::crypto::{Job, verify_jobs};
#[cfg(feature = "rayon")]
use crate::error::Error;
use crate::report::Trail;

/// Items whose signatures are checked together: enough to fill every lane of the widest kernel
/// with each of several key sizes, few enough to stay in the first-level cache.
const CHUNK: usize = 64;

#[expect(private_bounds, reason = "the steps are this crate's own")]
impl<F: Steps> Verifier<F> {
    /// Verifies many items as [`verify_batch`](Self::verify_batch) does, on the threads of the current
    /// `rayon` pool: the caller chooses their number with `ThreadPool::install`. The results are the
    /// same at any.
    #[cfg(feature = "rayon")]
    #[must_use]
    pub fn par_verify_batch(
        &self,
        items: &[Item<'_, F::Expected>],
    ) -> Vec<Result<F::Verified, Error>>
    where
        Self: Sync,
        F::Expected: Sync,
        F::Verified: Send,
    {
        use rayon::prelude::*;
        /// Enough chunks for one thread that handing them out costs nothing.
        const PART: usize = 8 * CHUNK;
        let parts: Vec<_> = items.par_chunks(PART).map(|part| self.verify_batch(part)).collect();
        parts.into_iter().flatten().collect()
    }

    /// Runs the steps for many items, each with a trail of its own, and finishes each.
    pub(super) fn run_many<R>(
        &self,
        new_trail: fn() -> Trail,
        items: &[Item<'_, F::Expected>],
        finish: impl Fn(&Item<'_, F::Expected>, Trail, Option<F::Verified>) -> R,
    ) -> Vec<R> {
        let bound = self.keys.now().map(|keys| self.with(keys));
        let verifier = bound.as_ref().unwrap_or(self);
        let mut results = Vec::with_capacity(items.len());
        let mut cache = F::Cache::default();
        for chunk in items.chunks(CHUNK) {
            let opened = chunk.iter().map(|item| {
                let mut trail = new_trail();
                let opened = F::open(verifier, &mut trail, &mut cache, *item);
                Pending { trail, opened, draft: None }
            });
            for (item, progress) in chunk.iter().zip(verifier.advance(opened.collect())) {
                let Pending { mut trail, draft, .. } = progress;
                let mut verified = seal(&mut trail, draft).map(F::verified);
                let newer = bound.as_ref().and_then(|bound| self.renewed(bound, &mut trail));
                if let Some(newer) = newer {
                    trail = new_trail();
                    verified = newer.follow(&mut trail, *item);
                }
                results.push(finish(item, trail, verified));
            }
        }
        results
    }

    /// Takes items to their ends: signatures that come at the same depth are checked together.
    fn advance<'a>(&'a self, mut items: Vec<Pending<'a, F>>) -> Vec<Pending<'a, F>> {
        while items.iter().any(|item| item.opened.is_some()) {
            let jobs: Vec<Option<Job<'_>>> =
                items.iter().map(|item| F::signature(self, item.opened.as_ref()?)).collect();
            let mut signatures = verify_jobs(&jobs).into_iter();
            for item in &mut items {
                // One for each item, in order; a missing one would leave the item unjudged.
                let signature = signatures.next();
                if let Some((layer, signature)) = item.opened.take().zip(signature) {
                    let next = F::judge(self, &mut item.trail, layer, signature);
                    (item.opened, item.draft) = Next::split(next);
                }
            }
        }
        items
    }
}

/// How far the verification of one item is.
struct Pending<'a, F: Steps> {
    trail: Trail,
    /// What is open of it, as long as a signature is left.
    opened: Option<F::Opened<'a>>,
    draft: Option<F::Draft>,
}
