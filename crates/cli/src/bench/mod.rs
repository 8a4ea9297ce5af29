//! `bench`: how much this machine verifies.
//!
//! ```text
//! samples ──► contests: one set, several ways to verify it ──► race ──► figures ──► text | JSON
//! ```
//!
//! It measures the library, from the bytes of an artefact to the verdict, without reports, files
//! and output. A way that gives a wrong verdict is not timed: it ends the command.

mod contests;
mod figures;
mod race;
mod samples;
mod show;

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use crate::args::{BenchArgs, ListFormat};
use crate::exit::{Exit, Stop};
use crate::output;
use figures::Results;
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
