//! The tables of `docs/mosip-api.md` say what the types say, and name tests that are there.

use std::any::type_name;
use std::collections::BTreeSet;

use countersign_api::Call;
use countersign_api::mosip::ErrorCode;
use countersign_api::mosip::*;

const DOCUMENT: &str = include_str!("../../../../docs/mosip-api.md");
const TESTS: &str = include_str!("main.rs");

/// A type's name without the modules around it.
fn short(name: &str) -> String {
    name.split_inclusive(['<', '>']).map(|part| part.rsplit("::").next().unwrap()).collect()
}

fn row<C: Call>(test: &str) -> String {
    assert_eq!(C::METHOD.as_str(), C::NAME.split(' ').next().unwrap());
    assert!(TESTS.contains(&format!("\nfn {test}()")), "there is no test {test}");
    let (request, answer) = (short(type_name::<C>()), short(type_name::<C::Answer>()));
    format!("| `{}` | `{request}` | `{answer}` | `{test}` |", C::NAME)
}

/// The rows of the table below a heading, without the head of the table.
fn rows(heading: &str) -> Vec<&'static str> {
    let below = DOCUMENT.split_once(&format!("\n## {heading}\n")).expect("the heading").1;
    let section = below.split("\n## ").next().unwrap();
    section.lines().filter(|line| line.starts_with("| `")).collect()
}

fn endpoints() -> [String; 11] {
    [
        row::<RequestEnvelope<CreateDeviceProvider>>("a_device_provider_is_made"),
        row::<RequestEnvelope<UpdateDeviceProvider>>("a_device_provider_is_changed"),
        row::<RequestEnvelope<CreateTrustProvider>>("a_trust_provider_is_made"),
        row::<RequestEnvelope<UpdateTrustProvider>>(
            "a_trust_provider_is_changed_and_an_error_at_status_500_is_read",
        ),
        row::<RequestEnvelope<RegisterDevice>>(
            "a_device_is_registered_and_the_signed_answer_is_that_to_the_request",
        ),
        row::<DeleteDevice>("a_device_is_deregistered_as_servers_did_until_1_1_1"),
        row::<RequestEnvelope<DeregisterDevice>>("a_device_is_deregistered_with_a_signed_answer"),
        row::<UpdateDeviceStatus>("a_status_is_changed_by_the_path_that_servers_have"),
        row::<RequestEnvelope<ValidateDevice>>(
            "a_device_is_validated_and_every_difference_is_named",
        ),
        row::<RequestEnvelope<CreateDeviceService>>("a_device_service_is_made"),
        row::<RequestEnvelope<UpdateDeviceService>>("a_device_service_is_changed"),
    ]
}

#[test]
fn the_table_of_endpoints_is_that_of_the_types() {
    let wanted = endpoints();
    assert_eq!(rows("Endpoints"), wanted, "\n{}", wanted.join("\n"));
}

/// The texts between backquotes.
fn quoted(row: &str) -> Vec<&str> {
    row.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_failure_code_of_the_documentation_is_known() {
    let rows = rows("Failures by endpoint");
    let names: Vec<&str> = rows.iter().map(|row| quoted(row)[0]).collect();
    let wanted = endpoints();
    let wanted: Vec<&str> = wanted.iter().map(|row| quoted(row)[0]).collect();
    assert_eq!(names, wanted);
    let mut count = 0;
    for code in rows.iter().flat_map(|row| quoted(row).into_iter().skip(1)) {
        let known = ErrorCode::from(code);
        assert!(!matches!(known, ErrorCode::Other(_)), "{code}");
        assert_eq!(known.as_str(), code);
        count += 1;
    }
    assert!(count > 70, "{count}");
}

#[test]
fn every_known_code_is_in_the_documentation_once() {
    let listed: Vec<&str> = rows("Codes").iter().map(|row| quoted(row)[0]).collect();
    let known: Vec<&str> = ErrorCode::ALL.iter().map(ErrorCode::as_str).collect();
    assert_eq!(listed, known);
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
    assert_eq!(ErrorCode::from("ker-ath-401"), ErrorCode::Other("ker-ath-401".into()));
}
