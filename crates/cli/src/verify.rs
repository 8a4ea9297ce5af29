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
use countersign::{At, Check, Error, Limits, Report, Verdict};

use crate::args::{Cli, Command, Format, VerifyArgs};
use crate::config::Config;
use crate::exit::{Exit, Stop, Tally};
use crate::input::{INPUT_BYTES, Source, check_one_stdin, strip_line_break};
use crate::kind::{self, Content, Kind, UNKNOWN};
use crate::ndjson::{self, Lines};
use crate::output::{Output, Progress, Style};
use crate::plan::{self, Remarks, Task};
use crate::terms::{Missing, Names, Overrides, TIMESTAMP_WINDOW, Unbound};
use crate::text::Detail;
use crate::tighten::{self, Records};

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
    /// It is of a kind of which nothing is expected that has to be: whose it is, or what about.
    Incomplete(Kind, Missing, Remarks),
}

impl From<Report> for Judgement {
    fn from(report: Report) -> Self {
        Self::Report(Box::new(report))
    }
}

/// What a record says about its artefact.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) kind: Option<Kind>,
    pub(crate) overrides: Overrides,
}

/// Judges what an artefact is, of this kind if the command line names one, and what it has to comply
/// with.
pub(crate) fn judge(
    config: &Config,
    kind: Option<Kind>,
    artefact: &[u8],
    said: &Said,
) -> Judgement {
    let mut content = match kind {
        Some(_) if artefact.trim_ascii().is_empty() => Content::Empty,
        Some(kind) => kind.into(),
        None => config.recognise(artefact),
    };
    let (mut remarks, mut terms) = (Remarks::default(), None);
    if let Some(named) = said.kind {
        (content, terms) = tighten::choose_kind(config, kind, content, named, &mut remarks);
    }
    let kind = match content {
        Content::Empty => return Judgement::Empty,
        Content::Known(kind) => kind,
        Content::Unsupported(kind) => {
            let mut report = unsupported(&kind, artefact);
            remarks.apply(&mut report);
            return report.into();
        }
        Content::Refused(codes) => {
            let mut report = refused(codes, artefact);
            remarks.apply(&mut report);
            return report.into();
        }
        Content::Unknown(error) => {
            let mut report = Report::of_failure(UNKNOWN, artefact, Check::INPUT, error);
            plan::hint_at_wrapper(&mut report, artefact, &config.limits);
            return report.into();
        }
    };
    let terms = terms.unwrap_or_else(|| config.terms(kind).clone());
    let terms = tighten::join(config, kind, terms, &said.overrides, &mut remarks);
    for name in unused(config, kind, &said.overrides, &terms.names, &mut remarks) {
        remarks.unused(name);
    }
    let at = config.at(terms.at);
    if at == At::Issued && terms.window.is_some() && kind.has_age() {
        remarks.unused(TIMESTAMP_WINDOW);
        remarks
            .hints
            .push("judged as at its own time, an artefact has no age: give --at a time".into());
    }
    match terms.expected(kind) {
        Ok(expected) => Judgement::Task(Box::new(Task {
            artefact: artefact.to_vec(),
            expected,
            policy: terms.policy,
            at,
            remarks,
        })),
        Err(missing) => Judgement::Incomplete(kind, missing, remarks),
    }
}

/// Names what the command line or a record expects and a verifier of this kind does not look at, and
/// what is expected of any JWS where a record says that it is of a kind of its own.
///
/// A record that decides, and that binds its artefact to nothing, takes back what the command line
/// binds it to, whatever the kind; that is a remark as well.
fn unused(
    config: &Config,
    kind: Kind,
    record: &Overrides,
    names: &Names,
    remarks: &mut Remarks,
) -> Vec<&'static str> {
    let mut unused = config.unused(kind);
    if config.records == Records::Override && record.unbound == Some(Unbound::Allow) {
        let all = unused.len();
        unused.retain(|name| !["document", "hash", "request"].contains(name));
        if unused.len() < all && !remarks.overrides.contains(&"unbound") {
            remarks.overrides.push("unbound");
        }
    }
    let named = Overrides { names: names.clone(), ..Overrides::default() };
    for name in record.unused(kind).into_iter().chain(named.unused(kind)) {
        if !unused.contains(&name) {
            unused.push(name);
        }
    }
    unused
}

/// Reads and judges one file.
fn judge_file(config: &Config, kind: Option<Kind>, source: &Source) -> Item {
    let bytes = match source.read() {
        Ok(bytes) => bytes,
        Err(error) => {
            let mut report = Report::of_unreadable(error.to_string());
            report.hints.extend(source.hint().map(str::to_owned));
            return report.into();
        }
    };
    if bytes.len() > INPUT_BYTES && !may_be_large(kind, &bytes, &config.limits) {
        return too_large(kind.map_or(UNKNOWN, Kind::name), &bytes, "input").into();
    }
    // JSON bodies may end in whatever white space they like; a token has a last character.
    let artefact = if matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        bytes.as_slice()
    } else {
        strip_line_break(&bytes)
    };
    match judge(config, kind, artefact, &Said::default()) {
        Judgement::Task(task) => Item::Task(task),
        Judgement::Report(report) => Item::Report(report),
        Judgement::Empty => {
            Item::Empty(Box::new(Report::of_unreadable("empty: nothing to check".into())))
        }
        Judgement::Incomplete(kind, Missing(member), remarks) => {
            let error = Error::MissingMember { part: "options", member };
            incomplete(kind, artefact, error, kind.needs(), remarks).into()
        }
    }
}

/// The report of an artefact that is expected to say nothing in particular.
pub(crate) fn incomplete(
    kind: Kind,
    artefact: &[u8],
    error: Error,
    hint: String,
    remarks: Remarks,
) -> Report {
    let mut report = Report::of_failure(kind.name(), artefact, Check::EXPECTATIONS, error);
    report.hints.push(hint);
    remarks.apply(&mut report);
    report
}

/// Tells whether an input is a capture, whose limits are its verifier's.
fn may_be_large(kind: Option<Kind>, bytes: &[u8], limits: &Limits) -> bool {
    match (kind, bytes.len() > limits.capture_bytes()) {
        (_, true) => false,
        (Some(kind), false) => kind.holds_biometrics(),
        (None, false) => kind::may_hold_biometrics(bytes, limits),
    }
}

/// What an item is called in its report.
pub(crate) struct Name {
    /// What a record calls itself, or else the place.
    pub(crate) id: String,
    /// `INPUT:LINE`, where an input holds more than one item.
    pub(crate) place: Option<String>,
}

impl From<&Source> for Name {
    fn from(source: &Source) -> Self {
        Self { id: source.to_string(), place: None }
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
            self.chunk(chunk, |source| (source.into(), judge_file(config, kind, source)))?;
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
                self.chunk(&chunk, |line| ndjson::judge(config, kind, source, line))?;
                if let Some(error) = error {
                    self.unreadable(source, &error)?;
                    break;
                }
                if chunk.is_empty() {
                    break;
                }
            }
            if let Some(blank) = lines.blank() {
                self.chunk(&[blank], |blank| blank.report(source))?;
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, source: &Source, error: &io::Error) -> Result<(), Stop> {
        self.chunk(&[error.to_string()], |detail| {
            (source.into(), Report::of_unreadable(detail.clone()).into())
        })
    }

    /// Judges, verifies and renders the items on all threads, then writes them in order.
    fn chunk<T: Sync>(
        &mut self,
        items: &[T],
        judge: impl Fn(&T) -> (Name, Item) + Sync,
    ) -> Result<(), Stop> {
        let (config, style) = (self.config, self.style);
        let parts = each_part(items, self.threads, |part| {
            conclude(config, style, part.iter().map(&judge).collect())
        });
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
fn conclude(config: &Config, style: Style, judged: Vec<(Name, Item)>) -> Vec<Rendered> {
    let tasks = judged.iter().filter_map(|(_, item)| match item {
        Item::Task(task) => Some(&**task),
        Item::Report(_) | Item::Empty(_) => None,
    });
    let mut verified = plan::explain(config, tasks).into_iter();
    let rendered = judged.into_iter().filter_map(|(name, item)| {
        let (mut report, empty) = match item {
            Item::Task(_) => (verified.next()?, false),
            Item::Report(report) => (*report, false),
            Item::Empty(report) => (*report, true),
        };
        (report.id, report.place) = (Some(name.id), name.place);
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
    let mut report = Report::of_failure(kind.name, artefact, Check::INPUT, kind.error());
    report.hints.extend(kind.hint.map(str::to_string));
    report
}

/// The report of a service's refusal, which holds nothing that is signed.
fn refused(codes: Vec<String>, artefact: &[u8]) -> Report {
    let error = Error::ValidationFailed { codes };
    let mut report = Report::of_failure(UNKNOWN, artefact, Check::ENVELOPE, error);
    let hint = "this is what a service answered when it refused a request: it holds no artefact";
    report.hints.push(hint.into());
    report
}

/// The report of something of which only the beginning was read.
pub(crate) fn too_large(kind: &'static str, beginning: &[u8], what: &'static str) -> Report {
    let error = Error::TooLarge { what, limit: INPUT_BYTES };
    let mut report = Report::of_failure(kind, beginning, Check::INPUT, error);
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
    /// The members of a record.
    pub const MEMBERS: &'static [&'static str] = &ndjson::MEMBERS;

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
