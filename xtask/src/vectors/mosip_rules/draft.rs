//! Requests for registration, before they are put together.

use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};

use super::super::keys::without;

/// A request for registration before it is put together.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) data: Object<'static>,
    pub(super) info: Object<'static>,
    pub(super) id: Object<'static>,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self {
            data: Object::new()
                .with("deviceId", "d1")
                .with("purpose", "Auth")
                .with("foundationalTrustProviderId", ""),
            info: Object::new()
                .with("deviceSubId", "1")
                .with("certification", "L0")
                .with("firmware", "f1")
                .with("deviceExpiry", "2021-01-13T12:50:42.196Z")
                .with("timeStamp", STAMP),
            id: Object::new()
                .with("serialNo", "s1")
                .with("deviceProvider", "Vendor One")
                .with("deviceProviderId", "p1")
                .with("make", "m1")
                .with("model", "n1")
                .with("dateTime", "2020-01-13T12:50:42.195Z")
                .with("type", "Finger")
                .with("deviceSubType", "Single"),
        }
    }

    /// As kernels before 1.0.9 want it.
    pub(super) fn old() -> Self {
        Self::new().without("deviceSubType").id("subType", "Single")
    }

    /// As partner management wants it.
    pub(super) fn for_partner() -> Self {
        let ids = Value::Array(vec!["1".into()]);
        Self::new().without("timeStamp").info("timestamp", STAMP).info("deviceSubId", ids)
    }

    pub(super) fn data(mut self, member: &'static str, value: impl Into<Value<'static>>) -> Self {
        self.data.set(member, value);
        self
    }

    pub(super) fn info(mut self, member: &'static str, value: impl Into<Value<'static>>) -> Self {
        self.info.set(member, value);
        self
    }

    pub(super) fn id(mut self, member: &'static str, value: impl Into<Value<'static>>) -> Self {
        self.id.set(member, value);
        self
    }

    pub(super) fn without(mut self, member: &str) -> Self {
        for part in [&mut self.data, &mut self.info, &mut self.id] {
            *part = without(part, member);
        }
        self
    }

    pub(super) fn without_id(mut self) -> Self {
        self.id = Object::new();
        self
    }

    /// The JSON of `deviceData`, as the kernel wants it.
    pub(super) fn kernel_json(&self) -> String {
        let mut info = self.info.clone();
        if info.member("digitalId").is_none() && self.id.iter().next().is_some() {
            info.set("digitalId", encode(&self.id));
        }
        self.data.clone().with("deviceInfo", info).to_string()
    }

    /// Base64 in base64.
    pub(super) fn kernel_text(&self) -> String {
        base64::encode_standard(self.kernel_json().as_bytes())
    }

    pub(super) fn kernel(&self) -> String {
        body(&self.kernel_text())
    }

    /// One layer more.
    pub(super) fn partner(&self) -> String {
        let mut info = self.info.clone();
        if info.member("digitalId").is_none() && self.id.iter().next().is_some() {
            info.set("digitalId", encode(&self.id));
        }
        self.partner_with(encode(&info))
    }

    pub(super) fn partner_with(&self, info: impl Into<Value<'static>>) -> String {
        body(&encode(&self.data.clone().with("deviceInfo", info)))
    }
}

pub(super) const STAMP: &str = "2020-01-13T12:50:42.000Z";

/// A JWS around a text, with a signature that nobody looks at.
pub(super) fn signed(json: &str) -> String {
    format!("e30.{}.c2ln", base64::encode_url(json.as_bytes()))
}

pub(super) fn encode(object: &Object<'_>) -> String {
    base64::encode_standard(object.to_string().as_bytes())
}

pub(super) fn body(device_data: &str) -> String {
    let request = Object::new().with("deviceData", device_data);
    Object::new()
        .with("id", "io.mosip.masterdata.device.create")
        .with("request", request)
        .to_string()
}
