//! Valid artefacts for `countersign bench`, so that the command needs no private keys.

use std::fmt::Write as _;

use countersign::Algorithm::{self, *};
use countersign::encoding::json::{Object, Value};
use countersign_testkit::{EcIssuer, Issuer, Rng, RsaIssuer, miracl, mosip};

use super::keys::{Keys, nameless};

/// When all of them are valid.
const NOW: i64 = 1_649_404_585;
/// Artefacts of each sort.
const COUNT: i64 = 4;
const HASH: &str = "1789c9eeee7dcbf9a5e9b47374e244f85263dc45922a249d37f7ba9fd4efb850";

/// One sort a line.
pub(crate) fn file(keys: &Keys) -> String {
    let rsa = |seed, bits| RsaIssuer::generate(&mut Rng::from_seed(seed), bits, Some("s1"));
    let (large, largest) = (rsa(7, 3072).unwrap(), rsa(8, 4096).unwrap());
    let samples = [
        sample("dvs-certificate", Rs256, &keys.weak, certificate),
        sample("dvs-certificate", Rs256, &keys.main, certificate),
        sample("mosip-registration", Rs256, &keys.main, registration),
        sample("jws", Rs256, &keys.weak, jwt),
        sample("jws", Rs256, &keys.main, jwt),
        sample("jws", Rs256, &large, jwt),
        sample("jws", Rs256, &largest, jwt),
        sample("jws", Ps256, &keys.main, |issuer, i| token(issuer, Ps256, i)),
        sample("jws", Es256, &keys.ec, |issuer: &EcIssuer, i| token(issuer, Es256, i)),
    ];
    let mut text = format!("{{\"at\":{NOW},\"samples\":[\n");
    for (index, sample) in samples.iter().enumerate() {
        let comma = if index == 0 { "" } else { ",\n" };
        write!(text, "{comma}{sample}").unwrap();
    }
    text + "\n]}\n"
}

fn sample<I: Issuer>(
    kind: &'static str,
    algorithm: Algorithm,
    issuer: &I,
    make: impl Fn(&I, i64) -> String,
) -> Object<'static> {
    // The registrations name no key.
    let key = if kind == "mosip-registration" { nameless(issuer) } else { issuer.jwk() };
    let artefacts = (0..COUNT).map(|i| make(issuer, i).into()).collect();
    let sample = Object::new()
        .with("kind", kind)
        .with("algorithm", algorithm.name())
        .with("key", key.with("alg", algorithm.name()));
    let sample = if kind == "dvs-certificate" { sample.with("hash", HASH) } else { sample };
    sample.with("artefacts", Value::Array(artefacts))
}

fn certificate(issuer: &RsaIssuer, i: i64) -> String {
    miracl::certificate(issuer, NOW - i, NOW - i + 10, HASH).unwrap()
}

fn registration(issuer: &RsaIssuer, i: i64) -> String {
    use countersign::mosip::registration::Era;
    let id = mosip::digital_id("1801160992");
    let time = format!("2022-04-08T07:56:2{i}.000Z");
    let code = "8cd42864-2cdc-4067-8d11-40b25ff8c760";
    let payload = mosip::payload(issuer, Era::B, &id, code, "Staging", &time).unwrap();
    mosip::token(issuer, Era::B, payload.as_bytes()).unwrap()
}

fn jwt(issuer: &RsaIssuer, i: i64) -> String {
    token(issuer, Rs256, i)
}

/// A token as identity providers issue them.
fn token(issuer: &impl Issuer, algorithm: Algorithm, i: i64) -> String {
    let claims = Object::new()
        .with("iss", "https://issuer.example")
        .with("sub", format!("5f0c1e3a-0000-4000-8000-00000000000{i}"))
        .with("aud", "https://api.example")
        .with("iat", NOW - i)
        .with("nbf", NOW - i)
        .with("exp", NOW - i + 300)
        .with("email", format!("user{i}@mail.example"));
    issuer.sign(&issuer.header(algorithm), claims.to_string().as_bytes(), algorithm).unwrap()
}
