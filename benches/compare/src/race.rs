//! Contenders, the turns they take, and what was measured of them.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// Verifies some cases, and says of each whether it is valid.
type Verify<'a, C> = Box<dyn FnMut(&[C], &mut Vec<bool>) + 'a>;

/// An implementation in a race over cases of one type.
pub(crate) struct Contender<'a, C> {
    name: &'static str,
    verify: Verify<'a, C>,
}

impl<'a, C> Contender<'a, C> {
    /// Enters an implementation that takes the cases together.
    pub(crate) fn together(
        name: &'static str,
        verify: impl FnMut(&[C], &mut Vec<bool>) + 'a,
    ) -> Self {
        Self { name, verify: Box::new(verify) }
    }

    /// Enters an implementation that takes one case after the other.
    pub(crate) fn each(name: &'static str, mut verify: impl FnMut(&C) -> bool + 'a) -> Self {
        Self::together(name, move |cases, verdicts| verdicts.extend(cases.iter().map(&mut verify)))
    }
}

/// One comparison: who verifies what.
pub(crate) struct Race<'a, C> {
    pub(crate) title: Title,
    /// What every contender has to accept, and what is timed.
    pub(crate) valid: &'a [C],
    /// What every contender has to refuse before anything is timed.
    pub(crate) altered: &'a [C],
    pub(crate) contenders: Vec<Contender<'a, C>>,
}

/// What a race is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Title {
    pub(crate) kind: Kind,
    /// Bits of the RSA keys, or of the curve's field.
    pub(crate) bits: usize,
    /// Cases that a batch contender gets at once.
    pub(crate) batch: usize,
    /// Bytes of a message or token.
    pub(crate) bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// RS256 by everybody.
    Rs256,
    /// RS256 under a key that was never seen before.
    Cold,
    /// RS256, a batch against as many single calls.
    Lanes,
    /// RS256 by every kernel of this CPU, alone and in batches.
    Kernels,
    /// Whole tokens.
    Token,
    /// ES256 by everybody.
    Es256,
    /// ES256 under a key that was never seen before.
    #[serde(rename = "es256-cold")]
    Es256Cold,
}

impl std::fmt::Display for Title {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, bits, batch, bytes } = self;
        match kind {
            Kind::Rs256 => write!(f, "RS256, {bits} bits"),
            Kind::Cold => write!(f, "RS256, {bits} bits, from the bytes of the key on"),
            Kind::Lanes => write!(f, "RS256, {bits} bits, {batch} at once"),
            Kind::Es256 => f.write_str("ES256"),
            Kind::Es256Cold => f.write_str("ES256, from the bytes of the key on"),
            Kind::Kernels => write!(f, "RS256, {bits} bits, by every kernel"),
            Kind::Token => write!(f, "whole token, {bytes} characters, RS256 with {bits} bits"),
        }
    }
}

/// How long a contender is at work before its turn is timed, and then for about as long again. A CPU
/// needs some of this to change the clock and the power of its wide vector units, and the caches to
/// forget the contender before.
const WARM_UP: Duration = Duration::from_millis(5);

impl<C> Race<'_, C> {
    /// Asserts every verdict, then lets the contenders take turns.
    ///
    /// Every other round runs backwards, so that no contender always follows the same one.
    pub(crate) fn run(mut self, rounds: usize) -> Measured {
        let mut verdicts = Vec::new();
        for contender in &mut self.contenders {
            for (cases, valid) in [(self.valid, true), (self.altered, false)] {
                verdicts.clear();
                (contender.verify)(cases, &mut verdicts);
                let wanted = vec![valid; cases.len()];
                assert_eq!(verdicts, wanted, "{}: {}", self.title, contender.name);
            }
        }
        let mut times = vec![Vec::with_capacity(rounds); self.contenders.len()];
        for round in 0..rounds {
            for place in 0..self.contenders.len() {
                let place = if round % 2 == 0 { place } else { self.contenders.len() - 1 - place };
                times[place].push(self.turn(place, &mut verdicts));
            }
        }
        let names = self.contenders.iter().map(|contender| contender.name);
        Measured { title: self.title, times: names.zip(times).collect() }
    }

    /// Returns the microseconds of one verification: of CPU time, not of time that has passed. On a
    /// busy machine, that would count the work of others, and more often so for slow contenders,
    /// whose turns are long.
    fn turn(&mut self, contender: usize, verdicts: &mut Vec<bool>) -> f64 {
        let verify = &mut self.contenders[contender].verify;
        let mut verify_all = || {
            verdicts.clear();
            verify(black_box(self.valid), verdicts);
        };
        let (start, mut calls) = (ThreadTime::now(), 0);
        while start.elapsed() < WARM_UP {
            verify_all();
            calls += 1;
        }
        let start = ThreadTime::now();
        for _ in 0..calls {
            verify_all();
        }
        let elapsed = start.elapsed();
        assert!(verdicts.len() == self.valid.len() && verdicts.iter().all(|valid| *valid));
        elapsed.as_secs_f64() * 1e6 / (calls * self.valid.len()) as f64
    }
}

/// Microseconds per verification, of every contender and round.
pub(crate) struct Measured {
    pub(crate) title: Title,
    times: Vec<(&'static str, Vec<f64>)>,
}

/// What is shown of a contender.
#[derive(serde::Serialize)]
pub(crate) struct Figures {
    pub(crate) name: &'static str,
    /// Microseconds per verification.
    pub(crate) median: f64,
    pub(crate) lower_quartile: f64,
    pub(crate) upper_quartile: f64,
    /// How much longer it takes than the first contender.
    pub(crate) ratio: f64,
}

impl Measured {
    pub(crate) fn figures(&self) -> impl Iterator<Item = Figures> + '_ {
        let first = self.times[0].0;
        self.times.iter().map(move |(name, times)| Figures {
            name,
            median: quantile(times, 0.5),
            lower_quartile: quantile(times, 0.25),
            upper_quartile: quantile(times, 0.75),
            ratio: self.ratio(name, first),
        })
    }

    /// Whether this contender took part.
    pub(crate) fn has(&self, contender: &str) -> bool {
        self.times.iter().any(|(name, _)| *name == contender)
    }

    /// Returns how much longer one contender takes than another: the median over the rounds.
    pub(crate) fn ratio(&self, contender: &str, other: &str) -> f64 {
        self.median_of(contender, other, |one, other| one / other)
    }

    /// Returns how many microseconds longer one contender takes: the median over the rounds.
    pub(crate) fn difference(&self, contender: &str, other: &str) -> f64 {
        self.median_of(contender, other, |one, other| one - other)
    }

    fn median_of(&self, contender: &str, other: &str, relate: impl Fn(f64, f64) -> f64) -> f64 {
        let pairs = self.times_of(contender).iter().zip(self.times_of(other));
        quantile(&pairs.map(|(one, other)| relate(*one, *other)).collect::<Vec<_>>(), 0.5)
    }

    fn times_of(&self, wanted: &str) -> &[f64] {
        let found = self.times.iter().find(|(name, _)| *name == wanted);
        &found.unwrap_or_else(|| panic!("{} without {wanted}", self.title)).1
    }
}

/// Returns the value at a quantile, rounded to what a clock can tell.
fn quantile(values: &[f64], which: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let value = sorted[((sorted.len() - 1) as f64 * which).round() as usize];
    (value * 1e4).round() / 1e4
}
