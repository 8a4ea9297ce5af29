//! Tokens of no kind of their own: any JWS or JWT.

use countersign::encoding::json::Object;
use countersign::jose::jws;
use countersign::{Limits, Policy};

use crate::kind::{Bodies, Family, Found, Keys, Kind, Needs, Row, Size, Unsupported, Verification};
use crate::member::Member;
use crate::profile::{Expected, Material, Subject};
use crate::terms::{Missing, NoExpiry, Terms, Unbound};

pub(crate) const KIND: Kind = Kind::of(&ROW);

static ROW: Row = Row {
    name: jws::Verifier::KIND,
    noun: "a token",
    keys: Keys::Set,
    takes: &[
        Member::Keys,
        Member::AllowRsa1024,
        Member::Alg,
        Member::Unbound,
        Member::AllowNoExp,
        Member::Issuer,
        Member::Audience,
        Member::Audiences,
        Member::Subject,
        Member::Nonce,
        Member::Typ,
    ],
    needs: &Needs::NAMES_OR_UNBOUND,
    size: Size::Message,
    bodies: Bodies::Refused,
    without_marks: None,
    subject: Verification::of::<Jws>(),
};

/// Whatever is a token and of no other family: see [`recognise`](crate::recognise()).
pub(crate) static FAMILY: Family = Family { kinds: &[KIND], body, payload: Family::no_payload };

#[derive(Debug)]
struct Jws;

impl Subject for Jws {
    type Verifier = jws::Verifier;

    fn verifier(material: &Material, policy: Policy) -> jws::Verifier {
        jws::Verifier::new(material.keys.clone(), policy)
    }

    fn expected(terms: &Terms) -> Result<Expected<Self>, Missing> {
        if terms.unbound == Unbound::Deny {
            terms.names.complete()?;
        }
        Ok(match terms.no_expiry {
            NoExpiry::Deny => terms.names.jws(),
            NoExpiry::Allow => terms.names.jws().allow_no_expiry(),
        })
    }
}

const IN_JSON: Unsupported =
    Unsupported::new("a JWS in JSON serialisation").named(jws::Verifier::KIND);

fn body(object: &Object<'_>, _: &Limits, found: &mut Found) {
    let has = |name| object.member(name).is_some();
    found.add_if(has("payload") && (has("signature") || has("signatures")), IN_JSON);
}
