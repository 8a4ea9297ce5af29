//! The published answer, and answers of every era signed with keys of our own.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256, Sha512};

use super::expected::Expected;
use super::status::Status;
use super::token::{Era, SignedRegistration};
use super::verify::{Registration, Verifier};
use crate::code::Code;
use crate::crypto::{Algorithm, PublicKey};
use crate::encoding::base64::{encode_standard, encode_url};
use crate::encoding::json::parse_object;
use crate::error::Error;
use crate::jose::{Jwk, JwkSet};
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::device::object::DigitalId;
use crate::policy::Policy;
use crate::report::{Check, Outcome, Report, Warning};
use crate::time::{At, Leeway, Time};
use crate::verify::{Item, Steps as _};

mod content;
mod eras;
mod expected;
mod key_choice;
mod keys;
mod published;

use keys::KEYS;

const RESPONSE: &[u8] =
    include_bytes!("../../../../test-vectors/seed/registered-devices-response.json");
const REQUEST: &[u8] =
    include_bytes!("../../../../test-vectors/seed/registered-devices-request.json");
const SIGNER: &[u8] = include_bytes!("../../../../test-vectors/seed/mosip-signer.jwk.json");

/// Two certificates of the 2048-bit test key: for 2020, and renewed for 2021.
const CERTIFICATES: [&[u8]; 2] = [
    include_bytes!("../../../../test-vectors/keys/registration-signer-2020.pem"),
    include_bytes!("../../../../test-vectors/keys/registration-signer-2021.pem"),
];

fn limits() -> Limits {
    Limits::default()
}

fn time(text: &str) -> Time {
    Time::parse_rfc3339(text).unwrap()
}

/// When the published answer was given.
fn captured() -> Time {
    time("2020-01-13T07:25:29Z")
}

fn published() -> Verifier {
    Verifier::new(Jwk::parse(SIGNER, &limits()).unwrap().into(), Policy::default())
}

fn token() -> String {
    let body = parse_object("test", RESPONSE, &limits()).unwrap();
    body.string("test", "response").unwrap().to_string()
}

/// Verifies, and demands the same verdict of the explanation.
fn verdict(
    verifier: &Verifier,
    input: &[u8],
    expected: &Expected,
    at: impl Into<At>,
) -> Result<Registration, Error> {
    let at = at.into();
    let result = verifier.verify(input, expected, at);
    let report = verifier.explain(input, expected, at);
    assert_eq!(report.code(), result.as_ref().err().map_or(Code::Ok, Error::code));
    assert_eq!(report.claims.is_some(), result.is_ok());
    for check in ALL_CHECKS {
        assert!(report.checks.iter().any(|entry| entry.check == check), "{check:?} is missing");
    }
    result
}

const ALL_CHECKS: [Check; 13] = [
    Check::ENVELOPE,
    Check::STRUCTURE,
    Check::ERA,
    Check::HEADER,
    Check::KEY,
    Check::ALGORITHM,
    Check::KEY_SIZE,
    Check::SIGNATURE,
    Check::CLAIMS,
    Check::DIGITAL_ID,
    Check::KEY_CERTIFICATE,
    Check::CONTENT,
    Check::WINDOW,
];

fn code(verifier: &Verifier, input: impl AsRef<[u8]>) -> Code {
    code_of(verdict(verifier, input.as_ref(), &Expected::new(), captured()))
}

fn code_of<T>(result: Result<T, Error>) -> Code {
    result.err().map_or(Code::Ok, |error| error.code())
}

fn explain(verifier: &Verifier, input: impl AsRef<[u8]>) -> Report {
    verifier.explain(input.as_ref(), &Expected::new(), captured())
}

/// A test key of `bits`: `s = m^d mod n`.
struct Signer {
    n: BigUint,
    d: BigUint,
}

impl Signer {
    fn new(bits: usize) -> Self {
        let (_, n, d) = KEYS.iter().find(|(size, ..)| *size == bits).unwrap();
        let number = |text: &str| BigUint::parse_bytes(text.as_bytes(), 16).unwrap();
        Self { n: number(n), d: number(d) }
    }

    fn key(&self) -> Jwk {
        PublicKey::rsa(&self.n.to_bytes_be(), &[1, 0, 1]).unwrap().into()
    }

    /// The key as JWK with more members, each with its leading comma.
    fn jwk(&self, more: &str) -> Jwk {
        let n = encode_url(&self.n.to_bytes_be());
        let text = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{n}"{more}}}"#);
        Jwk::parse(text.as_bytes(), &limits()).unwrap()
    }

    /// RFC 8017 section 8.2.1, with the `DigestInfo` prefixes of its section 9.2.
    fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let (oid, digest) = match algorithm {
            Algorithm::Rs256 => (1, Sha256::digest(message).to_vec()),
            _ => (3, Sha512::digest(message).to_vec()),
        };
        let length = u8::try_from(digest.len()).unwrap();
        let mut info = alloc::vec![0x30, length + 17, 0x30, 13, 6, 9];
        info.extend([0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, oid, 5, 0, 4, length]);
        info.extend(digest);
        let size = usize::try_from(self.n.bits()).unwrap().div_ceil(8);
        let mut encoded = alloc::vec![0xff; size - info.len()];
        encoded[..2].copy_from_slice(&[0, 1]);
        *encoded.last_mut().unwrap() = 0;
        encoded.extend(info);
        let signature = BigUint::from_bytes_be(&encoded).modpow(&self.d, &self.n).to_bytes_be();
        let mut padded = alloc::vec![0; size - signature.len()];
        padded.extend(signature);
        padded
    }

    fn jws(&self, header: &str, payload: &[u8]) -> String {
        let input = format!("{}.{}", encode_url(header.as_bytes()), encode_url(payload));
        let signature = self.sign(Algorithm::Rs256, input.as_bytes());
        format!("{input}.{}", encode_url(&signature))
    }

    /// The token of an era, as the servers of that era make it.
    fn answer(&self, era: Era, payload: &str) -> String {
        if era == Era::C {
            return self.jws(RS256, payload.as_bytes());
        }
        let part2 = encode_standard(payload.as_bytes());
        let service_text = match era {
            Era::A => encode_standard(&self.sign(Algorithm::Rs512, part2.as_bytes())),
            Era::APrime => self.jws(RS256, part2.as_bytes()),
            _ => detach(&self.jws(RS256, part2.as_bytes())),
        };
        wrap(payload, &service_text)
    }
}

const RS256: &str = r#"{"alg":"RS256"}"#;
const ERAS: [Era; 4] = [Era::A, Era::APrime, Era::B, Era::C];

/// Takes the payload out of a JWS.
fn detach(jws: &str) -> String {
    let (header, rest) = jws.split_once('.').unwrap();
    format!("{header}..{}", rest.split_once('.').unwrap().1)
}

/// Puts a payload and what the signing service said together, as `convertToJWS` does.
fn wrap(payload: &str, service_text: &str) -> String {
    let header = r#"{"alg":"RS256","type":"JWS"}"#;
    [header, payload, service_text].map(|part| encode_standard(part.as_bytes())).join(".")
}

const DIGITAL_ID: &str = r#"{"serialNo":"1","deviceProvider":"P","deviceProviderId":"I","make":"M","model":"N","dateTime":"2020-08-02T23:46:25.153Z","type":"Iris","deviceSubType":"Double"}"#;

/// The payload of an answer with this digital id text.
fn payload(digital_id: &str) -> String {
    format!(
        r#"{{"status":"Registered","digitalId":"{digital_id}","deviceCode":"c","env":"Staging","timeStamp":"2020-08-02T23:46:25.154Z"}}"#
    )
}

fn plain() -> String {
    payload(&encode_url(DIGITAL_ID.as_bytes()))
}

fn verifier(keys: impl Into<JwkSet>) -> Verifier {
    Verifier::new(keys.into(), Policy::default())
}

fn set(keys: impl IntoIterator<Item = Jwk>) -> JwkSet {
    let mut set = JwkSet::default();
    keys.into_iter().for_each(|key| set.push(key));
    set
}

fn own() -> (Signer, Verifier) {
    let signer = Signer::new(2048);
    let verifier = verifier(signer.key());
    (signer, verifier)
}
