//! Nothing that is expected is passed over, nothing in a record takes any of it back, and nothing
//! that a sender writes outside a signature chooses what is checked.
//!
//! Names that begin with `row` are rows of the table of attacks in `SECURITY.md`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed"
)]

#[allow(dead_code, reason = "shared with the other cases")]
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Output;
use std::sync::LazyLock;
use std::time::Duration;

use countersign::encoding::base64::{encode_standard, encode_url};
use countersign::encoding::hex;
use countersign::encoding::json::Object;
use countersign::mosip::registration::Era;
use countersign::mosip::sbi::{HashChain, Scheme};
use countersign::{Algorithm, Time, sha256};
use countersign_cli::Stream;
use countersign_testkit::{
    Device, Issuer as _, Pki, Rng, RsaIssuer, device_data, device_info, jwk_set, miracl, mosip, sbi,
};
use serde_json::{Value, json};
use support::{countersign, root, seed};

/// When devices capture in the testkit.
const CAPTURED: i64 = 1_578_919_842;
const AT: &str = "1578919842";
const ISSUER: &str = "https://api.mpin.io";
const HASH: &str = "74657374";

struct World {
    folder: PathBuf,
    issuer: RsaIssuer,
    /// A key of 1024 bits.
    small: RsaIssuer,
    pki: Pki,
    other: Pki,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("expectations");
    std::fs::create_dir_all(&folder).expect("a folder");
    let time = |seconds| Time::from_unix(seconds).expect("a time");
    let rng = &mut Rng::from_seed(13);
    let mut pki = || Pki::generate(rng, time(CAPTURED - 1000), time(CAPTURED + 1000));
    let (pki, other) = (pki().expect("keys"), pki().expect("keys"));
    let rsa = |bits, kid| RsaIssuer::generate(&mut Rng::from_seed(17), bits, Some(kid));
    let (issuer, small) = (rsa(2048, "k").expect("a key"), rsa(1024, "small").expect("a key"));
    let world = World { folder, issuer, small, pki, other };
    world.file("keys.json", &jwk_set(&[world.issuer.jwk(), world.small.jwk()]).to_string());
    for (name, pki) in [("", &world.pki), ("other-", &world.other)] {
        let device = pki.device_intermediate.certificate().to_pem();
        world.file(&format!("{name}device.pem"), &device);
        let ftm = pki.ftm_intermediate.certificate().to_pem();
        world.file(&format!("{name}ftm.pem"), &ftm);
    }
    world.file("document", "test");
    world.file("request.json", &request(CAPTURED).to_string());
    world
});

impl World {
    fn file(&self, name: &str, content: &str) -> String {
        std::fs::write(self.folder.join(name), content).expect("a file is written");
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("UTF-8").to_owned()
    }
}

/// The arguments of a run at the time of capture, with all keys and authorities.
fn arguments(more: &[&str]) -> Vec<String> {
    let trust = |domain: &str| {
        let file = WORLD.path(&format!("{domain}.pem"));
        ["--trust".to_owned(), format!("{domain}={file}")]
    };
    [without_trust(more), trust("device").into(), trust("ftm").into()].concat()
}

/// The same without authorities.
fn without_trust(more: &[&str]) -> Vec<String> {
    let keys = WORLD.path("keys.json");
    let at = if more.contains(&"--at") { &[][..] } else { &["--at", AT] };
    let arguments = [&["--jwks", &keys], more, at].concat();
    arguments.into_iter().map(str::to_owned).collect()
}

fn stream_of(mut arguments: Vec<String>) -> Stream {
    arguments.extend(["--ndjson".to_owned(), "-".to_owned()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Stream::new(&arguments).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
}

fn stream_without_trust(more: &[&str]) -> Stream {
    stream_of(without_trust(more))
}

/// A stream with these arguments beside those of [`arguments`].
fn stream(more: &[&str]) -> Stream {
    stream_of(arguments(more))
}

fn judge(stream: &Stream, record: &Value) -> Value {
    let reports = stream.judge(format!("{record}\n").as_bytes());
    assert_eq!(reports.len(), 1);
    serde_json::from_str(&reports[0]).expect("a report is JSON")
}

/// Returns the code of an artefact without a word from its record.
fn code(more: &[&str], artefact: &str) -> String {
    judge(&stream(more), &json!({ "artefact": artefact }))["code"].as_str().expect("text").into()
}

fn verify(arguments: &[String], inputs: &[&str], stdin: &str) -> Output {
    let mut all = vec!["verify"];
    all.extend(arguments.iter().map(String::as_str));
    all.extend(inputs);
    let mut child = countersign(&all).spawn().expect("the command starts");
    let _ = child.stdin.take().expect("stdin is piped").write_all(stdin.as_bytes());
    child.wait_with_output().expect("the command ends")
}

fn request(signed: i64) -> Value {
    json!({ "signature": { "hash": HASH }, "timestamp": signed })
}

fn certificate() -> String {
    miracl::certificate(&WORLD.issuer, CAPTURED, CAPTURED + 10, HASH).expect("a token")
}

fn token(claims: &Object<'_>) -> String {
    miracl::token(&WORLD.issuer, claims).expect("a token")
}

fn id_token() -> String {
    token(&miracl::id_claims(ISSUER, "me", "user", "n", CAPTURED))
}

/// A token of no kind in particular.
fn jws() -> String {
    token(&Object::new().with("iss", "i").with("aud", "me").with("exp", CAPTURED + 10))
}

fn registration() -> String {
    let (issuer, id) = (&WORLD.issuer, mosip::digital_id("1"));
    let payload = mosip::payload(issuer, Era::C, &id, "code", "env", "2020-01-13T12:50:42.000Z");
    let payload = payload.expect("a payload");
    mosip::token(issuer, Era::C, payload.as_bytes()).expect("a token")
}

fn digital_id(device: &Device) -> String {
    device.sign(&mosip::digital_id("1801160992").to_string()).expect("a token")
}

fn signed_device_data(id: &Device, data: &Device) -> String {
    let id = digital_id(id);
    let info = data.sign(&device_info(&id, "L0").to_string()).expect("a token");
    data.sign(&device_data(info.as_str()).to_string()).expect("a token")
}

/// The elements of a capture, each signed for a purpose by the device, around a digital id, and
/// chained after a hash.
fn elements(
    id: &Device,
    purpose: &str,
    values: &[&[u8]],
    (scheme, after): (Scheme, &str),
) -> Vec<Object<'static>> {
    let id = digital_id(id);
    let mut chain = HashChain::after(scheme, after).expect("a hash");
    let element = |value: &&[u8]| {
        let mut data = sbi::data(&id, "Finger", "").into_owned();
        data.set("bioValue", encode_url(value));
        data.set("purpose", purpose.to_owned());
        let payload = data.to_string();
        chain.extend(match scheme {
            Scheme::Legacy => payload.as_bytes(),
            _ => value,
        });
        sbi::biometric(&WORLD.pki.device.sign(&payload).expect("a token"), &chain.hash())
    };
    values.iter().map(element).collect()
}

const FROM_THE_BEGINNING: (Scheme, &str) = (Scheme::Current, "");

/// The answer to a capture for registration of an L0 device, which has no chip.
fn rcapture() -> String {
    let elements =
        elements(&WORLD.pki.device, "Registration", &[b"left", b"right"], FROM_THE_BEGINNING);
    sbi::answer(elements).to_string()
}

/// The answer to a capture for authentication of an L1 device.
fn capture() -> String {
    let elements = elements(&WORLD.pki.chip, "Auth", &[b"cipher", b"text"], FROM_THE_BEGINNING);
    let elements = elements.into_iter().map(|element| sbi::encrypted(element, b"certificate"));
    sbi::answer(elements.collect()).to_string()
}

/// Every artefact with what has to be said about it for it to be valid, and nothing more.
fn artefacts() -> Vec<(&'static str, String, Vec<&'static str>)> {
    let names = vec!["--issuer", ISSUER, "--audience", "me"];
    let access = miracl::access_claims(ISSUER, "me", "user", &["openid"], CAPTURED + 60);
    let dvs_signature = std::fs::read_to_string(data("dvs-signature.json")).expect("a file");
    vec![
        ("dvs-certificate", certificate(), vec!["--hash", HASH]),
        ("dvs-signature", dvs_signature, dvs_signature_options()),
        ("mosip-registration", registration(), vec![]),
        ("id-token", id_token(), names.clone()),
        ("access-token", token(&access), names),
        ("jws", jws(), vec!["--issuer", "i", "--audience", "me"]),
        ("device-data", signed_device_data(&WORLD.pki.device, &WORLD.pki.device), vec![]),
        ("digital-id", digital_id(&WORLD.pki.device), vec![]),
        ("sbi-device-info", sbi_info(), vec![]),
        ("sbi-rcapture", rcapture(), vec![]),
        ("sbi-capture", capture(), vec![]),
        ("sbi-data", captured_data(), vec![]),
        ("cbeff", packet(), vec![]),
        ("sbi-management", management(), vec![]),
    ]
}

/// The signed `data` of one biometric.
fn captured_data() -> String {
    let data = sbi::data(&digital_id(&WORLD.pki.device), "Finger", "dmFsdWU").to_string();
    WORLD.pki.device.sign(&data).expect("a token")
}

fn packet() -> String {
    sbi::packet(&[sbi::segment(&captured_data()).expect("a token of captured data")])
}

/// What a management server answers.
fn management() -> String {
    let snapshot = WORLD.pki.device.sign(&sbi::snapshot().to_string()).expect("a token");
    json!({ "snapShot": snapshot }).to_string()
}

fn data(name: &str) -> PathBuf {
    root().join("crates/cli/tests/cmd/data").join(name)
}

static SERVER_SECRET: LazyLock<String> =
    LazyLock::new(|| data("server-secret.txt").to_str().expect("UTF-8").to_owned());

const DVS_SIGNATURE_HASH: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn dvs_signature_options() -> Vec<&'static str> {
    let options = ["--server-secret", SERVER_SECRET.as_str(), "--at", "issued", "--hash"];
    [&options[..], &[DVS_SIGNATURE_HASH]].concat()
}

fn sbi_info() -> String {
    sbi::info(&WORLD.pki.device, &WORLD.pki.device, "L0").expect("an answer")
}

/// What an option asks for that is true of every artefact of the kinds that have such a thing.
fn expectations() -> Vec<(&'static str, Vec<String>, &'static [&'static str])> {
    const JWT: &[&str] = &["id-token", "access-token", "jws"];
    const DEVICES: &[&str] = &[
        "device-data",
        "digital-id",
        "sbi-device-info",
        "sbi-rcapture",
        "sbi-capture",
        "sbi-data",
        "cbeff",
        "sbi-management",
    ];
    const DVS: &[&str] = &["dvs-certificate", "dvs-signature"];
    let option = |name: &str, value: &str| vec![format!("--{name}"), value.to_owned()];
    vec![
        ("hash", option("hash", HASH), DVS),
        ("document", option("document", &WORLD.path("document")), DVS),
        ("request", option("request", &WORLD.path("request.json")), DVS),
        ("issuer", option("issuer", ISSUER), JWT),
        (
            "audience",
            option("audience", "me"),
            &["id-token", "access-token", "jws", "dvs-signature"],
        ),
        (
            "subject",
            option("subject", "user"),
            &["id-token", "access-token", "jws", "dvs-signature"],
        ),
        ("nonce", option("nonce", "n"), JWT),
        ("typ", option("typ", "JWT"), &["jws"]),
        ("scope", option("scope", "openid"), &["id-token", "access-token", "dvs-signature"]),
        ("longest-life", option("longest-life", "3600"), &["id-token", "access-token"]),
        (
            "timestamp-window",
            option("timestamp-window", "100000"),
            &[
                "mosip-registration",
                "device-data",
                "digital-id",
                "sbi-device-info",
                "sbi-rcapture",
                "sbi-capture",
                "sbi-data",
                "cbeff",
                "sbi-management",
            ],
        ),
        (
            "previous-hash",
            option("previous-hash", &"00".repeat(32)),
            &["sbi-rcapture", "sbi-capture"],
        ),
        ("trust-policy", option("trust-policy", "keymanager-v1"), DEVICES),
        (
            "domain",
            option("domain", "device"),
            // Those of IDA, which are the default for captures, leave no choice.
            &[
                "device-data",
                "digital-id",
                "sbi-device-info",
                "sbi-rcapture",
                "sbi-data",
                "cbeff",
                "sbi-management",
            ],
        ),
        (
            "organization",
            option("organization", Pki::MAKER),
            &[
                "device-data",
                "sbi-device-info",
                "sbi-rcapture",
                "sbi-capture",
                "sbi-data",
                "cbeff",
                "sbi-management",
            ],
        ),
        // The rules that these kinds have without being told do not decide by the level.
        ("level", option("level", "L0"), &[]),
    ]
}

#[test]
fn row_32_what_a_kind_cannot_meet_fails_the_item_though_everything_else_holds() {
    let mut unused = 0;
    for (kind, artefact, own) in artefacts() {
        assert_eq!(judge(&stream(&own), &json!({ "artefact": artefact }))["kind"], kind);
        assert_eq!(code(&own, &artefact), "ok", "{kind}");
        for (name, option, kinds) in expectations() {
            if kinds.contains(&kind) {
                continue;
            }
            let mut options = own.clone();
            options.extend(option.iter().map(String::as_str));
            let report = judge(&stream(&options), &json!({ "artefact": artefact }));
            assert_eq!(report["code"], "expectation-unused", "{kind} {name}: {report}");
            assert_eq!(report["verdict"], "invalid");
            assert!(report.get("claims").is_none(), "{kind} {name}");
            let check = &report["checks"][0];
            assert_eq!(check["check"], "expectations");
            assert!(
                check["detail"].as_str().is_some_and(|detail| detail.contains(name)),
                "{check}"
            );
            unused += 1;
        }
    }
    let applicable: usize = expectations().iter().map(|(_, _, kinds)| kinds.len()).sum();
    assert_eq!((unused, applicable), (14 * 16 - 59, 59), "each beside each");
}

#[test]
fn row_32_files_fail_too_and_quietly() {
    let file = WORLD.file("digital-id.jwt", &digital_id(&WORLD.pki.device));
    assert_eq!(verify(&arguments(&[]), &[&file], "").status.code(), Some(0));
    for (option, value) in [("--hash", "aa"), ("--issuer", "i"), ("--nonce", "n")] {
        let output = verify(&arguments(&[option, value, "-q"]), &[&file], "");
        assert_eq!((output.status.code(), output.stdout), (Some(1), vec![]), "{option}");
        let output = verify(&arguments(&[option, value]), &[&file], "");
        assert_eq!(output.status.code(), Some(1), "{option}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.starts_with("INVALID") && text.contains("expectation-unused"), "{text}");
        // Known before any input is read.
        let output = verify(&arguments(&[option, value, "--kind", "digital-id"]), &["none"], "");
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(option), "{option}");
    }
}

#[test]
fn row_32_an_expectation_of_a_record_is_not_passed_over_whoever_decides() {
    for (members, artefact, own) in [
        (json!({ "hash": "aa" }), digital_id(&WORLD.pki.device), &[][..]),
        (json!({ "request": request(1) }), digital_id(&WORLD.pki.device), &[]),
        (json!({ "issuer": "i" }), certificate(), &["--hash", HASH]),
        (json!({ "subject": "s" }), certificate(), &["--hash", HASH]),
        (json!({ "nonce": "n" }), registration(), &[]),
        (json!({ "audience": "a" }), rcapture(), &[]),
        (json!({ "previous-hash": "00".repeat(32) }), registration(), &[]),
    ] {
        assert_eq!(code(own, &artefact), "ok");
        for more in [&[][..], &["--trust-records"]] {
            let mut record = members.clone();
            record["artefact"] = artefact.as_str().into();
            let report = judge(&stream(&[own, more].concat()), &record);
            assert_eq!(report["code"], "expectation-unused", "{members}: {report}");
        }
    }
}

#[test]
fn row_32_what_is_known_to_fail_does_not_hide_behind_undecided() {
    let stream = |more: &[&str]| {
        let arguments = [more, &["--at", AT, "--ndjson", "-"]].concat();
        Stream::new(&arguments).expect("the arguments are right")
    };
    let record = json!({ "artefact": certificate() });
    let without_keys = judge(&stream(&["--hash", HASH]), &record);
    assert_eq!(without_keys["code"], "no-key");
    let report = judge(&stream(&["--hash", HASH, "--issuer", "i"]), &record);
    assert_eq!(
        (&report["verdict"], &report["code"]),
        (&json!("invalid"), &json!("expectation-unused"))
    );
    let record = json!({ "artefact": certificate(), "hash": "00" });
    let report = judge(&stream(&["--hash", HASH]), &record);
    assert_eq!((&report["verdict"], &report["code"]), (&json!("invalid"), &json!("hash-mismatch")));
}

#[test]
fn what_gives_and_expects_nothing_fails_no_kind() {
    let device = WORLD.path("device.pem");
    for (kind, artefact, own) in artefacts() {
        for more in [
            &["--unbound"][..],
            &["--trust", &device],
            &["--lenient", "x5c-encoding"],
            &["--allow-rsa-1024"],
            &["--leeway", "5"],
        ] {
            let own: Vec<&str> = match more {
                // One of the two is all that the command takes.
                ["--unbound"] => own
                    .iter()
                    .filter(|o| !["--hash", HASH, DVS_SIGNATURE_HASH].contains(o))
                    .copied()
                    .collect(),
                _ => own.clone(),
            };
            assert_eq!(code(&[&own, more].concat(), &artefact), "ok", "{kind} {more:?}");
        }
        // That everybody is believed expects nothing of those whose keys are given.
        let is_device =
            ["device-data", "digital-id", "cbeff"].contains(&kind) || kind.starts_with("sbi");
        if !is_device {
            let options = [&own[..], &["--trust-policy", "self-asserted"]].concat();
            let report = judge(&stream_without_trust(&options), &json!({ "artefact": artefact }));
            assert_eq!(report["code"], "ok", "{kind}: {report}");
        }
    }
}

#[test]
fn a_jws_needs_issuer_and_audience_or_says_that_it_is_bound_to_nothing() {
    let artefact = jws();
    let (issuer, audience) = (["--issuer", "i"], ["--audience", "me"]);
    for (options, expected) in [
        (vec![], "missing-member"),
        (issuer.to_vec(), "missing-member"),
        (audience.to_vec(), "missing-member"),
        ([issuer, audience].concat(), "ok"),
        (vec!["--unbound"], "ok"),
        ([&issuer[..], &["--unbound"]].concat(), "ok"),
        (vec!["--unbound", "--issuer", "j"], "issuer-mismatch"),
        (vec!["--unbound", "--audience", "you"], "audience-mismatch"),
    ] {
        let report = judge(&stream(&options), &json!({ "artefact": artefact }));
        assert_eq!(report["code"], expected, "{options:?}: {report}");
        let is_unbound =
            report["warnings"].as_array().expect("an array").contains(&json!("unbound"));
        assert_eq!(is_unbound, options.contains(&"--unbound"), "{options:?}");
        let file = WORLD.file("token.jws", &artefact);
        let output = verify(&arguments(&options), &[&file], "");
        assert_eq!(output.status.code(), Some(i32::from(expected != "ok")), "{options:?}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let hint = "a token needs --issuer and --audience, or --unbound";
        assert_eq!(text.contains(hint), expected == "missing-member", "{text}");
        // Known before any input is read.
        let output =
            verify(&arguments(&[&options[..], &["--kind", "jws"]].concat()), &["none"], "");
        let exit = if expected == "missing-member" { 2 } else { 3 };
        assert_eq!(output.status.code(), Some(exit), "{options:?}");
    }
    // Records and policies may say it, too.
    let stream = |options: &[&str]| stream(options);
    let named = json!({ "artefact": artefact, "issuer": "i", "audience": "me" });
    assert_eq!(judge(&stream(&[]), &named)["code"], "ok");
    let half = json!({ "artefact": artefact, "issuer": "i" });
    assert_eq!(judge(&stream(&[]), &half)["code"], "missing-member");
    for (table, expected) in [
        ("issuer = 'i'", "missing-member"),
        ("issuer = 'i'\naudience = 'me'", "ok"),
        ("unbound = true", "ok"),
        ("unbound = true\nissuer = 'j'", "issuer-mismatch"),
    ] {
        let policy = WORLD.file("jws.toml", &format!("[jws]\n{table}\n"));
        assert_eq!(code(&["--policy", &policy], &artefact), expected, "{table}");
    }
}

#[test]
fn a_capture_goes_on_after_the_hash_of_the_one_before_or_is_refused() {
    let chip = &WORLD.pki.chip;
    let before = elements(&WORLD.pki.device, "Registration", &[b"first"], FROM_THE_BEGINNING);
    let before = before[0].member("hash").and_then(|hash| hash.as_str()).expect("text").to_owned();
    let after = |scheme, purpose, id: &Device| {
        sbi::answer(elements(id, purpose, &[b"second"], (scheme, &before))).to_string()
    };
    let registration = after(Scheme::Current, "Registration", &WORLD.pki.device);
    assert_eq!(code(&[], &registration), "hash-mismatch", "it is no beginning");
    let (lower, wrong) = (before.to_ascii_lowercase(), "00".repeat(32));
    for (hash, expected) in [(&before, "ok"), (&lower, "ok"), (&wrong, "hash-mismatch")] {
        assert_eq!(code(&["--previous-hash", hash], &registration), expected);
        let record = json!({ "artefact": registration, "previous-hash": hash });
        assert_eq!(judge(&stream(&[]), &record)["code"], expected);
        let table = format!("[sbi-rcapture]\nprevious-hash = '{hash}'\n");
        let policy = WORLD.file("previous-hash.toml", &table);
        assert_eq!(code(&["--policy", &policy], &registration), expected);
    }
    // The legacy scheme hashes what is signed; the current one what only its reader can decrypt.
    let legacy = after(Scheme::Legacy, "Auth", chip);
    assert_eq!(code(&["--previous-hash", &before], &legacy), "ok");
    let current = after(Scheme::Current, "Auth", chip);
    assert_eq!(code(&[], &current), "ok", "nothing is expected of its hashes");
    let report = judge(&stream(&["--previous-hash", &before]), &json!({ "artefact": current }));
    assert_eq!(report["code"], "expectation-unused", "{report}");
    assert!(report.get("claims").is_none());
}

/// A member of a record, and what it does to an artefact that the run finds valid or invalid.
struct Case {
    member: &'static str,
    value: Value,
    artefact: String,
    run: Vec<&'static str>,
    /// The code by the terms of the run, and where the record decides.
    tightened: &'static str,
    trusted: &'static str,
    /// Whether the record asks for less or something else, so that its decision is named.
    overrides: bool,
}

fn case(
    member: &'static str,
    value: Value,
    artefact: &str,
    run: &[&'static str],
    tightened: &'static str,
    trusted: &'static str,
    overrides: bool,
) -> Case {
    let (artefact, run) = (artefact.to_owned(), run.to_vec());
    Case { member, value, artefact, run, tightened, trusted, overrides }
}

/// Every member of a record, asking for more, for less, and for something else.
fn cases() -> Vec<Case> {
    const MORE: bool = false;
    const LESS: bool = true;
    let small = miracl::certificate(&WORLD.small, CAPTURED, CAPTURED + 10, HASH).expect("a token");
    let late =
        miracl::certificate(&WORLD.issuer, CAPTURED - 20, CAPTURED - 5, HASH).expect("a token");
    let cut =
        miracl::certificate(&WORLD.issuer, CAPTURED - 20, CAPTURED - 9, HASH).expect("a token");
    let chained =
        elements(&WORLD.pki.device, "Registration", &[b"a"], (Scheme::Current, &"11".repeat(32)));
    let chained = sbi::answer(chained).to_string();
    let broken = rcapture_broken();
    let bound = vec!["--hash", HASH];
    let names = vec!["--issuer", ISSUER, "--audience", "me", "--subject", "user", "--nonce", "n"];
    let zeros: &'static str = "0000000000000000000000000000000000000000000000000000000000000000";
    let ones = "11".repeat(32);
    static REQUEST: LazyLock<String> = LazyLock::new(|| WORLD.path("request.json"));
    let requested = ["--request", REQUEST.as_str()];
    let token = id_token();
    let certificate = certificate();
    let with = |run: &[&'static str], more: &[&'static str]| [run, more].concat();
    let header = Object::new().with("alg", "RS256").with("kid", "k").with("typ", "JWT");
    let claims = Object::new().with("iss", "i").with("aud", "me").with("exp", CAPTURED + 10);
    let (header, claims) = (header.to_string(), claims.to_string());
    let typed = WORLD.issuer.compact(header.as_bytes(), claims.as_bytes(), Algorithm::Rs256);
    let typed = typed.expect("a token");
    let anybody = ["--unbound"];
    let several = ["--issuer", "i", "--audience", "me", "--audience", "other"];
    // A digital id says that it was made four seconds before.
    let id = mosip::digital_id("1").with("dateTime", "2020-01-13T12:50:38Z").to_string();
    let id = WORLD.pki.device.sign(&id).expect("a token");
    let (window, narrow) = (["--window", "100"], ["--timestamp-window", "4"]);
    let swapped = |name: &str, value: &'static str| {
        let mut names = names.clone();
        let place = names.iter().position(|n| *n == name).expect("a name");
        names[place + 1] = value;
        names
    };
    let without = |name: &str| {
        let mut names = names.clone();
        let place = names.iter().position(|n| *n == name).expect("a name");
        drop(names.drain(place..place + 2));
        names
    };
    let mut cases = vec![
        // What never decides.
        case("id", json!("x"), &certificate, &bound, "ok", "ok", MORE),
        case(
            "artefact",
            json!("x.y.z"),
            &certificate,
            &["--unbound"],
            "malformed",
            "malformed",
            MORE,
        ),
        // More is asked for: in addition, whoever decides.
        case("hash", json!(HASH), &certificate, &[], "ok", "ok", MORE),
        case("hash", json!("00"), &certificate, &[], "hash-mismatch", "hash-mismatch", MORE),
        case(
            "hash",
            json!("00"),
            &certificate,
            &["--unbound"],
            "hash-mismatch",
            "hash-mismatch",
            MORE,
        ),
        case(
            "request",
            request(CAPTURED + 1),
            &certificate,
            &bound,
            "signed-after-issue",
            "signed-after-issue",
            MORE,
        ),
        case("request", request(CAPTURED), &certificate, &bound, "ok", "ok", MORE),
        case(
            "unbound",
            json!(false),
            &certificate,
            &["--unbound"],
            "missing-member",
            "missing-member",
            MORE,
        ),
        case("unbound", json!(true), &certificate, &["--unbound"], "ok", "ok", MORE),
        case(
            "allow-rsa-1024",
            json!(false),
            &small,
            &with(&bound, &["--allow-rsa-1024"]),
            "key-too-small",
            "key-too-small",
            MORE,
        ),
        case(
            "allow-rsa-1024",
            json!(true),
            &small,
            &with(&bound, &["--allow-rsa-1024"]),
            "ok",
            "ok",
            MORE,
        ),
        case(
            "leeway",
            json!(0),
            &late,
            &with(&bound, &["--leeway", "10"]),
            "expired",
            "expired",
            MORE,
        ),
        case("leeway", json!(10), &late, &with(&bound, &["--leeway", "10"]), "ok", "ok", MORE),
        case("at", json!(CAPTURED), &certificate, &bound, "ok", "ok", MORE),
        case("kind", json!("dvs-certificate"), &certificate, &bound, "ok", "ok", MORE),
        case("previous-hash", json!(ones), &chained, &[], "ok", "ok", MORE),
        case("typ", json!("JWT"), &typed, &anybody, "ok", "ok", MORE),
        case(
            "typ",
            json!("at+jwt"),
            &typed,
            &anybody,
            "content-mismatch",
            "content-mismatch",
            MORE,
        ),
        case("audience", json!("me"), &jws(), &several, "ok", "ok", MORE),
        case(
            "audience",
            json!("other"),
            &jws(),
            &several,
            "audience-mismatch",
            "audience-mismatch",
            MORE,
        ),
        case("timestamp-window", json!(100), &id, &[], "ok", "ok", MORE),
        case("timestamp-window", json!(5), &id, &window, "ok", "ok", MORE),
        case(
            "timestamp-window",
            json!(4),
            &id,
            &window,
            "timestamp-window",
            "timestamp-window",
            MORE,
        ),
        case("previous-hash", json!(zeros), &chained, &[], "hash-mismatch", "hash-mismatch", MORE),
        // Less is asked for: not followed, unless the record decides.
        case("timestamp-window", json!(5), &id, &narrow, "timestamp-window", "ok", LESS),
        case("unbound", json!(true), &certificate, &["--hash", "00"], "hash-mismatch", "ok", LESS),
        case("unbound", json!(true), &certificate, &[], "missing-member", "ok", LESS),
        case("unbound", json!(true), &jws(), &[], "missing-member", "ok", LESS),
        case("allow-rsa-1024", json!(true), &small, &bound, "key-too-small", "ok", LESS),
        case("leeway", json!(10), &late, &bound, "expired", "ok", LESS),
        case("leeway", json!(10), &cut, &with(&bound, &["--leeway", "9"]), "expired", "ok", LESS),
        case("at", json!("issued"), &late, &bound, "expired", "ok", LESS),
        case("at", json!(CAPTURED - 6), &late, &bound, "expired", "ok", LESS),
        case("at", json!("now"), &certificate, &bound, "ok", "expired", LESS),
        case("unbound", json!(true), &jws(), &["--hash", "00"], "expectation-unused", "ok", LESS),
        // Something else is asked for: both cannot hold.
        case(
            "typ",
            json!("JWT"),
            &typed,
            &with(&anybody, &["--typ", "x"]),
            "content-mismatch",
            "ok",
            LESS,
        ),
        case(
            "audience",
            json!("me"),
            &jws(),
            &with(&anybody, &["--audience", "x"]),
            "audience-mismatch",
            "ok",
            LESS,
        ),
        case(
            "kind",
            json!("dvs-certificate"),
            &jws(),
            &["--issuer", "i", "--audience", "me"],
            "content-mismatch",
            "expectation-unused",
            LESS,
        ),
        case(
            "request",
            request(CAPTURED - 1),
            &certificate,
            &requested,
            "content-mismatch",
            "ok",
            LESS,
        ),
        case("hash", json!(HASH), &certificate, &requested, "ok", "ok", MORE),
        case("request", request(CAPTURED), &certificate, &requested, "ok", "ok", MORE),
        case("hash", json!(HASH), &certificate, &["--hash", "00"], "hash-mismatch", "ok", LESS),
        case("hash", json!("00"), &certificate, &bound, "hash-mismatch", "hash-mismatch", LESS),
        case(
            "request",
            request(CAPTURED),
            &certificate,
            &["--hash", "00"],
            "hash-mismatch",
            "ok",
            LESS,
        ),
        case(
            "previous-hash",
            json!(ones),
            &chained,
            &["--previous-hash", zeros],
            "hash-mismatch",
            "ok",
            LESS,
        ),
        case("kind", json!("jws"), &token, &names, "content-mismatch", "ok", LESS),
        case(
            "kind",
            json!("jws"),
            &token,
            &with(&names, &["--kind", "id-token"]),
            "content-mismatch",
            "ok",
            LESS,
        ),
        case(
            "kind",
            json!("sbi-rcapture"),
            &rcapture(),
            &["--kind", "device-data"],
            "content-mismatch",
            "ok",
            LESS,
        ),
        case(
            "kind",
            json!("sbi-capture"),
            &broken,
            &[],
            "content-mismatch",
            "content-mismatch",
            LESS,
        ),
    ];
    for (member, option, right, error) in [
        ("issuer", "--issuer", ISSUER, "issuer-mismatch"),
        ("audience", "--audience", "me", "audience-mismatch"),
        ("subject", "--subject", "user", "subject-mismatch"),
        ("nonce", "--nonce", "n", "nonce-mismatch"),
    ] {
        cases.push(case(member, json!(right), &token, &names, "ok", "ok", MORE));
        cases.push(case(member, json!(right), &token, &without(option), "ok", "ok", MORE));
        cases.push(case(member, json!("-"), &token, &without(option), error, error, MORE));
        cases.push(case(member, json!(right), &token, &swapped(option, "-"), error, "ok", LESS));
        cases.push(case(member, json!("-"), &token, &names, error, error, LESS));
    }
    cases
}

#[test]
fn row_33_every_member_of_a_record_tightens_and_decides_only_where_records_are_trusted() {
    let cases = cases();
    let covered: BTreeSet<&str> = cases.iter().map(|case| case.member).collect();
    assert_eq!(covered, Stream::MEMBERS.iter().copied().collect(), "every member has its cases");
    for Case { member, value, artefact, run, tightened, trusted, overrides } in &cases {
        let mut record = json!({ "artefact": artefact });
        record[member] = value.clone();
        let what = format!("{member}: {value} beside {run:?}");
        let report = judge(&stream(run), &record);
        assert_eq!(report["code"], *tightened, "{what}: {report}");
        assert!(report.get("overrides").is_none(), "{what}: {report}");
        let hints = report["hints"].as_array().cloned().unwrap_or_default();
        let names_it = |hint: &Value| {
            let hint = hint.as_str().unwrap_or_default();
            hint.contains(&format!("`{member}` of the record")) && hint.contains("--trust-records")
        };
        assert_eq!(hints.iter().any(names_it), *overrides, "{what}: {hints:?}");

        let report = judge(&stream(&[&run[..], &["--trust-records"]].concat()), &record);
        assert_eq!(report["code"], *trusted, "{what}: {report}");
        let named = report.get("overrides").cloned();
        assert_eq!(named, overrides.then(|| json!([member])), "{what}");
    }
}

/// A capture for registration whose hashes do not follow from each other.
fn rcapture_broken() -> String {
    let mut elements =
        elements(&WORLD.pki.device, "Registration", &[b"left", b"right"], FROM_THE_BEGINNING);
    elements.reverse();
    sbi::answer(elements).to_string()
}

#[test]
fn row_33_no_pair_of_members_makes_valid_what_the_run_refuses() {
    let members = [
        (
            "kind",
            vec![json!("jws"), json!("auth-token"), json!("dvs-certificate"), json!("sbi-capture")],
        ),
        ("at", vec![json!("issued"), json!(CAPTURED), json!(CAPTURED - 1)]),
        ("leeway", vec![json!(0), json!(300)]),
        ("allow-rsa-1024", vec![json!(true), json!(false)]),
        ("unbound", vec![json!(true), json!(false)]),
        ("hash", vec![json!(HASH), json!("00")]),
        ("request", vec![request(CAPTURED)]),
        ("issuer", vec![json!(ISSUER), json!("-")]),
        ("audience", vec![json!("me"), json!("-")]),
        ("subject", vec![json!("user"), json!("-")]),
        ("nonce", vec![json!("n"), json!("-")]),
        ("previous-hash", vec![json!("00".repeat(32))]),
    ];
    let values: Vec<(&str, &Value)> =
        members.iter().flat_map(|(m, v)| v.iter().map(move |value| (*m, value))).collect();
    let auth = token(&miracl::auth_claims(ISSUER, "me", "user", CAPTURED));
    let broken = rcapture_broken();
    let small = miracl::certificate(&WORLD.small, CAPTURED, CAPTURED + 10, HASH).expect("a token");
    let old = miracl::certificate(&WORLD.issuer, 1000, 1010, HASH).expect("a token");
    let artefacts = [id_token(), auth, jws(), certificate(), small, old, broken];
    // Each run says all that its kinds need, and something that is not so.
    let runs = [
        &["--hash", "00"][..],
        &["--hash", HASH],
        &["--issuer", ISSUER, "--audience", "you"],
        &["--issuer", ISSUER, "--audience", "me", "--nonce", "m"],
        &["--issuer", "-", "--audience", "me", "--unbound"],
        &["--kind", "id-token", "--issuer", ISSUER, "--audience", "me", "--subject", "other"],
        &["--kind", "sbi-rcapture"],
    ];
    let (mut refused, mut valid) = (0, 0);
    for run in runs {
        let stream = stream(run);
        for artefact in &artefacts {
            let alone = code(run, artefact);
            let pairs = values
                .iter()
                .enumerate()
                .flat_map(|(index, one)| values[index..].iter().map(move |other| (one, other)));
            let records = pairs.map(|((one, value), (other, second))| {
                let mut record = json!({ "artefact": artefact });
                record[one] = (*value).clone();
                record[other] = (*second).clone();
                record.to_string()
            });
            let records: Vec<String> = records.collect();
            let reports = stream.judge(records.join("\n").as_bytes());
            assert_eq!(reports.len(), records.len());
            for (report, record) in reports.iter().zip(&records) {
                let report: Value = serde_json::from_str(report).expect("JSON");
                let is_valid = report["verdict"] == "valid";
                // What the run leaves to be said, a record may say.
                let is_open = alone == "missing-member";
                assert!(!is_valid || alone == "ok" || is_open, "{run:?} {record}: {report}");
                refused += usize::from(alone != "ok");
                valid += usize::from(is_valid);
            }
        }
    }
    assert!(refused > 10_000 && valid > 50, "{refused} {valid}");
}

#[test]
fn row_33_what_a_policy_expects_holds_in_every_record() {
    let table = format!(
        "[id-token]\nissuer = '{ISSUER}'\naudience = 'me'\nnonce = 'n'\n[jws]\naudience = 'me'\n"
    );
    let policy = WORLD.file("names.toml", &table);
    let stream = |more: &[&str]| stream(&[&["--policy", &policy], more].concat());
    let foreign = token(&miracl::id_claims(ISSUER, "you", "user", "m", CAPTURED));
    let record = json!({ "artefact": foreign, "audience": "you", "nonce": "m" });
    let report = judge(&stream(&[]), &record);
    assert_eq!(report["code"], "audience-mismatch", "{report}");
    assert!(report["policy"]["sha256"].is_string());
    let report = judge(&stream(&["--trust-records"]), &record);
    assert_eq!(
        (&report["code"], &report["overrides"]),
        (&json!("ok"), &json!(["audience", "nonce"]))
    );

    // The command line binds what the policy leaves unbound, and a record does not undo that.
    let policy = WORLD.file("unbound.toml", "[dvs-certificate]\nunbound = true\n");
    let bound = ["--policy", &policy, "--hash", "00"];
    let record = json!({ "artefact": certificate(), "unbound": true });
    let report = judge(&self::stream(&bound), &record);
    assert_eq!(report["code"], "hash-mismatch");
    assert!(report["hints"].to_string().contains("`unbound` of the record"), "{report}");
    let report = judge(&self::stream(&[&bound[..], &["--trust-records"]].concat()), &record);
    assert_eq!((&report["code"], &report["overrides"]), (&json!("ok"), &json!(["unbound"])));

    // A token that any JWS could be may be named, and what is expected of any JWS holds then, too.
    let auth = |audience| token(&miracl::auth_claims(ISSUER, audience, "user", CAPTURED));
    for (audience, code) in [("me", "ok"), ("you", "audience-mismatch")] {
        let record = json!({ "artefact": auth(audience), "kind": "auth-token", "issuer": ISSUER });
        assert_eq!(judge(&stream(&[]), &record)["code"], code);
        let record = json!({ "artefact": auth(audience), "kind": "auth-token", "issuer": ISSUER,
            "audience": audience });
        assert_eq!(judge(&stream(&[]), &record)["code"], code);
    }
    // Nor is dropped what its own kind does not look at.
    for (member, as_jws, named) in [
        ("audience = 'me'\ntyp = 'at+jwt'", "content-mismatch", "expectation-unused"),
        ("audience = ['other', 'you']", "audience-mismatch", "expectation-unused"),
        ("audience = ['you', 'me']", "ok", "expectation-unused"),
        ("audience = ['me']", "ok", "ok"),
    ] {
        let policy = WORLD.file("jws.toml", &format!("[jws]\nissuer = '{ISSUER}'\n{member}\n"));
        for trust in [&[][..], &["--trust-records"]] {
            let stream = self::stream(&[&["--policy", &policy], trust].concat());
            let record = json!({ "artefact": auth("me") });
            assert_eq!(judge(&stream, &record)["code"], as_jws, "{member}");
            let record = json!({ "artefact": auth("me"), "kind": "auth-token" });
            assert_eq!(judge(&stream, &record)["code"], named, "{member}");
        }
    }
}

/// Calls with every way to put `sessionKey` and other unsigned members into the elements of a
/// capture, or to take them out.
fn with_unsigned_members(answer: &str, mut look: impl FnMut(&str)) {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    let count = answer["biometrics"].as_array().expect("an array").len();
    for mask in 0..1_u32 << count {
        let mut changed = answer.clone();
        for index in 0..count {
            let element = changed["biometrics"][index].as_object_mut().expect("an object");
            if mask & (1 << index) == 0 {
                element.remove("sessionKey");
                element.remove("thumbprint");
            } else {
                element.insert("sessionKey".into(), json!("x"));
            }
        }
        look(&changed.to_string());
        for (member, value) in [
            ("error", json!({ "errorCode": "101", "errorInfo": "" })),
            ("purpose", json!("Auth")),
            ("certificate", json!(certificate())),
        ] {
            changed[member] = value;
            look(&changed.to_string());
        }
    }
}

#[test]
fn row_36_nothing_beside_the_signed_data_of_a_capture_makes_it_valid() {
    let policy = WORLD.file("bound.toml", &format!("[dvs-certificate]\nhash = '{HASH}'\n"));
    let own = &["--policy", &policy][..];
    assert_eq!(code(own, &certificate()), "ok", "what is put beside the captures is valid alone");
    let untrusted = elements(&WORLD.other.device, "Registration", &[b"a"], FROM_THE_BEGINNING);
    let no_chip = elements(&WORLD.pki.device, "Auth", &[b"a", b"b"], FROM_THE_BEGINNING);
    let with_chip = elements(&WORLD.pki.chip, "Registration", &[b"a"], FROM_THE_BEGINNING);
    let mixed: Vec<_> = elements(&WORLD.pki.device, "Registration", &[b"a"], FROM_THE_BEGINNING)
        .into_iter()
        .chain(elements(&WORLD.pki.chip, "Auth", &[b"b"], FROM_THE_BEGINNING))
        .collect();
    let unknown = elements(&WORLD.pki.chip, "Other", &[b"a"], FROM_THE_BEGINNING);
    let answer = |elements| sbi::answer(elements).to_string();
    for (answer, expected) in [
        (rcapture_broken(), "hash-mismatch"),
        (answer(untrusted), "untrusted-chain"),
        (answer(no_chip), "untrusted-chain"),
        (answer(with_chip), "untrusted-chain"),
        (answer(mixed), "unsupported-format"),
        (answer(unknown), "unsupported-format"),
    ] {
        let code = judge(&stream(&[]), &json!({ "artefact": answer }))["code"].clone();
        assert_eq!(code, expected);
        with_unsigned_members(&answer, |changed| {
            let report = judge(&stream(own), &json!({ "artefact": changed }));
            assert_eq!(report["verdict"], "invalid", "{report}");
        });
    }
    // And it makes nothing of what is valid but that.
    for (answer, kind) in [(rcapture(), "sbi-rcapture"), (capture(), "sbi-capture")] {
        let mut kinds = BTreeSet::new();
        with_unsigned_members(&answer, |changed| {
            let report = judge(&stream(&[]), &json!({ "artefact": changed }));
            let verdict = (report["kind"].to_string(), report["code"].to_string());
            kinds.insert(verdict);
        });
        let quoted = |text: &str| format!("\"{text}\"");
        let expected =
            [(quoted(kind), quoted("ok")), (quoted("unknown"), quoted("unsupported-format"))];
        assert_eq!(kinds, BTreeSet::from(expected));
    }
}

#[test]
fn row_36_a_capture_that_does_not_say_its_purpose_needs_a_kind_from_the_run() {
    let answer = elements(&WORLD.pki.chip, "Other", &[b"a"], FROM_THE_BEGINNING);
    let answer = sbi::answer(answer).to_string();
    let report = judge(&stream(&[]), &json!({ "artefact": answer }));
    assert_eq!(report["code"], "unsupported-format");
    assert!(report["hints"].to_string().contains("--kind sbi-rcapture"), "{report}");
    assert_eq!(code(&["--kind", "sbi-capture"], &answer), "ok");
    let large = vec![7; 1 << 20];
    let answer_of_megabytes = elements(&WORLD.pki.chip, "Other", &[&large], FROM_THE_BEGINNING);
    let file = WORLD.file("large.json", &sbi::answer(answer_of_megabytes).to_string());
    for (more, exit, text) in
        [(&[][..], 1, "--kind sbi-rcapture"), (&["--kind", "sbi-capture"], 0, "ok")]
    {
        let output = verify(&arguments(more), &[&file], "");
        assert_eq!(output.status.code(), Some(exit));
        assert!(String::from_utf8_lossy(&output.stdout).contains(text));
    }
    let named = json!({ "artefact": answer, "kind": "sbi-capture" });
    let report = judge(&stream(&[]), &named);
    assert_eq!(report["code"], "unsupported-format");
    assert!(report["hints"].to_string().contains("`kind` of the record"), "{report}");
    let report = judge(&stream(&["--trust-records"]), &named);
    assert_eq!((&report["code"], &report["overrides"]), (&json!("ok"), &json!(["kind"])));
}

#[test]
fn row_36_no_changed_character_of_a_devices_token_is_undecided() {
    let token = std::fs::read_to_string(data("digital-id.jwt")).expect("a file");
    let token = token.trim_end();
    // Nobody has to vouch for it, and no key is given.
    let arguments = ["--trust-policy", "self-asserted", "--unbound", "--at", AT, "--ndjson", "-"];
    let stream = Stream::new(&arguments).expect("the arguments are right");
    assert_eq!(judge(&stream, &json!({ "artefact": token }))["code"], "ok");
    for position in (0..token.len()).step_by(3) {
        let mut changed = token.as_bytes().to_vec();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        let report = judge(&stream, &json!({ "artefact": changed }));
        assert_eq!(report["verdict"], "invalid", "{position}: {report}");
    }
    // A device's token whose payload is of no known kind, with a good signature.
    let unknown = WORLD.pki.device.sign(r#"{"serialNo":"1"}"#).expect("a token");
    let report = judge(&stream, &json!({ "artefact": unknown }));
    assert_eq!(report["code"], "unsupported-format");
    assert!(report["hints"].to_string().contains("--kind jws"), "{report}");
}

#[test]
fn row_36_an_object_with_the_members_of_several_kinds_is_never_verified_in_part() {
    let own = ["--hash", HASH];
    let certificate: Value =
        serde_json::from_str(&miracl::certificate_answer(&certificate()).to_string())
            .expect("JSON");
    assert_eq!(code(&own, &certificate.to_string()), "ok");
    let info: Value = serde_json::from_str(&sbi_info()).expect("JSON");
    for (name, member) in [
        ("biometrics", json!([])),
        ("deviceInfo", info[0]["deviceInfo"].clone()),
        ("deviceData", json!("e30")),
        ("mpinId", json!("7b7d")),
    ] {
        let mut both = certificate.clone();
        both[name] = member;
        assert_eq!(code(&own, &both.to_string()), "unsupported-format", "{name}");
        let kind = [&own[..], &["--kind", "dvs-certificate"]].concat();
        assert_eq!(code(&kind, &both.to_string()), "ok", "{name}: the caller may choose");
    }
}

#[test]
fn row_43_one_bad_input_never_ends_a_run_of_files() {
    let access = miracl::access_claims(ISSUER, "me", "user", &["openid"], CAPTURED + 60);
    let files = [
        WORLD.file("bound-to-nothing.json", r#"{"certificate":"x"}"#),
        WORLD.file("access.jwt", &token(&access)),
        WORLD.file("nobodys.jws", &jws()),
        WORLD.file("good.jwt", &registration()),
    ];
    let mut inputs: Vec<&str> = files.iter().map(String::as_str).collect();
    inputs.insert(1, "no-such-file");
    for threads in ["1", "3"] {
        let output = verify(&arguments(&["--format", "ndjson", "--threads", threads]), &inputs, "");
        assert_eq!((output.status.code(), output.stderr), (Some(1), vec![]));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let reports = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let codes: Vec<_> = reports.map(|report: Value| report["code"].clone()).collect();
        let missing = "missing-member";
        assert_eq!(codes, [missing, "unreadable", missing, missing, "ok"]);
    }
}

/// Tells how the command ends while its stdin is open and nothing comes.
fn exit_with_open_stdin(arguments: &[&str]) -> Option<i32> {
    let mut child = countersign(arguments).spawn().expect("the command starts");
    let stdin = child.stdin.take();
    for _ in 0..600 {
        if let Some(status) = child.try_wait().expect("the command is ours") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(stdin);
    child.kill().expect("the command is ours");
    None
}

#[test]
fn row_43_wrong_usage_and_configuration_are_found_before_anything_is_read() {
    let misuse = Some(2);
    for arguments in [
        &["--kind", "dvs-certificate"][..],
        &["--kind", "dvs-signature", "--subject", "user"],
        &["--kind", "id-token", "--issuer", "i"],
        &["--kind", "jws", "--audience", "a"],
        &["--kind", "mosip-registration", "--hash", "00"],
        &["--kind", "sbi-capture", "--domain", "ftm"],
        &["--kind", "digital-id", "--organization", "o"],
        &["--kind", "dvs-certificate", "--issuer", "i", "--ndjson"],
        &["--key", "no-such-file"],
        &["--policy", "no-such-file"],
        &["--document", "no-such-file"],
        &["--trust", "no-such-file"],
        &["--trust-records"],
    ] {
        let arguments = [&["verify"], arguments, &["-"]].concat();
        assert_eq!(exit_with_open_stdin(&arguments), misuse, "{arguments:?}");
    }
    // Nor is a secret read, or a key set fetched, for what the command line alone shows.
    for arguments in [
        &["--kind", "dvs-signature", "--server-secret", "-"][..],
        &["--kind", "dvs-signature", "--server-secret", "-", "--unbound", "--issuer", "i"],
        &["--kind", "jws", "--jwks", "https://countersign.invalid/keys"],
    ] {
        let arguments = [&["verify"], arguments, &["no-such-file"]].concat();
        assert_eq!(exit_with_open_stdin(&arguments), misuse, "{arguments:?}");
    }
}

#[test]
fn row_47_an_id_that_is_the_place_of_another_line_is_told_apart_by_its_own_place() {
    let stream = stream(&["--hash", HASH]);
    let forged = json!({ "id": "-:2", "artefact": certificate() });
    let text = format!("{forged}\nno record\n{}\n", json!({ "id": 7, "artefact": "" }));
    let reports: Vec<Value> = stream
        .judge(text.as_bytes())
        .iter()
        .map(|report| serde_json::from_str(report).expect("JSON"))
        .collect();
    let of = |member: &str| reports.iter().map(|report| report[member].clone()).collect::<Vec<_>>();
    assert_eq!(of("id"), ["-:2", "-:2", "7"]);
    assert_eq!(of("place"), ["-:1", "-:2", "-:3"]);
    assert_eq!(of("code"), ["ok", "malformed", "malformed"]);
    let arguments = arguments(&["--hash", HASH, "--ndjson", "--format", "text"]);
    let output = verify(&arguments, &["-"], &text);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("VALID      -:2  dvs-certificate  ok\n  from -:1\n"), "{text}");
    assert!(text.contains("INVALID    -:2  unknown  malformed\n  ✗"), "{text}");
}

#[test]
fn the_organisation_is_asked_for() {
    let data = signed_device_data(&WORLD.pki.device, &WORLD.pki.device);
    assert_eq!(code(&["--organization", Pki::MAKER], &data), "ok");
    assert_eq!(code(&["--organization", "Another"], &data), "untrusted-chain");
    let table = "[device-data]\norganization = 'Another'\n";
    let policy = WORLD.file("organization.toml", table);
    assert_eq!(code(&["--policy", &policy], &data), "untrusted-chain");
}

#[test]
fn the_toolkit_has_its_level_and_its_organisation_from_the_caller() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    let capture =
        |id| sbi::answer(elements(id, "Registration", &[b"a"], FROM_THE_BEGINNING)).to_string();
    let toolkit = |more: &[&str], artefact: &str| {
        let rules = ["--trust-policy", "compliance-toolkit", "--organization", "test vendor"];
        code(&[&rules, more].concat(), artefact)
    };
    // A capture states no level.
    assert_eq!(toolkit(&[], &capture(device)), "untrusted-chain");
    for (level, good, bad) in [("L0", device, chip), ("L1", chip, device)] {
        assert_eq!(toolkit(&["--level", level], &capture(good)), "ok");
        assert_eq!(toolkit(&["--level", level], &capture(bad)), "untrusted-chain");
        let table = format!(
            "[sbi-rcapture]\ntrust-policy = 'compliance-toolkit'\nany-organization = true\n\
             level = '{level}'\n"
        );
        let policy = WORLD.file(&format!("level-{level}.toml"), &table);
        assert_eq!(code(&["--policy", &policy], &capture(good)), "ok");
        assert_eq!(code(&["--policy", &policy], &capture(bad)), "untrusted-chain");
        // The command line goes before the table.
        let another = ["--policy", &policy, "--organization", "Another"];
        assert_eq!(code(&another, &capture(good)), "untrusted-chain");
    }
    // Nobody's organisation, by choice; not by having said nothing.
    let any = ["--trust-policy", "compliance-toolkit", "--level", "L0", "--any-organization"];
    assert_eq!(code(&any, &capture(device)), "ok");
    let nothing = &any[..4];
    for wrong in [nothing, &["--trust-policy", "ida", "--level", "L0"], &["--level", "SBI 1.0"]] {
        assert!(Stream::new(&[wrong, &["--ndjson", "-"]].concat()).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_domain_of_keymanagers_rules_is_that_of_everything() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    for rules in ["keymanager-v1", "keymanager-v2"] {
        let code =
            |domain, artefact: &str| code(&["--trust-policy", rules, "--domain", domain], artefact);
        assert_eq!(code("ftm", &signed_device_data(chip, chip)), "ok");
        // Only the digital id, and only the data, is what the domain vouches for.
        assert_eq!(code("ftm", &signed_device_data(chip, device)), "untrusted-chain");
        assert_eq!(code("ftm", &signed_device_data(device, chip)), "untrusted-chain");
        assert_eq!(code("device", &signed_device_data(device, device)), "ok");
    }
    // Those of the client leave the choice for digital ids alone.
    let client = ["--trust-policy", "registration-client", "--domain", "ftm"];
    assert_eq!(code(&client, &signed_device_data(chip, device)), "ok");
    assert_eq!(code(&client, &signed_device_data(chip, chip)), "untrusted-chain");
}

#[test]
fn a_domain_alone_is_that_of_the_default_rules_which_may_have_none_to_choose() {
    let chip = digital_id(&WORLD.pki.chip);
    assert_eq!(code(&[], &chip), "untrusted-chain");
    assert_eq!(code(&["--domain", "ftm"], &chip), "ok");
    assert_eq!(code(&["--domain", "ftm"], &capture()), "expectation-unused");
    assert!(Stream::new(&["--trust-policy", "ida", "--domain", "ftm", "--ndjson", "-"]).is_err());
}

#[test]
fn authorities_on_the_command_line_take_the_place_of_the_policys() {
    let table = format!("[digital-id]\ntrust = ['device={}']\n", WORLD.path("device.pem"));
    let policy = WORLD.file("trust.toml", &table);
    let code = |more: &[&str], device: &Device| {
        let arguments = [&["--policy", &policy], more, &["--at", AT, "--ndjson", "-"]].concat();
        let stream = Stream::new(&arguments).expect("the arguments are right");
        judge(&stream, &json!({ "artefact": digital_id(device) }))["code"].clone()
    };
    let other = format!("device={}", WORLD.path("other-device.pem"));
    assert_eq!(code(&[], &WORLD.pki.device), "ok");
    assert_eq!(code(&[], &WORLD.other.device), "untrusted-chain");
    assert_eq!(code(&["--trust", &other], &WORLD.other.device), "ok");
    assert_eq!(code(&["--trust", &other], &WORLD.pki.device), "untrusted-chain");
}

#[test]
fn captures_are_judged_by_the_rules_of_who_consumes_them() {
    let (device, chip) = (&WORLD.pki.device, &WORLD.pki.chip);
    let answer =
        |id, purpose| sbi::answer(elements(id, purpose, &[b"a"], FROM_THE_BEGINNING)).to_string();
    for (id, purpose, expected) in [
        // IDA wants the chip to sign the digital id, the client the device.
        (chip, "Auth", "ok"),
        (device, "Auth", "untrusted-chain"),
        (chip, "Registration", "untrusted-chain"),
        (device, "Registration", "ok"),
    ] {
        assert_eq!(code(&[], &answer(id, purpose)), expected, "{purpose}");
    }
}

#[test]
fn user_and_project_of_a_dvs_signature_are_compared() {
    let signature = std::fs::read_to_string(data("dvs-signature.json")).expect("a file");
    for (more, expected) in [
        (&["--subject", "alice@example.com"][..], "ok"),
        (&["--subject", "bob@example.com"], "content-mismatch"),
        (&["--audience", "00000000-0000-0000-0000-000000000000"], "ok"),
        (&["--audience", "another"], "content-mismatch"),
    ] {
        let options = [&dvs_signature_options()[..], more].concat();
        assert_eq!(code(&options, &signature), expected, "{more:?}");
    }
}

#[test]
fn a_token_without_a_nonce_is_no_id_token() {
    let mut claims = Object::new();
    let with_nonce = miracl::id_claims(ISSUER, "me", "user", "n", CAPTURED);
    for (name, value) in with_nonce.iter().filter(|(name, _)| *name != "nonce") {
        claims.set(name.to_owned(), value.clone());
    }
    for (claims, kind) in [(&with_nonce, "id-token"), (&claims, "jws")] {
        let record = json!({ "artefact": token(claims) });
        let report = judge(&stream(&["--issuer", ISSUER, "--audience", "me"]), &record);
        assert_eq!((&report["kind"], &report["code"]), (&json!(kind), &json!("ok")), "{report}");
    }
}

#[test]
fn a_sample_of_the_platform_is_still_valid_with_its_policy() {
    let policy = root().join("test-vectors/seed/policy.toml");
    let arguments = ["--policy", policy.to_str().expect("UTF-8"), "--ndjson", "-"];
    let stream = Stream::new(&arguments).expect("the arguments are right");
    for name in ["dvs-verify-response.json", "registered-devices-response.json"] {
        assert_eq!(judge(&stream, &json!({ "artefact": seed(name) }))["code"], "ok", "{name}");
    }
}

#[test]
fn unsigned_base64_of_a_devices_message_is_never_valid() {
    let info = device_info("e30", "L0");
    for text in [device_data(info.clone()).to_string(), info.to_string()] {
        let report = judge(&stream(&[]), &json!({ "artefact": encode_standard(text.as_bytes()) }));
        assert_eq!(report["verdict"], "invalid", "{report}");
    }
    let header = WORLD.issuer.header(Algorithm::Rs256).with("x5c", "none");
    let generic = WORLD.issuer.sign(&header, b"{\"exp\":1}", Algorithm::Rs256).expect("a token");
    assert_eq!(code(&["--unbound"], &generic), "unsupported-format");
}

#[test]
fn what_is_dated_later_than_the_time_of_judgement_is_refused_and_age_is_judged_if_a_window_is_given()
 {
    let device = &WORLD.pki.device;
    let dated = |time: &str| {
        let id = mosip::digital_id("1").with("dateTime", time).to_string();
        device.sign(&id).expect("a token")
    };
    let (same, later) = (dated("2020-01-13T12:50:42Z"), dated("2020-01-13T12:50:43Z"));
    let age = |report: &Value| {
        let checks = report["checks"].as_array().expect("checks").clone();
        let age = checks.into_iter().find(|check| check["check"] == "timestamp-window");
        age.expect("a check of the age")
    };
    let report = judge(&stream(&[]), &json!({ "artefact": same }));
    assert_eq!(report["code"], "ok");
    assert_eq!(age(&report)["outcome"], "skip");
    assert!(age(&report)["detail"].as_str().is_some_and(|text| text.contains("no window")));
    assert_eq!(code(&[], &later), "not-yet-valid");
    assert_eq!(code(&["--leeway", "1"], &later), "ok");
    // Ends are excluded.
    for (window, wanted) in [("1", "ok"), ("0", "timestamp-window")] {
        assert_eq!(code(&["--window", window], &same), wanted);
        assert_eq!(code(&["--timestamp-window", window], &same), wanted);
    }
    // The window of a policy, in either spelling.
    for member in ["timestamp-window", "window"] {
        let policy = WORLD.file("window.toml", &format!("[digital-id]\n{member} = 0"));
        assert_eq!(code(&["--policy", &policy], &same), "timestamp-window");
    }
    // As at its own time, nothing has an age: an expectation that cannot be judged is none.
    let issued = ["--at", "issued", "--window", "10"];
    let report = judge(&stream(&issued), &json!({ "artefact": same }));
    assert_eq!(report["code"], "expectation-unused");
    assert!(report["hints"].to_string().contains("--at"), "{report}");
    // One verdict on a time that cannot be read, whenever it is judged.
    let unreadable = dated("yesterday");
    for at in [AT, "issued"] {
        assert_eq!(code(&["--at", at], &unreadable), "malformed", "{at}");
    }
    // Lower case is the same time.
    assert_eq!(code(&["--at", "2020-01-13t12:50:42z"], &same), "ok");
}

#[test]
fn intermediates_lead_to_an_authority_and_are_none_themselves() {
    let root = WORLD.file("root.pem", &WORLD.pki.device_root.certificate().to_pem());
    let between = WORLD.path("device.pem");
    let id = digital_id(&WORLD.pki.device);
    let judge = |more: &[&str]| {
        let report = judge(&stream_without_trust(more), &json!({ "artefact": id }));
        report["code"].as_str().expect("a code").to_owned()
    };
    assert_eq!(judge(&["--trust", &root]), "untrusted-chain");
    assert_eq!(judge(&["--trust", &root, "--intermediates", &between]), "ok");
    assert_eq!(
        judge(&["--trust", &root, "--intermediates", &format!("ftm={between}")]),
        "untrusted-chain"
    );
    assert_ne!(judge(&["--intermediates", &between]), "ok");
    let policy = format!("[digital-id]\ntrust = [\"{root}\"]\nintermediates = [\"{between}\"]");
    let policy = WORLD.file("intermediates.toml", &policy);
    assert_eq!(judge(&["--policy", &policy]), "ok");
}

#[test]
fn a_token_lives_as_long_as_is_accepted_and_has_the_scopes_that_are_expected() {
    let names = ["--issuer", ISSUER, "--audience", "me"];
    let access = |expiry| token(&miracl::access_claims(ISSUER, "me", "user", &["openid"], expiry));
    let code = |more: &[&str], artefact: &str| code(&[&names[..], more].concat(), artefact);
    assert_eq!(code(&[], &access(CAPTURED + 3600)), "ok");
    assert_eq!(code(&[], &access(CAPTURED + 3601)), "timestamp-window");
    assert_eq!(code(&["--longest-life", "3601"], &access(CAPTURED + 3601)), "ok");
    assert_eq!(code(&["--longest-life", "59"], &access(CAPTURED + 60)), "timestamp-window");
    assert_eq!(code(&["--scope", "openid"], &access(CAPTURED + 60)), "ok");
    assert_ne!(code(&["--scope", "openid", "--scope", "email"], &access(CAPTURED + 60)), "ok");
    let policy = "[access-token]\nscope = [\"email\"]\nlongest-life = 60";
    let policy = WORLD.file("life.toml", policy);
    assert_ne!(code(&["--policy", &policy], &access(CAPTURED + 60)), "ok");
    assert_eq!(code(&["--policy", &policy, "--scope", "openid"], &access(CAPTURED + 60)), "ok");
    assert_eq!(
        code(&["--policy", &policy, "--scope", "openid"], &access(CAPTURED + 61)),
        "timestamp-window"
    );
}

/// What is true of an artefact: the members that its kind states, with their values.
struct Truth {
    kind: &'static str,
    artefact: String,
    states: Vec<(&'static str, &'static str)>,
    is_small: bool,
}

fn truths() -> Vec<Truth> {
    let truth = |kind, artefact, states: &[(&'static str, &'static str)]| Truth {
        kind,
        artefact,
        states: states.to_vec(),
        is_small: false,
    };
    let names: &[_] = &[("issuer", ISSUER), ("audience", "me"), ("subject", "user")];
    let small = miracl::certificate(&WORLD.small, CAPTURED, CAPTURED + 10, HASH).expect("a token");
    let access = miracl::access_claims(ISSUER, "me", "user", &["openid"], CAPTURED + 60);
    vec![
        truth("dvs-certificate", certificate(), &[("hash", HASH)]),
        Truth { is_small: true, ..truth("dvs-certificate", small, &[("hash", HASH)]) },
        truth("id-token", id_token(), &[names, &[("nonce", "n")]].concat()),
        truth("access-token", token(&access), names),
        truth("auth-token", token(&miracl::auth_claims(ISSUER, "me", "user", CAPTURED)), names),
        truth("jws", jws(), &[("issuer", "i"), ("audience", "me")]),
        truth("digital-id", digital_id(&WORLD.pki.device), &[]),
        truth("mosip-registration", registration(), &[]),
    ]
}

impl Truth {
    fn holds(&self, member: &str, value: &str) -> bool {
        self.states.contains(&(member, value))
    }
}

/// A kind, a member, and the value that is expected of it.
type Expectation = (&'static str, &'static str, &'static str);

/// Policies, with what each expects of a kind.
fn policies() -> Vec<(Option<String>, Vec<Expectation>)> {
    let file = |name: &str, text: &str| Some(WORLD.file(name, text));
    let names = format!(
        "[id-token]\nissuer = '{ISSUER}'\naudience = 'me'\nnonce = 'm'\n[access-token]\nissuer = '{ISSUER}'\n\
         audience = 'me'\n[jws]\nunbound = true\nsubject = 'user'\n[auth-token]\nissuer = '{ISSUER}'\n"
    );
    vec![
        (None, vec![]),
        (
            file("several.toml", &names),
            vec![
                ("id-token", "issuer", ISSUER),
                ("id-token", "audience", "me"),
                ("id-token", "nonce", "m"),
                ("access-token", "issuer", ISSUER),
                ("access-token", "audience", "me"),
                ("jws", "subject", "user"),
                ("auth-token", "issuer", ISSUER),
            ],
        ),
        (
            file(
                "hash.toml",
                "[dvs-certificate]\nhash = '00'\n[jws]\nissuer = 'i'\naudience = ''\n",
            ),
            vec![
                ("dvs-certificate", "hash", "00"),
                ("jws", "issuer", "i"),
                ("jws", "audience", ""),
            ],
        ),
    ]
}

#[test]
fn row_33_whatever_run_policy_and_record_say_together_valid_means_that_all_of_it_holds() {
    const VALUES: [(&str, &[&str]); 6] = [
        ("hash", &[HASH, "00", ""]),
        ("issuer", &[ISSUER, "i", ""]),
        ("audience", &["me", "you", ""]),
        ("subject", &["user", "eve", ""]),
        ("nonce", &["n", "m", ""]),
        ("previous-hash", &["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]),
    ];
    let kinds = ["dvs-certificate", "id-token", "access-token", "auth-token", "jws", "digital-id"];
    let truths = truths();
    let policies = policies();
    let mut rng = Rng::from_seed(2626);
    let mut below = move |most: usize| usize::from(u16::from_le_bytes(rng.bytes())) % most;
    let (mut runs, mut valid, mut overridden) = (0, 0, 0);
    while runs < 400 {
        let mut options: Vec<String> = Vec::new();
        let mut said: Vec<(&str, &str)> = Vec::new();
        for (member, values) in VALUES {
            if below(3) == 0 {
                let value = if below(2) == 0 { values[0] } else { values[below(values.len())] };
                options.extend([format!("--{member}"), value.to_owned()]);
                said.push((member, value));
            }
        }
        let run_kind = (below(4) == 0).then(|| kinds[below(kinds.len())]);
        if let Some(kind) = run_kind {
            options.extend(["--kind".to_owned(), kind.to_owned()]);
        }
        let allows_small = below(2) == 0;
        if allows_small {
            options.push("--allow-rsa-1024".to_owned());
        }
        if below(4) == 0 && !said.iter().any(|(member, _)| *member == "hash") {
            options.push("--unbound".to_owned());
        }
        let (policy, of_policy) = &policies[below(policies.len())];
        if let Some(policy) = policy {
            options.extend(["--policy".to_owned(), policy.clone()]);
        }
        let is_trusted = below(3) == 0;
        if is_trusted {
            options.push("--trust-records".to_owned());
        }
        let words: Vec<&str> = options.iter().map(String::as_str).collect();
        let mut arguments = arguments(&words);
        arguments.extend(["--ndjson".to_owned(), "-".to_owned()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        // What can never be is refused before.
        let Ok(stream) = Stream::new(&arguments) else { continue };
        runs += 1;
        for truth in &truths {
            for _ in 0..6 {
                let mut record = json!({ "artefact": truth.artefact });
                let mut asked: Vec<(&str, &str)> = Vec::new();
                for (member, values) in VALUES {
                    if below(5) == 0 {
                        let value =
                            if below(2) == 0 { values[0] } else { values[below(values.len())] };
                        record[member.replace('-', "_")] = json!(value);
                        asked.push((member, value));
                    }
                }
                if below(4) == 0 {
                    record["kind"] =
                        json!(if below(2) == 0 { truth.kind } else { kinds[below(kinds.len())] });
                }
                if below(4) == 0 {
                    record["unbound"] = json!(below(3) > 0);
                    if record["unbound"] == true {
                        record.as_object_mut().expect("an object").remove("hash");
                        asked.retain(|(member, _)| *member != "hash");
                    }
                }
                if below(4) == 0 {
                    record["allow-rsa-1024"] = json!(below(2) == 0);
                }
                let report = judge(&stream, &record);
                if report["verdict"] != "valid" {
                    continue;
                }
                valid += 1;
                let what = format!("{words:?} {record}: {report}");
                let overrides = report.get("overrides").cloned().unwrap_or_else(|| json!([]));
                let is_named = |member: &str| {
                    overrides.as_array().is_some_and(|all| all.contains(&json!(member)))
                };
                overridden += usize::from(overrides != json!([]));
                assert!(is_trusted || overrides == json!([]), "{what}");
                let kind = report["kind"].as_str().expect("a kind");
                // What the record asks for holds in any case.
                for (member, value) in &asked {
                    assert!(truth.holds(member, value), "record: {member}: {what}");
                }
                for (member, value) in &said {
                    let is_overridden =
                        is_named(member) || *member == "hash" && is_named("unbound");
                    assert!(is_overridden || truth.holds(member, value), "run: {member}: {what}");
                }
                for (of, member, value) in of_policy.iter().filter(|(of, ..)| *of == kind) {
                    let replaced = said.iter().any(|(said, _)| said == member)
                        || *member == "hash" && words.contains(&"--unbound");
                    let is_overridden =
                        is_named(member) || *member == "hash" && is_named("unbound");
                    assert!(
                        replaced || is_overridden || truth.holds(member, value),
                        "policy: {of} {member}: {what}"
                    );
                }
                if let Some(run_kind) = run_kind {
                    assert!(kind == run_kind || is_named("kind"), "{what}");
                }
                assert!(kind == truth.kind || kind == "jws", "{what}");
                let may_be_small =
                    is_named("allow-rsa-1024") || allows_small && record["allow-rsa-1024"] != false;
                assert!(!truth.is_small || may_be_small, "{what}");
            }
        }
    }
    assert!(valid > 200 && overridden > 50, "{valid} {overridden}");
}

#[test]
fn what_loosens_a_check_is_followed_and_takes_the_place_of_what_the_policy_says() {
    let endless = token(&Object::new().with("iss", "i").with("aud", "me"));
    let names = ["--issuer", "i", "--audience", "me"];
    assert_eq!(code(&names, &endless), "missing-member");
    assert_eq!(code(&[&names[..], &["--allow-no-exp"]].concat(), &endless), "ok");
    let policy = WORLD.file("endless.toml", "[jws]\nallow-no-exp = true");
    assert_eq!(code(&[&names[..], &["--policy", &policy]].concat(), &endless), "ok");
    // Who says on the command line that nothing is expected means it.
    let policy = WORLD.file("bound.toml", "[dvs-certificate]\nhash = \"00\"");
    assert_eq!(code(&["--policy", &policy], &certificate()), "hash-mismatch");
    assert_eq!(code(&["--policy", &policy, "--unbound"], &certificate()), "ok");
}

/// A file for every name that `docs/inputs.md` has in its commands.
fn files_of_the_document() -> PathBuf {
    let world = &*WORLD;
    let folder = world.folder.join("document-about-inputs");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, content: &str| {
        std::fs::write(folder.join(name), content).expect("a file is written");
    };
    for (kind, artefact, _) in artefacts() {
        let name = match kind {
            "dvs-certificate" => "certificate.json".to_owned(),
            "jws" => "token.jws".to_owned(),
            "mosip-registration" | "sbi-device-info" | "sbi-rcapture" | "sbi-capture" => {
                format!("{kind}.json").replace("mosip-", "")
            }
            "dvs-signature" => format!("{kind}.json"),
            _ => format!("{kind}.jwt"),
        };
        file(&name, &artefact);
    }
    file("certificate.json", &json!({ "certificate": certificate() }).to_string());
    let of_document = hex::encode(&sha256(b"test"));
    let of_document = miracl::certificate(&world.issuer, CAPTURED, CAPTURED + 10, &of_document);
    file("answer.json", &json!({ "certificate": of_document.expect("a token") }).to_string());
    let answer = json!({ "id_token": id_token(), "token_type": "Bearer", "expires_in": 60 });
    file("token-answer.json", &answer.to_string());
    let continued =
        elements(&world.pki.device, "Registration", &[b"a"], (Scheme::Current, &"11".repeat(32)));
    file("continued.json", &sbi::answer(continued).to_string());
    let element = elements(&world.pki.device, "Registration", &[b"a"], FROM_THE_BEGINNING);
    let token = element[0].member("data").and_then(|token| token.as_str()).expect("a token");
    file("packet.xml", &sbi::packet(&[sbi::segment(token).expect("a segment")]));
    let record = json!({ "artefact": certificate(), "hash": HASH });
    file("records.ndjson", &format!("{record}\n"));
    file("jwks.json", &jwk_set(&[world.issuer.jwk()]).to_string());
    file("signer.pem", &world.issuer.public_key_pem());
    file("root.pem", &world.pki.device_root.certificate().to_pem());
    let device = world.pki.device_intermediate.certificate().to_pem();
    let ftm = world.pki.ftm_intermediate.certificate().to_pem();
    file("device.pem", &device);
    file("ftm.pem", &ftm);
    file("authorities.pem", &[device, ftm].concat());
    file("document", "test");
    file("request.json", &request(CAPTURED).to_string());
    let header = r#"{"alg":"PS256","kid":"k"}"#;
    let claims = Object::new().with("exp", CAPTURED + 10).to_string();
    let token = world.issuer.compact(header.as_bytes(), claims.as_bytes(), Algorithm::Ps256);
    file("ps256.jws", &token.expect("a token"));
    file("policy.toml", "[jws]\njwks = [\"jwks.json\"]\nissuer = \"i\"\naudience = \"me\"");
    file("document.txt", "hello");
    let id = mosip::digital_id("1").with("dateTime", sbi::TIMESTAMP).to_string();
    file("digital-id.jwt", &world.pki.device.sign(&id).expect("a token"));
    std::fs::copy(SERVER_SECRET.as_str(), folder.join("server-secret.txt")).expect("a copy");
    folder
}

#[test]
fn every_command_of_the_document_about_inputs_ends_with_valid() {
    let folder = files_of_the_document();
    let document = std::fs::read_to_string(root().join("docs/inputs.md")).expect("the document");
    let (commands, _) = document.split_once("## What has to be taken off first").expect("an end");
    let mut count = 0;
    for line in commands.lines().filter(|line| line.starts_with("| ")) {
        let Some((_, command)) = line.split_once("`countersign ") else { continue };
        let (command, _) = command.split_once('`').expect("a command");
        let mut arguments: Vec<&str> = command.split(' ').collect();
        if !arguments.contains(&"--at") {
            arguments.extend(["--at", AT]);
        }
        let output = countersign(&arguments).current_dir(&folder).output().expect("runs");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert_eq!(output.status.code(), Some(0), "{command}: {said}");
        assert!(said.starts_with("VALID") || said.contains("\"valid\""), "{command}: {said}");
        count += 1;
    }
    assert!(count >= 32, "{count}");
}
