//! The table of kinds.
//!
//! ```text
//! TABLE ── family ──► kinds, each a row: name, noun, keys, expectations, verifier
//!             └─────► recognition: of an answer's members, of what is signed
//! ```
//!
//! A kind of a new format is a module here with its row and family, and a line of [`TABLE`]; another
//! kind of a family is a row in that family's module. The order is that of help texts, and of
//! recognition: what the payloads of two families could be is of the first.

pub(crate) mod device;
pub(crate) mod dvs_certificate;
pub(crate) mod dvs_signature;
mod encoded;
pub(crate) mod jws;
pub(crate) mod other;
mod purpose;
pub(crate) mod registration;
pub(crate) mod token;

use crate::kind::{Family, Kind, Unsupported};

pub(crate) use encoded::decoded;

/// Every family, and last what is of no kind that is verified.
pub(crate) const TABLE: [&Family; 7] = [
    &dvs_certificate::FAMILY,
    &dvs_signature::FAMILY,
    &registration::FAMILY,
    &token::FAMILY,
    &device::FAMILY,
    &jws::FAMILY,
    &other::FAMILY,
];

/// Every kind that cannot be verified, for records that name one.
pub(crate) const UNSUPPORTED: [Unsupported; 1] = [other::OTP_RESPONSE];

impl Kind {
    /// Returns every kind, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().flat_map(|family| family.kinds).copied()
    }

    /// Finds a kind by its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests;
