//! What is wrong with a configuration, before anything is judged.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::kind::Kind;

/// Why no [`Auditor`](crate::Auditor) could be created: an error in the policy, in a file that it
/// names, or in the options.
///
/// Its text names the file, the line, the table and the member, what was found and what is
/// expected. It quotes only names from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file cannot be read, or has the wrong content.
    #[non_exhaustive]
    File {
        /// The file, as named.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The policy file is wrong.
    #[non_exhaustive]
    Policy {
        /// The policy file.
        path: PathBuf,
        /// The line, counted from 1, if it is known.
        line: Option<usize>,
        /// The table and member, and what is wrong with it.
        what: String,
    },
    /// A secret file cannot be read, or contains no secret.
    #[non_exhaustive]
    Secret {
        /// The file, as named.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The terms of trust contradict each other.
    Trust(String),
    /// An expectation does not apply to the named kind.
    #[non_exhaustive]
    Unused {
        /// The kind.
        kind: Kind,
        /// The expectation, by the name of its option.
        expectation: &'static str,
    },
    /// The named kind needs an expectation that is missing.
    #[non_exhaustive]
    Incomplete {
        /// The kind; see [`Kind::needs`].
        kind: Kind,
    },
}

impl ConfigError {
    pub(crate) fn file(path: &Path, what: impl fmt::Display) -> Self {
        Self::File { path: path.into(), what: what.to_string() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, what } | Self::Policy { path, line: None, what } => {
                write!(f, "{}: {what}", path.display())
            }
            Self::Policy { path, line: Some(line), what } => {
                write!(f, "{}: line {line}: {what}", path.display())
            }
            Self::Secret { path, what } => write!(f, "secret file {}: {what}", path.display()),
            Self::Trust(what) => f.write_str(what),
            Self::Unused { kind, expectation } => {
                write!(f, "--{expectation} does not apply to the kind {}", kind.name())
            }
            Self::Incomplete { kind } => f.write_str(&kind.needs()),
        }
    }
}

impl Error for ConfigError {}
