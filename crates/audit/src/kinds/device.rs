//! What MOSIP's devices sign.

use countersign::encoding::json::{Object, Value};
use countersign::mosip::sbi::cbeff::{self, Packet, Padding, Segment};
use countersign::mosip::trust::Consumer;
use countersign::mosip::{device, sbi};
use countersign::{Error, Item, Limits, Policy, Report};

use super::purpose::Purpose;
use crate::kind::{
    Bodies, Content, Family, Found, Keys, Kind, Needs, Row, Size, Unsupported, Verification,
};
use crate::member::Member;
use crate::profile::{Expected, ForAuthentication, Material, Profile, Subject};
use crate::remarks::Remarks;
use crate::terms::{Missing, Terms, add};

pub(crate) const DATA: Kind = Kind::of(&DATA_ROW);
pub(crate) const DIGITAL_ID: Kind = Kind::of(&DIGITAL_ID_ROW);
pub(crate) const INFO: Kind = Kind::of(&INFO_ROW);
pub(crate) const CAPTURE: Kind = Kind::of(&CAPTURE_ROW);
pub(crate) const RCAPTURE: Kind = Kind::of(&RCAPTURE_ROW);
/// The `data` of one biometric.
pub(crate) const CAPTURED: Kind = Kind::of(&CAPTURED_ROW);
/// The XML of a registration packet.
pub(crate) const PACKET: Kind = Kind::of(&PACKET_ROW);
pub(crate) const MANAGEMENT: Kind = Kind::of(&MANAGEMENT_ROW);

pub(crate) static FAMILY: Family = Family {
    kinds: &[DATA, DIGITAL_ID, INFO, CAPTURE, RCAPTURE, CAPTURED, PACKET, MANAGEMENT],
    body,
    payload,
};

/// What can be said of every message of a device. Keys are read and not used.
macro_rules! takes {
    ($($more:ident),*) => {
        &[
            Member::Keys,
            Member::AllowRsa1024,
            Member::Trust,
            Member::Intermediates,
            Member::TrustPolicy,
            Member::Domain,
            Member::AnyOrganization,
            Member::Lenient,
            Member::TimestampWindow,
            $(Member::$more,)*
        ]
    };
}

/// A message that says who signed its data, and of which level the device is.
const MESSAGE: Row = Row {
    name: "",
    noun: "a device message",
    keys: Keys::Trust { consumer: Consumer::RegistrationClient, for_authentication: None },
    takes: takes!(Organization, Level),
    needs: &Needs::NOTHING,
    size: Size::Message,
    bodies: Bodies::Read,
    without_marks: None,
    subject: Verification::of::<Data>(),
};

static DATA_ROW: Row =
    Row { name: device::Verifier::KIND, subject: Verification::of::<Data>(), ..MESSAGE };
static DIGITAL_ID_ROW: Row = Row {
    name: device::DigitalIdVerifier::KIND,
    // The organisation is that of whoever signs data, and a digital id alone has no data.
    takes: takes!(Level),
    subject: Verification::of::<DigitalId>(),
    ..MESSAGE
};
static INFO_ROW: Row =
    Row { name: sbi::InfoVerifier::KIND, subject: Verification::of::<Info>(), ..MESSAGE };
static CAPTURE_ROW: Row = Row {
    name: sbi::CaptureVerifier::KIND,
    keys: Keys::Trust { consumer: Consumer::Ida, for_authentication: None },
    takes: takes!(Organization, Level, PreviousHash, Span, DenyMixed),
    size: Size::Biometrics,
    subject: Verification::of::<Capture>(),
    ..MESSAGE
};
static RCAPTURE_ROW: Row = Row {
    name: sbi::RegistrationCaptureVerifier::KIND,
    takes: takes!(Organization, Level, PreviousHash, Span, DenyMixed),
    size: Size::Biometrics,
    subject: Verification::of::<RegistrationCapture>(),
    ..MESSAGE
};
static CAPTURED_ROW: Row = Row {
    name: sbi::DataVerifier::KIND,
    keys: Keys::Trust {
        consumer: Consumer::RegistrationClient,
        for_authentication: Some(Consumer::Ida),
    },
    size: Size::Biometrics,
    bodies: Bodies::Refused,
    subject: Verification::of::<Captured>(),
    ..MESSAGE
};
static PACKET_ROW: Row = Row {
    name: cbeff::Verifier::KIND,
    size: Size::Biometrics,
    subject: Verification::of::<Segments>(),
    ..MESSAGE
};
static MANAGEMENT_ROW: Row = Row {
    name: sbi::ManagementVerifier::KIND,
    // The level decides about digital ids.
    takes: takes!(Organization),
    subject: Verification::of::<Management>(),
    ..MESSAGE
};

fn nested(terms: &Terms) -> device::Expected {
    add(device::Expected::new(), terms.window(), device::Expected::window)
}

fn info(terms: &Terms) -> sbi::InfoExpected {
    add(sbi::InfoExpected::new(), terms.window(), sbi::InfoExpected::window)
}

fn management(terms: &Terms) -> sbi::ManagementExpected {
    add(sbi::ManagementExpected::new(), terms.window(), sbi::ManagementExpected::window)
}

fn capture(terms: &Terms) -> sbi::Expected {
    let mut expected = sbi::Expected::new().mixed(terms.mixed);
    if let Some(hash) = &terms.previous_hash {
        expected = expected.previous_hash(hash.as_str());
    }
    expected = add(expected, terms.window(), sbi::Expected::window);
    add(expected, terms.span, sbi::Expected::span)
}

macro_rules! subjects {
    ($($name:ident: $verifier:ty, $expected:ident;)+) => {$(
        #[derive(Debug)]
        struct $name;

        impl Subject for $name {
            type Verifier = $verifier;

            fn verifier(material: &Material, policy: Policy) -> $verifier {
                <$verifier>::new(material.trust.clone(), policy)
            }

            fn expected(terms: &Terms) -> Result<Expected<Self>, Missing> {
                Ok($expected(terms))
            }
        }
    )+};
}

subjects! {
    Data: device::Verifier, nested;
    DigitalId: device::DigitalIdVerifier, nested;
    Info: sbi::InfoVerifier, info;
    Capture: sbi::CaptureVerifier, capture;
    RegistrationCapture: sbi::RegistrationCaptureVerifier, capture;
    Segments: cbeff::Verifier, capture;
    Management: sbi::ManagementVerifier, management;
}

#[derive(Debug)]
struct Captured;

impl Subject for Captured {
    type Verifier = sbi::DataVerifier;

    fn verifier(material: &Material, policy: Policy) -> sbi::DataVerifier {
        sbi::DataVerifier::new(material.trust.clone(), policy)
    }

    fn expected(terms: &Terms) -> Result<sbi::Expected, Missing> {
        Ok(capture(terms))
    }

    fn explain(
        profile: &Profile<Self>,
        policy: Policy,
        items: &[Item<'_, sbi::Expected>],
    ) -> Vec<Report> {
        let verifier = profile.verifier(policy);
        let Some(ForAuthentication { trust, unused }) = &profile.material().for_authentication
        else {
            return verifier.explain_batch(items);
        };
        let of_authentication = sbi::DataVerifier::new(trust.clone(), policy);
        let chosen: Vec<bool> =
            items.iter().map(|item| is_for_authentication(item.input, policy.limits())).collect();
        let part = |wanted: bool| -> Vec<Item<'_, sbi::Expected>> {
            let items = items.iter().zip(&chosen);
            items.filter(|(_, chosen)| **chosen == wanted).map(|(item, _)| *item).collect()
        };
        let mut of_authentication = of_authentication.explain_batch(&part(true)).into_iter();
        let mut others = verifier.explain_batch(&part(false)).into_iter();
        let mut reports = Vec::with_capacity(items.len());
        for is_for_authentication in chosen {
            if !is_for_authentication {
                reports.extend(others.next());
                continue;
            }
            let mut remarks = Remarks::default();
            if let Some(member) = unused {
                remarks.unused(member.name());
            }
            reports.extend(of_authentication.next().map(|mut report| {
                remarks.apply(&mut report);
                report
            }));
        }
        reports
    }
}

/// Tells whether captured data says that it was captured for authentication.
fn is_for_authentication(token: &[u8], limits: &Limits) -> bool {
    let token = std::str::from_utf8(token).unwrap_or_default();
    Purpose::of_token(token, limits) == Purpose::Authentication
}

/// A capture whose signed content does not say what it was captured for.
pub(crate) const CAPTURE_WITHOUT_PURPOSE: Unsupported = Unsupported::new(
    "a capture whose elements do not all sign the same purpose, `Auth` or `Registration`,",
)
.hint("give its kind: --kind sbi-rcapture (for registration) or --kind sbi-capture")
.holding_biometrics();
pub(crate) const OTHER_MESSAGE: Unsupported =
    Unsupported::new("a token with `x5c` whose payload is not one that devices sign")
        .hint("if it is not a device message, give its kind: --kind jws");
/// Captured data whose signed content does not say what it was captured for.
pub(crate) const DATA_WITHOUT_PURPOSE: Unsupported =
    Unsupported::new("captured data that signs neither the purpose `Auth` nor `Registration`")
        .hint("give its kind (--kind sbi-data) and the rules to apply (--trust-policy)")
        .holding_biometrics();
/// Packets are made of what was captured for registration, and their rules are for that.
pub(crate) const PACKET_FOR_ANOTHER_PURPOSE: Unsupported =
    Unsupported::new("a packet whose segments do not all sign the purpose `Registration`")
        .hint("give its kind (--kind cbeff) and the rules to apply (--trust-policy)")
        .holding_biometrics();
pub(crate) const XML: Unsupported =
    Unsupported::new("XML other than the `BIR` of a registration packet");
pub(crate) const DISCOVERY: Unsupported =
    Unsupported::new("the unsigned answer to a device discovery")
        .hint("the answer to a request for device information is signed: `deviceInfo`");

fn body(object: &Object<'_>, limits: &Limits, found: &mut Found) {
    let has = |name| object.member(name).is_some();
    let request = object.member("request").and_then(Value::as_object);
    let is_requested = request.is_some_and(|request| request.member("deviceData").is_some());
    found.add_if(has("deviceData") || is_requested, DATA);
    if let Some(Value::Array(biometrics)) = object.member("biometrics") {
        found.add(capture_of(biometrics, limits));
    }
    found.add_if(has("keyRotation") || has("snapShot"), MANAGEMENT);
}

/// Recognises the answer to a discovery, which has the members of device information in the open.
pub(crate) fn discovered(object: &Object<'_>) -> Option<Content> {
    let has = |name| object.member(name).is_some();
    (has("deviceStatus") && !has("deviceInfo")).then_some(DISCOVERY.into())
}

/// Recognises the answers that are arrays.
pub(crate) fn elements(elements: &[Value<'_>]) -> Option<Content> {
    let has = |name| {
        let has = |item: &Value<'_>| item.as_object().is_some_and(|i| i.member(name).is_some());
        elements.iter().any(has)
    };
    if has("deviceInfo") {
        Some(INFO.into())
    } else if has("deviceStatus") {
        Some(DISCOVERY.into())
    } else {
        None
    }
}

fn payload(object: &Object<'_>) -> Option<Content> {
    let has = |name| object.member(name).is_some();
    if has("bioValue") && has("digitalId") {
        Some(match Purpose::of_data(object) {
            Purpose::Unknown => DATA_WITHOUT_PURPOSE.into(),
            _ => CAPTURED.into(),
        })
    } else if has("deviceStatus") && has("digitalId") {
        Some(INFO.into())
    } else if has("signedDeviceCertificate") || has("snapshotValidity") {
        Some(MANAGEMENT.into())
    } else if has("deviceInfo") {
        Some(if has("purpose") { DATA } else { INFO }.into())
    } else if has("serialNo") && has("make") && has("model") {
        Some(DIGITAL_ID.into())
    } else {
        None
    }
}

/// Tells whether a header is that of a device's message.
pub(crate) fn is_header(header: &Object<'_>) -> bool {
    header.member("x5c").is_some()
}

/// Tells captures for registration from those for authentication.
fn capture_of(elements: &[Value<'_>], limits: &Limits) -> Content {
    let data = elements.iter().filter_map(|element| {
        let data = element.as_object()?.member("data")?;
        data.as_str().filter(|token| !token.is_empty())
    });
    let purposes: Vec<Purpose> = data.map(|token| Purpose::of_token(token, limits)).collect();
    let all = |purpose| purposes.iter().all(|found| *found == purpose);
    // What is empty or unreadable is verified by the stricter of the two, which says what is wrong.
    if all(Purpose::Registration) || purposes.contains(&Purpose::Unreadable) {
        RCAPTURE.into()
    } else if all(Purpose::Authentication) {
        CAPTURE.into()
    } else {
        CAPTURE_WITHOUT_PURPOSE.into()
    }
}

/// Recognises the packet of a registration, by what its segments sign.
pub(crate) fn xml(input: &[u8], limits: &Limits) -> Content {
    let packet = match Packet::parse(input, limits) {
        Ok(packet) => packet,
        Err(Error::UnsupportedFormat { .. }) => return XML.into(),
        Err(error) => return Content::Unknown(error),
    };
    // As it was signed, and not as the packet writes it: there the sender chose what is left out.
    let is_foreign = |segment: &Segment<'_>, padding| {
        let signed = segment.token(padding).map(|token| Purpose::of_token(&token, limits));
        // What is not signed at all, or cannot be read, its verifier may explain.
        !matches!(signed, Ok(Purpose::Registration | Purpose::Unreadable) | Err(_))
    };
    let paddings = [Padding::Absent, Padding::Present];
    if packet.segments().any(|segment| paddings.iter().any(|one| is_foreign(&segment, *one))) {
        PACKET_FOR_ANOTHER_PURPOSE.into()
    } else {
        PACKET.into()
    }
}
