//! The versions of the interface that a device speaks.

use alloc::string::String;
use alloc::vec::Vec;

use crate::encoding::json::{Members, Value};
use crate::error::Error;

/// The member that says which versions of the interface a device speaks: an array, or one text.
pub(super) fn spec_versions(
    object: &impl Members,
    part: &'static str,
) -> Result<Vec<String>, Error> {
    const MEMBER: &str = "specVersion";
    let wrong = Error::WrongType { part, member: MEMBER, expected: "a string or strings" };
    match object.get(MEMBER).as_deref() {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(alloc::vec![text.clone().into_owned()]),
        Some(Value::Array(versions)) => {
            let texts: Option<Vec<_>> = versions.iter().map(Value::as_str).collect();
            Ok(texts.ok_or(wrong)?.into_iter().map(Into::into).collect())
        }
        Some(_) => Err(wrong),
    }
}
