//! The shapes of numbers that the kernel for four lanes takes.

/// Bits of a digit: the product of two is below 2^102, and its halves are exact in doubles.
pub const QUAD_DIGIT_BITS: usize = 51;

/// Digits of a block. Every number has a whole number of blocks.
pub const QUAD_BLOCK: usize = 7;

/// Bits of a block.
pub const QUAD_BLOCK_BITS: usize = QUAD_DIGIT_BITS * QUAD_BLOCK;

/// Most blocks of a number: 8211 bits.
pub const MAX_QUAD_BLOCKS: usize = 23;

/// Bits by which a modulus must be shorter than its blocks.
pub const QUAD_SLACK_BITS: usize = 6;

/// Numbers that are taken at once.
pub const QUAD: usize = 4;

/// Blocks of the numbers below a modulus of so many bits.
#[must_use]
pub const fn quad_blocks(bits: usize) -> usize {
    bits.saturating_add(QUAD_SLACK_BITS).div_ceil(QUAD_BLOCK_BITS)
}

/// One digit of four numbers, each an integer below 2^51 (or a negative zero, which is as good).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub struct Quad(pub [f64; QUAD]);

/// The bits of 2^52. The bits of the next integers follow, as one unit is the last place there.
const TWO_TO_52: u64 = 0x4330 << 48;

/// The bits of a digit.
pub(super) const DIGIT_MASK: u64 = (1 << QUAD_DIGIT_BITS) - 1;

impl Quad {
    /// Sets the digit of one number, the lane counted modulo [`QUAD`]. Bits above the 51st are lost.
    #[inline]
    pub fn set(&mut self, lane: usize, digit: u64) {
        if let Some(place) = self.0.get_mut(lane % QUAD) {
            *place = f64::from_bits(digit & DIGIT_MASK | TWO_TO_52) - f64::from_bits(TWO_TO_52);
        }
    }

    /// Returns the digit of one number, the lane counted modulo [`QUAD`].
    #[inline]
    #[must_use]
    pub fn get(&self, lane: usize) -> u64 {
        let digit = self.0.get(lane % QUAD).copied().unwrap_or_default();
        (digit + f64::from_bits(TWO_TO_52)).to_bits() & DIGIT_MASK
    }
}

/// One block of four numbers, the lowest digit first.
pub type QuadBlock = [Quad; QUAD_BLOCK];

/// Four powers, one a lane; see [`Fma::power_four`](super::Fma::power_four). All slices but `hash`
/// have the same number of blocks, 2 to [`MAX_QUAD_BLOCKS`].
#[derive(Clone, Copy, Debug)]
pub struct FourPowers<'a> {
    /// The odd modulus `n`, at least [`QUAD_SLACK_BITS`] bits shorter than its blocks.
    pub modulus: &'a [QuadBlock],
    /// `2^(-357) mod n`.
    pub fold: &'a [QuadBlock],
    /// `-n⁻¹ mod 2^51`.
    pub inverse: &'a Quad,
    /// A number below `n`, which is squared.
    pub start: &'a [QuadBlock],
    /// A number below `n`, the last factor.
    pub base: &'a [QuadBlock],
    /// A number below 2^512 in at most two blocks; none for zero.
    pub hash: &'a [QuadBlock],
    /// A number below `n`.
    pub factor: &'a [QuadBlock],
    /// A number below `n`.
    pub constant: &'a [QuadBlock],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_its_slack_and_the_greatest_has_the_most_blocks() {
        for bits in 1024..=8192 {
            let room = quad_blocks(bits) * QUAD_BLOCK_BITS;
            assert!(room >= bits + QUAD_SLACK_BITS && room < bits + QUAD_SLACK_BITS + 357);
        }
        assert_eq!([1024, 2048, 3072, 4096, 8192].map(quad_blocks), [3, 6, 9, 12, MAX_QUAD_BLOCKS]);
    }

    #[test]
    fn digits_come_back_from_every_lane() {
        for digit in [0, 1, 2, DIGIT_MASK - 1, DIGIT_MASK, 1 << 50, 0x5_5555_5555_5555] {
            for lane in 0..QUAD {
                let mut quad = Quad([7.0; QUAD]);
                quad.set(lane, digit);
                for other in 0..QUAD {
                    assert_eq!(quad.get(other), if other == lane { digit } else { 7 });
                }
                quad.set(lane + QUAD, digit | 1 << 51 | 1 << 63);
                assert_eq!(quad.get(lane), digit);
            }
        }
        assert_eq!(Quad([-0.0; QUAD]).get(0), 0);
    }
}
