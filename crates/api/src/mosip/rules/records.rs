//! What a server's tables say, given by the caller.

use countersign::Time;

/// Whether a row is switched on: `is_active`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a row is active or it is not")]
pub enum Activity {
    /// It is.
    #[default]
    Active,
    /// It is not.
    Inactive,
}

/// Whether a row is deleted: `is_deleted`. That is another thing than inactive, and than a device
/// that is [`Retired`](DeviceStatus::Retired): some queries of the servers look at one and not at
/// the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a row is deleted or it is not")]
pub enum Deletion {
    /// It is not.
    #[default]
    Kept,
    /// It is.
    Deleted,
}

/// The status of a registered device.
///
/// It keeps its letter case: where a status is set or a device deregistered, the case matters
/// ([`exact`](Self::exact)); where devices are validated, it does not ([`is`](Self::is)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceStatus {
    /// `Registered`.
    #[default]
    Registered,
    /// `Revoked`: for good, from version 1.1.2 on.
    Revoked,
    /// `Retired`: what a deregistration makes of it.
    Retired,
    /// Any other text.
    Other(String),
}

impl DeviceStatus {
    const KNOWN: [Self; 3] = [Self::Registered, Self::Revoked, Self::Retired];

    /// Reads a status in exactly the letter case of the servers.
    ///
    /// ```
    /// use countersign_api::mosip::rules::DeviceStatus;
    ///
    /// assert_eq!(DeviceStatus::exact("Revoked"), Some(DeviceStatus::Revoked));
    /// assert_eq!(DeviceStatus::exact("REVOKED"), None);
    /// assert_eq!(DeviceStatus::from("REVOKED"), DeviceStatus::Other("REVOKED".into()));
    /// ```
    #[must_use]
    pub fn exact(text: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|status| status.as_str() == text)
    }

    /// Tells whether two are the same in any letter case.
    ///
    /// ```
    /// use countersign_api::mosip::rules::DeviceStatus;
    ///
    /// assert!(DeviceStatus::from("REVOKED").is(&DeviceStatus::Revoked));
    /// ```
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Registered => "Registered",
            Self::Revoked => "Revoked",
            Self::Retired => "Retired",
            Self::Other(text) => text,
        }
    }
}

impl From<&str> for DeviceStatus {
    /// Keeps the text as it is: only the servers' own letter case is one of the known ones.
    fn from(text: &str) -> Self {
        Self::exact(text).unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

/// A device provider, or partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Provider {
    /// Its id.
    pub id: String,
    /// Its name, compared as it is.
    pub name: String,
    /// Whether it is active.
    pub activity: Activity,
    /// Whether it is deleted.
    pub deletion: Deletion,
}

/// A code of a table of types or sub-types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct TypeCode {
    /// The code, as in `Fingerprint`.
    pub code: String,
    /// Whether it is active.
    pub activity: Activity,
    /// Whether it is deleted.
    pub deletion: Deletion,
}

/// A registered device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Device {
    /// `deviceCode`, given at registration.
    pub code: String,
    /// `serialNo` of its digital id.
    pub serial_no: String,
    /// Name of its provider.
    pub provider: String,
    /// Id of its provider.
    pub provider_id: String,
    /// `make`.
    pub make: String,
    /// `model`.
    pub model: String,
    /// `type`.
    pub device_type: String,
    /// `deviceSubType`.
    pub device_sub_type: String,
    /// What it is registered for; compared without letter case.
    pub purpose: String,
    /// Its status.
    pub status: DeviceStatus,
    /// Whether it is active.
    pub activity: Activity,
    /// Whether it is deleted.
    pub deletion: Deletion,
}

/// A make and model that a provider offers (partner management): a row that is active and not
/// deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct DeviceDetail {
    /// `make`.
    pub make: String,
    /// `model`.
    pub model: String,
    /// Id of its provider.
    pub provider_id: String,
    /// `type`.
    pub device_type: String,
    /// `deviceSubType`.
    pub device_sub_type: String,
}

/// A version of the software that drives devices: MDS, later "secure biometric interface".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct DeviceService {
    /// `swVersion`.
    pub version: String,
    /// Id of its provider.
    pub provider_id: String,
    /// Type of the devices it drives.
    pub device_type: String,
    /// Sub-type of the devices it drives.
    pub device_sub_type: String,
    /// Make of the devices it drives.
    pub make: String,
    /// Model of the devices it drives.
    pub model: String,
    /// Whether it is active.
    pub activity: Activity,
    /// Whether it is deleted.
    pub deletion: Deletion,
}

/// A device that may be registered for `Registration`: a row of the device master that is not
/// deleted, active or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct MasterDevice {
    /// Its serial number.
    pub serial_no: String,
    /// Its id, which becomes the `deviceCode` (kernel).
    pub id: String,
}

/// A row of a history table, and from when on it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Dated<T> {
    /// The effective time.
    pub effective: Time,
    /// The row.
    pub row: T,
}

/// The history tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct History {
    /// Registered devices.
    pub devices: Vec<Dated<Device>>,
    /// Device providers.
    pub providers: Vec<Dated<Provider>>,
    /// Device services.
    pub services: Vec<Dated<DeviceService>>,
}

/// The tables that the rules look into. A table is searched from its front; whoever has large ones
/// hands over the rows that the request names. Partner management keeps devices for authentication
/// and those for registration in two databases: the rows are those of the one that it asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Records {
    /// Device providers, or partners.
    pub providers: Vec<Provider>,
    /// Types of devices.
    pub device_types: Vec<TypeCode>,
    /// Sub-types of devices.
    pub device_sub_types: Vec<TypeCode>,
    /// Registered devices.
    pub devices: Vec<Device>,
    /// The device master (kernel).
    pub device_master: Vec<MasterDevice>,
    /// Makes and models (partner management).
    pub device_details: Vec<DeviceDetail>,
    /// Ids of foundational trust providers that are active and not deleted (partner management).
    pub foundational_trust_providers: Vec<String>,
    /// Device services.
    pub services: Vec<DeviceService>,
    /// What was, for a validation as at a time.
    pub history: History,
}

/// Which rows a query of a server returns.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    All,
    /// Deleted ones as well.
    Active,
    /// Inactive ones as well.
    Kept,
    ActiveAndKept,
}

/// Rows that can be switched off and deleted.
pub(super) trait Row {
    fn activity(&self) -> Activity;
    fn deletion(&self) -> Deletion;

    fn is_one_of(&self, rows: Rows) -> bool {
        let (active, kept) =
            (self.activity() == Activity::Active, self.deletion() == Deletion::Kept);
        match rows {
            Rows::All => true,
            Rows::Active => active,
            Rows::Kept => kept,
            Rows::ActiveAndKept => active && kept,
        }
    }
}

macro_rules! row {
    ($($row:ty),+) => {
        $(impl Row for $row {
            fn activity(&self) -> Activity {
                self.activity
            }

            fn deletion(&self) -> Deletion {
                self.deletion
            }
        })+
    };
}
row!(Provider, TypeCode, Device, DeviceService);

/// Finds the first of the rows.
pub(super) fn first<T: Row>(table: &[T], rows: Rows, wanted: impl Fn(&T) -> bool) -> Option<&T> {
    table.iter().find(|row| row.is_one_of(rows) && wanted(row))
}

/// Finds the newest active and kept row that was in effect.
pub(super) fn newest_at<T: Row>(
    table: &[Dated<T>],
    at: Time,
    wanted: impl Fn(&T) -> bool,
) -> Option<&T> {
    let in_effect = |dated: &&Dated<T>| {
        dated.effective <= at && dated.row.is_one_of(Rows::ActiveAndKept) && wanted(&dated.row)
    };
    table.iter().filter(in_effect).max_by_key(|dated| dated.effective).map(|dated| &dated.row)
}
