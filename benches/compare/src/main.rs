//! countersign and its peers, on the same inputs, interleaved in one run.
//!
//! ```text
//! cargo run --release                  # every size, text
//! cargo run --release -- 2048 token    # some
//! cargo run --release -- --json FILE   # also as JSON, for the plots
//! cargo run --release -- --smoke       # every verdict, hardly any time
//! ```
//!
//! Every contender first has to accept what is valid and to refuse what is altered. Then the
//! contenders take turns, round by round, so that whatever else the machine does hits all of them.
//! A ratio is the median of the rounds' ratios to the first contender.

mod primitive;
mod token;

use std::fmt::Write as _;
use std::time::Instant;

/// A contender: verifies every case, and says which of them were valid.
pub(crate) struct Contender<'a> {
    name: &'static str,
    verify: Box<dyn FnMut(&mut Vec<bool>) + 'a>,
}

impl<'a> Contender<'a> {
    pub(crate) fn new(name: &'static str, verify: impl FnMut(&mut Vec<bool>) + 'a) -> Self {
        Self { name, verify: Box::new(verify) }
    }
}

/// One comparison: what its cases are, which of them are valid, and who verifies them.
pub(crate) struct Race<'a> {
    pub(crate) name: String,
    pub(crate) valid: Vec<bool>,
    pub(crate) contenders: Vec<Contender<'a>>,
}

/// What was measured of one contender, in microseconds per verification.
struct Figures {
    name: &'static str,
    median: f64,
    lower_quartile: f64,
    upper_quartile: f64,
    ratio: f64,
}

impl Race<'_> {
    fn run(mut self, rounds: usize) -> (String, Vec<Figures>) {
        let mut verdicts = Vec::new();
        for contender in &mut self.contenders {
            verdicts.clear();
            (contender.verify)(&mut verdicts);
            assert_eq!(verdicts, self.valid, "{}: {}", self.name, contender.name);
        }
        let count = self.valid.len() as f64;
        let mut times = vec![Vec::with_capacity(rounds); self.contenders.len()];
        for _ in 0..rounds {
            for (contender, times) in self.contenders.iter_mut().zip(&mut times) {
                verdicts.clear();
                let start = Instant::now();
                (contender.verify)(&mut verdicts);
                times.push(start.elapsed().as_secs_f64() * 1e6 / count);
            }
        }
        let baseline = times[0].clone();
        let figures = self.contenders.iter().zip(&times).map(|(contender, times)| {
            let ratios: Vec<f64> = times.iter().zip(&baseline).map(|(t, b)| t / b).collect();
            Figures {
                name: contender.name,
                median: quantile(times, 0.5),
                lower_quartile: quantile(times, 0.25),
                upper_quartile: quantile(times, 0.75),
                ratio: quantile(&ratios, 0.5),
            }
        });
        (self.name.clone(), figures.collect())
    }
}

fn quantile(values: &[f64], which: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * which).round() as usize]
}

fn main() {
    let mut wanted = Vec::new();
    let (mut json, mut rounds) = (None, 201);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--smoke" => rounds = 1,
            "--json" => json = Some(arguments.next().expect("a file after --json")),
            _ => wanted.push(argument),
        }
    }
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);

    let mut results = Vec::new();
    for bits in [1024, 2048, 3072, 4096] {
        if wants(&bits.to_string()) {
            let material = primitive::Material::new(bits);
            results.push(show(material.race().run(rounds)));
        }
    }
    if wants("lanes") {
        let material = primitive::Material::new(2048);
        for count in (1..=16).chain([24, 32, 64]) {
            results.push(show(material.batch_of(count).run(rounds)));
        }
    }
    if wants("token") {
        let material = token::Material::new();
        results.push(show(material.race().run(rounds)));
    }
    if let Some(file) = json {
        std::fs::write(file, to_json(&results)).expect("the file can be written");
    }
}

fn show(result: (String, Vec<Figures>)) -> (String, Vec<Figures>) {
    let (name, figures) = &result;
    println!("{name}");
    println!("  {:<34} {:>9} {:>17} {:>7} {:>8}", "", "median µs", "quartiles", "ratio", "times");
    for figure in figures {
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
    result
}

fn to_json(results: &[(String, Vec<Figures>)]) -> String {
    let mut text = String::from("[\n");
    for (index, (name, figures)) in results.iter().enumerate() {
        let _ = write!(
            text,
            "{}{{\"name\":{name:?},\"contenders\":[",
            if index == 0 { "" } else { ",\n" }
        );
        for (index, f) in figures.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(
                text,
                "{comma}{{\"name\":{:?},\"median\":{:.4},\"lower\":{:.4},\"upper\":{:.4},\"ratio\":{:.4}}}",
                f.name, f.median, f.lower_quartile, f.upper_quartile, f.ratio
            );
        }
        text.push_str("]}");
    }
    text + "\n]\n"
}
