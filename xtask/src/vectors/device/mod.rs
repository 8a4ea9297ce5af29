//! What MOSIP's devices sign, and chains of certificates in every state.

use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::sbi::{HashChain, Scheme};
use countersign::{Algorithm, Time};
use countersign_testkit::mosip::digital_id;
use countersign_testkit::{
    Authority, Certificate, Critical, Device, EcIssuer, Issuer, Pki, Rng, RsaIssuer, Template,
    device_data, device_info, sbi,
};

use super::format::{self, Case, Group};
use super::keys::Keys;

/// 2020-01-13T12:50:42Z.
const NOW: i64 = 1_578_919_842;

fn time(offset: i64) -> Time {
    Time::from_unix(NOW + offset).unwrap()
}

/// A template that is valid for some time around `NOW`.
fn template(name: &str) -> Template {
    Template::new(name, time(-86_400), time(86_400))
}

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

struct World<'k> {
    keys: &'k Keys,
    pki: Pki,
}

/// A group of messages of one form, under some rules.
fn group(comment: &'static str, form: &'static str, trust: Object<'static>) -> Group {
    let members = Object::new().with("form", form).with("trust", trust);
    Group::new(comment, &members, &Object::new().with("at", NOW))
}

/// Certificates with their domains.
fn authorities(list: &[(&'static str, &Certificate)]) -> Value<'static> {
    let list = list.iter().map(|(domain, certificate)| {
        Object::new().with("domain", *domain).with("pem", certificate.to_pem()).into()
    });
    Value::Array(list.collect())
}

/// A digital id with short values.
fn short_id() -> String {
    digital_id("1").to_string()
}

fn by(key: &RsaIssuer, x5c: Vec<Certificate>) -> String {
    Device::new(key.clone(), x5c).sign(&short_id()).unwrap()
}

impl World<'_> {
    /// Trust in both domains' authorities by the rules of a consumer.
    fn trust(&self, rules: &'static str) -> Object<'static> {
        let pki = &self.pki;
        Object::new()
            .with("rules", rules)
            .with(
                "roots",
                authorities(&[
                    ("DEVICE", pki.device_root.certificate()),
                    ("FTM", pki.ftm_root.certificate()),
                ]),
            )
            .with(
                "intermediates",
                authorities(&[
                    ("DEVICE", pki.device_intermediate.certificate()),
                    ("FTM", pki.ftm_intermediate.certificate()),
                ]),
            )
    }

    fn digital_ids(&self) -> Group {
        let device = &self.pki.device;
        let own = device.x5c()[0].clone();
        let genuine = device.sign(&short_id()).unwrap();
        let mut group =
            group("a digital id by its device", "digital-id", self.trust("registration-client"));
        let (head, rest) = genuine.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        let other = base64::encode_url(digital_id("2").to_string().as_bytes());
        let early = digital_id("1").with("dateTime", "2020-01-12T12:50:42Z").to_string();
        let early = self.pki.device.sign(&early).unwrap();
        group.extend([
            Case::new("a digital id", &["Valid"], genuine.clone(), Ok),
            Case::new("as at its own time", &["Valid", "AsIssued"], genuine.clone(), Ok).issued(),
            Case::new(
                "one second before its certificate",
                &["TimeBoundary"],
                genuine.clone(),
                CertificateExpired,
            )
            .with("at", NOW - 86_401),
            Case::new("at the first second of its certificate", &["TimeBoundary"], early, Ok)
                .with("at", NOW - 86_400),
            Case::new("at the second it was made", &["TimeBoundary"], genuine.clone(), Ok)
                .with("at", NOW - 19_800),
            Case::new(
                "one second before it was made",
                &["TimeBoundary"],
                genuine.clone(),
                NotYetValid,
            )
            .with("at", NOW - 19_801),
            Case::new(
                "at the last second of its certificate",
                &["TimeBoundary"],
                genuine.clone(),
                Ok,
            )
            .with("at", NOW + 86_400),
            Case::new(
                "one second after its certificate",
                &["TimeBoundary"],
                genuine.clone(),
                CertificateExpired,
            )
            .with("at", NOW + 86_401),
            Case::new(
                "another payload",
                &["Modified"],
                format!("{head}.{other}.{signature}"),
                SignatureMismatch,
            ),
            Case::new(
                "another signature",
                &["Modified"],
                format!("{head}.{payload}.AAAA"),
                SignatureMismatch,
            ),
            Case::new(
                "a chip in the device's place",
                &["Chain"],
                self.pki.chip.sign(&short_id()).unwrap(),
                UntrustedChain,
            ),
            Case::new(
                "another key than the certificate's",
                &["Modified"],
                by(&self.keys.main, vec![own.clone()]),
                SignatureMismatch,
            ),
            Case::new(
                "not signed",
                &["Unsigned"],
                base64::encode_url(short_id().as_bytes()),
                UnsignedLayer,
            ),
            Case::new("not signed, as an object", &["Unsigned"], short_id(), UnsignedLayer),
            Case::new("another object, not signed", &["Unsigned"], "{}", UnsupportedFormat),
            Case::new(
                "a member is missing",
                &["ClaimType"],
                device.sign(r#"{"serialNo":"1"}"#).unwrap(),
                MissingMember,
            ),
        ]);
        let mut header = |comment: &str, header: Object<'static>, code: Code| {
            let token =
                device.key().sign(&header, short_id().as_bytes(), Algorithm::Rs256).unwrap();
            group.add(Case::new(comment, &["Header"], token, code));
        };
        let x5c = |own: &Certificate| Value::Array(vec![own.to_x5c().into()]);
        let plain =
            |algorithm: &'static str| Object::new().with("alg", algorithm).with("x5c", x5c(&own));
        header("header without `typ`", plain("RS256"), Ok);
        header("header says RS512", plain("RS512"), AlgorithmMismatch);
        header("header says ES256", plain("ES256"), AlgorithmMismatch);
        header("header says none", plain("none"), UnsupportedAlgorithm);
        header("header says EdDSA", plain("EdDSA"), UnsupportedAlgorithm);
        header("critical header", plain("RS256").with("crit", x5c(&own)), CriticalHeader);
        header("no `x5c`", Object::new().with("alg", "RS256"), MissingMember);
        header(
            "empty `x5c`",
            Object::new().with("alg", "RS256").with("x5c", Value::Array(vec![])),
            MissingMember,
        );
        header(
            "`x5c` that holds no certificate",
            Object::new().with("alg", "RS256").with("x5c", Value::Array(vec!["AAAA".into()])),
            Malformed,
        );
        header(
            "nine certificates in `x5c`",
            Object::new().with("alg", "RS256").with("x5c", Value::Array(vec!["AAAA".into(); 9])),
            TooLarge,
        );
        header(
            "an embedded key beside `x5c`",
            plain("RS256").with("jwk", self.keys.main.jwk()),
            Ok,
        );
        header(
            "`x5t#S256` of another certificate",
            plain("RS256").with("x5t#S256", base64::encode_url(&[7; 32])),
            ContentMismatch,
        );
        group
    }

    fn chip(&self) -> Group {
        let mut group =
            group("a digital id by the chip of a device", "digital-id", self.trust("ida"));
        let sign = |by: &Device| by.sign(&short_id()).unwrap();
        group.extend([
            Case::new("the chip", &["Valid"], sign(&self.pki.chip), Ok),
            Case::new(
                "the device in the chip's place",
                &["Chain"],
                sign(&self.pki.device),
                UntrustedChain,
            ),
        ]);
        group
    }

    fn chains(&self) -> Group {
        let mut rng = Rng::from_seed(21);
        let mut ec = || EcIssuer::generate(&mut rng, None);
        let (pki, key) = (&self.pki, &self.keys.main);
        let leaf = template("leaf").end_entity();
        let wrong = |name: &str| template(name).authority(None);
        // One intermediate of each kind, in the caller's store.
        let made: Vec<(&str, Authority<EcIssuer>, Template, Code)> = [
            ("an authority over leaves", template("i1").authority(Some(0)), leaf.clone(), Ok),
            (
                "a leaf that calls itself an authority",
                template("i2").authority(Some(0)),
                wrong("leaf"),
                Ok,
            ),
            (
                "a leaf of version 1",
                template("i3").authority(None),
                template("leaf").version_1(),
                Ok,
            ),
            (
                "no authority by its extensions",
                template("i4").end_entity(),
                leaf.clone(),
                UntrustedChain,
            ),
            ("no extensions", template("i5"), leaf.clone(), UntrustedChain),
            (
                "an intermediate of version 1",
                template("i6").version_1(),
                leaf.clone(),
                UntrustedChain,
            ),
            (
                "a critical extension that nobody knows",
                wrong("i7").extension(&[0x2a, 3], Critical::Yes, &[5, 0]),
                leaf.clone(),
                UntrustedChain,
            ),
            (
                "constraints on names",
                wrong("i8").extension(&[0x55, 29, 30], Critical::No, &[0x30, 0]),
                leaf.clone(),
                UntrustedChain,
            ),
            (
                "an expired intermediate",
                Template::new("i9", time(-10), time(-1)).authority(None),
                leaf.clone(),
                CertificateExpired,
            ),
            (
                "an intermediate from the future",
                Template::new("i10", time(1), time(10)).authority(None),
                leaf.clone(),
                CertificateExpired,
            ),
            (
                "a leaf that may encrypt only",
                template("i11").authority(None),
                template("leaf").extension(&[0x55, 29, 15], Critical::Yes, &[3, 2, 5, 0x20]),
                KeyUse,
            ),
            (
                "a leaf with a critical extension that nobody knows",
                template("i12").authority(None),
                template("leaf").extension(&[0x2a, 3], Critical::Yes, &[5, 0]),
                UntrustedChain,
            ),
        ]
        .into_iter()
        .map(|(what, issuer, leaf, code)| {
            (what, pki.device_root.subordinate(ec(), &issuer).unwrap(), leaf, code)
        })
        .collect();
        let store: Vec<_> =
            made.iter().map(|(_, issuer, ..)| ("DEVICE", issuer.certificate())).collect();
        let trust = self.trust("keymanager-v1").with("intermediates", authorities(&store));
        let mut group = group("chains of certificates", "digital-id", trust);
        for (what, issuer, leaf, code) in &made {
            let token = by(key, vec![issuer.issue(key, leaf).unwrap()]);
            let flags: &[_] = if *code == Ok { &["Chain", "Valid"] } else { &["Chain"] };
            group.add(Case::new(*what, flags, token, *code));
        }
        let (_, limited, ..) = &made[0];
        let deep = limited.subordinate(ec(), &wrong("deep")).unwrap();
        let impostor = Authority::root(ec(), &template("i1").authority(None)).unwrap();
        let unknown = Authority::root(ec(), &wrong("unknown")).unwrap();
        let own = Authority::root(key.clone(), &leaf).unwrap();
        let issued =
            |issuer: &Authority<EcIssuer>| by(key, vec![issuer.issue(key, &leaf).unwrap()]);
        group.extend([
            Case::new(
                "an issuer that the store has not",
                &["Chain"],
                issued(&deep),
                UntrustedChain,
            ),
            Case::new(
                "an issuer with the name of another",
                &["Chain"],
                issued(&impostor),
                UntrustedChain,
            ),
            Case::new("an issuer that nobody knows", &["Chain"], issued(&unknown), UntrustedChain),
            Case::new(
                "a certificate that signs itself",
                &["Chain"],
                by(key, vec![own.certificate().clone()]),
                UntrustedChain,
            ),
            Case::new(
                "a certificate of 1024 bits",
                &["WeakKey"],
                by(&self.keys.weak, vec![limited.issue(&self.keys.weak, &leaf).unwrap()]),
                KeyTooSmall,
            ),
        ]);
        group
    }

    fn intermediates(&self) -> Group {
        let device = &self.pki.device;
        let root = self.pki.device_root.certificate();
        let trust = Object::new()
            .with("rules", "keymanager-v2")
            .with("roots", authorities(&[("DEVICE", root)]));
        let mut group = group("`x5c` brings intermediates", "digital-id", trust);
        let own = device.x5c()[0].clone();
        let intermediate = self.pki.device_intermediate.certificate().clone();
        let mut case = |what: &str, x5c: Vec<Certificate>, code| {
            let flags: &[_] = if code == Ok { &["Chain", "Valid"] } else { &["Chain"] };
            group.add(Case::new(what, flags, by(device.key(), x5c), code));
        };
        case("leaf and intermediate", vec![own.clone(), intermediate.clone()], UntrustedChain);
        case(
            "leaf, intermediate and root",
            vec![own.clone(), intermediate.clone(), root.clone()],
            Ok,
        );
        case(
            "leaf, root and intermediate",
            vec![own.clone(), root.clone(), intermediate.clone()],
            UntrustedChain,
        );
        case(
            "leaf, intermediate and something else",
            vec![own.clone(), intermediate.clone(), own.clone()],
            Ok,
        );
        case("the leaf alone", vec![own.clone()], UntrustedChain);
        case("leaf and root", vec![own.clone(), root.clone()], UntrustedChain);
        case("the leaf last", vec![intermediate, own], KeyUnusable);
        group
    }

    fn lenient(&self, leniency: Option<&'static str>) -> Group {
        let device = &self.pki.device;
        let mut trust = self.trust("registration-client");
        let comment = match leniency {
            None => "broken formats, strictly",
            Some(name) => {
                trust.set("lenient", Value::Array(vec![name.into()]));
                if name == "x5c-encoding" { "`x5c` in any encoding" } else { "negative moduli" }
            }
        };
        let mut group = group(comment, "digital-id", trust);
        let own = device.x5c()[0].to_x5c();
        let url = base64::encode_url(device.x5c()[0].to_der());
        let mut broken = own.clone();
        broken.insert_str(64, "\r\n");
        let encoding = |otherwise| if leniency == Some("x5c-encoding") { Ok } else { otherwise };
        for (what, x5c, code) in [
            ("`x5c` in base64url", Value::Array(vec![url.into()]), encoding(Malformed)),
            ("`x5c` with a line break", Value::Array(vec![broken.into()]), encoding(Malformed)),
            ("`x5c` is a string", Value::from(own), encoding(WrongType)),
        ] {
            let header = Object::new().with("alg", "RS256").with("x5c", x5c);
            let token =
                device.key().sign(&header, short_id().as_bytes(), Algorithm::Rs256).unwrap();
            group.add(Case::new(what, &["Leniency"], token, code));
        }
        let code = if leniency == Some("negative-modulus") { Ok } else { Malformed };
        let key = &self.keys.main;
        let template = template("negative").negative_modulus();
        let certificate = self.pki.device_intermediate.issue(key, &template).unwrap();
        let token = by(key, vec![certificate]);
        group.add(Case::new("a modulus without its leading zero byte", &["Leniency"], token, code));
        group
    }

    fn nobody(&self) -> Group {
        let trust = Object::new().with("rules", "ida").with("roots", authorities(&[]));
        let mut group = group("nobody is trusted", "digital-id", trust);
        let token = self.pki.chip.sign(&short_id()).unwrap();
        group.add(Case::new("a genuine signature", &["Chain"], token, UntrustedChain));
        group
    }

    fn asserted(&self) -> Group {
        let trust = Object::new().with("rules", "self-asserted");
        let mut group = group("every signer is believed its certificate", "digital-id", trust);
        let token = self.pki.chip.sign(&short_id()).unwrap();
        group.extend([
            Case::new("a genuine signature", &["Valid"], token.clone(), Ok),
            Case::new(
                "outside the dates of its certificate",
                &["Certificate"],
                token,
                CertificateExpired,
            )
            .at(0),
        ]);
        group
    }

    fn nested(&self, rules: &'static str) -> Group {
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

    fn toolkit(&self) -> Group {
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

    fn partly_signed(&self, rules: &'static str) -> Group {
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

    fn info(&self) -> Group {
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
    fn mixed(&self) -> Group {
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
    fn own_times(&self) -> Group {
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

    fn captures(&self, form: &'static str) -> Group {
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
