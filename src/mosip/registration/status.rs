//! The server's decision.

use alloc::borrow::ToOwned;
use alloc::string::String;

/// The server's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// `REGISTERED` (kernel) or `Registered` (partner management): the device is registered.
    Registered,
    /// `success`: the answer to a deregistration.
    Deregistered,
    /// Any other text.
    Other(String),
}

impl From<&str> for Status {
    fn from(text: &str) -> Self {
        if text.eq_ignore_ascii_case("registered") {
            Self::Registered
        } else if text.eq_ignore_ascii_case("success") {
            Self::Deregistered
        } else {
            Self::Other(text.to_owned())
        }
    }
}
