//! Reasons for which something is refused: a closed list, each with a stable code and a text in both languages.
//!
//! A reason is what a person must read; the wire, the audit log and `docs/errors.md` use the same code.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of a refusal, from which the edge derives its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonClass {
    /// The request itself is wrong and stays wrong.
    Invalid,
    /// The request is right, the state of things does not allow it.
    Precondition,
    /// The thing named does not exist.
    NotFound,
    /// Somebody else was first.
    Conflict,
    /// The same id already stands for something else.
    Exists,
    /// The caller may not do this.
    Forbidden,
    /// The caller is not known.
    Unauthenticated,
    /// Too much at once.
    Exhausted,
    /// Try again later.
    Unavailable,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $class:ident, $vi:literal, $en:literal;)*) => {
        /// Why something was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Reason {
            /// Every reason, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable code, as on the wire.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The kind of the refusal.
            #[must_use]
            pub const fn class(self) -> ReasonClass {
                match self { $(Self::$name => ReasonClass::$class),* }
            }

            /// What a Vietnamese reader is told.
            #[must_use]
            pub const fn vi(self) -> &'static str {
                match self { $(Self::$name => $vi),* }
            }

            /// What an English reader is told.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$name => $en),* }
            }
        }
    };
}

reasons! {
    /// A field or a column of a row is absent.
    FieldRequired = "FIELD_REQUIRED", Invalid, "Thiếu thông tin bắt buộc.", "A required field is missing.";
    /// The form has no such single field.
    UnknownField = "UNKNOWN_FIELD", Invalid, "Biểu mẫu không có chỉ tiêu này.", "The form has no such field.";
    /// The form has no such column.
    UnknownColumn = "UNKNOWN_COLUMN", Invalid, "Biểu mẫu không có cột này.", "The form has no such column.";
    /// The catalogue has no such procedure.
    UnknownProcedure = "UNKNOWN_PROCEDURE", Invalid, "Mã thủ tục hành chính không có trong danh mục.", "The procedure is not in the catalogue.";
    /// A row or a column is given twice.
    DuplicateRow = "DUPLICATE_ROW", Invalid, "Dòng hoặc cột bị lặp lại.", "A row or a column is given twice.";
    /// A count is negative.
    NegativeCount = "NEGATIVE_COUNT", Invalid, "Số lượng không được âm.", "A count must not be negative.";
    /// A count is larger than 10¹².
    CountTooLarge = "COUNT_TOO_LARGE", Invalid, "Số lượng vượt quá giới hạn cho phép.", "A count is larger than allowed.";
    /// The sums of a row do not agree.
    IdentityBroken = "IDENTITY_BROKEN", Invalid, "Số liệu không cân đối.", "The figures do not balance.";
    /// The text names no period, or one of a kind that is not filed.
    PeriodNotAligned = "PERIOD_NOT_ALIGNED", Invalid, "Kỳ báo cáo không hợp lệ.", "This is not a period that reports are filed for.";
    /// A text is too long, or has control or direction characters.
    BadText = "BAD_TEXT", Invalid, "Văn bản có ký tự không được phép hoặc quá dài.", "The text is too long or has characters that are not allowed.";
    /// The page token does not belong to this list.
    BadPageToken = "BAD_PAGE_TOKEN", Invalid, "Mã trang không hợp lệ.", "The page token does not belong to this list.";
    /// The window of the period has not ended yet.
    PeriodNotOpen = "PERIOD_NOT_OPEN", Precondition, "Kỳ báo cáo chưa mở.", "The period is not open yet.";
    /// The period is locked and the unit has no extension.
    PeriodLocked = "PERIOD_LOCKED", Precondition, "Kỳ báo cáo đã khóa.", "The period is locked.";
    /// The period is not locked yet, so it cannot be closed.
    PeriodNotLocked = "PERIOD_NOT_LOCKED", Precondition, "Kỳ báo cáo chưa khóa nên chưa thể chốt.", "The period is not locked yet and cannot be closed.";
    /// A month of this longer period has no finished edition.
    MonthNotClosed = "MONTH_NOT_CLOSED", Precondition, "Còn tháng trong kỳ chưa chốt xong.", "A month of this period is not closed yet.";
    /// Nothing is closed until an operator releases it: after a restore, or by hand.
    ClosingPaused = "CLOSING_PAUSED", Precondition, "Việc chốt kỳ đang tạm dừng; đề nghị liên hệ đơn vị vận hành hệ thống.", "Closing is paused; please ask the operator of the service.";
    /// A figure breaks with the month before and no explanation is given.
    ExplanationRequired = "EXPLANATION_REQUIRED", Precondition, "Số từ kỳ trước chuyển qua khác số đang giải quyết cuối kỳ trước; đề nghị giải trình.", "The carried-over count differs from what was pending; please explain.";
    /// The unit owes no report for this form and period.
    NotObliged = "NOT_OBLIGED", Precondition, "Đơn vị không thuộc diện báo cáo kỳ này.", "The unit owes no report for this period.";
    /// Somebody asked to reopen the period already, and that stands.
    ReopeningPending = "REOPENING_PENDING", Precondition, "Đã có đề nghị mở lại kỳ báo cáo đang chờ hoặc đang có hiệu lực.", "A reopening of this period is waiting for approval or in effect.";
    /// The request to reopen lapsed before it was approved.
    ReopeningLapsed = "REOPENING_LAPSED", Precondition, "Đề nghị mở lại kỳ báo cáo đã hết hiệu lực.", "The request to reopen the period has lapsed.";
    /// The report of this edition bears a number already.
    ReportIssued = "REPORT_ISSUED", Precondition, "Báo cáo đã được phát hành.", "The report has been issued already.";
    /// No decision delegates this assignment to the unit.
    CascadeNotDelegated = "CASCADE_NOT_DELEGATED", Precondition, "Không có quyết định giao đơn vị này phân bổ chỉ tiêu cho cấp dưới.", "No decision lets this unit assign the target to units below it.";
    /// A unit would be given less than the decision's floor.
    CascadeBelowFloor = "CASCADE_BELOW_FLOOR", Precondition, "Mức giao thấp hơn mức tối thiểu mà quyết định quy định.", "The assignment is below the floor that the decision states.";
    /// The assignments do not make the common target certain.
    CascadeInfeasible = "CASCADE_INFEASIBLE", Precondition, "Các mức giao không bảo đảm hoàn thành chỉ tiêu chung.", "The assignments do not make the common target certain.";
    /// No target is expected of the unit for this indicator and period.
    NoTarget = "NO_TARGET", Precondition, "Đơn vị không được giao chỉ tiêu này trong kỳ.", "The unit has no target for this indicator in this period.";
    /// The rows that were to be imported are of a period that is live.
    PeriodIsLive = "PERIOD_IS_LIVE", Precondition, "Kỳ này đã vận hành chính thức, không nhập số liệu cũ được.", "The period is live: its figures are filed, not imported.";
    /// The indicator is not known.
    UnknownIndicator = "UNKNOWN_INDICATOR", NotFound, "Không tìm thấy chỉ số.", "There is no such indicator.";
    /// The unit is not known.
    UnknownUnit = "UNKNOWN_UNIT", NotFound, "Không tìm thấy đơn vị.", "There is no such unit.";
    /// The period is not known.
    UnknownPeriod = "UNKNOWN_PERIOD", NotFound, "Không tìm thấy kỳ báo cáo.", "There is no such period.";
    /// The form is not known.
    UnknownForm = "UNKNOWN_FORM", NotFound, "Không tìm thấy biểu mẫu.", "There is no such form.";
    /// The submission is not known.
    UnknownSubmission = "UNKNOWN_SUBMISSION", NotFound, "Không tìm thấy báo cáo đã gửi.", "There is no such submission.";
    /// The edition is not known.
    UnknownEdition = "UNKNOWN_EDITION", NotFound, "Không tìm thấy bản công bố.", "There is no such edition.";
    /// The document is not known.
    UnknownDocument = "UNKNOWN_DOCUMENT", NotFound, "Không tìm thấy văn bản.", "There is no such document.";
    /// The revision that the caller built on is not the current one.
    RevisionMismatch = "REVISION_MISMATCH", Conflict, "Báo cáo đã có lần gửi khác mới hơn.", "Another revision is the current one.";
    /// The request id stands for another request already.
    RequestIdReused = "REQUEST_ID_REUSED", Exists, "Mã yêu cầu đã dùng cho nội dung khác.", "The request id was used for other content.";
    /// The unit is outside what the key is for.
    OutsideSubtree = "OUTSIDE_SUBTREE", Forbidden, "Khóa không có quyền đối với đơn vị này.", "The key is not for this unit.";
    /// The key's role does not allow this.
    RoleNotAllowed = "ROLE_NOT_ALLOWED", Forbidden, "Khóa không có quyền thực hiện việc này.", "The key's role does not allow this.";
    /// The one who approves must be another person with another key than the one who asked.
    SecondApproverRequired = "SECOND_APPROVER_REQUIRED", Forbidden, "Việc mở lại kỳ báo cáo phải do người thứ hai, dùng khóa khác, phê duyệt.", "Another person must approve this with another key.";
    /// The reopening is not known.
    UnknownReopening = "UNKNOWN_REOPENING", NotFound, "Không tìm thấy đề nghị mở lại kỳ báo cáo.", "There is no such request to reopen a period.";
    /// No key came with the request.
    KeyMissing = "KEY_MISSING", Unauthenticated, "Thiếu khóa truy cập.", "No key came with the request.";
    /// The key is not known.
    KeyUnknown = "KEY_UNKNOWN", Unauthenticated, "Khóa truy cập không hợp lệ.", "The key is not known.";
    /// The key has expired.
    KeyExpired = "KEY_EXPIRED", Unauthenticated, "Khóa truy cập đã hết hạn.", "The key has expired.";
    /// The key was revoked.
    KeyRevoked = "KEY_REVOKED", Unauthenticated, "Khóa truy cập đã bị thu hồi.", "The key was revoked.";
    /// More rows than one submission may have.
    BatchTooLarge = "BATCH_TOO_LARGE", Exhausted, "Báo cáo có quá nhiều dòng.", "The submission has too many rows.";
    /// Too many requests are in flight.
    Overloaded = "OVERLOADED", Exhausted, "Hệ thống đang quá tải; đề nghị thử lại sau.", "The service is overloaded; try again later.";
    /// The database does not answer.
    DatabaseDown = "DATABASE_DOWN", Unavailable, "Cơ sở dữ liệu tạm thời không sẵn sàng; đề nghị thử lại sau.", "The database is not available; try again later.";
    /// The service is stopping.
    ShuttingDown = "SHUTTING_DOWN", Unavailable, "Hệ thống đang dừng; đề nghị thử lại sau.", "The service is stopping; try again later.";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One fault in what was sent: where, what was given, what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Where, as a path into the request: `lines.rows[3].values[0]`.
    pub path: String,
    /// What is wrong with it.
    pub reason: Reason,
    /// What was given, cut to a readable length.
    pub given: String,
    /// What would have been right.
    pub expected: String,
}

impl Finding {
    /// The most characters of foreign text that are repeated in an answer.
    const GIVEN_LENGTH_MAX: usize = 80;

    /// A fault at a path.
    #[must_use]
    pub fn new(path: impl Into<String>, reason: Reason, given: impl fmt::Display, expected: impl Into<String>) -> Self {
        let given = given.to_string().chars().filter(|c| !c.is_control()).take(Self::GIVEN_LENGTH_MAX).collect();
        Self { path: path.into(), reason, given, expected: expected.into() }
    }
}

/// A refusal: its reason and every fault that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}: {} faults", findings.len())]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// All faults, in the order of the request; may be empty.
    pub findings: Vec<Finding>,
}

impl Refusal {
    /// A refusal that is about no single field.
    #[must_use]
    pub const fn because(reason: Reason) -> Self {
        Self { reason, findings: Vec::new() }
    }

    /// A refusal about one field.
    #[must_use]
    pub fn at(path: impl Into<String>, reason: Reason, given: impl fmt::Display, expected: impl Into<String>) -> Self {
        Self { reason, findings: vec![Finding::new(path, reason, given, expected)] }
    }

    /// The refusal for these faults: none if there are none; its reason is that of the first.
    #[must_use]
    pub fn of(findings: Vec<Finding>) -> Option<Self> {
        let reason = findings.first()?.reason;
        Some(Self { reason, findings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_code_of_its_own_and_both_texts() {
        let mut codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert!(reason.vi().ends_with('.') && reason.en().ends_with('.'), "{reason}");
            assert_ne!(reason.vi(), reason.en());
        }
    }
}
