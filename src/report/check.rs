//! The steps of a verification, by name.

use core::fmt;

use crate::encoding::json::{is_verbatim, write_escaped};

/// One step of a verification: its stable name and its reference.
///
/// The checks defined here are common to all formats; each format adds its own in its module, such
/// as [`Check::HASH_CHAIN`]. Two checks with the same name and reference are the same.
///
/// ```
/// use countersign::Check;
///
/// assert_eq!(Check::SIGNATURE.name(), "signature");
/// assert_eq!(Check::SIGNATURE.reference(), "RFC 8017 §8.2.2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Check {
    name: &'static str,
    reference: &'static str,
    /// Neither has anything that JSON would escape. Found out once, where the check is defined, and not
    /// in every report.
    is_verbatim: bool,
}

impl Check {
    /// Defines a check: a name in kebab case, which is part of every report and never changes, and
    /// the document that defines the step, or an empty string if this project defines it.
    #[must_use]
    pub const fn new(name: &'static str, reference: &'static str) -> Self {
        Self { name, reference, is_verbatim: is_verbatim(name) && is_verbatim(reference) }
    }

    /// Returns the stable name, in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns where the check is defined: an RFC or a document of the platform; empty if this
    /// project defines it.
    #[must_use]
    pub const fn reference(self) -> &'static str {
        self.reference
    }

    /// Writes the name between the quotes of a JSON string.
    pub(super) fn write_name(self, out: &mut impl fmt::Write) -> fmt::Result {
        if self.is_verbatim { out.write_str(self.name) } else { write_escaped(out, self.name) }
    }

    /// Writes a reference, usually that of the check, between the quotes of a JSON string.
    pub(super) fn write_reference(
        self,
        out: &mut impl fmt::Write,
        reference: &'static str,
    ) -> fmt::Result {
        if self.is_verbatim && core::ptr::eq(reference, self.reference) {
            out.write_str(reference)
        } else {
            write_escaped(out, reference)
        }
    }
}

/// Checks of every format.
impl Check {
    /// The input is readable and of a known kind.
    pub const INPUT: Self = Self::new("input", "");
    /// The response body around the token, which must not carry errors instead.
    pub const ENVELOPE: Self = Self::new("envelope", "MOSIP Device Management APIs");
    /// Size, parts and base64 of the token.
    pub const STRUCTURE: Self = Self::new("structure", "RFC 7515 §7.1");
    /// Exactly one usable key matches.
    pub const KEY: Self = Self::new("key", "RFC 7517 §4.5");
    /// The algorithm is that of the key and of the format.
    pub const ALGORITHM: Self = Self::new("algorithm", "RFC 8725 §3.1");
    /// The key has enough bits.
    pub const KEY_SIZE: Self = Self::new("key-size", "RFC 7518 §3.3");
    /// The signature matches the content.
    pub const SIGNATURE: Self = Self::new("signature", "RFC 8017 §8.2.2");
    /// The JSON of the payload, and its required members.
    pub const CLAIMS: Self = Self::new("claims", "RFC 7519 §4");
    /// The caller's expectations are consistent, and apply to this kind.
    pub const EXPECTATIONS: Self = Self::new("expectations", "");
}
