//! What a check found, as data until somebody reads it.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use core::fmt::{self, Write};

use crate::crypto::Algorithm;
use crate::encoding::decimal;
use crate::error::first_64;
use crate::time::Time;

/// What a check found, or why it failed or was skipped: a text for people, which may contain text from
/// the input.
///
/// It holds the values that were found. [`Display`](fmt::Display) makes the text, so a check that
/// nobody reads costs no text.
///
/// ```
/// use countersign::Finding;
///
/// assert_eq!(Finding::from("no `exp`"), "no `exp`");
/// assert_eq!(Finding::from(format!("{} members", 3)).to_string(), "3 members");
/// ```
#[derive(Clone, Debug)]
pub struct Finding(pub(super) Found);

/// The values.
#[derive(Clone, Debug)]
pub(super) enum Found {
    Words(&'static str),
    Text(String),
    Shared(Arc<str>),
    Parts { payload: usize, signature: usize },
    Key { family: &'static str, bits: usize, name: KeyName },
    Bits(usize),
    Bound(Algorithm),
    Signed(Algorithm),
    Starts { start: Time, at: Time },
    Ends { expiry: Time, at: Time },
    Life { seconds: i64, longest: u32 },
    Member(&'static str),
    Order { signed: Time, issued: Time },
}

/// What a key is called.
#[derive(Clone, Debug)]
pub(crate) enum KeyName {
    Kid(Arc<str>),
    Thumbprint(Arc<str>),
}

impl Finding {
    /// The decoded sizes of a token.
    pub(crate) const fn parts(payload: usize, signature: usize) -> Self {
        Self(Found::Parts { payload, signature })
    }

    pub(crate) const fn key(family: &'static str, bits: usize, name: KeyName) -> Self {
        Self(Found::Key { family, bits, name })
    }

    pub(crate) const fn bits(bits: usize) -> Self {
        Self(Found::Bits(bits))
    }

    /// The algorithm that a key is bound to.
    pub(crate) const fn bound(algorithm: Algorithm) -> Self {
        Self(Found::Bound(algorithm))
    }

    /// The algorithm of a signature.
    pub(crate) const fn signed(algorithm: Algorithm) -> Self {
        Self(Found::Signed(algorithm))
    }

    pub(crate) const fn starts(start: Time, at: Time) -> Self {
        Self(Found::Starts { start, at })
    }

    pub(crate) const fn ends(expiry: Time, at: Time) -> Self {
        Self(Found::Ends { expiry, at })
    }

    pub(crate) const fn life(seconds: i64, longest: u32) -> Self {
        Self(Found::Life { seconds, longest })
    }

    /// A member with the expected value.
    pub(crate) const fn member(name: &'static str) -> Self {
        Self(Found::Member(name))
    }

    /// When a certificate was signed for, and when it was issued.
    pub(crate) const fn order(signed: Time, issued: Time) -> Self {
        Self(Found::Order { signed, issued })
    }

    /// Writes the text. What comes from outside, and what nobody has looked at, is written by
    /// `foreign`, as it may have to be escaped.
    pub(super) fn write<W: Write>(
        &self,
        out: &mut W,
        foreign: fn(&mut W, &str) -> fmt::Result,
    ) -> fmt::Result {
        match &self.0 {
            Found::Words(text) => foreign(out, text),
            Found::Text(text) => foreign(out, text),
            Found::Shared(text) => foreign(out, text),
            Found::Parts { payload, signature } => {
                decimal::write(out, *payload)?;
                out.write_str(" bytes of payload, ")?;
                decimal::write(out, *signature)?;
                out.write_str(" of signature")
            }
            Found::Key { family, bits, name } => {
                if let KeyName::Kid(kid) = name {
                    foreign(out, first_64(kid))?;
                    out.write_str(": ")?;
                }
                foreign(out, family)?;
                out.write_str(", ")?;
                decimal::write(out, *bits)?;
                out.write_str(" bits")?;
                if let KeyName::Thumbprint(thumbprint) = name {
                    out.write_str(", thumbprint ")?;
                    foreign(out, thumbprint)?;
                }
                Ok(())
            }
            Found::Bits(bits) => {
                decimal::write(out, *bits)?;
                out.write_str(" bits")
            }
            Found::Bound(algorithm) => {
                out.write_str("key is bound to ")?;
                out.write_str(algorithm.name())
            }
            Found::Signed(algorithm) => {
                out.write_str(algorithm.name())?;
                out.write_str(" over the first two parts")
            }
            Found::Starts { start, at } => judged(out, "valid from ", *start, *at),
            Found::Ends { expiry, at } => judged(out, "expires at ", *expiry, *at),
            Found::Life { seconds, longest } => {
                write!(out, "lives {seconds} s; at most {longest} s are accepted")
            }
            Found::Member(name) => {
                out.write_str("`")?;
                foreign(out, name)?;
                out.write_str("` is as expected")
            }
            Found::Order { signed, issued } if signed > issued => {
                let ahead = signed.since(*issued);
                write!(
                    out,
                    "signed at {signed}, {ahead} after the certificate was issued, within the leeway"
                )
            }
            Found::Order { signed, issued } => {
                let before = issued.since(*signed);
                write!(out, "signed at {signed}, {before} before the certificate was issued")
            }
        }
    }
}

fn judged(out: &mut impl Write, what: &str, time: Time, at: Time) -> fmt::Result {
    out.write_str(what)?;
    time.write(out)?;
    out.write_str(", judged at ")?;
    at.write(out)
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, |f, text| f.write_str(text))
    }
}

impl From<&'static str> for Finding {
    fn from(text: &'static str) -> Self {
        Self(Found::Words(text))
    }
}

impl From<String> for Finding {
    fn from(text: String) -> Self {
        Self(Found::Text(text))
    }
}

impl From<Arc<str>> for Finding {
    fn from(text: Arc<str>) -> Self {
        Self(Found::Shared(text))
    }
}

/// Two findings are equal if they say the same.
impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Finding {}

impl PartialEq<str> for Finding {
    fn eq(&self, other: &str) -> bool {
        let text = self.to_string();
        text == other
    }
}

impl PartialEq<&str> for Finding {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}
