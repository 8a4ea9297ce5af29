//! `POST /dvs/verify`.

use countersign::Time;
use countersign::encoding::json::Value;
use countersign::miracl::dvs::Transaction;

use super::shape::call;
use crate::{message::message, target::Target};

message! {
    /// A signature object of a client: hexadecimal of either letter case, kept verbatim.
    ///
    /// Nothing is checked here; see [`dvs`](countersign::miracl::dvs).
    pub struct SignatureObject {
        /// The signed message.
        hash: String = "hash",
        /// A point of the signature.
        u: String = "u",
        /// A point of the signature.
        v: String = "v",
        /// The M-PIN ID: hexadecimal of its JSON. The spelling `mpinid` of the SDK for .NET is also
        /// read.
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
        /// `verification`, which the documents require and some SDKs omit.
        kind: String = "type",
    }
}

/// `POST /dvs/verify`: asks the service, which holds the server secret, to verify a signature.
///
/// Do not repeat it: a signature that does not verify may count as a wrong PIN, and three of those
/// revoke the identity. Create the call from a [`Transaction`], which has checked the client's
/// signature, and pass status and body of the response to [`Transaction::verify`], which decides.
///
/// ```
/// use countersign::Limits;
/// use countersign_api::Call;
/// use countersign_api::miracl::{SignatureVerificationRequest, VerifySignature};
///
/// let body = br#"{"signature":{"hash":"74657374","u":"041f98","v":"041f98","mpinId":"7b7d","publicKey":"17e94f",
///     "dtas":"W10="},"timestamp":1649401561,"type":"verification"}"#;
/// let mut call = VerifySignature::new(SignatureVerificationRequest::parse(body, &Limits::default())?);
/// assert_eq!(call.target().unwrap().as_str(), "/dvs/verify");
/// // The token of a service account needs the project.
/// call.project_id = Some("86cd3e64-f641-416a-bf80-64b9b7eef8ea".into());
/// assert!(call.target().unwrap().as_str().starts_with("/dvs/verify?project_id=86cd3e64"));
/// # Ok::<(), countersign_api::Misfit>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifySignature {
    /// The signature to verify.
    pub request: SignatureVerificationRequest,
    /// The project, for service accounts.
    pub project_id: Option<String>,
}

impl VerifySignature {
    /// Makes a call with the credentials of a client.
    #[must_use]
    pub const fn new(request: SignatureVerificationRequest) -> Self {
        Self { request, project_id: None }
    }
}

impl From<&Transaction> for VerifySignature {
    /// Makes the call for the client's signature, with the body of [`Transaction::request_body`].
    /// Set `project_id` to call with the token of a service account.
    fn from(transaction: &Transaction) -> Self {
        let body = transaction.request_body();
        let signature = body.member("signature").and_then(Value::as_object);
        let sent = |name| signature?.member(name)?.as_str().map(String::from);
        // The transaction has parsed all of these as strings.
        let text = |name| sent(name).unwrap_or_default();
        let mut object = SignatureObject::new(
            text("hash"),
            text("u"),
            text("v"),
            text("mpinId"),
            text("publicKey"),
        );
        object.dtas = sent("dtas");
        let mut request =
            SignatureVerificationRequest::new(object, transaction.signature().timestamp());
        request.kind = Some("verification".into());
        Self::new(request)
    }
}

call!(VerifySignature, "POST /dvs/verify", POST, Forbidden, Authenticated, SignatureVerification,
    |this| Ok(Target::new(&["dvs", "verify"])?
        .query_optional("project_id", this.project_id.as_deref())),
    body: |this| this.request.to_json());

message! {
    /// The answer of `POST /dvs/verify`.
    pub struct SignatureVerification {
        /// The certificate, a compact JWS. Do not trust it until
        /// [`dvs::Verifier`](countersign::miracl::dvs::Verifier) has verified it.
        certificate: String = "certificate",
    } optional {
    }
}
