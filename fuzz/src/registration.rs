//! MOSIP's registration answers of every era.

use countersign::encoding::base64::{encode_standard, encode_url};
use countersign::mosip::Window;
use countersign::mosip::registration::{Era, Expected, SignedRegistration, Status, Verifier};
use countersign::{At, Error, Limits, danger};
use countersign_testkit::mosip;

use super::oracle::{self, Json};
use super::support::{self, Input, REGISTRATION};

/// Builds an answer: as it is, or of header, payload and signature in the form of an era.
fn answer(input: &mut Input<'_>) -> Vec<u8> {
    let form = input.byte();
    if form == 0 {
        return input.0.to_vec();
    }
    let (header, payload) = (input.part(), input.part());
    let signature = input.0;
    let token = match form % 4 {
        0 => {
            let text = encode_standard(signature);
            mosip::wrap(header, &encode_standard(payload), text.as_bytes())
        }
        1 => {
            let payload = encode_standard(payload);
            let inner = [encode_url(header), encode_url(payload.as_bytes()), encode_url(signature)];
            mosip::wrap(b"{}", &payload, inner.join(".").as_bytes())
        }
        2 => {
            let inner = [encode_url(header), String::new(), encode_url(signature)];
            mosip::wrap(b"{}", &encode_standard(payload), inner.join(".").as_bytes())
        }
        _ => [encode_url(header), encode_url(payload), encode_url(signature)].join("."),
    };
    if form & 0x80 == 0 { token.into() } else { mosip::answer(&token).to_string().into() }
}

fn expected(choice: u8) -> Expected {
    let mut expected = Expected::new();
    if choice & 1 == 1 {
        expected = expected.status(Status::from("REGISTERED"));
    }
    if choice & 2 == 2 {
        expected = expected.env("Staging");
    }
    if choice & 4 == 4 {
        expected = expected.window(Window::symmetric(u32::from(choice)));
    }
    expected
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let group = REGISTRATION.group(&mut input);
    let (at, leeway) = (input.at(), input.leeway());
    let expected = expected(input.byte());
    let answer = answer(&mut input);

    let policy = group.believing().with_leeway(leeway);
    let believed =
        support::judge(&Verifier::new(group.keys.clone(), policy), &answer, &expected, at);
    let signed = SignedRegistration::parse(&answer, &Limits::default());
    if let Ok(registration) = &believed {
        let signed = signed.as_ref().expect("what is valid can be parsed");
        assert_eq!(danger::unverified_registration(signed), registration.payload());
        check(registration.payload(), signed, at);
        let rsa = group.keys.keys().iter().filter_map(|key| key.key().as_rsa());
        let sizes: Vec<usize> = rsa.map(|key| key.size()).collect();
        assert!(sizes.contains(&signed.signature().len()), "a signature no key could have made");
    }

    let policy = group.policy.with_leeway(leeway);
    let real = support::judge(&Verifier::new(group.keys.clone(), policy), &answer, &expected, at);
    match real {
        Ok(registration) => {
            assert!(support::is_genuine_registration(&answer), "a forged answer was accepted");
            assert_eq!(Ok(registration.payload()), believed.as_ref().map(|found| found.payload()));
        }
        // Of several keys, another one may be believed; a signed digital id has a signature too.
        Err(Error::SignatureMismatch) => {}
        Err(error) => {
            let same = believed.as_ref().err() == Some(&error);
            assert!(same || group.keys.keys().len() > 1, "{error:?}");
        }
    }
}

/// Checks what a valid answer says.
fn check(payload: &[u8], signed: &SignedRegistration, at: At) {
    let claims = Json::parse(payload, oracle::DEFAULT).expect("a payload is JSON");
    let text = |name| claims.member(name).and_then(Json::text);
    assert!(text("status").is_some() && text("deviceCode").is_some() && text("env").is_some());
    assert!(text("timeStamp").or(text("timestamp")).is_some());
    assert!(at != At::Issued || signed.signature().len() >= 128);
    let message = signed.signing_input();
    let contained = match signed.era() {
        Era::A => encode_standard(payload).into_bytes() == message,
        Era::C => message.ends_with(encode_url(payload).as_bytes()),
        _ => message.ends_with(encode_url(encode_standard(payload).as_bytes()).as_bytes()),
    };
    assert!(contained, "the payload is not what was signed");
}
