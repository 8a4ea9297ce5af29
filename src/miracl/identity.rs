//! M-PIN IDs: who a DVS signature or an authentication names.
//!
//! ```text
//! hexadecimal ── decode ──► bytes ── SHA-256 ──► hashMPinId, the name in the REST API
//!                             │ strict JSON
//!                             ▼
//!                           MpinId: user, project, when issued, what for
//! ```
//!
//! The bytes are what signatures and hashes are made of, so they are kept as they are: JSON written
//! again, with its members in another order, would be another identity.
//!
//! *Nothing here is verified*: an identity is what a client says until the signature around it is.
//!
//! Sources: samples of MIRACL's backend API and of miracl/maas-sdk-dotnet-core2 (version 5),
//! miracl/maas-sdk-go (version 1).
//!
//! Not supported: other versions of the format.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::crypto::sha256;
use crate::encoding::json::{Document, Object, Value};
use crate::encoding::{Fault, base64, hex};
use crate::error::Error;
use crate::limits::Limits;
use crate::time::Time;

/// Returns `hashMPinId`, in lower-case hexadecimal: SHA-256 of the bytes of an M-PIN ID.
///
/// The REST API calls this value `mpinId`, `mpinID`, `hashMPinId` or `hashMPinID`. Not hashed are
/// the hexadecimal text, and the public key.
///
/// ```
/// use countersign::encoding::hex;
/// use countersign::miracl::identity::hash_mpin_id;
///
/// # let request = include_str!("../../test-vectors/seed/dvs-verify-request.json");
/// # let digits = request.split("\"mpinId\": \"").nth(1).unwrap().split('"').next().unwrap();
/// let bytes = hex::decode(digits).unwrap();
/// assert_eq!(
///     hash_mpin_id(&bytes),
///     "38b9109369336cb0b8956a1a2f62c8c24d9fb763c02074aae5c83ca90c2fb990"
/// );
/// ```
#[must_use]
pub fn hash_mpin_id(bytes: &[u8]) -> String {
    hex::encode(&sha256(bytes))
}

/// The versions of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// `v` 1, of 2017: `issuedAt`, `mobile`, 32 hexadecimal digits of salt.
    V1,
    /// `v` 5: `iat`, `scope`, `vt`, 16 bytes of salt in base64url.
    V5,
}

/// An M-PIN ID, as its bytes and as what they say.
///
/// ```
/// use countersign::Limits;
/// use countersign::miracl::identity::MpinId;
///
/// let text = br#"{"iat":1649404347,"userID":"u@example.com","cID":"p","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;
/// let id = MpinId::parse(text, &Limits::default())?;
/// assert_eq!((id.user_id(), id.project_id()), ("u@example.com", "p"));
/// assert!(id.is_for_signing());
/// assert_eq!(id.as_bytes(), text);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MpinId {
    document: Document,
    version: Version,
    issued: i64,
    user_id: String,
    project_id: String,
    salt: String,
    scope: Vec<String>,
    verification_type: Option<String>,
}

const PART: &str = "mpinId";

impl MpinId {
    /// Parses the bytes.
    ///
    /// Checked: strict JSON of at most [`Limits::token_bytes`]; `v` is 1 or 5; `userID`, `cID` and
    /// `salt` are strings, `iat` (version 5) or `issuedAt` (version 1) an integer; `scope`, where
    /// present, an array of strings and `vt` a string. *Not* checked: the form of salt and time,
    /// see [`is_unusual`](Self::is_unusual), and whether anyone issued it.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedFormat`] for another version, else what is wrong with the JSON or its
    /// members.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        if bytes.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.token_bytes() });
        }
        let document = Document::parse(PART, bytes.to_vec(), limits)?;
        let (version, issued) = match document.integer(PART, "v")? {
            1 => (Version::V1, "issuedAt"),
            5 => (Version::V5, "iat"),
            _ => return Err(Error::UnsupportedFormat { what: "an mpinId of this version" }),
        };
        let string = |member| document.string(PART, member).map(Cow::into_owned);
        Ok(Self {
            version,
            issued: document.integer(PART, issued)?,
            user_id: string("userID")?,
            project_id: string("cID")?,
            salt: string("salt")?,
            scope: strings(&document, "scope")?,
            verification_type: document.optional_string(PART, "vt")?.map(Cow::into_owned),
            document,
        })
    }

    /// Parses hexadecimal digits, of either case, of the bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for other characters or an odd number of digits, else as
    /// [`parse`](Self::parse).
    pub fn from_hex(digits: &str, limits: &Limits) -> Result<Self, Error> {
        let bytes = hex::decode(digits).map_err(|fault| Error::Malformed { part: PART, fault })?;
        Self::parse(&bytes, limits)
    }

    /// Returns the bytes, as they were.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.document.text().as_bytes()
    }

    /// Returns `hashMPinId`; see [`hash_mpin_id`].
    #[must_use]
    pub fn hash(&self) -> String {
        hash_mpin_id(self.as_bytes())
    }

    /// Returns the version.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns `userID`.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Returns `cID`, the project's UUID; version 1 may leave it empty.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// Returns `iat` or `issuedAt`; `None` if it is no time from 1970 to 9999.
    #[must_use]
    pub const fn issued_at(&self) -> Option<Time> {
        Time::from_unix(self.issued)
    }

    /// Returns `salt`, as it is written.
    #[must_use]
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// Returns `scope`; empty where it is absent, as in version 1.
    #[must_use]
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// Returns `vt`: how the user's identity was verified, or `dvs`.
    #[must_use]
    pub fn verification_type(&self) -> Option<&str> {
        self.verification_type.as_deref()
    }

    /// Tells whether it was issued for signing: `scope` has `dvs`, or `vt` is `dvs`. Version 1 does
    /// not say, and counts as issued for everything.
    #[must_use]
    pub fn is_for_signing(&self) -> bool {
        self.version == Version::V1
            || self.scope.iter().any(|scope| scope == "dvs")
            || self.verification_type() == Some("dvs")
    }

    /// Tells whether salt or time have another form than the platform gives them.
    #[must_use]
    pub fn is_unusual(&self) -> bool {
        let salt = match self.version {
            Version::V1 => hex::decode(&self.salt),
            Version::V5 => base64::decode_url(self.salt.as_bytes()),
        };
        self.issued <= 0 || self.issued_at().is_none() || !salt.is_ok_and(|salt| salt.len() == 16)
    }

    /// Returns all members, those unknown to this library included.
    #[must_use]
    pub fn to_json(&self) -> Object<'_> {
        self.document.to_object()
    }
}

/// Reads an array of strings; an absent one is empty.
fn strings(document: &Document, member: &'static str) -> Result<Vec<String>, Error> {
    let wrong = Error::WrongType { part: PART, member, expected: "an array of strings" };
    let Some(value) = document.member(member) else { return Ok(Vec::new()) };
    let elements = value.as_array().ok_or_else(|| wrong.clone())?;
    let text = |element: &Value<'_>| element.as_str().map(str::to_string).ok_or(wrong.clone());
    elements.iter().map(text).collect()
}

/// Identifiers of the two D-TAs, the distributed trusted authorities that issued the client secret
/// in two shares.
///
/// ```
/// use countersign::Limits;
/// use countersign::miracl::identity::Dtas;
///
/// # let request = include_str!("../../test-vectors/seed/dvs-verify-request.json");
/// # let text = request.split("\"dtas\": \"").nth(1).unwrap().split('"').next().unwrap();
/// let dtas = Dtas::parse(text, &Limits::default())?;
/// assert!(dtas.ids()[1].starts_with("7ffb1f81"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dtas {
    text: String,
    ids: [String; 2],
}

impl Dtas {
    /// Parses base64 of a JSON array of two texts of 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::WrongType`] or [`Error::TooLarge`].
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "dtas";
        let malformed = |fault| Error::Malformed { part: PART, fault };
        let wrong =
            Error::WrongType { part: PART, member: "dtas", expected: "an array of two strings" };
        if text.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.token_bytes() });
        }
        let bytes = base64::decode_standard(text.as_bytes()).map_err(malformed)?;
        let value = crate::encoding::json::parse(PART, &bytes, limits)?;
        let [Value::String(first), Value::String(second)] = value.as_array().unwrap_or_default()
        else {
            return Err(wrong);
        };
        for id in [first, second] {
            if hex::decode(id).map_err(malformed)?.len() != 32 {
                return Err(malformed(Fault::Length));
            }
        }
        Ok(Self { text: text.into(), ids: [first, second].map(|id| id.to_string()) })
    }

    /// Returns the text, as it was.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the identifiers, as they are written.
    #[must_use]
    pub const fn ids(&self) -> &[String; 2] {
        &self.ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const V5: &str = r#"{"iat":1541662725,"userID":"u","cID":"p","salt":"us794GvXRTDOrr5UATK6wA","v":5,"scope":["auth"],"dta":[],"vt":"pv"}"#;
    const V1: &str = r#"{"issuedAt":1497621167,"userID":"u","cID":"","mobile":1,"salt":"00112233445566778899aabbccddeeff","v":1}"#;

    fn parse(text: &str) -> Result<MpinId, Code> {
        MpinId::parse(text.as_bytes(), &Limits::default()).map_err(|error| error.code())
    }

    #[test]
    fn the_published_identity_of_the_net_sdk_has_its_published_hash() {
        // miracl/maas-sdk-dotnet-core2: hashed are the bytes, not their hexadecimal text.
        let digits = "7b22696174223a313534313636323732352c22757365724944223a2270657479612e6b6f6c657661406d697261636c2e636f6d222c22634944223a2263313431623638342d643130342d346236312d626466392d663530316265303734333836222c2273616c74223a2275733739437647584f5254444f7272355441544b3677222c2276223a352c2273636f7065223a5b2261757468225d2c22647461223a5b5d2c227674223a227076227d";
        let id = MpinId::from_hex(digits, &Limits::default()).unwrap();
        let hash = "7167bc0f576dd6db3afb868370c941d41388f68a86426e377fe16a747532fddd";
        assert_eq!(id.hash(), hash);
        assert_ne!(hash_mpin_id(digits.as_bytes()), hash);
        assert_eq!((id.version(), id.verification_type()), (Version::V5, Some("pv")));
        assert!(!id.is_for_signing() && !id.is_unusual());
        let upper = MpinId::from_hex(&digits.to_ascii_uppercase(), &Limits::default());
        assert_eq!(upper.map(|id| id.hash()).as_deref(), Ok(hash));
    }

    #[test]
    fn both_versions_are_read_and_no_other() {
        let old = parse(V1).unwrap();
        assert_eq!((old.version(), old.user_id(), old.project_id()), (Version::V1, "u", ""));
        assert!(old.is_for_signing() && !old.is_unusual());
        assert_eq!(old.scope(), [""; 0]);
        assert_eq!(parse(V5).unwrap().scope(), ["auth"]);
        for version in ["0", "2", "6", "-5"] {
            let text = V5.replace("\"v\":5", &alloc::format!("\"v\":{version}"));
            assert_eq!(parse(&text), Err(Code::UnsupportedFormat));
        }
    }

    #[test]
    fn what_it_is_for_is_said_by_scope_or_type() {
        for (from, to, signing) in [
            ("[\"auth\"]", "[\"dvs\"]", true),
            ("[\"auth\"]", "[\"auth\",\"dvs\"]", true),
            ("\"pv\"", "\"dvs\"", true),
            ("[\"auth\"]", "[]", false),
            ("[\"auth\"]", "[\"DVS\"]", false),
            (",\"vt\":\"pv\"", "", false),
        ] {
            assert_eq!(parse(&V5.replace(from, to)).unwrap().is_for_signing(), signing, "{to}");
        }
    }

    #[test]
    fn missing_repeated_and_mistyped_members_are_refused() {
        for (from, to, code) in [
            ("\"userID\":\"u\",", "", Code::MissingMember),
            ("\"cID\":\"p\",", "", Code::MissingMember),
            ("\"iat\"", "\"issuedAt\"", Code::MissingMember),
            (",\"v\":5", "", Code::MissingMember),
            ("\"v\":5", "\"v\":\"5\"", Code::WrongType),
            ("\"userID\":\"u\"", "\"userID\":1", Code::WrongType),
            ("1541662725", "1.5", Code::WrongType),
            ("[\"auth\"]", "\"auth\"", Code::WrongType),
            ("[\"auth\"]", "[1]", Code::WrongType),
            ("\"vt\":\"pv\"", "\"vt\":null", Code::WrongType),
            ("\"dta\"", "\"vt\"", Code::DuplicateMember),
            ("}", "}}", Code::Malformed),
        ] {
            let text = V5.replace(from, to);
            assert_ne!(text, V5);
            assert_eq!(parse(&text), Err(code), "{text}");
        }
        assert_eq!(parse("[]"), Err(Code::WrongType));
        let limits = Limits::default();
        for digits in ["7b7", "7g", " 7b7d"] {
            let error = MpinId::from_hex(digits, &limits).unwrap_err();
            assert_eq!(error.code(), Code::Malformed);
        }
        assert!(MpinId::parse(b"{\"v\":5,\"\xff\":1}", &limits).is_err());
        let small = limits.with_token_bytes(10);
        assert_eq!(MpinId::parse(V5.as_bytes(), &small).unwrap_err().code(), Code::TooLarge);
    }

    #[test]
    fn salts_and_times_of_another_form_are_unusual_and_no_more() {
        for (from, to) in [
            ("us794GvXRTDOrr5UATK6wA", "us794GvXRTDOrr5UATK6"),
            ("us794GvXRTDOrr5UATK6wA", "us794GvXRTDOrr5UATK6wA=="),
            ("1541662725", "0"),
            ("1541662725", "-1"),
            ("1541662725", "999999999999999"),
        ] {
            assert!(parse(&V5.replace(from, to)).unwrap().is_unusual(), "{to}");
        }
        assert!(parse(&V1.replace("00112233", "0011223")).unwrap().is_unusual());
    }

    #[test]
    fn dtas_are_base64_of_two_identifiers_and_nothing_else() {
        let limits = Limits::default();
        let parse = |json: &str| {
            Dtas::parse(&base64::encode_standard(json.as_bytes()), &limits)
                .map_err(|error| error.code())
        };
        let id = "c5a4222a0a7bbcfe6ea5b414f1b02aa5517eddabe55d0ad45b6a8af253195c75";
        let good = alloc::format!(r#"["{id}","{id}"]"#);
        assert_eq!(parse(&good).unwrap().ids(), &[id, id]);
        for (json, code) in [
            (alloc::format!(r#"["{id}"]"#), Code::WrongType),
            (alloc::format!(r#"["{id}","{id}","{id}"]"#), Code::WrongType),
            (alloc::format!(r#"["{id}",1]"#), Code::WrongType),
            (alloc::format!(r#"{{"a":"{id}"}}"#), Code::WrongType),
            (good.replace("c5a4", "c5"), Code::Malformed),
            (good.replace("c5a4", "c5g4"), Code::Malformed),
            ("[".into(), Code::Malformed),
        ] {
            assert_eq!(parse(&json), Err(code), "{json}");
        }
        // With the space, the text needs padding.
        let url = base64::encode_url(alloc::format!("{good} ").as_bytes());
        assert!(!url.len().is_multiple_of(4) && Dtas::parse(&url, &limits).is_err());
        assert!(Dtas::parse("", &limits).is_err());
    }
}
