//! The shapes of numbers that the kernel for one signature takes.

/// Limbs of a block.
pub const LIMB_BLOCK: usize = 8;

/// Eight limbs of 64 bits, the lowest first.
pub type LimbBlock = [u64; LIMB_BLOCK];

/// A modulus; see [`Adx::multiply`](super::Adx::multiply).
#[derive(Clone, Copy, Debug)]
pub struct LimbModulus<'a> {
    /// The odd modulus `n`.
    pub n: &'a [LimbBlock],
    /// `-n⁻¹ mod 2^64`.
    pub inverse: u64,
}
