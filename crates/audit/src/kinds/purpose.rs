//! What biometrics were captured for, as their signed data say.
//!
//! The kinds of captures share their format, and one is held to fewer rules. So only the `purpose`
//! that every element signs tells them apart, and where it does not, the caller has to.

use countersign::encoding::base64;
use countersign::encoding::json::{self, Object, Value};
use countersign::jose::CompactJws;
use countersign::{Limits, danger};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Authentication,
    Registration,
    /// Something else, or nothing.
    Unknown,
    /// The data cannot be read, which its verifier will not accept.
    Unreadable,
}

impl Purpose {
    /// Reads the purpose that a token signs.
    pub(super) fn of_token(token: &str, limits: &Limits) -> Self {
        let limits = &limits.with_token_bytes(limits.capture_bytes());
        let Ok(token) = CompactJws::parse(token.as_bytes(), limits) else {
            return Self::Unreadable;
        };
        // Some devices encode the payload once more.
        let payload = danger::unverified_payload(&token);
        let inner = match payload.trim_ascii_start().first() {
            Some(b'{') => None,
            _ => base64::decode_mosip(payload).ok(),
        };
        match json::parse_object("data", inner.as_deref().unwrap_or(payload), limits) {
            Ok(data) => Self::of_data(&data),
            Err(_) => Self::Unreadable,
        }
    }

    pub(super) fn of_data(data: &Object<'_>) -> Self {
        match data.member("purpose").and_then(Value::as_str) {
            Some(text) if text.eq_ignore_ascii_case("Auth") => Self::Authentication,
            Some(text) if text.eq_ignore_ascii_case("Registration") => Self::Registration,
            _ => Self::Unknown,
        }
    }
}
