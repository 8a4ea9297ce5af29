//! What a token is expected to say.

use alloc::string::String;
use alloc::vec::Vec;

use crate::jose::jws;

/// What a token is expected to say. Issuer and the caller's own name have no default: a token for
/// somebody else proves nothing to this caller.
///
/// Every expectation must be met, by every kind: if a nonce or scope is expected, a token without
/// one fails.
///
/// ```
/// use countersign::miracl::token::Expected;
///
/// let expected = Expected::new("https://api.mpin.io", "client").subject("user").nonce("n-1");
/// assert_ne!(expected, Expected::new("https://api.mpin.io", "client"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub(super) jwt: jws::Expected,
    pub(super) audience: String,
    pub(super) scopes: Vec<String>,
    pub(super) longest_life: u32,
}

impl Expected {
    /// Expects this `iss`, byte for byte, and the caller as the audience: the project's ID for
    /// authentication tokens, activation tokens and `new_user_token`, the client's ID for ID
    /// tokens and access tokens.
    ///
    /// At most an hour from `iat` to `exp` is accepted, the longest life of any kind in the
    /// documents.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            // Some kinds name the caller by another claim than `aud`.
            jwt: jws::Expected::unbound().issuer(issuer),
            audience: audience.into(),
            scopes: Vec::new(),
            longest_life: 3600,
        }
    }

    /// Expects this `sub`: the user's ID.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.jwt = self.jwt.subject(subject);
        self
    }

    /// Expects this `nonce` in ID tokens: the one that was sent. Without it, a token of another
    /// login passes as well.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.jwt = self.jwt.nonce(nonce);
        self
    }

    /// Also expects this scope. An ID token has no list of scopes; there, the claims that the scope
    /// adds are expected.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Sets the longest accepted time from `iat` to `exp` in seconds. A token without `iat` (access
    /// tokens have none) must expire at most that long after the time of judgement, plus the
    /// policy's leeway.
    #[must_use]
    pub const fn longest_life(mut self, seconds: u32) -> Self {
        self.longest_life = seconds;
        self
    }
}
