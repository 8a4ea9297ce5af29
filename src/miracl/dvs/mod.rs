//! Designated Verifier Signatures: the certificate that the service issues.
