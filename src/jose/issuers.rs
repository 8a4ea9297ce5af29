//! Several issuers, each with its own keys, policy and opt-ins.
//!
//! ```text
//! token ── `iss`, not yet believed ──► the verifier of that name ── keys, policy, `iss` again ──► Verified
//! ```
//!
//! The issuer name in a token selects a verifier, which then requires that a signature under *its*
//! keys covers that name. So a token can only be verified with the keys and opt-ins of the issuer
//! that it names.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use super::{compact::CompactJws, jws};
use crate::encoding::json::Document;
use crate::error::Error;
use crate::limits::Limits;
use crate::report::{Check, Report};
use crate::time::At;

/// Verifiers by the name of their issuer, or by any other configured name, such as that of a MIRACL
/// Trust project.
///
/// ```
/// use countersign::jose::{Issuers, JwkSet, jws};
/// use countersign::{Code, Policy, Rsa1024, Time};
///
/// let strict = jws::Verifier::new(JwkSet::default(), Policy::default());
/// let weak = jws::Verifier::new(JwkSet::default(), Policy::default().with_rsa_1024(Rsa1024::Allow));
/// let mut issuers = Issuers::new();
/// issuers.add("https://a.example", strict)?;
/// issuers.add("https://b.example", weak)?;
///
/// // {"iss":"https://c.example"}: a stranger.
/// let token = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2MuZXhhbXBsZSJ9.AA";
/// let now = Time::from_unix(1_700_000_000).unwrap();
/// let expected = jws::Expected::unbound().audience("me");
/// let error = issuers.verify(token, &expected, now).unwrap_err();
/// assert_eq!(error.code(), Code::IssuerMismatch);
/// # Ok::<(), countersign::jose::RepeatedIssuer>(())
/// ```
#[derive(Clone, Debug)]
pub struct Issuers<V> {
    verifiers: BTreeMap<String, V>,
}

impl<V> Default for Issuers<V> {
    fn default() -> Self {
        Self { verifiers: BTreeMap::new() }
    }
}

/// An issuer was configured twice, which would be ambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepeatedIssuer;

impl fmt::Display for RepeatedIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("issuer is configured twice")
    }
}

impl core::error::Error for RepeatedIssuer {}

impl<V> Issuers<V> {
    /// Makes a set without any issuer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an issuer with the verifier that holds its keys or their source, its policy and its
    /// opt-ins. The name is compared byte for byte.
    ///
    /// # Errors
    ///
    /// [`RepeatedIssuer`] if there is already a verifier with this name, which is kept.
    pub fn add(&mut self, name: impl Into<String>, verifier: V) -> Result<(), RepeatedIssuer> {
        let name = name.into();
        if self.verifiers.contains_key(&name) {
            return Err(RepeatedIssuer);
        }
        self.verifiers.insert(name, verifier);
        Ok(())
    }

    /// Returns the verifier with this name. The name must come from the *caller*: from its
    /// configuration, or from the address that received the request.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        self.verifiers.get(name)
    }

    /// Returns the names and verifiers, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.verifiers.iter().map(|(name, verifier)| (name.as_str(), verifier))
    }
}

impl Issuers<jws::Verifier> {
    /// Verifies a token with the verifier of its issuer, and requires `iss` to be that issuer.
    ///
    /// If `expected` names an issuer, its verifier is used, whatever the token says. Otherwise, as
    /// with `Expected::unbound().audience("me")`, the token's `iss` selects the verifier. Checked:
    /// everything that [`jws::Verifier`] checks.
    ///
    /// # Errors
    ///
    /// [`Error::IssuerMismatch`] for an issuer that is not in the set, the errors of an unreadable
    /// token or payload, and the first failing check of the verifier.
    pub fn verify(
        &self,
        input: &[u8],
        expected: &jws::Expected,
        at: impl Into<At>,
    ) -> Result<jws::Verified, Error> {
        let (verifier, expected) = self.choose(input, expected).map_err(|(_, error)| error)?;
        verifier.verify(input, &expected, at)
    }

    /// Verifies a token like [`verify`](Self::verify), and reports every check.
    #[must_use]
    pub fn explain(&self, input: &[u8], expected: &jws::Expected, at: impl Into<At>) -> Report {
        match self.choose(input, expected) {
            Ok((verifier, expected)) => verifier.explain(input, &expected, at),
            Err((check, error)) => Report::of_failure(jws::Verifier::KIND, input, check, error),
        }
    }

    fn choose(
        &self,
        input: &[u8],
        expected: &jws::Expected,
    ) -> Result<(&jws::Verifier, jws::Expected), (Check, Error)> {
        let name = match expected.expected_issuer() {
            Some(name) => String::from(name),
            None => self.claimed_issuer(input)?,
        };
        let verifier = self.get(&name).ok_or((Check::ISSUER, Error::IssuerMismatch))?;
        Ok((verifier, expected.clone().issuer(name)))
    }

    /// Reads `iss` out of a payload that nobody has verified. The widest limits of all issuers hold
    /// here; those of the chosen one hold after that.
    fn claimed_issuer(&self, input: &[u8]) -> Result<String, (Check, Error)> {
        const PART: &str = "payload";
        let limits = self.verifiers.values().map(|verifier| *verifier.limits());
        let limits = limits.reduce(Limits::widest).unwrap_or_default();
        let token = CompactJws::parse(input, &limits).map_err(|error| (Check::STRUCTURE, error))?;
        let payload = Document::parse(PART, token.into_payload(), &limits);
        payload
            .and_then(|claims| Ok(claims.string(PART, "iss")?.into_owned()))
            .map_err(|error| (Check::CLAIMS, error))
    }
}
