//! The envelope of every request and every answer.

use core::fmt;

use http::{Method, Response};

use crate::mosip::error_code::{ErrorCode, ServiceError};
use crate::mosip::rules::Length;
use crate::{
    call::Access, call::Call, call::Retry, call::parse_json, call::read_json, error::ApiError,
    error::Misfit, error::Problem, message::Fields, message::FromJson, message::Timestamp,
    message::ToJson, message::message, target::Target,
};
use countersign::encoding::json::{Object, Value};
use countersign::{Error, Limits};

/// Which paths to use where documents and servers differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are two sources")]
pub enum Paths {
    /// Those of the servers.
    #[default]
    Served,
    /// Those of the documents.
    Documented,
}

/// The content of a request with an envelope, and its endpoint. Implemented by the types of this
/// module with a documented `id`.
pub trait Body: Sized {
    /// The endpoint as in its documentation: method, a space, and the path.
    const NAME: &'static str;
    /// The method.
    const METHOD: Method;
    /// `id` of the envelope, as documented.
    const ID: &'static str;
    /// The answer of a successful call.
    type Answer;

    /// Returns the segments of the path.
    fn path(paths: Paths) -> &'static [&'static str];

    /// Reads the envelope's `request`.
    ///
    /// # Errors
    ///
    /// A [`Misfit`] that names the faulty member and its fault.
    fn read(request: Value<'static>) -> Result<Self, Misfit>;

    /// Writes the envelope's `request`.
    fn write(&self) -> Object<'static>;

    /// Reads the `response` of a success.
    ///
    /// # Errors
    ///
    /// A [`Misfit`] that names the faulty member and its fault.
    fn read_answer(response: Value<'static>) -> Result<Self::Answer, Misfit>;

    /// Returns the members whose length a server checks: the least and the most characters.
    fn lengths() -> &'static [(&'static str, usize, usize)] {
        &[]
    }
}

/// The envelope of a request: `{"id", "version", "requesttime", "metadata", "request": {…}}`.
///
/// It is the [`Call`] of its endpoint.
///
/// ```
/// use countersign_api::{BaseUrl, Call};
/// use countersign_api::mosip::{self, RegisterDevice, RequestEnvelope};
/// use countersign::{Secret, Time};
///
/// let base: BaseUrl = "https://dev.mosip.example".parse()?;
/// let token = mosip::token(Secret::new(b"eyJhbGci.eyJzdWIi.c2ln".to_vec()))?;
/// let now = Time::parse_rfc3339("2020-02-16T09:13:59Z")?;
/// let call = RequestEnvelope::new(RegisterDevice::new("e30="), now);
/// let request = call.request(&base, &token)?;
/// assert_eq!(request.uri(), "https://dev.mosip.example/v1/masterdata/registereddevices");
/// assert_eq!(
///     request.body(),
///     br#"{"id":"io.mosip.masterdata.device.create","version":"1.0","requesttime":"2020-02-16T09:13:59.000Z","metadata":{},"request":{"deviceData":"e30="}}"#
/// );
/// assert!(!format!("{request:?}").contains("eyJ"), "the token is not shown");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestEnvelope<T> {
    /// `id`: the service; servers ignore it.
    pub id: Option<String>,
    /// `version` of the interface: `1.0`, sometimes `v1`.
    pub version: Option<String>,
    /// `requesttime`, which servers read only with milliseconds.
    pub request_time: Option<Timestamp>,
    /// `metadata`: mostly an empty object.
    pub metadata: Option<Object<'static>>,
    /// `request`.
    pub request: T,
    /// Which paths to use where documents and servers differ. Not part of the text.
    pub paths: Paths,
    /// Undocumented members, and members that are `null`.
    pub rest: Object<'static>,
}

impl<T: Body> RequestEnvelope<T> {
    /// Puts a request into the documented envelope.
    #[must_use]
    pub fn new(request: T, now: impl Into<Timestamp>) -> Self {
        Self {
            id: Some(T::ID.into()),
            version: Some("1.0".into()),
            request_time: Some(now.into()),
            metadata: Some(Object::new()),
            request,
            paths: Paths::default(),
            rest: Object::new(),
        }
    }

    /// Parses the JSON text.
    ///
    /// # Errors
    ///
    /// A [`Misfit`] that names the faulty member and its fault.
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Misfit> {
        let mut fields = Fields::new(parse_json(text, limits)?)?;
        let read = |value| T::read(value).map_err(|misfit| misfit.within(".request"));
        Ok(Self {
            id: fields.optional("id")?,
            version: fields.optional("version")?,
            request_time: fields.optional("requesttime")?,
            metadata: fields.optional("metadata")?,
            request: fields.required("request").and_then(read)?,
            paths: Paths::default(),
            rest: fields.rest(),
        })
    }

    /// Returns the JSON object; parsing its text gives an equal value.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        let mut object = Object::new();
        set(&mut object, "id", self.id.as_ref());
        set(&mut object, "version", self.version.as_ref());
        set(&mut object, "requesttime", self.request_time.as_ref());
        set(&mut object, "metadata", self.metadata.as_ref());
        object.set("request", self.request.write());
        with_rest(object, &self.rest)
    }

    /// Returns a server's errors about the lengths of members: `KER-MSD-999` for each.
    #[must_use]
    pub fn rules(&self) -> Vec<ServiceError> {
        let members = self.request.write();
        let check = |(member, least, most): &(&'static str, usize, usize)| {
            let text = members.member(member).and_then(Value::as_str);
            Length { least: *least, most: *most }.check(&ErrorCode::KerMsd999, member, text)
        };
        T::lengths().iter().filter_map(check).collect()
    }
}

impl<T: Body> Call for RequestEnvelope<T> {
    const NAME: &'static str = T::NAME;
    const METHOD: Method = T::METHOD;
    const RETRY: Retry = Retry::Forbidden;
    const ACCESS: Access = Access::Authenticated;
    type Answer = ResponseEnvelope<T::Answer>;
    type Refusal = Refusal;

    fn target(&self) -> Result<Target, Error> {
        Target::new(T::path(self.paths))
    }

    fn body(&self) -> Option<Object<'static>> {
        Some(self.to_json())
    }

    fn answer(
        &self,
        response: &Response<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Self::Answer, ApiError<Refusal>> {
        answer(response, limits, T::read_answer)
    }
}

/// The envelope of an answer:
/// `{"id", "version", "responsetime", "metadata", "response": …, "errors": …}`.
///
/// `errors` is `null` or empty on success, `response` is `null` on failure. Servers refuse with
/// status 200, 400 or 500, so the status decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseEnvelope<T> {
    /// `id`: the service.
    pub id: Option<String>,
    /// `version` of the interface.
    pub version: Option<String>,
    /// `responsetime`, in the server's local time.
    pub response_time: Option<Timestamp>,
    /// `metadata`.
    pub metadata: Option<Object<'static>>,
    /// `response`, on success.
    pub response: Option<T>,
    /// `errors`, on failure.
    pub errors: Option<Vec<ErrorItem>>,
    /// Undocumented members, and members that are `null`.
    pub rest: Object<'static>,
}

message! {
    /// An element of `errors`.
    pub struct ErrorItem {
        /// The failure code.
        code: ErrorCode = "errorCode",
    } optional {
        /// The message, which distinguishes several meanings of one code.
        message: String = "message",
    }
}

impl From<ServiceError> for ErrorItem {
    fn from(error: ServiceError) -> Self {
        let mut item = Self::new(error.code);
        item.message = error.message;
        item
    }
}

impl FromJson for ErrorCode {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        String::from_json(value).map(|text| Self::from(text.as_str()))
    }
}

impl ToJson for ErrorCode {
    fn to_json(&self) -> Value<'static> {
        Value::from(self.as_str().to_string())
    }
}

impl<T> ResponseEnvelope<T> {
    /// Puts a successful answer into an envelope, as a server does.
    #[must_use]
    pub fn success(id: impl Into<String>, now: impl Into<Timestamp>, response: T) -> Self {
        Self { response: Some(response), ..Self::empty(id, now) }
    }

    /// Puts the reasons of a refusal into an envelope, as a server does.
    #[must_use]
    pub fn refusal(
        id: impl Into<String>,
        now: impl Into<Timestamp>,
        errors: impl IntoIterator<Item = ServiceError>,
    ) -> Self {
        let errors = errors.into_iter().map(ErrorItem::from).collect();
        let rest = Object::new().with("response", Value::Null);
        Self { errors: Some(errors), rest, ..Self::empty(id, now) }
    }

    fn empty(id: impl Into<String>, now: impl Into<Timestamp>) -> Self {
        Self {
            id: Some(id.into()),
            version: Some("1.0".into()),
            response_time: Some(now.into()),
            metadata: None,
            response: None,
            errors: None,
            rest: Object::new(),
        }
    }

    /// Tells whether the server refused.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.errors.as_ref().is_some_and(|errors| !errors.is_empty())
    }

    /// Parses a value, whose `response` is read by a function.
    pub(super) fn read(
        value: Value<'static>,
        read: impl FnOnce(Value<'static>) -> Result<T, Misfit>,
    ) -> Result<Self, Misfit> {
        let mut fields = Fields::new(value)?;
        let response = fields.optional::<Value<'static>>("response")?;
        let read = |value| read(value).map_err(|misfit| misfit.within(".response"));
        Ok(Self {
            id: fields.optional("id")?,
            version: fields.optional("version")?,
            response_time: fields.optional("responsetime")?,
            metadata: fields.optional("metadata")?,
            response: response.map(read).transpose()?,
            errors: fields.optional("errors")?,
            rest: fields.rest(),
        })
    }
}

#[expect(private_bounds, reason = "what stands in an answer is one of this module's types")]
impl<T: FromJson + ToJson> ResponseEnvelope<T> {
    /// Parses the JSON text, of success or failure.
    ///
    /// # Errors
    ///
    /// A [`Misfit`] that names the faulty member and its fault.
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Misfit> {
        Self::read(parse_json(text, limits)?, T::from_json)
    }

    /// Returns the JSON object; parsing its text gives an equal value.
    #[must_use]
    pub fn to_json(&self) -> Object<'static> {
        let mut object = Object::new();
        set(&mut object, "id", self.id.as_ref());
        set(&mut object, "version", self.version.as_ref());
        set(&mut object, "responsetime", self.response_time.as_ref());
        set(&mut object, "metadata", self.metadata.as_ref());
        set(&mut object, "response", self.response.as_ref());
        set(&mut object, "errors", self.errors.as_ref());
        with_rest(object, &self.rest)
    }
}

/// A server's refusal: its envelope with at least one error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    envelope: Box<ResponseEnvelope<Value<'static>>>,
}

impl Refusal {
    /// Returns the reasons, in the server's order.
    #[must_use]
    pub fn errors(&self) -> &[ErrorItem] {
        self.envelope.errors.as_deref().unwrap_or_default()
    }

    /// Tells whether this is one of the reasons.
    #[must_use]
    pub fn has(&self, code: &ErrorCode) -> bool {
        self.errors().iter().any(|error| error.code == *code)
    }

    /// Returns the whole answer.
    #[must_use]
    pub fn envelope(&self) -> &ResponseEnvelope<Value<'static>> {
        &self.envelope
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors().iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { "; " }, error.code)?;
            if let Some(message) = &error.message {
                write!(f, ": {message}")?;
            }
        }
        Ok(())
    }
}

/// Reads an answer with an envelope, at any status: errors first, then the response.
pub(super) fn answer<T>(
    response: &Response<Vec<u8>>,
    limits: &Limits,
    read: impl FnOnce(Value<'static>) -> Result<T, Misfit>,
) -> Result<ResponseEnvelope<T>, ApiError<Refusal>> {
    let status = response.status();
    let value = match read_json(response, limits) {
        Ok(value) => value,
        // A proxy's page, or nothing at all: the status is what there is.
        Err(_) if !status.is_success() => return Err(ApiError::Status { status }),
        Err(misfit) => return Err(ApiError::body(response)(misfit)),
    };
    let errors = value.as_object().and_then(|object| object.member("errors"));
    if errors.and_then(Value::as_array).is_some_and(|errors| !errors.is_empty()) {
        let envelope = ResponseEnvelope::read(value, Ok).map_err(ApiError::body(response))?;
        let refusal = Refusal { envelope: Box::new(envelope) };
        return Err(ApiError::Refused { status, refusal });
    }
    if !status.is_success() {
        return Err(ApiError::Status { status });
    }
    let envelope = ResponseEnvelope::read(value, read).map_err(ApiError::body(response))?;
    if envelope.response.is_none() {
        let misfit = Misfit::new(Problem::Missing).within(".response");
        return Err(ApiError::body(response)(misfit));
    }
    Ok(envelope)
}

fn set<T: ToJson>(object: &mut Object<'static>, name: &'static str, value: Option<&T>) {
    if let Some(value) = value {
        object.set(name, value.to_json());
    }
}

/// Adds the members that a type does not name.
fn with_rest(mut object: Object<'static>, rest: &Object<'static>) -> Object<'static> {
    for (name, value) in rest.iter() {
        if object.member(name).is_none() {
            object.set(String::from(name), value.clone());
        }
    }
    object
}
