//! Messages of devices put together at random: layers of several signers, wrapped in every way, in the
//! places of each other.
//!
//! Whatever the sender chose, `verify`, `explain` and the batches agree; what is valid is signed by
//! whom the rules ask for; and nothing that no signature covers is handed out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::sync::LazyLock;

use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::trust::{
    Consumer, Domain, PartlySigned, Rules, SignedPart, Standing, Trust,
};
use countersign::mosip::{device, sbi};
use countersign::{At, Code, Error, Item, Policy, Report, Time, Warning};
use countersign_testkit::{
    Certificate, Device, Pki, Rng, RsaIssuer, device_data, device_info, mosip, sbi as sbi_kit,
};

/// 2020-01-13T12:50:42Z, as the testkit's devices say.
const NOW: i64 = 1_578_919_842;

struct World {
    pki: Pki,
    stranger: Device,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    // Digital ids say to have been made five and a half hours before.
    let (start, end) = (time(NOW - 20_000), time(NOW + 1000));
    let pki = Pki::generate(&mut Rng::from_seed(1), start, end).unwrap();
    let key = RsaIssuer::generate(&mut Rng::from_seed(2), 2048, None).unwrap();
    let own = Certificate::self_signed(&key, "stranger", start, end).unwrap();
    World { pki, stranger: Device::new(key, vec![own]) }
});

fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

/// Choices, and what came of them.
struct Sender {
    rng: Rng,
    /// One for each object that stands outside every signature.
    uncovered: Vec<String>,
    strangers: usize,
    number: usize,
}

impl Sender {
    fn choose(&mut self, most: usize) -> usize {
        let bytes: [u8; 4] = self.rng.bytes();
        usize::try_from(u32::from_le_bytes(bytes)).unwrap() % most
    }

    fn signer(&mut self) -> &'static Device {
        let World { pki, stranger } = &*WORLD;
        match self.choose(8) {
            0..=3 => &pki.device,
            4..=6 => &pki.chip,
            _ => {
                self.strangers += 1;
                stranger
            }
        }
    }

    /// Marks an object, so that it is found again.
    fn mark(&mut self) -> String {
        self.number += 1;
        format!("mark-{}-", self.number)
    }

    /// Puts an object into a text, signed up to twice, and says whether it is.
    fn wrap(&mut self, payload: &str) -> (String, bool) {
        let sign = |sender: &mut Self, text: &str| sender.signer().sign(text).unwrap();
        match self.choose(8) {
            0 => (base64::encode_standard(payload.as_bytes()), false),
            1 => {
                let once = base64::encode_url(payload.as_bytes());
                (base64::encode_standard(once.as_bytes()), false)
            }
            2 => {
                let inner = sign(self, payload);
                (sign(self, &inner), true)
            }
            3 => (base64::encode_url(sign(self, payload).as_bytes()), true),
            4 => (sign(self, &base64::encode_standard(payload.as_bytes())), true),
            _ => (sign(self, payload), true),
        }
    }

    /// A layer as text or as object, and the marks inside it that only what is around can cover.
    fn layer(
        &mut self,
        payload: Object<'static>,
        inside: Vec<String>,
    ) -> (Value<'static>, Vec<String>) {
        let mark = self.mark();
        let payload = payload.with("mark", mark.clone());
        let mut open = inside;
        open.push(mark);
        if self.choose(6) == 0 {
            return (payload.into(), open);
        }
        let (text, is_signed) = self.wrap(&payload.to_string());
        (text.into(), if is_signed { Vec::new() } else { open })
    }

    fn digital_id(&mut self) -> (Value<'static>, Vec<String>) {
        let serial = ["1", "2"][self.choose(2)];
        self.layer(mosip::digital_id(serial).into_owned(), Vec::new())
    }

    fn level(&mut self) -> &'static str {
        ["L0", "L1", "L2"][self.choose(3)]
    }

    fn request_info(&mut self) -> (Value<'static>, Vec<String>) {
        let (id, open) = self.digital_id();
        let level = self.level();
        let info = device_info("", level).into_owned();
        self.layer(info.with("digitalId", id), open)
    }

    fn service_info(&mut self) -> (Value<'static>, Vec<String>) {
        let (id, open) = self.digital_id();
        let level = self.level();
        let info = sbi_kit::service_info("", level).into_owned();
        self.layer(info.with("digitalId", id), open)
    }

    fn captured(&mut self) -> (Value<'static>, Vec<String>) {
        let (id, open) = self.digital_id();
        let data = sbi_kit::data("", "Finger", "AAAA").into_owned().with("purpose", "Auth");
        self.layer(data.with("digitalId", id), open)
    }

    /// Now and then, something else in its place.
    fn any_info(&mut self) -> (Value<'static>, Vec<String>) {
        match self.choose(12) {
            0 => self.digital_id(),
            1 => self.captured(),
            2 | 3 => self.service_info(),
            _ => self.request_info(),
        }
    }

    /// A message of a kind.
    fn message(&mut self, kind: &str) -> String {
        let (text, open) = match kind {
            "digital-id" => self.digital_id(),
            "sbi-data" => self.captured(),
            "device-data" => {
                let (info, open) = self.any_info();
                self.layer(device_data(info).into_owned(), open)
            }
            "sbi-device-info" => {
                let mut all = Vec::new();
                let mut elements = Vec::new();
                for _ in 0..=self.choose(2) {
                    let (info, open) =
                        if self.choose(8) == 0 { self.any_info() } else { self.service_info() };
                    all.extend(open);
                    elements.push(self.element("deviceInfo", info, &mut all));
                }
                (Value::Array(elements), all)
            }
            _ => {
                let mut all = Vec::new();
                let mut elements = Vec::new();
                for _ in 0..=self.choose(2) {
                    let (data, open) =
                        if self.choose(8) == 0 { self.any_info() } else { self.captured() };
                    all.extend(open);
                    elements.push(self.element("data", data, &mut all));
                }
                (Object::new().with("biometrics", Value::Array(elements)).into(), all)
            }
        };
        self.uncovered.extend(open);
        match text {
            Value::String(text) => text.into_owned(),
            other => other.to_string(),
        }
    }

    /// An element with members beside what is signed, some by the name of a layer.
    fn element(
        &mut self,
        name: &'static str,
        layer: Value<'static>,
        open: &mut Vec<String>,
    ) -> Value<'static> {
        let mut element = Object::new().with(name, layer);
        for beside in ["digitalId", "purpose", "sessionKey", "specVersion"] {
            if self.choose(3) == 0 {
                let mark = self.mark();
                element.set(beside, mark.clone());
                open.push(mark);
            }
        }
        element.into()
    }
}

/// What all entry points say.
struct Verdict {
    report: Report,
    parts: Vec<SignedPart>,
    unauthenticated: Vec<String>,
}

fn judge(kind: &str, trust: Trust, message: &str, at: At) -> Verdict {
    let (policy, input) = (Policy::default(), message.as_bytes());
    macro_rules! judge {
        ($verifier:ty, $expected:ty) => {{
            let verifier = <$verifier>::new(trust, policy);
            let expected = <$expected>::default();
            let verdict = verifier.verify(input, &expected, at);
            let report = verifier.explain(input, &expected, at);
            let code = verdict.as_ref().map_or_else(Error::code, |_| Code::Ok);
            assert_eq!(report.code(), code, "{message}\n{:?}", report.checks);
            let items = [Item { input, expected: &expected, at }; 2];
            assert_eq!(verifier.verify_batch(&items), [verdict.clone(), verdict.clone()]);
            assert_eq!(verifier.explain_batch(&items), [report.clone(), report.clone()]);
            let (parts, unauthenticated) = match verdict {
                Ok(found) => {
                    let names = found.unauthenticated();
                    assert!(names.iter().all(|name| !found.is_authentic(name)), "{names:?}");
                    (found.parts().to_vec(), names.to_vec())
                }
                Err(_) => (Vec::new(), Vec::new()),
            };
            Verdict { report, parts, unauthenticated }
        }};
    }
    match kind {
        "digital-id" => judge!(device::DigitalIdVerifier, device::Expected),
        "device-data" => judge!(device::Verifier, device::Expected),
        "sbi-device-info" => judge!(sbi::InfoVerifier, sbi::InfoExpected),
        "sbi-data" => judge!(sbi::DataVerifier, sbi::Expected),
        "sbi-capture" => judge!(sbi::CaptureVerifier, sbi::Expected),
        other => panic!("{other}"),
    }
}

/// The domain that the rules ask for, if there is one for every level.
fn domain(consumer: Consumer, part: &str) -> Option<Domain> {
    match (consumer, part.ends_with("digitalId")) {
        (Consumer::ComplianceToolkit, true) => None,
        (Consumer::Ida, true) => Some(Domain::Ftm),
        _ => Some(Domain::Device),
    }
}

#[test]
fn whatever_is_nested_in_whatever_what_is_valid_is_signed_by_whom_the_rules_ask_for() {
    const KINDS: [&str; 5] =
        ["digital-id", "device-data", "sbi-device-info", "sbi-data", "sbi-capture"];
    let mut valid = [[0; 2]; 5];
    for seed in 0..ROUNDS {
        let place = usize::try_from(seed).unwrap() % KINDS.len();
        let kind = KINDS[place];
        let rng = Rng::from_seed(seed + 1000);
        let mut sender = Sender { rng, uncovered: Vec::new(), strangers: 0, number: 0 };
        let message = sender.message(kind);
        let store = WORLD.pki.store();
        let trusts = Consumer::ALL.map(|consumer| {
            let rules = match consumer {
                Consumer::ComplianceToolkit => Rules::of(consumer).with_organization(Pki::MAKER),
                _ => Rules::of(consumer),
            };
            (Some(consumer), Trust::new(store.clone(), rules))
        });
        let asserted = [(None, Trust::self_asserted())];
        // Two of the consumers a message, in turn.
        let first = usize::try_from(seed / 5).unwrap() % Consumer::ALL.len();
        let some = trusts.into_iter().cycle().skip(first).take(2);
        for (consumer, trust) in some.chain(asserted) {
            for partly_signed in [PartlySigned::Deny, PartlySigned::Allow] {
                let trust = trust.clone().with_partly_signed(partly_signed);
                let now = judge(kind, trust.clone(), &message, time(NOW).into());
                let issued = judge(kind, trust, &message, At::Issued);
                assert_eq!(now.report.code(), issued.report.code(), "{seed}");
                let is_valid = now.report.code() == Code::Ok;
                let text = format!("{seed} {kind} {consumer:?} {partly_signed:?}\n{message}");
                assert_eq!(now.report.claims.is_some(), is_valid, "{text}");
                if !is_valid {
                    continue;
                }
                if let Some(count) = valid.get_mut(place) {
                    count[usize::from(consumer.is_none())] += 1;
                }
                assert!(!now.parts.is_empty(), "{text}");
                if let Some(consumer) = consumer {
                    assert_eq!(sender.strangers, 0, "{text}");
                    for part in &now.parts {
                        let Standing::Rooted { domain: found, .. } = part.standing() else {
                            panic!("{text}");
                        };
                        let wanted = domain(consumer, part.part());
                        assert!(wanted.is_none_or(|wanted| wanted == *found), "{text}");
                    }
                }
                let claims = now.report.claims.unwrap().to_string();
                for mark in &sender.uncovered {
                    assert!(!claims.contains(mark.as_str()), "{mark} {claims}\n{text}");
                }
                let layers = |name: &String| {
                    ["deviceData", "deviceInfo", "data"].iter().any(|layer| name.ends_with(layer))
                };
                let partly = now.unauthenticated.iter().any(layers);
                assert_eq!(
                    now.report.warnings.contains(&Warning::UnsignedLayers),
                    partly,
                    "{text}"
                );
                assert!(!partly || partly_signed == PartlySigned::Allow, "{text}");
            }
        }
    }
    // Something of everything was valid.
    assert!(valid.iter().flatten().all(|count| *count > 0), "{valid:?}");
}

const ROUNDS: u64 = 240;
