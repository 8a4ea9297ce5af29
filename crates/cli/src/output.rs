//! Where results go: rendered reports to stdout, in one of the formats.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};

use anstream::AutoStream;
use countersign::encoding::json::Object;
use countersign::{Detail, Report};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{Format, VerifyArgs};
use crate::exit::{Exit, Stop, Tally};
use crate::text::{self, Facts};

/// How reports are rendered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) format: Format,
    /// The run has one single item, which JSON shows without an array.
    pub(crate) single: bool,
    pub(crate) facts: Facts,
    pub(crate) quiet: bool,
}

/// What separates items; before the first it is left out.
const TEXT_GAP: &str = "\n";
const JSON_GAP: &str = ",\n";

impl Style {
    /// Appends one report.
    pub(crate) fn render(&self, out: &mut String, report: &Report, detail: Detail) {
        if self.quiet {
            return;
        }
        self.frame(out, |out| match self.format {
            Format::Text => text::report(out, report, self.facts, detail),
            Format::Json | Format::Ndjson => report.write_json(out, detail),
        });
    }

    /// Appends one item with what separates it from the one before, or ends its line.
    pub(crate) fn frame(&self, out: &mut String, write: impl FnOnce(&mut String)) {
        let (before, after) = match self.format {
            Format::Text => (TEXT_GAP, ""),
            Format::Json if self.single => ("", "\n"),
            Format::Json => (JSON_GAP, ""),
            Format::Ndjson => ("", "\n"),
        };
        out.push_str(before);
        write(out);
        out.push_str(after);
    }
}

/// Writes the result of a command that has a single one.
pub(crate) fn print(bytes: &[u8]) -> Result<Exit, Stop> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(Exit::Done)
}

/// Writes a JSON object and a line break.
pub(crate) fn print_line(object: &Object<'_>) -> Result<Exit, Stop> {
    print(format!("{object}\n").as_bytes())
}

/// Stdout, and what stands between rendered items.
pub(crate) struct Output {
    stdout: BufWriter<AutoStream<Stdout>>,
    style: Style,
    begun: bool,
}

impl Output {
    pub(crate) fn new(style: Style) -> Self {
        let stdout = io::stdout();
        let stdout = match style.format {
            // Takes colour out unless this is a terminal and the environment allows it.
            Format::Text => AutoStream::auto(stdout),
            Format::Json | Format::Ndjson => AutoStream::always_ansi(stdout),
        };
        Self { stdout: BufWriter::with_capacity(1 << 16, stdout), style, begun: false }
    }

    /// Writes rendered items.
    pub(crate) fn write(&mut self, items: &str) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        let first = !self.begun;
        self.begun = true;
        let items = match self.style.format {
            Format::Text if first => items.strip_prefix(TEXT_GAP).unwrap_or(items),
            Format::Json if first && !self.style.single => {
                self.stdout.write_all(b"[\n")?;
                items.strip_prefix(JSON_GAP).unwrap_or(items)
            }
            _ => items,
        };
        self.stdout.write_all(items.as_bytes())
    }

    /// Hands on what was written so far.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    /// Sums up in text where there was more than one item, and closes.
    pub(crate) fn finish(mut self, tally: &Tally) -> io::Result<()> {
        if self.style.format == Format::Text && self.begun && tally.total() > 1 {
            write!(self.stdout, "\n{}", text::summary(tally))?;
        }
        self.close()
    }

    /// Closes what is open.
    pub(crate) fn close(mut self) -> io::Result<()> {
        let Style { format, single, quiet, .. } = self.style;
        if format == Format::Json && !single && !quiet {
            self.stdout.write_all(if self.begun { b"\n]\n" } else { b"[]\n" })?;
        }
        self.stdout.flush()
    }
}

/// Progress of a long run on stderr, where a person is looking and nothing else is to be seen.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Files that take no noticeable time.
    const FEW: usize = 100;

    pub(crate) fn new(args: &VerifyArgs) -> Self {
        let watched = io::stderr().is_terminal() && (args.quiet || !io::stdout().is_terminal());
        let many = args.ndjson || args.inputs.len() > Self::FEW;
        if !watched || !many {
            return Self(None);
        }
        let bar = if args.ndjson {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::new(u64::try_from(args.inputs.len()).unwrap_or(u64::MAX))
        };
        let template = if args.ndjson {
            "{spinner} {human_pos} checked in {elapsed}"
        } else {
            "{wide_bar} {human_pos}/{human_len}"
        };
        Self(Some(match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }))
    }

    pub(crate) fn set(&self, items: usize) {
        if let Self(Some(bar)) = self {
            bar.set_position(u64::try_from(items).unwrap_or(u64::MAX));
        }
    }

    pub(crate) fn finish(&self) {
        if let Self(Some(bar)) = self {
            bar.finish_and_clear();
        }
    }
}
