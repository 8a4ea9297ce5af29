//! What a run says, beside its policy.

use countersign::Detail;
use countersign::jose::JwkSet;
use countersign::miracl::dvs::signature::ServerSecret;

use crate::kind::Kind;
use crate::terms::Overrides;
use crate::trust::TrustTerms;

/// The options of a run, which override its policy member by member. The default sets nothing.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Options {
    /// Treat every input as this kind, instead of recognising it.
    pub kind: Option<Kind>,
    /// Trusted keys, which replace those of the policy.
    pub keys: Option<JwkSet>,
    /// The server secret of DVS signatures, which replaces that of the policy.
    pub server_secret: Option<ServerSecret>,
    /// Whose device signatures are trusted.
    pub trust: TrustTerms,
    /// Times, opt-ins and expectations.
    pub overrides: Overrides,
    /// What the inputs are.
    pub inputs: Inputs,
    /// How much of each report is to be written; it changes no verdict.
    pub detail: Option<Detail>,
}

/// What the inputs of a run are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "artefacts, or records of them")]
pub enum Inputs {
    /// Artefacts, as captured.
    #[default]
    Artefacts,
    /// Records, which have an artefact and may add terms.
    Records(Records),
}

/// What the records of a stream may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "one or the other")]
pub enum Records {
    /// Demand more than the run.
    #[default]
    Tighten,
    /// Override the run.
    Override,
}
