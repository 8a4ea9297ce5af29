//! The HTTP edge against real servers on the loopback interface that behave badly, with a clock
//! that the tests set. Nothing here asserts how long anything took.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[allow(unreachable_pub, dead_code, missing_docs, reason = "shared with the soak")]
mod server;

mod cache;
mod client;
mod tree;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use countersign::Time;
use countersign::jose::KeySource as _;
use countersign_fetch::{Clock, Fetcher, FetcherBuilder, JwksCache};
use countersign_testkit::{EcIssuer, Issuer as _, Rng, jwk_set};

const START: i64 = 1_700_000_000;

/// A clock that stands still until it is told otherwise.
#[derive(Clone, Debug)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Time {
        Time::from_unix(self.0.load(Ordering::SeqCst)).expect("in range")
    }
}

/// A client that may go to the loopback interface, and gives up soon.
fn client() -> FetcherBuilder {
    Fetcher::builder()
        .plain_host("localhost")
        .private_host("localhost")
        .timeout(Duration::from_millis(400))
}

fn issuer(kid: &str) -> EcIssuer {
    let seed = kid.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
    EcIssuer::generate(&mut Rng::from_seed(seed), Some(kid))
}

fn keys(kids: &[&str]) -> String {
    jwk_set(&kids.iter().map(|kid| issuer(kid).jwk()).collect::<Vec<_>>()).to_string()
}

/// Waits, within a bound, for something that happens on another thread.
fn eventually(what: &str, condition: impl Fn() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "bounds the test")]
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits for the end of so many attempts in all. Asking for the set wakes the cache where the clock
/// has passed the next attempt.
fn attempts(cache: &JwksCache, count: u64) {
    eventually("the attempt", || {
        let _ = cache.snapshot();
        cache.health().attempts >= count
    });
    assert_eq!(cache.health().attempts, count);
}
