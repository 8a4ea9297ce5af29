//! JSON without white space, in which nothing acts on a terminal.

use core::fmt;

use super::parser::special_bytes;
use super::value::{Object, Value};

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(f, self)
    }
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl Object<'_> {
    /// Writes what [`Display`](fmt::Display) shows.
    pub(crate) fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str("{")?;
        for (index, (name, value)) in self.members.iter().enumerate() {
            out.write_str(if index == 0 { "" } else { "," })?;
            write_string(out, name)?;
            out.write_str(":")?;
            write_value(out, value)?;
        }
        out.write_str("}")
    }
}

fn write_value(out: &mut impl fmt::Write, value: &Value<'_>) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Bool(true) => out.write_str("true"),
        Value::Bool(false) => out.write_str("false"),
        Value::Number(text) => out.write_str(text),
        Value::String(text) => write_string(out, text),
        Value::Array(elements) => {
            out.write_str("[")?;
            for (index, element) in elements.iter().enumerate() {
                out.write_str(if index == 0 { "" } else { "," })?;
                write_value(out, element)?;
            }
            out.write_str("]")
        }
        Value::Object(object) => object.write(out),
    }
}

/// Writes a JSON string. Everything that could act on a terminal is escaped: C0 and C1 controls,
/// DEL, and the characters that change the direction of text.
pub(crate) fn write_string(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    out.write_str("\"")?;
    write_escaped(out, text)?;
    out.write_str("\"")
}

/// Writes what stands between the quotes of a JSON string. What needs no escape is written at once,
/// however long it is.
pub(crate) fn write_escaped(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let (mut rest, mut plain) = (text, 0);
    loop {
        // Nearly all of nearly every text needs no look at its characters.
        let after = rest.as_bytes().get(plain..).unwrap_or_default();
        plain += plain_bytes(after);
        let Some((run, special)) = rest.split_at_checked(plain) else { return Err(fmt::Error) };
        let mut characters = special.chars();
        let Some(character) = characters.next() else { return out.write_str(run) };
        if character.is_ascii() || character.is_control() || is_invisible(character) {
            out.write_str(run)?;
            write_escape(out, character)?;
            (rest, plain) = (characters.as_str(), 0);
        } else {
            plain += character.len_utf8();
        }
    }
}

fn write_escape(out: &mut impl fmt::Write, character: char) -> fmt::Result {
    match character {
        '"' => out.write_str("\\\""),
        '\\' => out.write_str("\\\\"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        other => other.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| {
            out.write_str("\\u")?;
            write!(out, "{unit:04x}")
        }),
    }
}

/// Counts the bytes before the first that may need an escape: anything but printable ASCII without
/// quotes and backslashes.
fn plain_bytes(text: &[u8]) -> usize {
    /// Bytes at a time: the compiler compares them with vector instructions.
    const BLOCK: usize = 32;
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let is_special = |b: &u8| b.wrapping_sub(b' ') >= 0x7f - b' ' || *b == b'"' || *b == b'\\';
    let any = |block: &[u8; BLOCK]| block.iter().fold(false, |any, b| any | is_special(b));
    if let Some(index) = blocks.iter().position(any) {
        let block = blocks.get(index).map_or(&[][..], |block| block);
        return index * BLOCK + block.iter().position(is_special).unwrap_or(BLOCK);
    }
    let (words, tail) = rest.as_chunks::<8>();
    let mut at = text.len() - rest.len();
    for word in words {
        let word = u64::from_le_bytes(*word);
        let special = special_bytes(word) | others(word);
        if special != 0 {
            return at + usize::try_from(special.trailing_zeros() / 8).unwrap_or_default();
        }
        at += 8;
    }
    at + tail.iter().position(is_special).unwrap_or(tail.len())
}

/// Tells whether a string is written as it is, for constants: it has printable ASCII without quotes and
/// backslashes, and section signs.
pub(crate) const fn is_verbatim(text: &str) -> bool {
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return true,
            [b'"' | b'\\', ..] => return false,
            [b' '..=b'~', rest @ ..] | [0xc2, 0xa7, rest @ ..] => rest,
            _ => return false,
        };
    }
}

/// Tells whether a JSON text that was checked is written as it is: it has no white space and nothing to
/// escape, and no escapes.
pub(super) fn is_compact(text: &[u8]) -> bool {
    let is_plain = |b: &u8| b.wrapping_sub(b'!') < 0x7f - b'!' && *b != b'\\';
    let (blocks, rest) = text.as_chunks::<32>();
    let all = |block: &[u8]| block.iter().fold(true, |all, b| all & is_plain(b));
    blocks.iter().all(|block| all(block)) && all(rest)
}

/// Sets the top bits of the bytes of a word that are DEL or no ASCII; as for `special_bytes`, the
/// lowest bit that is set is exact.
const fn others(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES * 0x80;
    // A byte of at most 0x7f carries nothing into the next one.
    ((word & !TOPS) + ONES) & TOPS | word & TOPS
}

/// Line separators, and controls of direction, of joining and of annotation (Unicode `Cf`, `Zl` and
/// `Zp`, as far as they can change how other text is shown).
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}
