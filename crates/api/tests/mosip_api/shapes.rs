//! The documented shapes, in texts of our own: with every member, with the least, and broken.

use countersign::Limits;
use countersign_api::Problem;
use countersign_api::mosip::rules::Activity;
use countersign_api::mosip::*;

/// How a text is read and written again.
macro_rules! assert_again {
    ($type:ty, $($text:expr),+ $(,)?) => {
        for text in [$($text),+] {
            let parsed = <$type>::parse(text.as_bytes(), &Limits::default());
            let written = parsed.unwrap_or_else(|misfit| panic!("{misfit}")).to_json().to_string();
            let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(json(&written), json(&text));
        }
    };
}

/// A request around its content.
fn asked(request: &str) -> String {
    format!(
        r#"{{"id":"x","version":"v1","requesttime":"2020-02-06T09:13:59.522Z","metadata":{{}},"request":{request}}}"#
    )
}

/// An answer around its content.
fn answered(response: &str, errors: &str) -> String {
    format!(
        r#"{{"id":"x","version":"1.0","responsetime":"2020-02-06T09:13:59.522Z","metadata":null,"response":{response},"errors":{errors}}}"#
    )
}

const PROVIDER: &str = r#"{"id":"i","vendorName":"v","address":"a","email":"e","contactNumber":"1",
    "certificateAlias":"c","isActive":true,"createdBy":"1","updatedBy":null,"isDeleted":null}"#;
const TRUST: &str = r#"{"id":"i","name":"n","address":"a","email":"e","contactNo":"1","certAlias":"c",
    "isActive":true,"createdBy":"1","createdDateTime":"2020-02-06T09:13:59.522Z","updatedBy":null,
    "updatedDateTime":null,"isDeleted":false,"deletedDateTime":null}"#;
const SERVICE: &str = r#"{"isActive":true,"createdBy":"1","createdDateTime":"2020-02-10T06:12:52.994Z",
    "updatedBy":null,"id":"i","swVersion":"s","deviceProviderId":"d","regDeviceTypeCode":"t",
    "regDeviceSubCode":"u","make":"m","model":"n","swCreateDateTime":"2020-02-10T06:12:52.994Z",
    "swExpiryDateTime":"2021-02-10T06:12:52.994Z","swBinaryHash":"h"}"#;
const CLAIM: &str = r#"{"serialNo":"s","make":"m","model":"n","type":"t","deviceSubType":"u","dp":"p",
    "dpId":"i","dateTime":"2020-02-16T07:20:42.195Z"}"#;

#[test]
fn requests_go_there_and_back() {
    assert_again!(
        RequestEnvelope<CreateDeviceProvider>,
        asked(PROVIDER),
        asked(r#"{"vendorName":"v","isActive":false,"unknown":[1]}"#),
        r#"{"request":{"vendorName":"v","isActive":true},"more":null}"#.to_owned()
    );
    assert_again!(RequestEnvelope<UpdateDeviceProvider>, asked(PROVIDER));
    assert_again!(RequestEnvelope<CreateTrustProvider>, asked(TRUST));
    assert_again!(
        RequestEnvelope<UpdateTrustProvider>,
        asked(TRUST),
        asked(
            r#"{"active":true,"id":"i","name":"n","address":"a","email":"e","contactNo":"1","certAlias":"c"}"#
        )
    );
    assert_again!(RequestEnvelope<RegisterDevice>, asked(r#"{"deviceData":"e30="}"#));
    assert_again!(
        RequestEnvelope<DeregisterDevice>,
        asked(r#"{"device":"e30="}"#),
        asked(r#"{"device":"e30=","isItForRegistrationDevice":true}"#)
    );
    for time in ["timeStamp", "timestamp"] {
        assert_again!(
            RequestEnvelope<ValidateDevice>,
            asked(&format!(
                r#"{{"deviceCode":"c","deviceServiceVersion":"v","{time}":"2020-02-16T07:20:42.195Z","purpose":"AUTH","digitalId":{CLAIM}}}"#
            ))
        );
    }
    assert_again!(RequestEnvelope<CreateDeviceService>, asked(SERVICE));
    assert_again!(
        RequestEnvelope<UpdateDeviceService>,
        asked(SERVICE),
        asked(&SERVICE.replace("isActive", "active"))
    );
}

#[test]
fn answers_go_there_and_back() {
    const DONE: &str = r#"{"status":"success","message":"m"}"#;
    for errors in ["null", "[]"] {
        assert_again!(ResponseEnvelope<DeviceProvider>, answered(PROVIDER, errors));
        assert_again!(ResponseEnvelope<TrustProvider>, answered(TRUST, errors));
        assert_again!(ResponseEnvelope<DeviceService>, answered(SERVICE, errors));
        assert_again!(ResponseEnvelope<String>, answered(r#""h.p.s""#, errors));
        assert_again!(ResponseEnvelope<Acknowledgement>, answered(DONE, errors));
        assert_again!(
            ResponseEnvelope<OneOrMany<Acknowledgement>>,
            answered(DONE, errors),
            answered(&format!("[{DONE}]"), errors)
        );
        assert_again!(StatusAnswer, answered(DONE, errors), DONE.to_owned());
    }
    let refused = r#"[{"errorCode":"KER-ATH-401","message":"m"},{"errorCode":"NEW","x":1}]"#;
    assert_again!(ResponseEnvelope<DeviceProvider>, answered("null", refused));
    assert_again!(StatusAnswer, answered("null", refused));
}

#[test]
fn what_does_not_fit_is_named_by_its_path() {
    for (text, expected) in [
        (r#"{"id":"x"}"#.to_owned(), "$.request is missing"),
        (asked("[]"), "$.request is not an object"),
        (asked(r#"{"isActive":true}"#), "$.request.vendorName is missing"),
        (
            asked(r#"{"vendorName":"v","isActive":"true"}"#),
            "$.request.isActive is not true or false",
        ),
        (asked(r#"{"vendorName":7,"isActive":true}"#), "$.request.vendorName is not a string"),
    ] {
        let parsed =
            RequestEnvelope::<CreateDeviceProvider>::parse(text.as_bytes(), &Limits::default());
        assert_eq!(parsed.unwrap_err().to_string(), expected);
    }
    for (text, expected) in [
        (answered("{}", "null"), "$.response.id is missing"),
        (answered("null", r#"[{}]"#), "$.errors[0].errorCode is missing"),
        (answered("null", "{}"), "$.errors is not an array"),
    ] {
        let parsed = ResponseEnvelope::<DeviceProvider>::parse(text.as_bytes(), &Limits::default());
        assert_eq!(parsed.unwrap_err().to_string(), expected);
    }
    let twice = RequestEnvelope::<RegisterDevice>::parse(
        br#"{"request":{},"request":{}}"#,
        &Limits::default(),
    );
    assert!(matches!(twice.unwrap_err().problem(), Problem::Text(_)));
}

#[test]
fn lengths_are_those_of_the_servers() {
    let now = super::server::now();
    let provider = CreateDeviceProvider::new("v".repeat(129), Activity::Active);
    assert_eq!(RequestEnvelope::new(provider, now).rules().len(), 1);
    let mut provider = CreateDeviceProvider::new(" v ", Activity::Active);
    provider.address = Some(String::new());
    assert_eq!(RequestEnvelope::new(provider, now).rules(), []);
    let trust = CreateTrustProvider::new("", "", "e", "1".repeat(17), "c");
    assert_eq!(RequestEnvelope::new(trust, now).rules().len(), 3);
}
