//! Requests to MOSIP's servers, and what the servers' rules say to them.

use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};

use super::format::{self, Case, Group};
use super::keys::without;

/// 2020-01-13T12:50:42Z, the second in which every request was made.
const MADE: i64 = 1_578_919_842;
const NOW: i64 = MADE + 18;

/// Who refuses a request, and how.
#[derive(Clone, Copy)]
enum Answer {
    Nobody,
    /// This library, where the server reads on.
    Ours,
    /// The server, with this HTTP status and one error.
    One(i64, &'static str),
    All(i64, &'static [&'static str]),
}
use Answer::{All, Nobody, One, Ours};

impl Answer {
    fn to_json(self) -> Object<'static> {
        let by = |by: &'static str| Object::new().with("by", by);
        let server = |status: i64, codes: &[&'static str]| {
            let codes = codes.iter().map(|code| Value::from(*code)).collect();
            by("server").with("httpStatus", status).with("errors", Value::Array(codes))
        };
        match self {
            Nobody => by("nobody"),
            Ours => by("stricter-than-server"),
            One(status, code) => server(status, &[code]),
            All(status, codes) => server(status, codes),
        }
    }
}

/// The kernel: a member breaks its rule, or is none.
const RULE_BROKEN: Answer = One(200, "KER-MSD-999");
/// The kernel met what it did not foresee.
const UNFORESEEN: Answer = One(500, "KER-MSD-500");
/// Partner management did.
const NO_CODE: Answer = All(200, &[]);
const NO_BODY: Answer = All(400, &[]);
const INCOMPLETE: Answer = One(400, "PMS_COR_001");
const PARTNER_JSON: Answer = One(200, "PMS_AUT_016");
const PARTNER_RULE: Answer = One(200, "PMS_AUT_011");

const RULE: &[&str] = &["ServerRule"];
const TABLE: &[&str] = &["ServerTable"];
const WINDOW: &[&str] = &["Window", "TimeBoundary"];
const VALID: &[&str] = &["Valid"];
const STRICTER: &[&str] = &["StricterThanServer"];

const KERNEL_1_0_7: Server = Server("kernel", "1.0.7");
const KERNEL_1_0_9: Server = Server("kernel", "1.0.9");
const KERNEL_1_2_0: Server = Server("kernel", "1.2.0");
const PARTNER: Server = Server("partner-management", "1.1.5");

/// A server and its version.
#[derive(Clone, Copy)]
struct Server(&'static str, &'static str);

pub(crate) fn file() -> String {
    let groups = vec![
        kernel(),
        kernel_1_0_9(),
        kernel_1_0_7(),
        windows("+5, as servers do it", KERNEL_1_2_0, "+5", &PLUS),
        windows("-5, as servers do it", KERNEL_1_2_0, "-5", &MINUS),
        windows("5 minutes, as documented", KERNEL_1_0_9, "documented 5", &DOCUMENTED),
        windows("no time rule", KERNEL_1_0_9, "unchecked", &UNCHECKED),
        partner_management(),
        partner_windows("partner management, +5", "+5", MADE + 121, "PMS_AUT_012"),
        partner_windows("partner management, -5", "-5", MADE + 5, "PMS_AUT_013"),
        validation(),
        validation_1_0_9(),
        validation_1_0_7(),
        partner_validation(),
    ];
    let header = &[
        "Requests to MOSIP's registration and validation endpoints, judged as its servers judge them.",
        "`answer` is what the server of this version answers: who refuses, with which HTTP status, and",
        "the codes of its first stage that refuses. No code at all is an empty list.",
    ];
    format::file("mosip-rules", "schemas/mosip-rules.json", header, groups)
}

/// A request for registration before it is put together.
#[derive(Clone)]
struct Draft {
    data: Object<'static>,
    info: Object<'static>,
    id: Object<'static>,
}

impl Draft {
    fn new() -> Self {
        Self {
            data: Object::new()
                .with("deviceId", "d1")
                .with("purpose", "Auth")
                .with("foundationalTrustProviderId", ""),
            info: Object::new()
                .with("deviceSubId", "1")
                .with("certification", "L0")
                .with("firmware", "f1")
                .with("deviceExpiry", "2021-01-13T12:50:42.196Z")
                .with("timeStamp", STAMP),
            id: Object::new()
                .with("serialNo", "s1")
                .with("deviceProvider", "Vendor One")
                .with("deviceProviderId", "p1")
                .with("make", "m1")
                .with("model", "n1")
                .with("dateTime", "2020-01-13T12:50:42.195Z")
                .with("type", "Finger")
                .with("deviceSubType", "Single"),
        }
    }

    /// As kernels before 1.0.9 want it.
    fn old() -> Self {
        Self::new().without("deviceSubType").id("subType", "Single")
    }

    /// As partner management wants it.
    fn for_partner() -> Self {
        let ids = Value::Array(vec!["1".into()]);
        Self::new().without("timeStamp").info("timestamp", STAMP).info("deviceSubId", ids)
    }

    fn data(mut self, member: &'static str, value: impl Into<Value<'static>>) -> Self {
        self.data.set(member, value);
        self
    }

    fn info(mut self, member: &'static str, value: impl Into<Value<'static>>) -> Self {
        self.info.set(member, value);
        self
    }

    fn id(mut self, member: &'static str, value: impl Into<Value<'static>>) -> Self {
        self.id.set(member, value);
        self
    }

    fn without(mut self, member: &str) -> Self {
        for part in [&mut self.data, &mut self.info, &mut self.id] {
            *part = without(part, member);
        }
        self
    }

    fn without_id(mut self) -> Self {
        self.id = Object::new();
        self
    }

    /// The JSON of `deviceData`, as the kernel wants it.
    fn kernel_json(&self) -> String {
        let mut info = self.info.clone();
        if info.member("digitalId").is_none() && self.id.iter().next().is_some() {
            info.set("digitalId", encode(&self.id));
        }
        self.data.clone().with("deviceInfo", info).to_string()
    }

    /// Base64 in base64.
    fn kernel_text(&self) -> String {
        base64::encode_standard(self.kernel_json().as_bytes())
    }

    fn kernel(&self) -> String {
        body(&self.kernel_text())
    }

    /// One layer more.
    fn partner(&self) -> String {
        let mut info = self.info.clone();
        if info.member("digitalId").is_none() && self.id.iter().next().is_some() {
            info.set("digitalId", encode(&self.id));
        }
        self.partner_with(encode(&info))
    }

    fn partner_with(&self, info: impl Into<Value<'static>>) -> String {
        body(&encode(&self.data.clone().with("deviceInfo", info)))
    }
}

const STAMP: &str = "2020-01-13T12:50:42.000Z";

/// A JWS around a text, with a signature that nobody looks at.
fn signed(json: &str) -> String {
    format!("e30.{}.c2ln", base64::encode_url(json.as_bytes()))
}

fn encode(object: &Object<'_>) -> String {
    base64::encode_standard(object.to_string().as_bytes())
}

fn body(device_data: &str) -> String {
    let request = Object::new().with("deviceData", device_data);
    Object::new()
        .with("id", "io.mosip.masterdata.device.create")
        .with("request", request)
        .to_string()
}

fn row(members: &[(&'static str, &'static str)]) -> Object<'static> {
    members.iter().fold(Object::new(), |row, (name, value)| row.with(*name, *value))
}

fn rows(rows: &[Object<'static>]) -> Value<'static> {
    Value::Array(rows.iter().cloned().map(Value::from).collect())
}

fn device(code: &'static str, serial: &'static str) -> Object<'static> {
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

fn inactive(row: Object<'static>) -> Object<'static> {
    row.with("active", Value::Bool(false))
}

fn deleted(row: Object<'static>) -> Object<'static> {
    row.with("deleted", Value::Bool(true))
}

fn records() -> Object<'static> {
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

fn group(comment: &'static str, form: &'static str, server: Server, time: &'static str) -> Group {
    let members = Object::new()
        .with("form", form)
        .with("server", server.0)
        .with("version", server.1)
        .with("timeRule", time)
        .with("records", records());
    Group::new(comment, &members, &Object::new().with("at", NOW))
}

fn registrations(comment: &'static str, server: Server) -> Group {
    group(comment, "registration", server, "+5")
}

fn validations(comment: &'static str, server: Server) -> Group {
    group(comment, "validation", server, "unchecked")
}

/// A test that expects this answer of the server.
fn case(
    comment: impl Into<String>,
    flags: &'static [&'static str],
    input: String,
    code: Code,
    answer: Answer,
) -> Case {
    Case::new(comment, flags, input, code).with("answer", answer.to_json())
}

/// A text of so many characters.
fn long(length: usize) -> String {
    "x".repeat(length)
}

fn base64_body(json: &str) -> String {
    body(&base64::encode_standard(json.as_bytes()))
}

fn kernel() -> Group {
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
const LENGTHS: [(&str, usize); 7] = [
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
fn kernel_1_0_9() -> Group {
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

fn kernel_1_0_7() -> Group {
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

/// Distances of the present from the time of the request, in seconds.
type Distances = [(i64, Code)];

const PLUS: [(i64, Code); 5] =
    [(119, Ok), (120, TimestampWindow), (0, Ok), (-299, Ok), (-300, TimestampWindow)];
const MINUS: [(i64, Code); 4] =
    [(0, TimestampWindow), (299, TimestampWindow), (300, Ok), (100_000, Ok)];
const DOCUMENTED: [(i64, Code); 5] =
    [(0, Ok), (299, Ok), (300, TimestampWindow), (-299, Ok), (-300, TimestampWindow)];
const UNCHECKED: [(i64, Code); 2] = [(1_000_000, Ok), (-1_000_000, Ok)];

fn windows(
    comment: &'static str,
    server: Server,
    time: &'static str,
    distances: &Distances,
) -> Group {
    let mut group = group(comment, "registration", server, time);
    let status = if server.1 == KERNEL_1_2_0.1 { 200 } else { 500 };
    for (distance, code) in distances {
        let answer = if *code == Ok { Nobody } else { One(status, "MSD-RDS-001") };
        let comment = match distance {
            0 => "in the same second".into(),
            1.. => format!("judged {distance} s later"),
            _ => format!("judged {} s earlier", -distance),
        };
        let input = Draft::new().kernel();
        group.add(case(comment, WINDOW, input, *code, answer).at(MADE + distance));
    }
    if time == "+5" {
        // A millisecond decides.
        let late = Draft::new().info("timeStamp", "2020-01-13T12:50:42.001Z").kernel();
        group.add(case("judged 119.999 s later", WINDOW, late, Ok, Nobody).at(MADE + 120));
    }
    group
}

fn partner_windows(
    comment: &'static str,
    time: &'static str,
    at: i64,
    error: &'static str,
) -> Group {
    let mut group = group(comment, "registration", PARTNER, time);
    let input = Draft::for_partner().partner();
    group.add(case("outside", WINDOW, input, TimestampWindow, One(200, error)).at(at));
    group
}

fn partner_management() -> Group {
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

fn validation() -> Group {
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

fn validation_1_0_9() -> Group {
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

fn validation_1_0_7() -> Group {
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

fn partner_validation() -> Group {
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
