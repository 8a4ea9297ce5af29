//! The backend with everything around it, on the loopback interface: an identity provider, a service
//! in place of MIRACL Trust, two users, and what they may and may not do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use countersign::encoding::json::Object;
use countersign::miracl::dvs::SignatureRequest;
use countersign::{Algorithm, Limits, Secret, Time, sha256};
use countersign_api::{BaseUrl, Credentials, Transport};
use countersign_fetch::{Clock, Fetcher};
use countersign_testkit::miracl::{DvsAuthority, DvsClient, certificate, certificate_answer};
use countersign_testkit::{EcIssuer, Issuer as _, Rng, RsaIssuer, jwk_set};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Documents, Failure, LIFE, MOST, Service, lock, router};

const PROJECT: &str = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
const PIN: u32 = 1234;
const START: i64 = 1_700_000_000;

/// A clock that the demonstration sets.
#[derive(Debug)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Time {
        Time::from_unix(self.0.load(Ordering::SeqCst)).unwrap_or(Time::EPOCH)
    }
}

/// What the service does with the next signature.
#[derive(Clone, Debug)]
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

/// In place of MIRACL Trust. It does not look at signatures: what it says of them is set before.
struct Miracl {
    own: RsaIssuer,
    other: RsaIssuer,
    clock: Arc<Hands>,
    conduct: Mutex<Conduct>,
    has_keys: AtomicBool,
}

impl Miracl {
    fn verify(&self, body: &Bytes) -> Result<Response, Failure> {
        let request = SignatureRequest::parse(body, &Limits::default())?;
        let foreign = countersign::encoding::hex::encode(&sha256(b"another document"));
        let (issuer, hash) = match *lock(&self.conduct) {
            Conduct::Certify => (&self.own, request.hash()),
            Conduct::Forge => (&self.other, request.hash()),
            Conduct::Foreign => (&self.own, &*foreign),
            Conduct::Refuse => return Ok(StatusCode::UNAUTHORIZED.into_response()),
            Conduct::Fail => return Ok(StatusCode::BAD_GATEWAY.into_response()),
        };
        let now = self.clock.now().unix();
        let token = certificate(issuer, now, now + 10, hash)?;
        Ok(certificate_answer(&token).to_string().into_response())
    }

    fn keys(&self) -> Response {
        if self.has_keys.load(Ordering::SeqCst) {
            key_set(&self.own.jwk())
        } else {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn key_set(key: &Object<'static>) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, jwk_set(std::slice::from_ref(key)).to_string()).into_response()
}

/// A user with a bearer token and an identity for signing.
struct User {
    token: String,
    identity: DvsClient,
}

impl User {
    fn new(
        name: &str,
        idp: &EcIssuer,
        scope: &str,
        authority: &DvsAuthority,
    ) -> Result<Self, Failure> {
        let claims = Object::new()
            .with("iss", "https://idp.example")
            .with("aud", "backend")
            .with("sub", name)
            .with("iat", START)
            .with("exp", START + 3600)
            .with("scope", scope);
        let header = idp.header(Algorithm::Es256);
        let token = idp.sign(&header, claims.to_string().as_bytes(), Algorithm::Es256)?;
        let id = format!(
            r#"{{"iat":{START},"userID":"{name}","cID":"{PROJECT}","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}}"#
        );
        let identity = authority.register(id.as_bytes(), &sha256(name.as_bytes()), PIN)?;
        Ok(Self { token, identity })
    }

    /// Signs a document as the SDKs do.
    fn sign(&self, document: &str, now: i64) -> Result<String, Failure> {
        let hash = sha256(document.as_bytes());
        let signature = self.identity.sign(&hash, now, PIN, &sha256(&hash))?;
        Ok(signature.with("timestamp", now).to_string())
    }
}

/// A backend, and the clock that it shares with the service.
struct Stage {
    backend: SocketAddr,
    clock: Arc<Hands>,
}

impl Stage {
    /// Posts with a user's token, demands the status, and returns the body.
    async fn post(
        &self,
        what: &str,
        path: &str,
        token: &str,
        body: &str,
        expected: u16,
    ) -> Result<String, Failure> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n",
            body.len()
        );
        let answer = exchange(self.backend, &head, body).await?;
        let status = answer.split(' ').nth(1).ok_or("no status")?.parse::<u16>()?;
        println!("{what}: {status}");
        assert_eq!(status, expected, "{what}: {answer}");
        assert_eq!(answer.contains("retry-after: 30\r\n"), status == 503, "{what}: {answer}");
        Ok(answer.split_once("\r\n\r\n").unwrap_or_default().1.to_owned())
    }

    async fn begin(&self, user: &User) -> Result<String, Failure> {
        self.post("  a document", "/documents", &user.token, "Pay 100 to Carol", 200).await
    }

    async fn sign(
        &self,
        what: &str,
        user: &User,
        object: &str,
        expected: u16,
    ) -> Result<String, Failure> {
        self.post(what, "/signature", &user.token, object, expected).await
    }

    fn now(&self) -> i64 {
        self.clock.now().unix()
    }
}

pub(super) async fn run() -> Result<(), Failure> {
    let rng = &mut Rng::from_seed(1);
    let authority = DvsAuthority::generate(rng);
    let (idp, stranger) =
        (EcIssuer::generate(rng, Some("k1")), EcIssuer::generate(rng, Some("k1")));
    let alice = User::new("alice@example.com", &idp, "read sign", &authority)?;
    let bob = User::new("bob@example.com", &idp, "sign", &authority)?;
    let reader = User::new("carol@example.com", &idp, "read", &authority)?;
    let forger = User::new("alice@example.com", &stranger, "sign", &authority)?;
    let clock = Arc::new(Hands(AtomicI64::new(START)));
    let miracl = Arc::new(Miracl {
        // As small as MIRACL Trust's.
        own: RsaIssuer::generate(rng, 1024, Some("s1"))?,
        other: RsaIssuer::generate(rng, 1024, Some("s1"))?,
        clock: Arc::clone(&clock),
        conduct: Mutex::new(Conduct::Certify),
        has_keys: AtomicBool::new(false),
    });
    let port = services(Arc::clone(&miracl), idp.jwk()).await?.port();
    let keyless = Stage { backend: backend(port, &clock).await?, clock: Arc::clone(&clock) };
    miracl.has_keys.store(true, Ordering::SeqCst);
    let stage = Stage { backend: backend(port, &clock).await?, clock };
    let behave = |conduct| *lock(&miracl.conduct) = conduct;

    // What it is for.
    let document = stage.begin(&alice).await?;
    let signed = alice.sign(&document, stage.now())?;
    let answer = stage.sign("alice signs her document", &alice, &signed, 200).await?;
    assert!(answer.starts_with("alice@example.com signed "), "{answer}");

    // Each document and each certificate once.
    stage.sign("the same signature again", &alice, &signed, 409).await?;
    stage.begin(&alice).await?;
    stage.sign("the same signature for another document", &alice, &signed, 401).await?;

    // Nobody signs for somebody else.
    let document = stage.begin(&alice).await?;
    let signed = alice.sign(&document, stage.now())?;
    stage.sign("alice's signature, sent by bob", &bob, &signed, 409).await?;
    stage.begin(&bob).await?;
    stage.sign("alice's signature for a document of bob's", &bob, &signed, 401).await?;
    let by_bob = bob.sign(&document, stage.now())?;
    stage.sign("bob's signature under alice's document", &alice, &by_bob, 401).await?;

    // What is signed, and what was certified, is not the client's to say.
    stage.begin(&alice).await?;
    let chosen = alice.sign("Pay 100000 to Alice", stage.now())?;
    stage.sign("a document of the client's choice", &alice, &chosen, 401).await?;
    stage.begin(&alice).await?;
    let hash = countersign::encoding::hex::encode(&sha256(b"Pay 100000 to Alice"));
    let token = certificate(&miracl.own, stage.now(), stage.now() + 10, &hash)?;
    let both = format!(r#"{{"request":{chosen},"certificate":"{token}"}}"#);
    stage.sign("request and certificate of the client's choice", &alice, &both, 401).await?;

    // Only a certificate for this signature counts, by the service's own key and in time.
    for (what, conduct, expected) in [
        ("a certificate of another document", Conduct::Foreign, 401),
        ("a certificate by another key", Conduct::Forge, 401),
        ("a signature that the service refuses", Conduct::Refuse, 401),
        ("an outage of the service", Conduct::Fail, 503),
    ] {
        let document = stage.begin(&alice).await?;
        behave(conduct);
        stage.sign(what, &alice, &alice.sign(&document, stage.now())?, expected).await?;
        behave(Conduct::Certify);
    }
    let document = stage.begin(&alice).await?;
    stage.clock.0.fetch_add(LIFE.into(), Ordering::SeqCst);
    stage.sign("too late", &alice, &alice.sign(&document, stage.now())?, 409).await?;
    only_so_many_documents_wait();

    for (what, stage, token, expected) in [
        ("a token that does not allow signing", &stage, &*reader.token, 403),
        ("a forged token", &stage, &forger.token, 401),
        ("no token", &stage, "", 401),
    ] {
        stage.post(what, "/documents", token, "text", expected).await?;
        stage.post(what, "/signature", token, "{}", expected).await?;
    }
    let document = keyless.begin(&bob).await?;
    let signed = bob.sign(&document, keyless.now())?;
    keyless.sign("without keys of the service", &bob, &signed, 503).await?;
    stage.clock.0.fetch_add(3600, Ordering::SeqCst);
    stage.post("an expired token", "/documents", &alice.token, "text", 401).await?;

    let metrics = exchange(stage.backend, "GET /metrics HTTP/1.1\r\n", "").await?;
    println!("{}", metrics.split_once("\r\n\r\n").unwrap_or_default().1);
    for line in [
        r#"jwks_refresh_total{issuer="idp",result="replaced"} 1"#,
        r#"request_total{reason="hash-mismatch"} 3"#,
        r#"request_total{reason="content-mismatch"} 2"#,
        r#"request_total{reason="nothing-to-sign"} 3"#,
        r#"jwks_age_seconds{issuer="dvs"} "#,
    ] {
        assert!(metrics.contains(line), "{line}");
    }
    Ok(())
}

/// Whoever begins more documents than there is room for locks nobody else's out.
fn only_so_many_documents_wait() {
    let (mut documents, now) = (Documents::default(), Time::EPOCH);
    for user in 0..MOST {
        assert!(documents.put(user.to_string(), "text", now).is_some());
    }
    assert_eq!(documents.put("one more".into(), "text", now), None);
    assert!(documents.put("7".into(), "another text", now).is_some(), "in place of the first");
    assert_eq!(documents.waiting.len(), MOST);
    let later = Time::from_unix(LIFE.into()).unwrap_or(now);
    assert!(documents.put("one more".into(), "text", later).is_some(), "the old ones are gone");
    assert_eq!(documents.waiting.len(), 1);
}

/// Serves the identity provider's keys, and what stands in for MIRACL Trust.
async fn services(miracl: Arc<Miracl>, key: Object<'static>) -> std::io::Result<SocketAddr> {
    let keys = Arc::clone(&miracl);
    let verify = move |body: Bytes| async move {
        miracl.verify(&body).unwrap_or_else(|_| StatusCode::BAD_REQUEST.into_response())
    };
    let routes = Router::new()
        .route("/idp/jwks", get(move || async move { key_set(&key) }))
        .route("/dvs/jwks", get(move || async move { keys.keys() }))
        .route("/dvs/verify", post(verify));
    serve(routes).await
}

/// Starts a backend that has what both publish at this moment.
async fn backend(port: u16, clock: &Arc<Hands>) -> Result<SocketAddr, Failure> {
    let base = format!("http://localhost:{port}");
    let idp = format!("{base}/idp/jwks");
    let fetcher = Fetcher::builder().plain_host("localhost").private_host("localhost").build()?;
    let service = Service {
        fetcher,
        base: BaseUrl::parse(&base, Transport::AllowPlainHttp)?,
        credentials: Credentials::basic("client", Secret::new(b"secret".to_vec()))?,
        project: PROJECT.into(),
    };
    let clock: Arc<dyn Clock> = clock.clone();
    let router = tokio::task::spawn_blocking(move || router(service, &idp, clock)).await??;
    Ok(serve(router).await?)
}

/// Serves on a free port of the loopback interface until the process ends.
async fn serve(router: Router) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Sends one request by hand, and returns the whole answer.
async fn exchange(server: SocketAddr, head: &str, body: &str) -> Result<String, Failure> {
    let exchange = async {
        let mut stream = TcpStream::connect(server).await?;
        let head = format!("{head}Host: {server}\r\nConnection: close\r\n\r\n{body}");
        stream.write_all(head.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    tokio::time::timeout(Duration::from_secs(30), exchange).await?
}
