//! MIRACL Trust: the artefacts that the platform signs and seals.
//!
//! | Artefact | Module | What verification says |
//! |---|---|---|
//! | DVS certificate | [`dvs`] | the service verified some signature over this hash at `cAt` |
//! | DVS signature | [`dvs::signature`] | the client with this identity signed; known only with the server secret |
//! | M-PIN ID | [`identity`] | nothing: it is decoded, and hashed to the API's `hashMPinId` |
//! | authentication, ID, access and activation tokens, `new_user_token` | [`token`] | the platform says this of this user, to this audience |
//! | OTP request and response | [`otp`] | the client secret made the request; it opened the response |

pub mod dvs;
pub mod identity;
pub mod otp;
pub mod token;
