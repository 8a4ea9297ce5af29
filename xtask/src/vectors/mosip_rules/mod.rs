//! Requests to MOSIP's servers, and what the servers' rules say to them.

mod draft;
mod kernel;
mod partner;
mod records;
mod servers;
mod validation;
mod windows;

use super::format;

use kernel::{kernel, kernel_1_0_7, kernel_1_0_9};
use partner::partner_management;
use servers::{KERNEL_1_0_9, KERNEL_1_2_0, MADE};
use validation::{partner_validation, validation, validation_1_0_7, validation_1_0_9};
use windows::{DOCUMENTED, MINUS, PLUS, UNCHECKED, partner_windows, windows};

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
