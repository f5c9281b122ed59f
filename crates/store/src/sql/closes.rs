//! Requests to close and runs that close.

use baocao_app::ports::{CloseRequestRow, CloseRunRow, CloseStep, Failure, StoreError};
use baocao_domain::edition::EditionId;
use baocao_domain::ids::FormCode;
use baocao_domain::period::PeriodKey;

use super::row::{Row, edition, flag, form, id, instant, integer, named, number, optional_integer, period, text};
use super::session::{SqlTx, query};
use crate::fault::broken;

/// The text that reads runs, with what follows.
macro_rules! select_run {
    ($rest:literal) => {
        concat!(
            "select id, form, period, edition, cause, step, revisions, regime_id, sealed_at, tries, failures, last_error, \
             next_try_at, held, skip_notify, abandoned, fence \
             from close_run ",
            $rest
        )
    };
}

statements! {
    /// Asks for another edition of a period.
    APPEND_REQUEST = "insert into close_request (form, period, cause, requested_at, extension_id, run_id) \
                      values ($1, $2, $3, $4, $5, $6) returning id";
    /// Requests that no run has taken up.
    OPEN_REQUESTS = "select id, form, period, cause, requested_at, extension_id, run_id from close_request \
                     where form = $1 and run_id is null order by requested_at, id";
    /// A run takes up the open requests of its period.
    TAKE_REQUESTS = "update close_request set run_id = $3 where form = $1 and period = $2 and run_id is null";
    /// Adds a run.
    APPEND_RUN = "insert into close_run \
                  (form, period, edition, cause, step, revisions, regime_id, sealed_at, tries, failures, last_error, \
                  next_try_at, held, skip_notify, abandoned, fence) \
                  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning id";
    /// The run of an edition.
    RUN = select_run!("where form = $1 and period = $2 and edition = $3 order by abandoned, id desc limit 1");
    /// All runs of a form.
    RUNS = select_run!("where form = $1 order by id");
    /// Moves a run on and clears its counters; zero rows means that it is not at that step, or that a later holder wrote it.
    ADVANCE = "update close_run set step = $3, tries = 0, failures = 0, last_error = '', fence = $4 \
               where id = $1 and step = $2 and fence <= $4 and not abandoned";
    /// Writes the counters of the next step; zero rows means that the run is not at that step, or that a later holder wrote it.
    /// An operator's wish to close without mail is never unsaid.
    NOTE_TRY = "update close_run set tries = $3, failures = $4, last_error = $5, next_try_at = $6, held = $7, \
                skip_notify = (skip_notify or $8), abandoned = $9, fence = $10 \
                where id = $1 and step = $2 and fence <= $10 and not abandoned";
}

fn read_request(row: &Row) -> Result<CloseRequestRow, Failure> {
    Ok(CloseRequestRow {
        id: id(row)?,
        form: form(row)?,
        period: period(row)?,
        cause: serde_json::from_str(&text(row, "cause")?)?,
        requested_at: instant(row, "requested_at")?,
        extension: optional_integer(row, "extension_id")?,
        run: optional_integer(row, "run_id")?,
    })
}

fn read_run(row: &Row) -> Result<CloseRunRow, Failure> {
    Ok(CloseRunRow {
        id: id(row)?,
        form: form(row)?,
        edition: edition(row)?,
        cause: serde_json::from_str(&text(row, "cause")?)?,
        step: named(row, "step", CloseStep::parse)?,
        revisions: serde_json::from_str(&text(row, "revisions")?)?,
        regime: integer(row, "regime_id")?,
        sealed_at: instant(row, "sealed_at")?,
        tries: number(row, "tries")?,
        failures: number(row, "failures")?,
        last_error: text(row, "last_error")?,
        next_try_at: instant(row, "next_try_at")?,
        held: flag(row, "held")?,
        skip_notify: flag(row, "skip_notify")?,
        abandoned: flag(row, "abandoned")?,
        fence: integer(row, "fence")?,
    })
}

pub(super) async fn append_request(tx: &mut SqlTx, request: &CloseRequestRow) -> Result<i64, StoreError> {
    const DOING: &str = "asking for a close";
    let cause = serde_json::to_string(&request.cause).map_err(|error| broken(DOING, error))?;
    let statement = query(APPEND_REQUEST)
        .bind(request.form.as_str())
        .bind(request.period.to_string())
        .bind(cause)
        .bind(request.requested_at.micros())
        .bind(request.extension)
        .bind(request.run);
    tx.one(DOING, statement, id).await
}

pub(super) async fn open_requests(tx: &mut SqlTx, form: &FormCode) -> Result<Vec<CloseRequestRow>, StoreError> {
    tx.all("reading open requests to close", query(OPEN_REQUESTS).bind(form.as_str()), read_request).await
}

pub(super) async fn take_requests(
    tx: &mut SqlTx,
    form: &FormCode,
    period: PeriodKey,
    run: i64,
) -> Result<(), StoreError> {
    let statement = query(TAKE_REQUESTS).bind(form.as_str()).bind(period.to_string()).bind(run);
    tx.run("taking up requests to close", statement).await.map(drop)
}

pub(super) async fn append_run(tx: &mut SqlTx, run: &CloseRunRow) -> Result<i64, StoreError> {
    const DOING: &str = "adding a close run";
    let cause = serde_json::to_string(&run.cause).map_err(|error| broken(DOING, error))?;
    let revisions = serde_json::to_string(&run.revisions).map_err(|error| broken(DOING, error))?;
    let statement = query(APPEND_RUN)
        .bind(run.form.as_str())
        .bind(run.edition.period.to_string())
        .bind(i64::from(run.edition.number))
        .bind(cause)
        .bind(run.step.code())
        .bind(revisions)
        .bind(run.regime)
        .bind(run.sealed_at.micros())
        .bind(i64::from(run.tries))
        .bind(i64::from(run.failures))
        .bind(&run.last_error)
        .bind(run.next_try_at.micros())
        .bind(run.held)
        .bind(run.skip_notify)
        .bind(run.abandoned)
        .bind(run.fence);
    tx.one(DOING, statement, id).await
}

pub(super) async fn run(
    tx: &mut SqlTx,
    form: &FormCode,
    edition: EditionId,
) -> Result<Option<CloseRunRow>, StoreError> {
    let statement = query(RUN).bind(form.as_str()).bind(edition.period.to_string()).bind(i64::from(edition.number));
    tx.optional("reading a close run", statement, read_run).await
}

pub(super) async fn runs(tx: &mut SqlTx, form: &FormCode) -> Result<Vec<CloseRunRow>, StoreError> {
    tx.all("reading the close runs", query(RUNS).bind(form.as_str()), read_run).await
}

pub(super) async fn advance(tx: &mut SqlTx, run: &CloseRunRow, to: CloseStep, fence: i64) -> Result<bool, StoreError> {
    let statement = query(ADVANCE).bind(run.id).bind(run.step.code()).bind(to.code()).bind(fence);
    let moved = tx.run("moving a close run on", statement).await?;
    Ok(moved == 1)
}

pub(super) async fn note_try(tx: &mut SqlTx, run: &CloseRunRow) -> Result<bool, StoreError> {
    let statement = query(NOTE_TRY)
        .bind(run.id)
        .bind(run.step.code())
        .bind(i64::from(run.tries))
        .bind(i64::from(run.failures))
        .bind(&run.last_error)
        .bind(run.next_try_at.micros())
        .bind(run.held)
        .bind(run.skip_notify)
        .bind(run.abandoned)
        .bind(run.fence);
    let noted = tx.run("noting a try of a close run", statement).await?;
    Ok(noted == 1)
}
