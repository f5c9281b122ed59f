//! Open data: everything that a reader needs to recompute the edition without us.
//!
//! `figures.csv` and `single_fields.csv` hold the sealed figures as they were filed, the tables of `rules` what they mean
//! and how they count, `reports.csv` who owed what; the other tables hold what was made of them, and `changes.csv` of a later
//! edition what it changed. All are described in
//! `docs/open-data.md`, and `tests/recompute.py` reads nothing else.

mod changes;
mod filed;
pub(crate) mod head;
mod results;
mod rules;
mod table;
mod totals;

use baocao_domain::edition::Edition;
use baocao_domain::regime::Regime;
use serde::Serialize;

use crate::sealed::Sealed;
use crate::{PublishedDocument, SiteError, SiteFile};

/// The files below `data/`.
pub(crate) fn files(
    edition: &Edition,
    regime: &Regime,
    sealed: &Sealed<'_>,
    documents: &[PublishedDocument],
) -> Result<Vec<SiteFile>, SiteError> {
    let mut files = vec![
        file("figures.csv", filed::figures_csv(edition, regime, sealed)),
        json("figures.json", &filed::figures_json(edition, regime, sealed))?,
    ];
    let tables = [
        ("form", rules::form(&edition.form)),
        ("months", rules::months(edition, regime)),
        ("procedures", rules::procedures(&regime.catalogue)),
        ("lists", rules::lists(&regime.lists)),
        ("indicators", rules::indicators(edition)),
        ("reports", filed::reports(edition, sealed)),
        ("single_fields", filed::single_fields(edition, sealed)),
        ("units", totals::units(edition)),
        ("single_field_totals", totals::single_fields(edition)),
        ("results", results::results(edition, regime)),
    ];
    let changes = edition.restatement.as_ref().map(|restatement| changes::changes(edition.id, restatement));
    for (name, table) in tables.iter().chain(&changes.map(|table| ("changes", table))) {
        files.push(file(&format!("{name}.csv"), table.csv()));
        files.push(json(&format!("{name}.json"), table)?);
    }
    let head = head::of(edition, regime, &files, documents);
    files.push(json("edition.json", &head)?);
    Ok(files)
}

fn file(name: &str, text: String) -> SiteFile {
    SiteFile { path: format!("data/{name}"), bytes: text.into_bytes() }
}

fn json(name: &str, value: &impl Serialize) -> Result<SiteFile, SiteError> {
    let path = format!("data/{name}");
    match serde_json::to_vec(value) {
        Ok(mut bytes) => {
            bytes.push(b'\n');
            Ok(SiteFile { path, bytes })
        }
        Err(source) => Err(SiteError::Json { path, source }),
    }
}

#[cfg(test)]
mod tests;
