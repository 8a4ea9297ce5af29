//! DVS signatures: what a client signed is valid, and nothing else that can be made up.

use std::sync::LazyLock;

use countersign::encoding::{hex, json::Object};
use countersign::miracl::dvs;
use countersign::miracl::dvs::signature::{Expected, ServerSecret, Signature, Verifier};
use countersign::miracl::identity::MpinId;
use countersign::{At, Error, Limits, Policy, Secret, sha256};
use countersign_testkit::Rng;
use countersign_testkit::miracl::{DvsAuthority, DvsClient, signature_request};

use super::support::{self, Input};

const SIGNED: i64 = 1_649_404_400;
const PIN: u32 = 1234;
const MPIN_ID: &[u8] = br#"{"iat":1649404347,"userID":"alice@example.com","cID":"p","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;
const MEMBERS: [&str; 6] = ["u", "v", "publicKey", "mpinId", "hash", "dtas"];

struct Parties {
    client: DvsClient,
    deciding: Verifier,
    blind: Verifier,
    genuine: Object<'static>,
}

static PARTIES: LazyLock<Parties> = LazyLock::new(|| {
    let mut rng = Rng::from_seed(1);
    let authority = DvsAuthority::generate(&mut rng);
    let client = authority.register(MPIN_ID, &rng.bytes(), PIN).unwrap();
    let secret = Secret::new(authority.server_secret().into_bytes());
    let deciding =
        Verifier::with_server_secret(ServerSecret::new(&secret).unwrap(), Policy::default());
    let genuine = client.sign(b"test", SIGNED, PIN, &[7; 32]).unwrap();
    Parties { client, deciding, blind: Verifier::new(Policy::default()), genuine }
});

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    match input.byte() % 5 {
        0 => made_up(input.0),
        1 => {
            let name = *input.pick(&MEMBERS);
            let text = String::from_utf8_lossy(input.0).into_owned();
            let object = PARTIES.genuine.clone().with(name, text);
            made_up(signature_request(&object, SIGNED).to_string().as_bytes());
        }
        2 => {
            let name = *input.pick(&MEMBERS);
            let object = PARTIES.genuine.clone().with(name, hex::encode(input.0));
            made_up(signature_request(&object, SIGNED).to_string().as_bytes());
        }
        3 => signed(input),
        _ => identity(input.0),
    }
}

/// Returns all that is signed or signs.
fn content(signature: &Signature) -> (&[u8], i64, &[u8], &[u8]) {
    let time = signature.timestamp().unix();
    (signature.message(), time, signature.mpin_id().as_bytes(), signature.public_key())
}

/// Nobody signed what the fuzzer makes up, unless it says what the client said.
fn made_up(body: &[u8]) {
    let expected = Expected::new(dvs::Expected::unbound());
    let decided = support::judge(&PARTIES.deciding, body, &expected, At::Issued);
    let undecided = support::judge(&PARTIES.blind, body, &expected, At::Issued).map(drop);
    match decided {
        Ok(verified) => {
            let genuine = signature_request(&PARTIES.genuine, SIGNED).to_string();
            let genuine = Signature::parse(genuine.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(content(verified.signature()), content(&genuine), "a forgery was accepted");
            assert_eq!(undecided, Err(Error::NoKey));
        }
        // Only the equation needs the secret.
        Err(Error::SignatureMismatch) => assert_eq!(undecided, Err(Error::NoKey)),
        Err(error) => assert_eq!(undecided, Err(error)),
    }
    if let Ok(signature) = Signature::parse(body, &Limits::default()) {
        let sent = signature.to_json().to_string();
        let again = Signature::parse(sent.as_bytes(), &Limits::default());
        assert_eq!(again.as_ref(), Ok(&signature), "what is sent on says the same");
    }
}

/// Signs anything, with the right PIN or another, at one time or another.
fn signed(mut input: Input<'_>) {
    let (wrong_pin, late) = (u32::from(input.byte() % 3), i64::from(input.byte() % 3));
    let time = i64::try_from(input.word() << 16 | input.word()).unwrap();
    let commitment = [input.byte() | 1; 32];
    let message = if input.0.is_empty() { b"m" } else { input.take(1024) };
    let object = PARTIES.client.sign(message, time, PIN + wrong_pin, &commitment).unwrap();
    let body = signature_request(&object, time + late).to_string();
    let expected = Expected::new(dvs::Expected::hash(hex::encode(message)));
    let decided = support::judge(&PARTIES.deciding, body.as_bytes(), &expected, At::Issued);
    if time + late > u32::MAX.into() {
        assert!(decided.is_err());
    } else if wrong_pin == 0 && late == 0 {
        assert!(decided.is_ok(), "{decided:?}");
    } else {
        assert_eq!(decided.map(drop), Err(Error::SignatureMismatch));
    }
}

fn identity(bytes: &[u8]) {
    let Ok(id) = MpinId::parse(bytes, &Limits::default()) else { return };
    assert_eq!(id.as_bytes(), bytes);
    assert_eq!(id.hash(), hex::encode(&sha256(bytes)));
    assert_eq!(MpinId::from_hex(&hex::encode(bytes), &Limits::default()).as_ref(), Ok(&id));
    let members = id.to_json();
    assert_eq!(members.string("mpinId", "userID"), Ok(id.user_id()));
    assert_eq!(members.string("mpinId", "cID"), Ok(id.project_id()));
}
