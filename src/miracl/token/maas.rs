//! `MAAS-HMAC-SHA256`: how requests to `/dvs/verify` were authorised until 2018.

use alloc::string::{String, ToString as _};
use core::fmt;

use zeroize::Zeroizing;

use crate::crypto::{Secret, mac, sha256};
use crate::encoding::{Fault, base64, hex};
use crate::error::Error;
use crate::limits::Limits;

/// The authorisation of one document by a client.
///
/// HMAC-SHA-256 with the client secret, over the *hexadecimal text* of the document's SHA-256; then
/// base64 of client ID, a colon and the MAC in hexadecimal (miracl/maas-sdk-go `pkg/dvs/dvs.go`).
///
/// ```
/// use countersign::miracl::token::MaasToken;
/// use countersign::{Limits, Secret};
///
/// let secret = Secret::new(b"MockClientSecret".to_vec());
/// let token = MaasToken::sign(&secret, "MockClientId", b"sample document");
/// let header = token.header();
/// assert!(header.starts_with("MAAS-HMAC-SHA256 TW9ja0NsaWVudElkOmU1M2U4ZTY2"));
///
/// let received = MaasToken::parse(&header, &Limits::default())?;
/// assert_eq!(received.client_id(), "MockClientId");
/// assert!(received.verify(&secret, b"sample document").is_ok());
/// assert!(received.verify(&secret, b"another document").is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct MaasToken {
    client_id: String,
    mac: String,
}

const SCHEME: &str = "MAAS-HMAC-SHA256";
const PART: &str = "MAAS-HMAC token";

impl MaasToken {
    /// Authorises a document.
    #[must_use]
    pub fn sign(secret: &Secret, client_id: impl Into<String>, document: &[u8]) -> Self {
        Self { client_id: client_id.into(), mac: mac_of(secret, document).to_string() }
    }

    /// Parses the token, or the whole value of the header. It stays untrusted until
    /// [`verify`](Self::verify). One or two spaces may follow the scheme, since the SDKs differ.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`], or [`Error::Malformed`] for text that is not strict base64 of UTF-8
    /// with a colon, and 64 lower-case hexadecimal digits after the last colon.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        if text.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.token_bytes() });
        }
        let malformed = |fault| Error::Malformed { part: PART, fault };
        let token = match text.strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(' ')) {
            Some(rest) => rest.strip_prefix(' ').unwrap_or(rest),
            None => text,
        };
        let bytes = base64::decode_standard(token.as_bytes()).map_err(malformed)?;
        let pair = String::from_utf8(bytes).map_err(|_| malformed(Fault::Utf8))?;
        let (client_id, mac) = pair.rsplit_once(':').ok_or(malformed(Fault::Segments))?;
        let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if mac.len() != 64 || !mac.bytes().all(digit) {
            return Err(malformed(Fault::Value));
        }
        Ok(Self { client_id: client_id.to_string(), mac: mac.to_string() })
    }

    /// Verifies the MAC over the document with the secret of [`client_id`](Self::client_id), in
    /// constant time.
    ///
    /// *Not* checked: when it was made. The token authorises the same document forever.
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`], without detail.
    pub fn verify(&self, secret: &Secret, document: &[u8]) -> Result<(), Error> {
        mac::verify(mac_of(secret, document).as_bytes(), self.mac.as_bytes())
    }

    /// Returns the claimed client, which is untrusted until verified.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the token. Its holder can send the document.
    #[must_use]
    pub fn token(&self) -> String {
        let pair = Zeroizing::new([&self.client_id, ":", &self.mac].concat());
        base64::encode_standard(pair.as_bytes())
    }

    /// Returns the value of the `Authorization` header.
    #[must_use]
    pub fn header(&self) -> String {
        alloc::format!("{SCHEME} {}", self.token())
    }
}

impl fmt::Debug for MaasToken {
    /// Leaves out the MAC, which is a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaasToken").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// The key is the text of the secret, the message the hexadecimal text of the digest.
fn mac_of(secret: &Secret, document: &[u8]) -> Zeroizing<String> {
    let digest = hex::encode(&sha256(document));
    Zeroizing::new(hex::encode(&*mac::hmac_sha256(secret, &[digest.as_bytes()])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with the algorithm of miracl/maas-sdk-go for its test's client.
    const TOKEN: &str = "TW9ja0NsaWVudElkOmU1M2U4ZTY2NGM0NWJlMzQyZWZjZmExNDZlNTM4ODc3ZGYyYWQ2NDViNGExYTA1OWIxNmY5NTBkMzhhZGUzYzU=";

    fn secret() -> Secret {
        Secret::new(b"MockClientSecret".to_vec())
    }

    fn parse(text: &str) -> Result<MaasToken, Error> {
        MaasToken::parse(text, &Limits::default())
    }

    #[test]
    fn the_known_token_is_made_and_verified_with_one_space_and_with_two() {
        let made = MaasToken::sign(&secret(), "MockClientId", b"sample document");
        assert_eq!(made.token(), TOKEN);
        for text in [
            TOKEN.to_string(),
            alloc::format!("MAAS-HMAC-SHA256 {TOKEN}"),
            alloc::format!("MAAS-HMAC-SHA256  {TOKEN}"),
        ] {
            let token = parse(&text).unwrap();
            assert_eq!(token, made);
            assert_eq!(token.verify(&secret(), b"sample document"), Ok(()));
            assert_eq!(token.verify(&secret(), b"sample document "), Err(Error::SignatureMismatch));
            let other = Secret::new(b"MockClientSecreT".to_vec());
            assert_eq!(token.verify(&other, b"sample document"), Err(Error::SignatureMismatch));
        }
        assert!(!alloc::format!("{made:?}").contains("e53e"));
        // A colon in the identifier belongs to it.
        let odd = MaasToken::sign(&secret(), "a:b", b"");
        assert_eq!(parse(&odd.token()).unwrap().client_id(), "a:b");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let encode = |text: &str| base64::encode_standard(text.as_bytes());
        let mac = "e53e8e664c45be342efcfa146e538877df2ad645b4a1a059b16f950d38ade3c5";
        for text in [
            String::new(),
            "MAAS-HMAC-SHA256".into(),
            alloc::format!("MAAS-HMAC-SHA256   {TOKEN}"),
            alloc::format!("Bearer {TOKEN}"),
            TOKEN.trim_end_matches('=').into(),
            alloc::format!("{TOKEN}\n"),
            encode(mac),
            encode(&alloc::format!("c:{}", &mac[1..])),
            encode(&alloc::format!("c:{}", mac.to_ascii_uppercase())),
            base64::encode_standard(b"\xff:"),
        ] {
            assert_eq!(parse(&text).unwrap_err().code(), crate::Code::Malformed, "{text}");
        }
        assert_eq!(parse(&"A".repeat(8193)).unwrap_err().code(), crate::Code::TooLarge);
    }
}
