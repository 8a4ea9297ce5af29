//! Text from elsewhere, where a person reads it.

use std::fmt;

use countersign::encoding::json::Value;

/// Text that may come from an input. Characters that could act on a terminal (control characters,
/// and those that change the direction of text) are written as JSON escapes.
///
/// ```
/// use countersign_audit::Escaped;
///
/// assert_eq!(Escaped("\u{1b}[31m").to_string(), "\\u001b[31m");
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a text, and nothing else")]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The library's writer knows which characters. Quotes need no escape here.
        let quoted = Value::from(self.0).to_string();
        let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        f.write_str(&inner.unwrap_or_default().replace("\\\"", "\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_passes() {
        for (raw, escaped) in [
            ("\u{1b}[31m", "\\u001b[31m"),
            ("\u{9b}2J", "\\u009b2J"),
            ("a\nb\rc\td", "a\\nb\\rc\\td"),
            ("\u{202e}abc", "\\u202eabc"),
            ("say \"hi\" \\\"", "say \"hi\" \\\\\""),
            ("pièce ✓", "pièce ✓"),
            ("", ""),
        ] {
            assert_eq!(Escaped(raw).to_string(), escaped);
        }
    }
}
