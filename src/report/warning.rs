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
    /// `x5c` is not written as RFC 7515 says, which was accepted by choice.
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
            Self::Rsa1024 => "the key has 1024 bits, accepted by opt-in only",
            Self::SmallExponent => "the RSA exponent is below 65537",
            Self::Unbound => "bound to nothing that was expected, by choice",
            Self::AtIssued => "judged as at its own time, so this says nothing about freshness",
            Self::UnsignedHeader => "the outer header is not signed, and was not believed",
            Self::SignedBeforeIdentity => {
                "signed before the identity was issued, by the client's clock"
            }
            Self::UnusualIdentity => "salt or time of the identity have an unusual form",
            Self::SelfAsserted => "nobody vouches for the signer, by choice",
            Self::Unauthenticated => "some of the message is covered by no signature",
            Self::EncodedTwice => "a payload was encoded once more than its format says",
            Self::NegativeModulus => "a certificate writes its modulus as a negative number",
            Self::X5cEncoding => "`x5c` is not written as RFC 7515 says",
            Self::OtherSigner => "different keys signed layers that one device signs",
            Self::UnsignedLayers => "layers around the signed ones are not signed, by choice",
            Self::MixedCapture => "the captures of the answer do not belong together",
            Self::PublishedKey => "others than its owner can sign with this key",
            Self::UnusualDtas => "the D-TAs are not named by two hexadecimal identifiers",
            Self::ForeignClaims => "claims that are documented for other kinds of token only",
            Self::LeadingZero => {
                "the JWK writes a leading zero byte before `n`, as Java does; the number is the same"
            }
        }
    }
}
