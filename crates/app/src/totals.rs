//! Totals: of what stands now, of a frozen edition, or of what stood at an instant; with coverage.
//!
//! What stood at an instant is the last edition of the period that was sealed at or before it. Before the first seal it is
//! the fold of the revisions that had been received by then, under the regime in force then. So every instant from the seal
//! of edition n to that of n + 1 reads exactly edition n.

use std::collections::BTreeMap;
use std::sync::Arc;

use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::ids::UnitId;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::submission::Revision;

use crate::actor::Actor;
use crate::app::{App, InForce, read_edition};
use crate::error::AppError;
use crate::ports::{PeriodRow, RowLock, Tx};
use crate::submit::visible_unit;

/// Which state of a period is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reading {
    /// What stands now.
    #[default]
    Now,
    /// The frozen edition with this number.
    Edition(u32),
    /// What stood at this instant.
    AsOf(Instant),
}

impl From<Option<u32>> for Reading {
    fn from(number: Option<u32>) -> Self {
        number.map_or(Self::Now, Self::Edition)
    }
}

/// The results of one unit, with the edition or the moment that they are of.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// The results of all units, so that who is missing can be named; provisional unless `is_frozen`.
    pub edition: Edition,
    /// The position of the unit asked for in `edition.units`.
    pub position: usize,
    /// Whether the figures are those of a frozen edition.
    pub is_frozen: bool,
}

/// What a reading comes to.
pub(crate) struct Standing {
    /// The edition, or the one that would have been made.
    pub(crate) edition: Edition,
    /// Whether it is a frozen one.
    pub(crate) is_frozen: bool,
}

/// Where what is read comes from.
pub(crate) enum Origin {
    /// The run of an edition.
    Run(EditionId),
    /// Single revisions: the current ones, or those of an instant.
    Revisions(Option<Instant>),
}

impl App {
    /// Totals of a unit and of everything below it.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE`, `UNKNOWN_UNIT`, `UNKNOWN_FORM`, `UNKNOWN_PERIOD`, `UNKNOWN_EDITION`.
    pub async fn totals(
        &self,
        actor: &Actor,
        unit: &str,
        form: &str,
        period: &str,
        reading: impl Into<Reading>,
    ) -> Result<Totals, AppError> {
        let (now, reading) = (self.now(), reading.into());
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let seen = visible_unit(&in_force, actor, unit, PeriodKey::parse(period).ok(), now)?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        let Standing { edition, is_frozen } = self.standing(tx.as_mut(), &in_force, &row, reading).await?;
        let position = edition.units.iter().position(|result| result.id == seen.node().id);
        let position = position.ok_or(Refusal::because(Reason::UnknownUnit))?;
        Ok(Totals { edition, position, is_frozen })
    }

    /// What a reading of a period comes to.
    pub(crate) async fn standing(
        &self,
        tx: &mut dyn Tx,
        in_force: &Arc<InForce>,
        row: &PeriodRow,
        reading: Reading,
    ) -> Result<Standing, AppError> {
        let as_of = match self.origin(tx, row, reading).await? {
            Origin::Run(id) => {
                let edition = match tx.edition(&row.form, id).await? {
                    Some(stored) => read_edition(&stored)?,
                    // What is still being made has no number for readers yet,
                    None if reading == Reading::Edition(id.number) => {
                        return Err(Refusal::because(Reason::UnknownEdition).into());
                    }
                    // but it stood from its seal on, and what was sealed is all that it depends on.
                    None => {
                        let run = tx.close_run(&row.form, id).await?;
                        let run = run.ok_or(Refusal::because(Reason::UnknownEdition))?;
                        self.material(tx, run).await?.edition()?
                    }
                };
                return Ok(Standing { edition, is_frozen: true });
            }
            Origin::Revisions(as_of) => as_of,
        };
        let (in_force, revisions) = self.revisions_as_of(tx, in_force, row.period, as_of).await?;
        let reports: Vec<SealedReport> = revisions.into_iter().map(sealed_report).collect();
        let number = if as_of.is_some() { 1 } else { row.sealed_edition + 1 };
        let id = EditionId { period: row.period, number };
        let tree = in_force.tree(row.period.window(in_force.regime.calendar.window_rule).to)?;
        let at = as_of.unwrap_or_else(|| self.now());
        let edition = Edition::make(id, Cause::Locked, at, &in_force.regime, &tree, &reports);
        Ok(Standing { edition, is_frozen: false })
    }

    /// The revisions behind a reading, with the regime that they are read by.
    pub(crate) async fn revisions_behind(
        &self,
        tx: &mut dyn Tx,
        in_force: &Arc<InForce>,
        row: &PeriodRow,
        reading: Reading,
    ) -> Result<(Arc<InForce>, Vec<Revision>), AppError> {
        match self.origin(tx, row, reading).await? {
            Origin::Revisions(as_of) => self.revisions_as_of(tx, in_force, row.period, as_of).await,
            Origin::Run(id) => {
                let run = tx.close_run(&row.form, id).await?.ok_or(Refusal::because(Reason::UnknownEdition))?;
                let revisions = tx.revisions(&run.revisions).await?;
                Ok((self.regime_with_id(tx, run.regime).await?, revisions))
            }
        }
    }

    /// Where a reading of a period comes from.
    pub(crate) async fn origin(&self, tx: &mut dyn Tx, row: &PeriodRow, reading: Reading) -> Result<Origin, AppError> {
        let at = match reading {
            Reading::Now => return Ok(Origin::Revisions(None)),
            Reading::Edition(number) => return Ok(Origin::Run(EditionId { period: row.period, number })),
            Reading::AsOf(at) => at,
        };
        has_passed(at, self.now())?;
        let runs = tx.close_runs(&row.form).await?;
        let sealed =
            runs.iter().filter(|run| run.edition.period == row.period && !run.abandoned && run.sealed_at <= at);
        Ok(sealed.map(|run| run.edition).max().map_or(Origin::Revisions(Some(at)), Origin::Run))
    }

    /// The current revisions of all months of the year to the end of this period, or those of an instant, with the regime
    /// in force now or then.
    async fn revisions_as_of(
        &self,
        tx: &mut dyn Tx,
        in_force: &Arc<InForce>,
        period: PeriodKey,
        as_of: Option<Instant>,
    ) -> Result<(Arc<InForce>, Vec<Revision>), AppError> {
        let Some(at) = as_of else {
            return Ok((Arc::clone(in_force), current_revisions(tx, in_force, period).await?));
        };
        // Before there were rules, nothing stood.
        let regime = tx.regime_id_at(at).await?.ok_or(Refusal::because(Reason::UnknownPeriod))?;
        let in_force = self.regime_with_id(tx, regime).await?;
        let mut ids = Vec::new();
        for month in in_force.regime.owed(&period.year_to_date()) {
            ids.extend(tx.revision_ids(&in_force.regime.form.code, month).await?);
        }
        let mut last: BTreeMap<(UnitId, PeriodKey), Revision> = BTreeMap::new();
        for revision in tx.revisions(&ids).await?.into_iter().filter(|revision| revision.received_at <= at) {
            let report = (revision.submission.unit, revision.submission.period);
            if last.get(&report).is_none_or(|known| known.number < revision.number) {
                last.insert(report, revision);
            }
        }
        Ok((in_force, last.into_values().collect()))
    }
}

/// What stands at an instant is known once it has passed.
pub(crate) fn has_passed(at: Instant, now: Instant) -> Result<(), Refusal> {
    let expected = || format!("an instant that has passed: up to {}", now.iso());
    if at <= now { Ok(()) } else { Err(Refusal::at("as_of", Reason::FieldRequired, at.iso(), expected())) }
}

/// The current revisions of all months of the year to the end of this period.
async fn current_revisions(tx: &mut dyn Tx, in_force: &InForce, period: PeriodKey) -> Result<Vec<Revision>, AppError> {
    let form = &in_force.regime.form.code;
    let mut ids = Vec::new();
    for month in in_force.regime.owed(&period.year_to_date()) {
        ids.extend(tx.revision_heads(form, month).await?.into_iter().map(|head| head.id));
    }
    Ok(tx.revisions(&ids).await?)
}

/// A revision as an edition takes it in.
pub(crate) fn sealed_report(revision: Revision) -> SealedReport {
    SealedReport {
        unit: revision.submission.unit,
        month: revision.submission.period,
        revision: revision.number,
        received_at: revision.received_at,
        nil: revision.nil,
        figures: revision.figures,
    }
}
