//! What a server decides about a request, decided offline: which check refuses, with which code.
//!
//! ```text
//! request body ──► members ──► rules of each object ──► time window ──► tables ──► Registrable
//!                                   │                        │            │
//!                                   └── Refusal: HTTP status, errorCodes ─┘
//! ```
//!
//! MOSIP's servers check a request in a fixed order and stop at the first stage that finds
//! something; within a stage they collect. [`RegistrationRules`] and [`ValidationRules`] keep that
//! order, the server's codes and its HTTP status, and read exactly the members that the parser of
//! that [`Server`] in that version reads. The server's tables, the time and the choice of the server
//! are arguments; nothing here is remembered, and nothing is signed or verified:
//!
//! - [`RegistrationRules::verify`] says whether a request would be accepted, with a reason of this
//!   library: `timestamp-window`, `validation-failed`, or what is wrong with the text.
//! - [`RegistrationRules::answer`] says it as the server would: with a [`Refusal`].
//! - [`RegistrationRules::explain`] lists every check.
//!
//! # Servers and versions
//!
//! | | kernel 1.0.7, 1.0.8 | kernel 1.0.9 to 1.1 | kernel 1.2.0 and later | partner management |
//! |---|---|---|---|---|
//! | unknown members | refused | refused | refused | ignored |
//! | sub-type | `subType` | `deviceSubType` | `deviceSubType` | `deviceSubType` |
//! | time of the request | `timeStamp` | `timeStamp` | `timeStamp` | `timestamp` |
//! | `deviceSubId` | text | text | text | array of texts, needed |
//! | `deviceInfo` | object | object | object | text: base64 or JWS |
//! | `digitalId` | base64 | base64 | base64 | base64 or JWS |
//! | lengths | trimmed | trimmed | trimmed | blanks count |
//! | blank time | `KER-MSD-999` | `KER-MSD-999` | `KER-MSD-999` | absent |
//! | no JSON in base64 | HTTP 500 | HTTP 500 | HTTP 500 | `PMS_AUT_016` |
//! | no base64 | read all the same | read all the same | HTTP 500 | read all the same |
//! | `MSD-RDS-001`, `KER-DPM-039`, `KER-DPR-002` | HTTP 500 | HTTP 500 | HTTP 200 | |
//! | what it did not foresee | `KER-MSD-500`, HTTP 500 | the same | the same | no code, HTTP 200 |
//!
//! No server knows an alias: a second name is an unknown member.
//!
//! # Stricter than the server
//!
//! Where two readers could disagree, this library refuses what a server reads, and says so with
//! [`Refusal::StricterThanServer`] rather than a code that the server would not send:
//!
//! - names repeated in one object, text after the object, a byte order mark, UTF-16, and halves of
//!   surrogate pairs;
//! - numbers and truth values where texts belong; arrays where partner management reads a time;
//! - base64 with foreign characters, of two alphabets or with padding that is not complete, and a
//!   JWS whose header or signature is not one;
//! - 30 February and 24:00, of which servers make another day, and times with blanks around them;
//! - what is larger than [`Limits`](countersign::Limits).
//!
//! Base64 and numbers are read on as the server reads them: where it refuses for another reason, its
//! answer is what [`RegistrationRules::answer`] says.
//!
//! # Sources
//!
//! - Kernel: mosip/commons 1.0.7, 1.0.8, 1.0.10 and v1.1.3, `kernel/kernel-masterdata-service`, and
//!   mosip/admin-services v1.1.5, v1.2.0 and v1.3.0, `admin/kernel-masterdata-service`:
//!   `service/impl/{RegisteredDeviceServiceImpl,DeviceProviderServiceImpl}`,
//!   `validator/StringTrimmer`, `validator/registereddevice`, `exception/ApiExceptionHandler`,
//!   `config/LocalDateLocalTimeConfig`, and the queries of `repository`.
//! - Partner management: mosip/partner-management-services v1.1.4, `partner/pmp-partner-service`,
//!   and v1.1.5 and v1.2.0-rc1, `partner/partner-management-service`:
//!   `authdevice/service/impl/RegisteredDeviceServiceImpl`,
//!   `regdevice/service/impl/{RegRegisteredDeviceServiceImpl,DeviceValidationServiceImpl}`,
//!   `exception/PartnerServiceResponseExceptionHandler`.
//! - `requesttime` and the rest of the wrapper: mosip/commons v1.1.3, `kernel/kernel-core`,
//!   `http/RequestWrapper`; the kernel reads `requesttime` in its one pattern of times.
//!
//! # Not supported
//!
//! Kernel 1.0.6, which has no rules for the members. `validate/history` of kernel 1.0.7 to 1.0.9 and
//! 1.1.0, and the looser queries of 1.0.9 and 1.1.0 for it: [`KernelVersion::V1_0_9`] validates as
//! 1.0.10 and 1.1.1 do. Kernel 1.2.0-rc1, which answers with the statuses of 1.2.0 and decodes base64 as
//! before. Signatures of the request, which the kernel never verifies and [`device`](countersign::mosip::device) is
//! for; failures of storing and signing; two rows where a server expects one.

mod change;
mod clock;
mod dialect;
mod length;
mod reading;
mod records;
mod refusal;
mod registration;
mod server;
mod stages;
mod validation;

#[cfg(test)]
mod tests;

pub use change::{Deregistration, check_deregistration, check_status_change};
pub(crate) use length::Length;
pub use records::{
    Activity, Dated, Deletion, Device, DeviceDetail, DeviceService, DeviceStatus, History,
    MasterDevice, Provider, Records, TypeCode,
};
pub use refusal::Refusal;
pub use registration::{Registrable, RegistrationRules};
pub use server::{KernelVersion, Server, TimeRule};
pub use stages::{RECORDS, RULES};
pub use validation::{ValidDevice, ValidationRules};
