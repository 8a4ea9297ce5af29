//! What a user writes to verify captured tokens by the million: a line is parsed with `serde_json`, its
//! token is verified with `jsonwebtoken` under aws-lc-rs, and a line of JSON is written. It is the peer of
//! `countersign verify --ndjson --threads 1`, as a whole process.
//!
//! ```text
//! cargo run --release --bin stream -- KEYS.json RECORDS.ndjson > REPORTS.ndjson
//! countersign verify --ndjson --threads 1 --jwks KEYS.json --at TIME RECORDS.ndjson > REPORTS.ndjson
//! ```
//!
//! Records have an `id`, the answer with the DVS certificate as their `artefact`, and the expected `hash`.
//! Checked are the signature, and the hash; not the times, since `jsonwebtoken` judges by the system's
//! clock and the records are captured. So it does less: no times, no strict JSON, no list of checks.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Record {
    id: String,
    artefact: Answer,
    hash: String,
}

#[derive(Deserialize)]
struct Answer {
    certificate: String,
}

#[derive(Serialize)]
struct Report<'r> {
    id: &'r str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<&'r Map<String, Value>>,
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(keys), Some(records)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: stream KEYS.json RECORDS.ndjson"));
    };
    let keys: JwkSet = serde_json::from_reader(File::open(keys)?)?;
    let keys: Vec<(String, DecodingKey)> = keys
        .keys
        .iter()
        .map(|jwk| {
            let kid = jwk.common.key_id.clone().expect("a kid");
            (kid, DecodingKey::from_jwk(jwk).expect("a usable key"))
        })
        .collect();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut reader = BufReader::with_capacity(1 << 20, File::open(records)?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let record: Record = serde_json::from_str(&line)?;
        let verified = verify(&record, &keys, &validation);
        let report = match &verified {
            Ok((kid, claims)) => Report {
                id: &record.id,
                verdict: "valid",
                error: None,
                kid: Some(kid),
                claims: Some(claims),
            },
            Err(error) => Report {
                id: &record.id,
                verdict: "invalid",
                error: Some(error.clone()),
                kid: None,
                claims: None,
            },
        };
        serde_json::to_writer(&mut out, &report)?;
        out.write_all(b"\n")?;
        line.clear();
    }
    out.flush()
}

/// Returns the key's name and the claims.
fn verify(
    record: &Record,
    keys: &[(String, DecodingKey)],
    validation: &Validation,
) -> Result<(String, Map<String, Value>), String> {
    let token = &record.artefact.certificate;
    let kid = decode_header(token).map_err(|error| error.to_string())?.kid.ok_or("no kid")?;
    let (_, key) = keys.iter().find(|(own, _)| *own == kid).ok_or("unknown key")?;
    let data = decode::<Map<String, Value>>(token, key, validation);
    let claims = data.map_err(|error| error.to_string())?.claims;
    if claims.get("hash").and_then(Value::as_str) != Some(&record.hash) {
        return Err("another hash".into());
    }
    Ok((kid, claims))
}
