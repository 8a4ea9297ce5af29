//! Whether the captures of one answer belong together.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::data::Data;
use super::expected::{BIOMETRICS, Expected, Mixed};
use crate::error::Error;
use crate::report::{Check, Trail, Warning};

/// One capture of an answer.
pub(super) struct Captured<'a> {
    /// Its place in the answer.
    pub(super) index: usize,
    pub(super) data: &'a Data,
    /// Numbers for the keys that signed `data` and the digital id.
    pub(super) keys: [Vec<usize>; 2],
}

/// Checks that the captures belong together.
pub(super) fn check_mixed(trail: &mut Trail, captured: &[Captured<'_>], expected: &Expected) {
    let [first, others @ ..] = captured else { return };
    if others.is_empty() {
        return;
    }
    let mut differences = Vec::new();
    let mut compare = |member, what, differs: &dyn Fn(&Captured<'_>) -> bool| {
        if let Some(other) = others.iter().find(|other| differs(other)) {
            differences.push((member, describe(first, other, what)));
        }
    };
    compare("x5c", "are signed by different keys", &|other| other.keys[0] != first.keys[0]);
    compare("digitalId", "have digital ids by different signers", &|other| {
        other.keys[1] != first.keys[1]
    });
    compare("digitalId", "have digital ids of different devices", &|other| {
        let [one, two] = [first, other].map(|captured| &captured.data.digital_id);
        one.differences(two).any(|member| member != "dateTime")
    });
    compare("transactionId", "differ in `transactionId`", &|other| {
        other.data.transaction_id != first.data.transaction_id
    });
    differences.extend(repeated(captured).map(|text| ("data", text)));
    if let Some(span) = expected.span {
        differences.extend(too_far_apart(captured, span).map(|text| ("timestamp", text)));
    }
    let Some((member, _)) = differences.first() else {
        let count = captured.len();
        return trail.pass(Check::CONTENT, || {
            format!("{count} captures that agree in signers, device and transaction")
        });
    };
    match expected.mixed {
        Mixed::Warn => trail.warn(Warning::MixedCapture),
        Mixed::Deny => trail.fail(Check::CONTENT, Error::ContentMismatch { member }),
    }
    for (_, text) in differences {
        trail.hint(|| Some(text));
    }
}

fn describe(one: &Captured<'_>, other: &Captured<'_>, what: &str) -> String {
    format!("{BIOMETRICS}[{}] and [{}] {what}", one.index, other.index)
}

/// Finds a capture that is given twice.
fn repeated(captured: &[Captured<'_>]) -> Option<String> {
    let mut places = captured.iter().enumerate();
    places.find_map(|(place, one)| {
        let mut behind = captured.iter().skip(place + 1);
        let same = behind.find(|two| two.data.payload_sha256 == one.data.payload_sha256)?;
        Some(describe(one, same, "are the same capture"))
    })
}

/// Compares the earliest and the latest time. One that cannot be read is refused by itself.
fn too_far_apart(captured: &[Captured<'_>], span: u32) -> Option<String> {
    let times = captured.iter().filter_map(|one| Some((one.data.timestamp.time()?, one)));
    let (start, first) = times.clone().min_by_key(|(time, _)| *time)?;
    let (end, last) = times.max_by_key(|(time, _)| *time)?;
    let distance = end.unix() - start.unix();
    let too_far = distance > i64::from(span);
    too_far.then(|| describe(first, last, &format!("lie {distance} s apart, of at most {span}")))
}
