//! The command line: one definition for parsing, help, completions and the man page.

use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;
use countersign::encoding::hex;
use countersign::miracl::otp::{Derivation, KeyChoice};
use countersign::mosip::trust::{Domain, Leniency};
use countersign::{Algorithm, Detail, Leeway, Time};
use countersign_audit::{
    Kind, Moment, NO_TIME, Roots, TrustRules, TrustTerms, parse_algorithm, parse_instant,
    parse_previous_hash,
};

pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  all valid (other commands: done)
  1  at least one invalid
  2  usage or configuration
  3  something undecided and nothing invalid
  4  nothing was checked";

/// The most common uses, with their commands. Also shown by `man`.
pub(crate) const EXAMPLES: [(&str, &str); 6] = [
    (
        "A DVS certificate, as received, about a document",
        "countersign verify --jwks jwks.json --document contract.pdf answer.json",
    ),
    (
        "The ID token in a token endpoint's answer",
        "countersign verify --kind id-token --jwks jwks.json --issuer https://issuer.example \
         --audience client answer.json",
    ),
    (
        "A device message: digital ID, device information, capture, one `data`, packet",
        "countersign verify --trust device=device-ca.pem --trust ftm=ftm-ca.pem capture.json",
    ),
    (
        "The same without authorities: does not check who signed",
        "countersign verify --trust-policy self-asserted --at issued digital-id.jwt",
    ),
    (
        "Tokens, one per line",
        "jq -Rc '{artefact: .}' tokens.txt | countersign verify --ndjson --policy policy.toml -",
    ),
    (
        "A token after `Bearer`",
        "sed 's/^Bearer //' header.txt | countersign verify --policy policy.toml -",
    ),
];

fn examples() -> String {
    let lines = EXAMPLES.iter().map(|(what, command)| format!("  # {what}\n  {command}\n"));
    format!("Examples:\n{}\n{EXIT_CODES}", lines.collect::<String>())
}

/// Verify signed artefacts of MIRACL Trust and MOSIP.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, after_help = EXIT_CODES, max_term_width = 80)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Verify artefacts and report every check
    Verify(Box<VerifyArgs>),
    /// Show the content of artefacts without checking anything; the output is marked UNVERIFIED
    Decode(DecodeArgs),
    /// Sign a request for a one-time password, or open the response
    #[command(subcommand)]
    Otp(OtpCommand),
    /// Compute MIRACL Trust identifiers
    #[command(subcommand)]
    Miracl(MiraclCommand),
    /// Show, fetch and compare keys
    #[command(subcommand)]
    Jwks(JwksCommand),
    /// Measure verifications per second on this machine
    ///
    /// The library verifies built-in valid artefacts, one by one and in batches, without files and
    /// reports. Every verdict is checked, including that altered artefacts are refused; a wrong
    /// verdict ends the command with 3.
    Bench(BenchArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, in roff
    Man,
}

#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES, after_long_help = examples())]
pub(crate) struct VerifyArgs {
    /// Files with a bare token or a whole response body; `-` for stdin
    ///
    /// A body is the JSON that a service or a device answered, or the XML of a registration packet. For
    /// a token endpoint's answer with two tokens, --kind selects the one to verify. Any other wrapper
    /// around an artefact (a header, quotes, a URL, compression) is named in the report, not removed.
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<Source>,

    /// Treat every input as this kind, instead of recognising it
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    pub(crate) kind: Option<Kind>,

    /// JWK Set with the trusted keys, a file or an https URL; repeatable, replaces the keys of the
    /// policy
    #[arg(long, value_name = "FILE|URL", help_heading = "Keys")]
    pub(crate) jwks: Vec<KeySetAt>,

    /// Trusted key: PEM certificate or public key, JWK or JWK Set; repeatable, replaces the keys
    /// of the policy
    #[arg(long, value_name = "FILE", help_heading = "Keys")]
    pub(crate) key: Vec<PathBuf>,

    /// DVS signature: file with the server secret in hexadecimal; `-` for stdin. Without it, a
    /// signature that passes all other checks is reported as undecided
    #[arg(long, value_name = "FILE", help_heading = "Keys")]
    pub(crate) server_secret: Option<Source>,

    #[command(flatten)]
    pub(crate) trust: TrustArgs,

    /// Accept RSA keys of exactly 1024 bits, for every kind; a policy can do so for a single kind
    #[arg(long, help_heading = "Keys")]
    pub(crate) allow_rsa_1024: bool,

    /// Algorithm for keys that state no `alg`, such as PS256 for eSignet [default: RS256 or ES256, by
    /// key type]
    ///
    /// A key that states an algorithm keeps it. eSignet, for example, signs with PS256 and publishes
    /// keys without `alg`: `countersign verify --jwks esignet.json --alg PS256 ...`
    #[arg(long, value_name = "NAME", value_parser = parse_algorithm, help_heading = "Keys")]
    pub(crate) alg: Option<Algorithm>,

    #[command(flatten)]
    pub(crate) fetch: FetchArgs,

    /// Judge as of this time: RFC 3339, Unix seconds, `now`, or `issued` for the artefact's own time
    /// [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub(crate) at: Option<Moment>,

    /// Allowed clock skew, up to 300 [default: 0]
    #[arg(long, value_name = "SECONDS", value_parser = parse_leeway, help_heading = "Time")]
    pub(crate) leeway: Option<Leeway>,

    #[command(flatten)]
    pub(crate) binding: BindingArgs,

    /// JWT: expect this `iss`
    #[arg(long, value_name = "TEXT", help_heading = "Expectations")]
    pub(crate) issuer: Option<String>,

    /// JWT: expect this `aud`; for JWS repeatable, any one suffices. DVS signature: expect this
    /// project (`cID`)
    #[arg(long, value_name = "TEXT", help_heading = "Expectations")]
    pub(crate) audience: Vec<String>,

    /// JWT: expect this `sub`. DVS signature: expect this user (`userID`)
    #[arg(long, value_name = "TEXT", help_heading = "Expectations")]
    pub(crate) subject: Option<String>,

    /// JWT: expect this `nonce`
    #[arg(long, value_name = "TEXT", help_heading = "Expectations")]
    pub(crate) nonce: Option<String>,

    /// JWS: expect this `typ` in the header, such as `at+jwt`
    #[arg(long, value_name = "TEXT", help_heading = "Expectations")]
    pub(crate) typ: Option<String>,

    /// MIRACL Trust tokens: require this scope; repeatable. DVS signature: expect this scope in the
    /// identity
    #[arg(long, value_name = "NAME", help_heading = "Expectations")]
    pub(crate) scope: Vec<String>,

    /// MIRACL Trust tokens: longest accepted time from issue to expiry [default: 3600]
    #[arg(long, value_name = "SECONDS", help_heading = "Expectations")]
    pub(crate) longest_life: Option<u32>,

    /// Capture: expect the hash chain to continue from this value, the `hash` of the previous capture
    #[arg(long, value_name = "HEX", value_parser = parse_previous_hash, help_heading = "Expectations")]
    pub(crate) previous_hash: Option<String>,

    /// Capture: longest accepted time between the captures of one answer
    #[arg(long, value_name = "SECONDS", help_heading = "Expectations")]
    pub(crate) span: Option<u32>,

    /// Capture: refuse, instead of warning about, captures in one answer that differ in signer or
    /// transaction, are repeated, or are further apart than `--span`
    #[arg(long, help_heading = "Expectations")]
    pub(crate) deny_mixed: bool,

    /// MOSIP, DVS signature: longest accepted distance of every signed time from the time of judgement;
    /// without it, age is not judged
    #[arg(long, visible_alias = "window", value_name = "SECONDS", help_heading = "Expectations")]
    pub(crate) timestamp_window: Option<u32>,

    /// JWS: accept a token without `exp`, which never expires
    #[arg(long, help_heading = "Expectations")]
    pub(crate) allow_no_exp: bool,

    /// TOML file with keys, opt-ins and expectations per kind; every report contains its digest
    ///
    /// The file has one table per kind, such as `[dvs-certificate]` or `[id-token]`. Members of any
    /// table: `jwks = ["FILE"]`, `keys = ["FILE"]`, `allow-rsa-1024 = true`, `alg = "NAME"`,
    /// `at = TIME`, `leeway = SECONDS` and `detail = "LEVEL"`. DVS certificates and signatures: one of `document`, `hash`,
    /// `request` and `unbound = true`. Tokens and JWS: `issuer`, `audience`, `subject` and `nonce`. JWS:
    /// `typ`, several audiences as an array, `unbound = true` and `allow-no-exp = true`. Tokens:
    /// `scope = ["NAME"]` and `longest-life`. Captures: `previous-hash`, `span` and
    /// `deny-mixed = true`. All MOSIP kinds and DVS signatures: `timestamp-window = SECONDS`. DVS
    /// signatures: `server-secret = "FILE"`, `audience`, `subject` and `scope`, but not `jwks`, `keys`,
    /// `allow-rsa-1024` and `alg`. Device kinds: `trust = ["DOMAIN=FILE"]`, `intermediates`,
    /// `trust-policy`, `domain`, `organization`, `any-organization = true`, `level` and
    /// `lenient = ["NAME"]`.
    ///
    /// A token without the distinguishing members of a kind is an authentication token if the policy
    /// has a table `[auth-token]` and no `[jws]`. File names are relative to the policy's folder.
    /// Options on the command line override the policy.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Inputs are streams of records, one JSON object per line; prints one report per line
    ///
    /// A record has the member `artefact`: a string (used verbatim), an object or an array. It may also
    /// have `id`, `kind`, `at`, `leeway`, `allow-rsa-1024`, one of `hash`, `request` (a string or an
    /// object) and `unbound`, and `issuer`, `audience`, `subject`, `nonce`, `typ`, `previous-hash`,
    /// `timestamp-window`. Expectations in a record apply in addition to those of the command line and
    /// the policy, and cannot weaken them: see --trust-records. A line that is not such a record is
    /// reported as malformed, and the run continues. Every report has a `place`, INPUT:LINE, beside
    /// its `id`.
    #[arg(long)]
    pub(crate) ndjson: bool,

    /// Let the members of records override the command line and the policy
    ///
    /// Without it, a record that contradicts the run fails, and one that demands less (`unbound`,
    /// `allow-rsa-1024`, a larger `leeway`, another `at`) is judged by the terms of the run. With it,
    /// the member `overrides` of every report lists what its record decided. Use it only for records
    /// that you wrote yourself, or whose author may decide what is checked.
    #[arg(long, requires = "ndjson")]
    pub(crate) trust_records: bool,

    /// Format of the reports; `json` is one object for a single input, otherwise one array [default:
    /// text, or ndjson with --ndjson]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<Format>,

    /// How much of each report to write [default: full]
    ///
    /// `full` writes every check. `failures` leaves out the checks of what is valid. `none` writes the
    /// name, kind, verdict and code, the key and the claims, and warnings and `overrides` where there are
    /// any. It changes no verdict and no exit code: `countersign verify --ndjson --detail failures ...`
    /// writes a third of the bytes where nearly everything is valid. Below `full`, the member `detail`
    /// names the level.
    #[arg(long, value_name = "LEVEL", value_parser = details(), help_heading = "Output")]
    pub(crate) detail: Option<Detail>,

    /// Text: also show references, digests and the key
    #[arg(long, help_heading = "Output")]
    pub(crate) explain: bool,

    /// Print no reports, only set the exit code
    #[arg(long, short, help_heading = "Output")]
    pub(crate) quiet: bool,

    /// Number of threads (does not affect the output) [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
}

/// Whose signatures are trusted.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TrustArgs {
    /// Device kinds: PEM certificates of the authorities trusted for a domain (`auth`, `device`, `ftm`,
    /// `misp`), or for every domain; repeatable, replaces those of the policy
    #[arg(long = "trust", value_name = "[DOMAIN=]FILE", help_heading = "Trust")]
    roots: Vec<Roots>,

    /// Device kinds: PEM certificates between devices and authorities, as for --trust; repeatable,
    /// replaces those of the policy. Trusted only if an authority issued them
    #[arg(long = "intermediates", value_name = "[DOMAIN=]FILE", help_heading = "Trust")]
    intermediates: Vec<Roots>,

    /// Device kinds: apply the trust rules of this consumer; `self-asserted` accepts each signer's own
    /// certificate [default: ida for sbi-capture and for sbi-data captured for authentication,
    /// otherwise registration-client]
    #[arg(long = "trust-policy", value_name = "NAME", value_parser = rules(), help_heading = "Trust")]
    rules: Option<TrustRules>,

    /// Device kinds: require this domain where the rules leave the choice: with keymanager-v1 and
    /// keymanager-v2 for everything, with registration-client for digital IDs
    #[arg(long, value_name = "DOMAIN", help_heading = "Trust")]
    domain: Option<Domain>,

    /// Device kinds: require this organisation in the certificate that signs data; needed with
    /// compliance-toolkit, unless --any-organization is given
    #[arg(long, value_name = "TEXT", help_heading = "Trust")]
    organization: Option<String>,

    /// compliance-toolkit: accept any organisation, as for partners that are not device providers
    #[arg(long, conflicts_with = "organization", help_heading = "Trust")]
    any_organization: bool,

    /// compliance-toolkit: the level of the devices, which captures do not state; device information
    /// must state the same level
    #[arg(long, value_name = "LEVEL", value_parser = TrustTerms::LEVELS, help_heading = "Trust")]
    level: Option<String>,

    /// Device kinds: accept messages that deviate from the format in this way, with a warning;
    /// repeatable
    #[arg(long, value_name = "NAME", value_parser = leniencies(), help_heading = "Trust")]
    lenient: Vec<Leniency>,
}

impl From<&TrustArgs> for TrustTerms {
    fn from(args: &TrustArgs) -> Self {
        let args = args.clone();
        Self {
            roots: args.roots,
            intermediates: args.intermediates,
            rules: args.rules,
            domain: args.domain,
            organization: args.organization,
            any_organization: args.any_organization,
            level: args.level,
            lenient: args.lenient,
        }
    }
}

/// What a DVS certificate or signature is about; a certificate does not identify the signer.
#[derive(Args, Debug, Default)]
#[group(multiple = false)]
pub(crate) struct BindingArgs {
    /// DVS: expect the SHA-256 of this file as the signed hash
    #[arg(long, value_name = "FILE", help_heading = "Expectations")]
    pub(crate) document: Option<PathBuf>,

    /// DVS: expect this signed hash
    #[arg(long, value_name = "HEX", help_heading = "Expectations")]
    pub(crate) hash: Option<String>,

    /// DVS: expect the hash of this request to /dvs/verify. Certificate: it must also have been signed
    /// before the certificate was issued. Signature: the timestamp must be the same
    #[arg(long, value_name = "FILE", help_heading = "Expectations")]
    pub(crate) request: Option<PathBuf>,

    /// DVS: accept any document. JWS: accept any issuer and audience that are not given as options.
    /// Adds a warning
    #[arg(long, help_heading = "Expectations")]
    pub(crate) unbound: bool,
}

#[derive(Args, Debug)]
pub(crate) struct DecodeArgs {
    /// Files with a bare token or a whole body; `-` for stdin
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<Source>,

    /// Output format; `json` is one object for a single input, otherwise one array
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OtpCommand {
    /// Sign a request and print its JSON body for POST /otp
    Request(OtpRequestArgs),
    /// Open a response and print the one-time password as JSON
    Open(OtpOpenArgs),
}

#[derive(Args, Debug)]
pub(crate) struct OtpRequestArgs {
    /// The client's identifier
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: String,

    /// The user's identifier
    #[arg(long, value_name = "ID")]
    pub(crate) user_id: String,

    /// When the request expires: RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) expires: Time,

    /// File with the client's secret, without its last line break; `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Source,
}

#[derive(Args, Debug)]
pub(crate) struct OtpOpenArgs {
    /// File with the response; `-` for stdin
    #[arg(value_name = "INPUT")]
    pub(crate) input: Source,

    /// File with the client's secret, without its last line break; `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Source,

    /// How the key is derived from the secret, which MIRACL does not document; `auto` tries all except
    /// `explicit`, for which the file contains the key itself
    #[arg(long, value_name = "NAME", value_parser = key_choices(), default_value = "auto")]
    pub(crate) key_derivation: KeyChoice,

    /// File with the request that was sent, for the derivations that need it
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MiraclCommand {
    /// Print the hash of an M-PIN ID, as the API uses it (hashMPinId)
    HashMpinId(HashMpinIdArgs),
}

#[derive(Args, Debug)]
pub(crate) struct HashMpinIdArgs {
    /// File with an M-PIN ID as JSON or hexadecimal, or with a signature object or request that
    /// contains one; `-` for stdin
    #[arg(value_name = "INPUT")]
    pub(crate) input: Source,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JwksCommand {
    /// List keys with their bits, thumbprints and faults
    Show(ShowArgs),
    /// Download a published key set and write it unchanged
    ///
    /// The SHA-256 of the set and the time are written to stderr. Ends with 3 if there is no answer
    /// (`unreachable`) or no usable key (`no-key`), and with 1 if the set does not match --pin; in
    /// these cases, nothing is written.
    Fetch(JwksFetchArgs),
    /// Compare two key sets: ends with 0 if they have the same keys, otherwise with 1
    Diff(JwksDiffArgs),
}

#[derive(Args, Debug)]
pub(crate) struct JwksFetchArgs {
    /// URL of the published key set
    #[arg(value_name = "URL")]
    pub(crate) url: String,

    /// Write to this file [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Accept only a set with this SHA-256, in hexadecimal
    #[arg(long, value_name = "SHA256", value_parser = parse_digest)]
    pub(crate) pin: Option<Digest>,

    #[command(flatten)]
    pub(crate) fetch: FetchArgs,
}

/// A SHA-256.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

/// Where the command may connect to, beyond public addresses over https.
#[derive(Args, Debug, Default)]
pub(crate) struct FetchArgs {
    /// Also fetch from this host over http: anyone on the network path can replace the keys;
    /// repeatable
    #[arg(long, value_name = "HOST", help_heading = "Network")]
    pub(crate) allow_plain: Vec<String>,

    /// Also fetch from this host at private and local addresses; repeatable
    #[arg(long, value_name = "HOST", help_heading = "Network")]
    pub(crate) allow_private: Vec<String>,

    /// Accept a key set with any media type, not only JSON
    #[arg(long, help_heading = "Network")]
    pub(crate) allow_any_type: bool,

    /// Trust the certificate authorities in this PEM file instead of Mozilla's
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub(crate) ca: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct JwksDiffArgs {
    /// JWK Set, JWK, or PEM certificate or public key; `-` for stdin
    #[arg(value_name = "OLD")]
    pub(crate) old: Source,

    /// The newer key set, in the same formats
    #[arg(value_name = "NEW")]
    pub(crate) new: Source,

    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// JWK Set, JWK, or PEM certificate or public key; `-` for stdin
    #[arg(value_name = "FILE")]
    pub(crate) input: Source,

    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,
}

const BENCH_JSON: &str = "\
JSON, schema `countersign.bench/1`; rates are verifications per second:
  machine     arch, os, cores, features of the CPU that are used
  kernel      the RSA kernel in use: avx512ifma, avx2+adx, avx2, adx or portable
  seconds     the time limit; 0 for --smoke
  batch       signatures per batch
  artefacts   from bytes to verdict; kind, algorithm, bits, one_core and all_cores (each single and
              batch), batch_to_single (on one core)
  signatures  RS256 from digest to verdict, on one core; bits, detected and portable kernel (each
              single and batch), batch_to_single, detected_to_portable (single and batch)";

#[derive(Args, Debug)]
#[command(after_long_help = BENCH_JSON)]
pub(crate) struct BenchArgs {
    /// Total measuring time in seconds, up to 600
    #[arg(long, value_name = "N", default_value = "5", value_parser = value_parser!(u16).range(1..=600))]
    pub(crate) seconds: u16,

    /// Check the verdicts and hardly measure
    #[arg(long, conflicts_with = "seconds")]
    pub(crate) smoke: bool,

    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ListFormat,
}

/// A file, or `-` for stdin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

impl From<OsString> for Source {
    fn from(name: OsString) -> Self {
        if name == "-" { Self::Stdin } else { Self::File(name.into()) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("-"),
            // A token may be a credential, which readers of the output must not get.
            Self::File(path) if is_token(path) => {
                let name = path.to_string_lossy();
                write!(f, "{}…", name.chars().take(8).collect::<String>())
            }
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Tells whether a file name is actually a token: JSON in base64url, and dots.
pub(crate) fn is_token(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    name.starts_with(b"eyJ") && name.len() > 64 && name.contains(&b'.')
}

/// Where a key set is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySetAt {
    File(PathBuf),
    Url(String),
}

impl From<OsString> for KeySetAt {
    fn from(name: OsString) -> Self {
        match name.to_str() {
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                Self::Url(url.into())
            }
            _ => Self::File(name.into()),
        }
    }
}

/// How reports are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One object or array
    Json,
    /// One object a line
    Ndjson,
}

/// How a single result, such as a list of keys, is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Text,
    /// One object
    Json,
}

fn key_choices() -> impl TypedValueParser<Value = KeyChoice> {
    let names = Derivation::ALL.iter().map(|derivation| derivation.as_str());
    PossibleValuesParser::new(names.chain(["auto"])).try_map(|name| name.parse::<KeyChoice>())
}

fn parse_digest(text: &str) -> Result<Digest, String> {
    hex::decode(&text.to_ascii_lowercase())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .map(Digest)
        .ok_or_else(|| "must be 64 hexadecimal digits".into())
}

fn kinds() -> impl TypedValueParser<Value = Kind> {
    let names = PossibleValuesParser::new(Kind::all().map(Kind::name));
    names.try_map(|name| Kind::from_name(&name).ok_or("not a kind"))
}

fn rules() -> impl TypedValueParser<Value = TrustRules> {
    PossibleValuesParser::new(TrustRules::names()).try_map(|name| name.parse::<TrustRules>())
}

fn details() -> impl TypedValueParser<Value = Detail> {
    PossibleValuesParser::new(Detail::ALL.map(Detail::as_str))
        .try_map(|name| name.parse::<Detail>())
}

fn leniencies() -> impl TypedValueParser<Value = Leniency> {
    let names = Leniency::ALL.iter().map(|leniency| leniency.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Leniency>())
}

fn parse_leeway(text: &str) -> Result<Leeway, String> {
    text.parse()
        .ok()
        .and_then(Leeway::from_seconds)
        .ok_or_else(|| "must be 0 to 300 seconds".into())
}

fn parse_time(text: &str) -> Result<Time, String> {
    parse_instant(text).ok_or_else(|| NO_TIME.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_begins_as_an_address_is_one_and_everything_else_is_a_file() {
        let at = |name: &str| KeySetAt::from(OsString::from(name));
        assert_eq!(at("https://a.example/k"), KeySetAt::Url("https://a.example/k".into()));
        assert_eq!(at("http://a.example/k"), KeySetAt::Url("http://a.example/k".into()));
        for name in ["keys.json", "https.json", "/https://a", "./http://a", "file:///a", "-"] {
            assert_eq!(at(name), KeySetAt::File(name.into()), "{name}");
        }
    }
}
