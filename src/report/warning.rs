//! What a reader of a valid verdict must know.

/// Something a reader of a valid verdict must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// The key has 1024 bits, which the verifier was told to accept.
    Rsa1024,
    /// The RSA exponent is below 65537.
    SmallExponent,
    /// The caller chose to bind a DVS certificate to nothing.
    Unbound,
    /// The artefact was judged as at its own time.
    AtIssued,
    /// The header around the token is not signed; nothing in it was used.
    UnsignedHeader,
    /// The client says that it signed before its identity was issued: its clock is its own.
    SignedBeforeIdentity,
    /// The salt or the time of the identity have not the form that the platform gives them.
    UnusualIdentity,
    /// Nobody vouches for the signer: its certificate was taken as it is, by choice.
    SelfAsserted,
    /// Some of the message is covered by no signature.
    Unauthenticated,
    /// A payload was encoded once more than its format says.
    EncodedTwice,
    /// A certificate writes its RSA modulus as a negative number, which was accepted by choice.
    NegativeModulus,
    /// `x5c` is not written as [RFC 7515] says, which was accepted by choice.
    ///
    /// [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515
    X5cEncoding,
    /// Layers of one domain are signed by different keys: two devices' perhaps, or a device's and its
    /// provider's.
    OtherSigner,
    /// Layers around the signed ones are not signed, which was accepted by choice.
    UnsignedLayers,
    /// The captures of one answer differ in signer, device or transaction, are the same twice, or lie
    /// far apart in time.
    MixedCapture,
    /// The private half of the key is published, or other parties are known to use the key.
    PublishedKey,
    /// The D-TAs beside the identity are not named as in the platform's documents.
    UnusualDtas,
    /// An authentication token has claims that are documented for other kinds of token only.
    ForeignClaims,
    /// The JWK writes a zero byte before its modulus, as a sign; without it, it is the same number.
    LeadingZero,
}

impl Warning {
    /// Returns the stable name, in kebab case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa1024 => "rsa-1024",
            Self::SmallExponent => "small-exponent",
            Self::Unbound => "unbound",
            Self::AtIssued => "at-issued",
            Self::UnsignedHeader => "unsigned-header",
            Self::SignedBeforeIdentity => "signed-before-identity",
            Self::UnusualIdentity => "unusual-identity",
            Self::SelfAsserted => "self-asserted",
            Self::Unauthenticated => "unauthenticated",
            Self::EncodedTwice => "encoded-twice",
            Self::NegativeModulus => "negative-modulus",
            Self::X5cEncoding => "x5c-encoding",
            Self::OtherSigner => "other-signer",
            Self::UnsignedLayers => "unsigned-layers",
            Self::MixedCapture => "mixed-capture",
            Self::PublishedKey => "published-key",
            Self::UnusualDtas => "unusual-dtas",
            Self::ForeignClaims => "foreign-claims",
            Self::LeadingZero => "leading-zero",
        }
    }

    /// Says in words what is warned of.
    ///
    /// ```
    /// use countersign::Warning;
    ///
    /// assert_eq!(Warning::SmallExponent.meaning(), "the RSA exponent is below 65537");
    /// ```

    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Rsa1024 => "the key has 1024 bits, accepted only by opt-in",
            Self::SmallExponent => "the RSA exponent is below 65537",
            Self::Unbound => "not bound to any expectation, by choice",
            Self::AtIssued => "judged as of its own time, which says nothing about freshness",
            Self::UnsignedHeader => "the outer header is not signed and was not trusted",
            Self::SignedBeforeIdentity => {
                "signed before the identity was issued, according to the client's clock"
            }
            Self::UnusualIdentity => {
                "salt or time of the identity are not in the platform's \
                                      usual format"
            }
            Self::SelfAsserted => "no authority vouches for the signer, by choice",
            Self::Unauthenticated => "part of the message is not covered by any signature",
            Self::EncodedTwice => "a payload was encoded once more than its format specifies",
            Self::NegativeModulus => "a certificate encodes its modulus as a negative number",
            Self::X5cEncoding => "`x5c` is not encoded as RFC 7515 requires",
            Self::OtherSigner => "layers that one device signs were signed by different keys",
            Self::UnsignedLayers => {
                "layers around the signed ones are unsigned, accepted by \
                                     choice"
            }
            Self::MixedCapture => "the captures of the answer do not belong together",
            Self::PublishedKey => "parties other than its owner can sign with this key",
            Self::UnusualDtas => {
                "the D-TAs are not in the platform's usual format of two \
                                  hexadecimal identifiers"
            }
            Self::ForeignClaims => "has claims that are documented only for other kinds of token",
            Self::LeadingZero => {
                "the JWK writes a leading zero byte before `n`, as Java does; the number is the same"
            }
        }
    }
}
