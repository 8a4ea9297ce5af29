//! Reports for people: the verdict first, then every check.
//!
//! Nothing from an input reaches the terminal as it is: see [`Escaped`].

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};
use countersign::encoding::hex;
use countersign::encoding::json::{Object, Value};
use countersign::{Detail, Outcome, Report, Verdict};
use countersign_audit::Escaped;

use crate::exit::Tally;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const UNSURE: Style = AnsiColor::Yellow.on_default();
const FAINT: Style = Style::new().dimmed();

/// What is shown beside the checks of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Facts {
    /// The time of judgement, and where the item stood.
    Brief,
    /// References, digests and the key as well.
    Full,
}

/// Columns of a line, where what it says can be broken at a space.
const COLUMNS: usize = 80;

/// Writes a text behind a beginning that is so many columns wide, on as many lines as it needs.
fn write_wrapped(text: &mut String, begin: &str, columns: usize, rest: &str) -> fmt::Result {
    let indent = " ".repeat(columns);
    let options = textwrap::Options::new(COLUMNS.saturating_sub(columns))
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut lines = textwrap::wrap(rest, options).into_iter();
    writeln!(text, "{begin}{}", lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| writeln!(text, "{indent}{line}"))
}

/// Renders a report as lines.
pub(crate) fn report(text: &mut String, report: &Report, facts: Facts, detail: Detail) {
    // Writing to a `String` cannot fail.
    let _ = write_report(text, report, facts, detail);
}

fn write_report(text: &mut String, report: &Report, facts: Facts, detail: Detail) -> fmt::Result {
    let verdict = report.verdict();
    let style = match verdict {
        Verdict::Valid => GOOD,
        Verdict::Undecided => UNSURE,
        _ => BAD,
    };
    let word = verdict.as_str().to_ascii_uppercase();
    write!(text, "{}{word:9}{}", style.bold(), style.bold().render_reset())?;
    writeln!(
        text,
        "  {}  {}  {}",
        Escaped(report.id.as_deref().unwrap_or_default()),
        report.kind,
        report.code()
    )?;
    for line in lines(report, facts, detail) {
        write_wrapped(text, &format!("  {FAINT}"), 4, &format!("{line}{FAINT:#}"))?;
    }
    let entries = match detail {
        Detail::Full => report.checks.as_slice(),
        Detail::Failures if verdict != Verdict::Valid => report.checks.as_slice(),
        _ => &[],
    };
    let checks = entries.iter().map(|entry| entry.check.name());
    let names = checks.chain(report.warnings.iter().map(|warning| warning.as_str()));
    let width = names.map(str::len).max().unwrap_or(0);
    for entry in entries {
        let (mark, style) = match &entry.outcome {
            Outcome::Pass => ('✓', GOOD),
            Outcome::Fail(_) => ('✗', BAD),
            _ => ('–', FAINT),
        };
        let name = entry.check.name();
        let begin = format!("  {style}{mark}{style:#} {name:width$}  ");
        let mut rest = String::new();
        if let Some(part) = &entry.part {
            write!(rest, "{FAINT}{}:{FAINT:#} ", Escaped(part))?;
        }
        write!(rest, "{}", Escaped(&entry.detail.to_string()))?;
        if facts == Facts::Full && !entry.reference.is_empty() {
            write!(rest, "  {FAINT}[{}]{FAINT:#}", entry.reference)?;
        }
        write_wrapped(text, &begin, width + 6, &rest)?;
    }
    for warning in &report.warnings {
        let name = warning.as_str();
        let begin = format!("  {UNSURE}!{UNSURE:#} {name:width$}  ");
        write_wrapped(text, &begin, width + 6, warning.meaning())?;
    }
    if !report.overrides.is_empty() {
        let members = report.overrides.join(", ");
        let name = "overrides";
        let begin = format!("  {UNSURE}!{UNSURE:#} {name:width$}  ");
        let rest = format!("decided by the record: {members}");
        write_wrapped(text, &begin, width.max(name.len()) + 6, &rest)?;
    }
    for hint in report.hints.iter().filter(|_| detail != Detail::None) {
        write_wrapped(text, &format!("  {FAINT}hint:{FAINT:#} "), 8, &Escaped(hint).to_string())?;
    }
    if let Some(claims) = &report.claims {
        writeln!(text, "  signed content:")?;
        write_members(text, &claims.to_object())?;
    }
    Ok(())
}

/// Place and time of judgement always; digests and key where everything is wanted.
fn lines(report: &Report, facts: Facts, detail: Detail) -> Vec<String> {
    let mut lines = Vec::new();
    // A record may call itself what another one's place is.
    if let Some(place) =
        report.place.as_deref().filter(|place| report.id.as_deref() != Some(*place))
    {
        lines.push(format!("from {}", Escaped(place)));
    }
    if detail == Detail::None {
        return lines;
    }
    if let Some(at) = report.at {
        lines.push(format!("as of {at}"));
    }
    if facts == Facts::Brief {
        return lines;
    }
    lines.push(format!(
        "input: {} bytes, SHA-256 {}",
        report.input_bytes,
        hex::encode(&report.input_sha256)
    ));
    if let Some(key) = &report.key {
        let mut line = format!("key: {}", key.algorithm);
        if let Some(bits) = key.bits {
            line += &format!(", {bits} bits");
        }
        if let Some(kid) = &key.kid {
            line += &format!(", kid {}", Escaped(kid));
        }
        if let Some(thumbprint) = &key.thumbprint {
            line += &format!(", thumbprint {thumbprint}");
        }
        lines.push(line);
    }
    if let Some(set) = &report.key_set {
        let fetched = set.fetched.map_or_else(String::new, |time| format!(", fetched at {time}"));
        lines.push(format!("key set: SHA-256 {}{fetched}", hex::encode(&set.sha256)));
    }
    if let Some(digest) = &report.policy_sha256 {
        lines.push(format!("policy: SHA-256 {}", hex::encode(digest)));
    }
    lines
}

fn write_members(text: &mut String, object: &Object<'_>) -> fmt::Result {
    let names: Vec<_> = object.iter().map(|(name, _)| Escaped(name).to_string()).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, (_, value)) in names.iter().zip(object.iter()) {
        writeln!(text, "    {name:width$}  {value}")?;
    }
    Ok(())
}

/// Sums up a run.
pub(crate) fn summary(tally: &Tally) -> String {
    let mut parts = Vec::new();
    for (count, word, style) in [
        (tally.valid, "valid", GOOD),
        (tally.invalid, "invalid", BAD),
        (tally.undecided, "undecided", UNSURE),
        (tally.empty, "empty", UNSURE),
    ] {
        if count > 0 {
            parts.push(format!("{style}{count} {word}{style:#}"));
        }
    }
    format!("{} inputs: {}\n", tally.total(), parts.join(", "))
}

/// Writes JSON over several lines, indented, every string escaped.
pub(crate) struct Pretty<'a> {
    pub(crate) value: &'a Value<'a>,
    pub(crate) indent: usize,
}

impl fmt::Display for Pretty<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = self.indent + 2;
        let nested = |value| Pretty { value, indent };
        match self.value {
            Value::Object(object) if object.iter().next().is_some() => {
                for (index, (name, value)) in object.iter().enumerate() {
                    let comma = if index == 0 { "{" } else { "," };
                    let name = Value::from(name);
                    write!(f, "{comma}\n{:indent$}{name}: {}", "", nested(value))?;
                }
                write!(f, "\n{:1$}}}", "", self.indent)
            }
            Value::Array(elements) if !elements.is_empty() => {
                for (index, value) in elements.iter().enumerate() {
                    let comma = if index == 0 { "[" } else { "," };
                    write!(f, "{comma}\n{:indent$}{}", "", nested(value))?;
                }
                write!(f, "\n{:1$}]", "", self.indent)
            }
            value => value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::encoding::json;
    use countersign::{Check, Error, Limits};

    fn shown(of: &Report, detail: Detail) -> String {
        let mut text = String::new();
        report(&mut text, of, Facts::Full, detail);
        text
    }

    #[test]
    fn a_report_escapes_its_name_and_details() {
        let error = Error::UnsupportedAlgorithm { name: "\u{1b}]0;x\u{7}".into() };
        let mut failed = Report::of_failure("jws", b"", Check::HEADER, error);
        failed.id = Some("\u{1b}c".into());
        failed.hints.push("\u{7f}".into());
        let text = shown(&failed, Detail::Full);
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert!(plain.starts_with("INVALID    \\u001bc  jws  unsupported-algorithm\n"), "{plain}");
        assert!(plain.chars().all(|c| c == '\n' || !c.is_control()), "{plain:?}");
        assert!(plain.contains("✗ header  algorithm `\\u001b]0;x\\u0007` is not supported"));
    }

    #[test]
    fn lines_are_broken_at_eighty_columns_and_nothing_is_lost() {
        let words = "word ".repeat(60);
        let mut long = Report::of_failure("jws", b"", Check::HEADER, Error::NoKey);
        long.refuse(Check::EXPECTATIONS, Error::NoKey, words.trim_end().to_owned());
        long.hints.push(format!("{words}{}", "x".repeat(100)));
        long.warnings.push(countersign::Warning::AtIssued);
        let text = anstream::adapter::strip_str(&shown(&long, Detail::Full)).to_string();
        assert_eq!(text.matches("word").count(), 120);
        for line in text.lines() {
            let is_one_word = line.trim_start().split(' ').count() == 1;
            assert!(line.chars().count() <= COLUMNS || is_one_word, "{line}");
        }
        let indented = text.lines().filter(|line| line.starts_with("                  word"));
        assert!(indented.count() > 1, "{text}");
    }

    #[test]
    fn pretty_json_reads_back_as_the_same_value() {
        let text = br#"{"a":[1,{"b":"\u001b"},[],{}],"c":null}"#;
        let value = json::parse("test", text, &Limits::default()).unwrap();
        let pretty = Pretty { value: &value, indent: 2 }.to_string();
        let again = json::parse("test", pretty.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(again, value);
        assert!(pretty.starts_with("{\n    \"a\": [\n      1,"), "{pretty}");
    }
}
