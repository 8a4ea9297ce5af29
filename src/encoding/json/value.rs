//! Values that borrow from their text.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;

/// A JSON value that borrows from its text unless escapes prevent it.
///
/// [`Display`](core::fmt::Display) writes it without white space, with members in their order and
/// numbers unchanged.
///
/// ```
/// use countersign::Limits;
/// use countersign::encoding::json;
///
/// let value = json::parse("list", br#"[ 1, "a", {} ]"#, &Limits::default())?;
/// let elements = value.as_array().ok_or("an array")?;
/// assert_eq!((elements[0].as_i64(), elements[1].as_str()), (Some(1), Some("a")));
/// assert!(elements[2].as_object().is_some());
/// assert_eq!(value.to_string(), r#"[1,"a",{}]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// A JSON object: members in text order, each name once.
///
/// ```
/// use countersign::encoding::json::Object;
///
/// let mut object = Object::new().with("kid", "a").with("n", 7_i64);
/// assert_eq!(object.string("key", "kid"), Ok("a"));
/// assert_eq!(object.integer("key", "n"), Ok(7));
/// object.set("kid", "b");
/// assert!(object.take("n").is_some());
/// assert_eq!(object.to_string(), r#"{"kid":"b"}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object<'a> {
    pub(super) members: Vec<(Cow<'a, str>, Value<'a>)>,
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

    /// Copies all borrowed parts.
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

    /// Returns the member with exactly this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value<'a>> {
        self.members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Takes the member with exactly this name, and drops the others.
    #[must_use]
    pub fn into_member(self, name: &str) -> Option<Value<'a>> {
        self.members.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Returns the object without the members that are `null`.
    pub(crate) fn without_nulls(mut self) -> Self {
        self.members.retain(|(_, value)| *value != Value::Null);
        self
    }

    /// Takes out the member with exactly this name; the others keep their order.
    #[must_use]
    pub fn take(&mut self, name: &str) -> Option<Value<'a>> {
        let at = self.members.iter().position(|(key, _)| key == name)?;
        Some(self.members.remove(at).1)
    }

    /// Iterates over names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.members.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Sets a member: in place if the name exists, otherwise at the end.
    pub fn set(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) {
        let (name, value) = (name.into(), value.into());
        match self.members.iter_mut().find(|(key, _)| *key == name) {
            Some(member) => member.1 = value,
            None => self.members.push((name, value)),
        }
    }

    /// Adds a member, to build an object in one expression.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Value<'a>>) -> Self {
        self.set(name, value);
        self
    }

    /// Copies all borrowed parts.
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

    /// Returns a string member, or `None` if it is absent.
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
