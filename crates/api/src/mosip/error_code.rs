//! The failure codes of MOSIP's services.

use core::fmt;

use countersign::internals::open_codes;

open_codes! {
    /// A failure code of a MOSIP service, from `errorCode`.
    ///
    /// One code can have several meanings, depending on service, version and endpoint; its message
    /// tells which. Unknown codes are kept.
    ///
    /// Sources: MOSIP "Device Management APIs" 1.1.5; mosip/commons v1.1.3 and
    /// mosip/admin-services v1.3.0, kernel-masterdata-service, `constant`;
    /// mosip/partner-management-services v1.1.5, `device/constant` and
    /// `partner/constant/ErrorCode`; mosip/keymanager v1.3.0; mosip/id-authentication v1.2.0.1;
    /// mosip/registration-client v1.2.0.1.
    ///
    /// ```
    /// use countersign_api::mosip::ErrorCode;
    ///
    /// assert_eq!(ErrorCode::from("ADM-DPM-032"), ErrorCode::AdmDpm032);
    /// assert_eq!(ErrorCode::AdmDpm032.as_str(), "ADM-DPM-032");
    /// assert_eq!(ErrorCode::from("NEW-001"), ErrorCode::Other("NEW-001".into()));
    /// ```
    enum ErrorCode;
    /// Every known code, in the order of the documentation.
    const ALL;
    /// Any other code.
    else Other;

    /// All services: no valid token, or a missing role.
    KerAth401 = "KER-ATH-401";
    /// All services: insufficient role.
    KerAth403 = "KER-ATH-403";
    /// Validate: the device is unknown or inactive.
    AdmDpm001 = "ADM-DPM-001";
    /// Validate: the device is revoked or retired.
    AdmDpm002 = "ADM-DPM-002";
    /// Provider unknown; during deregistration, a database failure.
    AdmDpm003 = "ADM-DPM-003";
    /// Validate: the provider is inactive or unknown.
    AdmDpm004 = "ADM-DPM-004";
    /// Validate: no device service has this version.
    AdmDpm005 = "ADM-DPM-005";
    /// Validate: the device service is inactive.
    AdmDpm006 = "ADM-DPM-006";
    /// Validate: the device service does not serve this device.
    AdmDpm007 = "ADM-DPM-007";
    /// Validate: a member differs from the registered one; one error for each.
    AdmDpm008 = "ADM-DPM-008";
    /// Validate: a database failure.
    AdmDpm009 = "ADM-DPM-009";
    /// New device provider, as documented: a mandatory member is missing.
    AdmDpm010 = "ADM-DPM-010";
    /// Device provider: already exists.
    AdmDpm011 = "ADM-DPM-011";
    /// New device provider: a database failure.
    AdmDpm012 = "ADM-DPM-012";
    /// Changed device provider, as documented: a mandatory member is missing.
    AdmDpm013 = "ADM-DPM-013";
    /// Changed device provider: a database failure.
    AdmDpm014 = "ADM-DPM-014";
    /// New foundational trust provider, as documented: a mandatory member is missing.
    AdmDpm015 = "ADM-DPM-015";
    /// Foundational trust provider: already exists, or unknown id.
    AdmDpm016 = "ADM-DPM-016";
    /// New foundational trust provider: a database failure.
    AdmDpm017 = "ADM-DPM-017";
    /// Changed foundational trust provider, as documented: a mandatory member is missing.
    AdmDpm018 = "ADM-DPM-018";
    /// Changed foundational trust provider, as documented: a database failure.
    AdmDpm019 = "ADM-DPM-019";
    /// Device service, as documented: a mandatory member is missing.
    AdmDpm020 = "ADM-DPM-020";
    /// New device service: already exists.
    AdmDpm021 = "ADM-DPM-021";
    /// New device service: a database failure.
    AdmDpm022 = "ADM-DPM-022";
    /// Changed device service: unknown id.
    AdmDpm023 = "ADM-DPM-023";
    /// Changed device service: a database failure.
    AdmDpm024 = "ADM-DPM-024";
    /// Registration, as documented: a mandatory member is missing.
    AdmDpm025 = "ADM-DPM-025";
    /// Registration: the type is unknown.
    AdmDpm026 = "ADM-DPM-026";
    /// Registration: the sub-type is unknown.
    AdmDpm027 = "ADM-DPM-027";
    /// Registration: not one of the standard statuses.
    AdmDpm028 = "ADM-DPM-028";
    /// Registration, as documented: the digital ID of an L0 device is not JSON.
    AdmDpm029 = "ADM-DPM-029";
    /// Registration, as documented: make or model differ; in the source, an error about the
    /// foundational trust provider.
    AdmDpm030 = "ADM-DPM-030";
    /// Registration, as documented: provider id or name differ from those inside.
    AdmDpm031 = "ADM-DPM-031";
    /// Registration: no registered provider has this id and name.
    AdmDpm032 = "ADM-DPM-032";
    /// Registration, in the source: an error about the purpose.
    AdmDpm033 = "ADM-DPM-033";
    /// Registration, as documented: the purpose; in the source, the certification level.
    AdmDpm034 = "ADM-DPM-034";
    /// Registration: the device could not be stored, or the answer not signed.
    AdmDpm035 = "ADM-DPM-035";
    /// Registration, as documented: a database failure. Change of status, as documented: a
    /// mandatory member is missing.
    AdmDpm036 = "ADM-DPM-036";
    /// Change of status: no such status, or the device is revoked.
    AdmDpm037 = "ADM-DPM-037";
    /// Change of status: the device is unknown, or a database failure.
    AdmDpm038 = "ADM-DPM-038";
    /// Device service: the provider is unknown.
    AdmDpm039 = "ADM-DPM-039";
    /// Device service: the type is unknown.
    AdmDpm040 = "ADM-DPM-040";
    /// Device service: the sub-type is unknown.
    AdmDpm041 = "ADM-DPM-041";
    /// Registration: the serial number is not in the device master.
    AdmDpm042 = "ADM-DPM-042";
    /// Registration: the provider has already registered this serial number.
    AdmDpm043 = "ADM-DPM-043";
    /// Deregistration up to 1.1.1: no such device.
    KerDpm001 = "KER-DPM-001";
    /// Deregistration up to 1.1.1: already done.
    KerDpm002 = "KER-DPM-002";
    /// Change of status: the device already has this status.
    KerDpm039 = "KER-DPM-039";
    /// Declared for the type of a device, but never sent.
    KerDpmSss = "KER-DPM-sss";
    /// Deregistration from 1.1.2: no such device, or a blank code or environment.
    KerDpr001 = "KER-DPR-001";
    /// Deregistration from 1.1.2: already done.
    KerDpr002 = "KER-DPR-002";
    /// Deregistration from 1.1.2: the device code is too long.
    KerDpr003 = "KER-DPR-003";
    /// Deregistration from 1.1.2: the environment is not that of the server.
    KerDpr004 = "KER-DPR-004";
    /// Validate: unreadable time.
    KerMsd039 = "KER-MSD-039";
    /// Master data: unexpected failure.
    KerMsd500 = "KER-MSD-500";
    /// Master data: a member breaks a rule, or the JSON has another form.
    KerMsd999 = "KER-MSD-999";
    /// Registration: the time of the request is outside the window.
    MsdRds001 = "MSD-RDS-001";
    /// Partner management: incomplete body.
    PmsCor001 = "PMS_COR_001";
    /// Device detail: no active sub-type of this type.
    PmsAut001 = "PMS_AUT_001";
    /// Device detail: the provider is not an active partner.
    PmsAut002 = "PMS_AUT_002";
    /// Device detail: already exists.
    PmsAut003 = "PMS_AUT_003";
    /// Not sent: a repeated request.
    PmsAut004 = "PMS_AUT_004";
    /// Device detail: unknown id.
    PmsAut005 = "PMS_AUT_005";
    /// Device service: the device detail is unknown.
    PmsAut006 = "PMS_AUT_006";
    /// Device service: unknown id.
    PmsAut007 = "PMS_AUT_007";
    /// Not sent: an error about the foundational trust provider.
    PmsAut008 = "PMS_AUT_008";
    /// Not sent: an error about the purpose.
    PmsAut009 = "PMS_AUT_009";
    /// Not sent: an error about the certification level.
    PmsAut010 = "PMS_AUT_010";
    /// Registration: a member breaks a rule.
    PmsAut011 = "PMS_AUT_011";
    /// Registration: the time of the request is outside a window given as `+`.
    PmsAut012 = "PMS_AUT_012";
    /// Registration: the time of the request is outside a window given as `-`.
    PmsAut013 = "PMS_AUT_013";
    /// Not sent: the device detail is unknown.
    PmsAut014 = "PMS_AUT_014";
    /// Registration: this serial number is already registered for this device detail.
    PmsAut015 = "PMS_AUT_015";
    /// Registration: unreadable JSON, or a failure to store. Deregistration: no such device.
    PmsAut016 = "PMS_AUT_016";
    /// Deregistration: unreadable JSON.
    PmsAut017 = "PMS_AUT_017";
    /// Registration: no such device detail.
    PmsAut018 = "PMS_AUT_018";
    /// Registration: no such foundational trust provider.
    PmsAut019 = "PMS_AUT_019";
    /// Not sent: the serial number is unknown.
    PmsAut020 = "PMS_AUT_020";
    /// Not sent: a failure while verifying a signature.
    PmsAut021 = "PMS_AUT_021";
    /// Registration: a signature of the request does not verify.
    PmsAut022 = "PMS_AUT_022";
    /// Not sent: a failure of another service.
    PmsAut023 = "PMS_AUT_023";
    /// Deregistration: already done, or the environment is not that of the server.
    PmsAut024 = "PMS_AUT_024";
    /// Deregistration: the device code is too long. Approval of a device detail: no such status.
    PmsAut025 = "PMS_AUT_025";
    /// Approval of a device service: no such status.
    PmsAut026 = "PMS_AUT_026";
    /// Registration: an L1 device names no foundational trust provider.
    PmsAut030 = "PMS_AUT_030";
    /// Registration: missing request time.
    PmsAut031 = "PMS_AUT_031";
    /// Registration: the answer could not be signed.
    PmsAut032 = "PMS_AUT_032";
    /// Not sent: details of another provider.
    PmsAut506 = "PMS_AUT_506";
    /// Keymanager: invalid detached signature.
    KerCss101 = "KER-CSS-101";
    /// Keymanager: unexpected failure.
    KerCss102 = "KER-CSS-102";
    /// Keymanager: the request breaks a rule.
    KerCss999 = "KER-CSS-999";
    /// Keymanager: nothing to sign.
    KerJws102 = "KER-JWS-102";
    /// Keymanager: the content to sign is not JSON.
    KerJws103 = "KER-JWS-103";
    /// Keymanager: signing failed.
    KerJws104 = "KER-JWS-104";
    /// Keymanager: verification failed.
    KerJws105 = "KER-JWS-105";
    /// Keymanager: the header of a signature is not JSON.
    KerJws106 = "KER-JWS-106";
    /// Keymanager: the certificate is outside its validity period.
    KerJws107 = "KER-JWS-107";
    /// Keymanager: the caller is not allowed to sign.
    KerJws108 = "KER-JWS-108";
    /// Keymanager, partner certificates: unreadable.
    KerPcm001 = "KER-PCM-001";
    /// Keymanager, partner certificates: no thumbprint.
    KerPcm002 = "KER-PCM-002";
    /// Keymanager, partner certificates: already known.
    KerPcm003 = "KER-PCM-003";
    /// Keymanager, partner certificates: invalid dates.
    KerPcm004 = "KER-PCM-004";
    /// Keymanager, partner certificates: no root for this authority.
    KerPcm005 = "KER-PCM-005";
    /// Keymanager, partner certificates: no path to a root.
    KerPcm006 = "KER-PCM-006";
    /// Keymanager, partner certificates: not X.509 version 3.
    KerPcm007 = "KER-PCM-007";
    /// Keymanager, partner certificates: the organisation is not the partner's.
    KerPcm008 = "KER-PCM-008";
    /// Keymanager, partner certificates: no unique alias.
    KerPcm009 = "KER-PCM-009";
    /// Keymanager, partner certificates: no such id.
    KerPcm010 = "KER-PCM-010";
    /// Keymanager, partner certificates: no such domain.
    KerPcm011 = "KER-PCM-011";
    /// Keymanager, partner certificates: not found.
    KerPcm012 = "KER-PCM-012";
    /// Keymanager, partner certificates: the key is too small.
    KerPcm013 = "KER-PCM-013";
    /// Keymanager, partner certificates: signature algorithm not accepted.
    KerPcm014 = "KER-PCM-014";
    /// Keymanager, partner certificates: self-signed.
    KerPcm015 = "KER-PCM-015";
    /// Keymanager, partner certificates: the caller is not allowed to sign with it.
    KerPcm016 = "KER-PCM-016";
    /// Keymanager 1.3, authorities: validity period too short.
    KerPcm017 = "KER-PCM-017";
    /// Keymanager 1.3, authorities: wrong type.
    KerPcm018 = "KER-PCM-018";
    /// Keymanager 1.3, authorities: no such id.
    KerPms019 = "KER-PMS-019";
    /// Keymanager 1.3: the certificate is not yet valid.
    KerPms020 = "KER-PMS-020";
    /// Keymanager 1.3, partner certificates: validity period too short.
    KerKms021 = "KER-KMS-021";
    /// Authentication: a biometric's signature is invalid or not trusted.
    IdaMpa001 = "IDA-MPA-001";
    /// Authentication: broken hash chain.
    IdaBia014 = "IDA-BIA-014";
    /// Authentication: a capture's time is too far from the previous one.
    IdaMlc030 = "IDA-MLC-030";
    /// Authentication: a digital ID's time is too far from the previous one.
    IdaMlc031 = "IDA-MLC-031";
    /// Registration client: unreadable JSON of a device.
    RegMdm101 = "REG-MDM-101";
    /// Registration client: the device is not registered.
    RegMdm102 = "REG-MDM-102";
    /// Registration client: the specification version.
    RegMdm103 = "REG-MDM-103";
    /// Registration client: no such device.
    RegMdm104 = "REG-MDM-104";
    /// Registration client: a request to a device failed.
    RegMdm105 = "REG-MDM-105";
    /// Registration client: invalid signature.
    RegMdm106 = "REG-MDM-106";
    /// Registration client: no trusted path for the certificate.
    RegMdm108 = "REG-MDM-108";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An element of `errors`: why a MOSIP service refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the wire has these two members")]
pub struct ServiceError {
    /// `errorCode`.
    pub code: ErrorCode,
    /// `message`: where a code has several meanings, only this tells them apart.
    pub message: Option<String>,
}

impl ServiceError {
    /// Makes an error with a message.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into()) }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{}: {message}", self.code),
            None => write!(f, "{}", self.code),
        }
    }
}

impl core::error::Error for ServiceError {}
