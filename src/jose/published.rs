//! Keys that protect nothing: their private half is published, or others than their owner use them.
//!
//! Every entry was checked: the thumbprint was computed from the public half, and that from the
//! private one in the source that is named beside it. The exception is MIRACL Trust's `s1`, whose
//! private half is not published; the tokens of somebody else that it verifies are.
//!
//! Not in the list, and no better: keys that anyone made of a seed or a password, and whatever else
//! was published elsewhere. That a key is missing here says nothing for it.

use alloc::string::String;

use zeroize::Zeroizing;

use super::thumbprint::thumbprint;
use crate::crypto::{PublicKey, Secret, sha256};
use crate::encoding::base64;

/// [RFC 7638] thumbprints, in the order of their bytes.
///
/// [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638
#[rustfmt::skip]
const THUMBPRINTS: &[&str] = &[
    "19J8y7Zprt2-QKLjF2I5pVk0OELX6cY2AfaAv1LC_w8", // jwt.io, default for ES256
    "3Sh8jwxtGAUg1j6_4BIuuT-0fsyXeym9VQpxNRGTJFs", // jwt.io, default secret for HS512
    "45BV6dJkh8kaY3gkfKck85kmf-Uf3laqKd2CLX4106o", // mosip/mosip-mock-services, cbeff.p12
    "4hqGrW18huNZCcrdd7JFOFCufUjoq6z3Gji-10O0tbk", // mosip/mosip-mock-services, mosipfingersingle.p12
    "5PZ2mqcUD_CKJyfT6ba-T4RYxv4-_x-tplZXmzxxkrg", // mosip/mosip-mock-services, mosiprootca.p12
    "8izOqBCj1XBwWw0-iTcMv27pUKWwFvNmw-kutyfzf-g", // RFC 7520 section 6, RSA
    "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI", // RFC 7520 section 3.4
    "9nnxVaRYos6pwySYZALWRL64fgG5CMX9No3tAqd5urU", // C2SP/wycheproof, json_web_signature_test, HS256
    "9tHeJ0J52Cs1BuCh4CJilQlrPyDDl__BkLhlgE9pJ6I", // mosip/mosip-mock-services, mosipirissingle.p12
    "D8R4-FeTJfzuDUy8bZ0c4hcwpul-Q11gCPs3mw6-R9Q", // RFC 7517 appendix C.1
    "FkyOqUxY1CMnjq95fSw60nDOSAd5buhUOSvZUXsF56s", // mosip/mosip-mock-services, mosipfingerslapftm.p12
    "Hq8QDnrnBm1i_yRr4gRGsYQ5o8tlLrxeJq5MSWzOK1U", // C2SP/wycheproof, json_web_key_test, 1024 bits
    "HsSFalww3yP-dO-lWGYgFcyV5H22oScIFc4V2Y6GOto", // RFC 7520 section 5.5, the recipient's or the ephemeral
    "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8", // RFC 7515 appendix A.2
    "LXkAyqcFEoI5pkMzfWjsAWbChzHfxtqD4Te31pAwA1s", // jwt.io, default secret for HS256
    "LfcupxK5f9QpI1-EL6WIRrfHns3YZfulXN7___fAWOo", // mosip/mosip-mock-services, mosipfingersingleftm.p12
    "Lx1ifqF3etTfFo_RM0PoVn126oOfqu8XovzXMnyUtoc", // mosip/mosip-mock-services, mosipface.p12
    "Ms_j2vzAFNOrwb94le4wNiqMXglp4UyBvhTvbdY7a3g", // jwt.io, default secret for HS384
    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", // RFC 7517 appendix A.2, RSA; RFC 7638 section 3.1
    "RK2CO6hMp7UbHMs_vLAiRM19XcD_Dl9e4Vj5duqYuIM", // C2SP/wycheproof, json_web_key_test, 65 bytes
    "RgVR5H6vvCLajavO3NKXafnQJXfbDa0gFBXhfKcyeMQ", // C2SP/wycheproof, json_web_signature_test, RSA
    "Rt-IyDEhXohvTl_ozKQ9YGflXGuDb3uu3QmqN2LoMwM", // RFC 7520 section 5.2
    "RtoRur_1Dir5M4wuOfqNkDYOf9O_4RJ-aHkTA75RLA8", // RFC 7520 section 3.5, HS256
    "SaijlIh4SfpVLjdBhDpY5VF4uXPWH1CrrW8VQ04rXMo", // mosip/mosip-mock-services, mosipirisdoubleftm.p12
    "Vy57XrArUrW0NbpI12tEzDHABxMwrTh6HHXRenSpnCo", // RFC 7518 appendix C, Bob's
    "WZp_ZH6MrCN7w-qp-5FltScLfoluwiWcxvG1R8LxxUk", // C2SP/wycheproof, json_web_key_test, HS256
    "XbbN2LDEI6l9gUQjWQdHWcR3LJDINAlrAsNYDNSLlsw", // mosip/mosip-mock-services, PrivateKey.pem
    "Xo5ppHnwGMAT9PyiXQdhTjTIhZRyce-Ag7mUOqYqc2Y", // C2SP/wycheproof, json_web_key_test, HS256
    "YgO_fIN34tRembEyKwatDEMpXH8L1JsRoj6Bbj0PF6g", // mosip/mosip-mock-services, mosipfaceftm.p12
    "ZiLSoDuPfDc8rxPl05LxD9nV_EzK3XJ8t6qpTXJCtvw", // C2SP/wycheproof, json_web_signature_test, RSA
    "_K0fXS8wlsT7Tn3vvZrs9qdKUIqi5AxQ5EVk41xi_BM", // RFC 7516 appendix A.2
    "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", // RFC 7517 appendix A.2, EC
    "eLx7cyKbcDMHSL_1LbVriUzfZG-p_W2rjxLJrg9teck", // C2SP/wycheproof, json_web_signature_test, RSA
    "gIodvBfCdYq6bxtrwA1ndJOV5EVYZ7PMaSjhQhh9ycg", // mosip/mosip-mock-services, mosipirisdouble.p12
    "h2yGI7u5oJd1m8wo-HQKh1Dl0hYDkV2RnTQHwJf5qWY", // mosip/mosip-mock-services, mosipfingerslap.p12
    "hKoe1YKmJxChuUJIUBuWgD3Kc_DtVa-vpjuCNmmDQh8", // C2SP/wycheproof, json_web_signature_test, RSA
    "h_jutvC-jg3Nwueq8LmdSybXykVsBwk4_5u5Y9JiS7E", // RFC 7520 section 5.1
    "jtGSXJVYuZVE0cLF8m4OWz-gvUEtc1LxRfUd7fMBarg", // C2SP/wycheproof, json_web_signature_test, ES256
    "mTVa39KNK8LI9ZgAkyqQOQayaqVO7DXurapqkzEbfMg", // RFC 7520 section 5.5, the recipient's or the ephemeral
    "oGDmHqCJ7yzMkWEkrlZVHkvrHIyQwtlDmeq5ForUHeY", // jwt.io, default for RS256 and its like
    "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", // RFC 7515 appendix A.3
    "pdmN_UI10XD6wy44jm-JkHmJOFxevse_2jio8cH1lRw", // jwt.io, earlier default, 1024 bits; Kitura/Swift-JWT
    "r-LZyJBYzKVlf3Y5w0nlzjk-oc-YVZ-I-odJHRICjTQ", // MIRACL Trust's `s1`; firebase/php-jwt in 2015
    "vb1RDem18vrIKXwzGLj2y-QXR4qOr8LqTlOb4Kd8tPI", // mosip/mosip-mock-services, mosipirissingleftm.p12
    "vv6zCFknCcsMg16Iic1Hm77I8g3m2y5G6qU7Fh-xZuI", // C2SP/wycheproof, json_web_key_test, HS256
    "xtIsOV1FqKH77AI_A3jdTg5QfdabzqI-LNpYTPi0IgI", // RFC 7516 appendix A.1
    "y_x3gCJnL6oKGBBIXScabduwxTVy2Wd2bzRVEUbdUzc", // RFC 7515 appendix A.1
    "zFHVsM9dc4OlHIwvEnVqfKzRj1ujqYGsZnXAcgn_CqI", // jwt.io, earlier default; google/jwt_verify_lib
];

/// Tells whether this is the thumbprint of a published key.
pub(super) fn contains(thumbprint: &str) -> bool {
    THUMBPRINTS.binary_search(&thumbprint).is_ok()
}

/// Tells whether a key is published. A [`Jwk`](super::Jwk) knows it already.
pub(crate) fn is_published(key: &PublicKey) -> bool {
    contains(&thumbprint(key))
}

/// Tells whether a secret is published: its thumbprint is that of a key of type `oct`.
pub(super) fn is_published_secret(secret: &Secret) -> bool {
    let text = Zeroizing::new(base64::encode_url(secret.expose()));
    let members = Zeroizing::new(["{\"k\":\"", text.as_str(), "\",\"kty\":\"oct\"}"].concat());
    let digest: String = base64::encode_url(&sha256(members.as_bytes()));
    contains(&digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::mac;
    use crate::jose::{jwk::Jwk, jws};
    use crate::limits::Limits;
    use crate::policy::Policy;
    use crate::report::Warning;
    use crate::time::Time;
    use alloc::string::ToString as _;
    use alloc::vec::Vec;

    #[test]
    fn the_list_is_sorted_without_repetition_and_of_digests_only() {
        assert!(THUMBPRINTS.is_sorted_by(|a, b| a < b));
        for thumbprint in THUMBPRINTS {
            let digest = base64::decode_url(thumbprint.as_bytes());
            assert_eq!(digest.map(|bytes| bytes.len()), Ok(32), "{thumbprint}");
            assert!(contains(thumbprint));
        }
        for other in ["", "0", "~", "r-LZyJBYzKVlf3Y5w0nlzjk-oc-YVZ-I-odJHRICjT"] {
            assert!(!contains(other), "{other}");
        }
    }

    #[test]
    fn well_known_keys_are_published_and_a_key_that_differs_is_not() {
        let key = |text: &str| Jwk::parse(text.as_bytes(), &Limits::default()).unwrap();
        // MIRACL Trust's documented key, under any name and for any algorithm.
        let s1 = "kWp2zRA23Z3vTL4uoe8kTFptxBVFunIoP4t_8TDYJrOb7D1iZNDXVeEsYKp6ppmrTZDAgd-cNOTKLd4M39WJc5FN0maTAVKJc7NxklDeKc4dMe1BGvTZNG4MpWBo-taKULlYUu0ltYJuLzOjIrTHfarucrGoRWqM0sl3z2-fv9k";
        let rsa = |n: &str, more: &str| {
            key(&alloc::format!(r#"{{"kty":"RSA","e":"AQAB","n":"{n}"{more}}}"#))
        };
        for more in ["", r#","kid":"mine","alg":"PS512""#] {
            assert!(rsa(s1, more).is_published());
            assert!(is_published(rsa(s1, more).key()));
        }
        assert!(!rsa(&s1.replacen("kWp2", "kWp3", 1), "").is_published());
        // RFC 7517 appendix A.2, and RFC 7515 appendix A.3.
        for (x, y) in [
            (
                "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            ),
            (
                "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            ),
        ] {
            let text = alloc::format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
            assert!(key(&text).is_published());
        }
    }

    #[test]
    fn a_published_secret_is_warned_of_and_another_is_not() {
        let warned = |secret: &[u8]| {
            let secret = || Secret::new(secret.to_vec());
            let header = crate::encoding::json::Object::new().with("alg", "HS256");
            let input = alloc::format!("{}.e30", base64::encode_url(header.to_string().as_bytes()));
            let mac = mac::hmac_sha256(&secret(), &[input.as_bytes()]);
            let token = alloc::format!("{input}.{}", base64::encode_url(&*mac));
            let verifier = jws::Verifier::with_secret(secret(), Policy::default()).unwrap();
            let expected = jws::Expected::unbound().allow_no_expiry();
            let report = verifier.explain(token.as_bytes(), &expected, Time::EPOCH);
            assert_eq!(report.code(), crate::Code::Ok);
            report.warnings.contains(&Warning::PublishedKey)
        };
        // RFC 7515 appendix A.1, and the defaults of jwt.io.
        let rfc = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let rfc: Vec<u8> = base64::decode_url(rfc.as_bytes()).unwrap();
        for secret in [
            &rfc[..],
            b"a-string-secret-at-least-256-bits-long",
            b"a-valid-string-secret-that-is-at-least-384-bits-long",
            b"a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
        ] {
            assert!(warned(secret));
        }
        assert!(!warned(&[&rfc[..], b"\0"].concat()));
        assert!(!warned(b"a-string-secret-at-least-256-bits-lonG"));
    }
}
