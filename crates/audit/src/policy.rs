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
use countersign::jose::key_file::read_keys;
use countersign::jose::{JwkSet, jws};
use countersign::miracl::dvs::{self, SignatureRequest, signature};
use countersign::miracl::token::{self, access, activation, auth, id, new_user};
use countersign::mosip::registration;
use countersign::mosip::sbi::Mixed;
use countersign::{At, Item, Leeway, Limits, Policy, Report, Rsa1024, Time, sha256};
use serde::Deserialize;

use crate::args::{BindingArgs, FetchArgs, VerifyArgs, parse_algorithm};
use crate::device::{Device, Devices, TrustTable, TrustTerms};
use crate::exit::Stop;
use crate::fetch::{KeySetAt, fetch};
use crate::input::{Source, read_configuration};
use crate::kind::{self, Content, Kind, Token};
use crate::policy_text::PolicyText;
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
        let (text, policy_sha256) = match &args.policy {
            Some(path) => {
                let text = read_configuration(path)?;
                (PolicyText::new(path, &text)?, Some(sha256(&text)))
            }
            None => (PolicyText::default(), None),
        };
        let mut file: PolicyFile = text.parse(&TABLES, &MEMBERS)?;
        let rules = |kind: Kind, table: Table| -> Result<Rules, Stop> {
            let own = table.load(kind, &text, &limits)?;
            let keys = keys.clone().unwrap_or(own.keys);
            Ok(Rules { keys, terms: own.terms.with(&overrides) })
        };
        let mut tables = file.devices();
        let devices = Devices::load(&args.trust, &limits, |kind| {
            let table = tables.remove(kind.name()).unwrap_or_default();
            let trust = table.trust_terms(kind, &text)?;
            Ok((trust, rules(Kind::Device(kind), table)?.terms))
        })?;
        let secret = match (&args.server_secret, &file.dvs_signature.server_secret) {
            (Some(source), _) => Some(load_server_secret(source)?),
            (None, Some(path)) => {
                let secret = load_server_secret(&Source::File(text.folder().join(path)));
                Some(text.within(Kind::DvsSignature.name(), "server-secret", secret)?)
            }
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

/// The tables of a policy file.
const TABLES: [&str; 17] = [
    "dvs-certificate",
    "dvs-signature",
    "mosip-registration",
    "auth-token",
    "id-token",
    "access-token",
    "activation-token",
    "new-user-token",
    "device-data",
    "digital-id",
    "sbi-device-info",
    "sbi-capture",
    "sbi-rcapture",
    "sbi-data",
    "cbeff",
    "sbi-management",
    "jws",
];

/// The members that a table may have, those of all kinds together.
const MEMBERS: [&str; 32] = [
    "jwks",
    "keys",
    "server-secret",
    "allow-rsa-1024",
    "alg",
    "at",
    "leeway",
    "hash",
    "document",
    "request",
    "unbound",
    "issuer",
    "audience",
    "subject",
    "nonce",
    "typ",
    "scope",
    "longest-life",
    "previous-hash",
    "span",
    "deny-mixed",
    "timestamp-window",
    "window",
    "allow-no-exp",
    "trust",
    "trust-policy",
    "domain",
    "organization",
    "any-organization",
    "level",
    "lenient",
    "intermediates",
];

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
    alg: Option<String>,
    at: Option<toml::Value>,
    leeway: Option<u16>,
    hash: Option<String>,
    document: Option<PathBuf>,
    request: Option<PathBuf>,
    unbound: bool,
    issuer: Option<String>,
    audience: Audiences,
    subject: Option<String>,
    nonce: Option<String>,
    typ: Option<String>,
    scope: Vec<String>,
    longest_life: Option<u32>,
    previous_hash: Option<String>,
    span: Option<u32>,
    deny_mixed: bool,
    #[serde(alias = "window")]
    timestamp_window: Option<u32>,
    allow_no_exp: bool,
    trust: Vec<String>,
    trust_policy: Option<String>,
    domain: Option<String>,
    organization: Option<String>,
    any_organization: bool,
    level: Option<String>,
    lenient: Vec<String>,
    intermediates: Vec<String>,
}

/// One audience, or several of which one is enough.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audiences {
    One(String),
    Several(Vec<String>),
}

impl Default for Audiences {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl From<Audiences> for Vec<String> {
    fn from(audiences: Audiences) -> Self {
        match audiences {
            Audiences::One(audience) => vec![audience],
            Audiences::Several(audiences) => audiences,
        }
    }
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
}

impl Table {
    fn trust_terms(&self, kind: Device, text: &PolicyText) -> Result<TrustTerms, Stop> {
        let table = TrustTable {
            trust: &self.trust,
            intermediates: &self.intermediates,
            trust_policy: self.trust_policy.as_deref(),
            domain: self.domain.as_deref(),
            organization: self.organization.as_deref(),
            any_organization: self.any_organization,
            level: self.level.as_deref(),
            lenient: &self.lenient,
        };
        TrustTerms::of_table(&table, text.folder())
            .map_err(|(member, what)| text.refuse(kind.name(), member, &what))
    }

    /// Names what the table says that is for other kinds.
    fn foreign(&self, kind: Kind) -> Option<&'static str> {
        let has_secret = kind == Kind::DvsSignature;
        let may_be_unbound = kind.is_dvs() || kind == Kind::Jws;
        let foreign = [
            ("server-secret", self.server_secret.is_some() && !has_secret),
            ("jwks", !self.jwks.is_empty() && has_secret),
            ("keys", !self.keys.is_empty() && has_secret),
            ("allow-rsa-1024", self.allow_rsa_1024 && has_secret),
            ("alg", self.alg.is_some() && (has_secret || matches!(kind, Kind::Device(_)))),
            ("unbound", self.unbound && !may_be_unbound),
            ("allow-no-exp", self.allow_no_exp && kind != Kind::Jws),
        ];
        foreign.into_iter().find(|(_, is_foreign)| *is_foreign).map(|(name, _)| name)
    }

    fn load(self, kind: Kind, text: &PolicyText, limits: &Limits) -> Result<Rules, Stop> {
        let misuse = |member: &str, what: &str| text.refuse(kind.name(), member, &what);
        let foreign = |member| misuse(member, "not for this kind");
        let moment =
            self.at.as_ref().map(parse_moment).transpose().map_err(|e| misuse("at", &e))?;
        let leeway = Leeway::from_seconds(self.leeway.unwrap_or_default())
            .ok_or_else(|| misuse("leeway", "more than 300 seconds"))?;
        let given = Given {
            document: self.document.as_deref(),
            hash: self.hash.as_deref(),
            request: self.request.as_deref(),
            unbound: self.unbound,
        };
        if let Some(member) = self.foreign(kind) {
            return Err(foreign(member));
        }
        if let Some((first, second)) = given.two() {
            return Err(misuse(second, &format!("there is `{first}` already, and one is enough")));
        }
        let algorithm = self.alg.as_deref().map(parse_algorithm).transpose();
        let previous_hash = self.previous_hash.as_deref().map(parse_previous_hash).transpose();
        let trust = [
            ("trust", !self.trust.is_empty()),
            ("intermediates", !self.intermediates.is_empty()),
            ("trust-policy", self.trust_policy.is_some()),
            ("domain", self.domain.is_some()),
            ("organization", self.organization.is_some()),
            ("any-organization", self.any_organization),
            ("level", self.level.is_some()),
            ("lenient", !self.lenient.is_empty()),
        ];
        let binding = given.load(text.folder());
        let overrides = Overrides {
            at: moment,
            leeway: Some(leeway),
            rsa_1024: self.allow_rsa_1024.then_some(Rsa1024::Allow),
            algorithm: algorithm.map_err(|e| misuse("alg", &e))?,
            binding: text.within(kind.name(), given.name().unwrap_or_default(), binding)?,
            unbound: given.unbound(),
            names: Names {
                issuer: self.issuer,
                audiences: self.audience.into(),
                subject: self.subject,
                nonce: self.nonce,
                typ: self.typ,
                scopes: self.scope,
            },
            longest_life: self.longest_life,
            no_expiry: self.allow_no_exp.then_some(NoExpiry::Allow),
            previous_hash: previous_hash.map_err(|e| misuse("previous-hash", &e))?,
            span: self.span,
            mixed: self.deny_mixed.then_some(Mixed::Deny),
            window: self.timestamp_window,
            trust: trust.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect(),
        };
        if let Some(member) = overrides.unused(kind).first() {
            return Err(foreign(member));
        }
        let sets: Vec<_> = self.jwks.into_iter().map(KeySetAt::File).collect();
        let load = |sets: &[KeySetAt], keys: &[PathBuf]| {
            load_keys(text.folder(), sets, keys, limits, &FetchArgs::default())
        };
        let mut keys = text.within(kind.name(), "jwks", load(&sets, &[]))?.unwrap_or_default();
        if let Some(more) = text.within(kind.name(), "keys", load(&[], &self.keys))? {
            keys.extend(more);
        }
        Ok(Rules { keys, terms: Terms::new(limits).with(&overrides) })
    }
}

fn parse_moment(value: &toml::Value) -> Result<Moment, String> {
    match value {
        toml::Value::Integer(seconds) => seconds.to_string().parse(),
        toml::Value::String(text) => text.parse(),
        toml::Value::Datetime(time) => time.to_string().parse(),
        _ => Err(format!("{NO_TIME}, `now` or `issued`")),
    }
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

    /// Names those that are given.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("document", self.document.is_some()),
            ("hash", self.hash.is_some()),
            ("request", self.request.is_some()),
            ("unbound", self.unbound),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
    }

    /// Names the first that is given.
    fn name(&self) -> Option<&'static str> {
        self.names().next()
    }

    /// Names two that contradict each other.
    fn two(&self) -> Option<(&'static str, &'static str)> {
        let mut names = self.names();
        names.next().zip(names.next())
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
        table.load(kind, &PolicyText::default(), &Limits::default())
    }

    #[test]
    fn the_names_of_tables_and_members_are_those_that_are_read() {
        let names = |error: toml::de::Error| -> Vec<String> {
            let message = error.message().to_owned();
            let (_, names) = message.split_once("expected one of ").unwrap();
            names.split(", ").map(|name| name.trim_matches('`').to_owned()).collect()
        };
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let owned = |names: &[&str]| sorted(names.iter().map(ToString::to_string).collect());
        let tables = toml::from_str::<PolicyFile>("[x]").map(|_| ()).unwrap_err();
        assert_eq!(sorted(names(tables)), owned(&TABLES));
        let members = toml::from_str::<Table>("x = 1").map(|_| ()).unwrap_err();
        assert_eq!(sorted(names(members)), owned(&MEMBERS));
        assert_eq!(owned(&TABLES), owned(&Kind::ALL.map(Kind::name)));
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
            ("alg = \"RS256\"", Kind::DvsSignature),
            ("alg = \"RS256\"", Kind::Device(Device::Data)),
            ("alg = \"HS256\"", Kind::Jws),
            ("alg = \"none\"", Kind::Jws),
            ("alg = \"ps256\"", Kind::Jws),
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
        let Ok(rules) = table("alg = \"PS256\"", Kind::Jws) else { panic!("the table is right") };
        assert_eq!(rules.terms.policy.algorithm(), Some(countersign::Algorithm::Ps256));
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
