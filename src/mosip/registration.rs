//! The signed answer of the device registration endpoint, in its four historical schemes.
