//! The nested objects of a registration request: three layers, each in several wrappings.

use countersign::encoding::base64::{encode_standard, encode_url};
use countersign::encoding::json::{self, Object};
use countersign::mosip::device::{DeviceData, DeviceInfo, DigitalId};
use countersign::{Error, Limits};

use super::support::Input;

/// Wraps JSON as the byte says.
fn wrap(form: u8, text: &[u8]) -> String {
    match form % 4 {
        0 => encode_standard(text),
        1 => encode_url(text),
        2 => encode_standard(encode_standard(text).as_bytes()),
        _ => format!("e30.{}.AA", encode_url(text)),
    }
}

/// Puts the inner object into the outer one.
fn nest(outer: &[u8], member: &'static str, inner: &str, as_object: bool) -> Option<String> {
    let limits = Limits::default();
    let outer = json::parse_object("outer", outer, &limits).ok()?;
    let object = as_object.then(|| json::parse_object("inner", inner.as_bytes(), &limits).ok());
    Some(match object.flatten() {
        Some(inner) => outer.with(member, inner).to_string(),
        None => outer.with(member, inner).to_string(),
    })
}

/// Checks what is decoded: it is shown as JSON, and its members alone decode to the same.
fn check<T>(decoded: Result<T, Error>, show: impl Fn(&T) -> Object<'static>) {
    if let Ok(decoded) = decoded {
        let shown = show(&decoded).to_string();
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("it is shown as JSON");
        assert!(shown["layer"].is_string() && shown["decoded"].is_object());
    }
}

fn digital_id(text: &[u8]) {
    let limits = Limits::default();
    let decoded = DigitalId::decode(text, &limits);
    if let Ok(id) = &decoded {
        let plain = id.origin().members().to_object().to_string();
        let again = DigitalId::decode(encode_standard(plain.as_bytes()).as_bytes(), &limits);
        let again = again.expect("the members alone are a digital id");
        assert_eq!(id.differences(&again).count(), 0);
        assert_eq!(again.origin().members().to_object(), id.origin().members().to_object());
    }
    check(decoded, DigitalId::to_json);
}

pub fn run(data: &[u8]) {
    let limits = Limits::default();
    let mut input = Input(data);
    let forms = (input.byte(), input.byte());
    if forms.0 < 0x80 {
        let text = match forms.1 {
            0 => input.0.to_vec(),
            form => wrap(form, input.0).into_bytes(),
        };
        digital_id(&text);
        check(DeviceInfo::decode(&text, &limits), DeviceInfo::to_json);
        check(DeviceData::decode(&text, &limits), DeviceData::to_json);
        check(DeviceData::from_request(input.0, &limits), DeviceData::to_json);
        return;
    }
    let (id, info, data) = (input.part(), input.part(), input.part());
    let id = wrap(forms.0, id);
    digital_id(id.as_bytes());
    let Some(info) = nest(info, "digitalId", &id, false) else { return };
    let whole = forms.1 & 0x10 == 0x10;
    let info = if whole { info } else { wrap(forms.0 >> 2, info.as_bytes()) };
    let Some(data) = nest(data, "deviceInfo", &info, whole) else { return };
    let data = wrap(forms.1, data.as_bytes());
    let decoded = DeviceData::decode(data.as_bytes(), &limits);
    if let Ok(decoded) = &decoded {
        // The digital id inside is what it is alone.
        let alone = DigitalId::decode(id.as_bytes(), &limits).expect("it was decoded inside");
        assert_eq!(decoded.device_info.digital_id, alone);
        let deep = limits.with_layers(2);
        assert!(DeviceData::decode(data.as_bytes(), &deep).is_err() || whole);
    }
    check(decoded, DeviceData::to_json);
    let request = format!(r#"{{"request":{{"deviceData":"{data}"}}}}"#);
    let inside = DeviceData::from_request(request.as_bytes(), &limits).map_err(|e| e.code());
    let alone = DeviceData::decode(data.as_bytes(), &limits).map_err(|e| e.code());
    assert!(inside == alone || request.len() > limits.message_bytes());
}
