//! The signed data of one biometric.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::crypto::sha256;
use crate::encoding::json::{self, Object, Value};
use crate::encoding::{base64, hex};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::device::kind::Kind;
use crate::mosip::device::nested::IdLayer;
use crate::mosip::device::object::{DIGITAL_ID, DigitalId, Timestamp, optional_text, text};
use crate::mosip::layer::{Closed, Inside, Nested, Opened, Wrapping};
use crate::mosip::trust::Checker;
use crate::report::Check;

pub(super) const DATA: &str = "data";

const BIO_VALUE: &str = "bioValue";

/// The signed data of one biometric.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Data {
    /// `bioType`: `Finger`, `Iris` or `Face`; version 0.9.2 of the interface has none.
    pub bio_type: Option<String>,
    /// `bioSubType`, such as `Left IndexFinger`; a face has none.
    pub bio_sub_type: Option<String>,
    /// `bioValue`, decoded: the biometric, or its ciphertext in answers to a capture for
    /// authentication.
    pub bio_value: Vec<u8>,
    /// `timestamp`: when it was captured.
    pub timestamp: Timestamp,
    /// `transactionId`.
    pub transaction_id: Option<String>,
    /// `purpose`.
    pub purpose: Option<String>,
    /// `env`.
    pub env: Option<String>,
    /// `domainUri`.
    pub domain_uri: Option<String>,
    /// `deviceCode`, until version 1.0.
    pub device_code: Option<String>,
    /// `deviceServiceVersion`.
    pub device_service_version: Option<String>,
    /// `digitalId`.
    pub digital_id: DigitalId,
    /// The whole payload but `bioValue`, of which a digest is kept, and with `digitalId` opened.
    pub(super) members: Object<'static>,
    /// SHA-256 of the payload.
    pub(super) payload_sha256: [u8; 32],
}

impl Data {
    /// Returns all members as received, except that `bioValue` is replaced by its length and digest,
    /// and `digitalId` by its members.
    #[must_use]
    pub const fn members(&self) -> &Object<'static> {
        &self.members
    }
}

/// Returns how many signed layers a message of several devices or biometrics may have: two of each.
pub(super) fn most_signatures(limits: &Limits) -> usize {
    usize::from(limits.capture_segments()) * 2
}

/// Captured data, which holds a digital id.
pub(crate) enum CapturedLayers {
    Data,
    Id(Head),
}

/// What is read of captured data before the digital id is open.
pub(crate) struct Head {
    bio_value: Vec<u8>,
    members: Object<'static>,
    payload_sha256: [u8; 32],
}

impl Nested for CapturedLayers {
    type Whole = Data;

    fn layer(&self) -> (&'static str, Wrapping) {
        match self {
            Self::Data => (DATA, Wrapping::Token),
            Self::Id(_) => IdLayer.layer(),
        }
    }

    fn read(self, layer: Opened<'_>, limits: &Limits) -> Result<Inside<Self>, Error> {
        match self {
            Self::Data => {
                let (head, id) = Head::read(&layer, limits)?;
                Ok(Inside::Layer(Self::Id(head), id))
            }
            Self::Id(head) => {
                let id = DigitalId::read(layer.into_origin(limits)?)?;
                Ok(Inside::Whole(head.with(id)?))
            }
        }
    }
}

impl Head {
    /// Reads what stands around the digital id, and finds that.
    fn read(layer: &Opened<'_>, limits: &Limits) -> Result<(Self, Closed<'static>), Error> {
        let object = json::parse_object(DATA, layer.json(), limits)?;
        let bio_value = object.string(DATA, BIO_VALUE)?;
        let bio_value = base64::decode_mosip(bio_value.as_bytes())
            .map_err(|fault| Error::Malformed { part: BIO_VALUE, fault })?;
        let id = Closed::digital_id(DATA, &object, DIGITAL_ID)?;
        let mut members = Object::new();
        for (name, value) in object.iter() {
            let value = match name {
                BIO_VALUE => Object::new()
                    .with("bytes", bio_value.len())
                    .with("sha256", hex::encode(&sha256(&bio_value)))
                    .into(),
                // Its members take this place once it is open.
                DIGITAL_ID => Value::Null,
                _ => value.clone().into_owned(),
            };
            members.set(name.to_string(), value);
        }
        Ok((Self { bio_value, members, payload_sha256: sha256(layer.payload()) }, id))
    }

    fn with(self, digital_id: DigitalId) -> Result<Data, Error> {
        let Self { bio_value, mut members, payload_sha256 } = self;
        members.set(DIGITAL_ID, digital_id.origin().members().to_object().into_owned());
        let optional = |member| optional_text(&members, DATA, member, &[]);
        Ok(Data {
            bio_type: optional("bioType")?,
            bio_sub_type: optional("bioSubType")?,
            timestamp: Timestamp::new(&text(&members, DATA, "timestamp", &["timeStamp"])?),
            transaction_id: optional("transactionId")?,
            purpose: optional("purpose")?,
            env: optional("env")?,
            domain_uri: optional("domainUri")?,
            device_code: optional("deviceCode")?,
            device_service_version: optional("deviceServiceVersion")?,
            bio_value,
            digital_id,
            members,
            payload_sha256,
        })
    }
}

/// Records how the opening of `data` ended, and what it states.
pub(super) fn record_data(checker: &mut Checker<'_>, data: Result<Data, Error>) -> Option<Data> {
    let part = checker.enter(DATA);
    let unsigned = matches!(data, Err(Error::UnsignedLayer { .. }));
    let check = if unsigned { Check::SIGNATURE } else { Check::CLAIMS };
    let data = checker.trail.record(check, data, |data| {
        let kind = data.bio_type.as_deref().map_or("no `bioType`".into(), crate::error::shorten);
        format!("{kind}, {} bytes of `bioValue`", data.bio_value.len())
    })?;
    checker.check_kind(Kind::Captured, &data.members);
    checker.check_kind(Kind::DigitalId, data.digital_id.origin().members());
    checker.trail.part(&part);
    let captured = Some(data.timestamp.instant("timestamp"));
    checker.state(None, [(DATA, captured), (DIGITAL_ID, data.digital_id.stated())]);
    Some(data)
}
