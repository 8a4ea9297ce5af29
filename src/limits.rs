//! Limits on the size of inputs, in one value; every limit states its reason.

macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $name:ident, $with:ident: $type:ty = $default:expr;)+) => {
        /// Limits on the work that an attacker can cause.
        ///
        /// The defaults leave ample room for everything that the two platforms publish. Exceeding a
        /// limit gives [`too-large`](crate::Code::TooLarge), with the limit in the error.
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
            /// Returns limits within which a text is that is within either of the two. What a check
            /// costs is the dearer of both.
            pub(crate) fn widest(self, other: Self) -> Self {
                Self { $($name: self.$name.max(other.$name),)+ }
            }
        }

        impl Limits {
            /// Checks that so many bytes pay for.
            pub(crate) fn checks_for(&self, bytes: usize) -> usize {
                bytes.checked_div(self.bytes_per_check.into()).unwrap_or(usize::MAX)
            }

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
    /// Bytes of a decoded header. That of a device has up to 2.1 KB, most of it one certificate in
    /// `x5c`; eight certificates of 4096-bit keys come to 22 KB.
    header_bytes, with_header_bytes: usize = 32 * 1024;
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
    /// Bytes of one certificate in DER. Those of devices have 0.9 to 1.6 KB.
    certificate_bytes, with_certificate_bytes: usize = 8 * 1024;
    /// Extensions of one certificate. [RFC 5280] defines 17; certificates in use have about ten.
    ///
    /// [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280
    certificate_extensions, with_certificate_extensions: u8 = 64;
    /// Bits of an RSA modulus that comes with a message, in a certificate of its `x5c`. A check costs
    /// four times as much with twice the bits, and the sender chooses them. Keys of the caller may
    /// have 8192.
    x5c_modulus_bits, with_x5c_modulus_bits: u16 = 4096;
    /// Certificates in one `x5c`, and in one path from a signer to its root.
    chain_certificates, with_chain_certificates: u8 = 8;
    /// Signatures of certificates that are verified for one message, for all of its signers and hints
    /// together. A signature that was verified under a key is remembered, so that the chain of a
    /// capture's thirty-two signers counts once.
    chain_signatures, with_chain_signatures: u8 = 32;
    /// Certificates that are tried as issuers for one message, their signatures verified or
    /// remembered: four for each signer of a capture, and as many again.
    chain_steps, with_chain_steps: u16 = 256;
    /// Bytes with which a message pays for one check of RSA with 2048 bits, where it can cause more
    /// than its own: keys of a set that are tried in turn, hints, and the signatures of certificates
    /// under keys that other certificates in its headers bring. Twice the bits cost four times as
    /// many, and P-256 twelve. MOSIP's shortest published answer has 1050 bytes, which pay for 64
    /// such checks. At 0 nothing is paid for.
    bytes_per_check, with_bytes_per_check: u8 = 16;
    /// What the keys of a set may cost one message in all, however long it is, in the same measure:
    /// a whole set of 64 keys of 2048 bits can be tried.
    key_attempts, with_key_attempts: u16 = 64;
    /// Bytes of one answer of a biometric device. The images of a whole hand are a few megabytes.
    capture_bytes, with_capture_bytes: usize = 16 * 1024 * 1024;
    /// Biometrics of one such answer, each with up to two signatures: ten fingers, two irises and
    /// a face are thirteen.
    capture_segments, with_capture_segments: u8 = 16;
}
