//! Refusals and failures as gRPC statuses: the one place where that is decided, and the only file that names codes.
//!
//! A refusal says its reason to machines (`ErrorInfo`), every fault to whoever repairs the request (`BadRequest`) and
//! one sentence to people in both languages (`LocalizedMessage`). A failure of our own says nothing of its inside: it
//! is logged here, once, with its whole chain.

use baocao_app::error::AppError;
use baocao_app::ports::StoreError;
use baocao_domain::figures::FINDINGS_MAX;
use baocao_domain::reason::{Finding, Reason, ReasonClass, Refusal};
use prost::{Message, Name};
use prost_types::{Any, Duration};
use tonic::{Code, Status};

use crate::google::rpc::bad_request::FieldViolation;
use crate::google::rpc::{self, BadRequest, ErrorInfo, LocalizedMessage, RetryInfo};
use crate::limits::DETAILS_MAX_BYTES;

/// The domain of our reasons.
pub(crate) const DOMAIN: &str = "baocao";

/// The least pause before a call is made again, in seconds.
const RETRY_DELAY_SECONDS: i64 = 1;

/// What the note about faults that did not fit takes at most, with what frames it.
const NOTE_MAX_BYTES: usize = 64;

/// The status of what a use case answered instead of doing what was asked.
pub(crate) fn of(error: &AppError) -> Status {
    match error {
        AppError::Refused(refusal) => refused(refusal),
        AppError::Store(StoreError::Unavailable { .. }) => {
            tracing::warn!(error = %error.chain(), "database not available");
            because(Reason::DatabaseDown)
        }
        // The use case has looked again already: whoever was first is still at it.
        AppError::Store(StoreError::Conflict { .. }) => {
            tracing::warn!(error = %error.chain(), "call lost a race");
            with_details(Code::Aborted, "another call was first; make this one again", vec![retry()])
        }
        AppError::LeaseLost { .. } => {
            tracing::warn!(error = %error.chain(), "call lost its lease");
            with_details(Code::Aborted, "another instance is at it; make this call again", vec![retry()])
        }
        AppError::Store(StoreError::Broken { .. }) | AppError::Failed { .. } | AppError::Corrupt(_) => {
            tracing::error!(error = %error.chain(), "call failed");
            Status::new(Code::Internal, "internal error; it is in the log of the service")
        }
    }
}

/// A refusal that is about no single field.
pub(crate) fn because(reason: Reason) -> Status {
    refused(&Refusal::because(reason))
}

/// A refusal with all its faults, as many as fit.
pub(crate) fn refused(refusal: &Refusal) -> Status {
    let reason = refusal.reason;
    let code = code_of(reason.class());
    let message = message_of(refusal);
    let info = ErrorInfo { reason: reason.code().into(), domain: DOMAIN.into(), ..ErrorInfo::default() };
    let mut details = vec![any(&info), localized("vi", reason.vi()), localized("en", reason.en())];
    if is_worth_repeating(reason) {
        details.push(retry());
    }
    if !refusal.findings.is_empty() {
        let used = encoded(code, &message, details.clone()).len();
        details.insert(1, any(&faults(&refusal.findings, DETAILS_MAX_BYTES.saturating_sub(used))));
    }
    with_details(code, &message, details)
}

/// The reader of a download did not take the next message in time, or the service stopped.
pub(crate) fn download_cut() -> Status {
    Status::new(Code::DeadlineExceeded, "the next part was not taken in time; download the document again")
}

/// The method is not served, at least not to anybody.
pub(crate) fn no_such_method() -> Status {
    Status::new(Code::Unimplemented, "there is no such method")
}

const fn code_of(class: ReasonClass) -> Code {
    match class {
        ReasonClass::Invalid => Code::InvalidArgument,
        ReasonClass::Precondition => Code::FailedPrecondition,
        ReasonClass::NotFound => Code::NotFound,
        ReasonClass::Conflict => Code::Aborted,
        ReasonClass::Exists => Code::AlreadyExists,
        ReasonClass::Forbidden => Code::PermissionDenied,
        ReasonClass::Unauthenticated => Code::Unauthenticated,
        ReasonClass::Exhausted => Code::ResourceExhausted,
        ReasonClass::Unavailable => Code::Unavailable,
    }
}

/// Whether the same call may go through later. A set with too many rows has too many tomorrow as well.
fn is_worth_repeating(reason: Reason) -> bool {
    matches!(reason.class(), ReasonClass::Exhausted | ReasonClass::Unavailable) && reason != Reason::BatchTooLarge
}

/// For logs and developers: the sentence and the first fault.
fn message_of(refusal: &Refusal) -> String {
    let sentence = refusal.reason.en();
    match refusal.findings.as_slice() {
        [] => sentence.to_owned(),
        [only] => format!("{sentence} {}: {}", only.path, description(only)),
        [first, rest @ ..] => {
            format!("{sentence} {}: {}; and {} more in the details", first.path, description(first), rest.len())
        }
    }
}

fn description(finding: &Finding) -> String {
    format!("given {:?}; expected {}", finding.given, finding.expected)
}

/// The faults in their order, and how many did not fit into so many bytes.
fn faults(findings: &[Finding], budget: usize) -> BadRequest {
    let mut bad_request = BadRequest::default();
    let mut used = any(&bad_request).encoded_len() + NOTE_MAX_BYTES;
    for (i, finding) in findings.iter().enumerate() {
        let violation = FieldViolation {
            field: finding.path.clone(),
            description: description(finding),
            reason: finding.reason.code().into(),
            localized_message: None,
        };
        // Two bytes of tag and length, one more for longer ones.
        used += violation.encoded_len() + 3;
        if used > budget {
            let more = findings.len() - i;
            let at_least = if findings.len() >= FINDINGS_MAX { "at least " } else { "" };
            let note =
                FieldViolation { description: format!("and {at_least}{more} more"), ..FieldViolation::default() };
            bad_request.field_violations.push(note);
            return bad_request;
        }
        bad_request.field_violations.push(violation);
    }
    bad_request
}

fn localized(locale: &str, message: &str) -> Any {
    any(&LocalizedMessage { locale: locale.into(), message: message.into() })
}

fn retry() -> Any {
    any(&RetryInfo { retry_delay: Some(Duration { seconds: RETRY_DELAY_SECONDS, nanos: 0 }) })
}

fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn with_details(code: Code, message: &str, details: Vec<Any>) -> Status {
    Status::with_details(code, message, encoded(code, message, details).into())
}

fn encoded(code: Code, message: &str, details: Vec<Any>) -> Vec<u8> {
    rpc::Status { code: code.into(), message: message.into(), details }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client;

    #[test]
    fn every_reason_has_its_code_its_texts_and_its_name_on_the_wire() {
        for reason in Reason::ALL.iter().copied() {
            let code = match reason {
                Reason::PeriodNotOpen
                | Reason::PeriodLocked
                | Reason::PeriodNotLocked
                | Reason::MonthNotClosed
                | Reason::ClosingPaused
                | Reason::ExplanationRequired
                | Reason::NotObliged
                | Reason::ReopeningPending
                | Reason::ReopeningLapsed
                | Reason::ReportIssued
                | Reason::CascadeNotDelegated
                | Reason::CascadeBelowFloor
                | Reason::CascadeInfeasible
                | Reason::NoTarget
                | Reason::PeriodIsLive => Code::FailedPrecondition,
                Reason::UnknownIndicator
                | Reason::UnknownUnit
                | Reason::UnknownPeriod
                | Reason::UnknownForm
                | Reason::UnknownSubmission
                | Reason::UnknownEdition
                | Reason::UnknownReopening
                | Reason::UnknownDocument => Code::NotFound,
                Reason::RevisionMismatch => Code::Aborted,
                Reason::RequestIdReused => Code::AlreadyExists,
                Reason::OutsideSubtree | Reason::RoleNotAllowed | Reason::SecondApproverRequired => {
                    Code::PermissionDenied
                }
                Reason::KeyMissing | Reason::KeyUnknown | Reason::KeyExpired | Reason::KeyRevoked => {
                    Code::Unauthenticated
                }
                Reason::BatchTooLarge | Reason::Overloaded => Code::ResourceExhausted,
                Reason::DatabaseDown | Reason::ShuttingDown => Code::Unavailable,
                _ => Code::InvalidArgument,
            };
            let status = because(reason);
            assert_eq!(status.code(), code, "{reason}");
            let details = client::refusal(&status).expect("details");
            assert_eq!(details.reason, reason.code());
            assert_eq!((details.vi.as_str(), details.en.as_str()), (reason.vi(), reason.en()), "{reason}");
            assert_eq!(details.faults, [], "{reason}");
            let told_to_retry = matches!(code, Code::Unavailable) || reason == Reason::Overloaded;
            assert_eq!(details.retry_delay.is_some(), told_to_retry, "{reason}");
        }
    }

    #[test]
    fn all_faults_are_told_each_with_its_reason() {
        let status = refused(&Refusal {
            reason: Reason::IdentityBroken,
            findings: vec![
                Finding::new("lines.rows[0].values", Reason::IdentityBroken, "44 ≠ 45", "online + direct = resolved"),
                Finding::new("lines.rows[1].values[0]", Reason::NegativeCount, -1, "0 or more"),
            ],
        });
        let details = client::refusal(&status).expect("details");
        let told: Vec<_> =
            details.faults.iter().map(|f| (f.field.as_str(), f.reason.as_str(), f.description.as_str())).collect();
        assert_eq!(
            told,
            [
                ("lines.rows[0].values", "IDENTITY_BROKEN", "given \"44 ≠ 45\"; expected online + direct = resolved"),
                ("lines.rows[1].values[0]", "NEGATIVE_COUNT", "given \"-1\"; expected 0 or more"),
            ]
        );
        assert!(status.message().ends_with("and 1 more in the details"), "{}", status.message());
    }

    #[test]
    fn a_long_list_of_faults_is_cut_to_what_trailers_carry_and_says_so() {
        let finding =
            |i| Finding::new(format!("lines.rows[{i}].values"), Reason::IdentityBroken, "ố".repeat(80), "y".repeat(60));
        for count in 1..=FINDINGS_MAX {
            let findings: Vec<Finding> = (0..count).map(finding).collect();
            let status = refused(&Refusal::of(findings).expect("faults"));
            assert!(status.details().len() <= DETAILS_MAX_BYTES, "{count}: {}", status.details().len());
            let faults = client::refusal(&status).expect("details").faults;
            let last = faults.last().expect("a fault");
            let more = last.description.strip_prefix("and ").filter(|_| last.field.is_empty());
            let Some(more) = more else {
                assert_eq!(faults.len(), count);
                continue;
            };
            let at_least = if count == FINDINGS_MAX { "at least " } else { "" };
            assert_eq!(more, format!("{at_least}{} more", count - (faults.len() - 1)));
        }
    }

    #[test]
    fn the_inside_of_a_failure_stays_inside() {
        let secret = || "/srv/baocao/db: disk image is malformed".to_owned();
        let broken = StoreError::Broken { doing: "reading a period", source: secret().into() };
        for error in [
            AppError::Corrupt(secret()),
            AppError::Failed { doing: secret(), source: secret().into() },
            AppError::Store(broken),
        ] {
            let status = of(&error);
            assert_eq!((status.code(), status.details()), (Code::Internal, &[][..]));
            assert!(!status.message().contains("malformed"), "{}", status.message());
        }
    }

    #[test]
    fn a_database_that_does_not_answer_is_worth_another_try() {
        let down = StoreError::Unavailable { doing: "beginning", source: "connection refused".into() };
        let status = of(&AppError::Store(down));
        let details = client::refusal(&status).expect("details");
        assert_eq!((status.code(), details.reason.as_str()), (Code::Unavailable, "DATABASE_DOWN"));
        assert!(details.retry_delay.is_some());
        assert_eq!(of(&AppError::Store(StoreError::Conflict { doing: "adding" })).code(), Code::Aborted);
    }
}
