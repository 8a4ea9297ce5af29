//! The decision of a relying party, from the client's signature to one verdict.

use alloc::string::String;

use super::signature::{Expected, Signature};
use super::{certificate, certificate::Certificate, certificate::Verifier};
use crate::encoding::json::Object;
use crate::error::Error;
use crate::policy::Policy;
use crate::report::{Check, Report, Trail};
use crate::time::At;
use crate::verify::Item;

/// The check of the service's answer.
impl Check {
    /// The HTTP status of the answer.
    pub const STATUS: Self = Self::new("status", "miracl/maas-sdk-go pkg/dvs/dvs.go");
}

/// A client's signature on its way through MIRACL Trust's service.
///
/// [`begin`](Self::begin) checks everything that can be checked before calling the service,
/// [`request_body`](Self::request_body) is the body for `POST /dvs/verify`, and
/// [`verify`](Self::verify) decides on the answer, with everything bound together. Faults of the
/// signature are found before it is sent: the service may count every failure as a wrong PIN, and
/// three of those revoke the identity.
///
/// Checked, in this order:
///
/// | | Check | Official SDKs | Why here |
/// |---|---|---|---|
/// | 1 | encodings; with feature `dvs-signature` the points | presence only (.NET) | the service should not receive what no client makes |
/// | 2 | identity: one that [may sign](crate::miracl::identity::MpinId::may_sign), of this project, and the expected user or `hashMPinId` | no | a certificate does not identify the signer, and the service is not documented to compare projects |
/// | 3 | hash of the document | no | the service certifies whatever hash the client sends |
/// | 4 | `timestamp` not in the future, and not too old | `timestamp` ≥ 0 (.NET) | an old signature must not be certified as a new one |
/// | 5 | HTTP status: 200, 401, 410, others | the same | [`Error::SignatureRefused`], [`Error::IdentityRevoked`], [`Error::NoAnswer`] |
/// | 6 | certificate: structure, key by `kid`, RS256, signature | Go: so; .NET: last, with the first key, whatever `kid` and `alg` say | only authentic content is read |
/// | 7 | `hash` of the certificate is that of the request, as text | the same | |
/// | 8 | `timestamp` ≤ `cAt`, with the leeway of check 4 | the same, without leeway (.NET: 32 bits) | the current `timestamp` comes from the phone's clock |
/// | 9 | `cAt` not in the future, `exp` not reached | iOS and Android only | an old answer must not pass as a new one |
///
/// SDKs: miracl/maas-sdk-go `pkg/dvs/dvs.go`, miracl/maas-sdk-dotnet-core2 `DVS.cs`.
///
/// The policy's leeway, 0 by default, applies to the client's clock in both checks 4 and 8: a
/// signature that passes before the call does not fail on its timestamp afterwards.
///
/// *Not* checked: that each signature is used once. To refuse a repeated signature, the caller must
/// remember the accepted ones.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::dvs::signature::Expected;
/// use countersign::miracl::dvs::{self, Transaction};
/// use countersign::{At, Code, Limits, Policy, Rsa1024};
///
/// # let jwks = include_bytes!("../../../test-vectors/seed/dvs-jwks.json");
/// # let object = include_bytes!("../../../test-vectors/seed/dvs-verify-request.json");
/// # let answer = include_bytes!("../../../test-vectors/seed/dvs-verify-response.json");
/// let keys = JwkSet::parse(jwks, &Limits::default())?;
/// let verifier = dvs::Verifier::new(keys, Policy::default().with_rsa_1024(Rsa1024::Allow));
///
/// let project = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
/// let expected = Expected::new(dvs::Expected::hash("74657374"));
/// let transaction = Transaction::begin(&verifier, object, project, expected, At::Issued)?;
/// let _sent = transaction.request_body().to_string();
///
/// let confirmed = transaction.verify(&verifier, 200, answer, At::Issued)?;
/// assert_eq!(confirmed.signature().mpin_id().user_id(), "ivan.todinov@miracl.com");
/// assert_eq!(confirmed.certificate().created_at().to_string(), "2022-04-08T07:56:20Z");
///
/// let refused = transaction.verify(&verifier, 401, b"", At::Issued).unwrap_err();
/// assert_eq!(refused.code(), Code::SignatureRefused);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    signature: Signature,
    expected: Expected,
}

/// A signature that the service certified, bound to its certificate. Only [`Transaction::verify`]
/// creates one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    signature: Signature,
    certificate: Certificate,
}

impl Confirmed {
    /// Returns the signature: what was signed, and by whom.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Returns the certificate of the service.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

impl Transaction {
    /// The kind in reports.
    pub const KIND: &'static str = "dvs-transaction";

    /// Begins with the client's signature object, or a request body that contains one: runs checks
    /// 1 to 4, for this project and these expectations.
    ///
    /// # Errors
    ///
    /// The first of the checks 1 to 4 that fails. Do not call the service then.
    pub fn begin(
        verifier: &Verifier,
        object: &[u8],
        project_id: impl Into<String>,
        expected: Expected,
        at: impl Into<At>,
    ) -> Result<Self, Error> {
        let policy = &verifier.policy;
        let signature = Signature::parse(object, policy.limits())?;
        let transaction = Self { signature, expected: expected.project_id(project_id) };
        let mut trail = Trail::first_failure();
        transaction.check_signature(&mut trail, policy, at.into());
        trail.settle(Some(transaction)).ok_or_else(|| trail.into_error())
    }

    /// Returns the client's signature, which is not yet verified.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Returns the JSON body of the request to `POST /dvs/verify`: the members of the client's signature
    /// that the service knows, as the client wrote them, and its timestamp. Status and body of the
    /// answer go to [`verify`](Self::verify).
    ///
    /// The crate `countersign-api` creates its typed call, `VerifySignature`, from a transaction.
    #[must_use]
    pub fn request_body(&self) -> Object<'_> {
        self.signature.to_json()
    }

    /// Decides on the answer: its HTTP status and its body.
    ///
    /// # Errors
    ///
    /// The first failing check of the table; the signature is judged again, at this time.
    pub fn verify(
        &self,
        verifier: &Verifier,
        status: u16,
        body: &[u8],
        at: impl Into<At>,
    ) -> Result<Confirmed, Error> {
        let (trail, certificate) =
            self.decide(Trail::first_failure, verifier, status, body, at.into());
        let certificate = certificate.ok_or_else(|| trail.into_error())?;
        Ok(Confirmed { signature: self.signature.clone(), certificate })
    }

    /// Decides on the answer, and reports every check; the input of the report is the body.
    ///
    /// The verdict is that of [`verify`](Self::verify).
    #[must_use]
    pub fn explain(
        &self,
        verifier: &Verifier,
        status: u16,
        body: &[u8],
        at: impl Into<At>,
    ) -> Report {
        let (trail, certificate) =
            self.decide(Trail::everything, verifier, status, body, at.into());
        let claims = certificate.map(|certificate| {
            self.signature
                .claims()
                .with("cAt", certificate.created_at().unix())
                .with("exp", certificate.expires_at().unix())
        });
        trail.into_report(Self::KIND, body, claims)
    }

    fn check_signature(&self, trail: &mut Trail, policy: &Policy, at: At) {
        #[cfg(feature = "dvs-signature")]
        self.signature.check_points(trail);
        #[cfg(not(feature = "dvs-signature"))]
        trail.skip(Check::POINTS, "built without the curve");
        self.signature.check_content(trail, &self.expected, policy, at);
    }

    fn decide(
        &self,
        new_trail: fn() -> Trail,
        verifier: &Verifier,
        status: u16,
        body: &[u8],
        at: At,
    ) -> (Trail, Option<Certificate>) {
        verifier.with_keys(|verifier| {
            let mut trail = new_trail();
            let certificate = self.decide_with(&mut trail, verifier, status, body, at);
            (trail, certificate)
        })
    }

    fn decide_with(
        &self,
        trail: &mut Trail,
        verifier: &Verifier,
        status: u16,
        body: &[u8],
        at: At,
    ) -> Option<Certificate> {
        self.check_signature(trail, &verifier.policy, at);
        if !trail.goes_on() {
            return None;
        }
        let answered = match status {
            200 => Ok(()),
            401 => Err(Error::SignatureRefused),
            410 => Err(Error::IdentityRevoked),
            status => Err(Error::NoAnswer { status }),
        };
        let answered = trail.record(Check::STATUS, answered, |()| "200");
        if answered.is_none() {
            trail.skip(Check::SIGNATURE, "no certificate");
            return None;
        }
        let request = self.signature.to_request();
        let leeway = verifier.policy.leeway();
        let expected = certificate::Expected::request_within(&request, leeway);
        verifier.follow(trail, Item { input: body, expected: &expected, at })
    }
}
