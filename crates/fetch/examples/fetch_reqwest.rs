//! Another HTTP client under a key set's cache: `reqwest`, on a runtime that a service has anyway.
//!
//! ```text
//! cargo run --example fetch_reqwest
//! ```
//!
//! A cache fetches on a thread of its own, so that thread may wait for the runtime. What a
//! [`Fetch`] promises is set here, option by option; what an option cannot set, the code below
//! does: the size is counted while reading, and the time includes every byte.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use countersign::jose::jws;
use countersign::{Code, Policy, Time};
use countersign_fetch::http::{Request, Response};
use countersign_fetch::{Fault, Fetch, JwksCache, Settings};
use reqwest::redirect;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Handle;

/// Bytes of one answer.
const LIMIT: usize = 256 * 1024;

#[derive(Clone, Debug)]
struct Reqwest {
    client: reqwest::Client,
    runtime: Handle,
    /// The one server that this client talks to: `scheme://host:port`, from the configuration.
    origin: String,
}

impl Reqwest {
    /// Makes a client for one server at an address that the operator resolved. Whoever lets the
    /// name be resolved each time gives the builder a `dns_resolver` that checks every address, as
    /// [`countersign_fetch::Fetcher`] does.
    fn new(host: &str, address: SocketAddr, runtime: Handle) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(5))
            .resolve(host, address)
            .build()?;
        Ok(Self { client, runtime, origin: format!("http://{host}:{}", address.port()) })
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
        let url = request.uri().to_string();
        if !url.strip_prefix(&self.origin).is_some_and(|rest| rest.starts_with('/')) {
            return Err(Fault::Host);
        }
        let request = reqwest::Request::try_from(request).map_err(|_| Fault::Address)?;
        let mut answer = self.client.execute(request).await.map_err(|error| fault(&error))?;
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| fault(&error))? {
            if body.len() + part.len() > LIMIT {
                return Err(Fault::TooLarge);
            }
            body.extend_from_slice(&part);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

fn fault(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        Fault::Timeout
    } else if error.is_connect() {
        Fault::Connection
    } else {
        Fault::Protocol
    }
}

impl Fetch for Reqwest {
    /// Waits for the runtime. A cache calls this on its own thread, never on one of the runtime.
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
        self.runtime.block_on(self.exchange(request))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener));

    let client = Reqwest::new("idp.example", address, Handle::current())?;
    let url = format!("{}/jwks.json", client.origin);
    let cache = Arc::new(JwksCache::start(Settings::new("example", &url)?, client)?);
    // In an async service, waiting is for a thread that may.
    let waiting = Arc::clone(&cache);
    let first = tokio::task::spawn_blocking(move || waiting.wait(Duration::from_secs(10))).await?;
    assert_eq!(first.map(|set| set.keys().keys().len()), Some(1), "{:?}", cache.health());

    // Verifying needs no waiting, so it runs on the connection's own task.
    let verifier = jws::Verifier::from_source(cache, Policy::default());
    let now = Time::from_unix(1_700_000_000).ok_or("no time")?;
    let token = b"eyJhbGciOiJSUzI1NiIsImtpZCI6Im90aGVyIn0.e30.AA";
    let expected = jws::Expected::new("https://idp.example", "backend");
    let refused = verifier.verify(token, &expected, now);
    let code = refused.map_or_else(|error| error.code(), |_| Code::Ok);
    println!("a token with another key: {code}");
    assert_eq!(code, Code::UnknownKey);
    Ok(())
}

/// The key set of the example: one public key.
const KEYS: &str = r#"{"keys":[{"kty":"RSA","use":"sig","kid":"s1","e":"AQAB","n":"kWp2zRA23Z3vTL4uoe8kTFptxBVFunIoP4t_8TDYJrOb7D1iZNDXVeEsYKp6ppmrTZDAgd-cNOTKLd4M39WJc5FN0maTAVKJc7NxklDeKc4dMe1BGvTZNG4MpWBo-taKULlYUu0ltYJuLzOjIrTHfarucrGoRWqM0sl3z2-fv9k"}]}"#;

/// Answers every request with the key set.
async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let keys = KEYS.as_bytes();
    loop {
        let (mut stream, _) = listener.accept().await?;
        let _ = stream.read(&mut [0; 4096]).await?;
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            keys.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(keys).await?;
        stream.shutdown().await?;
    }
}
