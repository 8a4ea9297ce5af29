//! The rules of `POST /deviceprovidermanagement/validate`.

use super::clock::{milliseconds, resolves};
use super::dialect::{Dialect, Ends, IdRules, Slip};
use super::length::{ID, NAME, SERIAL, missing};
use super::reading::{Reader, is_blank, text_in};
use super::records::{Device, DeviceStatus, Records};
use super::records::{Row, Rows, first, newest_at};
use super::refusal::Refusal;
use super::server::{KernelVersion, Server};
use super::stages::{RECORDS, RULES, Stages, Until};
use crate::mosip::error_code::{ErrorCode, ServiceError};
use countersign::encoding::Fault;
use countersign::encoding::json::{Object, Value};
use countersign::{Check, Error, Limits, Report, Time, Trail};

const PART: &str = "request";
const DIGITAL_ID: &str = "digitalId";
const UNREADABLE: &str = "the request cannot be read";
const NO_TIME: &str = "the time of judgement cannot be read";

/// Decides on validation requests as a server does: whether a device matches its claims.
///
/// Checked by the kernel, in this order: the body; its members, of which code, version and, if
/// there is a digital ID, all of its members must not be blank; an active device of this code (and
/// purpose, if one is named); its status; an active provider; an active device service of this
/// version; one for this device; then make, model, provider id and name, serial number, type and
/// sub-type, with one error for each that differs. A request with a `timeStamp` is judged by the
/// history tables as of that time. A blank `timeStamp` or `purpose` counts as absent. A request
/// without a digital ID gets as far as the device, and then causes an unexpected error of the
/// server.
///
/// Partner management has its own code for an incomplete body, and sends it once. It does not look
/// up a service of the device or compare the provider name; in its history it does not look up a
/// provider or compare the serial number either. It only knows devices for registration.
///
/// `timestamp`, as the documentation spells it, is an unknown member, which the kernel refuses.
/// Partner management ignores it and uses the current time, and the report says so. Nothing in a
/// request is signed, so every report warns that it is
/// [`Unauthenticated`](countersign::Warning::Unauthenticated).
///
/// Sources: mosip/commons 1.0.7, 1.0.10 and v1.1.3 and mosip/admin-services v1.3.0,
/// `service/impl/DeviceProviderServiceImpl`, `dto/{ValidateDeviceDto,DigitalIdDto}` and the queries
/// of `repository`; mosip/partner-management-services v1.1.5,
/// `device/regdevice/service/impl/DeviceValidationServiceImpl` and `device/request/dto`.
///
/// ```
/// use countersign_api::mosip::ErrorCode;
/// use countersign_api::mosip::rules::{KernelVersion, Records, Server, ValidationRules};
///
/// let request = br#"{"request": {"deviceCode": "c", "deviceServiceVersion": "1"}}"#;
/// let rules = ValidationRules::new(Server::Kernel { version: KernelVersion::V1_2_0 });
/// let refusal = rules.answer(request, &Records::default()).unwrap_err();
/// assert_eq!(refusal.errors()[0].code, ErrorCode::AdmDpm001);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ValidationRules {
    server: Server,
    limits: Limits,
}

/// A device that a server would call valid. Only [`ValidationRules`] creates one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidDevice {
    device: Device,
    as_at: Option<Time>,
}

impl ValidDevice {
    /// Returns the row of the device.
    #[must_use]
    pub const fn device(&self) -> &Device {
        &self.device
    }

    /// Returns the time of the history by which it was judged; `None` for the current time.
    #[must_use]
    pub const fn as_at(&self) -> Option<Time> {
        self.as_at
    }

    fn claims(&self) -> Object<'static> {
        let claims = Object::new()
            .with("deviceCode", self.device.code.clone())
            .with("serialNo", self.device.serial_no.clone());
        match self.as_at {
            Some(time) => claims.with("timeStamp", format!("{time}")),
            None => claims,
        }
    }
}

impl ValidationRules {
    /// The kind in reports.
    pub const KIND: &'static str = "mosip-validation-request";

    /// Chooses a server.
    #[must_use]
    pub fn new(server: Server) -> Self {
        Self { server, limits: Limits::default() }
    }

    /// Chooses the limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Judges a request, as the whole body.
    ///
    /// # Errors
    ///
    /// The first failing check: [`Error::ValidationFailed`] with the server's codes, or the errors
    /// of malformed text.
    pub fn verify(&self, request: &[u8], records: &Records) -> Result<ValidDevice, Error> {
        let mut trail = Trail::first_failure();
        let made = self.decide(&mut Stages::new(&mut trail, Until::TheTrailEnds), request, records);
        trail.settle(made).ok_or_else(|| trail.into_error())
    }

    /// Judges a request, and reports every check.
    ///
    /// The verdict is that of [`verify`](Self::verify). The hints give the server's answer with its
    /// HTTP status, or `stricter-than-server` if only this library refuses.
    #[must_use]
    pub fn explain(&self, request: &[u8], records: &Records) -> Report {
        let mut trail = Trail::everything();
        let made = self.decide(&mut Stages::new(&mut trail, Until::TheTrailEnds), request, records);
        let made = trail.settle(made);
        trail.into_report(Self::KIND, request, made.as_ref().map(ValidDevice::claims))
    }

    /// Judges a request, and returns the server's answer.
    ///
    /// # Errors
    ///
    /// The server's refusal, or why this library refuses a request that the server accepts.
    pub fn answer(&self, request: &[u8], records: &Records) -> Result<ValidDevice, Refusal> {
        let mut trail = Trail::first_failure();
        let mut stages = Stages::new(&mut trail, Until::TheServerRefuses);
        let made = self.decide(&mut stages, request, records);
        stages.answer(made)
    }

    fn decide(
        &self,
        stages: &mut Stages<'_>,
        request: &[u8],
        records: &Records,
    ) -> Option<ValidDevice> {
        stages.say_nothing_is_verified();
        let Some(claim) = self.read(stages, request) else {
            stages.trail.skip_all(&[RULES, RECORDS, Check::CONTENT], UNREADABLE);
            return None;
        };
        if !stages.end() {
            return None;
        }
        self.rules(stages, &claim);
        if !stages.end() {
            return None;
        }
        let as_at = match claim.time_stamp.as_deref() {
            None => None,
            Some(text) => {
                let time = self.as_at(stages, text);
                stages.end();
                if time.is_none() {
                    stages.trail.skip_all(&[RECORDS, Check::CONTENT], NO_TIME);
                    return None;
                }
                time
            }
        };
        stages.trail.at(as_at);
        let device = self.tables(stages, &claim, records, as_at);
        let Some(device) = device else {
            stages.trail.skip(Check::CONTENT, "no device to compare with");
            return None;
        };
        if !stages.end() {
            return None;
        }
        // Where it is not, that was said before.
        if claim.id.is_some() {
            let findings = claim.differences(device, self.server, as_at).map(|member| {
                let message = format!("{member} differs from the registered one");
                ServiceError::new(ErrorCode::AdmDpm008, message)
            });
            let passed = "every member matches the registered one";
            stages.check(Check::CONTENT, 200, findings.collect(), passed);
            stages.end();
        }
        Some(ValidDevice { device: device.clone(), as_at })
    }

    fn read(&self, stages: &mut Stages<'_>, request: &[u8]) -> Option<Claim> {
        let dialect = Dialect::of(self.server);
        let mut reader = Reader::new(dialect, &self.limits);
        let body = reader.object(PART, dialect.validation, request);
        let passed = "the request is JSON";
        let body = stages.read(Check::INPUT, &mut reader, &dialect.body, body, passed)?;
        match body.member(PART).and_then(Value::as_object) {
            Some(request) => Some(Claim::read(request, dialect)),
            None => {
                let absent = Error::MissingMember { part: PART, member: PART };
                let message = "request is missing".to_owned();
                stages.reply(Check::INPUT, absent, &dialect.incomplete, message);
                None
            }
        }
    }

    fn rules(&self, stages: &mut Stages<'_>, claim: &Claim) {
        let dialect = Dialect::of(self.server);
        let mut findings = claim.rules(dialect);
        if self.server == Server::PartnerManagement {
            findings.truncate(1);
        }
        let passed = "code, version and digital ID are complete";
        stages.check(RULES, dialect.incomplete.status, findings, passed);
        if claim.misspelt_time {
            stages
                .trail
                .hint(|| Some("servers ignore `timestamp` and use the current time".into()));
        }
    }

    /// Reads the time to judge by.
    fn as_at(&self, stages: &mut Stages<'_>, text: &str) -> Option<Time> {
        let error = Error::Malformed { part: "timeStamp", fault: Fault::Time };
        if milliseconds(text).is_some() {
            return Time::parse_rfc3339(text).ok();
        }
        if resolves(text) {
            stages.object(RULES, error);
            return None;
        }
        match self.server {
            Server::Kernel { .. } => {
                let finding = ServiceError::new(ErrorCode::KerMsd039, format!("{error}"));
                stages.fail(RULES, error, 200, vec![finding]);
            }
            Server::PartnerManagement => {
                let (reply, message) = (self.crash(), format!("{error}"));
                stages.reply(RULES, error, reply, message);
            }
        }
        None
    }

    const fn crash(&self) -> &'static super::dialect::Reply {
        Dialect::of(self.server).inner.to(Slip::Crash)
    }

    /// Searches the tables, of the present or of the history.
    fn tables<'r>(
        &self,
        stages: &mut Stages<'_>,
        claim: &Claim,
        records: &'r Records,
        as_at: Option<Time>,
    ) -> Option<&'r Device> {
        let history = &records.history;
        let is_meant = |row: &Device| {
            row.code == claim.device_code
                && claim
                    .purpose
                    .as_ref()
                    .is_none_or(|wanted| wanted.eq_ignore_ascii_case(&row.purpose))
        };
        let device = search(&records.devices, Rows::Active, &history.devices, as_at, is_meant);
        let device = stages.find(device, ErrorCode::AdmDpm001, "an active device of this code");
        if !stages.end() {
            return None;
        }
        let status = device.filter(|device| device.status.is(&DeviceStatus::Registered));
        stages.find(status, ErrorCode::AdmDpm002, "a device that is registered");
        if !stages.end() {
            return None;
        }
        let partner = self.server == Server::PartnerManagement;
        let compares_first = partner && as_at.is_some();
        if !compares_first {
            self.id_is_there(stages, claim);
            if !stages.end() {
                return None;
            }
            let is_it =
                |row: &super::records::Provider| claim.member("dpId") == Some(row.id.as_str());
            let table = &records.providers;
            let provider = search(table, Rows::Active, &history.providers, as_at, is_it);
            let code = if as_at.is_some() { ErrorCode::AdmDpm003 } else { ErrorCode::AdmDpm004 };
            stages.find(provider, code, "an active provider of this id");
            if !stages.end() {
                return None;
            }
        }
        let services = &records.services;
        let of_version = |row: &super::records::DeviceService| row.version == claim.version;
        let version = search(services, Rows::Active, &history.services, as_at, of_version);
        let code = if as_at.is_some() { ErrorCode::AdmDpm007 } else { ErrorCode::AdmDpm005 };
        stages.find(version, code, "an active device service of this version");
        if !stages.end() {
            return None;
        }
        if compares_first {
            self.id_is_there(stages, claim);
        }
        let device = device?;
        if let Server::Kernel { version } = self.server {
            let rows = match version {
                KernelVersion::V1_0_7 => Rows::All,
                _ => Rows::ActiveAndKept,
            };
            let own = search(services, rows, &history.services, as_at, |row| {
                of_version(row)
                    && row.provider_id == device.provider_id
                    && row.device_type == device.device_type
                    && row.device_sub_type == device.device_sub_type
                    && row.make == device.make
                    && row.model == device.model
            });
            stages.find(own, ErrorCode::AdmDpm007, "an active device service for this device");
            if !stages.end() {
                return None;
            }
        }
        Some(device)
    }

    /// Records that the server runs into a digital id that is not there.
    fn id_is_there(&self, stages: &mut Stages<'_>, claim: &Claim) {
        if claim.id.is_none() {
            let absent = Error::MissingMember { part: PART, member: DIGITAL_ID };
            let message = "digitalId is missing".to_owned();
            stages.reply(Check::CONTENT, absent, self.crash(), message);
        }
    }
}

/// Searches a table as it is, or as it was.
fn search<'r, T: Row>(
    present: &'r [T],
    rows: Rows,
    history: &'r [super::records::Dated<T>],
    as_at: Option<Time>,
    wanted: impl Fn(&T) -> bool,
) -> Option<&'r T> {
    match as_at {
        Some(time) => newest_at(history, time, wanted),
        None => first(present, rows, wanted),
    }
}

/// The members that are compared, in the server's order. The last is the sub-type, whatever a
/// version calls it.
const COMPARED: [&str; 7] = ["make", "model", "dpId", "dp", "serialNo", "type", "deviceSubType"];

/// What a request says about a device.
struct Claim {
    device_code: String,
    version: String,
    purpose: Option<String>,
    time_stamp: Option<String>,
    misspelt_time: bool,
    /// `None` where the request has no digital id.
    id: Option<[Option<String>; 7]>,
}

impl Claim {
    fn read(request: &Object<'_>, dialect: &Dialect) -> Self {
        let text = |member| text_in(request, member);
        let id = request.member(DIGITAL_ID).and_then(Value::as_object).map(|id| {
            COMPARED.map(|name| {
                text_in(id, if name == "deviceSubType" { dialect.sub_type } else { name })
            })
        });
        Self {
            device_code: text("deviceCode").unwrap_or_default(),
            version: text("deviceServiceVersion").unwrap_or_default(),
            purpose: text("purpose").filter(|purpose| !is_blank(purpose)),
            time_stamp: text("timeStamp").filter(|time| !is_blank(time)),
            misspelt_time: request.member("timestamp").is_some(),
            id,
        }
    }

    fn rules(&self, dialect: &Dialect) -> Vec<ServiceError> {
        let Some(code) = &dialect.incomplete.code else { return Vec::new() };
        let blank = |member: &str| ServiceError::new(code.clone(), format!("{member} is blank"));
        let mut findings = Vec::new();
        for (member, text) in
            [("deviceCode", &self.device_code), ("deviceServiceVersion", &self.version)]
        {
            findings.extend(is_blank(text).then(|| blank(member)));
        }
        if self.id.is_none() {
            return findings;
        }
        for (member, length) in
            [("serialNo", SERIAL), ("dp", NAME), ("dpId", ID), ("make", ID), ("model", ID)]
        {
            let text = self.member(member);
            match dialect.id_rules {
                IdRules::Present => findings.extend(text.is_none().then(|| missing(code, member))),
                IdRules::Trimmed => {
                    findings.extend(text.is_none().then(|| missing(code, member)));
                    findings.extend(length.check(code, member, text));
                }
                IdRules::Sized => {
                    findings.extend(text.is_none_or(is_blank).then(|| blank(member)));
                    let size = super::length::Length { least: 0, ..length };
                    findings.extend(size.check_between(Ends::Counted, code, member, text));
                }
            }
        }
        for (member, name) in [("deviceSubType", dialect.sub_type), ("type", "type")] {
            findings.extend(self.member(member).is_none_or(is_blank).then(|| blank(name)));
        }
        findings
    }

    /// Returns a member of the digital id. An absent one equals no registered one.
    fn member(&self, name: &str) -> Option<&str> {
        let at = COMPARED.iter().position(|compared| *compared == name)?;
        self.id.as_ref()?.get(at)?.as_deref()
    }

    /// Names the members that differ from the registered ones.
    fn differences<'s>(
        &'s self,
        device: &'s Device,
        server: Server,
        as_at: Option<Time>,
    ) -> impl Iterator<Item = &'static str> + 's {
        let registered = [
            &device.make,
            &device.model,
            &device.provider_id,
            &device.provider,
            &device.serial_no,
            &device.device_type,
            &device.device_sub_type,
        ];
        let partner = server == Server::PartnerManagement;
        COMPARED
            .into_iter()
            .zip(registered)
            .filter(move |(name, _)| match *name {
                "dp" => !partner,
                "serialNo" => !(partner && as_at.is_some()),
                _ => true,
            })
            .filter(|(name, registered)| self.member(name) != Some(registered.as_str()))
            .map(|(name, _)| name)
    }
}
