//! Registration with partner management.

use countersign::Code::*;
use countersign::encoding::json::Value;

use super::super::format::Group;
use super::draft::{Draft, STAMP, body, encode, signed};
use super::kernel::LENGTHS;
use super::servers::Answer::{All, Nobody, One, Ours};
use super::servers::{
    Answer, INCOMPLETE, MADE, NO_BODY, NO_CODE, PARTNER, PARTNER_JSON, PARTNER_RULE, RULE,
    STRICTER, TABLE, VALID, WINDOW, base64_body, case, long, registrations,
};

pub(super) fn partner_management() -> Group {
    let mut group = registrations("partner management's order of checks", PARTNER);
    let new = Draft::for_partner;
    let mut add = |comment: &str, flags, input: String, code, answer: Answer| {
        group.add(case(comment, flags, input, code, answer));
    };
    add("for authentication", VALID, new().partner(), Ok, Nobody);
    add("for registration", VALID, new().data("purpose", "Registration").partner(), Ok, Nobody);
    add("L2", VALID, new().info("certification", "L2").partner(), Ok, Nobody);
    let ids = Value::Array(vec!["1".into(), Value::Null, "2".into()]);
    add("several sub ids", VALID, new().info("deviceSubId", ids).partner(), Ok, Nobody);
    let signed_info = new().info("digitalId", signed(&new().id.to_string())).info;
    add(
        "deviceInfo and digital id are JWSs, whose signatures are not judged",
        VALID,
        new().partner_with(signed(&signed_info.to_string())),
        Ok,
        Nobody,
    );
    for member in ["foundationalTrustProviderId", "deviceId", "deviceExpiry", "dateTime"] {
        let comment = format!("no {member}, which the rules accept");
        add(&comment, VALID, new().without(member).partner(), Ok, Nobody);
    }
    let unknown = new().data("x", "").info("x", 1_i64).id("subType", "Double");
    add("unknown members, which are ignored", VALID, unknown.partner(), Ok, Nobody);
    add(
        "timeStamp as well, which is ignored",
        VALID,
        new().info("timeStamp", "yesterday").partner(),
        Ok,
        Nobody,
    );
    add(
        "deviceId and firmware of blanks, which count",
        VALID,
        new().data("deviceId", " ").info("firmware", " ").partner(),
        Ok,
        Nobody,
    );

    // The body.
    add("the body is cut", RULE, r#"{"request":{"#.into(), Malformed, NO_BODY);
    add("request is an array", RULE, r#"{"request":[]}"#.into(), WrongType, NO_BODY);
    add("no request", RULE, r#"{"id":"i"}"#.into(), MissingMember, INCOMPLETE);
    add("no deviceData", RULE, r#"{"request":{}}"#.into(), MissingMember, INCOMPLETE);
    add("blank deviceData", RULE, body(" "), MissingMember, INCOMPLETE);

    // JSON.
    add("base64 of no JSON", RULE, body("AAAA"), Malformed, PARTNER_JSON);
    add("no base64: nothing is left of it", RULE, body("{}"), Malformed, PARTNER_JSON);
    add("null in base64", RULE, base64_body("null"), WrongType, NO_CODE);
    let text = |draft: &Draft| {
        let info = draft.info.clone().with("digitalId", encode(&draft.id));
        encode(&draft.data.clone().with("deviceInfo", encode(&info)))
    };
    let spaced = text(&new());
    let spaced = format!("{}\n{}", &spaced[..8], &spaced[8..]);
    add("a line break in base64", STRICTER, body(&spaced), Malformed, Ours);
    add("deviceInfo is an object", RULE, Draft::new().kernel(), WrongType, PARTNER_JSON);
    let null_info = new().partner_with("bnVsbA==");
    add("deviceInfo is null in base64", RULE, null_info, WrongType, NO_CODE);
    add("deviceInfo is empty", RULE, new().partner_with(""), Malformed, PARTNER_JSON);
    let info = |member, value: Value<'static>| new().info(member, value).partner();
    add("deviceSubId is a text", RULE, info("deviceSubId", "1".into()), WrongType, PARTNER_JSON);
    let nested = Value::Array(vec![Value::Array(vec![])]);
    add(
        "deviceSubId is an array in an array",
        RULE,
        info("deviceSubId", nested),
        WrongType,
        PARTNER_JSON,
    );
    let numbers = Value::Array(vec![1_i64.into()]);
    add(
        "deviceSubId is an array of numbers",
        STRICTER,
        info("deviceSubId", numbers),
        WrongType,
        Ours,
    );
    for (comment, time, answer, flags) in [
        ("timestamp without milliseconds", "2020-01-13T12:50:42Z", PARTNER_JSON, RULE),
        ("timestamp with an offset", "2020-01-13T18:20:42.208+05:30", PARTNER_JSON, RULE),
        ("timestamp between blanks", " 2020-01-13T12:50:42.208Z ", Ours, STRICTER),
        ("timestamp of 30 February", "2020-02-30T12:50:42.208Z", Ours, STRICTER),
    ] {
        add(comment, flags, info("timestamp", time.into()), Malformed, answer);
    }
    let parts = Value::Array([2020_i64, 1, 13, 12, 50, 42].map(Value::from).to_vec());
    add("timestamp is an array", STRICTER, info("timestamp", parts), WrongType, Ours);
    add("timestamp is a number", RULE, info("timestamp", MADE.into()), WrongType, PARTNER_JSON);

    // Members of deviceData.
    add(
        "two rules at once",
        RULE,
        new().data("deviceId", "").data("purpose", "").partner(),
        ValidationFailed,
        All(200, &["PMS_AUT_011", "PMS_AUT_011"]),
    );
    add("no deviceInfo", RULE, body(&encode(&new().data)), ValidationFailed, PARTNER_RULE);
    add(
        "deviceId has 36 characters between blanks, which count",
        RULE,
        new().data("deviceId", format!(" {} ", long(36))).partner(),
        ValidationFailed,
        PARTNER_RULE,
    );

    // Members of deviceInfo.
    add("no certification", RULE, new().without("certification").partner(), MissingMember, NO_CODE);
    add(
        "certification L3",
        RULE,
        info("certification", "L3".into()),
        ValidationFailed,
        PARTNER_RULE,
    );
    add("no firmware", RULE, new().without("firmware").partner(), ValidationFailed, PARTNER_RULE);
    let with_l1 = new().info("certification", "L1");
    const NEEDED: Answer = One(200, "PMS_AUT_030");
    add("L1 without a trust provider", RULE, with_l1.partner(), ValidationFailed, NEEDED);
    let blank = |draft: &Draft| draft.clone().data("foundationalTrustProviderId", " ").partner();
    add("L1 with a blank trust provider", RULE, blank(&with_l1), ValidationFailed, NEEDED);
    const TIMELESS: Answer = One(200, "PMS_AUT_031");
    add("no timestamp", RULE, new().without("timestamp").partner(), MissingMember, TIMELESS);
    add("blank timestamp", RULE, info("timestamp", " ".into()), MissingMember, TIMELESS);
    add(
        "timeStamp instead of it",
        RULE,
        new().without("timestamp").info("timeStamp", STAMP).partner(),
        MissingMember,
        TIMELESS,
    );
    add(
        "L1, no time, no firmware: collected",
        RULE,
        with_l1.clone().without("timestamp").without("firmware").partner(),
        ValidationFailed,
        All(200, &["PMS_AUT_030", "PMS_AUT_031", "PMS_AUT_011"]),
    );
    add(
        "a year old, and no firmware: collected",
        WINDOW,
        new().info("timestamp", "2019-01-13T12:50:42.208Z").without("firmware").partner(),
        TimestampWindow,
        All(200, &["PMS_AUT_012", "PMS_AUT_011"]),
    );

    // The digital id.
    add("no digitalId", RULE, new().without_id().partner(), MissingMember, NO_CODE);
    add("digitalId is no JSON", RULE, info("digitalId", "AAAA".into()), Malformed, PARTNER_JSON);
    add(
        "digitalId is null in base64",
        RULE,
        info("digitalId", "bnVsbA==".into()),
        WrongType,
        NO_CODE,
    );
    for (member, most) in LENGTHS {
        for (comment, draft, answer) in [
            (format!("no {member}"), new().without(member), PARTNER_RULE),
            (
                format!("{member} is empty: two rules"),
                new().id(member, ""),
                All(200, &["PMS_AUT_011", "PMS_AUT_011"]),
            ),
            (format!("{member} is too long"), new().id(member, long(most + 1)), PARTNER_RULE),
        ] {
            add(&comment, RULE, draft.partner(), ValidationFailed, answer);
        }
    }
    add(
        "serialNo is blank",
        RULE,
        new().id("serialNo", " ").partner(),
        ValidationFailed,
        PARTNER_RULE,
    );

    // Tables.
    for (comment, draft, error) in [
        ("another make", new().id("make", "m9"), "PMS_AUT_018"),
        ("unknown trust provider", new().data("foundationalTrustProviderId", "f9"), "PMS_AUT_019"),
        ("blank trust provider", new().data("foundationalTrustProviderId", " "), "PMS_AUT_019"),
        ("registered already", new().id("serialNo", "taken"), "PMS_AUT_015"),
        (
            "registered already, and deleted, for registration",
            new().data("purpose", "Registration").id("serialNo", "deleted"),
            "PMS_AUT_015",
        ),
        (
            "another make, and no deviceSubId",
            new().without("deviceSubId").id("make", "m9"),
            "PMS_AUT_018",
        ),
    ] {
        add(comment, TABLE, draft.partner(), ValidationFailed, One(200, error));
    }
    let known = with_l1.data("foundationalTrustProviderId", "f1");
    add("L1 with a known trust provider", TABLE, known.partner(), Ok, Nobody);
    for (comment, serial) in [
        ("revoked before", "revoked"),
        ("retired before", "retired"),
        ("registered once, inactive now", "gone"),
        ("registered already, and deleted, for authentication", "deleted"),
        ("retired before, and deleted", "buried"),
    ] {
        add(comment, TABLE, new().id("serialNo", serial).partner(), Ok, Nobody);
    }
    add("no deviceSubId", RULE, new().without("deviceSubId").partner(), MissingMember, NO_CODE);
    group
}
