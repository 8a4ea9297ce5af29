//! A server's way through a request, stage by stage.

use super::dialect::{Replies, Reply};
use super::reading::{Misread, Reader};
use super::refusal::Refusal;
use crate::mosip::error_code::{ErrorCode, ServiceError};
use countersign::{Check, Error, Trail, Warning};

/// The members follow the server's rules.
pub const RULES: Check = Check::new("rules", "MOSIP kernel-masterdata-service dto");

/// The server's tables have the entries that the request names, and none that prevent it.
pub const RECORDS: Check = Check::new("records", "MOSIP kernel-masterdata-service");

/// How far a server is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// As far as the trail wants: to the first failure, or through everything.
    TheTrailEnds,
    /// To the stage in which the server refuses, whatever this library objects to before.
    TheServerRefuses,
}

/// Follows a server through its stages: what is found goes to the trail, and what the first stage
/// with findings found is what the server answers.
pub(super) struct Stages<'t> {
    pub(super) trail: &'t mut Trail,
    until: Until,
    /// The HTTP status and the errors of the first stage with findings.
    refusal: Option<(u16, Vec<ServiceError>)>,
    /// Whether that stage is over.
    refused: bool,
    objection: Option<Error>,
}

impl<'t> Stages<'t> {
    pub(super) const fn new(trail: &'t mut Trail, until: Until) -> Self {
        Self { trail, until, refusal: None, refused: false, objection: None }
    }

    /// Says in the report that acceptable is not authentic.
    pub(super) fn say_nothing_is_verified(&mut self) {
        self.trail.skip(Check::SIGNATURE, "signatures are not judged by rules");
        self.trail.warn(Warning::Unauthenticated);
    }

    /// Records one check of the server.
    pub(super) fn check(
        &mut self,
        check: Check,
        status: u16,
        findings: Vec<ServiceError>,
        passed: &'static str,
    ) {
        if findings.is_empty() {
            return self.trail.pass(check, || passed);
        }
        let codes = findings.iter().map(|finding| finding.code.as_str().into()).collect();
        self.fail(check, Error::ValidationFailed { codes }, status, findings);
    }

    /// Records a check that failed for a reason of this library, and what the server says to it.
    pub(super) fn fail(
        &mut self,
        check: Check,
        error: Error,
        status: u16,
        findings: Vec<ServiceError>,
    ) {
        self.trail.fail(check, error);
        for finding in &findings {
            self.trail.hint(|| Some(format!("HTTP {status}, {finding}")));
        }
        if !self.refused {
            let (_, errors) = self.refusal.get_or_insert_with(|| (status, Vec::new()));
            errors.extend(findings);
        }
    }

    /// Records a check that failed, and the one error that the server has for it, if it has a code.
    pub(super) fn reply(&mut self, check: Check, error: Error, reply: &Reply, message: String) {
        let status = reply.status;
        match &reply.code {
            Some(code) => {
                let findings = vec![ServiceError::new(code.clone(), message)];
                self.fail(check, error, status, findings);
            }
            None => {
                self.trail.fail(check, error);
                self.trail.hint(|| Some(format!("HTTP {status}, no code: {message}")));
                // What the stage found before is lost with it.
                if !self.refused {
                    self.refusal = Some((status, Vec::new()));
                }
            }
        }
    }

    /// Records what this library refuses and the server does not.
    pub(super) fn object(&mut self, check: Check, error: Error) {
        self.trail.hint(|| Some(format!("stricter-than-server: {error}")));
        self.objection.get_or_insert_with(|| error.clone());
        self.trail.fail(check, error);
    }

    /// Records a reading.
    pub(super) fn read<R>(
        &mut self,
        check: Check,
        reader: &mut Reader<'_>,
        replies: &Replies,
        result: Result<R, Misread>,
        passed: &'static str,
    ) -> Option<R> {
        match (result, reader.take_objection()) {
            (Ok(value), None) => {
                self.trail.pass(check, || passed);
                Some(value)
            }
            (Ok(value), Some(error)) => {
                self.object(check, error);
                Some(value)
            }
            (Err(Misread::Ours(error)), earlier) => {
                self.object(check, earlier.unwrap_or(error));
                None
            }
            (Err(Misread::Server { slip, error, message }), _) => {
                let message = message.unwrap_or_else(|| format!("{error}"));
                self.reply(check, error, replies.to(slip), message);
                None
            }
        }
    }

    /// Records a search in a table, which finds or has this code.
    pub(super) fn find<R>(
        &mut self,
        found: Option<R>,
        code: ErrorCode,
        what: &'static str,
    ) -> Option<R> {
        let findings = match found {
            Some(_) => Vec::new(),
            None => vec![ServiceError::new(code, format!("not found: {what}"))],
        };
        self.check(RECORDS, 200, findings, what);
        found
    }

    /// Ends a stage: the server stops here if it found something.
    pub(super) fn end(&mut self) -> bool {
        self.refused |= self.refusal.is_some();
        match self.until {
            Until::TheTrailEnds => self.trail.goes_on(),
            Until::TheServerRefuses => !self.refused,
        }
    }

    /// Makes the server's answer of what was decided. A decision that refused nothing and made
    /// nothing would be a defect, and is never an acceptance.
    pub(super) fn answer<R>(self, made: Option<R>) -> Result<R, Refusal> {
        match (self.refusal, self.objection, made) {
            (Some((http_status, errors)), _, _) => Err(Refusal::Server { http_status, errors }),
            (None, Some(error), _) => Err(Refusal::StricterThanServer { error }),
            (None, None, Some(made)) => Ok(made),
            (None, None, None) => Err(Refusal::StricterThanServer { error: Error::Defect }),
        }
    }
}
