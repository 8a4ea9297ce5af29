//! What the benchmarks share with those of the kernels, and the verdicts of reports.

#[path = "../../crates/kernels/benches/support/mod.rs"]
mod measuring;

use countersign::{Code, Report};

pub(crate) use measuring::*;

impl Verdicts for Report {
    fn accepted(&self) -> Vec<bool> {
        vec![self.code() == Code::Ok]
    }
}
