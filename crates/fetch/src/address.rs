//! Which addresses are on the public Internet.

use http::Uri;

use super::fault::Fault;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Tells whether an address is one that a host on the public Internet can have, by the registries
/// of special-purpose addresses ([RFC 6890]) of IANA.
///
/// Whatever carries an IPv4 address inside is refused, except NAT64 ([RFC 6052]), behind which whole
/// networks live: there the address inside decides.
///
/// [RFC 6890]: https://www.rfc-editor.org/rfc/rfc6890
/// [RFC 6052]: https://www.rfc-editor.org/rfc/rfc6052
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127, ..]                  // this network, private, loopback
            | [100, 64..=127, ..]           // shared, behind the NAT of a carrier
            | [169, 254, ..]                // link-local, and the metadata of clouds
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]            // protocol assignments, documentation
            | [192, 88, 99, _]              // relays of 6to4
            | [192, 168, ..]
            | [198, 18..=19, ..]            // measurements
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            | [224..=255, ..] // multicast, reserved, broadcast
    )
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocol assignments with Teredo, documentation, 6to4, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => {
            false
        }
        // Global unicast is 2000::/3. Loopback, mapped, unique local, link-local and multicast
        // addresses are outside.
        [first, ..] => first >> 13 == 1,
    }
}

/// Checks that an address is one of a server, and returns its host in lower case.
pub(crate) fn check_form(url: &Uri) -> Result<String, Fault> {
    let (Some("https" | "http"), Some(authority)) = (url.scheme_str(), url.authority()) else {
        return Err(Fault::Address);
    };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(Fault::Address);
    }
    Ok(authority.host().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_local_mapped_and_reserved_addresses_are_not_public() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_next_to_those_are_public() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.0.0.1",
            "128.0.0.1",
            "169.253.0.1",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "64:ff9b::8.8.8.8",
            "2001:200::1",
            "2606:4700::1",
            "2a00::1",
            "3ffe::1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
