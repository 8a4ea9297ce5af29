//! An object that is validated as a whole and read member by member.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use super::parser::{Parser, Span, check_size, parse_object};
use super::value::{Object, Value};
use super::write::{is_compact, write_string};
use crate::encoding::Fault;
use crate::error::{Error, shorten};
use crate::limits::Limits;

/// A JSON object that has its text and the positions of its top-level members.
///
/// Parsing validates the whole text, as strictly as [`parse`](super::parse); values are read on
/// demand. So it costs two allocations, however many members it has, or one if it
/// [borrows](Self::borrow) its text.
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
pub struct Document<T = String> {
    text: T,
    members: Vec<Member>,
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
    /// The same as [`parse_object`].
    pub fn parse(part: &'static str, text: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        check_size(part, &text, limits)?;
        let text =
            String::from_utf8(text).map_err(|_| Error::Malformed { part, fault: Fault::Utf8 })?;
        let members = find_members(part, &text, limits)?;
        Ok(Self { text, members })
    }

    /// Reads an object within a text that was read once, or that was written from values.
    pub(super) fn of_object(text: String) -> Option<Self> {
        Self::parse("", text.into_bytes(), &NO_LIMITS).ok()
    }
}

impl<'a> Document<&'a str> {
    /// Parses a text that must be one JSON object, and that somebody else has.
    ///
    /// # Errors
    ///
    /// The same as [`parse_object`].
    ///
    /// ```
    /// use countersign::Limits;
    /// use countersign::encoding::json::Document;
    ///
    /// let record = Document::borrow("record", br#"{"id":7}"#, &Limits::default())?;
    /// assert_eq!(record.integer("record", "id")?, 7);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn borrow(part: &'static str, text: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        check_size(part, text, limits)?;
        let text = core::str::from_utf8(text)
            .map_err(|_| Error::Malformed { part, fault: Fault::Utf8 })?;
        let members = find_members(part, text, limits)?;
        Ok(Self { text, members })
    }
}

/// Checks a text, and finds the members of its object.
fn find_members(part: &'static str, text: &str, limits: &Limits) -> Result<Vec<Member>, Error> {
    let mut members: Vec<Member> = Vec::with_capacity(16);
    let mut parser = Parser { part, text, at: 0, values: 0, limits };
    parser.skip_white_space();
    if parser.peek() != Some(b'{') {
        parse_object(part, text.as_bytes(), limits)?;
    }
    parser.count()?;
    let depth = parser.descend(limits.json_depth())?;
    let (read_name, read_value) = (Parser::skip_string, Parser::skip_value);
    parser.members(depth, read_name, read_value, |part, escaped, (), span| {
        let member = Member { span, escaped };
        let name = member.name(text);
        if members.iter().any(|other| other.is_named(text, &name)) {
            return Err(Error::DuplicateMember { part, name: shorten(&name) });
        }
        members.push(member);
        Ok(members.len())
    })?;
    parser.skip_white_space();
    if parser.at < text.len() {
        return Err(parser.malformed());
    }
    Ok(members)
}

impl<T: AsRef<str>> Document<T> {
    /// Returns the text, unchanged.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_ref()
    }

    /// Returns the member with exactly this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Value<'_>> {
        Some(self.find(name)?.read())
    }

    /// Returns the member with exactly this name, which is not read yet.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Unread<'_>> {
        let text = self.text();
        let member = self.members.iter().find(|member| member.is_named(text, name))?;
        Some(member.value(text))
    }

    /// Iterates over names and values, which are not read yet: one pass where many members would
    /// be looked up.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Unread<'_>)> {
        let text = self.text();
        self.members.iter().map(|member| (member.name(text), member.value(text)))
    }

    /// Returns a string member.
    ///
    /// # Errors
    ///
    /// [`Error::MissingMember`] or [`Error::WrongType`], naming `part`.
    pub fn string(&self, part: &'static str, member: &'static str) -> Result<Cow<'_, str>, Error> {
        self.optional_string(part, member)?.ok_or(Error::MissingMember { part, member })
    }

    /// Returns a string member, or `None` if it is absent.
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
    /// [`Error::MissingMember`] or [`Error::WrongType`], naming `part`. A fraction, an exponent or
    /// a number beyond 64 bits is a wrong type.
    pub fn integer(&self, part: &'static str, member: &'static str) -> Result<i64, Error> {
        self.optional_integer(part, member)?.ok_or(Error::MissingMember { part, member })
    }

    /// Returns an integer member, or `None` if it is absent.
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

    /// Reads the whole object.
    #[must_use]
    pub fn to_object(&self) -> Object<'_> {
        parse_object("", self.text().as_bytes(), &NO_LIMITS).unwrap_or_default()
    }

    /// Writes what [`Display`](fmt::Display) shows.
    pub(crate) fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        write_checked(out, self.text())
    }

    /// Returns the number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Tells whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl<T: AsRef<str>> fmt::Display for Document<T> {
    /// Writes the object as [`Object`] does: without white space, with members in their order and
    /// numbers unchanged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// Writes a text that was checked as its value would be written, without making the value.
fn write_checked(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    if is_compact(text.as_bytes()) {
        return out.write_str(text);
    }
    let mut parser = Parser { part: "", text, at: 0, values: 0, limits: &NO_LIMITS };
    while let Some(byte) = parser.peek() {
        match byte {
            b'"' => write_string(out, &parser.string().map_err(|_| fmt::Error)?)?,
            b' ' | b'\t' | b'\n' | b'\r' => parser.skip_white_space(),
            _ => {
                let rest = text.get(parser.at..).unwrap_or_default();
                let between = |b: u8| !matches!(b, b'"' | b' ' | b'\t' | b'\n' | b'\r');
                let end = rest.bytes().take_while(|b| between(*b)).count();
                out.write_str(rest.get(..end).unwrap_or_default())?;
                parser.at += end;
            }
        }
    }
    Ok(())
}

/// A value of a [`Document`] that was checked but not read: its text.
///
/// [`Display`](fmt::Display) writes it as [`Value`] does.
///
/// ```
/// use countersign::Limits;
/// use countersign::encoding::json::Document;
///
/// let record = Document::borrow("record", br#"{"a": {"b" : 1}, "c":"d"}"#, &Limits::default())?;
/// assert_eq!(record.find("a").unwrap().compact(), r#"{"b":1}"#);
/// assert_eq!(record.find("a").unwrap().as_text(), None);
/// assert_eq!(record.find("c").unwrap().as_text().as_deref(), Some("d"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Unread<'d>(&'d str);

impl<'d> Unread<'d> {
    /// Reads the value.
    #[must_use]
    pub fn read(self) -> Value<'d> {
        if let Some(text) = self.plain() {
            return Value::String(Cow::Borrowed(text));
        }
        let mut parser = Parser { part: "", text: self.0, at: 0, values: 0, limits: &NO_LIMITS };
        parser.value(u8::MAX).unwrap_or(Value::Null)
    }

    /// Returns the text, as it stands in the document.
    #[must_use]
    pub const fn text(self) -> &'d str {
        self.0
    }

    /// Returns the text as [`Value`] writes it: without white space, and with its own escapes.
    #[must_use]
    pub fn compact(self) -> Cow<'d, str> {
        if is_compact(self.0.as_bytes()) {
            Cow::Borrowed(self.0)
        } else {
            Cow::Owned(self.to_string())
        }
    }

    pub(crate) fn is_string(self) -> bool {
        self.0.starts_with('"')
    }

    /// Returns the text of a string, or `None` for any other type.
    #[must_use]
    pub fn as_text(self) -> Option<Cow<'d, str>> {
        match self.is_string().then(|| self.read()) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns the text of a string without escapes.
    fn plain(self) -> Option<&'d str> {
        let text = self.0.strip_prefix('"')?.strip_suffix('"')?;
        memchr::memchr(b'\\', text.as_bytes()).is_none().then_some(text)
    }

    /// As [`Value::as_i64`]: no other value's text is an integer.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.0.parse().ok()
    }
}

impl fmt::Display for Unread<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_checked(f, self.0)
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
