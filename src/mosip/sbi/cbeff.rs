//! Signed data as registration packets store it: split across the parts of a CBEFF segment.
//!
//! ```text
//! SB      header..signature ─────────────┐
//! Others  PAYLOAD, "<bioValue>" inside ──┼──► header.payload.signature ──► DataVerifier
//! BDB     the biometric value ───────────┘
//! ```
//!
//! The packet stores the value once, in `BDB`, and leaves a placeholder in the payload. The token is
//! reassembled byte for byte. Devices wrote the value in base64url with or without padding, and only
//! the signature tells which.
//!
//! A [`Packet`] is the XML file that contains such segments, one for each biometric; a [`Verifier`]
//! verifies all of them. Nothing in the XML itself is signed: anyone can change types, qualities, dates
//! and the number of segments.
//!
//! Sources: mosip/bio-utils, `BiometricsSignatureHelper`; mosip/registration-client, `BIRBuilder`.
//!
//! Not supported: segments that store payload members other than `bioValue` separately.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::format;
use alloc::string::String;
use alloc::vec::{IntoIter, Vec};
use core::iter::Enumerate;

use super::capture::{DataVerifier, check_content, refuse_expected_hashes};
use super::data::{CapturedLayers, DATA, Data, most_signatures, record_data};
use super::expected::{Expected, Mixed};
use crate::code::Code;
use crate::encoding::json::{Object, Value};
use crate::encoding::xml::{self, Element};
use crate::encoding::{Fault, base64};
use crate::error::Error;
use crate::jose::CompactJws;
use crate::limits::Limits;
use crate::mosip::Window;
use crate::mosip::layer::Closed;
use crate::mosip::trust::{Checker, Message, Parts, Signed, Verified, message};
use crate::report::{Check, Trail};
use crate::time::At;
use crate::verify::{self, Item};

const PART: &str = "CBEFF";
const SEGMENTS: &str = "segments";

/// How a device encoded the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Padding {
    /// Base64url without padding.
    Absent,
    /// Base64url with padding.
    Present,
}

/// The parts of a segment, *untrusted*.
///
/// ```
/// use countersign::mosip::sbi::cbeff::{Padding, Segment};
///
/// let segment = Segment {
///     sb: "e30..AAAA",
///     bdb: b"value",
///     payload: r#"{"bioValue":"<bioValue>"}"#,
/// };
/// let token = segment.token(Padding::Absent)?;
/// assert_eq!(token, "e30.eyJiaW9WYWx1ZSI6ImRtRnNkV1UifQ.AAAA");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by callers, field by field")]
pub struct Segment<'a> {
    /// The text of `SB`, decoded from its base64: header, two dots, signature.
    pub sb: &'a str,
    /// `BDB`, decoded from its base64: the biometric value.
    pub bdb: &'a [u8],
    /// The value of `Others` with the key `PAYLOAD`, byte for byte.
    pub payload: &'a str,
}

impl Segment<'_> {
    /// Reassembles the token as it was signed.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] unless `sb` has exactly one empty part, in the middle, and the payload has
    /// exactly one placeholder.
    pub fn token(&self, padding: Padding) -> Result<String, Error> {
        const PLACEHOLDER: &str = "<bioValue>";
        let malformed = |part| Error::Malformed { part, fault: Fault::Segments };
        let parts: Vec<&str> = self.sb.split('.').collect();
        let [header, "", signature] = parts[..] else { return Err(malformed("SB")) };
        let pieces: Vec<&str> = self.payload.split(PLACEHOLDER).collect();
        let [before, behind] = pieces[..] else { return Err(malformed("PAYLOAD")) };
        let mut value = base64::encode_url(self.bdb);
        if padding == Padding::Present {
            while !value.len().is_multiple_of(4) {
                value.push('=');
            }
        }
        let payload = base64::encode_url(format!("{before}{value}{behind}").as_bytes());
        Ok(format!("{header}.{payload}.{signature}"))
    }

    /// Verifies the token without padding or, failing that, with padding, and returns which it was.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`token`](Self::token) and [`DataVerifier::verify`]; if the token has no
    /// good signature without padding, the error is the one found with padding.
    pub fn verify(
        &self,
        verifier: &DataVerifier,
        expected: &Expected,
        at: impl Into<At>,
    ) -> Result<(Verified<Data>, Padding), Error> {
        let at = at.into();
        let verify = |padding| -> Result<_, Error> {
            let token = self.token(padding)?;
            Ok((verifier.verify(token.as_bytes(), expected, at)?, padding))
        };
        match verify(Padding::Absent) {
            Err(error)
                if error.code() == Code::SignatureMismatch && !self.bdb.len().is_multiple_of(3) =>
            {
                verify(Padding::Present)
            }
            verdict => verdict,
        }
    }
}

/// The parsed XML file of a registration packet: *untrusted*.
///
/// ```
/// use countersign::Limits;
/// use countersign::mosip::sbi::cbeff::Packet;
///
/// let xml = br#"<BIR xmlns="http://standards.iso.org/iso-iec/19785/-3/ed-2/">
///     <BIR><BDB>dmFsdWU=</BDB><SB>ZTMwLi5BQUFB</SB>
///         <Others><Key>PAYLOAD</Key><Value>{"bioValue":"&lt;bioValue&gt;"}</Value></Others></BIR>
///     <BIR><Others><Key>EXCEPTION</Key><Value>true</Value></Others></BIR></BIR>"#;
/// let packet = Packet::parse(xml, &Limits::default())?;
/// assert_eq!(packet.segments().count(), 1);
/// assert_eq!(packet.segments().next().unwrap().sb, "e30..AAAA");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    segments: Vec<Kept>,
}

/// What a packet keeps of one segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kept {
    sb: String,
    bdb: Vec<u8>,
    payload: String,
    /// Nothing was captured here, as the segment itself says.
    is_exception: bool,
    /// The names of what stands beside these parts.
    others: Vec<String>,
}

impl Packet {
    /// Parses the XML: a `BIR`, or a `BIR` that contains others.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`]; the errors of malformed XML or base64;
    /// [`Error::DuplicateMember`] if a segment has a part twice, or a part is next to segments; and
    /// [`Error::UnsupportedFormat`] for XML of another kind.
    pub fn parse(xml: &[u8], limits: &Limits) -> Result<Self, Error> {
        let limit = limits.capture_bytes();
        if xml.len() > limit {
            return Err(Error::TooLarge { what: PART, limit });
        }
        let root = xml::parse(PART, xml, limits)?;
        if root.name != BIR {
            return Err(Error::UnsupportedFormat { what: "XML without biometrics" });
        }
        let mut segments = Vec::new();
        collect(&root, &mut segments)?;
        let limit = limits.capture_segments().into();
        if segments.iter().filter(|segment| !segment.is_exception).count() > limit {
            return Err(Error::TooLarge { what: "number of biometrics", limit });
        }
        Ok(Self { segments })
    }

    /// Returns the segments in order, except those in which nothing was captured.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.segments.iter().filter(|kept| !kept.is_exception).map(Kept::segment)
    }
}

const BIR: &str = "BIR";

/// Collects the segments within an element: those of its `BIR`, or itself.
fn collect(element: &Element<'_>, segments: &mut Vec<Kept>) -> Result<(), Error> {
    if element.children_of(BIR).next().is_none() {
        segments.push(Kept::read(element)?);
        return Ok(());
    }
    // What holds others holds no data of its own.
    for name in ["SB", "BDB"] {
        if element.children_of(name).next().is_some() {
            return Err(Error::DuplicateMember { part: PART, name: name.into() });
        }
    }
    element.children_of(BIR).try_for_each(|child| collect(child, segments))
}

impl Kept {
    fn read(element: &Element<'_>) -> Result<Self, Error> {
        let mut kept = Self::default();
        let (mut sb, mut bdb, mut payload) = (None, None, None);
        for child in &element.children {
            match child.name {
                "SB" => set("SB", &mut sb, child.text())?,
                "BDB" => set("BDB", &mut bdb, child.text())?,
                "Others" | "others" => {
                    for (key, value) in entries(child) {
                        match key {
                            "PAYLOAD" => set("PAYLOAD", &mut payload, value)?,
                            key => {
                                kept.is_exception |= key == "EXCEPTION" && value == Some("true");
                                kept.others.push(crate::error::shorten(key));
                            }
                        }
                    }
                }
                name => kept.others.push(crate::error::shorten(name)),
            }
        }
        let decode = |part, text: Option<&str>| {
            let text: String = text.unwrap_or_default().split_ascii_whitespace().collect();
            base64::decode_mosip(text.as_bytes()).map_err(|fault| Error::Malformed { part, fault })
        };
        let is_empty = |text: Option<&str>| text.is_none_or(str::is_empty);
        let holds_nothing = is_empty(sb) && is_empty(bdb) && is_empty(payload);
        // Whoever says that nothing was captured, and gives something, is not believed.
        kept.is_exception &= holds_nothing;
        // What is missing is for the verifier to refuse, which says in which segment.
        let fault = Fault::Utf8;
        kept.sb = String::from_utf8(decode("SB", sb)?)
            .map_err(|_| Error::Malformed { part: "SB", fault })?;
        kept.bdb = decode("BDB", bdb)?;
        payload.unwrap_or_default().clone_into(&mut kept.payload);
        Ok(kept)
    }

    fn segment(&self) -> Segment<'_> {
        Segment { sb: &self.sb, bdb: &self.bdb, payload: &self.payload }
    }

    /// Puts the token together: with padding if its own certificate verifies it so, or else without.
    fn token(&self, checker: &Checker<'_>) -> Result<String, Error> {
        if self.sb.is_empty() || self.payload.is_empty() {
            return Err(Error::UnsignedLayer { part: DATA });
        }
        let segment = self.segment();
        let absent = segment.token(Padding::Absent)?;
        // The value needs no padding, or the rules read none.
        if segment.bdb.len().is_multiple_of(3) || !checker.reads_padded_values() {
            return Ok(absent);
        }
        let present = segment.token(Padding::Present)?;
        let limits = checker.policy.limits();
        let limits = limits.with_token_bytes(limits.capture_bytes());
        let token = CompactJws::parse(present.as_bytes(), &limits);
        let fits = token.is_ok_and(|token| checker.fits(&token));
        Ok(if fits { present } else { absent })
    }
}

/// Takes a part that a segment may have once, of an element with nothing but text.
fn set<'e>(
    part: &'static str,
    place: &mut Option<&'e str>,
    text: Option<&'e str>,
) -> Result<(), Error> {
    let text = text.ok_or(Error::WrongType { part: PART, member: part, expected: "text" })?;
    match place.replace(text) {
        None => Ok(()),
        Some(_) => Err(Error::DuplicateMember { part: PART, name: part.into() }),
    }
}

/// Returns keys and values, in either form of the element.
fn entries<'e>(others: &'e Element<'_>) -> Vec<(&'e str, Option<&'e str>)> {
    let text = |name| others.children_of(name).next().and_then(Element::text);
    let pair = text("Key").map(|key| (key.trim(), text("Value")));
    let entries = others.children_of("entry");
    let entries = entries.filter_map(|entry| Some((entry.attribute("key")?, entry.text())));
    pair.into_iter().chain(entries).collect()
}

/// Refuses what is expected of captures that belong together: a packet collects those of several
/// devices and sessions.
fn refuse_expected_together(trail: &mut Trail, expected: &Expected) {
    for (expectation, is_given) in
        [("span", expected.span.is_some()), ("deny-mixed", expected.mixed == Mixed::Deny)]
    {
        if is_given {
            trail.fail(Check::EXPECTATIONS, Error::ExpectationUnused { expectation });
        }
    }
}

/// Verifies the XML of a registration packet: every segment as [`DataVerifier`] does.
///
/// Checked, for each segment: that it is signed, and its token as it was before the packet removed the
/// value from it. A segment that is empty and says that nothing was captured is skipped. *Not* checked:
/// anything in the XML next to these parts, and the number of segments. The result lists what is next
/// to the parts. Anything that [`Expected`] says about hashes, about decrypted values, or about
/// captures that belong together (`span`, [`Mixed::Deny`]) is
/// [`expectation-unused`](crate::Code::ExpectationUnused) here.
///
/// A segment without a signature is [`unsigned-layer`](crate::Code::UnsignedLayer), and a packet
/// without segments is [`unsupported-format`](crate::Code::UnsupportedFormat).
///
/// ```
/// use countersign::mosip::sbi::Expected;
/// use countersign::mosip::sbi::cbeff::Verifier;
/// use countersign::mosip::trust::Trust;
/// use countersign::{At, Code, Policy};
///
/// let verifier = Verifier::new(Trust::self_asserted(), Policy::default());
/// let unsigned = b"<BIR><BIR><BDB>dmFsdWU=</BDB></BIR></BIR>";
/// let error = verifier.verify(unsigned, &Expected::new(), At::Issued).unwrap_err();
/// assert_eq!(error.code(), Code::UnsignedLayer);
/// ```
pub type Verifier = verify::Verifier<PacketMessage>;

message! {
    /// The XML of a registration packet.
    PacketMessage, "cbeff", Expected, Vec<Data>
}

impl Message for PacketMessage {
    type Content = Vec<Data>;
    type Parts<'a> = Segments<'a>;

    fn most_signatures(limits: &Limits) -> usize {
        most_signatures(limits)
    }

    fn window(expected: &Expected) -> Option<Window> {
        expected.window
    }

    fn take_apart<'a>(checker: &mut Checker<'_>, item: Item<'a, Expected>) -> Option<Segments<'a>> {
        let packet = Packet::parse(item.input, checker.policy.limits()).and_then(|packet| {
            let what = "a packet in which nothing was captured";
            let is_empty = packet.segments().next().is_none();
            if is_empty { Err(Error::UnsupportedFormat { what }) } else { Ok(packet) }
        });
        let packet = checker.trail.record(Check::ENVELOPE, packet, |packet| {
            let exceptions = packet.segments.iter().filter(|segment| segment.is_exception).count();
            let count = packet.segments.len().saturating_sub(exceptions);
            format!("{count} segments, {exceptions} exceptions")
        })?;
        let count = packet.segments().count();
        let kept = packet.segments.into_iter().enumerate();
        Some(Segments { kept, expected: item.expected, captured: Vec::new(), count })
    }

    fn content(segments: Segments<'_>, _: &Signed) -> Option<Vec<Data>> {
        Some(segments.captured)
    }

    fn claims(made: &Verified<Vec<Data>>) -> Object<'static> {
        let data = made.content().iter().map(|data| Value::from(data.members().clone()));
        let mut claims = Object::new().with(SEGMENTS, Value::Array(data.collect()));
        made.name_unauthenticated(&mut claims);
        claims
    }
}

/// A packet taken apart.
pub(crate) struct Segments<'a> {
    kept: Enumerate<IntoIter<Kept>>,
    expected: &'a Expected,
    captured: Vec<Data>,
    count: usize,
}

impl<'a> Parts<'a> for Segments<'a> {
    type Nested = CapturedLayers;

    /// Goes to the next segment in which something was captured.
    fn next(
        &mut self,
        checker: &mut Checker<'_>,
    ) -> Option<(CapturedLayers, Result<Closed<'a>, Error>)> {
        for (index, kept) in self.kept.by_ref() {
            checker.begin_part(format!("{SEGMENTS}[{index}]."), DATA);
            for name in &kept.others {
                checker.name_outside(name);
            }
            if !kept.is_exception {
                let token = kept.token(checker).map(Cow::<str>::Owned);
                return Some((CapturedLayers::Data, token.map(Closed::from)));
            }
        }
        None
    }

    fn read(&mut self, checker: &mut Checker<'_>, opened: Result<Data, Error>) {
        if let Some(data) = record_data(checker, opened) {
            check_content(checker.trail, &data, self.expected);
            self.captured.push(data);
        }
    }

    fn check_together(&mut self, checker: &mut Checker<'_>) {
        checker.trail.part("");
        checker.check_complete(self.captured.len(), self.count);
        refuse_expected_hashes(checker.trail, self.expected);
        refuse_expected_together(checker.trail, self.expected);
    }
}
