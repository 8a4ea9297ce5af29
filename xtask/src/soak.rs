//! A cache under full load for as long as one likes: rotations, outages and floods, every verdict
//! checked, memory watched. Any wrong verdict ends it.
//!
//! The cache's clock runs sixty times as fast as the real one, so ten minutes are ten hours of an
//! issuer's life. The load runs on two threads: tokens of published keys, tokens with random key
//! ids, altered ones, and ones of a key that was never published.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is wrong ends the soak"
)]

#[path = "../../crates/fetch/tests/fetch/server.rs"]
#[allow(unreachable_pub, dead_code, missing_docs, reason = "shared with the tests")]
mod server;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use countersign::jose::jws;
use countersign::{Algorithm, Code, Policy, Time, Verdict, sha256};
use countersign_fetch::{Clock, Fault, Fetcher, JwksCache, Observer, Refreshed, Settings};
use countersign_testkit::{EcIssuer, Issuer as _, Rng, jwk_set};
use server::{Behaviour, Server};

const SPEED: u128 = 60;
const START: i64 = 1_700_000_000;
const LIFETIME: i64 = 60;
const STALE: i64 = 300;
/// Keys that are published now and then.
const KEYS: usize = 4;

/// A clock that runs fast.
#[derive(Clone, Debug)]
struct Fast(Instant);

impl Clock for Fast {
    fn now(&self) -> Time {
        let fast = self.0.elapsed().as_millis() * SPEED / 1000;
        Time::from_unix(START + i64::try_from(fast).expect("a short run")).expect("in range")
    }
}

/// What has happened, as the observer saw it.
#[derive(Default)]
struct Events {
    replaced: AtomicU64,
    unchanged: AtomicU64,
    failed: Mutex<HashMap<&'static str, u64>>,
    last_success: AtomicI64,
}

struct Watch(Arc<Events>, Fast);

impl Observer for Watch {
    fn refreshed(&self, _: &str, result: &Result<Refreshed, Fault>) {
        match result {
            Ok(Refreshed::Replaced) => self.0.replaced.fetch_add(1, Ordering::SeqCst),
            Ok(_) => self.0.unchanged.fetch_add(1, Ordering::SeqCst),
            Err(fault) => {
                *self.0.failed.lock().unwrap().entry(fault.label()).or_default() += 1;
                return;
            }
        };
        self.0.last_success.store(self.1.now().unix(), Ordering::SeqCst);
    }
}

/// Everything that the threads share.
struct Soak {
    verifier: jws::Verifier,
    cache: Arc<JwksCache>,
    clock: Fast,
    events: Arc<Events>,
    /// Which keys each set has that was ever published, by digest.
    published: HashMap<[u8; 32], Vec<usize>>,
    tokens: Vec<Vec<u8>>,
    evil: Vec<u8>,
    stopped: AtomicBool,
    counts: [AtomicU64; 4],
}

/// The names of `counts`.
const NAMES: [&str; 4] = ["valid", "unknown key", "refused signature", "unreachable"];

/// Whose tokens these are makes no difference here.
fn anything() -> jws::Expected {
    jws::Expected::unbound().allow_no_expiry()
}

impl Soak {
    fn load(&self, seed: u64) {
        let mut rng = Rng::from_seed(seed);
        while !self.stopped.load(Ordering::Relaxed) {
            let [kind, place, byte, _] = rng.bytes::<4>();
            let key = usize::from(place) % KEYS;
            match kind {
                0..160 => self.genuine(key),
                160..200 => self.flood(&rng.bytes::<8>()),
                200..230 => self.altered(key, byte),
                _ => self.never(&self.evil, Some("k0")),
            }
        }
    }

    /// A token of a key that may be published at the moment: the verdict must be that of the set
    /// that it names.
    fn genuine(&self, key: usize) {
        let token = &self.tokens[key];
        let success = self.events.last_success.load(Ordering::SeqCst);
        let now = self.clock.now();
        match self.verifier.verify(token, &anything(), now) {
            Ok(verified) => {
                let set = verified.key().set.expect("a set");
                assert!(self.published[&set.sha256].contains(&key), "valid under another set");
                let age = now.unix() - set.fetched.expect("a time").unix();
                assert!(age <= LIFETIME + STALE, "valid under a set of {age} s");
                self.count(0);
            }
            Err(error) => match error.code() {
                Code::UnknownKey => {
                    let report = self.verifier.explain(token, &anything(), now);
                    if report.code() == Code::UnknownKey {
                        let set = report.key_set.expect("a set");
                        assert!(!self.published[&set.sha256].contains(&key), "the set has it");
                    }
                    self.count(1);
                }
                code => self.unreachable(code, success),
            },
        }
    }

    /// An outage may be reported only long after the last success that was known before the verdict.
    /// How long to the second, the tests check; here a thread can be held up for seconds, which are
    /// minutes.
    fn unreachable(&self, code: Code, success: i64) {
        assert_eq!(code, Code::Unreachable);
        let age = self.clock.now().unix() - success;
        assert!(age >= (LIFETIME + STALE) / 2, "an outage {age} s after a success");
        self.count(3);
    }

    fn flood(&self, random: &[u8]) {
        let kid = countersign::encoding::hex::encode(random);
        let header = format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
        let header = countersign::encoding::base64::encode_url(header.as_bytes());
        self.never(format!("{header}.e30.{}", "A".repeat(86)).as_bytes(), None);
    }

    fn altered(&self, key: usize, byte: u8) {
        let mut token = self.tokens[key].clone();
        let payload = token.iter().position(|b| *b == b'.').expect("a dot") + 1;
        let place = payload + usize::from(byte) % (token.len() - payload - 1);
        token[place] = if token[place] == b'A' { b'B' } else { b'A' };
        self.never(&token, Some("k"));
    }

    /// A token that is never valid.
    fn never(&self, token: &[u8], named: Option<&str>) {
        let success = self.events.last_success.load(Ordering::SeqCst);
        match self.verifier.verify(token, &anything(), self.clock.now()) {
            Ok(_) => panic!("a forgery is valid"),
            Err(error) => match error.code() {
                Code::UnknownKey => self.count(1),
                code @ Code::Unreachable => self.unreachable(code, success),
                code => {
                    assert!(named.is_some() && Verdict::from(code) == Verdict::Invalid, "{code}");
                    self.count(2);
                }
            },
        }
    }

    fn count(&self, index: usize) {
        self.counts[index].fetch_add(1, Ordering::Relaxed);
    }
}

fn issuer(name: &str, seed: u64) -> EcIssuer {
    EcIssuer::generate(&mut Rng::from_seed(seed), Some(name))
}

fn token(issuer: &EcIssuer) -> Vec<u8> {
    let header = issuer.header(Algorithm::Es256);
    issuer
        .sign(&header, br#"{"iss":"soak","exp":4102444800}"#, Algorithm::Es256)
        .expect("signs")
        .into_bytes()
}

/// Resident memory in KiB and threads, where the system tells.
fn resources() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
    };
    (value("VmRSS:"), value("Threads:"))
}

/// Runs the soak for so many seconds, and panics at the first wrong verdict.
#[expect(clippy::disallowed_methods, reason = "the edge is where the clock is read")]
pub(crate) fn run(seconds: u64) {
    let issuers: Vec<_> =
        (0..KEYS).map(|n| issuer(&format!("k{n}"), 10 + u64::try_from(n).expect("few"))).collect();
    // Every rotation is from one pair of keys to the next.
    let sets: Vec<(String, Vec<usize>)> = (0..KEYS)
        .map(|n| {
            let kids = vec![n, (n + 1) % KEYS];
            let jwks: Vec<_> = kids.iter().map(|kid| issuers[*kid].jwk()).collect();
            (jwk_set(&jwks).to_string(), kids)
        })
        .collect();
    let lifetime = format!("max-age={LIFETIME}");
    let good = |n: usize| {
        let tag = format!("\"{n}\"");
        Behaviour::json(&sets[n % KEYS].0, &[("Cache-Control", &lifetime), ("ETag", &tag)])
    };
    let server = Server::https(good(0));
    let fetcher = Fetcher::builder().private_host("localhost").timeout(Duration::from_millis(500));
    let authority = server.authority.clone().expect("https");
    let fetcher = fetcher.roots(authority.as_bytes()).expect("PEM").build().expect("a client");
    let settings = Settings::new("soak", &server.url("/jwks")).expect("an address");
    let settings = settings.with_stale(Duration::from_secs(STALE.unsigned_abs()));
    let (clock, events) = (Fast(Instant::now()), Arc::new(Events::default()));
    let watch = Watch(Arc::clone(&events), clock.clone());
    let cache = JwksCache::start_with(settings, fetcher, clock.clone(), watch);
    let cache = Arc::new(cache.expect("a thread"));
    // On a busy machine the first attempts may be too slow.
    let ready = Instant::now() + Duration::from_secs(60);
    while cache.wait(Duration::from_secs(1)).is_none()
        || events.replaced.load(Ordering::SeqCst) == 0
    {
        assert!(Instant::now() < ready, "no first set: {:?}", cache.health());
        std::thread::sleep(Duration::from_millis(10));
    }
    let soak = Soak {
        verifier: jws::Verifier::from_source(Arc::clone(&cache), Policy::default()),
        cache,
        clock,
        events,
        published: sets.iter().map(|(s, kids)| (sha256(s.as_bytes()), kids.clone())).collect(),
        tokens: issuers.iter().map(token).collect(),
        evil: token(&issuer("k0", 666)),
        stopped: AtomicBool::new(false),
        counts: Default::default(),
    };
    let bad = [
        Behaviour::Answer(500, Vec::new(), Vec::new()),
        Behaviour::Hang,
        Behaviour::Drip,
        Behaviour::Large,
        Behaviour::Cut,
        Behaviour::Garbage,
        Behaviour::keys(r#"{"keys":[]}"#),
        Behaviour::redirect("https://elsewhere.example/jwks"),
    ];
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut samples = Vec::new();
    std::thread::scope(|scope| {
        let workers = [scope.spawn(|| soak.load(1)), scope.spawn(|| soak.load(2))];
        let mut step = 0;
        while Instant::now() < end && !workers.iter().any(|worker| worker.is_finished()) {
            // Half of the time well, with a rotation each; now and then badly for longer than a
            // set may be stale.
            server.set(if step % 2 == 0 {
                good(step / 2)
            } else {
                bad[step / 2 % bad.len()].clone()
            });
            let long = step % 8 == 7;
            let pause = Duration::from_millis(if long { 9_000 } else { 1_500 });
            let until = (Instant::now() + pause).min(end);
            while Instant::now() < until && !workers.iter().any(|worker| worker.is_finished()) {
                std::thread::sleep(Duration::from_millis(50));
            }
            samples.push(resources());
            step += 1;
        }
        soak.stopped.store(true, Ordering::Relaxed);
    });
    let total: u64 = soak.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum();
    for (name, count) in NAMES.iter().zip(&soak.counts) {
        println!("{name}: {}", count.load(Ordering::Relaxed));
    }
    println!("verdicts: {total}, {} a second", total / seconds);
    let events = &soak.events;
    let (replaced, unchanged) = (&events.replaced, &events.unchanged);
    println!(
        "refreshes: {} replaced, {} unchanged, failed {:?}",
        replaced.load(Ordering::SeqCst),
        unchanged.load(Ordering::SeqCst),
        events.failed.lock().unwrap()
    );
    let warm = samples.len() / 4;
    let largest = |part: &[(u64, u64)]| part.iter().copied().max().unwrap_or_default();
    let (early, late) = samples.split_at(warm);
    println!(
        "memory in KiB and threads, at most: {:?} in the first quarter, {:?} after",
        largest(early),
        largest(late)
    );
    println!("health: {:?}", soak.cache.health());
    if early.len() > 20 {
        // A leak of any kind would add up over the hours that these minutes stand for.
        let (before, after) = (largest(early).0, largest(late).0);
        assert!(after <= before + 8 * 1024, "memory grew from {before} to {after} KiB");
    }
}
