//! Every fuzz target over its corpus, on the stable compiler and without the fuzzer.
#![allow(
    clippy::as_conversions,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_debug_implementations,
    missing_docs,
    unreachable_pub,
    reason = "the bodies belong to `fuzz`, where what panics has found something"
)]

#[path = "../fuzz/src/replay.rs"]
mod replay;
#[path = "../fuzz/src/lib.rs"]
mod targets;

macro_rules! targets {
    ($($target:ident)+) => {
        $(#[test]
        fn $target() {
            replay::replay(stringify!($target), targets::$target::run);
        })+
    };
}

targets! {
    base64 batch device_data device_signed dvs_certificate dvs_signature json jwk_set jws otp
    packet pem registration rsa sbi x5c_chain
}
