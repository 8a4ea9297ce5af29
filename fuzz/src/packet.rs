//! Registration packets: XML around what a device signed.

use countersign::mosip::sbi::Expected;
use countersign::mosip::sbi::cbeff::{Packet, Padding, Verifier};
use countersign::{Limits, Policy};
use countersign_testkit::accept_all;

use super::devices::{self, DEVICES};
use super::support::{self, Input};

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let group = input.pick(&DEVICES.groups);
    let at = devices::at(&mut input);
    let (text, expected, policy) = (input.0, Expected::new(), Policy::default());
    let verifier = |policy| Verifier::new(group.trust.clone(), policy);
    let real = support::judge(&verifier(policy), text, &expected, at);
    let believing = policy.with_backend(accept_all());
    let believed = support::judge(&verifier(believing), text, &expected, at);
    let parsed = Packet::parse(text, &Limits::default());
    let Ok(packet) = parsed else {
        assert!(real.is_err() && believed.is_err(), "accepted and not read");
        return;
    };
    let limit = usize::from(Limits::default().capture_segments());
    assert!(packet.segments().count() <= limit, "more segments than the limit");
    if real.is_ok() {
        assert!(believed.is_ok(), "a backend that believes more accepts more");
        assert!(packet.segments().next().is_some(), "what is accepted has a segment");
        for segment in packet.segments() {
            let tokens = [Padding::Absent, Padding::Present].map(|padding| segment.token(padding));
            let genuine = |token: &String| DEVICES.tokens.contains(token);
            assert!(tokens.iter().flatten().any(genuine), "a forged token was accepted");
        }
    }
}
