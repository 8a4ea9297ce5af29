//! How large a modulus may be.

/// Fewest bits of a modulus.
pub(super) const MIN_BITS: usize = 1024;

/// Most bits of a modulus.
pub(super) const MAX_BITS: usize = 8192;

/// Most bytes of a modulus, and so of a signature.
pub(super) const MAX_SIZE: usize = MAX_BITS / 8;
