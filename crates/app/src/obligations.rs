//! Obligations: who owes which month of a period, by when, and whether it is in.

use baocao_domain::edition::{EditionId, OwedReport};
use baocao_domain::fold::Coverage;
use baocao_domain::ids::UnitCode;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Reason, Refusal};

use crate::actor::Actor;
use crate::app::App;
use crate::error::AppError;
use crate::ports::RowLock;
use crate::submit::visible_unit;
use crate::totals::Standing;

/// What one unit owes for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObligedUnit {
    /// Its official code.
    pub unit: UnitCode,
    /// Its name.
    pub name: String,
    /// Whether its figures are added into the unit above it; a vertical agency's are not.
    pub is_included: bool,
    /// The reports that it owes, by month.
    pub owed: Vec<OwedReport>,
}

/// Who owes what for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligations {
    /// The edition that is asked about, or the one that would be made now.
    pub edition: EditionId,
    /// Reports that are in, of all that are owed: never above 100%.
    pub coverage: Coverage,
    /// The units that owe something, in the order of the tree.
    pub units: Vec<ObligedUnit>,
}

impl App {
    /// Who owes reports for a period, of a unit and everything below it, and which are in.
    ///
    /// # Errors
    /// `OUTSIDE_SUBTREE`, `UNKNOWN_UNIT`, `UNKNOWN_FORM`, `UNKNOWN_PERIOD`, `UNKNOWN_EDITION`.
    pub async fn obligations(
        &self,
        actor: &Actor,
        unit: &str,
        form: &str,
        period: &str,
        edition: Option<u32>,
    ) -> Result<Obligations, AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let seen = visible_unit(&in_force, actor, unit, PeriodKey::parse(period).ok(), self.now())?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        let Standing { edition, .. } = self.standing(tx.as_mut(), &in_force, &row, edition.into()).await?;
        let first = edition.units.iter().position(|result| result.id == seen.node().id);
        let first = first.ok_or(Refusal::because(Reason::UnknownUnit))?;
        let mut coverage = Coverage::default();
        let mut units = Vec::new();
        for result in edition.subtree(first).iter().filter(|result| !result.filings.is_empty()) {
            coverage.add(result.own_coverage());
            units.push(ObligedUnit {
                unit: result.code.clone(),
                name: result.name.clone(),
                is_included: result.is_included,
                owed: result.filings.clone(),
            });
        }
        Ok(Obligations { edition: edition.id, coverage, units })
    }
}
