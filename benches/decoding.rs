//! What comes before the signature: text to bytes, JSON, tokens, key sets, device data.
#![expect(clippy::unwrap_used, reason = "what a benchmark cannot set up, it cannot measure")]

mod support;

use countersign::Limits;
use countersign::encoding::json::{self, Document};
use countersign::encoding::{Fault, base64};
use countersign::jose::{CompactJws, JwkSet};
use countersign::mosip::device::DeviceData;
use countersign_testkit::{self as testkit, Issuer as _, Rng, RsaIssuer};
use criterion::{Criterion, Throughput};

use support::{CpuTime, Verdicts, bench};

const CLAIMS: &str = r#"{"iss":"https://identity.example/realms/main","aud":["5f3c1f0a-7a27-4c55-9d0e-0f6a1f1f7a10"],"sub":"user-00000001","iat":1799999990,"exp":1800000300,"email":"user-00000001@example.com","scope":"openid email profile","amr":["token"]}"#;

const REQUEST: &str = include_str!("../test-vectors/seed/registered-devices-request.json");

/// Measures a decoder of text, per byte of it.
fn bench_text<V: Verdicts>(
    criterion: &mut Criterion<CpuTime>,
    operation: &str,
    implementation: &str,
    valid: &str,
    altered: &str,
    decode: impl Fn(&[u8]) -> V,
) {
    let mut group = criterion.benchmark_group(operation);
    group.throughput(Throughput::Bytes(u64::try_from(valid.len()).unwrap()));
    bench(&mut group, implementation, valid.as_bytes(), altered.as_bytes(), decode);
    group.finish();
}

/// A signature of 2048 bits in each profile; altered, it has a character of no alphabet.
fn base64(criterion: &mut Criterion<CpuTime>) {
    let bytes: Vec<u8> = (0..=255).collect();
    let (url, standard) = (base64::encode_url(&bytes), base64::encode_standard(&bytes));
    type Decode = fn(&[u8]) -> Result<Vec<u8>, Fault>;
    let profiles: [(&str, &str, Decode); 4] = [
        ("url", &url, base64::decode_url),
        ("standard", &standard, base64::decode_standard),
        ("mosip-url", &url, base64::decode_mosip),
        ("mosip-standard", &standard, base64::decode_mosip),
    ];
    for (profile, text, decode) in profiles {
        let altered = text.replacen('A', "*", 1);
        assert_eq!(decode(text.as_bytes()).as_deref(), Ok(bytes.as_slice()));
        bench_text(criterion, &format!("base64/{profile}"), "base64", text, &altered, decode);
    }
}

/// A member twice is the alteration that lenient parsers let through.
fn json(criterion: &mut Criterion<CpuTime>) {
    let limits = Limits::default();
    let altered = CLAIMS.replacen("iat", "exp", 1);
    bench_text(criterion, "json/claims", "value", CLAIMS, &altered, |text| {
        json::parse("claims", text, &limits).is_ok()
    });
    // A document owns its text, so the copy is part of the figure.
    bench_text(criterion, "json/claims", "document", CLAIMS, &altered, |text| {
        Document::parse("claims", text.to_vec(), &limits)
    });
}

fn tokens(criterion: &mut Criterion<CpuTime>) {
    let limits = Limits::default();
    let token =
        testkit::join(&testkit::signing_input(br#"{"alg":"RS256"}"#, CLAIMS.as_bytes()), &[7; 256]);
    let altered = token.replacen('.', "=.", 1);
    bench_text(criterion, "jws/split-and-decode", "compact", &token, &altered, |token| {
        CompactJws::parse(token, &limits).is_ok()
    });
}

/// Three keys of 2048 bits, each prepared for verification; altered, the set has a member twice.
fn key_sets(criterion: &mut Criterion<CpuTime>) {
    let keys = [1, 2, 3].map(|seed| {
        let kid = format!("key-{seed}");
        RsaIssuer::generate(&mut Rng::from_seed(seed), 2048, Some(&kid)).unwrap().jwk()
    });
    let set = testkit::jwk_set(&keys).to_string();
    let altered = set.replacen('{', r#"{"keys":[],"#, 1);
    let parse = |text: &[u8]| JwkSet::parse(text, &Limits::default());
    assert_eq!(parse(set.as_bytes()).unwrap().keys().len(), 3);
    bench_text(criterion, "jwk/set-of-three", "parse", &set, &altered, parse);
}

/// The request of MOSIP's documentation: four layers, one inside the other.
fn devices(criterion: &mut Criterion<CpuTime>) {
    let altered = REQUEST.replacen("deviceData\": \"", "deviceData\": \"*", 1);
    bench_text(criterion, "mosip/device-data", "decode", REQUEST, &altered, |body| {
        DeviceData::from_request(body, &Limits::default())
    });
}

fn main() {
    let mut criterion = support::criterion();
    base64(&mut criterion);
    json(&mut criterion);
    tokens(&mut criterion);
    key_sets(&mut criterion);
    devices(&mut criterion);
    criterion.final_summary();
}
