//! The command from outside: one data file per case under `tests/cmd`.
//!
//! Each file holds arguments, stdin, stdout, stderr and the exit code; `...` stands for any lines
//! and `[..]` for any text. The runner shows `\` as `/`: what depends on it is in `edges.rs`.
//! `TRYCMD=overwrite` writes what the command does now: look at the difference before believing it.

#[test]
fn every_case_gives_its_output_and_exit_code() {
    trycmd::TestCases::new().case("tests/cmd/*.toml").run();
}
