//! What an input is, judged by its shape alone.
//!
//! Recognition decides nothing: it chooses the verifier that decides, and that verifier reads the
//! input again, strictly. What is recognised but cannot be verified is never valid.
//!
//! The sender writes most of what is looked at here. That must not help a forgery:
//!
//! - Kinds exclude each other by what is signed. A bare token is recognised by its payload before
//!   its header, and an envelope chooses a verifier that refuses what is of another kind.
//! - An object with the marks of several kinds would be verified in part. It is refused.
//! - `x5c` in a header marks a message of a device, which needs no key of the caller's: what is
//!   damaged in it must not become a token without a key, which is undecided.
//!
//! What the marks of a kind are says its module in [`kinds`](crate::kinds).

use countersign::encoding::json::{self, Object, Value};
use countersign::encoding::{Fault, base64};
use countersign::{Error, Limits};

use crate::files::strip_line_break;
use crate::kind::{Content, Found, Unsupported};
use crate::kinds::{TABLE, decoded, device, jws, registration};

const SEVERAL_KINDS: Unsupported = Unsupported::new("an object with the members of several kinds")
    .hint("choose the kind to verify with --kind");

/// The error of an input of no known kind.
pub const UNKNOWN_KIND: Error = Error::Malformed { part: "input", fault: Fault::Kind };

/// Tells whether a large input may be of a kind that contains biometrics, including any XML.
#[must_use]
pub fn may_hold_biometrics(input: &[u8], limits: &Limits) -> bool {
    input.trim_ascii_start().starts_with(b"<") || recognise(input, limits).holds_biometrics()
}

/// Tells what an input is: a bare token, or an answer or a request as captured. Nothing in it is
/// checked.
///
/// ```
/// use countersign::Limits;
/// use countersign_audit::{Content, Kind, recognise};
///
/// let found = recognise(br#"{"certificate":"a.b.c"}"#, &Limits::default());
/// assert_eq!(Some(found), Kind::from_name("dvs-certificate").map(Content::Known));
/// ```
#[must_use]
pub fn recognise(input: &[u8], limits: &Limits) -> Content {
    let trimmed = input.trim_ascii();
    if trimmed.is_empty() {
        return Content::Empty;
    }
    // Biometrics may have megabytes; everything else has the limit of a message.
    let limit = limits.capture_bytes();
    if input.len() > limit {
        return Content::Unknown(Error::TooLarge { what: "input", limit });
    }
    match trimmed.first() {
        Some(b'{' | b'[') => match json::parse("input", input, limits) {
            Ok(Value::Object(object)) => recognise_object(&object, limits),
            Ok(Value::Array(elements)) => {
                device::elements(&elements).unwrap_or(Content::Unknown(UNKNOWN_KIND))
            }
            Ok(_) => Content::Unknown(UNKNOWN_KIND),
            Err(error) => Content::Unknown(error),
        },
        Some(b'<') => device::xml(input, limits),
        _ => {
            let found = recognise_text(strip_line_break(input), limits);
            let limit = limits.message_bytes();
            if input.len() > limit && !found.holds_biometrics() {
                return Content::Unknown(Error::TooLarge { what: "input", limit });
            }
            found
        }
    }
}

fn recognise_object(object: &Object<'_>, limits: &Limits) -> Content {
    let mut found = Found::default();
    for family in TABLE {
        (family.body)(object, limits, &mut found);
    }
    // What is neither encoded nor within anything.
    if let Some(plain) = device::discovered(object).or_else(|| recognise_payload(object)) {
        found.add(plain);
    }
    match found {
        Found::One(content) => content,
        Found::Several => SEVERAL_KINDS.into(),
        Found::Nothing => Content::Unknown(UNKNOWN_KIND),
    }
}

/// Recognises what stands within base64, with a signature or without.
fn recognise_payload(object: &Object<'_>) -> Option<Content> {
    TABLE.iter().find_map(|family| (family.payload)(object))
}

/// A token, or base64 of an object.
fn recognise_text(text: &[u8], limits: &Limits) -> Content {
    let legal = |b: &u8| b.is_ascii_alphanumeric() || b"-_+/=.".contains(b);
    if let Some(offset) = text.iter().position(|b| !legal(b)) {
        let fault = Fault::Character { offset };
        return Content::Unknown(Error::Malformed { part: "input", fault });
    }
    let mut parts = text.split(|b| *b == b'.');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let Some(payload) = second else {
        // Without a signature nothing is to verify, unless there is one further inside.
        return match decoded(first, limits, recognise_payload).flatten() {
            Some(Content::Known(kind)) if device::FAMILY.kinds.contains(&kind) => kind.into(),
            _ => Content::Unknown(UNKNOWN_KIND),
        };
    };
    // Signed, so not for the generic verifier: it would not look at the layers within.
    if let Some(found) = decoded(payload, limits, recognise_payload).flatten() {
        return found;
    }
    let header = |look: fn(&Object<'_>) -> bool| decoded(first, limits, look) == Some(true);
    if header(device::is_header) {
        // Some devices encode the payload once more.
        let inner = base64::decode_mosip(payload).unwrap_or_default();
        let inner = decoded(&inner, limits, recognise_payload).flatten();
        inner.unwrap_or(device::OTHER_MESSAGE.into())
    } else if header(registration::is_header) {
        registration::KIND.into()
    } else {
        jws::KIND.into()
    }
}

#[cfg(test)]
mod tests;
