//! What stands around an artefact, so that it cannot be read as one.
//!
//! Nothing is unwrapped here: a wrapped artefact stays malformed, and its report says what to take
//! off. Only the beginning of an input is looked at, and where the whole counts, no more of it than
//! a message may have.

use std::fmt;

use countersign::Limits;
use countersign::encoding::base64;
use countersign::encoding::json::{self, Object, Value};

/// Bytes of an input that are looked at.
const HEAD_BYTES: usize = 1 << 16;

/// The wrapper around an artefact. Its text says how to remove it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrapper {
    /// Before a text in UTF-8.
    ByteOrderMark,
    /// UTF-16 or UTF-32.
    Wide(&'static str),
    /// A format of compression or archives, and the command that unpacks it.
    Packed(&'static str, &'static str),
    /// Keys or certificates, which are no artefact.
    Pem,
    /// Lines of an HTTP header.
    Header,
    /// The value of an HTTP header, by its scheme.
    Authorization(String),
    /// Base64 once more.
    Encoded,
    /// Those of a JSON string, or of a shell.
    Quotes,
    /// As in a URL.
    Percent,
    /// A parameter of a URL's query or fragment, or of a form.
    Parameter(String),
    /// Tokens one after the other.
    Tokens,
    /// Within a token.
    LineBreaks,
    /// Within or around a token.
    WhiteSpace,
    /// JSON around tokens, by the paths of the members.
    Members(Vec<String>),
    /// A JSON array of tokens.
    Elements(usize),
}

impl fmt::Display for Wrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str(
                "it starts with a byte order mark: save it as UTF-8 without one, or remove the \
                 three bytes: `tail -c +4 FILE`",
            ),
            Self::Wide(name) => {
                write!(f, "the text is {name}: convert it: `iconv -f {name} -t UTF-8 FILE`")
            }
            Self::Packed(name, command) => {
                write!(f, "it is compressed with {name}: decompress it first: `{command} FILE`")
            }
            Self::Pem => f.write_str(
                "it is PEM: give keys with --key, and certificates of authorities with --trust",
            ),
            Self::Header => f.write_str(
                "it starts with HTTP headers: give only what follows the first empty line",
            ),
            Self::Authorization(scheme) => {
                write!(f, "`{scheme}` belongs to an HTTP header: give only the token after it")
            }
            Self::Encoded => {
                f.write_str("it is base64 of the token: decode it once: `base64 -d FILE`")
            }
            Self::Quotes => f.write_str(
                "it is in quotes: give only the text between them; `jq -r .` removes the quotes \
                 of a JSON string",
            ),
            Self::Percent => f.write_str(
                "it is percent-encoded, as in a URL: decode it first, until it contains no `%`",
            ),
            Self::Parameter(name) => {
                write!(f, "it is part of a URL or form: give only the value of `{name}`")
            }
            Self::Tokens => f.write_str(
                "it contains several tokens: give one token a line, each as a record: `jq -Rc \
                 '{artefact: .}' FILE | countersign verify --ndjson -`",
            ),
            Self::LineBreaks => {
                f.write_str("the token contains line breaks: remove them: `tr -d '\\r\\n' < FILE`")
            }
            Self::WhiteSpace => f.write_str(
                "there is white space in or around the token: remove it: `tr -d '[:space:]' < \
                 FILE`",
            ),
            Self::Members(paths) => match paths.as_slice() {
                [path] => write!(
                    f,
                    "the token is a member of a JSON object: give only that: `jq -r {path} FILE`"
                ),
                paths => write!(
                    f,
                    "several members of a JSON object are tokens: give one of {}, for example: \
                     `jq -r {} FILE`",
                    paths.join(", "),
                    paths.first().map_or("", String::as_str),
                ),
            },
            Self::Elements(count) => write!(
                f,
                "a JSON array of {count} tokens: give them as records: \
                 `jq -c '.[] | {{artefact: .}}' FILE | countersign verify --ndjson -`"
            ),
        }
    }
}

/// Finds the wrapper around an input that no format can read.
///
/// ```
/// use countersign::Limits;
/// use countersign_audit::{Wrapper, find_wrapper};
///
/// let found = find_wrapper(b"Bearer eyJhbGciOiJSUzI1NiJ9.e30.AA", &Limits::default());
/// assert_eq!(found, Some(Wrapper::Authorization("Bearer".into())));
/// ```
#[must_use]
pub fn find_wrapper(input: &[u8], limits: &Limits) -> Option<Wrapper> {
    if let Some(wrapper) = by_first_bytes(input) {
        return Some(wrapper);
    }
    let head = input.get(..HEAD_BYTES).unwrap_or(input);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The end of the head may lie within a character.
        Err(error) if head.len() < input.len() => {
            std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    if text.trim_start().starts_with(['{', '[']) {
        let complete = head.len() == input.len();
        return complete.then(|| json::parse("input", input, limits).ok())?.and_then(of_json);
    }
    // Nor does a line end with the head.
    let whole = if head.len() < input.len() {
        text.rsplit_once('\n').map_or(text, |(a, _)| a)
    } else {
        text
    };
    of_first_line(text).or_else(|| of_text(whole))
}

fn by_first_bytes(input: &[u8]) -> Option<Wrapper> {
    // The longer mark of UTF-32 begins with that of UTF-16.
    Some(match input {
        [0xef, 0xbb, 0xbf, ..] => Wrapper::ByteOrderMark,
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Wrapper::Wide("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Wrapper::Wide("UTF-16"),
        [1..0x80, 0, 1..0x80, 0, ..] => Wrapper::Wide("UTF-16LE"),
        [0, 1..0x80, 0, 1..0x80, ..] => Wrapper::Wide("UTF-16BE"),
        [0x1f, 0x8b, ..] => Wrapper::Packed("gzip", "gzip -dc"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Wrapper::Packed("zstd", "zstd -dc"),
        [b'P', b'K', 3, 4, ..] => Wrapper::Packed("zip", "unzip -p"),
        _ => return None,
    })
}

/// Looks at what the first line begins with.
fn of_first_line(text: &str) -> Option<Wrapper> {
    let text = text.trim_start();
    let line = text.lines().next()?;
    let begins =
        |with: &str| line.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    for (begin, scheme) in
        [("authorization:", "Authorization:"), ("bearer ", "Bearer"), ("dpop ", "DPoP")]
    {
        if begins(begin) {
            return Some(Wrapper::Authorization(scheme.into()));
        }
    }
    if begins("-----BEGIN ") {
        return Some(Wrapper::Pem);
    }
    if line.starts_with(['"', '\'', '\u{201c}', '\u{2018}', '`']) {
        return Some(Wrapper::Quotes);
    }
    // As tools show what they sent and received.
    let line = line.trim_start_matches(['<', '>']).trim_start();
    let is_start = line.starts_with("HTTP/") || line.contains(" HTTP/");
    let is_field = line.split_once(": ").is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    });
    (is_start || is_field).then_some(Wrapper::Header)
}

/// Looks at a text as a whole.
fn of_text(text: &str) -> Option<Wrapper> {
    let trimmed = text.trim_end();
    if let Some(parameter) = parameter(trimmed) {
        return Some(Wrapper::Parameter(parameter));
    }
    if trimmed.split('%').skip(1).any(|after| {
        after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    }) {
        return Some(Wrapper::Percent);
    }
    if trimmed.ends_with(['"', '\'', '\u{201d}', '\u{2019}', '`']) {
        return Some(Wrapper::Quotes);
    }
    let pieces = trimmed.split(|c: char| c.is_whitespace() || ",;".contains(c));
    let pieces: Vec<&str> = pieces.filter(|piece| !piece.is_empty()).collect();
    if let [scheme, token] = *pieces.as_slice()
        && scheme.len() <= 64
        && scheme.bytes().all(|b| b.is_ascii_alphabetic())
        && is_token(token)
    {
        return Some(Wrapper::Authorization(scheme.into()));
    }
    if pieces.len() > 1 && pieces.iter().all(|piece| is_token(piece)) {
        return Some(Wrapper::Tokens);
    }
    let joined: String = text.chars().filter(|c| !is_blank(*c)).collect();
    let encoded = base64::decode_mosip(joined.as_bytes()).ok();
    if encoded.is_some_and(|text| std::str::from_utf8(&text).is_ok_and(|t| is_token(t.trim()))) {
        return Some(Wrapper::Encoded);
    }
    // A line break at the end is none of the artefact's.
    let is_blank_inside =
        joined.len() < trimmed.len() || text.trim_end_matches(['\r', '\n']) != trimmed;
    if !is_blank_inside || !(is_token(&joined) || is_encoded_object(&joined)) {
        return None;
    }
    let is_broken = trimmed.trim_start().contains(['\r', '\n']);
    Some(if is_broken { Wrapper::LineBreaks } else { Wrapper::WhiteSpace })
}

/// White space, and characters that cannot be seen.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// Finds the parameter that holds a token.
fn parameter(text: &str) -> Option<String> {
    let parameters = match text.split_once("://") {
        Some((_, rest)) => rest.split_once(['?', '#'])?.1,
        None => text.trim_start_matches(['?', '#']),
    };
    let pairs = parameters.split(['&', '#', '?', ';']).filter_map(|pair| pair.split_once('='));
    let is_name = |name: &str| {
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        !name.is_empty() && name.len() <= 64 && name.bytes().all(is_name)
    };
    let mut found = pairs.filter(|(name, value)| is_name(name.trim()) && is_token(value.trim()));
    found.next().map(|(name, _)| name.trim().to_owned())
}

/// Looks for tokens among the members of an object, two levels deep, or the elements of an array.
fn of_json(value: Value<'_>) -> Option<Wrapper> {
    let is_token = |value: &Value<'_>| value.as_str().is_some_and(is_token);
    match value {
        Value::Array(elements) if !elements.is_empty() && elements.iter().all(is_token) => {
            Some(Wrapper::Elements(elements.len()))
        }
        Value::Object(object) => {
            let mut paths = tokens_of(&object, "");
            for (name, value) in object.iter() {
                if let (Some(inner), true) = (value.as_object(), is_plain(name)) {
                    paths.extend(tokens_of(inner, &format!(".{name}")));
                }
            }
            (!paths.is_empty()).then_some(Wrapper::Members(paths))
        }
        _ => None,
    }
}

/// Returns the paths of the members that are tokens, as `jq` writes them.
fn tokens_of(object: &Object<'_>, prefix: &str) -> Vec<String> {
    let members = object.iter().filter(|(name, _)| is_plain(name));
    let tokens = members.filter(|(_, value)| value.as_str().is_some_and(is_token));
    tokens.map(|(name, _)| format!("{prefix}.{name}")).collect()
}

/// Tells whether a name needs no quotes in a path.
fn is_plain(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins_well && name.len() <= 64 && name.bytes().all(is_plain)
}

/// Tells whether a text has the form of a compact token: three parts, or five of an encrypted one,
/// of which the first holds an object.
pub(crate) fn is_token(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-_+/=.".contains(&b);
    let dots = text.bytes().filter(|b| *b == b'.').count();
    matches!(dots, 2 | 4)
        && text.bytes().all(legal)
        && text.split('.').next().is_some_and(is_encoded_object)
}

/// Tells whether a text is base64 of something that begins as an object does.
fn is_encoded_object(text: &str) -> bool {
    base64::decode_mosip(text.as_bytes())
        .is_ok_and(|bytes| bytes.trim_ascii_start().first() == Some(&b'{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJpIn0.c2lnbmF0dXJl";

    fn found(input: &[u8]) -> Option<Wrapper> {
        find_wrapper(input, &Limits::default())
    }

    fn utf_16(text: &str, mark: bool, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(to_bytes).collect()
    }

    #[test]
    fn every_wrapper_is_named_by_what_the_input_begins_with_or_holds() {
        let (start, end) = TOKEN.split_at(25);
        let lines = format!("{start}\r\n{end}\n");
        let scheme = |name: &str| Some(Wrapper::Authorization(name.into()));
        let parameter = |name: &str| Some(Wrapper::Parameter(name.into()));
        let members = |paths: &[&str]| {
            Some(Wrapper::Members(paths.iter().map(ToString::to_string).collect()))
        };
        for (input, wrapper) in [
            (format!("\u{feff}{TOKEN}"), Some(Wrapper::ByteOrderMark)),
            ("\u{feff}{\"certificate\":\"a.b.c\"}".into(), Some(Wrapper::ByteOrderMark)),
            ("PK\u{3}\u{4}".into(), Some(Wrapper::Packed("zip", "unzip -p"))),
            (format!("HTTP/1.1 200 OK\r\n\r\n{TOKEN}"), Some(Wrapper::Header)),
            ("HTTP/2 200 \ncontent-type: a\n\n{}".into(), Some(Wrapper::Header)),
            ("Content-Type: application/json\n\n{}".into(), Some(Wrapper::Header)),
            ("POST /dvs/verify HTTP/1.1\nHost: a\n\n{}".into(), Some(Wrapper::Header)),
            ("< HTTP/1.1 200 OK\n< Date: x\n{}".into(), Some(Wrapper::Header)),
            (format!("Bearer {TOKEN}"), scheme("Bearer")),
            (format!(" bearer  {TOKEN}\n"), scheme("Bearer")),
            (format!("JWT {TOKEN}"), scheme("JWT")),
            (base64::encode_standard(TOKEN.as_bytes()), Some(Wrapper::Encoded)),
            (format!("{}\n", base64::encode_url(TOKEN.as_bytes())), Some(Wrapper::Encoded)),
            (format!("session={TOKEN}; Path=/"), parameter("session")),
            (format!("DPoP {TOKEN}"), scheme("DPoP")),
            (format!("authorization: Bearer {TOKEN}"), scheme("Authorization:")),
            ("-----BEGIN CERTIFICATE-----\nAA\n".into(), Some(Wrapper::Pem)),
            (format!("\"{TOKEN}\"\n"), Some(Wrapper::Quotes)),
            (format!("'{TOKEN}'"), Some(Wrapper::Quotes)),
            (format!("\u{201c}{TOKEN}\u{201d}"), Some(Wrapper::Quotes)),
            (format!("{TOKEN}\""), Some(Wrapper::Quotes)),
            ("\"{\\\"certificate\\\":\\\"a.b.c\\\"}\"".into(), Some(Wrapper::Quotes)),
            (TOKEN.replace('.', "%2E"), Some(Wrapper::Percent)),
            (format!("{TOKEN}%3D%3d"), Some(Wrapper::Percent)),
            ("%7B%22certificate%22%3A".into(), Some(Wrapper::Percent)),
            (format!("id_token={TOKEN}&state=x"), parameter("id_token")),
            (format!("state=x&access_token={TOKEN}"), parameter("access_token")),
            (format!("https://a.example/cb#id_token={TOKEN}&state=x"), parameter("id_token")),
            (format!("https://a.example/cb?jwt={TOKEN}\n"), parameter("jwt")),
            (format!("https://a.example/?a=b#id_token={TOKEN}"), parameter("id_token")),
            (format!("#token={TOKEN}"), parameter("token")),
            (format!("token={TOKEN}"), parameter("token")),
            (format!("{TOKEN}\n{TOKEN}\n"), Some(Wrapper::Tokens)),
            (format!("{TOKEN}\r\n\r\n{TOKEN} {TOKEN}"), Some(Wrapper::Tokens)),
            (format!("{TOKEN},{TOKEN}"), Some(Wrapper::Tokens)),
            (lines, Some(Wrapper::LineBreaks)),
            (format!("{TOKEN}\n\n").replace(".c2", ".\nc2"), Some(Wrapper::LineBreaks)),
            (format!("{start} {end}"), Some(Wrapper::WhiteSpace)),
            (format!(" {TOKEN}"), Some(Wrapper::WhiteSpace)),
            (format!("{TOKEN} "), Some(Wrapper::WhiteSpace)),
            (format!("{start}\t{end}"), Some(Wrapper::WhiteSpace)),
            (format!("{start}\u{200b}{end}"), Some(Wrapper::WhiteSpace)),
            (format!("{start}\u{a0}{end}"), Some(Wrapper::WhiteSpace)),
            (base64::encode_url(b"{\"a\":1}").replace("yJ", "y J"), Some(Wrapper::WhiteSpace)),
            (format!("{{\"jwt\":\"{TOKEN}\"}}"), members(&[".jwt"])),
            (format!("{{\"data\":{{\"token\":\"{TOKEN}\"}},\"b\":1}}"), members(&[".data.token"])),
            (
                format!("{{\"id_token\":\"{TOKEN}\",\"access_token\":\"{TOKEN}\"}}"),
                members(&[".id_token", ".access_token"]),
            ),
            (format!("[\"{TOKEN}\",\"{TOKEN}\"]"), Some(Wrapper::Elements(2))),
            // These are what they are.
            (TOKEN.into(), None),
            (format!("{TOKEN}\n"), None),
            (String::new(), None),
            ("hello world".into(), None),
            ("{\"a\":\"b\"}".into(), None),
            ("[]".into(), None),
            ("{\"a\":".into(), None),
            (format!("{{\"a b\":\"{TOKEN}\"}}"), None),
        ] {
            assert_eq!(found(input.as_bytes()), wrapper, "{input:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_their_mark() {
        for (input, wrapper) in [
            (utf_16("{\"a\":1}", true, u16::to_le_bytes), Some(Wrapper::Wide("UTF-16"))),
            (utf_16("{\"a\":1}", true, u16::to_be_bytes), Some(Wrapper::Wide("UTF-16"))),
            (utf_16(TOKEN, false, u16::to_le_bytes), Some(Wrapper::Wide("UTF-16LE"))),
            (utf_16(TOKEN, false, u16::to_be_bytes), Some(Wrapper::Wide("UTF-16BE"))),
            (vec![0xff, 0xfe, 0, 0, b'{', 0, 0, 0], Some(Wrapper::Wide("UTF-32"))),
            (vec![0x1f, 0x8b, 8, 0], Some(Wrapper::Packed("gzip", "gzip -dc"))),
            (vec![0x28, 0xb5, 0x2f, 0xfd], Some(Wrapper::Packed("zstd", "zstd -dc"))),
            (vec![0xff], None),
            (vec![0, 0, 0, 0], None),
        ] {
            assert_eq!(found(&input), wrapper, "{input:?}");
        }
    }

    #[test]
    fn no_more_than_the_head_of_an_input_is_looked_at() {
        // Whether or not the head ends within a character.
        for start in ["HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK.\n\n"] {
            let large = format!("{start}{}", "é".repeat(HEAD_BYTES));
            assert_eq!(found(large.as_bytes()), Some(Wrapper::Header));
        }
        let tokens = format!("{TOKEN}\n").repeat(HEAD_BYTES);
        assert_eq!(found(tokens.as_bytes()), Some(Wrapper::Tokens));
    }

    #[test]
    fn every_hint_names_the_wrapper_and_the_way_out() {
        for (wrapper, words) in [
            (Wrapper::ByteOrderMark, &["byte order mark", "without"][..]),
            (Wrapper::Wide("UTF-16"), &["UTF-16", "iconv"]),
            (Wrapper::Packed("gzip", "gzip -dc"), &["gzip", "gzip -dc FILE"]),
            (Wrapper::Pem, &["PEM", "--key", "--trust"]),
            (Wrapper::Header, &["header", "empty line"]),
            (Wrapper::Authorization("Bearer".into()), &["`Bearer`", "after it"]),
            (Wrapper::Encoded, &["base64", "base64 -d FILE"]),
            (Wrapper::Quotes, &["quotes", "jq -r ."]),
            (Wrapper::Percent, &["percent-encoded", "decode"]),
            (Wrapper::Parameter("id_token".into()), &["`id_token`", "value"]),
            (Wrapper::Tokens, &["several tokens", "one token a line", "--ndjson"]),
            (Wrapper::LineBreaks, &["line breaks", "tr -d"]),
            (Wrapper::WhiteSpace, &["white space", "tr -d"]),
            (Wrapper::Members(vec![".jwt".into()]), &["member", "jq -r .jwt"]),
            (Wrapper::Members(vec![".a".into(), ".b".into()]), &[".a, .b", "jq -r .a"]),
            (Wrapper::Elements(2), &["array of 2", "--ndjson"]),
        ] {
            let hint = wrapper.to_string();
            assert!(words.iter().all(|word| hint.contains(word)), "{hint}");
        }
    }
}
