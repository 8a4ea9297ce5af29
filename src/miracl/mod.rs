//! MIRACL Trust: what the platform signs and seals.
//!
//! | Artefact | Module | What verification says |
//! |---|---|---|
//! | DVS certificate | [`dvs`] | the service verified some signature over this hash at `cAt` |
//! | OTP request and response | [`otp`] | the client secret made the request; it opened the response |

#[cfg(feature = "api")]
pub mod api;
pub mod dvs;
pub mod otp;
