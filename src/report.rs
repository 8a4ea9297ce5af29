//! Reports: every check of one verification, in order.
//!
//! The checks that make a verdict are written once. They report to a [`Trail`]; `verify` follows
//! them with one that stops at the first failure, `explain` with one that writes everything down.
//! So a verdict and its explanation cannot disagree.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::sha256;
use crate::encoding::hex;
use crate::encoding::json::{Object, Value};
use crate::error::{Category, Code, Error};
use crate::time::Time;

/// What became of an artefact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Every check passed.
    Valid,
    /// At least one check failed.
    Invalid,
    /// What was given does not suffice to decide.
    Undecided,
}

impl Verdict {
    /// Returns `valid`, `invalid` or `undecided`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Undecided => "undecided",
        }
    }
}

impl From<Code> for Verdict {
    fn from(code: Code) -> Self {
        match code.category() {
            Category::Accepted => Self::Valid,
            Category::Unavailable => Self::Undecided,
            _ => Self::Invalid,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! checks {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $reference:literal;)+) => {
        /// One step of a verification.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Check {
            /// Returns the stable name, in kebab case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns where the check is defined; a document of the platform where no RFC is named.
            #[must_use]
            pub const fn reference(self) -> &'static str {
                match self { $(Self::$variant => $reference,)+ }
            }
        }
    };
}

checks! {
    /// The input is one of the known kinds, and can be read.
    Input = "input", "";
    /// The response body around the token, and whether it carries errors instead.
    Envelope = "envelope", "MOSIP Device Management APIs";
    /// The HTTP status of the answer.
    Status = "status", "miracl/maas-sdk-go pkg/dvs/dvs.go";
    /// Size, parts and base64 of the token.
    Structure = "structure", "RFC 7515 §7.1";
    /// Which scheme of the signing server the token follows.
    Era = "era", "mosip/commons kernel-crypto-jce CryptoCore";
    /// JSON of the header, `crit`, and the algorithm's name.
    Header = "header", "RFC 7515 §4";
    /// The algorithm is the one of the key and of the format.
    Algorithm = "algorithm", "RFC 8725 §3.1";
    /// Exactly one usable key is meant.
    Key = "key", "RFC 7517 §4.5";
    /// The key has enough bits.
    KeySize = "key-size", "RFC 7518 §3.3";
    /// The key's certificate is valid at the verification time.
    KeyCertificate = "key-certificate", "RFC 5280 §4.1.2.5";
    /// A path leads from the key's certificate to a root that the caller trusts for this.
    Trust = "trust", "RFC 5280 §6";
    /// The signature fits the content.
    Signature = "signature", "RFC 8017 §8.2.2";
    /// JSON of the payload, and the members that the format requires.
    Claims = "claims", "RFC 7519 §4";
    /// The token is of this kind, and of no other.
    TokenKind = "token-kind", "RFC 8725 §3.12";
    /// The digital id inside the payload.
    DigitalId = "digital-id", "MOSIP Device Management APIs";
    /// The points are on their curves and of the right order.
    Points = "points", "apache/incubator-milagro-crypto-c src/mpin.c.in";
    /// The identity may sign, and is the expected one.
    Identity = "identity", "MIRACL Trust DVS guide";
    /// The hashes of a chain of captures follow from each other and from what was captured.
    HashChain = "hash-chain", "MOSIP Secure Biometric Interface 1.0";
    /// The signed hash is the expected one.
    Hash = "hash", "MIRACL Trust DVS guide";
    /// The client signed before the certificate was issued.
    SigningTime = "signing-time", "miracl/maas-sdk-go pkg/dvs/dvs.go";
    /// Not from the future.
    NotBefore = "not-before", "RFC 7519 §4.1.5";
    /// Not past its end.
    Expiry = "expiry", "RFC 7519 §4.1.4";
    /// From `iat` to `exp` is not longer than accepted.
    Lifetime = "lifetime", "MIRACL Trust documentation";
    /// `iss` is the expected one.
    Issuer = "issuer", "RFC 7519 §4.1.1";
    /// `sub` is the expected one.
    Subject = "subject", "RFC 7519 §4.1.2";
    /// `aud` contains the expected one.
    Audience = "audience", "RFC 7519 §4.1.3";
    /// `nonce` is the expected one.
    Nonce = "nonce", "OpenID Connect Core 1.0 §2";
    /// Every scope that is expected was granted.
    Scope = "scope", "RFC 6749 §3.3";
    /// `deviceCode`, `env` or the digital id are the expected ones.
    Content = "content", "MOSIP Device Management APIs";
    /// The signed time is within the window.
    Window = "timestamp-window", "MOSIP Device Management APIs";
    /// The members keep the server's rules.
    Rules = "rules", "MOSIP kernel-masterdata-service dto";
    /// The server's tables know what the request names, and nothing that stands against it.
    Records = "records", "MOSIP kernel-masterdata-service";
    /// Whoever asks for the verdict expects nothing that contradicts itself, and nothing that this
    /// kind cannot meet or miss.
    Expectations = "expectations", "";
}

/// What became of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It passed.
    Pass,
    /// It failed.
    Fail(Error),
    /// It could not run, because another one failed, or nothing was expected.
    Skip,
}

/// One check of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Which check.
    pub check: Check,
    /// Which part of a nested artefact was checked, such as `[0].deviceInfo.digitalId`; `None` for the
    /// whole.
    pub part: Option<Arc<str>>,
    /// What became of it.
    pub outcome: Outcome,
    /// For people: what was found, or why it failed or was skipped. May contain text from the
    /// input.
    pub detail: String,
    /// Where the check is defined; empty if this project defines it.
    pub reference: &'static str,
}

/// Something a reader of a valid verdict must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// The key has 1024 bits, which the verifier was told to accept.
    Rsa1024,
    /// The RSA exponent is below 65537.
    SmallExponent,
    /// The caller chose to bind a DVS certificate to nothing.
    Unbound,
    /// The artefact was judged as at its own time.
    AtIssued,
    /// The header around the token is not signed; nothing in it was used.
    UnsignedHeader,
    /// The client says that it signed before its identity was issued: its clock is its own.
    SignedBeforeIdentity,
    /// The salt or the time of the identity have not the form that the platform gives them.
    UnusualIdentity,
    /// Nobody vouches for the signer: its certificate was taken as it is, by choice.
    SelfAsserted,
    /// Some of the message is covered by no signature.
    Unauthenticated,
    /// A payload was encoded once more than its format says.
    EncodedTwice,
    /// A certificate writes its RSA modulus as a negative number, which was accepted by choice.
    NegativeModulus,
    /// `x5c` is not written as RFC 7515 says, which was accepted by choice.
    X5cEncoding,
    /// Layers of one domain are signed by different keys: two devices' perhaps, or a device's and its
    /// provider's.
    OtherSigner,
    /// Layers around the signed ones are not signed, which was accepted by choice.
    UnsignedLayers,
    /// The captures of one answer differ in signer, device or transaction, are the same twice, or lie
    /// far apart in time.
    MixedCapture,
    /// The private half of the key is published, or other parties are known to use the key.
    PublishedKey,
    /// The D-TAs beside the identity are not named as in the platform's documents.
    UnusualDtas,
    /// An authentication token has claims that are documented for other kinds of token only.
    ForeignClaims,
    /// The JWK writes a zero byte before its modulus, as a sign; without it, it is the same number.
    LeadingZero,
}

impl Warning {
    /// Returns the stable name, in kebab case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa1024 => "rsa-1024",
            Self::SmallExponent => "small-exponent",
            Self::Unbound => "unbound",
            Self::AtIssued => "at-issued",
            Self::UnsignedHeader => "unsigned-header",
            Self::SignedBeforeIdentity => "signed-before-identity",
            Self::UnusualIdentity => "unusual-identity",
            Self::SelfAsserted => "self-asserted",
            Self::Unauthenticated => "unauthenticated",
            Self::EncodedTwice => "encoded-twice",
            Self::NegativeModulus => "negative-modulus",
            Self::X5cEncoding => "x5c-encoding",
            Self::OtherSigner => "other-signer",
            Self::UnsignedLayers => "unsigned-layers",
            Self::MixedCapture => "mixed-capture",
            Self::PublishedKey => "published-key",
            Self::UnusualDtas => "unusual-dtas",
            Self::ForeignClaims => "foreign-claims",
            Self::LeadingZero => "leading-zero",
        }
    }

    /// Says in words what is warned of.
    ///
    /// ```
    /// use countersign::Warning;
    ///
    /// assert_eq!(Warning::SmallExponent.meaning(), "the RSA exponent is below 65537");
    /// ```
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Rsa1024 => "the key has 1024 bits, accepted by opt-in only",
            Self::SmallExponent => "the RSA exponent is below 65537",
            Self::Unbound => "bound to nothing that was expected, by choice",
            Self::AtIssued => "judged as at its own time, so this says nothing about freshness",
            Self::UnsignedHeader => "the outer header is not signed, and was not believed",
            Self::SignedBeforeIdentity => {
                "signed before the identity was issued, by the client's clock"
            }
            Self::UnusualIdentity => "salt or time of the identity have an unusual form",
            Self::SelfAsserted => "nobody vouches for the signer, by choice",
            Self::Unauthenticated => "some of the message is covered by no signature",
            Self::EncodedTwice => "a payload was encoded once more than its format says",
            Self::NegativeModulus => "a certificate writes its modulus as a negative number",
            Self::X5cEncoding => "`x5c` is not written as RFC 7515 says",
            Self::OtherSigner => "different keys signed layers that one device signs",
            Self::UnsignedLayers => "layers around the signed ones are not signed, by choice",
            Self::MixedCapture => "the captures of the answer do not belong together",
            Self::PublishedKey => "others than its owner can sign with this key",
            Self::UnusualDtas => "the D-TAs are not named by two hexadecimal identifiers",
            Self::ForeignClaims => "claims that are documented for other kinds of token only",
            Self::LeadingZero => {
                "the JWK writes a leading zero byte before `n`, as Java does; the number is the same"
            }
        }
    }
}

/// The key set that was consulted, so that a verdict can be traced to the bytes it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct KeySetInfo {
    /// SHA-256 of the set's bytes.
    pub sha256: [u8; 32],
    /// When the set was last known to be the published one; `None` for a set given by hand.
    pub fetched: Option<Time>,
}

/// The key that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// Its identifier in the key set.
    pub kid: Option<Arc<str>>,
    /// The algorithm it was used with.
    pub algorithm: crate::crypto::Algorithm,
    /// Bits of the modulus or field; `None` for a secret.
    pub bits: Option<usize>,
    /// RFC 7638 thumbprint, base64url of SHA-256; `None` for a secret.
    pub thumbprint: Option<Arc<str>>,
    /// The set it stood in; `None` for a key given alone.
    pub set: Option<KeySetInfo>,
}

/// Everything about one verification, reproducible byte for byte from the same input, keys, policy
/// and time.
///
/// [`to_json`](Self::to_json) writes schema `countersign.report/1`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The name that the caller gave the item.
    pub id: Option<String>,
    /// Where the caller found the item, such as `INPUT:LINE` for a line of a stream. Unlike
    /// [`id`](Self::id), which may be the sender's, it names one item only.
    pub place: Option<String>,
    /// The kind of artefact, such as `dvs-certificate`.
    pub kind: &'static str,
    /// The time of judgement; `None` if it was the artefact's own and that is unknown. Of a message
    /// with several signers, each judged at its own time, it is the first signer's: the outermost
    /// signed layer of the first part.
    pub at: Option<Time>,
    /// SHA-256 of the input.
    pub input_sha256: [u8; 32],
    /// Length of the input in bytes.
    pub input_bytes: usize,
    /// The key that was chosen.
    pub key: Option<KeyInfo>,
    /// The key set that was searched; `None` if the keys are not those of one set.
    pub key_set: Option<KeySetInfo>,
    /// Every check, in order.
    pub checks: Vec<Entry>,
    /// What a reader of the verdict must know.
    pub warnings: Vec<Warning>,
    /// What may help after a near miss; for operators, never for an answer to a client.
    pub hints: Vec<String>,
    /// What was signed, if the verdict is valid.
    pub claims: Option<Object<'static>>,
    /// What the item itself decided instead of the policy, by the names of its members, where the
    /// caller lets it.
    pub overrides: Vec<String>,
    /// SHA-256 of the policy, as the caller gives it.
    pub policy_sha256: Option<[u8; 32]>,
}

/// The schema that [`Report::to_json`] writes.
pub const SCHEMA: &str = "countersign.report/1";

impl Report {
    /// Returns a report of an input that could not be looked at.
    #[must_use]
    pub fn of_failure(kind: &'static str, input: &[u8], check: Check, error: Error) -> Self {
        let mut trail = Explanation::default();
        trail.fail(check, error);
        trail.into_report(kind, input, None)
    }

    /// Returns a report of an input that could not be read: [`Code::Unreadable`].
    #[must_use]
    pub fn of_unreadable(detail: String) -> Self {
        let mut report = Explanation::default().into_report("unknown", b"", None);
        let (check, outcome) = (Check::Input, Outcome::Skip);
        report.checks.push(Entry { check, part: None, outcome, detail, reference: "" });
        report
    }

    /// Puts a failure of the caller's own before all checks, with a text for people, and takes back
    /// the claims: what is known to be wrong without a look at the artefact must not hide behind
    /// an `undecided`.
    ///
    /// ```
    /// use countersign::{Check, Code, Error, Report};
    ///
    /// let mut report = Report::of_failure("jws", b"", Check::Key, Error::NoKey);
    /// let unused = Error::ExpectationUnused { expectation: "hash" };
    /// report.refuse(Check::Expectations, unused, "no JWS states a hash");
    /// assert_eq!(report.code(), Code::ExpectationUnused);
    /// ```
    pub fn refuse(&mut self, check: Check, error: Error, detail: impl Into<String>) {
        let detail = detail.into();
        self.checks.insert(0, Entry { detail, ..Entry::failed(check, error) });
        self.claims = None;
    }

    /// Returns the code of the first check that failed, or [`Code::Ok`].
    ///
    /// A report without a single passed or failed check was never begun: [`Code::Unreadable`].
    #[must_use]
    pub fn code(&self) -> Code {
        let mut code = Code::Unreadable;
        for entry in &self.checks {
            match &entry.outcome {
                Outcome::Fail(error) => return error.code(),
                Outcome::Pass => code = Code::Ok,
                Outcome::Skip => {}
            }
        }
        code
    }

    /// Returns the verdict that follows from the code.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::from(self.code())
    }

    /// Returns the report as a JSON object of schema `countersign.report/1`.
    #[must_use]
    pub fn to_json(&self) -> Object<'_> {
        let code = self.code();
        let mut report = Object::new().with("schema", SCHEMA);
        if let Some(id) = &self.id {
            report.set("id", id.as_str());
        }
        if let Some(place) = &self.place {
            report.set("place", place.as_str());
        }
        report.set("kind", self.kind);
        report.set("verdict", Verdict::from(code).as_str());
        report.set("code", code.as_str());
        if let Some(at) = self.at {
            report.set("at", at.to_string());
        }
        report.set(
            "input",
            Object::new()
                .with("sha256", hex::encode(&self.input_sha256))
                .with("bytes", self.input_bytes),
        );
        if let Some(key) = &self.key {
            report.set("key", key.to_json());
        }
        if let Some(set) = &self.key_set {
            report.set("key_set", set.to_json());
        }
        report.set("checks", Value::Array(self.checks.iter().map(Entry::to_json).collect()));
        let warnings = self.warnings.iter().map(|warning| warning.as_str().into()).collect();
        report.set("warnings", Value::Array(warnings));
        if !self.hints.is_empty() {
            let hints = self.hints.iter().map(|hint| hint.as_str().into()).collect();
            report.set("hints", Value::Array(hints));
        }
        if let Some(claims) = &self.claims {
            report.set("claims", claims.clone());
        }
        if !self.overrides.is_empty() {
            let overrides = self.overrides.iter().map(|member| member.as_str().into()).collect();
            report.set("overrides", Value::Array(overrides));
        }
        if let Some(digest) = &self.policy_sha256 {
            report.set("policy", Object::new().with("sha256", hex::encode(digest)));
        }
        report.set("tool", concat!("countersign ", env!("CARGO_PKG_VERSION")));
        report
    }
}

impl KeySetInfo {
    fn to_json(self) -> Object<'static> {
        let set = Object::new().with("sha256", hex::encode(&self.sha256));
        match self.fetched {
            Some(fetched) => set.with("fetched", fetched.to_string()),
            None => set,
        }
    }
}

impl KeyInfo {
    fn to_json(&self) -> Object<'_> {
        let mut key = Object::new();
        if let Some(kid) = &self.kid {
            key.set("kid", kid.as_ref());
        }
        key.set("alg", self.algorithm.name());
        if let Some(bits) = self.bits {
            key.set("bits", bits);
        }
        if let Some(thumbprint) = &self.thumbprint {
            key.set("thumbprint", thumbprint.as_ref());
        }
        key
    }
}

impl Entry {
    fn failed(check: Check, error: Error) -> Self {
        let detail = error.to_string();
        Self {
            check,
            part: None,
            outcome: Outcome::Fail(error),
            detail,
            reference: check.reference(),
        }
    }

    fn to_json(&self) -> Value<'_> {
        let mut entry = Object::new().with("check", self.check.name());
        if let Some(part) = &self.part {
            entry.set("part", part.as_ref());
        }
        let outcome = match &self.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail(_) => "fail",
            Outcome::Skip => "skip",
        };
        entry.set("outcome", outcome);
        if let Outcome::Fail(error) = &self.outcome {
            entry.set("code", error.code().as_str());
        }
        entry.set("detail", self.detail.as_str());
        if !self.reference.is_empty() {
            entry.set("reference", self.reference);
        }
        entry.into()
    }
}

/// Follows the checks of one verification.
///
/// The functions that decide are generic over it, hold every intermediate result as an `Option`,
/// and go on after a failure only where [`goes_on`](Self::goes_on) asks them to.
#[doc(hidden)]
pub trait Trail {
    /// Whether checks after a failure are wanted.
    fn goes_on(&self) -> bool;

    fn pass(&mut self, check: Check, detail: impl FnOnce() -> String);
    fn fail(&mut self, check: Check, error: Error);
    fn skip(&mut self, check: Check, reason: &'static str);
    fn warn(&mut self, warning: Warning);
    fn hint(&mut self, hint: impl FnOnce() -> Option<String>);
    fn cite(&mut self, reference: &'static str);
    fn key(&mut self, key: impl FnOnce() -> KeyInfo);
    fn key_set(&mut self, set: Option<KeySetInfo>);
    fn at(&mut self, at: Option<Time>);

    /// Names the part of the artefact that the following checks are about; nothing, the whole.
    fn part(&mut self, part: &str);
    /// Notes that the key set has no key of this name.
    fn missing_kid(&mut self, kid: &str);

    /// Takes back what [`missing_kid`](Self::missing_kid) noted.
    fn take_missing_kid(&mut self) -> Option<String>;

    /// Warns on a condition that costs something to find out.
    fn warn_if(&mut self, warning: Warning, condition: impl FnOnce() -> bool);

    /// Records checks that cannot run.
    fn skip_all(&mut self, checks: &[Check], reason: &'static str) {
        for check in checks {
            self.skip(*check, reason);
        }
    }

    /// Records a result and hands on its value.
    fn record<T>(
        &mut self,
        check: Check,
        result: Result<T, Error>,
        detail: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        match result {
            Ok(value) => {
                self.pass(check, || detail(&value));
                Some(value)
            }
            Err(error) => {
                self.fail(check, error);
                None
            }
        }
    }
}

/// The trail of `verify`: remembers the first failure and a key that was not found.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct FirstFailure {
    error: Option<Error>,
    missing_kid: Option<String>,
}

impl FirstFailure {
    /// Turns what a decision made into a result. A decision that failed no check but made nothing
    /// would be a defect; it counts as a mismatch, never as valid.
    pub fn finish<T>(self, made: Option<T>) -> Result<T, Error> {
        match (self.error, made) {
            (None, Some(value)) => Ok(value),
            (Some(error), _) => Err(error),
            (None, None) => Err(Error::SignatureMismatch),
        }
    }
}

impl Trail for FirstFailure {
    fn goes_on(&self) -> bool {
        self.error.is_none()
    }

    fn fail(&mut self, _: Check, error: Error) {
        self.error.get_or_insert(error);
    }

    fn missing_kid(&mut self, kid: &str) {
        self.missing_kid = Some(kid.into());
    }

    fn take_missing_kid(&mut self) -> Option<String> {
        self.missing_kid.take()
    }

    fn pass(&mut self, _: Check, _: impl FnOnce() -> String) {}
    fn skip(&mut self, _: Check, _: &'static str) {}
    fn warn(&mut self, _: Warning) {}
    fn warn_if(&mut self, _: Warning, _: impl FnOnce() -> bool) {}
    fn hint(&mut self, _: impl FnOnce() -> Option<String>) {}
    fn cite(&mut self, _: &'static str) {}
    fn key(&mut self, _: impl FnOnce() -> KeyInfo) {}
    fn key_set(&mut self, _: Option<KeySetInfo>) {}
    fn at(&mut self, _: Option<Time>) {}
    fn part(&mut self, _: &str) {}
}

/// The trail of `explain`: writes everything down.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Explanation {
    checks: Vec<Entry>,
    warnings: Vec<Warning>,
    hints: Vec<String>,
    key: Option<KeyInfo>,
    key_set: Option<KeySetInfo>,
    at: Option<Time>,
    part: Option<Arc<str>>,
    missing_kid: Option<String>,
}

impl Explanation {
    fn push(&mut self, check: Check, outcome: Outcome, detail: String) {
        let (part, reference) = (self.part.clone(), check.reference());
        self.checks.push(Entry { check, part, outcome, detail, reference });
    }

    /// Makes the report. Claims are kept only if no check failed; a decision that failed no check
    /// but made nothing would be a defect, and is never reported as valid.
    pub fn into_report(
        self,
        kind: &'static str,
        input: &[u8],
        claims: Option<Object<'static>>,
    ) -> Report {
        let mut report = Report {
            id: None,
            place: None,
            kind,
            at: self.at,
            input_sha256: sha256(input),
            input_bytes: input.len(),
            key: self.key,
            key_set: self.key_set,
            checks: self.checks,
            warnings: self.warnings,
            hints: self.hints,
            claims: None,
            overrides: Vec::new(),
            policy_sha256: None,
        };
        if report.code() == Code::Ok {
            match claims {
                Some(claims) => report.claims = Some(claims),
                None => report.checks.push(Entry::failed(Check::Claims, Error::SignatureMismatch)),
            }
        }
        report
    }
}

impl Trail for Explanation {
    fn goes_on(&self) -> bool {
        true
    }

    fn pass(&mut self, check: Check, detail: impl FnOnce() -> String) {
        self.push(check, Outcome::Pass, detail());
    }

    fn fail(&mut self, check: Check, error: Error) {
        let part = self.part.clone();
        self.checks.push(Entry { part, ..Entry::failed(check, error) });
    }

    fn skip(&mut self, check: Check, reason: &'static str) {
        self.push(check, Outcome::Skip, reason.into());
    }

    fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn warn_if(&mut self, warning: Warning, condition: impl FnOnce() -> bool) {
        if condition() {
            self.warn(warning);
        }
    }

    fn hint(&mut self, hint: impl FnOnce() -> Option<String>) {
        self.hints.extend(hint());
    }

    /// Names a better reference for the last check.
    fn cite(&mut self, reference: &'static str) {
        if let Some(entry) = self.checks.last_mut() {
            entry.reference = reference;
        }
    }

    fn key(&mut self, key: impl FnOnce() -> KeyInfo) {
        self.key = Some(key());
    }

    fn key_set(&mut self, set: Option<KeySetInfo>) {
        self.key_set = set;
    }

    fn at(&mut self, at: Option<Time>) {
        self.at = at;
    }

    fn part(&mut self, part: &str) {
        self.part = (!part.is_empty()).then(|| part.into());
    }

    fn missing_kid(&mut self, kid: &str) {
        self.missing_kid = Some(kid.into());
    }

    fn take_missing_kid(&mut self) -> Option<String> {
        self.missing_kid.take()
    }
}
