//! Strict decoders: base64 (one per profile), hexadecimal, JSON, percent-encoding.
//!
//! Every text that is accepted has exactly one decoding, and every decoding exactly one accepted
//! text per profile: no white space, no trailing bits, no second alphabet, no repeated JSON names.
//! Texts that two parsers could read differently are refused.

pub mod base64;
pub(crate) mod decimal;
pub mod hex;
pub mod json;
pub mod percent;
pub(crate) mod xml;

use core::fmt;

/// What is wrong with a text, and at which offset, if the decoder knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A character outside the alphabet, at this byte offset.
    Character {
        /// Offset in bytes.
        offset: usize,
    },
    /// No encoded text has this length.
    Length,
    /// Padding is missing, incomplete or not allowed.
    Padding,
    /// The last character has non-zero bits beyond the last byte.
    TrailingBits,
    /// Not JSON, at this byte offset.
    Json {
        /// Offset in bytes.
        offset: usize,
    },
    /// The text is empty.
    Empty,
    /// Not UTF-8.
    Utf8,
    /// The wrong number of parts between dots.
    Segments,
    /// Not a date and time in the required format.
    Time,
    /// Not the DER of a certificate or public key.
    Der,
    /// A certificate repeats an extension ([RFC 5280 §4.2]).
    ///
    /// [RFC 5280 §4.2]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2
    RepeatedExtension,
    /// A certificate has extensions, but its version is below 3 ([RFC 5280 §4.1.2.9]).
    ///
    /// [RFC 5280 §4.1.2.9]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.9
    ExtensionsBeforeVersion3,
    /// The modulus of an RSA key is encoded as a negative number: its leading zero byte is missing.
    NegativeModulus,
    /// The parameters of an RSA key's algorithm are not NULL ([RFC 3279 §2.3.1]).
    ///
    /// [RFC 3279 §2.3.1]: https://www.rfc-editor.org/rfc/rfc3279#section-2.3.1
    KeyParameters,
    /// A curve point is compressed, which is not supported.
    CompressedPoint,
    /// Not an allowed value.
    Value,
    /// An object has an unknown member.
    Member,
    /// Not a known kind of artefact.
    Kind,
    /// Not XML, or XML with a document type or processing instructions, at this byte offset.
    Xml {
        /// Offset in bytes.
        offset: usize,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { offset } => write!(f, "illegal character at offset {offset}"),
            Self::Length => f.write_str("impossible length"),
            Self::Padding => f.write_str("wrong padding"),
            Self::TrailingBits => f.write_str("trailing bits are not zero"),
            Self::Json { offset } => write!(f, "not strict JSON at offset {offset}"),
            Self::Empty => f.write_str("empty"),
            Self::Utf8 => f.write_str("not UTF-8"),
            Self::Segments => f.write_str("wrong number of parts"),
            Self::Time => f.write_str("not a valid time"),
            Self::Der => f.write_str("not the DER of a certificate or public key"),
            Self::RepeatedExtension => f.write_str("an extension is repeated"),
            Self::ExtensionsBeforeVersion3 => {
                f.write_str("extensions in a certificate whose version is below 3")
            }
            Self::NegativeModulus => f.write_str(
                "the modulus is encoded as a negative number: its leading zero byte is missing",
            ),
            Self::KeyParameters => {
                f.write_str("the algorithm parameters of the RSA key are not NULL")
            }
            Self::CompressedPoint => f.write_str(
                "the point is compressed; only uncompressed \
                                                  points are supported",
            ),
            Self::Value => f.write_str("value is not allowed"),
            Self::Member => f.write_str("unknown member"),
            Self::Kind => f.write_str("not a known kind of artefact"),
            Self::Xml { offset } => write!(f, "not strict XML at offset {offset}"),
        }
    }
}

impl core::error::Error for Fault {}
