//! What the kinds of token have in common, and what keeps them apart.
//!
//! ```text
//! token ── structure, key, signature ──► claims ── kind ──► issuer, audience, times ── own checks ──► verified
//! ```

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Expected;
use crate::batch::Item;
use crate::crypto::Algorithm;
use crate::encoding::json::{self, Document, Value};
use crate::error::{Error, shorten};
use crate::jose::jws::{
    Claims, check_claims, check_life, check_remaining_life, check_start, contains_audience,
    fail_unjudged, hint_at_value, is_media_type,
};
use crate::jose::{
    Header, HeaderCache, Keys, NO_TIME, Pending, begin, check_certificate, conclude,
};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::report::{Check, KeyInfo, Trail};
use crate::time::Time;

pub(super) const PART: &str = "payload";

/// Claims that mark a kind. A token that has the mark of another kind is refused, whoever signed
/// it, and every kind but the authentication token requires at least one of its own. So no token
/// is of two kinds.
///
/// `cAt` is the mark of a DVS certificate, which is the same JWS by a key of the same service.
pub(in crate::miracl) const MARKS: [&str; 8] =
    ["amr", "nonce", "cid", "scp", "scope", "projectID", "events", "cAt"];

/// The rules of one kind.
pub(super) trait Profile {
    const KIND: &'static str;
    /// The claim that names the caller.
    const AUDIENCE: &'static str;
    /// What else every token of this kind has, beside `iss`, `sub` and `exp`.
    const REQUIRED: &'static [&'static str];
    /// Marks that a token of this kind may have.
    const OPTIONAL: &'static [&'static str];

    /// What is read from the claims beyond those of every kind.
    type Own;

    /// The body that the token comes in, if it comes in one.
    const BODY: Option<Body> = None;

    /// Takes the token out of the input.
    fn unwrap<'i>(
        trail: &mut impl Trail,
        input: &'i [u8],
        policy: &Policy,
    ) -> Option<Cow<'i, [u8]>> {
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
    fn check(_: &mut impl Trail, _: &Document, _: &Self::Own, _: &Expected) {}
}

/// The JSON body around a token.
#[derive(Clone, Copy)]
pub(super) struct Body {
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
        trail: &mut impl Trail,
        input: &'i [u8],
        limits: &Limits,
    ) -> Option<Cow<'i, [u8]>> {
        let found = self.read(input, limits);
        let found = trail.record(Check::Envelope, found, |(_, others)| match others.as_str() {
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

/// A verified token, whatever its kind.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token<Own> {
    pub(super) document: Document,
    pub(super) subject: String,
    pub(super) issued: Option<Time>,
    pub(super) expiry: Time,
    pub(super) key: KeyInfo,
    pub(super) own: Own,
}

const CONTENT_CHECKS: [Check; 6] = [
    Check::TokenKind,
    Check::NotBefore,
    Check::Expiry,
    Check::Issuer,
    Check::Audience,
    Check::Lifetime,
];

/// Runs every check before the signature.
pub(super) fn begin_token<'p>(
    trail: &mut impl Trail,
    cache: &mut HeaderCache,
    token: Cow<'p, [u8]>,
    keys: &'p Keys,
    policy: &Policy,
) -> Option<Pending<'p, 'p>> {
    let pending = begin(trail, cache, token, keys, Some(Algorithm::Rs256), policy);
    if pending.is_none() {
        trail.skip(Check::Claims, "token cannot be read");
        trail.skip_all(&CONTENT_CHECKS, "token cannot be read");
    }
    pending
}

/// Runs every check from the signature on.
pub(super) fn conclude_token<P: Profile>(
    trail: &mut impl Trail,
    pending: Pending<'_, '_>,
    item: Item<'_, Expected>,
    verified: Option<Result<(), Error>>,
    policy: &Policy,
) -> Option<Token<P::Own>> {
    let authentic = conclude(trail, pending, verified)?;
    let claims = Claims::parse(authentic.payload, policy.limits());
    let detail = |claims: &Claims| format!("{} members", claims.document.len());
    let Some(claims) = trail.record(Check::Claims, claims, detail) else {
        trail.skip_all(&CONTENT_CHECKS, "claims cannot be read");
        return None;
    };
    let own = check_kind::<P>(&authentic.header, &claims.document);
    let own = trail
        .record(Check::TokenKind, own, |_| format!("has the claims of this kind: {}", P::KIND));
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
        (_, None, _) => trail.skip(Check::Lifetime, "no `exp`"),
        (None, Some(_), None) => trail.skip(Check::Lifetime, NO_TIME),
    }
    if let Some(own) = &own {
        check_scopes(trail, P::scopes(own), &expected.scopes);
        P::check(trail, &document, own, expected);
    }
    fail_unjudged(trail, &unjudged);
    let own = own?;
    let subject = document.string(PART, "sub").ok()?.into_owned();
    Some(Token { document, subject, issued, expiry: expiry?, key: authentic.key?, own })
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

/// RFC 8725 section 3.11: the type of a kind of its own would be another one.
pub(in crate::miracl) fn check_typ(header: &Header) -> Result<(), Error> {
    match &header.typ {
        Some(typ) if !is_media_type(typ, "JWT") => Err(Error::ContentMismatch { member: "typ" }),
        _ => Ok(()),
    }
}

fn check_audience<P: Profile>(trail: &mut impl Trail, claims: &Document, wanted: &str) {
    let member = P::AUDIENCE;
    let found = match claims.member(member) {
        None => Err(Error::MissingMember { part: PART, member }),
        Some(value) if member == "aud" => contains_audience(&value, wanted),
        Some(_) => claims.string(PART, member).map(|text| text == wanted),
    };
    let found = found.and_then(|found| if found { Ok(()) } else { Err(Error::AudienceMismatch) });
    let found =
        trail.record(Check::Audience, found, |()| format!("`{member}` names {}", shorten(wanted)));
    if found.is_none() {
        hint_at_value(trail, claims, member, &[wanted.into()]);
    }
}

/// Checks that every scope that is expected was granted.
fn check_scopes(trail: &mut impl Trail, granted: &[String], wanted: &[String]) {
    if wanted.is_empty() {
        return;
    }
    let missing = wanted.iter().any(|scope| !granted.contains(scope));
    let result = if missing { Err(Error::ContentMismatch { member: "scope" }) } else { Ok(()) };
    trail.record(Check::Scope, result, |()| wanted.join(" "));
}

/// Reads an array of strings.
pub(super) fn strings(document: &Document, member: &'static str) -> Result<Vec<String>, Error> {
    let wrong = || Error::WrongType { part: PART, member, expected: "an array of strings" };
    let value = document.member(member).ok_or(Error::MissingMember { part: PART, member })?;
    let read = |element: &Value<'_>| element.as_str().map(String::from).ok_or_else(wrong);
    value.as_array().ok_or_else(wrong)?.iter().map(read).collect()
}

/// Gives a kind its verifier, and the verified token that it makes.
macro_rules! verifier {
    ($input:literal, $profile:ty, $made:ident, $(#[$meta:meta])+) => {
        $(#[$meta])+
        #[derive(Clone, Debug)]
        pub struct Verifier {
            keys: crate::jose::Keys,
            policy: crate::policy::Policy,
        }

        impl Verifier {
            /// The kind in reports.
            pub const KIND: &'static str = <$profile as crate::miracl::token::profile::Profile>::KIND;

            /// Makes a verifier with the service's public keys.
            #[must_use]
            pub const fn new(keys: crate::jose::JwkSet, policy: crate::policy::Policy) -> Self {
                Self { keys: crate::jose::Keys::Public(keys), policy }
            }

            /// Makes a verifier with the keys that a source has at the moment of each verification.
            ///
            /// Where the source has none, that is [`Unreachable`](crate::Error::Unreachable).
            pub fn from_source(
                source: impl crate::jose::KeySource + 'static,
                policy: crate::policy::Policy,
            ) -> Self {
                Self { keys: crate::jose::Keys::source(source), policy }
            }
        }

        crate::batch::entry_points!($input, Verifier, crate::miracl::token::Expected, $made);

        impl crate::batch::Procedure for Verifier {
            const KIND: &'static str = Self::KIND;
            type Expected = crate::miracl::token::Expected;
            type Pending<'p> = (
                crate::jose::Pending<'p, 'p>,
                crate::batch::Item<'p, crate::miracl::token::Expected>,
            );
            type Made = $made;

            fn source(&self) -> Option<&dyn crate::jose::KeySource> {
                self.keys.as_source()
            }

            fn with_snapshot(&self, snapshot: crate::jose::Snapshot) -> Option<Self> {
                Some(Self { keys: crate::jose::Keys::Snapshot(snapshot), policy: self.policy })
            }

            fn begin<'p>(
                &'p self,
                trail: &mut impl crate::report::Trail,
                cache: &mut crate::jose::HeaderCache,
                item: crate::batch::Item<'p, crate::miracl::token::Expected>,
            ) -> Option<Self::Pending<'p>> {
                use crate::miracl::token::profile::{Profile as _, begin_token};
                let token = <$profile>::unwrap(trail, item.input, &self.policy)?;
                Some((begin_token(trail, cache, token, &self.keys, &self.policy)?, item))
            }

            fn job<'j>(
                &self,
                (pending, _): &'j Self::Pending<'_>,
            ) -> Option<crate::crypto::Job<'j>> {
                pending.job()
            }

            fn conclude(
                &self,
                trail: &mut impl crate::report::Trail,
                (pending, item): Self::Pending<'_>,
                verified: Option<Result<(), crate::error::Error>>,
            ) -> Option<$made> {
                use crate::miracl::token::profile::conclude_token;
                conclude_token::<$profile>(trail, pending, item, verified, &self.policy).map($made)
            }

            fn claims(made: &$made) -> crate::encoding::json::Object<'static> {
                made.0.document.to_object().into_owned()
            }
        }

        #[doc = concat!("What was ", $input, " and passed every check. Only [`Verifier::verify`] makes one.")]
        #[derive(Clone, PartialEq, Eq)]
        pub struct $made(
            crate::miracl::token::profile::Token<
                <$profile as crate::miracl::token::profile::Profile>::Own,
            >,
        );

        impl $made {
            /// Returns `sub`: the user's ID.
            #[must_use]
            pub fn subject(&self) -> &str {
                &self.0.subject
            }

            /// Returns `iat`, if the token has it.
            #[must_use]
            pub const fn issued_at(&self) -> Option<crate::time::Time> {
                self.0.issued
            }

            /// Returns `exp`: the first second at which the token is expired.
            #[must_use]
            pub const fn expires_at(&self) -> crate::time::Time {
                self.0.expiry
            }

            /// Returns every claim.
            #[must_use]
            pub const fn claims(&self) -> &crate::encoding::json::Document {
                &self.0.document
            }

            /// Returns the key that verified it.
            #[must_use]
            pub const fn key(&self) -> &crate::report::KeyInfo {
                &self.0.key
            }
        }

        impl core::fmt::Debug for $made {
            /// Leaves out the claims, which may hold keys and personal data.
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($made))
                    .field("issued_at", &self.0.issued)
                    .field("expires_at", &self.0.expiry)
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(super) use verifier;
