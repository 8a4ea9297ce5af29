//! Kernels for particular instruction sets: the only unsafe code of the crate.
//!
//! This module knows nothing of keys, encodings or policies. It takes digits and returns digits or
//! verdicts about digits. What it needs from the CPU is proved by a token, [`Ifma`], [`Fma`] or [`Adx`],
//! which only detection can make; every kernel is a method of its token.
//!
//! On other architectures no token can exist, and its methods are never called.

#[cfg(target_arch = "x86_64")]
mod adx;
#[cfg(target_arch = "x86_64")]
mod fma;
#[cfg(target_arch = "x86_64")]
mod ifma;
#[cfg(target_arch = "x86_64")]
mod ifma_digits;
#[cfg(target_arch = "x86_64")]
mod ifma_lanes;
#[cfg(target_arch = "x86_64")]
mod ifma_single;
#[cfg(target_arch = "x86_64")]
mod product;
#[cfg(target_arch = "x86_64")]
mod sha256;
#[cfg(target_arch = "x86_64")]
mod token;

#[cfg(not(target_arch = "x86_64"))]
mod absent;

mod limbs;
mod quad;
mod shape;

#[cfg(not(target_arch = "x86_64"))]
pub use absent::{Adx, Fma, Ifma};
#[cfg(target_arch = "x86_64")]
pub use adx::Adx;
#[cfg(target_arch = "x86_64")]
pub use fma::Fma;
#[cfg(target_arch = "x86_64")]
pub use ifma::Ifma;
pub use limbs::*;
pub use quad::*;
pub use shape::*;
