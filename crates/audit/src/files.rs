//! The files that a policy names: keys, authorities, documents, secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use countersign::jose::JwkSet;
use countersign::jose::key_file::read_keys;
use countersign::miracl::dvs::signature::ServerSecret;
use countersign::{Limits, Secret};

use crate::error::ConfigError;

/// Largest size of a configuration file, and of an input other than a capture: far more than any
/// artefact may have, far less than memory.
pub const INPUT_BYTES: usize = 1 << 20;

/// Bytes of a secret file.
const SECRET_BYTES: usize = 1 << 16;

/// Reads the files that a policy names. [`Disk`] reads them from the file system; a map of paths
/// and contents replaces it where there is none.
pub trait Files {
    /// Reads at most this many bytes of a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    fn read(&self, path: &Path, most: usize) -> io::Result<Vec<u8>>;
}

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is one")]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, most: usize) -> io::Result<Vec<u8>> {
        // The room for everything at once where that is little, so that growing leaves no copies of a
        // secret behind.
        let mut bytes = Vec::with_capacity(if most <= SECRET_BYTES + 1 { most + 1 } else { 0 });
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Files for BTreeMap<PathBuf, Vec<u8>> {
    fn read(&self, path: &Path, most: usize) -> io::Result<Vec<u8>> {
        let bytes = self.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes.get(..most).unwrap_or(bytes).to_vec())
    }
}

/// Reads a file of the configuration.
///
/// # Errors
///
/// [`ConfigError::File`] if the file cannot be read, or is larger than [`INPUT_BYTES`].
pub fn read_configuration(files: &dyn Files, path: &Path) -> Result<Vec<u8>, ConfigError> {
    let bytes = files.read(path, INPUT_BYTES + 1).map_err(|e| ConfigError::file(path, e))?;
    if bytes.len() > INPUT_BYTES { Err(ConfigError::file(path, "too large")) } else { Ok(bytes) }
}

/// Reads keys from a file of the configuration: PEM, DER, a JWK or a JWK Set.
///
/// # Errors
///
/// [`ConfigError::File`] if the file cannot be read, or contains no keys.
pub fn read_key_file(
    files: &dyn Files,
    path: &Path,
    limits: &Limits,
) -> Result<JwkSet, ConfigError> {
    let text = read_configuration(files, path)?;
    read_keys(&text, limits)
        .map_err(|error| ConfigError::file(path, format_args!("{}: {error}", error.code())))
}

/// Reads the server secret of DVS signatures: hexadecimal, and a line break or none.
pub(crate) fn read_server_secret(
    files: &dyn Files,
    path: &Path,
) -> Result<ServerSecret, ConfigError> {
    let misuse =
        |what: &dyn fmt::Display| ConfigError::Secret { path: path.into(), what: what.to_string() };
    let bytes = files.read(path, SECRET_BYTES + 1).map_err(|error| misuse(&error))?;
    let secret = to_secret(bytes).ok_or_else(|| misuse(&"empty or too large"))?;
    ServerSecret::new(&secret).map_err(|error| misuse(&format_args!("{}: {error}", error.code())))
}

/// Takes the bytes of a secret file for a secret, without one line break at the end. `None` if there
/// are none, or too many.
fn to_secret(mut bytes: Vec<u8>) -> Option<Secret> {
    let length = strip_line_break(&bytes).len();
    bytes.truncate(length);
    let secret = Secret::new(bytes);
    (1..=SECRET_BYTES).contains(&length).then_some(secret)
}

/// Removes one trailing line break, `\n` or `\r\n`, which editors and `echo` add to a token.
///
/// ```
/// use countersign_audit::strip_line_break;
///
/// assert_eq!(strip_line_break(b"token\r\n"), b"token");
/// assert_eq!(strip_line_break(b"token\n\n"), b"token\n");
/// ```
#[must_use]
pub fn strip_line_break(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"\n").map_or(text, |line| line.strip_suffix(b"\r").unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_line_break_is_taken_off() {
        for (text, stripped) in [
            ("a", "a"),
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            ("a\r", "a\r"),
            ("a\n\r\n", "a\n"),
            ("\n", ""),
            ("", ""),
        ] {
            assert_eq!(strip_line_break(text.as_bytes()), stripped.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn no_more_than_the_limit_is_read_from_a_disk_or_a_map() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let map = BTreeMap::from([(here.clone(), std::fs::read(&here).unwrap())]);
        for most in [0, 1, 10] {
            assert_eq!(Disk.read(&here, most).unwrap().len(), most);
            assert_eq!(map.read(&here, most).unwrap(), Disk.read(&here, most).unwrap());
        }
        assert_eq!(map.read(&here, usize::MAX).unwrap(), Disk.read(&here, usize::MAX).unwrap());
        let missing = map.read(Path::new("missing"), 1).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_that_is_too_large_is_no_configuration_and_no_secret() {
        let path = Path::new("a");
        for (length, fits) in [(INPUT_BYTES, true), (INPUT_BYTES + 1, false)] {
            let files = BTreeMap::from([(path.into(), vec![b' '; length])]);
            assert_eq!(read_configuration(&files, path).is_ok(), fits, "{length}");
        }
        for (length, fits) in
            [(0, false), (1, true), (SECRET_BYTES, true), (SECRET_BYTES + 1, false)]
        {
            assert_eq!(to_secret(vec![b'x'; length]).is_some(), fits, "{length}");
        }
        assert!(to_secret(b"\n".to_vec()).is_none());
    }
}
