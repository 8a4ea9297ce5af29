//! Where results go: rendered reports to stdout, in one of the formats.

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write as _};

use anstream::AutoStream;
use countersign::Report;
use countersign::encoding::json::Object;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{Format, VerifyArgs};
use crate::exit::{Exit, Stop, Tally};
use crate::text::{self, Detail};

/// How reports are rendered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) format: Format,
    /// The run has one single item, which JSON shows without an array.
    pub(crate) single: bool,
    pub(crate) detail: Detail,
    pub(crate) quiet: bool,
}

impl Style {
    /// Renders one report, without what separates it from others.
    pub(crate) fn render(&self, report: &Report) -> String {
        match self.format {
            _ if self.quiet => String::new(),
            Format::Text => text::report(report, self.detail),
            Format::Json | Format::Ndjson => report.to_json().to_string(),
        }
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
    stdout: BufWriter<AutoStream<StdoutLock<'static>>>,
    style: Style,
    written: usize,
}

impl Output {
    pub(crate) fn new(style: Style) -> Self {
        let stdout = io::stdout().lock();
        let stdout = match style.format {
            // Takes colour out unless this is a terminal and the environment allows it.
            Format::Text => AutoStream::auto(stdout),
            Format::Json | Format::Ndjson => AutoStream::always_ansi(stdout),
        };
        Self { stdout: BufWriter::with_capacity(1 << 16, stdout), style, written: 0 }
    }

    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        if self.style.quiet {
            return Ok(());
        }
        let first = self.written == 0;
        self.written += 1;
        match self.style.format {
            Format::Text => {
                let gap = if first { "" } else { "\n" };
                write!(self.stdout, "{gap}{text}")
            }
            Format::Json if self.style.single => writeln!(self.stdout, "{text}"),
            Format::Json => write!(self.stdout, "{}{text}", if first { "[\n" } else { ",\n" }),
            Format::Ndjson => writeln!(self.stdout, "{text}"),
        }
    }

    /// Hands on what was written so far.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    /// Sums up in text where there was more than one item, and closes.
    pub(crate) fn finish(mut self, tally: &Tally) -> io::Result<()> {
        if self.style.format == Format::Text && self.written > 1 {
            write!(self.stdout, "\n{}", text::summary(tally))?;
        }
        self.close()
    }

    /// Closes what is open.
    pub(crate) fn close(mut self) -> io::Result<()> {
        let Style { format, single, quiet, .. } = self.style;
        if format == Format::Json && !single && !quiet {
            self.stdout.write_all(if self.written == 0 { b"[]\n" } else { b"\n]\n" })?;
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
