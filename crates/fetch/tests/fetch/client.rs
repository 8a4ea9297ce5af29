//! What the client refuses to do, and that an answer comes back as it was sent.

use std::process::Command;
use std::time::Duration;

use countersign::Time;
use countersign_fetch::http::{Request, StatusCode};
use countersign_fetch::{Fault, Fetch as _, Fetcher, Settings, jwks};

use crate::server::{Behaviour, Server};
use crate::{client, keys};

fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(Vec::new()).expect("a request")
}

fn fault(fetcher: &Fetcher, url: &str) -> Fault {
    fetcher.send(get(url)).expect_err("refused")
}

#[test]
fn a_key_set_is_fetched_over_https_with_a_trusted_authority_only() {
    let server = Server::https(Behaviour::keys(&keys(&["a"])));
    let authority = server.authority.clone().expect("https");
    let trusting = Fetcher::builder().private_host("localhost").roots(authority.as_bytes());
    let trusting = trusting.expect("PEM").build().expect("a client");
    let settings = Settings::new("a", &server.url("/jwks")).expect("an address");
    let snapshot = jwks(&trusting, &settings, Time::EPOCH).expect("a set");
    assert_eq!((snapshot.keys().keys().len(), snapshot.fetched()), (1, Some(Time::EPOCH)));

    let other = Server::https(Behaviour::keys(&keys(&["a"]))).authority.clone().expect("https");
    let other = Fetcher::builder().private_host("localhost").roots(other.as_bytes());
    let other = other.expect("PEM").build().expect("a client");
    assert_eq!(fault(&other, &server.url("/jwks")), Fault::Tls);
    let mozilla = Fetcher::builder().private_host("localhost").build().expect("a client");
    assert_eq!(fault(&mozilla, &server.url("/jwks")), Fault::Tls);
    // The certificate is for `localhost`, not for the address.
    let by_address = Fetcher::builder().private_host("127.0.0.1").roots(authority.as_bytes());
    let by_address = by_address.expect("PEM").build().expect("a client");
    let url = format!("https://127.0.0.1:{}/jwks", server.port());
    assert_eq!(fault(&by_address, &url), Fault::Tls);
    assert_eq!(server.requests().len(), 1);
    assert!(Fetcher::builder().roots(b"no PEM").is_err());
}

#[test]
fn hosts_schemes_and_addresses_are_refused_before_any_connection() {
    let server = Server::http(Behaviour::keys(&keys(&["a"])));
    let port = server.port();
    let strict = Fetcher::builder().host("localhost").host("127.0.0.1").host("[::1]").build();
    let strict = strict.expect("a client");
    for (url, expected) in [
        (format!("http://localhost:{port}/"), Fault::Address),
        (format!("https://localhost:{port}/"), Fault::PrivateAddress),
        (format!("https://LOCALHOST:{port}/"), Fault::PrivateAddress),
        (format!("https://127.0.0.1:{port}/"), Fault::PrivateAddress),
        (format!("https://[::1]:{port}/"), Fault::PrivateAddress),
        (format!("https://other.example:{port}/"), Fault::Host),
        (format!("https://localhost.other.example:{port}/"), Fault::Host),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), Fault::Host),
        (format!("https://user@localhost:{port}/"), Fault::Address),
        (format!("ftp://localhost:{port}/"), Fault::Address),
        ("/relative".to_owned(), Fault::Address),
    ] {
        assert_eq!(fault(&strict, &url), expected, "{url}");
    }
    // Plain is not private, private is not plain; names of addresses are resolved before the check.
    let plain = Fetcher::builder().plain_host("localhost").plain_host("2130706433");
    let plain = plain.plain_host("[::ffff:127.0.0.1]").build().expect("a client");
    assert_eq!(fault(&plain, &format!("http://localhost:{port}/")), Fault::PrivateAddress);
    let mapped = format!("http://[::ffff:127.0.0.1]:{port}/");
    assert_eq!(fault(&plain, &mapped), Fault::PrivateAddress);
    assert!(matches!(
        fault(&plain, &format!("http://2130706433:{port}/")),
        Fault::PrivateAddress | Fault::Unresolved
    ));
    let private = Fetcher::builder().private_host("localhost").build().expect("a client");
    assert_eq!(fault(&private, &format!("http://localhost:{port}/")), Fault::Address);
    assert_eq!(server.connections(), 0);
}

#[test]
fn files_data_and_other_schemes_are_no_addresses_of_key_sets() {
    for url in [
        "file:///etc/passwd",
        "data:application/json,{}",
        "gopher://a/",
        "",
        "a",
        "https://",
        "https://user:secret@a.example/",
        "//a.example/jwks",
    ] {
        assert!(Settings::new("a", url).is_err(), "{url}");
    }
}

#[test]
fn an_answer_comes_back_untouched_whatever_its_status() {
    let body: Vec<u8> = (0..=255).collect();
    let headers = vec![("X-Reason".to_owned(), "because".to_owned())];
    for status in [200, 201, 302, 401, 404, 429, 500, 503] {
        let server = Server::http(Behaviour::Answer(status, headers.clone(), body.clone()));
        let fetcher = client().retries(3).build().expect("a client");
        let request = Request::post(server.url("/otp?x=1"))
            .header("Authorization", "Bearer s3cr3t")
            .body(b"{\"a\":1}".to_vec())
            .expect("a request");
        let response = fetcher.send(request).expect("an answer");
        assert_eq!(response.status(), StatusCode::from_u16(status).expect("a status"));
        assert_eq!(response.headers()["x-reason"], "because");
        assert_eq!(*response.body(), body);
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "an answer is final");
        assert!(requests[0].starts_with("post /otp?x=1 http/1.1\r\n"), "{requests:?}");
        assert!(requests[0].contains("authorization: bearer s3cr3t\r\n"));
        assert!(requests[0].ends_with("\r\n\r\n{\"a\":1}"));
    }
}

#[test]
fn credentials_never_follow_a_redirect_and_are_in_no_message() {
    let other = Server::http(Behaviour::keys(&keys(&["a"])));
    let server = Server::http(Behaviour::redirect(&other.url("/steal")));
    let fetcher = client().build().expect("a client");
    for method in ["GET", "POST"] {
        let request = Request::builder().method(method).uri(server.url("/"));
        let request = request.header("Authorization", "Bearer s3cr3t").body(Vec::new());
        let response = fetcher.send(request.expect("a request")).expect("an answer");
        assert_eq!(response.status(), StatusCode::FOUND);
    }
    assert_eq!(other.connections(), 0);
    server.set(Behaviour::Garbage);
    let request = Request::get(server.url("/?token=s3cr3t"));
    let request = request.header("Authorization", "Bearer s3cr3t").body(Vec::new());
    let fault = fetcher.send(request.expect("a request")).expect_err("garbage");
    assert!(!format!("{fault} {fault:?} {fetcher:?}").contains("s3cr3t"));
}

#[test]
fn a_typed_request_of_an_api_is_carried_there_and_its_answer_back() {
    use countersign::{Limits, Secret};
    use countersign_api::miracl::{GetDvsKeys, RequestDeviceOtp};
    use countersign_api::{BaseUrl, Call as _, Credentials, Transport};

    let keys = include_str!("../../../../test-vectors/seed/dvs-jwks.json");
    let server = Server::http(Behaviour::keys(keys));
    let base = server.url("");
    let base = BaseUrl::parse(&base, Transport::AllowPlainHttp).expect("an address");
    let secret = Secret::new(b"s3cr3t".to_vec());
    let credentials = Credentials::basic("client", secret).expect("credentials");
    let (fetcher, limits) = (client().build().expect("a client"), Limits::default());

    let request = GetDvsKeys.request(&base, &credentials).expect("a request");
    let response = fetcher.send(request).expect("an answer");
    let answer = GetDvsKeys.answer(&response, &limits).expect("keys");
    assert_eq!(answer.jwk_set(&limits).expect("a set").keys()[0].kid(), Some("s1"));
    assert!(server.requests()[0].starts_with("get /dvs/jwks http/1.1\r\n"));
    assert!(!server.requests()[0].contains("authorization"), "keys are public");

    // Where they are needed, credentials arrive; a refusal comes back as it was said.
    server.set(Behaviour::Answer(503, Vec::new(), Vec::new()));
    let call = RequestDeviceOtp::new("user", "device");
    let request = call.request(&base, &credentials).expect("a request");
    let response = fetcher.send(request).expect("an answer");
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(call.answer(&response, &limits).is_err());
    assert!(server.requests()[0].contains("authorization: basic "), "{:?}", server.requests());
}

#[test]
fn calls_of_mosip_are_carried_with_their_cookie_and_refused_with_their_code() {
    use countersign::{Limits, Secret};
    use countersign_api::mosip::ErrorCode;
    use countersign_api::mosip::{DeleteDevice, token};
    use countersign_api::{ApiError, BaseUrl, Call as _, Transport};

    let body =
        br#"{"id":null,"version":null,"responsetime":"2026-01-01T00:00:00.000Z","metadata":null,
        "response":null,"errors":[{"errorCode":"KER-DPM-001","message":"no such device"}]}"#;
    let server = Server::http(Behaviour::Answer(200, Vec::new(), body.to_vec()));
    let base = server.url("");
    let base = BaseUrl::parse(&base, Transport::AllowPlainHttp).expect("an address");
    let token = token(Secret::new(b"s3cr3t".to_vec())).expect("a token");
    let call = DeleteDevice::new("d/1");
    let request = call.request(&base, &token).expect("a request");
    let fetcher = client().retries(3).build().expect("a client");
    let response = fetcher.send(request).expect("an answer");
    match call.answer(&response, &Limits::default()) {
        Err(ApiError::Refused { status, refusal }) => {
            assert_eq!(status, StatusCode::OK);
            assert!(refusal.has(&ErrorCode::KerDpm001), "{refusal}");
        }
        other => panic!("{other:?}"),
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("delete /"), "{requests:?}");
    assert!(requests[0].contains("d%2f1 http/1.1\r\n"), "{requests:?}");
    assert!(requests[0].contains("cookie: authorization=s3cr3t\r\n"), "{requests:?}");
}

#[test]
fn only_methods_without_effect_are_sent_again_and_only_without_an_answer() {
    let server = Server::http(Behaviour::Hang);
    let fetcher = client().timeout(Duration::from_millis(100)).retries(2).build();
    let fetcher = fetcher.expect("a client");
    let count = |method: &str| {
        let before = server.connections();
        let request = Request::builder().method(method).uri(server.url("/")).body(Vec::new());
        assert_eq!(fetcher.send(request.expect("a request")).err(), Some(Fault::Timeout));
        server.connections() - before
    };
    assert_eq!((count("GET"), count("HEAD")), (3, 3));
    assert_eq!((count("POST"), count("PUT"), count("DELETE"), count("PATCH")), (1, 1, 1, 1));
}

#[test]
fn sizes_are_counted_while_reading_and_exactly() {
    let limit = |bytes| client().body_bytes(bytes).build().expect("a client");
    let server = Server::http(Behaviour::Answer(200, Vec::new(), vec![b'x'; 1000]));
    assert_eq!(limit(1000).send(get(&server.url("/"))).expect("fits").body().len(), 1000);
    assert_eq!(fault(&limit(999), &server.url("/")), Fault::TooLarge);
    // Without a length, too: in chunks, and up to the end of the connection.
    let chunked = format!("Transfer-Encoding: chunked\r\n\r\n3e8\r\n{}\r\n0\r\n", "x".repeat(1000));
    for rest in [chunked, format!("\r\n{}", "x".repeat(1000))] {
        server.set(Behaviour::Raw(format!("HTTP/1.1 200 OK\r\n{rest}\r\n").into_bytes()));
        let exact = if rest.starts_with("Transfer") { 1000 } else { 1002 };
        let answer = limit(exact).send(get(&server.url("/"))).expect("fits");
        assert_eq!(u64::try_from(answer.body().len()), Ok(exact));
        assert_eq!(fault(&limit(exact - 1), &server.url("/")), Fault::TooLarge);
    }
    server.set(Behaviour::Large);
    assert_eq!(fault(&limit(256 * 1024), &server.url("/")), Fault::TooLarge);
    let long = vec![("X-Long".to_owned(), "x".repeat(100_000))];
    server.set(Behaviour::Answer(200, long, Vec::new()));
    assert_eq!(fault(&limit(1000), &server.url("/")), Fault::TooLarge);
}

/// Runs itself again in a process whose environment names a proxy.
#[test]
fn a_proxy_that_the_environment_names_is_not_used() {
    const NAME: &str = "client::a_proxy_that_the_environment_names_is_not_used";
    const URL: &str = "COUNTERSIGN_TEST_URL";
    #[expect(clippy::disallowed_methods, reason = "what the first process tells the second")]
    let second = std::env::var(URL);
    if let Ok(url) = second {
        let response = client().build().expect("a client").send(get(&url)).expect("an answer");
        assert_eq!(*response.body(), b"direct");
        return;
    }
    let answer = |text: &str| Behaviour::Answer(200, Vec::new(), text.as_bytes().to_vec());
    let (server, proxy) = (Server::http(answer("direct")), Server::http(answer("by proxy")));
    let mut again = Command::new(std::env::current_exe().expect("a program"));
    again.args(["--exact", NAME]).env(URL, server.url("/"));
    for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"] {
        let proxy = proxy.url("");
        again.env(name, &proxy).env(name.to_ascii_lowercase(), proxy);
    }
    again.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = again.output().expect("runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!((server.requests().len(), proxy.connections()), (1, 0));
}

#[test]
fn a_redirect_within_the_server_is_followed_a_few_times() {
    let server = Server::http(Behaviour::redirect("/again"));
    let fetcher = client().build().expect("a client");
    let settings = Settings::new("a", &server.url("/jwks")).expect("an address");
    assert_eq!(jwks(&fetcher, &settings, Time::EPOCH), Err(Fault::Redirect));
    let paths: Vec<_> = server.requests().iter().rev().map(|r| r[..10].to_owned()).collect();
    assert_eq!(paths, ["get /jwks ", "get /again", "get /again", "get /again"]);
}

#[test]
fn metadata_of_an_issuer_leads_to_its_key_set_on_the_same_server_and_no_further() {
    let elsewhere = Server::http(Behaviour::keys(&keys(&["b"])));
    let server = Server::http(Behaviour::Hang);
    let fetcher = client().build().expect("a client");
    let settings = Settings::new("a", &server.url("/metadata")).expect("an address");
    let get = |jwks_uri: &str, keys: Behaviour| {
        let metadata = format!(r#"{{"issuer":"https://issuer.example","jwks_uri":"{jwks_uri}"}}"#);
        let metadata = Box::new(Behaviour::keys(&metadata));
        server.set(Behaviour::At("/metadata", metadata, Box::new(keys)));
        jwks(&fetcher, &settings, Time::EPOCH)
    };
    let set = keys(&["a"]);
    let found = get(&server.url("/keys"), Behaviour::keys(&set)).expect("a set");
    assert_eq!(found.text(), set.as_bytes());
    // Neither to another server nor to another scheme, and only once.
    let other = server.url("/keys").replace("http:", "https:");
    for uri in [elsewhere.url("/keys"), other, "/keys".into(), "file:///keys".into()] {
        let fault = get(&uri, Behaviour::keys(&set)).expect_err("metadata");
        assert_eq!(fault, Fault::Metadata(uri.clone()));
        assert!(fault.to_string().contains(&format!("its `jwks_uri` is `{uri}`")), "{fault}");
    }
    let again = format!(r#"{{"jwks_uri":"{}"}}"#, server.url("/keys"));
    let fault = get(&server.url("/keys"), Behaviour::keys(&again));
    assert_eq!(fault, Err(Fault::Metadata(server.url("/keys"))));
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_jwk_alone_is_a_set_of_one_under_its_own_media_type() {
    let set = keys(&["a"]);
    let key = set.strip_prefix(r#"{"keys":["#).and_then(|rest| rest.strip_suffix("]}"));
    let key = key.expect("a set of one");
    let headers = vec![("Content-Type".to_owned(), "application/jwk+json".to_owned())];
    let server = Server::http(Behaviour::Answer(200, headers, key.as_bytes().to_vec()));
    let fetcher = client().build().expect("a client");
    let settings = Settings::new("a", &server.url("/key")).expect("an address");
    let found = jwks(&fetcher, &settings, Time::EPOCH).expect("a set");
    assert_eq!(found.keys().keys().len(), 1);
    assert_eq!(found.text(), key.as_bytes());
    // What is wrong with it is said of the key.
    server.set(Behaviour::keys(r#"{"kty":"RSA","e":"AQAB"}"#));
    let fault = jwks(&fetcher, &settings, Time::EPOCH).expect_err("no key");
    assert!(fault.to_string().contains("`n` is missing"), "{fault}");
}

#[test]
fn what_is_no_key_set_is_named_as_what_it_says_to_be() {
    let set = keys(&["a"]);
    let fetcher = client().build().expect("a client");
    let long = format!("text/{}", "x".repeat(500));
    for (headers, label, says) in [
        (
            vec![("Content-Type", "text/html; charset=utf-8")],
            "media-type",
            "media type `text/html` is not",
        ),
        (vec![("Content-Type", long.as_str())], "media-type", "xxx`… is not"),
        (vec![], "media-type", "answer states no media type"),
        (
            vec![("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
            "content-encoding",
            "body is encoded as `gzip`",
        ),
    ] {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let server =
            Server::http(Behaviour::Answer(200, headers.collect(), set.clone().into_bytes()));
        let settings = Settings::new("a", &server.url("/")).expect("an address");
        let fault = jwks(&fetcher, &settings, Time::EPOCH).expect_err("no set");
        assert_eq!(fault.label(), label);
        let text = fault.to_string();
        assert!(text.contains(says) && text.len() < 400, "{text}");
        // That nothing encoded is wanted was said.
        assert!(
            server
                .requests()
                .iter()
                .all(|request| request.contains("accept-encoding: identity\r\n"))
        );
    }
}
