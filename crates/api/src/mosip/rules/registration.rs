//! The rules of `POST /registereddevices`.

use super::clock::milliseconds;
use super::dialect::{Dialect, REGISTRATION, Slip};
use super::length::{ID, NAME, SERIAL, missing};
use super::reading::{Misread, Reader, is_blank, text_in, trim};
use super::records::{DeviceStatus, Records, TypeCode};
use super::records::{Row as _, Rows, first};
use super::refusal::Refusal;
use super::server::{Server, TimeRule};
use super::stages::{RECORDS, RULES, Stages, Until};
use crate::mosip::error_code::{ErrorCode, ServiceError};
use countersign::encoding::Fault;
use countersign::encoding::json::{Object, Value};
use countersign::mosip::device::{DeviceData, Purpose};
use countersign::mosip::registration::{self, Status};
use countersign::{Check, Error, Limits, Report, Time, Trail};

const REQUEST: &str = "request";
const DEVICE_DATA: &str = "deviceData";
const DEVICE_INFO: &str = "deviceInfo";
const DIGITAL_ID: &str = "digitalId";
const TRUST_PROVIDER: &str = "foundationalTrustProviderId";
const UNREADABLE: &str = "what it is about cannot be read";

/// Decides on registration requests as a server does.
///
/// Checked by the kernel, in this order: the body and the JSON of `deviceData`; its members, where
/// `deviceInfo`, its `certification` and `foundationalTrustProviderId` must be present and L1 needs
/// a provider that is not blank; the time window; the members of `deviceInfo`; the digital ID, and
/// its members; an active provider of this id and name; the type; the sub-type; no active device
/// with this provider and serial number; for `Registration`, a serial number of the device master.
/// Partner management has its own order, requires all members of a digital ID and `deviceSubId`,
/// and looks for a device detail instead.
///
/// *Not* checked: signatures, which partner management would verify. Every report therefore warns
/// that the request is [`Unauthenticated`](countersign::Warning::Unauthenticated).
///
/// Sources: mosip/commons 1.0.7 and v1.1.3 and mosip/admin-services v1.3.0,
/// `service/impl/RegisteredDeviceServiceImpl.signedRegisteredDevice`,
/// `validator/registereddevice/{FoundationalValidator,PurposeValidator,CertificateLevelValidator}`;
/// mosip/partner-management-services v1.1.5,
/// `device/{authdevice,regdevice}/service/impl/{RegisteredDeviceServiceImpl,RegRegisteredDeviceServiceImpl}`.
///
/// ```
/// use countersign_api::mosip::ErrorCode;
/// use countersign_api::mosip::rules::{
///     KernelVersion, Provider, Records, RegistrationRules, Server, TimeRule, TypeCode,
/// };
/// use countersign::encoding::base64::encode_standard;
/// use countersign::{Code, Time};
///
/// let digital_id = encode_standard(
///     br#"{"serialNo":"1801160992","deviceProvider":"SYNCBYTE","deviceProviderId":"SYNCBYTE.MC01A",
///     "make":"MC01A","model":"SMIDCL","dateTime":"2020-01-13T07:20:42.195Z","type":"Fingerprint",
///     "subType":"Single"}"#,
/// );
/// let device_data = format!(
///     r#"{{"deviceId":"70959dd5-e45f-438a-9ff8-9b263908e572","purpose":"AUTH","deviceInfo":{{
///     "deviceSubId":"1","certification":"L0","digitalId":"{digital_id}","firmware":"firmware",
///     "deviceExpiry":"2020-01-13T12:50:42.196Z","timeStamp":"2020-01-13T12:50:42.208Z"}},
///     "foundationalTrustProviderId":""}}"#,
/// );
/// let request = format!(
///     r#"{{"id":"io.mosip.masterdata.device.create","version":"v1","metadata":{{}},
///     "requesttime":"2020-02-16T09:13:59.522Z","request":{{"deviceData":"{}"}}}}"#,
///     encode_standard(device_data.as_bytes()),
/// );
/// let request = request.as_bytes();
///
/// let mut records = Records::default();
/// records.providers.push(Provider {
///     id: "SYNCBYTE.MC01A".into(),
///     name: "SYNCBYTE".into(),
///     ..Provider::default()
/// });
/// records.device_types.push(TypeCode { code: "Fingerprint".into(), ..TypeCode::default() });
///
/// // The request of 2020 says `subType`, which later kernels do not know.
/// let server = Server::Kernel { version: KernelVersion::V1_0_7 };
/// let rules = RegistrationRules::new(server, TimeRule::Plus(5));
/// let soon = Time::parse_rfc3339("2020-01-13T12:51:00Z")?;
/// let refusal = rules.answer(request, &records, soon).unwrap_err();
/// assert_eq!(refusal.errors()[0].code, ErrorCode::AdmDpm027);
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

    /// Chooses a server and its configured time rule.
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
    /// The first failing check: [`Error::ValidationFailed`] with the server's codes for a rule or a
    /// table, [`Error::TimestampWindow`] for the time, and the errors of malformed text.
    pub fn verify(
        &self,
        request: &[u8],
        records: &Records,
        now: Time,
    ) -> Result<Registrable, Error> {
        let mut trail = Trail::first_failure();
        let mut stages = Stages::new(&mut trail, Until::TheTrailEnds);
        let made = self.decide(&mut stages, request, records, now);
        trail.settle(made).ok_or_else(|| trail.into_error())
    }

    /// Judges a request, and reports every check.
    ///
    /// The verdict is that of [`verify`](Self::verify). The hints give the server's answer with its
    /// HTTP status, or `stricter-than-server` if only this library refuses.
    #[must_use]
    pub fn explain(&self, request: &[u8], records: &Records, now: Time) -> Report {
        let mut trail = Trail::everything();
        let mut stages = Stages::new(&mut trail, Until::TheTrailEnds);
        let made = self.decide(&mut stages, request, records, now);
        let made = trail.settle(made);
        trail.into_report(Self::KIND, request, made.as_ref().map(Registrable::claims))
    }

    /// Judges a request, and returns the server's answer.
    ///
    /// # Errors
    ///
    /// The server's refusal, or why this library refuses a request that the server accepts.
    pub fn answer(
        &self,
        request: &[u8],
        records: &Records,
        now: Time,
    ) -> Result<Registrable, Refusal> {
        let mut trail = Trail::first_failure();
        let mut stages = Stages::new(&mut trail, Until::TheServerRefuses);
        let made = self.decide(&mut stages, request, records, now);
        stages.answer(made)
    }

    fn decide(
        &self,
        stages: &mut Stages<'_>,
        request: &[u8],
        records: &Records,
        now: Time,
    ) -> Option<Registrable> {
        stages.trail.at(Some(now));
        stages.say_nothing_is_verified();
        let dialect = Dialect::of(self.server);
        let mut reader = Reader::new(dialect, &self.limits);
        let opened = self.open(stages, &mut reader, request);
        let Some((text, data)) = opened else {
            let left = [RULES, Check::WINDOW, Check::DIGITAL_ID, RECORDS];
            stages.trail.skip_all(&left, UNREADABLE);
            return None;
        };
        if !stages.end() {
            return None;
        }
        let findings = data.rules(self.server, dialect);
        stages.check(RULES, 200, findings, "members of deviceData");
        if !stages.end() {
            return None;
        }
        let info = self.info(stages, &mut reader, &data);
        let Some(info) = info else {
            let left = [Check::WINDOW, RULES, Check::DIGITAL_ID, RECORDS];
            stages.trail.skip_all(&left, UNREADABLE);
            return None;
        };
        if !stages.end() {
            return None;
        }
        match self.server {
            Server::Kernel { .. } => self.kernel_info(stages, &info, now)?,
            Server::PartnerManagement => self.partner_info(stages, &data, &info, now)?,
        }
        let id = self.id(stages, &mut reader, &info);
        let Some(id) = id else {
            stages.trail.skip_all(&[RULES, RECORDS], UNREADABLE);
            return None;
        };
        let findings = id.rules(self.server, dialect);
        stages.check(RULES, 200, findings, "members of the digital ID");
        if !stages.end() {
            return None;
        }
        let device_code = match self.server {
            Server::Kernel { .. } => kernel_tables(stages, &data, &id, records)?,
            Server::PartnerManagement => partner_tables(stages, &data, &info, &id, records)?,
        };
        Some(Registrable { text, limits: self.limits, claims: claims(&data, &id), device_code })
    }

    /// Takes the request apart down to the members of `deviceData`.
    fn open(
        &self,
        stages: &mut Stages<'_>,
        reader: &mut Reader<'_>,
        request: &[u8],
    ) -> Option<(String, Data)> {
        let dialect = Dialect::of(self.server);
        let text = if request.trim_ascii_start().starts_with(b"{") {
            let body = reader.object(REQUEST, REGISTRATION, request);
            let body =
                stages.read(Check::INPUT, reader, &dialect.body, body, "the body is JSON")?;
            let absent = Error::MissingMember { part: REQUEST, member: DEVICE_DATA };
            let Some(request) = body.member(REQUEST).and_then(Value::as_object) else {
                let absent = Error::MissingMember { part: REQUEST, member: REQUEST };
                let message = "request is missing".to_owned();
                stages.reply(Check::INPUT, absent, &dialect.incomplete, message);
                return None;
            };
            let text = text_in(request, DEVICE_DATA);
            match (self.server, text) {
                (Server::Kernel { .. }, Some(text)) => text,
                (Server::Kernel { .. }, None) => {
                    let message = format!("{absent}");
                    stages.reply(Check::INPUT, absent, dialect.inner.to(Slip::Crash), message);
                    return None;
                }
                (Server::PartnerManagement, text) => match text.filter(|text| !is_blank(text)) {
                    Some(text) => text,
                    None => {
                        let message = "deviceData is missing or blank".to_owned();
                        stages.reply(Check::INPUT, absent, &dialect.incomplete, message);
                        return None;
                    }
                },
            }
        } else {
            let utf8 = core::str::from_utf8(request).map(ToOwned::to_owned);
            let not_utf8 = Error::Malformed { part: DEVICE_DATA, fault: Fault::Utf8 };
            let text = utf8.map_err(|_| Misread::Ours(not_utf8));
            stages.read(Check::INPUT, reader, &dialect.body, text, "the text of deviceData")?
        };
        let parts = match self.server {
            Server::Kernel { .. } => 2,
            Server::PartnerManagement => 3,
        };
        let payload = reader.payload(&text, parts);
        let data = reader.encoded(DEVICE_DATA, dialect.device_data, payload);
        let read = stages.read(Check::INPUT, reader, &dialect.inner, data, "`deviceData` is JSON");
        let data = Data(read?);
        Some((text, data))
    }

    /// Takes `deviceInfo` out of `deviceData`, where the kernel has read it already.
    fn info(&self, stages: &mut Stages<'_>, reader: &mut Reader<'_>, data: &Data) -> Option<Info> {
        let dialect = Dialect::of(self.server);
        let members = match data.0.member(DEVICE_INFO) {
            Some(Value::Object(members)) => members.clone(),
            _ => {
                let text = text_in(&data.0, DEVICE_INFO)?;
                let payload = reader.payload(&text, 3);
                let info = reader.encoded(DEVICE_INFO, dialect.device_info, payload);
                stages.read(Check::INPUT, reader, &dialect.inner, info, "`deviceInfo` is JSON")?
            }
        };
        Some(Info::read(&members, dialect))
    }

    fn kernel_info(&self, stages: &mut Stages<'_>, info: &Info, now: Time) -> Option<()> {
        let dialect = Dialect::of(self.server);
        match &info.time_stamp {
            Some(signed) => self.window(stages, signed, now),
            // The server runs into it.
            None => {
                let member = dialect.time_stamp;
                let absent = Error::MissingMember { part: DEVICE_INFO, member };
                let message = format!("{member} is missing");
                stages.reply(Check::WINDOW, absent, dialect.inner.to(Slip::Crash), message);
            }
        }
        if !stages.end() {
            return None;
        }
        stages.check(RULES, 200, info.rules(dialect), "members of deviceInfo");
        stages.end().then_some(())
    }

    fn partner_info(
        &self,
        stages: &mut Stages<'_>,
        data: &Data,
        info: &Info,
        now: Time,
    ) -> Option<()> {
        let dialect = Dialect::of(self.server);
        if info.certification.is_none() {
            let absent = Error::MissingMember { part: DEVICE_INFO, member: "certification" };
            let message = "certification is missing".to_owned();
            stages.reply(RULES, absent, dialect.inner.to(Slip::Crash), message);
            if !stages.end() {
                return None;
            }
        }
        // The server collects what these three find.
        let needs_provider = info.is_l1() && data.trust_provider().is_none_or(|id| is_blank(&id));
        let findings = needs_provider.then(|| {
            let reason = "L1 needs a foundationalTrustProviderId";
            ServiceError::new(ErrorCode::PmsAut030, reason)
        });
        let findings = findings.into_iter().collect();
        stages.check(RULES, 200, findings, "trust provider, for L1");
        match &info.time_stamp {
            Some(signed) => self.window(stages, signed, now),
            None => {
                let member = dialect.time_stamp;
                let absent = Error::MissingMember { part: DEVICE_INFO, member };
                let findings = vec![missing(&ErrorCode::PmsAut031, member)];
                stages.fail(Check::WINDOW, absent, 200, findings);
            }
        }
        stages.check(RULES, 200, info.rules(dialect), "members of deviceInfo");
        stages.end().then_some(())
    }

    /// Opens the digital id, which the kernel takes as base64 only.
    fn id(&self, stages: &mut Stages<'_>, reader: &mut Reader<'_>, info: &Info) -> Option<Id> {
        let dialect = Dialect::of(self.server);
        let Some(text) = &info.digital_id else {
            let absent = Error::MissingMember { part: DEVICE_INFO, member: DIGITAL_ID };
            let message = "digitalId is missing".to_owned();
            stages.reply(Check::DIGITAL_ID, absent, dialect.inner.to(Slip::Crash), message);
            stages.end();
            return None;
        };
        let payload = match self.server {
            Server::Kernel { .. } => text,
            Server::PartnerManagement => reader.payload(text, 3),
        };
        let id = reader.encoded(DIGITAL_ID, dialect.digital_id, payload);
        let passed = "the digital ID is JSON";
        let id = stages.read(Check::DIGITAL_ID, reader, &dialect.inner, id, passed);
        stages.end();
        Some(Id::read(&id?, dialect))
    }

    fn window(&self, stages: &mut Stages<'_>, signed: &Signed, now: Time) {
        if self.time == TimeRule::Unchecked {
            return stages.trail.skip(Check::WINDOW, "the server has no time rule");
        }
        if self.time.accepts(signed.milliseconds, now) {
            let Signed { text, .. } = signed;
            return stages.trail.pass(Check::WINDOW, || format!("made at {text}, judged at {now}"));
        }
        let code = match self.server {
            Server::Kernel { .. } => ErrorCode::MsdRds001,
            Server::PartnerManagement => self.time.partner_code(signed.milliseconds, now),
        };
        let finding = ServiceError::new(code, "the time of the request is outside the window");
        let error = Error::TimestampWindow { signed: signed.time, at: now };
        let status = Dialect::of(self.server).service_status;
        stages.fail(Check::WINDOW, error, status, vec![finding]);
    }
}

/// Searches the kernel's tables. `Some(None)` is a device whose code the server will make up.
fn kernel_tables(
    stages: &mut Stages<'_>,
    data: &Data,
    id: &Id,
    records: &Records,
) -> Option<Option<String>> {
    let is = |own: &Option<String>, text: &str| own.as_deref() == Some(text);
    let provider = first(&records.providers, Rows::ActiveAndKept, |row| {
        is(&id.provider_id, &row.id) && is(&id.provider, &row.name)
    });
    stages.find(provider, ErrorCode::AdmDpm032, "an active provider of this id and name");
    if !stages.end() {
        return None;
    }
    let is_type = |row: &TypeCode| is(&id.device_type, &row.code);
    let kind = first(&records.device_types, Rows::ActiveAndKept, is_type);
    stages.find(kind, ErrorCode::AdmDpm026, "an active type of this code");
    if !stages.end() {
        return None;
    }
    let is_sub_type = |row: &TypeCode| is(&id.device_sub_type, &row.code);
    let kind = first(&records.device_sub_types, Rows::ActiveAndKept, is_sub_type);
    stages.find(kind, ErrorCode::AdmDpm027, "an active sub-type of this code");
    if !stages.end() {
        return None;
    }
    let twin = first(&records.devices, Rows::Active, |row| {
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
    stages: &mut Stages<'_>,
    data: &Data,
    info: &Info,
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
    if let Some(provider) = data.trust_provider().filter(|id| !id.is_empty()) {
        let known = records.foundational_trust_providers.iter().find(|id| **id == provider);
        stages.find(known, ErrorCode::PmsAut019, "the foundational trust provider");
        if !stages.end() {
            return None;
        }
    }
    // Its query for registration devices returns deleted ones as well.
    let rows = match data.purpose() {
        Some(Purpose::Registration) => Rows::All,
        _ => Rows::Kept,
    };
    let mut same = records.devices.iter().filter(|row| {
        row.is_one_of(rows)
            && fits(&row.make, &row.model, &row.provider_id, &row.device_sub_type, &row.device_type)
            && is(&id.serial_no, &row.serial_no)
    });
    let is_registered = |row: &super::records::Device| {
        row.activity == super::records::Activity::Active && row.status == DeviceStatus::Registered
    };
    let new = (!same.clone().any(is_registered)).then_some(());
    stages.find(new, ErrorCode::PmsAut015, "a serial number that is not registered");
    if !stages.end() {
        return None;
    }
    if info.sub_ids == SubIds::Absent {
        let absent = Error::MissingMember { part: DEVICE_INFO, member: "deviceSubId" };
        let reply = Dialect::of(Server::PartnerManagement).inner.to(Slip::Crash);
        stages.reply(RULES, absent, reply, "deviceSubId is missing".to_owned());
        if !stages.end() {
            return None;
        }
    }
    let returns = same.find(|row| {
        row.activity == super::records::Activity::Inactive && row.status == DeviceStatus::Retired
    });
    Some(returns.map(|row| row.code.clone()))
}

/// The members of `deviceData`.
struct Data(Object<'static>);

impl Data {
    fn purpose(&self) -> Option<Purpose> {
        text_in(&self.0, "purpose").map(|purpose| Purpose::from(purpose.as_str()))
    }

    fn trust_provider(&self) -> Option<String> {
        text_in(&self.0, TRUST_PROVIDER)
    }

    fn rules(&self, server: Server, dialect: &Dialect) -> Vec<ServiceError> {
        let code = &dialect.rule;
        let mut findings = Vec::new();
        let device_id = text_in(&self.0, "deviceId");
        findings.extend(ID.check_between(dialect.ends, code, "deviceId", device_id.as_deref()));
        if !matches!(self.purpose(), Some(Purpose::Auth | Purpose::Registration)) {
            let rule = "purpose must be Auth or Registration";
            findings.push(ServiceError::new(code.clone(), rule));
        }
        match server {
            Server::Kernel { .. } => findings.extend(self.whole(dialect)),
            Server::PartnerManagement => {
                let info = self.0.member(DEVICE_INFO).filter(|info| **info != Value::Null);
                findings.extend(info.is_none().then(|| missing(code, DEVICE_INFO)));
            }
        }
        findings
    }

    /// The kernel's one rule for the whole object.
    fn whole(&self, dialect: &Dialect) -> Option<ServiceError> {
        let code = &dialect.rule;
        let Some(info) = self.0.member(DEVICE_INFO).and_then(Value::as_object) else {
            return Some(missing(code, DEVICE_INFO));
        };
        let info = Info::read(info, dialect);
        if info.certification.is_none() {
            return Some(missing(code, "certification"));
        }
        match self.trust_provider() {
            None => Some(missing(code, TRUST_PROVIDER)),
            Some(provider) if info.is_l1() && is_blank(&provider) => {
                Some(ServiceError::new(code.clone(), "L1 needs a foundationalTrustProviderId"))
            }
            Some(_) => None,
        }
    }
}

/// The time of a request, in the servers' pattern.
struct Signed {
    text: String,
    time: Time,
    milliseconds: i64,
}

/// Whether `deviceSubId` is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SubIds {
    Absent,
    Present,
}

/// The members of `deviceInfo`, as far as rules look at them.
struct Info {
    sub_ids: SubIds,
    certification: Option<String>,
    digital_id: Option<String>,
    firmware: Option<String>,
    time_stamp: Option<Signed>,
}

impl Info {
    fn read(object: &Object<'_>, dialect: &Dialect) -> Self {
        let text = |member| text_in(object, member);
        let signed = |text: String| {
            let read = trim(&text);
            let (time, milliseconds) = (Time::parse_rfc3339(read).ok()?, milliseconds(read)?);
            Some(Signed { time, milliseconds, text })
        };
        let sub_ids = match object.member("deviceSubId") {
            None | Some(Value::Null) => SubIds::Absent,
            Some(_) => SubIds::Present,
        };
        Self {
            sub_ids,
            certification: text("certification"),
            digital_id: text(DIGITAL_ID),
            firmware: text("firmware"),
            time_stamp: text(dialect.time_stamp).and_then(signed),
        }
    }

    fn is_l1(&self) -> bool {
        self.certification.as_deref() == Some("L1")
    }

    fn rules(&self, dialect: &Dialect) -> Vec<ServiceError> {
        let code = &dialect.rule;
        let mut findings = Vec::new();
        let level = self.certification.as_deref();
        if !level.is_some_and(|level| dialect.levels.contains(&level)) {
            let rule = format!("certification must be one of {}", dialect.levels.join(", "));
            findings.push(ServiceError::new(code.clone(), rule));
        }
        match self.firmware.as_deref() {
            None => findings.push(missing(code, "firmware")),
            firmware => {
                findings.extend(NAME.check_between(dialect.ends, code, "firmware", firmware));
            }
        }
        findings
    }
}

/// The members of a digital id. The kernel's rules accept an absent one; the tables do not.
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
    fn read(object: &Object<'_>, dialect: &Dialect) -> Self {
        let text = |member| text_in(object, member);
        Self {
            serial_no: text("serialNo"),
            provider: text("deviceProvider"),
            provider_id: text("deviceProviderId"),
            make: text("make"),
            model: text("model"),
            device_type: text("type"),
            device_sub_type: text(dialect.sub_type),
        }
    }

    fn rules(&self, server: Server, dialect: &Dialect) -> Vec<ServiceError> {
        let rules = [
            (&SERIAL, "serialNo", &self.serial_no),
            (&NAME, "deviceProvider", &self.provider),
            (&ID, "deviceProviderId", &self.provider_id),
            (&ID, "make", &self.make),
            (&ID, "model", &self.model),
            (&ID, "type", &self.device_type),
            (&ID, dialect.sub_type, &self.device_sub_type),
        ];
        let code = &dialect.rule;
        let mut findings = Vec::new();
        for (length, member, text) in rules {
            let text = text.as_deref();
            // Partner management has two rules for each.
            if server == Server::PartnerManagement && text.is_none_or(is_blank) {
                findings.push(ServiceError::new(code.clone(), format!("{member} is blank")));
            }
            findings.extend(length.check_between(dialect.ends, code, member, text));
        }
        findings
    }
}

fn claims(data: &Data, id: &Id) -> Object<'static> {
    let purpose = text_in(&data.0, "purpose");
    let members = [
        ("purpose", &purpose),
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

/// A registration request that a server would accept. Only [`RegistrationRules`] creates one.
///
/// Acceptable does not mean authentic: nothing here shows who sent it.
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
    /// `Registration` (kernel), or its old one if it was retired (partner management). `None` if
    /// the server generates one.
    #[must_use]
    pub fn device_code(&self) -> Option<&str> {
        self.device_code.as_deref()
    }

    /// Decodes the request.
    ///
    /// # Errors
    ///
    /// The same as [`DeviceData::decode`], which requires every member of a digital ID, while the
    /// kernel accepts missing `make`, `model` and `dateTime`.
    pub fn device_data(&self) -> Result<DeviceData, Error> {
        DeviceData::decode(self.text.as_bytes(), &self.limits)
    }

    /// Returns the expectations for an authentic answer to this request: registered, this digital
    /// ID, this `timeStamp` (which servers from 1.0.7 on repeat), and the device code if known.
    ///
    /// # Errors
    ///
    /// The same as [`device_data`](Self::device_data).
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_api::mosip::rules::{
    ///     KernelVersion, Records, RegistrationRules, Server, TimeRule,
    /// };
    /// # use countersign::mosip::registration::{Era, Verifier};
    /// # use countersign_testkit::{Issuer, Rng, RsaIssuer, mosip};
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
    /// # records.providers.push(countersign_api::mosip::rules::Provider {
    /// #     id: id.string("", "deviceProviderId")?.into(), name: id.string("", "deviceProvider")?.into(),
    /// #     ..Default::default() });
    /// # let code = |name| countersign_api::mosip::rules::TypeCode {
    /// #     code: id.member(name).unwrap().as_str().unwrap().into(), ..Default::default() };
    /// # records.device_types.push(code("type"));
    /// # records.device_sub_types.push(code("subType"));
    /// # let server = Server::Kernel { version: KernelVersion::V1_0_7 };
    /// # let now = Time::parse_rfc3339("2020-01-13T12:51:00Z")?;
    /// # let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, None).unwrap();
    /// # let key = Jwk::parse(issuer.jwk().to_string().as_bytes(), &Limits::default())?;
    /// # let verifier = Verifier::new(key.into(), Policy::default());
    /// # let time = "2020-01-13T12:50:42.208Z";
    /// # let payload = mosip::payload(&issuer, Era::B, &id, "c", "Staging", time).unwrap();
    /// # let answer = mosip::token(&issuer, Era::B, payload.as_bytes()).unwrap();
    /// let rules = RegistrationRules::new(server, TimeRule::default());
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
