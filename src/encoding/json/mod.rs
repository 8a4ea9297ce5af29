//! Strict JSON ([RFC 8259]): texts that two parsers could read differently are refused.
//!
//! Also refused: a byte order mark, anything but white space after the value, lone surrogates,
//! names repeated within one object (compared after unescaping), and more depth, members or bytes
//! than the limits allow. White space is allowed where the grammar allows it. Numbers keep their
//! text, so nothing is rounded.
//!
//! Not supported: comments, trailing commas, `NaN`, concatenated values.
//!
//! [RFC 8259]: https://www.rfc-editor.org/rfc/rfc8259

mod document;
mod members;
mod parser;
mod prefix;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use document::{Document, Unread};
pub(crate) use members::Members;
pub use parser::{parse, parse_object};
pub use prefix::{Place, Prefix, PrefixFault, object_prefix};
pub use value::{Object, Value};
pub(crate) use write::{is_verbatim, write_escaped, write_string};
