//! Issue records: what the document system and a person add to an edition before it becomes an official report.
//!
//! Number and date are assigned by the document system (Decree 30/2020/NĐ-CP, article 15): they are inputs, never
//! generated. Without a record the report is a draft (DỰ THẢO) with number, day and name left blank.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What makes an edition's report an issued one. Never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRecord {
    /// The number, without the symbol: 433.
    pub number: u32,
    /// The day of issue.
    pub date: Date,
    /// Full name of the signatory, without titles.
    pub signatory: String,
    /// Authority and post, one per line; the regime's where empty.
    pub signatory_lines: Vec<String>,
}
