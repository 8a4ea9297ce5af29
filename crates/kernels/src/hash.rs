//! Digest algorithms, and the digest of one message.

use sha2::{Sha256, Sha384, Sha512};

/// The digest algorithm of a signature ([FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4)).
///
/// ```
/// use countersign_kernels::Hash;
///
/// let mut buffer = [0; 64];
/// let digest = Hash::Sha256.digest(&[b"a", b"bc"], &mut buffer);
/// assert_eq!(digest.len(), Hash::Sha256.size());
/// assert_eq!(digest[..4], [0xba, 0x78, 0x16, 0xbf]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-256, digests of 32 bytes.
    Sha256,
    /// SHA-384, digests of 48 bytes.
    Sha384,
    /// SHA-512, digests of 64 bytes.
    Sha512,
}

impl Hash {
    /// Returns the size of a digest in bytes.
    #[inline]
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Hashes the concatenated parts of a message into the front of `buffer`, and returns the digest.
    pub fn digest<'b>(self, parts: &[&[u8]], buffer: &'b mut [u8; 64]) -> &'b [u8] {
        fn copy(digest: &[u8], buffer: &mut [u8; 64]) {
            for (to, from) in buffer.iter_mut().zip(digest) {
                *to = *from;
            }
        }
        match self {
            Self::Sha256 => copy(&digest::<Sha256>(parts), buffer),
            Self::Sha384 => copy(&digest::<Sha384>(parts), buffer),
            Self::Sha512 => copy(&digest::<Sha512>(parts), buffer),
        }
        buffer.get(..self.size()).unwrap_or_default()
    }
}

fn digest<D: sha2::Digest>(parts: &[&[u8]]) -> sha2::digest::Output<D> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::Digest as _;

    #[test]
    fn a_digest_is_that_of_the_concatenated_parts_in_front_of_the_buffer() {
        let (parts, whole): (&[&[u8]], _) = (&[b"one", b"", b"two"], b"onetwo");
        let mut buffer = [0xaa; 64];
        assert_eq!(Hash::Sha256.digest(parts, &mut buffer), Sha256::digest(whole).as_slice());
        assert_eq!(buffer[32..], [0xaa; 32]);
        assert_eq!(Hash::Sha384.digest(parts, &mut buffer), Sha384::digest(whole).as_slice());
        assert_eq!(buffer[48..], [0xaa; 16]);
        assert_eq!(Hash::Sha512.digest(parts, &mut buffer), Sha512::digest(whole).as_slice());
    }
}
