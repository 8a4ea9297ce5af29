//! A hundred megabytes of one thing, and as much as the limits let in: every parser answers soon, and
//! takes no more memory than it may.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    unsafe_code,
    reason = "a test that panics has failed, and measures time; what counts bytes is `unsafe`"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign::encoding::{base64, hex, json};
use countersign::jose::{CompactJws, Header, Jwk, JwkSet, jws};
use countersign::miracl::{dvs, otp};
use countersign::mosip::device::{DeviceData, DeviceInfo, DigitalId};
use countersign::mosip::registration::{self, SignedRegistration};
use countersign::mosip::sbi::cbeff::Packet;
use countersign::{Item, Limits, Policy, Time};

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Counts the bytes that are allocated, and remembers the most there were at once.
struct Counting;

fn grow(bytes: usize) {
    let now = NOW.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(now, Ordering::Relaxed);
}

// SAFETY: every call is handed to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer is of `alloc` above, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const HUNDRED: usize = 100_000_000;

/// Long enough for a machine with better things to do, far too short for anything quadratic.
const SOON: Duration = Duration::from_secs(20);

/// What is said over and over, and what stands before it.
const PATTERNS: &[(&str, &str, &str)] = &[
    ("dots", "", "."),
    ("brackets", "", "["),
    ("objects", "", r#"{"a":"#),
    ("digits", "", "1"),
    ("a number in an object", r#"{"exp":"#, "9"),
    ("escapes", "\"", r"\u0061"),
    ("surrogates", "{\"", r"\ud83d\ude00"),
    ("quotes", "", "\""),
    ("spaces", "", " "),
    ("spaces before an object", "{", " "),
    ("one letter", "", "A"),
    ("padding", "AA", "="),
    ("repeated names", "{", r#""a":0,"#),
    ("elements", "[", "0,"),
    ("empty arrays", r#"{"keys":["#, "[],"),
    ("empty strings", r#"{"keys":["#, r#""","#),
    ("parts of a token", "e30", ".e30"),
    ("a long part", "eyJhbGciOiJFUzI1NiJ9.", "A"),
    ("no UTF-8", "", "\u{ff}"),
    ("PEM", "-----BEGIN PUBLIC KEY-----\n", "MIIB\n"),
    ("a time", "2020-01-13T07:20:42.", "0"),
    ("elements of XML", "<BIR>", "<a/>"),
    ("open elements", "", "<BIR>"),
    ("attributes", "<BIR ", "a='' "),
    ("references", "<BIR>", "&lt;"),
];

fn repeated(start: &str, pattern: &str, size: usize) -> Vec<u8> {
    let mut text = start.as_bytes().to_vec();
    while text.len() < size {
        let room = (size - text.len()).min(text.len().max(1 << 16));
        let repeats = (room / pattern.len()).max(1);
        text.extend(pattern.as_bytes().repeat(repeats));
    }
    text.truncate(size);
    text
}

type Parser = fn(&[u8]);
type Owner = fn(Vec<u8>);

/// Refuse by size: they take next to no memory, however much they are given.
const GUARDED: &[(&str, Parser)] = &[
    ("Compact", |text| drop(CompactJws::parse(text, &Limits::default()))),
    ("Header", |text| drop(Header::parse(text, &Limits::default()))),
    ("Jwk", |text| drop(Jwk::parse(text, &Limits::default()))),
    ("JwkSet", |text| drop(JwkSet::parse(text, &Limits::default()))),
    ("PEM", |text| drop(Jwk::from_pem(text))),
    ("json", |text| drop(json::parse("text", text, &Limits::default()))),
    ("json object", |text| drop(json::parse_object("text", text, &Limits::default()))),
    ("registration answer", |text| drop(SignedRegistration::parse(text, &Limits::default()))),
    ("device data", |text| drop(DeviceData::decode(text, &Limits::default()))),
    ("registration request", |text| drop(DeviceData::from_request(text, &Limits::default()))),
    ("device info", |text| drop(DeviceInfo::decode(text, &Limits::default()))),
    ("digital id", |text| drop(DigitalId::decode(text, &Limits::default()))),
    ("packet", |text| drop(Packet::parse(text, &Limits::default()))),
    ("DVS request", |text| drop(dvs::SignatureRequest::parse(text, &Limits::default()))),
    ("OTP request", |text| drop(otp::Request::parse(text, &Limits::default()))),
    ("OTP response", |text| drop(otp::Response::parse(text, &Limits::default()))),
    ("time", |text| {
        let _ = std::str::from_utf8(text).map(Time::parse_rfc3339);
    }),
    ("jws", |text| {
        let verifier = jws::Verifier::new(JwkSet::default(), Policy::default());
        let expected = jws::Expected::unbound().allow_no_expiry().issuer("i");
        let at = Time::from_unix(0).unwrap();
        assert!(verifier.verify(text, &expected, at).is_err());
        let item = Item { input: text, expected: &expected, at: at.into() };
        assert!(verifier.verify_batch(&[item; 3]).iter().all(Result::is_err));
        // Reports hold a digest of the input, so they read all of it.
        assert_eq!(verifier.explain(text, &expected, at).claims, None);
    }),
    ("DVS certificate", |text| {
        let verifier = dvs::Verifier::new(JwkSet::default(), Policy::default());
        let (expected, at) = (dvs::Expected::unbound(), Time::from_unix(0).unwrap());
        assert!(verifier.verify(text, &expected, at).is_err());
    }),
    ("registration", |text| {
        let verifier = registration::Verifier::new(JwkSet::default(), Policy::default());
        let (expected, at) = (registration::Expected::new(), Time::from_unix(0).unwrap());
        assert!(verifier.verify(text, &expected, at).is_err());
    }),
];

/// Decode whatever they are given: as much memory as the text, and some for growing.
const UNGUARDED: &[(&str, Parser)] = &[
    ("base64url", |text| drop(base64::decode_url(text))),
    ("base64", |text| drop(base64::decode_standard(text))),
    ("base64 of MOSIP", |text| drop(base64::decode_mosip(text))),
    ("hexadecimal", |text| drop(std::str::from_utf8(text).map(hex::decode))),
];

/// Own their text, so that it is there before they are.
const OWNING: &[(&str, Owner)] = &[
    ("document", |text| drop(json::Document::parse("text", text, &Limits::default()))),
    ("answer of an API", |text| {
        drop(countersign_api::read_json(&http::Response::new(text), &Limits::default()));
    }),
];

/// Runs the parser, and returns what it allocated at most.
fn cost(name: &str, pattern: &str, run: impl FnOnce()) -> usize {
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let start = Instant::now();
    run();
    let took = start.elapsed();
    assert!(took < SOON, "{name} took {took:?} for {pattern}");
    PEAK.load(Ordering::Relaxed) - before
}

// One test, as what it counts is the process's.
#[test]
fn no_parser_needs_long_or_much_for_anything() {
    let (mut most_refused, mut most_read) = (0, 0);
    for (pattern, start, repeat) in PATTERNS {
        let text = repeated(start, repeat, HUNDRED);
        for (name, parse) in GUARDED {
            let bytes = cost(name, pattern, || parse(&text));
            assert!(bytes < 1 << 16, "{name} took {bytes} bytes for {pattern}");
            most_refused = most_refused.max(bytes);
        }
        for (name, parse) in UNGUARDED {
            let bytes = cost(name, pattern, || parse(&text));
            assert!(bytes <= HUNDRED, "{name} took {bytes} bytes for {pattern}");
        }
        for (name, parse) in OWNING {
            let text = text.clone();
            let bytes = cost(name, pattern, || parse(text));
            assert!(bytes < 1 << 16, "{name} took {bytes} bytes for {pattern}");
        }
        drop(text);
        // As much as gets past the sizes: those of a token, a message, a key set and an answer.
        for size in [8 << 10, 64 << 10, 256 << 10, 1 << 20] {
            let text = repeated(start, repeat, size);
            for (name, parse) in GUARDED {
                let bytes = cost(name, pattern, || parse(&text));
                // An element of an array may take two bytes of text and forty of memory.
                assert!(bytes <= 64 * size, "{name} took {bytes} bytes for {size} of {pattern}");
                most_read = most_read.max(bytes);
            }
        }
    }
    eprintln!("refused: at most {most_refused} bytes; read: at most {most_read} bytes");
}
