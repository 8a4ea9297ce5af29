//! Checking a signature without opening it.
//!
//! With `R` that of the kernel, squaring the plain signature `s` sixteen times in Montgomery
//! arithmetic, without ever entering Montgomery form, gives `x = s^65536·R^(-65535) mod n`. The
//! signature is valid if `x·s ≡ EM·R^(-65535)`. The encoded message is a constant `P` plus the
//! digest `H`, its lowest bits, so with
//!
//! ```text
//! factor   = -R^(-65535)    mod n
//! constant = -P·R^(-65535)  mod n        (one for each digest algorithm)
//! ```
//!
//! it is valid if `x·s + H·factor + constant ≡ 0 (mod n)`. This still compares the whole encoded
//! message: it is determined by `H`, both sides are below `n`, and `R` is invertible.

use super::pkcs1;
use super::portable::{self, Limbs, MAX_LIMBS, Modulus, ONE};
use super::size::MAX_SIZE;
use crate::Hash;

/// The exponent that this is for.
pub(super) const EXPONENT: u64 = 65537;

/// What a kernel has to know about a key besides the modulus.
#[derive(Clone)]
pub(super) struct Terms<N> {
    /// What the digest is multiplied by.
    pub(super) factor: N,
    /// What is added for the padding of messages, by digest algorithm.
    constants: [N; 3],
}

impl Terms<Limbs> {
    /// The terms of a key of so many bytes for `R = 2^bits`.
    pub(super) fn new(modulus: &Modulus, bits: usize, size: usize) -> Self {
        // The modulus has an `R` of its own, 2^own. Sixteen squares of c = own/R lead from it to the
        // other, but for one c: c^65536·own^(-65535) = c·R^(-65535).
        let own = 64 * modulus.limbs().len();
        let (more, less) = (bits.saturating_sub(own), own.saturating_sub(bits));
        let c = modulus.halved(&modulus.doubled(&ONE, less), more);
        let squared = modulus.sixteen_squares(&c);
        let scale = modulus.halved(&modulus.doubled(&squared, more), less);
        let factor = modulus.negative(&scale);
        let constant = |hash| modulus.product(&padding(hash, size), &factor);
        let constants = [Hash::Sha256, Hash::Sha384, Hash::Sha512].map(constant);
        Self { factor, constants }
    }
}

impl<N> Terms<N> {
    /// The same numbers in another form.
    pub(super) fn map<M>(&self, form: impl Fn(&N) -> M) -> Terms<M> {
        Terms { factor: form(&self.factor), constants: self.constants.each_ref().map(form) }
    }

    /// What is added for messages with this digest algorithm.
    pub(super) const fn constant(&self, hash: Hash) -> &N {
        let [sha256, sha384, sha512] = &self.constants;
        match hash {
            Hash::Sha256 => sha256,
            Hash::Sha384 => sha384,
            Hash::Sha512 => sha512,
        }
    }
}

/// The encoded message of a digest of zeros, `P`.
fn padding(hash: Hash, size: usize) -> Limbs {
    let (mut bytes, digest) = ([0; MAX_SIZE], [0; 64]);
    let bytes = bytes.get_mut(..size).unwrap_or_default();
    // Cannot fail: the smallest modulus has room for the longest digest and its padding.
    let _ = pkcs1::encode(hash, digest.get(..hash.size()).unwrap_or_default(), bytes);
    portable::parse(bytes).unwrap_or([0; MAX_LIMBS])
}
