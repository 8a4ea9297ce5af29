//! Reports: every check of one verification, in order.
//!
//! The checks that make a verdict are written once, and write to a [`Trail`]: `verify` gives them
//! one that asks to stop at the first failure, `explain` one that writes everything down. So a verdict
//! and its explanation cannot disagree.

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
