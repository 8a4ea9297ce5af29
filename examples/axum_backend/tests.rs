//! What users and attackers try, with keys of our own and somebody in place of MIRACL Trust.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

use countersign::encoding::json::Object;
use countersign::jose::Snapshot;
use countersign::miracl::dvs::SignatureRequest;
use countersign::{Algorithm, Limits, sha256};
use countersign_testkit::miracl::{DvsAuthority, DvsClient, certificate, certificate_answer};
use countersign_testkit::{EcIssuer, Issuer, Rng, RsaIssuer, jwk_set};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

const PROJECT: &str = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
const PIN: u32 = 1234;
const START: i64 = 1_700_000_000;

/// A clock that a test sets.
#[derive(Debug)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Time {
        Time::from_unix(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// What the service does with the next signature.
#[derive(Clone, Copy, Debug)]
enum Conduct {
    /// Certifies the hash that was sent.
    Certify,
    /// Certifies the hash that was sent, as somebody with a key of the same name.
    Forge,
    /// Gives the certificate of another document.
    Foreign,
    /// Says that the signature is wrong.
    Refuse,
    /// Has an outage.
    Fail,
}

/// Keys of everybody, as small as MIRACL Trust's where it has them.
struct World {
    service: RsaIssuer,
    stranger: RsaIssuer,
    idp: EcIssuer,
    forger: EcIssuer,
    authority: DvsAuthority,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let rng = &mut Rng::from_seed(1);
    World {
        service: RsaIssuer::generate(rng, 1024, Some("s1")).unwrap(),
        stranger: RsaIssuer::generate(rng, 1024, Some("s1")).unwrap(),
        idp: EcIssuer::generate(rng, Some("k1")),
        forger: EcIssuer::generate(rng, Some("k1")),
        authority: DvsAuthority::generate(rng),
    }
});

/// In place of MIRACL Trust. It does not look at signatures: what it says of them is set before.
struct Miracl {
    clock: Arc<Hands>,
    conduct: Mutex<Conduct>,
}

impl Fetch for Miracl {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Fault> {
        assert_eq!(request.uri().path(), "/dvs/verify");
        let asked = SignatureRequest::parse(request.body(), &Limits::default()).unwrap();
        let foreign = countersign::encoding::hex::encode(&sha256(b"another document"));
        let answer = |status, body: String| {
            Ok(http::Response::builder().status(status).body(body.into_bytes()).unwrap())
        };
        let (issuer, hash) = match *self.conduct.lock().unwrap() {
            Conduct::Certify => (&WORLD.service, asked.hash()),
            Conduct::Forge => (&WORLD.stranger, asked.hash()),
            Conduct::Foreign => (&WORLD.service, &*foreign),
            Conduct::Refuse => return answer(401, String::new()),
            Conduct::Fail => return answer(502, String::new()),
        };
        let now = self.clock.now().unix();
        let token = certificate(issuer, now, now + 10, hash).unwrap();
        answer(200, certificate_answer(&token).to_string())
    }
}

/// A user with a bearer token and an identity for signing.
struct User {
    token: String,
    identity: DvsClient,
}

impl User {
    fn new(name: &str, scope: &str, idp: &EcIssuer) -> Self {
        let claims = Object::new()
            .with("iss", IDP)
            .with("aud", AUDIENCE)
            .with("sub", name)
            .with("iat", START)
            .with("exp", START + 3600)
            .with("scope", scope);
        let header = idp.header(Algorithm::Es256);
        let token = idp.sign(&header, claims.to_string().as_bytes(), Algorithm::Es256).unwrap();
        let id = format!(
            r#"{{"iat":{START},"userID":"{name}","cID":"{PROJECT}","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}}"#
        );
        let secret = sha256(name.as_bytes());
        let identity = WORLD.authority.register(id.as_bytes(), &secret, PIN).unwrap();
        Self { token, identity }
    }

    fn alice() -> Self {
        Self::new("alice@example.com", "read sign", &WORLD.idp)
    }

    fn bob() -> Self {
        Self::new("bob@example.com", "sign", &WORLD.idp)
    }

    /// Signs a document as the SDKs do.
    fn sign(&self, document: &str, now: i64) -> String {
        let hash = sha256(document.as_bytes());
        let signature = self.identity.sign(&hash, now, PIN, &sha256(&hash)).unwrap();
        signature.with("timestamp", now).to_string()
    }
}

/// A backend, and what it shares with the service.
struct Stage {
    backend: Arc<Backend>,
    miracl: Arc<Miracl>,
    clock: Arc<Hands>,
}

impl Stage {
    fn new() -> Self {
        Self::with_keys(jwk_set(&[WORLD.service.jwk()]))
    }

    fn with_keys(dvs: impl ToString) -> Self {
        let clock = Arc::new(Hands(AtomicI64::new(START)));
        let conduct = Mutex::new(Conduct::Certify);
        let miracl = Arc::new(Miracl { clock: Arc::clone(&clock), conduct });
        let service = Service {
            client: Box::new(Arc::clone(&miracl)),
            base: MIRACL.parse().unwrap(),
            credentials: Credentials::basic("client", Secret::new(b"secret".to_vec())).unwrap(),
            project: PROJECT.into(),
        };
        let keys = |text: String| {
            Snapshot::parse(text.as_bytes(), Time::from_unix(START), &Limits::default()).unwrap()
        };
        let idp = keys(jwk_set(&[WORLD.idp.jwk()]).to_string());
        let backend = Backend::new(keys(dvs.to_string()), idp, service, clock.clone());
        Self { backend: Arc::new(backend), miracl, clock }
    }

    fn now(&self) -> i64 {
        self.clock.now().unix()
    }

    fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn begin(&self, user: &User) -> String {
        self.backend.begin(&bearer(&user.token), "Pay 100 to Carol").unwrap()
    }

    /// The status of the answer, and the reason in the log.
    fn sign(&self, user: &User, object: &str) -> (u16, String) {
        outcome(self.backend.sign(&bearer(&user.token), object.as_bytes()))
    }
}

fn bearer(token: &str) -> HeaderMap {
    HeaderMap::from_iter([(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap())])
}

fn outcome<T>(result: Result<T, Refusal>) -> (u16, String) {
    let Err(refusal) = result else { return (200, "ok".into()) };
    let reason = match &refusal {
        Refusal::Artefact(error) => error.code().to_string(),
        other => other.to_string(),
    };
    (refusal.into_response().status().as_u16(), reason)
}

fn is(status: u16, reason: &str) -> (u16, String) {
    (status, reason.into())
}

#[test]
fn a_signature_of_ones_own_document_is_accepted_once() {
    let (stage, alice) = (Stage::new(), User::alice());
    let signed = alice.sign(&stage.begin(&alice), stage.now());
    assert_eq!(stage.sign(&alice, &signed), is(200, "ok"));
    assert_eq!(stage.sign(&alice, &signed), is(409, "no document waits"));
    stage.begin(&alice);
    assert_eq!(stage.sign(&alice, &signed), is(401, "hash-mismatch"), "of the document before");
}

#[test]
fn nobody_signs_for_somebody_else() {
    let (stage, alice, bob) = (Stage::new(), User::alice(), User::bob());
    let document = stage.begin(&alice);
    let signed = alice.sign(&document, stage.now());
    assert_eq!(stage.sign(&bob, &signed), is(409, "no document waits"));
    stage.begin(&bob);
    assert_eq!(stage.sign(&bob, &signed), is(401, "content-mismatch"));
    let by_bob = bob.sign(&document, stage.now());
    assert_eq!(stage.sign(&alice, &by_bob), is(401, "content-mismatch"));
}

#[test]
fn what_is_signed_and_what_was_certified_is_not_the_clients_to_say() {
    let (stage, alice) = (Stage::new(), User::alice());
    stage.begin(&alice);
    let chosen = alice.sign("Pay 100000 to Alice", stage.now());
    assert_eq!(stage.sign(&alice, &chosen), is(401, "hash-mismatch"));
    stage.begin(&alice);
    let hash = countersign::encoding::hex::encode(&sha256(b"Pay 100000 to Alice"));
    let token = certificate(&WORLD.service, stage.now(), stage.now() + 10, &hash).unwrap();
    let both = format!(r#"{{"request":{chosen},"certificate":"{token}"}}"#);
    assert_eq!(stage.sign(&alice, &both), is(401, "missing-member"));
}

#[test]
fn only_a_certificate_for_this_signature_by_the_services_own_key_counts() {
    let (stage, alice) = (Stage::new(), User::alice());
    for (conduct, expected) in [
        (Conduct::Foreign, is(401, "hash-mismatch")),
        (Conduct::Forge, is(401, "signature-mismatch")),
        (Conduct::Refuse, is(401, "signature-refused")),
        (Conduct::Fail, is(503, "no-answer")),
    ] {
        *stage.miracl.conduct.lock().unwrap() = conduct;
        let document = stage.begin(&alice);
        let found = stage.sign(&alice, &alice.sign(&document, stage.now()));
        assert_eq!(found, expected, "{conduct:?}");
    }
}

#[test]
fn a_document_waits_for_so_long_only() {
    let (stage, alice) = (Stage::new(), User::alice());
    let document = stage.begin(&alice);
    stage.pass(i64::from(LIFE) - 1);
    assert_eq!(stage.sign(&alice, &alice.sign(&document, stage.now())), is(200, "ok"));
    let document = stage.begin(&alice);
    stage.pass(LIFE.into());
    let late = alice.sign(&document, stage.now());
    assert_eq!(stage.sign(&alice, &late), is(409, "no document waits"));
}

#[test]
fn whoever_begins_more_documents_than_there_is_room_for_locks_nobody_elses_out() {
    let (mut documents, now) = (Documents::default(), Time::EPOCH);
    for user in 0..MOST {
        assert!(documents.put(user.to_string(), "text", now).is_some());
    }
    assert_eq!(documents.put("one more".into(), "text", now), None);
    assert!(documents.put("7".into(), "another text", now).is_some(), "in place of the first");
    assert_eq!(documents.waiting.len(), MOST);
    let later = Time::from_unix(LIFE.into()).unwrap();
    assert!(documents.put("one more".into(), "text", later).is_some(), "the old ones are gone");
    assert_eq!(documents.waiting.len(), 1);
}

#[test]
fn only_a_genuine_token_that_allows_signing_begins_or_signs() {
    let stage = Stage::new();
    let reader = User::new("carol@example.com", "read", &WORLD.idp).token;
    let forged = User::new("alice@example.com", "sign", &WORLD.forger).token;
    let expired = User::alice().token;
    let check = |token: &str, expected: (u16, String)| {
        assert_eq!(outcome(stage.backend.begin(&bearer(token), "text")), expected);
        assert_eq!(outcome(stage.backend.sign(&bearer(token), b"{}")), expected);
    };
    check(&reader, is(403, "token does not allow signing"));
    check(&forged, is(401, "signature-mismatch"));
    check("", is(401, "malformed"));
    assert_eq!(outcome(stage.backend.begin(&HeaderMap::new(), "text")), is(401, "malformed"));
    stage.pass(3600);
    check(&expired, is(401, "expired"));
}

#[test]
fn without_keys_of_the_service_nothing_is_decided() {
    let (stage, alice) = (Stage::with_keys(r#"{"keys":[]}"#), User::alice());
    let document = stage.begin(&alice);
    assert_eq!(stage.sign(&alice, &alice.sign(&document, stage.now())), is(503, "no-key"));
}

#[tokio::test]
async fn the_routes_answer_with_status_challenge_and_time_to_retry() {
    let (stage, alice) = (Stage::new(), User::alice());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let backend = Arc::clone(&stage.backend);
    tokio::spawn(async move { axum::serve(listener, router(backend)).await });
    let post = async |path: &str, token: &str, body: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let begun = post("/documents", &alice.token, "Pay 100 to Carol").await;
    let (head, document) = begun.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{begun}");
    let signed = alice.sign(document, stage.now());
    let answer = post("/signature", &alice.token, &signed).await;
    assert!(answer.contains("\r\n\r\nalice@example.com signed "), "{answer}");
    let refused = post("/signature", "", &signed).await;
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    assert!(refused.contains("www-authenticate: Bearer error=\"invalid_token\""), "{refused}");
    assert!(refused.ends_with("\r\n\r\nnot accepted\n"), "{refused}");
    let document = stage.begin(&alice);
    *stage.miracl.conduct.lock().unwrap() = Conduct::Fail;
    let failed = post("/signature", &alice.token, &alice.sign(&document, stage.now())).await;
    assert!(failed.starts_with("HTTP/1.1 503 "), "{failed}");
    assert!(failed.contains("\r\nretry-after: 30\r\n"), "{failed}");
    let large = post("/documents", &alice.token, &"x".repeat(16 * 1024 + 1)).await;
    assert!(large.starts_with("HTTP/1.1 413 "), "{large}");
}
