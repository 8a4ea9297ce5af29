//! The library from outside, one module for each subject: one program, as each would cost as much to
//! link as all together. What needs a process, a harness or features of its own stands beside it.

mod architecture;
mod attacks;
mod certified_keys;
mod chains;
mod device_attacks;
mod device_kinds;
mod device_trust;
mod differential;
mod dvs_certificate;
mod dvs_signature;
mod dvs_transaction;
mod files;
mod json;
mod key_source;
mod limits;
mod matrix;
mod miracl_token;
mod mosip_vectors;
mod otp;
mod package;
mod policies;
mod reports;
mod sbi;
mod secrets;
mod security;
mod texts;
