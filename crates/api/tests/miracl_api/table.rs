//! The table of `docs/miracl-api.md` says what the types say, and names tests that are there.

use std::any::type_name;

use countersign_api::miracl::*;
use countersign_api::{Access, Call, Retry};

const DOCUMENT: &str = include_str!("../../../../docs/miracl-api.md");
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
        row::<SendVerificationEmail>("an_e_mail_is_sent_once_until_the_backoff_is_over"),
        row::<ConfirmVerification>("the_code_of_a_verification_url_becomes_an_activation_token"),
        row::<CreateQuickCode>("an_authentication_becomes_a_quickcode"),
        row::<CreateSession>("a_user_signs_on_another_device_with_an_identity_of_today"),
        row::<GetSession>("a_user_signs_on_another_device_with_an_identity_of_today"),
        row::<PushAuthentication>("a_user_is_asked_by_a_push_message"),
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
        row::<GetUserInfo>(
            "the_information_about_a_user_needs_the_users_token_and_is_about_the_user",
        ),
        row::<GetAuthenticationKeys>("discovery_leads_to_the_keys_of_tokens"),
        row::<GetProjectConfiguration>(
            "an_address_says_which_project_it_is_of_and_its_issuer_is_its_own",
        ),
    ];
    let found = lines(typed());
    assert_eq!(found, rows, "\n{}", rows.join("\n"));
}

/// What the documents and the public SDKs call beside the above: miracl/trust-sdk-android
/// `ApiSettings.kt`, miracl/trust-sdk-ios `APISettings.swift` and `URLRequest+Extensions.swift`,
/// miracl/client-js `client.js`, miracl/oidc-samples, miracl/maas-sdk-dotnet-core2 `Constants.cs`
/// before its commit 2e99649.
const ABSENT: &[&str] = &[
    "POST /oidc/token",
    "GET /authorize",
    "GET /otpgen",
    "POST /registration",
    "PUT /rps/v2/user",
    "GET /rps/v2/signature/{mpinId}",
    "POST /rps/v2/dvsregister",
    "POST /rps/v2/pass1",
    "POST /rps/v2/pass2",
    "POST /rps/v2/authenticate",
    "POST /rps/v2/codeStatus",
    "POST /dvs/session",
    "POST /dvs/session/details",
    "POST /activate/pull",
    "POST /activate/check",
    "POST /activate/user",
    "POST /signature/verification",
    "POST /authentication",
];

#[test]
fn what_is_absent_is_listed_with_a_reason_and_nothing_is_in_both_tables() {
    let absent = lines(DOCUMENT.split_once(ABSENCE).unwrap().1);
    let mut names = Vec::new();
    for line in &absent {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [endpoints, reason] = cells[..] else { panic!("{line} has two cells") };
        assert!(reason.len() > 20, "{line} has a reason");
        names.extend(endpoints.split(", ").map(|name| name.trim_matches('`')));
    }
    assert_eq!(names, ABSENT);
    for line in lines(typed()) {
        let name = line.split('`').nth(1).unwrap();
        assert!(!names.contains(&name), "{name}");
    }
}

const ABSENCE: &str = "\n## Absent\n";

fn typed() -> &'static str {
    DOCUMENT.split_once(ABSENCE).unwrap().0
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("| `")).collect()
}
