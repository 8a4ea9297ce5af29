//! What captures are expected to say.

use alloc::string::String;
use alloc::vec::Vec;

use super::chain::Scheme;
use crate::mosip::Window;

pub(super) const BIOMETRICS: &str = "biometrics";

/// Which hash scheme is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashScheme {
    /// The current scheme or, failing that, the legacy one, for the whole answer.
    #[default]
    Detect,
    /// Only this scheme.
    Only(Scheme),
}

/// What captured data is expected to say. Nothing is expected by default; every expectation applies to
/// every biometric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub(super) transaction_id: Option<String>,
    pub(super) env: Option<String>,
    pub(super) purpose: Option<String>,
    pub(super) domain_uri: Option<String>,
    pub(super) scheme: HashScheme,
    pub(super) previous_hash: String,
    pub(super) values: Option<Vec<Vec<u8>>>,
    pub(super) mixed: Mixed,
    pub(super) span: Option<u32>,
    pub(super) window: Option<Window>,
}

impl Expected {
    /// Expects authentic data and a chain that is unbroken from its beginning.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects this `transactionId`.
    #[must_use]
    pub fn transaction_id(mut self, transaction_id: impl Into<String>) -> Self {
        self.transaction_id = Some(transaction_id.into());
        self
    }

    /// Expects this `env`.
    #[must_use]
    pub fn env(mut self, env: impl Into<String>) -> Self {
        self.env = Some(env.into());
        self
    }

    /// Expects this `purpose`.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = Some(purpose.into());
        self
    }

    /// Expects this `domainUri`.
    #[must_use]
    pub fn domain_uri(mut self, domain_uri: impl Into<String>) -> Self {
        self.domain_uri = Some(domain_uri.into());
        self
    }

    /// Expects hashes of this scheme. If the chain cannot be followed, the verdict is
    /// [`expectation-unused`](crate::Code::ExpectationUnused).
    #[must_use]
    pub const fn scheme(mut self, scheme: HashScheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Expects the chain to continue from this hash, the `previousHash` of the request. If the chain
    /// cannot be followed, the verdict is
    /// [`expectation-unused`](crate::Code::ExpectationUnused).
    #[must_use]
    pub fn previous_hash(mut self, previous_hash: impl Into<String>) -> Self {
        self.previous_hash = previous_hash.into();
        self
    }

    /// Supplies the decrypted biometric values, one for each `data`. Without them, the current scheme
    /// cannot be checked for captures for authentication.
    #[must_use]
    pub fn decrypted_values(mut self, values: Vec<Vec<u8>>) -> Self {
        self.values = Some(values);
        self
    }

    /// Chooses what to do with an answer whose captures do not belong together: see [`Mixed`].
    #[must_use]
    pub const fn mixed(mut self, mixed: Mixed) -> Self {
        self.mixed = mixed;
        self
    }

    /// Expects the captures of one answer to lie at most this many seconds apart, according to the
    /// `timestamp` of each. Without it, times are not compared. [`mixed`](Self::mixed) decides what
    /// happens if they lie further apart.
    #[must_use]
    pub const fn span(mut self, seconds: u32) -> Self {
        self.span = Some(seconds);
        self
    }

    /// Expects every time that a layer states to lie within this window around the time of judgement.
    /// Without it, age is not checked. Times in the future are refused in any case.
    ///
    /// A message judged [as of its own time](crate::At::Issued) has no age.
    #[must_use]
    pub const fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}

/// What to do with an answer whose captures do not belong together.
///
/// Each capture is signed separately, and nothing that is signed binds them to each other: an answer
/// can be assembled from captures of several devices, transactions or times, and its hashes computed
/// to fit. So the captures are compared. They belong together if
///
/// - one key signed all `data`, and one key signed all digital IDs;
/// - all digital IDs name one device: they differ at most in `dateTime`;
/// - all have the same `transactionId`, or none has one;
/// - no two have the same payload, which would be one capture given twice;
/// - they lie no further apart than [`Expected::span`] allows, if it is set.
///
/// A hint in the report names what differs. The absence of differences does not prove that the captures
/// were made together: a device may omit `transactionId`, and may describe itself identically for
/// years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mixed {
    /// Accept it, with the warning [`MixedCapture`](crate::Warning::MixedCapture).
    #[default]
    Warn,
    /// Refuse it: [`content-mismatch`](crate::Code::ContentMismatch).
    Deny,
}
