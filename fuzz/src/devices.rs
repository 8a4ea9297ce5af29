//! What MOSIP's devices sign, and the chains of certificates behind it, as the vectors have them.

use std::collections::HashSet;
use std::sync::LazyLock;

use countersign::mosip::trust::{Domain, Leniency, Rules, Trust, TrustStore};
use countersign::mosip::{device, sbi};
use countersign::x509::Certificate;
use countersign::{At, Error, Limits, Policy};
use countersign_testkit::accept_all;
use serde_json::Value;

use super::support::{self, Input};

/// A group of vectors: whose signatures are believed.
pub struct Group {
    pub trust: Trust,
    pub store: TrustStore,
}

pub struct Devices {
    pub groups: Vec<Group>,
    /// Every token that somebody signed, inner ones as well.
    pub tokens: HashSet<String>,
    /// The DER of every certificate.
    pub certificates: Vec<Vec<u8>>,
}

pub static DEVICES: LazyLock<Devices> = LazyLock::new(|| {
    let file = include_str!("../../test-vectors/mosip-device.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let (mut groups, mut tokens) = (Vec::new(), HashSet::new());
    for group in file["testGroups"].as_array().unwrap() {
        groups.push(read_group(&group["trust"]));
        for test in group["tests"].as_array().unwrap() {
            collect(test["input"].as_str().unwrap(), &mut tokens);
        }
    }
    let mut certificates: Vec<Vec<u8>> = Vec::new();
    let mut add = |der: &[u8]| {
        if !certificates.iter().any(|known| known == der) {
            certificates.push(der.to_vec());
        }
    };
    for group in &groups {
        for domain in Domain::ALL {
            let (roots, others) = (group.store.roots(domain), group.store.intermediates(domain));
            roots.iter().chain(others).for_each(|certificate| add(certificate.der()));
        }
    }
    let mut sorted: Vec<&String> = tokens.iter().collect();
    sorted.sort();
    for token in sorted {
        let header = support::parts(token.as_bytes()).swap_remove(0);
        let Ok(header) = serde_json::from_slice::<Value>(&header) else { continue };
        for member in header["x5c"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            add(&support::parts(member.as_bytes()).swap_remove(0));
        }
    }
    Devices { groups, tokens, certificates }
});

/// Finds tokens in a text, and in what they hold.
fn collect(text: &str, tokens: &mut HashSet<String>) {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        collect_in(&value, tokens);
        return;
    }
    let parts = support::parts(text.as_bytes());
    if let [_, payload, _] = &parts[..] {
        tokens.insert(text.into());
        collect(&String::from_utf8_lossy(payload), tokens);
    } else if let [json] = &parts[..]
        && json.starts_with(b"{")
    {
        collect(&String::from_utf8_lossy(json), tokens);
    }
}

fn collect_in(value: &Value, tokens: &mut HashSet<String>) {
    match value {
        Value::String(text) if text.len() > 100 => collect(text, tokens),
        Value::Array(values) => values.iter().for_each(|value| collect_in(value, tokens)),
        Value::Object(members) => members.values().for_each(|value| collect_in(value, tokens)),
        _ => {}
    }
}

fn read_group(given: &Value) -> Group {
    let list = |member: &str| given[member].as_array().cloned().unwrap_or_default();
    let read = |entry: &Value| {
        let pem = entry["pem"].as_str().unwrap().as_bytes();
        let domain: Domain = entry["domain"].as_str().unwrap().parse().unwrap();
        (domain, Certificate::from_pem(pem, &Limits::default()).unwrap())
    };
    let mut store = TrustStore::new();
    for (domain, certificates) in list("roots").iter().map(read) {
        store = store.with_roots(domain, certificates);
    }
    for (domain, certificates) in list("intermediates").iter().map(read) {
        store = store.with_intermediates(domain, certificates);
    }
    let rules = given["rules"].as_str().unwrap();
    let mut trust = match rules.parse() {
        Ok(consumer) => {
            let mut rules = Rules::of(consumer);
            if let Some(organization) = given["organization"].as_str() {
                rules = rules.with_organization(organization);
            }
            Trust::new(store.clone(), rules)
        }
        Err(_) => Trust::self_asserted(),
    };
    for name in list("lenient") {
        let leniency: Leniency = name.as_str().unwrap().parse().unwrap();
        trust = trust.with_leniency(leniency);
    }
    Group { trust, store }
}

/// A moment at which the vectors are judged, or one near it.
pub fn at(input: &mut Input<'_>) -> At {
    match input.byte() {
        0 => At::Issued,
        offset => {
            let seconds = 1_578_919_842 + i64::from(offset.cast_signed()) * 3_600;
            At::Time(countersign::Time::from_unix(seconds).unwrap())
        }
    }
}

/// Judges a message of the form that the byte names: with a backend that believes every signature, where
/// nothing may go wrong but verdicts, and with the real one, that may believe nothing but what
/// somebody signed.
pub fn judge(form: u8, group: &Group, message: &[u8], at: At) {
    let policy = Policy::default();
    let asserted = |error: Result<(), Error>| error.is_ok();
    macro_rules! both {
        ($verifier:ty, $expected:ty) => {{
            let expected = <$expected>::default();
            let believing = policy.with_backend(accept_all());
            let verifier = <$verifier>::new(group.trust.clone(), believing);
            let believed = support::judge(&verifier, message, &expected, at);
            let verifier = <$verifier>::new(group.trust.clone(), policy);
            let real = support::judge(&verifier, message, &expected, at);
            if real.is_ok() {
                assert!(asserted(believed.map(drop)), "a backend that believes more accepts more");
                let mut found = HashSet::new();
                collect(&String::from_utf8_lossy(message), &mut found);
                assert!(!found.is_empty(), "what is accepted has a signature");
                let genuine = |token: &String| DEVICES.tokens.contains(token);
                assert!(found.iter().all(genuine), "a forged token was accepted");
            }
        }};
    }
    match form % 5 {
        0 => both!(device::DigitalIdVerifier, device::Expected),
        1 => both!(device::Verifier, device::Expected),
        2 => both!(sbi::InfoVerifier, sbi::InfoExpected),
        3 => both!(sbi::CaptureVerifier, sbi::Expected),
        _ => both!(sbi::RegistrationCaptureVerifier, sbi::Expected),
    }
}
