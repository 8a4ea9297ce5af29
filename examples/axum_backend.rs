//! An auth backend with one endpoint: a client posts its DVS signature request and the certificate
//! that the service issued for it, and is let in or not.
//!
//! ```text
//! cargo run --example axum_backend                      # serves itself three requests, and ends
//! cargo run --example axum_backend -- 127.0.0.1:8080    # serves until interrupted
//! ```
//!
//! The verifier is made once and shared; verifying needs microseconds and no I/O, so it runs on the
//! connection's own task. Clients get one message for every refusal; the reason goes to the log.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use countersign::encoding::json::{self, Object};
use countersign::jose::JwkSet;
use countersign::miracl::dvs::{Expected, SignatureRequest, Verifier};
use countersign::{Error, Limits, Policy, Rsa1024, Time};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

struct Backend {
    verifier: Verifier,
    /// Time is an argument of the library, so a backend brings its clock.
    clock: fn() -> Option<Time>,
}

/// `POST /login` with `{"request": {…}, "certificate": "…"}`.
async fn login(State(backend): State<Arc<Backend>>, body: Bytes) -> Response {
    let Some(now) = (backend.clock)() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match admit(&backend.verifier, &body, now) {
        Ok(hash) => (StatusCode::OK, format!("signed document {hash}\n")).into_response(),
        Err(error) => {
            // `{error}` can hold text of the client's; the JSON writer escapes what a terminal obeys.
            eprintln!("refused: {} {}", error.code(), json::Value::from(error.to_string()));
            refusal(&error)
        }
    }
}

fn admit(verifier: &Verifier, body: &[u8], now: Time) -> Result<String, Error> {
    const PART: &str = "body";
    let limits = Limits::default();
    let body: Object<'_> = json::parse_object(PART, body, &limits)?;
    let request =
        body.member("request").ok_or(Error::MissingMember { part: PART, member: "request" })?;
    let request = SignatureRequest::parse(request.to_string().as_bytes(), &limits)?;
    let token = body.string(PART, "certificate")?;
    let certificate = verifier.verify(token.as_bytes(), &Expected::request(&request), now)?;
    Ok(certificate.hash().to_owned())
}

/// 401 for whatever is wrong with the certificate, 503 for an outage of our own.
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

#[expect(clippy::disallowed_methods, reason = "the library reads no clock; a service has to")]
fn system_clock() -> Option<Time> {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Time::from_unix(elapsed.as_secs().try_into().ok()?)
}

/// The second at which the sample below was captured.
fn clock_of_the_sample() -> Option<Time> {
    Time::from_unix(1_649_404_581)
}

fn router(keys: JwkSet, clock: fn() -> Option<Time>) -> Router {
    let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
    let backend = Arc::new(Backend { verifier: Verifier::new(keys, policy), clock });
    Router::new().route("/login", post(login)).with_state(backend)
}

const JWKS: &[u8] = include_bytes!("../test-vectors/seed/dvs-jwks.json");
const REQUEST: &str = include_str!("../test-vectors/seed/dvs-verify-request.json");
const RESPONSE: &str = include_str!("../test-vectors/seed/dvs-verify-response.json");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys = JwkSet::parse(JWKS, &Limits::default())?;
    if let Some(address) = std::env::args().nth(1) {
        let listener = TcpListener::bind(address).await?;
        println!("listening on {}", listener.local_addr()?);
        axum::serve(listener, router(keys, system_clock)).await?;
        return Ok(());
    }

    let good = serve(router(keys.clone(), clock_of_the_sample)).await?;
    let late = serve(router(keys, system_clock)).await?;
    let keyless = serve(router(JwkSet::default(), clock_of_the_sample)).await?;
    let body = RESPONSE.replacen('{', &format!("{{\"request\": {REQUEST},"), 1);
    let tampered = body.replacen("\"74657374\"", "\"74657375\"", 1);
    for (name, server, body, expected) in [
        ("the sample", good, &body, 200),
        ("another document", good, &tampered, 401),
        ("years later", late, &body, 401),
        ("without keys", keyless, &body, 503),
    ] {
        let status = tokio::time::timeout(Duration::from_secs(10), send(server, body)).await??;
        println!("{name}: {status}");
        assert_eq!(status, expected, "{name}");
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

/// Sends one request by hand, and returns the status of the answer.
async fn send(server: SocketAddr, body: &str) -> Result<u16, Box<dyn std::error::Error>> {
    let mut stream = TcpStream::connect(server).await?;
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).ok_or("no status")?;
    Ok(status.parse()?)
}
