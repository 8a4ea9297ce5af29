//! What the library should say, written down a second time with other people's parsers.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::jose::{Jwk, JwkSet};
use countersign::{Algorithm, At, Leeway, Rsa1024};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// JSON as strictly as the library reads it; numbers keep their text.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// The library's limits on JSON.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub depth: u8,
    pub members: u8,
}

pub const DEFAULT: Bounds = Bounds { depth: 16, members: 64 };

/// The members of an object in their order, each with the text of its value.
struct Members<'de>(Vec<(String, &'de RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

impl Json {
    pub fn parse(text: &[u8], bounds: Bounds) -> Option<Self> {
        let text: &RawValue = serde_json::from_slice(text).ok()?;
        Self::read(text.get(), bounds)
    }

    fn read(text: &str, mut bounds: Bounds) -> Option<Self> {
        let first = *text.as_bytes().first()?;
        if matches!(first, b'{' | b'[') {
            bounds.depth = bounds.depth.checked_sub(1)?;
        }
        Some(match first {
            b'{' => {
                let Members(members) = serde_json::from_str(text).ok()?;
                if members.len() > usize::from(bounds.members) {
                    return None;
                }
                let mut object: Vec<(String, Self)> = Vec::new();
                for (name, value) in members {
                    if object.iter().any(|(other, _)| *other == name) {
                        return None;
                    }
                    object.push((name, Self::read(value.get(), bounds)?));
                }
                Self::Object(object)
            }
            b'[' => {
                let values: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                let values = values.into_iter().map(|value| Self::read(value.get(), bounds));
                Self::Array(values.collect::<Option<_>>()?)
            }
            b'"' => Self::String(serde_json::from_str(text).ok()?),
            b't' | b'f' => Self::Bool(first == b't'),
            b'n' => Self::Null,
            _ => Self::Number(text.to_owned()),
        })
    }

    pub fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    pub fn text(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// A whole number of seconds between the years 1970 and 9999.
    pub fn time(&self) -> Option<i64> {
        let Self::Number(text) = self else { return None };
        text.parse().ok().filter(|seconds| (0..=253_402_300_799).contains(seconds))
    }
}

/// The thumbprints of a key's certificate (RFC 7517, sections 4.8 and 4.9).
#[derive(Default)]
pub struct Marks {
    sha1: Option<Vec<u8>>,
    sha256: Option<Vec<u8>>,
}

impl Marks {
    /// Those of the first certificate of `x5c`, or what a JWK without one states.
    pub fn of(jwk: &Value) -> Self {
        if let Some(certificate) = jwk["x5c"][0].as_str() {
            let der = STANDARD.decode(certificate).unwrap();
            let (sha1, sha256) = (Sha1::digest(&der).to_vec(), Sha256::digest(&der).to_vec());
            return Self { sha1: Some(sha1), sha256: Some(sha256) };
        }
        Self::stated(|name| jwk[name].as_str())
    }

    fn stated<'t>(member: impl Fn(&'static str) -> Option<&'t str>) -> Self {
        let digest = |name, size| {
            let digest = URL_SAFE_NO_PAD.decode(member(name)?).ok()?;
            Some(digest).filter(|digest| digest.len() == size)
        };
        Self { sha1: digest("x5t", 20), sha256: digest("x5t#S256", 32) }
    }

    /// Whether a token with these means a key with those: SHA-256 decides where both have it.
    fn mean(&self, key: &Self) -> bool {
        match (&self.sha256, &key.sha256) {
            (Some(token), Some(key)) => token == key,
            _ => self.sha1.is_some() && self.sha1 == key.sha1,
        }
    }
}

/// The keys of a verifier.
pub struct Keys<'k> {
    pub set: &'k JwkSet,
    /// Of every usable key of the set.
    pub marks: &'k [Marks],
}

impl<'k> Keys<'k> {
    /// Finds the key of a token. Without `kid`, that is the only one that may have made it: a
    /// thumbprint decides among several, and an unusable key may have made any token.
    fn find(&self, header: &Json, kid: Option<&str>, algorithm: &str) -> Option<&'k Jwk> {
        if kid.is_some() {
            return self.set.select(kid).ok();
        }
        let stated = Marks::stated(|name| header.member(name).and_then(Json::text));
        let fits = |key: &Jwk| key.declared_algorithm().is_none_or(|own| own.name() == algorithm);
        let keys = || self.set.keys().iter().zip(self.marks).filter(|(key, _)| fits(key));
        let marked: Vec<&Jwk> =
            keys().filter(|(_, marks)| stated.mean(marks)).map(|(key, _)| key).collect();
        let candidates = if !marked.is_empty() {
            marked
        } else if self.set.problems().is_empty() {
            keys().map(|(key, _)| key).collect()
        } else {
            return None;
        };
        let same = |key: &Jwk, other: &Jwk| {
            let names = key.kid().is_none() || other.kid().is_none() || key.kid() == other.kid();
            names && key.thumbprint() == other.thumbprint()
        };
        let (first, rest) = candidates.split_first()?;
        rest.iter().all(|other| same(first, other)).then_some(*first)
    }
}

/// A token as a verifier has it that finds every signature valid.
pub struct Authentic<'k> {
    pub header: Json,
    pub payload: Vec<u8>,
    pub key: &'k Jwk,
}

/// Reads a compact JWS (RFC 7515) and finds its key, or `None` where something is wrong.
pub fn authentic<'k>(
    token: &[u8],
    keys: &Keys<'k>,
    rsa_1024: Rsa1024,
    format: Option<Algorithm>,
) -> Option<Authentic<'k>> {
    let text = std::str::from_utf8(token).ok().filter(|token| token.len() <= 8192)?;
    let parts: Vec<&str> = text.split('.').collect();
    let [header, payload, signature] = parts[..] else { return None };
    if header.is_empty() || signature.is_empty() {
        return None;
    }
    let decode = |text| URL_SAFE_NO_PAD.decode(text).ok();
    let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);
    let header = Json::parse(&header, DEFAULT)?;
    let Json::Object(_) = header else { return None };
    let absent = |name| header.member(name).is_none();
    let optional_text = |name| absent(name) || header.member(name).and_then(Json::text).is_some();
    let b64 = header.member("b64").is_none_or(|b64| *b64 == Json::Bool(true));
    if !absent("crit") || !b64 || !absent("enc") || !absent("zip") || !optional_text("typ") {
        return None;
    }
    let kid = header.member("kid").and_then(Json::text);
    if !optional_text("kid") || kid.is_some_and(|kid| kid.len() > 256) {
        return None;
    }
    let algorithm = header.member("alg")?.text()?;
    let key = keys.find(&header, kid, algorithm)?;
    if format.unwrap_or(key.algorithm()).name() != algorithm || key.algorithm().name() != algorithm
    {
        return None;
    }
    let in_range = match key.key().as_rsa() {
        Some(rsa) => {
            let big_enough = match rsa_1024 {
                Rsa1024::Allow => rsa.bits() == 1024 || rsa.bits() >= 2048,
                _ => rsa.bits() >= 2048,
            };
            big_enough && signature.len() == rsa.size() && signature[..] < *rsa.modulus()
        }
        None => {
            let scalar = |half: &[u8]| half.iter().any(|b| *b != 0) && half < &ORDER[..];
            signature.len() == 64 && scalar(&signature[..32]) && scalar(&signature[32..])
        }
    };
    in_range.then_some(Authentic { header, payload, key })
}

/// Order of the group of P-256 (FIPS 186-5, SEC 2 section 2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Tells whether now, give or take the leeway, is not before the start and before the expiry.
pub fn is_current(at: i64, leeway: Leeway, start: Option<i64>, expiry: Option<i64>) -> bool {
    start.is_none_or(|start| at + leeway.seconds() >= start)
        && expiry.is_none_or(|expiry| at < expiry + leeway.seconds())
}

/// The instant of a time of judgement.
pub fn instant(at: At, issued: Option<i64>) -> Option<i64> {
    match at {
        At::Time(time) => Some(time.unix()),
        _ => issued,
    }
}

/// Registered claims (RFC 7519) of a payload.
pub struct Claims {
    pub json: Json,
    pub issued: Option<i64>,
    pub not_before: Option<i64>,
    pub expiry: Option<i64>,
}

impl Claims {
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let json = Json::parse(payload, DEFAULT)?;
        let Json::Object(_) = json else { return None };
        let time = |name| match json.member(name) {
            None => Some(None),
            Some(value) => value.time().map(Some),
        };
        let (issued, not_before, expiry) = (time("iat")?, time("nbf")?, time("exp")?);
        for name in ["iss", "sub", "jti", "nonce"] {
            if json.member(name).is_some_and(|value| value.text().is_none()) {
                return None;
            }
        }
        match json.member("aud") {
            None | Some(Json::String(_)) => {}
            Some(Json::Array(elements)) if elements.iter().all(|e| e.text().is_some()) => {}
            Some(_) => return None,
        }
        Some(Self { json, issued, not_before, expiry })
    }
}
