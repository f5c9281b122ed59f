//! What several pages show: the figures of a row of the form, and an indicator beside its target.

use std::cmp::Reverse;

use baocao_domain::edition::{Edition, Filing, Outcome, Span, UnitResult};
use baocao_domain::fold::Coverage;
use baocao_domain::ids::IndicatorCode;
use baocao_domain::indicator::Ratio;
use baocao_domain::rounding::{
    count_text, distance_text, partition_text, percent_text, percent_text_beside, threshold_text,
};
use baocao_domain::target::Verdict;
use baocao_domain::unit::Tier;
use baocao_domain::wording;

use crate::chart::Bar;
use crate::{PublishedDocument, SiteFile, words};

/// What stands where no report is in.
pub(super) const NO_FIGURES: &str = "chưa có số liệu";

/// One line of the form: a column with its value.
pub(super) struct FigureLine {
    pub(super) number: u8,
    pub(super) heading: String,
    pub(super) value: String,
    pub(super) share: String,
    pub(super) is_total: bool,
}

/// A row of figures, as the lines of the printed form. Parts of a total have their share of it.
pub(super) fn figure_lines(edition: &Edition, row: &[i64]) -> Vec<FigureLine> {
    let form = &edition.form;
    let mut lines: Vec<FigureLine> = form
        .columns
        .iter()
        .enumerate()
        .map(|(position, column)| {
            let whole = form.derived.iter().find(|total| total.parts.contains(&position));
            let share = whole.and_then(|total| share_of(row, &total.parts, position));
            FigureLine {
                number: column.number,
                heading: column.heading.clone(),
                value: count_text(row[position]),
                share: share.unwrap_or_else(|| "–".into()),
                is_total: false,
            }
        })
        .collect();
    lines.extend(form.derived.iter().map(|total| FigureLine {
        number: total.number,
        heading: total.heading.clone(),
        value: count_text(edition.value(row, total.code.as_str())),
        share: String::new(),
        is_total: true,
    }));
    lines.sort_by_key(|line| line.number);
    lines
}

fn share_of(row: &[i64], parts: &[usize], position: usize) -> Option<String> {
    let values: Vec<i64> = parts.iter().map(|part| row[*part]).collect();
    let place = parts.iter().position(|part| *part == position)?;
    partition_text(&values, 2)?.into_iter().nth(place)
}

/// An indicator over one span.
pub(super) struct Measure {
    /// Whether one report at least is in: without one there are no counts.
    pub(super) is_known: bool,
    pub(super) counts: String,
    pub(super) percent: String,
    pub(super) coverage: Option<String>,
    pub(super) target: Option<Judged>,
}

/// What a target makes of it.
pub(super) struct Judged {
    pub(super) threshold: String,
    pub(super) distance: String,
    pub(super) shortfall: String,
    pub(super) verdict: &'static str,
    pub(super) class: &'static str,
    pub(super) bar: Option<Bar>,
}

impl Measure {
    fn of(outcome: &Outcome) -> Self {
        let Outcome { ratio, coverage, judgement, .. } = outcome;
        let is_known = coverage.reported > 0;
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".into());
        let percent = match judgement {
            Some(judgement) => percent_text_beside(*ratio, judgement.threshold),
            None => percent_text(*ratio, 2),
        };
        Self {
            is_known,
            counts: or_dash(
                is_known.then(|| format!("{}/{}", count_text(ratio.numerator), count_text(ratio.denominator))),
            ),
            percent: or_dash(percent),
            coverage: (!coverage.is_complete()).then(|| coverage_text(*coverage)),
            target: judgement.as_ref().map(|judgement| Judged {
                threshold: threshold_text(judgement.threshold),
                distance: match judgement.verdict {
                    Verdict::Uncertain => "–".into(),
                    _ => or_dash(distance_text(*ratio, judgement.threshold)),
                },
                shortfall: match judgement.verdict {
                    Verdict::Missed => count_text(judgement.threshold.shortfall(*ratio)),
                    _ => "–".into(),
                },
                verdict: judgement.verdict.in_words(),
                class: match judgement.verdict {
                    Verdict::Met => "met",
                    Verdict::Missed => "missed",
                    Verdict::NotApplicable => "nothing",
                    Verdict::Uncertain => "uncertain",
                },
                bar: Bar::of(*ratio, judgement.threshold),
            }),
        }
    }
}

/// An indicator of one unit: the result of record, and the progress within the period.
pub(super) struct Measured {
    pub(super) record: Measure,
    pub(super) progress: Measure,
}

/// None for an indicator that the edition does not have.
pub(super) fn measured(unit: &UnitResult, indicator: &IndicatorCode) -> Option<Measured> {
    let over = |span| outcome(unit, indicator, span).map(Measure::of);
    Some(Measured { record: over(Span::YearToDate)?, progress: over(Span::Period)? })
}

/// An indicator with one row per span.
pub(super) struct IndicatorRows<'a> {
    pub(super) name: &'a str,
    pub(super) noun: &'a str,
    pub(super) spans: [(&'static str, Measure); 2],
}

/// All indicators of a unit.
pub(super) fn indicator_rows<'a>(edition: &'a Edition, unit: &UnitResult) -> Vec<IndicatorRows<'a>> {
    let rows = edition.indicators.iter().filter_map(|head| {
        let Measured { record, progress } = measured(unit, &head.code)?;
        Some(IndicatorRows {
            name: &head.name, noun: &head.noun, spans: [("Lũy kế", record), ("Tiến độ", progress)]
        })
    });
    rows.collect()
}

/// A commune's district: communes of two districts may bear one name.
pub(super) fn district_of<'a>(edition: &'a Edition, unit: &UnitResult) -> Option<&'a str> {
    let parent = unit.parent.as_ref().filter(|_| unit.tier == Tier::Commune).and_then(|code| edition.unit(code))?;
    (parent.tier == Tier::District).then_some(parent.name.as_str())
}

/// One outcome of a unit.
pub(super) fn outcome<'a>(unit: &'a UnitResult, indicator: &IndicatorCode, span: Span) -> Option<&'a Outcome> {
    unit.outcomes.iter().find(|outcome| outcome.indicator == *indicator && outcome.span == span)
}

/// `8/9 báo cáo`.
pub(super) fn coverage_text(coverage: Coverage) -> String {
    format!("{}/{} báo cáo", count_text(coverage.reported), count_text(coverage.obliged))
}

/// Places in a peer group, the highest share first, on exact fractions: equal shares share a place (1, 2, 2, 4).
///
/// Without a share there is no place.
pub(super) fn ranks(ratios: &[Option<Ratio>]) -> Vec<Option<i64>> {
    let is_above = |a: &Ratio, b: &Ratio| {
        i128::from(a.numerator) * i128::from(b.denominator) > i128::from(b.numerator) * i128::from(a.denominator)
    };
    let placed: Vec<&Ratio> = ratios.iter().flatten().filter(|ratio| ratio.denominator > 0).collect();
    let place = |ratio: &Ratio| 1 + placed.iter().filter(|other| is_above(other, ratio)).map(|_| 1).sum::<i64>();
    ratios.iter().map(|ratio| ratio.as_ref().filter(|ratio| ratio.denominator > 0).map(place)).collect()
}

/// How a unit's report of one month stands, in words.
pub(super) fn filing_text(filing: &Filing) -> String {
    match filing {
        Filing::Missing => "chưa gửi báo cáo".into(),
        Filing::Reported { revision, received_at, late, nil } => {
            let mut text = format!("nhận lúc {}", wording::moment(*received_at));
            if *late {
                text.push_str(", muộn so với hạn gửi");
            }
            if *revision > 1 {
                text.push_str(&format!(", lần gửi thứ {revision}"));
            }
            if *nil {
                text.push_str(", không phát sinh hồ sơ");
            }
            text
        }
    }
}

/// A file to download.
pub(super) struct Download {
    pub(super) title: String,
    pub(super) href: String,
    pub(super) size: String,
    pub(super) sha256: String,
}

impl Download {
    /// A document, seen from a page that stands `up` below the edition's folder.
    pub(super) fn document(document: &PublishedDocument, up: &str) -> Self {
        Self {
            title: document.title.clone(),
            href: format!("{up}{}", document.path),
            size: words::size(document.size_bytes),
            sha256: document.sha256.clone(),
        }
    }

    /// A table of open data.
    pub(super) fn data(file: &SiteFile) -> Self {
        Self {
            title: file.path.trim_start_matches("data/").into(),
            href: file.path.clone(),
            size: words::size(u64::try_from(file.bytes.len()).unwrap_or(u64::MAX)),
            sha256: crate::checksums::sha256_hex(&file.bytes),
        }
    }
}

/// Items by place, those without a place last, otherwise in their order.
pub(super) fn by_place<T>(items: Vec<(Option<i64>, T)>) -> Vec<(Option<i64>, T)> {
    let mut items = items;
    items.sort_by_key(|(place, _)| Reverse(place.map_or(i64::MIN, |place| -place)));
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_share_a_place_and_nothing_has_none() {
        let ratio = |numerator, denominator| Some(Ratio { numerator, denominator });
        let ratios = [ratio(1, 2), ratio(9, 10), ratio(0, 0), ratio(50, 100), ratio(1, 3), None];
        assert_eq!(ranks(&ratios), [Some(2), Some(1), None, Some(2), Some(4), None]);
        let order: Vec<usize> =
            by_place(ranks(&ratios).into_iter().zip(0..).collect()).into_iter().map(|(_, i)| i).collect();
        assert_eq!(order, [1, 0, 3, 4, 2, 5]);
    }
}
