//! What is due: runs that are not done, and periods that call for an edition.

use baocao_domain::edition::{Cause, EditionId};
use baocao_domain::ids::{FormCode, UnitCode, UnitId};
use baocao_domain::instant::Instant;
use baocao_domain::period::PeriodKey;

use crate::app::{App, InForce};
use crate::audit::{self, Entry};
use crate::close::{Work, contains, object_of};
use crate::content;
use crate::error::AppError;
use crate::hold::{Switch, held};
use crate::lease::HeldLease;
use crate::ports::{CloseRequestRow, CloseRunRow, ExtensionRow, PeriodRow, ReopeningRow, Tx};
use crate::reopening::approved_reopenings;
use crate::setup::{SERVICE, live_from};

/// A period that calls for an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) form: FormCode,
    pub(super) period: PeriodKey,
    pub(super) cause: Cause,
    pub(super) sealed_edition: u32,
}

impl App {
    /// Whether there is anything to work on.
    pub(super) async fn has_work(&self, tx: &mut dyn Tx) -> Result<bool, AppError> {
        let form = self.in_force(tx).await?.regime.form.code.clone();
        Ok(self.next_work(tx, &[]).await?.is_some() || !self.lapsed(tx, &form).await?.is_empty())
    }

    /// What to work on next: a run that was interrupted, or a period that is due. Runs that failed just now are left out.
    pub(super) async fn next_work(&self, tx: &mut dyn Tx, tried: &[EditionId]) -> Result<Option<Work>, AppError> {
        let form = self.in_force(tx).await?.regime.form.code.clone();
        let now = self.now();
        let runs = tx.close_runs(&form).await?;
        let unfinished: Vec<&CloseRunRow> = runs.iter().filter(|run| run.is_unfinished()).collect();
        let reopenings = approved_reopenings(tx, &form).await?;
        // A longer period waits for its months: those that are being closed, and those that are open again.
        let blocked = |period: PeriodKey| {
            let being_closed = unfinished.iter().any(|run| contains(period, run.edition.period));
            being_closed || reopenings.iter().any(|reopening| contains(period, reopening.period))
        };
        let can_go_on = |run: &CloseRunRow| {
            !run.held && run.next_try_at <= now && !tried.contains(&run.edition) && !blocked(run.edition.period)
        };
        let resumable = unfinished.iter().filter(|run| can_go_on(run)).min_by_key(|run| run.edition);
        if let Some(run) = resumable {
            return Ok(Some(Work::Resume((*run).clone())));
        }
        let mut due = due_periods(tx, &form, &reopenings, now).await?;
        let is_waiting = |period: PeriodKey| unfinished.iter().any(|run| run.edition.period == period);
        due.retain(|due| !blocked(due.period) && !is_waiting(due.period));
        Ok(due.into_iter().min_by_key(|due| due.period).map(Work::Seal))
    }

    /// Extensions that are over without a filing, of periods whose editions do not say so yet: each calls for another. Where the
    /// unit filed since, where a later extension of the same report stands, and where an edition was sealed after the end,
    /// there is nothing to say.
    async fn lapsed(&self, tx: &mut dyn Tx, form: &FormCode) -> Result<Vec<ExtensionRow>, AppError> {
        let lapsed = tx.lapsed_extensions(form, self.now()).await?;
        if lapsed.is_empty() {
            return Ok(lapsed);
        }
        let runs = tx.close_runs(form).await?;
        let (now, mut unsaid) = (self.now(), Vec::new());
        for extension in lapsed {
            let last = runs.iter().rfind(|run| run.edition.period == extension.key.period && !run.abandoned);
            // Before the first edition the first one says so.
            let is_unsaid = last.is_some_and(|last| last.sealed_at < extension.expires_at);
            if !is_unsaid || tx.extension(&extension.key, now).await?.is_some() {
                continue;
            }
            let current = tx.revision(&extension.key, None).await?;
            if current.is_none_or(|current| current.received_at < extension.granted_at) {
                unsaid.push(extension);
            }
        }
        Ok(unsaid)
    }

    /// Asks for the editions that lapsed extensions call for.
    pub(super) async fn note_lapsed(&self, lease: &HeldLease) -> Result<(), AppError> {
        let mut tx = self.begin_under(lease).await?;
        let in_force = self.in_force(tx.as_mut()).await?;
        let form = in_force.regime.form.code.clone();
        let lapsed = self.lapsed(tx.as_mut(), &form).await?;
        if lapsed.is_empty() {
            return Ok(());
        }
        let (now, mut entries) = (self.now(), Vec::new());
        for extension in lapsed {
            let period = extension.key.period;
            let request = CloseRequestRow {
                id: 0,
                form: form.clone(),
                period,
                cause: Cause::ExtensionExpired {
                    unit: code_of(&in_force, extension.key.unit, period)?,
                    reason: extension.reason,
                },
                requested_at: now,
                extension: Some(extension.id),
                run: None,
            };
            entries.push(ask_for_edition(tx.as_mut(), SERVICE, request).await?);
        }
        let noted = audit::record_all(tx.as_mut(), now, entries).await?;
        audit::commit(tx, noted).await?;
        Ok(())
    }

    /// The run to work on next; a new one for a period that is due. None while closing is paused.
    pub(super) async fn next_run(
        &self,
        lease: &HeldLease,
        tried: &[EditionId],
    ) -> Result<Option<CloseRunRow>, AppError> {
        loop {
            let mut tx = self.begin_under(lease).await?;
            if held(tx.as_mut(), Switch::Closing).await?.is_some() {
                return Ok(None);
            }
            match self.next_work(tx.as_mut(), tried).await? {
                None => return Ok(None),
                Some(Work::Resume(run)) => return Ok(Some(run)),
                Some(Work::Seal(due)) => {
                    // None: it was sealed between the look and the lock. Look again.
                    if let Some(run) = self.seal(tx, lease, &due).await? {
                        return Ok(Some(run));
                    }
                }
            }
        }
    }
}

/// What a period calls for now.
pub(super) async fn calls_for(tx: &mut dyn Tx, row: &PeriodRow, now: Instant) -> Result<Option<Due>, AppError> {
    let reopenings = approved_reopenings(tx, &row.form).await?;
    let due = due_periods(tx, &row.form, &reopenings, now).await?;
    Ok(due.into_iter().find(|due| due.period == row.period))
}

/// Whether a period calls for an edition now, or will when an operator asks for it.
pub(super) async fn calls_for_edition(tx: &mut dyn Tx, row: &PeriodRow, now: Instant) -> Result<bool, AppError> {
    Ok(row.sealed_edition == 0 || calls_for(tx, row, now).await?.is_some())
}

/// Asks for another edition of a period; answers with what is to be noted.
pub(crate) async fn ask_for_edition<'a>(
    tx: &mut dyn Tx,
    actor: &'a str,
    mut request: CloseRequestRow,
) -> Result<Entry<'a>, AppError> {
    request.id = tx.append_close_request(&request).await?;
    let name = format!("{}/{}", request.form, request.period);
    Ok(Entry::about(actor, "request-close", &content::close_request(&request)?, &name))
}

/// The code of a unit on the last day of a period's window.
fn code_of(in_force: &InForce, unit: UnitId, period: PeriodKey) -> Result<UnitCode, AppError> {
    let tree = in_force.tree(period.window(in_force.regime.calendar.window_rule).to)?;
    let node = tree.nodes().iter().find(|node| node.id == unit).map(|node| node.code.clone());
    node.ok_or_else(|| AppError::Corrupt(format!("unit {} of an extension is not in the tree of {period}", unit.0)))
}

/// Periods past their lock without an edition, from `live_from` on, and those for which another edition is asked. A period
/// that is open again is due when its reopening ends, whatever else is asked for it.
async fn due_periods(
    tx: &mut dyn Tx,
    form: &FormCode,
    reopenings: &[ReopeningRow],
    now: Instant,
) -> Result<Vec<Due>, AppError> {
    let live_from = live_from(tx).await?;
    let requests = tx.open_close_requests(form).await?;
    let mut due = Vec::new();
    for row in tx.periods(form).await? {
        let reopened = reopenings.iter().filter(|reopening| reopening.period == row.period).max_by_key(|r| r.until);
        let request = requests.iter().find(|request| request.period == row.period);
        let locked = row.locks <= now && live_from.is_some_and(|live_from| row.locks >= live_from);
        let cause = match (reopened, row.sealed_edition) {
            (Some(reopening), _) if now < reopening.until => None,
            (Some(reopening), _) => Some(Cause::Reopened { reason: reopening.reason.clone() }),
            // A request before the first edition is met by the first edition.
            (None, 0) => (locked || request.is_some()).then_some(Cause::Locked),
            (None, _) => request.map(|request| request.cause.clone()),
        };
        let (form, period, sealed_edition) = (form.clone(), row.period, row.sealed_edition);
        due.extend(cause.map(|cause| Due { form, period, cause, sealed_edition }));
    }
    Ok(due)
}

impl Due {
    /// The edition that it would make.
    pub(super) const fn edition(&self) -> EditionId {
        EditionId { period: self.period, number: self.sealed_edition + 1 }
    }

    /// Its name.
    pub(super) fn object(&self) -> String {
        object_of(&self.form, self.edition())
    }
}
