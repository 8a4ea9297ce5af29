//! Whole verifications against the crate `p256`.
use super::numbers::Random;
use crate::p256::{Item, PublicKey, Signature, verify_batch};
use alloc::vec;
use alloc::vec::Vec;
use p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use p256::ecdsa::{SigningKey, VerifyingKey};

#[test]
fn quick() {
    let mut random = Random(3);
    for _ in 0..20 {
        let secret: Vec<u8> = (0..4).flat_map(|_| random.limb().to_be_bytes()).collect();
        let signer = SigningKey::from_slice(&secret).unwrap();
        let point = VerifyingKey::from(&signer).to_sec1_point(false);
        let key = PublicKey::from_sec1(point.as_bytes()).unwrap();
        let _ = VerifyingKey::from(&signer).verify_prehash(
            &[0; 32],
            &signer.sign_prehash(&[0; 32]).unwrap() as &p256::ecdsa::Signature,
        );
        let mut sigs = Vec::new();
        for i in 0..20_u8 {
            let digest = [i; 32];
            let sig: p256::ecdsa::Signature = signer.sign_prehash(&digest).unwrap();
            let sig: [u8; 64] = sig.to_bytes().into();
            let s = Signature::from_bytes(&sig).unwrap();
            assert_eq!(key.verify_prehash(&digest, &s), Ok(()), "{i}");
            assert!(key.verify_prehash(&[i + 1; 32], &s).is_err());
            sigs.push((digest, sig));
        }
        let items: Vec<Item> =
            sigs.iter().map(|(d, s)| Item { key: &key, digest: d, signature: s }).collect();
        let mut v = vec![false; 20];
        verify_batch(&items, &mut v);
        assert!(v.iter().all(|v| *v));
    }
}
