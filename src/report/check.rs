//! The steps of a verification, by name.

/// One step of a verification: its stable name, and where it is defined.
///
/// The checks here are those that every format can have; a format adds its own in its module, such as
/// [`Check::HASH_CHAIN`]. Two checks with the same name and reference are the same.
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
}

impl Check {
    /// Defines a check: a name in kebab case, which is part of every report and never changes, and the
    /// document that defines the step, or nothing if this project does.
    #[must_use]
    pub const fn new(name: &'static str, reference: &'static str) -> Self {
        Self { name, reference }
    }

    /// Returns the stable name, in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns where the check is defined: an RFC, a document of the platform, or nothing.
    #[must_use]
    pub const fn reference(self) -> &'static str {
        self.reference
    }
}

/// Checks of every format.
impl Check {
    /// The input is one of the known kinds, and can be read.
    pub const INPUT: Self = Self::new("input", "");
    /// The response body around the token, and whether it carries errors instead.
    pub const ENVELOPE: Self = Self::new("envelope", "MOSIP Device Management APIs");
    /// Size, parts and base64 of the token.
    pub const STRUCTURE: Self = Self::new("structure", "RFC 7515 §7.1");
    /// Exactly one usable key is meant.
    pub const KEY: Self = Self::new("key", "RFC 7517 §4.5");
    /// The algorithm is the one of the key and of the format.
    pub const ALGORITHM: Self = Self::new("algorithm", "RFC 8725 §3.1");
    /// The key has enough bits.
    pub const KEY_SIZE: Self = Self::new("key-size", "RFC 7518 §3.3");
    /// The signature fits the content.
    pub const SIGNATURE: Self = Self::new("signature", "RFC 8017 §8.2.2");
    /// JSON of the payload, and the members that the format requires.
    pub const CLAIMS: Self = Self::new("claims", "RFC 7519 §4");
    /// Whoever asks for the verdict expects nothing that contradicts itself, and nothing that this
    /// kind cannot meet or miss.
    pub const EXPECTATIONS: Self = Self::new("expectations", "");
}
