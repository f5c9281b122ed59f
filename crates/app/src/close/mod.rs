//! Closing (chốt kỳ): the run that turns a locked period into an edition, its documents, its pages and its mail.
//!
//! A run is a row that remembers the last committed step. Each step reads what the steps before it left, can be
//! repeated without harm, and is committed together with the move to the next and with the proof that this instance still
//! holds the lease: a process that dies anywhere is followed by one that goes on, and one that slept too long writes nothing.
//! What is due comes from the period rows and the clock, never from a tick (`due`); who drives a run is `run`; what an operator
//! may ask for is `by_hand`; the steps stand in a file each.

mod aggregate;
mod by_hand;
mod due;
mod enqueue;
pub(crate) mod material;
mod render;
mod run;
mod seal;
mod stage;

use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::period::PeriodKey;

use crate::app::App;
use crate::error::AppError;
use crate::hold::Switch;
use crate::lease::HeldLease;
use crate::ports::CloseRunRow;

pub use by_hand::CloseAction;
pub(crate) use due::ask_for_edition;
pub(crate) use render::render_one;
pub use stage::{CHECKSUMS, is_staged};

/// The most runs that one call works on.
pub const RUNS_MAX: usize = 100;

/// The name of the lease under which periods are closed.
pub(crate) const LEASE: &str = "close";

/// What a call of the job did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CloseReport {
    /// Editions that were finished.
    pub closed: Vec<EditionId>,
    /// Runs whose step failed, with why.
    pub failed: Vec<(EditionId, String)>,
}

/// What is to be worked on next.
enum Work {
    /// A run that is not done.
    Resume(CloseRunRow),
    /// A period that calls for an edition.
    Seal(due::Due),
}

impl App {
    /// Closes every period whose time has come, older first, months before the periods that contain them.
    ///
    /// Idle if none is due, or if another instance is at it; safe to call at any time, twice. A run that fails does not stop
    /// the next, but a longer period waits for its months. While closing is paused nothing is begun and nothing is gone on
    /// with.
    ///
    /// # Errors
    /// Those of the database while looking for work.
    pub async fn close_due(&self) -> Result<CloseReport, AppError> {
        if self.held(Switch::Closing).await?.is_some() {
            return Ok(CloseReport::default());
        }
        let _closing = self.closing.lock().await;
        // A look costs little; the lease is taken only where there is something to do.
        let mut tx = self.ports.store.read().await?;
        if !self.has_work(tx.as_mut()).await? {
            return Ok(CloseReport::default());
        }
        drop(tx);
        self.compare_clocks().await?;
        let Some(lease) = self.take_lease(LEASE).await? else { return Ok(CloseReport::default()) };
        let report = self.close_under(&lease).await;
        self.let_go(lease).await;
        report
    }

    async fn close_under(&self, lease: &HeldLease) -> Result<CloseReport, AppError> {
        self.note_lapsed(lease).await?;
        let mut report = CloseReport::default();
        while report.closed.len() + report.failed.len() < RUNS_MAX {
            let tried: Vec<EditionId> = report.failed.iter().map(|(edition, _)| *edition).collect();
            let Some(run) = self.next_run(lease, &tried).await? else { break };
            let edition = run.edition;
            match self.finish_run(lease, run).await {
                Ok(true) => report.closed.push(edition),
                Ok(false) => break,
                Err(error @ AppError::LeaseLost { .. }) => return Err(error),
                Err(error) => report.failed.push((edition, error.chain())),
            }
        }
        Ok(report)
    }
}

/// Whether the longer period is folded from the shorter one.
pub(crate) fn contains(longer: PeriodKey, shorter: PeriodKey) -> bool {
    let months = longer.months();
    shorter != longer && shorter.months().iter().all(|month| months.contains(month))
}

/// The name of a form's edition, for logs and objects.
pub(crate) fn object_of(form: &FormCode, edition: EditionId) -> String {
    format!("{form}/{edition}")
}
