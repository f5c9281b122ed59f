//! What an edition is made of, and the one way to make it: for the close, for the preview of a correction, and for a read
//! of what stood at an instant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::ids::{FormCode, UnitId};
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::restatement::Source;
use baocao_domain::submission::Revision;

use crate::app::{App, InForce, read_edition};
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, PeriodRow, StoreError, Tx};
use crate::totals::sealed_report;

/// What the edition of a run is made of.
pub(crate) struct Material {
    run: CloseRunRow,
    in_force: Arc<InForce>,
    /// Those that the run sealed.
    revisions: Vec<Revision>,
    /// None for the first edition of a period.
    previous: Option<Previous>,
}

/// The edition that is restated.
struct Previous {
    edition: Edition,
    /// Ids of the revisions that it rests on, ascending.
    sealed: Vec<i64>,
    /// Those of them that the new edition does not rest on.
    left: Vec<Revision>,
}

impl App {
    /// What a run sealed, with the edition before it.
    pub(crate) async fn material(&self, tx: &mut dyn Tx, run: CloseRunRow) -> Result<Material, AppError> {
        let (in_force, revisions) = self.sealed_by(tx, &run).await?;
        let before = run.edition.number.checked_sub(1).filter(|number| *number > 0);
        let previous = match before {
            Some(number) => {
                let id = EditionId { number, ..run.edition };
                let of_run = tx.close_run(&run.form, id).await?;
                let of_run = of_run.ok_or_else(|| AppError::Corrupt(format!("edition {id} has no run")))?;
                let left = without(&of_run.revisions, &run.revisions);
                let left = tx.revisions(&left).await?;
                let edition = self.results_of(tx, &of_run).await?;
                Some(Previous { edition, sealed: of_run.revisions, left })
            }
            None => None,
        };
        Ok(Material { run, in_force, revisions, previous })
    }

    /// The results of a run without what they changed, where they are not frozen yet.
    async fn results_of(&self, tx: &mut dyn Tx, run: &CloseRunRow) -> Result<Edition, AppError> {
        if let Some(row) = tx.edition(&run.form, run.edition).await? {
            return read_edition(&row);
        }
        let (in_force, revisions) = self.sealed_by(tx, run).await?;
        Material { run: run.clone(), in_force, revisions, previous: None }.edition()
    }

    /// The regime that a run follows and the revisions that it sealed.
    async fn sealed_by(&self, tx: &mut dyn Tx, run: &CloseRunRow) -> Result<(Arc<InForce>, Vec<Revision>), AppError> {
        let in_force = self.regime_with_id(tx, run.regime).await?;
        let revisions = tx.revisions(&run.revisions).await?;
        if revisions.len() != run.revisions.len() {
            let missing = run.revisions.len() - revisions.len();
            return Err(AppError::Corrupt(format!("{missing} sealed revisions of {} are not stored", run.edition)));
        }
        Ok((in_force, revisions))
    }
}

impl Material {
    /// The edition: a pure function of what was sealed, and of the edition before it.
    pub(crate) fn edition(&self) -> Result<Edition, AppError> {
        let (run, regime) = (&self.run, &self.in_force.regime);
        let window = run.edition.period.window(regime.calendar.window_rule);
        let tree = self.in_force.tree(window.to)?;
        let reports: Vec<SealedReport> = self.revisions.iter().cloned().map(sealed_report).collect();
        let made = Edition::make(run.edition, run.cause.clone(), run.sealed_at, regime, &tree, &reports);
        Ok(match &self.previous {
            Some(previous) => {
                let sources = self.sources(previous, &made);
                made.restating(&previous.edition, sources)
            }
            None => made,
        })
    }

    /// The reports that the two editions do not share: in the order of the tree, then by month.
    fn sources(&self, previous: &Previous, made: &Edition) -> Vec<Source> {
        let is_new = |revision: &&Revision| previous.sealed.binary_search(&revision.id).is_err();
        let now = by_report(self.revisions.iter().filter(is_new));
        let before = by_report(previous.left.iter());
        let reports: BTreeSet<(UnitId, PeriodKey)> = before.keys().chain(now.keys()).copied().collect();
        let mut sources: Vec<(usize, Source)> = reports
            .into_iter()
            .filter_map(|report| {
                let place = |edition: &Edition| edition.units.iter().position(|unit| unit.id == report.0);
                // A unit that is gone stands behind the others.
                let (at, unit) = match place(made) {
                    Some(at) => (at, &made.units[at]),
                    None => (made.units.len(), &previous.edition.units[place(&previous.edition)?]),
                };
                let (before, now) = (before.get(&report), now.get(&report));
                let source = Source {
                    unit: unit.code.clone(),
                    name: unit.name.clone(),
                    month: report.1,
                    before: before.map(|revision| revision.number),
                    now: now.map(|revision| revision.number),
                    note: now.map(|revision| revision.note.clone()).unwrap_or_default(),
                };
                Some((at, source))
            })
            .collect();
        sources.sort_by_key(|(at, source)| (*at, source.month));
        sources.into_iter().map(|(_, source)| source).collect()
    }
}

/// The run that a seal of this period would begin now.
///
/// A month's own reports are its current revisions; those of every other month are the ones that its last run sealed, so
/// that a longer period is exactly the fold of its months' editions.
pub(crate) async fn run_to_begin(
    tx: &mut dyn Tx,
    in_force: &InForce,
    row: &PeriodRow,
    cause: Cause,
    runs: &[CloseRunRow],
    now: Instant,
) -> Result<CloseRunRow, AppError> {
    let (form, period) = (&row.form, row.period);
    let mut revisions = Vec::new();
    for month in in_force.regime.owed(&period.year_to_date()) {
        let heads = tx.revision_heads(form, month).await?;
        let of_month = runs.iter().filter(|run| run.edition.period == month && !run.abandoned);
        match of_month.max_by_key(|run| run.edition.number) {
            Some(run) if month != period => {
                let of_month = sealed_of_month(tx, form, &run.revisions, month).await?;
                revisions.extend(of_month);
            }
            _ => revisions.extend(heads.into_iter().map(|head| head.id)),
        }
    }
    revisions.sort_unstable();
    Ok(CloseRunRow {
        id: 0,
        form: form.clone(),
        edition: EditionId { period, number: row.sealed_edition + 1 },
        cause,
        step: CloseStep::Sealed,
        revisions,
        regime: in_force.id,
        sealed_at: now,
        tries: 0,
        failures: 0,
        last_error: String::new(),
        next_try_at: now,
        held: false,
        skip_notify: false,
        abandoned: false,
        fence: 0,
    })
}

/// Those of the sealed revisions that are of this month.
async fn sealed_of_month(
    tx: &mut dyn Tx,
    form: &FormCode,
    sealed: &[i64],
    month: PeriodKey,
) -> Result<Vec<i64>, StoreError> {
    let of_month = tx.revision_ids(form, month).await?;
    Ok(of_month.into_iter().filter(|id| sealed.binary_search(id).is_ok()).collect())
}

/// Those of the ascending ids that are not among the others, ascending too.
fn without(ids: &[i64], others: &[i64]) -> Vec<i64> {
    ids.iter().copied().filter(|id| others.binary_search(id).is_err()).collect()
}

fn by_report<'a>(revisions: impl Iterator<Item = &'a Revision>) -> BTreeMap<(UnitId, PeriodKey), &'a Revision> {
    revisions.map(|revision| ((revision.submission.unit, revision.submission.period), revision)).collect()
}
