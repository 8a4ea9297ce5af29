//! The shape of the files: that of C2SP/wycheproof, with the code and the time of each verdict.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use countersign::encoding::hex;
use countersign::encoding::json::{Object, Value};
use countersign::{Code, Verdict};

/// What a flag stands for: its name, the kind of defect, a description.
type Note = (&'static str, &'static str, &'static str);

/// Every flag. A file explains those that its tests have.
const NOTES: &[Note] = &[
    (
        "AadCandidate",
        "interoperability",
        "The tag authenticates one of several texts that a consumer can know; what the service uses is not published.",
    ),
    (
        "AlgorithmConfusion",
        "authentication bypass",
        "The header names an algorithm that is not the one of the key or of the format. A verifier that believes it can be made to use a public key as an HMAC secret (CVE-2015-9235, CVE-2016-10555).",
    ),
    (
        "AlgorithmNone",
        "authentication bypass",
        "The header says that nothing was signed (CVE-2015-2951, CVE-2020-28042).",
    ),
    ("AsIssued", "policy", "The artefact is judged as at its own time, as archives need it."),
    (
        "Base64",
        "malleability",
        "A base64 text that is not the one encoding of its bytes in its profile: wrong alphabet, padding, white space or trailing bits. The texts as they are were signed, so that only strict decoding can refuse.",
    ),
    (
        "Binding",
        "substitution",
        "What was signed is genuine, and compared with what the relying party asked for.",
    ),
    (
        "Certificate",
        "policy",
        "The key comes with a certificate: as PEM, or in `x5c` of its JWK (RFC 7517 section 4.7). It has to be the key's own, and its validity at the time of judgement and its key usage count (RFC 5280 sections 4.1.2.5 and 4.2.1.3).",
    ),
    (
        "Chain",
        "authentication bypass",
        "A certificate that leads to a trusted root or not: who issued it, for what domain, within what limits (RFC 5280 section 6).",
    ),
    (
        "ClaimType",
        "type confusion",
        "A member of the payload has another JSON type or range than the format says, or is missing or repeated.",
    ),
    (
        "CriticalHeader",
        "authentication bypass",
        "The header names extensions that must be understood (RFC 7515 section 4.1.11, RFC 7797); none are.",
    ),
    (
        "CubeRoot",
        "authentication bypass",
        "A forgery made without the private key: a perfect cube whose first bytes look like PKCS#1 v1.5 padding. Works where what follows the digest is not compared (CVE-2006-4339).",
    ),
    (
        "Derivation",
        "interoperability",
        "The AES key comes from the client secret by one of several derivations; which one the service uses is not published.",
    ),
    (
        "Encoding",
        "lax parsing",
        "Hexadecimal and base64 inside an object: digits, lengths, prefixes.",
    ),
    ("EcRange", "authentication bypass", "r and s must be in 1..n-1 (CVE-2022-21449)."),
    (
        "EmbeddedKey",
        "authentication bypass",
        "The header brings or names a key (`jwk`, `jku`, `x5u`, `x5c`), which must be ignored (CVE-2018-0114).",
    ),
    ("Envelope", "lax parsing", "The answer around the token."),
    (
        "EraConfusion",
        "authentication bypass",
        "A token signed by the scheme of one era in the shape of another. Its shape alone tells the era, and each era has one algorithm.",
    ),
    (
        "Expectation",
        "substitution",
        "The caller expects a member of the signed content to have a value.",
    ),
    (
        "HashChain",
        "substitution",
        "Each capture has a hash of itself and of the one before: hashes and captures have to belong together. Anyone can compute them, so they prove nothing about who captured what. Hashes of encrypted values need the decrypted ones.",
    ),
    ("Header", "lax parsing", "The header is not what RFC 7515 section 4 allows."),
    (
        "InvalidPoint",
        "authentication bypass",
        "Coordinates off the curve, from the prime on, at infinity, or of a point outside the subgroup of prime order: what is computed with them proves nothing.",
    ),
    (
        "KeySelection",
        "confusion",
        "Which key of the set is meant: exactly one may be (RFC 7517 section 4.5).",
    ),
    (
        "KeyUse",
        "policy",
        "What the key says it is for: `use`, `key_ops`, `alg` (RFC 7517 sections 4.2 to 4.4).",
    ),
    ("Leeway", "policy", "Clocks may disagree by the leeway of the policy, and no second more."),
    (
        "Leniency",
        "interoperability",
        "A device breaks the format in a way that a verifier may accept where that is asked for by name.",
    ),
    ("Limit", "denial of service", "A size, count or depth exactly at a limit, or one beyond it."),
    (
        "MixedCapture",
        "substitution",
        "Captures of one answer that differ in signer, device or transaction, that are the same twice, or lie far apart in time. Their hashes fit all the same.",
    ),
    ("Modified", "forgery", "A genuine artefact that was altered, or a signature by another key."),
    (
        "NestedSignature",
        "authentication bypass",
        "A signed object inside a signed object: every layer counts.",
    ),
    (
        "NoSecret",
        "false comfort",
        "Nobody without the server secret can tell whether the signature is right: the verdict is undecided at best, never valid.",
    ),
    (
        "OwnTime",
        "policy",
        "Judged as at its own time, each signer is judged at the time that its own signed layer states, and never at one that nobody signed.",
    ),
    (
        "Padding",
        "authentication bypass",
        "The signature opens to a block that is not exactly EMSA-PKCS1-v1_5 or EMSA-PSS of the digest (RFC 8017 section 9). Made with the private key.",
    ),
    ("Published", "basic", "A value computed by hand from published formulas."),
    (
        "PublishedKey",
        "weak key",
        "The private half of the key stands in an RFC: what it verifies is valid, and a report warns of it.",
    ),
    ("Roca", "weak key", "The modulus has the fingerprint of CVE-2017-15361."),
    (
        "ServerRule",
        "lax parsing",
        "A member of a request that a server's rules accept or refuse: presence, length, value, pattern of a time.",
    ),
    (
        "ServerTable",
        "policy",
        "What a server's tables know about provider, type, device or service decides.",
    ),
    (
        "SignatureForm",
        "malleability",
        "The signature is the right number, but not written as the format says: another length, or plus a multiple of the modulus.",
    ),
    (
        "SignatureStripping",
        "authentication bypass",
        "The outer signatures of a message are left out, so that none of them can be found wrong: what is inside is genuine, and what is around it anybody's.",
    ),
    (
        "StrictJson",
        "lax parsing",
        "JSON that two parsers can understand differently: repeated names, byte order marks, lone surrogates, text after the value.",
    ),
    (
        "StricterThanServer",
        "lax parsing",
        "The server reads what this library refuses, as two readers could read it differently.",
    ),
    ("Structure", "lax parsing", "The number and content of the parts between dots."),
    ("Tag", "forgery", "A sealed response that was altered or cut."),
    (
        "TimeBoundary",
        "policy",
        "The time of judgement is exactly at a limit, or one second beside it.",
    ),
    (
        "TokenKind",
        "substitution",
        "A genuine token of another kind, by the same issuer: each kind has members that no other has, or a `typ`.",
    ),
    (
        "Unsigned",
        "authentication bypass",
        "Something has no signature of its own. What no signature covers is never authentic, and a message whose outermost layer has none is refused, unless that is accepted by name.",
    ),
    (
        "UnsignedHeader",
        "confusion",
        "The header around the token is not signed, so that it decides nothing.",
    ),
    (
        "UnusableKey",
        "weak key",
        "A key with parameters that no sound key has, of a type that verifies nothing, or with its private part.",
    ),
    ("Valid", "basic", "An artefact as the platform makes it."),
    (
        "WeakKey",
        "weak key",
        "RSA below 2048 bits: refused, except exactly 1024 bits by an opt-in (MIRACL Trust's public DVS key has 1024).",
    ),
    (
        "Window",
        "policy",
        "A signed time must lie within a window around the time of judgement; both ends are excluded.",
    ),
];

/// One test.
pub(crate) struct Case {
    comment: String,
    flags: &'static [&'static str],
    members: Object<'static>,
    code: Code,
}

impl Case {
    /// Makes a test whose artefact goes into `input`, or `inputHex` if it is not UTF-8.
    pub(crate) fn new(
        comment: impl Into<String>,
        flags: &'static [&'static str],
        input: impl Into<Vec<u8>>,
        code: Code,
    ) -> Self {
        let members = match String::from_utf8(input.into()) {
            Ok(text) => Object::new().with("input", text),
            Err(error) => Object::new().with("inputHex", hex::encode(error.as_bytes())),
        };
        Self { comment: comment.into(), flags, members, code }
    }

    /// Judges it at another time than the group's.
    pub(crate) fn at(self, at: i64) -> Self {
        self.with("at", at)
    }

    /// Judges it as at its own time.
    pub(crate) fn issued(self) -> Self {
        self.with("at", "issued")
    }

    /// Expects something else than the group does.
    pub(crate) fn expecting(self, expected: Object<'static>) -> Self {
        self.with("expected", expected)
    }

    pub(crate) fn with(mut self, member: &'static str, value: impl Into<Value<'static>>) -> Self {
        self.members.set(member, value);
        self
    }
}

/// Tests with the same keys and policy.
pub(crate) struct Group {
    members: Object<'static>,
    defaults: Object<'static>,
    cases: Vec<Case>,
}

impl Group {
    /// Makes a group. Its members describe it; what `defaults` has and a case has not is written
    /// into the case.
    pub(crate) fn new(
        comment: &'static str,
        members: &Object<'static>,
        defaults: &Object<'static>,
    ) -> Self {
        let mut all = Object::new().with("comment", comment);
        for (name, value) in members.iter() {
            all.set(name.to_owned(), value.clone());
        }
        Self { members: all, defaults: defaults.clone(), cases: Vec::new() }
    }

    pub(crate) fn add(&mut self, case: Case) {
        self.cases.push(case);
    }

    pub(crate) fn extend(&mut self, cases: impl IntoIterator<Item = Case>) {
        self.cases.extend(cases);
    }
}

/// Writes a file.
pub(crate) fn file(
    algorithm: &'static str,
    schema: &'static str,
    header: &[&'static str],
    groups: Vec<Group>,
) -> String {
    let count = groups.iter().map(|group| group.cases.len()).sum::<usize>();
    let flags: BTreeSet<&str> =
        groups.iter().flat_map(|group| &group.cases).flat_map(|case| case.flags).copied().collect();
    let mut notes = Object::new();
    for flag in flags {
        let (_, kind, text) =
            NOTES.iter().find(|(name, ..)| *name == flag).unwrap_or_else(|| panic!("{flag}"));
        notes.set(flag, Object::new().with("bugType", *kind).with("description", *text));
    }
    let mut id: usize = 0;
    let groups = groups.into_iter().map(|group| {
        let tests = group.cases.into_iter().map(|case| {
            id += 1;
            test(id, case, &group.defaults)
        });
        let tests = Value::Array(tests.collect());
        Value::from(group.members.with("tests", tests))
    });
    let groups = Value::Array(groups.collect());
    let header = header.iter().map(|line| Value::from(*line)).collect();
    let file = Object::new()
        .with("algorithm", algorithm)
        .with("schema", schema)
        .with("generatorVersion", env!("CARGO_PKG_VERSION"))
        .with("numberOfTests", count)
        .with("header", Value::Array(header))
        .with("notes", notes)
        .with("testGroups", groups);
    let mut text = String::new();
    pretty(&mut text, &file.into(), 0);
    text.push('\n');
    text
}

fn test(id: usize, case: Case, defaults: &Object<'static>) -> Value<'static> {
    let flags = case.flags.iter().map(|flag| Value::from(*flag)).collect();
    let mut test = Object::new()
        .with("tcId", id)
        .with("comment", case.comment)
        .with("flags", Value::Array(flags));
    for (name, value) in case.members.iter() {
        test.set(name.to_owned(), value.clone());
    }
    for (name, value) in defaults.iter() {
        if test.member(name).is_none() {
            test.set(name.to_owned(), value.clone());
        }
    }
    test.set("result", Verdict::from(case.code).as_str());
    test.set("code", case.code.as_str());
    test.into()
}

/// Writes JSON with two spaces of indentation; what holds no objects stands on one line.
fn pretty(text: &mut String, value: &Value<'_>, depth: usize) {
    let indent = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Object(object) if object.iter().next().is_some() => {
            text.push('{');
            for (index, (name, value)) in object.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                indent(text, depth + 1);
                write!(text, "{}: ", Value::from(name)).unwrap();
                pretty(text, value, depth + 1);
            }
            indent(text, depth);
            text.push('}');
        }
        Value::Array(elements) if elements.iter().any(|e| e.as_object().is_some()) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                indent(text, depth + 1);
                pretty(text, element, depth + 1);
            }
            indent(text, depth);
            text.push(']');
        }
        other => write!(text, "{other}").unwrap(),
    }
}
