//! The value that chooses the instructions.

use crate::simd::Ifma;

/// The implementation of the arithmetic. All kernels return the same verdicts.
///
/// ```
/// use countersign_kernels::Kernel;
///
/// assert_eq!(Kernel::portable().name(), "portable");
/// assert!(["avx512ifma", "portable"].contains(&Kernel::detect().name()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(pub(crate) Choice);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// AVX-512 with 52-bit multiply-add, proved by the token.
    Ifma(Ifma),
    /// Safe Rust.
    Portable,
}

impl Kernel {
    /// Returns the fastest kernel that this CPU can run.
    ///
    /// Without the `std` feature, only the target features of the build count. With `--cfg
    /// countersign_portable`, it is always [`Kernel::portable`].
    #[inline]
    #[must_use]
    pub fn detect() -> Self {
        Ifma::detect().map_or(Self::portable(), |token| Self(Choice::Ifma(token)))
    }

    /// Returns the kernel in safe Rust that runs on every CPU.
    #[inline]
    #[must_use]
    pub const fn portable() -> Self {
        Self(Choice::Portable)
    }

    /// Returns the display name: `avx512ifma` or `portable`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Choice::Ifma(_) => "avx512ifma",
            Choice::Portable => "portable",
        }
    }

    /// Returns the vector instructions, for what else they can do.
    pub(crate) const fn ifma(self) -> Option<Ifma> {
        match self.0 {
            Choice::Ifma(token) => Some(token),
            Choice::Portable => None,
        }
    }
}
