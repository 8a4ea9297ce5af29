//! Writes the test vectors of this project and the samples of `countersign bench` from fixed seeds,
//! or compares them. Run it in the root of the repository.
//!
//! ```text
//! cargo run --features dvs-signature,testkit --example generate_vectors                        writes test-vectors
//! cargo run --features dvs-signature,testkit --example generate_vectors -- --check   compares
//! ```
//!
//! The expected verdicts are written by hand beside each case; no verifier is asked for them. The
//! same sources and `Cargo.lock` give the same bytes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a generator that panics writes nothing wrong"
)]

mod files;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => each(write),
        ["--check"] => each(check),
        _ => {
            eprintln!("usage: generate_vectors [--check]");
            ExitCode::from(2)
        }
    }
}

/// Does something with every file, and fails if one of them failed.
fn each(act: fn(&Path, &str) -> Result<(), String>) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (file, text) in files::all() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if let Err(reason) = act(&path, &text) {
            eprintln!("{}: {reason}", path.display());
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
