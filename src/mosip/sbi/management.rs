//! What a device's management server answers: a new certificate, or the state of the device.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::encoding::json::{self, Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::device::kind::Kind;
use crate::mosip::device::object::{KEY_ROTATION, SNAPSHOT, Timestamp, optional_text};
use crate::mosip::layer::{Closed, Inside, Nested, Opened, Origin, Wrapping, check_size};
use crate::mosip::trust::{Checker, Message, Parts, Signed, Verified, message};
use crate::report::Check;
use crate::verify::{Item, Verifier};

/// What a management server was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// A certificate for a new key of the device, `keyRotation`.
    KeyRotation,
    /// The server's record of the device, `snapShot`.
    Snapshot,
}

impl Operation {
    const ALL: [Self; 2] = [Self::KeyRotation, Self::Snapshot];

    /// Returns the member that holds the answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyRotation => KEY_ROTATION,
            Self::Snapshot => SNAPSHOT,
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::KeyRotation => Kind::KeyRotation,
            Self::Snapshot => Kind::Snapshot,
        }
    }
}

/// A management server's answer. Only [`ManagementVerifier`] creates one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagementAnswer {
    operation: Operation,
    members: Object<'static>,
}

impl ManagementAnswer {
    /// Returns what was asked for.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns all signed members, as received.
    #[must_use]
    pub const fn members(&self) -> &Object<'static> {
        &self.members
    }
}

/// What a management server's answer is expected to say. Nothing is expected by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ManagementExpected {
    window: Option<Window>,
}

impl ManagementExpected {
    /// Expects nothing beyond an authentic answer.
    #[must_use]
    pub const fn new() -> Self {
        Self { window: None }
    }

    /// Expects `timeStamp` to lie within this window around the time of judgement. Without it, age is
    /// not checked. A time in the future is refused in any case.
    ///
    /// An answer judged [as of its own time](crate::At::Issued) has no age.
    #[must_use]
    pub const fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}

/// Verifies a management server's answer to a device: `{"keyRotation": JWS}`, `{"snapShot": JWS}`, or
/// the bare token.
///
/// No document defines these messages. They are read as a vendor's published client reads them: an
/// answer to `msbKeyRotation` has `signedDeviceCertificate`, and one to `msbDeviceSnapshot` has
/// `snapshotValidity`. Servers write line breaks into `x5c`, which
/// [`Leniency::X5cEncoding`](crate::mosip::trust::Leniency::X5cEncoding) accepts.
///
/// Checked: the signature, its certificate, and who vouches for the signer, under the rules that
/// [`Trust`](crate::mosip::trust::Trust) applies to data; that the answer is of this kind. *Not*
/// checked: what its members say, including any certificate among them.
///
/// With [`At::Issued`](crate::At::Issued), the time of judgement is that of the member `timeStamp`.
///
/// ```
/// use countersign::mosip::sbi::{ManagementExpected, ManagementVerifier};
/// use countersign::mosip::trust::Trust;
/// use countersign::{At, Code, Policy};
///
/// let verifier = ManagementVerifier::new(Trust::self_asserted(), Policy::default());
/// let unsigned = br#"{"snapShot":"eyJzbmFwc2hvdFZhbGlkaXR5IjoiIn0"}"#;
/// let error = verifier.verify(unsigned, &ManagementExpected::default(), At::Issued).unwrap_err();
/// assert_eq!(error.code(), Code::UnsignedLayer);
/// ```
pub type ManagementVerifier = Verifier<ManagementMessage>;

message! {
    /// A management server's answer to a device.
    ManagementMessage, "sbi-management", ManagementExpected, ManagementAnswer
}

/// An answer taken apart.
pub(crate) struct Received<'a> {
    token: Option<Cow<'a, [u8]>>,
    /// What the body calls it.
    named: Option<Operation>,
    /// The names of what stands beside it.
    others: Vec<alloc::string::String>,
    /// What it is once it is open.
    answer: Option<ManagementAnswer>,
}

impl Received<'_> {
    /// A bare token is called what it is only once it is open.
    fn part(&self) -> &'static str {
        self.named.map_or("answer", Operation::as_str)
    }
}

fn read<'a>(input: &'a [u8], limits: &Limits) -> Result<Received<'a>, Error> {
    const PART: &str = "answer";
    check_size(PART, input, limits)?;
    if !input.trim_ascii_start().starts_with(b"{") {
        let token = Some(Cow::Borrowed(input));
        return Ok(Received { token, named: None, others: Vec::new(), answer: None });
    }
    let body = json::parse_object(PART, input, limits)?;
    let mut named = Operation::ALL.into_iter().filter(|one| body.member(one.as_str()).is_some());
    let missing = Error::MissingMember { part: PART, member: KEY_ROTATION };
    let operation = named.next().ok_or(missing)?;
    if named.next().is_some() {
        return Err(Error::UnsupportedFormat { what: "a body with two answers" });
    }
    let token = body.string(PART, operation.as_str())?.as_bytes().to_vec();
    let others = body.iter().filter(|(name, _)| *name != operation.as_str());
    let others = others.map(|(name, _)| crate::error::shorten(name)).collect();
    Ok(Received { token: Some(Cow::Owned(token)), named: Some(operation), others, answer: None })
}

/// The only layer of an answer, by its name.
pub(crate) struct AnswerLayer(&'static str);

impl Nested for AnswerLayer {
    type Whole = Origin;

    fn layer(&self) -> (&'static str, Wrapping) {
        (self.0, Wrapping::Text)
    }

    fn read(self, layer: Opened<'_>, limits: &Limits) -> Result<Inside<Self>, Error> {
        Ok(Inside::Whole(layer.into_origin(limits)?))
    }
}

impl Message for ManagementMessage {
    type Content = ManagementAnswer;
    type Parts<'a> = Received<'a>;

    fn window(expected: &ManagementExpected) -> Option<Window> {
        expected.window
    }

    fn take_apart<'a>(
        checker: &mut Checker<'_>,
        item: Item<'a, ManagementExpected>,
    ) -> Option<Received<'a>> {
        let received = read(item.input, checker.policy.limits());
        let received =
            checker.trail.record(Check::ENVELOPE, received, |received| match received.named {
                Some(operation) => format!("body with `{}`", operation.as_str()),
                None => "bare token".into(),
            })?;
        for name in &received.others {
            checker.name_outside(name);
        }
        Some(received)
    }

    fn content(received: Received<'_>, _: &Signed) -> Option<ManagementAnswer> {
        received.answer
    }

    fn claims(made: &Verified<ManagementAnswer>) -> Object<'static> {
        let ManagementAnswer { operation, members } = made.content();
        let name = operation.as_str().to_string();
        let mut claims = Object::new().with(name, Value::from(members.clone()));
        made.name_unauthenticated(&mut claims);
        claims
    }
}

impl<'a> Parts<'a> for Received<'a> {
    type Nested = AnswerLayer;

    fn next(&mut self, _: &mut Checker<'_>) -> Option<(AnswerLayer, Result<Closed<'a>, Error>)> {
        let token = self.token.take()?;
        Some((AnswerLayer(self.part()), Ok(Closed::Text(token))))
    }

    fn read(&mut self, checker: &mut Checker<'_>, opened: Result<Origin, Error>) {
        checker.trail.part("");
        let opened = checker
            .trail
            .record(Check::CLAIMS, opened, |origin| format!("{} members", origin.members().len()));
        let Some(origin) = opened else { return };
        let members = origin.members().to_object().into_owned();
        let mark = members.member(Kind::SNAPSHOT_MARK);
        let is_snapshot = mark.is_some_and(|mark| *mark != Value::Null);
        let found = if is_snapshot { Operation::Snapshot } else { Operation::KeyRotation };
        let operation = self.named.unwrap_or(found);
        checker.check_kind(operation.kind(), &members);
        checker.trail.part("");
        let part = self.part();
        let stated = match optional_text(&members, part, "timeStamp", &["timestamp"]) {
            Ok(Some(text)) => Timestamp::new(&text).instant("timeStamp"),
            Ok(None) => Err(Error::MissingMember { part, member: "timeStamp" }),
            Err(error) => Err(error),
        };
        checker.state(None, [(part, Some(stated))]);
        self.answer = Some(ManagementAnswer { operation, members });
    }
}
