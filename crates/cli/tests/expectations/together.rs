//! Run, policy and record together: valid means that all of it holds.

use super::*;

/// What is true of an artefact: the members that its kind states, with their values.
struct Truth {
    kind: &'static str,
    artefact: String,
    states: Vec<(&'static str, &'static str)>,
    is_small: bool,
}

fn truths() -> Vec<Truth> {
    let truth = |kind, artefact, states: &[(&'static str, &'static str)]| Truth {
        kind,
        artefact,
        states: states.to_vec(),
        is_small: false,
    };
    let names: &[_] = &[("issuer", ISSUER), ("audience", "me"), ("subject", "user")];
    let small = miracl::certificate(&WORLD.small, CAPTURED, CAPTURED + 10, HASH).expect("a token");
    let access = miracl::access_claims(ISSUER, "me", "user", &["openid"], CAPTURED + 60);
    vec![
        truth("dvs-certificate", certificate(), &[("hash", HASH)]),
        Truth { is_small: true, ..truth("dvs-certificate", small, &[("hash", HASH)]) },
        truth("id-token", id_token(), &[names, &[("nonce", "n")]].concat()),
        truth("access-token", token(&access), names),
        truth("auth-token", token(&miracl::auth_claims(ISSUER, "me", "user", CAPTURED)), names),
        truth("jws", jws(), &[("issuer", "i"), ("audience", "me")]),
        truth("digital-id", digital_id(&WORLD.pki.device), &[]),
        truth("mosip-registration", registration(), &[]),
    ]
}

impl Truth {
    fn holds(&self, member: &str, value: &str) -> bool {
        self.states.contains(&(member, value))
    }
}

/// A kind, a member, and the value that is expected of it.
type Expectation = (&'static str, &'static str, &'static str);

/// Policies, with what each expects of a kind.
fn policies() -> Vec<(Option<String>, Vec<Expectation>)> {
    let file = |name: &str, text: &str| Some(WORLD.file(name, text));
    let names = format!(
        "[id-token]\nissuer = '{ISSUER}'\naudience = 'me'\nnonce = 'm'\n[access-token]\nissuer = '{ISSUER}'\n\
         audience = 'me'\n[jws]\nunbound = true\nsubject = 'user'\n[auth-token]\nissuer = '{ISSUER}'\n"
    );
    vec![
        (None, vec![]),
        (
            file("several.toml", &names),
            vec![
                ("id-token", "issuer", ISSUER),
                ("id-token", "audience", "me"),
                ("id-token", "nonce", "m"),
                ("access-token", "issuer", ISSUER),
                ("access-token", "audience", "me"),
                ("jws", "subject", "user"),
                ("auth-token", "issuer", ISSUER),
            ],
        ),
        (
            file(
                "hash.toml",
                "[dvs-certificate]\nhash = '00'\n[jws]\nissuer = 'i'\naudience = ''\n",
            ),
            vec![
                ("dvs-certificate", "hash", "00"),
                ("jws", "issuer", "i"),
                ("jws", "audience", ""),
            ],
        ),
    ]
}

#[test]
fn row_33_what_a_policy_expects_holds_in_every_record() {
    let table = format!(
        "[id-token]\nissuer = '{ISSUER}'\naudience = 'me'\nnonce = 'n'\n[jws]\naudience = 'me'\n"
    );
    let policy = WORLD.file("names.toml", &table);
    let stream = |more: &[&str]| stream(&[&["--policy", &policy], more].concat());
    let foreign = token(&miracl::id_claims(ISSUER, "you", "user", "m", CAPTURED));
    let record = json!({ "artefact": foreign, "audience": "you", "nonce": "m" });
    let report = judge(&stream(&[]), &record);
    assert_eq!(report["code"], "audience-mismatch", "{report}");
    assert!(report["policy"]["sha256"].is_string());
    let report = judge(&stream(&["--trust-records"]), &record);
    assert_eq!(
        (&report["code"], &report["overrides"]),
        (&json!("ok"), &json!(["audience", "nonce"]))
    );

    // The command line binds what the policy leaves unbound, and a record does not undo that.
    let policy = WORLD.file("unbound.toml", "[dvs-certificate]\nunbound = true\n");
    let bound = ["--policy", &policy, "--hash", "00"];
    let record = json!({ "artefact": certificate(), "unbound": true });
    let report = judge(&self::stream(&bound), &record);
    assert_eq!(report["code"], "hash-mismatch");
    assert!(report["hints"].to_string().contains("`unbound` of the record"), "{report}");
    let report = judge(&self::stream(&[&bound[..], &["--trust-records"]].concat()), &record);
    assert_eq!((&report["code"], &report["overrides"]), (&json!("ok"), &json!(["unbound"])));

    // A token that any JWS could be may be named, and what is expected of any JWS holds then, too.
    let auth = |audience| token(&miracl::auth_claims(ISSUER, audience, "user", CAPTURED));
    for (audience, code) in [("me", "ok"), ("you", "audience-mismatch")] {
        let record = json!({ "artefact": auth(audience), "kind": "auth-token", "issuer": ISSUER });
        assert_eq!(judge(&stream(&[]), &record)["code"], code);
        let record = json!({ "artefact": auth(audience), "kind": "auth-token", "issuer": ISSUER,
            "audience": audience });
        assert_eq!(judge(&stream(&[]), &record)["code"], code);
    }
    // Nor is dropped what its own kind does not look at.
    for (member, as_jws, named) in [
        ("audience = 'me'\ntyp = 'at+jwt'", "content-mismatch", "expectation-unused"),
        ("audience = ['other', 'you']", "audience-mismatch", "expectation-unused"),
        ("audience = ['you', 'me']", "ok", "expectation-unused"),
        ("audience = ['me']", "ok", "ok"),
    ] {
        let policy = WORLD.file("jws.toml", &format!("[jws]\nissuer = '{ISSUER}'\n{member}\n"));
        for trust in [&[][..], &["--trust-records"]] {
            let stream = self::stream(&[&["--policy", &policy], trust].concat());
            let record = json!({ "artefact": auth("me") });
            assert_eq!(judge(&stream, &record)["code"], as_jws, "{member}");
            let record = json!({ "artefact": auth("me"), "kind": "auth-token" });
            assert_eq!(judge(&stream, &record)["code"], named, "{member}");
        }
    }
}

#[test]
fn row_33_whatever_run_policy_and_record_say_together_valid_means_that_all_of_it_holds() {
    const VALUES: [(&str, &[&str]); 6] = [
        ("hash", &[HASH, "00", ""]),
        ("issuer", &[ISSUER, "i", ""]),
        ("audience", &["me", "you", ""]),
        ("subject", &["user", "eve", ""]),
        ("nonce", &["n", "m", ""]),
        ("previous-hash", &["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]),
    ];
    let kinds = ["dvs-certificate", "id-token", "access-token", "auth-token", "jws", "digital-id"];
    let truths = truths();
    let policies = policies();
    let mut rng = Rng::from_seed(2626);
    let mut below = move |most: usize| usize::from(u16::from_le_bytes(rng.bytes())) % most;
    let (mut runs, mut valid, mut overridden) = (0, 0, 0);
    while runs < 400 {
        let mut options: Vec<String> = Vec::new();
        let mut said: Vec<(&str, &str)> = Vec::new();
        for (member, values) in VALUES {
            if below(3) == 0 {
                let value = if below(2) == 0 { values[0] } else { values[below(values.len())] };
                options.extend([format!("--{member}"), value.to_owned()]);
                said.push((member, value));
            }
        }
        let run_kind = (below(4) == 0).then(|| kinds[below(kinds.len())]);
        if let Some(kind) = run_kind {
            options.extend(["--kind".to_owned(), kind.to_owned()]);
        }
        let allows_small = below(2) == 0;
        if allows_small {
            options.push("--allow-rsa-1024".to_owned());
        }
        if below(4) == 0 && !said.iter().any(|(member, _)| *member == "hash") {
            options.push("--unbound".to_owned());
        }
        let (policy, of_policy) = &policies[below(policies.len())];
        if let Some(policy) = policy {
            options.extend(["--policy".to_owned(), policy.clone()]);
        }
        let is_trusted = below(3) == 0;
        if is_trusted {
            options.push("--trust-records".to_owned());
        }
        let words: Vec<&str> = options.iter().map(String::as_str).collect();
        let mut arguments = arguments(&words);
        arguments.extend(["--ndjson".to_owned(), "-".to_owned()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        // What can never be is refused before.
        let Ok(stream) = Stream::new(&arguments) else { continue };
        runs += 1;
        for truth in &truths {
            for _ in 0..6 {
                let mut record = json!({ "artefact": truth.artefact });
                let mut asked: Vec<(&str, &str)> = Vec::new();
                for (member, values) in VALUES {
                    if below(5) == 0 {
                        let value =
                            if below(2) == 0 { values[0] } else { values[below(values.len())] };
                        record[member.replace('-', "_")] = json!(value);
                        asked.push((member, value));
                    }
                }
                if below(4) == 0 {
                    record["kind"] =
                        json!(if below(2) == 0 { truth.kind } else { kinds[below(kinds.len())] });
                }
                if below(4) == 0 {
                    record["unbound"] = json!(below(3) > 0);
                    if record["unbound"] == true {
                        record.as_object_mut().expect("an object").remove("hash");
                        asked.retain(|(member, _)| *member != "hash");
                    }
                }
                if below(4) == 0 {
                    record["allow-rsa-1024"] = json!(below(2) == 0);
                }
                let report = judge(&stream, &record);
                if report["verdict"] != "valid" {
                    continue;
                }
                valid += 1;
                let what = format!("{words:?} {record}: {report}");
                let overrides = report.get("overrides").cloned().unwrap_or_else(|| json!([]));
                let is_named = |member: &str| {
                    overrides.as_array().is_some_and(|all| all.contains(&json!(member)))
                };
                overridden += usize::from(overrides != json!([]));
                assert!(is_trusted || overrides == json!([]), "{what}");
                let kind = report["kind"].as_str().expect("a kind");
                // What the record asks for holds in any case.
                for (member, value) in &asked {
                    assert!(truth.holds(member, value), "record: {member}: {what}");
                }
                for (member, value) in &said {
                    let is_overridden =
                        is_named(member) || *member == "hash" && is_named("unbound");
                    assert!(is_overridden || truth.holds(member, value), "run: {member}: {what}");
                }
                for (of, member, value) in of_policy.iter().filter(|(of, ..)| *of == kind) {
                    let replaced = said.iter().any(|(said, _)| said == member)
                        || *member == "hash" && words.contains(&"--unbound");
                    let is_overridden =
                        is_named(member) || *member == "hash" && is_named("unbound");
                    assert!(
                        replaced || is_overridden || truth.holds(member, value),
                        "policy: {of} {member}: {what}"
                    );
                }
                if let Some(run_kind) = run_kind {
                    assert!(kind == run_kind || is_named("kind"), "{what}");
                }
                assert!(kind == truth.kind || kind == "jws", "{what}");
                let may_be_small =
                    is_named("allow-rsa-1024") || allows_small && record["allow-rsa-1024"] != false;
                assert!(!truth.is_small || may_be_small, "{what}");
            }
        }
    }
    assert!(valid > 200 && overridden > 50, "{valid} {overridden}");
}

#[test]
fn what_loosens_a_check_is_followed_and_takes_the_place_of_what_the_policy_says() {
    let endless = token(&Object::new().with("iss", "i").with("aud", "me"));
    let names = ["--issuer", "i", "--audience", "me"];
    assert_eq!(code(&names, &endless), "missing-member");
    assert_eq!(code(&[&names[..], &["--allow-no-exp"]].concat(), &endless), "ok");
    let policy = WORLD.file("endless.toml", "[jws]\nallow-no-exp = true");
    assert_eq!(code(&[&names[..], &["--policy", &policy]].concat(), &endless), "ok");
    // Who says on the command line that nothing is expected means it.
    let policy = WORLD.file("bound.toml", "[dvs-certificate]\nhash = \"00\"");
    assert_eq!(code(&["--policy", &policy], &certificate()), "hash-mismatch");
    assert_eq!(code(&["--policy", &policy, "--unbound"], &certificate()), "ok");
}
