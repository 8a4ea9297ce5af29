//! Streams of records: one JSON object per line, one report per line.
//!
//! ```text
//! {"id":"…","kind":"dvs-certificate","artefact":<string or object>,"at":1649404585,"hash":"74657374"}
//! ```
//!
//! No line ends the run. A line that cannot be understood gets a report like any other:
//! `malformed`, `wrong-type`, `missing-member`, `too-large`. An unknown member is also `malformed`:
//! it may be a misspelt expectation, which must not appear to be checked.
//!
//! Blank lines are not records. They are counted, and one report at the end of the stream gives
//! their number: a report for each would write hundreds of bytes for every byte read.

use std::borrow::Cow;
use std::io::{self, BufRead as _, BufReader, Read};

use countersign::encoding::Fault;
use countersign::encoding::json::{Document, Unread};
use countersign::miracl::dvs::SignatureRequest;
use countersign::{Check, Error, Leeway, Limits, Report, Rsa1024};

use crate::files::INPUT_BYTES;
use crate::kind::{Kind, UNKNOWN, Unsupported};
use crate::kinds::UNSUPPORTED;
use crate::moment::Moment;
use crate::terms::{Binding, Names, Overrides, Unbound, parse_previous_hash};

/// Records of one chunk, which one thread judges: enough for batches of signatures, and few enough that
/// the threads end together.
const CHUNK_LINES: usize = 256;

/// Bytes read at once, enough for a chunk of usual records.
const BUFFER_BYTES: usize = 1 << 20;

/// Bytes of one chunk: large records must not make large chunks.
const CHUNK_BYTES: usize = 4 << 20;

pub(crate) const PART: &str = "record";

/// One line of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    number: u64,
    /// Without its `\n`; cut one byte after [`INPUT_BYTES`].
    text: Vec<u8>,
}

impl Line {
    /// Makes a line of a stream from its number, counted from 1, and its text without the line
    /// break.
    #[must_use]
    pub const fn new(number: u64, text: Vec<u8>) -> Self {
        Self { number, text }
    }
}

/// Reads a stream in chunks of lines.
///
/// ```
/// use countersign_audit::Lines;
///
/// let mut lines = Lines::new(&b"{}\n\n{}\n"[..]);
/// let (chunk, error) = lines.next_chunk();
/// assert_eq!((chunk.len(), error.is_none()), (2, true));
/// assert!(lines.next_chunk().0.is_empty());
/// assert!(lines.blank().is_some());
/// ```
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
    blank: Option<Blank>,
}

/// Blank lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blank {
    /// The number of the first.
    first: u64,
    count: u64,
}

impl Blank {
    /// Returns the name of the blank lines of a source, which is the place of the first, and the report
    /// that there was nothing to check.
    pub(crate) fn report(self, source: &str) -> (Name, Report) {
        let Self { first, count } = self;
        let lines = if count == 1 { "1 blank line" } else { &format!("{count} blank lines") };
        let report = Report::of_unreadable(format!("{lines}: nothing to check"));
        (Name::of(None, format!("{source}:{first}")), report)
    }
}

/// What an item is called in its report.
pub(crate) struct Name {
    /// What a record calls itself, or else the place.
    pub(crate) id: String,
    /// `INPUT:LINE`, where an input holds more than one item.
    pub(crate) place: Option<String>,
}

impl Name {
    fn of(id: Option<String>, place: String) -> Self {
        Self { id: id.unwrap_or_else(|| place.clone()), place: Some(place) }
    }
}

impl<R: Read> Lines<R> {
    /// Reads from the beginning of a stream.
    pub fn new(reader: R) -> Self {
        Self::with_capacity(BUFFER_BYTES, reader)
    }

    /// Like [`new`](Self::new), with a buffer of this many bytes.
    pub fn with_capacity(capacity: usize, reader: R) -> Self {
        Self { reader: BufReader::with_capacity(capacity, reader), number: 0, blank: None }
    }

    /// Returns the blank lines so far.
    #[must_use]
    pub const fn blank(&self) -> Option<Blank> {
        self.blank
    }

    /// Reads the next lines, up to an error if there is one; returns none at the end. Blank lines
    /// are counted instead.
    ///
    /// After the first line, only lines that have already arrived are added, so a live stream gets
    /// its reports as it goes.
    pub fn next_chunk(&mut self) -> (Vec<Line>, Option<io::Error>) {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < CHUNK_LINES && bytes < CHUNK_BYTES {
            match self.next_line() {
                // Of a line that was cut, nobody knows what else was on it.
                Ok(Some(Line { number, text }))
                    if text.len() <= INPUT_BYTES && text.trim_ascii().is_empty() =>
                {
                    let blank = self.blank.get_or_insert(Blank { first: number, count: 0 });
                    blank.count += 1;
                }
                Ok(Some(line)) => {
                    bytes += line.text.len();
                    lines.push(line);
                }
                Ok(None) => break,
                Err(error) => return (lines, Some(error)),
            }
            if !lines.is_empty() && !self.reader.buffer().contains(&b'\n') {
                break;
            }
        }
        (lines, None)
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut text = Vec::new();
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = find_line_break(available);
            let part = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            // Of a line that is too long, the rest is read and dropped.
            let room = (INPUT_BYTES + 1).saturating_sub(text.len()).min(part.len());
            text.extend_from_slice(part.get(..room).unwrap_or_default());
            let (used, at_end) = (part.len() + usize::from(end.is_some()), available.is_empty());
            self.reader.consume(used);
            if at_end && text.is_empty() {
                return Ok(None);
            }
            if at_end || end.is_some() {
                self.number += 1;
                return Ok(Some(Line { number: self.number, text }));
            }
        }
    }
}

/// Finds the first line break: block by block, as `contains` looks at many bytes at once.
fn find_line_break(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 64;
    let block = bytes.chunks(BLOCK).position(|block| block.contains(&b'\n'))?;
    let rest = bytes.get(block * BLOCK..)?;
    Some(block * BLOCK + rest.iter().position(|b| *b == b'\n')?)
}

/// Reads one line of a source. Its report is named by the record's `id`, or by where the line stands,
/// which it says in any case: an `id` may be what another line's place is.
pub(crate) fn read(
    limits: &Limits,
    source: &str,
    line: &Line,
) -> (Name, Result<Record, Box<Report>>) {
    let place = format!("{source}:{}", line.number);
    let text = line.text.as_slice();
    if text.len() > INPUT_BYTES {
        return (Name::of(None, place), Err(Box::new(too_large(UNKNOWN, text, "line"))));
    }
    let failed = |error| Report::of_failure(UNKNOWN, text, Check::INPUT, error);
    // The record is one level around the artefact.
    let depth = limits.json_depth().saturating_add(1);
    let object = match Document::borrow(PART, text, &limits.with_json_depth(depth)) {
        Ok(object) => object,
        Err(error) => return (Name::of(None, place), Err(Box::new(failed(error)))),
    };
    let id = object.find("id").and_then(text_or_number).map(Cow::into_owned);
    let record = Record::read(&object, limits).map_err(|Refusal { error, hint }| {
        let mut report = failed(error);
        report.hints.extend(hint);
        Box::new(report)
    });
    (Name::of(id, place), record)
}

/// The report of something of which only the beginning was read.
pub(crate) fn too_large(kind: &'static str, beginning: &[u8], what: &'static str) -> Report {
    let error = Error::TooLarge { what, limit: INPUT_BYTES };
    let mut report = Report::of_failure(kind, beginning, Check::INPUT, error);
    report.hints.push("digest and size cover only the part that was read".into());
    report
}

/// A record that follows the format.
pub(crate) struct Record {
    pub(crate) kind: Named,
    pub(crate) artefact: Vec<u8>,
    pub(crate) overrides: Overrides,
}

/// The kind that a record names.
pub(crate) enum Named {
    None,
    Kind(Kind),
    Unsupported(Unsupported),
}

/// Why a record does not follow the format.
struct Refusal {
    error: Error,
    hint: Option<String>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, hint: None }
    }
}

/// The members of a record.
pub const RECORD_MEMBERS: [&str; 16] = [
    "id",
    "kind",
    "artefact",
    "at",
    "leeway",
    "hash",
    "request",
    "unbound",
    "allow-rsa-1024",
    "issuer",
    "audience",
    "subject",
    "nonce",
    "typ",
    "previous-hash",
    "timestamp-window",
];

/// Members by another spelling, as records had it before policies and options.
const OTHERWISE: [(&str, &str); 3] = [
    ("allow-rsa-1024", "allow_rsa_1024"),
    ("previous-hash", "previous_hash"),
    ("timestamp-window", "timestamp_window"),
];

/// The members of a record, each looked up once.
struct Members<'d>([Slot<'d>; RECORD_MEMBERS.len()]);

/// A member that a record may have.
struct Slot<'d> {
    name: &'static str,
    /// As the record spells it.
    spelt: &'static str,
    value: Option<Unread<'d>>,
    /// It is there in both spellings.
    is_repeated: bool,
}

impl<'d> Members<'d> {
    fn of(object: &'d Document<&str>) -> Result<Self, Refusal> {
        let slot = |name| Slot { name, spelt: name, value: None, is_repeated: false };
        let mut slots = RECORD_MEMBERS.map(slot);
        for (name, value) in object.iter() {
            let otherwise = OTHERWISE.iter().find(|(_, other)| *other == name);
            let own = otherwise.map_or(name.as_ref(), |(own, _)| own);
            let Some(slot) = slots.iter_mut().find(|slot| slot.name == own) else {
                return Err(unknown(&name));
            };
            slot.is_repeated = slot.value.is_some();
            slot.value = Some(value);
            slot.spelt = otherwise.map_or(slot.name, |(_, other)| other);
        }
        Ok(Self(slots))
    }

    /// Returns a member, and its name as the record spells it.
    fn get(&self, name: &'static str) -> Result<Option<(&'static str, Unread<'d>)>, Error> {
        let Some(slot) = self.0.iter().find(|slot| slot.name == name) else { return Ok(None) };
        if slot.is_repeated {
            return Err(Error::DuplicateMember { part: PART, name: name.into() });
        }
        Ok(slot.value.map(|value| (slot.spelt, value)))
    }

    fn string(&self, name: &'static str) -> Result<Option<Cow<'d, str>>, Error> {
        let Some((member, value)) = self.get(name)? else { return Ok(None) };
        let wrong = Error::WrongType { part: PART, member, expected: "a string" };
        value.as_text().ok_or(wrong).map(Some)
    }

    fn integer(&self, name: &'static str) -> Result<Option<i64>, Error> {
        let Some((member, value)) = self.get(name)? else { return Ok(None) };
        let wrong = Error::WrongType { part: PART, member, expected: "an integer" };
        value.as_i64().ok_or(wrong).map(Some)
    }

    /// Reads a string as it is, and an object as JSON without white space.
    fn body(&self, name: &'static str) -> Result<Option<Cow<'d, str>>, Error> {
        let Some((member, value)) = self.get(name)? else { return Ok(None) };
        match value.text().as_bytes().first() {
            Some(b'"') => Ok(value.as_text()),
            Some(b'{') => Ok(Some(value.compact())),
            // Devices answer with arrays.
            Some(b'[') if name == "artefact" => Ok(Some(value.compact())),
            _ => Err(Error::WrongType { part: PART, member, expected: "a string or an object" }),
        }
    }

    fn flag(&self, name: &'static str) -> Result<Option<bool>, Error> {
        let Some((member, value)) = self.get(name)? else { return Ok(None) };
        match value.text() {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(Error::WrongType { part: PART, member, expected: "true or false" }),
        }
    }

    fn moment(&self) -> Result<Option<Moment>, Error> {
        let Some((member, value)) = self.get("at")? else { return Ok(None) };
        let wrong = Error::WrongType { part: PART, member, expected: "Unix seconds or RFC 3339" };
        let moment = text_or_number(value).ok_or(wrong)?;
        moment.parse().map(Some).map_err(|_| not_allowed(member))
    }
}

fn unknown(name: &str) -> Refusal {
    let name: String = name.chars().take(64).collect();
    let error = Error::Malformed { part: PART, fault: Fault::Member };
    Refusal { error, hint: Some(format!("records have no member `{name}`")) }
}

impl Record {
    fn read(object: &Document<&str>, limits: &Limits) -> Result<Self, Refusal> {
        let members = Members::of(object)?;
        let owned = |member| members.string(member).map(|text| text.map(Cow::into_owned));
        let kind = match members.string("kind")? {
            None => Named::None,
            Some(name) => read_kind(&name).ok_or(not_allowed("kind"))?,
        };
        let artefact = members
            .body("artefact")?
            .map(Cow::into_owned)
            .map(String::into_bytes)
            .ok_or(Error::MissingMember { part: PART, member: "artefact" })?;
        let leeway = |seconds| u16::try_from(seconds).ok().and_then(Leeway::from_seconds);
        let leeway = match members.integer("leeway")? {
            None => None,
            Some(seconds) => Some(leeway(seconds).ok_or(not_allowed("leeway"))?),
        };
        let rsa_1024 = members.flag("allow-rsa-1024")?;
        let rsa_1024 = rsa_1024.map(|allow| if allow { Rsa1024::Allow } else { Rsa1024::Deny });
        let previous_hash = match members.string("previous-hash")? {
            None => None,
            Some(text) => {
                Some(parse_previous_hash(&text).map_err(|_| not_allowed("previous-hash"))?)
            }
        };
        let window = match members.integer("timestamp-window")? {
            None => None,
            Some(seconds) => {
                Some(u32::try_from(seconds).map_err(|_| not_allowed("timestamp-window"))?)
            }
        };
        let (binding, unbound) = read_binding(&members, limits)?;
        let overrides = Overrides {
            at: members.moment()?,
            leeway,
            rsa_1024,
            binding,
            unbound,
            names: Names {
                issuer: owned("issuer")?,
                audiences: owned("audience")?.into_iter().collect(),
                subject: owned("subject")?,
                nonce: owned("nonce")?,
                typ: owned("typ")?,
                scopes: Vec::new(),
            },
            previous_hash,
            window,
            ..Overrides::default()
        };
        Ok(Self { kind, artefact, overrides })
    }
}

const fn not_allowed(part: &'static str) -> Error {
    Error::Malformed { part, fault: Fault::Value }
}

fn read_kind(name: &str) -> Option<Named> {
    let known = Kind::from_name(name).map(Named::Kind);
    known.or_else(|| UNSUPPORTED.into_iter().find(|kind| kind.name == name).map(Named::Unsupported))
}

/// Returns the text of a string or a number.
fn text_or_number(value: Unread<'_>) -> Option<Cow<'_, str>> {
    let is_number = matches!(value.text().as_bytes().first(), Some(b'-' | b'0'..=b'9'));
    if is_number { Some(value.text().into()) } else { value.as_text() }
}

fn read_binding(
    members: &Members<'_>,
    limits: &Limits,
) -> Result<(Option<Binding>, Option<Unbound>), Refusal> {
    let hash = members.string("hash")?.map(|hash| Binding::Hash(hash.into_owned()));
    let request = match members.body("request")? {
        None => None,
        Some(body) => Some(Binding::Request(SignatureRequest::parse(body.as_bytes(), limits)?)),
    };
    let unbound = members.flag("unbound")?;
    let unbound = unbound.map(|unbound| if unbound { Unbound::Allow } else { Unbound::Deny });
    let given = usize::from(hash.is_some())
        + usize::from(request.is_some())
        + usize::from(unbound == Some(Unbound::Allow));
    if given > 1 {
        let hint = "more than one of `hash`, `request`, `unbound`";
        return Err(Refusal { error: not_allowed(PART), hint: Some(hint.into()) });
    }
    Ok((hash.or(request), unbound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Code;

    fn read(text: &str) -> Result<Record, Error> {
        let limits = Limits::default();
        let object = Document::borrow(PART, text.as_bytes(), &limits)?;
        Record::read(&object, &limits).map_err(|refusal| refusal.error)
    }

    #[test]
    fn strings_are_taken_as_they_are_and_objects_without_white_space() {
        let artefact = |text| read(text).unwrap().artefact;
        assert_eq!(artefact(r#"{"artefact":"a.b.c\n"}"#), b"a.b.c\n");
        assert_eq!(artefact(r#"{"artefact":{"a" : 1.0}}"#), br#"{"a":1.0}"#);
    }

    #[test]
    fn members_are_read_each_as_what_it_is() {
        let record = read(
            r#"{"artefact":"","at":1649404585,"leeway":5,"hash":"00","allow-rsa-1024":false,
                "issuer":"i","audience":"a","subject":"s","nonce":"n","typ":"t","kind":"jws","id":7,
                "timestamp-window":5,
                "previous-hash":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}"#,
        );
        let overrides = record.unwrap().overrides;
        assert_eq!(overrides.at, "2022-04-08T07:56:25Z".parse().ok());
        assert_eq!(overrides.leeway, Leeway::from_seconds(5));
        assert_eq!(overrides.rsa_1024, Some(Rsa1024::Deny));
        assert_eq!(overrides.binding, Some(Binding::Hash("00".into())));
        let Names { issuer, audiences, subject, nonce, typ, scopes } = overrides.names;
        let names = [issuer, subject, nonce, typ].map(Option::unwrap);
        assert_eq!(names, ["i", "s", "n", "t"]);
        assert_eq!((audiences, scopes), (vec!["a".to_owned()], vec![]));
        assert_eq!(overrides.window, Some(5));
        assert!(overrides.previous_hash.is_some_and(|hash| hash.starts_with("E3B0C442")));
    }

    #[test]
    fn what_is_no_record_says_why() {
        for (text, code) in [
            ("{}", Code::MissingMember),
            (r#"{"artefact":1}"#, Code::WrongType),
            (r#"{"artefact":true}"#, Code::WrongType),
            (r#"{"artefact":"","kind":"sbi-stream"}"#, Code::Malformed),
            (r#"{"artefact":"","kind":1}"#, Code::WrongType),
            (r#"{"artefact":"","at":true}"#, Code::WrongType),
            (r#"{"artefact":"","at":1.5}"#, Code::Malformed),
            (r#"{"artefact":"","at":"then"}"#, Code::Malformed),
            (r#"{"artefact":"","leeway":301}"#, Code::Malformed),
            (r#"{"artefact":"","leeway":-1}"#, Code::Malformed),
            (r#"{"artefact":"","leeway":"5"}"#, Code::WrongType),
            (r#"{"artefact":"","unbound":1}"#, Code::WrongType),
            (r#"{"artefact":"","allow_rsa_1024":null}"#, Code::WrongType),
            (r#"{"artefact":"","hash":"00","unbound":true}"#, Code::Malformed),
            (r#"{"artefact":"","request":{}}"#, Code::MissingMember),
            (r#"{"artefact":"","audiance":"a"}"#, Code::Malformed),
            (r#"{"artefact":"","previous-hash":""}"#, Code::Malformed),
            (r#"{"artefact":"","previous_hash":""}"#, Code::Malformed),
            (r#"{"artefact":"","allow-rsa-1024":1}"#, Code::WrongType),
            (r#"{"artefact":"","timestamp-window":-1}"#, Code::Malformed),
            (r#"{"artefact":"","timestamp_window":1,"timestamp-window":1}"#, Code::DuplicateMember),
            (r#"{"artefact":"","trust_policy":""}"#, Code::Malformed),
            (r#"{"artefact":"","previous_hash":"00"}"#, Code::Malformed),
            (r#"{"artefact":"","previous_hash":1}"#, Code::WrongType),
        ] {
            assert_eq!(read(text).map(|_| ()).unwrap_err().code(), code, "{text}");
        }
        assert!(read(r#"{"artefact":"","hash":"00","unbound":false}"#).is_ok());
    }

    fn lines(text: &[u8], capacity: usize) -> Vec<(u64, Vec<u8>)> {
        let mut lines = Lines::with_capacity(capacity, text);
        let mut all = Vec::new();
        loop {
            let (chunk, error) = lines.next_chunk();
            assert!(error.is_none(), "{error:?}");
            if chunk.is_empty() {
                return all;
            }
            assert!(chunk.len() <= CHUNK_LINES);
            all.extend(chunk.into_iter().map(|line| (line.number, line.text)));
        }
    }

    #[test]
    fn lines_are_the_same_at_any_size_of_buffer() {
        let text: Vec<u8> = (0..3000)
            .flat_map(|i| {
                format!(
                    "{i}
"
                )
                .into_bytes()
            })
            .collect();
        let expected: Vec<_> = (0..3000u64).map(|i| (i + 1, i.to_string().into_bytes())).collect();
        for capacity in [1, 2, 3, 64, 8192] {
            assert_eq!(lines(&text, capacity), expected);
            assert_eq!(
                lines(
                    text.strip_suffix(
                        b"
"
                    )
                    .unwrap(),
                    capacity
                ),
                expected
            );
        }
        assert_eq!(lines(b"", 8), []);
    }

    #[test]
    fn blank_lines_are_counted_and_the_others_keep_their_numbers() {
        for (text, numbers, blank) in [
            ("", &[][..], None),
            ("a\nb\n", &[1, 2], None),
            ("a\n\n", &[1], Some((2, 1))),
            ("\n\na", &[3], Some((1, 2))),
            ("\n", &[], Some((1, 1))),
            (" \t\r\n\na\n \nb\n  ", &[3, 5], Some((1, 4))),
        ] {
            for capacity in [1, 2, 8192] {
                let mut lines = Lines::with_capacity(capacity, text.as_bytes());
                let mut found = Vec::new();
                loop {
                    let (chunk, _) = lines.next_chunk();
                    if chunk.is_empty() {
                        break;
                    }
                    found.extend(chunk.iter().map(|line| line.number));
                }
                assert_eq!(found, numbers, "{text:?}");
                assert_eq!(lines.blank().map(|blank| (blank.first, blank.count)), blank);
            }
        }
    }

    #[test]
    fn a_line_of_spaces_that_is_too_long_is_not_blank() {
        for (length, blank) in [(INPUT_BYTES, true), (INPUT_BYTES + 1, false)] {
            let text = vec![b' '; length];
            let mut lines = Lines::with_capacity(8192, text.as_slice());
            let (chunk, _) = lines.next_chunk();
            assert_eq!((chunk.is_empty(), lines.blank().is_some()), (blank, blank));
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_one_found() {
        let mut text = vec![b'x'; 3 * INPUT_BYTES];
        text.extend(
            b"
next
",
        );
        let lines = lines(&text, 8192);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].1.len(), INPUT_BYTES + 1);
        assert_eq!(lines[1], (2, b"next".to_vec()));
    }
}
