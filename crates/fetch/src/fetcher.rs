//! The client: `ureq` with `rustls`, restricted to what is needed.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::sync::Arc;

use http::{Method, Request, Response, Uri};
use rustls::crypto::CryptoProvider;
use ureq::config::Config;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::fault::Fault;
use super::fetch::Fetch;
use super::{address, tls};

/// Sends requests only to listed hosts.
///
/// Each request is sent over https to a public address of the host, unless the host is listed
/// otherwise. The resolved addresses are checked, and the connection is made to one of them.
/// Redirects are not followed, so no header reaches another host. It uses no proxies, cookies or
/// compression. An answer must be complete within a time limit and a size limit, which are enforced
/// while reading.
///
/// Status, headers and body of an answer are returned unchanged. Only `ureq` logs, through the
/// crate `log`, and it omits all headers except harmless ones.
///
/// ```
/// use countersign_fetch::{Fault, Fetch as _, Fetcher};
///
/// let fetcher = Fetcher::builder().host("api.example").build()?;
/// let send = |url: &str| {
///     let request = http::Request::get(url).body(Vec::new()).unwrap();
///     fetcher.send(request).unwrap_err()
/// };
/// assert_eq!(send("http://api.example/"), Fault::Address);
/// assert_eq!(send("https://elsewhere.example/"), Fault::Host);
/// # Ok::<(), Fault>(())
/// ```
#[derive(Clone)]
pub struct Fetcher {
    agent: ureq::Agent,
    hosts: Arc<Hosts>,
    body_bytes: u64,
    retries: u8,
}

/// Builds a [`Fetcher`].
///
/// ```
/// use std::time::Duration;
///
/// use countersign_fetch::Fetcher;
///
/// let builder = Fetcher::builder().host("idp.example").timeout(Duration::from_secs(2)).retries(1);
/// assert!(builder.roots(b"not PEM").is_err());
/// ```
#[derive(Clone)]
#[must_use]
pub struct FetcherBuilder {
    hosts: Hosts,
    roots: Option<Vec<Certificate<'static>>>,
    provider: Option<Arc<CryptoProvider>>,
    timeout: Duration,
    body_bytes: u64,
    retries: u8,
}

/// Hosts by name, in lower case.
type Hosts = BTreeMap<String, Host>;

#[derive(Clone, Copy, Debug, Default)]
struct Host {
    plain: bool,
    private: bool,
}

impl FetcherBuilder {
    /// Allows a host, by name or address without a port: over https, at public addresses.
    pub fn host(mut self, name: &str) -> Self {
        self.entry(name);
        self
    }

    /// Also allows a host over http, without TLS. Anyone on the network path can then replace the
    /// keys.
    pub fn plain_host(mut self, name: &str) -> Self {
        self.entry(name).plain = true;
        self
    }

    /// Also allows a host at private, local and reserved addresses.
    pub fn private_host(mut self, name: &str) -> Self {
        self.entry(name).private = true;
        self
    }

    fn entry(&mut self, name: &str) -> &mut Host {
        self.hosts.entry(name.to_ascii_lowercase()).or_default()
    }

    /// Trusts these certificate authorities (PEM, one or more) instead of Mozilla's.
    ///
    /// # Errors
    ///
    /// [`Fault::Tls`] if the text is not PEM, or contains no certificate.
    pub fn roots(mut self, pem: &[u8]) -> Result<Self, Fault> {
        let mut roots = Vec::new();
        for item in ureq::tls::parse_pem(pem) {
            if let PemItem::Certificate(certificate) = item.map_err(|_| Fault::Tls)? {
                roots.push(certificate);
            }
        }
        if roots.is_empty() {
            return Err(Fault::Tls);
        }
        self.roots = Some(roots);
        Ok(self)
    }

    /// Chooses the cryptography provider of TLS: for users of FIPS builds, and for machines that
    /// Graviola does not support. The type comes from `rustls` 0.23.
    pub fn crypto(mut self, provider: Arc<CryptoProvider>) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Chooses how long a request may take, from name resolution to the last byte of the answer:
    /// five seconds by default.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Chooses the largest body of an answer in bytes: 256 KiB by default, the limit of a key set.
    pub const fn body_bytes(mut self, bytes: u64) -> Self {
        self.body_bytes = bytes;
        self
    }

    /// Chooses how often a GET or HEAD without an answer is sent again: never by default. Other
    /// methods are never sent again, and neither is a request that was answered, whatever the
    /// status.
    pub const fn retries(mut self, retries: u8) -> Self {
        self.retries = retries;
        self
    }

    /// Builds the client. It keeps connections open, so reuse it.
    ///
    /// # Errors
    ///
    /// [`Fault::Client`] if Graviola does not support this machine's CPU and no other
    /// [`crypto`](Self::crypto) was chosen.
    pub fn build(self) -> Result<Fetcher, Fault> {
        let provider = self.provider.or_else(tls::provider).ok_or(Fault::Client)?;
        let roots = match self.roots {
            Some(roots) => RootCerts::new_with_certs(&roots),
            None => RootCerts::WebPki,
        };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = Config::builder()
            .tls_config(tls)
            .timeout_global(Some(self.timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // The environment is not asked.
            .proxy(None)
            .max_response_header_size(16 * 1024)
            .max_idle_connections_per_host(1)
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .build();
        let hosts = Arc::new(self.hosts);
        let resolver = Guard { hosts: Arc::clone(&hosts), resolver: DefaultResolver::default() };
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), resolver);
        Ok(Fetcher { agent, hosts, body_bytes: self.body_bytes, retries: self.retries })
    }
}

impl Fetcher {
    /// Starts a builder without any host, with five seconds, 256 KiB and Mozilla's certificate
    /// authorities.
    pub const fn builder() -> FetcherBuilder {
        FetcherBuilder {
            hosts: Hosts::new(),
            roots: None,
            provider: None,
            timeout: Duration::from_secs(5),
            body_bytes: 256 * 1024,
            retries: 0,
        }
    }

    fn check(&self, url: &Uri) -> Result<(), Fault> {
        let name = address::check_form(url)?;
        let host = self.hosts.get(&name).ok_or(Fault::Host)?;
        if url.scheme_str() == Some("https") || host.plain { Ok(()) } else { Err(Fault::Address) }
    }

    fn attempt(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
        let request = request.clone();
        let empty = request.body().is_empty();
        let answer =
            if empty && !matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH) {
                self.agent.run(request.map(|_| ()))
            } else {
                self.agent.run(request)
            };
        let (parts, mut body) = answer.map_err(|error| fault(&error))?.into_parts();
        let mut bytes = Vec::new();
        // One byte more than allowed tells a body that is too large from one that just fits.
        let mut reader = body.as_reader().take(self.body_bytes.saturating_add(1));
        reader.read_to_end(&mut bytes).map_err(|error| io_fault(&error))?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length <= self.body_bytes) {
            Ok(Response::from_parts(parts, bytes))
        } else {
            Err(Fault::TooLarge)
        }
    }
}

impl Fetch for Fetcher {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Fault> {
        self.check(request.uri())?;
        let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
        let retries = if is_safe { self.retries } else { 0 };
        let mut result = self.attempt(&request);
        for _ in 0..retries {
            if !result.as_ref().is_err_and(Fault::is_passing) {
                break;
            }
            result = self.attempt(&request);
        }
        result
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl fmt::Debug for FetcherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetcherBuilder").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// Resolves names, and lets only those addresses through that the host may have. The connection is
/// made to what comes out of here; there is no second look-up that could say something else.
#[derive(Debug)]
struct Guard<R> {
    hosts: Arc<Hosts>,
    resolver: R,
}

impl<R: Resolver> Resolver for Guard<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let refused = |fault| ureq::Error::Other(Box::new(fault));
        let name = address::check_form(uri).map_err(refused)?;
        let host = self.hosts.get(&name).ok_or_else(|| refused(Fault::Host))?;
        let found = self.resolver.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Timeout(_) => error,
            _ => refused(Fault::Unresolved),
        })?;
        let mut allowed = self.empty();
        for socket in found.iter().filter(|socket| host.private || address::is_public(socket.ip()))
        {
            allowed.push(*socket);
        }
        if allowed.is_empty() { Err(refused(Fault::PrivateAddress)) } else { Ok(allowed) }
    }
}

/// Finds out what an error of the client amounts to. Its own text is dropped: it may hold what a
/// server said.
fn fault(error: &ureq::Error) -> Fault {
    match error {
        ureq::Error::Other(inner) => match inner.downcast_ref::<Fault>() {
            Some(fault) => fault.clone(),
            None => Fault::Client,
        },
        ureq::Error::Timeout(_) => Fault::Timeout,
        ureq::Error::HostNotFound => Fault::Unresolved,
        ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => Fault::TooLarge,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::TlsRequired => Fault::Tls,
        ureq::Error::Io(error) => io_fault(error),
        ureq::Error::ConnectionFailed => Fault::Connection,
        ureq::Error::BadUri(_) | ureq::Error::RequireHttpsOnly(_) => Fault::Address,
        _ => Fault::Protocol,
    }
}

fn io_fault(error: &io::Error) -> Fault {
    // What went wrong in TLS while bytes were read or written is inside.
    let inner = error.get_ref();
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
        return fault(error);
    }
    if inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
        return Fault::Tls;
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Fault::Timeout,
        _ => Fault::Connection,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, SocketAddr};
    use std::sync::Mutex;
    use ureq::unversioned::transport::time;

    /// A name server that answers differently each time, as one does to get past a check.
    #[derive(Debug)]
    struct Rebinding(Mutex<Vec<&'static [&'static str]>>);

    impl Resolver for Rebinding {
        fn resolve(
            &self,
            _: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let answer = self.0.lock().unwrap().pop().unwrap();
            let mut found = self.empty();
            for address in answer {
                found.push(SocketAddr::new(address.parse::<IpAddr>().unwrap(), 443));
            }
            Ok(found)
        }
    }

    #[test]
    fn every_answer_of_a_name_server_is_checked_and_only_public_addresses_are_left() {
        let hosts: Hosts = [("public.example", false), ("private.example", true)]
            .map(|(name, private)| (name.into(), Host { plain: false, private }))
            .into();
        let answers: [&[&str]; 4] = [
            &["10.0.0.1"],
            &["127.0.0.1", "::1", "169.254.169.254", "::ffff:8.8.8.8", "fd00::1"],
            &["10.0.0.1", "8.8.8.8", "::1", "2606:4700::1", "::ffff:8.8.8.8"],
            &["8.8.8.8"],
        ];
        let guard =
            Guard { hosts: Arc::new(hosts), resolver: Rebinding(Mutex::new(answers.to_vec())) };
        let resolve = |url: &str| {
            let timeout =
                NextTimeout { after: time::Duration::NotHappening, ..NextTimeout::default() };
            let found = guard.resolve(&url.parse().unwrap(), &Config::default(), timeout);
            let ips = |found: ResolvedSocketAddrs| {
                found.iter().map(|socket| format!("{}", socket.ip())).collect::<Vec<_>>()
            };
            found.map(ips).map_err(|error| fault(&error))
        };
        let public = "https://public.example/";
        assert_eq!(resolve(public), Ok(vec!["8.8.8.8".into()]));
        assert_eq!(resolve(public), Ok(vec!["8.8.8.8".into(), "2606:4700::1".into()]));
        assert_eq!(resolve(public), Err(Fault::PrivateAddress));
        assert_eq!(resolve("https://private.example/"), Ok(vec!["10.0.0.1".into()]));
        // A host that is not on the list is not even looked up.
        assert_eq!(resolve("https://other.example/"), Err(Fault::Host));
    }
}
