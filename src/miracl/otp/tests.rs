use super::*;
use crate::code::Code;
use alloc::format;

const SEED: &[u8] = include_bytes!("../../../test-vectors/seed/otp-response.json");
const EXPIRES: &str = "2022-04-08T08:05:03Z";
const SIGNATURE: &str = "f0fbae2fcf3a848bd35a408b5aa2aeea27e277923f6c2140edf54c666b89fe68";

fn limits() -> Limits {
    Limits::default()
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn request() -> Request {
    Request::sign(&secret("MockClientSecret"), "MockClientId", "test@example.com", EXPIRES).unwrap()
}

fn response(ciphertext: &str, tag: &str, iv: &str) -> Result<Response, Error> {
    let body = Object::new().with("ciphertext", ciphertext).with("tag", tag).with("iv", iv);
    Response::parse(body.to_string().as_bytes(), &limits())
}

#[test]
fn a_signed_request_is_written_read_back_and_verified() {
    let request = request();
    assert_eq!(request.signature(), SIGNATURE);
    let body = request.to_json().to_string();
    assert_eq!(
        body,
        format!(
            r#"{{"client_id":"MockClientId","user_id":"test@example.com","expires":"{EXPIRES}","signature":"{SIGNATURE}"}}"#
        )
    );
    let read = Request::parse(body.as_bytes(), &limits()).unwrap();
    assert_eq!(read, request);
    assert_eq!(read.verify(&secret("MockClientSecret")), Ok(()));
    assert_eq!(read.verify(&secret("mockClientSecret")), Err(Error::SignatureMismatch));
}

#[test]
fn a_signature_fits_every_way_to_divide_client_and_user_so_that_the_client_has_to_be_compared() {
    let genuine = request();
    let both = format!("{}{}", genuine.client_id(), genuine.user_id());
    let mut own = 0;
    for place in 0..=both.len() {
        let (client, user) = both.split_at(place);
        let moved = genuine.to_json().with("client_id", client).with("user_id", user);
        let moved = Request::parse(moved.to_string().as_bytes(), &limits()).unwrap();
        assert_eq!(moved.verify(&secret("MockClientSecret")), Ok(()), "{client} and {user}");
        if moved.client_id() == "MockClientId" {
            assert_eq!(moved, genuine);
            own += 1;
        }
    }
    assert_eq!(own, 1);
}

#[test]
fn every_changed_member_and_every_other_text_of_the_signature_is_refused() {
    let verify = |change: &dyn Fn(&mut Request)| {
        let mut changed = request();
        change(&mut changed);
        changed.verify(&secret("MockClientSecret"))
    };
    assert_eq!(verify(&|_| ()), Ok(()));
    assert_eq!(verify(&|r| r.client_id.push(' ')), Err(Error::SignatureMismatch));
    assert_eq!(verify(&|r| r.user_id.clear()), Err(Error::SignatureMismatch));
    assert_eq!(
        verify(&|r| r.expires = "2022-04-08T08:05:04Z".into()),
        Err(Error::SignatureMismatch)
    );
    assert_eq!(verify(&|r| r.signature.make_ascii_uppercase()), Err(Error::SignatureMismatch));
    assert_eq!(verify(&|r| r.signature.clear()), Err(Error::SignatureMismatch));
    assert_eq!(verify(&|r| r.signature.push('0')), Err(Error::SignatureMismatch));
    for place in 0..64 {
        assert_eq!(verify(&|r| r.signature.truncate(place)), Err(Error::SignatureMismatch));
        let other = if SIGNATURE.as_bytes()[place] == b'0' { "1" } else { "0" };
        let swap = |r: &mut Request| r.signature.replace_range(place..=place, other);
        assert_eq!(verify(&swap), Err(Error::SignatureMismatch));
    }
}

#[test]
fn the_join_without_separators_is_ambiguous_as_documented() {
    let sign = |client: &str, user: &str| {
        Request::sign(&secret("s"), client, user, EXPIRES).unwrap().signature().to_string()
    };
    assert_eq!(sign("a", "bc"), sign("ab", "c"));
}

#[test]
fn expires_in_any_other_form_is_malformed() {
    for expires in [
        "",
        "2022-04-08T08:05:03",
        "2022-04-08T08:05:03.5Z",
        "2022-04-08T08:05:03+00:00",
        "2022-04-08t08:05:03z",
        "2022-04-08 08:05:03Z",
        "2022-02-29T08:05:03Z",
        "2022-04-08T08:05:60Z",
        " 2022-04-08T08:05:03Z",
        "2022-04-08T08:05:03Z\n",
        "1649404503",
    ] {
        let malformed = Error::Malformed { part: "expires", fault: Fault::Time };
        let signed = Request::sign(&secret("s"), "c", "u", expires);
        assert_eq!(signed, Err(malformed.clone()), "{expires}");
        let body = request().to_json().with("expires", expires).to_string();
        assert_eq!(Request::parse(body.as_bytes(), &limits()), Err(malformed), "{expires}");
    }
}

#[test]
fn a_request_body_with_a_defect_is_refused_by_its_name() {
    let request = request();
    let whole = request.to_json();
    let parse = |body: &str| Request::parse(body.as_bytes(), &limits()).map_err(|e| e.code());
    for name in ["client_id", "user_id", "expires", "signature"] {
        let mut without = Object::new();
        for (key, value) in whole.iter().filter(|(key, _)| *key != name) {
            without.set(key.to_string(), value.clone());
        }
        assert_eq!(parse(&without.to_string()), Err(Code::MissingMember), "{name}");
        for wrong in [Value::Null, Value::from(1_usize), Value::Bool(true)] {
            let body = whole.clone().with(name, wrong).to_string();
            assert_eq!(parse(&body), Err(Code::WrongType), "{body}");
        }
        let body = whole.to_string();
        let body = format!(r#"{},"{name}":""}}"#, body.strip_suffix('}').unwrap());
        assert_eq!(parse(&body), Err(Code::DuplicateMember), "{body}");
    }
    assert_eq!(parse("[]"), Err(Code::WrongType));
    assert_eq!(parse("{"), Err(Code::Malformed));
    assert_eq!(parse(""), Err(Code::Malformed));
    let large = whole.clone().with("user_id", "u".repeat(64 * 1024)).to_string();
    assert_eq!(parse(&large), Err(Code::TooLarge));
}

#[test]
fn the_published_response_is_read_and_opens_under_no_derivation_of_a_guess() {
    let response = Response::parse(SEED, &limits()).unwrap();
    assert_eq!(response.ciphertext.len(), 64);
    // A secret for which every derivation is applicable: 32 characters, hex and so base64 too.
    let guess = secret("0123456789abcdef0123456789abcdef");
    for derivation in Derivation::ALL {
        assert!(derivation.key(&guess, Some(&request())).is_ok(), "{derivation}");
        for request in [None, Some(&request())] {
            if *derivation == Derivation::RequestHmac && request.is_none() {
                continue;
            }
            let opened = response.open(&guess, KeyChoice::Named(*derivation), request);
            assert_eq!(opened.unwrap_err(), Error::DecryptFailed, "{derivation}");
        }
    }
    let opened = response.open(&guess, KeyChoice::Auto, Some(&request()));
    assert_eq!(opened.unwrap_err(), Error::DecryptFailed);
}

#[test]
fn a_response_body_with_a_defect_is_refused_by_its_name() {
    const IV: &str = "UlAMbRE2iw1H/yuo";
    const TAG: &str = "cm+1V4/WBs+DyAZg7RZS/g==";
    assert!(response("AA==", TAG, IV).is_ok());
    let malformed = |part, fault| Err(Error::Malformed { part, fault });
    assert_eq!(response("", TAG, IV), malformed("ciphertext", Fault::Empty));
    assert_eq!(response("AA", TAG, IV), malformed("ciphertext", Fault::Padding));
    assert_eq!(response("AB==", TAG, IV), malformed("ciphertext", Fault::TrailingBits));
    assert_eq!(response("A-==", TAG, IV), malformed("ciphertext", Fault::Character { offset: 1 }));
    for length in (0..40).filter(|length| *length != 16) {
        let tag = base64::encode_standard(&alloc::vec![0; length]);
        assert_eq!(response("AA==", &tag, IV), malformed("tag", Fault::Length), "{length}");
    }
    for length in (0..40).filter(|length| *length != 12) {
        let iv = base64::encode_standard(&alloc::vec![0; length]);
        assert_eq!(response("AA==", TAG, &iv), malformed("iv", Fault::Length), "{length}");
    }
    let parse = |body: &str| Response::parse(body.as_bytes(), &limits()).map_err(|e| e.code());
    assert_eq!(parse(r#"{"tag":"","iv":""}"#), Err(Code::MissingMember));
    assert_eq!(parse(r#"{"ciphertext":null,"tag":"","iv":""}"#), Err(Code::WrongType));
    assert_eq!(parse(r#"{"iv":"","iv":""}"#), Err(Code::DuplicateMember));
    assert_eq!(parse(&" ".repeat(64 * 1024 + 1)), Err(Code::TooLarge));
}

#[test]
fn a_derivation_that_does_not_fit_the_secret_says_so_when_it_was_named() {
    let unfit = Err(Error::KeyUnusable(KeyFault::Derivation));
    let key = |derivation: Derivation, text: &str| {
        derivation.key(&secret(text), None).map(|key| key.to_vec())
    };
    for length in (0..40).filter(|length| ![16, 24, 32].contains(length)) {
        let text = "a".repeat(length);
        assert_eq!(key(Derivation::Raw, &text), unfit);
        assert_eq!(key(Derivation::Explicit, &text), unfit);
        assert_eq!(key(Derivation::Base64, &base64::encode_url(text.as_bytes())), unfit);
        assert_eq!(key(Derivation::Hex, &hex::encode(text.as_bytes())), unfit);
    }
    assert_eq!(key(Derivation::Hex, &"g".repeat(32)), unfit);
    assert_eq!(key(Derivation::Base64, &"*".repeat(32)), unfit);
    assert_eq!(key(Derivation::Truncate16, &"a".repeat(15)), unfit);
    assert_eq!(key(Derivation::Truncate32, &"a".repeat(31)), unfit);
    assert_eq!(key(Derivation::RequestHmac, "a"), unfit);
    assert_eq!(key(Derivation::Sha256, "").map(|key| key.len()), Ok(32));

    let response = Response::parse(SEED, &limits()).unwrap();
    let opened = response.open(&secret("a"), KeyChoice::Named(Derivation::Raw), None);
    assert_eq!(opened.unwrap_err(), Error::KeyUnusable(KeyFault::Derivation));
    let opened = response.open(&secret("a"), KeyChoice::Auto, None);
    assert_eq!(opened.unwrap_err(), Error::DecryptFailed);
}

#[test]
fn names_of_derivations_read_back() {
    for derivation in Derivation::ALL {
        assert_eq!(derivation.as_str().parse(), Ok(*derivation));
        assert_eq!(derivation.as_str().parse(), Ok(KeyChoice::Named(*derivation)));
    }
    assert_eq!("auto".parse(), Ok(KeyChoice::Auto));
    for name in ["", "SHA256", "sha-256", "Auto"] {
        assert_eq!(name.parse::<KeyChoice>(), Err(UnknownDerivation));
    }
}

#[test]
fn a_password_is_typed_where_its_members_are_known_and_kept_where_not() {
    let opened = |plaintext: &str| Opened {
        derivation: Derivation::Sha256,
        aad: Aad::Empty,
        plaintext: Zeroizing::new(plaintext.as_bytes().to_vec()),
        limits: limits(),
    };
    let at = Time::from_unix(1_649_404_580);
    let text = r#"{"otp":"123456","expireTime":1649404580,"ttlSeconds":90,"nowTime":1649404580,"expiration":"2022-04-08T07:56:20.5Z","expires":"soon","expires_at":1649404580,"x":[1]}"#;
    let sealed = opened(text);
    let otp = sealed.otp().unwrap();
    assert_eq!(otp.value, "123456");
    assert_eq!((otp.expire_time, otp.now_time, otp.ttl_seconds), (at, at, Some(90)));
    assert_eq!((otp.expiration, otp.expires, otp.expires_at), (at, None, at));
    assert_eq!(otp.members.to_string(), text);
    assert_eq!(
        sealed.to_json().to_string(),
        format!(r#"{{"derivation":"sha256","aad":"empty","plaintext":{text}}}"#)
    );

    for no_password in [r#"{"otp":123456}"#, "{}", "123456", r#"{"otp":"1","otp":"2"}"#, "\u{1}"] {
        assert_eq!(opened(no_password).otp(), None, "{no_password}");
    }
    assert_eq!(
        opened("123456").to_json().to_string(),
        r#"{"derivation":"sha256","aad":"empty","plaintext":{"base64":"MTIzNDU2"}}"#
    );
}

#[test]
fn neither_secret_nor_signature_nor_password_is_printed() {
    let opened = Opened {
        derivation: Derivation::Raw,
        aad: Aad::UserId,
        plaintext: Zeroizing::new(br#"{"otp":"424242"}"#.to_vec()),
        limits: limits(),
    };
    let texts = [
        format!("{opened:?} {:?}", opened.otp()),
        format!("{:?} {:?}", request(), secret("MockClientSecret")),
    ];
    for text in texts {
        for hidden in ["424242", "MockClientSecret", SIGNATURE, "52, 50"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}
