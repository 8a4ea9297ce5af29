//! Verifying many signatures: the plan that fills four lanes.
//!
//! Items are sorted into one queue per number of blocks as they come. A queue of four is verified at once;
//! what is left at the end shares a call if there is enough, or is verified one by one. Each lane has its
//! own key.
//!
//! A lane does one of two things. If the key has its terms, the lane decides the congruence of [the
//! check](super::check). If not, it computes `s^65537 mod n`: it squares `s·R mod n`, which a division has
//! made, and the last factor is the plain `s`, which leaves Montgomery form. Then whole encodings are compared.

use super::item::{Pkcs1Item, Queue, verify_one};
use super::key::RsaPublicKey;
use super::portable;
use super::quad_digits::{copy, gather, spread};
use super::size::MAX_SIZE;
use super::{check, pkcs1};
use crate::Hash;
use crate::kernel::Kernel;
use crate::simd::{Fma, FourPowers, MAX_QUAD_BLOCKS, QUAD, Quad, QuadBlock};
use alloc::vec::Vec;

/// Leftovers from which on a call of four, partly idle, beats single calls.
///
/// Measured on Zen 3: a call costs as much as 1.3 single calls of the portable kernel at 1024 and 2048 bits, and
/// as 2.8 (1024), 2.3 (2048) and 1.8 (8192) of those with BMI2 and ADX.
const fn worth_a_call(kernel: Kernel) -> usize {
    match kernel.adx() {
        Some(_) => 3,
        None => 2,
    }
}

/// [`verify_each`](super::batch::verify_each) with calls of four.
pub(super) fn fours<'a>(
    kernel: Kernel,
    fma: Fma,
    item_of: impl Fn(usize) -> Option<Pkcs1Item<'a>>,
    valid: &mut [bool],
) {
    let mut queues = [Queue::<QUAD>::default(); MAX_QUAD_BLOCKS];
    let mut lanes = FourLanes::default();
    let single = |index, valid: &mut [bool]| verify_one(kernel, &item_of, index, valid);
    for index in 0..valid.len() {
        let Some(item) = item_of(index) else { continue };
        if item.key.exponent() != check::EXPONENT {
            single(index, valid);
            continue;
        }
        if !item.key.is_candidate(item.signature) || item.digest.len() != item.hash.size() {
            continue;
        }
        let blocks = item.key.quad_digits().blocks();
        if let Some(queue) = queues.get_mut(blocks.saturating_sub(1))
            && queue.push(index)
        {
            let (waiting, _) = queue.take();
            lanes.verify(fma, blocks, &item_of, &waiting, valid);
        }
    }
    for (queue, blocks) in queues.iter_mut().zip(1..) {
        let (waiting, len) = queue.take();
        let waiting = waiting.get(..len).unwrap_or_default();
        if waiting.len() >= worth_a_call(kernel) {
            lanes.verify(fma, blocks, &item_of, waiting, valid);
        } else {
            waiting.iter().for_each(|&index| single(index, valid));
        }
    }
}

/// What a lane decides.
#[derive(Clone, Copy, Default)]
enum Task {
    /// Nothing: its verdict is `false`.
    #[default]
    None,
    /// Whether the result is a multiple of the modulus.
    Check,
    /// Whether the result is the encoded message.
    Power,
}

/// Which of the operands is the base.
const BASE: usize = 4;

/// The operands of a call of four, kept from one call to the next.
#[derive(Default)]
struct FourLanes<'a> {
    /// Modulus, fold, factor, constant, base and start, each of so many blocks.
    numbers: Vec<QuadBlock>,
    /// What the kernel works on.
    scratch: Vec<QuadBlock>,
    blocks: usize,
    inverse: Quad,
    hash: [QuadBlock; 2],
    /// Whose numbers each lane holds, and terms for which messages, as neighbours in a batch often share
    /// a key.
    loaded: [Option<(&'a RsaPublicKey, Option<Hash>)>; QUAD],
}

impl<'a> FourLanes<'a> {
    /// Verifies up to four items of keys with so many blocks, each with a signature below its modulus and
    /// a digest of the right size. Idle lanes repeat the first item.
    fn verify(
        &mut self,
        fma: Fma,
        blocks: usize,
        item_of: impl Fn(usize) -> Option<Pkcs1Item<'a>>,
        waiting: &[usize],
        valid: &mut [bool],
    ) {
        let Some(&first) = waiting.first() else { return };
        if self.blocks != blocks {
            self.blocks = blocks;
            self.numbers.resize(blocks.saturating_mul(6), QuadBlock::default());
            self.scratch.resize(blocks.saturating_mul(2), QuadBlock::default());
            self.loaded = [None; QUAD];
        }
        let (mut tasks, mut hash_blocks) = ([Task::None; QUAD], 0);
        let indices = waiting.iter().copied().chain(core::iter::repeat(first));
        for (lane, (task, index)) in tasks.iter_mut().zip(indices).enumerate() {
            let Some(item) = item_of(index) else { continue };
            *task = self.load(lane, &item);
            hash_blocks = hash_blocks.max(match (&task, item.hash) {
                (Task::Check, Hash::Sha256) => 1,
                (Task::Check, _) => 2,
                (Task::Power | Task::None, _) => 0,
            });
        }
        let has_powers = tasks.iter().any(|task| matches!(task, Task::Power));
        if has_powers {
            self.start_checks(&tasks);
        }
        let mut numbers = self.numbers.chunks_exact(blocks);
        let mut next = || numbers.next().unwrap_or_default();
        let (modulus, fold, factor, constant, base) = (next(), next(), next(), next(), next());
        let powers = FourPowers {
            modulus,
            fold,
            factor,
            constant,
            base,
            // Checks start with the plain signature.
            start: if has_powers { next() } else { base },
            inverse: &self.inverse,
            hash: self.hash.get(..hash_blocks).unwrap_or_default(),
        };
        let Some(result) = fma.power_four(&powers, &mut self.scratch) else { return };
        let multiples = fma.multiples(result, powers.modulus);
        for (lane, (&index, (task, is_multiple))) in
            waiting.iter().zip(tasks.into_iter().zip(multiples)).enumerate()
        {
            let Some(valid) = valid.get_mut(index) else { continue };
            *valid = match task {
                Task::None => false,
                Task::Check => is_multiple,
                Task::Power => item_of(index).is_some_and(|item| is_encoding(&item, result, lane)),
            };
        }
    }

    /// Where other lanes start with another number, a check starts with the last factor like elsewhere.
    fn start_checks(&mut self, tasks: &[Task; QUAD]) {
        let mut numbers = self.numbers.chunks_exact_mut(self.blocks).skip(BASE);
        let (Some(base), Some(start)) = (numbers.next(), numbers.next()) else { return };
        for (start, base) in start.as_flattened_mut().iter_mut().zip(base.as_flattened()) {
            for ((start, base), task) in start.0.iter_mut().zip(base.0).zip(tasks) {
                if matches!(task, Task::Check) {
                    *start = base;
                }
            }
        }
    }

    /// Writes the numbers of an item into a lane, those of its key unless they are there.
    fn load(&mut self, lane: usize, item: &Pkcs1Item<'a>) -> Task {
        let (Some(signature), Some(digest)) =
            (portable::parse(item.signature), portable::parse(item.digest))
        else {
            return Task::None;
        };
        let Some(loaded) = self.loaded.get_mut(lane) else { return Task::None };
        let terms = item.key.quad_terms();
        let digits = item.key.quad_digits();
        let mut numbers = self.numbers.chunks_exact_mut(self.blocks);
        let now = Some((item.key, terms.map(|_| item.hash)));
        let is_loaded = matches!(
            (&loaded, &now),
            (Some((key, hash)), Some((new_key, new_hash)))
                if core::ptr::eq(*key, *new_key) && hash == new_hash
        );
        let of_key: [&[u64]; 4] = match terms {
            Some(terms) => {
                [digits.modulus(), digits.fold(), &terms.factor, terms.constant(item.hash)]
            }
            None => [digits.modulus(), digits.fold(), &[], &[]],
        };
        for (source, number) in of_key.into_iter().zip(&mut numbers) {
            if !is_loaded {
                copy(source, lane, number);
            }
        }
        *loaded = now;
        self.inverse.set(lane, digits.inverse());
        let (Some(base), Some(start)) = (numbers.next(), numbers.next()) else { return Task::None };
        spread(&signature, lane, base);
        if terms.is_some() {
            spread(&digest, lane, &mut self.hash);
            return Task::Check;
        }
        spread(&item.key.portable.doubled(&signature, digits.shift()), lane, start);
        spread(&[], lane, &mut self.hash);
        Task::Power
    }
}

/// Whether a lane holds, but for multiples of the modulus, the encoding of an item's digest.
fn is_encoding(item: &Pkcs1Item<'_>, result: &[QuadBlock], lane: usize) -> bool {
    let opened = item.key.portable.remainder(gather(result, lane));
    let mut expected = [0; MAX_SIZE];
    let Some(expected) = expected.get_mut(..item.key.size()) else { return false };
    pkcs1::encode(item.hash, item.digest, expected).is_some()
        && portable::parse(expected).is_some_and(|expected| expected == opened)
}
