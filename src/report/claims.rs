//! The signed content of a report.

use alloc::borrow::Cow;
use core::fmt;

use crate::encoding::json::{Document, Object, Value};

/// The signed content of a valid artefact, as its report shows it.
///
/// [`Display`](fmt::Display) writes it as JSON without white space.
///
/// ```
/// use countersign::Claims;
/// use countersign::encoding::json::Object;
///
/// let claims = Claims::from(Object::new().with("sub", "u"));
/// assert_eq!(claims.member("sub").unwrap().as_str(), Some("u"));
/// assert_eq!(claims.to_string(), r#"{"sub":"u"}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Claims(Content);

#[derive(Clone, Debug)]
enum Content {
    /// The payload of a token, which is shown as a whole.
    Document(Document),
    /// What was put together from several layers.
    Object(Object<'static>),
}

impl Claims {
    /// Returns the member with exactly this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Value<'_>> {
        match &self.0 {
            Content::Document(document) => document.member(name),
            Content::Object(object) => object.member(name).cloned(),
        }
    }

    /// Returns the content as an object.
    #[must_use]
    pub fn to_object(&self) -> Cow<'_, Object<'_>> {
        match &self.0 {
            Content::Document(document) => Cow::Owned(document.to_object()),
            Content::Object(object) => Cow::Borrowed(object),
        }
    }
}

impl fmt::Display for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl Claims {
    pub(super) fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match &self.0 {
            Content::Document(document) => document.write(out),
            Content::Object(object) => object.write(out),
        }
    }
}

/// Two contents are equal if they are the same JSON.
impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.to_object() == other.to_object()
    }
}

impl Eq for Claims {}

impl From<Document> for Claims {
    fn from(document: Document) -> Self {
        Self(Content::Document(document))
    }
}

impl From<Object<'static>> for Claims {
    fn from(object: Object<'static>) -> Self {
        Self(Content::Object(object))
    }
}
