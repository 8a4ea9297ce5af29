//! What is recognised and of no kind that is verified, with the way out.

use countersign::Limits;
use countersign::encoding::json::{Object, Value};

use super::encoded::shortened;
use crate::kind::{Content, Family, Found, Unsupported};

pub(crate) static FAMILY: Family = Family { kinds: &[], body, payload: Family::no_payload };

pub(crate) const OTP_RESPONSE: Unsupported = Unsupported::new("an OTP response")
    .named("otp-response")
    .hint("open it with `countersign otp open`");
pub(crate) const DISCOVERY_DOCUMENT: Unsupported = Unsupported::new("an OpenID discovery document")
    .hint("its `jwks_uri` is the URL of the keys: give it with --jwks URL");
pub(crate) const KEYS: Unsupported = Unsupported::new("a key set")
    .hint("give it with --jwks FILE, and the artefact that its keys signed as INPUT");
pub(crate) const KEY: Unsupported = Unsupported::new("a key").hint(
    "give it with --key FILE, and the artefact that it signed as \
                                    INPUT",
);

fn body(object: &Object<'_>, _: &Limits, found: &mut Found) {
    let has = |name| object.member(name).is_some();
    found.add_if(has("ciphertext") && has("tag") && has("iv"), OTP_RESPONSE);
    if let Some(refusal) = refusal(object) {
        found.add(refusal);
    }
    found.add_if(has("issuer") && has("jwks_uri"), DISCOVERY_DOCUMENT);
    found.add_if(matches!(object.member("keys"), Some(Value::Array(_))), KEYS);
    found.add_if(has("kty"), KEY);
}

/// Recognises what the services of MIRACL Trust and of OAuth 2.0 ([RFC 6749 §5.2]) answer when
/// they refuse.
///
/// [RFC 6749 §5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
fn refusal(object: &Object<'_>) -> Option<Content> {
    let code = match object.member("error")? {
        Value::String(code) if !code.is_empty() => code,
        Value::Object(error) => error.member("code")?.as_str()?,
        _ => return None,
    };
    Some(Content::Refused(vec![shortened(code)]))
}
