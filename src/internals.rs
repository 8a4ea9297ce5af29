//! What the crate `countersign-api`, which is released together with this one, needs from inside.
//! **Not API**: any version may change it.

pub use crate::encoding::json::{Place, object_prefix};
pub use crate::error::shorten;
pub use crate::open_codes;
