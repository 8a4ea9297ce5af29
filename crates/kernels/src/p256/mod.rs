//! ECDSA verification on P-256.

mod affine;
mod batch;
mod cold;
mod equation;
mod field;
mod inverse;
mod jacobian;
mod key;
mod limbs;
mod point;
mod prepared;
mod recode;
mod scalar;
mod signature;
mod table;
#[cfg(test)]
mod tests;

pub use crate::rsa::InvalidSignature;
pub use batch::{Item, Message, verify_batch, verify_messages};
pub use key::{InvalidPoint, PublicKey};
pub use prepared::MAX_PREPARED_KEYS;
pub use signature::Signature;
