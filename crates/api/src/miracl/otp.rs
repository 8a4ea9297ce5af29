//! `POST /otp`, in the two shapes of its documentation: the table's and the example's.

use super::shape::call;
use crate::{message::message, target::Target};
use countersign::miracl::otp::{Request, Response};
use countersign::{Error, Limits};

/// `POST /otp` as in the example: the signed body is the credential.
///
/// ```
/// use countersign::Secret;
/// use countersign_api::{BaseUrl, Call, Credentials};
/// use countersign_api::miracl::{PRODUCTION, RequestOtp};
/// use countersign::miracl::otp::Request;
///
/// let secret = Secret::new(b"MockClientSecret".to_vec());
/// let signed = Request::sign(&secret, "MockClientId", "test@example.com", "2022-04-08T08:05:03Z")?;
/// let base: BaseUrl = PRODUCTION.parse()?;
/// let request = RequestOtp::new(signed).request(&base, &Credentials::None)?;
/// assert_eq!(request.uri(), "https://api.mpin.io/otp");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestOtp {
    /// The signed request.
    pub request: Request,
}

impl RequestOtp {
    /// Takes a signed request.
    #[must_use]
    pub const fn new(request: Request) -> Self {
        Self { request }
    }
}

call!(RequestOtp, "POST /otp", POST, Forbidden, Public, SealedOtp,
    |_| Target::new(&["otp"]), body: |this| this.request.to_json().into_owned());

/// `POST /otp` as in the table of parameters: user and device, with the credentials of the client.
///
/// The page's table and its example contradict each other; this library signs and verifies the
/// example's shape only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestDeviceOtp {
    /// User and device.
    pub request: DeviceOtp,
}

impl RequestDeviceOtp {
    /// Makes a request for a user and a device.
    #[must_use]
    pub fn new(user_id: impl Into<String>, device_name: impl Into<String>) -> Self {
        Self { request: DeviceOtp::new(user_id, device_name) }
    }
}

call!(RequestDeviceOtp, "POST /otp", POST, Forbidden, Authenticated, SealedOtp,
    |_| Target::new(&["otp"]), body: |this| this.request.to_json());

message! {
    /// The body of [`RequestDeviceOtp`].
    pub struct DeviceOtp {
        /// The user.
        user_id: String = "userId",
        /// The name of the device.
        device_name: String = "deviceName",
    } optional {
    }
}

message! {
    /// The answer of `POST /otp`: sealed, in base64.
    pub struct SealedOtp {
        /// The sealed password and its expiry.
        ciphertext: String = "ciphertext",
        /// The tag of AES-GCM.
        tag: String = "tag",
        /// The nonce.
        iv: String = "iv",
    } optional {
    }
}

impl SealedOtp {
    /// Reads what is sealed, to be opened with [`Response::open`].
    ///
    /// # Errors
    ///
    /// As [`Response::parse`].
    pub fn response(&self, limits: &Limits) -> Result<Response, Error> {
        Response::parse(self.to_json().to_string().as_bytes(), limits)
    }
}
