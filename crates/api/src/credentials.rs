//! The credentials of a caller.

use core::fmt;

use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use countersign::encoding::{Fault, base64};
use countersign::{Error, Secret};

/// The credentials of a caller. `Debug` shows only the scheme.
///
/// ```
/// use countersign::Secret;
/// use countersign_api::Credentials;
///
/// let secret = Secret::new(b"MockClientSecret".to_vec());
/// let credentials = Credentials::basic("MockClientId", secret)?;
/// assert_eq!(format!("{credentials:?}"), "Basic(..)");
/// # Ok::<(), countersign::Error>(())
/// ```
#[non_exhaustive]
pub enum Credentials {
    /// No credentials.
    None,
    /// A header created by [`basic`](Self::basic), [`bearer`](Self::bearer) or
    /// [`cookie`](Self::cookie).
    Authorization(Authorization),
}

/// An `Authorization` or `Cookie` header; `Debug` shows only the scheme or the cookie's name.
pub struct Authorization {
    name: HeaderName,
    scheme: &'static str,
    value: Secret,
}

impl Credentials {
    /// Takes user name and password ([RFC 7617]).
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for a user name with a colon, or a control character in either: the
    /// service would read another name or password.
    ///
    /// [RFC 7617]: https://www.rfc-editor.org/rfc/rfc7617
    pub fn basic(user: &str, password: Secret) -> Result<Self, Error> {
        let clean = |bytes: &[u8]| !bytes.iter().any(u8::is_ascii_control);
        if user.contains(':') || !clean(user.as_bytes()) || !clean(password.expose()) {
            return Err(Error::Malformed { part: "credentials", fault: Fault::Value });
        }
        let pair = Zeroizing::new([user.as_bytes(), b":", password.expose()].concat());
        Ok(Self::new(AUTHORIZATION, "Basic", " ", base64::encode_standard(&pair).into_bytes()))
    }

    /// Takes a token ([RFC 6750 §2.1]).
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] unless it has at least one character, and only those that RFC 6750
    /// allows: letters, digits, `-._~+/` and `=`.
    ///
    /// [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    pub fn bearer(token: Secret) -> Result<Self, Error> {
        check_token(&token)?;
        Ok(Self::new(AUTHORIZATION, "Bearer", " ", token.expose().to_vec()))
    }

    /// Takes a token that goes into a cookie of this name ([RFC 6265 §4.2]).
    ///
    /// # Errors
    ///
    /// The same as [`bearer`](Self::bearer).
    ///
    /// [RFC 6265 §4.2]: https://www.rfc-editor.org/rfc/rfc6265#section-4.2
    pub fn cookie(name: &'static str, token: Secret) -> Result<Self, Error> {
        check_token(&token)?;
        Ok(Self::new(COOKIE, name, "=", token.expose().to_vec()))
    }

    fn new(name: HeaderName, scheme: &'static str, between: &str, mut value: Vec<u8>) -> Self {
        let header = [scheme.as_bytes(), between.as_bytes(), &value].concat();
        value.zeroize();
        Self::Authorization(Authorization { name, scheme, value: Secret::new(header) })
    }

    /// Returns the header, its value marked as sensitive.
    pub(crate) fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let Self::Authorization(Authorization { name, value, .. }) = self else { return None };
        // The constructors let no other character pass than a header may have.
        let mut header = HeaderValue::from_bytes(value.expose()).ok()?;
        header.set_sensitive(true);
        Some((name.clone(), header))
    }
}

/// [RFC 6750 §2.1].
///
/// [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
fn check_token(token: &Secret) -> Result<(), Error> {
    let legal = |b: &u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(b);
    if token.expose().is_empty() || !token.expose().iter().all(legal) {
        return Err(Error::Malformed { part: "credentials", fault: Fault::Value });
    }
    Ok(())
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Authorization(authorization) => authorization.fmt(f),
        }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.scheme)
    }
}

/// A text in a request or an answer that gives rights to its holder, such as an activation token:
/// never printed, compared in constant time, wiped when dropped.
///
/// ```
/// use countersign_api::Confidential;
///
/// let token = Confidential::new("763c1005ca540c4db8e6811222c207ea");
/// assert_eq!(format!("{token:?}"), "Confidential(..)");
/// assert_eq!(token.expose(), "763c1005ca540c4db8e6811222c207ea");
/// ```
#[derive(Clone)]
pub struct Confidential(Zeroizing<String>);

impl Confidential {
    /// Takes ownership of the text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Returns the text, which gives rights to its holder.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(..)")
    }
}

impl PartialEq for Confidential {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for Confidential {}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.as_bytes().to_vec())
    }

    #[test]
    fn headers_are_those_of_the_rfcs() {
        // RFC 7617 section 2, RFC 6750 section 2.1.
        let basic = Credentials::basic("Aladdin", secret("open sesame")).unwrap();
        assert_eq!(basic.header().unwrap().1, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let bearer = Credentials::bearer(secret("mF_9.B5f-4.1JqM")).unwrap();
        let (name, value) = bearer.header().unwrap();
        assert_eq!(name, AUTHORIZATION);
        assert!(value == "Bearer mF_9.B5f-4.1JqM" && value.is_sensitive());
        assert_eq!(format!("{bearer:?}"), "Bearer(..)");
        let cookie = Credentials::cookie("session", secret("a.b")).unwrap();
        let (name, value) = cookie.header().unwrap();
        assert_eq!(name, COOKIE);
        assert!(value == "session=a.b" && value.is_sensitive());
        assert_eq!(format!("{cookie:?}"), "session(..)");
        assert_eq!(Credentials::None.header(), None);
        // A colon in the password is part of it, and so is a character outside ASCII.
        assert!(Credentials::basic("", secret("a:é")).is_ok());
    }

    #[test]
    fn what_another_reader_would_read_differently_is_refused() {
        for (user, password) in [("a:b", "c"), ("a\n", "c"), ("a", "c\r\n"), ("a", "\u{7f}")] {
            assert!(Credentials::basic(user, secret(password)).is_err());
        }
        for token in ["", "a b", "a\n", "é", "a,b", "\"a\""] {
            assert!(Credentials::bearer(secret(token)).is_err(), "{token}");
            assert!(Credentials::cookie("session", secret(token)).is_err(), "{token}");
        }
    }
}
