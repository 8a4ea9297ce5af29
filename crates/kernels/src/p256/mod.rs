//! ECDSA verification on P-256 ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5)), in safe Rust for any
//! CPU.
//!
//! ```text
//! point ── on the curve ──► key ──(fifth use)──► table of multiples ─┐
//! r ‖ s ── 0 < r, s < n ── u₁ = e/s, u₂ = r/s ───────────────────────┴─► x(u₁·G + u₂·Q) ≡ r (mod n)?
//! ```
//!
//! All input is public, so nothing runs in constant time. Every rule that a verdict depends on is here:
//! the key is an uncompressed point on the curve with coordinates below `p`, the signature is 64 bytes
//! with both numbers in range, and the sum is not at infinity. Both `s` and `n − s` are accepted, as
//! RFC 7518 does not require the lesser one.
//!
//! # How
//!
//! - Numbers modulo `p` are four limbs in Montgomery form, *incompletely reduced*: anything below
//!   `2^256`. `field` has the bounds of every formula and their arguments; the tests give every formula
//!   operands of all ones.
//! - A key that is used often has a table (`table`): odd multiples of `2^(5i)·Q`, 52 KiB. The generator
//!   has a wider one of 256 KiB, made at the first verification of the process. With both, `u₁·G + u₂·Q` is
//!   a sum of 84 affine points, without a doubling.
//! - The points are added in pairs, then their sums, level by level. A level with enough additions is
//!   computed in affine form with one inversion (`affine`): the first of seven levels for one signature,
//!   all of them for a batch of 64. The rest is computed in extended coordinates (`point`).
//! - A new key has no table (`cold`): doublings in Jacobian coordinates, and digits of a non-adjacent form.
//! - In a batch, the inversions of `s` are one (`scalar`), by division steps (`inverse`).
//!
//! # Exceptional additions
//!
//! The fast formulas for a sum are wrong for equal or opposite points. Only the owner of a key can
//! bring such points about, as that takes a known relation between `G` and `Q`; the verdict must be right
//! even then. In extended and Jacobian coordinates, such an addition makes the denominator zero, and every
//! later denominator is a product with it: **zero stays**, so testing the last denominator is enough. In
//! affine form, a difference of zero is replaced by one, which protects the other signatures of the
//! batch, and its own signature is marked. In both cases the sum is computed again with formulas that look at
//! every case.
//!
//! # Costs
//!
//! A signature under a prepared key takes less than a third of the time of one under a new key, and in a
//! batch of 64 less than a quarter. Preparing a key takes as long as about three signatures under a new
//! one. The memory of tables is bounded ([`MAX_PREPARED_KEYS`]). A verification allocates nothing but
//! these tables; a batch allocates up to half a MiB of working memory, once.

mod affine;
mod batch;
mod cold;
mod equation;
mod field;
mod inverse;
mod jacobian;
mod key;
mod limbs;
mod point;
mod prepared;
mod recode;
mod scalar;
mod signature;
mod table;
#[cfg(test)]
mod tests;

pub use crate::rsa::InvalidSignature;
pub use batch::{Item, Message, verify_batch, verify_messages};
pub use key::{InvalidPoint, PublicKey};
pub use prepared::MAX_PREPARED_KEYS;
pub use signature::Signature;
