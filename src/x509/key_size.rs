//! Which sizes of RSA keys are accepted, for tokens and certificates alike.

use crate::crypto::{PublicKey, RsaPublicKey};
use crate::error::Error;
use crate::policy::{Policy, Rsa1024};
use crate::report::{Check, Finding, Trail, Warning};

/// The rule: 2048 bits and more, or exactly 1024 by
/// opt-in.
pub(crate) const fn allow_size(bits: usize, rsa_1024: Rsa1024) -> Result<(), Error> {
    match (bits, rsa_1024) {
        (2048.., _) | (1024, Rsa1024::Allow) => Ok(()),
        _ => Err(Error::KeyTooSmall { bits }),
    }
}

/// Checks the size of a key against the policy.
pub(crate) fn check_key_size(trail: &mut Trail, key: &PublicKey, policy: &Policy) {
    let Some(rsa) = key.as_rsa() else {
        trail.pass(Check::KEY_SIZE, || "P-256");
        return;
    };
    let bits = rsa.bits();
    let result = allow_size(bits, policy.rsa_1024());
    match &result {
        Ok(()) => warn_of_key(trail, rsa),
        Err(_) => {
            trail.hint(|| {
                let what = "a 1024-bit key needs an opt-in: `Rsa1024::Allow`, `--allow-rsa-1024`";
                (bits == 1024).then(|| what.into())
            });
            warn_of_exponent(trail, rsa);
        }
    }
    trail.record(Check::KEY_SIZE, result, |()| Finding::bits(bits));
}

/// Warns of a key that was accepted, and that others would not accept: one of a message or one that
/// issued a certificate on its path.
pub(crate) fn warn_of_key(trail: &mut Trail, rsa: &RsaPublicKey) {
    if rsa.bits() == 1024 {
        trail.warn(Warning::Rsa1024);
    }
    warn_of_exponent(trail, rsa);
}

fn warn_of_exponent(trail: &mut Trail, rsa: &RsaPublicKey) {
    if rsa.exponent() < 65_537 {
        trail.warn(Warning::SmallExponent);
    }
}
