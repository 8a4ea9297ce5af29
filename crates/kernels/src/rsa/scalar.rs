//! Modular exponentiation with the instructions for one signature.
//!
//! The modulus is padded to whole blocks of eight limbs, which fix `R`; the portable kernel pads to half
//! blocks, so its `R` may be another. For a key that is used often, terms for this `R` decide [the
//! check](super::check). For others, Montgomery form comes of a plain division, and the plain base, as the last
//! factor of an odd exponent, leaves it: nothing has to be known about a key but what every kernel knows.

#![expect(
    clippy::indexing_slicing,
    reason = "slices share the modulus' blocks, at most MAX_BLOCKS"
)]

use super::check::Terms;
use super::portable::{Limbs, MAX_LIMBS, Modulus};
use crate::Hash;
use crate::simd::{Adx, LIMB_BLOCK, LimbBlock, LimbModulus};
use alloc::boxed::Box;

/// Most blocks of a modulus.
const MAX_BLOCKS: usize = MAX_LIMBS / LIMB_BLOCK;

/// Squarings in a power of 65536.
const SQUARINGS: usize = 16;

/// What the kernel checks signatures with once a key is used often.
pub(super) type BlockTerms = Terms<Box<[LimbBlock]>>;

/// Returns the terms of a key of so many bytes.
pub(super) fn terms(modulus: &Modulus, size: usize) -> BlockTerms {
    let blocks = blocks(modulus);
    Terms::new(modulus, 64 * LIMB_BLOCK * blocks, size)
        .map(|term| in_blocks(term)[..blocks].iter().copied().collect())
}

/// Decides whether `base^65537·R^(-65535) + digest·factor + constant ≡ 0 (mod n)`, for `base` below `n` and
/// terms of this modulus, and so whether a signature opens to the encoding of a digest of the right size.
pub(super) fn check(
    adx: Adx,
    modulus: &Modulus,
    terms: &BlockTerms,
    hash: Hash,
    digest: &Limbs,
    base: &Limbs,
) -> bool {
    let Some(digest) = in_blocks(digest).first() else { return false };
    let mut numbers = Numbers::new(modulus);
    let (x, modulus_blocks, wide) = numbers.split();
    let base = &in_blocks(base)[..x.len()];
    x.copy_from_slice(base);
    let is_computed = (0..SQUARINGS).all(|_| adx.square(x, &modulus_blocks, wide))
        && adx.multiply_and_add(
            x,
            base,
            (digest, &terms.factor),
            terms.constant(hash),
            &modulus_blocks,
            wide,
        );
    is_computed && modulus.remainder(numbers.result()) == [0; MAX_LIMBS]
}

/// `base^exponent mod n`, fully reduced, for `base` below `n` and an odd exponent of 3 or more.
///
/// `None` for other exponents, which no key has.
pub(super) fn power(adx: Adx, modulus: &Modulus, base: &Limbs, exponent: u64) -> Option<Limbs> {
    if exponent < 3 || exponent & 1 == 0 {
        return None;
    }
    let mut numbers = Numbers::new(modulus);
    let (x, modulus_blocks, wide) = numbers.split();
    let form = modulus.doubled(base, 64 * LIMB_BLOCK * x.len());
    let (form, base) = (&in_blocks(&form)[..x.len()], &in_blocks(base)[..x.len()]);
    x.copy_from_slice(form);
    for bit in (0..exponent.ilog2()).rev() {
        let factor = if bit == 0 { base } else { form };
        let is_computed = adx.square(x, &modulus_blocks, wide)
            && (exponent >> bit & 1 == 0 || adx.multiply(x, factor, &modulus_blocks, wide));
        if !is_computed {
            return None;
        }
    }
    Some(modulus.remainder(numbers.result()))
}

/// Blocks of a modulus.
fn blocks(modulus: &Modulus) -> usize {
    modulus.limbs().len().div_ceil(LIMB_BLOCK)
}

/// A number as blocks.
fn in_blocks(limbs: &Limbs) -> &[LimbBlock] {
    limbs.as_chunks().0
}

/// What a power works on.
struct Numbers {
    blocks: usize,
    n: [LimbBlock; MAX_BLOCKS],
    inverse: u64,
    x: [LimbBlock; MAX_BLOCKS],
    wide: [LimbBlock; 2 * MAX_BLOCKS],
}

impl Numbers {
    fn new(modulus: &Modulus) -> Self {
        let mut n = [[0; LIMB_BLOCK]; MAX_BLOCKS];
        n.as_flattened_mut()[..modulus.limbs().len()].copy_from_slice(modulus.limbs());
        Self {
            blocks: blocks(modulus),
            n,
            inverse: modulus.negated_inverse(),
            x: [[0; LIMB_BLOCK]; MAX_BLOCKS],
            wide: [[0; LIMB_BLOCK]; 2 * MAX_BLOCKS],
        }
    }

    /// The number that is multiplied, the modulus, and room for products.
    fn split(&mut self) -> (&mut [LimbBlock], LimbModulus<'_>, &mut [LimbBlock]) {
        let Self { blocks, n, inverse, x, wide } = self;
        let modulus = LimbModulus { n: &n[..*blocks], inverse: *inverse };
        (&mut x[..*blocks], modulus, &mut wide[..2 * *blocks])
    }

    /// The number, of a few times the modulus at most: it is below `R` and below `x²/R + n` for one before it.
    fn result(&self) -> [u64; MAX_LIMBS + 1] {
        let mut out = [0; MAX_LIMBS + 1];
        out[..MAX_LIMBS].copy_from_slice(self.x.as_flattened());
        out
    }
}
