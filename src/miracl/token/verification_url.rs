//! The URL that enrols a device.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use crate::encoding::Fault;
use crate::encoding::percent::{self, Plus};
use crate::error::Error;
use crate::limits::Limits;

/// A verification URL: it names a user and contains the code that enrols a device of theirs. It is
/// not signed, so only the service can check the code.
///
/// `Display` writes the whole URL; `Debug` omits the code.
///
/// ```
/// use countersign::Limits;
/// use countersign::miracl::token::VerificationUrl;
///
/// // As a terminal shows it: `\u0026` is how some JSON writers put an ampersand.
/// let text = r"https://api.mpin.io/verification/confirmation?user_id=a%2Bb%40x.io\u0026code=c0de";
/// let url = VerificationUrl::parse(text, &Limits::default())?;
/// assert_eq!((url.user_id(), url.code()), ("a+b@x.io", "c0de"));
/// assert_eq!(url.origin(), "https://api.mpin.io");
///
/// let built = VerificationUrl::new("https://api.mpin.io", "a+b@x.io", "c0de")?;
/// assert_eq!(built, url);
/// assert_eq!(
///     built.with("redirect_uri", "https://x.io/?a=b c").to_string(),
///     "https://api.mpin.io/verification/confirmation?user_id=a%2Bb%40x.io&code=c0de\
///      &redirect_uri=https%3A%2F%2Fx.io%2F%3Fa%3Db%20c"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct VerificationUrl {
    origin: String,
    /// Names are unique.
    parameters: Vec<(String, String)>,
}

const PART: &str = "verification URL";
const PATH: &str = "/verification/confirmation";
const PARAMETERS: usize = 64;

impl VerificationUrl {
    /// Makes a URL from a service's origin, such as `https://api.mpin.io`, a user and a code.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] unless the origin is `https://`, a host and an optional port, and user
    /// and code are not empty.
    pub fn new(
        origin: impl Into<String>,
        user_id: impl Into<String>,
        code: impl Into<String>,
    ) -> Result<Self, Error> {
        let origin = origin.into();
        check_origin(&origin)?;
        let parameters = [("user_id", user_id.into()), ("code", code.into())];
        if parameters.iter().any(|(_, value)| value.is_empty()) {
            return Err(Error::Malformed { part: PART, fault: Fault::Empty });
        }
        let own = |(name, value): (&str, String)| (name.to_string(), value);
        Ok(Self { origin, parameters: parameters.into_iter().map(own).collect() })
    }

    /// Sets another parameter, such as `client_id`, `redirect_uri` or `stage`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(name.into(), value.into());
        self
    }

    /// Parses a URL.
    ///
    /// Checked: `https`, a host without user name, the path `/verification/confirmation`, strict
    /// percent-encoding, and that `user_id` and `code` are there and not empty. In the query, `+`
    /// is a space, and the last of repeated parameters counts, as in the official SDKs. A fragment
    /// is dropped; the SDKs treat it as a part of the last value. The six characters `\u0026` count
    /// as `&`. *Not* checked: the host; see [`origin`](Self::origin).
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`], [`Error::Malformed`] or [`Error::MissingMember`]; these never contain
    /// the code.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        let malformed = |fault| Error::Malformed { part: PART, fault };
        if text.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.token_bytes() });
        }
        let text = if text.contains('\\') {
            Cow::Owned(text.replace(r"\u0026", "&"))
        } else {
            Cow::Borrowed(text)
        };
        if let Some(offset) = text.bytes().position(|b| !b.is_ascii_graphic() || b == b'\\') {
            return Err(malformed(Fault::Character { offset }));
        }
        let text = text.split_once('#').map_or(&*text, |(text, _)| text);
        let (place, query) = text.split_once('?').ok_or(malformed(Fault::Segments))?;
        let origin = place.strip_suffix(PATH).ok_or(malformed(Fault::Value))?;
        check_origin(origin)?;
        let mut url = Self { origin: origin.to_string(), parameters: Vec::new() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text| percent::decode(text, Plus::Space).map_err(malformed);
            url.set(decode(name)?.into_owned(), decode(value)?.into_owned());
            if url.parameters.len() > PARAMETERS {
                return Err(Error::TooLarge { what: "number of parameters", limit: PARAMETERS });
            }
        }
        for member in ["user_id", "code"] {
            if url.parameter(member).is_none_or(str::is_empty) {
                return Err(Error::MissingMember { part: PART, member });
            }
        }
        Ok(url)
    }

    /// Returns scheme, host and port. Compare them with the expected origin before you send the
    /// code there.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns `user_id`.
    #[must_use]
    pub fn user_id(&self) -> &str {
        self.parameter("user_id").unwrap_or_default()
    }

    /// Returns `code`. Its holder can enrol a device.
    #[must_use]
    pub fn code(&self) -> &str {
        self.parameter("code").unwrap_or_default()
    }

    /// Returns any parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().find(|(other, _)| other == name)?;
        Some(value)
    }

    /// Iterates over names and values.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn set(&mut self, name: String, value: String) {
        match self.parameters.iter_mut().find(|(other, _)| *other == name) {
            Some(parameter) => parameter.1 = value,
            None => self.parameters.push((name, value)),
        }
    }
}

fn check_origin(origin: &str) -> Result<(), Error> {
    const MALFORMED: Error = Error::Malformed { part: PART, fault: Fault::Value };
    let authority = origin.strip_prefix("https://").ok_or(MALFORMED)?;
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let fits = !host.is_empty()
        && host.bytes().all(legal)
        && port.bytes().all(|b| b.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port > 0);
    if fits { Ok(()) } else { Err(MALFORMED) }
}

impl fmt::Display for VerificationUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{PATH}", self.origin)?;
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{}={}", percent::encode(name), percent::encode(value))?;
        }
        Ok(())
    }
}

impl fmt::Debug for VerificationUrl {
    /// Leaves out the code, which is a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationUrl")
            .field("origin", &self.origin)
            .field("user_id", &self.user_id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    const BASE: &str = "https://api.mpin.io/verification/confirmation";

    fn parse(rest: &str) -> Result<VerificationUrl, Error> {
        VerificationUrl::parse(&alloc::format!("{BASE}{rest}"), &Limits::default())
    }

    #[test]
    fn the_shapes_of_the_documents_are_read_and_built_again() {
        for rest in [
            "?client_id=c&code=abc&redirect_uri=https%3A%2F%2Fx.io%2F&stage=auth&user_id=u%40x.io",
            "?user_id=u%40x.io&code=abc",
        ] {
            let url = parse(rest).unwrap();
            assert_eq!((url.user_id(), url.code()), ("u@x.io", "abc"));
            assert_eq!(url.to_string(), alloc::format!("{BASE}{rest}"));
            let escaped = parse(&rest.replace('&', r"\u0026")).unwrap();
            assert_eq!(escaped, url);
            assert!(!alloc::format!("{url:?}").contains("abc"));
        }
    }

    #[test]
    fn plus_percent_fragments_and_repetitions_have_one_meaning() {
        for (rest, user, code) in [
            ("?user_id=a+b&code=c%2Bd", "a b", "c+d"),
            ("?user_id=a=b&code=c==", "a=b", "c=="),
            ("?user_id=a&code=b&user_id=c", "c", "b"),
            ("?user_id=a&code=b#c&code=d", "a", "b"),
            ("?&user_id=a&&code=b&flag", "a", "b"),
            ("?u%73er_id=%C3%A9&code=b?c", "é", "b?c"),
        ] {
            let url = parse(rest).unwrap();
            assert_eq!((url.user_id(), url.code()), (user, code), "{rest}");
            assert_eq!(url.parameter(""), None);
            let again = VerificationUrl::parse(&url.to_string(), &Limits::default()).unwrap();
            assert_eq!(again, url);
        }
    }

    #[test]
    fn what_is_no_verification_url_is_refused() {
        for (rest, code) in [
            ("", Code::Malformed),
            ("?", Code::MissingMember),
            ("?user_id=a", Code::MissingMember),
            ("?user_id=a&code=", Code::MissingMember),
            ("?user_id&code=b", Code::MissingMember),
            ("?user_id=a&code=%", Code::Malformed),
            ("?user_id=%ff&code=b", Code::Malformed),
            ("?user_id=a b&code=c", Code::Malformed),
            (r"?user_id=a\u0027&code=c", Code::Malformed),
            ("/?user_id=a&code=b", Code::Malformed),
            ("#?user_id=a&code=b", Code::Malformed),
            ("?user_id=é&code=b", Code::Malformed),
        ] {
            assert_eq!(parse(rest).unwrap_err().code(), code, "{rest}");
        }
        for origin in [
            "",
            "https://",
            "http://api.mpin.io",
            "https://api.mpin.io@evil.example",
            "https://api.mpin.io:0",
            "https://api.mpin.io:x",
            "https://api.mpin.io:+443",
            "https://api.mpin.io:",
            "https://api.mpin.io/x",
            "https://[::1]",
        ] {
            let text = alloc::format!("{origin}/verification/confirmation?user_id=a&code=b");
            let parsed = VerificationUrl::parse(&text, &Limits::default());
            assert_eq!(parsed.unwrap_err().code(), Code::Malformed, "{origin}");
            assert!(VerificationUrl::new(origin, "a", "b").is_err(), "{origin}");
        }
        assert!(VerificationUrl::new("https://api.mpin.io", "", "b").is_err());
        let with = |more: usize| {
            let more = (0..more).map(|n| alloc::format!("&p{n}=")).collect::<String>();
            parse(&alloc::format!("?user_id=a&code=b{more}"))
        };
        assert_eq!(with(62).unwrap().parameters().count(), 64);
        assert_eq!(with(63).unwrap_err().code(), Code::TooLarge);
    }
}
