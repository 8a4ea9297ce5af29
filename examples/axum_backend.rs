//! An auth backend: a client posts its DVS signature request and the certificate that the service
//! issued for it, or sends a bearer token, and is let in or not. The keys stay fresh by themselves.
//!
//! ```text
//! cargo run --example axum_backend        # serves itself, and ends
//! cargo run --example axum_backend -- 127.0.0.1:8080 https://dvs.example/jwks https://idp.example/jwks
//! ```
//!
//! The verifiers are made once and shared; verifying needs microseconds and no I/O, so it runs on
//! the connection's own task. Clients get one message for every refusal; the reason goes to the log
//! and, as a label, into the metrics:
//!
//! | Outcome | Answer |
//! |---|---|
//! | malformed, forged, expired, or a key that the set does not have | 401 `invalid_token` |
//! | genuine, and not enough | 403 `insufficient_scope` |
//! | no usable key set | 503 with `Retry-After` |

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use countersign::encoding::json::{self, Object};
use countersign::fetch::{Fault, Fetcher, JwksCache, Observer, Refreshed, Settings, SystemClock};
use countersign::jose::jws;
use countersign::miracl::dvs;
use countersign::testkit::{EcIssuer, Issuer as _, Rng, jwk_set};
use countersign::{Algorithm, Error, Limits, Policy, Rsa1024, Time};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

struct Backend {
    certificates: dvs::Verifier,
    tokens: jws::Verifier,
    expected: jws::Expected,
    caches: [Arc<JwksCache>; 2],
    metrics: Metrics,
    /// Time is an argument of the library, so a backend brings its clock.
    clock: fn() -> Option<Time>,
}

/// `POST /login` with `{"request": {…}, "certificate": "…"}`.
async fn login(State(backend): State<Arc<Backend>>, body: Bytes) -> Response {
    backend.answer("dvs", |now| {
        const PART: &str = "body";
        let limits = Limits::default();
        let body: Object<'_> = json::parse_object(PART, &body, &limits)?;
        let request =
            body.member("request").ok_or(Error::MissingMember { part: PART, member: "request" })?;
        let request = dvs::SignatureRequest::parse(request.to_string().as_bytes(), &limits)?;
        let token = body.string(PART, "certificate")?;
        let expected = dvs::Expected::request(&request);
        let certificate = backend.certificates.verify(token.as_bytes(), &expected, now)?;
        Ok(Access::Granted(format!("signed document {}\n", certificate.hash())))
    })
}

/// `GET /account` with a bearer token whose scope has `account`.
async fn account(State(backend): State<Arc<Backend>>, headers: HeaderMap) -> Response {
    backend.answer("idp", |now| {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let verified = backend.tokens.verify(token.as_bytes(), &backend.expected, now)?;
        let scope = verified.claims().and_then(|claims| claims.string("payload", "scope").ok());
        let granted = scope.is_some_and(|scope| scope.split(' ').any(|word| word == "account"));
        Ok(if granted { Access::Granted("welcome\n".into()) } else { Access::Insufficient })
    })
}

/// What a genuine artefact leads to.
enum Access {
    Granted(String),
    Insufficient,
}

impl Backend {
    fn answer(&self, issuer: &str, verify: impl FnOnce(Time) -> Result<Access, Error>) -> Response {
        let Some(now) = (self.clock)() else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let result = verify(now);
        let reason = result.as_ref().map_or_else(|error| error.code().as_str(), |_| "ok");
        self.metrics.count("verify_total", &[("issuer", issuer), ("reason", reason)]);
        match result {
            Ok(Access::Granted(text)) => (StatusCode::OK, text).into_response(),
            Ok(Access::Insufficient) => {
                let challenge =
                    [(header::WWW_AUTHENTICATE, r#"Bearer error="insufficient_scope""#)];
                (StatusCode::FORBIDDEN, challenge, "not allowed\n").into_response()
            }
            Err(error) => {
                // `{error}` can hold text of the client's; the JSON writer escapes what a terminal
                // obeys.
                eprintln!("refused: {} {}", error.code(), json::Value::from(error.to_string()));
                refusal(&error)
            }
        }
    }
}

/// 401 for whatever is wrong with the artefact, 503 for an outage, which is not the client's fault.
fn refusal(error: &Error) -> Response {
    match error.http_status() {
        503 => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")]).into_response(),
        _ => (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)],
            "not accepted\n",
        )
            .into_response(),
    }
}

/// `GET /metrics` in the text format of Prometheus. A service with an exporter of its own takes
/// `examples/metrics_observer.rs`.
async fn metrics_route(State(backend): State<Arc<Backend>>) -> String {
    let mut text = backend.metrics.to_text();
    for cache in &backend.caches {
        if let Some(age) = cache.health().age {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "jwks_age_seconds{{issuer=\"{}\"}} {age}", cache.name());
        }
    }
    text
}

/// Counters by name and labels, of which there are a few: nothing of a token is in them.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<BTreeMap<String, u64>>>);

impl Metrics {
    fn count(&self, name: &str, labels: &[(&str, &str)]) {
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counters.entry(format!("{name}{{{}}}", labels.join(","))).or_default() += 1;
    }

    fn to_text(&self) -> String {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters.iter().map(|(name, value)| format!("{name} {value}\n")).collect()
    }
}

impl Observer for Metrics {
    fn refreshed(&self, name: &str, result: &Result<Refreshed, Fault>) {
        let result = result.as_ref().map_or_else(Fault::label, |refreshed| refreshed.label());
        self.count("jwks_refresh_total", &[("issuer", name), ("result", result)]);
    }

    fn unknown_kid(&self, name: &str) {
        self.count("unknown_kid_total", &[("issuer", name)]);
    }
}

#[expect(clippy::disallowed_methods, reason = "the library reads no clock; a service has to")]
fn system_clock() -> Option<Time> {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Time::from_unix(elapsed.as_secs().try_into().ok()?)
}

/// The second at which the sample below was captured.
fn clock_of_the_sample() -> Option<Time> {
    Time::from_unix(1_649_404_581)
}

/// Makes the backend: one cache for each issuer, each with its own policy. The opt-in for the small
/// key of MIRACL Trust holds for its certificates only.
fn backend(
    fetcher: &Fetcher,
    urls: [&str; 2],
    clock: fn() -> Option<Time>,
) -> Result<Router, Box<dyn std::error::Error>> {
    let metrics = Metrics::default();
    let cache = |name: &str, url: &str| -> Result<_, Box<dyn std::error::Error>> {
        let (fetcher, observer) = (fetcher.clone(), metrics.clone());
        let settings = Settings::new(name, url)?;
        let cache = JwksCache::start_with(settings, fetcher, SystemClock::new(), observer)?;
        Ok(Arc::new(cache))
    };
    let [dvs, idp] = urls;
    let caches = [cache("dvs", dvs)?, cache("idp", idp)?];
    let [dvs, idp] = caches.clone();
    // A service may as well start without keys, and answer 503 until it has some.
    for cache in &caches {
        cache.wait(Duration::from_secs(5));
    }
    let weak = Policy::default().with_rsa_1024(Rsa1024::Allow);
    let backend = Backend {
        certificates: dvs::Verifier::from_source(dvs, weak),
        tokens: jws::Verifier::from_source(idp, Policy::default()),
        expected: jws::Expected::new("https://idp.example", "backend"),
        caches,
        metrics,
        clock,
    };
    Ok(Router::new()
        .route("/login", post(login))
        .route("/account", get(account))
        .route("/metrics", get(metrics_route))
        .with_state(Arc::new(backend)))
}

const DVS_JWKS: &str = include_str!("../test-vectors/seed/dvs-jwks.json");
const REQUEST: &str = include_str!("../test-vectors/seed/dvs-verify-request.json");
const RESPONSE: &str = include_str!("../test-vectors/seed/dvs-verify-response.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [address, dvs, idp] = arguments.as_slice() {
        let (dvs, idp) = (dvs.clone(), idp.clone());
        let router = tokio::task::spawn_blocking(move || {
            let host = |url: &str| {
                url.parse().ok().and_then(|url: axum::http::Uri| Some(url.host()?.to_owned()))
            };
            let hosts = [host(&dvs).ok_or("no host")?, host(&idp).ok_or("no host")?];
            let fetcher = hosts.iter().fold(Fetcher::builder(), |builder, host| builder.host(host));
            backend(&fetcher.build()?, [&dvs, &idp], system_clock)
                .map_err(|error| error.to_string().into())
        });
        let router: Result<Router, Box<dyn std::error::Error + Send + Sync>> = router.await?;
        let listener = TcpListener::bind(address).await?;
        println!("listening on {}", listener.local_addr()?);
        axum::serve(listener, router.map_err(|error| error.to_string())?).await?;
        return Ok(());
    }
    demonstrate().await
}

/// An issuer, a backend that fetches its keys, and clients, all on the loopback interface.
async fn demonstrate() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = EcIssuer::generate(&mut Rng::from_seed(1), Some("k1"));
    let stranger = EcIssuer::generate(&mut Rng::from_seed(2), Some("k1"));
    let token = |issuer: &EcIssuer, scope: &str| {
        let claims = format!(
            r#"{{"iss":"https://idp.example","aud":"backend","exp":1649404600,"scope":"{scope}"}}"#
        );
        issuer.sign(&issuer.header(Algorithm::Es256), claims.as_bytes(), Algorithm::Es256)
    };
    static PUBLISHED: AtomicBool = AtomicBool::new(false);
    let keys = jwk_set(&[issuer.jwk()]).to_string();
    let publish = |keys: String| {
        get(move || async move {
            let json = [(header::CONTENT_TYPE, "application/json")];
            match PUBLISHED.load(Ordering::SeqCst) {
                true => (json, keys).into_response(),
                false => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        })
    };
    let issuer_routes = Router::new()
        .route("/dvs.json", publish(DVS_JWKS.to_owned()))
        .route("/idp.json", publish(keys));
    let port = serve(issuer_routes).await?.port();
    let start =
        async |clock: fn() -> Option<Time>| -> Result<SocketAddr, Box<dyn std::error::Error>> {
            let router = tokio::task::spawn_blocking(move || {
                let fetcher = Fetcher::builder().plain_host("localhost").private_host("localhost");
                let url = |name: &str| format!("http://localhost:{port}/{name}");
                let fetcher = fetcher.build().map_err(|fault| fault.to_string())?;
                backend(&fetcher, [&url("dvs.json"), &url("idp.json")], clock)
                    .map_err(|error| error.to_string())
            });
            Ok(serve(router.await??).await?)
        };
    let keyless = start(clock_of_the_sample).await?;
    PUBLISHED.store(true, Ordering::SeqCst);
    let good = start(clock_of_the_sample).await?;
    let late = start(system_clock).await?;

    let body = RESPONSE.replacen('{', &format!("{{\"request\": {REQUEST},"), 1);
    let tampered = body.replacen("\"74657374\"", "\"74657375\"", 1);
    let login = |body: &str| format!("POST /login HTTP/1.1\r\nContent-Length: {}\r\n", body.len());
    let account =
        |token: &str| format!("GET /account HTTP/1.1\r\nAuthorization: Bearer {token}\r\n");
    let [full, little, forged] =
        [token(&issuer, "read account")?, token(&issuer, "read")?, token(&stranger, "account")?];
    for (name, server, head, body, expected) in [
        ("the sample", good, login(&body), &*body, 200),
        ("another document", good, login(&tampered), &tampered, 401),
        ("years later", late, login(&body), &body, 401),
        ("without keys", keyless, login(&body), &body, 503),
        ("a token", good, account(&full), "", 200),
        ("a token without the scope", good, account(&little), "", 403),
        ("a forged token", good, account(&forged), "", 401),
        ("a token, without keys", keyless, account(&full), "", 503),
        ("no token", good, account(""), "", 401),
        ("a token years later", late, account(&full), "", 401),
    ] {
        let answer = exchange(server, &head, body).await?;
        let status = answer.split(' ').nth(1).ok_or("no status")?.parse::<u16>()?;
        println!("{name}: {status}");
        assert_eq!(status, expected, "{name}");
        assert_eq!(answer.contains("retry-after: 30\r\n"), status == 503, "{name}: {answer}");
    }
    let metrics = exchange(good, "GET /metrics HTTP/1.1\r\n", "").await?;
    println!("{}", metrics.split("\r\n\r\n").nth(1).unwrap_or_default());
    for line in [
        r#"jwks_refresh_total{issuer="idp",result="replaced"} 1"#,
        r#"verify_total{issuer="idp",reason="signature-mismatch"} 1"#,
        r#"verify_total{issuer="dvs",reason="ok"} 1"#,
        r#"jwks_age_seconds{issuer="dvs"} "#,
    ] {
        assert!(metrics.contains(line), "{line}");
    }
    Ok(())
}

/// Serves on a free port of the loopback interface until the process ends.
async fn serve(router: Router) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Sends one request by hand, and returns the whole answer.
async fn exchange(
    server: SocketAddr,
    head: &str,
    body: &str,
) -> Result<String, Box<dyn std::error::Error>> {
    let exchange = async {
        let mut stream = TcpStream::connect(server).await?;
        let head = format!("{head}Host: {server}\r\nConnection: close\r\n\r\n{body}");
        stream.write_all(head.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    tokio::time::timeout(Duration::from_secs(10), exchange).await?
}
