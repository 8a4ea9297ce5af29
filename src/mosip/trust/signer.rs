//! Who signed the layers of a message.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;
use crate::time::Time;
use crate::x509::Certificate;

/// What a signed object is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    Data,
    DigitalId,
}

/// The signer of one object, as its header names it.
pub(super) struct Signer {
    pub(super) part: String,
    /// The layer, without the prefix that the part has.
    pub(super) member: &'static str,
    /// Which of the message's independent parts it belongs to.
    pub(super) group: usize,
    pub(super) usage: Usage,
    pub(super) certificate: Certificate,
    /// The members of `x5c` without the last, if the rules ask for them.
    pub(super) sent: Vec<Certificate>,
    /// All texts of `x5c`, if the rules compare them.
    pub(super) x5c: Vec<String>,
}

/// An object without a signature of its own.
pub(super) struct Unsigned {
    pub(super) part: String,
    pub(super) member: &'static str,
    pub(super) group: usize,
    pub(super) usage: Usage,
    /// Which signer's signature covers it.
    pub(super) cover: Option<usize>,
}

/// The time that a layer states, or why that is none; nothing if layers of its kind state no time.
pub(crate) type Stated = Option<Result<Time, Error>>;

pub(crate) fn usage(member: &str) -> Usage {
    if member == crate::mosip::device::object::DIGITAL_ID { Usage::DigitalId } else { Usage::Data }
}
