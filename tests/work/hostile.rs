#![allow(dead_code, reason = "the test and the benchmark use different parts")]
//! What a sender can make who wants much work for few bytes, and has no key that anybody trusts.

use countersign::encoding::base64::{encode_standard, encode_url};
use countersign::encoding::json::{Object, Value};
use countersign::jose::JwkSet;
use countersign::{Algorithm, Limits, Time, sha256};
use countersign_testkit::{
    self as testkit, Authority, Certificate, Critical, EcIssuer, IssueError, Issuer, Rng, Template,
    mosip, sbi,
};
use num_bigint::BigUint;

/// When everything here is valid: the time of `testkit`'s artefacts.
pub(crate) const NOW: i64 = 1_578_919_842;

/// An RSA key of any multiple of 64 bits, made at once: its modulus is a product of many small
/// primes. It protects nothing, which is no concern of its owner's.
#[derive(Clone, Debug)]
pub(crate) struct Smooth {
    primes: Vec<u64>,
    modulus: BigUint,
    exponent: u64,
}

impl Smooth {
    /// The largest exponent that is accepted, and the one that costs most.
    pub(crate) const WORST_EXPONENT: u64 = (1 << 33) - 1;

    /// Makes a key of its own for every seed.
    pub(crate) fn new(seed: u64, bits: usize, exponent: u64) -> Self {
        assert_eq!(bits % 64, 0);
        // So near to the top that the product has all of its bits.
        let mut candidate = u64::MAX - seed * (1 << 20);
        let mut primes = Vec::new();
        while primes.len() < bits / 64 {
            candidate -= 2;
            if is_prime(candidate) && coprime(exponent, candidate - 1) {
                primes.push(candidate);
            }
        }
        let modulus: BigUint = primes.iter().product();
        assert_eq!(modulus.bits(), u64::try_from(bits).unwrap());
        Self { primes, modulus, exponent }
    }

    /// Returns a number of the length of a signature, and below the modulus, that is none.
    pub(crate) fn no_signature(&self, message: &[u8]) -> Vec<u8> {
        let mut number: Vec<u8> =
            sha256(message).iter().copied().cycle().take(self.primes.len() * 8).collect();
        number[0] = 1;
        number
    }
}

impl Issuer for Smooth {
    fn jwk(&self) -> Object<'static> {
        let exponent = self.exponent.to_be_bytes();
        let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
        Object::new()
            .with("kty", "RSA")
            .with("n", encode_url(&self.modulus.to_bytes_be()))
            .with("e", encode_url(&exponent[zeros..]))
    }

    fn kid(&self) -> Option<&str> {
        None
    }

    /// Signs RS256; what it returns for other algorithms is no signature.
    fn sign_raw(&self, message: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, IssueError> {
        if algorithm != Algorithm::Rs256 {
            return Ok(self.no_signature(message));
        }
        let size = self.primes.len() * 8;
        let prefix =
            [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
        let tail = [&[0], &prefix[..], &sha256(message)].concat();
        let mut block = vec![0xff; size - tail.len()];
        block[..2].copy_from_slice(&[0, 1]);
        block.extend(tail);
        let block = BigUint::from_bytes_be(&block);
        // The root modulo each prime, and then the one number that all of them are remainders of.
        let mut signature = BigUint::ZERO;
        for &prime in &self.primes {
            let rest = &self.modulus / prime;
            let small = |number: &BigUint| u64::try_from(number % prime).unwrap();
            let root = power(small(&block), inverse(self.exponent, prime - 1), prime);
            let factor = multiply(root, power(small(&rest), prime - 2, prime), prime);
            signature += rest * factor;
        }
        let signature = (signature % &self.modulus).to_bytes_be();
        Ok([vec![0; size - signature.len()], signature].concat())
    }
}

fn multiply(a: u64, b: u64, modulus: u64) -> u64 {
    u64::try_from(u128::from(a) * u128::from(b) % u128::from(modulus)).unwrap()
}

fn power(base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let (mut square, mut result) = (base % modulus, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, square, modulus);
        }
        square = multiply(square, square, modulus);
        exponent >>= 1;
    }
    result
}

/// Miller and Rabin's test with bases that decide for 64 bits.
fn is_prime(n: u64) -> bool {
    let twos = (n - 1).trailing_zeros();
    n % 2 == 1
        && [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].into_iter().all(|base| {
            let mut x = power(base, (n - 1) >> twos, n);
            if x == 1 || x == n - 1 {
                return true;
            }
            (1..twos).any(|_| {
                x = multiply(x, x, n);
                x == n - 1
            })
        })
}

fn coprime(a: u64, b: u64) -> bool {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

/// The inverse of a number modulo another, to which it is coprime (Euclid).
fn inverse(number: u64, modulus: u64) -> u64 {
    let modulus = i128::from(modulus);
    let (mut old, mut new) = ((i128::from(number), 1), (modulus, 0));
    while new.0 != 0 {
        let quotient = old.0 / new.0;
        (old, new) = (new, (old.0 - quotient * new.0, old.1 - quotient * new.1));
    }
    u64::try_from(old.1.rem_euclid(modulus)).unwrap()
}

pub(crate) fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

/// A certificate that is valid at [`NOW`].
pub(crate) fn template(name: &str) -> Template {
    Template::new(name, time(NOW - 1000), time(NOW + 1000))
}

/// P-256 keys of their own for every seed.
pub(crate) fn ec(seed: u64, count: u64) -> Vec<EcIssuer> {
    (0..count).map(|n| EcIssuer::generate(&mut Rng::from_seed(1000 * seed + n), None)).collect()
}

/// The `x5c` of a leaf, and of authorities that all have the same name. Each is issued by the one
/// before, so that a search finds the right issuer after it has tried all others, and the first by
/// itself: with `n` authorities, `n + (n - 1) + … + 1` signatures are verified, and no root is found.
/// Behind them comes [`last_of_x5c`], so that all of them are used.
pub(crate) fn ladder<K: Issuer + Clone>(leaf: &impl Issuer, keys: &[K]) -> Vec<Certificate> {
    let same = template("same").authority(None);
    let authority = |key: &K| Authority::root(key.clone(), &same).unwrap();
    let last = authority(keys.last().unwrap());
    let mut x5c = vec![last.issue(leaf, &template("leaf").end_entity()).unwrap()];
    let issuers = keys.first().into_iter().chain(keys);
    for (serial, (key, issuer)) in (1..).zip(keys.iter().zip(issuers)) {
        x5c.push(authority(issuer).issue(key, &same.clone().serial(serial)).unwrap());
    }
    x5c.push(last_of_x5c());
    x5c
}

/// What stands where the root is supposed to be, and is not used.
pub(crate) fn last_of_x5c() -> Certificate {
    let key = EcIssuer::generate(&mut Rng::from_seed(1), None);
    Authority::root(key, &template("last").authority(None)).unwrap().certificate().clone()
}

/// The `x5c` of a leaf, and of one authority with many certificates: every one of them issued every
/// other. The last is [`last_of_x5c`].
pub(crate) fn crowd<K: Issuer + Clone>(
    leaf: &impl Issuer,
    key: &K,
    count: u64,
) -> Vec<Certificate> {
    let same = template("same").authority(None);
    let authority = Authority::root(key.clone(), &same).unwrap();
    let mut x5c = vec![authority.issue(leaf, &template("leaf").end_entity()).unwrap()];
    x5c.extend((1..=count).map(|n| authority.issue(key, &same.clone().serial(n)).unwrap()));
    x5c.push(last_of_x5c());
    x5c
}

/// A certificate with so many extensions that nobody knows, each different.
pub(crate) fn extended(
    issuer: &(impl Issuer + Clone),
    key: &impl Issuer,
    count: u32,
) -> Certificate {
    let mut template = template("extended");
    for n in 0..count {
        let byte = |shift: u32| u8::try_from(n >> shift & 0x7f).unwrap();
        let oid = [0x2a, 0x81, 0x80 | byte(14), 0x80 | byte(7), byte(0)];
        template = template.extension(&oid, Critical::No, &[]);
    }
    Authority::root(issuer.clone(), &self::template("issuer"))
        .unwrap()
        .issue(key, &template)
        .unwrap()
}

/// A certificate whose subject is one set of so many attributes, each different.
pub(crate) fn named(issuer: &(impl Issuer + Clone), key: &impl Issuer, count: u16) -> Certificate {
    let attributes: Vec<Vec<u8>> = (0..count).rev().map(attribute).collect();
    with_subject(issuer, key, &element(0x31, &attributes.concat()))
}

/// A certificate whose subject is so many sets of one attribute.
pub(crate) fn renamed(
    issuer: &(impl Issuer + Clone),
    key: &impl Issuer,
    count: u16,
) -> Certificate {
    let sets: Vec<Vec<u8>> = (0..count).map(|n| element(0x31, &attribute(n))).collect();
    with_subject(issuer, key, &sets.concat())
}

/// The smallest attribute of a number.
fn attribute(n: u16) -> Vec<u8> {
    let [high, low] = [n >> 7, n & 0x7f].map(|byte| u8::try_from(byte).unwrap());
    element(0x30, &[element(6, &[0x2a, 0x80 | high | 0x40, low]), vec![5, 0]].concat())
}

/// Puts another subject into a certificate, whose signature then is none.
fn with_subject(issuer: &(impl Issuer + Clone), key: &impl Issuer, sets: &[u8]) -> Certificate {
    let authority = Authority::root(issuer.clone(), &template("issuer")).unwrap();
    let own = authority.issue(key, &template("subject")).unwrap();
    let fields = inner(inner(own.to_der()));
    let old = element(
        0x30,
        &element(0x31, &element(0x30, &[vec![6, 3, 0x55, 4, 3], element(12, b"subject")].concat())),
    );
    let place = fields.windows(old.len()).position(|window| window == old).unwrap();
    let (before, behind) = (&fields[..place], &fields[place + old.len()..]);
    let fields = element(0x30, &[before, &element(0x30, sets), behind].concat());
    let rest = &inner(own.to_der())[element(0x30, inner(inner(own.to_der()))).len()..];
    Certificate::from_der(element(0x30, &[&fields, rest].concat()))
}

/// What is within the first element, which is longer than 127 bytes.
fn inner(der: &[u8]) -> &[u8] {
    let count = usize::from(der[1] & 0x7f);
    let length = der[2..2 + count].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    &der[2 + count..2 + count + length]
}

/// Tag, length and content.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let head = match length {
        [] => vec![tag, 0],
        [short @ ..=0x7f] => vec![tag, *short],
        long => [&[tag, 0x80 | u8::try_from(long.len()).unwrap()], long].concat(),
    };
    [&head, content].concat()
}

/// Signs a payload as devices do.
pub(crate) fn sign(key: &impl Issuer, x5c: &[Certificate], payload: &str) -> String {
    let x5c = x5c.iter().map(|certificate| Value::from(certificate.to_x5c())).collect();
    let header = Object::new().with("alg", "RS256").with("x5c", Value::Array(x5c));
    key.sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap()
}

/// A digital id by this signer.
pub(crate) fn digital_id(key: &impl Issuer, x5c: &[Certificate]) -> String {
    sign(key, x5c, &mosip::digital_id("1801160992").to_string())
}

/// An answer to a capture for this purpose, with so many biometrics; `x5c` gives each of their
/// signers, of data and of digital ids, a chain.
pub(crate) fn capture(
    purpose: &str,
    key: &impl Issuer,
    count: u64,
    mut x5c: impl FnMut(u64) -> Vec<Certificate>,
) -> String {
    let mut chain =
        countersign::mosip::sbi::HashChain::new(countersign::mosip::sbi::Scheme::Current);
    let elements = (0..count).map(|n| {
        let id = digital_id(key, &x5c(2 * n));
        let payload = sbi::data(&id, "Finger", "AAAA").with("purpose", purpose).to_string();
        chain.extend(&[0; 3]);
        sbi::biometric(&sign(key, &x5c(2 * n + 1), &payload), &chain.hash())
    });
    sbi::answer(elements.collect()).to_string()
}

/// Odd numbers of so many bits that nobody has the factors of, as the keys of a set.
pub(crate) fn set_of_strangers(bits: usize, count: usize) -> Vec<Object<'static>> {
    let modulus = |n: usize| {
        let mut modulus: Vec<u8> =
            sha256(&n.to_be_bytes()).iter().copied().cycle().take(bits / 8).collect();
        *modulus.first_mut().unwrap() |= 0x80;
        *modulus.last_mut().unwrap() |= 1;
        encode_url(&modulus)
    };
    let key = |n: usize| {
        let name = format!("k{n}");
        Object::new().with("kty", "RSA").with("e", "AQAB").with("n", modulus(n)).with("kid", name)
    };
    (0..count).map(key).collect()
}

pub(crate) fn key_set(keys: &[Object<'static>]) -> JwkSet {
    let keys = testkit::jwk_set(keys).to_string();
    JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap()
}

/// A token of MOSIP's oldest era, of the least bytes that get as far as its signature, which is a
/// number in range.
pub(crate) fn forged_registration(bits: usize) -> String {
    let payload = encode_standard(b"{}");
    let number = vec![1; bits / 8];
    mosip::wrap(b"{}", &payload, encode_standard(&number).as_bytes())
}
