//! The examples of RFC 7515: appendix A, E and F.

use countersign::jose::jws::Verifier;
use countersign::jose::{Header, JwkSet};
use countersign::{Code, Limits, Policy};
use serde_json::{Value, json};

use crate::jose::{check_kernels, judge_token, secret};
use crate::tally::{Published, Tally};
use crate::{Source, Suite};

/// The claims that A.1, A.2, A.3 and A.5 sign.
const CLAIMS: &str = concat!(
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0",
    "cnVlfQ",
);
const A1_HEADER: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
const A1_SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const A1_KEY: &str = concat!(
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3",
    "Yj0iPS4hcgUuTwjAzZr1Z9CAow",
);
const A2_HEADER: &str = "eyJhbGciOiJSUzI1NiJ9";
const A2_SIGNATURE: &str = concat!(
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W",
    "2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS",
    "jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv",
    "Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
);
const A2_MODULUS: &str = concat!(
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt",
    "0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSX",
    "ndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5",
    "IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
);
const A3_HEADER: &str = "eyJhbGciOiJFUzI1NiJ9";
const A3_SIGNATURE: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const A4: &str = concat!(
    "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPW",
    "ROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKv",
    "U8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
);
const A5_HEADER: &str = "eyJhbGciOiJub25lIn0";
const E: &str = concat!(
    "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6",
    "Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA.",
);

const NO_P521: &str = "P-521 is not supported, by design";
const NO_JSON: &str = "the JSON serialisation is not supported, by design";
const NO_DETACHED: &str = "a detached payload is put back by the caller, who has it";

pub(crate) fn suites() -> Vec<Suite> {
    vec![Suite { name: "rfc7515".to_owned(), run: Box::new(judge), source: Source::Here }]
}

fn keys(key: &Value) -> JwkSet {
    let set = json!({ "keys": [key] }).to_string();
    JwkSet::parse(set.as_bytes(), &Limits::default()).unwrap()
}

fn judge(tally: &mut Tally) {
    use Published::{Invalid, Valid};

    let hmac = secret(&json!({ "k": A1_KEY })).unwrap();
    let a2 = keys(&json!({ "kty": "RSA", "n": A2_MODULUS, "e": "AQAB" }));
    let a3 = keys(&json!({ "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" }));
    let a4 = keys(&json!({ "kty": "EC", "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2" }));
    let verifier = |keys: &JwkSet| Verifier::new(keys.clone(), Policy::default());
    let join = |parts: [&str; 3]| parts.join(".");

    let rsa = json!({ "kid": "2010-12-29" });
    let ec = json!({ "kid": "e9bc097a-ce51-4036-9562-d2ade882db0d" });
    let a6 = json!({ "payload": CLAIMS, "signatures": [
        { "protected": A2_HEADER, "header": rsa, "signature": A2_SIGNATURE },
        { "protected": A3_HEADER, "header": ec, "signature": A3_SIGNATURE } ] });
    let a7 = json!({ "payload": CLAIMS, "protected": A3_HEADER, "header": ec,
        "signature": A3_SIGNATURE });
    for (id, verifier, token, published, reason) in [
        ("A.1", &hmac, join([A1_HEADER, CLAIMS, A1_SIGNATURE]), Valid, None),
        ("A.2", &verifier(&a2), join([A2_HEADER, CLAIMS, A2_SIGNATURE]), Valid, None),
        ("A.3", &verifier(&a3), join([A3_HEADER, CLAIMS, A3_SIGNATURE]), Valid, None),
        ("A.4", &verifier(&a4), A4.to_owned(), Valid, Some(NO_P521)),
        // Not secured, so that no verifier may accept it.
        ("A.5", &verifier(&a2), join([A5_HEADER, CLAIMS, ""]), Invalid, None),
        ("A.6", &verifier(&a3), a6.to_string(), Valid, Some(NO_JSON)),
        ("A.7", &verifier(&a3), a7.to_string(), Valid, Some(NO_JSON)),
        ("E", &verifier(&a2), E.to_owned(), Invalid, None),
        ("F", &hmac, join([A1_HEADER, "", A1_SIGNATURE]), Valid, Some(NO_DETACHED)),
    ] {
        match judge_token(verifier, &token) {
            Ok(found) => tally.judge(id, published, found, reason),
            Err(problem) => tally.problem(format!("{id}: {problem}")),
        }
    }
    let a2_token = join([A2_HEADER, CLAIMS, A2_SIGNATURE]);
    if let Err(problem) = check_kernels(&a2, &a2_token, Code::Ok) {
        tally.problem(problem);
    }
    // Appendix E's extension in a header that could be signed.
    let name = "http://example.com/UNDEFINED";
    let header = format!(r#"{{"alg":"RS256","crit":["{name}"],"{name}":true}}"#);
    let found = Header::parse(header.as_bytes(), &Limits::default()).map_err(|e| e.code());
    if found != Err(Code::CriticalHeader) {
        tally.problem(format!("E: {found:?}"));
    }
}
