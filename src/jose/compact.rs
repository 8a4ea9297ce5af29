//! JSON Web Signature in compact serialisation ([RFC 7515]): its parts and its header, *untrusted*.
//!
//! ```text
//! bytes ── size, characters, dots ──► three parts ── decode ──► payload, header, signature
//! ```
//!
//! [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::certified::Marks;
use crate::crypto::Algorithm;
use crate::encoding::json::{self, Value};
use crate::encoding::{Fault, base64};
use crate::error::Error;
use crate::limits::Limits;
use crate::report::Check;

/// The check of a header.
impl Check {
    /// JSON of the header, `crit`, and the algorithm's name.
    pub const HEADER: Self = Self::new("header", "RFC 7515 §4");
}

/// The header of a JWS: well-formed, but still *untrusted*.
///
/// Members that carry keys or their addresses (`jku`, `jwk`, `x5u`, `x5c`) are never used. If there
/// is no `kid`, `x5t#S256` and `x5t` select among the verifier's own keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// `alg`, which this library supports.
    pub algorithm: Algorithm,
    /// `kid`.
    pub kid: Option<String>,
    /// `typ`, verbatim.
    pub typ: Option<String>,
    pub(super) marks: Marks,
}

impl Header {
    /// Parses the decoded header.
    ///
    /// `crit` is always refused: [RFC 7515 §4.1.11] requires that every extension in it is
    /// understood, and this library understands none. A `b64` other than `true`, which would change
    /// the signed bytes ([RFC 7797]), and `enc` and `zip`, which belong to encryption, are refused
    /// as well.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] beyond [`Limits::header_bytes`], [`Error::UnsupportedAlgorithm`],
    /// [`Error::CriticalHeader`], and the errors of malformed JSON or members.
    ///
    /// [RFC 7515 §4.1.11]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11
    /// [RFC 7797]: https://www.rfc-editor.org/rfc/rfc7797
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "header";
        if text.len() > limits.header_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.header_bytes() });
        }
        let object = json::parse_object(PART, text, limits)?;
        if object.member("crit").is_some()
            || object.member("b64").is_some_and(|b64| *b64 != Value::Bool(true))
        {
            return Err(Error::CriticalHeader);
        }
        if object.member("enc").is_some() || object.member("zip").is_some() {
            return Err(Error::UnsupportedFormat { what: "an encrypted or compressed token" });
        }
        let algorithm = object.string(PART, "alg")?.parse()?;
        let kid = object.optional_string(PART, "kid")?.map(ToString::to_string);
        if kid.as_ref().is_some_and(|kid| kid.len() > limits.kid_bytes()) {
            return Err(Error::TooLarge { what: "kid", limit: limits.kid_bytes() });
        }
        let typ = object.optional_string(PART, "typ")?.map(ToString::to_string);
        Ok(Self { algorithm, kid, typ, marks: Marks::stated(&object) })
    }
}

/// The three parts of a compact token: decoded, *untrusted*.
///
/// The payload is deliberately not accessible here; [`crate::danger`] exposes it to tools that show
/// unverified content.
///
/// ```
/// use countersign::jose::CompactJws;
/// use countersign::{Algorithm, Code, Limits};
///
/// let limits = Limits::default();
/// let token = CompactJws::parse(b"eyJhbGciOiJSUzI1NiJ9.e30.AA", &limits)?;
/// assert_eq!(token.header(&limits)?.algorithm, Algorithm::Rs256);
///
/// assert_eq!(CompactJws::parse(b"e30.e30", &limits).unwrap_err().code(), Code::Malformed);
/// assert_eq!(CompactJws::parse(b"a.b.c.d.e", &limits).unwrap_err().code(), Code::UnsupportedFormat);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactJws<'a> {
    token: Cow<'a, [u8]>,
    /// Length of the first two parts and the dot between them.
    signed: usize,
    /// Payload, header and signature, one behind the other: one allocation, and the payload can be
    /// taken out without a copy.
    decoded: Vec<u8>,
    payload_end: usize,
    header_end: usize,
}

impl<'a> CompactJws<'a> {
    /// Splits and decodes a token.
    ///
    /// Checked: the size, before anything else; exactly three parts, of which the first and the
    /// last are not empty; strict base64url of all three, so a token consists of letters, digits,
    /// `-`, `_` and two dots. Nothing is trusted.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`], [`Error::Malformed`], and [`Error::UnsupportedFormat`] for the five
    /// parts of an encrypted token.
    pub fn parse(token: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        Self::from_cow(Cow::Borrowed(token), limits)
    }

    pub(crate) fn from_cow(token: Cow<'a, [u8]>, limits: &Limits) -> Result<Self, Error> {
        let malformed = |fault| Error::Malformed { part: "token", fault };
        if token.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: "token", limit: limits.token_bytes() });
        }
        if token.is_empty() {
            return Err(malformed(Fault::Empty));
        }
        let mut dots = memchr::memchr_iter(b'.', &token);
        let (Some(first), Some(second)) = (dots.next(), dots.next()) else {
            return Err(malformed(Fault::Segments));
        };
        match dots.count() {
            0 => {}
            // Two tokens on two lines have as many dots.
            2 if token.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b)) => {
                return Err(Error::UnsupportedFormat { what: "an encrypted token (JWE)" });
            }
            _ => return Err(malformed(Fault::Segments)),
        }
        let header = token.get(..first).unwrap_or_default();
        let payload = token.get(first + 1..second).unwrap_or_default();
        let signature = token.get(second + 1..).unwrap_or_default();
        if header.is_empty() || signature.is_empty() {
            return Err(malformed(Fault::Empty));
        }
        let mut decoded = Vec::with_capacity(token.len());
        let mut decode = |part, text| {
            base64::decode_url_to(text, &mut decoded)
                .map_err(|fault| Error::Malformed { part, fault })
        };
        let payload_end = decode("payload", payload)?;
        let header_end = decode("header", header)?;
        decode("signature", signature)?;
        let signed = second;
        Ok(Self { signed, decoded, payload_end, header_end, token })
    }

    /// Parses the header, which stays untrusted.
    ///
    /// # Errors
    ///
    /// The same as [`Header::parse`].
    pub fn header(&self, limits: &Limits) -> Result<Header, Error> {
        Header::parse(self.header_bytes(), limits)
    }

    /// Returns the decoded bytes of the header, unchanged.
    #[must_use]
    pub fn header_bytes(&self) -> &[u8] {
        self.decoded.get(self.payload_end..self.header_end).unwrap_or_default()
    }

    /// Returns the signed bytes: the first two parts and the dot between them.
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.token.get(..self.signed).unwrap_or_default()
    }

    /// Returns the decoded signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.decoded.get(self.header_end..).unwrap_or_default()
    }

    /// Returns the length of the whole token.
    pub(crate) fn token_bytes(&self) -> usize {
        self.token.len()
    }

    pub(crate) fn payload(&self) -> &[u8] {
        self.decoded.get(..self.payload_end).unwrap_or_default()
    }

    pub(crate) fn into_payload(self) -> Vec<u8> {
        self.into_parts().1
    }

    /// Returns the token as it was, and the decoded payload.
    pub(crate) fn into_parts(mut self) -> (Cow<'a, [u8]>, Vec<u8>) {
        self.decoded.truncate(self.payload_end);
        (self.token, self.decoded)
    }
}
