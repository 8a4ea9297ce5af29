//! What tells the objects that devices sign from each other.

use super::object::{DEVICE_DATA, DEVICE_INFO, DIGITAL_ID, KEY_ROTATION, SNAPSHOT};
use crate::encoding::json::Members;
use crate::error::Error;

/// A kind of object that a device signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `deviceData` of a registration request.
    DeviceData,
    /// `deviceInfo` within device data.
    RequestInfo,
    /// `deviceInfo` of a device service.
    ServiceInfo,
    /// `data` of a capture.
    Captured,
    /// `digitalId`.
    DigitalId,
    /// `keyRotation` of a management server.
    KeyRotation,
    /// `snapShot` of a management server.
    Snapshot,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::DeviceData,
        Self::RequestInfo,
        Self::ServiceInfo,
        Self::Captured,
        Self::DigitalId,
        Self::KeyRotation,
        Self::Snapshot,
    ];

    /// What a management server's answer about the state of a device has.
    pub(crate) const SNAPSHOT_MARK: &'static str = "snapshotValidity";

    /// Returns the name of the object.
    pub(crate) const fn part(self) -> &'static str {
        match self {
            Self::DeviceData => DEVICE_DATA,
            Self::RequestInfo | Self::ServiceInfo => DEVICE_INFO,
            Self::Captured => "data",
            Self::DigitalId => DIGITAL_ID,
            Self::KeyRotation => KEY_ROTATION,
            Self::Snapshot => SNAPSHOT,
        }
    }

    /// Returns members that objects of this kind have, and that those of most others have not.
    const fn marks(self) -> &'static [&'static str] {
        match self {
            Self::DeviceData => &[DEVICE_INFO, "foundationalTrustProviderId"],
            Self::RequestInfo => &[DIGITAL_ID, "deviceExpiry"],
            Self::ServiceInfo => &[DIGITAL_ID, "deviceStatus", "callbackId"],
            Self::Captured => &[DIGITAL_ID, "bioValue", "bioType"],
            // All others require a member that digital ids refuse.
            Self::DigitalId => &[],
            Self::KeyRotation => &["signedDeviceCertificate"],
            Self::Snapshot => &[Self::SNAPSHOT_MARK],
        }
    }

    /// Returns what every object of this kind has beyond what reading it demands.
    const fn required(self) -> &'static [&'static str] {
        match self {
            Self::ServiceInfo => &["deviceStatus", "certification", "specVersion"],
            Self::KeyRotation | Self::Snapshot => self.marks(),
            _ => &[],
        }
    }

    /// Checks that an object is of this kind, and of no other. A `null` counts as absent.
    pub(crate) fn check(self, members: &impl Members) -> Result<(), Error> {
        let foreign = Self::ALL.into_iter().flat_map(Self::marks);
        for member in foreign.filter(|mark| !self.marks().contains(mark)) {
            if members.has(member) {
                return Err(Error::ContentMismatch { member });
            }
        }
        for member in self.required() {
            if !members.has(member) {
                return Err(Error::MissingMember { part: self.part(), member });
            }
        }
        Ok(())
    }
}
