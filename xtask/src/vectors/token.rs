//! Tokens of MIRACL Trust: each kind, and each kind taken for another.

use countersign::Algorithm;
use countersign::Code::{self, *};
use countersign::encoding::hex;
use countersign::encoding::json::{Object, Value};
use countersign_testkit::{Issuer as _, miracl};

use super::certified;
use super::format::{self, Case, Group};
use super::keys::{Keys, jwks, without};

const ISSUER: &str = "https://api.mpin.io";
/// Project and client at once, so that the audience is not what tells the kinds apart.
const ME: &str = "86cd3e64-f641-416a-bf80-64b9b7eef8ea";
const USER: &str = "user@example.com";
const ISSUED: i64 = 1_700_000_000;

/// Every kind, with the seconds that its token lives.
const KINDS: [(&str, i64); 5] = [
    ("auth-token", 60),
    ("id-token", 900),
    ("access-token", 900),
    ("activation-token", 90),
    ("new-user-token", 3600),
];

pub(crate) fn file(keys: &Keys) -> String {
    let groups = KINDS.iter().map(|(kind, life)| group(keys, kind, *life));
    let groups = groups.chain(KINDS.iter().map(|(kind, _)| certified_group(keys, kind))).collect();
    let header = &[
        "Tokens of MIRACL Trust. A group verifies one kind, with its key, and refuses the others.",
        "`audience` is the project or the client, whatever claim the kind names it by.",
    ];
    format::file("miracl-token", "schemas/miracl-token.json", header, groups)
}

fn claims(kind: &str) -> Object<'static> {
    match kind {
        "auth-token" => miracl::auth_claims(ISSUER, ME, USER, ISSUED),
        "id-token" => miracl::id_claims(ISSUER, ME, USER, "n-0S6", ISSUED),
        "access-token" => {
            miracl::access_claims(ISSUER, ME, USER, &["openid", "email"], ISSUED + 900)
        }
        "activation-token" => miracl::activation_claims(ISSUER, ME, USER, ISSUED),
        _ => miracl::new_user_claims(ISSUER, ME, USER, ISSUED),
    }
}

/// The claim that names the caller.
fn audience(kind: &str) -> &'static str {
    match kind {
        "access-token" => "cid",
        "activation-token" => "projectID",
        _ => "aud",
    }
}

fn expected() -> Object<'static> {
    Object::new().with("issuer", ISSUER).with("audience", ME)
}

fn group(keys: &Keys, kind: &'static str, life: i64) -> Group {
    let members = Object::new().with("kind", kind).with("keys", jwks(&[keys.main.jwk()]));
    let defaults = Object::new().with("at", ISSUED).with("expected", expected());
    let mut group = Group::new(kind, &members, &defaults);
    let token = |claims: &Object<'_>| miracl::token(&keys.main, claims).unwrap();
    let own = claims(kind);
    let input = token(&own);

    group.add(Case::new("as the platform makes it", &["Valid"], input.clone(), Ok));
    group.add(Case::new("last second", &["TimeBoundary"], input.clone(), Ok).at(ISSUED + life - 1));
    group.add(
        Case::new("expired at exp", &["TimeBoundary"], input.clone(), Expired).at(ISSUED + life),
    );
    if own.member("iat").is_some() {
        group.add(
            Case::new("one second before iat", &["TimeBoundary"], input.clone(), NotYetValid)
                .at(ISSUED - 1),
        );
        group.add(Case::new("judged at iat", &["AsIssued"], input.clone(), Ok).issued());
        let life = |seconds: i64| token(&own.clone().with("exp", ISSUED + seconds));
        group.add(Case::new("lives an hour", &["TimeBoundary"], life(3600), Ok));
        group.add(Case::new(
            "lives a second more than an hour",
            &["TimeBoundary"],
            life(3601),
            TimestampWindow,
        ));
    }
    if kind == "access-token" || kind == "new-user-token" {
        let ends = |seconds: i64| token(&without(&own, "iat").with("exp", ISSUED + seconds));
        for (comment, seconds, code) in [
            ("no iat, and exp in an hour", 3600, Ok),
            ("no iat, and exp in an hour and a second", 3601, TimestampWindow),
            ("no iat, and exp at the end of 9999", 253_402_300_799 - ISSUED, TimestampWindow),
        ] {
            group.add(Case::new(comment, &["TimeBoundary"], ends(seconds), code));
        }
        let undated = without(&own, "iat");
        let case = Case::new("no iat to judge it at", &["AsIssued"], token(&undated), NoTime);
        group.add(case.issued());
        let foreign = token(&undated.with("iss", "https://other.example"));
        let comment = "no iat to judge it at, and another issuer";
        group.add(Case::new(comment, &["AsIssued"], foreign, IssuerMismatch).issued());
    }
    kinds(&mut group, kind, &token);
    marks(&mut group, kind, &token);
    expectations(&mut group, &own, &input);

    for member in ["iss", "sub", "exp", audience(kind)] {
        group.add(Case::new(
            format!("without {member}"),
            &["ClaimType"],
            token(&without(&own, member)),
            MissingMember,
        ));
    }
    let header = |name: &'static str, value: &'static str| {
        let header = keys.main.header(Algorithm::Rs256).with(name, value);
        keys.main.sign(&header, own.to_string().as_bytes(), Algorithm::Rs256).unwrap()
    };
    group.add(Case::new("typ is JWT", &["Valid"], header("typ", "JWT"), Ok));
    group.add(Case::new(
        "typ of another kind of token",
        &["TokenKind"],
        header("typ", "at+jwt"),
        ContentMismatch,
    ));
    group.add(Case::new("unknown key", &["KeySelection"], header("kid", "s9"), UnknownKey));
    let rs512 = keys.main.header(Algorithm::Rs512);
    let rs512 = keys.main.sign(&rs512, own.to_string().as_bytes(), Algorithm::Rs512).unwrap();
    group.add(Case::new(
        "RS512, which this kind has not",
        &["AlgorithmConfusion"],
        rs512,
        AlgorithmMismatch,
    ));
    let forged = keys.other.header(Algorithm::Rs256).with("kid", "s1");
    let forged = keys.other.sign(&forged, own.to_string().as_bytes(), Algorithm::Rs256).unwrap();
    group.add(Case::new("signed by another key", &["Modified"], forged, SignatureMismatch));
    special(&mut group, kind, &own, &token);
    group
}

fn certified_group(keys: &Keys, kind: &'static str) -> Group {
    let (start, end) = (ISSUED + 5, ISSUED + 10);
    let set = certified::set(keys, start, end);
    let members = Object::new().with("kind", kind).with("keys", jwks(&set));
    let defaults = Object::new().with("at", ISSUED).with("expected", expected());
    let mut group = Group::new("keys with a certificate", &members, &defaults);
    group.extend(certified::cases(start, end, |kid| {
        let header = Object::new().with("alg", "RS256").with("kid", kid);
        let claims = claims(kind).to_string();
        keys.main.sign(&header, claims.as_bytes(), Algorithm::Rs256).unwrap()
    }));
    group
}

/// The tokens of the other kinds, and tokens that claim to be of two.
fn kinds(group: &mut Group, kind: &str, token: &impl Fn(&Object<'_>) -> String) {
    for (other, _) in KINDS {
        if other == kind {
            continue;
        }
        let theirs = claims(other);
        // The first thing that is wrong: marks of another kind, or else none of one's own.
        let marked = ["amr", "nonce", "cid", "scp", "scope", "projectID", "events"]
            .iter()
            .any(|mark| theirs.member(mark).is_some());
        // Where the caller is named by another claim, `aud` is a mark as well.
        let named = marked || audience(kind) != "aud";
        // An authentication token may have what marks activation tokens, and misses its audience.
        let told = kind == "auth-token" && other == "activation-token";
        let code = if named && !told { ContentMismatch } else { MissingMember };
        group.add(Case::new(
            format!("is of the kind {other}"),
            &["TokenKind"],
            token(&theirs),
            code,
        ));
        if marked {
            let mut both = claims(kind);
            for (name, value) in theirs.iter() {
                both.set(name.to_owned(), value.clone());
            }
            group.add(Case::new(
                format!("is of this kind and of {other}"),
                &["TokenKind"],
                token(&both),
                ContentMismatch,
            ));
        }
    }
}

/// One claim that only other kinds have.
fn marks(group: &mut Group, kind: &str, token: &impl Fn(&Object<'_>) -> String) {
    let own = claims(kind);
    for mark in ["amr", "nonce", "cid", "scp", "scope", "projectID", "events", "cAt"] {
        // Of an authentication token these are a warning, and have vectors of their own.
        let told = kind == "auth-token" && ["nonce", "scope", "projectID"].contains(&mark);
        if own.member(mark).is_none() && !told {
            group.add(Case::new(
                format!("has {mark}, which is of another kind"),
                &["TokenKind"],
                token(&own.clone().with(mark, "x")),
                ContentMismatch,
            ));
        }
    }
    let both = own.with("cAt", ISSUED).with("exp", ISSUED + 10).with("hash", "00");
    group.add(Case::new(
        "is a DVS certificate as well",
        &["TokenKind"],
        token(&both),
        ContentMismatch,
    ));
    let certificate = Object::new().with("cAt", ISSUED).with("exp", ISSUED + 10).with("hash", "00");
    group.add(Case::new(
        "is a DVS certificate",
        &["TokenKind"],
        token(&certificate),
        ContentMismatch,
    ));
}

fn expectations(group: &mut Group, own: &Object<'static>, input: &str) {
    let mut add = |comment: &str, member: &'static str, value: &'static str, code: Code| {
        let expected = expected().with(member, value);
        let case = Case::new(comment, &["Expectation"], input.to_owned(), code);
        group.add(case.expecting(expected));
    };
    add("issuer is another one", "issuer", "https://api.mpin.io/", IssuerMismatch);
    add("audience is another one", "audience", "client", AudienceMismatch);
    add("subject is as expected", "subject", USER, Ok);
    add("subject is another one", "subject", "another@example.com", SubjectMismatch);
    if own.member("nonce").is_some() {
        add("nonce is as expected", "nonce", "n-0S6", Ok);
        add("nonce is another one", "nonce", "n-0S7", NonceMismatch);
    } else {
        add("a nonce is expected of a kind without", "nonce", "n-0S6", MissingMember);
    }
    add("a scope that was not granted is expected", "scope", "dvs", ContentMismatch);
}

/// What only one kind has.
fn special(
    group: &mut Group,
    kind: &str,
    own: &Object<'static>,
    token: &impl Fn(&Object<'_>) -> String,
) {
    let mut add = |comment: &str, member: &'static str, value: Value<'static>, code: Code| {
        group.add(Case::new(
            comment,
            &["ClaimType"],
            token(&own.clone().with(member, value)),
            code,
        ));
    };
    let strings = |texts: &[&'static str]| {
        Value::Array(texts.iter().map(|text| Value::from(*text)).collect())
    };
    match kind {
        "auth-token" => {
            add("aud is an array with the project", "aud", strings(&["other", ME]), Ok);
            add("aud is an array without it", "aud", strings(&["other"]), AudienceMismatch);
            let mut add = |comment: &str, member: &'static str, value: Value<'static>, code| {
                let token = token(&own.clone().with(member, value));
                group.add(Case::new(comment, &["TokenKind"], token, code));
            };
            add("scope of an authentication", "scope", "jwt".into(), Ok);
            add("scopes in an array", "scope", strings(&["jwt", "oidc"]), Ok);
            add("scope of activation tokens", "scope", "verification".into(), ContentMismatch);
            add(
                "scope of activation tokens among others",
                "scope",
                "jwt verification".into(),
                ContentMismatch,
            );
            add(
                "scope of activation tokens in an array",
                "scope",
                strings(&["jwt", "verification"]),
                ContentMismatch,
            );
            add("scope is a number", "scope", 1_i64.into(), WrongType);
            add("nonce, which is documented of ID tokens", "nonce", "n-0S6".into(), Ok);
            add("projectID, which is documented of activation tokens", "projectID", ME.into(), Ok);
            add("methods of an ID token", "amr", strings(&["token"]), ContentMismatch);
        }
        "id-token" => {
            let mpin_id = br#"{"iat":1,"userID":"user@example.com"}"#;
            let hash = hex::encode(&countersign::sha256(mpin_id));
            let both = |hash: String| {
                token(&own.clone().with("mpin_id", hex::encode(mpin_id)).with("hash_mpin_id", hash))
            };
            add("email_verified is text", "email_verified", "True".into(), Ok);
            add("email_verified is a number", "email_verified", 1_i64.into(), WrongType);
            add("amr is a string", "amr", "token".into(), WrongType);
            add("azp is another client", "azp", "client".into(), AudienceMismatch);
            add("several audiences without azp", "aud", strings(&[ME, "other"]), MissingMember);
            group.add(Case::new(
                "hash_mpin_id is that of mpin_id",
                &["Valid"],
                both(hash.clone()),
                Ok,
            ));
            group.add(Case::new(
                "hash_mpin_id is that of the hexadecimal text",
                &["Binding"],
                both(hex::encode(&countersign::sha256(hex::encode(mpin_id).as_bytes()))),
                HashMismatch,
            ));
            group.add(Case::new(
                "hash_mpin_id in upper case",
                &["Binding"],
                both(hash.to_uppercase()),
                HashMismatch,
            ));
        }
        "access-token" => {
            add("scp is a string", "scp", "openid email".into(), WrongType);
            add("cid is an array", "cid", strings(&[ME]), WrongType);
        }
        "activation-token" => {
            add("scope is another one", "scope", "auth".into(), ContentMismatch);
            add("deviceName is a number", "deviceName", 1_i64.into(), WrongType);
        }
        _ => {
            add("sub is not the new user", "sub", "another".into(), ContentMismatch);
            add("events is empty", "events", Object::new().into(), MissingMember);
            let body = Object::new().with("new_user_token", token(own));
            group.add(Case::new("the pushed body", &["Envelope"], body.to_string(), Ok));
            group.add(Case::new("a body without a token", &["Envelope"], "{}", MissingMember));
        }
    }
}
