//! Forms (biểu mẫu): the columns of a table and the single fields beside it, how each is folded, and what must hold exactly.
//!
//! Form II.06a of Circular 01/2020/TT-VPCP (dossiers received and resolved) is the model: eight columns are filed,
//! three totals are derived, and received = resolved + pending.

use serde::{Deserialize, Serialize};

use crate::ids::{ColumnCode, FormCode, SingleFieldCode};
use crate::unit::Tier;

/// How a column is folded over the months of a longer period. Over units every column is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverTime {
    /// A flow: the months add up.
    Sum,
    /// An opening stock: the first reported month's.
    First,
    /// A closing stock: the last reported month's.
    Last,
}

impl OverTime {
    /// Whether a month counts in a longer period, of which it is the first or the last reported one, or neither.
    #[must_use]
    pub const fn counts(self, is_first: bool, is_last: bool) -> bool {
        match self {
            Self::Sum => true,
            Self::First => is_first,
            Self::Last => is_last,
        }
    }
}

/// A column that units file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name on the wire.
    pub code: ColumnCode,
    /// Its number in the printed form.
    pub number: u8,
    /// Its heading in the printed form.
    pub heading: String,
    /// How the months of a longer period are folded.
    pub over_time: OverTime,
}

/// A total: may be filed and is then checked, is derived otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DerivedColumn {
    /// Its name on the wire.
    pub code: ColumnCode,
    /// Its number in the printed form.
    pub number: u8,
    /// Its heading in the printed form.
    pub heading: String,
    /// Positions of the columns whose sum it is.
    pub parts: Vec<usize>,
}

/// Two sums of columns that must be equal in every row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Positions of the columns on the left.
    pub left: Vec<usize>,
    /// Positions of the columns on the right.
    pub right: Vec<usize>,
}

/// A figure outside the table: at most one value per report. Absent is not zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SingleField {
    /// Its name on the wire.
    pub code: SingleFieldCode,
    /// Its heading in the printed form.
    pub heading: String,
    /// How the months of a longer period are folded.
    pub over_time: OverTime,
    /// Units of which tiers owe it; empty: every unit that owes the form.
    pub owed_by: Vec<Tier>,
}

impl SingleField {
    /// Whether units of this tier owe the field.
    #[must_use]
    pub fn is_owed_by(&self, tier: Tier) -> bool {
        self.owed_by.is_empty() || self.owed_by.contains(&tier)
    }
}

/// A single field that counts a part of what another counts, and so must not exceed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The position of the part.
    pub part: usize,
    /// The position of the whole.
    pub whole: usize,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Its name on the wire: `tthc`.
    pub code: FormCode,
    /// Its title.
    pub title: String,
    /// The columns that units file, in the order in which figures are kept.
    pub columns: Vec<Column>,
    /// The totals derived from them.
    pub derived: Vec<DerivedColumn>,
    /// What must hold in every row.
    pub identities: Vec<Identity>,
    /// Figures outside the table.
    pub single_fields: Vec<SingleField>,
    /// What must hold among them.
    pub limits: Vec<Limit>,
    /// Columns whose opening must equal the closing of the month before: (opening, closings). A break needs an explanation.
    pub continuity: Option<(usize, Vec<usize>)>,
}

impl Form {
    /// The position of a filed column.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.code.as_str() == code)
    }

    /// The position of a single field.
    #[must_use]
    pub fn single_field(&self, code: &str) -> Option<usize> {
        self.single_fields.iter().position(|field| field.code.as_str() == code)
    }

    /// The value of a filed or derived column in a row of figures.
    #[must_use]
    pub fn value(&self, row: &[i64], code: &str) -> Option<i64> {
        if let Some(position) = self.position(code) {
            return row.get(position).copied();
        }
        let derived = self.derived.iter().find(|column| column.code.as_str() == code)?;
        Some(derived.parts.iter().map(|part| row[*part]).sum())
    }

    /// Codes of all columns, filed and derived, in the order of the printed form's numbers.
    #[must_use]
    pub fn printed_order(&self) -> Vec<&ColumnCode> {
        let filed = self.columns.iter().map(|column| (column.number, &column.code));
        let derived = self.derived.iter().map(|column| (column.number, &column.code));
        let mut all: Vec<_> = filed.chain(derived).collect();
        all.sort_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, code)| code).collect()
    }
}
