//! One-time passwords: the signed request and the sealed response of `POST /otp`.
