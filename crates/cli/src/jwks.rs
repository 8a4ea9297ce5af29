//! `jwks show`: what keys there are, and what is wrong with them.

use std::fmt::Write as _;

use countersign::encoding::json::{self, Object, Value};
use countersign::jose::key_file::read_keys;
use countersign::jose::{Jwk, JwkSet, KeyProblem};
use countersign::{Code, Error, Limits, Warning};
use countersign_audit::Escaped;

use crate::args::{ListFormat, ShowArgs};
use crate::exit::{Exit, Stop};
use crate::output;

/// Lists the keys of a file. Invalid is a file with a key that no token can be verified with.
pub(crate) fn show(args: &ShowArgs) -> Result<Exit, Stop> {
    let text = args.input.read_single()?;
    let limits = Limits::default();
    let keys = read_keys(&text, &limits).map_err(|error| Stop::refused_file(&error))?;
    let rows = rows(&keys, &stated(&text, &limits));
    match args.format {
        ListFormat::Text => output::print(table(&rows).as_bytes())?,
        ListFormat::Json => {
            let keys = rows.iter().map(|row| row.to_json().into()).collect();
            output::print_line(&Object::new().with("keys", Value::Array(keys)))?
        }
    };
    Ok(if rows.is_empty() {
        Exit::Nothing
    } else if rows.iter().any(|row| row.problem.is_some()) {
        Exit::Invalid
    } else {
        Exit::Done
    })
}

/// One key, as far as it could be read.
#[derive(Debug, Default)]
struct Row {
    kid: Option<String>,
    kty: Option<String>,
    usage: Option<String>,
    /// The algorithm it is bound to, and whether the key itself says so.
    algorithm: Option<(&'static str, bool)>,
    bits: Option<usize>,
    thumbprint: Option<String>,
    validity: Option<String>,
    problem: Option<(Code, String)>,
    warnings: Vec<Warning>,
}

/// `kty` and `use`, which the library checks and does not keep; none for PEM.
fn stated(text: &[u8], limits: &Limits) -> Vec<(Option<String>, Option<String>)> {
    let read = |key: &Value<'_>| {
        let member = |name| {
            key.as_object()
                .and_then(|key| key.member(name))
                .and_then(Value::as_str)
                .map(str::to_string)
        };
        (member("kty"), member("use"))
    };
    match json::parse("key", text, limits) {
        Ok(value) => match value.as_object().and_then(|object| object.member("keys")) {
            Some(Value::Array(keys)) => keys.iter().map(read).collect(),
            _ => vec![read(&value)],
        },
        Err(_) => Vec::new(),
    }
}

/// Puts usable and unusable keys back into the order of the file.
fn rows(keys: &JwkSet, stated: &[(Option<String>, Option<String>)]) -> Vec<Row> {
    let mut usable = keys.keys().iter();
    let mut problems = keys.problems().iter().peekable();
    let count = keys.keys().len() + keys.problems().len();
    (0..count)
        .filter_map(|index| {
            let mut row = match problems.next_if(|problem| problem.index == index) {
                Some(problem) => unusable_row(problem),
                None => usable_row(usable.next()?, keys),
            };
            if let Some((kty, usage)) = stated.get(index) {
                row.kty = kty.clone().or(row.kty);
                row.usage.clone_from(usage);
            }
            Some(row)
        })
        .collect()
}

fn unusable_row(problem: &KeyProblem) -> Row {
    Row {
        kid: problem.kid.clone(),
        problem: Some((problem.error.code(), problem.error.to_string())),
        ..Row::default()
    }
}

fn usable_row(key: &Jwk, keys: &JwkSet) -> Row {
    let bits = key.key().bits();
    let rsa = key.key().as_rsa();
    let mut warnings = Vec::new();
    let mut size = Ok(());
    if let Some(rsa) = rsa {
        match bits {
            2048.. => {}
            1024 => warnings.push(Warning::Rsa1024),
            _ => size = Err(Error::KeyTooSmall { bits }),
        }
        if rsa.exponent() < 65_537 {
            warnings.push(Warning::SmallExponent);
        }
    }
    if key.is_published() {
        warnings.push(Warning::PublishedKey);
    }
    if key.has_leading_zero() {
        warnings.push(Warning::LeadingZero);
    }
    // Whether a token that names this key would find it, and be verified with it.
    let problem = keys.select(key.kid()).map(|_| ()).and(size).err();
    Row {
        kid: key.kid().map(str::to_string),
        kty: Some(if rsa.is_some() { "RSA" } else { "EC" }.into()),
        usage: None,
        algorithm: Some((key.algorithm().name(), key.declared_algorithm().is_some())),
        bits: Some(bits),
        thumbprint: Some(key.thumbprint().into()),
        validity: key
            .validity()
            .map(|validity| format!("{} to {}", validity.not_before, validity.not_after)),
        problem: problem.map(|error| (error.code(), error.to_string())),
        warnings,
    }
}

impl Row {
    fn to_json(&self) -> Object<'_> {
        let mut object = Object::new();
        let texts = [("kid", &self.kid), ("kty", &self.kty), ("use", &self.usage)];
        for (name, text) in texts {
            if let Some(text) = text {
                object.set(name, text.as_str());
            }
        }
        if let Some((algorithm, declared)) = self.algorithm {
            object.set("alg", algorithm);
            object.set("alg_declared", Value::Bool(declared));
        }
        if let Some(bits) = self.bits {
            object.set("bits", bits);
        }
        for (name, text) in [("thumbprint", &self.thumbprint), ("validity", &self.validity)] {
            if let Some(text) = text {
                object.set(name, text.as_str());
            }
        }
        if let Some((code, detail)) = &self.problem {
            object.set("code", code.as_str());
            object.set("detail", detail.as_str());
        }
        let warnings = self.warnings.iter().map(|warning| warning.as_str().into()).collect();
        object.set("warnings", Value::Array(warnings));
        object
    }
}

fn table(rows: &[Row]) -> String {
    let dash = || "-".to_string();
    let escaped =
        |text: &Option<String>| text.as_ref().map_or_else(dash, |text| Escaped(text).to_string());
    let mut lines = vec![["KID", "KTY", "USE", "ALG", "BITS", "THUMBPRINT"].map(str::to_string)];
    lines.extend(rows.iter().map(|row| {
        [
            escaped(&row.kid),
            escaped(&row.kty),
            escaped(&row.usage),
            row.algorithm.map_or_else(dash, |(name, declared)| {
                format!("{name}{}", if declared { "" } else { " (bound)" })
            }),
            row.bits.map_or_else(dash, |bits| bits.to_string()),
            escaped(&row.thumbprint),
        ]
    }));
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..6).map(width).collect();
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let cells = cells.collect::<Vec<_>>().join("  ");
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}", cells.trim_end());
        let Some(row) = index.checked_sub(1).and_then(|index| rows.get(index)) else { continue };
        if let Some((code, detail)) = &row.problem {
            let _ = writeln!(text, "  ✗ {code}: {}", Escaped(detail));
        }
        for warning in &row.warnings {
            let _ = writeln!(text, "  ! {}: {}", warning.as_str(), warning.meaning());
        }
        if let Some(validity) = &row.validity {
            let _ = writeln!(text, "    certificate valid from {validity}");
        }
    }
    text
}
