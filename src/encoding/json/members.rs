//! Members by name, for code that reads objects of either form.

use alloc::borrow::Cow;
use alloc::string::ToString as _;

use super::document::Document;
use super::value::{Object, Value};

/// A JSON object: values ([`Object`]), or a text that is read member by member ([`Document`]).
pub(crate) trait Members {
    /// Returns the member with exactly this name.
    fn get(&self, name: &str) -> Option<Cow<'_, Value<'_>>>;

    /// Returns the text of a member that is an object.
    fn document(&self, name: &str) -> Option<Document>;

    /// Tells whether there is such a member, and it is not `null`.
    fn has(&self, name: &str) -> bool;
}

impl Members for Object<'_> {
    fn get(&self, name: &str) -> Option<Cow<'_, Value<'_>>> {
        self.member(name).map(Cow::Borrowed)
    }

    fn document(&self, name: &str) -> Option<Document> {
        let object = self.member(name)?.as_object()?;
        Document::of_object(object.to_string())
    }

    fn has(&self, name: &str) -> bool {
        self.member(name).is_some_and(|value| *value != Value::Null)
    }
}

impl<T: AsRef<str>> Members for Document<T> {
    fn get(&self, name: &str) -> Option<Cow<'_, Value<'_>>> {
        self.member(name).map(Cow::Owned)
    }

    fn document(&self, name: &str) -> Option<Document> {
        let text = self.find(name)?.text();
        text.starts_with('{').then(|| Document::of_object(text.into())).flatten()
    }

    fn has(&self, name: &str) -> bool {
        self.find(name).is_some_and(|value| value.text() != "null")
    }
}
