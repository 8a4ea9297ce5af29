//! What verifiers of nested device messages have in common.

use super::choice::Trust;
use super::signed::{Draft, Verified};
use crate::crypto::Job;
use crate::encoding::json::Object;
use crate::error::Error;
use crate::policy::Policy;
use crate::report::{Trail, Warning};
use crate::time::At;
use crate::verify::{Format, Held, Item, Proven, Steps, Verifier};

/// How one kind of nested message is read, and what its content has to be.
pub(crate) trait Message: Format {
    type Content;

    /// Opens and checks every layer. The signatures of a message depend on each other, so they are
    /// checked as they are met.
    fn decide(
        trust: &Trust,
        policy: &Policy,
        trail: &mut Trail,
        item: Item<'_, Self::Expected>,
    ) -> Option<Draft<Self::Content>>;

    /// Returns what is authentic, and names what is not.
    fn claims(verified: &Self::Verified) -> Object<'static>;
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

impl Held for Trust {}

impl<M> Steps for M
where
    M: Message + Format<Verified = Verified<<M as Message>::Content>>,
{
    type Keys = Trust;
    type Cache = ();
    type Opened<'a> = Draft<M::Content>;
    type Draft = Draft<M::Content>;

    fn open(
        Verifier { keys, policy, .. }: &Verifier<M>,
        trail: &mut Trail,
        (): &mut (),
        item: Item<'_, M::Expected>,
    ) -> Option<Draft<M::Content>> {
        if item.at == At::Issued {
            trail.warn(Warning::AtIssued);
        }
        M::decide(keys, policy, trail, item)
    }

    fn signature<'o>(_: &Verifier<M>, _: &'o Draft<M::Content>) -> Option<Job<'o>> {
        None
    }

    fn judge(
        _: &Verifier<M>,
        _: &mut Trail,
        draft: Draft<M::Content>,
        _: Option<Result<(), Error>>,
    ) -> Option<Draft<M::Content>> {
        Some(draft)
    }

    fn verified(draft: Proven<Draft<M::Content>>) -> M::Verified {
        Verified(draft)
    }

    fn claims(verified: &M::Verified) -> Object<'static> {
        <M as Message>::claims(verified)
    }
}
