//! What a policy, a record or an option can say of some kinds and not of others.

/// A member of a policy table, or an option, that not every kind looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    // Keys and opt-ins.
    Keys,
    ServerSecret,
    AllowRsa1024,
    Alg,
    Unbound,
    AllowNoExp,
    // Expectations of the content.
    /// Of a document, a hash or a request.
    Binding,
    Issuer,
    Audience,
    /// One of several.
    Audiences,
    Subject,
    Nonce,
    Typ,
    Scope,
    /// Every one of several.
    Scopes,
    LongestLife,
    PreviousHash,
    Span,
    DenyMixed,
    TimestampWindow,
    // Whose signatures are believed.
    Trust,
    Intermediates,
    TrustPolicy,
    Domain,
    Organization,
    AnyOrganization,
    Level,
    Lenient,
}

impl Member {
    /// Its name in options, and in what is said about it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::ServerSecret => "server-secret",
            Self::AllowRsa1024 => "allow-rsa-1024",
            Self::Alg => "alg",
            Self::Unbound => "unbound",
            Self::AllowNoExp => "allow-no-exp",
            Self::Binding => "hash",
            Self::Issuer => "issuer",
            Self::Audience | Self::Audiences => "audience",
            Self::Subject => "subject",
            Self::Nonce => "nonce",
            Self::Typ => "typ",
            Self::Scope | Self::Scopes => "scope",
            Self::LongestLife => "longest-life",
            Self::PreviousHash => "previous-hash",
            Self::Span => "span",
            Self::DenyMixed => "deny-mixed",
            Self::TimestampWindow => "timestamp-window",
            Self::Trust => "trust",
            Self::Intermediates => "intermediates",
            Self::TrustPolicy => "trust-policy",
            Self::Domain => "domain",
            Self::Organization => "organization",
            Self::AnyOrganization => "any-organization",
            Self::Level => "level",
            Self::Lenient => "lenient",
        }
    }
}
