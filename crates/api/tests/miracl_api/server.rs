//! A server that speaks the documented shapes, on the loopback interface. It reads requests and
//! writes answers with the types under test, and knows one client, one project and one user.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use countersign::encoding::json::{Object, Value};
use countersign::encoding::percent::{Plus, decode};
use countersign::miracl::dvs::signature;
use countersign::miracl::otp::{self, Aad, Derivation};
use countersign::{At, Limits, Policy, Secret, Time};
use countersign_api::miracl::*;
use countersign_api::{Confidential, Method, Misfit, Request, Response, Timestamp};
use countersign_testkit::{Issuer as _, Rng, RsaIssuer, jwk_set, miracl};

use crate::loopback;

pub(crate) const CLIENT: &str = "a-client";
pub(crate) const SECRET: &str = "the secret of the client";
pub(crate) const TOKEN: &str = "the.token-of.a_service~account";
pub(crate) const PROJECT: &str = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
pub(crate) const USER: &str = "user@example.com";
pub(crate) const HASH: &str = "c324f5e55e377de0343f37019ad5b77b8b01bdfee40014a54d76fd934e36a793";

/// What the SDK's authentication gives to a client that asks for a QuickCode.
pub(crate) const AUTHENTICATION: &str = "header.payload.signature";
/// The code of every verification URL.
pub(crate) const CODE: &str = "c0de";

const ISSUED: i64 = 1_649_404_580;

/// Starts it, and returns where it listens. It ends with the process.
pub(crate) fn start() -> SocketAddr {
    loopback::serve(Router::new().fallback(handle))
}

async fn handle(request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default().to_vec();
    let (status, answer) = match answer(&Request::from_parts(head, body)) {
        Ok(answer) => (200, answer),
        Err((status, code, parameter)) => {
            let mut refusal = Refusal::new(code);
            refusal.info = Some("A sentence for people. ".into());
            let mut context = Object::new().with("requestID", "r-1");
            if let Some(parameter) = parameter {
                context.set("params", parameter);
            }
            if refusal.error == ErrorCode::RequestBackoff {
                context.set("backoff", "1688029968");
            }
            refusal.context = Some(context);
            (status, refusal.to_json())
        }
    };
    Response::builder()
        .status(status)
        .header("content-type", "application/json; charset=utf-8")
        .body(Body::from(answer.to_string()))
        .unwrap()
}

type Refused = (u16, &'static str, Option<String>);

fn issuer() -> &'static RsaIssuer {
    static ISSUER: OnceLock<RsaIssuer> = OnceLock::new();
    ISSUER.get_or_init(|| RsaIssuer::generate(&mut Rng::from_seed(9), 2048, Some("s1")).unwrap())
}

/// A token under the keys of this server.
pub(crate) fn id_token() -> String {
    id_token_of(PRODUCTION)
}

/// The same of another issuer.
pub(crate) fn id_token_of(name: &str) -> String {
    miracl::token(issuer(), &miracl::id_claims(name, CLIENT, USER, "n", ISSUED)).unwrap()
}

/// Who issues the secrets of the clients, and verifies what they sign.
pub(crate) fn authority() -> miracl::DvsAuthority {
    miracl::DvsAuthority::generate(&mut Rng::from_seed(15))
}

/// The sessions that were made, and what became of them, by the secret of each.
static SESSIONS: Mutex<BTreeMap<String, (String, String)>> = Mutex::new(BTreeMap::new());

fn secret() -> Secret {
    Secret::new(SECRET.as_bytes().to_vec())
}

fn answer(request: &Request<Vec<u8>>) -> Result<Object<'static>, Refused> {
    let path = request.uri().path();
    let segments: Vec<String> = path
        .split('/')
        .skip(1)
        .map(|segment| decode(segment, Plus::Literal).unwrap().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let query = query(request);
    let keys = || Ok(jwk_set(&[issuer().jwk().with("use", "sig")]));
    // What is public, first.
    match (request.method(), segments.as_slice()) {
        (&Method::GET, ["dvs", "jwks"] | ["oidc", "certs"] | [".well-known", "jwks"]) => {
            public(request);
            return keys();
        }
        (&Method::GET, [".well-known", "openid-configuration"]) => {
            public(request);
            return Ok(discovery());
        }
        (&Method::GET, [".well-known", "project-configuration"]) => {
            public(request);
            return Ok(ProjectConfiguration::new(PROJECT).to_json());
        }
        (&Method::POST, ["rps", "v2", call @ ("session" | "access" | "codeStatus")]) => {
            public(request);
            return session(call, request.body());
        }
        (&Method::POST, ["pushauth"]) => {
            public(request);
            assert_eq!(parameter(&query, "client_id"), Some(CLIENT));
            let body = countersign::encoding::json::parse("b", request.body(), &Limits::default());
            let body = body.unwrap();
            let user = body.as_object().unwrap().string("body", "prerollId").unwrap();
            if user != USER {
                return Err((400, "NO_PUSH_TOKEN", None));
            }
            return Ok(PushedSession::new(new_session("")).to_json());
        }
        (&Method::POST, ["verification", call @ ("email" | "confirmation" | "quickcode")]) => {
            public(request);
            return verification_of_client(call, request.body());
        }
        (&Method::POST, ["otp"]) if !request.headers().contains_key("authorization") => {
            return otp(&request_of(otp::Request::parse(request.body(), &Limits::default()))?);
        }
        (&Method::GET, ["oidc", "userinfo"]) => return user_info(request),
        _ => {}
    }
    let authorization = request.headers().get("authorization").and_then(|v| v.to_str().ok());
    let is_bearer = authorization == Some(&format!("Bearer {TOKEN}"));
    let basic = "Basic YS1jbGllbnQ6dGhlIHNlY3JldCBvZiB0aGUgY2xpZW50";
    if !is_bearer && authorization != Some(basic) {
        return Err((401, "UNAUTHORIZED", None));
    }
    match (request.method(), segments.as_slice()) {
        (&Method::POST, ["activate", "initiate"]) => {
            required(
                request_of(InitiateActivation::parse(request.body(), &Limits::default()))?.user_id,
            )?;
            let mut answer = Activation::new(
                HASH,
                countersign_api::Confidential::new("763c1005ca540c4db8e6811222c207eb"),
                Time::from_unix(1_634_890_606).unwrap(),
            );
            answer.redirect_uri = Some(String::new());
            Ok(answer.to_json())
        }
        (&Method::POST, ["verification"]) => verification(request),
        (&Method::POST, ["otp"]) => {
            let call = request_of(DeviceOtp::parse(request.body(), &Limits::default()))?;
            let user = required(call.user_id)?;
            otp(&otp::Request::sign(&secret(), CLIENT, user, "2022-04-08T08:05:03Z").unwrap())
        }
        (&Method::POST, ["dvs", "verify"]) => {
            if is_bearer && !query.contains(&("project_id".into(), PROJECT.into())) {
                return Err((401, "UNAUTHORIZED", None));
            }
            let call = request_of(SignatureVerificationRequest::parse(
                request.body(),
                &Limits::default(),
            ))?;
            dvs_verify(&call, request.body())
        }
        (method, ["api", "v1", "projects", project, rest @ ..]) => {
            if *project != PROJECT {
                return Err((403, "FORBIDDEN", None));
            }
            match (method, rest) {
                (&Method::GET, ["audit"]) => Ok(audit(&query)),
                (&Method::GET, ["mpinids"]) => Ok(mpin_ids(&query)),
                (&Method::PUT, ["mpinids", id]) => {
                    let update =
                        request_of(MpinIdUpdate::parse(request.body(), &Limits::default()))?;
                    let mut answer = mpin_id(id, &update.device_name, false);
                    answer.labels = update.labels;
                    Ok(answer.to_json())
                }
                (&Method::POST, ["mpinids", id, "revocation"]) => {
                    let reason =
                        request_of(RevocationReason::parse(request.body(), &Limits::default()))?;
                    let mut answer = Revocation::new(*id);
                    answer.reason = reason.reason;
                    Ok(answer.to_json())
                }
                _ => Err((405, "METHOD_NOT_ALLOWED", None)),
            }
        }
        _ => Err((404, "NOT_FOUND", None)),
    }
}

/// What is public gets no credentials.
fn public(request: &Request<Vec<u8>>) {
    assert!(!request.headers().contains_key("authorization"), "{}", request.uri());
}

fn request_of<T, E: std::fmt::Debug>(parsed: Result<T, E>) -> Result<T, Refused> {
    parsed.map_err(|error| (400, "INVALID_REQUEST_PAYLOAD", Some(format!("{error:?}"))))
}

fn required(user: String) -> Result<String, Refused> {
    if user.is_empty() {
        return Err((400, "INVALID_REQUEST_PARAMETERS", Some("userId".into())));
    }
    Ok(user)
}

fn query(request: &Request<Vec<u8>>) -> Vec<(String, String)> {
    let read = |text| decode(text, Plus::Space).unwrap().into_owned();
    let pairs = request.uri().query().unwrap_or_default().split('&').filter(|p| !p.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap()).map(|(n, v)| (read(n), read(v))).collect()
}

fn parameter<'q>(query: &'q [(String, String)], name: &str) -> Option<&'q str> {
    query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn verification(request: &Request<Vec<u8>>) -> Result<Object<'static>, Refused> {
    let call: Result<CreateVerification, Misfit> =
        CreateVerification::parse(request.body(), &Limits::default());
    let call = request_of(call)?;
    let user = required(call.user_id)?;
    if call.delivery != "no" || (call.client_id.is_none() && call.project_id.is_none()) {
        return Err((400, "INVALID_REQUEST_PARAMETERS", Some("clientId".into())));
    }
    let mut url = countersign::miracl::token::VerificationUrl::new(PRODUCTION, user, CODE).unwrap();
    if let Some(uri) = call.redirect_uri {
        url = url.with("redirect_uri", uri);
    }
    let url = countersign_api::Confidential::new(url.with("stage", "auth").to_string());
    Ok(Verification::new(url).to_json())
}

fn otp(request: &otp::Request) -> Result<Object<'static>, Refused> {
    if request.verify(&secret()).is_err() {
        return Err((401, "UNAUTHORIZED", None));
    }
    let plain = br#"{"otp":"424242","expires_at":"2022-04-08T08:06:03Z"}"#;
    let (derivation, aad) = (Derivation::Sha256, Aad::Empty);
    Ok(miracl::otp_response(&secret(), derivation, aad, request, plain, &[7; 12]).unwrap())
}

/// Certifies what the clients of [`authority`] signed, and the published signature, whose authority
/// is not known.
fn dvs_verify(
    call: &SignatureVerificationRequest,
    body: &[u8],
) -> Result<Object<'static>, Refused> {
    let published = include_bytes!("../../../../test-vectors/seed/dvs-verify-request.json");
    let published = SignatureVerificationRequest::parse(published, &Limits::default()).unwrap();
    let issued = if call.signature == published.signature {
        ISSUED
    } else {
        let secret = Secret::new(authority().server_secret().into_bytes());
        let secret = signature::ServerSecret::new(&secret).unwrap();
        let verifier = signature::Verifier::with_server_secret(secret, Policy::default());
        let anything = countersign::miracl::dvs::Expected::unbound();
        let expected = signature::Expected::new(anything).project_id(PROJECT);
        if verifier.verify(body, &expected, At::Issued).is_err() {
            return Err((401, "UNSUCCESSFUL_AUTHENTICATION", None));
        }
        call.timestamp.unix()
    };
    let hash = &call.signature.hash;
    let certificate = miracl::certificate(issuer(), issued, issued + 10, hash).unwrap();
    Ok(SignatureVerification::new(certificate).to_json())
}

/// Makes a session in which this is to be signed, and returns its secret.
fn new_session(hash: &str) -> Confidential {
    let mut sessions = SESSIONS.lock().unwrap();
    let secret = format!("ott{}", sessions.len());
    sessions.insert(secret.clone(), (hash.to_owned(), String::new()));
    Confidential::new(secret)
}

/// The three calls of a session; the last is the device's.
fn session(call: &str, body: &[u8]) -> Result<Object<'static>, Refused> {
    if call == "session" {
        let call = request_of(CreateSession::parse(body, &Limits::default()))?;
        if call.project_id != PROJECT {
            return Err((403, "PROJECT_MISMATCH", None));
        }
        let secret = new_session(call.hash.as_deref().unwrap_or_default());
        // The device knows the session by another name.
        let url = format!("https://mcl.mpin.io/mobile/sign#wid-{}", secret.expose());
        let mut answer = Session::new(url, secret);
        answer.access_url = Some(format!("{PRODUCTION}/rps/v2/access"));
        return Ok(answer.to_json());
    }
    let unknown = (400, "INVALID_REQUEST_PARAMETERS", Some("id".to_owned()));
    let mut sessions = SESSIONS.lock().unwrap();
    if call == "access" {
        let call = request_of(GetSession::parse(body, &Limits::default()))?;
        let (_, signature) = sessions.get(call.web_ott.expose()).ok_or(unknown)?;
        let status = if signature.is_empty() { "new" } else { "authenticated" };
        let mut answer = SessionState::new(status);
        answer.signature = Some(signature.clone());
        return Ok(answer.to_json());
    }
    let body = countersign::encoding::json::parse_object("body", body, &Limits::default());
    let body = request_of(body)?;
    let wid = body.string("body", "wid").unwrap().strip_prefix("wid-");
    let (hash, signature) = sessions.get_mut(wid.ok_or(unknown.clone())?).ok_or(unknown)?;
    if body.string("body", "status") == Ok("signed") {
        *signature = body.string("body", "signature").unwrap().to_owned();
    }
    Ok(Object::new().with("projectId", PROJECT).with("hash", hash.clone()))
}

/// What a device asks for on its way into a project.
fn verification_of_client(call: &str, body: &[u8]) -> Result<Object<'static>, Refused> {
    let limits = Limits::default();
    match call {
        "email" => {
            let call = request_of(SendVerificationEmail::parse(body, &limits))?;
            if required(call.user_id)? != USER {
                return Err((429, "REQUEST_BACKOFF", None));
            }
            let backoff = Time::from_unix(1_688_029_968).unwrap();
            Ok(EmailVerification::new(backoff, "link").to_json())
        }
        "confirmation" => {
            let call = request_of(ConfirmVerification::parse(body, &limits))?;
            if call.code.expose() != CODE {
                return Err((400, "UNSUCCESSFUL_VERIFICATION", None));
            }
            let claims = miracl::activation_claims(PRODUCTION, PROJECT, &call.user_id, ISSUED);
            let token = miracl::token(issuer(), &claims).unwrap();
            let mut answer = VerificationConfirmation::new(Confidential::new(token));
            answer.project_id = Some(PROJECT.into());
            Ok(answer.to_json())
        }
        _ => {
            let call = request_of(CreateQuickCode::parse(body, &limits))?;
            if call.token.expose() != AUTHENTICATION {
                return Err((403, "LIMITED_QUICKCODE_GENERATION", None));
            }
            let expires = Time::from_unix(ISSUED + 300).unwrap();
            Ok(QuickCode::new(Confidential::new("123456"), expires, 300_u64).to_json())
        }
    }
}

/// Knows the one user by the one access token.
fn user_info(request: &Request<Vec<u8>>) -> Result<Object<'static>, Refused> {
    let authorization = request.headers().get("authorization").and_then(|v| v.to_str().ok());
    if authorization != Some(&format!("Bearer {}", access_token())) {
        return Err((401, "UNAUTHORIZED", None));
    }
    let mut answer = UserInfo::new(USER);
    answer.email = Some(USER.into());
    Ok(answer.to_json())
}

/// The access token of the user.
pub(crate) fn access_token() -> String {
    let claims = miracl::access_claims(PRODUCTION, CLIENT, USER, &["openid"], ISSUED + 900);
    miracl::token(issuer(), &claims).unwrap()
}

/// Twenty-five records of the user that is asked for.
fn audit(query: &[(String, String)]) -> Object<'static> {
    let number = |name| parameter(query, name).map(|text| text.parse::<usize>().unwrap());
    let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(100));
    let record = |second: usize| {
        let created: Timestamp = format!("2021-06-01T00:00:{second:02}.204579Z").parse().unwrap();
        let mut record = AuditRecord::new(created, "authentication", "authenticate_success");
        record.user_id = parameter(query, "userId").map(str::to_string);
        record.ip_address = Some("192.0.2.1".into());
        record.country = Some("UK".into());
        record.mpin_id = Some(HASH.into());
        record
    };
    assert_eq!(parameter(query, "fromDate"), Some("2021-06-01T00:00:00Z"));
    AuditPage::new(25_u64, (offset..25).take(limit).map(record).collect::<Vec<_>>()).to_json()
}

fn mpin_ids(query: &[(String, String)]) -> Object<'static> {
    let mut identity = mpin_id(HASH, "Chrome", parameter(query, "revoked") == Some("true"));
    identity.project_id = Some(PROJECT.into());
    let labels = query.iter().filter(|(name, _)| name == "labels");
    identity.labels = Some(labels.map(|(_, value)| value.clone()).collect());
    MpinIdPage::new(1_u64, vec![identity]).to_json()
}

fn mpin_id(id: &str, device: &str, revoked: bool) -> MpinId {
    let created: Timestamp = "2023-05-17T13:07:24.59692Z".parse().unwrap();
    let (ip, signs) = ("192.0.2.1", false);
    let mut id = MpinId::new(id, USER, device, ip, signs, created.clone(), created, revoked);
    id.country = Some("UK".into());
    id
}

fn discovery() -> Object<'static> {
    let texts = |all: &[&'static str]| Value::Array(all.iter().map(|t| Value::from(*t)).collect());
    Object::new()
        .with("issuer", PRODUCTION)
        .with("authorization_endpoint", format!("{PRODUCTION}/authorize"))
        .with("token_endpoint", format!("{PRODUCTION}/oidc/token"))
        .with("userinfo_endpoint", format!("{PRODUCTION}/oidc/userinfo"))
        .with("jwks_uri", format!("{PRODUCTION}/oidc/certs"))
        .with("id_token_signing_alg_values_supported", texts(&["RS256", "RS384", "RS512"]))
        .with("subject_types_supported", texts(&["public"]))
}
