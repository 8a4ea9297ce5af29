//! Every kernel against a big-integer oracle, on random and adversarial numbers.
//!
//! A case is one modulus and one base. The oracle raises the base to the 65537th power; every
//! kernel must open the base, as a signature, to the same bytes, and must decide the power check
//! as the oracle does, for a check made to hold and for the same check with one number changed.
//! Moduli are any odd numbers: random, all ones, a single bit, long runs. The process panics at
//! the first difference and names the seed.

#![expect(
    clippy::expect_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a test program: what panics has failed, and random numbers are truncated on purpose"
)]

use countersign_kernels::Kernel;
use countersign_kernels::rsa::RsaPublicKey;
use countersign_kernels::simd::{
    self, EightChecks, Fma, FourPowers, Ifma, LANES, Lanes, OneCheck, OneNumber, QUAD,
    QUAD_BLOCK_BITS, QUAD_DIGIT_BITS, Quad, QuadBlock, SPREAD, Spread, TILE, TILE_BITS, Tile,
    fold_sizes,
};
use num_bigint::BigUint;

/// Xorshift64*: seeded, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// A number of at most so many bits, in one of several shapes.
    fn number(&mut self, bits: usize) -> BigUint {
        let one = BigUint::from(1_u32);
        let all = (&one << bits) - &one;
        match self.below(8) {
            0 => all,
            1 => &one << self.below(bits),
            2 => &all - (&one << self.below(bits)),
            // Runs of ones and zeros, on which carries ripple.
            3 | 4 => {
                let mut out = BigUint::ZERO;
                let mut at = 0;
                while at < bits {
                    let run = 1 + self.below(200);
                    if self.next() & 1 == 1 {
                        out |= ((&one << run) - &one) << at;
                    }
                    at += run;
                }
                out & all
            }
            // Whole digits of all ones, zero, or anything.
            5 => {
                let mut out = BigUint::ZERO;
                let width = [QUAD_DIGIT_BITS, 52][self.below(2)];
                for at in (0..bits).step_by(width) {
                    let digit = match self.below(4) {
                        0 => 0,
                        1 => (1 << width) - 1,
                        2 => 1,
                        _ => self.next() >> (64 - width),
                    };
                    out |= BigUint::from(digit) << at;
                }
                out & all
            }
            _ => {
                let words: Vec<u32> = (0..bits.div_ceil(32)).map(|_| self.next() as u32).collect();
                BigUint::new(words) & all
            }
        }
    }

    /// An odd modulus of exactly so many bits.
    fn modulus(&mut self, bits: usize) -> BigUint {
        let mut n = self.number(bits);
        n.set_bit(bits as u64 - 1, true);
        n.set_bit(0, true);
        n
    }
}

/// A power check of one lane, with the verdict it must get.
struct Case {
    n: BigUint,
    fold: BigUint,
    start: BigUint,
    base: BigUint,
    hash: BigUint,
    factor: BigUint,
    constant: BigUint,
    expected: bool,
}

/// Writes a number into a lane.
fn put(number: &BigUint, lane: usize, out: &mut [Tile]) {
    let digit_of = digits(number);
    for (i, digit) in out.iter_mut().flatten().enumerate() {
        digit.0[lane] = digit_of(i);
    }
}

/// The digits of a number, below 2^52, lowest first.
fn digits(number: &BigUint) -> impl Fn(usize) -> u64 {
    let words = number.to_u64_digits();
    move |i| {
        let bit = i * 52;
        let word = |i: usize| u128::from(words.get(i).copied().unwrap_or(0));
        let value = (word(bit / 64) | word(bit / 64 + 1) << 64) >> (bit % 64);
        value as u64 & ((1 << 52) - 1)
    }
}

/// A number in spreads.
fn spread(number: &BigUint, tiles: usize) -> Vec<Spread> {
    let digit = digits(number);
    let mut out = vec![Spread::default(); tiles.div_ceil(LANES)];
    for i in 0..out.len() * SPREAD {
        out[i / SPREAD][i % TILE].0[i % SPREAD / TILE] = digit(i);
    }
    out
}

/// `-n⁻¹ mod 2^52`.
fn negated_inverse(n: &BigUint) -> u64 {
    let n0 = n.to_u64_digits()[0];
    let inverse = (0..6)
        .fold(n0, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(n0.wrapping_mul(inverse))));
    inverse.wrapping_neg() & ((1 << 52) - 1)
}

fn decide_one(ifma: Ifma, case: &Case, tiles: usize) -> bool {
    let mut folds = vec![];
    for size in fold_sizes(tiles) {
        let fold = case.fold.modpow(&BigUint::from(size), &case.n);
        folds.extend(spread(&fold, tiles));
    }
    let hash = digits(&case.hash);
    ifma.check_one(&OneCheck {
        number: OneNumber {
            tiles,
            modulus: &spread(&case.n, tiles),
            folds: &folds,
            inverse: negated_inverse(&case.n),
        },
        base: &spread(&case.base, tiles),
        hash: &core::array::from_fn(hash),
        factor: &spread(&case.factor, tiles),
        constant: &spread(&case.constant, tiles),
    })
}

fn decide(ifma: Ifma, cases: &[Case; LANES], tiles: usize) -> [bool; LANES] {
    let mut numbers = vec![vec![Tile::default(); tiles]; 5];
    let mut hash = [Tile::default(); 2];
    let mut inverse = Lanes::default();
    for (lane, case) in cases.iter().enumerate() {
        let sources = [&case.n, &case.fold, &case.base, &case.factor, &case.constant];
        for (out, number) in numbers.iter_mut().zip(sources) {
            put(number, lane, out);
        }
        put(&case.hash, lane, &mut hash);
        inverse.0[lane] = negated_inverse(&case.n);
    }
    let checks = EightChecks {
        modulus: &numbers[0],
        fold: &numbers[1],
        inverse: &inverse,
        base: &numbers[2],
        hash: &hash,
        factor: &numbers[3],
        constant: &numbers[4],
    };
    ifma.check_eight(&checks, &mut vec![Tile::default(); 2 * tiles])
}

/// What the kernel for four lanes returns: numbers below three times the moduli.
fn power_four(fma: Fma, cases: [&Case; QUAD], blocks: usize) -> [(BigUint, bool); QUAD] {
    let mut numbers = vec![vec![QuadBlock::default(); blocks]; 6];
    let mut hash = [QuadBlock::default(); 2];
    let mut inverse = Quad::default();
    let put = |number: &BigUint, lane: usize, out: &mut [QuadBlock]| {
        let words = number.to_u64_digits();
        for (i, quad) in out.iter_mut().flatten().enumerate() {
            let bit = i * QUAD_DIGIT_BITS;
            let word = |i: usize| u128::from(words.get(i).copied().unwrap_or(0));
            quad.set(lane, ((word(bit / 64) | word(bit / 64 + 1) << 64) >> (bit % 64)) as u64);
        }
    };
    for (lane, case) in cases.iter().enumerate() {
        let sources = [&case.n, &case.fold, &case.start, &case.base, &case.factor, &case.constant];
        for (out, number) in numbers.iter_mut().zip(sources) {
            put(number, lane, out);
        }
        put(&case.hash, lane, &mut hash);
        inverse.set(lane, negated_inverse(&case.n));
    }
    let powers = FourPowers {
        modulus: &numbers[0],
        fold: &numbers[1],
        inverse: &inverse,
        start: &numbers[2],
        base: &numbers[3],
        hash: &hash,
        factor: &numbers[4],
        constant: &numbers[5],
    };
    let mut scratch = vec![QuadBlock::default(); 2 * blocks];
    let result = fma.power_four(&powers, &mut scratch).expect("numbers of one length");
    let verdicts = fma.multiples(result, &numbers[0]);
    core::array::from_fn(|lane| {
        let number = result
            .iter()
            .flatten()
            .rev()
            .fold(BigUint::ZERO, |number, quad| (number << QUAD_DIGIT_BITS) + quad.get(lane));
        (number, verdicts[lane])
    })
}

/// A modulus, with what a check with one `R` needs: a power of two to fold by, and `R^(-65535)`.
struct Key {
    n: BigUint,
    key: RsaPublicKey,
    eight: (BigUint, BigUint),
    four: (BigUint, BigUint),
}

impl Key {
    fn new(random: &mut Random, bits: usize) -> Self {
        // Not every number is a key: the ROCA fingerprint is refused, tiny as its odds are.
        loop {
            let n = random.modulus(bits);
            if let Ok(key) = RsaPublicKey::new(&n.to_bytes_be(), &[1, 0, 1]) {
                let half = (&n + 1_u32) >> 1_u32;
                let terms = |block: usize, blocks: usize| {
                    let fold = half.modpow(&BigUint::from(block), &n);
                    let scale = fold.modpow(&BigUint::from(blocks * 65535), &n);
                    (fold, scale)
                };
                let eight = terms(TILE_BITS, simd::tiles(bits));
                let four = terms(QUAD_BLOCK_BITS, simd::quad_blocks(bits));
                break Self { n, key, eight, four };
            }
        }
    }
}

/// A base with its power.
struct Opened {
    base: BigUint,
    power: BigUint,
}

impl Opened {
    /// One that every kernel opens to its power.
    fn new(random: &mut Random, Key { n, key, .. }: &Key, done: &mut Done) -> Self {
        let base = match random.below(12) {
            0 => BigUint::ZERO,
            1 => BigUint::from(1_u32),
            2 => n - 1_u32,
            3 => n - 2_u32,
            4 => n >> 1_u32,
            _ => random.number(key.bits()) % n,
        };
        let power = base.modpow(&BigUint::from(65537_u32), n);
        let mut signature = vec![0; key.size()];
        let bytes = base.to_bytes_be();
        let at = signature.len() - bytes.len();
        signature[at..].copy_from_slice(&bytes);
        for kernel in Kernel::available() {
            let out = key.open_with(kernel, &signature).expect("below the modulus");
            let same = BigUint::from_bytes_be(&out) == power;
            assert!(same, "seed {}: {kernel:?} opens {base:x} wrongly modulo {n:x}", done.seed);
            done.opened += 1;
        }
        Self { base, power }
    }

    /// A check made to hold, or the same with one number changed.
    fn check(&self, random: &mut Random, n: &BigUint, (fold, scale): &(BigUint, BigUint)) -> Case {
        let (base, power) = (self.base.clone(), &self.power);
        let bits = n.bits() as usize;
        let hash_bits = 256 << random.below(2);
        let hash = random.number(hash_bits);
        let factor = n - scale;
        // (power - hash)·scale + hash·scale = power·scale.
        let rest = (power + n - &hash % n) % n;
        let mut case = Case {
            n: n.clone(),
            fold: fold.clone(),
            start: base.clone(),
            base,
            hash,
            constant: (n - (rest * scale) % n) % n,
            factor,
            expected: true,
        };
        let one = BigUint::from(1_u32);
        match random.below(6) {
            0 => {
                let bit = random.below(bits - 1);
                case.constant = (&case.constant + (&one << bit)) % n;
                case.expected = false;
            }
            1 => {
                case.hash ^= &one << random.below(512);
                case.expected = false;
            }
            // Another base: decided by the oracle, as it may have the same power.
            2 => {
                case.base = (&case.base + (&one << random.below(bits - 1))) % n;
                case.start = case.base.clone();
                case.expected = case.base.modpow(&BigUint::from(65537_u32), n) == *power;
            }
            _ => {}
        }
        case
    }
}

/// What was compared.
struct Done {
    seed: u64,
    opened: u64,
    checks: u64,
}

/// Compares eight cases of each of the keys, which have so many bits.
fn compare_keys(random: &mut Random, keys: &[Key; LANES], bits: usize, done: &mut Done) {
    let seed = done.seed;
    let opened: [Opened; LANES] =
        core::array::from_fn(|lane| Opened::new(random, &keys[lane], done));
    if let Some(ifma) = Ifma::detect() {
        let cases = core::array::from_fn(|lane| {
            opened[lane].check(random, &keys[lane].n, &keys[lane].eight)
        });
        let tiles = simd::tiles(bits);
        let verdicts = decide(ifma, &cases, tiles);
        for (case, verdict) in cases.iter().zip(verdicts) {
            let (base, n) = (&case.base, &case.n);
            assert!(verdict == case.expected, "seed {seed}: {verdict} for {base:x} modulo {n:x}");
            let alone = decide_one(ifma, case, tiles);
            assert!(alone == case.expected, "seed {seed}: {alone} alone for {base:x} modulo {n:x}");
            done.checks += 2;
        }
    }
    if let Some(fma) = Fma::detect() {
        let blocks = simd::quad_blocks(bits);
        for at in [0, QUAD] {
            let checks: [Case; QUAD] = core::array::from_fn(|lane| {
                opened[at + lane].check(random, &keys[at + lane].n, &keys[at + lane].four)
            });
            for (case, (number, verdict)) in
                checks.iter().zip(power_four(fma, checks.each_ref(), blocks))
            {
                let (base, n) = (&case.base, &case.n);
                let agrees = verdict == case.expected && number < n * 3_u32;
                assert!(agrees, "seed {seed}: {verdict} of four for {base:x} modulo {n:x}");
                done.checks += 1;
            }
            // In Montgomery form, and out of it by the last factor.
            let powers: [Case; QUAD] = core::array::from_fn(|lane| {
                let (Key { n, four, .. }, Opened { base, .. }) =
                    (&keys[at + lane], &opened[at + lane]);
                let (none, base) = (BigUint::ZERO, base.clone());
                Case {
                    n: n.clone(),
                    fold: four.0.clone(),
                    start: (&base << (blocks * QUAD_BLOCK_BITS)) % n,
                    base,
                    hash: none.clone(),
                    factor: none.clone(),
                    constant: none,
                    expected: false,
                }
            });
            for (lane, (number, _)) in power_four(fma, powers.each_ref(), blocks).iter().enumerate()
            {
                let (n, Opened { base, power }) = (&powers[lane].n, &opened[at + lane]);
                let same = *number < n * 3_u32 && number % n == *power;
                assert!(same, "seed {seed}: lane {lane} opens {base:x} wrongly modulo {n:x}");
                done.checks += 1;
            }
        }
    }
}

/// Eight keys of so many bits.
fn keys(random: &mut Random, bits: usize) -> [Key; LANES] {
    core::array::from_fn(|_| Key::new(random, bits))
}

/// Compares so many cases, of moduli of so many bits or of all sizes, and panics at the first difference.
pub(crate) fn compare(cases: usize, seed: u64, fixed: Option<usize>) {
    let names: Vec<&str> = Kernel::available().map(Kernel::name).collect();
    println!("{cases} cases, seed {seed}, kernels {names:?}");
    let mut random = Random::new(seed);
    let mut done = Done { seed, opened: 0, checks: 0 };
    for _ in 0..cases.div_ceil(8 * LANES) {
        // Eight moduli of one number of tiles; small sizes more often, and sizes at the borders.
        let bits = fixed.unwrap_or_else(|| match random.below(9) {
            0..=2 => 1024 + random.below(300),
            3 => 2048,
            4 => 1024 + random.below(3072),
            5 => 4090 + random.below(12),
            6 => (1024_usize / TILE_BITS + 1 + random.below(10)) * TILE_BITS - random.below(9),
            7 => {
                (1024_usize / QUAD_BLOCK_BITS + 1 + random.below(8)) * QUAD_BLOCK_BITS
                    - random.below(9)
            }
            _ => 1024 + random.below(7169),
        });
        let keys = keys(&mut random, bits);
        for _ in 0..8 {
            compare_keys(&mut random, &keys, bits, &mut done);
        }
    }
    println!("{} openings and {} checks agree with the oracle", done.opened, done.checks);
}

/// Compares eight cases of moduli of every size.
pub(crate) fn compare_sizes(seed: u64) {
    let names: Vec<&str> = Kernel::available().map(Kernel::name).collect();
    println!("moduli of 1024 to 8192 bits, seed {seed}, kernels {names:?}");
    let mut random = Random::new(seed);
    let mut done = Done { seed, opened: 0, checks: 0 };
    for bits in 1024..=8192 {
        let keys = keys(&mut random, bits);
        compare_keys(&mut random, &keys, bits, &mut done);
    }
    println!("{} openings and {} checks agree with the oracle", done.opened, done.checks);
}
