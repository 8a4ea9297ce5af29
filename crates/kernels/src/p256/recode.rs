//! Scalars as signed digits.

use super::limbs::Limbs;
use super::scalar::Scalar;

/// A scalar as windows of `W` bits, each an odd digit between `−2^W` and `2^W`.
///
/// For odd `k`, the windows `v` of `k' = (k >> 1) + 2^(Wl−1)` with `l = ⌈256/W⌉` stand for the digits
/// `2v − (2^W − 1)`: their sum with weights `2^(Wi)` is `2k' − (2^(Wl) − 1) = k`. Instead of an even `k`,
/// `n − k` is taken, which is odd, and every sign is turned. No digit is zero, so nothing starts at
/// infinity; zero itself becomes `n`, and the sum of its points meets an exceptional addition.
pub(super) struct Windows<const W: usize> {
    limbs: [u64; 5],
    turned: bool,
}

/// One digit `±(2·index + 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digit {
    pub(super) index: usize,
    pub(super) negative: bool,
}

impl<const W: usize> Windows<W> {
    pub(super) const COUNT: usize = 256_usize.div_ceil(W);

    #[inline(always)]
    pub(super) fn new(scalar: &Scalar) -> Self {
        let turned = scalar.0[0] & 1 == 0;
        let [a, b, c, d] = if turned { scalar.complement() } else { scalar.0 };
        let mut limbs = [a >> 1 | b << 63, b >> 1 | c << 63, c >> 1 | d << 63, d >> 1, 0];
        let top = W * Self::COUNT - 1;
        if let Some(limb) = limbs.get_mut(top / 64) {
            *limb |= 1 << (top % 64);
        }
        Self { limbs, turned }
    }

    /// Returns the digits from the lowest one up.
    #[inline(always)]
    pub(super) fn digits(&self) -> impl Iterator<Item = Digit> {
        let turned = self.turned;
        (0..Self::COUNT).map(move |index| {
            let window = self.window(index * W);
            let half = 1 << (W - 1);
            let negative = window & half == 0;
            let low = window & (half - 1);
            let index = if negative { half - 1 - low } else { low };
            Digit { index, negative: negative != turned }
        })
    }

    /// Returns the `W` bits from a position on.
    #[inline(always)]
    fn window(&self, position: usize) -> usize {
        let limb = |index: usize| self.limbs.get(index).copied().unwrap_or_default();
        let (index, shift) = (position / 64, position % 64);
        let low = limb(index) >> shift;
        let high = if shift == 0 { 0 } else { limb(index + 1) << (64 - shift) };
        let mask = (1 << W) - 1;
        usize::try_from((low | high) & mask).unwrap_or_default()
    }
}

/// Digits of a non-adjacent form, and zeros.
pub(super) const NAF_DIGITS: usize = 257;

/// Returns the non-adjacent form of width 5, from the lowest digit up: each digit that is not zero is odd,
/// between −15 and 15, and four zeros follow it.
pub(super) fn naf(scalar: &Scalar) -> [i8; NAF_DIGITS] {
    const WIDTH: usize = 5;
    let mut digits = [0; NAF_DIGITS];
    let (mut position, mut carry) = (0, 0);
    while let Some(digit) = digits.get_mut(position) {
        if bits(&scalar.0, position, 1) == carry {
            position += 1;
            continue;
        }
        let window = bits(&scalar.0, position, WIDTH) + carry;
        carry = window >> (WIDTH - 1);
        *digit = if carry == 1 { window - (1 << WIDTH) } else { window };
        position += WIDTH;
    }
    digits
}

/// Up to eight bits of a number from a position on.
fn bits(limbs: &Limbs, position: usize, count: usize) -> i8 {
    let limb = |index: usize| limbs.get(index).copied().unwrap_or_default();
    let (index, shift) = (position / 64, position % 64);
    let low = limb(index) >> shift;
    let high = if shift == 0 { 0 } else { limb(index + 1) << (64 - shift) };
    i8::try_from((low | high) & ((1 << count) - 1)).unwrap_or_default()
}
