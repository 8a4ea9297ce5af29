//! What each server's parser reads, and what the server answers where it reads nothing.
//!
//! The kernel reads with Jackson's own settings, partner management with Spring Boot's: only the
//! latter ignore members that they do not know.
//!
//! Sources: mosip/commons 1.0.7, 1.0.8 and v1.1.3, `kernel/kernel-masterdata-service`, and
//! mosip/admin-services v1.1.5, v1.2.0 and v1.3.0, `admin/kernel-masterdata-service`:
//! `config/LocalDateLocalTimeConfig` (the parser, and its one pattern of times),
//! `dto/registerdevice/{DeviceData,DeviceInfo,DigitalId}`, `dto/{ValidateDeviceDto,DigitalIdDto}`,
//! `exception/ApiExceptionHandler` (codes and statuses). mosip/commons 1.0.7, v1.1.5 and v1.2.0,
//! `kernel/kernel-core`: `util/CryptoUtil.decodeBase64`. mosip/partner-management-services v1.1.4
//! and v1.1.5: `dto/{DeviceData,DeviceInfo,DigitalId}`, `{ValidateDeviceDto,DigitalIdDto}`,
//! `exception/PartnerServiceResponseExceptionHandler`.

use super::server::{KernelVersion, Server};
use crate::mosip::error_code::ErrorCode;

/// One error of an answer.
pub(super) struct Reply {
    pub(super) status: u16,
    /// `None` where the answer has no code.
    pub(super) code: Option<ErrorCode>,
}

impl Reply {
    const fn new(status: u16, code: ErrorCode) -> Self {
        Self { status, code: Some(code) }
    }

    const fn without_code(status: u16) -> Self {
        Self { status, code: None }
    }
}

/// What goes wrong while a text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    /// The JSON is not what the members of the object are: its parser says which.
    Mapping,
    /// There is no JSON.
    Syntax,
    /// The server runs into something that it did not foresee.
    Crash,
}

/// What a server answers to each of them.
pub(super) struct Replies {
    mapping: Reply,
    syntax: Reply,
    crash: Reply,
}

impl Replies {
    pub(super) const fn to(&self, slip: Slip) -> &Reply {
        match slip {
            Slip::Mapping => &self.mapping,
            Slip::Syntax => &self.syntax,
            Slip::Crash => &self.crash,
        }
    }
}

/// The members of an object, by their names: a server knows one name for each.
pub(super) type Shape = &'static [(&'static str, Kind)];

/// What a member is read as.
pub(super) enum Kind {
    Text,
    Time,
    /// An array of texts.
    Texts,
    Anything,
    Members(Shape),
}

/// What a server does with a member that it does not know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    Refused,
    Ignored,
}

/// How a server decodes base64.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoder {
    /// commons-codec: both alphabets, whatever else stands between them, with or without padding.
    CommonsCodec,
    /// The JDK's: one alphabet or the other; nothing becomes `null`.
    Jdk,
}

/// How a server reads a text that should be a time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// As it is.
    Exact,
    /// Without the blanks around it; a blank one is absent.
    Trimmed,
}

/// Whether blanks at the ends count for the length of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    Trimmed,
    Counted,
}

/// The rules for the digital id of a validation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IdRules {
    /// Not blank, and a length that counts the ends.
    Sized,
    /// Not null, and a length that does not.
    Trimmed,
    /// Not null.
    Present,
}

/// How a server, in a version, reads requests.
pub(super) struct Dialect {
    /// For the body.
    pub(super) body: Replies,
    /// For what is encoded in it.
    pub(super) inner: Replies,
    /// For a body that lacks something.
    pub(super) incomplete: Reply,
    /// For a rule that something encoded breaks.
    pub(super) rule: ErrorCode,
    /// The HTTP status of the errors that the kernel calls its own.
    pub(super) service_status: u16,
    pub(super) unknown: Unknown,
    pub(super) decoder: Decoder,
    pub(super) clock: Clock,
    pub(super) ends: Ends,
    pub(super) levels: &'static [&'static str],
    /// The member of `deviceInfo` with the time of the request.
    pub(super) time_stamp: &'static str,
    /// The member of a digital id with the sub-type.
    pub(super) sub_type: &'static str,
    pub(super) device_data: Shape,
    pub(super) device_info: Shape,
    pub(super) digital_id: Shape,
    pub(super) validation: Shape,
    pub(super) id_rules: IdRules,
}

impl Dialect {
    pub(super) const fn of(server: Server) -> &'static Self {
        match server {
            Server::Kernel { version: KernelVersion::V1_0_7 } => &KERNEL_1_0_7,
            Server::Kernel { version: KernelVersion::V1_0_9 } => &KERNEL_1_0_9,
            Server::Kernel { version: KernelVersion::V1_2_0 } => &KERNEL_1_2_0,
            Server::PartnerManagement => &PARTNER_MANAGEMENT,
        }
    }
}

/// The wrapper of every request.
macro_rules! body {
    ($request:expr) => {
        &[
            ("id", Kind::Text),
            ("version", Kind::Text),
            ("requesttime", Kind::Time),
            ("metadata", Kind::Anything),
            ("request", Kind::Members($request)),
        ]
    };
}

/// The digital id of a registration.
macro_rules! digital_id {
    ($sub_type:expr) => {
        &[
            ("serialNo", Kind::Text),
            ("deviceProvider", Kind::Text),
            ("deviceProviderId", Kind::Text),
            ("make", Kind::Text),
            ("model", Kind::Text),
            ("dateTime", Kind::Time),
            ("type", Kind::Text),
            ($sub_type, Kind::Text),
        ]
    };
}

/// The digital id of a validation.
macro_rules! claimed_id {
    ($sub_type:expr) => {
        &[
            ("serialNo", Kind::Text),
            ("dp", Kind::Text),
            ("dpId", Kind::Text),
            ("make", Kind::Text),
            ("model", Kind::Text),
            ("type", Kind::Text),
            ($sub_type, Kind::Text),
            ("dateTime", Kind::Text),
        ]
    };
}

static KERNEL_1_0_7: Dialect = kernel(
    500,
    Decoder::CommonsCodec,
    IdRules::Sized,
    "subType",
    digital_id!("subType"),
    body!(&[
        ("deviceCode", Kind::Text),
        ("digitalId", Kind::Members(claimed_id!("subType"))),
        ("deviceServiceVersion", Kind::Text),
    ]),
);
static KERNEL_1_0_9: Dialect =
    kernel(500, Decoder::CommonsCodec, IdRules::Trimmed, SUB_TYPE, DIGITAL_ID, VALIDATION);
static KERNEL_1_2_0: Dialect =
    kernel(200, Decoder::Jdk, IdRules::Trimmed, SUB_TYPE, DIGITAL_ID, VALIDATION);

const fn kernel(
    service_status: u16,
    decoder: Decoder,
    id_rules: IdRules,
    sub_type: &'static str,
    digital_id: Shape,
    validation: Shape,
) -> Dialect {
    const fn rule() -> Reply {
        Reply::new(200, ErrorCode::KerMsd999)
    }
    const fn unforeseen() -> Reply {
        Reply::new(500, ErrorCode::KerMsd500)
    }
    Dialect {
        body: Replies { mapping: rule(), syntax: rule(), crash: rule() },
        inner: Replies { mapping: rule(), syntax: unforeseen(), crash: unforeseen() },
        incomplete: rule(),
        rule: ErrorCode::KerMsd999,
        service_status,
        unknown: Unknown::Refused,
        decoder,
        clock: Clock::Exact,
        ends: Ends::Trimmed,
        levels: &["L0", "L1"],
        time_stamp: "timeStamp",
        sub_type,
        device_data: &[
            ("deviceId", Kind::Text),
            ("purpose", Kind::Text),
            ("deviceInfo", Kind::Members(KERNEL_INFO)),
            ("foundationalTrustProviderId", Kind::Text),
        ],
        device_info: KERNEL_INFO,
        digital_id,
        validation,
        id_rules,
    }
}

static PARTNER_MANAGEMENT: Dialect = {
    const fn json() -> Reply {
        Reply::new(200, ErrorCode::PmsAut016)
    }
    Dialect {
        body: Replies {
            mapping: Reply::without_code(400),
            syntax: Reply::without_code(400),
            crash: Reply::without_code(400),
        },
        inner: Replies { mapping: json(), syntax: json(), crash: Reply::without_code(200) },
        incomplete: Reply::new(400, ErrorCode::PmsCor001),
        rule: ErrorCode::PmsAut011,
        service_status: 200,
        unknown: Unknown::Ignored,
        decoder: Decoder::CommonsCodec,
        clock: Clock::Trimmed,
        ends: Ends::Counted,
        levels: &["L0", "L1", "L2"],
        time_stamp: "timestamp",
        sub_type: SUB_TYPE,
        device_data: &[
            ("deviceId", Kind::Text),
            ("purpose", Kind::Text),
            ("deviceInfo", Kind::Text),
            ("foundationalTrustProviderId", Kind::Text),
        ],
        device_info: &[
            ("deviceSubId", Kind::Texts),
            ("certification", Kind::Text),
            ("digitalId", Kind::Text),
            ("firmware", Kind::Text),
            ("deviceExpiry", Kind::Time),
            ("timestamp", Kind::Time),
        ],
        digital_id: DIGITAL_ID,
        validation: VALIDATION,
        id_rules: IdRules::Present,
    }
};

const SUB_TYPE: &str = "deviceSubType";

/// The body of a registration.
pub(super) const REGISTRATION: Shape = body!(&[("deviceData", Kind::Text)]);

const VALIDATION: Shape = body!(&[
    ("deviceCode", Kind::Text),
    ("digitalId", Kind::Members(claimed_id!(SUB_TYPE))),
    ("deviceServiceVersion", Kind::Text),
    ("timeStamp", Kind::Text),
    ("purpose", Kind::Text),
]);

const KERNEL_INFO: Shape = &[
    ("deviceSubId", Kind::Text),
    ("certification", Kind::Text),
    ("digitalId", Kind::Text),
    ("firmware", Kind::Text),
    ("deviceExpiry", Kind::Time),
    ("timeStamp", Kind::Time),
];

const DIGITAL_ID: Shape = digital_id!(SUB_TYPE);
