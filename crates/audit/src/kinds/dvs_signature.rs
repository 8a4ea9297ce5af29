//! DVS signatures of MIRACL Trust, which only the holder of the server secret can verify whole.

use countersign::encoding::json::{Object, Value};
use countersign::miracl::dvs::signature;
use countersign::{Limits, Policy};

use crate::kind::{Bodies, Family, Found, Keys, Kind, Needs, Row, Size, Verification};
use crate::member::Member;
use crate::profile::{Expected, Material, Subject};
use crate::terms::{Missing, Terms, add};

pub(crate) const KIND: Kind = Kind::of(&ROW);

static ROW: Row = Row {
    name: signature::Verifier::KIND,
    noun: "a DVS signature",
    keys: Keys::Secret,
    takes: &[
        Member::ServerSecret,
        Member::Binding,
        Member::Unbound,
        Member::Audience,
        Member::Subject,
        Member::Scope,
        Member::TimestampWindow,
    ],
    needs: &Needs::BINDING,
    size: Size::Message,
    bodies: Bodies::Read,
    without_marks: None,
    subject: Verification::of::<Signature>(),
};

pub(crate) static FAMILY: Family = Family { kinds: &[KIND], body, payload: Family::no_payload };

#[derive(Debug)]
struct Signature;

impl Subject for Signature {
    type Verifier = signature::Verifier;

    fn verifier(material: &Material, policy: Policy) -> signature::Verifier {
        match &material.secret {
            Some(secret) => signature::Verifier::with_server_secret(secret.clone(), policy),
            None => signature::Verifier::new(policy),
        }
    }

    fn expected(terms: &Terms) -> Result<Expected<Self>, Missing> {
        let mut expected = signature::Expected::new(terms.binding()?);
        if let Some(user) = &terms.names.subject {
            expected = expected.user_id(user.as_str());
        }
        if let Some(project) = terms.names.audiences.first() {
            expected = expected.project_id(project.as_str());
        }
        if let Some(scope) = terms.names.scopes.first() {
            expected = expected.scope(scope.as_str());
        }
        Ok(add(expected, terms.window, signature::Expected::max_age))
    }
}

fn body(object: &Object<'_>, _: &Limits, found: &mut Found) {
    let inner = object.member("signature").and_then(Value::as_object);
    let has = |object: &Object<'_>| object.member("mpinId").is_some();
    found.add_if(has(object) || inner.is_some_and(has), KIND);
}
