//! `jwks diff`: what a rotation did.

use std::fmt::Write as _;

use countersign::encoding::json::{Object, Value};
use countersign::jose::JwkSet;
use countersign::jose::key_file::read_keys;
use countersign::{Code, Limits};
use countersign_audit::Escaped;

use crate::args::{JwksDiffArgs, ListFormat, Source};
use crate::exit::{Exit, Stop};
use crate::input::check_one_stdin;
use crate::output;

/// Compares the keys of two sets. Their order, and members that say nothing about verification,
/// make no difference.
pub(crate) fn run(args: &JwksDiffArgs) -> Result<Exit, Stop> {
    check_one_stdin([&args.old, &args.new])?;
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let removed: Vec<_> = old.iter().filter(|key| !new.contains(key)).collect();
    let added: Vec<_> = new.iter().filter(|key| !old.contains(key)).collect();
    match args.format {
        ListFormat::Text => {
            let mut text = String::new();
            for (sign, keys) in [('-', &removed), ('+', &added)] {
                for key in keys {
                    // Writing to a `String` cannot fail.
                    let _ = writeln!(text, "{sign} {}", key.describe());
                }
            }
            output::print(text.as_bytes())?
        }
        ListFormat::Json => {
            let same = old.iter().filter(|key| new.contains(key)).count();
            output::print_line(
                &Object::new()
                    .with("removed", array(&removed))
                    .with("added", array(&added))
                    .with("unchanged", same),
            )?
        }
    };
    Ok(if removed.is_empty() && added.is_empty() { Exit::Done } else { Exit::Invalid })
}

/// What makes a key the key that it is.
#[derive(Debug, PartialEq, Eq)]
struct Key {
    kid: Option<String>,
    /// Algorithm and thumbprint, or why it cannot be used.
    what: Result<(&'static str, String), Code>,
}

fn read(source: &Source) -> Result<Vec<Key>, Stop> {
    let text = source.read_single()?;
    let keys = read_keys(&text, &Limits::default()).map_err(|error| Stop::refused_file(&error))?;
    Ok(list(&keys))
}

fn list(keys: &JwkSet) -> Vec<Key> {
    let usable = keys.keys().iter().map(|key| Key {
        kid: key.kid().map(str::to_string),
        what: Ok((key.algorithm().name(), key.thumbprint().to_string())),
    });
    let others = keys
        .problems()
        .iter()
        .map(|problem| Key { kid: problem.kid.clone(), what: Err(problem.error.code()) });
    usable.chain(others).collect()
}

fn array<'k>(keys: &[&'k Key]) -> Value<'k> {
    Value::Array(keys.iter().map(|key| key.to_json().into()).collect())
}

impl Key {
    fn describe(&self) -> String {
        let kid = self.kid.as_deref().unwrap_or("-");
        match &self.what {
            Ok((algorithm, thumbprint)) => format!("{}  {algorithm}  {thumbprint}", Escaped(kid)),
            Err(code) => format!("{}  unusable: {code}", Escaped(kid)),
        }
    }

    fn to_json(&self) -> Object<'_> {
        let mut object = Object::new();
        if let Some(kid) = &self.kid {
            object.set("kid", kid.as_str());
        }
        match &self.what {
            Ok((algorithm, thumbprint)) => {
                object.with("alg", *algorithm).with("thumbprint", thumbprint.as_str())
            }
            Err(code) => object.with("code", code.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_name_algorithm_and_material() {
        let read = |keys: &str| {
            let text = format!(r#"{{"keys":[{keys}]}}"#);
            list(&JwkSet::parse(text.as_bytes(), &Limits::default()).unwrap())
        };
        let key = |more: &str| {
            format!(
                r#"{{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"{more}}}"#
            )
        };
        let plain = read(&key(r#","kid":"a""#));
        assert_eq!(plain, read(&key(r#","kid":"a","use":"sig","alg":"ES256""#)));
        assert_ne!(plain, read(&key(r#","kid":"b""#)));
        assert_ne!(plain, read(&key("")));
        assert_ne!(plain, read(&key(r#","kid":"a","use":"enc""#)));
    }
}
