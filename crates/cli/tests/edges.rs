//! What has to hold at the edges of the command, to the byte: terminals, secrets, pipes, sizes.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod support;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Output, Stdio};

use countersign::Limits;
use countersign::encoding::json::{self, Object, Value};
use countersign::encoding::{base64, hex};
use support::{certificate, countersign, jws, root, seed, unbroken};

/// Runs the command to its end with this on stdin.
fn run(args: &[&str], stdin: &[u8]) -> Output {
    let mut child = countersign(args).spawn().expect("the command starts");
    // A command that needs no stdin may be gone before it was written.
    let _ = child.stdin.take().expect("stdin is piped").write_all(stdin);
    child.wait_with_output().expect("the command ends")
}

/// A token that carries terminal controls in its header, its payload and its `kid`.
fn hostile_token() -> String {
    use countersign::encoding::base64::encode_url;
    let header = r#"{"alg":"\u001b[31mRS256\u202e\u2066\nVALID  forged","kid":"\u009b2J\nVALID"}"#;
    let payload =
        r#"{"sub":"\u001b]0;owned\u0007","\u007f":1,"\u061c":"\r\nVALID  forged\u2028VALID"}"#;
    format!("{}.{}.AA", encode_url(header.as_bytes()), encode_url(payload.as_bytes()))
}

/// Tells whether a text acts on no terminal, and has no line that an input began.
fn is_harmless(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text).expect("output is UTF-8");
    let acts = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    !text.contains(acts) && !text.lines().any(|line| line.starts_with("VALID"))
}

#[test]
fn nothing_from_an_input_acts_on_the_terminal() {
    let token = hostile_token();
    let name = "no\u{1b}[31msuch\u{202e}\nVALID";
    let record = format!(r#"{{"id":"\u001b[2J","artefact":"{token}","\u001bx":1}}"#);
    for (args, stdin) in [
        (&["verify", "--unbound", "-"][..], token.as_str()),
        (&["verify", "--unbound", "--explain", "-"], &token),
        (&["verify", "--unbound", "--format", "json", "-"], &token),
        (&["verify", "-"], &token),
        (&["verify", "--format", "ndjson", name], ""),
        (&["verify", name], ""),
        (&["verify", "--ndjson", "--format", "text", "-"], &record),
        (&["verify", "--ndjson", "-"], &record),
        (&["verify", "--policy", name, "-"], ""),
        (&["decode", "-"], &token),
        (&["decode", "--format", "json", "-"], &token),
        (&["decode", name], ""),
        (&["jwks", "show", name], ""),
        (&["jwks", "show", "-"], r#"{"keys":[{"kty":"\u001b","kid":"\u009b2J"}]}"#),
    ] {
        let output = run(args, stdin.as_bytes());
        assert!(is_harmless(&output.stdout), "{args:?}: {:?}", output.stdout);
        assert!(is_harmless(&output.stderr), "{args:?}: {:?}", output.stderr);
        assert!(!output.stdout.is_empty() || !output.stderr.is_empty(), "{args:?}");
    }
    let shown = run(&["verify", "--unbound", "-"], token.as_bytes()).stdout;
    let shown = unbroken(&String::from_utf8(shown).expect("output is UTF-8"));
    let quoted = r"algorithm `\u001b[31mRS256\u202e\u2066\nVALID  forged` is not supported";
    assert!(shown.contains(quoted), "{shown}");
}

#[test]
fn no_secret_is_in_any_output() {
    let secret = "MockClientSecret";
    // Base64 without the last characters, which depend on what follows.
    let forms = [
        secret.to_owned(),
        hex::encode(secret.as_bytes()),
        base64::encode_standard(&secret.as_bytes()[..15]),
        format!("{:?}", secret.as_bytes()).trim_matches(['[', ']']).to_owned(),
    ];
    let response = seed("otp-response.json");
    let folder = Folder::new("secrets");
    let file = folder.file("secret", format!("{secret}\n").as_bytes());
    let body = folder.file("response", response.as_bytes());
    for args in [
        &[
            "otp",
            "request",
            "--client-id",
            "c",
            "--user-id",
            "u",
            "--expires",
            "1649405103",
            "--secret-file",
            &file,
        ][..],
        &[
            "otp",
            "request",
            "--client-id",
            "c",
            "--user-id",
            "u",
            "--expires",
            "never",
            "--secret-file",
            &file,
        ],
        &["otp", "open", "--secret-file", &file, "--key-derivation", "auto", &body],
        &["otp", "open", "--secret-file", &file, "--key-derivation", "hex", &body],
        &["otp", "open", "--secret-file", &file, "--key-derivation", "auto", &file],
        &["verify", &file],
        &["verify", "--explain", "--key", &file, &body],
        &["verify", "--policy", &file, &body],
        &["jwks", "show", &file],
        &["decode", &file],
    ] {
        let output = run(args, b"");
        for stream in [output.stdout, output.stderr] {
            let text = String::from_utf8_lossy(&stream);
            for form in &forms {
                assert!(!text.contains(form), "{args:?}: {form} in {text}");
            }
        }
    }
}

#[test]
fn a_reader_that_leaves_ends_the_run_quietly() {
    let record = format!("{{\"artefact\":\"{}\",\"unbound\":true}}\n", certificate());
    let mut child = countersign(&["verify", "--ndjson", "-"]).spawn().expect("the command starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let text = record.repeat(5000);
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("the command ends");
    // Its stdin may be closed before everything was written.
    let _ = writer.join().expect("the writer ends");
    assert_eq!(output.stderr, b"");
    assert_eq!(output.status.code(), Some(3), "what was not reported is undecided");
}

#[test]
fn an_output_that_cannot_be_written_is_no_success() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        eprintln!("skipped: there is no /dev/full");
        return;
    };
    let mut command = countersign(&["verify", "--policy", "test-vectors/seed/policy.toml", "-"]);
    let mut child = command.stdout(Stdio::from(full)).spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    stdin.write_all(certificate().as_bytes()).expect("stdin is read");
    drop(stdin);
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write"));
}

#[test]
fn a_file_beyond_the_limit_is_not_read_whole() {
    let folder = Folder::new("large");
    let path = folder.path("sparse");
    // A file of holes: 64 GiB that would not fit into memory.
    File::create(&path).and_then(|file| file.set_len(64 << 30)).expect("the file is made");
    for (args, code) in
        [(&["verify", &path][..], 1), (&["decode", &path], 1), (&["jwks", "show", &path], 1)]
    {
        let output = run(args, b"");
        assert_eq!(output.status.code(), Some(code));
        let text = [output.stdout, output.stderr].concat();
        assert!(String::from_utf8_lossy(&text).contains("too-large"), "{args:?}");
    }
    let output = run(&["verify", "--key", &path, "-"], b"");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_line_beyond_the_limit_is_a_report_and_the_next_line_is_verified() {
    let mut text = vec![b' '; 5 << 20];
    text.extend(format!("\n{{\"id\":\"next\",\"artefact\":\"{}\"}}\n", certificate()).into_bytes());
    let output =
        run(&["verify", "--ndjson", "--policy", "test-vectors/seed/policy.toml", "-"], &text);
    let lines = String::from_utf8(output.stdout).expect("output is UTF-8");
    let lines: Vec<_> = lines.lines().collect();
    let [first, second] = *lines else { panic!("one report a line") };
    assert!(first.contains(r#""id":"-:1""#) && first.contains(r#""code":"too-large""#), "{first}");
    assert!(second.contains(r#""id":"next""#) && second.contains(r#""code":"ok""#), "{second}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn many_files_give_the_same_output_at_any_number_of_threads() {
    let names = ["dvs-verify-response.json", "registered-devices-response.json", "dvs-jwks.json"];
    let names: Vec<_> = names.iter().map(|name| format!("test-vectors/seed/{name}")).collect();
    let mut outputs = ["1", "2", "7"].iter().map(|threads| {
        let mut args = vec!["verify", "--format", "json", "--threads", threads];
        args.extend(["--policy", "test-vectors/seed/policy.toml"]);
        args.extend((0..100).flat_map(|_| names.iter().map(String::as_str)));
        run(&args, b"")
    });
    let first = outputs.next().expect("there is one");
    assert_eq!(first.stdout.iter().filter(|byte| **byte == b'\n').count(), 302);
    assert_eq!(first.status.code(), Some(1));
    assert!(outputs.all(|output| output == first));
}

/// Records of every kind, with terms of several kinds, good, altered, and no records at all.
fn mixed_records() -> Vec<String> {
    // The first character of a signature, or a millisecond.
    let altered = |token: String, from: &str, to: &str| {
        assert!(token.contains(from), "{from} in {token}");
        token.replacen(from, to, 1)
    };
    let body = seed("registered-devices-response.json");
    let registration =
        body.split('"').max_by_key(|text| text.len()).unwrap_or_default().to_string();
    let artefacts = [
        certificate(),
        altered(certificate(), ".Bo", ".Co"),
        seed("dvs-verify-response.json"),
        registration.clone(),
        altered(registration.clone(), "OjI5LjkxOFoi", "OjI5LjkxOVoi"),
        body,
        jws(),
        altered(jws(), ".cC", ".dC"),
        hostile_token(),
        seed("otp-response.json"),
        "nothing known".into(),
        String::new(),
    ];
    let terms = [
        r#","at":"issued""#,
        r#","at":1649404585,"allow_rsa_1024":true,"hash":"74657374""#,
        r#","at":1649404585,"allow_rsa_1024":true,"unbound":true,"leeway":7"#,
        r#","at":1300819370,"hash":"00","leeway":300"#,
        r#","at":1300819370,"issuer":"joe""#,
        r#","at":1300819370,"kind":"jws","subject":"s""#,
        r#","at":1300819370,"misspelt":1"#,
    ];
    let mut records = Vec::new();
    for terms in terms {
        for artefact in &artefacts {
            let id = records.len();
            let artefact = Value::from(artefact.as_str());
            records.push(format!("{{\"id\":{id},\"artefact\":{artefact}{terms}}}\n"));
        }
    }
    records
}

/// Leaves out where each record stood.
fn without_places(reports: &str) -> String {
    let without = |line: &str| {
        let (before, after) = line.split_once(r#""place":"-:"#).expect("every report has a place");
        let (_, after) = after.split_once(',').expect("it is not the last member");
        format!("{before}{after}\n")
    };
    reports.lines().map(without).collect()
}

#[test]
fn every_record_of_a_mixed_stream_has_the_report_that_it_has_alone() {
    let folder = Folder::new("mixed");
    let policy = format!(
        "dvs-certificate.keys = ['{0}/test-vectors/seed/dvs-jwks.json']
         mosip-registration.keys = ['{0}/test-vectors/seed/mosip-signer.jwk.json']
         jws.keys = ['{0}/crates/cli/tests/cmd/data/rfc7515-a2.jwk.json']
         jws.unbound = true",
        root().display()
    );
    let policy = folder.file("policy.toml", policy.as_bytes());
    let verify = |threads: &str, text: &str| {
        let args = ["verify", "--ndjson", "--trust-records", "--threads", threads];
        let output = run(&[&args[..], &["--policy", &policy, "-"]].concat(), text.as_bytes());
        assert_eq!(output.stderr, b"");
        without_places(&String::from_utf8(output.stdout).expect("output is UTF-8"))
    };
    let records = mixed_records();
    let alone: String = records.iter().map(|record| verify("1", record)).collect();
    for kind in ["dvs-certificate", "mosip-registration", "jws"] {
        let valid = format!(r#""kind":"{kind}","verdict":"valid""#);
        let invalid = format!(r#""kind":"{kind}","verdict":"invalid","code":"signature-mismatch""#);
        assert!(alone.contains(&valid) && alone.contains(&invalid), "{kind}");
    }
    for threads in ["1", "2", "7"] {
        assert_eq!(verify(threads, &records.concat()), alone, "{threads} threads");
    }
}

#[test]
fn a_live_stream_has_its_reports_before_it_ends() {
    let args = ["verify", "--ndjson", "--unbound", "-"];
    let mut child = countersign(&args).spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let mut reports = BufReader::new(child.stdout.take().expect("stdout is piped"));
    for id in ["first", "second"] {
        let record = format!("{{\"id\":\"{id}\",\"artefact\":\"{}\"}}\n", jws());
        stdin.write_all(record.as_bytes()).expect("stdin is read");
        let mut report = String::new();
        reports.read_line(&mut report).expect("stdout is UTF-8");
        assert!(report.contains(&format!(r#""id":"{id}""#)), "{report}");
    }
    drop(stdin);
    // There is no key, so it is undecided.
    assert_eq!(child.wait().expect("the command ends").code(), Some(3));
}

#[test]
fn a_bench_checks_every_verdict_and_shows_every_figure() {
    let output = run(&["bench", "--smoke"], b"");
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
    let text = String::from_utf8(output.stdout).expect("output is UTF-8");
    for line in ["dvs-certificate RS256", "mosip-registration RS256", "jws PS256", "jws ES256"] {
        assert!(text.contains(line), "{line} in {text}");
    }

    let output = run(&["bench", "--smoke", "--format", "json"], b"");
    let result = json::parse_object("bench", &output.stdout, &Limits::default());
    let result = result.expect("output is one object");
    assert_eq!(result.string("bench", "schema"), Ok("countersign.bench/1"));
    let figures = |member| match result.member(member) {
        Some(Value::Array(figures)) => figures.iter().filter_map(Value::as_object),
        _ => panic!("{member} is an array"),
    };
    let rate = |figures: &Object<'_>, of: &'static str, rate| {
        let of = figures.member(of).and_then(Value::as_object).expect("rates are an object");
        of.integer("bench", rate).expect("a rate is an integer")
    };
    for figures in figures("artefacts") {
        for of in ["one_core", "all_cores"] {
            assert!(rate(figures, of, "single") > 0 && rate(figures, of, "batch") > 0);
        }
    }
    for figures in figures("signatures") {
        for of in ["detected", "portable"] {
            assert!(rate(figures, of, "single") > 0 && rate(figures, of, "batch") > 0);
        }
    }
    assert_eq!((figures("artefacts").count(), figures("signatures").count()), (9, 4));
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell], b"");
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&output.stdout).contains("allow-rsa-1024"), "{shell}");
    }
}

#[test]
fn the_manual_page_is_roff() {
    let output = run(&["man"], b"");
    assert_eq!(output.status.code(), Some(0));
    let page = String::from_utf8_lossy(&output.stdout);
    assert!(page.contains(".TH countersign 1") && page.contains(".SH \"EXIT STATUS\""), "{page}");
}

/// A folder of one test, removed at its end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("the folder is made");
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("the path is UTF-8").to_string()
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).expect("the file is written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
