//! The one place where the time is read.

use std::fmt;
use std::time::SystemTime;

use countersign::Time;

/// The source of time of a [`JwksCache`](super::JwksCache).
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the current time.
    fn now(&self) -> Time;
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Time {
        (**self).now()
    }
}

/// The system clock. Outside the years 1970 to 9999 it returns 1970, so every key set then seems as
/// fresh as when it was fetched.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemClock;

impl SystemClock {
    /// Returns the clock.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Time {
        #[expect(clippy::disallowed_methods, reason = "the edge is where the clock is read")]
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let seconds = since.ok().and_then(|since| i64::try_from(since.as_secs()).ok());
        seconds.and_then(Time::from_unix).unwrap_or(Time::EPOCH)
    }
}
