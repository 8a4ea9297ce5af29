//! The manual page: made of the same definition as the help.

use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};

use crate::args::{Cli, EXAMPLES};
use crate::exit::{Stop, TABLE};

/// Writes one page with all commands, in roff.
pub(crate) fn page() -> Result<Vec<u8>, Stop> {
    // The table of exit codes becomes a section of its own.
    let mut command = Cli::command().after_help("");
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    let mut commands = Vec::new();
    leaves(&command, "countersign", &mut commands);
    for (name, command) in commands {
        let mut section = Roff::new();
        section.control("SH", [name.to_ascii_uppercase().as_str()]);
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        section.text([roman(format!("{about}."))]);
        section.to_writer(&mut page)?;
        // Options of a command are a part of its section.
        let mut options = Vec::new();
        let man = Man::new(command.clone().after_help("").after_long_help(""));
        man.render_synopsis_section(&mut options)?;
        man.render_options_section(&mut options)?;
        page.extend(String::from_utf8_lossy(&options).replace(".SH ", ".SS ").into_bytes());
    }
    let mut examples = Roff::new();
    examples.control("SH", ["EXAMPLES"]);
    for (what, command) in EXAMPLES {
        examples.control("TP", []);
        examples.text([roman(what)]);
        examples.text([bold(command)]);
    }
    examples.to_writer(&mut page)?;
    let mut codes = Roff::new();
    codes.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in TABLE {
        codes.control("TP", []);
        codes.text([bold(code)]);
        codes.text([Inline::Roman(meaning.into())]);
    }
    codes.to_writer(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// Finds the commands that do something, by their whole names.
fn leaves(command: &clap::Command, name: &str, found: &mut Vec<(String, clap::Command)>) {
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        let name = format!("{name} {}", inner.get_name());
        if inner.has_subcommands() {
            leaves(inner, &name, found);
        } else {
            found.push((name, inner.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::EXIT_CODES;

    #[test]
    fn the_help_lists_the_exit_codes_of_the_table() {
        let lines: Vec<_> = EXIT_CODES.lines().skip(1).map(str::trim).collect();
        let table: Vec<_> = TABLE.iter().map(|(code, text)| format!("{code}  {text}")).collect();
        assert_eq!(lines, table);
    }

    #[test]
    fn every_command_and_every_exit_code_has_its_place() {
        let page = String::from_utf8(page().unwrap()).unwrap();
        for part in
            ["COUNTERSIGN VERIFY", "COUNTERSIGN OTP OPEN", "EXAMPLES", "EXIT STATUS", "--allow"]
        {
            assert!(page.replace('\\', "").contains(part), "{part} in {page}");
        }
        for (_, meaning) in TABLE {
            assert!(page.contains(meaning), "{meaning}");
        }
    }
}
