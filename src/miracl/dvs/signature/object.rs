//! The signature object, as a client sends it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::encoding::json::{self, Object, Value};
use crate::encoding::{Fault, hex};
use crate::error::Error;
use crate::limits::Limits;
use crate::miracl::dvs::request::{PART, Parts, SignatureRequest};
use crate::miracl::identity::{Dtas, MpinId};
use crate::time::Time;

/// A signature object as sent by a client. **Nothing in it is verified.**
///
/// ```
/// use countersign::Limits;
/// use countersign::miracl::dvs::signature::Signature;
///
/// # let body = include_bytes!("../../../../test-vectors/seed/dvs-verify-request.json");
/// let signature = Signature::parse(body, &Limits::default())?;
/// assert_eq!(signature.message(), b"test");
/// assert_eq!(signature.mpin_id().project_id(), "86cd3e64-f641-416a-bf80-64b9b7eef8ea");
/// assert_eq!(
///     signature.mpin_id().hash(),
///     "38b9109369336cb0b8956a1a2f62c8c24d9fb763c02074aae5c83ca90c2fb990"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub(super) hash: String,
    pub(super) message: Vec<u8>,
    /// Fits 32 bits.
    pub(super) timestamp: Time,
    pub(super) u: [u8; G1_BYTES],
    pub(super) v: [u8; G1_BYTES],
    pub(super) public_key: [u8; G2_BYTES],
    pub(super) mpin_id: MpinId,
    pub(super) dtas: Option<Dtas>,
    /// The members that are sent on, as they were written.
    pub(super) members: Object<'static>,
}

/// `04`, X and Y, of 32 bytes each.
const G1_BYTES: usize = 65;

/// The real and imaginary parts of X and Y, of 32 bytes each.
pub(super) const G2_BYTES: usize = 128;

impl Signature {
    /// Parses the body of a request to `POST /dvs/verify`, or a signature object that carries its
    /// own `timestamp` as the current SDKs for Android and iOS write it.
    ///
    /// Checked: strict JSON of at most [`Limits::token_bytes`]; every member hexadecimal of either
    /// case and of its length; `u` and `v` start with `04`; `mpinId` (or `mpinid`, as the SDK for
    /// .NET writes it) as [`MpinId::parse`]; `dtas`, where present and not `null`, as
    /// [`Dtas::parse`]; `timestamp` fits 32 bits, beside or inside the object but not both with
    /// different values. *Not* checked: whether the points are on their curves, and whether the
    /// signature is valid.
    ///
    /// # Errors
    ///
    /// The errors of malformed JSON, or of the first faulty member in the order above.
    pub fn parse(body: &[u8], limits: &Limits) -> Result<Self, Error> {
        if body.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.token_bytes() });
        }
        let Parts { signature, hash, message, timestamp } =
            Parts::of(json::parse_object(PART, body, limits)?)?;
        if timestamp.unix() > u32::MAX.into() {
            return Err(Error::Malformed { part: "timestamp", fault: Fault::Value });
        }
        let (u, v) = (point(&signature, "u")?, point(&signature, "v")?);
        let public_key = bytes(&signature, "publicKey")?;
        let id = match (signature.member("mpinId"), signature.member("mpinid")) {
            (Some(_), Some(_)) => {
                let (first, second) = ("mpinId", "mpinid");
                return Err(Error::TwoNames { part: PART, first, second });
            }
            (None, Some(_)) => "mpinid",
            _ => "mpinId",
        };
        let mpin_id = MpinId::from_hex(signature.string(PART, id)?, limits)?;
        // The SDK for .NET writes what it has not as `null`.
        let dtas = match signature.member("dtas") {
            Some(Value::Null) => None,
            _ => signature.optional_string(PART, "dtas")?,
        };
        let dtas = dtas.map(|text| Dtas::parse(text, limits)).transpose()?;
        let mut members = Object::new();
        for (to, from) in [
            ("mpinId", id),
            ("u", "u"),
            ("v", "v"),
            ("publicKey", "publicKey"),
            ("dtas", "dtas"),
            ("hash", "hash"),
        ] {
            if let Some(value) = signature.member(from).filter(|value| **value != Value::Null) {
                members.set(to, value.clone().into_owned());
            }
        }
        Ok(Self { hash, message, timestamp, u, v, public_key, mpin_id, dtas, members })
    }

    /// Returns the signed message in hexadecimal, as sent.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns the signed message: usually a hash, but the SDKs sign any bytes.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Returns the client's time of signing.
    #[must_use]
    pub const fn timestamp(&self) -> Time {
        self.timestamp
    }

    /// Returns the identity that the client claims.
    #[must_use]
    pub const fn mpin_id(&self) -> &MpinId {
        &self.mpin_id
    }

    /// Returns the names of the D-TAs, which older SDKs do not send.
    #[must_use]
    pub const fn dtas(&self) -> Option<&Dtas> {
        self.dtas.as_ref()
    }

    /// Returns the bytes of `publicKey`: the real and imaginary parts of X and Y.
    #[must_use]
    pub const fn public_key(&self) -> &[u8; 128] {
        &self.public_key
    }

    /// Returns the request that the certificate for this signature must be bound to, for
    /// [`dvs::Expected::request`](crate::miracl::dvs::Expected::request).
    #[must_use]
    pub fn to_request(&self) -> SignatureRequest {
        SignatureRequest::new(self.hash.clone(), self.timestamp)
    }

    /// Returns the body of the request to `POST /dvs/verify`: only the members that the service
    /// knows, as they were written.
    ///
    /// ```
    /// use countersign::Limits;
    /// use countersign::encoding::json;
    /// use countersign::miracl::dvs::signature::Signature;
    ///
    /// # let body = include_bytes!("../../../../test-vectors/seed/dvs-verify-request.json");
    /// let limits = Limits::default();
    /// let signature = Signature::parse(body, &limits)?;
    /// let again = Signature::parse(signature.to_json().to_string().as_bytes(), &limits)?;
    /// assert_eq!(again, signature);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Object<'_> {
        Object::new()
            .with("signature", self.members.clone())
            .with("timestamp", self.timestamp.unix())
            .with("type", "verification")
    }

    /// Returns what the signature says, once it is known to be right.
    pub(in crate::miracl::dvs) fn claims(&self) -> Object<'static> {
        let claims = Object::new()
            .with("hash", self.hash())
            .with("timestamp", self.timestamp.unix())
            .with("hashMPinId", self.mpin_id.hash())
            .with("mpinId", self.mpin_id.to_json());
        let dtas = self.dtas.as_ref().map(|dtas| dtas.ids().iter().map(|id| id.as_str().into()));
        match dtas {
            Some(ids) => claims.with("dtas", Value::Array(ids.collect())),
            None => claims,
        }
        .into_owned()
    }
}

fn bytes<const N: usize>(signature: &Object<'_>, member: &'static str) -> Result<[u8; N], Error> {
    let malformed = |fault| Error::Malformed { part: member, fault };
    let bytes = hex::decode(signature.string(PART, member)?).map_err(malformed)?;
    bytes.try_into().map_err(|_| malformed(Fault::Length))
}

fn point(signature: &Object<'_>, member: &'static str) -> Result<[u8; G1_BYTES], Error> {
    let bytes: [u8; G1_BYTES] = bytes(signature, member)?;
    // Compressed points, and those of other formats, start with other bytes.
    match bytes.first() {
        Some(4) => Ok(bytes),
        _ => Err(Error::Malformed { part: member, fault: Fault::Value }),
    }
}
