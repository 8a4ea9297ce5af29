//! What a verifier accepts beyond the safe defaults.

use crate::crypto::{Algorithm, SignatureBackend};
use crate::limits::Limits;
use crate::time::Leeway;

/// Whether RSA keys of exactly 1024 bits are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rsa1024 {
    /// Refuse them: [`key-too-small`](crate::Code::KeyTooSmall).
    #[default]
    Deny,
    /// Accept them, with a warning in every report. MIRACL Trust's public DVS key has 1024 bits.
    Allow,
}

/// The policy of one verifier. The default is safe.
///
/// ```
/// use countersign::{Leeway, Policy, Rsa1024};
///
/// let policy = Policy::default()
///     .with_rsa_1024(Rsa1024::Allow)
///     .with_leeway(Leeway::from_seconds(5).unwrap());
/// assert_eq!(policy.leeway().seconds(), 5);
/// assert_eq!(Policy::default().rsa_1024(), Rsa1024::Deny);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    rsa_1024: Rsa1024,
    algorithm: Option<Algorithm>,
    leeway: Leeway,
    limits: Limits,
    backend: SignatureBackend,
}

impl Policy {
    /// Returns whether RSA keys of 1024 bits are accepted.
    #[must_use]
    pub const fn rsa_1024(&self) -> Rsa1024 {
        self.rsa_1024
    }

    /// Chooses whether RSA keys of 1024 bits are accepted.
    #[must_use]
    pub const fn with_rsa_1024(mut self, rsa_1024: Rsa1024) -> Self {
        self.rsa_1024 = rsa_1024;
        self
    }

    /// Returns the algorithm for keys that declare none; `None` means RS256 or ES256, depending on
    /// their type.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// Binds keys that declare no `alg` to this algorithm, if it matches their type.
    ///
    /// A key that declares an algorithm keeps it, and so does every other copy of that key under
    /// the same name. eSignet, for example, signs with PS256 and publishes keys without `alg`.
    ///
    /// ```
    /// use countersign::{Algorithm, Policy};
    ///
    /// let policy = Policy::default().with_algorithm(Algorithm::Ps256);
    /// assert_eq!(policy.algorithm(), Some(Algorithm::Ps256));
    /// ```
    #[must_use]
    pub const fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Returns the allowed clock skew; zero by default.
    #[must_use]
    pub const fn leeway(&self) -> Leeway {
        self.leeway
    }

    /// Chooses the allowed clock skew.
    #[must_use]
    pub const fn with_leeway(mut self, leeway: Leeway) -> Self {
        self.leeway = leeway;
        self
    }

    /// Returns the limits.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Chooses the limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns the backend that computes signature verifications.
    #[must_use]
    pub const fn backend(&self) -> SignatureBackend {
        self.backend
    }

    /// Chooses the backend that computes signature verifications.
    #[must_use]
    pub const fn with_backend(mut self, backend: SignatureBackend) -> Self {
        self.backend = backend;
        self
    }
}
