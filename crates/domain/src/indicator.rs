//! Indicators (chỉ số): a ratio of two counts, never a float.
//!
//! Every decision defines its ratios differently, so a definition is data: which columns count above and below, which
//! levels of service count at all, and whether dossiers are summed or *procedures* are counted. Procedures are counted
//! as a set: over a subtree and over months the sets are united, never added.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figures::Figures;
use crate::ids::{IndicatorCode, ProcedureCode};

/// A procedure (thủ tục hành chính) of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// Its code, the key of rows.
    pub code: ProcedureCode,
    /// Its name.
    pub name: String,
    /// Level of online service 2, 3 or 4 (mức độ, Decree 43/2011/NĐ-CP).
    pub level: u8,
    /// The field that it belongs to (lĩnh vực).
    pub field: String,
    /// The tier that is competent for it.
    pub competence: crate::unit::Tier,
}

/// The procedures of a regime, each with its place in sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Procedure>", into = "Vec<Procedure>")]
pub struct Catalogue {
    procedures: Vec<Procedure>,
    by_code: BTreeMap<ProcedureCode, usize>,
}

impl From<Vec<Procedure>> for Catalogue {
    fn from(mut procedures: Vec<Procedure>) -> Self {
        procedures.sort_by(|a, b| a.code.cmp(&b.code));
        procedures.dedup_by(|a, b| a.code == b.code);
        let by_code = procedures.iter().enumerate().map(|(i, p)| (p.code.clone(), i)).collect();
        Self { procedures, by_code }
    }
}

impl From<Catalogue> for Vec<Procedure> {
    fn from(catalogue: Catalogue) -> Self {
        catalogue.procedures
    }
}

impl Catalogue {
    /// All procedures, by code.
    #[must_use]
    pub fn procedures(&self) -> &[Procedure] {
        &self.procedures
    }

    /// The procedure with this code.
    #[must_use]
    pub fn get(&self, code: &ProcedureCode) -> Option<&Procedure> {
        self.by_code.get(code).map(|place| &self.procedures[*place])
    }

    /// How many services are offered at this level.
    #[must_use]
    pub fn count_at_level(&self, level: u8) -> i64 {
        self.procedures.iter().filter(|procedure| procedure.level == level).map(|_| 1).sum()
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Dossiers: the columns are summed.
    Sum,
    /// Distinct procedures for which the sum of the columns is above zero: sets are united.
    DistinctProcedures,
}

/// Whose rows count for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The unit's own rows.
    Own,
    /// The unit's own rows and those of all units below it.
    Subtree,
}

/// The definition of an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// Its code.
    pub code: IndicatorCode,
    /// Its full name, as in the decision.
    pub name: String,
    /// A name that fits the head of a table.
    pub short_name: String,
    /// What is counted: `hồ sơ` or `dịch vụ`.
    pub noun: String,
    /// How it is counted.
    pub count: Count,
    /// Positions of the columns above.
    pub numerator: Vec<usize>,
    /// Positions of the columns below.
    pub denominator: Vec<usize>,
    /// Levels of service that count; empty = all.
    pub levels: Vec<u8>,
    /// Whose rows count.
    pub scope: Scope,
    /// The text that it is taken from.
    pub basis: String,
}

/// Numerator and denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ratio {
    /// Tử số.
    pub numerator: i64,
    /// Mẫu số; zero means that nothing happened (không phát sinh).
    pub denominator: i64,
}

/// A ratio on its way up: sums, or sets of procedures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tally {
    /// Sums of columns.
    Sum(Ratio),
    /// Sets of procedures, as bits by their place in the catalogue.
    Sets {
        /// Procedures that count above.
        numerator: Vec<u64>,
        /// Procedures that count below.
        denominator: Vec<u64>,
    },
}

impl Tally {
    /// Nothing yet.
    #[must_use]
    pub fn empty(indicator: &Indicator, catalogue: &Catalogue) -> Self {
        match indicator.count {
            Count::Sum => Self::Sum(Ratio::default()),
            Count::DistinctProcedures => {
                let words = catalogue.procedures.len().div_ceil(64);
                Self::Sets { numerator: vec![0; words], denominator: vec![0; words] }
            }
        }
    }

    /// Counts one unit's figures of one month.
    pub fn count(&mut self, indicator: &Indicator, catalogue: &Catalogue, figures: &Figures) {
        for (code, row) in &figures.rows {
            let Some(place) = catalogue.by_code.get(code).copied() else { continue };
            let level = catalogue.procedures[place].level;
            if !indicator.levels.is_empty() && !indicator.levels.contains(&level) {
                continue;
            }
            let above: i64 = indicator.numerator.iter().map(|column| row[*column]).sum();
            let below: i64 = indicator.denominator.iter().map(|column| row[*column]).sum();
            match self {
                Self::Sum(ratio) => {
                    ratio.numerator += above;
                    ratio.denominator += below;
                }
                Self::Sets { numerator, denominator } => {
                    let bit = 1_u64 << (place % 64);
                    if above > 0 {
                        numerator[place / 64] |= bit;
                    }
                    if below > 0 {
                        denominator[place / 64] |= bit;
                    }
                }
            }
        }
    }

    /// Adds another unit's or month's tally of the same indicator.
    pub fn unite(&mut self, other: &Self) {
        match (self, other) {
            (Self::Sum(mine), Self::Sum(theirs)) => {
                mine.numerator += theirs.numerator;
                mine.denominator += theirs.denominator;
            }
            (Self::Sets { numerator, denominator }, Self::Sets { numerator: more_above, denominator: more_below }) => {
                unite_bits(numerator, more_above);
                unite_bits(denominator, more_below);
            }
            // Tallies of one indicator are of one kind by construction.
            (Self::Sum(_), Self::Sets { .. }) | (Self::Sets { .. }, Self::Sum(_)) => {}
        }
    }

    /// The counts.
    #[must_use]
    pub fn ratio(&self) -> Ratio {
        match self {
            Self::Sum(ratio) => *ratio,
            Self::Sets { numerator, denominator } => {
                Ratio { numerator: count_bits(numerator), denominator: count_bits(denominator) }
            }
        }
    }
}

fn unite_bits(mine: &mut [u64], theirs: &[u64]) {
    for (word, more) in mine.iter_mut().zip(theirs) {
        *word |= more;
    }
}

fn count_bits(words: &[u64]) -> i64 {
    words.iter().map(|word| i64::from(word.count_ones())).sum()
}
