//! From the policy file and the options to verifiers.
//!
//! ```text
//! policy table of a kind ── options ──► Profile (keys, policy, terms) ── record ──► Terms of one item
//! ```
//!
//! Options override the policy member by member. What a record may do is in
//! [`tighten`](crate::tighten).

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::SystemTime;

use countersign::encoding::hex;
use countersign::jose::key_file::{read_keys, read_text};
use countersign::jose::{JwkSet, jws};
use countersign::miracl::dvs::{self, SignatureRequest, signature};
use countersign::miracl::token::{self, access, activation, auth, id, new_user};
use countersign::mosip::registration;
use countersign::mosip::sbi::Mixed;
use countersign::{At, Item, Leeway, Limits, Policy, Report, Rsa1024, Time, sha256};
use serde::Deserialize;

use crate::args::{BindingArgs, FetchArgs, VerifyArgs};
use crate::device::{Device, Devices, TrustTerms};
use crate::exit::Stop;
use crate::fetch::{KeySetAt, fetch};
use crate::input::{Source, read_configuration};
use crate::kind::{self, Content, Kind, Token};
use crate::terms::{Binding, Names, NoExpiry, Overrides, Terms, Unbound};
use crate::tighten::Records;

/// A time of judgement, before the clock is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Now,
    At(At),
}

pub(crate) const NO_TIME: &str = "neither RFC 3339 nor Unix seconds";

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "now" => Ok(Self::Now),
            "issued" => Ok(Self::At(At::Issued)),
            _ => parse_instant(text)
                .map(|time| Self::At(At::Time(time)))
                .ok_or_else(|| format!("{NO_TIME}, `now` or `issued`")),
        }
    }
}

/// Reads RFC 3339 or Unix seconds.
pub(crate) fn parse_instant(text: &str) -> Option<Time> {
    match text.parse() {
        Ok(seconds) => Time::from_unix(seconds),
        Err(_) => Time::parse_rfc3339(text).ok(),
    }
}

/// Reads the clock. The library never does; this is the edge.
pub(crate) fn now() -> Result<Time, Stop> {
    #[expect(clippy::disallowed_methods, reason = "the command's default time is the present")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .and_then(Time::from_unix)
        .ok_or_else(|| Stop::Misuse("the system's clock is outside the years 1970 to 9999".into()))
}

/// What the verifiers of the library have in common.
pub(crate) trait Verify: Clone {
    type Expected;
    type Keys: Clone + Debug;

    fn new(keys: Self::Keys, policy: Policy) -> Self;
    fn explain_batch(&self, items: &[Item<'_, Self::Expected>]) -> Vec<Report>;
}

macro_rules! verify {
    ($($module:ident: $expected:ty),+) => {
        $(impl Verify for $module::Verifier {
            type Expected = $expected;
            type Keys = JwkSet;

            fn new(keys: JwkSet, policy: Policy) -> Self {
                Self::new(keys, policy)
            }

            fn explain_batch(&self, items: &[Item<'_, Self::Expected>]) -> Vec<Report> {
                self.explain_batch(items)
            }
        })+
    };
}

verify!(
    dvs: dvs::Expected,
    registration: registration::Expected,
    auth: token::Expected,
    id: token::Expected,
    access: token::Expected,
    activation: token::Expected,
    new_user: token::Expected,
    jws: jws::Expected
);

impl Verify for signature::Verifier {
    type Expected = signature::Expected;
    type Keys = Option<signature::ServerSecret>;

    fn new(secret: Self::Keys, policy: Policy) -> Self {
        match secret {
            Some(secret) => Self::with_server_secret(secret, policy),
            None => Self::new(policy),
        }
    }

    fn explain_batch(&self, items: &[Item<'_, Self::Expected>]) -> Vec<Report> {
        self.explain_batch(items)
    }
}

/// The verifier of one kind, made once, with the terms that hold where an item says nothing.
#[derive(Debug)]
pub(crate) struct Profile<V: Verify> {
    verifier: V,
    keys: V::Keys,
    terms: Terms,
}

impl<V: Verify> Profile<V> {
    fn new(rules: Rules<V::Keys>) -> Self {
        let Rules { keys, terms } = rules;
        Self { verifier: V::new(keys.clone(), terms.policy), keys, terms }
    }

    /// Returns the verifier for a policy: the one that is there, unless an item has its own.
    pub(crate) fn verifier(&self, policy: Policy) -> Cow<'_, V> {
        if policy == self.terms.policy {
            Cow::Borrowed(&self.verifier)
        } else {
            Cow::Owned(V::new(self.keys.clone(), policy))
        }
    }
}

/// Keys and terms of one kind, while they are put together.
struct Rules<K = JwkSet> {
    keys: K,
    terms: Terms,
}

/// What one run verifies with.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) dvs: Profile<dvs::Verifier>,
    pub(crate) signature: Profile<signature::Verifier>,
    pub(crate) registration: Profile<registration::Verifier>,
    pub(crate) auth: Profile<auth::Verifier>,
    pub(crate) id: Profile<id::Verifier>,
    pub(crate) access: Profile<access::Verifier>,
    pub(crate) activation: Profile<activation::Verifier>,
    pub(crate) new_user: Profile<new_user::Verifier>,
    pub(crate) jws: Profile<jws::Verifier>,
    pub(crate) devices: Devices,
    /// What the command line asked for.
    overrides: Overrides,
    /// What a token is without the marks of a kind: an authentication token, which has none, if the
    /// policy has a table for those and none for tokens of no kind.
    without_marks: Kind,
    /// What the records of a stream may do.
    pub(crate) records: Records,
    pub(crate) limits: Limits,
    pub(crate) policy_sha256: Option<[u8; 32]>,
    now: Time,
}

impl Config {
    /// Reads the policy, the keys and the clock, each once per run.
    pub(crate) fn load(args: &VerifyArgs) -> Result<Self, Stop> {
        let limits = Limits::default();
        let overrides = Overrides::from_args(args)?;
        if let (Some(kind), None) = (args.kind, &args.policy) {
            let terms = Terms::new(&limits).with(&overrides);
            check_kind(kind, args, &overrides.unused(kind), &terms)?;
        }
        let keys = load_keys(Path::new(""), &args.jwks, &args.key, &limits, &args.fetch)?;
        let (mut file, policy_sha256) = match &args.policy {
            Some(path) => {
                let text = read_configuration(path)?;
                (PolicyFile::parse(path, &text)?, Some(sha256(&text)))
            }
            None => (PolicyFile::default(), None),
        };
        let folder = args.policy.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let rules = |kind: Kind, table: Table| -> Result<Rules, Stop> {
            let own = table.load(kind, folder, &limits)?;
            let keys = keys.clone().unwrap_or(own.keys);
            Ok(Rules { keys, terms: own.terms.with(&overrides) })
        };
        let mut tables = file.devices();
        let devices = Devices::load(&args.trust, &limits, |kind| {
            let table = tables.remove(kind.name()).unwrap_or_default();
            let trust = table.trust_terms(kind, folder)?;
            Ok((trust, rules(Kind::Device(kind), table)?.terms))
        })?;
        let secret = match (&args.server_secret, &file.dvs_signature.server_secret) {
            (Some(source), _) => Some(load_server_secret(source)?),
            (None, Some(path)) => Some(load_server_secret(&Source::File(folder.join(path)))?),
            (None, None) => None,
        };
        let without_marks = match (&file.auth_token, &file.jws) {
            (Some(_), None) => Kind::Token(Token::Auth),
            _ => Kind::Jws,
        };
        let Rules { terms, .. } = rules(Kind::DvsSignature, file.dvs_signature)?;
        let signature = Rules { keys: secret, terms };
        let config = Self {
            devices,
            dvs: Profile::new(rules(Kind::DvsCertificate, file.dvs_certificate)?),
            signature: Profile::new(signature),
            registration: Profile::new(rules(Kind::MosipRegistration, file.mosip_registration)?),
            auth: Profile::new(rules(
                Kind::Token(Token::Auth),
                file.auth_token.unwrap_or_default(),
            )?),
            id: Profile::new(rules(Kind::Token(Token::Id), file.id_token)?),
            access: Profile::new(rules(Kind::Token(Token::Access), file.access_token)?),
            activation: Profile::new(rules(Kind::Token(Token::Activation), file.activation_token)?),
            new_user: Profile::new(rules(Kind::Token(Token::NewUser), file.new_user_token)?),
            jws: Profile::new(rules(Kind::Jws, file.jws.unwrap_or_default())?),
            overrides,
            without_marks,
            records: if args.trust_records { Records::Override } else { Records::Tighten },
            limits,
            policy_sha256,
            now: now()?,
        };
        if let Some(kind) = args.kind {
            check_kind(kind, args, &config.unused(kind), config.terms(kind))?;
        }
        Ok(config)
    }

    /// Names what the command line expects and a verifier of this kind does not look at.
    pub(crate) fn unused(&self, kind: Kind) -> Vec<&'static str> {
        let mut unused = self.overrides.unused(kind);
        if let Kind::Device(device) = kind {
            unused.extend(self.devices.unused(device));
        }
        unused
    }

    /// Tells what an artefact is, by its shape and by the policy.
    pub(crate) fn recognise(&self, artefact: &[u8]) -> Content {
        match kind::recognise(artefact, &self.limits) {
            Content::Known(Kind::Jws) => self.without_marks.into(),
            content => content,
        }
    }

    /// Returns the terms that hold where an item of this kind says nothing.
    pub(crate) fn terms(&self, kind: Kind) -> &Terms {
        match kind {
            Kind::DvsCertificate => &self.dvs.terms,
            Kind::DvsSignature => &self.signature.terms,
            Kind::MosipRegistration => &self.registration.terms,
            Kind::Token(Token::Auth) => &self.auth.terms,
            Kind::Token(Token::Id) => &self.id.terms,
            Kind::Token(Token::Access) => &self.access.terms,
            Kind::Token(Token::Activation) => &self.activation.terms,
            Kind::Token(Token::NewUser) => &self.new_user.terms,
            // Every kind of device has its terms.
            Kind::Device(device) => match self.devices.terms(device) {
                Some(terms) => terms,
                None => &self.jws.terms,
            },
            Kind::Jws => &self.jws.terms,
        }
    }

    pub(crate) const fn at(&self, moment: Moment) -> At {
        match moment {
            Moment::Now => At::Time(self.now),
            Moment::At(at) => at,
        }
    }
}

/// Refuses what is known to fail for every input of the one kind that is named.
fn check_kind(
    kind: Kind,
    args: &VerifyArgs,
    unused: &[&'static str],
    terms: &Terms,
) -> Result<(), Stop> {
    // A trusted record may be of another kind, and any record may say what the run does not.
    if let (Some(name), false) = (unused.first(), args.trust_records) {
        let what = format!("--{name} does not apply to the kind {}", kind.name());
        return Err(Stop::Misuse(what));
    }
    match terms.expected(kind) {
        Err(_) if !args.ndjson => Err(Stop::Misuse(kind.needs())),
        _ => Ok(()),
    }
}

/// The policy file: one table per kind.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct PolicyFile {
    dvs_certificate: Table,
    dvs_signature: Table,
    mosip_registration: Table,
    auth_token: Option<Table>,
    id_token: Table,
    access_token: Table,
    activation_token: Table,
    new_user_token: Table,
    device_data: Table,
    digital_id: Table,
    sbi_device_info: Table,
    sbi_capture: Table,
    sbi_rcapture: Table,
    sbi_data: Table,
    cbeff: Table,
    sbi_management: Table,
    jws: Option<Table>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Table {
    jwks: Vec<PathBuf>,
    keys: Vec<PathBuf>,
    server_secret: Option<PathBuf>,
    allow_rsa_1024: bool,
    at: Option<toml::Value>,
    leeway: Option<u16>,
    hash: Option<String>,
    document: Option<PathBuf>,
    request: Option<PathBuf>,
    unbound: bool,
    issuer: Option<String>,
    audience: Option<String>,
    subject: Option<String>,
    nonce: Option<String>,
    previous_hash: Option<String>,
    span: Option<u32>,
    deny_mixed: bool,
    allow_no_exp: bool,
    trust: Vec<String>,
    trust_policy: Option<String>,
    domain: Option<String>,
    organization: Option<String>,
    lenient: Vec<String>,
}

impl PolicyFile {
    /// Takes out the tables of the kinds of devices.
    fn devices(&mut self) -> HashMap<&'static str, Table> {
        let tables = [
            (Device::Data, &mut self.device_data),
            (Device::DigitalId, &mut self.digital_id),
            (Device::Info, &mut self.sbi_device_info),
            (Device::Capture, &mut self.sbi_capture),
            (Device::RegistrationCapture, &mut self.sbi_rcapture),
            (Device::Captured, &mut self.sbi_data),
            (Device::Packet, &mut self.cbeff),
            (Device::Management, &mut self.sbi_management),
        ];
        tables.into_iter().map(|(kind, table)| (kind.name(), std::mem::take(table))).collect()
    }

    fn parse(path: &Path, text: &[u8]) -> Result<Self, Stop> {
        let misuse = |what: String| Stop::Misuse(format!("{}: {what}", path.display()));
        let text = read_text(text).map_err(|error| misuse(error.to_string()))?;
        // The error's own text quotes the line, which is a secret where the file is mistaken for
        // another one.
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            misuse(format!("line {line}: {}", error.message()))
        })
    }
}

impl Table {
    fn trust_terms(&self, kind: Device, folder: &Path) -> Result<TrustTerms, Stop> {
        let (rules, domain) = (self.trust_policy.as_deref(), self.domain.as_deref());
        let organization = self.organization.clone();
        TrustTerms::of_table(&self.trust, rules, domain, organization, &self.lenient, folder)
            .map_err(|what| Stop::Misuse(format!("policy: [{}]: {what}", kind.name())))
    }

    fn load(self, kind: Kind, folder: &Path, limits: &Limits) -> Result<Rules, Stop> {
        let misuse = |what: &str| Stop::Misuse(format!("policy: [{}]: {what}", kind.name()));
        let moment = self.at.as_ref().map(parse_moment).transpose().map_err(|e| misuse(&e))?;
        let leeway = self.leeway.unwrap_or_default();
        let leeway = Leeway::from_seconds(leeway)
            .ok_or_else(|| misuse("`leeway` is more than 300 seconds"))?;
        let given = Given {
            document: self.document.as_deref(),
            hash: self.hash.as_deref(),
            request: self.request.as_deref(),
            unbound: self.unbound,
        };
        let has_secret = kind == Kind::DvsSignature;
        if self.server_secret.is_some() && !has_secret {
            return Err(misuse("server-secret: not for this kind"));
        }
        let public = !self.jwks.is_empty() || !self.keys.is_empty() || self.allow_rsa_1024;
        if public && has_secret {
            return Err(misuse("jwks, keys or allow-rsa-1024: not for this kind"));
        }
        if given.count() > 1 {
            return Err(misuse("more than one of `document`, `hash`, `request`, `unbound`"));
        }
        if self.unbound && !kind.is_dvs() && kind != Kind::Jws {
            return Err(misuse("unbound: not for this kind"));
        }
        if self.allow_no_exp && kind != Kind::Jws {
            return Err(misuse("allow-no-exp: not for this kind"));
        }
        let previous_hash = self.previous_hash.as_deref().map(parse_previous_hash).transpose();
        let trust = [
            ("trust", !self.trust.is_empty()),
            ("trust-policy", self.trust_policy.is_some()),
            ("domain", self.domain.is_some()),
            ("organization", self.organization.is_some()),
            ("lenient", !self.lenient.is_empty()),
        ];
        let overrides = Overrides {
            at: moment,
            leeway: Some(leeway),
            rsa_1024: self.allow_rsa_1024.then_some(Rsa1024::Allow),
            binding: given.load(folder)?,
            unbound: given.unbound(),
            names: Names {
                issuer: self.issuer,
                audience: self.audience,
                subject: self.subject,
                nonce: self.nonce,
            },
            no_expiry: self.allow_no_exp.then_some(NoExpiry::Allow),
            previous_hash: previous_hash.map_err(|e| misuse(&format!("`previous-hash`: {e}")))?,
            span: self.span,
            mixed: self.deny_mixed.then_some(Mixed::Deny),
            trust: trust.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect(),
        };
        if let Some(foreign) = overrides.unused(kind).first() {
            return Err(misuse(&format!("{foreign}: not for this kind")));
        }
        let sets: Vec<_> = self.jwks.into_iter().map(KeySetAt::File).collect();
        let keys = load_keys(folder, &sets, &self.keys, limits, &FetchArgs::default())?;
        let keys = keys.unwrap_or_default();
        Ok(Rules { keys, terms: Terms::new(limits).with(&overrides) })
    }
}

fn parse_moment(value: &toml::Value) -> Result<Moment, String> {
    match value {
        toml::Value::Integer(seconds) => seconds.to_string().parse(),
        toml::Value::String(text) => text.parse(),
        toml::Value::Datetime(time) => time.to_string().parse(),
        _ => Err("is no time".into()),
    }
    .map_err(|error: String| format!("`at`: {error}"))
}

/// Reads a hash of a chain of captures: SHA-256 in hexadecimal.
pub(crate) fn parse_previous_hash(text: &str) -> Result<String, String> {
    let digest = hex::decode(text).ok().filter(|digest| digest.len() == 32);
    let digest = digest.ok_or("not 64 hexadecimal digits")?;
    // Letter case makes no difference.
    Ok(hex::encode(&digest).to_ascii_uppercase())
}

/// The four ways to say what a DVS certificate or signature must be about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    document: Option<&'a Path>,
    hash: Option<&'a str>,
    request: Option<&'a Path>,
    unbound: bool,
}

impl<'a> From<&'a BindingArgs> for Given<'a> {
    fn from(args: &'a BindingArgs) -> Self {
        Self {
            document: args.document.as_deref(),
            hash: args.hash.as_deref(),
            request: args.request.as_deref(),
            unbound: args.unbound,
        }
    }
}

impl Given<'_> {
    pub(crate) fn unbound(&self) -> Option<Unbound> {
        self.unbound.then_some(Unbound::Allow)
    }

    fn count(&self) -> usize {
        usize::from(self.document.is_some())
            + usize::from(self.hash.is_some())
            + usize::from(self.request.is_some())
            + usize::from(self.unbound)
    }

    /// Reads the files that are named, relative to a folder.
    pub(crate) fn load(&self, folder: &Path) -> Result<Option<Binding>, Stop> {
        Ok(if let Some(hash) = self.hash {
            Some(Binding::Hash(hash.into()))
        } else if let Some(path) = self.document {
            // The caller's own document, so there is no limit on it.
            let path = folder.join(path);
            let document = std::fs::read(&path)
                .map_err(|error| Stop::Misuse(format!("{}: {error}", path.display())))?;
            Some(Binding::Document(hex::encode(&sha256(&document))))
        } else if let Some(path) = self.request {
            let path = folder.join(path);
            let body = read_configuration(&path)?;
            let request = SignatureRequest::parse(&body, &Limits::default())
                .map_err(|error| Stop::Misuse(format!("{}: {error}", path.display())))?;
            Some(Binding::Request(request))
        } else {
            None
        })
    }
}

fn load_server_secret(source: &Source) -> Result<signature::ServerSecret, Stop> {
    signature::ServerSecret::new(&source.read_secret()?)
        .map_err(|error| Stop::Misuse(format!("secret file {source}: {}: {error}", error.code())))
}

/// Reads key files and fetches key sets; `None` if none are named.
fn load_keys(
    folder: &Path,
    sets: &[KeySetAt],
    keys: &[PathBuf],
    limits: &Limits,
    network: &FetchArgs,
) -> Result<Option<JwkSet>, Stop> {
    if sets.is_empty() && keys.is_empty() {
        return Ok(None);
    }
    let mut all = JwkSet::default();
    let read = |path: &Path| {
        let path = folder.join(path);
        let file = read_configuration(&path)?;
        read_keys(&file, limits)
            .map_err(|error| Stop::Misuse(format!("{}: {}: {error}", path.display(), error.code())))
    };
    for set in sets {
        all.extend(match set {
            KeySetAt::File(path) => read(path)?,
            KeySetAt::Url(url) => fetch(url, network)?.keys().clone(),
        });
    }
    for path in keys {
        all.extend(read(path)?);
    }
    Ok(Some(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str, kind: Kind) -> Result<Rules, Stop> {
        let table: Table = toml::from_str(text).map_err(|e| Stop::Misuse(e.to_string()))?;
        table.load(kind, Path::new(""), &Limits::default())
    }

    #[test]
    fn times_are_written_in_five_ways() {
        let time = Time::from_unix(1_649_404_580).unwrap();
        for (text, moment) in [
            ("now", Moment::Now),
            ("issued", Moment::At(At::Issued)),
            ("1649404580", Moment::At(At::Time(time))),
            ("2022-04-08T07:56:20Z", Moment::At(At::Time(time))),
            ("2022-04-08T09:56:20+02:00", Moment::At(At::Time(time))),
        ] {
            assert_eq!(text.parse(), Ok(moment), "{text}");
        }
        for text in ["", "-1", "Issued", "2022-04-08", "1e9", "99999999999999"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_policy_says_times_as_text_number_or_date() {
        let time = Moment::At(At::Time(Time::from_unix(1_649_404_580).unwrap()));
        for (text, moment) in [
            ("at = 1649404580", time),
            ("at = \"2022-04-08T07:56:20Z\"", time),
            ("at = 2022-04-08T07:56:20Z", time),
            ("at = \"issued\"", Moment::At(At::Issued)),
            ("", Moment::Now),
        ] {
            assert_eq!(table(text, Kind::Jws).ok().map(|rules| rules.terms.at), Some(moment));
        }
        for text in ["at = true", "at = 1.5", "at = -1", "at = \"then\"", "at = 2022-04-08"] {
            assert!(table(text, Kind::Jws).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_policy_cannot_mean_is_refused() {
        let previous_hash = format!("previous-hash = \"{}\"", "00".repeat(32));
        for (text, kind) in [
            ("hash = \"00\"\nunbound = true", Kind::DvsCertificate),
            ("hash = \"00\"", Kind::Jws),
            ("unbound = true", Kind::MosipRegistration),
            ("issuer = \"a\"", Kind::DvsCertificate),
            ("subject = \"a\"", Kind::DvsCertificate),
            ("issuer = \"a\"", Kind::DvsSignature),
            ("allow-rsa-1024 = true", Kind::DvsSignature),
            ("keys = [\"no-such-file.json\"]", Kind::DvsSignature),
            ("server-secret = \"no-such-file\"", Kind::Jws),
            ("unbound = true", Kind::Token(Token::Id)),
            ("previous-hash = \"00\"", Kind::Device(Device::Capture)),
            (&previous_hash, Kind::Device(Device::Data)),
            (&previous_hash, Kind::Jws),
            ("organization = \"a\"", Kind::Jws),
            ("organization = \"a\"", Kind::Device(Device::DigitalId)),
            ("lenient = [\"x5c-encoding\"]", Kind::DvsCertificate),
            ("leeway = 301", Kind::Jws),
            ("leeway = -1", Kind::Jws),
            ("leeways = 1", Kind::Jws),
            ("allow_rsa_1024 = true", Kind::Jws),
            ("jwks = \"not-an-array.json\"", Kind::Jws),
            ("jwks = [\"no-such-file.json\"]", Kind::Jws),
        ] {
            assert!(matches!(table(text, kind), Err(Stop::Misuse(_))), "{text}");
        }
        assert!(table(&previous_hash, Kind::Device(Device::Capture)).is_ok());
        assert!(table("unbound = true", Kind::Jws).is_ok());
        assert!(table("organization = \"a\"", Kind::Device(Device::Data)).is_ok());
        assert!(toml::from_str::<PolicyFile>("[jwt]").is_err());
    }

    #[test]
    fn later_words_override_earlier_ones_member_by_member() {
        let rules = table("leeway = 5\nissuer = \"a\"\nsubject = \"s\"", Kind::Jws);
        let Ok(Rules { terms, .. }) = rules else { panic!("the table is right") };
        let expected = |issuer: &str| jws::Expected::unbound().issuer(issuer).subject("s");
        assert_eq!(terms.names.jws(), expected("a"));
        let names = Names { issuer: Some("b".into()), ..Names::default() };
        let terms = terms.with(&Overrides { names, ..Overrides::default() });
        assert_eq!(terms.names.jws(), expected("b"));
        assert_eq!(terms.policy.leeway().seconds(), 5);
        assert_eq!(terms.policy.rsa_1024(), Rsa1024::Deny);
    }
}
