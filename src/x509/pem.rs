//! PEM blocks (RFC 7468), read as leniently as its section 2 allows: lines of any width, white
//! space within the base64, line breaks of any system, and text around the blocks. The base64
//! itself is strict.
//!
//! One thing that section 2 allows is refused, because common tools refuse it as well: a block
//! whose content begins on the line of its `BEGIN`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::encoding::{Fault, base64};

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// One block of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'t> {
    /// What stands behind `BEGIN`, such as `CERTIFICATE`.
    pub(crate) label: &'t str,
    content: &'t str,
}

impl Block<'_> {
    /// Decodes the content.
    pub(crate) fn decode(&self) -> Result<Vec<u8>, PemFault> {
        let fault = |fault| PemFault::Base64 { label: crate::error::shorten(self.label), fault };
        // RFC 1421 put headers here, and a colon is no character of base64.
        if self.content.contains(':') {
            return Err(PemFault::Headers { label: crate::error::shorten(self.label) });
        }
        let white = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
        let packed: Vec<u8> = self.content.bytes().filter(|b| !white(b)).collect();
        if packed.is_empty() {
            return Err(fault(Fault::Empty));
        }
        base64::decode_standard(&packed).map_err(fault)
    }
}

/// What is wrong with a PEM text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemFault {
    /// A block has no `END` line with the same label.
    NoEnd {
        /// The label after `BEGIN`, cut to 64 characters.
        label: String,
    },
    /// A block continues on the line of its `BEGIN`.
    OneLine {
        /// The label, cut to 64 characters.
        label: String,
    },
    /// The line breaks are written as a backslash and a letter.
    EscapedLineBreaks,
    /// A block has headers ([RFC 1421](https://www.rfc-editor.org/rfc/rfc1421)), as encrypted keys do.
    Headers {
        /// The label, cut to 64 characters.
        label: String,
    },
    /// The base64 of a block is invalid.
    Base64 {
        /// The label, cut to 64 characters.
        label: String,
        /// What is wrong; offsets count the characters, excluding white space.
        fault: Fault,
    },
}

impl fmt::Display for PemFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEnd { label } => write!(
                f,
                "`-----BEGIN {label}-----` has no `-----END {label}-----` behind it: the file is cut off or damaged"
            ),
            Self::OneLine { label } => write!(
                f,
                "the PEM block `{label}` stands on one line: put a line break behind the BEGIN line and before the END line"
            ),
            Self::EscapedLineBreaks => f.write_str(
                "PEM with `\\n` written as two characters: replace each `\\n` by a line break, as `printf '%b'` does",
            ),
            Self::Headers { label } => {
                write!(f, "the PEM block `{label}` has headers (RFC 1421), as only private keys do")
            }
            Self::Base64 { label, fault } => {
                write!(f, "base64 of the PEM block `{label}`: {fault}")
            }
        }
    }
}

impl core::error::Error for PemFault {}

/// Finds the blocks of a text, `most` at the most; whether there are more is not looked at.
pub(crate) fn blocks(text: &str, most: usize) -> Result<Vec<Block<'_>>, PemFault> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while blocks.len() < most
        && let Some((_, from_label)) = rest.split_once(BEGIN)
    {
        let (block, behind) = block(from_label)?;
        blocks.push(block);
        rest = behind;
    }
    Ok(blocks)
}

/// Reads one block from its label on, and returns what stands behind it.
fn block(from_label: &str) -> Result<(Block<'_>, &str), PemFault> {
    let line_end = from_label.find(['\n', '\r']).unwrap_or(from_label.len());
    let line = from_label.get(..line_end).unwrap_or_default();
    let (label, behind) = line.split_once(DASHES).unwrap_or((line.trim_end(), ""));
    if behind.starts_with("\\n") || behind.starts_with("\\r") {
        return Err(PemFault::EscapedLineBreaks);
    }
    let shown = || crate::error::shorten(label);
    if !behind.trim().is_empty() {
        return Err(PemFault::OneLine { label: shown() });
    }
    let from_content = from_label.get(line_end..).unwrap_or_default();
    let end = from_content.find("-----END ").ok_or_else(|| PemFault::NoEnd { label: shown() })?;
    let content = from_content.get(..end).unwrap_or_default();
    let from_end = from_content.get(end..).unwrap_or_default();
    from_end
        .strip_prefix("-----END ")
        .and_then(|end| end.strip_prefix(label))
        .and_then(|end| end.strip_prefix(DASHES))
        .map(|behind| (Block { label, content }, behind))
        .ok_or_else(|| PemFault::NoEnd { label: shown() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    const PLAIN: &str = "-----BEGIN A B-----\nAQID\nBAUG\n-----END A B-----\n";

    fn read(text: &str) -> Result<Vec<(String, Vec<u8>)>, PemFault> {
        let blocks = blocks(text, 9)?;
        blocks.iter().map(|block| Ok((block.label.to_string(), block.decode()?))).collect()
    }

    #[test]
    fn lines_of_any_width_white_space_and_text_around_are_read_alike() {
        let expected = Ok(alloc::vec![("A B".to_string(), alloc::vec![1, 2, 3, 4, 5, 6])]);
        for text in [
            PLAIN.to_string(),
            PLAIN.replace('\n', "\r\n"),
            PLAIN.replace('\n', "\r"),
            PLAIN.replace('\n', " \n"),
            PLAIN.replace("AQID\nBAUG", "AQIDBAUG"),
            PLAIN.replace("AQID\nBAUG", "\n A\tQ\x0b\x0cID\n\n  BAUG\n"),
            ["subject=/CN=x\n", PLAIN, "\n\n the end"].concat(),
            PLAIN.trim_end().to_string(),
        ] {
            assert_eq!(read(&text), expected, "{text:?}");
        }
        assert_eq!(read(""), Ok(Vec::new()));
        assert_eq!(read("nothing of the kind"), Ok(Vec::new()));
        assert_eq!(read(&[PLAIN, "x", PLAIN].concat()).unwrap().len(), 2);
        assert_eq!(blocks(&PLAIN.repeat(12), 9).unwrap().len(), 9);
    }

    #[test]
    fn damaged_blocks_say_what_is_wrong_with_them() {
        let label = || "A B".to_string();
        for (text, fault) in [
            (PLAIN.replace("END A B", "END A"), PemFault::NoEnd { label: label() }),
            (PLAIN.replace("END A B-----", "END A B---"), PemFault::NoEnd { label: label() }),
            (PLAIN.replace("-----END A B-----", ""), PemFault::NoEnd { label: label() }),
            (PLAIN.replace('\n', ""), PemFault::OneLine { label: label() }),
            (PLAIN.replace("B-----\nAQID", "B-----AQID"), PemFault::OneLine { label: label() }),
            (PLAIN.replace('\n', "\\n"), PemFault::EscapedLineBreaks),
            (PLAIN.replace('\n', "\\r\\n"), PemFault::EscapedLineBreaks),
            (
                PLAIN.replace("AQID", "Proc-Type: 4,ENCRYPTED\n\nAQID"),
                PemFault::Headers { label: label() },
            ),
            (
                PLAIN.replace("AQID", "AQI_"),
                PemFault::Base64 { label: label(), fault: Fault::Character { offset: 3 } },
            ),
            (
                PLAIN.replace("BAUG", "BAU"),
                PemFault::Base64 { label: label(), fault: Fault::Padding },
            ),
            (
                PLAIN.replace("AQID\nBAUG", " \n"),
                PemFault::Base64 { label: label(), fault: Fault::Empty },
            ),
        ] {
            assert_eq!(read(&text), Err(fault), "{text:?}");
        }
    }
}
