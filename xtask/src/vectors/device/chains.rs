//! Whose certificates are accepted, with their chains in every state.

use countersign::Algorithm;
use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign_testkit::Issuer as _;
use countersign_testkit::{Authority, Certificate, Critical, Device, EcIssuer, Rng, Template};

use super::super::format::{Case, Group};
use super::world::{World, authorities, by, group, short_id, template, time};

impl World<'_> {
    pub(super) fn chip(&self) -> Group {
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

    pub(super) fn chains(&self) -> Group {
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

    pub(super) fn intermediates(&self) -> Group {
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

    pub(super) fn lenient(&self, leniency: Option<&'static str>) -> Group {
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

    pub(super) fn nobody(&self) -> Group {
        let trust = Object::new().with("rules", "ida").with("roots", authorities(&[]));
        let mut group = group("nobody is trusted", "digital-id", trust);
        let token = self.pki.chip.sign(&short_id()).unwrap();
        group.add(Case::new("a genuine signature", &["Chain"], token, UntrustedChain));
        group
    }

    pub(super) fn asserted(&self) -> Group {
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
}
