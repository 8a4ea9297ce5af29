//! The commands of `docs/inputs.md`.

use countersign::encoding::hex;

use super::*;

/// A file for every name that `docs/inputs.md` has in its commands.
fn files_of_the_document() -> PathBuf {
    let world = &*WORLD;
    let folder = world.folder.join("document-about-inputs");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, content: &str| {
        std::fs::write(folder.join(name), content).expect("a file is written");
    };
    for (kind, artefact, _) in artefacts() {
        let name = match kind {
            "dvs-certificate" => "certificate.json".to_owned(),
            "jws" => "token.jws".to_owned(),
            "mosip-registration" | "sbi-device-info" | "sbi-rcapture" | "sbi-capture" => {
                format!("{kind}.json").replace("mosip-", "")
            }
            "dvs-signature" => format!("{kind}.json"),
            _ => format!("{kind}.jwt"),
        };
        file(&name, &artefact);
    }
    file("certificate.json", &json!({ "certificate": certificate() }).to_string());
    let of_document = hex::encode(&sha256(b"test"));
    let of_document = miracl::certificate(&world.issuer, CAPTURED, CAPTURED + 10, &of_document);
    file("answer.json", &json!({ "certificate": of_document.expect("a token") }).to_string());
    let answer = json!({ "id_token": id_token(), "token_type": "Bearer", "expires_in": 60 });
    file("token-answer.json", &answer.to_string());
    let continued =
        elements(&world.pki.device, "Registration", &[b"a"], (Scheme::Current, &"11".repeat(32)));
    file("continued.json", &sbi::answer(continued).to_string());
    let element = elements(&world.pki.device, "Registration", &[b"a"], FROM_THE_BEGINNING);
    let token = element[0].member("data").and_then(|token| token.as_str()).expect("a token");
    file("packet.xml", &sbi::packet(&[sbi::segment(token).expect("a segment")]));
    let record = json!({ "artefact": certificate(), "hash": HASH });
    file("records.ndjson", &format!("{record}\n"));
    file("jwks.json", &jwk_set(&[world.issuer.jwk()]).to_string());
    file("signer.pem", &world.issuer.public_key_pem());
    file("root.pem", &world.pki.device_root.certificate().to_pem());
    let device = world.pki.device_intermediate.certificate().to_pem();
    let ftm = world.pki.ftm_intermediate.certificate().to_pem();
    file("device.pem", &device);
    file("ftm.pem", &ftm);
    file("authorities.pem", &[device, ftm].concat());
    file("document", "test");
    file("request.json", &request(CAPTURED).to_string());
    let header = r#"{"alg":"PS256","kid":"k"}"#;
    let claims = Object::new().with("exp", CAPTURED + 10).to_string();
    let token = world.issuer.compact(header.as_bytes(), claims.as_bytes(), Algorithm::Ps256);
    file("ps256.jws", &token.expect("a token"));
    file("policy.toml", "[jws]\njwks = [\"jwks.json\"]\nissuer = \"i\"\naudience = \"me\"");
    file("document.txt", "hello");
    let id = mosip::digital_id("1").with("dateTime", sbi::TIMESTAMP).to_string();
    file("digital-id.jwt", &world.pki.device.sign(&id).expect("a token"));
    std::fs::copy(SERVER_SECRET.as_str(), folder.join("server-secret.txt")).expect("a copy");
    folder
}

#[test]
fn every_command_of_the_document_about_inputs_ends_with_valid() {
    let folder = files_of_the_document();
    let document = std::fs::read_to_string(root().join("docs/inputs.md")).expect("the document");
    let (commands, _) = document.split_once("## What has to be taken off first").expect("an end");
    let mut count = 0;
    for line in commands.lines().filter(|line| line.starts_with("| ")) {
        let Some((_, command)) = line.split_once("`countersign ") else { continue };
        let (command, _) = command.split_once('`').expect("a command");
        let mut arguments: Vec<&str> = command.split(' ').collect();
        if !arguments.contains(&"--at") {
            arguments.extend(["--at", AT]);
        }
        let output = countersign(&arguments).current_dir(&folder).output().expect("runs");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert_eq!(output.status.code(), Some(0), "{command}: {said}");
        assert!(said.starts_with("VALID") || said.contains("\"valid\""), "{command}: {said}");
        count += 1;
    }
    assert!(count >= 32, "{count}");
}
