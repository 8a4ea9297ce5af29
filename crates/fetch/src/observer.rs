//! What operators can observe of a cache.

use super::fault::Fault;
use countersign::{KeySetInfo, Time};

/// The result of a successful refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refreshed {
    /// The set was replaced.
    Replaced,
    /// The set is unchanged.
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

/// Observes a cache, for metrics and logs.
///
/// `name` is the operator's name for the issuer, and every label is from a small set: nothing here
/// comes from a token. The methods are called without any lock, on the cache's own thread or on a
/// verifying thread, and should return quickly. A panic of [`refreshed`](Self::refreshed), on the
/// cache's own thread, is caught, and refreshes continue; a panic on a verifying thread propagates
/// there. `examples/metrics_observer.rs` implements it for the crate `metrics`.
pub trait Observer: Send + Sync {
    /// A fetch has ended; [`Refreshed::label`] and [`Fault::label`] name its result.
    fn refreshed(&self, name: &str, result: &Result<Refreshed, Fault>) {
        let _ = (name, result);
    }

    /// A token named a key that the set it was verified with does not have.
    ///
    /// Called once for each such verification, before anything else happens: whether the token
    /// triggers a fetch or comes within the cooldown, and whether or not a newer set has the key.
    fn unknown_kid(&self, name: &str) {
        let _ = name;
    }

    /// A verification found no usable set.
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
    /// Until when the current set may be used if it is not replaced.
    pub usable_until: Option<Time>,
    /// Fetches that have ended.
    pub attempts: u64,
    /// Fetches that have failed since the last success.
    pub failures: u32,
    /// Why the last fetch failed, if it did.
    pub fault: Option<Fault>,
}
