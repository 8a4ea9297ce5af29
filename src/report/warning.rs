//! What a reader of a valid verdict must know.

/// Something a reader of a valid verdict must know.
///
/// ```
/// use countersign::Warning;
///
/// assert_eq!(Warning::SmallExponent.as_str(), "small-exponent");
/// assert_eq!(Warning::SmallExponent.meaning(), "the RSA exponent is below 65537");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// The key has 1024 bits, accepted by opt-in.
    Rsa1024,
    /// The RSA exponent is below 65537.
    SmallExponent,
    /// The caller chose not to bind the artefact to an expectation.
    Unbound,
    /// The artefact was judged as of its own time.
    AtIssued,
    /// The header around the token is not signed and was not used.
    UnsignedHeader,
    /// According to the client's clock, it signed before its identity was issued.
    SignedBeforeIdentity,
    /// The salt or time of the identity is not in the platform's usual format.
    UnusualIdentity,
    /// No authority vouches for the signer: its own certificate was accepted, by choice.
    SelfAsserted,
    /// Part of the message is not covered by any signature.
    Unauthenticated,
    /// A payload was encoded once more than its format specifies.
    EncodedTwice,
    /// A certificate encodes its RSA modulus as a negative number, accepted by choice.
    NegativeModulus,
    /// `x5c` is not encoded as [RFC 7515] requires, accepted by choice.
    ///
    /// [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515
    X5cEncoding,
    /// Layers of one domain are signed by different keys, for example of two devices, or of a
    /// device and its provider.
    OtherSigner,
    /// Layers around the signed ones are unsigned, accepted by choice.
    UnsignedLayers,
    /// The captures of one answer differ in signer, device or transaction, are repeated, or are far
    /// apart in time.
    MixedCapture,
    /// The private half of the key is published, or other parties are known to use the key.
    PublishedKey,
    /// The D-TAs beside the identity are not in the platform's usual format.
    UnusualDtas,
    /// An authentication token has claims that are documented only for other kinds of token.
    ForeignClaims,
    /// The JWK writes a zero byte before its modulus, as a sign; the number is the same without it.
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

    /// Describes the warning in words.
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
