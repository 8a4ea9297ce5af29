//! JSON without white space, in which nothing acts on a terminal.

use core::fmt;

use super::value::{Object, Value};

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::String(text) => write_string(f, text),
            Self::Array(elements) => {
                f.write_str("[")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Self::Object(object) => write!(f, "{object}"),
        }
    }
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.members.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            write_string(f, name)?;
            write!(f, ":{value}")?;
        }
        f.write_str("}")
    }
}

/// Writes a JSON string. Everything that could act on a terminal is escaped: C0 and C1 controls,
/// DEL, and the characters that change the direction of text.
fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write as _;
    f.write_str("\"")?;
    let mut rest = text;
    while !rest.is_empty() {
        // Nearly all of nearly every text needs no look at its characters.
        let plain = rest.bytes().position(|b| !matches!(b, b' '..=b'~') || b == b'"' || b == b'\\');
        let (run, after) = rest.split_at(plain.unwrap_or(rest.len()));
        f.write_str(run)?;
        let mut characters = after.chars();
        match characters.next() {
            None => {}
            Some('"') => f.write_str("\\\"")?,
            Some('\\') => f.write_str("\\\\")?,
            Some('\n') => f.write_str("\\n")?,
            Some('\r') => f.write_str("\\r")?,
            Some('\t') => f.write_str("\\t")?,
            Some(c) if c.is_control() || is_invisible(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(f, "\\u{unit:04x}")?;
                }
            }
            Some(c) => f.write_char(c)?,
        }
        rest = characters.as_str();
    }
    f.write_str("\"")
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
