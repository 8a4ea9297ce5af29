//! The HTTP edge of [`countersign`]: key sets that stay fresh, and requests that are sent.
//!
//! ```text
//! verifier ── snapshot ──► JwksCache ◄── replaced as a whole ── one thread ── Fetch ──► the issuer
//!     └────── a key was not found ──► at most one refresh for each cooldown ──┘
//! ```
//!
//! The verifiers do not know this crate; they ask a [`KeySource`](countersign::jose::KeySource).
//! Verifying never waits for the network: a cache hands out the set that it has, and a thread of
//! its own gets the next one.
//!
//! | To | Use |
//! |---|---|
//! | keep the key set of an issuer fresh | [`JwksCache`] |
//! | get a key set once | [`jwks`] |
//! | send a request of an API | [`Fetcher`], or any [`Fetch`] |
//!
//! This is the only crate of the toolkit that opens connections, starts a thread or reads the system's
//! clock. It needs `std` and no C compiler. It decides nothing about a token: a [`Snapshot`] that it
//! hands out is parsed by the library, and the verifier chooses the key.
//!
//! [`Snapshot`]: countersign::jose::Snapshot
//!
//! Not supported: fetching anything that a token names, proxies, cookies, compression, HTTP/2.
//! Those who need them bring their own [`Fetch`].
#![forbid(unsafe_code)]

/// The README's example, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod address;
mod cache;
mod clock;
mod fault;
mod fetch;
mod fetcher;
mod freshness;
mod get;
mod observer;
mod schedule;
mod settings;
mod tls;

pub use cache::{JwksCache, Waiting};
pub use clock::{Clock, SystemClock};
pub use fault::Fault;
pub use fetch::Fetch;
pub use fetcher::{Fetcher, FetcherBuilder};
pub use get::jwks;
pub use http;
pub use observer::{Health, Observer, Refreshed, Silent};
pub use settings::{MediaTypes, Settings};
