//! How the tests of each file are run.

use countersign::encoding::hex;
use countersign::encoding::json::{Object, Value};
use countersign::jose::{Jwk, JwkSet, jws};
use countersign::miracl::dvs::{self, SignatureRequest, signature};
use countersign::miracl::otp;
use countersign::miracl::token::{self, access, activation, auth, id, new_user};
use countersign::mosip::device::{self, DigitalId};
use countersign::mosip::registration::{self, Status};
use countersign::mosip::trust::{Domain, Rules, Trust, TrustStore};
use countersign::mosip::{Window, sbi};
use countersign::x509::Certificate;
use countersign::{
    At, Code, Error, Item, Leeway, Limits, Policy, Report, Rsa1024, Secret, Time, Verdict,
};
use countersign_api::mosip::rules;

/// Runs a test of a group and returns the report, of kinds that have one; the text says what is
/// wrong.
pub(crate) type Runner = fn(&Object<'static>, &Object<'static>) -> Outcome;

/// The files, and how their tests are run.
pub(crate) const FILES: &[(&str, Runner)] = &[
    ("dvs-certificate", dvs_certificate),
    ("dvs-signature", dvs_signature),
    ("jwk", jwk),
    ("jws", jws),
    ("miracl-token", miracl_token),
    ("mosip-device", mosip_device),
    ("mosip-registration", mosip_registration),
    ("mosip-rules", mosip_rules),
    ("otp", otp),
];

type Outcome = Result<Option<Report>, String>;

const PART: &str = "vector";

fn limits() -> Limits {
    Limits::default()
}

fn text<'o>(object: &'o Object<'static>, member: &'static str) -> &'o str {
    object.string(PART, member).unwrap()
}

fn object<'o>(parent: &'o Object<'static>, member: &str) -> Option<&'o Object<'static>> {
    parent.member(member).map(|value| value.as_object().unwrap())
}

fn input(test: &Object<'static>) -> Vec<u8> {
    match test.optional_string(PART, "inputHex").unwrap() {
        Some(digits) => hex::decode(digits).unwrap(),
        None => text(test, "input").as_bytes().to_vec(),
    }
}

fn at(test: &Object<'static>) -> At {
    match test.member("at").unwrap() {
        Value::String(word) if word == "issued" => At::Issued,
        seconds => Time::from_unix(seconds.as_i64().unwrap()).unwrap().into(),
    }
}

fn expected<'o>(test: &'o Object<'static>) -> &'o Object<'static> {
    object(test, "expected").unwrap()
}

fn policy(group: &Object<'static>) -> Policy {
    let Some(given) = object(group, "policy") else {
        return Policy::default();
    };
    let mut policy = Policy::default();
    if let Some(seconds) = given.optional_integer(PART, "leeway").unwrap() {
        let seconds = seconds.try_into().unwrap();
        policy = policy.with_leeway(Leeway::from_seconds(seconds).unwrap());
    }
    if given.optional_string(PART, "rsa1024").unwrap() == Some("allow") {
        policy = policy.with_rsa_1024(Rsa1024::Allow);
    }
    if let Some(given) = object(given, "limits") {
        let bytes = |member| given.integer(PART, member).unwrap().try_into().unwrap();
        let limits = limits()
            .with_token_bytes(bytes("tokenBytes"))
            .with_message_bytes(bytes("messageBytes"));
        policy = policy.with_limits(limits);
    }
    policy
}

fn public_keys(group: &Object<'static>) -> JwkSet {
    let keys = object(group, "keys").unwrap();
    if let Some(set) = keys.member("jwks") {
        return JwkSet::parse(set.to_string().as_bytes(), &limits()).unwrap();
    }
    let mut set = JwkSet::default();
    for pem in keys.member("pem").and_then(Value::as_array).unwrap() {
        set.push(Jwk::from_pem(pem.as_str().unwrap().as_bytes()).unwrap());
    }
    set
}

pub(crate) fn expected_code(test: &Object<'static>) -> Code {
    text(test, "code").parse().unwrap()
}

/// Compares the outcome with what the vector says.
fn compare<T>(test: &Object<'static>, outcome: &Result<T, Error>) -> Result<(), String> {
    let wanted = expected_code(test);
    if text(test, "result") != Verdict::from(wanted).as_str() {
        return Err(format!("`{wanted}` is not {}", text(test, "result")));
    }
    let found = outcome.as_ref().map_or_else(Error::code, |_| Code::Ok);
    if found == wanted {
        return Ok(());
    }
    let reason = outcome.as_ref().err().map_or_else(|| "valid".to_owned(), Error::to_string);
    Err(format!("expected `{wanted}`, found `{found}`: {reason}"))
}

/// Judges the artefact of a test in all four ways, which have to agree with the vector and with
/// each other: verification and explanation, alone and in a batch.
macro_rules! judge {
    ($verifier:expr, $test:expr, $expected:expr) => {{
        let (input, at) = (input($test), at($test));
        let outcome = $verifier.verify(&input, $expected, at);
        let report = $verifier.explain(&input, $expected, at);
        compare($test, &outcome)?;
        compare_report($test, &report)?;
        // The other item, which cannot be read, must not disturb its neighbours.
        let item = Item { input: &input, expected: $expected, at };
        let items = [item, Item { input: b"?", ..item }, item];
        let ([first, _, last], [first_report, _, last_report]) =
            (&$verifier.verify_batch(&items)[..], &$verifier.explain_batch(&items)[..])
        else {
            return Err("a batch has one result per item".into());
        };
        if [first, last] != [&outcome; 2] || [first_report, last_report] != [&report; 2] {
            return Err(format!("a batch finds {first:?} and {last:?} instead of {outcome:?}"));
        }
        Ok(Some(report))
    }};
}

fn compare_report(test: &Object<'static>, report: &Report) -> Result<(), String> {
    let wanted = expected_code(test);
    if report.code() != wanted {
        return Err(format!("explained as `{}`", report.code()));
    }
    if report.verdict().as_str() != text(test, "result") {
        return Err(format!("explained as {}", report.verdict()));
    }
    if report.claims.is_some() != (wanted == Code::Ok) {
        return Err("a report shows claims if and only if they are verified".into());
    }
    Ok(())
}

fn dvs_certificate(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let expected = binding(expected(test));
    let verifier = dvs::Verifier::new(public_keys(group), policy(group));
    judge!(verifier, test, &expected)
}

/// What a certificate or signature has to be about: the first member.
fn binding(expected: &Object<'static>) -> dvs::Expected {
    let (member, value) = expected.iter().next().unwrap();
    let value = || value.as_str().unwrap();
    match member {
        "document" => dvs::Expected::document(value().as_bytes()),
        "hash" => dvs::Expected::hash(value()),
        "request" => {
            let request = SignatureRequest::parse(value().as_bytes(), &limits()).unwrap();
            dvs::Expected::request(&request)
        }
        "unbound" => dvs::Expected::unbound(),
        other => panic!("{other}"),
    }
}

fn dvs_signature(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let given = expected(test);
    let mut expected = signature::Expected::new(binding(given));
    for (member, value) in given.iter().skip(1) {
        let text = || value.as_str().unwrap();
        expected = match member {
            "userId" => expected.user_id(text()),
            "projectId" => expected.project_id(text()),
            "hashMPinId" => expected.hash_mpin_id(text()),
            "scope" => expected.scope(text()),
            "maxAge" => expected.max_age(value.as_i64().unwrap().try_into().unwrap()),
            other => panic!("{other}"),
        };
    }
    let verifier = match group.optional_string(PART, "serverSecret").unwrap() {
        Some(digits) => {
            let secret = Secret::new(digits.as_bytes().to_vec());
            let secret = signature::ServerSecret::new(&secret).unwrap();
            signature::Verifier::with_server_secret(secret, policy(group))
        }
        None => signature::Verifier::new(policy(group)),
    };
    judge!(verifier, test, &expected)
}

fn jws(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let given = expected(test);
    let mut expected = jws::Expected::unbound().allow_no_expiry();
    if let Some(required) = given.member("exp") {
        assert_eq!(required.as_str(), Some("required"));
        expected = jws::Expected::unbound();
    }
    for (member, value) in given.iter() {
        let text = || value.as_str().unwrap();
        expected = match member {
            "exp" => expected,
            "issuer" => expected.issuer(text()),
            "audience" => match value.as_array() {
                Some(several) => several.iter().fold(expected, |expected, audience| {
                    expected.or_audience(audience.as_str().unwrap())
                }),
                None => expected.audience(text()),
            },
            "subject" => expected.subject(text()),
            "nonce" => expected.nonce(text()),
            "typ" => expected.typ(text()),
            other => panic!("{other}"),
        };
    }
    let secret = object(group, "keys").unwrap().optional_string(PART, "secretHex").unwrap();
    let verifier = match secret {
        Some(digits) => {
            let secret = Secret::new(hex::decode(digits).unwrap());
            jws::Verifier::with_secret(secret, policy(group)).unwrap()
        }
        None => jws::Verifier::new(public_keys(group), policy(group)),
    };
    judge!(verifier, test, &expected)
}

fn miracl_token(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let given = expected(test);
    let mut expected = token::Expected::new(text(given, "issuer"), text(given, "audience"));
    for (member, value) in given.iter() {
        let value = value.as_str().unwrap();
        expected = match member {
            "issuer" | "audience" => expected,
            "subject" => expected.subject(value),
            "nonce" => expected.nonce(value),
            "scope" => expected.scope(value),
            other => panic!("{other}"),
        };
    }
    let (keys, policy) = (public_keys(group), policy(group));
    macro_rules! judge_as {
        ($kind:ident) => {{
            let verifier = $kind::Verifier::new(keys, policy);
            judge!(verifier, test, &expected)
        }};
    }
    match text(group, "kind") {
        auth::Verifier::KIND => judge_as!(auth),
        id::Verifier::KIND => judge_as!(id),
        access::Verifier::KIND => judge_as!(access),
        activation::Verifier::KIND => judge_as!(activation),
        new_user::Verifier::KIND => judge_as!(new_user),
        other => panic!("{other}"),
    }
}

fn mosip_registration(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let given = expected(test);
    let mut expected = registration::Expected::new();
    for (member, value) in given.iter() {
        let text = || value.as_str().unwrap();
        expected = match member {
            "status" => expected.status(Status::from(text())),
            "deviceCode" => expected.device_code(text()),
            "env" => expected.env(text()),
            "timeStamp" => expected.time_stamp(text()),
            "digitalId" => {
                expected.digital_id(DigitalId::decode(text().as_bytes(), &limits()).unwrap())
            }
            "window" => {
                let seconds = |member| {
                    value.as_object().unwrap().integer(PART, member).unwrap().try_into().unwrap()
                };
                expected.window(Window { before: seconds("before"), after: seconds("after") })
            }
            other => panic!("{other}"),
        };
    }
    let verifier = registration::Verifier::new(public_keys(group), policy(group));
    judge!(verifier, test, &expected)
}

fn mosip_rules(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let records = super::records::read(object(group, "records").unwrap());
    let server = match text(group, "server") {
        "kernel" => rules::Server::Kernel { version: text(group, "version").parse().unwrap() },
        "partner-management" => rules::Server::PartnerManagement,
        other => panic!("{other}"),
    };
    let input = input(test);
    let (outcome, report, answer) = if text(group, "form") == "validation" {
        let rules = rules::ValidationRules::new(server);
        let outcome = rules.verify(&input, &records).map(drop);
        (outcome, rules.explain(&input, &records), rules.answer(&input, &records).map(drop))
    } else {
        let time = match text(group, "timeRule") {
            "unchecked" => rules::TimeRule::Unchecked,
            "documented 5" => rules::TimeRule::Documented(5),
            property => rules::TimeRule::from_property(property).unwrap(),
        };
        let At::Time(at) = at(test) else { panic!("a time") };
        let rules = rules::RegistrationRules::new(server, time);
        let outcome = rules.verify(&input, &records, at).map(drop);
        (outcome, rules.explain(&input, &records, at), rules.answer(&input, &records, at).map(drop))
    };
    compare(test, &outcome)?;
    compare_report(test, &report)?;
    let wanted = object(test, "answer").unwrap().clone();
    let found = answered(&answer);
    if found == wanted { Ok(Some(report)) } else { Err(format!("the answer is {found}")) }
}

/// What a server answers, as vectors write it.
fn answered(answer: &Result<(), rules::Refusal>) -> Object<'static> {
    let by = |by: &'static str| Object::new().with("by", by);
    match answer {
        Ok(()) => by("nobody"),
        Err(refusal) => match refusal.http_status() {
            None => by(refusal.as_str()),
            Some(status) => {
                let codes = refusal.errors().iter().map(|error| error.code.as_str().to_owned());
                by(refusal.as_str())
                    .with("httpStatus", i64::from(status))
                    .with("errors", Value::Array(codes.map(Value::from).collect()))
            }
        },
    }
}

fn mosip_device(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let (trust, policy) = (trust(object(group, "trust").unwrap()), policy(group));
    match text(group, "form") {
        "device-data" => {
            let verifier = device::Verifier::new(trust, policy);
            judge!(verifier, test, &device::Expected::new())
        }
        "digital-id" => {
            let verifier = device::DigitalIdVerifier::new(trust, policy);
            judge!(verifier, test, &device::Expected::new())
        }
        "sbi-device-info" => {
            let verifier = sbi::InfoVerifier::new(trust, policy);
            judge!(verifier, test, &sbi::InfoExpected::default())
        }
        "sbi-capture" => {
            let verifier = sbi::CaptureVerifier::new(trust, policy);
            judge!(verifier, test, &captures(test))
        }
        "sbi-rcapture" => {
            let verifier = sbi::RegistrationCaptureVerifier::new(trust, policy);
            judge!(verifier, test, &captures(test))
        }
        other => panic!("{other}"),
    }
}

/// What the captures of an answer are expected to say, where anything is.
fn captures(test: &Object<'static>) -> sbi::Expected {
    let mut expected = sbi::Expected::new();
    for (member, value) in object(test, "expected").into_iter().flat_map(Object::iter) {
        expected = match member {
            "previousHash" => expected.previous_hash(value.as_str().unwrap()),
            "mixed" => {
                assert_eq!(value.as_str(), Some("deny"));
                expected.mixed(sbi::Mixed::Deny)
            }
            "span" => expected.span(value.as_i64().unwrap().try_into().unwrap()),
            other => panic!("{other}"),
        };
    }
    expected
}

fn trust(given: &Object<'static>) -> Trust {
    let rules = text(given, "rules");
    let mut trust = if rules == "self-asserted" {
        Trust::self_asserted()
    } else {
        let mut rules = Rules::of(rules.parse().unwrap());
        if let Some(organization) = given.optional_string(PART, "organization").unwrap() {
            rules = rules.with_organization(organization);
        }
        let mut store = TrustStore::new();
        for (domain, certificates) in authorities(given, "roots") {
            store = store.with_roots(domain, certificates);
        }
        for (domain, certificates) in authorities(given, "intermediates") {
            store = store.with_intermediates(domain, certificates);
        }
        Trust::new(store, rules)
    };
    for name in given.member("lenient").and_then(Value::as_array).unwrap_or_default() {
        trust = trust.with_leniency(name.as_str().unwrap().parse().unwrap());
    }
    trust
}

fn authorities(given: &Object<'static>, member: &str) -> Vec<(Domain, Vec<Certificate>)> {
    let list = given.member(member).and_then(Value::as_array).unwrap_or_default().iter();
    let list = list.map(|entry| {
        let entry = entry.as_object().unwrap();
        let pem = text(entry, "pem").as_bytes();
        let domain = text(entry, "domain").parse().unwrap();
        (domain, Certificate::from_pem(pem, &limits()).unwrap())
    });
    list.collect()
}

fn otp(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let (input, limits) = (input(test), limits());
    let secret = Secret::new(text(test, "secret").as_bytes().to_vec());
    if text(group, "form") == "request" {
        let outcome = otp::Request::parse(&input, &limits)
            .and_then(|request| request.verify(&secret).map(|()| request));
        return compare(test, &outcome).map(|()| None);
    }
    let choice: otp::KeyChoice = text(test, "derivation").parse().unwrap();
    let request = test
        .optional_string(PART, "request")
        .unwrap()
        .map(|body| otp::Request::parse(body.as_bytes(), &limits).unwrap());
    let outcome = otp::Response::parse(&input, &limits)
        .and_then(|response| response.open(&secret, choice, request.as_ref()));
    compare(test, &outcome)?;
    match (outcome, object(test, "opened")) {
        (Err(_), None) => Ok(None),
        (Ok(opened), Some(wanted)) => {
            let found = [
                opened.derivation().as_str().to_owned(),
                opened.aad().as_str().to_owned(),
                hex::encode(opened.plaintext()),
            ];
            let wanted = ["derivation", "aad", "plaintextHex"].map(|member| text(wanted, member));
            if found == wanted { Ok(None) } else { Err(format!("opened as {found:?}")) }
        }
        _ => Err("`opened` belongs to what opens, and to nothing else".into()),
    }
}

fn jwk(group: &Object<'static>, test: &Object<'static>) -> Outcome {
    let (input, limits) = (input(test), limits());
    let outcome = match text(group, "form") {
        "jwk" => Jwk::parse(&input, &limits),
        "pem" => Jwk::from_pem(&input),
        "jwks" => {
            let kid = test.optional_string(PART, "kid").unwrap();
            JwkSet::parse(&input, &limits).and_then(|set| set.select(kid).cloned())
        }
        other => panic!("{other}"),
    };
    compare(test, &outcome)?;
    match (outcome, object(test, "key")) {
        (Err(_), None) => Ok(None),
        (Ok(key), Some(wanted)) => {
            let bits = i64::try_from(key.key().bits()).unwrap();
            if key.algorithm().name() != text(wanted, "alg") {
                return Err(format!("bound to {}", key.algorithm()));
            }
            if wanted.integer(PART, "bits") != Ok(bits) {
                return Err(format!("{bits} bits"));
            }
            Ok(None)
        }
        _ => Err("`key` belongs to keys that can be used, and to nothing else".into()),
    }
}
