//! Forms (biểu mẫu): the columns of a table, how each is folded, and the identities that must hold exactly.
//!
//! Form II.06a of Circular 01/2020/TT-VPCP (dossiers received and resolved) is the model: eight columns are filed,
//! three totals are derived, and received = resolved + pending.

use serde::{Deserialize, Serialize};

use crate::ids::{ColumnCode, FormCode};

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
    /// Columns whose opening must equal the closing of the month before: (opening, closings). A break needs an explanation.
    pub continuity: Option<(usize, Vec<usize>)>,
}

impl Form {
    /// The position of a filed column.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.code.as_str() == code)
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
