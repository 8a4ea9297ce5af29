//! A key set that stays fresh.
//!
//! One thread fetches, so there is never more than one attempt at a time; everybody else reads
//! what it has put in place. The lock guards the [`Schedule`] only, and nobody holds it while
//! waiting for the network.

use core::fmt;
use core::hash::{BuildHasher as _, Hasher as _};
use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicI64, Ordering};
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use arc_swap::ArcSwapOption;

use super::clock::{Clock, SystemClock};
use super::fault::Fault;
use super::fetch::Fetch;
use super::get::{Answer, Validators, get};
use super::observer::{Health, Observer, Refreshed, Silent};
use super::schedule::{Asked, Schedule, later};
use super::settings::{Settings, seconds};
use countersign::Time;
use countersign::jose::{KeySource, Snapshot};

/// The key set of one issuer, fetched again before it is too old.
///
/// - Verification never waits for the network: [`snapshot`](KeySource::snapshot) returns the
///   current set. Services that prefer to wait, for a bounded time, use [`waiting`](Self::waiting).
/// - A token that names an unknown key is refused and triggers one fetch. No further fetch is made
///   until the [cooldown](Settings::cooldown) is over; after that, a token with the same or another
///   unknown key may trigger the next. Fetches are bounded, names are not remembered: a key
///   identifier used before its key is published is refused for at most one cooldown longer.
/// - So the first token after an unannounced rotation is refused, and later ones are verified with
///   the new set. This does not happen with issuers that publish a key before they sign with it,
///   since sets are fetched again before they are too old, or in services that
///   [wait](Self::waiting).
/// - A set is replaced as a whole. A removed key is refused at once.
/// - After a failed fetch, the last good set stays in place until it is [stale](Settings::stale):
///   then there is none, and verifiers return [`Unreachable`](countersign::Error::Unreachable). An
///   empty set and a set without a usable key are also failures.
///
/// The cache owns the fetching thread. Dropping the cache stops the thread, at the latest when the
/// current fetch has ended; [`stop`](Self::stop) waits for that.
///
/// ```no_run
/// use std::sync::Arc;
/// use std::time::Duration;
/// use countersign_fetch::{Fetcher, JwksCache, Settings};
/// use countersign::jose::jws;
/// use countersign::Policy;
///
/// let settings = Settings::new("example", "https://idp.example/.well-known/jwks.json")?;
/// let fetcher = Fetcher::builder().host("idp.example").build()?;
/// let cache = Arc::new(JwksCache::start(settings, fetcher)?);
/// cache.wait(Duration::from_secs(5));
///
/// // From here on as with any verifier, on as many threads as there are.
/// let verifier = jws::Verifier::from_source(cache, Policy::default());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct JwksCache {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    settings: Settings,
    fetch: Box<dyn Fetch>,
    clock: Box<dyn Clock>,
    observer: Box<dyn Observer>,
    current: ArcSwapOption<Held>,
    /// Unix seconds of the next attempt, for readers that must not lock.
    due: AtomicI64,
    state: Mutex<State>,
    /// Wakes the thread that fetches.
    wake: Condvar,
    /// Wakes those who wait for an attempt to end.
    ended: Condvar,
}

struct State {
    schedule: Schedule,
    validators: Validators,
    fault: Option<Fault>,
    stopped: bool,
}

/// The set in place.
struct Held {
    snapshot: Snapshot,
    usable_until: Time,
}

impl JwksCache {
    /// Starts a cache with the system clock. The first fetch starts at once.
    ///
    /// # Errors
    ///
    /// If the thread cannot be started.
    pub fn start(settings: Settings, fetch: impl Fetch + 'static) -> io::Result<Self> {
        Self::start_with(settings, fetch, SystemClock::new(), Silent)
    }

    /// Starts a cache with a clock and an observer.
    ///
    /// # Errors
    ///
    /// If the thread cannot be started.
    pub fn start_with(
        settings: Settings,
        fetch: impl Fetch + 'static,
        clock: impl Clock + 'static,
        observer: impl Observer + 'static,
    ) -> io::Result<Self> {
        let now = clock.now();
        let initial = settings.initial().and_then(|snapshot| {
            let (fetched, fresh) = (snapshot.fetched()?, settings.fresh_seconds(None));
            let has_keys = !snapshot.keys().keys().is_empty();
            let held = Held::new(snapshot.clone(), fetched, fresh, &settings);
            (has_keys && held.is_usable(now)).then_some(held)
        });
        let schedule = Schedule::new(&settings, now);
        let shared = Arc::new(Shared {
            current: ArcSwapOption::new(initial.map(Arc::new)),
            due: AtomicI64::new(i64::MAX),
            state: Mutex::new(State {
                schedule,
                validators: Validators::default(),
                fault: None,
                stopped: false,
            }),
            wake: Condvar::new(),
            ended: Condvar::new(),
            settings,
            fetch: Box::new(fetch),
            clock: Box::new(clock),
            observer: Box::new(observer),
        });
        let own = Arc::clone(&shared);
        let thread = thread::Builder::new().name("jwks".into()).spawn(move || own.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Requests a refresh. Within the [cooldown](Settings::cooldown) after a fetch the request is
    /// dropped: nothing bypasses the cooldown.
    pub fn refresh(&self) {
        let now = self.shared.clock.now();
        let mut state = self.shared.lock();
        if state.schedule.ask(now) == Asked::Soon {
            self.shared.wake.notify_one();
        }
    }

    /// Waits until there is a usable set, but not longer than the current fetch or `at_most`.
    /// Returns `None` if there is still no set.
    pub fn wait(&self, at_most: Duration) -> Option<Snapshot> {
        self.shared.wait(at_most)
    }

    /// Returns a source of the same keys that waits, at most this long, for a fetch if there is no
    /// set, or if a token names a key that is not in the set.
    ///
    /// With it, the first token after a rotation is verified with the new set instead of being
    /// refused. The cost: anyone who sends tokens with unknown keys can make threads wait. Every
    /// thread that meets such a token during a fetch waits until the fetch has ended, for `at_most`
    /// each time, and each cooldown triggers one fetch. Between fetches nobody waits. Services
    /// whose threads must not wait can let the client retry instead.
    #[must_use]
    pub fn waiting(self: &Arc<Self>, at_most: Duration) -> Waiting {
        Waiting { cache: Arc::clone(self), at_most }
    }

    /// Returns the current state.
    #[must_use]
    pub fn health(&self) -> Health {
        let held = self.shared.current.load_full();
        let now = self.shared.clock.now();
        let usable = held.as_ref().filter(|held| held.is_usable(now));
        let state = self.shared.lock();
        Health {
            key_set: usable.and_then(|held| held.snapshot.keys().info()),
            age: usable.and_then(|held| held.snapshot.age(now)),
            usable_until: held.as_ref().map(|held| held.usable_until),
            attempts: state.schedule.attempts(),
            failures: state.schedule.failures(),
            fault: state.fault.clone(),
        }
    }

    /// Returns the operator's name for the issuer.
    #[must_use]
    pub fn name(&self) -> &str {
        self.shared.settings.name()
    }

    /// Stops the thread and waits for it, at most as long as the current fetch takes.
    pub fn stop(mut self) {
        self.shared.stop();
        if let Some(thread) = self.thread.take() {
            // Its panics are caught and counted as failures.
            let _ = thread.join();
        }
    }
}

impl Drop for JwksCache {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl fmt::Debug for JwksCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksCache")
            .field("name", &self.shared.settings.name())
            .field("url", self.shared.settings.url())
            .finish_non_exhaustive()
    }
}

impl KeySource for JwksCache {
    fn snapshot(&self) -> Option<Snapshot> {
        let found = self.shared.usable();
        if found.is_none() {
            self.shared.observer.unavailable(self.name());
        }
        found
    }

    /// Returns what is newer, if it is there already; if not, sees to it that it is fetched, once
    /// for each cooldown.
    fn renew(&self, than: &Snapshot, _: &str) -> Option<Snapshot> {
        self.shared.renew(than, Duration::ZERO)
    }
}

/// The keys of a [`JwksCache`], for services that may wait; see [`JwksCache::waiting`].
#[derive(Clone, Debug)]
pub struct Waiting {
    cache: Arc<JwksCache>,
    at_most: Duration,
}

impl KeySource for Waiting {
    fn snapshot(&self) -> Option<Snapshot> {
        let found = self.cache.wait(self.at_most);
        if found.is_none() {
            self.cache.shared.observer.unavailable(self.cache.name());
        }
        found
    }

    fn renew(&self, than: &Snapshot, _: &str) -> Option<Snapshot> {
        self.cache.shared.renew(than, self.at_most)
    }
}

impl Held {
    fn new(snapshot: Snapshot, fetched: Time, fresh: i64, settings: &Settings) -> Self {
        let usable = fresh.saturating_add(seconds(settings.stale()));
        Self { snapshot, usable_until: later(fetched, usable) }
    }

    fn is_usable(&self, now: Time) -> bool {
        now < self.usable_until
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock leaves it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.wake.notify_all();
        self.ended.notify_all();
    }

    /// Returns the set of this moment. The thread that fetches knows when to; but if the machine
    /// slept, or a clock is set, whoever comes first wakes it.
    fn usable(&self) -> Option<Snapshot> {
        let now = self.clock.now();
        let due = self.due.load(Ordering::Relaxed);
        if due <= now.unix()
            && self
                .due
                .compare_exchange(due, i64::MAX, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            let _guard = self.lock();
            self.wake.notify_one();
        }
        let held = self.current.load();
        held.as_ref().filter(|held| held.is_usable(now)).map(|held| held.snapshot.clone())
    }

    fn newer(&self, than: &Snapshot) -> Option<Snapshot> {
        self.usable().filter(|snapshot| snapshot.sha256() != than.sha256())
    }

    fn renew(&self, than: &Snapshot, at_most: Duration) -> Option<Snapshot> {
        self.observer.unknown_kid(self.settings.name());
        if let Some(newer) = self.newer(than) {
            return Some(newer);
        }
        let now = self.clock.now();
        let mut state = self.lock();
        if state.schedule.ask(now) == Asked::Soon {
            self.wake.notify_one();
            if !at_most.is_zero() {
                state = self.wait_for_end(state, at_most);
            }
        }
        drop(state);
        // Also within the cooldown: an attempt may have ended since the first look.
        self.newer(than)
    }

    fn wait(&self, at_most: Duration) -> Option<Snapshot> {
        if let Some(snapshot) = self.usable() {
            return Some(snapshot);
        }
        let now = self.clock.now();
        let mut state = self.lock();
        let expected = state.schedule.under_way() || state.schedule.due() <= now;
        if expected && !at_most.is_zero() {
            state = self.wait_for_end(state, at_most);
        }
        // The look below may take the lock again.
        drop(state);
        self.usable()
    }

    /// Waits until the next attempt has ended.
    fn wait_for_end<'s>(
        &'s self,
        state: MutexGuard<'s, State>,
        at_most: Duration,
    ) -> MutexGuard<'s, State> {
        let before = state.schedule.attempts();
        let waited = self.ended.wait_timeout_while(state, at_most, |state| {
            state.schedule.attempts() == before && !state.stopped
        });
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// The life of the thread.
    fn run(&self) {
        while let Some(validators) = self.wait_until_due() {
            let began = self.clock.now();
            // A client of somebody else's may panic; the set that is there must survive it.
            let attempt =
                AssertUnwindSafe(|| get(&*self.fetch, &self.settings, &validators, began));
            let answer = std::panic::catch_unwind(attempt).unwrap_or(Err(Fault::Client));
            let result = self.conclude(answer, began);
            // Nor does what an observer does end the refreshes.
            let tell = || self.observer.refreshed(self.settings.name(), &result);
            drop(std::panic::catch_unwind(AssertUnwindSafe(tell)));
        }
    }

    /// Waits for the next attempt and begins it. `None` if there is none any more.
    fn wait_until_due(&self) -> Option<Validators> {
        // Clocks can be set, and machines sleep: look again now and then.
        const LONGEST: Duration = Duration::from_secs(60);
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let now = self.clock.now();
            if state.schedule.begin(now) {
                self.due.store(i64::MAX, Ordering::Relaxed);
                return Some(state.validators.clone());
            }
            let due = state.schedule.due().unix();
            self.due.store(due, Ordering::Relaxed);
            let left = u64::try_from(due.saturating_sub(now.unix())).unwrap_or(0);
            let left = Duration::from_secs(left).min(LONGEST);
            let waited = self.wake.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Puts in place what an attempt brought.
    fn conclude(&self, answer: Result<Answer, Fault>, began: Time) -> Result<Refreshed, Fault> {
        let held = self.current.load_full();
        let answer = answer.and_then(|answer| {
            let previous = held.as_ref().map(|held| &held.snapshot);
            let snapshot = match (&answer.snapshot, previous) {
                (Some(snapshot), _) => snapshot.clone(),
                (None, Some(previous)) => previous.confirmed(began),
                (None, None) => return Err(Fault::Status(304)),
            };
            let same = previous.is_some_and(|previous| previous.sha256() == snapshot.sha256());
            let refreshed = if same { Refreshed::Unchanged } else { Refreshed::Replaced };
            Ok((refreshed, snapshot, answer))
        });
        let (now, jitter) = (self.clock.now(), jitter());
        let mut state = self.lock();
        let result = match answer {
            Ok((refreshed, snapshot, answer)) => {
                let fresh = self.settings.fresh_seconds(answer.lifetime);
                state.schedule.succeed(now, fresh, jitter);
                state.validators = answer.validators;
                state.fault = None;
                let held = Held::new(snapshot, began, fresh, &self.settings);
                self.current.store(Some(Arc::new(held)));
                Ok(refreshed)
            }
            Err(fault) => {
                state.schedule.fail(now, jitter);
                state.fault = Some(fault.clone());
                Err(fault)
            }
        };
        self.ended.notify_all();
        result
    }
}

/// One of 256, so that the caches of many machines do not fetch at the same moment. Not a secret.
fn jitter() -> u8 {
    let random = std::hash::RandomState::new().build_hasher().finish();
    random.to_le_bytes().first().copied().unwrap_or_default()
}
