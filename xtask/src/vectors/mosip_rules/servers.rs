//! Servers, their answers, and the groups of cases about them.

use countersign::Code;
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};

use super::super::format::{Case, Group};
use super::draft::body;
use super::records::records;

/// 2020-01-13T12:50:42Z, the second in which every request was made.
pub(super) const MADE: i64 = 1_578_919_842;
const NOW: i64 = MADE + 18;

/// Who refuses a request, and how.
#[derive(Clone, Copy)]
pub(super) enum Answer {
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
pub(super) const RULE_BROKEN: Answer = One(200, "KER-MSD-999");
/// The kernel met what it did not foresee.
pub(super) const UNFORESEEN: Answer = One(500, "KER-MSD-500");
/// Partner management did.
pub(super) const NO_CODE: Answer = All(200, &[]);
pub(super) const NO_BODY: Answer = All(400, &[]);
pub(super) const INCOMPLETE: Answer = One(400, "PMS_COR_001");
pub(super) const PARTNER_JSON: Answer = One(200, "PMS_AUT_016");
pub(super) const PARTNER_RULE: Answer = One(200, "PMS_AUT_011");

pub(super) const RULE: &[&str] = &["ServerRule"];
pub(super) const TABLE: &[&str] = &["ServerTable"];
pub(super) const WINDOW: &[&str] = &["Window", "TimeBoundary"];
pub(super) const VALID: &[&str] = &["Valid"];
pub(super) const STRICTER: &[&str] = &["StricterThanServer"];

pub(super) const KERNEL_1_0_7: Server = Server("kernel", "1.0.7");
pub(super) const KERNEL_1_0_9: Server = Server("kernel", "1.0.9");
pub(super) const KERNEL_1_2_0: Server = Server("kernel", "1.2.0");
pub(super) const PARTNER: Server = Server("partner-management", "1.1.5");

/// A server and its version.
#[derive(Clone, Copy)]
pub(super) struct Server(&'static str, pub(super) &'static str);

pub(super) fn group(
    comment: &'static str,
    form: &'static str,
    server: Server,
    time: &'static str,
) -> Group {
    let members = Object::new()
        .with("form", form)
        .with("server", server.0)
        .with("version", server.1)
        .with("timeRule", time)
        .with("records", records());
    Group::new(comment, &members, &Object::new().with("at", NOW))
}

pub(super) fn registrations(comment: &'static str, server: Server) -> Group {
    group(comment, "registration", server, "+5")
}

pub(super) fn validations(comment: &'static str, server: Server) -> Group {
    group(comment, "validation", server, "unchecked")
}

/// A test that expects this answer of the server.
pub(super) fn case(
    comment: impl Into<String>,
    flags: &'static [&'static str],
    input: String,
    code: Code,
    answer: Answer,
) -> Case {
    Case::new(comment, flags, input, code).with("answer", answer.to_json())
}

pub(super) fn base64_body(json: &str) -> String {
    body(&base64::encode_standard(json.as_bytes()))
}

/// A text of so many characters.
pub(super) fn long(length: usize) -> String {
    "x".repeat(length)
}
