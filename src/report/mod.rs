//! Reports: every check of one verification, in order.
//!
//! The checks of a format exist once and record their results in a [`Trail`]: with `verify` the
//! trail stops them at the first failure, with `explain` it keeps everything. So a verdict and its
//! explanation cannot disagree.

mod check;
mod claims;
mod detail;
mod document;
mod entry;
mod finding;
mod trail;
mod warning;
mod write;

pub use check::Check;
pub use claims::Claims;
pub use detail::{Detail, UnknownDetail};
pub use document::{KeyInfo, KeySetInfo, Report, SCHEMA};
pub use entry::{Entry, Outcome, Verdict};
pub use finding::Finding;
pub(crate) use finding::KeyName;
pub use trail::Trail;
pub use warning::Warning;
