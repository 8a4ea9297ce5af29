//! JWT claims (RFC 7519 section 4); they are part of `jws.json`.

use countersign::Code::*;
use countersign::encoding::json::{Object, Value};
use countersign_testkit::Issuer as _;

use super::format::{Case, Group};
use super::jws::{NOW, defaults, group};
use super::keys::{Keys, jwks, rs256, without};

pub(super) fn claims(keys: &Keys) -> Group {
    let mut group = group("JWT claims", &[keys.main.jwk()]);
    let token = |payload: &str| rs256(&keys.main, r#"{"alg":"RS256"}"#, payload);
    let at = |member: &str, seconds: i64| token(&format!(r#"{{"{member}":{seconds}}}"#));
    group.extend([
        Case::new("one second before exp", &["TimeBoundary"], at("exp", NOW + 1), Ok),
        Case::new("expired at exp", &["TimeBoundary"], at("exp", NOW), Expired),
        Case::new("one second after exp", &["TimeBoundary"], at("exp", NOW - 1), Expired),
        Case::new(
            "exp is the last second of 9999",
            &["TimeBoundary"],
            at("exp", 253_402_300_799),
            Ok,
        ),
        Case::new("one second before nbf", &["TimeBoundary"], at("nbf", NOW + 1), NotYetValid),
        Case::new("valid at nbf", &["TimeBoundary"], at("nbf", NOW), Ok),
        Case::new("iat in the future is no limit", &["Valid"], at("iat", NOW + 1000), Ok),
        Case::new(
            "expired before it was valid",
            &["TimeBoundary"],
            token(&format!(r#"{{"nbf":{},"exp":{}}}"#, NOW + 1, NOW - 1)),
            NotYetValid,
        ),
        Case::new(
            "judged at iat",
            &["AsIssued"],
            token(r#"{"iat":1000,"nbf":1000,"exp":1001}"#),
            Ok,
        )
        .issued(),
        Case::new(
            "judged at iat, expired then",
            &["AsIssued"],
            token(r#"{"iat":1000,"exp":1000}"#),
            Expired,
        )
        .issued(),
        Case::new(
            "judged at iat, but there is none",
            &["AsIssued"],
            token(r#"{"exp":1000}"#),
            NoTime,
        )
        .issued(),
        Case::new(
            "white space before the claims",
            &["StrictJson"],
            token(&format!(" \t\r\n{{\"exp\":{NOW}}}")),
            Expired,
        ),
        Case::new(
            "exp repeated",
            &["ClaimType"],
            token(&format!(r#"{{"exp":{},"exp":{NOW}}}"#, NOW + 1)),
            DuplicateMember,
        ),
        Case::new("claims are cut", &["ClaimType"], token(r#"{"exp":1"#), Malformed),
        Case::new("text after the claims", &["ClaimType"], token("{}{}"), Malformed),
    ]);
    for member in ["exp", "nbf", "iat"] {
        for (kind, value) in [
            ("a string", r#""1649404585""#),
            ("null", "null"),
            ("a fraction", "1649404585.5"),
            ("written with an exponent", "1e308"),
            ("beyond 64 bits", "9223372036854775808"),
            ("an array", "[1]"),
            ("true", "true"),
        ]
        .into_iter()
        // All of them are read by one function; `exp` tests it, the others test that it is used.
        .filter(|(kind, _)| member == "exp" || *kind == "a string")
        {
            group.add(Case::new(
                format!("{member} is {kind}"),
                &["ClaimType"],
                token(&format!(r#"{{"{member}":{value}}}"#)),
                WrongType,
            ));
        }
        for (kind, value) in [("negative", -1), ("in the year 10000", 253_402_300_800)] {
            group.add(Case::new(
                format!("{member} is {kind}"),
                &["ClaimType"],
                at(member, value),
                Malformed,
            ));
        }
    }
    for (comment, payload) in [
        ("iss is a number", r#"{"iss":1}"#),
        ("sub is null", r#"{"sub":null}"#),
        ("jti is an array", r#"{"jti":[]}"#),
        ("nonce is an object", r#"{"nonce":{}}"#),
        ("aud is a number", r#"{"aud":1}"#),
        ("aud is an array with a number", r#"{"aud":["a",1]}"#),
        ("aud is an object", r#"{"aud":{"a":"b"}}"#),
    ] {
        group.add(Case::new(comment, &["ClaimType"], token(payload), WrongType));
    }
    group
}

pub(super) fn expectations(keys: &Keys) -> Group {
    let expected = Object::new()
        .with("issuer", "https://issuer.example")
        .with("audience", "api")
        .with("subject", "alice")
        .with("nonce", "n-0S6");
    let defaults = Object::new().with("at", NOW).with("expected", expected);
    let members = Object::new().with("keys", jwks(&[keys.main.jwk()]));
    let mut group =
        Group::new("issuer, audience, subject and nonce are expected", &members, &defaults);
    let claims = Object::new()
        .with("iss", "https://issuer.example")
        .with("aud", "api")
        .with("sub", "alice")
        .with("nonce", "n-0S6");
    let mut add = |comment: &str, flags, claims: Object<'_>, code| {
        group.add(Case::new(
            comment,
            flags,
            rs256(&keys.main, r#"{"alg":"RS256"}"#, &claims.to_string()),
            code,
        ));
    };
    let strings = |names: &[&'static str]| {
        Value::Array(names.iter().map(|name| Value::from(*name)).collect())
    };
    add("all as expected", &["Valid", "Expectation"], claims.clone(), Ok);
    add(
        "audience among others",
        &["Valid", "Expectation"],
        claims.clone().with("aud", strings(&["web", "api"])),
        Ok,
    );
    for (member, code) in [
        ("iss", IssuerMismatch),
        ("aud", AudienceMismatch),
        ("sub", SubjectMismatch),
        ("nonce", NonceMismatch),
    ] {
        add(&format!("no {member}"), &["Expectation"], without(&claims, member), MissingMember);
        add(
            &format!("another {member}"),
            &["Expectation"],
            claims.clone().with(member, "other"),
            code,
        );
        add(&format!("{member} is empty"), &["Expectation"], claims.clone().with(member, ""), code);
    }
    add(
        "issuer with a slash after it",
        &["Expectation"],
        claims.clone().with("iss", "https://issuer.example/"),
        IssuerMismatch,
    );
    add(
        "issuer is only the beginning",
        &["Expectation"],
        claims.clone().with("iss", "https://issuer"),
        IssuerMismatch,
    );
    add(
        "subject in another letter case",
        &["Expectation"],
        claims.clone().with("sub", "Alice"),
        SubjectMismatch,
    );
    add(
        "no audience in the array",
        &["Expectation"],
        claims.clone().with("aud", strings(&[])),
        AudienceMismatch,
    );
    add(
        "audience is only part of one",
        &["Expectation"],
        claims.clone().with("aud", strings(&["api2", "ap"])),
        AudienceMismatch,
    );
    group.add(Case::new(
        "payload is no object",
        &["Expectation"],
        rs256(&keys.main, r#"{"alg":"RS256"}"#, "text"),
        Malformed,
    ));
    group.add(Case::new(
        "payload is an array",
        &["Expectation"],
        rs256(&keys.main, r#"{"alg":"RS256"}"#, "[]"),
        WrongType,
    ));
    group
}

/// That there is an `exp`, that the header has a `typ`, and one of several audiences.
pub(super) fn requirements(keys: &Keys) -> Group {
    let mut group = group("exp, typ and several audiences", &[keys.main.jwk()]);
    let signed = |header: &str, payload: &str| rs256(&keys.main, header, payload);
    let token = |payload: &str| signed(r#"{"alg":"RS256"}"#, payload);
    let exp = Object::new().with("exp", "required");
    for (comment, payload, code) in [
        ("exp is required and there", format!(r#"{{"exp":{}}}"#, NOW + 1), Ok),
        ("exp is required and past", format!(r#"{{"exp":{NOW}}}"#), Expired),
        ("exp is required and missing", "{}".to_owned(), MissingMember),
        ("exp is required, and the payload is text", "text".to_owned(), Malformed),
        ("exp is required, and the payload is empty", String::new(), Malformed),
        ("exp is required, and the payload is an array", "[]".to_owned(), WrongType),
    ] {
        let case = Case::new(comment, &["Expectation"], token(&payload), code);
        group.add(case.expecting(exp.clone()));
    }
    for (comment, header, code) in [
        ("typ as expected", r#","typ":"at+jwt""#, Ok),
        ("typ in another letter case", r#","typ":"AT+JWT""#, Ok),
        ("typ with its prefix", r#","typ":"application/at+jwt""#, Ok),
        ("another typ", r#","typ":"JWT""#, ContentMismatch),
        ("typ with another prefix", r#","typ":"text/at+jwt""#, ContentMismatch),
        ("typ with a parameter", r#","typ":"at+jwt;v=1""#, ContentMismatch),
        ("typ with a space after it", r#","typ":"at+jwt ""#, ContentMismatch),
        ("typ is empty", r#","typ":"""#, ContentMismatch),
        ("no typ", "", ContentMismatch),
    ] {
        let header = format!(r#"{{"alg":"RS256"{header}}}"#);
        let case = Case::new(comment, &["Expectation", "TokenKind"], signed(&header, "{}"), code);
        group.add(case.expecting(Object::new().with("typ", "at+jwt")));
    }
    let either = Value::Array(vec!["api".into(), "api.example".into()]);
    for (comment, payload, code) in [
        ("the first of two audiences", r#"{"aud":"api"}"#, Ok),
        ("the second of two audiences, among others", r#"{"aud":["web","api.example"]}"#, Ok),
        ("none of two audiences", r#"{"aud":["web","api2"]}"#, AudienceMismatch),
        ("neither of two audiences is there", "{}", MissingMember),
    ] {
        let case = Case::new(comment, &["Expectation"], token(payload), code);
        group.add(case.expecting(Object::new().with("audience", either.clone())));
    }
    group
}

pub(super) fn leeway(keys: &Keys) -> Group {
    let members = Object::new()
        .with("keys", jwks(&[keys.main.jwk()]))
        .with("policy", Object::new().with("leeway", 300_i64));
    let mut group = Group::new("300 seconds of leeway", &members, &defaults());
    for (comment, payload, code) in [
        ("exp 299 seconds ago", format!(r#"{{"exp":{}}}"#, NOW - 299), Ok),
        ("exp 300 seconds ago", format!(r#"{{"exp":{}}}"#, NOW - 300), Expired),
        ("nbf in 300 seconds", format!(r#"{{"nbf":{}}}"#, NOW + 300), Ok),
        ("nbf in 301 seconds", format!(r#"{{"nbf":{}}}"#, NOW + 301), NotYetValid),
    ] {
        group.add(Case::new(
            comment,
            &["Leeway", "TimeBoundary"],
            rs256(&keys.main, r#"{"alg":"RS256"}"#, &payload),
            code,
        ));
    }
    group
}
