//! What a JWS is expected to say.

use alloc::string::String;
use alloc::vec::Vec;

/// What a token is expected to say. Every expectation must be met.
///
/// A signature alone does not bind a token to anyone: issuers sign for many audiences, and one key
/// can serve several issuers. So [`new`](Self::new) takes both, and a token without `exp` is
/// refused. To accept more, use [`unbound`](Self::unbound) or
/// [`allow_no_expiry`](Self::allow_no_expiry).
///
/// Strings are compared byte for byte, except `typ`, which is a media type.
///
/// ```
/// use countersign::jose::jws::Expected;
///
/// let expected = Expected::new("https://issuer.example", "orders").typ("at+jwt");
/// // A service that has two names, while its clients move from one to the other.
/// let expected = expected.or_audience("orders.example");
/// assert_eq!(
///     Expected::unbound().issuer("https://issuer.example").audience("orders"),
///     Expected::new("https://issuer.example", "orders"),
/// );
/// # assert_ne!(expected, Expected::unbound());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub(super) issuer: Option<String>,
    pub(super) audiences: Vec<String>,
    pub(super) subject: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) typ: Option<String>,
    pub(super) expiry: Expiry,
}

/// Whether a token may live for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    Required,
    Optional,
}

impl Expected {
    /// Expects this `iss`, this `aud` (alone or within an array), and an `exp`.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self::unbound().issuer(issuer).audience(audience)
    }

    /// Expects neither issuer nor audience: accepts tokens from any issuer whose key is in the set,
    /// for any audience. The report carries the warning [`Unbound`](crate::Warning::Unbound) unless
    /// both are added.
    #[must_use]
    pub const fn unbound() -> Self {
        Self {
            issuer: None,
            audiences: Vec::new(),
            subject: None,
            nonce: None,
            typ: None,
            expiry: Expiry::Required,
        }
    }

    /// Expects this `iss`.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Expects this `aud`, alone or within an array, instead of any named before.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.clear();
        self.or_audience(audience)
    }

    /// Also accepts this `aud`: any one of the expected audiences suffices. Use it only for several
    /// names of the same recipient ([RFC 7519 §4.1.3]): tokens for other recipients must not be
    /// accepted.
    ///
    /// [RFC 7519 §4.1.3]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3
    #[must_use]
    pub fn or_audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Expects this `sub`.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Expects this `nonce`.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// Expects this `typ` in the header, such as `at+jwt` ([RFC 8725 §3.11]): without it, a
    /// token of another kind by the same issuer may pass.
    ///
    /// It is a media type ([RFC 7515 §4.1.9]): letter case makes no difference, nor does
    /// `application/` before a name without a slash.
    ///
    /// [RFC 8725 §3.11]: https://www.rfc-editor.org/rfc/rfc8725#section-3.11
    /// [RFC 7515 §4.1.9]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9
    #[must_use]
    pub fn typ(mut self, typ: impl Into<String>) -> Self {
        self.typ = Some(typ.into());
        self
    }

    /// Accepts a token without `exp`, which is valid for as long as its key is. If there is an
    /// `exp`, it is still checked.
    ///
    /// If no claims are expected either, the payload need not be a JSON object:
    /// `Expected::unbound().allow_no_expiry()` verifies any JWS.
    #[must_use]
    pub const fn allow_no_expiry(mut self) -> Self {
        self.expiry = Expiry::Optional;
        self
    }

    pub(crate) const fn wants_nonce(&self) -> bool {
        self.nonce.is_some()
    }

    pub(crate) fn expected_issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    pub(super) fn is_bound(&self) -> bool {
        self.issuer.is_some() && !self.audiences.is_empty()
    }

    pub(super) fn wants_claims(&self) -> bool {
        self.expiry == Expiry::Required
            || self.issuer.is_some()
            || !self.audiences.is_empty()
            || self.subject.is_some()
            || self.nonce.is_some()
    }
}
