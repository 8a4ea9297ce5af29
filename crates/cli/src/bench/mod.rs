//! `bench`: how much this machine verifies.
//!
//! ```text
//! samples ──► contests: one set, several ways to verify it ──► race ──► figures ──► text | JSON
//! ```
//!
//! It measures the library, from the bytes of an artefact to the verdict, without reports, files
//! and output. A way that gives a wrong verdict is not timed: it ends the command.

mod contests;
mod race;
mod samples;
mod show;

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use countersign::Algorithm;

use crate::args::{BenchArgs, ListFormat};
use crate::exit::{Exit, Stop};
use crate::kind::Kind;
use crate::output;
use race::Bounds;
use samples::Sample;

/// Runs the command.
pub(crate) fn run(args: &BenchArgs) -> Result<Exit, Stop> {
    let samples = samples::load()?;
    let primitives: Vec<&Sample> = samples.iter().filter(|sample| sample.is_jws_rs256()).collect();
    let seconds = if args.smoke { 0 } else { args.seconds };
    let contests = u32::try_from(samples.len() + primitives.len()).unwrap_or(u32::MAX);
    let bounds = Bounds::new(Duration::from_secs(seconds.into()) / contests);
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let results = Results {
        cores,
        seconds,
        artefacts: samples
            .iter()
            .map(|sample| contests::artefacts(sample, cores, bounds))
            .collect::<Result<_, _>>()?,
        signatures: primitives
            .into_iter()
            .map(|sample| contests::signatures(sample, bounds))
            .collect::<Result<_, _>>()?,
    };
    match args.format {
        ListFormat::Text => output::print(show::text(&results).as_bytes()),
        ListFormat::Json => output::print_line(&show::json(&results)),
    }
}

/// Everything that was measured.
struct Results {
    cores: NonZeroUsize,
    seconds: u16,
    artefacts: Vec<Artefacts>,
    signatures: Vec<Signatures>,
}

/// Verifications a second, one by one and in batches.
#[derive(Clone, Copy)]
struct Rates {
    single: f64,
    batch: f64,
}

/// Whole artefacts of one kind, under one algorithm and size of key.
struct Artefacts {
    kind: Kind,
    algorithm: Algorithm,
    bits: usize,
    one_core: Rates,
    all_cores: Rates,
    /// Of one core.
    batch_to_single: f64,
}

/// The RSA operation of RS256 alone, from digest to verdict, on one core.
struct Signatures {
    bits: usize,
    detected: Rates,
    portable: Rates,
    batch_to_single: f64,
    detected_to_portable: Rates,
}

/// The features of this CPU that the library and what is below it make use of, and whether they are
/// there.
fn features() -> Vec<(&'static str, bool)> {
    #[cfg(target_arch = "x86_64")]
    let features = vec![
        // RSA.
        ("avx512f", std::is_x86_feature_detected!("avx512f")),
        ("avx512ifma", std::is_x86_feature_detected!("avx512ifma")),
        // SHA-256.
        ("sha", std::is_x86_feature_detected!("sha")),
        // Base64, and the search for dots.
        ("avx2", std::is_x86_feature_detected!("avx2")),
        // AES-GCM.
        ("aes", std::is_x86_feature_detected!("aes")),
        ("pclmulqdq", std::is_x86_feature_detected!("pclmulqdq")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let features = Vec::new();
    features
}
