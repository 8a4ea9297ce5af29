//! The goals of this project's kernels, and how far they are.
//!
//! Nothing is asserted: another machine has other ratios.

use crate::ecdsa;
use crate::primitive::{
    AWS_LC_RS, AWS_LC_RS_COLD, BATCH, COLD, COLD_PORTABLE, INTEL, ONE_BY_ONE, PORTABLE, RSA,
};
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
            Kind::Cold => {
                let unit = "times the speed of aws-lc-rs, cold";
                for (name, goal) in [(COLD, 2.4), (COLD_PORTABLE, 0.77)] {
                    let speed = race.ratio(AWS_LC_RS_COLD, name);
                    add(format!("{name}, {bits} bits"), Bound::Least, goal, speed, unit);
                }
                // What a key costs that is used once, beyond one that is kept.
                let more = race.ratio(COLD, ONE_BY_ONE) - 1.0;
                let path = format!("preparing a key, {bits} bits");
                add(path, Bound::Most, 0.5, more, "verifications");
            }
            Kind::Lanes => {}
            Kind::Es256 => {
                for (name, goal) in [(ecdsa::WARM, 4.0), (ecdsa::BATCH, 5.0)] {
                    let speed = race.ratio(ecdsa::AWS_LC_RS, name);
                    let unit = "times the speed of aws-lc-rs";
                    add(format!("ES256, {name}"), Bound::Least, goal, speed, unit);
                }
            }
            Kind::Es256Cold => {
                let time = race.ratio(ecdsa::COLD, ecdsa::AWS_LC_RS);
                let unit = "times the time of aws-lc-rs, parsed";
                add(format!("ES256, {}", ecdsa::COLD), Bound::Most, 0.9, time, unit);
            }
            Kind::Kernels => {
                // Of CPUs without AVX-512: at 2048 bits much less time, at other sizes less.
                for (name, goal) in
                    [("avx2, batch", 0.42), ("avx2+adx, batch", 0.42), ("avx2+adx", 0.8)]
                {
                    if race.has(name) {
                        let goal = if bits == 2048 { goal } else { 1.0 };
                        let (path, time) =
                            (format!("{name}, {bits} bits"), race.ratio(name, AWS_LC_RS));
                        add(path, Bound::Most, goal, time, "times the time of aws-lc-rs");
                    }
                }
            }
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
