//! Every trust policy beside the decision of the consumer that it is named after, for combinations of
//! signed and unsigned layers, domains, levels, organisations and shapes of the path.
//!
//! What a consumer decides is written down here from its code, apart from the library; `docs/trust.md`
//! names the files and versions. No policy accepts what its consumer refuses. Where one refuses what
//! its consumer accepts, the reason is one of those that are listed here, and each of these occurs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::device::Certification;
use countersign::mosip::sbi::{DataVerifier, Expected, InfoExpected, InfoVerifier, cbeff};
use countersign::mosip::trust::{Consumer, Domain, Rules, Trust, TrustStore};
use countersign::x509::{self, NegativeModulus};
use countersign::{Algorithm, Code, Policy, Time};
use countersign_testkit::{
    Authority, Certificate, Device, EcIssuer, Issuer as _, Pki, Rng, RsaIssuer, Template, mosip,
    sbi,
};

/// Some minutes after the times that the testkit's devices state.
const NOW: i64 = 1_578_920_000;

/// The organisation that the caller asks for.
const MAKER: &str = Pki::MAKER;

fn time(seconds: i64) -> Time {
    Time::from_unix(seconds).unwrap()
}

/// Where the certificate between a signer and the root is, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// The root issued the signer's certificate.
    None,
    Stored,
    /// In `x5c`, and in the store as well.
    Both,
    /// In `x5c`, which ends with it.
    Sent,
    /// In `x5c`, which ends with the root.
    SentWithRoot,
}

const SHAPES: [Shape; 5] =
    [Shape::None, Shape::Stored, Shape::Both, Shape::Sent, Shape::SentWithRoot];

/// What a signer's certificate is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Signer {
    domain: Domain,
    shape: Shape,
    /// In the order of the encoding.
    organizations: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Signed(Signer),
    /// An object.
    Object,
    /// The object as base64, which is no token.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `deviceInfo`, which states the level.
    Info,
    /// The `data` of a capture, which does not.
    Data,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    form: Form,
    outer: Layer,
    id: Layer,
    stated: &'static str,
    /// The level that the caller states.
    level: Option<&'static str>,
}

struct World {
    device: RsaIssuer,
    chip: RsaIssuer,
    roots: [Authority<EcIssuer>; 2],
    stored: [Authority<EcIssuer>; 2],
    sent: [Authority<EcIssuer>; 2],
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let mut rng = Rng::from_seed(1);
    let [device, chip] = [(); 2].map(|()| RsaIssuer::generate(&mut rng, 2048, None).unwrap());
    let mut key = || EcIssuer::generate(&mut rng, None);
    let template = |name: &str| template(name).authority(None);
    let roots = ["root of devices", "root of chips"]
        .map(|name| Authority::root(key(), &template(name)).unwrap());
    let mut below =
        |name: &str| roots.each_ref().map(|root| root.subordinate(key(), &template(name)).unwrap());
    let (stored, sent) = (below("stored"), below("sent"));
    World { device, chip, roots, stored, sent }
});

fn template(name: &str) -> Template {
    Template::new(name, time(NOW - 100_000), time(NOW + 100_000))
}

/// The place of a domain in the arrays of [`World`].
fn of<T>([device, chip]: &[T; 2], domain: Domain) -> &T {
    match domain {
        Domain::Device => device,
        Domain::Ftm => chip,
        other => panic!("{other}"),
    }
}

impl Signer {
    fn device(self) -> Device {
        let world = &*WORLD;
        let [root, stored, sent] =
            [&world.roots, &world.stored, &world.sent].map(|all| of(all, self.domain));
        let issuer = match self.shape {
            Shape::None => root,
            Shape::Stored | Shape::Both => stored,
            Shape::Sent | Shape::SentWithRoot => sent,
        };
        let leaf = template("leaf").end_entity();
        let leaf = self.organizations.iter().fold(leaf, |leaf, name| leaf.organization(name));
        let key = match self.domain {
            Domain::Device => &world.device,
            _ => &world.chip,
        };
        let own = issuer.issue(key, &leaf).unwrap();
        let issuer = issuer.certificate().clone();
        let x5c: Vec<Certificate> = match self.shape {
            Shape::None | Shape::Stored => vec![own],
            Shape::Both | Shape::Sent => vec![own, issuer],
            Shape::SentWithRoot => vec![own, issuer, root.certificate().clone()],
        };
        Device::new(key.clone(), x5c)
    }
}

impl Layer {
    fn signer(self) -> Option<Signer> {
        match self {
            Self::Signed(signer) => Some(signer),
            Self::Object | Self::Text => None,
        }
    }

    fn write(self, content: Object<'static>) -> Value<'static> {
        match self {
            Self::Signed(signer) => signer.device().sign(&content.to_string()).unwrap().into(),
            Self::Object => content.into(),
            Self::Text => base64::encode_url(content.to_string().as_bytes()).into(),
        }
    }
}

impl Case {
    fn message(self) -> String {
        let id = self.id.write(mosip::digital_id("1").into_owned());
        let content = match self.form {
            Form::Info => sbi::service_info("", self.stated).into_owned(),
            Form::Data => sbi::data("", "Finger", "AAAA").into_owned(),
        };
        let outer = self.outer.write(content.with("digitalId", id));
        match self.form {
            Form::Info => {
                Value::Array(vec![Object::new().with("deviceInfo", outer).into()]).to_string()
            }
            Form::Data => outer.as_str().unwrap().to_owned(),
        }
    }

    fn is_valid(self, message: &str, consumer: Consumer) -> bool {
        let rules = Rules::of(consumer);
        let rules = match consumer {
            Consumer::ComplianceToolkit => rules.with_organization(MAKER),
            _ => rules,
        };
        let rules = match self.level.filter(|_| consumer == Consumer::ComplianceToolkit) {
            Some(level) => rules.with_level(Certification::from(level)),
            None => rules,
        };
        let trust = Trust::new(store(), rules);
        let at = time(NOW);
        let (input, policy) = (message.as_bytes(), Policy::default());
        let (verdict, report) = match self.form {
            Form::Info => {
                let verifier = InfoVerifier::new(trust, policy);
                let expected = InfoExpected::new();
                let verdict = verifier.verify(input, &expected, at).map(drop);
                (verdict, verifier.explain(input, &expected, at))
            }
            Form::Data => {
                let verifier = DataVerifier::new(trust, policy);
                let expected = Expected::new();
                let verdict = verifier.verify(input, &expected, at).map(drop);
                (verdict, verifier.explain(input, &expected, at))
            }
        };
        let code = verdict.err().map_or(Code::Ok, |error| error.code());
        assert_eq!(report.code(), code, "{consumer} {self:?}");
        let expected = [Code::Ok, Code::UntrustedChain, Code::UnsignedLayer];
        assert!(expected.contains(&code), "{code:?}: {consumer} {self:?}");
        code == Code::Ok
    }
}

fn store() -> TrustStore {
    let read = |authority: &Authority<EcIssuer>| {
        x509::Certificate::from_der(authority.certificate().to_der(), NegativeModulus::Refuse)
            .unwrap()
    };
    [Domain::Device, Domain::Ftm].into_iter().fold(TrustStore::new(), |store, domain| {
        store
            .with_roots(domain, [read(of(&WORLD.roots, domain))])
            .with_intermediates(domain, [read(of(&WORLD.stored, domain))])
    })
}

/// keymanager, `getCertificateTrustPath`: PKIX from the leaf to a root of the domain, by intermediates
/// of the domain.
fn is_trusted(layer: Layer, domain: Domain) -> bool {
    let stored = |signer: Signer| matches!(signer.shape, Shape::None | Shape::Stored | Shape::Both);
    layer.signer().is_some_and(|signer| signer.domain == domain && stored(signer))
}

/// keymanager 1.3.0, `validateTrustV2`: `x5c` without its last member instead of the store.
fn is_trusted_v2(layer: Layer, domain: Domain) -> bool {
    let sent = |signer: Signer| matches!(signer.shape, Shape::None | Shape::SentWithRoot);
    layer.signer().is_some_and(|signer| signer.domain == domain && sent(signer))
}

/// What the consumer decides; `None` of messages that it never sees.
fn decision(case: Case, consumer: Consumer) -> Option<bool> {
    let Case { form, outer, id, stated, level } = case;
    let is_outer_trusted = is_trusted(outer, Domain::Device);
    Some(match (consumer, form) {
        // `decipherBioData`: the data, then the digital id if it is a text.
        (Consumer::Ida, Form::Data) => {
            is_outer_trusted && (id == Layer::Object || is_trusted(id, Domain::Ftm))
        }
        // `getDeviceInfoDecoded`, `getDigitalId`.
        (Consumer::RegistrationClient, Form::Info) => {
            is_outer_trusted && is_trusted(id, Domain::Device)
        }
        // `validateJWTResponse` of `data`, and nothing of the digital id.
        (Consumer::RegistrationClient, Form::Data) => is_outer_trusted,
        // `BiometricsSignatureValidator` asks for no trust, `compareJWTForSameCertificates` for the
        // same certificates, `validateDigitalId` for the domain.
        (Consumer::RegistrationProcessor, Form::Data) => {
            let same = id.signer().zip(outer.signer()).is_some_and(|(id, outer)| {
                let certificates = |signer: Signer| signer.device().x5c().to_vec();
                let outer = certificates(outer);
                certificates(id).iter().all(|certificate| outer.contains(certificate))
            });
            same && is_trusted(id, Domain::Device)
        }
        // `validateSignedDeviceInfo`, `validateSignature`, `validateSignedDigitalId`,
        // `getCertificateOrgName`.
        (Consumer::ComplianceToolkit, _) => {
            let level = if form == Form::Info { Some(stated) } else { level };
            let domain = match level {
                Some("L0") => Some(Domain::Device),
                Some("L1") => Some(Domain::Ftm),
                _ => None,
            };
            let organization = outer.signer().and_then(|signer| signer.organizations.last());
            is_outer_trusted
                && organization.is_some_and(|name| name.eq_ignore_ascii_case(MAKER))
                && domain.is_some_and(|domain| is_trusted(id, domain))
        }
        // `jwtVerify`: of one token.
        (Consumer::KeymanagerV1, _) => is_outer_trusted,
        (Consumer::KeymanagerV2, _) => is_trusted_v2(outer, Domain::Device),
        _ => return None,
    })
}

/// Why a policy refuses what its consumer accepts, as `docs/trust.md` has it.
fn is_stricter(case: Case, consumer: Consumer) -> Option<&'static str> {
    let Case { form, id, stated, level, .. } = case;
    let is_token = id.signer().is_some();
    match consumer {
        _ if id == Layer::Object => Some("an object as digital id"),
        Consumer::RegistrationClient if form == Form::Data && is_token => {
            Some("a digital id that the client does not look at")
        }
        Consumer::ComplianceToolkit
            if form == Form::Info && level.is_some_and(|own| own != stated) =>
        {
            Some("another level than the caller's")
        }
        Consumer::KeymanagerV1 | Consumer::KeymanagerV2 if is_token => {
            Some("a token within the one that is verified")
        }
        _ => None,
    }
}

fn cases() -> Vec<Case> {
    let signer = |domain, shape| Signer { domain, shape, organizations: &[MAKER] };
    let mut outer: Vec<Layer> = [Domain::Device, Domain::Ftm]
        .iter()
        .flat_map(|domain| SHAPES.map(|shape| Layer::Signed(signer(*domain, shape))))
        .collect();
    let organizations: [&[&str]; 5] =
        [&["TEST VENDOR"], &["Other"], &["Other", MAKER], &[MAKER, "Other"], &[]];
    outer.extend(organizations.map(|organizations| {
        Layer::Signed(Signer { organizations, ..signer(Domain::Device, Shape::Stored) })
    }));
    outer.push(Layer::Text);
    let other = Signer { organizations: &["Other"], ..signer(Domain::Device, Shape::Stored) };
    let mut ids = vec![Layer::Object, Layer::Text, Layer::Signed(other)];
    ids.extend(SHAPES.map(|shape| Layer::Signed(signer(Domain::Device, shape))));
    ids.extend(SHAPES.map(|shape| Layer::Signed(signer(Domain::Ftm, shape))));
    let mut cases = Vec::new();
    for outer in outer {
        for id in &ids {
            let levels = ["L0", "L1", "L2", "SBI 1.0", "SBI 2.0"].map(|stated| (stated, None));
            let contrary = [("L0", Some("L1")), ("L1", Some("L1"))];
            for (stated, level) in levels.into_iter().chain(contrary) {
                cases.push(Case { form: Form::Info, outer, id: *id, stated, level });
            }
            if outer.signer().is_none() {
                continue;
            }
            for level in [None, Some("L0"), Some("L1"), Some("SBI 1.0")] {
                cases.push(Case { form: Form::Data, outer, id: *id, stated: "L0", level });
            }
        }
    }
    cases
}

#[test]
fn no_policy_accepts_what_its_consumer_refuses_and_where_one_is_stricter_is_documented() {
    let mut accepted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut stricter = BTreeSet::new();
    for case in cases() {
        let message = case.message();
        for consumer in Consumer::ALL {
            // To the others the level makes no difference, which one of them shows.
            let decides_by_level = consumer == Consumer::ComplianceToolkit
                || consumer == Consumer::RegistrationClient && case.form == Form::Info;
            if !decides_by_level && (case.stated, case.level) != ("L0", None) {
                continue;
            }
            let Some(expected) = decision(case, consumer) else { continue };
            let is_valid = case.is_valid(&message, consumer);
            assert!(!is_valid || expected, "wrongly valid by {consumer}: {case:?}");
            if is_valid {
                *accepted.entry(consumer.as_str()).or_default() += 1;
            } else if expected {
                let why = is_stricter(case, consumer);
                let why = why.unwrap_or_else(|| panic!("wrongly refused by {consumer}: {case:?}"));
                stricter.insert((consumer.as_str(), why));
            }
        }
    }
    assert_eq!(accepted.len(), Consumer::ALL.len(), "{accepted:?}");
    let stricter: Vec<_> = stricter.into_iter().collect();
    let object = "an object as digital id";
    let inner = "a token within the one that is verified";
    let documented = [
        ("compliance-toolkit", "another level than the caller's"),
        ("ida", object),
        ("keymanager-v1", inner),
        ("keymanager-v1", object),
        ("keymanager-v2", inner),
        ("keymanager-v2", object),
        ("registration-client", "a digital id that the client does not look at"),
        ("registration-client", object),
    ];
    assert_eq!(stricter, documented);
}

#[test]
fn partners_that_are_no_device_providers_are_asked_for_no_organisation_and_reports_say_so() {
    let outer = Layer::Signed(Signer {
        domain: Domain::Device,
        shape: Shape::Stored,
        organizations: &["Other"],
    });
    let case = Case { form: Form::Info, outer, id: outer, stated: "L0", level: None };
    let message = case.message();
    for (rules, code) in [
        (Rules::of(Consumer::ComplianceToolkit), Code::UntrustedChain),
        (Rules::of(Consumer::ComplianceToolkit).with_organization(MAKER), Code::UntrustedChain),
        (Rules::of(Consumer::ComplianceToolkit).with_organization("oTHER"), Code::Ok),
        (Rules::of(Consumer::ComplianceToolkit).with_any_organization(), Code::Ok),
        (Rules::of(Consumer::Ida).with_organization("oTHER"), Code::UntrustedChain),
    ] {
        let says_any = rules == Rules::of(Consumer::ComplianceToolkit).with_any_organization();
        let verifier = InfoVerifier::new(Trust::new(store(), rules.clone()), Policy::default());
        let report = verifier.explain(message.as_bytes(), &InfoExpected::new(), time(NOW));
        assert_eq!(report.code(), code, "{rules}");
        let checks = format!("{:?}", report.checks);
        assert_eq!(checks.contains("of any organisation"), says_any, "{checks}");
    }
}

#[test]
fn an_organisation_is_compared_by_letters_not_by_bytes() {
    let maker = |organizations| {
        let signer = Signer { domain: Domain::Device, shape: Shape::Stored, organizations };
        let layer = Layer::Signed(signer);
        Case { form: Form::Info, outer: layer, id: layer, stated: "L0", level: None }.message()
    };
    for (signed, asked, code) in [
        (&["Société Générale"], "SOCIÉTÉ GÉNÉRALE", Code::Ok),
        (&["Straße"], "Strasse", Code::UntrustedChain),
        (&["Straße"], "STRASSE", Code::UntrustedChain),
        (&["Straße"], "STRAßE", Code::Ok),
        (&["Maker "], "Maker", Code::UntrustedChain),
        // The toolkit compares these as RFC 4514 escapes them: `Maker\\, Inc.`.
        (&["Maker, Inc."], "Maker, Inc.", Code::UntrustedChain),
        (&["A+B"], "A+B", Code::UntrustedChain),
        (&["#1"], "#1", Code::UntrustedChain),
        (&[" Maker"], " Maker", Code::UntrustedChain),
        (&["Maker "], "Maker ", Code::UntrustedChain),
        (&["A=B"], "A=B", Code::UntrustedChain),
        (&["A.B & C"], "a.b & c", Code::Ok),
    ] {
        let rules = Rules::of(Consumer::ComplianceToolkit).with_organization(asked);
        let verifier = InfoVerifier::new(Trust::new(store(), rules), Policy::default());
        let verdict = verifier.verify(maker(signed).as_bytes(), &InfoExpected::new(), time(NOW));
        assert_eq!(verdict.err().map_or(Code::Ok, |error| error.code()), code, "{asked}");
    }
}

#[test]
fn every_member_of_x5c_is_a_certificate_where_the_consumer_reads_them_all() {
    let device = Signer { domain: Domain::Device, shape: Shape::None, organizations: &[MAKER] };
    let own = device.device().x5c().first().unwrap().to_x5c();
    for junk in ["AAAA", "!!!", ""] {
        let x5c = Value::Array(vec![own.clone().into(), junk.into()]);
        let header = Object::new().with("alg", "RS256").with("x5c", x5c);
        let sign = |payload: String| {
            WORLD.device.sign(&header, payload.as_bytes(), Algorithm::Rs256).unwrap()
        };
        let id = sign(mosip::digital_id("1").to_string());
        let info = sign(sbi::service_info(&id, "L0").to_string());
        let message = Value::Array(vec![Object::new().with("deviceInfo", info).into()]).to_string();
        for (consumer, is_valid) in [
            (Consumer::KeymanagerV1, true),
            (Consumer::KeymanagerV2, false),
            // jose4j reads the whole chain.
            (Consumer::ComplianceToolkit, false),
        ] {
            let rules = Rules::of(consumer).with_any_organization();
            let verifier = InfoVerifier::new(Trust::new(store(), rules), Policy::default());
            let verdict = verifier.verify(message.as_bytes(), &InfoExpected::new(), time(NOW));
            assert_eq!(verdict.is_ok(), is_valid, "{consumer} {junk}: {:?}", verdict.err());
        }
    }
}

#[test]
fn the_processor_puts_a_packets_value_back_without_padding() {
    let device = Signer { domain: Domain::Device, shape: Shape::Stored, organizations: &[MAKER] };
    let device = device.device();
    let id = device.sign(&mosip::digital_id("1").to_string()).unwrap();
    for (value, by_processor) in [("AAAAAA", Code::Ok), ("AAAAAA==", Code::SignatureMismatch)] {
        let data = device.sign(&sbi::data(&id, "Finger", value).to_string()).unwrap();
        let packet = sbi::packet(&[sbi::segment(&data).unwrap()]);
        for (consumer, code) in [
            (Consumer::RegistrationProcessor, by_processor),
            (Consumer::RegistrationClient, Code::Ok),
        ] {
            let trust = Trust::new(store(), Rules::of(consumer));
            let verifier = cbeff::Verifier::new(trust, Policy::default());
            let verdict = verifier.verify(packet.as_bytes(), &Expected::new(), time(NOW));
            assert_eq!(verdict.err().map_or(Code::Ok, |error| error.code()), code, "{consumer}");
        }
    }
}

#[test]
fn the_chain_of_a_digital_id_is_compared_as_a_whole_by_the_registration_processor() {
    let signer =
        |shape| Layer::Signed(Signer { domain: Domain::Device, shape, organizations: &[MAKER] });
    for (outer, id, is_valid) in [
        (Shape::Stored, Shape::Stored, true),
        // The same leaf, and an intermediate beside it on one side only.
        (Shape::Both, Shape::Stored, true),
        (Shape::Stored, Shape::Both, false),
    ] {
        let (outer, id) = (signer(outer), signer(id));
        let case = Case { form: Form::Data, outer, id, stated: "L0", level: None };
        assert_eq!(case.is_valid(&case.message(), Consumer::RegistrationProcessor), is_valid);
    }
    // Data of anybody beside the certificate of a device, whose digital id is genuine: the processor
    // does not ask who signed the data.
    let genuine = Signer { domain: Domain::Device, shape: Shape::Stored, organizations: &[MAKER] };
    let stranger = Signer { domain: Domain::Ftm, ..genuine }.device();
    let both = [stranger.x5c(), genuine.device().x5c()].concat();
    let stranger = Device::new(stranger.key().clone(), both);
    let id = genuine.device().sign(&mosip::digital_id("1").to_string()).unwrap();
    let data = stranger.sign(&sbi::data(&id, "Finger", "AAAA").to_string()).unwrap();
    let case = Case {
        form: Form::Data,
        outer: Layer::Text,
        id: Layer::Signed(genuine),
        stated: "L0",
        level: None,
    };
    assert!(!case.is_valid(&data, Consumer::RegistrationProcessor));
}
