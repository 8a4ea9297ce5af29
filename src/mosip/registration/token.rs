//! The answer and its token: taken apart, *untrusted*.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::Algorithm;
use crate::encoding::json::{self, Value};
use crate::encoding::{Fault, base64};
use crate::error::{Error, shorten};
use crate::jose::{CompactJws, Header};
use crate::limits::Limits;
use crate::mosip::layer::check_size;
use crate::report::Check;

/// The check of which scheme an answer follows.
impl Check {
    /// Which scheme of the signing server the token follows.
    pub const ERA: Self = Self::new("era", "mosip/commons kernel-crypto-jce CryptoCore");
}

/// The scheme that a token follows.
///
/// ```
/// use countersign::Algorithm;
/// use countersign::mosip::registration::Era;
///
/// assert_eq!((Era::B.as_str(), Era::B.algorithm()), ("B", Algorithm::Rs256));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Era {
    /// Kernel 1.0 until January 2020: a bare signature, always with SHA-512, whatever the header
    /// says.
    A,
    /// Development builds of January 2020: an attached JWS inside the third part.
    APrime,
    /// Kernel and admin services since then: a detached JWS inside the third part.
    B,
    /// Partner management 1.1.4 and later: an ordinary JWS.
    C,
}

impl Era {
    /// Returns `A`, `A'`, `B` or `C`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::APrime => "A'",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// Returns the only algorithm of the era.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::A => Algorithm::Rs512,
            Self::APrime | Self::B | Self::C => Algorithm::Rs256,
        }
    }

    /// Says what is signed, and how.
    pub(super) const fn scheme(self) -> &'static str {
        match self {
            Self::A => "PKCS#1 v1.5 with SHA-512 over the payload's base64 text",
            Self::APrime => "an attached JWS with RS256 over the payload's base64 text",
            Self::B => "a detached JWS with RS256 over the payload's base64 text",
            Self::C => "a JWS with RS256",
        }
    }
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "era {}", self.as_str())
    }
}

/// A parsed registration answer: *untrusted*.
///
/// The payload is deliberately not accessible here; [`crate::danger`] exposes it to tools that show
/// unverified content.
///
/// ```
/// use countersign::Limits;
/// use countersign::mosip::registration::{Era, SignedRegistration};
///
/// # let body = include_bytes!("../../../test-vectors/seed/registered-devices-response.json");
/// let answer = SignedRegistration::parse(body, &Limits::default())?;
/// assert_eq!(answer.era(), Era::A);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRegistration {
    era: Era,
    header: Vec<u8>,
    inner_header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl SignedRegistration {
    /// Parses an answer: the whole body, or its bare `response` token.
    ///
    /// Checked: size; for a body, strict JSON without errors and with a `response`; three parts,
    /// each in the base64 profile of the era, which the shape of the third part determines. *Not*
    /// checked: headers, signature, payload.
    ///
    /// # Errors
    ///
    /// [`Error::ValidationFailed`] if the server answered with errors; [`Error::TooLarge`],
    /// [`Error::Malformed`], or the errors of malformed JSON.
    pub fn parse(input: &[u8], limits: &Limits) -> Result<Self, Error> {
        if is_body(input) {
            Self::from_token(&response_of(input, limits)?, limits)
        } else {
            Self::from_token(input, limits)
        }
    }

    pub(super) fn from_token(token: &[u8], limits: &Limits) -> Result<Self, Error> {
        check_size("token", token, limits)?;
        let malformed = |fault| Error::Malformed { part: "token", fault };
        let mut points = memchr::memchr_iter(b'.', token);
        let (Some(first), Some(second), None) = (points.next(), points.next(), points.next())
        else {
            return Err(malformed(Fault::Segments));
        };
        let part = |range| token.get(range).unwrap_or_default();
        let (header, payload) = (part(0..first), part(first + 1..second));
        let signature = part(second + 1..token.len());
        if header.is_empty() || payload.is_empty() || signature.is_empty() {
            return Err(malformed(Fault::Empty));
        }
        let third = base64::decode_mosip(signature)
            .map_err(|fault| Error::Malformed { part: "signature", fault })?;
        // A signature is binary; a third part that is text holds the answer of a signing service.
        if third.is_ascii() {
            Self::from_service_text([header, payload, signature], limits)
        } else {
            Self::from_jws(token, limits)
        }
    }

    /// Eras A, A' and B. `RegisteredDeviceServiceImpl.convertToJWS` writes standard base64 with
    /// padding, so every token has one text only.
    fn from_service_text(parts: [&[u8]; 3], limits: &Limits) -> Result<Self, Error> {
        let [header_text, payload_text, signature_text] = parts;
        let decode = |part, text| {
            base64::decode_standard(text).map_err(|fault| Error::Malformed { part, fault })
        };
        let service_text = decode("signature", signature_text)?;
        let (era, inner_header, message, signature) =
            if memchr::memchr_iter(b'.', &service_text).count() == 2 {
                let limits = limits.with_token_bytes(limits.message_bytes());
                let inner = CompactJws::parse(&service_text, &limits)?;
                let era = if inner.payload().is_empty() {
                    Era::B
                } else if inner.payload() == payload_text {
                    Era::APrime
                } else {
                    return Err(Error::Malformed { part: "attached payload", fault: Fault::Value });
                };
                let header_end = service_text.split_inclusive(|b| *b == b'.').next();
                let mut message = header_end.unwrap_or_default().to_vec();
                message.extend_from_slice(base64::encode_url(payload_text).as_bytes());
                (era, inner.header_bytes().to_vec(), message, inner.signature().to_vec())
            } else {
                let signature = decode("signature text", &service_text)?;
                (Era::A, Vec::new(), payload_text.to_vec(), signature)
            };
        let header = decode("header", header_text)?;
        let payload = decode("payload", payload_text)?;
        Ok(Self { era, header, inner_header, payload, message, signature })
    }

    /// Era C.
    fn from_jws(token: &[u8], limits: &Limits) -> Result<Self, Error> {
        let limits = limits.with_token_bytes(limits.message_bytes());
        let jws = CompactJws::parse(token, &limits)?;
        Ok(Self {
            era: Era::C,
            header: jws.header_bytes().to_vec(),
            inner_header: Vec::new(),
            message: jws.signing_input().to_vec(),
            signature: jws.signature().to_vec(),
            payload: jws.into_payload(),
        })
    }

    /// Returns the scheme, determined by the token's shape.
    #[must_use]
    pub const fn era(&self) -> Era {
        self.era
    }

    /// Returns the decoded bytes of the outer header, which is signed only in era C.
    #[must_use]
    pub fn header_bytes(&self) -> &[u8] {
        &self.header
    }

    /// Returns the signed bytes, according to the era.
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        &self.message
    }

    /// Returns the decoded signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Parses the header that is signed, if the era has one, and the outer one in any case.
    pub(super) fn headers(&self, limits: &Limits) -> Result<Headers, Error> {
        let signed = match self.era {
            Era::A => None,
            Era::APrime | Era::B => Some(Header::parse(&self.inner_header, limits)?),
            Era::C => {
                return Ok(Headers {
                    signed: Some(Header::parse(&self.header, limits)?),
                    outer: None,
                });
            }
        };
        let limit = limits.header_bytes();
        if self.header.len() > limit {
            return Err(Error::TooLarge { what: "outer header", limit });
        }
        let outer = json::parse_object("outer header", &self.header, limits)?;
        let outer = outer.member("alg").map_or_else(String::new, Value::to_string);
        Ok(Headers { signed, outer: Some(outer) })
    }
}

/// What the headers of a token say.
pub(super) struct Headers {
    /// The header that the signature covers; era A has none.
    pub(super) signed: Option<Header>,
    /// The JSON text of `alg` in the outer header, where that is not signed.
    outer: Option<String>,
}

impl Headers {
    pub(super) fn describe(&self) -> String {
        match (&self.signed, &self.outer) {
            (Some(signed), None) => signed.algorithm.to_string(),
            (Some(signed), Some(_)) => {
                format!("{} in the inner header; outer header not signed", signed.algorithm)
            }
            (None, _) => "not signed".into(),
        }
    }

    /// Says so if an unsigned header names another algorithm than the one that counts.
    pub(super) fn contradiction(&self, algorithm: Algorithm) -> Option<String> {
        let outer = self.outer.as_ref()?;
        (*outer != format!("\"{algorithm}\"")).then(|| {
            let outer = shorten(outer);
            format!("the unsigned outer header names {outer}; the era demands {algorithm}")
        })
    }

    pub(super) const fn outer_is_unsigned(&self) -> bool {
        self.outer.is_some()
    }
}

/// A body is told from a bare token by its brace.
pub(super) fn is_body(input: &[u8]) -> bool {
    input.trim_ascii_start().starts_with(b"{")
}

/// Takes the token out of the server's answer.
pub(super) fn response_of(body: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
    const PART: &str = "answer";
    /// An answer names few errors; no error value grows with the input.
    const MOST_CODES: usize = 16;
    check_size(PART, body, limits)?;
    let answer = json::parse_object(PART, body, limits)?;
    match answer.member("errors") {
        None | Some(Value::Null) => {}
        Some(Value::Array(errors)) if errors.is_empty() => {}
        Some(Value::Array(errors)) => {
            let code = |error: &Value<'_>| {
                let code = error.as_object().and_then(|error| error.member("errorCode"));
                code.and_then(Value::as_str).map_or_else(|| "no `errorCode`".into(), shorten)
            };
            let codes = errors.iter().take(MOST_CODES).map(code).collect();
            return Err(Error::ValidationFailed { codes });
        }
        Some(_) => {
            let expected = "an array or null";
            return Err(Error::WrongType { part: PART, member: "errors", expected });
        }
    }
    Ok(answer.string(PART, "response")?.as_bytes().to_vec())
}
