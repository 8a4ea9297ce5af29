use super::*;
use alloc::{format, vec};
use countersign::Time;
use countersign_testkit::{Authority, Critical, EcIssuer, Rng, RsaIssuer, Template};
use x509_cert::der::pem::{LineEnding, encode_string};

const CERTIFICATE: &str = include_str!("../../../test-vectors/keys/rsa-2048-certificate.pem");
const PUBLIC: &str = include_str!("../../../test-vectors/keys/rsa-2048-public.pem");
const P256: &str = include_str!("../../../test-vectors/keys/p256-public.pem");

fn der(pem: &str) -> Vec<u8> {
    blocks(pem, 1).unwrap()[0].decode().unwrap()
}

fn keys(file: impl AsRef<[u8]>) -> Result<JwkSet, KeyFileError> {
    read_keys(file.as_ref(), &Limits::default())
}

fn foreign(file: impl AsRef<[u8]>) -> Option<Foreign> {
    match keys(&file) {
        Err(KeyFileError::Foreign(foreign)) => Some(foreign),
        _ => None,
    }
}

/// The PKCS#1 form of the public key: what the BIT STRING of the other form holds.
fn pkcs1() -> Vec<u8> {
    let whole = der(PUBLIC);
    let info = SubjectPublicKeyInfoRef::from_der(&whole).unwrap();
    info.subject_public_key.as_bytes().unwrap().to_vec()
}

fn pem(label: &str, der: &[u8]) -> String {
    encode_string(label, LineEnding::LF, der).unwrap()
}

#[test]
fn every_form_of_one_key_is_the_same_key() {
    let expected = Jwk::from_pem(PUBLIC.as_bytes()).unwrap();
    let jwk = {
        let n = expected.key().as_rsa().map(|rsa| rsa.modulus()).unwrap();
        let n = crate::encoding::base64::encode_url(n);
        format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"}}"#)
    };
    let one_line = |pem: &str| {
        let label = pem.lines().next().unwrap().len();
        let (begin, rest) = pem.split_at(label + 1);
        let (content, end) = rest.split_at(rest.find("-----").unwrap());
        format!("{begin}{}\n{end}", content.replace('\n', ""))
    };
    let answer = |member: &str| {
        let pem = CERTIFICATE.replace('\n', "\\n");
        format!(r#"{{"id":null,"response":{{{member}"{pem}"}},"errors":null}}"#)
    };
    for (file, name) in [
        (PUBLIC.as_bytes().to_vec(), "PUBLIC KEY"),
        (CERTIFICATE.as_bytes().to_vec(), "CERTIFICATE"),
        (CERTIFICATE.replace("CERTIFICATE", "X509 CERTIFICATE").into(), "old label"),
        (pem("RSA PUBLIC KEY", &pkcs1()).into(), "RSA PUBLIC KEY"),
        (der(PUBLIC), "DER of a key"),
        (der(CERTIFICATE), "DER of a certificate"),
        (pkcs1(), "DER of PKCS#1"),
        (one_line(PUBLIC).into(), "content in one line"),
        (PUBLIC.replace('\n', "\r\n").into(), "CRLF"),
        (PUBLIC.replace('\n', " \n").into(), "white space at the ends of lines"),
        (format!("\u{feff}{PUBLIC}").into(), "byte order mark"),
        (format!("{PUBLIC}\n\n\n").into(), "line breaks at the end"),
        (format!("Bag Attributes\n{CERTIFICATE}").into(), "text before"),
        ([PUBLIC, PUBLIC].concat().into(), "written twice"),
        (jwk.clone().into(), "JWK"),
        (format!("\u{feff}{jwk}").into(), "JWK behind a byte order mark"),
        (format!(r#"{{"keys":[{jwk}]}}"#).into(), "JWK Set"),
        (answer(r#""certificate":"#).into(), "getCertificate"),
    ] {
        let set = keys(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(set.keys().len(), 1, "{name}");
        assert_eq!(set.keys()[0].key(), expected.key(), "{name}");
    }
    // The DER of a key on a curve is so short that its length is a character.
    let curve = keys(der(P256)).unwrap();
    assert_eq!(curve.keys()[0].key(), Jwk::from_pem(P256.as_bytes()).unwrap().key());
    let set = keys(answer(r#""certificate":"#)).unwrap();
    assert!(set.keys()[0].validity().is_some(), "a certificate keeps its dates");
}

#[test]
fn a_map_of_identifiers_gives_its_keys_their_names() {
    let pem = CERTIFICATE.replace('\n', "\\n");
    let set = keys(format!(r#"{{"a":"{pem}","b":"-----BEGIN CERTIFICATE-----\n"}}"#)).unwrap();
    assert_eq!(set.select(Some("a")).unwrap().kid(), Some("a"));
    let damaged = set.select(Some("b")).unwrap_err();
    assert_eq!(damaged.code(), Code::KeyUnusable);
    assert!(damaged.to_string().contains("no `-----END CERTIFICATE-----`"), "{damaged}");
    assert_eq!(set.select(Some("c")).unwrap_err().code(), Code::UnknownKey);
    assert!(set.info().is_some(), "a set is known by the digest of its file");
    // Whatever is wrong is said as it is.
    let template = Template::new("x", Time::from_unix(0).unwrap(), Time::from_unix(9).unwrap())
        .extension(&[0x2a, 3, 1], Critical::No, &[5, 0])
        .extension(&[0x2a, 3, 1], Critical::No, &[5, 0]);
    let twice = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let twice = Authority::root(twice, &template).unwrap().certificate().to_pem();
    let twice = twice.replace('\n', "\\n");
    let set = keys(format!(r#"{{"a":"{pem}","b":"{twice}"}}"#)).unwrap();
    let error = set.select(Some("b")).unwrap_err().to_string();
    assert_eq!(error, "key is unusable: certificate: an extension is repeated");
    // Where nothing else is in the file, there is no set.
    let alone = keys(r#"{"b":"-----BEGIN CERTIFICATE-----\n"}"#);
    assert_eq!(alone.unwrap_err().code(), Code::Malformed);
    let long = format!(r#"{{"{}":"{pem}"}}"#, "k".repeat(257));
    assert_eq!(keys(long).unwrap_err().code(), Code::TooLarge);
    let service_account = r#"{"client_email":"x","private_key":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}"#;
    assert_eq!(foreign(service_account), Some(Foreign::PrivateKey));
}

#[test]
fn what_is_no_key_is_refused_by_name() {
    let pkcs7 =
        [&[0x30, 0x82, 1, 0, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2][..], &[0; 40]]
            .concat();
    let pkcs12 = [
        &[
            0x30, 0x82, 1, 0, 2, 1, 3, 0x30, 0x82, 0, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7,
            0x0d, 1, 7, 1,
        ][..],
        &[0; 40],
    ]
    .concat();
    let utf16 = |big: bool| -> Vec<u8> {
        PUBLIC.bytes().flat_map(|b| if big { [0, b] } else { [b, 0] }).collect()
    };
    for (file, expected) in [
        (pkcs7.clone(), Foreign::Pkcs7),
        (pem("PKCS7", &pkcs7).into(), Foreign::Pkcs7),
        (pkcs12, Foreign::Pkcs12),
        (vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2], Foreign::JavaKeyStore),
        (pem("PRIVATE KEY", &[0x30, 0]).into(), Foreign::PrivateKey),
        (pem("RSA PRIVATE KEY", &[0x30, 0]).into(), Foreign::PrivateKey),
        (pem("ENCRYPTED PRIVATE KEY", &[0x30, 0]).into(), Foreign::PrivateKey),
        (pem("OPENSSH PRIVATE KEY", b"openssh-key-v1").into(), Foreign::PrivateKey),
        ([CERTIFICATE, &pem("EC PRIVATE KEY", &[0x30, 0])].concat().into(), Foreign::PrivateKey),
        (pem("CERTIFICATE REQUEST", &[0x30, 0]).into(), Foreign::CertificateRequest),
        (pem("X509 CRL", &[0x30, 0]).into(), Foreign::RevocationList),
        (b"ssh-ed25519 AAAAC3Nz me@host".to_vec(), Foreign::OpenSshKey),
        (b"ecdsa-sha2-nistp256 AAAA".to_vec(), Foreign::OpenSshKey),
        (b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n".to_vec(), Foreign::OpenSshKey),
        (
            b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----"
                .to_vec(),
            Foreign::OpenPgp,
        ),
        ([&[0xff, 0xfe][..], &utf16(false)].concat(), Foreign::Utf16),
        (utf16(false), Foreign::Utf16),
        (utf16(true), Foreign::Utf16),
        (vec![0x1f, 0x8b, 8, 0, 0], Foreign::Gzip),
        (b"<!DOCTYPE html><p>404".to_vec(), Foreign::Markup),
        (b"eyJhbGciOiJSUzI1NiJ9.e30.AA".to_vec(), Foreign::Token),
        (
            PUBLIC.lines().filter(|line| !line.starts_with('-')).collect::<String>().into(),
            Foreign::BareBase64,
        ),
        (br#"{"issuer":"https://a","jwks_uri":"https://a/jwks"}"#.to_vec(), Foreign::Discovery),
        (b"{}".to_vec(), Foreign::Json),
        (br#"{"a":"b"}"#.to_vec(), Foreign::Json),
        (br#"{"response":{"other":1}}"#.to_vec(), Foreign::Json),
        (b"[]".to_vec(), Foreign::JsonArray),
        (b"hello".to_vec(), Foreign::Unknown),
        (vec![0xff, 0xff, 0xff], Foreign::Unknown),
    ] {
        assert_eq!(foreign(&file), Some(expected), "{}", String::from_utf8_lossy(&file));
    }
}

#[test]
fn private_keys_and_requests_in_der_are_recognised_by_their_shape() {
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 1024, None).unwrap();
    let template = Template::new("x", Time::from_unix(0).unwrap(), Time::from_unix(9).unwrap());
    let own = Authority::root(issuer, &template).unwrap();
    assert_eq!(foreign(own.certificate().to_der()), None);
    let sequence =
        |content: &[u8]| [&[0x30, u8::try_from(content.len()).unwrap()], content].concat();
    let (integer, octets) = (&[2, 1, 0][..], &[4, 1, 0][..]);
    let algorithm = &[0x30, 2, 5, 0][..];
    for (content, expected) in [
        ([integer, &integer.repeat(8)].concat(), Foreign::PrivateKey),
        ([integer, algorithm, octets].concat(), Foreign::PrivateKey),
        ([integer, octets].concat(), Foreign::PrivateKey),
        ([algorithm, octets].concat(), Foreign::PrivateKey),
        (
            [&[0x30, 9, 2, 1, 0, 0x30, 0, 0x30, 0, 0xa0, 0][..], algorithm, &[3, 1, 0]].concat(),
            Foreign::CertificateRequest,
        ),
    ] {
        assert_eq!(foreign(sequence(&content)), Some(expected), "{content:02x?}");
    }
    // What has the shape of a certificate and is none, is damaged.
    let damaged = sequence(&[&[0x30, 0][..], algorithm, &[3, 1, 0]].concat());
    assert_eq!(keys(damaged), Err(BAD_DER.into()));
}

#[test]
fn several_keys_where_one_is_meant_are_counted() {
    let other = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let template = Template::new("x", Time::from_unix(0).unwrap(), Time::from_unix(9).unwrap());
    let other = Authority::root(other, &template).unwrap().certificate().to_pem();
    for (file, certificates, bare) in [
        ([CERTIFICATE, &other].concat(), 2, 0),
        ([CERTIFICATE, P256].concat(), 1, 1),
        ([PUBLIC, P256].concat(), 0, 2),
    ] {
        let error = KeyFileError::Several { certificates, keys: bare };
        assert_eq!(keys(file).unwrap_err(), error);
    }
    let both = [CERTIFICATE, &other].concat();
    assert_eq!(read_certificates(both.as_bytes(), &Limits::default()).unwrap().len(), 2);
}

#[test]
fn certificates_are_read_from_the_same_forms_and_bare_keys_are_refused() {
    let read = |file: &[u8]| read_certificates(file, &Limits::default());
    let expected = Certificate::from_der(&der(CERTIFICATE), NegativeModulus::Refuse).unwrap();
    let text = CERTIFICATE.replace('\n', "\\n");
    let all = format!(r#"{{"response":{{"allCertificates":[{{"certificateData":"{text}"}}]}}}}"#);
    let map = format!(r#"{{"k":"{text}"}}"#);
    for file in [CERTIFICATE.as_bytes(), &der(CERTIFICATE), all.as_bytes(), map.as_bytes()] {
        assert_eq!(read(file), Ok(vec![expected.clone()]));
    }
    for file in [PUBLIC.as_bytes(), &der(PUBLIC), br#"{"keys":[]}"#] {
        assert_eq!(read(file), Err(KeyFileError::Foreign(Foreign::Keys)));
    }
}

#[test]
fn refusals_of_the_server_sizes_and_labels_are_named() {
    let refused = r#"{"response":null,"errors":[{"errorCode":"KER-KMS-002","message":"m"},{}]}"#;
    let codes = vec!["KER-KMS-002".to_string(), "without a code".to_string()];
    assert_eq!(keys(refused), Err(KeyFileError::Refused { codes }));
    let limits = Limits::default().with_keys(1).with_key_set_bytes(8192);
    let code = |file: &[u8]| read_keys(file, &limits).unwrap_err().code();
    assert_eq!(code(&[b' '; 8193]), Code::TooLarge);
    assert_eq!(code([PUBLIC, P256].concat().as_bytes()), Code::TooLarge);
    assert_eq!(code(b" \n"), Code::Malformed);
    let label = KeyFileError::Label { label: "EC PARAMETERS".into() };
    assert_eq!(keys(pem("EC PARAMETERS", &[5, 0])), Err(label));
    assert_eq!(keys(pem("PUBLIC KEY", &[5, 0])), Err(BAD_DER.into()));
}

#[test]
fn every_message_says_what_was_found_and_none_is_a_whole_sentence() {
    let foreign = [
        Foreign::Unknown,
        Foreign::Utf16,
        Foreign::Gzip,
        Foreign::Markup,
        Foreign::Pkcs7,
        Foreign::Pkcs12,
        Foreign::JavaKeyStore,
        Foreign::PrivateKey,
        Foreign::CertificateRequest,
        Foreign::RevocationList,
        Foreign::OpenSshKey,
        Foreign::OpenPgp,
        Foreign::BareBase64,
        Foreign::Token,
        Foreign::Discovery,
        Foreign::Json,
        Foreign::JsonArray,
        Foreign::Keys,
    ];
    let texts: alloc::collections::BTreeSet<String> =
        foreign.iter().map(Foreign::to_string).collect();
    assert_eq!(texts.len(), foreign.len());
    assert!(texts.iter().all(|text| text.len() > 20 && !text.ends_with('.')));
    let several = KeyFileError::Several { certificates: 2, keys: 0 };
    assert!(several.to_string().contains("2 certificates"));
}
