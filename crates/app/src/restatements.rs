//! Restatements: what a correction would change, and what the editions of a period changed.
//!
//! A preview stores the correction, asks what the next closes would seal, and lets go of the transaction: nothing stays. The
//! editions are then made as a close makes them, so that a preview and the edition that follows it cannot differ.

use std::collections::BTreeSet;

use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::ids::UnitCode;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::restatement::Restatement;
use baocao_domain::submission::Revision;

use crate::actor::Actor;
use crate::app::{App, InForce, read_edition};
use crate::close::contains;
use crate::close::material::run_to_begin;
use crate::error::AppError;
use crate::ports::{EditionRow, PeriodRow, RowLock, Tx};
use crate::reopening::approved_reopenings;

/// What one edition changes, as far as the caller may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restated {
    /// The edition that restates; in a preview the one that would be made.
    pub edition: EditionId,
    /// What it changes of the edition before it.
    pub restatement: Restatement,
}

impl App {
    /// The restatements of all editions of a period, the newest first.
    ///
    /// What is not public yet is told to a key about the units that it is for alone.
    ///
    /// # Errors
    /// `UNKNOWN_FORM`, `PERIOD_NOT_ALIGNED`, `UNKNOWN_PERIOD`.
    pub async fn restatements(&self, actor: &Actor, form: &str, period: &str) -> Result<Vec<Restated>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        let mut known = tx.editions(&row.form).await?;
        known.retain(|edition| edition.id.period == row.period && edition.id.number > 1);
        let mut restated = Vec::new();
        for EditionRow { id, released_at, .. } in known.into_iter().rev() {
            let Some(stored) = tx.edition(&row.form, id).await? else { continue };
            let mut edition = read_edition(&stored)?;
            if edition.restatement.is_none() {
                // Frozen before editions said what they changed: it still follows from what was sealed.
                let run = tx.close_run(&row.form, id).await?;
                let run = run.ok_or_else(|| AppError::Corrupt(format!("edition {id} has no run")))?;
                edition = self.material(tx.as_mut(), run).await?.edition()?;
            }
            let seen = Seeing::of(&in_force, actor, row.period, released_at.is_some())?;
            let restatement = edition.restatement.map(|restatement| seen.part_of(restatement));
            restated.extend(restatement.map(|restatement| Restated { edition: id, restatement }));
        }
        Ok(restated)
    }

    /// What the next editions would change if this revision of a closed month were filed: the month's first, then those of
    /// the longer periods that contain it. Nothing is stored. Empty where the month has no edition yet.
    pub(crate) async fn preview(
        &self,
        mut tx: Box<dyn Tx>,
        in_force: &InForce,
        actor: &Actor,
        revision: &Revision,
        now: Instant,
    ) -> Result<Vec<Restated>, AppError> {
        let (form, month) = (&revision.submission.form, revision.submission.period);
        let rows: Vec<PeriodRow> = tx.periods(form).await?.into_iter().filter(|row| row.sealed_edition > 0).collect();
        if rows.iter().all(|row| row.period != month) {
            return Ok(Vec::new());
        }
        tx.append_revision(revision).await?;
        // Other months whose next edition is called for already, or that are open again, close before the longer periods do.
        let asked = tx.open_close_requests(form).await?.into_iter().map(|request| request.period);
        let mut called_for: BTreeSet<PeriodKey> = asked.filter(|period| period.is_month()).collect();
        called_for.extend(approved_reopenings(tx.as_mut(), form).await?.into_iter().map(|reopening| reopening.period));
        let mut runs = tx.close_runs(form).await?;
        let editions = tx.editions(form).await?;
        let mut made = Vec::new();
        for row in rows {
            let is_restated = row.period == month || contains(row.period, month);
            if !is_restated && !called_for.contains(&row.period) {
                continue;
            }
            let run = run_to_begin(tx.as_mut(), in_force, &row, Cause::Locked, &runs, now).await?;
            runs.push(run.clone());
            if is_restated {
                let last = EditionId { number: row.sealed_edition, ..run.edition };
                let is_public = editions.iter().any(|row| row.id == last && row.released_at.is_some());
                let seen = Seeing::of(in_force, actor, row.period, is_public)?;
                made.push((run.edition, self.material(tx.as_mut(), run).await?, seen));
            }
        }
        // What was written is let go of before the work begins.
        drop(tx);
        self.aside(format!("preview the editions of {month}"), move || {
            let mut restated = Vec::new();
            for (edition, material, seen) in made {
                let restatement = material.edition()?.restatement.map(|restatement| seen.part_of(restatement));
                restated.extend(restatement.map(|restatement| Restated { edition, restatement }));
            }
            Ok(restated)
        })
        .await
    }
}

/// Of which units a caller may see what an edition changes.
enum Seeing {
    Everything,
    Units(BTreeSet<UnitCode>),
}

impl Seeing {
    /// Everything where the edition is public or the key is for the whole province; else the units of the key.
    fn of(in_force: &InForce, actor: &Actor, period: PeriodKey, is_public: bool) -> Result<Self, AppError> {
        let tree = in_force.tree(period.window(in_force.regime.calendar.window_rule).to)?;
        if is_public || actor.scope == tree.root().id {
            return Ok(Self::Everything);
        }
        let of_key = tree.nodes().iter().filter(|node| tree.is_within(node.id, actor.scope));
        Ok(Self::Units(of_key.map(|node| node.code.clone()).collect()))
    }

    fn part_of(&self, restatement: Restatement) -> Restatement {
        match self {
            Self::Everything => restatement,
            Self::Units(units) => restatement.of_units(|unit| units.contains(unit)),
        }
    }
}
