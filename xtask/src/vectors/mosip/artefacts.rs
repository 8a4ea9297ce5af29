//! What most vectors are made of: groups, and genuine tokens of every era.

use countersign::encoding::json::Object;
use countersign::mosip::registration::Era;
use countersign_testkit::RsaIssuer;
use countersign_testkit::mosip::{digital_id, payload, token};

use super::super::format::Group;
use super::super::keys::jwks;

/// 2020-01-13T07:25:29Z.
pub(super) const NOW: i64 = 1_578_900_329;
pub(super) const SIGNED: &str = "2020-01-13T07:25:29.918Z";
pub(super) const CODE: &str = "8cd42864-2cdc-4067-8d11-40b25ff8c760";
pub(super) const ERAS: [Era; 4] = [Era::A, Era::APrime, Era::B, Era::C];

pub(super) fn group(comment: &'static str, members: &Object<'static>) -> Group {
    let defaults = Object::new().with("at", NOW).with("expected", Object::new());
    Group::new(comment, members, &defaults)
}

pub(super) fn with_keys(set: &[Object<'static>]) -> Object<'static> {
    Object::new().with("keys", jwks(set))
}

/// A digital id with short values: it is in almost every vector.
pub(super) fn short_id() -> Object<'static> {
    const MEMBERS: [&str; 8] = [
        "serialNo",
        "deviceProvider",
        "deviceProviderId",
        "make",
        "model",
        "dateTime",
        "type",
        "subType",
    ];
    MEMBERS.into_iter().fold(Object::new(), |id, name| id.with(name, "1"))
}

pub(super) fn genuine_payload(issuer: &RsaIssuer, era: Era) -> String {
    payload(issuer, era, &short_id(), "c", "local", SIGNED).unwrap()
}

/// A token as it looks on the platform.
pub(super) fn full(issuer: &RsaIssuer, era: Era) -> String {
    let id = digital_id("1801160992");
    let payload = payload(issuer, era, &id, CODE, "Staging", SIGNED).unwrap();
    token(issuer, era, payload.as_bytes()).unwrap()
}

/// A token with short content.
pub(super) fn genuine(issuer: &RsaIssuer, era: Era) -> String {
    token(issuer, era, genuine_payload(issuer, era).as_bytes()).unwrap()
}
