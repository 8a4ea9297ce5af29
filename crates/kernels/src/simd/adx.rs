//! One signature on CPUs with BMI2 and ADX: Montgomery products of 64-bit limbs.
//!
//! # Rows
//!
//! All work is done by rows of eight products with one factor in common. `mulx` keeps the flags, and `adcx`
//! and `adox` have a carry flag each, so low and high halves are added in two chains that do not wait for one
//! another. Eight registers are a *window* on the sum. A row adds `a·b_j`, for a block `a` of eight limbs,
//! and limb `j` of what is there already; its lowest limb is then finished, and the window moves up by one.
//! Nothing overflows: `(2^512 - 1) + (2^64 - 1) + (2^512 - 1)·(2^64 - 1) = 2^576 - 1`, nine limbs exactly.
//!
//! # Products, squares, reduction
//!
//! A product is the sum of the rows of each block of one factor with all limbs of the other. A square has, of
//! each block, a triangle of the products of different limbs, then the rows of each block with the blocks
//! above it, all of it doubled, and the squares of limbs.
//!
//! The reduction is the textbook one, a block at a time. With `q` the eight limbs for which `T + q·n` ends in
//! eight limbs of zeros, which the rows of the lowest block of `n` find one by one, the others are added by
//! rows as in a product. For `T < R²`, `R = 2^(512·blocks)`, the sum `T + n·(R - 1)` is below `R² + R·n`, so
//! what is left of `T/R` is below `R + n`: one bit above the blocks, and if it is set, `n` is subtracted. All
//! operands and results are thus below `R`, and congruent; nothing smaller is promised or needed.
//!
//! With `hash·factor + constant` added, `T` is below `R·n + 2^512·n + n` and may have a bit above `R²`; that
//! counts at `R` above the blocks. What is left is below `n + n·(2^512 + 1)/R + n < 3n`, so `n` is subtracted
//! twice at most until nothing is above the blocks.
//!
//! # Assembly
//!
//! The rows are in a file of their own, as they need `rbx`, `rbp` and control of every flag. Its functions
//! read and write what they are given and their own stack frame, and follow the System V convention; they
//! have neither branches nor addresses that depend on a limb.

#![expect(
    clippy::indexing_slicing,
    reason = "blocks below the common number of blocks, which is checked"
)]

use super::limbs::{LIMB_BLOCK, LimbBlock, LimbModulus};
use super::token::token;
use core::arch::global_asm;

global_asm!(include_str!("adx.s"), options(raw));

unsafe extern "sysv64" {
    /// Adds `a[0..8]·b[0..8·blocks]` to `z[0..8·(blocks + 1)]`, and `carry` to its highest block.
    /// Returns the carry out of it. There must be at least one block.
    fn countersign_kernels_0_1_adx_multiply_add(
        z: *mut u64,
        a: *const u64,
        b: *const u64,
        blocks: usize,
        carry: u64,
    ) -> u64;

    /// Adds the multiple of `n[0..8·(blocks + 1)]` to `z[0..8·(blocks + 2)]` that clears the lowest block (and leaves it
    /// undefined), and `carry` to the highest. Returns the carry out of that. There must be at least one
    /// block.
    fn countersign_kernels_0_1_adx_reduce(
        z: *mut u64,
        n: *const u64,
        blocks: usize,
        inverse: u64,
        carry: u64,
    ) -> u64;

    /// Writes the sum of the products of two different limbs of `a[0..8]` to `z[0..16]`.
    fn countersign_kernels_0_1_adx_triangle(z: *mut u64, a: *const u64);

    /// Doubles `z[0..16·blocks]` and adds the squares of the limbs of `a[0..8·blocks]`, each two places
    /// above that of the limb before. There must be at least one block.
    fn countersign_kernels_0_1_adx_squares(z: *mut u64, a: *const u64, blocks: usize);
}

token! {
    /// Proof that this CPU has BMI2 and ADX.
    Adx: "bmi2", "adx"
}

impl Adx {
    /// `x = x·b/R mod n`, below `R = 2^(512·blocks)` like both factors.
    ///
    /// `wide` is for the product, twice as many blocks. If lengths differ, or there are fewer than two
    /// blocks, nothing is done and the answer is `false`.
    #[must_use]
    pub fn multiply(
        self,
        x: &mut [LimbBlock],
        b: &[LimbBlock],
        modulus: &LimbModulus<'_>,
        wide: &mut [LimbBlock],
    ) -> bool {
        let blocks = modulus.n.len();
        if blocks < 2 || x.len() != blocks || b.len() != blocks || wide.len() != 2 * blocks {
            return false;
        }
        wide.fill([0; LIMB_BLOCK]);
        for (i, a) in x.iter().enumerate() {
            // The sum of the first products is below 2^512 to the power of i + 1 + blocks.
            self.multiply_add(&mut wide[i..], a, b, 0);
        }
        self.reduce(x, modulus, wide, 0);
        true
    }

    /// `x = (x·b + hash·factor + constant)/R mod n`, below `R` like `x`, for other numbers below `n`; see
    /// [`multiply`](Self::multiply).
    #[must_use]
    pub fn multiply_and_add(
        self,
        x: &mut [LimbBlock],
        b: &[LimbBlock],
        (hash, factor): (&LimbBlock, &[LimbBlock]),
        constant: &[LimbBlock],
        modulus: &LimbModulus<'_>,
        wide: &mut [LimbBlock],
    ) -> bool {
        let blocks = modulus.n.len();
        let lengths = [x.len(), b.len(), factor.len(), constant.len()];
        if blocks < 2 || lengths != [blocks; 4] || wide.len() != 2 * blocks {
            return false;
        }
        let (low, high) = wide.split_at_mut(blocks);
        low.copy_from_slice(constant);
        high.fill([0; LIMB_BLOCK]);
        // Nothing is carried out of a block of zeros, as the sum is below 2^512·R.
        let mut carry = self.multiply_add(wide, hash, factor, 0);
        for (i, a) in x.iter().enumerate() {
            carry = self.multiply_add(&mut wide[i..], a, b, carry);
        }
        self.reduce(x, modulus, wide, carry);
        true
    }

    /// `x = x²/R mod n`; see [`multiply`](Self::multiply).
    #[must_use]
    pub fn square(
        self,
        x: &mut [LimbBlock],
        modulus: &LimbModulus<'_>,
        wide: &mut [LimbBlock],
    ) -> bool {
        let blocks = modulus.n.len();
        if blocks < 2 || x.len() != blocks || wide.len() != 2 * blocks {
            return false;
        }
        for (z, a) in wide.as_chunks_mut::<2>().0.iter_mut().zip(&*x) {
            // SAFETY: `self` proves that BMI2 and ADX are there. Two blocks are written, one is read.
            unsafe {
                countersign_kernels_0_1_adx_triangle(z.as_flattened_mut().as_mut_ptr(), a.as_ptr());
            }
        }
        let mut carry = 0;
        for i in 0..blocks - 1 {
            carry = self.multiply_add(&mut wide[2 * i + 1..], &x[i], &x[i + 1..], carry);
        }
        for limb in &mut wide[2 * blocks - 1] {
            let (sum, overflows) = limb.overflowing_add(carry);
            (*limb, carry) = (sum, u64::from(overflows));
        }
        // SAFETY: `self` proves that BMI2 and ADX are there. As many blocks as there are of `x` are read, and
        // twice as many, the length of `wide`, are read and written.
        unsafe {
            countersign_kernels_0_1_adx_squares(
                wide.as_flattened_mut().as_mut_ptr(),
                x.as_flattened().as_ptr(),
                blocks,
            );
        }
        self.reduce(x, modulus, wide, 0);
        true
    }

    /// Adds `a·b` to the lowest blocks of `z`, and `carry` to the one that the last row ends in. Returns
    /// the carry out of that.
    fn multiply_add(self, z: &mut [LimbBlock], a: &LimbBlock, b: &[LimbBlock], carry: u64) -> u64 {
        assert!(!b.is_empty() && z.len() > b.len(), "a product has room");
        // SAFETY: `self` proves that BMI2 and ADX are there. The assertion is what the function wants: blocks
        // of `b` to read, and one more of `z` to read and write.
        unsafe {
            countersign_kernels_0_1_adx_multiply_add(
                z.as_flattened_mut().as_mut_ptr(),
                a.as_ptr(),
                b.as_flattened().as_ptr(),
                b.len(),
                carry,
            )
        }
    }

    /// `x = (wide + above·R²)/R mod n`, for two blocks or more and twice as many in `wide`.
    fn reduce(
        self,
        x: &mut [LimbBlock],
        modulus: &LimbModulus<'_>,
        wide: &mut [LimbBlock],
        above: u64,
    ) {
        let blocks = modulus.n.len();
        assert!(blocks >= 2 && wide.len() == 2 * blocks, "a product has two blocks for each of n");
        let mut carry = 0;
        for i in 0..blocks {
            let z = &mut wide[i..=i + blocks];
            // SAFETY: `self` proves that BMI2 and ADX are there. The blocks of `n` are read, of which there are two
            // or more, and one more of `z` is read and written; it has as many, as the slicing checked.
            carry = unsafe {
                countersign_kernels_0_1_adx_reduce(
                    z.as_flattened_mut().as_mut_ptr(),
                    modulus.n.as_flattened().as_ptr(),
                    blocks - 1,
                    modulus.inverse,
                    carry,
                )
            };
        }
        x.copy_from_slice(&wide[blocks..]);
        let mut top = carry + above;
        while top != 0 {
            let mut borrow = 0;
            for (x, n) in x.as_flattened_mut().iter_mut().zip(modulus.n.as_flattened()) {
                let (difference, below) = x.overflowing_sub(*n);
                let (difference, further) = difference.overflowing_sub(borrow);
                (*x, borrow) = (difference, u64::from(below | further));
            }
            top -= borrow;
        }
    }
}

#[expect(clippy::as_conversions, reason = "small numbers")]
#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use num_bigint::BigUint;

    fn big(blocks: &[LimbBlock]) -> BigUint {
        blocks.as_flattened().iter().rev().fold(BigUint::ZERO, |acc, limb| (acc << 64) + *limb)
    }

    fn inverse(n: &[LimbBlock]) -> u64 {
        let n0 = n[0][0];
        let inverse = (0..6).fold(n0, |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(n0.wrapping_mul(inverse)))
        });
        inverse.wrapping_neg()
    }

    /// What a reduction has to return: `T/R` and a multiple of `n`, less another if there is a bit above the
    /// blocks.
    fn reduced(mut t: BigUint, n: &LimbModulus<'_>) -> BigUint {
        let value = big(n.n);
        for _ in 0..LIMB_BLOCK * n.n.len() {
            let low = t.to_u64_digits().first().copied().unwrap_or(0);
            t = (t + &value * low.wrapping_mul(n.inverse)) >> 64;
        }
        if t.bits() > 512 * n.n.len() as u64 { t - value } else { t }
    }

    /// Numbers of every shape in all operands, in every combination.
    #[test]
    fn products_and_squares_are_those_of_big_integers() {
        let Some(adx) = Adx::detect() else { return };
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let (mut carries, mut sums_above) = (0, 0);
        for blocks in [2, 3, 4, 5, 8, 15, 16] {
            let mut number = |kind: usize| -> Vec<LimbBlock> {
                let mut out = vec![[0; LIMB_BLOCK]; blocks];
                for (i, limb) in out.as_flattened_mut().iter_mut().enumerate() {
                    *limb = match kind {
                        0 => u64::MAX,
                        1 => 0,
                        2 => u64::from(i == 0),
                        3 if i == 0 => u64::MAX - 1,
                        3 => u64::MAX,
                        4 => [u64::MAX, 0][i % 2],
                        5 => [0, u64::MAX][i / 8 % 2],
                        6 if i + 1 == 8 * blocks => 1 << 63,
                        6 => u64::from(i == 0),
                        7 => 1 << (i % 64),
                        _ => random(),
                    };
                }
                out
            };
            for kind in [0, 4, 6, 8, 9, 10] {
                let mut n = number(kind);
                n[0][0] |= 1;
                let modulus = LimbModulus { n: &n, inverse: inverse(&n) };
                let mut wide = vec![[7; LIMB_BLOCK]; 2 * blocks];
                for kind in 0..10 {
                    let a = number(kind);
                    let mut x = a.clone();
                    assert!(adx.square(&mut x, &modulus, &mut wide));
                    assert_eq!(big(&x), reduced(big(&a).pow(2), &modulus), "{blocks} {kind}");
                    for kind in 0..10 {
                        let b = number(kind);
                        let mut x = a.clone();
                        assert!(adx.multiply(&mut x, &b, &modulus, &mut wide));
                        assert_eq!(
                            big(&x),
                            reduced(big(&a) * big(&b), &modulus),
                            "{blocks} {kind}"
                        );
                        carries += u32::from(big(&x) > big(&n));
                    }
                }
                // Sums that do and do not exceed R², of numbers below n and x below R.
                let mut below = n.clone();
                below[0][0] -= 1;
                for kinds in [[0, 0], [0, 10], [10, 0], [1, 0], [0, 1], [10, 10]] {
                    let [mut x, hash] = kinds.map(&mut number);
                    let t = big(&x) * big(&below) + big(&hash[..1]) * big(&below) + big(&below);
                    let terms = (&hash[0], &below[..]);
                    assert!(
                        adx.multiply_and_add(&mut x, &below, terms, &below, &modulus, &mut wide)
                    );
                    let (wanted, n) = (reduced(t.clone(), &modulus), big(&n));
                    assert_eq!(big(&x) % &n, wanted % &n, "{blocks} {kind} {kinds:?}");
                    sums_above += u32::from(t.bits() > 1024 * blocks as u64);
                }
                // A multiple of n plus a little: the low blocks are zeros, ones, and the carry is set.
                for product in [&n, &number(0), &number(2), &number(3)] {
                    let mut wide = vec![[0; LIMB_BLOCK]; 2 * blocks];
                    for (limb, from) in
                        wide.as_flattened_mut().iter_mut().zip(product.as_flattened())
                    {
                        *limb = *from;
                    }
                    wide[2 * blocks - 1] = [u64::MAX; LIMB_BLOCK];
                    let t = big(&wide);
                    let mut x = number(1);
                    adx.reduce(&mut x, &modulus, &mut wide, 0);
                    assert_eq!(big(&x), reduced(t, &modulus), "{blocks} {kind}");
                }
            }
        }
        assert!(carries > 100 && sums_above > 10, "{carries} {sums_above}");
    }

    /// The carry out of the rows of a square meets a limb of ones in the highest block.
    #[test]
    fn a_square_carries_across_a_limb_of_ones_at_its_top() {
        let Some(adx) = Adx::detect() else { return };
        for blocks in [2, 3, 16] {
            let n = vec![[u64::MAX; LIMB_BLOCK]; blocks];
            let modulus = LimbModulus { n: &n, inverse: inverse(&n) };
            let mut x = n.clone();
            x[blocks - 1] = [u64::MAX, u64::MAX, 0, 0, 0, 0, 0, 1];
            let wanted = reduced(big(&x).pow(2), &modulus);
            assert!(adx.square(&mut x, &modulus, &mut vec![[7; LIMB_BLOCK]; 2 * blocks]));
            assert_eq!(big(&x), wanted, "{blocks}");
        }
    }

    /// With `n = R - 1` and the greatest `x` and `b`, `hash·(n - 1) + 2·hash - 3` makes `T = n + R·(R + hash - 4)`. The
    /// reduction adds `n·(R - 1)`, and leaves `2·n + hash - 3`.
    #[test]
    fn a_sum_far_above_the_blocks_loses_the_modulus_twice() {
        let Some(adx) = Adx::detect() else { return };
        for blocks in [2, 3, 16] {
            let n = vec![[u64::MAX; LIMB_BLOCK]; blocks];
            let modulus = LimbModulus { n: &n, inverse: inverse(&n) };
            let mut below = n.clone();
            below[0][0] -= 1;
            for small in 4..8 {
                let (mut hash, mut constant) = ([0; LIMB_BLOCK], vec![[0; LIMB_BLOCK]; blocks]);
                (hash[0], constant[0][0]) = (small, 2 * small - 3);
                let (mut x, mut wide) = (n.clone(), vec![[7; LIMB_BLOCK]; 2 * blocks]);
                let terms = (&hash, &below[..]);
                assert!(
                    adx.multiply_and_add(&mut x, &below, terms, &constant, &modulus, &mut wide)
                );
                assert_eq!(big(&x), BigUint::from(small - 3), "{blocks} {small}");
            }
        }
    }

    #[test]
    fn numbers_of_different_lengths_have_no_product() {
        let Some(adx) = Adx::detect() else { return };
        let one = [[1; LIMB_BLOCK]; 8];
        let product = |[n, x, b, wide]: [usize; 4]| {
            let modulus = LimbModulus { n: &one[..n], inverse: u64::MAX };
            let (mut x, mut wide) = (vec![[3; LIMB_BLOCK]; x], one[..wide].to_vec());
            let before = x.clone();
            let done = adx.multiply(&mut x, &one[..b], &modulus, &mut wide);
            assert_eq!(before != x, done);
            let square = (b == n).then(|| adx.square(&mut x, &modulus, &mut wide));
            (done, square.unwrap_or(done))
        };
        assert_eq!(product([2, 2, 2, 4]), (true, true));
        for wrong in
            [[3, 2, 2, 4], [2, 3, 2, 4], [2, 2, 3, 4], [2, 2, 1, 4], [2, 2, 2, 3], [1, 1, 1, 2]]
        {
            assert_eq!(product(wrong), (false, false), "{wrong:?}");
        }
        assert_eq!(product([2, 2, 2, 5]), (false, false));
    }

    #[test]
    fn global_names_have_the_version_of_this_crate() {
        // Two versions in one program must not have functions of the same name.
        let mut numbers = env!("CARGO_PKG_VERSION").split('.');
        let version = [numbers.next(), numbers.next()].map(Option::unwrap).join("_");
        let prefix = alloc::format!("countersign_adx_function countersign_kernels_{version}_adx_");
        assert_eq!(include_str!("adx.s").matches(&prefix).count(), 4);
    }

    #[test]
    fn no_macro_is_left_to_a_second_version_of_the_assembly() {
        // Link-time optimization can put both into one unit, where no macro may have two definitions.
        let source = include_str!("adx.s");
        let mut macros: Vec<&str> = source
            .lines()
            .filter_map(|line| line.strip_prefix(".macro ")?.split_whitespace().next())
            .collect();
        let mut purged: Vec<&str> =
            source.lines().filter_map(|line| line.trim().strip_prefix(".purgem ")).collect();
        macros.sort_unstable();
        purged.sort_unstable();
        assert!(!macros.is_empty() && macros == purged, "{macros:?} {purged:?}");
    }
}
