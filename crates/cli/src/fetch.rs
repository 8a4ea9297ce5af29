//! Key sets that are published: `jwks fetch`, and `--jwks URL` of `verify`.
//!
//! The library's client does it; here are only the options that say where it may go.

use std::fmt;
use std::io::{self, Write as _};
use std::time::SystemTime;

use countersign::encoding::hex;
use countersign::jose::Snapshot;
use countersign::{Code, Limits, Time};
use countersign_audit::Escaped;
use countersign_fetch::{Fault, Fetcher, MediaTypes, Settings, jwks};

use crate::args::{FetchArgs, JwksFetchArgs};
use crate::exit::{Exit, Stop};
use crate::input::read_configuration;
use crate::output;

/// Gets a key set and writes its bytes as they are. What is said about it goes to stderr.
pub(crate) fn run(args: &JwksFetchArgs) -> Result<Exit, Stop> {
    let snapshot = fetch(&args.url, &args.fetch)?;
    let digest = hex::encode(&snapshot.sha256());
    if let Some(pin) = args.pin
        && pin.0 != snapshot.sha256()
    {
        let message = format!("{}: the key set has SHA-256 {digest}", Code::HashMismatch);
        return Err(Stop::Refused(Exit::Invalid, message));
    }
    match &args.out {
        Some(path) => std::fs::write(path, snapshot.text()).map_err(|error| {
            Stop::Output(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
        })?,
        None => drop(output::print(snapshot.text())?),
    }
    let (keys, problems) = (snapshot.keys().keys().len(), snapshot.keys().problems().len());
    let fetched =
        snapshot.fetched().map_or_else(String::new, |time| format!("fetched at {time}, "));
    let summary = format!("SHA-256 {digest}, {fetched}{keys} usable keys, {problems} unusable");
    // The set is there, whether or not anybody reads this.
    let _ = writeln!(io::stderr(), "{summary}");
    Ok(Exit::Done)
}

/// Gets a key set from where it is published. An outage leaves everything undecided.
pub(crate) fn fetch(url: &str, args: &FetchArgs) -> Result<Snapshot, Stop> {
    let shown = Escaped(url);
    let misuse = |what: &dyn fmt::Display| Stop::Misuse(format!("{shown}: {what}"));
    let settings = Settings::new("command line", url).map_err(|fault| misuse(&fault))?;
    let types = if args.allow_any_type { MediaTypes::Any } else { MediaTypes::Json };
    let settings = settings.with_limits(Limits::default()).with_media_types(types);
    let host = settings.url().host().unwrap_or_default().to_string();
    let mut builder = Fetcher::builder().host(&host);
    for host in &args.allow_plain {
        builder = builder.plain_host(host);
    }
    for host in &args.allow_private {
        builder = builder.private_host(host);
    }
    if let Some(path) = &args.ca {
        let roots = read_configuration(path)?;
        builder = builder
            .roots(&roots)
            .map_err(|_| Stop::Misuse(format!("{}: no certificate in PEM", path.display())))?;
    }
    let fetcher = builder.build().map_err(|fault| misuse(&fault))?;
    jwks(&fetcher, &settings, now()?).map_err(|fault| match &fault {
        Fault::Address | Fault::Host => {
            misuse(&format_args!("{fault}; --allow-plain {host} allows http"))
        }
        Fault::PrivateAddress => {
            misuse(&format_args!("{fault}; --allow-private {host} allows private ones"))
        }
        Fault::MediaType(_) => {
            let what = format!("{}: {shown}: {fault}; --allow-any-type accepts any", fault.code());
            Stop::Refused(Exit::Undecided, what)
        }
        Fault::NoUsableKey => {
            Stop::Refused(Exit::Undecided, format!("{}: {shown}: {fault}", Code::NoKey))
        }
        _ => Stop::Refused(Exit::Undecided, format!("{}: {shown}: {fault}", fault.code())),
    })
}

/// Reads the clock. The libraries never do; this is the edge.
pub(crate) fn now() -> Result<Time, Stop> {
    #[expect(clippy::disallowed_methods, reason = "the command's default time is the present")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .and_then(Time::from_unix)
        .ok_or_else(|| Stop::Misuse("the system's clock is outside the years 1970 to 9999".into()))
}
