//! Figures for people, and for programs.

use std::borrow::Cow;
use std::env::consts::{ARCH, OS};
use std::fmt::Write as _;

use countersign::encoding::json::{Object, Value};
use countersign_kernels::Kernel;

use super::figures::{Artefacts, Rates, Results, Signatures, features};
use super::race::BATCH;

const SCHEMA: &str = "countersign.bench/1";
const TOOL: &str = concat!("countersign ", env!("CARGO_PKG_VERSION"));

/// Writes tables.
pub(super) fn text(results: &Results) -> String {
    let cores = match results.cores.get() {
        1 => "1 core".into(),
        cores => format!("{cores} cores"),
    };
    let (found, missing): (Vec<_>, Vec<_>) = features().into_iter().partition(|(_, there)| *there);
    let names = |features: &[(&'static str, bool)]| match features {
        [] => "no relevant features".into(),
        _ => features.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
    };
    let lacks =
        if missing.is_empty() { String::new() } else { format!("; lacks {}", names(&missing)) };
    let mut text = format!(
        "{TOOL} on {ARCH} {OS}, {cores}\n\
         CPU has {}{lacks}\n\
         RSA kernel: {}\n\
         \n\
         {:39} {:^28} {:^19}\n{:39} {:>9} {:>9} {:>8} {:>9} {:>9}\n",
        names(&found),
        Kernel::detect().name(),
        "",
        "one core",
        cores,
        "artefacts per second",
        "single",
        "batch",
        "ratio",
        "single",
        "batch",
    );
    for artefacts in &results.artefacts {
        let Artefacts { kind, algorithm, bits, one_core, all_cores, batch_to_single } = artefacts;
        let name = format!("{} {algorithm}", kind.name());
        // A `String` takes everything.
        let _ = writeln!(
            text,
            "{name:32} {bits:>6} {:>9.0} {:>9.0} {batch_to_single:>8.2} {:>9.0} {:>9.0}",
            one_core.single, one_core.batch, all_cores.single, all_cores.batch
        );
    }
    let _ = writeln!(
        text,
        "\n{:39} {:^28} {:^19} {:^17}\n{:39} {:>9} {:>9} {:>8} {:>9} {:>9} {:>8} {:>8}",
        "",
        Kernel::detect().name(),
        "portable",
        "ratio",
        "signatures per second, one core",
        "single",
        "batch",
        "ratio",
        "single",
        "batch",
        "single",
        "batch",
    );
    for signatures in &results.signatures {
        let Signatures { bits, detected, portable, batch_to_single, detected_to_portable } =
            signatures;
        let _ = writeln!(
            text,
            "{:32} {bits:>6} {:>9.0} {:>9.0} {batch_to_single:>8.2} {:>9.0} {:>9.0} {:>8.2} {:>8.2}",
            "RS256",
            detected.single,
            detected.batch,
            portable.single,
            portable.batch,
            detected_to_portable.single,
            detected_to_portable.batch,
        );
    }
    let _ = writeln!(
        text,
        "\nMedians over rounds in which all take turns; batches of {BATCH}. Figures vary on a \
         shared machine.\n{}",
        match results.seconds {
            0 =>
                "Hardly measured: this run shows that the verdicts are right, but little about \
                  speed.",
            _ => "Every verdict was checked.",
        }
    );
    text
}

/// Writes the object of `countersign.bench/1`.
pub(super) fn json(results: &Results) -> Object<'static> {
    let features = features()
        .into_iter()
        .fold(Object::new(), |object, (name, there)| object.with(name, Value::Bool(there)));
    let machine = Object::new()
        .with("arch", ARCH)
        .with("os", OS)
        .with("cores", results.cores.get())
        .with("features", features);
    let artefacts = results.artefacts.iter().map(|artefacts| {
        Object::new()
            .with("kind", artefacts.kind.name())
            .with("algorithm", artefacts.algorithm.name())
            .with("bits", artefacts.bits)
            .with("one_core", rates(artefacts.one_core))
            .with("all_cores", rates(artefacts.all_cores))
            .with("batch_to_single", ratio(artefacts.batch_to_single))
            .into()
    });
    let signatures = results.signatures.iter().map(|signatures| {
        let to_portable = signatures.detected_to_portable;
        let to_portable = Object::new()
            .with("single", ratio(to_portable.single))
            .with("batch", ratio(to_portable.batch));
        Object::new()
            .with("algorithm", "RS256")
            .with("bits", signatures.bits)
            .with("detected", rates(signatures.detected))
            .with("portable", rates(signatures.portable))
            .with("batch_to_single", ratio(signatures.batch_to_single))
            .with("detected_to_portable", to_portable)
            .into()
    });
    Object::new()
        .with("schema", SCHEMA)
        .with("machine", machine)
        .with("kernel", Kernel::detect().name())
        .with("seconds", i64::from(results.seconds))
        .with("batch", i64::from(BATCH))
        .with("artefacts", Value::Array(artefacts.collect()))
        .with("signatures", Value::Array(signatures.collect()))
        .with("note", "figures vary on a shared machine")
        .with("tool", TOOL)
}

/// Verifications a second.
fn rates(rates: Rates) -> Object<'static> {
    Object::new().with("single", number(rates.single, 0)).with("batch", number(rates.batch, 0))
}

fn ratio(ratio: f64) -> Value<'static> {
    number(ratio, 2)
}

fn number(number: f64, digits: usize) -> Value<'static> {
    Value::Number(Cow::Owned(format!("{number:.digits$}")))
}
