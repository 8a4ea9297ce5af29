//! What a key says that it is for.

use alloc::string::String;

use crate::crypto::Algorithm;
use crate::encoding::json::{Object, Value};
use crate::error::shorten;

/// What an unusable key says that it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Purpose {
    /// `use` or `key_ops` name others than verifying.
    foreign: bool,
    /// `alg`, cut to 64 characters.
    algorithm: Option<String>,
}

impl Purpose {
    pub(super) fn of(key: &Object<'_>) -> Self {
        let usage = key.member("use").and_then(Value::as_str);
        let operations = key.member("key_ops").and_then(Value::as_array).is_some_and(|names| {
            names.iter().all(|name| name.as_str().is_some_and(|name| name != "verify"))
        });
        Self {
            foreign: operations || usage.is_some_and(|usage| usage != "sig"),
            algorithm: key.member("alg").and_then(Value::as_str).map(shorten),
        }
    }

    /// Tells whether a token of this algorithm may mean the key.
    pub(super) fn allows(&self, token: Option<Algorithm>) -> bool {
        let other = |token: Algorithm| self.algorithm.as_ref().is_some_and(|a| a != token.name());
        !self.foreign && !token.is_some_and(other)
    }
}
