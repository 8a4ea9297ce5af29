//! Device data around device information around digital ids.

use countersign::Code::*;
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign_testkit::mosip::digital_id;
use countersign_testkit::{Certificate, Device, Pki, device_data, device_info, sbi};

use super::super::format::{Case, Group};
use super::world::{World, group, short_id, template, time};

impl World<'_> {
    pub(super) fn nested(&self, rules: &'static str) -> Group {
        let (device, chip) = (&self.pki.device, &self.pki.chip);
        let mut group = group("device data", "device-data", self.trust(rules));
        let ida = rules == "ida";
        let text = |json: &Object<'_>| base64::encode_standard(json.to_string().as_bytes());
        let message = |id: &str| {
            let info = device.sign(&device_info(id, "L1").to_string()).unwrap();
            device.sign(&device_data(info.as_str()).to_string()).unwrap()
        };
        let untrusted = |wrong: bool| if wrong { UntrustedChain } else { Ok };
        let plain_id = base64::encode_url(short_id().as_bytes());
        let id = |by: &Device| by.sign(&short_id()).unwrap();
        group.extend([
            Case::new(
                "three layers, the last by the chip",
                &["NestedSignature"],
                message(&id(chip)),
                untrusted(!ida),
            ),
            Case::new(
                "three layers, all by the device",
                &["NestedSignature"],
                message(&id(device)),
                untrusted(ida),
            ),
            Case::new(
                "the digital id is not signed itself",
                &["NestedSignature", "Unsigned"],
                message(&plain_id),
                UntrustedChain,
            ),
        ]);
        if ida {
            return group;
        }
        let info = device.sign(&device_info(&id(device), "L0").to_string()).unwrap();
        let genuine = device.sign(&device_data(info.as_str()).to_string()).unwrap();
        let swap = |token: &str, payload: &str| {
            let (head, rest) = token.split_once('.').unwrap();
            let (_, signature) = rest.split_once('.').unwrap();
            format!("{head}.{}.{signature}", base64::encode_url(payload.as_bytes()))
        };
        let other = device.sign(&digital_id("2").to_string()).unwrap();
        let swapped = swap(&info, &device_info(&other, "L0").to_string());
        let resigned = device.sign(&device_data(swapped.as_str()).to_string()).unwrap();
        let outer = text(&device_data(info.as_str()));
        let unsigned = text(&device_data(text(&device_info(&plain_id, "L0"))));
        let stripped = text(&device_data(text(&device_info(&id(device), "L0"))));
        let foreign = |inner: &Object<'_>| {
            let inner = device.sign(&inner.to_string()).unwrap();
            device.sign(&device_data(inner.as_str()).to_string()).unwrap()
        };
        let key = &self.keys.main;
        let another = template("another").end_entity();
        let another = self.pki.device_intermediate.issue(key, &another).unwrap();
        let another = Device::new(key.clone(), vec![another]);
        let by_another = another.sign(&device_data(info.as_str()).to_string()).unwrap();
        let request =
            Object::new().with("request", Object::new().with("deviceData", genuine.clone()));
        group.extend([
            Case::new("a whole request", &["Valid"], request.to_string(), Ok),
            Case::new(
                "the outermost layer is not signed",
                &["SignatureStripping", "Unsigned"],
                outer,
                UnsignedLayer,
            ),
            Case::new(
                "nothing is signed but the digital id",
                &["SignatureStripping", "Unsigned"],
                stripped,
                UnsignedLayer,
            ),
            Case::new("nothing is signed", &["Unsigned"], unsigned, UnsignedLayer),
            Case::new(
                "information of a device service within device data",
                &["TokenKind"],
                foreign(&sbi::service_info(&id(device), "L0")),
                ContentMismatch,
            ),
            Case::new(
                "captured data within device data",
                &["TokenKind"],
                foreign(&sbi::data(&id(device), "Finger", "AAAA")),
                MissingMember,
            ),
            Case::new("a digital id", &["TokenKind"], id(device), MissingMember),
            Case::new(
                "two layers of the device's domain by two keys",
                &["NestedSignature", "Valid"],
                by_another,
                Ok,
            ),
            Case::new(
                "another inner layer under the same signatures",
                &["NestedSignature"],
                swap(&genuine, &device_data(swapped.as_str()).to_string()),
                SignatureMismatch,
            ),
            Case::new(
                "another inner layer, signed again on the outside",
                &["NestedSignature"],
                resigned,
                SignatureMismatch,
            ),
        ]);
        group
    }

    pub(super) fn toolkit(&self) -> Group {
        let trust = self.trust("compliance-toolkit").with("organization", Pki::MAKER);
        let mut group = group("the level decides about the digital id", "device-data", trust);
        let (device, chip) = (&self.pki.device, &self.pki.chip);
        for (what, level, by, code) in [
            ("L0, by the device", "L0", device, Ok),
            ("L1, by the chip", "L1", chip, Ok),
            ("L1, by the device", "L1", device, UntrustedChain),
            ("an unknown level", "L7", chip, UntrustedChain),
            ("a level by its later name", "SBI 1.0", device, UntrustedChain),
        ] {
            let id = by.sign(&short_id()).unwrap();
            let info = device.sign(&device_info(&id, level).to_string()).unwrap();
            let data = device.sign(&device_data(info.as_str()).to_string()).unwrap();
            group.add(Case::new(what, &["NestedSignature"], data, code));
        }
        let id = chip.sign(&short_id()).unwrap();
        let key = &self.keys.main;
        let other = template("other").organization("Another Vendor").end_entity();
        let other = self.pki.device_intermediate.issue(key, &other).unwrap();
        let other = Device::new(key.clone(), vec![other]);
        let info = other.sign(&device_info(&id, "L1").to_string()).unwrap();
        let data = other.sign(&device_data(info.as_str()).to_string()).unwrap();
        group.add(Case::new("another organisation", &["NestedSignature"], data, UntrustedChain));
        group
    }

    pub(super) fn partly_signed(&self, rules: &'static str) -> Group {
        let asserted = rules == "self-asserted";
        let trust = if asserted { Object::new().with("rules", rules) } else { self.trust(rules) };
        let trust = trust.with("lenient", Value::Array(vec!["unsigned-layers".into()]));
        let mut group = group("unsigned layers, accepted by name", "device-data", trust);
        let device = &self.pki.device;
        let text = |json: &Object<'_>| base64::encode_standard(json.to_string().as_bytes());
        let id = device.sign(&short_id()).unwrap();
        let info = device.sign(&device_info(&id, "L0").to_string()).unwrap();
        let own = Certificate::self_signed(&self.keys.main, "x", time(-86_400), time(86_400));
        let stranger = Device::new(self.keys.main.clone(), vec![own.unwrap()]);
        let by_stranger = stranger.sign(&device_info(&id, "L0").to_string()).unwrap();
        let plain_id = base64::encode_url(short_id().as_bytes());
        let untrusted = if asserted { Ok } else { UntrustedChain };
        group.extend([
            Case::new("an outermost layer", &["Unsigned"], text(&device_data(info.as_str())), Ok),
            Case::new(
                "everything but the digital id",
                &["SignatureStripping", "Unsigned"],
                text(&device_data(text(&device_info(&id, "L0")))),
                untrusted,
            ),
            Case::new(
                "around information by a stranger",
                &["SignatureStripping", "Unsigned"],
                text(&device_data(by_stranger.as_str())),
                untrusted,
            ),
            Case::new(
                "everything",
                &["Unsigned"],
                text(&device_data(text(&device_info(&plain_id, "L0")))),
                UnsignedLayer,
            ),
        ]);
        group
    }
}
