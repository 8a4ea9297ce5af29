//! Every example of MOSIP's document: parsed with the types, written again, and equal as JSON; and
//! its "decoded" objects, which are not what the texts above them hold.
//!
//! The document is not part of this repository. Without it the test says so and passes; with
//! `CI=true` it fails.

use countersign::Limits;
use countersign::encoding::base64;
use countersign::encoding::json::{self, Object};
use countersign::mosip::device::{DeviceData, DigitalId};
use countersign::mosip::registration::{Era, SignedRegistration};
use countersign_api::mosip::*;

use crate::loopback;

/// What keeps four examples from being JSON, and what was meant.
const REPAIRS: [(&str, &str); 4] = [
    ("\"isDeleted\": null,\n}", "\"isDeleted\": null\n}"),
    ("Z\"\n\"purpose\"", "Z\",\n\"purpose\""),
    ("\"AUTH\"\n\"digitalId\"", "\"AUTH\",\n\"digitalId\""),
    ("],\n}", "]\n}"),
];

fn document() -> Option<String> {
    let folder = loopback::documents()?;
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut texts = entries.map(|path| std::fs::read_to_string(path).unwrap());
    Some(texts.find(|text| text.contains("/registereddevices")).expect("the document"))
}

/// Every JSON object that stands behind the word of the button, as it is.
fn examples(document: &str) -> Vec<&str> {
    let starts = document.match_indices("Copy ").map(|(at, word)| &document[at + word.len()..]);
    let starts = starts.filter(|text| text.starts_with(['{', '"']));
    starts.map(|text| balanced(&text[text.find('{').unwrap()..])).collect()
}

/// The text up to the brace that closes the first one.
fn balanced(text: &str) -> &str {
    let (mut depth, mut in_string) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => in_string = !in_string,
            '{' if !in_string => depth += 1,
            '}' if !in_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..=at];
        }
    }
    panic!("a brace is open: {text}")
}

fn repaired(text: &str) -> String {
    REPAIRS.iter().fold(text.to_owned(), |text, (wrong, right)| text.replace(wrong, right))
}

type Again = fn(&[u8]) -> String;

/// How a text is read and written again.
macro_rules! again {
    ($type:ty) => {
        |text| {
            let parsed = <$type>::parse(text, &Limits::default());
            parsed.unwrap_or_else(|misfit| panic!("{misfit}")).to_json().to_string()
        }
    };
}

fn limits() -> Limits {
    Limits::default()
}

fn object(text: &str) -> Object<'static> {
    json::parse_object("example", text.as_bytes(), &limits()).unwrap().into_owned()
}

/// What is not a message by itself is decoded as the layer that it is.
fn device_data(text: &[u8]) -> String {
    let data = base64::encode_standard(text);
    DeviceData::decode(data.as_bytes(), &limits())
        .unwrap()
        .origin()
        .members()
        .to_object()
        .to_string()
}

fn device_info(text: &[u8]) -> String {
    let info = std::str::from_utf8(text).unwrap();
    let data = format!(r#"{{"purpose": "AUTH", "deviceInfo": {info}}}"#);
    let data = DeviceData::decode(base64::encode_standard(data.as_bytes()).as_bytes(), &limits());
    data.unwrap().device_info.origin().members().to_object().to_string()
}

fn digital_id(text: &[u8]) -> String {
    let id = base64::encode_standard(text);
    DigitalId::decode(id.as_bytes(), &limits()).unwrap().origin().members().to_object().to_string()
}

fn plain(text: &[u8]) -> String {
    object(std::str::from_utf8(text).unwrap()).to_string()
}

#[test]
fn every_example_of_the_document_goes_there_and_back() {
    let Some(document) = document() else { return };
    let kinds: [Again; 34] = [
        again!(RequestEnvelope<CreateDeviceProvider>),
        again!(ResponseEnvelope<DeviceProvider>),
        again!(ResponseEnvelope<DeviceProvider>),
        again!(RequestEnvelope<UpdateDeviceProvider>),
        again!(ResponseEnvelope<DeviceProvider>),
        again!(ResponseEnvelope<DeviceProvider>),
        again!(RequestEnvelope<CreateTrustProvider>),
        again!(ResponseEnvelope<TrustProvider>),
        again!(ResponseEnvelope<TrustProvider>),
        again!(RequestEnvelope<UpdateTrustProvider>),
        again!(ResponseEnvelope<TrustProvider>),
        again!(ResponseEnvelope<TrustProvider>),
        again!(RequestEnvelope<RegisterDevice>),
        device_data,
        device_info,
        digital_id,
        again!(ResponseEnvelope<String>),
        plain,
        plain,
        digital_id,
        again!(ResponseEnvelope<String>),
        again!(ResponseEnvelope<Acknowledgement>),
        again!(ResponseEnvelope<Acknowledgement>),
        again!(StatusAnswer),
        again!(StatusAnswer),
        again!(RequestEnvelope<ValidateDevice>),
        again!(ResponseEnvelope<OneOrMany<Acknowledgement>>),
        again!(ResponseEnvelope<OneOrMany<Acknowledgement>>),
        again!(RequestEnvelope<CreateDeviceService>),
        again!(ResponseEnvelope<DeviceService>),
        again!(ResponseEnvelope<DeviceService>),
        again!(RequestEnvelope<UpdateDeviceService>),
        again!(ResponseEnvelope<DeviceService>),
        again!(ResponseEnvelope<DeviceService>),
    ];
    let examples = examples(&document);
    assert_eq!(examples.len(), kinds.len());
    let (mut broken, mut failures) = (0, 0);
    for (text, again) in examples.iter().zip(kinds) {
        let whole = repaired(text);
        if whole != *text {
            broken += 1;
            assert!(json::parse("example", text.as_bytes(), &limits()).is_err(), "{text}");
        }
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(json(&again(whole.as_bytes())), json(&whole));
        let failure = ResponseEnvelope::<String>::parse(whole.as_bytes(), &limits());
        failures += usize::from(failure.is_ok_and(|envelope| envelope.is_refusal()));
    }
    // A trailing comma in two answers, and a request without two of its commas.
    assert_eq!((broken, failures), (3, 10));
}

/// Names the members that only one has, or whose values differ.
fn differences(printed: &Object<'_>, real: &Object<'_>) -> Vec<String> {
    let differs = |name: &&str| printed.member(name) != real.member(name);
    let names = printed.iter().map(|(name, _)| name);
    let further = real.iter().map(|(name, _)| name).filter(|name| printed.member(name).is_none());
    names.chain(further).filter(differs).map(str::to_owned).collect()
}

#[test]
fn what_the_document_prints_as_decoded_is_not_what_its_texts_hold() {
    let Some(document) = document() else { return };
    let examples = examples(&document);
    let request = RequestEnvelope::<RegisterDevice>::parse(examples[12].as_bytes(), &limits());
    let request = request.unwrap().request;
    let real = DeviceData::decode(request.device_data.as_bytes(), &limits()).unwrap();
    let info = &real.device_info;

    let data = object(examples[13]);
    let found = differences(&data, &real.origin().members().to_object());
    assert_eq!(found, ["deviceInfo", "foundationalTrustProviderId"]);
    let printed = data.member("deviceInfo").and_then(json::Value::as_object).unwrap();
    assert_eq!(
        differences(printed, &info.origin().members().to_object()),
        ["deviceExpiry", "timeStamp"]
    );
    assert_eq!(printed, &object(examples[14]));

    let edited =
        ["deviceProvider", "deviceProviderId", "model", "dateTime", "deviceSubType", "subType"];
    for printed in [examples[15], examples[19]] {
        assert_eq!(
            differences(&object(printed), &info.digital_id.origin().members().to_object()),
            edited
        );
    }

    // The answer's parts are printed as they are; only the digital id inside was edited.
    let answer = SignedRegistration::parse(examples[16].as_bytes(), &limits()).unwrap();
    assert_eq!(answer.era(), Era::A);
    let payload = countersign::danger::unverified_registration(&answer);
    let payload = json::parse_object("payload", payload, &limits()).unwrap();
    assert_eq!(differences(&object(examples[18]), &payload), [""; 0]);
    let id = DigitalId::decode(payload.string("", "digitalId").unwrap().as_bytes(), &limits());
    assert_eq!(info.digital_id.differences(&id.unwrap()).next(), None);
}
