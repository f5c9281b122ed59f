//! Folding (tổng hợp): reports of single units become totals and indicators of every unit, over the tree and over time.
//!
//! A fold cannot fail and does no input or output. A missing report is missing: it adds nothing, and every result says
//! how many reports it rests on and how many were owed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figures::{Figures, add};
use crate::form::Form;
use crate::ids::UnitId;
use crate::indicator::{Catalogue, Indicator, Ratio, Scope, Tally};
use crate::period::PeriodKey;
use crate::tree::Hierarchy;

/// The reports at hand: by unit and month.
pub type Reports<'a> = BTreeMap<(UnitId, PeriodKey), &'a Figures>;

/// On how many reports a result rests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Reports received, nil reports included.
    pub reported: i64,
    /// Reports owed: reporting units × months.
    pub obliged: i64,
}

impl Coverage {
    /// Whether no report is missing.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        self.reported >= self.obliged
    }
}

/// What a fold makes of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The unit's own figures over the months, by column.
    pub own: Vec<i64>,
    /// Its own coverage: one report a month.
    pub own_coverage: Coverage,
    /// The figures of the unit and of everything below it, by column.
    pub subtree: Vec<i64>,
    /// The coverage of the subtree.
    pub subtree_coverage: Coverage,
    /// The indicators, in the order of the regime.
    pub ratios: Vec<Ratio>,
}

/// Folds the reports of these months, for every unit in the order of the tree.
#[must_use]
pub fn fold(
    tree: &Hierarchy,
    form: &Form,
    catalogue: &Catalogue,
    indicators: &[Indicator],
    months: &[PeriodKey],
    reports: &Reports<'_>,
) -> Vec<Folded> {
    let nodes = tree.nodes();
    let mut own: Vec<Leaf> = nodes
        .iter()
        .map(|node| {
            let filed: Vec<&Figures> =
                months.iter().filter_map(|month| reports.get(&(node.id, *month)).copied()).collect();
            leaf(form, catalogue, indicators, node.reports, months.len(), &filed)
        })
        .collect();

    // One pass from the back adds every unit to its parent: parents stand before their children.
    let mut subtree: Vec<Leaf> = own.clone();
    for position in (1..nodes.len()).rev() {
        let Some(parent) = nodes[position].parent else { continue };
        let (head, tail) = subtree.split_at_mut(position);
        head[parent].unite(&tail[0]);
    }

    own.drain(..)
        .zip(subtree)
        .map(|(own, subtree)| {
            let ratios = indicators
                .iter()
                .enumerate()
                .map(|(i, indicator)| match indicator.scope {
                    Scope::Own => own.tallies[i].ratio(),
                    Scope::Subtree => subtree.tallies[i].ratio(),
                })
                .collect();
            Folded {
                own: own.totals,
                own_coverage: own.coverage,
                subtree: subtree.totals,
                subtree_coverage: subtree.coverage,
                ratios,
            }
        })
        .collect()
}

#[derive(Clone)]
struct Leaf {
    totals: Vec<i64>,
    tallies: Vec<Tally>,
    coverage: Coverage,
}

impl Leaf {
    fn unite(&mut self, other: &Self) {
        add(&mut self.totals, &other.totals);
        for (mine, theirs) in self.tallies.iter_mut().zip(&other.tallies) {
            mine.unite(theirs);
        }
        self.coverage.reported += other.coverage.reported;
        self.coverage.obliged += other.coverage.obliged;
    }
}

fn leaf(
    form: &Form,
    catalogue: &Catalogue,
    indicators: &[Indicator],
    is_obliged: bool,
    months: usize,
    filed: &[&Figures],
) -> Leaf {
    let mut tallies: Vec<Tally> = indicators.iter().map(|indicator| Tally::empty(indicator, catalogue)).collect();
    for (tally, indicator) in tallies.iter_mut().zip(indicators) {
        for figures in filed {
            tally.count(indicator, catalogue, figures);
        }
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Leaf {
        totals: Figures::over_time(form, filed).totals(form),
        tallies,
        coverage: Coverage { reported: count(filed.len()), obliged: if is_obliged { count(months) } else { 0 } },
    }
}
