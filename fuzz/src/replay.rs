//! Runs the body of a target over its corpus, without the fuzzer.

use std::fs;
use std::panic::{RefUnwindSafe, catch_unwind};
use std::path::Path;

/// Panics with the name of the first file that the body does not survive.
pub fn replay(target: &str, body: impl Fn(&[u8]) + RefUnwindSafe) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.ancestors().map(|folder| folder.join("fuzz/corpus").join(target));
    let folder = { folder }.find(|path| path.is_dir()).expect("every target has a corpus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of {target} is empty");
    for file in &files {
        let data = fs::read(file).expect("a file");
        if catch_unwind(|| body(&data)).is_err() {
            panic!("{}", file.display());
        }
    }
    eprintln!("{target}: {} inputs", files.len());
}
