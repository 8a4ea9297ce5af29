//! countersign and its peers, on the same inputs, interleaved in one run.
//!
//! ```text
//! cargo run --release                  # everything, as text
//! cargo run --release -- 2048 token    # some races: 1024, 2048, 3072, 4096, cold, es256, lanes,
//!                                      # kernels, token
//! cargo run --release -- --json FILE   # also as JSON, for the tables and plots
//! cargo run --release -- --rounds 41   # other than 201 rounds
//! cargo run --release -- --smoke       # every verdict, hardly any time
//! ```
//!
//! Every contender first has to accept what is valid and to refuse what is altered. Then the
//! contenders take turns, round by round, so that whatever else the machine does hits all of them.
//! What counts is CPU time. A ratio is the median of the rounds' ratios to the first contender. One
//! thread, no pinning.

mod cases;
mod ecdsa;
mod goals;
mod intel;
mod primitive;
mod race;
mod token;

use std::io::Write as _;

use goals::{Bound, Goal};
use race::{Figures, Measured, Title};

const SIZES: [usize; 4] = [1024, 2048, 3072, 4096];

/// Bits of the keys that every kernel is measured with: also those between the sizes that kernels are made
/// for, and the largest.
const KERNEL_SIZES: [usize; 9] = [1024, 1032, 1280, 1536, 2048, 2560, 3072, 4096, 8192];

/// What to run.
struct Options {
    /// Names of races; none for all.
    wanted: Vec<String>,
    json: Option<String>,
    rounds: usize,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { wanted: Vec::new(), json: None, rounds: 201 };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--smoke" => options.rounds = 1,
                "--rounds" => {
                    let rounds = arguments.next().and_then(|text| text.parse().ok());
                    options.rounds =
                        rounds.filter(|rounds| *rounds > 0).ok_or("--rounds wants a number")?;
                }
                "--json" => options.json = Some(arguments.next().ok_or("--json wants a file")?),
                "cold" | "es256" | "kernels" | "lanes" | "token" | "1024" | "2048" | "3072"
                | "4096" => {
                    options.wanted.push(argument);
                }
                _ => return Err(format!("neither a race nor an option: {argument}")),
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|wanted| wanted == name)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse(std::env::args().skip(1))?;
    let rounds = options.rounds;
    let mut races = Vec::new();
    for bits in SIZES {
        if options.wants(&bits.to_string()) {
            races.push(show(primitive::Material::new(bits).everybody().run(rounds)));
        }
    }
    if options.wants("cold") {
        for bits in SIZES {
            races.push(show(primitive::Material::new(bits).cold().run(rounds)));
        }
    }
    if options.wants("es256") {
        let material = ecdsa::Material::new();
        races.push(show(material.everybody().run(rounds)));
        races.push(show(material.cold().run(rounds)));
    }
    if options.wants("lanes") {
        let material = primitive::Material::new(2048);
        for count in (1..=16).chain([24, 32, 64]) {
            races.push(show(material.batch_of(count).run(rounds)));
        }
    }
    if options.wants("kernels") {
        for bits in KERNEL_SIZES {
            races.push(show(primitive::Material::new(bits).kernels().run(rounds)));
        }
    }
    let mut allocations = None;
    if options.wants("token") {
        let material = token::Material::new();
        races.push(show(material.race().run(rounds)));
        allocations = Some(material.temporary_allocations());
    }

    let goals = goals::measured(&races, allocations);
    show_goals(&goals);
    if let Some(file) = options.json {
        let mut file = std::fs::File::create(file)?;
        serde_json::to_writer_pretty(&file, &Results::new(rounds, &races, goals))?;
        writeln!(file)?;
    }
    Ok(())
}

fn show(measured: Measured) -> Measured {
    println!("{}", measured.title);
    println!("  {:<34} {:>9} {:>17} {:>7} {:>8}", "", "median µs", "quartiles", "ratio", "times");
    for figure in measured.figures() {
        let quartiles = format!("{:.2}–{:.2}", figure.lower_quartile, figure.upper_quartile);
        println!(
            "  {:<34} {:>9.2} {:>17} {:>7.3} {:>8.2}",
            figure.name,
            figure.median,
            quartiles,
            figure.ratio,
            1.0 / figure.ratio
        );
    }
    println!();
    measured
}

fn show_goals(goals: &[Goal]) {
    if goals.is_empty() {
        return;
    }
    println!("goals");
    for goal in goals {
        let bound = match goal.bound {
            Bound::Least => "at least",
            Bound::Most => "at most",
        };
        println!(
            "  {:<36} {:>7.3} {:<31} {bound} {}{}",
            goal.path,
            goal.measured,
            goal.unit,
            goal.goal,
            if goal.is_reached() { "" } else { ", not reached" }
        );
    }
}

/// The JSON file.
#[derive(serde::Serialize)]
struct Results {
    rounds: usize,
    /// The system's OpenSSL; what the other contenders are, the lock file says.
    openssl: &'static str,
    races: Vec<Row>,
    goals: Vec<Goal>,
}

#[derive(serde::Serialize)]
struct Row {
    #[serde(flatten)]
    title: Title,
    contenders: Vec<Figures>,
}

impl Results {
    fn new(rounds: usize, races: &[Measured], goals: Vec<Goal>) -> Self {
        let row = |race: &Measured| Row { title: race.title, contenders: race.figures().collect() };
        let openssl = openssl::version::version();
        Self { rounds, openssl, races: races.iter().map(row).collect(), goals }
    }
}
