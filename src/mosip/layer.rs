//! One object within another: how each layer is wrapped, and how it is opened.
//!
//! ```text
//! Closed ── unwrap ──► Found::Sealed ── its signature ──► Found::Open ── read ──► the whole, or
//!    ▲                                                                    │       the next layer
//!    └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! What is inside a signed layer can be had only with a word on its signature: [`Sealed::open`].
//! Verifiers give that word once they have checked it, and [`decode`] says that nobody looked.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::encoding::base64;
use crate::encoding::json::{Document, Members, Object, Value};
use crate::error::Error;
use crate::jose::{CompactJws, Header};
use crate::limits::Limits;

/// How an object was wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// A JSON object inside the object around it, or its plain text.
    Json,
    /// Base64 of JSON, without a signature of its own.
    Base64,
    /// A JWS whose signature nobody looked at.
    UnverifiedJws,
    /// A JWS whose signature was verified; only a verifier says so.
    VerifiedJws,
}

impl Layer {
    /// Returns the words for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Base64 => "unsigned base64",
            Self::UnverifiedJws => "JWS, not verified",
            Self::VerifiedJws => "JWS, verified",
        }
    }

    /// Returns what a layer is that has one encoding within another.
    const fn within(self, outer: Self) -> Self {
        match (self, outer) {
            (Self::UnverifiedJws, _) | (_, Self::UnverifiedJws) => Self::UnverifiedJws,
            (Self::VerifiedJws, _) | (_, Self::VerifiedJws) => Self::VerifiedJws,
            (inner, _) => inner,
        }
    }
}

/// Where an object came from: its wrapping, its text as received, and all of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    layer: Layer,
    encoded_twice: bool,
    text: Option<String>,
    members: Document,
}

impl Origin {
    /// Describes an object that stands there as plain JSON.
    pub(crate) const fn of_json(members: Document) -> Self {
        Self { layer: Layer::Json, encoded_twice: false, text: None, members }
    }

    /// Describes an object of a server's answer.
    pub(crate) fn of_answer(layer: Layer, text: &str, members: Document) -> Self {
        Self { layer, encoded_twice: false, text: Some(text.into()), members }
    }

    /// Returns how the object was wrapped.
    #[must_use]
    pub const fn layer(&self) -> Layer {
        self.layer
    }

    /// Tells whether the decoded text was encoded once more, as some devices of 2020 do.
    #[must_use]
    pub const fn is_encoded_twice(&self) -> bool {
        self.encoded_twice
    }

    /// Returns the text as received; `None` for [`Layer::Json`].
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Returns all members as they were, those unknown to this library included.
    #[must_use]
    pub const fn members(&self) -> &Document {
        &self.members
    }

    /// Shows the layer and its members, with the decoded form of one of them.
    pub(crate) fn to_json(
        &self,
        nested: Option<(&'static str, Object<'static>)>,
    ) -> Object<'static> {
        let mut shown = Object::new().with("layer", self.layer.as_str());
        if self.encoded_twice {
            shown.set("encodedTwice", Value::Bool(true));
        }
        let mut members = self.members.to_object().into_owned();
        if let Some((name, decoded)) = nested {
            members.set(name, decoded);
        }
        shown.with("decoded", members)
    }
}

/// An object with others inside: which layer comes next, and what was read of those before.
pub(crate) trait Nested: Sized {
    /// What is read once all layers are open.
    type Whole;

    /// Returns the name of the next layer, and how it may be wrapped.
    fn layer(&self) -> (&'static str, Wrapping);

    /// Reads a layer that was opened, and finds the one inside.
    fn read(self, layer: Opened<'_>, limits: &Limits) -> Result<Inside<Self>, Error>;
}

/// What comes behind a layer.
pub(crate) enum Inside<N: Nested> {
    Layer(N, Closed<'static>),
    Whole(N::Whole),
}

/// How a layer may be wrapped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapping {
    /// In base64 or a JWS, around JSON or around one more such text.
    Text,
    /// The same, or plain JSON, as devices write it that are not registered.
    DigitalId,
    /// In a JWS, around JSON or base64 of it: captured data, which may be as long as a capture.
    Token,
}

/// A layer as it was found: nobody has looked inside.
pub(crate) enum Closed<'t> {
    Text(Cow<'t, [u8]>),
    /// An object within the object around it.
    Object(Document),
    /// A digital id in plain JSON where the format has a text. It can be read, and is never verified,
    /// whatever is signed around it.
    Plain(Document),
}

impl<'t> From<Cow<'t, str>> for Closed<'t> {
    fn from(text: Cow<'t, str>) -> Self {
        Self::Text(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    }
}

impl Closed<'static> {
    fn text(text: &str) -> Self {
        Self::Text(Cow::Owned(text.as_bytes().into()))
    }

    /// Finds a member that is a text or an object.
    pub(crate) fn member(
        part: &'static str,
        object: &impl Members,
        member: &'static str,
    ) -> Result<Self, Error> {
        Self::find(part, object, member, Self::Object, "an object or a string")
    }

    /// Finds the digital id of a device service's message.
    pub(crate) fn digital_id(
        part: &'static str,
        object: &impl Members,
        member: &'static str,
    ) -> Result<Self, Error> {
        Self::find(part, object, member, Self::Plain, "a string")
    }

    /// Finds a member, and says what an object means that stands in its place.
    fn find(
        part: &'static str,
        object: &impl Members,
        member: &'static str,
        of_object: fn(Document) -> Self,
        expected: &'static str,
    ) -> Result<Self, Error> {
        // An object is not read as values first.
        if let Some(inside) = object.document(member) {
            return Ok(of_object(inside));
        }
        match object.get(member).as_deref() {
            Some(Value::String(text)) => Ok(Self::text(text)),
            Some(_) => Err(Error::WrongType { part, member, expected }),
            None => Err(Error::MissingMember { part, member }),
        }
    }
}

/// A layer taken out of its encoding.
pub(crate) enum Found<'t> {
    Sealed(Sealed<'t>),
    Open(Opened<'t>),
}

/// A signed layer: what it holds is out of reach until somebody says what its signature is worth.
pub(crate) struct Sealed<'t> {
    member: &'static str,
    wrapping: Wrapping,
    token: CompactJws<'t>,
    /// What this is inside of, if it is the second encoding of its layer.
    around: Option<Text<'t>>,
}

/// What somebody says of the signature of a layer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// It was checked, and is good.
    Verified,
    /// Nobody looked, or it is not good.
    Unverified,
}

/// A layer that is open.
pub(crate) struct Opened<'t> {
    member: &'static str,
    content: Content<'t>,
}

enum Content<'t> {
    Object(Document),
    Plain(Document),
    Text(Text<'t>, Option<Inner>),
}

/// A text and what was decoded from it.
struct Text<'t> {
    text: Cow<'t, [u8]>,
    layer: Layer,
    payload: Vec<u8>,
}

/// What was decoded once more.
struct Inner {
    layer: Layer,
    payload: Vec<u8>,
}

/// Counts the layers of an object that are texts.
pub(crate) struct Depth(u8);

impl Depth {
    pub(crate) const fn new(limits: &Limits) -> Self {
        Self(limits.layers())
    }

    fn enter(&mut self, limits: &Limits) -> Result<(), Error> {
        let what = "number of nested layers";
        let left = self.0.checked_sub(1);
        self.0 = left.ok_or(Error::TooLarge { what, limit: limits.layers().into() })?;
        Ok(())
    }
}

/// Takes the next layer out of its encoding.
pub(crate) fn unwrap<'t>(
    nested: &impl Nested,
    closed: Closed<'t>,
    depth: &mut Depth,
    limits: &Limits,
) -> Result<Found<'t>, Error> {
    let (member, wrapping) = nested.layer();
    let open = |content| Ok(Found::Open(Opened { member, content }));
    let sealed = |text, limit| {
        let token = CompactJws::from_cow(text, &limits.with_token_bytes(limit))?;
        Ok(Found::Sealed(Sealed { member, wrapping, token, around: None }))
    };
    let text = match closed {
        Closed::Object(members) => return open(Content::Object(members)),
        Closed::Plain(members) => return open(Content::Plain(members)),
        Closed::Text(text) => text,
    };
    if wrapping == Wrapping::Token {
        if is_unsigned(&text) {
            return Err(Error::UnsignedLayer { part: member });
        }
        return sealed(text, limits.capture_bytes());
    }
    check_size(member, &text, limits)?;
    depth.enter(limits)?;
    if wrapping == Wrapping::DigitalId && starts_an_object(&text) {
        return open(Content::Plain(Document::parse(member, text.into_owned(), limits)?));
    }
    if is_token(&text) {
        return sealed(text, limits.message_bytes());
    }
    let payload = base64::decode_mosip(&text);
    let payload = payload.map_err(|fault| Error::Malformed { part: member, fault })?;
    Ok(look_inside(member, wrapping, Text { text, layer: Layer::Base64, payload }, limits))
}

impl<'t> Sealed<'t> {
    pub(crate) const fn member(&self) -> &'static str {
        self.member
    }

    /// Parses the header, which stays untrusted.
    pub(crate) fn header(&self, limits: &Limits) -> Result<Header, Error> {
        self.token.header(limits)
    }

    pub(crate) fn header_bytes(&self) -> &[u8] {
        self.token.header_bytes()
    }

    pub(crate) fn signing_input(&self) -> &[u8] {
        self.token.signing_input()
    }

    pub(crate) fn signature(&self) -> &[u8] {
        self.token.signature()
    }

    /// Returns the length of what is inside.
    pub(crate) fn payload_bytes(&self) -> usize {
        self.token.payload().len()
    }

    /// Tells whether it is the second encoding of its layer.
    pub(crate) const fn is_inner(&self) -> bool {
        self.around.is_some()
    }

    /// Looks inside.
    pub(crate) fn open(self, word: Word, limits: &Limits) -> Found<'t> {
        let Self { member, wrapping, token, around } = self;
        let layer = match word {
            Word::Verified => Layer::VerifiedJws,
            Word::Unverified => Layer::UnverifiedJws,
        };
        let (text, payload) = token.into_parts();
        match around {
            None => look_inside(member, wrapping, Text { text, layer, payload }, limits),
            Some(around) => {
                let inner = Inner { layer: layer.within(around.layer), payload };
                Found::Open(Opened { member, content: Content::Text(around, Some(inner)) })
            }
        }
    }
}

/// Takes what was decoded out of one more encoding, if that is what it is in.
fn look_inside<'t>(
    member: &'static str,
    wrapping: Wrapping,
    text: Text<'t>,
    limits: &Limits,
) -> Found<'t> {
    let payload = &text.payload;
    let is_whole = starts_an_object(payload);
    if !is_whole && wrapping != Wrapping::Token && is_token(payload) {
        let limits = limits.with_token_bytes(limits.message_bytes());
        if let Ok(token) = CompactJws::from_cow(Cow::Owned(payload.clone()), &limits) {
            return Found::Sealed(Sealed { member, wrapping, token, around: Some(text) });
        }
    }
    let inner = if is_whole { None } else { base64::decode_mosip(payload).ok() };
    let inner = inner.map(|payload| Inner { layer: text.layer, payload });
    Found::Open(Opened { member, content: Content::Text(text, inner) })
}

impl Opened<'_> {
    pub(crate) const fn member(&self) -> &'static str {
        self.member
    }

    /// Tells whether the layer has a signature of its own.
    pub(crate) const fn is_signed(&self) -> bool {
        matches!(self.layer(), Layer::UnverifiedJws | Layer::VerifiedJws)
    }

    /// Tells whether it is a digital id in plain JSON.
    pub(crate) const fn is_plain(&self) -> bool {
        matches!(self.content, Content::Plain(_))
    }

    /// Tells whether there was one encoding more than the format says.
    pub(crate) const fn is_encoded_twice(&self) -> bool {
        matches!(self.content, Content::Text(_, Some(_)))
    }

    const fn layer(&self) -> Layer {
        match &self.content {
            Content::Object(_) | Content::Plain(_) => Layer::Json,
            Content::Text(_, Some(inner)) => inner.layer,
            Content::Text(text, None) => text.layer,
        }
    }

    /// Returns what was decoded first; nothing of an object.
    pub(crate) fn payload(&self) -> &[u8] {
        match &self.content {
            Content::Object(_) | Content::Plain(_) => &[],
            Content::Text(text, _) => &text.payload,
        }
    }

    /// Returns what was decoded last; nothing of an object.
    pub(crate) fn json(&self) -> &[u8] {
        match &self.content {
            Content::Text(_, Some(inner)) => &inner.payload,
            _ => self.payload(),
        }
    }

    /// Reads the members.
    pub(crate) fn into_origin(self, limits: &Limits) -> Result<Origin, Error> {
        let (layer, encoded_twice) = (self.layer(), self.is_encoded_twice());
        let (text, inner) = match self.content {
            Content::Object(members) | Content::Plain(members) => {
                return Ok(Origin::of_json(members));
            }
            Content::Text(text, inner) => (text, inner),
        };
        let Text { text, payload, .. } = text;
        let json = inner.map_or(payload, |inner| inner.payload);
        let members = Document::parse(self.member, json, limits)?;
        // Base64 and tokens are ASCII.
        let text = String::from_utf8(text.into_owned())
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(Origin { layer, encoded_twice, text: Some(text), members })
    }
}

/// Opens all layers of an object, and looks at no signature.
pub(crate) fn decode<N: Nested>(
    nested: N,
    closed: Closed<'_>,
    limits: &Limits,
) -> Result<N::Whole, Error> {
    let mut depth = Depth::new(limits);
    let found = unwrap(&nested, closed, &mut depth, limits)?;
    decode_from(nested, found, &mut depth, limits)
}

/// The same, from a layer on. Each call opens one of the few that an object has.
fn decode_from<N: Nested>(
    nested: N,
    found: Found<'_>,
    depth: &mut Depth,
    limits: &Limits,
) -> Result<N::Whole, Error> {
    match found {
        Found::Sealed(sealed) => {
            decode_from(nested, sealed.open(Word::Unverified, limits), depth, limits)
        }
        Found::Open(opened) => match nested.read(opened, limits)? {
            Inside::Whole(whole) => Ok(whole),
            Inside::Layer(inside, closed) => {
                let found = unwrap(&inside, closed, depth, limits)?;
                decode_from(inside, found, depth, limits)
            }
        },
    }
}

fn starts_an_object(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"{")
}

/// Tells a token from base64.
fn is_token(text: &[u8]) -> bool {
    memchr::memchr(b'.', text).is_some()
}

/// Tells whether a text is encoded JSON without a signature.
fn is_unsigned(text: &[u8]) -> bool {
    !is_token(text) && base64::decode_mosip(text).is_ok_and(|json| starts_an_object(&json))
}

pub(crate) const fn check_size(
    what: &'static str,
    text: &[u8],
    limits: &Limits,
) -> Result<(), Error> {
    let limit = limits.message_bytes();
    if text.len() > limit { Err(Error::TooLarge { what, limit }) } else { Ok(()) }
}
