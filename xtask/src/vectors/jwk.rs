//! Keys: single JWKs, key sets and PEM.

use countersign::Code::{self, *};
use countersign::Time;
use countersign::encoding::base64;
use countersign::encoding::json::{Object, Value};
use countersign_testkit::{Certificate, Issuer, jwk_set};
use num_bigint::BigUint;

use super::certified;
use super::format::{self, Case, Group};
use super::keys::{Keys, nameless, without};

pub(crate) fn file(keys: &Keys) -> String {
    let groups =
        vec![rsa(keys), ec(keys), purposes(keys), certificates(keys), sets(keys), pem(keys)];
    let header = &[
        "Keys: whether they can be used, and for which one algorithm.",
        "A test of a key set asks for the key with `kid`, or for the only one where there is no `kid`.",
    ];
    format::file("jwk", "schemas/jwk.json", header, groups)
}

fn group(comment: &'static str, form: &'static str) -> Group {
    Group::new(comment, &Object::new().with("form", form), &Object::new())
}

/// A key that can be used, with what it is found to be.
fn usable(
    comment: &'static str,
    flags: &'static [&'static str],
    input: &str,
    algorithm: &'static str,
    bits: usize,
) -> Case {
    let key = Object::new().with("alg", algorithm).with("bits", bits);
    Case::new(comment, flags, input, Ok).with("key", key)
}

fn rsa(keys: &Keys) -> Group {
    let mut group = group("RSA keys", "jwk");
    let good = nameless(&keys.main);
    let modulus = keys.main.modulus();
    let number = |bytes: &[u8]| base64::encode_url(bytes);
    let n = |bytes: &[u8]| good.clone().with("n", number(bytes)).to_string();
    let e = |bytes: &[u8]| good.clone().with("e", number(bytes)).to_string();
    let mut even = modulus.clone();
    even[255] &= 0xfe;
    group.extend([
        usable("2048 bits", &["Valid"], &good.to_string(), "RS256", 2048),
        usable(
            "1024 bits, which a policy may accept",
            &["Valid", "WeakKey"],
            &nameless(&keys.weak).to_string(),
            "RS256",
            1024,
        ),
        usable("exponent 3", &["Valid"], &nameless(&keys.cubic).to_string(), "RS256", 2048),
        usable("exponent 2^33 - 1", &["Valid"], &e(&[1, 0xff, 0xff, 0xff, 0xff]), "RS256", 2048),
        usable(
            "addresses, and thumbprints without a certificate, are ignored",
            &["Valid", "EmbeddedKey"],
            &good.clone().with("x5u", "x").with("x5t", Value::Null).to_string(),
            "RS256",
            2048,
        ),
        usable("8192 bits", &["Valid", "Limit"], &n(&[0xff; 1024]), "RS256", 8192),
        Case::new(
            "8193 bits",
            &["UnusableKey", "Limit"],
            n(&[vec![1], vec![0xff; 1024]].concat()),
            KeyUnusable,
        ),
        Case::new(
            "1023 bits",
            &["WeakKey", "Limit"],
            n(&[vec![0x7f], vec![0xff; 127]].concat()),
            KeyTooSmall,
        ),
        Case::new("16 bits", &["WeakKey"], n(&[0xff, 0xff]), KeyTooSmall),
        Case::new("even modulus", &["UnusableKey"], n(&even), KeyUnusable),
        Case::new("modulus with the fingerprint of ROCA", &["Roca"], n(&roca()), KeyUnusable),
        Case::new("exponent 1", &["UnusableKey"], e(&[1]), KeyUnusable),
        Case::new("exponent 2", &["UnusableKey"], e(&[2]), KeyUnusable),
        Case::new("exponent 65536", &["UnusableKey"], e(&[1, 0, 0]), KeyUnusable),
        Case::new("exponent 2^33 + 1", &["UnusableKey"], e(&[2, 0, 0, 0, 1]), KeyUnusable),
        Case::new("exponent of 2048 bits", &["UnusableKey"], e(&modulus), KeyUnusable),
        usable(
            "modulus with the zero byte that Java writes as its sign",
            &["Valid", "Base64"],
            &n(&[vec![0], modulus.clone()].concat()),
            "RS256",
            2048,
        ),
        Case::new(
            "modulus with two leading zero bytes",
            &["Base64"],
            n(&[vec![0, 0], modulus.clone()].concat()),
            KeyUnusable,
        ),
        Case::new(
            "modulus of 2047 bits with a leading zero byte",
            &["Base64"],
            n(&[vec![0, 0x7f], vec![0xff; 255]].concat()),
            KeyUnusable,
        ),
        Case::new("exponent with a leading zero byte", &["Base64"], e(&[0, 1, 0, 1]), KeyUnusable),
        Case::new("exponent 0", &["Base64"], e(&[0]), KeyUnusable),
        Case::new("modulus is empty", &["Base64"], n(&[]), KeyUnusable),
        usable(
            "members that are null count as absent",
            &["Valid", "ClaimType"],
            &["alg", "use", "key_ops", "kid", "x5c", "x5t", "d"]
                .into_iter()
                .fold(good.clone(), |key, name| key.with(name, Value::Null))
                .to_string(),
            "RS256",
            2048,
        ),
        Case::new(
            "modulus is null",
            &["ClaimType"],
            good.clone().with("n", Value::Null).to_string(),
            KeyUnusable,
        ),
        Case::new(
            "modulus with padding",
            &["Base64"],
            good.clone().with("n", format!("{}==", number(&modulus))).to_string(),
            KeyUnusable,
        ),
        Case::new(
            "modulus in the standard alphabet",
            &["Base64"],
            good.clone()
                .with("n", base64::encode_standard(&modulus).trim_end_matches('=').to_owned())
                .to_string(),
            KeyUnusable,
        ),
        Case::new(
            "exponent with trailing bits",
            &["Base64"],
            good.clone().with("e", "Aw0=").to_string(),
            KeyUnusable,
        ),
        Case::new(
            "modulus is a number",
            &["ClaimType"],
            good.clone().with("n", 3233_i64).to_string(),
            KeyUnusable,
        ),
        Case::new("no modulus", &["ClaimType"], without(&good, "n").to_string(), KeyUnusable),
        Case::new("no exponent", &["ClaimType"], without(&good, "e").to_string(), KeyUnusable),
        Case::new(
            "private exponent",
            &["UnusableKey"],
            good.clone().with("d", "AQAB").to_string(),
            KeyUnusable,
        ),
        Case::new("no kty", &["ClaimType"], without(&good, "kty").to_string(), KeyUnusable),
        Case::new(
            "kty in lower case",
            &["UnusableKey"],
            good.clone().with("kty", "rsa").to_string(),
            KeyUnusable,
        ),
        Case::new("symmetric key", &["UnusableKey"], r#"{"kty":"oct","k":"AAAA"}"#, KeyUnusable),
        Case::new(
            "Ed25519 key",
            &["UnusableKey"],
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            KeyUnusable,
        ),
        Case::new(
            "kid is a number",
            &["ClaimType"],
            good.clone().with("kid", 1_i64).to_string(),
            KeyUnusable,
        ),
        Case::new(
            "kid of 257 bytes",
            &["Limit"],
            good.clone().with("kid", "k".repeat(257)).to_string(),
            KeyUnusable,
        ),
        Case::new(
            "modulus repeated",
            &["StrictJson"],
            format!(r#"{},"n":"AQAB"}}"#, good.to_string().strip_suffix('}').unwrap()),
            DuplicateMember,
        ),
        Case::new(
            "key is cut",
            &["StrictJson"],
            good.to_string().strip_suffix('}').unwrap(),
            Malformed,
        ),
        Case::new("key is an array", &["StrictJson"], "[]", KeyUnusable),
    ]);
    group
}

/// A power of 65537 modulo the product of the fingerprint's primes, with 2048 bits.
fn roca() -> Vec<u8> {
    let is_prime = |n: &u32| (2..*n).all(|d| !n.is_multiple_of(d));
    let product: BigUint = (3_u32..=167).filter(is_prime).map(BigUint::from).product();
    let power = BigUint::from(65_537_u32).modpow(&BigUint::from(2021_u32), &product);
    // The next multiple of the (odd) product above 3/4 of the range that makes the sum odd.
    let mut factor = (BigUint::from(3_u32) << 2046) / &product + 1_u32;
    let odd = |number: &BigUint| number.bit(0);
    if odd(&factor) == odd(&power) {
        factor += 1_u32;
    }
    (factor * product + power).to_bytes_be()
}

fn ec(keys: &Keys) -> Group {
    let mut group = group("P-256 keys", "jwk");
    let good = nameless(&keys.ec);
    let coordinate = |name: &str| {
        base64::decode_url(good.member(name).unwrap().as_str().unwrap().as_bytes()).unwrap()
    };
    let (x, y) = (coordinate("x"), coordinate("y"));
    let with = |name: &'static str, bytes: &[u8]| {
        good.clone().with(name, base64::encode_url(bytes)).to_string()
    };
    let mut other = y.clone();
    other[31] ^= 1;
    group.extend([
        usable("P-256", &["Valid"], &good.to_string(), "ES256", 256),
        Case::new("y differs in one bit", &["UnusableKey"], with("y", &other), KeyUnusable),
        Case::new(
            "coordinates exchanged",
            &["UnusableKey"],
            good.clone()
                .with("x", base64::encode_url(&y))
                .with("y", base64::encode_url(&x))
                .to_string(),
            KeyUnusable,
        ),
        Case::new(
            "coordinates are zero",
            &["UnusableKey"],
            good.clone()
                .with("x", base64::encode_url(&[0; 32]))
                .with("y", base64::encode_url(&[0; 32]))
                .to_string(),
            KeyUnusable,
        ),
        Case::new("x is beyond the field", &["UnusableKey"], with("x", &[0xff; 32]), KeyUnusable),
        Case::new("x has 31 bytes", &["Base64"], with("x", &x[1..]), KeyUnusable),
        Case::new(
            "x has 33 bytes",
            &["Base64"],
            with("x", &[&[0], x.as_slice()].concat()),
            KeyUnusable,
        ),
        Case::new(
            "P-384",
            &["UnusableKey"],
            good.clone().with("crv", "P-384").to_string(),
            KeyUnusable,
        ),
        Case::new(
            "secp256k1",
            &["UnusableKey"],
            good.clone().with("crv", "secp256k1").to_string(),
            KeyUnusable,
        ),
        Case::new("no curve", &["ClaimType"], without(&good, "crv").to_string(), KeyUnusable),
        Case::new("no y", &["ClaimType"], without(&good, "y").to_string(), KeyUnusable),
        Case::new(
            "private number",
            &["UnusableKey"],
            good.clone().with("d", "AAAA").to_string(),
            KeyUnusable,
        ),
    ]);
    group
}

fn purposes(keys: &Keys) -> Group {
    let mut group = group("what keys say they are for", "jwk");
    let rsa = nameless(&keys.main);
    let ec = nameless(&keys.ec);
    for (comment, algorithm) in [
        ("for RS256", "RS256"),
        ("for RS384", "RS384"),
        ("for RS512", "RS512"),
        ("for PS256", "PS256"),
        ("for PS384", "PS384"),
        ("for PS512", "PS512"),
    ] {
        group.add(usable(
            comment,
            &["Valid", "KeyUse"],
            &rsa.clone().with("alg", algorithm).to_string(),
            algorithm,
            2048,
        ));
    }
    group.add(usable(
        "for ES256",
        &["Valid", "KeyUse"],
        &ec.clone().with("alg", "ES256").to_string(),
        "ES256",
        256,
    ));
    let operations = |key: &Object<'static>, names: &[&'static str]| {
        let names = names.iter().map(|name| Value::from(*name)).collect();
        key.clone().with("key_ops", Value::Array(names)).to_string()
    };
    group.add(usable(
        "for verifying",
        &["Valid", "KeyUse"],
        &operations(&rsa.clone().with("use", "sig"), &["verify"]),
        "RS256",
        2048,
    ));
    for (comment, key, code) in [
        ("RSA key for ES256", rsa.clone().with("alg", "ES256").to_string(), KeyUnusable),
        ("RSA key for HS256", rsa.clone().with("alg", "HS256").to_string(), KeyUnusable),
        ("P-256 key for RS256", ec.clone().with("alg", "RS256").to_string(), KeyUnusable),
        ("for an unknown algorithm", rsa.clone().with("alg", "RS257").to_string(), KeyUnusable),
        ("for none", rsa.clone().with("alg", "none").to_string(), KeyUnusable),
        ("alg is a number", rsa.clone().with("alg", 1_i64).to_string(), KeyUnusable),
        ("for encryption", rsa.clone().with("use", "enc").to_string(), KeyUse),
        ("use with a capital letter", rsa.clone().with("use", "Sig").to_string(), KeyUse),
        ("use is a number", rsa.clone().with("use", 1_i64).to_string(), KeyUnusable),
        ("for signing", operations(&rsa, &["sign"]), KeyUse),
        ("for no operation", operations(&rsa, &[]), KeyUse),
        ("an operation is repeated", operations(&rsa, &["verify", "verify"]), KeyUse),
        ("operations are a string", rsa.clone().with("key_ops", "verify").to_string(), KeyUnusable),
    ] {
        group.add(Case::new(comment, &["KeyUse"], key, code));
    }
    group
}

fn certificates(keys: &Keys) -> Group {
    let mut group = group("keys with a certificate in x5c", "jwk");
    let (start, end) = (0, 4_102_444_800);
    let own = certified::certificate(&keys.main, &certified::template(start, end));
    let foreign = certified::certificate(&keys.other, &certified::template(start, end));
    let encrypts = certified::for_encryption(&keys.main, start, end);
    let with = |certificates: &[&Certificate]| certified::with_x5c(&keys.main, certificates);
    let other = |x5c: Value<'static>| keys.main.jwk().with("x5c", x5c).to_string();
    let list = |elements: &[Value<'static>]| other(Value::Array(elements.to_vec()));
    let sha256 =
        |certificate: &Certificate| base64::encode_url(&countersign::sha256(certificate.to_der()));
    const FLAGS: &[&str] = &["Certificate"];
    for (comment, key) in [
        ("its own certificate", with(&[&own])),
        ("x5c is null", with(&[&own]).with("x5c", Value::Null)),
        ("its own certificate and another", with(&[&own, &foreign])),
        ("its own certificate and its thumbprint", with(&[&own]).with("x5t#S256", sha256(&own))),
    ] {
        group.add(usable(comment, &["Valid", "Certificate"], &key.to_string(), "RS256", 2048));
    }
    let base64url = base64::encode_url(own.to_der());
    for (comment, key, code) in [
        ("certificate of another key", with(&[&foreign]).to_string(), KeyUnusable),
        ("certificate of another key first", with(&[&foreign, &own]).to_string(), KeyUnusable),
        (
            "thumbprint of another certificate",
            with(&[&own]).with("x5t#S256", sha256(&foreign)).to_string(),
            KeyUnusable,
        ),
        (
            "SHA-1 thumbprint of another certificate",
            with(&[&own]).with("x5t", "AAAAAAAAAAAAAAAAAAAAAAAAAAA").to_string(),
            KeyUnusable,
        ),
        ("thumbprint is a number", with(&[&own]).with("x5t", 1_i64).to_string(), KeyUnusable),
        ("certificate for encryption", with(&[&encrypts]).to_string(), KeyUse),
        ("no certificate in x5c", list(&[]), KeyUnusable),
        ("x5c is a string", other(own.to_x5c().into()), KeyUnusable),
        ("an element is a number", list(&[own.to_x5c().into(), 1_i64.into()]), KeyUnusable),
        ("certificate in base64url", list(&[base64url.into()]), KeyUnusable),
        ("certificate is not DER", list(&["AAAA".into()]), KeyUnusable),
        ("nine certificates", list(&vec![own.to_x5c().into(); 9]), KeyUnusable),
    ] {
        group.add(Case::new(comment, FLAGS, key, code));
    }
    group
}

fn sets(keys: &Keys) -> Group {
    let mut group = group("key sets", "jwks");
    let set = jwk_set(&[
        keys.main.jwk(),
        keys.other.jwk(),
        keys.main.jwk().with("kid", "twice"),
        keys.other.jwk().with("kid", "twice"),
        keys.ec.jwk().with("kid", "bad").with("crv", "P-384"),
    ])
    .to_string();
    let rs256 = || Object::new().with("alg", "RS256").with("bits", 2048_usize);
    group.extend([
        Case::new("key by its kid", &["Valid", "KeySelection"], set.clone(), Ok)
            .with("kid", "s2")
            .with("key", rs256()),
        Case::new("kid that no key has", &["KeySelection"], set.clone(), UnknownKey)
            .with("kid", "S2"),
        Case::new("kid that two keys have", &["KeySelection"], set.clone(), AmbiguousKey)
            .with("kid", "twice"),
        Case::new("kid of an unusable key", &["KeySelection"], set.clone(), KeyUnusable)
            .with("kid", "bad"),
        Case::new("no kid, and many keys", &["KeySelection"], set, AmbiguousKey),
        Case::new(
            "no kid, and one key",
            &["Valid", "KeySelection"],
            jwk_set(&[keys.main.jwk()]).to_string(),
            Ok,
        )
        .with("key", rs256()),
        Case::new(
            "kid, and one key without",
            &["Valid", "KeySelection"],
            jwk_set(&[nameless(&keys.main)]).to_string(),
            Ok,
        )
        .with("kid", "any")
        .with("key", rs256()),
        Case::new(
            "no kid, one usable key and one not",
            &["KeySelection"],
            jwk_set(&[keys.main.jwk(), Object::new().with("kty", "oct")]).to_string(),
            AmbiguousKey,
        ),
        Case::new(
            "one key, written twice",
            &["Valid", "KeySelection"],
            jwk_set(&[keys.main.jwk(), keys.main.jwk(), nameless(&keys.main)]).to_string(),
            Ok,
        )
        .with("key", rs256()),
        Case::new(
            "one key by two names, and none is asked for",
            &["KeySelection"],
            jwk_set(&[keys.main.jwk(), keys.main.jwk().with("kid", "s9")]).to_string(),
            AmbiguousKey,
        ),
        Case::new(
            "keys for encryption are no candidates",
            &["Valid", "KeySelection", "KeyUse"],
            jwk_set(&[keys.other.jwk().with("kid", "s1").with("use", "enc"), keys.main.jwk()])
                .to_string(),
            Ok,
        )
        .with("kid", "s1")
        .with("key", rs256()),
        Case::new(
            "kid that only a key for encryption has",
            &["KeySelection", "KeyUse"],
            jwk_set(&[keys.other.jwk().with("use", "enc"), keys.main.jwk()]).to_string(),
            KeyUse,
        )
        .with("kid", "s2"),
        Case::new(
            "the private half of the key beside it",
            &["KeySelection"],
            jwk_set(&[keys.main.jwk().with("d", "AQAB"), keys.main.jwk()]).to_string(),
            AmbiguousKey,
        ),
        Case::new("empty set", &["KeySelection"], r#"{"keys":[]}"#, NoKey).with("kid", "s1"),
        Case::new("no member keys", &["ClaimType"], "{}", MissingMember),
        Case::new("keys is an object", &["ClaimType"], r#"{"keys":{}}"#, WrongType),
        Case::new("a key is a string", &["ClaimType"], r#"{"keys":["key"]}"#, KeyUnusable),
        Case::new("set is an array", &["ClaimType"], "[]", WrongType),
        Case::new("set is cut", &["StrictJson"], r#"{"keys":["#, Malformed),
        Case::new("keys repeated", &["StrictJson"], r#"{"keys":[],"keys":[]}"#, DuplicateMember),
        Case::new(
            "64 keys",
            &["Limit"],
            format!(r#"{{"keys":[{}]}}"#, ["0"; 64].join(",")),
            KeyUnusable,
        ),
        Case::new(
            "65 keys",
            &["Limit"],
            format!(r#"{{"keys":[{}]}}"#, ["0"; 65].join(",")),
            TooLarge,
        ),
    ]);
    group
}

fn pem(keys: &Keys) -> Group {
    let mut group = group("PEM", "pem");
    let public = keys.main.public_key_pem();
    let time = |seconds| Time::from_unix(seconds).unwrap();
    let certificate = Certificate::self_signed(&keys.main, "test", time(0), time(4_102_444_800))
        .unwrap()
        .to_pem();
    let weak = keys.odd_size.public_key_pem();
    let cases: [(&str, String, Code); 8] = [
        (
            "certificate with one line cut out",
            {
                let mut lines: Vec<&str> = certificate.lines().collect();
                lines.remove(3);
                lines.join("\n")
            },
            Malformed,
        ),
        ("a dash is missing", public.replacen("-----BEGIN", "----BEGIN", 1), KeyUnusable),
        ("label of a private key", public.replace("PUBLIC KEY", "PRIVATE KEY"), KeyUnusable),
        ("labels that differ", public.replacen("PUBLIC KEY", "CERTIFICATE", 1), KeyUnusable),
        (
            "public key labelled as a certificate",
            public.replace("PUBLIC KEY", "CERTIFICATE"),
            Malformed,
        ),
        (
            "certificate labelled as a public key",
            certificate.replace("CERTIFICATE", "PUBLIC KEY"),
            Malformed,
        ),
        ("nothing", String::new(), KeyUnusable),
        ("a JWK", keys.main.jwk().to_string(), KeyUnusable),
    ];
    group.extend([
        usable("public key", &["Valid"], &public, "RS256", 2048),
        usable(
            "text around it, and white space within",
            &["Valid", "Structure"],
            &format!("# key\n{}\nend", public.replace('\n', " \r\n")),
            "RS256",
            2048,
        ),
        usable("certificate", &["Valid", "Certificate"], &certificate, "RS256", 2048),
        Case::new(
            "certificate for encryption",
            &["Certificate", "KeyUse"],
            certified::for_encryption(&keys.main, 0, 4_102_444_800).to_pem(),
            KeyUse,
        ),
        usable("1536 bits, which no policy accepts", &["Valid", "WeakKey"], &weak, "RS256", 1536),
    ]);
    group.extend(
        cases
            .into_iter()
            .map(|(comment, text, code)| Case::new(comment, &["Structure"], text, code)),
    );
    group
}
