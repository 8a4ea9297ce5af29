//! The collection of public vectors: `COUNTERSIGN_VECTORS`, or `../shared/vectors`.

use std::path::{Path, PathBuf};

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
