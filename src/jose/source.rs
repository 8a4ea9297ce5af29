//! Where a verifier's keys come from: given once, or the newest of a source.
//!
//! ```text
//! KeySource ── snapshot ──► Snapshot ──► one verification, or one batch
//!     ▲                                        │ a key was not found
//!     └───────────────── renew ────────────────┘
//! ```
//!
//! A [`Snapshot`] never changes, so a running verification is not affected when its source gets a
//! newer one. Nothing here fetches: a source that does is in the crate `countersign-fetch`, or the
//! caller's own.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use core::fmt;

use super::published::is_published_secret;
use super::{jwk::Jwk, jwk::JwkSet};
use crate::crypto::Secret;
use crate::encoding::hex;
use crate::encoding::json::{self, Object};
use crate::error::{Error, KeyFault};
use crate::limits::Limits;
use crate::report::KeySetInfo;
use crate::time::Time;
use crate::verify::Held;

/// A key set as published at one time: its bytes, their digest, and when they were fetched.
///
/// Copies share the set. Verdicts name the snapshot they used:
/// [`KeyInfo::set`](crate::KeyInfo::set) and [`Report::key_set`](crate::Report::key_set).
///
/// ```
/// use countersign::jose::{Snapshot, jws};
/// use countersign::{Limits, Policy, Time};
///
/// let limits = Limits::default();
/// let text = include_bytes!("../../test-vectors/seed/dvs-jwks.json");
/// let fetched = Time::from_unix(1_700_000_000);
/// let snapshot = Snapshot::parse(text, fetched, &limits)?;
/// assert_eq!(snapshot.keys().keys().len(), 1);
///
/// // What was exported says where it is from, and is the same after the import.
/// let exported = snapshot.export();
/// assert_eq!(Snapshot::import(exported.as_bytes(), &limits)?, snapshot);
///
/// // A set that never changes is the simplest source.
/// let verifier = jws::Verifier::from_source(snapshot, Policy::default());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(Arc<Inner>);

#[derive(Debug, PartialEq, Eq)]
struct Inner {
    info: KeySetInfo,
    text: Arc<[u8]>,
    keys: JwkSet,
}

/// The schema that [`Snapshot::export`] writes.
const SCHEMA: &str = "countersign.key-set/1";

impl Snapshot {
    /// Parses a JWK Set ([RFC 7517 §5]) and keeps its bytes.
    ///
    /// `fetched` is the time when the bytes were downloaded; `None` for a set from the caller.
    /// Checked: what [`JwkSet::parse`] checks. An empty set is accepted here, and a single JWK is a
    /// set of one.
    ///
    /// # Errors
    ///
    /// The same as [`JwkSet::parse`].
    ///
    /// [RFC 7517 §5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
    pub fn parse(text: &[u8], fetched: Option<Time>, limits: &Limits) -> Result<Self, Error> {
        let keys = JwkSet::parse(text, limits).or_else(|error| match error {
            Error::MissingMember { member: "keys", .. } => {
                let is_key = json::parse_object("key", text, limits)
                    .is_ok_and(|object| object.member("kty").is_some());
                let own = Jwk::parse(text, limits).map(JwkSet::from);
                if is_key { own } else { Err(error) }
            }
            error => Err(error),
        })?;
        Ok(Self::new(text.into(), keys, fetched))
    }

    fn new(text: Arc<[u8]>, mut keys: JwkSet, fetched: Option<Time>) -> Self {
        let sha256 = keys.info().map_or_else(|| crate::sha256(&text), |info| info.sha256);
        let info = KeySetInfo { sha256, fetched };
        keys.identify(info);
        Self(Arc::new(Inner { info, text, keys }))
    }

    /// Returns the same set, confirmed to be still published at a later time.
    #[must_use]
    pub fn confirmed(&self, fetched: Time) -> Self {
        Self::new(Arc::clone(&self.0.text), self.0.keys.clone(), Some(fetched))
    }

    /// Returns the keys.
    #[must_use]
    pub fn keys(&self) -> &JwkSet {
        &self.0.keys
    }

    /// Returns the published bytes of the set.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.0.text
    }

    /// Returns the SHA-256 of [`text`](Self::text).
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.0.info.sha256
    }

    /// Returns when the set was last known to be the published one.
    #[must_use]
    pub fn fetched(&self) -> Option<Time> {
        self.0.info.fetched
    }

    /// Returns the seconds since [`fetched`](Self::fetched), never below zero; `None` for a set
    /// from the caller.
    #[must_use]
    pub fn age(&self, now: Time) -> Option<i64> {
        self.fetched().map(|fetched| now.unix().saturating_sub(fetched.unix()).max(0))
    }

    /// Writes the snapshot as JSON: `schema` `countersign.key-set/1`, `sha256` in hexadecimal,
    /// `fetched` in [RFC 3339] if known, and `jwks`, the text of the set as a string, which
    /// preserves its bytes.
    ///
    /// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
    #[must_use]
    pub fn export(&self) -> String {
        let mut object =
            Object::new().with("schema", SCHEMA).with("sha256", hex::encode(&self.sha256()));
        if let Some(fetched) = self.fetched() {
            object.set("fetched", fetched.to_string());
        }
        // The strict parser has seen to it that the text is UTF-8.
        object.set("jwks", core::str::from_utf8(self.text()).unwrap_or_default());
        object.to_string()
    }

    /// Reads the output of [`export`](Self::export).
    ///
    /// Checked: the schema, the digest over the bytes, and what [`parse`](Self::parse) checks.
    /// *Not* checked: whether the set was ever published. An export is as trustworthy as its file.
    ///
    /// # Errors
    ///
    /// [`Error::ContentMismatch`] if the bytes have another digest, [`Error::UnsupportedFormat`]
    /// for another schema, and the errors of malformed JSON or an unusable set.
    pub fn import(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "exported key set";
        // Escapes at most double a text that is strict JSON itself; the rest is short.
        let limit = limits.key_set_bytes().saturating_mul(2).saturating_add(1024);
        if text.len() > limit {
            return Err(Error::TooLarge { what: PART, limit });
        }
        let object = json::parse_object(PART, text, limits)?;
        if object.string(PART, "schema")? != SCHEMA {
            return Err(Error::UnsupportedFormat { what: "an exported key set of another schema" });
        }
        let fetched =
            object.optional_string(PART, "fetched")?.map(Time::parse_rfc3339).transpose()?;
        let snapshot = Self::parse(object.string(PART, "jwks")?.as_bytes(), fetched, limits)?;
        if object.string(PART, "sha256")? != hex::encode(&snapshot.sha256()) {
            return Err(Error::ContentMismatch { member: "sha256" });
        }
        Ok(snapshot)
    }
}

/// A source of keys that a verifier asks at each verification.
///
/// A verifier asks its source once per verification or batch. The source may return other keys each
/// time: they are replaced as a whole, never mixed. It is called on the verifying thread, so it
/// must not wait for anything slow.
///
/// ```
/// use countersign::jose::{KeySource, Snapshot, jws};
/// use countersign::{Code, Policy, Time, Verdict};
///
/// /// A source that never has any keys.
/// #[derive(Debug)]
/// struct Outage;
///
/// impl KeySource for Outage {
///     fn snapshot(&self) -> Option<Snapshot> {
///         None
///     }
/// }
///
/// let verifier = jws::Verifier::from_source(Outage, Policy::default());
/// let now = Time::from_unix(1_700_000_000).unwrap();
/// let token = b"eyJhbGciOiJSUzI1NiJ9.e30.AA";
/// let expected = jws::Expected::new("https://issuer.example", "me");
/// let error = verifier.verify(token, &expected, now).unwrap_err();
/// assert_eq!(error.code(), Code::Unreachable);
/// assert_eq!(Verdict::from(error.code()), Verdict::Undecided);
/// ```
pub trait KeySource: fmt::Debug + Send + Sync {
    /// Returns the current keys, or `None` if there is no usable set.
    ///
    /// Only the state of the source may decide this, never a token: otherwise the sender of a token
    /// could make a service report an outage.
    fn snapshot(&self) -> Option<Snapshot>;

    /// Called when a token names a key that the snapshot does not have. Returns newer keys if there
    /// are any; the verification then runs once more with them. Otherwise the token is refused.
    ///
    /// Called once for each such token. Anyone can send tokens that name any key, so a source must
    /// bound its work: by limiting fetches per span of time, not by remembering each `kid`, which
    /// may be published a moment later.
    fn renew(&self, than: &Snapshot, kid: &str) -> Option<Snapshot> {
        let _ = (than, kid);
        None
    }
}

impl KeySource for Snapshot {
    fn snapshot(&self) -> Option<Snapshot> {
        Some(self.clone())
    }
}

impl<S: KeySource + ?Sized> KeySource for Arc<S> {
    fn snapshot(&self) -> Option<Snapshot> {
        (**self).snapshot()
    }

    fn renew(&self, than: &Snapshot, kid: &str) -> Option<Snapshot> {
        (**self).renew(than, kid)
    }
}

/// Whether a secret is known to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Published {
    Yes,
    No,
}

/// The keys of a verifier. No route leads from the public ones to the secret one: a public key can
/// never become an HMAC secret.
#[derive(Clone, Debug)]
pub(crate) enum Keys {
    Public(JwkSet),
    /// The public keys of one moment.
    Snapshot(Snapshot),
    /// Public keys that are asked for at each verification.
    Source(Arc<dyn KeySource>),
    Secret(Arc<Secret>, Published),
}

impl Keys {
    pub(crate) fn source(source: impl KeySource + 'static) -> Self {
        Self::Source(Arc::new(source))
    }

    pub(crate) fn secret(secret: Secret) -> Result<Self, Error> {
        if secret.expose().len() < 32 {
            return Err(Error::KeyUnusable(KeyFault::ShortSecret));
        }
        let published = if is_published_secret(&secret) { Published::Yes } else { Published::No };
        Ok(Self::Secret(Arc::new(secret), published))
    }

    /// Returns the public keys at hand. A source that was asked and had none has none here either.
    pub(crate) fn set(&self) -> Result<&JwkSet, Error> {
        match self {
            Self::Public(keys) => Ok(keys),
            Self::Snapshot(snapshot) => Ok(snapshot.keys()),
            Self::Source(_) => Err(Error::Unreachable),
            Self::Secret(..) => Err(Error::NoKey),
        }
    }
}

impl Held for Keys {
    fn now(&self) -> Option<Self> {
        match self {
            Self::Source(source) => source.snapshot().map(Self::Snapshot),
            _ => None,
        }
    }

    fn newer(&self, than: &Self, kid: &str) -> Option<Self> {
        match (self, than) {
            (Self::Source(source), Self::Snapshot(than)) => {
                source.renew(than, kid).map(Self::Snapshot)
            }
            _ => None,
        }
    }
}
