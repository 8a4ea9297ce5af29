//! The settings of a cache for one issuer.

use core::time::Duration;
use std::sync::Arc;

use http::Uri;

use super::fault::Fault;
use countersign::Limits;
use countersign::jose::Snapshot;

/// Which media types of an answer are accepted for a key set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaTypes {
    /// `application/json`, and `application/jwk-set+json` and `application/jwk+json` ([RFC 7517]
    /// section 8.5).
    ///
    /// [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
    #[default]
    Json,
    /// Any or none: for servers that send a key set as `text/plain`.
    Any,
}

/// Where a key set is published, and how long it may be used.
///
/// ```
/// use core::time::Duration;
/// use countersign_fetch::Settings;
///
/// let settings = Settings::new("example", "https://idp.example/.well-known/jwks.json")?
///     .with_stale(Duration::from_secs(3600));
/// assert_eq!(settings.stale(), Duration::from_secs(3600));
/// assert_eq!(settings.cooldown(), Duration::from_secs(30));
/// assert!(Settings::new("example", "file:///etc/jwks.json").is_err());
/// # Ok::<(), countersign_fetch::Fault>(())
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    name: Arc<str>,
    url: Uri,
    limits: Limits,
    media_types: MediaTypes,
    initial: Option<Snapshot>,
    times: Times,
}

macro_rules! times {
    ($($(#[doc = $doc:literal])+ $name:ident, $with:ident: $seconds:expr;)+) => {
        #[derive(Clone, Copy, Debug)]
        struct Times {
            $($name: Duration,)+
        }

        const TIMES: Times = Times { $($name: Duration::from_secs($seconds),)+ };

        impl Settings {
            $(
                $(#[doc = $doc])+
                #[must_use]
                pub const fn $name(&self) -> Duration {
                    self.times.$name
                }

                #[doc = concat!("Replaces [`", stringify!($name), "`](Self::", stringify!($name), "), in whole seconds.")]
                #[must_use]
                pub const fn $with(mut self, $name: Duration) -> Self {
                    self.times.$name = $name;
                    self
                }
            )+
        }
    };
}

times! {
    /// How long a set is fresh if its server does not say: ten minutes, as in panva/jose.
    lifetime, with_lifetime: 600;
    /// The shortest time that a set counts as fresh, whatever its server says: one minute.
    min_lifetime, with_min_lifetime: 60;
    /// The longest time that a set counts as fresh: a day. A removed key is trusted for at most
    /// this long.
    max_lifetime, with_max_lifetime: 24 * 3600;
    /// How long a set may be used beyond its freshness while refreshes fail: a day. After that
    /// there is no usable set.
    stale, with_stale: 24 * 3600;
    /// The least time between the end of an attempt, successful or not, and the next one that a token
    /// or [`refresh`](super::JwksCache::refresh) causes: thirty seconds, as in panva/jose; one second
    /// at least. Only a first attempt that brings a set does not begin it.
    cooldown, with_cooldown: 30;
}

impl Settings {
    /// Makes settings for an issuer and the URL of its key set.
    ///
    /// The operator chooses the name; it labels metrics, so it must not come from a token.
    ///
    /// # Errors
    ///
    /// [`Fault::Address`] for anything but `https` or `http`, a host and a path.
    pub fn new(name: impl Into<String>, url: &str) -> Result<Self, Fault> {
        let url: Uri = url.parse().map_err(|_| Fault::Address)?;
        super::address::check_form(&url)?;
        Ok(Self {
            name: Arc::from(name.into()),
            url,
            limits: Limits::default(),
            media_types: MediaTypes::default(),
            initial: None,
            times: TIMES,
        })
    }

    /// Returns the operator's name for the issuer.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the URL.
    #[must_use]
    pub const fn url(&self) -> &Uri {
        &self.url
    }

    /// Returns the same settings with another address.
    pub(crate) fn at(mut self, url: Uri) -> Self {
        self.url = url;
        self
    }

    /// Returns the limits on the set.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Chooses the limits on the set: its bytes, its keys, their names.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns which media types are accepted for a key set.
    #[must_use]
    pub const fn media_types(&self) -> MediaTypes {
        self.media_types
    }

    /// Chooses which media types are accepted for a key set.
    #[must_use]
    pub const fn with_media_types(mut self, media_types: MediaTypes) -> Self {
        self.media_types = media_types;
        self
    }

    /// Starts with a previously exported set, with its stated age. A set without a stated time,
    /// older than allowed, or without a usable key is not used.
    #[must_use]
    pub fn with_initial(mut self, initial: Snapshot) -> Self {
        self.initial = Some(initial);
        self
    }

    pub(crate) const fn initial(&self) -> Option<&Snapshot> {
        self.initial.as_ref()
    }

    /// Returns for how many seconds a set is fresh, within the bounds.
    pub(crate) fn fresh_seconds(&self, stated: Option<u64>) -> i64 {
        let lifetime = stated.map_or(self.times.lifetime, Duration::from_secs);
        seconds(lifetime.max(self.times.min_lifetime).min(self.times.max_lifetime)).max(1)
    }
}

/// Whole seconds, in the type of times; more than a century is a century.
pub(crate) fn seconds(duration: Duration) -> i64 {
    const CENTURY: i64 = 100 * 366 * 86_400;
    i64::try_from(duration.as_secs()).unwrap_or(CENTURY).min(CENTURY)
}
