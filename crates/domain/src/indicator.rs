//! Indicators (chỉ số): a ratio of two counts, never a float.
//!
//! Every decision defines its ratios differently, so a definition is data: which columns or single fields count above
//! and below, with which weight, in rows of which procedures, and whether dossiers are summed or *procedures* are
//! counted. Definitions have versions with dates: the one in force on the last day of a window is used for all of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{IndicatorCode, ListCode};
use crate::period::Window;
use crate::procedure::{Procedure, ProcedureList, ServiceLevel};
use crate::unit::Tier;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Dossiers, or whatever the columns and single fields count: they are summed.
    Sum,
    /// Distinct procedures for which the sum of the columns is above zero: sets are united.
    DistinctProcedures,
}

/// Whose rows count for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The unit's own rows.
    Own,
    /// The unit's own rows and those of all units below it.
    Subtree,
}

impl Scope {
    /// As data writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Subtree => "subtree",
        }
    }
}

/// Which end of a ranking is the good one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// A larger share is better.
    #[default]
    Higher,
    /// A smaller share is better, as with overdue dossiers.
    Lower,
}

/// In rows of which procedures an indicator counts. What is empty admits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Levels of service.
    pub levels: Vec<ServiceLevel>,
    /// A list that the procedure must be in.
    pub list: Option<ListCode>,
    /// Tiers that are competent for the procedure.
    pub competence: Vec<Tier>,
    /// Fields (lĩnh vực).
    pub fields: Vec<String>,
}

impl Filter {
    /// Whether rows of this procedure count in the month with this window.
    #[must_use]
    pub fn admits(&self, procedure: &Procedure, lists: &[ProcedureList], window: Window) -> bool {
        let is_listed = |code: &ListCode| {
            lists.iter().filter(|list| list.code == *code).any(|list| list.holds(&procedure.code, window))
        };
        (self.levels.is_empty() || self.levels.contains(&procedure.level))
            && (self.competence.is_empty() || self.competence.contains(&procedure.competence))
            && (self.fields.is_empty() || self.fields.contains(&procedure.field))
            && self.list.as_ref().is_none_or(is_listed)
    }

    /// Whether everything that this filter admits, the other admits too.
    #[must_use]
    pub fn is_within(&self, wider: &Self) -> bool {
        fn within<T: PartialEq>(narrow: &[T], wide: &[T]) -> bool {
            wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|item| wide.contains(item)))
        }
        within(&self.levels, &wider.levels)
            && within(&self.competence, &wider.competence)
            && within(&self.fields, &wider.fields)
            && (wider.list.is_none() || wider.list == self.list)
    }
}

/// A column or single field, by its position in the form, with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The position.
    pub position: usize,
    /// How often it counts; 1 but for a weighted composite.
    pub weight: i64,
}

/// What counts above, or below.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Columns of the table, in rows that the filter admits.
    pub columns: Vec<Term>,
    /// Single fields.
    pub single_fields: Vec<Term>,
    /// In which rows.
    pub filter: Filter,
}

/// One version of the definition of an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// Its code; versions of one indicator share it.
    pub code: IndicatorCode,
    /// Its full name, as in the decision.
    pub name: String,
    /// A name that fits the head of a table.
    pub short_name: String,
    /// What is counted: `hồ sơ` or `dịch vụ`.
    pub noun: String,
    /// How it is counted.
    pub count: Count,
    /// What counts above; always counted below too.
    pub numerator: Side,
    /// What counts below.
    pub denominator: Side,
    /// Whose rows count, unless a target says otherwise.
    pub scope: Scope,
    /// Which end of a ranking is the good one.
    pub better: Better,
    /// The first day on which this version is in force.
    pub valid_from: Date,
    /// The last one; none: still in force.
    pub valid_to: Option<Date>,
    /// The text that it is taken from.
    pub basis: String,
}

impl Indicator {
    /// Whether this version is the one for windows that end on this day.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| to >= day)
    }
}

/// Numerator and denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ratio {
    /// Tử số.
    pub numerator: i64,
    /// Mẫu số; zero means that nothing happened (không phát sinh).
    pub denominator: i64,
}

impl Ratio {
    /// Compares two shares exactly. Both denominators must be above zero.
    #[must_use]
    pub fn compare(self, other: Self) -> std::cmp::Ordering {
        let left = i128::from(self.numerator) * i128::from(other.denominator);
        left.cmp(&(i128::from(other.numerator) * i128::from(self.denominator)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_within_another_admits_no_more() {
        let levels = |levels: &[ServiceLevel]| Filter { levels: levels.to_vec(), ..Filter::default() };
        let listed = Filter { list: Some(ListCode::parse("L").expect("code")), ..Filter::default() };
        let (three, both) = (levels(&[ServiceLevel::Three]), levels(&[ServiceLevel::Three, ServiceLevel::Four]));
        assert!(three.is_within(&both) && !both.is_within(&three));
        assert!(both.is_within(&Filter::default()) && !Filter::default().is_within(&both));
        assert!(listed.is_within(&Filter::default()) && !three.is_within(&listed));
    }
}
