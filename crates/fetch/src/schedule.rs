//! When a set is fetched: a state machine without clock, thread or network.
//!
//! ```text
//! idle ── due, or asked for ──► under way ── succeeded, failed ──► idle, quiet for the cooldown
//! ```
//!
//! Attempts are bounded, key identifiers are not remembered. Within the cooldown after an attempt,
//! every identifier that the set lacks stays unknown; after it, any of them may cause the next
//! attempt. So whoever guesses an identifier before it is published delays it by one cooldown at
//! most, and nothing that a token holds is kept.

use super::settings::{Settings, seconds};
use countersign::Time;

#[derive(Debug)]
pub(crate) struct Schedule {
    /// When the next attempt is made without being asked for.
    due: Time,
    /// Until when no attempt is made because somebody asks.
    quiet_until: Time,
    /// When the last attempt ended; a clock that is before that was set back.
    last: Time,
    cooldown: i64,
    wanted: bool,
    under_way: bool,
    /// Fetches that have ended.
    attempts: u64,
    /// Failed ones since the last success.
    failures: u32,
}

/// What became of a request to refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// An attempt is under way, or about to be.
    Soon,
    /// None will be made because of this.
    No,
}

impl Schedule {
    /// The first attempt is due at once.
    pub(crate) fn new(settings: &Settings, now: Time) -> Self {
        Self {
            due: now,
            quiet_until: now,
            last: now,
            // Without any, each token with an unknown key could cause an attempt.
            cooldown: seconds(settings.cooldown()).max(1),
            wanted: false,
            under_way: false,
            attempts: 0,
            failures: 0,
        }
    }

    pub(crate) const fn under_way(&self) -> bool {
        self.under_way
    }

    pub(crate) const fn attempts(&self) -> u64 {
        self.attempts
    }

    pub(crate) const fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) const fn due(&self) -> Time {
        self.due
    }

    /// Asks for a refresh, because an operator wants one or a token names a key that the set does
    /// not have. Within the cooldown the question is dropped, not postponed.
    pub(crate) fn ask(&mut self, now: Time) -> Asked {
        if self.under_way || self.wanted {
            return Asked::Soon;
        }
        if self.is_quiet(now) {
            return Asked::No;
        }
        self.wanted = true;
        Asked::Soon
    }

    fn is_quiet(&self, now: Time) -> bool {
        // After the clock was set back, nobody knows how long ago the last attempt was.
        self.last <= now && now < self.quiet_until
    }

    /// Begins an attempt if it is time for one.
    pub(crate) fn begin(&mut self, now: Time) -> bool {
        let is_due = self.wanted || self.due <= now || now < self.last;
        if self.under_way || !is_due {
            return false;
        }
        self.wanted = false;
        self.under_way = true;
        true
    }

    /// Ends an attempt that brought a set, or confirmed the one there is. It is fresh until then,
    /// and fetched again some time before, by a share of 256.
    pub(crate) fn succeed(&mut self, now: Time, fresh: i64, jitter: u8) {
        let is_first = self.attempts == 0;
        self.end(now);
        self.failures = 0;
        if is_first {
            self.quiet_until = now;
        }
        // Between 80 and 95 percent of the time.
        let ahead = fresh
            .saturating_mul(20)
            .saturating_sub(fresh.saturating_mul(15) * i64::from(jitter) / 255)
            / 100;
        self.due = later(now, fresh.saturating_sub(ahead).max(1));
    }

    /// Ends an attempt that failed. The next one is made after the cooldown, and a share of 256 of
    /// half of it.
    pub(crate) fn fail(&mut self, now: Time, jitter: u8) {
        self.end(now);
        self.failures = self.failures.saturating_add(1);
        let extra = self.cooldown.saturating_mul(i64::from(jitter)) / 512;
        self.due = later(now, self.cooldown.saturating_add(extra));
    }

    fn end(&mut self, now: Time) {
        self.under_way = false;
        self.attempts = self.attempts.saturating_add(1);
        self.last = now;
        self.quiet_until = later(now, self.cooldown);
    }
}

/// Adds seconds; at the end of time, time stands still.
pub(crate) fn later(time: Time, seconds: i64) -> Time {
    Time::from_unix(time.unix().saturating_add(seconds)).unwrap_or(Time::LAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    const START: i64 = 1_700_000_000;

    fn at(seconds: i64) -> Time {
        Time::from_unix(START + seconds).unwrap()
    }

    fn schedule() -> Schedule {
        let settings = Settings::new("a", "https://a.example/jwks").unwrap();
        Schedule::new(&settings, at(0))
    }

    /// A schedule with its first set, at second 0.
    fn loaded() -> Schedule {
        let mut schedule = schedule();
        assert!(schedule.begin(at(0)));
        schedule.succeed(at(0), 600, 0);
        schedule
    }

    #[test]
    fn the_first_set_begins_no_cooldown_and_every_other_attempt_does() {
        let mut schedule = loaded();
        assert_eq!(schedule.ask(at(0)), Asked::Soon);
        assert!(schedule.begin(at(0)));
        schedule.succeed(at(1), 600, 0);
        assert_eq!(schedule.ask(at(30)), Asked::No);
        assert!(!schedule.begin(at(30)));
        assert_eq!(schedule.ask(at(31)), Asked::Soon);
        assert!(schedule.begin(at(31)));
        schedule.fail(at(36), 0);
        assert_eq!(schedule.ask(at(65)), Asked::No, "failed attempts count");
        assert_eq!(schedule.ask(at(66)), Asked::Soon);
    }

    #[test]
    fn a_failed_first_attempt_is_repeated_after_the_cooldown() {
        let mut schedule = schedule();
        assert!(schedule.begin(at(0)));
        schedule.fail(at(5), 255);
        assert_eq!(schedule.ask(at(34)), Asked::No);
        assert!(!schedule.begin(at(48)));
        assert!(schedule.begin(at(49)), "jitter is below half of the cooldown");
    }

    #[test]
    fn one_attempt_at_a_time() {
        let mut schedule = schedule();
        assert!(schedule.begin(at(0)));
        assert_eq!(schedule.ask(at(0)), Asked::Soon);
        assert!(!schedule.begin(at(10_000)));
        schedule.succeed(at(1), 600, 0);
        assert!(!schedule.begin(at(1)), "who asked meanwhile got it");
    }

    #[test]
    fn sets_are_fetched_ahead_of_their_end_and_not_all_at_the_same_time() {
        for (jitter, due) in [(0, 480), (255, 570)] {
            let mut schedule = schedule();
            schedule.begin(at(0));
            schedule.succeed(at(0), 600, jitter);
            assert!(!schedule.begin(at(due - 1)));
            assert!(schedule.begin(at(due)));
        }
    }

    #[test]
    fn every_cooldown_allows_one_attempt_however_often_and_by_whomever_it_is_asked_for() {
        let mut schedule = loaded();
        for round in 0..5 {
            let now = at(round * 30);
            for _ in 0..1000 {
                assert_eq!(schedule.ask(now), Asked::Soon);
            }
            assert!(schedule.begin(now));
            assert_eq!(schedule.ask(now), Asked::Soon, "an attempt is under way");
            schedule.succeed(now, 600, 0);
            for second in 0..30 {
                let now = at(round * 30 + second);
                assert_eq!(schedule.ask(now), Asked::No);
                assert!(!schedule.begin(now), "what was asked within the cooldown is dropped");
            }
        }
        assert_eq!(schedule.attempts(), 6);
    }

    #[test]
    fn a_cooldown_below_one_second_is_one_second() {
        for cooldown in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(1)] {
            let settings = Settings::new("a", "https://a.example/jwks").unwrap();
            let mut schedule = Schedule::new(&settings.with_cooldown(cooldown), at(0));
            for _ in 0..2 {
                assert!(schedule.begin(at(0)) || schedule.ask(at(0)) == Asked::Soon);
                schedule.begin(at(0));
                schedule.succeed(at(0), 600, 0);
            }
            assert_eq!(schedule.ask(at(0)), Asked::No, "{cooldown:?}");
            assert_eq!(schedule.ask(at(1)), Asked::Soon, "{cooldown:?}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_neither_stops_refreshes_nor_prolongs_the_cooldown() {
        let mut schedule = loaded();
        assert!(schedule.begin(at(-100_000)));
        schedule.fail(at(-100_000), 0);
        assert_eq!(schedule.ask(at(-99_990)), Asked::No);
        assert_eq!(schedule.ask(at(-99_970)), Asked::Soon);
        assert_eq!(later(Time::LAST, 5), Time::LAST);
    }
}
