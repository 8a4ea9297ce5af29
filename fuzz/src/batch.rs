//! Batches against single calls: the same verdict, the same value, the same error, whatever stands
//! beside an item.

use std::fmt::Debug;

use countersign::jose::jws;
use countersign::miracl::dvs;
use countersign::mosip::registration;
use countersign::{At, Item, Verify};

use super::support::{DVS, Input, JWS, REGISTRATION, Vectors};

/// Takes vectors, alters some of them, and says when each is judged.
fn inputs(input: &mut Input<'_>, vectors: &Vectors) -> Vec<(Vec<u8>, At)> {
    const MOST: usize = 24;
    let mut items = Vec::new();
    while !input.0.is_empty() && items.len() < MOST {
        let mut item = vectors.inputs[input.word() % vectors.inputs.len()].clone();
        let change = input.byte();
        if change >= 0x80 && !item.is_empty() {
            let place = input.word() % item.len();
            item[place] = input.byte();
        }
        items.push((item, input.at()));
    }
    items
}

fn compare<V: Verify<Verified: PartialEq + Debug>>(
    verifier: &V,
    expected: &V::Expected,
    inputs: &[(Vec<u8>, At)],
) {
    let items: Vec<Item<'_, V::Expected>> =
        inputs.iter().map(|(input, at)| Item { input, expected, at: *at }).collect();
    let verified = verifier.verify_batch(&items);
    let explained = verifier.explain_batch(&items);
    assert_eq!((verified.len(), explained.len()), (items.len(), items.len()));
    for ((item, verified), explained) in items.iter().zip(verified).zip(explained) {
        assert_eq!(verified, verifier.verify(item.input, expected, item.at));
        assert_eq!(explained, verifier.explain(item.input, expected, item.at));
    }
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    match input.byte() % 3 {
        0 => {
            let group = JWS.group(&mut input);
            let verifier = jws::Verifier::new(group.keys.clone(), group.policy);
            compare(
                &verifier,
                &jws::Expected::unbound().allow_no_expiry(),
                &inputs(&mut input, &JWS),
            );
        }
        1 => {
            let group = DVS.group(&mut input);
            let verifier = dvs::Verifier::new(group.keys.clone(), group.policy);
            compare(&verifier, &dvs::Expected::unbound(), &inputs(&mut input, &DVS));
        }
        _ => {
            let group = REGISTRATION.group(&mut input);
            let verifier = registration::Verifier::new(group.keys.clone(), group.policy);
            let inputs = inputs(&mut input, &REGISTRATION);
            compare(&verifier, &registration::Expected::new(), &inputs);
        }
    }
}
