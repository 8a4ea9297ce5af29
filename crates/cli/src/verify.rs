//! `verify`: items in, reports out, in the order of the input.
//!
//! ```text
//! files, or lines of streams ── chunk ──► threads: judge in batches, render ── in order ──► output
//! ```
//!
//! Every thread reads a chunk, judges it and hands in its reports: see [`in_order`]. Chunks of several
//! inputs share the threads. What judges is an [`Auditor`].

use std::collections::VecDeque;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::slice;
use std::sync::Arc;
use std::thread;

use clap::Parser as _;
use countersign_audit::{Auditor, Batch, Blank, Judged, Line, Lines, RECORD_MEMBERS};

use crate::args::{Cli, Command, Format, Source, VerifyArgs};
use crate::exit::{Exit, Stop, Tally};
use crate::in_order::in_order;
use crate::input::check_one_stdin;
use crate::options::auditor;
use crate::output::{Output, Progress, Style};
use crate::text::Facts;

/// Files of one chunk at most.
const FILES: usize = 64;

/// Chunks of files for each thread at least, as long as there are enough files.
const SHARES: usize = 4;

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
    let threads = args.threads.or_else(|| thread::available_parallelism().ok());
    let threads = threads.unwrap_or(NonZeroUsize::MIN);
    let progress = Progress::new(args);
    let (mut output, mut tally) = (Output::new(style), Tally::default());
    let work = |work: Work<'_>| {
        let mut batch = auditor.batch();
        work.add_to(&mut batch);
        render(style, batch.judge())
    };
    let write = |rendered: Rendered| {
        output.write(&rendered.text)?;
        // A chunk may be all that comes for a while.
        output.flush()?;
        tally.add_all(&rendered.tally);
        progress.set(tally.total());
        Ok::<(), io::Error>(())
    };
    if args.ndjson {
        let mut streams = Streams::new(&args.inputs);
        in_order(threads, || streams.next(), work, write)?;
    } else {
        let shares = args.inputs.len().div_ceil(threads.get().saturating_mul(SHARES));
        let mut chunks = args.inputs.chunks(shares.clamp(1, FILES));
        // A thread without a chunk would begin for nothing.
        let threads = NonZeroUsize::new(chunks.len()).map_or(threads, |all| all.min(threads));
        in_order(threads, || chunks.next().map(Work::Files), work, write)?;
    }
    progress.finish();
    output.finish(&tally)?;
    Ok(tally.exit())
}

/// What one thread judges at once.
enum Work<'s> {
    Files(&'s [Source]),
    Lines(Arc<str>, Vec<Line>),
    Blank(Arc<str>, Blank),
    Unreadable(Arc<str>, io::Error),
}

impl Work<'_> {
    fn add_to(&self, batch: &mut Batch<'_>) {
        match self {
            Self::Files(sources) => sources.iter().for_each(|source| add_file(batch, source)),
            Self::Lines(name, lines) => lines.iter().for_each(|line| batch.record(name, line)),
            Self::Blank(name, blank) => batch.blank(name, *blank),
            Self::Unreadable(name, error) => {
                batch.unreadable(name.to_string(), error.to_string(), None);
            }
        }
    }
}

/// Reads a file into a batch.
fn add_file(batch: &mut Batch<'_>, source: &Source) {
    match source.read() {
        Ok(bytes) => batch.artefact(source.to_string(), &bytes),
        Err(error) => batch.unreadable(source.to_string(), error.to_string(), source.hint()),
    }
}

type OpenLines = Lines<Box<dyn Read + Send>>;

/// The chunks of streams, one stream after the other.
struct Streams<'s> {
    sources: slice::Iter<'s, Source>,
    open: Option<(Arc<str>, OpenLines)>,
    /// What comes after the last lines of a stream.
    due: VecDeque<Work<'s>>,
}

impl<'s> Streams<'s> {
    fn new(sources: &'s [Source]) -> Self {
        Self { sources: sources.iter(), open: None, due: VecDeque::new() }
    }

    fn next(&mut self) -> Option<Work<'s>> {
        loop {
            if let Some(work) = self.due.pop_front() {
                return Some(work);
            }
            let Some((name, lines)) = &mut self.open else {
                let source = self.sources.next()?;
                let name = Arc::from(source.to_string());
                match source.open() {
                    Ok(reader) => self.open = Some((name, Lines::new(reader))),
                    Err(error) => self.due.push_back(Work::Unreadable(name, error)),
                }
                continue;
            };
            let (chunk, error) = lines.next_chunk();
            let ends = chunk.is_empty() || error.is_some();
            let blank = lines.blank().filter(|_| ends);
            let name = Arc::clone(name);
            if !chunk.is_empty() {
                self.due.push_back(Work::Lines(Arc::clone(&name), chunk));
            }
            self.due.extend(error.map(|error| Work::Unreadable(Arc::clone(&name), error)));
            self.due.extend(blank.map(|blank| Work::Blank(name, blank)));
            if ends {
                self.open = None;
            }
        }
    }
}

/// What is left of items once they are rendered.
#[derive(Default)]
struct Rendered {
    text: String,
    tally: Tally,
}

fn render(style: Style, judged: Vec<Judged>) -> Rendered {
    /// A report that is larger says nothing about the others.
    const USUAL_BYTES: usize = 1 << 12;
    let mut rendered = Rendered::default();
    let items = judged.len();
    for Judged { report, is_empty, detail, .. } in judged {
        style.render(&mut rendered.text, &report, detail);
        if rendered.tally.total() == 0 {
            rendered.text.reserve(rendered.text.len().min(USUAL_BYTES).saturating_mul(items));
        }
        if is_empty {
            rendered.tally.empty += 1;
        } else {
            rendered.tally.add(report.verdict());
        }
    }
    rendered
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
