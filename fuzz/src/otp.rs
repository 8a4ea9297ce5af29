//! OTP requests and responses: what was sealed opens, and nothing that was altered.

use countersign::miracl::otp::{Aad, Derivation, KeyChoice, Request, Response};
use countersign::{Error, Limits, Secret};
use countersign_testkit::miracl;

use super::oracle::{DEFAULT, Json};
use super::support::Input;

const SECRETS: [&[u8]; 4] =
    [b"MockClientSecret", b"0123456789abcdef0123456789abcdef", b"c2VjcmV0c2VjcmV0c2VjcmU=", b"s"];

fn secret(text: &[u8]) -> Secret {
    Secret::new(text.to_vec())
}

fn request() -> Request {
    Request::sign(&secret(SECRETS[0]), "client", "user", "2022-04-08T08:05:03Z").unwrap()
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    match input.byte() {
        0 => response(input.0),
        1 => read_request(input.0),
        _ => sealed(input),
    }
}

/// Nobody sealed what the fuzzer makes up.
fn response(body: &[u8]) {
    let Ok(response) = Response::parse(body, &Limits::default()) else { return };
    let json = Json::parse(body, DEFAULT).expect("a response is JSON");
    for member in ["ciphertext", "tag", "iv"] {
        assert!(json.member(member).and_then(Json::text).is_some_and(|text| !text.is_empty()));
    }
    let opened = response.open(&secret(b"nobody's"), KeyChoice::Auto, Some(&request()));
    assert_eq!(opened.map(drop), Err(Error::DecryptFailed));
    assert!(!format!("{response:?}").contains("nobody"));
}

fn read_request(body: &[u8]) {
    let Ok(request) = Request::parse(body, &Limits::default()) else { return };
    let shown = request.to_json().to_string();
    assert_eq!(Request::parse(shown.as_bytes(), &Limits::default()).as_ref(), Ok(&request));
    assert!(request.verify(&secret(b"nobody's")).is_err());
    let again = Request::sign(
        &secret(SECRETS[0]),
        request.client_id(),
        request.user_id(),
        request.expires(),
    );
    let again = again.expect("what is read can be signed");
    assert_eq!(again.verify(&secret(SECRETS[0])), Ok(()));
    let genuine = again.signature().eq_ignore_ascii_case(request.signature());
    assert!(genuine || request.verify(&secret(SECRETS[0])).is_err());
}

/// Seals, alters what the input says, and opens.
fn sealed(mut input: Input<'_>) {
    let text = *input.pick(&SECRETS);
    let derivation = *input.pick(Derivation::ALL);
    let aad = *input.pick(Aad::ALL);
    let (place, change) = (input.word(), input.byte());
    let iv = std::array::from_fn(|_| input.byte());
    let request = request();
    let Ok(body) = miracl::otp_response(&secret(text), derivation, aad, &request, input.0, &iv)
    else {
        return;
    };
    let sealed = body.to_string().into_bytes();
    let mut altered = sealed.clone();
    let place = place % altered.len();
    altered[place] ^= change;
    let Ok(response) = Response::parse(&altered, &Limits::default()) else {
        return assert!(altered != sealed || input.0.is_empty() || sealed.len() > 65_536);
    };
    let choice = KeyChoice::Named(derivation);
    match response.open(&secret(text), choice, Some(&request)) {
        Ok(opened) => {
            assert_eq!(opened.plaintext(), input.0);
            assert_eq!(opened.aad(), aad);
            // Members may be written in other words, but not say anything else.
            let whole = Json::parse(&altered, DEFAULT);
            assert_eq!(whole, Json::parse(&sealed, DEFAULT), "an altered response was opened");
        }
        Err(error) => {
            assert_eq!(error, Error::DecryptFailed);
            assert_ne!(altered, sealed, "what was sealed does not open");
        }
    }
}
