//! What a registration is expected to say.

use alloc::string::String;

use super::status::Status;
use crate::mosip::Window;
use crate::mosip::device::object::{DeviceData, DigitalId};

/// What a registration is expected to say. Nothing is expected by default; every expectation must be
/// met.
///
/// Strings are compared byte for byte. Digital IDs are compared by their members, because the server
/// rewrites them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub(super) status: Option<Status>,
    pub(super) device_code: Option<String>,
    pub(super) env: Option<String>,
    pub(super) digital_id: Option<DigitalId>,
    pub(super) time_stamp: Option<String>,
    pub(super) window: Option<Window>,
}

impl Expected {
    /// Expects only an authentic answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects this status. Without it, an authentic answer to a *deregistration* is also accepted.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Expects this `deviceCode`.
    #[must_use]
    pub fn device_code(mut self, device_code: impl Into<String>) -> Self {
        self.device_code = Some(device_code.into());
        self
    }

    /// Expects this `env`.
    #[must_use]
    pub fn env(mut self, env: impl Into<String>) -> Self {
        self.env = Some(env.into());
        self
    }

    /// Expects a digital ID with these members.
    #[must_use]
    pub fn digital_id(mut self, digital_id: DigitalId) -> Self {
        self.digital_id = Some(digital_id);
        self
    }

    /// Expects the digital ID of this request.
    #[must_use]
    pub fn request(self, request: &DeviceData) -> Self {
        self.digital_id(request.device_info.digital_id.clone())
    }

    /// Expects this `timeStamp`. Servers from 1.0.7 on repeat the one in the request; earlier servers
    /// write their own.
    #[must_use]
    pub fn time_stamp(mut self, time_stamp: impl Into<String>) -> Self {
        self.time_stamp = Some(time_stamp.into());
        self
    }

    /// Expects the signed time to lie within this window around the time of judgement.
    ///
    /// For an answer judged [as of its own time](crate::At::Issued), the check is skipped.
    #[must_use]
    pub const fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}
