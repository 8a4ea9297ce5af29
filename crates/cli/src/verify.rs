//! `verify`: items in, reports out, in the order of the input.
//!
//! ```text
//! files, or lines of a stream ── chunk ──► threads: judge in batches, render ── in order ──► output
//! ```
//!
//! A chunk bounds the memory; that its results are written in order makes the output independent
//! of the number of threads. What judges is an [`Auditor`].

use std::io;
use std::num::NonZeroUsize;
use std::thread;

use clap::Parser as _;
use countersign_audit::{Auditor, Batch, Judged, Lines, RECORD_MEMBERS};

use crate::args::{Cli, Command, Format, Source, VerifyArgs};
use crate::exit::{Exit, Stop, Tally};
use crate::input::check_one_stdin;
use crate::options::auditor;
use crate::output::{Output, Progress, Style};
use crate::text::Facts;

/// Files of one chunk.
const FILES: usize = 128;

/// Runs the command.
pub(crate) fn run(args: &VerifyArgs) -> Result<Exit, Stop> {
    check_one_stdin(args.inputs.iter().chain(&args.server_secret))?;
    let auditor = auditor(args)?;
    let default = if args.ndjson { Format::Ndjson } else { Format::Text };
    let style = Style {
        format: args.format.unwrap_or(default),
        single: args.inputs.len() == 1 && !args.ndjson,
        facts: if args.explain { Facts::Full } else { Facts::Brief },
        quiet: args.quiet,
    };
    let mut run = Run {
        auditor: &auditor,
        style,
        threads: args.threads.or_else(|| thread::available_parallelism().ok()),
        output: Output::new(style),
        tally: Tally::default(),
        progress: Progress::new(args),
    };
    if args.ndjson {
        run.streams(&args.inputs)?;
    } else {
        run.files(&args.inputs)?;
    }
    run.progress.finish();
    run.output.finish(&run.tally)?;
    Ok(run.tally.exit())
}

/// What is left of items once they are rendered.
#[derive(Default)]
struct Rendered {
    text: String,
    tally: Tally,
}

struct Run<'a> {
    auditor: &'a Auditor,
    style: Style,
    threads: Option<NonZeroUsize>,
    output: Output,
    tally: Tally,
    progress: Progress,
}

impl Run<'_> {
    fn files(&mut self, sources: &[Source]) -> Result<(), Stop> {
        for chunk in sources.chunks(FILES) {
            self.chunk(chunk, add_file)?;
        }
        Ok(())
    }

    fn streams(&mut self, sources: &[Source]) -> Result<(), Stop> {
        for source in sources {
            let name = source.to_string();
            let mut lines = match source.open() {
                Ok(reader) => Lines::new(reader),
                Err(error) => {
                    self.unreadable(source, &error)?;
                    continue;
                }
            };
            loop {
                let (chunk, error) = lines.next_chunk();
                self.chunk(&chunk, |batch, line| batch.record(&name, line))?;
                if let Some(error) = error {
                    self.unreadable(source, &error)?;
                    break;
                }
                if chunk.is_empty() {
                    break;
                }
            }
            if let Some(blank) = lines.blank() {
                self.chunk(&[blank], |batch, blank| batch.blank(&name, *blank))?;
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, source: &Source, error: &io::Error) -> Result<(), Stop> {
        self.chunk(&[error.to_string()], |batch, detail| {
            batch.unreadable(source.to_string(), detail.clone(), None);
        })
    }

    /// Judges, verifies and renders the items on all threads, then writes them in order.
    fn chunk<T: Sync>(
        &mut self,
        items: &[T],
        add: impl Fn(&mut Batch<'_>, &T) + Sync,
    ) -> Result<(), Stop> {
        let (auditor, style) = (self.auditor, self.style);
        let parts = each_part(items, self.threads, |part| {
            let mut batch = auditor.batch();
            part.iter().for_each(|item| add(&mut batch, item));
            render(style, batch.judge())
        });
        for Rendered { text, tally } in parts {
            self.tally.add_all(&tally);
            self.output.write(&text)?;
        }
        // A chunk may be all that comes for a while.
        self.output.flush()?;
        self.progress.set(self.tally.total());
        Ok(())
    }
}

/// Reads a file into a batch.
fn add_file(batch: &mut Batch<'_>, source: &Source) {
    match source.read() {
        Ok(bytes) => batch.artefact(source.to_string(), &bytes),
        Err(error) => batch.unreadable(source.to_string(), error.to_string(), source.hint()),
    }
}

fn render(style: Style, judged: Vec<Judged>) -> Rendered {
    let mut rendered = Rendered::default();
    for Judged { report, is_empty, detail, .. } in judged {
        style.render(&mut rendered.text, &report, detail);
        if is_empty {
            rendered.tally.empty += 1;
        } else {
            rendered.tally.add(report.verdict());
        }
    }
    rendered
}

/// Splits the items into one part per thread, applies the function to each, and returns the
/// results in order.
fn each_part<T: Sync, R: Send>(
    items: &[T],
    threads: Option<NonZeroUsize>,
    function: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let threads = threads.map_or(1, NonZeroUsize::get).min(items.len());
    if threads <= 1 {
        return vec![function(items)];
    }
    let function = &function;
    thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(items.len().div_ceil(threads))
            .map(|part| scope.spawn(move || function(part)))
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, R>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().map(join).collect()
    })
}

/// The part of `verify --ndjson` between the bytes that come in and those that go out, for tests
/// without a process around them.
#[derive(Debug)]
pub struct Stream {
    auditor: Auditor,
}

impl Stream {
    /// The members of a record.
    pub const MEMBERS: &'static [&'static str] = &RECORD_MEMBERS;

    /// Takes the arguments of `countersign verify`.
    ///
    /// # Errors
    ///
    /// What the command would say about them.
    pub fn new(arguments: &[&str]) -> Result<Self, String> {
        let words = ["countersign", "verify"].iter().chain(arguments);
        let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
        let Command::Verify(args) = cli.command else { return Err("not `verify`".into()) };
        let auditor = auditor(&args).map_err(|stop| format!("{stop:?}"))?;
        Ok(Self { auditor })
    }

    /// Returns one report for each line, in order, and one for all blank lines.
    #[must_use]
    pub fn judge(&self, text: &[u8]) -> Vec<String> {
        let name = Source::Stdin.to_string();
        let mut lines = Lines::with_capacity(1 << 13, text);
        let mut reports = Vec::new();
        loop {
            let (chunk, _) = lines.next_chunk();
            let mut batch = self.auditor.batch();
            if chunk.is_empty() {
                lines.blank().into_iter().for_each(|blank| batch.blank(&name, blank));
            } else {
                chunk.iter().for_each(|line| batch.record(&name, line));
            }
            let judged = batch.judge().into_iter();
            reports.extend(judged.map(|judged| {
                let mut text = String::new();
                judged.report.write_json(&mut text, judged.detail);
                text
            }));
            if chunk.is_empty() {
                return reports;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stay_in_order_at_any_number_of_threads() {
        for length in [0, 1, 2, 3, 7, 100] {
            let items: Vec<usize> = (0..length).collect();
            for threads in [1, 2, 3, 64, 1000] {
                let parts = each_part(&items, NonZeroUsize::new(threads), <[usize]>::to_vec);
                assert_eq!(parts.concat(), items);
            }
        }
    }
}
