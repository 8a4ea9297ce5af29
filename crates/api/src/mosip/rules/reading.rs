//! Reads a text as a server's parser does, and notes where this library would not.

use super::clock::{milliseconds, resolves};
use super::dialect::{Clock, Decoder, Dialect, Kind, Shape, Slip, Unknown};
use countersign::encoding::json::{self, Object, Value};
use countersign::encoding::{Fault, base64};
use countersign::internals::{Place, object_prefix, shorten};
use countersign::jose::CompactJws;
use countersign::{Error, Limits};

#[cfg(test)]
mod tests;

/// Why a text could not be read.
pub(super) enum Misread {
    /// The server does not read it.
    Server { slip: Slip, error: Error, message: Option<String> },
    /// The server would; this library does not.
    Ours(Error),
}

impl Misread {
    pub(super) const fn server(slip: Slip, error: Error) -> Self {
        Self::Server { slip, error, message: None }
    }
}

/// Reads as one server does.
pub(super) struct Reader<'l> {
    dialect: &'static Dialect,
    limits: &'l Limits,
    objection: Option<Error>,
}

impl<'l> Reader<'l> {
    pub(super) const fn new(dialect: &'static Dialect, limits: &'l Limits) -> Self {
        Self { dialect, limits, objection: None }
    }

    /// Takes what this library objects to in what the server has read, if anything.
    pub(super) fn take_objection(&mut self) -> Option<Error> {
        self.objection.take()
    }

    fn object_to(&mut self, error: Error) {
        self.objection.get_or_insert(error);
    }

    /// Takes the payload out of a JWS, which no server looks at more closely before it decodes it.
    /// `parts` is how many a text has at least that the server takes for a JWS.
    pub(super) fn payload<'t>(&mut self, text: &'t str, parts: usize) -> &'t str {
        if !text.contains('.') {
            return text;
        }
        let limits = self.limits.with_token_bytes(self.limits.message_bytes());
        if let Err(error) = CompactJws::parse(text.as_bytes(), &limits) {
            self.object_to(error);
        }
        // The JDK's `split` drops empty parts at the end.
        let pieces = text.trim_end_matches('.');
        match pieces.split('.').nth(1) {
            Some(payload) if pieces.split('.').count() >= parts => payload,
            _ => text,
        }
    }

    /// Decodes base64.
    fn decode(&mut self, part: &'static str, text: &str) -> Result<Vec<u8>, Misread> {
        check_size(part, text.as_bytes(), self.limits).map_err(Misread::Ours)?;
        let malformed = |fault| Error::Malformed { part, fault };
        let jdk = self.dialect.decoder == Decoder::Jdk;
        if jdk && is_blank(text) {
            return Err(Misread::server(Slip::Crash, malformed(Fault::Empty)));
        }
        match base64::decode_mosip(text.as_bytes()) {
            Ok(bytes) => Ok(bytes),
            Err(fault) if jdk && fault != Fault::TrailingBits => {
                Err(Misread::server(Slip::Crash, malformed(fault)))
            }
            Err(fault) => {
                self.object_to(malformed(fault));
                Ok(decode_loosely(text.as_bytes()))
            }
        }
    }

    /// Decodes base64, and reads the object of a shape in it.
    pub(super) fn encoded(
        &mut self,
        part: &'static str,
        shape: Shape,
        text: &str,
    ) -> Result<Object<'static>, Misread> {
        let json = self.decode(part, text)?;
        self.object(part, shape, &json)
    }

    /// Reads an object of a shape.
    pub(super) fn object(
        &mut self,
        part: &'static str,
        shape: Shape,
        bytes: &[u8],
    ) -> Result<Object<'static>, Misread> {
        check_size(part, bytes, self.limits).map_err(Misread::Ours)?;
        let not_utf8 = Error::Malformed { part, fault: Fault::Utf8 };
        if is_utf16(bytes) {
            return Err(Misread::Ours(not_utf8));
        }
        let (text, cut) = match core::str::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(error) => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                (core::str::from_utf8(valid).unwrap_or_default(), true)
            }
        };
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => {
                self.object_to(Error::Malformed { part, fault: Fault::Json { offset: 0 } });
                rest
            }
            None => text,
        };
        if !text.trim_start_matches(WHITE_SPACE).starts_with('{') {
            return Err(self.not_an_object(part, text, cut));
        }
        let prefix = object_prefix(part, text, self.limits);
        self.members(part, shape, &prefix.members)?;
        match prefix.end {
            Ok(end) => {
                let rest = text.get(end..).unwrap_or_default();
                if !rest.trim_matches(WHITE_SPACE).is_empty() {
                    self.object_to(Error::Malformed { part, fault: Fault::Json { offset: end } });
                } else if cut {
                    self.object_to(not_utf8);
                }
                Ok(prefix.members.into_owned())
            }
            Err(fault) => Err(match fault.error {
                Error::Malformed { fault: Fault::Json { offset }, .. } => {
                    if is_lone_surrogate(text, offset) {
                        return Err(Misread::Ours(fault.error));
                    }
                    let slip = match fault.place {
                        Place::WithinValue => Slip::Mapping,
                        Place::BetweenMembers => Slip::Syntax,
                    };
                    Misread::server(slip, if cut { not_utf8 } else { fault.error })
                }
                error => Misread::Ours(error),
            }),
        }
    }

    /// Says why a text that does not begin like an object is none.
    fn not_an_object(&self, part: &'static str, text: &str, cut: bool) -> Misread {
        let error = match json::parse_object(part, text.as_bytes(), self.limits) {
            Err(error) => error,
            Ok(_) => Error::Malformed { part, fault: Fault::Json { offset: 0 } },
        };
        let token = text.trim_matches(WHITE_SPACE);
        let slip = match token.chars().next() {
            None if !cut => Slip::Mapping,
            Some('[' | '"') => Slip::Mapping,
            _ if token == "null" => Slip::Crash,
            _ if matches!(error, Error::NotAnObject { .. }) => Slip::Mapping,
            _ => Slip::Syntax,
        };
        Misread::server(slip, error)
    }

    /// Checks the members of an object against a shape.
    fn members(
        &mut self,
        part: &'static str,
        shape: Shape,
        object: &Object<'_>,
    ) -> Result<(), Misread> {
        for (name, value) in object.iter() {
            match shape.iter().find(|(known, _)| *known == name) {
                Some((known, kind)) => self.member(part, known, kind, value)?,
                None if self.dialect.unknown == Unknown::Ignored => {}
                None => {
                    return Err(Misread::Server {
                        slip: Slip::Mapping,
                        error: Error::Malformed { part, fault: Fault::Member },
                        message: Some(format!("{part} has no member `{}`", shorten(name))),
                    });
                }
            }
        }
        Ok(())
    }

    fn member(
        &mut self,
        part: &'static str,
        member: &'static str,
        kind: &Kind,
        value: &Value<'_>,
    ) -> Result<(), Misread> {
        let wrong = |expected| Error::WrongType { part, member, expected };
        match (kind, value) {
            (Kind::Anything, _) | (_, Value::Null) | (Kind::Text, Value::String(_)) => Ok(()),
            (Kind::Text, Value::Number(_) | Value::Bool(_)) => {
                self.object_to(wrong("a string"));
                Ok(())
            }
            (Kind::Time, Value::String(text)) => self.time(member, text),
            // Partner management reads the numbers of an array as year, month, day and so on.
            (Kind::Time, Value::Array(_)) if self.dialect.clock == Clock::Trimmed => {
                Err(Misread::Ours(wrong("a string")))
            }
            (Kind::Texts, Value::Array(elements)) => {
                let expected = "an array of strings";
                for element in elements {
                    match element {
                        Value::String(_) | Value::Null => {}
                        Value::Number(_) | Value::Bool(_) => self.object_to(wrong(expected)),
                        _ => return Err(Misread::server(Slip::Mapping, wrong(expected))),
                    }
                }
                Ok(())
            }
            (Kind::Members(shape), Value::Object(members)) => self.members(member, shape, members),
            (kind, _) => {
                let expected = match kind {
                    Kind::Members(_) => "an object",
                    Kind::Texts => "an array of strings",
                    _ => "a string",
                };
                Err(Misread::server(Slip::Mapping, wrong(expected)))
            }
        }
    }

    fn time(&mut self, member: &'static str, text: &str) -> Result<(), Misread> {
        let error = Error::Malformed { part: member, fault: Fault::Time };
        let read = match self.dialect.clock {
            Clock::Exact => text,
            Clock::Trimmed if is_blank(text) => return Ok(()),
            Clock::Trimmed => trim(text),
        };
        if milliseconds(read).is_some() {
            if read.len() < text.len() {
                self.object_to(error);
            }
            return Ok(());
        }
        // A server makes another day of it.
        if resolves(read) {
            return Err(Misread::Ours(error));
        }
        let form = "must have the form 2020-02-16T07:20:42.195Z, with milliseconds";
        let message = Some(format!("{member} {form}"));
        Err(Misread::Server { slip: Slip::Mapping, error, message })
    }
}

const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Trims as the JDK does.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

pub(super) fn is_blank(text: &str) -> bool {
    trim(text).is_empty()
}

/// Returns a member as the text that servers make of it.
pub(super) fn text_in(object: &Object<'_>, member: &str) -> Option<String> {
    match object.member(member)? {
        Value::String(text) | Value::Number(text) => Some(text.clone().into_owned()),
        Value::Bool(true) => Some("true".to_owned()),
        Value::Bool(false) => Some("false".to_owned()),
        _ => None,
    }
}

/// Decodes what is of either alphabet, up to the first padding, and drops bits that fill no byte.
fn decode_loosely(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.iter().take_while(|byte| **byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(value)) & 0xfff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap_or_default());
        }
    }
    bytes
}

/// Tells whether the JDK's JSON reader would take a text for UTF-16 or UTF-32.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0, 0, 0, byte, ..] | [byte, 0, ..] | [0, byte, ..] => *byte != 0,
        [0xfe, 0xff, ..] | [0xff, 0xfe, ..] => true,
        _ => false,
    }
}

/// Tells whether a reader stopped at half a surrogate pair, which servers read.
fn is_lone_surrogate(text: &str, offset: usize) -> bool {
    const HIGH: core::ops::Range<u32> = 0xd800..0xdc00;
    const LOW: core::ops::Range<u32> = 0xdc00..0xe000;
    let before = text.get(..offset).unwrap_or_default();
    let Some(at) = before.rfind("\\u").filter(|at| at + 6 == offset) else { return false };
    let backslashes = before.bytes().take(at).rev().take_while(|byte| *byte == b'\\').count();
    if !backslashes.is_multiple_of(2) {
        return false;
    }
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    let follows_high = at.checked_sub(6).and_then(unit).is_some_and(|unit| HIGH.contains(&unit));
    match unit(at) {
        Some(unit) if LOW.contains(&unit) => !follows_high,
        Some(unit) => HIGH.contains(&unit) || follows_high,
        None => false,
    }
}

fn check_size(what: &'static str, text: &[u8], limits: &Limits) -> Result<(), Error> {
    let limit = limits.message_bytes();
    if text.len() > limit { Err(Error::TooLarge { what, limit }) } else { Ok(()) }
}
