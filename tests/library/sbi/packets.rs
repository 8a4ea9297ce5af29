//! Captured data as registration packets keep them, in segments.

use super::*;
use countersign::mosip::sbi::cbeff::{Padding, Segment};
use countersign_testkit::sbi::{packet, segment};

/// The tokens of captured data, with values of these lengths, and padding in what is signed.
fn captured_tokens(lengths: &[usize], padding: &str) -> Vec<String> {
    let id = pki().chip.sign(&digital_id("1").to_string()).unwrap();
    let sign = |length: &usize| {
        let bare = base64::encode_url(&vec![0xfb; *length]);
        let padding = padding.repeat((4 - bare.len() % 4) % 4);
        let payload = data(&id, "Finger", &format!("{bare}{padding}")).to_string();
        pki().device.sign(&payload).unwrap()
    };
    lengths.iter().map(sign).collect()
}

fn explain_packet(trust: Trust, xml: &str) -> Report {
    explain_packet_within(Limits::default(), trust, xml)
}

fn explain_packet_within(limits: Limits, trust: Trust, xml: &str) -> Report {
    let verifier = cbeff::Verifier::new(trust, Policy::default().with_limits(limits));
    let report = verifier.explain(xml.as_bytes(), &Expected::new(), now());
    let verdict = verifier.verify(xml.as_bytes(), &Expected::new(), now());
    assert_eq!(report.code(), verdict.err().map_or(Code::Ok, |error| error.code()));
    report
}

const EXCEPTION: &str = "<BIR><Others><Key>EXCEPTION</Key><Value>true</Value></Others></BIR>";

#[test]
fn every_segment_of_a_packet_is_verified_in_either_form() {
    for padding in ["", "="] {
        let tokens = captured_tokens(&[3, 4, 5], padding);
        let mut segments: Vec<_> = tokens.iter().map(|one| segment(one).unwrap()).collect();
        segments.push(EXCEPTION.into());
        let xml = packet(&segments);
        let report = explain_packet(trust(Consumer::Ida), &xml);
        assert_eq!(report.code(), Code::Ok, "{:?}", failure(&report));
        let claims = report.claims.unwrap();
        assert_eq!(claims.member("segments").unwrap().as_array().unwrap().len(), 3);
        let outside = claims.member("unauthenticated").unwrap().to_string();
        assert!(outside.contains("segments[0].BDBInfo") && outside.contains("[3].EXCEPTION"));
        // The other form of what stands beside the value, and white space in base64.
        let other = xml
            .replace("<Others><Key>PAYLOAD</Key><Value>", "<others><entry key=\"PAYLOAD\">")
            .replace(
                "</Value></Others></BIR><BIR><BDBInfo>",
                "</entry></others></BIR><BIR><BDBInfo>",
            )
            .replace("</Value></Others></BIR><BIR><Others>", "</entry></others></BIR><BIR><Others>")
            .replace("<SB>", "<SB>\r\n  ")
            .replace("</SB>", "\n</SB>");
        assert_ne!(other, xml);
        assert_eq!(explain_packet(trust(Consumer::Ida), &other).code(), Code::Ok);
        // A packet may be one segment.
        assert_eq!(explain_packet(trust(Consumer::Ida), &segments[0]).code(), Code::Ok);
        // Those of other rules, of nobody, and another value.
        let client = explain_packet(trust(Consumer::RegistrationClient), &xml);
        assert_eq!(client.code(), Code::UntrustedChain);
        let value = base64::encode_standard(&[0xfb; 4]);
        let altered = xml.replace(&format!("<BDB>{value}"), "<BDB>AAAAAA==");
        assert_ne!(altered, xml);
        let report = explain_packet(Trust::self_asserted(), &altered);
        assert_eq!(failure(&report), Some(("segments[1].data", &Error::SignatureMismatch)));
    }
}

#[test]
fn a_segment_that_is_not_signed_or_says_more_than_it_holds_is_refused() {
    let token = &captured_tokens(&[3], "")[0];
    let good = segment(token).unwrap();
    let sb = good.split("<SB>").nth(1).unwrap().split("</SB>").next().unwrap();
    let without_sb = good.replace(&format!("<SB>{sb}</SB>"), "");
    let exception = "<Others><Key>EXCEPTION</Key><Value>true</Value></Others></BIR>";
    for (segments, code) in [
        (vec![without_sb.clone()], Code::UnsignedLayer),
        (vec![good.clone(), without_sb.clone()], Code::UnsignedLayer),
        // Whoever gives a value cannot have had nothing to capture.
        (vec![without_sb.replace("</BIR>", exception)], Code::UnsignedLayer),
        (vec![good.replace("</BIR>", exception)], Code::Ok),
        (vec![good.clone(), "<BIR/>".into()], Code::UnsignedLayer),
        (vec![EXCEPTION.into()], Code::UnsupportedFormat),
        (vec![good.clone(); 17], Code::TooLarge),
        (vec![good.replace("<SB>", "<SB>AAAA</SB><SB>")], Code::DuplicateMember),
        (vec![good.replace("<BDB>", "<BDB>AAAA</BDB><BDB>")], Code::DuplicateMember),
        (
            vec![good.replace("<Others>", "<Others><Key>PAYLOAD</Key><Value/></Others><Others>")],
            Code::DuplicateMember,
        ),
        (vec![good.replace("<SB>", "<SB><x/>")], Code::WrongType),
        (vec![good.replace("<BDB>", "<BDB>!")], Code::Malformed),
        (vec![good.replace("&lt;bioValue&gt;", "")], Code::Malformed),
        (vec!["<x/>".into()], Code::UnsignedLayer),
    ] {
        let trust = Trust::self_asserted().with_partly_signed(PartlySigned::Allow);
        let report = explain_packet(trust, &packet(&segments));
        assert_eq!(report.code(), code, "{segments:?}: {:?}", failure(&report));
    }
    let root = packet(core::slice::from_ref(&good));
    let nested = root.replacen("<BIR><BDBInfo>", "<SB>AAAA</SB><BIR><BDBInfo>", 1);
    assert_eq!(explain_packet(Trust::self_asserted(), &nested).code(), Code::DuplicateMember);
    for (xml, code) in [
        ("<html/>", Code::UnsupportedFormat),
        ("", Code::Malformed),
        ("{}", Code::Malformed),
        ("<!DOCTYPE BIR><BIR/>", Code::Malformed),
    ] {
        assert_eq!(explain_packet(Trust::self_asserted(), xml).code(), code, "{xml}");
    }
}

#[test]
fn what_is_expected_of_captured_data_is_required_of_every_segment() {
    let tokens = captured_tokens(&[3, 4], "");
    let xml = packet(&tokens.iter().map(|one| segment(one).unwrap()).collect::<Vec<_>>());
    let verifier = cbeff::Verifier::new(Trust::self_asserted(), Policy::default());
    for (expected, code) in [
        (Expected::new().purpose("Registration"), Code::Ok),
        (Expected::new().purpose("Auth"), Code::ContentMismatch),
        (Expected::new().transaction_id("-"), Code::ContentMismatch),
    ] {
        let report = verifier.explain(xml.as_bytes(), &expected, At::Issued);
        assert_eq!(report.code(), code);
        let verdict = verifier.verify(xml.as_bytes(), &expected, At::Issued);
        assert_eq!(verdict.err().map_or(Code::Ok, |error| error.code()), code);
    }
}

#[test]
fn what_is_expected_of_captures_together_is_refused_of_a_packet_which_nobody_captured_at_once() {
    let tokens = captured_tokens(&[3, 4], "");
    let xml = packet(&tokens.iter().map(|one| segment(one).unwrap()).collect::<Vec<_>>());
    let verifier = cbeff::Verifier::new(Trust::self_asserted(), Policy::default());
    for (expected, expectation) in [
        (Expected::new().span(0), "span"),
        (Expected::new().mixed(Mixed::Deny), "deny-mixed"),
        (Expected::new().previous_hash("AA"), "previous-hash"),
    ] {
        let report = verifier.explain(xml.as_bytes(), &expected, now());
        let unused = Error::ExpectationUnused { expectation };
        assert_eq!(failure(&report).map(|(_, error)| error), Some(&unused));
        assert_eq!(verifier.verify(xml.as_bytes(), &expected, now()), Err(unused));
    }
}

#[test]
fn a_segment_that_calls_itself_an_exception_and_is_none_has_that_named() {
    let good = segment(&captured_tokens(&[3], "")[0]).unwrap();
    for said in ["true", "false"] {
        let exception = format!("<Others><Key>EXCEPTION</Key><Value>{said}</Value></Others></BIR>");
        let xml = packet(&[good.replace("</BIR>", &exception)]);
        let claims = explain_packet(Trust::self_asserted(), &xml).claims.unwrap();
        let outside = claims.member("unauthenticated").unwrap().to_string();
        assert!(outside.contains("segments[0].EXCEPTION"), "{outside}");
    }
    // Nothing beside the layer has its name.
    let xml = packet(&[good.replace("<BDB>", "<data>x</data><BDB>")]);
    let claims = explain_packet(Trust::self_asserted(), &xml).claims.unwrap();
    let outside = claims.member("unauthenticated").unwrap();
    let outside = outside.as_array().unwrap();
    let names: Vec<_> = outside.iter().filter_map(Value::as_str).collect();
    assert_eq!(names, ["segments[0].BDBInfo", "segments[0][\"data\"]"]);
}

#[test]
fn a_segment_says_what_is_wrong_beyond_its_signature_with_padding_and_without() {
    for padding in ["=", ""] {
        let token = &captured_tokens(&[4], padding)[0];
        let bare = base64::encode_url(&[0xfb; 4]);
        let payload =
            payload_of(token).replace(&format!("{bare}{}", padding.repeat(2)), "<bioValue>");
        let parts: Vec<&str> = token.split('.').collect();
        let sb = format!("{}..{}", parts[0], parts[2]);
        let segment = Segment { sb: &sb, bdb: &[0xfb; 4], payload: &payload };
        let code = |trust: Trust, bdb, expected: Expected| {
            let verifier = DataVerifier::new(trust, Policy::default());
            let verdict = Segment { bdb, ..segment }.verify(&verifier, &expected, now());
            verdict.map_or_else(|error| error.code(), |_| Code::Ok)
        };
        let (good, other): (&[u8], &[u8]) = (&[0xfb; 4], &[0; 4]);
        for (consumer, bdb, expected, wanted) in [
            (Consumer::Ida, good, Expected::new(), Code::Ok),
            (Consumer::RegistrationClient, good, Expected::new(), Code::UntrustedChain),
            (Consumer::Ida, good, Expected::new().purpose("Auth"), Code::ContentMismatch),
            (Consumer::Ida, other, Expected::new(), Code::SignatureMismatch),
        ] {
            assert_eq!(code(trust(consumer), bdb, expected), wanted, "{padding} {consumer}");
        }
    }
}

/// The payload of a token, as text.
fn payload_of(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    String::from_utf8(base64::decode_url(payload.as_bytes()).unwrap()).unwrap()
}

#[test]
fn a_segment_is_judged_with_padding_only_if_its_signature_fits_so() {
    let structure = |xml: &str| {
        let report = explain_packet(trust(Consumer::Ida), xml);
        let is_own = |part: Option<&str>| part == Some("segments[0].data");
        let mut entries = report.checks.iter().filter(|entry| is_own(entry.part.as_deref()));
        let structure = entries.find(|entry| entry.check == Check::STRUCTURE).unwrap();
        (report.code(), structure.detail.to_string().split(" of ").next().unwrap().to_string())
    };
    for padding in ["", "="] {
        let token = &captured_tokens(&[4], padding)[0];
        let (with, padded) = (payload_of(token).len(), 2 * padding.len());
        let xml = packet(&[segment(token).unwrap()]);
        assert_eq!(structure(&xml), (Code::Ok, format!("{with} bytes")));
        let altered = xml.replace(&base64::encode_standard(&[0xfb; 4]), "AAAAAA==");
        let bare = format!("{} bytes", with - padded);
        assert_eq!(structure(&altered), (Code::SignatureMismatch, bare));
    }
}

#[test]
fn segments_in_which_nothing_was_captured_are_counted_apart_and_for_no_limit() {
    let good: Vec<_> =
        captured_tokens(&[3, 3, 3], "").iter().map(|one| segment(one).unwrap()).collect();
    for (captured, exceptions, most, code) in [
        (3, 2, 3, Code::Ok),
        (3, 0, 3, Code::Ok),
        (1, 3, 1, Code::Ok),
        (3, 0, 2, Code::TooLarge),
        (2, 2, 1, Code::TooLarge),
    ] {
        let mut segments = vec![EXCEPTION.to_string(); exceptions];
        segments.extend_from_slice(&good[..captured]);
        let xml = packet(&segments);
        let limits = Limits::default().with_capture_segments(most);
        let report = explain_packet_within(limits, trust(Consumer::Ida), &xml);
        assert_eq!(report.code(), code, "{captured} {exceptions} {most}");
        let parsed = cbeff::Packet::parse(xml.as_bytes(), &limits);
        let limit = usize::from(most);
        let error = Error::TooLarge { what: "number of biometrics", limit };
        if code == Code::Ok {
            assert_eq!(parsed.unwrap().segments().count(), captured);
            let counted = report.checks.iter().find(|entry| entry.check == Check::ENVELOPE);
            let detail = format!("{captured} segments, {exceptions} exceptions");
            assert_eq!(counted.unwrap().detail, detail.as_str());
        } else {
            assert_eq!(failure(&report), Some(("", &error)));
            assert_eq!(parsed.unwrap_err(), error);
        }
    }
}

#[test]
fn a_segment_without_signature_is_an_exception_only_if_it_says_so_and_holds_nothing() {
    let good = segment(&captured_tokens(&[3], "")[0]).unwrap();
    let judge = |held: &str| {
        let xml = packet(&[good.clone(), format!("<BIR>{held}</BIR>")]);
        let report = explain_packet(trust(Consumer::Ida), &xml);
        failure(&report).map(|(part, _)| part.to_string())
    };
    let pair = |key, value| format!("<Others><Key>{key}</Key><Value>{value}</Value></Others>");
    let exception = pair("EXCEPTION", "true");
    let parts = ["<SB>AAAA</SB>", "<BDB>AAAA</BDB>", &pair("PAYLOAD", "x")];
    let empty = format!("<SB/><BDB/>{}", pair("PAYLOAD", ""));
    for held in [
        exception.clone(),
        exception.repeat(2),
        format!("{exception}{}", pair("EXCEPTION", "false")),
        format!("{empty}{exception}"),
    ] {
        assert_eq!(judge(&held), None, "{held}");
    }
    let some = |chosen: usize| -> String {
        let chosen = (0..parts.len()).filter(|place| chosen >> place & 1 == 1);
        chosen.map(|place| parts[place]).collect()
    };
    let holding = (1..8).map(|chosen| format!("{}{exception}", some(chosen)));
    let silent = [pair("EXCEPTION", "false"), pair("OTHER", "true"), empty];
    for held in holding.chain(silent) {
        assert_eq!(judge(&held).as_deref(), Some("segments[1].data"), "{held}");
    }
}

#[test]
fn segments_are_put_together_with_padding_and_without() {
    let (device, chip) = (&pki().device, &pki().chip);
    let id = chip.sign(&digital_id("1").to_string()).unwrap();
    let verifier = DataVerifier::new(trust(Consumer::Ida), Policy::default());
    for length in [3, 4, 5] {
        let value = vec![0xfb; length];
        let bare = base64::encode_url(&value);
        let padded = format!("{bare}{}", "=".repeat((4 - bare.len() % 4) % 4));
        for (written, padding) in [(bare, Padding::Absent), (padded, Padding::Present)] {
            // Of a value without padding, both are the same.
            let padding = if length == 3 { Padding::Absent } else { padding };
            let token = device.sign(&data(&id, "Finger", &written).to_string()).unwrap();
            let (head, rest) = token.split_once('.').unwrap();
            let (_, signature) = rest.split_once('.').unwrap();
            let sb = format!("{head}..{signature}");
            let payload = data(&id, "Finger", "<bioValue>").to_string();
            let segment = Segment { sb: &sb, bdb: &value, payload: &payload };
            assert_eq!(segment.token(padding).unwrap(), token);
            let (found, by) = segment.verify(&verifier, &Expected::new(), At::Issued).unwrap();
            assert_eq!((found.content().bio_value.as_slice(), by), (value.as_slice(), padding));

            let wrong = |segment: Segment<'_>| {
                segment.verify(&verifier, &Expected::new(), now()).unwrap_err().code()
            };
            assert_eq!(wrong(Segment { bdb: b"else", ..segment }), Code::SignatureMismatch);
            let spaced = format!("{payload} ");
            assert_eq!(wrong(Segment { payload: &spaced, ..segment }), Code::SignatureMismatch);
            assert_eq!(wrong(Segment { payload: "{}", ..segment }), Code::Malformed);
            let both = payload.replace("Staging", "<bioValue>");
            assert_eq!(wrong(Segment { payload: &both, ..segment }), Code::Malformed);
            assert_eq!(wrong(Segment { sb: &token, ..segment }), Code::Malformed);
        }
    }
}
