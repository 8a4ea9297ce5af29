//! What races against what.

use std::num::NonZeroUsize;

use countersign::jose::{JwkSet, jws};
use countersign::miracl::dvs;
use countersign::mosip::registration;
use countersign::{At, Error, Item, Policy, Rsa1024, Verify};
use countersign_kernels::rsa::{Pkcs1Item, RsaPublicKey, verify_pkcs1_batch};
use countersign_kernels::{Hash, Kernel};

use super::figures::{Artefacts, Rates, Signatures};
use super::race::{BATCH, Bounds, Set, Way, race, wrong};
use super::samples::{Sample, Signature};
use crate::exit::Stop;

/// Measures whole artefacts, one by one and in batches, on one core and on all.
pub(super) fn artefacts(
    sample: &Sample,
    cores: NonZeroUsize,
    bounds: Bounds,
) -> Result<Artefacts, Stop> {
    let contest = Contest { sample, cores, bounds };
    let keys = JwkSet::from(sample.key.clone());
    let policy = Policy::default().with_rsa_1024(Rsa1024::Allow);
    match sample.kind.name() {
        dvs::Verifier::KIND => {
            let expected = dvs::Expected::hash(sample.hash.as_deref().unwrap_or_default());
            contest.run(&dvs::Verifier::new(keys, policy), &expected)
        }
        registration::Verifier::KIND => {
            let expected = registration::Expected::default();
            contest.run(&registration::Verifier::new(keys, policy), &expected)
        }
        jws::Verifier::KIND => {
            let expected = jws::Expected::unbound().allow_no_expiry();
            contest.run(&jws::Verifier::new(keys, policy), &expected)
        }
        // Other tokens cost what a JWS costs. Messages of devices are sums of signatures and paths,
        // which are measured elsewhere; the key of a DVS signature is a secret of the service.
        kind => Err(wrong(&format_args!("{kind}: not measured"))),
    }
}

fn verdicts<T>(results: &[Result<T, Error>]) -> Vec<bool> {
    results.iter().map(Result::is_ok).collect()
}

struct Contest<'a> {
    sample: &'a Sample,
    cores: NonZeroUsize,
    bounds: Bounds,
}

impl Contest<'_> {
    fn run<V: Verify + Sync>(&self, verifier: &V, expected: &V::Expected) -> Result<Artefacts, Stop>
    where
        V::Expected: Sync,
    {
        let one = |item: &Item<'_, _>| verifier.verify(item.input, item.expected, item.at).is_ok();
        let many = |items: &[Item<'_, _>]| verdicts(&verifier.verify_batch(items));
        let Sample { kind, algorithm, bits, at, ref valid, .. } = *self.sample;
        let altered = self.sample.altered();
        let [valid, altered] = [valid, &altered]
            .map(|artefacts| fill(artefacts, |input| Item { input, expected, at: At::Time(at) }));
        let single = |set| match set {
            Set::Valid => valid.iter().map(one).collect(),
            Set::Altered => altered.iter().map(one).collect(),
        };
        let batch = |set| match set {
            Set::Valid => many(&valid),
            Set::Altered => many(&altered),
        };
        let name = format!("{} {algorithm} {bits}", kind.name());
        let threads = self.cores.get();
        let ways = [
            Way { threads: 1, verify: &single },
            Way { threads: 1, verify: &batch },
            Way { threads, verify: &single },
            Way { threads, verify: &batch },
        ];
        let rates = race(&name, ways, self.bounds)?;
        let [one_single, one_batch, all_single, all_batch] = rates.medians();
        Ok(Artefacts {
            kind,
            algorithm,
            bits,
            one_core: Rates { single: one_single, batch: one_batch },
            all_cores: Rates { single: all_single, batch: all_batch },
            batch_to_single: rates.ratio(1, 0),
        })
    }
}

/// Measures the signatures of the artefacts alone, with the detected and with the portable kernel.
pub(super) fn signatures(sample: &Sample, bounds: Bounds) -> Result<Signatures, Stop> {
    let name = format!("signature RS256 {}", sample.bits);
    let key = sample.key.key().as_rsa().ok_or_else(|| wrong(&format_args!("{name}: no key")))?;
    let read = |artefacts: &[Vec<u8>]| -> Result<Vec<Signature>, Stop> {
        artefacts.iter().map(|token| Signature::of(token).map_err(|error| wrong(&error))).collect()
    };
    let (valid, altered) = (read(&sample.valid)?, read(&sample.altered())?);
    let sets = [&valid, &altered].map(|signatures| fill(signatures, |s| item(key, s)));
    let [valid, altered] = &sets;
    let items = |set| match set {
        Set::Valid => valid,
        Set::Altered => altered,
    };
    let single = |kernel| {
        move |set| -> Vec<bool> {
            let verify = |item: &Pkcs1Item<'_>| {
                item.key.verify_pkcs1_with(kernel, item.hash, item.digest, item.signature).is_ok()
            };
            items(set).iter().map(verify).collect()
        }
    };
    let batch = |kernel| {
        move |set| {
            let mut verdicts = vec![false; items(set).len()];
            verify_pkcs1_batch(kernel, items(set), &mut verdicts);
            verdicts
        }
    };
    let (detected, portable) = (Kernel::detect(), Kernel::portable());
    let ways = [
        Way { threads: 1, verify: &single(detected) },
        Way { threads: 1, verify: &batch(detected) },
        Way { threads: 1, verify: &single(portable) },
        Way { threads: 1, verify: &batch(portable) },
    ];
    let rates = race(&name, ways, bounds)?;
    let [detected_single, detected_batch, portable_single, portable_batch] = rates.medians();
    Ok(Signatures {
        bits: sample.bits,
        detected: Rates { single: detected_single, batch: detected_batch },
        portable: Rates { single: portable_single, batch: portable_batch },
        batch_to_single: rates.ratio(1, 0),
        detected_to_portable: Rates { single: rates.ratio(0, 2), batch: rates.ratio(1, 3) },
    })
}

fn item<'a>(
    key: &'a RsaPublicKey,
    Signature { digest, signature }: &'a Signature,
) -> Pkcs1Item<'a> {
    Pkcs1Item { key, hash: Hash::Sha256, digest, signature }
}

/// Repeats what there is until a batch is full.
fn fill<'a, T, R>(few: &'a [T], make: impl Fn(&'a T) -> R) -> Vec<R> {
    few.iter().cycle().take(BATCH.into()).map(make).collect()
}
