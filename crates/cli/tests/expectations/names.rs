//! Names and nonces of tokens, users of signatures, hashes of captures.

use super::*;

#[test]
fn a_jws_needs_issuer_and_audience_or_says_that_it_is_bound_to_nothing() {
    let artefact = jws();
    let (issuer, audience) = (["--issuer", "i"], ["--audience", "me"]);
    for (options, expected) in [
        (vec![], "missing-member"),
        (issuer.to_vec(), "missing-member"),
        (audience.to_vec(), "missing-member"),
        ([issuer, audience].concat(), "ok"),
        (vec!["--unbound"], "ok"),
        ([&issuer[..], &["--unbound"]].concat(), "ok"),
        (vec!["--unbound", "--issuer", "j"], "issuer-mismatch"),
        (vec!["--unbound", "--audience", "you"], "audience-mismatch"),
    ] {
        let report = judge(&stream(&options), &json!({ "artefact": artefact }));
        assert_eq!(report["code"], expected, "{options:?}: {report}");
        let is_unbound =
            report["warnings"].as_array().expect("an array").contains(&json!("unbound"));
        assert_eq!(is_unbound, options.contains(&"--unbound"), "{options:?}");
        let file = WORLD.file("token.jws", &artefact);
        let output = verify(&arguments(&options), &[&file], "");
        assert_eq!(output.status.code(), Some(i32::from(expected != "ok")), "{options:?}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let hint = "a token needs --issuer and --audience, or --unbound";
        assert_eq!(text.contains(hint), expected == "missing-member", "{text}");
        // Known before any input is read.
        let output =
            verify(&arguments(&[&options[..], &["--kind", "jws"]].concat()), &["none"], "");
        let exit = if expected == "missing-member" { 2 } else { 3 };
        assert_eq!(output.status.code(), Some(exit), "{options:?}");
    }
    // Records and policies may say it, too.
    let stream = |options: &[&str]| stream(options);
    let named = json!({ "artefact": artefact, "issuer": "i", "audience": "me" });
    assert_eq!(judge(&stream(&[]), &named)["code"], "ok");
    let half = json!({ "artefact": artefact, "issuer": "i" });
    assert_eq!(judge(&stream(&[]), &half)["code"], "missing-member");
    for (table, expected) in [
        ("issuer = 'i'", "missing-member"),
        ("issuer = 'i'\naudience = 'me'", "ok"),
        ("unbound = true", "ok"),
        ("unbound = true\nissuer = 'j'", "issuer-mismatch"),
    ] {
        let policy = WORLD.file("jws.toml", &format!("[jws]\n{table}\n"));
        assert_eq!(code(&["--policy", &policy], &artefact), expected, "{table}");
    }
}

#[test]
fn a_capture_goes_on_after_the_hash_of_the_one_before_or_is_refused() {
    let chip = &WORLD.pki.chip;
    let before = elements(&WORLD.pki.device, "Registration", &[b"first"], FROM_THE_BEGINNING);
    let before = before[0].member("hash").and_then(|hash| hash.as_str()).expect("text").to_owned();
    let after = |scheme, purpose, id: &Device| {
        sbi::answer(elements(id, purpose, &[b"second"], (scheme, &before))).to_string()
    };
    let registration = after(Scheme::Current, "Registration", &WORLD.pki.device);
    assert_eq!(code(&[], &registration), "hash-mismatch", "it is no beginning");
    let (lower, wrong) = (before.to_ascii_lowercase(), "00".repeat(32));
    for (hash, expected) in [(&before, "ok"), (&lower, "ok"), (&wrong, "hash-mismatch")] {
        assert_eq!(code(&["--previous-hash", hash], &registration), expected);
        let record = json!({ "artefact": registration, "previous-hash": hash });
        assert_eq!(judge(&stream(&[]), &record)["code"], expected);
        let table = format!("[sbi-rcapture]\nprevious-hash = '{hash}'\n");
        let policy = WORLD.file("previous-hash.toml", &table);
        assert_eq!(code(&["--policy", &policy], &registration), expected);
    }
    // The legacy scheme hashes what is signed; the current one what only its reader can decrypt.
    let legacy = after(Scheme::Legacy, "Auth", chip);
    assert_eq!(code(&["--previous-hash", &before], &legacy), "ok");
    let current = after(Scheme::Current, "Auth", chip);
    assert_eq!(code(&[], &current), "ok", "nothing is expected of its hashes");
    let report = judge(&stream(&["--previous-hash", &before]), &json!({ "artefact": current }));
    assert_eq!(report["code"], "expectation-unused", "{report}");
    assert!(report.get("claims").is_none());
}

#[test]
fn user_and_project_of_a_dvs_signature_are_compared() {
    let signature = std::fs::read_to_string(data("dvs-signature.json")).expect("a file");
    for (more, expected) in [
        (&["--subject", "alice@example.com"][..], "ok"),
        (&["--subject", "bob@example.com"], "content-mismatch"),
        (&["--audience", "00000000-0000-0000-0000-000000000000"], "ok"),
        (&["--audience", "another"], "content-mismatch"),
    ] {
        let options = [&dvs_signature_options()[..], more].concat();
        assert_eq!(code(&options, &signature), expected, "{more:?}");
    }
}

#[test]
fn a_token_without_a_nonce_is_no_id_token() {
    let mut claims = Object::new();
    let with_nonce = miracl::id_claims(ISSUER, "me", "user", "n", CAPTURED);
    for (name, value) in with_nonce.iter().filter(|(name, _)| *name != "nonce") {
        claims.set(name.to_owned(), value.clone());
    }
    for (claims, kind) in [(&with_nonce, "id-token"), (&claims, "jws")] {
        let record = json!({ "artefact": token(claims) });
        let report = judge(&stream(&["--issuer", ISSUER, "--audience", "me"]), &record);
        assert_eq!((&report["kind"], &report["code"]), (&json!(kind), &json!("ok")), "{report}");
    }
}
