//! The base URL of an API.

use core::fmt;
use core::str::FromStr;

use http::Uri;

use super::target::Target;
use countersign::Error;
use countersign::encoding::Fault;

/// Whether a connection without TLS is acceptable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// No: `https` only.
    #[default]
    Https,
    /// Yes: anyone on the network path can read and change everything, including credentials.
    /// Intended for servers on the same machine.
    AllowPlainHttp,
}

/// Scheme, host, port and the beginning of the path of every URL of a service.
///
/// ```
/// use countersign_api::{BaseUrl, Target, Transport};
///
/// let base: BaseUrl = "https://api.example/v1/".parse()?;
/// assert_eq!(base.join(&Target::new(&["otp"])?), "https://api.example/v1/otp");
///
/// assert!("http://api.example".parse::<BaseUrl>().is_err());
/// assert!(BaseUrl::parse("http://127.0.0.1:8080", Transport::AllowPlainHttp).is_ok());
/// assert!("https://user:secret@api.example".parse::<BaseUrl>().is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    /// Without a slash at the end.
    text: String,
}

impl BaseUrl {
    /// Parses an absolute URL.
    ///
    /// Checked: the scheme; a host; no user name or password, which would end up in logs; no query
    /// and no fragment; no `.` or `..` in the path; a port, if there is one, from 1 to 65535. *Not*
    /// checked: the host itself.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], without quoting the text, which may contain a password.
    pub fn parse(text: &str, transport: Transport) -> Result<Self, Error> {
        const MALFORMED: Error = Error::Malformed { part: "base URL", fault: Fault::Value };
        // `Uri` drops fragments and takes characters that other parsers change.
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/[]%@!$&'()*+,;=".contains(&b);
        if !text.bytes().all(plain) {
            return Err(MALFORMED);
        }
        let uri: Uri = text.parse().map_err(|_| MALFORMED)?;
        let scheme = match (uri.scheme_str(), transport) {
            (Some("https"), _) => "https",
            (Some("http"), Transport::AllowPlainHttp) => "http",
            _ => return Err(MALFORMED),
        };
        let authority = uri.authority().ok_or(MALFORMED)?;
        // A port beyond 65535, and a colon without a port, are none to `Uri`.
        let port_is_right = match authority.port_u16() {
            Some(port) => port != 0,
            None => authority.as_str() == authority.host(),
        };
        if authority.as_str().contains('@') || authority.host().is_empty() || !port_is_right {
            return Err(MALFORMED);
        }
        let path = uri.path().strip_suffix('/').unwrap_or(uri.path());
        let is_plain = |segment: &str| {
            let dots = segment.replace("%2e", ".").replace("%2E", ".");
            !segment.is_empty() && !matches!(dots.as_str(), "." | "..")
        };
        if !path.is_empty() && !path.split('/').skip(1).all(is_plain) {
            return Err(MALFORMED);
        }
        Ok(Self { text: format!("{scheme}://{authority}{path}") })
    }

    /// Returns the text, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the URL of a target.
    #[must_use]
    pub fn join(&self, target: &Target) -> String {
        let mut url = self.text.to_string();
        url.push_str(target.as_str());
        url
    }
}

impl FromStr for BaseUrl {
    type Err = Error;

    /// Parses with [`Transport::Https`].
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text, Transport::Https)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_urls_without_extras_are_taken() {
        for (text, kept) in [
            ("https://api.mpin.io", "https://api.mpin.io"),
            ("https://api.mpin.io/", "https://api.mpin.io"),
            ("HTTPS://api.mpin.io", "https://api.mpin.io"),
            ("https://a.example:8443/v1/x/", "https://a.example:8443/v1/x"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap().as_str(), kept);
        }
        let plain = BaseUrl::parse("http://localhost:80", Transport::AllowPlainHttp);
        assert_eq!(plain.unwrap().as_str(), "http://localhost:80");
    }

    #[test]
    fn what_could_mean_something_else_is_refused() {
        for text in [
            "",
            "/",
            "api.mpin.io",
            "//api.mpin.io",
            "ftp://api.mpin.io",
            "https:api.mpin.io",
            "https://",
            "https:///path",
            "https://user@host",
            "https://user:password@host",
            "https://host?query",
            "https://host/?",
            "https://host#fragment",
            "https://host/a/../b",
            "https://host/..",
            "https://host/%2e%2E/b",
            "https://host//b",
            "https://host:",
            "https://host:0",
            "https://host:70000",
            "https://host:x",
            "https://ho st",
            "https://host\\@evil",
            "https://host\t",
            "https://hôst",
            " https://host",
        ] {
            for transport in [Transport::Https, Transport::AllowPlainHttp] {
                assert!(BaseUrl::parse(text, transport).is_err(), "{text}");
            }
        }
        assert!(BaseUrl::parse("http://host", Transport::Https).is_err());
    }
}
