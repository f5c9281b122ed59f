//! Looking at a copy: what its database says of itself, and whether the rest of the backup agrees.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, bail};
use baocao_app::canonical::from_json;
use baocao_app::close::is_staged;
use baocao_app::ports::Store;
use baocao_app::verify::Asked;
use baocao_domain::edition::EditionId;
use baocao_domain::regime::Regime;

use super::manifest::{Head, Manifest};
use crate::wire::reading;

/// Objects that are listed at once.
const BATCH_MAX: u32 = 1_000;

/// What a database says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Described {
    /// The last migration.
    pub(super) schema: i64,
    /// The end of the audit chain.
    pub(super) audit: Head,
    /// Rows of each table.
    pub(super) counts: BTreeMap<String, i64>,
    /// Objects that rows name.
    pub(super) objects: BTreeSet<String>,
    /// Editions whose pages are written, and whether they are released.
    pub(super) pages: BTreeMap<EditionId, bool>,
}

/// Reads what a copy says of itself, in one transaction.
pub(super) async fn describe(copy: &dyn Store) -> anyhow::Result<Described> {
    let mut tx = copy.read().await?;
    let schema = tx.schema_version().await?;
    let head = tx.audit_head().await?;
    let counts = tx.table_counts().await?.into_iter().collect();
    let mut objects: BTreeSet<String> = BTreeSet::new();
    loop {
        let after = objects.last().cloned().unwrap_or_default();
        let batch = tx.object_hashes(&after, BATCH_MAX).await?;
        if batch.is_empty() {
            break;
        }
        objects.extend(batch);
    }
    let mut pages = BTreeMap::new();
    if let Some(row) = tx.regime().await? {
        let regime: Regime = from_json("the regime", &row.document)?;
        let editions = tx.editions(&regime.form.code).await?;
        let runs = tx.close_runs(&regime.form.code).await?;
        for run in runs.iter().filter(|run| is_staged(run, &runs)) {
            let row = editions.iter().find(|row| row.id == run.edition);
            let row = row.with_context(|| format!("edition {} has a run and no row", run.edition))?;
            pages.insert(run.edition, row.released_at.is_some());
        }
    }
    Ok(Described { schema, audit: Head { seq: head.seq, hash: head.hash }, counts, objects, pages })
}

/// What may have been added to a copy since its manifest was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// Nothing: it is the copy itself.
    Nothing,
    /// It was read back and held, perhaps by a later version of the program.
    Held,
}

/// Whether an opened copy is the one that the manifest speaks of and whether the backup has everything that it names. The
/// files themselves were compared with the manifest already.
///
/// The whole copy is verified (chain, rows, editions): after a backup the copy that was written, after a restore the
/// database that was read back.
pub(super) async fn look_at(copy: &Arc<dyn Store>, manifest: &Manifest, since: Since) -> anyhow::Result<Described> {
    let described = describe(copy.as_ref()).await.context("the copy of the database does not read")?;
    let is_end = described.schema == manifest.schema && described.audit == manifest.audit;
    if since == Since::Nothing && !is_end {
        bail!(
            "the copy of the database ends at audit entry {}, the manifest says {}",
            described.audit.seq,
            manifest.audit.seq
        );
    }
    let last = copy.read().await?.audit_entries(manifest.audit.seq, 1).await?;
    if manifest.audit.seq > 0 && last.first().is_none_or(|entry| entry.hash != manifest.audit.hash) {
        bail!("the last audit entry of the copy is not the end of its chain");
    }
    // Holding sets two settings, and notes them.
    let may_grow = |table: &str| since == Since::Held && ["setting", "audit", "_sqlx_migrations"].contains(&table);
    for (table, rows) in &manifest.counts {
        let found = described.counts.get(table).copied().unwrap_or(-1);
        if found != *rows && !(may_grow(table) && found > *rows) {
            bail!("{table} has not as many rows in the copy as in the manifest");
        }
    }
    if let Some(missing) = described.objects.difference(&manifest.objects).next() {
        bail!("object {missing} is named by a row and is not in the backup");
    }
    let asked = Asked { without_files: true, ..Asked::default() };
    let verified =
        reading(Arc::clone(copy)).verify(&asked, &|_, _, _| {}).await.context("the copy cannot be verified")?;
    if let Some(fault) = verified.faults.first() {
        bail!("the copy is not sound: {fault} (faults: {})", verified.faults.len() + verified.more);
    }
    Ok(described)
}
