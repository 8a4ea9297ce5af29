//! The reader: one pass, strict, within the limits.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::value::{Object, Value};
use crate::encoding::Fault;
use crate::error::{Error, shorten};
use crate::limits::Limits;

/// Parses one JSON value; `part` names the text in errors.
///
/// # Errors
///
/// [`Error::Malformed`], [`Error::DuplicateMember`], or [`Error::TooLarge`] for too much depth, too
/// many members, or a text larger than the largest byte limit.
///
/// # Examples
///
/// ```
/// use countersign::encoding::json;
/// use countersign::{Code, Limits};
///
/// let value = json::parse("header", br#"{"alg":"RS256"}"#, &Limits::default())?;
/// assert_eq!(value.to_string(), r#"{"alg":"RS256"}"#);
///
/// let repeated = json::parse("header", br#"{"alg":"RS256","\u0061lg":"none"}"#, &Limits::default());
/// assert_eq!(repeated.unwrap_err().code(), Code::DuplicateMember);
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn parse<'a>(part: &'static str, text: &'a [u8], limits: &Limits) -> Result<Value<'a>, Error> {
    check_size(part, text, limits)?;
    let text =
        core::str::from_utf8(text).map_err(|_| Error::Malformed { part, fault: Fault::Utf8 })?;
    let mut parser = Parser { part, text, at: 0, values: 0, limits };
    parser.skip_white_space();
    let value = parser.value(limits.json_depth())?;
    parser.skip_white_space();
    if parser.at < text.len() { Err(parser.malformed()) } else { Ok(value) }
}

pub(super) fn check_size(part: &'static str, text: &[u8], limits: &Limits) -> Result<(), Error> {
    let limit = limits.json_bytes();
    if text.len() > limit { Err(Error::TooLarge { what: part, limit }) } else { Ok(()) }
}

/// Parses a text that must be one JSON object.
///
/// # Errors
///
/// The same as [`parse`], and [`Error::NotAnObject`] for any other value.
///
/// ```
/// use countersign::encoding::json;
/// use countersign::{Error, Limits};
///
/// let limits = Limits::default();
/// let object = json::parse_object("record", br#"{"a":1}"#, &limits)?;
/// assert_eq!(object.integer("record", "a"), Ok(1));
/// let refused = json::parse_object("record", b"[]", &limits);
/// assert!(matches!(refused, Err(Error::NotAnObject { .. })));
/// # Ok::<(), Error>(())
/// ```
pub fn parse_object<'a>(
    part: &'static str,
    text: &'a [u8],
    limits: &Limits,
) -> Result<Object<'a>, Error> {
    match parse(part, text, limits)? {
        Value::Object(object) => Ok(object),
        other => Err(Error::NotAnObject { part, found: other.kind() }),
    }
}

/// Where a member stands: its name with the quotes, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) name: (usize, usize),
    pub(super) value: (usize, usize),
}

pub(super) struct Parser<'a, 'l> {
    pub(super) part: &'static str,
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Values so far, at all levels.
    pub(super) values: usize,
    pub(super) limits: &'l Limits,
}

impl<'a> Parser<'a, '_> {
    pub(super) const fn malformed(&self) -> Error {
        Error::Malformed { part: self.part, fault: Fault::Json { offset: self.at } }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Consumes the byte if it comes next.
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), Error> {
        if self.eat(byte) { Ok(()) } else { Err(self.malformed()) }
    }

    pub(super) fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn value(&mut self, depth: u8) -> Result<Value<'a>, Error> {
        self.count()?;
        match self.peek() {
            Some(b'{') => Ok(Value::Object(self.object(self.descend(depth)?)?)),
            Some(b'[') => Ok(Value::Array(self.array(self.descend(depth)?)?)),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            _ => Ok(Value::Number(Cow::Borrowed(self.number()?))),
        }
    }

    /// Checks a value as [`value`](Self::value) does, and makes nothing of it where that is easy.
    pub(super) fn skip_value(&mut self, depth: u8) -> Result<(), Error> {
        match self.peek() {
            Some(b'"') => {
                self.count()?;
                self.skip_string().map(drop)
            }
            Some(b'-' | b'0'..=b'9') => {
                self.count()?;
                self.number().map(drop)
            }
            Some(b'[') => {
                self.count()?;
                let depth = self.descend(depth)?;
                self.elements(|parser| parser.skip_value(depth))
            }
            Some(b'{') => {
                self.count()?;
                let depth = self.descend(depth)?;
                let mut names: Vec<Cow<'a, str>> = Vec::new();
                self.members(depth, Self::string, Self::skip_value, |part, name, (), _| {
                    if names.contains(&name) {
                        return Err(Error::DuplicateMember { part, name: shorten(&name) });
                    }
                    names.push(name);
                    Ok(names.len())
                })
            }
            _ => self.value(depth).map(drop),
        }
    }

    pub(super) fn count(&mut self) -> Result<(), Error> {
        let limit = self.limits.json_values();
        self.values += 1;
        if self.values > limit {
            return Err(Error::TooLarge { what: "number of JSON values", limit });
        }
        Ok(())
    }

    pub(super) fn descend(&self, depth: u8) -> Result<u8, Error> {
        let limit = usize::from(self.limits.json_depth());
        depth.checked_sub(1).ok_or(Error::TooLarge { what: "JSON depth", limit })
    }

    fn literal(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Error> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.malformed());
        }
        self.at += word.len();
        Ok(value)
    }

    fn object(&mut self, depth: u8) -> Result<Object<'a>, Error> {
        let mut members: Vec<(Cow<'a, str>, Value<'a>)> = Vec::new();
        self.members(depth, Self::string, Self::value, |part, name, value, _| {
            if members.iter().any(|(other, _)| *other == name) {
                return Err(Error::DuplicateMember { part, name: shorten(&name) });
            }
            members.push((name, value));
            Ok(members.len())
        })?;
        Ok(Object { members })
    }

    /// Reads the members of an object and hands on each: name, value, and where they stand. The
    /// receiver refuses repeated names, and says how many members it has.
    pub(super) fn members<N, V>(
        &mut self,
        depth: u8,
        read_name: impl Fn(&mut Self) -> Result<N, Error>,
        read_value: impl Fn(&mut Self, u8) -> Result<V, Error>,
        mut receive: impl FnMut(&'static str, N, V, Span) -> Result<usize, Error>,
    ) -> Result<(), Error> {
        let limit = usize::from(self.limits.json_members());
        self.expect(b'{')?;
        self.skip_white_space();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            self.skip_white_space();
            let name_start = self.at;
            let name = read_name(self)?;
            let name_end = self.at;
            self.skip_white_space();
            self.expect(b':')?;
            self.skip_white_space();
            let start = self.at;
            let value = read_value(self, depth)?;
            let span = Span { name: (name_start, name_end), value: (start, self.at) };
            if receive(self.part, name, value, span)? > limit {
                return Err(Error::TooLarge { what: "number of JSON members", limit });
            }
            self.skip_white_space();
            if self.eat(b'}') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    fn array(&mut self, depth: u8) -> Result<Vec<Value<'a>>, Error> {
        let mut values = Vec::new();
        self.elements(|parser| {
            values.push(parser.value(depth)?);
            Ok(())
        })?;
        Ok(values)
    }

    /// Has every element of an array read.
    fn elements(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.expect(b'[')?;
        self.skip_white_space();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.skip_white_space();
            read(self)?;
            self.skip_white_space();
            if self.eat(b']') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    fn digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.malformed()) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<&'a str, Error> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.at;
        let escaped = self.skip_string()?;
        let text = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        if escaped { Ok(Cow::Owned(self.unescape(text)?)) } else { Ok(Cow::Borrowed(text)) }
    }

    /// Checks a string, and tells whether it has escapes.
    pub(super) fn skip_string(&mut self) -> Result<bool, Error> {
        self.expect(b'"')?;
        let mut escaped = false;
        loop {
            self.skip_plain();
            if self.eat(b'"') {
                return Ok(escaped);
            }
            self.expect(b'\\')?;
            self.escape()?;
            escaped = true;
        }
    }

    /// Replaces the escapes in the text of a string that was checked.
    pub(super) fn unescape(&self, text: &'a str) -> Result<String, Error> {
        let mut parser = Parser { text, at: 0, ..*self };
        let mut unescaped = String::with_capacity(text.len());
        loop {
            let start = parser.at;
            parser.skip_plain();
            unescaped.push_str(text.get(start..parser.at).unwrap_or_default());
            if !parser.eat(b'\\') {
                return Ok(unescaped);
            }
            unescaped.push(parser.escape()?);
        }
    }

    /// Skips to the next byte of a string that means something: eight bytes at a time where the string
    /// is short, as names are, and with vector instructions from then on.
    fn skip_plain(&mut self) {
        /// Words that are looked at one by one.
        const FEW: usize = 3;
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        for word in rest.as_chunks::<8>().0.iter().take(FEW) {
            let special = special_bytes(u64::from_le_bytes(*word));
            if special != 0 {
                self.at += usize::try_from(special.trailing_zeros() / 8).unwrap_or_default();
                return;
            }
            self.at += 8;
        }
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let plain = rest.get(..end).unwrap_or_default();
        // The compiler looks at many of them at once; where one is, only an error needs to know.
        let has_control = plain.iter().fold(false, |any, b| any | (*b < 0x20));
        let control = has_control.then(|| plain.iter().position(|b| *b < 0x20)).flatten();
        self.at += control.unwrap_or(end);
    }

    fn escape(&mut self) -> Result<char, Error> {
        let c = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.malformed()),
        };
        self.at += 1;
        Ok(c)
    }

    /// Reads the four digits after `\u`, and the other half of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, Error> {
        let first = self.four_digits()?;
        let scalar = if (0xd800..0xdc00).contains(&first) {
            self.expect(b'\\')?;
            self.expect(b'u')?;
            let second = self.four_digits()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.malformed());
            }
            0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(scalar).ok_or_else(|| self.malformed())
    }

    fn four_digits(&mut self) -> Result<u32, Error> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|b| char::from(b).to_digit(16));
            value = value << 4 | digit.ok_or_else(|| self.malformed())?;
            self.at += 1;
        }
        Ok(value)
    }
}

/// Sets the top bit of quotes, backslashes and control characters among eight bytes. The lowest bit
/// that is set is exact; borrows can set others above it, never below.
pub(super) const fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES * 0x80;
    const fn zeros(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word & TOPS
    }
    let quotes = zeros(word ^ (ONES * 0x22));
    let backslashes = zeros(word ^ (ONES * 0x5c));
    let controls = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
    quotes | backslashes | controls
}
