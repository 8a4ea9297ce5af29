//! One signed object after another: header, certificate, signature; then dates and trust.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::choice::Trust;
use super::coverage::{self, Levels};
use super::rules::{Intermediates, Rules};
use super::signed::{Signed, SignedPart, Standing};
use super::signer::{Signer, Stated, Unsigned, Usage, usage};
use super::store::Domain;
use crate::code::Code;
use crate::crypto::{Algorithm, PublicKey};
use crate::encoding::json::{self, Object, Value};
use crate::encoding::{Fault, base64};
use crate::error::Error;
use crate::jose::{CompactJws, Jwk, is_published};
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::device::kind::Kind;
use crate::mosip::device::object::Certification;
use crate::mosip::device::object::Witness;
use crate::policy::Policy;
use crate::report::{Check, Trail, Warning};
use crate::time::{At, Leeway, Time};
use crate::x509::path::{Budget, Search, warn_of_issuers};
use crate::x509::{self, Certificate, NegativeModulus, check_key_size};

/// What an independent part of a message states.
#[derive(Default)]
struct Statement {
    /// The level of the device.
    level: Option<Certification>,
    /// The layers, outermost first, each with its name, that of its part, and its time.
    times: Vec<(&'static str, String, Stated)>,
}

/// Follows the opening of nested objects and checks what is signed; then the signers.
///
/// The dates of certificates and the paths to their roots come last: the time of judgement may be
/// the message's own.
pub(in crate::mosip) struct Checker<'c> {
    pub(in crate::mosip) trail: &'c mut Trail,
    trust: &'c Trust,
    policy: &'c Policy,
    /// What stands before the names of parts.
    prefix: String,
    /// The layer that holds the digital id, where other members stand beside that layer.
    around: Option<&'static str>,
    /// What the independent parts of the message state.
    statements: Vec<Statement>,
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

const NO_ROOTS: &str = "no authority is given: trust some (`TrustStore::with_roots`, `--trust \
                        [DOMAIN=]FILE`), or accept each signer's own certificate \
                        (`Trust::self_asserted`, `--trust-policy self-asserted`)";

const X5C: &str = "x5c";

const X5C_ENCODING: &str = "`x5c` is not an array of standard base64: other forms, such as with line \
                            breaks, are accepted by choice (`Leniency::X5cEncoding`, `--lenient \
                            x5c-encoding`)";

const SENT: &str = "the rules take intermediates from `x5c` without its last member, and none from the \
                    store";

const SIGNATURE_CHECKS: [Check; 4] =
    [Check::KEY, Check::ALGORITHM, Check::KEY_SIZE, Check::SIGNATURE];

/// The only algorithm of devices: the specifications name no other, and their verifiers must not
/// leave the choice to the signer.
const REQUIRED: Algorithm = Algorithm::Rs256;

impl<'c> Checker<'c> {
    pub(in crate::mosip) fn new(
        trail: &'c mut Trail,
        trust: &'c Trust,
        policy: &'c Policy,
        most_signatures: usize,
    ) -> Self {
        Self {
            trail,
            trust,
            policy,
            prefix: String::new(),
            around: None,
            statements: alloc::vec![Statement::default()],
            outside: Vec::new(),
            cover: None,
            signers: Vec::new(),
            unsigned: Vec::new(),
            signatures: 0,
            most_signatures,
            header_bytes: 0,
        }
    }

    /// Begins a part of the message that nothing opened before covers. It has one layer, `around`,
    /// with the digital id inside, and members beside it.
    pub(in crate::mosip) fn begin_part(&mut self, prefix: String, around: &'static str) {
        self.prefix = prefix;
        self.around = Some(around);
        self.cover = None;
        self.statements.push(Statement::default());
    }

    /// Says what the current part states: the level of its device, and the time of each layer,
    /// outermost first.
    pub(in crate::mosip) fn state<const N: usize>(
        &mut self,
        level: Option<&Certification>,
        times: [(&'static str, Stated); N],
    ) {
        let named = times.map(|(member, time)| (member, self.name(member), time));
        let times = Vec::from(named);
        if let Some(last) = self.statements.last_mut() {
            *last = Statement { level: level.cloned(), times };
        }
    }

    /// Names something that never is within a signature. The sender chose its name, which must not
    /// be that of a layer.
    pub(in crate::mosip) fn name_outside(&mut self, member: &str) {
        let is_plain = member.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        let is_layer = self.around == Some(member);
        self.outside.push(if is_plain && !is_layer && !member.is_empty() {
            format!("{}{member}", self.prefix)
        } else {
            format!("{}[{}]", self.prefix.trim_end_matches('.'), Value::from(member))
        });
    }

    /// Names a layer of the current part, or the part itself.
    fn name(&self, member: &str) -> String {
        match self.around.filter(|_| usage(member) == Usage::DigitalId) {
            Some(around) => format!("{}{around}.{member}", self.prefix),
            None => format!("{}{member}", self.prefix),
        }
    }

    /// Names the current part in the report, or a layer of it.
    pub(in crate::mosip) fn enter(&mut self, member: &str) -> String {
        let part = self.name(member);
        self.trail.part(part.trim_end_matches('.'));
        part
    }

    /// Checks that an object of the current part is of a kind, and of no other.
    pub(in crate::mosip) fn check_kind(&mut self, kind: Kind, members: &Object<'_>) {
        self.enter(kind.part());
        let own = kind.check(members);
        self.trail.record(Check::TOKEN_KIND, own, |()| "of its kind and of no other".into());
    }

    /// Returns the number of the current part.
    pub(in crate::mosip) const fn group(&self) -> usize {
        self.statements.len().saturating_sub(1)
    }

    /// Returns numbers for the keys that signed what a part is used as, the same for the same key. A
    /// token within a token has two.
    pub(in crate::mosip) fn key_numbers(&self, group: usize, usage: Usage) -> Vec<usize> {
        let signers = self.signers.iter();
        let own = signers.filter(|signer| signer.group == group && signer.usage == usage);
        let number = |signer: &Signer| {
            let key = signer.certificate.key().ok()?;
            self.signers
                .iter()
                .position(|other| other.certificate.key().is_ok_and(|own| own == key))
        };
        own.filter_map(number).collect()
    }

    /// Tells whether anything was opened, signed or not.
    pub(in crate::mosip) const fn saw_anything(&self) -> bool {
        !self.signers.is_empty() || !self.unsigned.is_empty()
    }

    /// Checks everything about a signed object but dates and trust.
    fn check_signature(&mut self, part: String, member: &'static str, token: &CompactJws<'_>) {
        const NO_KEY: &str = "no certificate to verify with";
        let (usage, limits) = (usage(member), self.policy.limits());
        let (payload, signature) = (token.payload().len(), token.signature().len());
        self.trail.pass(Check::STRUCTURE, || {
            format!("{payload} bytes of payload, {signature} of signature")
        });
        let header = token
            .header(limits)
            .and_then(|header| Ok((header, X5c::read(token.header_bytes(), self.trust, limits)?)));
        let is_x5c_misspelt = matches!(
            header,
            Err(Error::Malformed { part: X5C, .. } | Error::WrongType { member: X5C, .. })
        );
        let header = self.trail.record(Check::HEADER, header, |(header, x5c)| {
            format!("{}, `x5c` of {}", header.algorithm, x5c.length)
        });
        let Some((header, x5c)) = header else {
            self.trail.skip_all(&SIGNATURE_CHECKS, NO_KEY);
            if is_x5c_misspelt {
                self.trail.hint(|| Some(X5C_ENCODING.into()));
            }
            return;
        };
        let found = self.read_certificates(&x5c);
        let found =
            self.trail.record(Check::KEY, found, |(certificate, ..)| x509::describe(certificate));
        let Some((certificate, key, sent)) = found else {
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
        let fits = self.trail.record(Check::ALGORITHM, fits, |()| "RS256, by the format".into());
        check_key_size(self.trail, &key, self.policy);
        self.trail.warn_if(Warning::PublishedKey, || is_published(&key));
        match fits {
            Some(()) => {
                let input = &[token.signing_input()];
                let backend = self.policy.backend();
                let result = key.verify_with(backend, REQUIRED, input, token.signature());
                self.trail.record(Check::SIGNATURE, result, |()| {
                    format!("{REQUIRED} over the first two parts")
                });
                self.trail.cite(REQUIRED.reference());
            }
            None => self.trail.skip(Check::SIGNATURE, "algorithm is not the format's"),
        }
        self.cover = Some(self.signers.len());
        let group = self.group();
        let x5c = x5c.texts;
        self.signers.push(Signer { part, member, group, usage, certificate, sent, x5c });
    }

    /// Tells whether a packet's value may have been written with padding.
    pub(in crate::mosip) fn reads_padded_values(&self) -> bool {
        self.trust.rules().is_none_or(Rules::reads_padded_values)
    }

    /// Tells whether the certificate that a token brings verifies it, and nothing more: a choice
    /// between two readings, of which the chosen one is checked.
    pub(in crate::mosip) fn fits(&self, token: &CompactJws<'_>) -> bool {
        let x5c = X5c::read(token.header_bytes(), self.trust, self.policy.limits());
        let key = x5c.and_then(|x5c| self.read_certificates(&x5c)).map(|(_, key, _)| key);
        key.is_ok_and(|key| {
            let (input, backend) = (&[token.signing_input()], self.policy.backend());
            key.fits(REQUIRED).is_ok()
                && key.verify_with(backend, REQUIRED, input, token.signature()).is_ok()
        })
    }

    fn read_certificates(
        &self,
        x5c: &X5c,
    ) -> Result<(Certificate, PublicKey, Vec<Certificate>), Error> {
        let modulus = if self.trust.negative_modulus {
            NegativeModulus::ReadAsUnsigned
        } else {
            NegativeModulus::Refuse
        };
        let limits = self.policy.limits();
        let members = x5c.members.iter().map(|der| Certificate::from_message(der, modulus, limits));
        let mut sent = members.collect::<Result<Vec<_>, _>>()?;
        let missing = Error::MissingMember { part: "header", member: "x5c" };
        let certificate = sent.first().ok_or(missing)?.clone();
        sent.pop();
        if x5c.sha256.is_some_and(|digest| digest != *certificate.sha256()) {
            return Err(Error::ContentMismatch { member: "x5t#S256" });
        }
        let key = certificate.key()?.clone();
        certificate.may_sign()?;
        Ok((certificate, key, sent))
    }

    /// Returns the time at which a signer is judged. As issued, that is what its own layer states,
    /// or else the next layer inside, which its signature covers as well.
    fn time_of(&self, signer: &Signer, at: At) -> Stated {
        if let Some(at) = at.resolve(None) {
            return Some(Ok(at));
        }
        let times = &self.statements.get(signer.group)?.times;
        let inwards = times.iter().skip_while(|(layer, ..)| *layer != signer.member);
        inwards.filter_map(|(.., time)| time.clone()).next()
    }

    /// Checks the times that the layers state, that everything that has to be signed is, and the
    /// dates and trust of every signer.
    ///
    /// The time of judgement is the first signer's, if each is judged at its own.
    pub(in crate::mosip) fn conclude(self, at: At, window: Option<Window>) -> Option<Signed> {
        let times: Vec<Stated> =
            self.signers.iter().map(|signer| self.time_of(signer, at)).collect();
        let Self {
            trail, trust, policy, statements, outside, signers, unsigned, header_bytes, ..
        } = self;
        let first = times.first().and_then(|time| time.as_ref()?.as_ref().ok());
        let of_report = at.resolve(first.copied());
        trail.at(of_report);
        let mut unauthenticated =
            coverage::check_outermost(trail, trust.partly_signed, &signers, &unsigned);
        if !trail.goes_on() {
            return None;
        }
        let stated = statements.iter().map(|statement| statement.level.clone());
        let levels = Levels::new(stated, &unsigned);
        let mut budget = Budget::new(policy.limits(), header_bytes);
        let judged = signers.iter().zip(times).map(|(signer, time)| {
            if !trail.goes_on() {
                return None;
            }
            trail.part(&signer.part);
            let level = levels.of(signer.group);
            let Some(Ok(at)) = time else {
                trail.skip_all(&[Check::KEY_CERTIFICATE, Check::TRUST], "no time to judge at");
                return None;
            };
            let validity = signer.certificate.validity();
            let dates = validity.check(at, policy.leeway());
            trail.record(Check::KEY_CERTIFICATE, dates, |()| {
                let (start, end) = (validity.not_before, validity.not_after);
                format!("valid from {start} to {end}, judged at {at}")
            });
            let standing = check_trust(trail, trust, policy, signer, level, at, &mut budget)?;
            let (part, certificate) = (signer.part.clone(), signer.certificate.clone());
            Some(SignedPart { part, certificate, standing, at })
        });
        let parts: Vec<Option<SignedPart>> = judged.collect();
        let covered = coverage::check_covered(trail, trust, &signers, &unsigned, &levels);
        coverage::check_data_signers(trail, trust, &signers, &unsigned, &levels);
        coverage::check_certificates(trail, trust, &signers);
        check_times(trail, &statements, at, window, policy.leeway());
        unauthenticated.extend(outside);
        trail.part("");
        coverage::compare_keys(trail, &signers, &parts, &levels);
        if trust.is_undecided() && !signers.is_empty() {
            // The last check of all: nothing that is wrong whatever the roots are hides behind it.
            trail.fail(Check::TRUST, Error::NoKey);
            trail.hint(|| Some(NO_ROOTS.into()));
        }
        let parts: Vec<SignedPart> = parts.into_iter().collect::<Option<_>>()?;
        // Whoever opened nothing says why; without a signature there is nothing to hand out.
        let complete = trail.goes_on() && !parts.is_empty();
        complete.then_some(Signed { parts, covered, unauthenticated, at: of_report? })
    }
}

/// Checks that every time that is stated can be read, is not later than the time of judgement, and
/// is in the window, if one is expected. Clocks may disagree by the leeway.
fn check_times(
    trail: &mut Trail,
    statements: &[Statement],
    at: At,
    window: Option<Window>,
    leeway: Leeway,
) {
    for Statement { times, .. } in statements {
        for (_, part, time) in times {
            let Some(time) = time else { continue };
            trail.part(part);
            match (time, at.resolve(None)) {
                (Err(error), _) => trail.fail(Check::CLAIMS, error.clone()),
                (Ok(_), None) => {}
                (Ok(signed), Some(at)) => {
                    let is_future = signed.unix() > at.plus(leeway);
                    let start = *signed;
                    let past =
                        if is_future { Err(Error::NotYetValid { at, start }) } else { Ok(()) };
                    trail.record(Check::NOT_BEFORE, past, |()| {
                        format!("dated {start}, judged at {at}")
                    });
                    trail.cite("");
                    if window.is_some() {
                        Window::check(window, trail, start, at.into(), leeway);
                    }
                }
            }
        }
    }
    trail.part("");
    match (at, window) {
        (At::Issued, _) => {
            trail.skip_all(&[Check::NOT_BEFORE, Check::WINDOW], Window::AS_ISSUED);
        }
        (_, None) => trail.skip(Check::WINDOW, Window::NOT_EXPECTED),
        _ => {}
    }
}

impl Witness for Checker<'_> {
    const IS_VERIFYING: bool = true;

    fn signed(&mut self, member: &'static str, token: &CompactJws<'_>) -> Result<(), Error> {
        self.signatures += 1;
        if self.signatures > self.most_signatures {
            let limit = self.most_signatures;
            return Err(Error::TooLarge { what: "number of signatures", limit });
        }
        let part = self.enter(member);
        self.check_signature(part, member, token);
        // The trail knows the failure already; this only ends the opening.
        if self.trail.goes_on() { Ok(()) } else { Err(Error::SignatureMismatch) }
    }

    fn unsigned(&mut self, member: &'static str) {
        let part = self.name(member);
        let (group, usage, cover) = (self.group(), usage(member), self.cover);
        self.unsigned.push(Unsigned { part, member, group, usage, cover });
    }

    fn encoded_twice(&mut self) {
        self.trail.warn(Warning::EncodedTwice);
    }
}

fn check_trust(
    trail: &mut Trail,
    trust: &Trust,
    policy: &Policy,
    signer: &Signer,
    level: Option<&Certification>,
    at: Time,
    budget: &mut Budget,
) -> Option<Standing> {
    let Some((store, rules)) = trust.basis.as_deref() else {
        trail.skip(Check::TRUST, "nobody vouches for the signer, by choice");
        trail.warn(Warning::SelfAsserted);
        return Some(Standing::SelfAsserted);
    };
    if !trail.goes_on() {
        return None;
    }
    let wanted = rules
        .domain(signer.usage, level)
        .and_then(|domain| match signer.usage {
            Usage::Data => rules.check_organization(&signer.certificate).map(|()| domain),
            Usage::DigitalId => Ok(domain),
        })
        .map_err(|fault| Error::UntrustedChain { fault });
    if trust.is_undecided() {
        // No search for a path would accept it, whatever the roots.
        let understood = signer.certificate.is_understood();
        let understood = understood.map_err(|fault| Error::UntrustedChain { fault });
        match wanted.and(understood) {
            Ok(()) => trail.skip(Check::TRUST, "no authority is given"),
            Err(error) => trail.fail(Check::TRUST, error),
        }
        hint_at_issuer(trail, signer);
        return None;
    }
    let mut search = |domain| {
        let intermediates = match rules.intermediates() {
            Intermediates::Stored => store.intermediates(domain),
            Intermediates::Sent => &signer.sent,
        };
        let search = Search::new(store.roots(domain), intermediates.iter(), at, policy, budget);
        search.find(&signer.certificate)
    };
    let found = wanted.clone().and_then(|domain| Ok((domain, search(domain)?)));
    let refused = found.as_ref().err().cloned();
    let found = trail.record(Check::TRUST, found, |(domain, path)| {
        let steps = path.len().saturating_sub(1);
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
        hint_at_issuer(trail, signer);
        if rules.intermediates() == Intermediates::Sent {
            trail.hint(|| Some(format!("{}: {SENT}", signer.part)));
        }
    }
    let (domain, path) = found?;
    for issuer in &path {
        trail.warn_if(Warning::PublishedKey, || issuer.key().is_ok_and(is_published));
        trail.warn_if(Warning::NegativeModulus, || issuer.has_negative_modulus());
    }
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

fn hint_at_issuer(trail: &mut Trail, signer: &Signer) {
    trail.hint(|| {
        let issuer = crate::error::shorten(&signer.certificate.issuer());
        Some(format!("{}: the signer's certificate names as issuer: {issuer}", signer.part))
    });
}

/// The certificates of a header, decoded from base64 and not further.
struct X5c {
    /// How many there are.
    length: usize,
    /// The first, and the others if the rules ask for them.
    members: Vec<Vec<u8>>,
    /// All of them as they were sent, if the rules compare them.
    texts: Vec<String>,
    /// `x5t#S256`.
    sha256: Option<[u8; 32]>,
    is_lenient: bool,
}

impl X5c {
    fn read(header: &[u8], trust: &Trust, limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "header";
        const MEMBER: &str = X5C;
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
        let rules = trust.rules();
        let all = rules.is_some_and(Rules::reads_all_of_x5c);
        let made_use_of = if all { length } else { 1 };
        let compared = rules.is_some_and(Rules::compares_certificates);
        let kept = texts.iter().take(if compared { length } else { 0 });
        let kept = kept.map(|text| String::from(*text)).collect();
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
        Ok(Self { length, members, texts: kept, sha256, is_lenient })
    }
}

fn without_white_space(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_whitespace()) {
        Cow::Owned(text.split_ascii_whitespace().collect())
    } else {
        Cow::Borrowed(text)
    }
}
