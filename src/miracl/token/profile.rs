//! What the kinds of token have in common, and what keeps them apart.
//!
//! ```text
//! token ── structure, key, signature ──► claims ── kind ──► issuer, audience, times ── own checks ──► verified
//! ```

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use super::expected::Expected;
use crate::crypto::{Algorithm, Job};
use crate::encoding::json::{self, Document, Value};
use crate::error::{Error, shorten};
use crate::jose::claims::{
    Claims, check_claims, check_life, check_remaining_life, check_start, contains_audience,
    fail_unjudged, hint_at_value, is_media_type,
};
use crate::jose::{
    Header, HeaderCache, JwkSet, KeySource, Keys, NO_TIME, Opened, authenticate, check_certificate,
    open,
};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::report::{Check, Claims as Shown, KeyInfo, Trail};
use crate::time::Time;
use crate::verify::{self, Format, Item, Next, Proven, Steps};

pub(super) const PART: &str = "payload";

/// Claims that mark a kind. A token that has the mark of another kind is refused, whoever signed
/// it, and every kind but the authentication token requires at least one of its own. So no token
/// is of two kinds.
///
/// `cAt` is the mark of a DVS certificate, which is the same JWS by a key of the same service.
pub(in crate::miracl) const MARKS: [&str; 8] =
    ["amr", "nonce", "cid", "scp", "scope", "projectID", "events", "cAt"];

/// The check of what a token grants.
impl Check {
    /// Every expected scope was granted.
    pub const SCOPE: Self = Self::new("scope", "RFC 6749 §3.3");
}

/// The rules of one kind.
pub(crate) trait Profile: Copy + fmt::Debug + PartialEq + Eq {
    const KIND: &'static str;
    /// The claim that names the caller.
    const AUDIENCE: &'static str;
    /// What else every token of this kind has, beside `iss`, `sub` and `exp`.
    const REQUIRED: &'static [&'static str];
    /// Marks that a token of this kind may have.
    const OPTIONAL: &'static [&'static str];

    /// What is read from the claims beyond those of every kind.
    type Own: Clone + PartialEq + Eq;

    /// The body that the token comes in, if it comes in one.
    const BODY: Option<Body> = None;

    /// Takes the token out of the input.
    fn unwrap<'i>(trail: &mut Trail, input: &'i [u8], policy: &Policy) -> Option<Cow<'i, [u8]>> {
        match Self::BODY {
            Some(body) if input.trim_ascii_start().starts_with(b"{") => {
                body.unwrap(trail, input, policy.limits())
            }
            _ => Some(Cow::Borrowed(input)),
        }
    }

    /// Reads the claims of this kind, with their types.
    fn read(document: &Document) -> Result<Self::Own, Error>;

    /// Returns the scopes that the token grants.
    fn scopes(_: &Self::Own) -> &[String] {
        &[]
    }

    /// Checks what only this kind has.
    fn check(_: &mut Trail, _: &Document, _: &Self::Own, _: &Expected) {}
}

/// The JSON body around a token.
#[derive(Clone, Copy)]
pub(crate) struct Body {
    /// The member that holds the token.
    pub(super) member: &'static str,
    /// For reports.
    pub(super) description: &'static str,
    /// Where it is defined.
    pub(super) reference: &'static str,
}

impl Body {
    /// The answer of a token endpoint. Its other members are not signed, or are tokens of their own.
    pub(super) const fn token_answer(member: &'static str, description: &'static str) -> Self {
        Self { member, description, reference: "RFC 6749 §5.1" }
    }

    /// Takes the token out, and names what stands beside it.
    fn unwrap<'i>(
        self,
        trail: &mut Trail,
        input: &'i [u8],
        limits: &Limits,
    ) -> Option<Cow<'i, [u8]>> {
        let found = self.read(input, limits);
        let found = trail.record(Check::ENVELOPE, found, |(_, others)| match others.as_str() {
            "" => self.description.into(),
            others => format!("{}; not verified: {others}", self.description),
        });
        trail.cite(self.reference);
        found.map(|(token, _)| token)
    }

    /// Returns the token, and the names of the members beside it.
    fn read<'i>(self, input: &'i [u8], limits: &Limits) -> Result<(Cow<'i, [u8]>, String), Error> {
        const PART: &str = "body";
        let Self { member, .. } = self;
        if input.len() > limits.message_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.message_bytes() });
        }
        let body = json::parse_object(PART, input, limits)?;
        let names = body.iter().map(|(name, _)| name).filter(|name| *name != member);
        let names: Vec<String> = names.map(|name| format!("`{}`", shorten(name))).collect();
        match body.into_member(member) {
            Some(Value::String(token)) => Ok((bytes(token), names.join(", "))),
            Some(_) => Err(Error::WrongType { part: PART, member, expected: "a string" }),
            None => Err(Error::MissingMember { part: PART, member }),
        }
    }
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Verifies tokens of one kind; see the aliases in the modules of [`token`](super).
pub type Verifier<P> = verify::Verifier<TokenFormat<P>>;

/// The format of a [`Verifier`] of tokens: what all kinds have in common, with the rules of one.
#[derive(Clone, Copy, Debug)]
#[expect(private_bounds, reason = "sealed: the kinds of token are this crate's own")]
pub struct TokenFormat<P: Profile>(PhantomData<P>);

#[expect(private_bounds, reason = "sealed: the kinds of token are this crate's own")]
impl<P: Profile> Verifier<P> {
    /// Makes a verifier with the service's public keys.
    #[must_use]
    pub const fn new(keys: JwkSet, policy: Policy) -> Self {
        Self { format: TokenFormat(PhantomData), keys: Keys::Public(keys), policy }
    }

    /// Makes a verifier that takes its keys from a source at each verification.
    ///
    /// If the source has no keys, the error is [`Error::Unreachable`].
    pub fn from_source(source: impl KeySource + 'static, policy: Policy) -> Self {
        Self { format: TokenFormat(PhantomData), keys: Keys::source(source), policy }
    }
}

/// A token of one kind that passed every check. Only [`Verifier::verify`](verify::Verifier::verify)
/// makes one.
#[derive(Clone, PartialEq, Eq)]
#[expect(private_bounds, reason = "sealed: the kinds of token are this crate's own")]
pub struct Token<P: Profile>(Proven<Draft<P>>);

/// What is read from a token, whatever its kind.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Draft<P: Profile> {
    document: Document,
    subject: String,
    issued: Option<Time>,
    expiry: Time,
    key: KeyInfo,
    own: P::Own,
}

#[expect(private_bounds, reason = "sealed: the kinds of token are this crate's own")]
impl<P: Profile> Token<P> {
    /// Returns `sub`: the user's ID.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Returns `iat`, if the token has it.
    #[must_use]
    pub const fn issued_at(&self) -> Option<Time> {
        self.0.get().issued
    }

    /// Returns `exp`: the first second at which the token is expired.
    #[must_use]
    pub const fn expires_at(&self) -> Time {
        self.0.get().expiry
    }

    /// Returns every claim.
    #[must_use]
    pub const fn claims(&self) -> &Document {
        &self.0.get().document
    }

    /// Returns the key that verified it.
    #[must_use]
    pub const fn key(&self) -> &KeyInfo {
        &self.0.get().key
    }

    /// Returns what only tokens of this kind have.
    pub(super) const fn own(&self) -> &P::Own {
        &self.0.get().own
    }
}

impl<P: Profile> fmt::Debug for Token<P> {
    /// Leaves out the claims, which may hold keys and personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("kind", &P::KIND)
            .field("issued_at", &self.0.issued)
            .field("expires_at", &self.0.expiry)
            .finish_non_exhaustive()
    }
}

const CONTENT_CHECKS: [Check; 6] = [
    Check::TOKEN_KIND,
    Check::NOT_BEFORE,
    Check::EXPIRY,
    Check::ISSUER,
    Check::AUDIENCE,
    Check::LIFETIME,
];

impl<P: Profile> Format for TokenFormat<P> {
    const KIND: &'static str = P::KIND;
    type Expected = Expected;
    type Verified = Token<P>;
}

impl<P: Profile> Steps for TokenFormat<P> {
    type Keys = Keys;
    type Cache = HeaderCache;
    type Opened<'a> = (Opened<'a, 'a>, Item<'a, Expected>);
    type Draft = Draft<P>;

    fn open<'a>(
        verifier: &'a Verifier<P>,
        trail: &mut Trail,
        cache: &mut HeaderCache,
        item: Item<'a, Expected>,
    ) -> Option<Self::Opened<'a>> {
        let Verifier { keys, policy, .. } = verifier;
        let token = P::unwrap(trail, item.input, policy)?;
        let opened = open(trail, cache, token, keys, Some(Algorithm::Rs256), policy);
        if opened.is_none() {
            trail.skip(Check::CLAIMS, "token cannot be read");
            trail.skip_all(&CONTENT_CHECKS, "token cannot be read");
        }
        Some((opened?, item))
    }

    fn signature<'o>(_: &Verifier<P>, (opened, _): &'o Self::Opened<'_>) -> Option<Job<'o>> {
        opened.job()
    }

    fn judge<'a>(
        Verifier { policy, .. }: &'a Verifier<P>,
        trail: &mut Trail,
        (opened, item): Self::Opened<'a>,
        signature: Option<Result<(), Error>>,
    ) -> Option<Next<Self::Opened<'a>, Draft<P>>> {
        let authentic = authenticate(trail, opened, signature)?;
        let claims = Claims::parse(authentic.payload, policy.limits());
        let detail = |claims: &Claims| format!("{} members", claims.document.len());
        let Some(claims) = trail.record(Check::CLAIMS, claims, detail) else {
            trail.skip_all(&CONTENT_CHECKS, "claims cannot be read");
            return None;
        };
        let own = check_kind::<P>(&authentic.header, &claims.document);
        let own = trail.record(Check::TOKEN_KIND, own, |_| {
            format!("has the claims of this kind: {}", P::KIND)
        });
        let expected = item.expected;
        let (at, leeway) = (item.at.resolve(claims.issued), policy.leeway());
        let unjudged = [
            check_certificate(trail, authentic.signer, at, leeway),
            check_claims(trail, Some(&claims), &expected.jwt, item.at, leeway),
        ];
        let Claims { document, issued, expiry, .. } = claims;
        check_audience::<P>(trail, &document, &expected.audience);
        if let (Some(at), Some(issued)) = (at, issued) {
            check_start(trail, at, issued, leeway);
            trail.cite("RFC 7519 §4.1.6");
        }
        match (issued, expiry, at) {
            (Some(issued), Some(expiry), _) => {
                check_life(trail, issued, expiry, expected.longest_life);
            }
            (None, Some(expiry), Some(at)) => {
                check_remaining_life(trail, at, expiry, expected.longest_life, leeway);
            }
            (_, None, _) => trail.skip(Check::LIFETIME, "no `exp`"),
            (None, Some(_), None) => trail.skip(Check::LIFETIME, NO_TIME),
        }
        if let Some(own) = &own {
            check_scopes(trail, P::scopes(own), &expected.scopes);
            P::check(trail, &document, own, expected);
        }
        fail_unjudged(trail, &unjudged);
        let own = own?;
        let subject = document.string(PART, "sub").ok()?.into_owned();
        let key = authentic.key?;
        Some(Next::Made(Draft { document, subject, issued, expiry: expiry?, key, own }))
    }

    fn verified(draft: Proven<Draft<P>>) -> Token<P> {
        Token(draft)
    }

    fn claims(token: Token<P>) -> Shown {
        token.0.into_inner().document.into()
    }
}

/// Checks that the token is of this kind, and of no other.
fn check_kind<P: Profile>(header: &Header, claims: &Document) -> Result<P::Own, Error> {
    check_typ(header)?;
    let own = |name: &str| P::REQUIRED.contains(&name) || P::OPTIONAL.contains(&name);
    // `aud` is a mark, too, where the caller is named by another claim.
    for member in MARKS.into_iter().chain(["aud"]) {
        if !own(member) && member != P::AUDIENCE && claims.member(member).is_some() {
            return Err(Error::ContentMismatch { member });
        }
    }
    for member in ["iss", "sub", "exp", P::AUDIENCE].iter().chain(P::REQUIRED) {
        if claims.member(member).is_none() {
            return Err(Error::MissingMember { part: PART, member });
        }
    }
    P::read(claims)
}

/// [RFC 8725 §3.11]: the type of a kind of its own would be another one.
pub(in crate::miracl) fn check_typ(header: &Header) -> Result<(), Error> {
    match &header.typ {
        Some(typ) if !is_media_type(typ, "JWT") => Err(Error::ContentMismatch { member: "typ" }),
        _ => Ok(()),
    }
}

fn check_audience<P: Profile>(trail: &mut Trail, claims: &Document, wanted: &str) {
    let member = P::AUDIENCE;
    let found = match claims.member(member) {
        None => Err(Error::MissingMember { part: PART, member }),
        Some(value) if member == "aud" => contains_audience(&value, wanted),
        Some(_) => claims.string(PART, member).map(|text| text == wanted),
    };
    let found = found.and_then(|found| if found { Ok(()) } else { Err(Error::AudienceMismatch) });
    let found =
        trail.record(Check::AUDIENCE, found, |()| format!("`{member}` names {}", shorten(wanted)));
    if found.is_none() {
        hint_at_value(trail, claims, member, &[wanted.into()]);
    }
}

/// Checks that every scope that is expected was granted.
fn check_scopes(trail: &mut Trail, granted: &[String], wanted: &[String]) {
    if wanted.is_empty() {
        return;
    }
    let missing = wanted.iter().any(|scope| !granted.contains(scope));
    let result = if missing { Err(Error::ContentMismatch { member: "scope" }) } else { Ok(()) };
    trail.record(Check::SCOPE, result, |()| wanted.join(" "));
}

/// Reads an array of strings.
pub(super) fn strings(document: &Document, member: &'static str) -> Result<Vec<String>, Error> {
    let wrong = || Error::WrongType { part: PART, member, expected: "an array of strings" };
    let value = document.member(member).ok_or(Error::MissingMember { part: PART, member })?;
    let read = |element: &Value<'_>| element.as_str().map(String::from).ok_or_else(wrong);
    value.as_array().ok_or_else(wrong)?.iter().map(read).collect()
}
