//! Results as tables and sentences show them: rows, standings, figures, verdicts.

use std::collections::{BTreeMap, BTreeSet};

use baocao_domain::bounds::Bounds;
use baocao_domain::edition::{Edition, Filing, IndicatorHead, Judgement, Outcome, UnitResult};
use baocao_domain::indicator::{Count, Ratio};
use baocao_domain::period::PeriodKey;
use baocao_domain::restatement::{Change, Item};
use baocao_domain::rounding::{count_text, distance_text, percent_text, percent_text_beside};
use baocao_domain::target::{Span, Verdict};
use baocao_domain::wording;

use crate::reading::{Reading, outcome_of};

/// What stands where there is no figure, share or distance.
pub(crate) const NONE: &str = "–";
/// All verdicts, in the order in which they are told.
pub(crate) const VERDICTS: [Verdict; 4] = [Verdict::Met, Verdict::Missed, Verdict::NotApplicable, Verdict::Uncertain];

/// In which role a span is shown: as progress, or as what is judged. The order is that of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Role {
    pub(crate) is_of_record: bool,
    pub(crate) span: Span,
}

impl Role {
    /// What tables call it.
    pub(crate) const fn label(self) -> &'static str {
        match (self.is_of_record, self.span) {
            (false, _) => "Tiến độ",
            (true, Span::Period) => "Trong kỳ",
            (true, Span::QuarterToDate) => "Lũy kế quý",
            (true, Span::YearToDate) => "Lũy kế",
        }
    }
}

/// One indicator of one unit over one span: a row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResultRow<'a> {
    pub(crate) head: &'a IndicatorHead,
    pub(crate) outcome: &'a Outcome,
    pub(crate) role: Role,
}

impl<'a> ResultRow<'a> {
    pub(crate) const fn judgement(&self) -> Option<&'a Judgement> {
        self.outcome.judgement.as_ref()
    }

    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.judgement().map(|judgement| judgement.verdict)
    }

    /// Whether it makes the record, and how it ended.
    pub(crate) fn is_of_record_with(&self, verdict: Verdict) -> bool {
        self.role.is_of_record && self.verdict() == Some(verdict)
    }

    /// Numerator, denominator, share and distance, as tables print them.
    ///
    /// Where no report is in, nothing is known, which is not zero; where missing reports could still change the verdict
    /// there is no distance to speak of.
    pub(crate) fn measured(&self) -> [String; 4] {
        if self.outcome.coverage.reported == 0 {
            return [NONE; 4].map(str::to_owned);
        }
        let ratio = self.outcome.ratio;
        let certain = self.judgement().filter(|judgement| judgement.verdict != Verdict::Uncertain);
        let distance = certain.and_then(|judgement| distance_text(ratio, judgement.threshold));
        let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
        [count_text(ratio.numerator), count_text(ratio.denominator), or_none(self.share(ratio)), or_none(distance)]
    }

    /// A share with as many digits as it takes to agree with the verdict on it.
    pub(crate) fn share(&self, ratio: Ratio) -> Option<String> {
        match self.judgement() {
            Some(judgement) => percent_text_beside(ratio, judgement.threshold),
            None => percent_text(ratio, 2),
        }
    }

    /// The verdict in the cell of a table: with what is still possible, or with the reports that it rests on where some
    /// are missing that cannot change it any more.
    pub(crate) fn verdict_text(&self) -> Option<String> {
        let verdict = self.verdict()?;
        let besides = match verdict {
            Verdict::Uncertain => self.range().filter(|_| self.role.is_of_record),
            _ => self.basis(),
        };
        Some(
            besides
                .map_or_else(|| verdict.in_words().to_owned(), |besides| format!("{} ({besides})", verdict.in_words())),
        )
    }

    /// On how many reports the figures rest, where some are missing that could change them: `theo 5/6 báo cáo`.
    pub(crate) fn basis(&self) -> Option<String> {
        self.outcome.bounds?;
        let coverage = self.outcome.coverage;
        Some(format!("theo {}/{} báo cáo", count_text(coverage.reported), count_text(coverage.obliged)))
    }

    /// Between which shares an uncertain result can still end: `có thể từ 72,73% đến 100,00% khi đủ số liệu`. Of sums
    /// there is nothing to say, as a missing report can hold any number of dossiers.
    pub(crate) fn range(&self) -> Option<String> {
        self.verdict().filter(|verdict| *verdict == Verdict::Uncertain)?;
        let Bounds { low, high, may_be_nothing: false, .. } = self.outcome.bounds? else { return None };
        if self.head.count != Count::DistinctProcedures {
            return None;
        }
        Some(format!("có thể từ {} đến {} khi đủ số liệu", self.share(low)?, self.share(high)?))
    }
}

/// The rows of a unit: by indicator; progress first, where the record rests on other months.
///
/// An indicator for which nobody expects anything of the unit, and for which it owes no report, is left out.
pub(crate) fn rows<'a>(reading: &Reading<'a>, unit: &'a UnitResult) -> Vec<ResultRow<'a>> {
    let mut rows = Vec::new();
    for head in &reading.edition.indicators {
        let of = |span| outcome_of(unit, &head.code, span);
        let makes_record = |span: &Span| {
            of(*span).and_then(|outcome| outcome.judgement.as_ref()).is_some_and(|judgement| judgement.is_of_record)
        };
        let record = Span::ALL.into_iter().find(makes_record).unwrap_or_else(|| reading.span_of(&head.code));
        let progress = (!reading.is_the_period(record)).then_some(Role { is_of_record: false, span: Span::Period });
        let roles = progress.into_iter().chain([Role { is_of_record: true, span: record }]);
        rows.extend(roles.filter_map(|role| {
            let outcome = of(role.span)?;
            let is_about_it = outcome.judgement.is_some() || outcome.coverage.obliged > 0;
            is_about_it.then_some(ResultRow { head, outcome, role })
        }));
    }
    rows
}

/// The units with a target and their rows, in the order of the tables.
pub(crate) fn judged<'a>(reading: &Reading<'a>) -> Vec<(&'a UnitResult, Vec<ResultRow<'a>>)> {
    let judged_rows = |unit| rows(reading, unit).into_iter().filter(|row| row.judgement().is_some()).collect();
    let units = reading.in_table_order().into_iter().map(|unit| (unit, judged_rows(unit)));
    units.filter(|(_, rows): &(_, Vec<ResultRow<'_>>)| !rows.is_empty()).collect()
}

/// The rows of record of all units with this verdict.
pub(crate) fn of_record<'a>(reading: &Reading<'a>, verdict: Verdict) -> Vec<(&'a UnitResult, ResultRow<'a>)> {
    let rows = judged(reading).into_iter().flat_map(|(unit, rows)| rows.into_iter().map(move |row| (unit, row)));
    rows.filter(|(_, row)| row.is_of_record_with(verdict)).collect()
}

/// The roles that occur in rows, in the order in which they are told.
pub(crate) fn roles<'a>(rows: impl Iterator<Item = &'a ResultRow<'a>>) -> Vec<Role> {
    let roles: BTreeSet<Role> = rows.map(|row| row.role).collect();
    roles.into_iter().collect()
}

/// The days of these roles, one per line, for the head of the columns of results; none where every target is judged from
/// the start of the year, as the document says elsewhere once for all.
pub(crate) fn days(reading: &Reading<'_>, roles: &[Role]) -> Option<String> {
    if reading.is_judged_by_year() || roles.is_empty() {
        return None;
    }
    let lines = roles.iter().map(|role| {
        let window = reading.window(role.span);
        format!("{}: {} – {}", role.label(), wording::day(window.from), wording::day(window.to))
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// How units stand on one indicator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Standing(BTreeMap<Verdict, i64>);

impl Standing {
    /// Units with this verdict.
    pub(crate) fn count(&self, verdict: Verdict) -> i64 {
        self.0.get(&verdict).copied().unwrap_or_default()
    }

    /// Units with a target.
    pub(crate) fn units(&self) -> i64 {
        self.0.values().sum()
    }

    fn add(&mut self, verdict: Verdict, units: i64) {
        *self.0.entry(verdict).or_default() += units;
    }
}

/// How the units with a target stand on an indicator, by role; empty if no unit has one.
pub(crate) fn standings(reading: &Reading<'_>, head: &IndicatorHead) -> BTreeMap<Role, Standing> {
    let mut standings: BTreeMap<Role, Standing> = BTreeMap::new();
    for (_, rows) in judged(reading) {
        for row in rows.iter().filter(|row| row.head.code == head.code) {
            if let Some(verdict) = row.verdict() {
                standings.entry(row.role).or_default().add(verdict, 1);
            }
        }
    }
    standings
}

/// The standing of record on an indicator; none if no unit has a target.
pub(crate) fn standing_of_record(reading: &Reading<'_>, head: &IndicatorHead) -> Option<Standing> {
    let mut sum = Standing::default();
    for (_, standing) in standings(reading, head).iter().filter(|(role, _)| role.is_of_record) {
        for (verdict, units) in &standing.0 {
            sum.add(*verdict, *units);
        }
    }
    (sum.units() > 0).then_some(sum)
}

/// The outcome whose counts, verdict or place changed; none for a change of another kind, or of a unit that is gone.
pub(crate) fn outcome_of_change<'a>(edition: &'a Edition, change: &Change) -> Option<&'a Outcome> {
    let (Item::Ratio { indicator, span } | Item::Verdict { indicator, span } | Item::Rank { indicator, span }) =
        &change.item
    else {
        return None;
    };
    outcome_of(edition.unit(&change.unit)?, indicator, *span)
}

/// Units whose reports were received after the due instant, and the months of those.
pub(crate) fn late_filings<'a>(reading: &Reading<'a>) -> Vec<(&'a UnitResult, Vec<PeriodKey>)> {
    let late = |filing: &Filing| matches!(filing, Filing::Reported { late: true, .. });
    let units = reading.edition.units.iter();
    units
        .map(|unit| (unit, unit.filings.iter().filter(|owed| late(&owed.filing)).map(|owed| owed.month).collect()))
        .filter(|(_, months): &(_, Vec<PeriodKey>)| !months.is_empty())
        .collect()
}
