//! Reading periods: their instants and how far they have come.

use baocao_domain::calendar::Calendar;
use baocao_domain::edition::EditionId;
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;
use baocao_domain::reason::{Reason, Refusal};
use baocao_domain::unit::Tier;

use crate::actor::Actor;
use crate::app::{App, require};
use crate::error::AppError;
use crate::ports::{CloseRunRow, CloseStep, PeriodRow, RowLock, Tx};

/// How far a period has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodState {
    /// Its window has not ended.
    Planned,
    /// Reports are accepted.
    Open,
    /// Reports are accepted but late.
    Due,
    /// Reports are refused; the close has not finished.
    Locked,
    /// It has a finished edition.
    Closed,
}

/// A period with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodView {
    /// The period.
    pub row: PeriodRow,
    /// How far it has come.
    pub state: PeriodState,
    /// Its last finished edition.
    pub edition: Option<EditionId>,
    /// When the reports of each tier are due.
    pub dues: Vec<(Tier, Instant)>,
}

/// The tiers that report.
const TIERS: [Tier; 3] = [Tier::Department, Tier::District, Tier::Commune];

impl PeriodView {
    fn of(row: PeriodRow, runs: &[CloseRunRow], calendar: &Calendar, now: Instant) -> Self {
        let done = runs.iter().filter(|run| run.edition.period == row.period && run.step == CloseStep::Done);
        let edition = done.map(|run| run.edition).max();
        let state = match edition {
            Some(_) => PeriodState::Closed,
            None if now < row.opens => PeriodState::Planned,
            None if now < row.due => PeriodState::Open,
            None if now < row.locks => PeriodState::Due,
            None => PeriodState::Locked,
        };
        let dues = TIERS.map(|tier| (tier, calendar.due(row.period, tier))).to_vec();
        Self { row, state, edition, dues }
    }
}

impl App {
    /// All periods, in the order in which they close.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn periods(&self, _actor: &Actor) -> Result<Vec<PeriodView>, AppError> {
        let mut tx = self.ports.store.read().await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let (form, calendar) = (&in_force.regime.form.code, &in_force.regime.calendar);
        let runs = tx.close_runs(form).await?;
        let now = self.now();
        Ok(tx.periods(form).await?.into_iter().map(|row| PeriodView::of(row, &runs, calendar, now)).collect())
    }

    /// One period.
    ///
    /// # Errors
    /// `UNKNOWN_FORM`, `PERIOD_NOT_ALIGNED`, `UNKNOWN_PERIOD`.
    pub async fn period(&self, _actor: &Actor, form: &str, period: &str) -> Result<PeriodView, AppError> {
        let mut tx = self.ports.store.read().await?;
        let row = self.period_row(tx.as_mut(), form, period, RowLock::None).await?;
        let runs = tx.close_runs(&row.form).await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        Ok(PeriodView::of(row, &runs, &in_force.regime.calendar, self.now()))
    }

    /// The row of the period named.
    pub(crate) async fn period_row(
        &self,
        tx: &mut dyn Tx,
        form: &str,
        period: &str,
        lock: RowLock,
    ) -> Result<PeriodRow, AppError> {
        let in_force = self.in_force(tx).await?;
        require(form == in_force.regime.form.code.as_str(), Reason::UnknownForm)?;
        let expected = "such as 2022-M09 or 2022-Q3";
        let key =
            PeriodKey::parse(period).map_err(|_| Refusal::at("period", Reason::PeriodNotAligned, period, expected))?;
        let row = tx.period(&in_force.regime.form.code, key, lock).await?;
        Ok(row.ok_or_else(|| Refusal::at("period", Reason::UnknownPeriod, period, "a planned period"))?)
    }
}
