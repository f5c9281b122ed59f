//! Editions made again: the same sealed revisions under the same regime must give the same document.

use std::collections::HashMap;
use std::sync::Arc;

use baocao_domain::edition::{Cause, Edition, EditionId};
use baocao_domain::ids::{UnitCode, UnitId};
use baocao_domain::instant::Instant;
use baocao_domain::regime::Regime;
use baocao_domain::tree::Hierarchy;
use baocao_domain::unit::{PeerGroup, Tier, UnitVersion};

use super::Found;
use super::chain::Chain;
use super::rows::Rows;
use crate::app::App;
use crate::canonical::to_json;
use crate::close::material::{Previous, restated, without};
use crate::error::AppError;
use crate::ports::{Cells, CloseStep, Table, Tx};
use crate::totals::sealed_report;

/// What editions are made of. Where one of these has a fault, that is what is reported, and nothing is made of it.
const GROUNDS: [&str; 5] = [
    Table::Regime.name(),
    Table::UnitVersion.name(),
    Table::Submission.name(),
    Table::Revision.name(),
    Table::CloseRun.name(),
];

/// What the progress and the outcome call it.
const REMADE: &str = "editions made again";

/// What a run sealed.
struct Sealed {
    key: String,
    edition: EditionId,
    cause: Cause,
    revisions: Vec<i64>,
    regime: String,
    sealed_at: Instant,
}

impl App {
    /// Makes every frozen edition again. Nothing is made where what it rests on has a fault.
    pub(super) async fn remake(
        &self,
        tx: &mut dyn Tx,
        chain: &Chain,
        rows: &Rows,
        found: &mut Found<'_>,
    ) -> Result<(), AppError> {
        let mut regimes: HashMap<String, Arc<Regime>> = HashMap::new();
        let mut made = 0;
        if !found.has_fault_in(&GROUNDS) {
            let frozen: Vec<Sealed> = rows.runs.iter().filter(|run| is_frozen(run)).filter_map(sealed).collect();
            for sealed in &frozen {
                self.remake_one(tx, sealed, (chain, rows), &mut regimes, found).await?;
                made += 1;
                (found.progress)(REMADE, made, frozen.len());
            }
        }
        found.checked(REMADE, made);
        Ok(())
    }

    async fn remake_one(
        &self,
        tx: &mut dyn Tx,
        sealed: &Sealed,
        (chain, rows): (&Chain, &Rows),
        regimes: &mut HashMap<String, Arc<Regime>>,
        found: &mut Found<'_>,
    ) -> Result<(), AppError> {
        let table = Table::Edition;
        let parts: Vec<String> = sealed.key.split('/').map(str::to_owned).collect();
        let row = tx.cells(table, &parts, 1).await?.pop().filter(|cells| table.key(cells) == sealed.key);
        let Some(document) = row.and_then(|cells| cells[table.place("document")].clone()) else {
            found.fault(table.name(), sealed.key.clone(), "is not there, but its run has frozen it");
            return Ok(());
        };
        let regime = match regimes.get(&sealed.regime) {
            Some(regime) => Arc::clone(regime),
            None => {
                let Some(regime) = stored_regime(tx, &sealed.regime).await? else {
                    let what = format!("its regime {} is not there or does not read", sealed.regime);
                    found.fault(table.name(), sealed.key.clone(), what);
                    return Ok(());
                };
                regimes.insert(sealed.regime.clone(), Arc::clone(&regime));
                regime
            }
        };
        let revisions = tx.revisions(&sealed.revisions).await?;
        if revisions.len() != sealed.revisions.len() {
            found.fault(table.name(), sealed.key.clone(), "not all revisions that it was made of are there");
            return Ok(());
        }
        let previous = match sealed.edition.number {
            0 | 1 => None,
            number => {
                let before = previous(tx, rows, sealed, number - 1).await?;
                if before.is_none() {
                    found.fault(
                        table.name(),
                        sealed.key.clone(),
                        "the edition that it restates is not there or does not read",
                    );
                    return Ok(());
                }
                before
            }
        };
        let reports: Vec<_> = revisions.iter().cloned().map(sealed_report).collect();
        // The units as they were known when the regime was applied, or else when the edition was frozen: a regime that
        // was applied between sealing and freezing is the one case in which these differ.
        let known = [rows.regimes.get(&sealed.regime), chain.frozen.get(&sealed.key)];
        let mut known: Vec<i64> = known.into_iter().flatten().copied().collect();
        known.dedup();
        let trees: Vec<Vec<UnitVersion>> = known.iter().map(|seq| versions(rows, *seq)).collect();
        let (id, cause, at) = (sealed.edition, sealed.cause.clone(), sealed.sealed_at);
        let equal = self
            .aside(format!("make edition {id} again"), move || {
                let window = id.period.window(regime.calendar.window_rule);
                let mut before: Option<&Vec<UnitVersion>> = None;
                for versions in &trees {
                    if before == Some(versions) {
                        continue;
                    }
                    before = Some(versions);
                    let Ok(tree) = Hierarchy::at(versions, window.to) else { continue };
                    let made = Edition::make(id, cause.clone(), at, &regime, &tree, &reports);
                    let edition = match &previous {
                        Some(previous) => restated(made, previous, &revisions),
                        None => made,
                    };
                    if to_json(&edition)? == document {
                        return Ok(true);
                    }
                }
                Ok(false)
            })
            .await?;
        if !equal {
            found.fault(table.name(), sealed.key.clone(), "made again from what was sealed it is another document");
        }
        Ok(())
    }
}

/// The edition that an edition restates, as it is stored: it is made again itself.
async fn previous(tx: &mut dyn Tx, rows: &Rows, sealed: &Sealed, number: u32) -> Result<Option<Previous>, AppError> {
    let table = Table::Edition;
    let id = EditionId { number, ..sealed.edition };
    let form = sealed.key.split('/').next().unwrap_or_default();
    let key = format!("{form}/{id}");
    let before = rows.runs.iter().filter(|run| is_frozen(run)).filter_map(self::sealed).find(|run| run.key == key);
    let parts: Vec<String> = key.split('/').map(str::to_owned).collect();
    let row = tx.cells(table, &parts, 1).await?.pop().filter(|cells| table.key(cells) == key);
    let document = row.and_then(|cells| cells[table.place("document")].clone());
    let edition = document.and_then(|document| serde_json::from_str(&document).ok());
    let Some((before, edition)) = before.zip(edition) else { return Ok(None) };
    let left = tx.revisions(&without(&before.revisions, &sealed.revisions)).await?;
    Ok(Some(Previous { edition, sealed: before.revisions, left }))
}

fn is_frozen(run: &Cells) -> bool {
    let step = run[Table::CloseRun.place("step")].as_deref().and_then(CloseStep::parse);
    step.is_some_and(|step| step >= CloseStep::Aggregated)
}

/// A run's cells; none if they do not read, which its own entry shows.
fn sealed(run: &Cells) -> Option<Sealed> {
    let get = |column: &str| run[Table::CloseRun.place(column)].as_deref();
    let edition = EditionId::parse(&format!("{}/{}", get("period")?, get("edition")?))?;
    Some(Sealed {
        key: format!("{}/{edition}", get("form")?),
        edition,
        cause: serde_json::from_str(get("cause")?).ok()?,
        revisions: serde_json::from_str(get("revisions")?).ok()?,
        regime: get("regime_id")?.to_owned(),
        sealed_at: Instant::from_micros(get("sealed_at")?.parse().ok()?),
    })
}

async fn stored_regime(tx: &mut dyn Tx, id: &str) -> Result<Option<Arc<Regime>>, AppError> {
    let table = Table::Regime;
    let row = tx.cells(table, &[id.to_owned()], 1).await?.pop().filter(|cells| table.key(cells) == id);
    let document = row.and_then(|cells| cells[table.place("document")].clone());
    Ok(document.and_then(|document| serde_json::from_str(&document).ok()).map(Arc::new))
}

/// The versions of units that were known at a place of the chain.
fn versions(rows: &Rows, seq: i64) -> Vec<UnitVersion> {
    rows.versions.iter().filter(|(noted, _)| *noted <= seq).filter_map(|(_, cells)| version(cells)).collect()
}

fn version(cells: &Cells) -> Option<UnitVersion> {
    let get = |column: &str| cells[Table::UnitVersion.place(column)].as_deref();
    Some(UnitVersion {
        id: UnitId(get("unit_id")?.parse().ok()?),
        valid_from: get("valid_from")?.parse().ok()?,
        code: UnitCode::parse(get("code")?).ok()?,
        name: get("name")?.to_owned(),
        tier: Tier::parse(get("tier")?)?,
        group: get("peer_group").and_then(|letter| PeerGroup::ALL.into_iter().find(|group| group.letter() == letter)),
        parent: get("parent_id").and_then(|parent| parent.parse().ok()).map(UnitId),
        dissolved: matches!(get("dissolved"), Some("1" | "true")),
    })
}
