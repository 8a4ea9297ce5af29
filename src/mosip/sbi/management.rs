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
use crate::mosip::device::object::{
    KEY_ROTATION, Opener, SNAPSHOT, Timestamp, check_size, optional_text,
};
use crate::mosip::trust::{Checker, Draft, Message, Trust, Verified, message};
use crate::policy::Policy;
use crate::report::{Check, Trail};
use crate::verify::{Item, Verifier};

/// What a management server was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// A certificate for a new key of the device, `keyRotation`.
    KeyRotation,
    /// What the server knows of the device, `snapShot`.
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

/// A management server's answer. Only [`ManagementVerifier`] makes one.
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

    /// Returns all signed members, as they were.
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

    /// Expects `timeStamp` within this window around the time of judgement. Without it, age is not
    /// judged. The future is refused in any case.
    ///
    /// Judged [as at its own time](crate::At::Issued), an answer has no age.
    #[must_use]
    pub const fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}

/// Verifies what a management server answers a device: `{"keyRotation": JWS}`, `{"snapShot": JWS}`, or
/// the bare token.
///
/// No document defines these messages. They are read as a vendor's published client does: an answer
/// to `msbKeyRotation` has `signedDeviceCertificate`, one to `msbDeviceSnapshot` has
/// `snapshotValidity`. Servers write line breaks into `x5c`, which
/// [`Leniency::X5cEncoding`](crate::mosip::trust::Leniency::X5cEncoding) accepts.
///
/// Checked: the signature, its certificate, and who vouches for the signer, by what the rules of
/// [`Trust`] say of data; that the answer is of this kind. *Not* checked: what its members say, a
/// certificate among them included.
///
/// Judged [`At::Issued`](crate::At::Issued), the time is that of the member `timeStamp`.
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

/// An answer before it is opened.
struct Received<'a> {
    token: Cow<'a, [u8]>,
    /// What the body calls it.
    named: Option<Operation>,
    /// The names of what stands beside it.
    others: Vec<alloc::string::String>,
}

fn read<'a>(input: &'a [u8], limits: &Limits) -> Result<Received<'a>, Error> {
    const PART: &str = "answer";
    check_size(PART, input, limits)?;
    if !input.trim_ascii_start().starts_with(b"{") {
        return Ok(Received { token: Cow::Borrowed(input), named: None, others: Vec::new() });
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
    Ok(Received { token: Cow::Owned(token), named: Some(operation), others })
}

impl Message for ManagementMessage {
    type Content = ManagementAnswer;

    fn decide(
        trust: &Trust,
        policy: &Policy,
        trail: &mut Trail,
        item: Item<'_, ManagementExpected>,
    ) -> Option<Draft<ManagementAnswer>> {
        let limits = policy.limits();
        let received = read(item.input, limits);
        let received =
            trail.record(Check::ENVELOPE, received, |received| match received.named {
                Some(operation) => format!("body with `{}`", operation.as_str()),
                None => "bare token".into(),
            })?;
        let mut checker = Checker::new(trail, trust, policy, limits.signatures().into());
        for name in &received.others {
            checker.name_outside(name);
        }
        // A bare token is called what it is once it is open.
        let part = received.named.map_or("answer", Operation::as_str);
        let opened = Opener::watched(limits, &mut checker).open(part, &received.token);
        checker.trail.part("");
        let opened = checker.trail.record(Check::CLAIMS, opened, |origin| {
            format!("{} members", origin.members().iter().count())
        });
        let mut answer = None;
        if let Some(origin) = opened {
            let members = origin.members().clone();
            let mark = members.member(Kind::SNAPSHOT_MARK);
            let is_snapshot = mark.is_some_and(|mark| *mark != Value::Null);
            let found = if is_snapshot { Operation::Snapshot } else { Operation::KeyRotation };
            let operation = received.named.unwrap_or(found);
            checker.check_kind(operation.kind(), &members);
            checker.trail.part("");
            let stated = match optional_text(&members, part, "timeStamp", &["timestamp"]) {
                Ok(Some(text)) => Timestamp::new(&text).instant("timeStamp"),
                Ok(None) => Err(Error::MissingMember { part, member: "timeStamp" }),
                Err(error) => Err(error),
            };
            checker.state(None, [(part, Some(stated))]);
            answer = Some(ManagementAnswer { operation, members });
        }
        let signed = checker.conclude(item.at, item.expected.window)?;
        Some(Draft::new(answer?, signed))
    }

    fn claims(made: &Verified<ManagementAnswer>) -> Object<'static> {
        let ManagementAnswer { operation, members } = made.content();
        let name = operation.as_str().to_string();
        let mut claims = Object::new().with(name, Value::from(members.clone()));
        made.name_unauthenticated(&mut claims);
        claims
    }
}
