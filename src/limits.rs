//! How much of an input is looked at: one value, every limit with its reason.

macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $name:ident, $with:ident: $type:ty = $default:expr;)+) => {
        /// Limits on what an attacker can make a verifier do.
        ///
        /// The defaults fit everything the two platforms publish with room to spare. A limit that
        /// is exceeded gives [`too-large`](crate::Code::TooLarge), and the limit is in the error.
        ///
        /// ```
        /// use countersign::Limits;
        ///
        /// let limits = Limits::default().with_token_bytes(2048);
        /// assert_eq!(limits.token_bytes(), 2048);
        /// assert_eq!(limits.json_depth(), 16);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($name: $type,)+
        }

        impl Limits {
            $(
                $(#[doc = $doc])+
                #[must_use]
                pub const fn $name(&self) -> $type {
                    self.$name
                }

                #[doc = concat!("Replaces [`", stringify!($name), "`](Self::", stringify!($name), ").")]
                #[must_use]
                pub const fn $with(mut self, $name: $type) -> Self {
                    self.$name = $name;
                    self
                }
            )+
        }

        impl Limits {
            const DEFAULT: Self = Self { $($name: $default,)+ };

            /// The limits for JSON that was read within limits before.
            pub(crate) const fn unlimited_json() -> Self {
                Self::DEFAULT
                    .with_json_depth(u8::MAX)
                    .with_json_members(u8::MAX)
                    .with_json_values(usize::MAX)
                    .with_message_bytes(usize::MAX)
            }
        }

        impl Limits {
            /// Bytes of one JSON text, whatever it is: the largest of the limits in bytes. Where a
            /// smaller one applies, the caller checked it before.
            pub(crate) fn json_bytes(&self) -> usize {
                let messages = self.message_bytes.max(self.token_bytes).max(self.capture_bytes);
                messages.max(self.response_bytes).max(self.key_set_bytes)
            }
        }

        impl Default for Limits {
            fn default() -> Self {
                Self::DEFAULT
            }
        }
    };
}

limits! {
    /// Bytes of one compact token, checked before anything else. 8 KiB is what common HTTP servers
    /// allow for a whole header.
    token_bytes, with_token_bytes: usize = 8 * 1024;
    /// Bytes of one MOSIP message. The largest published nested device data has 9.6 KB.
    message_bytes, with_message_bytes: usize = 64 * 1024;
    /// Bytes of one answer of an API. A page of an audit log has some 350 bytes per entry.
    response_bytes, with_response_bytes: usize = 1024 * 1024;
    /// Bytes of one key set.
    key_set_bytes, with_key_set_bytes: usize = 256 * 1024;
    /// Keys of one key set.
    keys, with_keys: usize = 64;
    /// Bytes of a `kid`. The longest in use, a hash in base64url, has 44.
    kid_bytes, with_kid_bytes: usize = 256;
    /// Levels of JSON arrays and objects within each other. The type bounds the recursion.
    json_depth, with_json_depth: u8 = 16;
    /// Members of one JSON object; bounds the search for repeated names.
    json_members, with_json_members: u8 = 64;
    /// Values of one JSON text: an element of two bytes becomes a value of thirty-two. A full page
    /// of an audit log has some 30,000.
    json_values, with_json_values: usize = 128 * 1024;
    /// Signed layers within each other, as in MOSIP's device data.
    layers, with_layers: u8 = 4;
    /// Signed objects of one message, however they are nested.
    signatures, with_signatures: u8 = 8;
    /// Certificates in one `x5c`, and in one path from a signer to its root.
    chain_certificates, with_chain_certificates: u8 = 8;
    /// Signatures of certificates that one search for a path verifies.
    chain_signatures, with_chain_signatures: u8 = 32;
    /// Bytes of one answer of a biometric device. The images of a whole hand are a few megabytes.
    capture_bytes, with_capture_bytes: usize = 16 * 1024 * 1024;
    /// Biometrics of one such answer, each with up to two signatures: ten fingers, two irises and
    /// a face are thirteen.
    capture_segments, with_capture_segments: u8 = 16;
}
