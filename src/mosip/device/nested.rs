//! How the objects of a registration request are nested.

use alloc::string::String;
use alloc::vec::Vec;

use super::object::{
    Certification, DEVICE_DATA, DEVICE_INFO, DIGITAL_ID, DeviceData, DeviceInfo, DigitalId,
    Purpose, Timestamp, optional_text, sub_ids, text, text_of,
};
use crate::error::Error;
use crate::limits::Limits;
use crate::mosip::layer::{self, Closed, Inside, Nested, Opened, Origin, Wrapping};

impl DeviceData {
    /// Decodes the text of a `deviceData` member. Signatures are *not* verified.
    ///
    /// # Errors
    ///
    /// Returns an error if the size, the base64, the JSON or a member is invalid, and
    /// [`Error::TooLarge`] if there are more layers than the limits allow.
    pub fn decode(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        layer::decode(DataLayers::Data, Closed::Text(text.into()), limits)
    }

    /// Decodes the `deviceData` of a whole request body, `{"request":{"deviceData": …}}`.
    ///
    /// # Errors
    ///
    /// See [`decode`](Self::decode).
    pub fn from_request(body: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::decode(text_of(body, DEVICE_DATA, limits)?.as_bytes(), limits)
    }
}

impl DeviceInfo {
    /// Decodes the text of a `deviceInfo` member. Signatures are *not* verified.
    ///
    /// # Errors
    ///
    /// See [`DeviceData::decode`].
    pub fn decode(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        layer::decode(InfoLayers::Info, Closed::Text(text.into()), limits)
    }
}

impl DigitalId {
    /// Decodes the text of a `digitalId` member. Signatures are *not* verified.
    ///
    /// # Errors
    ///
    /// See [`DeviceData::decode`].
    pub fn decode(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        layer::decode(IdLayer, Closed::Text(text.into()), limits)
    }
}

/// `deviceData`, which holds `deviceInfo`, which holds `digitalId`.
pub(crate) enum DataLayers {
    Data,
    Info(Origin),
    Id(DataHead, InfoHead),
}

/// What is read of device data before the digital id is open.
pub(crate) struct DataHead {
    device_id: Option<String>,
    purpose: Purpose,
    origin: Origin,
}

/// `deviceInfo`, which holds `digitalId`.
pub(crate) enum InfoLayers {
    Info,
    Id(InfoHead),
}

/// What is read of device information before the digital id is open.
pub(crate) struct InfoHead {
    device_sub_ids: Vec<String>,
    certification: Certification,
    origin: Origin,
}

/// A digital id, which holds nothing.
pub(crate) struct IdLayer;

impl Nested for DataLayers {
    type Whole = DeviceData;

    fn layer(&self) -> (&'static str, Wrapping) {
        match self {
            Self::Data => (DEVICE_DATA, Wrapping::Text),
            Self::Info(_) => InfoLayers::Info.layer(),
            Self::Id(..) => IdLayer.layer(),
        }
    }

    fn read(self, layer: Opened<'_>, limits: &Limits) -> Result<Inside<Self>, Error> {
        match self {
            Self::Data => {
                let origin = layer.into_origin(limits)?;
                let info = Closed::member(DEVICE_DATA, origin.members(), DEVICE_INFO)?;
                Ok(Inside::Layer(Self::Info(origin), info))
            }
            Self::Info(data) => {
                let info = layer.into_origin(limits)?;
                let data = DataHead::read(data)?;
                let (info, id) = InfoHead::read(info)?;
                Ok(Inside::Layer(Self::Id(data, info), id))
            }
            Self::Id(data, info) => {
                let id = DigitalId::read(layer.into_origin(limits)?)?;
                Ok(Inside::Whole(data.with(info.with(id)?)?))
            }
        }
    }
}

impl DataHead {
    fn read(origin: Origin) -> Result<Self, Error> {
        let object = origin.members();
        Ok(Self {
            device_id: optional_text(object, DEVICE_DATA, "deviceId", &[])?,
            purpose: text(object, DEVICE_DATA, "purpose", &[])?.as_str().into(),
            origin,
        })
    }

    fn with(self, device_info: DeviceInfo) -> Result<DeviceData, Error> {
        let Self { device_id, purpose, origin } = self;
        let member = "foundationalTrustProviderId";
        let foundational_trust_provider_id =
            optional_text(origin.members(), DEVICE_DATA, member, &[])?;
        Ok(DeviceData { device_id, purpose, device_info, foundational_trust_provider_id, origin })
    }
}

impl Nested for InfoLayers {
    type Whole = DeviceInfo;

    fn layer(&self) -> (&'static str, Wrapping) {
        match self {
            Self::Info => (DEVICE_INFO, Wrapping::Text),
            Self::Id(_) => IdLayer.layer(),
        }
    }

    fn read(self, layer: Opened<'_>, limits: &Limits) -> Result<Inside<Self>, Error> {
        let origin = layer.into_origin(limits)?;
        match self {
            Self::Info => {
                let (info, id) = InfoHead::read(origin)?;
                Ok(Inside::Layer(Self::Id(info), id))
            }
            Self::Id(info) => Ok(Inside::Whole(info.with(DigitalId::read(origin)?)?)),
        }
    }
}

impl InfoHead {
    /// Reads what stands around the digital id, and finds that.
    fn read(origin: Origin) -> Result<(Self, Closed<'static>), Error> {
        let object = origin.members();
        let device_sub_ids = sub_ids(object)?;
        let certification = text(object, DEVICE_INFO, "certification", &[])?.as_str().into();
        let id = Closed::member(DEVICE_INFO, object, DIGITAL_ID)?;
        Ok((Self { device_sub_ids, certification, origin }, id))
    }

    fn with(self, digital_id: DigitalId) -> Result<DeviceInfo, Error> {
        let Self { device_sub_ids, certification, origin } = self;
        let object = origin.members();
        let text = |member, aliases| optional_text(object, DEVICE_INFO, member, aliases);
        let time =
            |member, aliases| Ok::<_, Error>(text(member, aliases)?.as_deref().map(Timestamp::new));
        Ok(DeviceInfo {
            device_sub_ids,
            certification,
            digital_id,
            firmware: text("firmware", &[])?,
            device_expiry: time("deviceExpiry", &[])?,
            time_stamp: time("timeStamp", &["timestamp"])?,
            origin,
        })
    }
}

impl Nested for IdLayer {
    type Whole = DigitalId;

    fn layer(&self) -> (&'static str, Wrapping) {
        (DIGITAL_ID, Wrapping::DigitalId)
    }

    fn read(self, layer: Opened<'_>, limits: &Limits) -> Result<Inside<Self>, Error> {
        Ok(Inside::Whole(DigitalId::read(layer.into_origin(limits)?)?))
    }
}
