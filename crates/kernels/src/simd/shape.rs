//! The shapes of numbers that kernels take.

/// Bits of a digit, the operand width of `vpmadd52`.
pub const DIGIT_BITS: usize = 52;

/// Digits of a tile. Every number has a whole number of tiles.
pub const TILE: usize = 5;

/// Bits of a tile.
pub const TILE_BITS: usize = DIGIT_BITS * TILE;

/// Most tiles of a number: 8320 bits.
pub const MAX_TILES: usize = 32;

/// Bits by which a modulus must be shorter than its tiles, so that sums of a few multiples of it
/// need no attention.
pub const SLACK_BITS: usize = 6;

/// Tiles of the numbers below a modulus of so many bits: an even number, as the eight-lane kernel
/// takes them in pairs.
#[must_use]
pub const fn tiles(bits: usize) -> usize {
    2 * (bits + SLACK_BITS).div_ceil(2 * TILE_BITS)
}

/// Messages that are hashed at once.
pub const MESSAGES: usize = 16;

/// Signatures an eight-lane call decides at once.
pub const LANES: usize = 8;

/// One digit of eight numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Lanes(pub [u64; LANES]);

impl Lanes {
    /// Sets the digit of one number, the lane counted modulo [`LANES`].
    #[inline]
    pub fn set(&mut self, lane: usize, digit: u64) {
        if let Some(place) = self.0.get_mut(lane % LANES) {
            *place = digit;
        }
    }
}

/// One tile of eight numbers.
pub type Tile = [Lanes; TILE];

/// Eight power checks, one a lane; see [`Ifma::check_eight`](super::Ifma::check_eight). All slices but `hash` have the same
/// even number of tiles, at most [`MAX_TILES`], and every digit is below 2^52.
#[derive(Clone, Copy, Debug)]
pub struct EightChecks<'a> {
    /// The odd modulus `n`, at least [`SLACK_BITS`] bits shorter than its tiles.
    pub modulus: &'a [Tile],
    /// `2^(-260) mod n`.
    pub fold: &'a [Tile],
    /// `-n⁻¹ mod 2^52`.
    pub inverse: &'a Lanes,
    /// A number below `n`.
    pub base: &'a [Tile],
    /// A small number; one tile or two.
    pub hash: &'a [Tile],
    /// A number below `n`.
    pub factor: &'a [Tile],
    /// A number below `n`.
    pub constant: &'a [Tile],
}

/// Digits of a [`Spread`].
pub const SPREAD: usize = TILE * LANES;

/// Forty digits of one number: digit `5·l + r` is in lane `l` of entry `r`.
pub type Spread = [Lanes; TILE];

/// The sizes, in tiles, of the folds that reduce a product of numbers of so many tiles, in order:
/// always half of what is left, down to one tile.
pub fn fold_sizes(tiles: usize) -> impl Iterator<Item = usize> {
    let mut left = tiles;
    core::iter::from_fn(move || {
        let size = left / 2;
        left -= size;
        (size > 0).then_some(size)
    })
}

/// A modulus for one number at a time. Its numbers have as many [`Spread`]s as their tiles fill,
/// and every digit is below 2^52.
#[derive(Clone, Copy, Debug)]
pub struct OneNumber<'a> {
    /// Tiles of the numbers, at most [`MAX_TILES`].
    pub tiles: usize,
    /// The odd modulus `n`, at least [`SLACK_BITS`] bits shorter than its tiles.
    pub modulus: &'a [Spread],
    /// `2^(-260·j) mod n` for each `j` of [`fold_sizes`], one after the other.
    pub folds: &'a [Spread],
    /// `-n⁻¹ mod 2^52`.
    pub inverse: u64,
}

/// One power check; see [`Ifma::check_one`](super::Ifma::check_one).
#[derive(Clone, Copy, Debug)]
pub struct OneCheck<'a> {
    /// The modulus.
    pub number: OneNumber<'a>,
    /// A number below `n`.
    pub base: &'a [Spread],
    /// A small number; its digits, lowest first.
    pub hash: &'a [u64; 2 * TILE],
    /// A number below `n`.
    pub factor: &'a [Spread],
    /// A number below `n`.
    pub constant: &'a [Spread],
}
