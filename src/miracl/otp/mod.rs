//! One-time passwords: the signed request and the sealed response of `POST /otp`.
//!
//! ```text
//! secret, client, user, expires ── Request::sign ──► Request ── to_json ──► body of the request
//! body of the response ── Response::parse ──► Response        sealed
//!                                                │ open(secret, derivation, request)
//!                                                ▼
//!                                             Opened           AES-GCM's tag fitted
//! ```
//!
//! MIRACL publishes how the request is signed (backend API, "POST /otp"), and that the response is
//! AES-GCM. How the key is derived from the client secret, what is authenticated besides the
//! ciphertext, and the form of the plaintext are *not* published. So [`Response::open`] tries the
//! [`Derivation`]s and [`Aad`]s that a consumer with only the client secret could use. The 128-bit
//! tag decides: a wrong guess is accepted once in 2^128 tries.
//!
//! Not supported: the parameters of the same page's table (`userId`, `deviceName`), which
//! contradict its example; other nonce or tag lengths.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use zeroize::Zeroizing;

use crate::crypto::{Secret, aead, mac, sha256};
use crate::encoding::json::{self, Object, Value};
use crate::encoding::{Fault, base64, hex};
use crate::error::{Error, KeyFault};
use crate::limits::Limits;
use crate::time::Time;

#[cfg(test)]
mod tests;

/// A signed request for a one-time password.
///
/// The signature is HMAC-SHA-256 with the client secret over client ID, user ID and expiry, joined
/// *without separators*: the user `bc` of client `a` and the user `c` of client `ab` have the same
/// signature. Never use it as an identifier of a request, a user or a client, and compare
/// [`client_id`](Self::client_id) with the owner of the secret: [`verify`](Self::verify) cannot.
///
/// ```
/// use countersign::miracl::otp::Request;
/// use countersign::Secret;
///
/// let secret = Secret::new(b"MockClientSecret".to_vec());
/// let request = Request::sign(&secret, "MockClientId", "test@example.com", "2022-04-08T08:05:03Z")?;
/// assert_eq!(request.signature(), "f0fbae2fcf3a848bd35a408b5aa2aeea27e277923f6c2140edf54c666b89fe68");
/// assert_eq!(request.verify(&secret), Ok(()));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    client_id: String,
    user_id: String,
    expires: String,
    signature: String,
}

impl Request {
    /// Signs a request. The text of `expires` is signed and sent verbatim.
    ///
    /// *Not* checked: the two IDs, and that `expires` lies ahead.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if `expires` is not a valid time in exactly the form
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    pub fn sign(
        secret: &Secret,
        client_id: impl Into<String>,
        user_id: impl Into<String>,
        expires: impl Into<String>,
    ) -> Result<Self, Error> {
        let mut request = Self {
            client_id: client_id.into(),
            user_id: user_id.into(),
            expires: expires.into(),
            signature: String::new(),
        };
        check_expires(&request.expires)?;
        request.signature = hex::encode(&*request.mac(secret));
        Ok(request)
    }

    /// Parses the body of a request, which stays untrusted until [`verify`](Self::verify).
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`], the errors of malformed JSON or members, and [`Error::Malformed`] for
    /// `expires` as in [`sign`](Self::sign).
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::miracl::otp::Request;
    /// use countersign::{Code, Limits};
    ///
    /// let body = br#"{"client_id":"c","user_id":"u","expires":"2022-04-08","signature":""}"#;
    /// assert_eq!(Request::parse(body, &Limits::default()).unwrap_err().code(), Code::Malformed);
    /// ```
    pub fn parse(body: &[u8], limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "OTP request";
        let object = parse_body(PART, body, limits)?;
        let member = |name| Ok::<_, Error>(object.string(PART, name)?.to_string());
        let request = Self {
            client_id: member("client_id")?,
            user_id: member("user_id")?,
            expires: member("expires")?,
            signature: member("signature")?,
        };
        check_expires(&request.expires)?;
        Ok(request)
    }

    /// Verifies the signature in constant time. Only lower-case digits are accepted, as clients
    /// send them.
    ///
    /// *Not* checked: whether the request has expired, and where the client ID ends and the user ID
    /// begins, since the signed text has no separator. **Compare [`client_id`](Self::client_id)
    /// with the owner of the secret** before you act for [`user_id`](Self::user_id): then both are
    /// what the client signed.
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`], without detail.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::miracl::otp::Request;
    /// use countersign::{Limits, Secret};
    ///
    /// let secret = Secret::new(b"MockClientSecret".to_vec());
    /// let genuine = Request::sign(&secret, "shop", "alice", "2022-04-08T08:05:03Z")?;
    /// // The same signature, for another user of another client.
    /// let moved = genuine.to_json().with("client_id", "sho").with("user_id", "palice");
    /// let moved = Request::parse(moved.to_string().as_bytes(), &Limits::default())?;
    /// assert_eq!(moved.verify(&secret), Ok(()));
    /// assert_ne!(moved.client_id(), "shop");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn verify(&self, secret: &Secret) -> Result<(), Error> {
        let expected = Zeroizing::new(hex::encode(&*self.mac(secret)));
        mac::verify(expected.as_bytes(), self.signature.as_bytes())
    }

    /// Returns `client_id`.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns `user_id`.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Returns the text of `expires`.
    #[must_use]
    pub fn expires(&self) -> &str {
        &self.expires
    }

    /// Returns the hexadecimal text of the signature. Its holder can send the request.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// Returns the body to send.
    #[must_use]
    pub fn to_json(&self) -> Object<'_> {
        Object::new()
            .with("client_id", self.client_id())
            .with("user_id", self.user_id())
            .with("expires", self.expires())
            .with("signature", self.signature())
    }

    fn mac(&self, secret: &Secret) -> Zeroizing<[u8; 32]> {
        let message = [&self.client_id, &self.user_id, &self.expires].map(String::as_bytes);
        mac::hmac_sha256(secret, &message)
    }
}

impl fmt::Debug for Request {
    /// Leaves out the signature, which is a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("client_id", &self.client_id)
            .field("user_id", &self.user_id)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Twenty characters leave no room for a fraction or an offset. The services write capital letters.
fn check_expires(text: &str) -> Result<(), Error> {
    let is_of_services = text.len() == 20 && !text.contains(['t', 'z']);
    if is_of_services && Time::parse_rfc3339(text).is_ok() {
        Ok(())
    } else {
        Err(Error::Malformed { part: "expires", fault: Fault::Time })
    }
}

fn parse_body<'a>(
    part: &'static str,
    body: &'a [u8],
    limits: &Limits,
) -> Result<Object<'a>, Error> {
    if body.len() > limits.message_bytes() {
        return Err(Error::TooLarge { what: part, limit: limits.message_bytes() });
    }
    json::parse_object(part, body, limits)
}

/// How the AES key is derived from the client secret. MIRACL does not document it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Derivation {
    /// SHA-256 of the secret's text; AES-256.
    Sha256,
    /// The secret's text itself, if it has 16, 24 or 32 bytes.
    Raw,
    /// The secret decoded from base64 or base64url, if that gives 16, 24 or 32 bytes.
    Base64,
    /// The secret decoded from hexadecimal, if that gives 16, 24 or 32 bytes.
    Hex,
    /// The first 16 bytes of the secret's text; AES-128.
    Truncate16,
    /// The first 32 bytes of the secret's text; AES-256.
    Truncate32,
    /// The first 16 bytes of [`Sha256`](Self::Sha256); AES-128.
    Sha256_128,
    /// The 32 bytes that the signature of the request encodes; AES-256.
    RequestHmac,
    /// The secret is not a client secret but the key itself: 16, 24 or 32 bytes.
    Explicit,
}

impl Derivation {
    /// Every derivation, in the order in which [`KeyChoice::Auto`] tries them;
    /// [`Explicit`](Self::Explicit), which it does not try, is the last.
    pub const ALL: &'static [Self] = &[
        Self::Sha256,
        Self::Raw,
        Self::Base64,
        Self::Hex,
        Self::Truncate16,
        Self::Truncate32,
        Self::Sha256_128,
        Self::RequestHmac,
        Self::Explicit,
    ];

    /// Returns the name, in kebab case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Raw => "raw",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Truncate16 => "truncate16",
            Self::Truncate32 => "truncate32",
            Self::Sha256_128 => "sha256-128",
            Self::RequestHmac => "request-hmac",
            Self::Explicit => "explicit",
        }
    }

    /// Derives the key.
    ///
    /// # Errors
    ///
    /// [`KeyFault::Derivation`] if the secret's form or length does not suit this derivation, or
    /// the request is missing.
    #[doc(hidden)] // For `countersign-testkit`, which seals what this crate opens.
    pub fn key(
        self,
        secret: &Secret,
        request: Option<&Request>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        const UNFIT: Error = Error::KeyUnusable(KeyFault::Derivation);
        let text = secret.expose();
        let digest = || Zeroizing::new(sha256(text));
        let key = match self {
            Self::Sha256 => digest().to_vec(),
            Self::Raw | Self::Explicit => text.to_vec(),
            // Both alphabets, padded or not: secrets are copied from places that differ.
            Self::Base64 => base64::decode_mosip(text).map_err(|_| UNFIT)?,
            Self::Hex => {
                core::str::from_utf8(text).ok().and_then(|t| hex::decode(t).ok()).ok_or(UNFIT)?
            }
            Self::Truncate16 => text.get(..16).ok_or(UNFIT)?.to_vec(),
            Self::Truncate32 => text.get(..32).ok_or(UNFIT)?.to_vec(),
            Self::Sha256_128 => digest().iter().take(16).copied().collect(),
            Self::RequestHmac => request.ok_or(UNFIT)?.mac(secret).to_vec(),
        };
        let key = Zeroizing::new(key);
        if matches!(key.len(), 16 | 24 | 32) { Ok(key) } else { Err(UNFIT) }
    }
}

impl fmt::Display for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Derivation {
    type Err = UnknownDerivation;

    fn from_str(name: &str) -> Result<Self, UnknownDerivation> {
        Self::ALL.iter().copied().find(|one| one.as_str() == name).ok_or(UnknownDerivation)
    }
}

/// The text is neither the name of a [`Derivation`] nor `auto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownDerivation;

impl fmt::Display for UnknownDerivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a key derivation")
    }
}

impl core::error::Error for UnknownDerivation {}

/// The derivations to try.
///
/// ```
/// use countersign::miracl::otp::{Derivation, KeyChoice};
///
/// assert_eq!("auto".parse(), Ok(KeyChoice::Auto));
/// assert_eq!("sha256-128".parse(), Ok(KeyChoice::Named(Derivation::Sha256_128)));
/// assert!("sha-256".parse::<KeyChoice>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyChoice {
    /// All that suit the secret, in the order of [`Derivation::ALL`], except
    /// [`Explicit`](Derivation::Explicit).
    #[default]
    Auto,
    /// This one.
    Named(Derivation),
}

impl FromStr for KeyChoice {
    type Err = UnknownDerivation;

    fn from_str(name: &str) -> Result<Self, UnknownDerivation> {
        if name == "auto" { Ok(Self::Auto) } else { name.parse().map(Self::Named) }
    }
}

/// What the tag authenticates besides the ciphertext. MIRACL does not document it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aad {
    /// Nothing.
    Empty,
    /// `client_id` of the request.
    ClientId,
    /// `user_id` of the request.
    UserId,
    /// The hexadecimal `signature` of the request.
    Signature,
}

impl Aad {
    /// All of them, in the order in which they are tried.
    pub const ALL: &'static [Self] = &[Self::Empty, Self::ClientId, Self::UserId, Self::Signature];

    /// Returns the name, in kebab case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::ClientId => "client-id",
            Self::UserId => "user-id",
            Self::Signature => "signature",
        }
    }

    /// Returns the bytes, or `None` if they come from the request and there is none.
    #[doc(hidden)] // For `countersign-testkit`.
    #[must_use]
    pub fn bytes(self, request: Option<&Request>) -> Option<&[u8]> {
        match self {
            Self::Empty => Some(b""),
            Self::ClientId => request.map(|request| request.client_id.as_bytes()),
            Self::UserId => request.map(|request| request.user_id.as_bytes()),
            Self::Signature => request.map(|request| request.signature.as_bytes()),
        }
    }
}

/// A sealed response.
///
/// ```
/// use countersign::miracl::otp::{KeyChoice, Response};
/// use countersign::{Code, Limits, Secret};
///
/// // The documentation's example; nobody outside MIRACL knows its secret.
/// let body = include_bytes!("../../../test-vectors/seed/otp-response.json");
/// let response = Response::parse(body, &Limits::default())?;
/// let guess = Secret::new(b"guess".to_vec());
/// let error = response.open(&guess, KeyChoice::Auto, None).unwrap_err();
/// assert_eq!(error.code(), Code::DecryptFailed);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    ciphertext: Vec<u8>,
    tag: [u8; 16],
    iv: [u8; 12],
    limits: Limits,
}

impl Response {
    /// Parses the body of a response; `limits` also apply to the JSON inside.
    ///
    /// Checked: standard padded base64, exactly 12 bytes of `iv`, exactly 16 of `tag` (a shorter
    /// tag would be easier to forge), a `ciphertext` that is not empty. Further members are
    /// ignored.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`], the errors of malformed JSON or members, or [`Error::Malformed`] naming
    /// the member.
    pub fn parse(body: &[u8], limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "OTP response";
        let object = parse_body(PART, body, limits)?;
        let decode = |part| {
            base64::decode_standard(object.string(PART, part)?.as_bytes())
                .map_err(|fault| Error::Malformed { part, fault })
        };
        let ciphertext = decode("ciphertext")?;
        if ciphertext.is_empty() {
            return Err(Error::Malformed { part: "ciphertext", fault: Fault::Empty });
        }
        let wrong_length = |part| Error::Malformed { part, fault: Fault::Length };
        Ok(Self {
            ciphertext,
            tag: decode("tag")?.try_into().map_err(|_| wrong_length("tag"))?,
            iv: decode("iv")?.try_into().map_err(|_| wrong_length("iv"))?,
            limits: *limits,
        })
    }

    /// Opens the response, trying every available [`Aad`] with every chosen derivation.
    ///
    /// `request` is the request that was sent. Without it, [`Derivation::RequestHmac`] and every
    /// [`Aad`] except [`Aad::Empty`] cannot be tried. *Not* checked: the request's own signature,
    /// and whether the password inside has expired.
    ///
    /// # Errors
    ///
    /// [`Error::KeyUnusable`] if the chosen derivation does not suit the secret or needs the
    /// request; [`Error::DecryptFailed`], without any plaintext, if nothing opens it.
    pub fn open(
        &self,
        secret: &Secret,
        choice: KeyChoice,
        request: Option<&Request>,
    ) -> Result<Opened, Error> {
        match choice {
            KeyChoice::Named(derivation) => {
                let key = derivation.key(secret, request)?;
                self.open_with(derivation, &key, request).ok_or(Error::DecryptFailed)
            }
            KeyChoice::Auto => Derivation::ALL
                .iter()
                .filter(|derivation| **derivation != Derivation::Explicit)
                .find_map(|derivation| {
                    let key = derivation.key(secret, request).ok()?;
                    self.open_with(*derivation, &key, request)
                })
                .ok_or(Error::DecryptFailed),
        }
    }

    fn open_with(
        &self,
        derivation: Derivation,
        key: &[u8],
        request: Option<&Request>,
    ) -> Option<Opened> {
        let (key, seal) = (aead::Key::new(key)?, aead::Seal { iv: &self.iv, tag: &self.tag });
        let mut text = Zeroizing::new(self.ciphertext.clone());
        let opens = |aad: &&Aad| {
            aad.bytes(request).is_some_and(|aad| key.open(aad, seal, &mut text).is_ok())
        };
        let aad = *Aad::ALL.iter().find(opens)?;
        Some(Opened { derivation, aad, plaintext: text, limits: self.limits })
    }
}

/// An opened response. Its plaintext is wiped when dropped, and never printed.
///
/// Only [`Response::open`] creates one.
pub struct Opened {
    derivation: Derivation,
    aad: Aad,
    plaintext: Zeroizing<Vec<u8>>,
    limits: Limits,
}

impl Opened {
    /// Returns the derivation that gave the key.
    #[must_use]
    pub const fn derivation(&self) -> Derivation {
        self.derivation
    }

    /// Returns what the tag authenticated besides the ciphertext.
    #[must_use]
    pub const fn aad(&self) -> Aad {
        self.aad
    }

    /// Returns the plaintext.
    #[must_use]
    pub fn plaintext(&self) -> &[u8] {
        &self.plaintext
    }

    /// Returns the one-time password, if the plaintext is a JSON object with a string `otp`.
    #[must_use]
    pub fn otp(&self) -> Option<Otp<'_>> {
        Otp::read(self.object()?)
    }

    /// Returns derivation, `aad` and plaintext for display; a plaintext that is not a JSON object
    /// becomes `{"base64": ...}`. The result contains the password.
    #[must_use]
    pub fn to_json(&self) -> Object<'_> {
        let plaintext = self.object().unwrap_or_else(|| {
            Object::new().with("base64", base64::encode_standard(&self.plaintext))
        });
        Object::new()
            .with("derivation", self.derivation.as_str())
            .with("aad", self.aad.as_str())
            .with("plaintext", plaintext)
    }

    fn object(&self) -> Option<Object<'_>> {
        json::parse_object("plaintext", &self.plaintext, &self.limits).ok()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("derivation", &self.derivation)
            .field("aad", &self.aad)
            .finish_non_exhaustive()
    }
}

/// The one-time password inside a response, with its members of known meaning.
///
/// The names are those of MIRACL's client libraries (miracl/mfa-client-sdk-android, README) and
/// their likely variants. A time is [RFC 3339] text or an integer of Unix seconds; a member that is
/// neither is only in [`members`](Self::members).
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Otp<'a> {
    /// `otp`: the password.
    pub value: Cow<'a, str>,
    /// `expireTime`.
    pub expire_time: Option<Time>,
    /// `ttlSeconds`.
    pub ttl_seconds: Option<i64>,
    /// `nowTime`: the server's clock.
    pub now_time: Option<Time>,
    /// `expiration`.
    pub expiration: Option<Time>,
    /// `expires`.
    pub expires: Option<Time>,
    /// `expires_at`.
    pub expires_at: Option<Time>,
    /// All members verbatim, including those above.
    pub members: Object<'a>,
}

impl<'a> Otp<'a> {
    fn read(members: Object<'a>) -> Option<Self> {
        let Some(Value::String(value)) = members.member("otp") else {
            return None;
        };
        let time = |name| members.member(name).and_then(time);
        Some(Self {
            value: value.clone(),
            expire_time: time("expireTime"),
            ttl_seconds: members.member("ttlSeconds").and_then(Value::as_i64),
            now_time: time("nowTime"),
            expiration: time("expiration"),
            expires: time("expires"),
            expires_at: time("expires_at"),
            members,
        })
    }
}

impl fmt::Debug for Otp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Otp(..)")
    }
}

fn time(value: &Value<'_>) -> Option<Time> {
    match value {
        Value::String(text) => Time::parse_rfc3339(text).ok(),
        _ => value.as_i64().and_then(Time::from_unix),
    }
}
