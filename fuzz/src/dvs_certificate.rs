//! DVS certificates, bare and inside the service's answer.

use countersign::miracl::dvs::{Expected, SignatureRequest, Verifier};
use countersign::{Algorithm, At, Error, Leeway, Limits};

use super::jws;
use super::oracle::{self, Json};
use super::support::{self, DVS, Input};

const REQUEST: &[u8] = include_bytes!("../../test-vectors/seed/dvs-verify-request.json");

/// What the certificate must be about: a hash, and a time before which it was signed.
struct Wanted {
    hash: Option<String>,
    signed: Option<i64>,
}

impl Wanted {
    fn read(choice: u8) -> (Self, Expected) {
        let request = SignatureRequest::parse(REQUEST, &Limits::default()).unwrap();
        match choice % 3 {
            0 => (Self { hash: None, signed: None }, Expected::unbound()),
            1 => {
                let hash = "74657374".to_owned();
                (Self { hash: Some(hash.clone()), signed: None }, Expected::hash(hash))
            }
            _ => {
                let (hash, signed) = (request.hash().to_owned(), request.timestamp().unix());
                let expected = Expected::request(&request);
                (Self { hash: Some(hash), signed: Some(signed) }, expected)
            }
        }
    }

    fn is_met(&self, payload: &[u8], at: At, leeway: Leeway) -> bool {
        let Some(claims) = Json::parse(payload, oracle::DEFAULT) else { return false };
        let time = |name| claims.member(name).and_then(Json::time);
        let hash = claims.member("hash").and_then(Json::text).filter(|hash| !hash.is_empty());
        let (Some(created), Some(expiry), Some(hash)) = (time("cAt"), time("exp"), hash) else {
            return false;
        };
        // What only tokens of other kinds have.
        const FOREIGN: [&str; 10] =
            ["iss", "sub", "aud", "amr", "nonce", "cid", "scp", "scope", "projectID", "events"];
        if FOREIGN.iter().any(|name| claims.member(name).is_some()) || expiry - created > 3600 {
            return false;
        }
        let at = oracle::instant(at, Some(created)).unwrap();
        oracle::is_current(at, leeway, Some(created), Some(expiry))
            && self.hash.as_ref().is_none_or(|wanted| wanted == hash)
            && self.signed.is_none_or(|signed| signed <= created)
    }
}

/// Takes the token out of an answer, as the library should.
fn token_of(input: &[u8]) -> Option<Vec<u8>> {
    if !input.trim_ascii_start().starts_with(b"{") {
        return Some(input.to_vec());
    }
    let answer = Json::parse(input, oracle::DEFAULT).filter(|_| input.len() <= 65_536)?;
    Some(answer.member("certificate")?.text()?.into())
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let group = DVS.group(&mut input);
    let (at, leeway) = (input.at(), input.leeway());
    let (wanted, expected) = Wanted::read(input.byte());
    let artefact = jws::token(&mut input);

    let policy = group.believing().with_leeway(leeway);
    let verifier = Verifier::new(group.keys.clone(), policy);
    let believed = support::judge(&verifier, &artefact, &expected, at);
    let token = token_of(&artefact);
    let format = Some(Algorithm::Rs256);
    let authentic = token.as_ref().and_then(|token| {
        oracle::authentic(token, &group.oracle_keys(), policy.rsa_1024(), format)
    });
    let fine = authentic.is_some_and(|token| {
        let typ = token.header.member("typ").map(|typ| typ.text().unwrap().to_ascii_lowercase());
        let usual = typ.is_none_or(|typ| matches!(&*typ, "jwt" | "application/jwt"));
        usual && wanted.is_met(&token.payload, at, leeway)
    });
    assert_eq!(believed.is_ok(), fine, "{believed:?}");

    let policy = group.policy.with_leeway(leeway);
    let real = support::judge(&Verifier::new(group.keys.clone(), policy), &artefact, &expected, at);
    match real {
        Ok(certificate) => {
            assert!(support::is_genuine(&token.unwrap()), "a forged certificate was accepted");
            assert_eq!(Ok(certificate), believed);
        }
        Err(Error::SignatureMismatch) => {}
        Err(error) => assert_eq!(believed.as_ref().err(), Some(&error)),
    }
    // The answer around a bare token changes nothing.
    if let Ok(certificate) = &believed
        && let Ok(token) = std::str::from_utf8(&artefact)
        && !token.trim_start().starts_with('{')
    {
        let answer = countersign_testkit::miracl::certificate_answer(token).to_string();
        let again = verifier.verify(answer.as_bytes(), &expected, at);
        assert_eq!(again.as_ref(), Ok(certificate));
    }
    if let Ok(request) = SignatureRequest::parse(&artefact, &Limits::default()) {
        assert!(!request.hash().is_empty());
    }
}
