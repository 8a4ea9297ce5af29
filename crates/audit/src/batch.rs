//! Items in, reports out, in the order of the items.
//!
//! ```text
//! item ── judge: what is it, by which terms? ──► report, by its place
//!                  │                                ▲
//!                  └──► plan of its kind ── verify, all at once
//! ```

use std::collections::BTreeMap;
use std::fmt;

use countersign::encoding::Fault;
use countersign::{At, Check, Code, Detail, Error, Limits, Report};

use crate::auditor::Auditor;
use crate::files::{INPUT_BYTES, strip_line_break};
use crate::kind::{Bodies, Content, Kind, UNKNOWN, Unsupported};
use crate::member::Member;
use crate::ndjson::{self, Blank, Line, Name, Named, Record, too_large};
use crate::options::Records;
use crate::profile::{AnyPlan, defect};
use crate::recognise::{may_hold_biometrics, recognise};
use crate::remarks::Remarks;
use crate::terms::{Missing, Names, Overrides, Unbound};
use crate::tighten;
use crate::wrapper::find_wrapper;

/// An item with its report.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Judged {
    /// Every check, and information about the item.
    pub report: Report,
    /// The item was empty, so nothing was checked.
    pub is_empty: bool,
    /// How much of the report is to be written, by the options or the policy's table of its kind.
    pub detail: Detail,
}

/// Items that are verified together, with their signatures in batches. Each has the same report as
/// when judged alone.
///
/// ```
/// use countersign::{Code, Time};
/// use countersign_audit::{Auditor, Disk, Line, Options, PolicyFile};
///
/// let now = Time::from_unix(1_649_404_585).expect("a time");
/// let auditor = Auditor::new(&PolicyFile::default(), Options::default(), &Disk, now)?;
/// let mut batch = auditor.batch();
/// batch.artefact("a.json", br#"{"certificate":"a.b.c"}"#);
/// batch.record("b.ndjson", &Line::new(7, br#"{"artefact":"a.b.c","unbound":true}"#.to_vec()));
/// let reports = batch.judge();
/// assert_eq!(reports.len(), 2);
/// // Nothing is expected of the certificate, and records are not trusted.
/// assert_eq!(reports[0].report.code(), Code::MissingMember);
/// assert_eq!(reports[1].report.place.as_deref(), Some("b.ndjson:7"));
/// # Ok::<(), countersign_audit::ConfigError>(())
/// ```
pub struct Batch<'a> {
    auditor: &'a Auditor,
    /// By place.
    items: Vec<Slot>,
    /// One for each kind that there is in the batch, by its name.
    plans: BTreeMap<&'static str, Box<dyn AnyPlan + 'a>>,
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("items", &self.items.len()).finish_non_exhaustive()
    }
}

struct Slot {
    name: Name,
    state: State,
}

/// What is known of an item.
enum State {
    /// The library decides; these are to be added.
    Planned(Kind, Remarks),
    Judged(Box<Report>),
    /// The input held nothing.
    Empty(Box<Report>),
}

impl From<Report> for State {
    fn from(report: Report) -> Self {
        Self::Judged(Box::new(report))
    }
}

/// What recognition makes of one artefact.
enum Judgement {
    /// The library decides, or there is a reason why it cannot.
    State(State),
    /// The input holds nothing.
    Empty,
    /// It is of a kind of which nothing is expected that has to be: whose it is, or what about.
    Incomplete(Kind, Missing, Remarks),
}

impl From<Report> for Judgement {
    fn from(report: Report) -> Self {
        Self::State(report.into())
    }
}

impl Auditor {
    /// Begins a batch.
    #[must_use]
    pub const fn batch(&self) -> Batch<'_> {
        Batch { auditor: self, items: Vec::new(), plans: BTreeMap::new() }
    }

    /// Judges one artefact: a bare token, or an answer or a request as captured.
    ///
    /// Its report has neither an `id` nor a place. To judge many, begin a [`batch`](Self::batch).
    #[must_use]
    pub fn judge(&self, artefact: &[u8]) -> Report {
        let mut batch = self.batch();
        batch.artefact("", artefact);
        let report = batch.judge().pop().map(|judged| judged.report);
        let mut report = report.unwrap_or_else(|| defect(UNKNOWN, artefact));
        report.id = None;
        report
    }
}

impl Batch<'_> {
    /// Adds an artefact under a name: the content of a file, which may end with one line break. If
    /// it is too large, its beginning is enough.
    pub fn artefact(&mut self, name: impl Into<String>, bytes: &[u8]) {
        let state = self.judge_artefact(bytes);
        self.push(Name { id: name.into(), place: None }, state);
    }

    /// Adds an input that could not be read, with a hint.
    pub fn unreadable(&mut self, name: impl Into<String>, detail: String, hint: Option<&str>) {
        let mut report = Report::of_unreadable(detail);
        report.hints.extend(hint.map(str::to_owned));
        self.push(Name { id: name.into(), place: None }, report.into());
    }

    /// Adds a line of a source. If it is not a record, its report says why.
    pub fn record(&mut self, source: &str, line: &Line) {
        let (name, record) = ndjson::read(self.auditor.limits(), source, line);
        let state = match record {
            Ok(record) => self.judge_record(record),
            Err(report) => State::Judged(report),
        };
        self.push(name, state);
    }

    /// Adds the blank lines of a source.
    pub fn blank(&mut self, source: &str, blank: Blank) {
        let (name, report) = blank.report(source);
        self.push(name, State::Empty(Box::new(report)));
    }

    /// Verifies all items at once. The reports are in the order of the items.
    #[must_use]
    pub fn judge(self) -> Vec<Judged> {
        let Self { auditor, mut items, plans } = self;
        for plan in plans.values() {
            plan.explain(&mut |place, artefact, report| {
                if let Some(Slot { state, .. }) = items.get_mut(place) {
                    finish(state, artefact, report, auditor.limits());
                }
            });
        }
        let judged = items.into_iter().map(|Slot { name, state }| {
            let (mut report, is_empty) = match state {
                State::Judged(report) => (*report, false),
                State::Empty(report) => (*report, true),
                // Nobody decided.
                State::Planned(kind, _) => (defect(kind.name(), b""), false),
            };
            (report.id, report.place) = (Some(name.id), name.place);
            report.policy_sha256 = auditor.policy_sha256();
            let detail = auditor.detail(report.kind);
            Judged { report, is_empty, detail }
        });
        judged.collect()
    }

    fn push(&mut self, name: Name, state: State) {
        self.items.push(Slot { name, state });
    }

    fn judge_artefact(&mut self, bytes: &[u8]) -> State {
        let (auditor, kind) = (self.auditor, self.auditor.kind());
        if bytes.len() > INPUT_BYTES && !may_be_large(kind, bytes, auditor.limits()) {
            return too_large(kind.map_or(UNKNOWN, Kind::name), bytes, "input").into();
        }
        // JSON bodies may end in whatever white space they like; a token has a last character.
        let artefact = if is_json(bytes) { bytes } else { strip_line_break(bytes) };
        match self.judge_one(artefact, None, &Overrides::default()) {
            Judgement::State(state) => state,
            Judgement::Empty => {
                State::Empty(Box::new(Report::of_unreadable("empty: nothing to check".into())))
            }
            Judgement::Incomplete(kind, Missing(member), remarks) => {
                let error = Error::MissingMember { part: "options", member };
                incomplete(kind, artefact, error, kind.needs(), &remarks).into()
            }
        }
    }

    fn judge_record(&mut self, record: Record) -> State {
        let Record { kind: named, artefact, overrides } = record;
        let named = match named {
            Named::None => None,
            Named::Kind(kind) => Some(kind),
            Named::Unsupported(kind) => return unsupported(&kind, &artefact).into(),
        };
        match self.judge_one(&artefact, named, &overrides) {
            Judgement::State(state) => state,
            Judgement::Empty => {
                let error = Error::Malformed { part: "artefact", fault: Fault::Empty };
                Report::of_failure(UNKNOWN, &artefact, Check::INPUT, error).into()
            }
            Judgement::Incomplete(kind, Missing(member), remarks) => {
                let error = Error::MissingMember { part: ndjson::PART, member };
                incomplete(kind, &artefact, error, kind.needs_of_record(), &remarks).into()
            }
        }
    }

    /// Judges what an artefact is, of this kind if the run names one, and what it has to comply with. A
    /// record may name its kind, and say more.
    fn judge_one(&mut self, artefact: &[u8], named: Option<Kind>, said: &Overrides) -> Judgement {
        let auditor = self.auditor;
        let mut content = match auditor.kind() {
            Some(_) if artefact.trim_ascii().is_empty() => Content::Empty,
            Some(kind) => kind.into(),
            None => auditor.recognise(artefact),
        };
        let (mut remarks, mut terms) = (Remarks::default(), None);
        if let Some(named) = named {
            (content, terms) = tighten::choose_kind(auditor, content, named, &mut remarks);
        }
        let kind = match content {
            Content::Empty => return Judgement::Empty,
            Content::Known(kind) => kind,
            Content::Unsupported(kind) => {
                let mut report = unsupported(&kind, artefact);
                remarks.apply(&mut report);
                return report.into();
            }
            Content::Refused(codes) => {
                let mut report = refused(codes, artefact);
                remarks.apply(&mut report);
                return report.into();
            }
            Content::Unknown(error) => {
                let mut report = Report::of_failure(UNKNOWN, artefact, Check::INPUT, error);
                hint_at_wrapper(&mut report, artefact, auditor.limits());
                return report.into();
            }
        };
        let Some(setting) = auditor.setting(kind) else {
            return defect(kind.name(), artefact).into();
        };
        let terms = terms.unwrap_or_else(|| setting.terms().clone());
        let terms = tighten::join(auditor, kind, terms, said, &mut remarks);
        for name in unused(auditor, kind, said, &terms.names, &mut remarks) {
            remarks.unused(name);
        }
        let at = auditor.at(terms.at);
        if at == At::Issued && terms.window.is_some() && kind.takes(Member::TimestampWindow) {
            remarks.unused(Member::TimestampWindow.name());
            remarks.hints.push(
                "an artefact that is judged as of its own time has no age: give a time with \
                       --at"
                    .into(),
            );
        }
        let place = self.items.len();
        let plan = self.plans.entry(kind.name()).or_insert_with(|| setting.profile().plan());
        match plan.add(place, artefact, &terms, at) {
            Ok(()) => Judgement::State(State::Planned(kind, remarks)),
            Err(missing) => Judgement::Incomplete(kind, missing, remarks),
        }
    }
}

/// Completes the report of an artefact that the library has decided about.
fn finish(state: &mut State, artefact: &[u8], mut report: Report, limits: &Limits) {
    let State::Planned(kind, remarks) = state else { return };
    if kind.row().bodies == Bodies::Refused || !is_json(artefact) {
        hint_at_wrapper(&mut report, artefact, limits);
    }
    hint_at_refusal(&mut report, artefact, limits);
    remarks.apply(&mut report);
    *state = report.into();
}

/// Names what the run or a record expects and a verifier of this kind does not look at, and what is
/// expected of any JWS where a record says that it is of a kind of its own.
///
/// A record that decides, and that binds its artefact to nothing, takes back what the command line
/// binds it to, whatever the kind; that is a remark as well.
fn unused(
    auditor: &Auditor,
    kind: Kind,
    record: &Overrides,
    names: &Names,
    remarks: &mut Remarks,
) -> Vec<&'static str> {
    let mut unused = auditor.unused(kind);
    if auditor.records() == Records::Override && record.unbound == Some(Unbound::Allow) {
        let all = unused.len();
        unused.retain(|name| !["document", "hash", "request"].contains(name));
        if unused.len() < all && !remarks.overrides.contains(&"unbound") {
            remarks.overrides.push("unbound");
        }
    }
    let named = Overrides { names: names.clone(), ..Overrides::default() };
    for name in kind.unused(record, &[]).into_iter().chain(kind.unused(&named, &[])) {
        if !unused.contains(&name) {
            unused.push(name);
        }
    }
    unused
}

/// The report of an artefact that is expected to say nothing in particular.
fn incomplete(
    kind: Kind,
    artefact: &[u8],
    error: Error,
    hint: String,
    remarks: &Remarks,
) -> Report {
    let mut report = Report::of_failure(kind.name(), artefact, Check::EXPECTATIONS, error);
    report.hints.push(hint);
    remarks.apply(&mut report);
    report
}

/// The report of a kind that cannot be verified.
fn unsupported(kind: &Unsupported, artefact: &[u8]) -> Report {
    let mut report = Report::of_failure(kind.name, artefact, Check::INPUT, kind.error());
    report.hints.extend(kind.hint.map(str::to_string));
    report
}

/// The report of a service's refusal, which holds nothing that is signed.
fn refused(codes: Vec<String>, artefact: &[u8]) -> Report {
    let error = Error::ValidationFailed { codes };
    let mut report = Report::of_failure(UNKNOWN, artefact, Check::ENVELOPE, error);
    let hint = "this is a service's refusal of a request; it contains no artefact";
    report.hints.push(hint.into());
    report
}

/// Tells whether an input is a capture, whose limits are its verifier's.
fn may_be_large(kind: Option<Kind>, bytes: &[u8], limits: &Limits) -> bool {
    match (kind, bytes.len() > limits.capture_bytes()) {
        (_, true) => false,
        (Some(kind), false) => kind.holds_biometrics(),
        (None, false) => may_hold_biometrics(bytes, limits),
    }
}

fn is_json(artefact: &[u8]) -> bool {
    matches!(artefact.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Says what a malformed artefact is wrapped in.
fn hint_at_wrapper(report: &mut Report, artefact: &[u8], limits: &Limits) {
    if matches!(report.code(), Code::Malformed | Code::TooLarge) {
        report.hints.extend(find_wrapper(artefact, limits).map(|wrapper| wrapper.to_string()));
    }
}

/// Names the codes of a service that refused, where an artefact of a named kind is looked for in its
/// answer.
fn hint_at_refusal(report: &mut Report, artefact: &[u8], limits: &Limits) {
    if report.code() == Code::MissingMember
        && is_json(artefact)
        && let Content::Refused(codes) = recognise(artefact, limits)
    {
        report.hints.push(format!("a service refused and answered: {}", codes.join(", ")));
    }
}
