//! What operators see of a cache.

use super::fault::Fault;
use countersign::{KeySetInfo, Time};

/// What a successful refresh did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refreshed {
    /// The set was replaced by another one.
    Replaced,
    /// The set is the one that was there.
    Unchanged,
}

impl Refreshed {
    /// Returns `replaced` or `unchanged`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Learns what happens to a cache, for metrics and logs.
///
/// `name` is the operator's name for the issuer, and every label is one of a few: nothing here
/// comes from a token. The methods are called without any lock, on the cache's own thread or on
/// one that verifies, and should return quickly. A panic on the cache's own thread, of
/// [`refreshed`](Self::refreshed), is caught, and refreshes go on; one on a thread that verifies is that
/// thread's. `examples/metrics_observer.rs` is one for the crate `metrics`.
pub trait Observer: Send + Sync {
    /// An attempt has ended; [`Refreshed::label`] and [`Fault::label`] name its result.
    fn refreshed(&self, name: &str, result: &Result<Refreshed, Fault>) {
        let _ = (name, result);
    }

    /// A token named a key that the set it was verified with does not have.
    ///
    /// Told once for each verification that lacks it, before anything is done about it: whether it triggers an
    /// attempt or comes within the cooldown, and whether or not a newer set has the key.
    fn unknown_kid(&self, name: &str) {
        let _ = name;
    }

    /// Somebody wanted to verify, and there was no usable set.
    fn unavailable(&self, name: &str) {
        let _ = name;
    }
}

/// An observer that does nothing.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct Silent;

impl Observer for Silent {}

/// The state of a cache at one moment, for health checks and gauges.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The usable set, if there is one.
    pub key_set: Option<KeySetInfo>,
    /// Seconds since that set was last known to be the published one.
    pub age: Option<i64>,
    /// Until when the set there is may be used if nothing better comes.
    pub usable_until: Option<Time>,
    /// Attempts that have ended.
    pub attempts: u64,
    /// Attempts that have failed since the last success.
    pub failures: u32,
    /// Why the last attempt failed, if it did.
    pub fault: Option<Fault>,
}
