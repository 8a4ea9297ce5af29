//! One key set, from the request to a snapshot.

use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};

use super::fault::Fault;
use super::fetch::Fetch;
use super::freshness;
use super::settings::{MediaTypes, Settings};
use countersign::encoding::json;
use countersign::jose::Snapshot;
use countersign::{Limits, Time};

/// Redirects within one server that are followed.
const REDIRECTS: usize = 3;

/// What a later request repeats, to learn whether there is anything new ([RFC 9110 §13.1]).
///
/// [RFC 9110 §13.1]: https://www.rfc-editor.org/rfc/rfc9110#section-13.1
#[derive(Clone, Debug, Default)]
pub(crate) struct Validators {
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        Self {
            etag: headers.get(ETAG).cloned(),
            last_modified: headers.get(LAST_MODIFIED).cloned(),
        }
    }

    /// An entity tag is the better of the two, and then a server must ignore the other ([RFC 9110]
    /// section 13.1.3), so only one is sent.
    ///
    /// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110
    fn condition(&self) -> Option<(http::HeaderName, HeaderValue)> {
        let etag = self.etag.clone().map(|value| (IF_NONE_MATCH, value));
        etag.or_else(|| self.last_modified.clone().map(|value| (IF_MODIFIED_SINCE, value)))
    }
}

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The set, or `None` if it is the one that the caller has.
    pub(crate) snapshot: Option<Snapshot>,
    /// For how many seconds it is fresh, if the server says so.
    pub(crate) lifetime: Option<u64>,
    pub(crate) validators: Validators,
}

/// Fetches a key set once, without a cache; `now` becomes its time of fetching.
///
/// Checked: the status; that redirects stay on the server; the media type; that the body is a key
/// set within the limits, and has a usable key. Not checked, because that is up to the
/// [`Fetch`]: where the connection leads.
///
/// If the URL is that of an issuer's metadata ([OpenID Connect Discovery 1.0 section
/// 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)), its `jwks_uri`
/// is followed once, if it is on the same server. A [`JwksCache`](super::JwksCache) does not follow
/// it.
///
/// # Errors
///
/// [`Fault`]. [`Fault::Metadata`] names a `jwks_uri` on another server.
pub fn jwks(fetch: &dyn Fetch, settings: &Settings, now: Time) -> Result<Snapshot, Fault> {
    // Nothing was sent that could be unchanged.
    let get = |settings: &Settings| {
        get(fetch, settings, &Validators::default(), now)?.snapshot.ok_or(Fault::Status(304))
    };
    match get(settings) {
        Err(Fault::Metadata(url)) => match url.parse() {
            Ok(to) if origin(&to).is_some() && origin(&to) == origin(settings.url()) => {
                get(&settings.clone().at(to))
            }
            _ => Err(Fault::Metadata(url)),
        },
        result => result,
    }
}

pub(crate) fn get(
    fetch: &dyn Fetch,
    settings: &Settings,
    validators: &Validators,
    now: Time,
) -> Result<Answer, Fault> {
    let condition = validators.condition();
    let response = follow(fetch, settings.url(), condition.as_ref())?;
    let headers = response.headers();
    let lifetime = freshness::lifetime(headers);
    match response.status() {
        // The bytes at hand keep their own validators, whatever the answer repeats, leaves out or
        // says instead: with another tag, later answers would confirm bytes that it never meant.
        StatusCode::NOT_MODIFIED if condition.is_some() => {
            Ok(Answer { snapshot: None, lifetime, validators: validators.clone() })
        }
        StatusCode::OK => {
            check_content(headers, settings.media_types())?;
            let body = response.body();
            let snapshot =
                Snapshot::parse(body, Some(now), settings.limits()).map_err(|error| {
                    key_set_of_metadata(body, settings.limits())
                        .map_or(Fault::KeySet(error), Fault::Metadata)
                })?;
            if snapshot.keys().keys().is_empty() {
                return Err(Fault::NoUsableKey);
            }
            let validators = Validators::of(headers);
            Ok(Answer { snapshot: Some(snapshot), lifetime, validators })
        }
        status => Err(Fault::Status(status.as_u16())),
    }
}

/// Returns the address of the key set, if a body is an issuer's metadata.
fn key_set_of_metadata(body: &[u8], limits: &Limits) -> Option<String> {
    if body.len() > limits.key_set_bytes() {
        return None;
    }
    let metadata = json::parse_object("metadata", body, limits).ok()?;
    metadata.member("jwks_uri")?.as_str().map(String::from)
}

/// Sends the request, and again to wherever its own server sends it.
fn follow(
    fetch: &dyn Fetch,
    url: &Uri,
    condition: Option<&(http::HeaderName, HeaderValue)>,
) -> Result<Response<Vec<u8>>, Fault> {
    let mut url = url.clone();
    for _ in 0..=REDIRECTS {
        let mut request = Request::new(Vec::new());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = url.clone();
        let accept = HeaderValue::from_static(
            "application/jwk-set+json, application/json, application/jwk+json",
        );
        request.headers_mut().insert(ACCEPT, accept);
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some((name, value)) = condition {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        let response = fetch.send(request)?;
        match response.status().as_u16() {
            301 | 302 | 303 | 307 | 308 => url = redirect(&url, response.headers())?,
            _ => return Ok(response),
        }
    }
    Err(Fault::Redirect)
}

/// Returns where a redirect leads: to the same scheme, host and port, or nowhere.
fn redirect(from: &Uri, headers: &HeaderMap) -> Result<Uri, Fault> {
    let mut locations = headers.get_all(LOCATION).iter();
    let (Some(location), None) = (locations.next(), locations.next()) else {
        return Err(Fault::Redirect);
    };
    let location = location.to_str().map_err(|_| Fault::Redirect)?;
    let text = match (location.strip_prefix('/'), from.scheme_str(), from.authority()) {
        // `//host/` is another server.
        (Some(rest), Some(scheme), Some(authority)) if !rest.starts_with('/') => {
            format!("{scheme}://{authority}{location}")
        }
        _ => String::from(location),
    };
    let to: Uri = text.parse().map_err(|_| Fault::Redirect)?;
    if origin(&to).is_some() && origin(&to) == origin(from) { Ok(to) } else { Err(Fault::Redirect) }
}

/// Scheme, host and port ([RFC 6454]), if there is nothing else before the path.
///
/// [RFC 6454]: https://www.rfc-editor.org/rfc/rfc6454
fn origin(url: &Uri) -> Option<(&str, String, u16)> {
    let (scheme, authority) = (url.scheme_str()?, url.authority()?);
    let port = match (authority.port(), scheme) {
        (Some(_), _) => authority.port_u16()?,
        (None, "https") => 443,
        (None, "http") => 80,
        _ => return None,
    };
    (!authority.as_str().contains('@'))
        .then(|| (scheme, authority.host().to_ascii_lowercase(), port))
}

/// Checks what a body claims to be, before it is looked at.
fn check_content(headers: &HeaderMap, media_types: MediaTypes) -> Result<(), Fault> {
    let encoding = headers.get(CONTENT_ENCODING);
    let encoding = encoding.filter(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if let Some(encoding) = encoding {
        let encoding = String::from_utf8_lossy(encoding.as_bytes()).into_owned();
        return Err(Fault::ContentEncoding(encoding));
    }
    if media_types == MediaTypes::Any {
        return Ok(());
    }
    let named = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let essence = named.as_deref().and_then(|value| value.split(';').next());
    let essence = essence.map(str::trim);
    let is_json = ["application/json", "application/jwk-set+json", "application/jwk+json"]
        .iter()
        .any(|known| essence.is_some_and(|essence| essence.eq_ignore_ascii_case(known)));
    if is_json { Ok(()) } else { Err(Fault::MediaType(essence.map(String::from))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_on_their_server() {
        let from: Uri = "https://a.example/keys".parse().unwrap();
        for (location, to) in [
            ("/other", Some("https://a.example/other")),
            ("https://a.example:443/x?y=1", Some("https://a.example:443/x?y=1")),
            ("https://A.EXAMPLE/x", Some("https://A.EXAMPLE/x")),
            ("http://a.example/x", None),
            ("https://a.example:8443/x", None),
            ("https://b.example/x", None),
            ("https://a.example.b.example/x", None),
            ("https://a.example@b.example/x", None),
            ("https://user@a.example/x", None),
            ("//a.example/x", None),
            ("//b.example/x", None),
            ("https://10.0.0.1/x", None),
            ("https://[::1]/x", None),
            ("file:///etc/passwd", None),
            ("data:application/json,{}", None),
            ("javascript:alert(1)", None),
            ("other", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
            let found = redirect(&from, &headers).ok().map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), to, "{location}");
        }
        assert_eq!(redirect(&from, &HeaderMap::new()), Err(Fault::Redirect));
        let mut two = HeaderMap::new();
        for value in ["/a", "/b"] {
            two.append(LOCATION, HeaderValue::from_static(value));
        }
        assert_eq!(redirect(&from, &two), Err(Fault::Redirect));
    }

    #[test]
    fn only_the_media_types_of_key_sets_are_read() {
        for (content_type, encoding, strict, any) in [
            (Some("application/json"), None, true, true),
            (Some("Application/JWK-Set+JSON; charset=utf-8"), Some("identity"), true, true),
            (Some("application/jwk+json"), None, true, true),
            (Some("text/html"), None, false, true),
            (Some("application/jsonp"), None, false, true),
            (None, None, false, true),
            (Some("application/json"), Some("gzip"), false, false),
        ] {
            let mut headers = HeaderMap::new();
            let values = [(CONTENT_TYPE, content_type), (CONTENT_ENCODING, encoding)];
            for (name, value) in values {
                if let Some(value) = value {
                    headers.insert(name, HeaderValue::from_static(value));
                }
            }
            let outcomes = vec![MediaTypes::Json, MediaTypes::Any]
                .into_iter()
                .map(|types| check_content(&headers, types).is_ok())
                .collect::<Vec<_>>();
            assert_eq!(outcomes, [strict, any], "{content_type:?} {encoding:?}");
        }
    }
}
