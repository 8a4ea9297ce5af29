//! Why there is no usable answer.

use core::fmt;

use countersign::{Code, Error};

/// Why something could not be fetched. None of these is the fault of a token's sender.
///
/// Texts name neither credentials nor bodies.
///
/// ```
/// use countersign::Code;
/// use countersign_fetch::Fault;
///
/// assert_eq!((Fault::Timeout.label(), Fault::Timeout.code()), ("timeout", Code::Unreachable));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The address has another scheme than `https`, and its host is not one that may be plain; or
    /// it is no address of a server, or holds a user name.
    Address,
    /// The host is not on the list.
    Host,
    /// The host has no address on the Internet, only private, local or reserved ones.
    PrivateAddress,
    /// The host name cannot be resolved.
    Unresolved,
    /// The connection failed or was interrupted.
    Connection,
    /// The answer was not complete within the time limit.
    Timeout,
    /// TLS failed, usually because the certificate is not trusted.
    Tls,
    /// The answer is not valid HTTP.
    Protocol,
    /// The answer is larger than the limit.
    TooLarge,
    /// The client cannot be used on this machine.
    Client,
    /// A redirect to another server or without a target, or too many redirects.
    Redirect,
    /// The status is not a success.
    Status(u16),
    /// The media type is not that of a key set. Contains the answer's media type, if it has one.
    MediaType(Option<String>),
    /// The body has this content encoding, although none was requested.
    ContentEncoding(String),
    /// The body is the metadata of an issuer, which names this URL of its key set (`jwks_uri`, [RFC
    /// 8414 section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
    Metadata(String),
    /// The body is not a key set.
    KeySet(Error),
    /// The key set has no usable key.
    NoUsableKey,
}

impl Fault {
    /// Returns a stable name in kebab case, from a small set: suitable as a metric label.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Host => "host",
            Self::PrivateAddress => "private-address",
            Self::Unresolved => "unresolved",
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::TooLarge => "too-large",
            Self::Client => "client",
            Self::Redirect => "redirect",
            Self::Status(_) => "status",
            Self::MediaType(_) => "media-type",
            Self::ContentEncoding(_) => "content-encoding",
            Self::Metadata(_) => "metadata",
            Self::KeySet(_) => "key-set",
            Self::NoUsableKey => "no-usable-key",
        }
    }

    /// Returns the reason code for artefacts that could not be judged because of this fault.
    #[must_use]
    pub const fn code(&self) -> Code {
        Code::Unreachable
    }

    /// Tells whether the same request may succeed a moment later, and was not answered now.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(self, Self::Connection | Self::Timeout | Self::Unresolved)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("not an https URL of an allowed host"),
            Self::Host => f.write_str("host is not allowed"),
            Self::PrivateAddress => f.write_str("host has no public address"),
            Self::Unresolved => f.write_str("host name cannot be resolved"),
            Self::Connection => f.write_str("connection failed or was interrupted"),
            Self::Timeout => f.write_str("no complete answer within the time limit"),
            Self::Tls => f.write_str("TLS failed"),
            Self::Protocol => f.write_str("answer is not valid HTTP"),
            Self::TooLarge => f.write_str("answer is larger than the limit"),
            Self::Client => f.write_str("client cannot be used on this machine"),
            Self::Redirect => f.write_str("redirect to another server, or too many redirects"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::MediaType(None) => write!(f, "answer states no media type; {KEY_SETS}"),
            Self::MediaType(Some(found)) => {
                write!(f, "media type {} is not that of a key set; {KEY_SETS}", Shortened(found))
            }
            Self::ContentEncoding(found) => {
                write!(f, "body is encoded as {}; it must be sent unencoded", Shortened(found))
            }
            Self::Metadata(url) => {
                let url = Shortened(url);
                write!(f, "metadata of an issuer, not a key set; its `jwks_uri` is {url}")
            }
            Self::KeySet(error) => write!(f, "{}: {error}", error.code()),
            Self::NoUsableKey => f.write_str("key set has no usable key"),
        }
    }
}

impl core::error::Error for Fault {}

const KEY_SETS: &str =
    "key sets are application/jwk-set+json, application/json or application/jwk+json";

/// What an answer says, with limits for a text: no control characters, and not too long.
struct Shortened<'a>(&'a str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 200;
        write!(f, "`{}`", self.0.chars().take(MOST).collect::<String>().escape_debug())?;
        if self.0.chars().nth(MOST).is_some() { f.write_str("…") } else { Ok(()) }
    }
}
