//! Requests to MOSIP's servers, and what the servers' rules say to them.

use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};

use super::format::{self, Case, Group};
use super::keys::without;

/// 2020-01-13T12:50:42Z, the second in which every request was made.
const MADE: i64 = 1_578_919_842;
const NOW: i64 = MADE + 18;

/// The error codes that a server answers with.
type Answer<'a> = &'a [&'static str];

const RULE: &[&str] = &["ServerRule"];
const TABLE: &[&str] = &["ServerTable"];
const WINDOW: &[&str] = &["Window", "TimeBoundary"];
const VALID: &[&str] = &["Valid"];

pub(crate) fn file() -> String {
    let groups = vec![
        kernel(),
        windows("+5, as servers do it", "+5", &PLUS),
        windows("-5, as servers do it", "-5", &MINUS),
        windows("5 minutes, as documented", "documented 5", &DOCUMENTED),
        windows("no time rule", "unchecked", &UNCHECKED),
        partner_management(),
        partner_windows("partner management, +5", "+5", MADE + 121, "PMS_AUT_012"),
        partner_windows("partner management, -5", "-5", MADE + 5, "PMS_AUT_013"),
        validation(),
        partner_validation(),
    ];
    let header = &[
        "Requests to MOSIP's registration and validation endpoints, judged as its servers judge them.",
        "`errors` are the codes that the server answers with: those of its first stage that refuses.",
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
                .with("timeStamp", "2020-01-13T12:50:42.000Z"),
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

    /// Base64 in base64, as the kernel wants it.
    fn kernel_text(&self) -> String {
        let mut info = self.info.clone();
        if info.member("digitalId").is_none() && self.id.iter().next().is_some() {
            info.set("digitalId", encode(&self.id));
        }
        encode(&self.data.clone().with("deviceInfo", info))
    }

    fn kernel(&self) -> String {
        body(&self.kernel_text())
    }

    /// One layer more, as partner management wants it.
    fn partner(&self) -> String {
        let info = self.info.clone().with("digitalId", encode(&self.id));
        body(&encode(&self.data.clone().with("deviceInfo", encode(&info))))
    }
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
            rows(&[provider("p1", "Vendor One"), inactive(provider("p2", "Vendor Two"))]),
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
            rows(&[service("v1", "m1"), service("v2", "m2"), inactive(service("v3", "m1"))]),
        )
        .with("history", history)
}

fn group(
    comment: &'static str,
    form: &'static str,
    server: &'static str,
    time: &'static str,
) -> Group {
    let members = Object::new()
        .with("form", form)
        .with("server", server)
        .with("timeRule", time)
        .with("records", records());
    Group::new(comment, &members, &Object::new().with("at", NOW))
}

/// A test that expects these codes of the server.
fn case(
    comment: impl Into<String>,
    flags: &'static [&'static str],
    input: String,
    code: Code,
    errors: Answer<'_>,
) -> Case {
    let errors = errors.iter().map(|code| Value::from(*code)).collect();
    Case::new(comment, flags, input, code).with("errors", Value::Array(errors))
}

/// A text of so many characters.
fn long(length: usize) -> String {
    "x".repeat(length)
}

fn kernel() -> Group {
    let mut group = group("the kernel's order of checks", "registration", "kernel", "+5");
    let new = Draft::new;
    let mut add = |comment: &str, flags, input: String, code, errors: Answer<'_>| {
        group.add(case(comment, flags, input, code, errors));
    };
    let registration = new().data("purpose", "Registration");

    add("for authentication", VALID, new().kernel(), Ok, &[]);
    add("bare deviceData", VALID, new().kernel_text(), Ok, &[]);
    let jws = format!("e30.{}.c2ln", new().kernel_text().trim_end_matches('='));
    add("a JWS, which the kernel does not verify", VALID, body(&jws), Ok, &[]);
    add("for registration", VALID, registration.kernel(), Ok, &[]);
    add("purpose in capitals", VALID, new().data("purpose", "AUTH").kernel(), Ok, &[]);
    add(
        "subType instead of deviceSubType",
        VALID,
        new().without("deviceSubType").id("subType", "Single").kernel(),
        Ok,
        &[],
    );
    let with_l1 = new().info("certification", "L1");
    let trusted = with_l1.clone().data("foundationalTrustProviderId", "f1");
    add("L1 with a trust provider", VALID, trusted.kernel(), Ok, &[]);
    add("no deviceId, which the rule accepts", VALID, new().without("deviceId").kernel(), Ok, &[]);
    add("no deviceExpiry", VALID, new().without("deviceExpiry").kernel(), Ok, &[]);
    add(
        "a long past deviceExpiry",
        VALID,
        new().info("deviceExpiry", "2001-01-01T00:00:00.000Z").kernel(),
        Ok,
        &[],
    );

    // 1. JSON.
    const BAD: Answer<'_> = &["KER-MSD-999"];
    add("no base64", RULE, body("{}"), Malformed, BAD);
    add("base64 of no JSON", RULE, body("AAAA"), Malformed, BAD);
    add("no deviceData", RULE, r#"{"request":{}}"#.into(), MissingMember, BAD);
    add("deviceInfo is a text", RULE, new().partner(), WrongType, BAD);
    add("purpose is a number", RULE, new().data("purpose", 1_i64).kernel(), WrongType, BAD);
    for (comment, member, time) in [
        ("timeStamp without milliseconds", "timeStamp", "2020-01-13T12:50:42Z"),
        ("timeStamp with an offset", "timeStamp", "2020-01-13T18:20:42.208+05:30"),
        ("timeStamp of no day", "timeStamp", "2020-02-30T12:50:42.208Z"),
        ("deviceExpiry without milliseconds", "deviceExpiry", "2021-01-13T12:50:42Z"),
    ] {
        add(comment, RULE, new().info(member, time).kernel(), Malformed, BAD);
    }
    let twice = r#"{"purpose":"Auth","purpose":"Auth"}"#;
    let twice = body(&base64::encode_standard(twice.as_bytes()));
    add("purpose twice", &["StrictJson"], twice, DuplicateMember, BAD);
    let again = base64::encode_standard(new().kernel_text().as_bytes());
    add("encoded twice", RULE, body(&again), Malformed, BAD);

    // 2. Members of deviceData.
    for (comment, draft) in [
        ("deviceId is blank", new().data("deviceId", "  ")),
        ("deviceId has 37 characters", new().data("deviceId", long(37))),
        ("purpose is another", new().data("purpose", "Enrol")),
        ("purpose is missing", new().without("purpose")),
        ("no trust provider", new().without("foundationalTrustProviderId")),
        ("null trust provider", new().data("foundationalTrustProviderId", Value::Null)),
        ("L1 without a trust provider", with_l1.clone()),
    ] {
        add(comment, RULE, draft.kernel(), ValidationFailed, BAD);
    }
    add(
        "deviceId has 36 characters between blanks",
        RULE,
        new().data("deviceId", format!(" {} ", long(36))).kernel(),
        Ok,
        &[],
    );
    add(
        "two rules at once, and the time later",
        RULE,
        {
            let draft = new().data("deviceId", "").data("purpose", "");
            draft.info("timeStamp", "2019-01-13T12:50:42.208Z").kernel()
        },
        ValidationFailed,
        &["KER-MSD-999", "KER-MSD-999"],
    );
    let no_info = body(&encode(&without(&new().data, "deviceInfo")));
    add("no deviceInfo", RULE, no_info, ValidationFailed, BAD);

    // 3. The time.
    let old = new().info("timeStamp", "2019-01-13T12:50:42.208Z");
    add("a year old", WINDOW, old.kernel(), TimestampWindow, &["MSD-RDS-001"]);
    add(
        "a year old, and no firmware",
        WINDOW,
        old.clone().without("firmware").kernel(),
        TimestampWindow,
        &["MSD-RDS-001"],
    );
    let timeless = new().without("timeStamp");
    add("no timeStamp", RULE, timeless.kernel(), MissingMember, &["KER-MSD-500"]);

    // 4. Members of deviceInfo.
    for (comment, draft) in [
        ("L2", new().info("certification", "L2")),
        ("l0", new().info("certification", "l0")),
        ("no certification", new().without("certification")),
        ("no firmware", new().without("firmware")),
        ("empty firmware", new().info("firmware", "")),
        ("firmware of 129 characters", new().info("firmware", long(129))),
    ] {
        add(comment, RULE, draft.kernel(), ValidationFailed, BAD);
    }
    let mut without_id = new();
    without_id.id = Object::new();
    add("no digitalId", RULE, without_id.kernel(), ValidationFailed, BAD);
    add(
        "neither level nor firmware",
        RULE,
        new().without("certification").without("firmware").kernel(),
        ValidationFailed,
        &["KER-MSD-999", "KER-MSD-999"],
    );

    // 5. The digital id.
    add("digitalId is no base64", RULE, new().info("digitalId", "*").kernel(), Malformed, BAD);
    add("digitalId is no JSON", RULE, new().info("digitalId", "AAAA").kernel(), Malformed, BAD);
    add(
        "dateTime without milliseconds",
        RULE,
        new().id("dateTime", "2020-01-13T12:50:42Z").kernel(),
        Malformed,
        BAD,
    );
    for (member, most) in [
        ("serialNo", 64),
        ("deviceProvider", 128),
        ("deviceProviderId", 36),
        ("make", 36),
        ("model", 36),
        ("type", 36),
        ("deviceSubType", 36),
    ] {
        let draft = new().id(member, long(most + 1));
        add(&format!("{member} is too long"), RULE, draft.kernel(), ValidationFailed, BAD);
        add(
            &format!("{member} is empty"),
            RULE,
            new().id(member, "").kernel(),
            ValidationFailed,
            BAD,
        );
    }
    add("serialNo of 64 characters", RULE, new().id("serialNo", long(64)).kernel(), Ok, &[]);
    add(
        "serialNo of 33 characters outside the BMP",
        RULE,
        new().id("serialNo", "\u{1d7d8}".repeat(33)).kernel(),
        ValidationFailed,
        BAD,
    );
    add(
        "no make and no model, which rule and tables accept",
        RULE,
        new().without("make").without("model").kernel(),
        Ok,
        &[],
    );

    // 6 to 10. Tables.
    let header = base64::encode_url(br#"{"alg":"RS256"}"#);
    let signed = format!("{header}.{}.c2ln", encode(&new().id).trim_end_matches('='));
    add(
        "a signed digital id, whose header the kernel reads",
        TABLE,
        new().info("digitalId", signed).kernel(),
        ValidationFailed,
        &["ADM-DPM-032"],
    );
    for (comment, draft, error) in [
        ("unknown provider", new().id("deviceProviderId", "p9"), "ADM-DPM-032"),
        ("provider of another name", new().id("deviceProvider", "vendor one"), "ADM-DPM-032"),
        (
            "inactive provider",
            new().id("deviceProviderId", "p2").id("deviceProvider", "Vendor Two"),
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
        ("not in the master", registration.clone().id("serialNo", "s2"), "ADM-DPM-042"),
        ("no serial number", registration.clone().without("serialNo"), "ADM-DPM-042"),
    ] {
        add(comment, TABLE, draft.kernel(), ValidationFailed, &[error]);
    }
    let gone = new().id("serialNo", "gone");
    add("registered once, inactive now", TABLE, gone.kernel(), Ok, &[]);
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

fn windows(comment: &'static str, time: &'static str, distances: &Distances) -> Group {
    let mut group = group(comment, "registration", "kernel", time);
    for (distance, code) in distances {
        let errors: Answer<'_> = if *code == Ok { &[] } else { &["MSD-RDS-001"] };
        let comment = match distance {
            0 => "in the same second".into(),
            1.. => format!("judged {distance} s later"),
            _ => format!("judged {} s earlier", -distance),
        };
        let input = Draft::new().kernel();
        group.add(case(comment, WINDOW, input, *code, errors).at(MADE + distance));
    }
    if time == "+5" {
        // A millisecond decides.
        let late = Draft::new().info("timeStamp", "2020-01-13T12:50:42.001Z").kernel();
        group.add(case("judged 119.999 s later", WINDOW, late, Ok, &[]).at(MADE + 120));
    }
    group
}

fn partner_windows(
    comment: &'static str,
    time: &'static str,
    at: i64,
    error: &'static str,
) -> Group {
    let mut group = group(comment, "registration", "partner-management", time);
    let input = Draft::new().partner();
    group.add(case("outside", WINDOW, input, TimestampWindow, &[error]).at(at));
    group
}

fn partner_management() -> Group {
    let mut group =
        group("partner management's order of checks", "registration", "partner-management", "+5");
    let new = Draft::new;
    let mut add = |comment: &str, flags, input: String, code, errors: Answer<'_>| {
        group.add(case(comment, flags, input, code, errors));
    };
    add("for authentication", VALID, new().partner(), Ok, &[]);
    add("L2", VALID, new().info("certification", "L2").partner(), Ok, &[]);
    add(
        "sub ids as an array",
        VALID,
        new().info("deviceSubId", Value::Array(vec!["1".into()])).partner(),
        Ok,
        &[],
    );
    add(
        "timestamp in small letters",
        VALID,
        new().without("timeStamp").info("timestamp", "2020-01-13T12:50:42.208Z").partner(),
        Ok,
        &[],
    );
    add(
        "no trust provider",
        VALID,
        new().without("foundationalTrustProviderId").partner(),
        Ok,
        &[],
    );

    add("base64 of no JSON", RULE, body("AAAA"), Malformed, &["PMS_AUT_016"]);
    add("deviceInfo is an object", RULE, new().kernel(), WrongType, &["PMS_AUT_016"]);
    add(
        "two rules at once",
        RULE,
        new().data("deviceId", "").data("purpose", "").partner(),
        ValidationFailed,
        &["PMS_AUT_011", "PMS_AUT_011"],
    );
    let with_l1 = new().info("certification", "L1");
    add("L1 without a trust provider", RULE, with_l1.partner(), ValidationFailed, &["PMS_AUT_030"]);
    add(
        "no timeStamp",
        RULE,
        new().without("timeStamp").partner(),
        MissingMember,
        &["PMS_AUT_031"],
    );
    add(
        "L1, no time, no firmware: collected",
        RULE,
        with_l1.clone().without("timeStamp").without("firmware").partner(),
        ValidationFailed,
        &["PMS_AUT_030", "PMS_AUT_031", "PMS_AUT_011"],
    );
    add(
        "a year old, and no firmware: collected",
        WINDOW,
        new().info("timeStamp", "2019-01-13T12:50:42.208Z").without("firmware").partner(),
        TimestampWindow,
        &["PMS_AUT_012", "PMS_AUT_011"],
    );
    add(
        "serialNo is empty",
        RULE,
        new().id("serialNo", "").partner(),
        ValidationFailed,
        &["PMS_AUT_011"],
    );

    for (comment, draft, error) in [
        ("another make", new().id("make", "m9"), "PMS_AUT_018"),
        ("no model", new().without("model"), "PMS_AUT_018"),
        ("unknown trust provider", new().data("foundationalTrustProviderId", "f9"), "PMS_AUT_019"),
        ("registered already", new().id("serialNo", "taken"), "PMS_AUT_015"),
    ] {
        add(comment, TABLE, draft.partner(), ValidationFailed, &[error]);
    }
    let known = with_l1.data("foundationalTrustProviderId", "f1");
    add("L1 with a known trust provider", TABLE, known.partner(), Ok, &[]);
    for (comment, serial) in [
        ("revoked before", "revoked"),
        ("retired before", "retired"),
        ("registered once, inactive now", "gone"),
    ] {
        add(comment, TABLE, new().id("serialNo", serial).partner(), Ok, &[]);
    }
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

fn ask(claim: &Object<'static>) -> String {
    Object::new().with("request", claim.clone()).to_string()
}

const LATER: &str = "2020-01-13T12:50:41.000Z";

fn validation() -> Group {
    let mut group = group("validation by the kernel", "validation", "kernel", "unchecked");
    let mut add = |comment: &str, flags, claim: &Object<'static>, code, errors: Answer<'_>| {
        group.add(case(comment, flags, ask(claim), code, errors));
    };
    let good = claim("c1", "taken");
    add("as registered", VALID, &good, Ok, &[]);
    add("purpose in small letters", VALID, &good.clone().with("purpose", "auth"), Ok, &[]);
    let misspelt = good.clone().with("timestamp", "x");
    add("timestamp in small letters, which is not read", VALID, &misspelt, Ok, &[]);

    const RULE_BROKEN: Answer<'_> = &["KER-MSD-999"];
    add("no code", RULE, &without(&good, "deviceCode"), ValidationFailed, RULE_BROKEN);
    add("no version", RULE, &without(&good, "deviceServiceVersion"), ValidationFailed, RULE_BROKEN);
    add("no digital id", RULE, &without(&good, "digitalId"), ValidationFailed, RULE_BROKEN);
    add(
        "digitalId is a text",
        RULE,
        &good.clone().with("digitalId", "e30="),
        WrongType,
        RULE_BROKEN,
    );
    let when = |time: &'static str, claim: &Object<'static>| claim.clone().with("timeStamp", time);
    add("timeStamp is none", RULE, &when("yesterday", &good), Malformed, &["KER-MSD-039"]);

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
            "version of other devices",
            good.clone().with("deviceServiceVersion", "v2"),
            "ADM-DPM-007",
        ),
        (
            "no service for this device",
            with_id(&claim("c6", "unserved"), &[("make", "m3")]),
            "ADM-DPM-007",
        ),
    ] {
        add(comment, TABLE, &claim, ValidationFailed, &[error]);
    }
    for member in ["make", "model", "dp", "serialNo", "type", "deviceSubType"] {
        let comment = format!("{member} differs");
        let differs = with_id(&good, &[(member, "x")]);
        add(&comment, TABLE, &differs, ValidationFailed, &["ADM-DPM-008"]);
    }
    let id = without(good.member("digitalId").and_then(Value::as_object).unwrap(), "make");
    add("no make", TABLE, &good.clone().with("digitalId", id), ValidationFailed, &["ADM-DPM-008"]);
    add(
        "three differ: collected",
        TABLE,
        &with_id(&good, &[("make", "x"), ("dp", "x"), ("serialNo", "x")]),
        ValidationFailed,
        &["ADM-DPM-008"; 3],
    );

    let then = when(LATER, &claim("h1", "s1"));
    add("as at a second before it was revoked", VALID, &then, Ok, &[]);
    for (comment, claim, errors) in [
        ("as at its revocation", when("2020-01-13T12:50:42.000Z", &then), "ADM-DPM-002"),
        (
            "as at a time before it was known",
            when("2020-01-01T00:00:00.000Z", &then),
            "ADM-DPM-001",
        ),
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
        add(comment, TABLE, &claim, ValidationFailed, &[errors]);
    }
    group
}

fn partner_validation() -> Group {
    let mut group =
        group("validation by partner management", "validation", "partner-management", "unchecked");
    let mut add = |comment: &str, flags, claim: &Object<'static>, code, errors: Answer<'_>| {
        group.add(case(comment, flags, ask(claim), code, errors));
    };
    let good = claim("c1", "taken");
    add("as registered", VALID, &good, Ok, &[]);
    add("another provider name", VALID, &with_id(&good, &[("dp", "x")]), Ok, &[]);
    add(
        "version of other devices",
        VALID,
        &good.clone().with("deviceServiceVersion", "v2"),
        Ok,
        &[],
    );
    add(
        "unknown version",
        TABLE,
        &good.clone().with("deviceServiceVersion", "v9"),
        ValidationFailed,
        &["ADM-DPM-005"],
    );
    add(
        "another serial number",
        TABLE,
        &with_id(&good, &[("serialNo", "x")]),
        ValidationFailed,
        &["ADM-DPM-008"],
    );
    let then = with_id(&claim("h1", "other").with("timeStamp", LATER), &[("dp", "x")]);
    add("another serial number then, which is not compared", VALID, &then, Ok, &[]);
    add(
        "another provider id then: not looked for, but compared",
        TABLE,
        &with_id(&then, &[("dpId", "p9")]),
        ValidationFailed,
        &["ADM-DPM-008"],
    );
    group
}
