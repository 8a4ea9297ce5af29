//! Whole tokens, valid and altered in every way that we know, before other people's libraries:
//! `jsonwebtoken` and ring in this process, PyJWT and npm `jose` behind a pipe.
//!
//! The question is the same for all: does this token verify under this key and this one algorithm?
//! Claims are not judged. Where a peer says something else than this library, the difference is in
//! [`DIFFERENCES`] with its reason; one that is not, and one that does not occur any more, fails.
//!
//! `scripts/peers` installs the peers behind the pipe and prints the folder, which
//! `COUNTERSIGN_PEERS` has to name. Without it they are left out, and with `CI=true` that fails.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy takes helpers of tests for library code"
)]

mod cases;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use cases::Case;
use countersign::encoding::base64;
use countersign::jose::{Jwk, jws};
use countersign::{Limits, Policy, Secret, Time};
use jsonwebtoken::{DecodingKey, Validation};
use ring::signature;

const PYJWT: &str = "PyJWT";
const JOSE: &str = "jose";
const JSONWEBTOKEN: &str = "jsonwebtoken";

/// What peers accept and this library refuses: the case, the peers, and why it is refused here. There
/// is nothing that they refuse and this library accepts.
const DIFFERENCES: &[(&str, &[&str], &str)] = &[
    ("alg twice", &[PYJWT, JOSE], TWO_READINGS),
    ("alg twice, none first", &[PYJWT, JOSE], TWO_READINGS),
    ("payload twice the same name", &[PYJWT, JOSE, JSONWEBTOKEN], TWO_READINGS),
    ("header with a lone surrogate", &[PYJWT, JOSE], "RFC 8259 section 8.2: no text of Unicode"),
    ("header with a byte order mark", &[PYJWT, JOSE], "RFC 8259 section 8.1: must not be added"),
    ("padded signature", &[PYJWT, JOSE], ONE_TEXT),
    ("trailing bits of the signature", &[JOSE], ONE_TEXT),
    ("line break in the signature", &[JOSE], ONE_TEXT),
    ("line break behind", &[JOSE], ONE_TEXT),
    ("space behind", &[JOSE], ONE_TEXT),
    ("unknown crit", &[JSONWEBTOKEN], "RFC 7515 section 4.1.11: what is critical is understood"),
    ("empty crit", &[JSONWEBTOKEN], "RFC 7515 section 4.1.11: the list is never empty"),
    (
        "b64 false and critical",
        &[JOSE, JSONWEBTOKEN],
        "no extension is supported, not even RFC 7797",
    ),
    ("b64 false", &[JOSE, JSONWEBTOKEN], "RFC 7797 section 6: it would have to be critical"),
    ("enc", &[PYJWT, JOSE, JSONWEBTOKEN], "it belongs to an encrypted token"),
    ("zip", &[PYJWT, JOSE, JSONWEBTOKEN], "it belongs to an encrypted token"),
    ("kid that is a number", &[JOSE], "RFC 7515 section 4.1.4: a string"),
    ("typ that is a number", &[PYJWT, JOSE], "RFC 7515 section 4.1.9: a string"),
    ("kid of 300 bytes", &[PYJWT, JOSE, JSONWEBTOKEN], LIMIT),
    ("header of 20 levels", &[PYJWT, JOSE, JSONWEBTOKEN], LIMIT),
    ("header of 71 members", &[PYJWT, JOSE, JSONWEBTOKEN], LIMIT),
    ("token of 9 KB", &[PYJWT, JOSE, JSONWEBTOKEN], LIMIT),
];

const TWO_READINGS: &str = "two readers could take different values";
const ONE_TEXT: &str = "one token has one text (RFC 7515 section 2, RFC 4648 section 3)";
const LIMIT: &str = "beyond the default of `Limits`";

/// Somebody who says whether a token is valid.
trait Peer {
    fn name(&self) -> &'static str;
    /// `None` where it cannot be asked.
    fn verify(&mut self, case: &Case) -> Option<bool>;
}

fn ours(case: &Case) -> bool {
    let policy = Policy::default();
    let verifier = match case.jwk.string("key", "k") {
        Ok(k) => {
            let secret = Secret::new(base64::decode_url(k.as_bytes()).unwrap());
            jws::Verifier::with_secret(secret, policy).unwrap()
        }
        Err(_) => {
            let key = Jwk::parse(case.jwk.to_string().as_bytes(), &Limits::default()).unwrap();
            jws::Verifier::new(key.into(), policy)
        }
    };
    let now = Time::from_unix(1_700_000_000).unwrap();
    verifier.verify(case.token.as_bytes(), &jws::Expected::unbound().allow_no_expiry(), now).is_ok()
}

struct JsonWebToken;

impl Peer for JsonWebToken {
    fn name(&self) -> &'static str {
        JSONWEBTOKEN
    }

    fn verify(&mut self, case: &Case) -> Option<bool> {
        let text = |member| case.jwk.string("key", member);
        let key = match (text("k"), text("n"), text("x")) {
            (Ok(k), ..) => DecodingKey::from_secret(&base64::decode_url(k.as_bytes()).unwrap()),
            (_, Ok(n), _) => DecodingKey::from_rsa_components(n, text("e").unwrap()).unwrap(),
            (.., Ok(x)) => DecodingKey::from_ec_components(x, text("y").unwrap()).unwrap(),
            _ => return None,
        };
        let mut validation = Validation::new(case.algorithm.name().parse().ok()?);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Some(jsonwebtoken::decode::<serde_json::Value>(&case.token, &key, &validation).is_ok())
    }
}

/// Signatures only: it knows no tokens, so it is asked where nothing else was altered.
struct Ring;

impl Peer for Ring {
    fn name(&self) -> &'static str {
        "ring"
    }

    fn verify(&mut self, case: &Case) -> Option<bool> {
        if !case.only_signature {
            return None;
        }
        let (message, signature) = case.token.rsplit_once('.')?;
        let decode = |text: &str| base64::decode_url(text.as_bytes()).ok();
        let member = |name| decode(case.jwk.string("key", name).ok()?);
        let (message, signature) = (message.as_bytes(), decode(signature)?);
        let rsa: &signature::RsaParameters = match case.algorithm.name() {
            "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
            "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
            "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
            "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
            "ES256" => {
                let point = [vec![4], member("x")?, member("y")?].concat();
                let algorithm = &signature::ECDSA_P256_SHA256_FIXED;
                let key = signature::UnparsedPublicKey::new(algorithm, point);
                return Some(key.verify(message, &signature).is_ok());
            }
            _ => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &member("k")?);
                return Some(ring::hmac::verify(&key, message, &signature).is_ok());
            }
        };
        let key = signature::RsaPublicKeyComponents { n: member("n")?, e: member("e")? };
        Some(key.verify(rsa, message, &signature).is_ok())
    }
}

/// A process that reads cases and writes verdicts, a line each.
struct Piped {
    name: &'static str,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Piped {
    fn start(name: &'static str, program: &Path, script: &Path) -> Self {
        let mut command = Command::new(program);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { name, child, stdin, stdout }
    }
}

impl Peer for Piped {
    fn name(&self) -> &'static str {
        self.name
    }

    fn verify(&mut self, case: &Case) -> Option<bool> {
        let jwk: serde_json::Value = serde_json::from_str(&case.jwk.to_string()).unwrap();
        let line = serde_json::json!({
            "alg": case.algorithm.name(), "jwk": jwk, "token": case.token,
        });
        writeln!(self.stdin.as_mut().unwrap(), "{line}").expect("the peer reads");
        let mut verdict = String::new();
        self.stdout.read_line(&mut verdict).expect("the peer answers");
        match verdict.trim_end() {
            "true" => Some(true),
            "false" => Some(false),
            other => panic!("{} says {other:?}", self.name),
        }
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        // The end of its input is the end of its work.
        self.stdin = None;
        let _ = self.child.wait();
    }
}

fn peers() -> Vec<Box<dyn Peer>> {
    let mut peers: Vec<Box<dyn Peer>> = vec![Box::new(JsonWebToken), Box::new(Ring)];
    match std::env::var_os("COUNTERSIGN_PEERS") {
        Some(folder) => {
            let folder = Path::new(&folder);
            let python = folder.join("python/bin/python3");
            peers.push(Box::new(Piped::start(PYJWT, &python, &folder.join("verify.py"))));
            let node = Path::new("node");
            peers.push(Box::new(Piped::start(JOSE, node, &folder.join("verify.mjs"))));
        }
        None => {
            let in_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
            assert!(!in_ci, "COUNTERSIGN_PEERS names no folder; see scripts/peers");
            eprintln!("PyJWT and jose are not asked: COUNTERSIGN_PEERS names no folder");
        }
    }
    peers
}

#[test]
fn peers_say_the_same_of_every_token_or_differ_for_a_reason_we_know() {
    let cases = cases::all();
    let verdicts: Vec<bool> = cases.iter().map(ours).collect();
    for (case, verdict) in cases.iter().zip(&verdicts) {
        assert_eq!(*verdict, case.valid, "{} {}", case.algorithm, case.name);
    }
    let mut unknown = BTreeSet::new();
    for mut peer in peers() {
        let (mut asked, mut differ, mut seen) = (0, 0, BTreeSet::new());
        for (case, ours) in cases.iter().zip(&verdicts) {
            let Some(theirs) = peer.verify(case) else { continue };
            asked += 1;
            if theirs == *ours {
                continue;
            }
            differ += 1;
            let listed = |(what, peers, _): &(&str, &[&str], &str)| {
                *what == case.name && peers.contains(&peer.name())
            };
            if theirs && DIFFERENCES.iter().any(listed) {
                seen.insert(case.name);
            } else {
                let verdict = if theirs { "accepts" } else { "refuses" };
                let (peer, name) = (peer.name(), case.name);
                unknown.insert(format!("{peer} {verdict} {name} ({})", case.algorithm));
            }
        }
        eprintln!("{}: {asked} tokens, {differ} differences", peer.name());
        assert!(asked > 50, "{} was asked next to nothing", peer.name());
        for (what, peers, reason) in DIFFERENCES {
            let stale = peers.contains(&peer.name()) && !seen.contains(what);
            assert!(!stale, "{} refuses `{what}`, too ({reason})", peer.name());
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}
