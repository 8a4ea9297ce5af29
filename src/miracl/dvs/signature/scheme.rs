//! The equation of the signature, on the curve BN254CX.
//!
//! apache/incubator-milagro-crypto-c `src/mpin.c.in`, with a key pair of the user's, SHA-256 and no
//! time permits.

use crate::crypto::bn254cx::{G1, G2, Scalar, product_is_one};
use crate::crypto::sha256;
use crate::time::Time;

/// Returns A: the point of an identity.
///
/// `None` for a hash that maps to no point, which nobody can find.
pub fn identity_point(mpin_id: &[u8], public_key: &[u8]) -> Option<G1> {
    G1::map(&sha256(&[mpin_id, public_key].concat()))
}

/// Returns y, which binds timestamp, commitment and message. A timestamp of zero is left out.
pub fn challenge(timestamp: Time, u: &[u8; 65], message: &[u8]) -> Scalar {
    // Signed timestamps have 32 bits.
    let [_, _, _, _, prefix @ ..] = timestamp.unix().to_be_bytes();
    let prefix = if prefix == [0; 4] { &[][..] } else { &prefix };
    Scalar::reduce(&sha256(&[prefix, u, message].concat()))
}

/// Tells whether e(v, public key) · e(u + y·A, server secret) = 1.
pub(crate) fn holds(a: G1, u: G1, v: G1, y: Scalar, public_key: &G2, server_secret: &G2) -> bool {
    // Infinity has no pairing other than one, and nobody can find such a `u`.
    u.plus(y, a).is_some_and(|r| product_is_one([(v, public_key), (r, server_secret)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::hex;

    fn bytes<const N: usize>(digits: &str) -> [u8; N] {
        hex::decode(digits).unwrap().try_into().unwrap()
    }

    /// apache/incubator-milagro-crypto-js, `testVectors/mpin/MPIN_ONE_PASS_BN254CX.json`, first
    /// entry: plain M-Pin in one pass, with the generator in the place of the user's key and an
    /// empty message. This library offers no such authentication, but it is the same equation.
    #[test]
    fn milagros_own_vector_of_one_pass_m_pin_holds() {
        let id = b"testuser@miracl.com";
        let time = Time::from_unix(1_497_621_167).unwrap();
        let u = bytes(
            "0420313945c79a29087ac2f2b3b08193cf16ebf3ae280a7d11d8a59c6c38ed59c2\
             2296f2e9928bb360237e2cb819a2b4dcac3146dbedeb71a2490745c7e922f1f7",
        );
        let v = bytes(
            "04008274cb19b9793721fccf1842697a16afceb77b8470b1361c0418b2102564eb\
             1e61fe6d13cfd495f621bc400caa9f345c794261812dd1067454934edab87e55",
        );
        let secret = bytes(
            "0ebd475ec69bffa38095ea6da65999da486a13ea1e7ee6828eb5766423a11b50\
             181bda5e082abea756d4276a4496c54aa48e681c68dee7ea0f6a338a45458f7a\
             12f7bf723bbd5e56997af9704744f1519fba4f5b88baa0525e180d219b9815a3\
             0488f5086ae2bf66b42d9a4fcd4177dcd972922028bd26b5f573f151386781e1",
        );
        let a = identity_point(id, b"").unwrap();
        assert_eq!(
            hex::encode(&a.encode()),
            "041e1766030396974ba7bb4574349767dfaf86892cf9f9b2ca83d471b585ee1d76\
             01f8f23c64491c137cf65a3bee965d195192ad504ce42fcad0cd287826b9603c"
        );
        let generator = G2::generator_times(Scalar::from(1)).unwrap();
        let secret = G2::decode(&secret).unwrap();
        let (decoded_u, decoded_v) = (G1::decode(&u).unwrap(), G1::decode(&v).unwrap());
        let holds = |a, y| holds(a, decoded_u, decoded_v, y, &generator, &secret);
        assert!(holds(a, challenge(time, &u, b"")));
        let later = Time::from_unix(1_497_621_168).unwrap();
        assert!(!holds(a, challenge(later, &u, b"")));
        assert!(!holds(a, challenge(time, &u, b"m")));
        let other = identity_point(b"testuser@miracl.con", b"").unwrap();
        assert!(!holds(other, challenge(time, &u, b"")));
    }

    #[test]
    fn the_challenge_of_the_published_signature_is_the_one_computed_by_hand() {
        let u = bytes(
            "041f98fb7ba291883881de0b806dec08b05586dd47c56b6c123e37dcf4fe29d888\
             160b2f53582a78df34329e22867863b633d59d1c043719998651ad2b88060378",
        );
        let time = Time::from_unix(1_649_401_561).unwrap();
        let y = bytes("14a613f3cd9bbbc9058a8dfd12275c1142c725167eb3378ea486a07b7b3c4661");
        assert!(challenge(time, &u, b"test") == Scalar::reduce(&y));
        let unreduced = bytes("80a613f3e6ec39f217c42c2a815190898f86a9e0a50e4bfadebbe26e1ffda4a8");
        assert!(challenge(time, &u, b"test") == Scalar::reduce(&unreduced));
        let zero = challenge(Time::from_unix(0).unwrap(), &u, b"test");
        assert!(zero == Scalar::reduce(&sha256(&[&u[..], b"test"].concat())));
    }
}
