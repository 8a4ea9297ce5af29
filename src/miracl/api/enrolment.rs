//! Activation tokens and verification URLs: what makes a device part of a project.

use alloc::string::String;
use alloc::vec::Vec;

use super::call;
use crate::api::{Confidential, Target, UnixSeconds, message};

message! {
    /// `POST /activate/initiate`: makes an identity and an activation token for it. Of the older
    /// platform.
    ///
    /// Not to be repeated: every call makes an identity.
    pub struct InitiateActivation {
        /// Whose identity.
        user_id: String = "userId",
    } optional {
        /// How people call the device.
        device_name: String = "deviceName",
    }
}

call!(InitiateActivation, "POST /activate/initiate", POST, Forbidden, Authenticated, Activation,
    |_| Target::new(&["activate", "initiate"]), body: |this| this.to_json());

message! {
    /// What `POST /activate/initiate` answers.
    pub struct Activation {
        /// SHA-256 of the M-PIN ID, in hexadecimal.
        hash_mpin_id: String = "hashMPinId",
        /// What the device activates itself with.
        activation_token: Confidential = "actToken",
        /// When the token expires.
        expires: UnixSeconds = "expireTime",
    } optional {
        /// Where to go then; may be empty.
        redirect_uri: String = "redirectURI",
    }
}

message! {
    /// `POST /verification`: makes a verification URL, with which any device can be enrolled.
    ///
    /// The documents require `clientId`; the official SDKs send `projectId` instead. Set one of
    /// them. Not to be repeated: every call makes a URL.
    ///
    /// ```
    /// use countersign::api::{BaseUrl, Call, Credentials};
    /// use countersign::miracl::api::{CreateVerification, PRODUCTION};
    /// use countersign::{Secret, Time};
    ///
    /// let mut call = CreateVerification::new("test@example.com", "no");
    /// call.client_id = Some("client".into());
    /// call.expires = Time::from_unix(1_700_000_000).map(Into::into);
    ///
    /// let base: BaseUrl = PRODUCTION.parse()?;
    /// let credentials = Credentials::basic("client", Secret::new(b"secret".to_vec()))?;
    /// let request = call.request(&base, &credentials)?;
    /// assert_eq!(request.uri(), "https://api.mpin.io/verification");
    /// assert_eq!(
    ///     request.body(),
    ///     br#"{"userId":"test@example.com","delivery":"no","expiration":1700000000,"clientId":"client"}"#
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub struct CreateVerification {
        /// Whose device.
        user_id: String = "userId",
        /// How the URL reaches the user: `no`, by the caller.
        delivery: String = "delivery",
    } optional {
        /// How people call the device.
        device_name: String = "deviceName",
        /// Until when the URL holds. One revision of the documents writes a string; a number is
        /// sent, both are read.
        expires: UnixSeconds = "expiration",
        /// An authentication session that waits for this.
        access_id: String = "accessId",
        /// Its stage.
        stage: String = "stage",
        /// The client.
        client_id: String = "clientId",
        /// The project, instead of the client.
        project_id: String = "projectId",
        /// OpenID Connect: where to go then.
        redirect_uri: String = "redirectURI",
        /// OpenID Connect: scopes.
        scope: Vec<String> = "scope",
        /// OpenID Connect: handed back as it is.
        state: String = "state",
        /// OpenID Connect: for the ID token.
        nonce: String = "nonce",
    }
}

call!(CreateVerification, "POST /verification", POST, Forbidden, Authenticated, Verification,
    |_| Target::new(&["verification"]), body: |this| this.to_json());

message! {
    /// What `POST /verification` answers.
    pub struct Verification {
        /// The URL; read it with [`VerificationUrl`](crate::miracl::token::VerificationUrl).
        /// Whoever has it can enrol a device.
        verification_url: Confidential = "verificationURL",
    } optional {
    }
}
