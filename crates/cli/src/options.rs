//! From parsed arguments to what judges: the policy, the keys and the clock are read here.

use std::fmt;
use std::path::Path;

use countersign::jose::JwkSet;
use countersign::miracl::dvs::signature::ServerSecret;
use countersign::mosip::sbi::Mixed;
use countersign::{Limits, Rsa1024};
use countersign_audit::{
    Auditor, Binding, ConfigError, Disk, Inputs, Names, NoExpiry, Options, Overrides, PolicyFile,
    Records, Unbound, read_key_file,
};

use crate::args::{BindingArgs, KeySetAt, Source, VerifyArgs};
use crate::exit::Stop;
use crate::fetch::{fetch, now};
use crate::input::read_configuration;

/// Reads the policy, the keys and the clock, each once per run.
pub(crate) fn auditor(args: &VerifyArgs) -> Result<Auditor, Stop> {
    let mut options = Options {
        kind: args.kind,
        keys: None,
        server_secret: None,
        trust: (&args.trust).into(),
        overrides: overrides(args)?,
        inputs: inputs(args),
        detail: args.detail,
    };
    if args.policy.is_none() {
        options.check_alone()?;
    }
    options.keys = load_keys(args)?;
    let policy = match &args.policy {
        Some(path) => PolicyFile::parse(path, &read_configuration(path)?)?,
        None => PolicyFile::default(),
    };
    options.server_secret = args.server_secret.as_ref().map(load_server_secret).transpose()?;
    Ok(Auditor::new(&policy, options, &Disk, now()?)?)
}

const fn inputs(args: &VerifyArgs) -> Inputs {
    match (args.ndjson, args.trust_records) {
        (false, _) => Inputs::Artefacts,
        (true, false) => Inputs::Records(Records::Tighten),
        (true, true) => Inputs::Records(Records::Override),
    }
}

fn overrides(args: &VerifyArgs) -> Result<Overrides, Stop> {
    Ok(Overrides {
        at: args.at,
        leeway: args.leeway,
        rsa_1024: args.allow_rsa_1024.then_some(Rsa1024::Allow),
        algorithm: args.alg,
        binding: binding(&args.binding)?,
        unbound: args.binding.unbound.then_some(Unbound::Allow),
        names: Names {
            issuer: args.issuer.clone(),
            audiences: args.audience.clone(),
            subject: args.subject.clone(),
            nonce: args.nonce.clone(),
            typ: args.typ.clone(),
            scopes: args.scope.clone(),
        },
        no_expiry: args.allow_no_exp.then_some(NoExpiry::Allow),
        longest_life: args.longest_life,
        previous_hash: args.previous_hash.clone(),
        span: args.span,
        mixed: args.deny_mixed.then_some(Mixed::Deny),
        window: args.timestamp_window,
    })
}

/// Reads what a DVS certificate or signature must be about.
fn binding(args: &BindingArgs) -> Result<Option<Binding>, Stop> {
    let misuse =
        |path: &Path, what: &dyn fmt::Display| Stop::Misuse(format!("{}: {what}", path.display()));
    Ok(if let Some(hash) = &args.hash {
        Some(Binding::Hash(hash.clone()))
    } else if let Some(path) = &args.document {
        // The caller's own document, so there is no limit on it.
        let document = std::fs::read(path).map_err(|error| misuse(path, &error))?;
        Some(Binding::document(&document))
    } else if let Some(path) = &args.request {
        let body = read_configuration(path)?;
        Some(Binding::request(&body).map_err(|error| misuse(path, &error))?)
    } else {
        None
    })
}

fn load_server_secret(source: &Source) -> Result<ServerSecret, Stop> {
    ServerSecret::new(&source.read_secret()?)
        .map_err(|error| Stop::Misuse(format!("secret file {source}: {}: {error}", error.code())))
}

/// Reads key files and fetches key sets; `None` if none are named.
fn load_keys(args: &VerifyArgs) -> Result<Option<JwkSet>, Stop> {
    if args.jwks.is_empty() && args.key.is_empty() {
        return Ok(None);
    }
    let limits = Limits::default();
    let read = |path| -> Result<JwkSet, ConfigError> { read_key_file(&Disk, path, &limits) };
    let mut all = JwkSet::default();
    for set in &args.jwks {
        all.extend(match set {
            KeySetAt::File(path) => read(path)?,
            KeySetAt::Url(url) => fetch(url, &args.fetch)?.keys().clone(),
        });
    }
    for path in &args.key {
        all.extend(read(path)?);
    }
    Ok(Some(all))
}
