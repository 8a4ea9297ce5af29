//! What verifiers of nested device messages have in common.
//!
//! ```text
//! message ── take apart ──► parts ── next ──► layer ── signature ──► layer inside ── … ──► read
//!                             ▲                                                             │
//!                             └─────────────────────────────────────────────────────────────┘
//!                             └──► all parts together ──► dates and trust ──► Draft
//! ```
//!
//! A layer is opened when the signature around it has been checked: each signature is a step of its
//! own, so that those of many messages are checked together.

use super::choice::Trust;
use super::record::{Checker, Record};
use super::signature::{Examined, record_signature};
use super::signed::{Draft, Signed, Verified};
use crate::crypto::Job;
use crate::encoding::json::Object;
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::layer::{Closed, Depth, Found, Inside, Nested, Sealed, Word, unwrap};
use crate::policy::Policy;
use crate::report::{Check, Claims, Trail, Warning};
use crate::time::At;
use crate::verify::{Format, Held, Item, Next, Proven, Steps, Verifier};

/// How one kind of nested message is read, and what its content has to be.
pub(crate) trait Message: Format {
    type Content;
    type Parts<'a>: Parts<'a>;

    /// Returns how many signed layers a message may have.
    fn most_signatures(limits: &Limits) -> usize {
        limits.signatures().into()
    }

    /// Returns the window that times are expected in.
    fn window(expected: &Self::Expected) -> Option<Window>;

    /// Takes a message apart, and opens nothing.
    fn take_apart<'a>(
        checker: &mut Checker<'_>,
        item: Item<'a, Self::Expected>,
    ) -> Option<Self::Parts<'a>>;

    /// Returns what signatures cover. `None` if it could not be read.
    fn content(parts: Self::Parts<'_>, signed: &Signed) -> Option<Self::Content>;

    /// Returns what is authentic, and names what is not.
    fn claims(verified: &Self::Verified) -> Object<'static>;
}

/// A message taken apart: the parts to come, and those that were read.
pub(crate) trait Parts<'a> {
    /// How the objects of a part lie within each other.
    type Nested: Nested;

    /// Goes to the next part. What stands before its layers may be wrong already.
    fn next(
        &mut self,
        checker: &mut Checker<'_>,
    ) -> Option<(Self::Nested, Result<Closed<'a>, Error>)>;

    /// Reads a part whose layers are open, or records why they are not: once after each
    /// [`next`](Self::next).
    fn read(
        &mut self,
        checker: &mut Checker<'_>,
        opened: Result<<Self::Nested as Nested>::Whole, Error>,
    );

    /// Checks all parts together, and that none was lost.
    fn check_together(&mut self, _: &mut Checker<'_>) {}
}

/// Gives a kind of nested message its verifier.
macro_rules! message {
    ($(#[$meta:meta])+ $message:ident, $kind:literal, $expected:ty, $content:ty) => {
        $(#[$meta])+
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub struct $message;

        impl $crate::verify::Format for $message {
            const KIND: &'static str = $kind;
            type Expected = $expected;
            type Verified = $crate::mosip::trust::signed::Verified<$content>;
        }

        impl $crate::verify::Verifier<$message> {
            /// Makes a verifier.
            #[must_use]
            pub const fn new(trust: $crate::mosip::trust::choice::Trust, policy: $crate::Policy) -> Self {
                Self { format: $message, keys: trust, policy }
            }
        }
    };
}
pub(in crate::mosip) use message;

/// A message that is open up to a signature, or to its end.
pub(crate) struct Progress<'a, M: Message> {
    parts: M::Parts<'a>,
    at: At,
    window: Option<Window>,
    record: Record,
    /// How deep in a part the next layer is.
    depth: Depth,
    /// The layer whose signature comes next, with its signer. What is inside cannot be had before.
    sealed: Option<(Objects<'a, M>, Sealed<'a>, usize)>,
}

/// How the objects of a part lie within each other.
type Objects<'a, M> = <<M as Message>::Parts<'a> as Parts<'a>>::Nested;

impl<'a, M: Message> Progress<'a, M> {
    /// Opens layers, this one and those behind it, up to the next signature or to the end.
    fn advance(
        &mut self,
        trail: &mut Trail,
        (trust, policy): (&Trust, &Policy),
        mut layer: Option<(Objects<'a, M>, Result<Found<'a>, Error>)>,
    ) {
        let limits = policy.limits();
        let Self { parts, record, depth, sealed: next, .. } = self;
        let checker = &mut Checker { trail, trust, policy, record };
        while checker.trail.goes_on() {
            let Some((nested, found)) = layer.take() else {
                let Some((nested, closed)) = parts.next(checker) else { return };
                *depth = Depth::new(limits);
                let found = closed.and_then(|closed| unwrap(&nested, closed, depth, limits));
                layer = Some((nested, found));
                continue;
            };
            match found {
                Ok(Found::Sealed(sealed)) => {
                    match checker.examine(&sealed, M::most_signatures(limits)) {
                        Ok(Examined::UpToSignature(signer)) => {
                            *next = Some((nested, sealed, signer));
                            return;
                        }
                        Ok(Examined::Unverifiable) => {
                            layer = Some((nested, Ok(sealed.open(Word::Unverified, limits))));
                        }
                        Err(error) => parts.read(checker, Err(error)),
                    }
                }
                Ok(Found::Open(opened)) => {
                    let noted = checker.note(&opened);
                    match noted.and_then(|()| nested.read(opened, limits)) {
                        Ok(Inside::Layer(nested, closed)) => {
                            let found = unwrap(&nested, closed, depth, limits);
                            layer = Some((nested, found));
                        }
                        Ok(Inside::Whole(whole)) => parts.read(checker, Ok(whole)),
                        Err(error) => parts.read(checker, Err(error)),
                    }
                }
                Err(error) => parts.read(checker, Err(error)),
            }
        }
    }
}

impl Held for Trust {}

impl<M> Steps for M
where
    M: Message + Format<Verified = Verified<<M as Message>::Content>>,
{
    type Keys = Trust;
    type Cache = ();
    type Opened<'a> = Progress<'a, M>;
    type Draft = Draft<M::Content>;

    fn open<'a>(
        Verifier { keys, policy, .. }: &'a Verifier<M>,
        trail: &mut Trail,
        (): &mut (),
        item: Item<'a, M::Expected>,
    ) -> Option<Progress<'a, M>> {
        if item.at == At::Issued {
            trail.warn(Warning::AtIssued);
        }
        let mut record = Record::new();
        let mut checker = Checker { trail, trust: keys, policy, record: &mut record };
        let parts = M::take_apart(&mut checker, item)?;
        let (depth, window) = (Depth::new(policy.limits()), M::window(item.expected));
        let mut message = Progress { parts, at: item.at, window, record, depth, sealed: None };
        message.advance(trail, (keys, policy), None);
        trail.goes_on().then_some(message)
    }

    fn signature<'o>(
        Verifier { policy, .. }: &Verifier<M>,
        message: &'o Progress<'_, M>,
    ) -> Option<Job<'o>> {
        let (_, sealed, signer) = message.sealed.as_ref()?;
        message.record.job(sealed, *signer, policy)
    }

    fn judge<'a>(
        Verifier { keys, policy, .. }: &'a Verifier<M>,
        trail: &mut Trail,
        mut message: Progress<'a, M>,
        signature: Option<Result<(), Error>>,
    ) -> Option<Next<Progress<'a, M>, Draft<M::Content>>> {
        match message.sealed.take() {
            Some((nested, sealed, _)) => {
                let word = record_signature(trail, signature);
                let found = sealed.open(word, policy.limits());
                message.advance(trail, (keys, policy), Some((nested, Ok(found))));
            }
            None if signature.is_some() => trail.fail(Check::SIGNATURE, Error::Defect),
            None => {}
        }
        if !trail.goes_on() {
            return None;
        }
        if message.sealed.is_some() {
            return Some(Next::Layer(message));
        }
        let Progress { mut parts, at, window, mut record, .. } = message;
        parts.check_together(&mut Checker { trail, trust: keys, policy, record: &mut record });
        let signed = record.conclude(trail, (keys, policy), at, window)?;
        let content = M::content(parts, &signed)?;
        Some(Next::Made(Draft::new(content, signed)))
    }

    fn verified(draft: Proven<Draft<M::Content>>) -> M::Verified {
        Verified(draft)
    }

    fn claims(verified: M::Verified) -> Claims {
        <M as Message>::claims(&verified).into()
    }
}
