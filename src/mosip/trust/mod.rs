//! Whom a device's signature is believed: `x5c`, domains, and the rules of those who consume it.
//!
//! ```text
//! header {"x5c":[…]} ──► signer's certificate ── domain by the rules ──► path to a root of the domain
//! ```
//!
//! A device signs with a key that its own token brings along, so that a signature alone proves
//! nothing. What counts is who issued the certificate, and *for what*: MOSIP's keymanager keeps
//! authorities in domains, and a device's certificate is not one of a secure chip. The components
//! that consume signed data ask for different domains: [`Consumer`] has a table, and what each of
//! them checks.
//!
//! Where they are lenient without need, this module is not: the algorithm is RS256 and nothing else,
//! dates are judged at the caller's time, for roots as well, and `x5t#S256` is compared with the
//! certificate instead of looked up. Judged [as at its own time](crate::At::Issued), each signer is
//! judged at the time that its own signed layer states.
//!
//! What a layer dates later than the time of judgement is [`not-yet-valid`](crate::Code::NotYetValid);
//! how old a message may be, a [`Window`](super::Window) says. A time that cannot be read is
//! [`malformed`](crate::Code::Malformed), whatever the time of judgement.
//!
//! The outermost layer of a message has to be signed. An inner layer may do without a signature of
//! its own where the signature around it is one of the domain that the rules ask for, and their
//! consumer does not verify the layer by itself. Messages whose outer layers nobody signed are
//! accepted by choice only: [`PartlySigned`].
//!
//! Without roots the verdict is [`untrusted-chain`](crate::Code::UntrustedChain): no signer is trusted.
//! Where nobody said whom to trust, [`NoRoots::Undecided`] says so instead.
//!
//! [`Trust::self_asserted`] accepts each signer's own certificate. That is what partner management
//! does with the requests that it registers, and it is reported as a warning. Such a message proves
//! that the key in each layer's certificate signed that layer. It proves neither whose the keys are nor that they belong together:
//! anyone can make keys, and devices with a secure chip sign with two. Reports count the keys, and
//! warn ([`OtherSigner`](crate::Warning::OtherSigner)) where different keys signed layers of one
//! domain, or one layer twice. Without rules, the layers of the device are all but the digital id, and
//! that as well if the message says L0.
//!
//! What a message can make a search do is limited: keys within `x5c` have 4096 bits at most
//! ([`Limits::x5c_modulus_bits`](crate::Limits::x5c_modulus_bits)), and all signers of a message share
//! [`Limits::chain_signatures`](crate::Limits::chain_signatures). A chain with a key of 1024 bits or
//! with a small exponent, where that is accepted, leaves a warning.
//!
//! Sources: those that [`Consumer`] names.
//!
//! Not supported: revocation (nor do the consumers check it), and what [`crate::jose`] says of
//! certificates.

pub(super) mod choice;
mod coverage;
mod judge;
mod message;
mod record;
mod rules;
mod signature;
pub(super) mod signed;
mod signer;
mod store;

pub use choice::{Leniency, NoRoots, PartlySigned, Trust};
pub(super) use message::{Message, Parts, message};
pub(super) use record::Checker;
pub use rules::{Consumer, Rules};
pub(super) use signed::Signed;
pub use signed::{SignedPart, Standing, Verified};
pub(super) use signer::{Stated, Usage};
pub use store::{Domain, TrustStore};

#[cfg(test)]
mod tests {
    use super::record::Record;
    use super::*;
    use crate::code::Code;
    use crate::error::Error;
    use crate::mosip::device::{DigitalIdMessage, DigitalIdVerifier, Expected};
    use crate::policy::Policy;
    use crate::report::Trail;
    use crate::time::{At, Time};
    use crate::verify::{Item, Next, Steps as _};

    #[test]
    fn without_a_signature_there_is_nothing_to_hand_out() {
        let (trust, policy) = (Trust::self_asserted(), Policy::default());
        let mut trail = Trail::first_failure();
        let at = Time::from_unix(1_578_919_842).unwrap();
        let signed = Record::new().conclude(&mut trail, (&trust, &policy), at.into(), None);
        assert_eq!(signed, None);
    }

    #[test]
    fn a_layer_whose_signature_nobody_checked_is_a_defect_and_never_valid() {
        use alloc::string::ToString as _;
        use countersign_testkit::{Pki, Rng, mosip};

        let [start, end] =
            [0, 2_600_000_000].map(|time| countersign::Time::from_unix(time).unwrap());
        let pki = Pki::generate(&mut Rng::from_seed(1), start, end).unwrap();
        let token = pki.device.sign(&mosip::digital_id("1").to_string()).unwrap();
        let verifier = DigitalIdVerifier::new(Trust::self_asserted(), Policy::default());
        let expected = Expected::new();
        let item = Item { input: token.as_bytes(), expected: &expected, at: At::Issued };
        for (checked, code) in [(Some(Ok(())), Code::Ok), (None, Code::Defect)] {
            for mut trail in [Trail::first_failure(), Trail::everything()] {
                let opened = DigitalIdMessage::open(&verifier, &mut trail, &mut (), item).unwrap();
                assert!(DigitalIdMessage::signature(&verifier, &opened).is_some());
                let next = DigitalIdMessage::judge(&verifier, &mut trail, opened, checked.clone());
                let draft = match next {
                    Some(Next::Made(draft)) => Some(draft),
                    _ => None,
                };
                assert_eq!(trail.failure().map_or(Code::Ok, Error::code), code);
                assert_eq!(trail.settle(draft).is_some(), code == Code::Ok);
            }
        }
    }
}
