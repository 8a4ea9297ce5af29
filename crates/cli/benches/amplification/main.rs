//! What a byte of hostile input costs: CPU time for each KiB, of every entry point that reads what
//! somebody else sent.
//!
//! The inputs are those of `tests/work.rs`, which counts their steps: at the limits, with keys and
//! certificates of the largest size and the most expensive exponent, ladders and crowds of
//! authorities, key sets of 64 keys, elements as small as they can be. The sender chooses the message
//! and nothing else; the keys that the verifier has are of usual exponent. Every verdict is asserted,
//! and the ten inputs that cost most are printed. `--test` asserts the verdicts only.
#![allow(
    clippy::as_conversions,
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a benchmark cannot set up, it cannot measure"
)]

use std::rc::Rc;
use std::time::Duration;

use countersign::encoding::base64::encode_standard;
use countersign::encoding::hex;
use countersign::encoding::json::{self, Object};
use countersign::encoding::percent::Plus;
use countersign::jose::{Jwk, JwkSet, jws};
use countersign::miracl::dvs::{self, signature};
use countersign::miracl::token::{self, id};
use countersign::mosip::device;
use countersign::mosip::registration;
use countersign::x509::Certificate;
use countersign::{Algorithm, Code, Error, Item, Limits, Policy, Report, Secret, Verify};
use countersign_testkit::{
    self as testkit, Authority, EcIssuer, Issuer, Pki, Rng, RsaIssuer, mosip,
};
use cpu_time::ThreadTime;
use hostile::{NOW, Smooth, crowd, digital_id, ladder, template, time};

mod devices;
mod edges;
#[path = "../../../../tests/work/hostile.rs"]
mod hostile;
mod parsers;
mod tokens;

/// What no input should exceed, in milliseconds for each KiB.
const AIM: f64 = 2.0;

/// How many of the worst are printed.
const WORST: usize = 10;

/// Inputs of one batch.
const BATCH: usize = 8;

/// CPU time that one case is measured for.
const ENOUGH: Duration = Duration::from_millis(60);

/// One input of one entry point, the verdict that has to come out, and how to get it.
struct Case {
    name: String,
    bytes: usize,
    expected: Code,
    run: Box<dyn Fn() -> Code>,
}

#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(
        &mut self,
        name: String,
        bytes: usize,
        expected: Code,
        run: impl Fn() -> Code + 'static,
    ) {
        self.0.push(Case { name, bytes, expected, run: Box::new(run) });
    }

    fn parser<T>(
        &mut self,
        entry: &str,
        inputs: Vec<(&str, Vec<u8>, Code)>,
        parse: impl Fn(&[u8]) -> Result<T, Error> + 'static,
    ) {
        let parse = Rc::new(parse);
        for (what, input, expected) in inputs {
            let (name, parse) = (format!("{entry}: {what}"), Rc::clone(&parse));
            self.add(name, input.len(), expected, move || code(&parse(&input)));
        }
    }

    /// All four ways of a verifier.
    fn verifier<V: Verify + 'static>(
        &mut self,
        kind: &str,
        verifier: V,
        expected: V::Expected,
        inputs: Vec<(&str, String, Code)>,
    ) {
        type Run<V> = fn(&V, Item<'_, <V as Verify>::Expected>) -> Code;
        let ways: [(&str, usize, Run<V>); 4] = [
            ("verify", 1, |v, item| code(&v.verify(item.input, item.expected, item.at))),
            ("explain", 1, |v, item| v.explain(item.input, item.expected, item.at).code()),
            ("verify_batch", BATCH, |v, item| {
                only(v.verify_batch(&[item; BATCH]).iter().map(code))
            }),
            ("explain_batch", BATCH, |v, item| {
                only(v.explain_batch(&[item; BATCH]).iter().map(Report::code))
            }),
        ];
        let (verifier, wanted) = (Rc::new(verifier), Rc::new(expected));
        for (what, input, code) in inputs {
            for (way, times, run) in ways {
                let (verifier, wanted) = (Rc::clone(&verifier), Rc::clone(&wanted));
                let (name, bytes) = (format!("{kind}, {way}: {what}"), times * input.len());
                let input = input.clone();
                self.add(name, bytes, code, move || {
                    let at = time(NOW).into();
                    run(&verifier, Item { input: input.as_bytes(), expected: &wanted, at })
                });
            }
        }
    }
}

fn code<T>(verdict: &Result<T, Error>) -> Code {
    verdict.as_ref().err().map_or(Code::Ok, Error::code)
}

/// A batch is of one input, so it has one verdict.
fn only(codes: impl IntoIterator<Item = Code>) -> Code {
    let codes: Vec<Code> = codes.into_iter().collect();
    assert!(codes.len() == BATCH && codes.iter().all(|code| *code == codes[0]), "{codes:?}");
    codes[0]
}

/// A set of 64 keys of RSA, or of P-256.
fn rsa_set(bits: usize) -> JwkSet {
    hostile::key_set(&hostile::set_of_strangers(bits, 64))
}

fn ec_set() -> JwkSet {
    let keys = hostile::ec(1, 64);
    let named = |(n, key): (usize, &EcIssuer)| key.jwk().with("kid", format!("k{n}"));
    hostile::key_set(&keys.iter().enumerate().map(named).collect::<Vec<_>>())
}

/// A token of these claims with a number in range for a signature.
fn forged(algorithm: &str, payload: &str, size: usize) -> String {
    let header = format!(r#"{{"alg":"{algorithm}","kid":"k0"}}"#);
    let input = testkit::signing_input(header.as_bytes(), payload.as_bytes());
    // Not text, as MOSIP's oldest signatures are.
    let mut number = vec![0xfe; size];
    number[0] = 1;
    testkit::join(&input, &number)
}

/// Claims that fill a token of 8 KiB.
fn many_claims(size: usize) -> String {
    let members: Vec<String> = (0..size / 8).map(|n| format!(r#""{n:03}":0"#)).collect();
    format!("{{{}}}", members.join(","))
}

const MPIN_ID: &[u8] = br#"{"iat":1,"userID":"u","cID":"p","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;

fn pki() -> Pki {
    Pki::generate(&mut Rng::from_seed(7), time(NOW - 1000), time(NOW + 1000)).unwrap()
}

/// Says what one check costs here: most figures are a few of them, so that a slower machine explains a
/// larger one.
fn reference() {
    let rsa = hostile::set_of_strangers(2048, 1)[0].to_string();
    let ec = EcIssuer::generate(&mut Rng::from_seed(1), None);
    let signature = ec.sign_raw(b"", Algorithm::Es256).unwrap();
    for (name, jwk, signature) in
        [("RSA-2048", rsa, vec![1; 256]), ("P-256", ec.jwk().to_string(), signature)]
    {
        let key = Jwk::parse(jwk.as_bytes(), &Limits::default()).unwrap();
        let check = || {
            let start = ThreadTime::now();
            let _ = key.key().verify(key.algorithm(), &[b"message"], &signature);
            start.elapsed()
        };
        let least = (0..200).map(|_| check()).min().unwrap();
        println!("one check of {name}: {:.1} us", least.as_secs_f64() * 1e6);
    }
}

/// Milliseconds for each KiB: the least of some rounds, as others use the machine too.
fn measure(case: &Case) -> f64 {
    let (mut least, mut total) = (f64::INFINITY, Duration::ZERO);
    let mut rounds = 0;
    while total < ENOUGH || rounds < 3 {
        let start = ThreadTime::now();
        assert_eq!((case.run)(), case.expected, "{}", case.name);
        let took = start.elapsed();
        (total, rounds) = (total + took, rounds + 1);
        least = least.min(took.as_secs_f64());
    }
    let bytes: u32 = case.bytes.try_into().unwrap();
    least * 1e3 / (f64::from(bytes) / 1024.0)
}

fn main() {
    let mut cases = Cases::default();
    tokens::signed(&mut cases);
    tokens::dvs_signatures(&mut cases);
    devices::registrations(&mut cases);
    devices::signed(&mut cases);
    devices::captures(&mut cases);
    parsers::all(&mut cases);
    edges::streams(&mut cases);
    let wrong = cases.0.iter().filter_map(|case| {
        let found = (case.run)();
        (found != case.expected).then(|| format!("{}: {found}, not {}", case.name, case.expected))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} inputs, every verdict as it should be", cases.0.len());
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    reference();
    let mut measured: Vec<(f64, &Case)> =
        cases.0.iter().map(|case| (measure(case), case)).collect();
    measured.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let all = std::env::args().any(|argument| argument == "--all");
    let shown = if all { measured.len() } else { WORST };
    println!("the worst, in ms of CPU time for each KiB; the aim is {AIM} at most:");
    for (cost, case) in measured.iter().take(shown) {
        let mark = if *cost > AIM { '!' } else { ' ' };
        println!("{mark} {cost:8.3}  {} ({} bytes)", case.name, case.bytes);
    }
}
