//! Changes of a registered device: its status, and its deregistration.

use super::records::active;
use super::{Device, DeviceStatus, Records, Server};
use crate::mosip::error_code::{ErrorCode, ServiceError};

/// Decides about `PUT /registereddevices/update/status`, and returns the device.
///
/// The kernel's order: an active device of this code; another status than it has, in any letter
/// case; one of the three statuses, in exactly theirs; not revoked before (from 1.1.2 on).
///
/// # Errors
///
/// What the server answers.
///
/// # Examples
///
/// ```
/// use countersign::mosip::ErrorCode;
/// use countersign::mosip::rules::{Device, Records, check_status_change};
///
/// let mut records = Records::default();
/// records.devices.push(Device { code: "c".into(), ..Device::default() });
/// assert!(check_status_change(&records, "c", "Revoked").is_ok());
/// let error = check_status_change(&records, "c", "REVOKED").unwrap_err();
/// assert_eq!(error.code, ErrorCode::AdmDpm037);
/// ```
pub fn check_status_change<'r>(
    records: &'r Records,
    device_code: &str,
    status: &str,
) -> Result<&'r Device, ServiceError> {
    let refuse = |code, reason| Err(ServiceError::new(code, reason));
    let Some(device) = active(&records.devices, |row| row.code == device_code) else {
        return refuse(ErrorCode::AdmDpm038, "no such device");
    };
    if device.status.as_str().eq_ignore_ascii_case(status) {
        return refuse(ErrorCode::KerDpm039, "the device has this status");
    }
    if DeviceStatus::exact(status).is_none() {
        return refuse(ErrorCode::AdmDpm037, "no such status");
    }
    if device.status == DeviceStatus::Revoked {
        return refuse(ErrorCode::AdmDpm037, "the device is revoked");
    }
    Ok(device)
}

/// Decides about `POST /registereddevices/deregister` (from 1.1.2 on), and returns the device.
///
/// The kernel's order: code and environment are there; the code has at most 36 characters; the
/// environment is the server's; an active device of this code; neither revoked nor retired. Partner
/// management has other codes for the same.
///
/// # Errors
///
/// What the server answers.
///
/// # Examples
///
/// ```
/// use countersign::mosip::ErrorCode;
/// use countersign::mosip::rules::{Device, Records, Server, check_deregistration};
///
/// let mut records = Records::default();
/// records.devices.push(Device { code: "c".into(), ..Device::default() });
/// assert!(check_deregistration(Server::Kernel, &records, "c", "Staging", "Staging").is_ok());
/// let error = check_deregistration(Server::Kernel, &records, "c", "", "Staging").unwrap_err();
/// assert_eq!(error.code, ErrorCode::KerDpr001);
/// ```
pub fn check_deregistration<'r>(
    server: Server,
    records: &'r Records,
    device_code: &str,
    env: &str,
    env_of_server: &str,
) -> Result<&'r Device, ServiceError> {
    let kernel = server == Server::Kernel;
    let refuse =
        |code, other, reason| Err(ServiceError::new(if kernel { code } else { other }, reason));
    if device_code.is_empty() || env.is_empty() {
        return refuse(ErrorCode::KerDpr001, ErrorCode::PmsAut016, "code or environment is empty");
    }
    if device_code.encode_utf16().count() > 36 {
        return refuse(ErrorCode::KerDpr003, ErrorCode::PmsAut025, "the code is too long");
    }
    if env != env_of_server {
        return refuse(ErrorCode::KerDpr004, ErrorCode::PmsAut024, "another environment");
    }
    let Some(device) = active(&records.devices, |row| row.code == device_code) else {
        return refuse(ErrorCode::KerDpr001, ErrorCode::PmsAut016, "no such device");
    };
    match device.status {
        DeviceStatus::Revoked | DeviceStatus::Retired => {
            refuse(ErrorCode::KerDpr002, ErrorCode::PmsAut024, "deregistered already")
        }
        _ => Ok(device),
    }
}
