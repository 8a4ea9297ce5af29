//! Digital ids: structure, header, key and signature.

use countersign::Algorithm;
use countersign::Code::{self, *};
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign_testkit::Certificate;
use countersign_testkit::Issuer as _;
use countersign_testkit::mosip::digital_id;

use super::super::format::{Case, Group};
use super::world::{NOW, World, by, group, short_id};

impl World<'_> {
    pub(super) fn digital_ids(&self) -> Group {
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
}
