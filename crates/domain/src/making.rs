//! How an edition is made: which target holds for whom, what is counted for it, the verdict and the place.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::edition::{DecisionHead, Filing, Judgement, Outcome, OwedReport, SealedReport, UnitResult};
use crate::fold::{Folded, Reports, fold};
use crate::ids::UnitId;
use crate::indicator::{Indicator, Ratio};
use crate::measure::Measure;
use crate::period::PeriodKey;
use crate::rank::places;
use crate::regime::Regime;
use crate::target::{Span, Target, Verdict};
use crate::tree::Hierarchy;

/// What is needed to make the results of all units.
pub(crate) struct Work<'a> {
    regime: &'a Regime,
    tree: &'a Hierarchy,
    period: PeriodKey,
    reports: BTreeMap<(UnitId, PeriodKey), &'a SealedReport>,
    /// The indicators in force, in the order of outcomes.
    pub(crate) indicators: Vec<&'a Indicator>,
    /// By unit, then indicator: the target that holds and how it is counted.
    plans: Vec<Vec<Plan<'a>>>,
    /// Every measure that some plan needs.
    measures: Vec<Measure>,
}

/// How one indicator is counted for one unit, and against what.
struct Plan<'a> {
    target: Option<&'a Target>,
    /// The position of the measure.
    measure: usize,
}

impl<'a> Work<'a> {
    /// Finds what holds for every unit in the window of this period, which ends on `day`.
    pub(crate) fn new(
        regime: &'a Regime,
        tree: &'a Hierarchy,
        period: PeriodKey,
        day: Date,
        reports: &'a [SealedReport],
    ) -> Self {
        let indicators: Vec<&Indicator> = regime.indicators_on(day).collect();
        let mut measures: Vec<Measure> = Vec::new();
        let mut place = |measure: Measure| {
            measures.iter().position(|known| *known == measure).unwrap_or_else(|| {
                measures.push(measure);
                measures.len() - 1
            })
        };
        let mut plan = |position: usize, i: usize, indicator: &Indicator| {
            let target = regime.effective(tree, position, &indicator.code, (day, period.year()));
            let target = target.map(|effective| effective.target).filter(|target| target.threshold.is_some());
            let plain = Measure::plain(i, indicator);
            Plan { target, measure: place(target.map_or(plain, |target| Measure::of_target(i, indicator, target))) }
        };
        let plans = (0..tree.nodes().len())
            .map(|position| indicators.iter().enumerate().map(|(i, indicator)| plan(position, i, indicator)).collect())
            .collect();
        let reports = reports.iter().map(|report| ((report.unit, report.month), report)).collect();
        Self { regime, tree, period, reports, indicators, plans, measures }
    }

    /// The results of all units, in the order of the tree.
    pub(crate) fn units(&self, months: &[PeriodKey]) -> Vec<UnitResult> {
        let spans = self.spans();
        let folds: Vec<Vec<Folded>> = spans.iter().map(|span| self.fold(*span)).collect();
        let mut units: Vec<UnitResult> = self
            .tree
            .nodes()
            .iter()
            .enumerate()
            .map(|(position, node)| {
                // Months of the period come first among the spans.
                let of_period = &folds[0][position];
                let outcomes = spans.iter().zip(&folds).flat_map(|(span, folded)| {
                    self.indicators.iter().enumerate().map(|(i, _)| self.outcome(position, i, *span, &folded[position]))
                });
                UnitResult {
                    id: node.id,
                    code: node.code.clone(),
                    name: node.name.clone(),
                    tier: node.tier,
                    group: node.group,
                    parent: node.parent.map(|parent| self.tree.nodes()[parent].code.clone()),
                    filings: self.filings(position, months),
                    is_included: months
                        .last()
                        .is_none_or(|month| self.regime.duty(self.tree, position, *month).is_included),
                    own: of_period.own.columns.clone(),
                    subtree: of_period.subtree.columns.clone(),
                    subtree_coverage: of_period.subtree.coverage,
                    own_fields: of_period.own.single_fields.clone(),
                    subtree_fields: of_period.subtree.single_fields.clone(),
                    outcomes: outcomes.collect(),
                }
            })
            .collect();
        self.rank(&mut units);
        units
    }

    /// The spans of the outcomes: the period, the year to date, and the quarter to date where a target is judged over it.
    fn spans(&self) -> Vec<Span> {
        let by_quarter = |plan: &Plan<'_>| plan.target.is_some_and(|target| target.window == Span::QuarterToDate);
        let has_quarter = self.plans.iter().flatten().any(by_quarter);
        Span::ALL.into_iter().filter(|span| *span != Span::QuarterToDate || has_quarter).collect()
    }

    fn fold(&self, span: Span) -> Vec<Folded> {
        let months = self.regime.months_of(span, self.period);
        let reports: Reports<'_> = self.reports.iter().map(|(key, report)| (*key, &report.figures)).collect();
        let measures: Vec<(&Indicator, Measure)> =
            self.measures.iter().map(|measure| (self.indicators[measure.indicator], *measure)).collect();
        fold(self.regime, self.tree, &measures, &months, &reports)
    }

    fn outcome(&self, position: usize, i: usize, span: Span, folded: &Folded) -> Outcome {
        let plan = &self.plans[position][i];
        let (measure, measured) = (self.measures[plan.measure], &folded.measured[plan.measure]);
        let judgement = plan.target.and_then(|target| {
            let threshold = target.threshold?;
            Some(Judgement {
                decision: target.decision.clone(),
                selector: target.selector.clone(),
                threshold,
                verdict: Verdict::of(measured.ratio, measured.bounds, threshold),
                is_of_record: target.window == span,
            })
        });
        Outcome {
            indicator: self.indicators[i].code.clone(),
            span,
            scope: measure.scope,
            competence: measure.competence,
            eligibility: measure.eligibility,
            ratio: measured.ratio,
            coverage: measured.coverage,
            bounds: measured.bounds,
            rank: None,
            judgement,
        }
    }

    fn filings(&self, position: usize, months: &[PeriodKey]) -> Vec<OwedReport> {
        let node = &self.tree.nodes()[position];
        let owed = months.iter().filter(|month| self.regime.duty(self.tree, position, **month).owes);
        owed.map(|month| {
            let due = self.regime.calendar.due(*month, node.tier);
            let filing = self.reports.get(&(node.id, *month)).map_or(Filing::Missing, |report| Filing::Reported {
                revision: report.revision,
                received_at: report.received_at,
                late: report.received_at > due,
                nil: report.nil,
            });
            OwedReport { month: *month, due, filing }
        })
        .collect()
    }

    /// Gives places among the units of one group for which an indicator is counted in one way.
    fn rank(&self, units: &mut [UnitResult]) {
        let mut fields: BTreeMap<_, Vec<(usize, usize, Ratio)>> = BTreeMap::new();
        for (position, unit) in units.iter().enumerate() {
            let Some(group) = unit.group else { continue };
            for (at, outcome) in unit.outcomes.iter().enumerate() {
                // Outcomes stand by span, then by indicator.
                let i = at % self.indicators.len();
                if outcome.ratio.denominator > 0 && outcome.bounds.is_none() {
                    let key = (group, outcome.span, self.plans[position][i].measure);
                    fields.entry(key).or_default().push((position, at, outcome.ratio));
                }
            }
        }
        for ((_, _, measure), field) in fields {
            let shares: Vec<Ratio> = field.iter().map(|(_, _, ratio)| *ratio).collect();
            let better = self.indicators[self.measures[measure].indicator].better;
            for ((position, at, _), rank) in field.into_iter().zip(places(&shares, better)) {
                units[position].outcomes[at].rank = Some(rank);
            }
        }
    }

    /// The decisions that targets of these units stand in, the earliest first.
    pub(crate) fn decisions(&self) -> Vec<DecisionHead> {
        let numbers = self.plans.iter().flatten().filter_map(|plan| plan.target.map(|target| target.decision.as_str()));
        let mut heads: Vec<DecisionHead> = Vec::new();
        for number in numbers {
            if heads.iter().all(|head| head.number != number) {
                let decision = self.regime.decision(number);
                heads.push(DecisionHead {
                    number: number.to_owned(),
                    issued: decision.and_then(|decision| decision.issued),
                    title: decision.map(|decision| decision.title.clone()).unwrap_or_default(),
                });
            }
        }
        heads.sort_by(|a, b| (a.issued, &a.number).cmp(&(b.issued, &b.number)));
        heads
    }
}
