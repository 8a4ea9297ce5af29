//! Reports: every check of one verification, in order.
//!
//! The checks of a format exist once and record their results in a [`Trail`]: with `verify` the
//! trail stops them at the first failure, with `explain` it keeps everything. So a verdict and its
//! explanation cannot disagree.

mod check;
mod document;
mod entry;
mod trail;
mod warning;

pub use check::Check;
pub use document::{KeyInfo, KeySetInfo, Report, SCHEMA};
pub use entry::{Entry, Outcome, Verdict};
pub use trail::Trail;
pub use warning::Warning;
