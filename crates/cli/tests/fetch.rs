//! Key sets from a server on the loopback interface: what is written, and how a run ends.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

#[allow(dead_code, reason = "shared with the other cases")]
mod support;

#[path = "../../fetch/tests/fetch/server.rs"]
#[allow(unreachable_pub, dead_code, missing_docs, reason = "shared with the library's tests")]
mod server;

use std::path::PathBuf;
use std::process::Output;

use countersign::sha256;
use server::{Behaviour, Server};
use support::countersign;

const SET: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = countersign(args).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

fn digest() -> String {
    countersign::encoding::hex::encode(&sha256(SET.as_bytes()))
}

/// A file of this test in a folder of its own.
fn file(name: &str, content: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fetch");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    std::fs::write(&path, content).expect("written");
    path
}

#[test]
fn a_set_is_written_as_it_is_pinned_and_refused_with_another_digest() {
    let server = Server::https(Behaviour::keys(SET));
    let ca = file("ca.pem", server.authority.as_deref().expect("https"));
    let ca = ca.to_str().expect("UTF-8");
    let out = file("pinned.json", "");
    let url = server.url("/jwks");
    let fetch = ["jwks", "fetch", &url, "--allow-private", "localhost", "--ca", ca];
    let (code, stdout, stderr) = run(&fetch);
    assert_eq!((code, stdout.as_str()), (Some(0), SET), "{stderr}");
    assert!(stderr.contains(&digest()) && stderr.contains("1 usable keys"), "{stderr}");

    let out = out.to_str().expect("UTF-8");
    let pin = digest().to_uppercase();
    let pinned = [&fetch[..], &["--pin", &pin, "--out", out]].concat();
    assert_eq!(run(&pinned).0, Some(0));
    assert_eq!(std::fs::read_to_string(out).expect("written"), SET);

    server.set(Behaviour::keys(&SET.replace("\"a\"", "\"b\"")));
    let (code, stdout, stderr) = run(&pinned);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("hash-mismatch"), "{stderr}");
    assert_eq!(std::fs::read_to_string(out).expect("kept"), SET);

    let changed = file("changed.json", &SET.replace("\"a\"", "\"b\""));
    let changed = changed.to_str().expect("UTF-8");
    let (code, stdout, _) = run(&["jwks", "diff", out, changed]);
    assert_eq!(code, Some(1));
    assert!(stdout.starts_with("- a  ES256  ") && stdout.contains("\n+ b  ES256  "), "{stdout}");
    assert_eq!(run(&["jwks", "diff", out, out]), (Some(0), String::new(), String::new()));
    let (_, json, _) = run(&["jwks", "diff", out, changed, "--format", "json"]);
    assert!(json.starts_with(r#"{"removed":[{"kid":"a","alg":"ES256","thumbprint":""#), "{json}");
}

#[test]
fn an_outage_leaves_everything_undecided_and_a_misuse_says_which_option() {
    let server = Server::http(Behaviour::Answer(503, Vec::new(), Vec::new()));
    let url = server.url("/jwks");
    let allowed = ["--allow-plain", "localhost", "--allow-private", "localhost"];
    let token = file("token.jws", &support::jws());
    let token = token.to_str().expect("UTF-8");
    for command in [vec!["jwks", "fetch", &url], vec!["verify", token, "--jwks", &url]] {
        let run = |more: &[&str]| {
            let (code, stdout, stderr) = run(&[&command[..], more].concat());
            assert_eq!(stdout, "", "{command:?}");
            (code, stderr)
        };
        for (behaviour, reason) in [
            (Behaviour::Answer(503, Vec::new(), Vec::new()), "unreachable"),
            (Behaviour::keys("{"), "unreachable"),
            (Behaviour::keys(r#"{"keys":[]}"#), "no-key"),
            (Behaviour::redirect("https://other.example/"), "unreachable"),
        ] {
            server.set(behaviour);
            let (code, stderr) = run(&allowed);
            assert_eq!(code, Some(3), "{stderr}");
            assert!(stderr.starts_with(&format!("error: {reason}: http://localhost:")), "{stderr}");
        }
        let (code, stderr) = run(&[]);
        assert_eq!(code, Some(2));
        assert!(stderr.contains("--allow-plain localhost"), "{stderr}");
        let (code, stderr) = run(&allowed[..2]);
        assert_eq!(code, Some(2));
        assert!(stderr.contains("--allow-private localhost"), "{stderr}");
    }
    let (code, _, stderr) = run(&["jwks", "fetch", "https://a.example/", "--pin", "00"]);
    assert_eq!((code, stderr.contains("64 hexadecimal digits")), (Some(2), true));
    assert_eq!(run(&["jwks", "fetch", "file:///etc/passwd"]).0, Some(2));
}

#[test]
fn what_is_no_key_set_is_named_with_the_way_out() {
    let server = Server::http(Behaviour::keys(SET));
    let url = server.url("/jwks");
    let fetch = |more: &[&str]| {
        let network = ["--allow-plain", "localhost", "--allow-private", "localhost"];
        run(&[&["jwks", "fetch", &url], &network[..], more].concat())
    };
    let html = vec![("Content-Type".to_owned(), "text/html".to_owned())];
    server.set(Behaviour::Answer(200, html, SET.as_bytes().to_vec()));
    let (code, _, stderr) = fetch(&[]);
    assert_eq!(code, Some(3));
    assert!(stderr.contains("`text/html`") && stderr.contains("--allow-any-type"), "{stderr}");
    assert_eq!(fetch(&["--allow-any-type"]).0, Some(0));

    server.set(Behaviour::json(SET, &[("Content-Encoding", "gzip")]));
    let (code, _, stderr) = fetch(&[]);
    assert_eq!(code, Some(3));
    assert!(stderr.contains("gzip"), "{stderr}");

    let metadata = |uri: &str| Box::new(Behaviour::keys(&format!(r#"{{"jwks_uri":"{uri}"}}"#)));
    let keys = || Box::new(Behaviour::keys(SET));
    server.set(Behaviour::At("/jwks", metadata(&server.url("/keys")), keys()));
    let (code, stdout, stderr) = fetch(&[]);
    assert_eq!((code, stdout.as_str()), (Some(0), SET), "{stderr}");
    server.set(Behaviour::At("/jwks", metadata("https://other.example/keys"), keys()));
    let (code, _, stderr) = fetch(&[]);
    assert_eq!(code, Some(3));
    assert!(stderr.contains("`https://other.example/keys`"), "{stderr}");
}

#[test]
fn a_token_is_verified_with_a_fetched_set_and_the_report_says_which() {
    let key = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
    let set = format!(r#"{{"keys":[{key}]}}"#);
    let server = Server::http(Behaviour::keys(&set));
    let url = server.url("/jwks");
    let token = file("valid.jws", &support::jws());
    let token = token.to_str().expect("UTF-8");
    let verify = |keys: &str| {
        let network = ["--allow-plain", "localhost", "--allow-private", "localhost"];
        let verify = [
            "verify",
            token,
            "--unbound",
            "--jwks",
            keys,
            "--at",
            "1300819379",
            "--format",
            "json",
        ];
        run(&[&verify[..], &network].concat())
    };
    let (code, fetched, stderr) = verify(&url);
    assert_eq!(code, Some(0), "{stderr}");
    let digest = countersign::encoding::hex::encode(&sha256(set.as_bytes()));
    let member = format!(r#""key_set":{{"sha256":"{digest}","fetched":"20"#);
    assert!(fetched.contains(&member), "{fetched}");

    // The same set out of a file: the same report, but for the time.
    let path = file("set.json", &set);
    let (code, from_file, _) = verify(path.to_str().expect("UTF-8"));
    assert_eq!(code, Some(0));
    let start = fetched.find(",\"fetched\"").expect("a time");
    let end = start + fetched[start..].find('}').expect("an end");
    assert_eq!(format!("{}{}", &fetched[..start], &fetched[end..]), from_file);
}
