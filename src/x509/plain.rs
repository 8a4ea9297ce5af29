//! The short way to read a certificate: one pass over its DER, which copies nothing.
//!
//! It reads the plain form that nearly all certificates have, and says nothing of any other: those are
//! read by the crate `x509-cert`, which decides. What is read here, that crate accepts, and reads alike.

use alloc::vec::Vec;
use core::ops::Range;

use x509_cert::certificate::Version;
use x509_cert::der::Decode as _;
use x509_cert::spki::SubjectPublicKeyInfoRef;
use x509_cert::time::Time;

use crate::crypto::Algorithm;

#[cfg(test)]
mod tests;

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

/// `organizationName`, 2.5.4.10.
const ORGANIZATION_NAME: [u8; 3] = [0x55, 4, 10];

/// Contents of `AlgorithmIdentifier`. RFC 4055 section 5: the parameters of RSA are NULL, and where
/// they are missing, meant to be.
const ALGORITHMS: [(&[u8], Algorithm); 7] = [
    (&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0], Algorithm::Rs256),
    (&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12, 5, 0], Algorithm::Rs384),
    (&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13, 5, 0], Algorithm::Rs512),
    (&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11], Algorithm::Rs256),
    (&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12], Algorithm::Rs384),
    (&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13], Algorithm::Rs512),
    (&[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2], Algorithm::Es256),
];

/// A certificate in plain form. Places are those of whole elements, but for the signature's bits.
pub(super) struct Plain<'d> {
    pub(super) version: Version,
    pub(super) algorithm: Algorithm,
    pub(super) issuer: Range<usize>,
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) subject: Range<usize>,
    /// The value of the subject's last organisation.
    pub(super) organization: Option<Range<usize>>,
    pub(super) info: SubjectPublicKeyInfoRef<'d>,
    pub(super) extensions: Vec<Extension<'d>>,
    pub(super) signature: Range<usize>,
}

/// An extension: the content of its identifier, and of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extension<'d> {
    pub(super) id: &'d [u8],
    pub(super) critical: bool,
    pub(super) value: &'d [u8],
}

impl<'d> Plain<'d> {
    /// Reads a certificate with at most so many extensions. `None` says nothing about it.
    pub(super) fn read(der: &'d [u8], most_extensions: usize) -> Option<Self> {
        let mut certificate = Elements { der, at: 0, end: der.len() }.only(SEQUENCE)?;
        let mut fields = certificate.inside(SEQUENCE)?;
        let outer = certificate.next(SEQUENCE)?;
        let bits = certificate.last(BIT_STRING)?;
        let ([0], signature) = (der.get(bits.content.start..=bits.content.start)?, bits.content)
        else {
            return None;
        };
        let version = version(&mut fields)?;
        serial_number(fields.next(INTEGER)?.bytes(der)?)?;
        let inner = fields.next(SEQUENCE)?.bytes(der)?;
        let known = ALGORITHMS.iter().find(|(content, _)| *content == inner)?;
        if outer.bytes(der)? != inner {
            return None;
        }
        let (issuer, _) = name(&mut fields)?;
        let mut validity = fields.inside(SEQUENCE)?;
        let (not_before, not_after) = (time(&mut validity)?, time(&mut validity)?);
        let (subject, organization) = name(&mut fields)?;
        let info = fields.next(SEQUENCE)?;
        let info = SubjectPublicKeyInfoRef::from_der(der.get(info.whole)?).ok()?;
        let extensions = match fields.is_finished() {
            true => Vec::new(),
            false => extensions(&mut fields, most_extensions)?,
        };
        (validity.is_finished() && fields.is_finished()).then_some(Self {
            version,
            algorithm: known.1,
            issuer,
            not_before,
            not_after,
            subject,
            organization,
            info,
            extensions,
            signature: signature.start + 1..signature.end,
        })
    }
}

fn version(fields: &mut Elements<'_>) -> Option<Version> {
    if fields.peek() != Some(VERSION) {
        return Some(Version::V1);
    }
    let number = fields.inside(VERSION)?.last(INTEGER)?;
    (number.bytes(fields.der)? == [2]).then_some(Version::V3)
}

/// A positive number of at most 20 bytes, without a zero that it does not need.
fn serial_number(number: &[u8]) -> Option<()> {
    match number {
        [0, second, ..] if *second < 0x80 => None,
        [first, rest @ ..] if *first < 0x80 && rest.len() < 20 => Some(()),
        _ => None,
    }
}

/// Names whose parts stand alone: in a set of several, any order would be the same name.
fn name(fields: &mut Elements<'_>) -> Option<(Range<usize>, Option<Range<usize>>)> {
    let whole = fields.next(SEQUENCE)?;
    let mut names = fields.within(&whole);
    let mut organization = None;
    while !names.is_finished() {
        let mut part = names.inside(SET)?.only(SEQUENCE)?;
        let id = object_identifier(&mut part)?;
        let value = part.any(is_text)?;
        if id == ORGANIZATION_NAME {
            organization = Some(value.whole);
        }
        if !part.is_finished() {
            return None;
        }
    }
    Some((whole.whole, organization))
}

/// UTF8String, PrintableString, IA5String.
fn is_text(tag: u8) -> bool {
    matches!(tag, 0x0c | 0x13 | 0x16)
}

fn time(validity: &mut Elements<'_>) -> Option<Time> {
    let time = validity.any(|tag| matches!(tag, UTC_TIME | GENERALIZED_TIME))?;
    Time::from_der(validity.der.get(time.whole)?).ok()
}

fn extensions<'d>(fields: &mut Elements<'d>, most: usize) -> Option<Vec<Extension<'d>>> {
    let mut list = fields.inside(EXTENSIONS)?.only(SEQUENCE)?;
    let mut extensions = Vec::new();
    while !list.is_finished() {
        let mut extension = list.inside(SEQUENCE)?;
        let id = object_identifier(&mut extension)?;
        let critical = extension.peek() == Some(BOOLEAN);
        if critical && extension.next(BOOLEAN)?.bytes(list.der)? != [0xff] {
            return None;
        }
        let value = extension.last(OCTET_STRING)?.bytes(list.der)?;
        extensions.push(Extension { id, critical, value });
        if extensions.len() > most {
            return None;
        }
    }
    (!extensions.is_empty()).then_some(extensions)
}

/// An identifier of three arcs or more, whose arcs behind the second take four bytes at most.
fn object_identifier<'d>(elements: &mut Elements<'d>) -> Option<&'d [u8]> {
    let id = elements.next(OBJECT_IDENTIFIER)?.bytes(elements.der)?;
    let (first, arcs) = id.split_first()?;
    let is_last = |byte: &u8| *byte < 0x80;
    let are_short = arcs
        .split_inclusive(is_last)
        .all(|arc| arc.len() <= 4 && arc.first() != Some(&0x80) && arc.last().is_some_and(is_last));
    (*first < 120 && !arcs.is_empty() && id.len() <= 32 && are_short).then_some(id)
}

/// Elements of DER, one behind the other.
#[derive(Clone)]
struct Elements<'d> {
    der: &'d [u8],
    at: usize,
    end: usize,
}

/// Where an element stands.
struct Element {
    whole: Range<usize>,
    content: Range<usize>,
}

impl Element {
    fn bytes<'d>(&self, der: &'d [u8]) -> Option<&'d [u8]> {
        der.get(self.content.clone())
    }
}

impl<'d> Elements<'d> {
    fn is_finished(&self) -> bool {
        self.at == self.end
    }

    fn peek(&self) -> Option<u8> {
        self.der.get(self.at..self.end)?.first().copied()
    }

    /// Takes an element of this tag.
    fn next(&mut self, tag: u8) -> Option<Element> {
        self.any(|found| found == tag)
    }

    /// Takes an element, none of which is longer than a certificate. Lengths have one form only.
    fn any(&mut self, wanted: impl Fn(u8) -> bool) -> Option<Element> {
        let start = self.at;
        let (header, length) = match *self.der.get(start..self.end)? {
            [tag, length @ 0..=0x7f, ..] if wanted(tag) => (2, usize::from(length)),
            [tag, 0x81, length @ 0x80..=0xff, ..] if wanted(tag) => (3, usize::from(length)),
            [tag, 0x82, high @ 1..=0xff, low, ..] if wanted(tag) => {
                (4, usize::from(high) << 8 | usize::from(low))
            }
            _ => return None,
        };
        let content = start + header..start + header + length;
        if content.end > self.end {
            return None;
        }
        self.at = content.end;
        Some(Element { whole: start..content.end, content })
    }

    /// Takes the last element, of this tag.
    fn last(&mut self, tag: u8) -> Option<Element> {
        self.next(tag).filter(|_| self.is_finished())
    }

    /// Takes an element of this tag, and looks inside.
    fn inside(&mut self, tag: u8) -> Option<Self> {
        let element = self.next(tag)?;
        Some(self.within(&element))
    }

    /// The same for the last element.
    fn only(&mut self, tag: u8) -> Option<Self> {
        let element = self.last(tag)?;
        Some(self.within(&element))
    }

    fn within(&self, element: &Element) -> Self {
        Self { der: self.der, at: element.content.start, end: element.content.end }
    }
}
