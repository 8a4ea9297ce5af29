//! JSON Web Keys and key sets ([RFC 7517]), with the parameters of [RFC 7518 §6].
//!
//! [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
//! [RFC 7518 §6]: https://www.rfc-editor.org/rfc/rfc7518#section-6

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::certified::Marks;
use super::purpose::Purpose;
use super::thumbprint::thumbprint;
use super::{certified, published};
use crate::crypto::{Algorithm, PublicKey, sha256};
use crate::encoding::json::{self, Object, Value};
use crate::encoding::{Fault, base64};
use crate::error::{Error, KeyFault};
use crate::limits::Limits;
use crate::report::{KeyInfo, KeyName, KeySetInfo};
use crate::x509::{Certificate, Validity};

pub(super) const PART: &str = "key";

/// The members of private keys ([RFC 7518] sections 6.2.2 and 6.3.2).
///
/// [RFC 7518]: https://www.rfc-editor.org/rfc/rfc7518
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// A public key for verification, bound to one algorithm.
///
/// A JWK without `alg` is bound to RS256 or ES256, depending on its type: it verifies no other
/// algorithm, whatever a token says. (The format of MOSIP's oldest answers, not their header, fixes
/// RSA with SHA-512; for these, [`crate::mosip::registration`] accepts an RSA key without `alg`.)
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
/// Two keys are equal if they have the same name and verify the same signatures, whichever set they
/// came from.
#[derive(Clone, Debug)]
pub struct Jwk {
    key: PublicKey,
    algorithm: Algorithm,
    declared: Option<Algorithm>,
    kid: Option<Arc<str>>,
    thumbprint: Arc<str>,
    validity: Option<Validity>,
    /// The thumbprints of its certificate.
    marks: Marks,
    published: bool,
    /// The modulus was written with a sign.
    leading_zero: bool,
    /// The set that the key came from, for reports.
    set: Option<KeySetInfo>,
}

impl PartialEq for Jwk {
    fn eq(&self, other: &Self) -> bool {
        // That it is published follows from the key, and thumbprints of certificates only select.
        let Self { key, algorithm, declared, kid, thumbprint, validity, .. } = self;
        (key, algorithm, declared) == (&other.key, &other.algorithm, &other.declared)
            && (kid, thumbprint, validity) == (&other.kid, &other.thumbprint, &other.validity)
    }
}

impl Eq for Jwk {}

impl Jwk {
    /// Parses one JWK.
    ///
    /// Checked: `kty`, `crv`, `alg`, `use`, `key_ops`, the strict encoding of every parameter, and
    /// what [`PublicKey`] checks. If there is an `x5c` ([RFC 7517 §4.7]): that the key of its first
    /// certificate is this one, that the certificate's key usage allows signatures, and that `x5t`
    /// and `x5t#S256` are its thumbprints; its validity is kept, and checked at verification. *Not*
    /// checked: who issued it, and the other certificates of `x5c`. `x5u` is ignored. Thumbprints
    /// without an `x5c` are not checked; they select this key for tokens that name no `kid`.
    ///
    /// A member that is `null` counts as absent. One zero byte before a modulus whose highest bit
    /// is set is accepted, because Java writes it as a sign; reports carry the warning
    /// [`LeadingZero`](crate::Warning::LeadingZero) when such a key is used. Other leading zero
    /// bytes are refused, since no encoder has a reason to write them.
    ///
    /// # Errors
    ///
    /// The errors of malformed JSON, [`Error::KeyUse`], [`Error::KeyTooSmall`], and for every other
    /// fault [`Error::KeyUnusable`] with its [`KeyFault`].
    ///
    /// [RFC 7517 §4.7]: https://www.rfc-editor.org/rfc/rfc7517#section-4.7
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        check_size(text, limits)?;
        let object = json::parse_object(PART, text, limits).map_err(|error| match error {
            Error::NotAnObject { .. } => error.of_key(),
            other => other,
        });
        let object = object?.without_nulls();
        Self::from_object(&object, limits).map_err(Error::of_key)
    }

    /// Takes the key out of a certificate, with its dates.
    ///
    /// Checked: that the certificate's key usage allows signatures, and what [`PublicKey`] checks.
    pub(super) fn from_certificate(certificate: &Certificate) -> Result<Self, Error> {
        certificate.may_sign()?;
        let (validity, marks) = (Some(certificate.validity()), Marks::of(certificate));
        Ok(Self { validity, marks, ..Self::from(certificate.key()?.clone()) })
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
        let mut leading_zero = false;
        let key = match kty {
            "RSA" => {
                let mut n = decode(object, "n")?;
                if matches!(n[..], [0, 0x80..=0xff, ..]) {
                    leading_zero = true;
                    n.remove(0);
                }
                PublicKey::rsa(&unsigned(n, "n")?, &unsigned(decode(object, "e")?, "e")?)?
            }
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
            validity: certificate.as_ref().map(Certificate::validity),
            marks: certificate.as_ref().map_or_else(|| Marks::stated(object), Marks::of),
            leading_zero,
            ..Self::from(key)
        })
    }

    /// Returns the key itself.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Returns the only algorithm that this key verifies.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the algorithm that the key declares, or else the one given for keys that declare none,
    /// if it fits.
    pub(crate) fn algorithm_or(&self, given: Option<Algorithm>) -> Option<Algorithm> {
        self.declared.or_else(|| given.filter(|given| self.key.fits(*given).is_ok()))
    }

    /// Returns the thumbprints of the key's certificate.
    pub(super) const fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Tells whether the JWK encodes its modulus with a leading zero byte.
    #[must_use]
    pub const fn has_leading_zero(&self) -> bool {
        self.leading_zero
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

    /// Returns the SHA-256 thumbprint ([RFC 7638]) in base64url.
    ///
    /// [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Returns what a report calls this key.
    pub(crate) fn name(&self) -> KeyName {
        self.kid.as_ref().map_or_else(
            || KeyName::Thumbprint(Arc::clone(&self.thumbprint)),
            |kid| KeyName::Kid(Arc::clone(kid)),
        )
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

    /// Returns the validity of the key's certificate, if it has one: a PEM certificate, or the
    /// first of `x5c`.
    #[must_use]
    pub const fn validity(&self) -> Option<Validity> {
        self.validity
    }
}

impl Jwk {
    /// Tells whether the private half of this key is published, or parties other than its owner are
    /// known to use it. When such a key is used, reports carry the warning
    /// [`PublishedKey`](crate::Warning::PublishedKey).
    ///
    /// The list is short: examples of RFCs, defaults of well-known tools, samples of platforms. Its
    /// absence from the list does not make a key safe.
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
            marks: Marks::default(),
            leading_zero: false,
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
    /// Its identifier, if it could be read.
    pub kid: Option<String>,
    /// Why it cannot be used.
    pub error: Error,
    /// What it says it is for.
    pub(super) purpose: Purpose,
}

impl KeyProblem {
    /// Notes what says neither its name nor what it is for.
    pub(super) fn nameless(index: usize, error: Error) -> Self {
        Self { index, kid: None, error, purpose: Purpose::default() }
    }
}

/// The keys that a caller trusts for one issuer.
///
/// An unusable key does not make the set unusable, but is not forgotten:
/// [`problems`](Self::problems) lists it, and a token that selects it is refused with its reason.
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
    /// Parses a JWK Set ([RFC 7517 §5]).
    ///
    /// # Errors
    ///
    /// If the whole text is unusable: not strict JSON, no array `keys`, or beyond the limits.
    /// Single unusable keys are not an error. Members that are `null` count as absent.
    ///
    /// [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        check_size(text, limits)?;
        let object = json::parse_object("key set", text, limits)?.without_nulls();
        let elements = match object.into_member("keys") {
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
        for (index, element) in elements.into_iter().enumerate() {
            let object = match element {
                Value::Object(object) => object.without_nulls(),
                other => {
                    let error = Error::KeyUnusable(KeyFault::NotAnObject { found: other.kind() });
                    set.problems.push(KeyProblem::nameless(index, error));
                    continue;
                }
            };
            match Jwk::from_object(&object, limits).map_err(Error::of_key) {
                Ok(key) => set.keys.push(key),
                Err(error) => {
                    let kid = object.member("kid").and_then(Value::as_str);
                    // Whole, so that it is found by name; no token can name a longer one.
                    let kid = kid.map(|kid| match kid.len() > limits.kid_bytes() {
                        true => crate::error::shorten(kid),
                        false => kid.to_string(),
                    });
                    let purpose = Purpose::of(&object);
                    set.problems.push(KeyProblem { index, kid, error, purpose });
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

    /// Returns the digest of the set's bytes and when they were fetched; `None` for a set assembled
    /// from several texts.
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

    /// Adds the keys and problems of another set. Identifiers that occur in both become ambiguous.
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

    /// Returns the unusable keys, with the reasons.
    #[must_use]
    pub fn problems(&self) -> &[KeyProblem] {
        &self.problems
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

/// [RFC 7517] sections 4.2 and 4.3: a key that says what it is for says so bindingly.
///
/// [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
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

/// Checks a `Base64urlUInt` ([RFC 7518 §2]): big-endian, not empty, no leading zero byte.
///
/// [RFC 7518 §2]: https://www.rfc-editor.org/rfc/rfc7518#section-2
fn unsigned(bytes: Vec<u8>, member: &'static str) -> Result<Vec<u8>, Error> {
    match bytes.first() {
        None => Err(Error::KeyUnusable(KeyFault::Encoding { member, fault: Fault::Empty })),
        Some(0) => Err(Error::KeyUnusable(KeyFault::LeadingZeros { member })),
        Some(_) => Ok(bytes),
    }
}

/// Reads a P-256 coordinate: exactly 32 bytes ([RFC 7518 §6.2.1.2]).
///
/// [RFC 7518 §6.2.1.2]: https://www.rfc-editor.org/rfc/rfc7518#section-6.2.1.2
fn coordinate(object: &Object<'_>, member: &'static str) -> Result<[u8; 32], Error> {
    let bytes = decode(object, member)?;
    let length = bytes.len();
    let wrong = KeyFault::Length { member, bytes: length };
    bytes.try_into().map_err(|_| Error::KeyUnusable(wrong))
}

fn decode(object: &Object<'_>, member: &'static str) -> Result<Vec<u8>, Error> {
    base64::decode_url(object.string(PART, member)?.as_bytes())
        .map_err(|fault| Error::KeyUnusable(KeyFault::Encoding { member, fault }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
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
            (r#","use":1"#, Some(Code::KeyUnusable)),
            (r#","use":null,"key_ops":null,"alg":null,"kid":null,"d":null,"x5c":null"#, None),
            (r#","use":null,"key_ops":["sign"]"#, Some(Code::KeyUse)),
            (r#","use":"enc","use":null"#, Some(Code::DuplicateMember)),
            (r#","key_ops":[]"#, Some(Code::KeyUse)),
            (r#","key_ops":["sign"]"#, Some(Code::KeyUse)),
            (r#","key_ops":["verify","verify"]"#, Some(Code::KeyUse)),
            (r#","key_ops":"verify""#, Some(Code::KeyUnusable)),
            (r#","key_ops":["verify",null]"#, Some(Code::KeyUnusable)),
            (r#","key_ops":[1]"#, Some(Code::KeyUnusable)),
            (r#","alg":"none""#, Some(Code::KeyUnusable)),
            (r#","alg":"RSA-OAEP""#, Some(Code::KeyUnusable)),
            (r#","alg":"ES256""#, Some(Code::KeyUnusable)),
            (r#","alg":"HS256""#, Some(Code::KeyUnusable)),
            (r#","d":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","p":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","q":7"#, Some(Code::KeyUnusable)),
            (r#","dp":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","dq":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","qi":"AQAB""#, Some(Code::KeyUnusable)),
            (r#","oth":[]"#, Some(Code::KeyUnusable)),
            (r#","kid":7"#, Some(Code::KeyUnusable)),
            (r#","e":"AQAB""#, Some(Code::DuplicateMember)),
        ] {
            assert_eq!(rsa(more).err().map(|error| error.code()), code, "{more}");
        }
    }

    #[test]
    fn whatever_is_wrong_with_a_key_is_said_of_the_key_and_its_member() {
        let key = |n: &str, e: &str| format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
        let ec = |crv: &str, x: &str| format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"AQ"}}"#);
        let zeros = |zeros: usize, bytes: &[u8]| {
            base64::encode_url(&[alloc::vec![0; zeros], bytes.to_vec()].concat())
        };
        let n = base64::decode_url(N.as_bytes()).unwrap();
        let short = [&[0x7f], &n[1..]].concat();
        assert!(rsa("").is_ok());
        for (text, says) in [
            (key(N, "AAEAAQ"), "`e` has leading zero bytes"),
            (key(N, ""), "`e` is not base64url without padding: empty"),
            (key("", "AQAB"), "`n` is not base64url without padding: empty"),
            (key(N, "AQAB="), "`e` is not base64url without padding: "),
            (key(&format!("{N}=="), "AQAB"), "`n` is not base64url without padding: wrong padding"),
            (key(&N.replace('-', "+"), "AQAB"), "`n` is not base64url without padding: illegal"),
            (key(N, "AQ"), "RSA exponent"),
            (key(N, "Ag"), "RSA exponent"),
            (key(&zeros(0, &[&n[..127], &[2]].concat()), "AQAB"), "modulus is even"),
            // One zero byte is a sign only where the number would be negative without it.
            (key(&zeros(2, &n), "AQAB"), "`n` has leading zero bytes"),
            (key(&zeros(1, &short), "AQAB"), "`n` has leading zero bytes"),
            (key(&zeros(1, &[]), "AQAB"), "`n` has leading zero bytes"),
            (r#"{"kty":"RSA","n":"AQAB"}"#.into(), "`e` is missing"),
            (r#"{"kty":"RSA","n":null,"e":"AQAB"}"#.into(), "`n` is missing"),
            (r#"{"kty":"RSA","n":65537,"e":"AQAB"}"#.into(), "`n` is not a string"),
            (r#"{"n":"AQAB","e":"AQAB"}"#.into(), "`kty` is missing"),
            (r#"{"kty":"oct","k":"AQAB"}"#.into(), "key type is not supported"),
            (ec("P-384", "AQ"), "curve is not supported"),
            (ec("P-256", "AQ"), "`x` has 1 bytes; a coordinate of P-256 has 32"),
            ("[]".into(), "it is an array, not a JSON object"),
        ] {
            let set = format!(r#"{{"keys":[{text}]}}"#);
            let set = JwkSet::parse(set.as_bytes(), &Limits::default()).unwrap();
            let error = set.select(None).unwrap_err();
            assert_eq!(error.code(), Code::KeyUnusable, "{text}");
            let shown = error.to_string();
            assert!(shown.starts_with("key is unusable: ") && shown.contains(says), "{shown}");
            // Alone it is no key, either.
            assert!(Jwk::parse(text.as_bytes(), &Limits::default()).is_err());
        }
        let small = Jwk::parse(key("AQAB", "AQAB").as_bytes(), &Limits::default());
        assert_eq!(small.unwrap_err().code(), Code::KeyTooSmall);
    }

    #[test]
    fn the_zero_byte_of_a_sign_makes_the_same_key_with_a_mark() {
        let plain = rsa("").unwrap();
        let n = base64::decode_url(N.as_bytes()).unwrap();
        let signed = base64::encode_url(&[&[0], &n[..]].concat());
        let text = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{signed}"}}"#);
        let key = Jwk::parse(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!((&key, key.thumbprint()), (&plain, plain.thumbprint()));
        assert_eq!((key.has_leading_zero(), plain.has_leading_zero()), (true, false));
    }

    #[test]
    fn members_of_a_set_that_are_null_are_absent() {
        let parse = |text: &str| JwkSet::parse(text.as_bytes(), &Limits::default());
        let missing = Error::MissingMember { part: "key set", member: "keys" };
        assert_eq!(parse(r#"{"keys":null}"#), Err(missing));
        assert!(parse(r#"{"keys":[],"other":null}"#).is_ok());
        assert_eq!(
            parse(r#"{"keys":[null]}"#).unwrap().problems()[0].error.to_string(),
            "key is unusable: it is `null`, not a JSON object"
        );
    }

    #[test]
    fn a_key_of_a_set_equals_the_same_key_alone_and_no_other() {
        let (a, b) = (r#","kid":"a""#, r#","kid":"b""#);
        assert_eq!(set(&[a]).keys(), [rsa(a).unwrap()]);
        assert_ne!(set(&[a]).keys(), [rsa(b).unwrap()]);
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
        let long = &long.problems()[0].error;
        assert_eq!(long.code(), Code::KeyUnusable);
        assert_eq!(long.to_string(), "key is unusable: kid exceeds the limit of 2");
        assert_eq!(parse(r#"{"keys":[{},{}]}"#).unwrap_err().code(), Code::TooLarge);
        let padded = format!(r#"{{"keys":[]{}}}"#, " ".repeat(390));
        assert_eq!(parse(&padded).unwrap_err().code(), Code::TooLarge);
        assert_eq!(parse("{}").unwrap_err().code(), Code::MissingMember);
        assert_eq!(parse(r#"{"keys":{}}"#).unwrap_err().code(), Code::WrongType);
        assert_eq!(parse(r#"{"keys":[1]}"#).unwrap().problems().len(), 1);
    }
}
