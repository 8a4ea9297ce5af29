//! The servers' tables.

use countersign::encoding::json::{Object, Value};

use super::servers::MADE;

pub(super) fn row(members: &[(&'static str, &'static str)]) -> Object<'static> {
    members.iter().fold(Object::new(), |row, (name, value)| row.with(*name, *value))
}

fn rows(rows: &[Object<'static>]) -> Value<'static> {
    Value::Array(rows.iter().cloned().map(Value::from).collect())
}

pub(super) fn device(code: &'static str, serial: &'static str) -> Object<'static> {
    row(&[
        ("code", code),
        ("serialNo", serial),
        ("provider", "Vendor One"),
        ("providerId", "p1"),
        ("make", "m1"),
        ("model", "n1"),
        ("type", "Finger"),
        ("subType", "Single"),
        ("purpose", "AUTH"),
        ("status", "Registered"),
    ])
}

pub(super) fn inactive(row: Object<'static>) -> Object<'static> {
    row.with("active", Value::Bool(false))
}

pub(super) fn deleted(row: Object<'static>) -> Object<'static> {
    row.with("deleted", Value::Bool(true))
}

pub(super) fn records() -> Object<'static> {
    let provider = |id, name| row(&[("id", id), ("name", name)]);
    let service = |version, make| {
        row(&[
            ("version", version),
            ("providerId", "p1"),
            ("type", "Finger"),
            ("subType", "Single"),
            ("make", make),
            ("model", "n1"),
        ])
    };
    let dated = |row: Object<'static>, effective: i64| row.with("effective", effective);
    let history = Object::new()
        .with(
            "devices",
            rows(&[
                dated(device("h1", "s0"), MADE - 200),
                dated(device("h1", "s1"), MADE - 100),
                dated(device("h1", "s1").with("status", "Revoked"), MADE),
                dated(deleted(device("h2", "s2")), MADE - 100),
            ]),
        )
        .with("providers", rows(&[dated(provider("p1", "Vendor One"), MADE - 150)]))
        .with(
            "services",
            rows(&[dated(service("v1", "m1"), MADE - 150), dated(service("v2", "m2"), MADE - 150)]),
        );
    Object::new()
        .with(
            "providers",
            rows(&[
                provider("p1", "Vendor One"),
                inactive(provider("p2", "Vendor Two")),
                deleted(provider("p4", "Vendor Four")),
            ]),
        )
        .with("types", rows(&[row(&[("code", "Finger")]), inactive(row(&[("code", "Palm")]))]))
        .with("subTypes", rows(&[row(&[("code", "Single")]), inactive(row(&[("code", "Double")]))]))
        .with(
            "devices",
            rows(&[
                device("c1", "taken"),
                inactive(device("c2", "gone")),
                device("c3", "revoked").with("status", "REVOKED"),
                inactive(device("c4", "retired").with("status", "Retired")),
                device("c5", "lost").with("providerId", "p3"),
                device("c6", "unserved").with("make", "m3"),
                deleted(device("c7", "deleted")),
                inactive(deleted(device("c8", "buried").with("status", "Retired"))),
            ]),
        )
        .with("master", rows(&[row(&[("serialNo", "s1"), ("id", "master-1")])]))
        .with(
            "details",
            rows(&[row(&[
                ("make", "m1"),
                ("model", "n1"),
                ("providerId", "p1"),
                ("type", "Finger"),
                ("subType", "Single"),
            ])]),
        )
        .with("trustProviders", Value::Array(vec!["f1".into()]))
        .with(
            "services",
            rows(&[
                service("v1", "m1"),
                service("v2", "m2"),
                inactive(service("v3", "m1")),
                deleted(service("v4", "m1")),
            ]),
        )
        .with("history", history)
}
