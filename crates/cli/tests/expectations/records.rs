//! What a record says tightens, and decides only where records are trusted.

use super::*;

/// A member of a record, and what it does to an artefact that the run finds valid or invalid.
struct Case {
    member: &'static str,
    value: Value,
    artefact: String,
    run: Vec<&'static str>,
    /// The code by the terms of the run, and where the record decides.
    tightened: &'static str,
    trusted: &'static str,
    /// Whether the record asks for less or something else, so that its decision is named.
    overrides: bool,
}

fn case(
    member: &'static str,
    value: Value,
    artefact: &str,
    run: &[&'static str],
    tightened: &'static str,
    trusted: &'static str,
    overrides: bool,
) -> Case {
    let (artefact, run) = (artefact.to_owned(), run.to_vec());
    Case { member, value, artefact, run, tightened, trusted, overrides }
}

/// Every member of a record, asking for more, for less, and for something else.
fn cases() -> Vec<Case> {
    const MORE: bool = false;
    const LESS: bool = true;
    let small = miracl::certificate(&WORLD.small, CAPTURED, CAPTURED + 10, HASH).expect("a token");
    let late =
        miracl::certificate(&WORLD.issuer, CAPTURED - 20, CAPTURED - 5, HASH).expect("a token");
    let cut =
        miracl::certificate(&WORLD.issuer, CAPTURED - 20, CAPTURED - 9, HASH).expect("a token");
    let chained =
        elements(&WORLD.pki.device, "Registration", &[b"a"], (Scheme::Current, &"11".repeat(32)));
    let chained = sbi::answer(chained).to_string();
    let broken = rcapture_broken();
    let bound = vec!["--hash", HASH];
    let names = vec!["--issuer", ISSUER, "--audience", "me", "--subject", "user", "--nonce", "n"];
    let zeros: &'static str = "0000000000000000000000000000000000000000000000000000000000000000";
    let ones = "11".repeat(32);
    static REQUEST: LazyLock<String> = LazyLock::new(|| WORLD.path("request.json"));
    let requested = ["--request", REQUEST.as_str()];
    let token = id_token();
    let certificate = certificate();
    let with = |run: &[&'static str], more: &[&'static str]| [run, more].concat();
    let header = Object::new().with("alg", "RS256").with("kid", "k").with("typ", "JWT");
    let claims = Object::new().with("iss", "i").with("aud", "me").with("exp", CAPTURED + 10);
    let (header, claims) = (header.to_string(), claims.to_string());
    let typed = WORLD.issuer.compact(header.as_bytes(), claims.as_bytes(), Algorithm::Rs256);
    let typed = typed.expect("a token");
    let anybody = ["--unbound"];
    let several = ["--issuer", "i", "--audience", "me", "--audience", "other"];
    // A digital id says that it was made four seconds before.
    let id = mosip::digital_id("1").with("dateTime", "2020-01-13T12:50:38Z").to_string();
    let id = WORLD.pki.device.sign(&id).expect("a token");
    let (window, narrow) = (["--window", "100"], ["--timestamp-window", "4"]);
    let swapped = |name: &str, value: &'static str| {
        let mut names = names.clone();
        let place = names.iter().position(|n| *n == name).expect("a name");
        names[place + 1] = value;
        names
    };
    let without = |name: &str| {
        let mut names = names.clone();
        let place = names.iter().position(|n| *n == name).expect("a name");
        drop(names.drain(place..place + 2));
        names
    };
    let mut cases = vec![
        // What never decides.
        case("id", json!("x"), &certificate, &bound, "ok", "ok", MORE),
        case(
            "artefact",
            json!("x.y.z"),
            &certificate,
            &["--unbound"],
            "malformed",
            "malformed",
            MORE,
        ),
        // More is asked for: in addition, whoever decides.
        case("hash", json!(HASH), &certificate, &[], "ok", "ok", MORE),
        case("hash", json!("00"), &certificate, &[], "hash-mismatch", "hash-mismatch", MORE),
        case(
            "hash",
            json!("00"),
            &certificate,
            &["--unbound"],
            "hash-mismatch",
            "hash-mismatch",
            MORE,
        ),
        case(
            "request",
            request(CAPTURED + 1),
            &certificate,
            &bound,
            "signed-after-issue",
            "signed-after-issue",
            MORE,
        ),
        case("request", request(CAPTURED), &certificate, &bound, "ok", "ok", MORE),
        case(
            "unbound",
            json!(false),
            &certificate,
            &["--unbound"],
            "missing-member",
            "missing-member",
            MORE,
        ),
        case("unbound", json!(true), &certificate, &["--unbound"], "ok", "ok", MORE),
        case(
            "allow-rsa-1024",
            json!(false),
            &small,
            &with(&bound, &["--allow-rsa-1024"]),
            "key-too-small",
            "key-too-small",
            MORE,
        ),
        case(
            "allow-rsa-1024",
            json!(true),
            &small,
            &with(&bound, &["--allow-rsa-1024"]),
            "ok",
            "ok",
            MORE,
        ),
        case(
            "leeway",
            json!(0),
            &late,
            &with(&bound, &["--leeway", "10"]),
            "expired",
            "expired",
            MORE,
        ),
        case("leeway", json!(10), &late, &with(&bound, &["--leeway", "10"]), "ok", "ok", MORE),
        case("at", json!(CAPTURED), &certificate, &bound, "ok", "ok", MORE),
        case("kind", json!("dvs-certificate"), &certificate, &bound, "ok", "ok", MORE),
        case("previous-hash", json!(ones), &chained, &[], "ok", "ok", MORE),
        case("typ", json!("JWT"), &typed, &anybody, "ok", "ok", MORE),
        case(
            "typ",
            json!("at+jwt"),
            &typed,
            &anybody,
            "content-mismatch",
            "content-mismatch",
            MORE,
        ),
        case("audience", json!("me"), &jws(), &several, "ok", "ok", MORE),
        case(
            "audience",
            json!("other"),
            &jws(),
            &several,
            "audience-mismatch",
            "audience-mismatch",
            MORE,
        ),
        case("timestamp-window", json!(100), &id, &[], "ok", "ok", MORE),
        case("timestamp-window", json!(5), &id, &window, "ok", "ok", MORE),
        case(
            "timestamp-window",
            json!(4),
            &id,
            &window,
            "timestamp-window",
            "timestamp-window",
            MORE,
        ),
        case("previous-hash", json!(zeros), &chained, &[], "hash-mismatch", "hash-mismatch", MORE),
        // Less is asked for: not followed, unless the record decides.
        case("timestamp-window", json!(5), &id, &narrow, "timestamp-window", "ok", LESS),
        case("unbound", json!(true), &certificate, &["--hash", "00"], "hash-mismatch", "ok", LESS),
        case("unbound", json!(true), &certificate, &[], "missing-member", "ok", LESS),
        case("unbound", json!(true), &jws(), &[], "missing-member", "ok", LESS),
        case("allow-rsa-1024", json!(true), &small, &bound, "key-too-small", "ok", LESS),
        case("leeway", json!(10), &late, &bound, "expired", "ok", LESS),
        case("leeway", json!(10), &cut, &with(&bound, &["--leeway", "9"]), "expired", "ok", LESS),
        case("at", json!("issued"), &late, &bound, "expired", "ok", LESS),
        case("at", json!(CAPTURED - 6), &late, &bound, "expired", "ok", LESS),
        case("at", json!("now"), &certificate, &bound, "ok", "expired", LESS),
        case("unbound", json!(true), &jws(), &["--hash", "00"], "expectation-unused", "ok", LESS),
        // Something else is asked for: both cannot hold.
        case(
            "typ",
            json!("JWT"),
            &typed,
            &with(&anybody, &["--typ", "x"]),
            "content-mismatch",
            "ok",
            LESS,
        ),
        case(
            "audience",
            json!("me"),
            &jws(),
            &with(&anybody, &["--audience", "x"]),
            "audience-mismatch",
            "ok",
            LESS,
        ),
        case(
            "kind",
            json!("dvs-certificate"),
            &jws(),
            &["--issuer", "i", "--audience", "me"],
            "content-mismatch",
            "expectation-unused",
            LESS,
        ),
        case(
            "request",
            request(CAPTURED - 1),
            &certificate,
            &requested,
            "content-mismatch",
            "ok",
            LESS,
        ),
        case("hash", json!(HASH), &certificate, &requested, "ok", "ok", MORE),
        case("request", request(CAPTURED), &certificate, &requested, "ok", "ok", MORE),
        case("hash", json!(HASH), &certificate, &["--hash", "00"], "hash-mismatch", "ok", LESS),
        case("hash", json!("00"), &certificate, &bound, "hash-mismatch", "hash-mismatch", LESS),
        case(
            "request",
            request(CAPTURED),
            &certificate,
            &["--hash", "00"],
            "hash-mismatch",
            "ok",
            LESS,
        ),
        case(
            "previous-hash",
            json!(ones),
            &chained,
            &["--previous-hash", zeros],
            "hash-mismatch",
            "ok",
            LESS,
        ),
        case("kind", json!("jws"), &token, &names, "content-mismatch", "ok", LESS),
        case(
            "kind",
            json!("jws"),
            &token,
            &with(&names, &["--kind", "id-token"]),
            "content-mismatch",
            "ok",
            LESS,
        ),
        case(
            "kind",
            json!("sbi-rcapture"),
            &rcapture(),
            &["--kind", "device-data"],
            "content-mismatch",
            "ok",
            LESS,
        ),
        case(
            "kind",
            json!("sbi-capture"),
            &broken,
            &[],
            "content-mismatch",
            "content-mismatch",
            LESS,
        ),
    ];
    for (member, option, right, error) in [
        ("issuer", "--issuer", ISSUER, "issuer-mismatch"),
        ("audience", "--audience", "me", "audience-mismatch"),
        ("subject", "--subject", "user", "subject-mismatch"),
        ("nonce", "--nonce", "n", "nonce-mismatch"),
    ] {
        cases.push(case(member, json!(right), &token, &names, "ok", "ok", MORE));
        cases.push(case(member, json!(right), &token, &without(option), "ok", "ok", MORE));
        cases.push(case(member, json!("-"), &token, &without(option), error, error, MORE));
        cases.push(case(member, json!(right), &token, &swapped(option, "-"), error, "ok", LESS));
        cases.push(case(member, json!("-"), &token, &names, error, error, LESS));
    }
    cases
}

#[test]
fn row_33_every_member_of_a_record_tightens_and_decides_only_where_records_are_trusted() {
    let cases = cases();
    let covered: BTreeSet<&str> = cases.iter().map(|case| case.member).collect();
    assert_eq!(covered, Stream::MEMBERS.iter().copied().collect(), "every member has its cases");
    for Case { member, value, artefact, run, tightened, trusted, overrides } in &cases {
        let mut record = json!({ "artefact": artefact });
        record[member] = value.clone();
        let what = format!("{member}: {value} beside {run:?}");
        let report = judge(&stream(run), &record);
        assert_eq!(report["code"], *tightened, "{what}: {report}");
        assert!(report.get("overrides").is_none(), "{what}: {report}");
        let hints = report["hints"].as_array().cloned().unwrap_or_default();
        let names_it = |hint: &Value| {
            let hint = hint.as_str().unwrap_or_default();
            hint.contains(&format!("`{member}` of the record")) && hint.contains("--trust-records")
        };
        assert_eq!(hints.iter().any(names_it), *overrides, "{what}: {hints:?}");

        let report = judge(&stream(&[&run[..], &["--trust-records"]].concat()), &record);
        assert_eq!(report["code"], *trusted, "{what}: {report}");
        let named = report.get("overrides").cloned();
        assert_eq!(named, overrides.then(|| json!([member])), "{what}");
    }
}

#[test]
fn row_33_no_pair_of_members_makes_valid_what_the_run_refuses() {
    let members = [
        (
            "kind",
            vec![json!("jws"), json!("auth-token"), json!("dvs-certificate"), json!("sbi-capture")],
        ),
        ("at", vec![json!("issued"), json!(CAPTURED), json!(CAPTURED - 1)]),
        ("leeway", vec![json!(0), json!(300)]),
        ("allow-rsa-1024", vec![json!(true), json!(false)]),
        ("unbound", vec![json!(true), json!(false)]),
        ("hash", vec![json!(HASH), json!("00")]),
        ("request", vec![request(CAPTURED)]),
        ("issuer", vec![json!(ISSUER), json!("-")]),
        ("audience", vec![json!("me"), json!("-")]),
        ("subject", vec![json!("user"), json!("-")]),
        ("nonce", vec![json!("n"), json!("-")]),
        ("previous-hash", vec![json!("00".repeat(32))]),
    ];
    let values: Vec<(&str, &Value)> =
        members.iter().flat_map(|(m, v)| v.iter().map(move |value| (*m, value))).collect();
    let auth = token(&miracl::auth_claims(ISSUER, "me", "user", CAPTURED));
    let broken = rcapture_broken();
    let small = miracl::certificate(&WORLD.small, CAPTURED, CAPTURED + 10, HASH).expect("a token");
    let old = miracl::certificate(&WORLD.issuer, 1000, 1010, HASH).expect("a token");
    let artefacts = [id_token(), auth, jws(), certificate(), small, old, broken];
    // Each run says all that its kinds need, and something that is not so.
    let runs = [
        &["--hash", "00"][..],
        &["--hash", HASH],
        &["--issuer", ISSUER, "--audience", "you"],
        &["--issuer", ISSUER, "--audience", "me", "--nonce", "m"],
        &["--issuer", "-", "--audience", "me", "--unbound"],
        &["--kind", "id-token", "--issuer", ISSUER, "--audience", "me", "--subject", "other"],
        &["--kind", "sbi-rcapture"],
    ];
    let (mut refused, mut valid) = (0, 0);
    for run in runs {
        let stream = stream(run);
        for artefact in &artefacts {
            let alone = code(run, artefact);
            let pairs = values
                .iter()
                .enumerate()
                .flat_map(|(index, one)| values[index..].iter().map(move |other| (one, other)));
            let records = pairs.map(|((one, value), (other, second))| {
                let mut record = json!({ "artefact": artefact });
                record[one] = (*value).clone();
                record[other] = (*second).clone();
                record.to_string()
            });
            let records: Vec<String> = records.collect();
            let reports = stream.judge(records.join("\n").as_bytes());
            assert_eq!(reports.len(), records.len());
            for (report, record) in reports.iter().zip(&records) {
                let report: Value = serde_json::from_str(report).expect("JSON");
                let is_valid = report["verdict"] == "valid";
                // What the run leaves to be said, a record may say.
                let is_open = alone == "missing-member";
                assert!(!is_valid || alone == "ok" || is_open, "{run:?} {record}: {report}");
                refused += usize::from(alone != "ok");
                valid += usize::from(is_valid);
            }
        }
    }
    assert!(refused > 10_000 && valid > 50, "{refused} {valid}");
}
