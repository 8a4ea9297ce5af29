//! `POST /dvs/verify`.

use alloc::string::String;

use super::call;
use crate::api::{Target, message};
use crate::time::Time;

message! {
    /// A signature object, as the client made it: hexadecimal of either letter case, kept as it is.
    ///
    /// Nothing is checked here; see [`dvs`](crate::miracl::dvs).
    pub struct SignatureObject {
        /// What was signed.
        hash: String = "hash",
        /// A point of the signature.
        u: String = "u",
        /// A point of the signature.
        v: String = "v",
        /// The M-PIN ID: hexadecimal of its JSON. The SDK for .NET spells it `mpinid`, which is read.
        mpin_id: String = "mpinId" or "mpinid",
        /// The user's public key.
        public_key: String = "publicKey",
    } optional {
        /// Base64 of the names of the authorities, passed on as the client sent it.
        dtas: String = "dtas",
    }
}

message! {
    /// The body of [`VerifySignature`].
    pub struct SignatureVerificationRequest {
        /// The signature.
        signature: SignatureObject = "signature",
        /// When the client signed, in Unix seconds.
        timestamp: Time = "timestamp",
    } optional {
        /// `verification`, which the documents require and some SDKs leave out.
        kind: String = "type",
    }
}

/// `POST /dvs/verify`: has a signature verified by the holder of the server secret.
///
/// Not to be repeated: a signature that does not verify may count as a wrong PIN, and three of
/// those revoke the identity. [`Transaction`](crate::miracl::dvs::Transaction) makes its body from
/// what the client sent, and decides about status and answer.
///
/// ```
/// use countersign::Limits;
/// use countersign::api::Call;
/// use countersign::miracl::api::{SignatureVerificationRequest, VerifySignature};
///
/// let body = include_bytes!("../../../test-vectors/seed/dvs-verify-request.json");
/// let mut call = VerifySignature::new(SignatureVerificationRequest::parse(body, &Limits::default())?);
/// assert_eq!(call.target().unwrap().as_str(), "/dvs/verify");
/// // The token of a service account needs the project.
/// call.project_id = Some("86cd3e64-f641-416a-bf80-64b9b7eef8ea".into());
/// assert!(call.target().unwrap().as_str().starts_with("/dvs/verify?project_id=86cd3e64"));
/// # Ok::<(), countersign::api::Misfit>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifySignature {
    /// What to verify.
    pub request: SignatureVerificationRequest,
    /// The project, for service accounts.
    pub project_id: Option<String>,
}

impl VerifySignature {
    /// Asks with the credentials of a client.
    #[must_use]
    pub const fn new(request: SignatureVerificationRequest) -> Self {
        Self { request, project_id: None }
    }
}

call!(VerifySignature, "POST /dvs/verify", POST, Forbidden, Authenticated, SignatureVerification,
    |this| Ok(Target::new(&["dvs", "verify"])?
        .query_optional("project_id", this.project_id.as_deref())),
    body: |this| this.request.to_json());

message! {
    /// What `POST /dvs/verify` answers.
    pub struct SignatureVerification {
        /// The certificate, a compact JWS. It says nothing until
        /// [`dvs::Verifier`](crate::miracl::dvs::Verifier) has verified it.
        certificate: String = "certificate",
    } optional {
    }
}
