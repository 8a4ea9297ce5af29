//! The times at which signers are judged.

use super::*;

/// A device whose certificate is valid within these seconds around `NOW`, and a root for it.
fn dated(seed: u64, from: i64, to: i64) -> (Device, Certificate) {
    let mut rng = Rng::from_seed(seed);
    let wide = Template::new("root", time(0), time(NOW * 2)).authority(None);
    let root = Authority::root(EcIssuer::generate(&mut rng, None), &wide).unwrap();
    let key = RsaIssuer::generate(&mut rng, 2048, None).unwrap();
    let template = Template::new("dated", time(NOW + from), time(NOW + to)).end_entity();
    let certificate = root.issue(&key, &template).unwrap();
    (Device::new(key, vec![certificate]), read(root.certificate()))
}

/// A digital id that says to have been made so many seconds after `NOW`.
fn id_at(offset: i64) -> String {
    digital_id("1").with("dateTime", time(NOW + offset).to_string()).to_string()
}

/// Device information with this time, or without.
fn info_at(id: &str, offset: Option<i64>) -> String {
    let mut info = device_info(id, "L1");
    match offset {
        Some(offset) => info.set("timeStamp", time(NOW + offset).to_string()),
        None => info.set("timeStamp", Value::Null),
    }
    info.to_string()
}

#[test]
fn as_issued_each_signer_is_judged_at_the_time_of_its_own_layer() {
    let (device, device_root) = dated(30, 0, 100);
    let (chip, chip_root) = dated(31, 1000, 1100);
    let store = TrustStore::new()
        .with_roots(Domain::Device, [device_root])
        .with_roots(Domain::Ftm, [chip_root]);
    let trust = || Trust::new(store.clone(), rules(Consumer::Ida));
    let message = |info: Option<i64>, id: i64| {
        let id = chip.sign(&id_at(id)).unwrap();
        let info = device.sign(&info_at(&id, info)).unwrap();
        device.sign(&device_data(info.as_str()).to_string()).unwrap()
    };
    let good = message(Some(100), 1000);
    let found = Verifier::new(trust(), Policy::default());
    let found = found.verify(good.as_bytes(), &Expected::new(), At::Issued).unwrap();
    let times: Vec<_> = found.parts().iter().map(SignedPart::at).collect();
    assert_eq!(times, [100, 100, 1000].map(|offset| time(NOW + offset)));
    assert_eq!(found.at(), time(NOW + 100));
    let report = explain(trust(), &good, At::Issued);
    assert_eq!((report.code(), report.at), (Code::Ok, Some(time(NOW + 100))));
    assert_eq!(report.warnings, [Warning::AtIssued]);

    for (info, id, part) in [
        (Some(101), 1000, Some("deviceData")),
        (Some(-1), 1000, Some("deviceData")),
        (Some(0), 999, Some("digitalId")),
        (Some(0), 1101, Some("digitalId")),
        // Without a time of its own, that of the digital id inside.
        (None, 1000, Some("deviceData")),
    ] {
        let report = explain(trust(), &message(info, id), At::Issued);
        let (found, error) = first_failure(&report).unzip();
        assert_eq!(found, part, "{info:?} {id}");
        assert_eq!(error.unwrap().code(), Code::CertificateExpired);
    }
    // No one time suits both.
    for offset in [0, 100, 1000, 1100] {
        let report = explain(trust(), &good, time(NOW + offset));
        assert_eq!(report.code(), Code::CertificateExpired, "{offset}");
    }
}

#[test]
fn no_time_comes_out_of_a_layer_that_nobody_signed() {
    let (device, root) = dated(32, -900, -800);
    let store = || TrustStore::new().with_roots(Domain::Device, [root.clone()]);
    let id = device.sign(&id_at(0)).unwrap();
    let forged = encode(&device_data(encode(&info_at(&id, Some(-850)))).to_string());
    let trust = Trust::new(store(), rules(Consumer::RegistrationClient));
    let alone = DigitalIdVerifier::new(trust.clone(), Policy::default());
    let alone = alone.verify(id.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(alone.unwrap_err().code(), Code::CertificateExpired);
    assert_eq!(explain(trust, &forged, At::Issued).code(), Code::UnsignedLayer);
    // Nor where that layer is accepted.
    let allowed = || Trust::self_asserted().with_partly_signed(PartlySigned::Allow);
    let report = explain(allowed(), &forged, At::Issued);
    assert_eq!((report.code(), report.at), (Code::CertificateExpired, Some(time(NOW))));
    let id = device.sign(&id_at(-850)).unwrap();
    let honest = encode(&device_data(encode(&info_at(&id, Some(0)))).to_string());
    let report = explain(allowed(), &honest, At::Issued);
    assert_eq!((report.code(), report.at), (Code::Ok, Some(time(NOW - 850))));
}

#[test]
fn a_layer_whose_time_cannot_be_read_has_none_to_be_judged_at() {
    let device = &pki().device;
    let late = |id: &str| id.replace("2020-01-13T07:20:42.195Z", "13.01.2020");
    let token = device.sign(&late(&id_text())).unwrap();
    let verifier = DigitalIdVerifier::new(client(), Policy::default());
    let unreadable = |member| Error::Malformed { part: member, fault: Fault::Time };
    let verdict = verifier.verify(token.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(verdict.unwrap_err(), unreadable("dateTime"));
    let report = verifier.explain(token.as_bytes(), &Expected::new(), At::Issued);
    assert_eq!(first_failure(&report), Some(("digitalId", &unreadable("dateTime"))));
    assert_eq!(report.at, None);
    // Nor is it whole at a time that the caller knows.
    let verdict = verifier.verify(token.as_bytes(), &Expected::new(), time(NOW));
    assert_eq!(verdict.unwrap_err(), unreadable("dateTime"));

    // A time of its own that cannot be read is not made up for by one further inside.
    let id = device.sign(&id_text()).unwrap();
    let info = info_at(&id, None).replace(r#""timeStamp":null"#, r#""timeStamp":"then""#);
    let message = device.sign(&device_data(device.sign(&info).unwrap().as_str()).to_string());
    let message = message.unwrap();
    for at in [At::Issued, time(NOW).into()] {
        let report = explain(client(), &message, at);
        assert_eq!(first_failure(&report), Some(("deviceInfo", &unreadable("timeStamp"))));
    }
}
