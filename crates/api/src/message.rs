//! JSON objects as types: documented members, and all others kept.

use core::fmt;

use super::{credentials::Confidential, error::Misfit, error::Problem};
use countersign::encoding::Fault;
use countersign::encoding::json::{Object, Value};
use countersign::{Error, Time};

/// Reads a value of a message.
pub(crate) trait FromJson: Sized {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit>;
}

/// Writes a value of a message, so that reading it gives the same again.
pub(crate) trait ToJson {
    fn to_json(&self) -> Value<'static>;
}

/// Defines a JSON object as a type: required members, optional members, and the rest.
///
/// A member that is `null` counts as absent where it is optional, and stays among the rest, so that
/// what was read is written again. A required member may have a second spelling (`or`), which is
/// read, and written as the first.
macro_rules! message {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$required_meta:meta])*
            $required:ident: $required_type:ty = $required_key:literal $(or $alias:literal)?,)*
        } optional {
            $($(#[$optional_meta:meta])* $optional:ident: $optional_type:ty = $optional_key:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* #[doc = ""] #[doc = concat!("Member `", $required_key, "`.")]
            pub $required: $required_type,)*
            $($(#[$optional_meta])* #[doc = ""]
            #[doc = concat!("Member `", $optional_key, "`, optional.")]
            pub $optional: Option<$optional_type>,)*
            /// Undocumented members, verbatim.
            pub rest: countersign::encoding::json::Object<'static>,
        }

        impl $name {
            /// Makes a message from its required members; all others are absent.
            #[must_use]
            #[allow(clippy::missing_const_for_fn, clippy::new_without_default, clippy::too_many_arguments,
                reason = "as many as the format requires")]
            pub fn new($($required: impl Into<$required_type>),*) -> Self {
                Self {
                    $($required: $required.into(),)*
                    $($optional: None,)*
                    rest: countersign::encoding::json::Object::new(),
                }
            }

            /// Parses the JSON text.
            ///
            /// # Errors
            ///
            /// A [`Misfit`]($crate::error::Misfit) that names the faulty member and its fault.
            pub fn parse(
                text: &[u8],
                limits: &countersign::Limits,
            ) -> Result<Self, $crate::error::Misfit> {
                $crate::message::FromJson::from_json($crate::call::parse_json(text, limits)?)
            }

            /// Returns the JSON object: documented members in their order, then the rest.
            #[must_use]
            pub fn to_json(&self) -> countersign::encoding::json::Object<'static> {
                #[allow(unused_mut, reason = "there are objects without members")]
                let mut object = countersign::encoding::json::Object::new();
                $(object.set($required_key, $crate::message::ToJson::to_json(&self.$required));)*
                $(if let Some(value) = &self.$optional {
                    object.set($optional_key, $crate::message::ToJson::to_json(value));
                })*
                for (name, value) in self.rest.iter() {
                    if object.member(name).is_none() {
                        object.set(String::from(name), value.clone());
                    }
                }
                object
            }
        }

        impl $crate::message::FromJson for $name {
            fn from_json(
                value: countersign::encoding::json::Value<'static>,
            ) -> Result<Self, $crate::error::Misfit> {
                #[allow(unused_mut, reason = "there are objects without members")]
                let mut fields = $crate::message::Fields::new(value)?;
                Ok(Self {
                    $($required: {
                        $(fields.rename($alias, $required_key)?;)?
                        fields.required($required_key)?
                    },)*
                    $($optional: fields.optional($optional_key)?,)*
                    rest: fields.rest(),
                })
            }
        }

        impl $crate::message::ToJson for $name {
            fn to_json(&self) -> countersign::encoding::json::Value<'static> {
                self.to_json().into()
            }
        }
    };
}
pub(crate) use message;

/// The members of an object that were not asked for yet.
pub(crate) struct Fields(Object<'static>);

impl Fields {
    pub(crate) fn new(value: Value<'static>) -> Result<Self, Misfit> {
        match value {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(Misfit::new(Problem::Type("an object"))),
        }
    }

    pub(crate) fn required<T: FromJson>(&mut self, name: &'static str) -> Result<T, Misfit> {
        let value = self.0.take(name).ok_or(Misfit::new(Problem::Missing));
        value.and_then(T::from_json).map_err(|misfit| misfit.within(format_args!(".{name}")))
    }

    /// Gives a member the name under which it is documented. There must not be both.
    pub(crate) fn rename(&mut self, from: &'static str, to: &'static str) -> Result<(), Misfit> {
        let Some(value) = self.0.take(from) else { return Ok(()) };
        if self.0.member(to).is_some() {
            let error = Error::TwoNames { part: "body", first: to, second: from };
            return Err(Misfit::new(Problem::Text(error)));
        }
        self.0.set(to, value);
        Ok(())
    }

    pub(crate) fn optional<T: FromJson>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, Misfit> {
        match self.0.member(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.required(name).map(Some),
        }
    }

    pub(crate) fn rest(self) -> Object<'static> {
        self.0
    }
}

macro_rules! scalar {
    ($type:ty, $expected:literal, $value:ident => $read:expr, $this:ident => $write:expr) => {
        impl FromJson for $type {
            fn from_json($value: Value<'static>) -> Result<Self, Misfit> {
                $read.ok_or(Misfit::new(Problem::Type($expected)))
            }
        }

        impl ToJson for $type {
            fn to_json(&self) -> Value<'static> {
                let $this = self;
                $write
            }
        }
    };
}

scalar!(String, "a string", value => text(value), this => Value::from(this.clone()));
scalar!(Confidential, "a string", value => text(value).map(Self::new),
    this => Value::from(this.expose().to_string()));
scalar!(i64, "an integer", value => value.as_i64(), this => Value::from(*this));
scalar!(u64, "a whole number", value => value.as_i64().and_then(|number| number.try_into().ok()),
    this => Value::Number(this.to_string().into()));
scalar!(bool, "true or false", value => match value {
    Value::Bool(value) => Some(value),
    _ => None,
}, this => Value::Bool(*this));
scalar!(Object<'static>, "an object", value => match value {
    Value::Object(object) => Some(object),
    _ => None,
}, this => Value::Object(this.clone()));

/// In Unix seconds.
impl FromJson for Time {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        let seconds = i64::from_json(value)?;
        Self::from_unix(seconds).ok_or(Misfit::new(Problem::Value(Fault::Time)))
    }
}

impl ToJson for Time {
    fn to_json(&self) -> Value<'static> {
        Value::from(self.unix())
    }
}

impl FromJson for Value<'static> {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        Ok(value)
    }
}

impl ToJson for Value<'static> {
    fn to_json(&self) -> Value<'static> {
        self.clone()
    }
}

/// For a required member that may be `null`: what an empty list is to some writers.
impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        match value {
            Value::Null => Ok(None),
            value => T::from_json(value).map(Some),
        }
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Value<'static> {
        self.as_ref().map_or(Value::Null, ToJson::to_json)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        let Value::Array(elements) = value else {
            return Err(Misfit::new(Problem::Type("an array")));
        };
        let read = |(index, element)| {
            T::from_json(element).map_err(|misfit| misfit.within(format_args!("[{index}]")))
        };
        elements.into_iter().enumerate().map(read).collect()
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Value<'static> {
        Value::Array(self.iter().map(ToJson::to_json).collect())
    }
}

fn text(value: Value<'static>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.into_owned()),
        _ => None,
    }
}

/// A time of an answer in [RFC 3339], which keeps its text: services write up to nine fractional
/// digits, which [`Time`] does not have.
///
/// ```
/// use countersign_api::Timestamp;
///
/// let created: Timestamp = "2023-05-17T13:07:24.59692Z".parse()?;
/// assert_eq!(created.time().to_string(), "2023-05-17T13:07:24Z");
/// assert_eq!(created.to_string(), "2023-05-17T13:07:24.59692Z");
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    text: String,
    time: Time,
}

impl Timestamp {
    /// Returns the time, truncated to seconds.
    #[must_use]
    pub const fn time(&self) -> Time {
        self.time
    }

    /// Returns the text, verbatim.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<Time> for Timestamp {
    /// Writes milliseconds, the only form that MOSIP's servers read.
    ///
    /// ```
    /// use countersign::Time;
    /// use countersign_api::Timestamp;
    ///
    /// let time = Time::parse_rfc3339("2020-02-16T09:13:59Z")?;
    /// assert_eq!(Timestamp::from(time).as_str(), "2020-02-16T09:13:59.000Z");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    fn from(time: Time) -> Self {
        let seconds = time.to_string();
        Self { text: format!("{}.000Z", seconds.trim_end_matches('Z')), time }
    }
}

impl core::str::FromStr for Timestamp {
    type Err = countersign::Error;

    fn from_str(text: &str) -> Result<Self, countersign::Error> {
        Ok(Self { time: Time::parse_rfc3339(text)?, text: text.to_string() })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromJson for Timestamp {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        String::from_json(value)?.parse().map_err(|_| Misfit::new(Problem::Value(Fault::Time)))
    }
}

impl ToJson for Timestamp {
    fn to_json(&self) -> Value<'static> {
        Value::from(self.text.clone())
    }
}

/// A time in Unix seconds, which documents write as a number or as a string.
///
/// ```
/// use countersign::Time;
/// use countersign_api::UnixSeconds;
///
/// let time = Time::from_unix(1_634_890_606).unwrap();
/// assert_eq!(UnixSeconds::from(time), UnixSeconds::Number(time));
/// assert_eq!(UnixSeconds::Text(time).time(), time);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnixSeconds {
    /// Written as a number.
    Number(Time),
    /// Written as a string of digits.
    Text(Time),
}

impl UnixSeconds {
    /// Returns the instant.
    #[must_use]
    pub const fn time(self) -> Time {
        match self {
            Self::Number(time) | Self::Text(time) => time,
        }
    }
}

impl From<Time> for UnixSeconds {
    fn from(time: Time) -> Self {
        Self::Number(time)
    }
}

impl FromJson for UnixSeconds {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        let time =
            |seconds| Time::from_unix(seconds).ok_or(Misfit::new(Problem::Value(Fault::Time)));
        match &value {
            Value::Number(_) => {
                let seconds = value.as_i64().ok_or(Misfit::new(Problem::Type("an integer")))?;
                time(seconds).map(Self::Number)
            }
            Value::String(text) => {
                // Only the text that is written again.
                let seconds = text.parse::<i64>().ok().filter(|n| n.to_string() == **text);
                time(seconds.unwrap_or(-1)).map(Self::Text)
            }
            _ => Err(Misfit::new(Problem::Type("an integer"))),
        }
    }
}

impl ToJson for UnixSeconds {
    fn to_json(&self) -> Value<'static> {
        match self {
            Self::Number(time) => Value::from(time.unix()),
            Self::Text(time) => Value::from(time.unix().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(unreachable_pub, reason = "the macro makes public types")]
    #![allow(dead_code, reason = "not all that it makes is used here")]

    use super::*;
    use countersign::{Code, Limits};

    message! {
        /// An item of a list.
        pub struct Item {
            /// The time.
            at: Timestamp = "createdAt",
        } optional {
            /// How often.
            count: u64 = "count",
        }
    }

    message! {
        /// What older writers spell otherwise.
        pub struct Spelt {
            /// A name.
            name: String = "userId" or "userid",
            /// May be `null`, and must be there.
            list: Option<Vec<u64>> = "list",
        } optional {
        }
    }

    message! {
        /// A list.
        pub struct List {
            /// Its items.
            items: Vec<Item> = "list",
            /// Whether it is all.
            complete: bool = "complete",
        } optional {
            /// Until when.
            until: UnixSeconds = "until",
            /// What opens it.
            key: Confidential = "key",
        }
    }

    fn parse(text: &str) -> Result<List, Misfit> {
        List::parse(text.as_bytes(), &Limits::default())
    }

    #[test]
    fn what_was_read_is_written_again_with_everything_unknown() {
        for text in [
            r#"{"list":[],"complete":true}"#,
            r#"{"list":[{"createdAt":"2021-10-01T07:52:27.204579Z","count":3,"x":[1e5]}],"complete":false,"until":"12","key":"k","more":{"a":null}}"#,
            r#"{"list":[{"createdAt":"2021-10-01T07:52:27Z","count":null}],"complete":false,"until":12,"key":null}"#,
        ] {
            assert_eq!(parse(text).unwrap().to_json().to_string(), text);
        }
        let mut list = parse(r#"{"list":[],"complete":true,"key":null}"#).unwrap();
        assert_eq!(list.key, None);
        list.key = Some(Confidential::new("opens"));
        assert_eq!(list.to_json().to_string(), r#"{"list":[],"complete":true,"key":"opens"}"#);
        assert!(!format!("{list:?}").contains("opens"));
    }

    #[test]
    fn a_second_spelling_and_a_null_list_are_read_and_neither_twice_nor_missing() {
        let parse = |text: &str| Spelt::parse(text.as_bytes(), &Limits::default());
        let spelt = parse(r#"{"userid":"u","list":null,"USERID":"x"}"#).unwrap();
        assert_eq!((spelt.name.as_str(), &spelt.list), ("u", &None));
        let again = r#"{"userId":"u","list":null,"USERID":"x"}"#;
        assert_eq!(spelt.to_json().to_string(), again);
        assert_eq!(parse(again), Ok(spelt));
        assert_eq!(parse(r#"{"userId":"u","list":[1]}"#).unwrap().list, Some(vec![1]));
        assert_eq!(Spelt::new("u", vec![]).to_json().to_string(), r#"{"userId":"u","list":[]}"#);
        for (text, expected) in [
            (r#"{"userid":"u"}"#, "$.list is missing"),
            (r#"{"list":[]}"#, "$.userId is missing"),
            (r#"{"userid":7,"list":[]}"#, "$.userId is not a string"),
            (r#"{"userId":"u","list":{}}"#, "$.list is not an array"),
            (r#"{"userId":"u","list":[null]}"#, "$.list[0] is not a whole number"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
        }
        let both = parse(r#"{"userId":"u","userid":"u","list":[]}"#).unwrap_err();
        assert!(matches!(both.problem(), Problem::Text(Error::TwoNames { .. })));
        assert_eq!(both.code(), Code::Malformed);
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_path() {
        for (text, expected) in [
            ("[]", "$ is not an object"),
            (r#"{"complete":true}"#, "$.list is missing"),
            (r#"{"list":{},"complete":true}"#, "$.list is not an array"),
            (r#"{"list":[7],"complete":true}"#, "$.list[0] is not an object"),
            (r#"{"list":[],"complete":1}"#, "$.complete is not true or false"),
            (r#"{"list":[],"complete":null}"#, "$.complete is not true or false"),
            (
                r#"{"list":[{"createdAt":"2021-10-01T07:52:27Z"},{"createdAt":"now"}],"complete":true}"#,
                "$.list[1].createdAt: not a valid time",
            ),
            (
                r#"{"list":[{"createdAt":"2021-10-01T07:52:27Z","count":-1}],"complete":true}"#,
                "$.list[0].count is not a whole number",
            ),
            (r#"{"list":[],"complete":true,"until":"012"}"#, "$.until: not a valid time"),
            (r#"{"list":[],"complete":true,"until":1.5}"#, "$.until is not an integer"),
            (r#"{"list":[],"complete":true,"key":7}"#, "$.key is not a string"),
        ] {
            let misfit = parse(text).unwrap_err();
            assert_eq!(misfit.to_string(), expected, "{text}");
            assert_eq!(misfit.code(), Code::Malformed);
        }
        let repeated = parse(r#"{"list":[],"list":[],"complete":true}"#).unwrap_err();
        assert_eq!(repeated.code(), Code::Malformed);
        assert!(matches!(repeated.problem(), Problem::Text(_)));
    }
}
