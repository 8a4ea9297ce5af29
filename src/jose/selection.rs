//! Which key of a set a token means.
//!
//! ```text
//! every key ── `kid` ──► named ── `use`, `key_ops`, `alg` ──► for this ── `x5t` ──► one key, or why not
//! ```
//!
//! A token chooses among the keys that the verifier has from its caller, and nothing else: whichever it
//! means has to have made the signature.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::certified::Marks;
use super::jwk::{Jwk, JwkSet, KeyProblem};
use crate::crypto::Algorithm;
use crate::error::{Error, shorten};

/// How many keys a hint names.
const NAMED: usize = 8;

/// What a token says of its key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Meant<'t> {
    pub(super) kid: Option<&'t str>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) marks: Marks,
}

impl JwkSet {
    /// Returns the key that a token selects.
    ///
    /// A `kid` is compared byte for byte, with usable and unusable keys alike. Without a `kid`,
    /// every key is a candidate; if no key has this `kid`, so is the only key of a set without
    /// names. Keys that declare another purpose by `use` or `key_ops` are not candidates, unless
    /// there is no other. The same key given twice counts as one key. Everything else is ambiguous
    /// or unknown, never "the first that fits".
    ///
    /// A verifier also knows the token's algorithm and any certificate thumbprint that it names:
    /// keys that declare another `alg` are not candidates either, and if the token has no `kid`,
    /// `x5t#S256` or `x5t` selects the key with this certificate among several.
    ///
    /// # Errors
    ///
    /// [`Error::NoKey`] for an empty set, [`Error::UnknownKey`], [`Error::AmbiguousKey`], or the
    /// reason why the selected key is unusable.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::jose::JwkSet;
    /// use countersign::{Code, Limits};
    ///
    /// let point = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    ///     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
    /// let set = |other: &str| {
    ///     let text = format!(r#"{{"keys":[{{"kid":"a",{point}}},{other}]}}"#);
    ///     JwkSet::parse(text.as_bytes(), &Limits::default())
    /// };
    /// // The same key for another use, and the same key once more.
    /// for kid in [Some("a"), None] {
    ///     assert!(set(&format!(r#"{{"kid":"a","use":"enc",{point}}}"#))?.select(kid).is_ok());
    ///     assert!(set(&format!(r#"{{"kid":"a",{point}}}"#))?.select(kid).is_ok());
    /// }
    /// // Something else by the same name.
    /// let other = set(r#"{"kid":"a","kty":"oct","k":"c2VjcmV0"}"#)?;
    /// assert_eq!(other.select(Some("a")).unwrap_err().code(), Code::AmbiguousKey);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn select(&self, kid: Option<&str>) -> Result<&Jwk, Error> {
        self.find(&Meant { kid, ..Meant::default() })
    }

    pub(super) fn find(&self, meant: &Meant<'_>) -> Result<&Jwk, Error> {
        if self.is_empty() {
            return Err(Error::NoKey);
        }
        let named = |name: Option<&str>| meant.kid.is_none() || name == meant.kid;
        // Most sets leave no choice, and cost no allocation.
        let mut keys = self.keys().iter().filter(|key| named(key.kid()));
        let mut problems = self.problems().iter().filter(|problem| named(problem.kid.as_deref()));
        match (keys.next(), keys.next(), problems.next()) {
            (Some(key), None, None) if !self.binds_elsewhere(key) => Ok(key),
            (None, _, None) => {
                let all = Candidates::of(self, |_| true);
                let left = all.are_nameless().then(|| all.for_purpose(meant));
                match left.filter(|left| left.count() == 1) {
                    Some(left) => left.one(meant),
                    None => Err(Error::UnknownKey),
                }
            }
            _ => Candidates::named(self, meant).for_purpose(meant).one(meant),
        }
    }

    /// Tells whether a key that declares no algorithm declares one in another of its writings, under
    /// the same name or none: it is bound to that one in all of them.
    pub(crate) fn binds_elsewhere(&self, key: &Jwk) -> bool {
        key.declared_algorithm().is_none()
            && self.keys().iter().any(|other| declares(other) && is_same(key, other))
    }

    /// Returns the key itself and what else is written of it under the same name or none: renewed
    /// certificates, or the bare key.
    pub(crate) fn twins<'k>(&'k self, key: &'k Jwk) -> impl Iterator<Item = &'k Jwk> {
        let same = move |other: &&Jwk| is_same(key, other) && other.algorithm() == key.algorithm();
        core::iter::once(key).chain(self.keys().iter().filter(same))
    }

    /// Says for operators which keys there are, after none or more than one could be meant.
    pub(super) fn hint(&self, meant: &Meant<'_>, error: &Error) -> Option<String> {
        match error {
            Error::UnknownKey => {
                let named = Candidates::of(self, |kid| kid.is_some());
                Some(match named.names() {
                    names if names.is_empty() => "no key of the set has a `kid`".into(),
                    names => format!("the set has the keys {names}"),
                })
            }
            Error::AmbiguousKey { .. } => {
                let all = Candidates::named(self, meant).for_purpose(meant).narrowed(meant);
                let names = Candidates { keys: all.distinct(), problems: all.problems }.names();
                Some(format!("matching keys: {names}; give only the intended one"))
            }
            _ => None,
        }
    }
}

/// The keys that a token can mean.
struct Candidates<'k> {
    keys: Vec<&'k Jwk>,
    problems: Vec<&'k KeyProblem>,
}

impl<'k> Candidates<'k> {
    fn of(set: &'k JwkSet, named: impl Fn(Option<&str>) -> bool) -> Self {
        Self {
            keys: set.keys().iter().filter(|key| named(key.kid())).collect(),
            problems: set.problems().iter().filter(|p| named(p.kid.as_deref())).collect(),
        }
    }

    /// Returns what has the token's name, or everything for a token that names none. A nameless
    /// writing that declares the algorithm of a named key counts as one of that key.
    fn named(set: &'k JwkSet, meant: &Meant<'_>) -> Self {
        let mut named = Self::of(set, |name| meant.kid.is_none() || name == meant.kid);
        if meant.kid.is_some() {
            let nameless = set.keys().iter().filter(|key| key.kid().is_none() && declares(key));
            let same = nameless.filter(|key| named.keys.iter().any(|own| is_same(own, key)));
            let same: Vec<&Jwk> = same.collect();
            named.keys.extend(same);
        }
        named
    }

    /// Leaves out what says that it is for something else, unless nothing else is there.
    fn for_purpose(self, meant: &Meant<'_>) -> Self {
        // A key that declares an algorithm in one of its writings is bound to it in all of them.
        let bound_elsewhere = |key: &Jwk| {
            !declares(key) && self.keys.iter().any(|other| declares(other) && is_same(key, other))
        };
        let keys: Vec<&Jwk> =
            self.keys.iter().copied().filter(|key| !bound_elsewhere(key)).collect();
        let token = meant.algorithm;
        let fitting = keys.iter().copied().filter(|key| may_verify(key, token)).collect();
        let problems = self.problems.iter().copied().filter(|p| p.purpose.allows(token));
        let left = Self { keys: fitting, problems: problems.collect() };
        if left.count() == 0 { Self { keys, ..self } } else { left }
    }

    /// Leaves out keys with other certificates than a token without `kid` names, if one has that.
    fn narrowed(self, meant: &Meant<'_>) -> Self {
        if meant.kid.is_some() || meant.marks.is_empty() {
            return self;
        }
        let named = self.keys.iter().copied().filter(|key| meant.marks.mean(key.marks()));
        let keys: Vec<&Jwk> = named.collect();
        if keys.is_empty() { self } else { Self { keys, problems: Vec::new() } }
    }

    /// Returns each key once, named ones first: a nameless writing belongs to any of them.
    fn distinct(&self) -> Vec<&'k Jwk> {
        let mut distinct: Vec<&Jwk> = Vec::new();
        let named =
            |has: bool| self.keys.iter().copied().filter(move |key| key.kid().is_some() == has);
        for key in named(true).chain(named(false)) {
            if !distinct.iter().any(|other| is_same(key, other)) {
                distinct.push(key);
            }
        }
        distinct
    }

    fn are_nameless(&self) -> bool {
        self.keys.iter().all(|key| key.kid().is_none())
            && self.problems.iter().all(|problem| problem.kid.is_none())
    }

    fn count(&self) -> usize {
        self.distinct().len() + self.problems.len()
    }

    fn one(self, meant: &Meant<'_>) -> Result<&'k Jwk, Error> {
        let left = self.narrowed(meant);
        let distinct = left.distinct();
        match (distinct.as_slice(), left.problems.as_slice()) {
            ([key], []) => Ok(key),
            // Different keys, none of which is for this.
            ([key, ..], _) if !left.keys.iter().any(|key| may_verify(key, meant.algorithm)) => {
                let (token, required) =
                    (meant.algorithm.unwrap_or(key.algorithm()), key.algorithm());
                Err(Error::AlgorithmMismatch { token, required })
            }
            // One damaged key, or one that is for something else; or several, all for one reason.
            ([], [problem, rest @ ..])
                if rest.iter().all(|other| other.error == problem.error)
                    || !problem.purpose.allows(meant.algorithm) =>
            {
                Err(problem.error.clone())
            }
            (keys, problems) => {
                Err(Error::AmbiguousKey { candidates: keys.len() + problems.len() })
            }
        }
    }

    /// Names the keys: by `kid`, and those that have none or share it by their thumbprint, which an
    /// unusable key may not have.
    fn names(&self) -> String {
        let kids = || {
            let problems = self.problems.iter().filter_map(|problem| problem.kid.as_deref());
            self.keys.iter().filter_map(|key| key.kid()).chain(problems)
        };
        let usable = self.keys.iter().map(|key| match key.kid() {
            Some(kid) if kids().filter(|other| *other == kid).count() == 1 => {
                format!("`{}`", shorten(kid))
            }
            Some(kid) => format!("`{}` with thumbprint {}", shorten(kid), key.thumbprint()),
            None => format!("one without `kid` with thumbprint {}", key.thumbprint()),
        });
        let unusable = self.problems.iter().map(|problem| match &problem.kid {
            Some(kid) => format!("`{}` (unusable)", shorten(kid)),
            None => format!("key {} of the set (unusable)", problem.index + 1),
        });
        let mut all: Vec<String> = usable.chain(unusable).collect();
        let more = all.len().saturating_sub(NAMED);
        all.truncate(NAMED);
        if more > 0 {
            all.push(format!("and {more} more"));
        }
        all.join(", ")
    }
}

fn declares(key: &Jwk) -> bool {
    key.declared_algorithm().is_some()
}

/// Tells whether a key declares no other algorithm than the token's.
fn may_verify(key: &Jwk, token: Option<Algorithm>) -> bool {
    match (key.declared_algorithm(), token) {
        (Some(declared), Some(token)) => declared == token,
        _ => true,
    }
}

/// Tells whether two writings are of one key: the same numbers, under the same name or one without.
fn is_same(key: &Jwk, other: &Jwk) -> bool {
    let names = match (key.kid(), other.kid()) {
        (Some(key), Some(other)) => key == other,
        _ => true,
    };
    names && key.key() == other.key()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::error::KeyFault;
    use crate::limits::Limits;
    use alloc::string::ToString as _;

    /// MIRACL Trust's published DVS key, and two keys that differ from it in a few bits.
    const N: &str = "kWp2zRA23Z3vTL4uoe8kTFptxBVFunIoP4t_8TDYJrOb7D1iZNDXVeEsYKp6ppmrTZDAgd-cNOTKLd4M39WJc5FN0maTAVKJc7NxklDeKc4dMe1BGvTZNG4MpWBo-taKULlYUu0ltYJuLzOjIrTHfarucrGoRWqM0sl3z2-fv9k";

    fn key(letter: char, more: &str) -> String {
        let n = match letter {
            'K' => N.to_string(),
            'L' => N.replacen("kWp2", "kWp3", 1),
            _ => N.replacen("kWp2", "kWp4", 1),
        };
        format!(r#"{{"kty":"RSA","e":"AQAB","n":"{n}"{more}}}"#)
    }

    /// A set of keys, each written as its letter and the members that it has beside its numbers.
    fn set(keys: &[(char, &str)]) -> JwkSet {
        let keys: Vec<String> = keys.iter().map(|(letter, more)| key(*letter, more)).collect();
        let text = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        JwkSet::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn number(letter: char) -> crate::PublicKey {
        Jwk::parse(key(letter, "").as_bytes(), &Limits::default()).unwrap().key().clone()
    }

    /// What is found, in any order of the set: a letter, or a code.
    fn found(keys: &[(char, &str)], meant: &Meant<'_>) -> Result<char, Code> {
        let find = |keys: &[(char, &str)]| {
            let set = set(keys);
            let key = set.find(meant).map_err(|error| error.code())?;
            Ok(['K', 'L', 'M'].into_iter().find(|l| number(*l) == *key.key()).unwrap())
        };
        let reversed: Vec<_> = keys.iter().copied().rev().collect();
        let answer = find(keys);
        assert_eq!(find(&reversed), answer, "{keys:?} in the other order");
        answer
    }

    fn named<'t>(kid: &'t str) -> Meant<'t> {
        Meant { kid: Some(kid), algorithm: Some(Algorithm::Rs256), marks: Marks::default() }
    }

    fn nameless() -> Meant<'static> {
        Meant { algorithm: Some(Algorithm::Rs256), ..Meant::default() }
    }

    const A: &str = r#","kid":"a""#;
    const B: &str = r#","kid":"b""#;
    const ENC: &str = r#","kid":"a","use":"enc""#;
    const ENC_ALG: &str = r#","kid":"a","alg":"RSA-OAEP""#;
    const WRAP: &str = r#","kid":"a","key_ops":["wrapKey"]"#;

    #[test]
    fn a_name_is_compared_to_the_byte_and_different_keys_of_one_name_are_ambiguous() {
        let two = &[('K', A), ('L', B)][..];
        for (keys, meant, expected) in [
            (two, named("b"), Ok('L')),
            (two, named("c"), Err(Code::UnknownKey)),
            (two, named("A"), Err(Code::UnknownKey)),
            (two, nameless(), Err(Code::AmbiguousKey)),
            (&[('K', A), ('L', A)], named("a"), Err(Code::AmbiguousKey)),
            (&[('K', A)], nameless(), Ok('K')),
            (&[('K', A)], named("b"), Err(Code::UnknownKey)),
            (&[], named("a"), Err(Code::NoKey)),
            // One nameless key is the only one that can be meant; of two, one is not.
            (&[('K', "")], named("b"), Ok('K')),
            (&[('K', ""), ('L', "")], named("b"), Err(Code::UnknownKey)),
            (&[('K', ""), ('L', A)], named("b"), Err(Code::UnknownKey)),
            (&[('K', ""), ('L', A)], named("a"), Ok('L')),
        ] {
            assert_eq!(found(keys, &meant), expected, "{keys:?} {meant:?}");
        }
    }

    #[test]
    fn one_key_that_is_written_twice_is_one_key_and_only_that_is() {
        for (keys, meant, expected) in [
            (&[('K', A), ('K', A)][..], named("a"), Ok('K')),
            (&[('K', A), ('K', A)], nameless(), Ok('K')),
            (&[('K', A), ('K', "")], nameless(), Ok('K')),
            (&[('K', A), ('K', "")], named("a"), Ok('K')),
            (&[('K', A), ('K', "")], named("b"), Err(Code::UnknownKey)),
            (&[('K', ""), ('K', "")], named("b"), Ok('K')),
            (&[('K', ""), ('K', ""), ('K', A)], nameless(), Ok('K')),
            // Two names are two keys, also where a third writing has none.
            (&[('K', A), ('K', B)], nameless(), Err(Code::AmbiguousKey)),
            (&[('K', A), ('K', ""), ('K', B)], nameless(), Err(Code::AmbiguousKey)),
            (&[('K', A), ('K', A), ('L', A)], named("a"), Err(Code::AmbiguousKey)),
            (&[('K', ""), ('K', ""), ('L', "")], named("b"), Err(Code::UnknownKey)),
            // The private half of the key, or a damaged writing of it, is not the key.
            (&[('K', A), ('K', r#","kid":"a","d":"AQAB""#)], named("a"), Err(Code::AmbiguousKey)),
            (&[('K', A), ('K', r#","kid":"a","use":1"#)], named("a"), Err(Code::AmbiguousKey)),
            (&[('K', A), ('K', r#","kid":"a","x5c":[]"#)], nameless(), Err(Code::AmbiguousKey)),
        ] {
            assert_eq!(found(keys, &meant), expected, "{keys:?} {meant:?}");
        }
    }

    #[test]
    fn keys_for_something_else_are_no_candidates_unless_there_is_no_other() {
        for other in [ENC, ENC_ALG, WRAP, r#","kid":"a","alg":"RS512""#] {
            for letter in ['K', 'L'] {
                for meant in [named("a"), nameless()] {
                    let keys = [('K', A), (letter, other)];
                    assert_eq!(found(&keys, &meant), Ok('K'), "{keys:?} {meant:?}");
                }
            }
            // Where the token names the key for something else, that is what it means.
            let keys = [('K', B), ('L', other)];
            let refused = match other {
                ENC | WRAP => Err(Code::KeyUse),
                ENC_ALG => Err(Code::KeyUnusable),
                _ => Ok('L'),
            };
            assert_eq!(found(&keys, &named("a")), refused, "{keys:?}");
            assert_eq!(found(&keys, &nameless()), Ok('K'), "{keys:?}");
            assert_eq!(found(&keys, &named("c")), Err(Code::UnknownKey), "{keys:?}");
        }
        for (keys, meant, expected) in [
            // Nothing else is there: the reason why not, or which algorithms they are for.
            (&[('K', ENC), ('L', ENC)][..], named("a"), Err(Code::KeyUse)),
            (&[('K', ENC), ('L', ENC)], nameless(), Err(Code::KeyUse)),
            (
                &[('K', r#","alg":"RS512""#), ('L', r#","alg":"PS256""#)],
                nameless(),
                Err(Code::AlgorithmMismatch),
            ),
            (&[('K', r#","alg":"RS512""#), ('L', ENC)], nameless(), Err(Code::AlgorithmMismatch)),
            // An empty or repeated list of operations, or a wrong type, names no other purpose
            // clearly: the empty one forbids all.
            (&[('K', A), ('L', r#","kid":"a","key_ops":[]"#)], named("a"), Ok('K')),
            (
                &[('K', A), ('L', r#","kid":"a","key_ops":["verify","verify"]"#)],
                named("a"),
                Err(Code::AmbiguousKey),
            ),
            (&[('K', A), ('L', r#","kid":"a","use":1"#)], named("a"), Err(Code::AmbiguousKey)),
        ] {
            assert_eq!(found(keys, &meant), expected, "{keys:?} {meant:?}");
        }
        // Without a token's algorithm, as for `select`, none is another one.
        let keys = set(&[('K', r#","kid":"a","alg":"RS512""#), ('L', A)]);
        assert_eq!(keys.select(Some("a")).unwrap_err().code(), Code::AmbiguousKey);
    }

    #[test]
    fn a_key_that_declares_an_algorithm_is_bound_to_it_in_all_its_writings() {
        let rs512 = r#","kid":"a","alg":"RS512""#;
        let ps256 = Meant { algorithm: Some(Algorithm::Ps256), ..named("a") };
        for keys in [[('K', rs512), ('K', A)], [('K', A), ('K', rs512)], [('K', ""), ('K', rs512)]]
        {
            for meant in [nameless(), ps256, Meant { kid: None, ..ps256 }] {
                let set = set(&keys);
                let declared = set.find(&meant).map(|key| key.declared_algorithm());
                assert_eq!(declared, Ok(Some(Algorithm::Rs512)), "{keys:?} {meant:?}");
            }
        }
        // Named by the writing that declares none, it is still bound by the nameless one.
        let keys = set(&[('K', A), ('K', r#","alg":"RS512""#), ('L', B)]);
        for meant in [named("a"), ps256] {
            let declared = keys.find(&meant).map(|key| key.declared_algorithm());
            assert_eq!(declared, Ok(Some(Algorithm::Rs512)), "{meant:?}");
        }
        // Neither another name nor another key binds it.
        let keys = [('K', A), ('K', r#","kid":"b","alg":"RS512""#), ('L', r#","alg":"RS512""#)];
        assert_eq!(set(&keys).find(&ps256).unwrap().declared_algorithm(), None);
        // A key that is declared for two algorithms is used with the token's.
        let both = set(&[('K', rs512), ('K', r#","kid":"a","alg":"PS256""#)]);
        assert_eq!(both.find(&ps256).unwrap().algorithm(), Algorithm::Ps256);
    }

    #[test]
    fn several_damaged_keys_give_their_reason_if_it_is_one() {
        let bad = r#","kid":"a","x5c":[]"#;
        let fault = |keys: &[(char, &str)], meant: &Meant<'_>| set(keys).find(meant).cloned();
        let x5c = Err(Error::KeyUnusable(KeyFault::X5c));
        assert_eq!(fault(&[('K', bad), ('K', bad)], &named("a")), x5c);
        assert_eq!(fault(&[('K', bad), ('L', bad)], &nameless()), x5c);
        let other = r#","kid":"a","d":"AQAB""#;
        let ambiguous = Err(Error::AmbiguousKey { candidates: 2 });
        assert_eq!(fault(&[('K', bad), ('K', other)], &named("a")), ambiguous);
    }

    #[test]
    fn an_ambiguous_name_counts_its_keys_once_each_and_no_others() {
        for (keys, candidates) in [
            (&[('K', A), ('L', A), ('M', B)][..], 2),
            (&[('K', A), ('K', A), ('L', A), ('L', ENC)], 2),
            (&[('K', A), ('L', r#","kid":"a","d":"AQAB""#), ('M', B)], 2),
            (&[('K', A), ('L', A), ('M', A), ('M', A)], 3),
        ] {
            let error = set(keys).find(&named("a")).unwrap_err();
            assert_eq!(error, Error::AmbiguousKey { candidates }, "{keys:?}");
        }
    }

    /// Thumbprints that a JWK states without its certificate.
    fn marks(sha1: Option<u8>, sha256: Option<u8>) -> Marks {
        Marks { x5t: sha1.map(|byte| [byte; 20]), x5t_s256: sha256.map(|byte| [byte; 32]) }
    }

    fn marked(kid: &str, marks: Marks) -> String {
        use crate::encoding::base64::encode_url;
        let member = |name: &str, digest: Option<&[u8]>| {
            digest.map_or_else(String::new, |d| format!(r#","{name}":"{}""#, encode_url(d)))
        };
        let sha1 = member("x5t", marks.x5t.as_ref().map(|digest| &digest[..]));
        let sha256 = member("x5t#S256", marks.x5t_s256.as_ref().map(|digest| &digest[..]));
        format!(r#","kid":"{kid}"{sha1}{sha256}"#)
    }

    #[test]
    fn the_thumbprint_of_a_certificate_selects_where_there_is_no_kid_and_nothing_else() {
        let k = marked("a", marks(Some(1), Some(11)));
        let l = marked("b", marks(Some(2), Some(12)));
        let keys = &[('K', k.as_str()), ('L', l.as_str()), ('M', "")];
        for (sha1, sha256, expected) in [
            (Some(2), None, Ok('L')),
            (None, Some(12), Ok('L')),
            (Some(1), Some(11), Ok('K')),
            // SHA-1 says nothing against SHA-256.
            (Some(1), Some(12), Ok('L')),
            (Some(1), Some(99), Err(Code::AmbiguousKey)),
            (Some(9), None, Err(Code::AmbiguousKey)),
            (None, None, Err(Code::AmbiguousKey)),
        ] {
            let meant = Meant { marks: marks(sha1, sha256), ..nameless() };
            assert_eq!(found(keys, &meant), expected, "{sha1:?} {sha256:?}");
            // A `kid` goes first, and an unknown one is not made up for.
            let a = Meant { kid: Some("a"), ..meant };
            assert_eq!(found(keys, &a), Ok('K'));
            assert_eq!(found(keys, &Meant { kid: Some("c"), ..meant }), Err(Code::UnknownKey));
        }
        // Two keys that claim one certificate are two keys.
        let twice = marked("b", marks(Some(1), None));
        let keys = &[('K', k.as_str()), ('L', twice.as_str())];
        let meant = Meant { marks: marks(Some(1), None), ..nameless() };
        assert_eq!(found(keys, &meant), Err(Code::AmbiguousKey));
        // What is no thumbprint selects nothing, and spoils nothing.
        let odd = r#","kid":"b","x5t":7,"x5t#S256":"AQ""#;
        assert_eq!(found(&[('K', k.as_str()), ('L', odd)], &meant), Ok('K'));
        // For its purpose it has to be as well.
        let enc = format!(r#"{},"use":"enc""#, marked("b", marks(Some(2), None)));
        let meant = Meant { marks: marks(Some(2), None), ..nameless() };
        assert_eq!(found(&[('K', k.as_str()), ('L', &enc)], &meant), Ok('K'));
    }

    #[test]
    fn a_damaged_key_that_declares_no_other_algorithm_could_be_the_one_that_is_meant() {
        let found = |declared: &str| {
            let damaged = format!(r#"{{"kty":"RSA","n":"AQAB","e":"AQAB"{declared}}}"#);
            let text = format!(r#"{{"keys":[{},{damaged}]}}"#, key('K', ""));
            let set = JwkSet::parse(text.as_bytes(), &Limits::default()).unwrap();
            let meant = Meant { algorithm: Some(Algorithm::Rs256), ..nameless() };
            set.find(&meant).map(drop)
        };
        let ambiguous = Err(Error::AmbiguousKey { candidates: 2 });
        assert_eq!(found(""), ambiguous);
        assert_eq!(found(r#","alg":"RS256""#), ambiguous);
        assert_eq!(found(r#","alg":"PS256""#), Ok(()));
    }

    #[test]
    fn hints_name_the_keys_there_are_in_bounds_and_nothing_secret() {
        let hint = |set: &JwkSet, meant: &Meant<'_>| {
            let error = set.find(meant).unwrap_err();
            set.hint(meant, &error).unwrap()
        };
        let two = set(&[('K', A), ('L', B), ('M', r#","kid":"e","use":"enc""#)]);
        assert_eq!(hint(&two, &named("c")), "the set has the keys `a`, `b`, `e` (unusable)");
        let ambiguous = hint(&two, &nameless());
        assert_eq!(ambiguous, "matching keys: `a`, `b`; give only the intended one");
        let same = hint(&set(&[('K', A), ('L', A)]), &named("a"));
        for letter in ['K', 'L'] {
            let thumbprint = Jwk::from(number(letter)).thumbprint().to_string();
            assert!(same.contains(&format!("`a` with thumbprint {thumbprint}")), "{same}");
        }
        let unnamed = set(&[('K', ""), ('L', "")]);
        assert_eq!(hint(&unnamed, &named("c")), "no key of the set has a `kid`");
        assert!(hint(&unnamed, &nameless()).contains("one without `kid` with thumbprint "));
        // Many and long names are cut; of a secret, nothing but its name is shown.
        let long: Vec<String> = (0..20)
            .map(|i| format!(r#"{{"kty":"oct","kid":"{}{i}","k":"c2VjcmV0"}}"#, "x".repeat(99)))
            .collect();
        let text = format!(r#"{{"keys":[{},{{"kty":"oct","k":"c2VjcmV0"}}]}}"#, long.join(","));
        let secrets = JwkSet::parse(text.as_bytes(), &Limits::default()).unwrap();
        let listed = hint(&secrets, &named("c"));
        assert!(listed.ends_with("and 12 more") && listed.len() < 800, "{listed}");
        assert!(!listed.contains("c2VjcmV0"));
        let mixed = format!(r#"{{"keys":[{},{{"kty":"oct","k":"c2VjcmV0"}}]}}"#, key('K', A));
        let mixed = JwkSet::parse(mixed.as_bytes(), &Limits::default()).unwrap();
        let listed = hint(&mixed, &nameless());
        assert!(listed.contains("`a`, key 2 of the set (unusable)"), "{listed}");
        assert!(!listed.contains("c2VjcmV0"));
    }
}
