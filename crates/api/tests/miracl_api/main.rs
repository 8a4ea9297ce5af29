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

use countersign::encoding::hex;
use countersign::encoding::json::{Object, Value};
use countersign::jose::JwkSet;
use countersign::miracl::dvs::Transaction;
use countersign::miracl::token::{
    CrossDeviceSession, CrossDeviceSignature, Expected, SessionStatus, VerificationUrl, activation,
    id,
};
use countersign::miracl::{dvs, otp};
use countersign::{At, Code, Error, Limits, Policy, Rsa1024, Secret, Time, Verdict, sha256};
use countersign_api::miracl::*;
use countersign_api::{
    Access, ApiError, Call, Confidential, Credentials, Method, Response, Retry, StatusCode, Target,
    UnixSeconds,
};
use countersign_testkit::miracl;
use loopback::Client;
use server::{AUTHENTICATION, CLIENT, CODE, HASH, PROJECT, SECRET, TOKEN, USER};

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
        sizes.push(page.entries().len());
        records.extend(page.list.unwrap());
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
    let [identity] = page.entries() else { panic!("one identity") };
    assert_eq!((page.total, identity.revoked), (1, true));
    assert_eq!(identity.labels.as_deref(), Some(&["a b".to_string(), "c".into()][..]));
    assert_eq!(identity.project_id.as_deref(), Some(PROJECT));
    assert_eq!(identity.country.as_deref(), Some("UK"));
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
    let sent = include_bytes!("../../../../test-vectors/seed/dvs-verify-request.json");
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

/// `POST /rps/v2/codeStatus`, which only the device calls.
struct CodeStatus(Object<'static>);

impl Call for CodeStatus {
    const NAME: &'static str = "POST /rps/v2/codeStatus";
    const METHOD: Method = Method::POST;
    const RETRY: Retry = Retry::Forbidden;
    const ACCESS: Access = Access::Public;
    type Answer = Value<'static>;
    type Refusal = ();

    fn target(&self) -> Result<Target, Error> {
        Target::new(&["rps", "v2", "codeStatus"])
    }

    fn body(&self) -> Option<Object<'static>> {
        Some(self.0.clone())
    }

    fn answer(
        &self,
        response: &Response<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Value<'static>, ApiError<()>> {
        countersign_api::read_json(response, limits).map_err(ApiError::body(response))
    }
}

/// A client with an identity of today, which signs the document as the SDK for Android does.
fn signature_of_today(document: &[u8], signed: i64, pin: u32) -> Object<'static> {
    let identity = miracl::mpin_id(PROJECT, USER, signed - 1000, &[0xfb; 16]);
    let client = server::authority().register(identity.as_bytes(), &[3; 32], 1234).unwrap();
    let signature = client.sign(&sha256(document), signed, pin, &[5; 32]).unwrap();
    miracl::signature_object(&signature, &miracl::dtas(&["DTA Node", "DTA Node"]), signed)
}

#[test]
fn a_user_signs_on_another_device_with_an_identity_of_today() {
    const SIGNED: i64 = 1_700_000_000;
    const DOCUMENT: &[u8] = b"a contract";
    let client = Client::of_shared_server();
    let limits = Limits::default();
    let project = client.send(&GetProjectConfiguration, &Credentials::None).unwrap().id;
    let hash = hex::encode(&sha256(DOCUMENT));
    let mut call = CreateSession::new(project.as_str());
    call.user_id = Some(USER.into());
    call.hash = Some(hash.clone());
    call.description = Some("A contract".into());
    let session = client.send(&call, &basic()).unwrap();
    let ask = GetSession::new(session.web_ott.clone());
    let waiting = client.send(&ask, &basic()).unwrap().cross_device(&limits).unwrap();
    assert_eq!(waiting, CrossDeviceSession::Unsigned(SessionStatus::New));

    // The device reads what to sign, and signs it.
    let wid = session.access_id().unwrap().to_string();
    let read = Object::new().with("wid", wid.clone()).with("status", "wid");
    let details = client.send(&CodeStatus(read), &Credentials::None).unwrap();
    assert_eq!(details.as_object().unwrap().string("details", "hash"), Ok(hash.as_str()));
    let object = signature_of_today(DOCUMENT, SIGNED, 1234);
    let signed = Object::new()
        .with("wid", wid)
        .with("status", "signed")
        .with("signature", CrossDeviceSignature::encode(&object));
    client.send(&CodeStatus(signed), &Credentials::None).unwrap();

    let state = client.send(&ask, &basic()).unwrap();
    assert_eq!(state.status, SessionStatus::Authenticated);
    let session = state.cross_device(&limits).unwrap();
    let object = session.signature().unwrap().object().text();

    let keys = client.send(&GetDvsKeys, &Credentials::None).unwrap().jwk_set(&limits).unwrap();
    let verifier = dvs::Verifier::new(keys, Policy::default());
    let at = time(SIGNED + 2);
    let expected = |document| {
        dvs::signature::Expected::new(dvs::Expected::document(document)).user_id(USER).max_age(60)
    };
    let begin = |expected| {
        dvs::Transaction::begin(&verifier, object.as_bytes(), project.as_str(), expected, at)
    };
    let transaction = begin(expected(DOCUMENT)).unwrap();
    let mut call = VerifySignature::from(&transaction);
    call.project_id = Some(project.clone());
    let answer = client.send(&call, &bearer()).unwrap().to_json().to_string();
    let confirmed = transaction.verify(&verifier, 200, answer.as_bytes(), at).unwrap();
    assert_eq!(confirmed.signature().mpin_id().user_id(), USER);
    let report = transaction.explain(&verifier, 200, answer.as_bytes(), at);
    assert_eq!((report.verdict(), report.code()), (Verdict::Valid, Code::Ok));

    // Nothing else passes: another document, another user, another project, another PIN.
    let code = |begun: Result<dvs::Transaction, Error>| begun.unwrap_err().code();
    assert_eq!(code(begin(expected(b"another"))), Code::HashMismatch);
    assert_eq!(code(begin(expected(DOCUMENT).user_id("eve"))), Code::ContentMismatch);
    let elsewhere =
        dvs::Transaction::begin(&verifier, object.as_bytes(), "another", expected(DOCUMENT), at);
    assert_eq!(code(elsewhere), Code::ContentMismatch);
    let wrong = signature_of_today(DOCUMENT, SIGNED, 1235).to_string();
    let wrong = dvs::Transaction::begin(
        &verifier,
        wrong.as_bytes(),
        project.as_str(),
        expected(DOCUMENT),
        at,
    )
    .unwrap();
    let refused = client.send(&VerifySignature::from(&wrong), &basic()).unwrap_err();
    let refused = wrong.verify(&verifier, refused.status().as_u16(), b"", at);
    assert_eq!(refused.unwrap_err().code(), Code::SignatureRefused);
}

#[test]
fn a_session_is_made_for_a_known_project_and_found_by_its_secret_only() {
    let client = Client::of_shared_server();
    let foreign = client.send(&CreateSession::new("another"), &Credentials::None).unwrap_err();
    let ApiError::Refused { status, refusal } = foreign else { panic!("refused") };
    assert_eq!((status, &refusal.error), (StatusCode::FORBIDDEN, &ErrorCode::ProjectMismatch));
    assert_eq!(refusal.request_id(), Some("r-1"));
    let session = client.send(&CreateSession::new(PROJECT), &Credentials::None).unwrap();
    assert!(session.access_url.unwrap().ends_with("/rps/v2/access"));
    assert!(client.send(&GetSession::new(session.web_ott), &Credentials::None).is_ok());
    let wrong = GetSession::new(Confidential::new("another"));
    let ApiError::Refused { refusal, .. } = client.send(&wrong, &Credentials::None).unwrap_err()
    else {
        panic!("refused");
    };
    assert_eq!(refusal.parameter(), Some("id"));
}

#[test]
fn a_user_is_asked_by_a_push_message() {
    let client = Client::of_shared_server();
    let mut call = PushAuthentication::new(CLIENT, USER);
    call.redirect_uri = Some("https://example.com/?a=b&c=d".into());
    let pushed = client.send(&call, &basic()).unwrap();
    let state = client.send(&GetSession::new(pushed.web_ott), &basic()).unwrap();
    assert_eq!(state.status, SessionStatus::New);
    call.user_id = "another".into();
    let ApiError::Refused { refusal, .. } = client.send(&call, &basic()).unwrap_err() else {
        panic!("refused");
    };
    assert_eq!(refusal.error, ErrorCode::NoPushToken);
}

#[test]
fn an_e_mail_is_sent_once_until_the_backoff_is_over() {
    let until = time(1_688_029_968);
    let mut call = SendVerificationEmail::new(PROJECT, USER);
    call.device_name = Some("Browser".into());
    let sent = served(&call);
    assert_eq!((sent.backoff, sent.method), (until, EmailMethod::Link));
    call.user_id = "again@example.com".into();
    let ApiError::Refused { status, refusal } =
        Client::of_shared_server().send(&call, &Credentials::None).unwrap_err()
    else {
        panic!("refused");
    };
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        (refusal.error.clone(), refusal.backoff()),
        (ErrorCode::RequestBackoff, Some(until))
    );
}

#[test]
fn the_code_of_a_verification_url_becomes_an_activation_token() {
    let confirmed = served(&ConfirmVerification::new(USER, Confidential::new(CODE)));
    assert_eq!(confirmed.project_id.as_deref(), Some(PROJECT));
    let keys = served(&GetOidcKeys).jwk_set(&Limits::default()).unwrap();
    let verifier = activation::Verifier::new(keys, Policy::default());
    let expected = Expected::new(PRODUCTION, PROJECT).subject(USER);
    let token = confirmed.activation_token.expose().as_bytes();
    assert!(verifier.verify(token, &expected, At::Issued).is_ok());
    let wrong = ConfirmVerification::new(USER, Confidential::new("another"));
    let ApiError::Refused { refusal, .. } =
        Client::of_shared_server().send(&wrong, &Credentials::None).unwrap_err()
    else {
        panic!("refused");
    };
    assert_eq!(refusal.error, ErrorCode::UnsuccessfulVerification);
}

#[test]
fn an_authentication_becomes_a_quickcode() {
    let code = served(&CreateQuickCode::new(PROJECT, Confidential::new(AUTHENTICATION), "Browser"));
    assert_eq!((code.code.expose(), code.ttl_seconds), ("123456", 300));
    assert!(!format!("{code:?}").contains("123456"));
    let wrong = CreateQuickCode::new(PROJECT, Confidential::new("a.b.c"), "Browser");
    let refused = Client::of_shared_server().send(&wrong, &Credentials::None).unwrap_err();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}

#[test]
fn the_information_about_a_user_needs_the_users_token_and_is_about_the_user() {
    let client = Client::of_shared_server();
    let token = Credentials::bearer(secret(&server::access_token())).unwrap();
    let info = client.send(&GetUserInfo, &token).unwrap();
    assert_eq!((info.is_of(USER), info.email.as_deref()), (Ok(()), Some(USER)));
    assert_eq!(info.is_of("another").unwrap_err().code(), Code::SubjectMismatch);
    for wrong in [basic(), bearer(), Credentials::None] {
        let refused = client.send(&GetUserInfo, &wrong).unwrap_err();
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
    // Signed information is another format.
    let signed = Response::builder()
        .header("content-type", "application/jwt")
        .body(server::id_token().into_bytes())
        .unwrap();
    let signed = GetUserInfo.answer(&signed, &Limits::default()).unwrap_err();
    assert!(matches!(signed, ApiError::ContentType { .. }));
}

#[test]
fn an_address_says_which_project_it_is_of_and_its_issuer_is_its_own() {
    assert_eq!(served(&GetProjectConfiguration).id, PROJECT);
    let issuer = "https://project.miracl.io";
    let text = format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{issuer}/authorize","jwks_uri":"{issuer}/oidc/certs","id_token_signing_alg_values_supported":["RS256"]}}"#
    );
    let discovery = Discovery::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(discovery.is_of(issuer), Ok(()));
    assert_eq!(discovery.is_of(PRODUCTION).unwrap_err().code(), Code::IssuerMismatch);
    let keys = served(&GetOidcKeys).jwk_set(&Limits::default()).unwrap();
    let verifier = id::Verifier::new(keys, Policy::default());
    let judge = |made: &str, wanted: &str| {
        let token = server::id_token_of(made);
        let expected = Expected::new(wanted, CLIENT).nonce("n");
        verifier.verify(token.as_bytes(), &expected, At::Issued).map_err(|error| error.code())
    };
    assert!(judge(issuer, issuer).is_ok() && judge(PRODUCTION, PRODUCTION).is_ok());
    assert_eq!(judge(issuer, PRODUCTION).unwrap_err(), Code::IssuerMismatch);
    assert_eq!(judge(PRODUCTION, issuer).unwrap_err(), Code::IssuerMismatch);
}

#[test]
fn the_older_error_envelope_is_a_refusal_too() {
    let response = |status, body: &str| {
        Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
    };
    let body = r#"{"requestID":"l53pbvlmsjsqug2l","error":{"code":"MPINID_REVOKED","info":"M-PIN ID is revoked.","context":{"params":"mpinId"}}}"#;
    let error = GetDvsKeys.answer(&response(401, body), &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("MPINID_REVOKED (mpinId)"), "{error}");
    let ApiError::Refused { status, refusal } = error else { panic!("refused") };
    assert_eq!((status, &refusal.error), (StatusCode::UNAUTHORIZED, &ErrorCode::MpinIdRevoked));
    assert_eq!(refusal.info.as_deref(), Some("M-PIN ID is revoked."));
    assert_eq!(refusal.request_id(), Some("l53pbvlmsjsqug2l"));
    assert_eq!(refusal.to_json().to_string(), body);
    // An error without a code is none of the service's.
    for nameless in [r#"{"error":{}}"#, r#"{"requestID":"r"}"#, r#"{"error":{"info":"i"}}"#] {
        let error = GetDvsKeys.answer(&response(401, nameless), &Limits::default()).unwrap_err();
        assert!(matches!(error, ApiError::Status { status: StatusCode::UNAUTHORIZED }));
    }
    // With the status of success, it is no answer.
    let error = GetDvsKeys.answer(&response(200, body), &Limits::default()).unwrap_err();
    assert!(matches!(error, ApiError::Body { .. }));
}

#[test]
fn the_request_of_the_net_sdk_is_read_in_its_spelling() {
    let seed = include_str!("../../../../test-vectors/seed/dvs-verify-request.json");
    let limits = Limits::default();
    let parse = |text: &str| SignatureVerificationRequest::parse(text.as_bytes(), &limits);
    let request = parse(seed).unwrap();
    let spelt = seed.replace("\"mpinId\"", "\"mpinid\"");
    assert_ne!(spelt, seed);
    assert_eq!(parse(&spelt).unwrap(), request);
    let both = seed.replacen("\"mpinId\"", "\"mpinid\":\"00\",\"mpinId\"", 1);
    assert!(parse(&both).is_err());
    let neither = parse(&seed.replace("\"mpinId\"", "\"mpin_id\"")).unwrap_err();
    assert_eq!(neither.path(), "$.signature.mpinId");
    let dtas = seed.find("\"dtas\"").unwrap();
    let end = dtas + seed[dtas..].find('\n').unwrap();
    let null = parse(&seed.replace(&seed[dtas..end], "\"dtas\":null")).unwrap();
    assert_eq!(null.signature.dtas, None);
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
            let response = countersign_api::Response::builder()
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
        countersign_api::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
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

#[test]
fn the_call_of_a_transaction_sends_the_same_body() {
    let keys = include_bytes!("../../../../test-vectors/seed/dvs-jwks.json");
    let keys = JwkSet::parse(keys, &Limits::default()).unwrap();
    let verifier = dvs::Verifier::new(keys, Policy::default().with_rsa_1024(Rsa1024::Allow));
    let object = include_bytes!("../../../../test-vectors/seed/dvs-verify-request.json");
    let project = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
    let expected = dvs::signature::Expected::new(dvs::Expected::hash("74657374"));
    let transaction = Transaction::begin(&verifier, object, project, expected, At::Issued).unwrap();
    let sorted = |object: &Object<'_>| {
        let mut members: Vec<_> = object
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone().into_owned()))
            .collect();
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        members
    };
    let sent = VerifySignature::from(&transaction).body().unwrap();
    let body = transaction.request_body();
    let inner = |object: &Object<'_>| {
        sorted(object.member("signature").and_then(|member| member.as_object()).unwrap())
    };
    assert_eq!(inner(&sent), inner(&body));
    for name in ["timestamp", "type"] {
        assert_eq!(sent.member(name), body.member(name));
    }
    assert_eq!(sorted(&sent).len(), 3);
}
