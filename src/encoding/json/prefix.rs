//! The members before the first fault of an object.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::parser::{Parser, check_size};
use super::value::{Object, Value};
use crate::error::{Error, shorten};
use crate::limits::Limits;

/// As much of an object as a text states before its first fault.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "handed out by `internals` only")]
pub struct Prefix<'a> {
    /// The members before the fault.
    pub members: Object<'a>,
    /// Where the object ends; what may follow is not looked at.
    pub end: Result<usize, PrefixFault>,
}

/// Why an object ended early.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "handed out by `internals` only")]
pub struct PrefixFault {
    /// What is wrong.
    pub error: Error,
    /// Where.
    pub place: Place,
}

/// Where in an object a fault is. A parser that reads member by member tells the two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "handed out by `internals` only")]
pub enum Place {
    /// In a name, between members, or in the first token of a value.
    BetweenMembers,
    /// Within a string, an array or an object that is a member's value.
    WithinValue,
}

/// Reads an object from the front of a text, for what has to say how far another parser comes.
/// Strict as [`parse`](super::parse), but for what follows the object.
pub fn object_prefix<'a>(part: &'static str, text: &'a str, limits: &Limits) -> Prefix<'a> {
    let mut parser = Parser { part, text, at: 0, values: 0, limits };
    let mut members: Vec<(Cow<'a, str>, Value<'a>)> = Vec::new();
    let place = core::cell::Cell::new(Place::BetweenMembers);
    let mut read = || {
        check_size(part, text.as_bytes(), limits)?;
        parser.skip_white_space();
        parser.count()?;
        let depth = parser.descend(limits.json_depth())?;
        let read_value = |parser: &mut Parser<'a, '_>, depth| {
            if matches!(parser.peek(), Some(b'"' | b'[' | b'{')) {
                place.set(Place::WithinValue);
            }
            parser.value(depth)
        };
        parser.members(depth, Parser::string, read_value, |part, name, value, _| {
            place.set(Place::BetweenMembers);
            if members.iter().any(|(other, _)| *other == name) {
                return Err(Error::DuplicateMember { part, name: shorten(&name) });
            }
            members.push((name, value));
            Ok(members.len())
        })
    };
    let read = read();
    let end = match read {
        Ok(()) => Ok(parser.at),
        Err(error) => Err(PrefixFault { error, place: place.get() }),
    };
    Prefix { members: Object { members }, end }
}
