//! Whose signatures of MOSIP's devices are believed.
//!
//! ```text
//! policy table ── options ──► TrustTerms ── files read ──► Trust ──► verifier, one for each kind
//! ```

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use countersign::Limits;
use countersign::jose::key_file::read_certificates;
use countersign::mosip::device::Certification;
use countersign::mosip::trust::{Consumer, Domain, Leniency, NoRoots, Rules, Trust, TrustStore};
use countersign::x509::Certificate;

use crate::error::ConfigError;
use crate::files::{Files, read_configuration};
use crate::member::Member;
use crate::policy_text::unknown;

const DOMAIN: &str = "domain";
const LEVEL: &str = "level";
const ANY_ORGANIZATION: &str = "any-organization";

/// The members of a policy table that say whose signatures are believed.
#[derive(Clone, Copy, Default)]
pub(crate) struct TrustTable<'t> {
    pub(crate) trust: &'t [String],
    pub(crate) intermediates: &'t [String],
    pub(crate) trust_policy: Option<&'t str>,
    pub(crate) domain: Option<&'t str>,
    pub(crate) organization: Option<&'t str>,
    pub(crate) any_organization: bool,
    pub(crate) level: Option<&'t str>,
    pub(crate) lenient: &'t [String],
}

/// Whose device signatures are trusted, according to options and policies. Whatever is not set
/// comes from the policy, and then from the rules of the usual consumer.
///
/// ```
/// use countersign::mosip::trust::{Consumer, Domain};
/// use countersign_audit::{Roots, TrustRules, TrustTerms};
///
/// let terms = TrustTerms {
///     roots: vec!["device=device-ca.pem".parse().expect("a name of a file")],
///     rules: Some(TrustRules::Of(Consumer::Ida)),
///     ..TrustTerms::default()
/// };
/// assert_eq!(terms.roots, [Roots::new(Some(Domain::Device), "device-ca.pem")]);
/// ```
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct TrustTerms {
    /// PEM certificates of authorities.
    pub roots: Vec<Roots>,
    /// PEM certificates between devices and authorities, trusted only if an authority issued them.
    pub intermediates: Vec<Roots>,
    /// The rules that decide trust.
    pub rules: Option<TrustRules>,
    /// The required domain, where the rules leave the choice.
    pub domain: Option<Domain>,
    /// The required organisation in the certificate that signs data.
    pub organization: Option<String>,
    /// `compliance-toolkit`: accept any organisation.
    pub any_organization: bool,
    /// `compliance-toolkit`: the level of the devices, one of [`TrustTerms::LEVELS`].
    pub level: Option<String>,
    /// The accepted deviations from the format, with a warning.
    pub lenient: Vec<Leniency>,
}

/// A file with authorities, and the domain for which they are trusted.
///
/// Its text form is `DOMAIN=FILE`, or `FILE` for every domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roots {
    domain: Option<Domain>,
    path: PathBuf,
}

impl Roots {
    /// Makes a reference to a file whose authorities are trusted for a domain, or for every domain.
    #[must_use]
    pub fn new(domain: Option<Domain>, path: impl Into<PathBuf>) -> Self {
        Self { domain, path: path.into() }
    }

    fn named(text: &str) -> Self {
        // A file may have an equals sign in its name, but then no domain before it.
        let named = text.split_once('=').and_then(|(domain, path)| {
            Some(Self { domain: Some(domain.parse().ok()?), path: path.into() })
        });
        named.unwrap_or_else(|| Self { domain: None, path: text.into() })
    }
}

impl FromStr for Roots {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::named(text))
    }
}

/// The rules that decide trust. The text form is one of [`TrustRules::names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "somebody's rules, or none")]
pub enum TrustRules {
    /// Those of a consumer of such messages.
    Of(Consumer),
    /// Accepts each signer's own certificate; no authority vouches for it.
    SelfAsserted,
}

const SELF_ASSERTED: &str = "self-asserted";

impl FromStr for TrustRules {
    type Err = countersign::Error;

    fn from_str(name: &str) -> Result<Self, countersign::Error> {
        if name == SELF_ASSERTED { Ok(Self::SelfAsserted) } else { name.parse().map(Self::Of) }
    }
}

impl TrustRules {
    /// Returns all names.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        let names = Consumer::ALL.iter().map(|consumer| consumer.as_str());
        names.chain([SELF_ASSERTED]).collect()
    }
}

fn domain_names() -> Vec<&'static str> {
    Domain::ALL.iter().map(|domain| domain.as_str()).collect()
}

fn leniency_names() -> Vec<&'static str> {
    Leniency::ALL.iter().map(|leniency| leniency.as_str()).collect()
}

/// Returns those members that are given.
fn given<const N: usize>(members: [(Member, bool); N]) -> Vec<Member> {
    members.into_iter().filter(|(_, given)| *given).map(|(member, _)| member).collect()
}

/// Reads a name of a policy's member, or says which it could have been.
fn known<T: FromStr>(
    member: &'static str,
    name: &str,
    names: &[&str],
) -> Result<T, (&'static str, String)> {
    name.parse().map_err(|_| (member, unknown("name", name, names)))
}

impl TrustTerms {
    /// The certification levels of devices.
    pub const LEVELS: [&'static str; 2] = ["L0", "L1"];

    /// Reads the members of a policy table; its files are relative to a folder.
    pub(crate) fn of_table(
        table: &TrustTable<'_>,
        folder: &Path,
    ) -> Result<Self, (&'static str, String)> {
        let files = |names: &[String]| {
            let roots = names.iter().map(|name| Roots::named(name));
            roots.map(|roots| Roots { path: folder.join(&roots.path), ..roots }).collect()
        };
        let rules =
            table.trust_policy.map(|name| known("trust-policy", name, &TrustRules::names()));
        let domain = table.domain.map(|name| known(DOMAIN, name, &domain_names()));
        let lenient = table.lenient.iter().map(|name| known("lenient", name, &leniency_names()));
        if table.any_organization && table.organization.is_some() {
            return Err((ANY_ORGANIZATION, "cannot be combined with `organization`".into()));
        }
        if let Some(level) = table.level.filter(|level| !Self::LEVELS.contains(level)) {
            return Err((LEVEL, unknown("level", level, &Self::LEVELS)));
        }
        Ok(Self {
            roots: files(table.trust),
            intermediates: files(table.intermediates),
            rules: rules.transpose()?,
            domain: domain.transpose()?,
            organization: table.organization.map(str::to_owned),
            any_organization: table.any_organization,
            level: table.level.map(str::to_owned),
            lenient: lenient.collect::<Result<_, _>>()?,
        })
    }

    /// Names what tightens who is believed. Authorities and leniencies give, and expect nothing.
    pub(crate) fn expectations(&self) -> Vec<Member> {
        given([
            (Member::TrustPolicy, matches!(self.rules, Some(TrustRules::Of(_)))),
            (Member::Domain, self.domain.is_some()),
            (Member::Organization, self.organization.is_some()),
            (Member::Level, self.level.is_some()),
        ])
    }

    /// Names what these terms of the command line say without naming rules, and those that hold do not
    /// look at: those of the table, or else of a consumer. It may be meant for other kinds of the run.
    pub(crate) fn in_vain(&self, table: &Self, consumer: Consumer) -> Vec<Member> {
        let consumer = match (self.rules, table.rules) {
            (Some(_), _) | (None, Some(TrustRules::SelfAsserted)) => return Vec::new(),
            (None, Some(TrustRules::Of(consumer))) => consumer,
            (None, None) => consumer,
        };
        let is_toolkit = consumer == Consumer::ComplianceToolkit;
        given([
            (Member::Domain, self.domain.is_some() && !leaves_domain(consumer)),
            (Member::Level, self.level.is_some() && !is_toolkit),
            (Member::AnyOrganization, self.any_organization && !is_toolkit),
        ])
    }

    /// Takes members out.
    pub(crate) fn without(mut self, members: &[Member]) -> Self {
        self.domain = self.domain.filter(|_| !members.contains(&Member::Domain));
        self.level = self.level.filter(|_| !members.contains(&Member::Level));
        self.any_organization &= !members.contains(&Member::AnyOrganization);
        self
    }

    /// Overrides these terms, member by member.
    pub(crate) fn with(mut self, other: &Self) -> Self {
        if !other.roots.is_empty() {
            self.roots.clone_from(&other.roots);
        }
        if !other.intermediates.is_empty() {
            self.intermediates.clone_from(&other.intermediates);
        }
        if !other.lenient.is_empty() {
            self.lenient.clone_from(&other.lenient);
        }
        self.rules = other.rules.or(self.rules);
        self.domain = other.domain.or(self.domain);
        if other.organization.is_some() || other.any_organization {
            self.organization.clone_from(&other.organization);
            self.any_organization = other.any_organization;
        }
        self.level = other.level.clone().or(self.level);
        self
    }

    /// Reads the files, and makes of everything what the library calls trust. Where no rules are named,
    /// those of a consumer hold.
    pub(crate) fn load(
        &self,
        consumer: Consumer,
        files: &dyn Files,
        limits: &Limits,
    ) -> Result<Trust, ConfigError> {
        let rules = self.rules.unwrap_or(TrustRules::Of(consumer));
        let trust = match rules {
            TrustRules::SelfAsserted => {
                let files = self.roots.iter().chain(&self.intermediates).next();
                let asks = self.organization.is_some() || self.level.is_some();
                if files.is_some() || self.domain.is_some() || asks || self.any_organization {
                    return Err(ConfigError::Trust(format!(
                        "{SELF_ASSERTED} accepts every signer: it cannot be combined with an \
                         authority, intermediate, domain, organisation or level"
                    )));
                }
                Trust::self_asserted()
            }
            // Without any authority nothing is known of signers, as without keys of tokens.
            TrustRules::Of(consumer) => {
                Trust::new(self.store(files, limits)?, self.rules(consumer)?)
                    .with_no_roots(NoRoots::Undecided)
            }
        };
        Ok(self.lenient.iter().fold(trust, |trust, leniency| trust.with_leniency(*leniency)))
    }

    fn rules(&self, consumer: Consumer) -> Result<Rules, ConfigError> {
        let mut rules = Rules::of(consumer);
        if let Some(domain) = self.domain {
            if !leaves_domain(consumer) {
                let what = format!("the rules of {consumer} fix the domain");
                return Err(ConfigError::Trust(what));
            }
            rules = rules.with_digital_id_domain(domain);
            if consumer != Consumer::RegistrationClient {
                rules = rules.with_data_domain(domain);
            }
        }
        let is_toolkit = consumer == Consumer::ComplianceToolkit;
        if !is_toolkit && (self.any_organization || self.level.is_some()) {
            let (toolkit, member) = (
                Consumer::ComplianceToolkit,
                if self.any_organization { ANY_ORGANIZATION } else { LEVEL },
            );
            let what =
                format!("{member} applies to the rules of {toolkit}, not to those of {consumer}");
            return Err(ConfigError::Trust(what));
        }
        if let Some(level) = &self.level {
            rules = rules.with_level(Certification::from(level.as_str()));
        }
        Ok(match &self.organization {
            Some(organization) => rules.with_organization(organization.as_str()),
            None if self.any_organization => rules.with_any_organization(),
            None if is_toolkit => {
                let what = format!(
                    "the rules of {consumer} need an organisation (--organization, or \
                     --any-organization for a partner that is not a device provider)"
                );
                return Err(ConfigError::Trust(what));
            }
            None => rules,
        })
    }

    fn store(&self, files: &dyn Files, limits: &Limits) -> Result<TrustStore, ConfigError> {
        let mut store = TrustStore::new();
        for roots in &self.roots {
            let found = roots.read(files, limits)?;
            for domain in roots.domains() {
                store = store.with_roots(domain, found.iter().cloned());
            }
        }
        for between in &self.intermediates {
            let found = between.read(files, limits)?;
            for domain in between.domains() {
                store = store.with_intermediates(domain, found.iter().cloned());
            }
        }
        Ok(store)
    }
}

impl Roots {
    fn read(&self, files: &dyn Files, limits: &Limits) -> Result<Vec<Certificate>, ConfigError> {
        let text = read_configuration(files, &self.path)?;
        read_certificates(&text, limits).map_err(|error| {
            ConfigError::file(&self.path, format_args!("{}: {error}", error.code()))
        })
    }

    fn domains(&self) -> Vec<Domain> {
        self.domain.map_or_else(|| Domain::ALL.to_vec(), |domain| vec![domain])
    }
}

/// Tells whether the rules of a consumer leave the choice of a domain: those of
/// `registration-client` for digital ids, those of keymanager for everything.
const fn leaves_domain(consumer: Consumer) -> bool {
    matches!(
        consumer,
        Consumer::RegistrationClient | Consumer::KeymanagerV1 | Consumer::KeymanagerV2
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Disk;

    #[test]
    fn a_file_may_name_its_domain() {
        for (text, domain, path) in [
            ("roots.pem", None, "roots.pem"),
            ("device=roots.pem", Some(Domain::Device), "roots.pem"),
            ("FTM=a=b.pem", Some(Domain::Ftm), "a=b.pem"),
            ("a=b.pem", None, "a=b.pem"),
        ] {
            assert_eq!(Roots::named(text), Roots { domain, path: path.into() }, "{text}");
        }
    }

    #[test]
    fn terms_that_contradict_each_other_are_refused() {
        let domain = Some(Domain::Ftm);
        let limits = Limits::default();
        let load =
            |terms: TrustTerms| terms.load(Consumer::RegistrationClient, &Disk, &limits).is_ok();
        let of = |consumer| TrustTerms {
            rules: Some(TrustRules::Of(consumer)),
            ..TrustTerms::default()
        };
        assert!(load(TrustTerms::default()));
        for (consumer, alone, with_domain) in [
            (Consumer::Ida, true, false),
            (Consumer::RegistrationClient, true, true),
            (Consumer::RegistrationProcessor, true, false),
            (Consumer::ComplianceToolkit, false, false),
            (Consumer::KeymanagerV1, true, true),
            (Consumer::KeymanagerV2, true, true),
        ] {
            assert_eq!(load(of(consumer)), alone, "{consumer}");
            assert_eq!(load(TrustTerms { domain, ..of(consumer) }), with_domain, "{consumer}");
        }
        let level = Some("L0".to_owned());
        for (any_organization, level) in [(true, None), (true, level.clone()), (false, level)] {
            let with = |rules: TrustTerms| {
                load(TrustTerms { any_organization, level: level.clone(), ..rules })
            };
            assert_eq!(with(of(Consumer::ComplianceToolkit)), any_organization);
            assert!(!with(of(Consumer::RegistrationClient)));
        }
        let asserted =
            TrustTerms { rules: Some(TrustRules::SelfAsserted), ..TrustTerms::default() };
        assert!(load(asserted.clone()));
        assert!(!load(TrustTerms { level: Some("L0".into()), ..asserted.clone() }));
        assert!(!load(TrustTerms { any_organization: true, ..asserted.clone() }));
        assert!(!load(TrustTerms { domain, ..asserted }));
    }

    #[test]
    fn the_command_line_overrides_a_table_member_by_member() {
        let lenient = ["x5c-encoding".to_owned()];
        let folder = Path::new("folder");
        let roots = ["device=a.pem".to_owned()];
        let table = TrustTable {
            trust: &roots,
            trust_policy: Some("ida"),
            lenient: &lenient,
            ..TrustTable::default()
        };
        let table = TrustTerms::of_table(&table, folder).unwrap();
        assert_eq!(table.roots[0].path, folder.join("a.pem"));
        let rules = Some(TrustRules::Of(Consumer::KeymanagerV2));
        let line = TrustTerms { rules, domain: Some(Domain::Auth), ..TrustTerms::default() };
        let both = table.with(&line);
        assert_eq!((both.rules, both.domain), (rules, Some(Domain::Auth)));
        assert_eq!((both.roots.len(), both.lenient.len()), (1, 1));
        let line = TrustTerms { any_organization: true, ..TrustTerms::default() };
        let named = TrustTerms { organization: Some("a".into()), ..TrustTerms::default() };
        let both = named.clone().with(&line);
        assert!(both.any_organization && both.organization.is_none());
        let both = line.with(&named);
        assert!(!both.any_organization && both.organization.is_some());

        let empty = TrustTable::default();
        for (wrong, table) in [
            ("trust-policy", TrustTable { trust_policy: Some("IDA"), ..empty }),
            (DOMAIN, TrustTable { domain: Some("partner"), ..empty }),
            (LEVEL, TrustTable { level: Some("l1"), ..empty }),
        ] {
            let (member, what) = TrustTerms::of_table(&table, folder).unwrap_err();
            assert_eq!(member, wrong);
            assert!(what.contains("; the nearest is `"), "{what}");
        }
        let both = TrustTable { organization: Some("a"), any_organization: true, ..empty };
        assert_eq!(TrustTerms::of_table(&both, folder).unwrap_err().0, ANY_ORGANIZATION);
    }
}
