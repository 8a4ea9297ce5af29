//! What MOSIP's devices sign: the kinds, and whose signatures are believed.
//!
//! ```text
//! policy table ── options ──► TrustTerms ── files read ──► Trust ──► verifier, one for each batch
//! ```

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use countersign::jose::Certificate;
use countersign::jose::key_file::read_certificates;
use countersign::mosip::device::Certification;
use countersign::mosip::sbi::cbeff;
use countersign::mosip::trust::{Consumer, Domain, Leniency, NoRoots, Rules, Trust, TrustStore};
use countersign::mosip::{Window, device, sbi};
use countersign::{Check, Error, Item, Limits, Policy, Report};

use crate::exit::Stop;
use crate::input::read_configuration;
use crate::kind::is_for_authentication;
use crate::policy_text::unknown;
use crate::terms::{Terms, add};

/// A kind of message that devices sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Data,
    DigitalId,
    Info,
    Capture,
    RegistrationCapture,
    /// The `data` of one biometric.
    Captured,
    /// The XML of a registration packet.
    Packet,
    Management,
}

impl Device {
    pub(crate) const ALL: [Self; 8] = [
        Self::Data,
        Self::DigitalId,
        Self::Info,
        Self::Capture,
        Self::RegistrationCapture,
        Self::Captured,
        Self::Packet,
        Self::Management,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Data => device::Verifier::KIND,
            Self::DigitalId => device::DigitalIdVerifier::KIND,
            Self::Info => sbi::InfoVerifier::KIND,
            Self::Capture => sbi::CaptureVerifier::KIND,
            Self::RegistrationCapture => sbi::RegistrationCaptureVerifier::KIND,
            Self::Captured => sbi::DataVerifier::KIND,
            Self::Packet => cbeff::Verifier::KIND,
            Self::Management => sbi::ManagementVerifier::KIND,
        }
    }

    /// Tells whether it is the answer to a capture, with hashes.
    pub(crate) const fn is_capture(self) -> bool {
        matches!(self, Self::Capture | Self::RegistrationCapture)
    }

    /// Tells whether it holds biometrics, which may have megabytes.
    pub(crate) const fn holds_biometrics(self) -> bool {
        self.is_capture() || matches!(self, Self::Captured | Self::Packet)
    }

    /// Tells whether a verifier of this kind looks at a member of [`TrustTerms`].
    pub(crate) fn looks_at(self, member: &str) -> bool {
        match member {
            // The organisation is that of whoever signs data, and a digital id alone has no data.
            ORGANIZATION => self != Self::DigitalId,
            // The level decides about digital ids.
            LEVEL => self != Self::Management,
            _ => true,
        }
    }

    /// Whose rules hold where none are named: those of who consumes such messages. Of a single
    /// `data`, what it was captured for says more: see [`Setting::for_authentication`].
    const fn consumer(self) -> Consumer {
        match self {
            Self::Capture => Consumer::Ida,
            _ => Consumer::RegistrationClient,
        }
    }
}

/// What the content of a device's message is expected to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The hash that a chain of captures goes on after.
    pub(crate) previous_hash: Option<String>,
    /// How many seconds the captures of one answer may lie apart.
    pub(crate) span: Option<u32>,
    pub(crate) mixed: sbi::Mixed,
    pub(crate) window: Option<Window>,
}

impl Expected {
    fn capture(&self) -> sbi::Expected {
        let mut expected = sbi::Expected::new().mixed(self.mixed);
        if let Some(hash) = &self.previous_hash {
            expected = expected.previous_hash(hash.as_str());
        }
        expected = add(expected, self.window, sbi::Expected::window);
        add(expected, self.span, sbi::Expected::span)
    }

    fn info(&self) -> sbi::InfoExpected {
        add(sbi::InfoExpected::new(), self.window, sbi::InfoExpected::window)
    }

    fn management(&self) -> sbi::ManagementExpected {
        add(sbi::ManagementExpected::new(), self.window, sbi::ManagementExpected::window)
    }

    fn nested(&self) -> device::Expected {
        add(device::Expected::new(), self.window, device::Expected::window)
    }
}

const DOMAIN: &str = "domain";
const ORGANIZATION: &str = "organization";
const LEVEL: &str = "level";
const LEVELS: [&str; 2] = ["L0", "L1"];

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

/// Whose signatures are believed, as options and policy say it.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TrustTerms {
    /// Device kinds: PEM certificates of authorities that are trusted for a domain (`auth`,
    /// `device`, `ftm`, `misp`), or for every domain; repeatable, replaces those of the policy
    #[arg(long = "trust", value_name = "[DOMAIN=]FILE", help_heading = "Trust")]
    roots: Vec<Roots>,

    /// Device kinds: PEM certificates between devices and authorities, as with --trust; repeatable,
    /// replaces those of the policy. They are trusted only as far as an authority issued them
    #[arg(long = "intermediates", value_name = "[DOMAIN=]FILE", help_heading = "Trust")]
    intermediates: Vec<Roots>,

    /// Device kinds: decide about trust by the rules of this consumer, or believe every signer's
    /// own certificate [default: ida for sbi-capture and for sbi-data captured for authentication, else
    /// registration-client]
    #[arg(long = "trust-policy", value_name = "NAME", value_parser = rules(), help_heading = "Trust")]
    rules: Option<TrustRules>,

    /// Device kinds: ask for this domain, where the rules leave the choice: keymanager-v1 and
    /// keymanager-v2 for everything, registration-client for digital ids
    #[arg(long, value_name = "DOMAIN", help_heading = "Trust")]
    domain: Option<Domain>,

    /// Device kinds: ask for this organisation in the certificate that signs data, as
    /// compliance-toolkit always does
    #[arg(long, value_name = "TEXT", help_heading = "Trust")]
    organization: Option<String>,

    /// compliance-toolkit: ask for no organisation, as of partners that are no device providers
    #[arg(long, conflicts_with = ORGANIZATION, help_heading = "Trust")]
    any_organization: bool,

    /// compliance-toolkit: the level of the devices, which captures do not state; device information
    /// has to state the same
    #[arg(long, value_name = "LEVEL", value_parser = LEVELS, help_heading = "Trust")]
    level: Option<String>,

    /// Device kinds: accept devices that break the format in this way, with a warning; repeatable
    #[arg(long, value_name = "NAME", value_parser = leniencies(), help_heading = "Trust")]
    lenient: Vec<Leniency>,
}

/// A file with authorities, and the domain that they are trusted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roots {
    domain: Option<Domain>,
    path: PathBuf,
}

impl Roots {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrustRules {
    Of(Consumer),
    SelfAsserted,
}

const SELF_ASSERTED: &str = "self-asserted";

impl FromStr for TrustRules {
    type Err = countersign::Error;

    fn from_str(name: &str) -> Result<Self, countersign::Error> {
        if name == SELF_ASSERTED { Ok(Self::SelfAsserted) } else { name.parse().map(Self::Of) }
    }
}

fn rule_names() -> Vec<&'static str> {
    let names = Consumer::ALL.iter().map(|consumer| consumer.as_str());
    names.chain([SELF_ASSERTED]).collect()
}

fn domain_names() -> Vec<&'static str> {
    Domain::ALL.iter().map(|domain| domain.as_str()).collect()
}

fn leniency_names() -> Vec<&'static str> {
    Leniency::ALL.iter().map(|leniency| leniency.as_str()).collect()
}

fn rules() -> impl TypedValueParser<Value = TrustRules> {
    PossibleValuesParser::new(rule_names()).try_map(|name| name.parse::<TrustRules>())
}

fn leniencies() -> impl TypedValueParser<Value = Leniency> {
    PossibleValuesParser::new(leniency_names()).try_map(|name| name.parse::<Leniency>())
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
    /// Reads the members of a policy table; its files are relative to a folder.
    pub(crate) fn of_table(
        table: &TrustTable<'_>,
        folder: &Path,
    ) -> Result<Self, (&'static str, String)> {
        let files = |names: &[String]| {
            let roots = names.iter().map(|name| Roots::named(name));
            roots.map(|roots| Roots { path: folder.join(&roots.path), ..roots }).collect()
        };
        let rules = table.trust_policy.map(|name| known("trust-policy", name, &rule_names()));
        let domain = table.domain.map(|name| known(DOMAIN, name, &domain_names()));
        let lenient = table.lenient.iter().map(|name| known("lenient", name, &leniency_names()));
        if table.any_organization && table.organization.is_some() {
            return Err((ANY_ORGANIZATION, "goes with no `organization`".into()));
        }
        if let Some(level) = table.level.filter(|level| !LEVELS.contains(level)) {
            return Err((LEVEL, unknown("level", level, &LEVELS)));
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
    pub(crate) fn expectations(&self) -> Vec<&'static str> {
        let given = [
            ("trust-policy", matches!(self.rules, Some(TrustRules::Of(_)))),
            (DOMAIN, self.domain.is_some()),
            (ORGANIZATION, self.organization.is_some()),
            (LEVEL, self.level.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }

    /// Names what these terms of the command line say without naming rules, and those of this kind do
    /// not look at. It may be meant for other kinds of the run.
    fn in_vain(&self, table: &Self, kind: Device) -> Vec<&'static str> {
        let consumer = match (self.rules, table.rules) {
            (Some(_), _) | (None, Some(TrustRules::SelfAsserted)) => return Vec::new(),
            (None, Some(TrustRules::Of(consumer))) => consumer,
            (None, None) => kind.consumer(),
        };
        let is_toolkit = consumer == Consumer::ComplianceToolkit;
        let given = [
            (DOMAIN, self.domain.is_some() && !leaves_domain(consumer)),
            (LEVEL, self.level.is_some() && !is_toolkit),
            (ANY_ORGANIZATION, self.any_organization && !is_toolkit),
        ];
        given.into_iter().filter(|(_, in_vain)| *in_vain).map(|(name, _)| name).collect()
    }

    /// Takes members out.
    fn without(mut self, names: &[&str]) -> Self {
        self.domain = self.domain.filter(|_| !names.contains(&DOMAIN));
        self.level = self.level.filter(|_| !names.contains(&LEVEL));
        self.any_organization &= !names.contains(&ANY_ORGANIZATION);
        self
    }

    /// Overrides these terms, member by member.
    fn with(mut self, other: &Self) -> Self {
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

    /// Reads the files, and makes of everything what the library calls trust.
    fn load(&self, kind: Device, limits: &Limits) -> Result<Trust, Stop> {
        let rules = self.rules.unwrap_or(TrustRules::Of(kind.consumer()));
        let trust = match rules {
            TrustRules::SelfAsserted => {
                let files = self.roots.iter().chain(&self.intermediates).next();
                let asks = self.organization.is_some() || self.level.is_some();
                if files.is_some() || self.domain.is_some() || asks || self.any_organization {
                    return Err(Stop::Misuse(format!(
                        "{SELF_ASSERTED} believes everybody: it goes with no authority, \
                         intermediate, domain, organisation or level"
                    )));
                }
                Trust::self_asserted()
            }
            // Without any authority nothing is known of signers, as without keys of tokens.
            TrustRules::Of(consumer) => Trust::new(self.store(limits)?, self.rules(consumer)?)
                .with_no_roots(NoRoots::Undecided),
        };
        Ok(self.lenient.iter().fold(trust, |trust, leniency| trust.with_leniency(*leniency)))
    }

    fn rules(&self, consumer: Consumer) -> Result<Rules, Stop> {
        let mut rules = Rules::of(consumer);
        if let Some(domain) = self.domain {
            if !leaves_domain(consumer) {
                let what = format!("the rules of {consumer} leave no choice of domain");
                return Err(Stop::Misuse(what));
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
                format!("{member} is for the rules of {toolkit}, not for those of {consumer}");
            return Err(Stop::Misuse(what));
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
                     --any-organization for a partner that is no device provider)"
                );
                return Err(Stop::Misuse(what));
            }
            None => rules,
        })
    }

    fn store(&self, limits: &Limits) -> Result<TrustStore, Stop> {
        let mut store = TrustStore::new();
        for roots in &self.roots {
            let found = roots.read(limits)?;
            for domain in roots.domains() {
                store = store.with_roots(domain, found.iter().cloned());
            }
        }
        for between in &self.intermediates {
            let found = between.read(limits)?;
            for domain in between.domains() {
                store = store.with_intermediates(domain, found.iter().cloned());
            }
        }
        Ok(store)
    }
}

impl Roots {
    fn read(&self, limits: &Limits) -> Result<Vec<Certificate>, Stop> {
        let text = read_configuration(&self.path)?;
        read_certificates(&text, limits).map_err(|error| {
            Stop::Misuse(format!("{}: {}: {error}", self.path.display(), error.code()))
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

/// What one run verifies the messages of devices with.
#[derive(Debug)]
pub(crate) struct Devices(Vec<Setting>);

/// Whose signatures are believed for one kind, and the terms that hold where an item says nothing.
#[derive(Debug)]
struct Setting {
    kind: Device,
    trust: Trust,
    terms: Terms,
    /// What the command line expects, and the rules of this kind do not look at.
    unused: Option<&'static str>,
    /// Whose signatures are believed of a single `data` that was captured for authentication, where
    /// nothing is said about the rules: taken out of its answer, it must not be held to fewer. With
    /// it, what is expected that those rules do not look at.
    for_authentication: Option<(Trust, Option<&'static str>)>,
}

impl Devices {
    /// Makes the settings of every kind, of what its table says and the command line overrides.
    pub(crate) fn load(
        command_line: &TrustTerms,
        limits: &Limits,
        mut table: impl FnMut(Device) -> Result<(TrustTerms, Terms), Stop>,
    ) -> Result<Self, Stop> {
        let settings = Device::ALL.into_iter().map(|kind| {
            let (table, terms) = table(kind)?;
            let in_vain = command_line.in_vain(&table, kind);
            let trust = table.with(&command_line.clone().without(&in_vain));
            // That no organisation is asked for expects nothing.
            let unused = in_vain.into_iter().find(|name| *name != ANY_ORGANIZATION);
            let for_authentication = match (kind, trust.rules) {
                (Device::Captured, None) => {
                    // The rules of these leave no choice of domain.
                    let unused = trust.domain.map(|_| DOMAIN);
                    let trust = trust.clone().without(&[DOMAIN]);
                    Some((trust.load(Device::Capture, limits)?, unused))
                }
                _ => None,
            };
            let trust = trust.load(kind, limits)?;
            Ok(Setting { kind, trust, terms, unused, for_authentication })
        });
        settings.collect::<Result<_, Stop>>().map(Self)
    }

    pub(crate) fn terms(&self, kind: Device) -> Option<&Terms> {
        self.setting(kind).map(|setting| &setting.terms)
    }

    /// Names what the command line expects and the rules of this kind do not look at.
    pub(crate) fn unused(&self, kind: Device) -> Option<&'static str> {
        self.setting(kind)?.unused
    }

    fn setting(&self, kind: Device) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.kind == kind)
    }

    /// Explains artefacts of one kind under one policy.
    pub(crate) fn explain(
        &self,
        kind: Device,
        policy: Policy,
        items: &[Item<'_, Expected>],
    ) -> Vec<Report> {
        let trust = self.setting(kind).map_or_else(
            || {
                let rules = Rules::of(kind.consumer());
                Trust::new(TrustStore::new(), rules).with_no_roots(NoRoots::Undecided)
            },
            |setting| setting.trust.clone(),
        );
        match kind {
            Device::Data => {
                let verifier = device::Verifier::new(trust, policy);
                explain_as(items, Expected::nested, |i| verifier.explain_batch(i))
            }
            Device::DigitalId => {
                let verifier = device::DigitalIdVerifier::new(trust, policy);
                explain_as(items, Expected::nested, |i| verifier.explain_batch(i))
            }
            Device::Info => {
                let verifier = sbi::InfoVerifier::new(trust, policy);
                explain_as(items, Expected::info, |i| verifier.explain_batch(i))
            }
            Device::Capture => {
                let verifier = sbi::CaptureVerifier::new(trust, policy);
                explain_as(items, Expected::capture, |i| verifier.explain_batch(i))
            }
            Device::RegistrationCapture => {
                let verifier = sbi::RegistrationCaptureVerifier::new(trust, policy);
                explain_as(items, Expected::capture, |i| verifier.explain_batch(i))
            }
            Device::Captured => {
                let of_auth = self.setting(kind).and_then(|one| one.for_authentication.clone());
                let of_auth =
                    of_auth.map(|(trust, unused)| (sbi::DataVerifier::new(trust, policy), unused));
                let verifier = sbi::DataVerifier::new(trust, policy);
                // No signatures of these are verified together, so each may have its own verifier.
                let explain = |item: &Item<'_, sbi::Expected>| match &of_auth {
                    Some((of_auth, unused))
                        if is_for_authentication(item.input, policy.limits()) =>
                    {
                        let mut report = of_auth.explain(item.input, item.expected, item.at);
                        if let Some(expectation) = *unused {
                            let error = Error::ExpectationUnused { expectation };
                            let detail = error.to_string();
                            report.refuse(Check::EXPECTATIONS, error, detail);
                        }
                        report
                    }
                    _ => verifier.explain(item.input, item.expected, item.at),
                };
                explain_as(items, Expected::capture, |i| i.iter().map(explain).collect())
            }
            Device::Packet => {
                let verifier = cbeff::Verifier::new(trust, policy);
                explain_as(items, Expected::capture, |i| verifier.explain_batch(i))
            }
            Device::Management => {
                let verifier = sbi::ManagementVerifier::new(trust, policy);
                explain_as(items, Expected::management, |i| verifier.explain_batch(i))
            }
        }
    }
}

/// Explains items that are expected to say what the library's verifier of them calls so.
fn explain_as<E>(
    items: &[Item<'_, Expected>],
    make: impl Fn(&Expected) -> E,
    explain: impl FnOnce(&[Item<'_, E>]) -> Vec<Report>,
) -> Vec<Report> {
    let expected: Vec<E> = items.iter().map(|item| make(item.expected)).collect();
    let items = items.iter().zip(&expected);
    let items: Vec<_> =
        items.map(|(item, expected)| Item { input: item.input, expected, at: item.at }).collect();
    explain(&items)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let load = |terms: TrustTerms| terms.load(Device::DigitalId, &limits).is_ok();
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
