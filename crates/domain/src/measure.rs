//! Measures: an indicator as it is counted for somebody, on its way up the tree and through the months.
//!
//! A target may count an indicator in another scope, for procedures of one competence only, or from a day of eligibility
//! on: each such way of counting is a measure. Sums are added, sets of procedures are united. What a missing report
//! could still add travels along.

use std::collections::BTreeMap;

use crate::bits::Bits;
use crate::bounds::Bounds;
use crate::figures::Figures;
use crate::fold::Coverage;
use crate::form::OverTime;
use crate::indicator::{Count, Indicator, Ratio, Scope, Side, Term};
use crate::period::PeriodKey;
use crate::procedure::Eligibility;
use crate::regime::Regime;
use crate::target::Target;
use crate::unit::Tier;

/// A way of counting an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure {
    /// The position of the indicator among those in force.
    pub indicator: usize,
    /// Whose rows count.
    pub scope: Scope,
    /// Only procedures of this competence; none: all.
    pub competence: Option<Tier>,
    /// From when on new procedures count; none: always.
    pub eligibility: Option<Eligibility>,
}

impl Measure {
    /// The indicator as its definition says.
    #[must_use]
    pub const fn plain(position: usize, indicator: &Indicator) -> Self {
        Self { indicator: position, scope: indicator.scope, competence: None, eligibility: None }
    }

    /// The indicator as a target counts it.
    #[must_use]
    pub fn of_target(position: usize, indicator: &Indicator, target: &Target) -> Self {
        Self {
            indicator: position,
            scope: target.scope.unwrap_or(indicator.scope),
            competence: target.competence,
            eligibility: target.eligibility,
        }
    }
}

/// Which procedures count above and below in one month.
#[derive(Debug, Clone)]
struct Admitted {
    above: Bits,
    below: Bits,
}

/// A measure made ready for counting: which procedures it admits in which month.
#[derive(Debug, Clone)]
pub struct Counter<'a> {
    indicator: &'a Indicator,
    regime: &'a Regime,
    admitted: BTreeMap<PeriodKey, Admitted>,
    scope: Scope,
}

impl<'a> Counter<'a> {
    /// Makes a measure ready for these months.
    #[must_use]
    pub fn new(regime: &'a Regime, indicator: &'a Indicator, measure: Measure, months: &[PeriodKey]) -> Self {
        let admitted = months.iter().map(|month| (*month, admitted(regime, indicator, measure, *month))).collect();
        Self { indicator, regime, admitted, scope: measure.scope }
    }

    /// Whose rows count.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Nothing counted yet.
    fn empty(&self) -> Tally {
        let none = || Bits::none(self.regime.catalogue.procedures().len());
        let counts = match self.indicator.count {
            Count::Sum => Counts::Sum { ratio: Ratio::default(), is_open: false },
            Count::DistinctProcedures => {
                Counts::Sets { above: none(), below: none(), open_above: none(), open_below: none() }
            }
        };
        Tally { counts, coverage: Coverage::default(), counts_stocks: self.counts_stocks() }
    }

    /// Counts what a unit of this tier filed for the months that it owes, in order; none: it has filed none.
    ///
    /// Flows of all months count, opening stocks of the first month that is in, closing stocks of the last. A report that
    /// lacks a single field of the indicator is not in.
    #[must_use]
    pub fn count(&self, tier: Tier, owed: &[(PeriodKey, Option<&Figures>)]) -> Tally {
        let mut tally = self.empty();
        let fields: Vec<usize> = self.fields_owed_by(tier);
        if self.counts_fields() && fields.is_empty() {
            return tally; // The indicator is not about units of this tier.
        }
        let is_whole = |figures: &&Figures| {
            fields
                .iter()
                .all(|position| figures.single_field(&self.regime.form.single_fields[*position].code).is_some())
        };
        let mut filed: Vec<(&Admitted, &Figures)> = Vec::with_capacity(owed.len());
        for (month, figures) in owed {
            let Some(admitted) = self.admitted.get(month) else { continue };
            tally.coverage.obliged += 1;
            match figures.filter(is_whole) {
                Some(figures) => filed.push((admitted, figures)),
                None => tally.open(admitted, self.counts_fields()),
            }
        }
        tally.coverage.reported += i64::try_from(filed.len()).unwrap_or(i64::MAX);
        for (i, (admitted, figures)) in filed.iter().enumerate() {
            let at = (i == 0, i + 1 == filed.len());
            match &mut tally.counts {
                Counts::Sum { ratio, .. } => {
                    ratio.numerator += self.sum(&self.indicator.numerator, &admitted.above, figures, at);
                    ratio.denominator += self.sum(&self.indicator.denominator, &admitted.below, figures, at);
                }
                Counts::Sets { above, below, .. } => {
                    self.collect(&self.indicator.numerator, &admitted.above, figures, at, above);
                    self.collect(&self.indicator.denominator, &admitted.below, figures, at, below);
                }
            }
        }
        tally
    }

    /// Whether a column or single field counts of which only the first or the last report's value does.
    fn counts_stocks(&self) -> bool {
        let is_stock = |side: &Side| {
            let columns = side.columns.iter().map(|term| self.regime.form.columns[term.position].over_time);
            let fields = side.single_fields.iter().map(|term| self.regime.form.single_fields[term.position].over_time);
            columns.chain(fields).any(|over_time| over_time != OverTime::Sum)
        };
        is_stock(&self.indicator.numerator) || is_stock(&self.indicator.denominator)
    }

    fn counts_fields(&self) -> bool {
        !self.indicator.numerator.single_fields.is_empty() || !self.indicator.denominator.single_fields.is_empty()
    }

    /// The single fields of the indicator that units of this tier owe, by position.
    fn fields_owed_by(&self, tier: Tier) -> Vec<usize> {
        let sides = [&self.indicator.numerator, &self.indicator.denominator];
        let positions = sides.into_iter().flat_map(|side| &side.single_fields).map(|term| term.position);
        positions.filter(|position| self.regime.form.single_fields[*position].is_owed_by(tier)).collect()
    }

    fn rows<'f>(&'f self, admitted: &'f Bits, figures: &'f Figures) -> impl Iterator<Item = (usize, &'f Vec<i64>)> {
        let placed = figures.rows.iter().filter_map(|(code, row)| Some((self.regime.catalogue.place(code)?, row)));
        placed.filter(|(place, _)| admitted.contains(*place))
    }

    fn of_row(&self, side: &Side, row: &[i64], (is_first, is_last): (bool, bool)) -> i64 {
        let counts = |term: &&Term| self.regime.form.columns[term.position].over_time.counts(is_first, is_last);
        side.columns.iter().filter(counts).map(|term| term.weight * row[term.position]).sum()
    }

    fn sum(&self, side: &Side, admitted: &Bits, figures: &Figures, at: (bool, bool)) -> i64 {
        let rows: i64 = self.rows(admitted, figures).map(|(_, row)| self.of_row(side, row, at)).sum();
        let field = |term: &Term| {
            let field = &self.regime.form.single_fields[term.position];
            let value = figures.single_field(&field.code).filter(|_| field.over_time.counts(at.0, at.1));
            term.weight * value.unwrap_or_default()
        };
        rows + side.single_fields.iter().map(field).sum::<i64>()
    }

    fn collect(&self, side: &Side, admitted: &Bits, figures: &Figures, at: (bool, bool), set: &mut Bits) {
        for (place, row) in self.rows(admitted, figures) {
            if self.of_row(side, row, at) > 0 {
                set.insert(place);
            }
        }
    }
}

/// A measure on its way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    counts: Counts,
    /// The reports that the measure rests on, and those that it should.
    pub coverage: Coverage,
    counts_stocks: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Counts {
    Sum {
        ratio: Ratio,
        /// A missing report could add to it.
        is_open: bool,
    },
    Sets {
        above: Bits,
        below: Bits,
        /// Procedures that a missing report could add above, and below.
        open_above: Bits,
        open_below: Bits,
    },
}

impl Tally {
    fn open(&mut self, admitted: &Admitted, counts_fields: bool) {
        match &mut self.counts {
            Counts::Sum { is_open, .. } => *is_open |= counts_fields || !admitted.below.is_empty(),
            Counts::Sets { open_above, open_below, .. } => {
                open_above.unite(&admitted.above);
                open_below.unite(&admitted.below);
            }
        }
    }

    /// Adds another unit's or month's tally of the same measure.
    pub fn unite(&mut self, other: &Self) {
        self.coverage.add(other.coverage);
        match (&mut self.counts, &other.counts) {
            (Counts::Sum { ratio, is_open }, Counts::Sum { ratio: more, is_open: also_open }) => {
                ratio.numerator += more.numerator;
                ratio.denominator += more.denominator;
                *is_open |= also_open;
            }
            (
                Counts::Sets { above, below, open_above, open_below },
                Counts::Sets { above: a, below: b, open_above: oa, open_below: ob },
            ) => {
                for (mine, theirs) in [(above, a), (below, b), (open_above, oa), (open_below, ob)] {
                    mine.unite(theirs);
                }
            }
            // Tallies of one measure are of one kind by construction.
            (Counts::Sum { .. }, Counts::Sets { .. }) | (Counts::Sets { .. }, Counts::Sum { .. }) => {}
        }
    }

    /// The counts.
    #[must_use]
    pub fn ratio(&self) -> Ratio {
        match &self.counts {
            Counts::Sum { ratio, .. } => *ratio,
            Counts::Sets { above, below, .. } => Ratio { numerator: above.count(), denominator: below.count() },
        }
    }

    /// Between which shares it can still end; none if no missing report could change it.
    ///
    /// Of sets, the lowest share counts every procedure that a missing report could hold, below only; the highest counts
    /// every one that could be counted above, there and below.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        match &self.counts {
            Counts::Sum { is_open: false, .. } => None,
            Counts::Sets { open_below, .. } if open_below.is_empty() => None,
            Counts::Sum { .. } | Counts::Sets { .. } if self.counts_stocks => Some(Bounds::of_stocks()),
            Counts::Sum { ratio, .. } => Some(Bounds::of_open_sum(*ratio)),
            Counts::Sets { above, below, open_above, open_below } => {
                let low = Ratio { numerator: above.count(), denominator: below.count_with(open_below) };
                let high = Ratio { numerator: above.count_with(open_above), denominator: below.count_with(open_above) };
                Some(Bounds::of_sets(low, high, below.is_empty()))
            }
        }
    }
}

fn admitted(regime: &Regime, indicator: &Indicator, measure: Measure, month: PeriodKey) -> Admitted {
    let procedures = regime.catalogue.procedures();
    let window = month.window(regime.calendar.window_rule);
    let set = |side: &Side| {
        let mut set = Bits::none(procedures.len());
        for (place, procedure) in procedures.iter().enumerate().filter(|_| !side.columns.is_empty()) {
            let counts = side.filter.admits(procedure, &regime.lists, window)
                && measure.competence.is_none_or(|tier| tier == procedure.competence)
                && measure.eligibility.is_none_or(|rule| rule.admits(procedure, window));
            if counts {
                set.insert(place);
            }
        }
        set
    };
    Admitted { above: set(&indicator.numerator), below: set(&indicator.denominator) }
}
