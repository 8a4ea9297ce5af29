//! An issuer with an RSA key.

use core::fmt;

use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::signature::{RandomizedSigner, SignatureEncoding as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey, hazmat, pss};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::issuer::{IssueError, Issuer};
use super::rng::Rng;
use countersign::encoding::base64;
use countersign::encoding::json::Object;
use countersign::{Algorithm, sha256};

/// Signs RS256, RS384, RS512, PS256, PS384 and PS512 ([RFC 8017]) with an RSA key, and blocks of any content.
///
/// ```
/// use countersign_testkit::{Issuer, Rng, RsaIssuer};
/// use countersign::{Algorithm, Limits, jose::Jwk};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("s1")).unwrap();
/// let signature = issuer.sign_raw(b"message", Algorithm::Rs256).unwrap();
///
/// let key = Jwk::parse(issuer.jwk().to_string().as_bytes(), &Limits::default())?;
/// assert_eq!(key.kid(), Some("s1"));
/// assert_eq!(key.key().verify(Algorithm::Rs256, &[b"message"], &signature), Ok(()));
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017
#[derive(Clone)]
pub struct RsaIssuer {
    key: PrivateKey,
    kid: Option<String>,
}

impl RsaIssuer {
    /// Makes a key of an even number of bits with the exponent 65537.
    ///
    /// For 2048 bits this takes some ten milliseconds, or a few hundred without optimisation.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] for an odd number of bits, fewer than 512 or more than 8192.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_testkit::{Issuer, Rng, RsaIssuer};
    ///
    /// let make = |seed| RsaIssuer::generate(&mut Rng::from_seed(seed), 512, None).unwrap();
    /// assert_eq!(make(1).jwk(), make(1).jwk());
    /// assert_ne!(make(1).jwk(), make(2).jwk());
    /// assert!(RsaIssuer::generate(&mut Rng::from_seed(1), 511, None).is_err());
    /// ```
    pub fn generate(rng: &mut Rng, bits: usize, kid: Option<&str>) -> Result<Self, IssueError> {
        Self::generate_with_exponent(rng, bits, 65_537, kid)
    }

    /// Makes a key as [`generate`](Self::generate) with another exponent, such as 3.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] for bits as in [`generate`](Self::generate), and for an exponent that is
    /// even, 1, or 2^33 or more.
    pub fn generate_with_exponent(
        rng: &mut Rng,
        bits: usize,
        exponent: u64,
        kid: Option<&str>,
    ) -> Result<Self, IssueError> {
        let possible = (512..=8192).contains(&bits)
            && bits.is_multiple_of(2)
            && (3..1 << 33).contains(&exponent)
            && !exponent.is_multiple_of(2);
        if !possible {
            return Err(IssueError::Key);
        }
        let key = PrivateKey::new_with_exp_unchecked(rng, bits, BoxedUint::from(exponent))
            .map_err(|_| IssueError::Key)?;
        Ok(Self { key, kid: kid.map(Into::into) })
    }

    /// Reads a key from PEM `PRIVATE KEY` (PKCS#8, [RFC 5958]), such as `openssl genpkey -algorithm
    /// RSA` writes.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] if it is none, or none of RSA.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_testkit::{IssueError, RsaIssuer};
    ///
    /// let read = RsaIssuer::from_pkcs8_pem("-----BEGIN PUBLIC KEY-----", None);
    /// assert_eq!(read.unwrap_err(), IssueError::Key);
    /// ```
    ///
    /// [RFC 5958]: https://www.rfc-editor.org/rfc/rfc5958
    pub fn from_pkcs8_pem(text: &str, kid: Option<&str>) -> Result<Self, IssueError> {
        let key = PrivateKey::from_pkcs8_pem(text).map_err(|_| IssueError::Key)?;
        Ok(Self { key, kid: kid.map(Into::into) })
    }

    /// Returns the number of bytes of a signature.
    #[must_use]
    pub fn size(&self) -> usize {
        self.key.size()
    }

    /// Returns the modulus, big-endian, without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> Vec<u8> {
        trimmed(self.key.n().as_ref())
    }

    /// Returns the public key as PEM `PUBLIC KEY` ([RFC 7468 §13]).
    ///
    /// ```
    /// use countersign_testkit::{Rng, RsaIssuer};
    ///
    /// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
    /// assert!(issuer.public_key_pem().starts_with("-----BEGIN PUBLIC KEY-----"));
    /// ```
    ///
    /// [RFC 7468 §13]: https://www.rfc-editor.org/rfc/rfc7468#section-13
    #[must_use]
    pub fn public_key_pem(&self) -> String {
        // Encoding fails for want of space only, and there is no limit here.
        self.key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap_or_default()
    }

    /// Applies the private key to a block as it is (RSASP1, [RFC 8017 §5.2.1]).
    ///
    /// This makes signatures whose padding no honest signer would write.
    ///
    /// # Errors
    ///
    /// [`IssueError::Block`] if the block has not the length of the modulus, or is not below it.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_testkit::{IssueError, Rng, RsaIssuer};
    ///
    /// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
    /// let mut one = vec![0; 128];
    /// one[127] = 1;
    /// assert_eq!(issuer.sign_block(&one), Ok(one));
    /// assert_eq!(issuer.sign_block(&[0xff; 128]), Err(IssueError::Block));
    /// assert_eq!(issuer.sign_block(&[0]), Err(IssueError::Block));
    /// ```
    ///
    /// [RFC 8017 §5.2.1]: https://www.rfc-editor.org/rfc/rfc8017#section-5.2.1
    pub fn sign_block(&self, block: &[u8]) -> Result<Vec<u8>, IssueError> {
        if block.len() != self.size() {
            return Err(IssueError::Block);
        }
        let precision = self.key.n().as_ref().bits_precision();
        let number = BoxedUint::from_be_slice(block, precision).map_err(|_| IssueError::Block)?;
        let blinding: Option<&mut Rng> = None;
        let signature = hazmat::rsa_decrypt_and_check(&self.key, blinding, &number)
            .map_err(|_| IssueError::Block)?;
        let trimmed = trimmed(&signature);
        let mut padded = vec![0; self.size().saturating_sub(trimmed.len())];
        padded.extend(trimmed);
        Ok(padded)
    }

    /// Signs with RSASSA-PSS; the salt follows from the message, so that the signature does.
    fn sign_pss<D>(&self, message: &[u8]) -> rsa::Result<Vec<u8>>
    where
        pss::SigningKey<D>: RandomizedSigner<pss::Signature>,
        D: Digest,
    {
        pss::SigningKey::<D>::new(self.key.clone())
            .try_sign_with_rng(&mut Rng::from_key(sha256(message)), message)
            .map(|signature| signature.to_vec())
            .map_err(|_| rsa::Error::Internal)
    }
}

/// Big-endian bytes without leading zeros.
fn trimmed(number: &BoxedUint) -> Vec<u8> {
    number.to_be_bytes().iter().copied().skip_while(|byte| *byte == 0).collect()
}

impl Issuer for RsaIssuer {
    fn jwk(&self) -> Object<'static> {
        let jwk = Object::new()
            .with("kty", "RSA")
            .with("n", base64::encode_url(&self.modulus()))
            .with("e", base64::encode_url(&trimmed(self.key.e())));
        match &self.kid {
            Some(kid) => jwk.with("kid", kid.clone()),
            None => jwk,
        }
    }

    fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    fn sign_raw(&self, message: &[u8], algorithm: Algorithm) -> Result<Vec<u8>, IssueError> {
        let signature = match algorithm {
            Algorithm::Rs256 => {
                self.key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message))
            }
            Algorithm::Rs384 => {
                self.key.sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message))
            }
            Algorithm::Rs512 => {
                self.key.sign(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message))
            }
            Algorithm::Ps256 => self.sign_pss::<Sha256>(message),
            Algorithm::Ps384 => self.sign_pss::<Sha384>(message),
            Algorithm::Ps512 => self.sign_pss::<Sha512>(message),
            _ => return Err(IssueError::Algorithm),
        };
        // What is left to fail is a modulus that has no room for the digest.
        signature.map_err(|_| IssueError::Key)
    }
}

impl fmt::Debug for RsaIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaIssuer").field("kid", &self.kid).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::jose::Jwk;
    use countersign::{Limits, Time};

    #[test]
    fn every_algorithm_verifies_with_the_jwk_and_nothing_else_does() {
        for (seed, bits, exponent) in [(1, 2048, 65_537), (2, 1024, 3), (3, 1536, (1 << 33) - 1)] {
            let mut rng = Rng::from_seed(seed);
            let issuer = RsaIssuer::generate_with_exponent(&mut rng, bits, exponent, None).unwrap();
            let jwk = issuer.jwk().to_string();
            let key = Jwk::parse(jwk.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(key.key().bits(), bits);
            assert_eq!(Jwk::from_pem(issuer.public_key_pem().as_bytes()).unwrap().key(), key.key());
            let mut all = vec![
                Algorithm::Rs256,
                Algorithm::Rs384,
                Algorithm::Rs512,
                Algorithm::Ps256,
                Algorithm::Ps384,
            ];
            if bits == 1024 {
                // No room for SHA-512 and its salt.
                let refused = issuer.sign_raw(b"message", Algorithm::Ps512);
                assert_eq!(refused, Err(IssueError::Key));
            } else {
                all.push(Algorithm::Ps512);
            }
            for &algorithm in &all {
                let signature = issuer.sign_raw(b"message", algorithm).unwrap();
                assert_eq!(issuer.sign_raw(b"message", algorithm), Ok(signature.clone()));
                for &other in &all {
                    let verdict = key.key().verify(other, &[b"mess", b"age"], &signature);
                    assert_eq!(verdict.is_ok(), other == algorithm, "{algorithm} as {other}");
                }
            }
            for wrong in [Algorithm::Es256, Algorithm::Hs256] {
                assert_eq!(issuer.sign_raw(b"message", wrong), Err(IssueError::Algorithm));
            }
        }
    }

    #[test]
    fn sizes_and_exponents_without_a_key_are_refused() {
        for (bits, exponent) in
            [(0, 3), (511, 3), (513, 3), (8194, 3), (512, 1), (512, 4), (512, 1 << 33)]
        {
            let mut rng = Rng::from_seed(1);
            let made = RsaIssuer::generate_with_exponent(&mut rng, bits, exponent, None);
            assert_eq!(made.unwrap_err(), IssueError::Key, "{bits} {exponent}");
        }
        // 64 bytes have no room for SHA-512 with its prefix and padding.
        let small = RsaIssuer::generate(&mut Rng::from_seed(1), 512, None).unwrap();
        assert_eq!(small.sign_raw(b"", Algorithm::Rs512), Err(IssueError::Key));
        let at = Time::from_unix(0).unwrap();
        assert!(super::super::Certificate::self_signed(&small, "", at, at).is_ok());
    }

    #[test]
    fn blocks_that_were_signed_open_again() {
        let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
        // A PKCS#1 block by hand is what `sign_raw` makes.
        let mut block = vec![0xff; 128];
        block[..2].copy_from_slice(&[0, 1]);
        let prefix =
            [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
        block[128 - 52] = 0;
        block[128 - 51..128 - 32].copy_from_slice(&prefix);
        block[128 - 32..].copy_from_slice(&sha256(b"message"));
        let signature = issuer.sign_block(&block).unwrap();
        assert_eq!(issuer.sign_raw(b"message", Algorithm::Rs256), Ok(signature.clone()));
        let key = countersign::PublicKey::rsa(&issuer.modulus(), &[1, 0, 1]).unwrap();
        assert!(key.verify(Algorithm::Rs256, &[b"message"], &signature).is_ok());

        assert_eq!(issuer.sign_block(&issuer.modulus()), Err(IssueError::Block));
        assert_eq!(issuer.sign_block(&[0; 128]), Ok(vec![0; 128]));
    }
}
