//! Restatements: what editions changed, whole for a preview and in pages for a list.

use baocao_app::restatements::Restated;
use baocao_domain::edition::EditionId;
use baocao_domain::reason::Refusal;
use baocao_domain::restatement::{Change, Item, Restatement, Source, Value, Why};

use crate::convert::page::{Page, page};
use crate::convert::time::{date_message, timestamp};
use crate::v1;
use crate::v1::changed_value::Value as Wire;

/// The most changes of one preview: some hundred bytes each, so that an answer stays below its limit.
const PREVIEW_CHANGES_MAX: usize = 10_000;

/// The most sources of one answer: their notes are texts of some kilobytes.
const SOURCES_MAX: usize = 300;

/// What a correction would change, cut to what one answer may hold.
pub(crate) fn preview(restated: Vec<Restated>) -> Vec<v1::Restatement> {
    let (mut changes_left, mut sources_left) = (PREVIEW_CHANGES_MAX, SOURCES_MAX);
    restated
        .into_iter()
        .map(|Restated { edition, restatement }| {
            let mut told = head(edition, &restatement, sources_left);
            sources_left -= told.sources.len();
            told.changes = restatement.changes.into_iter().take(changes_left).map(Into::into).collect();
            changes_left -= told.changes.len();
            told
        })
        .collect()
}

/// An item of the list: a change, or that an edition changed nothing.
struct Listed {
    /// The position of the restatement.
    at: usize,
    edition: EditionId,
    change: Option<Change>,
}

/// The page of the list that a request asks for.
pub(crate) fn restatements(
    restated: Vec<Restated>,
    request: &v1::ListRestatementsRequest,
) -> Result<v1::ListRestatementsResponse, Refusal> {
    let list = format!("restatements~{}~{}", request.form, request.period);
    let mut heads = Vec::new();
    let mut items = Vec::new();
    for (at, Restated { edition, mut restatement }) in restated.into_iter().enumerate() {
        let changes = std::mem::take(&mut restatement.changes);
        let changes_total = count(changes.len());
        let listed = |change| Listed { at, edition, change };
        if changes.is_empty() {
            items.push(listed(None));
        }
        items.extend(changes.into_iter().map(|change| listed(Some(change))));
        heads.push(v1::Restatement { changes_total, ..head(edition, &restatement, SOURCES_MAX) });
    }
    let Page { items, next_page_token } = page(items, &list, request.page_size, &request.page_token, key)?;
    let mut told: Vec<v1::Restatement> = Vec::new();
    let mut last = None;
    let mut sources_left = SOURCES_MAX;
    for Listed { at, change, .. } in items {
        if last != Some(at) {
            let mut next = heads[at].clone();
            next.sources.truncate(sources_left);
            sources_left -= next.sources.len();
            told.push(next);
            last = Some(at);
        }
        if let Some(current) = told.last_mut() {
            current.changes.extend(change.map(Into::into));
        }
    }
    Ok(v1::ListRestatementsResponse { restatements: told, next_page_token })
}

/// What a change is of: no two changes of one edition share it.
fn key(listed: &Listed) -> String {
    let Listed { edition, change, .. } = listed;
    change.as_ref().map_or_else(
        || edition.to_string(),
        |Change { unit, item, .. }| {
            let (scope, span) = (item.scope().map(|scope| scope.code()), item.span().map(|span| span.code()));
            let which = [scope.unwrap_or_default(), span.unwrap_or_default()].join("~");
            format!("{edition}~{unit}~{}~{which}~{}", item.code(), item.subject())
        },
    )
}

/// A restatement without its changes.
fn head(edition: EditionId, restatement: &Restatement, sources_max: usize) -> v1::Restatement {
    v1::Restatement {
        edition: edition.to_string(),
        of: restatement.of.to_string(),
        sources: restatement.sources.iter().take(sources_max).map(Into::into).collect(),
        changes: Vec::new(),
        changes_total: count(restatement.changes.len()),
        sources_total: count(restatement.sources.len()),
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl From<&Source> for v1::RestatementSource {
    fn from(source: &Source) -> Self {
        Self {
            unit: source.unit.to_string(),
            name: source.name.clone(),
            month: source.month.to_string(),
            before: source.before,
            now: source.now,
            note: source.note.clone(),
        }
    }
}

impl From<Change> for v1::Change {
    fn from(change: Change) -> Self {
        let item = &change.item;
        Self {
            kind: v1::ChangeKind::from(item).into(),
            subject: item.subject(),
            scope: item.scope().map(|scope| v1::TotalsScope::from(scope).into()),
            span: item.span().map(|span| v1::Span::from(span).into()),
            unit: change.unit.into(),
            name: change.name,
            old: change.old.map(Into::into),
            new: change.new.map(Into::into),
            reason: v1::ChangeReason::from(change.why).into(),
        }
    }
}

impl From<&Item> for v1::ChangeKind {
    fn from(item: &Item) -> Self {
        match item {
            Item::Window { .. } => Self::Window,
            Item::Decision { .. } => Self::Decision,
            Item::Definition { .. } => Self::Definition,
            Item::Services { .. } => Self::Services,
            Item::Remark { .. } => Self::Remark,
            Item::Unit => Self::Unit,
            Item::Tier => Self::Tier,
            Item::Group => Self::Group,
            Item::Parent => Self::Parent,
            Item::Included => Self::Included,
            Item::Due { .. } => Self::Due,
            Item::Report { .. } => Self::Report,
            Item::Coverage => Self::Coverage,
            Item::Column { .. } => Self::Column,
            Item::Field { .. } => Self::Field,
            Item::FieldCoverage { .. } => Self::FieldCoverage,
            Item::Measure { .. } => Self::Measure,
            Item::Target { .. } => Self::Target,
            Item::Ratio { .. } => Self::Ratio,
            Item::IndicatorCoverage { .. } => Self::IndicatorCoverage,
            Item::Bounds { .. } => Self::Bounds,
            Item::Verdict { .. } => Self::Verdict,
            Item::Rank { .. } => Self::Rank,
        }
    }
}

impl From<Why> for v1::ChangeReason {
    fn from(why: Why) -> Self {
        match why {
            Why::OwnReport => Self::OwnReport,
            Why::ReportBelow => Self::ReportBelow,
            Why::OtherUnits => Self::OtherUnits,
            Why::Rules => Self::Rules,
        }
    }
}

impl From<Value> for v1::ChangedValue {
    fn from(value: Value) -> Self {
        let wire = match value {
            Value::Count(count) => Wire::Count(count),
            Value::Ratio(ratio) => {
                Wire::Ratio(v1::ChangedRatio { numerator: ratio.numerator, denominator: ratio.denominator })
            }
            Value::Coverage(coverage) => Wire::Coverage(coverage.into()),
            Value::Bounds(bounds) => Wire::Bounds(bounds.into()),
            Value::Rank(rank) => Wire::Rank(rank.into()),
            Value::Verdict(verdict) => Wire::Verdict(v1::Verdict::from(verdict).into()),
            Value::Target { decision, selector, threshold, is_of_record } => Wire::Target(v1::ChangedTarget {
                decision,
                selector: selector.into(),
                threshold: Some(threshold.into()),
                of_record: is_of_record,
            }),
            Value::Measure { scope, competence, eligibility } => Wire::Measure(v1::ChangedMeasure {
                scope: v1::TotalsScope::from(scope).into(),
                competence: competence.map(|tier| v1::Tier::from(tier).into()),
                eligibility: eligibility.map(Into::into),
            }),
            Value::Missing => Wire::Report(v1::ChangedReport::default()),
            Value::Reported { revision, late, nil } => {
                Wire::Report(v1::ChangedReport { revision: Some(revision), late, nil })
            }
            Value::Instant(instant) => Wire::Instant(timestamp(instant)),
            Value::Window(window) => Wire::Window(v1::ChangedWindow {
                from: Some(date_message(window.from)),
                to: Some(date_message(window.to)),
            }),
            Value::Flag(is_set) => Wire::Flag(is_set),
            Value::Text(text) => Wire::Text(text),
        };
        Self { value: Some(wire) }
    }
}

#[cfg(test)]
mod tests;
