//! The fuzz target of records over its corpus; the library's are in `tests/fuzz_replay.rs`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "the body belongs to `fuzz`, where what panics has found something"
)]

#[path = "../../../fuzz/src/ndjson.rs"]
mod ndjson;
#[path = "../../../fuzz/src/replay.rs"]
mod replay;

#[test]
fn ndjson() {
    replay::replay("ndjson", ndjson::run);
}
