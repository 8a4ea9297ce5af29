//! Validation, by the kernel and by partner management.

use countersign::Code::*;
use countersign::encoding::json::{Object, Value};

use super::super::format::Group;
use super::super::keys::without;
use super::records::row;
use super::servers::Answer::{All, Nobody, One, Ours};
use super::servers::{
    Answer, INCOMPLETE, KERNEL_1_0_7, KERNEL_1_0_9, KERNEL_1_2_0, MADE, NO_BODY, NO_CODE, PARTNER,
    RULE, RULE_BROKEN, STRICTER, TABLE, UNFORESEEN, VALID, case, long, validations,
};

/// A request to `validate`.
fn claim(code: &'static str, serial: &'static str) -> Object<'static> {
    let id = row(&[
        ("serialNo", serial),
        ("make", "m1"),
        ("model", "n1"),
        ("type", "Finger"),
        ("deviceSubType", "Single"),
        ("dp", "Vendor One"),
        ("dpId", "p1"),
        ("dateTime", "2020-01-13T12:50:42.195Z"),
    ]);
    Object::new().with("deviceCode", code).with("deviceServiceVersion", "v1").with("digitalId", id)
}

fn with_id(claim: &Object<'static>, edits: &[(&'static str, &'static str)]) -> Object<'static> {
    let id = claim.member("digitalId").and_then(Value::as_object).unwrap().clone();
    let id = edits.iter().fold(id, |id, (name, value)| id.with(*name, *value));
    claim.clone().with("digitalId", id)
}

fn without_in_id(claim: &Object<'static>, member: &str) -> Object<'static> {
    let id = claim.member("digitalId").and_then(Value::as_object).unwrap();
    claim.clone().with("digitalId", without(id, member))
}

fn ask(claim: &Object<'static>) -> String {
    Object::new().with("request", claim.clone()).to_string()
}

const LATER: &str = "2020-01-13T12:50:41.000Z";

pub(super) fn validation() -> Group {
    let mut group = validations("validation by the kernel", KERNEL_1_2_0);
    let mut add = |comment: &str, flags, claim: &Object<'static>, code, answer: Answer| {
        group.add(case(comment, flags, ask(claim), code, answer));
    };
    let good = claim("c1", "taken");
    let when = |time: &'static str, claim: &Object<'static>| claim.clone().with("timeStamp", time);
    add("as registered", VALID, &good, Ok, Nobody);
    add("purpose in small letters", VALID, &good.clone().with("purpose", "auth"), Ok, Nobody);
    add("a blank purpose is none", VALID, &good.clone().with("purpose", " "), Ok, Nobody);
    add("a blank timeStamp is none", VALID, &when(" ", &good), Ok, Nobody);
    add("no dateTime", VALID, &without_in_id(&good, "dateTime"), Ok, Nobody);
    add("dateTime of any kind", VALID, &with_id(&good, &[("dateTime", "yesterday")]), Ok, Nobody);
    add("deleted, and still active", VALID, &claim("c7", "deleted"), Ok, Nobody);

    for (comment, claim) in [
        ("timestamp in small letters", good.clone().with("timestamp", "x")),
        ("an unknown member", good.clone().with("x", "")),
        ("subType as well", with_id(&good, &[("subType", "Single")])),
        ("deviceProvider as well", with_id(&good, &[("deviceProvider", "Vendor One")])),
        ("deviceProviderId as well", with_id(&good, &[("deviceProviderId", "p1")])),
    ] {
        add(comment, RULE, &claim, Malformed, RULE_BROKEN);
    }
    add(
        "digitalId is a text",
        RULE,
        &good.clone().with("digitalId", "e30="),
        WrongType,
        RULE_BROKEN,
    );
    for (comment, claim) in [
        ("no code", without(&good, "deviceCode")),
        ("a blank code", good.clone().with("deviceCode", " ")),
        ("no version", without(&good, "deviceServiceVersion")),
        ("a blank version", good.clone().with("deviceServiceVersion", "")),
    ] {
        add(comment, RULE, &claim, ValidationFailed, RULE_BROKEN);
    }
    add(
        "neither code nor version",
        RULE,
        &without(&without(&good, "deviceCode"), "deviceServiceVersion"),
        ValidationFailed,
        All(200, &["KER-MSD-999", "KER-MSD-999"]),
    );
    for member in ["serialNo", "dp", "dpId", "make", "model", "type", "deviceSubType"] {
        let (comment, absent) = (format!("no {member}"), without_in_id(&good, member));
        add(&comment, RULE, &absent, ValidationFailed, RULE_BROKEN);
        let (comment, blank) = (format!("{member} is blank"), with_id(&good, &[(member, " ")]));
        add(&comment, RULE, &blank, ValidationFailed, RULE_BROKEN);
    }
    let text = long(129);
    for (member, most) in [("serialNo", 64), ("dp", 128), ("dpId", 36), ("make", 36), ("model", 36)]
    {
        let id = good.member("digitalId").and_then(Value::as_object).unwrap().clone();
        let claim = good.clone().with("digitalId", id.with(member, text[..=most].to_owned()));
        let comment = format!("{member} is too long");
        add(&comment, RULE, &claim, ValidationFailed, RULE_BROKEN);
    }
    let absent = |claim: &Object<'static>| without(claim, "digitalId");
    add("no digital id", RULE, &absent(&good), MissingMember, UNFORESEEN);
    add(
        "no digital id of an unknown device",
        TABLE,
        &absent(&claim("c9", "taken")),
        ValidationFailed,
        One(200, "ADM-DPM-001"),
    );
    add(
        "no digital id of a revoked device",
        TABLE,
        &absent(&claim("c3", "revoked")),
        ValidationFailed,
        One(200, "ADM-DPM-002"),
    );
    const NO_TIME: Answer = One(200, "KER-MSD-039");
    for (comment, time) in [
        ("timeStamp is none", "yesterday"),
        ("timeStamp without milliseconds", "2020-01-13T12:50:41Z"),
        ("timeStamp with an offset", "2020-01-13T18:20:41.000+05:30"),
        ("timeStamp between blanks", " 2020-01-13T12:50:41.000Z"),
    ] {
        add(comment, RULE, &when(time, &good), Malformed, NO_TIME);
    }
    add(
        "timeStamp of 30 February",
        STRICTER,
        &when("2020-02-30T12:50:41.000Z", &good),
        Malformed,
        Ours,
    );
    let number = good.clone().with("timeStamp", MADE);
    add("timeStamp is a number", RULE, &number, WrongType, NO_TIME);
    add(
        "version is a number",
        STRICTER,
        &good.clone().with("deviceServiceVersion", 1_i64),
        WrongType,
        One(200, "ADM-DPM-005"),
    );

    for (comment, claim, error) in [
        ("unknown code", claim("c9", "taken"), "ADM-DPM-001"),
        ("inactive device", claim("c2", "gone"), "ADM-DPM-001"),
        ("another purpose", good.clone().with("purpose", "Registration"), "ADM-DPM-001"),
        ("revoked device", claim("c3", "revoked"), "ADM-DPM-002"),
        ("unknown provider", with_id(&good, &[("dpId", "p9")]), "ADM-DPM-004"),
        ("inactive provider", with_id(&good, &[("dpId", "p2")]), "ADM-DPM-004"),
        ("unknown version", good.clone().with("deviceServiceVersion", "v9"), "ADM-DPM-005"),
        ("inactive version", good.clone().with("deviceServiceVersion", "v3"), "ADM-DPM-005"),
        (
            "deleted version, which has this version still",
            good.clone().with("deviceServiceVersion", "v4"),
            "ADM-DPM-007",
        ),
        (
            "version of other devices",
            good.clone().with("deviceServiceVersion", "v2"),
            "ADM-DPM-007",
        ),
        (
            "no service for this device",
            with_id(&claim("c6", "unserved"), &[("make", "m3")]),
            "ADM-DPM-007",
        ),
        (
            "deleted provider, which is looked for and found",
            with_id(&good, &[("dpId", "p4")]),
            "ADM-DPM-008",
        ),
    ] {
        add(comment, TABLE, &claim, ValidationFailed, One(200, error));
    }
    for member in ["make", "model", "dp", "serialNo", "type", "deviceSubType"] {
        let comment = format!("{member} differs");
        let differs = with_id(&good, &[(member, "x")]);
        add(&comment, TABLE, &differs, ValidationFailed, One(200, "ADM-DPM-008"));
    }
    add(
        "three differ: collected",
        TABLE,
        &with_id(&good, &[("make", "x"), ("dp", "x"), ("serialNo", "x")]),
        ValidationFailed,
        All(200, &["ADM-DPM-008"; 3]),
    );

    let then = when(LATER, &claim("h1", "s1"));
    add("as at a second before it was revoked", VALID, &then, Ok, Nobody);
    add("no digital id then", RULE, &absent(&then), MissingMember, UNFORESEEN);
    for (comment, claim, error) in [
        ("as at its revocation", when("2020-01-13T12:50:42.000Z", &then), "ADM-DPM-002"),
        (
            "as at a time before it was known",
            when("2020-01-01T00:00:00.000Z", &then),
            "ADM-DPM-001",
        ),
        ("deleted in the history", when(LATER, &claim("h2", "s2")), "ADM-DPM-001"),
        (
            "as at a time when its serial number was another",
            when("2020-01-13T12:48:30.000Z", &then),
            "ADM-DPM-008",
        ),
        (
            "as at a time before its provider was known",
            when("2020-01-13T12:48:00.000Z", &then),
            "ADM-DPM-003",
        ),
        ("unknown provider then", with_id(&then, &[("dpId", "p9")]), "ADM-DPM-003"),
        ("unknown version then", then.clone().with("deviceServiceVersion", "v9"), "ADM-DPM-007"),
        (
            "version of other devices then",
            then.clone().with("deviceServiceVersion", "v2"),
            "ADM-DPM-007",
        ),
    ] {
        add(comment, TABLE, &claim, ValidationFailed, One(200, error));
    }
    group
}

pub(super) fn validation_1_0_9() -> Group {
    let mut group = validations("validation by a kernel before 1.2.0", KERNEL_1_0_9);
    let mut add = |comment: &str, flags, claim: &Object<'static>, code, answer: Answer| {
        group.add(case(comment, flags, ask(claim), code, answer));
    };
    let good = claim("c1", "taken");
    add("as registered", VALID, &good, Ok, Nobody);
    let then = claim("h1", "s1").with("timeStamp", LATER);
    add("as at a second before it was revoked", VALID, &then, Ok, Nobody);
    add("no digital id", RULE, &without(&good, "digitalId"), MissingMember, UNFORESEEN);
    add("an unknown member", RULE, &good.clone().with("x", ""), Malformed, RULE_BROKEN);
    add(
        "unknown version",
        TABLE,
        &good.with("deviceServiceVersion", "v9"),
        ValidationFailed,
        One(200, "ADM-DPM-005"),
    );
    group
}

pub(super) fn validation_1_0_7() -> Group {
    let mut group = validations("validation by a kernel before 1.0.9", KERNEL_1_0_7);
    let mut add = |comment: &str, flags, claim: &Object<'static>, code, answer: Answer| {
        group.add(case(comment, flags, ask(claim), code, answer));
    };
    let newer = claim("c1", "taken");
    let old = with_id(&without_in_id(&newer, "deviceSubType"), &[("subType", "Single")]);
    add("subType", VALID, &old, Ok, Nobody);
    add("deviceSubType instead of it", RULE, &newer, Malformed, RULE_BROKEN);
    for (comment, member, value) in [
        ("timeStamp, which it does not know", "timeStamp", LATER),
        ("purpose, which it does not know", "purpose", "Auth"),
    ] {
        add(comment, RULE, &old.clone().with(member, value), Malformed, RULE_BROKEN);
    }
    let no_sub_type = without_in_id(&old, "subType");
    add("no subType", RULE, &no_sub_type, ValidationFailed, RULE_BROKEN);
    add(
        "serialNo is blank",
        RULE,
        &with_id(&old, &[("serialNo", " ")]),
        ValidationFailed,
        RULE_BROKEN,
    );
    let id = |serial: String| {
        let id = old.member("digitalId").and_then(Value::as_object).unwrap().clone();
        old.clone().with("digitalId", id.with("serialNo", serial))
    };
    add(
        "serialNo is blank and too long: two rules",
        RULE,
        &id(" ".repeat(65)),
        ValidationFailed,
        All(200, &["KER-MSD-999", "KER-MSD-999"]),
    );
    add(
        "serialNo has 63 characters between blanks, which count",
        RULE,
        &id(format!(" {} ", long(63))),
        ValidationFailed,
        RULE_BROKEN,
    );
    add(
        "deleted version, which its query finds",
        TABLE,
        &old.clone().with("deviceServiceVersion", "v4"),
        Ok,
        Nobody,
    );
    add(
        "another sub-type",
        TABLE,
        &with_id(&old, &[("subType", "x")]),
        ValidationFailed,
        One(200, "ADM-DPM-008"),
    );
    group
}

pub(super) fn partner_validation() -> Group {
    let mut group = validations("validation by partner management", PARTNER);
    let mut add = |comment: &str, flags, claim: &Object<'static>, code, answer: Answer| {
        group.add(case(comment, flags, ask(claim), code, answer));
    };
    let good = claim("c1", "taken");
    add("as registered", VALID, &good, Ok, Nobody);
    add("another provider name", VALID, &with_id(&good, &[("dp", "x")]), Ok, Nobody);
    add("unknown members, which are ignored", VALID, &with_id(&good, &[("x", "")]), Ok, Nobody);
    let misspelt = good.clone().with("timestamp", "x");
    add("timestamp in small letters, which is not read", VALID, &misspelt, Ok, Nobody);
    add("a blank purpose is none", VALID, &good.clone().with("purpose", " "), Ok, Nobody);
    add(
        "version of other devices",
        VALID,
        &good.clone().with("deviceServiceVersion", "v2"),
        Ok,
        Nobody,
    );
    add("deleted, and still active", VALID, &claim("c7", "deleted"), Ok, Nobody);

    add("digitalId is a text", RULE, &good.clone().with("digitalId", "e30="), WrongType, NO_BODY);
    let no_code = without(&good, "deviceCode");
    for (comment, claim) in [
        ("no code", no_code.clone()),
        ("neither code nor version: one error", without(&no_code, "deviceServiceVersion")),
        ("a blank version", good.clone().with("deviceServiceVersion", " ")),
        ("no serial number", without_in_id(&good, "serialNo")),
        ("no provider name", without_in_id(&good, "dp")),
        ("a blank type", with_id(&good, &[("type", " ")])),
    ] {
        add(comment, RULE, &claim, ValidationFailed, INCOMPLETE);
    }
    add("no digital id", RULE, &without(&good, "digitalId"), MissingMember, NO_CODE);
    for (comment, time) in [
        ("timeStamp is none", "yesterday"),
        ("timeStamp without milliseconds", "2020-01-13T12:50:41Z"),
    ] {
        add(comment, RULE, &good.clone().with("timeStamp", time), Malformed, NO_CODE);
    }
    for (comment, claim, error) in [
        (
            "no digital id of an unknown device",
            without(&claim("c9", "x"), "digitalId"),
            "ADM-DPM-001",
        ),
        ("revoked device", claim("c3", "revoked"), "ADM-DPM-002"),
        ("unknown provider", with_id(&good, &[("dpId", "p9")]), "ADM-DPM-004"),
        ("unknown version", good.clone().with("deviceServiceVersion", "v9"), "ADM-DPM-005"),
        ("another serial number", with_id(&good, &[("serialNo", "x")]), "ADM-DPM-008"),
        (
            "an empty serial number, which its rules accept",
            with_id(&good, &[("serialNo", "")]),
            "ADM-DPM-008",
        ),
    ] {
        add(comment, TABLE, &claim, ValidationFailed, One(200, error));
    }
    let then = with_id(&claim("h1", "other").with("timeStamp", LATER), &[("dp", "x")]);
    add("another serial number then, which is not compared", VALID, &then, Ok, Nobody);
    add(
        "another provider id then: not looked for, but compared",
        TABLE,
        &with_id(&then, &[("dpId", "p9")]),
        ValidationFailed,
        One(200, "ADM-DPM-008"),
    );
    add(
        "no digital id and an unknown version then",
        TABLE,
        &without(&then, "digitalId").with("deviceServiceVersion", "v9"),
        ValidationFailed,
        One(200, "ADM-DPM-007"),
    );
    add("no digital id then", RULE, &without(&then, "digitalId"), MissingMember, NO_CODE);
    group
}
