//! Folding (tổng hợp): reports of single units become totals and measures of every unit, over the tree and over time.
//!
//! A fold cannot fail and does no input or output. Only what is owed counts: a report that nobody owes is left out, and
//! a missing report is missing, it adds nothing. Every result says how many reports it rests on and how many were owed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bounds::Bounds;
use crate::figures::{Figures, add};
use crate::form::Form;
use crate::ids::UnitId;
use crate::indicator::{Indicator, Ratio, Scope};
use crate::measure::{Counter, Measure, Tally};
use crate::obligation::Duty;
use crate::period::PeriodKey;
use crate::regime::Regime;
use crate::tree::{Hierarchy, Node};

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

    /// Adds another coverage.
    pub const fn add(&mut self, other: Self) {
        self.reported += other.reported;
        self.obliged += other.obliged;
    }
}

/// A single field over the months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldTotal {
    /// The sum of what was given.
    pub value: i64,
    /// How many reports gave it, of those that owe it.
    pub coverage: Coverage,
}

/// What a measure comes to for one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The counts.
    pub ratio: Ratio,
    /// The reports that it rests on.
    pub coverage: Coverage,
    /// Between which shares it can still end; none if no missing report could change it.
    pub bounds: Option<Bounds>,
}

/// Totals of some reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// By filed column.
    pub columns: Vec<i64>,
    /// By single field.
    pub single_fields: Vec<FieldTotal>,
    /// The reports that they rest on.
    pub coverage: Coverage,
}

/// What a fold makes of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The unit's own figures over the months.
    pub own: Totals,
    /// Those of the unit and of everything that is added into it.
    pub subtree: Totals,
    /// The measures, in the order in which they were asked for.
    pub measured: Vec<Measured>,
}

/// Folds the reports of these months, for every unit in the order of the tree.
#[must_use]
pub fn fold(
    regime: &Regime,
    tree: &Hierarchy,
    measures: &[(&Indicator, Measure)],
    months: &[PeriodKey],
    reports: &Reports<'_>,
) -> Vec<Folded> {
    let counters: Vec<Counter<'_>> =
        measures.iter().map(|(indicator, measure)| Counter::new(regime, indicator, *measure, months)).collect();
    let nodes = tree.nodes();
    let own: Vec<Leaf> =
        (0..nodes.len()).map(|position| leaf(regime, tree, position, &counters, months, reports)).collect();

    // One pass from the back adds every unit to its parent: parents stand before their children.
    let mut subtree: Vec<Leaf> = own.clone();
    for position in (1..nodes.len()).rev() {
        let Some(parent) = nodes[position].parent.filter(|_| own[position].is_included) else { continue };
        let (head, tail) = subtree.split_at_mut(position);
        head[parent].unite(&tail[0]);
    }

    own.into_iter()
        .zip(subtree)
        .map(|(own, subtree)| {
            let of_scope = |i: usize, counter: &Counter<'_>| match counter.scope() {
                Scope::Own => &own.tallies[i],
                Scope::Subtree => &subtree.tallies[i],
            };
            let measured = counters.iter().enumerate().map(|(i, counter)| {
                let tally = of_scope(i, counter);
                Measured { ratio: tally.ratio(), coverage: tally.coverage, bounds: tally.bounds() }
            });
            Folded { measured: measured.collect(), own: own.totals, subtree: subtree.totals }
        })
        .collect()
}

#[derive(Clone)]
struct Leaf {
    totals: Totals,
    tallies: Vec<Tally>,
    is_included: bool,
}

impl Leaf {
    fn unite(&mut self, other: &Self) {
        add(&mut self.totals.columns, &other.totals.columns);
        for (mine, theirs) in self.totals.single_fields.iter_mut().zip(&other.totals.single_fields) {
            mine.value += theirs.value;
            mine.coverage.add(theirs.coverage);
        }
        self.totals.coverage.add(other.totals.coverage);
        for (mine, theirs) in self.tallies.iter_mut().zip(&other.tallies) {
            mine.unite(theirs);
        }
    }
}

/// One unit's own reports of the months. Whether it is added into its parent is read on the last month.
fn leaf(
    regime: &Regime,
    tree: &Hierarchy,
    position: usize,
    counters: &[Counter<'_>],
    months: &[PeriodKey],
    reports: &Reports<'_>,
) -> Leaf {
    let node = &tree.nodes()[position];
    let duties: Vec<(PeriodKey, Duty)> =
        months.iter().map(|month| (*month, regime.duty(tree, position, *month))).collect();
    let owed: Vec<(PeriodKey, Option<&Figures>)> = duties
        .iter()
        .filter(|(_, duty)| duty.owes)
        .map(|(month, _)| (*month, reports.get(&(node.id, *month)).copied()))
        .collect();
    let tallies = counters.iter().map(|counter| counter.count(node.tier, &owed)).collect();
    let is_included = duties.last().is_none_or(|(_, duty)| duty.is_included);
    Leaf { totals: totals(&regime.form, node, &owed), tallies, is_included }
}

fn totals(form: &Form, node: &Node, owed: &[(PeriodKey, Option<&Figures>)]) -> Totals {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let filed: Vec<&Figures> = owed.iter().filter_map(|(_, figures)| *figures).collect();
    let single_fields = form
        .single_fields
        .iter()
        .map(|field| {
            if !field.is_owed_by(node.tier) {
                return FieldTotal::default();
            }
            let given: Vec<Option<i64>> = filed.iter().map(|figures| figures.single_field(&field.code)).collect();
            let coverage = Coverage { reported: count(given.iter().flatten().count()), obliged: count(owed.len()) };
            FieldTotal { value: Figures::field_over_time(field.over_time, &given).unwrap_or_default(), coverage }
        })
        .collect();
    Totals {
        columns: Figures::totals_over_time(form, &filed),
        single_fields,
        coverage: Coverage { reported: count(filed.len()), obliged: count(owed.len()) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ProcedureCode, UnitCode};
    use crate::indicator::Count;
    use crate::obligation::Obligation;
    use crate::selector::Selector;
    use crate::testing::{indicator, regime, tree};

    /// Values in the order of form II.06a.
    fn figures(rows: &[(&str, [i64; 8])]) -> Figures {
        let row = |(code, values): &(&str, [i64; 8])| (ProcedureCode::parse(code).expect(code), values.to_vec());
        Figures { rows: rows.iter().map(row).collect(), ..Figures::default() }
    }

    fn quarter() -> Vec<PeriodKey> {
        PeriodKey::parse("2022-Q3").expect("a quarter").months()
    }

    /// What the unit comes to for one indicator, from what units filed for months of the quarter by their place.
    fn folded(regime: &Regime, count: Count, unit: &str, filed: &[(&str, usize, Figures)]) -> Folded {
        let tree = tree();
        let position = |code: &str| tree.position(&UnitCode::parse(code).expect(code)).expect(code);
        let reports: Reports<'_> = filed
            .iter()
            .map(|(unit, month, figures)| ((tree.nodes()[position(unit)].id, quarter()[*month]), figures))
            .collect();
        let indicator = indicator(count);
        let measures = [(&indicator, Measure::plain(0, &indicator))];
        fold(regime, &tree, &measures, &quarter(), &reports).swap_remove(position(unit))
    }

    fn ratio(folded: &Folded) -> (i64, i64) {
        (folded.measured[0].ratio.numerator, folded.measured[0].ratio.denominator)
    }

    #[test]
    fn distinct_procedures_of_a_district_are_the_union_not_the_sum() {
        let filed = [
            ("05971", 0, figures(&[("9.000001", [3, 1, 0, 0, 4, 0, 0, 0]), ("9.000002", [0, 2, 0, 0, 2, 0, 0, 0])])),
            ("05974", 0, figures(&[("9.000001", [1, 0, 0, 0, 1, 0, 0, 0])])),
            ("05974", 1, figures(&[("9.000002", [1, 0, 0, 0, 1, 0, 0, 0])])),
        ];
        assert_eq!(ratio(&folded(&regime(), Count::DistinctProcedures, "178", &filed)), (2, 2));
        assert_eq!(ratio(&folded(&regime(), Count::Sum, "178", &filed)), (5, 8));
    }

    #[test]
    fn stocks_of_a_quarter_are_the_first_and_the_last_months() {
        let filed = [
            ("178", 0, figures(&[("9.000001", [10, 5, 3, 0, 14, 0, 4, 0])])),
            ("178", 1, figures(&[("9.000001", [20, 5, 4, 1, 20, 2, 5, 1])])),
            ("178", 2, figures(&[("9.000001", [1, 1, 6, 0, 0, 0, 7, 1])])),
            ("05971", 1, figures(&[("9.000001", [0, 0, 2, 0, 0, 0, 2, 0])])),
        ];
        let district = folded(&regime(), Count::Sum, "178", &filed);
        assert_eq!(district.own.columns, [31, 11, 3, 1, 34, 2, 7, 1]);
        assert_eq!(
            district.subtree.columns,
            [31, 11, 5, 1, 34, 2, 9, 1],
            "the commune's only report is first and last"
        );
        assert_eq!(district.subtree.coverage, Coverage { reported: 4, obliged: 9 });
    }

    #[test]
    fn a_vertical_agency_reports_and_is_not_added_in() {
        let mut regime = regime();
        let agency = Obligation {
            selector: Selector::parse("unit:05971").expect("a selector"),
            include_in_parent: false,
            ..regime.obligations[0].clone()
        };
        regime.obligations.push(agency);
        let row = [1, 1, 0, 0, 2, 0, 0, 0];
        let filed: Vec<_> = ["178", "05971", "05974"].map(|unit| (unit, 0, figures(&[("9.000001", row)]))).into();
        let district = folded(&regime, Count::Sum, "178", &filed);
        assert_eq!((ratio(&district), district.subtree.coverage.obliged), ((2, 4), 6));
        let agency = folded(&regime, Count::Sum, "05971", &filed);
        assert_eq!((ratio(&agency), agency.subtree.coverage), ((1, 2), Coverage { reported: 1, obliged: 3 }));
    }

    #[test]
    fn a_report_that_nobody_owes_is_not_counted() {
        let mut regime = regime();
        let excepted = Obligation {
            selector: Selector::parse("tier:commune").expect("a selector"),
            owes: false,
            ..regime.obligations[0].clone()
        };
        regime.obligations.push(excepted);
        let row = [1, 1, 0, 0, 2, 0, 0, 0];
        let filed = [("05971", 0, figures(&[("9.000001", row)])), ("178", 0, figures(&[("9.000001", row)]))];
        let district = folded(&regime, Count::Sum, "178", &filed);
        assert_eq!((ratio(&district), district.subtree.coverage), ((1, 2), Coverage { reported: 1, obliged: 3 }));
    }
}
