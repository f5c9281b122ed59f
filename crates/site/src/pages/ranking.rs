//! Tables of the units of one group for one indicator, the best first.
//!
//! Units whose targets count an indicator in different ways are not comparable, so each way has a table of its own.

use baocao_domain::edition::{Edition, IndicatorHead, Outcome, UnitResult};
use baocao_domain::indicator::Scope;
use baocao_domain::procedure::Eligibility;
use baocao_domain::regime::Regime;
use baocao_domain::rounding::count_text;
use baocao_domain::target::{Span, Verdict};
use baocao_domain::unit::{PeerGroup, Tier};
use baocao_domain::wording;

use super::measure::{Shown, concerns, exceptions, outcome, over_spans};
use super::parts;
use crate::{spans, words};

/// The units of a group for one indicator that is counted for them in one way.
pub(super) struct Ranking<'a> {
    pub(super) name: &'a str,
    pub(super) noun: &'a str,
    /// `đạt 3/6 đơn vị; chưa đạt: 2`; none where nothing is expected of anybody.
    pub(super) summary: Option<String>,
    /// Over which days, and what counts beside what the indicator says.
    pub(super) way: String,
    /// The head of the column of the other span, if its days are others.
    pub(super) progress: Option<&'static str>,
    pub(super) lines: Vec<Line<'a>>,
}

/// A unit in a table.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) district: Option<&'a str>,
    pub(super) href: Option<String>,
    pub(super) record: Shown,
    pub(super) progress: Option<Shown>,
}

/// How an indicator is counted for a unit.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Way {
    span: Span,
    scope: Scope,
    competence: Option<Tier>,
    eligibility: Option<Eligibility>,
}

impl Way {
    fn of(outcome: &Outcome) -> Self {
        let Outcome { span, scope, competence, eligibility, .. } = outcome;
        Self { span: *span, scope: *scope, competence: *competence, eligibility: *eligibility }
    }
}

/// Over which days, and how the indicator is counted otherwise than its definition says.
fn way_in_words(edition: &Edition, regime: &Regime, head: &IndicatorHead, outcome: &Outcome) -> String {
    let days = wording::window(spans::window(edition, regime, outcome.span));
    let mut parts = vec![format!("{}, {days}", words::span(outcome.span))];
    parts.extend(exceptions(head, outcome));
    parts.join("; ")
}

/// The outcomes over the span of the record of the units of one group, those that the indicator concerns.
fn of_record<'a>(
    edition: &'a Edition,
    group: PeerGroup,
    head: &'a IndicatorHead,
) -> impl Iterator<Item = (&'a UnitResult, &'a Outcome)> {
    edition.group(group).filter_map(|unit| {
        let outcome = outcome(unit, head, spans::of_record(edition, unit, &head.code))?;
        concerns(outcome).then_some((unit, outcome))
    })
}

/// The tables of one group for one indicator, seen from a page that stands `up` below the edition's folder.
pub(super) fn rankings<'a>(
    edition: &'a Edition,
    regime: &Regime,
    group: PeerGroup,
    head: &'a IndicatorHead,
    up: &str,
) -> Vec<Ranking<'a>> {
    let mut ways: Vec<(Way, Vec<(&'a UnitResult, &'a Outcome)>)> = Vec::new();
    for (unit, outcome) in of_record(edition, group, head) {
        let way = Way::of(outcome);
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, units)) => units.push((unit, outcome)),
            None => ways.push((way, vec![(unit, outcome)])),
        }
    }
    ways.into_iter()
        .map(|(way, mut units)| {
            let in_words = units.first().map(|(_, first)| way_in_words(edition, regime, head, first));
            // Who has no place comes last, otherwise in the order of the units.
            units.sort_by_key(|(_, outcome)| outcome.rank.map_or(u32::MAX, |rank| rank.place));
            let other = if way.span == Span::Period { Span::YearToDate } else { Span::Period };
            let has_other_days = spans::window(edition, regime, other) != spans::window(edition, regime, way.span);
            let line = |(unit, record): &(&'a UnitResult, &'a Outcome)| Line {
                name: &unit.name,
                district: parts::district_of(edition, unit),
                href: parts::has_page(unit).then(|| format!("{up}units/{}.html", unit.code)),
                record: Shown::of(head, record),
                progress: outcome(unit, head, other).filter(|_| has_other_days).map(|other| Shown::of(head, other)),
            };
            Ranking {
                name: &head.name,
                noun: &head.noun,
                summary: summary(units.iter().map(|(_, outcome)| *outcome)),
                way: in_words.unwrap_or_default(),
                progress: has_other_days.then(|| words::span(other)),
                lines: units.iter().map(line).collect(),
            }
        })
        .collect()
}

/// An indicator in the overview: one cell per group.
pub(super) struct Overview<'a> {
    pub(super) head: &'a IndicatorHead,
    pub(super) href: String,
    pub(super) province: Vec<Shown>,
    pub(super) groups: Vec<(&'static str, String)>,
}

/// Every indicator with what the province comes to and how many units of each group met their targets.
pub(super) fn overview<'a>(edition: &'a Edition, regime: &Regime, groups: &[PeerGroup]) -> Vec<Overview<'a>> {
    let row = |head: &'a IndicatorHead| {
        let cell = |group: &PeerGroup| {
            let mut outcomes = of_record(edition, *group, head).map(|(_, outcome)| outcome).peekable();
            let is_concerned = outcomes.peek().is_some();
            let nothing = if is_concerned { "không giao" } else { "–" };
            (group.heading(), summary(outcomes).unwrap_or_else(|| nothing.into()))
        };
        Overview {
            head,
            href: format!("indicators/{}.html", head.code),
            province: over_spans(edition, regime, edition.province(), head),
            groups: groups.iter().map(cell).collect(),
        }
    };
    edition.indicators.iter().map(row).collect()
}

/// `đạt 3/6 đơn vị; chưa đạt: 2; không phát sinh: 1`; none where no unit has a target.
fn summary<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Option<String> {
    let verdicts: Vec<Verdict> =
        outcomes.filter_map(|outcome| outcome.judgement.as_ref()).map(|judgement| judgement.verdict).collect();
    if verdicts.is_empty() {
        return None;
    }
    let count = |wanted| count_text(verdicts.iter().filter(|verdict| **verdict == wanted).map(|_| 1).sum());
    let all = count_text(verdicts.iter().map(|_| 1).sum());
    let mut text = format!("đạt {}/{all} đơn vị", count(Verdict::Met));
    for verdict in [Verdict::Missed, Verdict::NotApplicable, Verdict::Uncertain] {
        if verdicts.contains(&verdict) {
            text.push_str(&format!("; {}: {}", verdict.in_words().to_lowercase(), count(verdict)));
        }
    }
    Some(text)
}
