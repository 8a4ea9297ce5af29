//! Reports as JSON: text goes straight to where it is read, and nothing is built in between.

use alloc::string::String;
use core::fmt::{self, Write};

use super::detail::Detail;
use super::document::{KeyInfo, KeySetInfo, Report, SCHEMA};
use super::entry::{Entry, Outcome, Verdict};
use crate::encoding::json::{write_escaped, write_string};
use crate::encoding::{decimal, hex};

impl Report {
    /// Appends the report as a JSON object of schema `countersign.report/1`: one line without a line
    /// break. Below [`Detail::Full`], the member `detail` names the level.
    ///
    /// ```
    /// use countersign::{Check, Detail, Error, Report};
    ///
    /// let report = Report::of_failure("jws", b"", Check::KEY, Error::NoKey);
    /// let mut text = String::new();
    /// report.write_json(&mut text, Detail::Full);
    /// assert_eq!(text, report.to_json().to_string());
    ///
    /// text.clear();
    /// report.write_json(&mut text, Detail::None);
    /// assert_eq!(
    ///     text,
    ///     r#"{"schema":"countersign.report/1","detail":"none","kind":"jws","verdict":"undecided","code":"no-key"}"#
    /// );
    /// ```
    pub fn write_json(&self, out: &mut String, detail: Detail) {
        // A `String` takes everything.
        let _ = self.write(out, detail);
    }

    fn write(&self, out: &mut impl Write, detail: Detail) -> fmt::Result {
        let code = self.code();
        let verdict = Verdict::from(code);
        out.write_str("{\"schema\":")?;
        write_string(out, SCHEMA)?;
        if detail != Detail::Full {
            member(out, "detail", detail.as_str())?;
        }
        if let Some(id) = &self.id {
            member(out, "id", id)?;
        }
        if let Some(place) = &self.place {
            member(out, "place", place)?;
        }
        member(out, "kind", self.kind)?;
        member(out, "verdict", verdict.as_str())?;
        member(out, "code", code.as_str())?;
        let traced = detail != Detail::None;
        if traced {
            if let Some(at) = self.at {
                out.write_str(",\"at\":\"")?;
                at.write(out)?;
                out.write_str("\"")?;
            }
            out.write_str(",\"input\":{\"sha256\":\"")?;
            hex::write(out, &self.input_sha256)?;
            out.write_str("\",\"bytes\":")?;
            decimal::write(out, self.input_bytes)?;
            out.write_str("}")?;
        }
        if let Some(key) = &self.key {
            key.write(out)?;
        }
        if let Some(set) = self.key_set.as_ref().filter(|_| traced) {
            set.write(out)?;
        }
        if detail == Detail::Full || detail == Detail::Failures && verdict != Verdict::Valid {
            self.write_checks(out)?;
        }
        if traced || !self.warnings.is_empty() {
            list(out, "warnings", self.warnings.iter().map(|warning| warning.as_str()))?;
        }
        if traced && !self.hints.is_empty() {
            list(out, "hints", self.hints.iter().map(String::as_str))?;
        }
        if let Some(claims) = &self.claims {
            out.write_str(",\"claims\":")?;
            claims.write(out)?;
        }
        if !self.overrides.is_empty() {
            list(out, "overrides", self.overrides.iter().map(String::as_str))?;
        }
        if traced {
            if let Some(digest) = &self.policy_sha256 {
                out.write_str(",\"policy\":{\"sha256\":\"")?;
                hex::write(out, digest)?;
                out.write_str("\"}")?;
            }
            member(out, "tool", concat!("countersign ", env!("CARGO_PKG_VERSION")))?;
        }
        out.write_str("}")
    }

    fn write_checks(&self, out: &mut impl Write) -> fmt::Result {
        out.write_str(",\"checks\":[")?;
        for (index, entry) in self.checks.iter().enumerate() {
            out.write_str(if index == 0 { "" } else { "," })?;
            entry.write(out)?;
        }
        out.write_str("]")
    }
}

impl KeySetInfo {
    fn write(&self, out: &mut impl Write) -> fmt::Result {
        out.write_str(",\"key_set\":{\"sha256\":\"")?;
        hex::write(out, &self.sha256)?;
        out.write_str("\"")?;
        if let Some(fetched) = self.fetched {
            out.write_str(",\"fetched\":\"")?;
            fetched.write(out)?;
            out.write_str("\"")?;
        }
        out.write_str("}")
    }
}

impl KeyInfo {
    fn write(&self, out: &mut impl Write) -> fmt::Result {
        out.write_str(",\"key\":{")?;
        if let Some(kid) = &self.kid {
            out.write_str("\"kid\":")?;
            write_string(out, kid)?;
            out.write_str(",")?;
        }
        out.write_str("\"alg\":")?;
        write_string(out, self.algorithm.name())?;
        if let Some(bits) = self.bits {
            out.write_str(",\"bits\":")?;
            decimal::write(out, bits)?;
        }
        if let Some(thumbprint) = &self.thumbprint {
            member(out, "thumbprint", thumbprint)?;
        }
        out.write_str("}")
    }
}

impl Entry {
    fn write<W: Write>(&self, out: &mut W) -> fmt::Result {
        out.write_str("{\"check\":\"")?;
        self.check.write_name(out)?;
        if let Some(part) = &self.part {
            out.write_str("\"")?;
            member(out, "part", part)?;
            out.write_str(match &self.outcome {
                Outcome::Pass => ",\"outcome\":\"pass\",\"detail\":\"",
                Outcome::Skip => ",\"outcome\":\"skip\",\"detail\":\"",
                Outcome::Fail(_) => ",\"outcome\":\"fail\",\"code\":\"",
            })?;
        } else {
            out.write_str(match &self.outcome {
                Outcome::Pass => "\",\"outcome\":\"pass\",\"detail\":\"",
                Outcome::Skip => "\",\"outcome\":\"skip\",\"detail\":\"",
                Outcome::Fail(_) => "\",\"outcome\":\"fail\",\"code\":\"",
            })?;
        }
        if let Outcome::Fail(error) = &self.outcome {
            out.write_str(error.code().as_str())?;
            out.write_str("\",\"detail\":\"")?;
        }
        self.detail.write(out, write_escaped)?;
        if self.reference.is_empty() {
            return out.write_str("\"}");
        }
        out.write_str("\",\"reference\":\"")?;
        self.check.write_reference(out, self.reference)?;
        out.write_str("\"}")
    }
}

/// Writes a further member whose name needs no escapes.
fn member(out: &mut impl Write, name: &str, text: &str) -> fmt::Result {
    out.write_str(",\"")?;
    out.write_str(name)?;
    out.write_str("\":")?;
    write_string(out, text)
}

fn list<'t>(out: &mut impl Write, name: &str, texts: impl Iterator<Item = &'t str>) -> fmt::Result {
    out.write_str(",\"")?;
    out.write_str(name)?;
    out.write_str("\":[")?;
    for (index, text) in texts.enumerate() {
        out.write_str(if index == 0 { "" } else { "," })?;
        write_string(out, text)?;
    }
    out.write_str("]")
}
