//! `edition.json`: the head of an edition, so that its tables can be read without its pages.

use baocao_domain::edition::{Cause, Edition};
use baocao_domain::fold::Coverage;
use baocao_domain::procedure::ProcedureList;
use baocao_domain::regime::Regime;
use serde_json::{Value, json};

use super::changes;
use crate::checksums::sha256_hex;
use crate::{PublishedDocument, SiteFile};

pub(super) fn of(edition: &Edition, regime: &Regime, tables: &[SiteFile], documents: &[PublishedDocument]) -> Value {
    let months =
        |months: &[baocao_domain::period::PeriodKey]| months.iter().map(ToString::to_string).collect::<Vec<_>>();
    let files = tables
        .iter()
        .filter(|file| file.path.ends_with(".csv"))
        .map(|file| json!({ "path": file.path, "size_bytes": file.bytes.len(), "sha256": sha256_hex(&file.bytes) }));
    let documents = documents.iter().map(|document| {
        json!({
            "title": document.title, "path": document.path, "unit": document.unit,
            "size_bytes": document.size_bytes, "sha256": document.sha256,
        })
    });
    let missing = edition.missing().map(|(unit, missing)| json!({ "unit": unit.code, "months": months(&missing) }));
    let list = |list: &ProcedureList| json!({ "list": list.code, "title": list.title, "basis": list.basis });
    let Coverage { reported, obliged } = edition.province().subtree_coverage;
    let mut head = json!({
        "id": edition.id.to_string(),
        "period": edition.id.period.to_string(),
        "number": edition.id.number,
        "form": edition.form.code,
        "regime": edition.regime,
        "window": edition.window,
        "year_to_date": edition.year_to_date,
        "months": months(&edition.months),
        "year_to_date_months": months(&edition.year_to_date_months),
        "sealed_at": edition.sealed_at.iso(),
        "cause": cause(&edition.cause),
        "decisions": edition.decisions,
        "lists": regime.lists.iter().map(list).collect::<Vec<_>>(),
        "coverage": { "reported": reported, "obliged": obliged, "missing": missing.collect::<Vec<_>>() },
        "remarks": edition.remarks,
        "files": files.collect::<Vec<_>>(),
        "documents": documents.collect::<Vec<_>>(),
    });
    // The head of a first edition has no word of what it restates.
    if let (Some(restatement), Some(head)) = (&edition.restatement, head.as_object_mut()) {
        head.insert("restatement".into(), changes::head(restatement));
    }
    head
}

/// Why an edition was made, with editions named as everywhere: `2022-M08/2`.
pub(crate) fn cause(cause: &Cause) -> Value {
    match cause {
        Cause::Locked => json!({ "kind": "locked" }),
        Cause::ExtensionFiled { unit, reason } => json!({ "kind": "extension_filed", "unit": unit, "reason": reason }),
        Cause::ExtensionExpired { unit, reason } => {
            json!({ "kind": "extension_expired", "unit": unit, "reason": reason })
        }
        Cause::Reopened { reason } => json!({ "kind": "reopened", "reason": reason }),
        Cause::MonthRestated { edition } => json!({ "kind": "month_restated", "edition": edition.to_string() }),
    }
}
