//! DVS certificates of MIRACL Trust: bound to a document, a hash or a request.

use countersign::encoding::json::Object;
use countersign::miracl::dvs;
use countersign::{Limits, Policy};

use crate::kind::{Bodies, Content, Family, Found, Keys, Kind, Needs, Row, Size, Verification};
use crate::member::Member;
use crate::profile::{Expected, Material, Subject};
use crate::terms::{Missing, Terms};

pub(crate) const KIND: Kind = Kind::of(&ROW);

static ROW: Row = Row {
    name: dvs::Verifier::KIND,
    noun: "a DVS certificate",
    keys: Keys::Set,
    takes: &[Member::Keys, Member::AllowRsa1024, Member::Alg, Member::Binding, Member::Unbound],
    needs: &Needs::BINDING,
    size: Size::Message,
    bodies: Bodies::Read,
    without_marks: None,
    subject: Verification::of::<Certificate>(),
};

pub(crate) static FAMILY: Family = Family { kinds: &[KIND], body, payload };

#[derive(Debug)]
struct Certificate;

impl Subject for Certificate {
    type Verifier = dvs::Verifier;

    fn verifier(material: &Material, policy: Policy) -> dvs::Verifier {
        dvs::Verifier::new(material.keys.clone(), policy)
    }

    fn expected(terms: &Terms) -> Result<Expected<Self>, Missing> {
        terms.binding()
    }
}

fn body(object: &Object<'_>, _: &Limits, found: &mut Found) {
    found.add_if(object.member("certificate").is_some(), KIND);
}

fn payload(object: &Object<'_>) -> Option<Content> {
    let has = |name| object.member(name).is_some();
    (has("cAt") && has("hash")).then_some(KIND.into())
}
