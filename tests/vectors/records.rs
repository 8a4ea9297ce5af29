//! The tables of a server, out of JSON.

use countersign::Time;
use countersign::encoding::json::{Object, Value};
use countersign_api::mosip::rules::{
    Activity, Dated, Deletion, Device, DeviceDetail, DeviceService, DeviceStatus, MasterDevice,
    Provider, Records, TypeCode,
};

/// Reads the `records` of a group.
pub(crate) fn read(given: &Object<'static>) -> Records {
    let mut records = Records::default();
    records.providers = rows(given, "providers", provider);
    records.device_types = rows(given, "types", type_code);
    records.device_sub_types = rows(given, "subTypes", type_code);
    records.devices = rows(given, "devices", device);
    records.device_master = rows(given, "master", |row| MasterDevice {
        serial_no: text(row, "serialNo"),
        id: text(row, "id"),
    });
    records.device_details = rows(given, "details", |row| DeviceDetail {
        make: text(row, "make"),
        model: text(row, "model"),
        provider_id: text(row, "providerId"),
        device_type: text(row, "type"),
        device_sub_type: text(row, "subType"),
    });
    let ids = given.member("trustProviders").and_then(Value::as_array).unwrap();
    let ids = ids.iter().map(|id| id.as_str().unwrap().to_owned());
    records.foundational_trust_providers = ids.collect();
    records.services = rows(given, "services", service);
    let history = given.member("history").and_then(Value::as_object).unwrap();
    records.history.devices = rows(history, "devices", |row| dated(row, device));
    records.history.providers = rows(history, "providers", |row| dated(row, provider));
    records.history.services = rows(history, "services", |row| dated(row, service));
    records
}

fn rows<T>(given: &Object<'static>, member: &str, read: impl Fn(&Object<'static>) -> T) -> Vec<T> {
    let rows = given.member(member).and_then(Value::as_array).unwrap();
    rows.iter().map(|row| read(row.as_object().unwrap())).collect()
}

fn text(row: &Object<'static>, member: &'static str) -> String {
    row.string("row", member).unwrap().to_owned()
}

fn activity(row: &Object<'static>) -> Activity {
    if row.member("active") == Some(&Value::Bool(false)) {
        Activity::Inactive
    } else {
        Activity::Active
    }
}

fn deletion(row: &Object<'static>) -> Deletion {
    if row.member("deleted") == Some(&Value::Bool(true)) {
        Deletion::Deleted
    } else {
        Deletion::Kept
    }
}

fn dated<T>(row: &Object<'static>, read: impl Fn(&Object<'static>) -> T) -> Dated<T> {
    let effective = row.integer("row", "effective").unwrap();
    Dated { effective: Time::from_unix(effective).unwrap(), row: read(row) }
}

fn provider(row: &Object<'static>) -> Provider {
    Provider {
        id: text(row, "id"),
        name: text(row, "name"),
        activity: activity(row),
        deletion: deletion(row),
    }
}

fn type_code(row: &Object<'static>) -> TypeCode {
    TypeCode { code: text(row, "code"), activity: activity(row), deletion: deletion(row) }
}

fn device(row: &Object<'static>) -> Device {
    Device {
        code: text(row, "code"),
        serial_no: text(row, "serialNo"),
        provider: text(row, "provider"),
        provider_id: text(row, "providerId"),
        make: text(row, "make"),
        model: text(row, "model"),
        device_type: text(row, "type"),
        device_sub_type: text(row, "subType"),
        purpose: text(row, "purpose"),
        status: DeviceStatus::from(text(row, "status").as_str()),
        activity: activity(row),
        deletion: deletion(row),
    }
}

fn service(row: &Object<'static>) -> DeviceService {
    DeviceService {
        version: text(row, "version"),
        provider_id: text(row, "providerId"),
        device_type: text(row, "type"),
        device_sub_type: text(row, "subType"),
        make: text(row, "make"),
        model: text(row, "model"),
        activity: activity(row),
        deletion: deletion(row),
    }
}
