//! What is expected, and times.

use super::*;

#[test]
fn what_is_expected_is_compared() {
    let (signer, verifier) = own();
    let token = signer.answer(Era::B, &plain());
    let decode =
        |json: String| DigitalId::decode(encode_standard(json.as_bytes()).as_bytes(), &limits());
    let id = decode(DIGITAL_ID.into()).unwrap();
    let aliases = DIGITAL_ID
        .replace("deviceProviderId", "dpId")
        .replace("deviceProvider", "dp")
        .replace("deviceSubType", "subtype");
    let aliases = decode(aliases).unwrap();
    let later = decode(DIGITAL_ID.replace("25.153Z", "25.154Z")).unwrap();
    for (expected, code) in [
        (Expected::new().device_code("c").env("Staging").status(Status::Registered), Code::Ok),
        (Expected::new().digital_id(id.clone()), Code::Ok),
        (Expected::new().digital_id(aliases), Code::Ok),
        (Expected::new().digital_id(later.clone()), Code::ContentMismatch),
        (Expected::new().device_code("C"), Code::ContentMismatch),
        (Expected::new().device_code(""), Code::ContentMismatch),
        (Expected::new().env("staging"), Code::ContentMismatch),
        (Expected::new().status(Status::Deregistered), Code::ContentMismatch),
        (Expected::new().device_code("c").env("x"), Code::ContentMismatch),
    ] {
        let result = verdict(&verifier, token.as_bytes(), &expected, captured());
        assert_eq!(code_of(result), code, "{expected:?}");
    }
    let report = verifier.explain(token.as_bytes(), &Expected::new().digital_id(later), captured());
    assert!(report.hints.iter().any(|hint| hint.contains("`dateTime`")), "{:?}", report.hints);
}

#[test]
fn the_window_is_that_of_the_servers_and_its_ends_are_outside() {
    let (signer, _) = own();
    let token = signer.answer(Era::B, &plain());
    let signed = time("2020-08-02T23:46:25Z").unix();
    for (window, at, seconds, expected) in [
        // Signed two minutes before the time of judgement, and five minutes after it.
        (Window::as_servers_do(5), 119, 0, Code::Ok),
        (Window::as_servers_do(5), 120, 0, Code::TimestampWindow),
        (Window::as_servers_do(5), -299, 0, Code::Ok),
        (Window::as_servers_do(5), -300, 0, Code::TimestampWindow),
        (Window::as_servers_do(5), 120, 1, Code::Ok),
        (Window::as_servers_do(5), -300, 1, Code::Ok),
        (Window::symmetric(300), 299, 0, Code::Ok),
        (Window::symmetric(300), -299, 0, Code::Ok),
        (Window::symmetric(300), 300, 0, Code::TimestampWindow),
        (Window::symmetric(0), 0, 0, Code::TimestampWindow),
        (Window::symmetric(u32::MAX), 1_000_000, 300, Code::Ok),
    ] {
        let policy = Policy::default().with_leeway(Leeway::from_seconds(seconds).unwrap());
        let verifier = Verifier::new(signer.key().into(), policy);
        let expectation = Expected::new().window(window);
        let at = Time::from_unix(signed + at).unwrap();
        let result = verdict(&verifier, token.as_bytes(), &expectation, at);
        assert_eq!(code_of(result), expected, "{window:?} {at}");
        assert!(verdict(&verifier, token.as_bytes(), &expectation, At::Issued).is_ok());
    }
}

#[test]
fn a_local_time_signed_as_utc_is_refused_by_a_window_with_a_hint() {
    let window = Expected::new().window(Window::symmetric(300));
    let result = verdict(&published(), RESPONSE, &window, captured());
    assert_eq!(code_of(result), Code::TimestampWindow);
    let report = published().explain(RESPONSE, &window, captured());
    assert!(report.hints.iter().any(|hint| hint.contains("local time")));
    // 5 h 30 min later, in the zone of the server that signed.
    assert!(verdict(&published(), RESPONSE, &window, time("2020-01-13T12:55:29Z")).is_ok());
}

#[test]
fn an_answer_that_states_no_time_is_authentic_and_fails_only_what_is_asked_of_its_time() {
    let (signer, verifier) = own();
    let stamp = r#""timeStamp":"2020-08-02T23:46:25.154Z""#;
    for era in [Era::A, Era::B] {
        let null = plain().replace(stamp, r#""timeStamp":null"#);
        let answer = signer.answer(era, &null);
        let answer = answer.as_bytes();
        let found = verdict(&verifier, answer, &Expected::new(), captured()).unwrap();
        assert_eq!((found.time_stamp(), found.at()), (None, captured()));

        let expected = Expected::new().time_stamp("2020-08-02T23:46:25.154Z");
        let found = verdict(&verifier, answer, &expected, captured());
        assert_eq!(found, Err(Error::ContentMismatch { member: "timeStamp" }));
        let expected = Expected::new().window(Window::symmetric(u32::MAX));
        let found = verdict(&verifier, answer, &expected, captured());
        assert_eq!(found, Err(Error::MissingMember { part: "payload", member: "timeStamp" }));
        let found = verdict(&verifier, answer, &Expected::new(), At::Issued);
        assert_eq!(found, Err(Error::NoTime { member: "timeStamp" }));

        let absent = plain().replace(&format!(",{stamp}"), "");
        let answer = signer.answer(era, &absent);
        let found = verdict(&verifier, answer.as_bytes(), &Expected::new(), captured());
        assert_eq!(found, Err(Error::MissingMember { part: "payload", member: "timeStamp" }));
    }
}

#[test]
fn a_digital_id_that_states_no_time_is_that_of_a_request_without_one_and_of_no_other() {
    let (signer, verifier) = own();
    let id = |date_time: &str| {
        format!(
            r#"{{"serialNo":"1","deviceProvider":"P","deviceProviderId":"I","make":"M","model":"N","dateTime":{date_time},"type":"T","deviceSubType":"S"}}"#
        )
    };
    let null = id("null");
    let answer = signer.answer(Era::B, &payload(&encode_url(null.as_bytes())));
    let answer = answer.as_bytes();
    let found = verdict(&verifier, answer, &Expected::new(), captured()).unwrap();
    assert_eq!(found.digital_id().unwrap().date_time.text(), "");
    assert_eq!(found.digital_id().unwrap().date_time.time(), None);

    let sent = |text: &str| DigitalId::decode(encode_url(text.as_bytes()).as_bytes(), &limits());
    let dated = Expected::new().digital_id(sent(&id(r#""2020-01-13T07:20:42.195Z""#)).unwrap());
    let found = verdict(&verifier, answer, &dated, captured());
    assert_eq!(found, Err(Error::ContentMismatch { member: "digitalId" }));
    let blank = Expected::new().digital_id(sent(&id(r#""""#)).unwrap());
    assert!(verdict(&verifier, answer, &blank, captured()).is_ok());
    // A device has to say when.
    assert_eq!(code_of(sent(&null)), Code::MissingMember);
}
