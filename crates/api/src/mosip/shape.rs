//! What the calls of MOSIP's services have in common.

use crate::credentials::Credentials;
use crate::error::{Misfit, Problem};
use crate::message::{FromJson, ToJson};
use crate::mosip::rules::Activity;
use countersign::encoding::json::Value;
use countersign::{Error, Secret};

/// Makes credentials from a token of MOSIP's authentication service: the cookie `Authorization`.
///
/// # Errors
///
/// The same as [`Credentials::cookie`].
///
/// ```
/// use countersign::Secret;
///
/// let credentials = countersign_api::mosip::token(Secret::new(b"abc".to_vec()))?;
/// assert!(format!("{credentials:?}").contains("Authorization"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn token(token: Secret) -> Result<Credentials, Error> {
    Credentials::cookie("Authorization", token)
}

impl FromJson for Activity {
    fn from_json(value: Value<'static>) -> Result<Self, Misfit> {
        match value {
            Value::Bool(true) => Ok(Self::Active),
            Value::Bool(false) => Ok(Self::Inactive),
            _ => Err(Misfit::new(Problem::Type("true or false"))),
        }
    }
}

impl ToJson for Activity {
    fn to_json(&self) -> Value<'static> {
        Value::Bool(*self == Self::Active)
    }
}

/// Implements [`Body`] for a message.
macro_rules! body {
    ($body:ty, $name:literal, $method:ident, $id:literal,
        [$($served:literal),+] $(or [$($documented:literal),+])?, $answer:ty,
        [$($length:expr),* $(,)?]) => {
        impl crate::mosip::envelope::Body for $body {
            const NAME: &'static str = $name;
            const METHOD: http::Method = http::Method::$method;
            const ID: &'static str = $id;
            type Answer = $answer;

            fn path(paths: crate::mosip::envelope::Paths) -> &'static [&'static str] {
                match paths {
                    $(crate::mosip::envelope::Paths::Documented => &[$($documented),+],)?
                    _ => &[$($served),+],
                }
            }

            fn read(
                request: countersign::encoding::json::Value<'static>,
            ) -> Result<Self, crate::error::Misfit> {
                crate::message::FromJson::from_json(request)
            }

            fn write(&self) -> countersign::encoding::json::Object<'static> {
                self.to_json()
            }

            fn read_answer(
                response: countersign::encoding::json::Value<'static>,
            ) -> Result<$answer, crate::error::Misfit> {
                crate::message::FromJson::from_json(response)
            }

            fn lengths() -> &'static [(&'static str, usize, usize)] {
                &[$($length),*]
            }
        }
    };
}
pub(super) use body;
