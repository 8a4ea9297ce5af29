//! The rules of `POST /deviceprovidermanagement/validate`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::records::{Switched, active, active_at};
use super::{Device, DeviceStatus, Records, Server, Stages, missing};
use crate::encoding::json::{Object, Value};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::device::{optional_text, request_of};
use crate::mosip::error_code::{ErrorCode, ServiceError};
use crate::report::{Check, Explanation, FirstFailure, Report, Trail};
use crate::time::Time;

const PART: &str = "request";
const UNREADABLE: &str = "the request cannot be read";

/// Decides about validation requests as a server does: whether a device is what it says.
///
/// Checked by the kernel, in this order: an active device of this code (and purpose, if one is
/// named); its status; an active provider; an active device service of this version; one for this
/// device; then make, model, provider id and name, serial number, type and sub-type, with one error
/// for each that differs. A request with a `timeStamp` is judged by the history tables as at that
/// time. Partner management looks for no service of the device and compares no provider name; in
/// its history it looks for no provider and compares no serial number either.
///
/// `timestamp`, as the documentation spells it, is not read by servers: such a request is judged by
/// the present, and the report says so. Nothing of a request is signed, so that every report warns
/// that it is [`Unauthenticated`](crate::Warning::Unauthenticated).
///
/// ```
/// use countersign::mosip::ErrorCode;
/// use countersign::mosip::rules::{Records, Server, ValidationRules};
///
/// let request = br#"{"request": {"deviceCode": "c", "deviceServiceVersion": "1", "digitalId": {}}}"#;
/// let refusal = ValidationRules::new(Server::Kernel).answer(request, &Records::default());
/// assert_eq!(refusal.unwrap_err()[0].code, ErrorCode::AdmDpm001);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ValidationRules {
    server: Server,
    limits: Limits,
}

/// A device that a server would call valid. Only [`ValidationRules`] makes one.
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

    /// Returns the time of the history that it was judged by; `None` for the present.
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
    /// The first check that fails: [`Error::ValidationFailed`] with the server's codes, or whatever
    /// is wrong with the text.
    pub fn verify(&self, request: &[u8], records: &Records) -> Result<ValidDevice, Error> {
        let mut trail = FirstFailure::default();
        let made = self.decide(&mut Stages::new(&mut trail), request, records);
        trail.finish(made)
    }

    /// Judges a request, and reports every check.
    ///
    /// The verdict is that of [`verify`](Self::verify); what the server would say is in the hints.
    #[must_use]
    pub fn explain(&self, request: &[u8], records: &Records) -> Report {
        let mut trail = Explanation::default();
        let made = self.decide(&mut Stages::new(&mut trail), request, records);
        trail.into_report(Self::KIND, request, made.as_ref().map(ValidDevice::claims))
    }

    /// Judges a request, and says what the server answers.
    ///
    /// # Errors
    ///
    /// The elements of the answer's `errors`.
    pub fn answer(
        &self,
        request: &[u8],
        records: &Records,
    ) -> Result<ValidDevice, Vec<ServiceError>> {
        let mut trail = FirstFailure::default();
        let mut stages = Stages::new(&mut trail);
        let made = self.decide(&mut stages, request, records);
        stages.answer(made)
    }

    fn decide(
        &self,
        stages: &mut Stages<'_, impl Trail>,
        request: &[u8],
        records: &Records,
    ) -> Option<ValidDevice> {
        const CODE: ErrorCode = ErrorCode::KerMsd999;
        stages.say_nothing_is_verified();
        let claim = request_of(request, &self.limits).and_then(|request| Claim::read(&request));
        let Some(claim) = stages.read(Check::Input, &CODE, claim, "the request is JSON") else {
            stages.trail.skip_all(&[Check::Rules, Check::Records, Check::Content], UNREADABLE);
            return None;
        };
        if !stages.end() {
            return None;
        }
        stages.check(Check::Rules, claim.rules(&CODE), "code, version and digital id are there");
        if claim.misspelt_time {
            stages
                .trail
                .hint(|| Some("servers do not read `timestamp`, and judge by the present".into()));
        }
        let as_at = match claim.time_stamp.as_deref().map(Time::parse_rfc3339) {
            None => None,
            Some(Ok(time)) => Some(time),
            Some(Err(error)) => {
                let finding = ServiceError::new(ErrorCode::KerMsd039, format!("{error}"));
                stages.fail(Check::Rules, error, alloc::vec![finding]);
                None
            }
        };
        if !stages.end() {
            return None;
        }
        stages.trail.at(as_at);
        let device = self.tables(stages, &claim, records, as_at);
        let Some(device) = device else {
            stages.trail.skip(Check::Content, "no device to compare with");
            return None;
        };
        if !stages.trail.goes_on() {
            return None;
        }
        let findings = claim
            .differences(device, self.server, as_at)
            .map(|member| ServiceError::new(ErrorCode::AdmDpm008, format!("{member} differs")));
        stages.check(Check::Content, findings.collect(), "every member is the registered one");
        stages.end();
        Some(ValidDevice { device: device.clone(), as_at })
    }

    /// Searches the tables, of the present or of the history.
    fn tables<'r>(
        &self,
        stages: &mut Stages<'_, impl Trail>,
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
        let device = search(&records.devices, &history.devices, as_at, is_meant);
        let device = stages.find(device, ErrorCode::AdmDpm001, "an active device of this code");
        if !stages.end() {
            return None;
        }
        let status = device.filter(|device| device.status == DeviceStatus::Registered);
        stages.find(status, ErrorCode::AdmDpm002, "a device that is registered");
        if !stages.end() {
            return None;
        }
        let partner = self.server == Server::PartnerManagement;
        if !(partner && as_at.is_some()) {
            let provider = search(&records.providers, &history.providers, as_at, |row| {
                claim.member("dpId") == Some(row.id.as_str())
            });
            let code = if as_at.is_some() { ErrorCode::AdmDpm003 } else { ErrorCode::AdmDpm004 };
            stages.find(provider, code, "an active provider of this id");
            if !stages.end() {
                return None;
            }
        }
        let of_version = |row: &super::DeviceService| row.version == claim.version;
        let version = search(&records.services, &history.services, as_at, of_version);
        let code = if as_at.is_some() { ErrorCode::AdmDpm007 } else { ErrorCode::AdmDpm005 };
        stages.find(version, code, "an active device service of this version");
        if !stages.end() {
            return None;
        }
        let device = device?;
        if !partner {
            let own = search(&records.services, &history.services, as_at, |row| {
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
}

/// Searches a table as it is, or as it was.
fn search<'r, T: Switched>(
    present: &'r [T],
    history: &'r [super::Dated<T>],
    as_at: Option<Time>,
    wanted: impl Fn(&T) -> bool,
) -> Option<&'r T> {
    match as_at {
        Some(time) => active_at(history, time, wanted),
        None => active(present, wanted),
    }
}

/// The members that are compared, in the server's order.
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
    fn read(request: &Object<'_>) -> Result<Self, Error> {
        const ID: &str = "digitalId";
        let text = |member| optional_text(request, PART, member, &[]);
        let id = match request.member(ID) {
            None | Some(Value::Null) => None,
            Some(Value::Object(id)) => {
                let member = |name| {
                    let alias: &[&'static str] = match name {
                        "dp" => &["deviceProvider"],
                        "dpId" => &["deviceProviderId"],
                        "deviceSubType" => &["subType", "subtype"],
                        _ => &[],
                    };
                    optional_text(id, ID, name, alias)
                };
                let [make, model, dp_id, dp, serial, kind, sub_type] = COMPARED.map(member);
                Some([make?, model?, dp_id?, dp?, serial?, kind?, sub_type?])
            }
            Some(_) => {
                return Err(Error::WrongType { part: PART, member: ID, expected: "an object" });
            }
        };
        Ok(Self {
            device_code: text("deviceCode")?.unwrap_or_default(),
            version: text("deviceServiceVersion")?.unwrap_or_default(),
            purpose: text("purpose")?,
            time_stamp: text("timeStamp")?,
            misspelt_time: request.member("timestamp").is_some(),
            id,
        })
    }

    fn rules(&self, code: &ErrorCode) -> Vec<ServiceError> {
        [
            ("deviceCode", self.device_code.is_empty()),
            ("deviceServiceVersion", self.version.is_empty()),
            ("digitalId", self.id.is_none()),
        ]
        .into_iter()
        .filter(|(_, absent)| *absent)
        .map(|(member, _)| missing(code, member))
        .collect()
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
