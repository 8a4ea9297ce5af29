//! The kernels against big integers and the crate `p256`.

mod keys;
mod numbers;
mod points;
mod support;
mod verdicts;
