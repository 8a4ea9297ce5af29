//! The fingerprint of a flawed key generator, CVE-2017-15361.
//!
//! Both primes of a flawed key are powers of 65537 modulo the product of [`PRIMES`], hence so is their
//! product. About one sound modulus in 2^27 has the same property by chance (Nemec et al., *The Return
//! of Coppersmith's Attack*, CCS 2017, section 3).

/// The odd primes that divide the step of every flawed generator, whatever its key size.
const PRIMES: [u64; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether `n`, big-endian, is a power of 65537 modulo each of [`PRIMES`].
pub(super) fn has_roca_fingerprint(n: &[u8]) -> bool {
    passes_filter(n)
        && PRIMES.iter().all(|&prime| {
            let residue = n.iter().fold(0, |acc, &byte| (acc << 8 | u64::from(byte)) % prime);
            is_power(residue, prime)
        })
}

/// Whether `n` is a power of 65537 modulo four of [`PRIMES`], as one sound modulus of ninety is.
///
/// The four divide 2^60 - 1, so `n` has the same residues as the sum of its digits of 60 bits.
fn passes_filter(n: &[u8]) -> bool {
    const DIGIT: u128 = (1 << 60) - 1;
    // Two digits are fifteen bytes.
    let (first, pairs) = n.as_rchunks::<15>();
    let pairs = pairs.iter().map(|pair| &pair[..]).chain(core::iter::once(first));
    let sum = pairs.fold(0, |sum, pair| {
        let value = pair.iter().fold(0, |value, &byte| value << 8 | u128::from(byte));
        sum + (value >> 60) + (value & DIGIT)
    });
    FILTER.iter().all(|(prime, is_power)| {
        let residue = usize::try_from(sum % u128::from(*prime));
        residue.is_ok_and(|residue| is_power.get(residue) == Some(&true))
    })
}

/// Primes, and which of their residues are powers of 65537.
#[expect(clippy::indexing_slicing, reason = "the compiler computes it")]
const FILTER: [(u8, [bool; 151]); 4] = {
    let mut filter =
        [(11, [false; 151]), (13, [false; 151]), (61, [false; 151]), (151, [false; 151])];
    let primes: [usize; 4] = [11, 13, 61, 151];
    let mut i = 0;
    while i < filter.len() {
        let (mut power, mut tries) = (1, 0);
        while tries < primes[i] {
            filter[i].1[power] = true;
            power = power * 65537 % primes[i];
            tries += 1;
        }
        i += 1;
    }
    filter
};

/// Whether a residue is a power of 65537 modulo a prime.
fn is_power(residue: u64, prime: u64) -> bool {
    let mut power = 1;
    for _ in 0..prime {
        if power == residue {
            return true;
        }
        power = power * 65537 % prime;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;

    #[test]
    fn the_filter_lets_every_fingerprint_pass_and_few_others() {
        let f4 = BigUint::from(65537_u32);
        let product: BigUint = PRIMES.iter().product();
        // Multiples of the product above powers of 65537, of every length.
        let mut power = BigUint::from(1_u32);
        for bits in 1024..=8192 {
            power = power * &f4 % &product;
            let flawed = (&product << (bits - product.bits())) + &power;
            assert!(passes_filter(&flawed.to_bytes_be()), "{bits}");
        }
        // Whatever passes does so by residues, not by its bytes.
        let mut passed = 0;
        for k in 0..9000_u32 {
            let n: BigUint = (BigUint::from(1_u32) << 1030) + k;
            let by_residues = [11_u32, 13, 61, 151]
                .iter()
                .all(|&prime| is_power(u64::try_from(&n % prime).unwrap(), prime.into()));
            let passes = passes_filter(&n.to_bytes_be());
            assert_eq!(passes, by_residues, "{k}");
            passed += u32::from(passes);
        }
        assert!((50..200).contains(&passed), "{passed}");
    }
}
