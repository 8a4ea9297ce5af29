//! The JWS examples of ietf-jose/cookbook (RFC 7520 and RFC 7797), in every serialisation they have.

use countersign::encoding::base64;
use countersign::jose::jws::Verifier;
use countersign::jose::{Jwk, JwkSet};
use countersign::{Code, Limits, Policy};
use serde_json::{Value, json};

use crate::jose::{check_kernels, judge_token, read, secret};
use crate::tally::{Published, Tally};
use crate::{Source, Suite};

const FOLDER: &str = "jose-cookbook";

const NO_P521: &str = "P-521 is not supported, by design";
const NO_JSON: &str = "the JSON serialisation is not supported, by design";
const NO_DETACHED: &str = "a detached payload is put back by the caller, who has it";
const NO_UNENCODED: &str = "unencoded payloads are not supported, by design";

/// The files, and why their compact form is refused.
const FILES: [(&str, Option<&str>); 10] = [
    ("4_1.rsa_v15_signature", None),
    ("4_2.rsa-pss_signature", None),
    ("4_3.ecdsa_signature", Some(NO_P521)),
    ("4_4.hmac-sha2_integrity_protection", None),
    ("4_5.signature_with_detached_content", Some(NO_DETACHED)),
    ("4_6.protecting_specific_header_fields", None),
    ("4_7.protecting_content_only", None),
    ("4_8.multiple_signatures", None),
    ("4.2.hmac-sha2_b64_false", None),
    ("hmac-sha2_b64_false", Some(NO_UNENCODED)),
];

pub(crate) fn suites() -> Vec<Suite> {
    let run = Box::new(judge_files);
    vec![Suite { name: "jose-cookbook".to_owned(), run, source: Source::Public(FOLDER) }]
}

fn judge_files(tally: &mut Tally) {
    for (name, reason) in [("3_1.ec_public_key", Some(NO_P521)), ("3_3.rsa_public_key", None)] {
        let key = read(FOLDER, &format!("{name}.json")).to_string();
        let found = Jwk::parse(key.as_bytes(), &Limits::default());
        let found = found.map_or_else(|error| error.code(), |_| Code::Ok);
        tally.judge(name, Published::Valid, found, reason);
    }
    for (name, reason) in FILES {
        let example = read(FOLDER, &format!("{name}.json"));
        for (form, token) in example["output"].as_object().unwrap() {
            let id = format!("{name} {form}");
            let (token, reason) = match token {
                Value::String(compact) => (compact.clone(), reason),
                json => (json.to_string(), Some(NO_JSON)),
            };
            match judge(&example["input"], &token) {
                Ok(found) => tally.judge(id, Published::Valid, found, reason),
                Err(problem) => tally.problem(format!("{id}: {problem}")),
            }
            if reason == Some(NO_DETACHED) {
                let payload = example["input"]["payload"].as_str().unwrap();
                let payload = format!(".{}.", base64::encode_url(payload.as_bytes()));
                let found = judge(&example["input"], &token.replace("..", &payload));
                if found != Ok(Code::Ok) {
                    tally.problem(format!("{name}, put together again: {found:?}"));
                }
            }
        }
    }
}

/// Judges a token with the example's key, bound to the example's algorithm.
fn judge(input: &Value, token: &str) -> Result<Code, String> {
    let key = &input["key"];
    if key["kty"] == "oct" {
        return judge_token(&secret(key).unwrap(), token);
    }
    let mut keys = match key {
        Value::Array(keys) => keys.clone(),
        key => {
            let mut key = key.clone();
            key["alg"] = input["alg"].clone();
            vec![key]
        }
    };
    for key in &mut keys {
        let key = key.as_object_mut().unwrap();
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            key.remove(private);
        }
    }
    let keys = json!({ "keys": keys }).to_string();
    let keys = JwkSet::parse(keys.as_bytes(), &Limits::default()).unwrap();
    let code = judge_token(&Verifier::new(keys.clone(), Policy::default()), token)?;
    check_kernels(&keys, token, code)?;
    Ok(code)
}
