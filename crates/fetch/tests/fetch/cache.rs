//! Rotation, floods, outages: the rules of a cache, one by one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use countersign::jose::{JwkSet, KeySource, Snapshot, jws};
use countersign::{Algorithm, Code, Limits, Policy, Time, Verdict};
use countersign_fetch::http::{Request, Response};
use countersign_fetch::{Clock, Fault, Fetch, JwksCache, Observer, Refreshed, Settings, Silent};
use countersign_testkit::Issuer as _;
use proptest::prelude::*;

use crate::server::{Behaviour, Server};
use crate::{Hands, START, attempts, client, eventually, issuer, keys};

const LIFETIME: i64 = 600;
const COOLDOWN: i64 = 30;
const STALE: i64 = 3600;

fn settings(server: &Server) -> Settings {
    Settings::new("test", &server.url("/jwks"))
        .expect("an address")
        .with_stale(Duration::from_secs(STALE.unsigned_abs()))
}

fn start(server: &Server, clock: &Hands) -> Arc<JwksCache> {
    let fetcher = client().build().expect("a client");
    let cache = JwksCache::start_with(settings(server), fetcher, clock.clone(), Silent);
    Arc::new(cache.expect("a thread"))
}

/// A server with one key, and a cache that has it.
fn loaded(clock: &Hands) -> (Server, Arc<JwksCache>) {
    let server = Server::http(Behaviour::keys(&keys(&["k1"])));
    let cache = start(&server, clock);
    attempts(&cache, 1);
    (server, cache)
}

fn token(kid: &str) -> Vec<u8> {
    let issuer = issuer(kid);
    let header = issuer.header(Algorithm::Es256);
    issuer
        .sign(&header, br#"{"iss":"test","exp":4102444800}"#, Algorithm::Es256)
        .expect("signs")
        .into_bytes()
}

fn verifier(source: impl KeySource + 'static) -> jws::Verifier {
    jws::Verifier::from_source(source, Policy::default())
}

fn code(verifier: &jws::Verifier, token: &[u8]) -> Code {
    let now = Time::from_unix(START).expect("in range");
    let result = verifier.verify(token, &jws::Expected::unbound().allow_no_expiry(), now);
    result.map_or_else(|error| error.code(), |_| Code::Ok)
}

/// A token that names any key, with a signature that nobody made.
fn random_kid(number: u32) -> Vec<u8> {
    let header = format!(r#"{{"alg":"ES256","kid":"random-{number}"}}"#);
    let encode = countersign::encoding::base64::encode_url;
    format!("{}.e30.{}", encode(header.as_bytes()), "A".repeat(86)).into_bytes()
}

#[test]
fn rotation_is_picked_up_by_one_refresh_and_a_removed_key_is_refused_at_once() {
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let patient = verifier(cache.waiting(Duration::from_secs(10)));
    let verifier = verifier(Arc::clone(&cache));
    assert_eq!(code(&verifier, &token("k1")), Code::Ok);

    // The first set of all does not begin the cooldown.
    server.set(Behaviour::keys(&keys(&["k1", "k2"])));
    assert_eq!(code(&verifier, &token("k2")), Code::UnknownKey, "verifying does not wait");
    attempts(&cache, 2);
    assert_eq!(code(&verifier, &token("k2")), Code::Ok);

    // Those who may wait get the verdict at once, and the key that is gone is gone for everybody.
    server.set(Behaviour::keys(&keys(&["k3"])));
    clock.advance(COOLDOWN);
    assert_eq!(code(&patient, &token("k3")), Code::Ok);
    assert_eq!(cache.health().attempts, 3);
    assert_eq!(code(&verifier, &token("k1")), Code::UnknownKey);
    assert_eq!(code(&verifier, &token("k2")), Code::UnknownKey);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn ten_thousand_tokens_with_random_kids_cause_at_most_one_fetch_per_cooldown() {
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let verifier = verifier(Arc::clone(&cache));
    for cooldown in 0..5 {
        let codes = thread::scope(|scope| {
            let workers: Vec<_> = (0..4)
                .map(|worker: u32| {
                    let verifier = &verifier;
                    scope.spawn(move || {
                        let numbers = (0..2500).map(|n| (cooldown * 4 + worker) * 2500 + n);
                        numbers
                            .filter(|n| code(verifier, &random_kid(*n)) == Code::UnknownKey)
                            .count()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().expect("no panic")).sum::<usize>()
        });
        assert_eq!(codes, 10_000);
        attempts(&cache, u64::from(cooldown) + 2);
        clock.advance(COOLDOWN);
    }
    assert_eq!(server.requests().len(), 6, "the first, and one for each cooldown");
    assert_eq!(code(&verifier, &token("k1")), Code::Ok);
}

#[test]
fn failed_attempts_count_for_the_cooldown_and_an_explicit_refresh_does_not_bypass_it() {
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let verifier = verifier(Arc::clone(&cache));
    server.set(Behaviour::Answer(500, Vec::new(), Vec::new()));
    assert_eq!(code(&verifier, &token("k2")), Code::UnknownKey);
    attempts(&cache, 2);
    for _ in 0..COOLDOWN {
        for number in 0..10 {
            assert_eq!(code(&verifier, &random_kid(number)), Code::UnknownKey);
        }
        cache.refresh();
        assert_eq!(code(&verifier, &token("k1")), Code::Ok);
        assert_eq!(cache.health().attempts, 2);
        clock.advance(1);
    }
    cache.refresh();
    attempts(&cache, 3);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_kid_that_stays_unknown_causes_one_fetch_for_each_cooldown_and_is_accepted_once_published() {
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let verifier = verifier(Arc::clone(&cache));
    for attempt in 2..6 {
        for _ in 0..3 {
            assert_eq!(code(&verifier, &token("early")), Code::UnknownKey);
            attempts(&cache, attempt);
        }
        clock.advance(COOLDOWN - 1);
        assert_eq!(code(&verifier, &token("early")), Code::UnknownKey);
        assert_eq!(cache.health().attempts, attempt, "the cooldown is not over");
        clock.advance(1);
    }
    server.set(Behaviour::keys(&keys(&["k1", "early"])));
    assert_eq!(code(&verifier, &token("early")), Code::UnknownKey, "verifying does not wait");
    attempts(&cache, 6);
    assert_eq!(code(&verifier, &token("early")), Code::Ok);
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn whoever_guesses_the_next_kid_keeps_it_refused_for_one_cooldown_at_most() {
    let clock = Hands::new();
    // The issuer lets its set be kept for a day, so no refresh of its own comes to help.
    let lasting =
        |kids: &[&str]| Behaviour::json(&keys(kids), &[("Cache-Control", "max-age=86400")]);
    let server = Server::http(lasting(&["k1"]));
    let cache = start(&server, &clock);
    attempts(&cache, 1);
    let patient = verifier(cache.waiting(Duration::from_secs(10)));
    for number in 0..1000 {
        let guess = if number % 2 == 0 { token("next") } else { random_kid(number) };
        assert_eq!(code(&verifier(Arc::clone(&cache)), &guess), Code::UnknownKey);
    }
    attempts(&cache, 2);
    server.set(lasting(&["k1", "next"]));
    clock.advance(COOLDOWN - 1);
    assert_eq!(code(&patient, &token("next")), Code::UnknownKey);
    clock.advance(1);
    assert_eq!(code(&patient, &token("next")), Code::Ok);
    assert_eq!((cache.health().attempts, server.requests().len()), (3, 3));
}

#[test]
fn a_kid_that_was_asked_for_in_vain_during_an_outage_is_asked_for_again() {
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let patient = verifier(cache.waiting(Duration::from_secs(10)));
    server.set(Behaviour::Answer(503, Vec::new(), Vec::new()));
    assert_eq!(code(&patient, &token("k2")), Code::UnknownKey);
    server.set(Behaviour::keys(&keys(&["k2"])));
    clock.advance(COOLDOWN);
    assert_eq!(code(&patient, &token("k2")), Code::Ok);
    assert_eq!(cache.health().attempts, 3);
}

/// Does something on another thread, and fails if that does not end.
fn ends<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    result.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|_| panic!("{what} does not end"))
}

#[test]
fn nobody_waits_while_nothing_is_on_its_way() {
    const HOUR: Duration = Duration::from_secs(3600);
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let patient = verifier(cache.waiting(HOUR));
    assert_eq!(code(&patient, &token("k2")), Code::UnknownKey);
    attempts(&cache, 2);
    // Within the cooldown nothing comes.
    let renewing = patient.clone();
    assert_eq!(ends("renewing", move || code(&renewing, &token("k2"))), Code::UnknownKey);
    // Nor between the attempts of an outage.
    server.set(Behaviour::Answer(503, Vec::new(), Vec::new()));
    clock.advance(LIFETIME + STALE);
    attempts(&cache, 3);
    assert_eq!(ends("verifying", move || code(&patient, &token("k1"))), Code::Unreachable);
    let waiting = Arc::clone(&cache);
    assert_eq!(ends("waiting", move || waiting.wait(HOUR)), None);
    assert_eq!(cache.health().attempts, 3);
}

/// A clock that stands still, except that every third look of anybody but the thread that fetches
/// is long after the next attempt.
#[derive(Clone, Debug, Default)]
struct Jumping(Arc<AtomicUsize>);

impl Clock for Jumping {
    fn now(&self) -> Time {
        let fetches = thread::current().name() == Some("jwks");
        let jumps = !fetches && self.0.fetch_add(1, Ordering::SeqCst) % 3 == 2;
        Time::from_unix(if jumps { START + 1000 } else { START }).expect("in range")
    }
}

/// A client that never gets through.
struct Down;

impl Fetch for Down {
    fn send(&self, _: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
        Err(Fault::Connection)
    }
}

#[test]
fn an_attempt_that_becomes_due_while_somebody_waits_for_a_set_locks_nobody_out() {
    let settings = Settings::new("down", "https://idp.example/jwks").expect("an address");
    let clock = Jumping::default();
    let cache = JwksCache::start_with(settings, Down, clock.clone(), Silent).expect("a thread");
    let cache = Arc::new(cache);
    eventually("the attempt", || cache.health().attempts == 1);
    clock.0.store(0, Ordering::SeqCst);
    // Whoever waits looks three times: for a set, for an attempt, and for a set.
    for _ in 0..100 {
        let waiting = Arc::clone(&cache);
        assert_eq!(ends("waiting", move || waiting.wait(Duration::from_secs(1))), None);
        assert_eq!(clock.0.load(Ordering::SeqCst) % 3, 0);
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn sixty_four_threads_on_a_cold_cache_cause_one_fetch() {
    let clock = Hands::new();
    let server = Server::http(Behaviour::keys(&keys(&["k1"])));
    let barrier = Barrier::new(65);
    let fetcher = client().timeout(Duration::from_secs(10)).build().expect("a client");
    let cache = JwksCache::start_with(settings(&server), fetcher, clock.clone(), Silent);
    let cache = Arc::new(cache.expect("a thread"));
    let verifier = verifier(cache.waiting(Duration::from_secs(10)));
    let input = token("k1");
    let valid = thread::scope(|scope| {
        let workers: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    code(&verifier, &input) == Code::Ok
                })
            })
            .collect();
        barrier.wait();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).filter(|v| *v).count()
    });
    assert_eq!(valid, 64);
    assert_eq!((cache.health().attempts, server.requests().len()), (1, 1));
}

#[test]
fn whatever_goes_wrong_the_last_good_set_serves_until_its_bound_and_then_nothing_is_decided() {
    let elsewhere = Server::http(Behaviour::keys(&keys(&["evil"])));
    let port = elsewhere.port();
    let set = keys(&["k1"]);
    let html = vec![("Content-Type".to_owned(), "text/html".to_owned())];
    let cases = [
        ("hang", Behaviour::Hang, "timeout"),
        ("drip", Behaviour::Drip, "timeout"),
        ("status 500", Behaviour::Answer(500, Vec::new(), set.clone().into_bytes()), "status"),
        ("status 404", Behaviour::Answer(404, Vec::new(), Vec::new()), "status"),
        ("status 304", Behaviour::Answer(304, Vec::new(), Vec::new()), "status"),
        ("status 206", Behaviour::Answer(206, Vec::new(), set.clone().into_bytes()), "status"),
        ("empty set", Behaviour::keys(r#"{"keys":[]}"#), "no-usable-key"),
        ("only secrets", Behaviour::keys(r#"{"keys":[{"kty":"oct","k":"AA"}]}"#), "no-usable-key"),
        ("empty body", Behaviour::keys(""), "key-set"),
        ("10 MB", Behaviour::Large, "too-large"),
        ("wrong type", Behaviour::Answer(200, html, set.clone().into_bytes()), "media-type"),
        ("no type", Behaviour::Answer(200, Vec::new(), set.clone().into_bytes()), "media-type"),
        ("encoded", Behaviour::json(&set, &[("Content-Encoding", "gzip")]), "content-encoding"),
        ("discovery", Behaviour::keys(r#"{"issuer":"i","jwks_uri":"/jwks"}"#), "metadata"),
        ("truncated JSON", Behaviour::keys(&set[..set.len() / 2]), "key-set"),
        ("JSON that repeats", Behaviour::keys(r#"{"keys":[],"keys":[]}"#), "key-set"),
        ("cut off", Behaviour::Cut, "connection"),
        ("not HTTP", Behaviour::Garbage, "protocol"),
        ("another host", Behaviour::redirect("http://idp.example/jwks"), "redirect"),
        ("another port", Behaviour::redirect(&elsewhere.url("/jwks")), "redirect"),
        ("private", Behaviour::redirect(&format!("http://127.0.0.1:{port}/jwks")), "redirect"),
        ("metadata", Behaviour::redirect("http://169.254.169.254/latest/meta-data"), "redirect"),
        ("mapped", Behaviour::redirect(&format!("http://[::ffff:127.0.0.1]:{port}/")), "redirect"),
        ("a file", Behaviour::redirect("file:///etc/passwd"), "redirect"),
    ];
    thread::scope(|scope| {
        for (name, behaviour, label) in cases {
            scope.spawn(move || fails(name, behaviour, label));
        }
    });
    assert_eq!(elsewhere.connections(), 0);
}

fn fails(name: &str, behaviour: Behaviour, label: &str) {
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let verifier = verifier(Arc::clone(&cache));
    let good = cache.snapshot().expect("a set");
    server.set(behaviour);
    clock.advance(LIFETIME);
    attempts(&cache, 2);
    let health = cache.health();
    assert_eq!(health.fault.map(|fault| fault.label()), Some(label), "{name}");
    assert_eq!((health.failures, health.age), (1, Some(LIFETIME)), "{name}");
    assert_eq!(cache.snapshot(), Some(good.clone()), "{name}");
    assert_eq!(code(&verifier, &token("k1")), Code::Ok, "{name}");

    // One second before its bound it serves, at its bound it does not.
    clock.advance(STALE - 1);
    attempts(&cache, 3);
    assert_eq!(code(&verifier, &token("k1")), Code::Ok, "{name}");
    assert_eq!(code(&verifier, &token("k2")), Code::UnknownKey, "{name}");
    clock.advance(1);
    for input in [token("k1"), token("k2"), random_kid(1)] {
        let code = code(&verifier, &input);
        assert_eq!((code, code.into()), (Code::Unreachable, Verdict::Undecided), "{name}");
    }
    assert_eq!(cache.health().key_set, None, "{name}");

    // When the server is well again, so is the cache.
    server.set(Behaviour::keys(&keys(&["k2"])));
    clock.advance(2 * COOLDOWN);
    attempts(&cache, 4);
    assert_eq!(code(&verifier, &token("k2")), Code::Ok, "{name}");
    assert_eq!(code(&verifier, &token("k1")), Code::UnknownKey, "{name}");
}

#[test]
fn a_token_can_neither_forge_an_outage_nor_name_what_is_fetched() {
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let verifier = verifier(Arc::clone(&cache));
    let evil = Server::http(Behaviour::keys(&keys(&["evil"])));
    let signer = issuer("evil");
    for member in ["jku", "x5u", "kid", "iss"] {
        for url in [evil.url("/jwks"), "file:///etc/passwd".into(), "data:,{}".into()] {
            let header = signer.header(Algorithm::Es256).with(member, url.clone());
            let claims = format!(r#"{{"iss":"{url}"}}"#);
            let input = signer.sign(&header, claims.as_bytes(), Algorithm::Es256).expect("signs");
            let code = code(&verifier, input.as_bytes());
            assert_eq!(Verdict::from(code), Verdict::Invalid, "{member}: {code}");
        }
    }
    attempts(&cache, 2);
    assert_eq!(evil.connections(), 0);
    assert!(server.requests().iter().all(|request| request.starts_with("get /jwks http/1.1\r\n")));
    assert_eq!(code(&verifier, &token("k1")), Code::Ok);
}

#[test]
fn lifetimes_are_the_servers_within_our_own_bounds() {
    for (cache_control, lifetime) in [
        ("max-age=1200", 1200),
        ("max-age=0", 60),
        ("no-store", 60),
        ("max-age=31536000", 86_400),
        ("public", LIFETIME),
    ] {
        let clock = Hands::new();
        let body = keys(&["k1"]);
        let server = Server::http(Behaviour::json(&body, &[("Cache-Control", cache_control)]));
        let cache = start(&server, &clock);
        attempts(&cache, 1);
        let bound = cache.health().usable_until.expect("a set").unix();
        assert_eq!(bound, START + lifetime + STALE, "{cache_control}");
        // Ahead of the end, by a fifth at most.
        clock.advance(lifetime * 80 / 100 - 1);
        let _ = cache.snapshot();
        assert_eq!(cache.health().attempts, 1, "{cache_control}");
        clock.advance(lifetime * 15 / 100 + 2);
        attempts(&cache, 2);
    }
}

#[test]
fn an_unchanged_set_is_confirmed_without_being_sent_again() {
    for (name, value, condition) in [
        ("ETag", "\"v1\"", "if-none-match"),
        ("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT", "if-modified-since"),
    ] {
        let clock = Hands::new();
        let server = Server::http(Behaviour::json(&keys(&["k1"]), &[(name, value)]));
        let cache = start(&server, &clock);
        attempts(&cache, 1);
        let before = cache.snapshot().expect("a set");
        for attempt in 2..4 {
            clock.advance(LIFETIME);
            attempts(&cache, attempt);
            let condition = format!("{condition}: {}\r\n", value.to_ascii_lowercase());
            assert!(server.requests()[0].contains(&condition), "{:?}", server.requests());
            let after = cache.snapshot().expect("a set");
            assert_eq!(after.sha256(), before.sha256());
            assert_eq!((after.age(clock_time(&clock)), cache.health().failures), (Some(0), 0));
        }
        // A new set has another tag.
        server.set(Behaviour::json(&keys(&["k2"]), &[(name, "\"v2\"")]));
        clock.advance(LIFETIME);
        attempts(&cache, 4);
        assert_eq!(code(&verifier(cache), &token("k2")), Code::Ok);
    }
}

/// A client whose answers were written down before, and which keeps what it was asked.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<Response<Vec<u8>>>>>,
    requests: Arc<Mutex<Vec<Request<Vec<u8>>>>>,
}

impl Fetch for Script {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
        self.requests.lock().expect("lock").push(request);
        self.answers.lock().expect("lock").pop_front().ok_or(Fault::Connection)
    }
}

#[test]
fn the_validators_of_a_set_stay_those_of_its_bytes_whatever_a_304_says() {
    const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
    let answer = |status: u16, headers: &[(&str, &str)], body: String| {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.header("Content-Type", "application/json").body(body.into_bytes()).expect("valid")
    };
    let own: [&[(&str, &str)]; 2] =
        [&[("ETag", "\"v1\""), ("Last-Modified", DATE)], &[("Last-Modified", DATE)]];
    let said: [&[(&str, &str)]; 3] = [
        &[],
        &[("ETag", "\"v1\""), ("Last-Modified", DATE)],
        &[("ETag", "\"v2\""), ("Last-Modified", "Wed, 15 Nov 2023 22:13:20 GMT")],
    ];
    for (own, said) in own.iter().flat_map(|own| said.iter().map(move |said| (own, said))) {
        let (clock, script) = (Hands::new(), Script::default());
        let unchanged = || answer(304, said, String::new());
        let broken = answer(503, &[("ETag", "\"v3\"")], String::new());
        script.answers.lock().expect("lock").extend([
            answer(200, own, keys(&["k1"])),
            unchanged(),
            unchanged(),
            broken,
            unchanged(),
            answer(200, &[], keys(&["k2"])),
            answer(200, &[], keys(&["k2"])),
        ]);
        let settings = Settings::new("script", "https://idp.example/jwks").expect("an address");
        let cache = JwksCache::start_with(settings, script.clone(), clock.clone(), Silent);
        let cache = cache.expect("a thread");
        for attempt in 1..8 {
            attempts(&cache, attempt);
            clock.advance(LIFETIME);
        }
        let conditions: Vec<_> = script
            .requests
            .lock()
            .expect("lock")
            .iter()
            .map(|request| {
                let headers = request.headers();
                let text = |name| headers.get(name).map(|v| v.to_str().expect("text").to_owned());
                (text("if-none-match"), text("if-modified-since"))
            })
            .collect();
        let condition = match own {
            [(_, tag), _] => (Some((*tag).to_owned()), None),
            _ => (None, Some(DATE.to_owned())),
        };
        let none = (None, None);
        let expected = [&none, &condition, &condition, &condition, &condition, &condition, &none];
        assert!(conditions.iter().eq(expected), "{own:?} {said:?}: {conditions:?}");
        assert_eq!((cache.health().failures, code(&verifier(cache), &token("k2"))), (0, Code::Ok));
    }
}

fn clock_time(clock: &Hands) -> Time {
    clock.now()
}

#[test]
fn an_exported_set_serves_through_an_outage_as_old_as_it_is_and_no_longer() {
    let clock = Hands::new();
    let (server, cache) = loaded(&clock);
    let exported = cache.snapshot().expect("a set").export();
    server.set(Behaviour::Answer(503, Vec::new(), Vec::new()));
    let import = || Snapshot::import(exported.as_bytes(), &Limits::default()).expect("a set");
    let restart = |initial: Snapshot| {
        let fetcher = client().build().expect("a client");
        let settings = settings(&server).with_initial(initial);
        let cache = JwksCache::start_with(settings, fetcher, clock.clone(), Silent);
        let cache = cache.expect("a thread");
        attempts(&cache, 1);
        code(&verifier(cache), &token("k1"))
    };
    clock.advance(LIFETIME + STALE - 1);
    assert_eq!(restart(import()), Code::Ok);
    clock.advance(1);
    assert_eq!(restart(import()), Code::Unreachable);
    // How old a set without a date is, nobody knows.
    let undated = Snapshot::parse(keys(&["k1"]).as_bytes(), None, &Limits::default());
    assert_eq!(restart(undated.expect("a set")), Code::Unreachable);
    // A set without a usable key is none, as if it had been fetched.
    for text in [r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AA"}]}"#] {
        let empty = Snapshot::parse(text.as_bytes(), Some(clock.now()), &Limits::default());
        assert_eq!(restart(empty.expect("a set")), Code::Unreachable);
    }
}

/// A client that answers from memory, and says when it is dropped.
struct Memory {
    body: Mutex<Option<String>>,
    held: Arc<AtomicBool>,
    calls: Arc<AtomicUsize>,
    dropped: Arc<AtomicBool>,
}

impl Memory {
    fn new(body: Option<String>) -> Self {
        Self {
            body: Mutex::new(body),
            held: Arc::default(),
            calls: Arc::default(),
            dropped: Arc::default(),
        }
    }
}

impl Fetch for Memory {
    fn send(&self, _: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        eventually("the release", || !self.held.load(Ordering::SeqCst));
        let body = self.body.lock().expect("lock").clone().expect("a client with a defect");
        let response = Response::builder().header("Content-Type", "application/json");
        Ok(response.body(body.into_bytes()).expect("an answer"))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::SeqCst);
    }
}

fn remembered(memory: Memory, clock: &Hands) -> JwksCache {
    let settings = Settings::new("memory", "https://idp.example/jwks").expect("an address");
    JwksCache::start_with(settings, memory, clock.clone(), Silent).expect("a thread")
}

#[test]
fn a_client_that_panics_is_a_failure_and_no_more() {
    let clock = Hands::new();
    let cache = remembered(Memory::new(None), &clock);
    attempts(&cache, 1);
    assert_eq!(cache.health().fault, Some(Fault::Client));
    clock.advance(2 * COOLDOWN);
    attempts(&cache, 2);
}

#[test]
fn a_set_is_as_old_as_the_request_for_it() {
    /// A server that takes its time.
    struct Slow(Hands, String);
    impl Fetch for Slow {
        fn send(&self, _: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
            self.0.advance(7);
            let response = Response::builder().header("Content-Type", "application/json");
            Ok(response.body(self.1.clone().into_bytes()).expect("an answer"))
        }
    }
    let clock = Hands::new();
    let settings = Settings::new("slow", "https://idp.example/jwks").expect("an address");
    let settings = settings.with_stale(Duration::from_secs(STALE.unsigned_abs()));
    let slow = Slow(clock.clone(), keys(&["k1"]));
    let cache = JwksCache::start_with(settings, slow, clock.clone(), Silent).expect("a thread");
    attempts(&cache, 1);
    let health = cache.health();
    assert_eq!(health.age, Some(7));
    assert_eq!(health.usable_until, Time::from_unix(START + LIFETIME + STALE));
}

#[test]
fn an_observer_that_panics_does_not_end_the_refreshes() {
    struct Defect;
    impl Observer for Defect {
        fn refreshed(&self, _: &str, _: &Result<Refreshed, Fault>) {
            panic!("an observer with a defect");
        }
    }
    let clock = Hands::new();
    let settings = Settings::new("memory", "https://idp.example/jwks").expect("an address");
    let memory = Memory::new(Some(keys(&["k1"])));
    let cache = JwksCache::start_with(settings, memory, clock.clone(), Defect).expect("a thread");
    attempts(&cache, 1);
    clock.advance(LIFETIME);
    attempts(&cache, 2);
    clock.advance(COOLDOWN);
    cache.refresh();
    attempts(&cache, 3);
    assert_eq!(cache.health().failures, 0);
}

#[test]
fn a_cache_that_is_dropped_or_stopped_leaves_no_thread_behind() {
    for stop in [JwksCache::stop, drop::<JwksCache>] {
        let clock = Hands::new();
        let memory = Memory::new(Some(keys(&["k1"])));
        let dropped = Arc::clone(&memory.dropped);
        let cache = remembered(memory, &clock);
        attempts(&cache, 1);
        stop(cache);
        // The thread owns the client.
        eventually("the end of the thread", || dropped.load(Ordering::SeqCst));
    }
}

#[test]
fn what_happens_is_told_to_the_observer_with_bounded_labels() {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<String>>>);
    impl Observer for Log {
        fn refreshed(&self, name: &str, result: &Result<Refreshed, Fault>) {
            let label = result.as_ref().map_or_else(Fault::label, |refreshed| refreshed.label());
            self.0.lock().expect("lock").push(format!("{name} {label}"));
        }
        fn unknown_kid(&self, name: &str) {
            self.0.lock().expect("lock").push(format!("{name} unknown-kid"));
        }
        fn unavailable(&self, name: &str) {
            self.0.lock().expect("lock").push(format!("{name} unavailable"));
        }
    }
    let (clock, log) = (Hands::new(), Log::default());
    let server = Server::http(Behaviour::Answer(500, Vec::new(), Vec::new()));
    let fetcher = client().build().expect("a client");
    let cache = JwksCache::start_with(settings(&server), fetcher, clock.clone(), log.clone());
    let cache = Arc::new(cache.expect("a thread"));
    // Each refresh is told right after its end, on the other thread.
    let told = |count: usize| {
        eventually("the news", || log.0.lock().expect("lock").len() >= count);
        std::mem::take(&mut *log.0.lock().expect("lock"))
    };
    assert_eq!(told(1), ["test status"]);
    assert_eq!(code(&verifier(Arc::clone(&cache)), &token("k1")), Code::Unreachable);
    assert_eq!(told(1), ["test unavailable"]);
    server.set(Behaviour::keys(&keys(&["k1"])));
    clock.advance(2 * COOLDOWN);
    cache.refresh();
    assert_eq!(told(1), ["test replaced"]);
    clock.advance(COOLDOWN);
    assert_eq!(code(&verifier(Arc::clone(&cache)), &token("k2")), Code::UnknownKey);
    assert_eq!(told(2), ["test unknown-kid", "test unchanged"]);
    // Within the cooldown, too.
    assert_eq!(code(&verifier(Arc::clone(&cache)), &token("k2")), Code::UnknownKey);
    assert_eq!(told(1), ["test unknown-kid"]);
    // And where a newer set has the key.
    server.set(Behaviour::keys(&keys(&["k2"])));
    clock.advance(COOLDOWN);
    assert_eq!(code(&verifier(cache.waiting(Duration::from_secs(10))), &token("k2")), Code::Ok);
    assert_eq!(told(2), ["test unknown-kid", "test replaced"]);
}

#[test]
fn while_a_refresh_hangs_verification_goes_on_at_its_pace() {
    let clock = Hands::new();
    let memory = Memory::new(Some(keys(&["k1"])));
    let (held, calls) = (Arc::clone(&memory.held), Arc::clone(&memory.calls));
    let cache = Arc::new(remembered(memory, &clock));
    attempts(&cache, 1);
    let verifier = verifier(Arc::clone(&cache));
    let input = token("k1");
    let rate = || {
        #[expect(clippy::disallowed_methods, reason = "measures")]
        let start = Instant::now();
        for _ in 0..500 {
            assert_eq!(code(&verifier, &input), Code::Ok);
        }
        500.0 / start.elapsed().as_secs_f64()
    };
    let _ = rate();
    let free = rate();
    held.store(true, Ordering::SeqCst);
    clock.advance(LIFETIME);
    let _ = cache.snapshot();
    eventually("the refresh", || calls.load(Ordering::SeqCst) == 2);
    let hanging = rate();
    assert_eq!(cache.health().attempts, 1, "the refresh still hangs");
    held.store(false, Ordering::SeqCst);
    attempts(&cache, 2);
    println!(
        "verifications a second: {free:.0} idle, {hanging:.0} while a refresh hangs, ratio {:.2}",
        hanging / free
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same set out of a file and out of a cache gives the same verdict about anything.
    #[test]
    fn a_verdict_does_not_depend_on_whether_a_cache_or_a_file_supplied_the_set(
        kids in proptest::collection::vec("k[1-3]", 1..4),
        signer in "k[1-4]",
        place in any::<prop::sample::Index>(),
        byte in prop::option::of(any::<u8>()),
    ) {
        let kids: Vec<_> = kids.iter().map(String::as_str).collect();
        let body = keys(&kids);
        let given = JwkSet::parse(body.as_bytes(), &Limits::default()).expect("a set");
        let file = jws::Verifier::new(given, Policy::default());
        let cache = remembered(Memory::new(Some(body)), &Hands::new());
        attempts(&cache, 1);
        let cache = verifier(cache);
        let mut input = token(&signer);
        if let Some(byte) = byte {
            let place = place.index(input.len());
            input[place] = byte;
        }
        prop_assert_eq!(code(&file, &input), code(&cache, &input));
        let now = Time::from_unix(START).expect("in range");
        let checks = |verifier: &jws::Verifier| {
            let report = verifier.explain(&input, &jws::Expected::unbound().allow_no_expiry(), now);
            (report.checks, report.claims, report.warnings, report.hints)
        };
        prop_assert_eq!(checks(&file), checks(&cache));
    }
}
