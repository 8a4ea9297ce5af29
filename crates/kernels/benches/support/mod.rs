//! What the benchmarks share: a verdict before every measurement.
//!
//! A routine is measured on what is valid, and only after it has accepted that and refused what is
//! altered. Whatever is fast because it forgot to check cannot get as far as a figure.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BenchmarkGroup, Criterion};

/// Signatures or tokens of a batch: those that the library verifies at once.
#[allow(dead_code, reason = "not every benchmark has a batch")]
pub(crate) const BATCH: usize = 64;

/// What a routine returned, as verdicts.
pub(crate) trait Verdicts {
    /// One entry per verdict: whether it accepts.
    fn accepted(&self) -> Vec<bool>;
}

impl<T, E> Verdicts for Result<T, E> {
    fn accepted(&self) -> Vec<bool> {
        vec![self.is_ok()]
    }
}

impl Verdicts for bool {
    fn accepted(&self) -> Vec<bool> {
        vec![*self]
    }
}

impl<V: Verdicts> Verdicts for Vec<V> {
    fn accepted(&self) -> Vec<bool> {
        self.iter().flat_map(Verdicts::accepted).collect()
    }
}

/// Asserts that the routine accepts all of `valid` and none of `altered`; then measures it on
/// `valid`.
pub(crate) fn bench<I: ?Sized, V: Verdicts>(
    group: &mut BenchmarkGroup<'_, CpuTime>,
    implementation: &str,
    valid: &I,
    altered: &I,
    routine: impl Fn(&I) -> V,
) {
    let (valid_verdicts, altered_verdicts) =
        (routine(valid).accepted(), routine(altered).accepted());
    assert!(
        !valid_verdicts.is_empty() && valid_verdicts.iter().all(|accepted| *accepted),
        "{implementation} refuses what is valid"
    );
    assert!(
        !altered_verdicts.is_empty() && altered_verdicts.iter().all(|accepted| !accepted),
        "{implementation} accepts what is altered"
    );
    group.bench_function(implementation, |bencher| bencher.iter(|| routine(black_box(valid))));
}

/// Time during which this thread had a CPU: what others do on the machine counts as little as can be.
pub(crate) struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }

    fn end(&self, start: ThreadTime) -> Duration {
        start.elapsed()
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// Shorter runs than criterion's default: there are many benchmarks here.
pub(crate) fn criterion() -> Criterion<CpuTime> {
    Criterion::default()
        .with_measurement(CpuTime)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args()
}
