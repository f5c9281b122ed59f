//! Totals of what stands now: folded from current revisions, with coverage. Frozen results are in editions.

use baocao_domain::edition::{Cause, Edition, EditionId, SealedReport};
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::submission::Revision;

use crate::actor::Actor;
use crate::app::{App, InForce, read_edition};
use crate::error::AppError;
use crate::ports::{PeriodRow, RowLock, Tx};
use crate::submit::visible_unit;

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

impl App {
    /// Totals of a unit and of everything below it: of a frozen edition where one is named, of what stands now otherwise.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE`, `UNKNOWN_UNIT`, `UNKNOWN_FORM`, `UNKNOWN_PERIOD`, `UNKNOWN_EDITION`.
    pub async fn totals(
        &self,
        actor: &Actor,
        unit: &str,
        form: &str,
        period: &str,
        edition: Option<u32>,
    ) -> Result<Totals, AppError> {
        let now = self.now();
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let seen = visible_unit(&in_force, actor, unit, PeriodKey::parse(period).ok(), now)?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        let is_frozen = edition.is_some();
        let edition = self.standing(tx.as_mut(), &in_force, &row, edition).await?;
        let position = edition.units.iter().position(|result| result.id == seen.node().id);
        let position = position.ok_or(Refusal::because(Reason::UnknownUnit))?;
        Ok(Totals { edition, position, is_frozen })
    }
}

impl App {
    /// A frozen edition where one is named; else the one that would be made of what stands now.
    pub(crate) async fn standing(
        &self,
        tx: &mut dyn Tx,
        in_force: &InForce,
        row: &PeriodRow,
        edition: Option<u32>,
    ) -> Result<Edition, AppError> {
        if let Some(number) = edition {
            let id = EditionId { period: row.period, number };
            let stored = tx.edition(&row.form, id).await?.ok_or(Refusal::because(Reason::UnknownEdition))?;
            return read_edition(&stored);
        }
        let revisions = current_revisions(tx, in_force, row.period).await?;
        let reports: Vec<SealedReport> = revisions.into_iter().map(sealed_report).collect();
        let id = EditionId { period: row.period, number: row.sealed_edition + 1 };
        let tree = in_force.tree(row.period.window(in_force.regime.calendar.window_rule).to)?;
        Ok(Edition::make(id, Cause::Locked, self.now(), &in_force.regime, &tree, &reports))
    }
}

/// The current revisions of all months of the year to the end of this period.
pub(crate) async fn current_revisions(
    tx: &mut dyn Tx,
    in_force: &InForce,
    period: PeriodKey,
) -> Result<Vec<Revision>, AppError> {
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
