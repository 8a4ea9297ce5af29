//! What a key computes only when it has been used so often that it pays.

use alloc::boxed::Box;
use core::sync::atomic::{AtomicUsize, Ordering};

use once_cell::race::OnceBox;

/// A value that is made at one of the first uses. Which use that is decides about speed and nothing
/// else.
pub(super) struct Lazy<T> {
    uses: AtomicUsize,
    value: OnceBox<T>,
}

impl<T> Lazy<T> {
    /// Nothing, not even used.
    pub(super) const fn new() -> Self {
        Self { uses: AtomicUsize::new(0), value: OnceBox::new() }
    }

    /// Returns the value, if it was made.
    pub(super) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Returns the value, and makes it if it was not.
    pub(super) fn force(&self, make: impl FnOnce() -> T) -> &T {
        self.value.get_or_init(|| Box::new(make()))
    }

    /// Counts a use, and returns the value if there is one, or if so many uses before make it worth
    /// `make`.
    pub(super) fn used(&self, worth: usize, make: impl FnOnce() -> T) -> Option<&T> {
        if let Some(value) = self.get() {
            return Some(value);
        }
        let before = self.uses.fetch_add(1, Ordering::Relaxed);
        (before >= worth).then(|| self.force(make))
    }
}

impl<T: Clone> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        let clone = Self::new();
        if let Some(value) = self.get() {
            // Empty until now, so this is the value.
            let _ = clone.value.set(Box::new(value.clone()));
        }
        clone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_and_only_when_it_is_worth_it() {
        let lazy = Lazy::new();
        assert_eq!(lazy.used(2, || 7), None);
        assert_eq!(lazy.clone().used(0, || 8), Some(&8));
        assert_eq!(lazy.used(2, || 7), None);
        assert_eq!(lazy.get(), None);
        assert_eq!(lazy.used(2, || 7), Some(&7));
        assert_eq!(lazy.used(2, || 9), Some(&7));
        assert_eq!(*lazy.force(|| 9), 7);
        assert_eq!(lazy.clone().get(), Some(&7));
        assert_eq!(*Lazy::new().force(|| 5), 5);
    }
}
