//! `miracl`: names that MIRACL Trust gives.

use std::borrow::Cow;

use countersign::encoding::hex;
use countersign::encoding::json::{self, Object, Value};
use countersign::miracl::identity;
use countersign::{Error, Limits};
use countersign_audit::strip_line_break;

use crate::args::HashMpinIdArgs;
use crate::exit::{Exit, Stop};
use crate::output;

/// Prints `hashMPinId` of an identity.
pub(crate) fn hash_mpin_id(args: &HashMpinIdArgs) -> Result<Exit, Stop> {
    let input = args.input.read_single()?;
    let hash = hash(strip_line_break(&input)).map_err(|error| Stop::refused(&error))?;
    output::print(format!("{hash}\n").as_bytes())
}

/// Hashes the identity in an input, of whatever version: all are hashed in the same way.
fn hash(input: &[u8]) -> Result<String, Error> {
    let limits = Limits::default();
    let bytes = if input.trim_ascii_start().starts_with(b"{") {
        let object = json::parse_object("input", input, &limits)?;
        match member(&object) {
            Some(digits) => decode(digits)?,
            None => Cow::Borrowed(input),
        }
    } else {
        decode(std::str::from_utf8(input).unwrap_or_default())?
    };
    // What is no identity has no name.
    json::parse_object("mpinId", &bytes, &limits)?.string("mpinId", "userID")?;
    Ok(identity::hash_mpin_id(&bytes))
}

/// Finds the identity of a signature object, or of a request with one.
fn member<'o>(object: &'o Object<'_>) -> Option<&'o str> {
    let inner = object.member("signature").and_then(Value::as_object).unwrap_or(object);
    inner.member("mpinId").or_else(|| inner.member("mpinid")).and_then(Value::as_str)
}

fn decode(digits: &str) -> Result<Cow<'static, [u8]>, Error> {
    let malformed = |fault| Error::Malformed { part: "mpinId", fault };
    hex::decode(digits).map(Cow::Owned).map_err(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Code;

    #[test]
    fn every_form_of_an_identity_has_the_same_hash() {
        let json = r#"{"userID":"u","v":9}"#;
        let digits = hex::encode(json.as_bytes());
        let expected = identity::hash_mpin_id(json.as_bytes());
        for input in [
            json.to_owned(),
            digits.clone(),
            digits.to_ascii_uppercase(),
            format!(r#"{{"mpinId":"{digits}","u":"04"}}"#),
            format!(r#"{{"mpinid":"{digits}"}}"#),
            format!(r#"{{"signature":{{"mpinId":"{digits}"}},"timestamp":1}}"#),
        ] {
            assert_eq!(hash(input.as_bytes()).as_deref(), Ok(expected.as_str()), "{input}");
        }
    }

    #[test]
    fn what_is_no_identity_has_no_hash() {
        for (input, code) in [
            ("{}", Code::MissingMember),
            ("7b7d", Code::MissingMember),
            ("7b7", Code::Malformed),
            ("hello", Code::Malformed),
            ("5b5d", Code::WrongType),
            (r#"{"userID":7}"#, Code::WrongType),
            (r#"{"userID":"u","userID":"v"}"#, Code::DuplicateMember),
            (r#"{"mpinId":"7b"}"#, Code::Malformed),
        ] {
            assert_eq!(hash(input.as_bytes()).unwrap_err().code(), code, "{input}");
        }
    }
}
