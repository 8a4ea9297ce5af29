//! One signed object after another: header, certificate, signature; then dates and trust.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Certification, Domain, Extra, SignedPart, Standing, Trust};
use crate::crypto::{Algorithm, PublicKey};
use crate::encoding::json::{self, Value};
use crate::encoding::{Fault, base64};
use crate::error::{ChainFault, Code, Error};
use crate::jose::path::{Budget, Search, warn_of_issuers};
use crate::jose::{Certificate, Compact, Jwk, Modulus, check_key_size, x509};
use crate::limits::Limits;
use crate::mosip::device::Witness;
use crate::policy::Policy;
use crate::report::{Check, Trail, Warning};
use crate::time::Time;

/// What a signed object is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mosip) enum Usage {
    Data,
    DigitalId,
}

/// The signer of one object, as its header names it.
struct Signer {
    part: String,
    /// Which of the message's independent parts it belongs to.
    group: usize,
    usage: Usage,
    certificate: Certificate,
    /// The members of `x5c` behind the first, if the rules make use of them.
    extra: Vec<Certificate>,
}

/// An object without a signature of its own.
struct Unsigned {
    part: String,
    group: usize,
    usage: Usage,
    /// Which signer's signature covers it.
    cover: Option<usize>,
}

/// What the signatures of a message say about it.
pub(in crate::mosip) struct Signed {
    pub(super) parts: Vec<SignedPart>,
    pub(super) unauthenticated: Vec<String>,
}

/// Follows the opening of nested objects and checks what is signed; then the signers.
///
/// The dates of certificates and the paths to their roots come last: the time of judgement may be
/// the message's own.
pub(in crate::mosip) struct Checker<'c, T> {
    pub(in crate::mosip) trail: &'c mut T,
    trust: &'c Trust,
    policy: &'c Policy,
    /// What stands before the names of parts.
    prefix: String,
    /// What the independent parts of the message say of their devices.
    levels: Vec<Option<Certification>>,
    /// What no signature covers, beyond what was opened.
    outside: Vec<String>,
    /// The signer whose signature covers what is opened next.
    cover: Option<usize>,
    signers: Vec<Signer>,
    unsigned: Vec<Unsigned>,
    signatures: usize,
    most_signatures: usize,
    /// Bytes of the headers that brought certificates.
    header_bytes: usize,
}

const SIGNATURE_CHECKS: [Check; 4] =
    [Check::Key, Check::Algorithm, Check::KeySize, Check::Signature];

/// The only algorithm of devices: the specifications name no other, and their verifiers must not
/// leave the choice to the signer.
const REQUIRED: Algorithm = Algorithm::Rs256;

impl<'c, T: Trail> Checker<'c, T> {
    pub(in crate::mosip) fn new(
        trail: &'c mut T,
        trust: &'c Trust,
        policy: &'c Policy,
        most_signatures: usize,
    ) -> Self {
        Self {
            trail,
            trust,
            policy,
            prefix: String::new(),
            levels: alloc::vec![None],
            outside: Vec::new(),
            cover: None,
            signers: Vec::new(),
            unsigned: Vec::new(),
            signatures: 0,
            most_signatures,
            header_bytes: 0,
        }
    }

    /// Begins a part of the message that nothing opened before covers.
    pub(in crate::mosip) fn begin_part(&mut self, prefix: String) {
        self.prefix = prefix;
        self.cover = None;
        self.levels.push(None);
    }

    /// Says what the current part states about its device.
    pub(in crate::mosip) fn state_level(&mut self, level: Option<Certification>) {
        if let Some(last) = self.levels.last_mut() {
            *last = level;
        }
    }

    /// Names something that never is within a signature.
    pub(in crate::mosip) fn name_outside(&mut self, member: &str) {
        self.outside.push(format!("{}{member}", self.prefix));
    }

    /// Names the current part in the report, or a member of it.
    pub(in crate::mosip) fn enter(&mut self, member: &str) -> String {
        let part = format!("{}{member}", self.prefix);
        self.trail.part(part.trim_end_matches('.'));
        part
    }

    const fn group(&self) -> usize {
        self.levels.len().saturating_sub(1)
    }

    /// Tells whether anything was opened, signed or not.
    pub(in crate::mosip) const fn saw_anything(&self) -> bool {
        !self.signers.is_empty() || !self.unsigned.is_empty()
    }

    /// Checks everything about a signed object but dates and trust.
    fn check_signature(&mut self, part: String, usage: Usage, token: &Compact<'_>) {
        const NO_KEY: &str = "no certificate to verify with";
        let limits = self.policy.limits();
        let (payload, signature) = (token.payload().len(), token.signature().len());
        self.trail.pass(Check::Structure, || {
            format!("{payload} bytes of payload, {signature} of signature")
        });
        let header = token
            .header(limits)
            .and_then(|header| Ok((header, X5c::read(token.header_bytes(), self.trust, limits)?)));
        let header = self.trail.record(Check::Header, header, |(header, x5c)| {
            format!("{}, `x5c` of {}", header.algorithm, x5c.length)
        });
        let Some((header, x5c)) = header else {
            self.trail.skip_all(&SIGNATURE_CHECKS, NO_KEY);
            return;
        };
        let found = self.read_certificates(&x5c);
        let found =
            self.trail.record(Check::Key, found, |(certificate, ..)| x509::describe(certificate));
        let Some((certificate, key, extra)) = found else {
            self.trail.skip_all(&SIGNATURE_CHECKS[1..], NO_KEY);
            return;
        };
        self.header_bytes = self.header_bytes.saturating_add(token.header_bytes().len());
        if x5c.is_lenient {
            self.trail.warn(Warning::X5cEncoding);
        }
        if certificate.has_negative_modulus() {
            self.trail.warn(Warning::NegativeModulus);
        }
        if self.signers.is_empty() {
            self.trail.key(|| Jwk::from(key.clone()).info(REQUIRED));
        }
        let fits = if header.algorithm == REQUIRED {
            key.fits(REQUIRED)
        } else {
            Err(Error::AlgorithmMismatch { token: header.algorithm, required: REQUIRED })
        };
        let fits = self.trail.record(Check::Algorithm, fits, |()| "RS256, by the format".into());
        check_key_size(self.trail, &key, self.policy);
        match fits {
            Some(()) => {
                let input = &[token.signing_input()];
                let backend = self.policy.backend();
                let result = key.verify_with(backend, REQUIRED, input, token.signature());
                self.trail.record(Check::Signature, result, |()| {
                    format!("{REQUIRED} over the first two parts")
                });
                self.trail.cite(REQUIRED.reference());
            }
            None => self.trail.skip(Check::Signature, "algorithm is not the format's"),
        }
        self.cover = Some(self.signers.len());
        let group = self.group();
        self.signers.push(Signer { part, group, usage, certificate, extra });
    }

    fn read_certificates(
        &self,
        x5c: &X5c,
    ) -> Result<(Certificate, PublicKey, Vec<Certificate>), Error> {
        let modulus = if self.trust.negative_modulus { Modulus::Unsigned } else { Modulus::Strict };
        let limits = self.policy.limits();
        let mut members =
            x5c.members.iter().map(|der| Certificate::from_message(der, modulus, limits));
        let certificate = members
            .next()
            .unwrap_or(Err(Error::MissingMember { part: "header", member: "x5c" }))?;
        if x5c.sha256.is_some_and(|digest| digest != *certificate.sha256()) {
            return Err(Error::ContentMismatch { member: "x5t#S256" });
        }
        let key = certificate.key()?.clone();
        certificate.may_sign()?;
        Ok((certificate, key, members.collect::<Result<_, _>>()?))
    }

    /// Checks certificates and trust of every signer, and that everything that has to be signed
    /// is.
    ///
    /// `at` is the time of judgement.
    pub(in crate::mosip) fn conclude(self, at: Option<Time>) -> Option<Signed> {
        let Self { trail, trust, policy, levels, outside, signers, unsigned, header_bytes, .. } =
            self;
        let level = |group: usize| levels.get(group).and_then(Option::as_ref);
        let mut budget = Budget::new(policy.limits(), header_bytes);
        let mut parts = Vec::with_capacity(signers.len());
        for signer in &signers {
            if !trail.goes_on() {
                return None;
            }
            trail.part(&signer.part);
            let Some(at) = at else {
                trail.skip_all(&[Check::KeyCertificate, Check::Trust], "no time to judge at");
                continue;
            };
            let validity = signer.certificate.validity();
            let dates = validity.check(at, policy.leeway());
            trail.record(Check::KeyCertificate, dates, |()| {
                let (start, end) = (validity.not_before, validity.not_after);
                format!("valid from {start} to {end}, judged at {at}")
            });
            let level = level(signer.group);
            let standing = check_trust(trail, trust, policy, signer, level, at, &mut budget);
            let Some(standing) = standing else { continue };
            parts.push(SignedPart {
                part: signer.part.clone(),
                certificate: signer.certificate.clone(),
                standing,
            });
        }
        let mut unauthenticated = Vec::new();
        for Unsigned { part, group, usage, cover } in unsigned {
            trail.part(&part);
            match cover.and_then(|index| signers.get(index)) {
                None => {
                    trail.skip(Check::Signature, "not signed, and no signature covers it");
                    trail.warn(Warning::Unauthenticated);
                    unauthenticated.push(part);
                }
                Some(cover) => {
                    trail.skip(Check::Signature, "not signed itself, but within what is signed");
                    check_cover(trail, trust, usage, cover, level(group));
                }
            }
        }
        unauthenticated.extend(outside);
        trail.part("");
        warn_of_other_signers(trail, &signers, &parts);
        if signers.is_empty() && trail.goes_on() {
            let error = Error::UnsupportedFormat { what: "a message without any signature" };
            trail.fail(Check::Signature, error);
        }
        trail.goes_on().then_some(Signed { parts, unauthenticated })
    }
}

impl<T: Trail> Witness for Checker<'_, T> {
    const IS_VERIFYING: bool = true;

    fn signed(&mut self, member: &'static str, token: &Compact<'_>) -> Result<(), Error> {
        self.signatures += 1;
        if self.signatures > self.most_signatures {
            let limit = self.most_signatures;
            return Err(Error::TooLarge { what: "number of signatures", limit });
        }
        let part = self.enter(member);
        self.check_signature(part, usage(member), token);
        // The trail knows the failure already; this only ends the opening.
        if self.trail.goes_on() { Ok(()) } else { Err(Error::SignatureMismatch) }
    }

    fn unsigned(&mut self, member: &'static str) {
        let part = format!("{}{member}", self.prefix);
        let (group, usage, cover) = (self.group(), usage(member), self.cover);
        self.unsigned.push(Unsigned { part, group, usage, cover });
    }

    fn encoded_twice(&mut self) {
        self.trail.warn(Warning::EncodedTwice);
    }
}

fn usage(member: &str) -> Usage {
    if member == crate::mosip::device::DIGITAL_ID { Usage::DigitalId } else { Usage::Data }
}

fn check_trust(
    trail: &mut impl Trail,
    trust: &Trust,
    policy: &Policy,
    signer: &Signer,
    level: Option<&Certification>,
    at: Time,
    budget: &mut Budget,
) -> Option<Standing> {
    let Some((store, rules)) = trust.basis.as_deref() else {
        trail.skip(Check::Trust, "nobody vouches for the signer, by choice");
        trail.warn(Warning::SelfAsserted);
        return Some(Standing::SelfAsserted);
    };
    if !trail.goes_on() {
        return None;
    }
    let mut search = |domain| {
        let intermediates = store.intermediates(domain).iter().chain(&signer.extra);
        let search = Search::new(store.roots(domain), intermediates, at, policy, budget);
        search.find(&signer.certificate)
    };
    let wanted = rules
        .domain(signer.usage, level)
        .and_then(|domain| match signer.usage {
            Usage::Data => rules.check_organization(&signer.certificate).map(|()| domain),
            Usage::DigitalId => Ok(domain),
        })
        .map_err(|fault| Error::UntrustedChain { fault });
    let found = wanted.clone().and_then(|domain| Ok((domain, search(domain)?)));
    let refused = found.as_ref().err().cloned();
    let found = trail.record(Check::Trust, found, |(domain, path)| {
        let (steps, rules) = (path.len().saturating_sub(1), rules.consumer());
        let root = path.last().map_or_else(String::new, |root| x509::describe(root));
        format!("{domain}, by the rules of {rules}: {steps} up to {root}")
    });
    if let Some(error) = refused {
        trail.hint(|| {
            // Nothing is left to search with.
            if error.code() == Code::TooLarge {
                return None;
            }
            let mut others = Domain::ALL.into_iter().filter(|domain| wanted != Ok(*domain));
            let other = others.find(|domain| search(*domain).is_ok())?;
            Some(format!("{}: an authority of {other} vouches for the signer", signer.part))
        });
        trail.hint(|| {
            let issuer = crate::error::shorten(&signer.certificate.issuer());
            Some(format!("{}: the signer's certificate names as issuer: {issuer}", signer.part))
        });
    }
    let (domain, path) = found?;
    warn_of_issuers(trail, &path);
    let sha2 = |issued: &&Certificate| {
        matches!(issued.signature_algorithm(), Some(Algorithm::Rs384 | Algorithm::Rs512))
    };
    if path.iter().any(sha2) {
        trail.hint(|| {
            let why = "a certificate of its path is signed with SHA-384 or SHA-512";
            Some(format!("{}: {why}, which keymanager refuses (KER-PCM-014)", signer.part))
        });
    }
    Some(Standing::Rooted { domain, root: (*path.last()?).clone() })
}

/// Checks that an object may do without a signature of its own: the signature around it has to be
/// one of the domain that the rules ask for. A device must not get around its chip by leaving the
/// chip's signature out.
fn check_cover(
    trail: &mut impl Trail,
    trust: &Trust,
    usage: Usage,
    cover: &Signer,
    level: Option<&Certification>,
) {
    let Some((_, rules)) = trust.basis.as_deref() else { return };
    let wanted = rules.domain(usage, level);
    let result = match (wanted, rules.domain(cover.usage, level)) {
        (Ok(wanted), Ok(found)) if wanted == found => Ok(wanted),
        (Err(fault), _) => Err(Error::UntrustedChain { fault }),
        _ => Err(Error::UntrustedChain { fault: ChainFault::Unsigned }),
    };
    trail.record(Check::Trust, result, |domain| format!("{domain}, by what is around it"));
}

/// Within the domain of devices, a digital id is signed by the device itself. MOSIP's consumers do
/// not compare the two, so this is a warning.
fn warn_of_other_signers(trail: &mut impl Trail, signers: &[Signer], parts: &[SignedPart]) {
    let in_device_domain = |part: &str| {
        let standing = parts.iter().find(|found| found.part == part).map(|found| &found.standing);
        matches!(standing, Some(Standing::Rooted { domain: Domain::Device, .. }))
    };
    let mut around: Option<&Signer> = None;
    for signer in signers {
        match (signer.usage, around) {
            (Usage::Data, _) => around = Some(signer),
            (Usage::DigitalId, Some(around))
                if in_device_domain(&signer.part)
                    && signer.group == around.group
                    && signer.certificate.key() != around.certificate.key() =>
            {
                trail.warn(Warning::OtherSigner);
            }
            (Usage::DigitalId, _) => {}
        }
    }
}

/// The certificates of a header, decoded from base64 and not further.
struct X5c {
    /// How many there are.
    length: usize,
    /// The first, and the others if the rules make use of them.
    members: Vec<Vec<u8>>,
    /// `x5t#S256`.
    sha256: Option<[u8; 32]>,
    is_lenient: bool,
}

impl X5c {
    fn read(header: &[u8], trust: &Trust, limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "header";
        const MEMBER: &str = "x5c";
        let wrong =
            Error::WrongType { part: PART, member: MEMBER, expected: "an array of strings" };
        let lenient = trust.x5c_encoding;
        let header = json::parse_object(PART, header, limits)?;
        let texts: Vec<&str> = match header.member(MEMBER) {
            None => return Err(Error::MissingMember { part: PART, member: MEMBER }),
            Some(Value::Array(members)) => {
                let texts: Option<Vec<_>> = members.iter().map(Value::as_str).collect();
                texts.ok_or(wrong)?
            }
            Some(Value::String(text)) if lenient => alloc::vec![text],
            Some(_) => return Err(wrong),
        };
        let limit = limits.chain_certificates().into();
        if texts.len() > limit {
            return Err(Error::TooLarge { what: "number of certificates in `x5c`", limit });
        }
        let mut is_lenient = matches!(header.member(MEMBER), Some(Value::String(_)));
        let length = texts.len();
        let made_use_of = match trust.basis.as_deref() {
            Some((_, rules)) if rules.extra == Extra::Intermediates => length,
            _ => 1,
        };
        let mut members = Vec::with_capacity(length);
        for text in texts.into_iter().take(made_use_of) {
            let decoded = match base64::decode_standard(text.as_bytes()) {
                Err(_) if lenient => {
                    is_lenient = true;
                    base64::decode_mosip(without_white_space(text).as_bytes())
                }
                decoded => decoded,
            };
            members.push(decoded.map_err(|fault| Error::Malformed { part: MEMBER, fault })?);
        }
        let sha256 = match header.optional_string(PART, "x5t#S256")? {
            None => None,
            Some(text) => {
                let digest = base64::decode_url(text.as_bytes()).ok();
                let digest = digest.and_then(|digest| digest.try_into().ok());
                let fault = Fault::Value;
                Some(digest.ok_or(Error::Malformed { part: "x5t#S256", fault })?)
            }
        };
        Ok(Self { length, members, sha256, is_lenient })
    }
}

fn without_white_space(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_whitespace()) {
        Cow::Owned(text.split_ascii_whitespace().collect())
    } else {
        Cow::Borrowed(text)
    }
}
