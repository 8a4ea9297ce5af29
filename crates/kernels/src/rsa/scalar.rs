//! Modular exponentiation with the instructions for one signature.
//!
//! The modulus is padded to whole blocks of eight limbs, which fix `R`; the portable kernel pads to half
//! blocks, so its `R` may be another. Montgomery form comes of a plain division, and the plain base, as the last
//! factor of an odd exponent, leaves it. So nothing has to be known about a key but what every kernel knows.

#![expect(
    clippy::indexing_slicing,
    reason = "slices share the modulus' blocks, at most MAX_BLOCKS"
)]

use super::portable::{Limbs, MAX_LIMBS, Modulus};
use crate::simd::{Adx, LIMB_BLOCK, LimbBlock, LimbModulus};

/// Most blocks of a modulus.
const MAX_BLOCKS: usize = MAX_LIMBS / LIMB_BLOCK;

/// `base^exponent mod n`, fully reduced, for `base` below `n` and an odd exponent of 3 or more.
///
/// `None` for other exponents, which no key has.
pub(super) fn power(adx: Adx, modulus: &Modulus, base: &Limbs, exponent: u64) -> Option<Limbs> {
    if exponent < 3 || exponent & 1 == 0 {
        return None;
    }
    let blocks = modulus.limbs().len().div_ceil(LIMB_BLOCK);
    let mut n = [[0; LIMB_BLOCK]; MAX_BLOCKS];
    n.as_flattened_mut()[..modulus.limbs().len()].copy_from_slice(modulus.limbs());
    let modulus_blocks = LimbModulus { n: &n[..blocks], inverse: modulus.negated_inverse() };
    let form = modulus.doubled(base, 64 * LIMB_BLOCK * blocks);
    let (form, base) = (&in_blocks(&form)[..blocks], &in_blocks(base)[..blocks]);
    let mut x = [[0; LIMB_BLOCK]; MAX_BLOCKS];
    let x = &mut x[..blocks];
    x.copy_from_slice(form);
    let mut wide = [[0; LIMB_BLOCK]; 2 * MAX_BLOCKS];
    let wide = &mut wide[..2 * blocks];
    for bit in (0..exponent.ilog2()).rev() {
        if !adx.square(x, &modulus_blocks, wide) {
            return None;
        }
        if exponent >> bit & 1 == 1
            && !adx.multiply(x, if bit == 0 { base } else { form }, &modulus_blocks, wide)
        {
            return None;
        }
    }
    let mut out = [0; MAX_LIMBS + 1];
    out[..LIMB_BLOCK * blocks].copy_from_slice(x.as_flattened());
    Some(modulus.remainder(out))
}

/// A number as blocks.
fn in_blocks(limbs: &Limbs) -> &[LimbBlock] {
    limbs.as_chunks().0
}
