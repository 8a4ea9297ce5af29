//! Measures from how many leftovers on a call of eight beats single calls, per number of tiles.

#![expect(
    clippy::as_conversions,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a measurement, with made-up numbers"
)]

use countersign_kernels::rsa::{Pkcs1Item, RsaPublicKey, verify_pkcs1_batch};
use countersign_kernels::{Hash, Kernel};
use std::hint::black_box;
use std::time::Instant;

/// The fastest of many runs, in microseconds.
fn fastest(mut run: impl FnMut()) -> f64 {
    let times = (0..400).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e6
    });
    times.fold(f64::MAX, f64::min)
}

/// Prints the ratio for every number of tiles.
pub(crate) fn measure() {
    let kernel = Kernel::detect();
    for tiles in 4..=31 {
        let bits = 260 * tiles - 10;
        let mut n: Vec<u8> = (0..bits / 8).map(|i| (i * i * 37 + 11) as u8 | 1).collect();
        n[0] = 0x9d;
        let key = RsaPublicKey::new(&n, &[1, 0, 1]).expect("an odd number of a good size");
        let signature = vec![0x77; n.len()];
        let digest = &[7; 32];
        let item = Pkcs1Item { key: &key, hash: Hash::Sha256, digest, signature: &signature };
        let mut valid = [false; 8];
        let eight = fastest(|| verify_pkcs1_batch(kernel, &[item; 8], black_box(&mut valid)));
        let single = fastest(|| {
            let verdict =
                key.verify_pkcs1_with(kernel, Hash::Sha256, digest, black_box(&signature));
            let _ = black_box(verdict);
        });
        let ratio = eight / single;
        println!("{tiles:2} tiles: eight {eight:7.2} µs, single {single:6.2} µs, ratio {ratio:.2}");
    }
}
