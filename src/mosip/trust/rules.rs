//! The rules of the components that consume signed data.

use alloc::string::String;
use core::fmt;

use super::signer::Usage;
use super::store::Domain;
use crate::encoding::Fault;
use crate::error::{ChainFault, Error};
use crate::mosip::device::object::Certification;
use crate::x509::Certificate;

/// The layer of captured data.
const DATA: &str = "data";

/// A MOSIP component that consumes signed data, and whose rules decide which signers are trusted.
///
#[doc = include_str!("../../../docs/trust.md")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Consumer {
    /// mosip/id-authentication.
    Ida,
    /// mosip/registration-client.
    RegistrationClient,
    /// mosip/registration, the packet processor.
    RegistrationProcessor,
    /// mosip/mosip-compliance-toolkit.
    ComplianceToolkit,
    /// `jwtVerify` of mosip/keymanager.
    KeymanagerV1,
    /// `jwtVerify/v2` of mosip/keymanager 1.3.
    KeymanagerV2,
}

impl Consumer {
    /// Every consumer.
    pub const ALL: [Self; 6] = [
        Self::Ida,
        Self::RegistrationClient,
        Self::RegistrationProcessor,
        Self::ComplianceToolkit,
        Self::KeymanagerV1,
        Self::KeymanagerV2,
    ];

    /// Returns the name of its rules, in kebab case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ida => "ida",
            Self::RegistrationClient => "registration-client",
            Self::RegistrationProcessor => "registration-processor",
            Self::ComplianceToolkit => "compliance-toolkit",
            Self::KeymanagerV1 => "keymanager-v1",
            Self::KeymanagerV2 => "keymanager-v2",
        }
    }
}

impl fmt::Display for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::str::FromStr for Consumer {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let mut all = Self::ALL.into_iter();
        all.find(|consumer| consumer.as_str() == name)
            .ok_or(Error::Malformed { part: "trust rules", fault: Fault::Value })
    }
}

/// Which domain must vouch for each kind of layer.
///
/// ```
/// use countersign::mosip::trust::{Consumer, Domain, Rules};
///
/// let rules = Rules::of(Consumer::RegistrationClient).with_digital_id_domain(Domain::Ftm);
/// assert_eq!(rules.consumer(), Consumer::RegistrationClient);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    consumer: Consumer,
    data: Domain,
    digital_id: DigitalIdDomain,
    organization: Organization,
    level: Option<Certification>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DigitalIdDomain {
    Fixed(Domain),
    /// Device for L0, FTM for L1.
    ByLevel,
}

/// What is asked of the organisation (`O`) of whoever signs data.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Organization {
    Any,
    /// The consumer knows which, and nobody said so: it is none.
    Unknown,
    Named(String),
}

/// Where the certificates between a signer and a root come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intermediates {
    /// The store; the members of `x5c` behind the first are not looked at.
    Stored,
    /// `x5c`, without its last member; those of the store are not used.
    Sent,
}

impl Rules {
    /// Returns the rules of a consumer, as [`Consumer`] lists them.
    ///
    /// The rules of the compliance toolkit need [`with_organization`](Self::with_organization) or
    /// [`with_any_organization`](Self::with_any_organization); without either, they refuse everything.
    /// For a device that does not state its level, they also need [`with_level`](Self::with_level).
    #[must_use]
    pub const fn of(consumer: Consumer) -> Self {
        let digital_id = match consumer {
            Consumer::Ida => DigitalIdDomain::Fixed(Domain::Ftm),
            Consumer::RegistrationClient
            | Consumer::RegistrationProcessor
            | Consumer::KeymanagerV1
            | Consumer::KeymanagerV2 => DigitalIdDomain::Fixed(Domain::Device),
            Consumer::ComplianceToolkit => DigitalIdDomain::ByLevel,
        };
        let organization = match consumer {
            Consumer::ComplianceToolkit => Organization::Unknown,
            _ => Organization::Any,
        };
        Self { consumer, data: Domain::Device, digital_id, organization, level: None }
    }

    /// Returns the consumer whose rules these are.
    #[must_use]
    pub const fn consumer(&self) -> Consumer {
        self.consumer
    }

    /// Requires another domain for everything except digital IDs.
    #[must_use]
    pub const fn with_data_domain(mut self, domain: Domain) -> Self {
        self.data = domain;
        self
    }

    /// Requires another domain for digital IDs.
    #[must_use]
    pub const fn with_digital_id_domain(mut self, domain: Domain) -> Self {
        self.digital_id = DigitalIdDomain::Fixed(domain);
        self
    }

    /// Requires an organisation in the certificate that signs data:
    /// [`Certificate::organization`]. The compliance toolkit ignores letter case; for the other
    /// consumers this requirement is the caller's choice, and the text is compared exactly.
    ///
    /// A message whose data is unsigned is refused. So is a digital ID on its own, unless the rules
    /// require the same domain for digital IDs as for data: then its signer is the device, and must
    /// have the organisation.
    #[must_use]
    pub fn with_organization(mut self, organization: impl Into<String>) -> Self {
        self.organization = Organization::Named(organization.into());
        self
    }

    /// Requires no organisation, as the compliance toolkit does for partners that are not device
    /// providers. Reports say so where the toolkit would require that of a device provider.
    #[must_use]
    pub fn with_any_organization(mut self) -> Self {
        self.organization = Organization::Any;
        self
    }

    /// Sets the level of the devices, as the caller of the compliance toolkit does for captures. If a
    /// message states the level of its device, it must be the same.
    #[must_use]
    pub fn with_level(mut self, level: Certification) -> Self {
        self.level = Some(level);
        self
    }

    /// Returns the domain that has to vouch.
    pub(super) fn domain(
        &self,
        usage: Usage,
        said: Option<&Certification>,
    ) -> Result<Domain, ChainFault> {
        let level = match (self.level.as_ref(), said) {
            (Some(expected), Some(said)) if expected != said => return Err(ChainFault::Level),
            (expected, said) => expected.or(said),
        };
        match (usage, self.digital_id) {
            (Usage::Data, _) => Ok(self.data),
            (Usage::DigitalId, DigitalIdDomain::Fixed(domain)) => Ok(domain),
            (Usage::DigitalId, DigitalIdDomain::ByLevel) => match level {
                Some(Certification::L0) => Ok(Domain::Device),
                Some(Certification::L1) => Ok(Domain::Ftm),
                _ => Err(ChainFault::Level),
            },
        }
    }

    pub(super) const fn intermediates(&self) -> Intermediates {
        match self.consumer {
            Consumer::KeymanagerV2 => Intermediates::Sent,
            _ => Intermediates::Stored,
        }
    }

    /// Tells whether the consumer reads all of `x5c`, so that each member has to be a certificate.
    pub(super) fn reads_all_of_x5c(&self) -> bool {
        matches!(self.consumer, Consumer::ComplianceToolkit | Consumer::KeymanagerV2)
    }

    /// Tells whether the consumer puts a packet's value back with padding, where the device wrote it
    /// so.
    pub(super) fn reads_padded_values(&self) -> bool {
        self.consumer != Consumer::RegistrationProcessor
    }

    /// Tells whether the digital id within this layer needs a signature of its own: whether the
    /// consumer verifies it by itself.
    pub(super) fn demands_signed_digital_id(&self, within: &str) -> bool {
        match self.consumer {
            // Of captures it verifies the data only.
            Consumer::RegistrationClient => within != DATA,
            Consumer::RegistrationProcessor | Consumer::ComplianceToolkit => true,
            Consumer::Ida | Consumer::KeymanagerV1 | Consumer::KeymanagerV2 => false,
        }
    }

    /// Tells whether the certificates that a digital id brings along have to be among those of the
    /// data around it.
    pub(super) fn compares_certificates(&self) -> bool {
        self.consumer == Consumer::RegistrationProcessor
    }

    /// Tells whether the certificate that signs data has to name an organisation.
    pub(super) fn asks_for_organization(&self) -> bool {
        self.organization != Organization::Any
    }

    pub(super) fn check_organization(&self, certificate: &Certificate) -> Result<(), ChainFault> {
        let wanted = match &self.organization {
            Organization::Any => return Ok(()),
            Organization::Unknown => return Err(ChainFault::Organization),
            Organization::Named(wanted) => wanted,
        };
        let found = certificate.organization().ok_or(ChainFault::Organization)?;
        let is_wanted = match self.consumer {
            // It compares the text as RFC 4514 escapes it, which only equals a name without any.
            Consumer::ComplianceToolkit => {
                !is_escaped(&found)
                    && found.chars().map(upper_case).eq(wanted.chars().map(upper_case))
            }
            _ => found == *wanted,
        };
        if is_wanted { Ok(()) } else { Err(ChainFault::Organization) }
    }
}

/// Tells whether a value has characters that are escaped in a name
/// ([RFC 4514, section 2.4](https://www.rfc-editor.org/rfc/rfc4514#section-2.4)), `=` among them.
fn is_escaped(value: &str) -> bool {
    value.contains([',', '+', '"', '\\', '<', '>', ';', '='])
        || value.starts_with(['#', ' '])
        || value.ends_with(' ')
}

/// Returns the upper case of a letter, where that is one letter.
fn upper_case(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => letter,
    }
}

impl fmt::Display for Rules {
    /// Names whose rules these are, and what of them was given up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gives_up =
            self.consumer == Consumer::ComplianceToolkit && !self.asks_for_organization();
        write!(f, "{}{}", self.consumer, if gives_up { ", of any organisation" } else { "" })
    }
}
