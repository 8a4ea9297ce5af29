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

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Output;
use std::sync::LazyLock;

use countersign::encoding::base64::encode_url;
use countersign::encoding::json::Object;
use countersign::mosip::registration::Era;
use countersign::mosip::sbi::{HashChain, Scheme};
use countersign::{Algorithm, Time, sha256};
use countersign_cli::Stream;
use countersign_testkit::{
    Device, Issuer as _, Pki, Rng, RsaIssuer, device_data, device_info, jwk_set, miracl, mosip, sbi,
};
use serde_json::{Value, json};
use support::{countersign, root};

mod document;
mod names;
mod records;
mod runs;
mod times;
mod together;
mod trust;
mod unsigned;
mod unused;

#[allow(dead_code, reason = "shared with the other cases")]
#[path = "../support/mod.rs"]
mod support;

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

/// A capture for registration whose hashes do not follow from each other.
fn rcapture_broken() -> String {
    let mut elements =
        elements(&WORLD.pki.device, "Registration", &[b"left", b"right"], FROM_THE_BEGINNING);
    elements.reverse();
    sbi::answer(elements).to_string()
}
