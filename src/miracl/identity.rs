//! M-PIN IDs: the identities in DVS signatures and authentications.
//!
//! ```text
//! hexadecimal ── decode ──► bytes ── SHA-256 ──► hashMPinId, the name in the REST API
//!                             │ strict JSON
//!                             ▼
//!                           MpinId: user, project, when issued, what for
//! ```
//!
//! Signatures and hashes cover the bytes, so these are kept unchanged: the same JSON with its
//! members in another order would be another identity.
//!
//! *Nothing here is verified*: until the signature around it is verified, an identity is only the
//! client's claim.
//!
//! Version 5 has changed without a new number. Until 2022 a user had one identity to authenticate
//! (`scope` is `["auth"]`, `vt` is `pv`) and another one to sign (`["dvs"]`, `dvs`). Since
//! client-js 7.0.0 (January 2023, commit f3d69be "Merge DVS and auth identities behavior") one
//! identity serves for both, in the form of the former. Salts are base64url in older samples and
//! standard base64 in newer ones, never padded.
//!
//! Sources: samples of MIRACL's backend API and of miracl/maas-sdk-dotnet-core2 (version 5);
//! miracl/client-js `src/client.js`, miracl/trust-sdk-android `DocumentSigner.kt`, and the tests of
//! miracl/trust-sdk-ios (version 5, merged); miracl/maas-sdk-go (version 1).
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
/// The REST API calls this value `mpinId`, `mpinID`, `hashMPinId` or `hashMPinID`. The hash covers
/// neither the hexadecimal text nor the public key.
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
    /// `v` 5: `iat`, `scope`, `vt`, 16 bytes of salt in base64 or base64url without padding.
    V5,
}

/// An M-PIN ID: its bytes and its content.
///
/// ```
/// use countersign::Limits;
/// use countersign::miracl::identity::MpinId;
///
/// let text = br#"{"iat":1649404347,"userID":"u@example.com","cID":"p","salt":"AAAAAAAAAAAAAAAAAAAAAA","v":5,"scope":["dvs"],"dta":[],"vt":"dvs"}"#;
/// let id = MpinId::parse(text, &Limits::default())?;
/// assert_eq!((id.user_id(), id.project_id()), ("u@example.com", "p"));
/// assert!(id.may_sign());
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
    /// [`Error::UnsupportedFormat`] for another version, otherwise the errors of malformed JSON or
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
    /// [`Error::Malformed`] for other characters or an odd number of digits, otherwise the same as
    /// [`parse`](Self::parse).
    pub fn from_hex(digits: &str, limits: &Limits) -> Result<Self, Error> {
        let bytes = hex::decode(digits).map_err(|fault| Error::Malformed { part: PART, fault })?;
        Self::parse(&bytes, limits)
    }

    /// Returns the bytes, unchanged.
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

    /// Returns `iat` or `issuedAt`; `None` if it is not a time from 1970 to 9999.
    #[must_use]
    pub const fn issued_at(&self) -> Option<Time> {
        Time::from_unix(self.issued)
    }

    /// Returns `salt`, verbatim.
    #[must_use]
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// Returns `scope`; empty if it is absent, as in version 1.
    #[must_use]
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// Returns `vt`: how the user's identity was verified, or `dvs`.
    #[must_use]
    pub fn verification_type(&self) -> Option<&str> {
        self.verification_type.as_deref()
    }

    /// Tells whether an identity of this form may sign: `scope` has `auth` or `dvs`, or `vt` is
    /// `dvs`. Version 1 does not state it, and may sign.
    ///
    /// An identity made only for authentication, before 2023, has the same form as current signing
    /// identities. To exclude both, expect the scope `dvs` with
    /// [`Expected::scope`](crate::miracl::dvs::signature::Expected::scope).
    #[must_use]
    pub fn may_sign(&self) -> bool {
        self.version == Version::V1
            || self.scope.iter().any(|scope| scope == "auth" || scope == "dvs")
            || self.verification_type() == Some("dvs")
    }

    /// Tells whether the salt or the time is not in the platform's usual format.
    #[must_use]
    pub fn is_unusual(&self) -> bool {
        let salt = match self.version {
            Version::V1 => hex::decode(&self.salt),
            Version::V5 => base64::decode_unpadded(self.salt.as_bytes()),
        };
        self.issued <= 0 || self.issued_at().is_none() || !salt.is_ok_and(|salt| salt.len() == 16)
    }

    /// Returns all members, including unknown ones.
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

/// The names of the D-TAs, the distributed trusted authorities that issued the client secret in
/// shares.
///
/// Only the service interprets them; it must receive the text exactly as the client sent it. Most
/// clients store the text that the service gave them (miracl/trust-sdk-android
/// `RegistrationApi.kt`), of two identifiers of 64 hexadecimal digits in all samples. iOS builds it
/// from the names in the authorities' own answers, in the order in which these arrive
/// (miracl/trust-sdk-ios `Registrator.swift`, commit c1c29d5).
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
    ids: Vec<String>,
}

impl Dtas {
    /// Parses standard base64 of a JSON array of one or more non-empty strings.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::WrongType`] or [`Error::TooLarge`].
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, Error> {
        const PART: &str = "dtas";
        let malformed = |fault| Error::Malformed { part: PART, fault };
        let wrong = || Error::WrongType {
            part: PART,
            member: "dtas",
            expected: "an array of one or more strings",
        };
        if text.len() > limits.token_bytes() {
            return Err(Error::TooLarge { what: PART, limit: limits.token_bytes() });
        }
        let bytes = base64::decode_standard(text.as_bytes()).map_err(malformed)?;
        let value = crate::encoding::json::parse(PART, &bytes, limits)?;
        let elements = value.as_array().filter(|elements| !elements.is_empty());
        let id = |element: &Value<'_>| match element.as_str() {
            Some("") => Err(malformed(Fault::Empty)),
            Some(id) => Ok(id.to_string()),
            None => Err(wrong()),
        };
        let ids = elements.ok_or_else(wrong)?.iter().map(id).collect::<Result<_, _>>()?;
        Ok(Self { text: text.into(), ids })
    }

    /// Returns the text, unchanged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the names, verbatim.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Tells whether these deviate from the platform's documents: two identifiers of 64 hexadecimal
    /// digits.
    #[must_use]
    pub fn is_unusual(&self) -> bool {
        let is_digest = |id: &String| hex::decode(id).is_ok_and(|bytes| bytes.len() == 32);
        self.ids.len() != 2 || !self.ids.iter().all(is_digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

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
        assert!(id.may_sign() && !id.is_unusual());
        let upper = MpinId::from_hex(&digits.to_ascii_uppercase(), &Limits::default());
        assert_eq!(upper.map(|id| id.hash()).as_deref(), Ok(hash));
    }

    #[test]
    fn what_is_longer_than_the_limit_is_refused_and_nothing_shorter() {
        let dtas = base64::encode_standard(br#"["a","b"]"#);
        let limits = |most| Limits::default().with_token_bytes(most);
        for most in [V5.len(), V5.len() + 1] {
            assert!(MpinId::parse(V5.as_bytes(), &limits(most)).is_ok());
        }
        for most in [dtas.len(), dtas.len() + 1] {
            assert!(Dtas::parse(&dtas, &limits(most)).is_ok());
        }
        let (id, names) = (V5.len() - 1, dtas.len() - 1);
        let id = MpinId::parse(V5.as_bytes(), &limits(id)).map(drop);
        let names = Dtas::parse(&dtas, &limits(names)).map(drop);
        for refused in [id, names] {
            assert_eq!(refused.map_err(|error| error.code()), Err(Code::TooLarge));
        }
    }

    #[test]
    fn both_versions_are_read_and_no_other() {
        let old = parse(V1).unwrap();
        assert_eq!((old.version(), old.user_id(), old.project_id()), (Version::V1, "u", ""));
        assert!(old.may_sign() && !old.is_unusual());
        assert_eq!(old.scope(), [""; 0]);
        assert_eq!(parse(V5).unwrap().scope(), ["auth"]);
        for version in ["0", "2", "6", "-5"] {
            let text = V5.replace("\"v\":5", &alloc::format!("\"v\":{version}"));
            assert_eq!(parse(&text), Err(Code::UnsupportedFormat));
        }
    }

    #[test]
    fn the_identity_of_the_ios_tests_has_its_published_hash_and_a_salt_in_standard_base64() {
        // miracl/trust-sdk-ios `RegistratorTests.swift`, `hashOfMpinId`.
        let digits = "7b22696174223a313631373237323435332c22757365724944223a22676c6f62616c406578616d706c652e636f6d222c22634944223a2236636134636133622d623663342d343262332d386536372d336432653038616532643765222c2273616c74223a226d30756558414b4162566234425756742b5461745a51222c2276223a352c2273636f7065223a5b2261757468225d2c22647461223a5b5d2c227674223a227076227d";
        let id = MpinId::from_hex(digits, &Limits::default()).unwrap();
        let hash = "d3ddd84f90ff4497df43534e0ab0813f71838f5ea92ba98705a84a0d6f593c8d";
        assert_eq!(id.hash(), hash);
        assert_eq!((id.user_id(), id.salt()), ("global@example.com", "m0ueXAKAbVb4BWVt+TatZQ"));
        assert!(id.may_sign() && !id.is_unusual());
    }

    #[test]
    fn an_identity_for_signing_or_authentication_may_sign_and_no_other() {
        for (from, to, may_sign) in [
            ("[\"auth\"]", "[\"auth\"]", true),
            ("[\"auth\"]", "[\"dvs\"]", true),
            ("[\"auth\"]", "[\"x\",\"dvs\"]", true),
            ("[\"auth\"],\"dta\":[],\"vt\":\"pv\"", "[],\"vt\":\"dvs\"", true),
            (",\"vt\":\"pv\"", "", true),
            ("[\"auth\"]", "[]", false),
            ("[\"auth\"]", "[\"AUTH\",\"DVS\"]", false),
            ("[\"auth\"]", "[\"auth dvs\",\"\",\"pv\"]", false),
            ("[\"auth\"]", "[\"oidc\",\"jwt\",\"reg-code\",\"verification\"]", false),
            ("\"scope\":[\"auth\"],", "", false),
            ("[\"auth\"],\"dta\":[],\"vt\":\"pv\"", "[],\"vt\":\"auth\"", false),
        ] {
            let text = V5.replacen(from, to, 1);
            assert_eq!(parse(&text).unwrap().may_sign(), may_sign, "{to}");
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
            ("us794GvXRTDOrr5UATK6wA", "us794GvXRTDOrr5UATK6w+=="),
            ("us794GvXRTDOrr5UATK6wA", "us79_GvXRTDOrr5UATK6+A"),
            ("us794GvXRTDOrr5UATK6wA", "us79*GvXRTDOrr5UATK6wA"),
            ("us794GvXRTDOrr5UATK6wA", ""),
            ("1541662725", "0"),
            ("1541662725", "-1"),
            ("1541662725", "999999999999999"),
        ] {
            assert!(parse(&V5.replace(from, to)).unwrap().is_unusual(), "{to}");
        }
        assert!(parse(&V1.replace("00112233", "0011223")).unwrap().is_unusual());
        for usual in ["us79_GvXRTDOrr5UATK6-A", "us79/GvXRTDOrr5UATK6+A"] {
            let text = V5.replace("us794GvXRTDOrr5UATK6wA", usual);
            assert!(!parse(&text).unwrap().is_unusual(), "{usual}");
        }
    }

    #[test]
    fn dtas_are_base64_of_an_array_of_names_and_nothing_else() {
        let limits = Limits::default();
        let parse = |json: &str| {
            Dtas::parse(&base64::encode_standard(json.as_bytes()), &limits)
                .map_err(|error| error.code())
        };
        let id = "c5a4222a0a7bbcfe6ea5b414f1b02aa5517eddabe55d0ad45b6a8af253195c75";
        let good = alloc::format!(r#"["{id}","{id}"]"#);
        let usual = parse(&good).unwrap();
        assert_eq!((usual.ids(), usual.is_unusual()), (&[id.to_string(), id.into()][..], false));
        // miracl/trust-sdk-ios `RegistratorTests.swift`.
        let text = "WyJEVEEgTm9kZSIsIkRUQSBOb2RlIl0=";
        let named = Dtas::parse(text, &limits).unwrap();
        assert_eq!(
            (named.ids(), named.as_str()),
            (&["DTA Node".to_string(), "DTA Node".into()][..], text)
        );
        for unusual in [
            r#"["DTA Node","DTA Node"]"#.to_string(),
            alloc::format!(r#"["{id}"]"#),
            alloc::format!(r#"["{id}","{id}","{id}"]"#),
            good.replace("c5a4", "c5"),
            good.replacen("c5a4", "c5g4", 1),
        ] {
            assert!(parse(&unusual).unwrap().is_unusual(), "{unusual}");
        }
        for (json, code) in [
            ("[]".to_string(), Code::WrongType),
            (alloc::format!(r#"["{id}",1]"#), Code::WrongType),
            (alloc::format!(r#"["{id}",null]"#), Code::WrongType),
            (alloc::format!(r#"["{id}",["{id}"]]"#), Code::WrongType),
            (alloc::format!(r#"["{id}",""]"#), Code::Malformed),
            (alloc::format!(r#"{{"a":"{id}"}}"#), Code::WrongType),
            (alloc::format!("\"{id}\""), Code::WrongType),
            ("null".into(), Code::WrongType),
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
