//! Whoever sends one request.

use std::sync::Arc;

use super::fault::Fault;

/// Sends one request and returns its one answer: what a [`JwksCache`](crate::JwksCache) needs of an HTTP client.
///
/// [`Fetcher`](crate::Fetcher) is one. Whoever brings another has to keep four promises that nothing here can check:
/// it follows no redirects; it connects only where the operator means it to; it gives up after a
/// time that it bounds, however slowly the other side answers; and it reads no more of a body than
/// it bounds. `examples/fetch_reqwest.rs` is such a one, for `reqwest`.
pub trait Fetch: Send + Sync {
    /// Sends the request and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`Fault`] if there is no answer, or none that may be read to its end.
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Fault>;
}

impl<F: Fetch + ?Sized> Fetch for Arc<F> {
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Fault> {
        (**self).send(request)
    }
}
