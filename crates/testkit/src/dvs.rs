//! The two sides of a DVS signature: who issues client secrets, and who signs.

use core::fmt;

use super::issuer::IssueError;
use super::rng::Rng;
use countersign::Time;
use countersign::encoding::hex;
use countersign::encoding::json::Object;
use countersign::internals::{G1, G2, Scalar, challenge, identity_point};

/// Issues client secrets and the server secret, as MIRACL Trust's D-TAs do together.
///
/// ```
/// use countersign::miracl::dvs;
/// use countersign::miracl::dvs::signature::{Expected, ServerSecret, Verifier};
/// use countersign_testkit::Rng;
/// use countersign_testkit::miracl::{DvsAuthority, signature_request};
/// use countersign::{At, Code, Policy, Secret, sha256};
///
/// let mut rng = Rng::from_seed(1);
/// let authority = DvsAuthority::generate(&mut rng);
/// let id = br#"{"iat":1649404347,"userID":"alice@example.com","cID":"p","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;
/// let client = authority.register(id, &rng.bytes(), 1234).unwrap();
///
/// let sign = |pin| {
///     let signature = client.sign(&sha256(b"hello"), 1_649_404_400, pin, &[7; 32]).unwrap();
///     signature_request(&signature, 1_649_404_400).to_string()
/// };
/// let secret = ServerSecret::new(&Secret::new(authority.server_secret().into_bytes()))?;
/// let verifier = Verifier::with_server_secret(secret, Policy::default());
/// let expected = Expected::new(dvs::Expected::document(b"hello")).user_id("alice@example.com");
/// let verified = verifier.verify(sign(1234).as_bytes(), &expected, At::Issued)?;
/// assert_eq!(verified.signature().mpin_id().as_bytes(), id);
///
/// let wrong = verifier.verify(sign(1235).as_bytes(), &expected, At::Issued);
/// assert_eq!(wrong.unwrap_err().code(), Code::SignatureMismatch);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct DvsAuthority {
    secret: Scalar,
    server_secret: G2,
}

impl DvsAuthority {
    /// Makes an authority.
    #[must_use]
    pub fn generate(rng: &mut Rng) -> Self {
        loop {
            // Only zero is refused.
            if let Ok(authority) = Self::from_secret_scalar(&rng.bytes()) {
                return authority;
            }
        }
    }

    /// Makes an authority of its master secret, big-endian, modulo the order of the groups.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] for zero.
    pub fn from_secret_scalar(secret: &[u8; 32]) -> Result<Self, IssueError> {
        let secret = Scalar::reduce(secret);
        let server_secret = G2::generator_times(secret).ok_or(IssueError::Key)?;
        Ok(Self { secret, server_secret })
    }

    /// Returns the server secret in hexadecimal, for
    /// [`ServerSecret::new`](countersign::miracl::dvs::signature::ServerSecret::new).
    #[must_use]
    pub fn server_secret(&self) -> String {
        hex::encode(&self.server_secret.encode())
    }

    /// Registers a client under an identity of any bytes, with its private key and its PIN.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] if the key is zero modulo the order of the groups.
    pub fn register(
        &self,
        mpin_id: &[u8],
        user_key: &[u8; 32],
        pin: u32,
    ) -> Result<DvsClient, IssueError> {
        let key = Scalar::reduce(user_key);
        let public_key = key.inverse().and_then(G2::generator_times).ok_or(IssueError::Key)?;
        let public_key = public_key.encode();
        let point = identity_point(mpin_id, &public_key).ok_or(IssueError::Key)?;
        let secret = point.times(self.secret).and_then(|share| share.times(key));
        let token = secret.and_then(|secret| secret.plus(digits(pin).minus(), point));
        let token = token.ok_or(IssueError::Key)?;
        Ok(DvsClient { mpin_id: mpin_id.to_vec(), public_key, point, token })
    }
}

/// The number that a PIN stands for; longer ones lose their first digits.
fn digits(pin: u32) -> Scalar {
    Scalar::from(pin % 1_000_000)
}

impl fmt::Debug for DvsAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DvsAuthority").finish_non_exhaustive()
    }
}

/// A registered client: an identity, a key pair and the token that the PIN completes.
#[derive(Clone)]
pub struct DvsClient {
    mpin_id: Vec<u8>,
    public_key: [u8; 128],
    point: G1,
    token: G1,
}

impl DvsClient {
    /// Signs a message, as a rule a hash, and returns the signature object without a timestamp. The
    /// number that hides the client secret is the caller's: the same one gives the same signature.
    /// With another PIN than the one of the registration, the signature is wrong.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] if a number makes no point, as zero; [`IssueError::Block`] if the
    /// timestamp is negative or has more than 32 bits.
    pub fn sign(
        &self,
        message: &[u8],
        timestamp: i64,
        pin: u32,
        commitment: &[u8; 32],
    ) -> Result<Object<'static>, IssueError> {
        let timestamp = u32::try_from(timestamp).map_err(|_| IssueError::Block)?;
        let time = Time::from_unix(timestamp.into()).ok_or(IssueError::Block)?;
        let secret = self.token.plus(digits(pin), self.point).ok_or(IssueError::Key)?;
        let x = Scalar::reduce(commitment);
        let u = self.point.times(x).ok_or(IssueError::Key)?.encode();
        let y = challenge(time, &u, message);
        let v = secret.times(x.plus(y).minus()).ok_or(IssueError::Key)?.encode();
        Ok(Object::new()
            .with("mpinId", hex::encode(&self.mpin_id))
            .with("u", hex::encode(&u))
            .with("v", hex::encode(&v))
            .with("publicKey", hex::encode(&self.public_key))
            .with("hash", hex::encode(message)))
    }
}

impl fmt::Debug for DvsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DvsClient").finish_non_exhaustive()
    }
}

/// Returns the body of a request to `POST /dvs/verify`.
///
/// ```
/// use countersign::encoding::json::Object;
/// use countersign_testkit::miracl::signature_request;
///
/// let body = signature_request(&Object::new(), 7);
/// assert_eq!(body.to_string(), r#"{"signature":{},"timestamp":7,"type":"verification"}"#);
/// ```
#[must_use]
pub fn signature_request(signature: &Object<'static>, timestamp: i64) -> Object<'static> {
    Object::new()
        .with("signature", signature.clone())
        .with("timestamp", timestamp)
        .with("type", "verification")
}
