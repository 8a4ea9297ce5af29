//! Exit codes, in one place: what a shell script learns from a run.

use std::io;
use std::process::ExitCode;

use countersign::jose::key_file::KeyFileError;
use countersign::{Category, Error, Verdict};
use countersign_audit::ConfigError;

/// What a run amounts to. The numbers are API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was checked and is valid; for other commands, it was done.
    Done,
    /// Something was checked and is not valid.
    Invalid,
    /// Wrong usage or configuration.
    Misuse,
    /// Something could not be decided, and nothing is invalid.
    Undecided,
    /// There was nothing to check.
    Nothing,
}

/// The table for help texts and the man page.
pub(crate) const TABLE: [(&str, &str); 5] = [
    ("0", "all valid (other commands: done)"),
    ("1", "at least one invalid"),
    ("2", "usage or configuration"),
    ("3", "something undecided and nothing invalid"),
    ("4", "nothing was checked"),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Invalid => 1,
            Exit::Misuse => 2,
            Exit::Undecided => 3,
            Exit::Nothing => 4,
        })
    }
}

/// Why a command ends before its work is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The usage or the configuration is wrong.
    Misuse(String),
    /// The input of a command about one single input is missing, unreadable or refused.
    Refused(Exit, String),
    /// The result could not be written.
    Output(io::Error),
}

impl Stop {
    /// The stop that a library error causes in a command about one single input.
    pub(crate) fn refused(error: &Error) -> Self {
        let exit = match error.category() {
            Category::Unavailable => Exit::Undecided,
            _ => Exit::Invalid,
        };
        Self::Refused(exit, format!("{}: {error}", error.code()))
    }

    /// The stop that a file causes which holds no keys.
    pub(crate) fn refused_file(error: &KeyFileError) -> Self {
        Self::Refused(Exit::Invalid, format!("{}: {error}", error.code()))
    }

    /// Splits into the exit code and the message, which is absent where the reader of the output
    /// has gone: that is no news to anyone.
    pub(crate) fn into_parts(self) -> (Exit, Option<String>) {
        match self {
            Self::Misuse(message) => (Exit::Misuse, Some(message)),
            Self::Refused(exit, message) => (exit, Some(message)),
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                (Exit::Undecided, None)
            }
            Self::Output(error) => (Exit::Undecided, Some(format!("cannot write: {error}"))),
        }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<ConfigError> for Stop {
    fn from(error: ConfigError) -> Self {
        Self::Misuse(error.to_string())
    }
}

/// Counts verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) valid: usize,
    pub(crate) invalid: usize,
    pub(crate) undecided: usize,
    /// Inputs that hold nothing.
    pub(crate) empty: usize,
}

impl Tally {
    pub(crate) const fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Valid => self.valid += 1,
            Verdict::Undecided => self.undecided += 1,
            // A verdict that this command does not know is no reason to be content.
            _ => self.invalid += 1,
        }
    }

    pub(crate) const fn add_all(&mut self, other: &Self) {
        self.valid += other.valid;
        self.invalid += other.invalid;
        self.undecided += other.undecided;
        self.empty += other.empty;
    }

    pub(crate) const fn total(&self) -> usize {
        self.valid + self.invalid + self.undecided + self.empty
    }

    /// An empty input beside others leaves something undecided; alone it means that nothing was
    /// checked.
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self { invalid: 1.., .. } => Exit::Invalid,
            Self { undecided: 1.., .. } | Self { valid: 1.., empty: 1.., .. } => Exit::Undecided,
            Self { valid: 0, .. } => Exit::Nothing,
            _ => Exit::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_beats_undecided_beats_valid_and_nothing_is_never_success() {
        for (valid, invalid, undecided, empty, exit) in [
            (1, 0, 0, 0, Exit::Done),
            (1, 1, 1, 1, Exit::Invalid),
            (0, 1, 0, 0, Exit::Invalid),
            (1, 0, 1, 0, Exit::Undecided),
            (0, 0, 1, 1, Exit::Undecided),
            (1, 0, 0, 1, Exit::Undecided),
            (0, 0, 0, 1, Exit::Nothing),
            (0, 0, 0, 0, Exit::Nothing),
        ] {
            let tally = Tally { valid, invalid, undecided, empty };
            assert_eq!(tally.exit(), exit, "{tally:?}");
        }
    }

    #[test]
    fn without_keys_nothing_is_decided_and_what_is_wrong_is_invalid() {
        let exit = |error| Stop::refused(&error).into_parts().0;
        assert_eq!(exit(Error::NoKey), Exit::Undecided);
        assert_eq!(exit(Error::Unreachable), Exit::Undecided);
        assert_eq!(exit(Error::SignatureMismatch), Exit::Invalid);
    }

    #[test]
    fn a_reader_that_went_away_is_not_reported() {
        let stop = Stop::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(stop.into_parts(), (Exit::Undecided, None));
        let stop = Stop::from(io::Error::from(io::ErrorKind::StorageFull));
        assert!(stop.into_parts().1.is_some());
    }
}
