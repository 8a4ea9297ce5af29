//! The value that chooses the instructions.

use crate::simd::{Fma, Ifma};

/// The implementation of the arithmetic. All kernels return the same verdicts.
///
/// ```
/// use countersign_kernels::Kernel;
///
/// assert_eq!(Kernel::portable().name(), "portable");
/// assert!(Kernel::available().any(|kernel| kernel == Kernel::detect()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(pub(crate) Choice);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// AVX-512 with 52-bit multiply-add, proved by the token.
    Ifma(Ifma),
    /// Safe Rust, or what the tokens prove instead of it.
    Parts {
        /// For four signatures.
        lanes: Option<Fma>,
    },
}

impl Kernel {
    /// Returns the fastest kernel that this CPU can run.
    ///
    /// Without the `std` feature, only the target features of the build count. With `--cfg
    /// countersign_portable`, it is always [`Kernel::portable`].
    #[inline]
    #[must_use]
    pub fn detect() -> Self {
        match Ifma::detect() {
            Some(token) => Self(Choice::Ifma(token)),
            None => Self(Choice::Parts { lanes: Fma::detect() }),
        }
    }

    /// Returns the kernel in safe Rust that runs on every CPU.
    #[inline]
    #[must_use]
    pub const fn portable() -> Self {
        Self(Choice::Parts { lanes: None })
    }

    /// Returns every kernel that this CPU can run, for tests and measurements: the portable one first,
    /// [`Kernel::detect`] last.
    pub fn available() -> impl Iterator<Item = Self> {
        let lanes = Fma::detect().map(|token| Choice::Parts { lanes: Some(token) });
        let kernels = [Some(Self::portable().0), lanes, Ifma::detect().map(Choice::Ifma)];
        kernels.into_iter().flatten().map(Self)
    }

    /// Returns the display name: `avx512ifma`, `avx2` or `portable`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Choice::Ifma(_) => "avx512ifma",
            Choice::Parts { lanes: Some(_) } => "avx2",
            Choice::Parts { lanes: None } => "portable",
        }
    }

    /// Returns the vector instructions, for what else they can do.
    pub(crate) const fn ifma(self) -> Option<Ifma> {
        match self.0 {
            Choice::Ifma(token) => Some(token),
            Choice::Parts { .. } => None,
        }
    }

    /// Returns the instructions for four lanes.
    pub(crate) const fn fma(self) -> Option<Fma> {
        match self.0 {
            Choice::Ifma(_) => None,
            Choice::Parts { lanes, .. } => lanes,
        }
    }
}
