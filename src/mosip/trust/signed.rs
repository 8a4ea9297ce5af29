//! What is known about a message once every check has passed.

use alloc::string::String;
use alloc::vec::Vec;

use super::store::Domain;
use crate::encoding::json::{Object, Value};
use crate::time::Time;
use crate::verify::Proven;
use crate::x509::Certificate;

/// Who vouches for a signer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// A root in this domain.
    Rooted {
        /// The domain.
        domain: Domain,
        /// The root at the end of the path.
        root: Certificate,
    },
    /// No authority; the caller chose this.
    SelfAsserted,
}

/// A part of a message that has its own signature, and whose signature, certificate and trust passed
/// every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPart {
    pub(super) part: String,
    pub(super) certificate: Certificate,
    pub(super) standing: Standing,
    pub(super) at: Time,
}

impl SignedPart {
    /// Returns the name of the part, such as `deviceInfo` or `biometrics[0].data.digitalId`. In a
    /// registration request, a layer has only its own name, such as `digitalId`.
    #[must_use]
    pub fn part(&self) -> &str {
        &self.part
    }

    /// Returns the certificate of the signer.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Returns who vouches for the signer.
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Returns the time at which the signer was judged: the caller's, or, for
    /// [`At::Issued`](crate::At::Issued), the time that the part states. A part that states none is
    /// judged at the time of the layer inside it.
    #[must_use]
    pub const fn at(&self) -> Time {
        self.at
    }
}

/// A message whose signed parts all passed every check. Only verifiers create one.
///
/// At least one part is signed. Content that no signature covers is listed by name, and is reachable
/// only through methods with `unauthenticated` in their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T>(pub(super) Proven<Draft<T>>);

impl<T> Verified<T> {
    /// Returns the content that signatures cover.
    #[must_use]
    pub const fn content(&self) -> &T {
        &self.0.get().content
    }

    /// Returns the signed parts, outermost first.
    #[must_use]
    pub fn parts(&self) -> &[SignedPart] {
        &self.0.signed.parts
    }

    /// Lists what no signature covers: layers, and members next to the signed ones in an answer's
    /// elements. Members around all elements, or around a request, are not inspected and not listed.
    #[must_use]
    pub fn unauthenticated(&self) -> &[String] {
        &self.0.signed.unauthenticated
    }

    /// Returns whether a part is one of the message's layers and is covered by a signature, either its
    /// own or one around it.
    #[must_use]
    pub fn is_authentic(&self, part: &str) -> bool {
        self.0.signed.covers(part)
    }

    /// Returns the time of judgement that the report states: the caller's, or, for
    /// [`At::Issued`](crate::At::Issued), that of the first part. Each part has its own time:
    /// [`SignedPart::at`].
    #[must_use]
    pub const fn at(&self) -> Time {
        self.0.get().signed.at
    }

    /// Adds to the claims of a report what is no claim.
    pub(crate) fn name_unauthenticated(&self, claims: &mut Object<'static>) {
        if !self.unauthenticated().is_empty() {
            let names = self.unauthenticated().iter().cloned().map(Value::from).collect();
            claims.set("unauthenticated", Value::Array(names));
        }
    }
}

/// What the signatures of a message say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(super) parts: Vec<SignedPart>,
    /// The layers without a signature of their own that one around them covers.
    pub(super) covered: Vec<String>,
    pub(super) unauthenticated: Vec<String>,
    pub(super) at: Time,
}

impl Signed {
    /// Tells whether a layer is covered by a signature, its own or one around it.
    pub(crate) fn covers(&self, part: &str) -> bool {
        let is_signed = self.parts.iter().any(|signed| signed.part == part);
        is_signed || self.covered.iter().any(|covered| covered == part)
    }
}

/// What was read from a message, and what its signatures say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft<T> {
    pub(super) content: T,
    pub(super) signed: Signed,
}

impl<T> Draft<T> {
    pub(crate) const fn new(content: T, signed: Signed) -> Self {
        Self { content, signed }
    }
}
