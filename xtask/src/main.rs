//! Tools for work on this repository, as `cargo xtask COMMAND`.
#![forbid(unsafe_code)]

mod crossing;
mod kernels;
mod soak;
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a generator that panics writes nothing wrong"
)]
mod vectors;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  vectors [--check]              write the test vectors and the samples of `bench`, or compare them
  kernels [CASES [SEED [BITS]]]  compare every kernel with big integers (default: 2000 cases, seed 1)
  kernels sizes [SEED]           the same for moduli of every number of bits
  crossing                       measure from how many signatures on a call of eight is worth it
  soak [SECONDS]                 run a key cache under load, with outages (default: 5 seconds)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&arguments).unwrap_or_else(|Usage| {
        eprint!("{USAGE}");
        ExitCode::from(2)
    })
}

/// The arguments are not those of a command.
struct Usage;

fn run(arguments: &[&str]) -> Result<ExitCode, Usage> {
    match *arguments {
        ["vectors"] => return Ok(each_file(write)),
        ["vectors", "--check"] => return Ok(each_file(check)),
        ["kernels", "sizes"] => kernels::compare_sizes(1),
        ["kernels", "sizes", seed] => kernels::compare_sizes(number(seed)?),
        ["kernels", ref rest @ ..] if rest.len() <= 3 => {
            let argument = |index: usize| rest.get(index).copied();
            let cases = argument(0).map_or(Ok(2000), number)?;
            let seed = argument(1).map_or(Ok(1), number)?;
            kernels::compare(cases, seed, argument(2).map(number).transpose()?);
        }
        ["crossing"] => crossing::measure(),
        ["soak"] => soak::run(5),
        ["soak", seconds] => match number(seconds)? {
            seconds @ 1..=3600 => soak::run(seconds),
            _ => return Err(Usage),
        },
        _ => return Err(Usage),
    }
    Ok(ExitCode::SUCCESS)
}

fn number<N: FromStr>(text: &str) -> Result<N, Usage> {
    text.parse().map_err(|_| Usage)
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Does something with every generated file, and fails if one of them failed.
fn each_file(act: fn(&Path, &str) -> Result<(), String>) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (file, text) in vectors::all() {
        if let Err(reason) = act(&root().join(file), &text) {
            eprintln!("{file}: {reason}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| error.to_string())?;
    println!("{}: {} bytes", path.display(), text.len());
    Ok(())
}

fn check(path: &Path, text: &str) -> Result<(), String> {
    let found = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    if found == text {
        return Ok(());
    }
    let same = found.lines().zip(text.lines()).take_while(|(found, made)| found == made).count();
    Err(format!("differs from what is generated, first in line {}", same + 1))
}
