//! Tokens, keys and key sets: the files of C2SP/wycheproof that no crate carries.

use std::fs;

use countersign::encoding::{base64, hex};
use countersign::jose::jws::{Expected, Verifier};
use countersign::jose::{CompactJws, Jwk, JwkSet};
use countersign::{Algorithm, Code, Item, Limits, Policy, Rsa1024, Secret, Time};
use serde_json::{Value, json};

use crate::kernels::{self, Signed};
use crate::public;
use crate::tally::{Published, Tally};
use crate::{Source, Suite};

const FOLDER: &str = "wycheproof";

/// What is excluded from a file: the `tcId`, and why.
type Exclusions = &'static [(u64, &'static str)];

const OTHER_HEADER: &str = "the header names another algorithm than the key";
const NO_SUCH_ALGORITHM: &str = "the key says ES521, which is no algorithm";
const IDENTICAL: &str = "says invalid, but is to the byte what the valid 357 is";
const QUESTION_MARK: &str = "says valid, but has `?` within base64url";
const NO_JWE: &str = "JWE is refused by name, by design";
const NO_LONG_HMAC: &str = "HS384 and HS512 are not supported, by design";

const SIGNATURE: Exclusions = &[
    (346, OTHER_HEADER),
    (350, OTHER_HEADER),
    (347, NO_SUCH_ALGORITHM),
    (351, NO_SUCH_ALGORITHM),
    (367, IDENTICAL),
    (370, IDENTICAL),
    (372, QUESTION_MARK),
    (373, QUESTION_MARK),
];
const KEY: Exclusions = &[(14, NO_LONG_HMAC), (15, NO_LONG_HMAC)];
const CRYPTO: Exclusions = &[(50, NO_JWE), (67, NO_JWE)];

pub(crate) fn suites() -> Vec<Suite> {
    let tokens = |name: &'static str, exclusions: Exclusions| Suite {
        name: name.to_owned(),
        run: Box::new(move |tally| judge_file(tally, name, exclusions)),
        source: Source::Public(FOLDER),
    };
    vec![
        tokens("json_web_signature", SIGNATURE),
        tokens("json_web_key", KEY),
        tokens("json_web_crypto", CRYPTO),
        Suite {
            name: "rsa_pkcs1_1024_sig_gen".to_owned(),
            run: Box::new(rsa_1024),
            source: Source::Public(FOLDER),
        },
    ]
}

/// Reads a file of the collection.
pub(crate) fn read(folder: &str, file: &str) -> Value {
    let path = public::folder(folder).join(file);
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn judge_file(tally: &mut Tally, name: &str, exclusions: Exclusions) {
    let file = read(FOLDER, &format!("{name}_test.json"));
    let mut used = 0;
    for group in file["testGroups"].as_array().unwrap() {
        let keys = Keys::of(group);
        let tests = group["tests"].as_array().unwrap();
        let tokens: Vec<String> = tests.iter().map(token).collect();
        if let Keys::Public(keys) = &keys {
            judge_together(tally, keys, &tokens);
        }
        for (test, token) in tests.iter().zip(&tokens) {
            let id = test["tcId"].as_u64().unwrap();
            let published = match test["result"].as_str().unwrap() {
                "valid" => Published::Valid,
                "invalid" => Published::Invalid,
                other => panic!("{other}"),
            };
            let reason = exclusions.iter().find(|(excluded, _)| *excluded == id);
            used += usize::from(reason.is_some());
            let found = keys.judge(token).unwrap_or_else(|problem| panic!("{id}: {problem}"));
            if token.split('.').count() == 5 && found != Code::UnsupportedFormat {
                tally.problem(format!("{id}: five parts are `{found}`"));
            }
            tally.judge(id, published, found, reason.map(|(_, reason)| *reason));
        }
    }
    if used != exclusions.len() {
        tally.problem("an exclusion names no vector".to_owned());
    }
}

/// The token of a test: a string, nothing, or JSON.
fn token(test: &Value) -> String {
    match test.get("jws").or(test.get("jwe")).unwrap() {
        Value::String(token) => token.clone(),
        Value::Null => String::new(),
        serialised => serialised.to_string(),
    }
}

/// The keys of a group, as a caller of this library would have them.
pub(crate) enum Keys {
    Public(JwkSet),
    /// Symmetric keys are never taken from a set: the caller knows which is meant, and for what.
    Secrets(Vec<(String, Result<Verifier, Code>)>),
}

impl Keys {
    fn of(group: &Value) -> Self {
        let given = group.get("public").unwrap_or(&group["private"]);
        let set = match given.get("keys") {
            Some(_) => given.clone(),
            None => json!({ "keys": [given] }),
        };
        let keys = set["keys"].as_array().unwrap();
        let kid = |key: &Value| key["kid"].as_str().unwrap_or_default().to_owned();
        let for_hmac = |key: &Value| {
            key["kty"] == "oct" && key["alg"].as_str().is_some_and(|alg| alg.starts_with("HS"))
        };
        let distinct = |key| keys.iter().filter(|other| kid(other) == kid(key)).count() == 1;
        if keys.iter().all(|key| for_hmac(key) && distinct(key)) {
            let verifier = |key| secret(key).map_err(|error: countersign::Error| error.code());
            return Self::Secrets(keys.iter().map(|key| (kid(key), verifier(key))).collect());
        }
        Self::Public(JwkSet::parse(set.to_string().as_bytes(), &Limits::default()).unwrap())
    }

    fn judge(&self, token: &str) -> Result<Code, String> {
        match self {
            Self::Public(keys) => {
                let code = judge_token(&Verifier::new(keys.clone(), Policy::default()), token)?;
                check_kernels(keys, token, code)?;
                Ok(code)
            }
            Self::Secrets(verifiers) => {
                let limits = Limits::default();
                let header = CompactJws::parse(token.as_bytes(), &limits)
                    .and_then(|compact| compact.header(&limits));
                let kid = header.ok().and_then(|header| header.kid);
                let (_, verifier) = verifiers
                    .iter()
                    .find(|(name, _)| kid.as_deref() == Some(name))
                    .unwrap_or(&verifiers[0]);
                verifier.as_ref().map_or_else(|code| Ok(*code), |v| judge_token(v, token))
            }
        }
    }
}

/// Makes a verifier of a symmetric JWK, which the library itself does not read.
pub(crate) fn secret(key: &Value) -> Result<Verifier, countersign::Error> {
    let bytes = base64::decode_url(key["k"].as_str().unwrap().as_bytes()).unwrap();
    Verifier::with_secret(Secret::new(bytes), Policy::default())
}

/// Judges a token by `verify`, which has to agree with `explain`.
///
/// # Errors
///
/// That they do not.
pub(crate) fn judge_token(verifier: &Verifier, token: &str) -> Result<Code, String> {
    let at = Time::from_unix(0).unwrap();
    let found = verifier.verify(token.as_bytes(), &Expected::unbound().allow_no_expiry(), at);
    let found = found.map_or_else(|error| error.code(), |_| Code::Ok);
    let explained =
        verifier.explain(token.as_bytes(), &Expected::unbound().allow_no_expiry(), at).code();
    if found == explained { Ok(found) } else { Err(format!("`{found}`, explained `{explained}`")) }
}

/// Judges tokens of the same keys in a batch, which has to agree with single calls.
fn judge_together(tally: &mut Tally, keys: &JwkSet, tokens: &[String]) {
    let verifier = Verifier::new(keys.clone(), Policy::default());
    let expected = Expected::unbound().allow_no_expiry();
    let at = Time::from_unix(0).unwrap().into();
    let items: Vec<_> = tokens
        .iter()
        .map(|token| Item { input: token.as_bytes(), expected: &expected, at })
        .collect();
    for (item, together) in items.iter().zip(verifier.verify_batch(&items)) {
        if together != verifier.verify(item.input, &expected, at) {
            tally.problem(format!("{}: differs in a batch", item.input.escape_ascii()));
        }
    }
}

/// Asks every kernel about the signature of a token, if it came to that.
///
/// # Errors
///
/// That two kernels, or a kernel and the token's verdict, differ.
pub(crate) fn check_kernels(keys: &JwkSet, token: &str, code: Code) -> Result<(), String> {
    let limits = Limits::default();
    let valid = match code {
        Code::Ok => true,
        Code::SignatureMismatch => false,
        _ => return Ok(()),
    };
    let compact =
        CompactJws::parse(token.as_bytes(), &limits).map_err(|error| error.to_string())?;
    let header = compact.header(&limits).map_err(|error| error.to_string())?;
    let key = keys.select(header.kid.as_deref()).map_err(|error| error.to_string())?;
    let verdicts = kernels::judge(&[Signed {
        key: key.key(),
        algorithm: key.algorithm(),
        message: compact.signing_input(),
        signature: compact.signature(),
    }])?;
    if verdicts == [valid] { Ok(()) } else { Err("the kernels differ from the verdict".into()) }
}

/// Signatures with 1024 bits: right for every kernel, and refused without the opt-in.
fn rsa_1024(tally: &mut Tally) {
    let file = read(FOLDER, "rsa_pkcs1_1024_sig_gen_test.json");
    for group in file["testGroups"].as_array().unwrap() {
        let key = Jwk::from_pem(group["keyPem"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(key.key().bits(), 1024);
        for (policy, code) in [
            (Policy::default(), Code::KeyTooSmall),
            (Policy::default().with_rsa_1024(Rsa1024::Allow), Code::SignatureMismatch),
        ] {
            let verifier = Verifier::new(key.clone().into(), policy);
            let found = judge_token(&verifier, "eyJhbGciOiJSUzI1NiJ9.e30.AA");
            if found != Ok(code) {
                tally.problem(format!("{found:?} instead of `{code}`"));
            }
        }
        let algorithm = match group["sha"].as_str().unwrap() {
            "SHA-256" => Some(Algorithm::Rs256),
            "SHA-384" => Some(Algorithm::Rs384),
            "SHA-512" => Some(Algorithm::Rs512),
            _ => None,
        };
        for test in group["tests"].as_array().unwrap() {
            let bytes = |member: &str| hex::decode(test[member].as_str().unwrap()).unwrap();
            let (message, signature) = (bytes("msg"), bytes("sig"));
            let Some(algorithm) = algorithm else {
                tally.exclude("the hash is not supported, by design");
                continue;
            };
            // Published as acceptable for the size of the key alone, which is the policy's to judge.
            let signed =
                Signed { key: key.key(), algorithm, message: &message, signature: &signature };
            match kernels::judge(&[signed]) {
                Ok(verdicts) => {
                    let found = if verdicts == [true] { Code::Ok } else { Code::SignatureMismatch };
                    tally.judge(&test["tcId"], Published::Valid, found, None);
                }
                Err(problem) => tally.problem(format!("{}: {problem}", test["tcId"])),
            }
        }
    }
}
