//! Each profile of base64 against an engine of the crate `base64` and a decoder made of bits.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use countersign::encoding::{Fault, base64 as ours};
use countersign::jose::CompactJws;
use countersign::{Limits, danger};

/// Decodes by the definition of RFC 4648, one bit after the other. `padded` tells whether `=` has
/// to fill the last group, or must not be there.
fn by_definition(text: &[u8], last_two: [u8; 2], padded: bool) -> Option<Vec<u8>> {
    let digits = match text.iter().position(|b| *b == b'=') {
        Some(end) if padded && text.len().is_multiple_of(4) && text.len() - end <= 2 => {
            text[end..].iter().all(|b| *b == b'=').then_some(&text[..end])?
        }
        Some(_) => return None,
        None if padded && !text.len().is_multiple_of(4) => return None,
        None => text,
    };
    let mut bits = Vec::new();
    for byte in digits {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            _ if *byte == last_two[0] => 62,
            _ if *byte == last_two[1] => 63,
            _ => return None,
        };
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let (bytes, rest) = bits.as_chunks::<8>();
    if rest.len() == 6 || rest.contains(&1) {
        return None;
    }
    Some(bytes.iter().map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect())
}

pub fn run(data: &[u8]) {
    let same = |ours: Result<Vec<u8>, Fault>, engine: Option<Vec<u8>>, bits: Option<Vec<u8>>| {
        if let Err(Fault::Character { offset }) = ours {
            assert!(offset < data.len());
        }
        let ours = ours.ok();
        assert_eq!(ours, bits);
        assert_eq!(ours, engine);
        ours
    };
    let url = same(
        ours::decode_url(data),
        URL_SAFE_NO_PAD.decode(data).ok(),
        by_definition(data, *b"-_", false),
    );
    if let Some(bytes) = &url {
        assert_eq!(ours::encode_url(bytes).as_bytes(), data);
    }
    let standard = same(
        ours::decode_standard(data),
        STANDARD.decode(data).ok(),
        by_definition(data, *b"+/", true),
    );
    if let Some(bytes) = standard {
        assert_eq!(ours::encode_standard(&bytes).as_bytes(), data);
    }
    let is_url = data.iter().any(|b| b"-_".contains(b));
    let padded = data.ends_with(b"=");
    let engine = match (is_url, padded) {
        (true, true) => URL_SAFE,
        (true, false) => URL_SAFE_NO_PAD,
        (false, true) => STANDARD,
        (false, false) => STANDARD_NO_PAD,
    };
    let last_two = if is_url { *b"-_" } else { *b"+/" };
    same(ours::decode_mosip(data), engine.decode(data).ok(), by_definition(data, last_two, padded));
    // Tokens have a decoder of their own, with vector instructions.
    let token = [b"e30.", data, b".AA"].concat();
    let limits = Limits::default().with_token_bytes(token.len());
    let payload = CompactJws::parse(&token, &limits);
    let payload = payload.ok().map(|token| danger::unverified_payload(&token).to_vec());
    assert_eq!(payload, url);
}
