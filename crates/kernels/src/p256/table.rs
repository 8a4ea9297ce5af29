//! Multiples of a point, so that no doubling is left to do.
//!
//! Row `i` has the odd multiples `1, 3, …, 2^W − 1` of `2^(Wi)·Q`: the digits of [`Windows`]. To make it,
//! all doublings are computed first, and brought to affine form with one inversion; then level `k` adds
//! `2^k·2^(Wi)·Q`, which is one of them, to every entry so far, with one inversion a level. No addition
//! is exceptional, as the multiples are less than the order apart.
#![expect(clippy::indexing_slicing, reason = "indices of rows, digits and columns")]

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use once_cell::race::OnceBox;

use super::affine::add_all;
use super::field::Fe;
use super::jacobian::Jacobian;
use super::point::Affine;
use super::recode::Windows;
use super::scalar::Scalar;

/// Bits of a window for the generator: 256 KiB, once for a process.
const GENERATOR_BITS: usize = 8;
/// Bits of a window for a key: 52 KiB for each.
const KEY_BITS: usize = 5;

pub(super) type GeneratorTable = Table<GENERATOR_BITS>;
pub(super) type KeyTable = Table<KEY_BITS>;

/// Points of a sum for the generator.
pub(super) const GENERATOR_POINTS: usize = Windows::<GENERATOR_BITS>::COUNT;
/// Points of a sum for a key.
pub(super) const KEY_POINTS: usize = Windows::<KEY_BITS>::COUNT;

/// The multiples of a point for windows of `W` bits.
pub(super) struct Table<const W: usize> {
    points: Box<[Affine]>,
}

impl<const W: usize> Table<W> {
    const ROWS: usize = Windows::<W>::COUNT;
    const COLUMNS: usize = 1 << (W - 1);

    pub(super) fn new(point: &Affine) -> Self {
        let doubles = doubles(point, W * Self::ROWS);
        let points = vec![Affine::UNSET; Self::ROWS * Self::COLUMNS].into_boxed_slice();
        let mut table = Self { points };
        for (row, rows) in table.points.chunks_exact_mut(Self::COLUMNS).zip(doubles.chunks_exact(W))
        {
            row[0] = rows[0];
        }
        let mut products = vec![[Fe::ZERO; 2]; Self::ROWS * Self::COLUMNS / 2];
        for level in 1..W {
            let done = 1 << (level - 1);
            let place = |index: usize| (index / done, index % done);
            add_all(
                Self::ROWS * done,
                &mut products,
                &mut table.points,
                |points, index| {
                    let (row, column) = place(index);
                    [points[row * Self::COLUMNS + column], doubles[row * W + level]]
                },
                |points, index, sum| {
                    let (row, column) = place(index);
                    points[row * Self::COLUMNS + done + column] = sum;
                },
                |_| {},
            );
        }
        table
    }

    /// Writes points that sum up to `scalar` times the point of the table.
    #[inline(always)]
    pub(super) fn select(&self, scalar: &Scalar, points: &mut [Affine]) {
        let windows = Windows::<W>::new(scalar);
        let rows = self.points.chunks_exact(Self::COLUMNS);
        for ((digit, row), point) in windows.digits().zip(rows).zip(points) {
            *point = row[digit.index].negated_if(digit.negative);
        }
    }
}

impl GeneratorTable {
    /// Returns the table of the generator, and makes it at the first use.
    pub(super) fn generator() -> &'static Self {
        static TABLE: OnceBox<GeneratorTable> = OnceBox::new();
        TABLE.get_or_init(|| Box::new(Self::new(&Affine::GENERATOR)))
    }
}

/// `2^i` times a point, for each `i` below `count`.
fn doubles(point: &Affine, count: usize) -> Vec<Affine> {
    let mut next = Jacobian::from(point);
    let mut products = Vec::with_capacity(count);
    let mut product = Fe::ONE;
    let doubles: Vec<Jacobian> = (0..count)
        .map(|_| {
            let this = next;
            products.push(product);
            product = product.mul(&this.z);
            next = this.double_opposite();
            this
        })
        .collect();
    let mut inverse = product.invert();
    let mut points = vec![Affine::UNSET; count];
    for (index, (double, point)) in doubles.iter().zip(&mut points).enumerate().rev() {
        let own = inverse.mul(&products[index]);
        inverse = inverse.mul(&double.z);
        *point = double.to_affine(&own).negated_if(index % 2 == 1);
    }
    points
}
