//! Inverses by division steps, in variable time.
//!
//! The algorithm is that of Bernstein and Yang, [*Fast constant-time gcd computation and modular
//! inversion*](https://gcd.cr.yp.to/safegcd-20190413.pdf). A division step divides `g` by two, after it
//! was made even by adding `f` to it or swapping the two. Sixty-two steps depend on the low limbs of `f`
//! and `g` alone, and are a matrix of numbers below `2^62`, which is then applied to the whole numbers.
//! Where the distance `eta` of the two lengths allows it, up to six zeros are made at a time.
//!
//! Whole numbers are five signed digits of 62 bits, so that a sum of products of digits stays below
//! `2^127`; the uppermost digit has the sign.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "indices below five; digits are the low bits of sums"
)]

use super::limbs::Limbs;

const DIGIT: u32 = 62;
const MASK: u64 = u64::MAX >> 2;

/// Digits of 62 bits, the lowest first; all but the last are not negative.
type Digits = [i64; 5];

/// An odd modulus below 2^256.
pub(super) struct Modulus {
    pub(super) digits: [i64; 5],
    /// The inverse of the modulus modulo 2^62.
    pub(super) inverse: u64,
}

/// The effect of 62 division steps: `2^62·(f, g) → (uf + vg, qf + rg)`.
struct Steps {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

/// Returns the inverse of a number below the modulus and prime to it; of zero, zero.
pub(super) fn invert(number: &Limbs, modulus: &Modulus) -> Limbs {
    let (mut f, mut g) = (modulus.digits, to_digits(number));
    // f ≡ d·number and g ≡ e·number, both times a power of two that the steps have divided by.
    let (mut d, mut e): (Digits, Digits) = ([0; 5], [1, 0, 0, 0, 0]);
    let (mut eta, mut length) = (-1, 5);
    while g[..length].iter().any(|digit| *digit != 0) {
        let steps = divide(&mut eta, f[0] as u64, g[0] as u64);
        apply_modulo(&steps, &mut d, &mut e, modulus);
        apply(&steps, &mut f[..length], &mut g[..length]);
        length = shortened(&mut f, &mut g, length);
    }
    // f is 1 or −1; of zero, the modulus, but then d is zero.
    normal(d, f[length - 1] < 0, modulus)
}

/// Makes 62 division steps on the low limbs of `f`, which is odd, and `g`.
fn divide(eta: &mut i64, mut f: u64, mut g: u64) -> Steps {
    let (mut u, mut v, mut q, mut r) = (1_u64, 0_u64, 0_u64, 1_u64);
    let mut left = DIGIT;
    loop {
        let zeros = (g | u64::MAX << left).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        *eta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            return Steps { u: u as i64, v: v as i64, q: q as i64, r: r as i64 };
        }
        let factor = if *eta < 0 {
            *eta = -*eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
            // −1/f ≡ f·(f² − 2) modulo 2^6.
            let negated = f.wrapping_mul(f.wrapping_mul(f).wrapping_sub(2));
            g.wrapping_mul(negated) & low_bits(*eta, left, 6)
        } else {
            // 1/f ≡ f + 2·((f + 1) & 4) modulo 2^4.
            let inverse = f.wrapping_add((f.wrapping_add(1) & 4) << 1);
            g.wrapping_mul(inverse.wrapping_neg()) & low_bits(*eta, left, 4)
        };
        g = g.wrapping_add(f.wrapping_mul(factor));
        q = q.wrapping_add(u.wrapping_mul(factor));
        r = r.wrapping_add(v.wrapping_mul(factor));
    }
}

/// A mask of the zeros that may be made at once: up to the next swap, the last step, and `most`.
fn low_bits(eta: i64, left: u32, most: u32) -> u64 {
    let limit = u32::try_from(eta + 1).unwrap_or(u32::MAX).min(left).min(most);
    (1 << limit) - 1
}

/// Applies steps to the whole numbers `f` and `g`, of which they leave multiples of 2^62.
fn apply(steps: &Steps, f: &mut [i64], g: &mut [i64]) {
    let (mut left, mut right) = (0_i128, 0_i128);
    for index in 0..f.len() {
        let (a, b) = (i128::from(f[index]), i128::from(g[index]));
        left += i128::from(steps.u) * a + i128::from(steps.v) * b;
        right += i128::from(steps.q) * a + i128::from(steps.r) * b;
        if index > 0 {
            f[index - 1] = low_digit(left);
            g[index - 1] = low_digit(right);
        }
        left >>= DIGIT;
        right >>= DIGIT;
    }
    let last = f.len() - 1;
    (f[last], g[last]) = (left as i64, right as i64);
}

/// Applies steps to `d` and `e` modulo the modulus. Both are, and stay, between −2 and 1 times the
/// modulus: a negative one has the modulus added before, and what makes the sum a multiple of 2^62 is
/// less than 2^62 times the modulus, and subtracted.
fn apply_modulo(steps: &Steps, d: &mut Digits, e: &mut Digits, modulus: &Modulus) {
    let signs = (d[4] >> 63, e[4] >> 63);
    let multiple = |one: i64, other: i64| {
        // Of the modulus: what negative numbers had added, then what clears the low digit.
        let added = (one & signs.0) + (other & signs.1);
        let low = i128::from(one) * i128::from(d[0]) + i128::from(other) * i128::from(e[0]);
        let clear = modulus.inverse.wrapping_mul(low as u64).wrapping_add(added as u64) & MASK;
        added - clear as i64
    };
    let for_d = i128::from(multiple(steps.u, steps.v));
    let for_e = i128::from(multiple(steps.q, steps.r));
    let (mut left, mut right) = (0_i128, 0_i128);
    for index in 0..5 {
        let (a, b) = (i128::from(d[index]), i128::from(e[index]));
        let m = i128::from(modulus.digits[index]);
        left += i128::from(steps.u) * a + i128::from(steps.v) * b + m * for_d;
        right += i128::from(steps.q) * a + i128::from(steps.r) * b + m * for_e;
        if index > 0 {
            d[index - 1] = low_digit(left);
            e[index - 1] = low_digit(right);
        }
        left >>= DIGIT;
        right >>= DIGIT;
    }
    (d[4], e[4]) = (left as i64, right as i64);
}

/// Drops the uppermost digits of both numbers if they are nothing but signs, which move one down.
fn shortened(f: &mut Digits, g: &mut Digits, length: usize) -> usize {
    let (top, below) = (length - 1, length.saturating_sub(2));
    let is_sign = |digit: i64| digit == 0 || digit == -1;
    if top == 0 || !is_sign(f[top]) || !is_sign(g[top]) {
        return length;
    }
    f[below] |= f[top] << DIGIT;
    g[below] |= g[top] << DIGIT;
    top
}

/// Brings a number between −2 and 1 times the modulus, or its negative, into its range.
fn normal(number: Digits, negate: bool, modulus: &Modulus) -> Limbs {
    let mut number = number;
    if number[4] < 0 {
        number = combined(&number, 1, &modulus.digits, 1);
    }
    if negate {
        number = combined(&number, -1, &modulus.digits, 0);
    }
    if number[4] < 0 {
        number = combined(&number, 1, &modulus.digits, 1);
    }
    let [a, b, c, d, e] = number.map(|digit| digit as u64);
    [a | b << 62, b >> 2 | c << 60, c >> 4 | d << 58, d >> 6 | e << 56]
}

/// `s·a + t·b` for small `s` and `t`.
fn combined(a: &Digits, s: i64, b: &Digits, t: i64) -> Digits {
    let mut sum = [0; 5];
    let mut carry = 0;
    for (index, digit) in sum.iter_mut().enumerate() {
        carry += s * a[index] + t * b[index];
        *digit = if index < 4 { (carry as u64 & MASK) as i64 } else { carry };
        carry >>= DIGIT;
    }
    sum
}

fn low_digit(sum: i128) -> i64 {
    (sum as u64 & MASK) as i64
}

fn to_digits(number: &Limbs) -> Digits {
    let [a, b, c, d] = *number;
    [a, a >> 62 | b << 2, b >> 60 | c << 4, c >> 58 | d << 6, d >> 56]
        .map(|digit| (digit & MASK) as i64)
}
