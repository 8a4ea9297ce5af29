//! Tables of keys: made once a key is used often, and not for more keys than a limit.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};

use once_cell::race::OnceBox;

use super::point::Affine;
use super::table::KeyTable;

/// The largest number of keys that have a table at one time in a process: 52 KiB each, 52 MiB together.
///
/// Further keys are verified without a table, and ask again every sixteen uses. A table is freed when the
/// last clone of its key is dropped. Keys that have a table keep it, so a flood of other keys neither
/// takes more memory nor slows them down.
pub const MAX_PREPARED_KEYS: usize = 1024;

/// Uses of a key before its table is made, which costs as much as it saves in about five.
pub(super) const WORTH_TABLE: usize = 4;

/// Uses after which a key asks again for a table, if there was none to have.
const ASK_AGAIN: usize = 16;

/// How many tables there are.
pub(super) struct Budget {
    taken: AtomicUsize,
    limit: usize,
}

/// The tables of this process.
static BUDGET: Budget = Budget::new(MAX_PREPARED_KEYS);

impl Budget {
    pub(super) const fn new(limit: usize) -> Self {
        Self { taken: AtomicUsize::new(0), limit }
    }

    /// Takes a place, which is given back when it is dropped.
    fn take(&'static self) -> Option<Place> {
        let more = |taken: usize| (taken < self.limit).then(|| taken.saturating_add(1));
        let taken = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        // Only here: a place that is made and dropped would be given back.
        taken.ok().map(|_| Place(self))
    }

    #[cfg(test)]
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

/// A place in a budget.
struct Place(&'static Budget);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A table and its place.
struct Placed {
    table: KeyTable,
    _place: Place,
}

/// The table of a key, once there is one.
pub(super) struct Prepared {
    uses: AtomicUsize,
    /// Clones of a key share the table.
    placed: OnceBox<Arc<Placed>>,
    budget: &'static Budget,
}

impl Prepared {
    pub(super) fn new() -> Self {
        Self::within(&BUDGET)
    }

    pub(super) fn within(budget: &'static Budget) -> Self {
        Self { uses: AtomicUsize::new(0), placed: OnceBox::new(), budget }
    }

    /// Returns the table, if there is one.
    #[inline]
    pub(super) fn get(&self) -> Option<&KeyTable> {
        self.placed.get().map(|placed| &placed.table)
    }

    /// Returns the table, and makes it if there is none; `None` if there are too many.
    pub(super) fn force(&self, point: &Affine) -> Option<&KeyTable> {
        if self.placed.get().is_none() {
            let place = self.budget.take()?;
            let placed = Arc::new(Placed { table: KeyTable::new(point), _place: place });
            // If another thread was faster, there is one.
            let _ = self.placed.set(Box::new(placed));
        }
        self.get()
    }

    /// Counts a use, and returns the table if there is one, or if this use makes it.
    #[inline]
    pub(super) fn used(&self, point: &Affine) -> Option<&KeyTable> {
        if let Some(table) = self.get() {
            return Some(table);
        }
        let before = self.uses.fetch_add(1, Ordering::Relaxed);
        // One thread makes it; meanwhile, others do without.
        let is_worth = before >= WORTH_TABLE && before % ASK_AGAIN == WORTH_TABLE;
        if is_worth { self.force(point) } else { None }
    }
}

impl Clone for Prepared {
    fn clone(&self) -> Self {
        let clone = Self::within(self.budget);
        if let Some(placed) = self.placed.get() {
            // Empty until now, so this is the table.
            let _ = clone.placed.set(Box::new(Arc::clone(placed)));
        }
        clone
    }
}
