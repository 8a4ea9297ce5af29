//! The `countersign` command: the edge where files, the clock and the terminal are.
//!
//! ```text
//! args ──► options (keys, clock) ──► verify | decode | otp | miracl | jwks | bench ──► output ──► exit code
//!                                       │ countersign_audit: policy, what is it, by which terms?
//!                                       ▼
//!                                    countersign: every check, one report
//! ```
//!
//! No check is made here: the library decides, and its reports are shown. Results go to stdout,
//! everything else to stderr.
#![forbid(unsafe_code)]

mod args;
mod bench;
mod decode;
mod diff;
mod exit;
mod fetch;
mod in_order;
mod input;
mod jwks;
mod manual;
mod miracl;
mod options;
mod otp;
mod output;
mod text;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use countersign_audit::Escaped;

use args::{Cli, Command, JwksCommand, MiraclCommand, OtpCommand};
use exit::{Exit, Stop};

#[doc(hidden)]
pub use verify::Stream;

/// Runs the command with the arguments of the process, and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let exit = run(Cli::parse().command).unwrap_or_else(|stop| {
        let (exit, message) = stop.into_parts();
        if let Some(message) = message {
            // Where stderr is closed as well, the exit code has to do.
            let _ = writeln!(std::io::stderr(), "error: {}", Escaped(&message));
        }
        exit
    });
    exit.into()
}

fn run(command: Command) -> Result<Exit, Stop> {
    match command {
        Command::Verify(args) => verify::run(&args),
        Command::Decode(args) => decode::run(&args),
        Command::Otp(OtpCommand::Request(args)) => otp::request(&args),
        Command::Otp(OtpCommand::Open(args)) => otp::open(&args),
        Command::Miracl(MiraclCommand::HashMpinId(args)) => miracl::hash_mpin_id(&args),
        Command::Jwks(JwksCommand::Show(args)) => jwks::show(&args),
        Command::Jwks(JwksCommand::Fetch(args)) => fetch::run(&args),
        Command::Jwks(JwksCommand::Diff(args)) => diff::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "countersign", &mut script);
            output::print(&script)
        }
        Command::Man => output::print(&manual::page()?),
    }
}
