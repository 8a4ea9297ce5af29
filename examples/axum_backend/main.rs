//! A backend whose users sign documents with their MIRACL Trust identity. Keys stay fresh by
//! themselves; a bearer token says who asks.
//!
//! ```text
//! PROJECT_ID=… CLIENT_ID=… CLIENT_SECRET=… cargo run --example axum_backend
//! ```
//!
//! ```text
//! client ── POST /documents: token, text ───────► backend   keeps the document, for this user
//! client ◄─────── the document to sign ──────────
//! client ── POST /signature: token, signature ──► backend ── POST /dvs/verify ──► MIRACL Trust
//!                                                 backend ◄────── certificate ───
//! ```
//!
//! A certificate names a hash and no user, so the client must not say what it is about:
//!
//! - **The document is the backend's own.** It keeps one for each user, in bounded number and for a
//!   bounded time. No two are the same, so no signature fits a second one.
//! - **The user is bound twice**: the document waits for the user of the token, and the identity that
//!   signed must be that user's.
//! - **The certificate comes from the service**, as the answer to this [`Transaction`]. The client
//!   never touches it. A document is taken out before anyone is asked: one document, one attempt.
//!
//! Clients get one message for every refusal; the reason goes to the log. `tests.rs` tries what an
//! attacker would.
//!
//! | Outcome | Answer |
//! |---|---|
//! | malformed, forged, expired, another user's, or a key that the set does not have | 401 |
//! | a genuine token that does not allow signing | 403 |
//! | no document waits for this user | 409 |
//! | no usable key set, no answer of the service, too many documents | 503 with `Retry-After` |

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use countersign::jose::{KeySource, jws};
use countersign::miracl::dvs::{self, Confirmed, Transaction, signature};
use countersign::{Error, Leeway, Policy, Rsa1024, Secret, Time, Verdict};
use countersign_api::miracl::VerifySignature;
use countersign_api::{BaseUrl, Call as _, Credentials};
use countersign_fetch::{Clock, Fault, Fetch, Fetcher, JwksCache, Settings, SystemClock};
use tokio::net::TcpListener;

#[cfg(test)]
mod tests;

const MIRACL: &str = "https://api.mpin.io";
const IDP: &str = "https://idp.example";
/// What bearer tokens name this backend.
const AUDIENCE: &str = "backend";

struct Backend {
    certificates: dvs::Verifier,
    tokens: jws::Verifier,
    documents: Mutex<Documents>,
    service: Service,
    clock: Arc<dyn Clock>,
}

/// How MIRACL Trust is asked.
struct Service {
    client: Box<dyn Fetch>,
    base: BaseUrl,
    credentials: Credentials,
    project: String,
}

impl Backend {
    /// Each issuer has a policy of its own: the opt-in for MIRACL Trust's small key holds for its
    /// certificates only. While a source has no keys, the answer is 503.
    fn new(
        dvs: impl KeySource + 'static,
        idp: impl KeySource + 'static,
        service: Service,
        clock: Arc<dyn Clock>,
    ) -> Self {
        // Three clocks take part in a signature.
        let leeway = Leeway::from_seconds(10).unwrap_or_default();
        let weak = Policy::default().with_rsa_1024(Rsa1024::Allow).with_leeway(leeway);
        Self {
            certificates: dvs::Verifier::from_source(dvs, weak),
            tokens: jws::Verifier::from_source(idp, Policy::default()),
            documents: Mutex::default(),
            service,
            clock,
        }
    }

    /// Keeps a document for the user of the token, and returns what is to be signed.
    fn begin(&self, headers: &HeaderMap, text: &str) -> Result<String, Refusal> {
        let now = self.clock.now();
        let user = self.user(headers, now)?;
        self.documents().put(user, text, now).ok_or(Refusal::Full)
    }

    /// Has the signature of that document verified. Waits for the service.
    fn sign(&self, headers: &HeaderMap, object: &[u8]) -> Result<Confirmed, Refusal> {
        let now = self.clock.now();
        let user = self.user(headers, now)?;
        let document = self.documents().take(&user, now).ok_or(Refusal::NothingToSign)?;
        let expected = signature::Expected::new(dvs::Expected::document(document.as_bytes()))
            .user_id(user)
            .max_age(LIFE);
        let Service { client, base, credentials, project } = &self.service;
        let transaction = Transaction::begin(&self.certificates, object, project, expected, now)?;
        let request = VerifySignature::from(&transaction).request(base, credentials)?;
        let answer = client.send(request).map_err(Refusal::Service)?;
        let (status, body) = (answer.status().as_u16(), answer.body());
        // The certificate is younger than the request, so it is judged at the time of now.
        Ok(transaction.verify(&self.certificates, status, body, self.clock.now())?)
    }

    /// Returns whose bearer token it is, if it allows signing.
    fn user(&self, headers: &HeaderMap, now: Time) -> Result<String, Refusal> {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let expected = jws::Expected::new(IDP, AUDIENCE);
        let claims = Claims::read(&self.tokens.verify(token.as_bytes(), &expected, now)?)?;
        if claims.allows("sign") { Ok(claims.sub) } else { Err(Refusal::Scope) }
    }

    fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
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
#[derive(Debug)]
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

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Artefact(error) => write!(f, "{}: {error}", error.code()),
            Self::Scope => f.write_str("token does not allow signing"),
            Self::NothingToSign => f.write_str("no document waits"),
            Self::Full => f.write_str("too many documents wait"),
            Self::Service(fault) => write!(f, "service: {fault}"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // An error can quote the client; what a terminal obeys is escaped.
        eprintln!("refused: {}", self.to_string().escape_debug());
        let challenge = |error| [(header::WWW_AUTHENTICATE, format!("Bearer error=\"{error}\""))];
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
            Self::Artefact(_) | Self::Full | Self::Service(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")]).into_response()
            }
        }
    }
}

/// `POST /documents` with the text of the document.
async fn documents(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    text: String,
) -> Result<String, Refusal> {
    backend.begin(&headers, &text)
}

/// `POST /signature` with the signature object, as the client's SDK makes it.
async fn signature(
    State(backend): State<Arc<Backend>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // The service is asked on a thread that may wait.
    let signing = tokio::task::spawn_blocking(move || backend.sign(&headers, &body));
    match signing.await {
        Ok(Ok(confirmed)) => {
            let signature = confirmed.signature();
            let user = signature.mpin_id().user_id();
            format!("{user} signed {}\n", signature.hash()).into_response()
        }
        Ok(Err(refusal)) => refusal.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn router(backend: Arc<Backend>) -> Router {
    Router::new()
        .route("/documents", post(documents))
        .route("/signature", post(signature))
        .layer(DefaultBodyLimit::max(16 * 1024))
        .with_state(backend)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[expect(clippy::disallowed_methods, reason = "arguments are seen in the list of processes")]
    let variable = |name: &str| std::env::var(name).map_err(|error| format!("{name}: {error}"));
    let secret = Secret::new(variable("CLIENT_SECRET")?.into_bytes());
    let credentials = Credentials::basic(&variable("CLIENT_ID")?, secret)?;
    let project = variable("PROJECT_ID")?;
    // Nobody else is asked, whatever a token says.
    let fetcher = Fetcher::builder().host("api.mpin.io").host("idp.example").build()?;
    let cache = |name: &str, url: String| -> Result<_, Box<dyn std::error::Error>> {
        Ok(JwksCache::start(Settings::new(name, &url)?, fetcher.clone())?)
    };
    let dvs = cache("dvs", format!("{MIRACL}/dvs/jwks"))?;
    let idp = cache("idp", format!("{IDP}/jwks"))?;
    let client = Box::new(fetcher.clone());
    let service = Service { client, base: MIRACL.parse()?, credentials, project };
    let backend = Backend::new(dvs, idp, service, Arc::new(SystemClock::new()));
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router(Arc::new(backend))).await?;
    Ok(())
}
