//! What decides about one item, but for the keys: times, opt-ins and expectations.

use std::path::Path;

use countersign::jose::jws;
use countersign::miracl::dvs::{self, SignatureRequest, signature};
use countersign::miracl::token;
use countersign::mosip::sbi::Mixed;
use countersign::mosip::{Window, registration};
use countersign::{Algorithm, Leeway, Limits, Policy, Rsa1024};

use crate::args::VerifyArgs;
use crate::config::{Given, Moment};
use crate::device;
use crate::exit::Stop;
use crate::kind::Kind;
use crate::plan::Expected;

/// The name of the expectation of a greatest age.
pub(crate) const TIMESTAMP_WINDOW: &str = "timestamp-window";

/// What the command line or one record says; `None` leaves things as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) at: Option<Moment>,
    pub(crate) leeway: Option<Leeway>,
    pub(crate) rsa_1024: Option<Rsa1024>,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) binding: Option<Binding>,
    pub(crate) unbound: Option<Unbound>,
    pub(crate) names: Names,
    pub(crate) no_expiry: Option<NoExpiry>,
    pub(crate) longest_life: Option<u32>,
    pub(crate) previous_hash: Option<String>,
    pub(crate) span: Option<u32>,
    pub(crate) mixed: Option<Mixed>,
    pub(crate) window: Option<u32>,
    /// What is said about trust that [`TrustTerms`] knows, as far as a kind can miss it.
    pub(crate) trust: Vec<&'static str>,
}

impl Overrides {
    pub(crate) fn from_args(args: &VerifyArgs) -> Result<Self, Stop> {
        let given = Given::from(&args.binding);
        Ok(Self {
            at: args.at,
            leeway: args.leeway,
            rsa_1024: args.allow_rsa_1024.then_some(Rsa1024::Allow),
            algorithm: args.alg,
            binding: given.load(Path::new(""))?,
            unbound: given.unbound(),
            names: Names {
                issuer: args.issuer.clone(),
                audiences: args.audience.clone(),
                subject: args.subject.clone(),
                nonce: args.nonce.clone(),
                typ: args.typ.clone(),
                scopes: args.scope.clone(),
            },
            no_expiry: args.allow_no_exp.then_some(NoExpiry::Allow),
            longest_life: args.longest_life,
            previous_hash: args.previous_hash.clone(),
            span: args.span,
            mixed: args.deny_mixed.then_some(Mixed::Deny),
            window: args.timestamp_window,
            trust: args.trust.expectations(),
        })
    }

    /// Names what is expected that a verifier of this kind does not look at. A verdict without it
    /// would let a reader believe that it was checked.
    pub(crate) fn unused(&self, kind: Kind) -> Vec<&'static str> {
        let is_dvs = kind.is_dvs();
        let is_jwt = matches!(kind, Kind::Jws | Kind::Token(_));
        let is_named = is_jwt || kind == Kind::DvsSignature;
        let Names { issuer, audiences, subject, nonce, typ, scopes } = &self.names;
        let takes_audiences = match audiences.len() {
            0 | 1 => is_named,
            _ => kind == Kind::Jws,
        };
        let takes_scopes = match kind {
            Kind::Token(_) => true,
            Kind::DvsSignature => scopes.len() <= 1,
            _ => false,
        };
        let binding = self.binding.as_ref().map_or("hash", Binding::name);
        let mut unused: Vec<_> = [
            (binding, self.binding.is_some(), is_dvs),
            ("issuer", issuer.is_some(), is_jwt),
            ("audience", !audiences.is_empty(), takes_audiences),
            ("subject", subject.is_some(), is_named),
            ("nonce", nonce.is_some(), is_jwt),
            ("typ", typ.is_some(), kind == Kind::Jws),
            ("scope", !scopes.is_empty(), takes_scopes),
            ("longest-life", self.longest_life.is_some(), matches!(kind, Kind::Token(_))),
            ("previous-hash", self.previous_hash.is_some(), kind.is_capture()),
            ("span", self.span.is_some(), kind.is_capture()),
            ("deny-mixed", self.mixed.is_some(), kind.is_capture()),
            (TIMESTAMP_WINDOW, self.window.is_some(), kind.has_age()),
        ]
        .into_iter()
        .filter(|(_, given, applies)| *given && !*applies)
        .map(|(name, ..)| name)
        .collect();
        let applies = |name: &str| match kind {
            Kind::Device(device) => device.looks_at(name),
            _ => false,
        };
        unused.extend(self.trust.iter().filter(|name| !applies(name)));
        unused
    }
}

/// Everything but the keys that decides about one item.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) at: Moment,
    pub(crate) policy: Policy,
    pub(crate) binding: Option<Binding>,
    pub(crate) unbound: Unbound,
    pub(crate) names: Names,
    pub(crate) no_expiry: NoExpiry,
    pub(crate) longest_life: Option<u32>,
    pub(crate) previous_hash: Option<String>,
    pub(crate) span: Option<u32>,
    pub(crate) mixed: Mixed,
    /// How many seconds a signed time may be from the time of judgement.
    pub(crate) window: Option<u32>,
}

/// Whether a JWS is accepted that never expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NoExpiry {
    #[default]
    Deny,
    Allow,
}

/// Whether an artefact is accepted that nothing binds to what the caller knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unbound {
    #[default]
    Deny,
    Allow,
}

/// What a DVS certificate or signature must be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// A document with this SHA-256.
    Document(String),
    Hash(String),
    Request(SignatureRequest),
}

impl Binding {
    /// Returns the name of its option.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Document(_) => "document",
            Self::Hash(_) => "hash",
            Self::Request(_) => "request",
        }
    }

    /// Returns the hash that has to be signed.
    pub(crate) fn hash(&self) -> &str {
        match self {
            Self::Document(hash) | Self::Hash(hash) => hash,
            Self::Request(request) => request.hash(),
        }
    }

    fn expected(&self) -> dvs::Expected {
        match self {
            Self::Document(hash) | Self::Hash(hash) => dvs::Expected::hash(hash.as_str()),
            Self::Request(request) => dvs::Expected::request(request),
        }
    }
}

/// What the registered claims of a JWT are expected to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) issuer: Option<String>,
    /// One of them has to be among the token's.
    pub(crate) audiences: Vec<String>,
    pub(crate) subject: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) typ: Option<String>,
    /// Every one of them has to be granted.
    pub(crate) scopes: Vec<String>,
}

impl Names {
    /// Returns each single name, to be changed.
    pub(crate) const fn each_mut(&mut self) -> [&mut Option<String>; 4] {
        [&mut self.issuer, &mut self.subject, &mut self.nonce, &mut self.typ]
    }

    /// Returns these names, and those of the other where there is none.
    pub(crate) fn or(mut self, other: &Self) -> Self {
        let other = &mut other.clone();
        for (own, other) in self.each_mut().into_iter().zip(other.each_mut()) {
            *own = own.take().or_else(|| other.take());
        }
        for (own, other) in
            [(&mut self.audiences, &mut other.audiences), (&mut self.scopes, &mut other.scopes)]
        {
            if own.is_empty() {
                *own = core::mem::take(other);
            }
        }
        self
    }

    /// Returns what any JWT can be expected to say.
    pub(crate) fn jws(&self) -> jws::Expected {
        let Self { issuer, audiences, subject, nonce, typ, scopes: _ } = self.clone();
        let expected = jws::Expected::unbound();
        let expected = add(expected, issuer, jws::Expected::issuer);
        let expected = audiences.into_iter().fold(expected, jws::Expected::or_audience);
        let expected = add(expected, subject, jws::Expected::subject);
        let expected = add(expected, typ, jws::Expected::typ);
        add(expected, nonce, jws::Expected::nonce)
    }

    /// Returns what a token of MIRACL Trust is expected to say.
    fn token(&self) -> Result<token::Expected, Missing> {
        let Self { issuer, audiences, subject, nonce, typ: _, scopes } = self.clone();
        let expected = token::Expected::new(
            issuer.ok_or(Missing("issuer"))?,
            audiences.into_iter().next().ok_or(Missing("audience"))?,
        );
        let expected = add(expected, subject, token::Expected::subject);
        let expected = scopes.into_iter().fold(expected, token::Expected::scope);
        Ok(add(expected, nonce, token::Expected::nonce))
    }

    /// Returns what is missing to say whose a token is, and for whom.
    fn complete(&self) -> Result<(), Missing> {
        match (&self.issuer, self.audiences.is_empty()) {
            (None, _) => Err(Missing("issuer")),
            (_, true) => Err(Missing("audience")),
            _ => Ok(()),
        }
    }
}

/// The name of something that has to be expected of a kind, and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missing(pub(crate) &'static str);

/// Adds to what is expected, if there is anything to add.
pub(crate) fn add<E, T>(expected: E, wanted: Option<T>, with: fn(E, T) -> E) -> E {
    match wanted {
        Some(wanted) => with(expected, wanted),
        None => expected,
    }
}

impl Terms {
    /// Expects nothing, and opts in to nothing, now.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            at: Moment::Now,
            policy: Policy::default().with_limits(*limits),
            binding: None,
            unbound: Unbound::Deny,
            names: Names::default(),
            no_expiry: NoExpiry::Deny,
            longest_life: None,
            previous_hash: None,
            span: None,
            mixed: Mixed::Warn,
            window: None,
        }
    }

    /// Returns these terms with what the overrides name put in place.
    pub(crate) fn with(mut self, overrides: &Overrides) -> Self {
        if let Some(at) = overrides.at {
            self.at = at;
        }
        if let Some(leeway) = overrides.leeway {
            self.policy = self.policy.with_leeway(leeway);
        }
        if let Some(rsa_1024) = overrides.rsa_1024 {
            self.policy = self.policy.with_rsa_1024(rsa_1024);
        }
        if let Some(algorithm) = overrides.algorithm {
            self.policy = self.policy.with_algorithm(algorithm);
        }
        if let Some(unbound) = overrides.unbound {
            (self.binding, self.unbound) = (None, unbound);
        }
        if let Some(binding) = &overrides.binding {
            self.binding = Some(binding.clone());
        }
        if let Some(hash) = &overrides.previous_hash {
            self.previous_hash = Some(hash.clone());
        }
        self.longest_life = overrides.longest_life.or(self.longest_life);
        self.no_expiry = overrides.no_expiry.unwrap_or(self.no_expiry);
        self.span = overrides.span.or(self.span);
        self.mixed = overrides.mixed.unwrap_or(self.mixed);
        self.window = overrides.window.or(self.window);
        self.names = overrides.names.clone().or(&self.names);
        self
    }

    /// Returns what an artefact of this kind must say, or what would have to be expected of it.
    pub(crate) fn expected(&self, kind: Kind) -> Result<Expected, Missing> {
        Ok(match kind {
            Kind::DvsCertificate => Expected::DvsCertificate(self.binding()?),
            Kind::DvsSignature => Expected::DvsSignature(self.signature()?),
            Kind::MosipRegistration => Expected::MosipRegistration(self.registration()),
            Kind::Token(token) => {
                let expected = self.names.token()?;
                let expected = add(expected, self.longest_life, token::Expected::longest_life);
                Expected::Token(token, expected)
            }
            Kind::Device(device) => {
                let (previous_hash, span) = (self.previous_hash.clone(), self.span);
                let (mixed, window) = (self.mixed, self.window());
                let expected = device::Expected { previous_hash, span, mixed, window };
                Expected::Device(device, expected)
            }
            Kind::Jws => {
                if self.unbound == Unbound::Deny {
                    self.names.complete()?;
                }
                Expected::Jws(match self.no_expiry {
                    NoExpiry::Deny => self.names.jws(),
                    NoExpiry::Allow => self.names.jws().allow_no_expiry(),
                })
            }
        })
    }

    fn binding(&self) -> Result<dvs::Expected, Missing> {
        match (&self.binding, self.unbound) {
            (Some(binding), _) => Ok(binding.expected()),
            (None, Unbound::Allow) => Ok(dvs::Expected::unbound()),
            (None, Unbound::Deny) => Err(Missing("hash")),
        }
    }

    fn registration(&self) -> registration::Expected {
        add(registration::Expected::new(), self.window(), registration::Expected::window)
    }

    fn window(&self) -> Option<Window> {
        self.window.map(Window::symmetric)
    }

    fn signature(&self) -> Result<signature::Expected, Missing> {
        let mut expected = signature::Expected::new(self.binding()?);
        if let Some(user) = &self.names.subject {
            expected = expected.user_id(user.as_str());
        }
        if let Some(project) = self.names.audiences.first() {
            expected = expected.project_id(project.as_str());
        }
        if let Some(scope) = self.names.scopes.first() {
            expected = expected.scope(scope.as_str());
        }
        Ok(add(expected, self.window, signature::Expected::max_age))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Device;
    use crate::kind::Token;

    /// Every expectation at once.
    fn everything() -> Overrides {
        let name = || Some("a".to_owned());
        Overrides {
            binding: Some(Binding::Hash("00".into())),
            unbound: Some(Unbound::Allow),
            names: Names {
                issuer: name(),
                audiences: vec!["a".into()],
                subject: name(),
                nonce: name(),
                typ: name(),
                scopes: vec!["a".into()],
            },
            longest_life: Some(1),
            previous_hash: name(),
            span: Some(1),
            mixed: Some(Mixed::Deny),
            window: Some(1),
            trust: vec!["trust-policy", "domain", "organization", "level"],
            ..Overrides::default()
        }
    }

    #[test]
    fn every_kind_names_what_it_does_not_look_at() {
        let all = [
            "hash",
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
            "trust-policy",
            "domain",
            "organization",
            "level",
        ];
        for (kind, looks_at) in [
            (Kind::DvsCertificate, &["hash"][..]),
            (Kind::DvsSignature, &["hash", "audience", "subject", "scope", "timestamp-window"]),
            (Kind::MosipRegistration, &["timestamp-window"]),
            (
                Kind::Token(Token::Id),
                &["issuer", "audience", "subject", "nonce", "scope", "longest-life"],
            ),
            (Kind::Jws, &["issuer", "audience", "subject", "nonce", "typ"]),
            (
                Kind::Device(Device::Data),
                &["timestamp-window", "trust-policy", "domain", "organization", "level"],
            ),
            (
                Kind::Device(Device::DigitalId),
                &["timestamp-window", "trust-policy", "domain", "level"],
            ),
            (
                Kind::Device(Device::Captured),
                &["timestamp-window", "trust-policy", "domain", "organization", "level"],
            ),
            (
                Kind::Device(Device::Packet),
                &["timestamp-window", "trust-policy", "domain", "organization", "level"],
            ),
            (
                Kind::Device(Device::Management),
                &["timestamp-window", "trust-policy", "domain", "organization"],
            ),
            (
                Kind::Device(Device::Capture),
                &[
                    "previous-hash",
                    "span",
                    "deny-mixed",
                    "timestamp-window",
                    "trust-policy",
                    "domain",
                    "organization",
                    "level",
                ],
            ),
        ] {
            let mut expected = all.to_vec();
            expected.retain(|name| !looks_at.contains(name));
            assert_eq!(everything().unused(kind), expected, "{}", kind.name());
        }
        // Of several, a kind takes all or none.
        let two = || vec!["a".to_owned(), "b".to_owned()];
        let names = Names { audiences: two(), scopes: two(), ..Names::default() };
        let several = Overrides { names, ..Overrides::default() };
        for (kind, unused) in [
            (Kind::Jws, &["scope"][..]),
            (Kind::Token(Token::Access), &["audience"]),
            (Kind::DvsSignature, &["audience", "scope"]),
        ] {
            assert_eq!(several.unused(kind), unused, "{}", kind.name());
        }
        assert!(Kind::ALL.into_iter().all(|kind| Overrides::default().unused(kind).is_empty()));
    }

    #[test]
    fn what_a_kind_needs_is_named_until_it_is_expected() {
        let terms = Terms::new(&Limits::default());
        let missing = |terms: &Terms, kind| terms.expected(kind).err();
        let (jws, id) = (Kind::Jws, Kind::Token(Token::Id));
        for (kind, name) in [(Kind::DvsCertificate, "hash"), (Kind::DvsSignature, "hash")] {
            assert_eq!(missing(&terms, kind), Some(Missing(name)));
        }
        for kind in [jws, id] {
            let mut terms = terms.clone();
            assert_eq!(missing(&terms, kind), Some(Missing("issuer")));
            terms.names.issuer = Some("i".into());
            assert_eq!(missing(&terms, kind), Some(Missing("audience")));
            terms.names.audiences.push("a".into());
            assert_eq!(missing(&terms, kind), None);
        }
        let unbound = Terms { unbound: Unbound::Allow, ..terms };
        for kind in [Kind::DvsCertificate, Kind::DvsSignature, jws] {
            assert_eq!(missing(&unbound, kind), None);
        }
        // No choice of the caller's makes up for whose a token of MIRACL Trust is.
        assert_eq!(missing(&unbound, id), Some(Missing("issuer")));
    }
}
