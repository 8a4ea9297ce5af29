//! The rules of `POST /registereddevices`.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::records::active;
use super::{
    DeviceStatus, ID, NAME, Records, SERIAL, Server, Stages, TimeRule, milliseconds, missing,
};
use crate::encoding::Fault;
use crate::encoding::json::{Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::device::{DeviceData, Opener, Origin, Purpose, optional_text, text_of};
use crate::mosip::error_code::{ErrorCode, ServiceError};
use crate::mosip::registration::{self, Status};
use crate::report::{Check, Explanation, FirstFailure, Report, Trail};
use crate::time::Time;

const DEVICE_DATA: &str = "deviceData";
const DEVICE_INFO: &str = "deviceInfo";
const DIGITAL_ID: &str = "digitalId";
const UNREADABLE: &str = "what it is about cannot be read";

/// Decides about registration requests as a server does.
///
/// Checked by the kernel, in this order: the JSON of `deviceData`; its members, where L1 needs a
/// foundational trust provider; the time window; the members of `deviceInfo`; those of the digital
/// id; an active provider of this id and name; the type; the sub-type; no active device with this
/// provider and serial number; for `Registration`, a serial number of the device master. Partner
/// management has its own order and looks for a device detail instead.
///
/// *Not* checked: signatures, which partner management would verify. So every report warns that the
/// request is [`Unauthenticated`](crate::Warning::Unauthenticated).
///
/// ```
/// use countersign::mosip::ErrorCode;
/// use countersign::mosip::rules::{
///     Provider, Records, RegistrationRules, Server, TimeRule, TypeCode,
/// };
/// use countersign::{Code, Time};
///
/// # let request = include_bytes!("../../../test-vectors/seed/registered-devices-request.json");
/// let mut records = Records::default();
/// records.providers.push(Provider {
///     id: "SYNCBYTE.MC01A".into(),
///     name: "SYNCBYTE".into(),
///     ..Provider::default()
/// });
/// records.device_types.push(TypeCode { code: "Fingerprint".into(), ..TypeCode::default() });
///
/// let rules = RegistrationRules::new(Server::Kernel, TimeRule::Plus(5));
/// let soon = Time::parse_rfc3339("2020-01-13T12:51:00Z")?;
/// let refusal = rules.answer(request, &records, soon).unwrap_err();
/// assert_eq!(refusal[0].code, ErrorCode::AdmDpm027);
///
/// records.device_sub_types.push(TypeCode { code: "Single".into(), ..TypeCode::default() });
/// assert!(rules.verify(request, &records, soon).is_ok());
///
/// let late = Time::parse_rfc3339("2020-01-13T12:53:00Z")?;
/// let error = rules.verify(request, &records, late).unwrap_err();
/// assert_eq!(error.code(), Code::TimestampWindow);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RegistrationRules {
    server: Server,
    time: TimeRule,
    limits: Limits,
}

impl RegistrationRules {
    /// The kind in reports.
    pub const KIND: &'static str = "mosip-registration-request";

    /// Chooses a server and the time rule it is configured with.
    #[must_use]
    pub fn new(server: Server, time: TimeRule) -> Self {
        Self { server, time, limits: Limits::default() }
    }

    /// Chooses the limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Judges a request, as the whole body or its bare `deviceData`.
    ///
    /// # Errors
    ///
    /// The first check that fails: [`Error::ValidationFailed`] with the server's codes for a rule
    /// or a table, [`Error::TimestampWindow`] for the time, and whatever is wrong with the text.
    pub fn verify(
        &self,
        request: &[u8],
        records: &Records,
        now: Time,
    ) -> Result<Registrable, Error> {
        let mut trail = FirstFailure::default();
        let made = self.decide(&mut Stages::new(&mut trail), request, records, now);
        trail.finish(made)
    }

    /// Judges a request, and reports every check.
    ///
    /// The verdict is that of [`verify`](Self::verify); what the server would say is in the hints.
    #[must_use]
    pub fn explain(&self, request: &[u8], records: &Records, now: Time) -> Report {
        let mut trail = Explanation::default();
        let made = self.decide(&mut Stages::new(&mut trail), request, records, now);
        trail.into_report(Self::KIND, request, made.as_ref().map(Registrable::claims))
    }

    /// Judges a request, and says what the server answers.
    ///
    /// # Errors
    ///
    /// The elements of the answer's `errors`: all that the first stage with findings has found.
    pub fn answer(
        &self,
        request: &[u8],
        records: &Records,
        now: Time,
    ) -> Result<Registrable, Vec<ServiceError>> {
        let mut trail = FirstFailure::default();
        let mut stages = Stages::new(&mut trail);
        let made = self.decide(&mut stages, request, records, now);
        stages.answer(made)
    }

    fn decide(
        &self,
        stages: &mut Stages<'_, impl Trail>,
        request: &[u8],
        records: &Records,
        now: Time,
    ) -> Option<Registrable> {
        stages.trail.at(Some(now));
        stages.say_nothing_is_verified();
        match self.server {
            Server::Kernel => self.kernel(stages, request, records, now),
            Server::PartnerManagement => self.partner_management(stages, request, records, now),
        }
    }

    fn kernel(
        &self,
        stages: &mut Stages<'_, impl Trail>,
        request: &[u8],
        records: &Records,
        now: Time,
    ) -> Option<Registrable> {
        const CODE: ErrorCode = ErrorCode::KerMsd999;
        let opened = self.device_data(request).and_then(|(text, data)| {
            let info = kernel_info(&data)?;
            Ok((text, data, info))
        });
        let read = stages.read(Check::Input, &CODE, opened, "`deviceData` is JSON");
        let Some((text, data, info)) = read else {
            let left = [Check::Rules, Check::Window, Check::DigitalId, Check::Records];
            stages.trail.skip_all(&left, UNREADABLE);
            return None;
        };
        if !stages.end() {
            return None;
        }
        stages.check(Check::Rules, data.rules(self.server, info.as_ref()), "members of deviceData");
        if !stages.end() {
            return None;
        }
        let Some(info) = info else {
            let left = [Check::Window, Check::Rules, Check::DigitalId, Check::Records];
            stages.trail.skip_all(&left, UNREADABLE);
            return None;
        };
        match &info.time_stamp {
            Some(signed) => self.window(stages, signed, now),
            // The server runs into it.
            None => stages.fail(
                Check::Window,
                Error::MissingMember { part: DEVICE_INFO, member: "timeStamp" },
                alloc::vec![missing(&ErrorCode::KerMsd500, "timeStamp")],
            ),
        }
        if !stages.end() {
            return None;
        }
        stages.check(Check::Rules, info.rules(self.server), "members of deviceInfo");
        if !stages.end() {
            return None;
        }
        // The server decodes whatever stands before a dot: of a JWS, the header.
        let id = info.digital_id.as_deref().unwrap_or_default();
        let id = id.split('.').next().unwrap_or_default();
        let id = Opener::new(&self.limits).open(DIGITAL_ID, id.as_bytes()).and_then(Id::read);
        let id = stages.read(Check::DigitalId, &CODE, id, "the digital id is JSON");
        let Some(id) = id else {
            stages.trail.skip_all(&[Check::Rules, Check::Records], UNREADABLE);
            return None;
        };
        stages.check(Check::Rules, id.rules(&CODE), "members of the digital id");
        if !stages.end() {
            return None;
        }
        let device_code = kernel_tables(stages, &data, &id, records)?;
        Some(Registrable { text, limits: self.limits, claims: claims(&data, &id), device_code })
    }

    fn partner_management(
        &self,
        stages: &mut Stages<'_, impl Trail>,
        request: &[u8],
        records: &Records,
        now: Time,
    ) -> Option<Registrable> {
        const JSON: ErrorCode = ErrorCode::PmsAut016;
        let data = self.device_data(request);
        let read = stages.read(Check::Input, &JSON, data, "`deviceData` is JSON");
        let Some((text, data)) = read else {
            let left = [Check::Rules, Check::Window, Check::DigitalId, Check::Records];
            stages.trail.skip_all(&left, UNREADABLE);
            return None;
        };
        if !stages.end() {
            return None;
        }
        stages.check(Check::Rules, data.rules(self.server, None), "members of deviceData");
        if !stages.end() {
            return None;
        }
        let info = data.partner_info(&self.limits).and_then(Info::read);
        let info = stages.read(Check::Input, &JSON, info, "`deviceInfo` is JSON");
        let Some(info) = info else {
            let left = [Check::Window, Check::Rules, Check::DigitalId, Check::Records];
            stages.trail.skip_all(&left, UNREADABLE);
            return None;
        };
        // The server collects what these four find.
        let needs_provider = data.lacks_trust_provider(&info);
        let findings = needs_provider.then(|| {
            let reason = "L1 needs a foundationalTrustProviderId";
            ServiceError::new(ErrorCode::PmsAut030, reason)
        });
        stages.check(Check::Rules, findings.into_iter().collect(), "trust provider, for L1");
        match &info.time_stamp {
            Some(signed) => self.window(stages, signed, now),
            None => stages.fail(
                Check::Window,
                Error::MissingMember { part: DEVICE_INFO, member: "timeStamp" },
                alloc::vec![missing(&ErrorCode::PmsAut031, "timeStamp")],
            ),
        }
        stages.check(Check::Rules, info.rules(self.server), "members of deviceInfo");
        if !stages.end() {
            return None;
        }
        let id = info.digital_id.as_deref().unwrap_or_default();
        let id = Opener::new(&self.limits).open(DIGITAL_ID, id.as_bytes()).and_then(Id::read);
        let id = stages.read(Check::DigitalId, &JSON, id, "the digital id is JSON");
        let Some(id) = id else {
            stages.trail.skip_all(&[Check::Rules, Check::Records], UNREADABLE);
            return None;
        };
        stages.check(Check::Rules, id.rules(&ErrorCode::PmsAut011), "members of the digital id");
        if !stages.end() {
            return None;
        }
        let device_code = partner_tables(stages, &data, &id, records)?;
        Some(Registrable { text, limits: self.limits, claims: claims(&data, &id), device_code })
    }

    /// Takes the request apart down to the members of `deviceData`.
    fn device_data(&self, request: &[u8]) -> Result<(String, Data), Error> {
        let text = if request.trim_ascii_start().starts_with(b"{") {
            text_of(request, DEVICE_DATA, &self.limits)?
        } else {
            let utf8 = core::str::from_utf8(request);
            let fault = Fault::Utf8;
            utf8.map_err(|_| Error::Malformed { part: DEVICE_DATA, fault })?.to_owned()
        };
        let data = Data::read(Opener::new(&self.limits).open(DEVICE_DATA, text.as_bytes())?)?;
        Ok((text, data))
    }

    fn window(&self, stages: &mut Stages<'_, impl Trail>, signed: &Signed, now: Time) {
        if self.time == TimeRule::Unchecked {
            return stages.trail.skip(Check::Window, "the server has no time rule");
        }
        if self.time.accepts(signed.milliseconds, now) {
            let Signed { text, .. } = signed;
            return stages.trail.pass(Check::Window, || format!("made at {text}, judged at {now}"));
        }
        let code = match self.server {
            Server::Kernel => ErrorCode::MsdRds001,
            Server::PartnerManagement => self.time.partner_code(signed.milliseconds, now),
        };
        let finding = ServiceError::new(code, "timeStamp is outside the window");
        let error = Error::TimestampWindow { signed: signed.time, at: now };
        stages.fail(Check::Window, error, alloc::vec![finding]);
    }
}

/// Searches the kernel's tables. `Some(None)` is a device whose code the server will make up.
fn kernel_tables(
    stages: &mut Stages<'_, impl Trail>,
    data: &Data,
    id: &Id,
    records: &Records,
) -> Option<Option<String>> {
    let is = |own: &Option<String>, text: &str| own.as_deref() == Some(text);
    let provider = active(&records.providers, |row| {
        is(&id.provider_id, &row.id) && is(&id.provider, &row.name)
    });
    stages.find(provider, ErrorCode::AdmDpm032, "an active provider of this id and name");
    if !stages.end() {
        return None;
    }
    let kind = active(&records.device_types, |row| is(&id.device_type, &row.code));
    stages.find(kind, ErrorCode::AdmDpm026, "an active type of this code");
    if !stages.end() {
        return None;
    }
    let kind = active(&records.device_sub_types, |row| is(&id.device_sub_type, &row.code));
    stages.find(kind, ErrorCode::AdmDpm027, "an active sub-type of this code");
    if !stages.end() {
        return None;
    }
    let twin = active(&records.devices, |row| {
        is(&id.provider_id, &row.provider_id) && is(&id.serial_no, &row.serial_no)
    });
    let new = twin.is_none().then_some(());
    stages.find(new, ErrorCode::AdmDpm043, "a serial number that is not registered");
    if !stages.end() {
        return None;
    }
    if data.purpose() != Some(Purpose::Registration) {
        return Some(None);
    }
    let master = records.device_master.iter().find(|row| is(&id.serial_no, &row.serial_no));
    let master = stages.find(master, ErrorCode::AdmDpm042, "the serial number, in the master");
    stages.end();
    Some(Some(master?.id.clone()))
}

/// Searches the tables of partner management.
fn partner_tables(
    stages: &mut Stages<'_, impl Trail>,
    data: &Data,
    id: &Id,
    records: &Records,
) -> Option<Option<String>> {
    let is = |own: &Option<String>, text: &str| own.as_deref() == Some(text);
    let fits = |make: &str, model: &str, provider: &str, sub_type: &str, device_type: &str| {
        is(&id.make, make)
            && is(&id.model, model)
            && is(&id.provider_id, provider)
            && is(&id.device_sub_type, sub_type)
            && is(&id.device_type, device_type)
    };
    let detail = records.device_details.iter().find(|row| {
        fits(&row.make, &row.model, &row.provider_id, &row.device_sub_type, &row.device_type)
    });
    stages.find(detail, ErrorCode::PmsAut018, "a detail of this make, model, provider and type");
    if !stages.end() {
        return None;
    }
    if let Some(provider) = data.trust_provider.as_deref().filter(|id| !id.is_empty()) {
        let known = records.foundational_trust_providers.iter().find(|id| *id == provider);
        stages.find(known, ErrorCode::PmsAut019, "the foundational trust provider");
        if !stages.end() {
            return None;
        }
    }
    let mut same = records.devices.iter().filter(|row| {
        fits(&row.make, &row.model, &row.provider_id, &row.device_sub_type, &row.device_type)
            && is(&id.serial_no, &row.serial_no)
    });
    let is_registered = |row: &super::Device| {
        row.activity == super::Activity::Active && row.status == DeviceStatus::Registered
    };
    let new = (!same.clone().any(is_registered)).then_some(());
    stages.find(new, ErrorCode::PmsAut015, "a serial number that is not registered");
    if !stages.end() {
        return None;
    }
    let returns = same.find(|row| {
        row.activity == super::Activity::Inactive && row.status == DeviceStatus::Retired
    });
    Some(returns.map(|row| row.code.clone()))
}

/// The members of `deviceData`, as far as rules look at them.
struct Data {
    device_id: Option<String>,
    purpose: Option<String>,
    trust_provider: Option<String>,
    info: Option<Value<'static>>,
}

impl Data {
    fn read(origin: Origin) -> Result<Self, Error> {
        let object = once_encoded(DEVICE_DATA, &origin)?;
        let text = |member| optional_text(object, DEVICE_DATA, member, &[]);
        Ok(Self {
            device_id: text("deviceId")?,
            purpose: text("purpose")?,
            trust_provider: text("foundationalTrustProviderId")?,
            info: object.member(DEVICE_INFO).filter(|info| **info != Value::Null).cloned(),
        })
    }

    fn purpose(&self) -> Option<Purpose> {
        self.purpose.as_deref().map(Purpose::from)
    }

    fn lacks_trust_provider(&self, info: &Info) -> bool {
        info.certification.as_deref() == Some("L1")
            && self.trust_provider.as_deref().is_none_or(str::is_empty)
    }

    fn rules(&self, server: Server, info: Option<&Info>) -> Vec<ServiceError> {
        let code = rule_code(server);
        let mut findings = Vec::new();
        findings.extend(ID.check(&code, "deviceId", self.device_id.as_deref()));
        if !matches!(self.purpose(), Some(Purpose::Auth | Purpose::Registration)) {
            let rule = "purpose is neither Auth nor Registration";
            findings.push(ServiceError::new(code.clone(), rule));
        }
        if self.info.is_none() {
            findings.push(missing(&code, DEVICE_INFO));
        }
        if server == Server::Kernel {
            let member = "foundationalTrustProviderId";
            match info {
                _ if self.trust_provider.is_none() => findings.push(missing(&code, member)),
                Some(info) if self.lacks_trust_provider(info) => {
                    findings.push(ServiceError::new(code, format!("{member} is empty, with L1")));
                }
                _ => {}
            }
        }
        findings
    }

    /// Opens `deviceInfo`, which partner management takes as a text only.
    fn partner_info(&self, limits: &Limits) -> Result<Object<'static>, Error> {
        match &self.info {
            Some(Value::String(text)) => {
                let origin = Opener::new(limits).open(DEVICE_INFO, text.as_bytes())?;
                once_encoded(DEVICE_INFO, &origin).cloned()
            }
            _ => {
                let expected = "a string";
                Err(Error::WrongType { part: DEVICE_DATA, member: DEVICE_INFO, expected })
            }
        }
    }
}

/// Reads `deviceInfo`, which the kernel takes as an object only.
fn kernel_info(data: &Data) -> Result<Option<Info>, Error> {
    match &data.info {
        None => Ok(None),
        Some(Value::Object(members)) => Info::read(members.clone()).map(Some),
        Some(_) => {
            let expected = "an object";
            Err(Error::WrongType { part: DEVICE_DATA, member: DEVICE_INFO, expected })
        }
    }
}

const fn rule_code(server: Server) -> ErrorCode {
    match server {
        Server::Kernel => ErrorCode::KerMsd999,
        Server::PartnerManagement => ErrorCode::PmsAut011,
    }
}

/// A `timeStamp` in the servers' pattern.
struct Signed {
    text: String,
    time: Time,
    milliseconds: i64,
}

/// The members of `deviceInfo`.
struct Info {
    certification: Option<String>,
    digital_id: Option<String>,
    firmware: Option<String>,
    time_stamp: Option<Signed>,
}

impl Info {
    fn read(object: Object<'static>) -> Result<Self, Error> {
        let text = |member, aliases| optional_text(&object, DEVICE_INFO, member, aliases);
        // Both are read in their pattern, so they break the JSON rather than a rule.
        let time = |member: &'static str, aliases| {
            let malformed = Error::Malformed { part: member, fault: Fault::Time };
            let signed = text(member, aliases)?.map(|text| {
                let time = Time::parse_rfc3339(&text).ok()?;
                let milliseconds = milliseconds(&text)?;
                Some(Signed { text, time, milliseconds })
            });
            signed.map(|signed| signed.ok_or(malformed)).transpose()
        };
        time("deviceExpiry", &[])?;
        Ok(Self {
            certification: text("certification", &[])?,
            digital_id: text(DIGITAL_ID, &[])?,
            firmware: text("firmware", &[])?,
            time_stamp: time("timeStamp", &["timestamp"])?,
        })
    }

    fn rules(&self, server: Server) -> Vec<ServiceError> {
        let code = rule_code(server);
        let levels: &[&str] = match server {
            Server::Kernel => &["L0", "L1"],
            Server::PartnerManagement => &["L0", "L1", "L2"],
        };
        let mut findings = Vec::new();
        if !self.certification.as_deref().is_some_and(|level| levels.contains(&level)) {
            let rule = format!("certification is none of {}", levels.join(", "));
            findings.push(ServiceError::new(code.clone(), rule));
        }
        if self.digital_id.is_none() {
            findings.push(missing(&code, DIGITAL_ID));
        }
        match self.firmware.as_deref() {
            None => findings.push(missing(&code, "firmware")),
            firmware => findings.extend(NAME.check(&code, "firmware", firmware)),
        }
        findings
    }
}

/// The members of a digital id. The servers' rules accept an absent one; the tables do not.
struct Id {
    serial_no: Option<String>,
    provider: Option<String>,
    provider_id: Option<String>,
    make: Option<String>,
    model: Option<String>,
    device_type: Option<String>,
    device_sub_type: Option<String>,
}

impl Id {
    fn read(origin: Origin) -> Result<Self, Error> {
        let object = once_encoded(DIGITAL_ID, &origin)?;
        let text =
            |member, aliases: &[&'static str]| optional_text(object, DIGITAL_ID, member, aliases);
        if let Some(date) = text("dateTime", &[])?
            && milliseconds(&date).is_none()
        {
            return Err(Error::Malformed { part: "dateTime", fault: Fault::Time });
        }
        Ok(Self {
            serial_no: text("serialNo", &[])?,
            provider: text("deviceProvider", &["dp"])?,
            provider_id: text("deviceProviderId", &["dpId"])?,
            make: text("make", &[])?,
            model: text("model", &[])?,
            device_type: text("type", &[])?,
            device_sub_type: text("deviceSubType", &["subType", "subtype"])?,
        })
    }

    fn rules(&self, code: &ErrorCode) -> Vec<ServiceError> {
        let rules = [
            (&SERIAL, "serialNo", &self.serial_no),
            (&NAME, "deviceProvider", &self.provider),
            (&ID, "deviceProviderId", &self.provider_id),
            (&ID, "make", &self.make),
            (&ID, "model", &self.model),
            (&ID, "type", &self.device_type),
            (&ID, "deviceSubType", &self.device_sub_type),
        ];
        let check = |(length, member, text): (&super::Length, &str, &Option<String>)| {
            length.check(code, member, text.as_deref())
        };
        rules.into_iter().filter_map(check).collect()
    }
}

/// Servers decode once.
fn once_encoded<'o>(part: &'static str, origin: &'o Origin) -> Result<&'o Object<'static>, Error> {
    if origin.is_encoded_twice() {
        return Err(Error::Malformed { part, fault: Fault::Json { offset: 0 } });
    }
    Ok(origin.members())
}

fn claims(data: &Data, id: &Id) -> Object<'static> {
    let members = [
        ("purpose", &data.purpose),
        ("serialNo", &id.serial_no),
        ("deviceProvider", &id.provider),
        ("deviceProviderId", &id.provider_id),
        ("make", &id.make),
        ("model", &id.model),
        ("type", &id.device_type),
        ("deviceSubType", &id.device_sub_type),
    ];
    let present = members.into_iter().filter_map(|(name, text)| Some((name, text.clone()?)));
    present.fold(Object::new(), |claims, (name, text)| claims.with(name, text))
}

/// A registration request that a server would accept. Only [`RegistrationRules`] makes one.
///
/// Acceptable is not authentic: nothing here says who sent it.
#[derive(Clone, Debug)]
pub struct Registrable {
    text: String,
    limits: Limits,
    claims: Object<'static>,
    device_code: Option<String>,
}

impl Registrable {
    /// Returns the `deviceData` text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the `deviceCode` that the device will have: from the device master for
    /// `Registration` (kernel), or its old one if it was retired (partner management). `None` where
    /// the server makes one up.
    #[must_use]
    pub fn device_code(&self) -> Option<&str> {
        self.device_code.as_deref()
    }

    /// Decodes the request.
    ///
    /// # Errors
    ///
    /// As [`DeviceData::decode`], which wants every member of a digital id, where a server lets
    /// make and model be absent.
    pub fn device_data(&self) -> Result<DeviceData, Error> {
        DeviceData::decode(self.text.as_bytes(), &self.limits)
    }

    /// Returns what an authentic answer to this request says: registered, this digital id, this
    /// `timeStamp` (which servers from 1.0.7 on repeat), and the device code where it is known.
    ///
    /// # Errors
    ///
    /// As [`device_data`](Self::device_data).
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::mosip::rules::{
    ///     DeviceDetail, Records, RegistrationRules, Server, TimeRule,
    /// };
    /// # use countersign::mosip::registration::{Era, Verifier};
    /// # use countersign::testkit::{Issuer, Rng, RsaIssuer, mosip};
    /// # use countersign::encoding::{base64, json::Object};
    /// # use countersign::jose::Jwk;
    /// # use countersign::{Limits, Policy, Time};
    /// # let id = mosip::digital_id("1801160992");
    /// # let info = Object::new().with("certification", "L0").with("firmware", "1")
    /// #     .with("timeStamp", "2020-01-13T12:50:42.208Z")
    /// #     .with("digitalId", base64::encode_standard(id.to_string().as_bytes()));
    /// # let data = Object::new().with("deviceId", "d").with("purpose", "Auth")
    /// #     .with("deviceInfo", info).with("foundationalTrustProviderId", "");
    /// # let request = base64::encode_standard(data.to_string().as_bytes());
    /// # let mut records = Records::default();
    /// # records.providers.push(countersign::mosip::rules::Provider {
    /// #     id: id.string("", "deviceProviderId")?.into(), name: id.string("", "deviceProvider")?.into(),
    /// #     ..Default::default() });
    /// # let code = |name| countersign::mosip::rules::TypeCode {
    /// #     code: id.member(name).unwrap().as_str().unwrap().into(), ..Default::default() };
    /// # records.device_types.push(code("type"));
    /// # records.device_sub_types.push(code("subType"));
    /// # let now = Time::parse_rfc3339("2020-01-13T12:51:00Z")?;
    /// # let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
    /// # let key = Jwk::parse(issuer.jwk().to_string().as_bytes(), &Limits::default())?;
    /// # let verifier = Verifier::new(key.into(), Policy::default());
    /// # let time = "2020-01-13T12:50:42.208Z";
    /// # let payload = mosip::payload(&issuer, Era::B, &id, "c", "Staging", time).unwrap();
    /// # let answer = mosip::token(&issuer, Era::B, payload.as_bytes()).unwrap();
    /// let rules = RegistrationRules::new(Server::Kernel, TimeRule::default());
    /// let request = rules.verify(request.as_bytes(), &records, now)?;
    /// let registration = verifier.verify(answer.as_bytes(), &request.expected_answer()?, now)?;
    /// assert_eq!(registration.digital_id().unwrap().serial_no, "1801160992");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn expected_answer(&self) -> Result<registration::Expected, Error> {
        let data = self.device_data()?;
        let mut expected = registration::Expected::new().status(Status::Registered).request(&data);
        if let Some(time) = &data.device_info.time_stamp {
            expected = expected.time_stamp(time.text());
        }
        if let Some(code) = &self.device_code {
            expected = expected.device_code(code.as_str());
        }
        Ok(expected)
    }

    fn claims(&self) -> Object<'static> {
        self.claims.clone()
    }
}
