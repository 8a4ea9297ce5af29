//! When a set is fetched: a state machine without clock, thread or network.
//!
//! ```text
//! idle ── due, or wanted ──► under way ── succeeded, failed ──► idle, not before the cooldown
//! ```

use alloc::boxed::Box;
use std::collections::HashSet;

use super::settings::{Settings, seconds};
use crate::jose::JwkSet;
use crate::time::Time;

/// Names that were looked for in vain, at most. More are not remembered, which costs nothing but
/// the chance to save an attempt.
const NEGATIVES: usize = 1024;

#[derive(Debug)]
pub(super) struct Schedule {
    /// When the next attempt is made without being asked for.
    due: Time,
    /// Until when no attempt is made because somebody asks.
    quiet_until: Time,
    /// When the last attempt ended; a clock that is before that was set back.
    last: Time,
    cooldown: i64,
    wanted: bool,
    under_way: bool,
    /// Attempts that have ended.
    attempts: u64,
    /// Failed ones since the last success.
    failures: u32,
    /// Names asked for since the last attempt began.
    asked: HashSet<Box<str>>,
    /// Names that were still absent from the set that was fetched because of them.
    absent: HashSet<Box<str>>,
}

/// What became of a request to refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// An attempt is under way, or about to be.
    Soon,
    /// None will be made because of this.
    No,
}

impl Schedule {
    /// The first attempt is due at once.
    pub(super) fn new(settings: &Settings, now: Time) -> Self {
        Self {
            due: now,
            quiet_until: now,
            last: now,
            cooldown: seconds(settings.cooldown()),
            wanted: false,
            under_way: false,
            attempts: 0,
            failures: 0,
            asked: HashSet::new(),
            absent: HashSet::new(),
        }
    }

    pub(super) const fn under_way(&self) -> bool {
        self.under_way
    }

    pub(super) const fn attempts(&self) -> u64 {
        self.attempts
    }

    pub(super) const fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) const fn due(&self) -> Time {
        self.due
    }

    /// Asks for a refresh, as an operator may: it waits for the cooldown like any other, except
    /// that it is not forgotten.
    pub(super) fn ask(&mut self, now: Time) -> Asked {
        if self.under_way || self.wanted {
            return Asked::Soon;
        }
        if self.is_quiet(now) {
            return Asked::No;
        }
        self.wanted = true;
        Asked::Soon
    }

    /// Asks for a refresh because a token names a key that the set does not have.
    pub(super) fn ask_for(&mut self, kid: &str, now: Time) -> Asked {
        if self.absent.contains(kid) {
            return Asked::No;
        }
        let asked = self.ask(now);
        // What an attempt under way finds may be older than this question.
        if asked == Asked::Soon && !self.under_way && self.asked.len() < NEGATIVES {
            self.asked.insert(kid.into());
        }
        asked
    }

    fn is_quiet(&self, now: Time) -> bool {
        // After the clock was set back, nobody knows how long ago the last attempt was.
        self.last <= now && now < self.quiet_until
    }

    /// Begins an attempt if it is time for one.
    pub(super) fn begin(&mut self, now: Time) -> bool {
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
    pub(super) fn succeed(&mut self, now: Time, fresh: i64, keys: &JwkSet, jitter: u8) {
        let is_first = self.attempts == 0;
        self.end(now);
        self.failures = 0;
        if is_first {
            self.quiet_until = now;
        }
        // The negative answers of the last set say nothing of this one.
        self.absent = core::mem::take(&mut self.asked);
        self.absent.retain(|kid| keys.keys().iter().all(|key| key.kid() != Some(&**kid)));
        // Between 80 and 95 percent of the time.
        let ahead = fresh
            .saturating_mul(20)
            .saturating_sub(fresh.saturating_mul(15) * i64::from(jitter) / 255)
            / 100;
        self.due = later(now, fresh.saturating_sub(ahead).max(1));
    }

    /// Ends an attempt that failed. The next one is made after the cooldown, and a share of 256 of
    /// half of it.
    pub(super) fn fail(&mut self, now: Time, jitter: u8) {
        self.end(now);
        self.failures = self.failures.saturating_add(1);
        // They may be asked for again: nothing was learnt.
        self.asked.clear();
        let extra = self.cooldown.saturating_mul(i64::from(jitter)) / 512;
        self.due = later(now, self.cooldown.saturating_add(extra).max(1));
    }

    fn end(&mut self, now: Time) {
        self.under_way = false;
        self.attempts = self.attempts.saturating_add(1);
        self.last = now;
        self.quiet_until = later(now, self.cooldown);
    }
}

/// Adds seconds; at the end of time, time stands still.
pub(super) fn later(time: Time, seconds: i64) -> Time {
    Time::from_unix(time.unix().saturating_add(seconds)).unwrap_or(Time::LAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

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
        schedule.succeed(at(0), 600, &JwkSet::default(), 0);
        schedule
    }

    #[test]
    fn the_first_set_begins_no_cooldown_and_every_other_attempt_does() {
        let mut schedule = loaded();
        assert_eq!(schedule.ask_for("a", at(0)), Asked::Soon);
        assert!(schedule.begin(at(0)));
        schedule.succeed(at(1), 600, &JwkSet::default(), 0);
        assert_eq!(schedule.ask_for("b", at(30)), Asked::No);
        assert_eq!(schedule.ask(at(30)), Asked::No, "an explicit refresh does not bypass it");
        assert!(!schedule.begin(at(30)));
        assert_eq!(schedule.ask_for("b", at(31)), Asked::Soon);
        assert!(schedule.begin(at(31)));
        schedule.fail(at(36), 0);
        assert_eq!(schedule.ask_for("b", at(65)), Asked::No, "failed attempts count");
        assert_eq!(schedule.ask_for("b", at(66)), Asked::Soon);
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
        schedule.succeed(at(1), 600, &JwkSet::default(), 0);
        assert!(!schedule.begin(at(1)), "who asked meanwhile got it");
    }

    #[test]
    fn sets_are_fetched_ahead_of_their_end_and_not_all_at_the_same_time() {
        for (jitter, due) in [(0, 480), (255, 570)] {
            let mut schedule = schedule();
            schedule.begin(at(0));
            schedule.succeed(at(0), 600, &JwkSet::default(), jitter);
            assert!(!schedule.begin(at(due - 1)));
            assert!(schedule.begin(at(due)));
        }
    }

    #[test]
    fn a_name_that_stays_absent_is_not_asked_for_twice_until_the_next_set() {
        let mut schedule = loaded();
        assert_eq!(schedule.ask_for("gone", at(0)), Asked::Soon);
        schedule.begin(at(0));
        schedule.succeed(at(0), 600, &JwkSet::default(), 0);
        assert_eq!(schedule.ask_for("gone", at(100)), Asked::No);
        assert_eq!(schedule.ask_for("other", at(100)), Asked::Soon);
        schedule.begin(at(100));
        schedule.succeed(at(100), 600, &JwkSet::default(), 0);
        assert_eq!(schedule.ask_for("gone", at(200)), Asked::Soon, "forgotten with the next set");
    }

    #[test]
    fn names_are_remembered_within_a_bound() {
        let mut schedule = loaded();
        for number in 0..10_000 {
            assert_eq!(schedule.ask_for(&format!("k{number}"), at(0)), Asked::Soon);
        }
        assert_eq!(schedule.asked.len(), NEGATIVES);
        schedule.begin(at(0));
        schedule.succeed(at(0), 600, &JwkSet::default(), 0);
        assert_eq!((schedule.asked.len(), schedule.absent.len()), (0, NEGATIVES));
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
