//! The collection of public vectors: `COUNTERSIGN_VECTORS`, or `../shared/vectors`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Returns the path of a folder of the collection, whether it exists or not.
pub(crate) fn folder(name: &str) -> PathBuf {
    std::env::var_os("COUNTERSIGN_VECTORS")
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"),
            PathBuf::from,
        )
        .join(name)
}

/// Tells whether this run may not leave anything out.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Reads a file of the collection.
pub(crate) fn read(folder_name: &str, file: &str) -> Value {
    let path = folder(folder_name).join(file);
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
