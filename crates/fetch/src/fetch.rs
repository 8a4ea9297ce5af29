//! The trait of HTTP clients.

use std::sync::Arc;

use super::fault::Fault;

/// Sends one request and returns its answer: what a [`JwksCache`](crate::JwksCache) needs from an
/// HTTP client.
///
/// [`Fetcher`](crate::Fetcher) implements it. Any other implementation must keep four promises that
/// this crate cannot check: it follows no redirects; it connects only where the operator intends;
/// it gives up after a bounded time, however slowly the other side answers; and it reads only a
/// bounded part of a body. `examples/fetch_reqwest.rs` implements it for `reqwest`.
pub trait Fetch: Send + Sync {
    /// Sends the request and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// A [`Fault`] if there is no answer, or if the answer may not be read to its end.
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Fault>;
}

impl<F: Fetch + ?Sized> Fetch for Arc<F> {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Fault> {
        (**self).send(request)
    }
}
