//! The policy file: one table per kind.
//!
//! ```text
//! text ── parse ──► PolicyFile ── table of a kind, and the files that it names ──► keys, trust, Terms
//! ```
//!
//! What a table says that is for other kinds is refused: nobody must believe that it is checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign::jose::JwkSet;
use countersign::miracl::dvs::signature::ServerSecret;
use countersign::mosip::sbi::Mixed;
use countersign::{Detail, Leeway, Limits, Rsa1024, sha256};
use serde::Deserialize;

use crate::error::ConfigError;
use crate::files::{Files, read_configuration, read_key_file, read_server_secret};
use crate::kind::Kind;
use crate::member::Member;
use crate::moment::{Moment, NO_TIME};
use crate::policy_text::PolicyText;
use crate::terms::{
    Binding, Names, NoExpiry, Overrides, Terms, Unbound, parse_algorithm, parse_previous_hash,
};
use crate::trust::{TrustTable, TrustTerms};

/// The members that a table may have, those of all kinds together.
const MEMBERS: [&str; 33] = [
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
    "detail",
];

/// A policy: keys, opt-ins and expectations for each kind, in TOML.
///
/// It has one table per kind, named after it, such as `[dvs-certificate]`. Its files are read when
/// an [`Auditor`](crate::Auditor) is created, relative to the folder of the policy. The default
/// policy has no tables.
///
/// ```
/// use std::path::Path;
///
/// use countersign_audit::PolicyFile;
///
/// let path = Path::new("policy.toml");
/// assert!(PolicyFile::parse(path, b"[jws]\nleeway = 5").is_ok());
/// let error = PolicyFile::parse(path, b"[jws]\nleewya = 5").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "policy.toml: line 2: [jws]: unknown member `leewya`; the nearest is `leeway`"
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct PolicyFile {
    text: PolicyText,
    tables: BTreeMap<String, Table>,
    sha256: Option<[u8; 32]>,
}

impl PolicyFile {
    /// Parses the text of a policy. The path is the base of relative file names, and names the
    /// policy in errors; nothing is read from it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Policy`], with line, table and member.
    pub fn parse(path: &Path, text: &[u8]) -> Result<Self, ConfigError> {
        let names: Vec<&str> = Kind::all().map(Kind::name).collect();
        let sha256 = Some(sha256(text));
        let text = PolicyText::new(path, text)?;
        let tables = text.parse(&names, &MEMBERS)?;
        Ok(Self { text, tables, sha256 })
    }

    /// The SHA-256 of the text, which is in every report; `None` without a policy.
    pub(crate) const fn sha256(&self) -> Option<[u8; 32]> {
        self.sha256
    }

    /// Tells whether there is a table for a kind.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.tables.contains_key(kind.name())
    }

    /// Reads the table of a kind, and the files of keys that it names. Without a table it says nothing.
    pub(crate) fn read(
        &self,
        kind: Kind,
        files: &dyn Files,
        limits: &Limits,
    ) -> Result<(JwkSet, Terms), ConfigError> {
        self.with(kind, files, |reader, table| {
            let overrides = reader.overrides(table)?;
            Ok((reader.keys(table, limits)?, Terms::new(limits).with(&overrides)))
        })
    }

    /// Reads whose signatures a kind of message of devices is believed from.
    pub(crate) fn trust(&self, kind: Kind) -> Result<TrustTerms, ConfigError> {
        // No file is read here.
        self.with(kind, &BTreeMap::new(), |reader, table| reader.trust(table))
    }

    /// Reads how much of the reports on a kind is to be written, if its table says so.
    pub(crate) fn detail(&self, kind: Kind) -> Result<Option<Detail>, ConfigError> {
        self.with(kind, &BTreeMap::new(), |reader, table| {
            let detail = table.detail.as_deref().map(str::parse::<Detail>).transpose();
            detail.map_err(|error| reader.refuse("detail", &error.to_string()))
        })
    }

    /// Reads the file of the server secret, if the table of a kind names one.
    pub(crate) fn secret(
        &self,
        kind: Kind,
        files: &dyn Files,
    ) -> Result<Option<ServerSecret>, ConfigError> {
        self.with(kind, files, |reader, table| reader.secret(table))
    }

    fn with<T>(
        &self,
        kind: Kind,
        files: &dyn Files,
        read: impl FnOnce(&Reader<'_>, &Table) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        let none = Table::default();
        let table = self.tables.get(kind.name()).unwrap_or(&none);
        read(&Reader { kind, text: &self.text, files }, table)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
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
    detail: Option<String>,
}

/// One audience, or several of which one is enough.
#[derive(Clone, Debug, Deserialize)]
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

/// Reads the table of one kind.
struct Reader<'r> {
    kind: Kind,
    text: &'r PolicyText,
    files: &'r dyn Files,
}

impl Reader<'_> {
    fn refuse(&self, member: &str, what: &str) -> ConfigError {
        self.text.refuse(self.kind.name(), member, &what)
    }

    fn foreign(&self, member: &str) -> ConfigError {
        self.refuse(member, "does not apply to this kind")
    }

    fn within<T>(&self, member: &str, result: Result<T, ConfigError>) -> Result<T, ConfigError> {
        self.text.within(self.kind.name(), member, result)
    }

    fn trust(&self, table: &Table) -> Result<TrustTerms, ConfigError> {
        let table = TrustTable {
            trust: &table.trust,
            intermediates: &table.intermediates,
            trust_policy: table.trust_policy.as_deref(),
            domain: table.domain.as_deref(),
            organization: table.organization.as_deref(),
            any_organization: table.any_organization,
            level: table.level.as_deref(),
            lenient: &table.lenient,
        };
        TrustTerms::of_table(&table, self.text.folder())
            .map_err(|(member, what)| self.refuse(member, &what))
    }

    fn secret(&self, table: &Table) -> Result<Option<ServerSecret>, ConfigError> {
        let Some(path) = &table.server_secret else { return Ok(None) };
        let secret = read_server_secret(self.files, &self.text.folder().join(path));
        self.within(Member::ServerSecret.name(), secret).map(Some)
    }

    fn keys(&self, table: &Table, limits: &Limits) -> Result<JwkSet, ConfigError> {
        let mut all = JwkSet::default();
        for (member, paths) in [("jwks", &table.jwks), ("keys", &table.keys)] {
            for path in paths {
                let path = self.text.folder().join(path);
                let keys = read_key_file(self.files, &path, limits);
                all.extend(self.within(member, keys)?);
            }
        }
        Ok(all)
    }

    fn overrides(&self, table: &Table) -> Result<Overrides, ConfigError> {
        let at = table.at.as_ref().map(parse_moment).transpose();
        let at = at.map_err(|error| self.refuse("at", &error))?;
        let leeway = Leeway::from_seconds(table.leeway.unwrap_or_default())
            .ok_or_else(|| self.refuse("leeway", "must be at most 300 seconds"))?;
        if let Some(member) = table.opt_ins().find(|(member, _)| !self.kind.takes(*member)) {
            return Err(self.foreign(member.1));
        }
        let given = table.given();
        if let Some((first, second)) = given.two() {
            let what = format!("cannot be combined with `{first}`");
            return Err(self.refuse(second, &what));
        }
        let binding = given.load(self.text.folder(), self.files);
        let binding = self.within(given.name().unwrap_or_default(), binding)?;
        let algorithm = table.alg.as_deref().map(parse_algorithm).transpose();
        let previous_hash = table.previous_hash.as_deref().map(parse_previous_hash).transpose();
        let overrides = Overrides {
            at,
            leeway: Some(leeway),
            rsa_1024: table.allow_rsa_1024.then_some(Rsa1024::Allow),
            algorithm: algorithm.map_err(|error| self.refuse("alg", &error))?,
            binding,
            unbound: given.unbound(),
            names: Names {
                issuer: table.issuer.clone(),
                audiences: table.audience.clone().into(),
                subject: table.subject.clone(),
                nonce: table.nonce.clone(),
                typ: table.typ.clone(),
                scopes: table.scope.clone(),
            },
            longest_life: table.longest_life,
            no_expiry: table.allow_no_exp.then_some(NoExpiry::Allow),
            previous_hash: previous_hash.map_err(|error| self.refuse("previous-hash", &error))?,
            span: table.span,
            mixed: table.deny_mixed.then_some(Mixed::Deny),
            window: table.timestamp_window,
        };
        match self.kind.unused(&overrides, &table.trusted()).first() {
            Some(member) => Err(self.foreign(member)),
            None => Ok(overrides),
        }
    }
}

impl Table {
    /// Names the keys and opt-ins that are given.
    fn opt_ins(&self) -> impl Iterator<Item = (Member, &'static str)> {
        let given = [
            (Member::ServerSecret, "server-secret", self.server_secret.is_some()),
            (Member::Keys, "jwks", !self.jwks.is_empty()),
            (Member::Keys, "keys", !self.keys.is_empty()),
            (Member::AllowRsa1024, "allow-rsa-1024", self.allow_rsa_1024),
            (Member::Alg, "alg", self.alg.is_some()),
            (Member::Unbound, "unbound", self.unbound),
            (Member::AllowNoExp, "allow-no-exp", self.allow_no_exp),
        ];
        let given = given.into_iter().filter(|(.., given)| *given);
        given.map(|(member, name, _)| (member, name))
    }

    /// Names the members about trust that are given.
    fn trusted(&self) -> Vec<Member> {
        let given = [
            (Member::Trust, !self.trust.is_empty()),
            (Member::Intermediates, !self.intermediates.is_empty()),
            (Member::TrustPolicy, self.trust_policy.is_some()),
            (Member::Domain, self.domain.is_some()),
            (Member::Organization, self.organization.is_some()),
            (Member::AnyOrganization, self.any_organization),
            (Member::Level, self.level.is_some()),
            (Member::Lenient, !self.lenient.is_empty()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(member, _)| member).collect()
    }

    fn given(&self) -> Given<'_> {
        Given {
            document: self.document.as_deref(),
            hash: self.hash.as_deref(),
            request: self.request.as_deref(),
            unbound: self.unbound,
        }
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

/// The four ways to say what a DVS certificate or signature must be about.
#[derive(Clone, Copy, Debug)]
struct Given<'a> {
    document: Option<&'a Path>,
    hash: Option<&'a str>,
    request: Option<&'a Path>,
    unbound: bool,
}

impl Given<'_> {
    fn unbound(&self) -> Option<Unbound> {
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
    fn load(&self, folder: &Path, files: &dyn Files) -> Result<Option<Binding>, ConfigError> {
        Ok(if let Some(hash) = self.hash {
            Some(Binding::Hash(hash.into()))
        } else if let Some(path) = self.document {
            // The caller's own document, so there is no limit on it.
            let path = folder.join(path);
            let document = files.read(&path, usize::MAX);
            let document = document.map_err(|error| ConfigError::file(&path, error))?;
            Some(Binding::document(&document))
        } else if let Some(path) = self.request {
            let path = folder.join(path);
            let request = Binding::request(&read_configuration(files, &path)?);
            Some(request.map_err(|error| ConfigError::file(&path, error))?)
        } else {
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Disk;
    use crate::kind::Keys;
    use crate::kinds::{device, dvs_certificate, dvs_signature, jws, registration, token};
    use countersign::At;
    use countersign::Time;

    /// Reads a policy of one table, that of a kind.
    fn table(text: &str, kind: Kind) -> Result<Terms, ConfigError> {
        let text = format!("[{kind}]\n{text}");
        let policy = PolicyFile::parse(Path::new("policy.toml"), text.as_bytes())?;
        if let Keys::Trust { .. } = kind.row().keys {
            policy.trust(kind)?;
        }
        policy.read(kind, &Disk, &Limits::default()).map(|(_, terms)| terms)
    }

    #[test]
    fn the_names_of_members_are_those_that_are_read() {
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
        let members = toml::from_str::<Table>("x = 1").map(|_| ()).unwrap_err();
        assert_eq!(sorted(names(members)), owned(&MEMBERS));
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
            assert_eq!(table(text, jws::KIND).ok().map(|terms| terms.at), Some(moment));
        }
        for text in ["at = true", "at = 1.5", "at = -1", "at = \"then\"", "at = 2022-04-08"] {
            assert!(table(text, jws::KIND).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_policy_cannot_mean_is_refused() {
        let previous_hash = format!("previous-hash = \"{}\"", "00".repeat(32));
        for (text, kind) in [
            ("hash = \"00\"\nunbound = true", dvs_certificate::KIND),
            ("hash = \"00\"", jws::KIND),
            ("unbound = true", registration::KIND),
            ("issuer = \"a\"", dvs_certificate::KIND),
            ("subject = \"a\"", dvs_certificate::KIND),
            ("issuer = \"a\"", dvs_signature::KIND),
            ("allow-rsa-1024 = true", dvs_signature::KIND),
            ("keys = [\"no-such-file.json\"]", dvs_signature::KIND),
            ("alg = \"RS256\"", dvs_signature::KIND),
            ("alg = \"RS256\"", device::DATA),
            ("alg = \"HS256\"", jws::KIND),
            ("alg = \"none\"", jws::KIND),
            ("alg = \"ps256\"", jws::KIND),
            ("server-secret = \"no-such-file\"", jws::KIND),
            ("unbound = true", token::ID),
            ("previous-hash = \"00\"", device::CAPTURE),
            (&previous_hash, device::DATA),
            (&previous_hash, jws::KIND),
            ("organization = \"a\"", jws::KIND),
            ("organization = \"a\"", device::DIGITAL_ID),
            ("lenient = [\"x5c-encoding\"]", dvs_certificate::KIND),
            ("leeway = 301", jws::KIND),
            ("leeway = -1", jws::KIND),
            ("leeways = 1", jws::KIND),
            ("allow_rsa_1024 = true", jws::KIND),
            ("jwks = \"not-an-array.json\"", jws::KIND),
            ("jwks = [\"no-such-file.json\"]", jws::KIND),
        ] {
            assert!(table(text, kind).is_err(), "{text}");
        }
        assert!(table(&previous_hash, device::CAPTURE).is_ok());
        assert!(table("unbound = true", jws::KIND).is_ok());
        let terms = table("alg = \"PS256\"", jws::KIND).unwrap();
        assert_eq!(terms.policy.algorithm(), Some(countersign::Algorithm::Ps256));
        assert!(table("organization = \"a\"", device::DATA).is_ok());
        assert!(PolicyFile::parse(Path::new("policy.toml"), b"[jwt]").is_err());
    }

    #[test]
    fn later_words_override_earlier_ones_member_by_member() {
        let terms = table("leeway = 5\nissuer = \"a\"\nsubject = \"s\"", jws::KIND).unwrap();
        let expected =
            |issuer: &str| countersign::jose::jws::Expected::unbound().issuer(issuer).subject("s");
        assert_eq!(terms.names.jws(), expected("a"));
        let names = Names { issuer: Some("b".into()), ..Names::default() };
        let terms = terms.with(&Overrides { names, ..Overrides::default() });
        assert_eq!(terms.names.jws(), expected("b"));
        assert_eq!(terms.policy.leeway().seconds(), 5);
        assert_eq!(terms.policy.rsa_1024(), Rsa1024::Deny);
    }
}
