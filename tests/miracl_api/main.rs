//! MIRACL Trust's back-end API: every call against a server on the loopback interface that speaks
//! the documented shapes, and every example of the documents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod documents;
#[path = "../loopback/mod.rs"]
mod loopback;
mod server;
mod table;

use countersign::api::{ApiError, Call, Credentials, StatusCode, UnixSeconds};
use countersign::encoding::json::Object;
use countersign::miracl::api::*;
use countersign::miracl::token::{Expected, VerificationUrl, id};
use countersign::miracl::{dvs, otp};
use countersign::{At, Code, Limits, Policy, Secret, Time};
use loopback::Client;
use server::{CLIENT, HASH, PROJECT, SECRET, TOKEN, USER};

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn basic() -> Credentials {
    Credentials::basic(CLIENT, secret(SECRET)).unwrap()
}

fn bearer() -> Credentials {
    Credentials::bearer(secret(TOKEN)).unwrap()
}

fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

/// Sends a call with both kinds of credentials, which have to bring the same.
fn served<C: Call>(call: &C) -> C::Answer
where
    C::Answer: PartialEq + std::fmt::Debug,
    C::Refusal: std::fmt::Debug,
{
    let client = Client::of_shared_server();
    let answer = client.send(call, &basic()).unwrap();
    assert_eq!(client.send(call, &bearer()).unwrap(), answer);
    answer
}

#[test]
fn an_activation_token_comes_back() {
    let mut call = InitiateActivation::new(USER);
    call.device_name = Some("a device".into());
    let answer = served(&call);
    assert_eq!(answer.hash_mpin_id, HASH);
    assert_eq!(answer.activation_token.expose(), "763c1005ca540c4db8e6811222c207eb");
    assert_eq!(answer.expires.time(), time(1_634_890_606));
    assert!(!format!("{answer:?}").contains("763c"));
}

#[test]
fn a_verification_url_comes_back_and_can_be_read() {
    let mut call = CreateVerification::new("user+tag@example.com", "no");
    call.client_id = Some(CLIENT.into());
    call.redirect_uri = Some("https://example.com/?a=b&c=d".into());
    call.expires = Some(time(1_700_000_000).into());
    call.scope = Some(vec!["openid".into(), "email".into()]);
    let answer = served(&call);
    let url = VerificationUrl::parse(answer.verification_url.expose(), &Limits::default()).unwrap();
    assert_eq!(url.user_id(), "user+tag@example.com");
    assert_eq!(url.parameter("redirect_uri"), Some("https://example.com/?a=b&c=d"));
}

#[test]
fn the_audit_log_is_read_page_by_page() {
    let mut list = ListAudit::new(PROJECT);
    list.from = Some(Time::parse_rfc3339("2021-06-01T00:00:00Z").unwrap());
    list.to = Some(Time::parse_rfc3339("2021-07-01T00:00:00Z").unwrap());
    list.user_id = Some("a user&b".into());
    list.limit = Some(10);
    let mut pages = Pages::new(list);
    let (mut sizes, mut records) = (Vec::new(), Vec::new());
    while let Some(call) = pages.next() {
        let page = served(&call);
        pages.received(&page);
        sizes.push(page.list.len());
        records.extend(page.list);
    }
    assert_eq!(sizes, [10, 10, 5]);
    assert!(records.iter().all(|record| record.user_id.as_deref() == Some("a user&b")));
    assert_eq!(records[0].created_at.as_str(), "2021-06-01T00:00:00.204579Z");
    assert_eq!(records[24].created_at.time().to_string(), "2021-06-01T00:00:24Z");
}

#[test]
fn identities_are_listed_with_filters() {
    let mut list = ListMpinIds::new(PROJECT);
    list.revoked = Some(true);
    list.labels = vec!["a b".into(), "c".into()];
    let page = served(&list);
    assert_eq!((page.total, page.list.len()), (1, 1));
    assert!(page.list[0].revoked);
    assert_eq!(page.list[0].labels.as_deref(), Some(&["a b".to_string(), "c".into()][..]));
    assert_eq!(page.list[0].project_id.as_deref(), Some(PROJECT));
    let mut pages = Pages::new(list);
    assert!(pages.next().is_some());
    pages.received(&page);
    assert!(pages.next().is_none());
}

#[test]
fn a_device_gets_another_name_and_labels() {
    let mut update = MpinIdUpdate::new("a name");
    update.labels = Some(vec!["a".into()]);
    let answer = served(&UpdateMpinId::new(PROJECT, HASH, update));
    assert_eq!((answer.mpin_id.as_str(), answer.device_name.as_str()), (HASH, "a name"));
    assert_eq!(answer.labels, Some(vec!["a".into()]));
    assert_eq!(answer.project_id, None);
}

#[test]
fn an_identity_is_revoked() {
    let mut call = RevokeMpinId::new(PROJECT, HASH);
    call.reason.reason = Some("account expiration".into());
    let answer = served(&call);
    assert_eq!(answer.hash_mpin_id, HASH);
    assert_eq!(answer.reason.as_deref(), Some("account expiration"));
}

#[test]
fn a_signature_becomes_a_certificate_that_the_fetched_keys_verify() {
    let limits = Limits::default();
    let keys = served(&GetDvsKeys).jwk_set(&limits).unwrap();
    let verifier = dvs::Verifier::new(keys, Policy::default());
    let sent = include_bytes!("../../test-vectors/seed/dvs-verify-request.json");
    let expected = dvs::signature::Expected::new(dvs::Expected::hash("74657374"));
    let transaction =
        dvs::Transaction::begin(&verifier, sent, PROJECT, expected, At::Issued).unwrap();
    let body = transaction.request_body().to_string();
    let request = SignatureVerificationRequest::parse(body.as_bytes(), &limits).unwrap();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(json(&request.to_json().to_string()), json(&body));
    let mut call = VerifySignature::new(request);
    call.project_id = Some(PROJECT.into());
    let answer = served(&call).to_json().to_string();
    let confirmed = transaction.verify(&verifier, 200, answer.as_bytes(), At::Issued).unwrap();
    assert_eq!(confirmed.certificate().hash(), "74657374");

    // A service account that names no project.
    call.project_id = None;
    let refused = Client::of_shared_server().send(&call, &bearer()).unwrap_err();
    let refused = transaction.verify(&verifier, refused.status().as_u16(), b"{}", At::Issued);
    assert_eq!(refused.unwrap_err().code(), Code::SignatureRefused);
}

#[test]
fn a_signed_request_for_a_password_is_answered_with_what_its_secret_opens() {
    let request =
        otp::Request::sign(&secret(SECRET), CLIENT, USER, "2022-04-08T08:05:03Z").unwrap();
    // No credentials are sent, though some are there.
    let answer = served(&RequestOtp::new(request.clone()));
    let response = answer.response(&Limits::default()).unwrap();
    let opened = response.open(&secret(SECRET), otp::KeyChoice::Auto, Some(&request)).unwrap();
    assert_eq!(opened.otp().unwrap().value, "424242");
}

#[test]
fn a_password_for_a_device_comes_with_credentials() {
    let answer = served(&RequestDeviceOtp::new(USER, "a device"));
    assert!(answer.response(&Limits::default()).is_ok());
}

#[test]
fn discovery_leads_to_the_keys_of_tokens() {
    let discovery = served(&GetDiscovery);
    assert_eq!(discovery.is_of(PRODUCTION), Ok(()));
    assert!(discovery.is_of("https://api.mpin.io/").is_err());
    assert!(discovery.jwks_uri.ends_with("/oidc/certs"));
    let keys = served(&GetOidcKeys).jwk_set(&Limits::default()).unwrap();
    assert_eq!(served(&GetAuthenticationKeys).jwk_set(&Limits::default()).unwrap(), keys);
    let token = server::id_token();
    let expected = Expected::new(PRODUCTION, CLIENT).nonce("n");
    let verified =
        id::Verifier::new(keys, Policy::default()).verify(token.as_bytes(), &expected, At::Issued);
    assert_eq!(verified.unwrap().subject(), USER);
}

#[test]
fn refusals_keep_status_and_code() {
    let client = Client::of_shared_server();
    let call = InitiateActivation::new(USER);
    let wrong = Credentials::basic(CLIENT, secret("wrong")).unwrap();
    let ApiError::Refused { status, refusal } = client.send(&call, &wrong).unwrap_err() else {
        panic!("refused");
    };
    assert_eq!((status, refusal.error), (StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized));
    let foreign = client.send(&ListAudit::new("another"), &basic()).unwrap_err();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    assert_eq!(foreign.code(), Code::ValidationFailed);
    assert!(foreign.to_string().contains("FORBIDDEN"), "{foreign}");
    let ApiError::Refused { refusal, .. } =
        client.send(&CreateVerification::new("", "no"), &basic()).unwrap_err()
    else {
        panic!("refused");
    };
    assert_eq!(refusal.parameter(), Some("userId"));
    let nobody = client.send(&call, &Credentials::None).unwrap_err();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn every_documented_code_is_recognised_with_any_status() {
    for code in ErrorCode::DOCUMENTED {
        for status in [400, 401, 403, 404, 405, 409, 500] {
            let body = Object::new().with("error", code.as_str().to_string()).with("info", "…");
            let response = countersign::api::Response::builder()
                .status(status)
                .body(body.to_string().into_bytes())
                .unwrap();
            let refused = InitiateActivation::new("").answer(&response, &Limits::default());
            let Err(ApiError::Refused { status: kept, refusal }) = refused else {
                panic!("{code} is a refusal");
            };
            assert_eq!((kept.as_u16(), &refusal.error), (status, code));
            assert_eq!(refusal.to_json(), body);
        }
    }
}

#[test]
fn what_does_not_fit_says_where() {
    let limits = Limits::default();
    let respond = |status, body: &str| {
        countersign::api::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
    };
    let audit = ListAudit::new(PROJECT);
    for (body, path) in [
        ("[]", "$"),
        (r#"{"total":1}"#, "$.list"),
        (r#"{"total":"1","list":[]}"#, "$.total"),
        (r#"{"total":1,"list":[{"eventType":"t","eventStatus":"s"}]}"#, "$.list[0].createdAt"),
        (
            r#"{"total":1,"list":[{"createdAt":1,"eventType":"t","eventStatus":"s"}]}"#,
            "$.list[0].createdAt",
        ),
        ("{\"total\":1,", "$"),
    ] {
        let error = audit.answer(&respond(200, body), &limits).unwrap_err();
        assert_eq!((error.code(), error.status()), (Code::Malformed, StatusCode::OK), "{body}");
        let ApiError::Body { misfit, .. } = error else { panic!("{body}") };
        assert_eq!(misfit.path(), path, "{body}");
    }
    // A proxy's page is no refusal of the service.
    let page = audit.answer(&respond(502, "<html>"), &limits).unwrap_err();
    assert!(matches!(page, ApiError::Status { status: StatusCode::BAD_GATEWAY }));
    // An answer to something else is no answer.
    let redirect = audit.answer(&respond(302, r#"{"total":0,"list":[]}"#), &limits);
    assert!(matches!(redirect, Err(ApiError::Status { .. })));
    // Only discovery promises a media type.
    let typeless = GetDiscovery.answer(&respond(200, "{}"), &limits).unwrap_err();
    assert!(matches!(typeless, ApiError::ContentType { .. }));
}

#[test]
fn an_expiration_is_written_as_a_number_and_read_as_either() {
    let parse = |expiration: &str| {
        let body = format!(r#"{{"userId":"u","delivery":"no","expiration":{expiration}}}"#);
        CreateVerification::parse(body.as_bytes(), &Limits::default()).map(|call| call.expires)
    };
    assert_eq!(parse("1700000000"), Ok(Some(UnixSeconds::Number(time(1_700_000_000)))));
    assert_eq!(parse(r#""1700000000""#), Ok(Some(UnixSeconds::Text(time(1_700_000_000)))));
    assert!(parse(r#""tomorrow""#).is_err());
    assert!(parse("-1").is_err());
}
