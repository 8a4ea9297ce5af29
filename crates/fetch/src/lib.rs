//! HTTP for [`countersign`]: fetches key sets, keeps them fresh, and sends requests.
//!
//! ```text
//! verifier ── snapshot ──► JwksCache ◄── replaced as a whole ── one thread ── Fetch ──► the issuer
//!     └────── a key was not found ──► at most one refresh for each cooldown ──┘
//! ```
//!
//! The verifiers do not depend on this crate; they ask a
//! [`KeySource`](countersign::jose::KeySource). Verification never waits for the network: a cache
//! returns the set that it has, and its own thread fetches the next one.
//!
//! | To | Use |
//! |---|---|
//! | keep the key set of an issuer fresh | [`JwksCache`] |
//! | fetch a key set once | [`jwks`] |
//! | send a request of an API | [`Fetcher`], or any [`Fetch`] |
//!
//! This is the only library crate of the toolkit that opens connections, starts a thread or reads
//! the system clock. It needs `std` but no C compiler. It decides nothing about a token: the
//! library parses each [`Snapshot`], and the verifier chooses the key.
//!
//! [`Snapshot`]: countersign::jose::Snapshot
//!
//! Not supported: fetching anything that a token names, proxies, cookies, compression, HTTP/2. If
//! you need them, implement your own [`Fetch`].
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
