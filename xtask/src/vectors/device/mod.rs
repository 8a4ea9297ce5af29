//! What MOSIP's devices sign, and chains of certificates in every state.

mod answers;
mod chains;
mod digital_ids;
mod nested;
mod world;

use countersign_testkit::{Pki, Rng};

use super::format;
use super::keys::Keys;

use world::{World, time};

pub(crate) fn file(keys: &Keys) -> String {
    let pki = Pki::generate(&mut Rng::from_seed(20), time(-86_400), time(86_400)).unwrap();
    let world = World { keys, pki };
    let groups = vec![
        world.digital_ids(),
        world.chip(),
        world.chains(),
        world.intermediates(),
        world.lenient(None),
        world.lenient(Some("x5c-encoding")),
        world.lenient(Some("negative-modulus")),
        world.partly_signed("registration-client"),
        world.partly_signed("self-asserted"),
        world.nobody(),
        world.asserted(),
        world.nested("registration-client"),
        world.nested("ida"),
        world.toolkit(),
        world.info(),
        world.captures("sbi-rcapture"),
        world.captures("sbi-capture"),
        world.mixed(),
        world.own_times(),
    ];
    let header = &[
        "What MOSIP's devices sign: digital ids, device data, information and captures.",
        "Each signature comes with its certificate; the group says which authorities are trusted for which domain, and by whose rules.",
    ];
    format::file("mosip-device", "schemas/mosip-device.json", header, groups)
}
