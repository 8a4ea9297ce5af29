//! ES256 with the key parsed beforehand, or from its bytes on; SHA-256 of a message of 250 bytes included.

use countersign::Algorithm;
use countersign_kernels::p256::{Message, PublicKey, Signature, verify_messages};
use countersign_testkit::{EcIssuer, Issuer as _, Rng};

use crate::cases::{CASES, Case, Cases, MESSAGE_BYTES};
use crate::race::{Contender, Kind, Race, Title};

// Names of those whom a goal is about.
pub(crate) const AWS_LC_RS: &str = "aws-lc-rs, parsed key";
pub(crate) const AWS_LC_RS_COLD: &str = "aws-lc-rs, cold";
pub(crate) const BATCH: &str = "countersign, batch";
pub(crate) const COLD: &str = "countersign, cold";
pub(crate) const WARM: &str = "countersign, one by one";

/// One key, and messages signed with it.
pub(crate) struct Material {
    cases: Cases,
    /// `04 ‖ x ‖ y`.
    point: Vec<u8>,
}

impl Material {
    pub(crate) fn new() -> Self {
        let issuer = EcIssuer::generate(&mut Rng::from_seed(256), None);
        let sign =
            |message: &[u8]| issuer.sign_raw(message, Algorithm::Es256).expect("a P-256 key");
        Self { cases: Cases::new(sign), point: point(&issuer) }
    }

    /// Everybody who is at hand. `aws-lc-rs` comes first, as what the others are compared with.
    pub(crate) fn everybody(&self) -> Race<'_, Case> {
        let contenders =
            vec![self.aws_lc_rs(), self.ring(), self.graviola(), self.warm(), self.batch()];
        self.race(Kind::Es256, contenders)
    }

    /// The same from the bytes of the key on.
    pub(crate) fn cold(&self) -> Race<'_, Case> {
        let contenders =
            vec![self.aws_lc_rs_cold(), self.aws_lc_rs(), self.ring(), self.own_cold()];
        self.race(Kind::Es256Cold, contenders)
    }

    fn race<'a>(&'a self, kind: Kind, contenders: Vec<Contender<'a, Case>>) -> Race<'a, Case> {
        let title = Title { kind, bits: 256, batch: CASES, bytes: MESSAGE_BYTES };
        Race { title, valid: &self.cases.valid, altered: &self.cases.altered, contenders }
    }

    fn prepared(&self) -> PublicKey {
        let key = PublicKey::from_sec1(&self.point).expect("a usable key");
        assert!(key.prepare());
        key
    }

    fn warm(&self) -> Contender<'_, Case> {
        let key = self.prepared();
        Contender::each(WARM, move |case: &Case| {
            Signature::from_bytes(&case.signature)
                .is_ok_and(|signature| key.verify(&case.message, &signature).is_ok())
        })
    }

    fn own_cold(&self) -> Contender<'_, Case> {
        Contender::each(COLD, move |case: &Case| {
            let key = PublicKey::from_sec1(&self.point).expect("a usable key");
            Signature::from_bytes(&case.signature)
                .is_ok_and(|signature| key.verify(&case.message, &signature).is_ok())
        })
    }

    fn batch(&self) -> Contender<'_, Case> {
        let key = self.prepared();
        Contender::together(BATCH, move |cases: &[Case], verdicts| {
            let items: Vec<Message<'_>> = cases
                .iter()
                .map(|Case { message, signature }| Message { key: &key, message, signature })
                .collect();
            verdicts.resize(cases.len(), false);
            verify_messages(&items, verdicts);
        })
    }

    fn aws_lc_rs(&self) -> Contender<'_, Case> {
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
        let key =
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point).expect("a usable key");
        Contender::each(AWS_LC_RS, move |case: &Case| {
            key.verify_sig(&case.message, &case.signature).is_ok()
        })
    }

    fn aws_lc_rs_cold(&self) -> Contender<'_, Case> {
        use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point);
        Contender::each(AWS_LC_RS_COLD, move |case: &Case| {
            key.verify(&case.message, &case.signature).is_ok()
        })
    }

    fn ring(&self) -> Contender<'_, Case> {
        use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point);
        Contender::each("ring", move |case: &Case| {
            key.verify(&case.message, &case.signature).is_ok()
        })
    }

    fn graviola(&self) -> Contender<'_, Case> {
        use graviola::signing::ecdsa::{P256, VerifyingKey};
        let key = VerifyingKey::<P256>::from_x962_uncompressed(&self.point).expect("a usable key");
        Contender::each("graviola", move |case: &Case| {
            key.verify::<graviola::hashing::Sha256>(&[&case.message], &case.signature).is_ok()
        })
    }
}

/// The point of an issuer, uncompressed.
fn point(issuer: &EcIssuer) -> Vec<u8> {
    let jwk = serde_json::from_str::<serde_json::Value>(&issuer.jwk().to_string()).expect("JSON");
    let mut point = vec![4];
    for member in ["x", "y"] {
        let text = jwk[member].as_str().expect("a coordinate");
        point.extend(countersign::encoding::base64::decode_url(text.as_bytes()).expect("base64"));
    }
    point
}
