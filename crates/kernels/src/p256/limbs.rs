//! Numbers of 256 bits as four limbs, the lowest first.

/// A number below 2^256.
pub(super) type Limbs = [u64; 4];

/// `a + b + carry`, and the carry out.
#[inline(always)]
pub(super) fn add_carry(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(u64::from(carry));
    (sum, first | second)
}

/// `a - b - borrow`, and the borrow out.
#[inline(always)]
pub(super) fn sub_borrow(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(u64::from(borrow));
    (difference, first | second)
}

/// `addend + a·b + carry`, which is below 2^128: the low limb and the high one.
#[inline(always)]
#[expect(clippy::as_conversions, reason = "the halves of a product")]
pub(super) fn multiply_add(addend: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let sum = u128::from(a) * u128::from(b) + u128::from(addend) + u128::from(carry);
    (sum as u64, (sum >> 64) as u64)
}

/// `a + b mod 2^256`, and the carry out.
#[inline(always)]
pub(super) fn add(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let (r0, carry) = add_carry(a[0], b[0], false);
    let (r1, carry) = add_carry(a[1], b[1], carry);
    let (r2, carry) = add_carry(a[2], b[2], carry);
    let (r3, carry) = add_carry(a[3], b[3], carry);
    ([r0, r1, r2, r3], carry)
}

/// `a - b mod 2^256`, and the borrow out.
#[inline(always)]
pub(super) fn sub(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let (r0, borrow) = sub_borrow(a[0], b[0], false);
    let (r1, borrow) = sub_borrow(a[1], b[1], borrow);
    let (r2, borrow) = sub_borrow(a[2], b[2], borrow);
    let (r3, borrow) = sub_borrow(a[3], b[3], borrow);
    ([r0, r1, r2, r3], borrow)
}

/// The whole product.
#[inline(always)]
pub(super) fn product(a: &Limbs, b: &Limbs) -> [u64; 8] {
    let (t0, carry) = multiply_add(0, a[0], b[0], 0);
    let (t1, carry) = multiply_add(0, a[1], b[0], carry);
    let (t2, carry) = multiply_add(0, a[2], b[0], carry);
    let (t3, t4) = multiply_add(0, a[3], b[0], carry);
    let (t1, carry) = multiply_add(t1, a[0], b[1], 0);
    let (t2, carry) = multiply_add(t2, a[1], b[1], carry);
    let (t3, carry) = multiply_add(t3, a[2], b[1], carry);
    let (t4, t5) = multiply_add(t4, a[3], b[1], carry);
    let (t2, carry) = multiply_add(t2, a[0], b[2], 0);
    let (t3, carry) = multiply_add(t3, a[1], b[2], carry);
    let (t4, carry) = multiply_add(t4, a[2], b[2], carry);
    let (t5, t6) = multiply_add(t5, a[3], b[2], carry);
    let (t3, carry) = multiply_add(t3, a[0], b[3], 0);
    let (t4, carry) = multiply_add(t4, a[1], b[3], carry);
    let (t5, carry) = multiply_add(t5, a[2], b[3], carry);
    let (t6, t7) = multiply_add(t6, a[3], b[3], carry);
    [t0, t1, t2, t3, t4, t5, t6, t7]
}

/// The whole square: each product of two different limbs once, doubled.
#[inline(always)]
pub(super) fn square(a: &Limbs) -> [u64; 8] {
    let (t1, carry) = multiply_add(0, a[0], a[1], 0);
    let (t2, carry) = multiply_add(0, a[0], a[2], carry);
    let (t3, t4) = multiply_add(0, a[0], a[3], carry);
    let (t3, carry) = multiply_add(t3, a[1], a[2], 0);
    let (t4, t5) = multiply_add(t4, a[1], a[3], carry);
    let (t5, t6) = multiply_add(t5, a[2], a[3], 0);
    let (s0, s1) = multiply_add(0, a[0], a[0], 0);
    let (s2, s3) = multiply_add(0, a[1], a[1], 0);
    let (s4, s5) = multiply_add(0, a[2], a[2], 0);
    let (s6, s7) = multiply_add(0, a[3], a[3], 0);
    let (r1, carry) = add_carry(s1, t1 << 1, false);
    let (r2, carry) = add_carry(s2, t2 << 1 | t1 >> 63, carry);
    let (r3, carry) = add_carry(s3, t3 << 1 | t2 >> 63, carry);
    let (r4, carry) = add_carry(s4, t4 << 1 | t3 >> 63, carry);
    let (r5, carry) = add_carry(s5, t5 << 1 | t4 >> 63, carry);
    let (r6, carry) = add_carry(s6, t6 << 1 | t5 >> 63, carry);
    let (r7, _) = add_carry(s7, t6 >> 63, carry);
    [s0, r1, r2, r3, r4, r5, r6, r7]
}

/// Reads big-endian bytes.
pub(super) fn from_bytes(bytes: &[u8; 32]) -> Limbs {
    let mut limbs = [0; 4];
    let (chunks, _) = bytes.as_chunks::<8>();
    for (limb, chunk) in limbs.iter_mut().zip(chunks.iter().rev()) {
        *limb = u64::from_be_bytes(*chunk);
    }
    limbs
}

/// Tells whether `a < b`.
pub(super) fn is_below(a: &Limbs, b: &Limbs) -> bool {
    sub(a, b).1
}
