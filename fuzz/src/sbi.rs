//! Information and captures of biometric devices.

use countersign::Limits;
use countersign::mosip::sbi::Discovered;

use super::devices::{self, DEVICES};
use super::support::Input;

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let form = input.byte();
    let group = input.pick(&DEVICES.groups);
    let at = devices::at(&mut input);
    let _ = Discovered::parse(input.0, &Limits::default());
    devices::judge(2 + form % 3, group, input.0, at);
}
