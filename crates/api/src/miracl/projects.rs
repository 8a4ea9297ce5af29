//! Audit log and identities of a project.

use super::shape::call;
use crate::{call::Call, message::Timestamp, message::message, target::Target};
use countersign::Time;

/// `GET /api/v1/projects/{projectId}/audit`: the audit log of a project, filtered.
///
/// ```
/// use countersign::Time;
/// use countersign_api::Call;
/// use countersign_api::miracl::ListAudit;
///
/// let mut list = ListAudit::new("86cd3e64-f641-416a-bf80-64b9b7eef8ea");
/// list.from = Some(Time::parse_rfc3339("2021-06-01T00:00:00Z")?);
/// list.user_id = Some("test@example.com".into());
/// list.limit = Some(10);
/// assert_eq!(
///     list.target()?.as_str(),
///     "/api/v1/projects/86cd3e64-f641-416a-bf80-64b9b7eef8ea/audit\
///      ?fromDate=2021-06-01T00%3A00%3A00Z&userId=test%40example.com&limit=10"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListAudit {
    /// The project.
    pub project_id: String,
    /// `applicationId`.
    pub application_id: Option<String>,
    /// `fromDate`.
    pub from: Option<Time>,
    /// `toDate`.
    pub to: Option<Time>,
    /// `userId`.
    pub user_id: Option<String>,
    /// `mpinId`: the hash of the M-PIN ID in hexadecimal.
    pub mpin_id: Option<String>,
    /// `deviceName`.
    pub device_name: Option<String>,
    /// `offset`: how many records to skip.
    pub offset: Option<u64>,
    /// `limit`: the maximum number of records.
    pub limit: Option<u64>,
}

impl ListAudit {
    /// Makes a request without filters.
    #[must_use]
    pub fn new(project_id: impl Into<String>) -> Self {
        Self {
            project_id: project_id.into(),
            application_id: None,
            from: None,
            to: None,
            user_id: None,
            mpin_id: None,
            device_name: None,
            offset: None,
            limit: None,
        }
    }
}

call!(
    ListAudit,
    "GET /api/v1/projects/{projectId}/audit",
    GET,
    Allowed,
    Authenticated,
    AuditPage,
    |this| {
        let text = |time: Option<Time>| time.map(|time| time.to_string());
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        Ok(Target::new(&["api", "v1", "projects", &this.project_id, "audit"])?
            .query_optional("applicationId", this.application_id.as_deref())
            .query_optional("fromDate", text(this.from).as_deref())
            .query_optional("toDate", text(this.to).as_deref())
            .query_optional("userId", this.user_id.as_deref())
            .query_optional("mpinId", this.mpin_id.as_deref())
            .query_optional("deviceName", this.device_name.as_deref())
            .query_optional("limit", number(this.limit).as_deref())
            .query_optional("offset", number(this.offset).as_deref()))
    }
);

message! {
    /// A page of the audit log.
    pub struct AuditPage {
        /// How many records there are on all pages.
        total: u64 = "total",
        /// The records of this page; an empty page may have `null` instead, see
        /// [`entries`](Self::entries).
        list: Option<Vec<AuditRecord>> = "list",
    } optional {
    }
}

message! {
    /// A record of the audit log.
    pub struct AuditRecord {
        /// The time.
        created_at: Timestamp = "createdAt",
        /// The event, such as `authentication`.
        event_type: String = "eventType",
        /// The outcome, such as `authenticate_success`.
        event_status: String = "eventStatus",
    } optional {
        /// The address of the request.
        ip_address: String = "IPAddress",
        /// The application.
        app_id: String = "appID",
        /// The name of the application.
        app_name: String = "appName",
        /// The country of the address; not always an ISO 3166 code.
        country: String = "country",
        /// The name of the device.
        device_name: String = "deviceName",
        /// SHA-256 of the M-PIN ID, in hexadecimal.
        mpin_id: String = "mpinID",
        /// The user.
        user_id: String = "userID",
    }
}

/// `GET /api/v1/projects/{projectId}/mpinids`: the identities of a project, filtered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListMpinIds {
    /// The project.
    pub project_id: String,
    /// `userId`.
    pub user_id: Option<String>,
    /// `revoked`.
    pub revoked: Option<bool>,
    /// `deviceName`.
    pub device_name: Option<String>,
    /// `labels`: one parameter each.
    pub labels: Vec<String>,
    /// `offset`: how many identities to skip.
    pub offset: Option<u64>,
    /// `limit`: the maximum number of identities.
    pub limit: Option<u64>,
}

impl ListMpinIds {
    /// Makes a request without filters.
    #[must_use]
    pub fn new(project_id: impl Into<String>) -> Self {
        Self {
            project_id: project_id.into(),
            user_id: None,
            revoked: None,
            device_name: None,
            labels: Vec::new(),
            offset: None,
            limit: None,
        }
    }
}

call!(
    ListMpinIds,
    "GET /api/v1/projects/{projectId}/mpinids",
    GET,
    Allowed,
    Authenticated,
    MpinIdPage,
    |this| {
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        let revoked = this.revoked.map(|revoked| if revoked { "true" } else { "false" });
        let target = Target::new(&["api", "v1", "projects", &this.project_id, "mpinids"])?
            .query_optional("userId", this.user_id.as_deref())
            .query_optional("revoked", revoked)
            .query_optional("deviceName", this.device_name.as_deref());
        let target = this.labels.iter().fold(target, |target, label| target.query("labels", label));
        Ok(target
            .query_optional("limit", number(this.limit).as_deref())
            .query_optional("offset", number(this.offset).as_deref()))
    }
);

message! {
    /// A page of identities.
    pub struct MpinIdPage {
        /// How many there are on all pages.
        total: u64 = "total",
        /// The identities of this page; an empty page may have `null` instead, see
        /// [`entries`](Self::entries).
        list: Option<Vec<MpinId>> = "list",
    } optional {
    }
}

message! {
    /// An identity: one user's device in one project.
    pub struct MpinId {
        /// SHA-256 of the M-PIN ID, in hexadecimal.
        mpin_id: String = "mpinId",
        /// The user.
        user_id: String = "userId",
        /// The name of the device.
        device_name: String = "deviceName",
        /// Where it was last seen.
        ip: String = "ip",
        /// Whether it was created for signing. Its value for identities that both authenticate and
        /// sign is not documented.
        dvs: bool = "dvs",
        /// When it was created.
        created_at: Timestamp = "createdAt",
        /// When it was last changed.
        updated_at: Timestamp = "updatedAt",
        /// Whether it was revoked.
        revoked: bool = "revoked",
    } optional {
        /// The country of the address; not always an ISO 3166 code.
        country: String = "country",
        /// The project; only in lists.
        project_id: String = "projectId",
        /// Labels of the device; only from newer services.
        labels: Vec<String> = "labels",
    }
}

/// `PUT /api/v1/projects/{projectId}/mpinids/{mpinId}`: gives a device another name and other
/// labels.
///
/// ```
/// use countersign_api::Call;
/// use countersign_api::miracl::{MpinIdUpdate, UpdateMpinId};
///
/// let mut update = MpinIdUpdate::new("Old phone");
/// update.labels = Some(vec!["a".into(), "b".into()]);
/// let call = UpdateMpinId::new("project", "c324f5e5", update);
/// assert_eq!(call.target()?.as_str(), "/api/v1/projects/project/mpinids/c324f5e5");
/// assert_eq!(
///     call.body().unwrap().to_string(),
///     r#"{"deviceName":"Old phone","labels":["a","b"]}"#
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpdateMpinId {
    /// The project.
    pub project_id: String,
    /// The hash of the M-PIN ID, in hexadecimal.
    pub mpin_id: String,
    /// The update.
    pub update: MpinIdUpdate,
}

impl UpdateMpinId {
    /// Makes an update of an identity.
    #[must_use]
    pub fn new(
        project_id: impl Into<String>,
        mpin_id: impl Into<String>,
        update: MpinIdUpdate,
    ) -> Self {
        Self { project_id: project_id.into(), mpin_id: mpin_id.into(), update }
    }
}

call!(UpdateMpinId, "PUT /api/v1/projects/{projectId}/mpinids/{mpinId}", PUT, Allowed,
    Authenticated, MpinId,
    |this| Target::new(&["api", "v1", "projects", &this.project_id, "mpinids", &this.mpin_id]),
    body: |this| this.update.to_json());

message! {
    /// The body of [`UpdateMpinId`].
    pub struct MpinIdUpdate {
        /// The new name.
        device_name: String = "deviceName",
    } optional {
        /// The new labels.
        labels: Vec<String> = "labels",
    }
}

/// `POST /api/v1/projects/{projectId}/mpinids/{mpinId}/revocation`: revokes an identity for good.
///
/// The documents do not say whether it may be repeated, so it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevokeMpinId {
    /// The project.
    pub project_id: String,
    /// The hash of the M-PIN ID, in hexadecimal.
    pub mpin_id: String,
    /// The reason.
    pub reason: RevocationReason,
}

impl RevokeMpinId {
    /// Makes a revocation of an identity without a reason.
    #[must_use]
    pub fn new(project_id: impl Into<String>, mpin_id: impl Into<String>) -> Self {
        let reason = RevocationReason::new();
        Self { project_id: project_id.into(), mpin_id: mpin_id.into(), reason }
    }
}

call!(RevokeMpinId, "POST /api/v1/projects/{projectId}/mpinids/{mpinId}/revocation", POST,
    Forbidden, Authenticated, Revocation,
    |this| Target::new(
        &["api", "v1", "projects", &this.project_id, "mpinids", &this.mpin_id, "revocation"]),
    body: |this| this.reason.to_json());

message! {
    /// The body of [`RevokeMpinId`].
    pub struct RevocationReason {
    } optional {
        /// The reason, for the audit log.
        reason: String = "reason",
    }
}

message! {
    /// The answer to a revocation.
    pub struct Revocation {
        /// The hash of the M-PIN ID, in hexadecimal.
        hash_mpin_id: String = "hashMPinID",
    } optional {
        /// The given reason.
        reason: String = "reason",
    }
}

/// A request for one page of a list.
pub trait List: Call + Clone {
    /// Returns how many entries are skipped.
    fn offset(&self) -> u64;

    /// Sets the place in the list.
    fn set_offset(&mut self, offset: u64);
}

/// A page of a list.
pub trait Page {
    /// Returns how many entries there are on all pages.
    fn total(&self) -> u64;

    /// Returns how many entries this page has.
    fn len(&self) -> usize;

    /// Tells whether this page is empty.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

macro_rules! pages {
    ($($list:ty, $page:ty, $entry:ty;)+) => {
        $(impl List for $list {
            fn offset(&self) -> u64 {
                self.offset.unwrap_or_default()
            }

            fn set_offset(&mut self, offset: u64) {
                self.offset = Some(offset);
            }
        }

        impl Page for $page {
            fn total(&self) -> u64 {
                self.total
            }

            fn len(&self) -> usize {
                self.entries().len()
            }
        }

        impl $page {
            /// Returns the entries of this page.
            #[must_use]
            pub fn entries(&self) -> &[$entry] {
                self.list.as_deref().unwrap_or_default()
            }
        })+
    };
}

pages! {
    ListAudit, AuditPage, AuditRecord;
    ListMpinIds, MpinIdPage, MpinId;
}

/// The requests for every page of a list, one after the other.
///
/// Pass each answer to [`received`](Self::received) before you take the next request, since a list
/// may grow or shrink meanwhile. The iteration ends with the last entry, with an empty page, or if
/// an answer was not passed.
///
/// ```
/// use countersign::Limits;
/// use countersign_api::miracl::{AuditPage, ListAudit, Pages};
///
/// let mut list = ListAudit::new("project");
/// list.limit = Some(2);
/// let mut pages = Pages::new(list);
///
/// let first = pages.next().unwrap();
/// assert_eq!(first.offset, None);
/// // … send it, and read the answer …
/// # let record = r#"{"createdAt":"2021-10-01T07:52:27Z","eventType":"t","eventStatus":"s"}"#;
/// # let page = |n| format!(r#"{{"total":3,"list":[{}]}}"#, vec![record; n].join(","));
/// # let answer = AuditPage::parse(page(2).as_bytes(), &Limits::default()).unwrap();
/// pages.received(&answer);
///
/// let second = pages.next().unwrap();
/// assert_eq!((second.offset, second.limit), (Some(2), Some(2)));
/// # let answer = AuditPage::parse(page(1).as_bytes(), &Limits::default()).unwrap();
/// pages.received(&answer);
/// assert_eq!(pages.next(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Pages<L> {
    next: Option<L>,
    sent: Option<L>,
}

impl<L: List> Pages<L> {
    /// Starts with this request, at its offset and with its limit.
    #[must_use]
    pub const fn new(first: L) -> Self {
        Self { next: Some(first), sent: None }
    }

    /// Records the answer to the last request.
    pub fn received(&mut self, page: &impl Page) {
        let Some(mut list) = self.sent.take() else { return };
        let entries = u64::try_from(page.len()).unwrap_or(u64::MAX);
        let end = list.offset().saturating_add(entries);
        if entries > 0 && end < page.total() {
            list.set_offset(end);
            self.next = Some(list);
        }
    }
}

impl<L: List> Iterator for Pages<L> {
    type Item = L;

    fn next(&mut self) -> Option<L> {
        self.sent = self.next.take();
        self.sent.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::encoding::json::Object;

    fn page(total: u64, entries: usize) -> AuditPage {
        let record =
            AuditRecord::new(Timestamp::from(Time::from_unix(0).unwrap()), "type", "status");
        AuditPage::new(total, vec![record; entries])
    }

    #[test]
    fn pages_follow_each_other_until_the_end() {
        let mut list = ListAudit::new("p");
        (list.limit, list.offset) = (Some(10), Some(5));
        let mut pages = Pages::new(list);
        let mut offsets = Vec::new();
        while let Some(request) = pages.next() {
            offsets.push(request.offset());
            let left = 38_usize.saturating_sub(usize::try_from(request.offset()).unwrap());
            pages.received(&page(38, left.min(10)));
        }
        assert_eq!(offsets, [5, 15, 25, 35]);
    }

    #[test]
    fn a_service_that_gives_nothing_or_says_nothing_true_ends_the_iteration() {
        let mut pages = Pages::new(ListAudit::new("p"));
        assert!(pages.next().is_some());
        pages.received(&page(100, 0));
        assert_eq!(pages.next(), None);
        // Not shown.
        let mut pages = Pages::new(ListAudit::new("p"));
        assert!(pages.next().is_some());
        assert_eq!(pages.next(), None);
        // Shown twice, and shown before anything was asked.
        let mut pages = Pages::new(ListAudit::new("p"));
        pages.received(&page(100, 1));
        assert_eq!(pages.next().unwrap().offset(), 0);
        pages.received(&page(100, 1));
        pages.received(&page(100, 1));
        assert_eq!(pages.next().unwrap().offset(), 1);
        // At the end of all numbers.
        let mut list = ListAudit::new("p");
        list.offset = Some(u64::MAX);
        let mut pages = Pages::new(list);
        pages.next();
        pages.received(&page(u64::MAX, 1));
        assert_eq!(pages.next(), None);
    }

    #[test]
    fn an_empty_page_may_have_no_list_and_an_identity_no_country() {
        use countersign::Limits;
        let limits = Limits::default();
        let text = r#"{"total":7,"list":null}"#;
        let page = AuditPage::parse(text.as_bytes(), &limits).unwrap();
        assert_eq!((page.entries(), page.len(), page.total()), (&[][..], 0, 7));
        assert_eq!(page.to_json().to_string(), text);
        let mut pages = Pages::new(ListAudit::new("p"));
        assert!(pages.next().is_some());
        pages.received(&page);
        assert_eq!(pages.next(), None);
        assert!(MpinIdPage::parse(text.as_bytes(), &limits).unwrap().is_empty());
        let nothing = MpinIdPage::parse(br#"{"total":0}"#, &limits).unwrap_err();
        assert_eq!(nothing.path(), "$.list");

        let text = r#"{"mpinId":"00","userId":"u","deviceName":"d","ip":"192.0.2.1","dvs":false,"createdAt":"2023-05-17T13:07:24.59692Z","updatedAt":"2023-05-17T13:07:24Z","revoked":true}"#;
        let id = MpinId::parse(text.as_bytes(), &limits).unwrap();
        assert_eq!((id.country.as_deref(), id.revoked), (None, true));
        assert_eq!(id.to_json().to_string(), text);
        let with = text.replace("\"dvs\"", "\"country\":\"UK\",\"dvs\"");
        let id = MpinId::parse(with.as_bytes(), &limits).unwrap();
        assert_eq!(id.country.as_deref(), Some("UK"));
        let number = with.replace("\"UK\"", "7");
        assert!(MpinId::parse(number.as_bytes(), &limits).is_err());
    }

    #[test]
    fn every_filter_stands_in_the_query() {
        let mut list = ListMpinIds::new("p/q");
        list.user_id = Some("a&b".into());
        list.revoked = Some(false);
        list.device_name = Some("Chrome on Windows".into());
        list.labels = ["x", "y=z"].map(String::from).to_vec();
        (list.limit, list.offset) = (Some(10), Some(0));
        assert_eq!(
            list.target().unwrap().as_str(),
            "/api/v1/projects/p%2Fq/mpinids?userId=a%26b&revoked=false\
             &deviceName=Chrome%20on%20Windows&labels=x&labels=y%3Dz&limit=10&offset=0"
        );
        let mut audit = ListAudit::new("p");
        audit.application_id = Some("a".into());
        audit.to = Time::from_unix(0);
        audit.mpin_id = Some("c3".into());
        audit.device_name = Some("d".into());
        assert_eq!(
            audit.target().unwrap().as_str(),
            "/api/v1/projects/p/audit?applicationId=a&toDate=1970-01-01T00%3A00%3A00Z&mpinId=c3\
             &deviceName=d"
        );
        assert!(ListAudit::new("..").target().is_err());
        assert!(RevokeMpinId::new("p", "").target().is_err());
    }

    #[test]
    fn a_revocation_without_a_reason_has_an_empty_object() {
        let mut call = RevokeMpinId::new("p", "m");
        assert_eq!(call.body(), Some(Object::new()));
        call.reason.reason = Some("account expiration".into());
        assert_eq!(call.body().unwrap().to_string(), r#"{"reason":"account expiration"}"#);
    }
}
