//! No error, no report and no `Debug` shows a secret, in whatever writing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::fmt::{Debug, Display};

use countersign::encoding::json::Object;
use countersign::encoding::{base64, hex};
use countersign::jose::{CompactJws, Jwk, JwkSet, jws};
use countersign::miracl::dvs::signature::{self, ServerSecret};
use countersign::miracl::{dvs, otp};
use countersign::mosip::device::{DeviceData, DeviceInfo, DigitalId};
use countersign::mosip::registration::SignedRegistration;
use countersign::{Limits, Policy, Secret, Time};
use countersign_api::miracl::{RequestDeviceOtp, RequestOtp};
use countersign_api::{Call as _, Confidential, Credentials};
use countersign_testkit::miracl::DvsAuthority;
use countersign_testkit::{EcIssuer, Rng, RsaIssuer, hs256, miracl};
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};

/// Every way of writing a secret that an output could have.
struct Forbidden(Vec<String>);

impl Forbidden {
    fn new(secret: &[u8]) -> Self {
        let mut forms = vec![
            hex::encode(secret),
            hex::encode(secret).to_uppercase(),
            // As `Debug` writes bytes.
            format!("{secret:?}").trim_matches(['[', ']']).to_owned(),
            format!("{secret:02x?}").trim_matches(['[', ']']).to_owned(),
            secret.escape_ascii().to_string(),
        ];
        forms.extend(std::str::from_utf8(secret).map(str::to_owned));
        // Base64, wherever in an encoded text the secret begins: the characters that depend on
        // nothing else.
        for before in 0..3 {
            let bytes = [&vec![0; before], secret].concat();
            for text in [base64::encode_standard(&bytes), base64::encode_url(&bytes)] {
                let text = text.trim_end_matches('=');
                forms.push(text[(before * 8).div_ceil(6)..text.len() - 1].to_owned());
            }
        }
        assert!(forms.iter().all(|form| form.len() >= 8), "{forms:?}");
        Self(forms)
    }

    fn check(&self, text: &str) {
        for form in &self.0 {
            assert!(!text.contains(form), "{form} in {text}");
        }
    }

    /// Checks a value that has no text but that of `Debug`.
    fn check_debug(&self, value: &impl Debug) {
        self.check(&format!("{value:?}"));
        self.check(&format!("{value:#?}"));
    }

    fn check_error(&self, error: &(impl Debug + Display)) {
        self.check_debug(error);
        self.check(&error.to_string());
    }
}

const PASSWORD: &[u8] = b"correct horse battery staple, forty bytes";

fn secret() -> Secret {
    Secret::new(PASSWORD.to_vec())
}

fn now() -> Time {
    Time::from_unix(1000).unwrap()
}

#[test]
fn the_scan_finds_a_secret_in_each_writing() {
    let forbidden = Forbidden::new(PASSWORD);
    let shown = |text: String| std::panic::catch_unwind(|| forbidden.check(&text)).is_err();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let found = [
        shown(format!("<{}>", String::from_utf8_lossy(PASSWORD))),
        shown(format!("{PASSWORD:?}")),
        shown(hex::encode(PASSWORD)),
        shown(base64::encode_url(PASSWORD)),
        shown(base64::encode_standard(&[b"user:", PASSWORD].concat())),
        shown(base64::encode_standard(&[b"userx:", PASSWORD, b"!"].concat())),
        !shown("Secret(..)".to_owned()),
    ];
    std::panic::set_hook(hook);
    assert_eq!(found, [true; 7]);
}

#[test]
fn no_error_and_no_debug_output_shows_a_secret() {
    let forbidden = Forbidden::new(PASSWORD);
    forbidden.check_debug(&secret());

    // HS256: verifiers, verified and refused tokens, reports.
    let verifier = jws::Verifier::with_secret(secret(), Policy::default()).unwrap();
    forbidden.check_debug(&verifier);
    let header = Object::new().with("alg", "HS256");
    let token = hs256(&secret(), &header, b"{\"exp\":2000}");
    for token in [token.clone(), token.replacen('.', ".A", 1), token[..token.len() - 4].to_owned()]
    {
        let report =
            verifier.explain(token.as_bytes(), &jws::Expected::unbound().allow_no_expiry(), now());
        forbidden.check_debug(&report);
        forbidden.check(&report.to_json().to_string());
        match verifier.verify(token.as_bytes(), &jws::Expected::unbound().allow_no_expiry(), now())
        {
            Ok(verified) => forbidden.check_debug(&verified),
            Err(error) => forbidden.check_error(&error),
        }
    }
    let short = &PASSWORD[..31];
    let refused = jws::Verifier::with_secret(Secret::new(short.to_vec()), Policy::default());
    Forbidden::new(short).check_error(&refused.unwrap_err());

    // A secret where something else belongs.
    let limits = Limits::default();
    let errors = [
        CompactJws::parse(PASSWORD, &limits).err(),
        Jwk::parse(PASSWORD, &limits).err(),
        Jwk::from_pem(PASSWORD).err(),
        JwkSet::parse(PASSWORD, &limits).err(),
        otp::Request::parse(PASSWORD, &limits).err(),
        otp::Response::parse(PASSWORD, &limits).err(),
        dvs::SignatureRequest::parse(PASSWORD, &limits).err(),
        DeviceData::decode(PASSWORD, &limits).err(),
        DeviceInfo::decode(PASSWORD, &limits).err(),
        DigitalId::decode(PASSWORD, &limits).err(),
        SignedRegistration::parse(PASSWORD, &limits).err(),
        Time::parse_rfc3339(std::str::from_utf8(PASSWORD).unwrap())
            .err()
            .map(countersign::Error::from),
        otp::Request::sign(&secret(), "c", "u", String::from_utf8_lossy(PASSWORD)).err(),
    ];
    for error in errors {
        forbidden.check_error(&error.unwrap());
    }
}

#[test]
fn one_time_passwords_and_what_seals_and_signs_them_are_not_shown() {
    let forbidden = Forbidden::new(PASSWORD);
    let request = otp::Request::sign(&secret(), "c", "u", "2022-04-08T08:05:03Z").unwrap();
    forbidden.check_debug(&request);
    Forbidden::new(request.signature().as_bytes()).check_debug(&request);

    let password = "918273645546372819";
    let plaintext = format!(r#"{{"otp":"{password}"}}"#);
    let (derivation, aad) = (otp::Derivation::Sha256, otp::Aad::Empty);
    let body =
        miracl::otp_response(&secret(), derivation, aad, &request, plaintext.as_bytes(), &[7; 12]);
    let body = body.unwrap().to_string();
    let response = otp::Response::parse(body.as_bytes(), &Limits::default()).unwrap();
    forbidden.check_debug(&response);
    let opened = response.open(&secret(), otp::KeyChoice::Auto, Some(&request)).unwrap();
    let sealed = Forbidden::new(password.as_bytes());
    sealed.check_debug(&opened);
    sealed.check_debug(&opened.otp().unwrap());
    for name in ["raw", "base64", "hex", "truncate16", "request-hmac", "explicit"] {
        let choice: otp::KeyChoice = name.parse().unwrap();
        let error = response.open(&secret(), choice, Some(&request)).unwrap_err();
        forbidden.check_error(&error);
        sealed.check_error(&error);
    }
}

#[test]
fn private_keys_of_issuers_and_of_careless_key_sets_are_not_shown() {
    let key = rsa::PrivateKey::new(&mut Rng::from_seed(5), 1024).unwrap();
    let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
    let issuer = RsaIssuer::from_pkcs8_pem(&pem, Some("kid")).unwrap();
    let numbers = [key.d(), &key.primes()[0], &key.primes()[1]].map(|n| n.to_be_bytes());
    for number in &numbers {
        Forbidden::new(number).check_debug(&issuer);
    }
    let cut = pem.replacen("MII", "MI", 1);
    let error = RsaIssuer::from_pkcs8_pem(&cut, None).unwrap_err();
    Forbidden::new(&numbers[0]).check_error(&error);

    let scalar: [u8; 32] = Rng::from_seed(6).bytes();
    let issuer = EcIssuer::from_secret_scalar(&scalar, None).unwrap();
    Forbidden::new(&scalar).check_debug(&issuer);

    // Published by mistake: refused, and not repeated.
    let forbidden = Forbidden::new(&numbers[0]);
    let n = base64::encode_url(&key.n().to_be_bytes());
    let d = base64::encode_url(&numbers[0]);
    let k = base64::encode_url(PASSWORD);
    let private = format!(r#"{{"kty":"RSA","kid":"a","n":"{n}","e":"AQAB","d":"{d}"}}"#);
    let symmetric = format!(r#"{{"kty":"oct","kid":"b","k":"{k}"}}"#);
    let limits = Limits::default();
    let set = format!(r#"{{"keys":[{private},{symmetric}]}}"#);
    let set = JwkSet::parse(set.as_bytes(), &limits).unwrap();
    assert_eq!(set.problems().len(), 2);
    for forbidden in [forbidden, Forbidden::new(PASSWORD)] {
        forbidden.check_debug(&set);
        for text in [&private, &symmetric] {
            forbidden.check_error(&Jwk::parse(text.as_bytes(), &limits).unwrap_err());
        }
        for problem in set.problems() {
            forbidden.check_debug(problem);
            forbidden.check_error(&problem.error);
        }
        for kid in [Some("a"), Some("b"), None] {
            forbidden.check_error(&set.select(kid).unwrap_err());
        }
    }
}

#[test]
fn the_secret_of_a_signature_server_is_not_shown() {
    let authority = DvsAuthority::generate(&mut Rng::from_seed(8));
    let digits = authority.server_secret();
    let forbidden = Forbidden::new(&hex::decode(&digits).unwrap());
    let secret = ServerSecret::new(&Secret::new(digits.clone().into_bytes())).unwrap();
    forbidden.check_debug(&authority);
    forbidden.check_debug(&secret);
    forbidden.check_debug(&signature::Verifier::with_server_secret(secret, Policy::default()));
    for wrong in [&digits[2..], &digits.replacen(['0', '1', '2', '3'], "x", 1)] {
        let error = ServerSecret::new(&Secret::new(wrong.as_bytes().to_vec())).unwrap_err();
        Forbidden::new(&digits.as_bytes()[2..200]).check_error(&error);
        forbidden.check_error(&error);
    }
}

#[test]
fn credentials_are_not_shown_not_even_in_the_request_that_carries_them() {
    let forbidden = Forbidden::new(PASSWORD);
    let token = "0123456789abcdef0123456789abcdef";
    let basic = Credentials::basic("user", secret()).unwrap();
    let bearer = Credentials::bearer(Secret::new(token.as_bytes().to_vec())).unwrap();
    let cookie = Credentials::cookie("session", Secret::new(token.as_bytes().to_vec())).unwrap();
    let base = "https://api.example".parse().unwrap();
    for (credentials, header, forbidden) in [
        (basic, "authorization", forbidden),
        (bearer, "authorization", Forbidden::new(token.as_bytes())),
        (cookie, "cookie", Forbidden::new(token.as_bytes())),
    ] {
        forbidden.check_debug(&credentials);
        let request = RequestDeviceOtp::new("u", "d").request(&base, &credentials).unwrap();
        assert!(request.headers().contains_key(header));
        forbidden.check_debug(&request);
    }
    let signed = otp::Request::sign(&secret(), "c", "u", "2022-04-08T08:05:03Z").unwrap();
    let signature = Forbidden::new(signed.signature().as_bytes());
    signature.check_debug(&RequestOtp::new(signed));
    let refused = Credentials::bearer(Secret::new(PASSWORD.to_vec())).unwrap_err();
    Forbidden::new(PASSWORD).check_error(&refused);
    Forbidden::new(token.as_bytes()).check_debug(&Confidential::new(token));
}
