//! The back-end API of MIRACL Trust as typed requests and answers.
//!
//! ```text
//! ListAudit, UpdateMpinId, … ── Call::request ──► http::Request    sent by somebody else
//! AuditPage, MpinId, …       ◄── Call::answer ──  http::Response
//! ApiError<Refusal>          ◄────────┘
//! ```
//!
//! | Endpoint | Request | Answer |
//! |---|---|---|
//! | `POST /activate/initiate` | [`InitiateActivation`] | [`Activation`] |
//! | `POST /verification` | [`CreateVerification`] | [`Verification`] |
//! | `POST /verification/email` | [`SendVerificationEmail`] | [`EmailVerification`] |
//! | `POST /verification/confirmation` | [`ConfirmVerification`] | [`VerificationConfirmation`] |
//! | `POST /verification/quickcode` | [`CreateQuickCode`] | [`QuickCode`] |
//! | `POST /rps/v2/session` | [`CreateSession`] | [`Session`] |
//! | `POST /rps/v2/access` | [`GetSession`] | [`SessionState`] |
//! | `POST /pushauth` | [`PushAuthentication`] | [`PushedSession`] |
//! | `GET /api/v1/projects/{projectId}/audit` | [`ListAudit`] | [`AuditPage`] |
//! | `GET /api/v1/projects/{projectId}/mpinids` | [`ListMpinIds`] | [`MpinIdPage`] |
//! | `PUT /api/v1/projects/{projectId}/mpinids/{mpinId}` | [`UpdateMpinId`] | [`MpinId`] |
//! | `POST /api/v1/projects/{projectId}/mpinids/{mpinId}/revocation` | [`RevokeMpinId`] | [`Revocation`] |
//! | `POST /dvs/verify` | [`VerifySignature`] | [`SignatureVerification`] |
//! | `GET /dvs/jwks` | [`GetDvsKeys`] | [`Keys`] |
//! | `POST /otp`, signed | [`RequestOtp`] | [`SealedOtp`] |
//! | `POST /otp`, with credentials | [`RequestDeviceOtp`] | [`SealedOtp`] |
//! | `GET /.well-known/openid-configuration` | [`GetDiscovery`] | [`Discovery`] |
//! | `GET /oidc/certs` | [`GetOidcKeys`] | [`Keys`] |
//! | `GET /oidc/userinfo` | [`GetUserInfo`] | [`UserInfo`] |
//! | `GET /.well-known/jwks` | [`GetAuthenticationKeys`] | [`Keys`] |
//! | `GET /.well-known/project-configuration` | [`GetProjectConfiguration`] | [`ProjectConfiguration`] |
//!
//! Credentials are client ID and secret with [`Credentials::basic`], or the token of a service
//! account with [`Credentials::bearer`]; for `POST /dvs/verify` a service account must name its
//! project ([`VerifySignature::project_id`]).
//!
//! The documents name neither the HTTP statuses of refusals nor media types. So any 2xx status with
//! the documented body is an answer, and any other status with an error envelope is
//! [`ApiError::Refused`]. Media types are checked only for the discovery document and the user
//! information, for which OpenID Connect specifies one.
//!
//! Formats: MIRACL Trust documentation, "Backend API" and the pages of its endpoints; the official
//! SDKs where those are silent (miracl/trust-sdk-android 1.16, miracl/trust-sdk-ios 1.17,
//! miracl/client-js 8.8, miracl/oidc-samples, miracl/maas-sdk-dotnet-core2).
//!
//! Not supported: `POST /oidc/token`, whose body is a form; the endpoints that only MIRACL's own
//! clients and a browser call; those of services from before 2019. `docs/miracl-api.md` lists each,
//! with the reason.
//!
//! [`Credentials::basic`]: crate::Credentials::basic
//! [`Credentials::bearer`]: crate::Credentials::bearer
//! [`ApiError::Refused`]: crate::ApiError::Refused

mod enrolment;
mod keys;
mod otp;
mod projects;
mod refusal;
mod sessions;
mod shape;
mod signature;

pub use enrolment::{
    Activation, ConfirmVerification, CreateQuickCode, CreateVerification, EmailMethod,
    EmailVerification, InitiateActivation, QuickCode, SendVerificationEmail, Verification,
    VerificationConfirmation,
};
pub use keys::{
    Discovery, GetAuthenticationKeys, GetDiscovery, GetDvsKeys, GetOidcKeys,
    GetProjectConfiguration, GetUserInfo, Keys, ProjectConfiguration, UserInfo,
};
pub use otp::{DeviceOtp, RequestDeviceOtp, RequestOtp, SealedOtp};
pub use projects::{
    AuditPage, AuditRecord, List, ListAudit, ListMpinIds, MpinId, MpinIdPage, MpinIdUpdate, Page,
    Pages, Revocation, RevocationReason, RevokeMpinId, UpdateMpinId,
};
pub use refusal::{Envelope, ErrorCode, Refusal};
pub use sessions::{
    CreateSession, GetSession, PushAuthentication, PushedSession, Session, SessionState,
};
pub use signature::{
    SignatureObject, SignatureVerification, SignatureVerificationRequest, VerifySignature,
};

/// The production URL, the base of every path in the documents. A project may have its own address,
/// such as `https://project.miracl.io`, which is then also the issuer of its tokens.
pub const PRODUCTION: &str = "https://api.mpin.io";
