//! Strict JSON (RFC 8259): what two parsers could understand differently is refused.
//!
//! Refused beyond the grammar: a byte order mark, anything but white space after the value, lone
//! surrogates, names repeated within one object (compared after unescaping), and more depth,
//! members or bytes than the limits allow. Legal white space stays legal. Numbers keep their text,
//! so that nothing is rounded.
//!
//! Not supported: comments, trailing commas, `NaN`, concatenated values.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Fault;
use crate::error::{Error, shorten};
use crate::limits::Limits;

/// A JSON value that borrows from its text where no escape stands in the way.
///
/// [`Display`](fmt::Display) writes it without white space, members in their order, numbers as
/// they were.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// The text of a number.
    Number(Cow<'a, str>),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Object<'a>),
}

/// A JSON object: members in the order of the text, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
}

/// Parses one JSON value; `part` names the text in errors.
///
/// # Errors
///
/// [`Error::Malformed`], [`Error::DuplicateMember`] or, for depth, members and a text that is larger
/// than the largest of the limits in bytes, [`Error::TooLarge`].
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

fn check_size(part: &'static str, text: &[u8], limits: &Limits) -> Result<(), Error> {
    let limit = limits.json_bytes();
    if text.len() > limit { Err(Error::TooLarge { what: part, limit }) } else { Ok(()) }
}

/// Parses a text that must be one JSON object.
///
/// # Errors
///
/// As [`parse`], and [`Error::WrongType`] for any other value.
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

/// As much of an object as a text states before its first fault.
#[derive(Debug)]
pub struct Prefix<'a> {
    /// The members before the fault.
    pub members: Object<'a>,
    /// Where the object ends; what may follow is not looked at.
    pub end: Result<usize, PrefixFault>,
}

/// Why an object ended early.
#[derive(Debug)]
pub struct PrefixFault {
    /// What is wrong.
    pub error: Error,
    /// Where.
    pub place: Place,
}

/// Where in an object a fault is. A parser that reads member by member tells the two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a name, between members, or in the first token of a value.
    BetweenMembers,
    /// Within a string, an array or an object that is a member's value.
    WithinValue,
}

/// Reads an object from the front of a text, for what has to say how far another parser comes.
/// Strict as [`parse`], but for what follows the object.
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

impl<'a> Value<'a> {
    /// Returns the string, or `None` for any other type.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the integer, or `None` for any other type, a fraction, an exponent or a value
    /// outside 64 bits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns the object, or `None` for any other type.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the elements, or `None` for any other type.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Names the type, with its article, for errors.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "`null`",
            Self::Bool(true) => "`true`",
            Self::Bool(false) => "`false`",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(text) => Value::Number(Cow::Owned(text.into_owned())),
            Self::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Self::Array(elements) => {
                Value::Array(elements.into_iter().map(Value::into_owned).collect())
            }
            Self::Object(object) => Value::Object(object.into_owned()),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Cow::Owned(alloc::format!("{number}")))
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(Cow::Owned(alloc::format!("{number}")))
    }
}

impl<'a> From<Object<'a>> for Value<'a> {
    fn from(object: Object<'a>) -> Self {
        Self::Object(object)
    }
}

impl<'a> Object<'a> {
    /// Makes an empty object.
    #[must_use]
    pub const fn new() -> Self {
        Self { members: Vec::new() }
    }

    /// Returns the member of exactly this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value<'a>> {
        self.members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Takes the member of exactly this name out, and drops the others.
    #[must_use]
    pub fn into_member(self, name: &str) -> Option<Value<'a>> {
        self.members.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Returns the object without the members that are `null`.
    pub(crate) fn without_nulls(mut self) -> Self {
        self.members.retain(|(_, value)| *value != Value::Null);
        self
    }

    /// Takes the member of exactly this name out; the others keep their order.
    #[must_use]
    pub fn take(&mut self, name: &str) -> Option<Value<'a>> {
        let at = self.members.iter().position(|(key, _)| key == name)?;
        Some(self.members.remove(at).1)
    }

    /// Iterates over names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.members.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Sets a member: in its place if the name is there, at the end if not.
    pub fn set(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) {
        let (name, value) = (name.into(), value.into());
        match self.members.iter_mut().find(|(key, _)| *key == name) {
            Some(member) => member.1 = value,
            None => self.members.push((name, value)),
        }
    }

    /// Adds a member, for building in one expression.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) -> Self {
        self.set(name, value);
        self
    }

    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> Object<'static> {
        let own = |(name, value): (Cow<'a, str>, Value<'a>)| {
            (Cow::Owned(name.into_owned()), value.into_owned())
        };
        Object { members: self.members.into_iter().map(own).collect() }
    }

    /// Returns a string member.
    ///
    /// # Errors
    ///
    /// [`Error::MissingMember`] or [`Error::WrongType`], naming `part`.
    pub fn string(&self, part: &'static str, member: &'static str) -> Result<&str, Error> {
        self.optional_string(part, member)?.ok_or(Error::MissingMember { part, member })
    }

    /// Returns a string member, or `None` where it is absent.
    ///
    /// # Errors
    ///
    /// [`Error::WrongType`], naming `part`; `null` is a wrong type, not an absence.
    pub fn optional_string(
        &self,
        part: &'static str,
        member: &'static str,
    ) -> Result<Option<&str>, Error> {
        self.typed(part, member, "a string", Value::as_str)
    }

    /// Returns an integer member.
    ///
    /// # Errors
    ///
    /// [`Error::MissingMember`] or [`Error::WrongType`], naming `part`; a fraction, an exponent and
    /// a number beyond 64 bits are wrong types.
    pub fn integer(&self, part: &'static str, member: &'static str) -> Result<i64, Error> {
        self.optional_integer(part, member)?.ok_or(Error::MissingMember { part, member })
    }

    /// Returns an integer member, or `None` where it is absent.
    ///
    /// # Errors
    ///
    /// [`Error::WrongType`], naming `part`.
    pub fn optional_integer(
        &self,
        part: &'static str,
        member: &'static str,
    ) -> Result<Option<i64>, Error> {
        self.typed(part, member, "an integer", Value::as_i64)
    }

    fn typed<'s, T>(
        &'s self,
        part: &'static str,
        member: &'static str,
        expected: &'static str,
        read: impl FnOnce(&'s Value<'a>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.member(member)
            .map(|value| read(value).ok_or(Error::WrongType { part, member, expected }))
            .transpose()
    }
}

/// A JSON object that owns its text and knows where the members of its top level stand.
///
/// It is checked whole when it is parsed, as strictly as any other; its values are read when they
/// are asked for. So it costs two allocations, however many members it has.
///
/// ```
/// use countersign::Limits;
/// use countersign::encoding::json::Document;
///
/// let text = br#"{"sub":"u","exp":1000,"amr":["token"]}"#.to_vec();
/// let claims = Document::parse("payload", text, &Limits::default())?;
/// assert_eq!(claims.string("payload", "sub")?, "u");
/// assert_eq!(claims.integer("payload", "exp")?, 1000);
/// assert_eq!(claims.member("amr").unwrap().to_string(), r#"["token"]"#);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    text: String,
    members: Vec<Member>,
}

/// Where a member stands: its name with the quotes, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    name: (usize, usize),
    value: (usize, usize),
}

/// A member of a [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Member {
    span: Span,
    /// Whether the name has escapes, so that its text is not the name itself.
    escaped: bool,
}

/// What was read once is within every limit.
const NO_LIMITS: Limits = Limits::unlimited_json();

impl Document {
    /// Parses a text that must be one JSON object.
    ///
    /// # Errors
    ///
    /// As [`parse_object`].
    pub fn parse(part: &'static str, text: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        check_size(part, &text, limits)?;
        let text =
            String::from_utf8(text).map_err(|_| Error::Malformed { part, fault: Fault::Utf8 })?;
        let mut members: Vec<Member> = Vec::with_capacity(16);
        let mut parser = Parser { part, text: &text, at: 0, values: 0, limits };
        parser.skip_white_space();
        if parser.peek() != Some(b'{') {
            parse_object(part, text.as_bytes(), limits)?;
        }
        parser.count()?;
        let depth = parser.descend(limits.json_depth())?;
        let (read_name, read_value) = (Parser::skip_string, Parser::skip_value);
        parser.members(depth, read_name, read_value, |part, escaped, (), span| {
            let member = Member { span, escaped };
            let name = member.name(&text);
            if members.iter().any(|other| other.is_named(&text, &name)) {
                return Err(Error::DuplicateMember { part, name: shorten(&name) });
            }
            members.push(member);
            Ok(members.len())
        })?;
        parser.skip_white_space();
        if parser.at < text.len() {
            return Err(parser.malformed());
        }
        Ok(Self { text, members })
    }

    /// Returns the text, as it was.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the member of exactly this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Value<'_>> {
        Some(self.find(name)?.read())
    }

    fn find(&self, name: &str) -> Option<Unread<'_>> {
        let member = self.members.iter().find(|member| member.is_named(&self.text, name))?;
        Some(member.value(&self.text))
    }

    /// Iterates over names and values, which are not read yet: one pass where many members would
    /// be looked up.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Unread<'_>)> {
        self.members.iter().map(|member| (member.name(&self.text), member.value(&self.text)))
    }

    /// Returns a string member.
    ///
    /// # Errors
    ///
    /// [`Error::MissingMember`] or [`Error::WrongType`], naming `part`.
    pub fn string(&self, part: &'static str, member: &'static str) -> Result<Cow<'_, str>, Error> {
        self.optional_string(part, member)?.ok_or(Error::MissingMember { part, member })
    }

    /// Returns a string member, or `None` where it is absent.
    ///
    /// # Errors
    ///
    /// [`Error::WrongType`], naming `part`.
    pub fn optional_string(
        &self,
        part: &'static str,
        member: &'static str,
    ) -> Result<Option<Cow<'_, str>>, Error> {
        let wrong = Error::WrongType { part, member, expected: "a string" };
        self.find(member).map(|value| value.as_text().ok_or(wrong)).transpose()
    }

    /// Returns an integer member.
    ///
    /// # Errors
    ///
    /// [`Error::MissingMember`] or [`Error::WrongType`], naming `part`; a fraction, an exponent and
    /// a number beyond 64 bits are wrong types.
    pub fn integer(&self, part: &'static str, member: &'static str) -> Result<i64, Error> {
        self.optional_integer(part, member)?.ok_or(Error::MissingMember { part, member })
    }

    /// Returns an integer member, or `None` where it is absent.
    ///
    /// # Errors
    ///
    /// [`Error::WrongType`], naming `part`.
    pub fn optional_integer(
        &self,
        part: &'static str,
        member: &'static str,
    ) -> Result<Option<i64>, Error> {
        let wrong = Error::WrongType { part, member, expected: "an integer" };
        self.find(member).map(|value| value.as_i64().ok_or(wrong)).transpose()
    }

    /// Returns the whole object, read.
    #[must_use]
    pub fn to_object(&self) -> Object<'_> {
        parse_object("", self.text.as_bytes(), &NO_LIMITS).unwrap_or_default()
    }

    /// Returns the number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Tells whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

/// The text of a value that was checked but not read.
#[derive(Clone, Copy)]
pub(crate) struct Unread<'d>(&'d str);

impl<'d> Unread<'d> {
    pub(crate) fn read(self) -> Value<'d> {
        let mut parser = Parser { part: "", text: self.0, at: 0, values: 0, limits: &NO_LIMITS };
        parser.value(u8::MAX).unwrap_or(Value::Null)
    }

    pub(crate) fn is_string(self) -> bool {
        self.0.starts_with('"')
    }

    /// Returns the text of a string, or `None` for any other type.
    pub(crate) fn as_text(self) -> Option<Cow<'d, str>> {
        let text = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if memchr::memchr(b'\\', text.as_bytes()).is_none() {
            return Some(Cow::Borrowed(text));
        }
        match self.read() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// As [`Value::as_i64`]: no other value's text is an integer.
    pub(crate) fn as_i64(self) -> Option<i64> {
        self.0.parse().ok()
    }
}

impl Member {
    fn name(self, text: &str) -> Cow<'_, str> {
        let (start, end) = self.span.name;
        let plain = text.get(start + 1..end - 1).unwrap_or_default();
        if !self.escaped {
            return Cow::Borrowed(plain);
        }
        let parser = Parser { part: "", text, at: 0, values: 0, limits: &NO_LIMITS };
        Cow::Owned(parser.unescape(plain).unwrap_or_default())
    }

    fn is_named(self, text: &str, name: &str) -> bool {
        let (start, end) = self.span.name;
        // A name without escapes is as long as its text between the quotes. Most that are as long
        // differ in their last byte, which spares a call.
        let last = |last| text.as_bytes().get(end - 2) == Some(last);
        let may_be = end - start == name.len() + 2 && name.as_bytes().last().is_none_or(last);
        (self.escaped || may_be) && self.name(text) == name
    }

    fn value(self, text: &str) -> Unread<'_> {
        let (start, end) = self.span.value;
        Unread(text.get(start..end).unwrap_or_default())
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::String(text) => write_string(f, text),
            Self::Array(elements) => {
                f.write_str("[")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Self::Object(object) => write!(f, "{object}"),
        }
    }
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.members.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            write_string(f, name)?;
            write!(f, ":{value}")?;
        }
        f.write_str("}")
    }
}

/// Writes a JSON string. Everything that could act on a terminal is escaped: C0 and C1 controls,
/// DEL, and the characters that change the direction of text.
fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write as _;
    f.write_str("\"")?;
    let mut rest = text;
    while !rest.is_empty() {
        // Nearly all of nearly every text needs no look at its characters.
        let plain = rest.bytes().position(|b| !matches!(b, b' '..=b'~') || b == b'"' || b == b'\\');
        let (run, after) = rest.split_at(plain.unwrap_or(rest.len()));
        f.write_str(run)?;
        let mut characters = after.chars();
        match characters.next() {
            None => {}
            Some('"') => f.write_str("\\\"")?,
            Some('\\') => f.write_str("\\\\")?,
            Some('\n') => f.write_str("\\n")?,
            Some('\r') => f.write_str("\\r")?,
            Some('\t') => f.write_str("\\t")?,
            Some(c) if c.is_control() || is_invisible(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(f, "\\u{unit:04x}")?;
                }
            }
            Some(c) => f.write_char(c)?,
        }
        rest = characters.as_str();
    }
    f.write_str("\"")
}

/// Line separators, and controls of direction, of joining and of annotation (Unicode `Cf`, `Zl` and
/// `Zp`, as far as they can change how other text is shown).
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

struct Parser<'a, 'l> {
    part: &'static str,
    text: &'a str,
    at: usize,
    /// Values so far, at all levels.
    values: usize,
    limits: &'l Limits,
}

impl<'a> Parser<'a, '_> {
    const fn malformed(&self) -> Error {
        Error::Malformed { part: self.part, fault: Fault::Json { offset: self.at } }
    }

    fn peek(&self) -> Option<u8> {
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

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: u8) -> Result<Value<'a>, Error> {
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
    fn skip_value(&mut self, depth: u8) -> Result<(), Error> {
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
            _ => self.value(depth).map(drop),
        }
    }

    fn count(&mut self) -> Result<(), Error> {
        let limit = self.limits.json_values();
        self.values += 1;
        if self.values > limit {
            return Err(Error::TooLarge { what: "number of JSON values", limit });
        }
        Ok(())
    }

    fn descend(&self, depth: u8) -> Result<u8, Error> {
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
    fn members<N, V>(
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

    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.at;
        let escaped = self.skip_string()?;
        let text = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        if escaped { Ok(Cow::Owned(self.unescape(text)?)) } else { Ok(Cow::Borrowed(text)) }
    }

    /// Checks a string, and tells whether it has escapes.
    fn skip_string(&mut self) -> Result<bool, Error> {
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
    fn unescape(&self, text: &'a str) -> Result<String, Error> {
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

    /// Skips to the next byte of a string that means something, eight bytes at a time.
    fn skip_plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (words, tail) = rest.as_chunks::<8>();
        for word in words {
            let special = special_bytes(u64::from_le_bytes(*word));
            if special != 0 {
                self.at += usize::try_from(special.trailing_zeros() / 8).unwrap_or_default();
                return;
            }
            self.at += 8;
        }
        let plain = tail.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f));
        self.at += plain.unwrap_or(tail.len());
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
const fn special_bytes(word: u64) -> u64 {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use alloc::string::ToString;

    #[test]
    fn the_first_special_byte_is_found_at_every_place_whatever_surrounds_it() {
        let is_special = |b: u8| matches!(b, b'"' | b'\\' | 0..=0x1f);
        for first in 0..=255_u8 {
            for second in
                [0, 0x1f, 0x20, 0x21, b'"', b'#', b'[', b'\\', b']', 0x7f, 0x80, 0xa2, 0xff]
            {
                for place in 0..8 {
                    let mut bytes = [second; 8];
                    bytes[..place].fill(b'x');
                    bytes[place] = first;
                    let expected = bytes.iter().position(|b| is_special(*b));
                    let found = special_bytes(u64::from_le_bytes(bytes));
                    let found =
                        (found != 0).then(|| usize::try_from(found.trailing_zeros() / 8).unwrap());
                    assert_eq!(found, expected, "{bytes:02x?}");
                }
            }
        }
    }

    fn read(text: &[u8]) -> Result<Value<'_>, Error> {
        parse("test", text, &Limits::default())
    }

    #[test]
    fn legal_texts_print_as_themselves() {
        for text in [
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-12.50e+3",
            "1E9",
            "123456789012345678901234567890",
            r#""""#,
            r#""a\"\\/\n\u0000é""#,
            "[]",
            "[1,[2,[]],{}]",
            r#"{"b":1,"a":{"b":2},"":[null]}"#,
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn white_space_is_legal_between_tokens_only() {
        let value = read(b" \t\r\n{ \"a\" : [ 1 , 2 ] } \n").unwrap();
        assert_eq!(value.to_string(), r#"{"a":[1,2]}"#);
        for text in ["\u{a0}1", "1\u{b}", "t rue", "1 2", "- 1"] {
            assert_eq!(read(text.as_bytes()).unwrap_err().code(), Code::Malformed, "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused_at_its_offset() {
        for (text, offset) in [
            ("", 0),
            ("\u{feff}1", 0),
            ("tru", 0),
            ("01", 1),
            ("1.", 2),
            (".5", 0),
            ("+1", 0),
            ("1e", 2),
            ("-", 1),
            ("NaN", 0),
            ("[1,]", 3),
            ("[1 2]", 3),
            ("{,}", 1),
            (r#"{"a"}"#, 4),
            (r#"{"a":1,}"#, 7),
            ("{a:1}", 1),
            ("'a'", 0),
            ("\"\n\"", 1),
            (r#""\x""#, 2),
            (r#""\u12g4""#, 5),
            (r#""\ud800""#, 7),
            (r#""\udc00""#, 7),
            (r#""\ud800\u0041""#, 13),
            ("\"", 1),
            ("[", 1),
            ("{}x", 2),
            ("/**/1", 0),
        ] {
            let fault = Fault::Json { offset };
            assert_eq!(
                read(text.as_bytes()),
                Err(Error::Malformed { part: "test", fault }),
                "{text}"
            );
        }
        assert_eq!(read(b"\"\xff\""), Err(Error::Malformed { part: "test", fault: Fault::Utf8 }));
        assert_eq!(read(b"\xfe\xff\0{\0}").unwrap_err().code(), Code::Malformed);
    }

    #[test]
    fn repeated_names_are_refused_at_every_level_and_after_unescaping() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":[{"a":{"b":1,"b":1}}]}"#,
            r#"{"":1,"":2}"#,
            r#"{"\ud83d\ude00":1,"😀":2}"#,
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err().code(), Code::DuplicateMember, "{text}");
        }
        // Names differ in case, and objects have names of their own.
        assert!(read(br#"{"a":1,"A":{"a":2},"b":{"a":3}}"#).is_ok());
    }

    #[test]
    fn limits_hold_exactly() {
        let limits = Limits::default().with_json_depth(3).with_json_members(2);
        let read = |text: &'static str| parse("test", text.as_bytes(), &limits).map(|_| ());
        assert_eq!(read(r#"[[[1]]]"#), Ok(()));
        assert_eq!(read(r#"{"a":[{}]}"#), Ok(()));
        assert_eq!(read("[[[[]]]]"), Err(Error::TooLarge { what: "JSON depth", limit: 3 }));
        assert_eq!(read(r#"{"a":1,"b":2}"#), Ok(()));
        assert_eq!(
            read(r#"{"a":1,"b":2,"c":3}"#),
            Err(Error::TooLarge { what: "number of JSON members", limit: 2 })
        );
    }

    #[test]
    fn escapes_are_read_and_dangerous_characters_written_as_escapes() {
        let value = read(r#""\u00e9\ud83d\ude00\/\b\f""#.as_bytes()).unwrap();
        assert_eq!(value.as_str(), Some("é😀/\u{8}\u{c}"));
        let text = "\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{2028}\u{feff}";
        assert_eq!(Value::from(text).to_string(), r#""\u001b[31m\u007f\u009b\u202e\u2028\ufeff""#);
    }

    #[test]
    fn integers_are_exact_or_absent() {
        for (text, number) in [
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-9223372036854775808", Some(i64::MIN)),
            ("1.0", None),
            ("1e3", None),
            ("-0", Some(0)),
            (r#""1""#, None),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().as_i64(), number, "{text}");
        }
    }

    #[test]
    fn a_document_is_judged_as_an_object_and_reads_the_same() {
        let limits = Limits::default().with_json_depth(3).with_json_members(4);
        for text in [
            "{}",
            r#" { "a" : 1 , "b":"x\ny" , "\u0063":[1,{"d":null}] } "#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":1}"#,
            r#"{"\u0061":1,"a":1}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[[1]]}"#,
            r#"{"a":[[[1]]]}"#,
            r#"{"a":1,"b":2,"c":3,"d":4}"#,
            r#"{"a":1,"b":2,"c":3,"d":4,"e":5}"#,
            r#"{"a":1,"b":2,"c":3,"d":4,"e":}"#,
            r#"{"a":1}x"#,
            r#"{"a":1"#,
            r#"{"a":}"#,
            r#"{"#,
            "[]",
            "[",
            "",
            "null",
            "\u{feff}{}",
        ] {
            let object = parse_object("p", text.as_bytes(), &limits);
            let document = Document::parse("p", text.as_bytes().to_vec(), &limits);
            match (object, document) {
                (Ok(object), Ok(document)) => {
                    assert_eq!(document.to_object(), object, "{text}");
                    assert_eq!(document.text(), text);
                    assert_eq!(document.len(), object.iter().count());
                    for (name, value) in object.iter() {
                        assert_eq!(document.member(name).as_ref(), Some(value), "{text}");
                    }
                    assert_eq!(document.member("absent"), None);
                }
                (object, document) => {
                    assert_eq!(document.map(|_| ()), object.map(|_| ()), "{text}");
                }
            }
        }
        let broken = Document::parse("p", b"{\"\xff\":1}".to_vec(), &limits);
        assert_eq!(broken.map(|_| ()), Err(Error::Malformed { part: "p", fault: Fault::Utf8 }));
    }

    #[test]
    fn members_are_typed() {
        let object = parse_object("p", br#"{"s":"x","n":1,"z":null}"#, &Limits::default()).unwrap();
        assert_eq!(object.string("p", "s"), Ok("x"));
        assert_eq!(object.integer("p", "n"), Ok(1));
        assert_eq!(object.optional_string("p", "absent"), Ok(None));
        assert_eq!(object.string("p", "n").unwrap_err().code(), Code::WrongType);
        assert_eq!(object.optional_string("p", "z").unwrap_err().code(), Code::WrongType);
        assert_eq!(object.integer("p", "absent").unwrap_err().code(), Code::MissingMember);
        assert_eq!(
            parse_object("p", b"[]", &Limits::default()).unwrap_err().code(),
            Code::WrongType
        );
    }
}
