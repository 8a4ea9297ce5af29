//! The kernels against big integers and the crate `p256`.

mod numbers;
mod verdicts;
