//! The HTTP APIs of MIRACL Trust and MOSIP as typed requests and answers, and the rules by which MOSIP's
//! servers judge requests.
//!
//! | To | Use |
//! |---|---|
//! | call MIRACL Trust's back-end API | [`miracl`] |
//! | call MOSIP's device management | [`mosip`] |
//! | predict a MOSIP server's answer to a request | [`mosip::rules`] |
//! | describe an endpoint of your own | [`Call`] |
//!
//! Requests and responses are values of the crate `http`. This crate sends nothing (the crate
//! `countersign-fetch` does) and verifies nothing (the crate [`countersign`] does).
//!
//! ```text
//! Call ── request(base, credentials) ──► http::Request<Vec<u8>> ── whoever has a network ──┐
//!   Call::Answer  ◄── answer(…) ───────  http::Response<Vec<u8>> ◄──────────────────────────┘
//!   ApiError      ◄──────┘
//! ```
//!
//! A [`Call`] is one request of one endpoint. It contains everything that a transport needs: what
//! to send, whether it may be sent again ([`Retry`]), and how to read the response. The transport
//! sends the request unchanged, follows no redirects (which would leak the credentials), and
//! returns every response, whatever its status.
//!
//! To protect the caller, a [`BaseUrl`] is `https` unless plain text is requested explicitly; no
//! part of a path or query can leave its place; [`Credentials`] are never printed, and sent only
//! where needed; answers are limited in size and parsed strictly. Undocumented members of an answer
//! are kept, so it can be passed on complete.
//!
//! An answer is only as trustworthy as the TLS connection it came over: *nothing here is verified*.
//! Pass signed artefacts inside it to the verifiers.
//!
//! Not supported: sending, redirects, cookies set by a service, compression, bodies other than
//! JSON.
#![forbid(unsafe_code)]

/// The README's example, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod base_url;
mod call;
mod credentials;
mod error;
mod message;
pub mod miracl;
pub mod mosip;
mod target;

pub use base_url::{BaseUrl, Transport};
pub use call::{Access, Call, Retry, check_json_type, read_json};
pub use credentials::{Authorization, Confidential, Credentials};
pub use error::{ApiError, Misfit, Problem};
pub use http::{Method, Request, Response, StatusCode};
pub use message::{Timestamp, UnixSeconds};
pub use target::Target;
