//! `verify`: items in, reports out, in the order of the input.
//!
//! ```text
//! files, or lines of a stream ── chunk ──► threads: judge, plan, batch, render ── in order ──► output
//! ```
//!
//! A chunk bounds the memory; that its results are written in order makes the output independent
//! of the number of threads. How the signatures are grouped is in [`plan`](crate::plan).

use std::io;
use std::num::NonZeroUsize;
use std::thread;

use clap::Parser as _;
use countersign::{Check, Error, Limits, Report, Verdict};

use crate::args::{Cli, Command, Format, VerifyArgs};
use crate::config::{Config, Overrides};
use crate::exit::{Exit, Stop, Tally};
use crate::input::{INPUT_BYTES, Source, check_one_stdin, strip_line_break};
use crate::kind::{self, Content, Kind, UNKNOWN};
use crate::ndjson::{self, Lines};
use crate::output::{Output, Progress, Style};
use crate::plan::{self, Expected, Task};
use crate::text::Detail;

/// Files of one chunk.
const FILES: usize = 128;

/// Runs the command.
pub(crate) fn run(args: &VerifyArgs) -> Result<Exit, Stop> {
    check_one_stdin(args.inputs.iter().chain(&args.server_secret))?;
    let config = Config::load(args)?;
    let default = if args.ndjson { Format::Ndjson } else { Format::Text };
    let style = Style {
        format: args.format.unwrap_or(default),
        single: args.inputs.len() == 1 && !args.ndjson,
        detail: if args.explain { Detail::Full } else { Detail::Brief },
        quiet: args.quiet,
    };
    let mut run = Run {
        config: &config,
        kind: args.kind,
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

/// What recognition makes of one artefact.
pub(crate) enum Judgement {
    /// The library decides.
    Task(Box<Task>),
    /// It cannot be verified, for this reason.
    Report(Box<Report>),
    /// The input holds nothing.
    Empty,
    /// A DVS certificate or signature, and nothing says what it must be about.
    Unbound(Kind),
    /// A token of MIRACL Trust, and nothing says whose and for whom: the name of what is missing.
    Nameless(Kind, &'static str),
}

impl From<Report> for Judgement {
    fn from(report: Report) -> Self {
        Self::Report(Box::new(report))
    }
}

/// Judges what an artefact is, of this kind if one is named, and what it has to comply with.
pub(crate) fn judge(
    config: &Config,
    kind: Option<Kind>,
    artefact: &[u8],
    overrides: &Overrides,
) -> Judgement {
    let content = match kind {
        Some(_) if artefact.trim_ascii().is_empty() => Content::Empty,
        Some(kind) => kind.into(),
        None => kind::recognise(artefact, &config.limits),
    };
    let kind = match content {
        Content::Empty => return Judgement::Empty,
        Content::Known(kind) => kind,
        Content::Unsupported(kind) => return unsupported(&kind, artefact).into(),
        Content::Unknown(error) => {
            return Report::of_failure(UNKNOWN, artefact, Check::Input, error).into();
        }
    };
    let terms = config.terms(kind).with(overrides);
    let expected = match kind {
        Kind::DvsCertificate => match terms.binding {
            Some(binding) => Expected::DvsCertificate(binding),
            None => return Judgement::Unbound(kind),
        },
        Kind::DvsSignature => match terms.signature() {
            Some(expected) => Expected::DvsSignature(expected),
            None => return Judgement::Unbound(kind),
        },
        Kind::MosipRegistration => Expected::MosipRegistration,
        Kind::Token(token) => match terms.jwt.token() {
            Ok(expected) => Expected::Token(token, expected),
            Err(missing) => return Judgement::Nameless(kind, missing),
        },
        Kind::Device(device) => Expected::Device(device),
        Kind::Jws => Expected::Jws(terms.jwt.jws()),
    };
    let without_effect = |overrides: &Overrides, whose| {
        overrides
            .without_effect(kind)
            .map(|name| format!("{name} of the {whose}: not looked at for this kind"))
            .collect::<Vec<_>>()
    };
    let mut hints = without_effect(&config.overrides, "command line");
    hints.extend(without_effect(overrides, "record"));
    Judgement::Task(Box::new(Task {
        artefact: artefact.to_vec(),
        expected,
        policy: terms.policy,
        at: config.at(terms.at),
        hints,
    }))
}

/// Reads and judges one file, with its name as the report's `id`.
fn judge_file(config: &Config, kind: Option<Kind>, source: &Source) -> Result<Item, Stop> {
    let bytes = match source.read() {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Report::of_unreadable(error.to_string()).into()),
    };
    if bytes.len() > INPUT_BYTES && !may_be_large(kind, &bytes, &config.limits) {
        return Ok(too_large(kind.map_or(UNKNOWN, Kind::name), &bytes, "input").into());
    }
    // JSON bodies may end in whatever white space they like; a token has a last character.
    let artefact = if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        bytes.as_slice()
    } else {
        strip_line_break(&bytes)
    };
    match judge(config, kind, artefact, &Overrides::default()) {
        Judgement::Task(task) => Ok(Item::Task(task)),
        Judgement::Report(report) => Ok(Item::Report(report)),
        Judgement::Empty => {
            let report = Report::of_unreadable("empty: nothing to check".into());
            Ok(Item::Empty(Box::new(report)))
        }
        Judgement::Unbound(kind) => Err(Stop::Misuse(format!(
            "{source}: {} needs --document, --hash, --request or --unbound",
            kind.noun()
        ))),
        Judgement::Nameless(kind, _) => {
            Err(Stop::Misuse(format!("{source}: {} needs --issuer and --audience", kind.noun())))
        }
    }
}

/// Tells whether an input is a capture, whose limits are its verifier's.
fn may_be_large(kind: Option<Kind>, bytes: &[u8], limits: &Limits) -> bool {
    let is_capture = |kind| matches!(kind, Kind::Device(device) if device.is_capture());
    match (kind, bytes.len() > limits.capture_bytes()) {
        (_, true) => false,
        (Some(kind), false) => is_capture(kind),
        (None, false) => match kind::recognise(bytes, limits) {
            Content::Known(kind) => is_capture(kind),
            _ => false,
        },
    }
}

/// An item that is judged and not yet named.
pub(crate) enum Item {
    /// The library decides.
    Task(Box<Task>),
    Report(Box<Report>),
    /// The input held nothing, so nothing was checked.
    Empty(Box<Report>),
}

impl From<Report> for Item {
    fn from(report: Report) -> Self {
        Self::Report(Box::new(report))
    }
}

/// What is left of an item once it is rendered.
struct Rendered {
    text: String,
    verdict: Verdict,
    empty: bool,
}

struct Run<'a> {
    config: &'a Config,
    kind: Option<Kind>,
    style: Style,
    threads: Option<NonZeroUsize>,
    output: Output,
    tally: Tally,
    progress: Progress,
}

impl Run<'_> {
    fn files(&mut self, sources: &[Source]) -> Result<(), Stop> {
        for chunk in sources.chunks(FILES) {
            let (config, kind) = (self.config, self.kind);
            self.chunk(chunk, |source| {
                let item = judge_file(config, kind, source)?;
                Ok((source.to_string(), item))
            })?;
        }
        Ok(())
    }

    fn streams(&mut self, sources: &[Source]) -> Result<(), Stop> {
        for source in sources {
            let mut lines = match source.open() {
                Ok(reader) => Lines::new(reader),
                Err(error) => {
                    self.unreadable(source, &error)?;
                    continue;
                }
            };
            loop {
                let (config, kind) = (self.config, self.kind);
                let (chunk, error) = lines.next_chunk();
                self.chunk(&chunk, |line| Ok(ndjson::judge(config, kind, source, line)))?;
                if let Some(error) = error {
                    self.unreadable(source, &error)?;
                    break;
                }
                if chunk.is_empty() {
                    break;
                }
            }
            if let Some(blank) = lines.blank() {
                self.chunk(&[blank], |blank| Ok(blank.report(source)))?;
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, source: &Source, error: &io::Error) -> Result<(), Stop> {
        self.chunk(&[error.to_string()], |detail| {
            Ok((source.to_string(), Report::of_unreadable(detail.clone()).into()))
        })
    }

    /// Judges, verifies and renders the items on all threads, then writes them in order.
    fn chunk<T: Sync>(
        &mut self,
        items: &[T],
        judge: impl Fn(&T) -> Result<(String, Item), Stop> + Sync,
    ) -> Result<(), Stop> {
        let (config, style) = (self.config, self.style);
        let parts = each_part(items, self.threads, |part| {
            let judged = part.iter().map(&judge).collect::<Result<Vec<_>, Stop>>()?;
            Ok(conclude(config, style, judged))
        });
        // What stops one item stops the run before anything of its chunk is written.
        let parts = parts.into_iter().collect::<Result<Vec<_>, Stop>>()?;
        for Rendered { text, verdict, empty } in parts.into_iter().flatten() {
            if empty {
                self.tally.empty += 1;
            } else {
                self.tally.add(verdict);
            }
            self.output.write(&text)?;
        }
        // A chunk may be all that comes for a while.
        self.output.flush()?;
        self.progress.set(self.tally.total());
        Ok(())
    }
}

/// Verifies what is left to verify, all at once, and renders the reports in order.
fn conclude(config: &Config, style: Style, judged: Vec<(String, Item)>) -> Vec<Rendered> {
    let tasks = judged.iter().filter_map(|(_, item)| match item {
        Item::Task(task) => Some(&**task),
        Item::Report(_) | Item::Empty(_) => None,
    });
    let mut verified = plan::explain(config, tasks).into_iter();
    let rendered = judged.into_iter().filter_map(|(id, item)| {
        let (mut report, empty) = match item {
            Item::Task(_) => (verified.next()?, false),
            Item::Report(report) => (*report, false),
            Item::Empty(report) => (*report, true),
        };
        report.id = Some(id);
        report.policy_sha256 = config.policy_sha256;
        Some(Rendered { text: style.render(&report), verdict: report.verdict(), empty })
    });
    rendered.collect()
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

/// The report of a kind that cannot be verified.
pub(crate) fn unsupported(kind: &kind::Unsupported, artefact: &[u8]) -> Report {
    let mut report = Report::of_failure(kind.name, artefact, Check::Input, kind.error());
    report.hints.extend(kind.hint.map(str::to_string));
    report
}

/// The report of something of which only the beginning was read.
pub(crate) fn too_large(kind: &'static str, beginning: &[u8], what: &'static str) -> Report {
    let error = Error::TooLarge { what, limit: INPUT_BYTES };
    let mut report = Report::of_failure(kind, beginning, Check::Input, error);
    report.hints.push("digest and size are those of the part that was read".into());
    report
}

/// The part of `verify --ndjson` between the bytes that come in and those that go out, for tests
/// without a process around them.
#[derive(Debug)]
pub struct Stream {
    config: Config,
    kind: Option<Kind>,
}

impl Stream {
    /// Takes the arguments of `countersign verify`.
    ///
    /// # Errors
    ///
    /// What the command would say about them.
    pub fn new(arguments: &[&str]) -> Result<Self, String> {
        let words = ["countersign", "verify"].iter().chain(arguments);
        let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
        let Command::Verify(args) = cli.command else { return Err("not `verify`".into()) };
        let config = Config::load(&args).map_err(|stop| format!("{stop:?}"))?;
        Ok(Self { config, kind: args.kind })
    }

    /// Returns one report for each line, in order, and one for all blank lines.
    #[must_use]
    pub fn judge(&self, text: &[u8]) -> Vec<String> {
        let source = Source::Stdin;
        let style =
            Style { format: Format::Ndjson, single: false, detail: Detail::Brief, quiet: false };
        let mut lines = Lines::with_capacity(1 << 13, text);
        let mut reports = Vec::new();
        loop {
            let (chunk, _) = lines.next_chunk();
            let judge = |line| ndjson::judge(&self.config, self.kind, &source, line);
            let judged = if chunk.is_empty() {
                lines.blank().map(|blank| blank.report(&source)).into_iter().collect()
            } else {
                chunk.iter().map(judge).collect()
            };
            let rendered = conclude(&self.config, style, judged);
            reports.extend(rendered.into_iter().map(|rendered| rendered.text));
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
