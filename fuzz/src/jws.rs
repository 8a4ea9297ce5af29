//! Compact JWS: with a backend that believes every signature, the verdict is the oracle's; with the
//! real one, nothing is valid but what somebody signed.

use countersign::encoding::json;
use countersign::jose::jws::{Expected, Verified, Verifier};
use countersign::{At, Error, Leeway, Limits, Secret};
use countersign_testkit::{hs256, join, signing_input};

use super::oracle::{self, Claims, Json};
use super::support::{self, Input, JWS};

/// Builds a token of the rest of the input: as it is, or of three parts.
pub fn token(input: &mut Input<'_>) -> Vec<u8> {
    match input.byte() {
        0 => input.0.to_vec(),
        _ => {
            let (header, payload) = (input.part(), input.part());
            join(&signing_input(header, payload), input.0).into_bytes()
        }
    }
}

/// What is asked of the claims, as the input says.
struct Wanted(Vec<(&'static str, &'static str)>);

impl Wanted {
    fn read(choice: u8) -> Self {
        let all = [("iss", "joe"), ("aud", "a"), ("sub", "u"), ("nonce", "n"), ("exp", "")];
        Self(
            all.into_iter()
                .enumerate()
                .filter(|(i, _)| choice >> i & 1 == 1)
                .map(|x| x.1)
                .collect(),
        )
    }

    fn expected(&self) -> Expected {
        let must_expire = self.0.iter().any(|(name, _)| *name == "exp");
        let nothing = Expected::unbound();
        let nothing = if must_expire { nothing } else { nothing.allow_no_expiry() };
        self.0.iter().fold(nothing, |expected, (name, value)| match *name {
            "iss" => expected.issuer(*value),
            "aud" => expected.audience(*value),
            "sub" => expected.subject(*value),
            "exp" => expected,
            _ => expected.nonce(*value),
        })
    }

    fn is_met(&self, claims: &Json) -> bool {
        self.0.iter().all(|(name, value)| match claims.member(name) {
            Some(Json::String(text)) => text == value,
            Some(_) if *name == "exp" => true,
            Some(Json::Array(elements)) => elements.iter().any(|e| e.text() == Some(value)),
            _ => false,
        })
    }
}

/// Whether an object begins behind what lax readers skip.
fn may_be_claims(payload: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(payload) {
        let start = |c: char| c == '\u{feff}' || c.is_control() || c.is_whitespace();
        return text.trim_start_matches(start).starts_with('{');
    }
    let start =
        |b: u8| b <= b' ' || (0x7f..=0xa0).contains(&b) || b"\xef\xbb\xbf\xfe\xff".contains(&b);
    payload.iter().find(|b| !start(**b)) == Some(&b'{')
}

/// Judges what stands behind a valid signature.
fn is_fine(payload: &[u8], wanted: &Wanted, at: At, leeway: Leeway) -> bool {
    if wanted.0.is_empty() && !may_be_claims(payload) {
        return true;
    }
    let Some(claims) = Claims::parse(payload) else { return false };
    let timeless = claims.not_before.is_none() && claims.expiry.is_none();
    let current = match oracle::instant(at, claims.issued) {
        Some(at) => oracle::is_current(at, leeway, claims.not_before, claims.expiry),
        None => timeless,
    };
    current && wanted.is_met(&claims.json)
}

fn check_content(verified: &Verified, payload: &[u8]) {
    assert_eq!(verified.payload(), payload);
    if let Some(claims) = verified.claims() {
        assert_eq!(claims.text().as_bytes(), payload);
    }
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let group = JWS.group(&mut input);
    let (at, leeway) = (input.at(), input.leeway());
    let wanted = Wanted::read(input.byte());
    let expected = wanted.expected();
    let token = token(&mut input);

    let policy = group.believing().with_leeway(leeway);
    let believed =
        support::judge(&Verifier::new(group.keys.clone(), policy), &token, &expected, at);
    let authentic = oracle::authentic(&token, &group.oracle_keys(), policy.rsa_1024(), None);
    let fine = authentic.filter(|token| is_fine(&token.payload, &wanted, at, leeway));
    assert_eq!(believed.is_ok(), fine.is_some(), "{believed:?}");
    if let (Ok(verified), Some(fine)) = (&believed, &fine) {
        check_content(verified, &fine.payload);
        assert_eq!(verified.key().thumbprint.as_deref(), Some(fine.key.thumbprint()));
        assert_eq!(
            verified.header().kid.as_deref(),
            fine.header.member("kid").and_then(Json::text)
        );
    }

    let policy = group.policy.with_leeway(leeway);
    let real = support::judge(&Verifier::new(group.keys.clone(), policy), &token, &expected, at);
    match real {
        Ok(verified) => {
            assert!(support::is_genuine(&token), "a forged token was accepted");
            assert_eq!(Ok(verified), believed);
        }
        // The signature decides only after everything before it.
        Err(Error::SignatureMismatch) => {}
        Err(error) => assert_eq!(believed.as_ref().err(), Some(&error)),
    }

    with_a_secret(&token, &wanted, at, leeway);
}

/// Signs header and payload of the token with a secret: then it is valid, and every other signature,
/// that of the token included, is not.
fn with_a_secret(token: &[u8], wanted: &Wanted, at: At, leeway: Leeway) {
    let secret = || Secret::new(b"thirty-two bytes, and one to go..".to_vec());
    let policy = countersign::Policy::default().with_leeway(leeway);
    let verifier = Verifier::with_secret(secret(), policy).unwrap();
    let expected = wanted.expected();
    assert!(support::judge(&verifier, token, &expected, at).is_err());
    let Ok(parsed) = countersign::jose::CompactJws::parse(token, &Limits::default()) else {
        return;
    };
    let payload = countersign::danger::unverified_payload(&parsed);
    let header = json::Object::new().with("alg", "HS256");
    let signed = hs256(&secret(), &header, payload);
    let fits = signed.len() <= Limits::default().token_bytes();
    let valid = support::judge(&verifier, signed.as_bytes(), &expected, at);
    assert_eq!(valid.is_ok(), fits && is_fine(payload, wanted, at, leeway), "{valid:?}");
    // Any one character that is another is another message or another MAC.
    let place = token.len() * 7 % signed.len();
    let mut altered = signed.clone().into_bytes();
    altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
    assert!(verifier.verify(&altered, &expected, at).is_err(), "altered at {place}");
}
