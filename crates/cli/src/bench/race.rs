//! Fair and bounded timing.
//!
//! First every way has to accept what is valid and to refuse what is altered. Then the ways take
//! turns, round by round, so that whatever else the machine does hits all of them. What counts is
//! the median of the rounds, and for a ratio the median of the rounds' ratios.

use std::fmt;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::exit::{Exit, Stop};

/// Signatures that are verified by one call: eight calls of eight lanes.
pub(crate) const BATCH: u8 = 64;

/// Rounds of one contest, if the ways keep to their turns.
const ROUNDS: u32 = 7;
const MOST_ROUNDS: usize = 1000;
const MOST_CALLS: u32 = 10_000;
/// The longest turn: beyond it, more rounds say more.
const LONGEST_TURN: Duration = Duration::from_millis(20);

/// What a way is given to verify.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    Valid,
    Altered,
}

/// A way to verify the sets, on so many threads at once.
pub(crate) struct Way<'a> {
    pub(crate) threads: usize,
    /// Says which signatures of the set, [`BATCH`] of them, are valid.
    pub(crate) verify: &'a (dyn Fn(Set) -> Vec<bool> + Sync),
}

/// How long a contest may take.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    contest: Duration,
}

impl Bounds {
    /// About so long, and one round at least.
    pub(crate) const fn new(contest: Duration) -> Self {
        Self { contest }
    }

    fn turn(self, ways: usize) -> Duration {
        let turns = u32::try_from(ways).unwrap_or(u32::MAX).saturating_mul(ROUNDS).max(1);
        (self.contest / turns).min(LONGEST_TURN)
    }
}

/// The rates of every way, in verifications a second, round by round.
pub(crate) struct Rates<const WAYS: usize>(Vec<[f64; WAYS]>);

impl<const WAYS: usize> Rates<WAYS> {
    /// Returns the median of every way.
    pub(crate) fn medians(&self) -> [f64; WAYS] {
        std::array::from_fn(|way| median(self.0.iter().filter_map(|round| round.get(way)).copied()))
    }

    /// Returns how many times as fast the one way is as the other.
    pub(crate) fn ratio(&self, way: usize, other: usize) -> f64 {
        median(self.0.iter().filter_map(|round| Some(round.get(way)? / round.get(other)?)))
    }
}

/// Lets the ways of a contest race, each with its verdicts checked before and while it is timed.
pub(crate) fn race<const WAYS: usize>(
    name: &str,
    ways: [Way<'_>; WAYS],
    bounds: Bounds,
) -> Result<Rates<WAYS>, Stop> {
    let mut calls = [1; WAYS];
    let turn = bounds.turn(WAYS);
    for (way, calls) in ways.iter().zip(&mut calls) {
        if !way.is_right(Set::Altered) {
            return Err(wrong(&format_args!("{name}: altered signatures are accepted")));
        }
        let start = now();
        if !way.is_right(Set::Valid) {
            return Err(wrong(&format_args!("{name}: valid signatures are refused")));
        }
        let once = start.elapsed().as_nanos().max(1);
        *calls = u32::try_from(turn.as_nanos() / once).unwrap_or(MOST_CALLS).clamp(1, MOST_CALLS);
    }
    let mut rounds = Vec::new();
    let start = now();
    while rounds.is_empty() || (start.elapsed() < bounds.contest && rounds.len() < MOST_ROUNDS) {
        let mut rates = [0.0; WAYS];
        for ((way, calls), rate) in ways.iter().zip(calls).zip(&mut rates) {
            *rate = way
                .turn(calls)
                .ok_or_else(|| wrong(&format_args!("{name}: a verdict has changed")))?;
        }
        rounds.push(rates);
    }
    Ok(Rates(rounds))
}

impl Way<'_> {
    /// Verifies a set once and tells whether every verdict is the right one.
    fn is_right(&self, set: Set) -> bool {
        let verdicts = (self.verify)(set);
        verdicts.len() == usize::from(BATCH)
            && verdicts.iter().all(|valid| *valid == (set == Set::Valid))
    }

    /// Verifies the valid set so many times on every thread and returns the rate of all together,
    /// or `None` after a wrong verdict.
    fn turn(&self, calls: u32) -> Option<f64> {
        let barrier = Barrier::new(self.threads);
        let work = || {
            barrier.wait();
            let start = now();
            let right = (0..calls).all(|_| self.is_right(black_box(Set::Valid)));
            right.then(|| (start, now()))
        };
        let spans = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().ok()?).collect::<Option<Vec<_>>>()
        })?;
        // From the first start to the last end: threads that waited for a core count as well.
        let first = spans.iter().map(|(start, _)| *start).min()?;
        let last = spans.iter().map(|(_, end)| *end).max()?;
        let verified =
            f64::from(calls) * f64::from(BATCH) * f64::from(u32::try_from(spans.len()).ok()?);
        Some(verified / last.duration_since(first).max(Duration::from_nanos(1)).as_secs_f64())
    }
}

/// The stop after a wrong verdict: figures of a verifier that is wrong mean nothing.
pub(crate) fn wrong(what: &dyn fmt::Display) -> Stop {
    Stop::Refused(Exit::Undecided, format!("nothing was measured: {what}"))
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "this is what measures")]
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(verify: &(dyn Fn(Set) -> Vec<bool> + Sync)) -> Result<Rates<2>, Stop> {
        let ways = [1, 3].map(|threads| Way { threads, verify });
        race("test", ways, Bounds::new(Duration::ZERO))
    }

    fn message(result: Result<Rates<2>, Stop>) -> String {
        let (exit, message) = result.err().unwrap().into_parts();
        assert_eq!(exit, Exit::Undecided);
        message.unwrap()
    }

    #[test]
    fn right_verdicts_have_rates_and_one_round_at_least() {
        let rates = run(&|set| vec![set == Set::Valid; 64]).ok().unwrap();
        assert_eq!(rates.0.len(), 1);
        assert!(rates.medians().iter().all(|rate| *rate > 0.0));
        assert!(rates.ratio(0, 1) > 0.0);
    }

    #[test]
    fn wrong_verdicts_are_not_timed() {
        type Case = (fn(Set) -> Vec<bool>, &'static str);
        let cases: [Case; 3] = [
            (|_| vec![true; 64], "altered signatures are accepted"),
            (|_| vec![false; 64], "valid signatures are refused"),
            (|set| vec![set == Set::Valid; 63], "altered signatures are accepted"),
        ];
        for (verify, said) in cases {
            assert!(message(run(&verify)).ends_with(said), "{said}");
        }
    }

    #[test]
    fn a_verdict_that_changes_ends_the_race() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let calls = AtomicU32::new(0);
        let fickle = |set| {
            let late = calls.fetch_add(1, Ordering::Relaxed) > 5;
            vec![set == Set::Valid && !late; 64]
        };
        assert!(message(run(&fickle)).ends_with("a verdict has changed"));
    }

    #[test]
    fn ratios_are_paired_by_round_and_medians_ignore_outliers() {
        let rates = Rates(vec![[1.0, 2.0], [10.0, 40.0], [2.0, 6.0]]);
        assert_eq!(rates.medians(), [2.0, 6.0]);
        assert_eq!(rates.ratio(1, 0), 3.0);
        assert_eq!(median(std::iter::empty()), 0.0);
    }

    #[test]
    fn a_turn_is_a_fair_part_of_the_time() {
        let turn = |milliseconds| Bounds::new(Duration::from_millis(milliseconds)).turn(2);
        assert_eq!(turn(140), Duration::from_millis(10));
        assert_eq!(turn(10_000), LONGEST_TURN);
        assert_eq!(turn(0), Duration::ZERO);
    }
}
