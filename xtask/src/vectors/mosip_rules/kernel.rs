//! Registration with the kernel, of every version.

use countersign::Code::*;
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};

use super::super::format::Group;
use super::super::keys::without;
use super::draft::{Draft, STAMP, body, encode};
use super::servers::Answer::{All, Nobody, One, Ours};
use super::servers::{
    Answer, KERNEL_1_0_7, KERNEL_1_0_9, KERNEL_1_2_0, MADE, RULE, RULE_BROKEN, STRICTER, TABLE,
    UNFORESEEN, VALID, WINDOW, base64_body, case, long, registrations,
};

pub(super) fn kernel() -> Group {
    let mut group = registrations("the kernel's order of checks", KERNEL_1_2_0);
    let new = Draft::new;
    let mut add = |comment: &str, flags, input: String, code, answer: Answer| {
        group.add(case(comment, flags, input, code, answer));
    };
    let registration = new().data("purpose", "Registration");

    add("for authentication", VALID, new().kernel(), Ok, Nobody);
    add("bare deviceData", VALID, new().kernel_text(), Ok, Nobody);
    let jws = format!("e30.{}.c2ln", new().kernel_text().trim_end_matches('='));
    add("a JWS, which the kernel does not verify", VALID, body(&jws), Ok, Nobody);
    add("for registration", VALID, registration.kernel(), Ok, Nobody);
    add("purpose in capitals", VALID, new().data("purpose", "AUTH").kernel(), Ok, Nobody);
    let with_l1 = new().info("certification", "L1");
    let trusted = with_l1.clone().data("foundationalTrustProviderId", "f1");
    add("L1 with a trust provider", VALID, trusted.kernel(), Ok, Nobody);
    for member in ["deviceId", "deviceExpiry", "deviceSubId", "dateTime"] {
        let comment = format!("no {member}, which the rules accept");
        add(&comment, VALID, new().without(member).kernel(), Ok, Nobody);
    }
    add(
        "a long past deviceExpiry",
        VALID,
        new().info("deviceExpiry", "2001-01-01T00:00:00.000Z").kernel(),
        Ok,
        Nobody,
    );
    let ids = new().info("deviceSubId", "[1,2,3]");
    add("deviceSubId is a bracketed text", VALID, ids.kernel(), Ok, Nobody);
    let unpadded = body(new().data("deviceId", "d12").kernel_text().trim_end_matches('='));
    add("base64 without padding", VALID, unpadded, Ok, Nobody);

    // The body.
    let envelope = |edit: (&'static str, Value<'static>)| {
        let request = Object::new().with("deviceData", new().kernel_text());
        Object::new().with("request", request).with(edit.0, edit.1).to_string()
    };
    add("requesttime in the pattern", VALID, envelope(("requesttime", STAMP.into())), Ok, Nobody);
    add("metadata of any kind", VALID, envelope(("metadata", Object::new().into())), Ok, Nobody);
    add(
        "requesttime without milliseconds",
        RULE,
        envelope(("requesttime", "2020-01-13T12:50:42Z".into())),
        Malformed,
        RULE_BROKEN,
    );
    add(
        "an unknown member of the body",
        RULE,
        envelope(("x", 1_i64.into())),
        Malformed,
        RULE_BROKEN,
    );
    add("id is an array", RULE, envelope(("id", Value::Array(vec![]))), WrongType, RULE_BROKEN);
    add("request is null", RULE, r#"{"request":null}"#.into(), MissingMember, RULE_BROKEN);
    add("request is an array", RULE, r#"{"request":[]}"#.into(), WrongType, RULE_BROKEN);
    add("the body is cut", RULE, r#"{"request":{"#.into(), Malformed, RULE_BROKEN);
    add("text after the body", STRICTER, format!("{} x", new().kernel()), Malformed, Ours);
    add(
        "an unknown member of the request",
        RULE,
        Object::new()
            .with("request", Object::new().with("deviceData", new().kernel_text()).with("x", ""))
            .to_string(),
        Malformed,
        RULE_BROKEN,
    );

    // 1. JSON.
    add("no base64", RULE, body("{}"), Malformed, UNFORESEEN);
    add("base64 of two alphabets", RULE, body("-/8="), Malformed, UNFORESEEN);
    add("incomplete padding", RULE, body("e30x="), Malformed, UNFORESEEN);
    add("nothing in deviceData", RULE, body(""), Malformed, UNFORESEEN);
    add("a JWS without a payload", RULE, body("e30..c2ln"), Malformed, UNFORESEEN);
    add("base64 of no JSON", RULE, body("AAAA"), Malformed, UNFORESEEN);
    add("no deviceData", RULE, r#"{"request":{}}"#.into(), MissingMember, UNFORESEEN);
    add(
        "deviceData is null",
        RULE,
        r#"{"request":{"deviceData":null}}"#.into(),
        MissingMember,
        UNFORESEEN,
    );
    add("null in base64", RULE, base64_body("null"), WrongType, UNFORESEEN);
    add("an array in base64", RULE, base64_body("[]"), WrongType, RULE_BROKEN);
    add("a text in base64", RULE, base64_body(r#""x""#), WrongType, RULE_BROKEN);
    add("blanks in base64", RULE, base64_body("  "), Malformed, RULE_BROKEN);
    for (comment, json, answer) in [
        ("JSON that ends between members", r#"{"deviceId":"d""#, UNFORESEEN),
        ("JSON without a comma", r#"{"deviceId":"d" "purpose":"Auth"}"#, UNFORESEEN),
        ("JSON with a wrong literal", r#"{"deviceId":nul}"#, UNFORESEEN),
        ("JSON that ends in a text", r#"{"deviceId":"d"#, RULE_BROKEN),
        ("JSON with a wrong escape in a text", r#"{"deviceId":"\x"}"#, RULE_BROKEN),
        ("JSON that ends in deviceInfo", r#"{"deviceInfo":{"firmware":"f""#, RULE_BROKEN),
        ("an unknown member before a fault", r#"{"x":1 "purpose":"Auth"}"#, RULE_BROKEN),
    ] {
        add(comment, RULE, base64_body(json), Malformed, answer);
    }
    let json = new().kernel_json();
    add("text after the JSON", STRICTER, base64_body(&format!("{json} x")), Malformed, Ours);
    add("a byte order mark", STRICTER, base64_body(&format!("\u{feff}{json}")), Malformed, Ours);
    let half = json.replace(r#""d1""#, r#""\ud800""#);
    add("half a surrogate pair", STRICTER, base64_body(&half), Malformed, Ours);
    let twice = format!(r#"{{"purpose":"Auth",{}"#, &json[1..]);
    add("purpose twice", &["StrictJson"], base64_body(&twice), DuplicateMember, Ours);
    // One byte is left over, a blank: its last four bits are in a character of their own.
    let blanks = [1, 3, 2][json.len() % 3];
    let bits = base64::encode_standard(format!("{json}{}", " ".repeat(blanks)).as_bytes());
    let bits = format!("{}B==", bits.strip_suffix("A==").unwrap());
    add("trailing bits in base64", STRICTER, body(&bits), Malformed, Ours);
    add("deviceInfo is a text", RULE, new().partner_with("e30="), WrongType, RULE_BROKEN);
    for (comment, draft) in [
        ("an unknown member of deviceData", new().data("x", "")),
        ("an unknown member of deviceInfo", new().info("x", "")),
        ("an unknown member of the digital id", new().id("x", "")),
        ("subType as well", new().id("subType", "Single")),
        ("subType instead of deviceSubType", Draft::old()),
        (
            "subtype instead of deviceSubType",
            new().without("deviceSubType").id("subtype", "Single"),
        ),
        ("dp instead of deviceProvider", new().without("deviceProvider").id("dp", "Vendor One")),
        ("dpId instead of deviceProviderId", new().without("deviceProviderId").id("dpId", "p1")),
        ("timestamp instead of timeStamp", new().without("timeStamp").info("timestamp", STAMP)),
    ] {
        add(comment, RULE, draft.kernel(), Malformed, RULE_BROKEN);
    }
    for (comment, draft) in [
        ("deviceSubId is an array", new().info("deviceSubId", Value::Array(vec!["1".into()]))),
        ("deviceSubId is an object", new().info("deviceSubId", Object::new())),
        ("purpose is an array", new().data("purpose", Value::Array(vec![]))),
        ("timeStamp is a number", new().info("timeStamp", MADE)),
        ("timeStamp is an array", new().info("timeStamp", Value::Array(vec![]))),
    ] {
        add(comment, RULE, draft.kernel(), WrongType, RULE_BROKEN);
    }
    let number = new().data("purpose", 1_i64);
    add("purpose is a number, and so no purpose", RULE, number.kernel(), WrongType, RULE_BROKEN);
    for (comment, draft) in [
        ("deviceId is a number, which the server reads", new().data("deviceId", 1_i64)),
        ("deviceSubId is a number, which the server reads", new().info("deviceSubId", 1_i64)),
        ("firmware is true, which the server reads", new().info("firmware", Value::Bool(true))),
    ] {
        add(comment, STRICTER, draft.kernel(), WrongType, Ours);
    }
    for (comment, member, time) in [
        ("timeStamp without milliseconds", "timeStamp", "2020-01-13T12:50:42Z"),
        ("timeStamp with an offset", "timeStamp", "2020-01-13T18:20:42.208+05:30"),
        ("timeStamp with a small z", "timeStamp", "2020-01-13T12:50:42.208z"),
        ("timeStamp is empty", "timeStamp", ""),
        ("timeStamp between blanks", "timeStamp", " 2020-01-13T12:50:42.208Z "),
        ("timeStamp of 32 January", "timeStamp", "2020-01-32T12:50:42.208Z"),
        ("deviceExpiry without milliseconds", "deviceExpiry", "2021-01-13T12:50:42Z"),
    ] {
        add(comment, RULE, new().info(member, time).kernel(), Malformed, RULE_BROKEN);
    }
    for (comment, member, time) in [
        ("timeStamp of 30 February", "timeStamp", "2020-02-30T12:50:42.208Z"),
        ("deviceExpiry of 31 April, 24:00", "deviceExpiry", "2021-04-31T24:00:00.000Z"),
    ] {
        add(comment, STRICTER, new().info(member, time).kernel(), Malformed, Ours);
    }
    let again = base64::encode_standard(new().kernel_text().as_bytes());
    add("encoded twice", RULE, body(&again), Malformed, UNFORESEEN);

    // 2. Members of deviceData.
    for (comment, draft) in [
        ("deviceId is blank", new().data("deviceId", "  ")),
        ("deviceId has 37 characters", new().data("deviceId", long(37))),
        ("purpose is another", new().data("purpose", "Enrol")),
        ("purpose is missing", new().without("purpose")),
        ("no trust provider", new().without("foundationalTrustProviderId")),
        ("null trust provider", new().data("foundationalTrustProviderId", Value::Null)),
        ("L1 without a trust provider", with_l1.clone()),
        ("L1 with a blank trust provider", with_l1.data("foundationalTrustProviderId", " ")),
        ("no certification", new().without("certification")),
    ] {
        add(comment, RULE, draft.kernel(), ValidationFailed, RULE_BROKEN);
    }
    add(
        "deviceId has 36 characters between blanks",
        RULE,
        new().data("deviceId", format!(" {} ", long(36))).kernel(),
        Ok,
        Nobody,
    );
    let old_stamp = "2019-01-13T12:50:42.208Z";
    add(
        "two rules at once, and the time later",
        RULE,
        new().data("deviceId", "").data("purpose", "").info("timeStamp", old_stamp).kernel(),
        ValidationFailed,
        All(200, &["KER-MSD-999", "KER-MSD-999"]),
    );
    let no_info = body(&encode(&new().data));
    add("no deviceInfo", RULE, no_info, ValidationFailed, RULE_BROKEN);
    let nothing = body(&encode(&without(&new().data, "foundationalTrustProviderId")));
    add(
        "neither deviceInfo nor trust provider: one rule",
        RULE,
        nothing,
        ValidationFailed,
        RULE_BROKEN,
    );
    add(
        "no certification, and a year old",
        RULE,
        new().without("certification").info("timeStamp", old_stamp).kernel(),
        ValidationFailed,
        RULE_BROKEN,
    );

    // 3. The time.
    const LATE: Answer = One(200, "MSD-RDS-001");
    let old = new().info("timeStamp", old_stamp);
    add("a year old", WINDOW, old.kernel(), TimestampWindow, LATE);
    add(
        "a year old, and no firmware",
        WINDOW,
        old.clone().without("firmware").kernel(),
        TimestampWindow,
        LATE,
    );
    add(
        "a year old, and an empty certification",
        WINDOW,
        old.info("certification", "").kernel(),
        TimestampWindow,
        LATE,
    );
    add("no timeStamp", RULE, new().without("timeStamp").kernel(), MissingMember, UNFORESEEN);

    // 4. Members of deviceInfo.
    for (comment, draft) in [
        ("L2", new().info("certification", "L2")),
        ("l0", new().info("certification", "l0")),
        ("empty certification", new().info("certification", "")),
        ("no firmware", new().without("firmware")),
        ("empty firmware", new().info("firmware", "")),
        ("firmware of 129 characters", new().info("firmware", long(129))),
        ("neither firmware nor digitalId", new().without("firmware").without_id()),
    ] {
        add(comment, RULE, draft.kernel(), ValidationFailed, RULE_BROKEN);
    }
    add(
        "neither level nor firmware",
        RULE,
        new().info("certification", "L3").without("firmware").kernel(),
        ValidationFailed,
        All(200, &["KER-MSD-999", "KER-MSD-999"]),
    );

    // 5. The digital id.
    add("no digitalId", RULE, new().without_id().kernel(), MissingMember, UNFORESEEN);
    let digital_id = |text: String| new().info("digitalId", text).kernel();
    add("digitalId is empty", RULE, digital_id(String::new()), Malformed, UNFORESEEN);
    add("digitalId is no base64", RULE, digital_id("*".into()), Malformed, UNFORESEEN);
    add("digitalId is no JSON", RULE, digital_id("AAAA".into()), Malformed, UNFORESEEN);
    add("digitalId is null in base64", RULE, digital_id("bnVsbA==".into()), WrongType, UNFORESEEN);
    add("digitalId is a JWS", RULE, digital_id(signed_id()), Malformed, UNFORESEEN);
    add(
        "dateTime without milliseconds",
        RULE,
        new().id("dateTime", "2020-01-13T12:50:42Z").kernel(),
        Malformed,
        RULE_BROKEN,
    );
    for (member, most) in LENGTHS {
        let draft = new().id(member, long(most + 1));
        let comment = format!("{member} is too long");
        add(&comment, RULE, draft.kernel(), ValidationFailed, RULE_BROKEN);
        let comment = format!("{member} is empty");
        add(&comment, RULE, new().id(member, "").kernel(), ValidationFailed, RULE_BROKEN);
    }
    add("serialNo of 64 characters", RULE, new().id("serialNo", long(64)).kernel(), Ok, Nobody);
    add(
        "serialNo of 33 characters outside the BMP",
        RULE,
        new().id("serialNo", "\u{1d7d8}".repeat(33)).kernel(),
        ValidationFailed,
        RULE_BROKEN,
    );
    add(
        "no make and no model, which rule and tables accept",
        RULE,
        new().without("make").without("model").kernel(),
        Ok,
        Nobody,
    );

    // 6 to 10. Tables.
    for (comment, draft, error) in [
        ("unknown provider", new().id("deviceProviderId", "p9"), "ADM-DPM-032"),
        ("provider of another name", new().id("deviceProvider", "vendor one"), "ADM-DPM-032"),
        (
            "inactive provider",
            new().id("deviceProviderId", "p2").id("deviceProvider", "Vendor Two"),
            "ADM-DPM-032",
        ),
        (
            "deleted provider",
            new().id("deviceProviderId", "p4").id("deviceProvider", "Vendor Four"),
            "ADM-DPM-032",
        ),
        ("no provider", new().without("deviceProviderId"), "ADM-DPM-032"),
        ("unknown type", new().id("type", "finger"), "ADM-DPM-026"),
        ("inactive type", new().id("type", "Palm"), "ADM-DPM-026"),
        ("no type", new().without("type"), "ADM-DPM-026"),
        ("unknown sub-type", new().id("deviceSubType", "Slap"), "ADM-DPM-027"),
        ("inactive sub-type", new().id("deviceSubType", "Double"), "ADM-DPM-027"),
        ("registered already", new().id("serialNo", "taken"), "ADM-DPM-043"),
        ("revoked, and still active", new().id("serialNo", "revoked"), "ADM-DPM-043"),
        ("deleted, and still active", new().id("serialNo", "deleted"), "ADM-DPM-043"),
        ("not in the master", registration.clone().id("serialNo", "s2"), "ADM-DPM-042"),
        ("no serial number", registration.clone().without("serialNo"), "ADM-DPM-042"),
    ] {
        add(comment, TABLE, draft.kernel(), ValidationFailed, One(200, error));
    }
    let gone = new().id("serialNo", "gone");
    add("registered once, inactive now", TABLE, gone.kernel(), Ok, Nobody);
    group
}

/// The members of a digital id, and how long they may be.
pub(super) const LENGTHS: [(&str, usize); 7] = [
    ("serialNo", 64),
    ("deviceProvider", 128),
    ("deviceProviderId", 36),
    ("make", 36),
    ("model", 36),
    ("type", 36),
    ("deviceSubType", 36),
];

/// A digital id as a JWS.
fn signed_id() -> String {
    let header = base64::encode_url(br#"{"alg":"RS256"}"#);
    format!("{header}.{}.c2ln", base64::encode_url(Draft::new().id.to_string().as_bytes()))
}

/// What differs from 1.2.0: base64, and the HTTP status of the window.
pub(super) fn kernel_1_0_9() -> Group {
    let mut group = registrations("a kernel before 1.2.0", KERNEL_1_0_9);
    let new = Draft::new;
    let mut add = |comment: &str, flags, input: String, code, answer: Answer| {
        group.add(case(comment, flags, input, code, answer));
    };
    add("for authentication", VALID, new().kernel(), Ok, Nobody);
    add(
        "an unknown member of deviceData",
        RULE,
        new().data("x", "").kernel(),
        Malformed,
        RULE_BROKEN,
    );
    add("subType instead of deviceSubType", RULE, Draft::old().kernel(), Malformed, RULE_BROKEN);
    add("no base64: nothing is left of it", RULE, body("{}"), Malformed, RULE_BROKEN);
    add("nothing in deviceData", RULE, body(""), Malformed, RULE_BROKEN);
    add("a JWS without a payload", RULE, body("e30..c2ln"), Malformed, RULE_BROKEN);
    add("no deviceData", RULE, r#"{"request":{}}"#.into(), MissingMember, UNFORESEEN);
    add("base64 of no JSON", RULE, body("AAAA"), Malformed, UNFORESEEN);
    let spaced = |text: &str| format!("{}\n{}", &text[..8], &text[8..]);
    let text = new().kernel_text();
    add("a line break in base64", STRICTER, body(&spaced(&text)), Malformed, Ours);
    let taken = new().id("serialNo", "taken").kernel_text();
    add(
        "a line break in base64 of what is registered already",
        TABLE,
        body(&spaced(&taken)),
        Malformed,
        One(200, "ADM-DPM-043"),
    );
    let digital_id = |text: String| new().info("digitalId", text).kernel();
    add("digitalId is empty", RULE, digital_id(String::new()), Malformed, RULE_BROKEN);
    add("digitalId is no base64", RULE, digital_id("*".into()), Malformed, RULE_BROKEN);
    add(
        "digitalId is a JWS: its header is read",
        RULE,
        digital_id(signed_id()),
        Malformed,
        RULE_BROKEN,
    );
    add("no digitalId", RULE, new().without_id().kernel(), MissingMember, UNFORESEEN);
    let late = new().info("timeStamp", "2019-01-13T12:50:42.208Z");
    add("a year old", WINDOW, late.kernel(), TimestampWindow, One(500, "MSD-RDS-001"));
    group
}

pub(super) fn kernel_1_0_7() -> Group {
    let mut group = registrations("a kernel before 1.0.9", KERNEL_1_0_7);
    let mut add = |comment: &str, flags, input: String, code, answer: Answer| {
        group.add(case(comment, flags, input, code, answer));
    };
    add("subType", VALID, Draft::old().kernel(), Ok, Nobody);
    add("deviceSubType instead of it", RULE, Draft::new().kernel(), Malformed, RULE_BROKEN);
    add(
        "deviceSubType as well",
        RULE,
        Draft::old().id("deviceSubType", "Single").kernel(),
        Malformed,
        RULE_BROKEN,
    );
    add(
        "subtype instead of it",
        RULE,
        Draft::old().without("subType").id("subtype", "Single").kernel(),
        Malformed,
        RULE_BROKEN,
    );
    add(
        "subType is too long",
        RULE,
        Draft::old().id("subType", long(37)).kernel(),
        ValidationFailed,
        RULE_BROKEN,
    );
    add(
        "unknown sub-type",
        TABLE,
        Draft::old().id("subType", "Slap").kernel(),
        ValidationFailed,
        One(200, "ADM-DPM-027"),
    );
    group
}
