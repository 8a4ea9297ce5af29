//! What is verified: public artefacts that come with the command.
//!
//! They are minted by `cargo xtask vectors`; the command itself holds no private-key code.

use countersign::encoding::json::{self, Object, Value};
use countersign::jose::{CompactJws, Jwk, jws};
use countersign::{Algorithm, Error, Limits, Time, sha256};
use countersign_audit::Kind;

use super::race::wrong;
use crate::exit::Stop;

const SAMPLES: &[u8] = include_bytes!("samples.json");
const PART: &str = "samples";

/// Artefacts of one kind, under one algorithm and key.
pub(crate) struct Sample {
    pub(crate) kind: Kind,
    pub(crate) algorithm: Algorithm,
    pub(crate) bits: usize,
    pub(crate) key: Jwk,
    /// What DVS certificates are about.
    pub(crate) hash: Option<String>,
    /// When all artefacts are valid.
    pub(crate) at: Time,
    pub(crate) valid: Vec<Vec<u8>>,
}

/// Reads the samples.
pub(crate) fn load() -> Result<Vec<Sample>, Stop> {
    parse().map_err(|error| wrong(&error))
}

fn parse() -> Result<Vec<Sample>, Error> {
    let limits = Limits::default();
    let file = json::parse_object(PART, SAMPLES, &limits)?;
    let at = Time::from_unix(file.integer(PART, "at")?)
        .ok_or(Error::MissingMember { part: PART, member: "at" })?;
    array(&file, "samples")?
        .iter()
        .filter_map(Value::as_object)
        .map(|sample| Sample::read(sample, at, &limits))
        .collect()
}

fn array<'v, 'a>(object: &'v Object<'a>, member: &'static str) -> Result<&'v [Value<'a>], Error> {
    let array = object.member(member).and_then(Value::as_array);
    array.ok_or(Error::MissingMember { part: PART, member })
}

impl Sample {
    fn read(sample: &Object<'_>, at: Time, limits: &Limits) -> Result<Self, Error> {
        let missing = |member| Error::MissingMember { part: PART, member };
        let kind = sample.string(PART, "kind")?;
        let key = sample.member("key").ok_or(missing("key"))?.to_string();
        let key = Jwk::parse(key.as_bytes(), limits)?;
        let artefacts = array(sample, "artefacts")?.iter().filter_map(Value::as_str);
        Ok(Self {
            kind: Kind::from_name(kind).ok_or(missing("kind"))?,
            algorithm: sample.string(PART, "algorithm")?.parse()?,
            bits: key.key().bits(),
            key,
            hash: sample.optional_string(PART, "hash")?.map(str::to_string),
            at,
            valid: artefacts.map(|artefact| artefact.as_bytes().to_vec()).collect(),
        })
    }

    /// Returns the artefacts, each with one character near its end changed.
    pub(crate) fn altered(&self) -> Vec<Vec<u8>> {
        let mut altered = self.valid.clone();
        for artefact in &mut altered {
            if let Some(character) = artefact.iter_mut().rev().nth(20) {
                *character = if *character == b'A' { b'B' } else { b'A' };
            }
        }
        altered
    }

    pub(crate) fn is_jws_rs256(&self) -> bool {
        self.kind.name() == jws::Verifier::KIND && self.algorithm == Algorithm::Rs256
    }
}

/// The signature of a token, and the digest that it is over.
pub(crate) struct Signature {
    pub(crate) digest: [u8; 32],
    pub(crate) signature: Vec<u8>,
}

impl Signature {
    pub(crate) fn of(token: &[u8]) -> Result<Self, Error> {
        let token = CompactJws::parse(token, &Limits::default())?;
        let digest = sha256(token.signing_input());
        Ok(Self { digest, signature: token.signature().to_vec() })
    }
}
