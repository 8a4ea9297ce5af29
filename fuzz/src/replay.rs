//! Runs the body of a target over its corpus, without the fuzzer.

use std::fs;
use std::panic::{RefUnwindSafe, catch_unwind};
use std::path::Path;

/// Panics with the name of the first input that the body does not survive.
pub fn replay(target: &str, body: impl Fn(&[u8]) + RefUnwindSafe) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = format!("fuzz/corpus/{target}.tar");
    let mut places = here.ancestors().map(|folder| folder.join(&archive));
    let path = places.find(|path| path.is_file()).expect("every target has a corpus");
    let archive = fs::read(&path).expect("an archive");
    let inputs = inputs(&archive);
    assert!(!inputs.is_empty(), "the corpus of {target} is empty");
    for (name, data) in &inputs {
        if catch_unwind(|| body(data)).is_err() {
            panic!("{name} of {}: scripts/corpus unpack {target} FOLDER", path.display());
        }
    }
    eprintln!("{target}: {} inputs", inputs.len());
}

/// Returns the names and contents of an archive that `scripts/corpus` made, in the format `ustar` of
/// [POSIX](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06).
fn inputs(archive: &[u8]) -> Vec<(String, &[u8])> {
    const BLOCK: usize = 512;
    let mut rest = archive;
    let mut found = Vec::new();
    loop {
        let (header, after) = rest.split_at_checked(BLOCK).expect("two blocks of zeros at the end");
        if header.iter().all(|byte| *byte == 0) {
            return found;
        }
        let name = text(&header[..100]);
        assert!(text(&header[257..263]) == "ustar" && header[156] == b'0', "{name} is no file");
        let size = usize::from_str_radix(text(&header[124..136]).trim(), 8).expect("octal digits");
        let (data, _) = after.split_at_checked(size).expect("as many bytes as the header says");
        found.push((name, data));
        rest = after.get(size.next_multiple_of(BLOCK)..).expect("whole blocks");
    }
}

/// The text of a field, up to the first zero byte.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}
