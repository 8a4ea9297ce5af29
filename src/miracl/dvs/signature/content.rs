//! The checks of a signature that need no key.

use alloc::format;
use alloc::string::String;

use super::object::Signature;
use crate::error::Error;
use crate::jose::claims::check_start;
use crate::miracl::dvs::certificate::{self, Binding};
use crate::miracl::identity::Dtas;
use crate::policy::Policy;
use crate::report::{Check, Trail, Warning};
use crate::time::At;

/// Checks of DVS signatures.
impl Check {
    /// The points are on their curves and of the right order.
    pub const POINTS: Self = Self::new("points", "apache/incubator-milagro-crypto-c src/mpin.c.in");
    /// The identity may sign, and is the expected one.
    pub const IDENTITY: Self = Self::new("identity", "MIRACL Trust DVS guide");
}

/// What a signature must be about, and whose it must be.
///
/// There is no default: a signature over an unexpected hash is about something else.
///
/// ```
/// use countersign::miracl::dvs;
/// use countersign::miracl::dvs::signature::Expected;
///
/// let expected = Expected::new(dvs::Expected::document(b"test")).user_id("alice@example.com");
/// assert_ne!(expected, Expected::new(dvs::Expected::unbound()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    binding: certificate::Expected,
    user_id: Option<String>,
    project_id: Option<String>,
    hash_mpin_id: Option<String>,
    scope: Option<String>,
    max_age: Option<u32>,
}

impl Expected {
    /// Expects this document or hash, or the hash and timestamp of this request.
    ///
    /// The hash is compared as bytes, since these are signed; letter case does not matter.
    #[must_use]
    pub const fn new(binding: certificate::Expected) -> Self {
        Self {
            binding,
            user_id: None,
            project_id: None,
            hash_mpin_id: None,
            scope: None,
            max_age: None,
        }
    }

    /// Expects this `userID` in the identity.
    #[must_use]
    pub fn user_id(mut self, user_id: impl Into<String>) -> Self {
        self.user_id = Some(user_id.into());
        self
    }

    /// Expects this `cID`, the project's UUID, in the identity.
    #[must_use]
    pub fn project_id(mut self, project_id: impl Into<String>) -> Self {
        self.project_id = Some(project_id.into());
        self
    }

    /// Expects the identity with this hash (`hashMPinId` of the REST API), in lower-case
    /// hexadecimal.
    ///
    /// This is the strongest expectation of a signer: it identifies one registration of one device.
    #[must_use]
    pub fn hash_mpin_id(mut self, hash: impl Into<String>) -> Self {
        self.hash_mpin_id = Some(hash.into());
        self
    }

    /// Expects this scope in the identity.
    ///
    /// `dvs` is the scope of identities made only for signing, until 2022. Expecting it refuses the
    /// identities that current SDKs sign with: those have the scope `auth`, and both authenticate
    /// and sign. An identity of version 1 has no scopes.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Expects that the client signed at most this many seconds, plus the leeway, before the time
    /// of judgement. The time comes from the client's clock, so honest signatures can appear late.
    ///
    /// A signature judged [as of its own time](crate::At::Issued) has no age.
    #[must_use]
    pub const fn max_age(mut self, seconds: u32) -> Self {
        self.max_age = Some(seconds);
        self
    }
}

impl Signature {
    /// Checks all that can be known without a key, but not the points.
    pub(crate) fn check_content(
        &self,
        trail: &mut Trail,
        expected: &Expected,
        policy: &Policy,
        at: At,
    ) {
        self.check_identity(trail, expected);
        match self.check_binding(&expected.binding) {
            None => {
                trail.warn(Warning::Unbound);
                trail.skip(Check::HASH, "not bound to a document, by choice");
            }
            Some(result) => {
                trail.record(Check::HASH, result, |()| "signed hash is the expected one");
            }
        }
        match expected.binding.binding() {
            Binding::Request(request, _) => {
                let same = if request.timestamp() == self.timestamp {
                    Ok(())
                } else {
                    Err(Error::ContentMismatch { member: "timestamp" })
                };
                trail.record(Check::SIGNING_TIME, same, |()| "that of the request");
            }
            Binding::Hash(_) | Binding::Unbound => {
                trail.skip(Check::SIGNING_TIME, "no request was given");
            }
        }
        // The two times that are compared here, and the age below, no document defines.
        trail.cite("");
        self.check_time(trail, expected, policy, at);
    }

    fn check_identity(&self, trail: &mut Trail, expected: &Expected) {
        let id = &self.mpin_id;
        let mismatch = |member| Err(Error::ContentMismatch { member });
        let differs = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_some_and(|wanted| wanted != found)
        };
        let lacks = |wanted: &Option<String>| {
            wanted.as_ref().is_some_and(|wanted| !id.scope().contains(wanted))
        };
        let result = if !id.may_sign() || lacks(&expected.scope) {
            mismatch("scope")
        } else if differs(&expected.user_id, id.user_id()) {
            mismatch("userID")
        } else if differs(&expected.project_id, id.project_id()) {
            mismatch("cID")
        } else if differs(&expected.hash_mpin_id, &id.hash()) {
            mismatch("mpinId")
        } else {
            Ok(())
        };
        trail.record(Check::IDENTITY, result, |()| format!("hashMPinId {}", id.hash()));
        if id.is_unusual() {
            trail.warn(Warning::UnusualIdentity);
        }
        if self.dtas.as_ref().is_some_and(Dtas::is_unusual) {
            trail.warn(Warning::UnusualDtas);
        }
        if id.issued_at().is_some_and(|issued| issued > self.timestamp) {
            trail.warn(Warning::SignedBeforeIdentity);
        }
    }

    /// Compares the hash, or returns `None` if there is nothing to compare it with.
    fn check_binding(&self, binding: &certificate::Expected) -> Option<Result<(), Error>> {
        let wanted = binding.expected_hash()?;
        let equal = self.hash.eq_ignore_ascii_case(wanted);
        Some(if equal { Ok(()) } else { Err(Error::HashMismatch) })
    }

    fn check_time(&self, trail: &mut Trail, expected: &Expected, policy: &Policy, at: At) {
        let (signed, leeway) = (self.timestamp, policy.leeway());
        if at == At::Issued {
            trail.warn(Warning::AtIssued);
        }
        let instant = at.resolve(Some(signed));
        trail.at(instant);
        if let Some(instant) = instant {
            check_start(trail, instant, signed, leeway);
        }
        match (expected.max_age, at) {
            (None, _) => trail.skip(Check::WINDOW, "no maximum age is expected"),
            (_, At::Issued) => trail.skip(Check::WINDOW, "judged as of its own time"),
            (Some(age), At::Time(at)) => {
                let end = signed.plus(leeway).saturating_add(age.into());
                let result = if at.unix() > end {
                    Err(Error::TimestampWindow { signed, at })
                } else {
                    Ok(())
                };
                trail.record(Check::WINDOW, result, |()| {
                    format!("signed at {signed}, judged at {at}; the maximum age is {age} s")
                });
            }
        }
        trail.cite("");
    }
}
