//! Keys: checked when they are made, then used to verify.

use core::fmt;

use super::cold::verify_cold;
use super::equation::{Claim, POINTS, Scratch, Warm, verify_warm};
use super::field::Fe;
use super::limbs;
use super::point::Affine;
use super::prepared::Prepared;
use super::scalar::{Scalar, invert_all};
use super::signature::Signature;
use crate::hash::Hash;
use crate::rsa::InvalidSignature;

/// Bytes were refused as a public key: they are not the uncompressed form of a point of P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say about it")]
pub struct InvalidPoint;

impl fmt::Display for InvalidPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an uncompressed point of P-256")
    }
}

impl core::error::Error for InvalidPoint {}

/// A P-256 public key.
///
/// Checked: both coordinates are below the field's prime, and the point is on the curve. As the curve has
/// a prime number of points, it is then in the group. *Not* checked: where the key comes from.
///
/// Making a key computes nothing else. At its fifth use a key gets a table of multiples of its point,
/// which makes verification more than three times as fast, unless
/// [`MAX_PREPARED_KEYS`](super::MAX_PREPARED_KEYS) keys already have one. Clones share a table; until there
/// is one, each clone counts its own uses.
///
/// ```
/// use countersign_kernels::p256::{InvalidPoint, InvalidSignature, PublicKey, Signature};
///
/// let one = PublicKey::from_coordinates(&[1; 32], &[1; 32]);
/// assert_eq!(one, Err(InvalidPoint), "(0x01…01, 0x01…01) is not on the curve");
///
/// // The generator: the key whose secret is 1.
/// let x = [
///     0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
///     0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
/// ];
/// let y = [
///     0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
///     0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
/// ];
/// let key = PublicKey::from_coordinates(&x, &y)?;
/// assert_eq!((key.x(), key.y()), (&x, &y));
/// let signature = Signature::from_bytes(&[7; 64])?;
/// assert_eq!(key.verify(b"a message", &signature), Err(InvalidSignature));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PublicKey {
    x: [u8; 32],
    y: [u8; 32],
    pub(super) point: Affine,
    pub(super) prepared: Prepared,
}

impl PublicKey {
    /// Reads the uncompressed form of [SEC 1](https://www.secg.org/sec1-v2.pdf), section 2.3.3: `04 ‖ x ‖ y`.
    ///
    /// # Errors
    ///
    /// [`InvalidPoint`] for other lengths and forms (compressed, hybrid, infinity), coordinates that are not
    /// below the field's prime, and points that are not on the curve.
    ///
    /// ```
    /// use countersign_kernels::p256::{InvalidPoint, PublicKey};
    ///
    /// assert_eq!(PublicKey::from_sec1(&[0]), Err(InvalidPoint), "infinity");
    /// ```
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, InvalidPoint> {
        let [4, coordinates @ ..] = bytes else { return Err(InvalidPoint) };
        let ([x, y], []) = coordinates.as_chunks::<32>() else { return Err(InvalidPoint) };
        Self::from_coordinates(x, y)
    }

    /// Makes a key of the coordinates of its point, big-endian.
    ///
    /// # Errors
    ///
    /// [`InvalidPoint`] if a coordinate is not below the field's prime, or the point is not on the curve.
    pub fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Result<Self, InvalidPoint> {
        let point = Affine::from_coordinates(x, y).ok_or(InvalidPoint)?;
        Ok(Self { x: *x, y: *y, point, prepared: Prepared::new() })
    }

    /// Returns the x-coordinate, big-endian.
    #[must_use]
    pub const fn x(&self) -> &[u8; 32] {
        &self.x
    }

    /// Returns the y-coordinate, big-endian.
    #[must_use]
    pub const fn y(&self) -> &[u8; 32] {
        &self.y
    }

    /// Makes the table of the key now, as for a key that is kept, and returns whether the key has one.
    /// It has none if [`MAX_PREPARED_KEYS`](super::MAX_PREPARED_KEYS) other keys do. Verdicts are the same
    /// without a table, and the fifth use makes it anyway.
    pub fn prepare(&self) -> bool {
        self.prepared.force(&self.point).is_some()
    }

    /// Verifies a signature over the SHA-256 of a message (ES256).
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`] if it does not verify.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), InvalidSignature> {
        let mut buffer = [0; 64];
        let digest = Hash::Sha256.digest(&[message], &mut buffer);
        let digest = digest.first_chunk().ok_or(InvalidSignature)?;
        self.verify_prehash(digest, signature)
    }

    /// Verifies a signature over a digest of 256 bits
    /// ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5) section 6.4.2).
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`] if it does not verify.
    pub fn verify_prehash(
        &self,
        digest: &[u8; 32],
        signature: &Signature,
    ) -> Result<(), InvalidSignature> {
        let Signature { r, s } = *signature;
        let mut inverse = [s];
        invert_all(&mut inverse, &mut [Scalar::default()]);
        let [inverse] = inverse;
        let claim = Claim::new(&limbs::from_bytes(digest), r, &inverse);
        let mut valid = false;
        match self.prepared.used(&self.point) {
            Some(table) => {
                let scratch = Scratch {
                    points: &mut [Affine::UNSET; POINTS],
                    products: &mut [[Fe::ZERO; 2]; POINTS / 2],
                };
                verify_warm(&mut [Warm::new(claim, table)], scratch, |_, verdict| valid = verdict);
            }
            None => valid = verify_cold(&claim, &self.point),
        }
        if valid { Ok(()) } else { Err(InvalidSignature) }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.x == other.x && self.y == other.y
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("p256::PublicKey(")?;
        self.x.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(", …)")
    }
}
