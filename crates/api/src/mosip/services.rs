//! Device services: the software that drives devices, MDS.

use super::shape::body;
use crate::mosip::rules::Activity;
use crate::{message::Timestamp, message::message};

message! {
    /// `POST /mosipdeviceservice`: creates a device service.
    ///
    /// Servers look, in this order, for the type (`ADM-DPM-040`), the sub-type (`041`), the provider
    /// (`039`) and a duplicate (`021`). The documents list an `id`; the server makes it up.
    pub struct CreateDeviceService {
        /// Version of the software.
        sw_version: String = "swVersion",
        /// Its provider.
        device_provider_id: String = "deviceProviderId",
        /// Type of the devices it drives.
        device_type: String = "regDeviceTypeCode",
        /// Sub-type of the devices it drives.
        device_sub_type: String = "regDeviceSubCode",
        /// Make of the devices it drives.
        make: String = "make",
        /// Model of the devices it drives.
        model: String = "model",
        /// Hash of the software; servers keep the bytes of the text.
        sw_binary_hash: String = "swBinaryHash",
        /// Whether it is active.
        is_active: Activity = "isActive",
    } optional {
        /// When the software was made.
        sw_created: Timestamp = "swCreateDateTime",
        /// When the software expires.
        sw_expires: Timestamp = "swExpiryDateTime",
    }
}

body!(
    CreateDeviceService,
    "POST /mosipdeviceservice",
    POST,
    "io.mosip.masterdata.mds.create",
    ["v1", "masterdata", "mosipdeviceservice"],
    DeviceService,
    [
        ("swVersion", 1, 64),
        ("deviceProviderId", 1, 36),
        ("regDeviceTypeCode", 1, 36),
        ("regDeviceSubCode", 1, 36),
        ("make", 1, 36),
        ("model", 1, 36),
        ("swBinaryHash", 1, 36),
    ]
);

message! {
    /// `PUT /mosipdeviceservice`: changes a device service.
    ///
    /// Servers look, in this order, for the id (`ADM-DPM-023`), the provider (`039`), the type
    /// (`040`) and the sub-type (`041`). The sample of the documents has `active` instead of
    /// `isActive`, which servers require.
    pub struct UpdateDeviceService {
        /// The id.
        id: String = "id",
        /// Version of the software.
        sw_version: String = "swVersion",
        /// Its provider.
        device_provider_id: String = "deviceProviderId",
        /// Type of the devices it drives.
        device_type: String = "regDeviceTypeCode",
        /// Sub-type of the devices it drives.
        device_sub_type: String = "regDeviceSubCode",
        /// Make of the devices it drives.
        make: String = "make",
        /// Model of the devices it drives.
        model: String = "model",
        /// Hash of the software; servers keep the bytes of the text.
        sw_binary_hash: String = "swBinaryHash",
    } optional {
        /// Whether it is active.
        is_active: Activity = "isActive",
        /// The same under another name, which servers do not read.
        active: Activity = "active",
        /// When the software was made.
        sw_created: Timestamp = "swCreateDateTime",
        /// When the software expires.
        sw_expires: Timestamp = "swExpiryDateTime",
    }
}

body!(
    UpdateDeviceService,
    "PUT /mosipdeviceservice",
    PUT,
    "io.mosip.masterdata.mds.update",
    ["v1", "masterdata", "mosipdeviceservice"],
    DeviceService,
    [
        ("id", 1, 36),
        ("swVersion", 1, 64),
        ("deviceProviderId", 1, 36),
        ("regDeviceTypeCode", 1, 36),
        ("regDeviceSubCode", 1, 36),
        ("make", 1, 36),
        ("model", 1, 36),
        ("swBinaryHash", 1, 36),
    ]
);

message! {
    /// A device service, as stored by a server.
    pub struct DeviceService {
        /// Its id, a UUID.
        id: String = "id",
        /// Version of the software.
        sw_version: String = "swVersion",
        /// Its provider.
        device_provider_id: String = "deviceProviderId",
        /// Type of the devices it drives.
        device_type: String = "regDeviceTypeCode",
        /// Sub-type of the devices it drives.
        device_sub_type: String = "regDeviceSubCode",
        /// Make of the devices it drives.
        make: String = "make",
        /// Model of the devices it drives.
        model: String = "model",
    } optional {
        /// Hash of the software.
        sw_binary_hash: String = "swBinaryHash",
        /// Whether it is active.
        is_active: Activity = "isActive",
        /// When the software was made.
        sw_created: Timestamp = "swCreateDateTime",
        /// When the software expires.
        sw_expires: Timestamp = "swExpiryDateTime",
        /// Who created it.
        created_by: String = "createdBy",
        /// The time.
        created: Timestamp = "createdDateTime",
        /// Who changed it.
        updated_by: String = "updatedBy",
        /// The time.
        updated: Timestamp = "updatedDateTime",
        /// Whether it is deleted.
        is_deleted: bool = "isDeleted",
        /// The time.
        deleted: Timestamp = "deletedDateTime",
    }
}
