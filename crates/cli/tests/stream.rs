//! A long stream: order, sameness, and memory that does not grow.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

#[allow(dead_code, reason = "shared with the other cases")]
mod support;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::process::Child;
use std::thread;

use support::{certificate, countersign, seed};

const RECORDS: usize = 100_000;
const BAD_LINE: usize = RECORDS / 2;

/// The members after `id` of records of every sort, and the code that each must get.
fn templates() -> Vec<(String, &'static str)> {
    let token = certificate();
    let forged = token.replacen("eyJjQXQiOjE2", "eyJjQXQiOjI2", 1);
    assert_ne!(forged, token, "the payload begins as expected");
    let answer = seed("dvs-verify-response.json");
    let request = seed("dvs-verify-request.json");
    let registration = seed("registered-devices-response.json");
    let device_data = seed("registered-devices-request.json");
    // RFC 7515 appendix A.2; the policy has no key for it.
    let jws = support::jws();
    let names = r#""issuer":"joe","audience":"a""#;
    let line = |members: String| members.replace(['\n', '\r'], " ");
    vec![
        (line(format!(r#""artefact":{answer},"at":1649404585,"hash":"74657374""#)), "ok"),
        (line(format!(r#""artefact":"{token}","request":{request}"#)), "ok"),
        (line(format!(r#""artefact":"{token}","at":1649404590,"unbound":true"#)), "expired"),
        (line(format!(r#""artefact":{registration}"#)), "ok"),
        (line(format!(r#""artefact":"{forged}","hash":"74657374""#)), "signature-mismatch"),
        (line(format!(r#""artefact":"{jws}","at":1300819379,{names}"#)), "no-key"),
        (line(format!(r#""artefact":{device_data},"at":"issued""#)), "unsigned-layer"),
        (line(format!(r#""artefact":"{token}","leeways":5"#)), "malformed"),
        (line(format!(r#""artefact":"{token}","allow_rsa_1024":false"#)), "key-too-small"),
    ]
}

/// What a run gave, without keeping it.
#[derive(Debug, PartialEq)]
struct Summary {
    digest: u64,
    exit: Option<i32>,
}

/// Feeds a stream to the command and looks at every report as it comes. Returns the peak memory
/// of the command in KiB as well, where the system tells.
fn run(records: usize, threads: &str) -> (Summary, Option<u64>) {
    let policy = "test-vectors/seed/policy.toml";
    let args =
        ["verify", "--ndjson", "--trust-records", "--threads", threads, "--policy", policy, "-"];
    let mut child = countersign(&args).spawn().expect("the command starts");
    let templates = templates();
    let stdin = child.stdin.take().expect("stdin is piped");
    let stdout = child.stdout.take().expect("stdout is piped");
    let mut digest = DefaultHasher::new();
    let mut peak = None;
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut stdin = BufWriter::new(stdin);
            for (index, (members, _)) in (0..records).zip(templates.iter().cycle()) {
                let written = if index == BAD_LINE {
                    writeln!(stdin, "{{\"id\":\"{index}\", this is no JSON")
                } else {
                    writeln!(stdin, "{{\"id\":\"{index}\",{members}}}")
                };
                written.expect("the command reads to the end");
            }
        });
        let mut count = 0;
        for line in BufReader::new(stdout).lines() {
            let line = line.expect("reports are UTF-8");
            let (id, code) = match templates.get(count % templates.len()) {
                _ if count == BAD_LINE => (format!("-:{}", count + 1), "malformed"),
                Some((_, code)) => (count.to_string(), *code),
                None => panic!("there are templates"),
            };
            let start = format!(r#"{{"schema":"countersign.report/1","id":"{id}","#);
            assert!(line.starts_with(&start), "record {count} in its place: {line}");
            assert!(line.contains(&format!(r#","code":"{code}","#)), "{code}: {line}");
            line.hash(&mut digest);
            count += 1;
            if count % 1000 == 0 {
                peak = peak_memory(&child).or(peak);
            }
        }
        assert_eq!(count, records, "one report a line");
    });
    let exit = child.wait().expect("the command ends").code();
    (Summary { digest: digest.finish(), exit }, peak)
}

/// Reads `VmHWM` of Linux: the most memory that the process ever had.
fn peak_memory(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn a_hundred_thousand_records_keep_their_order_and_take_no_more_memory_than_a_few() {
    let (two, peak) = run(RECORDS, "2");
    assert_eq!(two.exit, Some(1), "invalid beats undecided");
    let (again, _) = run(RECORDS, "2");
    assert_eq!(two, again, "the same input gives the same bytes");
    let (one, _) = run(RECORDS, "1");
    assert_eq!(two, one, "at any number of threads");

    let (Some(peak), (_, Some(few))) = (peak, run(RECORDS / 10, "2")) else {
        eprintln!("memory not compared: there is no /proc");
        return;
    };
    assert!(peak < few + few / 2, "{peak} KiB for {RECORDS} records, {few} KiB for a tenth");
    assert!(peak < 64 * 1024, "{peak} KiB");
}
