//! Every example of MIRACL's documents: parsed with the types, written again, and equal as JSON.
//!
//! The documents are not part of this repository. Without them the test says so and passes; with
//! `CI=true` it fails.

use std::path::Path;

use countersign::miracl::otp;
use countersign::{Limits, Time};
use countersign_api::miracl::*;
use countersign_api::{BaseUrl, Call};

use crate::loopback;

/// What a shell puts in place of the variables of the examples.
const VARIABLES: &[(&str, &str)] = &[
    ("USER_ID", "user@example.com"),
    ("DEVICE_NAME", "a device"),
    ("NEW_DEVICE_NAME", "another name"),
    ("YOUR_CLIENT_ID", "client"),
    ("YOUR_CLIENT_SECRET", "secret"),
    ("YOUR_REDIRECT_URI", "https://example.com/"),
    ("YOUR_PROJECT_ID", "86cd3e64-f641-416a-bf80-64b9b7eef8ea"),
    ("MPIN_ID", "c324f5e5"),
    ("EXPIRATION", "1700000000"),
    ("EXPIRES", "2022-04-08T08:05:03Z"),
    ("SIGNATURE", "f0fbae2fcf3a848bd35a408b5aa2aeea27e277923f6c2140edf54c666b89fe68"),
    ("LABEL_A", "a"),
    ("LABEL_B", "b"),
];

fn read(folder: &Path, start: &str) -> String {
    let entry = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_string_lossy().starts_with(start))
        .unwrap();
    std::fs::read_to_string(entry).unwrap()
}

/// The word of a shell command that begins here, unquoted and with its variables replaced.
fn word(text: &str) -> String {
    let mut word = String::new();
    let mut rest = text;
    loop {
        let Some(first) = rest.chars().next() else { return word };
        match first {
            '\'' => {
                let (inside, after) = rest[1..].split_once('\'').unwrap();
                word.push_str(inside);
                rest = after;
            }
            '"' => {
                let (inside, after) = rest[1..].split_once('"').unwrap();
                word.push_str(&replace(inside));
                rest = after;
            }
            _ if first.is_whitespace() => return word,
            _ => {
                let end = rest.find(['\'', '"', ' ', '\n']).unwrap_or(rest.len());
                word.push_str(&replace(&rest[..end]));
                rest = &rest[end..];
            }
        }
    }
}

fn replace(text: &str) -> String {
    VARIABLES
        .iter()
        .fold(text.to_string(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
}

/// The body of every request example.
fn bodies(text: &str) -> Vec<String> {
    text.match_indices("--data ").map(|(at, found)| word(&text[at + found.len()..])).collect()
}

/// The URL of every request example.
fn urls(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("curl "));
    let urls = lines.map(|line| line.trim_start_matches('"'));
    urls.filter(|line| line.starts_with("https://api.mpin.io/"))
        .filter(|line| !line.contains(' '))
        .map(|line| replace(line.trim_end_matches('"')))
        .collect()
}

/// Every JSON object that begins a line after a heading.
fn objects<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(heading) {
        let start = at + text[at..].find("\n{").unwrap() + 1;
        let mut stream =
            serde_json::Deserializer::from_str(&text[start..]).into_iter::<serde_json::Value>();
        stream.next().unwrap().unwrap();
        found.push(&text[start..start + stream.byte_offset()]);
    }
    found
}

type Again = fn(&[u8]) -> String;

/// How a text is read and written again.
macro_rules! again {
    ($type:ty) => {
        |text| {
            let parsed = <$type>::parse(text, &Limits::default());
            parsed.unwrap_or_else(|misfit| panic!("{misfit}")).to_json().to_string()
        }
    };
}

fn assert_again(texts: &[impl AsRef<str>], types: &[Again]) {
    assert_eq!(texts.len(), types.len());
    for (text, again) in texts.iter().zip(types) {
        let text = text.as_ref();
        let rebuilt = again(text.as_bytes());
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(json(&rebuilt), json(text));
    }
}

#[test]
fn every_example_of_the_documents_goes_there_and_back() {
    let Some(folder) = loopback::documents() else { return };
    let all = read(&folder, "001_");
    assert_again(
        &bodies(&all),
        &[
            again!(InitiateActivation),
            again!(CreateVerification),
            again!(MpinIdUpdate),
            again!(RevocationReason),
            again!(SignatureVerificationRequest),
            again!(otp::Request),
        ],
    );
    assert_again(
        &objects(&all, "# Response Example"),
        &[
            again!(Activation),
            again!(Verification),
            again!(AuditPage),
            again!(MpinIdPage),
            again!(MpinId),
            again!(Revocation),
            again!(SignatureVerification),
            again!(Keys),
            again!(SealedOtp),
        ],
    );
    let update = read(&folder, "000_");
    assert_again(&bodies(&update), &[again!(MpinIdUpdate)]);
    assert_again(&objects(&update, "# Response Example"), &[again!(MpinId)]);
    let verification = read(&folder, "002_");
    assert_again(&bodies(&verification), &[again!(CreateVerification)]);
    assert_again(&objects(&verification, "# Response Example"), &[again!(Verification)]);
}

#[test]
fn every_error_of_the_documents_is_recognised() {
    let Some(folder) = loopback::documents() else { return };
    let mut count = 0;
    for start in ["000_", "002_"] {
        let text = read(&folder, start);
        let errors = &text[text.find("# Errors").unwrap()..];
        let headings = errors.match_indices("\n# ");
        for (at, _) in headings {
            let heading = errors[at + 3..].lines().next().unwrap();
            let example = objects(&errors[at..], &format!("\n# {heading}\n"))[0];
            let refusal = Refusal::parse(example.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(refusal.error.as_str(), heading);
            assert!(ErrorCode::DOCUMENTED.contains(&refusal.error), "{heading}");
            assert_again(&[example], &[again!(Refusal)]);
            count += 1;
        }
    }
    assert_eq!(count, 11);
}

#[test]
fn every_url_of_the_documents_is_that_of_a_call() {
    let Some(folder) = loopback::documents() else { return };
    let (user, project, id) =
        ("user@example.com", "86cd3e64-f641-416a-bf80-64b9b7eef8ea", "c324f5e5");
    let time = |text: &str| Some(Time::parse_rfc3339(text).unwrap());
    let mut audit = ListAudit::new(project);
    (audit.from, audit.to) = (time("2021-06-01T00:00:00Z"), time("2021-07-01T00:00:00Z"));
    (audit.user_id, audit.limit, audit.offset) = (Some(user.into()), Some(10), Some(0));
    let mut list = ListMpinIds::new(project);
    (list.user_id, list.revoked) = (Some(user.into()), Some(false));
    (list.limit, list.offset) = (Some(10), Some(0));
    let body = include_bytes!("../../../../test-vectors/seed/dvs-verify-request.json");
    let signature = SignatureVerificationRequest::parse(body, &Limits::default()).unwrap();
    let update = UpdateMpinId::new(project, id, MpinIdUpdate::new(""));
    let targets = [
        InitiateActivation::new("").target(),
        CreateVerification::new("", "").target(),
        audit.target(),
        list.target(),
        update.target(),
        RevokeMpinId::new(project, id).target(),
        VerifySignature::new(signature).target(),
        GetDvsKeys.target(),
        RequestDeviceOtp::new("", "").target(),
    ];
    let base: BaseUrl = PRODUCTION.parse().unwrap();
    // The examples leave characters as they are that need not be encoded in a query.
    let plain = |url: String| url.replace("%3A", ":").replace("%40", "@");
    let built = targets.map(|target| plain(base.join(&target.unwrap())));
    assert_eq!(urls(&read(&folder, "001_")), built);
    assert_eq!(urls(&read(&folder, "000_")), [built[4].clone()]);
}
