use super::super::quad::{QUAD_BLOCK_BITS, QUAD_DIGIT_BITS};
use super::*;
use alloc::{vec, vec::Vec};
use num_bigint::BigUint;

/// Control words of the vector unit: all exceptions masked, and each rounding mode; then also
/// subnormal numbers flushed and taken for zero.
const MODES: [u32; 8] = [0x1f80, 0x3f80, 0x5f80, 0x7f80, 0x9fc0, 0xbfc0, 0xdfc0, 0xffc0];

/// Runs something under a control word, and restores the one that was there.
fn under<T>(mode: u32, run: impl FnOnce() -> T) -> T {
    /// Restores the control word also when a test panics.
    struct Restore(u32);

    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: this is the control word that was there before.
            unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const self.0, options(nostack, readonly)) }
        }
    }

    let mut before = 0_u32;
    // SAFETY: the word is written to memory of its size, and masks all exceptions when it is loaded.
    unsafe {
        asm!("stmxcsr [{}]", in(reg) &raw mut before, options(nostack));
        let _restore = Restore(before);
        asm!("ldmxcsr [{}]", in(reg) &raw const mode, options(nostack, readonly));
        run()
    }
}

fn random() -> impl FnMut() -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

fn big(digits: &[Quad], lane: usize) -> BigUint {
    digits.iter().rev().fold(BigUint::ZERO, |acc, digit| (acc << 51) + digit.get(lane))
}

/// The reduction of `T` as this module's documentation describes it.
fn reduced(mut t: BigUint, n: &BigUint, fold: &BigUint, inverse: u64, blocks: usize) -> BigUint {
    let block = BigUint::from(1_u32) << QUAD_BLOCK_BITS;
    for _ in 1..blocks {
        t = &t / &block + (&t % &block) * fold;
    }
    for _ in 0..QUAD_BLOCK {
        let low = (&t % (1_u64 << 51)).to_u64_digits().first().copied().unwrap_or(0);
        let q = low.wrapping_mul(inverse) & DIGIT_MASK;
        t = (t + n * q) >> 51;
    }
    t % (BigUint::from(1_u32) << (QUAD_BLOCK_BITS * blocks))
}

fn inverses(n: &[QuadBlock]) -> Quad {
    let mut inverses = Quad::default();
    for lane in 0..QUAD {
        let n0 = n[0][0].get(lane);
        let inverse = (0..6).fold(n0, |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(n0.wrapping_mul(inverse)))
        });
        inverses.set(lane, inverse.wrapping_neg());
    }
    inverses
}

/// Operands far beyond what moduli can produce: every digit all ones in some lanes, random or single
/// bits in others. If a column overflowed, a product were rounded, or a bit were lost at the border of a
/// block, the digits would differ.
#[test]
fn every_column_holds_the_sum_of_all_ones_in_every_rounding_mode() {
    let Some(_) = Fma::detect() else { return };
    let mut random = random();
    let mut kinds = 0;
    for (size, blocks) in (2..=13).chain([22, 23]).chain([3; 8]).enumerate() {
        let mut number = |kind: usize| -> Vec<QuadBlock> {
            let mut out = vec![QuadBlock::default(); blocks];
            for (i, quad) in out.iter_mut().flatten().enumerate() {
                for lane in 0..QUAD {
                    quad.set(
                        lane,
                        match (lane + kind) % 9 {
                            0..=2 => DIGIT_MASK,
                            3 => 1 << (i % QUAD_DIGIT_BITS),
                            4 => DIGIT_MASK - 1,
                            5 if i == 0 => 1,
                            5 => 0,
                            6 => [DIGIT_MASK, 0][i % 2],
                            _ => random(),
                        },
                    );
                }
            }
            out
        };
        let mut operand = || {
            kinds += size % 4;
            number(kinds)
        };
        let mut n = operand();
        for lane in 0..QUAD {
            let odd = n[0][0].get(lane) | 1;
            n[0][0].set(lane, odd);
        }
        let (fold, x) = (operand(), operand());
        let (base, factor, constant) = (operand(), operand(), operand());
        let hash = operand();
        let hash = &hash[..size % 3];
        let inverse = &inverses(&n);
        let powers = FourPowers {
            modulus: &n,
            fold: &fold,
            inverse,
            start: &x,
            base: &base,
            hash,
            factor: &factor,
            constant: &constant,
        };
        let wanted: [[BigUint; 2]; QUAD] = core::array::from_fn(|lane| {
            let value = |blocks: &[QuadBlock]| big(blocks.as_flattened(), lane);
            let reduced = |t| reduced(t, &value(&n), &value(&fold), inverse.get(lane), blocks);
            let last = value(&x) * value(&base) + value(hash) * value(&factor);
            [reduced(value(&x) * value(&x)), reduced(last + value(&constant))]
        });
        for mode in MODES {
            let (mut squared, mut product) = (x.clone(), x.clone());
            let mut quotient = vec![[Quad([f64::NAN; QUAD]); QUAD_BLOCK]; blocks];
            under(mode, || {
                // SAFETY: the token was made.
                unsafe {
                    multiply::<Square>(&powers, &mut squared, &mut quotient);
                    multiply::<Last>(&powers, &mut product, &mut quotient);
                }
            });
            for (lane, [square, last]) in wanted.iter().enumerate() {
                assert_eq!(&big(squared.as_flattened(), lane), square, "{blocks} {lane} {mode:x}");
                assert_eq!(&big(product.as_flattened(), lane), last, "{blocks} {lane} {mode:x}");
            }
            let digits = squared.iter().chain(&product).chain(&quotient).flatten();
            for digit in digits.flat_map(|quad| quad.0) {
                let limit = f64::from_bits((1023 + 51) << 52);
                assert!((0.0..limit).contains(&digit), "{digit} {mode:x}");
            }
        }
    }
}

/// A digit times a digit, for what is extreme about doubles.
#[test]
fn products_of_digits_are_exact_in_every_rounding_mode() {
    let Some(_) = Fma::detect() else { return };
    let mut random = random();
    let half = 1 << 50;
    let special = [0, 1, 2, 3, half - 1, half, half + 1, DIGIT_MASK - 1, DIGIT_MASK];
    let special = special.into_iter().flat_map(|a| special.map(|b| [a, b]));
    let pairs: Vec<[u64; 2]> =
        special.chain((0..3000).map(|_| [random() & DIGIT_MASK, random() >> 13 >> 26])).collect();
    for mode in MODES {
        for four in pairs.chunks(QUAD) {
            let (mut a, mut b) = (Quad::default(), [Quad::default()]);
            for (lane, pair) in four.iter().enumerate() {
                a.set(lane, pair[0]);
                b[0].set(lane, pair[1]);
            }
            let out = under(mode, || {
                // SAFETY: the token was made.
                unsafe { product_patterns(&a, &b) }
            });
            for (lane, pair) in four.iter().enumerate() {
                let high = out[1][lane].wrapping_sub(HIGH.cast_unsigned());
                let low = out[0][lane].wrapping_sub(LOW.cast_unsigned());
                let exact = u128::from(pair[0]) * u128::from(pair[1]);
                let sum = (i128::from(high) << 51) + i128::from(low.cast_signed());
                assert_eq!(Ok(exact), u128::try_from(sum), "{pair:?} {mode:x}");
                assert!(high <= 1 << 51 && low.cast_signed().unsigned_abs() < 1 << 51);
            }
        }
    }
}

/// The two bit patterns of each product.
#[target_feature(enable = "avx2,fma")]
fn product_patterns(a: &Quad, b: &[Quad; 1]) -> [[u64; QUAD]; 2] {
    let constants = (_mm256_set1_pd(C1), _mm256_set1_pd(C2));
    let mut sums = [_mm256_setzero_si256(); 2];
    let digit = load(a);
    product!(sums, constants, 0, digit, b, 0);
    let mut out = [Quad::default(); 2];
    for (out, sum) in out.iter_mut().zip(sums) {
        store(out, _mm256_castsi256_pd(sum));
    }
    out.map(|quad| quad.0.map(f64::to_bits))
}

#[test]
fn zero_and_two_multiples_are_told_from_their_neighbours_in_every_lane() {
    let Some(fma) = Fma::detect() else { return };
    let one = BigUint::from(1_u32);
    let moduli = [
        (&one << 1000_u32) + (&one << 51_u32) + &one,
        (&one << 1065_u32) - &one,
        (&one << 1064_u32) + &one,
    ];
    for n in moduli {
        let right = [BigUint::ZERO, n.clone(), &n + &n];
        let mut wrong = vec![&n - &one, &n + &one, &n + &n - &one, &n + &n + &one, one.clone()];
        wrong.extend((0..21).map(|digit| &n ^ (&one << (51 * digit + 50))));
        wrong.extend((0..21).map(|digit| (&n + &n) ^ (&one << (51 * digit))));
        wrong.extend((0..21).map(|digit| &one << (51 * digit)));
        let put = |number: &BigUint, lane: usize, out: &mut [QuadBlock]| {
            for (i, out) in out.as_flattened_mut().iter_mut().enumerate() {
                let digit = (number >> (51 * i)) % (&one << 51_u32);
                out.set(lane, u64::try_from(digit).unwrap());
            }
        };
        let verdict = |values: &[&BigUint; QUAD]| {
            let (mut x, mut modulus) = ([QuadBlock::default(); 3], [QuadBlock::default(); 3]);
            for (lane, value) in values.iter().enumerate() {
                put(value, lane, &mut x);
                put(&n, lane, &mut modulus);
            }
            assert_eq!(fma.multiples(&x[..2], &modulus), [false; QUAD]);
            fma.multiples(&x, &modulus)
        };
        for value in &right {
            assert_eq!(verdict(&[value; QUAD]), [true; QUAD]);
        }
        for (index, value) in wrong.iter().chain(&right).enumerate() {
            for lane in 0..QUAD {
                let mut values: [&BigUint; QUAD] =
                    core::array::from_fn(|lane| &right[(lane + index) % 3]);
                values[lane] = value;
                let wanted = core::array::from_fn(|other| other != lane || index >= wrong.len());
                assert_eq!(verdict(&values), wanted, "{index} {lane}");
            }
        }
    }
}

#[test]
fn numbers_of_different_lengths_have_no_power() {
    let Some(fma) = Fma::detect() else { return };
    let number = vec![[Quad([1.0; QUAD]); QUAD_BLOCK]; MAX_QUAD_BLOCKS + 1];
    let lengths = |[n, fold, start, base, hash, factor, constant, scratch]: [usize; 8]| {
        let powers = FourPowers {
            modulus: &number[..n],
            fold: &number[..fold],
            inverse: &Quad([1.0; QUAD]),
            start: &number[..start],
            base: &number[..base],
            hash: &number[..hash],
            factor: &number[..factor],
            constant: &number[..constant],
        };
        fma.power_four(&powers, &mut vec![QuadBlock::default(); scratch]).map(<[_]>::len)
    };
    let good = [3, 3, 3, 3, 2, 3, 3, 6];
    assert_eq!(lengths(good), Some(3));
    for place in 0..good.len() {
        for wrong in [good[place] - 1, good[place] + 1] {
            let mut bad = good;
            bad[place] = wrong;
            // Fewer blocks of the hash are another hash.
            let wanted = (place == 4 && wrong < 2).then_some(3);
            assert_eq!(lengths(bad), wanted, "{bad:?}");
        }
    }
    assert_eq!(lengths([1, 1, 1, 1, 0, 1, 1, 2]), None);
    assert_eq!(lengths([2, 2, 2, 2, 0, 2, 2, 4]), Some(2));
    assert_eq!(lengths([23, 23, 23, 23, 2, 23, 23, 46]), Some(23));
    assert_eq!(lengths([24, 24, 24, 24, 2, 24, 24, 48]), None);
}
