//! Verifying many signatures: the plan that fills eight lanes. (That for four is `quad_batch`.)
//!
//! Items are sorted into one queue per number of tiles as they come, once their key is used often
//! enough to have what a lane needs; before, each is verified alone. A queue of eight is verified at
//! once; what is left at the end takes the single-signature path, or shares a call of eight if
//! there are enough. Each lane has its own key, so a batch may mix issuers at will.

use super::digits;
use super::item::{Pkcs1Item, Queue, verify_one};
use super::key::{RsaPublicKey, WORTH_EIGHT};
use super::quad_batch;
use crate::kernel::Choice;
use crate::simd::{EightChecks, Ifma, LANES, Lanes, MAX_TILES, Tile};
use crate::{Hash, Kernel};
use alloc::vec::Vec;

/// Leftovers of so many tiles from which on a call of eight, mostly idle, beats single calls.
///
/// Measured by `cargo xtask crossing` on a Xeon with AVX-512 IFMA: a call of eight costs as much as
/// 2.2 single calls at 4 tiles (1024 bits), 4.2 at 8 (2048), 3.0 at 12 (3072) and 3.9 at 16 (4096).
/// The single kernel works on eight tiles at a time, so the ratio falls after each multiple of
/// eight and then grows again.
const fn worth_eight(tiles: usize) -> usize {
    match tiles {
        ..=4 | 10 => 3,
        8 | 24 | 30.. => 5,
        _ => 4,
    }
}

/// Verifies many signatures: `valid[i]` becomes whether `items[i]` verifies.
///
/// Keys, sizes and faults may be mixed freely; every verdict is that of
/// [`RsaPublicKey::verify_pkcs1`]. Entries of `valid` without an item become `false`, and items
/// without an entry are not verified.
///
/// ```
/// use countersign_kernels::rsa::{Pkcs1Item, RsaKeyError, RsaPublicKey, verify_pkcs1_batch};
/// use countersign_kernels::{Hash, Kernel};
///
/// let key = RsaPublicKey::new(&[0xc5; 256], &[1, 0, 1])?;
/// let item = Pkcs1Item { key: &key, hash: Hash::Sha256, digest: &[0; 32], signature: &[7; 256] };
/// let mut valid = [true; 3];
/// verify_pkcs1_batch(Kernel::detect(), &[item; 2], &mut valid);
/// assert_eq!(valid, [false; 3]);
/// # Ok::<(), RsaKeyError>(())
/// ```
pub fn verify_pkcs1_batch(kernel: Kernel, items: &[Pkcs1Item<'_>], valid: &mut [bool]) {
    verify_each(kernel, |index| items.get(index).copied(), valid);
}

/// [`verify_pkcs1_batch`] of items that are made when they are needed; where there is none, the
/// entry becomes `false`.
pub(super) fn verify_each<'a>(
    kernel: Kernel,
    item: impl Fn(usize) -> Option<Pkcs1Item<'a>>,
    valid: &mut [bool],
) {
    valid.fill(false);
    match kernel.0 {
        Choice::Parts { lanes: Some(fma), .. } => quad_batch::fours(kernel, fma, item, valid),
        Choice::Parts { lanes: None, .. } => {
            (0..valid.len()).for_each(|index| verify_one(kernel, &item, index, valid));
        }
        Choice::Ifma(ifma) => eights(kernel, ifma, item, valid),
    }
}

/// [`verify_each`] with calls of eight.
fn eights<'a>(
    kernel: Kernel,
    ifma: Ifma,
    item_of: impl Fn(usize) -> Option<Pkcs1Item<'a>>,
    valid: &mut [bool],
) {
    let mut queues = [Queue::<LANES>::default(); MAX_TILES];
    let mut lanes = EightLanes::default();
    let single = |index, valid: &mut [bool]| verify_one(kernel, &item_of, index, valid);
    for index in 0..valid.len() {
        let Some(item) = item_of(index) else { continue };
        let Some(digits) = &item.key.digits else {
            single(index, valid);
            continue;
        };
        if !item.key.is_candidate(item.signature) || item.digest.len() != item.hash.size() {
            continue;
        }
        if item.key.digit_terms(WORTH_EIGHT).is_none() {
            if let Some(verdict) = valid.get_mut(index) {
                *verdict = item.key.opens_to(kernel, item.hash, item.digest, item.signature);
            }
            continue;
        }
        let tiles = digits.tiles();
        if let Some(queue) = queues.get_mut(tiles.saturating_sub(1))
            && queue.push(index)
        {
            let (waiting, _) = queue.take();
            lanes.verify(ifma, tiles, &item_of, &waiting, valid);
        }
    }
    for (queue, tiles) in queues.iter_mut().zip(1..) {
        let (waiting, len) = queue.take();
        let waiting = waiting.get(..len).unwrap_or_default();
        if waiting.len() >= worth_eight(tiles) {
            lanes.verify(ifma, tiles, &item_of, waiting, valid);
        } else {
            waiting.iter().for_each(|&index| single(index, valid));
        }
    }
}

/// The operands of a call of eight, kept from one call to the next.
#[derive(Default)]
struct EightLanes<'a> {
    /// Modulus, fold, factor, constant and base, each of so many tiles.
    numbers: Vec<Tile>,
    /// What the kernel works on.
    scratch: Vec<Tile>,
    tiles: usize,
    inverse: Lanes,
    hash: [Tile; 2],
    /// Whose numbers each lane holds, as neighbours in a batch often share a key.
    loaded: [Option<(&'a RsaPublicKey, Hash)>; LANES],
}

impl<'a> EightLanes<'a> {
    /// Verifies up to eight items of keys with so many tiles. Idle lanes repeat the first item.
    fn verify(
        &mut self,
        ifma: Ifma,
        tiles: usize,
        item_of: impl Fn(usize) -> Option<Pkcs1Item<'a>>,
        waiting: &[usize],
        valid: &mut [bool],
    ) {
        let Some(&first) = waiting.first() else {
            return;
        };
        if self.tiles != tiles {
            self.tiles = tiles;
            self.numbers.resize(tiles.saturating_mul(5), Tile::default());
            self.scratch.resize(tiles.saturating_mul(2), Tile::default());
            self.loaded = [None; LANES];
        }
        let (mut digests, mut signatures) = ([&[][..]; LANES], [&[][..]; LANES]);
        let (mut hash_tiles, mut is_loaded) = (1, [false; LANES]);
        let indices = waiting.iter().copied().chain(core::iter::repeat(first));
        let operands = digests.iter_mut().zip(&mut signatures);
        for (lane, ((digest, signature), index)) in operands.zip(indices).enumerate() {
            let Some(item) = item_of(index) else { continue };
            if !self.load(lane, &item) {
                continue;
            }
            if let Some(is_loaded) = is_loaded.get_mut(lane) {
                *is_loaded = true;
            }
            if item.hash != Hash::Sha256 {
                hash_tiles = 2;
            }
            (*digest, *signature) = (item.digest, item.signature);
        }
        let hash = self.hash.get_mut(..hash_tiles).unwrap_or_default();
        ifma.read_eight(&digests, hash.as_flattened_mut());
        if let Some(base) = self.numbers.chunks_exact_mut(tiles).last() {
            ifma.read_eight(&signatures, base.as_flattened_mut());
        }
        let mut numbers = self.numbers.chunks_exact(tiles);
        let mut next = || numbers.next().unwrap_or_default();
        let checks = EightChecks {
            modulus: next(),
            fold: next(),
            factor: next(),
            constant: next(),
            base: next(),
            inverse: &self.inverse,
            hash: self.hash.get(..hash_tiles).unwrap_or_default(),
        };
        let verdicts = ifma.check_eight(&checks, &mut self.scratch);
        for ((&index, verdict), is_loaded) in waiting.iter().zip(verdicts).zip(is_loaded) {
            if let Some(valid) = valid.get_mut(index) {
                *valid = verdict && is_loaded;
            }
        }
    }

    /// Writes the numbers of an item's key into a lane, unless they are there. Returns whether they are.
    fn load(&mut self, lane: usize, item: &Pkcs1Item<'a>) -> bool {
        let (Some(digits), Some(terms)) = (&item.key.digits, item.key.digit_terms.get()) else {
            return false;
        };
        let Some(loaded) = self.loaded.get_mut(lane) else {
            return false;
        };
        if loaded.is_some_and(|(key, hash)| core::ptr::eq(key, item.key) && hash == item.hash) {
            return true;
        }
        *loaded = Some((item.key, item.hash));
        self.inverse.set(lane, digits.inverse());
        let constant = terms.constant(item.hash);
        let sources = [digits.modulus(), digits.fold(), &terms.factor, constant];
        for (source, number) in sources.into_iter().zip(self.numbers.chunks_exact_mut(self.tiles)) {
            digits::copy(source, lane, number);
        }
        true
    }
}
