//! The value that chooses the instructions.

use crate::simd::{Adx, Fma, Ifma};

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
        /// For one signature.
        single: Option<Adx>,
        /// For four.
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
        Self(match Ifma::detect() {
            Some(token) => Choice::Ifma(token),
            None => Choice::Parts { single: Adx::detect(), lanes: Fma::detect() },
        })
    }

    /// Returns the kernel in safe Rust that runs on every CPU.
    #[inline]
    #[must_use]
    pub const fn portable() -> Self {
        Self(Choice::Parts { single: None, lanes: None })
    }

    /// Returns every kernel that this CPU can run, for tests and measurements: the portable one first,
    /// [`Kernel::detect`] last.
    pub fn available() -> impl Iterator<Item = Self> {
        let parts = |single, lanes| Choice::Parts { single, lanes };
        let (single, lanes) = (Adx::detect(), Fma::detect());
        [
            Some(Self::portable().0),
            single.map(|_| parts(single, None)),
            lanes.map(|_| parts(None, lanes)),
            single.and(lanes).map(|_| parts(single, lanes)),
            Ifma::detect().map(Choice::Ifma),
        ]
        .into_iter()
        .flatten()
        .map(Self)
    }

    /// Returns the display name: `avx512ifma`, `avx2+adx`, `avx2`, `adx` or `portable`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Choice::Ifma(_) => "avx512ifma",
            Choice::Parts { single: Some(_), lanes: Some(_) } => "avx2+adx",
            Choice::Parts { single: None, lanes: Some(_) } => "avx2",
            Choice::Parts { single: Some(_), lanes: None } => "adx",
            Choice::Parts { single: None, lanes: None } => "portable",
        }
    }

    /// Returns the vector instructions, for what else they can do.
    pub(crate) const fn ifma(self) -> Option<Ifma> {
        match self.0 {
            Choice::Ifma(token) => Some(token),
            Choice::Parts { .. } => None,
        }
    }

    /// Returns the instructions for one signature.
    pub(crate) const fn adx(self) -> Option<Adx> {
        match self.0 {
            Choice::Ifma(_) => None,
            Choice::Parts { single, .. } => single,
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
