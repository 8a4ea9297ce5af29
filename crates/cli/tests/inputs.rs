//! Inputs as people hold them: wrapped, captured whole, taken out of their messages, or of services
//! whose answers hold no artefact. What can be verified is; everything else is named with the way
//! out, and nothing becomes less wrong by it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed"
)]

#[allow(dead_code, reason = "shared with the other cases")]
mod support;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use countersign::Time;
use countersign::encoding::base64::{decode_url, encode_standard, encode_url};
use countersign::encoding::json::Object;
use countersign_cli::Stream;
use countersign_testkit::{
    Device, Issuer as _, Pki, Rng, RsaIssuer, device_data, device_info, jwk_set, miracl, mosip, sbi,
};
use serde_json::{Value, json};
use support::countersign;

/// When devices capture in the testkit.
const NOW: i64 = 1_578_919_842;
const AT: &str = "1578919842";
const ISSUER: &str = "https://issuer.example";

struct World {
    folder: PathBuf,
    issuer: RsaIssuer,
    pki: Pki,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("inputs");
    std::fs::create_dir_all(&folder).expect("a folder");
    let time = |seconds| Time::from_unix(seconds).expect("a time");
    let pki = Pki::generate(&mut Rng::from_seed(21), time(NOW - 1000), time(NOW + 1000));
    let issuer = RsaIssuer::generate(&mut Rng::from_seed(22), 2048, Some("k")).expect("a key");
    let world = World { folder, issuer, pki: pki.expect("keys") };
    world.file("keys.json", jwk_set(&[world.issuer.jwk()]).to_string().as_bytes());
    let device = world.pki.device_intermediate.certificate().to_pem();
    world.file("device.pem", device.as_bytes());
    let ftm = world.pki.ftm_intermediate.certificate().to_pem();
    world.file("ftm.pem", ftm.as_bytes());
    world
});

impl World {
    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, content).expect("a file is written");
        path.to_str().expect("UTF-8").to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("UTF-8").to_owned()
    }
}

fn arguments(more: &[&str]) -> Vec<String> {
    let trust = |domain: &str| format!("{domain}={}", WORLD.path(&format!("{domain}.pem")));
    let (keys, device, ftm) = (WORLD.path("keys.json"), trust("device"), trust("ftm"));
    let all = [&["--jwks", &keys, "--at", AT, "--trust", &device, "--trust", &ftm], more];
    all.concat().into_iter().map(str::to_owned).collect()
}

/// Judges the artefact of a record without trust in anybody but what the arguments say.
fn judge_record(arguments: &[String], record: &Value) -> Value {
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--ndjson", "-"]);
    let stream = Stream::new(&arguments).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
    let reports = stream.judge(format!("{record}\n").as_bytes());
    assert_eq!(reports.len(), 1);
    serde_json::from_str(&reports[0]).expect("a report is JSON")
}

fn judge(more: &[&str], artefact: &str) -> Value {
    judge_record(&arguments(more), &json!({ "artefact": artefact }))
}

/// Runs the command on a file, and returns its exit code and report.
fn run(more: &[&str], content: &[u8]) -> (Option<i32>, Value) {
    let arguments = arguments(more);
    let mut all = vec!["verify", "--format", "json"];
    all.extend(arguments.iter().map(String::as_str));
    all.push("-");
    let mut child = countersign(&all).spawn().expect("the command starts");
    let _ = child.stdin.take().expect("stdin is piped").write_all(content);
    let output = child.wait_with_output().expect("the command ends");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{more:?}: {error}: {}", String::from_utf8_lossy(&output.stderr))
    });
    (output.status.code(), report)
}

fn hints(report: &Value) -> String {
    report["hints"].to_string()
}

fn token(claims: &Object<'_>) -> String {
    miracl::token(&WORLD.issuer, claims).expect("a token")
}

/// A token of no kind in particular.
fn jws() -> String {
    token(&Object::new().with("iss", "i").with("aud", "me").with("exp", NOW + 10))
}

fn digital_id(device: &Device) -> String {
    device.sign(&mosip::digital_id("1801160992").to_string()).expect("a token")
}

fn captured(id: &Device, purpose: &str) -> String {
    let id = digital_id(id);
    let mut data = sbi::data(&id, "Finger", "dmFsdWU").into_owned();
    data.set("purpose", purpose.to_owned());
    WORLD.pki.device.sign(&data.to_string()).expect("a token")
}

#[test]
fn a_wrapped_token_stays_malformed_and_its_wrapper_is_named_whatever_the_kind() {
    let token = jws();
    let (start, end) = token.split_at(40);
    let utf_16: Vec<u8> =
        format!("\u{feff}{token}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wrapped: [(Vec<u8>, &str); 18] = [
        (format!("\u{feff}{token}").into(), "byte order mark"),
        (utf_16, "UTF-16"),
        (vec![0x1f, 0x8b, 8, 0, 0, 0], "gzip"),
        (format!("HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\n{token}").into(), "HTTP header"),
        (format!("Content-Type: application/jwt\n\n{token}").into(), "HTTP header"),
        (format!("Bearer {token}").into(), "Bearer"),
        (format!("Authorization: Bearer {token}\n").into(), "Authorization"),
        (format!("\"{token}\"\n").into(), "quotes"),
        (format!("'{token}'").into(), "quotes"),
        (token.replace('.', "%2e").into(), "percent-encoded"),
        (format!("{start} {end}").into(), "white space"),
        (format!(" {token}").into(), "white space"),
        (format!("{start}\r\n{end}\n").into(), "line breaks"),
        (format!("{token}\n{token}\n").into(), "one token a line"),
        (format!("id_token={token}&state=x").into(), "`id_token`"),
        (format!("https://rp.example/cb#access_token={token}&a=b").into(), "`access_token`"),
        (json!({ "jwt": token }).to_string().into(), "jq -r .jwt"),
        (json!([token, token]).to_string().into(), "array of 2 tokens"),
    ];
    assert_eq!(run(&["--unbound"], token.as_bytes()).1["code"], "ok");
    for kind in [&[][..], &["--kind", "jws"]] {
        for (input, words) in &wrapped {
            let (exit, report) = run(&[&["--unbound"], kind].concat(), input);
            let what = format!("{kind:?} {words}: {report}");
            assert_eq!((exit, &report["code"]), (Some(1), &json!("malformed")), "{what}");
            assert_eq!(report["verdict"], "invalid", "{what}");
            assert!(hints(&report).contains(words), "{what}");
        }
    }
    // The line of a stream says the same of its artefact.
    let report = judge(&["--unbound"], &format!("Bearer {token}"));
    assert!(hints(&report).contains("Bearer") && report["code"] == "malformed", "{report}");
}

#[test]
fn a_wrapped_message_of_any_kind_is_named_and_a_good_one_gets_no_hint() {
    let answer = json!({ "certificate": "a.b.c" }).to_string();
    for (kind, words, input) in [
        ("dvs-certificate", "byte order mark", format!("\u{feff}{answer}")),
        ("mosip-registration", "HTTP header", format!("HTTP/2 200 \n\n{answer}")),
        ("digital-id", "quotes", format!("\"{}\"", digital_id(&WORLD.pki.device))),
        ("sbi-capture", "percent-encoded", "%7B%22biometrics%22%3A%5B%5D%7D".into()),
        ("cbeff", "gzip", "\u{1f}\u{8b}".into()),
    ] {
        let bound = if kind == "dvs-certificate" { &["--unbound"][..] } else { &[] };
        let bytes = if words == "gzip" { vec![0x1f, 0x8b, 8] } else { input.into_bytes() };
        let (exit, report) = run(&[&["--kind", kind], bound].concat(), &bytes);
        assert_eq!((exit, &report["code"]), (Some(1), &json!("malformed")), "{kind}: {report}");
        assert!(hints(&report).contains(words), "{kind}: {report}");
    }
    let report = judge(&["--unbound"], &jws());
    assert!(report.get("hints").is_none(), "{report}");
    // What a body holds damaged is not wrapped in that body.
    let damaged = json!({ "certificate": format!("{}!", jws()) }).to_string();
    let report = judge(&["--unbound"], &damaged);
    assert_eq!((&report["code"], report.get("hints")), (&json!("malformed"), None), "{report}");
}

/// The answer of a token endpoint with these tokens.
fn token_answer(members: Value) -> String {
    let mut answer = json!({ "token_type": "Bearer", "expires_in": 900 });
    for (name, token) in members.as_object().expect("an object") {
        answer[name] = token.clone();
    }
    answer.to_string()
}

#[test]
fn of_a_token_endpoints_answer_the_token_of_the_kind_asked_for_is_verified_and_the_rest_is_named() {
    let id = token(&miracl::id_claims(ISSUER, "me", "user", "n", NOW));
    let access = token(&miracl::access_claims(ISSUER, "me", "user", &["openid"], NOW + 60));
    let names = ["--issuer", ISSUER, "--audience", "me"];
    let judge = |kind: &[&str], answer: &str| judge(&[&names, kind].concat(), answer);
    let both = token_answer(json!({ "id_token": id, "access_token": access }));
    for (kind, beside) in [("id-token", "`access_token`"), ("access-token", "`id_token`")] {
        let report = judge(&["--kind", kind], &both);
        assert_eq!((&report["code"], &report["kind"]), (&json!("ok"), &json!(kind)), "{report}");
        let envelope = &report["checks"][0];
        assert_eq!(envelope["check"], "envelope");
        let detail = envelope["detail"].as_str().expect("text");
        assert!(detail.contains("not verified") && detail.contains(beside), "{detail}");
        assert!(report["claims"].get("access_token").is_none(), "{report}");
    }
    // Of two tokens, one verdict says nothing.
    let report = judge(&[], &both);
    assert_eq!(report["code"], "unsupported-format", "{report}");
    assert!(hints(&report).contains("--kind id-token or --kind access-token"), "{report}");
    for (answer, kind) in [
        (token_answer(json!({ "id_token": id })), "id-token"),
        (token_answer(json!({ "id_token": id, "access_token": "opaque" })), "id-token"),
        (token_answer(json!({ "access_token": access })), "access-token"),
    ] {
        let report = judge(&[], &answer);
        assert_eq!((&report["code"], &report["kind"]), (&json!("ok"), &json!(kind)), "{report}");
        let record = json!({ "artefact": serde_json::from_str::<Value>(&answer).expect("JSON") });
        assert_eq!(judge_record(&arguments(&names), &record)["code"], "ok");
    }
    // One token in the place of the other, a damaged one, none.
    let altered = format!("{}AAAA", &id[..id.len() - 4]);
    for (kind, answer, code) in [
        ("id-token", token_answer(json!({ "id_token": access })), "content-mismatch"),
        ("access-token", token_answer(json!({ "access_token": id })), "content-mismatch"),
        ("id-token", token_answer(json!({ "access_token": access })), "missing-member"),
        ("id-token", token_answer(json!({ "id_token": 1 })), "wrong-type"),
        ("id-token", token_answer(json!({ "id_token": altered })), "signature-mismatch"),
        ("id-token", token_answer(json!({ "id_token": "a.b.c.d.e" })), "unsupported-format"),
    ] {
        assert_eq!(judge(&["--kind", kind], &answer)["code"], code, "{kind}: {answer}");
    }
    let opaque = judge(&[], &token_answer(json!({ "access_token": "opaque" })));
    assert_eq!(opaque["code"], "unsupported-format");
}

#[test]
fn captured_data_packets_and_bare_information_are_verified_as_their_kinds() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    let info = device.sign(&sbi::service_info(&digital_id(device), "L0").to_string());
    let info = info.expect("a token");
    let data = captured(device, "Registration");
    let packet = sbi::packet(&[sbi::segment(&data).expect("a token of captured data")]);
    let snapshot = device.sign(&sbi::snapshot().to_string()).expect("a token");
    for (kind, artefact) in [
        ("sbi-device-info", info.clone()),
        ("sbi-data", data.clone()),
        ("cbeff", packet.clone()),
        ("sbi-management", snapshot.clone()),
        ("sbi-management", json!({ "snapShot": snapshot }).to_string()),
    ] {
        let report = judge(&[], &artefact);
        assert_eq!((&report["code"], &report["kind"]), (&json!("ok"), &json!(kind)), "{report}");
        let named = json!({ "artefact": artefact, "kind": kind });
        assert_eq!(judge_record(&arguments(&[]), &named)["code"], "ok", "{kind}");
        let (exit, report) = run(&["--kind", kind], artefact.as_bytes());
        assert_eq!((exit, &report["code"]), (Some(0), &json!("ok")), "{kind}");
        // No policy table of another kind's, and one of its own.
        let table = format!("[{kind}]\ntrust-policy = 'self-asserted'\n");
        let policy = WORLD.file("kind.toml", table.as_bytes());
        let alone = ["--policy", &policy, "--at", AT].map(str::to_owned);
        let report = judge_record(&alone, &json!({ "artefact": artefact }));
        assert_eq!(report["code"], "ok", "{kind}: {report}");
    }
    // None is of another kind.
    for (artefact, kind) in [
        (&data, "digital-id"),
        (&data, "sbi-device-info"),
        (&info, "sbi-data"),
        (&digital_id(chip), "sbi-data"),
        (&snapshot, "sbi-data"),
        (&data, "sbi-management"),
        (&packet, "sbi-data"),
        (&data, "cbeff"),
    ] {
        let report = judge(&["--trust-policy", "keymanager-v1", "--kind", kind], artefact);
        assert_eq!(report["verdict"], "invalid", "{kind}: {report}");
    }
}

#[test]
fn data_taken_out_of_a_capture_is_held_to_the_rules_that_it_was_captured_for() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    for (id, purpose, expected) in [
        // IDA wants the chip to sign the digital id, the client the device.
        (chip, "Auth", "ok"),
        (device, "Auth", "untrusted-chain"),
        (chip, "Registration", "untrusted-chain"),
        (device, "Registration", "ok"),
        (device, "Other", "unsupported-format"),
    ] {
        let data = captured(id, purpose);
        let report = judge(&[], &data);
        assert_eq!(report["code"], expected, "{purpose}: {report}");
        let packet = sbi::packet(&[sbi::segment(&data).expect("a token of captured data")]);
        let of_packet = if purpose == "Registration" { expected } else { "unsupported-format" };
        let report = judge(&[], &packet);
        assert_eq!(report["code"], of_packet, "{purpose}: {report}");
    }
    let auth = captured(device, "Auth");
    // As in its answer, a domain means nothing to those rules; rules that are named decide.
    assert_eq!(judge(&["--domain", "device"], &auth)["code"], "expectation-unused");
    assert_eq!(judge(&["--trust-policy", "registration-client"], &auth)["code"], "ok");
    let other = captured(device, "Other");
    let report = judge(&["--kind", "sbi-data"], &other);
    assert_eq!(report["code"], "ok", "{report}");
    let report = judge(&[], &other);
    assert!(hints(&report).contains("--kind sbi-data"), "{report}");
}

#[test]
fn captured_data_of_both_purposes_in_one_stream_each_get_their_own_verdict() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    let kinds = [
        (captured(chip, "Auth"), "ok"),
        (captured(device, "Registration"), "ok"),
        (captured(device, "Auth"), "untrusted-chain"),
        (captured(chip, "Registration"), "untrusted-chain"),
    ];
    // No two neighbours alike, and no period of two.
    let chosen: Vec<usize> = (0..40).map(|n| n * n / 3 % 4).collect();
    let record = |(place, kind): (usize, &usize)| {
        let record = json!({ "id": place.to_string(), "artefact": kinds[*kind].0 });
        format!("{record}\n")
    };
    let records: String = chosen.iter().enumerate().map(record).collect();
    let arguments = arguments(&["--ndjson", "-"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let stream = Stream::new(&arguments).expect("a stream");
    let reports = stream.judge(records.as_bytes());
    assert_eq!(reports.len(), chosen.len());
    for (place, (report, kind)) in reports.iter().zip(&chosen).enumerate() {
        let report: Value = serde_json::from_str(report).expect("a report is JSON");
        let wanted = (json!(place.to_string()), json!(kinds[*kind].1));
        assert_eq!((report["id"].clone(), report["code"].clone()), wanted, "{report}");
        assert_eq!(report["input"]["bytes"], kinds[*kind].0.len(), "{report}");
    }
}

#[test]
fn a_packet_is_of_the_purpose_that_was_signed_however_it_writes_its_payloads() {
    let id = digital_id(&WORLD.pki.device);
    // The placeholder stands where it makes the payload of the packet no JSON.
    let packet = |payload: &Object<'_>, place: &str, value: &str| {
        let payload = payload.to_string();
        let token = WORLD.pki.device.sign(&payload).expect("a token");
        let (header, rest) = token.split_once('.').expect("a token");
        let (_, signature) = rest.split_once('.').expect("a token");
        let sb = encode_standard(format!("{header}..{signature}").as_bytes());
        let kept = payload.replacen(place, &format!("<bioValue>{}", &place[value.len()..]), 1);
        let kept = kept.replace('<', "&lt;").replace('>', "&gt;");
        let bdb = encode_standard(&decode_url(value.as_bytes()).expect("base64"));
        sbi::packet(&[format!(
            "<BIR><BDB>{bdb}</BDB><SB>{sb}</SB>\
             <Others><Key>PAYLOAD</Key><Value>{kept}</Value></Others></BIR>"
        )])
    };
    for (purpose, expected) in [("Auth", "unsupported-format"), ("Registration", "ok")] {
        let data = sbi::data(&id, "Finger", "dmFsdWU")
            .with("more", countersign::encoding::json::Value::Null);
        let mut data = data.into_owned();
        data.set("purpose", purpose.to_owned());
        for (place, value) in [("{", ""), ("null", "null"), ("dmFsdWU", "dmFsdWU")] {
            let packet = packet(&data, place, value);
            let report = judge(&[], &packet);
            assert_eq!(report["code"], expected, "{purpose}, {place}: {report}");
        }
    }
}

#[test]
fn a_plain_digital_id_of_a_device_that_is_not_registered_is_named_and_never_verified() {
    let plain = mosip::digital_id("1").to_string();
    let info = sbi::service_info(&plain, "L0").to_string();
    let encoded = encode_url(info.as_bytes());
    let signed = WORLD.pki.device.sign(&info).expect("a token");
    for artefact in [
        json!([{ "deviceInfo": encoded }]).to_string(),
        json!([{ "deviceInfo": signed }]).to_string(),
        signed,
        encoded,
    ] {
        for more in [&[][..], &["--lenient", "unsigned-layers"]] {
            let report = judge(more, &artefact);
            assert_eq!(report["kind"], "sbi-device-info", "{report}");
            let is_named = report["checks"].as_array().expect("checks").iter().any(|check| {
                check["code"] == "unsigned-layer"
                    && check["detail"].as_str().is_some_and(|detail| detail.contains("digitalId"))
            });
            assert!(is_named && report["verdict"] == "invalid", "{report}");
        }
    }
}

/// Every kind of message that devices sign.
fn messages() -> Vec<String> {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    let id = digital_id(device);
    let info = device.sign(&device_info(&id, "L0").to_string()).expect("a token");
    let data = captured(device, "Registration");
    let captured = sbi::captured(device, chip, &[b"a"], countersign::mosip::sbi::Scheme::Current);
    vec![
        id,
        device.sign(&device_data(info.as_str()).to_string()).expect("a token"),
        sbi::info(device, device, "L0").expect("an answer"),
        sbi::answer(captured.expect("elements")).to_string(),
        sbi::packet(&[sbi::segment(&data).expect("a token of captured data")]),
        data,
        device.sign(&sbi::snapshot().to_string()).expect("a token"),
    ]
}

#[test]
fn without_any_authority_a_devices_message_is_undecided_unless_it_is_wrong_whoever_is_trusted() {
    let nobody = ["--at", AT].map(str::to_owned);
    let judge = |artefact: &str| judge_record(&nobody, &json!({ "artefact": artefact }));
    for message in messages() {
        let report = judge(&message);
        let found = (&report["verdict"], &report["code"]);
        assert_eq!(found, (&json!("undecided"), &json!("no-key")), "{report}");
        let hints = hints(&report);
        assert!(
            hints.contains("--trust ") && hints.contains("--trust-policy self-asserted"),
            "{hints}"
        );
        assert!(report.get("claims").is_none());
        // Late, the certificates are wrong whoever vouches for them.
        let late = ["--at", "1600000000"].map(str::to_owned);
        let report = judge_record(&late, &json!({ "artefact": message }));
        assert_eq!(report["code"], "certificate-expired", "{report}");
        // An authority of another domain is one.
        let ftm = format!("ftm={}", WORLD.path("ftm.pem"));
        let other = ["--at", AT, "--trust", &ftm].map(str::to_owned);
        let report = judge_record(&other, &json!({ "artefact": message }));
        assert_eq!(report["verdict"], "invalid", "{report}");
    }
    // No changed character of what is signed is undecided.
    let id = digital_id(&WORLD.pki.device);
    for position in (0..id.len()).step_by(7) {
        let mut changed = id.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        let report = judge(&changed);
        assert_eq!(report["verdict"], "invalid", "{position}: {report}");
    }
    let unsigned = encode_url(device_data("e30").to_string().as_bytes());
    assert_eq!(judge(&unsigned)["verdict"], "invalid");
    let mut child = countersign(&["verify", "--at", AT, "-"]).spawn().expect("the command starts");
    let _ = child.stdin.take().expect("stdin is piped").write_all(id.as_bytes());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn answers_without_an_artefact_are_named_and_refusals_carry_their_codes() {
    for (input, code, words) in [
        (
            json!({ "response": { "status": "Valid" }, "errors": null }),
            "unsupported-format",
            "nothing in it is signed",
        ),
        (
            json!({ "response": { "certificate": "-----BEGIN" }, "errors": [] }),
            "unsupported-format",
            "--key",
        ),
        (
            json!({ "id": "mosip.identity.auth", "response": null, "errors": [{ "errorCode": "IDA-MLC-009" }] }),
            "validation-failed",
            "IDA-MLC-009",
        ),
        (json!({ "issuer": "i", "jwks_uri": "u" }), "unsupported-format", "--jwks URL"),
        (json!({ "keys": [] }), "unsupported-format", "--jwks FILE"),
        (json!({ "kty": "RSA" }), "unsupported-format", "--key FILE"),
        (
            json!({ "error": "UNAUTHORIZED", "info": "x" }),
            "validation-failed",
            "server refused with UNAUTHORIZED",
        ),
        (
            json!({ "requestID": "r", "error": { "code": "MPINID_REVOKED" } }),
            "validation-failed",
            "MPINID_REVOKED",
        ),
        (
            json!({ "error": "invalid_grant", "error_description": "x" }),
            "validation-failed",
            "invalid_grant",
        ),
        (json!([{ "deviceStatus": "Ready" }]), "unsupported-format", "discovery"),
    ] {
        let text = input.to_string();
        let (exit, report) = run(&[], text.as_bytes());
        assert_eq!((exit, &report["code"]), (Some(1), &json!(code)), "{text}: {report}");
        assert_eq!(report["kind"], "unknown", "{report}");
        assert!(report.to_string().contains(words), "{text}: {report}");
        assert!(!report.to_string().contains("mosip-registration"), "{report}");
    }
    // Whoever names a kind is told, too.
    let refusal = json!({ "error": "UNAUTHORIZED" }).to_string();
    let (_, report) = run(&["--kind", "dvs-certificate", "--unbound"], refusal.as_bytes());
    assert_eq!(report["code"], "missing-member", "{report}");
    assert!(hints(&report).contains("UNAUTHORIZED"), "{report}");
}

#[test]
fn a_policys_table_for_authentication_tokens_catches_tokens_without_marks_and_none_is_judged_less()
{
    let auth = token(&miracl::auth_claims(ISSUER, "me", "user", NOW));
    let long = token(&miracl::auth_claims(ISSUER, "me", "user", NOW).with("exp", NOW + 100_000));
    let marked = token(&miracl::id_claims(ISSUER, "me", "user", "n", NOW));
    let keys = WORLD.path("keys.json");
    let table =
        |kind: &str| format!("[{kind}]\njwks = ['{keys}']\nissuer = '{ISSUER}'\naudience = 'me'\n");
    let judge = |tables: &[&str], more: &[&str], record: Value| {
        let text: String = tables.iter().map(|kind| table(kind)).collect();
        let policy = WORLD.file(&format!("{}.toml", tables.join("-")), text.as_bytes());
        let all = [&["--policy", &policy, "--at", AT], more].concat();
        let all: Vec<String> = all.into_iter().map(str::to_owned).collect();
        let report = judge_record(&all, &record);
        let text = |member: &str| report[member].as_str().expect("text").to_owned();
        (text("kind"), text("code"))
    };
    let of = |kind: &str, code: &str| (kind.to_owned(), code.to_owned());
    let plain = |token: &str| json!({ "artefact": token });
    assert_eq!(judge(&["auth-token"], &[], plain(&auth)), of("auth-token", "ok"));
    // Stricter than any JWS: how long it may live.
    assert_eq!(judge(&["auth-token"], &[], plain(&long)), of("auth-token", "timestamp-window"));
    assert_eq!(judge(&["auth-token", "jws"], &[], plain(&long)), of("jws", "ok"));
    assert_eq!(judge(&["jws"], &[], plain(&auth)), of("jws", "ok"));
    assert_eq!(judge(&["id-token"], &[], plain(&auth)).0, "jws");
    // A token with marks is of its kind.
    assert_eq!(judge(&["auth-token", "id-token"], &[], plain(&marked)), of("id-token", "ok"));
    // Neither options nor a record take it away.
    for more in [&[][..], &["--unbound"]] {
        assert_eq!(
            judge(&["auth-token"], more, plain(&long)),
            of("auth-token", "timestamp-window")
        );
        let damaged = auth.replacen('.', ".!", 1);
        assert_eq!(judge(&["auth-token"], more, plain(&damaged)).1, "malformed");
        let record = json!({ "artefact": long, "kind": "jws" });
        assert_eq!(judge(&["auth-token"], more, record), of("auth-token", "content-mismatch"));
    }
    for position in (0..auth.len()).step_by(11) {
        let mut changed = auth.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        let record = plain(&changed);
        let mut file = arguments(&[]);
        file.clear();
        let text = table("auth-token");
        let policy = WORLD.file("changed.toml", text.as_bytes());
        file.extend(["--policy", &policy, "--at", AT, "--unbound"].map(str::to_owned));
        assert_eq!(judge_record(&file, &record)["verdict"], "invalid", "{position}");
    }
}
