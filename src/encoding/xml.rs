//! XML as far as data that is kept in it needs: elements, attributes and text.
//!
//! Read strictly: UTF-8, no document type and so no entities beyond the five of the language, no
//! processing instructions, no attribute twice. Names lose their prefix; namespaces are not looked
//! at. Depth and number of elements are those of [`Limits`] for JSON.
//!
//! Source: Extensible Markup Language (XML) 1.0, fifth edition.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::Fault;
use crate::error::Error;
use crate::limits::Limits;

/// An element with everything inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) name: &'a str,
    pub(crate) attributes: Vec<(&'a str, Cow<'a, str>)>,
    pub(crate) children: Vec<Self>,
    /// The text between the children, put together.
    text: Cow<'a, str>,
}

impl<'a> Element<'a> {
    /// Returns the children of a name.
    pub(crate) fn children_of<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Returns the text of an element without children.
    pub(crate) fn text(&self) -> Option<&str> {
        self.children.is_empty().then_some(&*self.text)
    }

    /// Returns an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| &**value)
    }

    fn add(&mut self, text: Cow<'a, str>) {
        if self.text.is_empty() {
            self.text = text;
        } else if !text.is_empty() {
            self.text.to_mut().push_str(&text);
        }
    }
}

/// Parses a document.
///
/// The caller bounds its size.
pub(crate) fn parse<'a>(
    part: &'static str,
    text: &'a [u8],
    limits: &Limits,
) -> Result<Element<'a>, Error> {
    let text =
        core::str::from_utf8(text).map_err(|_| Error::Malformed { part, fault: Fault::Utf8 })?;
    let limit = limits.json_values();
    let most_attributes = limits.json_members().into();
    let mut reader = Reader { part, text, rest: text, left: limit, limit, most_attributes };
    let after = reader.rest.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    if let Some((_, after)) = after {
        reader.rest = after;
    }
    reader.skip_misc()?;
    let root = reader.element(limits)?;
    reader.skip_misc()?;
    if reader.rest.is_empty() { Ok(root) } else { Err(reader.fault()) }
}

struct Reader<'a> {
    part: &'static str,
    text: &'a str,
    rest: &'a str,
    /// How many more elements and attributes there may be.
    left: usize,
    limit: usize,
    /// Of one element; bounds the search for repeated names.
    most_attributes: usize,
}

/// What a tag says.
struct Tag<'a> {
    element: Element<'a>,
    /// With its prefix, as the end tag repeats it.
    name: &'a str,
    is_empty: bool,
}

impl<'a> Reader<'a> {
    fn fault(&self) -> Error {
        let offset = self.text.len().saturating_sub(self.rest.len());
        Error::Malformed { part: self.part, fault: Fault::Xml { offset } }
    }

    fn skip(&mut self, text: &str) -> Result<(), Error> {
        self.rest = self.rest.strip_prefix(text).ok_or_else(|| self.fault())?;
        Ok(())
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    /// Skips white space and comments.
    fn skip_misc(&mut self) -> Result<(), Error> {
        self.skip_space();
        while self.rest.starts_with("<!--") {
            self.skip_comment()?;
            self.skip_space();
        }
        Ok(())
    }

    fn skip_comment(&mut self) -> Result<(), Error> {
        self.skip("<!--")?;
        let (_, rest) = self.rest.split_once("-->").ok_or_else(|| self.fault())?;
        self.rest = rest;
        Ok(())
    }

    fn name(&mut self) -> Result<&'a str, Error> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c);
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Err(self.fault());
        }
        self.rest = rest;
        Ok(name)
    }

    /// Counts an element or an attribute.
    fn count(&mut self) -> Result<(), Error> {
        let (what, limit) = ("number of XML elements", self.limit);
        self.left = self.left.checked_sub(1).ok_or(Error::TooLarge { what, limit })?;
        Ok(())
    }

    fn tag(&mut self) -> Result<Tag<'a>, Error> {
        self.skip("<")?;
        self.count()?;
        let name = self.name()?;
        let mut element = Element { name: local(name), ..Element::default() };
        loop {
            let before = self.rest;
            self.skip_space();
            let is_empty = self.rest.starts_with("/>");
            if is_empty || self.rest.starts_with('>') {
                self.skip(if is_empty { "/>" } else { ">" })?;
                return Ok(Tag { element, name, is_empty });
            }
            // Attributes stand apart.
            if before == self.rest {
                return Err(self.fault());
            }
            let attribute = self.attribute()?;
            if element.attributes.len() >= self.most_attributes {
                let (what, limit) = ("number of XML attributes", self.most_attributes);
                return Err(Error::TooLarge { what, limit });
            }
            if element.attributes.iter().any(|(name, _)| *name == attribute.0) {
                let name = crate::error::shorten(attribute.0);
                return Err(Error::DuplicateMember { part: self.part, name });
            }
            element.attributes.push(attribute);
        }
    }

    fn attribute(&mut self) -> Result<(&'a str, Cow<'a, str>), Error> {
        self.count()?;
        let name = self.name()?;
        self.skip_space();
        self.skip("=")?;
        self.skip_space();
        let quote = if self.rest.starts_with('\'') { "'" } else { "\"" };
        self.skip(quote)?;
        let (value, rest) = self.rest.split_once(quote).ok_or_else(|| self.fault())?;
        if value.contains('<') {
            return Err(self.fault());
        }
        let value = self.decoded(value)?;
        self.rest = rest;
        Ok((name, value))
    }

    /// Reads an element, without recursion.
    fn element(&mut self, limits: &Limits) -> Result<Element<'a>, Error> {
        let mut open: Vec<(&'a str, Element<'a>)> = Vec::new();
        loop {
            let Tag { element, name, is_empty } = self.tag()?;
            let mut done = if is_empty {
                Some(element)
            } else {
                let limit = limits.json_depth().into();
                if open.len() >= limit {
                    return Err(Error::TooLarge { what: "depth of XML", limit });
                }
                open.push((name, element));
                None
            };
            // Everything up to the next start of an element.
            loop {
                if let Some(element) = done.take() {
                    match open.last_mut() {
                        None => return Ok(element),
                        Some((_, parent)) => parent.children.push(element),
                    }
                }
                let Some((name, inner)) = open.last_mut() else { return Err(self.fault()) };
                let end = self.rest.find('<').ok_or_else(|| self.fault())?;
                let (text, rest) = self.rest.split_at_checked(end).unwrap_or_default();
                let text = self.decoded(text)?;
                inner.add(text);
                self.rest = rest;
                if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                    let (text, rest) = rest.split_once("]]>").ok_or_else(|| self.fault())?;
                    inner.add(line_breaks(text));
                    self.rest = rest;
                } else if self.rest.starts_with("<!--") {
                    self.skip_comment()?;
                } else if let Some(rest) = self.rest.strip_prefix("</") {
                    let rest = rest.strip_prefix(*name).ok_or_else(|| self.fault())?;
                    self.rest = rest.trim_start_matches(is_space);
                    self.skip(">")?;
                    done = open.pop().map(|(_, element)| element);
                } else {
                    break;
                }
            }
        }
    }

    /// Replaces references to characters.
    fn decoded(&self, text: &'a str) -> Result<Cow<'a, str>, Error> {
        if text.contains("]]>") {
            return Err(self.fault());
        }
        if !text.contains('&') {
            return Ok(line_breaks(text));
        }
        let mut decoded = String::with_capacity(text.len());
        let mut pieces = text.split('&');
        decoded.push_str(&line_breaks(pieces.next().unwrap_or_default()));
        for piece in pieces {
            let (name, behind) = piece.split_once(';').ok_or_else(|| self.fault())?;
            decoded.push(character(name).ok_or_else(|| self.fault())?);
            decoded.push_str(&line_breaks(behind));
        }
        Ok(Cow::Owned(decoded))
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Returns a name without its prefix.
fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// Makes every line break a single line feed, as every reader of XML does.
fn line_breaks(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns the character that a reference means.
fn character(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let digits = name.strip_prefix('#')?;
            let (digits, radix) = match digits.strip_prefix('x') {
                Some(digits) => (digits, 16),
                None => (digits, 10),
            };
            if !digits.chars().all(|c| c.is_digit(radix)) {
                return None;
            }
            let c = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)?;
            (c >= ' ' || is_space(c)).then_some(c)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    fn read(text: &str) -> Result<Element<'_>, Error> {
        parse("document", text.as_bytes(), &Limits::default())
    }

    #[test]
    fn elements_attributes_and_text_are_read_without_prefixes() {
        let root = read(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- c --><b:R xmlns:b=\"u\"><a k='v'>1&lt;2</a><e/>\
             <a>x<![CDATA[<&]]>y<!-- & --></a></b:R >\n",
        )
        .unwrap();
        assert_eq!((root.name, root.children.len(), root.text()), ("R", 3, None));
        let texts: Vec<_> = root.children_of("a").map(|a| a.text()).collect();
        assert_eq!(texts, [Some("1<2"), Some("x<&y")]);
        let first = root.children_of("a").next().unwrap();
        assert_eq!((first.attribute("k"), first.attribute("l")), (Some("v"), None));
        assert_eq!(root.children[1].text(), Some(""));
    }

    #[test]
    fn references_are_those_of_the_language_and_line_breaks_are_single() {
        let root = read("<a>&amp;&apos;&quot;&gt;&#65;&#x42;&#13;\r\n\rz</a>").unwrap();
        assert_eq!(root.text(), Some("&'\">AB\r\n\nz"));
        for name in ["&nbsp;", "&", "&#;", "&#x;", "&#+5;", "&#0;", "&#xD800;", "&lt", "&x;"] {
            let text = alloc::format!("<a>{name}</a>");
            assert_eq!(read(&text).unwrap_err().code(), Code::Malformed, "{name}");
        }
    }

    #[test]
    fn what_is_no_strict_document_is_refused() {
        for text in [
            "",
            "<",
            "<a",
            "<a>",
            "<a></b>",
            "<a></a",
            "<a></a><b/>",
            "<a/>x",
            "x<a/>",
            "<a b></a>",
            "<a b=c></a>",
            "<a b='c'd='e'/>",
            "<a b='<'/>",
            "<1/>",
            "<é/>",
            "< a/>",
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<?pi?><a/>",
            "<a><?pi?></a>",
            "<a><![CDATA[x</a>",
            "<a>]]></a>",
            "<a>&amp;]]></a>",
            "<a><!-- </a>",
        ] {
            assert_eq!(read(text).unwrap_err().code(), Code::Malformed, "{text}");
        }
        assert_eq!(read("<a b='1' b='2'/>").unwrap_err().code(), Code::DuplicateMember);
        assert!(parse("document", b"<a>\xff</a>", &Limits::default()).is_err());
    }

    #[test]
    fn depth_and_number_of_elements_are_limited() {
        let nested =
            |depth: usize| alloc::format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        let depth = usize::from(Limits::default().json_depth());
        assert!(read(&nested(depth)).is_ok());
        assert_eq!(read(&nested(depth + 1)).unwrap_err().code(), Code::TooLarge);
        let limits = Limits::default().with_json_values(3);
        let count = |inner: &str| {
            let text = alloc::format!("<a>{inner}</a>");
            parse("document", text.as_bytes(), &limits).map(|_| ()).map_err(|error| error.code())
        };
        assert_eq!(count("<b/><b/>"), Ok(()));
        for more in ["<b/><b/><b/>", "<b/><b c='d'/>"] {
            assert_eq!(count(more), Err(Code::TooLarge), "{more}");
        }
    }
}
