//! What `countersign-api` and `countersign-testkit`, which are released together with this crate, need
//! from inside. **Not API**: any version may change it.

#[cfg(feature = "dvs-signature")]
pub use crate::crypto::bn254cx::{G1, G2, Scalar};
#[cfg(feature = "testing")]
pub use crate::crypto::work::Work;
pub use crate::encoding::json::{Place, object_prefix};
pub use crate::error::shorten;
#[cfg(feature = "dvs-signature")]
pub use crate::miracl::dvs::signature::scheme::{challenge, identity_point};
pub use crate::open_codes;

/// Returns the backend that accepts every signature in range.
#[cfg(feature = "testing")]
#[must_use]
pub const fn accept_all() -> crate::SignatureBackend {
    crate::SignatureBackend::accept_all()
}
