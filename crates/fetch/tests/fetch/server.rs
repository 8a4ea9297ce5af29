//! A server on the loopback interface that does as it is told, well or badly, over HTTP or HTTPS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Status, headers and body as they are, with the length of the body.
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    /// The first for requests of this path, the second for all others.
    At(&'static str, Box<Self>, Box<Self>),
    /// Reads the request and says nothing more.
    Hang,
    /// One byte of a key set every few milliseconds, without an end.
    Drip,
    /// Ten megabytes of a key set.
    Large,
    /// Promises more bytes than it sends.
    Cut,
    /// Something that is not HTTP.
    Garbage,
    /// These bytes, and the end of the connection.
    Raw(Vec<u8>),
}

impl Behaviour {
    /// A key set, as it should be answered.
    pub fn keys(body: &str) -> Self {
        Self::json(body, &[])
    }

    /// A body of JSON, with more headers.
    pub fn json(body: &str, more: &[(&str, &str)]) -> Self {
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self::Answer(200, headers, body.as_bytes().to_vec())
    }

    /// A redirect.
    pub fn redirect(location: &str) -> Self {
        Self::Answer(302, vec![("Location".to_owned(), location.to_owned())], Vec::new())
    }
}

/// The server; it ends with this value.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    scheme: &'static str,
    /// The certificate authority to trust, in PEM.
    pub authority: Option<String>,
}

struct Shared {
    behaviour: Mutex<Behaviour>,
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
    stopped: AtomicBool,
    tls: Option<Arc<ServerConfig>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Requests that are kept, so that a long run does not grow.
const KEPT: usize = 64;

/// The longest that a connection lives.
const LIFE: Duration = Duration::from_secs(20);

impl Server {
    pub fn http(behaviour: Behaviour) -> Self {
        Self::start(behaviour, None, None)
    }

    /// With a certificate for `localhost` of an authority of its own.
    pub fn https(behaviour: Behaviour) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let authority = params.self_signed(&key).expect("a certificate").pem();
        let issuer = Issuer::from_params(&params, &key);
        let own = KeyPair::generate().expect("a key");
        let leaf = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let leaf = leaf.signed_by(&own, &issuer).expect("a certificate");
        let provider = Arc::new(rustls_graviola::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der())),
            )
            .expect("a key that fits");
        Self::start(behaviour, Some(Arc::new(tls)), Some(authority))
    }

    fn start(
        behaviour: Behaviour,
        tls: Option<Arc<ServerConfig>>,
        authority: Option<String>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(behaviour),
            requests: Mutex::new(Vec::new()),
            connections: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            tls,
        });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if own.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let own = Arc::clone(&own);
                thread::spawn(move || own.connection(stream));
            }
        });
        Self { shared, address, scheme, authority }
    }

    /// An address on this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.address.port())
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn set(&self, behaviour: Behaviour) {
        *lock(&self.shared.behaviour) = behaviour;
    }

    /// Requests that were read, whatever became of them: method, path and headers, in lower case.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.shared.requests).clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn connection(&self, stream: TcpStream) {
        self.connections.fetch_add(1, Ordering::SeqCst);
        let _ = stream.set_read_timeout(Some(LIFE));
        let _ = stream.set_write_timeout(Some(LIFE));
        let Ok(other) = stream.try_clone() else { return };
        // Errors mean that the client has gone.
        let _ = match &self.tls {
            None => self.serve(stream),
            Some(tls) => ServerConnection::new(Arc::clone(tls))
                .map_err(io::Error::other)
                .and_then(|connection| self.serve(StreamOwned::new(connection, stream))),
        };
        let _ = other.shutdown(Shutdown::Both);
    }

    fn serve(&self, mut stream: impl Read + Write) -> io::Result<()> {
        while let Some(request) = read_request(&mut stream)? {
            let mut requests = lock(&self.requests);
            requests.truncate(KEPT - 1);
            requests.insert(0, request.clone());
            drop(requests);
            let mut behaviour = lock(&self.behaviour).clone();
            while let Behaviour::At(path, here, elsewhere) = behaviour {
                let is_here = request.starts_with(&format!("get {path} "));
                behaviour = if is_here { *here } else { *elsewhere };
            }
            match behaviour {
                Behaviour::At(..) => unreachable!("a path leads to an answer"),
                Behaviour::Answer(status, headers, body) => {
                    answer(&mut stream, &request, status, &headers, &body)?;
                }
                // Until the client gives up.
                Behaviour::Hang => {
                    let _ = stream.read(&mut [0; 1])?;
                    return Ok(());
                }
                Behaviour::Drip => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")?;
                    stream.write_all(b"Content-Length: 100000\r\n\r\n{\"keys\":[")?;
                    for _ in 0..2000 {
                        stream.write_all(b" ")?;
                        stream.flush()?;
                        thread::sleep(Duration::from_millis(10));
                    }
                    return Ok(());
                }
                Behaviour::Large => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")?;
                    stream.write_all(b"Transfer-Encoding: chunked\r\n\r\n9\r\n{\"keys\":[\r\n")?;
                    for _ in 0..160 {
                        stream.write_all(b"10000\r\n")?;
                        stream.write_all(&[b' '; 0x1_0000])?;
                        stream.write_all(b"\r\n")?;
                    }
                    stream.write_all(b"2\r\n]}\r\n0\r\n\r\n")?;
                }
                Behaviour::Cut => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")?;
                    stream.write_all(b"Content-Length: 1000\r\n\r\n{\"keys\":[")?;
                    stream.flush()?;
                    return Ok(());
                }
                Behaviour::Garbage => {
                    stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")?;
                    stream.flush()?;
                    return Ok(());
                }
                Behaviour::Raw(bytes) => {
                    stream.write_all(&bytes)?;
                    stream.flush()?;
                    return Ok(());
                }
            }
            stream.flush()?;
        }
        Ok(())
    }
}

/// Answers; a condition that the entity tag or the date fulfils gets 304.
fn answer(
    stream: &mut impl Write,
    request: &str,
    status: u16,
    headers: &[(String, String)],
    body: &[u8],
) -> io::Result<()> {
    let value = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, value)| value);
    let matches = |header: &str, name: &str| {
        value(name).is_some_and(|value| {
            request.contains(&format!("{header}: {}\r\n", value.to_ascii_lowercase()))
        })
    };
    let fresh = matches("if-none-match", "ETag") || matches("if-modified-since", "Last-Modified");
    let (status, body) = if fresh { (304, &[][..]) } else { (status, body) };
    let mut head = format!("HTTP/1.1 {status} X\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if status != 304 {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    stream.write_all(body)
}

/// Reads a request with its body; `None` at the end of the connection.
fn read_request(stream: &mut impl Read) -> io::Result<Option<String>> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if text.len() > 100_000 || stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&text).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    Ok(Some(head.to_ascii_lowercase() + &String::from_utf8_lossy(&body)))
}
