//! Tokens of MIRACL Trust.

use countersign::encoding::json::{Object, Value};
use countersign::miracl::token::{self, access, activation, auth, id, new_user};
use countersign::{Limits, Policy};

use super::jws;
use crate::kind::{
    Bodies, Content, Family, Found, Keys, Kind, Needs, Row, Size, Unsupported, Verification,
};
use crate::member::Member;
use crate::profile::{Expected, Material, Subject};
use crate::terms::{Missing, Terms, add};
use crate::wrapper;

pub(crate) const AUTH: Kind = Kind::of(&AUTH_ROW);
pub(crate) const ID: Kind = Kind::of(&ID_ROW);
pub(crate) const ACCESS: Kind = Kind::of(&ACCESS_ROW);
pub(crate) const ACTIVATION: Kind = Kind::of(&ACTIVATION_ROW);
pub(crate) const NEW_USER: Kind = Kind::of(&NEW_USER_ROW);

pub(crate) static FAMILY: Family =
    Family { kinds: &[AUTH, ID, ACCESS, ACTIVATION, NEW_USER], body, payload };

static AUTH_ROW: Row = row(
    auth::Verifier::KIND,
    "an authentication token",
    Bodies::Refused,
    Verification::of::<Auth>(),
);
static ID_ROW: Row = row(id::Verifier::KIND, "an ID token", Bodies::Read, Verification::of::<Id>());
static ACCESS_ROW: Row =
    row(access::Verifier::KIND, "an access token", Bodies::Read, Verification::of::<Access>());
static ACTIVATION_ROW: Row = row(
    activation::Verifier::KIND,
    "an activation token",
    Bodies::Refused,
    Verification::of::<Activation>(),
);
static NEW_USER_ROW: Row = row(
    new_user::Verifier::KIND,
    "a `new_user_token`",
    Bodies::Read,
    Verification::of::<NewUser>(),
);

const fn row(name: &'static str, noun: &'static str, bodies: Bodies, subject: Verification) -> Row {
    Row {
        name,
        noun,
        keys: Keys::Set,
        takes: &[
            Member::Keys,
            Member::AllowRsa1024,
            Member::Alg,
            Member::Issuer,
            Member::Audience,
            Member::Subject,
            Member::Nonce,
            Member::Scope,
            Member::Scopes,
            Member::LongestLife,
        ],
        needs: &Needs::NAMES,
        size: Size::Message,
        bodies,
        without_marks: Some(jws::KIND),
        subject,
    }
}

macro_rules! subjects {
    ($($name:ident: $module:ident),+) => {$(
        #[derive(Debug)]
        struct $name;

        impl Subject for $name {
            type Verifier = $module::Verifier;

            fn verifier(material: &Material, policy: Policy) -> $module::Verifier {
                $module::Verifier::new(material.keys.clone(), policy)
            }

            fn expected(terms: &Terms) -> Result<Expected<Self>, Missing> {
                let expected = terms.names.token()?;
                Ok(add(expected, terms.longest_life, token::Expected::longest_life))
            }
        }
    )+};
}

subjects!(Auth: auth, Id: id, Access: access, Activation: activation, NewUser: new_user);

pub(crate) const TWO_TOKENS: Unsupported =
    Unsupported::new("a token endpoint's answer with two tokens and no choice between them")
        .hint("choose the token to verify: --kind id-token or --kind access-token");
pub(crate) const OPAQUE_ACCESS_TOKEN: Unsupported =
    Unsupported::new("an access token without a signature")
        .hint("only the server that issued an opaque token can interpret it");

fn body(object: &Object<'_>, _: &Limits, found: &mut Found) {
    found.add_if(object.member("new_user_token").is_some(), NEW_USER);
    if let Some(content) = token_answer(object) {
        found.add(content);
    }
}

/// Recognises what a token endpoint answers ([RFC 6749 §5.1]). One verdict is about one token.
///
/// [RFC 6749 §5.1]: https://www.rfc-editor.org/rfc/rfc6749#section-5.1
fn token_answer(object: &Object<'_>) -> Option<Content> {
    let text = |name| object.member(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let access_is_opaque = |text: &str| !wrapper::is_token(text);
    Some(match (text("id_token"), text("access_token")) {
        (Some(_), None) => ID.into(),
        (Some(_), Some(access)) if access_is_opaque(access) => ID.into(),
        (Some(_), Some(_)) => TWO_TOKENS.into(),
        (None, Some(access)) if access_is_opaque(access) => OPAQUE_ACCESS_TOKEN.into(),
        (None, Some(_)) => ACCESS.into(),
        (None, None) => return None,
    })
}

/// Recognises the tokens of MIRACL Trust that say what they are. Authentication tokens do not: they
/// have no claim that other JWTs do not have, too.
fn payload(object: &Object<'_>) -> Option<Content> {
    let has = |name| object.member(name).is_some();
    let is_id = || object.member("amr").is_some_and(|amr| amr.to_string() == r#"["token"]"#);
    let kind = if !has("iss") {
        return None;
    } else if has("cid") && has("scp") && !has("aud") {
        ACCESS
    } else if has("projectID") && has("scope") {
        ACTIVATION
    } else if has("nonce") && is_id() {
        ID
    } else {
        let events = object.member("events").and_then(Value::as_object)?;
        events.member("newUser").map(|_| NEW_USER)?
    };
    Some(kind.into())
}
