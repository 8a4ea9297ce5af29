//! Changes of a registered device: its status, and its deregistration.

use super::dialect::Dialect;
use super::reading::is_blank;
use super::records::{Device, DeviceStatus, Records};
use super::records::{Rows, first};
use super::refusal::Refusal;
use super::server::{KernelVersion, Server};
use crate::mosip::error_code::ErrorCode;
use countersign::mosip::device::Purpose;

/// Decides about `PUT /registereddevices/update/status`, and returns the device.
///
/// The kernel's order: code and status are not blank; an active device of this code, deleted or not;
/// another status than it has, in any letter case; one of the three statuses, in exactly theirs; not
/// revoked before (from 1.1.2 on, so not with [`KernelVersion::V1_0_7`]).
///
/// Sources: mosip/commons 1.0.7 and v1.1.3 and mosip/admin-services v1.3.0,
/// `controller/RegisteredDeviceController` (not blank) and
/// `service/impl/RegisteredDeviceServiceImpl.updateStatus`.
///
/// # Errors
///
/// What the server answers.
///
/// # Examples
///
/// ```
/// use countersign_api::mosip::ErrorCode;
/// use countersign_api::mosip::rules::{Device, KernelVersion, Records, check_status_change};
///
/// let version = KernelVersion::V1_2_0;
/// let mut records = Records::default();
/// records.devices.push(Device { code: "c".into(), ..Device::default() });
/// assert!(check_status_change(version, &records, "c", "Revoked").is_ok());
/// let refusal = check_status_change(version, &records, "c", "REVOKED").unwrap_err();
/// assert_eq!(refusal.errors()[0].code, ErrorCode::AdmDpm037);
/// ```
pub fn check_status_change<'r>(
    version: KernelVersion,
    records: &'r Records,
    device_code: &str,
    status: &str,
) -> Result<&'r Device, Refusal> {
    let refuse = |code, reason| Err(Refusal::one(200, code, reason));
    if is_blank(device_code) || is_blank(status) {
        return refuse(ErrorCode::KerMsd999, "code or status is blank");
    }
    let Some(device) = first(&records.devices, Rows::Active, |row| row.code == device_code) else {
        return refuse(ErrorCode::AdmDpm038, "no such device");
    };
    if device.status.is(&DeviceStatus::from(status)) {
        let http_status = Dialect::of(Server::Kernel { version }).service_status;
        let reason = "the device already has this status";
        return Err(Refusal::one(http_status, ErrorCode::KerDpm039, reason));
    }
    if DeviceStatus::exact(status).is_none() {
        return refuse(ErrorCode::AdmDpm037, "no such status");
    }
    if device.status.is(&DeviceStatus::Revoked) && version != KernelVersion::V1_0_7 {
        return refuse(ErrorCode::AdmDpm037, "the device is revoked");
    }
    Ok(device)
}

/// What a deregistration names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Deregistration<'a> {
    /// `deviceCode`.
    pub device_code: &'a str,
    /// `env`.
    pub env: &'a str,
    /// `isItForRegistrationDevice` of partner management, as the purpose: it has one service for
    /// each kind of device. The kernel has one for both.
    pub purpose: Purpose,
}

/// Decides about `POST /registereddevices/deregister` (from 1.1.2 on), and returns the device.
///
/// The kernel's order: code and environment are not blank; the code has at most 36 characters; the
/// environment is the server's; an active device of this code, deleted or not; a status that is
/// neither `Revoked` nor `Retired` in exactly this letter case: a stored `REVOKED` goes through.
/// Partner management has other codes for the same. Of a code that is too long, its service for
/// authentication devices makes nothing: it compares no environment and looks for the device, which
/// must not be deleted. Its service for registration devices refuses the code.
///
/// Sources: mosip/commons v1.1.3 and mosip/admin-services v1.3.0,
/// `service/impl/RegisteredDeviceServiceImpl.deRegisterDevice`; mosip/partner-management-services
/// v1.1.5, `device/{authdevice,regdevice}/service/impl` and `.../repository`.
///
/// # Errors
///
/// What the server answers.
///
/// # Examples
///
/// ```
/// use countersign_api::mosip::ErrorCode;
/// use countersign::mosip::device::Purpose;
/// use countersign_api::mosip::rules::{
///     Deregistration, Device, KernelVersion, Records, Server, check_deregistration,
/// };
///
/// let server = Server::Kernel { version: KernelVersion::V1_0_9 };
/// let mut records = Records::default();
/// records.devices.push(Device { code: "c".into(), ..Device::default() });
/// let mut request = Deregistration { device_code: "c", env: "Staging", purpose: Purpose::Auth };
/// assert!(check_deregistration(server, &records, &request, "Staging").is_ok());
/// request.device_code = " ";
/// let refusal = check_deregistration(server, &records, &request, "Staging").unwrap_err();
/// assert_eq!(refusal.errors()[0].code, ErrorCode::KerDpr001);
/// ```
pub fn check_deregistration<'r>(
    server: Server,
    records: &'r Records,
    request: &Deregistration<'_>,
    env_of_server: &str,
) -> Result<&'r Device, Refusal> {
    let kernel = matches!(server, Server::Kernel { .. });
    let for_authentication = !kernel && request.purpose != Purpose::Registration;
    let refuse_with = |status, code, other, reason| {
        Err(Refusal::one(status, if kernel { code } else { other }, reason))
    };
    let refuse = |code, other, reason| refuse_with(200, code, other, reason);
    if is_blank(request.device_code) || is_blank(request.env) {
        return refuse(ErrorCode::KerDpr001, ErrorCode::PmsAut016, "code or environment is blank");
    }
    let is_long = request.device_code.encode_utf16().count() > 36;
    if is_long && !for_authentication {
        return refuse(ErrorCode::KerDpr003, ErrorCode::PmsAut025, "the code is too long");
    }
    if !is_long && request.env != env_of_server {
        return refuse(
            ErrorCode::KerDpr004,
            ErrorCode::PmsAut024,
            "environment is not that of the \
                                                                   server",
        );
    }
    let rows = if for_authentication { Rows::ActiveAndKept } else { Rows::Active };
    let Some(device) = first(&records.devices, rows, |row| row.code == request.device_code) else {
        return refuse(ErrorCode::KerDpr001, ErrorCode::PmsAut016, "no such device");
    };
    match device.status {
        DeviceStatus::Revoked | DeviceStatus::Retired => {
            let status = Dialect::of(server).service_status;
            let reason = "already deregistered";
            refuse_with(status, ErrorCode::KerDpr002, ErrorCode::PmsAut024, reason)
        }
        _ => Ok(device),
    }
}
