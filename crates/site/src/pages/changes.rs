//! The section of a later edition's page that says what it changed of the one before it.

use baocao_domain::edition::Edition;
use baocao_domain::restatement::{Change, Restatement};
use baocao_domain::rounding::count_text;

use super::parts;

/// The most changes on the page; the table of open data has all of them.
const CHANGES_MAX: usize = 200;

/// The most reports that are named; the head of the open data names all of them.
const SOURCES_MAX: usize = 50;

/// What changed.
pub(super) struct Changes<'a> {
    /// The number of the edition before.
    pub(super) before: u32,
    /// The reports behind it.
    pub(super) sources: Vec<String>,
    /// How many more there are.
    pub(super) sources_left: Option<String>,
    /// The first changes.
    pub(super) lines: Vec<Line<'a>>,
    /// How many there are in all, where some are not shown.
    pub(super) cut_from: Option<String>,
}

/// One change.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) district: Option<&'a str>,
    /// The unit's page; none if it is gone.
    pub(super) href: Option<String>,
    pub(super) item: String,
    pub(super) old: String,
    pub(super) new: String,
    pub(super) why: String,
}

/// What the edition changed; none for the first one.
pub(super) fn changes(edition: &Edition) -> Option<Changes<'_>> {
    let restatement = edition.restatement.as_ref()?;
    let shown = restatement.for_people();
    let sources = &restatement.sources;
    let count = |n: usize| count_text(i64::try_from(n).unwrap_or(i64::MAX));
    Some(Changes {
        before: restatement.of.number,
        sources: sources.iter().take(SOURCES_MAX).map(|s| format!("{} {}", s.name, s.in_words())).collect(),
        sources_left: (sources.len() > SOURCES_MAX).then(|| count(sources.len() - SOURCES_MAX)),
        lines: shown.iter().take(CHANGES_MAX).map(|change| line(edition, restatement, change)).collect(),
        cut_from: (shown.len() > CHANGES_MAX).then(|| count(shown.len())),
    })
}

fn line<'a>(edition: &'a Edition, restatement: &'a Restatement, change: &'a Change) -> Line<'a> {
    let unit = edition.unit(&change.unit);
    let [old, new] = change.values_in_words(edition);
    Line {
        name: &change.name,
        district: unit.and_then(|unit| parts::district_of(edition, unit)),
        href: unit.filter(|unit| parts::has_page(unit)).map(|unit| format!("units/{}.html", unit.code)),
        item: change.item.in_words(edition),
        old,
        new,
        why: restatement.why_in_words(edition, change),
    }
}
