//! Devices, their secure chips, and the authorities that vouch for them.
//!
//! ```text
//! Pki::generate ──► authorities per domain ──► Device (device key, chip's key) ── sign ──► JWS with x5c
//! ```

use super::certificate::{Authority, Certificate, Template};
use super::ec::EcIssuer;
use super::issuer::{IssueError, Issuer as _};
use super::rng::Rng;
use super::rsa::RsaIssuer;
use countersign::encoding::json::{Object, Value};
use countersign::{Algorithm, Time};

/// A key whose holder sends its certificate with each message.
#[derive(Clone, Debug)]
pub struct Device {
    key: RsaIssuer,
    x5c: Vec<Certificate>,
}

impl Device {
    /// Makes a device from a key and the certificates of its `x5c`, its own first.
    #[must_use]
    pub const fn new(key: RsaIssuer, x5c: Vec<Certificate>) -> Self {
        Self { key, x5c }
    }

    /// Returns the key.
    #[must_use]
    pub const fn key(&self) -> &RsaIssuer {
        &self.key
    }

    /// Returns the certificates, the device's own first.
    #[must_use]
    pub fn x5c(&self) -> &[Certificate] {
        &self.x5c
    }

    /// Returns the header of the device's signatures.
    #[must_use]
    pub fn header(&self) -> Object<'static> {
        let x5c = self.x5c.iter().map(|certificate| certificate.to_x5c().into()).collect();
        Object::new()
            .with("x5c", Value::Array(x5c))
            .with("alg", Algorithm::Rs256.name())
            .with("typ", "JWT")
    }

    /// Signs a payload under RS256, with the certificates in the header.
    ///
    /// # Errors
    ///
    /// [`IssueError::Key`] if the modulus has no room for the signature.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::mosip::device::{DigitalIdVerifier, Expected};
    /// use countersign::mosip::trust::{Consumer, Rules, Trust};
    /// use countersign_testkit::{Pki, Rng, mosip};
    /// use countersign::{At, Code, Policy, Time};
    ///
    /// let (start, end) = (Time::from_unix(0).unwrap(), Time::from_unix(2_600_000_000).unwrap());
    /// let pki = Pki::generate(&mut Rng::from_seed(1), start, end).unwrap();
    /// let id = mosip::digital_id("1801160992").to_string();
    /// let verify = |token: String, rules| {
    ///     let verifier = DigitalIdVerifier::new(Trust::new(pki.store(), rules), Policy::default());
    ///     verifier.verify(token.as_bytes(), &Expected::new(), At::Issued)
    /// };
    /// let ida = || Rules::of(Consumer::Ida);
    /// assert!(verify(pki.chip.sign(&id).unwrap(), ida()).is_ok());
    /// let error = verify(pki.device.sign(&id).unwrap(), ida()).unwrap_err();
    /// assert_eq!(error.code(), Code::UntrustedChain);
    /// ```
    pub fn sign(&self, payload: &str) -> Result<String, IssueError> {
        self.key.sign(&self.header(), payload.as_bytes(), Algorithm::Rs256)
    }
}

/// One authority per domain with an intermediate each, and a device with a secure chip.
///
/// The authorities have P-256 keys, which are quick to generate; devices have RSA keys, as MOSIP
/// requires.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Pki {
    /// The root of the domain `DEVICE`.
    pub device_root: Authority<EcIssuer>,
    /// Its intermediate for a device maker.
    pub device_intermediate: Authority<EcIssuer>,
    /// The root of the domain `FTM`.
    pub ftm_root: Authority<EcIssuer>,
    /// Its intermediate for a chip maker.
    pub ftm_intermediate: Authority<EcIssuer>,
    /// The device.
    pub device: Device,
    /// Its chip.
    pub chip: Device,
}

impl Pki {
    /// The organisation in the device's certificate.
    pub const MAKER: &'static str = "Test Vendor";

    /// Generates all of them, with certificates valid between the two times.
    ///
    /// # Errors
    ///
    /// None with the keys generated here.
    pub fn generate(rng: &mut Rng, start: Time, end: Time) -> Result<Self, IssueError> {
        let template = |name| Template::new(name, start, end);
        let mut chain = |root, intermediate, leaf: Template| {
            let mut key = || EcIssuer::generate(rng, None);
            let root = Authority::root(key(), &template(root).authority(None))?;
            let below = template(intermediate).organization(Self::MAKER).authority(Some(0));
            let intermediate = root.subordinate(key(), &below)?;
            let key = RsaIssuer::generate(rng, 2048, None)?;
            let certificate = intermediate.issue(&key, &leaf)?;
            let device = Device::new(key, vec![certificate]);
            Ok((root, intermediate, device))
        };
        // Partner management calls every device an authority.
        let leaf = template("device").organization(Self::MAKER).authority(None);
        let (device_root, device_intermediate, device) =
            chain("Device root", "Device intermediate", leaf)?;
        let leaf = template("chip").organization("Chip Maker").end_entity();
        let (ftm_root, ftm_intermediate, chip) = chain("FTM root", "FTM intermediate", leaf)?;
        Ok(Self { device_root, device_intermediate, ftm_root, ftm_intermediate, device, chip })
    }

    /// Returns a store that trusts both domains' authorities, each for its domain.
    #[must_use]
    pub fn store(&self) -> countersign::mosip::trust::TrustStore {
        use countersign::mosip::trust::{Domain, TrustStore};
        use countersign::x509::{self, NegativeModulus};
        let read = |certificate: &Certificate| {
            x509::Certificate::from_der(certificate.to_der(), NegativeModulus::Refuse).ok()
        };
        TrustStore::new()
            .with_roots(Domain::Device, read(self.device_root.certificate()))
            .with_intermediates(Domain::Device, read(self.device_intermediate.certificate()))
            .with_roots(Domain::Ftm, read(self.ftm_root.certificate()))
            .with_intermediates(Domain::Ftm, read(self.ftm_intermediate.certificate()))
    }
}

/// Returns the `deviceInfo` of a registration request around a digital ID as text.
///
/// ```
/// let info = countersign_testkit::device_info("e30", "L1");
/// assert_eq!(info.member("certification").unwrap().as_str(), Some("L1"));
/// ```
#[must_use]
pub fn device_info<'a>(digital_id: &'a str, certification: &'a str) -> Object<'a> {
    Object::new()
        .with("deviceSubId", Value::Array(vec!["1".into()]))
        .with("certification", certification)
        .with("digitalId", digital_id)
        .with("firmware", "firmware")
        .with("deviceExpiry", "2021-01-13T12:50:42.196Z")
        .with("timeStamp", "2020-01-13T12:50:42.208Z")
}

/// Returns the `deviceData` of a registration request around its `deviceInfo`, a text or an object.
///
/// ```
/// let data = countersign_testkit::device_data("e30");
/// assert_eq!(data.member("deviceInfo").unwrap().as_str(), Some("e30"));
/// ```
#[must_use]
pub fn device_data<'a>(device_info: impl Into<Value<'a>>) -> Object<'a> {
    Object::new()
        .with("deviceId", "70959dd5-e45f-438a-9ff8-9b263908e572")
        .with("purpose", "Auth")
        .with("deviceInfo", device_info)
        .with("foundationalTrustProviderId", "")
}
