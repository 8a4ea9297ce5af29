//! The hash chain through the captures of a device.
//!
//! The hash of each capture is computed from its own content and the previous hash. Two schemes exist;
//! both begin with the hash of the empty string.
//!
//! | Scheme | Hash of a capture | Content |
//! |---|---|---|
//! | [`Scheme::Current`] | `H(previous ‖ H(content))`, bytes | the biometric value |
//! | [`Scheme::Legacy`] (to about May 2021) | `H(HEX(previous) ‖ HEX(H(content)))`, text | the whole payload of the token |
//!
//! The hashes are neither signed nor keyed: anyone who has the contents can compute them, in any order
//! and for any selection. An unbroken chain shows that hashes and contents belong together, and in
//! which order the writer of the hashes put the contents. It does *not* show that the device captured
//! them in this order, that none was omitted, repeated or added from elsewhere, or who wrote the
//! hashes. A caller who knows the last hash of an earlier answer from an independent source can check
//! that an answer claims to continue it. Only signed content can show whether the captures of one
//! answer belong together: see [`Mixed`](super::Mixed).
//!
//! Sources: mosip/mosip-compliance-toolkit, `HashUtil`; mosip/id-authentication, `BytesUtil` and
//! `AuthRequestValidator` of 1.1.5.

use alloc::string::String;

use crate::crypto::sha256;
use crate::encoding::{Fault, hex};
use crate::error::Error;
use crate::report::Check;

/// The check of a chain of captures.
impl Check {
    /// The hashes of a capture chain follow from each other and from what was captured.
    pub const HASH_CHAIN: Self = Self::new("hash-chain", "MOSIP Secure Biometric Interface 1.0");
}

/// How the hashes of a chain are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// Bytes, over the biometric value.
    Current,
    /// Upper-case hexadecimal text, over the payload of the token.
    Legacy,
}

impl Scheme {
    /// Returns a description for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Legacy => "legacy",
        }
    }
}

/// A hash chain, up to some capture.
///
/// ```
/// use countersign::mosip::sbi::{HashChain, Scheme};
///
/// let mut chain = HashChain::new(Scheme::Current);
/// assert_eq!(
///     chain.hash(),
///     "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
/// );
/// chain.extend(b"bdb-1");
/// assert_eq!(
///     chain.hash(),
///     "68A9FEE6D65E0C310FBFE13FA70A6002C2771B9D6D41E2EDB5306267B5E46329"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashChain {
    scheme: Scheme,
    hash: [u8; 32],
}

impl HashChain {
    /// Starts a chain.
    #[must_use]
    pub fn new(scheme: Scheme) -> Self {
        Self { scheme, hash: sha256(b"") }
    }

    /// Continues after a capture with this hash, which requests call `previousHash`. An empty text
    /// means the beginning.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is not a SHA-256 digest in hexadecimal.
    pub fn after(scheme: Scheme, previous_hash: &str) -> Result<Self, Error> {
        if previous_hash.is_empty() {
            return Ok(Self::new(scheme));
        }
        let malformed = |fault| Error::Malformed { part: "previousHash", fault };
        let hash = hex::decode(previous_hash).map_err(malformed)?;
        let hash = hash.try_into().map_err(|_| malformed(Fault::Length))?;
        Ok(Self { scheme, hash })
    }

    /// Adds a capture: its biometric value, or in the legacy scheme the payload of its token.
    pub fn extend(&mut self, content: &[u8]) {
        self.extend_digest(sha256(content));
    }

    pub(super) fn extend_digest(&mut self, content: [u8; 32]) {
        let before = self.hash;
        self.hash = match self.scheme {
            Scheme::Current => sha256(&[before, content].concat()),
            Scheme::Legacy => sha256((upper(&before) + &upper(&content)).as_bytes()),
        };
    }

    /// Returns the current hash, in the form that devices write.
    #[must_use]
    pub fn hash(&self) -> String {
        upper(&self.hash)
    }
}

/// Returns the thumbprint of a certificate: the SHA-256 of its DER, in upper-case hexadecimal. A
/// capture uses it to identify the key that its session key is encrypted for.
///
/// ```
/// let thumbprint = countersign::mosip::sbi::thumbprint(b"");
/// assert!(thumbprint.starts_with("E3B0C442"));
/// ```
#[must_use]
pub fn thumbprint(der: &[u8]) -> String {
    upper(&sha256(der))
}

fn upper(bytes: &[u8]) -> String {
    hex::encode(bytes).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_formulas_give_these_hashes() {
        for (scheme, contents) in [
            (
                Scheme::Current,
                &[
                    ("bdb-1", "68A9FEE6D65E0C310FBFE13FA70A6002C2771B9D6D41E2EDB5306267B5E46329"),
                    ("bdb-2", "F263E3767CEE6E17091008CDA4189F2F64D75AD31AAA65F0B9C1E577466C15D7"),
                    ("bdb-3", "940A5C68CB2CD99EA3D07205B8C762AE3DAE4DBA5FFDE5173F68417D4BA06260"),
                ][..],
            ),
            (
                Scheme::Legacy,
                &[
                    (
                        r#"{"p":1}"#,
                        "03FB4A93F05389F08CA0BE86D63B29D9317C4717B0E4874AC8FA14D0F3D8FE77",
                    ),
                    (
                        r#"{"p":2}"#,
                        "C8C77040F2509D3CAC27DF95946A42DFA9520A7B00F1093C59E48994E67D8851",
                    ),
                ][..],
            ),
        ] {
            let mut chain = HashChain::new(scheme);
            let mut resumed = HashChain::after(scheme, "").unwrap();
            for (content, hash) in contents {
                chain.extend(content.as_bytes());
                resumed.extend(content.as_bytes());
                assert_eq!(chain.hash(), *hash);
                resumed = HashChain::after(scheme, &resumed.hash()).unwrap();
                assert_eq!(resumed, chain);
            }
        }
        for bad in ["0", "00", "E3B0C44298FC1C14G"] {
            assert!(HashChain::after(Scheme::Current, bad).is_err(), "{bad}");
        }
    }
}
