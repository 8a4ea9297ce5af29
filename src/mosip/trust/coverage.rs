//! What the signatures of a message cover, and whose they have to be.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::choice::{PartlySigned, Trust};
use super::rules::Rules;
use super::signed::{SignedPart, Standing};
use super::signer::{Signer, Unsigned, Usage};
use super::store::Domain;
use crate::crypto::PublicKey;
use crate::error::{ChainFault, Error};
use crate::mosip::device::object::Certification;
use crate::mosip::device::object::DEVICE_INFO;
use crate::report::{Check, Trail, Warning};

/// The check of who vouches for a signer.
impl Check {
    /// A path leads from the key's certificate to a root that the caller trusts for this.
    pub const TRUST: Self = Self::new("trust", "RFC 5280 §6");
}

/// The levels of the devices, one for each independent part of a message.
pub(super) struct Levels(Vec<Option<Certification>>);

impl Levels {
    /// Takes what the parts state, where a signature covers the statement: the level decides about
    /// the domain of a digital id.
    pub(super) fn new(
        stated: impl Iterator<Item = Option<Certification>>,
        unsigned: &[Unsigned],
    ) -> Self {
        let is_open = |group| {
            let mut uncovered = unsigned.iter().filter(|layer| layer.cover.is_none());
            uncovered.any(|layer| layer.group == group && layer.member == DEVICE_INFO)
        };
        let stated = stated.enumerate();
        Self(stated.map(|(group, level)| level.filter(|_| !is_open(group))).collect())
    }

    pub(super) fn of(&self, group: usize) -> Option<&Certification> {
        self.0.get(group).and_then(Option::as_ref)
    }
}

/// Checks that nothing stands outside every signature, unless the caller accepts that, and returns
/// what does. A message in which nothing is signed is never accepted.
pub(super) fn check_outermost(
    trail: &mut Trail,
    partly_signed: PartlySigned,
    signers: &[Signer],
    unsigned: &[Unsigned],
) -> Vec<String> {
    let accepted = partly_signed == PartlySigned::Allow && !signers.is_empty();
    let mut names = Vec::new();
    for layer in unsigned.iter().filter(|layer| layer.cover.is_none()) {
        trail.part(&layer.part);
        if accepted {
            trail.skip(Check::SIGNATURE, "not signed, and no signature covers it");
            trail.warn(Warning::Unauthenticated);
            trail.warn(Warning::UnsignedLayers);
        } else {
            trail.fail(Check::SIGNATURE, Error::UnsignedLayer { part: layer.member });
        }
        names.push(layer.part.clone());
    }
    names
}

/// Checks that every object inside a signed one may do without a signature of its own, and returns
/// those objects.
pub(super) fn check_covered(
    trail: &mut Trail,
    trust: &Trust,
    signers: &[Signer],
    unsigned: &[Unsigned],
    levels: &Levels,
) -> Vec<String> {
    let mut names = Vec::new();
    for layer in unsigned {
        let Some(cover) = layer.cover.and_then(|index| signers.get(index)) else { continue };
        trail.part(&layer.part);
        trail.skip(Check::SIGNATURE, "not signed itself, but within what is signed");
        check_cover(trail, trust, layer.usage, cover, levels.of(layer.group));
        names.push(layer.part.clone());
    }
    names
}

/// Checks that an object may do without a signature of its own: the signature around it has to be
/// one of the domain that the rules ask for. A device must not get around its chip by leaving the
/// chip's signature out.
fn check_cover(
    trail: &mut Trail,
    trust: &Trust,
    usage: Usage,
    cover: &Signer,
    level: Option<&Certification>,
) {
    let Some(rules) = trust.rules() else { return };
    let wanted = rules.domain(usage, level);
    let result = match (wanted, rules.domain(cover.usage, level)) {
        _ if usage == Usage::DigitalId && rules.demands_signed_digital_id(cover.member) => {
            Err(Error::UntrustedChain { fault: ChainFault::Unsigned })
        }
        (Ok(wanted), Ok(found)) if wanted == found => Ok(wanted),
        (Err(fault), _) => Err(Error::UntrustedChain { fault }),
        _ => Err(Error::UntrustedChain { fault: ChainFault::Unsigned }),
    };
    trail.record(Check::TRUST, result, |domain| format!("{domain}, by what is around it"));
}

/// Checks that whoever the rules ask about has signed: rules about the signer of data must not be
/// got around by leaving that signature out.
///
/// Messages that are signed on the outside pass, as their signer was asked already. What is left are
/// digital ids alone, and messages that were accepted without their outer signatures.
pub(super) fn check_data_signers(
    trail: &mut Trail,
    trust: &Trust,
    signers: &[Signer],
    unsigned: &[Unsigned],
    levels: &Levels,
) {
    let Some(rules) = trust.rules() else { return };
    for group in 0..levels.0.len() {
        let signed = || signers.iter().filter(|signer| signer.group == group);
        if signed().any(|signer| signer.usage == Usage::Data) {
            continue;
        }
        let is_data = |layer: &&Unsigned| layer.group == group && layer.usage == Usage::Data;
        match unsigned.iter().find(is_data) {
            // Refused already.
            Some(_) if trust.partly_signed == PartlySigned::Deny => {}
            Some(data) if rules.asks_for_organization() || signed().next().is_some() => {
                trail.part(&data.part);
                let fault = ChainFault::Unsigned;
                trail.fail(Check::TRUST, Error::UntrustedChain { fault });
            }
            Some(_) => {}
            None if rules.asks_for_organization() => {
                for signer in signed() {
                    check_lone_digital_id(trail, rules, signer, levels.of(group));
                }
            }
            None => {}
        }
    }
}

/// Checks that the certificates of a digital id are among those of the data around it, if the rules
/// ask for that.
pub(super) fn check_certificates(trail: &mut Trail, trust: &Trust, signers: &[Signer]) {
    if !trust.rules().is_some_and(Rules::compares_certificates) {
        return;
    }
    let around = |id: &Signer| {
        let is_around = |of: &&Signer| of.group == id.group && of.usage == Usage::Data;
        signers.iter().rev().find(is_around)
    };
    for id in signers.iter().filter(|signer| signer.usage == Usage::DigitalId) {
        let Some(data) = around(id) else { continue };
        trail.part(&id.part);
        let is_known = |sent: &String| data.x5c.contains(sent);
        let fault = ChainFault::Certificates;
        let result =
            id.x5c.iter().all(is_known).then_some(()).ok_or(Error::UntrustedChain { fault });
        trail.record(Check::TRUST, result, |()| "certificates of the data around it");
    }
}

/// Asks the signer of a digital id alone for the organisation, if that is the device: if the rules
/// ask the same domain for digital ids as for data.
fn check_lone_digital_id(
    trail: &mut Trail,
    rules: &Rules,
    signer: &Signer,
    level: Option<&Certification>,
) {
    trail.part(&signer.part);
    let is_device = rules.domain(signer.usage, level) == rules.domain(Usage::Data, level);
    let result = if is_device {
        rules.check_organization(&signer.certificate)
    } else {
        trail.hint(|| {
            let what = "an organisation is asked of the signer of data, and there is none";
            Some(format!("{}: {what}", signer.part))
        });
        Err(ChainFault::Unsigned)
    };
    let result = result.map_err(|fault| Error::UntrustedChain { fault });
    trail.record(Check::TRUST, result, |()| "of the organisation that is asked for");
}

/// Whose a layer is.
#[derive(PartialEq)]
enum Holder {
    /// Somebody's for whom this domain vouches.
    Of(Domain),
    /// The device's, by the format: nobody vouches for it.
    Device,
}

impl Holder {
    /// Without rules, a digital id of a level other than L0 may be signed by a chip.
    fn of(signer: &Signer, part: Option<&SignedPart>, levels: &Levels) -> Option<Self> {
        match (part?.standing(), signer.usage, levels.of(signer.group)) {
            (Standing::Rooted { domain, .. }, ..) => Some(Self::Of(*domain)),
            (Standing::SelfAsserted, Usage::Data, _)
            | (
                Standing::SelfAsserted,
                Usage::DigitalId,
                Some(Certification::L0 | Certification::Sbi1),
            ) => Some(Self::Device),
            (Standing::SelfAsserted, Usage::DigitalId, _) => None,
        }
    }
}

/// Counts the keys, and warns of layers of one domain that different keys signed. MOSIP's consumers
/// do not compare keys, so neither is a failure.
pub(super) fn compare_keys(
    trail: &mut Trail,
    signers: &[Signer],
    parts: &[Option<SignedPart>],
    levels: &Levels,
) {
    if signers.len() > 1 {
        let mut distinct: Vec<&PublicKey> = Vec::new();
        for key in signers.iter().filter_map(|signer| signer.certificate.key().ok()) {
            if !distinct.contains(&key) {
                distinct.push(key);
            }
        }
        let (signatures, keys) = (signers.len(), distinct.len());
        trail.pass(Check::KEY, || format!("signatures: {signatures}, distinct keys: {keys}"));
    }
    let held = signers
        .iter()
        .zip(parts)
        .filter_map(|(signer, part)| Some((signer, Holder::of(signer, part.as_ref(), levels)?)));
    let held: Vec<(&Signer, Holder)> = held.collect();
    let differ = |(one, holder): &(&Signer, Holder), (other, other_holder): &(&Signer, Holder)| {
        one.group == other.group
            && holder == other_holder
            && one.certificate.key() != other.certificate.key()
    };
    // A token within a token: whosever the layer is, it is of one.
    let disagree = |one: &Signer, other: &Signer| {
        one.part == other.part && one.certificate.key() != other.certificate.key()
    };
    if any_pair(&held, differ) || any_pair(signers, disagree) {
        trail.warn(Warning::OtherSigner);
    }
}

fn any_pair<E>(elements: &[E], holds: impl Fn(&E, &E) -> bool) -> bool {
    let mut places = elements.iter().enumerate();
    places.any(|(place, one)| elements.iter().skip(place + 1).any(|other| holds(one, other)))
}
