//! The registered claims of JWT ([RFC 7519]): their types, and what is checked of them.
//!
//! [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::expected::{Expected, Expiry};
use super::signer::NO_TIME;
use crate::encoding::Fault;
use crate::encoding::json::{Document, Value};
use crate::error::{Error, shorten};
use crate::limits::Limits;
use crate::report::{Check, Finding, Trail, Warning};
use crate::time::{At, Leeway, Time};

/// Checks of claims.
impl Check {
    /// The token is of this kind and no other.
    pub const TOKEN_KIND: Self = Self::new("token-kind", "RFC 8725 §3.12");
    /// Not dated in the future.
    pub const NOT_BEFORE: Self = Self::new("not-before", "RFC 7519 §4.1.5");
    /// Not past its expiry.
    pub const EXPIRY: Self = Self::new("expiry", "RFC 7519 §4.1.4");
    /// The time from `iat` to `exp` is not longer than accepted.
    pub const LIFETIME: Self = Self::new("lifetime", "MIRACL Trust documentation");
    /// `iss` is the expected one.
    pub const ISSUER: Self = Self::new("issuer", "RFC 7519 §4.1.1");
    /// `sub` is the expected one.
    pub const SUBJECT: Self = Self::new("subject", "RFC 7519 §4.1.2");
    /// `aud` contains the expected one.
    pub const AUDIENCE: Self = Self::new("audience", "RFC 7519 §4.1.3");
    /// `nonce` is the expected one.
    pub const NONCE: Self = Self::new("nonce", "OpenID Connect Core 1.0 §2");
}

/// Claims whose registered members have their types.
pub(crate) struct Claims {
    pub(crate) document: Document,
    pub(crate) issued: Option<Time>,
    pub(crate) not_before: Option<Time>,
    pub(crate) expiry: Option<Time>,
}

impl Claims {
    /// Parses the claims; every registered claim has its type, needed or not.
    pub(crate) fn parse(payload: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "payload";
        let document = Document::parse(PART, payload, limits)?;
        let (mut issued, mut not_before, mut expiry) = (None, None, None);
        for (name, value) in document.iter() {
            let text = |member| match value.is_string() {
                true => Ok(()),
                false => Err(Error::WrongType { part: PART, member, expected: "a string" }),
            };
            let time = |member| read_numeric_date(value.as_i64(), PART, member).map(Some);
            match name.as_ref() {
                "iss" => text("iss")?,
                "sub" => text("sub")?,
                "jti" => text("jti")?,
                "nonce" => text("nonce")?,
                "aud" if value.is_string() => {}
                "aud" => drop(contains_audience(&value.read(), "")?),
                "iat" => issued = time("iat")?,
                "nbf" => not_before = time("nbf")?,
                "exp" => expiry = time("exp")?,
                _ => {}
            }
        }
        Ok(Self { document, issued, not_before, expiry })
    }
}

/// Reads a time in whole seconds within [`Time`]'s range.
pub(crate) fn numeric_date(
    document: &Document,
    part: &'static str,
    member: &'static str,
) -> Result<Option<Time>, Error> {
    document.member(member).map(|value| read_numeric_date(value.as_i64(), part, member)).transpose()
}

fn read_numeric_date(
    seconds: Option<i64>,
    part: &'static str,
    member: &'static str,
) -> Result<Time, Error> {
    let seconds = seconds.ok_or(Error::WrongType { part, member, expected: "an integer" })?;
    Time::from_unix(seconds).ok_or(Error::Malformed { part: member, fault: Fault::Time })
}

/// Tells whether `aud`, a string or an array of strings ([RFC 7519 §4.1.3]), contains this.
///
/// [RFC 7519 §4.1.3]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3
pub(crate) fn contains_audience(audience: &Value<'_>, wanted: &str) -> Result<bool, Error> {
    let wrong = || Error::WrongType {
        part: "payload",
        member: "aud",
        expected: "a string or an array of strings",
    };
    match audience {
        Value::Array(elements) => elements.iter().try_fold(false, |found, element| {
            Ok(found | (element.as_str().ok_or_else(wrong)? == wanted))
        }),
        value => Ok(value.as_str().ok_or_else(wrong)? == wanted),
    }
}

/// Fails what was to be judged as at its own time, and does not state it. Called last: whatever else is
/// wrong must not hide behind "undecided".
pub(crate) fn fail_unjudged(trail: &mut Trail, unjudged: &[Option<Check>]) {
    for check in unjudged.iter().flatten() {
        trail.fail(*check, Error::NoTime { member: "iat" });
    }
    trail.hint(|| {
        let what = "give the time of judgement: `At::Time`, `--at TIME` or `--at now`";
        unjudged.iter().any(Option::is_some).then(|| what.into())
    });
}

/// Checks `nbf`, `exp` and what is expected. Returns the check that is left to [`fail_unjudged`], as
/// there is no time to judge at.
pub(crate) fn check_claims(
    trail: &mut Trail,
    claims: Option<&Claims>,
    expected: &Expected,
    at: At,
    leeway: Leeway,
) -> Option<Check> {
    let instant = at.resolve(claims.and_then(|claims| claims.issued));
    trail.at(instant);
    if at == At::Issued {
        trail.warn(Warning::AtIssued);
    }
    let Some(claims) = claims else {
        trail.skip(Check::NOT_BEFORE, "no claims");
        trail.skip(Check::EXPIRY, "no claims");
        return None;
    };
    let mut unjudged = None;
    match (claims.not_before, instant) {
        (Some(start), Some(at)) => check_start(trail, at, start, leeway),
        (Some(_), None) if claims.expiry.is_some() => trail.skip(Check::NOT_BEFORE, NO_TIME),
        (Some(_), None) => unjudged = Some(Check::NOT_BEFORE),
        (None, _) => trail.skip(Check::NOT_BEFORE, "no `nbf`"),
    }
    match (claims.expiry, instant) {
        (Some(expiry), Some(at)) => check_expiry(trail, at, expiry, leeway),
        (Some(_), None) => unjudged = Some(Check::EXPIRY),
        (None, _) if expected.expiry == Expiry::Required => {
            trail.fail(Check::EXPIRY, Error::MissingMember { part: "payload", member: "exp" });
        }
        (None, _) => trail.skip(Check::EXPIRY, "no `exp`"),
    }
    let document = &claims.document;
    let equal = |member, wanted: &str, error| {
        if document.string("payload", member)? == wanted { Ok(()) } else { Err(error) }
    };
    let expectations = [
        (Check::ISSUER, "iss", &expected.issuer, Error::IssuerMismatch),
        (Check::SUBJECT, "sub", &expected.subject, Error::SubjectMismatch),
        (Check::NONCE, "nonce", &expected.nonce, Error::NonceMismatch),
    ];
    for (check, member, wanted, error) in expectations {
        if let Some(wanted) = wanted {
            let found =
                trail.record(check, equal(member, wanted, error), |()| Finding::member(member));
            if found.is_none() && member == "iss" {
                hint_at_value(trail, document, member, core::slice::from_ref(wanted));
            }
        }
    }
    if !expected.audiences.is_empty() {
        let missing = Error::MissingMember { part: "payload", member: "aud" };
        let found = document.member("aud").ok_or(missing).and_then(|audience| {
            for wanted in &expected.audiences {
                if contains_audience(&audience, wanted)? {
                    return Ok(wanted);
                }
            }
            Err(Error::AudienceMismatch)
        });
        let found = trail
            .record(Check::AUDIENCE, found, |found| format!("`aud` contains {}", shorten(found)));
        if found.is_none() {
            hint_at_value(trail, document, "aud", &expected.audiences);
        }
    }
    unjudged
}

/// Shows what a claim is beside what it should have been: a slash too many is found by eye.
pub(crate) fn hint_at_value(
    trail: &mut Trail,
    document: &Document,
    member: &str,
    wanted: &[String],
) {
    trail.hint(|| {
        let found = document.member(member)?.to_string();
        let found: String = found.chars().take(200).collect();
        let wanted: Vec<_> =
            wanted.iter().map(|wanted| Value::from(wanted.as_str()).to_string()).collect();
        Some(format!("`{member}` is {found}; expected {}", wanted.join(" or ")))
    });
}

/// Checks that a start is not more than the leeway ahead.
pub(crate) fn check_start(trail: &mut Trail, at: Time, start: Time, leeway: Leeway) {
    let result =
        if start.unix() > at.plus(leeway) { Err(Error::NotYetValid { at, start }) } else { Ok(()) };
    trail.record(Check::NOT_BEFORE, result, |()| Finding::starts(start, at));
}

/// Checks that what was issued does not live longer than the caller accepts.
pub(crate) fn check_life(trail: &mut Trail, issued: Time, expiry: Time, longest: u32) {
    let life = expiry.unix().saturating_sub(issued.unix());
    let result = if life > i64::from(longest) {
        Err(Error::TimestampWindow { signed: expiry, at: issued })
    } else {
        Ok(())
    };
    trail.record(Check::LIFETIME, result, |()| Finding::life(life, longest));
}

/// Checks the same of what does not say when it was issued: then its life has begun by now.
pub(crate) fn check_remaining_life(
    trail: &mut Trail,
    at: Time,
    expiry: Time,
    longest: u32,
    leeway: Leeway,
) {
    let left = expiry.unix().saturating_sub(at.unix());
    let result = if left > i64::from(longest) + leeway.seconds() {
        Err(Error::TimestampWindow { signed: expiry, at })
    } else {
        Ok(())
    };
    trail.record(Check::LIFETIME, result, |()| {
        format!(
            "no `iat`; expires {left} s after the time of judgement, at most {longest} s are \
                 accepted"
        )
    });
}

/// Checks that an expiry, plus the leeway, lies ahead: `exp` itself is expired ([RFC 7519 §4.1.4]
/// wants "before").
///
/// [RFC 7519 §4.1.4]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
pub(crate) fn check_expiry(trail: &mut Trail, at: Time, expiry: Time, leeway: Leeway) {
    let result =
        if at.unix() >= expiry.plus(leeway) { Err(Error::Expired { at, expiry }) } else { Ok(()) };
    trail.record(Check::EXPIRY, result, |()| Finding::ends(expiry, at));
}

/// Compares two media types as [RFC 7515 §4.1.9] writes them: names in any letter case,
/// `application/` left out or not, parameters byte for byte.
///
/// [RFC 7515 §4.1.9]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9
pub(crate) fn is_media_type(found: &str, wanted: &str) -> bool {
    let parts = |text: &str| {
        let place = text.find(';').unwrap_or(text.len());
        let (name, parameters) = text.split_at_checked(place).unwrap_or_default();
        let prefix = if text.contains('/') { "" } else { "application/" };
        ([prefix, &name.to_ascii_lowercase()].concat(), parameters.to_string())
    };
    parts(found) == parts(wanted)
}
