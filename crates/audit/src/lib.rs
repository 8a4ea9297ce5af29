//! Judges captured artefacts of MIRACL Trust and MOSIP by a policy: bytes or records go in,
//! [`Report`](countersign::Report)s that list every check come out.
//!
//! ```text
//! policy (TOML), its files, options ──► Auditor ◄── artefacts, or lines of records
//!                                          │ recognise: what is it? which terms hold?
//!                                          ▼
//!                          verifiers of `countersign`, in batches ──► reports, in order
//! ```
//!
//! The library [`countersign`] decides every check; this crate selects the verifier, the keys and
//! the expectations. It uses no terminal and no network, and the current time is an argument. It
//! reads only the files that a policy names, through [`Files`]: from a [`Disk`], or from memory.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::path::Path;
//!
//! use countersign::{Time, Verdict};
//! use countersign_audit::{Auditor, Options, PolicyFile};
//!
//! // Neither the policy nor the keys that it names need a file system.
//! let policy = br#"
//!     [dvs-certificate]
//!     jwks = ["dvs-jwks.json"]
//!     allow-rsa-1024 = true
//!     hash = "74657374"
//! "#;
//! let keys = include_bytes!("../tests/data/dvs-jwks.json");
//! let files = BTreeMap::from([("dvs-jwks.json".into(), keys.to_vec())]);
//! let policy = PolicyFile::parse(Path::new("policy.toml"), policy)?;
//! let now = Time::from_unix(1_649_404_585).expect("a time");
//! let auditor = Auditor::new(&policy, Options::default(), &files, now)?;
//!
//! let answer = include_bytes!("../tests/data/dvs-verify-response.json");
//! let report = auditor.judge(answer);
//! assert_eq!((report.kind, report.verdict()), ("dvs-certificate", Verdict::Valid));
//!
//! let report = auditor.judge(b"Bearer eyJhbGciOiJSUzI1NiJ9.e30.AA");
//! assert_eq!(report.verdict(), Verdict::Invalid);
//! assert!(report.hints[0].contains("give only the token"));
//! # Ok::<(), countersign_audit::ConfigError>(())
//! ```
//!
//! One table defines for each kind how it is recognised, which keys, expectations and options
//! apply, and its verifier: see the module `kinds` in the sources.
#![forbid(unsafe_code)]

mod auditor;
mod batch;
mod error;
mod escape;
mod files;
mod kind;
mod kinds;
mod member;
mod moment;
mod ndjson;
mod options;
mod policy;
mod policy_text;
mod profile;
mod recognise;
mod remarks;
mod terms;
mod tighten;
mod trust;
mod wrapper;

pub use auditor::Auditor;
pub use batch::{Batch, Judged};
pub use error::ConfigError;
pub use escape::Escaped;
pub use files::{Disk, Files, INPUT_BYTES, read_configuration, read_key_file, strip_line_break};
pub use kind::{Content, Kind, UNKNOWN, Unsupported};
pub use moment::{Moment, NO_TIME, parse_instant};
pub use ndjson::{Blank, Line, Lines, RECORD_MEMBERS};
pub use options::{Inputs, Options, Records};
pub use policy::PolicyFile;
pub use recognise::{UNKNOWN_KIND, may_hold_biometrics, recognise};
pub use terms::{
    Binding, Names, NoExpiry, Overrides, Unbound, parse_algorithm, parse_previous_hash,
};
pub use trust::{Roots, TrustRules, TrustTerms};
pub use wrapper::{Wrapper, find_wrapper};

/// The README's example, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
