//! Tokens, and the artefacts of DVS.

use countersign::miracl::token::{access, activation, auth, new_user};
use countersign_testkit::miracl;

use super::*;

pub(super) fn signed(cases: &mut Cases) {
    let mismatch = Code::SignatureMismatch;
    let expected = || jws::Expected::unbound().allow_no_expiry().issuer("i").audience("a");
    for (name, set, algorithm, size) in [
        ("jws, 64 keys of P-256", ec_set(), "ES256", 64),
        ("jws, 64 keys of 2048 bits", rsa_set(2048), "RS256", 256),
        ("jws, 64 keys of 8192 bits", rsa_set(8192), "RS256", 1024),
    ] {
        let inputs = vec![
            ("shortest", forged(algorithm, "{}", size), mismatch),
            ("usual", forged(algorithm, &many_claims(400), size), mismatch),
            ("longest", forged(algorithm, &many_claims(4000), size), mismatch),
        ];
        cases.verifier(name, jws::Verifier::new(set, Policy::default()), expected(), inputs);
    }
    let key = Smooth::new(1, 8192, 65_537).jwk().with("kid", "k0").with("alg", "PS256");
    let verifier = jws::Verifier::new(hostile::key_set(&[key]), Policy::default());
    let inputs = vec![("shortest", forged("PS256", "{}", 1024), mismatch)];
    cases.verifier("jws, PS256 of 8192 bits", verifier, expected(), inputs);
    let secret = Secret::new(vec![7; 32]);
    let verifier = jws::Verifier::with_secret(secret, Policy::default()).unwrap();
    let inputs = vec![
        ("shortest", forged("HS256", "{}", 32), mismatch),
        ("longest", forged("HS256", &many_claims(4000), 32), mismatch),
        ("no token", "A".repeat(8192), Code::Malformed),
        ("dots", ".".repeat(8192), Code::Malformed),
    ];
    cases.verifier("jws, HS256", verifier, expected(), inputs);

    // The kinds of MIRACL Trust: of all, the claims that are read come behind the signature.
    let inputs = || {
        let claims = miracl::auth_claims("i", "a", "s", NOW).to_string();
        let (short, long) = (forged("RS256", &claims, 256), many_claims(4000));
        vec![("forged", short, mismatch), ("longest", forged("RS256", &long, 256), mismatch)]
    };
    let wanted = || token::Expected::new("i", "a");
    let policy = Policy::default();
    let dvs = dvs::Verifier::new(rsa_set(2048), policy);
    cases.verifier("dvs-certificate", dvs, dvs::Expected::hash("00"), inputs());
    cases.verifier("auth-token", auth::Verifier::new(rsa_set(2048), policy), wanted(), inputs());
    let nonce = wanted().nonce("n");
    cases.verifier("id-token", id::Verifier::new(rsa_set(2048), policy), nonce, inputs());
    cases.verifier(
        "access-token",
        access::Verifier::new(rsa_set(2048), policy),
        wanted(),
        inputs(),
    );
    let verifier = activation::Verifier::new(rsa_set(2048), policy);
    cases.verifier("activation-token", verifier, wanted(), inputs());
    let verifier = new_user::Verifier::new(rsa_set(2048), policy);
    cases.verifier("new-user-token", verifier, wanted(), inputs());
}

pub(super) fn dvs_signatures(cases: &mut Cases) {
    let mut rng = Rng::from_seed(1);
    let authority = miracl::DvsAuthority::generate(&mut rng);
    let client = authority.register(MPIN_ID, &rng.bytes(), 1234).unwrap();
    let secret = Secret::new(authority.server_secret().into_bytes());
    let secret = signature::ServerSecret::new(&secret).unwrap();
    let verifier = signature::Verifier::with_server_secret(secret, Policy::default());
    let request = |pin| {
        let signed = client.sign(b"m", NOW, pin, &[7; 32]).unwrap();
        miracl::signature_request(&signed, NOW).to_string()
    };
    let expected = signature::Expected::new(dvs::Expected::hash(hex::encode(b"m")));
    let points = request(1234).replacen("\"u\":\"04", "\"u\":\"05", 1);
    let inputs = vec![
        ("another PIN: the pairing decides", request(1235), Code::SignatureMismatch),
        ("no point", points, Code::Malformed),
        ("genuine", request(1234), Code::Ok),
    ];
    cases.verifier("dvs-signature", verifier, expected, inputs);
}
