//! The goals of this project's kernels, and how far they are.
//!
//! Nothing is asserted: another machine has other ratios.

use crate::primitive::{AWS_LC_RS, BATCH, INTEL, ONE_BY_ONE, PORTABLE, RSA};
use crate::race::{Kind, Measured};
use crate::token;

/// One goal, and what was measured.
#[derive(serde::Serialize)]
pub(crate) struct Goal {
    pub(crate) path: String,
    pub(crate) bound: Bound,
    pub(crate) goal: f64,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
}

#[derive(Clone, Copy, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Bound {
    Least,
    Most,
}

impl Goal {
    pub(crate) fn is_reached(&self) -> bool {
        match self.bound {
            Bound::Least => self.measured >= self.goal,
            Bound::Most => self.measured <= self.goal,
        }
    }
}

/// Returns the goals that these races say something about.
pub(crate) fn measured(races: &[Measured], allocations: Option<f64>) -> Vec<Goal> {
    let mut goals = Vec::new();
    let mut add = |path: String, bound, goal, measured, unit| {
        goals.push(Goal { path, bound, goal, measured, unit });
    };
    for race in races {
        let bits = race.title.bits;
        match race.title.kind {
            Kind::Rs256 => {
                let speed = |name| race.ratio(AWS_LC_RS, name);
                let unit = "times the speed of aws-lc-rs";
                let goal = if bits == 2048 { 8.0 } else { 7.0 };
                add(format!("batch, {bits} bits"), Bound::Least, goal, speed(BATCH), unit);
                if race.has(INTEL) {
                    let (path, speed) = (format!("batch, {bits} bits"), race.ratio(INTEL, BATCH));
                    add(path, Bound::Least, 1.0, speed, "times the speed of Intel's eight lanes");
                }
                if bits == 2048 {
                    let path = || format!("one signature, {bits} bits");
                    add(path(), Bound::Least, 3.3, speed(ONE_BY_ONE), unit);
                    add(path() + ", stretched", Bound::Least, 5.0, speed(ONE_BY_ONE), unit);
                    let time = race.ratio(PORTABLE, AWS_LC_RS);
                    let path = format!("portable, {bits} bits");
                    add(path, Bound::Most, 1.3, time, "times the time of aws-lc-rs");
                }
                let time = race.ratio(PORTABLE, RSA);
                add(
                    format!("portable, {bits} bits"),
                    Bound::Most,
                    1.0,
                    time,
                    "times the time of rsa",
                );
            }
            Kind::Lanes => {}
            Kind::Token => {
                let speed = race.ratio(token::JSONWEBTOKEN, token::BATCH);
                let unit = "times the speed of jsonwebtoken";
                add("whole token, batch".to_owned(), Bound::Least, 7.0, speed, unit);
                let rest = race.difference(token::BATCH, token::RSA_ALONE);
                add("whole token without RSA".to_owned(), Bound::Most, 1.2, rest, "µs");
            }
        }
    }
    if let Some(temporary) = allocations {
        let path = "batch of tokens, beside the results".to_owned();
        add(path, Bound::Most, 0.0, temporary, "allocations per token");
    }
    goals
}
