//! JSON Web Keys and key sets (RFC 7517), with the parameters of RFC 7518 section 6.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::x509::Certificate;
use super::{certified, pem, published};
use crate::crypto::{Algorithm, PublicKey, sha256};
use crate::encoding::json::{self, Object, Value};
use crate::encoding::{Fault, base64};
use crate::error::{Error, KeyFault};
use crate::limits::Limits;
use crate::report::{KeyInfo, KeySetInfo};
use crate::time::{Leeway, Time};

pub(super) const PART: &str = "key";

/// The members of private keys (RFC 7518 sections 6.2.2 and 6.3.2).
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// A public key for verification, bound to one algorithm.
///
/// A JWK without `alg` is bound to RS256 or ES256 by its type: no other algorithm is verified with
/// it, whatever a token says. (MOSIP's oldest answers are RSA with SHA-512 by their format, not by
/// their header; [`crate::mosip::registration`] takes an undeclared RSA key for them.)
///
/// ```
/// use countersign::jose::Jwk;
/// use countersign::{Algorithm, Limits};
///
/// // RFC 7515 appendix A.3.
/// let key = Jwk::parse(br#"{"kty":"EC","crv":"P-256",
///     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
///     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#, &Limits::default())?;
/// assert_eq!(key.algorithm(), Algorithm::Es256);
/// assert_eq!(key.thumbprint(), "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// Two keys are equal if they verify alike under the same name, whichever set they came from.
#[derive(Clone, Debug)]
pub struct Jwk {
    key: PublicKey,
    algorithm: Algorithm,
    declared: Option<Algorithm>,
    kid: Option<Arc<str>>,
    thumbprint: Arc<str>,
    validity: Option<Validity>,
    published: bool,
    /// The set that the key came from, for reports.
    set: Option<KeySetInfo>,
}

impl PartialEq for Jwk {
    fn eq(&self, other: &Self) -> bool {
        // That it is published follows from the key.
        let Self { key, algorithm, declared, kid, thumbprint, validity, published: _, set: _ } =
            self;
        (key, algorithm, declared) == (&other.key, &other.algorithm, &other.declared)
            && (kid, thumbprint, validity) == (&other.kid, &other.thumbprint, &other.validity)
    }
}

impl Eq for Jwk {}

/// The time between which a certificate is valid, both ends included (RFC 5280 section 4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Validity {
    /// First instant.
    pub not_before: Time,
    /// Last instant.
    pub not_after: Time,
}

impl Validity {
    /// Tells whether a time is within, given that clocks may disagree.
    pub(crate) const fn check(self, at: Time, leeway: Leeway) -> Result<(), Error> {
        let Self { not_before, not_after } = self;
        if not_before.unix() <= at.plus(leeway) && at.unix() <= not_after.plus(leeway) {
            Ok(())
        } else {
            Err(Error::CertificateExpired { at, not_before, not_after })
        }
    }
}

impl Jwk {
    /// Parses one JWK.
    ///
    /// Checked: `kty`, `crv`, `alg`, `use`, `key_ops`, the strict encoding of every parameter, and
    /// what [`PublicKey`] checks. If there is an `x5c` (RFC 7517 section 4.7): that the key of its
    /// first certificate is this one, that the certificate's key usage allows signatures, and that
    /// `x5t` and `x5t#S256` are its thumbprints; its validity is kept, and checked at verification.
    /// *Not* checked: who issued it, and what else `x5c` holds. `x5u`, and thumbprints without an
    /// `x5c`, are ignored.
    ///
    /// # Errors
    ///
    /// Any of [`Error`]'s variants for JSON, keys and algorithms. A symmetric or private key, and a
    /// key with an `x5c` that is not its own, is [`Error::KeyUnusable`].
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        check_size(text, limits)?;
        Self::from_object(&json::parse_object(PART, text, limits)?, limits)
    }

    /// Reads a key from PEM: one `CERTIFICATE` (RFC 5280) or one `PUBLIC KEY` (RFC 7468).
    ///
    /// A certificate's key usage has to allow signatures (RFC 5280 section 4.2.1.3), and its
    /// validity is kept, and checked at verification. Its signature, issuer and other extensions are
    /// *not* checked: the caller trusts the key because the caller gave it.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] above 64 KiB, [`Error::Malformed`] if it is not exactly one such block,
    /// [`Error::KeyUse`] for a certificate for other purposes, and what [`PublicKey`] checks.
    pub fn from_pem(text: &[u8]) -> Result<Self, Error> {
        let (key, validity) = pem::parse(text)?;
        Ok(Self { validity, ..Self::from(key) })
    }

    /// Takes the key out of a certificate, with its dates.
    ///
    /// Checked: that the certificate's key usage allows signatures, and what [`PublicKey`] checks.
    pub(super) fn from_certificate(certificate: &Certificate) -> Result<Self, Error> {
        certificate.may_sign()?;
        let validity = Some(certificate.validity());
        Ok(Self { validity, ..Self::from(certificate.key()?.clone()) })
    }

    /// Gives the key an identifier.
    pub(super) fn with_kid(self, kid: &str) -> Self {
        Self { kid: Some(kid.into()), ..self }
    }

    fn from_object(object: &Object<'_>, limits: &Limits) -> Result<Self, Error> {
        let kid = object.optional_string(PART, "kid")?;
        if kid.is_some_and(|kid| kid.len() > limits.kid_bytes()) {
            return Err(Error::TooLarge { what: "kid", limit: limits.kid_bytes() });
        }
        let kty = object.string(PART, "kty")?;
        // Any one of these gives the private half away, whichever others are missing.
        if PRIVATE.iter().any(|member| object.member(member).is_some()) {
            return Err(Error::KeyUnusable(KeyFault::PrivateKey));
        }
        check_use(object)?;
        let key = match kty {
            "RSA" => PublicKey::rsa(&integer(object, "n")?, &integer(object, "e")?)?,
            "EC" => {
                if object.string(PART, "crv")? != "P-256" {
                    return Err(Error::KeyUnusable(KeyFault::Curve));
                }
                PublicKey::p256(&coordinate(object, "x")?, &coordinate(object, "y")?)?
            }
            _ => return Err(Error::KeyUnusable(KeyFault::KeyType)),
        };
        let declared =
            object.optional_string(PART, "alg")?.map(str::parse::<Algorithm>).transpose()?;
        if let Some(algorithm) = declared {
            key.fits(algorithm)?;
        }
        let certificate = certified::of_jwk(object, &key, limits)?;
        Ok(Self {
            algorithm: declared.unwrap_or(key.default_algorithm()),
            declared,
            kid: kid.map(Arc::from),
            validity: certificate.map(|certificate| certificate.validity()),
            ..Self::from(key)
        })
    }

    /// Returns the key itself.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Returns the one algorithm that this key verifies.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the algorithm that the JWK itself states.
    #[must_use]
    pub const fn declared_algorithm(&self) -> Option<Algorithm> {
        self.declared
    }

    /// Returns the key's identifier.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns the SHA-256 thumbprint (RFC 7638) in base64url.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Returns what a report or a verified value says of this key.
    pub(crate) fn info(&self, algorithm: Algorithm) -> KeyInfo {
        KeyInfo {
            kid: self.kid.clone(),
            algorithm,
            bits: Some(self.key.bits()),
            thumbprint: Some(Arc::clone(&self.thumbprint)),
            set: self.set,
        }
    }

    /// Returns when the certificate that held the key is valid, if one did: a PEM certificate, or the
    /// first of `x5c`.
    #[must_use]
    pub const fn validity(&self) -> Option<Validity> {
        self.validity
    }
}

impl Jwk {
    /// Tells whether the private half of this key is published, or others than its owner are known
    /// to use it. Reports of what it verifies have the warning
    /// [`PublishedKey`](crate::Warning::PublishedKey).
    ///
    /// The list is short: examples of RFCs, defaults of well-known tools, samples of platforms. That
    /// a key is not in it says nothing for the key.
    #[must_use]
    pub const fn is_published(&self) -> bool {
        self.published
    }
}

impl From<PublicKey> for Jwk {
    /// Binds the key to RS256 or ES256 by its type; it has no identifier.
    fn from(key: PublicKey) -> Self {
        let thumbprint = thumbprint(&key);
        Self {
            algorithm: key.default_algorithm(),
            declared: None,
            kid: None,
            published: published::contains(&thumbprint),
            thumbprint: thumbprint.into(),
            validity: None,
            set: None,
            key,
        }
    }
}

/// A key of a set that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyProblem {
    /// Position in the set, from 0.
    pub index: usize,
    /// Its identifier, if that could be read.
    pub kid: Option<String>,
    /// Why it cannot be used.
    pub error: Error,
}

/// The keys that a caller trusts for one issuer.
///
/// A key that cannot be used does not spoil the set, and is not forgotten either: it is listed
/// among [`problems`](Self::problems), and a token that means it is refused with its reason.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::{Code, Limits};
///
/// let keys = JwkSet::parse(br#"{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}"#, &Limits::default())?;
/// assert!(keys.keys().is_empty());
/// assert_eq!(keys.problems()[0].error.code(), Code::KeyUnusable);
/// assert_eq!(keys.select(Some("a")).unwrap_err().code(), Code::KeyUnusable);
/// assert_eq!(keys.select(Some("b")).unwrap_err().code(), Code::UnknownKey);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JwkSet {
    keys: Vec<Jwk>,
    problems: Vec<KeyProblem>,
    info: Option<KeySetInfo>,
}

impl JwkSet {
    /// Parses a JWK Set (RFC 7517 section 5).
    ///
    /// # Errors
    ///
    /// If the text as a whole is unusable: not strict JSON, no array `keys`, or beyond the limits.
    /// Single unusable keys are no error.
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        check_size(text, limits)?;
        let object = json::parse_object("key set", text, limits)?;
        let elements = match object.member("keys") {
            None => return Err(Error::MissingMember { part: "key set", member: "keys" }),
            Some(Value::Array(elements)) => elements,
            Some(_) => {
                let expected = "an array";
                return Err(Error::WrongType { part: "key set", member: "keys", expected });
            }
        };
        if elements.len() > limits.keys() {
            return Err(Error::TooLarge { what: "number of keys", limit: limits.keys() });
        }
        let mut set = Self::default();
        for (index, element) in elements.iter().enumerate() {
            let key = element
                .as_object()
                .ok_or(Error::WrongType { part: PART, member: "", expected: "an object" })
                .and_then(|object| Jwk::from_object(object, limits));
            match key {
                Ok(key) => set.keys.push(key),
                Err(error) => {
                    let kid = element
                        .as_object()
                        .and_then(|object| object.member("kid"))
                        .and_then(Value::as_str);
                    // Whole, so that it is found by name; no token can name a longer one.
                    let kid = kid.map(|kid| match kid.len() > limits.kid_bytes() {
                        true => crate::error::shorten(kid),
                        false => kid.to_string(),
                    });
                    set.problems.push(KeyProblem { index, kid, error });
                }
            }
        }
        set.identify(KeySetInfo { sha256: sha256(text), fetched: None });
        Ok(set)
    }

    /// Says which set this is, in it and in each of its keys.
    pub(crate) fn identify(&mut self, info: KeySetInfo) {
        self.info = Some(info);
        for key in &mut self.keys {
            key.set = self.info;
        }
    }

    /// Returns the digest of the set's bytes and when they were fetched; `None` for a set that was
    /// put together from more than one text.
    #[must_use]
    pub const fn info(&self) -> Option<KeySetInfo> {
        self.info
    }

    /// Adds a key that the caller trusts.
    pub fn push(&mut self, key: Jwk) {
        self.info = None;
        self.keys.push(key);
    }

    /// Notes a key that cannot be used.
    pub(super) fn note(&mut self, problem: KeyProblem) {
        self.info = None;
        self.problems.push(problem);
    }

    /// Adds the keys and problems of another set. Identifiers that both have become ambiguous.
    pub fn extend(&mut self, other: Self) {
        self.info = if self.is_empty() { other.info } else { None };
        self.keys.extend(other.keys);
        self.problems.extend(other.problems);
    }

    /// Tells whether there is no key at all, not even an unusable one.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.problems.is_empty()
    }

    /// Returns the usable keys.
    #[must_use]
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// Returns what is wrong with the others.
    #[must_use]
    pub fn problems(&self) -> &[KeyProblem] {
        &self.problems
    }

    /// Returns the one key that a token means.
    ///
    /// A `kid` is compared byte for byte, over usable and unusable keys alike. A token without one,
    /// and a set of one single key without one, leave no choice: that key is taken. Everything else
    /// is ambiguous or unknown, never "the first that fits".
    ///
    /// # Errors
    ///
    /// [`Error::NoKey`] for an empty set, [`Error::UnknownKey`], [`Error::AmbiguousKey`], or the
    /// reason why the meant key is unusable.
    pub fn select(&self, kid: Option<&str>) -> Result<&Jwk, Error> {
        let all = self.keys.len() + self.problems.len();
        if all == 0 {
            return Err(Error::NoKey);
        }
        let only_nameless = all == 1
            && self.keys.iter().all(|key| key.kid.is_none())
            && self.problems.iter().all(|problem| problem.kid.is_none());
        let meant = |name: Option<&str>| kid.is_none() || only_nameless || name == kid;
        let mut keys = self.keys.iter().filter(|key| meant(key.kid()));
        let mut problems = self.problems.iter().filter(|problem| meant(problem.kid.as_deref()));
        match (keys.next(), problems.next()) {
            (None, None) => Err(Error::UnknownKey),
            (Some(key), None) if keys.next().is_none() => Ok(key),
            (None, Some(problem)) if problems.next().is_none() => Err(problem.error.clone()),
            _ => {
                let candidates = self.keys.iter().filter(|key| meant(key.kid())).count()
                    + self.problems.iter().filter(|p| meant(p.kid.as_deref())).count();
                Err(Error::AmbiguousKey { candidates })
            }
        }
    }
}

impl From<Jwk> for JwkSet {
    fn from(key: Jwk) -> Self {
        Self { keys: alloc::vec![key], problems: Vec::new(), info: None }
    }
}

fn check_size(text: &[u8], limits: &Limits) -> Result<(), Error> {
    if text.len() > limits.key_set_bytes() {
        return Err(Error::TooLarge { what: "key set", limit: limits.key_set_bytes() });
    }
    Ok(())
}

/// RFC 7517 sections 4.2 and 4.3: a key that says what it is for says so bindingly.
fn check_use(object: &Object<'_>) -> Result<(), Error> {
    if object.optional_string(PART, "use")?.is_some_and(|usage| usage != "sig") {
        return Err(Error::KeyUse);
    }
    let Some(operations) = object.member("key_ops") else {
        return Ok(());
    };
    let wrong = Error::WrongType { part: PART, member: "key_ops", expected: "an array of strings" };
    let operations = operations.as_array().ok_or_else(|| wrong.clone())?;
    for (index, operation) in operations.iter().enumerate() {
        operation.as_str().ok_or_else(|| wrong.clone())?;
        if operations.iter().take(index).any(|other| other == operation) {
            return Err(Error::KeyUse);
        }
    }
    let verify = operations.iter().any(|operation| operation.as_str() == Some("verify"));
    if verify { Ok(()) } else { Err(Error::KeyUse) }
}

/// Reads a `Base64urlUInt` (RFC 7518 section 2): big-endian, not empty, no leading zero byte.
fn integer(object: &Object<'_>, member: &'static str) -> Result<Vec<u8>, Error> {
    let bytes = decode(object, member)?;
    match bytes.first() {
        None | Some(0) => Err(Error::Malformed { part: member, fault: Fault::Value }),
        Some(_) => Ok(bytes),
    }
}

/// Reads a P-256 coordinate: exactly 32 bytes (RFC 7518 section 6.2.1.2).
fn coordinate(object: &Object<'_>, member: &'static str) -> Result<[u8; 32], Error> {
    decode(object, member)?
        .try_into()
        .map_err(|_| Error::Malformed { part: member, fault: Fault::Length })
}

fn decode(object: &Object<'_>, member: &'static str) -> Result<Vec<u8>, Error> {
    base64::decode_url(object.string(PART, member)?.as_bytes())
        .map_err(|fault| Error::Malformed { part: member, fault })
}

/// RFC 7638 section 3: the required members in alphabetical order, without white space.
pub(super) fn thumbprint(key: &PublicKey) -> String {
    let members = key.as_rsa().map_or_else(
        || {
            let (x, y) = key.as_p256().unwrap_or_default();
            Object::new()
                .with("crv", "P-256")
                .with("kty", "EC")
                .with("x", base64::encode_url(&x))
                .with("y", base64::encode_url(&y))
        },
        |rsa| {
            let exponent = rsa.exponent().to_be_bytes();
            let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
            Object::new()
                .with("e", base64::encode_url(exponent.get(zeros..).unwrap_or_default()))
                .with("kty", "RSA")
                .with("n", base64::encode_url(rsa.modulus()))
        },
    );
    base64::encode_url(&sha256(members.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use alloc::format;

    /// MIRACL Trust's published DVS key: 1024 bits, no `alg`.
    const N: &str = "kWp2zRA23Z3vTL4uoe8kTFptxBVFunIoP4t_8TDYJrOb7D1iZNDXVeEsYKp6ppmrTZDAgd-cNOTKLd4M39WJc5FN0maTAVKJc7NxklDeKc4dMe1BGvTZNG4MpWBo-taKULlYUu0ltYJuLzOjIrTHfarucrGoRWqM0sl3z2-fv9k";

    fn rsa(more: &str) -> Result<Jwk, Error> {
        let text = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{N}"{more}}}"#);
        Jwk::parse(text.as_bytes(), &Limits::default())
    }

    fn set(keys: &[&str]) -> JwkSet {
        let keys: Vec<String> = keys
            .iter()
            .map(|more| format!(r#"{{"kty":"RSA","e":"AQAB","n":"{N}"{more}}}"#))
            .collect();
        let text = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        JwkSet::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn a_long_name_of_an_unusable_key_is_compared_whole() {
        let (long, other) = ("k".repeat(65), "k".repeat(66));
        let set = alloc::format!(
            r#"{{"keys":[{{"kty":"oct","kid":"{long}"}},{{"kty":"oct","kid":"{other}"}}]}}"#
        );
        let set = JwkSet::parse(set.as_bytes(), &Limits::default()).unwrap();
        let error = |kid: &str| set.select(Some(kid)).unwrap_err();
        assert_eq!(error(&long), Error::KeyUnusable(KeyFault::KeyType));
        assert_eq!(error(&other), Error::KeyUnusable(KeyFault::KeyType));
        assert_eq!(error(&long[..64]), Error::UnknownKey);
    }

    #[test]
    fn an_unusable_key_with_the_longest_name_is_found_by_it_and_one_with_a_longer_name_is_not() {
        for (length, expected) in [(256, Code::KeyUnusable), (257, Code::UnknownKey)] {
            let name = "k".repeat(length);
            let text =
                format!(r#"{{"keys":[{{"kty":"oct","kid":"{name}"}},{{"kty":"oct","kid":"b"}}]}}"#);
            let set = JwkSet::parse(text.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(set.select(Some(&name)).unwrap_err().code(), expected, "{length}");
        }
    }

    #[test]
    fn the_published_key_has_its_published_thumbprint() {
        let key = rsa(r#","use":"sig","kid":"s1""#).unwrap();
        assert_eq!(key.thumbprint(), "r-LZyJBYzKVlf3Y5w0nlzjk-oc-YVZ-I-odJHRICjTQ");
        assert_eq!(
            (key.key().bits(), key.algorithm(), key.declared_algorithm(), key.kid()),
            (1024, Algorithm::Rs256, None, Some("s1"))
        );
    }

    #[test]
    fn use_operations_and_algorithm_bind() {
        for (more, code) in [
            (r#","use":"sig","key_ops":["verify"],"alg":"PS256""#, None),
            (r#","key_ops":["sign","verify"]"#, None),
            (r#","use":"enc""#, Some(Code::KeyUse)),
            (r#","use":"Sig""#, Some(Code::KeyUse)),
            (r#","use":1"#, Some(Code::WrongType)),
            (r#","key_ops":[]"#, Some(Code::KeyUse)),
            (r#","key_ops":["sign"]"#, Some(Code::KeyUse)),
            (r#","key_ops":["verify","verify"]"#, Some(Code::KeyUse)),
            (r#","key_ops":"verify""#, Some(Code::WrongType)),
            (r#","key_ops":[1]"#, Some(Code::WrongType)),
            (r#","alg":"none""#, Some(Code::UnsupportedAlgorithm)),
            (r#","alg":"RSA-OAEP""#, Some(Code::UnsupportedAlgorithm)),
            (r#","alg":"ES256""#, Some(Code::KeyUnusable)),
            (r#","alg":"HS256""#, Some(Code::KeyUnusable)),
            (r#","alg":null"#, Some(Code::WrongType)),
            (r#","d":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","p":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","q":7"#, Some(Code::KeyUnusable)),
            (r#","dp":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","dq":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","qi":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","oth":[]"#, Some(Code::KeyUnusable)),
            (r#","kid":7"#, Some(Code::WrongType)),
            (r#","e":"AQAB""#, Some(Code::DuplicateMember)),
        ] {
            assert_eq!(rsa(more).err().map(|error| error.code()), code, "{more}");
        }
    }

    #[test]
    fn parameters_are_encoded_strictly() {
        let parse = |text: &str| {
            Jwk::parse(text.as_bytes(), &Limits::default()).err().map(|error| error.code())
        };
        let key = |n: &str, e: &str| format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
        assert_eq!(parse(&key(N, "AQAB")), None);
        // A leading zero byte, an empty text, padding, the other alphabet.
        assert_eq!(parse(&key(N, "AAEAAQ")), Some(Code::Malformed));
        assert_eq!(parse(&key(N, "")), Some(Code::Malformed));
        assert_eq!(parse(&key(N, "AQAB=")), Some(Code::Malformed));
        assert_eq!(parse(&key(&N.replace('-', "+"), "AQAB")), Some(Code::Malformed));
        // e = 1, e = 2.
        assert_eq!(parse(&key(N, "AQ")), Some(Code::KeyUnusable));
        assert_eq!(parse(&key(N, "Ag")), Some(Code::KeyUnusable));
        assert_eq!(parse(&key("AQAB", "AQAB")), Some(Code::KeyTooSmall));
        assert_eq!(parse(r#"{"kty":"RSA","n":"AQAB"}"#), Some(Code::MissingMember));
        assert_eq!(parse(r#"{"n":"AQAB","e":"AQAB"}"#), Some(Code::MissingMember));
        assert_eq!(parse(r#"{"kty":"oct","k":"AQAB"}"#), Some(Code::KeyUnusable));
        assert_eq!(
            parse(r#"{"kty":"EC","crv":"P-384","x":"AQ","y":"AQ"}"#),
            Some(Code::KeyUnusable)
        );
        assert_eq!(parse(r#"{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}"#), Some(Code::Malformed));
    }

    #[test]
    fn a_key_of_a_set_equals_the_same_key_alone_and_no_other() {
        let (a, b) = (r#","kid":"a""#, r#","kid":"b""#);
        assert_eq!(set(&[a]).keys(), [rsa(a).unwrap()]);
        assert_ne!(set(&[a]).keys(), [rsa(b).unwrap()]);
    }

    #[test]
    fn selection_is_exact_or_refused() {
        let code = |set: &JwkSet, kid| set.select(kid).err().map(|error| error.code());
        let (a, b) = (r#","kid":"a""#, r#","kid":"b""#);

        let two = set(&[a, b]);
        assert_eq!(two.select(Some("b")).unwrap().kid(), Some("b"));
        assert_eq!(code(&two, Some("c")), Some(Code::UnknownKey));
        assert_eq!(code(&two, Some("A")), Some(Code::UnknownKey));
        assert_eq!(code(&two, None), Some(Code::AmbiguousKey));

        assert_eq!(code(&set(&[a, a]), Some("a")), Some(Code::AmbiguousKey));
        assert_eq!(code(&set(&[a]), None), None);
        assert_eq!(code(&set(&[a]), Some("b")), Some(Code::UnknownKey));
        // One nameless key is the only one that can be meant; of two, one is not.
        assert_eq!(code(&set(&[""]), Some("b")), None);
        assert_eq!(code(&set(&["", a]), Some("b")), Some(Code::UnknownKey));
        assert_eq!(code(&set(&["", a]), Some("a")), None);
        assert_eq!(code(&set(&[]), Some("a")), Some(Code::NoKey));

        // An unusable twin makes a name ambiguous, too; alone it says why it is unusable.
        let twin = r#","kid":"a","use":"enc""#;
        assert_eq!(code(&set(&[a, twin]), Some("a")), Some(Code::AmbiguousKey));
        assert_eq!(code(&set(&[twin, b]), Some("a")), Some(Code::KeyUse));
        assert_eq!(set(&[twin, b]).problems()[0].index, 0);

        // One single key is meant by any name only if it has none itself, usable or not.
        assert_eq!(code(&set(&[r#","use":"enc""#]), Some("b")), Some(Code::KeyUse));
        assert_eq!(code(&set(&[twin]), Some("b")), Some(Code::UnknownKey));
    }

    #[test]
    fn an_ambiguous_name_counts_its_keys_and_no_others() {
        let (a, b, bad) = (r#","kid":"a""#, r#","kid":"b""#, r#","kid":"a","use":"enc""#);
        for (keys, candidates) in [
            (&[a, a, b][..], 2),
            (&[a, bad, b], 2),
            (&[bad, bad, b], 2),
            (&[a, a, bad, bad, b, r#","kid":"b","use":"enc""#], 4),
        ] {
            let error = set(keys).select(Some("a")).unwrap_err();
            assert_eq!(error, Error::AmbiguousKey { candidates }, "{keys:?}");
        }
    }

    #[test]
    fn a_set_is_known_by_its_digest_until_it_is_put_together_with_another() {
        let (one, other) = (set(&[r#","kid":"a""#]), set(&[r#","kid":"b""#]));
        let joined = |mut first: JwkSet, second: &JwkSet| {
            first.extend(second.clone());
            first
        };
        assert!(one.info().is_some());
        assert_eq!(joined(JwkSet::default(), &one), one);
        assert_eq!(joined(one.clone(), &other).info(), None);
        // A set that has unusable keys only is not an empty one.
        let unusable = set(&[r#","use":"enc""#]);
        assert_eq!(joined(unusable.clone(), &one).info(), None);
        let empty = [JwkSet::default(), one, unusable].map(|set| set.is_empty());
        assert_eq!(empty, [true, false, false]);
    }

    #[test]
    fn sets_keep_their_limits() {
        let limits = Limits::default().with_keys(1).with_kid_bytes(2).with_key_set_bytes(400);
        let one = |kid: &str| format!(r#"{{"kty":"RSA","e":"AQAB","n":"{N}","kid":"{kid}"}}"#);
        let parse = |text: &str| JwkSet::parse(text.as_bytes(), &limits);
        assert_eq!(parse(&format!(r#"{{"keys":[{}]}}"#, one("ab"))).unwrap().keys().len(), 1);
        let long = parse(&format!(r#"{{"keys":[{}]}}"#, one("abc"))).unwrap();
        assert_eq!(long.problems()[0].error.code(), Code::TooLarge);
        assert_eq!(parse(r#"{"keys":[{},{}]}"#).unwrap_err().code(), Code::TooLarge);
        let padded = format!(r#"{{"keys":[]{}}}"#, " ".repeat(390));
        assert_eq!(parse(&padded).unwrap_err().code(), Code::TooLarge);
        assert_eq!(parse("{}").unwrap_err().code(), Code::MissingMember);
        assert_eq!(parse(r#"{"keys":{}}"#).unwrap_err().code(), Code::WrongType);
        assert_eq!(parse(r#"{"keys":[1]}"#).unwrap().problems().len(), 1);
    }
}
