//! One signed layer: its header, the certificate that this brings, and its signature.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::choice::Trust;
use super::record::{Checker, Record};
use super::rules::Rules;
use super::signer::{Signer, usage};
use crate::crypto::{Algorithm, Job, PublicKey};
use crate::encoding::json::{self, Value};
use crate::encoding::{Fault, base64};
use crate::error::Error;
use crate::jose::{CompactJws, Jwk, is_published};
use crate::limits::Limits;
use crate::mosip::layer::{Sealed, Word};
use crate::policy::Policy;
use crate::report::{Check, Finding, Trail, Warning};
use crate::x509::{self, Certificate, check_key_size};

const X5C: &str = "x5c";

const X5C_ENCODING: &str = "`x5c` is not an array of standard base64: other forms, such as with line \
                            breaks, are accepted by choice (`Leniency::X5cEncoding`, `--lenient \
                            x5c-encoding`)";

const SIGNATURE_CHECKS: [Check; 4] =
    [Check::KEY, Check::ALGORITHM, Check::KEY_SIZE, Check::SIGNATURE];

/// The only algorithm of devices: the specifications name no other, and their verifiers must not
/// leave the choice to the signer.
const REQUIRED: Algorithm = Algorithm::Rs256;

/// What came of everything before a signature.
pub(super) enum Examined {
    /// The signature can be checked, with the key of this signer.
    UpToSignature(usize),
    /// There is nothing to check it with, and the trail knows why.
    Unverifiable,
}

/// Records what came of a signature, and says what that is worth.
pub(super) fn record_signature(trail: &mut Trail, signature: Option<Result<(), Error>>) -> Word {
    // A signature to check that nobody checked.
    let result = signature.unwrap_or(Err(Error::Defect));
    let good = trail.record(Check::SIGNATURE, result, |()| Finding::signed(REQUIRED));
    trail.cite(REQUIRED.reference());
    if good.is_some() { Word::Verified } else { Word::Unverified }
}

impl Record {
    /// Returns the signature of a layer that was examined, by the signer that was found then.
    pub(super) fn job<'s>(
        &'s self,
        layer: &'s Sealed<'_>,
        signer: usize,
        policy: &Policy,
    ) -> Option<Job<'s>> {
        let key = self.signers.get(signer)?.certificate.key().ok()?;
        let (message, signature) = (layer.signing_input(), layer.signature());
        Some(Job { key, algorithm: REQUIRED, message, signature, backend: policy.backend() })
    }
}

impl Checker<'_> {
    /// Checks everything about a signed layer up to its signature, and says whether that can be
    /// checked. Dates and trust come last of all.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] beyond the number of signatures that a message may have.
    pub(super) fn examine(&mut self, layer: &Sealed<'_>, most: usize) -> Result<Examined, Error> {
        const NO_KEY: &str = "no certificate to verify with";
        if layer.is_inner() {
            self.trail.warn(Warning::EncodedTwice);
        }
        self.record.signatures += 1;
        if self.record.signatures > most {
            return Err(Error::TooLarge { what: "number of signatures", limit: most });
        }
        let member = layer.member();
        let part = self.enter(member);
        let (usage, limits) = (usage(member), self.policy.limits());
        let (payload, signature) = (layer.payload_bytes(), layer.signature().len());
        self.trail.pass(Check::STRUCTURE, || Finding::parts(payload, signature));
        let header = layer
            .header(limits)
            .and_then(|header| Ok((header, X5c::read(layer.header_bytes(), self.trust, limits)?)));
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
            return Ok(Examined::Unverifiable);
        };
        let found = self.read_certificates(&x5c);
        let found =
            self.trail.record(Check::KEY, found, |(certificate, ..)| x509::describe(certificate));
        let Some((certificate, key, sent)) = found else {
            self.trail.skip_all(&SIGNATURE_CHECKS[1..], NO_KEY);
            return Ok(Examined::Unverifiable);
        };
        self.record.header_bytes =
            self.record.header_bytes.saturating_add(layer.header_bytes().len());
        if x5c.is_lenient {
            self.trail.warn(Warning::X5cEncoding);
        }
        if certificate.has_negative_modulus() {
            self.trail.warn(Warning::NegativeModulus);
        }
        if self.record.signers.is_empty() {
            self.trail.key(|| Jwk::from(key.clone()).info(REQUIRED));
        }
        let fits = if header.algorithm == REQUIRED {
            key.fits(REQUIRED)
        } else {
            Err(Error::AlgorithmMismatch { token: header.algorithm, required: REQUIRED })
        };
        let fits = self.trail.record(Check::ALGORITHM, fits, |()| "RS256, by the format");
        check_key_size(self.trail, &key, self.policy);
        self.trail.warn_if(Warning::PublishedKey, || is_published(&key));
        // What is inside is covered from here on. A signature that does not verify is a failure, after
        // which nothing that is covered becomes a verified value.
        let signer = self.record.signers.len();
        self.record.cover = Some(signer);
        let (group, x5c) = (self.group(), x5c.texts);
        self.record.signers.push(Signer { part, member, group, usage, certificate, sent, x5c });
        if fits.is_none() {
            self.trail.skip(Check::SIGNATURE, "algorithm is not the format's");
            return Ok(Examined::Unverifiable);
        }
        Ok(Examined::UpToSignature(signer))
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
        let limits = self.policy.limits();
        let members = x5c.members.iter().map(|der| self.trust.read_certificate(der, limits));
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
