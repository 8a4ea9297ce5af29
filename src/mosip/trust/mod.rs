//! When a device's signature is trusted: `x5c`, domains, and the rules of the components that consume
//! it.
//!
//! ```text
//! header {"x5c":[…]} ──► signer's certificate ── domain by the rules ──► path to a root of the domain
//! ```
//!
//! A device signs with a key whose certificate its own token carries, so a signature alone proves
//! nothing. What matters is who issued the certificate, and *for what*: MOSIP's keymanager groups
//! authorities into domains, and a certificate for a device is not a certificate for a secure chip. The
//! components that consume signed data require different domains; [`Consumer`] has a table, and lists
//! what each of them checks.
//!
//! Where those components are needlessly lenient, this module is not: the only algorithm is RS256,
//! dates are checked at the caller's time, for roots as well, and `x5t#S256` is compared with the
//! certificate rather than used to look one up. When a message is judged
//! [as of its own time](crate::At::Issued), each signer is judged at the time stated in its own signed
//! layer.
//!
//! A layer dated later than the time of judgement is [`not-yet-valid`](crate::Code::NotYetValid); a
//! [`Window`](super::Window) limits how old a message may be. A time that cannot be read is
//! [`malformed`](crate::Code::Malformed), whatever the time of judgement.
//!
//! The outermost layer of a message must be signed. An inner layer needs no signature of its own if the
//! signature around it belongs to the domain that the rules require, and if their consumer does not
//! verify the layer separately. Messages with unsigned outer layers are accepted only by choice:
//! [`PartlySigned`].
//!
//! Without roots, no signer is trusted, and the verdict is
//! [`untrusted-chain`](crate::Code::UntrustedChain). With [`NoRoots::Undecided`], the report says
//! instead that the caller has not configured whom to trust.
//!
//! [`Trust::self_asserted`] accepts each signer's own certificate. That is what partner management
//! does with the requests that it registers, and it is reported as a warning. Such a message proves
//! that the key in each layer's certificate signed that layer. It proves neither who owns the keys nor
//! that they belong together: anyone can generate keys, and devices with a secure chip sign with two.
//! Reports count the keys, and warn ([`OtherSigner`](crate::Warning::OtherSigner)) if different keys
//! signed layers of one domain, or signed one layer twice. Without rules, every layer except the
//! digital ID belongs to the device, and so does the digital ID if the message says L0.
//!
//! The work that a message can cause is bounded: keys in `x5c` may have at most 4096 bits
//! ([`Limits::x5c_modulus_bits`](crate::Limits::x5c_modulus_bits)), and all signers of a message share
//! [`Limits::chain_signatures`](crate::Limits::chain_signatures). A chain with a 1024-bit key or a
//! small exponent, where that is accepted, adds a warning.
//!
//! Sources: those listed at [`Consumer`].
//!
//! Not supported: revocation (the consumers do not check it either), and what [`crate::jose`] says
//! about certificates.

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
