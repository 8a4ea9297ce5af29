//! Path and query of a request.

use core::fmt;

use countersign::Error;
use countersign::encoding::{Fault, percent};

/// Path and query. All characters except the unreserved ones of [RFC 3986] are percent-encoded, so
/// every part stays in its place.
///
/// ```
/// use countersign_api::Target;
///
/// let target = Target::new(&["projects", "a/b"])?.query("userId", "x&y=z #").query("limit", "10");
/// assert_eq!(target.as_str(), "/projects/a%2Fb?userId=x%26y%3Dz%20%23&limit=10");
/// assert!(Target::new(&["projects", ".."]).is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// [RFC 3986]: https://www.rfc-editor.org/rfc/rfc3986
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    text: String,
    has_query: HasQuery,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum HasQuery {
    No,
    Yes,
}

impl Target {
    /// Makes a path from its segments.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for a segment that is empty, `.` or `..`: URL parsers remove these,
    /// however they are encoded.
    pub fn new(segments: &[&str]) -> Result<Self, Error> {
        let mut text = String::new();
        for segment in segments {
            if matches!(*segment, "" | "." | "..") {
                return Err(Error::Malformed { part: "path segment", fault: Fault::Value });
            }
            text.push('/');
            text.push_str(&percent::encode(segment));
        }
        Ok(Self { text, has_query: HasQuery::No })
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.text.push(match self.has_query {
            HasQuery::No => '?',
            HasQuery::Yes => '&',
        });
        self.has_query = HasQuery::Yes;
        self.text.push_str(&percent::encode(name));
        self.text.push('=');
        self.text.push_str(&percent::encode(value));
        self
    }

    /// Adds a parameter to the query if there is a value.
    #[must_use]
    pub fn query_optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Returns the text, from the first slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::BaseUrl;

    #[test]
    fn no_value_leaves_its_place() {
        let base: BaseUrl = "https://h.example/v1".parse().unwrap();
        for nasty in
            ["/", "a/b", "../x", "?", "#", "&a=b", "%", "%2f", "+", " ", "\r\nHost: x", "é", "\0"]
        {
            let target = Target::new(&["p", nasty, "end"]).unwrap().query(nasty, nasty);
            let uri: http::Uri = base.join(&target).parse().unwrap();
            assert_eq!(uri.host(), Some("h.example"));
            let segments: Vec<_> = uri.path().split('/').collect();
            assert_eq!(segments.len(), 5, "{uri}");
            assert_eq!(percent::decode(segments[3], percent::Plus::Literal).unwrap(), nasty);
            let query = uri.query().unwrap();
            let (name, value) = query.split_once('=').unwrap();
            for part in [name, value] {
                assert_eq!(percent::decode(part, percent::Plus::Space).unwrap(), nasty);
            }
        }
        for segment in ["", ".", ".."] {
            assert!(Target::new(&["a", segment]).is_err());
        }
    }
}
