//! Digital ids and device data with signatures of their own, up to three layers.

use countersign::encoding::base64::{encode_standard, encode_url};

use super::devices::{self, DEVICES};
use super::support::Input;

/// Puts a layer around a text: signed or not, in JSON that the input gives up to the member's value.
fn wrap(input: &mut Input<'_>, member: &str, inner: &str) -> String {
    let form = input.byte();
    let json = match String::from_utf8_lossy(input.part()).rsplit_once('}') {
        Some((front, _)) if !member.is_empty() => format!("{front},\"{member}\":\"{inner}\"}}"),
        Some((front, _)) => format!("{front}}}"),
        None => inner.to_owned(),
    };
    match form % 4 {
        0 => encode_standard(json.as_bytes()),
        1 => encode_url(json.as_bytes()),
        _ => {
            let der = &DEVICES.certificates[input.word() % DEVICES.certificates.len()];
            let header = format!(r#"{{"alg":"RS256","x5c":["{}"]}}"#, encode_standard(der));
            let signature = encode_url(&[input.byte(); 256]);
            format!("{}.{}.{signature}", encode_url(header.as_bytes()), encode_url(json.as_bytes()))
        }
    }
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let form = input.byte();
    let group = input.pick(&DEVICES.groups);
    let at = devices::at(&mut input);
    let message = match form / 5 % 4 {
        0 => return devices::judge(form % 5 % 2, group, input.0, at),
        1 => wrap(&mut input, "", ""),
        _ => {
            let id = wrap(&mut input, "", "");
            let info = wrap(&mut input, "digitalId", &id);
            wrap(&mut input, "deviceInfo", &info)
        }
    };
    devices::judge(form % 5 % 2, group, message.as_bytes(), at);
}
