//! Submissions (báo cáo) and their revisions (lần gửi).
//!
//! A submission is what one unit files for one form and month. Every filing and every correction is a new revision;
//! none is ever changed or removed.

use serde::{Deserialize, Serialize};

use crate::figures::Figures;
use crate::ids::{FormCode, UnitId};
use crate::instant::Instant;
use crate::period::PeriodKey;

/// Which submission: one unit, one form, one month.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubmissionKey {
    /// Whose figures.
    pub unit: UnitId,
    /// On which form.
    pub form: FormCode,
    /// For which month.
    pub period: PeriodKey,
}

/// One filing, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its own id, unique in the installation.
    pub id: i64,
    /// The submission that it belongs to.
    pub submission: SubmissionKey,
    /// 1 for the first filing, then without gaps.
    pub number: u32,
    /// The figures.
    pub figures: Figures,
    /// The unit stated that nothing happened.
    pub nil: bool,
    /// Why a correction was made, or how a break with the month before is explained.
    pub note: String,
    /// SHA-256 of the canonical JSON of what was filed, in hex.
    pub content_hash: String,
    /// When it was accepted.
    pub received_at: Instant,
    /// The client whose key filed it.
    pub client: String,
}

/// Proof of sending. Built from what was committed, given again for the same request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// `submissions/<unit>/<form>/<period>`, as the reader of the API names it.
    pub submission: String,
    /// The revision that was made, or that stands already when the content is the same.
    pub revision: u32,
    /// SHA-256 of the canonical JSON of what was filed, in hex.
    pub content_hash: String,
    /// When it was accepted.
    pub received_at: Instant,
    /// The content equals the current revision: nothing new was stored.
    pub unchanged: bool,
    /// Filed after the due instant.
    pub late: bool,
    /// The place of this act in the audit chain.
    pub audit_seq: i64,
    /// The head of the audit chain after it, in hex: the unit is a witness.
    pub audit_head: String,
}
