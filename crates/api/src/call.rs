//! Calls as values.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};

use crate::base_url::BaseUrl;
use crate::credentials::Credentials;
use crate::error::{ApiError, Misfit, Problem};
use crate::target::Target;
use countersign::encoding::Fault;
use countersign::encoding::json::{self, Object, Value};
use countersign::internals::shorten;
use countersign::{Error, Limits};

/// Whether a request whose answer did not arrive may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// Yes: sending it twice has the same effect as sending it once ([RFC 9110 §9.2.2]).
    ///
    /// [RFC 9110 §9.2.2]: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
    Allowed,
    /// No: the service may have acted on the first one.
    Forbidden,
}

/// Whether an endpoint needs credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// Yes: credentials are sent.
    Authenticated,
    /// No, or they are in the body: credentials are *not* sent.
    Public,
}

/// One request of one endpoint.
///
/// ```
/// use countersign_api::{Access, ApiError, BaseUrl, Call, Credentials, Method, Response, Retry,
///     StatusCode, Target, read_json};
/// use countersign::encoding::json::Value;
/// use countersign::{Error, Limits};
///
/// /// `GET /items/{name}`.
/// struct Item<'a>(&'a str);
///
/// impl Call for Item<'_> {
///     const NAME: &'static str = "GET /items/{name}";
///     const METHOD: Method = Method::GET;
///     const RETRY: Retry = Retry::Allowed;
///     const ACCESS: Access = Access::Public;
///     type Answer = Value<'static>;
///     type Refusal = ();
///
///     fn target(&self) -> Result<Target, Error> {
///         Target::new(&["items", self.0])
///     }
///
///     fn answer(
///         &self,
///         response: &Response<Vec<u8>>,
///         limits: &Limits,
///     ) -> Result<Self::Answer, ApiError<()>> {
///         match response.status() {
///             StatusCode::OK => read_json(response, limits).map_err(ApiError::body(response)),
///             status => Err(ApiError::Status { status }),
///         }
///     }
/// }
///
/// let base: BaseUrl = "https://api.example/v1".parse()?;
/// let request = Item("a/../b").request(&base, &Credentials::None)?;
/// assert_eq!(request.uri(), "https://api.example/v1/items/a%2F..%2Fb");
///
/// let missing = Response::builder().status(404).body(Vec::new()).unwrap();
/// let error = Item("x").answer(&missing, &Limits::default()).unwrap_err();
/// assert_eq!(error.status(), StatusCode::NOT_FOUND);
/// # Ok::<(), Error>(())
/// ```
pub trait Call {
    /// The endpoint as in its documentation: method, a space, and the path.
    const NAME: &'static str;
    /// The method.
    const METHOD: Method;
    /// Whether it may be sent again.
    const RETRY: Retry;
    /// Whether credentials are sent.
    const ACCESS: Access;
    /// The answer of a successful call.
    type Answer;
    /// The service's refusal of a request.
    type Refusal;

    /// Returns path and query.
    ///
    /// # Errors
    ///
    /// As [`Target::new`].
    fn target(&self) -> Result<Target, Error>;

    /// Returns the body, if the endpoint takes one.
    fn body(&self) -> Option<Object<'static>> {
        None
    }

    /// Reads the response to this request.
    ///
    /// # Errors
    ///
    /// An [`ApiError`], which contains the HTTP status and the service's refusal.
    fn answer(
        &self,
        response: &Response<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Self::Answer, ApiError<Self::Refusal>>;

    /// Makes the request to send.
    ///
    /// Headers: `Accept`, `Content-Type` if there is a body, and the credentials if the endpoint
    /// needs them, marked as sensitive so that logs omit them.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if a part of the path cannot be written safely.
    fn request(
        &self,
        base: &BaseUrl,
        credentials: &Credentials,
    ) -> Result<Request<Vec<u8>>, Error> {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        let unfit = |_| Error::Malformed { part: "URL", fault: Fault::Value };
        let body = self.body().map(|body| body.to_string().into_bytes());
        let mut request = Request::builder()
            .method(Self::METHOD)
            .uri(base.join(&self.target()?))
            .body(body)
            .map_err(unfit)?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, JSON);
        if let (Access::Authenticated, Some((name, value))) = (Self::ACCESS, credentials.header()) {
            headers.insert(name, value);
        }
        if request.body().is_some() {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
        }
        Ok(request.map(Option::unwrap_or_default))
    }
}

/// Reads the body of a response as JSON, whatever its `Content-Type`, which the services' documents
/// do not specify.
///
/// # Errors
///
/// A [`Misfit`] if the body is larger than [`Limits::response_bytes`], or not strict JSON.
///
/// ```
/// use countersign::Limits;
/// use countersign_api::{Response, read_json};
///
/// let response = Response::new(br#"{"a":1}"#.to_vec());
/// assert!(read_json(&response, &Limits::default()).is_ok());
/// ```
pub fn read_json(response: &Response<Vec<u8>>, limits: &Limits) -> Result<Value<'static>, Misfit> {
    parse_json(response.body(), limits)
}

/// Parses the body of a request or a response.
pub(crate) fn parse_json(body: &[u8], limits: &Limits) -> Result<Value<'static>, Misfit> {
    let limit = limits.response_bytes();
    let value = if body.len() > limit {
        Err(Error::TooLarge { what: "body", limit })
    } else {
        json::parse("body", body, limits)
    };
    value.map(Value::into_owned).map_err(|error| Misfit::new(Problem::Text(error)))
}

/// Checks that the response has a JSON media type: `application/json`, or a type that ends in
/// `+json` ([RFC 6839 §3.1]). For endpoints whose documents specify it.
///
/// # Errors
///
/// [`ApiError::ContentType`] with the media type found, cut to 64 characters.
///
/// [RFC 6839 §3.1]: https://www.rfc-editor.org/rfc/rfc6839#section-3.1
pub fn check_json_type<R>(response: &Response<Vec<u8>>) -> Result<(), ApiError<R>> {
    let stated = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = stated.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    let (kind, subtype) = essence.split_once('/').unwrap_or_default();
    let is_json = kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json")
            || subtype.to_ascii_lowercase().ends_with("+json"));
    if is_json {
        return Ok(());
    }
    let found = stated.map(shorten);
    Err(ApiError::ContentType { status: response.status(), found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Secret;
    use http::StatusCode;
    use http::header::AUTHORIZATION;

    struct Write;

    impl Call for Write {
        const NAME: &'static str = "POST /write";
        const METHOD: Method = Method::POST;
        const RETRY: Retry = Retry::Forbidden;
        const ACCESS: Access = Access::Authenticated;
        type Answer = Value<'static>;
        type Refusal = ();

        fn target(&self) -> Result<Target, Error> {
            Target::new(&["write"])
        }

        fn body(&self) -> Option<Object<'static>> {
            Some(Object::new().with("a", 1_i64))
        }

        fn answer(
            &self,
            response: &Response<Vec<u8>>,
            limits: &Limits,
        ) -> Result<Value<'static>, ApiError<()>> {
            check_json_type(response)?;
            read_json(response, limits).map_err(ApiError::body(response))
        }
    }

    fn response(content_type: Option<&str>, body: &[u8]) -> Response<Vec<u8>> {
        let mut response = Response::builder();
        if let Some(content_type) = content_type {
            response = response.header(CONTENT_TYPE, content_type);
        }
        response.body(body.to_vec()).unwrap()
    }

    #[test]
    fn a_request_says_what_it_is_and_hides_who_asks() {
        let base: BaseUrl = "https://api.example".parse().unwrap();
        let secret = || Secret::new(b"open sesame".to_vec());
        let credentials = Credentials::basic("client", secret()).unwrap();
        let request = Write.request(&base, &credentials).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri(), "https://api.example/write");
        assert_eq!(request.body(), br#"{"a":1}"#);
        assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(request.headers()[AUTHORIZATION], "Basic Y2xpZW50Om9wZW4gc2VzYW1l");
        let shown = format!("{request:?} {credentials:?}");
        assert!(!shown.contains("Y2xp") && !shown.contains("sesame"), "{shown}");

        let anonymous = Write.request(&base, &Credentials::None).unwrap();
        assert!(!anonymous.headers().contains_key(AUTHORIZATION));
    }

    #[test]
    fn content_types_are_checked_where_they_are_promised() {
        let limits = Limits::default();
        for good in
            ["application/json", "Application/JSON; charset=utf-8", "application/jwk-set+json"]
        {
            assert!(Write.answer(&response(Some(good), b"{}"), &limits).is_ok(), "{good}");
        }
        for bad in ["text/html", "text/json", "application/jsonp", "json", "application/x+jsonx"] {
            let error = Write.answer(&response(Some(bad), b"{}"), &limits).unwrap_err();
            assert!(matches!(error, ApiError::ContentType { .. }), "{bad}");
        }
        assert!(Write.answer(&response(None, b"{}"), &limits).is_err());
    }

    #[test]
    fn large_and_broken_bodies_are_refused_with_the_status_kept() {
        let limits = Limits::default().with_response_bytes(10);
        let json = Some("application/json");
        for (body, code) in [
            (&b"{\"a\":1}   "[..], None),
            (b"{\"a\":1}    ", Some(countersign::Code::TooLarge)),
            (b"{\"a\":", Some(countersign::Code::Malformed)),
            (b"", Some(countersign::Code::Malformed)),
        ] {
            let found = Write.answer(&response(json, body), &limits);
            assert_eq!(found.as_ref().err().map(ApiError::code), code);
            if let Err(error) = found {
                assert_eq!(error.status(), StatusCode::OK);
            }
        }
    }
}
