//! What a message was found to hold, layer by layer: signers, what they cover, and what is stated.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::choice::Trust;
use super::signer::{Signer, Stated, Unsigned, Usage, usage};
use crate::encoding::json::{Members, Value};
use crate::error::Error;
use crate::mosip::device::kind::Kind;
use crate::mosip::device::object::Certification;
use crate::mosip::layer::Opened;
use crate::policy::Policy;
use crate::report::{Check, Trail, Warning};

/// What an independent part of a message states.
#[derive(Default)]
pub(super) struct Statement {
    /// The level of the device.
    pub(super) level: Option<Certification>,
    /// The layers, outermost first, each with its name, that of its part, and its time.
    pub(super) times: Vec<(&'static str, String, Stated)>,
}

/// What was found while the layers of a message were opened. The verdict is not among it.
#[derive(Default)]
pub(crate) struct Record {
    /// What stands before the names of parts.
    prefix: String,
    /// The layer that holds the digital id, where other members stand beside that layer.
    around: Option<&'static str>,
    /// The signer whose signature covers what is opened next.
    pub(super) cover: Option<usize>,
    /// What the independent parts of the message state.
    pub(super) statements: Vec<Statement>,
    /// What no signature covers, beyond what was opened.
    pub(super) outside: Vec<String>,
    pub(super) signers: Vec<Signer>,
    pub(super) unsigned: Vec<Unsigned>,
    /// How many signed layers there were, whether or not they have a signer.
    pub(super) signatures: usize,
    /// Bytes of the headers that brought certificates.
    pub(super) header_bytes: usize,
}

/// One step of a verification: where it writes its checks, and what it found.
///
/// The dates of certificates and the paths to their roots come last: the time of judgement may be
/// the message's own.
pub(crate) struct Checker<'c> {
    pub(crate) trail: &'c mut Trail,
    pub(super) trust: &'c Trust,
    pub(crate) policy: &'c Policy,
    pub(super) record: &'c mut Record,
}

impl Checker<'_> {
    /// Begins a part of the message that nothing opened before covers. It has one layer, `around`,
    /// with the digital id inside, and members beside it.
    pub(crate) fn begin_part(&mut self, prefix: String, around: &'static str) {
        self.record.prefix = prefix;
        self.record.around = Some(around);
        self.record.cover = None;
        self.record.statements.push(Statement::default());
    }

    /// Says what the current part states: the level of its device, and the time of each layer,
    /// outermost first.
    pub(crate) fn state<const N: usize>(
        &mut self,
        level: Option<&Certification>,
        times: [(&'static str, Stated); N],
    ) {
        let named = times.map(|(member, time)| (member, self.name(member), time));
        let times = Vec::from(named);
        if let Some(last) = self.record.statements.last_mut() {
            *last = Statement { level: level.cloned(), times };
        }
    }

    /// Names something that never is within a signature. The sender chose its name, which must not
    /// be that of a layer.
    pub(crate) fn name_outside(&mut self, member: &str) {
        let is_plain = member.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        let is_layer = self.record.around == Some(member);
        self.record.outside.push(if is_plain && !is_layer && !member.is_empty() {
            format!("{}{member}", self.record.prefix)
        } else {
            format!("{}[{}]", self.record.prefix.trim_end_matches('.'), Value::from(member))
        });
    }

    /// Names a layer of the current part, or the part itself.
    fn name(&self, member: &str) -> String {
        match self.record.around.filter(|_| usage(member) == Usage::DigitalId) {
            Some(around) => format!("{}{around}.{member}", self.record.prefix),
            None => format!("{}{member}", self.record.prefix),
        }
    }

    /// Names the current part in the report, or a layer of it.
    pub(crate) fn enter(&mut self, member: &str) -> String {
        let part = self.name(member);
        self.trail.part(part.trim_end_matches('.'));
        part
    }

    /// Checks that an object of the current part is of a kind, and of no other.
    pub(crate) fn check_kind(&mut self, kind: Kind, members: &impl Members) {
        self.enter(kind.part());
        let own = kind.check(members);
        self.trail.record(Check::TOKEN_KIND, own, |()| "of its kind and of no other");
    }

    /// Returns the number of the current part.
    pub(crate) fn group(&self) -> usize {
        self.record.statements.len().saturating_sub(1)
    }

    /// Returns numbers for the keys that signed what a part is used as, the same for the same key. A
    /// token within a token has two.
    pub(crate) fn key_numbers(&self, group: usize, usage: Usage) -> Vec<usize> {
        let signers = self.record.signers.iter();
        let own = signers.filter(|signer| signer.group == group && signer.usage == usage);
        let number = |signer: &Signer| {
            let key = signer.certificate.key().ok()?;
            self.record
                .signers
                .iter()
                .position(|other| other.certificate.key().is_ok_and(|own| own == key))
        };
        own.filter_map(number).collect()
    }

    /// Tells whether anything was opened, signed or not.
    pub(crate) fn saw_anything(&self) -> bool {
        !self.record.signers.is_empty() || !self.record.unsigned.is_empty()
    }

    /// Fails if parts were lost: not all were read, and none failed.
    pub(crate) fn check_complete(&mut self, read: usize, of: usize) {
        if read != of && self.trail.failure().is_none() {
            self.trail.fail(Check::STRUCTURE, Error::Defect);
        }
    }

    /// Notes a layer that is open.
    ///
    /// # Errors
    ///
    /// [`Error::UnsignedLayer`] for a digital id in plain JSON, whatever is signed around it.
    pub(super) fn note(&mut self, layer: &Opened<'_>) -> Result<(), Error> {
        let member = layer.member();
        if layer.is_encoded_twice() {
            self.trail.warn(Warning::EncodedTwice);
        }
        if !layer.is_signed() {
            let part = self.name(member);
            let (group, usage, cover) = (self.group(), usage(member), self.record.cover);
            self.record.unsigned.push(Unsigned { part, member, group, usage, cover });
        }
        if layer.is_plain() { Err(Error::UnsignedLayer { part: member }) } else { Ok(()) }
    }
}

impl Record {
    pub(super) fn new() -> Self {
        Self { statements: alloc::vec![Statement::default()], ..Self::default() }
    }
}
