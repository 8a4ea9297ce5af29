//! The table of `docs/miracl-api.md` says what the types say, and names tests that are there.

use std::any::type_name;

use countersign::api::{Access, Call, Retry};
use countersign::miracl::api::*;

const DOCUMENT: &str = include_str!("../../docs/miracl-api.md");
const TESTS: &str = include_str!("main.rs");

fn row<C: Call>(test: &str) -> String {
    let name = |path: &'static str| path.rsplit("::").next().unwrap();
    let access = match C::ACCESS {
        Access::Authenticated => "sent",
        _ => "not sent",
    };
    let retry = match C::RETRY {
        Retry::Allowed => "yes",
        _ => "no",
    };
    assert_eq!(C::METHOD.as_str(), C::NAME.split(' ').next().unwrap());
    assert!(TESTS.contains(&format!("\nfn {test}()")), "there is no test {test}");
    format!(
        "| `{}` | `{}` | `{}` | {access} | {retry} | `{test}` |",
        C::NAME,
        name(type_name::<C>()),
        name(type_name::<C::Answer>()),
    )
}

#[test]
fn the_table_of_the_documentation_is_that_of_the_types() {
    let rows = [
        row::<InitiateActivation>("an_activation_token_comes_back"),
        row::<CreateVerification>("a_verification_url_comes_back_and_can_be_read"),
        row::<ListAudit>("the_audit_log_is_read_page_by_page"),
        row::<ListMpinIds>("identities_are_listed_with_filters"),
        row::<UpdateMpinId>("a_device_gets_another_name_and_labels"),
        row::<RevokeMpinId>("an_identity_is_revoked"),
        row::<VerifySignature>("a_signature_becomes_a_certificate_that_the_fetched_keys_verify"),
        row::<GetDvsKeys>("a_signature_becomes_a_certificate_that_the_fetched_keys_verify"),
        row::<RequestOtp>("a_signed_request_for_a_password_is_answered_with_what_its_secret_opens"),
        row::<RequestDeviceOtp>("a_password_for_a_device_comes_with_credentials"),
        row::<GetDiscovery>("discovery_leads_to_the_keys_of_tokens"),
        row::<GetOidcKeys>("discovery_leads_to_the_keys_of_tokens"),
        row::<GetAuthenticationKeys>("discovery_leads_to_the_keys_of_tokens"),
    ];
    let found: Vec<&str> = DOCUMENT.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(found, rows, "\n{}", rows.join("\n"));
}
