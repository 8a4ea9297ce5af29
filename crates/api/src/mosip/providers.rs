//! Device providers and foundational trust providers.

use super::shape::body;
use crate::mosip::rules::Activity;
use crate::{message::Timestamp, message::message};

message! {
    /// `POST /deviceprovider`: makes a device provider.
    ///
    /// The documents require every member; servers require these two. One of the same name and
    /// address is refused with `ADM-DPM-011`.
    pub struct CreateDeviceProvider {
        /// Its name.
        vendor_name: String = "vendorName",
        /// Whether it is active.
        is_active: Activity = "isActive",
    } optional {
        /// Its address.
        address: String = "address",
        /// Its e-mail address.
        email: String = "email",
        /// Its telephone number.
        contact_number: String = "contactNumber",
        /// Name of its certificate.
        certificate_alias: String = "certificateAlias",
    }
}

body!(
    CreateDeviceProvider,
    "POST /deviceprovider",
    POST,
    "io.mosip.masterdata.deviceprovider.create",
    ["v1", "masterdata", "deviceprovider"],
    DeviceProvider,
    [
        ("vendorName", 1, 128),
        ("address", 0, 512),
        ("email", 0, 256),
        ("contactNumber", 0, 16),
        ("certificateAlias", 0, 36),
    ]
);

message! {
    /// `PUT /deviceprovider`: changes a device provider.
    ///
    /// An unknown id is refused with `ADM-DPM-003`, a name and address that exist (even of the
    /// same provider) with `ADM-DPM-011`.
    pub struct UpdateDeviceProvider {
        /// The id.
        id: String = "id",
        /// Its name.
        vendor_name: String = "vendorName",
        /// Whether it is active.
        is_active: Activity = "isActive",
    } optional {
        /// Its address.
        address: String = "address",
        /// Its e-mail address.
        email: String = "email",
        /// Its telephone number.
        contact_number: String = "contactNumber",
        /// Name of its certificate.
        certificate_alias: String = "certificateAlias",
    }
}

body!(
    UpdateDeviceProvider,
    "PUT /deviceprovider",
    PUT,
    "io.mosip.masterdata.deviceprovider.update",
    ["v1", "masterdata", "deviceprovider"],
    DeviceProvider,
    [
        ("id", 1, 36),
        ("vendorName", 1, 128),
        ("address", 0, 512),
        ("email", 0, 256),
        ("contactNumber", 0, 16),
        ("certificateAlias", 0, 36),
    ]
);

message! {
    /// A device provider, as a server knows it.
    pub struct DeviceProvider {
        /// Its id, a UUID.
        id: String = "id",
        /// Its name.
        vendor_name: String = "vendorName",
        /// Whether it is active.
        is_active: Activity = "isActive",
    } optional {
        /// Its address.
        address: String = "address",
        /// Its e-mail address.
        email: String = "email",
        /// Its telephone number.
        contact_number: String = "contactNumber",
        /// Name of its certificate.
        certificate_alias: String = "certificateAlias",
        /// Who created it.
        created_by: String = "createdBy",
        /// Who changed it.
        updated_by: String = "updatedBy",
        /// Whether it is deleted.
        is_deleted: bool = "isDeleted",
    }
}

message! {
    /// `POST /foundationaltrustprovider`: makes a foundational trust provider.
    ///
    /// One of the same name, e-mail address, address, alias and activity is refused with
    /// `ADM-DPM-016`.
    pub struct CreateTrustProvider {
        /// Its name.
        name: String = "name",
        /// Its address.
        address: String = "address",
        /// Its e-mail address.
        email: String = "email",
        /// Its telephone number.
        contact_no: String = "contactNo",
        /// Name of its certificate.
        cert_alias: String = "certAlias",
    } optional {
        /// Whether it is active.
        is_active: Activity = "isActive",
    }
}

body!(
    CreateTrustProvider,
    "POST /foundationaltrustprovider",
    POST,
    "io.mosip.masterdata.foundationaltrustprovider.create",
    ["v1", "masterdata", "foundationaltrustprovider"],
    TrustProvider,
    [
        ("name", 1, 128),
        ("address", 1, 512),
        ("email", 1, 256),
        ("contactNo", 1, 16),
        ("certAlias", 1, 36),
    ]
);

message! {
    /// `PUT /foundationaltrustprovider`: changes a foundational trust provider.
    ///
    /// An unknown id is refused with `ADM-DPM-016`.
    pub struct UpdateTrustProvider {
        /// The id.
        id: String = "id",
        /// Its name.
        name: String = "name",
        /// Its address.
        address: String = "address",
        /// Its e-mail address.
        email: String = "email",
        /// Its telephone number.
        contact_no: String = "contactNo",
        /// Name of its certificate.
        cert_alias: String = "certAlias",
    } optional {
        /// Whether it is active.
        is_active: Activity = "isActive",
        /// The same under another name, which servers do not read.
        active: Activity = "active",
    }
}

body!(
    UpdateTrustProvider,
    "PUT /foundationaltrustprovider",
    PUT,
    "io.mosip.masterdata.foundationaltrustprovider.update",
    ["v1", "masterdata", "foundationaltrustprovider"],
    TrustProvider,
    [
        ("id", 1, 36),
        ("name", 1, 128),
        ("address", 1, 512),
        ("email", 1, 256),
        ("contactNo", 1, 16),
        ("certAlias", 1, 36),
    ]
);

message! {
    /// A foundational trust provider, as a server knows it.
    pub struct TrustProvider {
        /// Its id, a UUID.
        id: String = "id",
        /// Its name.
        name: String = "name",
    } optional {
        /// Its address.
        address: String = "address",
        /// Its e-mail address.
        email: String = "email",
        /// Its telephone number.
        contact_no: String = "contactNo",
        /// Name of its certificate.
        cert_alias: String = "certAlias",
        /// Whether it is active.
        is_active: Activity = "isActive",
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
