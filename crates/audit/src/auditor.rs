//! From a policy and the options of a run to verifiers.
//!
//! ```text
//! policy table of a kind ── options ──► Setting (profile: verifier, terms) ── record ──► Terms of one item
//! ```
//!
//! Options override the policy member by member. What a record may do is in
//! [`tighten`](crate::tighten).

use countersign::{At, Detail, Limits, Time};

use crate::error::ConfigError;
use crate::files::Files;
use crate::kind::{Content, Keys, Kind};
use crate::kinds::{jws, token};
use crate::member::Member;
use crate::moment::Moment;
use crate::options::{Inputs, Options, Records};
use crate::policy::PolicyFile;
use crate::profile::{AnyProfile, ForAuthentication, Material};
use crate::recognise::recognise;
use crate::terms::{Overrides, Terms};

/// Judges artefacts by a policy and the options of a run: recognises each, selects its verifier,
/// and returns a report of every check.
///
/// Create it once and share it between threads. All files are read when it is created, and the
/// caller supplies the current time, so it reads nothing later.
#[derive(Debug)]
pub struct Auditor {
    settings: Vec<Setting>,
    kind: Option<Kind>,
    /// What the run asks for.
    overrides: Overrides,
    /// What it expects of whose signatures are believed.
    trust: Vec<Member>,
    /// What a token is without the marks of a kind: an authentication token, which has none, if the
    /// policy has a table for those and none for tokens of no kind.
    without_marks: Kind,
    records: Records,
    limits: Limits,
    policy_sha256: Option<[u8; 32]>,
    now: Time,
    /// How much of every report is to be written, if the run says so.
    detail: Option<Detail>,
}

/// How one kind is judged.
#[derive(Debug)]
pub(crate) struct Setting {
    kind: Kind,
    profile: Box<dyn AnyProfile>,
    /// What the run expects, and the rules of this kind do not look at.
    unused: Option<Member>,
    /// How much the policy wants of reports on this kind.
    detail: Option<Detail>,
}

impl Setting {
    pub(crate) fn profile(&self) -> &dyn AnyProfile {
        &*self.profile
    }

    /// The terms that hold where an item says nothing.
    pub(crate) fn terms(&self) -> &Terms {
        self.profile.terms()
    }
}

impl Auditor {
    /// Creates the verifiers of all kinds, and reads the files that the policy and the options
    /// name. `now` is the current time of the run.
    ///
    /// # Errors
    ///
    /// An error in the policy, in a file, or in the combination of options. If the options name a
    /// kind, also an error that would fail every artefact of this kind.
    pub fn new(
        policy: &PolicyFile,
        options: Options,
        files: &dyn Files,
        now: Time,
    ) -> Result<Self, ConfigError> {
        let limits = Limits::default();
        let settings = Kind::all().map(|kind| Setting::new(kind, policy, &options, files, &limits));
        let without_marks = match (policy.has(token::AUTH), policy.has(jws::KIND)) {
            (true, false) => token::AUTH,
            _ => jws::KIND,
        };
        let records = match options.inputs {
            Inputs::Records(records) => records,
            Inputs::Artefacts => Records::Tighten,
        };
        let auditor = Self {
            settings: settings.collect::<Result<_, _>>()?,
            kind: options.kind,
            trust: options.trust.expectations(),
            overrides: options.overrides,
            without_marks,
            records,
            limits,
            policy_sha256: policy.sha256(),
            now,
            detail: options.detail,
        };
        if let Some(setting) = options.kind.and_then(|kind| auditor.setting(kind)) {
            let unused = auditor.unused(setting.kind);
            check_kind(setting.kind, options.inputs, &unused, setting.terms())?;
        }
        Ok(auditor)
    }

    /// Names what the run expects and a verifier of this kind does not look at.
    pub(crate) fn unused(&self, kind: Kind) -> Vec<&'static str> {
        let mut unused = kind.unused(&self.overrides, &self.trust);
        let of_rules = self.setting(kind).and_then(|setting| setting.unused);
        unused.extend(of_rules.map(Member::name));
        unused
    }

    /// Tells what an artefact is, by its shape and by the policy.
    pub(crate) fn recognise(&self, artefact: &[u8]) -> Content {
        match recognise(artefact, &self.limits) {
            Content::Known(kind) if kind == jws::KIND => self.without_marks.into(),
            content => content,
        }
    }

    pub(crate) fn setting(&self, kind: Kind) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.kind == kind)
    }

    /// Tells how much is to be written of a report on this kind.
    pub(crate) fn detail(&self, kind: &str) -> Detail {
        let of_kind = || self.settings.iter().find(|setting| setting.kind.name() == kind)?.detail;
        self.detail.or_else(of_kind).unwrap_or_default()
    }

    /// Returns the time of judgement.
    pub(crate) const fn at(&self, moment: Moment) -> At {
        moment.resolve(self.now)
    }

    /// The one kind that every input is treated as, if the run names one.
    pub(crate) const fn kind(&self) -> Option<Kind> {
        self.kind
    }

    pub(crate) const fn records(&self) -> Records {
        self.records
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) const fn policy_sha256(&self) -> Option<[u8; 32]> {
        self.policy_sha256
    }
}

impl Setting {
    fn new(
        kind: Kind,
        policy: &PolicyFile,
        options: &Options,
        files: &dyn Files,
        limits: &Limits,
    ) -> Result<Self, ConfigError> {
        let row = kind.row();
        let (mut material, mut unused) = (Material::default(), None);
        let terms = |of_table: Terms| of_table.with(&options.overrides);
        let terms = match row.keys {
            Keys::Set => {
                let (keys, of_table) = policy.read(kind, files, limits)?;
                material.keys = options.keys.clone().unwrap_or(keys);
                terms(of_table)
            }
            Keys::Secret => {
                material.secret = match &options.server_secret {
                    Some(secret) => Some(secret.clone()),
                    None => policy.secret(kind, files)?,
                };
                terms(policy.read(kind, files, limits)?.1)
            }
            Keys::Trust { consumer, for_authentication } => {
                let of_table = policy.trust(kind)?;
                let (_, of_content) = policy.read(kind, files, limits)?;
                let in_vain = options.trust.in_vain(&of_table, consumer);
                let trust = of_table.with(&options.trust.clone().without(&in_vain));
                // That no organisation is asked for expects nothing.
                unused = in_vain.into_iter().find(|member| *member != Member::AnyOrganization);
                if let (Some(consumer), None) = (for_authentication, trust.rules) {
                    // The rules of these leave no choice of domain.
                    let unused = trust.domain.map(|_| Member::Domain);
                    let trust = trust.clone().without(&[Member::Domain]);
                    let trust = trust.load(consumer, files, limits)?;
                    material.for_authentication = Some(ForAuthentication { trust, unused });
                }
                material.trust = trust.load(consumer, files, limits)?;
                terms(of_content)
            }
        };
        let profile = (row.subject.open)(material, terms);
        Ok(Self { kind, profile, unused, detail: policy.detail(kind)? })
    }
}

impl Options {
    /// Refuses options with which every artefact of the named kind would fail, if there is no
    /// policy that could add to them. [`Auditor::new`] does the same, with keys and files.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Unused`] and [`ConfigError::Incomplete`].
    pub fn check_alone(&self) -> Result<(), ConfigError> {
        let Some(kind) = self.kind else { return Ok(()) };
        let terms = Terms::new(&Limits::default()).with(&self.overrides);
        let unused = kind.unused(&self.overrides, &self.trust.expectations());
        check_kind(kind, self.inputs, &unused, &terms)
    }
}

/// Refuses what is known to fail for every input of the one kind that is named.
fn check_kind(
    kind: Kind,
    inputs: Inputs,
    unused: &[&'static str],
    terms: &Terms,
) -> Result<(), ConfigError> {
    // A trusted record may be of another kind, and any record may say what the run does not.
    if let (Some(expectation), false) =
        (unused.first(), inputs == Inputs::Records(Records::Override))
    {
        return Err(ConfigError::Unused { kind, expectation });
    }
    match (kind.row().subject.missing)(terms) {
        Some(_) if inputs == Inputs::Artefacts => Err(ConfigError::Incomplete { kind }),
        _ => Ok(()),
    }
}
