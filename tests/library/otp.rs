//! One-time passwords against independent implementations: `ring` and the `openssl` command.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy takes helpers of tests for library code"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use countersign::encoding::{base64, hex};
use countersign::miracl::otp::{Aad, Derivation, KeyChoice, Request, Response};
use countersign::{Category, Error, Limits, Secret};
use proptest::prelude::*;
use ring::{aead, digest, hmac};

const EXPIRES: &str = "2022-04-08T08:05:03Z";
const IV: [u8; 12] = [7; 12];
const PLAINTEXT: &[u8] = br#"{"otp":"424242","expireTime":1649404580,"nowTime":1649404490}"#;

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn request(text: &str) -> Request {
    Request::sign(&secret(text), "MockClientId", "test@example.com", EXPIRES).unwrap()
}

/// What MIRACL's client does, written with `ring`.
fn ring_hmac(key: &str, message: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), message.as_bytes())
        .as_ref()
        .to_vec()
}

/// The key that a derivation stands for, derived a second time.
fn ring_key(derivation: Derivation, text: &str) -> Vec<u8> {
    let sha256 = digest::digest(&digest::SHA256, text.as_bytes()).as_ref().to_vec();
    match derivation {
        Derivation::Sha256 => sha256,
        Derivation::Sha256_128 => sha256[..16].to_vec(),
        Derivation::Raw | Derivation::Explicit => text.as_bytes().to_vec(),
        Derivation::Truncate16 => text.as_bytes()[..16].to_vec(),
        Derivation::Truncate32 => text.as_bytes()[..32].to_vec(),
        Derivation::Base64 => base64::decode_standard(text.as_bytes()).unwrap(),
        Derivation::Hex => hex::decode(text).unwrap(),
        Derivation::RequestHmac => {
            ring_hmac(text, &format!("MockClientIdtest@example.com{EXPIRES}"))
        }
        other => panic!("{other} is new: derive its key here"),
    }
}

/// Seals with `ring`, which has no AES-192; returns ciphertext and tag.
fn seal(key: &[u8], aad: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let algorithm = if key.len() == 16 { &aead::AES_128_GCM } else { &aead::AES_256_GCM };
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(algorithm, key).unwrap());
    let mut text = PLAINTEXT.to_vec();
    let nonce = aead::Nonce::assume_unique_for_key(IV);
    let tag = key.seal_in_place_separate_tag(nonce, aead::Aad::from(aad), &mut text).unwrap();
    (text, tag.as_ref().to_vec())
}

fn parse(ciphertext: &[u8], tag: &[u8], iv: &[u8]) -> Result<Response, Error> {
    let [ciphertext, tag, iv] = [ciphertext, tag, iv].map(base64::encode_standard);
    let body = format!(r#"{{"ciphertext":"{ciphertext}","tag":"{tag}","iv":"{iv}"}}"#);
    Response::parse(body.as_bytes(), &Limits::default())
}

fn aad_bytes(aad: Aad, request: &Request) -> &[u8] {
    match aad {
        Aad::Empty => b"",
        Aad::ClientId => request.client_id().as_bytes(),
        Aad::UserId => request.user_id().as_bytes(),
        Aad::Signature => request.signature().as_bytes(),
        other => panic!("{other:?} is new: say what it stands for here"),
    }
}

/// Texts that fit each derivation, of both key sizes where it has both.
const SECRETS: &[(Derivation, &str)] = &[
    (Derivation::Sha256, "MockClientSecret?"),
    (Derivation::Raw, "!MockClientKey16"),
    (Derivation::Raw, "!MockClientSecretOf32Characters!"),
    (Derivation::Base64, "AAECAwQFBgcICQoLDA0O/w=="),
    (Derivation::Base64, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8="),
    (Derivation::Hex, "000102030405060708090A0b0c0d0e0f"),
    (Derivation::Hex, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
    (Derivation::Truncate16, "MockClientSecret longer than the key"),
    (Derivation::Truncate32, "MockClientSecret longer than the key"),
    (Derivation::Sha256_128, "MockClientSecret?"),
    (Derivation::RequestHmac, "MockClientSecret?"),
    (Derivation::Explicit, "MockKeyOf16Bytes"),
    (Derivation::Explicit, "MockKeyOf32BytesMockKeyOf32Bytes"),
];

#[test]
fn a_response_sealed_by_ring_opens_under_each_derivation_and_aad() {
    for derivation in Derivation::ALL {
        assert!(SECRETS.iter().any(|(one, _)| one == derivation), "{derivation} is not tested");
    }
    for (derivation, text) in SECRETS.iter().copied() {
        let request = request(text);
        for aad in Aad::ALL.iter().copied() {
            let (ciphertext, tag) = seal(&ring_key(derivation, text), aad_bytes(aad, &request));
            let response = parse(&ciphertext, &tag, &IV).unwrap();
            let named = KeyChoice::Named(derivation);
            let opened = response.open(&secret(text), named, Some(&request)).unwrap();
            assert_eq!((opened.derivation(), opened.aad()), (derivation, aad));
            assert_eq!(opened.plaintext(), PLAINTEXT);
            assert_eq!(opened.otp().unwrap().value, "424242");

            let auto = response.open(&secret(text), KeyChoice::Auto, Some(&request));
            if derivation == Derivation::Explicit {
                // Found all the same, as `raw`: the bytes are the same.
                assert_eq!(auto.unwrap().derivation(), Derivation::Raw);
            } else {
                let auto = auto.unwrap();
                assert_eq!((auto.derivation(), auto.aad()), (derivation, aad));
            }

            // Without the request nothing of it can be tried.
            let alone = response.open(&secret(text), KeyChoice::Auto, None);
            let possible = aad == Aad::Empty && derivation != Derivation::RequestHmac;
            assert_eq!(alone.is_ok(), possible, "{derivation} {aad:?}");
        }
    }
}

#[test]
fn aes_192_opens_what_nist_published() {
    // The Galois/Counter Mode of Operation (McGrew, Viega), test case 8: 16 zero bytes under a
    // zero key of 24 bytes. `ring` has no AES-192.
    let ciphertext = hex::decode("98e7247c07f0fe411c267e4384b0f600").unwrap();
    let tag = hex::decode("2ff58d80033927ab8ef4d4587514f0fb").unwrap();
    let response = parse(&ciphertext, &tag, &[0; 12]).unwrap();
    let key = Secret::new(vec![0; 24]);
    let opened = response.open(&key, KeyChoice::Named(Derivation::Explicit), None).unwrap();
    assert_eq!(opened.plaintext(), [0; 16]);
    let opened = response.open(&secret(&"00".repeat(24)), KeyChoice::Auto, None).unwrap();
    assert_eq!(opened.derivation(), Derivation::Hex);
}

#[test]
fn every_flipped_bit_and_every_truncation_is_refused() {
    const TEXT: &str = "MockClientSecret";
    let (ciphertext, tag) = seal(&ring_key(Derivation::Sha256, TEXT), b"");
    let refused = |ciphertext: &[u8], tag: &[u8], iv: &[u8]| {
        let error = parse(ciphertext, tag, iv)
            .and_then(|response| response.open(&secret(TEXT), KeyChoice::Auto, None))
            .unwrap_err();
        assert!(error == Error::DecryptFailed || error.category() == Category::Malformed);
    };
    let whole = parse(&ciphertext, &tag, &IV).unwrap();
    assert!(whole.open(&secret(TEXT), KeyChoice::Auto, None).is_ok());

    for bit in 0..ciphertext.len() * 8 {
        refused(&flip(&ciphertext, bit), &tag, &IV);
    }
    for bit in 0..tag.len() * 8 {
        refused(&ciphertext, &flip(&tag, bit), &IV);
    }
    for bit in 0..IV.len() * 8 {
        refused(&ciphertext, &tag, &flip(&IV, bit));
    }
    for length in 0..ciphertext.len() {
        refused(&ciphertext[..length], &tag, &IV);
    }
    for length in 0..tag.len() {
        refused(&ciphertext, &tag[..length], &IV);
    }
    for length in 0..IV.len() {
        refused(&ciphertext, &tag, &IV[..length]);
    }
}

fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

#[test]
fn no_error_shows_the_secret() {
    let text = "MockClientSecret?";
    let (ciphertext, tag) = seal(&ring_key(Derivation::Sha256, "another"), b"");
    let response = parse(&ciphertext, &tag, &IV).unwrap();
    for derivation in Derivation::ALL {
        let error = response.open(&secret(text), KeyChoice::Named(*derivation), None).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(text));
    }
}

proptest! {
    #[test]
    fn the_signature_is_the_hmac_of_ring(key in ".{0,200}", client in ".{0,40}", user in ".{0,40}") {
        let request = Request::sign(&secret(&key), client.as_str(), user.as_str(), EXPIRES).unwrap();
        let mac = ring_hmac(&key, &format!("{client}{user}{EXPIRES}"));
        prop_assert_eq!(request.signature(), hex::encode(&mac));
        prop_assert_eq!(request.verify(&secret(&key)), Ok(()));
        let body = request.to_json().to_string();
        prop_assert_eq!(Request::parse(body.as_bytes(), &Limits::default()), Ok(request));
    }

    #[test]
    fn any_body_is_read_or_refused_without_a_panic(body in any::<Vec<u8>>()) {
        let limits = Limits::default();
        prop_assert!(Request::parse(&body, &limits).is_err());
        prop_assert!(Response::parse(&body, &limits).is_err());
    }
}

proptest! {
    // Each case starts a process.
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn the_signature_is_the_one_of_the_openssl_command(
        // An argument of a process can hold neither NUL nor be taken for an option.
        key in "[!-~][ -~]{0,80}",
        client in "[0-9a-f-]{36}",
        user in "\\PC{0,40}",
    ) {
        let request = Request::sign(&secret(&key), client.as_str(), user.as_str(), EXPIRES).unwrap();
        if let Some(signature) = openssl(&key, &format!("{client}{user}{EXPIRES}")) {
            prop_assert_eq!(request.signature(), signature);
        }
    }
}

/// Runs the command of the documentation; `None`, with a word on stderr, where there is none.
fn openssl(key: &str, message: &str) -> Option<String> {
    let process = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", key])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut process) = process else {
        assert!(std::env::var_os("CI").is_none(), "CI has no `openssl` command");
        eprintln!("skipped: there is no `openssl` command here");
        return None;
    };
    process.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl failed");
    // `SHA2-256(stdin)= <hex>`, or `(stdin)= <hex>` before OpenSSL 3.
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.rsplit("= ").next().unwrap().trim().to_string())
}
