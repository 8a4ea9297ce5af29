//! What decides about one item, but for the keys: times, opt-ins and expectations.

use countersign::encoding::hex;
use countersign::jose::jws;
use countersign::miracl::dvs::{self, SignatureRequest};
use countersign::miracl::token;
use countersign::mosip::Window;
use countersign::mosip::sbi::Mixed;
use countersign::{Algorithm, Error, Leeway, Limits, Policy, Rsa1024, sha256};

use crate::member::Member;
use crate::moment::Moment;

/// The terms of a run, a policy table or a record; `None` changes nothing.
///
/// An expectation that does not apply to a kind fails every item of that kind.
///
/// ```
/// use countersign_audit::{Names, Overrides, Unbound};
///
/// let names = Names { issuer: Some("https://issuer.example".into()), ..Names::default() };
/// let overrides = Overrides { names, unbound: Some(Unbound::Allow), ..Overrides::default() };
/// assert_eq!(overrides.leeway, None);
/// ```
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Overrides {
    /// The time of judgement.
    pub at: Option<Moment>,
    /// The allowed clock skew.
    pub leeway: Option<Leeway>,
    /// Whether RSA keys of exactly 1024 bits are accepted.
    pub rsa_1024: Option<Rsa1024>,
    /// The algorithm for keys that state none.
    pub algorithm: Option<Algorithm>,
    /// What a DVS certificate or signature must be about.
    pub binding: Option<Binding>,
    /// Whether an artefact may be unbound.
    pub unbound: Option<Unbound>,
    /// The expected values of a JWT's registered claims.
    pub names: Names,
    /// Whether a JWS that never expires is accepted.
    pub no_expiry: Option<NoExpiry>,
    /// The longest accepted life of a MIRACL Trust token, in seconds.
    pub longest_life: Option<u32>,
    /// The hash that a chain of captures continues from: see [`parse_previous_hash`].
    pub previous_hash: Option<String>,
    /// The longest accepted time between the captures of one answer, in seconds.
    pub span: Option<u32>,
    /// Whether captures of one answer may differ in signer or transaction.
    pub mixed: Option<Mixed>,
    /// The longest accepted distance of a signed time from the time of judgement, in seconds.
    pub window: Option<u32>,
}

impl Overrides {
    /// Names what is expected, each with the name of its option.
    pub(crate) fn expected(&self) -> impl Iterator<Item = (Member, &'static str)> {
        let Names { issuer, audiences, subject, nonce, typ, scopes } = &self.names;
        let several = |names: &[String], one, several| if names.len() > 1 { several } else { one };
        let binding = self.binding.as_ref().map_or(Member::Binding.name(), Binding::name);
        let given = [
            (Member::Binding, self.binding.is_some()),
            (Member::Issuer, issuer.is_some()),
            (several(audiences, Member::Audience, Member::Audiences), !audiences.is_empty()),
            (Member::Subject, subject.is_some()),
            (Member::Nonce, nonce.is_some()),
            (Member::Typ, typ.is_some()),
            (several(scopes, Member::Scope, Member::Scopes), !scopes.is_empty()),
            (Member::LongestLife, self.longest_life.is_some()),
            (Member::PreviousHash, self.previous_hash.is_some()),
            (Member::Span, self.span.is_some()),
            (Member::DenyMixed, self.mixed.is_some()),
            (Member::TimestampWindow, self.window.is_some()),
        ];
        let given = given.into_iter().filter(|(_, given)| *given).map(|(member, _)| member);
        given.map(move |member| match member {
            Member::Binding => (member, binding),
            member => (member, member.name()),
        })
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
    /// The longest accepted distance of a signed time from the time of judgement, in seconds.
    pub(crate) window: Option<u32>,
}

/// Whether a JWS that never expires is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "yes or no")]
pub enum NoExpiry {
    /// It is refused.
    #[default]
    Deny,
    /// It is accepted.
    Allow,
}

/// Whether an artefact is accepted without an expectation that binds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "yes or no")]
pub enum Unbound {
    /// It needs an expectation.
    #[default]
    Deny,
    /// It is accepted, with a warning.
    Allow,
}

/// What a DVS certificate or signature must be about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binding {
    /// A document with this SHA-256, in hexadecimal: see [`Binding::document`].
    Document(String),
    /// The signed hash, in hexadecimal.
    Hash(String),
    /// The request to `/dvs/verify`, by its hash and its timestamp.
    Request(SignatureRequest),
}

impl Binding {
    /// Binds to a document, by its SHA-256.
    ///
    /// ```
    /// use countersign_audit::Binding;
    ///
    /// let Binding::Document(hash) = Binding::document(b"") else { unreachable!() };
    /// assert!(hash.starts_with("e3b0c442"));
    /// ```
    #[must_use]
    pub fn document(document: &[u8]) -> Self {
        Self::Document(hex::encode(&sha256(document)))
    }

    /// Binds to a request to `/dvs/verify`.
    ///
    /// # Errors
    ///
    /// The errors of a malformed request.
    pub fn request(body: &[u8]) -> Result<Self, Error> {
        SignatureRequest::parse(body, &Limits::default()).map(Self::Request)
    }

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

    pub(crate) fn expected(&self) -> dvs::Expected {
        match self {
            Self::Document(hash) | Self::Hash(hash) => dvs::Expected::hash(hash.as_str()),
            Self::Request(request) => dvs::Expected::request(request),
        }
    }
}

/// The expected values of a JWT's registered claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Names {
    /// `iss`.
    pub issuer: Option<String>,
    /// `aud`: the token must have one of them. For a DVS signature, its project.
    pub audiences: Vec<String>,
    /// `sub`. For a DVS signature, its user.
    pub subject: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// `typ` of the header.
    pub typ: Option<String>,
    /// All of them must be granted.
    pub scopes: Vec<String>,
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
    pub(crate) fn token(&self) -> Result<token::Expected, Missing> {
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
    pub(crate) fn complete(&self) -> Result<(), Missing> {
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

    /// Returns what an artefact must be about.
    pub(crate) fn binding(&self) -> Result<dvs::Expected, Missing> {
        match (&self.binding, self.unbound) {
            (Some(binding), _) => Ok(binding.expected()),
            (None, Unbound::Allow) => Ok(dvs::Expected::unbound()),
            (None, Unbound::Deny) => Err(Missing("hash")),
        }
    }

    pub(crate) fn window(&self) -> Option<Window> {
        self.window.map(Window::symmetric)
    }
}

/// Parses a hash of a chain of captures: SHA-256 in hexadecimal.
///
/// # Errors
///
/// The text is anything else.
///
/// ```
/// use countersign_audit::parse_previous_hash;
///
/// assert_eq!(parse_previous_hash(&"ab".repeat(32)), Ok("AB".repeat(32)));
/// assert!(parse_previous_hash("ab").is_err());
/// ```
pub fn parse_previous_hash(text: &str) -> Result<String, String> {
    let digest = hex::decode(text).ok().filter(|digest| digest.len() == 32);
    let digest = digest.ok_or("must be 64 hexadecimal digits")?;
    // Letter case makes no difference.
    Ok(hex::encode(&digest).to_ascii_uppercase())
}

/// Parses the name of a public-key algorithm.
///
/// # Errors
///
/// There is no such algorithm.
///
/// ```
/// use countersign::Algorithm;
/// use countersign_audit::parse_algorithm;
///
/// assert_eq!(parse_algorithm("PS256"), Ok(Algorithm::Ps256));
/// assert!(parse_algorithm("HS256").is_err(), "not a public-key algorithm");
/// ```
pub fn parse_algorithm(text: &str) -> Result<Algorithm, String> {
    let known = text.parse().ok().filter(|algorithm| *algorithm != Algorithm::Hs256);
    let names = "ES256, PS256, PS384, PS512, RS256, RS384 or RS512";
    known.ok_or_else(|| format!("must be one of {names}"))
}
