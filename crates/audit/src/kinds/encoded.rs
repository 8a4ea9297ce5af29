//! What the families look at alike.

use countersign::Limits;
use countersign::encoding::base64;
use countersign::encoding::json::{self, Object};

/// Looks into base64 of an object, in whatever dialect.
pub(crate) fn decoded<T>(
    text: &[u8],
    limits: &Limits,
    look: impl FnOnce(&Object<'_>) -> T,
) -> Option<T> {
    let bytes = base64::decode_mosip(text).ok()?;
    json::parse_object("input", &bytes, limits).ok().map(|object| look(&object))
}

/// The beginning of a text that is shown.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
