//! `new_user_token`, which the platform pushed to a customer when a user registered, until 2019.
//!
//! Not supported: the push itself; it is a `POST` of the body that is read here.

use alloc::string::String;

use super::profile::{Body, PART, Profile, Token};
use crate::encoding::Fault;
use crate::encoding::json::{Document, Value};
use crate::error::Error;
use crate::time::Time;

/// The rules of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewUserProfile;

/// What is read from the event.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Own {
    user_id: String,
    device_name: String,
    hash_mpin_id: String,
    activation_key: String,
    expires: Time,
}

impl Profile for NewUserProfile {
    const KIND: &'static str = "new-user-token";
    const AUDIENCE: &'static str = "aud";
    const REQUIRED: &'static [&'static str] = &["events"];
    const OPTIONAL: &'static [&'static str] = &[];
    const BODY: Option<Body> = Some(Body {
        member: "new_user_token",
        description: "body with a `new_user_token`",
        reference: "miracl/maas-sdk-dotnet-core2 MiraclClient.cs",
    });
    type Own = Own;

    fn read(document: &Document) -> Result<Own, Error> {
        const EVENT: &str = "newUser";
        let events = document.member("events");
        let event = events.as_ref().and_then(Value::as_object);
        let event = event
            .ok_or(Error::WrongType { part: PART, member: "events", expected: "an object" })?
            .member(EVENT)
            .ok_or(Error::MissingMember { part: "events", member: EVENT })?;
        let event = event.as_object().ok_or(Error::WrongType {
            part: "events",
            member: EVENT,
            expected: "an object",
        })?;
        let text = |member| event.string(EVENT, member).map(String::from);
        let own = Own {
            user_id: text("userID")?,
            device_name: text("deviceName")?,
            hash_mpin_id: text("hashMPinID")?,
            activation_key: text("activateKey")?,
            expires: Time::from_unix(event.integer(EVENT, "expireTime")?)
                .ok_or(Error::Malformed { part: "expireTime", fault: Fault::Time })?,
        };
        // The token is about the user of the event, or about nobody.
        if document.string(PART, "sub")? != own.user_id {
            return Err(Error::ContentMismatch { member: "userID" });
        }
        Ok(own)
    }
}

/// Verifies `new_user_token` against the keys of `GET /oidc/certs`.
///
/// Checked: structure, header, key by `kid`, RS256, signature; that the token is of this kind;
/// `iss`; that `aud` contains the project; `exp` not reached; that `events.newUser` has its
/// five members, and its `userID` is `sub`. *Not* checked: `expireTime`, which is about the
/// activation key.
///
/// ```
/// use countersign::jose::JwkSet;
/// use countersign::miracl::token::{Expected, new_user};
/// use countersign_testkit::{Issuer, Rng, RsaIssuer, jwk_set, miracl};
/// use countersign::{Limits, Policy, Time};
///
/// let issuer = RsaIssuer::generate(&mut Rng::from_seed(1), 2048, Some("k")).unwrap();
/// let keys = jwk_set(&[issuer.jwk()]).to_string();
/// let keys = JwkSet::parse(keys.as_bytes(), &Limits::default())?;
/// let claims = miracl::new_user_claims("https://api.mpin.io", "project", "user", 1000);
/// let token = miracl::token(&issuer, &claims).unwrap();
/// let body = format!(r#"{{"new_user_token":"{token}"}}"#);
///
/// let verifier = new_user::Verifier::new(keys, Policy::default());
/// let expected = Expected::new("https://api.mpin.io", "project");
/// let at = Time::from_unix(1000).unwrap();
/// assert_eq!(verifier.verify(body.as_bytes(), &expected, at)?.device_name(), "test device");
/// # Ok::<(), countersign::Error>(())
/// ```
pub type Verifier = super::Verifier<NewUserProfile>;

/// A `new_user_token`, given bare or as the pushed body, that passed every check. Only [`Verifier`]
/// creates one.
pub type NewUserToken = Token<NewUserProfile>;

impl NewUserToken {
    /// Returns the name that people gave the device.
    #[must_use]
    pub fn device_name(&self) -> &str {
        &self.own().device_name
    }

    /// Returns the hash of the M-PIN ID in hexadecimal.
    #[must_use]
    pub fn hash_mpin_id(&self) -> &str {
        &self.own().hash_mpin_id
    }

    /// Returns the activation key. Its holder can activate the device.
    #[must_use]
    pub fn activation_key(&self) -> &str {
        &self.own().activation_key
    }

    /// Returns when the activation key expires.
    #[must_use]
    pub const fn activation_key_expires_at(&self) -> Time {
        self.own().expires
    }
}
