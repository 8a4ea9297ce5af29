//! Numbers that look random and are always the same.

use core::convert::Infallible;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{SeedableRng as _, TryCryptoRng, TryRng};

/// A source of reproducible bytes: ChaCha20 under a seed.
///
/// ```
/// use countersign_testkit::Rng;
///
/// let (mut one, mut same, mut other) = (Rng::from_seed(1), Rng::from_seed(1), Rng::from_seed(2));
/// let bytes: [u8; 16] = one.bytes();
/// assert_eq!(bytes, same.bytes());
/// assert_ne!(bytes, other.bytes());
/// ```
#[derive(Debug)]
pub struct Rng(ChaCha20Rng);

impl Rng {
    /// Makes a source of a seed. Nothing made of it is secret.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut key = [0; 32];
        for (byte, seed) in key.iter_mut().zip(seed.to_le_bytes()) {
            *byte = seed;
        }
        Self::from_key(key)
    }

    pub(super) fn from_key(key: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(key))
    }

    /// Returns the next bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let Ok(()) = self.try_fill_bytes(&mut bytes);
        bytes
    }
}

/// What key generation asks for.
impl TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

impl TryCryptoRng for Rng {}
