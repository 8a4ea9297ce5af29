//! What devices answer: information and captures.

use countersign::Code::*;
use countersign::encoding::base64;
use countersign::encoding::json::Object;
use countersign::mosip::sbi::{HashChain, Scheme};
use countersign_testkit::mosip::digital_id;
use countersign_testkit::{Device, Pki, RsaIssuer, Template, device_info, sbi};

use super::super::format::{Case, Group};
use super::world::{World, group, short_id, template, time};

impl World<'_> {
    pub(super) fn info(&self) -> Group {
        let mut group = group("information of a device", "sbi-device-info", self.trust("ida"));
        let (device, chip) = (&self.pki.device, &self.pki.chip);
        let id = chip.sign(&short_id()).unwrap();
        let signed = |payload: &Object<'_>| {
            format!(r#"[{{"deviceInfo":"{}"}}]"#, device.sign(&payload.to_string()).unwrap())
        };
        let encoded = |payload: &Object<'_>| {
            let text = base64::encode_url(payload.to_string().as_bytes());
            format!(r#"[{{"deviceInfo":"{text}"}}]"#)
        };
        let genuine = sbi::info(device, chip, "L1").unwrap();
        let unsigned = encoded(&sbi::service_info(&id, "L1"));
        let beside =
            format!("{},{}", genuine.trim_end_matches(']'), unsigned.trim_start_matches('['));
        group.extend([
            Case::new("information", &["Valid"], genuine, Ok),
            Case::new(
                "by the device alone",
                &["NestedSignature"],
                sbi::info(device, device, "L1").unwrap(),
                UntrustedChain,
            ),
            Case::new(
                "not signed, around a signed digital id",
                &["SignatureStripping", "Unsigned"],
                unsigned,
                UnsignedLayer,
            ),
            Case::new("one of two is not signed", &["Unsigned"], beside, UnsignedLayer),
            Case::new(
                "captured data",
                &["TokenKind"],
                signed(&sbi::data(&id, "Finger", "AAAA")),
                ContentMismatch,
            ),
            Case::new(
                "information of a registration request",
                &["TokenKind"],
                signed(&device_info(&id, "L1")),
                ContentMismatch,
            ),
            Case::new(
                "the answer of a registration server",
                &["TokenKind"],
                signed(
                    &Object::new()
                        .with("status", "Registered")
                        .with("digitalId", id.as_str())
                        .with("deviceCode", "c")
                        .with("env", "Staging")
                        .with("timeStamp", sbi::TIMESTAMP),
                ),
                MissingMember,
            ),
            Case::new("no device", &["Unsigned"], "[]", UnsupportedFormat),
            Case::new("no array", &["Structure"], "1", Malformed),
        ]);
        group
    }

    /// Captures that do not belong together, with hashes that fit.
    pub(super) fn mixed(&self) -> Group {
        let mut group = group("captures of one answer", "sbi-rcapture", self.trust("ida"));
        let (device, chip) = (&self.pki.device, &self.pki.chip);
        let id = |serial: &str| chip.sign(&digital_id(serial).to_string()).unwrap();
        let key = &self.keys.main;
        let other = template("other").organization(Pki::MAKER).end_entity();
        let other = self.pki.device_intermediate.issue(key, &other).unwrap();
        let other = Device::new(key.clone(), vec![other]);
        let own = id("1");
        let shot = |by: &Device, id: &str, value: &[u8], transaction: &str, seconds: i64| {
            let bio_value = base64::encode_url(value);
            let payload = sbi::data(id, "Finger", &bio_value)
                .with("transactionId", transaction)
                .with("timestamp", time(seconds).to_string());
            (by.sign(&payload.to_string()).unwrap(), value.to_vec())
        };
        let body = |shots: &[&(String, Vec<u8>)]| {
            let mut chain = HashChain::new(Scheme::Current);
            let elements = shots.iter().map(|(token, value)| {
                chain.extend(value);
                sbi::biometric(token, &chain.hash())
            });
            sbi::answer(elements.collect()).to_string()
        };
        let (first, second) =
            (shot(device, &own, b"a", "AAAA", -60), shot(device, &own, b"b", "AAAA", 0));
        let mut case = |what: &str, flags, shots: &[&(String, Vec<u8>)], expected, code| {
            group.add(Case::new(what, flags, body(shots), code).expecting(expected));
        };
        let deny = || Object::new().with("mixed", "deny");
        let span = |seconds: i64| deny().with("span", seconds);
        case("captures that belong together", &["Valid"], &[&first, &second], deny(), Ok);
        for (what, mixed) in [
            ("captures by two devices", &shot(&other, &own, b"b", "AAAA", 0)),
            ("captures with two digital ids", &shot(device, &id("2"), b"b", "AAAA", 0)),
            ("captures of two transactions", &shot(device, &own, b"b", "BBBB", 0)),
            ("the same capture twice", &first),
        ] {
            let nothing = Object::new();
            case(what, &["MixedCapture"], &[&first, mixed], nothing, Ok);
            let refused = format!("{what}, refused");
            case(&refused, &["MixedCapture"], &[&first, mixed], deny(), ContentMismatch);
        }
        let pair = [&first, &second];
        case("captures a minute apart", &["MixedCapture", "TimeBoundary"], &pair, span(60), Ok);
        case(
            "captures a second too far apart",
            &["MixedCapture", "TimeBoundary"],
            &pair,
            span(59),
            ContentMismatch,
        );
        group
    }

    /// Two devices whose certificates have no second in common.
    pub(super) fn own_times(&self) -> Group {
        let trust = self.trust("registration-client");
        let mut group = group("each signer at its own time", "sbi-capture", trust);
        let dated = |key: &RsaIssuer, from, to| {
            let template = Template::new("dated", time(from), time(to)).end_entity();
            let certificate = self.pki.device_intermediate.issue(key, &template).unwrap();
            Device::new(key.clone(), vec![certificate])
        };
        let early = dated(&self.keys.main, 0, 100);
        let late = dated(self.pki.chip.key(), 1000, 1100);
        let element = |by: &Device, captured: i64, made: i64| {
            let id = digital_id("1").with("dateTime", time(made).to_string());
            let id = by.sign(&id.to_string()).unwrap();
            let payload = sbi::data(&id, "Finger", "AAAA")
                .with("purpose", "Auth")
                .with("timestamp", time(captured).to_string());
            sbi::biometric(&by.sign(&payload.to_string()).unwrap(), "")
        };
        let mut case = |what: &str, elements: Vec<Object<'static>>, code| {
            let body = sbi::answer(elements).to_string();
            group.add(Case::new(what, &["AsIssued", "OwnTime"], body, code).issued());
        };
        let first = || element(&early, 100, 0);
        case("each at its own time", vec![first(), element(&late, 1000, 1100)], Ok);
        case(
            "a capture at the time of the one before",
            vec![first(), element(&late, 100, 1000)],
            CertificateExpired,
        );
        case(
            "a digital id at a time that only the capture suits",
            vec![first(), element(&late, 1000, 0)],
            CertificateExpired,
        );
        group
    }

    pub(super) fn captures(&self, form: &'static str) -> Group {
        let plain = form == "sbi-rcapture";
        let mut group = group("captures", form, self.trust("ida"));
        let (device, chip) = (&self.pki.device, &self.pki.chip);
        let purpose = if plain { "Registration" } else { "Auth" };
        let captured = |scheme| {
            sbi::captured_for(purpose, device, chip, &[b"bdb-1", b"bdb-2"], scheme)
                .unwrap()
                .into_iter()
                .map(
                    |element| if plain { element } else { sbi::encrypted(element, b"certificate") },
                )
                .collect::<Vec<_>>()
        };
        let body = |elements: Vec<Object<'static>>| sbi::answer(elements).to_string();
        let broken = if plain { HashMismatch } else { Ok };
        let (current, legacy) = (captured(Scheme::Current), captured(Scheme::Legacy));
        let mut swapped = current.clone();
        swapped.swap(0, 1);
        let mut lower = current.clone();
        let hash = lower[1].string("h", "hash").unwrap().to_ascii_lowercase();
        lower[1].set("hash", hash);
        let mut altered = current.clone();
        let mut token = altered[1].string("t", "data").unwrap().to_owned();
        token.truncate(token.rfind('.').unwrap());
        altered[1].set("data", token + ".AAAA");
        let id = chip.sign(&short_id()).unwrap();
        let unsigned = base64::encode_url(sbi::data(&id, "Finger", "AAAA").to_string().as_bytes());
        let info = device.sign(&sbi::service_info(&id, "L1").to_string()).unwrap();
        let mut old = Object::new();
        for (name, value) in sbi::data(&id, "Finger", "AAAA").with("purpose", purpose).iter() {
            if !["bioType", "transactionId"].contains(&name) {
                old.set(name.to_owned(), value.clone().into_owned());
            }
        }
        let mut chain = HashChain::new(Scheme::Legacy);
        chain.extend(old.to_string().as_bytes());
        let old = vec![sbi::biometric(&device.sign(&old.to_string()).unwrap(), &chain.hash())];
        group.extend([
            Case::new("two captures", &["Valid"], body(current.clone()), Ok),
            Case::new("two captures of the legacy scheme", &["Valid"], body(legacy), Ok),
            Case::new("in another order", &["HashChain"], body(swapped), broken),
            Case::new(
                "the second without the first",
                &["HashChain"],
                body(current[1..].to_vec()),
                broken,
            ),
            Case::new("a hash in lower case", &["HashChain"], body(lower), broken),
            Case::new(
                "the signature of the second",
                &["Modified"],
                body(altered),
                SignatureMismatch,
            ),
            Case::new(
                "nothing was captured",
                &["Unsigned"],
                body(vec![sbi::biometric("", "")]),
                UnsupportedFormat,
            ),
            Case::new("no biometrics", &["Structure"], "{}", MissingMember),
            Case::new(
                "data that nobody signed",
                &["Unsigned"],
                body(vec![current[0].clone(), sbi::biometric(&unsigned, "")]),
                UnsignedLayer,
            ),
            Case::new("data of version 0.9.2", &["Valid"], body(old), Ok),
            Case::new(
                "information instead of data",
                &["TokenKind"],
                body(vec![sbi::biometric(&info, "")]),
                MissingMember,
            ),
        ]);
        let hash = current[0].string("h", "hash").unwrap().to_owned();
        // What cannot be followed is not what is expected.
        let [follows, other] =
            if plain { [Ok, HashMismatch] } else { [ExpectationUnused, ExpectationUnused] };
        for (what, previous, code) in [
            ("the second after the first", hash.as_str(), follows),
            ("the second after the second", current[1].string("h", "hash").unwrap(), other),
        ] {
            let expected = Object::new().with("previousHash", previous.to_owned());
            let input = body(current[1..].to_vec());
            group.add(Case::new(what, &["HashChain"], input, code).expecting(expected));
        }
        group
    }
}
