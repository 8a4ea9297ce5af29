//! The issuer's side: mints keys and valid artefacts of every kind, for tests.
