//! Where bytes come from: files and stdin, never more of them than a limit.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use countersign::{Code, Error, Secret};
use countersign_audit::{Disk, INPUT_BYTES, strip_line_break};

use crate::args::{Source, is_token};
use crate::exit::{Exit, Stop};

/// Bytes of a file with a capture: what the library allows by default.
const CAPTURE_BYTES: usize = 16 << 20;

/// Bytes of a secret file.
const SECRET_BYTES: usize = 1 << 16;

impl Source {
    /// Says what to do where a token stands in the place of a file's name.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        const HINT: &str = "this is a token, not a file name: write it to a file, or pipe it to \
                            stdin and give `-`";
        matches!(self, Self::File(path) if is_token(path)).then_some(HINT)
    }

    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Stdin => Box::new(io::stdin()),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }

    /// Reads the input, and of one that is too large one byte more than a capture may have. Whoever
    /// expects no capture has to hold it to [`INPUT_BYTES`].
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        read_at_most(self.open()?, CAPTURE_BYTES + 1)
    }

    /// Reads the input of a command about one single input.
    pub(crate) fn read_single(&self) -> Result<Vec<u8>, Stop> {
        let bytes = self.read().map_err(|error| {
            let hint = self.hint().map_or_else(String::new, |hint| format!("; {hint}"));
            Stop::Refused(Exit::Undecided, format!("{self}: {}: {error}{hint}", Code::Unreadable))
        })?;
        if bytes.trim_ascii().is_empty() {
            return Err(Stop::Refused(Exit::Nothing, format!("{self}: empty")));
        }
        if bytes.len() > INPUT_BYTES {
            return Err(Stop::refused(&Error::TooLarge { what: "input", limit: INPUT_BYTES }));
        }
        Ok(bytes)
    }

    /// Reads a secret: the bytes without one line break at the end.
    pub(crate) fn read_secret(&self) -> Result<Secret, Stop> {
        let misuse = |what: &dyn fmt::Display| Stop::Misuse(format!("secret file {self}: {what}"));
        let reader = self.open().map_err(|error| misuse(&error))?;
        // The room for everything at once, so that growing leaves no copies behind.
        let mut bytes = Vec::with_capacity(SECRET_BYTES + 2);
        let room = u64::try_from(SECRET_BYTES + 1).unwrap_or(u64::MAX);
        reader.take(room).read_to_end(&mut bytes).map_err(|error| misuse(&error))?;
        let length = strip_line_break(&bytes).len();
        let fits = (1..=SECRET_BYTES).contains(&length);
        bytes.truncate(length);
        let secret = Secret::new(bytes);
        if fits { Ok(secret) } else { Err(misuse(&"empty or too large")) }
    }
}

/// Refuses stdin in more than one place: the second reader would find nothing.
pub(crate) fn check_one_stdin<'a>(
    sources: impl IntoIterator<Item = &'a Source>,
) -> Result<(), Stop> {
    match sources.into_iter().filter(|source| **source == Source::Stdin).count() {
        0 | 1 => Ok(()),
        _ => Err(Stop::Misuse("stdin (`-`) can be read only once".into())),
    }
}

/// Reads a file of the configuration.
pub(crate) fn read_configuration(path: &Path) -> Result<Vec<u8>, Stop> {
    Ok(countersign_audit::read_configuration(&Disk, path)?)
}

fn read_at_most(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    #[test]
    fn no_more_than_the_limit_is_read() {
        assert_eq!(read_at_most(io::repeat(7), 10).unwrap(), [7; 10]);
        assert_eq!(read_at_most(io::empty(), 10).unwrap(), []);
    }

    /// Has a source read a file of so many bytes.
    fn with_a_file<R>(name: &str, bytes: &[u8], read: impl Fn(&Source) -> R) -> R {
        let path = std::env::temp_dir().join(format!("countersign-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let result = read(&Source::File(path.clone()));
        std::fs::remove_file(&path).unwrap();
        result
    }

    #[test]
    fn inputs_and_secrets_are_read_up_to_their_limits_and_not_beyond() {
        let single = |length: usize| {
            with_a_file("single", &vec![b'x'; length], |source| match source.read_single() {
                Ok(bytes) => Ok(bytes.len()),
                Err(Stop::Refused(exit, _)) => Err(exit),
                Err(stop) => panic!("{stop:?}"),
            })
        };
        assert_eq!(single(INPUT_BYTES), Ok(INPUT_BYTES));
        assert_eq!(single(INPUT_BYTES + 1), Err(Exit::Invalid));
        assert_eq!(single(0), Err(Exit::Nothing));
        let capture = vec![0; CAPTURE_BYTES + 9];
        let read = with_a_file("capture", &capture, |source| source.read().unwrap().len());
        assert_eq!(read, CAPTURE_BYTES + 1);

        let secret =
            |bytes: &[u8]| with_a_file("secret", bytes, |source| source.read_secret().is_ok());
        let longest = vec![b's'; SECRET_BYTES];
        assert!(secret(&longest) && secret(&[&longest[..], b"\n"].concat()));
        assert!(!secret(&[&longest[..], b"s"].concat()));
        assert!(!secret(b"") && !secret(b"\n"));
    }

    #[test]
    fn a_token_in_the_place_of_a_file_is_not_shown_whole() {
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{}.{}", "eyJzdWIiOiJ1In0", "A".repeat(86));
        let source = Source::from(OsString::from(&token));
        assert_eq!(source.to_string(), "eyJhbGci…");
        assert!(source.hint().is_some());
        for name in ["eyJ.jws", "token.jws", "-", "./eyJhbGciOiJSUzI1NiJ9"] {
            let source = Source::from(OsString::from(name));
            assert_eq!((source.to_string().as_str(), source.hint()), (name, None));
        }
    }

    #[test]
    fn stdin_can_be_named_once() {
        let (stdin, file) = (Source::from(OsString::from("-")), Source::File("-x".into()));
        assert!(check_one_stdin([&stdin, &file, &file]).is_ok());
        assert!(check_one_stdin([&stdin, &stdin]).is_err());
    }
}
