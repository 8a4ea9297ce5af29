//! Keys, authorities, and what the groups are made of.

use countersign::Time;
use countersign::encoding::json::{Object, Value};
use countersign_testkit::mosip::digital_id;
use countersign_testkit::{Certificate, Device, Pki, RsaIssuer, Template};

use super::super::format::Group;
use super::super::keys::Keys;

/// 2020-01-13T12:50:42Z.
pub(super) const NOW: i64 = 1_578_919_842;

pub(super) fn time(offset: i64) -> Time {
    Time::from_unix(NOW + offset).unwrap()
}

/// A template that is valid for some time around `NOW`.
pub(super) fn template(name: &str) -> Template {
    Template::new(name, time(-86_400), time(86_400))
}

pub(super) struct World<'k> {
    pub(super) keys: &'k Keys,
    pub(super) pki: Pki,
}

/// A group of messages of one form, under some rules.
pub(super) fn group(comment: &'static str, form: &'static str, trust: Object<'static>) -> Group {
    let members = Object::new().with("form", form).with("trust", trust);
    Group::new(comment, &members, &Object::new().with("at", NOW))
}

/// Certificates with their domains.
pub(super) fn authorities(list: &[(&'static str, &Certificate)]) -> Value<'static> {
    let list = list.iter().map(|(domain, certificate)| {
        Object::new().with("domain", *domain).with("pem", certificate.to_pem()).into()
    });
    Value::Array(list.collect())
}

/// A digital id with short values.
pub(super) fn short_id() -> String {
    digital_id("1").to_string()
}

pub(super) fn by(key: &RsaIssuer, x5c: Vec<Certificate>) -> String {
    Device::new(key.clone(), x5c).sign(&short_id()).unwrap()
}

impl World<'_> {
    /// Trust in both domains' authorities by the rules of a consumer.
    pub(super) fn trust(&self, rules: &'static str) -> Object<'static> {
        let pki = &self.pki;
        Object::new()
            .with("rules", rules)
            .with(
                "roots",
                authorities(&[
                    ("DEVICE", pki.device_root.certificate()),
                    ("FTM", pki.ftm_root.certificate()),
                ]),
            )
            .with(
                "intermediates",
                authorities(&[
                    ("DEVICE", pki.device_intermediate.certificate()),
                    ("FTM", pki.ftm_intermediate.certificate()),
                ]),
            )
    }
}
