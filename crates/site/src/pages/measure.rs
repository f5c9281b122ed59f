//! An indicator of one unit as pages show it: the share with its counts, the target in words, the verdict, and what is
//! still open where reports are missing.

use baocao_domain::bounds::Bounds;
use baocao_domain::edition::{Edition, IndicatorHead, Judgement, Outcome, UnitResult};
use baocao_domain::indicator::{Count, Ratio};
use baocao_domain::period::Window;
use baocao_domain::regime::Regime;
use baocao_domain::rounding::{count_text, distance_text, percent_text, percent_text_beside, threshold_in_words};
use baocao_domain::target::{Direction, Span, Threshold, Verdict};

use super::parts;
use crate::chart::Bar;
use crate::{spans, words};

/// An indicator over one span.
pub(super) struct Shown {
    /// Over which months.
    pub(super) span: &'static str,
    /// `466/1.000`; a dash where no report is in: then there are no counts.
    pub(super) counts: String,
    pub(super) percent: String,
    /// `3/11`; a dash for who has no place.
    pub(super) place: String,
    /// `8/9 báo cáo`; none where no report is missing.
    pub(super) coverage: Option<String>,
    pub(super) target: Option<Judged>,
}

/// What a target makes of it.
pub(super) struct Judged {
    /// `tối thiểu 50%`.
    pub(super) threshold: String,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
    /// What is beside the verdict: how far it is from the target, or what missing reports could still change.
    pub(super) note: String,
    /// Whether the target is judged for the record over this span.
    pub(super) is_of_record: bool,
    pub(super) bar: Option<Bar>,
}

impl Shown {
    /// What came out.
    pub(super) fn of(head: &IndicatorHead, outcome: &Outcome) -> Self {
        let Outcome { ratio, coverage, judgement, .. } = outcome;
        let counts = format!("{}/{}", count_text(ratio.numerator), count_text(ratio.denominator));
        let percent = match judgement {
            Some(judgement) => percent_text_beside(*ratio, judgement.threshold),
            None => percent_text(*ratio, 2),
        };
        Self {
            span: words::span(outcome.span),
            counts: if coverage.reported > 0 { counts } else { "–".into() },
            percent: percent.unwrap_or_else(|| "–".into()),
            place: outcome.rank.map_or_else(|| "–".into(), |rank| format!("{}/{}", rank.place, rank.of)),
            coverage: (!coverage.is_complete()).then(|| parts::coverage_text(*coverage)),
            target: judgement.as_ref().map(|judgement| judged(head, outcome, judgement)),
        }
    }
}

fn judged(head: &IndicatorHead, outcome: &Outcome, judgement: &Judgement) -> Judged {
    Judged {
        threshold: threshold_in_words(judgement.threshold),
        verdict: judgement.verdict.in_words(),
        class: match judgement.verdict {
            Verdict::Met => "met",
            Verdict::Missed => "missed",
            Verdict::NotApplicable => "nothing",
            Verdict::Uncertain => "uncertain",
        },
        note: note(head, outcome, judgement),
        is_of_record: judgement.is_of_record,
        bar: Bar::of(outcome.ratio, judgement.threshold),
    }
}

/// `còn thiếu 34 hồ sơ (-3,40 điểm %)`, `có thể từ 72,73% đến 100,00% khi đủ số liệu (8/9 báo cáo)`.
fn note(head: &IndicatorHead, outcome: &Outcome, judgement: &Judgement) -> String {
    let Outcome { ratio, coverage, bounds, .. } = outcome;
    let Judgement { threshold, verdict, .. } = judgement;
    let distance = distance_text(*ratio, *threshold).map(|text| format!("{text}\u{a0}điểm\u{a0}%"));
    let mut parts: Vec<String> = match verdict {
        Verdict::Met => distance.into_iter().collect(),
        Verdict::Missed => std::iter::once(shortfall(head, *ratio, *threshold)).chain(distance).collect(),
        Verdict::NotApplicable => Vec::new(),
        Verdict::Uncertain => vec![
            bounds.and_then(|bounds| closed(head, bounds, *threshold)).unwrap_or_else(|| "chưa thể kết luận".into()),
        ],
    };
    if !coverage.is_complete() {
        let so_far = parts::coverage_text(*coverage);
        let is_settled = *verdict != Verdict::Uncertain;
        let settled = if is_settled { ", báo cáo còn thiếu không làm thay đổi kết luận" } else { "" };
        parts.push(format!("{so_far}{settled}"));
    }
    parts.join("; ")
}

/// `còn thiếu 34 hồ sơ`, at most `vượt 2 hồ sơ`.
fn shortfall(head: &IndicatorHead, ratio: Ratio, threshold: Threshold) -> String {
    let by = match threshold.direction {
        Direction::AtLeast | Direction::Exactly => "còn thiếu",
        Direction::AtMost => "vượt",
    };
    format!("{by} {} {}", count_text(threshold.shortfall(ratio)), head.noun)
}

/// Between which shares a set of procedures can still end. None where any share is possible: of sums, of stocks, and
/// where the procedures still to come could be all or nothing.
fn closed(head: &IndicatorHead, bounds: Bounds, threshold: Threshold) -> Option<String> {
    let is_any = bounds.low.numerator == 0 && bounds.high.numerator == bounds.high.denominator;
    if head.count != Count::DistinctProcedures || is_any {
        return None;
    }
    let low = percent_text_beside(bounds.low, threshold)?;
    let high = percent_text_beside(bounds.high, threshold)?;
    Some(format!("có thể từ {low} đến {high} khi đủ số liệu"))
}

/// One outcome of a unit.
pub(super) fn outcome<'a>(unit: &'a UnitResult, head: &IndicatorHead, span: Span) -> Option<&'a Outcome> {
    unit.outcomes.iter().find(|outcome| outcome.indicator == head.code && outcome.span == span)
}

/// Whether an indicator is about a unit at all: a single field that nobody in it owes is not.
pub(super) fn concerns(outcome: &Outcome) -> bool {
    outcome.coverage.obliged > 0 || outcome.judgement.is_some()
}

/// How a target counts an indicator otherwise than its definition says; empty where it does not.
pub(super) fn exceptions(head: &IndicatorHead, outcome: &Outcome) -> Vec<String> {
    let scope = (outcome.scope != head.scope).then(|| words::scope(outcome.scope).to_owned());
    let competence =
        outcome.competence.map(|tier| format!("chỉ tính thủ tục thuộc thẩm quyền {}", tier.level_in_words()));
    scope.into_iter().chain(competence).chain(outcome.eligibility.map(words::eligibility)).collect()
}

/// An indicator of one unit over every span that it is shown for: that of the record first.
///
/// The quarter to date is shown only where the unit is judged over it, and no days twice: the period and the year to date
/// coincide in the first month.
pub(super) fn over_spans(edition: &Edition, regime: &Regime, unit: &UnitResult, head: &IndicatorHead) -> Vec<Shown> {
    let record = spans::of_record(edition, unit, &head.code);
    let days = |span| spans::window(edition, regime, span);
    let mut shown: Vec<(Window, Shown)> = Vec::new();
    for span in [record, Span::Period, Span::YearToDate] {
        let outcome = outcome(unit, head, span).filter(|outcome| concerns(outcome));
        let is_new = shown.iter().all(|(known, _)| *known != days(span));
        shown.extend(outcome.filter(|_| is_new).map(|outcome| (days(span), Shown::of(head, outcome))));
    }
    shown.into_iter().map(|(_, shown)| shown).collect()
}

/// An indicator of a unit with one row per span.
pub(super) struct IndicatorRows<'a> {
    pub(super) head: &'a IndicatorHead,
    /// `tối thiểu 50%`; none where nothing is expected of the unit.
    pub(super) threshold: Option<String>,
    /// How the target counts it otherwise than its definition says.
    pub(super) exceptions: String,
    pub(super) spans: Vec<Shown>,
}

/// All indicators that concern a unit.
pub(super) fn indicator_rows<'a>(edition: &'a Edition, regime: &Regime, unit: &UnitResult) -> Vec<IndicatorRows<'a>> {
    let rows = edition.indicators.iter().map(|head| {
        let spans = over_spans(edition, regime, unit, head);
        let threshold = spans.iter().find_map(|shown| shown.target.as_ref()).map(|target| target.threshold.clone());
        let own_way = unit.outcomes.iter().find(|outcome| outcome.indicator == head.code);
        let exceptions = own_way.map(|outcome| exceptions(head, outcome).join("; ")).unwrap_or_default();
        IndicatorRows { head, threshold, exceptions, spans }
    });
    rows.filter(|row| !row.spans.is_empty()).collect()
}
