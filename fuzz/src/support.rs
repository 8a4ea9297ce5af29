//! Input that decides what is built, the properties of every verifier, and keys to verify with.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::LazyLock;

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine as _};
use countersign::jose::{Jwk, JwkSet};
use countersign::{
    At, Code, Error, Item, Leeway, Limits, Policy, Report, Rsa1024, Time, Verdict, Verify,
};
use countersign_testkit::accept_all;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::oracle::{self, Marks};

/// What is left of the input.
pub struct Input<'d>(pub &'d [u8]);

impl<'d> Input<'d> {
    /// Takes a byte; zero at the end.
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    pub fn word(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::from(self.byte()) % from.len()]
    }

    /// Takes at most so many bytes.
    pub fn take(&mut self, most: usize) -> &'d [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Takes what stands before the next `0xff`, a byte that is nowhere in UTF-8.
    pub fn part(&mut self) -> &'d [u8] {
        let end = self.0.iter().position(|b| *b == 0xff);
        let part = &self.0[..end.unwrap_or(self.0.len())];
        self.0 = self.0.get(part.len() + 1..).unwrap_or_default();
        part
    }

    pub fn at(&mut self) -> At {
        // The moments at which the vectors are judged, their neighbours, and any other.
        let near = |middle: i64, offset: u8| middle + i64::from(offset.cast_signed());
        let seconds = match self.byte() {
            0 => return At::Issued,
            1 => near(1_649_404_585, self.byte()),
            2 => near(1_578_900_330, self.byte()),
            3 => near(0, self.byte() & 0x7f),
            4 => near(253_402_300_799, self.byte() | 0x80),
            _ => i64::try_from(self.word() << 16 | self.word()).unwrap(),
        };
        At::Time(Time::from_unix(seconds).unwrap_or_else(|| Time::from_unix(0).unwrap()))
    }

    pub fn leeway(&mut self) -> Leeway {
        Leeway::from_seconds(u16::from(self.byte())).unwrap_or_default()
    }
}

/// Judges an input, and checks what holds for every verdict.
pub fn judge<V: Verify<Verified: PartialEq + Debug>>(
    verifier: &V,
    input: &[u8],
    expected: &V::Expected,
    at: At,
) -> Result<V::Verified, Error> {
    let verified = verifier.verify(input, expected, at);
    let report = verifier.explain(input, expected, at);
    check_report(&report, verified.as_ref().map_or_else(Error::code, |_| Code::Ok));
    let item = Item { input, expected, at };
    let batch = verifier.verify_batch(&[item, Item { input: b"", ..item }, item]);
    assert_eq!([&batch[0], &batch[2]], [&verified; 2], "a batch and a single call");
    verified
}

/// Checks a report against the verdict that it explains.
pub fn check_report(report: &Report, code: Code) {
    assert_eq!(report.code(), code, "`verify` and `explain`: {report:?}");
    assert_eq!(report.verdict(), Verdict::from(code));
    assert_eq!(report.claims.is_some(), code == Code::Ok, "claims are shown if they are verified");
    let text = report.to_json().to_string();
    serde_json::from_str::<IgnoredAny>(&text).expect("a report is JSON");
    assert!(!text.chars().any(char::is_control), "a report is harmless to a terminal: {text}");
}

/// Keys of one group of a file of vectors, and the policy of that group.
pub struct Group {
    pub keys: JwkSet,
    pub policy: Policy,
    /// Of the usable keys.
    marks: Vec<Marks>,
}

impl Group {
    /// Returns the policy with a backend that finds every signature valid.
    pub fn believing(&self) -> Policy {
        self.policy.with_backend(accept_all())
    }

    /// Returns the keys as the oracle has them.
    pub fn oracle_keys(&self) -> oracle::Keys<'_> {
        oracle::Keys { set: &self.keys, marks: &self.marks }
    }
}

/// One of the project's files of vectors.
pub struct Vectors {
    pub groups: Vec<Group>,
    /// The inputs of every group.
    pub inputs: Vec<Vec<u8>>,
}

impl Vectors {
    fn parse(text: &str) -> Self {
        let file: Value = serde_json::from_str(text).unwrap();
        let (mut groups, mut inputs) = (Vec::new(), Vec::new());
        for group in file["testGroups"].as_array().unwrap() {
            let tests = group["tests"].as_array().unwrap();
            inputs.extend(tests.iter().filter_map(|test| Some(test["input"].as_str()?.into())));
            let Some(keys) = keys(&group["keys"]) else { continue };
            let mut policy = Policy::default();
            if group["policy"]["rsa1024"] == "allow" {
                policy = policy.with_rsa_1024(Rsa1024::Allow);
            }
            let usable = |index| keys.problems().iter().all(|problem| problem.index != index);
            let marks = match group["keys"]["jwks"]["keys"].as_array() {
                Some(jwks) => {
                    let jwks = jwks.iter().enumerate();
                    jwks.filter(|(i, _)| usable(*i)).map(|(_, jwk)| Marks::of(jwk)).collect()
                }
                // Keys in PEM have none here.
                None => keys.keys().iter().map(|_| Marks::default()).collect(),
            };
            groups.push(Group { keys, policy, marks });
        }
        Self { groups, inputs }
    }

    pub fn group(&self, input: &mut Input<'_>) -> &Group {
        input.pick(&self.groups)
    }
}

/// Reads public keys; a secret is none.
fn keys(keys: &Value) -> Option<JwkSet> {
    let limits = Limits::default();
    if let Some(set) = keys.get("jwks") {
        return JwkSet::parse(set.to_string().as_bytes(), &limits).ok();
    }
    let mut set = JwkSet::default();
    for pem in keys.get("pem")?.as_array()? {
        set.push(Jwk::from_pem(pem.as_str()?.as_bytes()).ok()?);
    }
    Some(set)
}

macro_rules! vectors {
    ($($name:ident = $file:literal;)+) => {
        $(pub static $name: LazyLock<Vectors> = LazyLock::new(|| {
            Vectors::parse(include_str!(concat!("../../test-vectors/", $file, ".json")))
        });)+
    };
}

vectors! {
    JWS = "jws";
    DVS = "dvs-certificate";
    REGISTRATION = "mosip-registration";
}

/// The decoded parts of a token, read as tolerantly as can be: vectors with damaged texts hold genuine
/// signatures too, and the fuzzer finds out how to write them properly.
pub fn parts(token: &[u8]) -> Vec<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    let decode = |part: &[u8]| {
        let digit = |b: &u8| match b {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(*b),
            _ => b.is_ascii_alphanumeric().then_some(*b),
        };
        engine.decode(part.iter().filter_map(digit).collect::<Vec<u8>>()).unwrap_or_default()
    };
    token.split(|b| *b == b'.').map(decode).collect()
}

/// The token of an answer, or the input itself.
fn token_of(input: &[u8], member: &str) -> Vec<u8> {
    let answer = serde_json::from_slice::<Value>(input).ok();
    let token = answer.as_ref().and_then(|answer| answer[member].as_str());
    token.map_or_else(|| input.to_vec(), Into::into)
}

/// Header, payload and signature of every token that somebody signed: those of the vectors. Nobody
/// but the fuzzer makes others, and it has no private keys.
static TOKENS: LazyLock<HashSet<Vec<Vec<u8>>>> = LazyLock::new(|| {
    let inputs = [&JWS, &DVS].into_iter().flat_map(|vectors| &vectors.inputs);
    inputs.map(|input| parts(&token_of(input, "certificate"))).collect()
});

/// Tells whether somebody signed this token.
pub fn is_genuine(token: &[u8]) -> bool {
    TOKENS.contains(&parts(token))
}

/// Payload and signature of an answer. The outer headers of the older eras are not signed.
fn registered(token: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut found = parts(token);
    let (third, payload) = (found.pop()?, found.pop()?);
    // The answer of a signing service is text: a token or, in the oldest era, base64.
    let signature = if third.is_ascii() { parts(&third).pop()? } else { third };
    Some((payload, signature))
}

static REGISTRATIONS: LazyLock<HashSet<(Vec<u8>, Vec<u8>)>> = LazyLock::new(|| {
    let tokens = REGISTRATION.inputs.iter().map(|input| token_of(input, "response"));
    tokens.filter_map(|token| registered(&token)).collect()
});

/// Tells whether somebody signed this registration answer.
pub fn is_genuine_registration(answer: &[u8]) -> bool {
    registered(&token_of(answer, "response")).is_some_and(|signed| REGISTRATIONS.contains(&signed))
}
