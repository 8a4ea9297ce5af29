//! The stand-in where there are no kernels: a token that cannot exist.

use super::limbs::{LimbBlock, LimbModulus};
use super::quad::{FourPowers, QUAD, QuadBlock};
use super::shape::{EightChecks, LANES, Lanes, MESSAGES, OneCheck, OneNumber, Spread, Tile};

/// Proof that the CPU multiplies 52-bit digits, which here it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ifma {}

impl Ifma {
    /// Always `None`.
    #[must_use]
    pub const fn detect() -> Option<Self> {
        None
    }

    /// Never called.
    #[must_use]
    pub fn check_eight(self, _: &EightChecks<'_>, _: &mut [Tile]) -> [bool; LANES] {
        match self {}
    }

    /// Never called.
    pub fn read_eight(self, _: &[&[u8]; LANES], _: &mut [Lanes]) {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub fn sha256_sixteen(self, _: &[&[u8]; MESSAGES]) -> [[u8; 32]; MESSAGES] {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub fn check_one(self, _: &OneCheck<'_>) -> bool {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub fn power_one(self, _: &OneNumber<'_>, _: &mut [Spread], _: &[Spread]) -> bool {
        match self {}
    }
}

/// Proof that the CPU has AVX2 and FMA, which here it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fma {}

impl Fma {
    /// Always `None`.
    #[must_use]
    pub const fn detect() -> Option<Self> {
        None
    }

    /// Never called.
    #[must_use]
    pub fn power_four<'s>(
        self,
        _: &FourPowers<'_>,
        _: &'s mut [QuadBlock],
    ) -> Option<&'s [QuadBlock]> {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub fn multiples(self, _: &[QuadBlock], _: &[QuadBlock]) -> [bool; QUAD] {
        match self {}
    }
}

/// Proof that the CPU has BMI2 and ADX, which here it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adx {}

impl Adx {
    /// Always `None`.
    #[must_use]
    pub const fn detect() -> Option<Self> {
        None
    }

    /// Never called.
    #[must_use]
    pub fn multiply(
        self,
        _: &mut [LimbBlock],
        _: &[LimbBlock],
        _: &LimbModulus<'_>,
        _: &mut [LimbBlock],
    ) -> bool {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub fn multiply_and_add(
        self,
        _: &mut [LimbBlock],
        _: &[LimbBlock],
        _: (&LimbBlock, &[LimbBlock]),
        _: &[LimbBlock],
        _: &LimbModulus<'_>,
        _: &mut [LimbBlock],
    ) -> bool {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub fn square(self, _: &mut [LimbBlock], _: &LimbModulus<'_>, _: &mut [LimbBlock]) -> bool {
        match self {}
    }
}
