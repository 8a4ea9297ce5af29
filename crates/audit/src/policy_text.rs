//! The text of a policy file, and what is said about mistakes in it: file, line, table and member.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use countersign::jose::key_file::read_text;
use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use crate::error::ConfigError;
use crate::escape::Escaped;

/// A policy file as it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicyText {
    path: PathBuf,
    text: String,
}

impl PolicyText {
    pub(crate) fn new(path: &Path, text: &[u8]) -> Result<Self, ConfigError> {
        let text = read_text(text).map_err(|error| ConfigError::file(path, error))?;
        Ok(Self { path: path.into(), text: text.into() })
    }

    /// Returns the folder that the files of the policy are relative to.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Reads the file as tables of these names with members of these names.
    ///
    /// Of a file that has not the form of a policy nothing is quoted but names: what is mistaken for a
    /// policy holds a secret perhaps.
    pub(crate) fn parse<T: DeserializeOwned>(
        &self,
        tables: &[&str],
        members: &[&str],
    ) -> Result<T, ConfigError> {
        let document = DeTable::parse(&self.text).map_err(|error| self.syntax(&error))?;
        for (name, value) in document.get_ref() {
            let found: &str = name.get_ref();
            let line = self.line(name.span());
            let DeValue::Table(table) = value.get_ref() else {
                let what = "is outside of any table; tables are named after kinds, such as [jws]";
                return Err(self.at(line, &format_args!("`{}` {what}", Escaped(found))));
            };
            if !tables.contains(&found) {
                let what = unknown("table", found, tables);
                return Err(self.at(line, &what));
            }
            for member in table.keys() {
                let own: &str = member.get_ref();
                if !members.contains(&own) {
                    let what = unknown("member", own, members);
                    let line = self.line(member.span());
                    return Err(self.at(line, &format_args!("[{found}]: {what}")));
                }
            }
        }
        toml::from_str(&self.text).map_err(|error| {
            let place = error.span().and_then(|span| {
                let mut members = document.get_ref().iter().filter_map(|(name, value)| {
                    let DeValue::Table(table) = value.get_ref() else { return None };
                    let holds =
                        |value: &Range<usize>| value.start <= span.start && span.start < value.end;
                    let (member, _) = table.iter().find(|(_, value)| holds(&value.span()))?;
                    Some((name.get_ref().to_string(), member.get_ref().to_string()))
                });
                members.next()
            });
            match place {
                Some((table, member)) => self.refuse(&table, &member, &error.message()),
                None => self.syntax(&error),
            }
        })
    }

    /// Says what is wrong with a member of a table.
    pub(crate) fn refuse(&self, table: &str, member: &str, what: &dyn fmt::Display) -> ConfigError {
        let document = DeTable::parse(&self.text).ok();
        let line = document.as_ref().and_then(|document| {
            let DeValue::Table(table) = document.get_ref().get(table)?.get_ref() else {
                return None;
            };
            let (name, _) = table.iter().find(|(name, _)| *name.get_ref() == member)?;
            Some(self.line(name.span()))
        });
        let what = format_args!("[{table}]: `{member}`: {what}");
        self.wrong(line, &what)
    }

    /// Says in which member something was wrong that has its own words.
    pub(crate) fn within<T>(
        &self,
        table: &str,
        member: &str,
        result: Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        result.map_err(|error| self.refuse(table, member, &error))
    }

    fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        self.at(self.line(error.span().unwrap_or_default()), &error.message())
    }

    fn at(&self, line: usize, what: &dyn fmt::Display) -> ConfigError {
        self.wrong(Some(line), what)
    }

    fn wrong(&self, line: Option<usize>, what: &dyn fmt::Display) -> ConfigError {
        ConfigError::Policy { path: self.path.clone(), line, what: what.to_string() }
    }

    fn line(&self, span: Range<usize>) -> usize {
        self.text.get(..span.start).unwrap_or_default().matches('\n').count() + 1
    }
}

/// Says that there is no such name, and which of those that there are is the nearest.
pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(name, known));
    let nearest = nearest.map_or_else(String::new, |name| format!("; the nearest is `{name}`"));
    let name: String = name.chars().take(64).collect();
    format!("unknown {what} `{}`{nearest}", Escaped(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct File {
        jws: Table,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Table {
        leeway: u16,
        lenient: Vec<String>,
    }

    fn parse(text: &str) -> Result<File, String> {
        let text = PolicyText::new(Path::new("p.toml"), text.as_bytes());
        let parsed = text.and_then(|text| text.parse(&["jws", "id-token"], &["leeway", "lenient"]));
        parsed.map_err(|error| error.to_string())
    }

    #[test]
    fn every_mistake_names_file_line_and_member_and_a_name_the_nearest_known() {
        for (text, says) in [
            ("[jws\n", "p.toml: line 1: "),
            ("\n[jwt]", "p.toml: line 2: unknown table `jwt`; the nearest is `jws`"),
            ("\n\nleeway = 1", "p.toml: line 3: `leeway` is outside of any table"),
            (
                "[jws]\nleeways = 1",
                "line 2: [jws]: unknown member `leeways`; the nearest is `leeway`",
            ),
            ("[jws]\nleewya = 1", "the nearest is `leeway`"),
            ("[jws]\n\nleeway = \"a\"", "line 3: [jws]: `leeway`: invalid type"),
            ("[jws]\nleeway = -1", "line 2: [jws]: `leeway`: invalid value"),
            ("[jws]\nlenient = [\n 1]", "[jws]: `lenient`: invalid type"),
            ("[jws]\nleeway = 1\nleeway = 2", "p.toml: line 3: "),
            ("jws = 1", "p.toml: line 1: `jws` is outside of any table"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says) && error.starts_with("p.toml: "), "{error}");
        }
        let file = parse("[jws]\nleeway = 5\nlenient = [\"a\"]").unwrap();
        assert_eq!((file.jws.leeway, file.jws.lenient), (5, vec!["a".to_owned()]));
    }

    #[test]
    fn what_the_file_says_is_not_quoted_where_it_is_no_policy() {
        for text in ["s3cret-of-somebody", "s3cret = 1", "[s3cret", "\"s3cret"] {
            let error = parse(text).unwrap_err();
            assert!(text == "s3cret = 1" || !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_member_is_refused_by_its_line() {
        let text = PolicyText::new(Path::new("p.toml"), b"[jws]\n\nleeway = 301").unwrap();
        let says = |member| text.refuse("jws", member, &"too long").to_string();
        assert_eq!(says("leeway"), "p.toml: line 3: [jws]: `leeway`: too long");
        assert_eq!(says("hash"), "p.toml: [jws]: `hash`: too long");
    }
}
