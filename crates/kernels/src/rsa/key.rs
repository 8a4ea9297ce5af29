//! Keys: checked and prepared once, then used to verify.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use super::check::{self, Terms};
use super::digits::{DigitTerms, Digits};
use super::lazy::Lazy;
use super::portable::{self, Modulus};
use super::quad_digits::{QuadDigits, QuadTerms};
use super::roca::has_roca_fingerprint;
use super::scalar::{self, BlockTerms};
use super::size::{MAX_BITS, MAX_SIZE, MIN_BITS};
use super::{pkcs1, pss};
use crate::hash::Hash;
use crate::kernel::{Choice, Kernel};
use crate::simd::Adx;

/// A signature did not verify. It deliberately carries no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it carries nothing, on purpose")]
pub struct InvalidSignature;

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid signature")
    }
}

impl core::error::Error for InvalidSignature {}

/// Why a public key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "callers have an answer to every one of them")]
pub enum RsaKeyError {
    /// The modulus is even, so it is not a product of two large primes.
    EvenModulus,
    /// The public exponent is even, below 3, or 2^33 or more.
    ExponentOutOfRange,
    /// The modulus carries the fingerprint of the flawed key generator of
    /// [CVE-2017-15361](https://www.cve.org/CVERecord?id=CVE-2017-15361) (ROCA).
    Roca,
    /// The modulus has more than 8192 bits.
    TooLarge {
        /// Bits of the refused modulus.
        bits: usize,
    },
    /// The modulus has fewer than 1024 bits.
    TooSmall {
        /// Bits of the refused modulus.
        bits: usize,
    },
}

impl fmt::Display for RsaKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EvenModulus => f.write_str("RSA modulus is even"),
            Self::ExponentOutOfRange => {
                f.write_str("RSA public exponent is even, below 3 or above 33 bits")
            }
            Self::Roca => f.write_str("RSA modulus has the ROCA fingerprint (CVE-2017-15361)"),
            Self::TooLarge { bits } => {
                write!(f, "RSA modulus has {bits} bits, more than {MAX_BITS}")
            }
            Self::TooSmall { bits } => {
                write!(f, "RSA modulus has {bits} bits, fewer than {MIN_BITS}")
            }
        }
    }
}

impl core::error::Error for RsaKeyError {}

/// An RSA public key, checked and prepared for verifying signatures.
///
/// To make one costs less than to verify one signature. What only many signatures are worth is computed
/// when there have been so many; clones count for themselves.
///
/// Checked: the modulus has 1024 to 8192 bits, is odd, and does not carry the fingerprint of
/// [CVE-2017-15361](https://www.cve.org/CVERecord?id=CVE-2017-15361); the exponent is odd and 3 ≤ e
/// < 2^33. *Not* checked: that the modulus is a product of two primes, where the key comes from,
/// and whether a policy requires more bits.
///
/// ```
/// use countersign_kernels::Hash;
/// use countersign_kernels::rsa::{InvalidSignature, RsaKeyError, RsaPublicKey};
///
/// let key = RsaPublicKey::new(&[0xc5; 256], &[1, 0, 1])?;
/// assert_eq!((key.bits(), key.size(), key.exponent()), (2048, 256, 65537));
/// // A key is prepared for one alone and for many; this is no signature of its owner.
/// let refused = key.verify_pkcs1(Hash::Sha256, &[0; 32], &[7; 256]);
/// assert_eq!(refused, Err(InvalidSignature));
/// assert_eq!(RsaPublicKey::new(&[0xc4; 256], &[1, 0, 1]), Err(RsaKeyError::EvenModulus));
/// # Ok::<(), RsaKeyError>(())
/// ```
#[derive(Clone)]
pub struct RsaPublicKey {
    /// Big-endian, without leading zeros.
    pub(super) bytes: Box<[u8]>,
    pub(super) exponent: u64,
    pub(super) bits: usize,
    pub(super) kernel: Kernel,
    pub(super) portable: Modulus,
    /// What the portable kernel checks signatures with, for the usual exponent.
    terms: Lazy<Terms<Box<[u64]>>>,
    /// Prepared only for CPUs and exponents that can use them.
    pub(super) digits: Option<Digits>,
    pub(super) digit_terms: Lazy<DigitTerms>,
    /// What the kernel for four lanes needs, made in the first batch.
    quad_digits: Lazy<QuadDigits>,
    quad_terms: Lazy<QuadTerms>,
    /// What the kernel for one signature with whole blocks of limbs checks signatures with.
    block_terms: Lazy<BlockTerms>,
}

// Uses of a key after which its terms are computed. Making them costs the portable kernel about 22
// products of numbers of the key's size, whichever kernel they are for.

/// They save the portable kernel a division, two thirds of a product.
const WORTH_ONE: usize = 32;
/// They save this kernel one product of 18, a quarter as long as a portable one.
const WORTH_ONE_IFMA: usize = 100;
/// Without them an item cannot have a lane.
pub(super) const WORTH_EIGHT: usize = 16;
/// They save an item that has a lane in any case a division and the comparison of encodings.
const WORTH_FOUR: usize = 32;

impl RsaPublicKey {
    /// Checks and prepares the key with modulus `n` and public exponent `e`, both big-endian.
    ///
    /// Leading zero bytes are skipped. Whether `n` is a product of two primes is not checked, and
    /// cannot be.
    ///
    /// # Errors
    ///
    /// - [`RsaKeyError::TooSmall`] and [`RsaKeyError::TooLarge`] if `n` does not have 1024..=8192
    ///   bits;
    /// - [`RsaKeyError::EvenModulus`] if `n` is even;
    /// - [`RsaKeyError::ExponentOutOfRange`] if `e` is even, below 3, or 2^33 or more;
    /// - [`RsaKeyError::Roca`] if `n` has the fingerprint of CVE-2017-15361.
    pub fn new(n: &[u8], e: &[u8]) -> Result<Self, RsaKeyError> {
        let n = strip_zeros(n);
        let bits = bit_length(n);
        if bits < MIN_BITS {
            return Err(RsaKeyError::TooSmall { bits });
        }
        if bits > MAX_BITS {
            return Err(RsaKeyError::TooLarge { bits });
        }
        if n.last().is_none_or(|byte| byte & 1 == 0) {
            return Err(RsaKeyError::EvenModulus);
        }
        let exponent = parse_exponent(e).ok_or(RsaKeyError::ExponentOutOfRange)?;
        if has_roca_fingerprint(n) {
            return Err(RsaKeyError::Roca);
        }
        let kernel = Kernel::detect();
        let portable = Modulus::new(n);
        let usual = exponent == check::EXPONENT;
        let digits = (kernel.ifma().is_some() && usual).then(|| Digits::new(&portable, bits));
        Ok(Self {
            bytes: n.into(),
            exponent,
            bits,
            kernel,
            portable,
            terms: Lazy::new(),
            digits,
            digit_terms: Lazy::new(),
            quad_digits: Lazy::new(),
            quad_terms: Lazy::new(),
            block_terms: Lazy::new(),
        })
    }

    /// Computes now what only many signatures are worth, as for a key that is kept. Verdicts are the
    /// same without it, and it comes by itself after some uses.
    ///
    /// ```
    /// use countersign_kernels::rsa::{RsaKeyError, RsaPublicKey};
    ///
    /// let key = RsaPublicKey::new(&[0xc5; 256], &[1, 0, 1])?;
    /// key.prepare();
    /// assert_eq!(key, RsaPublicKey::new(&[0xc5; 256], &[1, 0, 1])?);
    /// # Ok::<(), RsaKeyError>(())
    /// ```
    pub fn prepare(&self) {
        self.prepare_for(self.kernel);
    }

    /// [`prepare`](Self::prepare) for a kernel of the caller's choice.
    pub(super) fn prepare_for(&self, kernel: Kernel) {
        if self.exponent != check::EXPONENT {
            return;
        }
        if kernel.adx().is_some() {
            self.block_terms.force(|| self.make_block_terms());
        } else {
            self.terms.force(|| self.make_terms());
        }
        if let Some(digits) = &self.digits {
            self.digit_terms.force(|| digits.terms(&self.portable, self.size()));
        }
        if kernel.fma().is_some() {
            let digits = self.quad_digits();
            self.quad_terms.force(|| digits.terms(&self.portable, self.size()));
        }
    }

    /// Whether nothing was computed yet that only many signatures are worth.
    #[cfg(test)]
    pub(super) fn is_fresh(&self) -> bool {
        self.terms.get().is_none()
            && self.digit_terms.get().is_none()
            && self.quad_terms.get().is_none()
            && self.block_terms.get().is_none()
    }

    /// Returns the bits of the modulus.
    #[inline]
    #[must_use]
    pub const fn bits(&self) -> usize {
        self.bits
    }

    /// Returns the bytes of the modulus, the only length that a signature may have.
    #[inline]
    #[must_use]
    pub const fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the modulus, big-endian, without leading zeros.
    #[inline]
    #[must_use]
    pub const fn modulus(&self) -> &[u8] {
        &self.bytes
    }

    /// The public exponent.
    #[inline]
    #[must_use]
    pub const fn exponent(&self) -> u64 {
        self.exponent
    }

    /// Returns what one check costs, in checks with 2048 bits and exponent 65537, rounded up.
    ///
    /// It counts products of limbs, so it is the same for every kernel and machine.
    #[inline]
    #[must_use]
    pub fn effort(&self) -> usize {
        /// Products of a check for the usual exponent: sixteen squares, two more.
        const USUAL: usize = 18;
        const USUAL_LIMBS: usize = 2048 / 64;
        let products = match self.exponent {
            check::EXPONENT => USUAL,
            // Square and multiply, and the ways into Montgomery form and out of it.
            other => {
                let products = other.ilog2().saturating_add(other.count_ones()).saturating_add(1);
                usize::try_from(products).unwrap_or(usize::MAX)
            }
        };
        let limbs = self.bits.div_ceil(64);
        let work = limbs.saturating_mul(limbs).saturating_mul(products);
        work.div_ceil(USUAL_LIMBS * USUAL_LIMBS * USUAL)
    }

    /// Verifies an RSASSA-PKCS1-v1_5 signature over `digest`
    /// ([RFC 8017, 8.2.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2.2)).
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`] if the signature does not verify, does not have exactly the length of
    /// the modulus, is not below the modulus, or if `digest` does not have the length of `hash`.
    #[inline]
    pub fn verify_pkcs1(
        &self,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        self.verify_pkcs1_with(self.kernel, hash, digest, signature)
    }

    /// Like [`verify_pkcs1`](Self::verify_pkcs1), with a kernel of the caller's choice.
    ///
    /// # Errors
    ///
    /// The same as for [`verify_pkcs1`](Self::verify_pkcs1).
    pub fn verify_pkcs1_with(
        &self,
        kernel: Kernel,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let valid = self.is_candidate(signature)
            && digest.len() == hash.size()
            && match (kernel.0, &self.digits) {
                (Choice::Ifma(ifma), Some(digits)) => match self.digit_terms(WORTH_ONE_IFMA) {
                    Some(terms) => digits.check(ifma, terms, hash, digest, signature),
                    None => self.opens_to(kernel, hash, digest, signature),
                },
                (Choice::Parts { single: Some(adx), .. }, _)
                    if self.exponent == check::EXPONENT =>
                {
                    match self.block_terms.used(WORTH_ONE, || self.make_block_terms()) {
                        Some(terms) => self.check_blocks(adx, terms, hash, digest, signature),
                        None => self.opens_to(kernel, hash, digest, signature),
                    }
                }
                _ if self.exponent == check::EXPONENT => {
                    match self.terms.used(WORTH_ONE, || self.make_terms()) {
                        Some(terms) => self.check(terms, hash, digest, signature),
                        None => self.opens_to(kernel, hash, digest, signature),
                    }
                }
                _ => self.opens_to(kernel, hash, digest, signature),
            };
        if valid { Ok(()) } else { Err(InvalidSignature) }
    }

    /// Whether a signature opens to the encoding of a digest of the right size: the way that needs
    /// no terms.
    pub(super) fn opens_to(
        &self,
        kernel: Kernel,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        let (mut expected, mut opened) = ([0; MAX_SIZE], [0; MAX_SIZE]);
        let Some(expected) = expected.get_mut(..self.size()) else { return false };
        pkcs1::encode(hash, digest, expected).is_some()
            && self.open(kernel, signature, &mut opened).is_some_and(|opened| opened == expected)
    }

    /// What the portable kernel checks signatures with.
    fn make_terms(&self) -> Terms<Box<[u64]>> {
        let limbs = self.portable.limbs().len();
        Terms::new(&self.portable, 64 * limbs, self.size())
            .map(|term| term.iter().copied().take(limbs).collect())
    }

    /// What the kernel for whole blocks of limbs checks signatures with.
    fn make_block_terms(&self) -> BlockTerms {
        scalar::terms(&self.portable, self.size())
    }

    /// [`check`](Self::check) by that kernel.
    fn check_blocks(
        &self,
        adx: Adx,
        terms: &BlockTerms,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        portable::parse(digest).zip(portable::parse(signature)).is_some_and(|(digest, base)| {
            scalar::check(adx, &self.portable, terms, hash, &digest, &base)
        })
    }

    /// Counts a use of a kernel for 52-bit digits, and returns its terms once they are worth their cost.
    pub(super) fn digit_terms(&self, worth: usize) -> Option<&DigitTerms> {
        let digits = self.digits.as_ref()?;
        self.digit_terms.used(worth, || digits.terms(&self.portable, self.size()))
    }

    /// What the kernel for four lanes needs of the key.
    pub(super) fn quad_digits(&self) -> &QuadDigits {
        self.quad_digits.force(|| QuadDigits::new(&self.portable, self.bits))
    }

    /// Counts a use of that kernel, and returns its terms once they are worth their cost.
    pub(super) fn quad_terms(&self) -> Option<&QuadTerms> {
        let digits = self.quad_digits();
        self.quad_terms.used(WORTH_FOUR, || digits.terms(&self.portable, self.size()))
    }

    /// Verifies an RSASSA-PSS signature over `digest` with MGF1 of the same hash and a salt as long
    /// as the hash ([RFC 8017, 8.1.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.1.2), with
    /// the parameters of [RFC 7518, 3.5](https://www.rfc-editor.org/rfc/rfc7518#section-3.5)).
    ///
    /// # Errors
    ///
    /// The same as for [`verify_pkcs1`](Self::verify_pkcs1).
    #[inline]
    pub fn verify_pss(
        &self,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        self.verify_pss_with(self.kernel, hash, digest, signature)
    }

    /// Like [`verify_pss`](Self::verify_pss), with a kernel of the caller's choice.
    ///
    /// # Errors
    ///
    /// The same as for [`verify_pkcs1`](Self::verify_pkcs1).
    pub fn verify_pss_with(
        &self,
        kernel: Kernel,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let mut opened = [0; MAX_SIZE];
        let opened = self.open(kernel, signature, &mut opened).ok_or(InvalidSignature)?;
        if pss::verify(hash, digest, opened, self.bits) { Ok(()) } else { Err(InvalidSignature) }
    }

    /// `signature^e mod n` as the kernel computes it, for the differential tests.
    #[doc(hidden)]
    #[must_use]
    pub fn open_with(&self, kernel: Kernel, signature: &[u8]) -> Option<Vec<u8>> {
        let mut out = [0; MAX_SIZE];
        self.open(kernel, signature, &mut out).map(Vec::from)
    }

    /// Whether a signature below the modulus opens to the encoding of a digest of the right size,
    /// by the portable kernel.
    fn check(
        &self,
        terms: &Terms<Box<[u64]>>,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
    ) -> bool {
        let (Some(digest), Some(base)) = (portable::parse(digest), portable::parse(signature))
        else {
            return false;
        };
        digest.first_chunk().is_some_and(|digest| {
            self.portable.check(&base, digest, &terms.factor, terms.constant(hash))
        })
    }

    /// Whether `signature` has the length of the modulus and is below it.
    pub(super) fn is_candidate(&self, signature: &[u8]) -> bool {
        // Big-endian numbers of equal length compare like strings.
        signature.len() == self.size() && *signature < *self.bytes
    }

    /// RSAVP1: `signature^e mod n` as bytes of the modulus' length, or `None` if the signature is
    /// not a number of that length below the modulus.
    fn open<'a>(
        &self,
        kernel: Kernel,
        signature: &[u8],
        out: &'a mut [u8; MAX_SIZE],
    ) -> Option<&'a [u8]> {
        if !self.is_candidate(signature) {
            return None;
        }
        let base = portable::parse(signature)?;
        let opened = match (kernel.0, &self.digits) {
            (Choice::Ifma(ifma), Some(digits)) => digits.power(ifma, &self.portable, &base)?,
            (Choice::Parts { single: Some(adx), .. }, _) => {
                scalar::power(adx, &self.portable, &base, self.exponent)?
            }
            _ => self.portable.power(&base, self.exponent),
        };
        let out = out.get_mut(..self.size())?;
        portable::store(&opened, out);
        Some(out)
    }
}

impl PartialEq for RsaPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.exponent == other.exponent
    }
}

impl Eq for RsaPublicKey {}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaPublicKey")
            .field("bits", &self.bits)
            .field("exponent", &self.exponent)
            .finish_non_exhaustive()
    }
}

/// `bytes` without its leading zeros.
fn strip_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// Returns the bits of a big-endian modulus, which [`RsaPublicKey::new`] checks before anything else.
///
/// It prepares nothing, so a caller with a limit below 8192 bits can refuse a modulus at no cost.
///
/// ```
/// use countersign_kernels::rsa::modulus_bits;
///
/// assert_eq!(modulus_bits(&[0, 0x40, 0xff]), 15);
/// assert_eq!(modulus_bits(&[]), 0);
/// ```
#[must_use]
pub fn modulus_bits(n: &[u8]) -> usize {
    bit_length(strip_zeros(n))
}

/// Bits of a big-endian number without leading zeros.
fn bit_length(bytes: &[u8]) -> usize {
    match bytes {
        [] => 0,
        [first, rest @ ..] => {
            let first_bits = 8_usize.saturating_sub(first.leading_zeros().try_into().unwrap_or(8));
            rest.len().saturating_mul(8).saturating_add(first_bits)
        }
    }
}

/// The public exponent, if it is odd and in `3..2^33`.
fn parse_exponent(bytes: &[u8]) -> Option<u64> {
    let bytes = strip_zeros(bytes);
    if bytes.len() > 5 {
        return None;
    }
    let e = bytes.iter().fold(0, |acc, &byte| acc << 8 | u64::from(byte));
    ((3..1 << 33).contains(&e) && e & 1 == 1).then_some(e)
}
