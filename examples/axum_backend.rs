//! A backend whose users sign documents with their MIRACL Trust identity. Keys stay fresh by
//! themselves; a bearer token says who asks.
//!
//! ```text
//! cargo run --example axum_backend        # serves itself, tries what an attacker would, and ends
//! CLIENT_SECRET=… cargo run --example axum_backend -- 127.0.0.1:8080 \
//!     https://api.mpin.io PROJECT CLIENT_ID https://idp.example/jwks
//! ```
//!
//! ```text
//! client ── POST /documents: token, text ───────► backend   keeps the document, for this user
//! client ◄─────── the document to sign ──────────
//! client ── POST /signature: token, signature ──► backend ── POST /dvs/verify ──► MIRACL Trust
//!                                                 backend ◄────── certificate ───
//! ```
//!
//! A certificate names a hash and nobody, so what it is about must not come from the client:
//!
//! - **The document is the backend's own.** It keeps one for each user, in bounded number and for a
//!   bounded time. No two are the same, so no signature fits a second one.
//! - **The user is bound twice**: the document waits for the user of the token, and the identity that
//!   signed must be that user's.
//! - **The certificate comes from the service**, as the answer to this [`Transaction`]. The client
//!   never touches it. A document is taken out before anyone is asked: one document, one attempt.
//!
//! Clients get one message for every refusal; the reason goes to the log and, as a label, into the
//! metrics:
//!
//! | Outcome | Answer |
//! |---|---|
//! | malformed, forged, expired, another user's, or a key that the set does not have | 401 |
//! | a genuine token that does not allow signing | 403 |
//! | no document waits for this user | 409 |
//! | no usable key set, no answer of the service, too many documents | 503 with `Retry-After` |

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use countersign::encoding::json;
use countersign::jose::jws;
use countersign::miracl::dvs::{self, Confirmed, Transaction, signature};
use countersign::{Error, Leeway, Policy, Rsa1024, Secret, Time, Verdict};
use countersign_api::miracl::VerifySignature;
use countersign_api::{BaseUrl, Call as _, Credentials};
use countersign_fetch::{
    Clock, Fault, Fetch as _, Fetcher, JwksCache, Observer, Refreshed, Settings, SystemClock,
};
use tokio::net::TcpListener;

#[path = "axum_backend/demonstration.rs"]
mod demonstration;

struct Backend {
    certificates: dvs::Verifier,
    tokens: jws::Verifier,
    expected: jws::Expected,
    documents: Mutex<Documents>,
    service: Service,
    clock: Arc<dyn Clock>,
    caches: [Arc<JwksCache>; 2],
    metrics: Metrics,
}

/// How MIRACL Trust is asked.
struct Service {
    fetcher: Fetcher,
    base: BaseUrl,
    credentials: Credentials,
    project: String,
}

/// `POST /documents` with the text of the document.
async fn documents(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    text: String,
) -> Response {
    backend.answer(backend.begin(&headers, &text))
}

/// `POST /signature` with the signature object, as the client's SDK makes it.
async fn signature(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // The service is asked on a thread that may wait.
    let signing = tokio::task::spawn_blocking(move || {
        let signed = backend.sign(&headers, &body).map(|confirmed| {
            let signature = confirmed.signature();
            format!("{} signed {}\n", signature.mpin_id().user_id(), signature.hash())
        });
        backend.answer(signed)
    });
    signing.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

impl Backend {
    fn begin(&self, headers: &HeaderMap, text: &str) -> Result<String, Refusal> {
        let now = self.clock.now();
        let user = self.user(headers, now)?;
        lock(&self.documents).put(user, text, now).ok_or(Refusal::Full)
    }

    fn sign(&self, headers: &HeaderMap, object: &[u8]) -> Result<Confirmed, Refusal> {
        let now = self.clock.now();
        let user = self.user(headers, now)?;
        let document = lock(&self.documents).take(&user, now).ok_or(Refusal::NothingToSign)?;
        let expected = signature::Expected::new(dvs::Expected::document(document.as_bytes()))
            .user_id(user)
            .max_age(LIFE);
        let service = &self.service;
        let project = service.project.clone();
        let transaction = Transaction::begin(&self.certificates, object, project, expected, now)?;
        let request =
            VerifySignature::from(&transaction).request(&service.base, &service.credentials)?;
        let answer = service.fetcher.send(request).map_err(Refusal::Service)?;
        let (status, body) = (answer.status().as_u16(), answer.body());
        // The certificate is younger than the request, so it is judged at the time of now.
        Ok(transaction.verify(&self.certificates, status, body, self.clock.now())?)
    }

    /// Returns whose bearer token it is, if it allows signing.
    fn user(&self, headers: &HeaderMap, now: Time) -> Result<String, Refusal> {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let verified = self.tokens.verify(token.as_bytes(), &self.expected, now)?;
        let claims = Claims::read(&verified)?;
        if claims.allows("sign") { Ok(claims.sub) } else { Err(Refusal::Scope) }
    }

    fn answer(&self, result: Result<String, Refusal>) -> Response {
        let reason = result.as_ref().map_or_else(Refusal::reason, |_| "ok");
        self.metrics.count("request_total", &[("reason", reason)]);
        result.map_or_else(IntoResponse::into_response, IntoResponse::into_response)
    }
}

/// What this backend reads of a verified token.
struct Claims {
    /// The user.
    sub: String,
    /// What the token allows, as words.
    scope: String,
}

impl Claims {
    fn read(verified: &jws::Verified) -> Result<Self, Refusal> {
        let claims = verified.claims().ok_or(Refusal::Scope)?;
        Ok(Self {
            sub: claims.string("payload", "sub")?.into_owned(),
            scope: claims.optional_string("payload", "scope")?.unwrap_or_default().into_owned(),
        })
    }

    fn allows(&self, what: &str) -> bool {
        self.scope.split(' ').any(|word| word == what)
    }
}

/// Documents that wait for a signature: one for each user, [`MOST`] in all, each for [`LIFE`].
#[derive(Default)]
struct Documents {
    waiting: HashMap<String, (String, Time)>,
    count: u64,
}

const MOST: usize = 1000;
/// In seconds.
const LIFE: u32 = 300;

impl Documents {
    /// Keeps the document of a user, in place of an earlier one. `None` if there are too many.
    fn put(&mut self, user: String, text: &str, now: Time) -> Option<String> {
        self.waiting.retain(|_, (_, since)| is_alive(*since, now));
        if self.waiting.len() >= MOST && !self.waiting.contains_key(&user) {
            return None;
        }
        self.count += 1;
        // The last line is another one each time, even after a new start.
        let document = format!("{text}\nNo. {}, {now}\n", self.count);
        self.waiting.insert(user, (document.clone(), now));
        Some(document)
    }

    /// Takes the document of a user out, whatever becomes of it.
    fn take(&mut self, user: &str, now: Time) -> Option<String> {
        let (document, since) = self.waiting.remove(user)?;
        is_alive(since, now).then_some(document)
    }
}

fn is_alive(since: Time, now: Time) -> bool {
    (0..LIFE.into()).contains(&(now.unix() - since.unix()))
}

/// Why a request is refused.
enum Refusal {
    /// What is wrong with a token, a signature or a certificate, or that there are no keys.
    Artefact(Error),
    Scope,
    NothingToSign,
    Full,
    Service(Fault),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Artefact(error)
    }
}

impl Refusal {
    /// One of a few labels: nothing of a token is in it.
    fn reason(&self) -> &'static str {
        match self {
            Self::Artefact(error) => error.code().as_str(),
            Self::Scope => "scope",
            Self::NothingToSign => "nothing-to-sign",
            Self::Full => "full",
            Self::Service(fault) => fault.label(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Artefact(error) = &self {
            // The text can hold what the client sent; the JSON writer escapes what a terminal obeys.
            eprintln!("refused: {} {}", error.code(), json::Value::from(error.to_string()));
        }
        let challenge =
            |error: &str| [(header::WWW_AUTHENTICATE, format!("Bearer error=\"{error}\""))];
        let later = [(header::RETRY_AFTER, "30")];
        match self {
            Self::Artefact(error) if Verdict::from(error.code()) == Verdict::Invalid => {
                (StatusCode::UNAUTHORIZED, challenge("invalid_token"), "not accepted\n")
                    .into_response()
            }
            Self::Scope => {
                (StatusCode::FORBIDDEN, challenge("insufficient_scope"), "not allowed\n")
                    .into_response()
            }
            Self::NothingToSign => (StatusCode::CONFLICT, "nothing to sign\n").into_response(),
            // An outage is not the client's fault.
            _ => (StatusCode::SERVICE_UNAVAILABLE, later).into_response(),
        }
    }
}

/// `GET /metrics` in the text format of Prometheus. A service with an exporter of its own takes
/// `examples/metrics_observer.rs`.
async fn metrics_text(State(backend): State<Arc<Backend>>) -> String {
    let mut text = backend.metrics.to_text();
    for cache in &backend.caches {
        if let Some(age) = cache.health().age {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "jwks_age_seconds{{issuer=\"{}\"}} {age}", cache.name());
        }
    }
    text
}

/// Counters by name and labels.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<BTreeMap<String, u64>>>);

impl Metrics {
    fn count(&self, name: &str, labels: &[(&str, &str)]) {
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        *lock(&self.0).entry(format!("{name}{{{}}}", labels.join(","))).or_default() += 1;
    }

    fn to_text(&self) -> String {
        lock(&self.0).iter().map(|(name, value)| format!("{name} {value}\n")).collect()
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the backend: one cache for each issuer, each with its own policy. The opt-in for the small
/// key of MIRACL Trust holds for its certificates only. Waits for keys, so not on the runtime.
fn router(service: Service, idp: &str, clock: Arc<dyn Clock>) -> Result<Router, Failure> {
    let metrics = Metrics::default();
    let cache = |name: &str, url: &str| -> Result<_, Failure> {
        let (fetcher, clock) = (service.fetcher.clone(), Arc::clone(&clock));
        let settings = Settings::new(name, url)?;
        Ok(Arc::new(JwksCache::start_with(settings, fetcher, clock, metrics.clone())?))
    };
    let keys = format!("{}/dvs/jwks", service.base.as_str());
    let caches = [cache("dvs", &keys)?, cache("idp", idp)?];
    // A service may as well start without keys, and answer 503 until it has some.
    for cache in &caches {
        cache.wait(Duration::from_secs(5));
    }
    let [dvs, idp] = caches.clone();
    // Three clocks take part in a signature.
    let leeway = Leeway::from_seconds(10).unwrap_or_default();
    let weak = Policy::default().with_rsa_1024(Rsa1024::Allow).with_leeway(leeway);
    let backend = Backend {
        certificates: dvs::Verifier::from_source(dvs, weak),
        tokens: jws::Verifier::from_source(idp, Policy::default()),
        expected: jws::Expected::new("https://idp.example", "backend"),
        documents: Mutex::default(),
        service,
        clock,
        caches,
        metrics,
    };
    Ok(Router::new()
        .route("/documents", post(documents))
        .route("/signature", post(signature))
        .route("/metrics", get(metrics_text))
        .layer(DefaultBodyLimit::max(16 * 1024))
        .with_state(Arc::new(backend)))
}

/// Why the backend does not start.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, base, project, client, idp] = arguments.as_slice() else {
        return demonstration::run().await;
    };
    let host = |url: &str| -> Result<String, Failure> {
        let url: axum::http::Uri = url.parse()?;
        Ok(url.host().ok_or("an address without a host")?.to_owned())
    };
    #[expect(clippy::disallowed_methods, reason = "arguments are seen in the list of processes")]
    let secret = Secret::new(std::env::var("CLIENT_SECRET")?.into_bytes());
    let service = Service {
        fetcher: Fetcher::builder().host(&host(base)?).host(&host(idp)?).build()?,
        base: base.parse()?,
        credentials: Credentials::basic(client, secret)?,
        project: project.clone(),
    };
    let idp = idp.clone();
    let clock = Arc::new(SystemClock::new());
    let router = tokio::task::spawn_blocking(move || router(service, &idp, clock)).await??;
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
