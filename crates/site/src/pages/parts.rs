//! What several pages show: the figures of a row of the form, single fields, how a report stands, files to download.

use baocao_domain::edition::{Edition, Filing, OwedReport, UnitResult};
use baocao_domain::fold::{Coverage, FieldTotal};
use baocao_domain::rounding::{count_text, partition_text};
use baocao_domain::unit::Tier;
use baocao_domain::wording;

use crate::{PublishedDocument, SiteFile, words};

/// What stands where no report is in.
pub(super) const NO_FIGURES: &str = "chưa có số liệu";

/// Whether a unit has a page: all but the province, if anything is owed or expected of it or below it.
pub(super) fn has_page(unit: &UnitResult) -> bool {
    let is_concerned = unit.subtree_coverage.obliged > 0 || unit.outcomes.iter().any(|o| o.judgement.is_some());
    unit.tier != Tier::Province && (is_concerned || !unit.filings.is_empty())
}

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

/// One single field with its totals.
pub(super) struct FieldLine<'a> {
    pub(super) heading: &'a str,
    pub(super) own: String,
    pub(super) subtree: String,
    pub(super) coverage: String,
}

/// The single fields that the unit, or a unit below it, owes.
pub(super) fn field_lines<'a>(edition: &'a Edition, unit: &UnitResult) -> Vec<FieldLine<'a>> {
    let value = |total: &FieldTotal| match total.coverage {
        Coverage { obliged: 0, .. } => "–".into(),
        Coverage { reported: 0, .. } => NO_FIGURES.into(),
        Coverage { .. } => count_text(total.value),
    };
    let totals = unit.own_fields.iter().zip(&unit.subtree_fields);
    let lines = edition.form.single_fields.iter().zip(totals);
    lines
        .filter(|(_, (_, subtree))| subtree.coverage.obliged > 0)
        .map(|(field, (own, subtree))| FieldLine {
            heading: &field.heading,
            own: value(own),
            subtree: value(subtree),
            coverage: fraction(subtree.coverage),
        })
        .collect()
}

/// A commune's district: communes of two districts may bear one name.
pub(super) fn district_of<'a>(edition: &'a Edition, unit: &UnitResult) -> Option<&'a str> {
    let parent = unit.parent.as_ref().filter(|_| unit.tier == Tier::Commune).and_then(|code| edition.unit(code))?;
    (parent.tier == Tier::District).then_some(parent.name.as_str())
}

/// `8/9`.
pub(super) fn fraction(coverage: Coverage) -> String {
    format!("{}/{}", count_text(coverage.reported), count_text(coverage.obliged))
}

/// `8/9 báo cáo`.
pub(super) fn coverage_text(coverage: Coverage) -> String {
    format!("{} báo cáo", fraction(coverage))
}

/// How a unit's report of one month stands, in words.
pub(super) fn filing_text(owed: &OwedReport) -> String {
    let due = wording::moment(owed.due);
    match &owed.filing {
        Filing::Missing => format!("chưa gửi báo cáo (hạn gửi {due})"),
        Filing::Reported { revision, received_at, late, nil } => {
            let mut text = format!("nhận lúc {}", wording::moment(*received_at));
            if *late {
                text.push_str(&format!(", muộn so với hạn gửi {due}"));
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
