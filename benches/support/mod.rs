//! What the benchmarks share with those of the kernels, and the verdicts of reports.

#[path = "../../crates/kernels/benches/support/mod.rs"]
mod measuring;

use countersign::{At, Code, Item, Report, Verify};
use criterion::{Criterion, Throughput};

pub(crate) use measuring::*;

impl Verdicts for Report {
    fn accepted(&self) -> Vec<bool> {
        vec![self.code() == Code::Ok]
    }
}

/// Measures the ways of one verifier. `issue` makes the input of an index by the issuer, whom the
/// verifier knows, or by the stranger.
#[allow(dead_code, reason = "not every benchmark is of a verifier")]
pub(crate) fn bench_verifier<V: Verify>(
    criterion: &mut Criterion<CpuTime>,
    name: &str,
    verifier: &V,
    expected: &V::Expected,
    issue: impl Fn(Who, usize) -> String,
) {
    let [valid, altered] = [Who::Issuer, Who::Stranger]
        .map(|who| (0..BATCH).map(|n| issue(who, n)).collect::<Vec<_>>());
    let [valid, altered] = [items(&valid, expected), items(&altered, expected)];

    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(1));
    let [one, altered_one] = [&valid, &altered].map(|items| items.first().unwrap());
    bench(&mut group, "verify", one, altered_one, |item| {
        verifier.verify(item.input, item.expected, item.at)
    });
    bench(&mut group, "explain", one, altered_one, |item| {
        verifier.explain(item.input, item.expected, item.at)
    });

    group.throughput(Throughput::Elements(u64::try_from(BATCH).unwrap()));
    let batch = |way| format!("{way}-batch-of-{BATCH}");
    bench(&mut group, &batch("verify"), &valid, &altered, |items| verifier.verify_batch(items));
    bench(&mut group, &batch("explain"), &valid, &altered, |items| verifier.explain_batch(items));
    group.finish();
}

#[allow(dead_code, reason = "not every benchmark is of a verifier")]
fn items<'a, E>(inputs: &'a [String], expected: &'a E) -> Vec<Item<'a, E>> {
    let item = |input: &'a String| Item { input: input.as_bytes(), expected, at: At::Issued };
    inputs.iter().map(item).collect()
}

/// Who signed.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "not every benchmark is of a verifier")]
pub(crate) enum Who {
    Issuer,
    Stranger,
}
